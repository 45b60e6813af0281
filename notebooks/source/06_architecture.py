# %% [markdown]
# # 06 — How wide, how deep?
#
# **What you will do.** Analyse a stored experiment: some 400 trainings of 15
# networks that differ in width, depth and activation function. Write the rules
# of a fair comparison as functions. Going further: train a network of your own.
#
# **What you will learn.** Why each network needs a learning rate of its own;
# how to tell a difference from luck; what width, depth and activation are
# worth; why deep sigmoid networks begin slowly.
#
# **What you need.** Notebooks 04 and 05; the mean and the standard deviation.
# In the lecture: the study of architecture in the hands-on session. One section
# trains with TensorFlow; all others run without it.
#
# *Part of the course: studies. To run: at most 60 seconds on two processors.
# To study: 45 minutes, with everything 75.*

# %%
import math

import numpy as np
import pandas as pd
from scipy import stats
from threadpoolctl import threadpool_limits

from exercises import check, guess, hint, progress, reveal, solution
from helpers import layers, plotting
from helpers.data import load_mnist, load_study
from helpers.evidence import difference
from helpers.progress import progress_bar

threadpool_limits(limits=1)
M, K = 784, 10

# %% [markdown]
# ## The experiment
#
# All networks were trained as in notebook 04: 50,000 images, batches of 64, 12
# epochs, and a learning rate that falls to zero along a cosine. The table has
# a row for each training and each epoch after which it was measured. "ReLU 2 x
# 112" means two hidden layers of 112 neurons each.

# %%
study = load_study("architecture")
study["network"] = [
    f"{h} {H} x {n}" for h, H, n in
    zip(study["activation"], study["depth"], study["width"])
]
at_end = study[study["epoch"] == study["epochs"]]
last = at_end[at_end["tool"] == "NumPy"]
last.groupby("role")["seed"].agg(["size", "min", "max"])

# %% [markdown]
# The *role* says what a training is for. With `choose`, the seeds 0 and 1 look
# for the best learning rate of each network; with `report`, ten other seeds
# use this rate. `finer` tries rates in between, `longer` 36 epochs.
#
# ## A learning rate for each network
#
# > **Before you go on, 6.Q1.** One hidden layer of 128 neurons is best at a
# > rate of 0.8. Which rate is best for six hidden layers of 83 neurons, which
# > have as many parameters?

# %%
guess("6.Q1", 0.8)


# %% [markdown]
# ### Exercise 6.1 (6 minutes)
#
# Write `choose_rate(rates, accuracies)`. `rates` (R,) ascends by factors of 2;
# `accuracies` (R, S) has one column for each seed. Return two results.
#
# - `best`: the rate with the highest mean accuracy. A rate at which a seed
#   diverged (NaN) cannot be the best. Of equal means take the smaller rate.
# - `more`: None if a smaller and a larger rate than `best` were tried. If not,
#   a better rate may lie outside the grid: `more` is the one to try next, half
#   of the smallest or twice the largest.
#
# For the rates 0.1, 0.2, 0.4 and the means 95, 96, NaN the results are 0.2 and
# None; for 95, 94, 93 they are 0.1 and 0.05. At least one rate has no NaN.

# %% tags=["exercise-6.1"]
def choose_rate(rates, accuracies):
    """Return the best rate, and the rate to try next or None."""
    ### BEGIN SOLUTION
    means = np.mean(accuracies, axis=1)  # NaN where a seed diverged
    k = np.argmax(np.where(np.isnan(means), -1, means))
    if k == 0:
        return rates[0], rates[0] / 2
    if k == len(rates) - 1:
        return rates[k], 2 * rates[k]
    return rates[k], None
    ### END SOLUTION


# %%
check("6.1", choose_rate)
# hint("6.1")
# solution("6.1")

# %% [markdown]
# Your function chooses for all 15 networks:

# %%
choosing = last[last["role"] == "choose"]
best = {}
for network, runs in choosing.groupby("network"):
    runs = runs.pivot(index="rate", columns="seed", values="validation")
    rate, more = choose_rate(runs.index.to_numpy(), runs.to_numpy())
    best[network] = round(float(rate), 3)
    if more is not None:
        print(network, "may be better at", more)
reveal("6.Q1", best["ReLU 6 x 83"])

# %% [markdown]
# No network "may be better": each best rate has worse ones on both sides. All
# means, as errors (100 % minus the accuracy); a circle marks the best rate:

# %% tags=["draws"]
tried = choosing.groupby(["network", "rate"])["validation"].agg(
    lambda runs: runs.mean(skipna=False)
)
DEPTHS = {1: "ReLU 1 x 128", 2: "ReLU 2 x 112", 3: "ReLU 3 x 101",
          4: "ReLU 4 x 94", 6: "ReLU 6 x 83"}
WIDE = [f"ReLU 1 x {n}" for n in (4, 16, 64, 128, 256, 512)]
BY_H = ["ReLU 3 x 101", "tanh 1 x 128", "tanh 3 x 101", "sigmoid 1 x 128",
        "sigmoid 3 x 101", "sigmoid 4 x 94"]
MARKERS = "osD^vP"
LOOKS = {"ReLU": ("o", plotting.BLACK), "tanh": ("s", plotting.GREEN),
         "sigmoid": ("^", plotting.PURPLE)}
LINES = {"1": ":", "3": "-", "4": "--"}  # by the number of hidden layers
H_LOOKS = [(LOOKS[h][1], LINES[H]) for h, H, *_ in map(str.split, BY_H)]


def shades(n):
    """Return n looks, from dark to light, none too light."""
    from matplotlib import colormaps

    steps = np.linspace(0, 0.88, n)
    return [(colormaps[plotting.AMOUNTS](step), "-") for step in steps]


# %% tags=["draws"]
def draw_rates(ax, networks, labels, looks, top):
    """Draw the error against the learning rate, a line for each network."""
    for k, (network, (color, line)) in enumerate(zip(networks, looks)):
        errors = 100 - tried[network]
        ax.plot(errors.index, errors, line, color=color, marker=MARKERS[k],
                lw=1.3, ms=4, label=labels[k])
        ax.plot(best[network], errors[best[network]], "o", ms=10, mfc="none",
                color=color)
        lost = errors.index[errors.isna()]
        ax.plot(lost, [(0.95 - 0.06 * k) * top] * len(lost), "x", color=color)
    ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\lambda$")
    ax.set(xlim=(0.02, 8), ylim=(1.6, top))
    ax.set_xticks([0.1, 0.4, 1.6, 6.4], ["0.1", "0.4", "1.6", "6.4"])


