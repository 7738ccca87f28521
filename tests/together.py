# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which tests one process runs one after the other, because they share what is dear to make or mostly wait.

pytest-xdist has a marker for that, but with the pytest we lock it has no effect, and nothing says so: each process built
each world, and the second engine did the work of the first once more. Node ids are all that is seen by the process which
deals the tests out, so they are named here.
"""

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    # The second engine reads what the first has left.
    "tests/abuse/test_bad_input.py::test_every_form_and_both_engines_agree": "walks",
    "tests/abuse/test_mutations.py::test_all_bent_requests_and_both_engines_agree": "bent",
    # One world for all of them.
    "tests/abuse/test_asked_first.py": "tried world",
    "tests/abuse/test_bodies.py": "tried world",
    "tests/abuse/test_ended_visits.py::test_every_form_of_": "tried world",
    "tests/abuse/test_forged_requests.py": "tried world",
    "tests/abuse/test_hostile_files.py": "tried world",
    "tests/abuse/test_mutations.py::test_bent_requests_are_no_faults": "tried world",
    "tests/abuse/test_summaries.py": "tried world",
    "tests/abuse/test_button_names.py::test_two_": "still world",
    "tests/abuse/test_cookies.py": "still world",
    "tests/abuse/test_english_pages.py::test_every_english_": "still world",
    "tests/abuse/test_english_pages.py::test_the_walk_": "still world",
    "tests/abuse/test_english_pages.py::test_every_form_": "tried world",
    "tests/abuse/test_headers.py::test_every_page_carries_them": "still world",
    "tests/abuse/test_headers.py::test_personal_pages_stay_out": "still world",
    "tests/abuse/test_hosts.py::test_a_foreign_host_gets_400": "still world",
    "tests/abuse/test_hosts.py::test_organisers_are_never_sent_elsewhere": "still world",
    "tests/abuse/test_versions.py": "still world",
    "tests/abuse/test_world.py::test_every_": "still world",
    # Whoever reads the source reads all of it, once.
    "tests/house/test_audit.py": "source",
    "tests/house/test_imports.py": "source",
    "tests/house/test_mail_kinds.py": "source",
    "tests/house/test_refusals.py": "source",
    "tests/house/test_rules_catalogue.py": "source",
    "tests/house/test_tests.py": "source",
    # What mostly waits, so that the others keep the processors busy meanwhile.
    "tests/outbox/test_kills.py": "waits",
    "tests/outbox/test_histories.py": "waits",
    "tests/test_serving.py::TestWaitress": "waits",
}


class Together(LoadScopeScheduling):
    """Deals out single tests; those that belong together go to one process."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """What is done is put aside: xdist counts all that a process was ever given, twice after each test."""
        super().mark_test_complete(node, item_index, duration)
        given = self.assigned_work[node]
        scope = self._split_scope(self.registered_collections[node][item_index])
        if all(given[scope].values()):
            del given[scope]


def together(nodeid: str) -> str:
    return next((group for beginning, group in TOGETHER.items() if nodeid.startswith(beginning)), nodeid)


def refuse_second(base: Path, name: str, worker: str) -> None:
    """Fail where another process of this run has made the same already: then the tests do not share it."""
    mine = base / f"{name.replace(' ', '-')}-of-{worker}"
    mine.touch()
    makers = sorted(one.name for one in base.glob(f"{name.replace(' ', '-')}-of-*"))
    if makers != [mine.name]:
        pytest.fail(f"{makers}: every test that uses the {name} must stand in tests/together.py")
