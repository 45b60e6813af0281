# %% [markdown]
# # 09 — Which tool, at what cost?
#
# **What you will do.** Put the networks of this course into one table:
# results, time, energy, emissions. Find what is unfair in a comparison of
# times, and write a fair one. Let three tools race. Take a CO2 value apart.
#
# **What you will learn.** To compare times fairly; to say what of an energy
# was measured and what was assumed; to count all costs of a program; to say
# "not distinguishable" when two tools are equally fast.
#
# **What you need.** Notebooks 04 and 05, TensorFlow, scikit-learn, CodeCarbon.
# In the lecture this is the end of the hands-on session: tools compared by
# results, calculation time and CO2.
#
# *Part of the course: comparison. To run: at most 90 seconds on two
# processors. To study: 35 minutes, with everything 60.*

# %%
import time

import numpy as np
import pandas as pd
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
# Seven trainings, each with ten seeds, 50,000 images and the settings of
# notebooks 04 to 06. "128" is 784-128-10: three tools train it with the same
# recipe, in batches of 32. "512-256" is the network of notebook 05, "shifted"
# moves its images by a pixel. "Full batch" makes one update per epoch, and its
# trainings took as long as those with mini-batches.

# %%
trainings = load_study("comparison")  # a row for each epoch
last = trainings[trainings["epoch"] == trainings["epochs"]]
BY = ["tool", "network"]
results = last.groupby(BY, sort=False)[["validation", "test"]].agg(
    ["mean", "std"])
results.round(2)  # % of 10,000 images, over ten seeds


# %% [markdown]
# Seed by seed: the mean difference in points, with half of its 95 % interval.
# *Clear* means that it does not contain zero.

# %% tags=["draws"]
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
rows = {}
for a, b, c, d in PAIRS:
    found = difference(test_of(c, d), test_of(a, b))
    rows[f"{a} {b} → {c} {d}"] = {
        "points": found.mean, "±": found.half,
        "clear": "yes" if found.clear else "no"}
pd.DataFrame(rows).T.astype({"points": float, "±": float}).round(2)

# %% [markdown]
# The tools cannot be told apart by their results: with the same network and
# recipe they differ by less than about 0.1 points (six comparisons were made).
# What matters is the recipe (full batch or mini-batches), the width, and the
# data (shifted images). Keras 512-256 is another recipe as a whole, with Adam,
# dropout and larger batches: this table cannot say what part of its 0.2 points
# is depth. Notebook 06 found none.
#
# And the time? With Keras the first epoch contains the making of the graph
# and, in some processes, the import. Its excess in seconds:

# %% tags=["draws"]
trained = trainings[trainings["epoch"] >= 1].copy()
keys = [trained[key] for key in (*BY, "seed")]
total = trained.groupby(keys)["seconds"]
an_epoch = total.diff().groupby(keys).transform("median")  # a later one
trained["excess"] = total.transform("first") - an_epoch
trained["seconds"] -= trained["excess"]
excess = trained[trained["epoch"] == 1].groupby(BY, sort=False)["excess"]
excess.agg(["median", "max"]).round(1) + 0.0  # s, first epoch - a later one

# %% [markdown]
# So the first epoch counts as the median later one, for all tools. The
# validation error against this time, as means over the seeds; each frame stops
# after some seconds.

# %% tags=["draws"]
STYLES = {
    "128 full batch": (":", "x"), "128": ("-", "o"), "800": ("--", "s"),
    "512-256": ("--", "D"), "512-256 shifted": ("-", "^"),
}
COLOURS = {"NumPy": plotting.GREEN, "Keras": plotting.PURPLE,
           "scikit-learn": plotting.SKY}
curves = trained.groupby([*BY, "epoch"], sort=False)
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
    ax.set(xlabel="processor time, first epoch as the later ones (s)")
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
# After how many epochs are 97 % of the validation images right?

# %% tags=["draws"]
over = trainings[trainings["validation"] >= 97]
first = over.groupby([*BY, "seed"], sort=False).first()
reached = first.groupby(BY, sort=False)["epoch"].agg(["median", "min", "max"])
reached

