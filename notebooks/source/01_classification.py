# %% [markdown]
# # 01 — Why is a straight cut not enough?
#
# **What you will do.** Count what a straight cut gets wrong. Beat it with a
# decision tree, and on handwritten digits with a method that you write
# yourself.
#
# **What you will learn.** What *contamination* and *efficiency* are; why no
# classifier falls below a certain error; why the data that chose a setting may
# not judge it.
#
# **What you need.** NumPy arrays and boolean masks (`x[y == 1]`); the normal
# distribution; notebook 00.
#
# **In the lecture.** Parts I (context) and II (approaches).
#
# *Part of the course: theory. To run: at most 20 seconds on two processors. To
# study: 45 minutes, with everything 80.*

# %%
import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

from exercises import check, guess, hint, progress, reveal, solution
from helpers import plotting
from helpers.data import load_mnist
from helpers.evidence import difference

threadpool_limits(limits=1)
SEED, NAMES = 1, ("background", "signal")
MOON_NOISE, RING_NOISE = 0.25, 0.2
D_TRAINING, D_OTHER = 400, 10_000  # validation and test samples are large


# %% [markdown]
# ## 1. Two populations and one straight cut
#
# A detector records two variables (*features*) of each particle, `x1` and
# `x2`. Some particles are the *signal*, the others are the *background*. To
# classify is to say, from the variables alone, which of the two a particle is.
# Its **class label** is `y`: 1 for signal, 0 for background.
#
# We make the data, so we know the truth: two normal distributions of the same
# shape, the signal shifted by 2 along `x1`. Each *row* is a point.

# %%
def populations(D, rng, share=0.5):
    """Return points x (D, 2), labels y (D,); share is that of signal."""
    y = (rng.random(D) < share).astype(int)
    u, v = rng.normal(size=(2, D))
    x = np.column_stack([u + 2 * y, 0.6 * u + 0.8 * v])
    return x, y


x, y = populations(1000, np.random.default_rng(SEED))

# %% [markdown]
# The simplest classifier takes a linear function of the two variables,
#
# $$z = w_1 x_1 + w_2 x_2,$$
#
# and *cuts* on it: a point with `z > c` is called signal. In the plane, the
# cut is a straight line, perpendicular to `w`.

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


fig, (plane, axis) = plotting.figure(1, 2, height=3.3)
plotting.points(plane, x, y, NAMES, size=7)
plane.set(title="A straight cut in the plane", xlabel="$x_1$",
          ylabel="$x_2$", xlim=(-3.6, 5.4), ylim=(-5.6, 3.4), aspect="equal")
draw_line(plane, w, c)
plane.legend(loc="lower right", handletextpad=0.1)
bins = np.linspace(-2.5, 4.5, 36)
for k in (0, 1):
    look = {"bins": bins, "color": plotting.CLASSES[k]}
    axis.hist(z[y == k], histtype="stepfilled", alpha=0.25, **look)
    axis.hist(z[y == k], histtype="step", lw=1.5, label=NAMES[k], **look)
axis.axvline(c, color="black")
axis.text(c + 0.12, 79, "called signal →", va="top")
axis.set(title="The same cut on $z$", xlabel="$z = w_1 x_1 + w_2 x_2$",
         ylabel="points per bin", ylim=(0, 80))
axis.legend(loc="upper left")
plotting.show(
    fig,
    alt="Left: two elongated clouds of points, background and signal, which "
    "overlap along a slanted straight line. Right: histograms of z for both, "
    f"two bells that overlap, and the cut at {c:g}.",
)


# %% [markdown]
# Some points lie on the wrong side, because the populations overlap.
#
# ### Contamination and efficiency
#
# Two numbers describe a selection. They answer different questions.
#
# | in this course | what it is | elsewhere |
# | --- | --- | --- |
# | **contamination** | share of the selected points that is background | 1 − *precision*, 1 − purity |
# | **efficiency** | share of the signal that is selected | *recall*, completeness, true positive rate |
#
# A clean catalogue needs a low contamination. A doctor who must not miss an
# illness needs a high efficiency.
#
# ### Exercise 1.1 (6 minutes)
#
# Write `contamination_and_efficiency(selected, signal)`. Both arguments are
# boolean arrays (D,): which points the cut selected, and which truly are
# signal. Return the two shares, contamination first, as numbers between 0
# and 1. If nothing is selected, return 0 for the contamination. There is
# always some signal.
#
# Example: of 10 points 6 are signal. The cut selects 4: 3 signal and 1
# background. The contamination is 1/4 = 0.25, the efficiency 3/6 = 0.5.

# %% tags=["exercise-1.1"]
def contamination_and_efficiency(selected, signal):
    """Return the two shares; selected and signal are boolean (D,)."""
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
# How good is our cut?

# %%
selected, signal = z > c, y == 1
contamination, efficiency = contamination_and_efficiency(selected, signal)
print(f"contamination {contamination:.1%}, efficiency {efficiency:.1%}")

# %% tags=["draws"]
pd.crosstab(
    np.where(signal, "signal", "background"),
    np.where(selected, "selected", "rejected"),
    rownames=["truth"], colnames=["decision"],
)

# %% [markdown]
# This table is the *confusion matrix*: the contamination follows from its
# right column, the efficiency from its lower row.
#
# ### The trade-off
#
# A higher threshold rejects more background, but also more signal. And what if
# the signal is rare among the particles that arrive?

# %%
SHARES = (0.5, 0.1, 0.01)  # of signal
cuts = np.linspace(-1, 2.5, 29)
curves, n_signal = {}, {}  # by share; curves: both shares at each cut
for share in SHARES:
    a, b = populations(50_000, np.random.default_rng(SEED), share)
    curves[share] = np.array([contamination_and_efficiency(
        a @ w > cut, b == 1) for cut in cuts])
    n_signal[share] = np.sum(b)


# %% tags=["draws"]
def draw_curves(ax, shares):
    """Draw contamination against efficiency for some shares of signal."""
    looks = dict(zip(SHARES, ("-", "--", ":") * len(SHARES)))
    for share in shares:
        contamination, efficiency = curves[share].T
        ax.plot(efficiency, contamination, looks[share], color="black",
                label=f"signal {share:.0%}")
    ax.set(xlabel="efficiency", ylabel="contamination", xlim=(0, 1.02),
           ylim=(0, 1.02))


def half_of(share, n):
    """Return half of the 95 % interval of a share of n points, in %."""
    return 196 * np.sqrt(share * (1 - share) / np.maximum(n, 1))


# %% tags=["draws"]
places = [int(np.argmin(abs(cuts - cut))) for cut in (0, 1, 2)]
rows, halves = {}, []
for share in SHARES:
    contamination, efficiency = curves[share][places].T
    n = n_signal[share]
    if share == SHARES[0]:
        rows[f"efficiency, % (signal {share:.0%})"] = 100 * efficiency
        halves.append(half_of(efficiency, n).max())
    rows[f"contamination, % (signal {share:.0%})"] = 100 * contamination
    selected_n = efficiency * n / np.maximum(1 - contamination, 1e-9)
    halves.append(half_of(contamination, selected_n).max())
table = pd.DataFrame(rows, [f"cut at {cuts[i]:.1f}" for i in places]).T
table = table.round().astype(int)
table["sampling error (95 %), at most ±"] = np.round(halves, 1)
table

# %% tags=["draws"]
moves, figures = np.arange(4, 29, 6), []  # of the cuts above
for i in moves:
    fig, (plane, right) = plotting.figure(1, 2, height=3.0)
    plotting.points(plane, x[:400], y[:400], NAMES, size=7)
    plane.set(title=f"Cut at {cuts[i]:.2f}", xlabel="$x_1$", ylabel="$x_2$",
              xlim=(-3.6, 5.4), ylim=(-5.6, 3.4), aspect="equal")
    draw_line(plane, w, cuts[i])
    plane.legend(loc="lower right", handletextpad=0.1, fontsize=9)
    draw_curves(right, SHARES[::-1])
    right.set_title("Its place on each curve")
    for share in SHARES:
        right.plot(*curves[share][i, ::-1], "ko", ms=7)
    right.legend(loc="upper left", fontsize=9)
    figures.append(fig)
