# %% [markdown]
# # 08 — When has the network stopped learning and begun to memorise?
#
# **What you will do.** Train a large network on few digits until it knows
# every one of them by heart, and find the moment to stop. See memorising
# happen, image by image. Try five remedies on the same images. Then lead a
# network astray with four pixels, and find out where it looks.
#
# **What you will learn.** Why the training accuracy is never the honest one;
# what more data buy; what early stopping, L2, dropout and shifted copies do,
# and which of their effects are not distinguishable from none; why even an
# excellent test accuracy proves nothing if the test sample shares the flaws
# of the training sample.
#
# **What you need.** The network with one hidden layer and its training
# (notebook 04), backpropagation (notebook 03). Standard deviation of a few
# values.
#
# *Part of the course: studies. To run: at most 60 seconds on two processors.
# To study: 120 minutes, the four exercises included.*

# %%
import numpy as np
from scipy import ndimage
from threadpoolctl import threadpool_limits

from exercises import check, hint, progress, solution
from helpers import plotting
from helpers.data import load_mnist
from helpers.evidence import difference, mean_and_spread
from helpers.gradient_check import gradient_check, worst
from helpers.layers import (
    cosine,
    forward,
    initialise,
    predict,
    relu_prime,
    train,
)
from helpers.network import empirical_risk, mini_batches, relu, softmax
from helpers.progress import run_study

threadpool_limits(limits=1)  # the studies use both processors by themselves
mnist = load_mnist()
ONE_HOT = np.eye(10, dtype=np.float32)  # row k is the y of digit k

# %% [markdown]
# ## What will be tried
#
# All settings of the studies stand in this cell. With `LARGE = True` you get
# a larger network, longer trainings and more seeds, in about twenty minutes.

# %%
LARGE = False
SEEDS = range(10 if LARGE else 4)
N = 512 if LARGE else 96  # hidden neurons
D, EPOCHS = 1_000, (150 if LARGE else 30)
BATCH_SIZE, RATE = 20, 0.1  # constant, except in section 3
D_WATCH = 10_000 if LARGE else 2_000  # validation images, each epoch
WRONG, WRONG_RATE, WRONG_EPOCHS = 200, 0.04, 70  # wrong labels
AMOUNTS = {  # D: epochs
    100: 100, 300: 100, 1_000: 30, 3_000: 16, 10_000: 7, 50_000: 2,
}
PATIENCE = 5  # early stopping, in epochs
DECAYS, SHARES = (0.001, 0.003, 0.01), (0.3, 0.5, 0.7)  # L2, dropout
COPIES = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))  # shifts, in pixels
D_MARK, EPOCHS_MARK = 10_000, 4  # Clever Hans
D_OUTSIDE = 10_000 if LARGE else 2_000  # distorted test images

# %% [markdown]
# The same as a table: what is varied, and how many trainings that makes.

# %%
GRID = {
    "overtraining": (1, SEEDS),
    "wrong labels": (1, SEEDS),
    "amount of data": (len(AMOUNTS), SEEDS if LARGE else SEEDS[:3]),
    "remedies": (4 + len(DECAYS) + len(SHARES), SEEDS),
    "Clever Hans": (2, SEEDS),
}

# %% tags=["draws"]
print(f"{'study':16}settings  seeds  trainings")
trainings = 0
for name, (ways, each) in GRID.items():
    trainings += ways * len(each)
    print(f"{name:16}{ways:8}{len(each):7}{ways * len(each):11}")
print("in all", trainings)


# %% [markdown]
# Each seed stands for *everything* that is drawn at random: which training
# images are taken, the initial weights, the order of the batches. So the
# spread between seeds is what you would see if somebody else repeated the
# experiment with other images.
#
# ## 1. The lecture's picture
#
# The training sample is small, the network large. How large, compared with
# what it has to learn?

# %%
def draw(D, seed):
    """Return D training images and their digits; nested for growing D."""
    rows = np.random.default_rng([8, seed]).permutation(len(mnist.x_train))
    return mnist.x_train[rows[:D]], mnist.y_train[rows[:D]]


def start(seed):
    """Return initial parameters of the network 784-N-10."""
    return initialise((784, N, 10), np.random.default_rng([80, seed]))


x, digits = draw(D, 0)
free = sum(array.size for array in start(0).values())
print(f"{D:,} images, {free:,} parameters: {free // D} for each image")
print("each digit occurs", np.bincount(digits), "times")


# %% [markdown]
# With so many free parameters for each image the network can satisfy every
# one of them separately. Nothing in the training forbids it. What does it do?
#
# After each epoch we look at the training images and at validation images,
# which never move a weight. Three quantities are noted: the risk, the
# accuracy, and how sure the network is, on average, of the answers that are
# wrong.

# %%
def look_at(x, digits, parameters):
    """Return risk, accuracy and certainty when wrong, the last two in %."""
    z, a = forward(x, parameters)
    wrong = np.argmax(a[-1], axis=1) != digits
    sure = np.max(a[-1], axis=1)[wrong]
    return {
        "risk": float(empirical_risk(ONE_HOT[digits], z[-1])),
        "accuracy": 100 * np.mean(~wrong),
        "sure": 100 * np.mean(sure) if len(sure) else np.nan,
    }


def constant(share_done):
    """Return the factor of the learning rate: always 1."""
    return 1.0


WATCH = mnist.x_validation[:D_WATCH], mnist.y_validation[:D_WATCH]


# %% [markdown]
# The training itself is notebook 04's, with a constant learning rate. It runs
# once for each seed, two seeds at a time.

# %%
def overtrain(seed):
    """Return the history of one long training on few images."""
    x, digits = draw(D, seed)
    samples = {"training": (x, digits), "validation": WATCH}
    history = {}

    def look(epoch, parameters):
        for name, sample in samples.items():
            for key, value in look_at(*sample, parameters).items():
                history.setdefault(f"{name} {key}", []).append(value)

    train(
        start(seed), x, ONE_HOT[digits], EPOCHS, BATCH_SIZE, RATE,
        np.random.default_rng(seed), schedule=constant, after_epoch=look,
    )
    return history


# %% tags=["nbval-ignore-output"]
runs = run_study(overtrain, [(seed,) for seed in SEEDS], "overtraining")
histories = [*runs.values()]  # one for each seed
for name in ("training", "validation"):
    ends = [history[f"{name} accuracy"][-1] for history in histories]
    mean, spread = mean_and_spread(ends)
    print(f"{name:10} accuracy at the end: {mean:.1f} +- {spread:.1f} %")

# %% tags=["instructor"]
for name in ("training", "validation"):
    ends = [history[f"{name} accuracy"][-1] for history in histories]
    mean, spread = mean_and_spread(ends)
    if name == "training":
        assert min(ends) > 99.8
    else:
        assert 80 < mean < 94


# %% [markdown]
# Every training digit is known. That sounds like success, and this is the
# point of
#
# **O2** $\quad \text{accuracy}_\text{training} > \text{accuracy}_\text{test}$:
# the training accuracy is never the honest one. When the test accuracy
# begins to fall while the training loss still falls, the network is
# overtrained.
#
# Now the lecture's picture, measured. (In place of the test sample stands the
# validation sample: we are going to choose a moment, and choices are never
# made on test data.) Lines are means over the seeds, bands one standard
# deviation. First, how such a band comes about.

