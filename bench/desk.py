"""An 835 of 200 claims, from the bytes to the posted ledgers, in a record on SQLite."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

from bench import Row

CLAIMS = 200
PROGRAM = "tests.clinic.money.posting"


def rows() -> list[Row]:
    """One row: seconds until everything is posted."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", PROGRAM, str(CLAIMS)],
            env={**os.environ, "NEUROREED_DATA": folder},
            capture_output=True,
            text=True,
            check=True,
        )
    found = json.loads(done.stdout.splitlines()[-1])
    return [
        Row(
            what=f"835 of {CLAIMS} claims, dropped and posted",
            figure=f"{found['seconds']:.2f} s",
            aim="at most 5 s",
            how=f"{found['entries']} ledger entries, {found['steps']} steps, one transaction",
        )
    ]
