"""``neuroreed record verify`` and ``neuroreed serve``, as a person runs them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def neuroreed(*words, **environment):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NEUROREED", "DJANGO"))}
    return subprocess.run(
        [sys.executable, "-m", "neuroreed", *words],
        env={**kept, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_record_that_is_not_there_is_said_in_one_sentence(tmp_path):
    done = neuroreed("record", "verify", "--data", str(tmp_path / "nothing"))

    assert done.returncode == 2
    assert "neuroreed serve" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_changed_event_makes_verify_fail_and_name_it(tmp_path):
    made = neuroreed("serve", "--demo", "--prepare-only", "--data", str(tmp_path))
    whole = neuroreed("record", "verify", "--data", str(tmp_path))
    again = neuroreed("serve", "--demo", "--prepare-only", "--data", str(tmp_path))
    with sqlite3.connect(tmp_path / "clinic.sqlite3") as file:
        with pytest.raises(sqlite3.DatabaseError):
            file.execute("UPDATE clinic_event SET verb = 'x' WHERE sequence = 5")
        file.execute("DROP TRIGGER clinic_event_no_update")
        file.execute("UPDATE clinic_event SET verb = 'x' WHERE sequence = 5")
    broken = neuroreed("record", "verify", "--data", str(tmp_path), "--json")

    assert made.returncode == 0, made.stderr
    assert "Made the invented clinic" in made.stdout
    assert "Therapist" in made.stdout
    assert "Made the invented clinic" not in again.stdout
    assert whole.returncode == 0, whole.stdout
    assert broken.returncode == 1
    faults = json.loads(broken.stdout)["faults"]
    assert any("event 5" in fault for fault in faults)
    assert any("clinic_event_no_update" in fault for fault in faults)