first, last = (curves[SHARES[0]][i] for i in moves[[0, -1]])
plotting.frames(
    figures, [f"cut at {cuts[i]:.2f}" for i in moves], start=2,
    alt="A cut moves through the two clouds of points. For a signal share of "
    f"{SHARES[0]:.0%} the contamination falls from {first[0]:.0%} to "
    f"{last[0]:.0%} and the efficiency from {first[1]:.0%} to {last[1]:.0%}. "
    "The rarer the signal, the higher the contamination at the same "
    "efficiency.",
)

# %% [markdown]
# No cut selects all signal and nothing else. A cut chooses a *place on the
# curve*; the best one depends on the cost of each kind of mistake.
#
# The rarer the signal, the higher the contamination of the same cut. (Where it
# is rare, few points are selected: the dotted curve is rough.) The *ROC curve*
# does not depend on how rare the signal is: it shows the efficiency against
# the share of the *background* that is selected (the *false positive rate*).
#
# > **Question 1.Q1 (1 minute).** A colleague reports: "My selection has an
# > accuracy of 99 %": 99 % of all decisions are right. The signal is one
# > event in a hundred. Are you impressed?

# %%
# solution("1.Q1")

# %% [markdown] tags=["answer-1.Q1"]
# **Answer (1.Q1).** Not yet. A "classifier" that calls *everything*
# background is right 99 times in 100 and finds no signal: its efficiency is
# zero. With classes of very different sizes the accuracy says little. Ask for
# the contamination and the efficiency, and for the share of signal that they
# were measured with.

# %% [markdown]
# ### The floor
#
# How good can *any* classifier be on these data? With equal shares, nobody can
# do better than to choose, at each point, the class whose density is larger
# there. Both populations have the same shape, so the ratio of their densities
# depends on our `z` alone:
#
# $$\ln \frac{p_1(x)}{p_0(x)} = \frac{z - 1}{0.32}, \qquad z = x_1 - 0.6\,x_2 .$$
#
# The ratio exceeds 1 exactly where `z > 1`, so our straight cut is the best of
# *all* classifiers. Since `z = 0.64 u - 0.48 v + 2 y`, the two bells have
# along `z` the means 0 and 2 and the standard deviation 0.8. The smallest
# error is half of the area where they overlap:
#
# $$\text{floor} = \frac{1}{2}\int \min(p_0(z), p_1(z))\,dz
#   = \Phi\left(-\frac{1}{0.8}\right),$$
#
# with the distribution function Φ of the standard normal distribution. This
# smallest possible error is called the **Bayes error**.

# %%
floor = norm.cdf(-1 / 0.8)
many, truth = populations(1_000_000, np.random.default_rng(SEED + 1))
decisions = {"x1 > 1": many[:, 0] > 1, "x2 > 0": many[:, 1] > 0,
             f"z > {c:g}": many @ w > c}
wrong = {name: np.mean(said != truth) for name, said in decisions.items()}
(100 * pd.DataFrame({"wrong, %": {**wrong, "floor": floor}})).round(2)

# %% tags=["instructor"]
at = np.random.default_rng(SEED).normal(size=(5, 2))
covariance = np.array([[1, 0.6], [0.6, 1]])
away = [at - mean for mean in ([0, 0], [2, 0])]
squares = [np.sum(a @ np.linalg.inv(covariance) * a, axis=1) for a in away]
assert np.allclose((squares[0] - squares[1]) / 2, (at @ w - 1) / 0.32)
chance = np.sqrt(floor * (1 - floor) / len(truth))
assert abs(wrong["z > 1"] - floor) < 3 * chance


# %% [markdown]
# A cut on `x2` alone is as good as tossing a coin. Yet `z`, which contains
# `x2`, makes fewer mistakes than `x1` alone: variables work together.
#
# The cut on `z` reaches the floor. For these data a straight cut *is* enough,
# and no network will do better. What remains wrong comes from the data and not
# from the method: the data are *ambiguous*. Only another measurement could
# lower the floor.
#
# ## Going further: the best cut on data alone
#
# Usually the densities are unknown, and the cut has to be found from a sample.
# Few cuts need to be tried: the number of wrong decisions changes only where
# `c` passes one of the values of `z`.
#
# ### Exercise 1.2 (8 minutes)
#
# Write `best_cut(z, signal)`: `z` (D,) holds the values of the linear
# function, `signal` (D,) is boolean. Points with `z > c` are called signal.
# Return a number `c` for which the fewest points are called wrong; if several
# do equally well, any of them. It may be best to call everything signal, or
# nothing. Several points may have the same value of `z`.
#
# Example: for `z = [1, 2, 3, 4]` and `signal = [False, False, True, True]`,
# any `c` from 2 up to (but not including) 3 is right: nothing is wrong there.

# %% tags=["exercise-1.2"]
def best_cut(z, signal):
    """Return a best cut c of z (D,); signal (D,) is boolean."""
    ### BEGIN SOLUTION
    best, fewest = -np.inf, np.sum(~signal)  # everything is selected
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
# We choose a cut on 100 points, ten times, and judge it twice: on these points
# and on the large sample, which did not choose.

# %%
judged = np.zeros((10, 2, 2))  # seed, data, cut
for seed in range(10):
    own = populations(100, np.random.default_rng(seed))
    found_cut = best_cut(own[0] @ w, own[1] == 1)
    for i, (a, b) in enumerate((own, (many[:100_000], truth[:100_000]))):
        judged[seed, i] = [np.mean((a @ w > cut) != b)
                           for cut in (found_cut, c)]

# %% tags=["draws"]
names = "points that chose", "other points"
(100 * pd.DataFrame(judged.mean(axis=0).T, columns=names, index=[
    "chosen cut, % wrong", f"z > {c:g}, % wrong"])).round(1)

# %% tags=["instructor"]
(chosen, ideal), (chosen_other, ideal_other) = judged.mean(axis=0)
assert chosen < ideal - 0.02 and ideal_other < chosen_other - 0.005


# %% [markdown]
# On the points that chose it, the chosen cut looks better than `z > 1`, the
# best of all; on others it is worse. From here on, only data that did not
# choose will judge, unless we say so.

# %% [markdown]
# ## 2. Classes that no straight line separates
#
# The *moons* are two half circles that reach into each other; the *rings* are
# two circles, one inside the other. Each point is displaced from its curve by
# normal noise.

# %%
def moons(t):
    """Return points of both half circles (D, 2), for t (D,) in [0, 1]."""
    upper = np.column_stack([np.cos(np.pi * t), np.sin(np.pi * t)])
    return upper, np.array([1.0, 0.5]) - upper


def rings(t):
    """Return points of both circles (D, 2), for t (D,) in [0, 1]."""
    circle = np.column_stack([np.cos(2 * np.pi * t), np.sin(2 * np.pi * t)])
    return circle, 2 * circle


def scatter(curves, noise, D, rng):
    """Return x (D, 2) around two curves, and y (D,): which of the two."""
    curve0, curve1 = curves(rng.random(D))
    y = np.arange(D) % 2
    x = np.where(y[:, None] == 0, curve0, curve1)
    return x + noise * rng.normal(size=(D, 2)), y


# %% [markdown]
# How well does the *best* straight line do? In two dimensions a search is
# possible: 180 directions and 200 cuts in each; 2000 training points choose.