# %% tags=["draws"]
fig, axes = plotting.figure(1, 3, height=4)
draw_rates(axes[0], WIDE, [n.split()[-1] for n in WIDE], shades(6), 100)
draw_rates(axes[1], DEPTHS.values(), [*DEPTHS], shades(5), 6)
draw_rates(axes[2], BY_H, [" ".join(n.split()[:2]) for n in BY_H], H_LOOKS, 6)
axes[0].set_yticks([2, 5, 10, 20, 50], ["2", "5", "10", "20", "50"])
axes[0].set(title="Width", ylabel="validation error (%)")
for ax in axes[1:]:
    ax.set_yticks([2, 3, 4, 5], ["2", "3", "4", "5"])
axes[1].set_title("Depth, at equal size")
axes[2].set_title("Activation")
for ax, words in zip(axes, ("neurons", "hidden layers", "hidden layers")):
    ax.minorticks_off()
    ax.legend(fontsize=8, ncols=2, loc="upper center", title=words,
              bbox_to_anchor=(0.5, -0.2))
plotting.show(fig, f"""Three panels of validation error against learning rate,
    both axes logarithmic; the lowest point of each curve is in a circle. Each
    curve falls slowly and is flat around its lowest point; beyond it ReLU
    rises steeply, sigmoid gently. With ReLU, at equal size, the lowest
    point moves from {best[DEPTHS[1]]:g} for one hidden layer to
    {best[DEPTHS[6]]:g} for six; with sigmoids it moves to the right.
    Crosses at the top: a seed diverged.""")


# %% [markdown]
# Near its lowest point a curve is flat. For ReLU, and three layers of tanh,
# there is a cliff to the right: the deeper or the narrower a ReLU network, the
# smaller the rate where it begins.
# Sigmoids rise slowly, and deep ones are best at larger rates. What if
# networks are compared at *one* rate? Move through the rates; a network
# "fails" if one of its seeds does not learn:

# %% tags=["draws"]
def draw_common(rate, label):
    """Draw the runs of each depth at one rate, or at its own best."""
    fig, ax = plotting.figure(width=5, height=2.8)
    own = choosing if rate else last[last["role"] == "report"]
    for H, network in DEPTHS.items():
        at = own["rate"] == (rate or best[network])
        runs = own[at & (own["network"] == network)]["validation"]
        ax.plot([H] * len(runs), runs, "o", ms=4, color=plotting.ORANGE,
                mfc="none")
        if np.all(runs > 96.6):
            ax.plot(H, runs.mean(), "_", ms=22, mew=2, color=plotting.BLACK)
        else:
            ax.text(H, 96.7, "fails", ha="center", fontsize=9)
    ax.set(xlabel="hidden layers, at equal size", ylim=(96.6, 98.4),
           xlim=(0.6, 6.4), ylabel="validation accuracy (%)", title=label)
    return fig


COMMON = (0.1, 0.2, 0.4, 0.8, None)
words = [f"all at the rate {rate:g}" if rate else "each at its best rate"
         for rate in COMMON]
plotting.frames(
    [draw_common(rate, text) for rate, text in zip(COMMON, words)],
    words, """Validation accuracy for one to six hidden layers at equal size, a
    frame for each learning rate; circles are runs, dashes their means. At 0.1
    one hidden layer is the worst and three are the best. As the rate grows,
    one hidden layer climbs; three and four rise to 0.2, then fall; at 0.8
    three to six layers fail. In the last frame, each at its own
    best rate, all five lie close together.""",
)

# %% [markdown]
# > **Question 6.Q2 (2 minutes).** Somebody compares one with three hidden
# > layers at the rate 0.1, somebody else at 0.8. What does each of them
# > conclude? And what might two of the ten seeds of the last frame say?

# %% [markdown] tags=["answer-6.Q2"]
# **Answer (6.Q2).** At 0.1, three layers are better by half a point: "depth
# helps". At 0.8 one of the two runs of three layers diverges, the other one
# reaches 97.35 %, and one layer is at its best: "depth hurts". Both have
# compared learning rates. At their own best rates the runs of one layer
# overlap with those of three, so two seeds may conclude either.

# %% [markdown]
# ## How sure is a difference?
#
# Two runs of one network differ: first weights and batches are random. The two
# seeds that *chose* a rate cannot judge it, because the best of several means
# is partly luck. Ten other seeds often give less:

# %%
report = last[last["role"] == "report"]
validation = report.pivot(index="seed", columns="network", values="validation")
test = report.pivot(index="seed", columns="network", values="test")
both = {"validation": validation, "test": test}
# solution("6.Q2")

# %% tags=["draws"]
luck = pd.DataFrame({"chosen at (%)": {n: tried[n, best[n]] for n in best},
                     "ten others (%)": validation.mean()})
luck.loc[list(DEPTHS.values())].round(2)


# %% [markdown]
# Both networks of a comparison have the same ten seeds, so we compare in pairs.
# Of n differences take the mean, and the standard deviation s with n - 1 in
# its denominator. The 95 % interval is
#
# $$\text{mean} \pm t \, s / \sqrt n.$$
#
# `stats.t.ppf(0.975, n - 1)` gives t, of Student's distribution: 2.26 for ten
# runs, 4.30 for three. If the interval contains zero, the two networks are
# *not distinguishable*. Pairs help where a seed does the same to both. Here it
# does not (other shapes draw other weights and batches), but the interval is
# valid all the same.
#
# ### Exercise 6.2 (5 minutes)
#
# Write `paired(first, second)` for two arrays (n,), the accuracies of two
# networks with the same seeds in the same order. Return the mean of first -
# second, and half of the interval's width. By hand: 92, 94, 96 and 91, 92, 93
# differ by 1, 2, 3, so the mean is 2, s is 1, and half is 4.303 / 1.732 =
# 2.484.

# %% tags=["exercise-6.2"]
def paired(first, second):
    """Return the mean of first - second, and half of its 95 % interval."""
    ### BEGIN SOLUTION
    d = first - second
    n = len(d)
    t = stats.t.ppf(0.975, n - 1)
    return np.mean(d), t * np.std(d, ddof=1) / np.sqrt(n)
    ### END SOLUTION


