# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What organisers' forms are made of: numbers, dates and times with our own sentences, and two people on one form."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.clock import BERLIN, END_OF_NIGHT
from app.folding import clean_line
from app.refusal import Refusal
from app.texts import day as day_in_words
from app.texts import gettext, last_day, local_day, short_day
from app.web.forms import REQUIRED, BaseForm
from app.web.texts import lazy_gettext as _l

TOO_LONG = _l("This is too long. At most %(max)d characters fit here.")
CHOOSE = _l("Please choose one of these.")
WHOLE_TEXTS = _l("To format: ## heading, - entry of a list, **bold**, [words](https://example.org).")
WITHIN_LINES = _l("To format: **bold**, [words](https://example.org).")
FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST_TEXT = 20_000
LONGEST_CODE = 60
_WHOLE = re.compile(r"[0-9]{1,18}")
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?::[0-9]{2})?(?: Uhr)?")


def short_text(label: Any, *, longest: int = 200, required: bool = False, **kwargs: Any) -> StringField:
    """One line of text."""
    validators = [DataRequired(REQUIRED) if required else Optional(), Length(max=longest, message=TOO_LONG)]
    return StringField(label, validators, render_kw={"autocomplete": "off"}, **kwargs)


def long_text(
    label: Any, *, rows: int = 5, required: bool = False, longest: int = LONGEST_TEXT, **kwargs: Any
) -> TextAreaField:
    """Several lines, shown as they were typed; a text in paragraphs is a `formatted_text`."""
    return TextAreaField(label, _of_a_text(required, longest), render_kw={"rows": rows}, **kwargs)


