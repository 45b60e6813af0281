# %% [markdown]
# # 01 — Why is a straight cut not enough?
#
# **What you will do.** Separate two populations with a straight cut, and count
# what the cut gets wrong. Move the cut, and find the best one. Then meet data
# that no straight line separates, and hand them to a decision tree, a small
# neural network, and a method that is told no classes at all. In the end you
# look at handwritten digits in the same way, and see where looking ends.
#
# **What you will learn.** What *contamination* and *efficiency* are, and why
# one is paid for with the other; why no classifier falls below a certain
# error; what a tree's depth does on data that it has not seen; what
# unlabelled groups can and cannot tell.
#
# **What you need.** NumPy arrays and boolean masks (`x[y == 1]`); the normal
# distribution. The exercises work as in notebook 00.
#
# *Part of the course: theory. To run: at most 20 seconds on two processors. To
# study: 100 minutes, exercises included.*

# %%
import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

from exercises import check, hint, progress, solution
from helpers import plotting
from helpers.data import load_mnist
from helpers.equations import verify_equation
from helpers.evidence import difference

threadpool_limits(limits=1)
SEED = 1
NAMES = ("background", "signal")
MOON_NOISE, RING_NOISE = 0.25, 0.2
D_TRAINING, D_HELD_OUT = 400, 10_000


# %% [markdown]
# ## 1. Two populations and one straight cut
#
# A detector records two variables for each particle, $x_1$ and $x_2$. Some
# particles are the ones you are looking for: the *signal*. The others are
# the *background*. To classify is to say, from $x = (x_1, x_2)$ alone, which
# of the two a particle is. Its *class* is $y$: 1 for signal, 0 for
# background.
#
# We make the data ourselves, so that we know the truth. Both populations are
# normal distributions of the same shape, in which $x_1$ and $x_2$ are
# correlated; the signal is shifted by 2 along $x_1$. As everywhere in this
# course, a sample of $D$ points is an array with one *row* for each point.

# %%
def populations(D, rng, share=0.5):
    """Return points x (D, 2) and classes y (D,), 1 for the signal.

    `share` is the probability that a point is signal.
    """
    y = (rng.random(D) < share).astype(int)
    u, v = rng.normal(size=(2, D))
    x = np.column_stack([u + 2 * y, 0.6 * u + 0.8 * v])
    return x, y


x, y = populations(1000, np.random.default_rng(SEED))
print("x", x.shape, "  y", y.shape)
print(f"{np.sum(y == 1)} signal, {np.sum(y == 0)} background")
print("correlation within the background:",
      f"{np.corrcoef(x[y == 0].T)[0, 1]:.1f}")

# %% [markdown]
# The simplest classifier takes a linear function of the two variables,
#
# $$z = w_1 x_1 + w_2 x_2,$$
#
# and *cuts* on it: what lies above a threshold, $z > c$, is called signal.
# In the plane, $z = c$ is a straight line, and $w = (w_1, w_2)$ is
# perpendicular to it. For all points at once the linear function is a matrix
# product, `z = x @ w`.
#
# We take $w = (1, -0.6)$ and $c = 1$; why these, you will see below. The
# figure shows the cut twice: as a line in the plane, and as a threshold on
# $z$.

# %%
w, c = np.array([1.0, -0.6]), 1.0
z = x @ w  # (1000,)


# %% tags=["draws"]
def draw_line(ax, w, c):
    """Draw the straight line w . x = c; the limits of the axes stay."""
    limits = ax.axis()
    ends = w * c / (w @ w) + np.outer([-9, 9], [-w[1], w[0]])
    ax.plot(*ends.T, color="black", linewidth=1.5)
    ax.axis(limits)


fig, (plane, axis) = plotting.figure(1, 2, height=3.1)
plotting.points(plane, x, y, NAMES)
plane.set(title="A straight line in the plane", xlabel="$x_1$",
          ylabel="$x_2$", ylim=(-4.3, 3.3))
draw_line(plane, w, c)
plane.legend(loc="lower right", handletextpad=0.1)
for k in (0, 1):
    axis.hist(z[y == k], np.linspace(-2.5, 4.5, 36), alpha=0.5,
              color=plotting.CLASSES[k])
axis.axvline(c, color="black")
axis.text(c, 66, " called signal →", va="top")
axis.set(title="The same cut on $z$", xlabel="$z = w_1x_1 + w_2x_2$",
         ylabel="points per bin", ylim=(0, 68))
plotting.show(
    fig,
    alt="Left: two elongated clouds of points, background on the left and "
    "signal on the right, overlapping along a slanted straight line. Right: "
    "histograms of z for both, two bells that overlap around the cut at 1.",
)


# %% [markdown]
# Most points lie on their own side of the line. Some do not: there is signal
# on the left of it and background on the right. These points are not badly
# measured, and a better line would not help them all. The two populations
# overlap.
#
# ### Contamination and efficiency
#
# Two numbers say how good a selection is. They answer different questions.
#
# | name | what it is | also known as |
# | --- | --- | --- |
# | **contamination** | share of the selected that is background | 1 - purity |
# | **efficiency** | share of the signal that is selected | completeness |
#
# An astronomer who needs a clean catalogue of quasars asks for little
# contamination. A doctor who must not miss an illness asks for a high
# efficiency. "98 % right" answers neither of them.
#
# ### Exercise 1.1 (8 minutes)
#
# Write `contamination_and_efficiency(selected, signal)`. Both arguments are
# boolean arrays (D,): which points the cut selected, and which truly are
# signal. Return the two shares, contamination first, as numbers between 0
# and 1. If nothing at all is selected, nothing is contaminated: return 0 for
# the contamination. There is always some signal.
#
# Example: 10 points, 6 of them signal. The cut selects 4: 3 signal and 1
# background. Contamination 1/4 = 0.25; efficiency 3/6 = 0.5.

# %% tags=["exercise-1.1"]
def contamination_and_efficiency(selected, signal):
    """Return (contamination, efficiency) of a selection.

    Both arguments are boolean arrays (D,).
    """
    ### BEGIN SOLUTION
    good = np.sum(selected & signal)
    bad = np.sum(selected & ~signal)
    contamination = bad / max(good + bad, 1)
    return contamination, good / np.sum(signal)
    ### END SOLUTION


# %%
check("1.1", contamination_and_efficiency)
# hint("1.1")
# solution("1.1")

# %% [markdown]
# ### The trade-off
#
# Now move the cut. A higher threshold $c$ refuses more background, and more
# signal with it. The next figure follows both numbers, for a large sample:
# against $c$ on the left; one against the other on the right, where each
# point of a curve is one possible cut.
#
# The right side asks one question more: what if the signal is rare? Nothing
# about the detector or the cut changes, only the share of signal in what
# arrives.

# %%
cuts = np.linspace(-1, 3.5, 91)
curves = {}  # share of signal -> contamination and efficiency, (91, 2)
for share in (0.5, 0.1, 0.01):
    many, truth = populations(200_000, np.random.default_rng(SEED), share)
    z, signal = many @ w, truth == 1
    curves[share] = np.array(
        [contamination_and_efficiency(z > c, signal) for c in cuts]
    )

# %% tags=["draws"]
print("cut   efficiency   contamination if the signal's share is")
print("                     50 %   10 %    1 %")
for i in (20, 40, 60, 80):
    shown = "".join(f"{curves[s][i, 0]:7.0%}" for s in curves)
    print(f"{cuts[i]:3.0f}{curves[0.5][i, 1]:12.0%}   {shown}")