# %%
def best_line(x, y):
    """Return w (2,) and c of the line with the fewest wrong points."""
    fewest = len(y)
    for angle in np.deg2rad(np.arange(0, 360, 2)):
        w = np.array([np.cos(angle), np.sin(angle)])
        z = x @ w
        cuts = np.linspace(z.min(), z.max(), 200)
        wrong = np.sum((z[:, None] > cuts) != (y[:, None] == 1), axis=0)
        if wrong.min() < fewest:
            fewest, best = wrong.min(), (w, cuts[np.argmin(wrong)])
    return best


# %% [markdown]
# The floor is known here, too: the density of a class is a normal bell,
# averaged over its curve, and `floor_of` sums over a grid what the two
# densities share.

# %% tags=["draws"]
def densities(x, curves, noise):
    """Return the density of each class at the points x, (2, D)."""
    found = []
    for curve in curves((np.arange(200) + 0.5) / 200):  # 200 places of it
        squares = ((x[:, None] - curve) ** 2).sum(axis=2)  # (D, 200)
        found.append(np.exp(-squares / (2 * noise**2)).mean(axis=1))
    return np.array(found) / (2 * np.pi * noise**2)


def floor_of(curves, noise, step=0.05):
    """Return half of the volume that the two densities share."""
    u = np.arange(-3.5, 3.5, step)
    grid = np.stack(np.meshgrid(u, u), axis=-1).reshape(-1, 2)
    return densities(grid, curves, noise).min(axis=0).sum() * step**2 / 2


# %% [markdown]
# > **Before you go on, 1.Q2.** The rings have equal shares. What percentage
# > of the test points does the best straight line call wrong?

# %%
guess("1.Q2", 50)

# %%
CURVES = {"moons": (moons, MOON_NOISE), "rings": (rings, RING_NOISE)}
TEST, FLOORS, lines = {}, {}, {}
for name, problem in CURVES.items():
    own = scatter(*problem, 2000, np.random.default_rng(SEED))
    x_test, y_test = scatter(*problem, D_OTHER,
                             np.random.default_rng(SEED + 2000))
    TEST[name], (w_best, c_best) = (x_test, y_test), best_line(*own)
    share = np.mean((x_test @ w_best > c_best) != y_test)
    lines[name] = *own, w_best, c_best, share
    FLOORS[name] = floor_of(*problem)
reveal("1.Q2", f"{lines['rings'][-1]:.0%}")
# solution("1.Q2")

# %% [markdown] tags=["answer-1.Q2"]
# **Answer (1.Q2).** A little more than a third. A line that touches the inner
# ring (radius 1) cuts off an arc of 120 degrees of the outer one (radius 2).
# The other two thirds of the outer ring are wrong: a third of all points. The
# noise adds the rest.

# %% tags=["instructor"]
for name, (curves_of, noise) in CURVES.items():
    x_many, y_many = scatter(curves_of, noise, 20_000,
                             np.random.default_rng(SEED + 3000))
    ideal = densities(x_many, curves_of, noise).argmax(axis=0)
    chance = np.sqrt(FLOORS[name] / len(y_many))
    assert abs(np.mean(ideal != y_many) - FLOORS[name]) < 3 * chance

# %% tags=["draws"]
table = pd.DataFrame({"best line": {name: line[-1] for name, line in
                                    lines.items()}, "floor": FLOORS})
(100 * table.loc[list(lines)]).round(1).add_suffix(", % wrong")

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=3.3)
for ax, (name, (a, b, *line, share)) in zip(axes, lines.items()):
    plotting.points(ax, a[:600], b[:600], size=7)
    middle, half = (a.min(axis=0) + a.max(axis=0)) / 2, np.ptp(a, axis=0).max()
    ax.set(xlim=middle[0] + np.array([-0.55, 0.55]) * half,
           ylim=middle[1] + np.array([-0.55, 0.55]) * half, aspect="equal",
           title=f"{name}: {share:.0%} wrong with the best line",
           xlabel="$x_1$", ylabel="$x_2$")
    draw_line(ax, *line)
axes[0].legend(loc="lower left", handletextpad=0.1)
told = [f"{name} {share:.0%}" for name, (*_, share) in lines.items()]
plotting.show(
    fig,
    alt="Two interleaved half moons, cut by a slanted line that leaves the "
    "inner tips on the wrong side, and two concentric rings, of which a line "
    f"cuts off only a part. Wrong on test points: {', '.join(told)}.",
)

# %% [markdown]
# For the moons the best line makes more than twice as many mistakes as the
# floor; for the rings it can only cut off a piece of the outer one. Yet the
# floors are low: there *is* a boundary that separates these data well. It is
# not straight. (Or one finds a better *variable*: on the distance from the
# centre, one cut separates the rings.)

# %% [markdown]
# ## 3. Supervised: the decision tree
#
# A method is *supervised* if it learns from a training sample whose class
# labels are known. A **decision tree** makes successive cuts, each on one
# variable: a cut splits the sample in two, and each part is cut again. The aim
# is a low contamination of each class label: parts that hold one class only.
# scikit-learn grows the tree; here at most three cuts follow each other.
# (Without labels, an *unsupervised* method groups similar data.)

# %%
x_train, y_train = scatter(*CURVES["moons"], D_TRAINING,
                           np.random.default_rng(SEED))
tree = DecisionTreeClassifier(max_depth=3, random_state=0)
tree = tree.fit(x_train, y_train)

# %% tags=["draws"]
PLANE = (-1.9, 3.1, -1.4, 1.9)  # left, right, bottom, top
CENTRED = {"ha": "center", "va": "center"}


def draw_regions(ax, predict, limits=PLANE, colors=plotting.CLASSES[:2]):
    """Colour the plane by the class, 0 or 1, that predict(x) gives."""
    u = np.linspace(limits[0], limits[1], 240)
    v = np.linspace(limits[2], limits[3], 240)
    grid = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    classes = np.reshape(predict(grid), (240, 240))
    ax.contourf(u, v, classes, levels=[-0.5, 0.5, 1.5], colors=colors,
                alpha=0.18)
    ax.axis(limits)


def draw_number(ax, u, v, number):
    """Write the number of a cut in a small circle."""
    ax.text(u, v, number, fontsize=8, zorder=5, **CENTRED, bbox={
        "boxstyle": "circle,pad=0.2", "facecolor": "white"})


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


# %% tags=["draws"]
def draw_tree(ax, tree):
    """Draw cuts as numbered nodes, and leaves with their content."""
    t, places, number = tree.tree_, place_nodes(tree), 0
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
    below = {"textcoords": "offset points", "ha": "center", "fontsize": 8.5}
    for node, (u, v) in places.items():
        children = t.children_left[node], t.children_right[node]
        if children[0] < 0:
            shares = t.value[node][0] / t.value[node][0].sum()
            counts = np.rint(shares * t.n_node_samples[node])
            k = int(np.argmax(counts))
            ax.scatter([u], [v], s=170, marker=plotting.MARKERS[k],
                       linewidth=0, color=plotting.CLASSES[k])
            ax.annotate(f"{counts[0]:.0f} : {counts[1]:.0f}", (u, v),
                        (0, -18), **below)
            continue
        number += 1
        for child, word in zip(children, ("yes", "no")):
            a, b = places[child]
            ax.plot([u, a], [v, b], color=plotting.GREY, lw=1, zorder=0)
            ax.text((u + a) / 2, (v + b) / 2, word, fontsize=8,
                    color="#555555", bbox=paper, **CENTRED)
        draw_number(ax, u, v, number)
        words = f"$x_{t.feature[node] + 1}$ ≤ {t.threshold[node]:.2f}"
        ax.annotate(words, (u, v), (0, 11), bbox=paper, **below)
    ax.margins(x=0.08, y=0.14)
    ax.axis("off")


# %% tags=["draws"]
n_cuts = tree.get_n_leaves() - 1
fig, (plane, diagram) = plotting.figure(
    1, 2, height=3.6, gridspec_kw={"width_ratios": [1, 1.35]}
)
draw_regions(plane, tree.predict)
plotting.points(plane, x_train, y_train, size=8)
draw_cuts(plane, tree, PLANE)
plane.set(title=f"{n_cuts} cuts in the plane", xlabel="$x_1$",
          ylabel="$x_2$")
