# %% [markdown]
# # 05 — What does a dedicated library change?
#
# **What you will do.** Build, train, use and save networks with Keras, for the
# digits of notebook 04 and for a table with names, units and gaps. Train a
# network with two hidden layers that classifies at least 98.4 % of the test
# images correctly. Compare the library with your own functions.
#
# **What you will learn.** The six steps of a Keras program; how to prepare a
# table; how to recognise faults in learning curves; when to stop a training;
# how to keep a network together with its preprocessing.
#
# **What you need.** Notebook 04, and TensorFlow, which has packages for Python
# 3.9 to 3.13, but not for Macs with Intel processors and Windows on Arm. In
# the lecture this is the second half of the hands-on session.
#
# *Part of the course: networks. To run: at most 75 seconds on two processors.
# To study: 60 minutes, with everything 95. (The seconds are for everything.)*

# %%
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn.datasets import load_wine
from threadpoolctl import threadpool_limits

from exercises import check, guess, hint, progress, reveal, solution
from helpers import plotting
from helpers.data import load_mnist
from helpers.evidence import difference
from helpers.layers import backward, empirical_risk, forward, initialise
from helpers.progress import progress_bar
from helpers.tensorflow_quietly import device_and_threads, import_tensorflow
from helpers.timing import keep_result, measure, prepare_meter

threadpool_limits(limits=1)
SEED, BATCH, EPOCHS = 5, 128, 5
meter_problem = prepare_meter()
import_tensorflow(threads=1)  # without start-up messages; one thread
import keras
import tensorflow as tf

# %% [markdown]
# TensorFlow computes; Keras, above it, describes networks. Your own programs
# need only the two import lines.

# %% tags=["nbval-ignore-output"]
tf.get_logger().setLevel("ERROR")  # no warnings: we make many models
print(f"TensorFlow {tf.__version__}, Keras {keras.__version__}")
print("computes on:", device_and_threads(tf))
print("graphics processors:", len(tf.config.list_physical_devices("GPU")))

# %% [markdown]
# ## A network in a dozen lines
#
# Six steps, for the network of notebook 04: data, model, `compile`, `fit`,
# `evaluate`, `predict`.
#
# **Data.** Arrays with one row for each sample. The labels stay whole numbers,
# 0 to 9; no one-hot vectors are needed.

# %%
mnist = load_mnist()
x, digits = mnist.x_train, mnist.y_train
x_val, digits_val = mnist.x_validation, mnist.y_validation
print("images", x.shape, x.dtype, "  labels", digits.shape, digits.dtype)

# %% [markdown]
# **Model.** A list of layers. `Input` says how long a row is; it is no layer
# of neurons. `Dense(N)` is a layer of $N$ neurons, $h(xW + b)$ (F3), and draws
# its own weights at random.

# %%
keras.utils.set_random_seed(SEED)
model = keras.Sequential([
    keras.Input((784,)),
    keras.layers.Dense(128, activation="relu"),
    keras.layers.Dense(10),
])

# %% [markdown]
# The last layer has no activation: it returns $z^1$, the *logits*. Softmax is
# left to the loss, which computes its logarithm without overflow. The summary
# shows at once a layer of the wrong size:

# %%
model.summary()

# %% [markdown]
# `None` stands for any number of rows.
#
# **Compile.** What to minimise, how, and what to report. SGD, *stochastic
# gradient descent*, is the descent on mini-batches of notebook 04. `Sparse`
# means that labels are whole numbers, `from_logits=True` that softmax is still
# to be applied.

# %%
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.125),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)

# %% [markdown]
# > **Note.** Two common messages. `target and output must have the same rank`:
# > the loss is `CategoricalCrossentropy`, which wants one-hot rows.
# > `learning_rate should be float`: write `1.0`, not `1`.
#
# > **Before you go on, 5.Q1.** Which percentage of the validation images will
# > be right after five epochs?

# %%
guess("5.Q1", 95)

# %% [markdown]
# **Fit.** This call is your loop over epochs and batches. `verbose=2` prints
# a line for each epoch.

# %% tags=["nbval-ignore-output"]
history = model.fit(
    x, digits, batch_size=BATCH, epochs=EPOCHS, verbose=2,
    validation_data=(x_val, digits_val),
)

# %% [markdown]
# Each line begins with the number of batches. A second call of `fit` goes on
# from the weights it finds: to begin again, run the cells of the model and of
# `compile` first. The object that `fit` returns has a dictionary, `history`:

# %%
curves = pd.DataFrame(history.history)
curves.index = range(1, len(curves) + 1)  # the epochs
curves.round(2)


# %% tags=["draws"]
def draw_history(history, axes):
    """Draw loss and accuracy (%) of a `history` on two axes."""
    for ax, key, scale in zip(axes, ("loss", "accuracy"), (1, 100)):
        named = {
            f"{sample} {key}": scale * np.array(history[prefix + key])
            for sample, prefix in (("training", ""), ("validation", "val_"))
        }
        plotting.learning_curves(named, ax, key, key)
    axes[0].set(ylabel="loss")
    axes[1].set(ylabel="accuracy (%)")


def show_history(history, titles, alt):
    """Show loss and accuracy of a `history` side by side."""
    fig, axes = plotting.figure(1, 2, height=2.7)
    draw_history(history, axes)
    for ax, title in zip(axes, titles):
        ax.set_title(title)
    plotting.show(fig, alt=alt, values=False)


def ends_in_words(history):
    """Return the first and the last values of a `history`, as words."""
    ends = pd.DataFrame(history).iloc[[0, -1]]
    return ", ".join(
        f"{name.replace('val_', 'validation ')} from {first:.2f} to {last:.2f}"
        for name, (first, last) in ends.items()
    )


# %% tags=["draws"]
change = curves.iloc[-1] - curves.iloc[0]
change[["accuracy", "val_accuracy"]] *= -1
show_history(
    curves,
    ("The loss falls on both samples", "The accuracy rises on both")
    if (change < 0).all() else ("Loss", "Accuracy"),
    "Two panels, loss and accuracy against the epoch, for the training and "
    f"the validation sample. Epochs 1 to {len(curves)}: "
    f"{ends_in_words(curves)}.",
)

# %% [markdown]
# > **Question 5.Q2 (1 minute).** In the first epoch the network is better on
# > the validation sample than on the training sample, which it learns from. How
# > can that be?

# %% [markdown] tags=["answer-5.Q2"]
# **Answer (5.Q2).** For two reasons. The two are not measured at the same
# moment: the training values are means over the epoch, while the weights
# change, and include the first batches, on which the network was still
# guessing; the validation values are measured after the epoch. And the
# samples differ: `model.evaluate(x, digits)`, called after the first epoch,
# gave 91.14 % on the training sample, where the log said 87.11 %, and 91.97 %
# on the validation sample. So of the 4.86 points 4.03 come from the moment,
# and 0.83 because the validation images are a little easier.

# %% [markdown]
# **Evaluate** measures loss and accuracy on other data.

# %%
val_loss, val_accuracy = model.evaluate(x_val, digits_val, verbose=0)
reveal("5.Q1", f"{100 * val_accuracy:.0f} %")

# %% [markdown]
# **Predict** returns the outputs, here the logits, for any number of rows. One
# image is a table with one row, (1, 784); a row alone, (784,), is refused.
# Softmax (F5) makes probabilities of logits.

