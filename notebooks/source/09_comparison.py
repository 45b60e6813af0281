# %% [markdown]
# # 09 — Which tool, at what cost?
#
# **What you will do.** Put the networks of this course into one table:
# results, time, energy and emissions. Find what is unfair in a comparison of
# times, and write a fair one. Let three tools race on your machine. Take a CO2
# value apart.
#
# **What you will learn.** To compare times fairly; to say which part of an
# energy was measured and which was assumed; to count all costs of a program;
# to say "not distinguishable" when two tools are equally fast.
#
# **What you need.** Notebooks 04 and 05, with TensorFlow, scikit-learn and
# CodeCarbon. In the lecture this is the end of the hands-on session: compare
# the tools by results, calculation time and CO2.
#
# *Part of the course: comparison. To run: at most 90 seconds on two
# processors. To study: 40 minutes, with everything 70.*

# %%
import subprocess
import sys
import time

import numpy as np
import pandas as pd
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from exercises import check, guess, hint, progress, reveal, solution
from helpers import layers, plotting, timing
from helpers.data import load_mnist, load_study
from helpers.evidence import difference
from helpers.progress import progress_bar
from helpers.tensorflow_quietly import import_tensorflow

tf, keras = import_tensorflow(threads=1)  # one thread for each operation
tf.get_logger().setLevel("ERROR")  # no warnings: we make many models
threadpool_limits(limits=1)  # the same for NumPy and scikit-learn
meter_problem = timing.prepare_meter()
COUNTRY = "FRA"  # whose electricity you use

# %% [markdown]
# ## The networks of this course
#
# Seven trainings were done beforehand, ten times each: ten seeds, 50,000
# images, and the settings that notebooks 04 to 06 chose. "128" is 784-128-10:
# three tools train it with the same recipe, in batches of 32. "512-256" is the
# network of notebook 05, "shifted" moves its images by a pixel. "Full batch"
# makes one update per epoch, and gets as much time as the mini-batches.

# %%
trainings = load_study("comparison")  # a row for each epoch
last = trainings[trainings["epoch"] == trainings["epochs"]]
BY = ["tool", "network"]
results = last.groupby(BY, sort=False)[["validation", "test"]].agg(
    ["mean", "std"])
results.round(2)  # % of 10,000 images, over ten seeds


# %% [markdown]
# Are the differences larger than the seeds explain? We compare seed by seed:
# the mean difference in points, with the half of its 95 % interval. *Clear*
# means that the interval does not contain zero.

# %%
def test_of(tool, network):
    """Return the test accuracies (10,) of a network, in % by seed."""
    own = last[(last["tool"] == tool) & (last["network"] == network)]
    return own.sort_values("seed")["test"].to_numpy()


PAIRS = [  # the second minus the first
    ("NumPy", "128 full batch", "NumPy", "128"),
    ("NumPy", "128", "Keras", "128"), ("NumPy", "128", "scikit-learn", "128"),
    ("NumPy", "128", "NumPy", "800"), ("NumPy", "800", "Keras", "512-256"),
    ("Keras", "512-256", "Keras", "512-256 shifted"),
]

# %% tags=["draws"]
rows = {}
for a, b, c, d in PAIRS:
    found = difference(test_of(c, d), test_of(a, b))
    rows[f"{a} {b} → {c} {d}"] = {
        "points": found.mean, "±": found.half,
        "clear": "yes" if found.clear else "no"}
pd.DataFrame(rows).T.astype({"points": float, "±": float}).round(2)

# %% [markdown]
# The tools cannot be told apart by their results: with the same network and
# recipe NumPy, Keras and scikit-learn differ by less than about 0.1 points
# (six comparisons were made). What matters is the recipe (full batch or mini-
# batches), the width, and the data (shifted images). Keras 512-256 is another
# recipe as a whole, with Adam, dropout and larger batches: this table cannot
# say what part of its 0.2 points is depth. Notebook 06 found none.
#
# And the time? The next picture moves: it shows the validation error against
# the processor time of the training so far, as means over the seeds. Each
# frame stops the trainings after some seconds.

# %% tags=["draws"]
STYLES = {
    "128 full batch": (":", "x"), "128": ("-", "o"), "800": ("--", "s"),
    "512-256": ("--", "D"), "512-256 shifted": ("-", "^"),
}
COLOURS = {"NumPy": plotting.GREEN, "Keras": plotting.PURPLE,
           "scikit-learn": plotting.SKY}
curves = trainings[trainings["epoch"] >= 1].groupby([*BY, "epoch"], sort=False)
curves = curves[["validation", "seconds"]].mean().reset_index()


def draw_until(seconds):
    """Return a figure of all trainings, stopped after some seconds."""
    fig, ax = plotting.figure(height=3.5)
    for (tool, network), own in curves.groupby(BY, sort=False):
        own, (line, marker) = own[own["seconds"] <= seconds], STYLES[network]
        ax.plot(own["seconds"], 100 - own["validation"], linestyle=line,
                marker=marker, markersize=4, color=COLOURS[tool],
                label=f"{tool} {network}")
    ax.axhline(3, color=plotting.GREY, linewidth=1)
    ax.set(xscale="log", yscale="log", xlim=(0.15, 40), ylim=(1.1, 90))
    ax.set(yticks=[1.2, 2, 3, 5, 10, 20, 50], xticks=[0.2, 1, 5, 20])
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("")
    ax.set(xlabel="processor time of the training (s)")
    ax.set(ylabel="validation error (%)")
    ax.set_title(f"After {seconds:g} s; the grey line is 97 % accuracy")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
    return fig


