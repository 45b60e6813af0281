# %% [markdown]
# # 09 — Which tool, at what price?
#
# **What you will do.** Put the networks of this course side by side: results,
# calculation time, emissions. Find what is unfair in a comparison that looks
# reasonable, and write a fair one. Find the size from which one tool
# overtakes the other, take a CO2 figure apart, and see what the last tenths of
# a percent cost.
#
# **What you will learn.** To time fairly, and to say what is inside the clock;
# to tell an energy that was measured from one that is a clock in disguise; to
# read a frontier of accuracy against energy; to carry the same arithmetic
# from a digit reader to a language model.
#
# **What you need.** The network with one hidden layer (notebook 04) and its
# Keras twin (notebook 05); TensorFlow, scikit-learn and CodeCarbon. Without
# CodeCarbon the notebook runs, and says where energies are missing.
#
# *Part of the course: comparison. To run: at most 90 seconds on two
# processors. To study: 90 minutes, the four exercises included.*

# %%
import math
import subprocess
import sys
import time
from typing import NamedTuple

import numpy as np
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_info, threadpool_limits

from exercises import check, hint, progress, solution
from helpers import layers, network, plotting, timing
from helpers.data import load_mnist
from helpers.evidence import difference
from helpers.network import backward, empirical_risk, forward, mini_batches
from helpers.progress import progress_bar
from helpers.tensorflow_quietly import device_and_threads, import_tensorflow

kernel_is_fresh, start = "keras" not in sys.modules, time.perf_counter()
tf, keras = import_tensorflow(threads=1)
kernel_import = time.perf_counter() - start  # one of the readings below
tf.get_logger().setLevel("ERROR")  # it minds that we make so many models
limits = threadpool_limits(limits=1)  # after all imports: it reaches them all
meter_problem = timing.prepare_meter()

# %% [markdown]
# One thread on each side is the first condition of a fair comparison. Libraries
# bring their own threads along, so we look instead of believing.

# %% tags=["nbval-ignore-output"]
print(f"NumPy {np.__version__}, TensorFlow {tf.__version__}, "
      f"Keras {keras.__version__}")
print("TensorFlow on", device_and_threads(tf))
libraries = {(found["user_api"], found["internal_api"], found["num_threads"])
             for found in threadpool_info()}
for kind, name, threads in sorted(libraries):
    print(f"{kind:7} {name:9} threads: {threads}")
print("energy:", meter_problem or f"CodeCarbon {timing.codecarbon_version()}")

# %% tags=["instructor"]
assert all(threads == 1 for _, _, threads in libraries)

# %% [markdown]
# ## 1. Six networks, three tools
#
# All settings stand in this cell. With `LARGE = True` you get all images, more
# epochs and more seeds, in about ten minutes.

# %%
LARGE = False
SEEDS = range(10 if LARGE else 3)
D, EPOCHS = (50_000, 5) if LARGE else (12_800, 2)
BATCH_SIZE, RATE = 64, 0.3  # the learning rate, constant
AT_ONCE = 16  # steps that Keras does before Python hears of them
NETWORKS = {  # tool, sizes, batch size
    "NumPy full batch": ("NumPy", (784, 128, 10), D),
    "NumPy 128": ("NumPy", (784, 128, 10), BATCH_SIZE),
    "NumPy 800": ("NumPy", (784, 800, 10), BATCH_SIZE),
    "Keras 128": ("Keras", (784, 128, 10), BATCH_SIZE),
    "Keras 256-128": ("Keras", (784, 256, 128, 10), BATCH_SIZE),
    "sklearn 128": ("sklearn", (784, 128, 10), BATCH_SIZE),
}
ROUNDS, PROCESSES, CALLS = (9, 5, 12) if LARGE else (3, 2, 6)
WIDTHS, BATCHES = (8, 32, 128, 512), (4, 16, 64, 256)
COUNTRIES = "NOR FRA GBR DEU USA CHN POL IND".split()
HOME = "FRA"  # whose electricity is billed; change it to yours

mnist = load_mnist()
x, digits = mnist.x_train[:D], mnist.y_train[:D]
ONE_HOT = np.eye(10, dtype=np.float32)

# %% [markdown]
# The lecture's algorithm makes one update an epoch, from all images. The
# others make many, from small batches. *scikit-learn*, whose trees and
# clusters you met in notebook 01, has a network as well: a third opinion.

# %% tags=["draws"]
print(f"{'network':18}{'sizes':16}{'parameters':>11}{'updates an epoch':>18}")
for name, (_, sizes, batch_size) in NETWORKS.items():
    words = "-".join(map(str, sizes))
    updates = math.ceil(D / batch_size)
    print(f"{name:18}{words:16}{layers.count(sizes):11,}{updates:18}")
print(f"each: {D:,} images, {EPOCHS} epochs, {len(SEEDS)} seeds, float32")


# %% [markdown]
# ### The same four handles
#
# Each tool gets four functions: one that makes it, `begin` (starting weights),
# `train` and `predict`. All begin with the *same* weights, drawn by the
# course's own `initialise`. `after_epoch` is called with the weights after each
# epoch.
#
# First NumPy: notebook 04's loop. It also computes the risk of each batch,
# of which the other two keep account.

# %%
class NumPyTool:
    """The network of notebook 04. Source: eq. S1 to S4."""

    def __init__(self, sizes, batch_size):
        self.sizes, self.batch_size = sizes, batch_size

    def begin(self, seed):
        self.rng = np.random.default_rng(seed)
        self.weights = [*layers.initialise(self.sizes, self.rng).values()]

    def train(self, x, digits, epochs, after_epoch):
        y, D, p = ONE_HOT[digits], len(x), self.weights
        for _ in range(epochs):
            batches = mini_batches(D, self.batch_size, self.rng)
            for rows in [slice(None)] if self.batch_size >= D else batches:
                z0, a0, z1, a1 = forward(x[rows], *p)
                empirical_risk(y[rows], z1)
                gradients = backward(x[rows], y[rows], z0, a0, a1, p[2])
                for array, gradient in zip(p, gradients):
                    gradient *= RATE
                    array -= gradient  # B5, B6
            after_epoch(self.weights)

    def predict(self, x):
        return network.predict(x, *self.weights)


# %% [markdown]
# Then Keras: the model of notebook 05, for any number of layers. The labels
# may stay digits; the loss is the same cross-entropy.

# %%
def keras_model(sizes):
    """Return a compiled model that maps x to z^H, with plain descent."""
    hidden = [keras.layers.Dense(N, activation="relu") for N in sizes[1:-1]]
    model = keras.Sequential(
        [keras.Input((sizes[0],)), *hidden, keras.layers.Dense(sizes[-1])]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=AT_ONCE,
    )
    return model


# %%
class KerasTool:
    """The same handles around a Keras model."""

    def __init__(self, sizes, batch_size):
        self.sizes, self.batch_size = sizes, batch_size
        self.model = keras_model(sizes)

    def begin(self, seed):
        keras.utils.set_random_seed(seed)  # the order of the images
        rng = np.random.default_rng(seed)
        drawn = layers.initialise(self.sizes, rng)
        self.model.set_weights([*drawn.values()])

    def train(self, x, digits, epochs, after_epoch):
        def tell(epoch, logs):
            after_epoch(self.model.get_weights())

        watch = keras.callbacks.LambdaCallback(on_epoch_end=tell)
        self.model.fit(x, digits, batch_size=self.batch_size, epochs=epochs,
                       callbacks=[watch], verbose=0)

    def predict(self, x):
        z = self.model.predict(x, batch_size=1000, verbose=0)
        return np.argmax(z, axis=1)  # F6


# %% [markdown]
# Last scikit-learn. Its network has momentum, a penalty and other comforts by
# default; all of them are switched off here. `partial_fit` is one epoch. The
# arrays exist after a first call, and are then overwritten with our weights.

# %%
def sklearn_model(sizes, batch_size, seed):
    """Return scikit-learn's network, with plain descent."""
    model = MLPClassifier(
        sizes[1:-1], activation="relu", solver="sgd", momentum=0, alpha=0,
        nesterovs_momentum=False, learning_rate_init=RATE,
        batch_size=batch_size, random_state=seed,
    )
    few = slice(batch_size)
    return model.partial_fit(x[few], digits[few], classes=np.arange(10))