# %%
number = 52  # which image
one = x_val[[number]]  # (1, 784)
z1 = model.predict(one, verbose=0)  # (1, 10)
a1 = np.array(keras.ops.softmax(z1))  # F5

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=2.2, width_ratios=(1, 3))
axes[0].imshow(one.reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
axes[0].axis("off")
axes[1].bar(range(10), 100 * a1[0], color=plotting.PURPLE)
axes[1].set(xlabel="digit", ylabel="probability (%)", xticks=range(10))
axes[1].set(ylim=(0, 105), title="What the network computes for this image")
likeliest = int(np.argmax(a1[0]))
plotting.show(
    fig,
    alt=f"A handwritten {digits_val[number]} and ten bars, the probabilities "
    f"of the digits 0 to 9. The highest bar, at {likeliest}, has "
    f"{100 * a1[0, likeliest]:.0f} percent.",
    values=False,
)


# %% [markdown]
# ### Exercise 5.1 (9 minutes)
#
# Now you. Write `train_network(x, labels, sizes, epochs)` for any number of
# hidden layers. `sizes` begins with the length of a row and ends with the
# number of classes: `[784, 64, 32, 10]` has two hidden layers with ReLU.
# Build the model, compile it with `keras.optimizers.Adam()`, a loss for whole
# labels and logits, and the metric `"accuracy"`. Fit it with `verbose=0`.
# Return the model and the dictionary `history.history`.

# %% tags=["exercise-5.1"]
def train_network(x, labels, sizes, epochs):
    """Return a trained model, and its history as a dictionary."""
    ### BEGIN SOLUTION
    stack = [keras.Input((sizes[0],))]
    for N in sizes[1:-1]:
        stack.append(keras.layers.Dense(N, activation="relu"))
    stack.append(keras.layers.Dense(sizes[-1]))
    model = keras.Sequential(stack)
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = model.fit(x, labels, epochs=epochs, verbose=0)
    return model, history.history
    ### END SOLUTION


# %%
check("5.1", train_network)
# hint("5.1")
# solution("5.1")

# %% [markdown]
# ### Exercise 5.2 (4 minutes)
#
# Write `read_prediction(model, row)`. The model returns logits; `row` is one
# sample, an array of shape (M,). Return two numbers: the most likely class, a
# whole number, and its probability, between 0 and 1. For logits
# $(0, \ln 3)$ they are 1 and 0.75.

# %% tags=["exercise-5.2"]
def read_prediction(model, row):
    """Return the most likely class of a row (M,), and its probability."""
    ### BEGIN SOLUTION
    z = model.predict(row[None, :], verbose=0)  # (1, K)
    a = np.array(keras.ops.softmax(z))[0]  # (K,)
    return int(np.argmax(a)), float(np.max(a))
    ### END SOLUTION


# %%
check("5.2", read_prediction)
# hint("5.2")
# solution("5.2")

# %% [markdown]
# ## A table of your own
#
# Most data are tables: columns with names and units, and gaps where a value is
# missing. (`pd.read_csv` reads one from a file.) scikit-learn brings a small
# one: 13 measurements of 178 Italian wines from three kinds of grape. It is
# complete, so we make gaps: each value is removed with a probability of 5 %.
#
# The labels are words. `fit` refuses words; labels of K
# classes must lie between 0 and K - 1. `pd.factorize` numbers them from 0 on,
# and `names[k]` is the word of class k. It makes -1 of a missing label: leave
# out such rows. (Words among the columns: see *a table with words*.)

# %%
wine = load_wine(as_frame=True)
rng = np.random.default_rng(SEED)
gaps = rng.random(wine.data.shape) < 0.05
table = wine.data.astype("float32").mask(gaps)  # NaN where a value is missing
labels = wine.target_names[wine.target]  # "class_0", ...
kind, names = pd.factorize(labels)  # 0, 1 or 2, and the words
table.describe().loc[["count", "mean", "std"]].T.round(2)

# %% [markdown]
# The units are mixed: alcohol is in per cent of the volume, proline in
# milligrams per litre, hue is a ratio. Proline varies by 300, hue by 0.2. The
# first weights are of similar size for all columns, so at the start proline
# decides nearly alone.
#
# The remedy is to *scale* each column: subtract its mean and divide by its
# standard deviation. Both are learned, like the weights, on the training
# sample. So we split first.

# %%
rows = np.random.default_rng(SEED).permutation(len(table))
train, val, test = np.split(rows, [100, 139])
x_wine = table.to_numpy()
print(len(train), len(val), len(test), "wines")

# %% [markdown]
# The scaling should be a part of the model: then its users need not know the
# means. This takes a second way to write a model: a layer is a function,
# applied to what comes before it. A model that only scales:

# %%
inputs = keras.Input((2,))
scaled = keras.layers.Normalization(mean=[10, 500], variance=[4, 100])(inputs)
scaler = keras.Model(inputs, scaled)
print(np.array(scaler(np.array([[12, 510], [10, 480]]))))


# %% [markdown]
# ### Exercise 5.3 (15 minutes)
#
# The heart of this notebook: `table_model(x_train, K)` receives training rows
# (D, M), with NaN for gaps, and returns a compiled model for K classes, not
# yet trained. The steps:
#
# 1. the mean and the variance of each column, without its gaps:
#    `np.nanmean` and `np.nanvar` with `axis=0`;
# 2. an input for rows of M values, and a `Normalization` layer;
# 3. `keras.ops.nan_to_num(...)`, applied like a layer: it replaces NaN by 0.
#    After scaling, 0 is the column's mean: a fair guess if the gaps are
#    random;
# 4. a `Dense` layer of 16 neurons with ReLU, and one of K neurons without;
# 5. compile with `keras.optimizers.Adam(0.01)`, a loss for whole labels and
#    logits, and the accuracy.
#
# The check also saves and loads the model, so use no `Lambda` layer:
# `load_model` refuses the Python code in it.

# %% tags=["exercise-5.3"]
def table_model(x_train, K):
    """Return a compiled model that takes rows as they are measured."""
    ### BEGIN SOLUTION
    mean = np.nanmean(x_train, axis=0)
    variance = np.nanvar(x_train, axis=0)
    inputs = keras.Input((x_train.shape[1],))
    a = keras.layers.Normalization(mean=mean, variance=variance)(inputs)
    a = keras.ops.nan_to_num(a)
    a = keras.layers.Dense(16, activation="relu")(a)
    model = keras.Model(inputs, keras.layers.Dense(K)(a))
    model.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
    ### END SOLUTION


# %%
check("5.3", table_model)
# hint("5.3")
# solution("5.3")

# %% [markdown]
# What is scaling worth? Your function also makes the same model without it:
# the columns of `neutral` have the mean 0 and the variance 1, so
# `Normalization` changes nothing. The gaps are filled beforehand.

# %%
neutral = np.array([[-1.0] * 13, [1.0] * 13])
filled = np.where(np.isnan(x_wine), np.nanmean(x_wine[train], axis=0), x_wine)

# %% [markdown]
# > **Before you go on, 5.Q3.** Scaled, all or nearly all of the 100 training
# > wines will be right after 40 epochs. Which percentage unscaled?

# %%
guess("5.Q3", 60)

# %% [markdown]
# Each seed draws other starting weights:

# %%
TABLE_EPOCHS, SEEDS = 40, (1, 2, 3)


def train_wines(learned, data, seed):
    """Return a model for wines, and the history of its training."""
    keras.utils.set_random_seed(seed)
    model = table_model(learned, 3)
    history = model.fit(
        data[train], kind[train], epochs=TABLE_EPOCHS, verbose=0,
        validation_data=(data[val], kind[val]),
    )
    return model, history.history


# %%
ways = {"unscaled": (neutral, filled), "scaled": (x_wine[train], x_wine)}
trained = {
    name: [train_wines(*way, seed) for seed in progress_bar(SEEDS, name)]
    for name, way in ways.items()
}
wine_model = trained["scaled"][-1][0]

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=2.8)
for name, color, line in (("scaled", plotting.BLUE, "-"),
                          ("unscaled", plotting.VERMILION, "--")):
    for k, (_, run) in enumerate(trained[name]):
        look = {"color": color, "linestyle": line, "linewidth": 1.2}
        look["label"] = name if k == 0 else None
        epochs = range(1, len(run["loss"]) + 1)
        axes[0].semilogy(epochs, run["loss"], **look)
        axes[1].plot(epochs, 100 * np.array(run["accuracy"]), **look)