# %%
check("6.2", paired)
# hint("6.2")
# solution("6.2")

# %% [markdown]
# The course's `difference` follows the same rule. In points of accuracy, on
# both samples:

# %% tags=["draws"]
def in_words(first, second):
    """Return the difference of two series of runs in words."""
    d = difference(first, second)
    return f"{d.mean:+.2f} ± {d.half:.2f}" + " (contains 0)" * (not d.clear)


def in_points(pairs, samples=None):
    """Return the differences of pairs of networks as a table of words."""
    rows = {}
    for first, second in pairs:
        rows[f"{first} minus {second}"] = row = {}
        for name, runs in (samples or both).items():
            row[name] = in_words(runs[first], runs[second])
    return pd.DataFrame(rows).T


in_points([("ReLU 1 x 128", "ReLU 1 x 64"), ("ReLU 3 x 101", "ReLU 1 x 128")])

# %% [markdown]
# The interval holds for other seeds, not for other images: a single accuracy
# of 98 % has a standard deviation of 0.14 points from its 10,000 images. A
# difference on the same images keeps some of it: between one and two layers
# 0.12 points for single runs, 0.04 for means of ten seeds. So each difference
# stands here for two samples, and counts if it is clear in both.
#
# ## Width
#
# > **Before you go on, 6.Q3.** 512 hidden neurons make 407,050 parameters,
# > eight for each training image. By how many points of test accuracy will
# > they be better (+) or worse (-) than 256?

# %%
guess("6.Q3", -0.2)


# %% tags=["draws"]
def parameters(network):
    """Return the number of parameters of a network such as "ReLU 2 x 112"."""
    _, H, _, n = network.split()
    return layers.count((M, *[int(n)] * int(H), K))


means = report.groupby("network")[["training", "validation", "test"]].mean()
means.insert(0, "parameters", [parameters(n) for n in means.index])
means["spread"] = test.std()  # between seeds, of the test accuracy
means.loc[WIDE].round(2)

# %% [markdown]
# Each width minus the next narrower one:

# %%
wider = in_points(zip(WIDE[1:], WIDE))
reveal("6.Q3", wider["test"].iloc[-1])
wider


# %% tags=["draws"]
def draw_width(ax, samples=("validation", "test")):
    """Draw the error of one hidden layer against its parameters."""
    size = [parameters(n) for n in WIDE]
    for sample in samples:
        look = plotting.STYLE[sample]
        ax.plot(size, 100 - means.loc[WIDE, sample], label=sample, **look)
        for x, network in zip(size, WIDE):
            runs = report[report["network"] == network][sample]
            ax.plot([x] * len(runs), 100 - runs, ".", ms=3, alpha=0.5,
                    color=look["color"])
    ax.set(xscale="log", yscale="log", xlabel="parameters", ylabel="error (%)")
    ax.set_yticks([1.5, 2, 3, 5, 10], ["1.5", "2", "3", "5", "10"])
    ax.minorticks_off()


fig, ax = plotting.figure(height=3.2)
draw_width(ax)
for network in WIDE:
    ax.annotate(network.split()[-1], (parameters(network), 100 - means.loc[
        network, ["validation", "test"]].max()), xytext=(0, 11),
        textcoords="offset points", ha="center", fontsize=9)
ax.set_title("One hidden layer, ReLU: numbers are hidden neurons")
ax.set_ylim(1.4, 22)
ax.legend()
first, final = (100 - means.loc[WIDE[k], "test"] for k in (0, -1))
plotting.show(fig, f"""Error against the number of parameters, both axes
    logarithmic, for 4 to 512 hidden neurons; small dots are the ten runs. The
    error on the test sample falls steeply from {first:.1f} to about 2 percent
    at 64 neurons, then slowly, to {final:.2f} percent at 512; validation runs
    close beside it. The line bends: it is no straight power law.""")

# %% [markdown]
# Wider is better up to the widest network, in both samples; the last doubling
# brings 0.15 points. The line bends, so no power law describes it. The
# narrowest network differs most between seeds.
#
# ### Going further: more parameters than images
#
# > **Question 6.Q4 (2 minutes).** The network of 512 neurons has learned its
# > training images nearly completely (the table measures the first 5,000),
# > with more parameters than images. Yet it is the best of the six on new
# > images. Does this contradict what you know about fitting a curve to points?

# %% [markdown] tags=["answer-6.Q4"]
# **Answer (6.Q4).** For a polynomial with as many coefficients as points it
# would be a surprise: it passes through all points and swings wildly between
# them. A network is fitted in another way. Descent begins at small random
# weights, so of the very many sets of weights that fit them it finds one near
# its start, where the outputs still change smoothly from image to image.
# (Going on does no harm here: in the `longer` runs one layer of 128 has 100 %
# of the measured training images from epoch 19 on, and its validation accuracy
# stays at 97.9 to 98.0 % up to epoch 36.) Nor are the parameters more than
# what they fit: ten outputs for 50,000 images are 500,000 numbers. The number
# of parameters alone does not tell how much a network memorises. [Notebook
# 08](08_overtraining.ipynb) looks at what does: wrong labels, few images, long
# training.

# %%
# solution("6.Q4")

# %% [markdown]
# ## Depth at equal size
#
# A second hidden layer adds weights. If the deeper network is better, was it
# the depth or the weights? To tell, all depths have at most the 101,770
# parameters of 784-128-10, and at least 100,855.
#
# > **Before you go on, 6.Q5.** In the last frame two layers looked best. By
# > how many points of test accuracy will they lead one layer at the end of
# > this section?

# %%
guess("6.Q5", 0.3)


# %% [markdown]
# ### Exercise 6.3 (15 minutes)
#
# The heart of this notebook. Write
# `fair_comparison(train, first, second, rates)`. Its argument `train(network,
# rate, seed)` trains a network and returns its validation accuracy in %, or
# NaN if it diverged. For each of the two networks:
#
# 1. train it at all `rates` (a tuple, ascending by factors of 2) with the
#    seeds 0 and 1, and call `choose_rate`. As long as `more` is not None, add
#    it to the rates and choose again;
# 2. train it at its best rate with the seeds 10 to 19.
#
# Compare the ten pairs with `paired`. Return the verdict, the mean and half.
# The verdict is `"first"` (is more accurate), `"second"`, or `"not
# distinguishable"`. The check simulates laboratories in which the truth is
# known.

