# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Use cases on both engines, down to what the database itself refuses."""

import os
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.events.rules import EventStatus
from app.organisations.rules import UsualKind
from app.people.audit import entries_of
from app.programme.models import Run
from app.refusal import ChangedMeanwhile, Missing, Refusal
from app.results.material_service import (
    add_material_bytes,
    change_material,
    material_facts,
    missing_files,
    remove_material,
    sweep_strays,
)
from app.results.models import Agreement, Material, WorkshopResult
from app.results.queries import documentation_state, read_documentation, workshop_names
from app.results.rules import AgreementStatus, Level, MaterialFacts, MaterialKind, ResultFacts
from app.results.service import (
    FrameFacts,
    add_agreement,
    change_agreement,
    frame_facts,
    publish_documentation,
    remove_agreement,
    unpublish_documentation,
    write_frame,
    write_result,
)
from app.web.database import db, transaction
from tests.results.samples import (
    NOW,
    a_photo,
    an_agreement,
    files_of,
    jpeg,
    make_day,
    pdf,
    released,
    the_event,
)

TODAY = date(2031, 3, 20)


def data_dir(app: Flask) -> object:
    return app.extensions["fachtag.settings"].data_dir


def test_results_are_read_back_in_the_order_of_the_agenda(app: Flask) -> None:
    day = make_day(app)
    figures = {UsualKind.WELFARE: 26, UsualKind.KI: 24, UsualKind.STATE: 0}
    with app.app_context(), transaction() as session:
        event = the_event(day)
        write_frame(session, event, FrameFacts("Vorweg", "Kreis Lippe", figures), 0, NOW)
        write_result(session, event, day.workshops[0], ResultFacts("- Eins\nZwei", "Kurz", 18), 0, NOW)
        write_result(session, event, None, ResultFacts("Wartezeiten"), 0, NOW)
        add_agreement(session, event, an_agreement(day.workshops[0], due=date(2031, 3, 19)), NOW)
        add_agreement(session, event, an_agreement(None, level=Level.STATE), NOW)
    with app.app_context():
        view = read_documentation(db.session(), the_event(day), TODAY)
        assert (view.intro, view.next_host, view.attended) == ("Vorweg", "Kreis Lippe", 50)
        assert view.figures == (("Kommunales Integrationszentrum", 24), ("Wohlfahrtsverband", 26))
        assert [section.workshop.label if section.workshop else None for section in view.sections] == [
            "1.1",
            "1.2",
            "2.1",
            None,
        ]
        first, second, _, plenary = view.sections
        assert (first.findings, first.summary, first.attended) == (("Eins", "Zwei"), "Kurz", 18)
        assert [agreement.overdue for agreement in first.agreements] == [True]
        assert [agreement.level for agreement in plenary.agreements] == [Level.STATE]
        assert (first.empty, second.empty, plenary.written) == (False, True, True)


def test_a_workshop_that_runs_twice_stands_there_once(app: Flask) -> None:
    day = make_day(app)
    with app.app_context():
        names = workshop_names(db.session(), the_event(day))
    assert [name.name for name in names] == [
        "1.1 Beraten ohne Vorurteil",
        "1.2 Datenschutz im Fallmanagement",
        "2.1 Konflikte am Schalter",
    ]


def test_a_workshop_called_off_is_not_missing(app: Flask) -> None:
    """It is not counted among those that need words; one that runs a second time goes by the number of that run."""
    day = make_day(app)
    with app.app_context(), transaction() as session:
        for run in session.scalars(select(Run).where(Run.label.in_(["1.2", "2.1"]))):
            run.takes_place = False
        write_result(session, the_event(day), day.workshops[2], ResultFacts("Stand schon da"), 0, NOW)
    with app.app_context():
        names = workshop_names(db.session(), the_event(day))
        assert [(one.label, one.takes_place) for one in names] == [
            ("1.1", True),
            ("2.1", False),
            ("2.2", True),
        ]
        state = documentation_state(db.session(), the_event(day), TODAY)
        assert (state.workshops, state.written) == (2, 0)
        view = read_documentation(db.session(), the_event(day), TODAY)
        assert [one.workshop.label for one in view.sections if one.missing and one.workshop] == ["1.1", "2.2"]


