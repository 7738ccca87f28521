# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisations by name, and the suggestions made from them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select

from app.organisations.models import Organisation, Region
from app.organisations.queries import find_region, organisation_names, regions
from app.organisations.rules import UsualKind
from app.organisations.service import add_organisation, name_organisation
from app.web.database import db, transaction
from tests.factories.days import make_event


def test_new_name_is_provisional_and_found_again(app: Flask) -> None:
    with app.app_context():
        with transaction() as session:
            first = name_organisation(session, "  Verein   Brücken  bauen ")
            facts = (first.name, first.provisional, first.kind, first.district)
            assert facts == ("Verein Brücken bauen", True, UsualKind.OTHER, "")
        with transaction() as session:
            again = name_organisation(session, "verein brücken bauen")
            assert again.id == first.id
            assert again.name == "Verein Brücken bauen"


def test_listed_name_is_taken_as_it_stands(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        listed = add_organisation(session, "Kreis Musterland", kind=UsualKind.KI, district="Musterland")
        assert name_organisation(session, "KREIS MUSTERLAND") is listed
        assert not listed.provisional


def test_suggestions_hold_nothing_a_participant_typed(app: Flask) -> None:
    """DP-02: what somebody typed in is nobody else's suggestion before an organiser has seen it."""
    with app.app_context(), transaction() as session:
        add_organisation(session, "Stadt Zett")
        add_organisation(session, "Amt für Äpfel")
        name_organisation(session, "Meine private Anschrift")
        assert list(organisation_names(session)) == ["Amt für Äpfel", "Stadt Zett"]


def test_longest_name_that_unfolds(app: Flask) -> None:
    """T43: the same verdict on both engines."""
    with app.app_context():
        with transaction() as session:
            first = name_organisation(session, "\ufdfa" * 200)
        with transaction() as session:
            assert name_organisation(session, "\ufdfa" * 200).id == first.id


def test_regions(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        session.add_all([Region(slug="owl", name="Ostwestfalen-Lippe"), Region(slug="ar", name="Arnsberg")])
        assert [one.slug for one in regions(session)] == ["ar", "owl"]
        found = find_region(session, "owl")
        assert found is not None
        assert found.name == "Ostwestfalen-Lippe"
        assert find_region(session, "OWL") is None


def test_same_new_name_at_the_same_moment(app: Flask) -> None:
    """T30: two days, two locks, one new organisation: nobody gets an error, and there is one row."""
    with app.app_context(), transaction() as session:
        make_event(session)
    rounds, people = 8, 4
    start = Barrier(people)

    def name_them(_number: int) -> list[int]:
        ids = []
        with app.app_context():
            for turn in range(rounds):
                start.wait(30)
                with transaction() as session:
                    ids.append(name_organisation(session, f"Neuer Verein {turn}").id)
        return ids

    with ThreadPoolExecutor(people) as pool:
        found = list(pool.map(name_them, range(people)))
    assert all(ids == found[0] for ids in found)
    with app.app_context():
        assert db.session.scalar(select(func.count(Organisation.id))) == rounds