# %% tags=["exercise-6.3"]
def fair_comparison(train, first, second, rates):
    """Compare two networks; return verdict, mean and half."""
    ### BEGIN SOLUTION
    judged = []
    for network in (first, second):
        grid = list(rates)
        while True:
            accuracies = [[train(network, r, s) for s in (0, 1)] for r in grid]
            rate, more = choose_rate(np.array(grid), np.array(accuracies))
            if more is None:
                break
            grid = sorted([*grid, more])
        judged.append([train(network, rate, seed) for seed in range(10, 20)])
    mean, half = paired(*np.array(judged))
    if abs(mean) <= half:
        return "not distinguishable", mean, half
    return ("first" if mean > 0 else "second"), mean, half
    ### END SOLUTION


# %%
check("6.3", fair_comparison)
# hint("6.3")
# solution("6.3")

# %% [markdown]
# Now a real laboratory: the table holds all these trainings. Each depth against
# one hidden layer:

# %%
kept = last[last["role"].isin(["choose", "report"])]
kept = kept.set_index(["network", "rate", "seed"])["validation"].to_dict()


def laboratory(network, rate, seed):
    """Return the stored validation accuracy of one training, in %."""
    return kept[network, round(float(rate), 3), seed]


rates = (0.1, 0.2, 0.4, 0.8, 1.6)
verdicts = {
    network: fair_comparison(laboratory, network, DEPTHS[1], rates)
    for H, network in DEPTHS.items() if H > 1
}
columns = ["verdict", "mean", "half"]
pd.DataFrame.from_dict(verdicts, "index", columns=columns).round(2)

# %% [markdown]
# The same differences on both samples; the test sample chose nothing:

# %%
deeper = [(DEPTHS[H], DEPTHS[1]) for H in DEPTHS if H > 1]
in_points(deeper)

# %% [markdown]
# Two layers are a little better than one, six a little worse, both clear in
# both samples; three and four are not distinguishable from one. With four
# comparisons, one clear by chance in both would be rare.
#
# ### What would overturn it?
#
# The rates of the grid are a factor of 2 apart. So the ten seeds also trained
# each network except six layers (NaN) at rates half a step away. Validation
# accuracy; columns: the rate divided by the chosen one.

# %%
near = last[last["role"].isin(["report", "finer"])
            & last["network"].isin(DEPTHS.values())].copy()
near["rate / chosen"] = (near["rate"] / near["network"].map(best)).round(1)
at_rates = near.pivot_table("validation", "network", "rate / chosen")
at_rates.round(2)

# %% [markdown]
# One hidden layer is better at 0.57 than at 0.8. Each network at its best
# rate:

# %%
finest = at_rates.idxmax(axis=1)
runs = near[near["rate / chosen"] == near["network"].map(finest)]
finer = {sample: runs.pivot(index="seed", columns="network", values=sample)
         for sample in both}
finer_table = in_points(deeper, finer)
reveal("6.Q5", finer_table["test"].iloc[0])
finer_table


# %% tags=["draws"]
def draw_depth(ax, samples, depths):
    """Draw the differences to one hidden layer, on both samples."""
    for (sample, runs), shift in zip(samples.items(), (-0.1, 0.1)):
        found = [difference(runs[DEPTHS[H]], runs[DEPTHS[1]]) for H in depths]
        look = {**plotting.STYLE[sample], "linestyle": ""}
        ax.errorbar(np.array(depths) + shift, [d.mean for d in found],
                    [d.half for d in found], capsize=3, label=sample, **look)
    ax.axhline(0, color=plotting.GREY, lw=1)
    ax.set(xticks=range(2, 7), xlabel="hidden layers, at equal size",
           xlim=(1.5, 6.5), ylim=(-0.5, 0.45))


fig, axes = plotting.figure(1, 2, height=2.9, sharey=True)
draw_depth(axes[0], both, (2, 3, 4, 6))
draw_depth(axes[1], finer, (2, 3, 4, 6))
axes[0].set(ylabel="points more than one layer", title="Rates by factors of 2")
axes[1].set_title("And rates in between")
axes[1].legend(loc="upper right")
plotting.show(fig, """Differences of accuracy between more hidden layers and
    one, with 95 percent intervals, on validation and test sample. Left, on the
    grid: two layers above zero in both, three and four around zero, six below.
    Right, with the rates in between: two and three around zero on the test
    sample, four below it there, six further below in both.""")


# %% [markdown]
# The lead of two layers is nearly gone: on the test sample, which did not
# choose the rates, +0.03 ± 0.08 is left. The first interval was right about
# the seeds, but knew nothing of the grid. Two and three layers cannot be told
# apart from one. Four may be worse (clear on the test sample alone), and six
# are, though without rates in between. But here the ten seeds chose,
# and judged as well.
#
# ### Going further: two more tests
#
# Do rates in between change the order of widths, too? For one pair they do not:
# both at 0.57, 256 neurons led 128 by 0.24 ± 0.07 (validation) and 0.15 ± 0.07
# points (test). And do the seeds favour what they chose? Let five of the ten
# choose the rate on the validation sample, and the other five judge. Two layers
# minus one:

# %% tags=["draws"]
def halves(choosing_seeds, networks):
    """Return runs of the seeds that did not choose the rate, by sample."""
    chose = near["seed"].isin(choosing_seeds)
    rate = near[chose].pivot_table(
        "validation", "network", "rate / chosen").idxmax(axis=1)
    kept = near[~chose & (near["rate / chosen"] == near["network"].map(rate))]
    return {sample: kept.pivot(index="seed", columns="network",
                               values=sample)[networks] for sample in both}


two_one = [DEPTHS[2], DEPTHS[1]]
pd.concat([
    in_points([two_one], halves(chose, two_one)).set_axis([words])
    for chose, words in ((range(10, 15), "10 to 14 choose, 15 to 19 judge"),
                         (range(15, 20), "15 to 19 choose, 10 to 14 judge"))
])

# %% [markdown]
# Again no lead is clear; the intervals of five seeds are wider than those of
# ten.
#
# ### Going further: longer training
#
# Was one of the networks not finished after 12 epochs? With 36:

