"""The NumPy network: the notebook's own, and right by other means."""

import ast
import inspect
import runpy
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special
from sklearn.neural_network import MLPClassifier

from helpers import network
from helpers.data import load_mnist
from tools.build import find_sources, read_source


def functions(text):
    """Return {name: syntax tree as text} of the functions in a module."""
    return {
        node.name: ast.dump(node)
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef)
    }


def test_helper_and_notebook_are_the_same():
    (source,) = find_sources(["04"])
    cells = read_source(source).cells
    code = "\n".join(c.source for c in cells if c.cell_type == "code")
    with open(network.__file__, encoding="utf-8") as file:
        helper = functions(file.read())
    notebook = functions(code)
    assert helper == {name: notebook[name] for name in helper}
    assert set(helper) >= {"forward", "backward", "train", "mini_batches"}


def write_digits_py():
    """Do what the notebook's cells do that write digits.py."""
    (source,) = find_sources(["04"])
    cells = [c.source for c in read_source(source).cells]
    (listed,) = [text for text in cells if text.startswith("FUNCTIONS = ")]
    (main,) = [text for text in cells if text.startswith("MAIN = ")]
    (write,) = [text for text in cells if text.startswith("texts = ")]
    mnist = load_mnist()
    space = {**vars(network), "inspect": inspect, "runpy": runpy}
    space["validation"] = mnist.x_test[:50], mnist.y_test[:50]
    space["trained"] = network.initialise(784, 128, 10,
                                          np.random.default_rng(1))
    for text in (listed, main, write):
        exec(text, space)


def test_digits_py_runs_alone(tmp_path, monkeypatch, capsys):
    """The student's file needs NumPy and the data, and nothing else."""
    monkeypatch.chdir(tmp_path)
    write_digits_py()
    assert "the notebook predicts: True" in capsys.readouterr().out
    mnist = load_mnist()
    images = {"x_train": mnist.x_train[:6000], "x_test": mnist.x_test[:1000]}
    images = {name: np.uint8(255 * x) for name, x in images.items()}
    np.savez("small.npz", **images, y_train=mnist.y_train[:6000],
             y_test=mnist.y_test[:1000])
    done = subprocess.run(
        [sys.executable, "-I", "digits.py", "small.npz", "3"],
        capture_output=True, text=True, timeout=120,
    )
    assert done.stderr == ""
    *epochs, last = done.stdout.splitlines()
    assert epochs == ["epoch 1", "epoch 2", "epoch 3"]
    assert float(last.split()[0]) > 85, done.stdout
    assert "helpers" not in (tmp_path / "digits.py").read_text("utf-8")


def test_digits_py_where_nothing_can_be_written(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits.py").mkdir()
    write_digits_py()
    assert "cannot be written here" in capsys.readouterr().out


def floats(rows, columns, size=1e4):
    return hnp.arrays(
        np.float64, (rows, columns), elements=st.floats(-size, size)
    )


@given(z=st.integers(1, 5).flatmap(lambda n: floats(n, 7)))
def test_softmax_is_scipys(z):
    a = network.softmax(z)
    assert np.allclose(a, special.softmax(z, axis=1), rtol=1e-12, atol=0)
    assert np.allclose(a.sum(axis=1), 1) and np.all(a >= 0)


LABELS = hnp.arrays(np.int64, 4, elements=st.integers(0, 2))


@given(z=floats(4, 3), digits=LABELS)
def test_risk_is_scipys(z, digits):
    y = np.eye(3)[digits]
    expected = -np.mean(np.sum(y * special.log_softmax(z, axis=1), axis=1))
    assert np.isclose(network.empirical_risk(y, z), expected, rtol=1e-12)


@given(z=floats(3, 5))
def test_relu_and_its_derivative(z):
    assert np.array_equal(network.relu(z), np.where(z > 0, z, 0))
    step = 1e-6
    smooth = np.abs(z) > step
    slope = (network.relu(z + step) - network.relu(z - step)) / (2 * step)
    assert np.allclose(network.h_prime(z)[smooth], slope[smooth], atol=1e-4)


@settings(max_examples=50)
@given(
    D=st.integers(1, 50), size=st.integers(1, 60), seed=st.integers(0, 999)
)
def test_mini_batches_use_each_row_once(D, size, seed):
    batches = list(
        network.mini_batches(D, size, np.random.default_rng(seed))
    )
    rows = np.concatenate(batches).tolist()
    assert sorted(rows) == list(range(D))
    assert D < 15 or rows != sorted(rows)  # in another order
    assert all(len(batch) == size for batch in batches[:-1])


def small(seed=0, D=40, dtype=np.float64):
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(D, 6)).astype(dtype)
    digits = rng.integers(0, 3, D)
    return x, np.eye(3, dtype=dtype)[digits], digits, rng