# %% [markdown]
# Read the table row by row: from each cut to the next the efficiency and the
# contamination fall together. Then read it column by column: the same cut
# that is fine for equal shares selects little but background when the signal
# is one in a hundred. The picture shows all the cuts.

# %% tags=["draws"]
fig, (left, right) = plotting.figure(1, 2, height=3.2)
left.plot(cuts, curves[0.5][:, 1], color="black")
left.plot(cuts, curves[0.5][:, 0], "--", color=plotting.PURPLE)
left.text(1.75, 0.72, "efficiency")
left.text(0.25, 0.3, "contamination", color="#8A4A70")
left.set(title="As the cut moves (signal 50 %)", xlabel="cut $c$",
         ylabel="share", ylim=(0, 1.02))
for share, style in zip((0.01, 0.1, 0.5), (":", "--", "-")):
    contamination, efficiency = curves[share].T
    right.plot(efficiency, contamination, style, color=plotting.PURPLE,
               label=f"signal {share:.0%}")
    right.plot(efficiency[40], contamination[40], "ko")
right.plot([], [], "ko", label="cut at $c = 1$")
right.set(title="One against the other", xlabel="efficiency",
          ylabel="contamination", xlim=(0, 1.02), ylim=(0, 1.02))
right.legend(loc="upper left", fontsize=9)
plotting.show(
    fig,
    alt="Left: as the cut rises from -1 to 3.5, efficiency falls from 1 to "
    "nearly 0 and contamination from about one half to nearly 0. Right: "
    "contamination rises with efficiency; the rarer the signal, the higher "
    "the curve. At the cut 1 and one signal in a hundred, contamination is "
    f"{curves[0.01][40, 0]:.0%}.",
)

# %% [markdown]
# There is no cut with full efficiency and no contamination: no curve reaches
# the lower right corner. A cut chooses a *place on the curve*. Which place is
# best depends on what a mistake costs, and that is not a question of
# mathematics.
#
# Move the slider: the cut goes through the two populations (the first 400
# points are drawn). On the right is its place on the curve for equal shares.
# (Where there is no slider, as on GitHub, you see the cut at 1.)

# %% tags=["draws"]
moves, figures = range(4, 77, 12), []  # of the cuts above
for i in moves:
    contamination, efficiency = curves[0.5][i]
    fig, (plane, right) = plotting.figure(1, 2, height=3.0)
    plotting.points(plane, x[:400], y[:400], NAMES)
    plane.set(title=f"Cut at {cuts[i]:.1f}", xlabel="$x_1$", ylabel="$x_2$",
              xlim=(-3, 5), ylim=(-4.3, 3.3))
    draw_line(plane, w, cuts[i])
    plane.legend(loc="lower right", handletextpad=0.1)
    right.plot(*curves[0.5].T[::-1], color=plotting.PURPLE)
    right.plot(efficiency, contamination, "ko", ms=8)
    right.set(title=f"Contamination {contamination:.0%}, "
              f"efficiency {efficiency:.0%}", xlabel="efficiency",
              ylabel="contamination", xlim=(0, 1.02), ylim=(-0.01, 0.5))
    figures.append(fig)
ends = curves[0.5][[moves[0], moves[-1]]]
plotting.frames(
    figures, [f"cut at {cuts[i]:.1f}" for i in moves], start=3,
    alt="The cut moves through the two clouds of points from left to right. "
    f"Contamination falls from {ends[0, 0]:.0%} to {ends[1, 0]:.0%}, and "
    f"efficiency from {ends[0, 1]:.0%} to {ends[1, 1]:.0%}.",
)


# %% [markdown]
# **Question.** A colleague reports: "My selection has an accuracy of 99 %."
# The signal is one event in a hundred. Are you impressed? Write your answer
# down before you go on.

# %% [markdown] tags=["solution-only"]
# **A good answer.** Not yet. Calling *everything* background is right 99 times
# in 100 and finds no signal at all: its efficiency is zero. With unequal
# classes the accuracy says little. Ask for the contamination and the
# efficiency, and for the share of signal that they were measured with: as the
# figure shows, the contamination of one and the same cut depends on it, while
# its efficiency does not.

# %% [markdown]
# ### The best cut
#
# Suppose that both kinds of mistake cost the same. Then the best cut is the
# one with the fewest wrong decisions, of either kind. How to find it? The
# number of wrong decisions changes only where $c$ passes one of the measured
# values of $z$. So there are only $D + 1$ cuts to try: one below all values,
# and one at each of them.
#
# ### Exercise 1.2 (12 minutes)
#
# Write `best_cut(z, signal)`: `z` (D,) holds the values of the linear
# function, `signal` (D,) is boolean. Points with `z > c` are called signal.
# Return the number `c` for which the fewest points are called wrong; if
# several do equally well, any of them. `signal` may be such that it is best
# to call everything signal, or nothing.
#
# Example: for `z = [1, 2, 3, 4]` and `signal = [False, False, True, True]`,
# any `c` from 2 up to (but not including) 3 is right: nothing is wrong there.
# A loop is fine.

# %% tags=["exercise-1.2"]
def best_cut(z, signal):
    """Return the c for which z > c is wrong for the fewest points.

    z and signal (boolean) are arrays (D,).
    """
    ### BEGIN SOLUTION
    best, fewest = z.min() - 1, np.sum(~signal)  # everything is selected
    for c in z:
        wrong = np.sum((z > c) != signal)
        if wrong < fewest:
            best, fewest = c, wrong
    return best
    ### END SOLUTION


# %%
check("1.2", best_cut)
# hint("1.2")
# solution("1.2")

# %% [markdown]
# Trying $D + 1$ cuts on $D$ points takes about $D^2$ comparisons. There is a
# way with one sorting and one running sum. Start below all values:
# everything is selected, and the wrong ones are the background. Then let the
# cut pass the points one by one, from the lowest. Passing a background point
# repairs a mistake (-1); passing a signal point makes one (+1). We need the
# speed, because soon we shall try many lines. First, both ways have to agree.

# %%
def wrong_for_every_cut(z, signal):
    """Return the D + 1 cuts and how many points each calls wrong."""
    order = np.argsort(z)
    steps = np.where(signal[order], 1, -1)
    wrong = np.sum(~signal) + np.concatenate([[0], np.cumsum(steps)])
    return np.concatenate([[-np.inf], z[order]]), wrong


z, signal = x @ w, y == 1
c = best_cut(z, signal)
cuts, wrong = wrong_for_every_cut(z, signal)
print("fewest wrong, cut by cut:   ", np.sum((z > c) != signal))
print("fewest wrong, running sum:  ", wrong.min())
print("the same counts at every cut:",
      all(n == np.sum((z > c) != signal) for c, n in zip(cuts, wrong)))

# %% [markdown]
# ### The floor
#
# How good can *any* classifier be on these data? Here the laws are known.
# Along $z$, the background is normal around 0 and the signal normal around 2,
# both with standard deviation 0.8. With equal shares, nobody can do better
# than to choose, at each place, the population that is denser there. The
# smaller density is then called wrong. So the smallest possible share of
# wrong decisions is the area that the two bells have in common:
#
# $$\text{floor} = \frac{1}{2}\int \min(p_0(z), p_1(z))\,dz.$$
#
# The bells cross at $z = 1$, which explains our $c$. The direction $w$ is the
# one for which they overlap least. We compute the floor and compare three
# cuts on a large sample: on $x_1$ alone, on $x_2$ alone, and on $z$.

