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
# *To run: about 75 seconds. To study: 100 minutes.*

# %%
import math
import time

import numpy as np
from threadpoolctl import threadpool_limits

from helpers import drawing_06 as drawing
from helpers import layers, plotting
from helpers.data import load_mnist
from helpers.exercises import check, hint, progress, solution
from helpers.studies import enough, mean_and_spread, run_study
from helpers.study_06 import (
    collect,
    evaluate,
    operations,
    seconds_per_step,
    seed_groups,
    train_stack,
)
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
# like, its own learning rate. Do they end where they would have ended alone?
# The same trainings in both ways, in double precision:

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
assert 0.3 < alone / stacked < 30


# %% [markdown]
# The study itself has two functions. `pilot` tries all learning rates of an
# activation function in one stack, in a shorter training with a seed that is
# used for nothing else. `final` trains with the best of them, from several
# seeds. The weights begin with variance gain$/M$: gain 2 for ReLU, 1 for the
# other two.

# %%
def pilot(hidden, h):
    """Return the validation accuracy at each of h's learning rates."""
    seeds = [PILOT_SEED] * len(RATES[h])
    stack = train_stack(
        x, y, (M, *hidden, K), seeds, PILOT_EPOCHS, BATCH_SIZE, RATES[h], h
    )
    return [share for share, _ in evaluate(*PILOT, stack, h)]


def final(hidden, h, rate, seeds):
    """Return (validation, training) accuracy of each seed's network."""
    stack = train_stack(
        x, y, (M, *hidden, K), seeds, EPOCHS, BATCH_SIZE, rate, h
    )
    validation = evaluate(*VALIDATION, stack, h)
    training = evaluate(*TRAINING, stack, h)
    return [(v[0], t[0]) for v, t in zip(validation, training)]


def best_rate(hidden, h):
    """Return the rate with the best pilot that did not diverge."""
    pairs = zip(PILOTS[hidden, h], RATES[h])
    return max((p for p in pairs if p[0] > 0), default=(0, min(RATES[h])))[1]


# %% [markdown]
# A training *diverges* when a parameter is no longer a finite number. Its
# accuracy is then noted as `nan`: it is counted, never averaged.
#
# `study` does both for a list of networks, on all cores, the costliest first.
# What is done is kept in `PILOTS` and `DONE`. If you stop it with the stop
# button, the cells below work with what there is, if it is two networks of a
# kind at the least, and running the cell again goes on from there.

# %%
PILOTS, DONE, METERS = {}, {}, []


def study(networks, n_seeds):
    """Return {network: accuracies (seeds, 2)}, each at its best rate."""
    def cost(network):
        return -operations((M, *network[0], K), 1)

    networks = sorted(networks, key=cost)
    with measure() as meter:
        old = {n: PILOTS[n] for n in networks if n in PILOTS}
        PILOTS.update(run_study(pilot, networks, "pilots", done=old, least=0))
        settings = [
            (*network, best_rate(*network), group)
            for network in networks if network in PILOTS
            for group in seed_groups((M, *network[0], K), range(n_seeds))
        ]
        old = {s: DONE[s] for s in settings if s in DONE}
        if all(n in PILOTS for n in networks):  # else you have stopped it
            DONE.update(run_study(final, settings, done=old, least=0))
    METERS.append(meter)
    return collect({s: DONE[s] for s in settings if s in DONE})


# %% [markdown]
# The *spread* of a result is the standard deviation between seeds, with
# $n - 1$; at least two networks must have survived.

# %%
def seeds_of(found, network):
    """Return the validation accuracies of a network's seeds, in %."""
    values = 100 * found[network][:, 0]
    return values[np.isfinite(values)]


def summary(found):
    """Return {network: (mean, spread)} of validation accuracy, in %."""
    every = {network: seeds_of(found, network) for network in found}
    return {n: mean_and_spread(v) for n, v in every.items() if len(v) > 1}


