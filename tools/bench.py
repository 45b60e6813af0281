"""Measure what the course promises: python3 course.py bench.

Side by side in one run, one thread, medians of repeats after a warm-up; what
is inside each clock is said in the table. Not a test: nothing fails. The table
goes to the screen and to docs/benchmark.md, in some five minutes. With
--notebooks each of them is run as well, which takes as long as they take;
without, their last times are kept, with the day.
"""

import argparse
import functools
import json
import math
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from exercises.source import facts
from helpers import network, timing
from helpers.data import load_mnist
from helpers.gradient_check import gradient_check
from helpers.progress import progress_bar
from tools import build

try:
    import resource
except ImportError:  # Windows
    resource = None

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "docs" / "benchmark.md"
REPEATS = 5
BATCH, RATE, WIDTHS = 128, 0.1, (128, 800)
AT_ONCE = 32  # steps that Keras does before Python hears of them, as in 09
GOALS = {128: 1.25, 800: 1.15}  # of NumPy's epoch, in matrix products
ENOUGH = 97  # % of the test sample: how long until a network is there?
# as in notebook 04: neurons, batch size, epochs, rate, goal (%), goal (s)
TRAINING = (128, 32, 10, 0.3, 98.0, 15)
MOST_MEMORY = 1.5  # GiB, of a notebook's kernel
PACKAGES = ("numpy", "scikit-learn", "tensorflow", "keras", "codecarbon")


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="course.py bench")
    parser.add_argument(
        "--notebooks", action="store_true", help="run every notebook as well"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="leave out the long training; write no file",
    )
    parser.add_argument("--one", metavar="NN", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        print(json.dumps(run_notebook(options.one)))
        return
    threadpool_limits(limits=1)
    parts = [describe, loading, imports, epochs, meter, gradients]
    if not options.quick:
        parts += [training]
    rows = []
    for part in progress_bar(parts, "benchmark"):
        rows += part()
    rows += notebooks() if options.notebooks else kept(RESULTS)
    width = max(len(name) for name, _, _ in rows)
    for name, value, goal in rows:
        print(f"{name:{width}}  {value:28}  {goal}".rstrip())
    if not options.quick:
        RESULTS.write_text(page(rows), encoding="utf-8")
        print(f"written: {RESULTS.relative_to(ROOT)}")


# --- what is written -------------------------------------------------------


def page(rows):
    """Return docs/benchmark.md, a string."""
    lines = [
        "# Results of the benchmark",
        "",
        "Made by `python3 course.py bench`; not edited by hand. One thread "
        "each, medians of repeats taken in turn after a warm-up (of times, "
        "and of the ratios in a turn). Notebooks run whole, one after the "
        "other, in a kernel of their own, on the day and the machine that "
        "the row before them names. Times hold for one machine: what "
        "carries over is a ratio.",
        "",
        "| what | measured | goal |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {name} | {value} | {goal} |" for name, value, goal in rows]
    return "\n".join(lines) + "\n"


def kept(path):
    """Return the rows of the notebooks in a page, [] if there is none."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [tuple(line[2:-2].split(" | ")) for line in lines]
    return [row for row in rows if row[0].startswith("notebook")]


# --- what is measured ------------------------------------------------------


def in_rounds(*functions, repeats=REPEATS):
    """Return the times of functions (repeats, functions), after a warm-up.

    They are called in turn: what slows the machine down for a while changes
    all the times of a round, and their ratios less.
    """
    times = np.empty((repeats + 1, len(functions)))
    for own in times:
        for i, function in enumerate(functions):
            start = time.perf_counter()
            function()
            own[i] = time.perf_counter() - start
    return times[1:]


def describe():
    """What this was measured on."""
    blas = {
        library["internal_api"] + " " + str(library.get("architecture", ""))
        for library in threadpool_info()
        if library["user_api"] == "blas"
    }
    return [
        ("day", time.strftime("%Y-%m-%d"), ""),
        ("system", f"{platform.system()} {platform.machine()}", ""),
        ("processor", machine(), ""),
        ("Python", platform.python_version(), ""),
        *((name, metadata.version(name), "") for name in PACKAGES),
        ("linear algebra", ", ".join(sorted(blas)) + ", 1 thread", ""),
    ]


def machine():
    """Return the processor's name, if the system tells it, and its cores."""
    name = platform.processor() or platform.machine()
    path = Path("/proc/cpuinfo")
    if path.exists():
        text = path.read_text()
        found = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
        name = found.group(1) if found else name
    cores = os.cpu_count()
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))  # that this process may use
    return f"{name}, {cores} cores"


