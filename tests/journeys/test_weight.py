# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a first visit costs on a slow line: bytes and requests of every public page, each by a browser that knows nothing yet.

When the page is painted is printed (`pytest -s`) and judged by nobody, for that is the machine's doing as much as ours.
"""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Stage, open_browser
from tests.journeys.test_every_page import PUBLIC, pages_by_link

pytestmark = [pytest.mark.browser, pytest.mark.long]

MOST_BYTES = 120_000
MOST_REQUESTS = 12
# 400 kbit/s and what a radio network adds to each way there and back.
LINE = {"offline": False, "latency": 150, "downloadThroughput": 50_000, "uploadThroughput": 25_000}
PAINTED = "performance.getEntriesByName('first-contentful-paint').map(one => one.startTime)[0]"


@dataclass
class Visit:
    """A first visit: bytes on the line, requests, and milliseconds until something stands on the page."""

    bytes: int = 0
    requests: int = 0
    painted: float = 0.0


def first_visit(browser: Browser, address: str) -> Visit:
    visit = Visit()
    with open_browser(browser, phone=True) as context:
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", LINE)

        def count(sent: dict[str, dict[str, str]]) -> None:
            visit.requests += not sent["request"]["url"].startswith("data:")  # icons stand in the style sheet

        def weigh(loaded: dict[str, float]) -> None:
            visit.bytes += int(loaded["encodedDataLength"])

        line.on("Network.requestWillBeSent", count)
        line.on("Network.loadingFinished", weigh)
        page.goto(address, wait_until="networkidle")
        visit.painted = float(page.evaluate(PAINTED) or 0)
    return visit


def test_every_public_page_is_light(stage: Stage, browser: Browser) -> None:
    with open_browser(browser, phone=True) as context:
        start = ["/", "/organise/sign-in", "/events/kim-fachtag-owl-2023/results"]
        pages = pages_by_link(stage, context, start, PUBLIC)
    assert {"events.overview", "events.event", "programme.agenda", "registration.register"} <= set(pages)
    heavy = []
    for endpoint, path in sorted(pages.items()):
        visit = first_visit(browser, stage.address + path)
        print(
            f"{visit.bytes / 1000:6.1f} kB {visit.requests:3d} requests {visit.painted / 1000:5.2f} s {path}"
        )
        if visit.bytes > MOST_BYTES or visit.requests > MOST_REQUESTS:
            heavy.append((endpoint, visit))
        assert visit.bytes > 10_000, "nothing was weighed"
    assert heavy == []
