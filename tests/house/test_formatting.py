# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Every text that people write in paragraphs is shown by the one piece that knows how (app/formatting.py), everywhere.

`tests/abuse/test_formatted.py` looks at the pages, mails, files and calendars themselves.
"""

import sys
from collections.abc import Iterator

import jinja2
from flask import Flask
from jinja2 import nodes
from wtforms import Form, TextAreaField
from wtforms.fields.core import UnboundField

from app.settings import ROOT
from app.web.editing import FormattedField

TEMPLATES = ROOT / "templates"
# Each field of several lines whose text is formatted.
FORMATTED = {
    "AgreementForm.text",
    "CallOffForm.instead",
    "CallOffForm.reason",
    "ContributorForm.about",
    "DayForm.description",
    "DayForm.for_whom",
    "DayForm.summary",
    "DayForm.text_after",
    "DayForm.text_before",
    "DayForm.text_open",
    "DayForm.venue_note",
    "DocumentForm.summary",
    "FrameForm.intro",
    "FrameForm.next_host",
    "ItemForm.description",
    "ItemForm.note",
    "LegalTextForm.text",
    "LetterForm.text",
    "RejectForm.note",
    "RejectManyForm.note",
    "ResultForm.findings",
    "ResultForm.summary",
    "SubItemForm.note",
    "TellingForm.note",
    "WorkshopForm.abstract",
}
LITERAL = {
    "AddForm.note": "for the history, which the team reads as it was typed",
    "BarrierForm.text": "by anybody; the team reads it as it was typed",
    "CancelForm.note": "for the history",
    "CancelManyForm.note": "for the history",
    "MoveUpForm.note": "for the history",
    "PhotoForm.alt_text": "read aloud in place of a picture, where no element can stand",
    "QuickForm.rooms": "names and seats, one room per line",
    "QuestionForm.hint": "one or two sentences that belong to a field, read aloud with it",
    "RoomForm.room_note": "a few words on one line of the agenda",
    "RunForm.contributors": "names, one per line",
    "SeatingForm.hosts": "names, one per line",
    "SeatingForm.rounds": "names, one per line",
    "WorkshopForm.guiding_questions": "one per line, each an entry of its own",
    "WorkshopForm.materials": "one per line, each an entry of its own, with its link",
}
# How templates name these texts: names that mean nothing else, and some that do, of what they are.
NAMES = {
    "abstract",
    "description",
    "finding",
    "for_whom",
    "intro",
    "next_host",
    "off_instead",
    "off_reason",
    "refused_because",
    "registration_text",
    "summary",
    "text_after",
    "text_before",
    "text_open",
    "venue_note",
}
OF_THINGS = {"agreement.text", "facts.text", "item.note", "line.note", "one.about"}
IN_MAILS = {"note", "reason", "words"}
SHOWN_BY = {"formatted", "formatted_line", "plain"}
# Where a template names one of them and shows something else.
ELSEWHERE = {
    ("allocation/compare.html", "one.summary"): "figures of an allocation",
    ("allocation/show.html", "look.column.summary"): "the same",
    ("demo/mail.html", "entry.summary"): "the title of a calendar entry",
    ("emails/attendees/invitation.html", "words"): "handed to the macro that formats it",
    ("emails/attendees/invitation.txt", "words"): "the same",
    ("emails/registration/_parts.html", "words"): "a sentence of ours",
    ("emails/registration/_parts.txt", "words"): "the same",
}


def fields() -> Iterator[tuple[str, type[TextAreaField]]]:
    """Every field of several lines, at the form that says so first."""
    for form in every_form(Form):
        for name, field in vars(form).items():
            if isinstance(field, UnboundField) and issubclass(field.field_class, TextAreaField):
                yield f"{form.__name__}.{name}", field.field_class


def every_form(base: type[Form]) -> Iterator[type[Form]]:
    """Those that the code names. What a day's own questions add while it runs is in no module: whoever asks reads the
    answers as they were typed."""
    for form in base.__subclasses__():
        if (
            form.__module__.startswith("app.")
            and vars(sys.modules[form.__module__]).get(form.__name__) is form
        ):
            yield form
        yield from every_form(form)


def test_each_field_of_several_lines_is_decided(app: Flask) -> None:
    """A new one is formatted, or says why not."""
    found = dict(fields())
    formatted = {name for name, kind in found.items() if issubclass(kind, FormattedField)}
    assert formatted == set(FORMATTED)
    assert set(found) - formatted == set(LITERAL)


def shown(node: nodes.Node) -> Iterator[str]:
    """The names in what a template puts out, but for those that a filter of ours has formatted, or counts."""
    if isinstance(node, (nodes.Test, nodes.Compare)) or (
        isinstance(node, nodes.Filter) and node.name in {*SHOWN_BY, "length"}
    ):
        return
    if isinstance(node, nodes.CondExpr):
        yield from shown(node.expr1)
        if node.expr2 is not None:
            yield from shown(node.expr2)
        return
    if isinstance(node, (nodes.Getattr, nodes.Name)):
        yield dotted(node)
    for child in node.iter_child_nodes():
        yield from shown(child)


def dotted(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{dotted(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"


def is_one(template: str, name: str) -> bool:
    if name.startswith("form."):  # a field of a form holds what was typed
        return False
    in_a_mail = template.startswith("emails/") and name in IN_MAILS
    return in_a_mail or name in OF_THINGS or name.rpartition(".")[2] in NAMES


def put_out() -> Iterator[tuple[str, str]]:
    """Each template with such names that it puts out as they are."""
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in sorted(TEMPLATES.rglob("*")):
        if path.suffix in {".html", ".txt"}:
            tree = environment.parse(path.read_text(encoding="utf-8"))
            template = path.relative_to(TEMPLATES).as_posix()
            names = {name for output in tree.find_all(nodes.Output) for name in shown(output)}
            yield from ((template, name) for name in names if is_one(template, name))


def test_templates_show_them_through_the_one_piece() -> None:
    found = set(put_out())
    assert found - set(ELSEWHERE) == set(), "a text in paragraphs without a filter that formats it"
    assert set(ELSEWHERE) - found == set(), "is gone"
