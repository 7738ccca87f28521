# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The same few file names in every slice, each for one thing; whatever else stands there is listed with its reason."""

import ast
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from app import factory
from app.web.database import db
from tests.house.test_imports import APP, MODULES, ROOT, calls, name_of, parsed

SLICES = {
    "attendees",
    "organisation_admin",
    "privacy",
    "organisations",
    "people",
    "events",
    "legal",
    "programme",
    "registration",
    "allocation",
    "results",
    "calendar",
    "organising",
    "outbox",
    "scheduling",
    "copying",
    "checklist",
    "tables",
}
NOT_SLICES = {"web", "store", "ical", "demo", "translations"}
FIXED = {
    "__init__",
    "models",
    "rules",
    "service",
    "queries",
    "forms",
    "views",
    "organiser_views",
    "mails",
    "ical",
    "commands",
    "jobs",
    "checks",
}
EXTRAS = {
    "registration/admission": "service.py, split: coming in, whichever way",
    "registration/person": "rules.py, split: what is asked of a person",
    "registration/accompanying": "service.py, split: another number of people who come along, with their chairs",
    "registration/participation": "service.py, split: from the room into the net and back, with the chair",
    "registration/history": "service.py, split: a change of status with its line in the history",
    "registration/promotion": "service.py, split: who moves up",
    "registration/my_day_views": "views.py, split: one person's day from morning to evening",
    "registration/link_views": "views.py, split: the personal link, sent again",
    "registration/code_views": "views.py, split: the code that opens the form, typed or brought by a link",
    "registration/working_hours": "rules.py, split: hours in which people are at work",
    "registration/addresses": "service.py, split: another mail address, confirmed by its owner",
    "registration/sharing": "service.py, split: somebody else with the same address",
    "registration/calendar_invitations": "service.py, split: which address holds an invitation, and what takes it back",
    "registration/groups/members": "service.py, split: the people of a confirmed group",
    "registration/questions/exports": "answers as cells of a file",
    "allocation/loader": "queries.py, split: the question, read from the database",
    "allocation/baselines": "what one would do without a solver, to compare with and to begin with",
    "allocation/sensitivity": "what one more chair would do",
    "allocation/explaining": "queries.py, split: why somebody got these places",
    "allocation/figures": "places in numbers: wishes granted, mix, demand",
    "allocation/instance": "the question as values, and as the text that is fingerprinted",
    "allocation/lease": "service.py, split: who works on an allocation",
    "allocation/model": "the question as columns and rows; knows no solver",
    "allocation/infeasibility": "why nothing is possible",
    "allocation/suspects": "conditions that may stand in the way: the question without each of them",
    "allocation/printing": "the protocol as page and PDF say it",
    "allocation/protocol": "the proof for the file, and checking it again",
    "allocation/publishing": "service.py, split: places, mails and calendars of everybody at once",
    "allocation/verification": "counting again what the solver says; shares no code with the model",
    "allocation/result": "the answer as values",
    "allocation/exemption_views": "organiser_views.py, split: who cannot take a workshop",
    "registration/workshops/exemptions": "service.py, split: workshops that somebody cannot take, and the team's word",
    "allocation/result_views": "organiser_views.py, split: one allocation, several, publishing",
    "allocation/running": "working one out, in a process of its own",
    "allocation/presentation": "allocations as pages show them",
    "allocation/highs": "the solver's library, set up as it is used here",
    "allocation/remainder": "what of the model is still open, as arrays and for the solver",
    "allocation/losses": "who loses how many ranks, as rows of the model",
    "allocation/pinning": "why each wish was refused, by pinning it and solving again",
    "allocation/solving": "the goals in strict order",
    "allocation/messages": "what stages, reasons and conditions say",
    "allocation/remembering": "service.py, split: what the lot remembers of a day that is over",
    "registration/workshops/memory": "what the lot remembers of earlier days: kept, read, forgotten",
    "allocation/swaps/chains": "rules.py, split: which offers make a chain, and whether the allocation allows it",
    "scheduling/keeping_views": "organiser_views.py, split: drafts that are deleted, days that are put away",
    "copying/printing": "what the next host has to know, on paper",
    "copying/rows": "service.py, split: rows of a day written once more for another one",
    "events/access_views": "who may enter the organisers' area: stands where events and roles meet",
    "events/facts": "rules.py, split: what the team says of a day and of its rooms",
    "events/notices": "service.py, split: what people were told of a day's facts, and what it was before",
    "events/seats": "claiming and giving back what is scarce, for days and for runs",
    "events/team_service": "service.py, split: the verbs of the team",
    "organisation_admin/master_data": "service.py, split: regions and districts",
    "organisation_admin/master_data_views": "organiser_views.py, split: the pages of it",
    "legal/security": "security.txt, which programs read",
    "organising/inventory": "what is stored of people, where, and what for",
    "organising/mentions": "queries.py, split: where a name stands in words of others",
    "organising/person_data": "queries.py, split: everything that is stored under an address",
    "organising/person_printing": "the same as a PDF says it",
    "organising/privacy_views": "views.py, split: data protection",
    "organising/processing": "the record of processing activities",
    "organising/processing_periods": "the same, split: how long what stays",
    "organising/processing_printing": "the same as a PDF and a table say it",
    "organising/health_views": "what the machine asks that watches the service",
    "organising/lives": "which life of the database this is, and what the data folder knows of it",
    "organising/log_queries": "queries.py, split: the audit log, read",
    "organising/log_views": "views.py, split: the audit log",
    "organising/log_words": "rules.py, split: the audit log in words",
    "organising/restoring": "a new life after a restore",
    "organising/setup": "service.py, split: the first run of a new installation",
    "organising/setup_forms": "forms.py, split: the pages of it",
    "organising/setup_views": "views.py, split: the pages of it",
    "organising/sweeping": "the retention periods, applied",
    "organising/team_forms": "forms.py, split: the team page",
    "organising/team_views": "organiser_views.py, split: the team page",
    "organising/weak_settings": "`flask check`, the part that looks at no row",
    "outbox/building": "who builds which mail: the slices register here",
    "outbox/delivery": "Flask-Mail's names over SMTP or a maildir",
    "outbox/maildir": "mails as files",
    "outbox/mime": "from a mail to the bytes that leave",
    "outbox/previewing": "queries.py, split: what was intended just now, shown before it is agreed to",
    "outbox/route": "service.py, split: the way out",
    "outbox/errors": "what can go wrong while a mail is handed over",
    "outbox/settling": "service.py, split: what became of a message",
    "outbox/smtp": "one SMTP dialogue, step by step",
    "outbox/statements": "pieces of SQL that its verbs share",
    "outbox/watchdog": "whether the worker gets on",
    "outbox/worker": "the process that sends and sweeps",
    "people/audit": "the line written in the transaction of the action",
    "people/budget": "how often something may be tried",
    "people/passwords": "Argon2id, kept away from transactions",
    "people/session_views": "who is signed in, behind Flask-Login",
    "people/sign_in_views": "views.py, split: proving who one is, also in the answer to a form",
    "programme/agenda": "the agenda as values for pages, files and mails",
    "programme/contributors": "what somebody contributes to: the day, an item or a run",
    "scheduling/inside_forms": "forms.py, split: of what stands inside of an item or a run",
    "scheduling/inside_views": "organiser_views.py, split: the pages of what stands inside",
    "programme/plan": "the programme of a day as a value, its rows and its JSON",
    "programme/differences": "what differs between two plans, for the change log and for the team",
    "programme/working_copy": "what the team plans, kept as edits beside what is released",
    "programme/versions": "queries.py, split: the agenda as it was released, time and again",
    "programme/news": "what changed about items for everybody since somebody heard of them",
    "programme/changes": "queries.py, split: the public change log, in words",
    "programme/feed": "the change log as an Atom feed",
    "programme/filtering": "what of the agenda a reader wants to see, as an address says it",
    "programme/timetable": "the working copy by rooms and quarters of an hour, and what has no room yet",
    "programme/grid": "the agenda as tables of rooms or tracks and times",
    "programme/moments": "what goes on at a moment and what comes next",
    "programme/credits": "who contributes, as every page, file and calendar says it",
    "programme/inside": "service.py, split: short talks and stands inside of items and runs, as values and verbs",
    "programme/inside_lines": "these as the lines of a file that has no other place for them, and read back",
    "programme/kinds": "kinds of items as values, and the verbs by which a day adds its own",
    "programme/printing": "the agenda as the PDF says it",
    "programme/schedule": "the agenda as conference apps read it, XML and JSON",
    "programme/workshop_facts": "what the team says of a workshop, said once",
    "events/structured": "the day in the words of schema.org",
    "programme/rounds": "which rounds a run fills, for values and for the database",
    "programme/contradictions": "queries.py, split: where day and programme contradict each other",
    "programme/conflicts": "service.py, split: whether something fits into the day",
    "registration/workshops/news": "what changed about a person's workshops, noted and folded",
    "registration/readers": "mails.py, split: who reads other sentences in a mail of one kind",
    "registration/possible": "rules.py, split: what somebody can still change, for pages and mails",
    "registration/page_states": "what the personal page says first, as a table by status",
    "registration/notifications": "what a person is told, as intentions for the outbox",
    "attendees/consent_views": "organiser_views.py, split: what people agreed to, put to use",
    "attendees/invitations": "who of earlier days is invited to a new one",
    "attendees/photos": "who may be pictured, and who may not",
    "privacy/contact_data": "own_data.py, split: what is stored about the contact person of a group",
    "attendees/answer_views": "organiser_views.py, split: one person's answers",
    "registration/questions/options": "service.py, split: options written, corrected and ended, and what becomes of their answers",
    "registration/questions/answering": "service.py, split: changing answers afterwards",
    "registration/questions/answers": "answers to the organisers' questions: judged, stored, given back",
    "attendees/manual": "service.py, split: what the team does for a person",
    "scheduling/editing": "service.py, split: every change of the programme, in its working copy",
    "scheduling/contributing": "service.py, split: naming who contributes, in the working copy",
    "scheduling/releasing": "service.py, split: the working copy becomes the agenda, and versions of it",
    "scheduling/carrying_out": "service.py, split: rows become what a plan says, with what follows for people",
    "scheduling/room_forms": "forms.py, split: a room, and rooms to choose from",
    "scheduling/room_service": "service.py, split: changing a room in which people may sit",
    "scheduling/affected": "queries.py, split: whom a release concerns",
    "scheduling/unfit_rooms": "queries.py, split: rooms that do not fit those who come",
    "scheduling/telling": "who is told of changed runs",
    "scheduling/programme_views": "organiser_views.py, split: the pages that edit the programme",
    "scheduling/programme_forms": "forms.py, split: items for everybody, and who contributes",
    "scheduling/quick": "service.py, split: rows of a table become things of the programme",
    "scheduling/quick_forms": "forms.py, split: the table in which they are typed",
    "scheduling/quick_views": "organiser_views.py, split: the page of it",
    "scheduling/moving": "service.py, split: things of the programme copied, shifted and moved",
    "scheduling/moving_forms": "forms.py, split: what is shifted or moved, and where to",
    "scheduling/moving_views": "organiser_views.py, split: the pages that copy, shift and move",
    "scheduling/release_views": "organiser_views.py, split: release, versions and preview",
    "scheduling/contributor_views": "organiser_views.py, split: the pages about who contributes",
    "attendees/moving": "service.py, split: many out of one workshop into another",
    "attendees/mailings": "service.py, split: messages of the team to many",
    "attendees/approval_views": "organiser_views.py, split: yes or no to who wants to come",
    "attendees/approval": "service.py, split: the team decides who is admitted",
    "registration/questions/asked": "queries.py, split: what participants are asked, kept until it changes",
    "attendees/columns": "what a list may say about a person",
    "registration/groups/drafts": "service.py, split: what the form of a group brought before it was corrected",
    "attendees/duplicates": "queries.py, split: hints at people who are registered twice",
    "attendees/exports": "lists as CSV and XLSX, row by row",
    "attendees/filters": "queries.py, split: whom a list is about, and in which order",
    "registration/consents/records": "consents as rows: written down, ended, read",
    "registration/correcting": "service.py, split: what changes about a registration that stands",
    "attendees/figure_views": "organiser_views.py, split: a day's people in pictures",
    "attendees/figures": "queries.py, split: a day's people in numbers",
    "privacy/erasure": "service.py, split: forgetting people in time",
    "registration/form_views": "views.py, split: the form, drawn once for everybody",
    "registration/questions/answer_forms": "forms.py, split: the fields built from the questions",
    "attendees/bulk_forms": "forms.py, split: actions on many people",
    "attendees/list_forms": "forms.py, split: filters and columns of the list of people",
    "scheduling/imports/values": "a programme as a file says it",
    "scheduling/imports/moments": "dates and times as files write them",
    "scheduling/imports/frab_xml": "schedules in frab's XML, read",
    "scheduling/imports/frab_json": "schedules in frab's JSON, read",
    "scheduling/imports/own_words": "our own schedules read back",
    "scheduling/imports/parts": "workshops in parts, each an event of a schedule of ours",
    "scheduling/imports/sheets": "programmes in tables: which column says what",
    "scheduling/imports/files": "what a file is, by its first bytes and its name",
    "scheduling/imports/plans": "what is to become of each entry of a file, as values",
    "scheduling/imports/names": "rooms and kinds by the names that a file has for them",
    "scheduling/imports/words": "texts that a file parts in other ways than the day",
    "scheduling/imports/matching": "which entry of a file is which item or run of the day",
    "scheduling/imports/rounds": "which rounds, workshops and runs come of entries",
    "scheduling/imports/planning": "what a file would make of the day",
    "scheduling/imports/merging": "that, put into the plan of the day",
    "attendees/imports/archives": "workbooks as archives of XML, opened with bounds",
    "attendees/imports/bounds": "how much a table may bring",
    "attendees/imports/choosing": "workshops, wishes and answers, read from cells",
    "attendees/imports/csv_files": "lines with a separator, as cells",
    "attendees/imports/headings": "which line holds the headings, and which column says what",
    "attendees/imports/judging_forms": "forms.py, split: from rows to people, in the words of the forms",
    "attendees/imports/kept": "files between the upload and the last press",
    "attendees/imports/letters": "from bytes to letters, as far as that is certain",
    "attendees/imports/ods": "workbooks of OpenDocument, as cells",
    "attendees/imports/tables": "tables that somebody uploads, and what was assumed of them",
    "attendees/imports/targets": "what a column may say of somebody",
    "attendees/imports/xlsx": "workbooks of Excel, as cells",
    "registration/quotas/waiting_list": "who may have a seat now, and who is next",
    "registration/links": "personal link and personal calendar address",
    "registration/abuse_protection_forms": "the public forms against programs: budgets, honeypot, moment of opening",
    "attendees/lists": "queries.py, split: organisers' lists",
    "attendees/bulk_views": "organiser_views.py, split: actions on many people",
    "privacy/own_data": "queries.py, split: everything that is stored about one person",
    "registration/workshops/places": "places in workshop runs",
    "registration/refusing": "service.py, split: the owner of an address says: that was not me",
    "registration/suppression": "addresses that get no mail before they are confirmed",
    "registration/workshops/swap_offers": "service.py, split: offers of swaps and their chains, ended wherever places end",
    "registration/workshops/swapping": "places, split: people who wait for each other's runs",
    "registration/substituting": "service.py, split: somebody comes in another one's place",
    "registration/workshops/wishes": "wishes as rows: written, replaced, passed on",
    "tables/exports": "who sits where as CSV and XLSX",
    "tables/lease": "service.py, split: who works on a seating",
    "tables/measures": "how good an answer is, and what no answer can beat",
    "tables/printing": "lists and cards as PDFs say them",
    "tables/room": "the question as values: people, tables, rounds",
    "tables/search": "people to tables: swaps, as in annealing",
    "results/files": "where the bytes of photos and documents lie",
    "results/material_service": "service.py, split: photos and documents",
    "results/material_views": "organiser_views.py, split: photos and documents",
    "results/printing": "the documentation as the PDF says it",
    "results/file_views": "files of the results, sent to a browser",
    "results/prepared": "a file that was judged and may be stored",
    "results/presentation": "what public and organisers' pages share",
    "results/pdf_judge": "judging one PDF, in a process of its own",
    "results/pdfs": "documents that come in: started, bounded and told in sentences",
    "results/renditions": "photos in smaller sizes, made when somebody asks first",
    "results/photos": "uploads.py, split: what needs Pillow",
    "results/uploads": "what may come in, judged by its bytes",
}