draw_tree(diagram, tree)
diagram.set_title("The same cuts as a tree")
plotting.show(
    fig,
    alt=f"Left: the moons with {n_cuts} numbered horizontal and vertical "
    "cuts that divide the plane into rectangles, coloured by class. Right: "
    "the same cuts as the nodes of a tree of depth 3, the first one at the "
    f"top, with the counts of both classes in its {n_cuts + 1} leaves.",
)

# %% [markdown]
# Start at cut 1 and follow *yes* or *no* down to a leaf. Under it stand its
# counts of class 0 and 1; the more frequent class is the answer.
# The boundary is a staircase, parallel to the axes.
#
# ### How deep?
#
# Without a limit the tree goes on until each leaf holds one class only. Is
# that good? The data that grew the tree cannot say. The lecture divides the
# data into two samples:
#
# $$\{(x_i, y_i)\} = \text{training} \cup \text{test}, \qquad
#   \text{training} \cap \text{test} = \emptyset . \tag{O1}$$
#
# The usual way is to shuffle.

# %% tags=["equation-O1"]
order = np.random.default_rng(SEED).permutation(1000)  # of all the indices
training, test = order[:800], order[800:]
print("in both samples:", np.intersect1d(training, test).size)

# %% [markdown]
# This course adds a third sample. A choice, such as the depth, is made on the
# **validation sample**; the **test sample** then judges what was chosen. We
# grow trees on ten training samples of moons and count their wrong answers.
# (As both labels are given about equally often, this is also the mean
# contamination of the two.)

# %%
DEPTHS, trees = np.arange(1, 13), {}
found = np.zeros((10, len(DEPTHS), 2))  # training, validation
validation = scatter(*CURVES["moons"], D_OTHER,
                     np.random.default_rng(SEED + 1000))
for seed, i in np.ndindex(found.shape[:2]):
    own = scatter(*CURVES["moons"], D_TRAINING, np.random.default_rng(seed))
    grown = DecisionTreeClassifier(max_depth=DEPTHS[i], random_state=0)
    trees[seed, DEPTHS[i]] = grown.fit(*own)
    for j, (a, b) in enumerate((own, validation)):
        found[seed, i, j] = np.mean(grown.predict(a) != b)

# %% tags=["draws"]
mean, figures = 100 * found.mean(axis=0), []
shown = [depth for depth in (1, 2, 3, 5, 8, 12) if depth in DEPTHS]
for depth in shown:
    fig, (plane, right) = plotting.figure(1, 2, height=2.9)
    one = DecisionTreeClassifier(max_depth=depth, random_state=0)
    draw_regions(plane, one.fit(x_train, y_train).predict)
    plotting.points(plane, x_train[:400], y_train[:400], size=5)
    plane.set(title=f"One tree of depth {depth}", xlabel="$x_1$",
              ylabel="$x_2$")
    for j, name in enumerate(("training", "validation")):
        right.plot(DEPTHS, mean[:, j], label=name, **plotting.STYLE[name])
    right.axhline(100 * FLOORS["moons"], label="floor",
                  **plotting.STYLE["bound"])
    right.plot([depth, depth], mean[DEPTHS == depth][0], "o", ms=11,
               mfc="none", mec="black", linestyle="none")
    right.set(title="Mean of ten trees", xlabel="depth", ylim=(-0.7, 22),
              ylabel="wrong answers, %", xticks=DEPTHS)
    right.legend(loc="upper right")
    figures.append(fig)
best = int(DEPTHS[np.argmin(mean[:, 1])])
plotting.frames(
    figures, [f"depth {depth}" for depth in shown],
    start=shown.index(best) if best in shown else 0,
    alt="A tree's regions on the moons and its wrong answers, depth by "
    f"depth. On training data their share goes from {mean[0, 0]:.0f} to "
    f"{mean[-1, 0]:.0f} %; the floor is at {100 * FLOORS['moons']:.0f} %. On "
    f"validation data it is lowest at depth {best}, {mean[:, 1].min():.1f} %, "
    f"and {mean[-1, 1]:.1f} % at depth {DEPTHS[-1]}. The deeper the tree, the "
    "more and the narrower pieces its regions have.",
)

# %% [markdown]
# From depth 5 on, the training curve lies below the floor: even the best tree
# has learned some noise of its points by heart, a deep one nearly all of it.
# The validation curve rises again. This is called **overfitting** (or
# *overtraining*, notebook 08). (The next section says why both curves have
# flat pieces.)
#
# How much worse is the deep tree on test data? For differences the course has
# one rule: two settings are compared seed by seed, and the mean difference is
# given with its 95 % interval. If the interval contains zero, the two are *not
# distinguishable*. (The runs must be independent.)

# %%
x_test, y_test = TEST["moons"]
wrong_at = 100 * np.array([
    [trees[seed, depth].predict(x_test) != y_test for seed in range(10)]
    for depth in (best, DEPTHS[-1])])  # (2, 10, D)
results = wrong_at.mean(axis=2)  # (2, 10)
deep = difference(results[1], results[0])


# %% tags=["draws"]
def sampling_error(each):
    """Return half of the 95 % interval of a mean over test points (D,)."""
    return 1.96 * np.std(each) / np.sqrt(len(each))


print(f"depth {best}: {results[0].mean():.1f} % of the test points wrong")
if best == DEPTHS[-1]:
    print("no deeper tree to compare with: try a larger depth")
else:
    print(f"depth {DEPTHS[-1]} instead: {deep.in_words(digits=1)}")
    half = sampling_error((wrong_at[1] - wrong_at[0]).mean(axis=0))
    print(f"another test sample may change this by ± {half:.1f} points (95 %)")

# %% tags=["instructor"]
assert best == 5 and deep.clear and 0.5 < deep.mean < 2
below = mean[:, 0] < 100 * FLOORS["moons"]
assert np.array_equal(DEPTHS[below], np.arange(5, 13))
assert 100 * FLOORS["moons"] < mean[:, 1].min()
assert np.ptp(mean[1:4], axis=0).max() < 0.5  # flat before depth 5
for seed in range(10):  # the mean contamination, as the text says
    said = trees[seed, best].predict(x_test)
    both = [contamination_and_efficiency(said == k, y_test == k)[0]
            for k in (0, 1)]
    assert abs(100 * np.mean(both) - results[0][seed]) < 0.2


# %% [markdown]
# ## Going further: which cut comes first?
#
# A tree chooses the cut that leaves both sides as pure as possible. Purity is
# measured with the *Gini impurity*. If a set contains the classes in the
# shares `p[k]`, its impurity is
#
# $$G = \sum_k p_k (1 - p_k) = 1 - \sum_k p_k^2 ,$$
#
# which is 0 for a pure set and 1/2 for two classes in equal shares.
#
# ### Exercise 1.3 (10 minutes)
#
# Write `impurity_after_cut(values, y, cut)`. `values` (D,) holds one variable,
# `y` (D,) the class labels, integers from 0; there may be more than two, and
# a label may be missing. The cut makes a left side, `values <= cut`, and a
# right side. Return the mean of their two impurities, weighted by the share
# of the points on each side. An empty side has no weight.
#
# Example: `values = [1, 2, 3, 4]`, `y = [0, 0, 1, 0]`, `cut = 2.5`. The left
# side is pure, with impurity 0; the right side has impurity 1/2. Each side
# holds half of the points, so the result is 0.25.

# %% tags=["exercise-1.3"]
def impurity_after_cut(values, y, cut):
    """Return the mean impurity of the sides; values and y are (D,)."""
    ### BEGIN SOLUTION
    impurity = 0.0
    for side in (y[values <= cut], y[values > cut]):
        if len(side) > 0:
            p = np.bincount(side) / len(side)
            impurity += len(side) / len(y) * (1 - np.sum(p**2))
    return impurity
    ### END SOLUTION


