# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the list of people shows: filters, order and columns, as an address says it and as a form asks for it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import SearchField, StringField

from app.attendees import columns, lists
from app.attendees.columns import Columns
from app.attendees.filters import (
    ORDER_LABELS,
    WITHOUT_LABELS,
    SortOrder,
    Wanted,
    Without,
    clean_search,
    without_of,
)
from app.attendees.lists import RunChoice
from app.events.models import Event, Quota
from app.organisations.queries import districts, kind_names, organisation_names
from app.refusal import Missing
from app.registration.consents.models import PURPOSE_LABELS, Purpose
from app.registration.consents.records import consents_to_list
from app.registration.questions.answer_forms import option_words
from app.registration.questions.models import Option, Question
from app.registration.questions.queries import questions_of
from app.registration.quotas.waiting_list import quotas_of_day
from app.registration.rules import PARTICIPATION_LABELS, STATUS_LABELS, Participation, Status
from app.texts import gettext
from app.web.editing import Choice
from app.web.forms import BaseForm
from app.web.texts import lazy_gettext as _l

MOST_NAMES = 200  # that a browser is told, to suggest
Value = TypeVar("Value", bound=Enum)


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen on this day. Sensitive questions are not among them."""

    runs: Sequence[RunChoice]
    quotas: Sequence[Quota]
    questions: Sequence[Question]
    kinds: Mapping[str, str]
    districts: Sequence[str]
    consents: Sequence[Purpose]
    without: Without | None
    accompanied: bool
    ways: bool  # people come or take part online

    @property
    def agreements(self) -> Iterator[tuple[Purpose, bool]]:
        """What people may have agreed to, or not."""
        return ((one, agrees) for one in self.consents for agrees in (True, False))

    @property
    def answers(self) -> Iterator[tuple[Question, Option]]:
        return ((one, option) for one in self.questions for option in one.options)


def read_offer(session: Session, event: Event, *, accompanied: bool | None = None) -> Choices:
    """`accompanied`: whether anybody comes with somebody, where the caller knows."""
    if accompanied is None:
        accompanied = event.asks_accompanying or lists.count_day(session, event).accompanied
    runs = lists.runs_of(session, event)
    return Choices(
        runs,
        quotas_of_day(session, event),
        [one for one in questions_of(session, event.id) if not one.sensitive],
        kind_names(session),
        districts(session),
        consents_to_list(session, event),
        without_of(event, has_runs=any(one.takes_place for one in runs)),
        event.asks_accompanying or accompanied,
        event.offers_online,
    )


class SearchForm(BaseForm):
    """Sent by GET, so that a view of the list has an address."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = SearchField(_l("Name, mail address, organisation or reference"), render_kw={"maxlength": 100})
    status = Choice(_l("Status"))
    sort = Choice(_l("Sort by"), choices=[(order.value, _l(ORDER_LABELS[order])) for order in SortOrder])
    organisation = StringField(
        _l("Organisation"), render_kw={"maxlength": 200, "list": "organisations", "autocomplete": "off"}
    )
    kind = Choice(_l("Kind of organisation"))
    district = Choice(_l("District"))
    quota = Choice(_l("Quota"))
    answer = Choice(_l("Answer"))
    consent = Choice(_l("Consent"))
    run = Choice(_l("Workshop"))
    without = Choice(_l("Without"))
    accompanied = Choice(_l("Accompanying persons"))
    participation = Choice(_l("Participation"))

    def offer(self, offer: Choices) -> "SearchForm":
        """What nobody can choose is not asked."""
        everyone = [("", gettext("All"))]
        self.status.offer(everyone + [(one.value, gettext(STATUS_LABELS[one])) for one in Status])
        self.kind.offer(everyone + list(offer.kinds.items()))
        found = {
            "district": [(one, one) for one in offer.districts],
            "quota": [(str(one.id), one.name) for one in offer.quotas],
            "answer": [(str(option.id), _answer(one, option)) for one, option in offer.answers],
            "consent": [(_word(*one), _consent(*one)) for one in offer.agreements],
            "run": [(str(one.id), _run(one)) for one in offer.runs],
            "without": [(one.value, gettext(WITHOUT_LABELS[one])) for one in (offer.without,) if one],
            "accompanied": [(ACCOMPANIED, gettext("at least one"))] if offer.accompanied else [],
            "participation": [(one.value, gettext(words)) for one, words in PARTICIPATION_LABELS.items()]
            if offer.ways
            else [],
        }
        for name, choices in found.items():
            if choices:
                self[name].offer(everyone + choices)
            else:
                del self[name]
        return self

    @property
    def more(self) -> list[Any]:
        """The fields that most people do not need."""
        return [field for field in self if field.name in _MORE]


_MORE = (
    *("organisation", "kind", "district", "quota", "answer", "consent", "run", "without", "accompanied"),
    "participation",
)
ACCOMPANIED = "yes"  # as an address says it


def _answer(question: Question, option: Option) -> str:
    return f"{question.label}: {option_words(question, option)}"


def _word(purpose: Purpose, agrees: bool) -> str:
    """As an address says it."""
    return purpose.value if agrees else f"no-{purpose.value}"


