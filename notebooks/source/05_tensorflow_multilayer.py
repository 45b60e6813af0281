# %% [markdown]
# # 05 — What does a dedicated library change?
#
# **What you will do.** Build the network of notebook 04 in Keras, copy your
# NumPy weights into it, and compare: outputs, loss, gradients, and the weights
# after an epoch. Then go where NumPy becomes tedious: several hidden layers,
# dropout, a network that is saved and used again.
#
# **What you will learn.** What `compile`, `fit` and the gradient tape do, and
# that you have written all of it yourself; how far two correct programs may
# differ, and why; what a training step costs in each tool; the recursion B13
# at work in four hidden layers.
#
# **What you need.** Notebook 04; B11 and B13 from notebook 03. TensorFlow,
# which has packages for Python 3.9 to 3.13.
#
# *Part of the course: networks. To run: at most 75 seconds on two processors.
# To study: 100 minutes.*
#
# TensorFlow calculates; Keras is the layer above it, in which networks are
# described. Both are loaded by a helper, which keeps some start-up lines about
# the processor out of the notebook and sets one thread for an operation, as
# everywhere in the course. Two operations that do not need each other may run
# side by side: the gradients of two layers, for example. Later warnings and
# errors are shown.

# %%
import math
import tempfile
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from exercises import check, hint, progress, solution
from helpers import network, plotting
from helpers.data import load_mnist
from helpers.equations import verify_equation
from helpers.evidence import difference, mean_and_spread
from helpers.network import backward, empirical_risk, forward, h_prime
from helpers.progress import progress_bar
from helpers.tensorflow_quietly import device_and_threads, import_tensorflow

threadpool_limits(limits=1)
tf, keras = import_tensorflow(threads=1, operations=2)
SEED, BATCH, EPOCHS = 5, 128, 2
LEARNING_RATE = 0.125  # 1/8: the same number in float32 and in float64

# %% [markdown]
# The functions from `helpers.network` are those of notebook 04, word for word.
# A time means little without the machine, so here is where TensorFlow does
# its work.

# %% tags=["nbval-ignore-output"]
print(f"TensorFlow {tf.__version__} with Keras {keras.__version__}")
print("calculates on:", device_and_threads(tf))

# %% [markdown]
# ## The same network, twice
#
# First the NumPy side: images, one-hot labels, and the parameters of a
# 784-128-10 network. Biases usually start at zero. Here they are drawn too,
# because a zero hides mistakes: a bias that is copied to the wrong place
# would go unnoticed.

# %%
mnist = load_mnist()
one_hot = np.eye(10, dtype=np.float32)
x, y = mnist.x_train, one_hot[mnist.y_train]  # (D, 784), (D, 10)
x_val, y_val = mnist.x_validation, one_hot[mnist.y_validation]

rng = np.random.default_rng(SEED)
W0, _, W1, _ = network.initialise(784, 128, 10, rng)
b0 = rng.normal(0, 0.1, 128).astype(np.float32)
b1 = rng.normal(0, 0.1, 10).astype(np.float32)
start = [W0, b0, W1, b1]
for name, array in zip(("W0", "b0", "W1", "b1"), start):
    print(f"{name}  {array.shape!s:11} {array.dtype}")


# %% [markdown]
# ### Exercise 5.1 (5 minutes)
#
# How many numbers are these? Write `count_parameters(sizes)`. The list
# `sizes` has the length of the input vector first, then the number of neurons
# of each layer; the number of weights and biases comes out. For `[3, 2]`
# there is a matrix $W^0$ of 3 x 2 and a vector $b^0$ of 2: together 8.

# %% tags=["exercise-5.1"]
def count_parameters(sizes):
    """Return the number of weights and biases, an integer."""
    ### BEGIN SOLUTION
    return sum(M * N + N for M, N in zip(sizes[:-1], sizes[1:]))
    ### END SOLUTION


# %%
check("5.1", count_parameters)
# hint("5.1")
# solution("5.1")

# %% [markdown]
# ### Exercise 5.2 (15 minutes)
#
# Now the Keras side. Write `build_model(sizes, dtype)`, which returns a model
# with these layers:
#
# - `keras.Input((M,), dtype=dtype)`: says that a vector x has M = `sizes[0]`
#   entries. It is no layer and has no parameters;
# - `keras.layers.Dense(N, activation="relu", dtype=dtype)`, once for each
#   hidden layer: F3 for N neurons, followed by $h$;
# - `keras.layers.Dense(K, dtype=dtype)` for the output: without activation,
#   so that the model returns $z^H$.
#
# Put them into a list, in this order, and return `keras.Sequential(list)`.
# For `[4, 3, 2]` the model's weights have the shapes (4, 3), (3,), (3, 2),
# (2,).
#
# Why $z^H$ and not $a^H$? For the reason you met in notebook 04, where
# `empirical_risk` takes $z^1$: the logarithm of softmax can be written so that
# it never overflows. Libraries call $z^H$ the *logits*.

# %% tags=["exercise-5.2"]
def build_model(sizes, dtype="float32"):
    """Return a Keras model that maps x (D, sizes[0]) to z^H."""
    ### BEGIN SOLUTION
    layers = [keras.Input((sizes[0],), dtype=dtype)]
    for N in sizes[1:-1]:
        layers.append(keras.layers.Dense(N, activation="relu", dtype=dtype))
    layers.append(keras.layers.Dense(sizes[-1], dtype=dtype))
    return keras.Sequential(layers)
    ### END SOLUTION


# %%
check("5.2", build_model)
# hint("5.2")
# solution("5.2")

# %% [markdown]
# The model draws weights of its own. We overwrite them with ours: Keras stores
# a matrix as (M, N) and takes samples as rows, so nothing has to be turned.

# %%
keras.utils.set_random_seed(SEED)
model = build_model([784, 128, 10])
model.set_weights(start)
print("weights in Keras:", [w.shape for w in model.get_weights()])
print(f"parameters by Keras's count: {model.count_params():,}")
print(f"parameters by yours: {count_parameters([784, 128, 10]):,}")


# %% [markdown]
# ## Do they agree?
#
# Two programs that add the same numbers in another order do not get the same
# result to the last digit. A number in float32 is rounded by up to a part
# $u = 2^{-24}$ of itself, in float64 by $u = 2^{-53}$. So we need a measure of
# distance that says how many digits are common.
#
# ### Exercise 5.3 (5 minutes)
#
# Write `relative_error(a, b)`: for two arrays of the same shape the number
# $\lVert a - b\rVert / \lVert b\rVert$, where the norm is the root of the sum
# of all squared entries. For `a = [3, 4]` and `b = [1, 5]` it is
# $\sqrt{5} / \sqrt{26}$, or 0.4385.

# %% tags=["exercise-5.3"]
def relative_error(a, b):
    """Return the norm of a - b, divided by the norm of b."""
    ### BEGIN SOLUTION
    return np.linalg.norm(a - b) / np.linalg.norm(b)
    ### END SOLUTION


# %%
check("5.3", relative_error)
# hint("5.3")
# solution("5.3")

# %% [markdown]
# One thing is missing for a comparison: the gradients. You derived them by
# hand. TensorFlow does it with a *tape*: while the forward pass runs, it
# writes down each operation with its inputs. Afterwards it goes through the
# list from the end to the beginning and applies the chain rule to each entry.
# This is backpropagation, done for operations in place of layers.

# %%
def tape_gradients(model, x, y):
    """Return z^H, the empirical risk and its gradients, by the tape."""
    with tf.GradientTape() as tape:
        zH = model(x)  # (D, K)  F3, layer by layer
        J = keras.losses.categorical_crossentropy(y, zH, from_logits=True)
        risk = tf.reduce_mean(J)  # B1
    return zH, risk, tape.gradient(risk, model.trainable_variables)