def loading():
    seconds = np.median(in_rounds(load_mnist))
    fresh = (
        "import time; from helpers.data import load_mnist\n"
        "start = time.perf_counter(); load_mnist()\n"
        "print(time.perf_counter() - start)"
    )
    first = statistics.median(float(child("-c", fresh)) for _ in range(3))
    return [
        ("load_mnist, first in a process", f"{first:.2f} s", "goal: < 1 s"),
        ("load_mnist, again", f"{seconds:.2f} s", "goal: < 1 s"),
    ]


def imports():
    """The module alone, and all that notebook 04 takes from it."""
    parts = "data gradient_check network plotting progress timing"
    code = (
        "import time, {}; start = time.perf_counter()\nimport {}\n"
        "print(time.perf_counter() - start)"
    )
    rows = []
    for name, before, modules, goal in (
        ("import helpers", "sys", "helpers", "goal: < 0.3 s"),
        (
            "all its parts that notebook 04 uses, after NumPy",
            "numpy",
            ", ".join(f"helpers.{part}" for part in parts.split()),
            "goal: < 0.3 s",
        ),
        ("import numpy", "sys", "numpy", ""),
        ("import sklearn.neural_network", "sys", "sklearn.neural_network", ""),
        ("import codecarbon", "sys", "codecarbon", ""),
        ("import keras, tensorflow", "sys", "keras, tensorflow", ""),
    ):
        text = code.format(before, modules)
        values = [float(child("-c", text)) for _ in range(3)]
        rows.append((name, f"{statistics.median(values):.3f} s", goal))
    return rows


def epochs():
    """One epoch of each tool, and of the matrix products alone."""
    from helpers.tensorflow_quietly import import_tensorflow

    tf, keras = import_tensorflow(threads=1)
    mnist = load_mnist()
    x = mnist.x_train
    y = np.eye(10, dtype=np.float32)[mnist.y_train]
    rows = []
    for N in WIDTHS:
        ways = {
            "NumPy": numpy_epoch(x, y, N),
            "matrix products alone": products(x, N),
            "Keras, step by step": keras_epoch(keras, x, y, N, 1),
            f"Keras, {AT_ONCE} steps at once": keras_epoch(
                keras, x, y, N, AT_ONCE),
            "scikit-learn": sklearn_epoch(x, mnist.y_train, N),
        }
        times = in_rounds(*ways.values(), repeats=5 if N == 128 else 3)
        ratios = np.median(times / times[:, 1:2], axis=0)
        for name, value, ratio in zip(ways, np.median(times, axis=0), ratios):
            goal = f"goal: <= {GOALS[N]} times" if name == "NumPy" else ""
            rows.append((
                f"epoch 784-{N}-10, 50,000 images, batch {BATCH}: {name}",
                f"{value:.2f} s = {ratio:.2f} x products",
                goal,
            ))
    return rows


def numpy_epoch(x, y, N):
    """Return a function that trains notebook 04's network for an epoch."""
    rng = np.random.default_rng(0)
    start = network.initialise(784, N, 10, rng)
    return lambda: network.train(start, x, y, 1, BATCH, RATE, rng)


def products(x, N):
    """Return a function that does an epoch's matrix products alone."""
    rng = np.random.default_rng(0)
    W0, _, W1, _ = network.initialise(784, N, 10, rng)
    batch = np.ascontiguousarray(x[:BATCH])
    a0 = np.abs(rng.standard_normal((BATCH, N), dtype=np.float32))
    delta1 = rng.standard_normal((BATCH, 10), dtype=np.float32)
    delta0 = rng.standard_normal((BATCH, N), dtype=np.float32)

    def epoch():
        for _ in range(math.ceil(len(x) / BATCH)):
            batch @ W0
            a0 @ W1
            a0.T @ delta1
            delta1 @ W1.T
            batch.T @ delta0

    return epoch


