# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A small world in which everything exists once: every status, every kind of link, every row a page can show.

`World.addresses` fills the parameters of any route, so that a test can walk the URL map instead of a list that
somebody would have to keep.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import links
from app.allocation.baselines import careful_start
from app.allocation.loader import Terms, read_question
from app.allocation.models import AllocationRun, PlacingCondition
from app.allocation.protocol import write_protocol
from app.allocation.result import Allocation, Solver, Stage
from app.allocation.rules import AllocationState, ConditionKind, Mixing, Mode, Proof
from app.allocation.verification import worth
from app.attendees.approval import reject
from app.attendees.duplicates import say_two_people
from app.attendees.imports.kept import keep
from app.attendees.mailings import MailingText, write_to
from app.attendees.manual import add
from app.checklist.models import Task
from app.checklist.service import add_usual
from app.clock import now
from app.events.facts import RoomFacts
from app.events.models import Event, Notice, Quota, Room, TeamMember
from app.events.notices import day_facts, write_notice
from app.events.partners.models import Partner, PartnerLogo
from app.events.partners.rules import Logo, PartnerFacts, PartnerRole
from app.events.partners.service import add_partner
from app.events.rules import Aim, EventStatus, Loop, Placement, QuotaEffect, QuotaTarget
from app.events.service import accept_series, lock_event
from app.events.team_service import add_member
from app.legal import models, service
from app.organisation_admin.models import OrganisationMerge
from app.organisation_admin.service import merge
from app.organisations.models import OrganisationKind, Region
from app.organisations.rules import UsualKind
from app.organisations.service import add_organisation, find_organisation, name_organisation
from app.organising import setup
from app.outbox.models import Message
from app.outbox.rules import State
from app.people.models import Organiser, PasswordLink
from app.people.rules import LinkReason, Origin, Role
from app.people.service import MAIL_KINDS, Invitation, forgot_password, welcome
from app.programme.kinds import KindFacts, add_kind
from app.programme.models import (
    AgendaChange,
    AgendaItem,
    AgendaKind,
    AgendaVersion,
    Contributor,
    Round,
    Run,
    Stand,
    SubItem,
    Workshop,
)
from app.programme.plan import ContributorFacts, ItemFacts, RoundFacts, RunPlan, StandFacts, SubItemFacts
from app.programme.rules import ContributorRole, Icon, ItemKind, Thing
from app.programme.service import add_room
from app.programme.versions import versions_of
from app.programme.working_copy import read_working_copy
from app.programme.workshop_facts import WorkshopFacts
from app.refusal import fingerprint
from app.registration import links as registration_links
from app.registration.accompanying import take_number
from app.registration.addresses import ask_new_address, new_address_token
from app.registration.admission import Entry
from app.registration.consents.models import ConsentSource, Purpose
from app.registration.consents.records import write_down
from app.registration.consents.service import ask_for
from app.registration.groups.members import add_colleague
from app.registration.groups.service import Allotment, GroupEntry, allot, register_group
from app.registration.history import PARTICIPANT, By
from app.registration.models import Group, GroupGuest, Registration
from app.registration.notifications import NEW_ADDRESS
from app.registration.person import Person
from app.registration.promotion import move_up
from app.registration.questions.answering import look_at_sensitive
from app.registration.questions.models import Law, Question
from app.registration.questions.queries import questions_of
from app.registration.questions.rules import QuestionKind
from app.registration.questions.service import add_question
from app.registration.quotas.service import QuotaFacts, add_quota
from app.registration.rules import Actor, Status
from app.registration.service import cancel, confirm, expire, lock_registration, register
from app.registration.tables.models import Seating, SeatingGuest, SeatingPlace
from app.registration.tables.rules import SeatingState
from app.registration.workshops.memory import hashed
from app.registration.workshops.models import (
    Exemption,
    LotMemory,
    Place,
    RegistrationNeed,
    RunStaff,
    StaffRole,
    SwapChain,
    SwapOffer,
    SwapShare,
    SwapWish,
    Wish,
)
from app.registration.workshops.news import RunChange, note_changes
from app.registration.workshops.places import chosen_by
from app.registration.workshops.rules import Need, PlaceFact
from app.results.material_service import add_material_bytes
from app.results.models import Agreement, Material
from app.results.rules import MaterialFacts, MaterialKind, ResultFacts
from app.results.service import FrameFacts, add_agreement, publish_documentation, write_frame, write_result
from app.scheduling import editing
from app.scheduling.contributing import add_to_place
from app.scheduling.release_views import preview_token
from app.web.access import Access, Audience, access_of
from app.web.database import db, transaction
from tests.factories.days import at, make_event, make_programme
from tests.factories.questions import TEAM, facts, make_questions
from tests.people.helpers import an_organiser, signed_in
from tests.results.samples import a_photo, an_agreement, jpeg, pdf, png
from tests.scheduling.steps import change

SLUG = "musterfachtag"
DRAFT = "entwurf"
WISHING = "wunschtag"
EMPTY = "leerer-tag"  # published, nobody registered
SWAPPING = "tauschtag"
EARLIER = "voriger-tag"  # over
LEAD = "lea@example.org"
VIEWER = "vera@example.org"
NEWCOMER = "nora@example.org"
CHECK_IN = "chris@example.org"
CODE = "Sommer-27"
CODED = "tag-mit-code"  # whose form opens with a code
FORM_CODE = "Herbst-27"
OTHER_DAYS = {one: [CODED] for one in ("events.event", "registration.register", "groups.register")}
IMPORTED = ("Neu", "Nele", "nele@example.org", "Gemeinde Musterstadt")
# Given name by the status the person ends up in.
ELSEWHERE = "anderswo@example.org"  # the new address of somebody
NAMES = {
    Status.REGISTERED: "Svenja",
    Status.UNCONFIRMED: "Aylin",
    Status.OFFERED: "Oda",
    Status.WAITING: "Sascha",
    Status.CANCELLED: "Jasper",
    Status.EXPIRED: "Enes",
    Status.PENDING: "Noa",
    Status.REJECTED: "Ruben",
}
DECIDED = {Status.PENDING, Status.REJECTED}  # the day asks the team about these


