# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""Puts everything a browser loads into `static/vendor/`, under names that carry a hash of the content.

    python -m tools.assets          what the app needs to run
    python -m tools.assets --dev    also what only the tests need (axe-core, JavaScript calendar parsers)
    python -m tools.assets --lock   after a change in package.json: writes package-lock.json anew, without addresses

A name with a hash never changes its content, so browsers may keep the file for ever. `manifest.json` leads from the
name a template uses ("house.css") to the file. There is no bundler: a short list of files is copied. Only the style
sheet is made: the faces, what our pages use of KERN (`tools.styles`) and our own rules, in one file. What is text lies
there packed, too, for the browser that asks for it.
"""

import argparse
import fcntl
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __package__ in {None, ""}:  # started as a file instead of as a module
    sys.path.insert(0, str(ROOT))

from tools import styles  # noqa: E402
from tools.node import NoNode, npm_command  # noqa: E402

MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
STAMP = MODULES / ".fachtag-installed"
MANIFEST = "manifest.json"

KERN = MODULES / "@kern-ux" / "native" / "dist" / "kern.min.css"
# Four faces of Fira Sans are what our pages use. Each is cut into files by letters, and a browser fetches those of which
# it has a letter to show: with these three everything that DIN 91379 knows in Latin letters.
FONTS = MODULES / "@fontsource" / "fira-sans"
FACES = ("400", "400-italic", "500", "600")
SUBSETS = ("latin", "latin-ext", "vietnamese")
# The same for PDFs, which take TrueType only.
PRINTED = MODULES / "@expo-google-fonts" / "fira-sans"
PRINTED_FACES = {
    "fira-sans-regular.ttf": PRINTED / "400Regular" / "FiraSans_400Regular.ttf",
    "fira-sans-italic.ttf": PRINTED / "400Regular_Italic" / "FiraSans_400Regular_Italic.ttf",
    "fira-sans-semibold.ttf": PRINTED / "600SemiBold" / "FiraSans_600SemiBold.ttf",
}
HOUSE = "house.css"
OWN_FOLDERS = {"css": "*.css", "js": "*.js", "img": "*.svg"}
# Where a class may be named that KERN has rules for.
NAMING = {"templates": "*.html", "app": "*.py", "static/js": "*.js"}
PACKED = (".css", ".js", ".svg")


def source_names() -> set[str]:
    """Every name that `asset("…")` may be asked for. Needs nothing built or installed."""
    return {HOUSE, *face_files(), *PRINTED_FACES, *own_files()} - set(own_styles())


def face_files() -> dict[str, Path]:
    """The files of the four faces, by name."""
    files = {}
    for face in FACES:
        weight, _, style = face.partition("-")
        for subset in SUBSETS:
            name = f"fira-sans-{subset}-{weight}-{style or 'normal'}.woff2"
            files[name] = FONTS / "files" / name
    return files


def own_styles() -> dict[str, Path]:
    """Our own style sheets, which become part of the one that browsers get."""
    return {name: path for name, path in own_files().items() if path.suffix == ".css"}


def own_files() -> dict[str, Path]:
    """Our own style sheets, scripts and pictures by name; two of one name are an error."""
    found: dict[str, Path] = {}
    for folder, pattern in OWN_FOLDERS.items():
        for path in sorted((ROOT / "static" / folder).glob(pattern)):
            if path.name in found:
                raise ValueError(f"Two assets are called {path.name}: {found[path.name]} and {path}")
            found[path.name] = path
    return found


def install(dev: bool) -> bool:
    """Runs `npm ci` if the lock file changed since the last time; True if it ran."""
    if _is_installed(dev):
        return False
    omit = [] if dev else ["--omit=dev"]
    subprocess.run([*npm_command(), "ci", "--no-progress", "--loglevel=error", *omit], cwd=ROOT, check=True)
    STAMP.write_text(f"{_wanted()} {'dev' if dev else 'run'}\n", encoding="utf-8")
    return True


def wants_npm() -> bool:
    """Whether packages have to be fetched and there is nothing to fetch them with."""
    if _is_installed(dev=False):
        return False
    try:
        npm_command()
    except NoNode:
        return True
    return False


def _is_installed(dev: bool) -> bool:
    installed = STAMP.read_text(encoding="utf-8").split() if STAMP.is_file() else []
    return installed[:1] == [_wanted()] and (not dev or installed[1:] == ["dev"])


def _wanted() -> str:
    return _digest((ROOT / "package-lock.json").read_bytes())


def build(vendor: Path = VENDOR) -> dict[str, str]:
    """Writes the hashed files and the manifest into `vendor`; returns the manifest (name → file name).

    Files that are there already are left alone, files of an earlier build are removed.
    """
    vendor.mkdir(parents=True, exist_ok=True)
    files = {**face_files(), **PRINTED_FACES, **own_files()}
    contents = {name: path.read_bytes() for name, path in files.items() if name not in own_styles()}
    manifest = {name: hashed_name(name, content) for name, content in contents.items()}
    contents[HOUSE] = house_styles(manifest).encode()
    manifest[HOUSE] = hashed_name(HOUSE, contents[HOUSE])

    written = {manifest[name]: content for name, content in contents.items()}
    written |= {
        f"{name}.gz": gzip.compress(content, mtime=0)
        for name, content in written.items()
        if name.endswith(PACKED)
    }
    for name, content in written.items():
        target = vendor / name
        if not target.is_file() or target.stat().st_size != len(content):
            _write(target, content)
    listed = json.dumps(dict(sorted(manifest.items())), indent=2).encode() + b"\n"
    if not (vendor / MANIFEST).is_file() or (vendor / MANIFEST).read_bytes() != listed:
        _write(vendor / MANIFEST, listed)  # last: whoever reads it finds every file it names
    for left_over in vendor.iterdir():
        if left_over.name not in {MANIFEST, *written} and not left_over.name.startswith("."):
            left_over.unlink()
    return manifest


def house_styles(manifest: dict[str, str]) -> str:
    """The one style sheet of every page: faces, KERN, ours; `manifest` leads to the files of the faces."""
    ours = "\n".join(path.read_text(encoding="utf-8") for path in own_styles().values())
    kern = styles.cut(KERN.read_text(encoding="utf-8"), named_classes(), beside=ours)
    return "\n".join((kern, face_rules(manifest), styles.tidy(ours))) + "\n"


def named_classes() -> styles.Names:
    """What templates, code and scripts may write into `class`."""
    sources = [path for folder, pattern in NAMING.items() for path in sorted((ROOT / folder).rglob(pattern))]
    return styles.Names(path.read_text(encoding="utf-8") for path in sources)


def face_rules(manifest: dict[str, str]) -> str:
    """The package's @font-face rules, reduced to our files and pointing to the hashed ones beside the style sheet."""
    rules = []
    for face in FACES:
        for rule in styles.parse((FONTS / f"{face}.css").read_text(encoding="utf-8")):
            file = re.search(r"/([\w-]+\.woff2)", str(rule.inside))
            if file and file[1] in manifest:
                # the package says `swap`: the text is readable at once in the system's font
                source = f'src: url("{manifest[file[1]]}") format("woff2")'
                rules.append(f"{rule.head}{{{re.sub(r'src:[^;]*', source, str(rule.inside))}}}")
    if len(rules) != len(face_files()):
        raise ValueError(
            f"the package has rules for {len(rules)} of our {len(face_files())} files of Fira Sans"
        )
    return "\n".join(rules)


