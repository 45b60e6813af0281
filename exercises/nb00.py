"""Checker of notebook 00."""

import numpy as np

from exercises.compare import compare
from exercises.judge import exercise


@exercise(
    "0.1",
    "the share of right answers",
    returns="number",
    hints=[
        "Count the places where the two agree, then divide by how many "
        "places there are.",
        "`predicted == expected` is an array of True and False; its mean "
        "is a share.",
    ],
)
def check_share_right(share_right):
    rng = np.random.default_rng(1)
    predicted, expected = rng.integers(0, 3, (2, 7))
    cases = [
        ([7, 2, 1, 0], [7, 2, 1, 5], 3 / 4),
        ([1, 1, 1], [1, 1, 1], 1.0),
        (predicted, expected, sum(predicted == expected) / 7),
    ]
    for predicted, expected, share in cases:
        predicted, expected = np.array(predicted), np.array(expected)
        D = len(predicted)
        compare(
            share_right(predicted, expected),
            share,
            given=f"predicted {predicted}, expected {expected}",
            mistakes=[
                (share * D, "That is the number of right answers, not their "
                 "share: divide by how many there are."),
                (share * 100, "That is in percent; a share lies between 0 "
                 "and 1."),
                (1 - share, "That is the share of wrong answers."),
                (float(round(share)), "That was rounded to a whole number on "
                 "the way."),
            ],
            name="the share",
        )
    return "Now you have seen how an exercise works."
