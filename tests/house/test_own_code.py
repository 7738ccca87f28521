# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Where we do ourselves what a library does, the reason is a figure or a fault of it (decision 0019).

Each test turns red when its reason is gone: then our own code goes, and the test with it. The last one turns red when
Waitress changes what we reach into.
"""

import inspect
import subprocess
import sys

import icalendar
import pytest
from icalendar.parser import Contentline
from waitress import task, wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, TcpWSGIServer

from app.ical import text
from app.settings import ROOT

MEMORY = """
import sys

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

import app.factory
before = held()
exec(sys.argv[1])
print(held() - before)
"""
BABELS_DATES = """
import datetime
from babel.dates import format_date
from babel.numbers import format_decimal
format_date(datetime.date(2027, 3, 1), "full", locale="de"), format_decimal(1234.5, locale="de")
"""


@pytest.mark.long
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux for the memory in use")
@pytest.mark.parametrize(
    ("instead", "megabytes"),
    [
        pytest.param(BABELS_DATES, 3, id="months and numbers, app/web/texts.py"),
        pytest.param("import alembic.script", 5, id="newest migration, app/web/migrations.py"),
    ],
)
def test_the_library_would_cost_every_web_worker(instead: str, megabytes: int) -> None:
    command = [sys.executable, "-c", MEMORY, instead]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(run.stdout) > megabytes * 1_000_000, "cheap enough by now: use the library"


def test_icalendar_still_breaks_a_line_that_nobody_broke() -> None:
    written = icalendar.vText("a\\Nb").to_ical()
    assert written != text.escape("a\\Nb").encode(), "exact by now: use the library's escaping"


def test_icalendar_still_folds_inside_an_escape() -> None:
    lines = [Contentline("SUMMARY:" + "x" * number + "\\\\" + "z" * 20).to_ical() for number in range(50, 80)]
    assert any(b"\\\r\n \\" in line for line in lines), "exact by now: use the library's folding"


def test_icalendar_still_has_no_rule_for_our_time_zone() -> None:
    """It lists each change of the clocks up to 2038, 2 KB in every calendar."""
    written = icalendar.Timezone.from_tzid("Europe/Berlin").to_ical()
    assert b"RRULE" not in written, "has rules by now: use the library's time zone"


def test_waitress_is_built_as_we_reach_into_it() -> None:
    """Not its documented interface, so a new version may change it without a word."""
    channel, server = inspect.getsource(HTTPChannel), inspect.getsource(BaseWSGIServer.__init__)
    for name in ("outbuf_lock", "requests_lock", "requests", "request", "total_outbufs_len"):
        assert f"self.{name} = " in channel or f"\n    {name} = " in channel, name
    assert list(inspect.signature(HTTPChannel.handle_write).parameters) == ["self"]
    assert "self.task_dispatcher = " in server
    assert "self.active_channels = " in server
    assert BaseWSGIServer.channel_class is HTTPChannel
    assert "self.channel_class(" in inspect.getsource(BaseWSGIServer.handle_accept)
    assert "self.task_dispatcher.add_task(task)" in inspect.getsource(BaseWSGIServer.add_task)
    assert callable(TcpWSGIServer.pull_trigger)
    assert list(inspect.signature(task.ThreadedTaskDispatcher.set_thread_count).parameters) == [
        "self",
        "count",
    ]
    assert "timeout" in inspect.signature(task.ThreadedTaskDispatcher.shutdown).parameters
    assert {"timeout", "use_poll", "map", "count"} <= set(inspect.signature(wasyncore.loop).parameters)
    assert callable(wasyncore.dispatcher.close)
    assert callable(wasyncore.close_all)