# %% tags=["draws"]
STOPS = (1, 2, 4, 8, 16, 40)
plotting.frames(
    [draw_until(stop) for stop in STOPS], [f"{stop} s" for stop in STOPS],
    alt="Validation error against processor time, both logarithmic, for seven "
    "trainings. Mini-batches with 128 neurons cross the line of 3 percent "
    "within the first seconds; the full batch stays above 10 percent; larger "
    "networks need longer and end lower.",
    start=len(STOPS) - 1,
)

# %% [markdown]
# How long until 97 % of the validation images are right? The answer is known
# to an epoch, because the accuracy was measured after each.

# %%
over = trainings[trainings["validation"] >= 97]
first = over.groupby([*BY, "seed"], sort=False).first()
reached = first.groupby(BY, sort=False)["epoch"].agg(["median", "min", "max"])
reached

# %% [markdown]
# All are there after one to four epochs. An epoch of the larger networks costs
# more, however (the table of costs below has it), so if 97 % are enough, the
# small network is the cheapest.
#
# ### Your own networks
#
# Notebooks 04 and 05 kept what *you* trained:

# %% tags=["draws", "nbval-ignore-output"]
try:
    mine = pd.read_csv("my_results.csv").drop_duplicates(
        ["network", "tool"], keep="last")
    mine = mine[["network", "tool", "accuracy", "seconds", "energy_wh"]]
except FileNotFoundError:
    mine = None
    print("There is no my_results.csv here yet: notebooks 04 and 05 write it.")
except (KeyError, ValueError, OSError) as error:
    mine = None
    print(f"my_results.csv cannot be used ({error}); go on without it.")
mine


# %% [markdown]
# ## A fair clock
#
# Before tools can be compared, the clock has to be fair. Here is a comparison
# as it might stand in a report. `prepare` makes a tool and returns its
# function `train`.

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
# A comparison can be tested without any theory: compare a thing *with itself*.
# Both tools below are the same Keras model.

# %%
mnist = load_mnist()
D, BATCH, RATE = 25_600, 64, 0.3
x, digits = mnist.x_train[:D], mnist.y_train[:D]
small = x[:1920]


def keras_model(sizes):
    """Return a compiled model for plain descent."""
    model = keras.Sequential([keras.Input((sizes[0],))])
    for N in sizes[1:-1]:
        model.add(keras.layers.Dense(N, activation="relu"))
    model.add(keras.layers.Dense(sizes[-1]))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(float(RATE)), loss,
                  steps_per_execution=32)
    return model


def prepare_keras():
    """Return a function that trains a new 784-128-10 for an epoch."""
    model = keras_model((784, 128, 10))
    return lambda x: model.fit(x, digits[: len(x)], BATCH, verbose=0)


# %% [markdown]
# (`steps_per_execution=32`: Python hears from TensorFlow only after each 32
# steps.)

# %% tags=["nbval-ignore-output"]
first, second = unfair(prepare_keras, prepare_keras, small)
print(f"first {first:.3f} s, second {second:.3f} s: "
      f"{first / second:.1f} times as fast as itself")

# %% tags=["instructor"]
assert first / second > 1.5


# %% [markdown]
# ### Exercise 9.1 (12 minutes)
#
# Find at least three things in `unfair` that favour the second tool. Then
# write `fair_times(tools, x, repeats, clock)`. `tools` is a dict from names to
# functions `prepare`; `clock()` returns seconds.
#
# - Making the tools, and one call `train(x)` of each as a warm-up, are outside
#   the clock.
# - Then come `repeats` rounds. In each round every tool is called once with
#   the whole `x`, so they take turns, and a busy moment of the machine meets
#   all of them. Read the clock just before and just after each call.
# - Return a dict from each name to the *median* of its times.
#
# Two tools that take 2 and 3 s, but 50 s at their first call, give
# `{"A": 2.0, "B": 3.0}`.

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
# The same pair again, now with your function:

# %% tags=["nbval-ignore-output"]
pair = {"first": prepare_keras, "second": prepare_keras}
fair = fair_times(pair, small, 5, time.perf_counter)
print(f"ratio {fair['first'] / fair['second']:.2f}")

# %% [markdown]
# > **Question 9.Q1 (2 minutes).** What favoured the second tool in `unfair`?
# > And what is wrong with `time.time()`?

# %% [markdown] tags=["answer-9.Q1"]
# **Answer (9.Q1).** The first tool paid for its making and for its first call,
# in which Keras translates the training step into a graph; the second did not.
# The second had half of the images. The first ran once; of the second, the
# best of five runs counted. All runs of one came before those of the other.
# `time.time()` tells the date: it may be corrected while you measure.
# `time.perf_counter()` only moves forward. `time.process_time()` counts the
# seconds in which a processor works for this process, on all its cores.

# %% [markdown]
# ## The race
#
# Now the tools, on your machine: NumPy, Keras, scikit-learn, with two
# architectures, and NumPy twice. Everything else is the same: the images and
# their order, the first weights, batches, updates, rates, float32, and one
# thread for each operation. The rate follows a cosine, epoch by epoch.

# %%
EPOCHS, SEEDS = 2, (1, 2, 3)
RATES = [RATE * layers.cosine((e + 0.5) / EPOCHS) for e in range(EPOCHS)]
SIZES = {"128": (784, 128, 10), "256-128": (784, 256, 128, 10)}
y = np.eye(10, dtype=np.float32)[digits]


def numpy_tool(sizes):
    """Return a function that trains from first weights, with NumPy."""
    def train(start, orders):
        p = {name: array.copy() for name, array in start.items()}
        for order, rate in zip(orders, RATES):
            for k in range(0, D, BATCH):
                rows = order[k : k + BATCH]
                z, a = layers.forward(x[rows], p)
                gradients = layers.backward(x[rows], y[rows], z, a, p)
                for name, gradient in gradients.items():
                    p[name] -= np.float32(rate) * gradient  # B5, B6
        return [*p.values()]
    return train


