# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The migrations build what the models say, and the newest one runs down and up with people in it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, inspect, select, text

from app.organisations.models import District, Organisation, OrganisationKind
from app.organisations.rules import UsualKind
from app.organisations.service import add_organisation
from app.organising.checks import data_findings
from app.people.models import Organiser
from app.people.rules import Role
from app.registration.models import Registration
from app.registration.questions.models import Law, Option, Question
from app.registration.questions.rules import LegalBasis, QuestionKind
from app.registration.questions.service import add_question, add_standard_set
from app.registration.workshops.rules import Need
from app.results.models import AttendanceFigure
from app.store.schema import newest
from app.web.database import db, transaction
from app.web.migrations import prepare
from tests.abuse.world import build_world
from tests.factories.days import NOW, make_event
from tests.factories.questions import TEAM, facts
from tests.people.helpers import an_event, an_organiser
from tests.registration.steps import open_day

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "migrations"
VERSIONS = sorted((MIGRATIONS / "versions").glob("*.py"))
# Columns that do not come back as they were: what the newest migration brings (on the way down it goes), or has to say in
# older words on its way down.
CHANGED: set[tuple[str, str]] = set()


@contextmanager
def connection_to(app: Flask) -> Iterator[Connection]:
    with app.app_context(), db.engine.connect() as connection:
        yield connection
        connection.rollback()


def script() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def test_there_are_migrations_in_one_line() -> None:
    """One root, one head, numbered in order, each named after its one thought."""
    assert VERSIONS, "no migration: the tests would create the tables by themselves"
    assert len(script().get_heads()) == 1
    assert len(script().get_bases()) == 1
    numbers = [re.match(r"(\d{4})_[a-z0-9_]+\.py", path.name) for path in VERSIONS]
    assert [int(found[1]) for found in numbers if found] == list(range(1, len(VERSIONS) + 1))
    by_number = [path.name.partition("_")[0] for path in VERSIONS]
    in_line = [
        Path(str(one.path)).name.partition("_")[0] for one in reversed(list(script().walk_revisions()))
    ]
    assert in_line == by_number


def test_the_newest_revision_is_known_without_alembic(tmp_path: Path) -> None:
    """Web workers ask for it and do not load Alembic."""
    assert newest() == set(script().get_heads())
    (tmp_path / "versions").mkdir()
    for name, builds_on in (("a1", "None"), ("b2", '"a1"'), ("c3", '"b2"')):
        head = f'revision = "{name}"\ndown_revision: str | None = {builds_on}\n'
        (tmp_path / "versions" / f"{name}.py").write_text(head)
    assert newest(tmp_path) == {"c3"}


def test_the_models_are_what_the_migrations_build(app: Flask) -> None:
    with connection_to(app) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert context.get_current_revision() == script().get_current_head()
        assert compare_metadata(context, db.metadata) == []


def test_the_checks_are_what_the_models_say(app: Flask) -> None:
    """Alembic does not compare CHECK constraints; the database enforces them all the same."""
    with connection_to(app) as connection:
        looked_up = inspect(connection)
        for table in db.metadata.sorted_tables:
            built = {str(one["name"]) for one in looked_up.get_check_constraints(table.name)}
            meant = {str(one.name) for one in table.constraints if type(one).__name__ == "CheckConstraint"}
            assert {name[:63] for name in meant} == built, table.name


def test_partial_indexes_carry_their_condition(app: Flask) -> None:
    """Without it "one active registration per address" would forbid registering again after cancelling."""
    with connection_to(app) as connection:
        kind = connection.dialect.name
        where = {
            str(one["name"]): str(one.get("dialect_options", {}).get(f"{kind}_where", ""))
            for table in db.metadata.sorted_tables
            for one in inspect(connection).get_indexes(table.name)
        }
    meant = {
        str(index.name)
        for table in db.metadata.sorted_tables
        for index in table.indexes
        if index.dialect_options["sqlite"].get("where") is not None
    }
    assert {name for name, condition in where.items() if condition and condition != "None"} == meant
    assert len(meant) >= 4


def test_the_newest_migration_runs_down_and_up_with_data(app: Flask) -> None:
    """What the older tables hold survives, and afterwards everything works."""
    prepare(app)
    world = build_world(app)
    with app.app_context(), transaction() as session:
        session.delete(session.scalars(select(Registration).order_by(Registration.id.desc()).limit(1)).one())
    before, numbers = _contents(app), _numbers(app)
    assert sum(len(rows) for rows in before.values()) > 50
    with app.app_context():
        db.session.remove()
        downgrade(revision="-1")
    kept = _tables(app)
    with app.app_context():
        upgrade()
        db.session.remove()
    after = _contents(app)
    assert {table: rows for table, rows in after.items() if table in kept} == {
        table: rows for table, rows in before.items() if table in kept
    }
    assert _numbers(app) == numbers  # none that is gone comes again
    if not kept:  # the first migration: an empty house is built anew, and people can live in it
        world = build_world(app)
    assert world.app.test_client().get("/events/musterfachtag").status_code == 200


