# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Rules about the code that only reading the code can hold (SEC-01).

Each rule says what it looks for, who may do it all the same, and why. An exception that is used no more is a fault,
too: the lists below are equal to what is found, never longer.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import grimp
import pytest
from grimp import ImportGraph

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
MODULES = sorted(APP.rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), name_of(path))


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an attribute access; calls inside are written as `()`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    return "…"


@cache
def calls(tree: ast.AST) -> list[str]:
    """The dotted name of everything that is called."""
    return [dotted(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]


@cache
def imports(tree: ast.AST) -> list[str]:
    """Every module imported anywhere in the file, also inside functions."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def files_with(found: Callable[[ast.Module], bool], paths: list[Path] = MODULES) -> set[str]:
    return {name_of(path) for path in paths if found(parsed(path))}


# --- who may import whom -----------------------------------------------------------------------------------------


def test_the_import_contracts_hold() -> None:
    """In a process of its own: the linter switches off every logger of the process it runs in."""
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    done = subprocess.run([sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_slice_stands_on_the_ladder() -> None:
    """A package that the contract does not name would import what it likes."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    ladder = next(contract for contract in contracts if contract["type"] == "layers")
    named = {one.strip() for layer in ladder["layers"] for one in layer.split("|")}
    there = {f"app.{path.name}" for path in APP.iterdir() if (path / "__init__.py").exists()}
    assert there - named == set()


BUSINESS = {"models", "rules", "service", "queries", "ical"}
WEB = (
    "flask",
    "flask_sqlalchemy",
    "flask_wtf",
    "wtforms",
    "flask_mail",
    "flask_login",
    "flask_babel",
    "app.web",
)
WEB_FILES = ("views", "forms", "mails", "commands")


def test_files_of_the_business_know_no_web() -> None:
    """The contract again, over the words in the file: it also sees what is only imported inside a function."""
    found = {
        f"{name_of(path)}: {one}"
        for path in MODULES
        if path.stem in BUSINESS or path.parent.name in {"ical", "store"} or path.stem.endswith("_service")
        for one in imports(parsed(path))
        if one.split(".")[0] in WEB or one.startswith("app.web")
    }
    assert found == set()


FACING_THE_WEB = re.compile(r"(views|forms|mails|commands|jobs)$")
PROCESSES = {
    "app.factory",  # wires everything
    "app.serving",  # the web server's process
    "app.outbox.worker",  # the process that sends and sweeps
    "app.outbox.delivery",  # the bridge to Flask-Mail
}


def business(graph: ImportGraph) -> set[str]:
    """Every module but those that face the web by their name, the web's own, the demo and three processes."""
    return {
        one
        for one in graph.modules
        if one.startswith("app.")
        and one not in PROCESSES
        and not one.startswith(("app.web", "app.demo"))
        and not FACING_THE_WEB.search(one)
    }


@cache
def graph_of_imports() -> ImportGraph:
    """Imports inside functions count as well."""
    return grimp.build_graph("app", include_external_packages=True, cache_dir=None)


def test_no_business_module_reaches_the_web_however_far() -> None:
    graph = graph_of_imports()
    found = {
        f"{one}: {' '.join(graph.find_shortest_chain(one, web) or ())}"
        for web in (*WEB[:-1], "app.web")
        if web in graph.modules
        for one in business(graph)
        if graph.chain_exists(one, web)
    }
    assert found == REACH_THE_WEB


REACH_THE_WEB: set[str] = set()


@pytest.mark.long
def test_business_loads_no_web_when_it_is_imported() -> None:
    """The same, tried: all of it in a fresh interpreter."""
    names = sorted(business(graph_of_imports()))
    load = f"import importlib, sys; [importlib.import_module(one) for one in {names!r}]; print(sorted({set(WEB)!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", load], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Neither directly nor round about, imports in functions included."""
    graph = graph_of_imports()
    ours = {one for one in graph.modules if one.startswith("app")}
    later = {one: graph.find_downstream_modules(one) & ours for one in ours}
    assert {one for one in ours if any(one in later[other] for other in later[one])} == set()


def test_nobody_imports_the_web_files_of_another_slice() -> None:
    """Forms, views, mails and commands are a slice's own; the factory alone loads views."""
    found = set()
    for path in MODULES:
        if path == APP / "factory.py":
            continue
        own = path.relative_to(APP).parts[0]
        for one in imports(parsed(path)):
            parts = one.split(".")
            foreign = len(parts) > 2 and parts[1] not in {own, "web"}
            for position, part in enumerate(parts[2:] if parts[0] == "app" else [], start=3):
                is_file = (ROOT / Path(*parts[:position])).with_suffix(".py").exists()
                answers = is_file and part.endswith("views") and has_pages(".".join(parts[:position]))
                if answers or (is_file and foreign and part.endswith(WEB_FILES) and part not in GUARDS):
                    found.add(f"{name_of(path)}: {'.'.join(parts[:position])}")
    assert found == BORROWED_FORMS