# %% [markdown]
# After one to four. An epoch of the larger networks costs more: if 97 % are
# enough, the small network is the cheapest.
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
# A comparison as it might stand in a report. `prepare` makes a tool and returns
# its function `train`.

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
# Here both tools are the same Keras model.

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
# (`steps_per_execution=32`: TensorFlow reports to Python only after 32 steps.)

# %% tags=["nbval-ignore-output"]
first, second = unfair(prepare_keras, prepare_keras, small)
print(f"first {first:.3f} s, second {second:.3f} s: "
      f"{first / second:.1f} times as fast as itself")

# %% tags=["instructor"]
assert first / second > 1.5


# %% [markdown]
# > **Question 9.Q1 (2 minutes).** Find at least three things in `unfair` that
# > favour the second tool. And what is wrong with `time.time()`?

# %% [markdown] tags=["answer-9.Q1"]
# **Answer (9.Q1).** The first tool paid for its making and for its first call,
# in which Keras translates the training step into a graph; the second did not.
# The second had half of the images. The first ran once; of the second, the
# best of five runs counted. All runs of one came before those of the other.
# `time.time()` tells the date: it may be corrected while you measure.
# `time.perf_counter()` only moves forward. `time.process_time()` counts the
# seconds in which a processor works for this process, on all its cores.

# %% [markdown]
# ### Exercise 9.1 (10 minutes)
#
# Write `fair_times(tools, x, repeats, clock)`. `tools` is a dict from names to
# functions `prepare`; `clock()` returns seconds.
#
# - Making the tools, and one call `train(x)` of each as a warm-up, are outside
#   the clock. The warm-up has the whole `x`, because a tool may prepare itself
#   again for arrays of another shape.
# - Then come `repeats` rounds. In each, every tool is called once with the
#   whole `x`: they take turns, so a busy moment of the machine meets all of
#   them. Read the clock just before and just after each call.
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
# The same pair again, now with your function. How far the ratio is from 1,
# your clock cannot resolve:

# %% tags=["nbval-ignore-output"]
pair = {"first": prepare_keras, "second": prepare_keras}
fair = fair_times(pair, small, 5, time.perf_counter)
print(f"ratio {fair['first'] / fair['second']:.2f}")

# %% [markdown]
# ## The race
#
# NumPy, Keras and scikit-learn on your machine, with two architectures, and
# NumPy twice. These are the same for all: the images and their order, the
# first weights, batches, updates, rates (a cosine, epoch by epoch), float32,
# and one thread for each operation.

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
# Keras does the same with `fit`, scikit-learn with `partial_fit`.

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


# %% tags=["draws"]
from sklearn.neural_network import MLPClassifier


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
            model._optimizer.learning_rate = rate  # there is no public way
            model.partial_fit(x[order], digits[order])
        return [array.copy() for array in arrays]
    return train


def judged(weights, images, labels):
    """Return the accuracy in % of a network, whatever tool it is from."""
    named = {f"{'Wb'[k % 2]}{k // 2}": w for k, w in enumerate(weights)}
    return 100 * layers.accuracy(images, labels, named)


# %% [markdown]
# > **Before you go on, 9.Q2.** How many times as long as NumPy will Keras take
# > for 784-128-10?

# %%
guess("9.Q2", 3)

# %% [markdown]
# Inside both clocks: shuffling, batches, forward, backward, updates, and with
# Keras and scikit-learn the loss of each step. Outside: data, models, a
# warm-up, evaluation. Each seed is a round.

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


# %% tags=["nbval-ignore-output"]
samples = ((mnist.x_validation, mnist.y_validation),
           (mnist.x_test, mnist.y_test))
ready = {(tool, name): make(sizes) for tool, make in TOOLS.items()
         for name, sizes in SIZES.items()}
for (_, name), train in ready.items():  # warm-up
    train(layers.initialise(SIZES[name], np.random.default_rng(0)),
          [np.arange(D)])
race = []
for seed in progress_bar(SEEDS, "rounds"):
    for (tool, name), train in ready.items():
        *times, weights = one_run(train, SIZES[name], seed)
        scores = [judged(weights, *sample) for sample in samples]
        race.append((tool, name, seed, *times, *scores))
