# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Two people on one form (F30): every organisers' form over a row that is there carries what was read, so that who saves second
sees what the other one wrote. One that does not stands here with its reason."""

import pytest

from app.web.access import Audience, access_of
from tests.abuse.test_summaries import addresses, names_in
from tests.abuse.world import World
from tests.pages import post_forms, tree

INSIDE = {Audience.SIGNED_IN, Audience.CREATOR, Audience.ORGANISER, Audience.ADMIN}
NEW, ACTION = "makes something new", "an action on people as they stand then; no row is written over"
WITHOUT = {
    "agreed.invite_people": ACTION,
    "allocation.new": NEW,
    "allocation.new_condition": NEW,
    "approval.reject": ACTION,
    "day.cancel": ACTION,
    "data_protection.person": "reads; no row is written over",
    "group_admin.new": NEW,
    "importing.look": NEW,
    "importing.upload": NEW,
    "many.cancel": ACTION,
    "many.message": ACTION,
    "many.move": ACTION,
    "many.move_up": ACTION,
    "many.reject": ACTION,
    "participants.add": NEW,
    "participants.cancel": ACTION,
    "participants.substitute": ACTION,
    "people.change_name": "one's own name: nobody else writes it",
    "people.change_password": "asks for the present password, which only its owner knows",
    "programme_importing.upload": NEW,
    "questions.copy": NEW,
    "quick.table": NEW,
    "staff.show": NEW,
    "suppression.show": "puts an address on a list or takes it off, which is the same done twice",
    "tables.new": NEW,
    "team.show": NEW,
}


@pytest.mark.long
def test_every_form_over_a_row_carries_what_was_read(still_world: World) -> None:
    carrying, without = set[str](), set[str]()
    for endpoint, address in addresses(still_world):
        access = access_of(still_world.app, endpoint)
        assert access is not None
        if access.audience not in INSIDE:
            continue
        answer = still_world.shown_to_lead(address)
        if answer.mimetype != "text/html":
            continue
        for tag in post_forms(tree(answer.text)):
            if names_in(tag):
                fields = {one.get("name") for one in tag.iter("input")}
                (carrying if "version" in fields else without).add(endpoint)
    found = without - carrying
    assert found == set(WITHOUT), "\n".join(sorted(found ^ set(WITHOUT)))
    assert len(carrying) > 15