def has_pages(module: str) -> bool:
    path = (ROOT / module.replace(".", "/")).with_suffix(".py")
    return "\nbp = Blueprint(" in path.read_text(encoding="utf-8")


GUARDS = {"session_views", "sign_in_views"}  # who is signed in: asked wherever a page is for somebody

# What a person is asked is said once, as fields in `registration`; the team's pages and the own data show the same ones.
BORROWED_FORMS = {
    "app/attendees/answer_views.py: app.registration.questions.answer_forms",
    "app/attendees/answer_views.py: app.registration.workshops.forms",
    "app/attendees/forms.py: app.registration.forms",
    "app/attendees/list_forms.py: app.registration.questions.answer_forms",
    "app/attendees/organiser_views.py: app.registration.forms",
    "app/attendees/organiser_views.py: app.registration.questions.answer_forms",
    "app/attendees/organiser_views.py: app.registration.workshops.forms",
    "app/copying/forms.py: app.events.forms",  # how a day gets its short name
    "app/organising/privacy_views.py: app.registration.workshops.forms",
    "app/privacy/views.py: app.registration.questions.answer_forms",
    "app/privacy/views.py: app.registration.workshops.forms",
    "app/scheduling/imports/forms.py: app.attendees.imports.forms",  # how a table is read
}


def test_rules_import_refusals_and_rules_only() -> None:
    found = {
        f"{name_of(path)}: {one}"
        for path in APP.rglob("rules.py")
        for one in imports(parsed(path))
        if one.startswith("app.")
        and not one.startswith(("app.refusal", "app.address", "app.folding", "app.formatting"))
        and not re.fullmatch(r"app(\.\w+)+\.rules(\.\w+)?", one)
        and one not in {"app.clock", "app.clock.BERLIN"}  # a time zone is no clock
    }
    assert found == RULES_THAT_READ_A_ROW


# What is still to do for a day is decided over the whole event; a copy of its fields would say nothing more.
RULES_THAT_READ_A_ROW = {
    "app/organising/rules.py: app.events.models",
    "app/organising/rules.py: app.events.models.Event",
}


def test_importing_a_slice_loads_nothing() -> None:
    """`__init__.py` holds a docstring and nothing else."""
    talking = {
        name_of(path)
        for path in APP.rglob("__init__.py")
        if any(
            not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
            for node in parsed(path).body
        )
    }
    assert talking == set()


@pytest.mark.long
def test_the_solver_is_loaded_by_nobody_who_serves() -> None:
    """70 MB of solver and arithmetic: for the worker and the command line, which import it when they need it."""
    heavy = {"highspy", "numpy"}
    assert files_with(lambda tree: bool({one.split(".")[0] for one in imports(tree)} & heavy)) == {
        "app/allocation/highs.py",
        "app/allocation/losses.py",
        "app/allocation/pinning.py",
        "app/allocation/remainder.py",
        "app/allocation/solving.py",
    }
    serve = f"import sys, app.factory; print(sorted({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", serve], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


# --- one owner each ----------------------------------------------------------------------------------------------


def calls_ending(*ends: str) -> Callable[[ast.Module], bool]:
    return lambda tree: any(one.endswith(ends) for one in calls(tree))


def test_one_file_lets_somebody_in() -> None:
    """`admission.admit` and its sisters hold the order of claim, status, quotas, history: nobody else makes a registration
    or claims a seat of the day for somebody new."""
    made = files_with(lambda tree: "Registration" in calls(tree))
    assert made == {"app/registration/admission.py"}
    assert files_with(calls_ending("claim_seat", "claim_seats")) == {
        "app/registration/admission.py",
        *CLAIM_FOR_SOMEBODY_KNOWN,
    }


CLAIM_FOR_SOMEBODY_KNOWN = {
    "app/registration/promotion.py",  # the first in line
    "app/registration/groups/service.py",  # a group that comes back together after its hold had ended
    "app/registration/accompanying.py",  # who comes along with somebody
    "app/registration/participation.py",  # who takes part online, and wants to come
    "app/registration/workshops/places.py",  # places of runs
    "app/attendees/manual.py",  # who waits, moved up by the team
}