# %% [markdown]
# Keras and scikit-learn do the same with `fit` and `partial_fit`. (In
# scikit-learn only an attribute with an underscore, a private one, can change
# the rate.)

# %%
def keras_tool(sizes):
    """Return the same with Keras; the model is made beforehand."""
    model = keras_model(sizes)

    def train(start, orders):
        model.set_weights([*start.values()])
        for order, rate in zip(orders, RATES):
            model.optimizer.learning_rate = rate
            model.fit(x[order], digits[order], BATCH, shuffle=False, verbose=0)
        return model.get_weights()
    return train


# %%
def sklearn_tool(sizes):
    """Return the same with scikit-learn; a first call makes its arrays."""
    model = MLPClassifier(
        sizes[1:-1], solver="sgd", momentum=0, alpha=0, shuffle=False,
        batch_size=BATCH, learning_rate_init=RATE)
    model.partial_fit(x[:BATCH], digits[:BATCH], classes=np.arange(10))
    arrays = sum(zip(model.coefs_, model.intercepts_), ())

    def train(start, orders):
        for array, values in zip(arrays, start.values()):
            array[...] = values
        for order, rate in zip(orders, RATES):
            model._optimizer.learning_rate = rate
            model.partial_fit(x[order], digits[order])
        return [array.copy() for array in arrays]
    return train


# %% [markdown]
# > **Before you go on, 9.Q2.** How many times as long as NumPy will Keras take
# > for 784-128-10?

# %%
guess("9.Q2", 3)

# %% [markdown]
# Inside both clocks: shuffling, batches, forward, backward, updates. Outside:
# data, models, a warm-up, evaluation. Each seed is a round in which the tools
# take turns.

# %%
TOOLS = {"NumPy": numpy_tool, "Keras": keras_tool,
         "scikit-learn": sklearn_tool, "NumPy again": numpy_tool}


def one_run(train, sizes, seed):
    """Return seconds, processor seconds, and the trained weights."""
    rng = np.random.default_rng(seed)
    start = layers.initialise(sizes, rng)
    orders = [rng.permutation(D) for _ in range(EPOCHS)]
    wall, processor = time.perf_counter(), time.process_time()
    weights = train(start, orders)
    return (time.perf_counter() - wall, time.process_time() - processor,
            weights)


def judged(weights, images, labels):
    """Return the accuracy in % of a network, whatever tool it is from."""
    named = {f"{'Wb'[k % 2]}{k // 2}": w for k, w in enumerate(weights)}
    return 100 * layers.accuracy(images, labels, named)


# %% tags=["nbval-ignore-output"]
validation = mnist.x_validation, mnist.y_validation
test = mnist.x_test, mnist.y_test
ready = {(tool, name): make(sizes) for tool, make in TOOLS.items()
         for name, sizes in SIZES.items()}
for (_, name), train in ready.items():  # warm-up
    train(layers.initialise(SIZES[name], np.random.default_rng(0)),
          [np.arange(D)])
race = []
for seed in progress_bar(SEEDS, "rounds"):
    for (tool, name), train in ready.items():
        wall, processor, weights = one_run(train, SIZES[name], seed)
        race.append((tool, name, seed, wall, processor,
                     judged(weights, *validation), judged(weights, *test)))
race = pd.DataFrame(race, columns=[*BY, "seed", "seconds",
                                   "processor", "validation", "test"])

# %% [markdown]
# Medians of the rounds, in seconds and in percent:

# %% tags=["nbval-ignore-output"]
medians = race.groupby(BY, sort=False)[
    ["seconds", "processor", "validation"]].median()
medians["cores"] = medians["processor"] / medians["seconds"]
medians.round(2)

# %% tags=["instructor"]
same = race.pivot_table("validation", ["network", "seed"], "tool")
assert np.ptp(same, axis=1).max() < 0.5
assert (race.groupby("network")["validation"].mean() > 94).all()

# %% [markdown]
# The accuracies of the three tools agree almost exactly, because they do the
# same: rounding decides a few images. What differs is the time. *Cores* is
# processor time divided by wall time: if Keras has more than one, another
# thread prepares its batches, although each *operation* has one thread. Less
# than one means that the processor also worked for others.
#
# The ratios to NumPy, round by round. "NumPy again" shows what the clock can
# resolve: other ratios mean something only if they are farther from 1.

# %% tags=["draws"]
wide = race.pivot_table("processor", ["network", "seed"], "tool")
ratios = wide.div(wide["NumPy"], axis=0)[[*TOOLS][1:]]
fig, axes = plotting.figure(1, 2, height=2.6, sharey=True)
for ax, (name, own) in zip(axes, ratios.groupby("network", sort=False)):
    reach = np.max(np.abs(np.log(own["NumPy again"])))
    ax.axvspan(np.exp(-reach), np.exp(reach), color="0.9")
    for place, tool in enumerate(own):
        ax.plot(own[tool], [place] * len(own), "o", alpha=0.6,
                color=COLOURS.get(tool, plotting.GREEN))
    ax.set(xscale="log", xlim=(0.4, 8), xticks=[0.5, 1, 2, 5])
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter("")
    ax.set(yticks=range(own.shape[1]), yticklabels=[*own], ylim=(-0.5, 2.5))
    ax.set(xlabel="processor time / NumPy's", title=f"784-{name}-10")
