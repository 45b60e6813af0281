"""Softmax and cross-entropy against arbitrary precision, for any finite z.

The bounds are those of the floating-point arithmetic, to first order in the
unit roundoff u (half the distance from 1 to the next number). A row z of N
numbers has the maximum m; let d_i = m - z_i >= 0 and S = sum_j exp(-d_j),
which lies between 1 and N.

- z_i - m is rounded once: its relative error u becomes an absolute one of
  d_i u in the exponent, and a relative one of d_i u in exp(-d_i).
- exp and log of NumPy are good to 4 units in the last place (what its own
  tests allow on all processors): E = 8 u, relative.
- Each term of S carries (d_j u + E) exp(-d_j), and d exp(-d) <= 1/e; adding N
  numbers of one sign costs (N - 1) u. With S >= 1 the sum's relative error is
  at most s = E + (N - 1)(1 + 1/e) u.
- A probability a_i = exp(-d_i) / S then has d_i u + E + s + u.
- ln a_i = (z_i - m) - ln S has, absolutely, d_i u from the difference, s from
  S, E ln S from the logarithm and u |ln a_i| from the subtraction.

Below the smallest normal number a result may be flushed to 0.
"""

import ast
import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import layers, network
from tools.build import find_sources, read_source

mpmath.mp.dps = 60
SECOND_ORDER = 1.01  # what the first-order bounds leave out
TYPES = ["float32", "float64"]
EXAMPLES = settings(max_examples=60)


def cell_function(number, name):
    """Return a function as a cell of a notebook's source defines it."""
    (source,) = find_sources([number])
    space = {"np": np}
    for cell in read_source(source).cells:
        if cell.cell_type == "code" and f"def {name}(" in cell.source:
            for node in ast.parse(cell.source).body:
                if getattr(node, "name", None) == name:
                    code = ast.Module([node], type_ignores=[])
                    exec(compile(code, f"{number} {name}", "exec"), space)
    return space[name]


def by_layers(z):
    """The output of a network whose last bias is z."""
    p = {"W0": np.zeros((1, z.shape[1]), z.dtype), "b0": z[0]}
    return layers.forward(np.zeros((1, 1), z.dtype), p)[1][-1]


SOFTMAX = {
    "network": network.softmax,
    "layers": by_layers,
    "layers, a stack": lambda z: layers.softmax(z[None])[0],
    "notebook 02": cell_function("02", "softmax"),
    "notebook 03": cell_function("03", "softmax"),
    "notebook 04": cell_function("04", "softmax"),
}
RISK = {
    "network": network.empirical_risk,
    "layers": layers.empirical_risk,
    "layers, a stack": lambda y, z: layers.empirical_risk(y, z[None])[0],
    "notebook 04": cell_function("04", "empirical_risk"),
}


def test_each_of_the_notebooks_is_here():
    kinds = ("softmax(", SOFTMAX), ("empirical_risk(y, z", RISK)
    for path in find_sources():
        text, number = path.read_text(encoding="utf-8"), path.name[:2]
        for name, known in kinds:
            if f"\ndef {name}" in text:
                assert f"notebook {number}" in known, (number, name)


@st.composite
def rows(draw, dtype):
    """A row of finite numbers: moderate, tied, huge, denormal, mixed."""
    width = {"float32": 32, "float64": 64}[dtype]
    info = np.finfo(dtype)
    special = [0.0, -0.0, 1e38, -1e38, float(info.smallest_subnormal),
               float(info.tiny), -float(info.tiny), 88.0, -104.0, 1.0]
    moderate = st.floats(-50, 50, width=width)
    kinds = st.sampled_from([
        moderate,
        st.floats(-800, 800, width=width),
        st.floats(allow_nan=False, allow_infinity=False, width=width),
        st.sampled_from(special),
        st.one_of(moderate, st.sampled_from(special)),
        st.sampled_from([draw(moderate), draw(moderate)]),  # ties
    ])
    row = draw(st.lists(draw(kinds), min_size=1, max_size=12))
    shift = draw(st.sampled_from([0.0, 0.0, 1000.0, -1e6, 2.0**60]))
    with np.errstate(over="ignore"):
        z = np.array(row, dtype) + np.array(shift, dtype)
    return z if np.all(np.isfinite(z)) else np.array(row, dtype)


