# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Command line of the allocation: work one out, and check a protocol again. Shows ids, never names."""

import json
import os
from contextlib import suppress
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from app.allocation.lease import claim
from app.allocation.protocol import differences, read_instance, verify
from app.allocation.running import work_out
from app.clock import now
from app.store.leases import Lease
from app.web.database import transaction

NICE = 10  # mails and pages come first
FIRST_TO_GO = "800"  # of 1000

allocation = AppGroup("allocation", help="Places in workshops.")


@allocation.command("solve")
@click.argument("number", type=int)
@with_appcontext
def solve_(number: int) -> None:
    """Work allocation NUMBER out, as the worker does. Its lease comes in FACHTAG_LEASE, or is taken."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    token = os.environ.get("FACHTAG_LEASE")
    if token:
        _step_back()
        lease: Lease | None = Lease(number, token)
    else:
        with transaction() as session:
            lease = claim(session, number, now())
    if lease is None:
        raise click.ClickException(f"allocation {number}: there is nothing to do, or somebody else does it")
    click.echo(f"allocation {number}: {work_out(app.app_context, lease).value}")


def _step_back() -> None:
    """The worker that started it comes first, for the processor and when memory runs out."""
    with suppress(OSError):  # a service may be forbidden to
        os.nice(NICE)
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")


@allocation.command("verify")
@click.argument("protocol", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--again", is_flag=True, help="Solve it again as well, and compare the stages.")
def verify_(protocol: Path, again: bool) -> None:
    """Check PROTOCOL, a file from the admin page: fingerprints, conditions, every stage; end with 1 if something is wrong.

    Needs no database. Only --again needs the solver.
    """
    try:
        data = json.loads(protocol.read_bytes())
    except (ValueError, RecursionError):
        raise click.ClickException("this file is no protocol: it cannot be read as JSON") from None
    if not isinstance(data, dict):
        raise click.ClickException("this file is no protocol")
    found = verify(data)
    if again and not found:
        from app.allocation.solving import solve

        found = differences(data, solve(read_instance(data)))
    for finding in found:
        click.echo(str(finding))
    if not found:
        click.echo(f"input  {data['instance_fingerprint']}")
        click.echo(f"result {data['result_fingerprint']}")
    click.echo(f"{len(found)} finding{'' if len(found) == 1 else 's'}")
    if found:
        raise SystemExit(1)


def install(app: Flask) -> None:
    app.cli.add_command(allocation)