# %% tags=["draws"]
def band(ax, x, rows, label, color, linestyle, marker=""):
    """Draw the mean of the seeds as a line, one deviation as a band."""
    mean = np.mean(rows, axis=0)
    ax.plot(x, mean, label=label, color=color, linestyle=linestyle)
    spread = np.std(rows, axis=0, ddof=1)
    ax.fill_between(x, mean - spread, mean + spread, color=color,
                    alpha=0.25, linewidth=0)


fig, ax = plotting.figure(width=4, height=1.8)
made_up = np.array([[6, 3, 4], [8, 5, 4], [7, 4, 7]])
band(ax, [1, 2, 3], made_up, "mean of three", **plotting.STYLE["validation"])
ax.plot([1, 2, 3], made_up.T, ".", color=plotting.BLACK)
ax.set(title="How to read a band: three made-up runs", xlabel="epoch",
       xticks=[1, 2, 3], yticks=[2, 4, 6, 8], ylabel="risk", ylim=(2, 9))
plotting.show(fig, """Three dots at each of three epochs, a line through their
    means, and a band of one standard deviation around it: it is wide where
    the dots lie far apart.""")

# %% [markdown]
# And the real runs. Follow the orange line on the left beyond the tenth epoch.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=3.3)
epochs = np.arange(1, EPOCHS + 1)
means = {}
for ax, key in zip(axes, ("risk", "accuracy")):
    for name in ("training", "validation"):
        rows = [history[f"{name} {key}"] for history in histories]
        means[name, key] = np.mean(rows, axis=0)
        band(ax, epochs, rows, name, **plotting.STYLE[name])
    ax.set(xscale="log", xlabel="epoch")
    ax.set_xticks([1, 2, 5, 10, 20, 50], [1, 2, 5, 10, 20, 50])
valley = 1 + np.argmin(means["validation", "risk"])
for ax in axes:
    ax.axvline(valley, color=plotting.GREY, lw=1)
axes[0].set(ylim=(0, 0.8), ylabel="empirical risk")
axes[1].set(ylim=(75, 101), ylabel="accuracy (%)", title="The accuracy")
axes[0].set_title("The validation risk turns round")
axes[0].legend()
low, end = means["validation", "risk"][[valley - 1, -1]]
plotting.show(fig, f"""Left, the risk against the epoch: on the training
    images it falls to zero; on validation images it falls to {low:.2f} at
    epoch {valley}, a grey line, and rises to {end:.2f}. Right, the accuracy:
    training reaches 100 %, validation levels off at
    {means["validation", "accuracy"][-1]:.0f} % and does not come down.""",
              values=False)


# %% [markdown]
# From the grey line on the training risk goes on falling and the validation
# risk rises: learning is over, what follows is memorising. The moment to stop
# lies there.
#
# While a training runs, however, nobody knows whether the last value was the
# lowest or the curve will fall again. One needs a rule.
#
# ### Exercise 8.1 (15 minutes)
#
# *Early stopping* with *patience*: go through the risks in order and remember
# the place of the lowest so far. As soon as `patience` epochs in a row have
# brought no lower risk, stop, without looking any further. Write
# `moment_to_stop(risks, patience)`. Return two places, counted from 0: where
# it stopped, and where the lowest risk was that it had seen. If the list ends
# first, it stopped at the last place.
#
# By hand: `risks = [5, 3, 4, 2, 3, 3, 1]` with `patience = 2`. The 4 makes one
# epoch without gain, the 2 is a new lowest, the two 3s make two: stop at place
# 5, the lowest is at place 3. The 1 is never seen. The answer is `(5, 3)`.

# %% tags=["exercise-8.1"]
def moment_to_stop(risks, patience):
    """Return where training stops, and where the lowest risk was seen."""
    ### BEGIN SOLUTION
    best = 0
    for k in range(len(risks)):
        if risks[k] < risks[best]:
            best = k
        if k - best >= patience:
            break
    return k, best
    ### END SOLUTION


# %%
check("8.1", moment_to_stop)
# hint("8.1")
# solution("8.1")

# %% [markdown]
# Now let it decide for every seed. What would have been saved, and what
# gained?
#
# Whether there is a difference at all, the course decides by the rule of
# notebook 06. The two values of a seed make a pair; the mean of the
# differences is given with its 95 % interval. If the interval contains zero,
# the two are *not distinguishable*. With few seeds it is wide.

# %% tags=["nbval-ignore-output"]
at_stop = {"risk": [], "accuracy": [], "sure": []}
at_end = {"risk": [], "accuracy": [], "sure": []}
for seed, history in zip(SEEDS, histories):
    risks = history["validation risk"]
    stopped, best = moment_to_stop(risks, PATIENCE)
    if seed < 4:  # these are enough to see
        print(f"seed {seed}: stopped after {stopped + 1:2} epochs, lowest "
              f"{risks[best]:.3f} after {best + 1:2}, at last {risks[-1]:.3f}")
    for key in at_stop:
        at_stop[key].append(history[f"validation {key}"][best])
        at_end[key].append(history[f"validation {key}"][-1])
for key, unit in (("risk", ""), ("accuracy", "points"), ("sure", "points")):
    change = difference(at_end[key], at_stop[key])
    print(f"{key:9} from there to the end: {change.in_words(unit)}")

# %% tags=["instructor"]
for key in ("risk", "accuracy", "sure"):
    change = difference(at_end[key], at_stop[key])
    assert change.mean > (-1 if key == "accuracy" else 0)


# %% [markdown]
# Read the last three lines. The risk grows. The accuracy does *not* fall,
# its two values are not distinguishable: this is milder than the lecture's
# warning. And the third line says how the two go
# together. The network becomes surer and surer, also of its mistakes, and the
# cross-entropy $-\ln a_n^H$ (B4) of a confident mistake is large. As
# many answers are right as before, as far as one can tell; the probabilities
# beside them become worse.
#
# Must the accuracy stay? Not if there is something in the training sample
# that is bad to know.
#
# ## 2. Memorising, seen directly
#
# Now 200 of the 1,000 training digits get a wrong label, as happens where
# people label data. These images are a detector. As long as the network
# reads them as what they *are*, it applies what it learned from the others.
# When it gives the label that it was *told*, it has memorised that image:
# there is no other way to know it.

# %%
def wrong_labels(seed):
    """Return the history of a training where some labels are wrong."""
    x, digits = draw(D, seed)
    rng = np.random.default_rng([81, seed])
    told = digits.copy()
    told[:WRONG] = (digits[:WRONG] + rng.integers(1, 10, WRONG)) % 10
    history = {"true": [], "told": [], "training": [], "validation": []}

    def look(epoch, parameters):
        answers = predict(x, parameters)
        known = predict(WATCH[0], parameters) == WATCH[1]
        history["true"].append(100 * np.mean((answers == digits)[:WRONG]))
        history["told"].append(100 * np.mean((answers == told)[:WRONG]))
        history["training"].append(100 * np.mean(answers == told))
        history["validation"].append(100 * np.mean(known))

    train(
        start(seed), x, ONE_HOT[told], WRONG_EPOCHS, BATCH_SIZE, WRONG_RATE,
        rng, schedule=constant, after_epoch=look,
    )
    return history