def extras() -> set[str]:
    return {
        path.relative_to(APP).with_suffix("").as_posix()
        for one in SLICES
        for path in (APP / one).rglob("*.py")
        if path.stem not in FIXED
    }


def test_every_package_is_a_slice_or_known() -> None:
    packages = {path.name for path in APP.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert packages == SLICES | NOT_SLICES


def test_files_beside_the_fixed_names_are_listed_with_a_reason() -> None:
    assert extras() - set(EXTRAS) == set(), "say in EXTRAS what it is for"
    assert set(EXTRAS) - extras() == set(), "is gone"
    assert all(len(reason) > 5 for reason in EXTRAS.values())


def test_every_module_says_what_it_owns() -> None:
    silent = {name_of(path) for path in MODULES if not (ast.get_docstring(parsed(path)) or "").strip()}
    assert silent == set()


def test_every_file_with_doors_is_wired() -> None:
    """A blueprint or an `install` in a module that the factory does not name would never be seen."""
    wired = {module.__name__ for module in factory.MODULES}
    doors = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in MODULES
        if path.relative_to(APP).parts[0] in SLICES | {"demo"}
        and re.search(
            r"^bp = Blueprint|^def install\(_?app: Flask\) -> None",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    }
    assert doors - wired == set(), "not named in app.factory.MODULES"


ONE_DOOR = ("events", "programme", "scheduling")


def verbs_of_the_day() -> set[str]:
    """Every public function of these slices that does something to a day at a moment."""
    functions = (
        node
        for one in ONE_DOOR
        for path in (APP / one).glob("*service.py")
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef)
    )
    return {
        one.name
        for one in functions
        if not one.name.startswith("_")
        and [arg.arg for arg in one.args.args[:2]] == ["session", "event_id"]
        and "now" in {arg.arg for arg in (*one.args.args, *one.args.kwonlyargs)}
    }


