# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who listens to a page hears its buttons one after the other: two that do different things have different names (WCAG 2.4.6).

The world has few lists with two rows, so the source is asked as well: a button inside a loop says whose it is."""

import re
from pathlib import Path

import pytest

from tests.abuse.test_summaries import addresses
from tests.abuse.world import World
from tests.pages import post_forms, tree

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LOOP = re.compile(r"\{%-?\s*(for|endfor)\b")
BUTTON = re.compile(r"\{\{\s*forms\.button_form\(.*?\)\s*\}\}", re.DOTALL)


@pytest.mark.long
def test_two_buttons_of_a_page_have_two_names(still_world: World) -> None:
    same = set()
    for endpoint, address in addresses(still_world):
        answer = still_world.shown_to_lead(address)
        if answer.mimetype != "text/html":
            continue
        named: dict[str, str] = {}
        for form in post_forms(tree(answer.text)):
            for button in form.iter("button"):
                name = " ".join(button.text_content().split())
                sends = f"{form.get('action')} {button.get('name')} {button.get('value')}"
                if named.setdefault(name, sends) != sends:
                    same.add(f"{endpoint}: {name}")
    assert same == set()


def test_a_button_in_a_list_says_whose_it_is() -> None:
    """Its label names the row, or `whom` does; `action.label` of the personal page is another one for each button."""
    silent = []
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for found in BUTTON.finditer(text):
            before = [one[1] for one in LOOP.finditer(text[: found.start()])]
            inside = before.count("for") > before.count("endfor")
            if inside and "whom=" not in found[0] and "%(" not in found[0]:
                silent.append(f"{path.name}: {found[0][:80]}")
    assert silent == []