def _consent(purpose: Purpose, agrees: bool) -> str:
    label = gettext(PURPOSE_LABELS[purpose])
    return (
        gettext("%(purpose)s: agreed", purpose=label)
        if agrees
        else gettext("%(purpose)s: not agreed", purpose=label)
    )


def _run(run: RunChoice) -> str:
    return f"{run.label} {run.title}"


def wanted_people(sent: Mapping[str, str], offer: Choices) -> Wanted:
    """What an address or a form asks for. Raises `Missing` for what does not exist on this day (T02): better nothing
    than everybody, where somebody thinks to see a part."""
    return Wanted(
        text=clean_search(sent.get("q", "")),
        status=_one_of(Status, sent.get("status", "")),
        run_id=_known(sent.get("run", ""), {one.id for one in offer.runs}),
        organisation=clean_search(sent.get("organisation", "")),
        kind=_there(sent.get("kind", ""), offer.kinds),
        district=_there(sent.get("district", ""), offer.districts),
        quota_id=_known(sent.get("quota", ""), {one.id for one in offer.quotas}),
        option_id=_known(sent.get("answer", ""), {option.id for _, option in offer.answers}),
        consent=_agreement(sent.get("consent", ""), offer),
        without=_offered(_one_of(Without, sent.get("without", "")), offer),
        accompanied=_accompanied(sent.get("accompanied", "")),
        participation=_way(sent.get("participation", ""), offer),
        order=_one_of(SortOrder, sent.get("sort", "")) or SortOrder.NAME,
    )


def _accompanied(sent: str) -> bool:
    if sent not in {"", ACCOMPANIED}:
        raise Missing
    return bool(sent)


def _way(sent: str, offer: Choices) -> Participation | None:
    if sent and not offer.ways:
        raise Missing
    return _one_of(Participation, sent)


def _one_of(kind: type[Value], sent: str) -> Value | None:
    try:
        return kind(sent) if sent else None
    except ValueError:
        raise Missing from None


def _known(sent: str, ids: set[int]) -> int | None:
    if sent and sent not in map(str, ids):
        raise Missing
    return int(sent) if sent else None


def _agreement(sent: str, offer: Choices) -> tuple[Purpose, bool] | None:
    known = {_word(*one): one for one in offer.agreements}
    if sent and sent not in known:
        raise Missing
    return known.get(sent)


def _offered(sent: Without | None, offer: Choices) -> Without | None:
    if sent is not None and sent is not offer.without:
        raise Missing
    return sent


def _there(sent: str, known: Collection[str]) -> str:
    if sent and sent not in known:
        raise Missing
    return sent


def chosen_columns(sent: MultiDict[str, str], offer: Choices, otherwise: Sequence[str]) -> Columns:
    names = sent.getlist("col") if "col" in sent else otherwise
    return columns.chosen(names, offer.questions)


def query_of(wanted: Wanted) -> dict[str, str]:
    """The filter and the order as an address says them; what narrows nothing is left out."""
    values = {
        "q": wanted.text,
        "status": wanted.status.value if wanted.status else "",
        "organisation": wanted.organisation,
        "kind": wanted.kind,
        "district": wanted.district,
        "quota": str(wanted.quota_id or ""),
        "answer": str(wanted.option_id or ""),
        "consent": _word(*wanted.consent) if wanted.consent else "",
        "run": str(wanted.run_id or ""),
        "without": wanted.without.value if wanted.without else "",
        "accompanied": ACCOMPANIED if wanted.accompanied else "",
        "participation": wanted.participation.value if wanted.participation else "",
        "sort": wanted.order.value if wanted.order is not SortOrder.NAME else "",
    }
    return {name: value for name, value in values.items() if value}


def search_form(wanted: Wanted, offer: Choices) -> SearchForm:
    return SearchForm(formdata=None, data=query_of(wanted)).offer(offer)


class Chip(NamedTuple):
    """A filter that is on, in words, and the address of the list without it."""

    label: str
    value: str
    without: dict[str, str]


def chips(wanted: Wanted, form: SearchForm) -> list[Chip]:
    query = query_of(wanted)
    found = []
    for name, value in query.items():
        if name == "sort":
            continue
        field = form[name]
        words = _label_of(field, value) if isinstance(field, Choice) else value
        label = gettext("Search") if name == "q" else str(field.label.text)
        found.append(Chip(label, words, {key: one for key, one in query.items() if key != name}))
    return found


def _label_of(field: Choice, value: str) -> str:
    return next(str(label) for key, label, *_ in field.iter_choices() if key == value)


def names_to_suggest(session: Session) -> Sequence[str]:
    return organisation_names(session)[:MOST_NAMES]


def column_choices(offer: Choices, on: Columns, event: Event) -> list[tuple[str, str, bool]]:
    """Name, label and whether it is shown, of every column that may be."""
    left_out = {"workshops"} if not offer.runs else set()
    if not event.quota_count:
        left_out.add("quotas")
    if not offer.ways:
        left_out.add(columns.WAY)
    left_out |= {name for name, one in columns.OF_CONSENTS.items() if one not in offer.consents}
    found = [
        (name, gettext(label), name in on) for name, label in columns.LABELS.items() if name not in left_out
    ]
    return found + [(one.field, one.label, one.field in on) for one in offer.questions]