race = pd.DataFrame(race, columns=[*BY, "seed", "seconds",
                                   "processor", "validation", "test"])

# %% [markdown]
# Medians of the rounds:

# %% tags=["draws", "nbval-ignore-output"]
medians = race.groupby(BY, sort=False)[
    ["seconds", "processor", "validation"]].median()
medians["cores"] = medians["processor"] / medians["seconds"]
medians.round(2)

# %% tags=["instructor"]
same = race.pivot_table("validation", ["network", "seed"], "tool")
assert np.ptp(same, axis=1).max() < 0.5
assert (race.groupby("network")["validation"].mean() > 94).all()

# %% [markdown]
# The accuracies of the three tools agree almost exactly: rounding decides a few
# images. The times differ. *Cores* is processor time divided by wall time. If
# Keras has more than one, another thread prepares its batches; less than one
# means waiting, for the processor or for its own threads.
#
# The ratios to NumPy, round by round. "NumPy again" shows what the clock can
# resolve: other ratios mean something only if they are farther from 1, and
# their own rounds agree.

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
# The ratio for Keras belongs to *this* network and length of training: the
# larger network has more arithmetic in a step, and its ratio is closer to 1.
#
# ## What is a joule made of?
#
# CodeCarbon estimates the electric energy of one training:

# %% tags=["nbval-ignore-output"]
from codecarbon import OfflineEmissionsTracker

with OfflineEmissionsTracker(
    country_iso_code=COUNTRY, tracking_mode="process", measure_power_secs=1,
    save_to_file=False, allow_multiple_runs=True, log_level="critical",
) as tracker:
    wall, used, _ = one_run(ready["NumPy", "256-128"], SIZES["256-128"], 1)
record = dict(vars(tracker.final_emissions_data))

# %% tags=["draws", "nbval-ignore-output"]
source = timing.power_source(tracker)
print("the processor's power is", ": ".join(source))
entries = ["duration", "cpu_energy", "ram_energy", "gpu_energy",
           "energy_consumed", "emissions"]
pd.DataFrame({"record": [f"{record[key]:.3g}" for key in entries]}, entries)


# %% [markdown]
# Energies are in kWh, the duration in seconds, the emissions in kg. Read the
# first line. *Measured* means that a counter in the processor was read,
# which counts all programs.
# *Assumed* means that CodeCarbon multiplied the processor time by a power from
# a table, or by 4 W per thread where it does not know the processor: the stored
# "rated 8 W" are two threads, no rating. The power of the memory is always
# assumed: 5 W per module, for as many modules as CodeCarbon guesses from the
# memory in use (two up to 16 GB).
#
# ### Exercise 9.2 (3 minutes)
#
# Write `emissions(watts, seconds, grid)`: mean power in W, duration in s, grid
# in gCO2e per kWh. Return the energy in kWh and the emissions in g. A kWh is
# 1000 W during one hour, so `emissions(1000, 3600, 56)` is `(1.0, 56.0)`.

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
# Your product beside CodeCarbon's own emissions, and the powers in three ways:
# from the record; from a repeat with `timing.measure`, which uses the same
# tracker; and by hand: assumed power × processor time / (wall time × threads),
# and two modules of memory.

# %% tags=["nbval-ignore-output"]
with timing.measure(COUNTRY) as meter:
    one_run(ready["NumPy", "256-128"], SIZES["256-128"], 1)
watts = 3.6e6 * record["energy_consumed"] / record["duration"]
own = emissions(watts, record["duration"], meter.grid_g_per_kwh)[1]

# %% tags=["draws", "nbval-ignore-output"]
print(f"emissions: your product {1000 * own:.3g} mg, "
      f"CodeCarbon {1e6 * record['emissions']:.3g} mg")
parts = {"processor": ("cpu_energy", meter.processor_kwh),
         "memory": ("ram_energy", meter.memory_kwh),
         "accelerator": ("gpu_energy", meter.accelerator_kwh)}