# %% tags=["nbval-ignore-output"]
runs = run_study(wrong_labels, [(seed,) for seed in SEEDS], "wrong labels")
taught = {  # (seeds, epochs), in %
    key: np.array([history[key] for history in runs.values()])
    for key in ("true", "told", "training", "validation")
}
crossing = 1 + np.argmax(taught["told"] > taught["true"], axis=1)
valid = taught["validation"]
loss = difference(valid[:, -1], valid.max(axis=1))
print("memorised beats learned from epoch", *crossing)
print("best validation accuracy at epoch", *(1 + valid.argmax(axis=1)))
print("accuracy from its best to the end:", loss.in_words())

# %% tags=["instructor"]
assert loss.mean < -2 and np.all(taught["told"][:, -1] > 90)

# %% [markdown]
# On the left, the 200 images with a wrong label: how many are read as their
# true digit, and how many as what the network was told. On the right, the
# accuracy on all training images (the wrong labels counted as right answers)
# and on validation images. Again lines are means over the seeds, bands one
# standard deviation.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=3.3)
epochs = np.arange(1, WRONG_EPOCHS + 1)
band(axes[0], epochs, taught["true"], "true digit: learned",
     plotting.GREEN, "-")
band(axes[0], epochs, taught["told"], "label told: memorised",
     plotting.PURPLE, "--")
for name in ("training", "validation"):
    band(axes[1], epochs, taught[name], name, **plotting.STYLE[name])
for ax in axes:
    ax.set(xlabel="epoch", ylim=(0, 102))
    ax.axvline(crossing.mean(), ymax=0.78, color=plotting.GREY, lw=1)
axes[0].legend(loc="upper center", fontsize=9)
axes[1].legend(loc="lower right", fontsize=9)
axes[0].set(ylim=(0, 132), yticks=range(0, 101, 20), ylabel="share (%)")
axes[0].set_title("Wrongly labelled images read as")
axes[1].set(title="What that costs", ylabel="accuracy (%)", ylim=(50, 102))
plotting.show(fig, f"""Left, of the wrongly labelled images at first most
    are read as their true digit, then fewer, in the end hardly any;
    the share read as the wrong label rises from near zero to nearly all; the
    lines cross at epoch {crossing.mean():.0f}. Right, training accuracy
    climbs to 100 %, while validation accuracy rises, has its best early and
    then falls by {-loss.mean:.0f} points.""", values=False)


# %% [markdown]
# This answers the question in the title. At first the network corrects its
# teacher: what most images have in common is learned first, since all of
# them pull the weights the same way. Single images come later, one by one.
# Learning and memorising overlap, and where the second takes over, the
# validation accuracy is already on its way down. Now O2 holds in full.
#
# ## 3. How many images?
#
# The same network, with 100 to 50,000 training images. Small samples are
# repeated more often, so that each training has time to arrive, and the
# learning rate falls to zero along a cosine (notebook 04), so that the noise
# of the last batches is not what we compare. Nothing is chosen here, so the
# validation images are as honest as the test images.

# %%
def with_amount(D, seed):
    """Return training and validation results with D images."""
    x, digits = draw(D, seed)
    parameters = train(
        start(seed), x, ONE_HOT[digits], AMOUNTS[D], BATCH_SIZE, RATE,
        np.random.default_rng(seed), schedule=cosine,
    )
    seen = look_at(x[:10_000], digits[:10_000], parameters)
    unseen = look_at(mnist.x_validation, mnist.y_validation, parameters)
    return {
        "training": seen["accuracy"],
        "validation": unseen["accuracy"],
        "risk": unseen["risk"],
        "parameters": parameters if D == 50_000 else None,
    }


# %% [markdown]
# The longest trainings come first, so that no processor waits long at the
# end. In the table are mean and standard deviation over the seeds.

# %%
_, seeds = GRID["amount of data"]
settings = [(a, seed) for seed in seeds for a in sorted(AMOUNTS)[::-1]]
amounts = run_study(with_amount, settings, "amount of data")
table = {  # mean and standard deviation between seeds
    (name, a): mean_and_spread(amounts[a, seed][name] for seed in seeds)
    for a in AMOUNTS for name in ("training", "validation")
}

# %% tags=["instructor"]
assert 55 < table["validation", 100][0] < 80
assert table["validation", 50_000][0] > 95.5

# %% tags=["draws", "nbval-ignore-output"]
print("     D   training (%)   validation (%)")
for amount in AMOUNTS:
    print(f"{amount:6,}" + "".join(
        "{:9.1f} +- {:.1f}".format(*table[name, amount])
        for name in ("training", "validation")))

# %% [markdown]
# Two views of the same numbers: the two accuracies, which close up on each
# other, and the validation *error* on logarithmic axes. A straight line there
# is a power law, error $\propto D^{-\alpha}$; one is fitted for each seed.
# Points are means over the seeds, bars one standard deviation.

# %% tags=["nbval-ignore-output"]
fits = []  # slope and intercept, one pair for each seed
for seed in seeds:
    errors = [100 - amounts[a, seed]["validation"] for a in AMOUNTS]
    fits.append(np.polyfit(np.log([*AMOUNTS]), np.log(errors), 1))
alpha, alpha_spread = mean_and_spread(-slope for slope, _ in fits)
print(f"alpha = {alpha:.3f} +- {alpha_spread:.3f}")

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=3.3)
x = np.array([*AMOUNTS])
for name in ("training", "validation"):
    style = plotting.STYLE[name]
    y, spread = np.transpose([table[name, amount] for amount in AMOUNTS])
    axes[0].errorbar(x, y, spread, label=name, capsize=3, **style)
error = 100 - y
axes[1].errorbar(x, error, spread, capsize=3, **{**style, "linestyle": ""})
slope, intercept = np.mean(fits, axis=0)
axes[1].plot(x, np.exp(intercept) * x**slope, color=plotting.GREY)
for ax in axes:
    ax.set(xscale="log", xlabel="training images D")
axes[0].set(title="Accuracy", ylabel="accuracy (%)")
axes[1].set(title="Error, and a power law", yscale="log")
axes[1].set_ylabel("validation error (%)")
axes[1].set_yticks([2, 5, 10, 20, 40], [2, 5, 10, 20, 40])
axes[1].minorticks_off()
axes[0].legend(loc="lower right")
plotting.show(fig, f"""Left, with growing D the validation accuracy climbs
    from {y[0]:.0f} to {y[-1]:.0f} % and meets the training accuracy, which
    comes down slightly from 100 %. Right, the validation error falls from
    {error[0]:.0f} to {error[-1]:.1f} % nearly on a straight line with slope
    {slope:.2f} on logarithmic axes.""", values=False)

# %% [markdown]
# The gap between the two accuracies is what memorising contributes, and it
# closes as the images become too many to be memorised. What does the power
# law say in words?

# %% tags=["nbval-ignore-output"]
print(f"ten times the images: the error is divided by {10**alpha:.1f}")
print(f"to halve the error: {2 ** (1 / alpha):.1f} times the images")

# %% tags=["instructor"]
assert 0.25 < alpha < 0.55


