# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Setting up a new installation: what is still to do before the first day, and the verbs behind its forms."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.address import in_ascii
from app.events.models import Event
from app.legal.queries import read_text
from app.legal.rules import PAGE_LABELS, PAGES
from app.organisations.models import Region
from app.organisations.queries import office
from app.organisations.service import accept_organisation, make_office
from app.organising.models import SkippedStep
from app.outbox.models import Sender
from app.people.audit import record
from app.people.models import Organiser
from app.refusal import N_, ChangedMeanwhile, Missing, Refusal, refuse_changed

OFFICE, REGION, SENDER, FIRST_DAY = "office", "region", "sender", "day"
STEPS = (OFFICE, REGION, SENDER, *PAGES, FIRST_DAY)
STEP_LABELS = {
    OFFICE: N_("Your organisation"),
    REGION: N_("Region"),
    SENDER: N_("Sender of mails"),
    FIRST_DAY: N_("The first day"),
    **PAGE_LABELS,
}


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One of `STEPS`; `places` counts what is open in a legal text."""

    name: str
    done: bool
    skipped: bool
    places: int = 0

    @property
    def open(self) -> bool:
        return not self.done and not self.skipped


def steps(session: Session, data_dir: Path) -> list[SetupStep]:
    """All of them in the order in which one does them."""
    skipped = set(session.scalars(select(SkippedStep.name)))
    places = {page: len(read_text(session, data_dir, page).placeholders) for page in PAGES}
    done = {
        OFFICE: office(session) is not None,
        REGION: session.scalar(select(Region.id).where(~Region.retired).limit(1)) is not None,
        SENDER: session.get(Sender, 1) is not None,
        FIRST_DAY: session.scalar(select(Event.id).limit(1)) is not None,
        **{page: left == 0 for page, left in places.items()},
    }
    return [SetupStep(one, done[one], one in skipped and not done[one], places.get(one, 0)) for one in STEPS]


def untouched(session: Session) -> bool:
    """Nobody has done or skipped anything that is done here, and there is no day."""
    begun = (select(SkippedStep.name), select(Region.id), select(Sender.id), select(Event.id))
    return office(session) is None and all(session.scalar(one.limit(1)) is None for one in begun)


def skip(session: Session, name: str, by: Organiser, now: datetime) -> None:
    """For now; a second time changes nothing. Raises `Missing`."""
    if name not in STEPS:
        raise Missing
    if session.get(SkippedStep, name) is None:
        session.add(SkippedStep(name=name, at=now))
        session.flush()
        record(session, now, by.id, None, "setup.skip", "", {"step": name})


def name_office(
    session: Session,
    name: str,
    kind: str,
    district: str,
    seen: str,
    by: Organiser,
    now: datetime,
) -> None:
    """The own organisation, which hosts new days: one that is known by this name, else a new one. Refuses when somebody else named
    one since the one was read of whose id `seen` is the fingerprint (F30)."""
    before = office(session)
    refuse_changed(before and before.id, seen)
    own = accept_organisation(session, name, kind=kind, district=district)
    make_office(session, own)
    record(session, now, by.id, None, "organisation.office", f"organisation {own.id}")


def name_sender(
    session: Session, name: str, email: str, usual: str, version: int, by: Organiser, now: datetime
) -> None:
    """Whom mails come from. `usual` is the bare address of the operator's setting.

    Refuses an address of another domain, for which the mail server may not send, and a stale version, 0 for none (F30).
    """
    address = in_ascii(email)
    allowed = in_ascii(usual).rpartition("@")[2].lower()
    if address.rpartition("@")[2].lower() != allowed:
        raise Refusal(
            N_(
                "Mails can leave from addresses that end with @%(domain)s only. Ask your operator for others."
            ),
            field="email",
            domain=allowed,
        )
    chosen = session.get(Sender, 1, with_for_update=True, populate_existing=True)
    if (chosen.version if chosen else 0) != version:
        raise ChangedMeanwhile
    if chosen is None:
        session.add(Sender(id=1, name=name, email=address))
    else:
        chosen.name, chosen.email = name, address
    session.flush()
    record(session, now, by.id, None, "address.sender")