def test_one_file_commits() -> None:
    """Services flush, `transaction()` commits."""
    assert files_with(calls_ending(".commit")) == {"app/store/transactions.py"}


def test_who_rolls_back() -> None:
    """Elsewhere a rollback only ends reading: it gives a connection back and can lose nothing."""
    assert files_with(calls_ending(".rollback")) == {
        "app/store/transactions.py",
        "app/db.py",  # to a savepoint only: `taken_back`
        *ROLLBACK_ENDS_READING,
    }


ROLLBACK_ENDS_READING = {
    "app/scheduling/jobs.py",  # what is due is read, then each in a transaction of its own
    "app/people/views.py",  # no connection is held while a password is hashed
    "app/allocation/jobs.py",  # what waits is read, then claimed in a transaction of its own
    "app/allocation/swaps/jobs.py",  # what is due is read, then each day gets a transaction of its own
    "app/allocation/running.py",  # the question is read, then no connection is held while it is solved
    "app/registration/quotas/jobs.py",  # the same
    "app/registration/jobs.py",  # the list is read, then each hold gets a transaction of its own
    "app/organising/checks.py",  # the same on the command line
    "app/organising/sweeping.py",  # what is due is read, then swept in transactions of its own
    "app/demo/commands.py",  # whether there is anything already
}


def test_migrations_leave_transactions_to_alembic() -> None:
    found = files_with(calls_ending(".commit", ".rollback"), sorted((ROOT / "migrations").rglob("*.py")))
    assert found <= {"migrations/env.py"}


def test_one_file_asks_for_the_time() -> None:
    """Everything else is handed `now`. A timer that measures how long something takes may not jump with
    the wall clock, so `monotonic` is not the time of day and is allowed where something waits."""
    asks = (
        ".now",
        ".utcnow",
        ".today",
        "time.time",
        "time.localtime",
        "time.gmtime",
    )
    clocks = ("datetime.", "date.", "time.", "dt.", "datetime.datetime.", "datetime.date.")

    def found(tree: ast.Module) -> bool:
        return any(one.startswith(clocks) and one.endswith(asks) for one in calls(tree))

    assert files_with(found) == {"app/clock.py"}
    assert files_with(calls_ending("time.monotonic", "perf_counter", "process_time")) == WAITS


WAITS = {
    "app/store/engines.py",  # how long a connection lay idle, and when a server that was away is asked again
    "app/store/turns.py",  # how long one waits for one's turn
    "app/allocation/jobs.py",  # when a child that hangs is given up
    "app/outbox/watchdog.py",  # how long a step may take
    "app/tables/jobs.py",  # how long a turn of the search lasts
    "app/allocation/running.py",  # when to look again whether somebody pressed "stop"
    "app/allocation/highs.py",  # when to ask again whether somebody pressed "stop"
    "app/allocation/solving.py",  # how much of its time limit is left
    "app/outbox/worker.py",  # when a job is due again
    "app/serving.py",  # how long a stop may take, and when the worker is tended
}


def test_the_clock_of_the_database_is_not_asked_either() -> None:
    found = {
        name_of(path)
        for path in MODULES
        if re.search(
            r"func\.(now|current_timestamp)|server_default|CURRENT_TIMESTAMP",
            path.read_text(encoding="utf-8"),
        )
    }
    assert found == set()


# --- what opens holes --------------------------------------------------------------------------------------------


def test_markup_is_made_in_two_files() -> None:
    """T20: what is trusted as HTML is built in one place, from escaped parts, and what people format in another (decision 48)."""
    assert files_with(lambda tree: any(one.split(".")[-1] == "Markup" for one in calls(tree))) == {
        "app/web/formatted.py",
        "app/web/texts.py",
    }


def test_no_template_switches_escaping_off() -> None:
    signs = re.compile(r"\|\s*safe\b|autoescape|\|\s*tojson|__class__|\battr\(|\{%-?\s*set\s+_\s*=")
    found = {
        f"{name_of(path)}: {line.strip()}"
        for path in TEMPLATES
        if path.is_file()
        for line in path.read_text(encoding="utf-8").splitlines()
        if signs.search(line) and line.strip() not in LOOKED_AT
    }
    assert found == set()


def looked_at() -> set[str]:
    """`_parts/forms.html` asks a widget for the name of its class, to choose markup by it; nothing is called."""
    text = (ROOT / "templates/_parts/forms.html").read_text(encoding="utf-8")
    return {line.strip() for line in text.splitlines() if "widget.__class__.__name__" in line}


