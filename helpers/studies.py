"""Many trainings, on all cores, that survive an interruption."""

import os
from concurrent.futures import ThreadPoolExecutor, as_completed

import numpy as np
from threadpoolctl import threadpool_limits

from helpers.bars import progress_bar


def run_study(function, settings, description="trainings", workers=None,
              done=None):
    """Call a function with each setting, in parallel, and collect results.

    NumPy lets go of the interpreter during matrix products, so threads keep
    the cores busy; each uses one thread of linear algebra. If the run is
    interrupted (the stop button), what is done is kept and returned.

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

    Returns
    -------
    dict
        setting -> result, in the order of the settings.

    Raises
    ------
    Exception
        What the function raises, after the others have ended.
    """
    settings = list(settings)
    results = {} if done is None else dict(done)
    workers = workers or min(os.cpu_count() or 1, 4)
    pool = ThreadPoolExecutor(workers)
    with threadpool_limits(limits=1):
        jobs = {
            pool.submit(function, *setting): setting
            for setting in settings
            if setting not in results
        }
        try:
            bar = progress_bar(as_completed(jobs), description, len(jobs))
            for job in bar:
                results[jobs[job]] = job.result()
        except KeyboardInterrupt:
            print(f"interrupted: {len(results)} of {len(settings)} done")
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return {s: results[s] for s in settings if s in results}


def mean_and_spread(values):
    """Return the mean and the standard deviation between seeds.

    Parameters
    ----------
    values : sequence of float
        One for each seed, at least two.

    Returns
    -------
    tuple of float
        Mean; standard deviation with n - 1 in the denominator.

    Raises
    ------
    ValueError
        With fewer than two values there is no spread.
    """
    values = np.asarray(list(values), dtype=float)
    if values.size < 2:
        raise ValueError(f"values: expected at least 2, got {values.size}")
    return float(values.mean()), float(values.std(ddof=1))