# %%
class SklearnTool:
    """The same handles around scikit-learn's network."""

    def __init__(self, sizes, batch_size):
        self.sizes, self.batch_size = sizes, batch_size

    def begin(self, seed):
        self.model = sklearn_model(self.sizes, self.batch_size, seed)
        rng = np.random.default_rng(seed)
        drawn = layers.initialise(self.sizes, rng).values()
        for array, values in zip(self.weights(), drawn):
            array[...] = values

    def weights(self):
        pairs = zip(self.model.coefs_, self.model.intercepts_)
        return [array for pair in pairs for array in pair]

    def train(self, x, digits, epochs, after_epoch):
        for _ in range(epochs):
            self.model.partial_fit(x, digits)
            after_epoch(self.weights())

    def predict(self, x):
        return self.model.predict(x)


# %% [markdown]
# Do the three do the same thing? Before any race, one update on the same 64
# images from the same weights. What is compared is the *change* of each array,
# with NumPy's.

# %%
KINDS = {"NumPy": NumPyTool, "Keras": KerasTool, "sklearn": SklearnTool}
TOOLS = {
    name: KINDS[kind](sizes, batch_size)
    for name, (kind, sizes, batch_size) in NETWORKS.items()
}
TWINS = [name for name in NETWORKS if name.endswith(" 128")]
changes, few = {}, slice(BATCH_SIZE)
for name in TWINS:
    rng, moved = np.random.default_rng(1), []
    start = layers.initialise((784, 128, 10), rng).values()
    TOOLS[name].begin(1)
    TOOLS[name].train(x[few], digits[few], 1, moved.extend)
    changes[name] = [m - s for m, s in zip(moved, start)]
for name, change in changes.items():
    errors = [np.linalg.norm(a - b) / np.linalg.norm(b)
              for a, b in zip(change, changes["NumPy 128"])]
    kinds = ", ".join({str(array.dtype) for array in change})
    print(f"{name:12} {kinds}; change of all arrays as in NumPy, "
          f"to 1e-4: {max(errors) < 1e-4}")

# %% tags=["instructor"]
for change in changes.values():
    errors = [
        np.linalg.norm(a - b) / np.linalg.norm(b)
        for a, b in zip(change, changes["NumPy 128"])
    ]
    assert max(errors) < 0.0001

# %% [markdown]
# The mathematics is the same: whatever differs from now on is the tool. What
# is *not* the same should be said before the first measurement.

# %% tags=["draws"]
DIFFERENT = {
    "order of images": ("own shuffle", "own shuffle", "own shuffle"),
    "loop over batches": ("Python", f"graph, by {AT_ONCE}", "Python"),
    "start of a call": ("nothing", "pipeline", "checks the data"),
    "matrix products": ("NumPy's", "TensorFlow's", "NumPy's"),
    "hidden layers": ("one", "any number", "any number"),
    "predict takes": ("argmax of a^1", "argmax of z^H", "argmax of a^1"),
}
print(f"{'what differs':20}{'NumPy':16}{'Keras':16}scikit-learn")
for what, (first, second, third) in DIFFERENT.items():
    print(f"{what:20}{first:16}{second:16}{third}")
updates = math.ceil(D / BATCH_SIZE)
print(f"and: full batch has 1 update an epoch, not {updates}")

# %% [markdown]
# > **Before you go on, 9.Q1.** Write down: (1) the six networks in the order of
# > their training time, and how many times slower than the first the last one
# > is; (2) by what factor Keras is slower or faster than NumPy for 784-128-10;
# > (3) what the 800 hidden neurons cost and bring, compared with 128; (4) what
# > changes the emissions more, the choice among these networks or that among
# > eight countries; (5) by how many degrees the energy of all trainings of the
# > race would heat a litre of water.

# %% [markdown] tags=["answer-9.Q1"]
# **Answer (9.Q1).** (1) The full batch does the same products with the least
# around them, so it should be first; 800 neurons have six times the
# arithmetic, so they should be last, several times slower. (2) From notebook
# 05: the library has a fixed price for each step, and these steps are
# short; so slower, perhaps by half. (3) Six times the price or nearly so, for
# a few tenths of a percent at best after so few epochs. (4) Grids differ by
# more than a factor of ten, and so may networks; either can be argued for
# before the measurement. (5) A degree needs 4.2 kJ. Some tens of watts for
# half a minute make less than 1 kJ: a fraction of a degree. Section 7
# compares.

# %% [markdown]
# ## 2. A fair clock
#
# Python has several clocks. Two of their properties matter: *monotonic*, it
# never runs backwards; *adjustable*, it may be set by hand or by a time server.

# %% tags=["draws"]
print(f"{'clock':15}monotonic  adjustable  what it counts")
for clock, counts in (
    ("time", "seconds since 1970: the date"),
    ("perf_counter", "seconds, as fine as the machine can"),
    ("process_time", "seconds of the processor on this process"),
):
    facts = time.get_clock_info(clock)
    flags = f"{facts.monotonic!s:11}{facts.adjustable!s:12}"
    print(f"{clock:15}{flags}{counts}")


# %% [markdown]
# `time.time` tells the date. If the date is corrected while you measure, the
# correction is in your result; on some systems it also moves in coarse jumps.
# It is the right clock for a log file. `time.process_time` leaves out what
# others do on the machine, and also what your program waits for. For what a
# person waits for, `time.perf_counter` is the clock, and the rest of the
# world has to be dealt with by repeating.
#
# ### A comparison that looks reasonable
#
# Here is one, as it might stand in a report. A *tool* is given as a function
# `prepare` that makes it and returns a function `train`.