def hashed_name(name: str, content: bytes) -> str:
    """The name under which `content` is stored: `kern.css` becomes `kern.0123456789ab.css`."""
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{_digest(content)[:12]}.{ending}"


def write_lock() -> None:
    """Resolves package.json anew and takes out the addresses that npm adds (where to donate)."""
    subprocess.run(
        [*npm_command(), "install", "--package-lock-only", "--loglevel=error"], cwd=ROOT, check=True
    )
    path = ROOT / "package-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(target: Path, content: bytes) -> None:
    half_done = target.with_name(f".{target.name}.{os.getpid()}")
    half_done.write_bytes(content)
    half_done.replace(target)


@contextmanager
def _alone() -> Iterator[None]:
    """Two builds at once (the app starts while the tests start) take turns."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    with (VENDOR / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    parser = argparse.ArgumentParser(description="Builds static/vendor/.")
    parser.add_argument("--dev", action="store_true", help="install what only the tests need, too")
    parser.add_argument("--lock", action="store_true", help="write package-lock.json anew first")
    parser.add_argument(
        "--wants-npm", action="store_true", help="exit 0 if npm is needed and missing, else 1"
    )
    options = parser.parse_args()
    if options.wants_npm:
        return 0 if wants_npm() else 1
    try:
        with _alone():
            if options.lock:
                write_lock()
            install(options.dev)
            build()
    except (NoNode, OSError, ValueError) as problem:
        print(f"assets: {problem}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as problem:
        print(f"assets: npm failed (exit {problem.returncode}); see its message above", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