# %%
check("1.3", impurity_after_cut)
# hint("1.3")
# solution("1.3")

# %% [markdown]
# If a tree chooses in this way, its first cut is at the lowest point of your
# function, over both variables and all cuts.

# %%
tried = []  # of both variables: the cuts, and the impurity after each
for values in x_train.T:
    ordered = np.sort(values)
    cuts_tried = (ordered[1:] + ordered[:-1]) / 2  # between neighbours
    tried.append((cuts_tried, [impurity_after_cut(values, y_train, each)
                               for each in cuts_tried]))
stump = DecisionTreeClassifier(max_depth=1, random_state=0)
first = stump.fit(x_train, y_train).tree_
j, cut = first.feature[0], first.threshold[0]
G_first = impurity_after_cut(x_train[:, j], y_train, cut)
print("lowest impurity on x1 and x2:", *(f"{min(G):.3f}" for _, G in tried))
print(f"scikit-learn cuts x{j + 1} at {cut:.2f}: impurity {G_first:.3f}")

# %% tags=["draws"]
fig, ax = plotting.figure(height=2.6)
for k, ((places, G), style) in enumerate(zip(tried, ("-", "--")), start=1):
    ax.plot(places, G, style, color="black", label=f"cut on $x_{k}$")
ax.plot(cut, G_first, label="scikit-learn's first cut",
        **{**plotting.STYLE["scikit-learn"], "linestyle": "none",
           "markersize": 13, "mfc": "none", "mew": 2})
ax.set(title="Impurity after one cut of the moons", xlabel="cut",
       ylabel="mean Gini impurity")
ax.margins(y=0.15)
ax.legend()
lowest = [min(G) for _, G in tried]
plotting.show(fig, alt="Impurity against the place of the cut for both "
              "variables: between its ends at 0.5 the curve of x1 has two "
              f"minima, the deeper of height {lowest[0]:.2f}; that of x2 "
              f"falls to {lowest[1]:.2f}, where scikit-learn's cut is.")

# %% [markdown]
# Why not minimise the wrong answers, the share of the minority on each side?
# A cut after which both sides keep the same majority gains *exactly nothing*,
# so the tree could not choose among such cuts. The Gini impurity is strictly
# concave: every cut that changes the shares lowers it. In the stored run, the
# cuts 4 and 5 of the tree in section 3 have two leaves of the same colour:
# they change no answer, but deeper cuts can follow. So the curves against
# depth have flat pieces.
#
# ## Going further: a small neural network
#
# A network bends the boundary instead of stacking steps. Each *neuron* sends a
# linear function of its inputs through a simple non-linear one (its *transfer
# function*). The outputs are new variables, and the last layer makes a
# straight cut on *these*.

# %% tags=["draws"]
fig, ax = plotting.figure(width=4.6, height=2.3)
layers = [[("$x_1$", 1), ("$x_2$", 0)],
          [("", 1.5), ("", 0.5), ("", -0.5)], [("$a$", 0.5)]]
for column, layer in enumerate(layers):
    for text, v in layer:
        for _, end in layers[column + 1] if column < 2 else ():
            ax.plot([column, column + 1], [v, end], color=plotting.GREY,
                    lw=1, zorder=0)
        ax.scatter([column], [v], s=420, color="white", edgecolor="black")
        ax.text(column, v, text, **CENTRED)
for column, name in enumerate(("input", "hidden neurons", "output")):
    ax.text(column, -1.15, name, ha="center", fontsize=9)
ax.set(xlim=(-0.5, 2.5), ylim=(-1.4, 1.9))
ax.axis("off")
ax.set_title("A network with three hidden neurons")
plotting.show(
    fig,
    alt="A network as a diagram: two inputs on the left, each joined to three "
    "hidden neurons, which are joined to one output on the right.",
)

# %% [markdown]
# Notebook 02 says what it computes, 03 how it learns. A training begins with
# random weights, and not every beginning ends well. So we start 20 times and
# keep the network that fits the training points best (lowest `loss_`).

# %%
from sklearn.neural_network import MLPClassifier

networks = {}
for N_hidden in (1, 3, 16):
    starts = [MLPClassifier((N_hidden,), solver="lbfgs", alpha=0.1,
                            max_iter=5000, random_state=start)
              for start in range(20)]
    networks[N_hidden] = min((each.fit(x_train, y_train) for each in starts),
                             key=lambda network: network.loss_)

# %% tags=["draws"]
fig, axes = plotting.figure(1, 3, height=2.4, sharey=True)
for ax, (n, network) in zip(axes, networks.items()):
    draw_regions(ax, network.predict)
    plotting.points(ax, x_train, y_train, size=4)
    share = np.mean(network.predict(TEST["moons"][0]) != TEST["moons"][1])
    neurons = "neuron" if n == 1 else "neurons"
    ax.set(title=f"{n} {neurons}: {share:.0%} wrong", xlabel="$x_1$")
axes[0].set_ylabel("$x_2$")
plotting.show(
    fig,
    alt="The moons three times with the region of each class coloured. With "
    "one hidden neuron the boundary is a straight line, with three it "
    "follows the gap between the moons in three straight pieces, with sixteen "
    "in more pieces.",
    values=False,
)

# %% [markdown]
# One hidden neuron makes a straight cut. Three bend it twice, which is enough
# to follow the curve between the moons; the titles show the wrong test points.
#
# All methods together, for ten training samples of 400 points (the line had
# 2000 in section 2): a validation sample of each problem chooses the tree's
# depth, a test sample judges all.
# (The last digit may differ on your machine.)

# %%
TEST["populations"] = populations(D_OTHER, np.random.default_rng(SEED + 2000))
FLOORS["populations"] = floor


# %% tags=["draws"]
def draw(name, D, seed):
    """Return a sample of one of the three problems."""
    rng, problem = np.random.default_rng(seed), CURVES.get(name)
    return scatter(*problem, D, rng) if problem else populations(D, rng)


class Line:
    """The best of all straight lines, with scikit-learn's two methods."""

    def fit(self, x, y):
        self.w, self.c = best_line(x, y)
        return self

    def predict(self, x):
        return x @ self.w > self.c


# %% tags=["nbval-ignore-output"]
def wrong_answers(name, method, judge):
    """Return 100 where a point is called wrong, else 0: (10, D)."""
    fitted = [method(seed).fit(*draw(name, D_TRAINING, seed))
              for seed in range(10)]  # ten training samples
    return 100 * np.array([each.predict(judge[0]) != judge[1]
                           for each in fitted])


compared = {}
for name, test in TEST.items():
    choosing = draw(name, D_OTHER, SEED + 1000)
    grown = [lambda seed, d=d: DecisionTreeClassifier(
        max_depth=d, random_state=0) for d in range(1, 9)]
    own = [wrong_answers(name, tree, choosing).mean() for tree in grown]
    methods = {"line": lambda seed: Line(), "tree": grown[np.argmin(own)],
               "network": lambda seed: MLPClassifier(
                   (16,), solver="lbfgs", alpha=0.1, tol=1e-3,
                   max_iter=5000, random_state=seed)}
    compared[name] = {key: wrong_answers(name, method, test)
                      for key, method in methods.items()}

# %% tags=["draws", "nbval-ignore-output"]
table = pd.DataFrame({name: {key: values.mean() for key, values in own.items()}
                      for name, own in compared.items()}).T
table["floor"] = [100 * FLOORS[name] for name in table.index]
halves = []  # what another test sample may change
for name, own in compared.items():
    for one, other in (("network", "line"), ("network", "tree"),
                       ("tree", "line")):
        gap = own[one] - own[other]  # (10, D)
        words = difference(gap.mean(axis=1), np.zeros(10)).in_words(digits=1)
        print(f"{name}: {one} - {other} {words}")
        halves.append(sampling_error(gap.mean(axis=0)))
