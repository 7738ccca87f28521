# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Every endpoint has an audience, listed here a second time: who adds or changes one does so knowingly (T01, SEC-05).

After looking at each line that is new: python -m tests.house.test_access
"""

import importlib
import re
import sys
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound

from app import factory
from app.factory import create_app
from app.people.rules import Permission
from app.web import access
from app.web.access import Audience, access_of
from app.web.database import db
from tests.conftest import settings_for

pytestmark = pytest.mark.sqlite_only

# endpoint, methods beside HEAD and OPTIONS, audience, permission
TABLE = """
agreed.invite_people GET,POST ORGANISER EDIT_PEOPLE
agreed.photos GET ORGANISER SEE_PEOPLE
allocation.admin GET ORGANISER EDIT_PEOPLE
allocation.close_run GET,POST ORGANISER EDIT_PEOPLE
allocation.drop_condition POST ORGANISER EDIT_PEOPLE
allocation.new GET,POST ORGANISER EDIT_PEOPLE
allocation.new_condition GET,POST ORGANISER EDIT_PEOPLE
allocation.open_run GET,POST ORGANISER EDIT_PEOPLE
allocation.usual GET,POST ORGANISER EDIT_PEOPLE
answers.answers GET,POST ORGANISER EDIT_PEOPLE
answers.note_sensitive POST ORGANISER SEE_SENSITIVE
answers.sensitive GET,POST ORGANISER SEE_SENSITIVE
approval.approve POST ORGANISER EDIT_PEOPLE
approval.reject GET,POST ORGANISER EDIT_PEOPLE
calendar.agenda_file GET PUBLIC
calendar.all_days GET PUBLIC
calendar.event GET PUBLIC
calendar.event_file GET PUBLIC
calendar.how_to GET PUBLIC
calendar.my GET FEED
calendar.region GET PUBLIC
checklist.edit GET,POST ORGANISER EDIT
checklist.new GET,POST ORGANISER EDIT
checklist.overview GET ORGANISER SEE
checklist.remove POST ORGANISER EDIT
checklist.tick POST ORGANISER EDIT
checklist.usual POST ORGANISER EDIT
consents.no_invitations GET,POST PERSONAL
consents.people GET PERSONAL
contributing.act POST ORGANISER EDIT
contributing.add GET,POST ORGANISER EDIT
contributing.edit GET,POST ORGANISER EDIT
contributing.people GET ORGANISER SEE
contributing.remove GET,POST ORGANISER EDIT
copying.copy GET,POST ORGANISER EDIT
copying.hand_over GET ORGANISER EDIT
copying.taken_over GET ORGANISER SEE
data_protection.person GET,POST ADMIN
data_protection.record GET ADMIN
data_protection.record_pdf GET ADMIN
data_protection.record_table GET ADMIN
day.cancel GET,POST ORGANISER LEAD
day.edit GET,POST ORGANISER EDIT
day.edit_room GET,POST ORGANISER EDIT
day.keep POST ORGANISER LEAD
day.new_room GET,POST ORGANISER EDIT
day.publish GET,POST ORGANISER LEAD
day.take_back POST ORGANISER EDIT
day.unpublish GET,POST ORGANISER LEAD
day_keeping.archive GET,POST ORGANISER LEAD
day_keeping.delete_draft GET,POST ORGANISER LEAD
demo.download GET DEMO
demo.inbox GET DEMO
demo.invitation GET DEMO
demo.mail GET DEMO
editing.copy_round GET,POST ORGANISER EDIT
editing.edit_item GET,POST ORGANISER EDIT
editing.edit_round GET,POST ORGANISER EDIT
editing.edit_run GET,POST ORGANISER EDIT
editing.edit_workshop GET,POST ORGANISER EDIT
editing.new_item GET,POST ORGANISER EDIT
editing.new_round GET,POST ORGANISER EDIT
editing.new_run GET,POST ORGANISER EDIT
editing.new_workshop GET,POST ORGANISER EDIT
editing.remove GET,POST ORGANISER EDIT
editing.restore POST ORGANISER EDIT
events.event GET PUBLIC
events.overview GET PUBLIC
events_organise.edit_hosts GET,POST ORGANISER EDIT
events_organise.new_event GET,POST CREATOR
exemptions.decide POST ORGANISER EDIT_PEOPLE
exemptions.overview GET ORGANISER EDIT_PEOPLE
explained.mine GET PERSONAL
explained.places GET PUBLIC
figures.show GET ORGANISER SEE
group_admin.new GET,POST ORGANISER EDIT_PEOPLE
group_admin.show GET ORGANISER SEE_PEOPLE
groups.add GET,POST PERSONAL
groups.cancel GET,POST PERSONAL
groups.confirm POST PERSONAL
groups.new_link POST PERSONAL
groups.not_me GET,POST PERSONAL
groups.register GET,POST PUBLIC
groups.send_link POST PERSONAL
groups.sent GET PUBLIC
groups.show GET PERSONAL
groups.substitute GET,POST PERSONAL
health.alive GET OPERATOR
health.ready GET OPERATOR
importing.left_out GET ORGANISER EDIT_PEOPLE
importing.look GET,POST ORGANISER EDIT_PEOPLE
importing.template GET ORGANISER EDIT_PEOPLE
importing.upload GET,POST ORGANISER EDIT_PEOPLE
inside.act POST ORGANISER EDIT
inside.add GET,POST ORGANISER EDIT
inside.edit GET,POST ORGANISER EDIT
inside.remove GET,POST ORGANISER EDIT
inside.sheet GET ORGANISER SEE
inside.show GET ORGANISER SEE
led_runs.run_people GET PERSONAL
legal.accessibility GET PUBLIC
legal.answer_barrier POST ADMIN
legal.barrier_reported GET PUBLIC
legal.barriers GET ADMIN
legal.easy_language GET PUBLIC
legal.imprint GET PUBLIC
legal.privacy GET PUBLIC
legal.report_barrier GET,POST PUBLIC
legal.robots GET PUBLIC
legal.security_txt GET PUBLIC
legal_texts.edit GET,POST ADMIN
legal_texts.overview GET ADMIN
legal_texts.version GET ADMIN
links.address GET,POST PERSONAL
links.address_asked GET PERSONAL
links.also GET,POST PERSONAL
links.ask GET,POST PUBLIC
links.confirm_address GET,POST PERSONAL
links.sent GET PUBLIC
links.with_code GET PUBLIC
log.day GET ORGANISER LEAD
log.house GET ADMIN
many.approve GET,POST ORGANISER EDIT_PEOPLE
many.cancel GET,POST ORGANISER EDIT_PEOPLE
many.message GET,POST ORGANISER EDIT_PEOPLE
many.move GET,POST ORGANISER EDIT_PEOPLE
many.move_up GET,POST ORGANISER EDIT_PEOPLE
many.reject GET,POST ORGANISER EDIT_PEOPLE
master_data.act POST ADMIN
master_data.entry GET,POST ADMIN
master_data.overview GET,POST ADMIN
moving.duplicate POST ORGANISER EDIT
moving.place GET,POST ORGANISER EDIT
moving.shift GET,POST ORGANISER EDIT
my_day.show GET PERSONAL
organisations.merge_into GET,POST SIGNED_IN
organisations.new GET,POST ADMIN
organisations.organisation GET,POST SIGNED_IN
organisations.overview GET SIGNED_IN
organisations.take_back GET,POST SIGNED_IN
organising.dashboard GET ORGANISER SEE
organising.home GET SIGNED_IN
organising.mail GET ORGANISER EDIT_PEOPLE
organising.mails GET ORGANISER EDIT_PEOPLE
organising.retry_mail POST ORGANISER EDIT_PEOPLE
own.contact GET PERSONAL
own.contact_file GET PERSONAL
own.data GET PERSONAL
own.data_file GET PERSONAL
own.delete GET,POST PERSONAL
own.delete_contact GET,POST PERSONAL
own.deleted GET PUBLIC
participants.add GET,POST ORGANISER EDIT_PEOPLE
participants.cancel GET,POST ORGANISER EDIT_PEOPLE
participants.duplicates GET ORGANISER EDIT_PEOPLE
participants.edit GET,POST ORGANISER EDIT_PEOPLE
participants.export POST ORGANISER EXPORT
participants.people GET ORGANISER SEE_PEOPLE
participants.person GET ORGANISER SEE_PEOPLE
participants.send_link POST ORGANISER EDIT_PEOPLE
participants.substitute GET,POST ORGANISER EDIT_PEOPLE
participants.two_people POST ORGANISER EDIT_PEOPLE
participants.workshop_lists GET ORGANISER SEE_PEOPLE
participants.workshops GET,POST ORGANISER EDIT_PEOPLE
partners.logo GET PUBLIC
partners_organise.edit GET,POST ORGANISER EDIT
partners_organise.logo GET ORGANISER SEE
partners_organise.new GET,POST ORGANISER EDIT
partners_organise.remove GET,POST ORGANISER EDIT
partners_organise.show GET ORGANISER SEE
people.account GET SIGNED_IN
people.change_name GET,POST SIGNED_IN
people.change_password GET,POST SIGNED_IN
people.end_others POST SIGNED_IN
people.forgot_password GET,POST PUBLIC
people.new_password GET,POST PERSONAL
people.password_mail_sent GET PUBLIC
people.sign_in GET,POST PUBLIC
people.sign_out POST PUBLIC
people.welcome GET,POST PERSONAL
placing.compare GET ORGANISER EDIT_PEOPLE
placing.drop GET,POST ORGANISER EDIT_PEOPLE
placing.protocol GET ORGANISER EDIT_PEOPLE
placing.protocol_file GET ORGANISER SEE_SENSITIVE
placing.protocol_pdf GET ORGANISER EDIT_PEOPLE
placing.publish_ GET,POST ORGANISER LEAD
placing.show GET ORGANISER EDIT_PEOPLE
placing.stop_ POST ORGANISER EDIT_PEOPLE
programme.agenda GET PUBLIC
programme.agenda_atom_feed GET PUBLIC
programme.agenda_json GET PUBLIC
programme.agenda_pdf GET PUBLIC
programme.agenda_xml GET PUBLIC
programme.workshop GET PUBLIC
programme_importing.preview GET,POST ORGANISER EDIT
programme_importing.template_csv GET ORGANISER EDIT
programme_importing.template_xlsx GET ORGANISER EDIT
programme_importing.upload GET,POST ORGANISER EDIT
programme_organise.edit_kind GET,POST ORGANISER EDIT
programme_organise.kinds GET ORGANISER SEE
programme_organise.new_kind GET,POST ORGANISER EDIT
programme_organise.programme GET ORGANISER SEE
programme_organise.remove_own_kind GET,POST ORGANISER EDIT
programme_organise.remove_room GET,POST ORGANISER EDIT
programme_organise.rooms GET ORGANISER SEE
questions.answers GET ORGANISER SEE_PEOPLE
questions.consents GET,POST ORGANISER EDIT
questions.copy GET,POST ORGANISER EDIT
questions.edit GET,POST ORGANISER EDIT
questions.export POST ORGANISER EXPORT
questions.move POST ORGANISER EDIT
questions.new GET,POST ORGANISER EDIT
questions.overview GET ORGANISER SEE
questions.preview GET ORGANISER SEE
questions.remove GET,POST ORGANISER EDIT
questions.standard POST ORGANISER EDIT
quick.table GET,POST ORGANISER EDIT
quotas.edit GET,POST ORGANISER EDIT
quotas.new GET,POST ORGANISER EDIT
quotas.remove GET,POST ORGANISER EDIT
quotas.show GET ORGANISER SEE
registration.accept_offer POST PERSONAL
registration.answers GET,POST PERSONAL
registration.cancel GET,POST PERSONAL
registration.confirm POST PERSONAL
registration.consent POST PERSONAL
registration.day_file GET PERSONAL
registration.decline_offer POST PERSONAL
registration.details GET,POST PERSONAL
registration.leave_line POST PERSONAL
registration.my GET PERSONAL
registration.new_calendar POST PERSONAL
registration.new_link POST PERSONAL
registration.not_me GET,POST PERSONAL
registration.register GET,POST PUBLIC
registration.sent GET PUBLIC
registration.substitute GET,POST PERSONAL
registration.suppressed GET PUBLIC
registration.waiting GET PUBLIC
registration.wishes GET,POST PERSONAL
registration.withdraw POST PERSONAL
registration.workshops GET,POST PERSONAL
releasing.bring_back POST ORGANISER EDIT
releasing.preview GET PERSONAL
releasing.release GET,POST ORGANISER LEAD
releasing.take_back POST ORGANISER LEAD
releasing.version GET ORGANISER SEE
releasing.versions GET ORGANISER SEE
results.documentation GET PUBLIC
results.documentation_pdf GET PUBLIC
results.material GET PUBLIC
results_desk.agreement GET,POST ORGANISER EDIT
results_desk.frame GET,POST ORGANISER EDIT
results_desk.new_agreement GET,POST ORGANISER EDIT
results_desk.overview GET ORGANISER SEE
results_desk.preview GET ORGANISER SEE
results_desk.publish GET,POST ORGANISER LEAD
results_desk.remove GET,POST ORGANISER EDIT
results_desk.result GET,POST ORGANISER EDIT
results_desk.unpublish GET,POST ORGANISER LEAD
results_materials.file GET ORGANISER SEE
results_materials.material GET,POST ORGANISER EDIT
results_materials.new_document GET,POST ORGANISER EDIT
results_materials.new_photo GET,POST ORGANISER EDIT
results_materials.remove GET,POST ORGANISER EDIT
setup.overview GET ADMIN
setup.own_office GET,POST ADMIN
setup.sender GET,POST ADMIN
setup.skip POST ADMIN
setup.test_mail POST ADMIN
staff.remove POST ORGANISER EDIT_PEOPLE
staff.show GET,POST ORGANISER EDIT_PEOPLE
static GET PUBLIC
suppression.show GET,POST ADMIN
swaps.accept POST PERSONAL
swaps.offer GET,POST PERSONAL
swaps.refuse POST PERSONAL
swaps.show GET PERSONAL
swaps.withdraw POST PERSONAL
tables.admin GET ORGANISER EDIT_PEOPLE
tables.drop GET,POST ORGANISER EDIT_PEOPLE
tables.export POST ORGANISER EXPORT
tables.fill POST ORGANISER EDIT_PEOPLE
tables.new GET,POST ORGANISER EDIT_PEOPLE
tables.person GET,POST ORGANISER EDIT_PEOPLE
tables.publish_ GET,POST ORGANISER EDIT_PEOPLE
tables.show GET ORGANISER EDIT_PEOPLE
tables.take_back_ POST ORGANISER EDIT_PEOPLE
team.change_member GET,POST ORGANISER LEAD
team.remove_member POST ORGANISER LEAD
team.show GET,POST ORGANISER LEAD
team.welcome_again POST ORGANISER LEAD
"""


def lines_of(app: Flask) -> list[str]:
    """The table as the application stands."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.endpoint, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return [
        " ".join([endpoint, ",".join(sorted(found[endpoint])), *_audience(app, endpoint)])
        for endpoint in sorted(found)
    ]