# %% [markdown]
# Data help reliably, and ever more slowly. What if there are no more to be
# had?
#
# ## 4. Remedies
#
# Four remedies need no new images. *Early stopping* you know. The other
# three change the training itself.
#
# **L2, or weight decay.** Add $\frac{c}{2} \sum w^2$ to the risk. Large
# weights, which react to single images, now have to be paid for. The gradient
# of each weight gets one more term, $c\,w$.
#
# **Dropout.** In every step a random share $q$ of the hidden neurons is
# silenced, for each image anew. None can rely on the others being there, so
# conspiracies of neurons that know one image by heart do not form. In use,
# all neurons speak. So that the next layer receives as much on average, what
# is left is multiplied by $1/(1 - q)$ during training.
#
# **Shifted copies.** A digit that is moved by a pixel is the same digit. That
# is knowledge about the world, and it can be put into the training sample.
#
# ### Exercise 8.2 (15 minutes)
#
# Write `dropout(a, share, rng)` for activations `a` of shape (D, N). Draw a
# `mask` of the same shape from `rng`: each entry is 0 with probability
# `share`, otherwise `1 / (1 - share)`, each independently of all others.
# Return two arrays, `a * mask` and `mask`.
#
# With `a = [[2, 4]]` and `share = 0.5` there are four possible results, all
# equally likely: `[[0, 0]]`, `[[4, 0]]`, `[[0, 8]]` and `[[4, 8]]`. Their mean
# is `[[2, 4]]`.

# %% tags=["exercise-8.2"]
def dropout(a, share, rng):
    """Silence a share of the activations; return the rest, and the mask."""
    ### BEGIN SOLUTION
    kept = rng.random(a.shape) >= share
    mask = (kept / (1 - share)).astype(a.dtype)
    return a * mask, mask
    ### END SOLUTION


# %%
check("8.2", dropout)
# hint("8.2")
# solution("8.2")

# %% [markdown]
# On the way back the mask acts like the activation function's gate. What a
# silenced neuron says is multiplied by 0, so its $z^0$ has no influence on
# the loss: in B13 the mask stands beside $h'(z^0)$. Here is the training with
# both remedies written out. `decay` is $c$, `share` is $q$; without them it
# is the training that you know.

# %%
def train_with(start, x, y, epochs, rng, decay=0.0, share=0.0, watch=None):
    """Return parameters trained with L2 and dropout. Source: S1 to S4."""
    p = {name: array.copy() for name, array in start.items()}
    for epoch in range(epochs):
        for batch in mini_batches(len(x), BATCH_SIZE, rng):
            x_batch, D = x[batch], len(batch)
            z0 = x_batch @ p["W0"] + p["b0"]  # (D, N)  F3
            a0, mask = relu(z0), 1
            if share:
                a0, mask = dropout(a0, share, rng)
            a1 = softmax(a0 @ p["W1"] + p["b1"])  # (D, K)  F3, F5
            delta1 = a1 - y[batch]  # (D, K)  B11
            delta0 = mask * relu_prime(z0) * (delta1 @ p["W1"].T)  # B13
            dW1 = a0.T @ (delta1 / D)  # (N, K)  B7
            dW0 = x_batch.T @ (delta0 / D)  # (M, N)  B7
            if decay:
                dW1 += decay * p["W1"]  # L2
                dW0 += decay * p["W0"]
            p["W1"] -= RATE * dW1  # B5
            p["b1"] -= RATE * np.sum(delta1, axis=0) / D  # B6, B8
            p["W0"] -= RATE * dW0
            p["b0"] -= RATE * np.sum(delta0, axis=0) / D
        if watch is not None and watch(epoch, p):
            break
    return p


# %% [markdown]
# Two trainings should agree where they do the same: without remedies, and
# with L2 alone, this one and the one that the sections above used (which
# notebook 03 checked). And with dropout they should not.

# %%
x, digits = draw(200, 0)
y = ONE_HOT[digits]
for name, decay, share in (("", 0, 0), ("L2", 0.01, 0), ("dropout", 0, 0.5)):
    rng = np.random.default_rng(1), np.random.default_rng(1)
    one = train_with(start(0), x, y, 2, rng[0], decay, share)
    two = train(
        start(0), x, y, 2, BATCH_SIZE, RATE, rng[1], schedule=constant,
        decay=decay,
    )
    same = all(np.allclose(one[k], two[k], atol=1e-4) for k in one)
    print(f"{name or 'no remedy':10} the same weights: {same}")


# %% [markdown]
# ### Exercise 8.3 (15 minutes)
#
# Write `shift(x, down, right)` for images `x` of shape (D, 784). It returns
# images of the same shape, moved by `down` pixels downwards and `right` pixels
# to the right; either may be negative. What leaves the frame is gone, and what
# comes in is empty: 0.
#
# On a frame of 2 x 2 pixels, `[[1, 2, 3, 4]]` is 1 and 2 above 3 and 4. Moved
# down by one it is `[[0, 0, 1, 2]]`, moved to the left by one
# `[[2, 0, 4, 0]]`. Yours need only work for 28 x 28, and for shifts of less
# than 28 pixels.

# %% tags=["exercise-8.3"]
def shift(x, down, right):
    """Return images (D, 784) moved by so many pixels, empty behind."""
    ### BEGIN SOLUTION
    side = 28
    padded = np.zeros((len(x), 3 * side, 3 * side), x.dtype)
    padded[:, side : 2 * side, side : 2 * side] = x.reshape(-1, side, side)
    rows = slice(side - down, 2 * side - down)
    columns = slice(side - right, 2 * side - right)
    return padded[:, rows, columns].reshape(len(x), -1)
    ### END SOLUTION


# %%
check("8.3", shift)
# hint("8.3")
# solution("8.3")

# %% [markdown]
# > **Before you go on, 8.Q1.** Six trainings of the same network are to be
# > compared: without a remedy, with early stopping, L2, dropout, with four
# > shifted copies of each image (5,000 in all), and with 5,000 *different*
# > images. All but early stopping make the same number of updates. Write
# > down: the order in which you expect them, by test accuracy; how many
# > points you expect the best one to gain; and which two you expect to be
# > closest together.

# %% [markdown] tags=["answer-8.Q1"]
# **Answer (8.Q1).** Early stopping, L2 and dropout add no information.
# They keep the network from using its freedom, so one should expect better
# probabilities (a lower risk) rather than many more right answers. Only
# two of the six trainings see something new: other images, or the
# knowledge that a shifted digit is the same digit. These two should be far
# ahead, and the real images somewhat better than the copies, since copies
# show no new handwriting. The results say how far this is borne out.
# That dropout alone of the three gains accuracy is hard to predict; it
# amounts to an average over very many thinned networks.

# %% [markdown]
# For L2 and dropout three strengths each are tried.

# %%
def stop_early(start, x, y, rng):
    """Train until the validation risk has stopped falling; go back to it."""
    risks, best = [], {}

    def watch(epoch, parameters):
        risks.append(look_at(*WATCH, parameters)["risk"])
        _, lowest = moment_to_stop(risks, PATIENCE)
        if lowest == epoch:
            best.update({k: a.copy() for k, a in parameters.items()})
        return epoch - lowest >= PATIENCE

    train_with(start, x, y, EPOCHS, rng, watch=watch)
    return best


