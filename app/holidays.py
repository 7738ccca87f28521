# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Public and school holidays of the sixteen German states, as the library `holidays` knows them.

To load it takes ten megabytes and half a second, since it brings the holidays of all countries; only organisers ask. So a child
process reads it, and what it found stays with the process that asked.

    python -m app.holidays NW 2027      what it answers
"""

import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from time import monotonic

from app.settings import ROOT

SECONDS = 20  # on the clock: a busy machine may be slow
PATIENCE = 300  # seconds until a year that was not answered is asked for again
PUBLIC, SCHOOL = "public", "school"
_LANGUAGES = ("de", "en_US")

_failed: dict[tuple[str, int], float] = {}
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Holiday:
    """One date on which no work is done (`PUBLIC`) or no school is held (`SCHOOL`), and what it is called in German and English."""

    on: date
    kind: str
    name: str
    name_en: str

    def called(self, language: str) -> str:
        return self.name if language == "de" else self.name_en


def holidays_between(state: str, first: date, last: date) -> list[Holiday]:
    """Those of a state from one date to another, both included, by date. Of school holidays only what the states have published:
    some years ahead. Empty where the library gives no answer; the log says why."""
    found: list[Holiday] = []
    until = min(last.year, first.year + 1)  # who mistypes a year asks for no thousand of them
    for year in range(first.year, until + 1):
        if monotonic() - _failed.get((state, year), -PATIENCE) < PATIENCE:
            continue
        try:
            found += [one for one in _of_year(state, year) if first <= one.on <= last]
        except (OSError, subprocess.SubprocessError, ValueError, TypeError) as error:
            _failed[state, year] = monotonic()
            logger.warning("The holidays of %s in %s could not be read: %s", state, year, error)
    return found


@lru_cache(maxsize=100)
def _of_year(state: str, year: int) -> tuple[Holiday, ...]:
    done = subprocess.run(  # noqa: S603 - our own command line
        (sys.executable, "-m", "app.holidays", state, str(year)),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS,
        check=True,
    )
    return tuple(Holiday(date.fromisoformat(on), *words) for on, *words in json.loads(done.stdout))


def _read(state: str, year: int) -> list[tuple[str, str, str, str]]:
    import holidays  # heavy, and wanted in the child process only

    def named(kind: str, language: str) -> dict[date, str]:
        return dict(
            holidays.country_holidays("DE", subdiv=state, years=year, language=language, categories=(kind,))
        )

    found = []
    for kind in (PUBLIC, SCHOOL):
        german, english = (named(kind, language) for language in _LANGUAGES)
        found += [(on.isoformat(), kind, name, english[on]) for on, name in german.items()]
    return sorted(found)


if __name__ == "__main__":
    json.dump(_read(sys.argv[1], int(sys.argv[2])), sys.stdout)
