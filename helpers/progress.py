"""A progress bar for long loops, and a loop that runs on several cores."""

import os

from tqdm.auto import tqdm


def progress_bar(iterable, description="", total=None):
    """Wrap an iterable so that a bar shows how far a loop has come.

    The bar stays away where the environment variable COURSE_NO_BARS is set,
    as it is when notebooks are built and tested: a bar tells time, and stored
    outputs are compared. `total` is the number of items where
    `len(iterable)` does not tell. Returns tqdm's bar, to be looped over.
    """
    hidden = bool(os.environ.get("COURSE_NO_BARS"))
    return tqdm(iterable, description, total, leave=False, disable=hidden)


def run_study(function, settings, description="trainings", done=None):
    """Call a function with each setting, on up to four cores.

    NumPy lets go of the interpreter during matrix products, so threads keep
    the cores busy; each uses one thread of linear algebra. The stop button
    ends the run; what is in the dict `done` then is not run again. Returns
    {setting: function(*setting)} in the order of the settings, tuples.
    """
    from joblib import Parallel, cpu_count, delayed
    from threadpoolctl import threadpool_limits

    done = {} if done is None else done
    todo = [setting for setting in settings if setting not in done]
    cores = min(cpu_count(), 4)  # a classroom shares its machine
    parallel = Parallel(cores, prefer="threads", return_as="generator")
    with threadpool_limits(limits=1):
        results = parallel(delayed(function)(*setting) for setting in todo)
        bar = progress_bar(results, description, len(todo))
        for result, setting in zip(bar, todo):
            done[setting] = result
    return {setting: done[setting] for setting in settings}