middle = ratios.groupby("network", sort=False).median()
plotting.show(
    fig,
    alt=f"Ratios of processor time to NumPy's in {len(SEEDS)} rounds for two "
    "networks. A grey band around 1 is as wide as NumPy against itself. "
    f"Keras with 128 neurons: median {middle.loc['128', 'Keras']:.1f}.",
    values=False,
)

# %% tags=["nbval-ignore-output"]
reveal("9.Q2", f"{middle.loc['128', 'Keras']:.1f}")
middle.round(2)

# %% [markdown]
# The ratio for Keras belongs to *this* network and length of training. It is
# not a property of the tool: the larger network has more arithmetic in a step,
# and its ratio is closer to 1.
#
# ## What is a joule made of?
#
# CodeCarbon estimates the electric energy. Its tracker, around one training:

# %% tags=["nbval-ignore-output"]
from codecarbon import OfflineEmissionsTracker

with OfflineEmissionsTracker(
    country_iso_code=COUNTRY, tracking_mode="process", measure_power_secs=1,
    save_to_file=False, allow_multiple_runs=True, log_level="critical",
) as tracker:
    one_run(ready["NumPy", "256-128"], SIZES["256-128"], 1)
record = dict(vars(tracker.final_emissions_data))
source = timing.power_source(tracker)
for key in ("duration", "cpu_energy", "ram_energy", "gpu_energy",
            "energy_consumed", "emissions"):
    print(f"{key:16}{record[key]:.3g}")
print("the processor's power is", ": ".join(source))


# %% [markdown]
# Energies are in kWh, the duration in seconds, the emissions in kg. Read the
# last line. *Measured* means that a counter in the processor was read.
# *Assumed* means that CodeCarbon multiplied a power from a table, or a guess
# of 4 W per thread where it does not know the processor, by the processor
# time. The power of the memory is always assumed, from the size or the number
# of its modules, whether it works or not.
#
# ### Exercise 9.2 (3 minutes)
#
# Write `emissions(watts, seconds, grid)`: a mean power in W, a duration in s,
# and a grid in gCO2e per kWh. Return two numbers: the energy in kWh and the
# emissions in g. A kWh is the energy of 1000 W during one hour, so
# `emissions(1000, 3600, 56)` is `(1.0, 56.0)`.

# %% tags=["exercise-9.2"]
def emissions(watts, seconds, grid):
    """Return the energy in kWh and the emissions in gCO2e."""
    ### BEGIN SOLUTION
    kwh = watts * seconds / 3.6e6
    return kwh, kwh * grid
    ### END SOLUTION


# %%
check("9.2", emissions)
# hint("9.2")
# solution("9.2")

# %% [markdown]
# Now a check of the units, your product beside CodeCarbon's own emissions, and
# a repeat: the parts of the energy beside those of the helper
# `timing.measure`, which uses the same tracker, around the same training.

# %% tags=["nbval-ignore-output"]
with timing.measure(COUNTRY) as meter:
    one_run(ready["NumPy", "256-128"], SIZES["256-128"], 1)
watts = 3.6e6 * record["energy_consumed"] / record["duration"]
own = emissions(watts, record["duration"], meter.grid_g_per_kwh)[1]
print(f"emissions: your product {1000 * own:.3g} mg, "
      f"CodeCarbon {1e6 * record['emissions']:.3g} mg")

# %% tags=["draws", "nbval-ignore-output"]
parts = {"processor": ("cpu_energy", meter.processor_kwh),
         "memory": ("ram_energy", meter.memory_kwh),
         "accelerator": ("gpu_energy", meter.accelerator_kwh)}
power = pd.DataFrame({
    part: {"the tracker, W": 3.6e6 * record[key] / record["duration"],
           "measure(), W": 3.6e6 * kwh / meter.seconds}
    for part, (key, kwh) in parts.items()}).T
print(meter.how_known)
power.round(2)

# %% tags=["instructor", "nbval-ignore-output"]
assert abs(own / (1000 * record["emissions"]) - 1) < 0.02
assert not meter_problem and np.isfinite(power.to_numpy()).all()

# %% [markdown]
# If the processor's power is assumed, energy is a clock: the assumed power of
# the processor times its time, plus the assumed power of the memory times the
# wall time. Then the energy tells you nothing about two tools on one machine
# that their times do not tell. It is useful for orders of magnitude, and for
# comparing with other machines and countries.

# %% [markdown]
# ## The one table
#
# Stored networks, yours, and those of the race. The stored times were measured
# in short rounds, each tool once per round; their provenance is:

# %%
clock = load_study("clock")  # a row for each thing and round
busiest = clock.groupby("round")["load"].transform("max")
clock = clock[busiest < 3]  # rounds on a nearly quiet machine
moments = clock.groupby("round")[["moment", "load"]].first()
pd.DataFrame({"rounds": [len(moments)], "first": [moments["moment"].min()],
              "last": [moments["moment"].max()],
              "load, median": [moments["load"].median()]})

# %% [markdown]
# The *load* is the number of processes that wanted one of two cores: the
# machine was shared. Waiting is in the wall time, but not in the processor
# time, so we use the latter, and medians. It still grows with the load, for
# Keras most: its steps took up to 1.6 times as long in the busiest rounds. So
# we keep only the rounds in which the load stayed below 3. The cost of a training is the median
# time per image in the rounds, times 50,000, times the epochs.

# %%
part = clock[clock["what"] == "training"]
per_image = part["processor_seconds"] / part["images"]
per_image = per_image.groupby([part["tool"], part["network"]]).median()
epochs = last.groupby(BY, sort=False)["epochs"].first()
cost = 50_000 * epochs * per_image.loc[epochs.index]

# %% [markdown]
# The energy follows from the two powers that CodeCarbon assumed there, for a
# machine that does nothing else. (Keras uses more than one core, so its wall
# time, and with it the memory's part, is a little shorter than assumed here.)