def test_a_verb_of_the_day_has_one_door() -> None:
    """Guard, change, telling and log stand in one function, which pages, the worker and the demo call; no other one wraps it."""
    verbs = verbs_of_the_day()
    wrapped = {
        f"{name_of(path)}: {called}"
        for path in MODULES
        if not path.stem.endswith(("views", "jobs")) and path.relative_to(APP).parts[0] != "demo"
        for called in {one.rpartition(".")[2] for one in calls(parsed(path))} & verbs
    }
    assert len(verbs) > 15
    assert wrapped == {
        "app/scheduling/imports/service.py: add_room"
    }  # a file brings rooms along, all or nothing


def test_no_file_is_past_a_few_screens() -> None:
    """When a file grows, look for the second subject in it."""
    long = {
        name_of(path): n
        for path in MODULES
        if (n := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert long == {}


def test_no_view_is_longer_than_a_screen() -> None:
    """Fetch, form, one verb, answer."""
    long = {
        f"{name_of(path)}:{node.name}": node.end_lineno - node.lineno
        for path in MODULES
        if path.stem.endswith("views")
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno > 45
    }
    assert long == {}


def test_tables_are_named_in_the_singular_and_their_constraints_by_rule() -> None:
    for table in db.metadata.sorted_tables:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", table.name)
        assert not table.name.endswith("s") or table.name.endswith(("ss", "us", "series")), table.name
        for one in [*table.constraints, *table.indexes]:
            assert str(one.name).startswith(("pk_", "fk_", "uq_", "ck_", "ix_")), (table.name, one.name)
            assert len(str(one.name)) <= 63, one.name  # PostgreSQL cuts longer ones off


def templates_of(folder: str) -> list[Path]:
    return sorted((ROOT / "templates" / folder).rglob("*.html"))


@pytest.mark.parametrize("folder", sorted(SLICES - {"outbox", "organisations"}))
def test_every_template_is_rendered_by_its_slice(folder: str) -> None:
    """templates/<slice>/<view>.html; a page that nobody renders is a page that nobody tests."""
    source = "".join(path.read_text(encoding="utf-8") for path in MODULES)
    others = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*") if path.is_file()
    )
    put_together = tuple(re.findall(r'f"([\w/]+_)\{\w+\}\.html"', source))
    unused = {
        name
        for path in templates_of(folder)
        if (name := path.relative_to(ROOT / "templates").as_posix()) not in source + others
        and not name.startswith(put_together or ("?",))
    }
    assert unused == set()


def test_no_template_holds_two_headings_of_the_first_rank() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        soup = BeautifulSoup(
            re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL),
            "html.parser",
        )
        assert len(soup.find_all("h1")) <= 1, path