# %%
grid = np.linspace(-4, 6, 2001)
p0, p1 = (
    np.exp(-((grid - mean) ** 2) / (2 * 0.8**2)) / (0.8 * np.sqrt(2 * np.pi))
    for mean in (0, 2)
)
floor = 0.5 * np.sum(np.minimum(p0, p1)) * (grid[1] - grid[0])

many, truth = populations(1_000_000, np.random.default_rng(SEED))
best = {}
for name, values in (("x1 alone", many[:, 0]), ("x2 alone", many[:, 1]),
                     ("z", many @ w)):
    cuts, wrong = wrong_for_every_cut(values, truth == 1)
    best[name] = wrong.min() / len(truth)
    print(f"best cut on {name:9}: {best[name]:6.1%} wrong")
print(f"floor                : {floor:6.1%} wrong")
chance = np.sqrt(floor * (1 - floor) / len(truth))
print(f"one standard deviation of the count, as a share: {chance:.2%}")

# %% [markdown]
# A cut on $x_2$ alone is as good as tossing a coin: along $x_2$ both
# populations look the same. And yet $x_2$ is worth having, for $z$, which
# contains it, does clearly better than $x_1$ alone. Variables work together;
# one must not judge them one at a time. The next figure shows where the
# floor comes from, and the share of wrong decisions as the cut moves.

# %% tags=["draws"]
fig, (left, right) = plotting.figure(1, 2, height=3.0)
for k, p in enumerate((p0, p1)):
    left.plot(grid, p / 2, color=plotting.CLASSES[k], label=NAMES[k])
left.fill_between(grid, np.minimum(p0, p1) / 2, color=plotting.GREY,
                  alpha=0.5, label="wrong, whatever one does")
left.set(title="Where the bells overlap", xlabel="$z$", xlim=(-3, 5),
         ylabel="density × share", ylim=(0, 0.38))
left.legend(loc="upper left", fontsize=8.5)
right.plot(cuts[1::1000], wrong[1::1000] / len(truth), color="black")
right.axhline(best["x1 alone"], color=plotting.ORANGE, linestyle="--")
right.axhline(floor, **plotting.STYLE["bound"])
right.text(2.25, 0.28, "cut on $z$")
right.text(-2.9, best["x1 alone"] + 0.01, "best on $x_1$ alone", fontsize=9)
right.text(-2.9, floor - 0.04, "floor", fontsize=9)
right.set(title="Wrong decisions as the cut moves", xlabel="cut $c$",
          ylabel="share wrong", xlim=(-3, 5), ylim=(0, 0.55))
plotting.show(
    fig,
    alt="Left: two bells around 0 and 2 with the area under both shaded. "
    "Right: the share of wrong decisions falls from one half to "
    f"{best['z']:.1%} at a cut near 1 and rises again; its lowest point "
    f"touches the floor at {floor:.1%}.",
)


# %% [markdown]
# The straight cut touches the floor, within the chance fluctuation of the
# count. For these data, then, a straight cut *is*
# enough, and no network in the world will do better. What remains wrong is
# in the data, not in the method: such data are called *ambiguous*, and only
# another measurement, a third variable, could lower the floor. It is worth
# remembering when somebody promises an error of zero.

# %% [markdown]
# ## 2. Classes that no straight line separates
#
# Most data are not two round clouds. Two small examples have become classics.
# The *moons* are two half circles that reach into each other; the *rings* are
# two circles, one inside the other. Each point lies on its curve, displaced
# by normal noise in both directions.

# %%
def moons(t):
    """Return points of both half circles (D, 2), for t (D,) in [0, 1]."""
    a = np.pi * t
    upper = np.column_stack([np.cos(a), np.sin(a)])
    return upper, np.array([1.0, 0.5]) - upper


def rings(t):
    """Return points of both circles (D, 2), for t (D,) in [0, 1]."""
    circle = np.column_stack([np.cos(2 * np.pi * t), np.sin(2 * np.pi * t)])
    return circle, 2 * circle


def scatter(curves, D, noise, rng):
    """Return x (D, 2) around two curves, and y (D,): which of the two."""
    curve0, curve1 = curves(rng.random(D))
    y = np.arange(D) % 2
    x = np.where(y[:, None] == 0, curve0, curve1)
    return x + noise * rng.normal(size=(D, 2)), y


# %% [markdown]
# The question is now: how well does the *best* straight line do? We do not
# leave that to some fitting method, which might have failed for reasons of
# its own. In two dimensions all lines can be tried: every direction, in steps
# of two degrees, and for each direction every cut.
#
# The floor is computed as before. We know the law, so at each point we can
# ask which curve is the more probable origin: the density of a population is
# a normal bell, averaged over the curve.

# %%
def best_line(x, y):
    """Return the share wrong, w (2,) and c of the best of all lines."""
    best = (1.0, None, None)
    for angle in np.deg2rad(np.arange(0, 360, 2)):
        w = np.array([np.cos(angle), np.sin(angle)])
        cuts, wrong = wrong_for_every_cut(x @ w, y == 1)
        i = np.argmin(wrong)
        if wrong[i] < best[0] * len(y):
            best = (wrong[i] / len(y), w, cuts[i])
    return best


def ideal(x, curves, noise):
    """Return the more probable class (D,) of each point, from the law."""
    middle = (np.arange(200) + 0.5) / 200
    p0, p1 = (
        np.exp(-((x[:, None] - curve) ** 2).sum(axis=2) / (2 * noise**2))
        .mean(axis=1)
        for curve in curves(middle)
    )
    return (p1 > p0).astype(int)


# %% [markdown]
# Here is the best line for each, and what it gets wrong.

# %%
LAWS = {"moons": (moons, MOON_NOISE), "rings": (rings, RING_NOISE)}
lines, told = {}, []
for name, (law, noise) in LAWS.items():
    x, y = scatter(law, 4000, noise, np.random.default_rng(SEED))
    share, w, c = best_line(x, y)
    least = np.mean(ideal(x, law, noise) != y)
    lines[name] = x, y, share, w, c
    told.append(f"{name}: best line {share:.1%} wrong, floor {least:.1%}")
    print(told[-1])

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=3.3)
for ax, (name, (x, y, share, w, c)) in zip(axes, lines.items()):
    plotting.points(ax, x[:600], y[:600])
    ax.set_aspect("equal")
    draw_line(ax, w, c)
    ax.set(title=f"{name}: best line, {share:.0%} wrong", xlabel="$x_1$",
           ylabel="$x_2$")
axes[0].legend(loc="lower left", handletextpad=0.1, borderpad=0)
plotting.show(
    fig,
    alt="Two interleaved half moons, cut by a slanted line that leaves the "
    "tips on the wrong side, and two concentric rings, of which a line cuts "
    f"off only a part. In numbers, {'; '.join(told)}.",
)


# %% [markdown]
# For the moons the best line is wrong more than twice as often as it would
# have to be. For the rings all that a line can do is to cut off a piece of
# the outer one; the rest stays mixed. Yet the floors are low: there *is* a
# boundary that separates these data well. It is not straight.
#
# ### Exercise 1.3 (5 minutes)
#
# One way out is to look for a better *variable*. Write `ring_variable(x)`:
# `x` is (D, 2), and the result, (D,), is one new variable computed from both
# columns, such that a single cut on it separates the two rings (at most 2 %
# wrong on the check's points). Whether the outer ring has the larger or the
# smaller values does not matter.

