"""A progress bar for long loops."""

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