# %%
joules = 3600 * clock[["processor_wh", "memory_wh"]]
PROCESSOR = (joules["processor_wh"] / clock["processor_seconds"]).median()
MEMORY = (joules["memory_wh"] / clock["seconds"]).median()
print(f"assumed: processor {PROCESSOR:.1f} W per busy core, "
      f"memory {MEMORY:.1f} W")

# %% tags=["draws", "nbval-ignore-output"]
GRID = timing.grid_intensity(COUNTRY)
stored = results["test", "mean"].rename("test, %").to_frame()
stored["seconds"] = cost
stored["Wh"] = stored["seconds"] * (PROCESSOR + MEMORY) / 3600
share = (reached["median"] / epochs).loc[cost.index]
to_97 = share * cost * (PROCESSOR + MEMORY) / 3600
live = race[race["tool"] != "NumPy again"].groupby(BY, sort=False)
live = live[["test", "processor", "seconds"]].median()
live["Wh"] = live.pop("seconds") * watts / 3600
live = live.rename(columns={"test": "test, %", "processor": "seconds"})
parts = {"stored": stored, "race": live}
if mine is not None:
    own = mine.set_index(BY).rename(columns={"energy_wh": "Wh"})
    own["test, %"] = 100 * own.pop("accuracy")
    parts["yours"] = own[["test, %", "seconds", "Wh"]]
table = pd.concat(parts, names=["from"])
table["mgCO2e"] = table["Wh"] * GRID
table["Wh to 97 %"] = to_97.rename("Wh").reindex(stored.index).set_axis(
    pd.MultiIndex.from_tuples(("stored", *key) for key in stored.index))
table.round(3)


# %% [markdown]
# (Seconds are processor time, in your own rows wall time; the last column is
# about the validation sample.) Such a table is what the lecture asks for. Read
# it with three questions: are the rows comparable (the race trains on half of
# the images, for two epochs), is a difference clear, and what is assumed? The
# stored energies are proportional to times, so the columns after them add one
# fact only: milligrams. The energy of the most expensive training would run a
# kettle of 2000 W for less than a second.

# %% [markdown]
# ## Going further: which part dominates?
#
# ### Exercise 9.3 (5 minutes)
#
# What dominates? Write `dominant(record)`. A record is a dict with the entries
# `"cpu_energy"`, `"ram_energy"` and `"gpu_energy"`, in kWh. Return the name of
# the largest part, `"processor"`, `"memory"` or `"accelerator"`, and its share
# of the sum of the three, in percent. If parts are equal, the first in this
# order counts. A record without any energy gives `(None, 0.0)`. With 1, 3 and
# 0 kWh the result is `("memory", 75.0)`.

# %% tags=["exercise-9.3"]
def dominant(record):
    """Return the name of the largest part, and its share in percent."""
    ### BEGIN SOLUTION
    parts = {"processor": record["cpu_energy"],
             "memory": record["ram_energy"],
             "accelerator": record["gpu_energy"]}
    total = sum(parts.values())
    if total == 0:
        return None, 0.0
    name = max(parts, key=parts.get)
    return name, 100 * parts[name] / total
    ### END SOLUTION


# %%
check("9.3", dominant)
# hint("9.3")
# solution("9.3")

# %% [markdown]
# Your function on the record of this machine:

# %% tags=["nbval-ignore-output"]
name, share = dominant(record)
print(f"{name}: {share:.0f} %")

# %% [markdown]
# > **Question 9.Q3 (2 minutes).** On the machine of the stored notebook most
# > of each joule belongs to the memory. A colleague concludes: "To save
# > energy, I should use less memory." Is this right?

# %% [markdown] tags=["answer-9.Q3"]
# **Answer (9.Q3).** The record cannot show it. The power of the memory is a
# constant there, so a program with half of its arrays gets the same bill. In
# this model only the time can be saved. And in truth modules of memory draw
# most of their power whether or not your arrays fill them; a processor draws
# more when it works. A counter, or a meter at the plug, would be evidence.

# %% [markdown]
# ## Going further: the whole bill
#
# A training is not all. Before it, the library is imported and, for Keras, the
# model is built and its step translated into a graph; after it come
# predictions, for years. Medians of processor seconds, stored:

# %%
middle = clock.groupby(["what", *BY])["processor_seconds"].median().to_dict()
MODULE = {"NumPy": "numpy", "scikit-learn": "sklearn.neural_network",
          "Keras": "keras"}
bill = pd.DataFrame({
    f"{tool} {network}": {
        "import": middle["import", tool, MODULE[tool]],
        "first steps": middle.get(("first steps", tool, network), 0),
        "training": cost[tool, network],
        "10,000 predictions": middle["predict", tool, network]}
    for tool, network in [("NumPy", "128"), ("scikit-learn", "128"),
                          ("Keras", "128"), ("Keras", "512-256")]}).T
bill["sum"] = bill.sum(axis=1)
bill.round(2)

# %% [markdown]
# Importing Keras costs about as much as the whole training of the small
# network in NumPy, and half as much as its training in Keras. If you
# classify ten images in a fresh process, you pay for little but the import.

# %% [markdown]
# Second way for the trainings: the processor time that they took themselves.

# %%
measured = last.groupby(BY, sort=False)["seconds"].median()
ways = pd.DataFrame({"from the rounds": cost, "trainings": measured})
ways["ratio"] = ways["from the rounds"] / ways["trainings"]
ways.loc[epochs.index].round(2)

