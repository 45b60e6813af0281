# %% [markdown]
# # 06 — How wide, how deep?
#
# **What you will do.** Train some two hundred networks that differ in width,
# depth and activation function, each at a learning rate of its own and from
# several random beginnings. Draw what comes out with its uncertainty, find
# out why deep sigmoid networks stand still, and decide which networks are
# never worth training.
#
# **What you will learn.** How to compare architectures fairly; how large the
# difference between two seeds is, and which differences between networks are
# smaller; what the recursion B13 does to $\delta^L$ in a deep network; what
# accuracy costs in parameters and in energy.
#
# **What you need.** Notebook 04; B11 and B13 from notebook 03; the mean and
# the standard deviation.
#
# *Part of the course: studies. To run: at most 60 seconds on two processors.
# To study: 100 minutes.*

# %%
import math
import time

import numpy as np
from scipy import stats
from threadpoolctl import threadpool_limits

from exercises import check, hint, progress, solution
from helpers import evidence, layers, plotting
from helpers.data import load_mnist
from helpers.evidence import mean_and_spread
from helpers.progress import run_study
from helpers.timing import measure, prepare_meter

threadpool_limits(limits=1)
meter_problem = prepare_meter()
M, K, BATCH_SIZE, PILOT_SEED = 784, 10, 32, 100

# %% [markdown]
# ## The plan of the study
#
# Everything that can be set stands in the next cell. With `LARGE = True` the
# same notebook takes ten times as many images, more epochs and more seeds:
# plan three quarters of an hour for it.

# %%
LARGE = False
GRID = {  # setting: (small, large)
    "training images": (5_000, 50_000),
    "epochs": (4, 10),
    "epochs of a pilot": (2, 4),
    "seeds for each width": (4, 8),
    "seeds for each depth": (3, 5),
    "seeds for the map": (3, 5),
}
values = [pair[LARGE] for pair in GRID.values()]
IMAGES, EPOCHS, PILOT_EPOCHS, WIDTH_SEEDS, DEPTH_SEEDS, MAP_SEEDS = values
WIDTHS = (4, 8, 16, 32, 64, 128, 256, 512, 1024)  # one hidden layer
DEPTHS = (1, 2, 3, 4, 5, 6)  # hidden layers
MAP_WIDTHS = (4, 8, 16, 32, 64)  # each with
MAP_DEPTHS = (1, 2, 4, 6)  # each of these
RATES = {  # learning rates to choose from
    "ReLU": (0.1, 0.3, 1.0),
    "tanh": (0.1, 0.3, 1.0),
    "sigmoid": (1.0, 3.0, 10.0),
}
for name, value in zip(GRID, values):
    print(f"{name:22}{value:7,}")

# %% [markdown]
# The networks learn from the first images of the training sample and are
# judged by the 10,000 validation images. The test sample stays closed: here
# we choose, and choices are made on validation data.

# %%
mnist = load_mnist()
x = mnist.x_train[:IMAGES]
y = np.eye(K, dtype=np.float32)[mnist.y_train[:IMAGES]]
VALIDATION = mnist.x_validation, mnist.y_validation
TRAINING = x[:2000], mnist.y_train[:2000]  # enough for a second opinion
PILOT = tuple(part[:2500] for part in VALIDATION)  # enough for a choice
steps = EPOCHS * math.ceil(IMAGES / BATCH_SIZE)
print(f"training {x.shape}, validation {VALIDATION[0].shape}")
print(f"{steps:,} steps of {BATCH_SIZE} images for every network")


# %% [markdown]
# ## What a fair comparison needs
#
# **An equal size.** A second hidden layer adds weights. If the deeper network
# reads better, was it the depth or the weights? To tell, compare depths at
# about the same number of parameters.
#
# **A learning rate of its own.** Networks differ in the step that they bear.
# One rate for all favours those that it happens to suit.
#
# **Several seeds.** Start and shuffling are random, so is the accuracy. A
# single run is one draw.
#
# ### Exercise 6.1 (15 minutes)
#
# Write `equal_width(H, P, M, K)`: the largest `n` such that a network with
# `M` inputs, `H` hidden layers of `n` neurons each and `K` outputs has at
# most `P` parameters, biases included. For `H = 2`, `P = 30`, `M = 3` and
# `K = 2` it is 2: the sizes 3-2-2-2 need $8 + 6 + 6 = 20$ parameters, 3-3-3-2
# would need $12 + 12 + 8 = 32$. You may assume that `n = 1` fits.

# %% tags=["exercise-6.1"]
def equal_width(H, P, M, K):
    """Return the largest width n of H hidden layers with P parameters."""
    ### BEGIN SOLUTION
    n = 1
    while True:
        wider = n + 1
        parameters = M * wider + wider  # first hidden layer
        parameters += (H - 1) * (wider * wider + wider)  # the others
        parameters += wider * K + K  # output layer
        if parameters > P:
            return n
        n = wider
    ### END SOLUTION


# %%
check("6.1", equal_width)
# hint("6.1")
# solution("6.1")

# %% [markdown]
# We give every depth the number of parameters of notebook 04's 784-128-10.

# %%
BUDGET = layers.count((M, 128, K))
equal = {H: (equal_width(H, BUDGET, M, K),) * H for H in DEPTHS}
for H, hidden in equal.items():
    count = layers.count((M, *hidden, K))
    print(f"{H} hidden, {hidden[0]:3} neurons each: {count:7,} parameters")

# %% tags=["instructor"]
for hidden in equal.values():
    count = layers.count((M, *hidden, K))
    assert 0.98 * BUDGET < count <= BUDGET


# %% [markdown]
# Most of the weights sit between image and first hidden layer, whatever the
# depth. So a deep network of the same size is only a little narrower.
#
# ## Many networks in one array
#
# A small network is too little work for the processor: its matrix products
# take less time than Python's calls around them. So we stack $S$ networks.
# `W0` becomes an array of shape (S, M, N), and NumPy's `@` multiplies the S
# pairs of matrices in one call:
#
# | one network | S networks |
# | --- | --- |
# | `a = h(x @ W + b)`, (D, M) @ (M, N) | the same line, (S, D, M) @ (S, M, N) |
# | `dW = a.T @ delta` | `a.swapaxes(1, 2) @ delta` |
# | `b` of shape (N,) | (S, 1, N), so that it is added to each row |
#
# Each network keeps its own weights, its own order of the images and, if we
# like, its own learning rate.

# %%
def train_stack(x, y, sizes, seeds, epochs, batch_size, rates, h="ReLU",
                gain=None):
    """Train a network for each seed, all in one stack."""
    rngs = [np.random.default_rng(seed) for seed in seeds]
    gain = layers.GAINS[h] if gain is None else gain
    stack = layers.stack([
        layers.initialise(sizes, rng, gain, x.dtype) for rng in rngs
    ])
    return layers.train(stack, x, y, epochs, batch_size, rates, rngs, h)