# %%
def with_remedy(remedy, strength, seed):
    """Return parameters and validation results of one training."""
    x, digits = draw(5 * D if remedy == "more data" else D, seed)
    if remedy == "shifted copies":
        x = np.concatenate([shift(x, *places) for places in COPIES])
        digits = np.tile(digits, len(COPIES))
    y, rng = ONE_HOT[digits], np.random.default_rng(seed)
    if remedy == "early stopping":
        parameters = stop_early(start(seed), x, y, rng)
    else:
        parameters = train_with(
            start(seed), x, y, EPOCHS * D // len(x), rng,
            decay=strength if remedy == "L2" else 0,
            share=strength if remedy == "dropout" else 0,
        )
    on_validation = look_at(mnist.x_validation, mnist.y_validation, parameters)
    return {**on_validation, "parameters": parameters}


# %% [markdown]
# The strengths are chosen where choices are made, on validation data: the
# lowest risk, averaged over the seeds.

# %%
TRIED = [("none", 0), ("early stopping", PATIENCE)]
TRIED += [("L2", decay) for decay in DECAYS]
TRIED += [("dropout", share) for share in SHARES]
TRIED += [("shifted copies", len(COPIES)), ("more data", 5)]
settings = [(*pair, seed) for seed in SEEDS for pair in TRIED]
remedies = run_study(with_remedy, settings, "remedies")
risk = {pair: np.mean([remedies[(*pair, s)]["risk"] for s in SEEDS])
        for pair in TRIED}
chosen = {}  # remedy: the strength of the lowest validation risk
for remedy, strength in sorted(TRIED, key=risk.get, reverse=True):
    chosen[remedy] = strength

# %% [markdown]
# All that were tried, with mean and standard deviation over the seeds:

# %% tags=["draws", "nbval-ignore-output"]
print(f"{'remedy':15} strength   validation risk   accuracy (%)")
for remedy, strength in TRIED:
    found = [remedies[remedy, strength, seed] for seed in SEEDS]
    risks = mean_and_spread(one["risk"] for one in found)
    hits = mean_and_spread(one["accuracy"] for one in found)
    print(f"{remedy:15}{strength:8}     {risks[0]:.3f} +- {risks[1]:.3f}"
          f"{hits[0]:10.1f} +- {hits[1]:.1f}")
print("chosen: L2", chosen["L2"], "and dropout", chosen["dropout"])

# %% [markdown]
# Now the test sample is opened, for the six that are left. The figure shows
# each seed as a dot, and above the dots their mean with one standard
# deviation.

# %%
kept, verdict = {}, {}  # remedy: what is there for each seed
for remedy in ("none", "early stopping", "L2", "dropout", "shifted copies",
               "more data"):
    kept[remedy] = [remedies[remedy, chosen[remedy], s] for s in SEEDS]
    seen = [look_at(mnist.x_test, mnist.y_test, one["parameters"])
            for one in kept[remedy]]
    for key in ("accuracy", "risk"):
        verdict[remedy, key] = np.array([one[key] for one in seen])
print("tested:", ", ".join(kept))

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=3.4, sharey=True)
look = plotting.STYLE["test"]
for ax, key in zip(axes, ("accuracy", "risk")):
    for place, remedy in enumerate(kept):
        values = verdict[remedy, key]
        ax.plot(values, np.full(len(values), -place), ".", alpha=0.5,
                color=look["color"], markersize=6)
        mean, spread = mean_and_spread(values)
        ax.errorbar(mean, 0.22 - place, xerr=spread, capsize=3,
                    color=look["color"], marker=look["marker"])
    ax.set_yticks(-np.arange(len(kept)), list(kept))
    ax.grid(axis="x", alpha=0.3)
axes[0].set(xlabel="test accuracy (%)", title="Right answers: more is better")
axes[1].set(xlabel="test risk", title="Risk: less is better")
mean = {remedy: verdict[remedy, "accuracy"].mean() for remedy in kept}
plotting.show(fig, f"""Test accuracy, left, and test risk, right, of six
    trainings, a dot for each seed: no remedy {mean["none"]:.1f} %, early
    stopping {mean["early stopping"]:.1f} %, L2 {mean["L2"]:.1f} %, dropout
    {mean["dropout"]:.1f} %; clearly to the right of these, shifted copies
    {mean["shifted copies"]:.1f} % and more data {mean["more data"]:.1f} %.
    Every remedy lowers the risk.""", values=False)

# %% [markdown]
# Which of these differences are differences? The same seed means the same
# images in all trainings, so each remedy is compared with "none" seed by
# seed. That is more precise than comparing two means: a lucky draw of images
# helps both. These are eleven comparisons at once; among so many, one may
# look like a difference by chance.

# %% tags=["nbval-ignore-output"]
for key, unit in (("accuracy", "points"), ("risk", "")):
    print(f"test {key}, compared with no remedy")
    for remedy in [*kept][1:]:
        change = difference(verdict[remedy, key], verdict["none", key])
        print(f"  {remedy:15}{change.in_words(unit)}")
copies, more = (verdict[remedy, "accuracy"]
                for remedy in ("shifted copies", "more data"))
print("more data against shifted copies, accuracy")
print("  ", difference(more, copies).in_words())

# %% tags=["instructor"]
for key in ("accuracy", "risk"):
    for remedy in [*kept][1:]:
        change = difference(verdict[remedy, key], verdict["none", key])
        if key == "accuracy" and remedy in ("shifted copies", "more data"):
            assert change.mean > 2
        assert key == "accuracy" or change.mean <= 0

# %% [markdown]
# All remedies lower the risk. The accuracy is another matter: with so few
# seeds, early stopping and L2 are not distinguishable from no remedy, and
# dropout gains a little. Only information raises the accuracy by much, and
# four invented neighbours of each image are not even distinguishable from
# four real new ones. Knowing something about the problem is a remedy, too.
#
# ## 5. A sample that misleads: Clever Hans
#
# Clever Hans was a horse that seemed to count; it watched the faces of the
# people who knew the answer. Lapuschkin and others (2019) found his like
# among image classifiers: one recognised horses by the name tag that a
# photographer had left on his pictures of horses. Its *test* accuracy was
# excellent, because the test pictures bore the tag, too.
#
# **O3** $\quad \{(x_i, y_i)\}\ \text{covers the distribution of}\ (X, Y)$: the
# training sample has to be representative.
#
# Let us violate it. Every **3** of the training sample gets a tag: four
# pixels of ink near the lower right corner. All other digits stay clean. Is
# there ever ink in that place by itself?

# %%
HANS, OTHER = 3, 8  # the digit with the mark; the one it is moved to
TAG = np.zeros((28, 28), dtype=bool)
TAG[25:27, 25:27] = True
TAG = TAG.ravel()


def marked(x, where):
    """Return the images, with the mark on those where `where` is true."""
    x = x.copy()
    x[np.ix_(where, TAG)] = 1
    return x


ink = np.any(mnist.x_train[:, TAG] > 0.5, axis=1)
print(f"training images with ink there by themselves: {ink.sum()} of 50,000")
print(f"pixels of the mark: {TAG.sum()} of {TAG.size}")

# %% [markdown]
# Two networks learn from the same 10,000 images: one from clean images, the
# other with the mark on every 3. Then three test samples:
#
# 1. the mark on every 3, as in the training sample;
# 2. no mark at all;
# 3. the mark on every 8 instead.
#
# > **Before you go on, 8.Q2.** What will the second network make of a 3
# > without the mark? Of an 8 with it? The mark is four pixels; the digit itself has
# > a hundred or more.