# %% tags=["exercise-1.3"]
def ring_variable(x):
    """Return a variable (D,) on which one cut separates the rings."""
    ### BEGIN SOLUTION
    return np.sqrt(x[:, 0] ** 2 + x[:, 1] ** 2)
    ### END SOLUTION


# %%
check("1.3", ring_variable)
# hint("1.3")
# solution("1.3")

# %% [markdown]
# What do the rings look like along your variable? The next figure is the
# histogram to compare with the one of section 1.

# %%
x, y = scatter(rings, 4000, RING_NOISE, np.random.default_rng(SEED))
r = np.asarray(ring_variable(x), dtype=float).reshape(-1)
tries = [wrong_for_every_cut(r, y == k) for k in (0, 1)]
cuts, wrong = min(tries, key=lambda pair: pair[1].min())
share, c = wrong.min() / len(y), cuts[np.argmin(wrong)]
print(f"one cut on the new variable: {share:.1%} wrong")

# %% tags=["draws"]
fig, ax = plotting.figure(height=2.5)
for k in (0, 1):
    ax.hist(r[y == k], np.linspace(r.min(), r.max(), 61), alpha=0.5,
            color=plotting.CLASSES[k], label=f"class {k}")
ax.axvline(c, color="black", label="best cut")
ax.set(title="The rings along the new variable", ylabel="points per bin",
       xlabel="new variable")
ax.legend()
plotting.show(
    fig,
    alt="Histograms of the new variable: the two rings are two separate "
    f"bells, and one cut between them is wrong for only {share:.1%}.",
)


# %% [markdown]
# In the new variable a straight cut is enough again. But you found it by
# looking at the picture. With hundreds of variables there is no picture to
# look at. The methods of the next sections find a boundary, or good
# variables, from the data.
#
# ## 3. Supervised: the decision tree
#
# A method is *supervised* if it learns from a training sample whose classes
# are known. A **decision tree** keeps the idea of the cut, and makes many of
# them, one after the other. Each cut is on one variable only, say
# $x_1 \le c$. It splits the sample in two; each part is then cut again, by a
# cut of its own.
#
# Which cut comes first? The one that leaves the two sides as pure as
# possible. Purity is measured with the *Gini impurity*. If a set of points
# contains the classes in the shares $p_0, p_1, \dots$, its impurity is
#
# $$G = \sum_k p_k (1 - p_k) = 1 - \sum_k p_k^2 .$$
#
# It is 0 for a pure set and 1/2 for two classes in equal shares. It is close
# to the contamination, the share $1 - \max_k p_k$ that does not belong to
# the most frequent class, but smooth, so that it also rewards small steps in
# the right direction.
#
# ### Exercise 1.4 (12 minutes)
#
# Write `impurity_after_cut(values, y, cut)`. `values` (D,) holds one variable,
# `y` (D,) the classes, integers from 0 (there may be more than two). The cut
# makes a left side, `values <= cut`, and a right side. Return the mean of
# their impurities, in which each side counts with its share of the points.
# An empty side counts for nothing.
#
# Example: `values = [1, 2, 3, 4]`, `y = [0, 0, 1, 0]`, `cut = 2.5`. The left
# side is pure, $G = 0$. The right side has equal shares, $G = 1/2$. Each
# holds half of the points, so the result is 0.25.

# %% tags=["exercise-1.4"]
def impurity_after_cut(values, y, cut):
    """Return the mean Gini impurity of the two sides of a cut.

    values and y (integers) are arrays (D,); cut is a number.
    """
    ### BEGIN SOLUTION
    impurity = 0.0
    for side in (y[values <= cut], y[values > cut]):
        if len(side) > 0:
            p = np.bincount(side) / len(side)
            impurity += len(side) / len(y) * (1 - np.sum(p**2))
    return impurity
    ### END SOLUTION


# %%
check("1.4", impurity_after_cut)
# hint("1.4")
# solution("1.4")

# %% [markdown]
# If that is how a tree chooses, then the first cut that scikit-learn's tree
# makes on the moons must be the lowest point of your function, over both
# variables and all cuts. We compare.

# %%
x_train, y_train = scatter(
    moons, D_TRAINING, MOON_NOISE, np.random.default_rng(SEED)
)
stump = DecisionTreeClassifier(max_depth=1, random_state=0)
stump.fit(x_train, y_train)
variable, cut = stump.tree_.feature[0], stump.tree_.threshold[0]
tried = []  # of both variables: the cuts, and the impurity after each
for values in x_train.T:
    ordered = np.sort(values)
    cuts = (ordered[1:] + ordered[:-1]) / 2  # between neighbours
    G = [impurity_after_cut(values, y_train, c) for c in cuts]
    tried.append((cuts, G))
lowest = [min(G) for _, G in tried]
G_tree = impurity_after_cut(x_train[:, variable], y_train, cut)
print(f"lowest impurity on x1 {lowest[0]:.3f}, on x2 {lowest[1]:.3f}")
print(f"scikit-learn cuts x{variable + 1} at {cut:.2f}: {G_tree:.3f}")

# %% tags=["draws"]
fig, ax = plotting.figure(height=2.8)
looks = ("black", "-"), (plotting.ORANGE, "--")
for j, ((cuts, G), (color, style)) in enumerate(zip(tried, looks), start=1):
    ax.plot(cuts, G, style, color=color, label=f"cut on $x_{j}$")
ax.plot(cut, G_tree, "o", color=plotting.SKY, ms=9,
        label="scikit-learn's choice")
ax.set(title="Impurity after one cut of the moons", xlabel="cut",
       ylabel="mean Gini impurity")
ax.legend()
plotting.show(fig, alt="Impurity against the place of the cut for both "
              f"variables: from 0.5 the curve of x1 falls to {lowest[0]:.2f}, "
              f"that of x2 to {lowest[1]:.2f}, where scikit-learn's cut is.")

# %% [markdown]
# The tree's cut lies at the lowest point: your function is what it minimises.
# (Between two neighbouring points all cuts are equally good; scikit-learn
# takes the middle.)
#
# ### A tree is its cuts
#
# Now let the tree go on, to a depth of three cuts in a row. The figure shows
# it in two ways: on the left the cuts in the plane, on the right the tree.
# The numbers are the same in both.

# %%
tree = DecisionTreeClassifier(max_depth=3, random_state=0)
tree.fit(x_train, y_train)
n_cuts = tree.get_n_leaves() - 1

# %% tags=["draws"]
PLANE = (-1.9, 2.9, -1.4, 1.9)  # left, right, bottom, top
CENTRED = {"ha": "center", "va": "center"}


def draw_regions(ax, predict, limits=PLANE, colors=plotting.CLASSES[:2]):
    """Colour the plane by the class, 0 or 1, that predict(x) gives."""
    u = np.linspace(limits[0], limits[1], 240)
    v = np.linspace(limits[2], limits[3], 240)
    grid = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    classes = predict(grid).reshape(240, 240)
    ax.contourf(u, v, classes, levels=[-0.5, 0.5, 1.5], colors=colors,
                alpha=0.18)
    ax.axis(limits)


def draw_number(ax, u, v, number):
    """Write the number of a cut in a small circle."""
    ax.text(u, v, number, fontsize=7.5, zorder=5, **CENTRED, bbox={
        "boxstyle": "circle,pad=0.2", "facecolor": "white"})


# %% [markdown]
# In the plane, a cut acts only inside the rectangle that the cuts before it
# have left.

