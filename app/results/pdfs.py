# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Documents that come in: judged by a child process, so that no file can hold up the others or end the server (T22, T24)."""

import json
import subprocess
import sys
from threading import Lock

from app.refusal import N_, Refusal
from app.settings import ROOT

# Verdicts.
FINE, UNREADABLE, LOCKED, PROGRAM, ATTACHED = "fine", "unreadable", "locked", "program", "attached"

SECONDS = 30  # on the clock: a busy machine may be slow

_SENTENCES = {
    UNREADABLE: N_("This file cannot be read as a PDF. Please save the document as PDF and upload that."),
    LOCKED: N_("This PDF is locked with a password. Please save it without protection and upload that."),
    PROGRAM: N_("This PDF contains a program that would run on opening. Please print it as a new PDF first."),
    ATTACHED: N_(
        "This PDF carries other files inside, which could be programs. Please print it as a new PDF first."
    ),
}
_TOO_MUCH = N_("This PDF takes too long to be checked. Please print it as a new PDF, or divide it.")

# One at a time per process: who uploads many takes one processor, not all.
_turn = Lock()


def is_accessible(content: bytes) -> bool:
    """Whether tags, language and title are all there. Refuses what cannot be read, would run, or takes too long."""
    found = _judged(content)
    if found["verdict"] != FINE:
        raise Refusal(_SENTENCES[str(found["verdict"])], field="file")
    return bool(found["accessible"])


def unreadable() -> Refusal:
    return Refusal(_SENTENCES[UNREADABLE], field="file")


def _judged(content: bytes) -> dict[str, str | bool]:
    command = (sys.executable, "-m", "app.results.pdf_judge")
    try:
        with _turn:
            done = subprocess.run(  # noqa: S603 - our own command line
                command,
                cwd=ROOT,
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
        found: dict[str, str | bool] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):  # no answer: it was ended at one of its bounds
        raise Refusal(_TOO_MUCH, field="file") from None
    return found