# %%
def unfair(prepare_first, prepare_second, x):
    """Return the seconds of two tools. What is wrong with it?"""
    start = time.time()
    train = prepare_first()
    train(x)
    first = time.time() - start

    train = prepare_second()
    train(x)
    seconds = []
    for _ in range(5):
        start = time.time()
        train(x[: len(x) // 2])
        seconds.append(time.time() - start)
    return first, min(seconds)


# %% [markdown]
# There is a test of comparisons that needs no theory: compare a thing *with
# itself*. Both tools below are the same Keras model, trained for an epoch on
# 1,920 images. A fair procedure finds a ratio near 1.

# %% tags=["nbval-ignore-output"]
def prepare_keras():
    """Return a function that trains a fresh 784-128-10 on its images."""
    model = keras_model((784, 128, 10))
    return lambda x: model.fit(x, digits[: len(x)], BATCH_SIZE, verbose=0)


small = x[: 30 * BATCH_SIZE]
first, second = unfair(prepare_keras, prepare_keras, small)
print(f"first {first:.3f} s, second {second:.3f} s: the second is "
      f"{first / second:.0f} times as fast as itself")

# %% tags=["instructor"]
assert first / second > 1.5


# %% [markdown]
# ### Exercise 9.1 (15 minutes)
#
# Find at least three things in `unfair` that favour the second tool. Then mend
# it: write `fair_times(tools, x, repeats, clock)`. `tools` is a dict from names
# to functions `prepare`, as above; `prepare()` returns the function `train`,
# which is called as `train(x)`. `clock()` returns seconds.
#
# - Making the tools, and one call of each with `x` as a warm-up, lie outside
#   the clock.
# - Then come `repeats` rounds; in each, every tool is called once with the
#   whole `x`, so that they take turns. Only this call lies between two readings
#   of the clock.
# - Return a dict from each name to the *median* of its times.
#
# Why take turns? If the machine is busy for a moment, it should hit all of
# them. An example: tools A and B, which take 2 and 3 s, but 50 s at their
# first call, give `{"A": 2.0, "B": 3.0}`.

# %% tags=["exercise-9.1"]
def fair_times(tools, x, repeats, clock=time.perf_counter):
    """Return {name: median seconds of a call} of several tools."""
    ### BEGIN SOLUTION
    trains = {name: prepare() for name, prepare in tools.items()}
    for train in trains.values():
        train(x)  # warm-up
    seconds = {name: [] for name in tools}
    for _ in range(repeats):
        for name, train in trains.items():
            start = clock()
            train(x)
            seconds[name].append(clock() - start)
    return {name: float(np.median(times)) for name, times in seconds.items()}
    ### END SOLUTION


# %%
check("9.1", fair_times)
# hint("9.1")
# solution("9.1")

# %% [markdown]
# In `unfair` the first tool paid for its making and for its first call, the
# second did not; the second had half of the images; the first ran once, of the
# second the best of five was taken; one came after the other; and the clock was
# that of the date. Now the same pair in your hands:

# %% tags=["nbval-ignore-output"]
pair = {"first": prepare_keras, "second": prepare_keras}
fair = fair_times(pair, small, 4, time.perf_counter)
print(f"first {fair['first']:.3f} s, second {fair['second']:.3f} s: "
      f"ratio {fair['first'] / fair['second']:.2f}")

# %% tags=["instructor"]
assert 1 / 4 < fair["first"] / fair["second"] < 4

# %% [markdown]
# What is it that happens only once? The three tools call by call, on the same
# images. Keras has a fresh model.

# %% tags=["nbval-ignore-output"]
fresh = {name: KINDS[name.split()[0]]((784, 128, 10), BATCH_SIZE)
         for name in TWINS}
by_call = {name: [] for name in TWINS}
for tool in fresh.values():
    tool.begin(0)
for _ in range(CALLS):
    for name, tool in fresh.items():
        start = time.perf_counter()
        tool.train(small, digits[: len(small)], 1, lambda weights: None)
        by_call[name].append(time.perf_counter() - start)
extra = {n: t[0] / np.median(t[1:]) for n, t in by_call.items()}
for name, factor in extra.items():
    print(f"{name:12} first call: {factor:4.1f} x the median of the others")

# %% tags=["instructor"]
assert by_call["Keras 128"][0] > min(by_call["Keras 128"][1:])

# %% [markdown]
# As a figure, with the medians of all calls but the first as lines:

# %% tags=["draws"]
LOOKS = {  # the tool's colour; a line and a marker for each network
    "NumPy full batch": {"color": plotting.GREEN, "linestyle": ":",
                         "marker": "x"},
    "NumPy 128": plotting.STYLE["NumPy"],
    "NumPy 800": {"color": plotting.GREEN, "linestyle": "--", "marker": "s"},
    "Keras 128": plotting.STYLE["TensorFlow"],
    "Keras 256-128": {"color": plotting.PURPLE, "linestyle": "-",
                      "marker": "o"},
    "sklearn 128": plotting.STYLE["scikit-learn"],
}


def plain_ticks(*axes):
    """Label logarithmic axes at 1, 2 and 5 times powers of ten."""
    for axis in axes:
        axis.get_major_locator().set_params(subs=(1, 2, 5))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("")


# %% tags=["draws"]
fig, ax = plotting.figure(height=3)
numbers = np.arange(1, CALLS + 1)
for name, seconds in by_call.items():
    ms, look = 1000 * np.array(seconds), LOOKS[name]
    ax.plot(numbers, ms, label=name, markersize=6,
            **{**look, "linestyle": ""})
    ax.axhline(np.median(ms[1:]), color=look["color"], lw=1,
               linestyle=look["linestyle"])
ax.set(xlabel="call", xticks=numbers, yscale="log")
ax.set_ylabel("time of the call (ms)")
plain_ticks(ax.yaxis)
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=9)
ax.set_title(f"{CALLS} calls of the same training, {len(small):,} images")
plotting.show(fig, f"""Time of each call of a short training, logarithmic,
    for three tools. The first call of Keras takes {extra["Keras 128"]:.0f}
    times as long as its later ones, that of NumPy {extra["NumPy 128"]:.1f}
    times; later calls scatter around horizontal lines, their medians.""",
              values=False)


# %% [markdown]
# In its first call Keras translates the training step into a graph. This is
# paid once for each model, whatever the number of images: it belongs into
# another line of the bill, as does what comes even before it.
#
# ### The library itself
#
# Before anything can be trained, the library is loaded: once a process. It
# can only be measured in a *fresh* process, since Python remembers what it has
# imported. The tools take turns here, too. (The files were read a moment ago
# by this notebook; straight after switching a machine on, it takes longer. The
# kernel of this notebook was fresh as well, so that its own import of Keras, in
# the first cell, is one of the readings.)

# %%
def import_seconds(module):
    """Return how long a fresh Python takes to import a module, in s."""
    code = (
        "import os, time; start = time.perf_counter()\n"
        f"import {module}\n"
        "print(time.perf_counter() - start, flush=True)\n"
        "os._exit(0)"  # at once: how long it takes to close is not the matter
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True,
                          text=True, check=True)
    return float(done.stdout.split()[-1])


# %% [markdown]
# Of several readings of a clock the median is given, and behind the `+-` half
# the range from the least to the largest.

# %%
def median_and_spread(values):
    """Return the median, and half the range."""
    values = np.array(list(values))
    return np.median(values), np.ptp(values) / 2


MODULES = {"NumPy": "numpy", "Keras": "keras",
           "sklearn": "sklearn.neural_network"}
found = {tool: [] for tool in MODULES}
if kernel_is_fresh:
    found["Keras"].append(kernel_import)
for _ in progress_bar(range(PROCESSES), "imports"):
    for tool, module in MODULES.items():
        if len(found[tool]) < PROCESSES:
            found[tool].append(import_seconds(module))
import_time = {tool: median_and_spread(found[tool]) for tool in found}
ratio = import_time["Keras"][0] / import_time["NumPy"][0]

# %% tags=["instructor"]
assert ratio > 2

# %% tags=["draws", "nbval-ignore-output"]
for tool, (seconds, spread) in import_time.items():
    print(f"import {MODULES[tool]:24}{seconds:6.2f} +- {spread:.2f} s")
print(f"median of {PROCESSES} fresh processes, +- half the range; "
      f"Keras / NumPy: {ratio:.0f}")


# %% [markdown]
# ## 3. The race
#
# **Inside the clock**: `train` from call to return, that is, shuffling, taking
# batches out, forward, loss, backward, update, and a copy of the weights after
# each epoch. **Outside**: loading the data, making the tool, drawing the
# weights, a warm-up, and all evaluation. CodeCarbon runs beside it; its start
# lies outside the clock.

# %%
class Run(NamedTuple):
    """One training: what the meter says, and what it left behind."""

    meter: timing.Measurement
    seconds: list  # at the end of each epoch, since the start
    weights: list  # at the end of each epoch


def run_once(tool, seed):
    """Train a tool from the weights of a seed; measure it."""
    tool.begin(seed)
    seconds, kept = [], []

    def note(weights):
        seconds.append(time.perf_counter() - start)
        kept.append([array.copy() for array in weights])

    with timing.measure(HOME) as meter:
        start = time.perf_counter()
        tool.train(x, digits, EPOCHS, note)
    return Run(meter, seconds, kept)


# %% [markdown]
# Each seed is a round in which every network is trained once. In the next round
# another one comes first.

# %%
for tool in TOOLS.values():  # warm-up, outside the clock
    tool.begin(0)
    tool.train(small, digits[: len(small)], 1, lambda weights: None)
runs = {name: [] for name in TOOLS}
settings = [(seed, name) for seed in SEEDS
            for name in np.roll([*TOOLS], -seed)]
for seed, name in progress_bar(settings, "trainings"):
    runs[name].append(run_once(TOOLS[name], seed))
training = {name: median_and_spread(run.seconds[-1] for run in own)
            for name, own in runs.items()}
epoch = {name: median_and_spread(np.diff(
    [[0, *run.seconds] for run in own]).ravel()) for name, own in runs.items()}

# %% tags=["instructor"]
assert all(0.02 < seconds < 200 for seconds, _ in training.values())

# %% [markdown]
# Median and half the range, of the whole training and of one epoch:

# %% tags=["draws", "nbval-ignore-output"]
print(f"{'network':18}{'training':>16}{'one epoch':>19}")
for name in runs:
    print(f"{name:18}{training[name][0]:8.2f} +- {training[name][1]:4.2f} s"
          f"{epoch[name][0]:9.2f} +- {epoch[name][1]:4.2f} s")


# %% [markdown]
# On a machine with other work the seconds scatter.
# If a slow phase lasts for a round, it slows all tools, and their *ratio*
# suffers less than the seconds do. A ratio is also what carries over to other
# days and, with care, to other machines.

# %%
def ratio_of(first, second):
    """Return the ratio of training times, round by round."""
    rounds = zip(runs[first], runs[second])
    return [a.seconds[-1] / b.seconds[-1] for a, b in rounds]


time_ratios = {
    pair: median_and_spread(ratio_of(*pair))
    for pair in (("Keras 128", "NumPy 128"), ("NumPy 800", "NumPy 128"),
                 ("sklearn 128", "NumPy 128"))
}

# %% tags=["instructor"]
assert all(0.1 < middle < 50 for middle, _ in time_ratios.values())

# %% [markdown]
# Three ratios, and by how much they and the seconds scatter:

# %% tags=["draws", "nbval-ignore-output"]
for (first, second), (middle, spread) in time_ratios.items():
    of_times = training[first][1] / training[first][0]
    print(f"{first:12}/ {second}: {middle:.2f} +- {spread:.2f} (scatters by "
          f"{100 * spread / middle:.0f} %, the seconds by "
          f"{100 * of_times:.0f} %)")


# %% [markdown]
# And the results, after each epoch, on 5,000 validation images. One judge for
# all: the weights that were kept are put through the same `forward`.

# %%
def judge(weights, x, digits):
    """Return the accuracy of a network in %, whatever tool it is from."""
    named = {f"{'Wb'[k % 2]}{k // 2}": array
             for k, array in enumerate(weights)}  # W0, b0, W1, ...
    return 100 * layers.accuracy(x, digits, named)


several, true = mnist.x_validation[:5_000], mnist.y_validation[:5_000]
accuracies = {  # (seeds, epochs), in %
    name: np.array([[judge(w, several, true) for w in run.weights]
                    for run in own])
    for name, own in runs.items()
}
gap = np.ptp([accuracies[name][:, -1].mean() for name in TWINS])

# %% tags=["instructor"]
assert gap < 1.5 and accuracies["NumPy full batch"].mean() < 80

# %% [markdown]
# Three of the networks are one network in three tools. They saw the images in
# other orders. With one seed all begin with the same weights, so they are
# compared seed by seed, by the rule of notebook 06: the mean difference with
# its 95 % interval, which is wide with so few seeds. (Behind the `+-` of an
# accuracy stands the standard deviation over the seeds.)

# %% tags=["draws", "nbval-ignore-output"]
for name, found in accuracies.items():
    words = ", then ".join(
        f"{column.mean():.2f} +- {column.std(ddof=1):.2f}"
        for column in found.T)
    print(f"{name:18}{words} %")
for name in TWINS[1:]:
    apart = difference(accuracies[name][:, -1], accuracies[TWINS[0]][:, -1])
    print(f"{name} minus {TWINS[0]}: {apart.in_words()}")

# %% [markdown]
# Prediction is another line of the bill, and often the larger one in the end: a
# network is trained once and used for years. `fair_times` does it, for the same
# 5,000 images at once and, for the same network in three tools, for a single
# one.

# %%
predictors = {name: (lambda tool=tool: tool.predict)
              for name, tool in TOOLS.items()}
together = fair_times(predictors, several, 3, time.perf_counter)
twins = {name: predictors[name] for name in TWINS}
alone = fair_times(twins, several[:1], 3, time.perf_counter)
for name, tool in TOOLS.items():  # their own answers are the judge's
    its = 100 * np.mean(tool.predict(several) == true)
    last = runs[name][-1].weights[-1]

# %% tags=["instructor"]
for name, tool in TOOLS.items():
    its = 100 * np.mean(tool.predict(several) == true)
    last = runs[name][-1].weights[-1]
    assert abs(its - judge(last, several, true)) < 0.05

# %% [markdown]
# The time for each image, in microseconds:

# %% tags=["draws", "nbval-ignore-output"]
print(f"{'prediction':18}{'5,000 at once':>19}{'one alone':>16}")
for name in TOOLS:
    each = 1e6 * together[name] / len(several)
    one = f"{1e6 * alone[name]:12,.0f} us" if name in alone else ""
    print(f"{name:18}{each:10.1f} us/image {one}")


# %% [markdown]
# A single image shows each library's fixed price of a call, naked. `predict` of
# Keras is made for many images at once; for one, call the model itself,
# `model(x)`.
#
# ## 4. Where each tool wins
#
# The race had one size. Let us vary it: the hidden width at batches of 64, and
# the batch size at 128 hidden neurons. What is measured is a training step.
#
# No program can be faster than its matrix products, five for each step with
# one hidden layer. So we measure these alone as well, in NumPy's library
# and in TensorFlow's: a bound for each.

# %%
def numpy_products(x, W0, a0, W1, delta1, delta0):
    """Do the five matrix products of a step, AT_ONCE times."""
    for _ in range(AT_ONCE):
        x @ W0, a0 @ W1  # F3
        a0.T @ delta1, x.T @ delta0  # B7
        delta1 @ W1.T  # B13


@tf.function(input_signature=6 * [tf.TensorSpec([None, None])])
def keras_products(x, W0, a0, W1, delta1, delta0):
    """Do the same in a graph of TensorFlow, as Keras does."""
    total = 0.0
    for _ in tf.range(AT_ONCE):
        for product in (
            tf.matmul(x, W0), tf.matmul(a0, W1),
            tf.matmul(a0, delta1, transpose_a=True),
            tf.matmul(x, delta0, transpose_a=True),
            tf.matmul(delta1, W1, transpose_b=True),
        ):
            total += product[0, 0]  # what is not used would be left out
    return total


# %% [markdown]
# Keras reports after every 16 steps. The time between the first and the second
# report is that of 16 steps, without what happens at the beginning of `fit`.

# %%
def seconds_of(function):
    """Return the time of a call of a function, in s."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def keras_seconds(model, batch):
    """Return the seconds of AT_ONCE training steps inside `fit`."""
    reports, rows = [], slice(2 * AT_ONCE * batch)

    def note(batch, logs):
        reports.append(time.perf_counter())

    watch = keras.callbacks.LambdaCallback(on_train_batch_end=note)
    model.fit(x[rows], digits[rows], batch_size=batch, callbacks=[watch],
              verbose=0)
    return reports[1] - reports[0]


# %% [markdown]
# One reading of all four for a width and a batch size. NumPy trains on as many
# images as 16 steps need.

# %%
def reading(N, batch, tool, model):
    """Return the seconds a step: NumPy, Keras, and their products alone."""
    rng = np.random.default_rng(0)
    shapes = [(batch, 784), (784, N), (batch, N), (N, 10), (batch, 10),
              (batch, N)]
    arrays = [rng.standard_normal(s, dtype=np.float32) for s in shapes]
    tensors = [tf.constant(array) for array in arrays]
    rows = slice(AT_ONCE * batch)
    times = {
        "NumPy": lambda: tool.train(x[rows], digits[rows], 1, lambda w: None),
        "NumPy products": lambda: numpy_products(*arrays),
        "Keras products": lambda: keras_products(*tensors),
    }
    found = {name: seconds_of(call) for name, call in times.items()}
    found["Keras"] = keras_seconds(model, batch)
    return {name: seconds / AT_ONCE for name, seconds in found.items()}


# %% [markdown]
# All sizes are read once in each round; the first round is the warm-up.

# %%
settings = sorted({(N, 64) for N in WIDTHS} | {(128, B) for B in BATCHES})
tools, models = {}, {}
for N, batch in settings:
    tools[N, batch] = NumPyTool((784, N, 10), batch)
    tools[N, batch].begin(0)
    if N not in models:
        models[N] = keras_model((784, N, 10))
steps = {setting: [] for setting in settings}
for _ in progress_bar(range(1 + ROUNDS), "sizes"):
    for N, batch in settings:
        steps[N, batch].append(reading(N, batch, tools[N, batch], models[N]))
WAYS = ("NumPy", "Keras", "NumPy products", "Keras products")
step_ms = {setting: [1000 * np.median([r[way] for r in found[1:]])
                     for way in WAYS] for setting, found in steps.items()}

# %% tags=["instructor"]
assert all(1e-4 < ms < 5e3 for row in step_ms.values() for ms in row)

# %% [markdown]
# Medians of the rounds:

# %% tags=["draws", "nbval-ignore-output"]
print("hidden  batch |     ms a step     |  products alone")
print("              |   NumPy    Keras  |   NumPy    Keras")
for (N, batch), ms in step_ms.items():
    print(f"{N:6}{batch:7} |{ms[0]:8.2f} {ms[1]:8.2f}  |"
          f"{ms[2]:8.2f} {ms[3]:8.2f}")


# %% [markdown]
# ### Exercise 9.2 (15 minutes)
#
# From which size on is the other tool faster? Write `crossing(sizes, first,
# second)`. The three arrays have the same length; `sizes` grows; `first` and
# `second` are times. Between neighbouring sizes, each curve is a straight line
# on *logarithmic* axes, for both size and time. Return the size at which the
# curves cross first, going up, or `None` if they do not cross in range. If they
# meet exactly at a size, that is the crossing. Either may be the higher one at
# the left.
#
# By hand: `sizes = [10, 640]`, `first = [1, 64]`, `second = [4, 4]`. The first
# curve is size / 10, so it reaches 4 at 40.

# %% tags=["exercise-9.2"]
def crossing(sizes, first, second):
    """Return the size at which two curves cross, or None."""
    ### BEGIN SOLUTION
    s, d = np.log(sizes), np.log(first / second)
    for i in range(len(s) - 1):
        if d[i] == 0:
            return float(sizes[i])
        if d[i] * d[i + 1] <= 0:
            share = d[i] / (d[i] - d[i + 1])
            return float(np.exp(s[i] + share * (s[i + 1] - s[i])))
    return None
    ### END SOLUTION


# %%
check("9.2", crossing)
# hint("9.2")
# solution("9.2")

# %% [markdown]
# Now for the measured curves. A machine that slows down for a while changes
# both times of a round, and their ratio less. The crossing depends on the ratio
# alone, so we take it from the median ratio, which crosses the constant 1; and
# from each round separately, which shows how sure it is.

# %%
SWEEPS = {
    "hidden neurons": (WIDTHS, [(N, 64) for N in WIDTHS]),
    "batch size": (BATCHES, [(128, batch) for batch in BATCHES]),
}
curves, crossings, by_round = {}, {}, {}
for label, (sizes, keys) in SWEEPS.items():
    curves[label] = {
        way: np.array([[r[way] for r in steps[key][1:]] for key in keys]).T
        for way in WAYS}  # (rounds, sizes)
    first, second = curves[label]["NumPy"], curves[label]["Keras"]
    ratios = np.median(second / first, axis=0)
    at = crossings[label] = crossing(sizes, np.ones(len(sizes)), ratios)
    each = [crossing(sizes, a, b) for a, b in zip(first, second)]
    by_round[label] = [size for size in each if size is not None]
by_width = curves["hidden neurons"]
shares = {way: 100 * np.median(by_width[f"{way} products"] / by_width[way], 0)
          for way in ("NumPy", "Keras")}  # of the products in a step, in %

# %% tags=["instructor"]
for label, (sizes, _) in SWEEPS.items():
    at = crossings[label]
    assert at is None or sizes[0] <= at <= sizes[-1]

# %% [markdown]
# Curves that run close together can cross more than once: the cell counts. The
# last two lines say how much of a step the products alone would take.

# %% tags=["draws", "nbval-ignore-output"]
for label, (sizes, _) in SWEEPS.items():
    at, each = crossings[label], by_round[label]
    ratios = np.median(curves[label]["Keras"] / curves[label]["NumPy"], axis=0)
    words = f"at {at:.0f}" if at else f"none from {sizes[0]} to {sizes[-1]}"
    often = np.count_nonzero(np.diff(ratios < 1))
    if often > 1:
        words += f", the first of {often}"
    print(f"{label}: crossing {words}; in {len(each)} of {ROUNDS} rounds"
          + (f", from {min(each):.0f} to {max(each):.0f}" if each else ""))
    for i in (0, -1):
        print(f"  at {sizes[i]}: Keras takes {ratios[i]:.2f} times as long "
              "as NumPy")
for way, share in shares.items():
    print(f"{way:6} products / step: {share[0]:.0f} % at {WIDTHS[0]} neurons, "
          f"{share[-1]:.0f} % at {WIDTHS[-1]}")

# %% [markdown]
# The same as a figure, with the products alone as thin dotted lines, and a grey
# line where the program found a crossing. Bars hold the middle half of the
# rounds.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=3.4, sharey=True)
for ax, (label, (sizes, _)) in zip(axes, SWEEPS.items()):
    for way, times in curves[label].items():
        look = plotting.STYLE["NumPy" if "NumPy" in way else "TensorFlow"]
        low, ms, high = 1000 * np.percentile(times, (25, 50, 75), axis=0)
        if way.endswith("products"):
            ax.plot(sizes, ms, ":", color=look["color"], lw=1.2, label=way)
        else:
            bars = ms - low, high - ms
            ax.errorbar(sizes, ms, bars, capsize=2, label=way, **look)
    if crossings[label]:
        ax.axvline(crossings[label], color=plotting.GREY, lw=1)
    ax.set(xscale="log", yscale="log", xlabel=label)
    ax.set_title(f"Against the {label}")
    plain_ticks(ax.yaxis)
    ax.set_xticks(sizes, sizes)
    ax.xaxis.minorticks_off()
axes[0].set_ylabel("time of a training step (ms)")
fig.legend(*ax.get_legend_handles_labels(), ncols=4, fontsize=9,
           loc="outside lower center")
where = ", ".join(f"{label} {at:.0f}" for label, at in crossings.items() if at)
plotting.show(fig, f"""Two panels, time of a training step in NumPy and Keras
    against hidden neurons and batch size, both axes logarithmic. They cross
    at: {where or "no size shown"}. For {WIDTHS[0]} neurons the products take
    {shares["NumPy"][0]:.0f} % of the step in NumPy and
    {shares["Keras"][0]:.0f} % in Keras, for {WIDTHS[-1]}
    {shares["NumPy"][-1]:.0f} and {shares["Keras"][-1]:.0f} %.""",
              values=False)


# %% [markdown]
# Read the distance of a curve from its dotted line. For small matrices a step
# is mostly *not* arithmetic: it is the price of being called, in Python or in
# the graph. For large ones the arithmetic takes over, and the tools can differ
# only by their libraries of matrix products and by how often they carry large
# arrays to memory and back. A sentence such as "this tool is faster than that
# one" has no meaning without a size.
#
# ## 5. CO2 taken apart
#
# A meter that says "0.8 mg of CO2e" has multiplied three numbers:
#
# $$\underbrace{P}_{\text{W}} \times \underbrace{t}_{\text{s}} =
# \text{energy}, \qquad \text{energy} \times
# \underbrace{g}_{\text{gCO2e/kWh}} = \text{emissions}$$
#
# ### Exercise 9.3 (5 minutes)
#
# Write `emissions(watts, seconds, grid)`: from a mean power in W, a time in s
# and the grid's emissions in gCO2e/kWh, return two numbers, the energy in kWh
# and the emissions in gCO2e. A kWh is what 1000 W use up in an hour: for
# `emissions(1000, 3600, 56)` they are 1 and 56.

# %% tags=["exercise-9.3"]
def emissions(watts, seconds, grid):
    """Return the energy in kWh and the emissions in gCO2e."""
    ### BEGIN SOLUTION
    kwh = watts * seconds / 3.6e6  # 1 kWh = 1000 W x 3600 s
    return kwh, kwh * grid
    ### END SOLUTION


# %%
check("9.3", emissions)
# hint("9.3")
# solution("9.3")

# %% [markdown]
# With it, one training, taken apart:

# %%
meter = runs["NumPy 800"][0].meter
energy, co2 = emissions(meter.watts, meter.seconds, meter.grid_g_per_kwh)
grids = timing.grid_table() if timing.codecarbon_version() else {}
home = grids.get(HOME, {"country_name": HOME, "year": "unknown"})
country, year = home["country_name"], home["year"]
same = math.isclose(co2, meter.emissions_g)

# %% tags=["instructor"]
assert meter.reason or same

# %% [markdown]
# Each factor with where it comes from. Whether the power was *measured* or
# *modelled* is said by the meter, from what CodeCarbon found in this machine.

# %% tags=["draws", "nbval-ignore-output"]
print("NumPy 800, first seed")
print(f"  power     {meter.watts:9.1f} W      {meter.power}: "
      f"{meter.power_source}")
print(f"x time      {meter.seconds:9.2f} s      time.perf_counter, just now")
print(f"= energy    {energy:9.1e} kWh")
print(f"x grid      {meter.grid_g_per_kwh:9.1f} g/kWh  {country} {year}, "
      f"CodeCarbon {timing.codecarbon_version() or 'missing'}\n{'':29}"
      "after Our World in Data")
print(f"= emissions {1000 * co2:9.3f} mgCO2e")
print(meter.reason or f"as the meter has it: {same}")

# %% [markdown]
# ### Energy, or a clock in disguise?
#
# Only some processors count their energy. Elsewhere CodeCarbon *models* it: the
# rated power of the processor times its load, and a constant for the memory.
# How much does the energy then say that the clock has not said already? Take
# all trainings: correlate energy with time, and see how far a single constant
# power would be off.

# %%
everything = [run.meter for own in runs.values() for run in own]
known = [meter for meter in everything if not meter.reason]
reason = "" if known else meter.reason  # why there are no energies
t = np.array([meter.seconds for meter in known])
J = np.array([meter.energy_kwh * 3.6e6 for meter in known])  # joules
constant = J.sum() / t.sum() if known else math.nan  # W
if known:
    watts, off = J / t, np.abs(constant * t / J - 1)
    correlation = np.corrcoef(t, J)[0, 1]

# %% tags=["instructor"]
if known:
    correlation = np.corrcoef(t, J)[0, 1]
    assert correlation > 0.5

# %% tags=["draws", "nbval-ignore-output"]
print(f"{len(known)} of {len(everything)} trainings have an energy; power "
      f"{meter.power}: {reason or meter.power_source}")
if known:
    print(f"correlation of energy and time: {correlation:.4f}")
    print(f"power: {watts.mean():.1f} +- {watts.std(ddof=1):.1f} W; a constant"
          f" {constant:.1f} W\nis off by {100 * off.mean():.0f} % on average, "
          f"{100 * off.max():.0f} % at most")
    far = np.sum(off > 0.2)
    print(f"trainings of which it is off by more than 20 %: {far}")
    if correlation > 0.99:
        print("here energy is time in another unit: it ranks as the clock "
              "does")

# %% [markdown]
# The figure shows energy against time with the line of constant power, and the
# mean power of each training.

# %% tags=["draws"]
if known:
    fig, (left, right) = plotting.figure(1, 2, height=3.2)
    axis = np.array([t.min(), t.max()])
    for name, own in runs.items():
        look = {**LOOKS[name], "linestyle": "", "markersize": 6}
        meters = [run.meter for run in own]
        left.plot([m.seconds for m in meters],
                  [m.energy_kwh * 3.6e6 for m in meters], label=name, **look)
        right.plot([m.seconds for m in meters], [m.watts for m in meters],
                   **look)
    left.plot(axis, constant * axis, **plotting.STYLE["bound"])
    right.axhline(constant, **plotting.STYLE["bound"])
    left.set(ylabel="energy (J)", title="Energy", yscale="log")
    right.set(ylim=(0, 1.4 * watts.max()), title="Power")
    right.set_ylabel("mean power (W)")
    for ax in (left, right):
        ax.set(xlabel="time of the training (s)", xscale="log")
    plain_ticks(left.xaxis, left.yaxis, right.xaxis)
    left.legend(fontsize=8)
    plotting.show(fig, f"""Left, energy against time of {len(t)} trainings on
        logarithmic axes, with the straight line of constant power. Right,
        their mean power, {watts.min():.1f} to {watts.max():.1f} W, around a
        horizontal line at {constant:.1f} W.""", values=False)

# %% [markdown]
# If the power was modelled, a nearly perfect correlation is no discovery: it
# was put in. A tool that keeps more of the processor busy, or moves more data,
# draws more power in truth than in the model, and the table below cannot see
# it. What follows: a *modelled* energy may be used to compare with other
# machines, countries and large models, where factors are large. Between two
# tools on one machine it adds nothing to the time. And if single trainings lie
# far off the line, the meter is at fault rather than the tool: it looks at the
# load about once a second, so that a training shorter than that is seen once.
# The table below takes medians.
#
# ### The same training elsewhere
#
# The third factor depends on where the plug is. Here is the longest training on
# eight countries' grids: yearly means from CodeCarbon's table, with their year.
# Thin lines show half the range of the measured energy.

# %%
rows = [grids[code] for code in {*COUNTRIES, HOME} if code in grids]
rows.sort(key=lambda row: row["carbon_intensity"])  # g/kWh, cleanest first
longest = max(runs, key=lambda name: training[name][0])
most, most_bar = median_and_spread(r.meter.energy_kwh for r in runs[longest])
mg = {row["country_name"]: 1000 * most * row["carbon_intensity"]
      for row in rows}
if math.isfinite(most):
    clean, *_, dirty = mg

# %% tags=["instructor"]
if math.isfinite(most):
    clean, *_, dirty = mg
    assert len(mg) >= 6 and mg[dirty] > 5 * mg[clean]

# %% tags=["draws", "nbval-ignore-output"]
if math.isfinite(most):
    fig, ax = plotting.figure(height=3.2)
    bars = [value * most_bar / most for value in mg.values()]
    ax.barh(
        np.arange(len(mg)), [*mg.values()], xerr=bars, height=0.7,
        color=[plotting.BLUE if name == country else plotting.SKY
               for name in mg],
        error_kw={"capsize": 2, "lw": 1},
    )
    ax.set_yticks(np.arange(len(mg)), [
        f"{row['country_name']} ({row['year']})" for row in rows])
    ax.set_xlabel("emissions of the training (mgCO2e)")
    ax.set_title(f"{longest}: {EPOCHS} epochs on {D:,} images")
    plotting.show(fig, f"""Bars of the emissions of one training on the grids
        of {len(mg)} countries, from {mg[clean]:.2f} mg in {clean} to
        {mg[dirty]:.1f} mg in {dirty}; {country} has {mg[country]:.2f} mg.""")
    print(f"{dirty} / {clean}: a factor of {mg[dirty] / mg[clean]:.0f}")
else:
    print("no emissions to compare:", reason)


# %% [markdown]
# ### What the figure leaves out
#
# - **The making of the machine.** For BLOOM, one of the models below, Luccioni,
#   Viguier and Ligozat count about 25 t for the electricity of the training
#   itself, and about 50 t with the hardware's making and its idle hours.
# - **Cooling and conversion.** A data centre draws more than its computers
#   do; Strubell et al. multiply by 1.58, an average of their time. At home it
#   is the power supply, the fan and the screen.
# - **Idling**, the network, the storage of the data, and their collection.
# - **The hour.** A yearly mean hides that a grid is cleaner at noon or in a
#   windy night; and a *further* kWh does not emit what the mean kWh does.
# - **All that came before.** The figure is for one training that worked. The
#   choice of settings, the mistakes, the seeds: notebooks 06 to 08 had hundreds
#   of trainings. And all that comes after: every prediction.
# - **The model's own error**, where the power is modelled.
#
# So such a figure is a lower bound at an unknown distance. Its *order of
# magnitude* is worth something, and so is a ratio of two figures that leave out
# the same.
#
# ## 6. Accuracy against energy
#
# What do you get for it? Each network after each epoch is one offer: so much
# energy, so much accuracy. (If there is no energy on this machine, the time
# takes its place.) In notebook 06 you found the *frontier*: the offers that no
# other beats in both.

# %%
def offers(runs, accuracies, constant):
    """Return {(network, epochs): (cost, its bar, accuracy, its bar)}."""
    found = {}
    for name, own in runs.items():
        power = np.median([run.meter.watts for run in own])
        if not math.isfinite(power):
            power = constant
        for e in range(EPOCHS):
            cost, bar = median_and_spread(run.seconds[e] for run in own)
            right = accuracies[name][:, e]
            found[name, e + 1] = (power * cost, power * bar,
                                  right.mean(), right.std(ddof=1))
    return found


# %% [markdown]
# ### Exercise 9.4 (20 minutes)
#
# How much energy does one more tenth of a percent cost? Write
# `prices(energies, accuracies)`, with one entry for each offer, in no order;
# accuracies are in percent. Keep the offers on the frontier: those more
# accurate than every cheaper one. For each neighbouring pair on it, from the
# cheapest to the dearest, the price is the additional energy divided by the
# additional accuracy *in tenths of a percent*. Return the prices, as a list or
# an array. No two energies are equal; where one offer is left, there is none.
#
# By hand: energies 2, 1, 4, 3 and accuracies 96, 95, 96.4, 95.9. The offer for
# 3 is beaten by that for 2. From 1 to 2 there is a gain of ten tenths for 1, so
# 0.1 each; from 2 to 4 four tenths for 2, so 0.5 each: `[0.1, 0.5]`.

# %% tags=["exercise-9.4"]
def prices(energies, accuracies):
    """Return the energy for 0.1 % more, between neighbours."""
    ### BEGIN SOLUTION
    order = np.argsort(energies)
    kept = [order[0]]
    for i in order[1:]:
        if accuracies[i] > accuracies[kept[-1]]:
            kept.append(i)
    return np.diff(energies[kept]) / np.diff(accuracies[kept]) / 10
    ### END SOLUTION


# %%
check("9.4", prices)
# hint("9.4")
# solution("9.4")

# %% [markdown]
# On the measured offers. Here, too, the rule of notebook 06 decides: a gain
# counts if the 95 % interval of the mean difference, seed by seed, leaves zero
# out. Otherwise it may be luck, and a price made from it has no meaning. Such
# an offer stays on the frontier without a price, and the next one is compared
# with the last that was distinguishable.

# %%
unit = "J" if known else "s"
points = offers(runs, accuracies, constant if known else 1.0)


def gain(key, before):
    """Return how much more accurate an offer is than another."""
    (name, epochs), (other, others) = key, before
    return difference(accuracies[name][:, epochs - 1],
                      accuracies[other][:, others - 1])


kept, paid_for = [], []  # the frontier; what on it was distinguishable
for key in sorted(points, key=points.get):  # cheapest first
    if not kept or points[key][2] > points[kept[-1]][2]:
        kept.append(key)
        if not paid_for or gain(key, paid_for[-1]).clear:
            paid_for.append(key)
costs, _, rights, _ = np.transpose([points[key] for key in paid_for])
paid = prices(costs, rights)

# %% tags=["instructor"]
assert len(paid) == len(paid_for) - 1 > 0 and points[kept[-1]][2] > 93

# %% [markdown]
# The frontier, from the cheapest offer to the most expensive:

# %% tags=["draws", "nbval-ignore-output"]
price = dict(zip(paid_for[1:], paid))
print(f"{'price':20}{'cost':>9}  {'accuracy':>14}   network, epochs")
for key in kept:
    cost, _, right, bar = points[key]
    words = "" if key == kept[0] else "not distinguishable"
    if key in price:
        words = f"{price[key]:.2g} {unit} a tenth"
    print(f"{words:20}{cost:7.1f} {unit}  {right:5.2f} +- {bar:4.2f} %   "
          f"{key[0]}, {key[1]}")
if len(paid) > 1:
    print(f"the last of these prices is {paid[-1] / paid[0]:.0f} times the "
          "first")
beaten = [name for name in runs if name not in dict(kept)]
print("never on the frontier:", ", ".join(beaten) or "none")


# %% [markdown]
# The figure has the error, what is missing to 100 %, on a logarithmic axis:
# equal steps down take away equal shares of the mistakes. Lines join the epochs
# of one network; what lies above the frame is written at its upper edge. Bars
# are one standard deviation of the accuracy and half the range of the cost.

# %% tags=["draws"]
def draw_offers(ax, top):
    """Draw the errors of all offers against their costs."""
    for name in NETWORKS:
        rows = [points[name, e + 1] for e in range(EPOCHS)]
        cost, cost_bar, right, bar = np.transpose(rows)
        ax.errorbar(cost, 100 - right, bar, cost_bar, label=name, capsize=2,
                    elinewidth=0.8, **LOOKS[name], linewidth=1)
        for at, error in zip(cost, 100 - right):
            if error > top:
                ax.annotate(
                    f"{error:.0f} % ↑", (at, top), xytext=(0, -12),
                    textcoords="offset points", ha="center", fontsize=9,
                    color=LOOKS[name]["color"],
                )
    ax.set(xscale="log", yscale="log")
    ax.margins(x=0.12)
    plain_ticks(ax.xaxis, ax.yaxis)
    least = min(100 - right - bar for _, _, right, bar in points.values())
    ax.set(ylim=(0.93 * least, top), ylabel="validation error (%)")
    ticks = [tick for tick in (1, 2, 3, 4, 5, 6, 8, 10, 15, 20)
             if 0.93 * least <= tick <= top]
    ax.set_yticks(ticks, ticks)


# %% tags=["draws"]
fig, ax = plotting.figure(height=4)
draw_offers(ax, top=12)
ax.plot([points[key][0] for key in kept],
        [100 - points[key][2] for key in kept],
        color=plotting.VERMILION, lw=5, alpha=0.3, zorder=0,
        drawstyle="steps-post", solid_joinstyle="round", label="frontier")
ax.set_xlabel(f"cost of the training so far ({unit})")
ax.set_title("Every offer, and the frontier")
ax.legend(fontsize=9, loc="center left", bbox_to_anchor=(1, 0.5))
on_it = ", ".join(dict.fromkeys(name for name, _ in kept))
cheap, best = points[kept[0]], points[kept[-1]]
plotting.show(fig, f"""Validation error against cost for six networks after
    each epoch, both axes logarithmic. A broad line marks the frontier at the
    lower left, from {100 - cheap[2]:.0f} % at {cheap[0]:.1f} {unit} to
    {100 - best[2]:.1f} % at {best[0]:.0f} {unit}; on it lie {on_it}.""",
              values=False)

# %% [markdown]
# Read the frontier from the left, with the prices beside it. The first points
# of accuracy are nearly free. Further to the right a tenth of a percent costs
# more, and at last, with so few seeds, a gain may not be distinguishable from
# none. A network that is never on the frontier was not trained in vain: at
# other sizes, or trained for longer, the order may be another. It only says
# that here somebody else offers more for less.
#
# ## 7. The table
#
# Everything in one place. For it the test sample is opened, once, for the
# networks after the last epoch.

# %%
bill = {}  # test accuracies (seeds,), kWh and gCO2e of a training
for name, own in runs.items():
    right = np.array([judge(run.weights[-1], mnist.x_test, mnist.y_test)
                      for run in own])
    bill[name] = (
        right, np.median([run.meter.energy_kwh for run in own]),
        np.median([run.meter.emissions_g for run in own]),
    )

# %% tags=["instructor"]
assert bill["NumPy 128"][0].mean() > 90 and bill["NumPy 800"][0].mean() > 90

# %% [markdown]
# *Error removed* is counted from the 90 % of a network without a clue: it is
# the accuracy minus 10 points. Behind the `+-` stand the standard deviation of
# the accuracy and half the range of the time.

# %% tags=["draws", "nbval-ignore-output"]
print("                 accuracy (%)    training (s)  epoch predict import"
      "   energy    CO2e    CO2e (g)")
print(" test sample, 1 thread                          (s)  us/img   (s) "
      "    (kWh)     (g)  per % removed")
for name, (right, kwh, grams) in bill.items():
    seconds, bar = training[name]
    each = 1e6 * together[name] / len(several)
    load = import_time[NETWORKS[name][0]][0]
    print(f"{name:16}{right.mean():6.2f} +- {right.std(ddof=1):4.2f}"
          f"{seconds:7.2f} +- {bar:4.2f}{epoch[name][0]:7.2f}{each:8.1f}"
          f"{load:7.2f}{kwh:9.1e}{grams:8.1e}"
          f"{grams / (right.mean() - 10):9.1e}")
print(f"{D:,} images, {EPOCHS} epochs, {len(SEEDS)} seeds; power "
      f"{meter.power}; grid: {country}, {year}")

# %% [markdown]
# And now your predictions. The cell answers the five questions from what was
# measured here.

# %%
ranked = sorted(training, key=training.get)
slowest = training[ranked[-1]][0] / training[ranked[0]][0]
factor = np.median(ratio_of("NumPy 800", "NumPy 128"))
more = difference(bill["NumPy 800"][0], bill["NumPy 128"][0])  # points
by_grid = [row["carbon_intensity"] for row in rows] or [math.nan]
LITRE = 4186 / 3.6e6  # kWh for a litre of water and one degree
total = J.sum() / 3.6e6 if known else math.nan  # kWh

# %% tags=["instructor"]
assert 0.2 < factor < 50

# %% tags=["draws", "nbval-ignore-output"]
print("1. " + " < ".join(ranked[:3]) + "\n   < " + " < ".join(ranked[3:])
      + f"; last / first: {slowest:.1f}")
middle, bar = time_ratios["Keras 128", "NumPy 128"]
print(f"2. Keras / NumPy, 784-128-10: {middle:.2f} +- {bar:.2f}")
print(f"3. 800 against 128: {factor:.1f} times the time, {more.in_words()}")
print(f"4. grids: a factor of {max(by_grid) / min(by_grid):.0f}; networks: "
      f"{slowest:.0f}")
print(f"5. {len(known)} trainings, {total:.1e} kWh: a litre of water, "
      f"{total / LITRE:.2f} degrees warmer")

# %% [markdown]
# ## 8. Outward
#
# Milligrams for a digit reader. The same arithmetic holds for any training
# whose energy somebody has published. These figures are from
#
# - **S**: E. Strubell, A. Ganesh and A. McCallum (2019), table 3;
# - **P**: D. Patterson et al. (2021), the table of language models;
# - **L**: A. S. Luccioni, S. Viguier and A.-L. Ligozat (2023), the electricity
#   of the training itself.
#
# Divide the emissions by the energy, and the grid comes out.

# %%
POUND = 0.4536  # kg
PUBLISHED = {  # model: energy in kWh, emissions in kg CO2e, source
    "Transformer, big": (201, 192 * POUND, "S"),
    "BERT, base": (1_507, 1_438 * POUND, "S"),
    "T5": (86e3, 47e3, "P"),
    "BLOOM": (433e3, 25e3, "L"),
    "GPT-3": (1_287e3, 552e3, "P"),
}

# %% tags=["draws"]
print("orders of magnitude    energy      emissions       so the grid has")
for model, (kwh, kg, source) in PUBLISHED.items():
    grid = 1000 * kg / kwh
    digit = round(grid, 1 - len(str(round(grid))))  # one digit
    print(f"{source} {model:18} 10^{round(math.log10(kwh))} kWh    "
          f"10^{round(math.log10(kg))} kg CO2e    about {digit:.0f} g/kWh")

# %% [markdown]
# Look at the last column. BLOOM and GPT-3 have about the same number of
# parameters, and by order of magnitude the same energy. Their emissions are
# further apart, because one was trained in France. You have computed that
# factor yourself, in section 5.
#
# How uncertain are such figures? The first of these papers also estimates a
# search for an architecture, at nearly $10^6$ kWh. Two years later the
# second, with the records of the company in hand, finds it smaller by
# nearly two orders of magnitude. Hence the rounding.

# %% tags=["nbval-ignore-output"]
own = [meter.energy_kwh for meter in known] or [math.nan]
times = PUBLISHED["GPT-3"][0] / np.median(own)
words = "an unknown number of"
if known:
    words = f"10^{round(math.log10(times))}"
print(f"GPT-3 is {words} times our median training")

# %% tags=["instructor"]
assert not known or 1e8 < times < 1e14

# %% tags=["draws"]
ENERGIES = [("one training here", min(own), max(own), plotting.GREEN),
            (f"all {len(own)} trainings here", total / 1.2, total * 1.2,
             plotting.GREEN)] if known else []
ENERGIES.append(("a litre of water, 20 to 100 °C", 80 * LITRE / 1.2,
                 80 * LITRE * 1.2, plotting.GREY))
for model, (kwh, _, source) in PUBLISHED.items():
    ten = 10.0 ** round(math.log10(kwh))
    ENERGIES.append((f"{model} ({source})", ten / 3.2, ten * 3.2,
                     plotting.VERMILION))
fig, ax = plotting.figure(height=3.4)
for place, (_, low, high, color) in enumerate(ENERGIES):
    ax.plot([low, high], [place, place], color=color, lw=7,
            solid_capstyle="butt")
ax.set_xscale("log")
ax.set_yticks(range(len(ENERGIES)), [row[0] for row in ENERGIES])
ax.set_ylim(len(ENERGIES) - 0.4, -0.6)
ax.grid(axis="x", color=plotting.GREY, alpha=0.3, lw=0.6)
ax.set(xlabel="energy (kWh)")
ax.set_title("Energy of a training: orders of magnitude")
plotting.show(fig, f"""Bars on a logarithmic axis of energy: a training of
    this notebook between {min(own):.0e} and {max(own):.0e} kWh, all of them
    together {total:.0e} kWh, a litre of boiling water 0.1 kWh, published
    models each as a bar one order of magnitude wide, from 100 kWh for the
    Transformer to a million for BLOOM and GPT-3.""", values=False)

# %% [markdown]
# Between a training in this notebook and the largest ones lie about as many
# orders of magnitude as between a second and some thousands of years. Neither
# end is the whole story. Ours can be repeated without a thought, and is. The
# large models are trained once; the energy of being used, question by
# question, comes on top and is seldom published.
#
# The habit is what carries over: say what is inside the clock, say whether the
# power was measured, name the grid and its year, and give the accuracy that
# was bought with it.
#
# ## Summary
#
# A comparison is fair if it finds no difference between a thing and itself:
# same data, same work, warm-up outside, turns, medians. Which tool is faster
# depends on the size of the matrices; where the curves cross can be measured,
# and the matrix products alone are the bound of each. Emissions are power times
# time times grid; where the power is modelled, energy is a clock in disguise,
# and the country can matter as much as the tool. Accuracy against energy has a
# frontier, on which later tenths of a percent cost more than the first ones, as
# far as their gain can be told from none.

# %%
progress(9)

# %% [markdown]
# ## On your own
#
# - Set `LARGE = True`. Does a network with more parameters reach the frontier
#   when it is trained for longer?
# - Set `AT_ONCE = 1`, Keras's default, and look at both crossings again.
# - Measure with two threads, then with all that your machine has, first for
#   16 hidden neurons, then for 1024. When do they help?
# - Put `time.process_time` into `fair_times` while something else keeps the
#   machine busy. Which clock scatters less, and what does it not see?
# - Write the bill of the whole course: your hours with the screen on, times the
#   power of your computer, against all its trainings together.
# - Does your machine count its energy (section 5 says it)? Compare it with one
#   that does not: how far is the model off?
#
# ## Further reading
#
# - E. Strubell, A. Ganesh and A. McCallum, "Energy and policy considerations
#   for deep learning in NLP", *Annual Meeting of the Association for
#   Computational Linguistics* (2019).
# - D. Patterson et al., "Carbon emissions and large neural network training",
#   arXiv:2104.10350 (2021).
# - A. S. Luccioni, S. Viguier and A.-L. Ligozat, "Estimating the carbon
#   footprint of BLOOM, a 176B parameter language model", *Journal of Machine
#   Learning Research* 24, 253 (2023).
# - R. Schwartz, J. Dodge, N. A. Smith and O. Etzioni, "Green AI",
#   *Communications of the ACM* 63, 12 (2020): report the price with the result.
# - T. Mytkowicz, A. Diwan, M. Hauswirth and P. F. Sweeney, "Producing wrong
#   data without doing anything obviously wrong!", *ASPLOS* (2009): how timings
#   mislead.
# - The documentation of CodeCarbon, on how it models power where it cannot be
#   measured.