# %% tags=["draws"]
def draw_cuts(ax, tree, limits):
    """Draw each cut of a tree where it acts, numbered level by level."""
    t, waiting, number = tree.tree_, [(0, *limits)], 0
    while waiting:
        node, left, right, low, high = waiting.pop(0)
        children = t.children_left[node], t.children_right[node]
        if children[0] < 0:
            continue  # a leaf
        number, cut = number + 1, t.threshold[node]
        if t.feature[node] == 0:
            ax.plot([cut, cut], [low, high], color="black", lw=1.3)
            draw_number(ax, cut, (low + high) / 2, number)
            boxes = (left, cut, low, high), (cut, right, low, high)
        else:
            ax.plot([left, right], [cut, cut], color="black", lw=1.3)
            draw_number(ax, (left + right) / 2, cut, number)
            boxes = (left, right, low, cut), (left, right, cut, high)
        waiting += [(c, *box) for c, box in zip(children, boxes)]


# %% tags=["draws"]
def place_nodes(tree):
    """Return {node: (u, v)} of a drawing of a tree, level by level."""
    t, places = tree.tree_, {}

    def place(node, depth, free):
        children = t.children_left[node], t.children_right[node]
        if children[0] < 0:
            places[node] = free, -depth
            return free + 1
        for child in children:
            free = place(child, depth + 1, free)
        places[node] = np.mean([places[c][0] for c in children]), -depth
        return free

    place(0, 0, 0)
    return dict(sorted(places.items(), key=lambda p: (-p[1][1], p[1][0])))


# %% [markdown]
# In the tree, a leaf lies below the last cut on the way to it; under it stand
# its numbers of points of class 0 and of class 1.

# %% tags=["draws"]
def draw_tree(ax, tree):
    """Draw cuts as numbered nodes, and leaves with their content."""
    t, places, number = tree.tree_, place_nodes(tree), 0
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
    below = {"textcoords": "offset points", "ha": "center", "fontsize": 8}
    for node, (u, v) in places.items():
        children = t.children_left[node], t.children_right[node]
        if children[0] < 0:
            shares = t.value[node][0] / t.value[node][0].sum()
            counts = np.rint(shares * t.n_node_samples[node])
            k = int(np.argmax(counts))
            ax.scatter([u], [v], s=170, marker=plotting.MARKERS[k],
                       linewidth=0, color=plotting.CLASSES[k])
            ax.annotate(f"{counts[0]:.0f} : {counts[1]:.0f}", (u, v),
                        (0, -17), **below)
            continue
        number += 1
        for child, word in zip(children, ("yes", "no")):
            a, b = places[child]
            ax.plot([u, a], [v, b], color=plotting.GREY, lw=1, zorder=0)
            ax.text((u + a) / 2, (v + b) / 2, word, fontsize=7,
                    color="#555555", bbox=paper, **CENTRED)
        draw_number(ax, u, v, number)
        words = f"$x_{t.feature[node] + 1}$ ≤ {t.threshold[node]:.2f}"
        ax.annotate(words, (u, v), (0, 10), bbox=paper, **below)
    ax.margins(x=0.08, y=0.12)
    ax.axis("off")


# %% tags=["draws"]
fig, (plane, diagram) = plotting.figure(
    1, 2, height=3.9, gridspec_kw={"width_ratios": [1, 1.2]}
)
draw_regions(plane, tree.predict)
plotting.points(plane, x_train, y_train, size=6)
draw_cuts(plane, tree, PLANE)
plane.set(title="Cuts in the plane ...", xlabel="$x_1$", ylabel="$x_2$")
draw_tree(diagram, tree)
diagram.set_title("... and as a tree (class 0 : class 1)")
plotting.show(
    fig,
    alt=f"Left: the moons with {n_cuts} numbered horizontal and vertical "
    "cuts that divide the plane into rectangles, coloured by class. Right: "
    "the same cuts as the nodes of a tree of depth 3, the first one at the "
    f"top, with the counts of both classes in its {n_cuts + 1} leaves.",
)

# %% [markdown]
# To classify a point, start at cut 1 and follow *yes* or *no* down to a leaf;
# the leaf's most frequent class is the answer. In the plane a leaf is a
# rectangle. Each cut is straight, but the boundary of all of them together is
# a staircase, and a staircase can follow a curve. The price: the steps are
# always parallel to the axes.
#
# ### How deep?
#
# With more cuts the leaves get purer. Without a limit the tree goes on until
# each leaf holds one class only, if need be a single point. Is that good? To
# find out, one needs a second sample.
#
# **O1** There are two samples, without a point in common. The *training*
# sample determines the classifier. The *test* sample measures how good it is:
#
# $$\{(x_i, y_i)\} = \text{training} \cup \text{test}, \qquad
#   \text{training} \cap \text{test} = \emptyset .$$
#
# The usual way is to shuffle all indices once and divide them. Then each
# point is used exactly once; drawing the two samples independently of each
# other would not ensure that. The first cell below checks it by counting how
# often each point occurs. The second shows what O1 is for: 40 times it draws
# 400 moons, trains a tree without limit on one half, and measures the share of
# wrong answers on the training half, on the test half, and on 10,000 fresh
# points, which tell the truth.

# %% tags=["equation-O1"]
rng = np.random.default_rng(SEED)
order = rng.permutation(400)
training, test = order[:200], order[200:]
twice = np.concatenate([rng.permutation(400)[:200] for _ in range(2)])
verify_equation(
    "O1",
    np.bincount(np.concatenate([training, test]), minlength=400),
    np.ones(400),
    wrong=np.bincount(twice, minlength=400),
    without="with two independent draws",
)

# %%
x_fresh, y_fresh = scatter(moons, D_HELD_OUT, MOON_NOISE, rng)
shares = []  # wrong on training, test and fresh points
for _ in range(40):
    x, y = scatter(moons, 400, MOON_NOISE, rng)
    tree = DecisionTreeClassifier(random_state=0)
    tree.fit(x[training], y[training])
    sets = ((x[training], y[training]), (x[test], y[test]),
            (x_fresh, y_fresh))
    shares.append([np.mean(tree.predict(a) != b) for a, b in sets])
for name, mean in zip(("training", "test", "fresh"), np.mean(shares, axis=0)):
    print(f"wrong on {name:9}{mean:6.1%}")


# %% [markdown]
# On the points that it was trained on, the tree is never wrong. That is less
# than the floor, which no classifier can beat: the tree has learned the
# noise of its 200 points by heart. The test sample, which it has not seen,
# gives the honest answer; on average it agrees with the fresh points.
#
# So depth has to be judged on held-out data. We do it for the moons and for
# the populations of section 1. To speak the lecture's language we measure the
# contamination of each class: of all points that the tree calls class $k$,
# the share that is not; then the mean over both classes. A single sample
# might be lucky, so there are ten.

# %%
def mean_contamination(predicted, y):
    """Return the contamination of what is called k, averaged over k."""
    return np.mean([
        contamination_and_efficiency(predicted == k, y == k)[0]
        for k in np.unique(y)
    ])


def depth_study(sample, depths, seeds=10):
    """Return contaminations (seed, depth, 2): training, held-out."""
    x_out, y_out = sample(D_HELD_OUT, np.random.default_rng(1000))
    found = np.zeros((seeds, len(depths), 2))
    for seed in range(seeds):
        x, y = sample(D_TRAINING, np.random.default_rng(seed))
        for i, depth in enumerate(depths):
            tree = DecisionTreeClassifier(max_depth=depth, random_state=0)
            tree.fit(x, y)
            found[seed, i] = (mean_contamination(tree.predict(x), y),
                              mean_contamination(tree.predict(x_out), y_out))
    return found


