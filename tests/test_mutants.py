"""Every check refuses the usual slips that change a result."""

import ast

import numpy as np
import pytest

from exercises.source import solutions
from tools import mutants

SLOW = {"5.1", "5.2"}  # minutes each: python -m tools.mutants 05
NUMBERS = [n for k in range(10) for n in solutions(k) if "Q" not in n]


@pytest.mark.parametrize("number", [n for n in NUMBERS if n not in SLOW])
def test_no_slip_survives(number):
    (tried,) = mutants.try_notebook(int(number.split(".")[0]), [number])
    assert not tried.survivors, tried.survivors
    assert tried.refused >= 10


def test_slips_are_those_that_people_make():
    code = """
def share(x, n):
    \"\"\"Return something.\"\"\"
    if n <= 0:
        return -1.0
    return np.sum(x[1:], axis=0) / n
"""
    found = {text for _, text in mutants.mutants(code, {"x": np.ones(3)})}
    for part in (
        "n < 0", "n <= 1", "return 1.0", "axis=1", "np.sum(x[1:])", "x[1 + 1:",
        "axis=0) * n", "    return np.sum(x[1:], axis=0)", "if True:",
        "np.mean(x[1:]", "x = np.ones_like(x)",
    ):
        assert any(part in text for text in found), part
    for text in found:
        ast.parse(text)


def test_what_survives_is_told_apart_from_what_is_the_same():
    entry, tried = {"names": ["share_right"]}, mutants.Tried("0.1")
    code = "def share_right(p, e):\n    return "
    mutants._try_answer(tried, entry, code + "1.0 * np.mean(p == e)")
    assert tried.refused > 3 and not tried.survivors
    assert any("1.0 *" in line for line in tried.same)
    own, careless = (mutants.functions(entry, code + text)
                     for text in ("p.mean()", "0.6"))
    calls = [(0, (np.array([0.5, 0.7]), 1), {})]
    assert mutants._differs(own, careless, calls, lambda *a: True)
    assert mutants._differs(own, own, calls, lambda *a: True) is None
    assert "repeated" in mutants._differs(own, own, calls, lambda *a: False)