power = pd.DataFrame({
    part: {"the tracker, W": 3.6e6 * record[key] / record["duration"],
           "measure(), W": 3.6e6 * kwh / meter.seconds}
    for part, (key, kwh) in parts.items()}).T
full = [part._tdp for part in tracker._hardware if hasattr(part, "_tdp")]
full = full[0] if full else np.nan  # W with all threads busy; NaN: no such
power["by hand, W"] = [full * used / (wall * record["cpu_count"]), 10, 0]
print(f"{meter.how_known}; by hand: {full:.3g} W in all, {used:.2f} s of "
      f"{wall:.2f} s on one of {record['cpu_count']} threads")
power.round(2)

# %% tags=["instructor", "nbval-ignore-output"]
assert abs(own / (1000 * record["emissions"]) - 1) < 0.02
assert not meter_problem and np.isfinite(power.iloc[:, :2].to_numpy()).all()
both = power.loc["processor", ["by hand, W", "the tracker, W"]]
assert "load" not in source[1] or 0.5 < both.iloc[0] / both.iloc[1] < 2

# %% [markdown]
# The column by hand checks the units, and whose processor time was counted. It
# cannot check an assumed power, because both ways start from it. Only a
# counter (*measured*) or a meter at the plug can.
#
# If the processor's power is assumed, energy is a clock: the power of the
# processor times its time, plus the power of the memory times the wall time.
# Then the energy tells you nothing about two tools on one machine that their
# times do not tell, and waiting costs energy of the memory. It is useful for
# orders of magnitude, and to compare countries.

# %% [markdown]
# ## The one table
#
# Stored networks, yours, and the race. The stored times are from short rounds,
# each tool once per round:

# %%
clock = load_study("clock")  # a row for each thing and round
busiest = clock.groupby("round")["load"].transform("max")
clock = clock[busiest < 3]  # rounds on a nearly quiet machine

# %% tags=["draws"]
moments = clock.groupby("round")[["moment", "load"]].first()
steps = load_study("clock").query(
    "what == 'steps' and tool == 'Keras' and images == 12800")
kept = steps["round"].isin(moments.index)
by_load = steps.groupby([kept, "network"])["processor_seconds"].median()
slower = by_load[False] / by_load[True]
pd.DataFrame({"rounds": [len(moments)], "first": [moments["moment"].min()],
              "last": [moments["moment"].max()],
              "load, median": [moments["load"].median()],
              "200 steps of Keras, left out / kept": [
                  f"{slower.min():.2f} to {slower.max():.2f}"]})

# %% [markdown]
# The *load* is the number of processes that wanted one of two cores. Waiting
# is in the wall time, not in the processor time: we use the latter, and
# medians. It grows with the load, too (last column), so we keep only rounds
# with a load below 3. The cost of a training is the median time per image,
# times 50,000, times the epochs. (The full batch's clock lacks the updates: each costs less than a
# whole step of a mini-batch.)

# %%
part = clock[clock["what"] == "training"]
per_image = part["processor_seconds"] / part["images"]
per_image = per_image.groupby([part["tool"], part["network"]]).median()
epochs = last.groupby(BY, sort=False)["epochs"].first()
cost = 50_000 * epochs * per_image.loc[epochs.index]

# %% [markdown]
# Stored networks and race: energy = processor time × power, for a machine that
# does nothing else. (In the rounds Keras used over one core: its wall
# time is a little shorter.)

# %% tags=["draws"]
missing = epochs["NumPy", "128 full batch"] * 32 * per_image["NumPy", "128"]
print(f"updates that the full batch lacks: below {1000 * missing:.1f} ms")
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
live = live[["test", "processor"]].median().set_axis(
    ["test, %", "seconds"], axis=1)
here = record["cpu_energy"] / used + record["ram_energy"] / record["duration"]
live["Wh"] = 1000 * here * live["seconds"]  # processor time, as stored
parts = {"stored": stored, "race": live}
if mine is not None:
    own = mine.set_index(BY).rename(columns={"energy_wh": "Wh"})
    own["test, %"] = 100 * own.pop("accuracy")
    parts["yours, wall time"] = own[["test, %", "seconds", "Wh"]]
