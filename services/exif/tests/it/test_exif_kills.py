"""kill -9 at random moments, each time in another process: fewer of them than `bench/exif_crash.py` does alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.it

BENCH = Path(__file__).parents[4] / "bench" / "exif_crash.py"
KILLS = 40


def test_kill_9_at_random_moments_breaks_no_file_and_loses_no_row() -> None:
    """Seven kinds of file written with the real ledger and disk: each is whole, and as its row says."""
    command = [sys.executable, str(BENCH), "--kills", str(KILLS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["kills"] == KILLS
    assert found["cut_off"], "some were killed in the middle of a write"
    assert (found["broken"], found["without_a_row"]) == (0, 0)