@pytest.mark.long
def test_kinds_of_an_installations_own_become_other_on_the_way_down(app: Flask) -> None:
    """0023: who named one keeps what the older table can say, figures are summed up, and the usual kinds are there again."""
    prepare(app)
    with app.app_context():
        with transaction() as session:
            session.add(OrganisationKind(key="verein", name="Verein", name_en="Club", position=10))
            session.flush()
            add_organisation(session, "Verein Neu", kind="verein")
            add_organisation(session, "KI Musterau", kind="ki")
            event, other_event = make_event(session), make_event(session, slug="zweiter")
            for day, kind, count in (
                (event, "ki", 3),
                (event, "other", 4),
                (event, "verein", 5),
                (other_event, "verein", 6),
            ):
                session.add(AttendanceFigure(event_id=day.id, kind=kind, count=count))
            session.scalars(select(OrganisationKind).where(OrganisationKind.key == "ki")).one().name = "KI"
        db.session.remove()
        downgrade(revision="0022")
        upgrade()
        db.session.remove()
        kinds = select(Organisation.name, Organisation.kind).order_by(Organisation.name)
        assert {"Verein Neu": "other", "KI Musterau": "ki"}.items() <= dict(
            db.session.execute(kinds).all()
        ).items()
        figures = select(AttendanceFigure.event_id, AttendanceFigure.kind, AttendanceFigure.count)
        found = db.session.execute(figures.order_by(AttendanceFigure.event_id, AttendanceFigure.kind)).all()
        assert [(kind, count) for _event, kind, count in found] == [("ki", 3), ("other", 9), ("other", 6)]
        usual = select(OrganisationKind.id, OrganisationKind.key).order_by(OrganisationKind.position)
        numbers, keys = zip(*db.session.execute(usual).all(), strict=True)
        assert numbers == tuple(range(1, 10))
        assert keys == tuple(UsualKind)
        db.session.remove()


@pytest.mark.long
def test_options_of_the_standard_set_know_what_they_mean(app: Flask) -> None:
    """0022: by the names the set gave them, and only where the answers are sensitive."""

    def in_german(words: str) -> str:
        return "Induktionsschleife" if words == "Induction loop" else words

    prepare(app)
    with app.app_context():
        with transaction() as session:
            event = make_event(session)
            add_standard_set(session, event.id, in_german, TEAM, NOW)
            other = facts(QuestionKind.ONE_OF, "Worum geht es?", "Induktionsschleife", "Anderes")
            add_question(session, event.id, other, TEAM, NOW)
        downgrade(revision="0021")
        upgrade()
        found = select(Option.label, Option.need).where(Option.need.is_not(None)).order_by(Option.id)
        assert db.session.execute(found).all() == [
            ("Access without steps", Need.STEP_FREE),
            ("German Sign Language", Need.INTERPRETING),
            ("Induktionsschleife", Need.INDUCTION_LOOP),
        ]
        db.session.remove()


@pytest.mark.long
def test_districts_become_a_list_of_their_own(app: Flask) -> None:
    """0018: what organisations name is offered afterwards, once in however many spellings, and stays with them."""
    prepare(app)
    with app.app_context():
        with transaction() as session:
            for number, name in enumerate(("Kreis Musterau", "kreis musterau", "Probeburg", "")):
                made = add_organisation(session, f"Stelle {number}")
                made.district = name
        downgrade(revision="0017")
        upgrade()
        offered = db.session().scalars(select(District.name).order_by(District.position)).all()
        assert offered == ["Kreis Musterau", "Probeburg"]
        kept = db.session().scalars(select(Organisation.district).order_by(Organisation.id)).all()
        assert kept == ["Kreis Musterau", "kreis musterau", "Probeburg", ""]
        db.session.remove()


@pytest.mark.long
def test_questions_keep_the_law_they_were_asked_with(app: Flask) -> None:
    """0018: before, every public task was that of § 3 DSG NRW. A house without questions begins with an empty list."""
    prepare(app)
    with app.app_context():
        downgrade(revision="0017")
        upgrade()
        assert db.session().scalars(select(Law.name)).all() == []
        with transaction() as session:
            event = make_event(session)
            for label, basis in (("Frage", LegalBasis.PUBLIC_TASK), ("Foto", LegalBasis.CONSENT)):
                asked = facts(QuestionKind.LONG_TEXT, label, legal_basis=basis)
                add_question(session, event.id, asked, TEAM, NOW)
        db.session.remove()
        downgrade(revision="0017")
        upgrade()
        kept = db.session().scalars(select(Question.law).order_by(Question.id)).all()
        assert kept == ["§ 3 DSG NRW", ""]
        assert db.session().scalars(select(Law.name)).all() == ["§ 3 DSG NRW"]
        db.session.remove()