# %% [markdown]
# Do they end where they would have ended alone? The same trainings in both
# ways, in double precision:

# %%
small = x[:200].astype(float), y[:200].astype(float)
sizes, seeds, rates = (M, 16, 12, K), (1, 2, 3), (0.1, 0.1, 0.3)
stack = train_stack(*small, sizes, seeds, 2, BATCH_SIZE, rates)
largest = 0
for s, (seed, rate) in enumerate(zip(seeds, rates)):
    rng = np.random.default_rng(seed)
    alone = layers.initialise(sizes, rng, dtype=np.float64)
    alone = layers.train(alone, *small, 2, BATCH_SIZE, rate, rng)
    for name, array in alone.items():
        difference_here = np.max(np.abs(stack[name][s] - array))
        largest = max(largest, difference_here)
print("W0 of the stack:", stack["W0"].shape)
print("largest difference of any parameter below 1e-10:", largest < 1e-10)

# %% [markdown]
# Equal to rounding. What is gained? Five networks of 16 hidden neurons, one
# epoch of 3,000 images, one after the other and stacked.

# %% tags=["nbval-ignore-output"]
sizes, seeds = (M, 16, K), range(5)
times = {"alone": [], "stacked": []}
few = x[:3000], y[:3000]
for _ in range(3):
    start = time.perf_counter()
    for seed in seeds:
        train_stack(*few, sizes, [seed], 1, BATCH_SIZE, 0.1)
    middle = time.perf_counter()
    train_stack(*few, sizes, seeds, 1, BATCH_SIZE, 0.1)
    times["alone"].append(middle - start)
    times["stacked"].append(time.perf_counter() - middle)
alone, stacked = (np.median(values) for values in times.values())
print(f"five networks: {alone:.2f} s alone, {stacked:.2f} s stacked")
print(f"factor {alone / stacked:.1f}")

# %% tags=["instructor"]
assert 0.3 < alone / stacked < 30


# %% [markdown]
# The study itself has two functions. `pilot` tries all learning rates of an
# activation function in one stack, in a shorter training with a seed that is
# used for nothing else. `final` trains with one of them, from several seeds.
# The weights begin with variance gain$/M$: gain 2 for ReLU, 1 for the other
# two.

# %%
def pilot(hidden, h, rates, images, epochs, batch_size, seed):
    """Return the validation accuracy at each learning rate."""
    stack = train_stack(
        x[:images], y[:images], (M, *hidden, K), [seed] * len(rates), epochs,
        batch_size, rates, h,
    )
    return layers.accuracy(*PILOT, stack, h)


def final(hidden, h, rate, seeds, images, epochs, batch_size):
    """Return validation and training accuracy of each network (S, 2)."""
    stack = train_stack(
        x[:images], y[:images], (M, *hidden, K), seeds, epochs, batch_size,
        rate, h,
    )
    samples = VALIDATION, TRAINING
    return np.transpose([layers.accuracy(*s, stack, h) for s in samples])


# %% [markdown]
# A training *diverges* when a parameter is no longer a finite number. Its
# accuracy is then noted as `nan`: it is counted, never averaged. The best rate
# is the one with the best pilot among those that did not diverge. The seeds
# of a small network share one stack; a large one fills the processor's time
# and cache alone.

# %%
def best_rate(hidden, h):
    """Return the rate with the best pilot that did not diverge."""
    pairs = zip(PILOTS[hidden, h], RATES[h])
    return max((p for p in pairs if p[0] > 0), default=(0, min(RATES[h])))[1]


def seed_groups(hidden, n_seeds):
    """Return the seeds as tuples that are trained together."""
    if layers.count((M, *hidden, K)) > 60_000:
        return [(seed,) for seed in range(n_seeds)]
    return [tuple(range(n_seeds))]


# %% [markdown]
# `study` does both for a list of networks, on all cores, the largest first.
# `TRIED` and `DONE` keep what is done; if you stop a study, run its cell
# again, and it goes on from there.

# %%
TRIED, DONE, PILOTS, METERS = {}, {}, {}, []


def study(networks, n_seeds):
    """Return {network: accuracies (seeds, 2)}, each at its best rate."""
    networks = sorted(networks, key=lambda n: -layers.count((M, *n[0], K)))
    tries = [
        (hidden, h, RATES[h], len(x), PILOT_EPOCHS, BATCH_SIZE, PILOT_SEED)
        for hidden, h in networks
    ]
    with measure() as meter:
        found = run_study(pilot, tries, "pilots", TRIED)
        PILOTS.update(zip(networks, found.values()))
        settings = [
            (*n, best_rate(*n), seeds, len(x), EPOCHS, BATCH_SIZE)
            for n in networks for seeds in seed_groups(n[0], n_seeds)
        ]
        found = run_study(final, settings, "trainings", DONE)
    METERS.append(meter)
    parts = {network: [] for network in networks}
    for (hidden, h, *_), accuracies in found.items():
        parts[hidden, h].append(accuracies)
    return {n: np.concatenate(groups) for n, groups in parts.items()}


# %% [markdown]
# The *spread* of a result is the standard deviation between seeds, with
# $n - 1$; at least two networks must have survived.

# %%
def seeds_of(found, network):
    """Return a network's validation accuracies in %, nan if diverged."""
    return 100 * found[network][:, 0]


def summary(found):
    """Return {network: (mean, spread)} of validation accuracy, in %."""
    every = {network: seeds_of(found, network) for network in found}
    every = {n: v[np.isfinite(v)] for n, v in every.items()}
    return {n: mean_and_spread(v) for n, v in every.items() if len(v) > 1}


mean, spread = mean_and_spread([90, 92, 94])
print(f"an example, 90, 92 and 94 %: {mean:.0f} ± {spread:.0f}")

# %% [markdown]
# > **Before you go on, 6.Q1.** Write down your expectations, with numbers. (1) One
# > hidden layer: what accuracy with 4 neurons, with 1024? From which width on
# > does doubling it stop to pay? (2) At equal size, which of the depths 1 to
# > 6 reads best? (3) Which of ReLU, tanh and sigmoid suffers most from depth,
# > and why? A model answer follows when the results are there.
#
# ## Width
#
# One hidden layer with ReLU, from 4 to 1024 neurons.

# %%
found_width = study([((n,), "ReLU") for n in WIDTHS], WIDTH_SEEDS)
width = {n[0][0]: v for n, v in summary(found_width).items()}
width = dict(sorted(width.items()))
training = {
    n: 100 * np.nanmean(found_width[(n,), "ReLU"][:, 1]) for n in width
}

# %% tags=["instructor"]
for n, (mean, _) in width.items():
    assert mean > (20 if n < 16 else 85 if n < 64 else 91)

