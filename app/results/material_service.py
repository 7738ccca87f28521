# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Use cases of photos and documents. Decoding and the disk stand outside the transaction; see `files`."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.queries import get_of_event
from app.events.service import lock_event
from app.people.audit import record
from app.results import files
from app.results.models import Material
from app.results.prepared import Prepared
from app.results.rules import MaterialFacts, MaterialKind, refuse_without_words
from app.results.service import mark_public_change, refuse_lost_update, require_workshop
from app.results.uploads import prepare


def add_material(
    session: Session,
    event: Event,
    facts: MaterialFacts,
    prepared: Prepared,
    stored_name: str,
    by: int | None,
    now: datetime,
    nonce: str | None = None,
) -> Material:
    """The row of a file that lies under `stored_name` already. `by` is the organiser's id.

    Refuses what has no words, or recognisable people without a word on their consent. A form sent twice lands on
    the material that is there, so compare the returned `stored_name` before keeping the new file.
    """
    event = lock_event(session, event.id)
    require_workshop(session, event, facts.workshop_id)
    if nonce is not None:
        sent = select(Material).where(Material.event_id == event.id, Material.nonce == nonce)
        if (known := session.scalar(sent)) is not None:
            return known
    refuse_without_words(prepared.kind, facts, prepared.accessible)
    row = Material(
        event_id=event.id,
        kind=prepared.kind,
        accessible=prepared.accessible,
        stored_name=stored_name,
        original_name=prepared.original_name,
        media_type=prepared.media_type,
        size=len(prepared.content),
        width=prepared.width,
        height=prepared.height,
        added_at=now,
        nonce=nonce,
    )
    _fill(row, facts)
    session.add(row)
    mark_public_change(session, event, now)
    record(session, now, by, event.id, f"{row.kind.value}.add", f"material {row.id}", _trace(row))
    return row


def add_material_bytes(
    session: Session,
    event: Event,
    data_dir: Path,
    kind: MaterialKind,
    original_name: str,
    content: bytes,
    facts: MaterialFacts,
    now: datetime,
    by: int | None = None,
) -> Material:
    """Judge, keep and enter a file in one call: for loaders, inside their own transaction. The same refusals."""
    prepared = prepare(kind, original_name, content)
    stored_name = files.new_name(prepared.extension)
    with files.kept_if_saved(files.path_of(data_dir, event.id, stored_name), prepared.content):
        return add_material(session, event, facts, prepared, stored_name, by, now)


def change_material(
    session: Session, event: Event, material_id: int, facts: MaterialFacts, seen: int, now: datetime
) -> Material:
    """Its words; the file itself is never exchanged."""
    event = lock_event(session, event.id)
    row = get_material(session, event, material_id)
    require_workshop(session, event, facts.workshop_id)
    refuse_lost_update(seen, row.version, material_facts(row), facts)
    refuse_without_words(row.kind, facts, row.accessible)
    _fill(row, facts)
    mark_public_change(session, event, now)
    return row


def remove_material(session: Session, event: Event, material_id: int, by: int | None, now: datetime) -> str:
    """Its stored name; the caller removes the file after the commit."""
    event = lock_event(session, event.id)
    row = get_material(session, event, material_id)
    stored_name, trace, kind = row.stored_name, _trace(row), row.kind
    session.delete(row)
    record(session, now, by, event.id, f"{kind.value}.remove", f"material {material_id}", trace)
    mark_public_change(session, event, now)
    return stored_name


def get_material(session: Session, event: Event, material_id: int) -> Material:
    """Raises `Missing` for a material of another day."""
    return get_of_event(session, Material, event.id, material_id)


def material_facts(row: Material) -> MaterialFacts:
    return MaterialFacts(
        workshop_id=row.workshop_id,
        title=row.title,
        alt_text=row.alt_text,
        decorative=row.decorative,
        summary=row.summary,
        recognisable_people=row.recognisable_people,
        consent_note=row.consent_note,
    )


def sweep_strays(session: Session, data_dir: Path, now: datetime) -> int:
    """Remove files that a crash has left without a row. Returns how many. Reads the database, writes only the disk."""
    found = files.strays(data_dir, known_files(session), now)
    for path in found:
        files.remove(path)
    return len(found)


def missing_files(session: Session, data_dir: Path) -> list[str]:
    """Materials whose file is not there, as "event id/stored name": a finding for `flask check`."""
    return sorted(
        f"{event_id}/{name}"
        for event_id, name in known_files(session)
        if not files.path_of(data_dir, event_id, name).is_file()
    )


def known_files(session: Session) -> set[tuple[int, str]]:
    rows = session.execute(select(Material.event_id, Material.stored_name))
    return {(event_id, name) for event_id, name in rows}


def _fill(row: Material, facts: MaterialFacts) -> None:
    row.workshop_id = facts.workshop_id
    row.title = facts.title
    row.alt_text = facts.alt_text
    row.decorative = facts.decorative
    row.summary = facts.summary
    row.recognisable_people = facts.recognisable_people
    row.consent_note = facts.consent_note


def _trace(row: Material) -> dict[str, object]:
    return {"title": row.title, "recognisable_people": row.recognisable_people}