table = pd.concat(parts, names=["from"])
table["mgCO2e"] = table["Wh"] * GRID
table["Wh to 97 %"] = to_97.rename("Wh").reindex(stored.index).set_axis(
    pd.MultiIndex.from_tuples(("stored", *key) for key in stored.index))
table = table.mul([1, 1, 1000, 1, 1000])  # mWh
table.rename(columns=lambda name: name.replace("Wh", "mWh")).round(2)


# %% [markdown]
# (Seconds and mWh belong to processor time, in your own rows to wall time; the
# last column is about the validation sample.) Ask three questions: are the
# rows comparable (the race trains on half of the images, for two epochs), is a
# difference clear, and what is assumed? The energies are proportional to
# times, so the columns after them add one fact only: milligrams. The most
# expensive stored training would run a kettle of 2000 W for a tenth of a second.

# %% [markdown]
# ## Going further: which part dominates?
#
# ### Exercise 9.3 (5 minutes)
#
# Write `dominant(record)`. A record is a dict with the entries `"cpu_energy"`,
# `"ram_energy"` and `"gpu_energy"`, in kWh. Return the name of the largest
# part, `"processor"`, `"memory"` or `"accelerator"`, and its share of the sum
# in percent. If parts are equal, the first in this order counts. Without any
# energy return `(None, 0.0)`. 1, 3 and 0 kWh give `("memory", 75.0)`.

# %% tags=["exercise-9.3"]
def dominant(record):
    """Return the name of the largest part, and its share in percent."""
    ### BEGIN SOLUTION
    parts = {"processor": record["cpu_energy"],
             "memory": record["ram_energy"],
             "accelerator": record["gpu_energy"]}
    total = sum(parts.values())
    name = max(parts, key=parts.get)
    return (name, 100 * parts[name] / total) if total else (None, 0.0)
    ### END SOLUTION


# %%
check("9.3", dominant)
# hint("9.3")
# solution("9.3")

# %% [markdown]
# On this machine:

# %% tags=["nbval-ignore-output"]
print("{}, {:.0f} %".format(*dominant(record)))

# %% [markdown]
# > **Question 9.Q3 (2 minutes).** On the stored machine most of each joule
# > belongs to the memory. "So I should use less memory to save energy." Right?

# %% [markdown] tags=["answer-9.Q3"]
# **Answer (9.Q3).** The record cannot show it. Its share is made of two assumed
# powers, and grows when the program waits: the memory is charged for wall time,
# the processor for its own. CodeCarbon guesses the modules
# from the memory that the process uses: 10 W up to 16 GB, 20 W up to 64 GB. A
# program of the size of ours with half of its arrays gets the same bill; only
# the time can be saved. And in truth modules of memory draw
# most of their power whether or not your arrays fill them; a processor draws
# more when it works. A counter, or a meter at the plug, would be evidence.

# %% [markdown]
# ## Going further: the whole bill
#
# Before a training the library is imported and, for Keras, the step becomes a
# graph; after it come predictions, for years. Processor seconds:

# %% tags=["draws"]
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
# network in NumPy. For ten images in a fresh process you pay little but the
# import.
#
# Second way for the trainings: the processor time that they took themselves,
# without the excess of the first epoch.

# %% tags=["draws"]
ended = trained[trained["epoch"] == trained["epochs"]]
measured = ended.groupby(BY, sort=False)["seconds"].median()
ways = pd.DataFrame({"from the rounds": cost, "trainings": measured})
ways["ratio"] = ways["from the rounds"] / ways["trainings"]
single = part.loc[part["network"] == "128 full batch", "processor_seconds"]
print(f"full batch, a round: {single.min():.2f} to {single.max():.2f} s")
ways.loc[epochs.index].round(2)

# %% [markdown]
# For 512-256 both agree within 1 %. With the other mini-batches the rounds cost
# 9 to 18 % less, for the full batch 31 % more: its steps scatter by a factor of
# 1.7 in the rounds, less in the trainings. The rounds had a quiet machine and
# (mini-batches) half of the images, the trainings ran two at a time; what
# matters is open. Differences below a third between such times mean nothing.
#
# ### Prediction
#
# In Keras `predict` cuts images into batches; `model(x)` calls the model
# directly. Your function times both.

