# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Takes the pictures of the documentation: `python -m tools.screenshots [FOLDER]`.

Starts the demo with a data folder of its own on a free loopback port and photographs it with the machine's Chromium.
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
DESKTOP: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}
UPCOMING, PAST = "kim-fachtag-owl", "kim-fachtag-owl-2023"
COLOURS = 200  # pages are flat: a palette keeps the files small


@dataclass(frozen=True)
class Picture:
    """One file. `inside` needs the organiser's sign-in."""

    name: str
    path: str
    size: ViewportSize
    inside: bool = False
    dark: bool = False


PICTURES = (
    Picture("startseite", "/", DESKTOP),
    Picture("handy", f"/events/{UPCOMING}", PHONE),
    Picture("handy-dunkel", f"/events/{UPCOMING}/agenda", PHONE, dark=True),
    Picture("tagesablauf", f"/events/{UPCOMING}/agenda", DESKTOP),
    Picture("anmeldung", f"/events/{UPCOMING}/register", DESKTOP),
    Picture("dokumentation", f"/events/{PAST}/results", DESKTOP),
    Picture("organisation", f"/organise/events/{UPCOMING}/", DESKTOP, inside=True),
    Picture("anmeldungen", f"/organise/events/{UPCOMING}/registrations", DESKTOP, inside=True),
)


@dataclass(frozen=True)
class Demo:
    address: str
    email: str
    password: str


def main(arguments: list[str]) -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("no Chromium on this machine (Debian: apt install chromium)", file=sys.stderr)
        return 1
    folder = Path(arguments[0]) if arguments else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with running_demo() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for picture in PICTURES:
            take(browser, demo, picture, folder)
        browser.close()
    return 0


def take(browser: Browser, demo: Demo, picture: Picture, folder: Path) -> None:
    """One picture of the first screen. Raises when the page does not answer 200."""
    context = browser.new_context(
        viewport=picture.size,
        locale="de-DE",
        timezone_id="Europe/Berlin",
        color_scheme="dark" if picture.dark else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    if picture.inside:
        sign_in(page, demo)
    answer = page.goto(demo.address + picture.path)
    if answer is None or answer.status != 200:
        raise RuntimeError(f"{picture.path} answers {answer.status if answer else 'nothing'}")
    page.evaluate("document.fonts.ready")
    path = folder / f"{picture.name}.png"
    save(page.screenshot(), path)
    print(f"{path} ({path.stat().st_size // 1000} kB)")
    context.close()


def sign_in(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.address}/organise/sign-in")
    page.fill("input[name=email]", demo.email)
    page.fill("input[name=password]", demo.password)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{demo.address}/organise/")


def save(picture: bytes, path: Path) -> None:
    with Image.open(io.BytesIO(picture)) as taken:
        taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


@contextmanager
def running_demo() -> Iterator[Demo]:
    """The demo with fresh data, as `make run` starts it; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="fachtag-pictures-") as data_dir:
        port = _free_port()
        environ = {name: value for name, value in os.environ.items() if not name.startswith("FACHTAG_")}
        environ |= {
            "FACHTAG_MODE": "demo",
            "FACHTAG_DATA_DIR": data_dir,
            "HOST": "127.0.0.1",
            "PORT": str(port),
        }
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "run"]
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, process)
            email, password = (Path(data_dir) / "demo-organiser.txt").read_text("utf-8").splitlines()
            yield Demo(address, email, password)
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    from app.serving import listen

    with listen("127.0.0.1", 0) as listening:
        return int(listening.getsockname()[1])


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + 90
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=60):  # noqa: S310 - our own loopback address
                return
        except urllib.error.URLError:
            time.sleep(0.2)
    raise RuntimeError("the demo does not start")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