# %% tags=["draws", "nbval-ignore-output"]
print("neurons   rate   validation (%)   training (%)")
for n, (mean, spread) in width.items():
    rate = best_rate((n,), "ReLU")
    print(f"{n:7}{rate:7}{mean:9.2f} ± {spread:.2f}{training[n]:12.1f}")

# %% [markdown]
# The bars show the spread between seeds. Where none is visible, it is smaller
# than the marker.

# %% tags=["draws"]
fig, ax = plotting.figure(height=3.6)
means, spreads = np.transpose(list(width.values()))
ax.errorbar(
    list(width), means, spreads, capsize=3, label="validation",
    **plotting.STYLE["validation"],
)
ax.plot(
    list(width), list(training.values()), label="training",
    **plotting.STYLE["training"],
)
ax.set_xscale("log", base=2)
ax.set_xticks(list(width), [str(n) for n in width])
ax.set(xlabel="hidden neurons", ylabel="accuracy (%)")
ax.set_title(f"One hidden layer, ReLU: mean and spread of {WIDTH_SEEDS} seeds")
ax.legend(loc="lower right")
plotting.show(fig, f"""Accuracy against the number of hidden neurons, on a
    logarithmic axis. Validation climbs steeply from {means[0]:.1f} ±
    {spreads[0]:.1f} % at the narrowest network, then flattens, and ends at
    {means[-1]:.1f} ± {spreads[-1]:.1f} % for the widest; the training curve
    runs above it at the right end.""", values=False)


# %% [markdown]
# The first doublings bring a lot, the last ones little. Narrow networks differ
# among themselves far more than wide ones: with 4 neurons one bad start
# costs a quarter of the network.
#
# How little is little? A difference has to be compared with its own
# uncertainty.
#
# ### Exercise 6.2 (15 minutes)
#
# Write `difference(a, b)`. `a` and `b` are arrays with the accuracies of the
# seeds of two networks, $n_a$ and $n_b$ of them, at least two each. Return two
# numbers: the difference of the means, b minus a, and its uncertainty
# $u$. The mean of $n$ seeds with spread $s$ (the standard deviation with
# $n - 1$) is uncertain by $s/\sqrt{n}$, and independent uncertainties add in
# squares. By hand: `a = [90, 92, 94]` has mean 92 and $s = 2$,
# `b = [95, 95.5, 96]` has mean 95.5 and $s = 0.5$. The difference is 3.5 with
# $u = \sqrt{4/3 + 0.25/3} = 1.19$.

# %% tags=["exercise-6.2"]
def difference(a, b):
    """Return mean(b) - mean(a) and the uncertainty of this difference."""
    ### BEGIN SOLUTION
    square_a = np.var(a, ddof=1) / len(a)
    square_b = np.var(b, ddof=1) / len(b)
    return np.mean(b) - np.mean(a), np.sqrt(square_a + square_b)
    ### END SOLUTION


# %%
check("6.2", difference)
# hint("6.2")
# solution("6.2")

# %% [markdown]
# A rule of thumb calls a difference real if it is larger than $2u$. How often
# does that rule see a difference where there is none? Draw both networks'
# seeds from the same normal distribution, many times, and count. A second rule
# takes the differences in pairs, and puts Student's factor $t$ in place of the
# 2: it depends on the number of seeds.

# %%
rng = np.random.default_rng(6)
for n_seeds in (3, 5, 20):
    a, b = rng.standard_normal((2, 100_000, n_seeds))
    u = np.sqrt((a.var(axis=1, ddof=1) + b.var(axis=1, ddof=1)) / n_seeds)
    false = np.mean(np.abs(b.mean(axis=1) - a.mean(axis=1)) > 2 * u)
    pairs = b - a
    u = pairs.std(axis=1, ddof=1) / math.sqrt(n_seeds)
    t = stats.t.ppf(0.975, n_seeds - 1)
    with_t = np.mean(np.abs(pairs.mean(axis=1)) > t * u)
    print(f"{n_seeds:2} seeds each: {100 * false:4.1f} % false alarms; "
          f"with t = {t:.2f}, in pairs: {100 * with_t:.1f} %")


# %% [markdown]
# With few seeds the spread itself is poorly known, and the rule of thumb errs
# more often than the 5 % of the textbook. So all notebooks of this course use
# the second rule. They compare two networks *in pairs*, seed by seed, and
# give the mean of the differences with its 95 % interval, $\pm\, t u$, where
# $u = s/\sqrt{n}$ is the uncertainty of that mean. If the interval contains
# zero, the two are *not distinguishable* with these seeds. With few seeds $t$
# is large and the intervals are wide. Now each doubling of the width, eight
# comparisons:

# %%
def compare(first, second):
    """Return first - second in points, over the seeds that both have."""
    n = min(len(first), len(second))
    both = np.isfinite(first[:n] + second[:n])
    return evidence.difference(first[:n][both], second[:n][both])


per_width = {n: seeds_of(found_width, ((n,), "ReLU")) for n in width}
steps_up = {
    wider: compare(per_width[wider], per_width[n])
    for n, wider in zip(list(width)[:-1], list(width)[1:])
}

# %% tags=["instructor"]
assert steps_up[8].mean > steps_up[1024].mean
assert compare(per_width[256], per_width[16]).mean > 1

# %% tags=["draws", "nbval-ignore-output"]
for wider, gain in steps_up.items():
    print(f"{wider // 2:4} -> {wider:4}: {gain.in_words()}")

# %% [markdown]
# In the figure, the bars are the 95 % intervals, and hollow points mark
# doublings that these seeds cannot tell from zero.

# %% tags=["draws"]
fig, ax = plotting.figure(height=3)
unclear = [n for n, gain in steps_up.items() if not gain.clear]
for n, gain in steps_up.items():
    ax.errorbar(
        n, gain.mean, gain.half, fmt="s", capsize=3, color=plotting.ORANGE,
        markerfacecolor="white" if n in unclear else plotting.ORANGE,
    )
ax.axhline(0, color=plotting.GREY, lw=1)
ax.set_xscale("log", base=2)
ax.set_yscale("symlog", linthresh=1)
ax.set_yticks([0, 0.5, 1, 10], ["0", "0.5", "1", "10"])
ax.set_xticks(list(steps_up), [f"{n // 2}→{n}" for n in steps_up], fontsize=9)
ax.set(xlabel="doubling", ylabel="gain (points)", ylim=(-0.8, 40))
ax.set_title("What each doubling of the width brings, with 95 % intervals")
last = list(steps_up.values())[-1]
plotting.show(fig, f"""Gain of validation accuracy for each doubling of the
    width, with error bars. The first is the largest,
    {max(gain.mean for gain in steps_up.values()):.1f} points; the last is
    {last.mean:+.2f} ± {last.half:.2f}; {len(unclear)} of {len(steps_up)} are
    hollow, not distinguishable from zero.""", values=False)