@dataclass
class World:
    """What was built; tokens by registration status."""

    app: Flask
    ids: dict[str, list[int]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    together: dict[str, list[dict[str, object]]] = field(
        default_factory=dict
    )  # by endpoint, what belongs together
    queries: dict[str, str] = field(default_factory=dict)  # by endpoint, without which a page shows no form
    personal: dict[Status, str] = field(default_factory=dict)
    feeds: dict[Status, str] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)
    wishing: list[str] = field(default_factory=list)
    swapping: list[str] = field(default_factory=list)
    new_addresses: list[str] = field(default_factory=list)
    form_links: list[str] = field(default_factory=list)
    previews: list[str] = field(default_factory=list)
    password_links: dict[LinkReason, str] = field(default_factory=dict)
    shown: dict[str, TestResponse] = field(default_factory=dict)

    def addresses(self, rule: Rule) -> list[str]:
        """Every address of this route that leads somewhere in this world. Raises when a parameter is new here."""
        access = access_of(self.app, rule.endpoint)
        assert access is not None
        open_arguments = [name for name in rule.arguments if name not in (rule.defaults or {})]
        choices = self.together.get(rule.endpoint, [{}])
        for name in sorted({*open_arguments} - choices[0].keys()):
            values = self._values(rule, access, name)
            choices = [{**chosen, name: value} for chosen in choices for value in values]
        with self.app.test_request_context("/"):
            adapter = self.app.url_map.bind("localhost")
            return [adapter.build(rule.endpoint, {**(rule.defaults or {}), **chosen}) for chosen in choices]

    def _values(self, rule: Rule, access: Access, name: str) -> list[object]:
        if name == "token":
            return list(self._tokens(rule, access))
        if name == "slug":
            alone = access.audience is Audience.ORGANISER and rule.arguments == {"slug"}
            others = [DRAFT, EMPTY] if alone else OTHER_DAYS.get(rule.endpoint, [])
            return ["owl"] if rule.endpoint == "calendar.region" else [SLUG, *others]
        if name == "round_id" and rule.endpoint.startswith("swaps."):
            name = "swap_round_id"
        if name == "reference" and rule.endpoint.startswith("groups."):
            return list(self.texts["member"])
        if rule.endpoint.startswith("contributing.") and name in {"key", "deed"}:
            name = f"contributing_{name}"
        if rule.endpoint.startswith("inside."):
            name = f"inside_{name}"
        if name in self.ids:
            return list(self.ids[name])
        if name in self.texts:
            return list(self.texts[name])
        raise AssertionError(f"{rule.rule}: say in tests/abuse/world.py what stands for <{name}>")

    def _tokens(self, rule: Rule, access: Access) -> list[str]:
        if access.audience is Audience.FEED:
            return list(self.feeds.values())
        if rule.endpoint.startswith("people."):
            return [self.password_links[rule.defaults["reason"]]] if rule.defaults else []
        if rule.endpoint == "registration.wishes":
            return [*self.personal.values(), *self.wishing]
        if rule.endpoint.startswith(("swaps.", "registration.my")):
            return [*self.personal.values(), *self.swapping]
        others = {"links.with_code": self.form_links, "links.confirm_address": self.new_addresses}
        others["releasing.preview"] = self.previews
        if rule.endpoint in others:
            return others[rule.endpoint]
        return list(self.groups if rule.rule.startswith("/group/") else self.personal.values())

    def rules(self, method: str = "GET") -> Iterator[tuple[Rule, Access]]:
        """Every route that takes the method, with its audience."""
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda one: (one.rule, one.endpoint)):
            access = access_of(self.app, rule.endpoint)
            assert access is not None
            if method in (rule.methods or set()):
                yield rule, access

    def every_address(self, *audiences: Audience, method: str = "GET") -> list[str]:
        return [
            address
            for rule, access in self.rules(method)
            if access.audience in (audiences or tuple(Audience))
            for address in self.addresses(rule)
        ]

    def lead(self) -> FlaskClient:
        """A browser of somebody who may do everything."""
        return signed_in(self.app, LEAD)

    def shown_to_lead(self, address: str) -> TestResponse:
        """The page as `lead` sees it, opened once: only for a world in which nothing moves."""
        if address not in self.shown:
            self.shown[address] = ask(self._lead, address)
        return self.shown[address]

    @cached_property
    def _lead(self) -> FlaskClient:
        return self.lead()

    def state(self, *but: str) -> str:
        """A hash over every row of every table, apart from the tables named."""
        digest = hashlib.sha256()
        with self.app.app_context():
            db.session.rollback()
            for table in db.metadata.sorted_tables:
                if table.name in but:
                    continue
                digest.update(table.name.encode())
                for row in db.session.execute(select(table).order_by(*table.primary_key.columns)):
                    digest.update(repr(tuple(row)).encode())
            db.session.rollback()
        return digest.hexdigest()

    def rows(self) -> dict[str, int]:
        with self.app.app_context():
            return {
                table.name: len(db.session.execute(select(*table.primary_key.columns)).all())
                for table in db.metadata.sorted_tables
            }


def ask(browser: FlaskClient, address: str, method: str = "GET", **kwargs: Any) -> TestResponse:
    """The whole answer; files that are sent are closed again."""
    response = browser.open(address, method=method, **kwargs)
    response.get_data()
    response.close()
    return response


def build_world(app: Flask) -> World:
    world = World(app)
    _people_and_days(app)
    _questions(app)
    _consents_asked(app)
    _earlier_day(app)
    for status in NAMES:
        _somebody(app, status)
    _consents_and_wishes(app)
    _accompanied(app)
    _another_address(app)
    _told(app)
    _a_look(app)
    _quotas(app)
    _organisations(app)
    _spare_parts(app)
    _groups(app)
    _results(app)
    _allocations(app)
    _tables(app)
    _wishing(app)
    swapping_day(app)
    _coded(app)
    _links_and_mails(app)
    _remember(world)
    return world