def exact(z):
    """Return d_i = m - z_i and S of a row, in arbitrary precision."""
    z = [mpmath.mpf(float(value)) for value in z]
    d = [max(z) - value for value in z]
    return d, mpmath.fsum(mpmath.exp(-value) for value in d)


def unit(dtype):
    """Return u, E and the smallest normal number of a type."""
    u = mpmath.mpf(float(np.finfo(dtype).eps)) / 2
    return u, 8 * u, mpmath.mpf(float(np.finfo(dtype).tiny))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", SOFTMAX)
def test_softmax_is_exact_to_rounding(name, dtype):
    u, E, tiny = unit(dtype)

    @EXAMPLES
    @given(z=rows(dtype))
    def holds(z):
        with np.errstate(over="ignore", under="ignore"):
            (found,) = SOFTMAX[name](z[None])
        assert found.dtype == dtype and np.all(np.isfinite(found))
        d, S = exact(z)
        s = E + (len(z) - 1) * (1 + mpmath.exp(-1)) * u
        for i, a in enumerate(found):
            a_exact = mpmath.exp(-d[i]) / S
            bound = SECOND_ORDER * (d[i] * u + E + s + u) * a_exact + tiny
            error = abs(mpmath.mpf(float(a)) - a_exact)
            assert error <= bound, (z, i, a, float(error / bound))

    holds()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", RISK)
def test_cross_entropy_is_exact_to_rounding(name, dtype):
    u, E, tiny = unit(dtype)
    largest = mpmath.mpf(float(np.finfo(dtype).max))

    @EXAMPLES
    @given(z=rows(dtype), data=st.data())
    def holds(z, data):
        i = data.draw(st.integers(0, len(z) - 1))
        y = np.eye(len(z), dtype=dtype)[[i]]
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            found = float(RISK[name](y, z[None]))
        d, S = exact(z)
        J = d[i] + mpmath.log(S)
        if max(d) > largest:  # a difference that the type does not have
            assert not math.isfinite(found)  # and no number in its place
            return
        s = E + (len(z) - 1) * (1 + mpmath.exp(-1)) * u
        bound = d[i] * u + s + E * mpmath.log(S) + u * J
        error = abs(mpmath.mpf(found) - J)
        assert error <= SECOND_ORDER * bound + tiny, (
            z, i, found, float(error / bound)
        )

    holds()


@pytest.mark.parametrize("dtype", TYPES)
def test_cross_entropy_of_probabilities(dtype):
    """Notebook 03's, which takes a in place of z: y ln a, for a > 0."""
    risk = cell_function("03", "empirical_risk")
    u, E, tiny = unit(dtype)
    width = {"float32": 32, "float64": 64}[dtype]
    least = float(np.finfo(dtype).tiny)
    values = st.floats(least, 1, width=width)

    @EXAMPLES
    @given(a=st.lists(values, min_size=1, max_size=9), data=st.data())
    def holds(a, data):
        i = data.draw(st.integers(0, len(a) - 1))
        y = np.eye(len(a), dtype=dtype)[[i]]
        found = float(risk(y, np.array([a], dtype)))
        J = -mpmath.log(mpmath.mpf(a[i]))
        assert abs(mpmath.mpf(found) - J) <= SECOND_ORDER * E * J

    holds()


def test_the_bounds_have_teeth():
    """Ways to write it that are less exact do not keep to them."""
    z = np.array([1000.0, 1001.0, 1002.0], "float32")
    with np.errstate(all="ignore"):
        naive = np.exp(z) / np.sum(np.exp(z))
    assert not np.all(np.isfinite(naive))
    # ln S + m loses what m swallows; z - m first does not
    m, y = z.max(), np.array([[1.0, 0.0, 0.0]], "float32")
    late = float(-(z[0] - (m + np.log(np.sum(np.exp(z - m))))))
    d, S = exact(z)
    J, (u, E, _) = d[0] + mpmath.log(S), unit("float32")
    bound = d[0] * u + 3 * E + E * mpmath.log(S) + u * J
    assert abs(late - J) > 5 * bound
    assert abs(float(network.empirical_risk(y, z[None])) - J) < bound