# %% [markdown]
# What would a study with one seed have said? Take the doubling whose gain was
# the hardest to tell from nothing, and each seed of one network against each
# seed of the other.

# %% tags=["nbval-ignore-output"]
wide = min(steps_up, key=lambda n: abs(steps_up[n].mean) / steps_up[n].half)
narrow = list(width)[list(width).index(wide) - 1]
pairs = per_width[wide][None, :] - per_width[narrow][:, None]
print(f"{pairs.size} single comparisons of {narrow} with {wide} neurons:")
print(f"from {pairs.min():+.2f} to {pairs.max():+.2f} points,")
print(f"in {np.mean(pairs <= 0):.0%} of them the narrower one is as good")
error = 100 * math.sqrt(0.05 * 0.95 / 10_000)
print(f"10,000 images alone: ± {error:.2f} points at 95 %")

# %% [markdown]
# From the lowest to the highest of these differences: each is a story that a
# study with one seed could have told. The last line is another uncertainty,
# which the seeds do not show: all networks were judged by the *same* 10,000
# images, and other images would move all accuracies by about so much. Most of
# it is common to the networks and drops out of their differences.
#
# ## Depth, and the activation function
#
# One to six hidden layers, with about equal numbers of parameters (the table
# of exercise 6.1), and the three activation functions of notebook 02.

# %%
grid = [(equal[H], h) for H in DEPTHS for h in RATES]
found_depth = study(grid, DEPTH_SEEDS)
depth = summary(found_depth)

# %% tags=["instructor"]
for H in DEPTHS:
    for h in ("ReLU", "tanh"):
        assert depth[equal[H], h][0] > 85
assert LARGE or depth[equal[6], "sigmoid"][0] < 60

# %% tags=["draws", "nbval-ignore-output"]
print("hidden layers" + "".join(f"{h:>16}" for h in RATES))
for H in DEPTHS:
    row = [depth.get((equal[H], h), (math.nan,) * 2) for h in RATES]
    cells = [f"{mean:8.2f} ± {spread:5.2f}" for mean, spread in row]
    print(f"{H:13}" + "".join(cells))


# %% [markdown]
# First the pilots, which chose the learning rates: each line is a depth, each
# point a training. A cross at the bottom is a training that diverged.

# %% tags=["draws"]
def shade(k, n):
    """Return the k-th of n colours from dark to light, none too light."""
    from matplotlib import colormaps

    return colormaps[plotting.AMOUNTS](0.9 * k / max(n - 1, 1))


MARKERS = "osD^vP"  # of depth 1, 2, ...
fig, axes = plotting.figure(1, 3, height=3.2, sharey=True)
tried = {(H, h): 100 * PILOTS[equal[H], h] for H in DEPTHS for h in RATES}
for ax, (h, rates) in zip(axes, RATES.items()):
    for k, H in enumerate(DEPTHS):
        look = {"color": shade(k, len(DEPTHS)), "label": str(H)}
        ax.plot(rates, tried[H, h], marker=MARKERS[k], **look)
        lost = np.isnan(tried[H, h])  # crosses, side by side
        at = np.array(rates)[lost] * 1.08 ** (k - 2)
        ax.plot(at, [3] * len(at), "x", color=look["color"], ms=8)
    ax.set(xscale="log", ylim=(0, 100), xlabel=r"learning rate $\lambda$")
    ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
    ax.minorticks_off()
    ax.set_title(h)
axes[0].set_ylabel("validation accuracy (%)")
handles = axes[0].get_legend_handles_labels()
fig.legend(*handles, title="hidden\nlayers", loc="outside right center")
plotting.show(fig, f"""Three panels, ReLU, tanh and sigmoid: accuracy of the
    pilots against the learning rate, one line for each depth from 1 to 6.
    {np.isnan([*tried.values()]).sum()} of {3 * len(tried)} diverged: crosses
    at the bottom. With ReLU and tanh the network with one hidden layer
    bears the largest rate best; deep sigmoid lines lie near 10 %.""",
              values=False)

# %% [markdown]
# How many diverged, and which rates were the best at one depth or another:

# %% tags=["draws", "nbval-ignore-output"]
diverged = np.isnan([*tried.values()]).sum()
print(f"{diverged} of {3 * len(tried)} pilots diverged")
for h in RATES:
    own = {best_rate(equal[H], h) for H in DEPTHS}
    print(f"{h:8} best rates: {sorted(own)}")

# %% [markdown]
# One rate for all would have compared learning rates under the name of
# architectures; the sigmoid's rates are of another size altogether. Notebook
# 07 asks why. Three rates, a factor of three apart, are a coarse choice: where
# the best rate changes from one network to the next, as it did with the
# widths, part of the step between them may be owed to that. Now the study
# itself, whole at the left, its upper edge at the right.

# %% tags=["draws"]
H_STYLE = {
    "ReLU": {"color": plotting.BLACK, "linestyle": "-", "marker": "o"},
    "tanh": {"color": plotting.GREEN, "linestyle": "--", "marker": "s"},
    "sigmoid": {"color": plotting.PURPLE, "linestyle": ":", "marker": "^"},
}
fig, axes = plotting.figure(1, 2, height=3.4)
for ax in axes:
    for k, h in enumerate(RATES):
        here = [H for H in DEPTHS if (equal[H], h) in depth]
        means, spreads = zip(*[depth[equal[H], h] for H in here])
        at = np.array(here) + 0.08 * (k - 1)  # so that bars do not overlap
        ax.errorbar(at, means, spreads, capsize=3, label=h, **H_STYLE[h])
    ax.set(xlabel="hidden layers", xticks=DEPTHS)
axes[0].axhline(10, color=plotting.GREY, lw=1)
axes[0].text(0.85, 12, "guessing", color=plotting.GREY, fontsize=9)
axes[0].set(ylabel="validation accuracy (%)", title="Depth at equal size")
top = [mean for (_, h), (mean, _) in depth.items() if h != "sigmoid"]
axes[1].set(ylim=(min(top) - 1.5, max(top) + 0.8), title="Enlarged")
axes[0].set_ylim(0, 100)
axes[0].legend(loc="lower left", bbox_to_anchor=(0, 0.15))
one, last = (depth[equal[H], "sigmoid"][0] for H in (1, 6))
plotting.show(fig, f"""Validation accuracy against the number of hidden layers
    at equal size, with error bars. ReLU and tanh stay between {min(top):.1f}
    and {max(top):.1f} %; sigmoid starts beside them with {one:.1f} %, breaks
    down as layers are added and ends at {last:.1f} % with six layers, where
    10 % is guessing.""", values=False)

# %% [markdown]
# Two of the curves are nearly flat, the third breaks down. Which depths are
# distinguishable from the best one? That makes five comparisons for each
# activation function.

