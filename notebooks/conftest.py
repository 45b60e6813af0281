"""For tests of the notebooks: kernels inherit this."""

import os
import shutil
import tempfile
import time
from queue import Empty

from nbval.kernel import RunningKernel

os.environ["COURSE_NO_BARS"] = "1"  # a progress bar tells time

# nbval kills its kernels: what they would remove from the temporary folder
# at their end, such as the functions that TensorFlow has translated, stays
SCRATCH = tempfile.mkdtemp(prefix="course-")
for name in ("TMPDIR", "TEMP", "TMP"):
    os.environ[name] = SCRATCH

get_message = RunningKernel.get_message


def get_message_while_alive(self, stream, timeout=None):
    """Wait for a kernel's message, as nbval does, but not for a dead one's."""
    end = float("inf") if timeout is None else time.monotonic() + timeout
    while True:
        step = max(0, min(1, end - time.monotonic()))
        try:
            return get_message(self, stream, timeout=step)
        except Empty:
            if not self.is_alive():
                raise RuntimeError("the kernel died in this cell") from None
            if time.monotonic() >= end:
                raise


RunningKernel.get_message = get_message_while_alive


def pytest_unconfigure():
    """Remove what the killed kernels have left behind."""
    shutil.rmtree(SCRATCH, ignore_errors=True)
