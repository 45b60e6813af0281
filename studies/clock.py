"""What do the networks of studies/comparison.py cost? Many short rounds.

In a round each thing is done once, in one process with one thread. Accuracies
come out again, times do not: so each run adds its rounds to the table, and a
row says when it was measured and how many processes wanted the processor.
"""

import csv
import datetime
import hashlib
import json
import os
import subprocess
import sys
import time

import numpy as np
from threadpoolctl import threadpool_limits

from helpers import network, timing
from helpers.progress import progress_bar
from helpers.tensorflow_quietly import import_tensorflow
from studies import comparison, engine, remedies, training

IMAGES, WIDTHS, BATCH, STEPS = 25_600, (8, 32, 128, 512), 64, 200
MODULES = {"NumPy": "numpy", "scikit-learn": "sklearn.neural_network",
           "Keras": "keras"}
COLUMNS = ("moment", "round", "load", "what", "tool", "network", "images",
           "seconds", "processor_seconds", "processor_wh", "memory_wh")


def things():
    """Yield (what, tool, network, images, function to be timed)."""
    x, digits, y = comparison.sample({"images": IMAGES})
    for tool, name in [*comparison.NETWORKS, ("NumPy", "128")]:
        one = next(one for one in comparison.SETTINGS
                   if (one["tool"], one["network"]) == (tool, name))
        if tool == "Keras":
            for at_once in (32, 1) if name == "128" else (32,):
                yield from keras_things(one, at_once, x, digits)
        elif tool == "NumPy":
            yield from numpy_things(one, x, y)
        else:
            yield from sklearn_things(one, x, digits)
    for N in WIDTHS:
        yield from steps(N, x, digits, y)
    for tool, module in MODULES.items():
        yield "import", tool, module, 0, lambda module=module: imported(module)


def numpy_things(one, x, y):
    rng, test = np.random.default_rng(1), training.samples()[2][0]
    p = network.initialise(*comparison.sizes(one), rng)
    if "full" in one["network"]:
        x, _, y = comparison.sample(one)
    size = min(one["batch_size"], len(x))

    def epoch():
        if size < len(x):
            network.train(p, x, y, 1, size, one["rate"], rng)
        else:  # one update, and nothing to be drawn
            z0, a0, _, a1 = network.forward(x, *p)
            network.backward(x, y, z0, a0, a1, p[2])

    yield "training", "NumPy", one["network"], len(x), epoch
    yield ("predict", "NumPy", one["network"], len(test),
           lambda: network.predict(test, *p))


def sklearn_things(one, x, digits):
    model, test = comparison.sklearn_model(one), training.samples()[2][0]
    comparison.sklearn_epoch(model, one, 0, x, digits)
    yield ("training", one["tool"], one["network"], len(x),
           lambda: comparison.sklearn_epoch(model, one, 1, x, digits))
    yield ("predict", one["tool"], one["network"], len(test),
           lambda: model.predict(test))


def keras_things(one, at_once, x, digits):
    model, rng = comparison.keras_model(one, at_once), np.random.default_rng(1)
    test = training.samples()[2][0]
    size, name = one["batch_size"], one["network"]
    if at_once == 1:
        name += " step by step"

    def epoch():
        images = (remedies.moved_by_a_pixel(x, rng) if "shifted" in name
                  else x)
        model.fit(images, digits, size, verbose=0)

    def fresh():  # built, compiled, traced, and its first steps done
        first = slice(at_once * size)
        comparison.keras_model(one, at_once).fit(
            x[first], digits[first], size, verbose=0)

    yield "training", "Keras", name, len(x), epoch
    if at_once > 1 and "shifted" not in name:
        yield "first steps", "Keras", name, at_once * size, fresh
        yield ("predict", "Keras", name, len(test),
               lambda: model.predict(test, batch_size=1000, verbose=0))
        yield ("model(x)", "Keras", name, len(test),
               lambda: np.array(model(test)))


def steps(N, x, digits, y):
    """One step and STEPS of them, of a network with N hidden neurons."""
    rng = np.random.default_rng(1)
    p = network.initialise(784, N, 10, rng)
    _, keras = import_tensorflow()
    model = keras.Sequential([
        keras.Input((784,)), keras.layers.Dense(N, activation="relu"),
        keras.layers.Dense(10)])
    model.compile(
        keras.optimizers.SGD(0.1),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=32)
    for images in (BATCH, BATCH * STEPS):
        yield ("steps", "NumPy", str(N), images, lambda D=images:
               network.train(p, x[:D], y[:D], 1, BATCH, 0.1, rng))
        yield ("steps", "Keras", str(N), images, lambda D=images:
               model.fit(x[:D], digits[:D], BATCH, verbose=0))


def imported(module):
    """Import a module in a fresh process; return its two clocks' seconds."""
    code = (f"import time; a = time.perf_counter(); b = time.process_time()\n"
            f"import {module}\n"
            "print(time.perf_counter() - a, time.process_time() - b)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True,
                          text=True, check=True)
    return [float(word) for word in done.stdout.split()[-2:]]


def timed(function):
    """Return seconds, processor seconds, and the meter's two parts in Wh."""
    with timing.measure() as meter:
        begun = time.process_time()
        own = function()
        used = time.process_time() - begun
    if isinstance(own, list):  # a child's own clocks
        return [*own, np.nan, np.nan]
    return [meter.seconds, used, 1000 * meter.processor_kwh,
            1000 * meter.memory_kwh]


def run(folder, rounds):
    """Add some rounds to the table, and say where they were measured."""
    path = folder / "clock.csv"
    import_tensorflow()
    if timing.prepare_meter():
        raise OSError(timing.prepare_meter())
    with threadpool_limits(limits=1):
        every = list(things())
        for what, *_, function in every:
            if what not in ("import", "first steps"):
                function()  # a warm-up
        for _ in progress_bar(range(rounds), "rounds"):
            add(path, every)
    text = path.read_text(encoding="utf-8")
    facts = {"study": "clock", "rounds": text.count(",import,Keras,"),
             "table": hashlib.sha256(text.encode()).hexdigest(),
             "date": datetime.date.today().isoformat(),
             "made_on": [engine.kind()]}
    engine.write_whole(path.with_suffix(".json"),
                       json.dumps(facts, indent=1) + "\n")


def add(path, every):
    """Do a round, and write its rows when it is complete."""
    lines = [] if path.exists() else [COLUMNS]
    number = 0
    if path.exists():
        with open(path, newline="", encoding="utf-8") as file:
            number = 1 + int(list(csv.reader(file))[-1][1])
    moment = datetime.datetime.now().isoformat(" ", "minutes")
    shift = 5 * number % len(every)  # another thing comes first
    for what, tool, name, images, function in every[shift:] + every[:shift]:
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else np.nan
        numbers = [engine.plain(value) for value in timed(function)]
        lines.append([moment, number, f"{load:.1f}", what, tool, name, images,
                      *numbers])
    with open(path, "a", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)