@pytest.mark.long
def test_only_who_was_asked_to_a_door_loses_new_days(app: Flask) -> None:
    """0019: before, every account could begin a day."""
    prepare(app)
    event = an_event(app, lea=Role.LEAD, chris=Role.CHECK_IN, vera=Role.VIEWER)
    an_event(app, "zwei", lea=Role.VIEWER)
    an_organiser(app, "neu@example.org")
    an_organiser(app, "admin@example.org", is_admin=True)
    assert event
    with app.app_context():
        downgrade(revision="0018")
        upgrade()
        found = select(Organiser.email).where(Organiser.creates_days).order_by(Organiser.id)
        kept = db.session().scalars(found).all()
        assert [one.partition("@")[0] for one in kept] == ["lea", "neu", "admin"]
        db.session.remove()


@pytest.mark.long
def test_names_are_folded_anew(app: Flask) -> None:
    """0015: people and organisations of before sort and are found as those of today; no two have one key."""
    people = {"Łukaszewski": "łukaszewski, kim", "Müller": "muller, kim", "": ""}
    names = {
        "Verein Łódź": "verein łódź",
        "Kreis Düren": "kreis düren",
        "Kreis\u200b Düren": "kreis\u200b düren",
    }
    prepare(app)
    with app.app_context():
        day = open_day()
        day.join("anna", "ben", "cem")
        with transaction() as session:
            for name in names:
                add_organisation(session, name.replace("\u200b", "x"))
        db.session.remove()
        downgrade(revision="0014")
        with db.engine.begin() as connection:
            for number, (family, key) in enumerate(people.items(), 1):
                connection.execute(
                    text("UPDATE registration SET family_name = :family, sort_key = :key WHERE id = :id"),
                    {"family": family, "key": key, "id": number},
                )
            connection.execute(text("UPDATE registration SET given_name = 'Kim' WHERE family_name <> ''"))
            connection.execute(
                text(
                    "UPDATE registration SET given_name = '', email = '', email_key = '', role_title = ''"
                    " WHERE family_name = ''"
                )
            )
            for name, key in names.items():
                connection.execute(
                    text("UPDATE organisation SET name = :name, name_key = :key WHERE name = :before"),
                    {"name": name, "key": key, "before": name.replace("\u200b", "x")},
                )
        upgrade()
        found = db.session.execute(select(Registration.family_name, Registration.sort_key)).all()
        assert dict(found) == {"Łukaszewski": "lukaszewski, kim", "Müller": "muller, kim", "": ""}
        keys = db.session.execute(
            select(Organisation.name, Organisation.name_key, Organisation.sort_key)
        ).all()
        assert set(keys) >= {
            ("Verein Łódź", "verein łódź", "verein lodz"),
            ("Kreis Düren", "kreis düren", "kreis duren"),
            ("Kreis Düren (2)", "kreis düren (2)", "kreis duren (2)"),
        }
        assert [line for line in data_findings(db.session(), NOW) if "key" in line or "sorted" in line] == []


def test_migrations_do_not_import_the_models() -> None:
    """A model changes, a migration that has run never does."""
    for path in VERSIONS:
        assert not re.search(r"^\s*(from|import) app\b", path.read_text(encoding="utf-8"), re.MULTILINE), (
            path.name
        )


def _tables(app: Flask) -> set[str]:
    with connection_to(app) as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def _numbers(app: Flask) -> dict[str, int]:
    """The highest number that SQLite has given in tables that count by themselves; PostgreSQL's do not move with them."""
    with connection_to(app) as connection:
        if connection.dialect.name != "sqlite":
            return {}
        return dict(connection.execute(text("SELECT name, seq FROM sqlite_sequence")).all())


def _contents(app: Flask) -> dict[str, list[dict[str, object]]]:
    with connection_to(app) as connection:
        return {
            table.name: [
                {name: value for name, value in row._mapping.items() if (table.name, name) not in CHANGED}
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
                # Mails about what a migration brought go with it.
                if row._mapping.get("family") != "circular"
                and (table.name != "contributor" or (row._mapping["run_id"] and row._mapping["confirmed"]))
            ]
            for table in db.metadata.sorted_tables
        }


@pytest.mark.sqlite_only
def test_the_database_checks_what_points_where(app: Flask) -> None:
    with connection_to(app) as connection:
        assert connection.execute(text("PRAGMA foreign_key_check")).fetchall() == []
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"


@pytest.mark.sqlite_only
@pytest.mark.long
def test_a_migration_leaves_no_old_copies_of_the_tables_in_the_file(app: Flask) -> None:
    """SQLite changes a table by copying it; the copy that is dropped holds people (DP-07)."""
    prepare(app)
    build_world(app)
    with app.app_context():
        db.session.remove()
        downgrade(revision="0010")
        upgrade()
        db.session.remove()
        assert db.session.scalar(text("PRAGMA freelist_count")) == 0