# %% [markdown]
# With mini-batches the rounds, on a quiet machine, cost 8 to 23 % less than the
# trainings, which had a busy one; for the full batch, whose rounds have half of
# the images, they cost more. So differences of less than a third between times
# that were not measured side by side mean nothing.
#
# ### Prediction
#
# In Keras `predict` cuts many images into batches; `model(x)` calls the model
# directly. Your function times both, for one image and for 10,000.

# %% tags=["nbval-ignore-output"]
model = keras_model(SIZES["128"])
p = layers.initialise(SIZES["128"], np.random.default_rng(0))
ways = {
    "NumPy": lambda: lambda x: layers.predict(x, p),
    "Keras, model(x)": lambda: lambda x: np.array(model(x)),
    "Keras, predict": lambda: lambda x: model.predict(x, 1000, verbose=0),
}
prediction = pd.DataFrame({
    f"{len(part):,} images, ms": fair_times(ways, part, 5, time.perf_counter)
    for part in (test[0][:1], test[0])})
(1000 * prediction).round(1)

# %% [markdown]
# `predict` has a fixed cost, paid by each call; for one image it is nearly
# everything.

# %% [markdown]
# Second way for the bill: a fresh process does everything, and says how long
# each part took. Do the parts add up to what we waited for?

# %% tags=["draws", "nbval-ignore-output"]
CODE = """
import time; t = [time.perf_counter()]
def note(): t.append(time.perf_counter())
import numpy as np, keras; note()
x = np.zeros((25600, 784), "float32"); y = np.zeros(25600, int)
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(
    128, activation="relu"), keras.layers.Dense(10)])
model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(
    from_logits=True), steps_per_execution=32)
model.fit(x[:2048], y[:2048], 64, verbose=0); note()
model.fit(x, y, 64, verbose=0); note()
model.predict(x[:10000], 1000, verbose=0); note()
print(*np.diff(t))
"""
begun = time.perf_counter()
done = subprocess.run([sys.executable, "-c", CODE], capture_output=True,
                      text=True, check=True)
whole = time.perf_counter() - begun
parts = [float(word) for word in done.stdout.split()[-4:]]
names = ["import", "first steps", "25,600 images", "10,000 predictions"]
whole_bill = pd.Series([*parts, sum(parts), whole],
                       [*names, "sum", "the whole process"])
whole_bill.to_frame("seconds").round(2)

# %% tags=["instructor", "nbval-ignore-output"]
assert 0.5 < sum(parts) / whole <= 1

# %% [markdown]
# The rest is the start and the end of the process, with TensorFlow in it.
#
# ## Going further: what a step costs
#
# For which sizes is which tool faster? The rounds also timed calls with 1 and
# with 200 steps of 64 images. The fixed cost of a call, the median time of one
# step, is subtracted from that of 200.

# %%
WIDTHS = [8, 32, 128, 512]
part = clock[clock["what"] == "steps"].pivot_table(
    "processor_seconds", ["tool", "round"], ["network", "images"])
step = pd.DataFrame({
    N: (part[str(N), 12800] - part[str(N), 64].groupby("tool").median()) / 199
    for N in WIDTHS})  # s, for each tool and round
(1000 * step.groupby("tool").median()).round(3)  # ms

# %% [markdown]
# And the call itself, with a single step:

# %%
single = part.xs(64, axis=1, level="images")[map(str, WIDTHS)]
(1000 * single.groupby("tool").median()).round(1)  # ms


# %% [markdown]
# A short training with Keras is mostly this fixed cost of the call. That is
# why a ratio depends on how many images there are.

# %% [markdown]
# ### Exercise 9.4 (8 minutes)
#
# Design the judgement. Two runs are dicts with the entries `"images"`,
# `"updates"` and `"threads"` (numbers), and `"seconds"`, an array with one
# entry per round, in the same rounds for both. Write `verdict(first, second)`.
# It returns one of four words:
#
# - `"unfair"` if images, updates or threads differ;
# - otherwise compare the *logarithms* of the seconds, round by round, with
#   `difference(a, b)`: `"first"` or `"second"`, whichever is faster, if the
#   difference is clear (`.clear`; its mean is `.mean`);
# - otherwise `"open"`: not distinguishable. One round is never enough.
#
# Why logarithms? A round in which the machine is slow multiplies both times.
# For seconds (1, 2, 8) and (2, 4.1, 15.8) the verdict is `"first"`.

# %% tags=["exercise-9.4"]
def verdict(first, second):
    """Return "unfair", "first", "second" or "open"."""
    ### BEGIN SOLUTION
    for key in ("images", "updates", "threads"):
        if first[key] != second[key]:
            return "unfair"
    found = difference(np.log(first["seconds"]), np.log(second["seconds"]))
    if not found.clear:
        return "open"
    return "first" if found.mean < 0 else "second"
    ### END SOLUTION


# %%
check("9.4", verdict)
# hint("9.4")
# solution("9.4")

# %% [markdown]
# On the stored steps, for each width:

# %%
SAME = {"images": 64, "updates": 1, "threads": 1}
WORDS = {"first": "NumPy", "second": "Keras"}
verdicts = {}
for N in WIDTHS:
    runs = [{**SAME, "seconds": step.loc[tool][N].to_numpy()}
            for tool in ("NumPy", "Keras")]
    found = verdict(*runs)
    verdicts[N] = WORDS.get(found, found)
pd.DataFrame({"faster": verdicts}).rename_axis("neurons")

# %% tags=["draws"]
logs = np.log(step.loc["Keras"] / step.loc["NumPy"])
found = {N: difference(logs[N], 0 * logs[N]) for N in WIDTHS}
again = clock[(clock["what"] == "training") & (clock["tool"] == "NumPy")
              & (clock["network"] == "128")]
twice = np.log(again.groupby("round")["processor_seconds"].agg(
    lambda pair: pair.iloc[0] / pair.iloc[1]))
