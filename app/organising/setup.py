# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Setting up a new installation: what is still to do before the first day, and the verbs behind its forms."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.address import in_ascii
from app.events.models import Event
from app.legal.queries import read_text
from app.legal.rules import PAGE_LABELS, PAGES
from app.organisations.models import Region
from app.organisations.queries import office
from app.organisations.service import accept_organisation, make_office
from app.organising.models import SkippedStep
from app.outbox.models import Message, Sender
from app.outbox.rules import TROUBLE, State, family_of
from app.outbox.service import enqueue
from app.people.audit import record
from app.people.budget import spend
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


TEST_MAIL = "setup.test"
TEST_MAILS, TEST_WINDOW = 3, timedelta(minutes=10)  # of one administrator


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One of `STEPS`; `places` counts what is open in a legal text, `tested` says how the last test mail of the sender stands."""

    name: str
    done: bool
    skipped: bool
    places: int = 0
    tested: State | None = None

    @property
    def open(self) -> bool:
        return not self.done and not self.skipped


def steps(session: Session, data_dir: Path) -> list[SetupStep]:
    """All of them in the order in which one does them."""
    skipped = set(session.scalars(select(SkippedStep.name)))
    sender, test = session.get(Sender, 1), last_test_mail(session)
    tested = {SENDER: test.state} if test else {}
    places = {page: len(read_text(session, data_dir, page).placeholders) for page in PAGES}
    done = {
        OFFICE: office(session) is not None,
        REGION: session.scalar(select(Region.id).where(~Region.retired).limit(1)) is not None,
        SENDER: sender is not None and (test is None or test.state not in TROUBLE),
        FIRST_DAY: session.scalar(select(Event.id).limit(1)) is not None,
        **{page: left == 0 for page, left in places.items()},
    }
    return [
        SetupStep(one, done[one], one in skipped and not done[one], places.get(one, 0), tested.get(one))
        for one in STEPS
    ]


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


def send_test_mail(session: Session, to: Organiser, language: str, now: datetime) -> None:
    """To the address of whoever asks, the way every mail goes. Refuses more than a few within minutes; one that waits still
    is not sent any more."""
    if not spend(session, f"test-mail:{to.id}", TEST_MAILS, TEST_WINDOW, now):
        raise Refusal(N_("You have asked for several test mails just now. Please wait ten minutes."))
    earlier = select(func.coalesce(func.max(Message.revision), 0))
    mine = Message.family == family_of(TEST_MAIL), Message.subject_id == to.id
    enqueue(
        session,
        kind=TEST_MAIL,
        subject_id=to.id,
        revision=session.scalars(earlier.where(*mine)).one() + 1,
        recipient=to.email,
        now=now,
        language=language,
    )
    record(session, now, to.id, None, "setup.test_mail")


def last_test_mail(session: Session) -> Message | None:
    """Whoever asked for it."""
    found = select(Message).where(Message.family == family_of(TEST_MAIL))
    return session.scalar(found.order_by(Message.id.desc()).limit(1))
