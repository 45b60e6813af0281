"""A function that gets so many seconds and no more, whatever it does.

It runs in a thread of its own. When the time is up the thread is told to
end, and where it does not listen it is left behind: the caller goes on.
"""

import contextvars
import ctypes
import sys
import threading
import time

GRACE = 1.0  # seconds in which a thread is told again and again to end
POLL = 0.1  # seconds: so soon is the stop button of a notebook heard


class TimeUp(BaseException):
    """Ends the function: raised in its thread, at whatever it is doing.

    A bare `except:` would keep it; so it comes again at the next line (from
    Python 3.12 on after that, so that a handler may run to its end).
    """

    def __init__(self):
        super().__init__()
        frame = sys._getframe(1)
        sys.settrace(_once_more)
        while frame is not None and frame.f_code.co_filename != __file__:
            frame.f_trace = _once_more
            frame = frame.f_back


def _once_more(frame, event, argument):
    if event == "exception":  # the first one: its handler begins a line later
        return _once_more
    raise TimeUp


class NotEnded(Exception):
    """The function took longer than it may.

    Parameters
    ----------
    seconds : float
        How long it had.
    going_on : bool
        It could not be ended, and goes on in the background.
    """

    def __init__(self, seconds, going_on):
        super().__init__(f"it did not end within {seconds:g} s")
        self.going_on = going_on


def call_within(seconds, function, *arguments):
    """Call a function; stop waiting for it after some time.

    What it can be ended in is any Python code, unless it catches everything
    in two loops inside each other. A single call into compiled code, such as
    a huge matrix product, is left behind. Nothing can be done against one
    that also keeps Python's interpreter to itself, such as
    `sum(range(10**12))`: there, the caller waits, too.

    Parameters
    ----------
    seconds : float
        How long to wait, at least 0; up to `GRACE` more to end it.
    function : callable
        Runs in another thread.
    *arguments
        What it is called with.

    Returns
    -------
    object
        What the function returns.

    Raises
    ------
    NotEnded
        If it takes longer; what it gives or raises then does not count.
    BaseException
        What the function raises.
    """
    outcome, context = {}, contextvars.copy_context()
    in_time = False
    # an Event, since an interrupted Thread.join takes a thread for ended
    ended = threading.Event()

    def work():
        try:
            outcome["result"] = context.run(function, *arguments)
        except TimeUp:
            sys.settrace(None)
        except BaseException as error:
            outcome["error"] = error
        ended.set()

    thread = threading.Thread(target=work, daemon=True)
    try:
        thread.start()
        in_time = _wait(ended, seconds)
    except RuntimeError as error:
        # an interrupt between two lines of threading's own locks
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise
    finally:  # also after the stop button, which may come at the very start
        if not ended.is_set():
            _end(thread, ended)
        if ended.is_set():
            thread.join(GRACE)  # its last lines
    if not in_time:
        raise NotEnded(seconds, not ended.is_set())
    if "error" in outcome:
        raise outcome["error"]
    return outcome["result"]


def _wait(ended, seconds):
    """Wait for an event, for some time; return whether it came."""
    end = time.monotonic() + seconds
    while not ended.is_set() and (left := end - time.monotonic()) > 0:
        ended.wait(min(POLL, left))
    return ended.is_set()


def _end(thread, ended):
    """Raise `TimeUp` in a thread until it ends, or for `GRACE` seconds."""
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    end = time.monotonic() + GRACE
    while not ended.is_set() and time.monotonic() < end:
        if thread.ident is not None:  # it may be on its way to begin
            raise_in(ctypes.c_ulong(thread.ident), ctypes.py_object(TimeUp))
        ended.wait(0.02)
