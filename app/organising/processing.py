# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The record of processing activities (Art. 30 GDPR, DP-10), made from what this installation is set to and holds.

Nothing is typed in here: controller and data protection officer stand in the privacy statement, data in the tables, periods in
what deletes, bases and purposes in the questions of the days. What nobody has filled in yet is said to be open, and where.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, make_url, select
from sqlalchemy.orm import Session

from app.events.models import Event, TeamMember, event_cohost
from app.events.rules import Placement
from app.formatting import Line, lines_of, words_of
from app.legal.queries import read_text
from app.legal.rules import LegalText
from app.organisations.models import Organisation
from app.organisations.queries import office
from app.organising.inventory import ACTIVITIES, Activity
from app.organising.processing_periods import KEPT, span_of
from app.outbox.queries import sender_of
from app.people.audit import KEPT as LOG_KEPT
from app.people.models import Organiser
from app.people.rules import (
    IDLE_SIGN_IN,
    LONGEST_SIGN_IN,
    ROLE_LABELS,
    SHORTEST_PASSWORD,
    SIGN_INS_PER_ACCOUNT_AND_NETWORK,
)
from app.refusal import N_
from app.registration.consents.models import CONSENT_TEXTS, PURPOSE_LABELS, TEXT_VERSION, asked_consents
from app.registration.questions.models import Question
from app.registration.questions.queries import laws_to_choose, public_task
from app.registration.questions.rules import (
    LEGAL_BASIS_LABELS,
    RETENTION_LABELS,
    LegalBasis,
)
from app.settings import Settings
from app.texts import gettext, language, ngettext, number

# Where something that is open is filled in.
PRIVACY, OFFICE, LAWS, SETTINGS, SENDER = "privacy", "office", "laws", "settings", "sender"
PAGE_OF_PRIVACY = "datenschutz"
# By these words a heading of the privacy statement is known, in German and in English.
_CONTROLLER = ("wer verantwortlich", "verantwortliche stelle", "controller", "who is responsible")
_OFFICER = ("datenschutzbeauftragt", "protection officer")
_BACKUPS = ("sicherungskopie", "datensicherung", "backup")
_RECIPIENTS = ("wer die daten erhält", "empfänger", "who receives", "recipients")
NOT_SAID = N_("The privacy statement has no section about it.")


@dataclass(frozen=True, slots=True)
class Value:
    """`open`: nobody has filled it in yet. `language` of words that people wrote, where it may not be the reader's."""

    text: str
    open: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """`where`: the place in which what is open is filled in."""

    label: str
    values: tuple[Value, ...]
    where: str = ""

    @property
    def open(self) -> bool:
        return any(one.open for one in self.values)


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class House:
    """What the operator set: `mail_server` is empty where mails go into a folder."""

    settings: Settings
    mail_server: str
    mail_encrypted: bool


@dataclass(frozen=True, slots=True)
class Record:
    as_of: datetime
    name: str
    sections: tuple[Section, ...]

    @property
    def open(self) -> int:
        """How many rows have an open place."""
        return sum(row.open for section in self.sections for row in section.rows)


def record_of_processing(session: Session, house: House, now: datetime) -> Record:
    text = read_text(session, house.settings.data_dir, PAGE_OF_PRIVACY, language())
    own = office(session)
    activities = (Section(gettext(one.title), tuple(_rows_of(session, one))) for one in ACTIVITIES)
    return Record(
        now,
        own.name if own else house.settings.host,
        (
            Section(gettext("Who is responsible"), tuple(_responsible(session, own, text, house))),
            *activities,
            Section(gettext("Recipients and other countries"), tuple(_recipients(session, text, house))),
            Section(gettext("Technical and organisational measures"), tuple(_measures(text, house))),
        ),
    )


def _said(label: str, *texts: str) -> Row:
    return Row(gettext(label), tuple(Value(one) for one in texts))


def _open(label: str, text: str, where: str) -> Row:
    return Row(gettext(label), (Value(text, open=True),), where)


# -- who is responsible


def _responsible(session: Session, own: Organisation | None, text: LegalText, house: House) -> Iterator[Row]:
    if own is None:
        yield _open(N_("Own organisation"), gettext("It is not named yet."), OFFICE)
    else:
        yield _said(N_("Own organisation"), own.name)
    yield _from_statement(N_("Controller"), text, _CONTROLLER)
    yield _from_statement(N_("Data protection officer"), text, _OFFICER)
    yield _said(N_("Address of this installation"), house.settings.base_url)
    yield _said(N_("Sender of mails"), sender_of(session, house.settings.mail_from))
    hosts = list(_hosts(session, own))
    if hosts:
        yield _said(N_("Other hosts of days, alone or jointly (Art. 26 GDPR)"), *hosts)