# %% [markdown]
# Now the same 512 images through both, in float32 and once more in float64.
# If the two programs calculate the same thing, the difference is rounding, and
# it must shrink by a factor of about $2^{29}$ when the numbers get 29 more
# binary digits. A difference in the mathematics would stay.

# %%
def parity(dtype, D=512):
    """Return the relative errors of Keras against NumPy, by name."""
    p = [array.astype(dtype) for array in start]
    xs, ys = x[:D].astype(dtype), y[:D].astype(dtype)
    twin = build_model([784, 128, 10], dtype)
    twin.set_weights(p)
    zH, risk, gradients = tape_gradients(twin, xs, ys)
    z0, a0, z1, a1 = forward(xs, *p)
    pairs = {"outputs a1": (tf.nn.softmax(zH), a1)}
    pairs["loss R_D"] = (risk, empirical_risk(ys, z1))
    for name, by_tape, by_hand in zip(
        ("dW0", "db0", "dW1", "db1"),
        gradients,
        backward(xs, ys, z0, a0, a1, p[2]),
    ):
        pairs[name] = (by_tape, by_hand)
    return {n: relative_error(np.array(t), h) for n, (t, h) in pairs.items()}


# %% [markdown]
# The limits are set before we look: $10^{-5}$ in float32 and $10^{-12}$ in
# float64, a few hundred to a few thousand times the rounding of one number.
# The last digits of an error are an accident of the processor, so the table
# shows the power of ten below which each one lies, from $10^{-6}$ and
# $10^{-14}$ upwards.

# %%
def below(error, least):
    """Return a power of ten above an error, `least` or more, as text."""
    return f"< 1e{math.ceil(np.log10(max(error, least)))}"


single, double = parity("float32"), parity("float64")
assert max(single.values()) < 1e-5 and max(double.values()) < 1e-12

# %% tags=["draws"]
print("relative error, Keras against NumPy")
print(f"{'':12}{'float32':>10}{'float64':>10}")
for name in single:
    errors = below(single[name], 1e-6), below(double[name], 1e-14)
    print(f"{name:12}{errors[0]:>10}{errors[1]:>10}")

# %% [markdown]
# The tape knows nothing of our derivation, so it can serve as a witness for
# it. Keras's gradient with respect to $z^1$ itself is $\delta^1 / D$, with the
# 1/D from the mean, and the lecture says what it should be:
#
# **B11** $\quad \delta^H = a^H - y$

# %% tags=["equation-B11"]
z1 = np.random.default_rng(11).normal(size=(6, 4))
y_demo = np.eye(4)[[0, 3, 1, 1, 2, 0]]

z = tf.Variable(z1)
with tf.GradientTape() as tape:
    risk = tf.reduce_mean(
        keras.losses.categorical_crossentropy(y_demo, z, from_logits=True)
    )
delta_by_tape = len(z1) * tape.gradient(risk, z).numpy()
a1 = network.softmax(z1)
verify_equation(
    "B11", delta_by_tape, a1 - y_demo, a1, without="without the - y"
)


# %% [markdown]
# ## One epoch, the same batches, the same order
#
# One step agrees. Do a few hundred of them, each starting where the last one
# ended? This is the NumPy side, the loop of notebook 04 with a fixed order of
# the images and a constant learning rate.

# %%
def numpy_epoch(parameters, x, y, batch_size, learning_rate):
    """Return W0, b0, W1, b1 after one pass over the rows in their order."""
    W0, b0, W1, b1 = (array.copy() for array in parameters)
    for first in range(0, len(x), batch_size):
        xb, yb = x[first : first + batch_size], y[first : first + batch_size]
        z0, a0, z1, a1 = forward(xb, W0, b0, W1, b1)  # S1
        dW0, db0, dW1, db1 = backward(xb, yb, z0, a0, a1, W1)  # S2, S3
        W0 -= learning_rate * dW0  # B5
        b0 -= learning_rate * db0  # B6
        W1 -= learning_rate * dW1
        b1 -= learning_rate * db1
    return [W0, b0, W1, b1]


# %% [markdown]
# On the Keras side this whole loop is one call. `compile` says what to
# minimise and how to descend; `fit` loops.
#
# | in notebook 04 | in Keras |
# | --- | --- |
# | `initialise` | done when the layers are built |
# | `empirical_risk` | `loss=` in `compile` |
# | `backward` | done by the tape inside `fit` |
# | `W0 -= learning_rate * dW0` ... | `optimizer=SGD(learning_rate)` |
# | loop over `mini_batches` | `batch_size=`, `shuffle=` in `fit` |
# | loop over epochs | `epochs=` in `fit` |
# | accuracy after each epoch | `metrics=`, `validation_data=` |
# | `after_epoch(...)` | `callbacks=` |
#
# SGD, *stochastic gradient descent*, is gradient descent on mini-batches.
# `steps_per_execution` lets Keras do several steps before it comes back to
# Python; the next section but one shows what this is good for.

# %%
loss = keras.losses.CategoricalCrossentropy(from_logits=True)
model.compile(
    optimizer=keras.optimizers.SGD(LEARNING_RATE),
    loss=loss,
    metrics=["accuracy"],
    steps_per_execution=32,
)

# %% [markdown]
# We train both for two epochs. In each one a new order is drawn, and both tools
# get it (`shuffle=False` keeps Keras from drawing its own). Before the first
# epoch and after each one, both measure loss and accuracy on the validation
# sample by their own means. Keras gets that sample as a dataset of ten ready
# batches, which it can use again and again without cutting them anew.

# %%
batches_of_1000 = x_val.reshape(-1, 1000, 784), y_val.reshape(-1, 1000, 10)
validation = tf.data.Dataset.from_tensor_slices(batches_of_1000)


def measure(parameters):
    """Note loss and accuracy of both tools on the validation sample."""
    risk = empirical_risk(y_val, forward(x_val, *parameters)[2])
    right = network.accuracy(x_val, mnist.y_validation, parameters)
    curves["NumPy"].append((risk, right))
    curves["TensorFlow"].append(model.evaluate(validation, verbose=0))


# %%
curves = {"NumPy": [], "TensorFlow": []}
parameters = start
model.set_weights(start)
rng = np.random.default_rng(SEED)
measure(parameters)
for epoch in progress_bar(range(EPOCHS), "both tools"):
    order = rng.permutation(len(x))
    xs, ys = x[order], y[order]
    parameters = numpy_epoch(parameters, xs, ys, BATCH, LEARNING_RATE)
    model.fit(xs, ys, batch_size=BATCH, shuffle=False, verbose=0)
    measure(parameters)
    if epoch == 0:  # kept for a closer look
        first_epoch = order, parameters, model.get_weights()
for tool, values in curves.items():
    print(f"{tool:11} validation accuracy {100 * values[-1][1]:.1f} %")
gap = max(abs(n[1] - t[1]) for n, t in zip(*curves.values()))
assert gap < 0.002  # twenty images of ten thousand

# %% [markdown]
# The curves are drawn with different lines and markers, so that one can be
# seen through the other.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=2.9)
epochs = np.arange(EPOCHS + 1)  # 0: before the training
for tool, values in curves.items():
    risks, shares = np.array(values).T
    wide = {"linewidth": 4, "alpha": 0.6} if tool == "NumPy" else {}
    look = {**plotting.STYLE[tool], **wide}
    axes[0].plot(epochs, risks, label=tool, **look)
    axes[1].plot(epochs, 100 * shares, label=tool, **look)
axes[0].set(title="Loss", ylabel="validation loss")
axes[1].set(title="Accuracy", ylabel="validation accuracy (%)")
for ax in axes:
    ax.set(xlabel="epoch", xticks=epochs)
    ax.legend()
