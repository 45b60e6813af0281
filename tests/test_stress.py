"""The stress command starts, and lists its scenarios."""

import subprocess
import sys
from pathlib import Path

from tools.stress.__main__ import SCENARIOS

ROOT = Path(__file__).resolve().parents[1]


def test_list():
    command = [sys.executable, "-m", "tools.stress", "--list"]
    listed = subprocess.check_output(command, cwd=ROOT, text=True)
    names = [line.split()[0] for line in listed.splitlines()[1:]]
    assert names == [scenario.name for scenario in SCENARIOS]
