# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms of the admin pages. People are typed in by name or reference, so that it works without JavaScript."""

from collections.abc import Callable, Iterable, Sequence

from wtforms import BooleanField, HiddenField

from app.allocation.loader import Terms
from app.allocation.queries import RunLine
from app.allocation.rules import (
    MIXING_LABELS,
    MIXING_WORDS,
    MODE_LABELS,
    MODE_WORDS,
    ConditionKind,
    Mixing,
    Mode,
)
from app.allocation.service import LARGEST_SEED, AllocationOrder, ConditionFacts, draw_seed
from app.texts import gettext
from app.web.asking import AskingForm
from app.web.editing import Choice, WholeNumber, short_text
from app.web.forms import BaseForm, NonceMixin
from app.web.texts import lazy_gettext as _l

SHORTEST, USUAL, LONGEST = 5, 60, 600  # seconds
FindPerson = Callable[[str, str], int]


class AllocationForm(BaseForm, NonceMixin):
    """One allocation: how it is to be made."""

    name = short_text(
        _l("Name"), longest=100, description=_l("Leave empty for one that says how it is made.")
    )
    mode = Choice(_l("How wishes count"), choices=[(one.value, _l(MODE_LABELS[one])) for one in Mode])
    mixing = Choice(
        _l("Mixing of organisations"), choices=[(one.value, _l(MIXING_LABELS[one])) for one in Mixing]
    )
    seed = WholeNumber(
        _l("Number of the lot"),
        least=1,
        most=LARGEST_SEED,
        required=True,
        description=_l(
            "Drawn just now. Where all else is equal, the lots decide; with the same number everybody can draw them again."
        ),
    )
    seconds = WholeNumber(
        _l("Time limit in seconds"),
        least=SHORTEST,
        most=LONGEST,
        required=True,
        description=_l("Most days need a few seconds. What is not proven by then is called so."),
    )

    @classmethod
    def fresh(cls) -> "AllocationForm":
        return cls(data={"seed": draw_seed(), "seconds": USUAL})

    def order(self) -> AllocationOrder:
        terms = Terms(
            Mode(self.mode.data),
            Mixing(self.mixing.data),
            self.seed.data or 1,
            self.seconds.data or USUAL,
        )
        return AllocationOrder(self.name.data or name_of(terms), terms, self.key)


class UsualForm(BaseForm, NonceMixin):
    """One button: the usual ones side by side, with one lot for all of them."""

    def orders(self, *, mixed: bool) -> list[AllocationOrder]:
        seed = draw_seed()
        found = []
        for mixing in Mixing if mixed else (Mixing.NONE,):
            for mode in Mode:
                terms = Terms(mode, mixing, seed, USUAL)
                found.append(AllocationOrder(name_of(terms), terms, self.key))
        return found


class PublishForm(AskingForm):
    """One button; it carries which allocation was published when the page was read."""

    seen = HiddenField()

    @property
    def seen_id(self) -> int:
        typed = str(self.seen.data or "")
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else -1


def name_of(terms: Terms) -> str:
    """ "Few late wishes, loosely mixed\""""
    words = f"{gettext(MODE_WORDS[terms.mode])}, {gettext(MIXING_WORDS[terms.mixing])}"
    return words[0].upper() + words[1:]


class ConditionForm(BaseForm):
    """A condition of one kind."""

    def offer(
        self,
        runs: Sequence[RunLine],
        organisations: Iterable[tuple[int, str]],
        kinds: Sequence[tuple[str, str]],
        find: FindPerson,
        *,
        every: bool,
    ) -> "ConditionForm":
        """`every`: the condition may hold for all workshops. `find` refuses a name that means nobody or several."""
        self._find = find
        if "run_id" in self:
            all_of_them = [("", gettext("every workshop"))] if every else []
            self["run_id"].offer(
                all_of_them + [(str(one.id), f"{one.round_title}: {one.name}") for one in runs]
            )
        if "organisation_kind" in self:
            self["organisation_kind"].offer(kinds)
        if "organisation_id" in self:
            each = [("", gettext("each organisation"))]
            self["organisation_id"].offer(each + [(str(number), name) for number, name in organisations])
        return self

    def facts(self, kind: ConditionKind) -> ConditionFacts:
        """What was typed in. Refuses what `find` refuses."""
        return ConditionFacts(kind)

    def _number(self, name: str) -> int | None:
        typed = self[name].data
        return int(typed) if typed else None


_PERSON = _l("Name or reference")


class PersonConditionForm(ConditionForm):
    """Somebody and a workshop."""

    person = short_text(
        _PERSON, longest=200, required=True, description=_l("For instance: Aylin Muster, or K7M2-Q9XD.")
    )
    run_id = Choice(_l("Workshop"))

    def facts(self, kind: ConditionKind) -> ConditionFacts:
        return ConditionFacts(
            kind, first_id=self._find(self.person.data or "", "person"), run_id=self._number("run_id")
        )


class PairForm(ConditionForm):
    """Two people."""

    first = short_text(
        _l("First person"), longest=200, required=True, description=_l("Name or reference, as in the list.")
    )
    second = short_text(_l("Second person"), longest=200, required=True)
    soft = BooleanField(_l("May be broken if it does not go otherwise"))

    def facts(self, kind: ConditionKind) -> ConditionFacts:
        first, second = (
            self._find(self.first.data or "", "first"),
            self._find(self.second.data or "", "second"),
        )
        return ConditionFacts(kind, first_id=first, second_id=second, soft=bool(self.soft.data))


class CapForm(ConditionForm):
    """At most so many of one organisation."""

    most = WholeNumber(_l("At most"), least=1, most=1000, required=True)
    organisation_id = Choice(_l("Organisation"))
    run_id = Choice(_l("Workshop"))

    def facts(self, kind: ConditionKind) -> ConditionFacts:
        return ConditionFacts(
            kind,
            most=self.most.data,
            organisation_id=self._number("organisation_id"),
            run_id=self._number("run_id"),
        )


class BoundsForm(ConditionForm):
    """At least and at most so many of one kind of organisation."""

    organisation_kind = Choice(_l("Kind of organisation"))
    least = WholeNumber(_l("At least"), least=0, most=1000, description=_l("Leave empty for none."))
    most = WholeNumber(_l("At most"), least=0, most=1000, description=_l("Leave empty for no upper bound."))
    run_id = Choice(_l("Workshop"))

    def validate(self, extra_validators: object = None) -> bool:
        valid = bool(super().validate(extra_validators=extra_validators))
        if self.most.data is None and not self.least.data and not self.least.errors:
            self.least.errors = [gettext("Please enter at least one of the two bounds.")]
            return False
        return valid

    def facts(self, kind: ConditionKind) -> ConditionFacts:
        return ConditionFacts(
            kind,
            organisation_kind=self.organisation_kind.data,
            least=self.least.data or 0,
            most=self.most.data,
            run_id=self._number("run_id"),
        )


FORMS: dict[ConditionKind, type[ConditionForm]] = {
    ConditionKind.PIN: PersonConditionForm,
    ConditionKind.FORBID: PersonConditionForm,
    ConditionKind.TOGETHER: PairForm,
    ConditionKind.APART: PairForm,
    ConditionKind.ORGANISATION_CAP: CapForm,
    ConditionKind.KIND_BOUNDS: BoundsForm,
    ConditionKind.SPREAD: ConditionForm,
}