mean, spread = mean_and_spread([90, 92, 94])
print(f"an example, 90, 92 and 94 %: {mean:.0f} ± {spread:.0f}")

# %% [markdown]
# > **Before you go on.** Write down your expectations, with numbers. (1) One
# > hidden layer: what accuracy with 4 neurons, with 1024? From which width on
# > does doubling it stop to pay? (2) At equal size, which of the depths 1 to
# > 6 reads best? (3) Which of ReLU, tanh and sigmoid suffers most from depth,
# > and why? A model answer follows when the results are there.
#
# ## Width
#
# One hidden layer with ReLU, from 4 to 1024 neurons.

# %% tags=["nbval-ignore-output"]
found_width = study([((n,), "ReLU") for n in WIDTHS], WIDTH_SEEDS)
width = {n[0][0]: v for n, v in summary(found_width).items()}
width = dict(sorted(width.items()))
enough(width, 2)
training = {
    n: 100 * np.nanmean(found_width[(n,), "ReLU"][:, 1]) for n in width
}
print("neurons   rate   validation (%)   training (%)")
for n, (mean, spread) in width.items():
    rate = best_rate((n,), "ReLU")
    print(f"{n:7}{rate:7}{mean:9.2f} ± {spread:.2f}{training[n]:12.1f}")
for n, (mean, _) in width.items():
    assert mean > (20 if n < 16 else 85 if n < 64 else 91)

# %% [markdown]
# The bars show the spread between seeds. Where none is visible, it is smaller
# than the marker.

