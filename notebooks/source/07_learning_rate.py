# %% [markdown]
# # 07 — How fast may we go down?
#
# **What you will do.** Change one number, the learning rate $\lambda$, over
# five decades, and watch a network crawl, learn and break. Predict where it
# breaks: first on a parabola, to the last digit, then on the network itself.
# Then compare what people do about it: schedules, batches of other sizes,
# momentum and Adam, each at its own best learning rate.
#
# **What you will learn.** Why $\lambda$ must stay below $2 / k$, with $k$ the
# largest curvature of the risk; how to measure $k$ among 50,000 parameters;
# why training may go on where this rule is broken; how to repeat
# a measurement and say which differences are not distinguishable from zero.
#
# **What you need.** Gradient descent (notebook 03) and the network with one
# hidden layer (notebook 04). Standard deviation of a few values.
#
# *Part of the course: studies. To run: at most 60 seconds on two processors.
# To study: 120 minutes, the five exercises included.*

# %%
import math
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from exercises import check, hint, progress, solution
from helpers import layers, plotting
from helpers.data import load_mnist
from helpers.evidence import difference, mean_and_spread
from helpers.layers import initialise
from helpers.network import mini_batches
from helpers.progress import run_study

limits = threadpool_limits(limits=1)  # studies use both processors anyway

# %% [markdown]
# ## What will be tried
#
# Everything that the studies below vary stands in this one cell. With
# `LARGE = True` you get more seeds, more images and longer trainings: the
# same questions with smaller uncertainties, in about half an hour.

