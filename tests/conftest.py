"""Settings of the unit tests."""

import os

from hypothesis import settings

os.environ["COURSE_NO_BARS"] = "1"
os.environ.setdefault("MPLBACKEND", "agg")
# machines are shared: how long an example takes says nothing
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")
