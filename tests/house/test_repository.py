# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The repository itself: locks, reasons, version floors, licences, commands, and the backup tool.

Whether every file carries licence information is asked by `make check` (reuse); here only what a checkout must hold.
"""

import json
import re
import stat
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from tools import lock

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
DEPENDENCY = re.compile(r'^ +"[^"]+",(?P<rest>.*)$')

# Reviewed at each release: below these a known hole is open.
FLOORS = {
    "flask": "3.1.3",  # CVE-2026-27205
    "werkzeug": "3.1.7",  # multipart limits, host character check
    "jinja2": "3.1.6",  # CVE-2025-27516
    "icalendar": "7.3.0",  # carriage return injection (T12)
    "pillow": "12.0",
}
SQLITE_FLOOR = (3, 51, 3)  # the race in WAL mode


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


class TestLocks:
    """SEC-10, T42: pinned and hashed; and no address of a registry somebody happened to use."""

    def test_there_are_three_python_locks(self):
        assert [path.name for path in LOCKS] == ["assets.txt", "dev.txt", "runtime.txt"]

    @pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
    def test_a_python_lock_holds_pins_and_hashes_and_nothing_else(self, path):
        entries = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
        assert entries
        odd = [
            entry
            for entry in entries
            if not re.fullmatch(
                r"[A-Za-z0-9._-]+==[^\s;]+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*", entry
            )
        ]
        assert odd == []

    @pytest.mark.parametrize("path", [*LOCKS, ROOT / "package-lock.json"], ids=lambda path: path.name)
    def test_a_lock_names_no_address(self, path):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "resolved" not in text

    def test_every_npm_package_carries_a_hash(self):
        packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
        without = [
            name
            for name, package in packages.items()
            if name and "sha512-" not in package.get("integrity", "")
        ]
        assert without == []

    def test_the_locks_fit_what_is_asked_for(self):
        assert lock.findings() == []

    def test_a_dependency_that_was_not_locked_is_found(self):
        """The check itself: it must have something to find."""
        asked_for = [Requirement("flask>=3"), Requirement("flask>=999"), Requirement("not-there>=1")]
        first, second = lock.python_findings("requirements/runtime.txt", asked_for)
        assert first.startswith("requirements/runtime.txt holds flask 3.")
        assert second == "requirements/runtime.txt lacks not-there, which pyproject.toml names"


def test_every_dependency_says_why_it_is_there():
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[tool.", 1)[0].splitlines()
    entries = [match for line in lines if (match := DEPENDENCY.match(line))]
    assert len(entries) > 30
    assert [entry[0].strip() for entry in entries if not re.search(r"#\s*\S.{8,}", entry["rest"])] == []


class TestVersionFloors:
    @pytest.mark.parametrize(("name", "floor"), FLOORS.items(), ids=FLOORS)
    def test_the_installed_version_is_not_below_its_floor(self, name, floor):
        assert Version(version(name)) >= Version(floor)

    @pytest.mark.parametrize(("name", "floor"), FLOORS.items(), ids=FLOORS)
    def test_no_lock_goes_below_the_floor(self, name, floor):
        for path in ("requirements/runtime.txt", "requirements/dev.txt"):
            assert all(Version(pin) >= Version(floor) for pin in lock.pins(path)[name])

    def test_pyproject_asks_for_the_floors_of_the_web_framework(self, project):
        asked_for = {
            (wish := Requirement(entry)).name: wish.specifier for entry in project["project"]["dependencies"]
        }
        for name in ("flask", "werkzeug", "jinja2"):
            assert {item.version for item in asked_for[name]} == {FLOORS[name]}

    def test_sqlite_has_no_wal_race(self):
        assert sqlite.sqlite_version_info >= SQLITE_FLOOR


class TestCommands:
    """The contract: names that people and scripts rely on."""

    def targets(self) -> set[str]:
        return set(
            re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        )

    def test_make_has_the_targets_of_the_contract(self):
        assert {"run", "test", "quick", "check", "bench"} <= self.targets()

    def test_help_names_every_target_for_people(self):
        spoken_of = set(re.findall(r'@echo "make (\w+)', (ROOT / "Makefile").read_text(encoding="utf-8")))
        assert spoken_of == {name for name in self.targets() if "-" not in name} - {"help", "develop"}

    def test_ci_checks_then_tests_and_lets_nothing_be_skipped(self):
        path = ROOT / ".ci" / "run"
        assert path.stat().st_mode & stat.S_IXUSR
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[-2:] == ["make check", "FACHTAG_TEST_NOTHING_SKIPPED=1 make test"]
        assert "set -euo pipefail" in lines


class TestLicence:
    def test_the_licence_is_whole(self):
        text = (ROOT / "LICENSE").read_text(encoding="utf-8")
        assert text == (ROOT / "LICENSES" / "EUPL-1.2.txt").read_text(encoding="utf-8")
        assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
        assert re.findall(r"^(\d+)\.[A-Z]", text, re.MULTILINE) == [str(number) for number in range(1, 16)]
        assert text.endswith(
            "All other changes or additions to this Appendix require the production of a new EUPL version.\n"
        )

    def test_pyproject_npm_and_publiccode_name_the_same_licence_and_project(self, project):
        npm = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
        public = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
        assert {project["project"]["license"], npm["license"], public["legal"]["license"]} == {"EUPL-1.2"}
        assert project["project"]["version"] == npm["version"]

    def test_publiccode_has_what_its_standard_demands(self):
        public = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
        mandatory = {"publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus"}
        mandatory |= {"softwareType", "description", "legal", "maintenance", "localisation"}
        assert mandatory <= public.keys()
        for text in public["description"].values():
            assert len(text["shortDescription"]) <= 150
            assert 150 <= len(text["longDescription"]) <= 10_000
            assert text["features"]


def test_links_between_documents_lead_somewhere():
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!\w+://|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def test_links_to_a_section_lead_to_one():
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target, section in re.findall(
            r"\]\((?!\w+://)([^)#]*)#([^)]+)", page.read_text(encoding="utf-8")
        ):
            there = (page.parent / target if target else page).read_text(encoding="utf-8")
            heads = (
                re.sub(r"[^\w\- ]", "", one.lower()) for one in re.findall(r"^#+ (.*)$", there, re.MULTILINE)
            )
            if section not in {one.replace(" ", "-") for one in heads}:
                broken.append(f"{page.relative_to(ROOT)}: {target}#{section}")
    assert broken == []


def test_the_page_on_operation_explains_every_setting():
    read = set(re.findall(r'value\("([A-Z_]+)"', (ROOT / "app" / "settings.py").read_text(encoding="utf-8")))
    page = (ROOT / "docs" / "betrieb.md").read_text(encoding="utf-8")
    example = (ROOT / "deploy" / "fachtag.env.example").read_text(encoding="utf-8")
    assert {"MODE", "SECRET_KEY", "DATABASE_URL"} <= read
    assert {name for name in read if f"`FACHTAG_{name}`" not in page} == set()
    assert {name for name in read if f"FACHTAG_{name}=" not in example} == set()


class TestBackup:
    """F44: a backup during load is consistent and whole."""

    @pytest.fixture
    def installation(self, tmp_path):
        data = tmp_path / "data"
        (data / "uploads").mkdir(parents=True)
        (data / "uploads" / "photo.jpg").write_bytes(b"photo")
        (data / "mail").mkdir()
        (data / "mail" / "message").write_bytes(b"mail")
        (data / "secret-key").write_text("secret")
        connection = sqlite.connect(data / "fachtag.sqlite3")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("CREATE TABLE seat (number INTEGER)")
        connection.execute("INSERT INTO seat VALUES (1)")
        connection.commit()
        yield data, connection
        connection.close()

    def run(self, data, target, *more):
        command = [sys.executable, str(ROOT / "deploy" / "backup.py"), str(data), str(target), *more]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_what_was_saved_is_in_it_and_what_was_not_is_not(self, installation, tmp_path):
        data, connection = installation
        connection.execute("INSERT INTO seat VALUES (2)")  # begun, not committed
        answer = self.run(data, tmp_path / "backups")
        assert answer.returncode == 0, answer.stderr
        backup = Path(answer.stdout.strip())
        copy = sqlite.connect(backup / "fachtag.sqlite3")
        assert copy.execute("SELECT number FROM seat").fetchall() == [(1,)]
        copy.close()
        assert (backup / "uploads" / "photo.jpg").read_bytes() == b"photo"
        assert sorted(path.name for path in backup.iterdir()) == ["fachtag.sqlite3", "uploads"]
        assert stat.S_IMODE(backup.stat().st_mode) == 0o700

    def test_a_plain_copy_of_the_file_would_have_lost_it(self, installation, tmp_path):
        """The negative control: with this set-up the row is in the `-wal` file only."""
        data, _connection = installation
        (tmp_path / "copy").write_bytes((data / "fachtag.sqlite3").read_bytes())
        copy = sqlite.connect(tmp_path / "copy")
        assert copy.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        copy.close()

    def test_old_ones_go_and_half_done_ones_too(self, installation, tmp_path):
        data, _connection = installation
        target = tmp_path / "backups"
        for name in (
            "fachtag-2026-01-01T00-00-00Z",
            "fachtag-2026-01-02T00-00-00Z",
            "fachtag-2026-01-03T00-00-00Z.part",
        ):
            (target / name).mkdir(parents=True)
        answer = self.run(data, target, "--keep", "2")
        newest = Path(answer.stdout.strip()).name
        assert sorted(path.name for path in target.iterdir()) == ["fachtag-2026-01-02T00-00-00Z", newest]
        assert newest.startswith(f"fachtag-{datetime.now(UTC):%Y}")

    def test_without_a_database_there_is_no_backup(self, tmp_path):
        answer = self.run(tmp_path, tmp_path / "backups")
        assert (answer.returncode, answer.stdout) == (1, "")
        assert "does not exist" in answer.stderr