axes[0].axhline(np.log(3), label="guessing (ln 3)", color=plotting.GREY,
                linestyle=":", linewidth=1.2)
axes[0].legend(handles=axes[0].lines[-1:], loc="lower left")
axes[0].set(xlabel="epoch", ylabel="training loss", title="Wines: loss")
axes[1].set(xlabel="epoch", ylabel="training accuracy (%)",
            title="Wines: accuracy")
axes[1].legend(loc="lower right")
final = {n: [100 * run["accuracy"][-1] for _, run in runs]
         for n, runs in trained.items()}
plotting.show(
    fig,
    alt=f"Training loss and accuracy over {TABLE_EPOCHS} epochs, "
    f"{len(SEEDS)} runs each; a dotted line marks guessing. " + " ".join(
        f"{n}: the loss begins between {min(first):.1f} and {max(first):.1f}, "
        f"and the accuracy ends between {min(final[n]):.0f} and "
        f"{max(final[n]):.0f} percent."
        for n, first in ((n, [run["loss"][0] for _, run in runs])
                         for n, runs in trained.items())),
    values=False,
)

# %% tags=["draws", "nbval-ignore-output"]
reveal("5.Q3", ", ".join(f"{value:.0f} %" for value in final["unscaled"]))
wine_results = pd.DataFrame({
    f"{name}, seed {seed}": {
        "training %": 100 * run["accuracy"][-1],
        "validation %": 100 * run["val_accuracy"][-1],
    }
    for name, runs in trained.items() for seed, (_, run) in zip(SEEDS, runs)
}).T.round(1)
wine_results

# %% [markdown]
# Unscaled, the network has not even learned its *training* sample in this time
# (question 5.Q5 trains longer). Look at the preprocessing before you try other
# networks.
#
# A wine goes in as it was measured, gaps included; `to_numpy` makes an array
# of a row of the table:

# %%
row = table.iloc[test[0]]
row.head(6).to_frame("measured").round(2)

# %% tags=["nbval-ignore-output"]
likeliest, probability = read_prediction(wine_model, row.to_numpy())
print(f"{names[likeliest]}, with a probability of {probability:.4f}; "
      f"it is {labels[test[0]]}")


# %% [markdown]
# The test wines are looked at once. The sampling error is a 95 % interval
# (Wilson's, which holds near 100 %, too). Compare with a baseline, the class
# that is most frequent in training as the only answer:

# %%
def with_interval(share, n, digits=0):
    """Return a share of n in per cent, with its 95 % interval, as words."""
    ends = binomtest(round(share * n), n).proportion_ci(method="wilson")
    share, low, high = (f"{100 * value:.{digits}f}"
                        for value in (share, ends.low, ends.high))
    return f"{share} % (interval {low} to {high} %) of {n:,}"


# %% tags=["nbval-ignore-output"]
_, share = wine_model.evaluate(x_wine[test], kind[test], verbose=0)
print(with_interval(share, len(test)), "test wines")
baseline = np.mean(kind[test] == np.bincount(kind[train]).argmax())
print(f"always the same answer: {100 * baseline:.0f} %")

# %% tags=["instructor"]
assert min(final["scaled"]) >= 99 and max(final["unscaled"]) < 97
assert min(r["val_accuracy"][-1] for _, r in trained["scaled"]) > 0.9


# %% [markdown]
# ## Going further: what is wrong here?
#
# Learning curves show faults that no error message reports. The next cell
# trains three networks on 2,000 digits, each with a different fault. Keep it
# closed for now.

# %% tags=["draws"]
def broken(inputs, labels, inputs_val, optimizer):
    """Return the history of a small network on digits."""
    keras.utils.set_random_seed(SEED)
    model = keras.Sequential([
        keras.Input((784,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10),
    ])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model.fit(
        inputs, labels, batch_size=50, epochs=10, verbose=0,
        validation_data=(inputs_val, digits_val[:2000]),
    ).history


small, small_val, own = x[:2000], x_val[:2000], digits[:2000]
shuffled = np.random.default_rng(1).permutation(own)
adam = keras.optimizers.Adam
patients = {
    "A": broken(small, shuffled, small_val, adam(0.003)),
    "B": broken(255 * small, own, 255 * small_val, adam(0.003)),
    "C": broken(small, own, small_val, keras.optimizers.SGD(2.0)),
}

# %% tags=["draws"]
fig, axes = plotting.figure(2, 3, height=4.2, sharex=True, sharey="row")
for (name, run), column in zip(patients.items(), axes.T):
    draw_history(run, column)
    column[0].set(title=name, yscale="log", xlabel="")
    column[0].set(yticks=(1, 2.3, 10), yticklabels=("1", "ln 10", "10"))
    column[0].minorticks_off()
    for ax, level in zip(column, (np.log(10), 10)):
        ax.axhline(level, color=plotting.GREY, linewidth=1, zorder=0)
    column[1].set(ylim=(0, 100))
for ax in axes.flat:
    if ax is not axes[0, 2]:
        ax.get_legend().remove()
for ax in axes[:, 1:].flat:
    ax.set_ylabel("")
plotting.show(
    fig,
    alt="Loss above, accuracy below, of three trainings A, B and C over 10 "
    "epochs; grey lines mark guessing. A: the training loss falls slowly "
    "below guessing while the validation loss rises above it; validation "
    "accuracy stays near 10 percent. B: the loss starts about ten times "
    "above guessing; the training loss falls, the validation loss is level "
    "after a first fall, and the accuracies climb. C: "
    f"{ends_in_words(patients['C'])}.",
    values=False,
)


# %% [markdown]
# The grey lines are what guessing gives: a loss of $\ln 10 = 2.3$ and 10 %.
#
# ### Exercise 5.4 (4 minutes)
#
# What is the cause of A, of B and of C? Each has a different one of these:
#
# 1. the learning rate is too large;
# 2. the learning rate is too small;
# 3. the training labels are in another order than the images;
# 4. the inputs are not scaled (0 to 255 in place of 0 to 1);
# 5. the network is too large for the sample (overfitting).
#
# Let `diagnose()` return the three numbers, for A, B and C.

# %% tags=["exercise-5.4"]
def diagnose():
    """Return the numbers of the causes of A, B and C."""
    ### BEGIN SOLUTION
    return 3, 4, 1
    ### END SOLUTION


# %%
check("5.4", diagnose)
# hint("5.4")
# solution("5.4")

# %% [markdown]
# ## When to stop
#
# *Early stopping* ends a training when the validation loss has not improved
# for some epochs, its *patience*. It can then restore the weights of the best
# epoch. In Keras it is a *callback*, an object: `fit` calls one of its methods
# after each epoch.
#
# ### Exercise 5.5 (5 minutes)
#
# Write `fit_until_best(model, x, labels, validation, patience)`. The model is
# compiled; `validation` is a pair (x, labels). Fit with `verbose=0` and at
# most 100 epochs, with a `keras.callbacks.EarlyStopping` that watches
# `"val_loss"`, has this patience, and restores the best weights
# (`restore_best_weights=True`). Return the dictionary `history.history`.

# %% tags=["exercise-5.5"]
def fit_until_best(model, x, labels, validation, patience):
    """Train until the validation loss is at its best; return the history."""
    ### BEGIN SOLUTION
    stop = keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=patience, restore_best_weights=True
    )
    history = model.fit(
        x, labels, epochs=100, validation_data=validation, verbose=0,
        callbacks=[stop],
    )
    return history.history
    ### END SOLUTION