plotting.show(
    fig,
    alt="Two panels, validation loss falling and validation accuracy rising "
    f"over {EPOCHS} epochs. In both, the dashed TensorFlow curve lies on the "
    "wide NumPy curve, so that they cannot be told apart.",
)


# %% [markdown]
# Two tools, one curve. How close do the weights have to be, and how close are
# they? Let us derive a tolerance before we look.
#
# **A bound on the rounding.** An epoch has $T$ updates. In each one, a weight
# is replaced by a rounded result: an error of at most $u$ of its size. (The
# gradient is rounded as well, but it enters multiplied by $\lambda$, as a small
# part of the weight.) In the worst case all these errors point the same way,
# and there are two programs that make them. Without anything else the
# difference after the epoch would be at most $2 T u$.
#
# **What training makes of it.** A difference that is made early is carried
# along by the steps that follow: the next gradient is taken at a slightly
# different place. Whether differences grow on the way is not to be guessed. We
# measure it: put the worst case, the whole $2 T u$, into the *starting*
# weights, run the NumPy epoch again, and see where it ends. The distance
# between these two NumPy runs is our tolerance.

# %%
def tolerance_for(end, xs, ys):
    """Return 2 T u, and by how much that at the start changes the end."""
    dtype = end[0].dtype.type
    T = math.ceil(len(xs) / BATCH)
    worst = 2 * T * np.finfo(dtype).eps / 2  # 2 T u
    rng = np.random.default_rng(SEED)
    moved = []
    for w in start:
        sign = rng.choice(np.array([-1, 1], dtype), size=w.shape)
        moved.append(w.astype(dtype) * (1 + dtype(worst) * sign))
    far = numpy_epoch(moved, xs, ys, BATCH, LEARNING_RATE)
    return worst, max(relative_error(f, e) for f, e in zip(far, end))


# %% [markdown]
# For float32, `fit` has done the epoch already: it is the first one of the
# curves above. For float64 we write down what stands inside `fit`, and let
# that do an epoch over 10,000 of the images: for each batch the tape gives the
# gradients, and the optimiser applies B5 and B6. There is nothing else in it
# that changes a weight.

# %%
def epoch_inside_fit(model, optimizer, x, y, batch_size):
    """Train one epoch as `fit` does it, batch by batch, and see it all."""
    for first in range(0, len(x), batch_size):
        xb, yb = x[first : first + batch_size], y[first : first + batch_size]
        _, _, gradients = tape_gradients(model, xb, yb)  # B7, B8
        optimizer.apply(gradients, model.trainable_variables)  # B5, B6
    return model.get_weights()


# %%
order, by_numpy32, by_keras32 = first_epoch
xs, ys = x[order], y[order]
worst32, tolerance32 = tolerance_for(by_numpy32, xs, ys)

xs, ys = xs[:10_000].astype(float), ys[:10_000].astype(float)
start64 = [array.astype(float) for array in start]
by_numpy64 = numpy_epoch(start64, xs, ys, BATCH, LEARNING_RATE)
worst64, tolerance64 = tolerance_for(by_numpy64, xs, ys)
twin = build_model([784, 128, 10], "float64")
twin.set_weights(start64)
descent = keras.optimizers.SGD(LEARNING_RATE)
by_keras64 = epoch_inside_fit(twin, descent, xs, ys, BATCH)

# %% [markdown]
# Here is the verdict, and below it the numbers of one machine: on another one
# the sums are added up in another order. What has to hold everywhere is that
# the distance found lies within the tolerance.

# %%
runs = {
    "float32": (worst32, tolerance32, by_keras32, by_numpy32),
    "float64": (worst64, tolerance64, by_keras64, by_numpy64),
}
found = {}
for name, (_, tolerance, by_keras, by_numpy) in runs.items():
    pairs = zip(by_keras, by_numpy)
    found[name] = max(relative_error(k, n) for k, n in pairs)
    print(f"{name}: within the tolerance: {found[name] < tolerance}")
    assert found[name] < tolerance
print("tolerances below 2e-2 and 2e-13:",
      tolerance32 < 2e-2, tolerance64 < 2e-13)

# %% tags=["draws", "nbval-ignore-output"]
print(f"{'':9}{'2 T u':>10}{'tolerance':>12}{'found':>10}")
for name, (worst, tolerance, *_) in runs.items():
    print(f"{name:9}{worst:10.0e}{tolerance:12.0e}{found[name]:10.0e}")

# %% [markdown]
# In float64 the tolerance is hardly larger than $2 T u$ itself: small
# differences stay small. In float32 it is far larger than $2 T u$. Why? A
# derivative that jumps: the gate $h'(z)$ of a hidden neuron is 0 or 1. If
# $z$ lies so close to zero that rounding decides its sign, one tool opens the
# gate and the other keeps it shut, and the two go slightly different ways from
# there. How often should that happen in an epoch? We need the error of $z^0$,
# and how many $z^0$ there are near zero.

# %%
images = x[:5_000]
z32 = forward(images, *by_numpy32)[0]
z64 = forward(images.astype(float), *[p.astype(float) for p in by_numpy32])[0]
error = np.mean(np.abs(z32 - z64))  # of float32
density = np.mean(np.abs(z64) < 0.05) / 0.1  # share of the z0 per unit, at 0
gates = len(x) * z64.shape[1]
flips = gates * density * error
print(f"{gates:,} gates an epoch")
print("rounding decides less than two of them in float32:", flips < 2)
print("and less than 1e-8 of them in float64:", flips / 2**29 < 1e-8)


# %% [markdown]
# In float32 it takes an epoch or a few until rounding decides a gate; from
# then on the weights differ a little more, and more gates follow. That is why
# the distance found in float32 depends on the machine so much: it says whether
# a gate was missed, and how early. In float64 it would take more epochs than
# anyone will train. So the float64 row is the sharp test of the mathematics,
# and the float32 row says what "equal" can mean for a network trained in
# single precision.
#
# The library does what you wrote.
#
# ### Exercise 5.4 (15 minutes)
#
# One step with the tape, from nothing but the forward pass. Write
# `tape_step(x, y, weights, learning_rate)`: `x` (D, M) and `y` (D, K) are
# arrays, `weights` is the list `[W0, b0, W1, b1]` of arrays. Make a
# `tf.Variable` of each, write the forward pass of a network with one ReLU
# layer and its risk inside a `tf.GradientTape`, get the gradients, and return
# the list of the four *new* weights by B5 and B6.
#
# You can use `tf.nn.relu(z0)` and
# `tf.nn.softmax_cross_entropy_with_logits(y, z1)`, which gives the loss of
# each sample (B4), shape (D,). A tiny example of a tape: with
# `w = tf.Variable(3.0)` and `J = w * w` inside, `tape.gradient(J, w)` is 6.

# %% tags=["exercise-5.4"]
def tape_step(x, y, weights, learning_rate):
    """Return W0, b0, W1, b1 after one step of gradient descent."""
    ### BEGIN SOLUTION
    variables = [tf.Variable(w) for w in weights]
    W0, b0, W1, b1 = variables
    with tf.GradientTape() as tape:
        a0 = tf.nn.relu(x @ W0 + b0)  # (D, N)
        z1 = a0 @ W1 + b1  # (D, K)
        J = tf.nn.softmax_cross_entropy_with_logits(y, z1)
        risk = tf.reduce_mean(J)
    gradients = tape.gradient(risk, variables)
    return [v - learning_rate * g for v, g in zip(variables, gradients)]
    ### END SOLUTION


# %%
check("5.4", tape_step)
# hint("5.4")
# solution("5.4")

# %% [markdown]
# Your step, `fit` on a single batch, and NumPy: three ways to the same place.

