# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The web servers as processes, with real sockets: what is in flight is finished, slow clients harm nobody."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import Mock

import pytest
from waitress.adjustments import Adjustments

from app import serving

ROOT = Path(__file__).resolve().parents[1]
READ_BY_THEN = 1.0  # seconds after which the server has surely read what was sent, on a busy machine too

# An application as small as can be; the path says what it does.
TINY = """
import json, os, sys, time

def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path.startswith("/slow/"):
        os.write(1, b"begun\\n")  # in one piece: three threads say it at the same moment
        time.sleep(float(path.rpartition("/")[2]))
    body = environ["wsgi.input"].read()
    answer = json.dumps({
        "pid": os.getpid(), "path": path, "bytes": len(body),
        "forwarded": environ.get("HTTP_X_FORWARDED_FOR"),
    }).encode() + b" " * (500_000 if path == "/large" else 0)
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]
"""
ALONE = """
import sys
from app.serving import listen, serve_alone
from tiny import application
sock = listen("127.0.0.1", 0)
print(sock.getsockname()[1], flush=True)
serve_alone(application, sock, grace_seconds=float(sys.argv[1]))
print("ended", flush=True)
"""
MANY = """
import sys
from app.serving import serve_many
serve_many("tiny:application", "127.0.0.1", int(sys.argv[1]), 2)
"""


class Server:
    def __init__(self, process, port):
        self.process, self.port = process, port

    def get(self, path="/", timeout=30.0, **headers):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.loads(answer.read())

    def connect(self, sent=b""):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(sent)
        return connection

    def stop(self, number=signal.SIGTERM, timeout=30.0):
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout)
        return time.monotonic() - started


