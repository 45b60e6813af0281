"""Measure what the course promises: python3 course.py bench.

Side by side in one run, one thread, medians of repeats after a warm-up; what
is inside each clock is said in the table. Not a test: nothing fails. The table
goes to the screen and to benchmarks/results.md, in some five minutes. With
--notebooks each of them is run as well, which takes as long as they take, and
the README's table is made; without, their last times are kept, with the day.
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

from helpers import network, timing
from helpers.bars import progress_bar
from helpers.data import load_mnist
from helpers.gradient_check import gradient_check

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results.md"
NOTEBOOKS = ROOT / "notebooks"
REPEATS = 5
BATCH, RATE, WIDTHS = 128, 0.1, (128, 800)
AT_ONCE = 16  # steps that Keras does before Python hears of them, as in 09
# as in notebook 04: neurons, batch size, epochs, rate, goal (%), goal (s)
TRAINING = (128, 32, 10, 0.3, 98.0, 15)
BUDGETS = {  # seconds of a whole run on two cores, by the course's plan
    "00": 15, "01": 20, "02": 20, "03": 25, "04": 60,
    "05": 60, "06": 75, "07": 60, "08": 60, "09": 60,
}
MOST_MEMORY = 1.5  # GiB, of a notebook's kernel
PACKAGES = ("numpy", "scikit-learn", "tensorflow", "keras", "codecarbon")
# where the README's table of notebooks is
MARKS = "<!-- made by course.py bench -->", "<!-- end -->"


def main():
    parser = argparse.ArgumentParser(prog="course.py bench")
    parser.add_argument(
        "--notebooks",
        action="store_true",
        help="run every notebook as well, and make the README's table",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="leave out the long training; write no file",
    )
    options = parser.parse_args()
    threadpool_limits(limits=1)
    parts = [describe, loading, imports, epochs, meter, gradients]
    if not options.quick:
        parts += [training]
    rows, times = [], {}
    for part in progress_bar(parts, "benchmark"):
        rows += part()
    if options.notebooks:
        stems = [p.stem for p in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))]
        for stem in progress_bar(stems, "notebooks"):
            times[stem] = run_notebook(stem)
        rows += [run_on(), *notebooks(times)]
    else:
        rows += kept(RESULTS)
    width = max(len(name) for name, _, _ in rows)
    for name, value, goal in rows:
        print(f"{name:{width}}  {value:28}  {goal}".rstrip())
    if options.quick:
        return
    RESULTS.write_text(page(rows), encoding="utf-8")
    print(f"written: {RESULTS.relative_to(ROOT)}")
    if times:
        readme = ROOT / "README.md"
        text = with_table(readme.read_text(encoding="utf-8"), table(times))
        readme.write_text(text, encoding="utf-8")
        print("written: the README's table")


# --- what is written -------------------------------------------------------


def page(rows):
    """Return benchmarks/results.md, a string."""
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


def question(stem):
    """Return a notebook's question, from its title."""
    with open(NOTEBOOKS / f"{stem}.ipynb", encoding="utf-8") as file:
        title = "".join(json.load(file)["cells"][0]["source"])
    return re.match(r"# \d\d — (.*)", title).group(1)


def table(times):
    """Return the README's table of notebooks from their run times."""
    lines = [
        "| notebook | its question | to run, at most | measured |",
        "| --- | --- | --: | --: |",
    ]
    for stem, (seconds, _, _) in times.items():
        lines.append(
            f"| {stem} | {question(stem)} | {BUDGETS[stem[:2]]} s "
            f"| {seconds:.0f} s |"
        )
    total = sum(seconds for seconds, _, _ in times.values())
    most = sum(BUDGETS[stem[:2]] for stem in times)
    lines.append(f"| all, one after the other | | {most} s | {total:.0f} s |")
    return "\n".join(lines)


def with_table(text, lines):
    """Return a text with what stands between the marks replaced."""
    begin, end = MARKS
    pattern = re.escape(begin) + ".*?" + re.escape(end)
    if not re.search(pattern, text, re.DOTALL):
        raise ValueError(f"README.md: expected the marks {begin} and {end}")
    fresh = f"{begin}\n{lines}\n{end}"
    return re.sub(pattern, lambda match: fresh, text, flags=re.DOTALL)


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
    versions = []
    for name in PACKAGES:
        try:
            versions.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            versions.append((name, "not installed"))
    return [
        ("day", time.strftime("%Y-%m-%d"), ""),
        ("system", f"{platform.system()} {platform.machine()}", ""),
        ("processor", f"{processor()}, {cores()} cores", ""),
        ("Python", platform.python_version(), ""),
        *((name, version, "") for name, version in versions),
        ("linear algebra", ", ".join(sorted(blas)) + ", 1 thread", ""),
    ]