print(f"{len(halves)} comparisons; another test sample may change each by at "
      f"most ± {max(halves):.1f} points (95 %)")
print("wrong test points, % (mean of ten training samples):")
table.round(1)

# %% [markdown]
# For the populations a flexible boundary gains nothing, and the tree is worse
# than the line. For moons and rings the straight line is far behind, and the
# network comes closest to the floor.

# %% [markdown]
# ## 4. Many dimensions: a digit is one point
#
# An image of 28 x 28 pixels is one point in a space of 784 dimensions. To look
# at it, we must project it to two. *Principal component analysis* (PCA) turns
# the axes so that the first carries the largest variance, the second the
# largest of what remains, and so on. It never sees the labels: here it is
# fitted on images of all ten digits. Then we take fours and nines, which are
# easily confused.

# %%
PAIR = 4, 9  # the two digits to separate
mnist = load_mnist()
projection = PCA(784, svd_solver="covariance_eigh")
projection.fit(mnist.x_train[:10_000].astype(float))


def choose(x, digits, wanted=PAIR):
    """Return the components (D, 784) of the wanted digits, and the digits."""
    own = np.isin(digits, wanted)
    return projection.transform(x[own].astype(float)), digits[own]


p_train, t_train = choose(mnist.x_train, mnist.y_train)
p_validation, t_validation = choose(mnist.x_validation, mnist.y_validation)

# %% tags=["draws"]
p_ten, digit = choose(mnist.x_train[:5000], mnist.y_train[:5000], range(10))
means = np.array([p_ten[digit == k, :2].mean(axis=0) for k in range(10)])
apart = [(0, 8), (0, 8), (9, 5), (0, 8), (9, 3), (10, -3), (5, -9),
         (-9, 0), (-9, 0), (0, -9)]  # places of the numbers, in points
fig, axes = plotting.figure(1, 3, height=2.6, sharey=True)
for ax, pair in zip(axes, ((0, 1), PAIR)):
    own = np.flatnonzero(np.isin(digit, pair))[:500]
    plotting.points(ax, p_ten[own, :2], digit[own] == pair[1], pair, 6)
    ax.set_title(f"The digits {pair[0]} and {pair[1]}")
    ax.legend(loc="upper right", handletextpad=0, borderpad=0, ncols=2,
              columnspacing=0.5)
axes[2].plot(*means.T, "k.", ms=4, linestyle="none")
for number, (centre, offset) in enumerate(zip(means, apart)):
    axes[2].annotate(str(number), centre, offset, fontsize=8, **CENTRED,
                     textcoords="offset points")
axes[2].set_title("Mean of each class")
axes[0].set_ylabel("second component")
for ax in axes:
    ax.set(xlabel="first component", xlim=(-5, 9), ylim=(-5, 7.5))
plotting.show(
    fig,
    alt="Digits projected on their first two principal components. The "
    "zeros and the ones are two separate clouds; fours and nines lie on top "
    "of each other. The means of the classes 4, 7 and 9 are close together.",
)

# %% [markdown]
# Zeros and ones are apart; fours and nines are one cloud *in this plane*.
# *Visual inspection* goes no further. The person who looks must know many
# properties of signal and background, and nobody can inspect large data sets.
# Here one would look at 306,936 pairs of pixels.
#
# A linear function needs no picture. We keep the first `n` components and let
# scikit-learn's *logistic regression* find the direction of the cut from the
# labels. With two components nearly half of the validation images are wrong,
# as the table below shows.
#
# > **Before you go on, 1.Q3.** And with all 784 components, in percent?

# %%
guess("1.Q3", 20)


# %%
def missed(method, n, p, t):
    """Return the images called wrong with n components, in %."""
    return 100 * np.mean(method.predict(p[:, :n]) != t)


KEPT = [2, 5, 10, 20, 50, 100, 200, 300, 784]  # components
linear, errors = LogisticRegression(max_iter=3000, tol=1e-5), []
for n in KEPT:
    linear.fit(p_train[:, :n], t_train)
    errors.append([missed(linear, n, p_train, t_train),
                   missed(linear, n, p_validation, t_validation)])
n_linear = KEPT[np.argmin(errors, axis=0)[1]]
reveal("1.Q3", f"{errors[-1][1]:.1f} %")
# solution("1.Q3")

# %% [markdown] tags=["answer-1.Q3"]
# **Answer (1.Q3).** 2.8 %. A few components carry most of the difference: the
# error falls steeply up to 20 of them. Many others add a little each, and a
# plane in many dimensions can use all of them at once. Of the last 484 the
# validation images show no gain.

# %% tags=["draws"]
table = pd.DataFrame(errors, pd.Index(KEPT, name="components"),
                     ["training, %", "validation, %"])
print(f"best on validation images: {n_linear} components")
print("wrong answers of a straight cut:")
table.round(1)


# %% [markdown]
# The fours and nines *are* different: in many dimensions even a straight cut
# finds most of the difference. Is that the best possible?
#
# ### Exercise 1.4 (15 minutes)
#
# A simple non-linear method: the training points nearest to a new point, its
# *neighbours*, vote for its class.
#
# Write `nearest_neighbours(x_train, y_train, x, k)`. `x_train` is (D, M), with
# the class labels `y_train` (D,), integers from 0; `x` holds other points, one
# in each row. For each row of `x`, take the `k` training points at the
# smallest distance (the root of the sum of the squared differences) and find
# the label that most of them have; of several labels with equally many votes,
# the smallest. Return these labels as an array of integers.
#
# Example: `x_train = [[0], [1], [5], [6], [7]]`, `y_train = [4, 4, 9, 9, 4]`,
# `x = [[2], [6.4]]`, `k = 3`. The neighbours of 2 are 1, 0 and 5, with the
# labels 4, 4, 9; those of 6.4 are 6, 7 and 5, with 9, 4, 9. The result is
# `[4, 9]`. A loop over the rows of `x` is fine.

# %% tags=["exercise-1.4"]
def nearest_neighbours(x_train, y_train, x, k):
    """Return a label for each row of x; x_train is (D, M), y_train (D,)."""
    ### BEGIN SOLUTION
    labels = []
    for point in x:
        squares = np.sum((x_train - point) ** 2, axis=1)  # (D,)
        nearest = np.argsort(squares)[:k]
        labels.append(np.argmax(np.bincount(y_train[nearest])))
    return np.array(labels)
    ### END SOLUTION


# %%
check("1.4", nearest_neighbours)
# hint("1.4")
# solution("1.4")

# %% [markdown]
# ### Does it beat the straight cut?
#
# First a few images, with 50 components.

# %%
N = 50  # components for the distances
small = p_train[:1000, :N], t_train[:1000]
few = p_validation[:300, :N]
mine = nearest_neighbours(*small, few, 5)
theirs = KNeighborsClassifier(5, algorithm="brute").fit(*small).predict(few)

# %% tags=["draws"]
print(f"your function: {np.mean(mine != t_validation[:300]):.1%} wrong")
print(f"equal to scikit-learn's for {np.sum(mine == theirs)} of 300 images")

# %% [markdown]
# Now all training images, by scikit-learn; the validation sample chooses `k`.

# %%
on_validation = {}
for k in (1, 3, 5, 9, 15, 25):
    asked = KNeighborsClassifier(k, algorithm="brute")
    asked.fit(p_train[:, :N], t_train)
    on_validation[k] = missed(asked, N, p_validation, t_validation)
k_best = min(on_validation, key=on_validation.get)

# %% tags=["draws"]
pd.Series(on_validation).rename_axis("k").to_frame("validation, %").round(1)

# %% [markdown]
# The choices are made, so the test sample judges. Chance has two sources.
# Other test images would change the result: we count those that only one
# method calls wrong. So would other training images: both methods learn from
# halves, quarters and tenths that share no image.

# %%
p_test, t_test = choose(mnist.x_test, mnist.y_test)
votes = KNeighborsClassifier(k_best, algorithm="brute")