# %% tags=["draws"]
longer = last[last["role"] == "longer"]
one, three, rows = DEPTHS[1], DEPTHS[3], {}
for sample, short in both.items():
    long = longer.pivot(index="seed", columns="network", values=sample)
    rows[sample] = {
        "one layer, 36 epochs minus 12": in_words(long[one], short[one]),
        "one layer, 36 epochs minus 12 at 0.57":
            in_words(long[one], finer[sample][one]),
        "three layers, 36 minus 12": in_words(long[three], short[three]),
        "three layers, 36 minus 12 at 0.28":
            in_words(long[three], finer[sample][three]),
        "three minus one, 36 epochs": in_words(long[three], long[one]),
    }
pd.DataFrame(rows)

# %% [markdown]
# Three times as long brings 0.06 to 0.16 points at the same rate. But for both
# a better rate does as much in 12 epochs. (Nobody trained 36 epochs at the
# better rates.) One and three layers still cannot be told apart.
#
# ## Activation
#
# Other activation functions, each network at its own best rate:

# %% tags=["draws"]
others = [(f"ReLU {n.split(maxsplit=1)[1]}", n) for n in BY_H[1:]]
at_finer = [("ReLU 1 x 128, finer", n) for n in BY_H if " 1 " in n]
in_points(others + at_finer, {
    sample: runs.assign(**{"ReLU 1 x 128, finer": finer[sample][DEPTHS[1]]})
    for sample, runs in both.items()
})


# %% [markdown]
# On the grid ReLU leads tanh by 0.2 points or less, with three layers not
# clearly. One layer at 0.57 ("finer") leads by 0.2 and 0.3, but tanh had no
# such rates. Sigmoids are 0.3 to 0.7 behind, but even four layers reach 97.2 %
# of the test sample. Much of the gap is due to the size of their first
# weights (answer 6.Q8); the last section shows why they begin slowly.
#
# ## Going further: your own run
#
# Choose a network that the table does not have: the neurons of each hidden
# layer, and a rate; then run all cells up to the figure. Is it better than
# *one* hidden layer with as many parameters? The table gives a band in which
# 95 % of the single runs of such a layer lie, for 12 epochs, the rates of its
# grid and 50,890 to 407,050 parameters (64 to 512 neurons):

# %% tags=["draws"]
def expected(size):
    """Return middle and half of what one hidden layer gives, in %.

    Between the stored sizes by interpolation, NaN outside (below 64 neurons
    the line bends too much); half is that of a 95 % interval for a single
    new run, not for a mean.
    """
    wide = WIDE[2:]
    sizes = np.log([parameters(n) for n in wide])
    mean, spread = (
        np.interp(np.log(size), sizes, values, np.nan, np.nan) for values in
        (means.loc[wide, "validation"], validation[wide].std())
    )
    return mean, stats.t.ppf(0.975, 9) * spread * np.sqrt(1 + 1 / 10)


def one_layer(size, own=None):
    """Return in words what one hidden layer gives, and where a run lies."""
    middle, half = expected(size)
    if np.isnan(middle):
        return f"{size:,} parameters: outside the table, no band"
    words = f"{middle:.2f} ± {half:.2f} %"
    if own is None:
        return f"{size:,} parameters in one hidden layer: {words}"
    place = "above" if own > middle else "below"
    place = "inside" if abs(own - middle) <= half else place
    return f"{place} what one hidden layer gives: {words}"


# %%
HIDDEN, RATE, SEED = (192, 96), 0.4, 6  # one hidden layer: (96,)
EPOCHS, BATCH = 12, 64
size = layers.count((M, *HIDDEN, K))
print(one_layer(size))

# %% [markdown]
# > **Before you go on, 6.Q6.** Which validation accuracy will your network
# > reach?

# %%
guess("6.Q6", 98.1)

# %% [markdown]
# The network in Keras, as in notebook 05, with the table's initial scale
# (`he_normal`), batches and schedule:

# %% tags=["nbval-ignore-output"]
from helpers.tensorflow_quietly import import_tensorflow

import_tensorflow(threads=1)
import keras

keras.utils.set_random_seed(SEED)
dense = {"kernel_initializer": "he_normal"}
model = keras.Sequential([
    keras.Input((M,)),
    *[keras.layers.Dense(n, "relu", **dense) for n in HIDDEN],
    keras.layers.Dense(K, **dense),
])
steps = EPOCHS * math.ceil(50_000 / BATCH)
model.compile(
    keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(RATE, steps)),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"], steps_per_execution=46,
)

# %% [markdown]
# `steps_per_execution` saves time: Keras does 46 steps in one call. The
# training takes about 15 seconds.

# %% tags=["nbval-ignore-output"]
mnist = load_mnist()
bar = progress_bar(range(EPOCHS), "your network")
tick = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: bar.update(1)
)
model.fit(mnist.x_train, mnist.y_train, batch_size=BATCH, epochs=EPOCHS,
          verbose=0, callbacks=[tick])
bar.close()
_, share = model.evaluate(mnist.x_validation, mnist.y_validation, verbose=0)
own = 100 * share
reveal("6.Q6", f"{own:.2f} %")
print(one_layer(size, own))

# %% tags=["draws"]
fig, ax = plotting.figure(height=3.2)
draw_width(ax, ["validation"])
grid = np.geomspace(parameters(WIDE[2]), parameters(WIDE[-1]), 100)
bands = np.array([expected(x) for x in grid])
ax.fill_between(grid, 100 - bands.sum(axis=1), 100 - bands @ [1, -1],
                color=plotting.ORANGE, alpha=0.25, lw=0, label="band")
ax.plot(size, 100 - own, "*", ms=13, color=plotting.BLACK, label="your run")
ax.set(xlim=(min(4e4, size / 1.5), max(5e5, 1.5 * size)),
       ylim=(min(1.5, 95 - 0.95 * own), max(3.2, 110 - 1.1 * own)),
       title="Your network, and one hidden layer of its size")
ax.set_yticks([1.5, 2, 2.5, 3], ["1.5", "2", "2.5", "3"])
ax.set_xticks([5e4, 1e5, 2e5, 4e5], ["50", "100", "200", "400"])
ax.set(xlabel="parameters (thousands)")
ax.minorticks_off()
ax.legend(ax.get_legend_handles_labels()[0],
          ["one hidden layer", "95 % of its single runs", "your run"])
plotting.show(fig, f"""Validation error against parameters: the stored line of
    one hidden layer with the band in which 95 percent of single runs lie, and
    a star, your network with {len(HIDDEN)} hidden layers, at
    {100 - own:.2f} percent.""", values=False)