LOOKED_AT = looked_at()


def test_no_template_asks_the_database() -> None:
    found = {
        name_of(path)
        for path in TEMPLATES
        if path.is_file()
        and re.search(r"\b(db\.session|session\.(scalar|execute|query))\b", path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_mails_in_plain_text_are_not_escaped_twice() -> None:
    """`.txt` templates are text: nobody may put the HTML filters there."""
    found = {
        name_of(path)
        for path in TEMPLATES
        if path.suffix == ".txt"
        and re.search(
            r"\|\s*(e|escape|forceescape|paragraphs|formatted|formatted_line|laid_out)\b",
            path.read_text(encoding="utf-8"),
        )
    }
    assert found == set()


def test_no_sql_is_put_together_from_strings() -> None:
    """ASVS 1.2.4: `text()` and friends get one constant; values are always bound."""

    def built(tree: ast.Module) -> bool:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = dotted(node.func).split(".")[-1]
            if called in {"text", "sql", "exec_driver_sql", "executescript", "literal_column"} and node.args:
                first = node.args[0]
                if isinstance(first, (ast.JoinedStr, ast.BinOp, ast.Name)) or dotted(first).endswith(
                    ".format()"
                ):
                    return True
        return False

    assert files_with(built) == set()


def test_sql_by_hand_stands_where_it_must() -> None:
    """Pragmas in the file that sets the engine up, and nowhere else."""

    def by_hand(tree: ast.Module) -> bool:
        strings = (
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
        return any(
            re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|PRAGMA|BEGIN|DROP|ALTER)\s", one) for one in strings
        )

    assert files_with(by_hand) == {
        "app/store/engines.py",  # PRAGMA and BEGIN of SQLite
        "app/store/states.py",  # PRAGMA of SQLite, and PostgreSQL's snapshot: has anybody written?
        "app/store/transactions.py",  # PRAGMA and VACUUM of SQLite
        "app/organising/health_views.py",  # SELECT 1: is anybody there?
        "app/organising/checks.py",  # the same, and what SQLite knows about the state of its file
    }


DANGEROUS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "marshal.loads"}
DANGEROUS_MODULES = {
    "pickle",
    "marshal",
    "shelve",
    "subprocess",
    "ctypes",
    "code",
    "telnetlib",
    "ftplib",
    "pty",
}


def test_nothing_is_evaluated_or_unpickled() -> None:
    """T40."""
    found = {name_of(path): sorted(set(calls(parsed(path))) & DANGEROUS) for path in MODULES}
    assert {path: calls_ for path, calls_ in found.items() if calls_} == {}
    used = {
        name_of(path): sorted({one.split(".")[0] for one in imports(parsed(path))} & DANGEROUS_MODULES)
        for path in MODULES
    }
    assert {path: modules for path, modules in used.items() if modules} == STARTS_PROCESSES


# Our own command line, without a shell; and one call of the C library, which tells it how many heaps to keep.
STARTS_PROCESSES = {
    "app/allocation/jobs.py": ["subprocess"],
    "app/holidays.py": ["subprocess"],
    "app/results/pdfs.py": ["subprocess"],
    "app/serving.py": ["ctypes", "subprocess"],
    "app/documents.py": ["subprocess"],
}

NETWORK = {"urllib.request", "requests", "httpx", "http.client", "socket", "smtplib", "aiohttp", "urllib3"}


def test_who_talks_to_the_network() -> None:
    """T27: nothing fetches an address that somebody typed in."""
    found = {name_of(path): sorted(set(imports(parsed(path))) & NETWORK) for path in MODULES}
    assert {path: modules for path, modules in found.items() if modules} == {
        "app/outbox/smtp.py": ["smtplib", "socket"],
        "app/outbox/worker.py": ["socket"],  # the host's name, for the heartbeat
        "app/serving.py": ["socket"],  # listens
    }


def test_randomness_that_somebody_could_guess_is_not_used() -> None:
    """Links, nonces and references come from `secrets`. The demo tells the same story each time, from a fixed seed; the search
    for discussion tables finds the same ones for the same number of the lot."""
    found = files_with(lambda tree: "random" in set(imports(tree)))
    assert {name for name in found if not name.startswith("app/demo/")} == {"app/tables/search.py"}


def test_there_is_no_place_for_everything() -> None:
    """No package called so."""
    names = {path.stem for path in MODULES} | {path.name for path in APP.iterdir()}
    assert (
        names & {"common", "core", "utils", "util", "helpers", "helper", "misc", "shared", "base", "managers"}
        == set()
    )