# %%
below_best = {}
for h in RATES:
    best = max(DEPTHS, key=lambda H: depth.get((equal[H], h), (0, 0))[0])
    at_best = seeds_of(found_depth, (equal[best], h))
    below_best[h] = best, {
        H: compare(seeds_of(found_depth, (equal[H], h)), at_best)
        for H in DEPTHS if H != best
    }

# %% tags=["instructor"]
for h in RATES:
    if h != "sigmoid":
        assert min(d.mean for d in below_best[h][1].values()) > -4

# %% tags=["draws", "nbval-ignore-output"]
for h, (best, others) in below_best.items():
    print(f"{h}: best with {best} hidden, {depth[equal[best], h][0]:.2f} %")
    unclear = [H for H, d in others.items() if not d.clear]
    print(f"   not distinguishable from it: {unclear or 'none'}")
    worse = [H for H, d in others.items() if d.clear]
    print(f"   worse: {worse or 'none'}")
    if h != "sigmoid":
        span = max(-d.mean for d in others.values())
        print(f"   between the best and the worst depth: {span:.2f} points")


# %% [markdown]
# At equal size and for this number of steps, depth changes the accuracy of the
# ReLU network by about one point, although most depths are distinguishable
# from the best. Images of centred digits are a task that one hidden layer does
# well; depth earns its keep where features are made of features, as in
# photographs.
#
# ## Why deep sigmoid networks stand still
#
# The recursion says what reaches the lower layers.
#
# **B13** $\quad \delta^L = h'(z^L) \odot W^{L+1} \delta^{L+1}$
#
# (Verified in notebooks 03 and 05.) Going down one layer multiplies
# $\delta$ by $h'$ and by $W$. By how much does it shrink? Let layer $L$ have
# $M$ neurons and the next one $N$. In an untrained network the weights are
# independent, with mean 0 and variance gain$/M$, so in the sum over the next
# layer's neurons all mixed products vanish on average, and the mean squares
# (written $\langle\,\rangle$) obey
#
# $$\langle (\delta^L)^2 \rangle = \langle h'(z^L)^2 \rangle \cdot N \cdot
# \frac{\mathrm{gain}}{M} \cdot \langle (\delta^{L+1})^2 \rangle.$$
#
# ### Exercise 6.3 (15 minutes)
#
# Write `shrink(z, h_prime, gain, N)`: the factor from the size of
# $\delta^{L+1}$ to the size of $\delta^L$, where *size* is the root of the
# mean square. `z` is $z^L$ with one row a sample, shape (D, M); `h_prime`
# takes it; `N` is the width of layer $L + 1$. By hand: ReLU,
# `z = [[1, -2], [3, -1]]`, gain 2, `N = 2`. Half of the $h'$ are 1, so the mean
# square is 1/2, and the factor is $\sqrt{1/2 \cdot 2 \cdot 2/2} = 1$.

# %% tags=["exercise-6.3"]
def shrink(z, h_prime, gain, N):
    """Return the expected size of delta^L over that of delta^(L+1)."""
    ### BEGIN SOLUTION
    M = z.shape[1]
    return np.sqrt(np.mean(h_prime(z) ** 2) * N * gain / M)
    ### END SOLUTION


# %%
check("6.3", shrink)
# hint("6.3")
# solution("6.3")

# %% [markdown]
# The worked example is the reason for ReLU's gain of 2: the factor is then 1,
# and $\delta$ keeps its size. For the sigmoid $h' \le 1/4$, so with gain 1
# and layers of equal width it loses three quarters or more in *every* layer.
#
# A prediction wants a measurement. Six hidden layers, untrained, 1,000 real
# images, five seeds: `layers.backward` hands out its deltas.

# %%
def delta_sizes(h, gain, seed, D=1000):
    """Return measured sizes of delta^0 ... delta^H, and factors expected."""
    sizes = (M, *equal[6], K)
    rng = np.random.default_rng(seed)
    p = layers.initialise(sizes, rng, gain, np.float64)
    function, h_prime = layers.ACTIVATIONS[h]
    images, deltas = mnist.x_train[:D].astype(float), []
    z, a = layers.forward(images, p, function)
    layers.backward(
        images, np.eye(K)[mnist.y_train[:D]], z, a, p, h_prime, deltas
    )
    measured = [np.sqrt(np.mean(delta**2)) for delta in deltas]
    expected = [
        shrink(z[L], h_prime, gain, sizes[L + 2]) for L in range(len(z) - 1)
    ]
    return np.array(measured), np.array(expected)


CASES = {"ReLU": 2, "tanh": 1, "sigmoid": 1}  # and the gain of each
sized = {
    h: [delta_sizes(h, gain, seed) for seed in range(5)]
    for h, gain in CASES.items()
}


# %% [markdown]
# The table gives the factor from each layer to the one below it, measured and
# expected, the geometric mean over five seeds.

# %%
def factors(pairs):
    """Return measured and expected factors by layer, geometric means."""
    ratios = [measured[:-1] / measured[1:] for measured, _ in pairs]
    both = ratios, [expected for _, expected in pairs]
    return [np.exp(np.mean(np.log(part), axis=0)) for part in both]


found_factors = {h: factors(pairs) for h, pairs in sized.items()}

# %% tags=["instructor"]
for m, e in found_factors.values():
    assert np.all(np.abs(m / e - 1) < 0.15)

# %% tags=["draws"]
print("measured / expected   " + "".join(f"{h:>16}" for h in CASES))
for L in range(5, -1, -1):
    row = [found_factors[h] for h in CASES]
    cells = [f"{m[L]:9.2f} / {e[L]:.2f}" for m, e in row]
    print(f"delta^{L + 1} to delta^{L}    " + "".join(cells))
for h, pairs in sized.items():
    total = np.mean([s[0] / s[5] for s, _ in pairs])
    print(f"{h}: size of delta^0 / size of delta^5 = {total:.1g}")

# %% [markdown]
# The first line is the step from ten outputs to a much wider layer, with few
# terms in the sum; it is small for all three. Below it, tanh and ReLU stay
# near 1 and the sigmoid near 1/4. Drawn as sizes, against the layer: points
# are measured, lines are the expectation, from $\delta^H$ downwards.

# %% tags=["draws"]
fig, ax = plotting.figure(height=3.8)
for h, pairs in sized.items():
    logs = np.log10([measured for measured, _ in pairs])
    middle, error = logs.mean(axis=0), logs.std(axis=0, ddof=1)
    style = H_STYLE[h]
    ends = 10**middle, 10 ** (middle - error), 10 ** (middle + error)
    ax.errorbar(
        range(7), ends[0], [ends[0] - ends[1], ends[2] - ends[0]], capsize=3,
        linestyle="", color=style["color"], marker=style["marker"], label=h,
    )
    below = np.cumprod(found_factors[h][1][::-1])[::-1]
    line = ends[0][6] * np.append(below, 1)
    ax.plot(range(7), line, style["linestyle"], color=style["color"], lw=1.2)