# %% [markdown]
# A run inside the band shows no difference. One outside is a reason to train
# ten seeds, not yet a result: one of twenty equal networks is outside, too, and
# so are three of five runs of one layer of 96 at 0.57, a better rate than those
# of the grid.
#
# ### The same with Keras
#
# The table was made with NumPy. Would Keras give the same? It trained ten
# networks from the same weights with the same batches:

# %%
twins = at_end[at_end["tool"] == "Keras"].set_index(["network", "seed"])
same = report.set_index(["network", "seed"]).loc[twins.index]
d = difference(twins["test"], same["test"])
print(f"Keras minus NumPy: {d.mean:+.2f} ± {d.half:.2f} points")
pd.DataFrame({"Keras (%)": twins["test"], "NumPy (%)": same["test"]})


# %% [markdown]
# They agree: at most 0.08 points lie between two of a kind, about as much as
# between two seeds; six of the ten are equal in all digits. So your run may be
# compared with the table.

# %% [markdown]
# ## Going further: what accuracy costs
#
# A network is *beaten* by another one that costs no more, is no less accurate,
# and is better in at least one of the two. What no other network beats forms
# the *frontier*: look there when time or memory is limited.
#
# ### Exercise 6.4 (8 minutes)
#
# Write `frontier(cost, accuracy)`: from two arrays with one entry per network,
# return the places in the arrays of the networks that are not beaten, in any
# order. For `cost = [5, 1, 3, 4]` and `accuracy = [95, 90, 94, 92]` they are
# 0, 1 and 2: network 3 is beaten by network 2, which is cheaper and better.

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
# Two costs: parameters, and mean processor time. Several networks were trained
# at once, as one stack of arrays; a time is the stack's, divided by their
# number. Other stacks of ReLU 1 x 128 took 20 % less and 30 % more.

# %%
means["seconds"] = report.groupby("network")["seconds"].mean()
on_frontier = {}
for cost in ("parameters", "seconds"):
    places = frontier(means[cost].to_numpy(), means["test"].to_numpy())
    on_frontier[cost] = sorted(means.index[list(places)],
                               key=lambda n: means.loc[n, cost])
    print(f"{cost}: " + ", ".join(on_frontier[cost]))

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=3.3, sharey=True)
for ax, (cost, line) in zip(axes, on_frontier.items()):
    for h, (marker, color) in LOOKS.items():
        own_h = means[means.index.str.startswith(h)]
        ax.plot(own_h[cost], 100 - own_h["test"], marker, color=color,
                mfc="none", label=h)
    ax.plot(means.loc[line, cost], 100 - means.loc[line, "test"], lw=1,
            color=plotting.VERMILION, drawstyle="steps-post", zorder=0)
    for n in [n for n in line[2:] if n.startswith("ReLU")]:
        place = means.loc[n, cost], 100 - means.loc[n, "test"]
        ax.annotate(n.replace("ReLU ", ""), place, xytext=(-4, -11),
                    textcoords="offset points", fontsize=8, ha="right")
    ax.set(xscale="log", yscale="log", xlabel=cost, ylim=(1.55, 3))
    ax.set_yticks([1.6, 2, 2.5, 3], ["1.6", "2", "2.5", "3"])
    ax.minorticks_off()
axes[0].set(ylabel="test error (%)", title="Against parameters")
axes[1].set(xlabel="processor seconds of a training", title="Against time")
near_equal = means["parameters"].between(1e5, 1.1e5).sum()
axes[0].set(xlim=(3e4, 5e5), xlabel="parameters (thousands)")
axes[0].set_xticks([5e4, 1e5, 2e5, 4e5], ["50", "100", "200", "400"])
axes[1].set(xlim=(0.9, 9))
axes[1].set_xticks([1, 2, 4, 8], ["1", "2", "4", "8"])
axes[0].legend(loc="upper right")
plotting.show(fig, f"""Test error against parameters and against time, all axes
    logarithmic, for the networks with less than 3 percent; a red line of steps
    joins the frontier. At about 100,000 parameters {near_equal} networks
    stand above each other, 2 x 112 lowest. Against time
    {len(on_frontier['seconds'])} networks are on the frontier, all but one
    with one hidden layer; the sigmoids lie far above it.""")


# %% [markdown]
# The figure leaves out 4 and 16 neurons. A small lead may be chance, in time
# too: tanh 1 x 128 is on the frontier by 2 %. A network is *clearly* beaten if
# one that costs no more is better and their interval leaves out zero (here on
# the test sample alone). The best of those:

# %% tags=["draws"]
def clearly_beaten(cost):
    """Return the networks that a cheaper one beats, each with its best."""
    beaten = {}
    for network in means.index:
        for other in means.index[means[cost] <= means.loc[network, cost]]:
            d = difference(test[other], test[network])
            if d.clear and d.mean > beaten.get(network, ("", 0))[1]:
                beaten[network] = other, d.mean
    return beaten


# %%
beaten = {cost: clearly_beaten(cost) for cost in on_frontier}
pd.DataFrame({f"by {cost}": {n: by for n, (by, _) in own_.items()}
              for cost, own_ in beaten.items()}).fillna("")

# %% [markdown]
# By chance an interval leaves out zero only where there is no real difference.
# Few of the 105 pairs can be such, so one entry or none is luck. "ReLU 1 x 128" loses only because 0.8 is not its
# best rate.
#
# ## Going further: why deep sigmoids begin slowly
#
# All runs of four hidden layers, against the number of steps:

# %% tags=["draws"]
fig, ax = plotting.figure(height=3.4)
cases = [("ReLU 4 x 94", "report", 0.2, plotting.BLACK, "-"),
         ("sigmoid 4 x 94", "report", 3.2, plotting.PURPLE, "-"),
         ("sigmoid 4 x 94", "choose", 0.4, plotting.BLUE, "--"),
         ("sigmoid 4 x 94", "choose", 6.4, plotting.VERMILION, ":")]
for network, role, rate, color, line in cases:
    runs = study[(study["network"] == network) & (study["role"] == role)
                 & (study["rate"] == rate) & (study["tool"] == "NumPy")]
    for k, (_, run) in enumerate(runs.groupby("seed")):
        ax.plot(run["epoch"] * 782, run["validation"], line, color=color, lw=1,
                marker=".", ms=4,
                label=f"{network.split()[0]}, {rate:g}" if k == 0 else None)