def test_forward_and_gradients_against_scikit_learn():
    """MLPClassifier's own loss and gradients, for the same weights."""
    x, y, digits, rng = small()
    W0, b0, W1, b1 = network.initialise(6, 5, 3, rng, np.float64)
    b0 = b0 + rng.normal(size=5)
    b1 = b1 + rng.normal(size=3)
    other = MLPClassifier((5,), alpha=0, max_iter=1, solver="sgd")
    other.partial_fit(x, digits, classes=[0, 1, 2])
    other.coefs_, other.intercepts_ = [W0, W1], [b0, b1]
    z0, a0, z1, a1 = network.forward(x, W0, b0, W1, b1)
    assert np.allclose(other.predict_proba(x), a1, rtol=1e-12)
    step = 1e-6
    dW0, db0, dW1, db1 = network.backward(x, y, z0, a0, a1, W1)
    for array, gradient in ((W0, dW0), (b0, db0), (W1, dW1), (b1, db1)):
        index = tuple(n // 2 for n in array.shape)
        losses = []
        for sign in (1, -1):
            array[index] += sign * step
            log = other.predict_log_proba(x)
            losses.append(-np.mean(log[np.arange(len(x)), digits]))
            array[index] -= sign * step
        slope = (losses[0] - losses[1]) / (2 * step)
        assert np.isclose(gradient[index], slope, rtol=1e-6, atol=1e-9)


def test_the_step_is_the_lectures():
    """S4, on w * w, whose slope is 2 w."""
    rng = np.random.default_rng(0)
    old = [rng.normal(size=s) for s in ((3, 2), (2,), (2, 4), (4,))]
    new = network.update(old, [2 * w for w in old], 0.25)
    assert all(np.allclose(w, 0.5 * v) for w, v in zip(new, old))
    assert isinstance(new, tuple)


def test_training_lowers_the_risk_and_leaves_its_start_alone():
    x, y, digits, rng = small(D=200)
    start = network.initialise(6, 16, 3, rng, np.float64)
    kept = [array.copy() for array in start]
    seen = []
    end = network.train(
        start, x, y, 5, 10, 0.5, rng, lambda epoch, p: seen.append(epoch)
    )
    assert all(np.array_equal(a, b) for a, b in zip(kept, start))
    assert seen == [0, 1, 2, 3, 4]

    def risk(p):
        return network.empirical_risk(y, network.forward(x, *p)[2])

    assert risk(end) < risk(start)


def test_training_is_repeatable_and_keeps_float32():
    runs = []
    for _ in range(2):
        x, y, digits, rng = small(3, 64, np.float32)
        start = network.initialise(6, 8, 3, rng)
        runs.append(network.train(start, x, y, 2, 16, 0.3, rng))
    assert all(np.array_equal(a, b) for a, b in zip(*runs))
    assert {array.dtype for array in runs[0]} == {np.dtype(np.float32)}


def test_one_batch_of_everything_is_the_lectures_algorithm():
    """batch_size = D: one update an epoch, from the mean over all samples."""
    x, y, digits, rng = small()
    W0, b0, W1, b1 = start = network.initialise(6, 4, 3, rng, np.float64)
    z0, a0, z1, a1 = network.forward(x, *start)
    dW0, db0, dW1, db1 = network.backward(x, y, z0, a0, a1, W1)
    once = network.train(start, x, y, 1, len(x), 0.1, rng)
    by_hand = W0 - 0.1 * dW0, b0 - 0.1 * db0, W1 - 0.1 * dW1, b1 - 0.1 * db1
    assert all(np.allclose(a, b, rtol=1e-12) for a, b in zip(once, by_hand))


def test_accuracy_counts_right_predictions():
    x, y, digits, rng = small()
    parameters = network.initialise(6, 4, 3, rng, np.float64)
    predicted = network.predict(x, *parameters)
    assert network.accuracy(x, predicted, parameters) == 1
    assert network.accuracy(x, (predicted + 1) % 3, parameters) == 0
    assert pytest.approx(np.mean(predicted == digits)) == network.accuracy(
        x, digits, parameters
    )
