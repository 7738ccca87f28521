# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Catalogues: the sentences of the app, in English in the source, in German in app/translations/.

    python -m tools.catalogues          takes new sentences over into the catalogues; lists what is left to translate
    python -m tools.catalogues --check  changes nothing; exit 1 if a sentence is missing, unsure or left over

A catalogue is compiled by `make`, so a deployment never runs with an older one than its source.
"""

import argparse
import re
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "app" / "translations"
LANGUAGES = ("de",)
METHODS = [("app/**.py", "python"), ("templates/**", "jinja2")]
# A template that cannot be parsed must be an error, not a file without sentences.
OPTIONS = {"templates/**": {"silent": "false"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "_n": (1, 2), "lazy_ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)")
# Written here instead of by Babel: its header carries the hour, which would change the file at every run.
HEADER = """\
# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
msgid ""
msgstr ""
"Project-Id-Version: Fachtag\\n"
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def sentences() -> Catalog:
    """Every sentence in the source, with the files it stands in (no line numbers: they only make noise)."""
    found = Catalog(project="Fachtag", charset="utf-8")
    for folder in ("app", "templates"):
        methods = [
            (pattern.removeprefix(f"{folder}/"), how)
            for pattern, how in METHODS
            if pattern.startswith(folder)
        ]
        options = {pattern.removeprefix(f"{folder}/"): value for pattern, value in OPTIONS.items()}
        for name, _line, message, _comments, context in extract_from_dir(
            ROOT / folder,
            methods,
            options,
            keywords=KEYWORDS,
            directory_filter=lambda _path: True,  # by default folders such as _layouts are passed over
        ):
            found.add(message, locations=[(f"{folder}/{Path(name).as_posix()}", None)], context=context)
    return found


def catalogue_path(language: str) -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language, project="Fachtag", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> None:
    """Take new sentences over and drop those that are gone; what is translated stays as it is."""
    catalogue = read(language)
    catalogue.update(sentences(), no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(language=language, plural_forms=catalogue.plural_forms).encode())
        write_po(file, catalogue, width=100, omit_header=True, include_lineno=False, sort_output=True)


def findings(language: str) -> list[str]:
    """What is wrong with a catalogue, one sentence each; empty if nothing is."""
    catalogue = read(language)
    source = {(message.id, message.context) for message in sentences() if message.id}
    known = {(message.id, message.context): message for message in catalogue if message.id}
    name = catalogue_path(language).relative_to(ROOT)
    return [
        *(f"{name} lacks {shown(key[0])}" for key in sorted(source - known.keys(), key=str)),
        *(f"{name} still holds {shown(key[0])}" for key in sorted(known.keys() - source, key=str)),
        *(
            f"{name}: {problem}: {shown(key[0])}"
            for key in sorted(source & known.keys(), key=str)
            if (problem := problem_of(known[key]))
        ),
    ]


def problem_of(message: Message) -> str | None:
    """Not translated, unsure, or with other placeholders than the source."""
    texts = [message.string] if isinstance(message.string, str) else list(message.string)
    if not texts or not all(texts):
        return "not translated"
    if message.fuzzy:
        return "unsure (fuzzy)"
    singular, plural = (message.id, message.id) if isinstance(message.id, str) else message.id
    allowed = set(PLACEHOLDER.findall(singular)) | set(PLACEHOLDER.findall(plural))
    needed = set(PLACEHOLDER.findall(singular)) & set(PLACEHOLDER.findall(plural))
    for text in texts:
        used = set(PLACEHOLDER.findall(text))
        if not needed <= used <= allowed:
            return "other placeholders than the source"
    return None


def shown(key: str | tuple[str, ...]) -> str:
    return repr(key if isinstance(key, str) else key[0])


def main() -> int:
    parser = argparse.ArgumentParser(description="Updates or checks the catalogues.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 on a finding")
    options = parser.parse_args()
    found = []
    for language in LANGUAGES:
        if not options.check:
            update(language)
        found += findings(language)
    for finding in found:
        print(f"catalogues: {finding}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
