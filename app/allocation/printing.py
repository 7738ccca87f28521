# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The protocol as people read it: the same facts on the page and in the PDF for the file."""

from app import documents
from app.allocation import messages, presentation
from app.allocation.models import AllocationRun
from app.allocation.rules import MIXING_LABELS, MODE_LABELS
from app.documents import Document
from app.events.models import Event
from app.refusal import N_
from app.texts import gettext, language, moment, number, span

RULE = N_(
    "The goals are taken one after the other. Each is solved until no better value is possible, and only then the next"
    " one: it decides only among what is best for all before it. Everybody is in it at once, so it does not matter who"
    " was quick."
)
CHECKED = N_("Whoever has the file can check with them that nothing was changed afterwards (SHA-256).")


def protocol_facts(allocation_run: AllocationRun) -> list[tuple[str, str]]:
    """What a finished allocation was about; pairs without a value are not shown."""
    protocol = allocation_run.protocol or {}
    asked, solver = protocol["instance"], protocol["solver"]
    sizes = (len(asked[part]) for part in ("people", "rounds", "runs"))
    return [
        (gettext("Worked out"), moment(allocation_run.finished_at) if allocation_run.finished_at else ""),
        (
            gettext("Published"),
            moment(allocation_run.published_at) if allocation_run.published_at else gettext("no"),
        ),
        (
            gettext("Replaced by another one"),
            moment(allocation_run.superseded_at) if allocation_run.superseded_at else "",
        ),
        (gettext("How wishes count"), gettext(MODE_LABELS[allocation_run.mode])),
        (gettext("Mixing of organisations"), gettext(MIXING_LABELS[allocation_run.mixing])),
        (gettext("Number of the lot"), str(allocation_run.seed)),
        (gettext("Solver"), f"{solver['name']} {solver['version']}"),
        (gettext("People, rounds, workshops"), ", ".join(map(str, sizes))),
        (gettext("Conditions"), str(len(asked["rules"]))),
        (gettext("What is proven"), messages.proof(allocation_run)),
    ]


def protocol_document(event: Event, allocation_run: AllocationRun) -> Document:
    """The protocol as a PDF says it. It names nobody."""
    protocol = allocation_run.protocol or {}
    heads = [
        (gettext("Goal"), False),
        (gettext("Value"), True),
        (gettext("What is proven"), False),
        (gettext("Seconds"), True),
    ]
    stages = [
        (one.goal, one.value, one.bound, number(one.seconds))
        for one in presentation.stage_looks(allocation_run)
    ]
    return Document(
        title=gettext("Protocol: %(title)s", title=allocation_run.name),
        language=language(),
        footer=event.title,
        page=gettext("Page"),
        blocks=(
            documents.paragraph(f"{event.title}, {span(event.starts_at, event.ends_at)}"),
            documents.facts(protocol_facts(allocation_run)),
            documents.heading(gettext("The rule")),
            documents.paragraph(gettext(RULE)),
            documents.table(gettext("Goals with value and bound"), heads, stages),
            documents.heading(gettext("Fingerprints")),
            documents.paragraph(gettext(CHECKED)),
            documents.exact(gettext("Input"), protocol["instance_fingerprint"]),
            documents.exact(gettext("Result"), protocol["result_fingerprint"]),
        ),
    )
