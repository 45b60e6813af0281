"""The stress command lists its scenarios; what cannot be run never passes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.stress.__main__ import SCENARIOS, stress
from tools.stress.report import Case, Failed, NotPossible, Scenario

ROOT = Path(__file__).resolve().parents[1]


def test_list():
    command = [sys.executable, "-m", "tools.stress", "--list"]
    listed = subprocess.check_output(command, cwd=ROOT, text=True)
    names = [line.split()[0] for line in listed.splitlines()[1:]]
    assert names == [scenario.name for scenario in SCENARIOS]


@pytest.mark.parametrize(
    "error, code, row",
    [(NotPossible("no Linux"), 0, "0 0 0"), (Failed("cell 3"), 1, "1 0 1"),
     (OSError("disk"), 1, "1 0 1"), (None, 0, "1 1 0")],
)
def test_only_what_was_run_counts(error, code, row, tmp_path, capsys):
    def run(log):
        if error is not None:
            raise error

    def never(course):
        raise NotPossible("no Linux")

    chosen = [Scenario("never", "", "0", never),
              Scenario("fake", "", "0", lambda course: [Case("04", run)])]
    assert stress(chosen, None, tmp_path) == code
    said = " ".join(capsys.readouterr().out.split())
    assert f"fake {row}" in said and "never 0 0 0" in said
    assert "not possible here: never: no Linux" in said
    assert error is None or f"04: {error}" in said or "OSError: disk" in said
