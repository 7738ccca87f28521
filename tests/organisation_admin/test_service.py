# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Merging organisations: people, quotas and spellings follow, and everything can be taken back."""

from collections.abc import Iterator
from datetime import datetime
from queue import Queue
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select

from app.events.models import Quota
from app.events.rules import Aim, QuotaEffect, QuotaTarget
from app.organisation_admin.models import OrganisationMerge
from app.organisation_admin.queries import consequences
from app.organisation_admin.service import BusyOrganisation, change_organisation, merge, undo_merge
from app.organisations.models import Organisation
from app.organisations.queries import aliases_of, organisation_names
from app.organisations.rules import UsualKind
from app.organisations.service import (
    OrganisationFacts,
    add_organisation,
    find_organisation,
    name_organisation,
)
from app.people.models import AuditEntry
from app.refusal import ChangedMeanwhile, Refusal
from app.registration.admission import Entry
from app.registration.models import Group, Registration, registration_quota
from app.registration.rules import Status
from app.registration.service import lock_registration, register
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event
from tests.factories.organising import Queries
from tests.registration.steps import (
    KI,
    OF_KI,
    OF_MUSTERAU,
    OFFICE,
    ORGANISER,
    TOWN,
    Day,
    add_organisations,
    open_day,
    person,
)

RESERVE, CAP = QuotaEffect.RESERVE, QuotaEffect.CAP
TYPED = "KI Musterau"  # what people type for KI


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        add_organisations()
        yield


def id_of(name: str) -> int:
    found = find_organisation(db.session(), name)
    assert found is not None
    db.session.rollback()
    return found.id


def merged(source: str, target: str, now: datetime = NOW) -> int:
    ids = id_of(source), id_of(target)
    with transaction() as session:
        return merge(session, *ids, ORGANISER, now).id


def parted(merge_id: int, now: datetime = NOW) -> None:
    with transaction() as session:
        undo_merge(session, merge_id, ORGANISER, now)


def change(who: str, **changes: object) -> None:
    with transaction() as session:
        one = find_organisation(session, who)
        assert one is not None
        facts = {"name": one.name, "kind": one.kind, "district": one.district, "region_id": one.region_id}
        facts |= {"provisional": one.provisional, **changes}
        change_organisation(session, one.id, OrganisationFacts(**facts), one.version, ORGANISER, NOW)  # type: ignore[arg-type]


