# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A running application with the demo's data, and a real browser in front of it."""

import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright
from waitress import wasyncore
from waitress.server import create_server

from app.factory import create_app
from app.settings import OperatingMode
from app.web.database import db
from app.web.front import Front
from tests.conftest import CHROMIUM, settings_for
from tests.mailbox import Mailbox, mailbox
from tools import assets, styles

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# What axe finds, squeezed buttons (one that is higher than wide breaks its words letter by letter), a page wider than its
# window, and what stands outside of it or can be scrolled into view sideways only: the last column of a table, say. What is
# a pixel large is for listening. And which classes of KERN the page names. Only this comes back: all that axe says is a megabyte, and takes longer than asking.
LEFT = re.compile("reading 'documentElement'|context was destroyed|because of a navigation")
LOOK = """async asked => {
    const {violations} = await axe.run(document, {...asked, resultTypes: ['violations']});
    const found = violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 120)}`));
    const squeezed = [...document.querySelectorAll('.kern-btn')]
        .filter(button => button.textContent.trim() && button.offsetHeight > button.offsetWidth)
        .map(button => `squeezed button: ${button.textContent.trim()}`);
    const blots = [...document.querySelectorAll('.kern-icon')]
        .filter(icon => getComputedStyle(icon).maskImage === 'none')
        .map(icon => `an icon that does not exist: ${icon.className}`);
    const wide = document.documentElement.scrollWidth;
    const tooWide = wide > innerWidth ? [`page is ${wide} px wide in a window of ${innerWidth} px`] : [];
    const called = element => `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 40)}"`;
    const forListening = element => element.closest('.kern-sr-only, thead, .skip-link');
    const shown = [...document.body.querySelectorAll('*')].filter(one => one.getClientRects().length && !forListening(one));
    const outside = shown
        .filter(one => {
            const {left, right} = one.getBoundingClientRect();
            return left < -1 || right > innerWidth + 1;
        })
        .map(one => `outside of the window: ${called(one)}`);
    const cut = shown
        .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible')
        .filter(one => !one.matches('input, select, option'))
        .map(one => `cut, or scrolls sideways: ${called(one)}`);
    const empty = [...document.querySelectorAll('.table-region td')]
        .filter(one => one.textContent.trim() && one.getBoundingClientRect().width < 24)
        .map(one => `no room for the cell ${called(one)}`);
    const named = new Set([...document.querySelectorAll('[class*=kern-]')].flatMap(one => [...one.classList]));
    return {wrong: [...found, ...squeezed, ...blots, ...tooWide, ...outside.slice(0, 5), ...cut, ...empty], named: [...named]};
}"""
# Colours fade into a new theme; what counts is where they end.
STILL = """const still = new CSSStyleSheet();
still.replaceSync('*, ::before, ::after {transition: none !important; animation: none !important}');
document.adoptedStyleSheets = [still];"""
PHONE = {"width": 320, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


@dataclass
class Stage:
    """The application behind an address, its mails, and the demo organiser's sign-in."""

    app: Flask
    address: str
    mails: Mailbox
    organiser: str
    password: str


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _demo_settings(folder: Path, port: int):  # type: ignore[no-untyped-def]
    return settings_for(
        f"sqlite:///{folder / 'fachtag.sqlite3'}", folder, base_url=f"http://127.0.0.1:{port}"
    )


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, loaded once per test process."""
    folder = tmp_path_factory.mktemp("demo")
    app = create_app(_demo_settings(folder, 80))
    runner = app.test_cli_runner()
    for command in (["db", "upgrade"], ["demo", "load"]):
        result = runner.invoke(args=command)
        assert result.exit_code == 0, result.output
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture
def stage(demo_folder: Path, tmp_path: Path) -> Iterator[Stage]:
    """A copy of the demo of this test alone, served by the server of `make run`."""
    folder = tmp_path / "data"
    shutil.copytree(demo_folder, folder)
    port = _free_port()
    app = create_app(_demo_settings(folder, port))
    email, password = (folder / "demo-organiser.txt").read_text("utf-8").split()[:2]
    with served(app, port):
        yield Stage(app, f"http://127.0.0.1:{port}", mailbox(app), email, password)


@pytest.fixture
def empty_stage(tmp_path: Path) -> Iterator[Stage]:
    """An installation as an operator hands it over: production, tables, one administrator, nothing else."""
    port = _free_port()
    app = create_app(replace(_demo_settings(tmp_path, port), mode=OperatingMode.PRODUCTION))
    email, password = "ada.muster@example.org", "Ein Stuhl steht im Flur"
    runner = app.test_cli_runner()
    for command, typed in (
        (["db", "upgrade"], None),
        (["organiser", "create", email, "--admin", "--password-stdin"], f"{password}\n"),
    ):
        result = runner.invoke(args=command, input=typed)
        assert result.exit_code == 0, result.output
    with served(app, port):
        yield Stage(app, f"http://127.0.0.1:{port}", mailbox(app), email, password)


@contextmanager
def served(app: Flask, port: int) -> Iterator[None]:
    """The application behind the server of `make run`."""
    sockets: dict[int, Any] = {}
    server = create_server(Front(app), map=sockets, host="127.0.0.1", port=port, threads=4)
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            wasyncore.loop(timeout=1, map=sockets, count=1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield
    ended.set()
    server.pull_trigger()  # or it would notice only after its second
    thread.join(5)
    server.close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


def open_browser(
    browser: Browser, *, phone: bool, dark: bool = False, scripts: bool = True, touch: bool = False
) -> BrowserContext:
    context = browser.new_context(
        viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        has_touch=touch,
        locale="de-DE",
    )
    context.set_default_timeout(15_000)
    context.add_init_script(path=AXE)
    context.add_init_script(STILL)
    return context


def sign_in(stage: Stage, page: Page) -> None:
    """Through the form, and only back when the answer is there: who goes on at once leaves before being let in."""
    page.goto(f"{stage.address}/organise/sign-in")
    page.get_by_label("E-Mail-Adresse").fill(stage.organiser)
    page.get_by_label("Passwort", exact=True).fill(stage.password)
    with page.expect_event("load"):
        page.locator("main form button[type=submit]").first.click()
    assert "/sign-in" not in page.url


def scan(page: Page, rules: list[str] | None = None) -> list[str]:
    """What is wrong with the page as it is shown now. Empty for a good page. `rules` asks only these of axe."""
    asked = RULES if rules is None else {"runOnly": {"type": "rule", "values": rules}}
    seen = _looked_at(page, asked)
    lost = [f"a class whose rules were cut: {name}" for name in seen["named"] if name in _cut_classes()]
    return seen["wrong"] + lost


def _looked_at(page: Page, asked: dict[str, Any]) -> dict[str, list[str]]:
    """A page that is left while it is looked at (writing down what was typed is a navigation of its own) is looked at again
    when the next one is there."""
    try:
        return cast(dict[str, list[str]], page.evaluate(LOOK, asked))
    except Error as error:
        if not LEFT.search(str(error)):
            raise
    page.wait_for_load_state()
    return cast(dict[str, list[str]], page.evaluate(LOOK, asked))


@cache
def _cut_classes() -> set[str]:
    """What KERN has rules for, and the style sheet of our pages has not."""
    ours = assets.house_styles({name: name for name in assets.face_files()})
    return styles.classes(assets.KERN.read_text("utf-8")) - styles.classes(ours)