ax.set(xlabel="layer L (6 is the output)", yscale="log")
ax.set_ylabel(r"size of $\delta^L$ (root mean square)")
ax.set_title("Untrained, six hidden layers: measured, and expected from B13")
ax.legend(loc="lower right")
lost = sized["sigmoid"][0][0]
plotting.show(fig, f"""Size of delta against the layer, on a logarithmic axis.
    From the output down to layer 0, ReLU and tanh stay near 0.1; sigmoid falls
    on a straight line, by a factor of about four a layer, to
    {lost[0]:.0e}. The expected lines run through the measured points.""")

# %% [markdown]
# A straight line on a logarithmic axis: exponential decay with depth. $W^0$
# of the sigmoid network receives gradients thousands of times smaller than
# those of the output layer, and hardly moves.
#
# ### The explanation put to the test
#
# If the shrinking is what stalls the network, then weights that undo it should
# cure it. The gain enters `shrink` by its root: gain 16 makes the weights four
# times larger, which makes up for $h' = 1/4$. But larger weights make larger
# $z$, where $h'$ is smaller. What remains?

# %%
print("sigmoid, mean factor of the lower five layers")
for gain in (1, 4, 16):
    pairs = [delta_sizes("sigmoid", gain, seed) for seed in range(5)]
    m, e = (np.exp(np.mean(np.log(f[:5]))) for f in factors(pairs))
    sizes = np.mean([measured[0] for measured, _ in pairs])
    print(f"gain {gain:2}: measured {m:.2f}, expected {e:.2f}, ", end="")
    print(f"size of delta^0 {sizes:.1g}")

# %% tags=["instructor"]
for gain in (1, 4, 16):
    pairs = [delta_sizes("sigmoid", gain, seed) for seed in range(5)]
    m, e = (np.exp(np.mean(np.log(f[:5]))) for f in factors(pairs))
    assert abs(m / e - 1) < 0.1


# %% [markdown]
# Not 1, but much better than 1/4. Then the same network with sigmoids, six
# hidden layers, the same rate and the same seeds, and only the scale of the
# first weights changed:

# %%
def deep_sigmoid(gain, seed):
    """Return the validation accuracy, in %, of six layers of sigmoids."""
    stack = train_stack(
        x, y, (M, *equal[6], K), [seed], EPOCHS, BATCH_SIZE, 1.0, "sigmoid",
        gain=gain,
    )
    return 100 * layers.accuracy(*VALIDATION, stack, "sigmoid")[0]


pairs = [(gain, seed) for gain in (1, 16) for seed in range(DEPTH_SEEDS)]
cure = run_study(deep_sigmoid, pairs, "sigmoids")

# %% tags=["instructor"]
assert all(v > 70 for (gain, _), v in cure.items() if gain == 16)
assert LARGE or all(v < 50 for (gain, _), v in cure.items() if gain == 1)

# %% tags=["draws", "nbval-ignore-output"]
for gain in (1, 16):
    mean, spread = mean_and_spread(v for k, v in cure.items() if k[0] == gain)
    print(f"gain {gain:2}: {mean:.1f} ± {spread:.1f} % of validation")

# %% [markdown]
# It learns. So it was not the sigmoid as such that failed, nor the depth: it
# was the product of $h'$ and $W$ along the layers. (That product acts on the
# way forward, too: by B12 it is how much of a change in $z^L$ reaches
# $z^{L+1}$. The larger scale repairs both ways.) ReLU with gain 2 has
# the factor 1 built in.

# %% [markdown] tags=["answer-6.Q1"]
# **Answer (6.Q1).** (1) Four neurons have to carry ten
# classes: four numbers can tell ten classes apart, but with little room, so
# an accuracy well above guessing and well below the others is a good bet,
# with a large spread. At the wide end, the number of images limits the
# accuracy and no longer the number of neurons, so doubling pays less and
# less; the table of doublings says which of them are not distinguishable
# from zero. (2) On this task no depth wins by much; if you named one, look
# from which of the others it is distinguishable. (3) The sigmoid, because
# its $h'$ is at most 1/4 and B13 multiplies by it in each layer. If you
# answered "tanh, it saturates as well": at $z = 0$ its $h'$ is 1, and with
# the right initial scale most $z$ stay near there.

# %% [markdown]
# ## The map
#
# Width and depth together, with ReLU, now without holding the size constant:
# five widths times four depths. One hidden layer is taken from above. The next
# row would be the study of depth: its networks have about 100 neurons a layer.

# %% tags=["nbval-ignore-output"]
grid = [((n,) * H, "ReLU") for n in MAP_WIDTHS for H in MAP_DEPTHS if H > 1]
found_map = {**found_width, **study(grid, MAP_SEEDS)}
on_map = summary(found_map)
mean, spread = np.full((2, len(MAP_WIDTHS), len(MAP_DEPTHS)), np.nan)
for r, n in enumerate(MAP_WIDTHS):
    for c, H in enumerate(MAP_DEPTHS):
        if ((n,) * H, "ReLU") in on_map:
            mean[r, c], spread[r, c] = on_map[(n,) * H, "ReLU"]
lost = sum(np.sum(~np.isfinite(v[:, 0])) for v in found_map.values())
dead = sum(np.sum(v[:, 0] < 0.15) for v in found_map.values())
print(f"{sum(map(len, found_map.values()))} trainings: {lost} diverged, "
      f"{dead} ended below 15 %")

# %% tags=["instructor"]
assert np.all(mean[3:] > 88) and mean[:, 0].argmax() >= 4

# %% [markdown]
# Each field gives mean and spread. Colours start at 80 %; all that reads worse
# is equally dark.

# %% tags=["draws"]
fig, ax = plotting.figure(height=4.3)
texts = [[f"{m:.1f}\n± {s:.1f}" for m, s in zip(*row)]
         for row in zip(mean, spread)]
bottom, top = 80, np.nanmax(mean)
image = plotting.matrix(
    ax, mean, texts, dark=(bottom + top) / 2, vmin=bottom, vmax=top,
    aspect="auto", origin="lower",
)
ax.set_xticks(range(len(MAP_DEPTHS)), MAP_DEPTHS)
ax.set_yticks(range(len(MAP_WIDTHS)), MAP_WIDTHS)
fig.colorbar(image, ax=ax, extend="min", label="validation accuracy (%)")
ax.set(xlabel="hidden layers", ylabel="neurons in each hidden layer")
ax.set_title("Validation accuracy (%), mean ± spread between seeds")
r, c = np.unravel_index(np.nanargmax(mean), mean.shape)
worst = np.unravel_index(np.nanargmin(mean), mean.shape)
plotting.show(fig, f"""A map, five widths by four depths, coloured by accuracy.
    The best field is {MAP_WIDTHS[r]} neurons and {MAP_DEPTHS[c]} hidden layers
    with {mean[r, c]:.1f} %, the worst {MAP_WIDTHS[worst[0]]} neurons and
    {MAP_DEPTHS[worst[1]]} hidden layers with {mean[worst]:.1f} %. Going up, to
    wider networks, brightens the map; going right hardly does, and in the
    bottom rows it darkens it.""", values=False)