def _hosts(session: Session, own: Organisation | None) -> Iterator[str]:
    """With how many days each."""
    leads = select(Event.lead_host_id, Event.id).where(Event.lead_host_id.is_not(None))
    hosting = leads.union(select(event_cohost.c.organisation_id, event_cohost.c.event_id)).subquery()
    days = func.count(hosting.c.id)
    found = select(Organisation.name, days).join(hosting, hosting.c.lead_host_id == Organisation.id)
    found = found.where(Organisation.id != (own.id if own else 0)).group_by(
        Organisation.id, Organisation.name
    )
    for name, times in session.execute(found.order_by(Organisation.name)):
        yield f"{name} ({_days(times)})"


def _days(times: int) -> str:
    return ngettext("%(num)d day", "%(num)d days", times)


def _from_statement(label: str, text: LegalText, headings: Sequence[str]) -> Row:
    """What the privacy statement says below such a heading."""
    lines = list(_section_of(text, headings))
    if not lines:
        return _open(label, gettext(NOT_SAID), PRIVACY)
    return Row(gettext(label), tuple(lines), PRIVACY)


def _section_of(text: LegalText, headings: Sequence[str]) -> Iterator[Value]:
    inside = False
    for block in text.blocks:
        if block.kind == "heading":
            inside = any(one in words_of(block.lines[0]).lower() for one in headings)
        elif inside:
            yield from (_value_of(line, text) for line in lines_of((block,)))


def _value_of(line: Line, text: LegalText) -> Value:
    return Value(words_of(line), open=any(piece.missing for piece in line), language=text.language)


# -- what is processed


def _rows_of(session: Session, one: Activity) -> Iterator[Row]:
    yield _said(N_("Purpose"), gettext(one.purpose))
    yield from BASES.get(one.name, _public_task)(session)
    yield _said(N_("Whose data"), *map(gettext, one.people))
    yield _said(N_("Which data"), *map(gettext, one.labels()))
    recipients = [gettext(to) for to in one.recipients] or [gettext("nobody")]
    yield _said(N_("Who gets them"), *recipients)
    yield _said(N_("Deleted"), *KEPT[one.name]())


def _public_task(session: Session) -> Iterator[Row]:
    """DP-01: the laws that this installation names."""
    if laws_to_choose(session):
        yield _said(N_("Legal basis"), public_task(session))
    else:
        open_ = Value(gettext("The law that gives the task is not named yet."), open=True)
        yield Row(gettext("Legal basis"), (Value(public_task(session)), open_), LAWS)


def _basis(*texts: str) -> Callable[[Session], Iterator[Row]]:
    def rows(_session: Session) -> Iterator[Row]:
        yield _said(N_("Legal basis"), *map(gettext, texts))

    return rows


def _of_questions(session: Session, *, sensitive: bool) -> Iterator[Row]:
    """Each purpose that a question names, with its basis, its period, and in how many days it is asked."""
    asked = (
        select(Question.purpose, Question.legal_basis, Question.law, Question.retention, Event.language)
        .add_columns(func.count(Question.event_id.distinct()))
        .join(Event, Event.id == Question.event_id)
        .where(Question.sensitive.is_(sensitive))
        .group_by(Question.purpose, Question.legal_basis, Question.law, Question.retention, Event.language)
        .order_by(Question.purpose, Question.legal_basis, Question.law, Question.retention)
    )
    rows = session.execute(asked).all()
    if not rows:
        yield _said(N_("Questions that are asked"), gettext("none at present"))
    for purpose, basis, law, retention, spoken, times in rows:
        named = (
            gettext("Public task (Art. 6 (1) e GDPR, %(law)s)", law=law)
            if law
            else gettext(LEGAL_BASIS_LABELS[basis])
        )
        deleted = gettext("deleted %(when)s", when=gettext(RETENTION_LABELS[retention]))
        said = Value(f"{named}; {deleted}; {_days(times)}")
        yield Row(gettext("Purpose of a question"), (Value(purpose, language=spoken), said))


def _questions(session: Session) -> Iterator[Row]:
    yield _said(N_("Legal basis"), gettext("as each question says"))
    yield from _of_questions(session, sensitive=False)


def _needs(session: Session) -> Iterator[Row]:
    yield from _basis(LEGAL_BASIS_LABELS[LegalBasis.EXPLICIT_CONSENT])(session)
    yield from _of_questions(session, sensitive=True)


def _consents(session: Session) -> Iterator[Row]:
    yield from _basis(LEGAL_BASIS_LABELS[LegalBasis.CONSENT])(session)
    days = [asked_consents(one) for one in session.scalars(select(Event).where(Event.consents != ""))]
    for purpose, words in CONSENT_TEXTS.items():
        if times := sum(purpose in asked for asked in days):
            version = gettext("Version %(number)s of the words", number=TEXT_VERSION)
            yield _said(PURPOSE_LABELS[purpose], gettext(words), f"{version}; {_days(times)}")
    if not days:
        yield _said(N_("Consents that are asked"), gettext("none at present"))


