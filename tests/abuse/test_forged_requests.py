# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A page of somebody else's cannot make a browser act here, at any form there is (SEC-03, T33).

That nothing is written by GET, and without a token or with a stranger's, is tried elsewhere; here the token is right, as if
it had leaked, and the browser says that the request comes from another site.
"""

import pytest

from tests.abuse.forms import GERMAN, Sender, forms_of, fresh
from tests.abuse.world import World
from tests.pages import tree

pytestmark = pytest.mark.xdist_group("tried world")


@pytest.mark.long
def test_a_form_sent_from_another_site_is_refused_everywhere(tried_world: World) -> None:
    with Sender(tried_world) as sender:
        here, elsewhere = {}, {}
        for key, places in forms_of(sender).items():
            for site, found in (("same-origin", here), ("cross-site", elsewhere)):
                form = fresh(sender, *places)
                headers = {**GERMAN, "Sec-Fetch-Site": site}
                verdict = sender.verdict(
                    form.browser, form.action, data=sender.data(form, {}), headers=headers
                )
                found[key] = verdict.accepted
    assert [key for key, accepted in elsewhere.items() if accepted] == []
    # The negative control: what is sent from our own pages is accepted, but for what this world has no room for.
    assert sum(here.values()) > len(here) * 0.8


@pytest.mark.long
def test_no_form_acts_by_get(tried_world: World) -> None:
    """A form that is sent by GET only asks: it carries no token and leads to no address that takes a POST only."""
    rules = {rule.rule for rule, _ in tried_world.rules("GET")}
    adapter = tried_world.app.url_map.bind("localhost")
    asking = 0
    for rule, _access in tried_world.rules():
        for address in tried_world.addresses(rule):
            response = tried_world.shown_to_lead(address)
            if response.mimetype != "text/html" or response.status_code != 200:
                continue
            for form in tree(response.get_data(as_text=True)).iter("form"):
                if form.get("method", "get").lower() == "post":
                    continue
                asking += 1
                assert form.xpath(".//input[@name='csrf_token']") == [], address
                action = (form.get("action") or address).partition("?")[0]
                assert adapter.match(action, method="GET", return_rule=True)[0].rule in rules
    assert asking > 3