# %% [markdown]
# Width decides, nearly everywhere. In the bottom rows the spread is huge:
# a layer of four ReLU neurons is a bottleneck, and if all four of them
# are closed for an image, nothing of it goes any further. Is there a width
# at which more layers help? For each row the best depth, against one hidden
# layer:

# %%
deeper = {}
for n in MAP_WIDTHS:
    row = {H: on_map.get(((n,) * H, "ReLU"), (0, 0))[0] for H in MAP_DEPTHS}
    best = max(row, key=row.get)
    one, more = (found_map[(n,) * H, "ReLU"] for H in (1, best))
    deeper[n] = best, compare(100 * more[:, 0], 100 * one[:, 0])

# %% tags=["draws", "nbval-ignore-output"]
for n, (best, gain) in deeper.items():
    if best == 1:
        print(f"{n:4} neurons: one hidden layer is the best")
    else:
        print(f"{n:4} neurons: {best} hidden layers, {gain.in_words()}")


# %% [markdown]
# Remember while reading that the best of four was picked because it is the
# best: luck is part of its lead. The validation sample is honest about a
# network that was chosen before; about the winner of a contest it is a little
# too kind.
#
# ## What accuracy costs
#
# A network is *beaten* by another one that costs no more, reads no worse, and
# is better in at least one of the two. What nothing beats forms the
# *frontier*. All others are never worth training, if the figures are to be
# trusted.
#
# ### Exercise 6.4 (15 minutes)
#
# Write `frontier(cost, accuracy)`: from two arrays with an entry a network,
# return the numbers (places in the arrays) of the networks that are not
# beaten, in any order. For `cost = [5, 1, 3, 4]` and
# `accuracy = [95, 90, 94, 92]` they are 0, 1 and 2: network 3 is beaten by
# network 2, which is cheaper and better.

# %% tags=["exercise-6.4"]
def frontier(cost, accuracy):
    """Return the places of the networks that no other network beats."""
    ### BEGIN SOLUTION
    kept = []
    for i in range(len(cost)):
        as_good = (cost <= cost[i]) & (accuracy >= accuracy[i])
        better = (cost < cost[i]) | (accuracy > accuracy[i])
        if not np.any(as_good & better):
            kept.append(i)
    return kept
    ### END SOLUTION


# %%
check("6.4", frontier)
# hint("6.4")
# solution("6.4")

# %% [markdown]
# Which cost? The number of parameters is the simplest. The energy is what is
# paid. In the study two trainings ran at a time, which blurs both clock and
# meter. So we time the step of each network again, one network at a time, in
# turns, with the meter around the whole series:
#
# energy of a training = time of a step x number of steps x mean power.

# %%
def seconds_per_step(networks, steps=15, repeats=15):
    """Return {hidden: s}, medians; the networks take turns."""
    rng, times = np.random.default_rng(0), {n: [] for n in networks}
    batch = x[:BATCH_SIZE], y[:BATCH_SIZE]
    for _ in range(repeats):
        for hidden, own in times.items():
            p = layers.initialise((M, *hidden, K), rng)
            layers.train(p, *batch, 1, BATCH_SIZE, 1e-3, rng)  # warms up
            start = time.perf_counter()
            layers.train(p, *batch, steps, BATCH_SIZE, 1e-3, rng)
            own.append((time.perf_counter() - start) / steps)
    return {hidden: np.median(own) for hidden, own in times.items()}


# %% [markdown]
# The networks with ReLU of all three studies, and the mean power of the
# series:

# %% tags=["nbval-ignore-output"]
def name(hidden):
    """Return a network's hidden widths in short: "64", "3 x 100"."""
    return (f"{len(hidden)} x " if len(hidden) > 1 else "") + f"{hidden[0]}"


ASSUMED_WATTS = 15  # where the meter gives nothing
with_relu = {n: v for n, v in found_depth.items() if n[1] == "ReLU"}
all_found = {**with_relu, **found_map}
networks = {hidden: v for (hidden, _), v in summary(all_found).items()}
with measure() as meter:
    per_step = seconds_per_step(networks)
watts = ASSUMED_WATTS if meter.reason else meter.watts
how = "assumed" if meter.reason else f"{meter.power}: {meter.power_source}"
print(f"{len(networks)} networks, {watts:.1f} W ({how})")
seconds = {hidden: t * steps for hidden, t in per_step.items()}
energy = {hidden: t * watts for hidden, t in seconds.items()}  # J
parameters = {n: layers.count((M, *n, K)) for n in networks}
costs = {"parameters": parameters, "energy of a training (J)": energy}

# %% tags=["instructor"]
assert 1 < watts < 500
assert min(seconds.values()) > 0.005 and max(seconds.values()) < 600

# %% [markdown]
# Some of them in a table: joules, kilowatt-hours (1 kWh = 3.6 MJ), and the
# emissions that follow with the grid's factor.

# %% tags=["draws", "nbval-ignore-output"]
grid_factor = meter.grid_g_per_kwh
print(f"grid: {grid_factor:.0f} gCO2e/kWh ({meter.country})")
print("network    parameters   time  energy            emissions  accuracy")
for hidden in (8,), (32,), (128,), (1024,), equal[3], (8,) * 6:
    kwh = energy[hidden] / 3.6e6
    print(f"{name(hidden):10}"
          f"{parameters[hidden]:11,}{seconds[hidden]:6.2f} s"
          f"{energy[hidden]:6.1f} J = {kwh:.1e} kWh {kwh * grid_factor:.1e} g"
          f"{networks[hidden][0]:7.1f} %")
one = seconds[128,] / seconds[8,]
deep = seconds[(8,) * 6] / seconds[128,]
print(f"128 neurons take {one:.1f} times the time of 8,")
print(f"and six layers of 8 take {deep:.1f} times that of 128")

# %% [markdown]
# Parameters and energy are different currencies. A narrow deep network has
# few weights, but each layer costs its calls, forward and back, however small
# the matrices are. The frontier in both:

# %%
names = list(networks)
accuracies = np.array([networks[n][0] for n in names])
kept = {}
for label, cost in costs.items():
    places = frontier(np.array([cost[n] for n in names]), accuracies)
    kept[label] = sorted([names[i] for i in places], key=cost.get)