# %% tags=["nbval-ignore-output"]
p = layers.initialise(SIZES["128"], np.random.default_rng(0))
model = keras_model(SIZES["128"])
ways = {
    "NumPy": lambda: lambda x: layers.predict(x, p),
    "Keras, model(x)": lambda: lambda x: np.array(model(x)),
    "Keras, predict": lambda: lambda x: model.predict(x, 1000, verbose=0)}
prediction = pd.DataFrame({
    f"{len(part):,} images, ms": fair_times(ways, part, 5, time.perf_counter)
    for part in (mnist.x_test[:1], mnist.x_test)})
(1000 * prediction).round(1)

# %% [markdown]
# Each call of `predict` has a fixed cost; for one image it is nearly all.
#
# Second way for the bill: a fresh process times each part. Do the parts add up
# to what we waited for?

# %% tags=["draws", "nbval-ignore-output"]
import subprocess
import sys

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
# The rest is the start and the end of the process.
#
# ## Going further: what a step costs
#
# The rounds also timed calls with 1 and with 200 steps of 64 images. The median
# of the calls with 1 step is subtracted from those with 200.

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

# %% tags=["draws"]
single = part.xs(64, axis=1, level="images")[map(str, WIDTHS)]
(1000 * single.groupby("tool").median()).round(1)  # ms


# %% [markdown]
# A short training with Keras is mostly this fixed cost, so a ratio depends on
# the number of images.
#
# ### Exercise 9.4 (8 minutes)
#
# Two runs are dicts with the numbers `"images"`,
# `"updates"` and `"threads"`, and `"seconds"`, an array with one entry per
# round, the same rounds for both. `verdict(first, second)` returns a word:
#
# - `"unfair"` if images, updates or threads differ, each for itself;
# - otherwise compare the *logarithms* of the seconds with `difference(a, b)`:
#   `"first"` or `"second"`, whichever is faster, if the difference is clear
#   (`.clear`; its mean is `.mean`);
# - otherwise `"open"`: not distinguishable. One round is never enough.
#
# Why logarithms? A slow round multiplies both times. Seconds (1, 2, 8) and
# (2, 4.1, 15.8) give `"first"`.

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
# On the stored steps:

# %% tags=["draws"]
SAME = {"images": 64, "updates": 1, "threads": 1}
runs = {N: [{**SAME, "seconds": step.loc[tool][N].to_numpy()}
            for tool in ("NumPy", "Keras")] for N in WIDTHS}
verdicts = pd.Series({N: verdict(*pair) for N, pair in runs.items()})
verdicts.replace({"first": "NumPy", "second": "Keras"}).to_frame("faster")

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
ax.set_title("Time of a step, Keras / NumPy (grey: NumPy itself)")
plotting.show(
    fig,
    alt="Ratio of the processor time of a step, Keras to NumPy, against the "
    f"number of hidden neurons: {middle[0]:.1f} at {WIDTHS[0]} neurons and "
    f"{middle[-1]:.1f} at {WIDTHS[-1]}, with bars of 95 percent.",
)

# %% [markdown]
# With up to 128 neurons a step of NumPy takes less processor time, because its
# fixed cost is smaller. At 128 the lead is small: the first five rounds alone
# would have left it open. With 512 Keras needs less, because TensorFlow has
# its own matrix products, faster here. These widths
# cannot say where the ratio passes 1.
#
# Two numbers describe each tool: t = fixed cost + work / speed. The work is
# the multiplications and additions in the five matrix products of a step.

# %%
work = 2 * 64 * np.array(WIDTHS) * (2 * 784 + 3 * 10)  # operations
fits = {tool: np.polyfit(work, step.loc[tool].to_numpy().T, 1)
        for tool in ("NumPy", "Keras")}  # for each round

