"""For tests of the notebooks: kernels inherit this."""

import os
import shutil
import tempfile

os.environ["COURSE_NO_BARS"] = "1"  # a progress bar tells time

# nbval kills its kernels: what they would remove from the temporary folder
# at their end, such as the functions that TensorFlow has translated, stays
SCRATCH = tempfile.mkdtemp(prefix="course-")
for name in ("TMPDIR", "TEMP", "TMP"):
    os.environ[name] = SCRATCH


def pytest_unconfigure():
    """Remove what the killed kernels have left behind."""
    shutil.rmtree(SCRATCH, ignore_errors=True)