ax.axhline(10, color=plotting.GREY, lw=0.8, zorder=0)
ax.set(xscale="log", xlabel="steps", ylabel="validation accuracy (%)",
       ylim=(0, 100), title="Four hidden layers: each run, by its rate")
ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
at_one = study[(study["network"] == "sigmoid 4 x 94") & (study["epoch"] == 1)
               & (study["role"] == "report")
               & (study["tool"] == "NumPy")]["validation"]
plotting.show(fig, f"""Validation accuracy against steps, ten to 9,384, one
    line for each run. ReLU climbs at once. Sigmoids stay near 10 percent at
    first; at their best rate, 3.2, they lie between {at_one.min():.0f} and
    {at_one.max():.0f} percent after one epoch; at 0.4 they leave the plateau
    only after the first epoch, at 6.4 one of two after three epochs. In the
    end all are between 95 and 98 percent.""")

# %% [markdown]
# The first two points of a run are after 10 and 782 steps. After 10, each
# sigmoid run is at 10 %, which is guessing. At 0.4 it is still there after
# 782, on a *plateau*, and leaves it later. A study of one epoch at the rate
# 0.4 would say that they do not learn.
#
# Where does the plateau come from? The recursion for $\delta$ tells what
# reaches the lower layers:
#
# $$\delta^L = h'(z^L) \odot W^{L+1} \delta^{L+1} \tag{B13}$$
#
# Let layer $L$ have $M$ neurons and the next one $N$. Before training, the
# weights are independent, with mean 0 and variance gain$/M$; gain is 2 for
# ReLU, 1 for tanh and sigmoid. We *assume* that $h'$, the weights and
# $\delta^{L+1}$ are independent of each other. When the sum over $N$ neurons
# is squared, mixed products then vanish on average, and the mean squares obey
#
# $$\langle (\delta^L)^2 \rangle = \langle h'(z^L)^2 \rangle \cdot N \cdot
# \frac{\mathrm{gain}}{M} \cdot \langle (\delta^{L+1})^2 \rangle.$$
#
# For ReLU half of the $h'$ are 1, so gain 2 keeps the size of $\delta$ from
# layer to layer if they are equally wide. For the sigmoid $h' \le 1/4$.
#
# > **Before you go on, 6.Q7.** Six hidden layers of 83 sigmoids, gain 1. By
# > which factor is $\delta^0$ smaller than $\delta^5$?

# %%
guess("6.Q7", 1000)


# %% [markdown]
# The factor of one layer, and the measurement on 1,000 real images, untrained:

# %%
def shrink(z, h_prime, gain, N):
    """Return the expected size of delta^L over that of delta^(L+1)."""
    return np.sqrt(np.mean(h_prime(z) ** 2) * N * gain / z.shape[1])


# %% tags=["draws"]
def delta_sizes(h, gain, seed, hidden=(83,) * 6, D=1000):
    """Return sizes of delta^0 ... delta^H, and the factors expected."""
    sizes, (x, digits) = (M, *hidden, K), load_mnist()[:2]
    function, h_prime = layers.ACTIVATIONS[h]
    rng = np.random.default_rng(seed)
    p = layers.initialise(sizes, rng, gain, np.float64)
    z, a = layers.forward(x[:D].astype(float), p, function)
    deltas = []  # filled by backward, from delta^0 on
    layers.backward(x[:D], np.eye(K)[digits[:D]], z, a, p, h_prime, deltas)
    measured = [np.sqrt(np.mean(delta**2)) for delta in deltas]
    factors = [shrink(z[L], h_prime, gain, sizes[L + 2])
               for L in range(len(hidden))]
    return np.array(measured), np.array(factors)


# %%
sized = {
    h: [delta_sizes(h, gain, seed) for seed in range(5)]
    for h, gain in layers.GAINS.items()
}
ratio = {
    h: np.exp(np.mean([np.log(m[5] / m[0]) for m, _ in pairs]))
    for h, pairs in sized.items()
}
reveal("6.Q7", f"{ratio['sigmoid']:.0f}")

# %% tags=["draws"]
fig, ax = plotting.figure(height=3.3)
for h, pairs in sized.items():
    marker, color = LOOKS[h]
    sizes = np.exp(np.mean(np.log([m for m, _ in pairs]), axis=0))
    factors = np.exp(np.mean(np.log([f for _, f in pairs]), axis=0))
    for measured, _ in pairs:
        ax.plot(range(7), measured, marker, color=color, ms=3, mfc="none")
    line = sizes[6] * np.append(np.cumprod(factors[::-1])[::-1], 1)
    ax.plot(range(7), line, color=color, lw=1.2, label=h)
ax.set(xlim=(6.2, -0.2), xlabel="layer L: from the output, 6, down to 0",
       yscale="log", ylabel=r"size of $\delta^L$ (root mean square)")
ax.set_title("Untrained: measured (points), expected from B13 (lines)")
ax.legend(loc="lower left")
plotting.show(fig, f"""Size of delta from the output layer, left, down to layer
    0, right, on a logarithmic axis, for six hidden layers. ReLU and tanh stay
    near the size that they have in layer 5; sigmoid falls on a straight line,
    by a factor of {ratio['sigmoid']:,.0f} from layer 5 to layer 0. The
    expected lines run through the measured points.""")

# %% tags=["instructor"]
for pairs in sized.values():
    logs = [np.log(m[:-1] / m[1:] / f) for m, f in pairs]
    assert np.all(np.abs(np.mean(logs, axis=0)) < 0.15)
assert not set(beaten["parameters"]) & set(on_frontier["parameters"])

# %% [markdown]
# The prediction holds to 15 % in each layer. For the sigmoid the size falls by
# a factor of four in every layer: $W^0$ receives gradients over a thousand
# times smaller than $W^5$, and hardly moves. This alone makes no plateau: a
# ReLU network learns even if its lower layers stay as they were drawn. So
# look at the forward pass, too: by how much does the activation of a neuron
# vary from image to image?

# %%
x, spread = load_mnist()[0][:1000], {}
for h, gain in layers.GAINS.items():
    p = layers.initialise((M, *(83,) * 6, K), np.random.default_rng(0), gain)
    a = layers.forward(x, p, layers.ACTIVATIONS[h][0])[1][:6]
    spread[h] = [np.std(layer, axis=0).mean() for layer in a]
pd.DataFrame(spread).rename_axis("layer").T.round(5)

