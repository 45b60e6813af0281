"""A Python process that is stopped half-way, as a person would."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60  # seconds; none of it takes a tenth of that on a free machine
POSIX = pytest.mark.skipif(os.name == "nt", reason="sends signals of POSIX")


class Process:
    """It says how far it is, line by line."""

    def __init__(self, code, *arguments, group=False):
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", code, *map(str, arguments)],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=ROOT, start_new_session=group,
        )
        self.group = group
        # whatever waits for it is not to wait for ever
        self.timer = threading.Timer(PATIENCE, self.process.kill)
        self.timer.start()

    def wait_for(self, text):
        """Read lines up to one that begins in this way; return it."""
        for line in self.process.stdout:
            if line.startswith(text):
                return line.strip()
        raise AssertionError(
            f"it ended without {text!r}: {self.process.stderr.read()}"
        )

    def interrupt(self):
        """Press the stop button (or, in a terminal, control and C)."""
        if self.group:
            os.killpg(self.process.pid, signal.SIGINT)
        else:
            self.process.send_signal(signal.SIGINT)

    def end(self):
        """Return the rest of what it wrote, and its exit code."""
        # not by communicate, which does not know what was read ahead
        out, err = self.process.stdout.read(), self.process.stderr.read()
        self.process.wait()
        self.timer.cancel()
        assert "Traceback" not in err, err
        return out.splitlines(), self.process.returncode