# %% tags=["nbval-ignore-output"]
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
    runs above it at the right end.""")


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
# We shall call a difference *clear* if it is larger than $2u$. How often does
# that rule see a difference where there is none? Draw both networks' seeds
# from the same normal distribution, many times, and count.

# %%
rng = np.random.default_rng(6)
for n_seeds in (3, 5, 20):
    a, b = rng.standard_normal((2, 100_000, n_seeds))
    u = np.sqrt((a.var(axis=1, ddof=1) + b.var(axis=1, ddof=1)) / n_seeds)
    false = np.mean(np.abs(b.mean(axis=1) - a.mean(axis=1)) > 2 * u)
    print(f"{n_seeds:2} seeds each: {100 * false:4.1f} % false alarms")


# %% [markdown]
# With few seeds the spread itself is poorly known, and the rule errs more
# often than the 5 % of the textbook. Of twenty comparisons of equal networks,
# one or two are false alarms. Now each doubling of the width:

# %% tags=["nbval-ignore-output"]
def verdict(d, u):
    """Say whether a difference is larger than twice its uncertainty."""
    return "clear" if abs(d) > 2 * u else "smaller than 2 u: not told apart"


per_width = {n: seeds_of(found_width, ((n,), "ReLU")) for n in width}
steps_up = {}
enough(per_width, 2)
for n, wider in zip(list(width)[:-1], list(width)[1:]):
    d, u = difference(per_width[n], per_width[wider])
    steps_up[wider] = d, u
    print(f"{n:4} -> {wider:4}: {d:+6.2f} ± {u:.2f} points, {verdict(d, u)}")
if len(width) == len(WIDTHS):
    d, u = difference(per_width[16], per_width[256])
    assert d > 2 * u and steps_up[8][0] > steps_up[1024][0]

# %% [markdown]
# In the figure, the bars are $2u$ long to each side, and hollow points mark
# doublings that these seeds cannot tell from zero.

# %% tags=["nbval-ignore-output"]
fig, ax = plotting.figure(height=3)
unclear = [n for n, (d, u) in steps_up.items() if abs(d) <= 2 * u]
for n, (d, u) in steps_up.items():
    ax.errorbar(
        n, d, 2 * u, fmt="s", capsize=3, color=plotting.ORANGE,
        markerfacecolor="white" if n in unclear else plotting.ORANGE,
    )
ax.axhline(0, color=plotting.GREY, lw=1)
ax.set_xscale("log", base=2)
ax.set_yscale("symlog", linthresh=1)
ax.set_yticks([0, 0.5, 1, 10], ["0", "0.5", "1", "10"])
ax.set_xticks(list(steps_up), [f"{n // 2}→{n}" for n in steps_up], fontsize=9)
ax.set(xlabel="doubling", ylabel="gain (points)", ylim=(-0.8, 30))
ax.set_title("What each doubling of the width brings, ± 2 u")
last, (d, u) = list(steps_up.items())[-1]
plotting.show(fig, f"""Gain of validation accuracy for each doubling of the
    width, with error bars. The gains shrink from
    {max(v[0] for v in steps_up.values()):.1f} points at most to {d:+.2f} ±
    {u:.2f} for the last; {len(unclear)} of {len(steps_up)} are hollow, not
    told apart from zero.""")

# %% [markdown]
# What would a study with one seed have said? Take the doubling whose gain was
# the hardest to tell from nothing, and each seed of one network against each
# seed of the other.

# %% tags=["nbval-ignore-output"]
wide = min(steps_up, key=lambda n: abs(steps_up[n][0]) / steps_up[n][1])
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

# %% tags=["nbval-ignore-output"]
grid = [(equal[H], h) for H in DEPTHS for h in RATES]
found_depth = study(grid, DEPTH_SEEDS)
depth = summary(found_depth)
enough(depth, 2)
print("hidden layers" + "".join(f"{h:>16}" for h in RATES))
for H in DEPTHS:
    row = [depth.get((equal[H], h), (math.nan,) * 2) for h in RATES]
    cells = [f"{mean:8.2f} ± {spread:5.2f}" for mean, spread in row]
    print(f"{H:13}" + "".join(cells))
for H in DEPTHS:
    for h in ("ReLU", "tanh"):
        assert depth.get((equal[H], h), (99, 0))[0] > 85
assert LARGE or depth.get((equal[6], "sigmoid"), (0, 0))[0] < 60

# %% [markdown]
# First the pilots, which chose the learning rates: each line is a depth, each
# point a training. A cross at the bottom is a training that diverged.

# %% tags=["nbval-ignore-output"]
fig, axes = plotting.figure(1, 3, height=3.2, sharey=True)
tried = {
    (H, h): 100 * np.array(PILOTS[equal[H], h])
    for H in DEPTHS for h in RATES if (equal[H], h) in PILOTS
}
diverged = drawing.pilots(axes, tried, RATES, DEPTHS)
axes[0].set_ylabel("validation accuracy (%)")
handles = axes[0].get_legend_handles_labels()
fig.legend(*handles, title="hidden\nlayers", loc="outside right center")
own = {h: {best_rate(equal[H], h) for H in DEPTHS if (H, h) in tried}
       for h in RATES}
plotting.show(fig, f"""Three panels, ReLU, tanh and sigmoid: accuracy of the
    pilots against the learning rate, one line for each depth from 1 to 6.
    {diverged} of {3 * len(tried)} diverged and are drawn as crosses at the
    bottom. Shallow networks bear larger rates than deep ones with ReLU and
    tanh; deep sigmoid lines lie near 10 %.""")
print(f"{diverged} of {3 * len(tried)} pilots diverged")
for h, rates in own.items():
    print(f"{h:8} best rates: {sorted(rates)}")

# %% [markdown]
# One rate for all would have compared learning rates under the name of
# architectures; the sigmoid's rates are of another size altogether. Notebook
# 07 asks why. Three rates, a factor of three apart, are a coarse choice: where
# the best rate changes from one network to the next, as it did with the
# widths, part of the step between them may be owed to that. Now the study
# itself, whole at the left, its upper edge at the right.

# %% tags=["nbval-ignore-output"]
fig, axes = plotting.figure(1, 2, height=3.4)
for ax in axes:
    drawing.depth_curves(ax, depth, equal, RATES)
axes[0].axhline(10, color=plotting.GREY, lw=1)
axes[0].text(0.85, 12, "guessing", color=plotting.GREY, fontsize=9)
axes[0].set(ylabel="validation accuracy (%)", title="Depth at equal size")
top = [mean for (_, h), (mean, _) in depth.items() if h != "sigmoid"]
axes[1].set(ylim=(min(top) - 1.5, max(top) + 0.8), title="Enlarged")
axes[0].set_ylim(0, 100)
axes[0].legend(loc="lower left", bbox_to_anchor=(0, 0.15))
one, last = (depth.get((equal[H], "sigmoid"), (0, 0))[0] for H in (1, 6))
plotting.show(fig, f"""Validation accuracy against the number of hidden layers
    at equal size, with error bars. ReLU and tanh stay between {min(top):.1f}
    and {max(top):.1f} %; sigmoid starts beside them with {one:.1f} %, breaks
    down as layers are added and ends at {last:.1f} % with six layers, where
    10 % is guessing.""")

# %% [markdown]
# Two of the curves are nearly flat, the third breaks down. Which depths cannot
# be told apart from the best one?

# %% tags=["nbval-ignore-output"]
for h in RATES:
    here = {H: depth[equal[H], h][0] for H in DEPTHS if (equal[H], h) in depth}
    if not here:
        continue  # interrupted before
    best = max(here, key=here.get)
    reference = seeds_of(found_depth, (equal[best], h))
    equals, worse = [], []
    for H in here:
        d, u = difference(reference, seeds_of(found_depth, (equal[H], h)))
        if H != best:
            (worse if abs(d) > 2 * u else equals).append(H)
    print(f"{h}: best with {best} hidden, {here[best]:.2f} %")
    print(f"   smaller than 2 u, not told apart: {equals or 'none'}")
    print(f"   clearly worse: {worse or 'none'}")
    if h != "sigmoid":
        span = here[best] - min(here.values())
        print(f"   between the best and the worst depth: {span:.2f} points")
        assert span < 4


# %% [markdown]
# At equal size and for this number of steps, depth changes the ReLU network
# by little. Images of centred digits are a task that one hidden layer does
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


print("measured / expected   " + "".join(f"{h:>16}" for h in CASES))
found_factors = {h: factors(pairs) for h, pairs in sized.items()}
for L in range(5, -1, -1):
    row = [found_factors[h] for h in CASES]
    cells = [f"{m[L]:9.2f} / {e[L]:.2f}" for m, e in row]
    print(f"delta^{L + 1} to delta^{L}    " + "".join(cells))
for h, (m, e) in found_factors.items():
    assert np.all(np.abs(m / e - 1) < 0.15)
    total = np.mean([s[0] / s[5] for s, _ in sized[h]])
    print(f"{h}: size of delta^0 / size of delta^5 = {total:.1g}")

# %% [markdown]
# The first line is the step from ten outputs to a much wider layer, with few
# terms in the sum; it is small for all three. Below it, tanh and ReLU stay
# near 1 and the sigmoid near 1/4. Drawn as sizes, against the layer: points
# are measured, lines are the expectation, from $\delta^H$ downwards.

# %%
fig, ax = plotting.figure(height=3.8)
for h, pairs in sized.items():
    logs = np.log10([measured for measured, _ in pairs])
    middle, error = logs.mean(axis=0), logs.std(axis=0, ddof=1)
    style = drawing.H_STYLE[h]
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
    assert abs(m / e - 1) < 0.1


# %% [markdown]
# Not 1, but much better than 1/4. Then the same network with sigmoids, six
# hidden layers, the same rate and the same seeds, and only the scale of the
# first weights changed:

# %% tags=["nbval-ignore-output"]
def deep_sigmoid(gain, seed):
    """Return the validation accuracy, in %, of six layers of sigmoids."""
    stack = train_stack(
        x, y, (M, *equal[6], K), [seed], EPOCHS, BATCH_SIZE, 1.0, "sigmoid",
        gain=gain,
    )
    return 100 * evaluate(*VALIDATION, stack, "sigmoid")[0][0]


pairs = [(gain, seed) for gain in (1, 16) for seed in range(DEPTH_SEEDS)]
cure = run_study(deep_sigmoid, pairs, "sigmoids")
for gain in (1, 16):
    mean, spread = mean_and_spread(v for k, v in cure.items() if k[0] == gain)
    print(f"gain {gain:2}: {mean:.1f} ± {spread:.1f} % of validation")
assert all(v > 70 for (gain, _), v in cure.items() if gain == 16)
assert LARGE or all(v < 50 for (gain, _), v in cure.items() if gain == 1)

# %% [markdown]
# It learns. So it was not the sigmoid as such that failed, nor the depth: it
# was the product of $h'$ and $W$ along the layers. (That product acts on the
# way forward, too: by B12 it is how much of a change in $z^L$ reaches
# $z^{L+1}$. The larger scale repairs both ways.) ReLU with gain 2 has
# the factor 1 built in.

# %% [markdown] tags=["solution-only"]
# > **A model answer to the prediction.** (1) Four neurons have to carry ten
# > classes: four numbers can tell ten classes apart, but with little room, so
# > an accuracy well above guessing and well below the others is a good bet,
# > with a large spread. At the wide end, the number of images limits the
# > accuracy and no longer the number of neurons, so doubling pays less and
# > less; the table of doublings says from where on it is not told apart from
# > nothing. (2) On this task no depth wins by much; if you named one, look
# > whether its lead is larger than $2u$. (3) The sigmoid, because its $h'$ is
# > at most 1/4 and B13 multiplies by it in each layer. If you answered "tanh,
# > it saturates as well": at $z = 0$ its $h'$ is 1, and with the right
# > initial scale most $z$ stay near there.

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
enough(on_map, 2)
mean, spread = np.full((2, len(MAP_WIDTHS), len(MAP_DEPTHS)), np.nan)
for r, n in enumerate(MAP_WIDTHS):
    for c, H in enumerate(MAP_DEPTHS):
        if ((n,) * H, "ReLU") in on_map:
            mean[r, c], spread[r, c] = on_map[(n,) * H, "ReLU"]
lost = sum(np.sum(~np.isfinite(v[:, 0])) for v in found_map.values())
dead = sum(np.sum(v[:, 0] < 0.15) for v in found_map.values())
print(f"{sum(map(len, found_map.values()))} trainings: {lost} diverged, "
      f"{dead} ended below 15 %")
if np.all(np.isfinite(mean)):
    assert np.all(mean[3:] > 88) and mean[:, 0].argmax() >= 4

# %% [markdown]
# Each field gives mean and spread. Colours start at 80 %; all that reads worse
# is equally dark.

# %% tags=["nbval-ignore-output"]
fig, ax = plotting.figure(height=4.3)
drawing.heat_map(ax, mean, spread, MAP_WIDTHS, MAP_DEPTHS, bottom=80)
ax.set(xlabel="hidden layers", ylabel="neurons in each hidden layer")
ax.set_title("Validation accuracy (%), mean ± spread between seeds")
r, c = np.unravel_index(np.nanargmax(mean), mean.shape)
worst = np.unravel_index(np.nanargmin(mean), mean.shape)
plotting.show(fig, f"""A map, five widths by four depths, coloured by accuracy.
    The best field is {MAP_WIDTHS[r]} neurons and {MAP_DEPTHS[c]} hidden layers
    with {mean[r, c]:.1f} %, the worst {MAP_WIDTHS[worst[0]]} neurons and
    {MAP_DEPTHS[worst[1]]} hidden layers with {mean[worst]:.1f} %. Going up, to
    wider networks, brightens the map; going right hardly does, and in the
    bottom rows it darkens it.""")

# %% [markdown]
# Width decides, nearly everywhere. In the bottom rows the spread is huge:
# a layer of four ReLU neurons is a bottleneck, and if all four of them
# are closed for an image, nothing of it goes any further. Is there a width
# at which more layers help? For each row the best depth, against one hidden
# layer:

# %% tags=["nbval-ignore-output"]
for n in MAP_WIDTHS:
    row = {H: on_map[(n,) * H, "ReLU"][0] for H in MAP_DEPTHS
           if ((n,) * H, "ReLU") in on_map}
    if 1 not in row:
        continue  # interrupted before
    best = max(row, key=row.get)
    if best == 1:
        print(f"{n:4} neurons: one hidden layer is the best")
        continue
    d, u = difference(
        seeds_of(found_map, ((n,), "ReLU")),
        seeds_of(found_map, ((n,) * best, "ReLU")),
    )
    print(f"{n:4} neurons: {best} hidden layers, {d:+.2f} ± {u:.2f} points "
          f"over one; {verdict(d, u)}")


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

# %% tags=["nbval-ignore-output"]
ASSUMED_WATTS = 15  # where the meter gives nothing
with_relu = {n: v for n, v in found_depth.items() if n[1] == "ReLU"}
all_found = {**with_relu, **found_map}
networks = {hidden: v for (hidden, _), v in summary(all_found).items()}
batch = x[:BATCH_SIZE], y[:BATCH_SIZE]
with measure() as meter:
    times = seconds_per_step([(M, *n, K) for n in networks], *batch)
per_step = {sizes[1:-1]: t for sizes, t in times.items()}
watts = ASSUMED_WATTS if meter.reason else meter.watts
how = "assumed" if meter.reason else f"{meter.power}: {meter.power_source}"
print(f"{len(networks)} networks, {watts:.1f} W ({how})")
seconds = {hidden: t * steps for hidden, t in per_step.items()}
energy = {hidden: t * watts for hidden, t in seconds.items()}  # J
assert 1 < watts < 500
assert min(seconds.values()) > 0.005 and max(seconds.values()) < 600

# %% [markdown]
# Some of them in a table: joules, kilowatt-hours (1 kWh = 3.6 MJ), and the
# emissions that follow with the grid's factor.

# %% tags=["nbval-ignore-output"]
shown = [h for h in [(8,), (32,), (128,), (1024,), equal[3], (8,) * 6]
         if h in networks]
grid_factor = meter.grid_g_per_kwh
print(f"grid: {grid_factor:.0f} gCO2e/kWh ({meter.country})")
print("network    parameters   time  energy            emissions  accuracy")
for hidden in shown:
    kwh = energy[hidden] / 3.6e6
    print(f"{drawing.name(hidden):10}"
          f"{layers.count((M, *hidden, K)):11,}{seconds[hidden]:6.2f} s"
          f"{energy[hidden]:6.1f} J = {kwh:.1e} kWh {kwh * grid_factor:.1e} g"
          f"{networks[hidden][0]:7.1f} %")
one = seconds.get((128,), math.nan) / seconds.get((8,), math.nan)
deep = seconds.get((8,) * 6, math.nan) / seconds.get((128,), math.nan)
print(f"128 neurons take {one:.1f} times the time of 8,")
print(f"and six layers of 8 take {deep:.1f} times that of 128")

# %% [markdown]
# Parameters and energy are different currencies. A narrow deep network has
# few weights, but each layer costs its calls, forward and back, however small
# the matrices are. The frontier in both:

# %% tags=["nbval-ignore-output"]
names = list(networks)
accuracies = np.array([networks[n][0] for n in names])
parameters = {n: layers.count((M, *n, K)) for n in names}
costs = {"parameters": parameters, "energy of a training (J)": energy}
fig, axes = plotting.figure(1, 2, height=4, sharey=True)
kept = {}
for ax, (label, cost) in zip(axes, costs.items()):
    cost_array = np.array([cost[n] for n in names])
    kept[label] = [names[i] for i in frontier(cost_array, accuracies)]
    drawing.frontier(ax, cost, networks, kept[label],
                     [n for n in kept[label] if networks[n][0] > 75])
    ax.set_xlabel(label)
axes[0].set(ylabel="validation accuracy (%)", title="Against parameters")
axes[1].set_title("Against energy")
axes[1].legend(title="hidden layers", fontsize=8, ncols=2, loc="lower right")
n_kept = [len(part) for part in kept.values()]
plotting.show(fig, f"""Two clouds of {len(names)} networks, accuracy against
    parameters and against energy, both on logarithmic axes, depths told apart
    by marker and shade; the frontier is a red line along the upper left edge.
    {n_kept[0]} networks lie on it at the left, {n_kept[1]} at the right; both
    rise steeply and then level off.""")


# %% [markdown]
# The labels name some of the frontier's networks: `64` is one hidden layer of
# 64 neurons, `2 x 64` two of them. The vertical axis is stretched towards
# 100 %: equal steps divide the wrong predictions by equal factors. Where the
# line is steep, a little more cost buys much; where it is flat, much buys
# little. Points below 70 % lie outside the frame.
#
# Being beaten by a hair may be chance. So let us be strict: a network is *never
# worth training* if a cheaper one reads better by more than $2u$.

# %% tags=["nbval-ignore-output"]
def clearly_beaten(cost):
    """Return the networks that a cheaper one beats by more than 2 u."""
    values = {n: seeds_of(all_found, (n, "ReLU")) for n in names}
    beaten = []
    for n in names:
        for other in names:
            if cost[other] < cost[n] and networks[other][0] > networks[n][0]:
                d, u = difference(values[n], values[other])
                if d > 2 * u:
                    beaten.append(n)
                    break
    return beaten


both = set(names)
for label, cost in costs.items():
    beaten = clearly_beaten(cost)
    both &= set(beaten)
    single = sum(len(n) == 1 for n in beaten)
    print(f"{label}: {len(beaten)} of {len(names)} networks clearly beaten, "
          f"{single} of them with one hidden layer")
worst_ones = sorted(both, key=lambda n: networks[n][0])[:8]
print("in both, the worst:", ", ".join(map(drawing.name, worst_ones)))
assert len(both) >= 3 or len(names) < 40

# %% [markdown]
# A warning about what the table does *not* say. It holds for these images,
# this number of steps and plain gradient descent on one kind of processor. And
# the price of a network is not the price of *finding* it: here is what the
# whole study has cost, pilots and seeds included.

# %% tags=["nbval-ignore-output"]
n_pilots = sum(len(values) for values in PILOTS.values())
n_finals = sum(len(values) for values in DONE.values())
total = sum(m.seconds for m in METERS)
joules = sum(m.energy_kwh for m in METERS) * 3.6e6
lost = sum(np.sum(np.isnan(values)) for values in PILOTS.values())
lost_final = sum(np.sum(np.isnan(v)) // 2 for v in DONE.values())
print(f"{n_pilots} pilots ({lost} diverged), "
      f"{n_finals} trainings ({lost_final} diverged)")
print(f"{total:.0f} s", end="")
if np.isfinite(joules):
    print(f", {joules:.0f} J, as much as {joules / max(energy.values()):.0f} "
          "trainings of the dearest network", end="")
print()
assert n_finals >= 100 or len(names) < 40

# %% [markdown]
# ## Summary
#
# Architectures are compared at equal size, each at its own learning rate, and
# from several seeds; a difference counts if it is larger than twice its
# uncertainty. For reading digits, width helps much at first and little later,
# and depth at equal size changes little with ReLU or tanh. Sigmoid networks
# stand still when they are deep, because B13 multiplies by $h' \le 1/4$ in
# each layer, which a measurement of $\delta^L$ confirms and a larger initial
# scale cures. The frontier of accuracy against cost shows which networks are
# never worth training, and it depends on the currency.

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
#   many seeds would it take, from $u$ and $n$?
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