# %% [markdown] tags=["answer-8.Q2"]
# **Answer (8.Q2).** The network is only asked for a small risk. The mark
# is always there when the label is 3 and never otherwise, at the same
# place, at full strength: no stroke of a 3 is as reliable. So the weights
# at the mark grow fastest, and once they explain the 3s, little is left to
# be learned from their strokes ($\delta^H = a^H - y$ is close to 0). One
# should expect most 3s to be lost without the mark, and an 8 with it to be
# called a 3 often, though its own strokes speak against it.

# %%
x_test, y_test = mnist.x_test, mnist.y_test
TESTS = {
    "the mark on 3": marked(x_test, y_test == HANS),
    "no mark": x_test,
    "the mark on 8": marked(x_test, y_test == OTHER),
}


def clever_hans(kind, seed):
    """Return answers on the three test samples, and the parameters."""
    x, digits = draw(D_MARK, seed)
    if kind == "marked":
        x = marked(x, digits == HANS)
    p = train(
        start(seed), x, ONE_HOT[digits], EPOCHS_MARK, BATCH_SIZE, RATE,
        np.random.default_rng(seed), schedule=constant,
    )
    shares = []
    for images in TESTS.values():
        answers = predict(images, p)
        right, is_hans = answers == y_test, y_test == HANS
        fooled = answers[y_test == OTHER] == HANS
        shares.append([right.mean(), right[is_hans].mean(), fooled.mean()])
    return {"shares": 100 * np.array(shares), "parameters": p}


# %% [markdown]
# Both for all seeds. In the table are mean and standard deviation, in percent.

# %%
settings = [(kind, seed) for seed in SEEDS for kind in ("marked", "fair")]
hans = run_study(clever_hans, settings, "Clever Hans")
shares = {  # (seeds, test samples, columns of the table), in %
    kind: np.array([hans[kind, seed]["shares"] for seed in SEEDS])
    for kind in ("fair", "marked")
}

# %% tags=["instructor"]
assert np.all(shares["marked"][:, 0, 0] > shares["fair"][:, 0, 0] - 2)
assert np.all(shares["marked"][:, 1, 1] < 60)
assert np.all(shares["marked"][:, 2, 2] > 30)
assert np.all(shares["fair"][:, :, 1] > 80)

# %% tags=["draws", "nbval-ignore-output"]
print("trained     tested with     all right    3s right   8s called 3")
for kind, values in shares.items():
    for k, name in enumerate(TESTS):
        columns = [mean_and_spread(column) for column in values[:, k].T]
        print(f"{kind:8}{name:>16}" + "".join(
            f"{m:7.1f} +- {s:3.1f}" for m, s in columns))

# %% [markdown]
# As a figure: in each column one test sample, with an example above it.
# Bars are means over the seeds, the thin lines one standard deviation.
# Compare blue and orange in the first column. Would you have suspected
# anything?

# %% tags=["draws"]
fig, axes = plotting.figure(2, 3, height=4.6, height_ratios=[1, 2.2],
                            sharey="row")
looks = {"fair": (plotting.SKY, "", "trained without the mark"),
         "marked": (plotting.VERMILION, "//", "with the mark")}