def test_the_later_of_two_is_told(app: Flask) -> None:
    day = make_day(app)
    workshop = day.workshops[0]
    with app.app_context(), transaction() as session:
        row = write_result(session, the_event(day), workshop, ResultFacts("Von A"), 0, NOW)
        assert row.version == 1
    with app.app_context(), pytest.raises(ChangedMeanwhile), transaction() as session:
        write_result(session, the_event(day), workshop, ResultFacts("Von B"), 0, NOW)
    with app.app_context(), transaction() as session:
        write_result(session, the_event(day), workshop, ResultFacts("Von beiden"), 1, NOW)
    with app.app_context():
        rows = db.session.scalars(select(WorkshopResult)).all()
        assert [(row.findings, row.version) for row in rows] == [("Von beiden", 2)]


def test_figures_are_guarded_by_the_version_of_the_frame(app: Flask) -> None:
    day = make_day(app)
    with app.app_context(), transaction() as session:
        write_frame(session, the_event(day), FrameFacts("", "", {UsualKind.KI: 1}), 0, NOW)
    with app.app_context(), transaction() as session:
        row = write_frame(session, the_event(day), FrameFacts("", "", {UsualKind.KI: 2}), 1, NOW)
        assert row.version == 2
    with app.app_context(), pytest.raises(ChangedMeanwhile), transaction() as session:
        write_frame(session, the_event(day), FrameFacts("", "", {UsualKind.KI: 3}), 1, NOW)
    with app.app_context():
        assert frame_facts(db.session(), the_event(day)).figures == {UsualKind.KI: 2}


def test_agreements_change_and_go(app: Flask) -> None:
    day = make_day(app)
    with app.app_context(), transaction() as session:
        agreement_id = add_agreement(session, the_event(day), an_agreement(), NOW).id
    done = an_agreement(day.workshops[1], status=AgreementStatus.DONE, note="fertig")
    with app.app_context(), transaction() as session:
        change_agreement(session, the_event(day), agreement_id, done, 1, NOW)
    with app.app_context(), pytest.raises(ChangedMeanwhile), transaction() as session:
        change_agreement(session, the_event(day), agreement_id, an_agreement(), 1, NOW)
    with app.app_context(), transaction() as session:
        remove_agreement(session, the_event(day), agreement_id, None, NOW)
    with app.app_context():
        assert db.session.scalars(select(Agreement)).all() == []
        entry = entries_of(db.session(), day.event_id)[0]
        assert (entry.action, entry.detail) == ("agreement.remove", {"text": done.text})


def test_a_form_sent_twice_is_one_agreement(app: Flask) -> None:
    day = make_day(app)
    ids = []
    for _ in range(2):
        with app.app_context(), transaction() as session:
            ids.append(add_agreement(session, the_event(day), an_agreement(), NOW, nonce="einmal").id)
    assert ids[0] == ids[1]


def test_another_days_things_are_missing(app: Flask) -> None:
    ours, theirs = make_day(app), make_day(app, "anderer-tag")
    with app.app_context(), transaction() as session:
        foreign = add_agreement(session, the_event(theirs), an_agreement(), NOW).id
        photo = add_material_bytes(
            session,
            the_event(theirs),
            data_dir(app),
            MaterialKind.PHOTO,
            "a.jpg",
            jpeg(),
            a_photo(),
            NOW,  # type: ignore[arg-type]
        ).id
    attempts = [
        lambda session, event: write_result(session, event, theirs.workshops[0], ResultFacts("x"), 0, NOW),
        lambda session, event: add_agreement(session, event, an_agreement(theirs.workshops[0]), NOW),
        lambda session, event: change_agreement(session, event, foreign, an_agreement(), 1, NOW),
        lambda session, event: remove_agreement(session, event, foreign, None, NOW),
        lambda session, event: change_material(session, event, photo, a_photo(), 1, NOW),
        lambda session, event: remove_material(session, event, photo, None, NOW),
    ]
    for attempt in attempts:
        with app.app_context(), pytest.raises(Missing), transaction() as session:
            attempt(session, the_event(ours))


