# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a browser loads from us: hashed, complete, from nowhere else, and nothing inline that the CSP would refuse."""

import json
import re
from pathlib import Path

import pytest

from tools import assets

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
PAGES = sorted(
    path for path in TEMPLATES.rglob("*.html") if "emails" not in path.relative_to(TEMPLATES).parts
)
MAIL_LAYOUT = TEMPLATES / "_layouts" / "mail.html"  # mail programs load no style sheet: its styles are inside

INLINE = {
    "style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "event handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc\s*=)", re.IGNORECASE),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
}
ADDRESS = re.compile(r"""(?:src|srcset|href|action|data)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE)


def _markup(source: str) -> str:
    """The template without what Jinja takes out or fills in, so that only the markup is judged."""
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", source, flags=re.DOTALL)


def _inline_findings(source: str) -> list[str]:
    return [what for what, pattern in INLINE.items() if pattern.search(_markup(source))]


def _class_names(source: str) -> set[str]:
    """Class names written out in a template; those put together from a value are left out."""
    names: set[str] = set()
    for value in re.findall(r'class="((?:\{[{%].*?[%}]\}|[^"{])*)"', source, flags=re.DOTALL):
        pieces = re.sub(
            r"\S*\{\{.*?\}\}\S*", " ", re.sub(r"\{%.*?%\}", " ", value, flags=re.DOTALL), flags=re.DOTALL
        )
        names |= set(pieces.split())
    return names


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize(
    "lock", [ROOT / "package-lock.json", *sorted((ROOT / "requirements").glob("*.txt"))], ids=_name
)
def test_lock_files_carry_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert re.findall(r"\b(?:https?|git|ssh|file)\b:[^\s\"]*", text) == [], (
        "python -m tools.assets --lock removes them"
    )
    assert "sha512-" in text or "--hash=sha256:" in text


def test_every_package_in_the_lock_has_a_hash_and_every_dependency_a_reason() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if name and "integrity" not in package] == []
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert set(wanted["//reasons"]) == {*wanted["dependencies"], *wanted["devDependencies"]}
    assert wanted["dependencies"] == lock["packages"][""]["dependencies"]
    assert wanted["devDependencies"] == lock["packages"][""]["devDependencies"]


def test_every_asset_a_template_asks_for_exists() -> None:
    asked = {
        (name, _name(path))
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"""\basset\(\s*["']([^"']+)["']\s*\)""", path.read_text(encoding="utf-8"))
    }
    pictures = {
        (name, _name(path))
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(
            r"""\bpicture=["']([^"']+)["']""",
            re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL),
        )
    }
    assert asked, "the layout asks for its style sheets"
    assert {entry for entry in asked | pictures if entry[0] not in assets.source_names()} == set()


@pytest.mark.parametrize("page", [path for path in PAGES if path != MAIL_LAYOUT], ids=_name)
def test_pages_have_nothing_inline_and_nothing_from_elsewhere(page: Path) -> None:
    """SEC-01: the CSP has no 'unsafe-inline' and no foreign origin; a page that needs them would be broken."""
    source = page.read_text(encoding="utf-8")
    assert _inline_findings(source) == []
    loaded = [
        tag
        for tag in re.findall(r"<(?:script|link|img|iframe|source|form)\b[^>]*>", _markup(source))
        if ADDRESS.search(tag)
    ]
    assert loaded == []


def test_mail_layout_fetches_nothing() -> None:
    """A mail tells nobody that it was opened: no picture, no style sheet, no script."""
    markup = _markup(MAIL_LAYOUT.read_text(encoding="utf-8"))
    assert re.findall(r"<(?:img|link|script|iframe)\b|url\(|@import", markup) == []


@pytest.mark.parametrize(
    ("source", "finding"),
    [
        ('<p style="color: red">', "style attribute"),
        ('<p {% if x %}style="color: red"{% endif %}>', "style attribute"),
        ("<style>p { color: red }</style>", "style element"),
        ('<button onclick="go()">', "event handler"),
        ("<script>go()</script>", "inline script"),
        ('<a href="javascript:go()">', "script address"),
    ],
)
def test_the_search_for_inline_code_finds_it(source: str, finding: str) -> None:
    assert _inline_findings(source) == [finding]
    assert (
        _inline_findings("{# " + source + ' #}<p class="a"><script src="{{ asset("x.js") }}" defer></script>')
        == []
    )


def test_every_kern_class_in_a_template_exists_in_kern_or_in_our_bridge() -> None:
    """A misspelt class fails silently in every browser."""
    styles = assets.KERN_FILES["kern.css"].read_text(encoding="utf-8") + assets.own_files()[
        "fachtag.css"
    ].read_text(encoding="utf-8")
    known = set(re.findall(r"\.(kern-[a-zA-Z0-9_-]+)", styles))
    used = {
        (name, _name(path))
        for path in PAGES
        for name in _class_names(path.read_text(encoding="utf-8"))
        if name.startswith("kern-")
    }
    assert {entry for entry in used if entry[0] not in known} == set()


def test_build_is_hashed_complete_and_repeatable(tmp_path: Path) -> None:
    manifest = assets.build(tmp_path)
    assert set(manifest) == assets.source_names()
    assert json.loads((tmp_path / assets.MANIFEST).read_text(encoding="utf-8")) == manifest
    for name, file_name in manifest.items():
        assert file_name == assets.hashed_name(name, (tmp_path / file_name).read_bytes())

    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    (tmp_path / "kern.000000000000.css").write_text("left over", encoding="utf-8")
    assert assets.build(tmp_path) == manifest
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_fonts_are_few_and_come_from_us(tmp_path: Path) -> None:
    manifest = assets.build(tmp_path)
    rules = (tmp_path / manifest["fira-sans.css"]).read_text(encoding="utf-8")
    assert sorted(re.findall(r'url\("([^"]+)"\)', rules)) == sorted(manifest[name] for name in assets.FACES)
    weight = sum((tmp_path / manifest[name]).stat().st_size for name in assets.FACES)
    assert weight < 600_000


@pytest.mark.parametrize("name", ["kern.css", "fachtag.css", "fachtag.js", "logo.svg", "together.svg"])
def test_assets_load_nothing_from_elsewhere(name: str) -> None:
    """SEC-01: no foreign origin. Namespaces are names, not addresses that anybody opens."""
    source = {**assets.KERN_FILES, **assets.own_files()}[name].read_text(encoding="utf-8")
    addresses = set(re.findall(r"https?://[^\s\"')]+", source))
    assert {address for address in addresses if not address.startswith("http://www.w3.org/")} == set()


def test_two_assets_of_one_name_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("css", "js"):
        (tmp_path / "static" / folder).mkdir(parents=True)
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    monkeypatch.setattr(assets, "OWN_FOLDERS", {"css": "*", "js": "*"})
    (tmp_path / "static" / "css" / "same.css").write_text("", encoding="utf-8")
    (tmp_path / "static" / "js" / "same.css").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match=r"Two assets are called same\.css"):
        assets.own_files()