# %%
check("5.5", fit_until_best)
# hint("5.5")
# solution("5.5")

# %% [markdown]
# On 2,000 images, a network of 128 hidden neurons has soon learned what it
# can. `train_network` makes it and trains it for one epoch; `fit` goes on from
# there, and counts its epochs from 1:

# %%
PATIENCE = 3
few, few_digits = x[:2000], digits[:2000]
few_val = x_val[:2000], digits_val[:2000]
keras.utils.set_random_seed(SEED)
stopper, _ = train_network(few, few_digits, [784, 128, 10], 1)
stopped = fit_until_best(stopper, few, few_digits, few_val, PATIENCE)

# %% tags=["nbval-ignore-output"]
best = int(np.argmin(stopped["val_loss"])) + 1
print(f"stopped after {len(stopped['val_loss'])} of at most 100 epochs; "
      f"the best is epoch {best}")

# %% tags=["draws"]
fig, ax = plotting.figure(height=2.7)
named = {f"{sample} loss": stopped[prefix + "loss"]
         for sample, prefix in (("training", ""), ("validation", "val_"))}
plotting.learning_curves(named, ax, "loss", "loss")
ax.axvline(best, color=plotting.GREY, linewidth=1, zorder=0)
ax.text(best - 0.2, max(stopped["loss"]), "weights kept", ha="right",
        va="top", fontsize=9, color=plotting.GREY)
ax.set(ylim=(0, None))
ended = len(stopped["loss"])
ax.set(title="The validation loss stops falling, and fit stops"
       if ended < 100 else "All 100 epochs: nothing was stopped")
ax.legend(loc="center", bbox_to_anchor=(0.45, 0.5))
plotting.show(
    fig,
    alt=f"Training and validation loss over {ended} epochs: "
    f"{ends_in_words(named)}. The validation loss is lowest in epoch "
    f"{best}, marked by a vertical line, {ended - best} epochs before the "
    "training ends.",
    values=False,
)

# %% tags=["instructor"]
assert len(stopped["loss"]) == best + PATIENCE < 60
assert np.isclose(stopper.evaluate(*few_val, verbose=0)[0],
                  min(stopped["val_loss"]), rtol=1e-3)


# %% [markdown]
# The patience should be longer than the ups and downs of the curve: plot a
# training first. If `fit` reaches its last epoch, nothing was stopped: allow
# more epochs. And the lowest of many validation losses is a little too good,
# because the validation sample chose it: judge by the test sample.
#
# ### Going further: other callbacks
#
# With a learning rate that falls to zero, as in the next section, early
# stopping has no place: there the last epoch is the best one or close to it.
#
# | callback | what it does |
# | --- | --- |
# | `EarlyStopping` | ends a training; with `restore_best_weights=True` restores the best weights |
# | `ModelCheckpoint("best.keras", save_best_only=True)` | saves the best model while `fit` runs |
# | `ReduceLROnPlateau` | lowers the learning rate when a loss stops falling |
# | `LambdaCallback` | calls a function of yours |
#
# ## Several hidden layers
#
# Now all 50,000 images, and a network for others to use. A scanner gives 28 x
# 28 whole numbers from 0 to 255. The model should take them as they are, so
# the division and the unfolding become its first layers.

# %%
def as_scanned(x):
    """Return images (D, 28, 28) of whole numbers from 0 to 255."""
    return np.rint(255 * x).astype(np.uint8).reshape(-1, 28, 28)


images, images_val, images_test = map(as_scanned, (x, x_val, mnist.x_test))


# %% [markdown]
# Against overfitting there is *dropout* (Srivastava et al., 2014): each
# training step sets a random share $p$ of a layer's values to zero and divides
# the others by $1 - p$, so that the next layer receives the same on average.
# In prediction nothing is dropped.

# %%
def build_deep():
    """Return a network with two hidden layers that takes scanned images."""
    return keras.Sequential([
        keras.Input((28, 28)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.1),
        keras.layers.Dense(512, activation="relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(256, activation="relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(10),
    ])


# %% [markdown]
# **The data as a stream.** A `tf.data.Dataset` is a chain of steps that bring
# the data to the network: `cache` keeps in memory what has been read,
# `shuffle` draws a new order in each epoch (so it comes *after* `cache`),
# `batch` makes batches, and `prefetch` prepares the next batch while the
# network computes. Data that do not fit into memory are read from files, with
# `cache(filename)` or none.

# %%
training = tf.data.Dataset.from_tensor_slices((images, digits))
training = training.cache().shuffle(len(images)).batch(256)
training = training.prefetch(tf.data.AUTOTUNE)

validation = tf.data.Dataset.from_tensor_slices((images_val, digits_val))
validation = validation.batch(1000).cache()

# %% [markdown]
# **A schedule.** `CosineDecay` lets the learning rate fall to zero along a
# cosine. The optimiser is Adam, a descent that gives each weight a step size
# of its own (notebook 07 compares). Its first rate was chosen on the
# validation sample, with two other seeds; 0.006 is as good:
#
# | rate | 0.00075 | 0.0015 | 0.003 | 0.006 | 0.012 |
# | --- | --: | --: | --: | --: | --: |
# | validation accuracy (%) | 98.17 | 98.33 | 98.42 | 98.41 | 98.02 |

# %%
DEEP_EPOCHS, RATE = 12, 0.003


def compile_deep(model, steps):
    """Compile for `steps` updates, with a rate that falls to zero."""
    rate = keras.optimizers.schedules.CosineDecay(RATE, steps)
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )


# %% [markdown]
# At the end the rate is zero. So to train once more, run the next cell again,
# too: it makes a new network.

# %%
keras.utils.set_random_seed(SEED)
deep = build_deep()
compile_deep(deep, DEEP_EPOCHS * len(training))
bar = progress_bar(range(DEEP_EPOCHS), "deep network")
tick = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: bar.update(1)
)

# %% tags=["nbval-ignore-output"]
with measure() as meter:
    deep_history = deep.fit(
        training, epochs=DEEP_EPOCHS, validation_data=validation,
        shuffle=False, verbose=0, callbacks=[tick],  # the chain shuffles
    ).history