# %%
LARGE = False
SEEDS = range(10 if LARGE else 4)
D, D_VALIDATION = (50_000, 10_000) if LARGE else (6_000, 5_000)
EPOCHS, BATCH_SIZE = (10 if LARGE else 4), 32
SIZES = (784, 64, 10)  # the network, in every study
RATES = [m * 10.0**e for e in range(-4, 2) for m in (1, 2, 5)][1:-1]
BATCH_RATES = {
    8: (0.05, 0.1, 0.2, 0.5),
    128: (0.1, 0.2, 0.5, 1.0, 2.0, 5.0),
    512: (0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
}
SCHEDULE_RATES = (0.1, 0.2, 0.5, 1.0, 2.0)
RULE_RATES = {
    "momentum": (0.01, 0.02, 0.05, 0.1, 0.2),
    "Adam": (0.001, 0.002, 0.005, 0.01),
}
FACTORS = (0.25, 0.5, 0.8, 1.0, 1.2, 1.4, 1.7, 2.0, 2.4, 2.8, 3.4, 4.0)
WATCHED = (0.5, 1.0, 1.4, 1.7)  # factors whose curvature is followed
D_FULL, STEPS, EDGE_STEPS = 500, 60, (1500 if LARGE else 280)
EDGE_RATES = {"squared": (0.3, 0.6, 1.2), "cross-entropy": (1.2,)}

# %% [markdown]
# The same as a table: what is varied, and how many trainings that makes.

# %% tags=["draws"]
GRID = {
    "learning rate": len(RATES),
    "threshold, full batch": len(FACTORS),
    "edge, full batch": sum(map(len, EDGE_RATES.values())),
    "schedule (2 more)": 2 * len(SCHEDULE_RATES),
    "batch size (3 more)": sum(map(len, BATCH_RATES.values())),
    "momentum, Adam": sum(map(len, RULE_RATES.values())),
    "range test": 1,
}
print(f"{'study':24}settings   trainings")
for name, count in GRID.items():
    print(f"{name:24}{count:8} {count * len(SEEDS):11}")
trainings = len(SEEDS) * sum(GRID.values())
print(f"{len(SEEDS)} seeds, {trainings} trainings in all")


# %% [markdown]
# ## 1. One valley
#
# Near the bottom of a valley the risk is a parabola,
# $R = \tfrac{1}{2} k w^2$, with $w$ the distance from the bottom and $k$ the
# *curvature*, the second derivative. Its slope is $k w$, so a step of
# gradient descent (B5) does this:
#
# $$w \leftarrow w - \lambda k w = (1 - \lambda k)\, w$$
#
# Each step multiplies the distance by the same factor $q = 1 - \lambda k$.
# Notebook 03 stopped there: the distance shrinks if $|q| < 1$, that is, if
# $\lambda < 2/k$. Now we ask how *fast*.
#
# ### Exercise 7.1 (10 minutes)
#
# Write `steps_needed(learning_rate, curvature, share)`: the smallest number
# of steps after which the distance is at most `share` of what it was. If it
# never gets there, return `math.inf`. A single step is enough if the first
# lands at the bottom. `share` lies between 0 and 1.
#
# By hand: $\lambda = 0.25$, $k = 2$ give $q = 0.5$; after 4 steps the
# distance is 0.0625, so `steps_needed(0.25, 2, 0.1)` is 4. With
# $\lambda = 1$, $k = 2$ it is `math.inf`: $q = -1$.

# %% tags=["exercise-7.1"]
def steps_needed(learning_rate, curvature, share):
    """Return how many steps shrink the distance to a share of itself."""
    ### BEGIN SOLUTION
    q = abs(1 - learning_rate * curvature)
    if q >= 1:
        return math.inf
    if q == 0:
        return 1
    return math.ceil(math.log(share) / math.log(q))
    ### END SOLUTION


# %%
check("7.1", steps_needed)
# hint("7.1")
# solution("7.1")

# %% [markdown]
# The next figure shows both sides of it. Left, the distance against the step
# for five values of $\lambda k$. Right, the number of steps to a hundredth of
# the distance against $\lambda$, for two valleys, one ten times as curved as
# the other. Both axes on the right are logarithmic.

# %% tags=["draws"]
fig, (left, right) = plotting.figure(1, 2, height=3.2)
marks = {0.1: "o", 1.5: "s", 1.9: "^", 2.0: "D", 2.1: "v"}
colours = (plotting.BLACK, plotting.BLUE, plotting.SKY, plotting.ORANGE,
           plotting.VERMILION)
for (product, marker), colour in zip(marks.items(), colours):
    distance = np.abs(1 - product) ** np.arange(21)
    left.semilogy(distance, marker, ls="-", lw=1, color=colour,
                  label=rf"$\lambda k$ = {product}")
left.set(xlabel="step", ylabel="distance $|w|$", ylim=(1e-3, 20))
left.set_title("Shrinks or grows", loc="left")
left.legend(fontsize=8, loc="lower right")
axis = np.geomspace(1e-3, 3, 400)
for k, colour in ((1, plotting.GREEN), (10, plotting.PURPLE)):
    needed = [steps_needed(rate, k, 0.01) for rate in axis]
    right.loglog(axis, needed, color=colour, label=f"k = {k}")
    right.axvline(2 / k, color=colour, ls=":")
right.set(xlabel=r"learning rate $\lambda$", ylabel="steps to 1 %")
right.set(title="Crawls, arrives, diverges", ylim=(0.7, 6000))
right.legend()
plotting.show(fig, """Left: for lambda k of 0.1, 1.5 and 1.9 the distance
    falls on straight lines of a logarithmic axis, at 2.0 it stays, at 2.1 it
    grows. Right: the number of steps falls in proportion to 1 / lambda down
    to a single one at lambda = 1 / k and shoots up to infinity at the dotted
    line 2 / k, ten times further left for the curved valley.""")


# %% [markdown]
# Three regimes can be seen already. Far left the number of steps is
# proportional to $1/\lambda$: it *crawls*. Around $1/k$ it *arrives*. At
# $2/k$ there is a wall, and beyond it the walk *diverges*. On a logarithmic
# axis the wall is close to the best place: a factor of two lies between them.
#
# And look at both curves together. A real risk is curved differently in
# different directions, and there is only one $\lambda$. The most curved
# direction sets the wall; the flattest one sets how long it takes.
#
# ## 2. Many directions: the largest curvature
#
# With $P$ parameters the second derivatives form a matrix of shape (P, P),
# the *Hessian* $H$. For a parabola in $P$ dimensions,
# $R = \tfrac{1}{2} w^T H w$, the gradient is $H w$. Along each eigenvector of
# $H$ the walk is the one-dimensional one, with the eigenvalue as curvature.
# So the prediction is: the walk diverges for
#
# $$\lambda > \frac{2}{k_\mathrm{max}}$$
#
# with $k_\mathrm{max}$ the largest eigenvalue. To verify it we make a random
# parabola with 20 parameters and look for the wall *without* using its
# eigenvalues: by bisection between a rate at which the distance shrinks and
# one at which it grows. The distance is brought back to 1 after each step,
# so that nothing overflows; only its growth counts.

# %%
def growth(H, learning_rate, steps=1000):
    """Return the factor by which the last step changes the distance."""
    w = np.ones(len(H))
    for _ in range(steps):
        w = w / np.linalg.norm(w)
        w = w - learning_rate * (H @ w)  # B5
    return np.linalg.norm(w)


rng = np.random.default_rng(7)
A = rng.standard_normal((40, 20))
H = A.T @ A / 40
low, high = 0.1, 10.0
while high - low > 1e-13:
    middle = (low + high) / 2
    low, high = (low, middle) if growth(H, middle) > 1 else (middle, high)
predicted = 2 / np.linalg.eigvalsh(H)[-1]
print(f"predicted: 2 / k_max = {predicted:.11f}")
print(f"found by walking:      {low:.11f}")

# %% tags=["instructor"]
assert abs(low - predicted) < 1e-11


# %% [markdown]
# To the digit. For 20 parameters the eigenvalues are no problem. For 50,000
# the matrix would have 2.5 billion entries. But the largest eigenvalue can be
# had without the matrix: *power iteration* only needs the product of $H$ with
# a vector. Multiply any vector by $H$ again and again: its part along the
# strongest direction grows most, and in the end nothing else is left.
#
# ### Exercise 7.2 (15 minutes)
#
# Write `largest_curvature(hessian_times, v, iterations)`. The function
# `hessian_times(v)` returns the product $H v$. In each iteration, bring $v$
# to length one, take the product $Hv$, note $k = v^T (H v)$, the curvature
# along $v$, and go on with $Hv$ as the next $v$. Return the last $k$ and the
# last direction, brought to length one: `return k, v`.
#
# For $H$ with 3 and 1 on the diagonal and $v = (1, 1)$, the first product is
# $(3, 1)/\sqrt{2}$ and $k = 2$; after many iterations $k$ is 3 and $v$ is
# $(1, 0)$.

# %% tags=["exercise-7.2"]
def largest_curvature(hessian_times, v, iterations):
    """Return the curvature of largest size and its direction."""
    ### BEGIN SOLUTION
    for _ in range(iterations):
        v = v / np.linalg.norm(v)
        product = hessian_times(v)
        k = v @ product
        v = product
    return k, v / np.linalg.norm(v)
    ### END SOLUTION


# %%
check("7.2", largest_curvature)
# hint("7.2")
# solution("7.2")

# %% [markdown]
# A parabola made of real digits: a network *without* hidden layer, $z = xW$,
# with the squared loss $\tfrac{1}{2} |z - y|^2$, is quadratic in its weights.
# Its Hessian is $x^T x / D$ (with a column of ones in `x` for the bias), the
# same for each of the ten outputs. Power iteration predicts the wall; then we
# train 1 % below it and 1 % above it. Above it the amplitude should grow by
# $|1 - 2 \cdot 1.01| = 1.02$ a step, and the risk by the square of that.

# %%
mnist = load_mnist()
x = np.column_stack([mnist.x_train[:D_FULL], np.ones(D_FULL)])  # float64
y = np.eye(10)[mnist.y_train[:D_FULL]]
k, v = largest_curvature(lambda v: x.T @ (x @ v) / D_FULL, x[0], 60)
exact = np.linalg.eigvalsh(x.T @ x / D_FULL)[-1]
print(f"k_max: power iteration {k:.8f}, all eigenvalues {exact:.8f}")
for factor in (0.99, 1.01):
    W, risks = np.zeros((785, 10)), []
    for _ in range(400):
        z = x @ W  # F3
        risks.append(np.sum((z - y) ** 2) / (2 * D_FULL))
        W -= factor * 2 / k * (x.T @ (z - y)) / D_FULL  # B5
    print(f"{factor} * 2/k: risk {risks[0]:.2f} -> {risks[-1]:.3g}, "
          f"last step x {risks[-1] / risks[-2]:.4f}")
print(f"predicted above the wall: x {(1 - 2 * 1.01) ** 2:.4f}")


# %% [markdown]
# One percent below it learns, one percent above it explodes, at the predicted
# pace. If the risk of every network were a parabola, this notebook could end
# here.
#
# ## 3. The network, several at a time
#
# The network of the studies has one hidden layer of 64 ReLU neurons. Small
# matrices keep a processor waiting, so we train a *stack* of $S$ networks at
# once: all see the same batch, each has its own weights and its own
# $\lambda$. The lines are those of notebook 04; the weights have one axis
# more in front, `W0` is (S, M, N), and sums over samples run over the last
# axis but one. `backward` takes $\delta^1$ as an argument, because we shall
# need it for two different losses.

# %%
def T(array):
    """Return a stack of matrices, each transposed."""
    return np.swapaxes(array, -1, -2)


def forward(x, p):
    """Propagate D rows x (D, M) through S networks. Source: eq. S1."""
    z0 = x @ p["W0"] + p["b0"]  # (S, D, N)  F3
    a0 = np.maximum(z0, 0)  # (S, D, N)  F4
    z1 = a0 @ p["W1"] + p["b1"]  # (S, D, K)  F3
    e = np.exp(z1 - np.max(z1, axis=-1, keepdims=True))
    return z0, a0, z1, e / np.sum(e, axis=-1, keepdims=True)  # F5


def backward(x, delta1, z0, a0, p):
    """Return the gradients of S networks. Source: eq. S2, S3."""
    D = len(x)
    delta0 = (z0 > 0) * (delta1 @ T(p["W1"]))  # (S, D, N)  B13
    pairs = (x, delta0, "0"), (a0, delta1, "1")
    gradients = {}
    for before, delta, L in pairs:
        gradients["W" + L] = T(before) @ (delta / D)  # B7
        gradients["b" + L] = np.sum(delta, axis=-2, keepdims=True) / D  # B8
    return gradients


# %% [markdown]
# New code is compared with old code before it is used: three networks in a
# stack against the tested functions of the earlier notebooks, one by one.

# %%
def empirical_risk(y, z1):
    """Return the mean cross-entropy of S networks, (S,). Source: B1, B4."""
    z1 = z1 - np.max(z1, axis=-1, keepdims=True)
    ln_a1 = z1 - np.log(np.sum(np.exp(z1), axis=-1, keepdims=True))
    return -np.mean(np.sum(y * ln_a1, axis=-1), axis=-1)


x, y = x[:50, :784], y[:50]
singles = [initialise(SIZES, np.random.default_rng(s), dtype=float)
           for s in range(3)]
p = layers.stack(singles)
z0, a0, z1, a1 = forward(x, p)
found = backward(x, a1 - y, z0, a0, p)
for s, q in enumerate(singles):
    z, a = layers.forward(x, q)
    expected = layers.backward(x, y, z, a, q)
    same = [np.allclose(found[n][s], expected[n], 1e-10, 1e-14) for n in q]
    print(f"network {s}: all gradients agree: {all(same)}")

# %% tags=["instructor"]
assert z0.shape == (3, 50, 64) and a1.shape == (3, 50, 10)
for s, q in enumerate(singles):
    z, a = layers.forward(x, q)
    assert np.isclose(empirical_risk(y, z1)[s], layers.empirical_risk(y, z[1]))

# %% [markdown]
# Now the training. A *rule* says what to do with a gradient; for the time
# being it is plain gradient descent, B5. A *schedule* multiplies the learning
# rate by a factor that depends on the share of the training that is done; for
# the time being it is 1.
#
# What does it mean that a run **diverges**? With softmax and float32 it need
# not end in `nan`. We fix a criterion beforehand: the risk of some batch
# exceeds ten times $\ln 10$, ten times that of a network without a clue, or
# is not a number. The overflow warnings are silenced and what caused them is
# looked for afterwards: caught, not hidden.

# %%
LIMIT = 10 * math.log(10)


class Run(NamedTuple):
    """What a training leaves behind, for S networks."""

    risks: np.ndarray  # (steps, S), of each batch before its update
    accuracies: np.ndarray  # (epochs, S), of the validation sample, in %
    networks: dict  # the last parameters
    lost: np.ndarray  # (S,), True where the training diverged


def constant(t):
    """Return the factor of a learning rate that stays as it is."""
    return 1.0


def plain(w, memory, gradient, rate, t):
    """Return a parameter after a step of gradient descent. Source: B5."""
    return w - rate * gradient, memory


# %% [markdown]
# The loop itself. `memory` and the step number `t` are for rules that come
# later.

# %%
def train(sample, seed, rates, epochs, batch_size, rule=plain,
          schedule=constant):
    """Train a network for each rate, all on the same batches. B14"""
    x, y, x_validation, digits = sample
    rng = np.random.default_rng(seed)
    p = layers.stack([initialise(SIZES, rng)] * len(rates))
    memory = {name: (0.0, 0.0) for name in p}
    rates = np.array(rates, np.float32)[:, None, None]  # (S, 1, 1)
    steps, t = epochs * math.ceil(len(x) / batch_size), 0
    risks, accuracies = np.zeros((steps, len(rates))), []
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            for batch in mini_batches(len(x), batch_size, rng):
                z0, a0, z1, a1 = forward(x[batch], p)
                risks[t] = empirical_risk(y[batch], z1)
                delta1 = a1 - y[batch]  # B11
                gradients = backward(x[batch], delta1, z0, a0, p)
                rate = rates * np.float32(schedule(t / steps))
                t += 1
                for name, g in gradients.items():
                    p[name], memory[name] = rule(
                        p[name], memory[name], g, rate, t
                    )
            right = np.argmax(forward(x_validation, p)[2], -1) == digits
            accuracies.append(100 * np.mean(right, axis=-1))
        lost = ~(np.max(risks, axis=0) < LIMIT)  # nan is lost, too
    return Run(risks, np.array(accuracies), p, lost)


# %% [markdown]
# ## 4. Five decades
#
# > **Before you go on, 7.Q1.** The network is trained for four epochs on 6,000
# > digits, in batches of 32, with 16 learning rates from 0.0002 to 20. Write
# > down three numbers: the best $\lambda$, the smallest one that breaks the
# > training, and how many decades lie between the smallest that learns
# > reasonably (within five points of the best accuracy) and the one that
# > breaks it. Then one word: what will the broken networks look like at the
# > end, in their weights, their risk, their accuracy?

# %% [markdown] tags=["answer-7.Q1"]
# **Answer (7.Q1).** From notebook 04, 0.2 to 0.3 works well, so the best
# is near there. The parabola says that the wall is a factor of two from the
# best; so it breaks soon after, around 1. Crawling is mild: ten times less
# $\lambda$ is like ten times fewer steps, and even a tenth of an epoch
# teaches something; so one to two decades. The broken networks: one expects
# `nan` everywhere. They look different, as you will see. If your numbers
# were within a factor of three, your picture of it is right.

# %% [markdown]
# Each seed draws its own initial weights and its own order of images; all 16
# networks of a seed begin with the same weights and see the same batches. One
# thing is done to the images: the mean image of the training sample is
# subtracted from all of them. Section 5 will show what that is good for.

# %%
one_hot = np.eye(10, dtype=np.float32)
x_mean = mnist.x_train[:D].mean(axis=0)
sample = (
    mnist.x_train[:D] - x_mean,
    one_hot[mnist.y_train[:D]],
    mnist.x_validation[:D_VALIDATION] - x_mean,
    mnist.y_validation[:D_VALIDATION],
)
seeds = [(seed,) for seed in SEEDS]
sweep = run_study(
    lambda seed: train(sample, seed, RATES, EPOCHS, BATCH_SIZE), seeds,
    "learning rates",
)
accuracies = np.array([run.accuracies[-1] for run in sweep.values()])
lost = np.array([run.lost for run in sweep.values()])
tail = -math.ceil(D / BATCH_SIZE)  # the last epoch
ends = np.array([run.risks[tail:].mean(axis=0) for run in sweep.values()])

# %% tags=["draws", "nbval-ignore-output"]
print(" lambda   accuracy in %    diverged")
for i, rate in enumerate(RATES):
    mean, spread = mean_and_spread(accuracies[:, i])
    print(f"{rate:7g} {mean:7.1f} +- {spread:4.1f} {lost[:, i].sum():7}"
          f" of {len(lost)}")


# %% [markdown]
# In words: the three regimes, found by a rule and not by eye. *Learns* is
# every rate between the smallest and the largest whose mean accuracy lies
# within five points of the best and at which no seed diverged. And which rates
# are as good as the best? The rule of the course (notebook 06): compare in
# pairs, seed by seed; if the 95 % interval of the mean difference contains
# zero, the two are *not distinguishable*.

# %%
def best_rate(accuracies, lost):
    """Return the place of the best rate at which no seed diverged."""
    safe = ~lost.any(axis=0)
    return int(np.argmax(np.where(safe, accuracies.mean(axis=0), -np.inf)))


def as_good(accuracies, lost):
    """Return which rates are not distinguishable from the best."""
    at_best = accuracies[:, best_rate(accuracies, lost)]
    near = ~lost.any(axis=0)
    for i in np.flatnonzero(near):
        near[i] = not difference(accuracies[:, i], at_best).clear
    return near


best = best_rate(accuracies, lost)
means = accuracies.mean(axis=0)
learns = (means > means[best] - 5) & ~lost.any(axis=0)
first, last = np.flatnonzero(learns)[[0, -1]]
wall = min(np.flatnonzero(lost.any(axis=0)), default=len(RATES) - 1)
near = np.array(RATES)[as_good(accuracies, lost)]

# %% tags=["instructor"]
assert 0.05 <= RATES[best] <= 2 < RATES[wall] <= 10 and means[best] > 90
assert lost[:, -1].all() and not lost[:, : best + 1].any()

# %% tags=["draws", "nbval-ignore-output"]
print(f"crawls below {RATES[first]:g}, learns up to {RATES[last]:g}, "
      f"diverges from {RATES[wall]:g} on")
print(f"best: {RATES[best]:g} with {means[best]:.1f} %; not distinguishable "
      f"from the best:\n{', '.join(f'{r:g}' for r in near)}")
print(f"decades from learning to diverging: "
      f"{math.log10(RATES[wall] / RATES[first]):.1f}")
print(f"{lost.sum()} of {lost.size} trainings diverged")

# %% [markdown]
# And the runs that diverged: what is left of them?

# %% tags=["nbval-ignore-output"]
finite = np.array([np.isfinite(run.networks["W0"]).all(axis=(1, 2))
                   for run in sweep.values()])
print(f"{lost.sum()} diverged: {np.sum(lost & ~finite)} end with nan or "
      f"infinity in their weights, {np.sum(lost & finite)} without")
zeros = 100 * np.mean(sample[3] == 0)
print(f"their accuracy: {accuracies[lost].min():.1f} to "
      f"{accuracies[lost].max():.1f} %")
print(f"zeros in the validation sample: {zeros:.1f} %")

# %% tags=["instructor"]
assert accuracies[lost].max() < 60


# %% [markdown]
# The figure has the learning rate across, logarithmically: left the accuracy,
# right the mean risk of the last epoch. Points are means over the seeds,
# error bars their spread. A cross is a learning rate at which runs diverged,
# with their number.

# %% tags=["draws"]
def against_rate(ax, rates, values, lost, floor, label=None, **look):
    """Draw means over seeds and their spread; crosses where runs diverged."""
    rates, safe = np.array(rates), ~lost.any(axis=0)
    mean, spread = values.mean(axis=0), values.std(axis=0, ddof=1)
    ax.errorbar(
        rates[safe], mean[safe], spread[safe], capsize=2, label=label, **look
    )
    cross = {"color": look["color"], "marker": "x", "ls": ""}
    ax.plot(rates[~safe], [floor] * sum(~safe), **cross)
    for rate, number in zip(rates[~safe], lost.sum(axis=0)[~safe]):
        ax.annotate(
            f"{number}", (rate, floor), xytext=(0, 5), ha="center",
            textcoords="offset points", fontsize=8, color=look["color"],
        )
    ax.set_xscale("log")


# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=3.3)
edges = [RATES[0] / 1.5, math.sqrt(RATES[first - 1] * RATES[first]),
         math.sqrt(RATES[last] * RATES[last + 1]), RATES[-1] * 1.5]
for ax, values, style, floor in (
    (axes[0], accuracies, plotting.STYLE["validation"], 2),
    (axes[1], ends, plotting.STYLE["training"], 2.9),
):
    against_rate(ax, RATES, values, lost, floor, **style)
    for i, name in enumerate(("crawls", "learns", "breaks")):
        if i != 1:
            ax.axvspan(edges[i], edges[i + 1], color=plotting.GREY,
                       alpha=0.15, lw=0)
        ax.text(math.sqrt(edges[i] * edges[i + 1]), 1.01, name, ha="center",
                fontsize=9, transform=ax.get_xaxis_transform())
    ax.set(xlabel=r"learning rate $\lambda$", xlim=(edges[0], edges[-1]))
axes[0].set(ylabel="validation accuracy (%)", ylim=(0, 102))
axes[1].set(ylabel="training risk, last epoch", ylim=(0, 3.2))
axes[1].axhline(math.log(10), **plotting.STYLE["bound"], lw=1)
axes[1].text(2e-4, math.log(10) + 0.06, "no clue: ln 10", fontsize=8)
plotting.show(fig, alt=f"""Accuracy and risk against the learning rate over
    five decades. From {RATES[0]:g} the accuracy rises from
    {means[0]:.0f} % to {means[best]:.0f} % at {RATES[best]:g}, then falls
    within a factor of ten; from {RATES[wall]:g} on crosses mark diverged
    runs, {lost.sum()} in all. The risk is the mirror image of it.""",
              values=False)


# %% [markdown]
# The curve is not symmetric. On the left the price of a wrong $\lambda$ is
# patience: the same network with more steps would get there. On the right is
# a cliff.
#
# A broken network ends in one of two ways. Either its numbers overflow and
# turn into `nan`; `argmax` then answers 0 for each image, which is right as
# often as there are zeros. (An accuracy near 10 % does not look like an error
# message. It is one.) Or it ends without a `nan`, thrown so far that it does
# not find back; then only its *largest* risk tells, which is why the
# criterion of section 3 asks for that.
#
# Note too how the error bars grow towards the cliff, where the seed begins to
# decide. A single run at such a $\lambda$ says little.
#
# ## 5. The curvature of the network
#
# Can the wall be predicted here as well? We need $H v$ for a network. The
# gradient is a chain of formulas, S1 to S3; $H v$ says how the gradient
# changes when the parameters move along $v$. So differentiate each line along
# $v$: if `p` moves by $\epsilon v$, then $z^0$ moves by
# $\epsilon (x V^0 + c^0)$, with $V^0, c^0$ the parts of $v$ that belong to
# $W^0, b^0$; and so on, with the product rule where two moving things are
# multiplied. $v$ is a vector with one entry for each parameter, so two
# functions change between it and `W0`, `b0`, `W1`, `b1`.

# %%
def pack(parameters):
    """Return all parameters behind each other, as one vector (P,)."""
    return np.concatenate([array.ravel() for array in parameters.values()])


def unpack(vector, like):
    """Return a vector (P,) with the names and shapes of `like`."""
    ends = np.cumsum([array.size for array in like.values()])
    parts = np.split(vector, ends[:-1])
    return {n: part.reshape(like[n].shape) for n, part in zip(like, parts)}


# %% [markdown]
# In the code a name that ends in `_v` is a rate of change along $v$.
# Softmax changes by B10: $a_n (z_{n,v} - \sum_i a_i z_{i,v})$. (Pearlmutter,
# 1994.)

# %%
def hessian_at(x, y, p, squared=False):
    """Return the function v -> H v at the parameters p of one network."""
    z0, a0, z1, a1 = forward(x, p)
    delta1 = (z1 if squared else a1) - y
    gate, D = z0 > 0, len(x)

    def hessian_times(vector):
        v = unpack(vector, p)
        a0_v = gate * (x @ v["W0"] + v["b0"])  # F3, F4
        z1_v = a0_v @ p["W1"] + a0 @ v["W1"] + v["b1"]  # F3
        mean = np.sum(a1 * z1_v, axis=-1, keepdims=True)
        delta1_v = z1_v if squared else a1 * (z1_v - mean)  # B10
        delta0_v = gate * (delta1_v @ T(p["W1"]) + delta1 @ T(v["W1"]))  # B13
        return pack({
            "W0": x.T @ delta0_v / D,  # B7
            "b0": np.sum(delta0_v, axis=-2) / D,  # B8
            "W1": (T(a0_v) @ delta1 + T(a0) @ delta1_v) / D,
            "b1": np.sum(delta1_v, axis=-2) / D,
        })

    return hessian_times


# %% [markdown]
# As with every gradient of the course, an independent check: $Hv$ against the
# difference of two gradients, $(g(w + \epsilon v) - g(w - \epsilon v)) /
# 2 \epsilon$, in double precision. And $H$ must be symmetric:
# $u^T H v = v^T H u$.

# %%
def gradient_at(vector, x, y, like):
    """Return the gradient of one network as a vector."""
    p = unpack(vector, like)
    z0, a0, z1, a1 = forward(x, p)
    return pack({n: backward(x, a1 - y, z0, a0, p)[n] for n in like})


x_full, y_full = sample[0][:D_FULL], sample[1][:D_FULL]
x64, y64 = x_full.astype(float), y_full.astype(float)
rng = np.random.default_rng(1)
p = layers.stack([initialise(SIZES, rng, dtype=float)])
w = pack(p)
u, v = rng.standard_normal((2, len(w)))
v, step = v / np.linalg.norm(v), 1e-5
Hv = hessian_at(x64, y64, p)(v)
up, down = (gradient_at(w + s * v, x64, y64, p) for s in (step, -step))
error = np.linalg.norm((up - down) / (2 * step) - Hv) / np.linalg.norm(Hv)
both = u @ Hv, v @ hessian_at(x64, y64, p)(u)
print(f"{len(w):,} parameters")
print("equals the difference of gradients to 1e-4:", error < 1e-4)
print("symmetric to 1e-10:", abs(both[0] - both[1]) < 1e-10 * abs(both[0]))

# %% [markdown]
# Now your power iteration, on the untrained networks of the seeds, with 500
# images: as they are, and with the mean image subtracted, as in the sweep.

# %%
x_raw = mnist.x_train[:D_FULL].astype(float)
start = {}  # for each seed: k and its direction
print("seed   as they are: k   2/k    mean subtracted: k   2/k")
for seed in SEEDS:
    rng = np.random.default_rng(seed)
    p = layers.stack([initialise(SIZES, rng, dtype=float)])
    v = rng.standard_normal(len(pack(p)))
    k_raw = largest_curvature(hessian_at(x_raw, y64, p), v, 30)[0]
    start[seed] = largest_curvature(hessian_at(x64, y64, p), v, 60)
    k = start[seed][0]
    print(f"{seed:4} {k_raw:16.2f} {2 / k_raw:5.2f} {k:19.2f} {2 / k:5.2f}")


# %% [markdown]
# Most of the curvature comes from what all images have in common. Subtracting
# the mean image takes that away and lets $\lambda$ grow by the same factor: a
# line of code, and the reason why people do it.
#
# The parabola predicts walls at the values of $2/k$ in the last column.
#
# Where does training *really* break? The sweep used mini-batches. For a fair
# test, take what the theory speaks of: full-batch descent, on the same 500
# images, with learning rates in units of the predicted wall $2/k$ of each
# network.

# %%
def descend(x, y, p, rates, steps, squared=False, watch=None):
    """Train a stack on all of x, one update a step. Source: eq. B14."""
    rates = np.array(rates, np.float32)[:, None, None]
    risks = []
    with np.errstate(all="ignore"):
        for t in range(steps):
            if watch is not None:
                watch(t, p)
            z0, a0, z1, a1 = forward(x, p)
            if squared:
                risk = np.mean(np.sum((z1 - y) ** 2, axis=-1), axis=-1) / 2
            else:
                risk = empirical_risk(y, z1)
            risks.append(risk)
            delta1 = (z1 if squared else a1) - y
            gradients = backward(x, delta1, z0, a0, p)
            p = {n: p[n] - rates * g for n, g in gradients.items()}  # B5
    return np.array(risks), p


# %% [markdown]
# For each seed: train for 60 steps at twelve multiples of $2/k$, with the $k$
# from the last column, and measure the curvature again at the end. *Lost* is,
# here, a network whose risk at the end is not below half of where it began.

# %%
def threshold(seed):
    """Return the risks, and lambda k / 2 every 3 steps."""
    k, v = start[seed]
    p = initialise(SIZES, np.random.default_rng(seed))
    rates = np.array(FACTORS) * 2 / k
    directions = {f: v.astype(np.float32) for f in WATCHED}
    ratios = {f: [] for f in WATCHED}

    def watch(t, p):
        if t % 3 == 0 and t <= 30:
            for f in WATCHED:
                s = FACTORS.index(f)
                one = {n: array[s : s + 1] for n, array in p.items()}
                H = hessian_at(x_full, y_full, one)
                k, directions[f] = largest_curvature(H, directions[f], 10)
                ratios[f].append(k * rates[s] / 2)

    p = layers.stack([p] * len(FACTORS))
    risks, p = descend(x_full, y_full, p, rates, STEPS, watch=watch)
    return risks, ratios


trials = run_study(threshold, seeds, "thresholds")


# %% [markdown]
# What came of it, seed by seed: the smallest multiple at which the risk
# climbed on the way (by more than 5 %), and the smallest at which the network
# was lost.

# %%
def smallest(flags):
    """Return for each seed the smallest factor that is flagged."""
    return [next((f for f, is_so in zip(FACTORS, row) if is_so), math.inf)
            for row in flags]


k_start = np.array([start[seed][0] for seed in SEEDS])
risks = np.array([risks for risks, _ in trials.values()])
thrown = ~(risks[:, -1] < risks[:, 0] / 2)  # (seeds, factors)
climbs = ~(risks.max(axis=1) < 1.05 * risks[:, 0])
climb_at, lost_at = smallest(climbs), smallest(thrown)

# %% tags=["instructor"]
assert min(climb_at) >= 1 and 1.2 <= min(lost_at) <= max(lost_at) < 30
assert not thrown[:, :4].any()

# %% tags=["draws", "nbval-ignore-output"]
print("seed   2/k at start   risk climbs from   lost from (times 2/k)")
for seed, k, a, b in zip(SEEDS, k_start, climb_at, lost_at):
    print(f"{seed:4} {2 / k:12.2f} {a:15.2f} {b:16.2f}")
print(f"{thrown.sum()} of {thrown.size} trainings were lost")
walls = [f * 2 / k for f, k in zip(lost_at, k_start)]
print(f"in lambda: lost from {min(walls):.1f} to {max(walls):.1f} on; "
      f"the sweep's wall was {RATES[wall]:g}")

# %% [markdown]
# Left, the risk of one network at five multiples of its $2/k$ (drawn as 1000
# where it is larger or no number). Right, for all
# seeds and four multiples, the curvature during the first 30 steps, as
# $\lambda k/2$: where that is 1, the network sits exactly at its wall.

# %% tags=["draws"]
fig, (left, right) = plotting.figure(1, 2, height=3.3)
shown = dict(zip((0.5, 1.0, 1.4, 1.7, 4.0), colours))
for factor, colour in shown.items():
    curve = np.nan_to_num(risks[0][:, FACTORS.index(factor)], nan=1e3)
    left.semilogy(np.clip(curve, 0, 1e3), color=colour, label=f"{factor:g}")
left.axhline(math.log(10), **plotting.STYLE["bound"], lw=1)
left.legend(title=r"$\lambda$ in units of $2/k$", fontsize=8, ncols=2)
left.set(xlabel="step", ylabel="risk", title="One network, five rates")
ends_at = {f: [] for f in WATCHED}
for _, ratios in trials.values():
    for factor, ratio in ratios.items():
        right.plot(3 * np.arange(len(ratio)), ratio, lw=1,
                   color=shown[factor])
        ends_at[factor].append(ratio[-1])
right.axhline(1, **plotting.STYLE["bound"], lw=1)
right.set(xlabel="step", ylabel=r"$\lambda k / 2$", yscale="log")
right.set(ylim=(0.1, 30), title="The curvature gives way")
plotting.show(fig, alt=f"""Left: up to the wall the risk falls smoothly,
    somewhat beyond it it jumps on its way down, at four times the wall it
    leaps up and stays there. Right: lambda k / 2 against the step; the lines
    that begin at 1.4 and 1.7, beyond the wall, climb at first and are below 1
    after 30 steps, at {np.mean(ends_at[1.4]):.2f} and
    {np.mean(ends_at[1.7]):.2f} on average.""", values=False)

# %% tags=["instructor"]
assert max(ends_at[1.4]) < 1


# %% [markdown]
# The prediction is right as far as it goes: below $2/k$ nothing bad happens.
# And the true wall is not far away; it is even near that of the sweep, though
# there the gradients were noisy. But between the two lies a range in which a
# parabola would explode and the network does not. The reason is that the risk
# is no parabola: its curvature changes from place to place. A step that is
# too large throws the network out of the narrow valley. The curvature it
# meets may at first be larger still, and the risk jumps; but as a rule the
# network lands somewhere flatter, where $\lambda k/2$ is below 1 (right
# panel), and goes on learning there. Only a larger step throws it beyond
# return.
# Lewkowycz and others (2020) call it the catapult.
#
# ## 6. At the edge of stability
#
# So curvature gives way to $\lambda$. The opposite question is stranger.
#
# > **Before you go on, 7.Q2.** Start full-batch descent well below the wall, with
# > $\lambda k/2$ between 0.2 and 0.7, and let it run. What will the largest
# > curvature do while the risk falls: sink, stay, or climb? How far?

# %% [markdown] tags=["answer-7.Q2"]
# **Answer (7.Q2).** Most people say that it sinks: the network settles in
# a broad valley. It climbs. As the network learns, its output reacts more
# and more strongly to its weights. Nothing stops that but the wall: at
# $k = 2/\lambda$ steps along the most curved direction begin to overshoot,
# and the overshooting pushes the network back to where it is flatter.

# %% [markdown]
# The study of Cohen and others (2021), in small: the same 500 images, small
# initial weights (gain 0.1 where 2 is usual), so that the curvature begins
# low; curvature measured every 20 steps by your power
# iteration, which each time starts from the last direction. Two losses: the
# squared loss, on which their effect shows best, and the cross-entropy.

# %%
def edge(loss, rate, seed):
    """Return the risks, and the largest curvature every 20 steps."""
    squared = loss == "squared"
    rng = np.random.default_rng(seed)
    p = layers.stack([initialise(SIZES, rng, gain=0.1)])
    v = rng.standard_normal(pack(p).size).astype(np.float32)
    k_max = []

    def watch(t, p):
        nonlocal v
        if t % 20 == 0:
            H = hessian_at(x_full, y_full, p, squared)
            k, v = largest_curvature(H, v, 8 if t else 40)
            k_max.append(k)

    risks, p = descend(x_full, y_full, p, [rate], EDGE_STEPS, squared, watch)
    return risks[:, 0], np.array(k_max)


settings = [(loss, rate, seed) for seed in SEEDS
            for loss, rates in EDGE_RATES.items() for rate in rates]
edges_found = run_study(edge, settings, "edge of stability")

# %% [markdown]
# One colour for each learning rate; a thin line for each seed; the dotted
# line of the same colour is $2/\lambda$, the wall.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=3.4)
looks = {0.3: plotting.GREEN, 0.6: plotting.BLUE, 1.2: plotting.VERMILION}
for (loss, rate, seed), (_, k_max) in edges_found.items():
    ax = axes[list(EDGE_RATES).index(loss)]
    steps = 20 * np.arange(len(k_max))
    name = rf"$\lambda$ = {rate:g}" if seed == SEEDS[0] else None
    ax.plot(steps, k_max, color=looks[rate], lw=1, label=name)
    if 2 / rate < 4:
        ax.axhline(2 / rate, color=looks[rate], ls=":", lw=1)
axes[0].set(title="Squared loss", ylim=(0, 4.5))
axes[1].set(title="Cross-entropy", ylim=(0, 4.5))
for ax in axes:
    ax.set(xlabel="step", ylabel=r"largest curvature $k$")
    ax.legend(fontsize=8, loc="upper right")
plotting.show(fig, alt="""Largest curvature against the step of full-batch
    descent. Squared loss: all lines climb; those for lambda = 1.2 and 0.6
    reach their dotted lines 2 / lambda at 1.7 and 3.3 and stay there, those
    for 0.3, whose wall at 6.7 is out of the picture, go on climbing.
    Cross-entropy: the lines climb at first, then sink towards zero.""",
              values=False)

# %% [markdown]
# In numbers, over the second half of the training:

# %% tags=["draws", "nbval-ignore-output"]
print("loss           lambda  largest k  2/lambda   lambda k / 2, 2nd half")
for loss, rates in EDGE_RATES.items():
    for rate in rates:
        found = [k_max for (name, r, _), (_, k_max) in edges_found.items()
                 if (name, r) == (loss, rate)]
        late = [np.mean(k[len(k) // 2 :]) * rate / 2 for k in found]
        mean, spread = mean_and_spread(late)
        top = np.mean([np.max(k) for k in found])
        print(f"{loss:14} {rate:6g} {top:9.2f} {2 / rate:10.2f}"
              f"{mean:14.2f} +- {spread:.2f}")
falls = [r[-1] < r[0] / 5 for r, _ in edges_found.values()]
print(f"the risk fell to a fifth or less in {sum(falls)} of {len(falls)}")

# %% tags=["instructor"]
for loss, rates in EDGE_RATES.items():
    for rate in rates:
        found = [
            k_max
            for (name, r, _), (_, k_max) in edges_found.items()
            if (name, r) == (loss, rate)
        ]
        late = [np.mean(k[len(k) // 2 :]) * rate / 2 for k in found]
        mean, spread = mean_and_spread(late)
        if loss == "squared" and rate > 0.5:
            assert abs(mean - 1) < 0.15 and found[0][0] < 2 / rate


# %% [markdown]
# With the squared loss the curvature climbs to $2/\lambda$ and *hovers*
# there, held by nothing but the learning rate, and the risk falls all the
# while. The wall of section 1, derived for a parabola, is not a limit that
# you choose to respect: training comes to it by itself, and lives there.
#
# With the cross-entropy it climbs too, then sinks. As the network becomes
# sure of its training images, softmax saturates: the factors $a (1 - a)$ of
# B10 that stand in the Hessian go to zero. Cohen and others report the same.
# (The very first points on the right scatter, some below the picture: with
# weights that small, the Hessian has eigenvalues of both signs and nearly
# equal size, and power iteration cannot make up its mind.)
#
# ## 7. Schedules
#
# A large $\lambda$ covers distance, a small one lets the noise of the
# mini-batches average out. Why choose? Three schedules: *constant*; *step*,
# which divides the rate by ten at half and at three quarters of the training;
# *cosine*, notebook 04's half wave from 1 to 0.
#
# ### Exercise 7.3 (6 minutes)
#
# Write `step_schedule(t, drops, factor)` for any steps: `t` is the share of
# the training that is done, 0 to 1. The result is 1 at first and is
# multiplied by `factor` at each of the shares listed in `drops`, from that
# share on. With `drops = (0.5, 0.75)` and `factor = 0.1`: at $t = 0.4$ it is
# 1, at 0.5 it is 0.1, at 0.8 it is 0.01.

# %% tags=["exercise-7.3"]
def step_schedule(t, drops, factor):
    """Return the factor of the learning rate after the drops passed."""
    ### BEGIN SOLUTION
    return factor ** sum(t >= drop for drop in drops)
    ### END SOLUTION


# %%
check("7.3", step_schedule)
# hint("7.3")
# solution("7.3")

# %% [markdown]
# Each schedule gets five learning rates, and is judged at its own best: a
# comparison at one common $\lambda$ would compare the choice of $\lambda$.

# %%
SCHEDULES = {
    "step": lambda t: step_schedule(t, (0.5, 0.75), 0.1),
    "cosine": lambda t: (1 + math.cos(math.pi * t)) / 2,
}
settings = [(name, seed) for seed in SEEDS for name in SCHEDULES]
runs = run_study(
    lambda name, seed: train(
        sample, seed, SCHEDULE_RATES, EPOCHS, BATCH_SIZE,
        schedule=SCHEDULES[name],
    ),
    settings, "schedules",
)


def gather(runs, name):
    """Return accuracies (seeds, epochs, rates) and losses of one kind."""
    mine = [run for (kind, _), run in runs.items() if kind == name]
    return (np.array([run.accuracies for run in mine]),
            np.array([run.lost for run in mine]))


same = [RATES.index(rate) for rate in SCHEDULE_RATES]
curves = np.array([run.accuracies for run in sweep.values()])
schedules = {"constant": (curves[:, :, same], lost[:, same])}
schedules.update({name: gather(runs, name) for name in SCHEDULES})

# %% [markdown]
# The table gives each schedule's best rate, the accuracy after the last
# epoch, and the difference from the constant rate *seed by seed*: networks
# of one seed began alike and saw the same batches. The three accuracies make
# three comparisons.

# %%
at_best, best_at = {}, {}
for name, (acc, gone) in schedules.items():
    place = best_rate(acc[:, -1], gone)
    best_at[name], at_best[name] = SCHEDULE_RATES[place], acc[:, :, place]

# %% tags=["instructor"]
for name in schedules:
    assert at_best[name][:, -1].mean() > 88, name

# %% tags=["draws", "nbval-ignore-output"]
at_end = {name: values[:, -1] for name, values in at_best.items()}
print("schedule   lambda   accuracy in %   above constant")
for name, values in at_end.items():
    mean, spread = mean_and_spread(values)
    gain = difference(values, at_end["constant"]).in_words()
    print(f"{name:10} {best_at[name]:5g} {mean:9.1f} +- {spread:.1f}"
          f"    {gain if name != 'constant' else ''}")
gain = difference(at_end["cosine"], at_end["step"])
print(f"cosine above step: {gain.in_words()}")

# %% [markdown]
# Left, how the accuracy comes about at each schedule's best rate. Right, how
# much it depends on the rate.

# %% tags=["draws"]
LOOKS = {
    "constant": {"color": plotting.BLACK, "marker": "o", "ls": "-"},
    "step": {"color": plotting.SKY, "marker": "s", "ls": "--"},
    "cosine": {"color": plotting.PURPLE, "marker": "^", "ls": "-."},
}
fig, (left, right) = plotting.figure(1, 2, height=3.3)
for name, look in LOOKS.items():
    acc, gone = schedules[name]
    mean, error = at_best[name].mean(0), at_best[name].std(0, ddof=1)
    left.errorbar(np.arange(EPOCHS) + 1, mean, error, capsize=2,
                  label=name, **look)
    against_rate(right, SCHEDULE_RATES, acc[:, -1], gone, 76, name, **look)
left.set(xlabel="epoch", title="At the best rate", xticks=range(1, EPOCHS + 1))
right.set(xlabel=r"learning rate $\lambda$ at the start", ylim=(75, None))
right.set_title("After the last epoch")
left.set_ylabel("validation accuracy (%)")
right.legend(loc="lower left")
plotting.show(fig, alt=f"""Left, accuracy against the epoch for a constant
    rate, steps and a cosine, with spread; they end at
    {', '.join(f'{a[:, -1].mean():.1f}' for a in at_best.values())} %. Right,
    accuracy against the first learning rate: the constant rate falls off and
    scatters towards large rates, the other two less.""", values=False)

# %% [markdown]
# A falling rate does two things. The last, small steps average the noise
# away, so that the accuracy at the end depends less on which batches came
# last. And it forgives: a first rate that is too large for the end of the
# training is not too large for its beginning.
#
# ## 8. Learning rate and batch size
#
# A batch of four times the size has a gradient with half the noise, but an
# epoch has a quarter of the steps. To go as far in an epoch, each step must
# be longer. So the best $\lambda$ should grow with the batch size, up to
# where the wall stops it: the wall does not care about noise.

# %%
settings = [(size, seed) for seed in SEEDS for size in BATCH_RATES]
runs = run_study(
    lambda size, seed: train(sample, seed, BATCH_RATES[size], EPOCHS, size),
    settings, "batch sizes",
)
batches = {BATCH_SIZE: (RATES, accuracies, lost)}
for size, rates in BATCH_RATES.items():
    acc, gone = gather(runs, size)
    batches[size] = (rates, acc[:, -1], gone)
batches = dict(sorted(batches.items()))
best_of, tops = {}, {}
for size, (rates, acc, gone) in batches.items():
    place = best_rate(acc, gone)
    near = np.array(rates)[as_good(acc, gone)]
    best_of[size] = (rates[place], near.min(), near.max())
    tops[size] = acc[:, place]

# %% tags=["draws", "nbval-ignore-output"]
print("batch  best lambda   not distinguishable    accuracy in %")
for size, (best, low, high) in best_of.items():
    mean, spread = mean_and_spread(tops[size])
    span = " to ".join(f"{r:g}" for r in sorted({low, high}))
    print(f"{size:5} {best:11g}   {span:^20} {mean:11.1f} +- {spread:.1f}")

# %% [markdown]
# What follows from it, in words:

# %% tags=["nbval-ignore-output"]
gain = best_of[512][0] / best_of[8][0]
print(f"batch size x 64, best rate x {gain:.0f}")
above = difference(tops[8], tops[512])
print("accuracy with batches of 8 above that with 512, each at its best "
      f"rate:\n{above.in_words()}")
lost_here = sum(gone.sum() for _, _, gone in batches.values())
print(f"diverged, sweep included: {lost_here} runs")

# %% tags=["instructor"]
assert LARGE or (2 < gain < 64 and above.mean > 0)

# %% [markdown]
# Left, accuracy against $\lambda$ for four batch sizes; right, the best
# $\lambda$ against the batch size. The bars cover the rates that are not
# distinguishable from the best; the grey line is proportional to the batch
# size.

# %% tags=["draws"]
fig, (left, right) = plotting.figure(1, 2, height=3.3)
for k, (size, (rates, acc, gone)) in enumerate(batches.items()):
    look = {"color": colours[k], "marker": "os^D"[k], "lw": 1.2}
    keep = np.array(rates) >= 0.019
    against_rate(left, np.array(rates)[keep], acc[:, keep], gone[:, keep],
                 61 + 3.2 * k, size, **look)
    best, low, high = best_of[size]
    right.errorbar(size, best, [[best - low], [high - best]], capsize=3,
                   **look)
left.set(xlabel=r"learning rate $\lambda$", ylim=(60, None))
left.set(ylabel="validation accuracy (%)", title="Four batch sizes")
left.legend(title="batch size", fontsize=8, loc="lower left")
sizes = np.array(list(batches))
right.loglog(sizes, best_of[8][0] * sizes / 8, color=plotting.GREY, lw=1)
right.set_xticks(sizes, sizes, minor=False)
right.xaxis.minorticks_off()
right.set_xlim(6, 700)
right.set(xlabel="batch size", ylabel=r"best $\lambda$")
right.set_title("The best rate grows, then less")
plotting.show(fig, alt=f"""Left, curves of accuracy against learning rate,
    the larger the batch the further right; crosses mark diverged runs.
    Right, the best rate grows from {best_of[8][0]:g} at batch size 8 to
    {best_of[512][0]:g} at 512, a factor {gain:.0f} where the line of
    proportionality gains a factor 64.""", values=False)


# %% [markdown]
# The best rate grows with the batch size, but over the whole range by less
# than in proportion: the wall is in the way. That is also why the largest
# batch ends below the smallest after epochs as few as here. It makes few
# steps, and cannot make them as long as it would need to. (Equal epochs are
# equal numbers of images, not equal times: notebook 09 looks at the clock.)
#
# ## 9. Momentum and Adam
#
# Section 1 left a problem: one $\lambda$ for directions of very different
# curvature. Two answers, both in daily use. **Momentum** gives the weights a
# velocity. To and fro across the valley the gradients cancel in it, along the
# valley they add up:
#
# $$v \leftarrow \beta v + \frac{\partial R_D}{\partial w}, \qquad
# w \leftarrow w - \lambda v$$
#
# ### Exercise 7.4 (6 minutes)
#
# Write `momentum(w, v, gradient, learning_rate, beta)`; return the new `w`
# and the new `v`. For $w = 1$, $v = 2$, a gradient of 4, $\lambda = 0.1$ and
# $\beta = 0.5$: the new $v$ is 5, the new $w$ is 0.5.

# %% tags=["exercise-7.4"]
def momentum(w, v, gradient, learning_rate, beta=0.9):
    """Return w and its velocity v after one step. Source: Polyak (1964)."""
    ### BEGIN SOLUTION
    v = beta * v + gradient
    w = w - learning_rate * v
    return w, v
    ### END SOLUTION


# %%
check("7.4", momentum)
# hint("7.4")
# solution("7.4")

# %% [markdown]
# With a constant gradient $g$ the velocity settles at $g / (1 - \beta)$, ten
# times the gradient for $\beta = 0.9$. So expect the best $\lambda$ to be
# about ten times smaller than for plain descent; comparing the two at the
# same $\lambda$ would be unfair.
#
# **Adam** (Kingma and Ba, 2015) gives each weight its own step length. It
# keeps a running mean $m$ of the gradient and one, $s$, of its square, and
# divides one by the root of the other. Both begin at zero and are too small
# at first; division by $1 - \beta^t$ in step $t = 1, 2, \dots$ makes up for
# it:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad
# s \leftarrow \beta_2 s + (1 - \beta_2)\, g^2$$
# $$w \leftarrow w - \lambda\,
# \frac{m / (1 - \beta_1^t)}{\sqrt{s / (1 - \beta_2^t)} + \epsilon}$$
#
# ### Exercise 7.5 (12 minutes)
#
# Write `adam(w, m, s, gradient, learning_rate, t, beta1, beta2, epsilon)`;
# return the new `w`, `m` and `s` (as in the first line of the formulas, not
# divided). In the very first step, $t = 1$ with $m = s = 0$, the fraction is
# $g / (|g| + \epsilon)$: every weight moves by $\lambda$, whatever the size
# of its gradient.

# %% tags=["exercise-7.5"]
def adam(w, m, s, gradient, learning_rate, t,
         beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Return w, m, s after step t. Source: Kingma and Ba (2015)."""
    ### BEGIN SOLUTION
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient**2
    m_t = m / (1 - beta1**t)
    s_t = s / (1 - beta2**t)
    w = w - learning_rate * m_t / (np.sqrt(s_t) + epsilon)
    return w, m, s
    ### END SOLUTION


# %%
check("7.5", adam)
# hint("7.5")
# solution("7.5")

# %% [markdown]
# Both in the training loop of section 3, with a constant rate; plain descent
# comes from the sweep.

# %%
def with_momentum(w, memory, gradient, rate, t):
    """Apply `momentum` as a rule of `train`."""
    w, v = momentum(w, memory[0], gradient, rate)
    return w, (v,)


def with_adam(w, memory, gradient, rate, t):
    """Apply `adam` as a rule of `train`."""
    w, m, s = adam(w, *memory, gradient, rate, t)
    return w, (m, s)


RULES = {"Adam": with_adam, "momentum": with_momentum}
settings = [(name, seed) for seed in SEEDS for name in RULES]
runs = run_study(
    lambda name, seed: train(
        sample, seed, RULE_RATES[name], EPOCHS, BATCH_SIZE, RULES[name]
    ),
    settings, "optimisers",
)
rules = {"plain": (RATES, curves, lost)}
for name in ("momentum", "Adam"):
    rules[name] = (RULE_RATES[name], *gather(runs, name))

# %% [markdown]
# The column *good decades* of the table is the width of the range of good
# rates: how many decades lie between the smallest and the largest of the rates
# tried that came within two points of the best without a diverged run. It is a
# lower limit where the grid ends before the good rates do.

# %%
at_best, best_at, decades = {}, {}, {}
for name, (rates, acc, gone) in rules.items():
    place = best_rate(acc[:, -1], gone)
    best_at[name], at_best[name] = rates[place], acc[:, :, place]
    level = acc[:, -1].mean(axis=0)
    good = np.array(rates)[(level > level[place] - 2) & ~gone.any(axis=0)]
    decades[name] = math.log10(good.max() / good.min())

# %% tags=["instructor"]
for _, acc, gone in rules.values():
    place = best_rate(acc[:, -1], gone)
    level = acc[:, -1].mean(axis=0)
    assert level[place] > 88

# %% tags=["draws", "nbval-ignore-output"]
at_end = {name: values[:, -1] for name, values in at_best.items()}
print("rule      lambda  accuracy in %  good decades   above plain")
for name, values in at_end.items():
    mean, spread = mean_and_spread(values)
    gain = difference(values, at_end["plain"]).in_words()
    print(f"{name:9} {best_at[name]:6g} {mean:7.1f} +- {spread:.1f}"
          f"{decades[name]:12.1f}      {gain if name != 'plain' else ''}")
gain = difference(at_end["Adam"], at_end["momentum"])
print(f"Adam above momentum: {gain.in_words()}")
gone = sum(gone.sum() for _, _, gone in rules.values())
print(f"{gone} runs diverged, plain included")

# %% [markdown]
# Left, the accuracy epoch by epoch, each at its own best rate; right, against
# the rate.

# %% tags=["draws"]
LOOKS = dict(zip(rules, LOOKS.values()))
LOOKS["momentum"]["color"] = plotting.GREEN
LOOKS["Adam"]["color"] = plotting.VERMILION
fig, (left, right) = plotting.figure(1, 2, height=3.3)
for k, (name, look) in enumerate(LOOKS.items()):
    rates, acc, gone = rules[name]
    mean, error = at_best[name].mean(0), at_best[name].std(0, ddof=1)
    left.errorbar(np.arange(EPOCHS) + 1, mean, error, capsize=2,
                  label=name, **look)
    against_rate(right, rates, acc[:, -1], gone, 4 + 9 * k, name, **look)
left.set(xlabel="epoch", title="At the best rate", xticks=range(1, EPOCHS + 1))
left.set_ylabel("validation accuracy (%)")
left.legend(loc="lower right")
right.set(xlabel=r"learning rate $\lambda$", ylim=(0, 100))
right.set_title("After the last epoch")
names = ", ".join(f"{n} {a[:, -1].mean():.1f} %" for n, a in at_best.items())
plotting.show(fig, alt=f"""Left, accuracy against the epoch at each rule's
    best rate; at the end: {names}. Right, accuracy against the learning rate:
    three tops of similar height, that of momentum about a decade to the left
    of plain descent and that of Adam further left; crosses count diverged
    runs.""", values=False)

# %% [markdown]
# Three tops of about the same height, at very different places. At a single
# $\lambda$ you can obtain any ranking. At the best rate of each, four seeds
# cannot tell the three rules apart: on a network as small as this one, the
# choice of the rule matters less than the choice of its $\lambda$.
#
# ## 10. One epoch to find the rate
#
# The sweep cost 16 trainings for each seed. The *range test* (Smith, 2017)
# costs a quarter of one: train for a single epoch while $\lambda$ grows
# exponentially from far too small to far too large, and watch the risk. It
# stays, falls, and explodes. Two rules of thumb read a rate from the curve:
# where the risk falls most steeply; or a tenth of where it is lowest. In our
# loop the test is a schedule.

# %%
tests = run_study(
    lambda seed: train(
        sample, seed, [RATES[0]], 1, BATCH_SIZE,
        schedule=lambda t: (RATES[-1] / RATES[0]) ** t,
    ),
    seeds, "range tests",
)
steps = math.ceil(D / BATCH_SIZE)
grown = RATES[0] * (RATES[-1] / RATES[0]) ** (np.arange(steps) / steps)
ones = np.ones(2 * (steps // 30) + 1)  # a running mean, shorter at the ends
smooth = [np.convolve(run.risks[:, 0], ones, "same")
          / np.convolve(np.ones(steps), ones, "same")
          for run in tests.values()]
read = {"steepest": [], "lowest / 10": []}
for curve in smooth:
    low = int(np.nanargmin(curve))
    slope = np.gradient(curve[: low + 1], np.log(grown[: low + 1]))
    read["steepest"].append(grown[np.argmin(slope)])
    read["lowest / 10"].append(grown[low] / 10)
best = best_rate(accuracies, lost)

# %% tags=["draws", "nbval-ignore-output"]
print(f"sweep: best {RATES[best]:g}")
for name, values in read.items():
    mean, spread = mean_and_spread(np.log10(values))
    place = np.abs(np.log(RATES) - mean * math.log(10)).argmin()
    print(f"{name:12} {10**mean:.2f} (x : {10**spread:.1f} between seeds), "
          f"best / {RATES[best] / 10**mean:.0f}; accuracy there "
          f"{means[best] - means[place]:.1f} points lower")

# %% [markdown]
# The figure has one line for each seed, smoothed; the band is where the sweep
# found rates within two points of its best.

# %% tags=["draws"]
fig, ax = plotting.figure(height=3.3)
for curve in smooth:
    ax.semilogx(grown, np.clip(curve, 0, 6), color=plotting.BLUE, lw=1)
for (name, values), marker in zip(read.items(), "ov"):
    heights = [np.interp(np.log(r), np.log(grown), c)
               for r, c in zip(values, smooth)]
    ax.plot(values, heights, marker, color=plotting.BLACK, ms=7, label=name)
good = np.array(RATES)[(means > means[best] - 2) & ~lost.any(axis=0)]
ax.axvspan(good.min(), good.max(), color=plotting.ORANGE, alpha=0.25, lw=0,
           label="sweep: within 2 points")
ax.axvline(RATES[best], color=plotting.ORANGE, ls="--", label="sweep: best")
ax.set(xlabel=r"learning rate $\lambda$ on the way", ylabel="batch risk")
ax.set(ylim=(0, 5), title="Range test: one epoch a line")
ax.legend(loc="upper left")
inside = {name: sum(good.min() <= r <= good.max() for r in values)
          for name, values in read.items()}
plotting.show(fig, alt=f"""The risk stays near ln 10 up to a rate of about
    0.001, falls to its lowest between 0.1 and 1, then shoots up. Circles
    mark the steepest descent, triangles a tenth of the lowest point; the
    band of good rates from the sweep runs from {good.min():g} to
    {good.max():g}, its best is {RATES[best]:g}.""", values=False)

# %% tags=["draws", "nbval-ignore-output"]
for name, count in inside.items():
    print(f"{name}: {count} of {len(smooth)} seeds inside the sweep's band")

# %% tags=["instructor"]
assert all(1e-3 < r < 1 for values in read.values() for r in values)

# %% [markdown]
# The test finds the right decade for almost nothing, and its right edge warns
# of the wall. It tends to read too small a rate: while $\lambda$ grows,
# the network has had only a few steps at each value, so it has hardly begun
# to learn where a long training would be at its best. A good place to start a
# sweep; no substitute for one.
#
# ## Summary
#
# Gradient descent on a parabola stands or falls with $\lambda < 2/k$, and
# power iteration finds $k$ without writing the Hessian down. A network
# survives somewhat more, because it can move to where it is flatter; and
# full-batch descent climbs by itself to the curvature $2/\lambda$ and stays
# at that edge. Too small a learning rate costs patience, too large a one
# kills the network for good, and just before that the results scatter.
# Schedules, batch sizes and optimisers can be compared only each at its own
# best rate, with several seeds, and some of the differences are then not
# distinguishable from zero.

# %%
progress(7)

# %% [markdown]
# ## On your own
#
# - Set `LARGE = True`. Which pairs that were not distinguishable are so now?
#   And which difference is gone?
# - Leave the mean image in (`x_mean = 0`) and repeat the sweep. By how much
#   does the wall move? Compare with the change of $k$ in section 5. The
#   broken networks now end without `nan`, at a risk near $\ln 10$: look for
#   hidden neurons that fire for no image, and explain with B13 why such a
#   network cannot recover.
# - In section 6, change $\lambda$ from 0.6 to 1.2 after 200 steps. What will
#   the curvature do? And back again?
# - Give momentum $\beta = 0.99$. On a parabola the wall moves to
#   $2(1 + \beta)/k$; is the best rate still about $1 - \beta$ times that of
#   plain descent?
# - Start with a small rate that grows over the first epoch (*warm-up*). Which
#   of the diverged runs does it save?
#
# ## Further reading
#
# - J. Cohen, S. Kaur, Y. Li, J. Z. Kolter and A. Talwalkar, "Gradient descent
#   on neural networks typically occurs at the edge of stability", *ICLR*
#   (2021).
# - A. Lewkowycz, Y. Bahri, E. Dyer, J. Sohl-Dickstein and G. Gur-Ari, "The
#   large learning rate phase of deep learning: the catapult mechanism",
#   arXiv:2003.02218 (2020).
# - B. Pearlmutter, "Fast exact multiplication by the Hessian", *Neural
#   Computation* 6, 147 (1994).
# - B. Polyak, "Some methods of speeding up the convergence of iteration
#   methods", *USSR Comput. Math. Math. Phys.* 4, 1 (1964).
# - D. Kingma and J. Ba, "Adam: a method for stochastic optimization", *ICLR*
#   (2015).
# - L. Smith, "Cyclical learning rates for training neural networks", *WACV*
#   (2017).
# - P. Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1
#   hour", arXiv:1706.02677 (2017): learning rate with batch size.