# %%
xs, ys = x[:BATCH], y[:BATCH]
model.set_weights(start)
model.fit(xs, ys, batch_size=BATCH, shuffle=False, verbose=0)
three = {
    "tape_step": tape_step(xs, ys, start, LEARNING_RATE),
    "fit": model.get_weights(),
}
by_numpy = numpy_epoch(start, xs, ys, BATCH, LEARNING_RATE)
for name, weights in three.items():
    pairs = zip(weights, by_numpy)
    error = max(relative_error(np.array(w), n) for w, n in pairs)
    print(f"{name:10} and NumPy agree to 1e-5: {error < 1e-5}")

# %% [markdown]
# ## What a step costs
#
# Same steps, same result; the same time? We measure a training step of a
# 784-N-10 network in three ways, float32:
#
# - NumPy: the loop of notebook 04;
# - Keras, `fit` as it is;
# - Keras with `steps_per_execution=32`: 32 steps before Python hears of them.
#
# All use one thread for an operation, but TensorFlow may do two operations at a
# time, which NumPy cannot. Notebook 09, where the tools race, takes this
# advantage away.
#
# Inside the clock is all that a step needs: taking the batch out, forward,
# loss, backward, update. Outside: making the arrays, building the model,
# opening an epoch, which `fit` does once for all of its steps, and 32 steps of
# warm-up, in which TensorFlow translates the step into a graph of operations.
# Then come three times 32 steps; their median, divided by 32, is the result.
#
# A *callback* is an object whose methods `fit` calls, here whenever it is back
# in Python: after each step, or after 32 of them.

# %%
STEPS, REPEATS = 32, 3


class Stopwatch(keras.callbacks.Callback):
    """Note the time whenever `fit` is back in Python."""

    def __init__(self):
        super().__init__()
        self.times = []

    def on_train_batch_end(self, batch, logs=None):
        self.times.append(time.perf_counter())


def keras_ms(model, batch):
    """Return the milliseconds of a step of `fit`."""
    watch, rows = Stopwatch(), slice((1 + REPEATS) * STEPS * batch)
    model.fit(
        x[rows], y[rows], batch_size=batch, callbacks=[watch], verbose=0
    )
    calls = len(watch.times) // (1 + REPEATS)  # for 32 steps: 32 calls, or 1
    ends = watch.times[calls - 1 :: calls]  # the first is the warm-up's
    return 1000 * np.median(np.diff(ends)) / STEPS


# %% [markdown]
# The NumPy side has no need of such detours.

# %%
def numpy_ms(N, batch):
    """Return the milliseconds of a step of the NumPy network."""
    rng = np.random.default_rng(SEED)
    parameters = network.initialise(784, N, 10, rng)
    W0, b0, W1, b1 = parameters
    seconds = []
    for _ in range(1 + REPEATS):
        begun = time.perf_counter()
        for rows in network.mini_batches(STEPS * batch, batch, rng):
            z0, a0, z1, a1 = forward(x[rows], *parameters)
            empirical_risk(y[rows], z1)  # Keras keeps an eye on it, too
            gradients = backward(x[rows], y[rows], z0, a0, a1, W1)
            for parameter, gradient in zip(parameters, gradients):
                parameter -= LEARNING_RATE * gradient
        seconds.append(time.perf_counter() - begun)
    return 1000 * np.median(seconds[1:]) / STEPS


def fresh_model(N, steps_per_execution):
    """Return a compiled 784-N-10 model for plain gradient descent."""
    model = build_model([784, N, 10])
    descent = keras.optimizers.SGD(LEARNING_RATE)
    model.compile(descent, loss, steps_per_execution=steps_per_execution)
    return model


# %% [markdown]
# Three batch sizes at 128 hidden neurons, then three times as many neurons at
# the largest batch. The last columns give an epoch of 50,000 images.

# %%
BATCHES, WIDE = (8, 32, 128), 384
WAYS = {"NumPy": None, "Keras": 1, "Keras, 32 at once": STEPS}
ms = {(128, B): [] for B in BATCHES}
ms[WIDE, BATCHES[-1]] = []
models = {}
for N, B in progress_bar(ms, "step costs"):
    for at_once in WAYS.values():
        if at_once is None:
            ms[N, B].append(numpy_ms(N, B))
            continue
        if (N, at_once) not in models:
            models[N, at_once] = fresh_model(N, at_once)
        ms[N, B].append(keras_ms(models[N, at_once], B))
assert all(1e-3 < t < 1e3 for times in ms.values() for t in times)

# %% tags=["draws", "nbval-ignore-output"]
print(f"on {device_and_threads(tf)}; NumPy with 1 thread")
print("   N  batch |      ms a step      |  s an epoch of 50,000")
print("            | NumPy  Keras  by 32 | NumPy  Keras  by 32")
for (N, B), times in sorted(ms.items()):
    steps = "".join(f"{t:7.2f}" for t in times)
    epoch = "".join(f"{t * math.ceil(len(x) / B) / 1000:7.2f}" for t in times)
    print(f"{N:4}  {B:5} |{steps[1:]} |{epoch[1:]}")

# %% [markdown]
# Most of this can be said with two numbers. The time of a step is nearly a
# straight line in the batch size: a *fixed price*, which every step pays
# however small it is, and a *price per image*. Least squares find both; the
# relative errors are made small, so that the small steps have their say.

# %% tags=["nbval-ignore-output"]
fixed, each = {}, {}  # ms a step, ms an image
for k, way in enumerate(WAYS):
    times = np.array([ms[128, B][k] for B in BATCHES])
    A = np.stack([np.ones(len(BATCHES)), BATCHES], axis=1) / times[:, None]
    prices = np.linalg.lstsq(A, np.ones(len(times)), rcond=None)[0]
    fixed[way], each[way] = prices
    print(f"{way:18}{prices[0]:5.2f} ms a step + "
          f"{1000 * prices[1]:3.0f} us an image")

# %% [markdown]
# The same times as a picture, on logarithmic axes; the lines are the two
# prices. On the left, a fixed price is the level part of a curve, and a price
# per image its slope. On the right it is the other way round: an epoch has the
# same images in whatever batches, but with small ones it pays the fixed price
# more often.

# %% tags=["draws"]
LOOKS = [plotting.STYLE["NumPy"], plotting.STYLE["TensorFlow"],
         {"color": plotting.BLACK, "linestyle": ":", "marker": "x"}]


def draw_costs(ax, scale):
    """Draw scale(ms a step, batch size): measured, and from two prices."""
    sizes, line = np.array(BATCHES), np.geomspace(BATCHES[0], BATCHES[-1])
    for k, way in enumerate(WAYS):
        times = np.array([ms[128, B][k] for B in BATCHES])
        fitted = fixed[way] + each[way] * line
        ax.loglog(line, scale(fitted, line), **{**LOOKS[k], "marker": ""})
        ax.loglog(sizes, scale(times, sizes), label=way,
                  **{**LOOKS[k], "linestyle": ""})
    low, high = ax.get_ylim()
    marks = [m * t for t in (0.1, 1, 10) for m in (1, 2, 5)]
    marks = [m for m in marks if low < m < high]
    ax.set(xlabel="batch size, with N = 128", xticks=BATCHES, yticks=marks)
    ax.set(xticklabels=BATCHES, yticklabels=[f"{m:g}" for m in marks])
    ax.minorticks_off()


# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=3.2)
draw_costs(axes[0], lambda ms_a_step, B: ms_a_step)
draw_costs(axes[1], lambda ms_a_step, B: ms_a_step * len(x) / B / 1000)
axes[0].set(title="A step", ylabel="ms a training step")
axes[1].set(title="An epoch of 50,000 images", ylabel="s an epoch")
axes[1].legend(fontsize=9)
small, large = ms[128, BATCHES[0]], ms[128, BATCHES[-1]]
epochs = [ms[128, B][1] * len(x) / B / 1000 for B in BATCHES]  # s, Keras
plotting.show(
    fig,
    alt="Two panels, the time of a training step and of an epoch against the "
    f"batch size. A step at a batch of {BATCHES[0]}: NumPy {small[0]:.2f}"
    f" ms, Keras {small[1]:.2f} ms, with 32 steps at once {small[2]:.2f} ms; "
    f"at {BATCHES[-1]}: {large[0]:.1f}, {large[1]:.1f} and {large[2]:.1f} ms. "
    f"An epoch in Keras: {epochs[0]:.1f} s in batches of {BATCHES[0]}, "
    f"{epochs[-1]:.1f} s in batches of {BATCHES[-1]}.",
    values=False,
)


# %% [markdown]
# And in words, made by the cell from its own measurement:

# %% tags=["draws", "nbval-ignore-output"]
def compare_words(way, by_numpy, by_keras):
    """Say which of NumPy and a way of Keras is faster, and how much."""
    ratio = by_keras / by_numpy
    if 0.87 < ratio < 1.15:
        return f"{way}: as fast as NumPy"
    factor = f"{max(ratio, 1 / ratio):.1f} times as fast"
    if ratio > 1:
        return f"{way}: NumPy is {factor}"
    return f"{way}: {factor} as NumPy"


for N, B in ((128, BATCHES[0]), (128, BATCHES[-1]), (WIDE, BATCHES[-1])):
    print(f"N = {N}, batches of {B}")
    for way, by_keras in list(zip(WAYS, ms[N, B]))[1:]:
        print("   ", compare_words(way, ms[N, B][0], by_keras))
_, keras_alone, keras_by_32 = ms[128, BATCHES[0]]
share = 100 * (1 - keras_by_32 / keras_alone)
more = "saves" if share > 0 else "costs"
print(f"steps_per_execution=32 {more} {abs(share):.0f} % of a step "
      f"at batches of {BATCHES[0]}")
print(f"a Keras step before any image: {fixed['Keras']:.2f} ms; "
      f"NumPy: {fixed['NumPy']:.2f} ms")


# %% [markdown]
# Why are small steps dearer in the library? A NumPy step is about twenty calls
# of compiled functions. A step of `fit` has the same twenty and, around them,
# the work of a general tool: a pipeline hands over the batch, Python calls the
# graph, the graph's scheduler starts each operation when its inputs are
# ready, metrics are kept, callbacks asked. None of it depends on how large the
# matrices are. `steps_per_execution` moves the loop over the steps into the
# graph, so that Python is asked less often; the scheduler's part remains.
# Where the matrices are large, all of this disappears beside the arithmetic,
# which both tools leave to similar libraries. On a graphics processor the
# arithmetic shrinks, and a fixed price counts all the more: batches are made
# larger there.
#
# **A question of judgement** (5 minutes). You want to train a 10-16-2 network
# on 500 measurements, thousands of times with other seeds. Another day it is
# 784-2048-2048-10. Which tool, and why?

# %% [markdown] tags=["solution-only"]
# *One answer.* The small network: NumPy. Its matrices are tiny, so a step in
# the library is nearly all fixed price, and thousands of models would each
# have to be built and translated. The large one: Keras. Its arithmetic
# outweighs the fixed price, nobody wants to derive and debug more layers by
# hand, and the same code runs on a graphics processor.

# %% [markdown]
# ## Several hidden layers
#
# For more layers nothing new is needed. Forward, F3 is repeated; backward,
# one recursion leads from each layer to the one before it:
#
# **B13** $\quad \delta^L = h'(z^L) \odot W^{L+1} \delta^{L+1}$
#
# The lists below hold $z^0 \ldots z^H$, $a^0 \ldots a^H$ and so on, at the
# layer's own number. Here is the forward pass for any number of layers.

# %%
def deep_forward(x, W, b):
    """Return the lists z and a, one array (D, N) a layer."""
    z, a = [], []
    for L in range(len(W)):
        before = x if L == 0 else a[L - 1]
        z.append(before @ W[L] + b[L])  # F3
        h = network.relu if L < len(W) - 1 else network.softmax
        a.append(h(z[L]))
        assert a[L].shape == (len(x), len(b[L]))
    return z, a


# %% [markdown]
# ### Exercise 5.5 (20 minutes)
#
# Write `deltas(y, z, a, W)`: from the one-hot labels `y` (D, K) and the lists
# `z`, `a`, `W`, each with H + 1 arrays, it returns the list of
# $\delta^0 \ldots \delta^H$, in this order, each of the shape of its $z^L$.
# Start with B11, then go down with B13. `h_prime(z)` is ReLU's derivative.
# Samples are rows, as in notebook 04, where $W^1 \delta^1$ became
# `delta1 @ W1.T`. No 1/D in here: it belongs to the gradients.
#
# An example with one sample and H = 1: if $z^0 = (-1, 2)$,
# $a^1 = (0.5, 0.5)$, $y = (1, 0)$ and $W^1$ has the rows (1, 2) and (3, 5),
# then $\delta^1 = (-0.5, 0.5)$ and $\delta^0 = (0, 1)$.

# %% tags=["exercise-5.5"]
def deltas(y, z, a, W):
    """Return the list delta^0 ... delta^H of arrays (D, N)."""
    ### BEGIN SOLUTION
    H = len(W) - 1
    delta = [None] * (H + 1)
    delta[H] = a[H] - y  # B11
    for L in range(H - 1, -1, -1):
        delta[L] = h_prime(z[L]) * (delta[L + 1] @ W[L + 1].T)  # B13
    return delta
    ### END SOLUTION


# %%
check("5.5", deltas)
# hint("5.5")
# solution("5.5")

# %% [markdown]
# A network with four hidden layers of different widths, weights and biases
# drawn at random; and the recursion against the tape, layer by layer. The
# tape is asked for $\partial J / \partial z^L$ directly: it differentiates
# TensorFlow's forward pass and never sees B13.

# %% tags=["equation-B13"]
SIZES = [784, 64, 48, 32, 24, 10]  # H = 4
draw = np.random.default_rng(13)
W = [draw.normal(0, np.sqrt(2 / M), (M, N)) for M, N in zip(SIZES, SIZES[1:])]
b = [draw.normal(0, 0.1, N) for N in SIZES[1:]]
xs, ys = x[:256].astype(float), y[:256].astype(float)
z, a = deep_forward(xs, W, b)
delta = deltas(ys, z, a, W)

with tf.GradientTape() as tape:
    z_tf = [tf.constant(xs) @ W[0] + b[0]]
    tape.watch(z_tf[0])
    for L in range(1, len(W)):
        z_tf.append(tf.nn.relu(z_tf[-1]) @ W[L] + b[L])
    J = tf.nn.softmax_cross_entropy_with_logits(ys, z_tf[-1])
by_tape = tape.gradient(J, z_tf[:-1])  # one delta a hidden layer
left, right, wrong = [], [], []
for L in range(len(W) - 1):
    left.append(by_tape[L].numpy().ravel())
    right.append(delta[L].ravel())
    wrong.append((delta[L + 1] @ W[L + 1].T).ravel())  # no gate h'
left, right, wrong = (np.concatenate(v) for v in (left, right, wrong))
verify_equation("B13", left, right, wrong, without="without h'(z)")


# %% [markdown]
# From the deltas to the gradients of all ten arrays it is one line each, B7
# and B8, with the mean over the samples. Then the comparison that we made for
# one hidden layer, with the same limits.

# %%
def deep_gradients(x, y, W, b):
    """Return the gradients dW0, db0, ..., dWH, dbH of the risk."""
    z, a = deep_forward(x, W, b)
    gradients = []
    for L, delta in enumerate(deltas(y, z, a, W)):
        before = x if L == 0 else a[L - 1]
        gradients.append(before.T @ delta / len(x))  # B7
        gradients.append(np.sum(delta, axis=0) / len(x))  # B8
    return gradients