# %% tags=["draws"]
UNITS = {"ms for 10⁷ operations": 1e10, "fixed cost, µs": 1e6}
pd.DataFrame({
    tool: [difference(unit * row, 0 * row)
           for unit, row in zip(UNITS.values(), rows)]
    for tool, rows in fits.items()}, index=[*UNITS]).map(
        lambda d: f"{d.mean:.2f} ± {d.half:.2f}")


# %% [markdown]
# Keras has the larger fixed cost, but needs about half of the time for an
# operation here.
#
# Second way: 8 epochs of 782 steps with 800 neurons, beyond the fit.

# %%
def predicted(N):
    """Return the seconds of a step of NumPy with N hidden neurons."""
    line = fits["NumPy"].mean(axis=1)
    return np.polyval(line, 2 * 64 * N * (2 * 784 + 3 * 10))


# %% tags=["draws"]
print(f"predicted {8 * 782 * predicted(800):.1f} s, "
      f"in the rounds {cost['NumPy', '800']:.1f} s")

# %% [markdown]
# The fit holds beyond 512.
#
# ## Going further: your own run
#
# Choose a width that is not in the table. The fit predicts how many times as
# long as 128 neurons it takes. How far may a run be from that? The *mean* of n
# rounds has the interval t·s/√n, with their standard deviation s. *One new
# run* scatters itself: t·s·√(1 + 1/n), √(n + 1) times as wide. Here s is that
# of the stored ratio of 800 to 128.

# %%
WIDTH = 300
expected = predicted(WIDTH) / predicted(128)
pair = clock.query("what == 'training' and tool == 'NumPy'").pivot_table(
    "processor_seconds", "round", "network")
scatter = np.log(pair["800"] / pair["128"])
of_mean = difference(scatter, 0 * scatter).half
of_one = of_mean * np.sqrt(len(scatter) + 1)
low, high = expected * np.exp([-of_one, of_one])
print(f"expected {expected:.2f} times as long; one run {low:.2f} to {high:.2f}"
      f" (± {of_one:.1%}; the mean of {len(scatter)}: ± {of_mean:.1%})")

# %% [markdown]
# > **Before you go on, 9.Q4.** Which validation accuracy will it reach, in
# > percent, with the settings of the race?

# %%
guess("9.Q4", 96)

# %% tags=["nbval-ignore-output"]
sizes, own_run = (784, WIDTH, 10), []
for seed in progress_bar(SEEDS, "your run"):
    base = one_run(ready["NumPy", "128"], SIZES["128"], seed)
    wider = one_run(numpy_tool(sizes), sizes, seed)
    own_run.append((wider[1] / base[1], judged(wider[2], *samples[0])))
ratio, right = np.transpose(own_run)
reveal("9.Q4", f"{np.median(right):.1f} %")
inside = np.sum((low <= ratio) & (ratio <= high))
print(f"{np.round(ratio, 2)} times as long: {inside} of {len(ratio)} inside")

# %% [markdown]
# The interval is for the machine of the rounds, at a load below 3, and lacks the
# error of the fit: runs with 50 neurons were outside.
#
# ## Going further: the grid, and what the value leaves out
#
# CodeCarbon's table has yearly means of *life-cycle* emissions, with the
# building of power plants and fuel chains.

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
# Emissions as areas, energy × grid:

# %% tags=["draws", "nbval-ignore-output"]
PUE = 1.5  # of a data centre; 1 on your desk
TWO = ("NumPy", "128"), ("Keras", "512-256")


def draw_grid(country, intensity):
    """Return a figure of the emissions of two trainings in a country."""
    fig, axes = plotting.figure(1, 2, height=2.7, sharex=True, sharey=True)
    for ax, (tool, network) in zip(axes, TWO):
        watts = PROCESSOR, MEMORY, (PUE - 1) * (PROCESSOR + MEMORY)
        mwh = cost[tool, network] * np.array(watts) / 3.6
        ax.bar(np.cumsum(mwh) - mwh, intensity, mwh, align="edge", color=[
            plotting.ORANGE, plotting.SKY, "0.8"], edgecolor="white")
        ax.set(xlim=(0, 90), ylim=(0, 1.1 * grid["gCO2e/kWh"].max()))
        ax.set(xlabel="energy (mWh)")
        mg = np.array([mwh[:2].sum(), mwh[2]]) * intensity / 1000
        ax.set_title(f"{tool} {network}: {mg[0]:.1f} + {mg[1]:.1f} mgCO2e")
    names = "processor", "memory", f"the rest at PUE {PUE}"
    axes[0].legend(axes[0].patches, names, fontsize=8)
    axes[0].set_ylabel("grid (gCO2e/kWh)")
    fig.suptitle(f"{country}: {intensity:.0f} gCO2e/kWh", fontsize=10)
    return fig


