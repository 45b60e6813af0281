"""For tests of the notebooks: kernels inherit this."""

import os

os.environ["COURSE_NO_BARS"] = "1"  # a progress bar tells time