def workplaces(day: Day) -> dict[str, str]:
    return {name: day.of(name).organisation.name for name in day.ids}


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Who belongs where and what is counted, to compare before and after. Versions count saves, not states."""
    db.session.rollback()
    found = {}
    for table in (Organisation.__table__, Quota.__table__, registration_quota):
        columns = [one for one in table.columns if one.name != "version"]
        found[table.name] = [tuple(row) for row in db.session.execute(select(*columns).order_by(*columns))]
    people = select(
        Registration.id, Registration.organisation_id, Registration.status, Registration.has_seat
    ).order_by(Registration.id)
    found["people"] = [tuple(row) for row in db.session.execute(people)]
    db.session.rollback()
    return found


# -- merging


def test_people_quotas_and_spellings_follow() -> None:
    day = open_day(capacity=10)
    mine = day.add_quota("Das Amt", 1, CAP, Aim(QuotaTarget.ORGANISATION, organisation_id=id_of(OFFICE)))
    district = day.add_quota("Musterau", 3, CAP, OF_MUSTERAU)
    kis = day.add_quota("KIs", 4, RESERVE, OF_KI)
    day.join("kim", organisation=KI)
    day.join("olli", organisation=OFFICE)
    day.join("pia", organisation=TYPED)
    day.register("uwe", organisation=TYPED)
    assert [day.quota(one) for one in (mine, district, kis)] == [(1, 0), (2, 0), (1, 0)]
    assert day.event.reserved == 3
    merged(TYPED, KI)
    assert workplaces(day) == {"kim": KI, "olli": OFFICE, "pia": KI, "uwe": KI}
    assert [day.quota(one) for one in (mine, district, kis)] == [(1, 0), (4, 0), (3, 0)]
    assert day.event.reserved == 1
    merged(KI, OFFICE)  # a known one, with people and a spelling of its own
    assert set(workplaces(day).values()) == {OFFICE}
    assert [day.quota(one) for one in (mine, district, kis)] == [(4, 0), (4, 0), (0, 0)]
    office = db.session.get_one(Organisation, id_of(OFFICE))
    assert [one.name for one in aliases_of(db.session(), office)] == [KI, TYPED]
    assert day.event.reserved == 4
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.like("organisation.%"))
    ).all()
    assert actions == ["organisation.merge"] * 2


def test_the_quotas_of_the_source_become_the_targets_and_count_its_people() -> None:
    day = open_day(capacity=10)
    with transaction() as session:
        other = add_organisation(session, "KI Musterau Nord").id
    quota = day.add_quota("Nord", 1, RESERVE, Aim(QuotaTarget.ORGANISATION, organisation_id=other))
    day.join("kim", "kai", organisation=KI)
    assert (day.quota(quota), day.event.reserved) == ((0, 0), 1)
    merged("KI Musterau Nord", KI)
    assert (day.quota(quota), day.event.reserved) == ((2, 0), 0)
    assert db.session.get_one(Quota, quota).organisation_id == id_of(KI)


def test_a_group_goes_along_and_comes_back() -> None:
    """Whom its contact names later belongs to the organisation that was meant."""
    day = open_day(capacity=10)
    group = day.group("clara", "anna", organisation=TYPED)
    done = merged(TYPED, KI)
    db.session.rollback()
    assert db.session.get_one(Group, group).organisation_id == id_of(KI)
    parted(done)
    assert db.session.get_one(Group, group).organisation.name == TYPED
    assert workplaces(day) == {"anna": TYPED}


def test_who_is_counted_elsewhere_lets_the_right_people_in() -> None:
    """All are counted first. One of the typed name waits for the limit of others; where they all go there is no room."""
    day = open_day(capacity=10)
    day.add_quota("Sonstige", 2, CAP, Aim(QuotaTarget.KIND, kind=UsualKind.OTHER))
    kis = day.add_quota("KIs", 1, CAP, OF_KI)
    day.join("kim", organisation=KI)
    day.join("pia", organisation=TYPED)
    day.join("ben")
    day.join("uwe", organisation=TYPED)
    day.join("cem")
    assert day.statuses() == {
        "kim": Status.REGISTERED,
        "pia": Status.REGISTERED,
        "ben": Status.REGISTERED,
        "uwe": Status.WAITING,
        "cem": Status.WAITING,
    }
    merged(TYPED, KI)
    assert (
        day.status("uwe") is Status.WAITING
    )  # his line is the one of the KIs now, and that limit is exceeded
    assert day.status("cem") is Status.REGISTERED  # Pia's share
    assert day.quota(kis) == (2, 1)
    assert db.session.get_one(Quota, kis).extra == 1
    day.cancel("pia")
    assert (day.quota(kis), day.status("uwe")) == ((1, 1), Status.WAITING)
    assert db.session.get_one(Quota, kis, populate_existing=True).extra == 0  # its own figure again
    day.cancel("kim")
    assert (day.quota(kis), day.status("uwe")) == ((1, 0), Status.REGISTERED)


def test_who_confirms_late_comes_back_under_the_new_quota() -> None:
    day = open_day(capacity=10)
    kis = day.add_quota("KIs", 2, RESERVE, OF_KI)
    day.register("pia", organisation=TYPED)
    day.expire("pia")
    merged(TYPED, KI)
    assert day.quota(kis) == (0, 0)
    day.confirm("pia")
    assert day.quota(kis) == (1, 0)


def test_an_old_spelling_lands_at_the_target_in_one_question(app: Flask) -> None:
    """DP-02: a spelling is no suggestion."""
    day = open_day()
    day.join("pia", organisation=TYPED)
    merged(TYPED, KI)
    with transaction() as session:
        ki = id_of_row(KI)
        for name in (TYPED, f" {TYPED.upper()} ", KI):
            with Queries(app) as queries:
                assert name_organisation(session, name).id == ki
            assert queries.count == 1
    day.join("uwe", organisation=TYPED.lower())
    assert workplaces(day) == {"pia": KI, "uwe": KI}
    assert TYPED not in organisation_names(db.session())
    day.move("uwe", TYPED)
    assert workplaces(day)["uwe"] == KI


def id_of_row(name: str) -> int:
    return db.session.scalars(select(Organisation.id).where(Organisation.name == name)).one()


def test_the_page_before_says_what_follows() -> None:
    day, other = open_day(), open_day(slug="zweiter-tag", title="Zweiter Tag")
    day.add_quota("Musterau", 3, CAP, OF_MUSTERAU)
    day.add_quota("KIs", 3, RESERVE, OF_KI)
    day.add_quota("Sonstige", 5, CAP, Aim(QuotaTarget.KIND, kind=UsualKind.OTHER))
    day.join("pia", "uwe", organisation=TYPED)
    other.join("pia", organisation=TYPED)
    session = db.session()
    source, target = (session.get_one(Organisation, id_of(name)) for name in (TYPED, KI))
    found = consequences(session, source, target)
    assert found.people == 3
    assert [(event.slug, number) for event, number in found.days] == [
        ("musterfachtag", 2),
        ("zweiter-tag", 1),
    ]
    assert [(one.quota.name, one.coming, one.leaving) for one in found.shifts] == [
        ("KIs", 2, 0),
        ("Musterau", 2, 0),
        ("Sonstige", 0, 2),
    ]
    assert list(found.names) == [TYPED]


# -- refusing


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        (KI, KI, "An organisation cannot be merged into itself. Please choose another one."),
        (KI, TYPED, f"“{TYPED}” has not been accepted yet. Accept it first, or choose another one."),
        (OFFICE, KI, f"“{OFFICE}” hosts a day. Merge the other one into it, or name another host first."),
    ],
)
def test_merges_that_make_no_sense_are_refused(source: str, target: str, sentence: str) -> None:
    day = open_day()
    day.join("pia", organisation=TYPED)
    day.set_event(lead_host_id=id_of(OFFICE))
    before = everything()
    with pytest.raises(Refusal) as refused:
        merged(source, target)
    assert str(refused.value) == sentence
    assert everything() == before


def test_an_alias_gets_no_quota() -> None:
    day = open_day()
    ki = id_of(KI)
    merged(KI, OFFICE)
    with pytest.raises(Refusal):
        day.add_quota("KI", 1, CAP, Aim(QuotaTarget.ORGANISATION, organisation_id=ki))


def test_two_merges_that_cross() -> None:
    """Whoever comes second meets an alias: as a source it is refused, as a target too (T30)."""
    typed, ki, office = (_named(name) for name in (TYPED, KI, OFFICE))
    with transaction() as session:
        merge(session, ki, office, ORGANISER, NOW)
    for source, target, sentence in (
        (typed, ki, "This organisation has been merged into another one. Please choose that one."),
        (ki, typed, "This organisation has been merged into another one in the meantime."),
        (office, ki, "This organisation has been merged into another one. Please choose that one."),
    ):
        with pytest.raises(Refusal) as refused, transaction() as session:
            merge(session, source, target, ORGANISER, NOW)
        assert str(refused.value) == sentence
    first = merged(TYPED, OFFICE)
    with transaction() as session:
        aliases = aliases_of(session, session.get_one(Organisation, office))
        assert [one.id for one in aliases] == [ki, typed]
    parted(first)
    assert id_of(TYPED) == typed


def _named(name: str) -> int:
    with transaction() as session:
        return name_organisation(session, name).id


# -- taking back


def test_taking_back_is_exact() -> None:
    """What nobody changed since is as it was, seats beyond a limit included."""
    day = open_day(capacity=10)
    with transaction() as session:
        other = add_organisation(session, "KI Musterau Nord").id
    day.add_quota("Nord", 2, CAP, Aim(QuotaTarget.ORGANISATION, organisation_id=other))
    day.add_quota("KIs", 1, CAP, OF_KI)
    day.add_quota("Sonstige", 9, RESERVE, Aim(QuotaTarget.KIND, kind=UsualKind.OTHER))
    day.join("kim", organisation=KI)
    day.join("nele", "nils", organisation="KI Musterau Nord")
    day.register("nora", organisation="KI Musterau Nord")
    first = merged(TYPED_NORTH, "KI Musterau Nord") if _named(TYPED_NORTH) else 0
    before = everything()
    second = merged("KI Musterau Nord", KI)
    assert everything() != before
    parted(second)
    assert everything() == before
    parted(second)  # a second press
    assert everything() == before
    parted(first)
    assert id_of(TYPED_NORTH) != id_of("KI Musterau Nord")


TYPED_NORTH = "KI Nord"


def test_what_changed_since_stays() -> None:
    day = open_day()
    day.join("pia", "uwe", organisation=TYPED)
    done = merged(TYPED, KI)
    day.move("uwe", TOWN)
    day.join("ada", organisation=TYPED)
    parted(done)
    assert workplaces(day) == {"pia": TYPED, "uwe": TOWN, "ada": KI}
    one = db.session.get_one(OrganisationMerge, done)
    assert one.undone_at == NOW


def test_what_was_merged_on_is_taken_back_first() -> None:
    day = open_day()
    day.join("pia", organisation=TYPED)
    first = merged(TYPED, KI)
    second = merged(KI, OFFICE)
    with pytest.raises(Refusal) as refused:
        parted(first)
    sentence = "These organisations have changed since. This merge cannot be taken back any more."
    assert str(refused.value) == sentence
    assert workplaces(day) == {"pia": OFFICE}
    parted(second)
    assert workplaces(day) == {"pia": KI}
    parted(first)
    assert workplaces(day) == {"pia": TYPED}


# -- describing


def test_another_kind_or_district_means_other_quotas() -> None:
    day = open_day(capacity=2)
    kis = day.add_quota("KIs", 1, RESERVE, OF_KI)
    district = day.add_quota("Musterau", 0, CAP, OF_MUSTERAU)
    day.join("pia", organisation=TYPED)
    day.join("ben", "cem")
    assert day.statuses() == {"pia": Status.REGISTERED, "ben": Status.WAITING, "cem": Status.WAITING}
    change(TYPED, kind=UsualKind.KI, district="kreis musterau", provisional=False)
    assert [day.quota(one) for one in (kis, district)] == [(1, 0), (1, 0)]
    assert day.status("ben") is Status.REGISTERED  # Pia fills what was kept for the KIs
    assert db.session.get_one(Quota, district).extra == 1
    assert TYPED in organisation_names(db.session())


def test_the_old_name_is_remembered_and_can_come_back() -> None:
    """An alias never collides with a name: one index watches both."""
    day = open_day()
    day.join("pia", organisation="Stdt Musterau")
    change("Stdt Musterau", name="Stadt Musterau")
    day.join("uwe", organisation="stdt musterau")
    assert set(workplaces(day).values()) == {"Stadt Musterau"}
    change("Stadt Musterau", name="Stdt Musterau")
    assert set(workplaces(day).values()) == {"Stdt Musterau"}
    assert id_of("Stadt Musterau") == id_of("Stdt Musterau")
    for taken in (KI, f" {KI.upper()}"):
        with pytest.raises(Refusal) as refused:
            change("Stdt Musterau", name=taken)
        assert refused.value.field == "name"
    merged("Stdt Musterau", OFFICE)
    for name in ("Stdt Musterau", "stadt musterau"):
        with pytest.raises(Refusal), transaction() as session:
            add_organisation(session, name)


def test_two_who_change_one_organisation() -> None:
    """F30"""
    facts = OrganisationFacts("Neu", UsualKind.KI, "", None, False)
    ki = id_of(KI)
    with transaction() as session:
        change_organisation(session, ki, facts, 1, ORGANISER, NOW)
    with pytest.raises(ChangedMeanwhile), transaction() as session:
        change_organisation(session, ki, facts, 1, ORGANISER, NOW)


def test_the_name_of_a_host_is_new_on_the_public_page() -> None:
    day = open_day()
    day.set_event(lead_host_id=id_of(OFFICE))
    before = day.event.revision
    change(OFFICE, name="Amt Musterau")
    assert day.event.revision == before + 1


# -- racing


@pytest.mark.long
def test_who_registers_under_the_old_name_meanwhile_is_not_lost(app: Flask) -> None:
    """T30: the merge waits for who has named the source on another day, or is refused; nobody stays at an alias."""
    source = _named(TYPED)
    events = []
    for number in range(24):
        with transaction() as session:
            events.append(make_event(session, slug=f"tag-{number}").id)
    faults: Queue[BaseException] = Queue()

    def come(numbers: list[int]) -> None:
        with app.app_context():
            for number in numbers:
                entry = Entry(person(f"p{number}", organisation=TYPED), f"nonce-{number}")
                try:
                    with transaction() as session:
                        register(session, events[number], entry, NOW)
                except BaseException as fault:
                    faults.put(fault)

    def merge_and_part() -> None:
        with app.app_context():
            for _ in range(12):
                try:
                    with transaction() as session:
                        done = merge(session, source, target, ORGANISER, NOW).id
                    with transaction() as session:
                        undo_merge(session, done, ORGANISER, NOW)
                except Refusal:
                    continue
                except BaseException as fault:
                    faults.put(fault)

    target = id_of(KI)
    workers = [Thread(target=come, args=(list(range(start, 24, 3)),)) for start in range(3)]
    workers.append(Thread(target=merge_and_part))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert list(faults.queue) == []
    merged(TYPED, KI)
    people = db.session.scalars(select(Registration)).all()
    assert len(people) == 24
    assert {one.organisation_id for one in people} == {target}


def test_a_merge_waits_for_who_has_named_the_source(app: Flask) -> None:
    """T30: between looking the name up and writing it down nobody makes an alias of it."""
    day = open_day()
    day.join("pia", organisation=TOWN)
    source, target = _named(TYPED), id_of(KI)
    came: Queue[object] = Queue()

    def merge_meanwhile() -> None:
        with app.app_context():
            try:
                with transaction() as session:
                    came.put(merge(session, source, target, ORGANISER, NOW).id)
            except Refusal as refusal:
                came.put(type(refusal))

    merger = Thread(target=merge_meanwhile)
    with transaction() as session:
        one = lock_registration(session, day.ids["pia"])
        organisation = name_organisation(session, TYPED)
        merger.start()
        merger.join(0.3)
        assert merger.is_alive()
        one.organisation = organisation
    merger.join(30)
    assert not merger.is_alive()
    first = came.get()
    assert first is BusyOrganisation or isinstance(first, int)  # SQLite lets nobody begin before
    if first is BusyOrganisation:
        merged(TYPED, KI)
    assert workplaces(day) == {"pia": KI}
