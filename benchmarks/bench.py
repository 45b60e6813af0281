"""Measure what the course promises: python3 course.py bench.

Side by side in one run, one thread, medians of repeats after a warm-up; what
is inside each clock is said in the table. Not a test: nothing fails.
"""

import argparse
import gc
import json
import math
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from helpers import network, timing
from helpers.bars import progress_bar
from helpers.data import load_mnist
from helpers.gradient_check import gradient_check

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 5
# hidden neurons, batch size, epochs, rate, goal (%), goal (s)
TRAININGS = ((128, 32, 18, 0.3, 98.0, 15), (800, 32, 8, 0.3, 98.3, 60))


def main():
    parser = argparse.ArgumentParser(prog="course.py bench")
    parser.add_argument(
        "--quick", action="store_true", help="leave the long trainings out"
    )
    options = parser.parse_args()
    threadpool_limits(limits=1)
    parts = [describe, loading, imports, epochs, meter, gradients]
    if not options.quick:
        parts += [trainings, memory]
    rows = []
    for part in progress_bar(parts, "benchmark"):
        rows += part()
    width = max(len(name) for name, _, _ in rows)
    for name, value, goal in rows:
        print(f"{name:{width}}  {value:28}  {goal}".rstrip())


def median_seconds(*functions, repeats=REPEATS):
    """Return the median times of functions, taken in turn after a warm-up."""
    times = [[] for _ in functions]
    for round_ in range(repeats + 1):
        for function, own in zip(functions, times):
            start = time.perf_counter()
            function()
            if round_ > 0:
                own.append(time.perf_counter() - start)
    return [statistics.median(own) for own in times]


def describe():
    """What this was measured on."""
    names = {
        library["internal_api"] + " " + str(library.get("architecture", ""))
        for library in threadpool_info()
        if library["user_api"] == "blas"
    }
    versions = f"{platform.python_version()}, {np.__version__}"
    return [
        ("Python, NumPy", versions, ""),
        ("system", f"{platform.system()} {platform.machine()}", ""),
        ("linear algebra", ", ".join(sorted(names)) + ", 1 thread", ""),
    ]


def loading():
    (seconds,) = median_seconds(load_mnist)
    fresh = (
        "import time; from helpers.data import load_mnist\n"
        "start = time.perf_counter(); load_mnist()\n"
        "print(time.perf_counter() - start)"
    )
    first = statistics.median(float(child(fresh)) for _ in range(3))
    return [
        ("load_mnist, first in a process", f"{first:.2f} s", "goal: < 1 s"),
        ("load_mnist, again", f"{seconds:.2f} s", "goal: < 1 s"),
    ]


def imports():
    """The module alone, and all that notebook 04 takes from it."""
    parts = "bars data exercises gradient_check network plotting timing"
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
    ):
        text = code.format(before, modules)
        values = [float(child(text)) for _ in range(REPEATS)]
        rows.append((name, f"{statistics.median(values):.3f} s", goal))
    return rows


def epochs():
    """One epoch beside its matrix products alone, on the same batches."""
    mnist = load_mnist()
    x = mnist.x_train
    y = np.eye(10, dtype=np.float32)[mnist.y_train]
    rows = []
    for N in (128, 800):
        rng = np.random.default_rng(0)
        start = network.initialise(784, N, 10, rng)
        batch = np.ascontiguousarray(x[:128])
        a0 = np.abs(rng.standard_normal((128, N), dtype=np.float32))
        delta1 = rng.standard_normal((128, 10), dtype=np.float32)
        delta0 = rng.standard_normal((128, N), dtype=np.float32)
        W0, _, W1, _ = start

        def products(batch=batch, a0=a0, d1=delta1, d0=delta0, W0=W0, W1=W1):
            for _ in range(math.ceil(len(x) / 128)):
                batch @ W0
                a0 @ W1
                a0.T @ d1
                d1 @ W1.T
                batch.T @ d0

        def epoch(start=start, rng=rng):
            network.train(start, x, y, 1, 128, 0.1, rng)

        whole, bound = median_seconds(epoch, products)
        rows += [
            (f"epoch 784-{N}-10, batch 128", f"{whole:.2f} s", ""),
            (f"its matrix products alone, N = {N}", f"{bound:.2f} s", ""),
            ("ratio", f"{whole / bound:.2f}", "goal: <= 1.5"),
        ]
    return rows


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
    reports = gradient_check(
        lambda **moved: network.empirical_risk(
            y, network.forward(x, **moved)[2]
        ),
        p,
        g,
    )
    return [
        (
            f"gradient check {r.name}, {r.checked:,} entries",
            f"relative error {r.relative_error:.0e}",
            "goal: < 1e-07",
        )
        for r in reports
    ]


def trainings():
    """Final trainings on 60,000 images; test accuracy over three seeds."""
    mnist = load_mnist()
    x = np.concatenate([mnist.x_train, mnist.x_validation])
    digits = np.concatenate([mnist.y_train, mnist.y_validation])
    y = np.eye(10, dtype=np.float32)[digits]
    rows = []
    for N, size, count, rate, goal, most in TRAININGS:
        found, seconds = [], []
        for seed in range(3):
            rng = np.random.default_rng(seed)
            start = network.initialise(784, N, 10, rng)
            begin = time.perf_counter()
            end = network.train(start, x, y, count, size, rate, rng)
            seconds.append(time.perf_counter() - begin)
            share = network.accuracy(mnist.x_test, mnist.y_test, end)
            found.append(100 * share)
            gc.collect()
        values = ", ".join(f"{value:.2f}" for value in found)
        rows += [
            (f"test accuracy 784-{N}-10", f"{values} %", f"goal: >= {goal} %"),
            (
                f"its training, {count} epochs, batch {size}",
                f"{statistics.median(seconds):.1f} s",
                f"goal: <= {most} s",
            ),
        ]
    return rows


def memory():
    """Peak memory of notebook 04's kernel."""
    code = (
        "import json, sys\n"
        "from helpers import build\n"
        "(source,) = build.find_sources(['04'])\n"
        "notebook = build.read_source(source)\n"
        "cell = build.nbformat.v4.new_code_cell(\n"
        "    'import resource as r; '\n"
        "    'print(r.getrusage(r.RUSAGE_SELF).ru_maxrss)')\n"
        "notebook.cells.append(cell)\n"
        "build.execute(notebook)\n"
        "print(notebook.cells[-1].outputs[0].text)"
    )
    if platform.system() != "Linux":
        return [("peak memory of notebook 04", "measured on Linux only", "")]
    start = time.perf_counter()
    peak = json.loads(child(code)) / 1024**2  # from KiB
    seconds = time.perf_counter() - start
    return [
        ("peak memory of notebook 04", f"{peak:.2f} GiB", "goal: < 1.5 GiB"),
        ("notebook 04, whole run", f"{seconds:.0f} s", "goal: <= 60 s"),
    ]


def child(code):
    """Run code in a fresh Python; return the last line it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )
    return done.stdout.strip().splitlines()[-1]


if __name__ == "__main__":
    main()
