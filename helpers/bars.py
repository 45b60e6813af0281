"""A progress bar that a student sees and a stored notebook does not hold."""

import os

from tqdm.auto import tqdm

from helpers import expect


def progress_bar(iterable, description="", total=None):
    """Wrap an iterable so that a bar shows how far a loop has come.

    The bar is tqdm's. It stays away where the environment variable
    COURSE_NO_BARS is set, as it is when notebooks are built and tested: a
    bar tells time, and stored outputs are compared.

    Parameters
    ----------
    iterable : iterable
        What the loop runs over.
    description : str
        Words in front of the bar.
    total : int, optional
        Number of items, where `len(iterable)` does not tell.

    Returns
    -------
    tqdm.tqdm
        To be looped over; `set_postfix_str` shows a figure beside the bar.

    Raises
    ------
    TypeError, ValueError
        If there is nothing to loop over, or the number is none.
    """
    expect.iterable("iterable", iterable)
    expect.text("description", description)
    if total is not None:
        expect.integer("total", total, least=0)
    return tqdm(
        iterable,
        desc=description,
        total=total,
        leave=False,
        disable=bool(os.environ.get("COURSE_NO_BARS")),
    )