def _audience(app: Flask, endpoint: str) -> list[str]:
    declared = access_of(app, endpoint)
    assert declared is not None
    return (
        [declared.audience.name, declared.permission.name]
        if declared.permission
        else [declared.audience.name]
    )


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return _app(tmp_path_factory.mktemp("access"))


def _app(folder: Path) -> Flask:
    return create_app(settings_for(f"sqlite:///{folder / 'x.sqlite3'}", folder))


def test_the_table_and_the_application_say_the_same(wired: Flask) -> None:
    listed, found = TABLE.split("\n")[1:-1], lines_of(wired)
    assert set(found) - set(listed) == set(), "not in the table"
    assert set(listed) - set(found) == set(), "in the table only"
    assert listed == found, "sorted by endpoint"


def test_every_permission_is_asked_for_somewhere(wired: Flask) -> None:
    used = {declared.permission for name in wired.view_functions if (declared := access_of(wired, name))}
    assert used - {None} == set(Permission)


def test_addresses_and_audiences_belong_together(wired: Flask) -> None:
    """What an address looks like says who it is for; an exception stands here with its reason."""
    odd = {}
    for rule in wired.url_map.iter_rules():
        declared = access_of(wired, rule.endpoint)
        assert declared is not None
        expected = _expected_at(rule.rule)
        if declared.audience not in expected:
            odd[rule.endpoint] = declared.audience.name
    assert odd == {
        "people.sign_in": "PUBLIC",
        "people.sign_out": "PUBLIC",  # whose cookie is over can still press it
        "people.forgot_password": "PUBLIC",
        "people.password_mail_sent": "PUBLIC",
        "people.welcome": "PERSONAL",
        "people.new_password": "PERSONAL",
        "releasing.preview": "PERSONAL",  # of no person, but nobody without the link sees it
    }