plotting.frames(
    [draw_grid(name, row["gCO2e/kWh"]) for name, row in grid.iterrows()],
    [*grid.index],
    alt="Emissions of two trainings as areas, energy times grid, one country "
    "per frame. The widths stay: 512-256 with Keras needs several times the "
    "energy of 128 with NumPy. The height grows from country to country.",
    start=len(grid) - 1)

# %% [markdown]
# The larger training emits less in Norway than the smaller one in India: *where*
# can count more than *what*. What is left out?
#
# - **PUE**, *power usage effectiveness*, the grey part: what a data centre
#   draws, divided by what its computers draw. 1.1 to 1.6 is common.
# - **Embodied carbon**: the making of the machine.
# - **Marginal or average.** The table has the *average* kWh. One more is made
#   by the plants that follow demand, often gas: the *marginal* value.
# - **All other runs**: seeds, searches, mistakes, and all predictions.

# %%
KG, YEARS, HOURS = 250, 4, 8 * 250  # a laptop; hours of use per year
embodied = 1e6 * KG / (YEARS * HOURS * 3600)  # mg for a second of use
electric = 1000 * emissions(14, 1, 56)[1]  # 14 W, France
print(f"embodied {embodied:.1f} mg/s, electricity {electric:.2f} mg/s: "
      f"a factor of {embodied / electric:.0f}")

# %% [markdown]
# With these assumptions the making of the laptop weighs far more than its
# electricity in France.
#
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
# GPT-3 emitted 22 times as much as BLOOM: 3 times the energy, 7 times the grid,
# because BLOOM was trained in France. Luccioni leaves the PUE out, and multiplies
# hours by rated power.
#
# ## Summary
#
# The tool hardly changes what a network reaches; the recipe, the network and
# the data do. Times are compared fairly when everything else is the same, the
# tools take turns, and a tool is compared with itself first. A ratio belongs
# to one size: a step is a fixed cost plus work. An energy that was assumed is
# a time in other units. The bill has more lines than the training.

# %%
progress(9)

# %% [markdown]
# ## On your own
#
# - **9.Q5.** In the estimate of the embodied carbon, replace 56 g/kWh by 700
#   (coal) and 14 W by 60 W (with a screen). Which part dominates now?
# - **9.Q6.** Set `BATCH = 512` and run the race again. Which ratio changes?
# - **9.Q7.** Set it back, but remove `steps_per_execution=32`. And now?

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
# no result, decides whether Keras needs twice or three times as much as NumPy
# for the small network, and as much or half as much again for the larger one.
# "As fast as a tool can be" and "as it is used first" are two questions; say
# which one you answer.

# %% [markdown]
# ## Further reading
#
# - R. Fischer, "Ground-truthing AI energy consumption",
#   [arXiv:2509.22092](https://arxiv.org/abs/2509.22092) (2025): CodeCarbon
#   beside meters; errors of up to 40 %.
# - V. Schmidt et al., *CodeCarbon*: [codecarbon.io](https://codecarbon.io).
# - C. Coleman et al., "Analysis of DAWNBench", *ACM SIGOPS Operating Systems
#   Review* 53 (2019): time to an accuracy.
# - E. Strubell et al., *ACL* (2019); D. Patterson et al.,
#   [arXiv:2104.10350](https://arxiv.org/abs/2104.10350) (2021); A. S. Luccioni
#   et al., *Journal of Machine Learning Research* 24 (2023): the trainings of
#   the last table.