def tested(method, n, rows=slice(None)):
    """Return the test images called wrong, after training on rows."""
    method.fit(p_train[rows, :n], t_train[rows])
    return method.predict(p_test[:, :n]) != t_test


final = [tested(linear, 2), tested(linear, n_linear), tested(votes, N)]
only = [np.sum(final[2] & ~final[1]), np.sum(final[1] & ~final[2])]
mixed, gains = np.random.default_rng(SEED).permutation(len(t_train)), {}
for count in (2, 4, 10):
    gains[count] = [100 * (tested(votes, N, rows).mean()
                           - tested(linear, n_linear, rows).mean())
                    for rows in np.array_split(mixed, count)]

# %% tags=["draws"]
n_test = len(t_test)
lead = (only[0] - only[1]) / n_test  # the mean of +1, -1 and many 0
sampling = sampling_error(1.0 * final[2] - final[1])
print(f"wrong only for the neighbours {only[0]}, only for the line {only[1]}")
print(f"neighbours - line, in points: {100 * lead:+.1f} ± "
      f"{100 * sampling:.1f} (95 %, {n_test} test images)")
names = ["straight cut, 2 components", f"straight cut, {n_linear} components",
         f"{k_best} nearest neighbours"]
(100 * pd.DataFrame(final, names).mean(axis=1)).to_frame("wrong, %").round(1)

# %% tags=["draws"]
tenths = difference(gains[10], np.zeros(10)).in_words()
print(f"tenths: neighbours - line {tenths.replace('seeds', 'parts')}")
print("trained on parts: neighbours - line, in points (same test images)")
table = pd.DataFrame({
    f"{count} parts of {len(t_train) // count} images":
    {"lowest": min(own), "mean": np.mean(own), "highest": max(own)}
    for count, own in gains.items()}).T
table.round(1) + 0.0

# %% tags=["instructor"]
assert final[2].sum() < 0.7 * final[1].sum() and sampling < -lead
assert max(gains[2]) < -0.3 and max(gains[4]) < -0.1
assert min(gains[10]) < 0 < max(gains[10])
assert np.mean(gains[10]) > np.mean(gains[2]) + 0.3
assert n_linear not in (KEPT[0], KEPT[-1]) and k_best not in (1, 25)

# %% [markdown]
# The non-linear method makes little more than half of the mistakes of the best
# straight cut that we found, and the interval leaves zero out. That answers
# the title's question for fours and nines: a boundary that may bend gets
# further in many dimensions, too. But it needs data: with tenths its lead is
# much smaller, and who is ahead changes from part to part. (Whether the
# interval contains zero depends on the shuffle.)
#
# The method has a cost: it compares each new image with all training images.
# We want a non-linear *function* with adjustable parameters, which needs the
# training images only while it learns. Notebook 02 builds it.
#
# ## Going further: all ten digits
#
# What the function has to beat, with 10,000 training images:

# %%
ten = [choose(x[:10_000], y[:10_000], range(10)) for x, y in (
    (mnist.x_train, mnist.y_train), (mnist.x_test, mnist.y_test))]
(x_ten, y_ten), (x_all, y_all) = ten
for method in (LogisticRegression(max_iter=3000), votes):
    said = method.fit(x_ten[:, :N], y_ten).predict(x_all[:, :N])
    print(f"{type(method).__name__}: {np.mean(said == y_all):.0%} right")


# %% [markdown]
# ## Going further: two good dimensions
#
# A program can search through all pairs of variables. Which two of the first
# 50 components serve a straight cut best? The training images choose (by least
# squares), the validation images judge.

# %%
def least_squares(pair, samples=(p_train, p_validation)):
    """Return the share wrong with two components: training, validation."""
    parts = [np.c_[p[:, pair], np.ones(len(p))] for p in samples]
    w, *_ = np.linalg.lstsq(parts[0], t_train - np.mean(PAIR), rcond=None)
    return [np.mean((part @ w > 0) != (t == max(PAIR)))
            for part, t in zip(parts, (t_train, t_validation))]


pairs = {(i, j): least_squares((i, j))
         for j in range(max(N, 2)) for i in range(j)}

# %% tags=["draws"]
i, j = min(pairs, key=lambda each: pairs[each][0])
own = [x[np.isin(digits, PAIR)].astype(float) for x, digits in (
    (mnist.x_train, mnist.y_train), (mnist.x_validation, mnist.y_validation))]
turned = [PCA(2, svd_solver="covariance_eigh").fit(own[0]).transform(x)
          for x in own]
names = ["largest variance, all digits",
         f"largest variance, digits {PAIR[0]} and {PAIR[1]}",
         f"found: components {i + 1} and {j + 1}"]
shares = pairs[0, 1], least_squares((0, 1), turned), pairs[i, j]
(100 * pd.DataFrame(shares, names, ["training, %", "validation, %"])).round(
    ).astype(int)

# %% [markdown]
# The two directions of largest variance among all ten digits do not show the
# difference. Among fours and nines alone they show some of it, but to select
# these images takes labels. Two other directions show most of it, many
# dimensions more. A program can search, but only labels tell it what to
# search for: this is *supervised* learning.
#
# ## Going further: groups without labels
#
# Labels are expensive, because somebody has to look at each point. An
# *unsupervised* method groups similar data. **K-means** has `k` centres
# (*centroids*). Each point belongs to the nearest centre; each centre moves to
# the mean of its points; and so on until nothing changes. Classes are shown by
# colour, the two groups by white and grey.

# %%
from sklearn.cluster import KMeans

grouped = {}
for name in ("populations", "moons", "rings"):
    rng, problem = np.random.default_rng(SEED), CURVES.get(name)
    a, b = scatter(*problem, 400, rng) if problem else populations(400, rng)
    method = KMeans(2, n_init=20, random_state=0).fit(a)  # without labels
    grouped[name] = a, b, method

# %% tags=["draws"]
fig, axes = plotting.figure(1, 3, height=2.6)
for ax, (name, (a, b, method)) in zip(axes, grouped.items()):
    low, high = a.min(axis=0), a.max(axis=0)
    half = 0.55 * np.max(high - low)  # of a square that holds all points
    u, v = (low + high) / 2
    draw_regions(ax, method.predict, (u - half, u + half, v - half, v + half),
                 colors=("white", "black"))
    plotting.points(ax, a, b, size=6)
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
# The border between two groups is straight. How well do groups and classes
# agree? Each group gets the class of most of its members. Here the points that
# vote are also counted, so even random groups agree with half or more:
# we show them, too.

# %%
def agreement(groups, y):
    """Return the share of points that have their group's majority class."""
    own = [np.bincount(y[groups == group]) for group in np.unique(groups)]
    return sum(counts.max() for counts in own) / len(y)


sizes, agreements = (2, 4, 8, 16), {}
for name, (a, b, _) in grouped.items():
    agreements[name] = [
        agreement(KMeans(k, n_init=20, random_state=0).fit(a).labels_, b)
        for k in sizes]
rng = np.random.default_rng(SEED)
agreements["random groups"] = [
    np.mean([agreement(rng.integers(k, size=len(b)), b) for _ in range(100)])
    for k in sizes]

# %% tags=["draws"]
table = pd.DataFrame(agreements, [f"k = {k}" for k in sizes]).T
print("agreement, %:")
(100 * table).round().astype(int)

# %% [markdown]
# With two groups the rings are no better than random groups. For the
# populations the agreement is below that of the best cut, because k-means
# prefers round groups and these are long. Sixteen groups are pieces of the
# rings. Networks can learn without labels, too: a *self-organising map* groups
# data; an *autoencoder* compresses them, and another method groups the result.
#
# > **Question 1.Q4 (2 minutes).** With as many groups as points, the agreement
# > is 100 %. Does k-means then know the classes? How would you choose $k$, if
# > you could afford to label 50 of the points?

