# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whatever a participant sends and is accepted, the page that comes next says so, in a place that screen readers announce."""

import pytest

from app.web.access import Audience
from tests.abuse.forms import GERMAN, FormOnPage, Sender, forms_at
from tests.abuse.world import World

pytestmark = pytest.mark.sqlite_only

# Pages of their own that say what was done.
OWN_PAGES = ("/no-more-mails", "/my-data-deleted", "/address/asked")
# A mail's link leads to them; what is pressed there is done once and for all.
AT_ONCE = {"consents.no_invitations"}
# What ends a registration or an offer comes after what can be done with it.
LAST = (
    *("cancel", "decline", "substitute", "not_me", "delete", "delete_contact", "new_link"),
    *("swaps.accept", "swaps.refuse", "swaps.withdraw"),
)


def sent(sender: Sender, form: FormOnPage) -> str | None:
    """What the next page announces; None if the form was not accepted."""
    answer = form.browser.post(form.action, data=sender.data(form, {}), headers=GERMAN)
    if form.endpoint in AT_ONCE:
        return answer.text.partition('role="status"')[2]
    if answer.status_code != 303:
        return None
    page = form.browser.get(answer.location, headers=GERMAN)
    if answer.location.partition("?")[0].endswith(OWN_PAGES):
        return page.text
    _before, status, after = page.text.partition('role="status"')
    return after[:400] if status and page.status_code == 200 else ""


# Who has said yes can no longer say no, and the other way round: there is one of each in the world.
YES, NO = {"registration.accept_offer", "groups.confirm"}, {"registration.decline_offer", "groups.not_me"}


@pytest.mark.parametrize("left_out", [YES, NO])
@pytest.mark.long
def test_every_form_of_a_participant_says_that_it_is_done(world: World, left_out: set[str]) -> None:
    sender, said, silent = Sender(world), dict[str, str](), set[str]()
    posting = {rule.endpoint for rule, access in world.rules("POST") if access.audience is Audience.PERSONAL}
    for last in (False, True):
        for rule, access in world.rules():
            if access.audience is not Audience.PERSONAL:
                continue
            for address in world.addresses(rule):
                for form in forms_at(sender, sender.stranger, address):
                    late = form.endpoint.endswith(LAST)
                    if late is not last or form.endpoint in left_out | set(said):
                        continue
                    words = sent(sender, form)
                    if words:
                        said[form.endpoint] = words
                    elif words is not None:
                        silent.add(f"{form.endpoint} from {address}")
    assert silent == set()
    # What comes after a confirmed group is walked in the world in which it is confirmed.
    later = {"groups.cancel", "groups.substitute", "own.delete_contact"} if left_out is YES else set[str]()
    assert posting - set(said) - later == left_out, "no form of these was accepted here"
