"""Many trainings, on all cores, that survive an interruption."""

import contextlib
import math
import os
from concurrent.futures import ThreadPoolExecutor, as_completed

import numpy as np
from threadpoolctl import threadpool_limits

from helpers import expect
from helpers.bars import progress_bar


class StudyIncomplete(ValueError):
    """Too little of a study is there; shown as its few lines alone."""

    def _render_traceback_(self):
        return str(self).splitlines()


def run_study(function, settings, description="trainings", workers=None,
              done=None, least=0.3):
    """Call a function with each setting, in parallel, and collect results.

    NumPy lets go of the interpreter during matrix products, so threads keep
    the cores busy; each uses one thread of linear algebra. If the run is
    interrupted (the stop button), what is under way is brought to its end,
    nothing is begun, and what is done is returned; a second interrupt does
    not wait for what is under way, either.

    Parameters
    ----------
    function : callable
        function(*setting) gives a result; it draws from an rng of its own.
    settings : iterable of tuple
        Hashable, each used once. The costliest first saves time.
    description : str
        In front of the progress bar.
    workers : int, optional
        As many as there are processors by default, four at the most.
    done : dict, optional
        Results of an earlier, interrupted run: they are not run again.
    least : float
        Share of the results, 0 to 1, that is worth going on with.

    Returns
    -------
    dict
        setting -> result, in the order of the settings.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.
    StudyIncomplete
        If the run was interrupted with less than that share done.
    Exception
        What the function raises, after the others have ended.
    """
    settings = _settings(settings)
    expect.function("function", function)
    expect.number("least", least, least=0, most=1)
    results = {} if done is None else dict(expect.mapping("done", done))
    if workers is None:
        workers = min(os.cpu_count() or 1, 4)
    pool = ThreadPoolExecutor(expect.integer("workers", workers, least=1))
    todo = [setting for setting in settings if setting not in results]
    jobs, interrupted = {}, False
    with threadpool_limits(limits=1):
        try:
            for setting in todo:
                jobs[pool.submit(function, *setting)] = setting
            bar = progress_bar(as_completed(jobs), description, len(jobs))
            for job in bar:
                job.result()
        except KeyboardInterrupt:
            interrupted = True
        finally:
            with contextlib.suppress(KeyboardInterrupt):
                if interrupted:
                    print("interrupted: ending what is under way")
                pool.shutdown(wait=True, cancel_futures=True)
            pool.shutdown(wait=False, cancel_futures=True)
    for job, setting in jobs.items():
        if job.done() and not job.cancelled() and job.exception() is None:
            results[setting] = job.result()
    if interrupted:
        print(f"{len(results)} of {len(settings)} done")
        needed = math.ceil(least * len(settings))
        if len(results) < needed:
            raise StudyIncomplete(
                f"Too few: the cells after this one need about {needed}. Run "
                "this cell again before you go on."
            )
    return {s: results[s] for s in settings if s in results}


def _settings(settings):
    """Return the settings as a list of different tuples, or complain."""
    settings = expect.sequence("settings", settings)
    for setting in settings:
        if not isinstance(setting, tuple) or not _hashable(setting):
            raise TypeError(
                "settings: expected tuples of what can be a key, got "
                f"{expect.got(setting)}"
            )
    if len(set(settings)) < len(settings):
        raise ValueError("settings: expected each once, got some twice")
    return settings


def _hashable(setting):
    try:
        return hash(setting) is not None
    except TypeError:
        return False


def enough(found, least=1):
    """Raise `StudyIncomplete` where an interrupted study left too little.

    Parameters
    ----------
    found : sized
        What is there, of one kind.
    least : int
        How many of them the cell needs.

    Raises
    ------
    StudyIncomplete
        A `ValueError` that says what to run again.
    """
    if not hasattr(found, "__len__"):
        raise TypeError(f"found: expected a sequence, got {expect.got(found)}")
    expect.integer("least", least, least=0)
    if len(found) < least:
        raise StudyIncomplete(
            f"This cell needs {least} results of a kind, and there are "
            f"{len(found)}: the study was interrupted too early. Run the "
            "study's cell again, then this one."
        )


def spread(values, axis=0):
    """Return the standard deviation between seeds, NaN for a single one.

    Parameters
    ----------
    values : array_like
    axis : int
        The axis of the seeds.

    Returns
    -------
    ndarray or float
        With n - 1 in the denominator.

    Raises
    ------
    TypeError, ValueError
        If there are no numbers along that axis.
    """
    values = expect.array("values", values, finite=False).astype(float)
    expect.integer("axis", axis, -values.ndim, values.ndim - 1)
    if values.shape[axis] < 2:
        return np.full_like(np.mean(values, axis=axis), np.nan)[()]
    return np.std(values, axis=axis, ddof=1)


def mean_and_spread(values):
    """Return the mean and the standard deviation between seeds.

    Parameters
    ----------
    values : iterable of float
        One for each seed.

    Returns
    -------
    tuple of float
        Mean; standard deviation with n - 1 in the denominator, NaN for a
        single seed.

    Raises
    ------
    StudyIncomplete
        A `ValueError`, if there is none.
    TypeError, ValueError
        If they are no numbers.
    """
    values = expect.sequence("values", values)
    enough(values)
    values = expect.array("values", values, ("n",), finite=False)
    values = values.astype(float)
    one = math.nan if values.size < 2 else float(values.std(ddof=1))
    return float(values.mean()), one