bar.close()
print(f"training took {meter.seconds:.0f} s")

# %% tags=["draws"]
above = np.greater(deep_history["loss"], deep_history["val_loss"])
low, high = (f"{100 * deep_history['val_accuracy'][k]:.1f}" for k in (0, -1))
show_history(
    deep_history, ("Loss", "Accuracy"),
    f"Loss and accuracy over {len(above)} epochs. Training loss, measured "
    f"with dropout, is above the validation loss in {above.sum()} epochs, and "
    f"{'above' if above[-1] else 'below'} it at the end. Validation accuracy "
    f"climbs from {low} to {high} percent.",
)

# %% [markdown]
# In the first epoch the training loss is above the validation loss without
# dropout, too (5.Q2). With dropout it stays there for some epochs, because it
# is measured on a network with missing neurons. The same training without
# dropout was below from the second epoch on (training 0.088, validation
# 0.103). At the end, where the rate is nearly zero, the curves are level. The
# test sample is opened here, once, as scanned images:

# %%
z = deep.predict(images_test, batch_size=1000, verbose=0)  # (10000, 10)
right = np.mean(np.argmax(z, axis=1) == mnist.y_test)  # F6

# %% tags=["nbval-ignore-output"]
val_share = 100 * deep_history["val_accuracy"][-1]
print(f"{val_share:.2f} % of the validation images")
print(with_interval(right, len(z), digits=2), "test images")

# %% tags=["instructor"]
assert right >= 0.984 and deep_history["val_accuracy"][-1] > 0.98

# %% [markdown]
# The result goes into a file that notebook 09 reads, unless you have changed
# the network or its training.

# %%
shares = [layer.rate for layer in deep.layers if hasattr(layer, "rate")]
updates = int(deep.optimizer.iterations.numpy())  # 2352 in 12 epochs
found = (deep.count_params(), shares, RATE, updates)
if found == (535_818, [0.1, 0.3, 0.3], 0.003, 2352):
    keep_result("784-512-256-10", "Keras", right, meter)
else:
    print("another network or training than in the text: not kept")

# %% [markdown]
# ### Going further: another seed
#
# Ten other trainings, run beforehand with the seeds 1 to 10, gave these
# percentages:

# %% tags=["draws"]
ten = pd.DataFrame({
    "validation": [98.38, 98.45, 98.46, 98.49, 98.43,
                   98.39, 98.35, 98.39, 98.50, 98.31],
    "test": [98.61, 98.60, 98.53, 98.49, 98.51,
             98.61, 98.58, 98.48, 98.54, 98.58],
}, index=range(1, 11))
ten.agg(["mean", "std", "min", "max"]).round(2)


# %% [markdown]
# Another seed changes the result less than other test images would: the
# interval above is about four standard deviations wide, so compare `std` with
# a quarter of its width.
#
# ## Going further: a network in a file
#
# ### Exercise 5.6 (2 minutes)
#
# A model that is kept in a file can be used by others. Write
# `save_and_load(model, path)`: save the model with `model.save(path)`, load
# the file with `keras.models.load_model`, and return what was loaded.

# %% tags=["exercise-5.6"]
def save_and_load(model, path):
    """Save a model in a file `path`; return the model loaded from it."""
    ### BEGIN SOLUTION
    model.save(path)
    return keras.models.load_model(path)
    ### END SOLUTION


# %%
check("5.6", save_and_load)
# hint("5.6")
# solution("5.6")

# %% [markdown]
# The test of a saved model is its predictions, here for scanned images and for
# wines with gaps:

# %%
folder = tempfile.TemporaryDirectory()  # removed at the end
for name, network, data in (("digits", deep, images_test),
                            ("wines", wine_model, x_wine[test])):
    path = Path(folder.name) / f"{name}.keras"
    again = save_and_load(network, path).predict(data, verbose=0)
    far = np.abs(again - network.predict(data, verbose=0)).max()
    print(f"{path.name}: largest difference of a logit: {far:.1g}")


# %% [markdown]
# A file holds layers, weights, preprocessing and the optimiser. In
# `digits.keras` its rate has reached zero: to train that network further,
# compile it again first.
#
# ## Going further: is it what you wrote?
#
# TensorFlow has never seen your derivation of the gradients. It records the
# operations of the forward pass on a *tape*, then goes through the record
# backwards and applies the chain rule to each operation. If both are right,
# they agree to rounding.
#
# `forward` and `backward` are those of notebook 03. Weights *and* biases are
# drawn at random, because a zero would hide mistakes, and copied into Keras.

# %%
def draw_parameters(sizes, dtype):
    """Return W0, b0, W1, ... as a dictionary, nothing of it zero."""
    rng = np.random.default_rng(SEED)
    p = initialise(sizes, rng, dtype=dtype)
    return {name: (w + rng.normal(0, 0.1, w.shape)).astype(dtype)
            for name, w in p.items()}


def keras_twin(p, sizes, dtype):
    """Return a Keras model with the parameters p."""
    stack = [keras.Input((sizes[0],), dtype=dtype)]
    for N in sizes[1:-1]:
        stack.append(keras.layers.Dense(N, activation="relu", dtype=dtype))
    stack.append(keras.layers.Dense(sizes[-1], dtype=dtype))
    twin = keras.Sequential(stack)
    twin.set_weights(list(p.values()))
    return twin


# %% [markdown]
# The tape at work, and the measure of an error, $\lVert a - b \rVert / \lVert b \rVert$:

# %%
def by_tape(model, x, y):
    """Return z^H, the empirical risk, and its gradients."""
    with tf.GradientTape() as tape:
        z = model(x)  # F3, layer by layer
        J = keras.losses.categorical_crossentropy(y, z, from_logits=True)
        risk = tf.reduce_mean(J)  # B1
    return z, risk, tape.gradient(risk, model.trainable_variables)


def relative_error(a, b):
    """Return the norm of a - b, divided by the norm of b."""
    return np.linalg.norm(np.array(a) - b) / np.linalg.norm(b)


# %%
def parity(sizes, dtype):
    """Return the relative errors of Keras against NumPy, on 512 images."""
    p = draw_parameters(sizes, dtype)
    xs, ys = x[:512].astype(dtype), np.eye(10, dtype=dtype)[digits[:512]]
    z, risk, gradients = by_tape(keras_twin(p, sizes, dtype), xs, ys)
    z_own, a_own = forward(xs, p)
    own = backward(xs, ys, z_own, a_own, p)  # B11, B13, B7, B8
    errors = {"logits": relative_error(z, z_own[-1])}
    errors["risk"] = relative_error(risk, empirical_risk(ys, z_own[-1]))
    for name, gradient in zip(p, gradients):
        errors[f"d{name}"] = relative_error(gradient, own[name])
    return errors


# %% [markdown]
# Once for one hidden layer (H = 1) and once for three:

# %% tags=["nbval-ignore-output"]
ONE, DEEP = (784, 128, 10), (784, 64, 48, 32, 10)
agreement = pd.DataFrame({
    (f"H = {len(sizes) - 2}", dtype): parity(sizes, dtype)
    for sizes in (ONE, DEEP) for dtype in ("float32", "float64")
})
agreement.apply(lambda column: column.map("{:.0e}".format)).replace("nan", "")