EXPECTED_AT = [
    ("/organise/events/<slug>", {Audience.ORGANISER}),
    ("/organise", {Audience.SIGNED_IN, Audience.CREATOR, Audience.ADMIN}),
    ("/calendar/.*<token>", {Audience.FEED}),
    ("/(my|group)/", {Audience.PERSONAL}),
    ("/demo", {Audience.DEMO}),
    ("/(healthz|readyz)$", {Audience.OPERATOR}),
    ("/", {Audience.PUBLIC}),
]


def _expected_at(address: str) -> set[Audience]:
    return next(audiences for start, audiences in EXPECTED_AT if re.match(start, address))


def test_whoever_organises_an_event_names_it_in_the_address(wired: Flask) -> None:
    """The guard asks for `slug`; without it the view could not be guarded."""
    without = {
        rule.endpoint
        for rule in wired.url_map.iter_rules()
        if access_of(wired, rule.endpoint).audience is Audience.ORGANISER and "slug" not in rule.arguments  # type: ignore[union-attr]
    }
    assert without == set()


def test_seeing_is_enough_for_reading_only(wired: Flask) -> None:
    """A POST needs more than the permission to look."""
    looking = {Permission.SEE, Permission.SEE_PEOPLE}
    posting = {
        rule.endpoint
        for rule in wired.url_map.iter_rules()
        if "POST" in (rule.methods or set()) and access_of(wired, rule.endpoint).permission in looking  # type: ignore[union-attr]
    }
    assert posting == set()