reach = difference(twice, 0 * twice)
fig, ax = plotting.figure(width=5.5, height=3)
ax.axhspan(*np.exp([-abs(reach.mean) - reach.half,
                    abs(reach.mean) + reach.half]), color="0.9")
ax.axhline(1, color=plotting.GREY, linewidth=1)
middle = np.exp([found[N].mean for N in WIDTHS])
low, high = (np.exp([found[N].mean + sign * found[N].half for N in WIDTHS])
             for sign in (-1, 1))
ax.errorbar(WIDTHS, middle, [middle - low, high - middle], capsize=3,
            marker="D", linestyle="", color=plotting.PURPLE)
ax.set(xscale="log", yscale="log", xticks=WIDTHS, yticks=[0.5, 1, 2, 4, 8])
for axis in (ax.xaxis, ax.yaxis):
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter("")
ax.set(xlabel="hidden neurons", ylabel="ratio of processor times")
ax.set_title("A step of Keras costs so many of NumPy (grey: NumPy itself)")
plotting.show(
    fig,
    alt="Ratio of the processor time of a step, Keras to NumPy, against the "
    f"number of hidden neurons: {middle[0]:.1f} at {WIDTHS[0]} neurons and "
    f"{middle[-1]:.1f} at {WIDTHS[-1]}, with bars of 95 percent.",
)

# %% [markdown]
# With up to 128 neurons a step of NumPy takes less processor time, because its
# fixed cost is smaller. At 128 the lead is small: the first six of these
# rounds alone would have left it open. With 512 Keras needs less, because
# TensorFlow has its own matrix products, which are faster here. Somewhere
# between the widths the ratio passes 1, but nobody should report where: a
# factor of four lies between the two verdicts, and the answer would change
# with the machine.
#
# Two numbers describe each tool: t = fixed cost + work / speed. The work
# of a step is its multiplications and additions in the five matrix products.

# %%
work = 2 * 64 * np.array(WIDTHS) * (2 * 784 + 3 * 10)  # operations
fits = {}
for tool in ("NumPy", "Keras"):
    lines = np.polyfit(work, step.loc[tool].to_numpy().T, 1)  # for each round
    fits[tool] = {
        "fixed cost, µs": difference(1e6 * lines[1], 0 * lines[1]),
        "ms for 10⁷ operations": difference(1e10 * lines[0], 0 * lines[0])}
pd.DataFrame(fits).map(lambda d: f"{d.mean:.2f} ± {d.half:.2f}").T

# %% [markdown]
# Keras's fixed cost of a step is several times NumPy's; for an operation it
# needs about half of the time here.
#
# Second way: 8 epochs of 782 steps with 800 neurons, beyond all widths of the
# fit, and their cost in the rounds.

# %%
operations = 2 * 64 * 800 * (2 * 784 + 3 * 10)
one = (fits["NumPy"]["fixed cost, µs"].mean / 1e6
       + fits["NumPy"]["ms for 10⁷ operations"].mean / 1e10 * operations)
print(f"predicted {8 * 782 * one:.1f} s, "
      f"in the rounds {cost['NumPy', '800']:.1f} s")

# %% [markdown]
# So the fit, made below 513 neurons, holds beyond them as well.
#
# ## Going further: your own run
#
# Choose a width that is not in the table. The fit above predicts how many
# times as long as 128 neurons it takes.

# %%
WIDTH = 300
ops = 2 * 64 * np.array([128, WIDTH]) * (2 * 784 + 3 * 10)
lines = np.polyfit(work, step.loc["NumPy"].to_numpy().T, 1)
times = lines[1][:, None] + lines[0][:, None] * ops
expected = difference(times[:, 1] / times[:, 0], np.zeros(len(times)))
print(f"expected: {expected.mean:.2f} ± {expected.half:.2f} times as long")

# %% [markdown]
# > **Before you go on, 9.Q4.** Which validation accuracy will it reach, in
# > percent, with the settings of the race? (128 neurons: see the race.)

# %%
guess("9.Q4", 96)

# %% tags=["nbval-ignore-output"]
mine_sizes, own_run = (784, WIDTH, 10), []
for seed in progress_bar(SEEDS, "your run"):
    base = one_run(ready["NumPy", "128"], SIZES["128"], seed)
    wider = one_run(numpy_tool(mine_sizes), mine_sizes, seed)
    own_run.append((wider[1] / base[1], judged(wider[2], *validation)))
ratio, right = np.transpose(own_run)
reveal("9.Q4", f"{np.median(right):.1f} %")
inside = abs(np.median(ratio) - expected.mean) <= expected.half
print(f"{np.round(ratio, 2)} times as long: the median is "
      f"{'inside' if inside else 'outside'} the expected interval")

# %% [markdown]
# Outside does not mean that somebody is wrong: the interval is that of the
# mean of the fit over the rounds. It leaves out that the fit itself misses its
# points by up to 8 %, and that three short runs scatter.
#
# ## Going further: the grid, and what the value leaves out
#
# The same training on the grids of other countries. CodeCarbon's table has
# yearly means of *life-cycle* emissions: building power plants and fuel chains
# included. Direct emissions are lower, above all for nuclear and solar power.

# %% tags=["draws", "nbval-ignore-output"]
CODES = sorted({"NOR", "FRA", "GBR", "DEU", "USA", "CHN", "POL", "IND",
                COUNTRY})
grids = timing.grid_table()
grid = pd.DataFrame({
    grids[code]["country_name"]: {
        "year": grids[code]["year"],
        "gCO2e/kWh": grids[code]["carbon_intensity"]}
    for code in CODES if code in grids}).T.sort_values("gCO2e/kWh")