def keras_epoch(keras, x, y, N, at_once):
    """Return a function that fits the same network for an epoch."""
    model = keras.Sequential([
        keras.Input((784,)),
        keras.layers.Dense(N, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ])
    descent = keras.optimizers.SGD(RATE)
    model.compile(
        descent, "categorical_crossentropy", steps_per_execution=at_once
    )
    return lambda: model.fit(x, y, batch_size=BATCH, epochs=1, verbose=0)


def sklearn_epoch(x, digits, N):
    """Return a function that fits scikit-learn's network for an epoch."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (N,), solver="sgd", momentum=0, alpha=0, batch_size=BATCH,
        learning_rate_init=RATE, random_state=0,
    )
    step = functools.partial(model.partial_fit, classes=np.arange(10))
    return lambda: step(x, digits)


def meter():
    """The meter's overhead, and the spread of energy over equal runs."""
    timing.prepare_meter()
    a = np.random.default_rng(0).standard_normal((400, 400))

    def block(products):
        start = time.perf_counter()
        with timing.measure() as found:
            for _ in range(products):
                a @ a
        return found, time.perf_counter() - start - found.seconds

    overheads = [block(1)[1] for _ in range(20)]
    energies = [block(300)[0].energy_kwh for _ in range(10)]
    spread = statistics.stdev(energies) / statistics.mean(energies)
    overhead = f"{1000 * statistics.median(overheads):.0f} ms"
    power = block(300)[0]
    return [
        ("meter: overhead of a block", overhead, "goal: < 50 ms"),
        ("meter: spread of 10 equal runs", f"{100 * spread:.1f} %", ""),
        ("meter: power", f"{power.power}, {power.watts:.1f} W", ""),
    ]


def gradients():
    """Every entry of the real network's gradient, in float64."""
    mnist, rng = load_mnist(), np.random.default_rng(4)
    names = ("W0", "b0", "W1", "b1")
    x, y = mnist.x_train[:3].astype(float), np.eye(10)[mnist.y_train[:3]]
    p = dict(zip(names, network.initialise(784, 128, 10, rng, np.float64)))
    z0, a0, z1, a1 = network.forward(x, **p)
    g = dict(zip(names, network.backward(x, y, z0, a0, a1, p["W1"])))

    def risk(**moved):
        return network.empirical_risk(y, network.forward(x, **moved)[2])

    return [
        (
            f"gradient check {r.name}, {r.checked:,} entries",
            f"relative error {r.relative_error:.0e}",
            "goal: < 1e-07",
        )
        for r in gradient_check(risk, p, g)
    ]


def training():
    """Final training on 60,000 images; test accuracy over three seeds."""
    mnist = load_mnist()
    x = np.concatenate([mnist.x_train, mnist.x_validation])
    digits = np.concatenate([mnist.y_train, mnist.y_validation])
    y = np.eye(10, dtype=np.float32)[digits]
    N, size, count, rate, goal, most = TRAINING
    found, seconds, enough = [], [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        start = network.initialise(784, N, 10, rng)
        begin = time.perf_counter()
        end = network.train(start, x, y, count, size, rate, rng)
        seconds.append(time.perf_counter() - begin)
        found.append(100 * network.accuracy(mnist.x_test, mnist.y_test, end))
        enough.append(until_enough(mnist, x, y, seed))
    values = ", ".join(f"{value:.2f}" for value in found)
    return [
        (f"test accuracy 784-{N}-10", f"{values} %", f"goal: >= {goal} %"),
        (
            f"its training, {count} epochs, batch {size}",
            f"{statistics.median(seconds):.1f} s",
            f"goal: <= {most} s",
        ),
        (
            f"its processor time until {ENOUGH} % of the test sample",
            f"{statistics.median(enough):.1f} s", "",
        ),
    ]


def until_enough(mnist, x, y, seed):
    """Return the processor seconds of the epochs until it is good enough."""
    N, size, count, rate, *_ = TRAINING
    rng = np.random.default_rng(seed)
    start = network.initialise(784, N, 10, rng)
    begin, judging, reached = time.process_time(), 0.0, []

    def note(epoch, parameters):
        nonlocal judging
        now = time.process_time()
        right = network.accuracy(mnist.x_test, mnist.y_test, parameters)
        if 100 * right >= ENOUGH:
            reached.append(now - begin - judging)
        judging += time.process_time() - now

    network.train(start, x, y, count, size, rate, rng, note)
    return reached[0] if reached else math.nan


def notebooks():
    """Time, processor time and memory of each notebook, run as a whole."""
    python = f"Python {platform.python_version()}"
    value = ", ".join([time.strftime("%Y-%m-%d"), machine(), python])
    rows = [("notebooks run on", value, "")]
    for known in progress_bar(facts(), "notebooks"):
        one = "-m", "tools.bench", "--one", known["number"]
        seconds, used, memory = json.loads(child(*one))
        value = f"{seconds:.0f} s"
        if used is not None:
            value += f", CPU {used:.0f} s, {memory:.2f} GiB"
        goal = f"goal: <= {known['run']} s"
        if known["number"] == "04":
            goal += f", < {MOST_MEMORY} GiB"
        rows.append((f"notebook {known['stem']}", value, goal))
    return rows


def run_notebook(number):
    """Run a notebook from its source; return seconds, CPU seconds, GiB."""
    (source,) = build.find_sources([number])
    notebook = build.read_source(source)
    start = time.perf_counter()
    build.execute(notebook)
    seconds = time.perf_counter() - start
    if resource is None:
        return seconds, None, None
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    memory = used.ru_maxrss / 1024 ** (3 if sys.platform == "darwin" else 2)
    return seconds, used.ru_utime + used.ru_stime, memory


def child(*arguments):
    """Run a fresh Python; return the last line it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )
    return done.stdout.strip().splitlines()[-1]


if __name__ == "__main__":
    main()
