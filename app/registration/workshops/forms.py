# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Wishes per round, and what somebody cannot do without.

`wish-<round id>-<rank>` is the run wished for in that place, of parallel runs of a workshop the one with the lowest id:
one select each, so it works without JavaScript, and fachtag.js adds buttons that move a wish. `absent-<round id>` says that one takes no part in the round.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import BooleanField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from app.programme.agenda import RoundView, RunView, wishable
from app.registration.workshops.rules import LONGEST_REASON, Need
from app.registration.workshops.wishes import MOST_RANKS, Wished
from app.texts import gettext, ngettext
from app.web.editing import Choice, EditingForm, SeveralOf, short_text
from app.web.forms import BaseForm
from app.web.texts import lazy_gettext as _l

NEED_LABELS = {
    Need.STEP_FREE: _l("Access without steps"),
    Need.INTERPRETING: _l("German Sign Language"),
    Need.INDUCTION_LOOP: _l("Induction loop"),
}


class WishesMixin:
    """Adds the fields of all rounds to a form class. `with_needs`: also asks what somebody cannot do without."""

    wish_rounds: Sequence[RoundView]
    with_needs: bool

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))  # type: ignore[misc]
        for round_ in self.wish_rounds:
            seen: set[str] = set()
            for field in self.fields_of(round_):
                if field.data and field.data in seen:
                    field.errors = [
                        gettext("You have named this workshop before. Please name each one once.")
                    ]
                    valid = False
                seen.add(field.data or "")
        return self._refuse_both() and valid

    def _refuse_both(self) -> bool:
        """Nobody wishes for what they cannot take."""
        wished = {field.data for one in self.wish_rounds for field in self.fields_of(one)}
        both = [
            field
            for workshop_id, field in self.cannot_fields()
            if field.data and wished & {str(run.id) for run in _runs_of(self.wish_rounds, workshop_id)}
        ]
        for field in both:
            field.errors = [gettext("You wish for this workshop above. Please name it in one place only.")]
        return not both

    def cannot_fields(self) -> list[tuple[int, Any]]:
        """One line of text for each workshop, by its id."""
        return [(one, self[f"cannot-{one}"]) for one in workshops_of(self.wish_rounds)]  # type: ignore[index]

    def fields_of(self, round_: RoundView) -> list[Any]:
        """The selects of a round, the first wish first."""
        return [self[f"wish-{round_.id}-{rank}"] for rank in range(1, ranks_of(round_) + 1)]  # type: ignore[index]

    def going_on(self, round_: RoundView) -> list[tuple[RunView, bool]]:
        """What began in an earlier round, and whether it is among the wishes of that one."""
        named = {field.data for one in self.wish_rounds for field in self.fields_of(one)}
        return [(run, str(run.id) in named) for run in wishable(round_.going_on)]

    def wished(self) -> Wished:
        runs = {
            one.id: tuple(int(field.data) for field in self.fields_of(one) if field.data)
            for one in self.wish_rounds
        }
        absent = {one.id for one in self.wish_rounds if self[f"absent-{one.id}"].data}  # type: ignore[index]
        needs = self["needs"].data or () if self.with_needs else None  # type: ignore[index]
        return Wished(
            {key: value for key, value in runs.items() if value},
            frozenset(absent),
            None if needs is None else frozenset(Need(one) for one in needs),
            {one: field.data for one, field in self.cannot_fields() if field.data},
        )


class OwnWishesForm(BaseForm):
    """Other wishes, on the personal page."""


class NotedWishesForm(EditingForm):
    """Wishes of somebody, noted by the team."""


def ranks_of(round_: RoundView) -> int:
    return min(len(offered(round_)), MOST_RANKS)


def offered(round_: RoundView) -> list[RunView]:
    """What can be wished for: parallel runs of a workshop as one."""
    return wishable(round_.runs)


def workshops_of(rounds: Iterable[RoundView]) -> dict[int, str]:
    """Every workshop that can be wished for, by its id: the numbers of all its runs, for it is about each, and its title."""
    runs: dict[int, list[RunView]] = {}
    for round_ in rounds:
        for run in offered(round_):
            runs.setdefault(run.workshop_id, []).append(run)
    return {
        workshop_id: f"{', '.join(one.label for one in each if one.label)} {each[0].title}".strip()
        for workshop_id, each in runs.items()
    }


def _runs_of(rounds: Iterable[RoundView], workshop_id: int) -> list[RunView]:
    return [run for one in rounds for run in offered(one) if run.workshop_id == workshop_id]


def wishing(
    form_class: type[BaseForm],
    rounds: Sequence[RoundView],
    *,
    with_needs: bool = True,
    online: bool = False,
) -> type[BaseForm]:
    """The form class with the fields of these rounds. `online`: says what is not for who takes part online."""
    fields: dict[str, Any] = {}
    for round_ in rounds:
        choices = [
            ("", gettext("No wish")),
            *((str(run.id), wish_label(run, online=online)) for run in offered(round_)),
        ]
        for rank in range(1, ranks_of(round_) + 1):
            fields[f"wish-{round_.id}-{rank}"] = Choice(
                gettext("%(rank)s. wish", rank=rank), choices=choices, default=""
            )
        fields[f"absent-{round_.id}"] = BooleanField(gettext("I do not take part in this round"))
    if with_needs:
        fields["needs"] = SeveralOf(
            gettext("What can you not do without?"),
            choices=[SelectChoice(one.value, str(label)) for one, label in NEED_LABELS.items()],
            default=[],
            description=gettext(
                "You only get a workshop where it is there. Only the lead of the team reads it; it is deleted 14 days"
                " after the day."
            ),
        )
    for workshop_id, title in workshops_of(rounds).items():
        fields[f"cannot-{workshop_id}"] = short_text(title, longest=LONGEST_REASON)
    context = {"wish_rounds": tuple(rounds), "with_needs": with_needs}
    return type(form_class.__name__, (WishesMixin, form_class), {**context, **fields})


def wishes_data(wished: Wished, rounds: Iterable[RoundView]) -> Mapping[str, object]:
    """What the fields are filled with. A wish for one of several parallel runs is one for the workshop."""
    data: dict[str, object] = {f"absent-{one}": True for one in wished.absent}
    meant = {run.id: one.id for round_ in rounds for one in offered(round_) for run in one.each}
    for round_id, runs in wished.runs.items():
        data |= {
            f"wish-{round_id}-{rank}": str(meant.get(run, run)) for rank, run in enumerate(runs, start=1)
        }
    data["needs"] = [one.value for one in wished.needs or ()]
    data |= {f"cannot-{workshop_id}": reason for workshop_id, reason in (wished.cannot or {}).items()}
    return data


def wish_label(run: RunView, *, online: bool = False) -> str:
    """Without seats: how many others wish for it is nobody's business while wishes are open."""
    notes = [note for one in run.each if one.room for note in (one.where, *one.room.barriers)]
    if run.parallel:
        notes.insert(0, gettext("at the same time in several rooms"))
    if online and not any(one.is_online for one in run.each):
        notes.append(gettext("in the room only"))
    if run.spans > 1:
        notes.append(ngettext("over %(num)d round", "over %(num)d rounds", run.spans))
    return f"{run.label} {run.title}" + (f" ({', '.join(notes)})" if notes else "")
