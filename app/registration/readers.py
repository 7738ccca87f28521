# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who reads which sentences in a mail of one kind: what the team is shown before many are told, and how many of each."""

from sqlalchemy import and_, case, func, select

from app.outbox.building import Apart
from app.outbox.models import Message
from app.refusal import N_
from app.registration import notifications
from app.registration.models import Registration
from app.registration.rules import STATUS_LABELS
from app.registration.workshops.models import PlaceChange
from app.registration.workshops.rules import PlaceFact
from app.texts import gettext

_person = Registration.id == Message.subject_id
_changes = PlaceChange.registration_id == Message.subject_id, PlaceChange.at == Message.created_at
# What a mail about workshops says first; of several things about one person the first of these.
_PLACES_FIRST = (
    (
        and_(PlaceChange.fact == PlaceFact.OFF, PlaceChange.new != ""),
        N_("their workshop does not take place"),
    ),
    (and_(PlaceChange.fact == PlaceFact.PLACE, PlaceChange.new == ""), N_("they leave a workshop")),
    (and_(PlaceChange.fact == PlaceFact.PLACE, PlaceChange.new != ""), N_("they get a place")),
    (and_(PlaceChange.fact == PlaceFact.LINE, PlaceChange.new != ""), N_("they wait for a place")),
)
_REST = N_("something about their workshop changes")
_LINK = N_("the link by which they take part online changes")
_ROOM = N_("a room of the agenda for everybody changes")
_LAST = len(_PLACES_FIRST)
_first = case(
    *((one, rank) for rank, (one, _words) in enumerate(_PLACES_FIRST)),
    (PlaceChange.fact == PlaceFact.LINK, _LAST + 1),
    (PlaceChange.room_id.is_not(None), _LAST + 2),
    else_=_LAST,
)


def _of_places(rank: int | None) -> str:
    """None where nothing of the person's own changed."""
    if rank is None:
        return N_("something about the agenda for everybody changes")
    return (*(words for _one, words in _PLACES_FIRST), _REST, _LINK, _ROOM)[rank]


APART = {
    notifications.CHANGED: Apart(
        select(Registration.status).where(_person).correlate(Message).scalar_subquery(),
        lambda status: gettext(STATUS_LABELS[status]),
    ),
    notifications.CANCELLED: Apart(
        select(Registration.invited_sequence.is_not(None))
        .where(_person)
        .correlate(Message)
        .scalar_subquery(),
        lambda invited: gettext(N_("invited in their calendar") if invited else N_("without an invitation")),
    ),
    notifications.PLACES: Apart(
        select(func.min(_first)).where(*_changes).correlate(Message).scalar_subquery(),
        lambda rank: gettext(_of_places(rank)),
    ),
}