# %% tags=["instructor"]
assert agreement.xs("float32", axis=1, level=1).max().max() < 1e-5
assert agreement.xs("float64", axis=1, level=1).max().max() < 1e-12


# %% [markdown]
# A number in float32 has about 7 digits, in float64 about 16. The errors
# shrink accordingly; a mistake in the mathematics would stay as large as it
# is. The library does what you wrote, for one hidden layer and for three.
#
# ## Going further: a whole epoch
#
# (Run the section before first.) And after many steps? What `fit` does in an epoch can be written down: for
# each batch, the gradients from the tape, and the update (B5, B6) by the
# optimiser.

# %%
def epoch_inside_fit(model, x, y, batch_size, rate):
    """Train for one epoch as `fit` does; return the weights."""
    descent = keras.optimizers.SGD(rate)
    for first in range(0, len(x), batch_size):
        rows = slice(first, first + batch_size)
        _, _, gradients = by_tape(model, x[rows], y[rows])
        descent.apply(gradients, model.trainable_variables)
    return model.get_weights()


def numpy_epoch(p, x, y, batch_size, rate):
    """Train for one epoch with your own functions; return the weights."""
    p = {name: array.copy() for name, array in p.items()}
    for first in range(0, len(x), batch_size):
        rows = slice(first, first + batch_size)
        z, a = forward(x[rows], p)
        for name, g in backward(x[rows], y[rows], z, a, p).items():
            p[name] -= rate * g  # B5, B6
    return list(p.values())


# %% tags=["nbval-ignore-output"]
STEP = 0.125  # a power of 2, so the same number in float32 and float64
drift = {}
for sizes in (ONE, DEEP):
    for dtype in ("float32", "float64"):
        p = draw_parameters(sizes, dtype)
        xs = x[:5_000].astype(dtype)
        ys = np.eye(10, dtype=dtype)[digits[:5_000]]
        own = numpy_epoch(p, xs, ys, BATCH, STEP)
        kept = epoch_inside_fit(
            keras_twin(p, sizes, dtype), xs, ys, BATCH, STEP
        )
        drift[f"H = {len(sizes) - 2}", dtype] = {
            name: f"{max(map(relative_error, weights, own)):.0e}"
            for name, weights in (("weights moved by", p.values()),
                                  ("weights differ by", kept))
        }
pd.DataFrame(drift)


# %% [markdown]
# After an epoch the weights still agree to rounding, although each update
# starts where the last one ended.
#
# ## Going further: what a step costs
#
# (Run the two sections before first.) Same steps, same result; the same time?
# Both tools get one thread. The clock
# covers everything that a training step needs, 200 times. The tools take
# turns, so a busy moment of the computer slows both, and the median counts.
# The first turn, in which TensorFlow translates the step into a graph, does
# not.

# %%
def ms_per_step(epochs, steps=200, repeats=7):
    """Return the median time of a step with each tool, in ms."""
    seconds = {tool: [] for tool in epochs}
    for _ in range(1 + repeats):
        for tool, epoch in epochs.items():  # in turn
            start = time.perf_counter()
            epoch()
            seconds[tool].append(time.perf_counter() - start)
    return {tool: 1000 * np.median(values[1:]) / steps
            for tool, values in seconds.items()}


# %% tags=["nbval-ignore-output"]
p = draw_parameters(ONE, "float32")
timed = keras_twin(p, ONE, "float32")
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
timed.compile(keras.optimizers.SGD(STEP), loss)
one_hot, costs = np.eye(10, dtype="float32"), {}
for B in (8, 128):
    xs, ys = x[: 200 * B], digits[: 200 * B]
    costs[B] = ms_per_step({
        "NumPy": lambda: numpy_epoch(p, xs, one_hot[ys], B, STEP),
        "Keras": lambda: timed.fit(xs, ys, batch_size=B, verbose=0),
    })
step_costs = pd.DataFrame(costs).rename_axis(columns="batch")
step_costs = step_costs.rename(index="{}, ms per step".format)
step_costs.loc["Keras / NumPy"] = step_costs.iloc[1] / step_costs.iloc[0]
step_costs.round(2)

# %% [markdown]
# A step has a fixed cost, whatever its size, and a cost for each image. The
# fixed cost of `fit` is larger: around the same few matrix products it hands
# over the batch, calls the graph, keeps metrics and calls the callbacks. With
# 8 images this is most of its time. The more arithmetic there is in a step,
# the less it counts: look at the ratio, which falls from left to right. Two
# times of Keras that are nearly alike say that the fixed cost hides the rest,
# and on a busy computer `fit` also waits, which raises it: then close other
# programs and run the cell again. Notebook 09 measures both costs with their
# uncertainty.
#
# > **Question 5.Q4 (3 minutes).** One day you train a 10-16-2 network on 500
# > measurements, thousands of times with other seeds. Another day it is
# > 784-2048-2048-10. Which tool, and why?

# %% [markdown] tags=["answer-5.Q4"]
# **Answer (5.Q4).** The small network: NumPy. Its matrices are tiny, so a step
# in the library is nearly all fixed cost, and thousands of models would each
# have to be built and translated. The large one: Keras. Its arithmetic
# outweighs the fixed cost, nobody wants to derive and debug more layers by
# hand, and the same code runs on a graphics processor.

# %% [markdown]
# ## Going further: a gate that rounding decides
#
# (Run *is it what you wrote?* first.) Can two correct programs drift apart? ReLU's derivative jumps from 0 to 1 at
# $z = 0$. Where rounding decides the sign of a $z$, one program lets the
# gradient pass and the other does not. How often does that happen?

# %% tags=["nbval-ignore-output"]
single = draw_parameters(ONE, "float32")
exact = {name: array.astype(float) for name, array in single.items()}
z32 = forward(x, single)[0][0]
z64 = forward(x.astype(float), exact)[0][0]
flips = np.sum((z32 > 0) != (z64 > 0))
print(f"{z64.size:,} values z0, wrong by {np.mean(abs(z32 - z64)):.0e}: "
      f"{flips} with another sign")

# %% [markdown]
# So of 6.4 million values none or very few change sign. In float64 the errors
# are smaller still by nine powers of ten, which makes it the sharp test of the
# mathematics. In float32 a long training meets such a gate sooner or later,
# and from there two correct programs go slightly different ways.
#
# ## Going further: a table with words
#
# (Run *a network in a file* first.) A network computes with numbers. If words
# are replaced by 0, 1, 2, they get an order that they may not have. One-hot
# columns, one for each word, do not order them. As an example we put the
# wines' colour and strength into words. Where one was not measured, the word
# is missing, too, and "missing" is a word like others.

# %%
WORDS = ["shade", "strength"]  # the columns with words


def put_into_words(name, edges, words):
    """Return a column of the table as words, NaN where it has a gap."""
    return pd.cut(table[name], edges, labels=words).astype(object)


worded = table.assign(
    shade=put_into_words(
        "color_intensity", [0, 4, 6, 20], ["pale", "medium", "dark"]
    ),
    strength=put_into_words("alcohol", [0, 13, 20], ["light", "strong"]),
)
worded[WORDS].head(4)


