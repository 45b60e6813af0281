"""Settings of the unit tests."""

import os
import signal

from hypothesis import settings

os.environ["COURSE_NO_BARS"] = "1"
# a shell that starts us in the background has its children ignore Ctrl-C;
# those of the tests get it sent
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ.setdefault("MPLBACKEND", "agg")
# machines are shared: how long an example takes says nothing
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")