wh = stored.loc[("Keras", "512-256"), "Wh"]
grid["512-256, mgCO2e"] = wh * grid["gCO2e/kWh"]
grid.astype({"year": int}).round(1)

# %% [markdown]
# What is left out?
#
# - **PUE**, *power usage effectiveness*: what a data centre draws, divided by
#   what its computers draw. 1.1 to 1.6 is common.
# - **Embodied carbon**: the making of the machine. An estimate below.
# - **Marginal or average.** The table has the *average* kWh. One kWh more is
#   made by the plants that follow demand, often gas: the *marginal* value.
# - In reports, electricity is called *scope 2*, what others emit for you, such
#   as the making, *scope 3*.
# - **All other runs**: seeds, searches, mistakes, and all predictions.

# %%
KG, YEARS, HOURS = 250, 4, 8 * 250  # a laptop; hours of use per year
embodied = 1e6 * KG / (YEARS * HOURS * 3600)  # mg for a second of use
electric = 1000 * emissions(14, 1, 56)[1]  # 14 W, France
print(f"embodied {embodied:.1f} mg/s, electricity {electric:.2f} mg/s: "
      f"a factor of {embodied / electric:.0f}")

# %% [markdown]
# With these assumptions the making of the laptop weighs far more than the
# electricity of its use in France. Change them, and look at the order of
# magnitude, not at the digits.

# %% [markdown]
# ## Going further: a step outward
#
# Published trainings of language models, with two digits:

# %% tags=["draws"]
published = pd.DataFrame([
    ("Transformer (big), 2017", 0.20, 0.087, "Strubell et al. (2019)"),
    ("BERT base, 2018", 1.5, 0.65, "Strubell et al. (2019)"),
    ("GPT-3, 2020", 1300, 550, "Patterson et al. (2021)"),
    ("BLOOM, 2022", 430, 25, "Luccioni et al. (2023)"),
], columns=["model", "MWh", "tCO2e", "source"]).set_index("model")
published["gCO2e/kWh"] = 1000 * published["tCO2e"] / published["MWh"]
published.round({"gCO2e/kWh": -1})

# %% [markdown]
# GPT-3 emitted 22 times as much as BLOOM. A factor of 3 is energy; a factor of
# 7 is the grid, because BLOOM was trained in France. Strubell and Patterson
# include the PUE, Luccioni does not.
#
# ## Summary
#
# The tool hardly changes what a network reaches; the recipe, the network and
# the data do. Times are compared fairly when everything else is the same, the
# tools take turns, and a tool is compared with itself first. A ratio belongs
# to one size: a step is a fixed cost plus work, and where two tools are
# equally fast the verdict is "not distinguishable". An energy that was assumed
# is a time in other units. The bill has more lines than the training, and the
# value of CO2 leaves more out than it contains.

# %%
progress(9)

# %% [markdown]
# ## On your own
#
# - **9.Q5.** In the estimate of the embodied carbon, replace 56 g/kWh by 700,
#   a grid with coal, and 14 W by 60 W, a machine with its screen. Which part
#   dominates now?
# - **9.Q6.** Set `BATCH = 512` and run the race again. Which ratio changes,
#   and why?
# - **9.Q7.** Remove `steps_per_execution=32` in `keras_model`. What does it
#   change in the race?

# %% [markdown] tags=["answer-9.Q5"]
# **Answer (9.Q5).** `emissions(60, 1, 700)` is 0.0117 g: 11.7 mg per second,
# against 8.7 mg for the making. Now the electricity is the larger part, though
# both have the same order of magnitude. A statement such as "the making
# dominates" is a statement about a country, a machine and its years of use.

# %% [markdown] tags=["answer-9.Q6"]
# **Answer (9.Q6).** The ratios to NumPy for 784-128-10. On a busy machine
# Keras needed 1.9 times NumPy's processor time and scikit-learn 1.6 times with
# batches of 64, and 1.6 and 1.2 times with 512. There are an eighth of the
# steps, so what a step costs beside its arithmetic counts less. The validation
# accuracy falls from 94.9 to 90.2 %, because there are fewer updates: the race
# is still fair between the tools, but it is another race.

# %% [markdown] tags=["answer-9.Q7"]
# **Answer (9.Q7).** Now Python hears from TensorFlow after each step. In one
# run the ratio of Keras to NumPy was 3.1 in place of 1.9 for 784-128-10, and
# 1.5 in place of 1.0 for the larger network. So a single option, which changes
# no result, decides whether Keras looks three times slower or equally fast.
# "As fast as a tool can be" and "as it is used first" are two questions; say
# which one you answer.

# %% [markdown]
# ## Further reading
#
# - R. Fischer, "Ground-truthing AI energy consumption",
#   [arXiv:2509.22092](https://arxiv.org/abs/2509.22092) (2025): CodeCarbon
#   beside meters; errors of up to 40 %.
# - V. Schmidt et al., *CodeCarbon*: [codecarbon.io](https://codecarbon.io).
# - C. Coleman et al., "Analysis of DAWNBench, a time-to-accuracy machine
#   learning performance benchmark", *ACM SIGOPS Operating Systems Review* 53
#   (2019).
# - E. Strubell, A. Ganesh and A. McCallum, "Energy and policy considerations
#   for deep learning in NLP", *ACL* (2019).
# - D. Patterson et al., "Carbon emissions and large neural network training",
#   [arXiv:2104.10350](https://arxiv.org/abs/2104.10350) (2021).
# - A. S. Luccioni, S. Viguier and A.-L. Ligozat, "Estimating the carbon
#   footprint of BLOOM", *Journal of Machine Learning Research* 24 (2023).