# %% [markdown]
# A word on the floor: both problems are symmetric in their two classes, so
# that the contamination of the ideal classifier equals its share of wrong
# decisions.
#
# And a word on differences, for which the course has one rule. Two settings
# are compared sample by sample. The mean of these differences stands with its
# 95 % interval; if the interval contains zero, the two are called *not
# distinguishable*. Differences of shares are given in points, that is, in
# percentage points.

# %%
SAMPLES = {
    "populations": populations,
    "moons": lambda D, rng: scatter(moons, D, MOON_NOISE, rng),
    "rings": lambda D, rng: scatter(rings, D, RING_NOISE, rng),
}
FLOORS = {"populations": floor}
for name, (curves, noise) in LAWS.items():
    x, y = SAMPLES[name](D_HELD_OUT, np.random.default_rng(1000))
    FLOORS[name] = np.mean(ideal(x, curves, noise) != y)

depths = np.arange(1, 13)
studies = {
    name: depth_study(SAMPLES[name], depths)
    for name in ("populations", "moons")
}

# %% tags=["draws"]
for name, found in studies.items():
    mean, spread = found.mean(axis=0), found.std(axis=0, ddof=1)
    i = np.argmin(mean[:, 1])
    print(f"{name} (floor {FLOORS[name]:.1%})")
    for text, j in (("best depth", i), ("depth", len(depths) - 1)):
        print(f"  {text} {depths[j]:2}: training {mean[j, 0]:5.1%}, "
              f"held-out {mean[j, 1]:5.1%} +- {spread[j, 1]:.1%}")
    cost = difference(100 * found[:, -1, 1], 100 * found[:, i, 1])
    print(f"  too deep costs {cost.in_words(digits=1)}")

# %% [markdown]
# The figure shows all depths. The bands are the standard deviation from sample
# to sample, as are the values behind +- in the table.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=3.1, sharey=True)
for ax, (name, found) in zip(axes, studies.items()):
    for j, (label, key) in enumerate((("training", "training"),
                                      ("held-out", "test"))):
        mean = found[:, :, j].mean(axis=0)
        spread = found[:, :, j].std(axis=0, ddof=1)
        color = plotting.STYLE[key]["color"]
        ax.plot(depths, mean, label=label, **plotting.STYLE[key])
        ax.fill_between(depths, mean - spread, mean + spread, color=color,
                        alpha=0.2, linewidth=0)
    ax.axhline(FLOORS[name], label="floor", **plotting.STYLE["bound"])
    ax.set(title=name, xlabel="depth of the tree", ylim=(0, 0.25))
axes[0].set_ylabel("mean contamination")
axes[1].legend()
plotting.show(
    fig,
    alt="Mean contamination against the tree's depth, for the populations "
    "and the moons. On training data it falls to nearly zero, through the "
    "floor. On held-out data it falls, stays above the floor, and rises "
    "again for deep trees.",
)

# %% [markdown]
# Two curves that begin together and part. The training curve keeps falling
# and crosses the floor without noticing it. The held-out curve turns round.
# What it costs to go too deep is printed above, for each data set: about three
# points for the populations and about one for the moons. Both intervals leave
# zero out, so this is no accident of one sample. The depth is a setting that the training sample cannot choose. You will meet
# this picture again, with epochs in place of depth, when networks are
# *overtrained* (notebook 08).
#
# ## 4. Supervised: a small neural network
#
# A neural network bends the boundary instead of stacking steps. Its building
# block, the neuron, computes a linear function $z$, just like the one of
# section 1, and sends it through a simple non-linear function. Several
# neurons look at the same point; what they give out are new variables; and a
# last layer makes a straight cut in *these*. What it computes is the subject
# of notebook 02, how it learns of notebook 03. Here we only look at the
# result, with scikit-learn's network of 1, 3 and 16 hidden neurons on the
# 400 moons.

# %%
networks = {}
for N in (1, 3, 16):
    network = MLPClassifier((N,), solver="lbfgs", alpha=0.1, max_iter=5000,
                            random_state=3)
    networks[N] = network.fit(x_train, y_train)

# %% tags=["draws"]
fig, axes = plotting.figure(1, 3, height=2.4, sharey=True)
for ax, (N, network) in zip(axes, networks.items()):
    draw_regions(ax, network.predict)
    plotting.points(ax, x_train, y_train, size=4)
    neurons = "neuron" if N == 1 else "neurons"
    ax.set(title=f"{N} hidden {neurons}", xlabel="$x_1$")
axes[0].set_ylabel("$x_2$")
plotting.show(
    fig,
    alt="The moons three times with the region of each class coloured. With "
    "one hidden neuron the boundary is a straight line, with three it is "
    "bent a little, with sixteen it winds between the moons.",
    values=False,
)

# %% [markdown]
# One hidden neuron can only make a straight cut. Three bend it. Sixteen draw
# the curve between the moons, without stairs.
#
# Now all methods together: the best straight line, a tree (of depth 5), the
# network of 16 neurons, and the floor. Each learns from 400 points and is
# measured on the same 10,000 held-out points, for five training samples. The
# table shows the mean share of wrong answers, and below it how the network
# differs from the other two. The last digit may differ on your machine: the
# network's training multiplies differences of rounding.

# %% tags=["nbval-ignore-output"]
results = {}
for name, sample in SAMPLES.items():
    x_out, y_out = sample(D_HELD_OUT, np.random.default_rng(1000))
    wrong = []
    for seed in range(5):
        x, y = sample(D_TRAINING, np.random.default_rng(seed))
        _, w, c = best_line(x, y)
        tree = DecisionTreeClassifier(max_depth=5, random_state=0)
        network = MLPClassifier((16,), solver="lbfgs", alpha=0.1, tol=1e-3,
                                max_iter=5000, random_state=seed)
        answers = [x_out @ w > c, tree.fit(x, y).predict(x_out),
                   network.fit(x, y).predict(x_out)]
        wrong.append([np.mean(answer != y_out) for answer in answers])
    results[name] = np.array(wrong)  # (seed, method)

line, _, network = results["rings"].mean(axis=0)
assert line > 0.3 > 0.05 > network
line, _, network = results["moons"].mean(axis=0)
assert network < 0.8 * line

# %% tags=["draws", "nbval-ignore-output"]
print("share wrong   best line   tree  network  floor")
for name, wrong in results.items():
    cells = "".join(f"{mean:9.1%}" for mean in wrong.mean(axis=0))
    print(f"{name:13}{cells}{FLOORS[name]:7.1%}")
print()
for name, wrong in results.items():
    line, tree, network = 100 * wrong.T
    for text, other in (("line", line), ("tree", tree)):
        words = difference(network, other).in_words(digits=1)
        print(f"{name:12} network - {text}: {words}")

# %% [markdown]
# Read the table line by line. For the populations the straight line is best:
# the more flexible methods have nothing to gain there, and they lose by
# following the noise, the network a little and the tree more. For moons and
# rings it is the other way round, and the network comes closest to the floor.
# All six differences are clear, even with five samples. No method is best for all data. A flexible one is worth its price where the
# boundary is not straight.
#
# ## 5. Unsupervised: groups without labels
#
# Labels are expensive: somebody has to look at each point and say what it is.
# An *unsupervised* method does without. It puts together what is similar.
# **K-means** does it with $k$ centres. Each point belongs to the centre
# nearest to it; each centre moves to the mean of its points; repeat until
# nothing changes. Here it is on our three data sets, with $k = 2$. The
# classes are shown by colour and marker, the groups by white and grey.

