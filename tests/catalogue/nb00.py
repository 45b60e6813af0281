"""Answers to the exercises of notebook 00."""

CATALOGUE = {
    "0.1": {
        "names": ["share_right"],
        "wrong": [
            (
                "def share_right(p, e): return np.sum(p == e)",
                "number of right answers",
            ),
            (
                "def share_right(p, e): return 100 * np.mean(p == e)",
                "in percent",
            ),
            (
                "def share_right(p, e): return np.mean(p != e)",
                "share of wrong answers",
            ),
            (
                "def share_right(p, e): return round(np.mean(p == e))",
                "rounded to a whole number",
            ),
            (
                "def share_right(p, e): return np.sum(p == e) / 4",
                "divide by 4",
            ),
            ("def share_right(p, e): return 0.75", "share of the example"),
            (
                "def share_right(p, e): return np.sum(p == e) / 10",
                "number of classes",
            ),
            (
                "def share_right(p, e): return np.mean(np.isin(p, e))",
                "compare place by place",
            ),
            (
                "def share_right(p, e): return float(np.all(p == e))",
                "whether all places agree",
            ),
            ("def share_right(p, e): print(np.mean(p == e))", "is None"),
            ("def share_right(p, e): return p == e", "shape of the share"),
            ("def share_right(p, e): return mean(p == e)", "mean", "error"),
        ],
        "right": [
            "def share_right(p, e): return np.mean(p == e)",
            """
def share_right(p, e):
    right = 0
    for a, b in zip(p, e):
        if a == b:
            right += 1
    return right / len(p)
""",
            "def share_right(p, e): return np.float32(sum(p == e) / p.size)",
        ],
    },
}