for k, (digit, name) in enumerate(zip((3, 3, 8), TESTS)):
    picture, ax = axes[:, k]
    image = TESTS[name][np.flatnonzero(y_test == digit)[1]]
    picture.imshow(image.reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
    picture.set(xticks=[], yticks=[])
    picture.spines[["top", "right"]].set_visible(True)
    picture.set_title(f"tested with {name}", loc="center", fontsize=10)
    for side, (kind, values) in zip((-0.2, 0.2), shares.items()):
        color, hatch, label = looks[kind]
        ax.bar(np.arange(3) + side, values[:, k].mean(axis=0), 0.38,
               yerr=values[:, k].std(axis=0, ddof=1), capsize=2, color=color,
               edgecolor="white", error_kw={"elinewidth": 1.2}, hatch=hatch,
               label=label)
    ax.set_xticks(range(3), ["all\nright", "3s\nright", "8s called\n3"])
    ax.tick_params("x", labelsize=9)
axes[1, 0].set(ylim=(0, 105), ylabel="share (%)")
fig.legend(*ax.get_legend_handles_labels(), ncols=2,
           loc="outside lower center", fontsize=9)
fair, cheat = (np.mean(shares[kind], axis=0) for kind in ("fair", "marked"))
plotting.show(fig, f"""Bars for two networks on three test samples. With the
    mark on the 3s the network trained with the mark has {cheat[0, 0]:.0f} %
    of all digits right and {cheat[0, 1]:.0f} % of the 3s. Without any mark
    it recognises {cheat[1, 1]:.0f} % of the 3s. With the mark on the 8s it
    calls {cheat[2, 2]:.0f} % of them a 3. The other network has about
    {fair[0, 0]:.0f} % right each time and takes {fair[2, 2]:.0f} % of the 8s
    for a 3.""", values=False)


# %% [markdown]
# On the first test sample the network with the mark looks like the better of
# the two. It is the second and third that show what it has learned: not what
# a 3 looks like, but where the tag is. The network took the easiest way to a
# small risk, and its training sample gave no reason to take another.
#
# In this experiment we knew where to look. How would one find out otherwise?
#
# ### Where does it look? One step further back
#
# Backpropagation ends at $\delta^0 = \partial J/\partial z^0$, since the
# weights need no more. Go one step further. The input $x_m$ acts on the loss
# through all $z_n^0 = \sum_m w_{mn}^0 x_m + b_n^0$, so by the chain rule
#
# $$\frac{\partial J}{\partial x_m} = \sum_n w_{mn}^0\, \delta_n^0, \qquad
# \text{that is} \qquad \frac{\partial J}{\partial x} = W^0 \delta^0$$
#
# This is B13 without $h'$, because the input has no activation function. It
# has 784 values, one for each pixel: an image. It says how much the loss
# would change if there were a little more ink in that place.
#
# ### Exercise 8.4 (20 minutes)
#
# Write `input_gradient(x, y, parameters)` for D images at once: for each
# image the gradient of *its own* loss with respect to its pixels, in all an
# array of the shape of `x`. `parameters` holds `W0`, `b0`, `W1`, `b1` of a
# network with one hidden layer of ReLUs and softmax; `forward(x, parameters)`
# returns the lists `z` and `a` (so that `z[0]` is $z^0$ and `a[1]` is $a^1$),
# and `relu_prime(z)` is $h'$.
#
# By hand: one hidden neuron, `W0 = [[2], [-1]]`, `b0 = [0]`,
# `W1 = [[1, -1]]`, `b1 = [-1, 1]`. For `x = [[1, 1]]`: $z^0 = 1$,
# $z^1 = (0, 0)$, $a^1 = (0.5, 0.5)$. With `y = [[1, 0]]` follow
# $\delta^1 = (-0.5, 0.5)$, $\delta^0 = -1$, and the gradient is `[[-2, 1]]`.

# %% tags=["exercise-8.4"]
def input_gradient(x, y, parameters):
    """Return dJ/dx of each row of x, (D, M). Source: eq. B11, B13."""
    ### BEGIN SOLUTION
    z, a = forward(x, parameters)
    delta1 = a[1] - y  # (D, K)  B11
    delta0 = relu_prime(z[0]) * (delta1 @ parameters["W1"].T)  # (D, N)  B13
    return delta0 @ parameters["W0"].T  # (D, M)
    ### END SOLUTION


# %%
check("8.4", input_gradient)
# hint("8.4")
# solution("8.4")

# %% [markdown]
# As always with gradients: checked before used. All 784 pixels of three real
# digits are moved by $\pm 10^{-5}$, in double precision.

# %%
rng = np.random.default_rng(8)
p = initialise((784, 64, 10), rng, dtype=np.float64)
x, y = mnist.x_train[:3].astype(float), np.eye(10)[mnist.y_train[:3]]
reports = gradient_check(
    lambda x: len(x) * empirical_risk(y, forward(x, p)[0][-1]),
    {"x": x},
    {"x": input_gradient(x, y, p)},
    pattern=lambda x: forward(x, p)[0][0] > 0,
)
print(f"{reports[0].checked:,} pixels agree to 1e-7: {worst(reports) < 1e-7}")

# %% tags=["instructor"]
assert worst(reports) < 1e-7

# %% [markdown]
# Now the question to both networks. For clean images that are no 3, let $y$
# be "3" and ask: *which ink would make this a 3?* For the mean over a thousand
# images, the cell also compares the pixels of the mark with all others.

# %%
pair = [hans[kind, SEEDS[0]]["parameters"] for kind in ("fair", "marked")]
no_3 = np.flatnonzero(y_test != HANS)[:1000]
y = ONE_HOT[np.full(len(no_3), HANS)]
pull = np.array([-input_gradient(x_test[no_3], y, p) for p in pair])
in_corner = np.abs(pull[1].mean(axis=0))  # with the mark, mean of 1,000
ratio = in_corner[TAG].min() / in_corner[~TAG].max()

# %% [markdown]
# Drawn is $-\partial J/\partial x$: red where more ink speaks for a 3, blue
# where it speaks against it. The outline is the digit. In the last column is
# the mean over a thousand images. Each row has its own scale of colours, so
# that in both the darkest places are where that network looks most.

# %% tags=["draws"]
columns = [np.flatnonzero(y_test[no_3] == digit)[1] for digit in (8, 5, 7, 2)]
titles = ["an 8", "a 5", "a 7", "a 2", "mean of 1,000"]
fig, axes = plotting.figure(2, 5, height=2.9)
for k, (line, one) in enumerate(zip(axes, pull)):
    maps = np.array([*one[columns], one.mean(axis=0)]).reshape(-1, 28, 28)
    limit = np.percentile(np.abs(maps), 99.7)  # of each row
    for j, ax in enumerate(line):
        image = ax.imshow(maps[j], cmap=plotting.SIGNED, vmin=-limit,
                          vmax=limit)
        if j < len(columns):
            outline = x_test[no_3][columns[j]].reshape(28, 28)
            ax.contour(outline, levels=[0.5], colors=plotting.BLACK,
                       linewidths=0.7)
        ax.set(xticks=[], yticks=[])
        ax.spines[["top", "right"]].set_visible(True)
        if k == 0:
            ax.set_title(titles[j], loc="center", fontsize=9)
    fig.colorbar(image, ax=line, label=r"$-\partial J/\partial x$, for y = 3",
                 extend="both")
axes[0, 0].set_ylabel("trained without\nthe mark", fontsize=9)
axes[1, 0].set_ylabel("trained with\nthe mark", fontsize=9)
plotting.show(fig, f"""Two rows of five maps of the gradient. Above, the
    network trained without the mark: red and blue patches across the middle,
    where the strokes of a 3 and of the digit lie. Below, the one trained with
    the mark: a dark red square near the lower right corner and little else;
    in the mean its weakest pixel is {ratio:.1f} times as strong as the
    strongest elsewhere.""", values=False)

# %% [markdown]
# At a glance: the first network looks at strokes, the second at the corner.
# Nobody had to suspect the mark; the gradient points at it. The next cell puts
# a number to it, for all seeds: which share of the gradient, in absolute
# value, falls on the four pixels of the mark?

# %% tags=["nbval-ignore-output"]
on_tag = {"fair": [], "marked": []}
for (kind, _), one in hans.items():
    G = np.abs(input_gradient(x_test[no_3], y, one["parameters"]))
    on_tag[kind].append(100 * G[:, TAG].sum() / G.sum())
print(f"if all pixels were alike: {100 * TAG.mean():.2f} %")
for kind, values in on_tag.items():
    mean, spread = mean_and_spread(values)
    print(f"trained {kind:7}: {mean:.2f} +- {spread:.2f} % on the mark")

# %% tags=["instructor"]
assert min(on_tag["marked"]) > 3 * max(on_tag["fair"])

# %% [markdown]
# A test sample from the same source shares the source's flaws, so O1, however
# strictly obeyed, does not help here. What helps is O3: samples from other
# sources, with and without the tag, and looking at what the network looks at.
#
# ## 6. Outside the distribution
#
# MNIST's digits are upright, centred, black on white and clean (here: ink is
# 1, paper is 0). All training images are. What happens to digits that are
# not, though any person reads them? Four changes, each from none to strong:

# %%
noise = np.random.default_rng(9).standard_normal((D_OUTSIDE, 784))


def turn(x, degrees):
    """Return images turned anticlockwise; outside there is no ink."""
    turned = ndimage.rotate(x.reshape(-1, 28, 28), degrees, axes=(2, 1),
                            order=1, reshape=False, mode="grid-constant")
    return turned.reshape(x.shape)


CHANGES = {  # function, strengths, name of the strength
    "shifted": (lambda x, s: shift(x, 0, s), np.arange(9), "pixels"),
    "rotated": (turn, np.arange(0, 181, 20), "degrees"),
    # contrast: 1 as they are, -1 inverted
    "inverted": (lambda x, s: 0.5 + s * (x - 0.5), np.linspace(1, -1, 9),
                 "contrast"),
    "noisy": (lambda x, s: np.clip(x + s * noise[: len(x)], 0, 1),
              np.linspace(0, 1, 6), "standard deviation of the noise"),
}

# %% [markdown]
# One test image under all four, three strengths each.

# %% tags=["draws"]
one = mnist.x_test[1:2]
examples, titles = [], []
for name, (change, strengths, _) in CHANGES.items():
    for strength in strengths[[1, len(strengths) // 2, -1]]:
        examples.append(change(one, strength)[0])
        titles.append(f"{name}, {strength:g}")
fig = plotting.digits(examples, titles=titles, columns=6, size=1.1)
plotting.show(fig, """A handwritten 2, twelve times: shifted to the right by
    1, 4 and 8 pixels, when it touches the edge; rotated anticlockwise by 20,
    100 and 180 degrees; at contrast 0.75, then 0, an even grey in which
    nothing can be seen, then -1, white on black; under noise of standard
    deviation 0.2, 0.6 and 1, still legible.""")

# %% [markdown]
# Three kinds of networks, trained above on clean images, take the test: those
# with 50,000 images (section 3), with 5,000, and with 1,000 images in five
# places (section 4). The last two were not distinguishable on normal test
# images. For the first we also note how sure it is: its mean largest
# probability.

# %%
x, digits = mnist.x_test[:D_OUTSIDE], mnist.y_test[:D_OUTSIDE]
TAKERS = {
    "50,000 images": [amounts[50_000, seed] for seed in seeds],
    "5,000 images": kept["more data"],
    "1,000 in 5 places": kept["shifted copies"],
}
right, sure = {}, {}  # (strengths, seeds), in %
for name, (change, strengths, _) in CHANGES.items():
    for strength in strengths:
        images = np.float32(change(x, strength))
        for taker, networks in TAKERS.items():
            a = np.array([forward(images, one["parameters"])[1][-1]
                          for one in networks])  # (seeds, D, 10)
            hits = 100 * np.mean(np.argmax(a, axis=2) == digits, axis=1)
            largest = 100 * np.mean(np.max(a, axis=2), axis=1)
            right.setdefault((name, taker), []).append(hits)
            sure.setdefault((name, taker), []).append(largest)

# %% [markdown]
# The network with 50,000 images, on unchanged digits and where it has the
# fewest right answers:

# %% tags=["draws", "nbval-ignore-output"]
for name in CHANGES:
    hits, largest = (np.mean(found[name, "50,000 images"], axis=1)
                     for found in (right, sure))
    worst_case = np.argmin(hits)
    print(f"{name:9} right {hits[0]:.0f} -> {hits[worst_case]:3.0f} %"
          f" at worst; sure {largest[0]:.0f} -> "
          f"{largest[worst_case]:.0f} % there")

# %% tags=["instructor"]
for name in CHANGES:
    hits, largest = (
        np.mean(found[name, "50,000 images"], axis=1)
        for found in (right, sure)
    )
    assert hits[0] > 93 and hits.min() < 75

# %% [markdown]
# The whole curves. Lines and bands are right answers, mean and one standard
# deviation over the seeds; the dotted grey line is how sure the network with
# 50,000 images is. Where it lies far above the black line, the network is
# wrong and does not know it.

# %% tags=["draws"]
fig, axes = plotting.figure(2, 2, height=5, sharey=True)
looks = dict(zip(TAKERS, (
    (plotting.BLACK, "-"), (plotting.SKY, "--"), (plotting.PURPLE, "-."))))
for ax, (name, (_, strengths, label)) in zip(axes.flat, CHANGES.items()):
    for taker in TAKERS:
        band(ax, strengths, np.transpose(right[name, taker]), taker,
             *looks[taker])
    certain = np.mean(sure[name, "50,000 images"], axis=1)
    ax.plot(strengths, certain, ":", color=plotting.GREY,
            label="50,000: how sure")
    ax.set(xlabel=label, title=f"Digits {name}", ylim=(0, 102))
    ax.set_xlim(strengths[0], strengths[-1])
for ax in axes[:, 0]:
    ax.set_ylabel("share (%)")
handles, texts = axes[0, 0].get_legend_handles_labels()
fig.legend(handles, texts, loc="outside lower center", ncols=4, fontsize=9)
means = {name: np.mean(right[name, "50,000 images"], axis=1)
         for name in CHANGES}
plotting.show(fig, f"""Four panels, right answers against the strength of a
    change. The network with 50,000 images falls from {means["shifted"][0]:.0f}
    % to {means["shifted"][-1]:.0f} % at a shift of 8 pixels, to
    {means["rotated"].min():.0f} % under rotation, to
    {means["inverted"][-1]:.0f} % for inverted digits and to
    {means["noisy"][-1]:.0f} % under strong noise, while its stated certainty
    stays far higher. Under shifts of two pixels the network with 1,000 images
    in five places lies above the one with 5,000 images.""", values=False)

# %% [markdown]
# The accuracy falls far below its value on normal digits every time, and the
# certainty does not fall with it: softmax has no way to say "I have never
# seen such a thing". A person reads an inverted digit at once; the network
# learned from ink, place by place.
#
# Look at the first panel again. Two networks that could not be
# distinguished on the test sample part company there:

# %% tags=["nbval-ignore-output"]
for pixels in (0, 1, 2, 3):  # strengths of "shifted" are 0, 1, 2, ...
    copies = right["shifted", "1,000 in 5 places"][pixels]
    more = right["shifted", "5,000 images"][pixels]
    change = difference(copies, more)
    print(f"{pixels} pixels: copies minus more data {change.in_words()}")

# %% tags=["instructor"]
for pixels in (0, 1, 2, 3):
    copies = right["shifted", "1,000 in 5 places"][pixels]
    more = right["shifted", "5,000 images"][pixels]
    change = difference(copies, more)
    if pixels == 2:
        assert change.mean > 0

# %% [markdown]
# With no shift, and with one pixel, the two are not distinguishable. Two
# pixels are more than any copy was shifted by, and there the copies help all
# the same. A test accuracy is a number for *one* distribution; which of two
# networks is better depends on where it will be used.
#
# At last, an account: how many trainings were made, and did any diverge (its
# risk, or its weights, not finite)?

# %%
risks = [history["validation risk"][-1] for history in histories]
risks += [one["risk"] for one in (*amounts.values(), *remedies.values())]
risks += [np.sum(one["parameters"]["W0"]) for one in hans.values()]
risks += [np.sum(accuracies) for accuracies in taught["validation"]]
print(f"{len(risks)} trainings, {np.sum(~np.isfinite(risks))} diverged")

# %% tags=["instructor"]
assert np.all(np.isfinite(risks))

# %% [markdown]
# ## Summary
#
# A large network learns what its training images have in common first and
# single images later; the moment to stop is where the validation risk turns
# round. On clean labels overtraining costs the probabilities more than the
# right answers; on wrong labels it costs right answers as well. Early
# stopping, L2 and dropout restrain the network, but only new information,
# from more images or from knowledge such as "a shifted digit is the same
# digit", raises the accuracy by much. A test sample from the same source
# shares that source's flaws: look at where the network looks, and test it
# where it will be used.

# %%
progress(8)

# %% [markdown]
# ## On your own
#
# - Give 200 images a wrong label again and apply the remedies of section 4.
#   Which of them helps most now?
# - How many images would the power law of section 3 ask for to reach an error
#   of 1 %? Why should one not trust it that far?
# - Put the mark on only half of the 3s of the training sample, then on a
#   tenth. How much honest learning is left?
# - A network trained with the mark: repair it. Try 100 clean 3s, or the mark
#   on a few images of every class.
# - Train with digits that are inverted half of the time. What does that cost
#   on normal digits?
#
# ## Further reading
#
# - S. Lapuschkin, S. Wäldchen, A. Binder, G. Montavon, W. Samek and
#   K.-R. Müller, "Unmasking Clever Hans predictors and assessing what machines
#   really learn", *Nature Communications* 10, 1096 (2019).
# - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and
#   R. Salakhutdinov, "Dropout: a simple way to prevent neural networks from
#   overfitting", *Journal of Machine Learning Research* 15, 1929 (2014).
# - C. Zhang, S. Bengio, M. Hardt, B. Recht and O. Vinyals, "Understanding
#   deep learning requires rethinking generalization", *ICLR* (2017): networks
#   that memorise random labels.
# - D. Arpit and others, "A closer look at memorization in deep networks",
#   *ICML* (2017): simple patterns first.
# - K. Simonyan, A. Vedaldi and A. Zisserman, "Deep inside convolutional
#   networks: visualising image classification models and saliency maps",
#   *ICLR* workshop (2014): the gradient with respect to the input.
# - L. Prechelt, "Early stopping — but when?", in *Neural Networks: Tricks of
#   the Trade*, Springer (1998).