# %%
grouped = {}
for name, sample in SAMPLES.items():
    x, y = sample(D_TRAINING, np.random.default_rng(SEED))
    method = KMeans(2, n_init=20, random_state=0).fit(x)  # y is not used
    grouped[name] = x, y, method

# %% tags=["draws"]
fig, axes = plotting.figure(1, 3, height=2.6)
for ax, (name, (x, y, method)) in zip(axes, grouped.items()):
    low, high = x.min(axis=0), x.max(axis=0)
    half = 0.55 * np.max(high - low)  # of a square that holds all points
    u, v = (low + high) / 2
    draw_regions(ax, method.predict, (u - half, u + half, v - half, v + half),
                 colors=("white", "black"))
    plotting.points(ax, x, y, size=6)
    ax.plot(*method.cluster_centers_.T, "*", color="black", ms=11,
            linestyle="none")
    ax.set(title=name, xlabel="$x_1$", aspect="equal")
axes[0].set_ylabel("$x_2$")
plotting.show(
    fig,
    alt="K-means with two groups on the populations, the moons and the "
    "rings, classes by colour, groups as white and grey, centres as stars. "
    "The border between the groups is straight; it cuts off the moons' tips "
    "and runs right through both rings.",
)


# %% [markdown]
# Wherever k-means works with two centres, its border is straight: the points
# that are equally far from both. So it cannot do what a straight cut cannot.
# And it looks for *compact* groups, which is not what a moon or a ring is.
#
# How well do groups and classes agree? The groups have numbers, but the
# numbers mean nothing: group 0 may well be class 1. To give them a meaning,
# let the members vote: each group gets the class of most of its members.
#
# ### Exercise 1.5 (10 minutes)
#
# Write `agreement(groups, y)`. Both are arrays (D,) of integers from 0 up:
# the group that each point was put in, and its class. Give each group the
# class that is most frequent in it; several groups may get the same class.
# Return the share of all points whose own class is that of their group.
#
# Example: `groups = [0, 0, 0, 1, 1]`, `y = [1, 1, 0, 0, 0]`. Group 0 votes for
# class 1 (2 of 3 points), group 1 for class 0 (2 of 2). The agreement is
# 4/5 = 0.8.

# %% tags=["exercise-1.5"]
def agreement(groups, y):
    """Return the share of points that have their group's majority class.

    groups and y are integer arrays (D,).
    """
    ### BEGIN SOLUTION
    right = 0
    for group in np.unique(groups):
        right += np.bincount(y[groups == group]).max()
    return right / len(y)
    ### END SOLUTION


# %%
check("1.5", agreement)
# hint("1.5")
# solution("1.5")

# %% [markdown]
# With it, the three figures become three numbers. Since the classes have
# equal shares, one half is what a group made by tossing coins would reach.
# And nothing obliges us to take two groups: we also try more.

# %%
agreements = {}
for name, sample in SAMPLES.items():
    x, y = sample(D_TRAINING, np.random.default_rng(SEED))
    agreements[name] = []
    for k in (2, 4, 8, 16):
        groups = KMeans(k, n_init=20, random_state=0).fit(x).labels_
        agreements[name].append(agreement(groups, y))
assert agreements["rings"][0] < 0.6 < 0.85 < agreements["rings"][3]

# %% tags=["draws"]
print("agreement      k = 2   k = 4   k = 8  k = 16")
for name, shares in agreements.items():
    print(f"{name:12}" + "".join(f"{a:8.0%}" for a in shares))

# %% [markdown]
# With two groups the rings are hopeless: each half of the plane contains as
# much of one ring as of the other. Even for the populations the agreement is
# less than what the best cut reached, because k-means likes round groups and
# these are long ones. With sixteen groups on the rings, each group is a piece
# of one ring, and the agreement is high. A curved class can be covered with
# many compact groups. To name them, one label for each *group* is needed
# instead of one for each *point*: a few labels can go a long way.
#
# **Question.** With as many groups as points, the agreement is 100 %. Does
# k-means then know the classes perfectly? How would you choose $k$, if you
# could afford to label 50 of the points?

# %% [markdown] tags=["solution-only"]
# **A good answer.** No. Each group then has one point and votes for that
# point's class: the vote has used every label, and nothing was learned. It is
# the deep tree once more, measured on the points that it was made from. An
# honest measurement takes the majority class of each group from one part of
# the labelled points, and the agreement from the other (O1). With 50 labels
# one could let 25 to 30 of them vote and count on the rest; groups that no
# label falls into remain without a name, which shows when $k$ is too large.
# With so few points to count on, though, differences of ten percent are
# within the noise.

# %% [markdown]
# ## 6. More dimensions: a digit is one point
#
# So far we could look. A handwritten digit of 28 x 28 pixels is 784 numbers:
# one point in a space of 784 dimensions, and ten classes. To see anything, we
# have to project to two. *Principal component analysis* chooses the plane on
# which the points are spread most widely: it turns the axes so that the first
# carries the largest variance, the second the largest of what remains, and so
# on. It is unsupervised, too.

# %%
mnist = load_mnist()
images = mnist.x_train[:10_000].astype(float)  # (10000, 784)
labels = mnist.y_train[:10_000]
projection = PCA(300, svd_solver="covariance_eigh").fit(images)
p = projection.transform(images)  # (10000, 300)
variance = np.cumsum(projection.explained_variance_ratio_)
print(f"variance in the first two components: {variance[1]:.0%}")
print("components that hold 90 % of it:",
      np.searchsorted(variance, 0.9) + 1)

# %% [markdown]
# The first two components hold only a part of what distinguishes the images
# from each other. We look at the plane anyway: first with two pairs of
# digits, then with the middle of each of the ten classes.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 3, height=2.7)
for ax, pair in zip(axes, ((0, 1), (4, 9))):
    chosen = np.flatnonzero(np.isin(labels, pair))[:600]
    plotting.points(ax, p[chosen, :2], labels[chosen] == pair[1], pair, 5)
    ax.set(title=f"{pair[0]} and {pair[1]}", xlim=(-5, 9), ylim=(-5, 6))
    ax.legend(loc="upper right", handletextpad=0, borderpad=0)
for digit in range(10):
    middle = p[labels == digit, :2].mean(axis=0)
    axes[2].text(*middle, str(digit), ha="center", va="center", fontsize=9)
axes[2].set(title="Middles of the classes", xlim=(-4.2, 4.8),
            ylim=(-3.2, 2.7))
axes[0].set_ylabel("second component")
for ax in axes:
    ax.set_xlabel("first component")
plotting.show(
    fig,
    alt="Digits projected on their first two principal components. The "
    "zeros and the ones are two separate clouds; fours and nines lie on top "
    "of each other. The middles of the classes 4, 7 and 9 are close "
    "together.",
)

# %% [markdown]
# Zeros and ones are apart; fours and nines are one cloud. Are there other
# pairs that mix? We take the tool of section 2: for each of the 45 pairs, the
# best straight line in this plane, and the share that it calls wrong.

# %%
few, digit = p[:3000, :2], labels[:3000]
share = np.full((10, 10), np.nan)
for i in range(10):
    for j in range(i):
        both = (digit == i) | (digit == j)
        share[i, j] = best_line(few[both], digit[both] == i)[0]
