# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`demo run`, what `make run` starts: one terminal with web server and worker, that ends as a whole."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from app import serving

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def demo(data_dir, port):
    environ = {key: value for key, value in os.environ.items() if not key.startswith("FACHTAG_")}
    environ |= {"FACHTAG_MODE": "demo", "FACHTAG_DATA_DIR": str(data_dir), "PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "run"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        process.stdout.close()


def free_port():
    with serving.listen("127.0.0.1", 0) as listening:
        return listening.getsockname()[1]


def page(port, path="/", timeout=60):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=timeout) as answer:
        return answer.read().decode()


def wait_for(condition, seconds=30):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            found = condition()
        except (urllib.error.URLError, ConnectionError):
            found = None
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def children_of(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for the processes")
def test_it_loads_serves_mails_and_ends_as_a_whole_and_starts_again(tmp_path):
    port = free_port()
    with demo(tmp_path, port) as process:
        assert "KIM-Fachtag OWL" in wait_for(lambda: page(port))
        wait_for(lambda: len(list((tmp_path / "mail" / "new").glob("*"))) == 5)
        assert page(port, "/demo/mailbox").count("/demo/mailbox/") >= 5
        (worker,) = children_of(process.pid)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 0
        assert not Path(f"/proc/{worker}").exists()
    email, password = (tmp_path / "demo-organiser.txt").read_text("utf-8").splitlines()
    for words in (
        f"http://127.0.0.1:{port}/",
        email,
        password,
        f"http://127.0.0.1:{port}/demo/mailbox",
        "Strg-C",
    ):
        assert words in output
    with demo(tmp_path, port) as process:
        assert "KIM-Fachtag OWL" in wait_for(lambda: page(port))
        process.terminate()
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 0
    assert password in output
    assert "werden geladen" not in output
    assert len(list((tmp_path / "mail" / "new").glob("*"))) == 5


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for the processes")
def test_the_worker_ends_with_a_server_that_is_killed(tmp_path):
    """Else it goes on alone, and the next start has two."""
    port = free_port()
    with demo(tmp_path, port) as process:
        wait_for(lambda: page(port))
        (worker,) = wait_for(lambda: children_of(process.pid))
        wait_for(lambda: len(list((tmp_path / "mail" / "new").glob("*"))) == 5)
        process.kill()
        process.wait()
        wait_for(lambda: not is_running(worker))


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_taken_port_is_said_before_anything_is_done(tmp_path):
    with serving.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with demo(tmp_path, port) as process:
            output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output.splitlines()[-1] == (
        f"Error: port {port} of 127.0.0.1 is in use by another program;"
        f" choose another one, for instance PORT={port + 1}"
    )
    assert not (tmp_path / "demo-organiser.txt").exists()
