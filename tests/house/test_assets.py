# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a browser loads from us: hashed, complete, from nowhere else, and nothing inline that the CSP would refuse."""

import gzip
import json
import re
from functools import cache
from pathlib import Path

import pytest

from tools import assets, styles

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
    # A block of data is no script: no browser runs it, and no policy has to allow it.
    "inline script": re.compile(
        r"""<script\b(?![^>]*\bsrc\s*=)(?! type="application/ld\+json">)""",
        re.IGNORECASE,
    ),
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


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _house(folder: Path) -> str:
    return _read(folder / json.loads(_read(folder / assets.MANIFEST))[assets.HOUSE])


@cache
def _house_rules() -> str:
    """The style sheet of every page, with the plain names of the fonts."""
    return assets.house_styles({name: name for name in assets.face_files()})


@cache
def _classes_of_kern() -> set[str]:
    return styles.classes(_read(assets.KERN))


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
    known = _classes_of_kern() | set().union(
        *(styles.classes(_read(one)) for one in assets.own_styles().values())
    )
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

    packed = {path.name for path in tmp_path.glob("*.gz")}
    assert packed == {f"{one}.gz" for one in manifest.values() if one.endswith((".css", ".js", ".svg"))}
    for name in packed:
        plain = (tmp_path / name.removesuffix(".gz")).read_bytes()
        assert gzip.decompress((tmp_path / name).read_bytes()) == plain

    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    (tmp_path / "kern.000000000000.css").write_text("left over", encoding="utf-8")
    assert assets.build(tmp_path) == manifest
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_fonts_come_from_us_and_by_the_letters_a_page_has(tmp_path: Path) -> None:
    manifest = assets.build(tmp_path)
    faces = [rule for rule in styles.parse(_house(tmp_path)) if rule.head == "@font-face"]
    loaded = [re.findall(r'url\("([^"]+)"\)', str(rule.inside)) for rule in faces]
    assert sorted(loaded) == sorted([manifest[name]] for name in assets.face_files())
    assert all("unicode-range" in str(rule.inside) and "swap" in str(rule.inside) for rule in faces)
    for name in assets.face_files():
        most = 27_000 if "-latin-4" in name or "-latin-5" in name or "-latin-6" in name else 53_000
        assert (tmp_path / manifest[name]).stat().st_size < most, name


def test_every_latin_letter_of_names_has_a_font() -> None:
    """DIN 91379, the letters of names in German registers: Latin with all its marks, Vietnamese ones too."""
    ranges = [
        (int(first, 16), int(last or first, 16))
        for first, last in re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", _house_rules())
    ]
    letters = "AÄÖÜßẞŁłĐđØøŞşĞğİıČčŽžŐőȘșÞþÆæŒœẾếỪừỴỵḨḩ„“–…€"
    assert [letter for letter in letters if not any(a <= ord(letter) <= b for a, b in ranges)] == []


def test_what_is_cut_from_kern_is_named_nowhere() -> None:
    """A class that a template, a script or a view writes keeps every rule it had."""
    cut = _classes_of_kern() - styles.classes(_house_rules())
    names = assets.named_classes()
    assert {name for name in cut if names.may_be_used(name)} == set()
    assert len(cut) > 2000
    written = set()
    for path in PAGES:
        source = _read(path)
        written |= _class_names(source)
        written |= {f"kern-icon--{name}" for name in re.findall(r'\b(?:icon\(|icon=)"([\w-]+)"', source)}
        written |= {f"kern-btn--{kind}" for kind in re.findall(r'\bkind="([\w-]+)"', source)}
        written |= {f"kern-alert--{kind}" for kind in re.findall(r'\bkind="([\w-]+)"', source)}
        written |= {f"kern-badge--{kind}" for kind in re.findall(r'\bkind="([\w-]+)"', source)}
    assert written & cut == set()


def test_the_style_sheet_is_small() -> None:
    """What every first visit waits for: on a line of 400 kbit/s each 50 kB are a second."""
    assert len(gzip.compress(_house_rules().encode())) < 18_500


def test_every_colour_and_length_that_a_rule_asks_for_is_there() -> None:
    rules = _house_rules()
    asked = set(re.findall(r"var\(\s*(--[\w-]+)\s*\)", rules))
    whole = _read(assets.KERN) + "".join(map(_read, assets.own_styles().values()))
    declared = set(re.findall(r"(--[\w-]+)\s*:", whole))
    assert asked & declared <= set(re.findall(r"(--[\w-]+)\s*:", rules))


@pytest.mark.parametrize("name", ["house.css", "fachtag.js", "logo.svg", "together.svg"])
def test_assets_load_nothing_from_elsewhere(name: str) -> None:
    """SEC-01: no foreign origin. Namespaces are names, not addresses that anybody opens."""
    source = _house_rules() if name == assets.HOUSE else _read(assets.own_files()[name])
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