pairs = [(share[i, j], j, i) for i in range(10) for j in range(i)]
for text, (value, j, i) in (("easiest", min(pairs)), ("hardest", max(pairs))):
    print(f"{text} pair: {j} and {i}, {value:.1%} wrong")

# %% tags=["draws"]
fig, ax = plotting.figure(width=4.8, height=3.6)
texts = [["" if np.isnan(s) else f"{100 * s:.0f}" for s in row]
         for row in share]
image = plotting.matrix(ax, share, texts, dark=0.3, vmin=0, vmax=0.5)
fig.colorbar(image, ax=ax, label="share wrong")
ax.set(xlabel="class", ylabel="class", xlim=(-0.5, 8.5), ylim=(9.5, 0.5),
       xticks=range(9), yticks=range(1, 10))
ax.set_title("Wrong with the best line, in percent")
plotting.show(
    fig,
    alt="A triangular map of all pairs of digits with the share that the "
    "best line in the plane calls wrong: nearly 0 for 0 and 1, largest, "
    f"{max(pairs)[0]:.0%}, for {max(pairs)[1]} and {max(pairs)[2]}.",
)


# %% [markdown]
# Some pairs are easy, others are hopeless *in this plane*. Is it the digits
# that cannot be told apart, or have we thrown away too much? We keep more
# components: $k$ of them instead of 2, and again a linear function with a
# cut, now in $k$ dimensions. Trying all directions is out of the question
# there. We take the direction of least squares instead: the one for which
# $z$ comes closest to +1 for nines and -1 for fours. It is found on training
# images and measured on validation images.

# %%
def fours_and_nines(x, digits):
    """Return the projected images of 4 and 9, and +1 for each 9."""
    chosen = np.isin(digits, (4, 9))
    return (projection.transform(x[chosen].astype(float)),
            np.where(digits[chosen] == 9, 1.0, -1.0))


a, t = fours_and_nines(mnist.x_train, mnist.y_train)
a_out, t_out = fours_and_nines(mnist.x_validation, mnist.y_validation)
kept = [2, 5, 10, 20, 50, 100, 200, 300]
errors = []
for k in kept:
    w, *_ = np.linalg.lstsq(np.c_[a[:, :k], np.ones(len(a))], t, rcond=None)
    z = a_out[:, :k] @ w[:-1] + w[-1]
    errors.append(np.mean(np.sign(z) != t_out))
    print(f"{k:4} components: {errors[-1]:6.1%} wrong")

# %% [markdown]
# The same as a figure, on a logarithmic axis.

# %% tags=["draws"]
fig, ax = plotting.figure(height=2.7)
ax.plot(kept, errors, label="linear cut, 4 or 9",
        **plotting.STYLE["validation"])
ax.axhline(0.5, label="tossing a coin", **plotting.STYLE["bound"])
ax.set(title="A straight cut in more dimensions", xscale="log",
       xlabel="components kept, $k$", ylabel="share wrong (validation)",
       ylim=(0, 0.55))
ax.set_xticks(kept, [str(k) for k in kept])
ax.minorticks_off()
ax.legend(loc="center right")
plotting.show(
    fig,
    alt="The share of fours and nines that a linear cut calls wrong on "
    f"validation images: {errors[0]:.0%} with two components, falling to "
    f"{min(errors):.1%} when many are kept.",
)

# %% [markdown]
# The fours and nines *are* different, and even a straight cut finds most of
# the difference, if it may use many dimensions. It is our looking that fails:
# no two of the dimensions show it. Nor could we search for two that do. The
# cell below counts how many pairs of pixels there are to look at, and how
# long that takes at five seconds each, for eight hours a day.

# %%
n_pairs = 784 * 783 // 2
days = n_pairs * 5 / 3600 / 8
print(f"{n_pairs:,} pairs of pixels, {days:.0f} working days")
print(f"ten bins for each variable: 10^{784 * np.log10(10):.0f} cells, "
      f"for {len(mnist.x_train):,} training images")

# %% [markdown]
# The second line is the deeper reason. In one or two dimensions one can
# divide the axis into bins and count, as in a histogram. In 784 dimensions
# practically every cell is empty, whatever one measures. A classifier must
# *generalise*: say something about places where it has seen nothing.
#
# A last look at what can be had without labels: k-means with ten groups, on
# the first 50 components of 5,000 digits. A centre is a point in the same
# space, so it can be drawn as an image. Above each stands the digit that its
# group votes for, and that digit's share in the group.

# %%
method = KMeans(10, n_init=4, random_state=0).fit(p[:5000, :50])
groups, digit = method.labels_, labels[:5000]
share = agreement(groups, digit)
print(f"groups and classes agree for {share:.0%} of the images")
assert 0.45 < share < 0.75

# %% tags=["draws"]
titles = []
for group in range(10):
    counts = np.bincount(digit[groups == group], minlength=10)
    titles.append(f"{counts.argmax()} ({counts.max() / counts.sum():.0%})")
filled = np.zeros((10, 300))
filled[:, :50] = method.cluster_centers_
order = np.argsort(titles)
fig = plotting.digits(
    projection.inverse_transform(filled)[order],
    titles=[titles[i] for i in order], columns=5, size=1.1,
)
plotting.show(
    fig,
    alt="The centres of ten groups as blurred images of digits, each with "
    "the digit that its group votes for and its share. Some digits have two "
    "groups and some have none.",
)

# %% [markdown]
# The centres look like digits, and nobody had said that there are digits.
# But groups are not classes: similar shapes share a group, and a digit that
# is written in two ways gets two. Where shape and meaning differ, somebody
# has to say what is meant. That is what the labels of a training sample do,
# and that is why the rest of this course is about supervised learning.
#
# ## Summary
#
# A cut trades contamination against efficiency, and where the populations
# overlap there is a floor that no classifier can beat. When classes are
# curved, the best of all straight lines stays far above that floor; a tree
# reaches further with many cuts, a network by bending its boundary. More
# freedom fits the training sample better, but only a sample that was held
# out tells whether anything was learned. Groups found without labels agree
# with the classes where the classes are compact, and only there. In 784
# dimensions looking no longer helps: we need a function with many
# parameters, and a way to find them.
#
# ## On your own
#
# - Turn the moons by 45 degrees before you train the tree. Does its best
#   depth change? Does the network's result? Why?
# - Give the populations different spreads (signal twice as wide). What is the
#   shape of the ideal boundary now?
# - A third variable that is pure noise: how does it change the tree, the
#   network and k-means?
# - Multiply $x_2$ by 100. Which of the methods of this notebook notice?
# - Which two pixels separate the digits 0 and 1 best? How much worse are they
#   than the two principal components?
#
# ## Further reading
#
# - T. Hastie, R. Tibshirani and J. Friedman, *The Elements of Statistical
#   Learning*, 2nd edition (Springer, 2009): chapter 2 on the floor (there
#   the Bayes rate), 9.2 on trees, 14.3 on groups.
# - R. A. Fisher, "The use of multiple measurements in taxonomic problems",
#   *Annals of Eugenics* 7, 179 (1936): the best direction for a straight cut.
# - L. Breiman, J. Friedman, R. Olshen and C. Stone, *Classification and
#   Regression Trees* (Wadsworth, 1984).
# - S. Lloyd, "Least squares quantization in PCM", *IEEE Transactions on
#   Information Theory* 28, 129 (1982): k-means.
#
# Next, notebook 02: what does a network compute?

# %%
progress(1)