def processor():
    """Return the processor's name, as far as the system tells it."""
    path = Path("/proc/cpuinfo")
    if path.exists():
        found = re.search(r"^model name\s*: (.*)$", path.read_text(), re.M)
        if found:
            return found.group(1)
    return platform.processor() or platform.machine()


def cores():
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def loading():
    seconds = np.median(in_rounds(load_mnist))
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
        ("import numpy", "sys", "numpy", ""),
        ("import sklearn.neural_network", "sys", "sklearn.neural_network", ""),
        ("import codecarbon", "sys", "codecarbon", ""),
        ("import keras, tensorflow", "sys", "keras, tensorflow", ""),
    ):
        text = code.format(before, modules)
        values = [float(child(text)) for _ in range(3)]
        rows.append((name, f"{statistics.median(values):.3f} s", goal))
    return rows


def epochs():
    """One epoch of each tool, and of the matrix products alone."""
    from helpers.quiet_tensorflow import import_tensorflow

    tf, keras = import_tensorflow(threads=1)
    mnist = load_mnist()
    x = mnist.x_train
    y = np.eye(10, dtype=np.float32)[mnist.y_train]
    rows = []
    for N in WIDTHS:
        ways = {
            "NumPy": numpy_epoch(x, y, N),
            "matrix products alone": products(x, N),
            f"Keras, {AT_ONCE} steps at once": keras_epoch(keras, x, y, N),
            "scikit-learn": sklearn_epoch(x, mnist.y_train, N),
        }
        times = in_rounds(*ways.values(), repeats=5 if N == 128 else 3)
        ratios = np.median(times / times[:, 1:2], axis=0)
        for name, value, ratio in zip(ways, np.median(times, axis=0), ratios):
            goal = "goal: <= 1.5 times" if name == "NumPy" else ""
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


def keras_epoch(keras, x, y, N):
    """Return a function that fits the same network for an epoch."""
    model = keras.Sequential([
        keras.Input((784,)),
        keras.layers.Dense(N, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ])
    descent = keras.optimizers.SGD(RATE)
    model.compile(
        descent, "categorical_crossentropy", steps_per_execution=AT_ONCE
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


def training():
    """Final training on 60,000 images; test accuracy over three seeds."""
    mnist = load_mnist()
    x = np.concatenate([mnist.x_train, mnist.x_validation])
    digits = np.concatenate([mnist.y_train, mnist.y_validation])
    y = np.eye(10, dtype=np.float32)[digits]
    N, size, count, rate, goal, most = TRAINING
    found, seconds = [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        start = network.initialise(784, N, 10, rng)
        begin = time.perf_counter()
        end = network.train(start, x, y, count, size, rate, rng)
        seconds.append(time.perf_counter() - begin)
        found.append(100 * network.accuracy(mnist.x_test, mnist.y_test, end))
    values = ", ".join(f"{value:.2f}" for value in found)
    return [
        (f"test accuracy 784-{N}-10", f"{values} %", f"goal: >= {goal} %"),
        (
            f"its training, {count} epochs, batch {size}",
            f"{statistics.median(seconds):.1f} s",
            f"goal: <= {most} s",
        ),
    ]


def run_notebook(stem):
    """Run a notebook from its source; (seconds, CPU seconds, GiB)."""
    code = (
        "import json, time\n"
        "from helpers import build\n"
        f"(source,) = build.find_sources([{stem[:2]!r}])\n"
        "notebook = build.read_source(source)\n"
        "start = time.perf_counter()\n"
        "build.execute(notebook)\n"
        "found = [time.perf_counter() - start, None, None]\n"
        "try:\n"
        "    import resource\n"
        "    used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "    found[1:] = used.ru_utime + used.ru_stime, used.ru_maxrss\n"
        "except ImportError:  # Windows\n"
        "    pass\n"
        "print(json.dumps(found))"
    )
    seconds, processor_seconds, memory = json.loads(child(code))
    if memory is not None:
        memory /= 1024**3 if sys.platform == "darwin" else 1024**2
    return seconds, processor_seconds, memory


def run_on():
    """Return the row that says when and on what the notebooks were run."""
    where = f"{processor()}, {cores()} cores, Python"
    when = time.strftime("%Y-%m-%d")
    value = f"{when}, {where} {platform.python_version()}"
    return "notebooks run on", value, ""


def notebooks(times):
    """Rows of the notebooks: time, processor time, memory."""
    rows = []
    for stem, (seconds, used, memory) in times.items():
        value = f"{seconds:.0f} s"
        if used is not None:
            value += f", CPU {used:.0f} s, {memory:.2f} GiB"
        goal = f"goal: <= {BUDGETS[stem[:2]]} s"
        if stem[:2] == "04":
            goal += f", < {MOST_MEMORY} GiB"
        rows.append((f"notebook {stem}", value, goal))
    return rows


def child(code):
    """Run code in a fresh Python; return the last line it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )
    return done.stdout.strip().splitlines()[-1]


if __name__ == "__main__":
    main()