for dtype, least, limit in (
    ("float32", 1e-6, 1e-5),
    ("float64", 1e-14, 1e-12),
):
    Wd, bd = [w.astype(dtype) for w in W], [v.astype(dtype) for v in b]
    deep = build_model(SIZES, dtype)
    deep.set_weights([array for pair in zip(Wd, bd) for array in pair])
    xd, yd = xs.astype(dtype), ys.astype(dtype)
    _, _, by_tape = tape_gradients(deep, xd, yd)
    pairs = zip(by_tape, deep_gradients(xd, yd, Wd, bd))
    errors = [relative_error(t.numpy(), n) for t, n in pairs]
    most = below(max(errors), least)
    print(f"{dtype}: {len(errors)} gradients, relative errors {most}")
    assert max(errors) < limit

# %% [markdown]
# So the general algorithm is in your hands: 15 lines, any depth. What the
# library spares you is not this mathematics but everything around it.
#
# ## A network worth keeping
#
# Now a network to be used afterwards: two hidden layers, and two means
# against learning the training sample by heart, which notebook 08 takes up:
#
# - **Dropout** (Srivastava et al., 2014): in each training step a random part
#   $p$ of a layer's activations is set to zero, and the others are divided by
#   $1 - p$. No neuron can rely on a single other one. In use, nothing is
#   dropped.
# - **Shifts**: a digit that is moved by a pixel is the same digit. The network
#   sees an image through a window of 24 x 24 pixels. In training the window
#   lies up to one pixel off the middle, across and down, anew for every batch;
#   for the validation sample it lies in the middle. A quarter of the input is
#   saved as well.
#
# Why the division by $1 - p$? So that the next layer gets the same input on
# average. In NumPy:

# %%
rng = np.random.default_rng(SEED)
p, activations = 0.1, rng.uniform(0, 2, (1000, 256))
kept = rng.random(activations.shape) >= p
dropped = np.where(kept, activations, 0) / (1 - p)
print(f"set to zero: {100 * np.mean(dropped == 0):.0f} %")
print(f"mean before: {activations.mean():.2f}, after: {dropped.mean():.2f}")

# %% [markdown]
# And the window. How much of the ink is lost with the rim? The cell counts. It
# also takes the mean grey of the training images away from every pixel, so
# that the inputs lie around zero. By B7, the gradient of a weight is its input
# times a delta. Where no input is negative, the first weights of a neuron all
# want to go the same way for an image, which makes the descent slower (LeCun
# et al., 1998).

# %%
SIDE, RIM = 24, 2  # pixels; RIM on each side of a window in the middle
MEAN = np.float32(np.mean(x, dtype=float))


def window(images, down=0, right=0):
    """Return what the network gets of images (D, 28, 28): rows (D, 576)."""
    top, left = RIM + down, RIM + right
    seen = images[:, top : top + SIDE, left : left + SIDE]
    return tf.reshape(seen, (-1, SIDE * SIDE)) - MEAN


squares = x.reshape(-1, 28, 28)
middle = squares[:, RIM:-RIM, RIM:-RIM]
lost = 1 - np.sum(middle, dtype=float) / np.sum(x, dtype=float)
print(f"the window sees {middle[0].size} pixels of {x.shape[1]}")
print(f"and misses {lost:.1%} of the ink; mean grey {MEAN:.2f}")
assert lost < 0.005

squares_val = x_val.reshape(-1, 28, 28)
seen = tf.reshape(window(squares_val), (10, 1000, -1))
val_windows = tf.data.Dataset.from_tensor_slices((seen, batches_of_1000[1]))


# %% [markdown]
# The model, as Keras recommends to write it: a list of layers, each with a
# name that the summary shows. `he_normal` is the initialisation of notebook
# 04.

# %%
def worthy_model(first=256, second=128):
    """Return a model with two hidden layers and dropout."""
    layers = keras.layers
    options = {"activation": "relu", "kernel_initializer": "he_normal"}
    return keras.Sequential(
        [
            keras.Input((SIDE * SIDE,)),
            layers.Dense(first, **options, name="hidden_0"),
            layers.Dropout(0.1, name="dropout_0"),
            layers.Dense(second, **options, name="hidden_1"),
            layers.Dropout(0.1, name="dropout_1"),
            layers.Dense(10, name="output"),
        ]
    )


# %% [markdown]
# How many parameters will the table show? Dropout has none, so your function
# of exercise 5.1 knows before Keras does.

# %%
worthy_sizes = [SIDE * SIDE, 256, 128, 10]
print(f"your count: {count_parameters(worthy_sizes):,}")
worthy = worthy_model()
assert worthy.count_params() == count_parameters(worthy_sizes)

# %% [markdown]
# And Keras's count, layer by layer:

# %% tags=["draws"]
print(f"{'layer':12}{'kind':20}{'output':18}{'parameters':>10}")
for layer in worthy.layers:
    kind, shape = type(layer).__name__, str(layer.output.shape[1:])
    print(f"{layer.name:12}{kind:20}{shape:18}{layer.count_params():10,}")
print(f"{'sum':50}{worthy.count_params():10,}")


# %% [markdown]
# `worthy.summary()` draws a table like this one. To look at it is a habit worth
# having: a layer of the wrong size is seen there first.
#
# The shifts are made where the batches are made. TensorFlow's `tf.data`
# describes this as a chain: row numbers, shuffled, put into batches, and each
# batch taken out of the images and seen through a window. `fit` accepts such a
# chain in place of arrays.

# %%
def window_batches(squares, y, batch_size, most):
    """Return shuffled batches, windows up to `most` pixels off the middle."""
    images, labels = tf.constant(squares), tf.constant(y)

    def take(rows):
        """Return windows of a batch of images, and their labels."""
        off = tf.random.uniform((2,), -most, most + 1, tf.int32)
        seen = window(tf.gather(images, rows), *tf.unstack(off))
        return seen, tf.gather(labels, rows)

    rows = tf.data.Dataset.range(len(squares)).shuffle(len(squares))
    return rows.batch(batch_size).map(take)


# %% [markdown]
# If one image is all there is, the batches show the places it can be moved to.

# %%
keras.utils.set_random_seed(SEED)
same = window_batches(np.repeat(squares[:1], 60, axis=0), y[:60], 1, most=1)
moved = np.unique([image.numpy() for image, _ in same], axis=0)[:, 0]
print(f"{len(moved)} different places in 60 batches")

# %% tags=["draws"]
fig = plotting.digits(moved + MEAN, columns=9)
for ax in fig.axes:  # a cross that does not move
    ax.axhline((SIDE - 1) / 2, color=plotting.ORANGE, linewidth=0.8)
    ax.axvline((SIDE - 1) / 2, color=plotting.ORANGE, linewidth=0.8)
plotting.show(
    fig,
    alt=f"The same handwritten digit {len(moved)} times, each with a thin "
    "cross through the middle of the window: the digit lies in the middle, or "
    "one pixel to a side, up, down or along a diagonal.",
)


# %% [markdown]
# ### How the rate falls
#
# The optimiser is Adam (Kingma and Ba, 2015), a gradient descent that gives
# each weight a step size of its own; notebook 07 compares. Its learning rate
# falls to zero along a cosine, as in notebook 04. Its first value is 0.005,
# chosen on the validation sample.
#
# A callback can do more than look on: here it sets the rate before each call
# of the graph, from the number of updates that the optimiser has made. (Keras
# has this curve ready as `keras.optimizers.schedules.CosineDecay`. Its length
# is settled in `compile`; our trainings have two lengths.)