@contextmanager
def running(tmp_path, program, *arguments, port=None):
    (tmp_path / "tiny.py").write_text(TINY)
    environ = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    command = [sys.executable, "-c", program, *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environ, cwd=tmp_path, text=True)
    try:
        yield Server(process, port or int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def lets_in(server):
    try:
        server.connect().close()
    except OSError:
        return False
    return True


def everything(client, pause=0.0):
    """What comes until the server hangs up."""
    received = b""
    while chunk := client.recv(50_000):
        received += chunk
        time.sleep(pause)
    return received


def in_thread(function, *arguments):
    """Start it now; the returned function waits and gives its result, or raises what it raised."""
    outcome = {}

    def run():
        try:
            outcome["value"] = function(*arguments)
        except Exception as e:
            outcome["error"] = e

    thread = threading.Thread(target=run)
    thread.start()

    def result():
        thread.join(30)
        if "error" in outcome:
            raise outcome["error"]
        return outcome["value"]

    return result


def test_the_loop_waits_for_a_thread_that_is_sending():
    """Else it would find the connection ready again at once, and ask, and ask."""
    ours, theirs = socket.socketpair()
    channel = serving.patient_channel()(Mock(active_channels={}), ours, ("", 0), Adjustments(), map={})
    channel.requests = [Mock()]  # a thread is at work
    channel.outbufs[0].append(b"half an answer")
    channel.total_outbufs_len = 14
    channel.outbuf_lock.acquire()
    loop = threading.Thread(target=channel.handle_write)
    loop.start()
    loop.join(0.2)
    assert loop.is_alive()
    assert channel.total_outbufs_len == 14
    channel.outbuf_lock.release()
    loop.join(10)
    assert theirs.recv(100) == b"half an answer"
    assert channel.total_outbufs_len == 0
    ours.close()
    theirs.close()


@pytest.mark.long
class TestWaitress:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_what_is_in_flight_is_finished(self, tmp_path, number):
        with running(tmp_path, ALONE, 20) as server:
            answers = [in_thread(server.get, "/slow/1.5") for _ in range(3)]
            assert [server.process.stdout.readline() for _ in range(3)] == ["begun\n"] * 3
            took = server.stop(number)
            assert [answer()["path"] for answer in answers] == ["/slow/1.5"] * 3
            assert server.process.returncode == 0
            assert server.process.stdout.read() == "ended\n"
            assert 0.5 < took < 15

    def test_more_requests_than_threads_are_finished_too(self, tmp_path):
        with running(tmp_path, ALONE, 20) as server:
            answers = [in_thread(server.get, "/slow/1.5") for _ in range(serving.THREADS + 4)]
            for _ in range(serving.THREADS):
                server.process.stdout.readline()
            time.sleep(READ_BY_THEN)
            server.stop()
            assert len([answer() for answer in answers]) == serving.THREADS + 4

    def test_nobody_new_is_let_in_meanwhile(self, tmp_path):
        with running(tmp_path, ALONE, 20) as server:
            answer = in_thread(server.get, "/slow/5")
            server.process.stdout.readline()
            server.process.send_signal(signal.SIGTERM)
            ends = time.monotonic() + 4
            while lets_in(server):
                assert time.monotonic() < ends
                time.sleep(0.05)
            assert answer()["path"] == "/slow/5"
            server.process.wait(10)

    def test_a_body_on_its_way_is_waited_for(self, tmp_path):
        with running(tmp_path, ALONE, 20) as server:
            with server.connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345") as client:
                time.sleep(READ_BY_THEN)
                server.process.send_signal(signal.SIGTERM)
                time.sleep(0.7)
                client.sendall(b"67890")
                assert b'"bytes": 10' in everything(client)
            server.process.wait(10)

    def test_a_large_answer_reaches_a_slow_reader(self, tmp_path):
        with running(tmp_path, ALONE, 20) as server:
            with server.connect(b"GET /large HTTP/1.0\r\n\r\n") as client:
                time.sleep(READ_BY_THEN)
                server.process.send_signal(signal.SIGTERM)
                assert len(everything(client, pause=0.02)) > 500_000
            server.process.wait(10)

    def test_who_is_idle_or_too_slow_does_not_hold_the_end_up(self, tmp_path):
        """An open connection without a request ends at once, one with half a request after the grace."""
        with running(tmp_path, ALONE, 20) as server, server.connect() as _idle:
            server.get()
            assert server.stop() < 8
        with running(tmp_path, ALONE, 1) as server, server.connect(b"GET / HTTP/1.1\r\nHo") as _half:
            time.sleep(READ_BY_THEN)
            assert 0.8 < server.stop() < 10

    @pytest.mark.parametrize(
        "sent",
        [
            b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
        ],
        ids=["headers", "body"],
    )
    def test_slow_clients_do_not_slow_the_others(self, tmp_path, sent):
        """F40: more of them than threads, and than waitress' usual limit of 100 connections; each keeps dripping."""
        with running(tmp_path, ALONE, 1) as server, ExitStack() as stack:
            slow = [stack.enter_context(server.connect(sent)) for _ in range(150)]
            durations = []
            for _ in range(20):
                for client in slow[::10]:
                    client.sendall(b"x")
                started = time.monotonic()
                server.get(timeout=5)
                durations.append(time.monotonic() - started)
            assert sorted(durations)[15] < 0.5

    def test_who_watches_is_answered_while_all_threads_are_busy(self, tmp_path):
        """The others wait their turn, so it is the lane and not a spare thread."""
        with running(tmp_path, ALONE, 1) as server, ExitStack() as stack:
            for _ in range(serving.THREADS):
                stack.enter_context(server.connect(b"GET /slow/5 HTTP/1.1\r\nHost: x\r\n\r\n"))
            for _ in range(serving.THREADS):
                assert server.process.stdout.readline() == "begun\n"
            with pytest.raises(TimeoutError):
                server.get(timeout=0.5)
            assert server.get("/readyz", timeout=2)["path"] == "/readyz"
            assert server.get("/healthz", timeout=2)["path"] == "/healthz"

    def test_proxy_headers_reach_the_application(self, tmp_path):
        """The application decides how many proxies it trusts (T06); a server that strips them would hide everybody."""
        with running(tmp_path, ALONE, 1) as server:
            assert server.get(**{"X-Forwarded-For": "192.0.2.7"})["forwarded"] == "192.0.2.7"

    def test_giant_headers_and_bodies_are_refused(self, tmp_path):
        """F41: at once, and nothing of it is kept."""
        with running(tmp_path, ALONE, 1) as server:
            large = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (serving.LARGEST_BODY + 1)
            with server.connect(large) as client:
                assert b" 413 " in client.recv(100)
            headers = b"GET / HTTP/1.1\r\n" + b"X-Much: abcdefghijkl\r\n" * (serving.LARGEST_HEADER // 20)
            with server.connect(headers + b"\r\n") as client:
                assert b" 431 " in client.recv(100)
            assert server.get()["path"] == "/"


@pytest.mark.long
class TestGranian:
    def test_two_processes_answer_and_finish_what_is_in_flight(self, tmp_path):
        with serving.listen("127.0.0.1", 0) as free:
            port = free.getsockname()[1]
        with running(tmp_path, MANY, port, port=port) as server:
            _wait_for(server)
            assert len({server.get()["pid"] for _ in range(60)}) == 2
            answer = in_thread(server.get, "/slow/1.5")
            time.sleep(0.7)
            server.stop()
            assert answer()["path"] == "/slow/1.5"


def _wait_for(server):
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        try:
            server.get()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")


class TestListening:
    def test_a_taken_port_has_a_name(self):
        with serving.listen("127.0.0.1", 0) as taken, pytest.raises(serving.PortTaken):
            serving.listen("127.0.0.1", taken.getsockname()[1])

    def test_an_address_of_another_machine_is_refused(self):
        with pytest.raises(OSError, match="assign"):
            serving.listen("192.0.2.1", 0)

    def test_the_command_says_it_in_one_sentence(self):
        with serving.listen("127.0.0.1", 0) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(serving.click.ClickException) as refused:
                serving.listen_or_exit("127.0.0.1", port)
        assert refused.value.exit_code == 1
        assert str(refused.value) == (
            f"port {port} of 127.0.0.1 is in use by another program;"
            f" choose another one, for instance PORT={port + 1}"
        )

    def test_addresses_are_written_as_browsers_want_them(self):
        with serving.listen("127.0.0.1", 0) as listening:
            assert serving.address_of(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.long
class TestTheWorkerBesideIt:
    def test_it_is_started_again_when_it_dies_and_stopped_in_the_end(self, monkeypatch):
        monkeypatch.setattr(serving, "RESTART_SECONDS", 0.2)
        worker = serving.WorkerProcess([sys.executable, "-c", "import time; time.sleep(60)"])
        worker.tend()
        first = worker.process
        worker.tend()
        assert worker.process is first
        first.kill()
        first.wait()
        worker.tend()
        assert worker.process is None
        time.sleep(0.3)
        worker.tend()
        second = worker.process
        assert second is not None
        assert second.pid != first.pid
        worker.stop()
        assert second.returncode == -signal.SIGTERM

    def test_one_that_was_never_started_needs_no_stopping(self):
        serving.WorkerProcess(["false"]).stop()
