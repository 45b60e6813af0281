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
        "`predicted == expected` compares all places at once. True counts as "
        "1 and False as 0, so a sum of them is a number of places.",
    ],
)
def check_share_right(share_right):
    rng = np.random.default_rng(1)
    predicted, expected = rng.integers(0, 3, (2, 7))
    cases = [
        ([7, 2, 1, 0], [7, 2, 1, 5], 3 / 4),
        ([1, 6, 1, 4, 9], [1, 6, 1, 4, 9], 1.0),
        ([3], [3], 1.0),
        ([3], [8], 0.0),
        ([8, 8, 0, 0, 5], [0, 8, 8, 0, 9], 2 / 5),
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
                (share * D / 4, "You divide by 4, whatever the number of "
                 "places is: use the length of the array."),
                (share * D / 10, "You divide by 10, the number of classes: "
                 "use the number of places."),
                (np.mean(np.isin(predicted, expected)), "That counts digits "
                 "that occur anywhere in `expected`; compare place by place."),
                (0.75, "That is the share of the example: compute it from the "
                 "two arrays."),
                (float(share == 1), "That says whether all places agree; the "
                 "share of them is wanted."),
                (float(round(share)), "That was rounded to a whole number on "
                 "the way."),
            ],
            name="the share",
        )
    return "Now you have seen how an exercise works."