# %%
class FallingRate(keras.callbacks.Callback):
    """Let the learning rate fall to zero, along a cosine over T updates."""

    def __init__(self, T, rate=0.005):
        super().__init__()
        self.T, self.rate = T, rate

    def on_train_batch_begin(self, batch, logs=None):
        optimizer = self.model.optimizer
        part = float(optimizer.iterations.numpy()) / self.T  # 0 to 1
        rate = self.rate * (1 + math.cos(math.pi * part)) / 2
        optimizer.learning_rate = rate


# %% [markdown]
# In the first `fit` after `compile`, TensorFlow translates the step. To have
# this done only once, one model is compiled, and serves for all the trainings
# that follow: `restart` gives it the weights of a new model and an optimiser
# that remembers nothing. Among a model's `variables` are, beside the weights,
# the generators of its dropout layers: they begin anew as well, so that a
# training does not depend on those before it.

# %%
worthy.compile(
    keras.optimizers.Adam(), loss, metrics=["accuracy"],
    steps_per_execution=24,
)
worthy.optimizer.build(worthy.trainable_variables)


def restart(model, seed):
    """Set the seed, begin as a new model does, forget the updates."""
    keras.utils.set_random_seed(seed)
    for variable, new in zip(model.variables, worthy_model().variables):
        variable.assign(new)
    for variable in model.optimizer.variables:  # the rate is one of them
        variable.assign(np.zeros(variable.shape))


# %% [markdown]
# ### How much is luck?
#
# Do the shifts help? Before the long run, short ones on 3,000 training images
# in batches of 125: with shifts, and with the window always in the middle.
# Nothing else differs; of two things changed at a time, one would not know
# which one did it. Each candidate runs with three seeds: other starting
# weights, other batches, other shifts and drops. The validation sample
# decides. Whether there is a difference is said by the course's rule: the two
# candidates are compared seed by seed, and the 95 % interval of the mean
# difference must leave out zero. `repeat` puts the epochs one after the other, each in a new order,
# so that `fit` opens only one.