# %% tags=["draws"]
def draw_networks(ax, cost, line):
    """Draw accuracy against cost, the frontier as a line, and its names."""
    for k, H in enumerate(sorted({len(n) for n in networks})):
        own = [n for n in networks if len(n) == H]
        means, spreads = zip(*[networks[n] for n in own])
        ax.errorbar(
            [cost[n] for n in own], means, spreads, linestyle="",
            elinewidth=0.8, marker=MARKERS[k], color=shade(k, len(DEPTHS)),
            alpha=0.85, label=str(H),
        )
    ax.plot(
        [cost[n] for n in line], [networks[n][0] for n in line], lw=1.2,
        color=plotting.VERMILION, zorder=0, drawstyle="steps-post",
    )
    last = 0
    for n in [n for n in line if networks[n][0] > 75]:
        if cost[n] >= 2.5 * last:  # else there is no room
            last = cost[n]
            ax.annotate(
                name(n), (cost[n], networks[n][0]), xytext=(-4, 5), ha="right",
                textcoords="offset points", fontsize=8,
                color=plotting.VERMILION,
            )


# %% [markdown]
# The vertical axis is stretched towards 100 %: equal steps divide the wrong
# predictions by equal factors. Points below 70 % lie outside the frame.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=4, sharey=True)
for ax, (label, cost) in zip(axes, costs.items()):
    draw_networks(ax, cost, kept[label])
    ax.set(xlabel=label, xscale="log")
    ax.margins(x=0.1)
    ax.xaxis.set_minor_formatter("")
axes[0].set_yscale("function", functions=(
    lambda values: -np.log10(np.maximum(100 - values, 1e-3)),
    lambda values: 100 - 10.0 ** -values,
))
top = max(75, 100 - 0.6 * (100 - accuracies.max()))
ticks = (70, 80, 85, 90, 92, 94, 95, 96, 97, 98, 99)
axes[0].set_yticks([tick for tick in ticks if tick <= top])
axes[0].set_ylim(70, top)
axes[0].set(ylabel="validation accuracy (%)", title="Against parameters")
axes[1].set_title("Against energy")
axes[1].legend(title="hidden layers", fontsize=8, ncols=2, loc="lower right")
n_kept = [len(part) for part in kept.values()]
plotting.show(fig, f"""Two clouds of {len(names)} networks, accuracy against
    parameters and against energy, both on logarithmic axes, depths told apart
    by marker and shade; the frontier is a red line along the upper left edge.
    {n_kept[0]} networks lie on it at the left, {n_kept[1]} at the right; both
    rise steeply and then level off.""", values=False)


# %% [markdown]
# The labels name some of the frontier's networks: `64` is one hidden layer of
# 64 neurons, `2 x 64` two of them. Where the line is steep, a little more cost
# buys much; where it is flat, much buys little.
#
# Being beaten by a hair may be chance. So let us be strict: a network is *never
# worth training* if a cheaper one reads better, and the two are
# distinguishable. That makes many comparisons, so one or the other network may
# be on the list by chance.

# %%
def clearly_beaten(cost):
    """Return the networks that a cheaper one clearly beats."""
    values = {n: seeds_of(all_found, (n, "ReLU")) for n in names}
    beaten = []
    for n in names:
        better = [other for other in names if cost[other] < cost[n]
                  and networks[other][0] > networks[n][0]]
        gains = (compare(values[other], values[n]) for other in better)
        if any(gain.clear and gain.mean > 0 for gain in gains):
            beaten.append(n)
    return beaten


beaten = {label: clearly_beaten(cost) for label, cost in costs.items()}
both = set.intersection(*map(set, beaten.values()))

# %% tags=["instructor"]
assert len(both) >= 3

# %% tags=["draws", "nbval-ignore-output"]
for label, own in beaten.items():
    single = sum(len(n) == 1 for n in own)
    print(f"{label}: {len(own)} of {len(names)} networks clearly beaten, "
          f"{single} of them with one hidden layer")
worst_ones = sorted(both, key=lambda n: networks[n][0])[:8]
print("in both, the worst:", ", ".join(map(name, worst_ones)))

# %% [markdown]
# A warning about what the table does *not* say. It holds for these images,
# this number of steps and plain gradient descent on one kind of processor. And
# the price of a network is not the price of *finding* it: here is what the
# whole study has cost, pilots and seeds included.

# %% tags=["draws", "nbval-ignore-output"]
pilots = np.concatenate(list(PILOTS.values()))
finals = np.concatenate(list({**found_depth, **found_map}.values()))[:, 0]
total = sum(m.seconds for m in METERS)
joules = sum(m.energy_kwh for m in METERS) * 3.6e6
print(f"{len(pilots)} pilots ({np.isnan(pilots).sum()} diverged), "
      f"{len(finals)} trainings ({np.isnan(finals).sum()} diverged)")
print(f"{total:.0f} s", end="")
if np.isfinite(joules):
    print(f", {joules:.0f} J, as much as {joules / max(energy.values()):.0f} "
          "trainings of the dearest network", end="")
print()

# %% [markdown]
# ## Summary
#
# Architectures are compared at equal size, each at its own learning rate, and
# from several seeds; a difference counts if its 95 % interval, in pairs of
# seeds, does not contain zero. For reading digits, width helps much at first
# and little later, and depth at equal size changes little with ReLU or tanh.
# Sigmoid networks stand still when they are deep, because B13 multiplies by
# $h' \le 1/4$ in each layer, which a measurement of $\delta^L$ confirms and a
# larger initial scale cures. The frontier of accuracy against cost shows which
# networks are never worth training, and it depends on the currency.

# %%
progress(6)

# %% [markdown]
# ## On your own
#
# - Repeat the study of depth with a budget of 400,000 parameters. Do the
#   lines of ReLU and tanh stay flat?
# - A sigmoid network with gain 64: is the factor of `shrink` nearer to 1?
#   Does it learn better than with gain 16? Look at how many $z$ are far from
#   zero.
# - Give ReLU the gain 1 in six hidden layers. What does `shrink` predict for
#   $\delta^0$, and what does the training say?
# - Ten seeds of the widest two networks: is their difference clear now? How
#   many seeds would it take, from the interval and $n$?
# - Layers need not be equally wide. Does 784-128-32-10 lie above the frontier?
#
# ## Further reading
#
# - X. Glorot and Y. Bengio, "Understanding the difficulty of training deep
#   feedforward neural networks", *AISTATS* (2010): sizes of gradients, layer
#   by layer, and the initial scale that keeps them.
# - K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers",
#   *ICCV* (2015): the gain of 2 for ReLU.
# - S. Hochreiter, Y. Bengio, P. Frasconi and J. Schmidhuber, "Gradient flow in
#   recurrent nets: the difficulty of learning long-term dependencies" (2001):
#   the same product, in time instead of depth.
# - X. Bouthillier and others, "Accounting for variance in machine learning
#   benchmarks", *MLSys* (2021): what a difference between two networks is
#   worth.