class FormattedField(TextAreaField):
    """What people write in paragraphs (app/formatting.py); the form says how below the hint. `whole` False: the text stands
    where headings and lists have no room."""

    def __init__(self, label: Any, validators: Any = None, *, whole: bool = True, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.marks = WHOLE_TEXTS if whole else WITHIN_LINES


def formatted_text(
    label: Any,
    *,
    rows: int = 5,
    required: bool = False,
    longest: int = LONGEST_TEXT,
    whole: bool = True,
    **kwargs: Any,
) -> FormattedField:
    """Some paragraphs, with headings, lists, bold and links."""
    shown = {"rows": rows, **kwargs.pop("render_kw", {})}
    return FormattedField(label, _of_a_text(required, longest), whole=whole, render_kw=shown, **kwargs)


def _of_a_text(required: bool, longest: int) -> list[Any]:
    return [DataRequired(REQUIRED) if required else Optional(), Length(max=longest, message=TOO_LONG)]


def not_between(least: int, most: int) -> str:
    return gettext("Please enter a whole number from %(least)d to %(most)d.", least=least, most=most)


def code_text(label: Any, **kwargs: Any) -> StringField:
    """A code that people pass on by telephone and type in: no spaces, no signs but the hyphen."""
    validators = [
        Optional(),
        Length(max=LONGEST_CODE, message=TOO_LONG),
        Regexp(
            r"\A[A-Za-z0-9ÄÖÜäöüß-]{6,60}\Z",
            message=_l("Please use six letters or digits or more, without spaces."),
        ),
    ]
    return StringField(label, validators, render_kw={"autocomplete": "off", "spellcheck": "false"}, **kwargs)


class WholeNumber(IntegerField):
    """A number between `least` and `most`; nothing else that Python would read as one (signs, underscores, other digits)."""

    def __init__(
        self, label: Any, *, least: int = 0, most: int = 100_000, required: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(label, [InputRequired(REQUIRED) if required else Optional()], **kwargs)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        typed = _typed(self, valuelist)
        if not typed:
            return
        if not _WHOLE.fullmatch(typed) or not self.least <= int(typed) <= self.most:
            raise ValueError(not_between(self.least, self.most))
        self.data = int(typed)


class Day(DateField):
    """A date from the browser's own control, or typed as people type it: 11.03.2027."""

    def __init__(self, label: Any, *, required: bool = False, **kwargs: Any) -> None:
        super().__init__(label, [InputRequired(REQUIRED) if required else Optional()], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        typed = _typed(self, valuelist)
        if not typed:
            return
        for form in ("%Y-%m-%d", "%d.%m.%Y"):
            try:
                day = datetime.strptime(typed, form).replace(tzinfo=BERLIN).date()
            except ValueError:
                continue
            if FIRST_YEAR <= day.year <= LAST_YEAR:
                self.data = day
                return
        raise ValueError(gettext("Please enter a date like 11.03.2027."))


class ClockTime(TimeField):
    """A time of day in Berlin from the browser's own control, or typed: 9:30, 9.30, 9:30 Uhr. Where it is an `end`, 24:00 is
    read as well; the control knows midnight as 0:00 only."""

    def __init__(self, label: Any, *, required: bool = False, end: bool = False, **kwargs: Any) -> None:
        super().__init__(label, [InputRequired(REQUIRED) if required else Optional()], **kwargs)
        self.end = end

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        typed = _typed(self, valuelist)
        if not typed:
            return
        read = _CLOCK.fullmatch(typed)
        if self.end and read is not None and (read[1], read[2]) == ("24", "00"):
            self.data = time(0, 0)
            return
        if read is None or int(read[1]) > 23 or int(read[2]) > 59:
            raise ValueError(gettext("Please enter a time like 9:30."))
        self.data = time(int(read[1]), int(read[2]))


class Choice(SelectField):
    """One of a list of values and labels; anything else gets our sentence."""

    def __init__(self, label: Any, *, choices: Iterable[tuple[str, Any]] = (), **kwargs: Any) -> None:
        super().__init__(label, choices=options(choices), **kwargs)

    def offer(self, choices: Iterable[tuple[str, Any]]) -> None:
        """Choices that are known only in a request."""
        self.choices = options(choices)

    def pre_validate(self, form: Any) -> None:
        refuse_unknown(super().pre_validate, form)


class SeveralOf(SelectMultipleField):
    """Any number of a list, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def offer(self, choices: Iterable[tuple[str, Any]]) -> None:
        """Choices that are known only in a request."""
        self.choices = options(choices)

    def pre_validate(self, form: Any) -> None:
        refuse_unknown(super().pre_validate, form)


def refuse_unknown(look: Callable[[Any], None], form: Any) -> None:
    """Look whether what was chosen is offered; if not, in our words."""
    try:
        look(form)
    except ValidationError:
        raise ValidationError(gettext("Please choose one of these.")) from None


def _typed(field: Field, values: list[str]) -> str:
    """What was typed, tidied. Nothing but white space is nothing, also for the validators."""
    typed = clean_line(values[0]) if values else ""
    if not typed:
        field.raw_data = [""]
    return typed


def options(choices: Iterable[tuple[str, Any]]) -> list[Any]:
    """Values and labels in the shape WTForms wants them."""
    return [SelectChoice(value, label) for value, label in choices]


def moment_of(day: date | None, clock: time | None) -> datetime | None:
    """The aware moment in UTC of a date and a time in Berlin; None when either is missing."""
    if day is None or clock is None:
        return None
    return datetime.combine(day, clock, BERLIN).astimezone(UTC)


def given_day(day: Any) -> date:
    """As `given_moment`, for a date alone."""
    if not isinstance(day, date):
        raise TypeError("a required date that is read after validation")
    return day


def given_moment(day: Any, clock: Any) -> datetime:
    """The moment of a date and a time that validation has made sure of."""
    found = moment_of(day, clock)
    if found is None:
        raise ValueError("a date and a time were expected")
    return found


def given_end(day: Any, clock: Any, *, after: time | None = None) -> datetime:
    """`given_moment` of an end: midnight is that at the end of the date. With the time of a beginning in `after`, an earlier
    one that is still night lies in the night that follows."""
    over_night = clock == time(0, 0) or (after is not None and clock < after and clock <= END_OF_NIGHT)
    return given_moment(day + timedelta(days=1) if over_night else day, clock)


def day_of(moment: datetime | None) -> date | None:
    return moment.astimezone(BERLIN).date() if moment else None


def clock_of(moment: datetime | None) -> time | None:
    return moment.astimezone(BERLIN).time().replace(second=0, microsecond=0) if moment else None


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which what was typed differs from what is stored now."""

    label: str
    stored: str
    typed: str


class EditingForm(BaseForm):
    """A form over a row that others may edit at the same time: it carries the version that was read (F30).

    `refused_at` maps the fields a service names in its refusals to the fields of the form. `stale`: somebody else saved first.
    What is `unstored` is said with the press and stands in no row.
    """

    refused_at: ClassVar[Mapping[str, str]] = {}
    unstored: ClassVar[Collection[str]] = ()
    differences: Sequence[Difference] = ()
    stale = False
    version = HiddenField(default="0")

    @property
    def version_read(self) -> int:
        """The version this form was filled from; 0, which no row has, for anything that is no number."""
        typed = str(self.version.data or "")  # left out of the request, it is what the form was filled from
        return int(typed) if _WHOLE.fullmatch(typed) else 0

    def add_refusal(self, refusal: Refusal) -> None:
        if refusal.field is not None and refusal.field in self.refused_at:
            moved = Refusal(refusal.sentence, field=self.refused_at[refusal.field], **refusal.values)
            super().add_refusal(moved)
        else:
            super().add_refusal(refusal)

    def compare_with(self, stored: "EditingForm") -> None:
        """Show as `differences` what differs from `stored`, the same form filled from the row as it is now.

        From here on this form carries the stored version: to send it again is to overwrite, knowingly.
        """
        self.version.data = stored.version.data
        self.differences = self.differences_from(stored)

    def differences_from(self, stored: "EditingForm") -> list[Difference]:
        """What differs between `stored` and this form, in the order of the form."""
        return [
            Difference(str(mine.label.text), shown(stored[mine.name]), shown(mine))
            for mine in self
            if mine.name in stored
            and mine.name not in self.unstored
            and not isinstance(mine, HiddenField)
            and shown(mine) != shown(stored[mine.name])
        ]


class OnADate(BaseForm):
    """On one of the event's dates: a `date` to choose. Who has only one date is not asked for it (A11Y-08, 3.3.7)."""

    def offer_dates(self, first: datetime, last: datetime) -> None:
        """`first` and `last` are the beginning and the end of the event."""
        begin, finish = local_day(first), last_day(last)
        dates = [begin + timedelta(days=number) for number in range((finish - begin).days + 1)]
        self._only_date = begin
        if len(dates) == 1:
            del self.date
        else:
            self.date.offer((one.isoformat(), day_in_words(one)) for one in dates)

    @property
    def chosen_date(self) -> date:
        """The date that was chosen, or the only one."""
        return date.fromisoformat(self.date.data) if "date" in self else self._only_date


class SpanForm(OnADate, EditingForm):
    """From when to when, on one of the event's dates."""

    refused_at: ClassVar[Mapping[str, str]] = {"ends_at": "end"}
    date = Choice(_l("Date"))
    start = ClockTime(_l("From"), required=True)
    end = ClockTime(
        _l("Until"),
        required=True,
        end=True,
        description=_l(
            "24:00 or 0:00 is midnight. An end before the beginning, until 6:00, lies in the night after."
        ),
    )

    @property
    def starts_at(self) -> datetime:
        return given_moment(self.chosen_date, self.start.data)

    @property
    def ends_at(self) -> datetime:
        return given_end(self.chosen_date, self.end.data, after=self.start.data)


def span_data(starts_at: datetime, ends_at: datetime) -> dict[str, object]:
    """What a `SpanForm` is filled with."""
    return {
        "date": starts_at.astimezone(BERLIN).date().isoformat(),
        "start": clock_of(starts_at),
        "end": clock_of(ends_at),
    }


def shown(field: Field) -> str:
    """What a field holds, as text for a person; what could not be read is shown as it was typed."""
    if isinstance(field, BooleanField):
        return str(gettext("yes") if field.data else gettext("no"))
    if isinstance(field, SelectField):
        chosen = field.data if isinstance(field.data, list) else [field.data]
        return ", ".join(
            str(label) for value, label, *_rest in field.iter_choices() if value in map(str, chosen)
        )
    if isinstance(field.data, date):
        return short_day(field.data)
    if isinstance(field.data, time):
        return f"{field.data.hour}:{field.data.minute:02d}"
    if field.data is None:
        return ", ".join(field.raw_data or []) if field.errors else ""
    return str(field.data)
