# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A proposed swap, read and agreed to on a phone without scripts; each page in both widths and colours, looked at by axe."""

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from app.programme.models import Run
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.rules import PlaceState
from app.registration.workshops.models import Place
from app.web.database import db
from tests.abuse.world import swapping_day
from tests.journeys.conftest import Stage, open_browser
from tests.journeys.test_every_page import look_at

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]


def test_a_swap_on_a_phone(stage: Stage, browser: Browser) -> None:
    swapping_day(stage.app)
    with stage.app.app_context():
        tilda = db.session.scalars(select(Registration).where(Registration.given_name == "Tilda")).one()
        number, home = tilda.id, f"{stage.address}/my/{personal_token(tilda)}"
        mine = select(Place.round_id).where(Place.registration_id == number)
        round_id = db.session.scalars(mine).one()
    with open_browser(browser, phone=True) as context:
        page = context.new_page()
        found = [one for path in ("", "/swaps", f"/swaps/{round_id}") for one in look_at(page, home + path)]
    assert found == []
    with open_browser(browser, phone=True, scripts=False) as context:
        page = context.new_page()
        page.goto(home)
        page.get_by_role("link", name="Auf den Vorschlag antworten").click()
        page.get_by_role("button", name="Ja, ich tausche").click()
        assert "Alle haben zugestimmt: Die Plätze sind getauscht." in page.inner_text("main")
        assert page.locator("[role=status]").count() == 1
    with stage.app.app_context():
        sits = select(Run.label).join(Place, Place.run_id == Run.id)
        now_in = sits.where(Place.registration_id == number, Place.state == PlaceState.PLACE)
        assert db.session.scalars(now_in).all() == ["1.2"]