# %% [markdown]
# Sigmoids shrink this spread fourfold in each layer, too. So the upper layers
# get nearly the same input for every image, and the lower ones, which could
# change that, hardly move. Both together make the plateau.
#
# > **Question 6.Q8 (3 minutes).** A gradient that is a thousand times too
# > small could be undone by a learning rate that is a thousand times larger.
# > Why is the best rate of deep sigmoids only 16 times that of ReLU? And how
# > would you test whether the decay of $\delta$ is the cause of the plateau?

# %% [markdown] tags=["answer-6.Q8"]
# **Answer (6.Q8).** The rate multiplies the gradients of all layers. One that
# suits $W^0$ is far too large for the upper layers; already at 6.4 one of two
# runs stays on the plateau for three epochs. To test the cause, change it and
# nothing else. Four hidden layers, trained anew; validation accuracy after one
# epoch:
#
# | what was changed | network, rate | accuracy |
# | --- | --- | --- |
# | nothing | sigmoid, 0.4 | 11 % |
# | larger first weights: gain 16, to make up for $h' = 1/4$ | sigmoid, 0.2 to 1.6 | 84 to 92 %, eight runs |
# | gradients of layers 2, 1 and 0 times 4, 16 and 64 | sigmoid, 0.4 | 88 and 87 % |
# | gradients of layers 2, 1 and 0 made smaller, as by sigmoids | ReLU, 0.2 | 86 and 85 % |
#
# Gain 16 ends the plateau, but it changes the forward pass, too. The test with
# the gradients is cleaner: without the decay the plateau is short (61 and 56 %
# after 200 steps; the decay lessens by itself: $\delta^3$ was 77 and 75 times
# larger than $\delta^0$ at first, 5 and 8 times after 100 steps). The last row
# shows that the decay alone makes no plateau.
#
# Do small first weights also cost accuracy at the end of the training? In part.
# With gain 16 at the rate 1.6, ten seeds of sigmoids were better on the test
# sample than with gain 1 at its best rate: one layer by 0.23 ± 0.12 points,
# three by 0.20 ± 0.10, four by 0.46 ± 0.10. They are then only 0.2 to 0.3
# points behind ReLU. Why, this does not tell, because gain 16 changes both
# passes.

# %% [markdown]
# ## Summary
#
# At one common learning rate you can obtain opposite rankings of depths; even
# the gaps of a grid of rates can make a difference. Seeds that chose should not
# judge, and a difference counts if its 95 % interval over ten pairs leaves out
# zero. Wider is better up to 512 neurons; the last doubling brings 0.15. At equal
# size one to three hidden layers cannot be told apart, and six are worse. Deep
# sigmoids begin on a plateau, because what differs between images shrinks
# fourfold in each layer, and so does $\delta$ (B13); but they do learn.

# %%
progress(6)
# solution("6.Q8")

# %% [markdown]
# ## On your own
#
# > **Question 6.Q9.** Layers need not be equally wide. Set `HIDDEN = (96,)`
# > and `RATE = 0.8`, then `(128, 32)` and 0.4. Where do they fall?

# %% [markdown] tags=["answer-6.Q9"]
# **Answer (6.Q9).** Two single runs, seed 6: 96 neurons gave 97.61 %, inside
# the band, as one hidden layer should. 784-128-32-10 at the rate 0.4 gave
# 97.99 %, inside too, near its upper edge. Is the second layer of 32 neurons,
# 3 % more parameters, a cheap gain? Not so far: the band was made at 0.8, and
# at 0.57 one layer of 128 has 97.92 % with a spread of 0.10. Ten seeds of
# each, both at their best rate, would tell.

# %% [markdown]
# > **Question 6.Q10.** The cliff of narrow networks is further to the left.
# > Train one hidden layer of 16 neurons at the rate 1.6 with `layers.train`,
# > and count the neurons with $z \le 0$ for all training images. What
# > happens to such a neuron in further training?

# %% [markdown] tags=["answer-6.Q10"]
# **Answer (6.Q10).** After 12 epochs at the rate 1.6, two seeds had 16 and 15
# of 16 neurons closed for all 50,000 images, and 11 and 36 % of validation; at
# 0.2 none was closed. One large step can push a neuron's weights and bias so
# low that $z \le 0$ for every image. Then $h' = 0$, so its gradients are zero
# and it never changes again: it is *dead*. Wide networks lose neurons as well:
# of 128 at the rate 1.6 they were 125 and 105. But the 3 and 23 that were left
# still gave 67 and 94 %.

# %% [markdown]
# > **Question 6.Q11.** How many seeds would it take to tell 0.05 points from
# > zero, as between one and three layers on the validation sample? Use the
# > interval's formula.

# %% [markdown] tags=["answer-6.Q11"]
# **Answer (6.Q11).** Half is 0.07 for ten seeds, $t = 2.26$, so $s = 0.10$.
# Half falls below 0.046, the mean, when $t\, s/\sqrt n$ does: with about 22
# seeds. But if 0.046 is the truth, the mean of 22 new seeds is as often below
# it as above, so only half of such experiments would find it; for four of five
# it takes about 42 seeds. And seeds do not help against the images: on the
# test sample the same difference is 0.02. A difference of this size is not
# worth knowing.

# %%
# solution("6.Q9")
# solution("6.Q10")
# solution("6.Q11")

# %% [markdown]
# ## Further reading
#
# - X. Glorot and Y. Bengio, "Understanding the difficulty of training deep
#   feedforward neural networks", [*Artificial Intelligence and Statistics*
#   (2010)](https://proceedings.mlr.press/v9/glorot10a.html): sizes of
#   gradients layer by layer, and the initial scale that keeps them.
# - K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers",
#   *International Conference on Computer Vision* (2015),
#   [arXiv:1502.01852](https://arxiv.org/abs/1502.01852): the gain of 2 for
#   ReLU.
# - C. Zhang, S. Bengio, M. Hardt, B. Recht and O. Vinyals, "Understanding deep
#   learning requires rethinking generalization", *International Conference on
#   Learning Representations* (2017),
#   [arXiv:1611.03530](https://arxiv.org/abs/1611.03530): more parameters than
#   images.
# - X. Bouthillier and others, "Accounting for variance in machine learning
#   benchmarks", *Machine Learning and Systems* (2021),
#   [arXiv:2103.03098](https://arxiv.org/abs/2103.03098): what a difference
#   between two networks is worth.