def _workshops(session: Session) -> Iterator[Row]:
    yield from _public_task(session)
    wishing = select(func.count(Event.id)).where(Event.placement == Placement.WISHES)
    times = session.scalar(wishing) or 0
    yield _said(N_("Allocation by wishes"), _days(times) if times else gettext("none at present"))


_SECURITY = N_("Public task, and security of processing (Art. 6 (1) e and Art. 32 GDPR)")
BASES: dict[str, Callable[[Session], Iterator[Row]]] = {
    "workshops": _workshops,
    "questions": _questions,
    "needs": _needs,
    "consents": _consents,
    "accounts": _basis(_SECURITY),
    "abuse": _basis(_SECURITY),
}


# -- to whom, and how it is kept safe


def _recipients(session: Session, text: LegalText, house: House) -> Iterator[Row]:
    if house.mail_server:
        yield _said(N_("Mail server"), house.mail_server)
    else:
        yield _open(N_("Mail server"), gettext("Mails are written into a folder and reach nobody."), SETTINGS)
    yield _from_statement(N_("Recipients as the privacy statement says"), text, _RECIPIENTS)
    roles = select(TeamMember.role, func.count(TeamMember.organiser_id.distinct())).group_by(TeamMember.role)
    people = dict(session.execute(roles).all())
    teams = [
        f"{gettext(label)}: {number(people[role])}" for role, label in ROLE_LABELS.items() if role in people
    ]
    admins = select(func.count(Organiser.id)).where(Organiser.is_admin, Organiser.disabled_at.is_(None))
    every = gettext("Administrators: %(number)s", number=session.scalar(admins) or 0)
    yield _said(N_("People with access, by role"), every, *teams)
    sentence = gettext(
        "Pages load nothing from other servers. By itself the application hands data to the mail server alone."
    )
    yield _said(N_("Other countries"), sentence)


def _measures(text: LegalText, house: House) -> Iterator[Row]:
    settings = house.settings
    if settings.demo:
        yield _open(
            N_("Kind of operation"), gettext("This is the demo: everybody can read its mails."), SETTINGS
        )
    if settings.secure:
        yield _said(N_("On the way to the browser"), gettext("encrypted (HTTPS)"))
    else:
        yield _open(N_("On the way to the browser"), gettext("not encrypted"), SETTINGS)
    if house.mail_encrypted:
        yield _said(N_("On the way to the mail server"), gettext("encrypted (TLS, version 1.2 or newer)"))
    elif house.mail_server:
        yield _said(N_("On the way to the mail server"), gettext("not encrypted: it is this very machine"))
    yield _said(N_("Database"), _database(settings.database_url))
    yield _said(
        N_("Passwords"),
        gettext("at least %(number)s characters, kept as a check sum (Argon2id)", number=SHORTEST_PASSWORD),
        gettext(
            "locked for a while after %(number)s tries from one network",
            number=SIGN_INS_PER_ACCOUNT_AND_NETWORK.times,
        ),
    )
    idle, longest = span_of(IDLE_SIGN_IN), span_of(LONGEST_SIGN_IN)
    yield _said(
        N_("Sign-ins"),
        gettext(
            "end after %(idle)s without a visit, at the latest after %(longest)s", idle=idle, longest=longest
        ),
    )
    yield _said(
        N_("Access"),
        gettext("by role and day; sensitive answers are for who leads the day and administrators"),
    )
    yield _said(
        N_("Log"),
        gettext("who changed, read sensitive answers or took files: %(span)s", span=span_of(LOG_KEPT)),
    )
    yield _said(N_("Deletion"), gettext("by itself, several times a day"))
    forms = number(settings.forms_per_network)
    yield _said(N_("Public forms"), gettext("at most %(number)s in an hour from one network", number=forms))
    yield _backups(text)


def _backups(text: LegalText) -> Row:
    """Made by the operator; what the privacy statement says of them, wherever it does."""
    lines = [line for line in lines_of(text.blocks) if any(one in words_of(line).lower() for one in _BACKUPS)]
    if not lines:
        return _open(
            N_("Backups"), gettext("The privacy statement does not say how long they are kept."), PRIVACY
        )
    return Row(gettext("Backups"), tuple(_value_of(line, text) for line in lines), PRIVACY)


def _database(url: str) -> str:
    """Without name and password."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        return gettext("SQLite, a file on the server")
    return gettext("PostgreSQL on %(server)s", server=parts.host or "localhost")
