# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The process that sets one PDF: reads an order from `documents` and writes the PDF, or ends with the reason.

PDF/UA-1 forbids letters without a shape, and one emoji in a title must not cost everybody the document. What no font has
becomes an empty box. Photos are made as small as a printed page needs them.
"""

import json
import re
import sys
import unicodedata
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from app.settings import ROOT

LAYOUT = ROOT / "templates" / "_layouts" / "document.typ"
FONTS = ROOT / "static" / "vendor"
PRINTED_SIDES = (1600, 1100)  # pixels: 240 to the inch on the page
QUALITY = 80

Change = Callable[[str], str]
_EMPTY_BOX = "\u25a1"
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff](?:[\U0001f000-\U0001faff\u200d\ufe0f\u20e3]|[\U000e0000-\U000e007f])*"
)
_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u20e3\ufe00-\ufe0f\ufeff]")
_NOT_THERE = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
OUR_SCRIPTS = 0x0530  # Latin, Greek and Cyrillic come before; our font has them
MANY_LETTERS = 0x2E80  # Chinese and beyond


def typeset(order: dict[str, Any]) -> bytes:
    with TemporaryDirectory() as folder:
        content = order["content"]
        if order["pictures"]:
            _print_pictures(content, Path(order["pictures"]), Path(folder))
        _write_logos(content, Path(folder))
        return _set(_each(content, _plain), folder)


def _print_pictures(content: Any, pictures: Path, folder: Path) -> None:
    """Only what an order names is there to be read, and only from its folder."""
    from PIL import Image

    for block in content["blocks"]:
        if block["kind"] == "picture":
            name = Path(block["path"]).name
            with Image.open(pictures / name) as picture:
                picture.thumbnail(PRINTED_SIDES)
                picture.convert("RGB").save(folder / f"{name}.jpg", "JPEG", quality=QUALITY)
            block["path"] = f"/{name}.jpg"


def _write_logos(content: Any, folder: Path) -> None:
    """They come along in the order, and are small."""
    pictures = [one for block in content["blocks"] if block["kind"] == "logos" for one in block["pictures"]]
    for number, one in enumerate(pictures):
        name = f"logo-{number}.png"
        (folder / name).write_bytes(b64decode(one.pop("data")))
        one["path"] = f"/{name}"


def _set(content: Any, root: str) -> bytes:
    # Nothing outside the root can be read.
    compiler = typst.Compiler(root=root, font_paths=[str(FONTS)], ignore_system_fonts=True)
    layout = LAYOUT.read_bytes()
    while True:
        inputs = {"content": json.dumps(content, ensure_ascii=False)}
        try:
            pdf: Any = compiler.compile(layout, sys_inputs=inputs, pdf_standards=["ua-1"])
            return bytes(pdf)
        except typst.TypstError as error:
            found = _NOT_THERE.search(str(error))
            changed = _each(content, _without(_unescaped(found[1]))) if found else content
            if changed == content:
                raise
            content = changed


def _each(value: Any, change: Change) -> Any:
    """The same structure with every text changed; what things are called stays."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each(one, change) for one in value]
    if isinstance(value, dict):
        return {
            key: one if key in {"kind", "path", "href"} else _each(one, change) for key, one in value.items()
        }
    return value


def _plain(text: str) -> str:
    """Without what is no letter anywhere: emoji with all that hangs on them, signs that only format them, and codes that
    mean nothing or something else everywhere (Unicode's private use)."""
    text = _DROPPED.sub("", _EMOJI.sub(_EMPTY_BOX, unicodedata.normalize("NFC", text)))
    return "".join(_EMPTY_BOX if unicodedata.category(one) in {"Cn", "Co", "Cs"} else one for one in text)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda one: chr(int(one[1], 16)), text)


def _without(missing: str) -> Change:
    """How to go on without these letters. Where ours are named, what hangs on them is meant: accents that nobody writes
    there. Scripts of thousands go block by block, not one at each try."""
    foreign = {letter for letter in missing if ord(letter) >= OUR_SCRIPTS and letter != _EMPTY_BOX}
    if not foreign:
        return lambda text: "".join(one for one in text if unicodedata.category(one)[0] != "M")
    blocks = {ord(letter) >> 8 for letter in foreign if ord(letter) >= MANY_LETTERS}
    return lambda text: "".join(
        _EMPTY_BOX if one in foreign or ord(one) >> 8 in blocks else one for one in text
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(json.load(sys.stdin.buffer)))