# %% [markdown]
# A table is taken apart by kind: `np.nanmean` fails where there is a word. All
# columns but those in `WORDS` must be numbers; True and False become 1 and 0.
# A column of words that you forgot is refused: `could not convert string to
# float`. Codes, such as 1 and 2 for two hospitals, are words written as
# numbers: name them in `WORDS`, and read them as words with
# `pd.read_csv("file.csv", dtype={"hospital": str})`. `tf.constant` makes
# tensors, because `fit` refuses NumPy's words (`Invalid dtype: object`).

# %%
def take_apart(frame):
    """Return a list: the numbers (D, M), then each column of words (D, 1)."""
    numbers = frame.drop(columns=WORDS).to_numpy("float32", na_value=np.nan)
    parts = [numbers]
    for name in WORDS:
        column = frame[name]
        words = np.where(column.isna(), "missing", column.astype(str))
        parts.append(tf.constant(words[:, None]))
    return parts


in_train = take_apart(worded.iloc[train])
print([tuple(part.shape) for part in in_train])  # are all columns there?


# %% [markdown]
# `StringLookup` makes the one-hot columns inside the model. Each column of
# words needs its own, because each has other words: those of the training
# sample. All others share the column `[UNK]`:

# %%
def lookup_of(column):
    """Return a layer that makes one-hot columns of words (D, 1)."""
    known = sorted({word.decode() for (word,) in column.numpy()})
    return keras.layers.StringLookup(vocabulary=known, output_mode="one_hot")


lookup = lookup_of(in_train[1])
tried = ["dark", "missing", "purple"]
columns = np.array(lookup(tf.constant(tried)[:, None])).astype(int)
pd.DataFrame(columns, index=tried, columns=lookup.get_vocabulary())

# %% [markdown]
# `pd.get_dummies` makes such columns, too, but from the words in the table
# that it is given: a single new row would get fewer columns. The model has an
# input for the numbers and one for each column of words, and `Concatenate`
# joins their columns:

# %%
keras.utils.set_random_seed(SEED)
numbers = keras.Input(in_train[0].shape[1:])
texts = [keras.Input((1,), dtype="string") for _ in WORDS]
a = keras.layers.Normalization(
    mean=np.nanmean(in_train[0], axis=0),
    variance=np.nanvar(in_train[0], axis=0),
)(numbers)
parts = [keras.ops.nan_to_num(a)]
for text, column in zip(texts, in_train[1:]):
    parts.append(lookup_of(column)(text))
a = keras.layers.Concatenate()(parts)
a = keras.layers.Dense(16, activation="relu")(a)
mixture = keras.Model([numbers, *texts], keras.layers.Dense(3)(a))