# %%
SHORT, SHORT_BATCH, SHORT_EPOCHS, SEEDS = 3_000, 125, 8, (1, 2, 3)
CANDIDATES = {"shifts": 1, "no shifts": 0}  # pixels off the middle, at most
short = {name: [] for name in CANDIDATES}  # validation accuracy, %
falling = FallingRate(SHORT_EPOCHS * SHORT // SHORT_BATCH)
bar = progress_bar(range(len(SEEDS) * len(CANDIDATES)), "short runs")
for name, most in CANDIDATES.items():
    for seed in SEEDS:
        restart(worthy, seed)
        sample = window_batches(squares[:SHORT], y[:SHORT], SHORT_BATCH, most)
        sample = sample.repeat(SHORT_EPOCHS)
        worthy.fit(sample, shuffle=False, verbose=0, callbacks=[falling])
        result = worthy.evaluate(val_windows, verbose=0)
        short[name].append(100 * result[1])
        bar.update(1)
bar.close()

# %% [markdown]
# What the runs say: the mean of each candidate, the spread of its runs (their
# standard deviation), and the difference.

# %% tags=["nbval-ignore-output"]
for name, right in short.items():
    mean, spread = mean_and_spread(right)
    print(f"{name:10}{mean:5.1f} % of the validation sample right, "
          f"spread {spread:.1f}")
    assert 93 < min(right) and max(right) < 98
gain = difference(short["shifts"], short["no shifts"])
print("shifts against no shifts:", gain.in_words(digits=1))

# %%
print("a difference by the course's rule:", gain.clear)
chosen = "shifts" if gain.mean > 0 else "no shifts"
print("chosen:", chosen)

# %% [markdown]
# One point for each run shows how large the spread is beside the difference.

# %% tags=["draws"]
fig, ax = plotting.figure(height=2.2)
for level, (name, right) in enumerate(short.items()):
    color = plotting.BLUE if name == "shifts" else plotting.GREY
    ax.plot(right, [level] * len(right), "o", color=color, markersize=8)
    ax.plot(np.mean(right), level, "|", color=plotting.BLACK, markersize=24)
ax.set_yticks(range(len(short)), list(short))
ax.set(ylim=(-0.6, len(short) - 0.4), xlabel="validation accuracy (%)")
sizes = "-".join(map(str, worthy_sizes))
ax.set_title(f"{sizes}: {SHORT:,} images, {len(SEEDS)} seeds, mean (bar)")
plotting.show(
    fig,
    alt=f"Validation accuracy of {len(SEEDS)} short runs for each of two "
    "candidates, as points on two rows. The mean is "
    f"{np.mean(short['shifts']):.1f} percent with shifts and "
    f"{np.mean(short['no shifts']):.1f} percent without them; the runs of a "
    f"candidate lie within {max(map(np.ptp, short.values())):.1f} points.",
    values=False,
)


# %% [markdown]
# If the interval contained zero, the candidates would not be distinguishable,
# and there would be no reason to prefer one. The lines printed above say what
# it is here. Three seeds are few, so the interval is wide.
#
# ### The long run
#
# Now all 50,000 training images. Three callbacks take part. One you
# know. `EarlyStopping` ends it when the validation loss has not improved for
# two epochs, and puts back the weights of the best epoch. `Bar` is ours: it
# moves the course's progress bar after each call of the graph.

# %%
class Bar(keras.callbacks.Callback):
    """Show the course's progress bar while `fit` runs."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps  # in an epoch

    def on_train_begin(self, logs=None):
        total = self.steps * self.params["epochs"]
        self.bar = progress_bar(range(total), "long run")

    def on_epoch_begin(self, epoch, logs=None):
        self.before = epoch * self.steps

    def on_train_batch_end(self, batch, logs=None):
        self.bar.update(self.before + batch + 1 - self.bar.n)

    def on_epoch_end(self, epoch, logs=None):
        self.bar.set_postfix_str(f"validation {logs['val_accuracy']:.4f}")

    def on_train_end(self, logs=None):
        self.bar.close()


# %% [markdown]
# `fit` calls `on_train_begin` once, `on_epoch_begin` and `on_epoch_end` for
# each epoch, and so on: what a loop of your own would do at these places.

# %%
LONG_EPOCHS, LONG_BATCH = 10, 320
steps = math.ceil(len(x) / LONG_BATCH)
restart(worthy, SEED)
sample = window_batches(squares, y, LONG_BATCH, CANDIDATES[chosen])
begun = time.perf_counter()
history = worthy.fit(
    sample, epochs=LONG_EPOCHS, shuffle=False, verbose=0,
    validation_data=val_windows,
    callbacks=[
        FallingRate(LONG_EPOCHS * steps),
        keras.callbacks.EarlyStopping(
            monitor="val_loss", patience=2, restore_best_weights=True
        ),
        Bar(steps),
    ],
).history
seconds = time.perf_counter() - begun
best = int(np.argmin(history["val_loss"]))
right = 100 * history["val_accuracy"][best]
print("validation accuracy in the best epoch above 98 %:", right > 98)

# %% tags=["nbval-ignore-output"]
print(f"best epoch: {best + 1} of {len(history['val_loss'])}")
print(f"validation accuracy there: {right:.1f} %")
print(f"the long run took {seconds:.0f} s on {device_and_threads(tf)}")
assert 0 < seconds < 600

# %% [markdown]
# Keras measures the training accuracy with dropout and shifts at work, and as
# a mean over the epoch while the network is still changing. Validation comes
# after the epoch, with the whole network.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=2.9)
named = {
    f"{sample} {quantity}": history[prefix + quantity]
    for sample, prefix in (("training", ""), ("validation", "val_"))
    for quantity in ("loss", "accuracy")
}
plotting.learning_curves(named, axes[0], "loss", "loss")
plotting.learning_curves(named, axes[1], "accuracy", "accuracy")
axes[0].set_title("Loss")
axes[1].set_title("Accuracy")
for ax in axes:
    ax.axvline(best + 1, **plotting.STYLE["bound"], zorder=0)
first, final = history["val_accuracy"][0], history["val_accuracy"][best]
plotting.show(
    fig,
    alt="Two panels, loss and accuracy of the training and the validation "
    f"sample over {len(history['loss'])} epochs. Validation accuracy climbs "
    f"from {100 * first:.1f} to {100 * final:.1f} percent. The training "
    "accuracy, measured with dropout and shifts, begins at "
    f"{100 * history['accuracy'][0]:.1f} percent, below it, and ends at "
    f"{100 * history['accuracy'][best]:.1f}; a vertical line marks the best "
    "epoch.",
    values=False,
)

# %% [markdown]
# That the training curve begins on the wrong side of the validation curve is no
# miracle: during training the network sees shifted digits with a
# part of its neurons missing, which is harder than what it is asked
# afterwards.
#
# ### Asked five times
#
# A network that was trained with shifts may be asked with shifts. `ask` shows
# it each image through several windows and returns the mean of its answers.
# The last layer returns $z^H$; F5 makes probabilities of it, and these can be
# averaged.

# %%
PLACES = (0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)  # down, right: pixels


def ask(model, images, places):
    """Return the mean of a^H, (D, 10), over windows of images (D, 28, 28)."""
    answers = []
    for down, right in places:
        zH = model(window(images, down, right))
        answers.append(network.softmax(zH.numpy()))  # F5
    return np.mean(answers, axis=0)


# %% [markdown]
# Five windows cost five times the calculation. Do they gain anything? The
# validation sample decides. The rule is the same as for the seeds, but the
# pairs are images here, because there is one network: for each image, was the
# answer right with five windows, and with one? An interval of the mean
# difference that contains zero would mean "not distinguishable".

# %% tags=["nbval-ignore-output"]
hits = []  # for each image: right or not
for places in (PLACES[:1], PLACES):
    answer = np.argmax(ask(worthy, squares_val, places), axis=1)  # F6
    hits.append(answer == mnist.y_validation)
    print(f"windows: {len(places)}, right: {100 * np.mean(hits[-1]):.2f} %")
one, five = hits
by_five, by_one = np.sum(five > one), np.sum(one > five)
print(f"right with five only: {by_five} images, with one only: {by_one}")
gain = difference(100 * five, 100 * one)  # an image is a run here
print(f"difference: {gain.mean:+.2f} ± {gain.half:.2f} points "
      f"(95 %, {gain.runs:,} images)", end="")
print("" if gain.clear else ": not distinguishable")
asked = PLACES if by_five > by_one else PLACES[:1]
print("windows from here on:", len(asked))
assert min(np.mean(one), np.mean(five)) > 0.98 and by_five + by_one < 200

# %% [markdown]
# ### Kept, and opened again
#
# A model that is worth keeping goes into one file: architecture, weights, and
# the optimiser's state. Whoever opens it needs `window` and `ask` as well: what
# is done to the inputs belongs to the network. The test of a saved model is not
# that it loads, but that it predicts the same. The test sample is opened here,
# once.

# %%
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "digits.keras"
    worthy.save(path)
    megabytes = path.stat().st_size / 1e6
    loaded = keras.models.load_model(path)
print(f"{path.name}: {megabytes:.0f} MB")

squares_test = mnist.x_test.reshape(-1, 28, 28)
before, after = (ask(m, squares_test, asked) for m in (worthy, loaded))
print("predictions of the loaded model identical:",
      np.array_equal(before, after))

right = np.mean(np.argmax(after, axis=1) == mnist.y_test)  # F6
print("at least 98.6 % of the test sample right:", right >= 0.986)
assert right >= 0.986

# %% [markdown]
# And the digits that it gets wrong with the greatest confidence.

# %% tags=["nbval-ignore-output"]
predicted = np.argmax(after, axis=1)  # F6
missed = np.flatnonzero(predicted != mnist.y_test)
print(f"{100 * right:.2f} % right, {len(missed)} images wrong")

# %% tags=["draws"]
sure = missed[np.argsort(-after[missed].max(axis=1))[:10]]
titles = [f"{mnist.y_test[i]}, read {predicted[i]}" for i in sure]
fig = plotting.digits(mnist.x_test[sure], titles, columns=5, size=1.1)
plotting.show(
    fig,
    alt="Ten test digits that the network reads wrong and is most sure of, "
    "each with its label and the digit that was read; several are "
    "ambiguous for the human eye as well.",
    values=False,
)

# %% [markdown]
# ### The same again?
#
# A result that cannot be repeated is hard to discuss. `set_random_seed` sets
# all the generators at work (Python's, NumPy's, TensorFlow's). Two short
# trainings from the same seed, and one from another:

# %%
again = build_model([784, 32, 10])
again.compile("sgd", loss, steps_per_execution=8)
ends = []
for seed in (1, 1, 2):
    keras.utils.set_random_seed(seed)
    again.set_weights(build_model([784, 32, 10]).get_weights())
    again.fit(x[:2048], y[:2048], batch_size=BATCH, epochs=1, verbose=0)
    ends.append(again.get_weights())
same = all(np.array_equal(p, q) for p, q in zip(ends[0], ends[1]))
other = all(np.array_equal(p, q) for p, q in zip(ends[0], ends[2]))
print("same seed, same weights to the last bit:", same)
print("another seed, same weights:", other)
assert same and not other

# %% [markdown]
# On one machine, that is. Another processor or another version may add in
# another order, and you have seen above what becomes of the last digit in the
# course of a training.
#
# ## Summary
#
# Keras with your weights returns your outputs, your loss and your gradients to
# rounding, and after an epoch over the same batches it ends at your weights
# within a tolerance that follows from rounding. In single precision a few
# gates are decided by rounding, so that "equal" has a limit. The tape does B7
# to B13 for you, for any number of layers. A step of `fit` has a higher fixed
# price, which matters for small networks and small batches; several steps at a
# time share the part of it that is Python's. What the library adds is the rest:
# layers, optimisers, callbacks, files, and the freedom to change the network in
# one line.

# %%
progress(5)

# %% [markdown]
# ## On your own
#
# - Set `LEARNING_RATE = 0.1` and run the parity of one epoch again. Where do
#   the eight common digits of the float64 weights come from?
# - Find an order of the images for which no gate flips in float32, and one for
#   which one does. How far apart do the weights end?
# - Set the rate of dropout to zero in `worthy_model`, or leave out the - MEAN in
#   `window`. Is there a difference in the short runs, by the course's rule?
# - Replace one hidden layer of `worthy_model` by two narrower ones with about
#   the same number of parameters. Is there a difference?
# - Write `deltas` for tanh in place of ReLU, and let the tape judge it.
#
# ## Further reading
#
# - F. Chollet, *Deep Learning with Python*, 2nd edition (Manning, 2021): by
#   the author of Keras.
# - M. Abadi et al., "TensorFlow: a system for large-scale machine learning",
#   *12th USENIX Symposium on Operating Systems Design and Implementation*
#   (2016).
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul and J. M. Siskind, "Automatic
#   differentiation in machine learning: a survey", *Journal of Machine
#   Learning Research* 18, 153 (2018).
# - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov,
#   "Dropout: a simple way to prevent neural networks from overfitting",
#   *Journal of Machine Learning Research* 15, 1929 (2014).
# - Y. LeCun, L. Bottou, G. B. Orr and K.-R. Müller, "Efficient BackProp", in
#   *Neural Networks: Tricks of the Trade* (Springer, 1998): on centred
#   inputs and much else.
# - D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization",
#   *International Conference on Learning Representations* (2015).
# - D. Goldberg, "What every computer scientist should know about
#   floating-point arithmetic", *ACM Computing Surveys* 23, 5 (1991).