def _accompanied(app: Flask) -> None:
    """Somebody does not come alone; in the day and in the workshop is one chair more for it."""
    with app.app_context(), transaction() as session:
        whose = Registration.given_name == NAMES[Status.REGISTERED]
        one = lock_registration(session, session.scalars(select(Registration.id).where(whose)).one())
        one.event.capacity = (one.event.capacity or 0) + 1
        for run, _state in chosen_by(session, one):
            run.capacity = None if run.capacity is None else run.capacity + 1
        session.flush()
        take_number(session, one, 1, now(), in_turn=False)


def _consents_asked(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        for slug in (SLUG, EMPTY):
            day = session.scalars(select(Event.id).where(Event.slug == slug)).one()
            ask_for(session, day, {Purpose.LIST, Purpose.PRESS}, fingerprint(""), TEAM, now())


def _earlier_day(app: Flask) -> None:
    """It is over, and somebody agreed there to be invited to the next one."""
    with app.app_context(), transaction() as session:
        day = make_event(session, slug=EARLIER, title="Ein Tag vor einem Monat")
        lead = session.scalars(select(Organiser).where(Organiser.email == LEAD)).one()
        add_member(session, day.id, lead, Role.LEAD, by=None, now=now())
        ask_for(session, day.id, {Purpose.NEXT_DAY}, fingerprint(""), TEAM, now())
        frieda = Person("Frieda", "Frueher", "frieda@example.org", "Kreis Herford (Beispiel)", "")
        one = add(session, day.id, Entry(frieda, "nonce-earlier-0123456789"), TEAM, now(), extra_seat=False)
        write_down(session, one, {Purpose.NEXT_DAY: "Ja, gern."}, ConsentSource.PAGE, now())
        day.starts_at, day.ends_at = now() - timedelta(days=30, hours=6), now() - timedelta(days=30)


def _consents_and_wishes(app: Flask) -> None:
    """Of somebody with a seat, of whom the lot remembers something; as rows, because the day gives places directly."""
    with app.app_context(), transaction() as session:
        one = session.scalars(
            select(Registration).where(Registration.given_name == NAMES[Status.REGISTERED])
        ).one()
        write_down(session, one, {Purpose.LIST: "Ja, gern."}, ConsentSource.FORM, now())
        run = session.scalars(select(Run).where(Run.label == "1.2")).one()
        session.add(Wish(registration_id=one.id, round_id=run.round_id, run_id=run.id, rank=1))
        earlier = session.scalars(select(Event.id).where(Event.slug == EARLIER)).one()
        until = now() + timedelta(days=900)
        session.add(
            LotMemory(
                series_id=one.event.series_id,
                event_id=earlier,
                address=hashed(one.email_key),
                lost=2,
                kept_until=until,
            )
        )
        session.add(RegistrationNeed(registration_id=one.id, need=Need.STEP_FREE))
        session.add(Exemption(registration_id=one.id, workshop_id=run.workshop_id, reason="Ich leite ihn."))
        session.add(RunStaff(run_id=run.id, registration_id=one.id, role=StaffRole.NOTE_TAKER))


def _another_address(app: Flask) -> None:
    """Somebody has asked for it, and the new one has not confirmed it."""
    with app.app_context(), transaction() as session:
        whose = Registration.given_name == NAMES[Status.REGISTERED]
        one = session.scalars(select(Registration.id).where(whose)).one()
        ask_new_address(session, one, ELSEWHERE, now())


def _told(app: Flask) -> None:
    """The venue was changed, and a run has another room for somebody who sits in it. A day is about to be called off."""
    with app.app_context(), transaction() as session:
        day = session.scalars(select(Event).where(Event.slug == SLUG)).one()
        later = now() + timedelta(hours=1)  # it can still be taken back when the last test looks
        write_notice(session, day, day_facts(day), ["venue_name"], "Der Saal ist größer.", later)
        empty = session.scalars(select(Event).where(Event.slug == EMPTY)).one()
        empty.calls_off_at, empty.off_reason = later, "Der Saal ist gesperrt."
        one = session.scalars(
            select(Registration).where(Registration.given_name == NAMES[Status.REGISTERED])
        ).one()
        run = session.scalars(select(Run).where(Run.label == "1.2")).one()
        note_changes(session, one, [RunChange(run, PlaceFact.ROOM, "Foyer", "Raum Birke")], now())


def _groups(app: Flask) -> None:
    """A group with a colleague and a seat that has no name yet; and one that nobody has confirmed, whose rows are
    somebody new, who waits, and somebody who is registered already."""
    with app.app_context():
        event_id = db.session.scalars(select(Event.id).where(Event.slug == SLUG)).one()
        contact = Person("Klara", "Kontakt", "klara@example.org", "Kreis Herford (Beispiel)", "")
        until = now() + timedelta(days=2)
        with transaction() as session:
            day = lock_event(session, event_id)
            day.capacity = day.taken + 2
            kept = allot(
                session, event_id, Allotment(contact, 2, until, "nonce-seats-0123456789"), TEAM, now()
            ).id
        colleague = replace(contact, given_name="Gerd", email="gerd@example.org")
        with transaction() as session:
            add_colleague(session, kept, Entry(colleague, "nonce-colleague-0123456789"), now())
        rows = [replace(contact, given_name="Gisela", email="gisela@example.org")]
        rows += [replace(contact, given_name="Minh", email="minh@example.org")]
        konrad = replace(contact, given_name="Konrad", email="konrad@example.org")
        with transaction() as session:
            entry = GroupEntry(konrad, rows, "nonce-group-0123456789", together=True)
            register_group(session, event_id, entry, now())


def _people_and_days(app: Flask) -> None:
    lead = an_organiser(app, LEAD, name="Lea Musterfrau", is_admin=True)
    viewer = an_organiser(app, VIEWER, name="Vera Beispiel")
    checking = an_organiser(app, CHECK_IN, name="Chris Probe")
    newcomer = an_organiser(app, NEWCOMER, name="Nora Neumann")
    with app.app_context(), transaction() as session:
        region = Region(slug="owl", name="Ostwestfalen-Lippe")
        session.add(region)
        series = accept_series(session, "Musterfachtage")
        kind = session.scalars(select(OrganisationKind).where(OrganisationKind.key == "education")).one()
        kind.retired = True
        session.flush()
        draft = make_event(session, slug=DRAFT, title="Ein Entwurf", status=EventStatus.DRAFT)
        empty = make_event(session, slug=EMPTY, title="Noch niemand angemeldet")
        opening = ItemFacts(ItemKind.WELCOME, "Begrüßung", at("9:30"), at("10:00"), "", None)
        editing.add(session, draft.id, Thing.ITEM, opening, now())  # a programme that may be released
        day = make_event(session, slug=SLUG, capacity=3, region_id=region.id, confirm_within_minutes=60)
        day.series, day.predecessor_id = series, empty.id
        add_usual(session, day.id, str)
        programme = make_programme(session, day)
        programme.runs["1.1"].capacity = 1
        for event in (draft, empty, day):
            for person, role in ((lead, Role.LEAD), (viewer, Role.VIEWER), (checking, Role.CHECK_IN)):
                member = session.get_one(Organiser, person)
                add_member(session, event.id, member, role, by=None, now=now())
        add_member(session, day.id, session.get_one(Organiser, newcomer), Role.ORGANISER, by=None, now=now())


def _questions(app: Flask) -> None:
    """One question of each kind, and two of the sensitive sort."""
    with app.app_context(), transaction() as session:
        for slug in (SLUG, EMPTY):
            make_questions(session, session.scalars(select(Event.id).where(Event.slug == slug)).one())
        add_question(
            session,
            session.scalars(select(Event.id).where(Event.slug == EMPTY)).one(),
            facts(QuestionKind.SHORT_TEXT, "Nur hier"),
            TEAM,
            now(),
        )


def _somebody(app: Flask, status: Status) -> None:
    """Somebody registers and comes to stand in this status, through the use cases only."""
    with app.app_context():
        event_id = db.session.scalars(select(Event.id).where(Event.slug == SLUG)).one()
        first_round, run = db.session.execute(select(Run.round_id, Run.id).where(Run.label == "1.1")).one()
        name = NAMES[status]
        person = Person(
            name, "Demohaus", f"{name.lower()}@example.org", "Kreis Herford (Beispiel)", "Beratung"
        )
        with transaction() as session:
            entry = Entry(person, f"nonce-{status.value}-0123456789", "de", {first_round: run})
            made = register(session, event_id, replace(entry, given=_answers(session, event_id)), now()).id
        with transaction() as session:
            if status is Status.EXPIRED:
                expire(session, made, now() + timedelta(hours=2))
            elif status is not Status.UNCONFIRMED:
                session.get_one(Event, event_id).approval = status in DECIDED
                confirm(session, made, now())
                session.get_one(Event, event_id).approval = False
        if status is Status.REJECTED:
            with transaction() as session:
                reject(session, made, By(Actor.ORGANISER, note="Der Tag ist für andere gedacht."), now())
        if status is Status.REGISTERED:
            _second_in_line(event_id, first_round, run)
        if status is Status.CANCELLED:
            with transaction() as session:
                cancel(session, made, PARTICIPANT, now())
        if status is Status.OFFERED:
            _one_more_seat_is_offered(event_id)


def _one_more_seat_is_offered(event_id: int) -> None:
    with transaction() as session:
        event = lock_event(session, event_id)
        event.capacity, event.offer_hours = (event.capacity or 0) + 1, 24
        move_up(session, event, now())
        event.offer_hours = None


def _quotas(app: Flask) -> None:
    """A limit that people fall under, and a code that nobody has typed in yet."""
    with app.app_context(), transaction() as session:
        day = session.scalars(select(Event.id).where(Event.slug == SLUG)).one()
        house = find_organisation(session, "Kreis Herford (Beispiel)")
        assert house is not None
        here = Aim(QuotaTarget.ORGANISATION, organisation_id=house.id)
        code = Aim(QuotaTarget.CODE, code=CODE)
        for name, effect, aim, seats in (
            ("Kreis Herford", QuotaEffect.CAP, here, 10),
            ("Gäste", QuotaEffect.RESERVE, code, 0),
        ):
            add_quota(session, day, QuotaFacts(name, effect, aim, seats), PARTICIPANT, now())


def _organisations(app: Flask) -> None:
    """A provisional one with people, one that was merged; two people who are two, and two who may be one."""
    with app.app_context(), transaction() as session:
        lead = By(Actor.ORGANISER, session.scalars(select(Organiser.id).where(Organiser.email == LEAD)).one())
        add_organisation(session, "Kreis Herford, Integration")
        known = add_organisation(session, "Gemeinde Musterstadt")
        merge(session, name_organisation(session, "Stadt Musterstadt").id, known.id, lead, now())
        first, second = session.scalars(
            select(Registration)
            .where(Registration.given_name.in_(("Minh", "Svenja")))
            .order_by(Registration.id)
        )
        third = session.scalars(select(Registration).where(Registration.given_name == "Oda")).one()
        third.email = third.email_key = (
            "minh+oda@example.org"  # looks like Minh's, and nobody has said it is not
        )
        say_two_people(session, first.event_id, first.reference, second.reference, lead, now())


def _answers(session: Session, event_id: int) -> dict[int, tuple[int, ...] | str]:
    """To every question that people are asked."""
    given: dict[int, tuple[int, ...] | str] = {}
    texts = {QuestionKind.NUMBER: "3", QuestionKind.DATE: "2031-03-12"}
    for one in questions_of(session, event_id):
        if not one.organiser_only:
            given[one.id] = (one.options[-1].id,) if one.options else texts.get(one.kind, "Ohne Nüsse")
    return given


def _a_look(app: Flask) -> None:
    """The lead has just asked for the sensitive answers of one person."""
    with app.app_context(), transaction() as session:
        lead = session.scalars(select(Organiser.id).where(Organiser.email == LEAD)).one()
        minh = session.scalars(select(Registration.id).where(Registration.given_name == "Minh")).one()
        look_at_sensitive(session, minh, By(Actor.ORGANISER, lead), now())


def _second_in_line(event_id: int, first_round: int, run: int) -> None:
    """Holds a seat of the day and stands in the line of the full workshop; the day is full from here on."""
    person = Person("Minh", "Zweifel", "minh@example.org", "Stadt Musterstadt", "")
    with transaction() as session:
        made = register(
            session, event_id, Entry(person, "nonce-second-0123456789", "de", {first_round: run}), now()
        )
        confirm(session, made.id, now())


def _spare_parts(app: Flask) -> None:
    """One of each in the programme that nobody uses, so that it can be removed. What stands in the agenda was entered before it
    was released; since then one version was released and a working copy begun."""
    with app.app_context(), transaction() as session:
        day = session.scalars(select(Event).where(Event.slug == SLUG)).one()
        released, day.agenda_released_at = day.agenda_released_at, None
        hall = session.scalars(select(Room).where(Room.name == "Foyer")).one()
        add_room(session, day.id, RoomFacts("Abstellkammer", 10, True, Loop.NONE, ""), now())
        late = ItemFacts(ItemKind.BREAK, "Nachklang", at("15:45"), at("16:00"), "", hall.id)
        item = editing.add(session, day.id, Thing.ITEM, late, now())
        editing.add(session, day.id, Thing.WORKSHOP, WorkshopFacts("Ohne Termin", "Noch offen."), now())
        partner = PartnerFacts(
            PartnerRole.FUNDER, "Land Muster", "https://example.org/land", "Gefördert vom Land."
        )
        add_partner(session, day.id, partner, Logo(png((8, 8)), 8, 8, "Land Muster"), None, now())
        third = RoundFacts(3, "Workshoprunde 3", at("14:45"), at("15:00"))
        editing.add(session, day.id, Thing.ROUND, third, now())
        first = session.scalars(
            select(Workshop).where(Workshop.event_id == day.id).order_by(Workshop.id)
        ).first()
        second_round = session.scalars(select(Round).where(Round.event_id == day.id, Round.number == 2)).one()
        assert first is not None
        plan = RunPlan("2.9", second_round.id, capacity=5, workshop_id=first.id)
        spare = editing.add_run(session, day.id, plan, ("Ohne Namen",), now())
        asked = ContributorFacts(
            "Noch Ungefragt", "Rektorin", "Universität", about="Sie kommt gern.", confirmed=False
        )
        add_to_place(session, day.id, f"run-{spare}", asked, now())
        first_item = session.scalars(
            select(AgendaItem.id).where(AgendaItem.event_id == day.id).order_by(AgendaItem.id).limit(1)
        ).one()
        for facts in (
            SubItemFacts("Kurzer Input", "Zwei Folien"),
            SubItemFacts("Film", "", 0, 5),
            StandFacts("Verein Muster", "Tisch 1", True, "Film"),
        ):
            add_to_place(session, day.id, f"item-{first_item}", facts, now())
        add_kind(session, day.id, KindFacts("Jubiläum", "Jubilee", Icon.STAR), now())
        moderation = ContributorFacts("Kim Moderiert", role=ContributorRole.DAY_MODERATION)
        add_to_place(session, day.id, "day", moderation, now())
        day.agenda_released_at = released
        change(
            session, day.id, Thing.ITEM, item, replace(late, note="Mit Musik."), now(), note="Es wird laut."
        )
        version = session.scalars(select(AgendaVersion).order_by(AgendaVersion.number.desc())).first()
        assert version is not None
        version.name = "Mit Musik"
        version.at = now() + timedelta(hours=1)  # it can still be taken back when the last test looks
        editing.take_out(session, day.id, Thing.ITEM, item, now())
        editing.add(session, day.id, Thing.ITEM, replace(late, title="Abreise", note="Zum Bahnhof."), now())
        session.add(
            AgendaChange(
                event_id=day.id, at=now(), title="Vortrag", field="room", old="Foyer", new="Großer Saal"
            )
        )


def _allocations(app: Flask) -> None:
    """The day gave its places by wishes yesterday. A condition of each kind; the allocation that holds, another one with
    a result, one that is worked out, and one that is impossible. Results are a clerk's, so nobody loads the solver."""
    with app.app_context(), transaction() as session:
        day = session.scalars(select(Event).where(Event.slug == SLUG)).one()
        one, other = session.scalars(
            select(Registration.id)
            .where(Registration.given_name.in_(("Svenja", "Minh")))
            .order_by(Registration.id)
        )
        run = session.scalars(select(Run.id).where(Run.label == "1.2")).one()
        house = session.scalars(select(Registration.organisation_id).where(Registration.id == one)).one()
        for values in (
            {"kind": ConditionKind.PIN, "first_id": other, "run_id": run},
            {"kind": ConditionKind.FORBID, "first_id": one, "run_id": run},
            {"kind": ConditionKind.TOGETHER, "first_id": one, "second_id": other, "soft": True},
            {"kind": ConditionKind.ORGANISATION_CAP, "organisation_id": house, "most": 2},
            {"kind": ConditionKind.KIND_BOUNDS, "organisation_kind": UsualKind.KI, "least": 1},
            {"kind": ConditionKind.SPREAD},
        ):
            session.add(PlacingCondition(event_id=day.id, **values))
        session.flush()
        instance = read_question(session, day, Terms())
        places = tuple(careful_start(instance))
        stages = tuple(
            Stage(it.goal, it.value, it.value, 0.1, it.rank, it.most) for it in worth(instance, places)
        )
        protocol = write_protocol(instance, Allocation(Proof.OPTIMAL, Solver("Clerk", "1"), places, stages))
        led = session.scalars(select(Run.id).where(Run.label == "2.1")).one()
        session.add(RunStaff(run_id=led, registration_id=other, role=StaffRole.FACILITATOR))
        lead = session.scalars(select(Organiser.id).where(Organiser.email == LEAD)).one()
        reasons = [{"obstacle": "together", "values": {"first": one, "second": other}}]
        session.scalars(select(Run).where(Run.label == "2.9")).one().takes_place = False
        day.placement, day.wishes_until = Placement.WISHES, now() - timedelta(days=2)
        day.placed_at = now() - timedelta(days=1)
        done = {"protocol": protocol, "chairs": [_a_chair(run)]}
        for name, state, more in (
            ("Großzügig", AllocationState.DONE, {**done, "published_at": day.placed_at}),
            ("Gierig", AllocationState.DONE, done),
            ("In Arbeit", AllocationState.RUNNING, {"lease_until": now() + timedelta(days=1)}),
            ("Geht nicht", AllocationState.IMPOSSIBLE, {"reasons": reasons}),
        ):
            session.add(
                AllocationRun(
                    event_id=day.id,
                    name=name,
                    mode=Mode.GENEROUS,
                    mixing=Mixing.LOOSE,
                    seed=1,
                    nonce=f"nonce-{name}-0123456789",
                    state=state,
                    created_at=now(),
                    organiser_id=lead,
                    finished_at=None if state is AllocationState.RUNNING else now(),
                    **more,
                )
            )


def _tables(app: Flask) -> None:
    """Discussion tables that people read, with a host, and others that are worked out."""
    with app.app_context(), transaction() as session:
        day = session.scalars(select(Event).where(Event.slug == SLUG)).one()
        people = session.scalars(
            select(Registration.id)
            .where(Registration.given_name.in_(("Svenja", "Minh")))
            .order_by(Registration.id)
        ).all()
        counted = {"colleagues": 0, "repeats": 1, "organisations": 1, "neighbours": 0}
        done = {
            "state": SeatingState.DONE,
            "published_at": now(),
            "found": {"people": 2, "measures": counted, "bounds": counted},
        }
        running = {"state": SeatingState.RUNNING, "lease_until": now() + timedelta(days=1)}
        for name, values in (("Im Plenum", done), ("Am Nachmittag", running)):
            session.add(
                Seating(
                    event_id=day.id,
                    name=name,
                    tables=3,
                    seats=8,
                    rounds=2,
                    round_names="Ankommen\nVertiefen",
                    seed=1,
                    nonce=f"nonce-{name}-0123456789",
                    created_at=now(),
                    **values,
                )
            )
        session.flush()
        seating = session.scalars(select(Seating.id).where(Seating.published_at.is_not(None))).one()
        for host, one in zip((2, None), people, strict=True):
            guest = SeatingGuest(seating_id=seating, registration_id=one, host_table=host)
            session.add(guest)
            session.flush()
            session.add_all(
                SeatingPlace(guest_id=guest.id, round_number=number, table_number=host or number)
                for number in (1, 2)
            )


def _wishing(app: Flask) -> None:
    """A day on which wishes are still open, and somebody who may change theirs."""
    with app.app_context(), transaction() as session:
        day = make_event(session, slug=WISHING, title="Ein Tag mit Wünschen")
        make_programme(session, day)
        day.placement, day.wishes_until = Placement.WISHES, day.starts_at - timedelta(days=20)
        person = Person("Wanda", "Wunsch", "wanda@example.org", "Kreis Herford (Beispiel)")
        confirm(session, register(session, day.id, Entry(person, "nonce-wanda-0123456789"), now()).id, now())


def swapping_day(app: Flask) -> None:
    """A day that gave its places by wishes yesterday. Tilda and Tom are asked to swap theirs in round 1; Tom has agreed."""
    with app.app_context(), transaction() as session:
        day = make_event(session, slug=SWAPPING, title="Ein Tag mit Tausch")
        runs = make_programme(session, day).runs
        for name, label in (("Tilda", "1.1"), ("Tom", "1.2")):
            person = Person(name, "Tausch", f"{name.lower()}@example.org", "Kreis Herford (Beispiel)")
            chosen = {runs[label].round_id: runs[label].id}
            entry = Entry(person, f"nonce-{name.lower()}-0123456789", "de", chosen)
            confirm(session, register(session, day.id, entry, now()).id, now())
        day.placement, day.wishes_until = Placement.WISHES, now() - timedelta(days=2)
        day.placed_at = now() - timedelta(days=1)
        session.add(
            AllocationRun(
                event_id=day.id,
                name="Für den Tausch",
                mode=Mode.GENEROUS,
                mixing=Mixing.NONE,
                seed=1,
                nonce="nonce-swaps-0123456789",
                state=AllocationState.DONE,
                created_at=now(),
                finished_at=now(),
                published_at=day.placed_at,
                protocol={},
            )
        )
        for run in (runs["1.1"], runs["1.2"]):
            run.capacity = 1
        chain = SwapChain(event_id=day.id, people=2, made_at=now(), answer_by=now() + timedelta(days=2))
        session.add(chain)
        session.flush()
        for label, other in (("1.1", "1.2"), ("1.2", "1.1")):
            place = session.scalars(select(Place).where(Place.run_id == runs[label].id)).one()
            offer = SwapOffer(
                registration_id=place.registration_id,
                place_id=place.id,
                made_at=now(),
                wanted=[SwapWish(run_id=runs[other].id)],
            )
            session.add(offer)
            session.flush()
            agreed = now() if label == "1.2" else None
            share = SwapShare(chain_id=chain.id, offer_id=offer.id, run_id=runs[other].id, agreed_at=agreed)
            session.add(share)


def _coded(app: Flask) -> None:
    """A day whose form opens with a code, with a text for each time of its registration."""
    with app.app_context(), transaction() as session:
        day = make_event(session, slug=CODED, title="Ein Tag mit Code")
        day.form_code, day.contact_email = FORM_CODE, "tage@example.org"
        day.text_open = "Zuerst für Integrationszentren.\n\nBitte eine Person je Stelle."


def _a_chair(run: int) -> dict[str, Any]:
    return {"run": run, "by": 1, "proven": True, "goal": "rank", "rank": 2}


def _results(app: Flask) -> None:
    data_dir = app.extensions["fachtag.settings"].data_dir
    with app.app_context(), transaction() as session:
        day = session.scalars(select(Event).where(Event.slug == SLUG)).one()
        workshop = session.scalars(
            select(Workshop.id).where(Workshop.event_id == day.id).order_by(Workshop.id)
        ).first()
        assert workshop is not None
        write_frame(
            session,
            day,
            FrameFacts("Worum es ging", "Kreis Lippe lädt ein", {UsualKind.KI: 24}),
            0,
            now(),
        )
        for subject in (workshop, None):
            write_result(
                session,
                day,
                subject,
                ResultFacts("Erster Befund\nZweiter Befund", "Kurz gesagt", 12),
                0,
                now(),
            )
        add_agreement(session, day, an_agreement(workshop, note="Mit Vorlage"), now())
        add_material_bytes(
            session,
            day,
            data_dir,
            MaterialKind.PHOTO,
            "Wand.jpg",
            jpeg(),
            a_photo(workshop_id=workshop),
            now(),
        )
        facts = MaterialFacts(workshop, "Folien", summary="Drei Schritte")
        add_material_bytes(session, day, data_dir, MaterialKind.DOCUMENT, "Folien.pdf", pdf(), facts, now())
        publish_documentation(session, day, None, now())


def _links_and_mails(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        day = session.scalars(select(Event.id).where(Event.slug == SLUG)).one()
        newcomer = session.scalars(select(Organiser).where(Organiser.email == NEWCOMER)).one()
        welcome(session, newcomer, now(), "de", Invitation(day, "Fachtag", "Lena Leitung"))
        forgot_password(session, VIEWER, Origin("192.0.2.0/24", "key"), now(), "de")
        minh = session.scalars(select(Registration.id).where(Registration.given_name == "Minh")).all()
        letter = MailingText("Parkplätze", "Bitte nutzen Sie den Hof.")
        write_to(session, day, minh, letter, "nonce-letter-0123456789", TEAM, now())
        report = service.Barrier("Die Schrift ist zu klein.", "/events/musterfachtag", "melder@example.org")
        service.report_barrier(session, report, "nonce-barrier-0123456789", now())
        lead = session.scalars(select(Organiser).where(Organiser.email == LEAD)).one()
        service.write_text(session, "impressum", "de", "# Impressum\n\nKreis Lippe", 0, lead, now())
        setup.name_office(session, "Kreis Lippe", UsualKind.KI, "Lippe", fingerprint(None), lead, now())
        setup.name_sender(session, "Fachtage", "tage@example.org", "fachtag@example.org", 0, lead, now())
        setup.send_test_mail(session, lead, "de", now())
        setup.skip(session, "leichte-sprache", lead, now())
        session.add(Law(name="§ 3 DSG NRW"))
        failed = session.scalars(select(Message).where(Message.event_id == day).order_by(Message.id)).first()
        assert failed is not None
        session.add(
            Message(
                kind=failed.kind,
                family="trouble",
                subject_id=failed.subject_id,
                revision=99,
                event_id=day,
                recipient="unbekannt@example.org",
                language="de",
                state=State.FAILED,
                created_at=now(),
                next_attempt_at=now(),
                give_up_at=now() + timedelta(hours=72),
                smtp_answer="550 no such user",
            )
        )


def _remember(world: World) -> None:
    with world.app.app_context():
        session = db.session
        day = session.scalars(select(Event.id).where(Event.slug == SLUG)).one()
        for name, table in {
            "room_id": Room,
            "question_id": Question,
            "workshop_id": Workshop,
            "member_id": TeamMember,
            "agreement_id": Agreement,
            "quota_id": Quota,
            "material_id": Material,
            "condition_id": PlacingCondition,
            "notice_id": Notice,
            "task_id": Task,
            "kind_id": AgendaKind,
            "partner_id": Partner,
            "seating_id": Seating,
        }.items():
            found = session.scalars(select(table.id).where(table.event_id == day).order_by(table.id)).all()
            world.ids[name] = [found[0], found[-1]] if len(found) > 1 else list(found)
        _remember_programme(world, day)
        world.ids["guest_id"] = list(session.scalars(select(SeatingGuest.id)))
        asked = (
            select(SwapShare.key).join(SwapOffer).join(Registration).where(Registration.given_name == "Tilda")
        )
        world.texts["key"] = list(session.scalars(asked))
        every = select(AllocationRun.id).where(AllocationRun.event_id == day).order_by(AllocationRun.id)
        world.ids["allocation_id"] = list(session.scalars(every))
        runs = session.scalars(select(Run.id).join(Round).where(Round.event_id == day).order_by(Run.id)).all()
        led = session.scalars(select(RunStaff.run_id).order_by(RunStaff.id.desc()).limit(1)).one()
        world.ids["run_id"] = sorted({runs[0], led, runs[-1]})
        world.texts["contributing_key"] = [f"run-{runs[-1]}"]
        world.texts["contributing_deed"] = ["up", "down", "confirm"]
        talk, stand = (session.scalars(select(one).order_by(one.id)).first() for one in (SubItem, Stand))
        assert talk is not None
        assert stand is not None
        world.texts["inside_key"] = [f"item-{stand.item_id}"]
        world.texts["inside_row"] = [f"talk-{talk.id}", f"stand-{stand.id}"]
        world.texts["inside_what"], world.texts["inside_deed"] = ["talk", "stand"], ["up", "down"]
        named = select(Contributor.id).where(Contributor.run_id == runs[-1]).order_by(Contributor.id)
        world.ids["contributor_id"] = list(session.scalars(named))
        world.ids["staff_id"] = list(session.scalars(select(RunStaff.id)))
        messages = session.scalars(
            select(Message.id).where(Message.event_id == day).order_by(Message.id)
        ).all()
        world.ids["message_id"] = [messages[0], messages[-1]]
        of_people = select(Registration.organisation_id).distinct().order_by(Registration.organisation_id)
        world.ids["organisation_id"] = list(session.scalars(of_people))
        target = find_organisation(session, "Kreis Herford, Integration")
        assert target is not None
        world.queries["organisations.merge_into"] = f"into={target.id}"
        for action in ("message", "approve", "reject", "move_up", "move", "cancel"):
            world.queries[f"many.{action}"] = "who=all"
        world.ids["merge_id"] = list(session.scalars(select(OrganisationMerge.id)))
        world.ids["report_id"] = list(session.scalars(select(models.BarrierReport.id)))
        world.texts["logo_key"] = list(session.scalars(select(PartnerLogo.key)))
        running = select(Workshop.slug).join(Run).where(Workshop.event_id == day).order_by(Workshop.id)
        world.texts["workshop_slug"] = [session.scalars(running).first()]
        world.texts["stored_name"] = list(session.scalars(select(Material.stored_name).order_by(Material.id)))
        lead = session.scalars(select(Organiser.id).where(Organiser.email == LEAD)).one()
        data_dir = world.app.extensions["fachtag.settings"].data_dir
        table = "\n".join(["Surname;First name;Mail;Institution", ";".join(IMPORTED)])
        world.texts["upload_name"] = [keep(data_dir, day, lead, table.encode())]
        programme = "Beginn;Ende;Titel;Raum\n9:00;10:00;Neues;Saal"
        world.texts["programme_file"] = [keep(data_dir, day, lead, programme.encode(), "programme")]
        world.texts["name"] = ["fachtag.css"]
        world.texts["state"] = ["done", "open"]
        world.texts["verdict"] = ["accepted", "set_aside"]
        world.texts |= {"legal_page": ["impressum"], "code": ["de"], "step": ["region"]}
        world.texts |= {
            "list_name": ["regions", "districts", "laws", "series"],
            "deed": ["up", "retire", "offer", "remove"],
        }
        world.ids |= {"number": [1], "entry_id": list(session.scalars(select(Region.id)))}
        world.texts["condition_kind"] = [one.value for one in ConditionKind]
        world.texts["purpose"], world.texts["action"] = ["list"], ["withdraw"]
        alone = (
            select(Registration)
            .where(Registration.group_id.is_(None), Registration.event_id == day)
            .order_by(Registration.id)
        )
        people = {one.status: one for one in session.scalars(alone)}
        people[Status.REGISTERED] = session.scalars(
            select(Registration).where(Registration.given_name == "Minh")
        ).one()
        assert set(people) == set(NAMES)
        world.texts["reference"] = [one.reference for one in people.values()]
        world.texts["other"] = [people[Status.REGISTERED].reference]
        for status, one in people.items():
            world.personal[status] = registration_links.personal_token(one)
            world.feeds[status] = registration_links.feed_token(one)
        asked = session.scalars(select(Message.id).where(Message.kind == NEW_ADDRESS)).one()
        world.ids["asked_id"] = [asked]
        world.new_addresses = [new_address_token(people[Status.REGISTERED], ELSEWHERE)]
        coded = session.scalars(select(Event).where(Event.slug == CODED)).one()
        world.form_links = [registration_links.form_path(coded).rpartition("/")[2]]
        wanda = session.scalars(select(Registration).where(Registration.given_name == "Wanda")).one()
        world.wishing = [registration_links.personal_token(wanda)]
        tilda = session.scalars(select(Registration).where(Registration.given_name == "Tilda")).one()
        world.swapping = [registration_links.personal_token(tilda)]
        world.ids["swap_round_id"] = [
            session.scalars(select(Place.round_id).where(Place.registration_id == tilda.id)).one()
        ]
        members = select(Registration.reference).where(Registration.group_id.is_not(None))
        guests = session.scalars(select(GroupGuest.reference)).all()
        world.texts["member"] = [*session.scalars(members.order_by(Registration.id)), *guests]
        groups = session.scalars(select(Group).order_by(Group.id))
        world.groups = [registration_links.group_token(one) for one in groups]
        for link in session.scalars(select(PasswordLink)):
            ticket = links.Ticket(link.id, link.link_key)
            world.password_links[link.reason] = links.sign(MAIL_KINDS[link.reason], ticket)
        session.rollback()


def _remember_programme(world: World, day: int) -> None:
    """What is released and what is new in the working copy; versions, and the preview."""
    event = db.session.get_one(Event, day)
    copy = read_working_copy(db.session(), event)
    for thing in (Thing.ITEM, Thing.ROUND, Thing.WORKSHOP, Thing.RUN):
        numbers = [*copy.plan.of(thing)]
        ends: list[dict[str, object]] = [{"number": one} for one in (numbers[0], numbers[-1])]
        world.together[f"editing.edit_{thing.value}"] = ends
        world.together.setdefault("editing.remove", []).extend({"kind": thing.value, **one} for one in ends)
    world.together["editing.copy_round"] = world.together["editing.edit_round"]
    world.together["moving.duplicate"] = [
        {"kind": thing.value, **one}
        for thing in (Thing.ITEM, Thing.RUN)
        for one in world.together[f"editing.edit_{thing.value}"]
    ]
    changed = [one.key for one in copy.changes if one.key[0] is not Thing.CONTRIBUTOR]
    world.together["editing.restore"] = [{"kind": thing.value, "number": one} for thing, one in changed]
    versions: list[dict[str, object]] = [{"number": one.number} for one in versions_of(db.session(), event)]
    for deed in ("version", "bring_back", "take_back"):
        world.together[f"releasing.{deed}"] = versions
    world.previews = [preview_token(event)]


def text_columns() -> Iterator[tuple[str, str, int | None]]:
    """Table, column and longest length of every column that holds words of people."""
    from sqlalchemy import Enum, String

    for table in db.metadata.sorted_tables:
        for column in table.columns:
            words = isinstance(column.type, String) and not isinstance(column.type, (Enum, LargeBinary))
            machine = column.name in MACHINE_WORDS or column.foreign_keys
            if words and not (column.unique or column.primary_key or machine):
                yield table.name, column.name, column.type.length


# Pages whose form comes only after a look: at what was asked for in the address, or at what was uploaded.
AFTER_A_LOOK = frozenset({"moving.shift", "programme_importing.preview"})
# Columns that machines fill and read; what people type never gets there.
MACHINE_WORDS = frozenset(
    [
        "slug",
        "uid",
        "nonce",
        "link_key",
        "feed_key",
        "reference",
        "email_key",
        "code_key",
        "name_key",
        "token_hash",
        "password_hash",
        "language",
        "kind",
        "family",
        "recipient",
        "state",
        "lease_token",
        "message_id",
        "stored_name",
        "media_type",
        "sort_key",
        "action",
        "bucket",
        "email",
        "field",
        "worker",
        "progress",
        "contact_email",
        "handover_nonce",
    ]
)