def test_publishing_refuses_an_empty_documentation_and_a_draft(app: Flask) -> None:
    day = make_day(app)
    with app.app_context(), transaction() as session:
        write_frame(session, the_event(day), FrameFacts("Nur Vorworte"), 0, NOW)
        write_result(session, the_event(day), None, ResultFacts("", "", 40), 0, NOW)
    with app.app_context(), pytest.raises(Refusal), transaction() as session:
        publish_documentation(session, the_event(day), None, NOW)
    with app.app_context(), transaction() as session:
        write_result(session, the_event(day), None, ResultFacts("Etwas"), 1, NOW)
        the_event(day).status = EventStatus.DRAFT
    with app.app_context(), pytest.raises(Refusal), transaction() as session:
        publish_documentation(session, the_event(day), None, NOW)
    with app.app_context():
        assert the_event(day).documentation_released_at is None


def test_publishing_twice_keeps_the_first_moment_and_can_be_taken_back(app: Flask) -> None:
    day = make_day(app)
    released(app, day)
    with app.app_context():
        revision = the_event(day).revision
    with app.app_context(), transaction() as session:
        publish_documentation(session, the_event(day), None, NOW + timedelta(days=1))
    with app.app_context():
        assert (the_event(day).documentation_released_at, the_event(day).revision) == (NOW, revision)
    for _ in range(2):
        with app.app_context(), transaction() as session:
            unpublish_documentation(session, the_event(day), None, NOW)
    with app.app_context():
        assert (the_event(day).documentation_released_at, the_event(day).revision) == (None, revision + 1)
        assert [entry.action for entry in entries_of(db.session(), day.event_id)][:2] == [
            "documentation.unpublish",
            "documentation.publish",
        ]


def test_the_revision_rises_only_when_everybody_can_see_the_change(app: Flask) -> None:
    day = make_day(app)
    with app.app_context():
        before = the_event(day).revision
    with app.app_context(), transaction() as session:
        add_agreement(session, the_event(day), an_agreement(), NOW)
    with app.app_context():
        assert the_event(day).revision == before
    released(app, day)
    with app.app_context(), transaction() as session:
        add_agreement(session, the_event(day), an_agreement(), NOW)
    with app.app_context():
        assert the_event(day).revision == before + 2


def test_a_loader_keeps_photos_and_documents(app: Flask) -> None:
    day = make_day(app)
    with app.app_context(), transaction() as session:
        photo = add_material_bytes(
            session,
            the_event(day),
            data_dir(app),
            MaterialKind.PHOTO,
            "wand.jpg",
            jpeg(),
            a_photo(),
            NOW,  # type: ignore[arg-type]
        )
        paper = add_material_bytes(
            session,
            the_event(day),
            data_dir(app),
            MaterialKind.DOCUMENT,
            "Input.pdf",
            pdf(),  # type: ignore[arg-type]
            MaterialFacts(day.workshops[0], "Input", summary="Worum es ging"),
            NOW,
        )
        names = sorted([photo.stored_name, paper.stored_name])
        assert (photo.width, photo.height, paper.width, paper.accessible) == (640, 480, None, False)
    assert files_of(app) == names
    with app.app_context():
        state = documentation_state(db.session(), the_event(day), TODAY)
        assert (state.photos, state.documents, state.workshops, state.written, state.begun) == (
            1,
            1,
            3,
            0,
            True,
        )
        assert missing_files(db.session(), data_dir(app)) == []  # type: ignore[arg-type]