# %%
mixture.compile(
    keras.optimizers.Adam(0.01),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
_ = mixture.fit(in_train, kind[train], epochs=TABLE_EPOCHS, verbose=0)

# %% [markdown]
# The model always takes such a list, also for a single new row:

# %% tags=["nbval-ignore-output"]
in_val, new = take_apart(worded.iloc[val]), worded.iloc[[test[0]]]
_, share = mixture.evaluate(in_val, kind[val], verbose=0)
print(with_interval(share, len(val)), "validation wines")
z1 = mixture.predict(take_apart(new), verbose=0)  # (1, 3)
print("a new row:", names[np.argmax(z1)])

# %%
again = save_and_load(mixture, Path(folder.name) / "mixture.keras")
far = again.predict(in_val, verbose=0) - mixture.predict(in_val, verbose=0)
print(f"saved and loaded: largest difference {np.abs(far).max():.1g}")


# %% [markdown]
# Words and numbers go in as they stand in the table, and the file keeps the
# lists of words. The accuracy cannot gain much here: the numbers alone were
# enough. Two classes need no other model, only `Dense(2)`; if the target is a
# number, see 5.Q10.
#
# ## Going further: shifted images
#
# (Run *another seed* first.) A digit moved by a pixel is the same digit. So each image can be shown five
# times: as it is, and moved by one pixel down, up, right and left.

# %%
def shifted(images, down, right):
    """Return images moved by at most a pixel; the new edge is empty."""
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    return wide[:, 1 - down : 29 - down, 1 - right : 29 - right]


PLACES = (0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)
five = np.concatenate([shifted(images, *place) for place in PLACES])
print(five.shape, "from", images.shape)

# %% [markdown]
# Two epochs over these 250,000 images are fewer updates than the twelve epochs
# above.

# %%
SHIFT_EPOCHS = 2
keras.utils.set_random_seed(SEED)
moved = build_deep()
steps = SHIFT_EPOCHS * -(-len(five) // 256)
compile_deep(moved, steps)
print(f"{steps:,} updates, and {DEEP_EPOCHS * len(training):,} above")

# %% [markdown]
# The test sample judges a second question here, whether shifts help, and
# chooses nothing.

# %%
_ = moved.fit(five, np.tile(digits, 5), batch_size=256,
              epochs=SHIFT_EPOCHS, verbose=0)

# %% tags=["nbval-ignore-output"]
shift_results = pd.Series({
    name: 100 * network.evaluate(
        images_test, mnist.y_test, batch_size=1000, verbose=0
    )[1]
    for name, network in (("without shifts", deep), ("with shifts", moved))
})
shift_results.to_frame("% of the test images").round(2)

# %% tags=["instructor"]
assert shift_results["with shifts"] >= 98.6

# %% [markdown]
# The same with the seeds 1 to 10, run beforehand, and compared seed by seed:

# %%
ten["with shifts"] = [98.69, 98.71, 98.62, 98.72, 98.80,
                      98.66, 98.72, 98.72, 98.79, 98.75]
gain = difference(ten["with shifts"], ten["test"])
print("shifts add", gain.in_words())

# %% [markdown]
# ## Going further: a convolution is one more line
#
# A dense layer does not know which pixels are neighbours. A *convolution*
# looks at 5 x 5 pixels at a time, with the same weights everywhere. In Keras
# this is one more line, after one that gives each pixel an axis for its grey
# value. `Conv2D(32, 5, strides=2)` has 32 such sets of weights, and goes on by
# 2 pixels at a time, so 12 x 12 places are left for each:

# %%
keras.utils.set_random_seed(SEED)
convolution = keras.Sequential([
    keras.Input((28, 28)),
    keras.layers.Rescaling(1 / 255),
    keras.layers.Reshape((28, 28, 1)),
    keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dropout(0.3),
    keras.layers.Dense(128, activation="relu"),
    keras.layers.Dense(10),
])
compile_deep(convolution, 2 * 391)
print(f"{convolution.count_params():,} parameters")

# %% tags=["nbval-ignore-output"]
convolution.fit(images, digits, batch_size=128, epochs=2, verbose=0)
_, share = convolution.evaluate(images_val, digits_val, verbose=0)
print(f"2 epochs: {100 * share:.1f} % of the validation images")

# %% [markdown]
# After two epochs it is about where the network with two hidden layers was
# after twelve. Convolutions are a lecture of their own.
#
# ## Summary
#
# A Keras program has six steps: data, model, `compile`, `fit`, `evaluate`,
# `predict`. A table needs a scaling that is learned on the training sample and
# kept inside the model. Early stopping keeps the weights of the epoch that is
# best on the validation sample. Two hidden layers classify at least 98.4 % of
# the test images correctly. The library computes what you wrote, to rounding;
# what it adds is everything around it.

# %%
progress(5)

# %% [markdown]
# ## On your own
#
# > **Question 5.Q5.** Set `TABLE_EPOCHS = 200` and run the cells again, from
# > the one with `TABLE_EPOCHS` to the table of percentages. Is scaling
# > necessary, or does it only save time? For an answer you need several
# > splits: another seed in the cell `rows = ...`, and the same cells from there
# > on. (`SEEDS` draws starting weights, not splits.)

# %% [markdown] tags=["answer-5.Q5"]
# **Answer (5.Q5).** Conclude nothing from the last epoch: unscaled, the
# accuracy still jumps after 200 epochs. In one such run the last 15 epochs of
# seed 2 went up and down between 68 and 94 % of the training wines, and
# between 79 and 97 % of the validation wines; with seed 1 it was 91 to 96 and
# 92 to 95 %. On another computer other values come last. So many other splits,
# 30 of them, with the network of the same size in scikit-learn
# (`MLPClassifier`, Adam with 0.01), 100 wines for training and 78 for
# validation, and batches of 32, as in `fit`: unscaled, after 1000 epochs, 74
# to 99 % of the validation wines were right, 91.5 % on average; scaled, after
# 100 epochs, 88 to 100 %, 96.5 % on average. Scaling gained 4.9 ± 1.7 points
# (95 %, 30 splits), though on one split the unscaled network was ahead. With
# all 100 wines in one batch, which is what `MLPClassifier` takes if it is not
# told a size, it was 3.2 ± 1.9 points. Ten splits are too few for the size:
# groups of ten gave 4.0, 5.6 and 5.1 points with batches of 32, and 1.2 (not
# distinguishable from zero), 2.7 and 5.9 with one batch. So scaling saves more
# than a factor of ten in time, and within 1000 epochs it also serves other
# wines better, by about 1 to 6 points. Whether the unscaled network would
# catch up later is not shown: it still had only 95.4 % (one batch: 97.7 %) of
# its *training* wines, the scaled one all. Notebook 07 shows why it is slow:
# without scaling, the risk is far steeper in some directions than in others.

# %% [markdown]
# > **Question 5.Q6.** `load_breast_cancer(as_frame=True)` from
# > `sklearn.datasets` is a table of 569 tumours, 30 columns and two classes.
# > Close this notebook and write a model for it. Which share of a validation
# > sample is right, with and without scaling?

# %% [markdown] tags=["answer-5.Q6"]
# **Answer (5.Q6).** `table_model(x_train, 2)` serves as it is: with two
# logits, softmax does what a sigmoid would do with one. Always the more
# frequent class would be right for 63 %. Five splits with 400 rows for
# training, 40 epochs: scaled, 95 to 98 % of the other rows were right,
# unscaled 84 to 94 %. The unscaled accuracy still jumps: on one split it went
# up and down between 76 and 95 % in the last 15 epochs. The columns differ by
# a factor of 200,000. The scaled network was right for *all* its training
# rows. Early stopping then hardly changes the accuracy, but it lowers the loss
# on other rows: the mean was 0.18 after 40 epochs, and 0.08 at the lowest. So
# the probabilities become better.

# %% [markdown]
# > **Question 5.Q7.** Train the network with two hidden layers without dropout,
# > with the seeds 1, 2 and 3. What does dropout gain on the validation sample?

# %% [markdown] tags=["answer-5.Q7"]
# **Answer (5.Q7).** Three such trainings were right for 98.28, 98.50 and 98.37
# % of the validation images; with dropout and the same seeds it was 98.38,
# 98.45 and 98.46 %. The differences, +0.10, -0.05 and +0.09 points, have the
# mean 0.05 ± 0.21 points (95 %): three seeds cannot tell whether dropout gains
# anything here. Use ten. The test sample stays closed until you have chosen.

# %% [markdown]
# > **Question 5.Q8.** *Design and run an experiment.* What does the schedule
# > gain over a constant rate? Before you run anything, write down: from which
# > rates each of the two is chosen, on which sample, how many seeds compare
# > them, and which result would mean "no difference".

# %% [markdown] tags=["answer-5.Q8"]
# **Answer (5.Q8).** Each of the two needs its own best rate: 0.003 was chosen
# *with* the schedule. Choose it on the validation sample with a few seeds, on
# a grid such as 0.0004, 0.0007, 0.0015, 0.003, whose best value is not at its
# edge. Then take ten other seeds, the same for both, and `difference`: if its
# 95 % interval contains zero, the experiment shows no difference. The test
# sample is not needed. A beginning, with the seeds 1 and 2, validation
# accuracy in per cent: schedule 98.38 and 98.45; constant 0.003 97.92 and
# 98.12; constant 0.0007 98.35 and 98.22. At the schedule's rate the constant
# one looks worse by 0.40 points on average; at a smaller rate 0.13 of them are
# left, and two seeds cannot tell whether this is a difference.

# %% [markdown]
# > **Question 5.Q9.** TensorBoard shows learning curves while a training runs.
# > Find out which callback writes for it, and which command opens it.

# %% [markdown] tags=["answer-5.Q9"]
# **Answer (5.Q9).** `keras.callbacks.TensorBoard("logs")` in the list of
# callbacks, and `tensorboard --logdir logs` in a terminal, where the package
# `tensorboard` is installed. For a training that takes hours it is useful; if
# it takes seconds, a picture of `history` shows the same.

# %% [markdown]
# > **Question 5.Q10.** `load_diabetes(scaled=False)` has a number as target,
# > not a class. Write a model for it: one output, the loss `"mse"`, early
# > stopping. Does it help to scale the target, too?

# %% [markdown] tags=["answer-5.Q10"]
# **Answer (5.Q10).** The last layer is `Dense(1)` without activation, and
# accuracy has no meaning: the root of the mean square error says by how much
# the predictions are off, in units of the target. Three splits, 300 rows for
# training, 16 hidden neurons, patience 5, at most 100 epochs: with the target
# as it is, training ended after 100, 97 and 85 epochs, with a scaled target
# after 14, 9 and 16. The errors were alike, 54 and 54 on average, where the
# mean of the training targets has 74. So scaling saves time: the outputs begin
# near zero and have a shorter way to go. Predictions are then scaled back.
# One trap: `predict` returns the shape (n, 1), and `p - t` with the targets
# (n,) is a table (n, n), without any error message: an error of 91 came out in
# place of 57. Take `p[:, 0]`.

# %% [markdown]
# ## Further reading
#
# - Keras's guides, *Introduction to Keras for engineers* and *The Functional
#   API*: [keras.io/guides](https://keras.io/guides/).
# - F. Chollet, *Deep Learning with Python*, 2nd edition (Manning, 2021): by
#   the author of Keras.
# - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov,
#   "Dropout: a simple way to prevent neural networks from overfitting",
#   [*Journal of Machine Learning Research* 15, 1929
#   (2014)](https://jmlr.org/papers/v15/srivastava14a.html).
# - D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization",
#   *International Conference on Learning Representations* (2015),
#   [arXiv:1412.6980](https://arxiv.org/abs/1412.6980).
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul and J. M. Siskind, "Automatic
#   differentiation in machine learning: a survey", [*Journal of Machine
#   Learning Research* 18, 153
#   (2018)](https://jmlr.org/papers/v18/17-468.html): what the tape does.
# - M. Forina et al., *PARVUS* (Genoa, 1988): the wines, by way of the UCI
#   Machine Learning Repository and scikit-learn.