def test_an_endpoint_without_an_audience_keeps_the_app_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "forgetful_views.py").write_text(
        "from flask import Blueprint\n"
        "bp = Blueprint('forgetful', __name__)\n"
        "@bp.get('/secret')\n"
        "def secret(): return 'everything'\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    forgetful = importlib.import_module("forgetful_views")
    monkeypatch.setattr(factory, "MODULES", (*factory.MODULES, forgetful))
    with pytest.raises(RuntimeError, match=r"endpoints without an audience: forgetful\.secret$"):
        _app(tmp_path)


def test_one_that_is_added_afterwards_answers_nothing(tmp_path: Path) -> None:
    app = _app(tmp_path)
    app.add_url_rule("/secret", "secret", lambda: "everything")
    response = app.test_client().get("/secret")
    assert response.status_code == 500
    assert "everything" not in response.get_data(as_text=True)


def test_the_demo_is_gone_in_production(tmp_path: Path) -> None:
    app = _app(tmp_path)
    app.config["DEMO"] = False

    @app.get("/demo/probe")
    @access.demo_only
    def probe() -> str:
        return "demo"

    assert app.test_client().get("/demo/probe").status_code == 404
    app.config["DEMO"] = True
    assert app.test_client().get("/demo/probe").status_code == 200
    with app.app_context():
        db.engine.dispose()


def test_routing_is_exact(wired: Flask) -> None:
    """No address twice, no trailing slash that would be another page."""
    rules = [(rule.rule, method) for rule in wired.url_map.iter_rules() for method in rule.methods or set()]
    assert len(rules) == len(set(rules))
    with pytest.raises(NotFound):
        wired.url_map.bind("localhost").match("/events/x/register/", method="GET")


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        table = "\n".join(lines_of(_app(Path(folder))))
    source = Path(__file__).read_text(encoding="utf-8")
    Path(__file__).write_text(
        re.sub(r'TABLE = """\n.*?"""', lambda _: f'TABLE = """\n{table}\n"""', source, flags=re.DOTALL),
        encoding="utf-8",
    )
    sys.stdout.write("The table is written; read the difference.\n")
