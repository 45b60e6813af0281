"""The library against the lecture's formulas: parity, and quiet loading."""

import math
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from exercises.source import SOURCES, facts
from helpers import layers, network
from helpers.data import load_mnist
from helpers.tensorflow_quietly import import_tensorflow, quiet_descriptor
from tools import build

tf, keras = import_tensorflow(threads=1)
ROOT = Path(__file__).resolve().parents[1]
LIMITS = {"float32": 1e-5, "float64": 1e-12}
DEEP = (784, 64, 48, 32, 24, 10)  # four hidden layers
RATE = 0.125  # exact in float32, as which Keras keeps it


def relative_error(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return np.linalg.norm(a - b) / np.linalg.norm(b)


def worst(pairs):
    return max(relative_error(a, b) for a, b in pairs)


def model_of(weights):
    """Return a Keras model with ReLU layers and these weights, up to z^H."""
    dtype = str(weights[0].dtype)
    layers = [keras.Input((len(weights[0]),), dtype=dtype)]
    for k in range(0, len(weights), 2):
        h = None if k == len(weights) - 2 else "relu"
        N = weights[k].shape[1]
        layers.append(keras.layers.Dense(N, activation=h, dtype=dtype))
    model = keras.Sequential(layers)
    model.set_weights(weights)
    return model


def draw(sizes, dtype, seed=0):
    """Return W0, b0, W1, b1, ...: nothing of it zero."""
    rng = np.random.default_rng(seed)
    weights = []
    for M, N in zip(sizes[:-1], sizes[1:]):
        weights.append(rng.normal(0, math.sqrt(2 / M), (M, N)).astype(dtype))
        weights.append(rng.normal(0, 0.1, N).astype(dtype))
    return weights


@pytest.fixture(scope="module")
def sample():
    data = load_mnist()
    return data.x_train[:6_400], np.eye(10)[data.y_train[:6_400]]


def by_tape(model, x, y):
    """Return outputs, risk and gradients as TensorFlow has them."""
    with tf.GradientTape() as tape:
        z = model(x)
        J = keras.losses.categorical_crossentropy(y, z, from_logits=True)
        risk = tf.reduce_mean(J)
    gradients = tape.gradient(risk, model.trainable_variables)
    return tf.nn.softmax(z), risk, gradients


def by_recursion(weights, x, y):
    """Return outputs and gradients of notebook 03's own functions."""
    p = {f"{'Wb'[k % 2]}{k // 2}": w for k, w in enumerate(weights)}
    z, a = layers.forward(x, p)
    gradients = layers.backward(x, y, z, a, p)  # B11, B13, B7, B8
    return a[-1], [gradients[name] for name in p]


# --- parity -----------------------------------------------------------------


@pytest.mark.parametrize("dtype", LIMITS)
@pytest.mark.parametrize("seed", [1, 2])
def test_one_hidden_layer(sample, dtype, seed):
    x, y = (part[:512].astype(dtype) for part in sample)
    weights = draw((784, 128, 10), dtype, seed)
    outputs, risk, gradients = by_tape(model_of(weights), x, y)
    z0, a0, z1, a1 = network.forward(x, *weights)
    mine = network.backward(x, y, z0, a0, a1, weights[2])
    limit = LIMITS[dtype]
    assert outputs.dtype == dtype
    assert relative_error(outputs, a1) < limit
    assert relative_error(risk, network.empirical_risk(y, z1)) < limit
    assert len(gradients) == len(mine) == 4
    assert worst(zip(gradients, mine)) < limit


@pytest.mark.parametrize("dtype", LIMITS)
def test_four_hidden_layers_follow_b13(sample, dtype):
    x, y = (part[:256].astype(dtype) for part in sample)
    weights = draw(DEEP, dtype)
    outputs, _, gradients = by_tape(model_of(weights), x, y)
    a, mine = by_recursion(weights, x, y)
    assert relative_error(outputs, a) < LIMITS[dtype]
    assert len(mine) == 10
    assert worst(zip(gradients, mine)) < LIMITS[dtype]


def test_a_wrong_gradient_would_be_noticed(sample):
    """The comparison has teeth: a gate that never closes fails it."""
    x, y = (part[:256] for part in sample)
    weights = draw((784, 128, 10), "float64")
    _, _, gradients = by_tape(model_of(weights), x.astype(float), y)
    z0, a0, _, a1 = network.forward(x.astype(float), *weights)
    open_gates = network.backward(x, y, np.abs(z0), a0, a1, weights[2])
    assert relative_error(open_gates[0], gradients[0].numpy()) > 0.1


def numpy_epoch(weights, x, y, batch):
    """Return the weights after a pass over the rows in their order."""
    weights = [w.copy() for w in weights]
    for first in range(0, len(x), batch):
        rows = slice(first, first + batch)
        z0, a0, _, a1 = network.forward(x[rows], *weights)
        gradients = network.backward(
            x[rows], y[rows], z0, a0, a1, weights[2]
        )
        for w, g in zip(weights, gradients):
            w -= RATE * g
    return weights


def tolerance(weights, x, y, batch):
    """Return what the worst rounding, put in at the start, does to the end."""
    dtype = weights[0].dtype
    steps = math.ceil(len(x) / batch)
    size = 2 * steps * np.finfo(dtype).eps / 2
    rng = np.random.default_rng(0)
    moved = [
        (w * (1 + size * rng.choice([-1.0, 1.0], w.shape))).astype(dtype)
        for w in weights
    ]
    ends = (numpy_epoch(start, x, y, batch) for start in (moved, weights))
    return worst(zip(*ends))


def test_one_epoch_of_fit(sample):
    """float32: same batches, same order, through compile and fit."""
    x, y = (part.astype("float32") for part in sample)
    weights = draw((784, 128, 10), "float32")
    model = model_of(weights)
    model.compile(
        keras.optimizers.SGD(RATE),
        keras.losses.CategoricalCrossentropy(from_logits=True),
        steps_per_execution=16,
    )
    model.fit(x, y, batch_size=128, epochs=1, shuffle=False, verbose=0)
    mine = numpy_epoch(weights, x, y, 128)
    limit = tolerance(weights, x, y, 128)
    assert worst(zip(weights, mine)) > 10 * limit  # it did learn something
    assert worst(zip(model.get_weights(), mine)) < limit < 1e-2


def test_one_epoch_in_double_precision(sample):
    """float64, where no gate hangs on rounding: 2 T u is nearly all of it."""
    x, y = (part.astype("float64") for part in sample)
    weights = draw((784, 128, 10), "float64")
    model, descent = model_of(weights), keras.optimizers.SGD(RATE)
    for first in range(0, len(x), 128):
        rows = slice(first, first + 128)
        _, _, gradients = by_tape(model, x[rows], y[rows])
        descent.apply(gradients, model.trainable_variables)
    mine = numpy_epoch(weights, x, y, 128)
    limit = tolerance(weights, x, y, 128)
    assert worst(zip(model.get_weights(), mine)) < limit < 1e-12


def test_same_seed_same_weights(sample):
    x, y = (part[:1024].astype("float32") for part in sample)
    ends = []
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(seed)
        model = keras.Sequential(
            [
                keras.Input((784,)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dropout(0.2),
                keras.layers.Dense(10),
            ]
        )
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)
        model.compile("adam", loss)
        model.fit(x, y, batch_size=128, verbose=0)
        ends.append(np.concatenate([w.ravel() for w in model.get_weights()]))
    assert np.array_equal(ends[0], ends[1])
    assert not np.array_equal(ends[0], ends[2])


# --- loading ----------------------------------------------------------------


def run(code):
    """Run code in a fresh process; return what it wrote."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True,
        cwd=ROOT, env={**os.environ, "MPLBACKEND": "agg"},
    )


def test_loading_is_quiet_and_later_errors_are_not():
    done = run(
        "import os, sys, warnings\n"
        "from helpers.tensorflow_quietly import *\n"
        "tf, keras = import_tensorflow(threads=3, operations=2)\n"
        "print(device_and_threads(tf))\n"
        "os.write(2, b'compiled part\\n')\n"
        "warnings.warn('a warning')\n"
        "tf.ones((2, 3)) @ tf.ones((2, 3))\n"
    )
    words = "3 threads an operation, operations at a time: up to 2"
    assert words in done.stdout
    assert done.stderr.startswith("compiled part\n")
    assert "a warning" in done.stderr and "InvalidArgument" in done.stderr
    assert done.returncode == 1


def test_threads_are_settled_once():
    assert import_tensorflow(1) == (tf, keras)
    with pytest.raises(RuntimeError, match="restart the kernel"):
        import_tensorflow(2)
    with pytest.raises(RuntimeError, match="to have 1 and 2, restart"):
        import_tensorflow(1, operations=2)


def test_what_was_kept_aside_is_shown_if_loading_fails(capfd):
    with quiet_descriptor():
        os.write(2, b"usual noise\n")
    with pytest.raises(OSError), quiet_descriptor():
        os.write(2, b"the reason\n")
        raise OSError
    assert capfd.readouterr().err == "the reason\n"


# --- where it cannot be loaded ----------------------------------------------

HIDDEN = """
import sys
sys.modules["tensorflow"] = sys.modules["keras"] = None
"""


def setup_of(stem):
    """Return the code of a notebook's first cell of code."""
    cells = build.read_source(SOURCES / f"{stem}.py").cells
    return next(cell.source for cell in cells if cell.cell_type == "code")


def test_most_notebooks_begin_without_it():
    """Those whose table in the README says so."""
    stems = [known["stem"] for known in facts() if not known["tensorflow"]]
    assert 5 < len(stems) < len(facts())
    code = "".join(f"exec({setup_of(stem)!r}, {{}})\n" for stem in stems)
    done = run(f"{HIDDEN}{code}print('all')")
    assert done.stdout.endswith("all\n"), done.stderr


def kernel(*cells):
    """Run cells in a fresh kernel, whatever they raise; return them."""
    notebook = nbformat.v4.new_notebook(metadata=build.KERNEL)
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    NotebookClient(
        notebook, timeout=100, allow_errors=True,
        resources={"metadata": {"path": str(build.NOTEBOOKS)}},
    ).execute()
    return notebook.cells


def test_those_that_need_it_say_what_to_do():
    """In a kernel: a few lines, and none of a traceback."""
    stem = next(known["stem"] for known in facts() if known["tensorflow"])
    code = [HIDDEN, setup_of(stem), "print('the kernel goes on')"]
    cells = kernel(*code)
    (error,) = cells[1].outputs
    assert error.ename == "TensorFlowMissing"
    assert len(error.traceback) <= 6
    text = "\n".join(error.traceback)
    assert "Python 3.9 to 3.13" in text and 'File "' not in text
    assert "python -m pip install -r requirements.txt" in text
    assert "Most notebooks do not need TensorFlow" in text
    assert cells[2].outputs[0].text == "the kernel goes on\n"


PLATFORM = """
import platform, sys
sys.platform, platform.machine = "{}", lambda: "{}"
"""
WITHOUT = ("mnist = load_mnist()", "guess(", "wine = load_wine(", "rows = np",
           "def diagnose(", 'check("5.4"')


@pytest.mark.parametrize("system, machine, words", [
    ("darwin", "x86_64", "Macs with Intel processors"),
    ("win32", "ARM64", "Windows on Arm"),
])
def test_where_it_has_no_package_that_is_said_and_the_rest_runs(
    system, machine, words
):
    """Each says it where it imports Keras; 05's tables need no Keras."""
    stems = [known["stem"] for known in facts() if known["tensorflow"]]
    assert {stem[:2] for stem in stems} >= {"05", "06", "07", "09"}
    # after the other imports, which look at the platform, too
    fake = PLATFORM.format(system, machine)
    for stem in stems:
        cells = build.read_source(SOURCES / f"{stem}.py").cells
        code = next(cell.source for cell in cells if cell.cell_type == "code"
                    and "import_tensorflow(" in cell.source)
        if code != setup_of(stem):  # imported there, called in a later cell
            code = f"from helpers.tensorflow_quietly import *\n{code}"
        before, call = code.rsplit("import_tensorflow(", 1)
        at = before.rindex("\n") + 1
        setup = before[:at] + fake + before[at:] + "import_tensorflow(" + call
        rest = []
        if stem[:2] == "05":
            rest = [cell.source for cell in cells
                    if cell.source.startswith(WITHOUT)]
            assert len(rest) > len(WITHOUT)
        _, cell, *others = kernel(HIDDEN, setup, *rest)
        (error,) = [out for out in cell.outputs if out.output_type == "error"]
        text = "\n".join(error.traceback)
        assert error.ename == "TensorFlowMissing" and words in text
        assert "pip install" not in text and len(error.traceback) <= 3
        for other in others:
            assert all(out.output_type != "error" for out in other.outputs)
