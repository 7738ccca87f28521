# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The change log as an Atom feed (RFC 4287): one entry for what changed at one moment.

Callers choose the language: that of the day, whoever asks. Identifiers hang on the day's own for ever, not on its address.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from app.clock import BERLIN
from app.events.models import Event
from app.programme.changes import Moment, lines_of
from app.programme.schedule import xml_document
from app.texts import gettext, ngettext

ATOM = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"


def agenda_atom(day: Event, moments: Sequence[Moment], own: str, page: str) -> bytes:
    """`own` is the feed's address, `page` that of the agenda. The release is the first entry, so no feed is empty."""
    released = day.agenda_released_at or day.changed_at
    feed = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": day.language})
    _write(feed, id=_id(day, "changes"), title=f"{gettext('Agenda')}: {day.title}")
    ET.SubElement(feed, "subtitle").text = gettext("What has changed since publication")
    _write(feed, updated=_moment(max([released, *(one.at for one in moments)])))
    ET.SubElement(feed, "link", rel="self", type=ATOM, href=own)
    ET.SubElement(feed, "link", rel="alternate", type="text/html", href=page)
    ET.SubElement(ET.SubElement(feed, "author"), "name").text = day.contact_name or "Fachtag"
    ET.SubElement(feed, "generator").text = "Fachtag"
    for at, lines, left_out in lines_of(moments, dated=day.over_several_dates):
        more = [_more(left_out)] if left_out else []
        amount = len(lines) + left_out
        title = lines[0] if amount == 1 else ngettext("%(num)d change", "%(num)d changes", amount)
        _entry(feed, _id(day, f"change/{at.isoformat()}"), title, at, f"{page}#changes", [*lines, *more])
    _entry(feed, _id(day, "released"), gettext("The agenda is published"), released, page, [day.title])
    return xml_document(feed)


def _entry(feed: ET.Element, id_: str, title: str, at: datetime, page: str, lines: Sequence[str]) -> None:
    entry = ET.SubElement(feed, "entry")
    _write(entry, id=id_, title=title, updated=_moment(at))
    ET.SubElement(entry, "link", rel="alternate", type="text/html", href=page)
    items = "".join(f"<li>{escape(one)}</li>" for one in lines)
    ET.SubElement(entry, "content", type="html").text = f"<ul>{items}</ul>"


def _write(parent: ET.Element, **texts: str) -> None:
    for name, value in texts.items():
        ET.SubElement(parent, name).text = value


def _more(left_out: int) -> str:
    return ngettext("and %(num)d change more", "and %(num)d changes more", left_out)


def _id(day: Event, of: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{day.uid}/agenda/{of}')}"


def _moment(at: datetime) -> str:
    return at.astimezone(BERLIN).isoformat(timespec="seconds")