def test_a_refused_material_leaves_no_file(app: Flask) -> None:
    day = make_day(app)
    for facts in (a_photo(alt_text=""), a_photo(recognisable_people=True)):
        with app.app_context(), pytest.raises(Refusal), transaction() as session:
            add_material_bytes(
                session,
                the_event(day),
                data_dir(app),
                MaterialKind.PHOTO,
                "a.jpg",
                jpeg(),
                facts,
                NOW,  # type: ignore[arg-type]
            )
    assert files_of(app) == []
    with app.app_context():
        assert db.session.scalars(select(Material)).all() == []


def test_words_of_a_material_change_within_the_same_rules(app: Flask) -> None:
    """DP-14: consent is asked again when the picture turns out to show somebody."""
    day = make_day(app)
    with app.app_context(), transaction() as session:
        material_id = add_material_bytes(
            session,
            the_event(day),
            data_dir(app),
            MaterialKind.PHOTO,
            "a.jpg",
            jpeg(),
            a_photo(),
            NOW,  # type: ignore[arg-type]
        ).id
    with app.app_context(), pytest.raises(Refusal), transaction() as session:
        change_material(session, the_event(day), material_id, a_photo(recognisable_people=True), 1, NOW)
    better = a_photo(recognisable_people=True, consent_note="Ordner 3", title="Runde")
    with app.app_context(), transaction() as session:
        change_material(session, the_event(day), material_id, better, 1, NOW)
    with app.app_context():
        row = db.session.scalars(select(Material)).one()
        assert material_facts(row) == better


def test_strays_are_swept_and_lost_files_are_found(app: Flask) -> None:
    day = make_day(app)
    with app.app_context(), transaction() as session:
        kept = add_material_bytes(
            session,
            the_event(day),
            data_dir(app),
            MaterialKind.PHOTO,
            "a.jpg",
            jpeg(),
            a_photo(),
            NOW,  # type: ignore[arg-type]
        ).stored_name
    folder = data_dir(app) / "materials" / str(day.event_id)  # type: ignore[operator]
    old, young = folder / "alt.jpg", folder / ".jung.jpg.unfinished"
    for path, age in ((old, 2), (young, 0), (folder / kept, 30)):
        path.touch()
        moment = (NOW - timedelta(days=age)).timestamp()
        os.utime(path, (moment, moment))
    with app.app_context():
        assert sweep_strays(db.session(), data_dir(app), NOW) == 1  # type: ignore[arg-type]
        assert sorted(path.name for path in folder.iterdir()) == sorted([kept, young.name])
        (folder / kept).unlink()
        assert missing_files(db.session(), data_dir(app)) == [f"{day.event_id}/{kept}"]  # type: ignore[arg-type]


def test_the_database_says_no_itself(app: Flask) -> None:
    """A11Y-12, A11Y-15, DP-14: no careless caller gets around the rules."""
    day = make_day(app)
    whole: dict[str, object] = {
        "event_id": day.event_id,
        "kind": MaterialKind.PHOTO,
        "title": "T",
        "alt_text": "x",
        "stored_name": "doppelt",
        "original_name": "a.jpg",
        "media_type": "image/jpeg",
        "size": 1,
        "width": 1,
        "height": 1,
        "added_at": NOW,
    }
    with app.app_context(), transaction() as session:
        session.add(Material(**whole))
        session.flush()
        session.add(Material(**{**whole, "stored_name": "einzig"}))
    faults: list[dict[str, object]] = [
        {"alt_text": ""},
        {"recognisable_people": True, "consent_note": ""},
        {"kind": MaterialKind.DOCUMENT, "width": None, "height": None, "summary": ""},
        {"width": None},
        {"size": 0},
        {"stored_name": "doppelt"},
    ]
    for number, fault in enumerate(faults):
        with app.app_context(), pytest.raises(IntegrityError), transaction() as session:
            session.add(Material(**{**whole, "stored_name": f"neu-{number}", **fault}))


def test_there_is_one_result_of_the_plenary(app: Flask) -> None:
    day = make_day(app)
    with app.app_context(), pytest.raises(IntegrityError), transaction() as session:
        session.add_all(WorkshopResult(event_id=day.event_id, workshop_id=None) for _ in range(2))