# %% [markdown] tags=["answer-1.Q4"]
# **Answer (1.Q4).** No. Each group then has one point and votes for that
# point's class: the vote has used every label, and nothing was learned. It is
# the deep tree once more, measured on the points that it was made from. An
# honest measurement takes the majority class of each group from one part of
# the labelled points, and the agreement from the other. With 50 labels one
# could let 25 of them vote and count on the rest; groups without any label
# remain without a name, which shows when $k$ is too large. With so few points
# to count on, differences of ten percentage points are within the noise.

# %% [markdown]
# K-means with ten groups on digits: how many of each digit are in each group?

# %%
# solution("1.Q4")
images, digits = choose(mnist.x_train[:5000], mnist.y_train[:5000], range(10))
groups = KMeans(10, n_init=4, random_state=0).fit(images[:, :N]).labels_
print(f"groups and classes agree for {agreement(groups, digits):.0%}")

# %% tags=["draws"]
table = pd.crosstab(groups, digits, rownames=["group"], colnames=["digit"])
order = np.lexsort([-table.max(axis=1), table.values.argmax(axis=1)])
table.iloc[order].set_axis([*"ABCDEFGHIJ"][:len(order)]).rename_axis("group")

# %% [markdown]
# Some groups are nearly pure, others mix 4, 7 and 9, and the ones are in two
# groups. K-means groups images that look alike, and the same digit can be
# written differently. Only class labels say which digit is meant.
#
# ## Summary
#
# A cut trades contamination against efficiency, and where populations overlap
# there is a floor that no classifier can beat. When the boundary is curved,
# the best straight line stays far above that floor. A more flexible method
# comes closer, but a method with too much freedom fits the noise, too: a
# setting is chosen on validation data and judged on test data. For fours and
# nines, in many dimensions, a straight cut gets far; with enough training
# images, a non-linear method gets further.

# %%
progress(1)

# %% [markdown]
# ## On your own
#
# - **1.Q5** Which variable, computed from `x1` and `x2`, separates the moons
#   with a single cut? Draw the boundary as a curve first.
# - **1.Q6** Turn the moons by 45 degrees before you train the tree and the
#   network. Whose error changes, and why?
# - **1.Q7** Give the signal twice the spread of the background. Which shape
#   has the ideal boundary now?
# - **1.Q8** Multiply `x2` by 100, or by 0.01. Which methods notice?

# %% [markdown] tags=["answer-1.Q5"]
# **Answer (1.Q5).** If the boundary is the curve $x_2 = f(x_1)$, the variable
# $x_2 - f(x_1)$ is positive above it and negative below. A polynomial of third
# degree runs between the moons. The code below gives it, with a cut at 0.25.

# %% tags=["answer-1.Q5"]
a, b = TEST["moons"]
u = a[:, 0] - 0.5
moon_variable = a[:, 1] - 0.5 * u**3 + 0.5 * u
print(f"{np.mean((moon_variable < 0.25) != b):.1%} wrong")

# %% [markdown] tags=["answer-1.Q6"]
# **Answer (1.Q6).** The tree cuts parallel to the axes, so at a given depth
# its staircase and its error change with the turn, in either direction. With
# three cuts in a row the *turned* moons are easier; with two they are much
# harder. If the validation sample chooses the depth for each position, no
# difference is seen. The network's linear functions can take any direction, so
# its error hardly changes. (Five comparisons, on one test sample.)

# %% tags=["answer-1.Q6", "nbval-ignore-output"]
from sklearn.neural_network import MLPClassifier

plain, turn = np.eye(2), np.array([[1, 1], [-1, 1]]) / np.sqrt(2)


def ten_trainings(method, by, sample):
    """Return the wrong answers in % of ten trainings on turned moons."""
    wrong_of = []
    for seed in range(10):
        a, b = scatter(*CURVES["moons"], D_TRAINING,
                       np.random.default_rng(seed))
        said = method.fit(a @ by, b).predict(sample[0] @ by)
        wrong_of.append(100 * np.mean(said != sample[1]))
    return wrong_of


# %% tags=["answer-1.Q6", "nbval-ignore-output"]
grown = {d: DecisionTreeClassifier(max_depth=d, random_state=0)
         for d in range(1, 9)}
best_plain, best_turned = (min(grown, key=lambda d: np.mean(
    ten_trainings(grown[d], by, validation))) for by in (plain, turn))
network = MLPClassifier((16,), solver="lbfgs", alpha=0.1, tol=1e-3,
                        max_iter=5000, random_state=0)
rows = {f"tree, depth {d}": (grown[d], grown[d]) for d in (2, 3, 5)}
rows[f"tree, best depths ({best_plain}; {best_turned})"] = (
    grown[best_plain], grown[best_turned])
rows["network"] = network, network
for name, (one, other) in rows.items():
    gap = difference(ten_trainings(other, turn, TEST["moons"]),
                     ten_trainings(one, plain, TEST["moons"]))
    print(f"{name}: turned - plain {gap.in_words(digits=1)}")

# %% [markdown] tags=["answer-1.Q7"]
# **Answer (1.Q7).** With different spreads the logarithm of the ratio of the
# densities contains squares of both variables. The boundary is an ellipse
# around the narrower population, the background.

# %% [markdown] tags=["answer-1.Q8"]
# **Answer (1.Q8).** Nearest neighbours and k-means, because they use
# distances: with 100 they see little but $x_2$, with 0.01 little but $x_1$.
# PCA, because one variable then carries nearly all the variance. The network's
# training, because it starts from weights that suit values around 1. The
# search over directions, because its grid is too coarse: nearly all of the
# directions that it tries are now, in effect, cuts on one variable alone. For
# the populations none of the others is near the best one. On the moons the
# factor 100 costs nothing, by luck: one of the 180 directions happens to fall
# on the best one. With 1000 none does. Logistic regression hardly notices a
# large factor: it gives $x_2$ a smaller weight. But with 0.01 the weight would
# have to be 100 times *larger*, and scikit-learn's method keeps the weights
# small (`C` says how strongly): for the populations it is no better than
# $x_1$ alone, and on the moons it loses more. The tree does not notice at all,
# because the order of the values stays the same.

# %% tags=["answer-1.Q8"]
own, other = (populations(D, np.random.default_rng(SEED + 2000 + D))
              for D in (2000, D_OTHER))
problems = {"populations": (own, other),
            "moons": (lines["moons"][:2], TEST["moons"])}
logistic, table = LogisticRegression(max_iter=3000, tol=1e-6), {}
for name, ((a, b), (u, v)) in problems.items():
    for factor in (0.01, 1, 100, 1000):
        scale = [1, factor]
        for word, method in (("search", Line()), ("logistic", logistic)):
            said = method.fit(a * scale, b).predict(u * scale)
            row = table.setdefault(f"{name}, {word}", {})
            row[f"x2 times {factor}"] = 100 * np.mean(said != v)
print("wrong test points, %:")
pd.DataFrame(table).T.round(1)

# %% [markdown]
# ## Further reading
#
# - T. Hastie, R. Tibshirani and J. Friedman, [*The Elements of Statistical
#   Learning*](https://hastie.su.domains/ElemStatLearn/), 2nd edition
#   (Springer, 2009): chapter 2 on the Bayes error and on nearest neighbours,
#   9.2 on trees, 14.3 on groups.
# - J. VanderPlas, [*Python Data Science
#   Handbook*](https://jakevdp.github.io/PythonDataScienceHandbook/) (O'Reilly,
#   2016), chapter 5: the same methods with scikit-learn.
# - R. A. Fisher, "The use of multiple measurements in taxonomic problems",
#   *Annals of Eugenics* 7, 179 (1936): the best direction for a straight cut.
# - L. Breiman, J. Friedman, R. Olshen and C. Stone, *Classification and
#   Regression Trees* (Wadsworth, 1984).
#
# Next, notebook 02: what does a network compute?
