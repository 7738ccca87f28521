# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The samples for the proxy: whoever reads its access log learns no link that opens somebody's page (T14, T36), and no
body is refused there that the application would take, or taken that it would not."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.serving import LARGEST_BODY
from app.web.bodies import upload_of

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "deploy" / "proxy"
TOKEN = "WzcsIngiXQ.kanarie-kanarie_kanarie"
SIZES = {"": 1, "k": 2**10, "m": 2**20, "MB": 10**6}


def sample(name: str) -> str:
    return (SAMPLES / name).read_text(encoding="utf-8")


def found(pattern: str, text: str) -> re.Match[str]:
    match = re.search(pattern, text)
    assert match is not None, pattern
    return match


def nginx(address: str) -> str:
    area = found(r'"~(\^[^"]*)"  /\$area/-;', sample("nginx.conf"))[1]
    path = address.partition("?")[0]  # what nginx calls $uri
    match = re.match(area.replace("(?<", "(?P<"), path)
    return f"/{match['area']}/-" if match else path


def caddy(address: str) -> str:
    pattern, put = found(r'uri regexp "(.*)" "(.*)"', sample("Caddyfile")).groups()
    return re.sub(pattern, put.replace("${1}", r"\g<1>"), address)


def apache(address: str) -> str:
    path = address.partition("?")[0]
    secret = found(r'SetEnvIf Request_URI "(.*)" persoenlich', sample("apache.conf"))[1]
    return "" if re.search(secret, path) else path


LOGS: dict[str, Callable[[str], str]] = {"nginx": nginx, "caddy": caddy, "apache": apache}


def secret_rules(app: Flask) -> list[Rule]:
    """A link that opens something without signing in is called a token in every address."""
    return [rule for rule in app.url_map.iter_rules() if "token" in rule.arguments]


def address_of(rule: Rule, token: str) -> str:
    values = dict.fromkeys(rule.arguments, "x") | {"token": token}
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda one: values[one[1]], rule.rule)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("proxy", LOGS)
def test_no_log_of_a_proxy_holds_a_link(app: Flask, proxy: str) -> None:
    rules = secret_rules(app)
    assert len(rules) > 30
    for rule in rules:
        address = address_of(rule, TOKEN)
        for asked in (address, f"{address}?lang=en"):
            assert TOKEN not in LOGS[proxy](asked), rule.rule
    assert "/events/muster/agenda" in LOGS[proxy]("/events/muster/agenda?lang=en")
    assert "Vogelfrei" not in LOGS[proxy]("/organise/events/muster/registrations?q=Vogelfrei")


@pytest.mark.sqlite_only
def test_the_samples_name_the_same_addresses_and_no_others(app: Flask) -> None:
    """Both ways, so that a list cannot outlive its pages."""
    prefixes = {rule.rule.partition("/<")[0].strip("/") for rule in secret_rules(app)}
    lists = [
        found(r"<area>([^)]*)\)", sample("nginx.conf"))[1],
        found(r"\(\?:([^)]*)\)", sample("Caddyfile"))[1],
        found(r'"\^/\(([^)]*)\)/"', sample("apache.conf"))[1],
    ]
    assert [set(one.split("|")) for one in lists] == [prefixes] * 3
    guide = (ROOT / "docs" / "betrieb.md").read_text(encoding="utf-8")
    assert [one for one in prefixes if f"`/{one}/`" not in guide] == []


def limits(name: str, pattern: str) -> list[int]:
    """The limits of the sample in bytes, from small to large."""
    sizes = re.findall(pattern, sample(name))
    return sorted(int(number) * SIZES[unit] for number, unit in sizes)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("nginx.conf", r"client_max_body_size (\d+)([km]);"),
        ("Caddyfile", r"max_size (\d+)(MB)"),
        ("apache.conf", r"Content-Length\} -gt (\d+)()"),
    ],
)
def test_limits_of_the_body_agree(app: Flask, name: str, pattern: str) -> None:
    """Files come in under /organise/ only; there the proxy lets in what the server does, elsewhere some more than a form."""
    small, large = limits(name, pattern)
    assert app.config["MAX_CONTENT_LENGTH"] < small <= 2 * 2**20
    assert LARGEST_BODY <= large <= LARGEST_BODY * 1.05
    uploading = [rule.rule for rule in app.url_map.iter_rules() if upload_of(app, rule.endpoint)]
    assert uploading
    assert [one for one in uploading if not one.startswith("/organise/")] == []


@pytest.mark.parametrize(
    ("name", "silence"),
    [
        ("nginx.conf", r"error_log +\S+ crit;"),
        ("Caddyfile", r"log default \{\s+exclude http\.log\.error"),
        ("apache.conf", r"LogLevel warn proxy:crit proxy_http:crit"),
    ],
)
def test_errors_on_the_way_to_the_application_are_not_written_past_the_mask(name: str, silence: str) -> None:
    """All three write address and IP into their error log while the application does not answer: seen with each of them
    before a backend that was closed, broke off and spoke rubbish, and gone with these lines."""
    assert re.search(silence, sample(name))


def test_only_tls_as_the_bsi_asks_for_it() -> None:
    """SEC-09, TR-02102-2: 1.2 and 1.3; Caddy takes these and no others as long as nobody tells it otherwise."""
    asked = ["TLSv1.2", "TLSv1.3"]
    assert found(r"ssl_protocols (.*);", sample("nginx.conf"))[1].split() == asked
    assert found(r"SSLProtocol -all (.*)", sample("apache.conf"))[1].replace("+", "").split() == asked
    assert not re.search(r"^\s*tls\b|protocols", sample("Caddyfile"), re.MULTILINE)
    guide = (ROOT / "docs" / "betrieb.md").read_text(encoding="utf-8")
    assert "TLS nach BSI TR-02102-2: nur 1.2 und 1.3" in guide


def test_without_encryption_there_is_nothing_but_the_way_to_it() -> None:
    """WEB-03: a link of a mail may be opened with http, by an old bookmark or by hand; it is not written down there either."""
    nginx_ = sample("nginx.conf").rpartition("server {")[2]
    apache_ = sample("apache.conf").partition("<VirtualHost *:80>")[2]
    for plain, leads, silence in (
        (nginx_, "return 301 https://fachtag.example.org$request_uri;", "access_log off;"),
        (apache_, "Redirect permanent / https://fachtag.example.org/\n", 'CustomLog /dev/null "-"'),
    ):
        assert leads in plain
        assert silence in plain
        assert "proxy" not in plain.lower()
    assert "listen 80;" in nginx_
    # Caddy sends to https by itself, for every name that does not say http:// before it.
    assert re.findall(r"^\S*example\.org \{", sample("Caddyfile"), re.MULTILINE) == ["fachtag.example.org {"]
    assert "auto_https" not in sample("Caddyfile")


def test_no_proxy_packs_what_the_application_left_alone() -> None:
    """It packs by itself, and some answers it does not on purpose (decision 0026)."""
    assert "gzip off;" in sample("nginx.conf")
    assert "SetEnv no-gzip 1" in sample("apache.conf")
    assert re.search(r"^\s*encode\b", sample("Caddyfile"), re.MULTILINE) is None
