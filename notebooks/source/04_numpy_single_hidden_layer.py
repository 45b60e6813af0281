# %% [markdown]
# # 04 — Can 60 lines of NumPy read digits?
#
# **What you will do.** Write the lecture's single-hidden-layer network with
# NumPy alone, prove its gradients right, train it on 60,000 handwritten
# digits, and measure once, at the end, how well it reads digits that it has
# never seen.
#
# **What you will learn.** How equations S1 to S4 become code; why the weights
# begin at random; what mini-batches change; how to look at what a network has
# learned, and at what it has not.
#
# **What you need.** Notebooks 02 and 03, or the lecture's part V: forward
# propagation and the recursion for $\delta^L$.
#
# *Part of the course: networks. To run: at most 60 seconds on two processors.
# To study: 90 minutes.*

# %%
import inspect
import math
import time

import numpy as np
from threadpoolctl import threadpool_limits

from exercises import check, hint, progress, solution
from helpers import plotting
from helpers.data import load_mnist
from helpers.draw import draw_digit
from helpers.gradient_check import gradient_check, worst
from helpers.progress import progress_bar
from helpers.timing import measure, prepare_meter

threadpool_limits(limits=1)  # one thread: notebook 00 says why
SEED = 2024
N = 128  # hidden neurons
BATCH_SIZE, EPOCHS = 32, 10
FULL_BATCH_SECONDS = 2  # what the lecture's own algorithm is given, and
FULL_BATCH_EPOCHS = 10  # at the least, where the processor is busy
meter_problem = prepare_meter()

# %% [markdown]
# ## The data
#
# MNIST: images of 28 x 28 pixels, unfolded to rows of 784 values between 0
# and 1. Each sample has one row, so that $D$ images are a matrix `x` of shape
# (D, 784).

# %%
mnist = load_mnist()
for name, array in mnist._asdict().items():
    print(f"{name:13} {array.shape!s:13} {array.dtype}")

# %% [markdown]
# What the network will have to cope with: four images of each digit, taken in
# the order of the file and not for their looks.

# %% tags=["draws"]
rows = [np.flatnonzero(mnist.y_train == digit)[:4] for digit in range(10)]
fig = plotting.digits(mnist.x_train[np.transpose(rows).ravel()], columns=10)
plotting.show(
    fig,
    alt="Four rows of handwritten digits, the columns running from 0 to 9; "
    "strokes are thick or thin, upright or slanted, and some digits are "
    "drawn in two quite different ways.",
)

# %% [markdown]
# The same digit is written in many ways: slanted, thick, with or without a
# loop. No list of rules about pixels would be short.
#
# Before anything is trained: does each digit come equally often? If one class
# made up 90 % of the data, a network that always answered with it would be
# right in 90 % of the cases, having learned nothing.

# %%
shares = {}
for name in ("training", "validation", "test"):
    short = "train" if name == "training" else name
    digits = getattr(mnist, f"y_{short}")
    shares[name] = 100 * np.bincount(digits) / len(digits)
smallest = min(share.min() for share in shares.values())
largest = max(share.max() for share in shares.values())
print(f"shares between {smallest:.1f} and {largest:.1f} %")

# %% tags=["draws"]
fig, ax = plotting.figure(height=3)
for name, share in shares.items():
    style = {**plotting.STYLE[name], "linestyle": ""}
    ax.plot(range(10), share, label=name, **style)
ax.axhline(10, color=plotting.GREY, linewidth=1)
ax.set(xticks=range(10), ylim=(0, 14), xlabel="digit")
ax.set(ylabel="share of the sample (%)", title="Class balance")
ax.legend(loc="lower right", ncols=3)
plotting.show(
    fig,
    alt=f"The share of each digit in the training, validation and test "
    f"samples lies between {smallest:.1f} and {largest:.1f} %, around the "
    "10 % of a perfect balance; the three samples agree.",
)


# %% [markdown]
# Nearly balanced, so accuracy is a fair measure, and guessing scores one in
# ten.
#
# The three samples have three purposes, and mixing them up is the commonest
# way to fool oneself. The **training** sample moves the weights. The
# **validation** sample decides between settings. The **test** sample is
# opened once, at the end, when nothing can be changed any more.
#
# ### Exercise 4.1 (5 minutes)
#
# The lecture's $y$ is a vector of zeros with a single 1, at the place of the
# right class. Write `one_hot(digits, K)`: from an array of D digits make a
# matrix of shape (D, K) with one such row a sample. For `digits = [3, 0]` and
# `K = 4` it is `[[0, 0, 0, 1], [1, 0, 0, 0]]`.

# %% tags=["exercise-4.1"]
def one_hot(digits, K):
    """Return the digits (D,) as rows of zeros with a single 1, (D, K)."""
    ### BEGIN SOLUTION
    return np.eye(K, dtype=np.float32)[digits]
    ### END SOLUTION


# %%
check("4.1", one_hot)
# hint("4.1")
# solution("4.1")

# %% [markdown]
# Each row of `y` sums to one. That looks like a detail, but the step from B10
# to B11 in the proof rests on it.

# %%
K = 10  # classes
y_train = one_hot(mnist.y_train, K).astype(np.float32)
y_validation = one_hot(mnist.y_validation, K).astype(np.float32)
SAMPLES = {  # what learning curves are drawn from, equally large
    "training": (mnist.x_train[:10_000], y_train[:10_000]),
    "validation": (mnist.x_validation, y_validation),
}
assert np.all(y_train.sum(axis=1) == 1)
print("first digits:", mnist.y_train[:3])
print(y_train[:3].astype(int))


# %% [markdown]
# ## The network: S1
#
# One hidden layer of $N$ neurons between $M = 784$ inputs and $K = 10$
# outputs. With the lecture's notation, for each sample $i$:
#
# $$z_i^0 = (W^0)^T x_i + b^0, \qquad a_i^0 = \mathrm{ReLU}(z_i^0)$$
# $$z_i^1 = (W^1)^T a_i^0 + b^1, \qquad a_i^1 = \mathrm{softmax}(z_i^1)$$
#
# A sample is a *row* here, not a column, so $(W^0)^T x_i$ becomes `x @ W0`:
# the transpose has moved into the order of the factors, and D samples are
# done at once.
#
# | lecture | NumPy | shape |
# | --- | --- | --- |
# | $x_i$, all of them | `x` | (D, M) |
# | $W^0$, $b^0$ | `W0`, `b0` | (M, N), (N,) |
# | $z_i^0$, $a_i^0$ | `z0`, `a0` | (D, N) |
# | $W^1$, $b^1$ | `W1`, `b1` | (N, K), (K,) |
# | $z_i^1$, $a_i^1$, $y_i$ | `z1`, `a1`, `y` | (D, K) |
# | $\delta_i^0$, $\delta_i^1$ | `delta0`, `delta1` | (D, N), (D, K) |
#
# The activation functions come first. `h_prime` takes $z$, as in the lecture.
# In `softmax` the largest $z$ of each row is subtracted before `exp`:
# numerator and denominator change by the same factor, so the result does not,
# and nothing can overflow.

# %%
def relu(z):
    """Return max(0, z), element by element. Source: eq. F4."""
    return np.maximum(z, 0)


def h_prime(z):
    """Return ReLU's derivative at z: 1 where z > 0, else 0. Source: F4."""
    return (z > 0).astype(z.dtype)


def softmax(z):
    """Return each row of z as probabilities. Source: eq. F5."""
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


z = np.array([[2.0, 0.0, -1.0], [1000.0, 999.0, 0.0]])
print(relu(z)[0], h_prime(z)[0])
print(np.round(softmax(z), 3))


# %% [markdown]
# The second row would have been `nan` without the subtraction: `exp(1000)` is
# beyond the range of floating-point numbers.
#
# ### Where the weights begin
#
# At random, says the algorithm. How large? A neuron adds up $M$ products. If
# the weights have variance $2/M$, the sum is about as large as its inputs,
# whatever $M$ is; the 2 makes up for the half that ReLU cuts away (He et al.,
# 2015). Biases may start at zero.

# %%
def initialise(M, N, K, rng, dtype=np.float32):
    """Draw W0, b0, W1, b1 of an M-N-K network. Source: He et al. (2015)."""
    W0 = rng.standard_normal((M, N)) * np.sqrt(2 / M)
    W1 = rng.standard_normal((N, K)) * np.sqrt(2 / N)
    parameters = W0, np.zeros(N), W1, np.zeros(K)
    return tuple(array.astype(dtype) for array in parameters)


M = mnist.x_train.shape[1]
parameters = initialise(M, N, K, np.random.default_rng(SEED))
count = sum(array.size for array in parameters)
print(f"{M}-{N}-{K}: {count:,} parameters to be found")


# %% [markdown]
# That is the lecture's "number of free parameters much larger than $10^4$":
# far too many for trial and error, or for solving equations.
#
# ### Exercise 4.2 (10 minutes)
#
# Write `forward(x, W0, b0, W1, b1)`, equation S1 for D samples at once. It
# returns `z0, a0, z1, a1`, all four: the way back will need them. `relu` and
# `softmax` are there to be used. With one sample, two inputs, two hidden
# neurons and two classes: from `z0 = [[3, -1]]` follows `a0 = [[3, 0]]`, and
# if then `z1 = [[0, 0]]`, the two classes are equally likely,
# `a1 = [[0.5, 0.5]]`.

# %% tags=["exercise-4.2"]
def forward(x, W0, b0, W1, b1):
    """Propagate D rows x (D, M); return z0, a0, z1, a1. Source: eq. S1."""
    ### BEGIN SOLUTION
    z0 = x @ W0 + b0  # (D, N)  F3
    a0 = relu(z0)  # (D, N)  F4
    z1 = a0 @ W1 + b1  # (D, K)  F3
    a1 = softmax(z1)  # (D, K)  F5
    return z0, a0, z1, a1
    ### END SOLUTION


# %%
check("4.2", forward)
# hint("4.2")
# solution("4.2")

# %% [markdown]
# Now the initial scale can be seen at work. Three scales, and for each the
# typical size of the hidden activations, of $z^1$, and how sure the untrained
# network is of its answer on average.

# %%
x = mnist.x_train[:1000]
scales = {"0.01": 0.01, "sqrt(2/M)": np.sqrt(2 / M), "1": 1.0}
print("std of W0    size of a0   size of z1   mean largest a1")
for name, scale in scales.items():
    rng = np.random.default_rng(SEED)
    W0, b0, W1, b1 = initialise(M, N, K, rng, np.float64)
    W0 *= scale / np.sqrt(2 / M)
    W1 *= scale / np.sqrt(2 / M)
    z0, a0, z1, a1 = forward(x, W0, b0, W1, b1)
    assert z0.shape == a0.shape == (1000, N) and z1.shape == (1000, K)
    sure = np.mean(np.max(a1, axis=1))
    print(f"{name:10} {a0.std():12.2f} {z1.std():12.2f} {sure:12.2f}")


# %% [markdown]
# Too small, and all ten outputs are 0.1: the signal fades on its way through.
# Too large, and an untrained network is certain of answers that are random:
# softmax is saturated, and it would have to unlearn that first. In between,
# the activations keep their size.
#
# ## What is to be made small: the empirical risk
#
# For one sample, the cross-entropy $J = -\sum_n y_n \ln a_n^1$ (B4); for all,
# its mean $R_D$ (B1). We compute $\ln a^1$ from $z^1$ directly,
# $\ln a_n^1 = z_n^1 - \ln \sum_m e^{z_m^1}$, since the logarithm of a
# probability that was rounded to 0 would be infinite.

# %%
def empirical_risk(y, z1):
    """Return the mean cross-entropy of D samples. Source: eq. B1, B4."""
    m = np.max(z1, axis=1, keepdims=True)
    ln_a1 = z1 - m - np.log(np.sum(np.exp(z1 - m), axis=1, keepdims=True))
    return -np.mean(np.sum(y * ln_a1, axis=1))


equal = np.zeros((4, K))  # all classes equally likely
clueless = empirical_risk(np.eye(4, K), equal)
print(f"risk of a network without a clue: {clueless:.3f}")
print(f"ln 10 = {math.log(10):.3f}")


# %% [markdown]
# A network that gives each class 1/10 has a risk of $\ln 10$. Whatever we
# train should start near that value and go below it: the first thing to look
# at when training does not work.
#
# ## The way back: S2 and S3
#
# $$\delta_i^1 = a_i^1 - y_i, \qquad
# \frac{\partial J_i}{\partial W^1} = a_i^0 (\delta_i^1)^T, \qquad
# \frac{\partial J_i}{\partial b^1} = \delta_i^1$$
# $$\delta_i^0 = h'(z_i^0) \odot W^1 \delta_i^1, \qquad
# \frac{\partial J_i}{\partial W^0} = x_i (\delta_i^0)^T, \qquad
# \frac{\partial J_i}{\partial b^0} = \delta_i^0$$
#
# The gradients of the risk are the means of these over the D samples. For the
# weights, one matrix product does both at once: `a0.T @ delta1` adds up the D
# outer products $a_i^0 (\delta_i^1)^T$, and division by `D` makes it a mean.
#
# ### Exercise 4.3 (20 minutes)
#
# Write `backward(x, y, z0, a0, a1, W1)`. It returns `dW0, db0, dW1, db1`, the
# gradients of the *mean* risk, each of the shape of its parameter. If `y`
# equals `a1` exactly, all four are zero. Do not be satisfied when it runs: a
# wrong gradient runs, too.

# %% tags=["exercise-4.3"]
def backward(x, y, z0, a0, a1, W1):
    """Return dW0, db0, dW1, db1: means over D samples. Source: S2, S3."""
    ### BEGIN SOLUTION
    D = len(x)
    delta1 = a1 - y  # (D, K)  B11
    dW1 = a0.T @ delta1 / D  # (N, K)  B7
    db1 = np.sum(delta1, axis=0) / D  # (K,)    B8
    delta0 = h_prime(z0) * (delta1 @ W1.T)  # (D, N)  B13
    dW0 = x.T @ delta0 / D  # (M, N)  B7
    db0 = np.sum(delta0, axis=0) / D  # (N,)    B8
    return dW0, db0, dW1, db1
    ### END SOLUTION


# %%
check("4.3", backward)
# hint("4.3")
# solution("4.3")

# %% [markdown]
# ### The gradient check, on the real network
#
# The exercise checked a tiny network. Here is the one that we are going to
# train, in double precision, on four real digits: each parameter is moved by
# $\pm 10^{-5}$, and the change of the risk is compared with what `backward`
# says (notebook 03). All entries of `b0`, `W1` and `b1` are compared, and
# 1,000 of `W0`; the course's tests compare every one.

# %%
NAMES = ("W0", "b0", "W1", "b1")
rng = np.random.default_rng(SEED)
x, y = mnist.x_train[:4].astype(float), y_train[:4].astype(float)
arrays = dict(zip(NAMES, initialise(M, N, K, rng, np.float64)))
z0, a0, z1, a1 = forward(x, **arrays)
gradients = dict(zip(NAMES, backward(x, y, z0, a0, a1, arrays["W1"])))
reports = gradient_check(
    lambda **moved: empirical_risk(y, forward(x, **moved)[2]),
    arrays,
    gradients,
    most=1000,
    rng=rng,
    pattern=lambda **moved: forward(x, **moved)[0] > 0,
)
for report in reports:
    assert report.relative_error < 1e-7 and report.kinks == 0
    print(f"{report.name}: {report.checked:5,} entries agree to 1e-7")
assert worst(reports) < 1e-7

# %% [markdown]
# Two calculations that have nothing in common but the risk agree to seven
# digits and more. From here on, if training fails, the gradient is not to
# blame.
#
# ### Why not begin at zero?
#
# The gradient tells. With all weights at zero, the first gradients are:

# %%
zeros = [np.zeros_like(array) for array in arrays.values()]
z0, a0, z1, a1 = forward(x, *zeros)
for name, gradient in zip(NAMES, backward(x, y, z0, a0, a1, zeros[2])):
    largest = np.max(np.abs(gradient))
    print(f"largest entry of d{name}: {largest:.3f}")


# %% [markdown]
# Only the output biases would ever move. $\delta^0$ contains $W^1$ as a
# factor, and $\partial J/\partial W^1$ contains $a^0$: each waits for the
# other, forever. Equal non-zero weights would be hardly better: all hidden
# neurons would stay equal, and 128 of them could do no more than one. Random
# numbers make the neurons different.
#
# ## The lecture's algorithm: one update an epoch
#
# Now B14 as it stands: propagate all D samples forward, all the way back, and
# move the parameters by $-\lambda$ times the mean gradient (S4). Then again.
# We give it a fixed time, and ten epochs at the least.

# %%
def full_batch(parameters, x, y, learning_rate, seconds, least):
    """Train on all of x at once until the time is up. Source: S1 to S4."""
    W0, b0, W1, b1 = (array.copy() for array in parameters)
    risks, start = [], time.perf_counter()
    while len(risks) < least or time.perf_counter() - start < seconds:
        z0, a0, z1, a1 = forward(x, W0, b0, W1, b1)
        dW0, db0, dW1, db1 = backward(x, y, z0, a0, a1, W1)
        W0 -= learning_rate * dW0  # B5
        b0 -= learning_rate * db0  # B6
        W1 -= learning_rate * dW1
        b1 -= learning_rate * db1
        risks.append(empirical_risk(y, z1))
    return (W0, b0, W1, b1), risks


# %% [markdown]
# The prediction is the class with the largest probability (F6), the accuracy
# the share of right predictions: your function of notebook 00.

# %% tags=["nbval-ignore-output"]
def predict(x, W0, b0, W1, b1):
    """Return the likeliest class of each row of x. Source: eq. F6."""
    return np.argmax(forward(x, W0, b0, W1, b1)[-1], axis=1)


def accuracy(x, digits, parameters):
    """Return the share of rows of x whose digit is predicted right."""
    return np.mean(predict(x, *parameters) == digits)


begun = time.perf_counter()
slow, risks = full_batch(
    parameters, mnist.x_train, y_train, 0.5,
    FULL_BATCH_SECONDS, FULL_BATCH_EPOCHS,
)
seconds = time.perf_counter() - begun
before = accuracy(mnist.x_validation, mnist.y_validation, parameters)
after = accuracy(mnist.x_validation, mnist.y_validation, slow)
print(f"{len(risks)} epochs, one update each, in {seconds:.1f} s")
print(f"risk: {risks[0]:.2f} -> {risks[-1]:.2f}")
print(f"validation accuracy: {100 * before:.0f} % -> {100 * after:.0f} %")
assert before < 0.3 < after and risks[-1] < risks[0]


# %% [markdown]
# It learns: the risk falls with every epoch. But each epoch costs a pass over
# 50,000 images and ends in a single small step. Most of that work is
# repetition: the mean over 50,000 samples is hardly more precise in its
# *direction* than the mean over a few dozen.
#
# ## Mini-batches: hundreds of updates an epoch
#
# So take the mean over a few samples, step, take the next few. When every
# sample has been used once, that is an epoch. The mathematics does not
# change: the same S1 to S4, with a small $D$. What changes is that each
# gradient is a noisy estimate; the noise averages out over many steps.
#
# > **Before you go on.** How many updates does an epoch of 50,000 samples
# > have with batches of 32? Which accuracy do you expect after the same time
# > as above? Write both down.

# %% [markdown] tags=["solution-only"]
# > **A model answer.** 50,000 / 32 is 1562.5: 1562 full batches and a last
# > one of 16 samples, 1563 updates, where the lecture's algorithm makes one.
# > Even if each is a poor estimate, a thousand steps in roughly the right
# > direction go further than one in exactly the right one. The curves below
# > show how much further.

# %% [markdown]
# ### Exercise 4.4 (10 minutes)
#
# Write `mini_batches(D, batch_size, rng)`: a generator that yields arrays of
# row numbers, `batch_size` at a time, so that every one of the D rows comes
# exactly once, in an order shuffled with `rng`. The last batch may be
# shorter: for `D = 10` and `batch_size = 4` the lengths are 4, 4 and 2.

# %% tags=["exercise-4.4"]
def mini_batches(D, batch_size, rng):
    """Yield the D row numbers, shuffled, batch_size at a time."""
    ### BEGIN SOLUTION
    order = rng.permutation(D)
    for start in range(0, D, batch_size):
        yield order[start : start + batch_size]
    ### END SOLUTION


# %%
check("4.4", mini_batches)
# hint("4.4")
# solution("4.4")

# %% [markdown]
# The training loop is S1 to S4 inside two `for` loops. One thing is new: the
# learning rate falls along half a cosine wave from its first value to zero.
# Large steps cover the distance; small ones at the end let the noise of the
# batches average out. (Notebook 07 studies this.) `after_epoch` is a function
# that may look at the parameters between epochs.

# %%
def train(parameters, x, y, epochs, batch_size, rate, rng, after_epoch=None):
    """Return trained copies of W0, b0, W1, b1. Source: eq. S1 to S4."""
    W0, b0, W1, b1 = (array.copy() for array in parameters)
    steps, step = epochs * math.ceil(len(x) / batch_size), 0
    for epoch in range(epochs):
        for batch in mini_batches(len(x), batch_size, rng):
            learning_rate = rate * (1 + math.cos(math.pi * step / steps)) / 2
            xb, yb = x[batch], y[batch]  # D = batch_size rows of each
            z0, a0, z1, a1 = forward(xb, W0, b0, W1, b1)
            dW0, db0, dW1, db1 = backward(xb, yb, z0, a0, a1, W1)
            W0 -= learning_rate * dW0  # B5
            b0 -= learning_rate * db0  # B6
            W1 -= learning_rate * dW1
            b1 -= learning_rate * db1
            step += 1
        if after_epoch is not None:
            after_epoch(epoch, (W0, b0, W1, b1))
    return W0, b0, W1, b1


# %% [markdown]
# That is the whole program. How long is it, without the lines that are empty
# or only explain?

# %%
functions = [relu, h_prime, softmax, initialise, forward, empirical_risk]
functions += [backward, mini_batches, train, predict, accuracy]
lines = [
    line.strip()
    for function in functions
    for line in inspect.getsource(function).splitlines()
]
code = [line for line in lines if line and line[0] not in "#\"'"]
print(f"{len(functions)} functions, {len(code)} lines")

# %% [markdown]
# ### Choosing the learning rate
#
# One setting has to be chosen by hand: the first value of $\lambda$. We try
# three, a factor of ten apart, for one epoch each, and let the *validation*
# sample decide. A progress bar shows how far the loop has come.

# %% tags=["nbval-ignore-output"]
found = {}
for rate in progress_bar((0.03, 0.3, 3.0), "learning rates"):
    rng = np.random.default_rng(SEED)
    start = initialise(M, N, K, rng)
    tried = train(start, mnist.x_train, y_train, 1, BATCH_SIZE, rate, rng)
    found[rate] = accuracy(mnist.x_validation, mnist.y_validation, tried)
for rate, value in found.items():
    print(f"rate {rate:4}: {100 * value:5.1f} % of the validation sample")
RATE = max(found, key=found.get)
print(f"chosen: {RATE}")
assert found[RATE] > 0.94

# %% [markdown]
# Too small, and one epoch is not enough to arrive; too large, and the steps
# jump over the valley. The middle value is the best of the three; a finer
# search has its own notebook.
#
# ### Learning curves
#
# Now a full training on the 50,000 images, watched: after each epoch we note
# risk and accuracy on the validation sample and, for comparison, on as many
# training images.

# %% tags=["nbval-ignore-output"]
history = {f"{s} {k}": [] for s in SAMPLES for k in ("loss", "accuracy")}
bar = progress_bar(range(EPOCHS), "epochs")


def note(epoch, parameters):
    """Add risk and accuracy of both samples to the history."""
    for name, (x, y) in SAMPLES.items():
        z1, a1 = forward(x, *parameters)[2:]
        right = np.argmax(a1, axis=1) == np.argmax(y, axis=1)
        history[f"{name} loss"].append(empirical_risk(y, z1))
        history[f"{name} accuracy"].append(100 * np.mean(right))
    bar.update()


rng = np.random.default_rng(SEED)
start = initialise(M, N, K, rng)
arguments = (mnist.x_train, y_train, EPOCHS, BATCH_SIZE, RATE, rng)
watched = train(start, *arguments, after_epoch=note)
bar.close()
best = history["validation accuracy"][-1]
print(f"validation accuracy after {EPOCHS} epochs: {best:.1f} %")
assert best > 97.5 and history["validation accuracy"][0] > 100 * after

# %% [markdown]
# Two curves for each sample: the risk, which is what the algorithm makes
# small, and the accuracy, which is what we want. The dashed grey line is what
# full-batch training reached in its time.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=3.2)
plotting.learning_curves(history, axes[0], "loss", "empirical risk")
plotting.learning_curves(history, axes[1], "accuracy", "accuracy (%)")
axes[0].set(title="The risk falls", ylim=(0, None))
axes[1].set(title="The accuracy rises", ylim=(80, 100.5))
level = max(100 * after, 80.5)
axes[1].axhline(level, color=plotting.GREY, linestyle="--", linewidth=1)
axes[1].annotate(f"full batch: {100 * after:.0f} %", (2, level + 0.6))
gap = history["training accuracy"][-1] - best
plotting.show(
    fig,
    alt="Left, the risk against the epoch: the training curve falls towards "
    "zero, the validation curve levels off above it. Right, the accuracy: "
    f"validation ends at {best:.1f} %, training {gap:.1f} points higher; "
    "full-batch training stays far below both.",
    values=False,
)

# %% [markdown]
# After the first epoch already the mini-batches are far above the full batch.
# Then the curves part: on the training sample the network goes on to
# improve, on images that it has not seen it levels off. That gap is what the
# lecture warns of: the training accuracy is not the honest one (O2). It
# does no harm yet, since the validation accuracy does not fall. Notebook 08
# drives it to where it does.
#
# Are 10 epochs enough? Set `EPOCHS = 15`, run this part again, and judge by the
# validation accuracy, with more than one seed, and not by the training curve.
#
# ## The result
#
# The settings are chosen; the validation images have done their duty and may
# join the training sample. A new network learns from all 60,000 images, with
# the meter running. Then, once, the test sample.

# %% tags=["nbval-ignore-output"]
x_all = np.concatenate([mnist.x_train, mnist.x_validation])
y_all = np.concatenate([y_train, y_validation])
rng = np.random.default_rng(SEED)
bar = progress_bar(range(EPOCHS), "epochs")
with measure() as meter_128:
    trained = train(
        initialise(M, N, K, rng), x_all, y_all, EPOCHS, BATCH_SIZE, RATE, rng,
        after_epoch=lambda epoch, parameters: bar.update(),
    )
bar.close()
test_accuracy = accuracy(mnist.x_test, mnist.y_test, trained)
print(f"{M}-{N}-{K}: {100 * test_accuracy:.2f} % of the test sample right")
print(f"trained in {meter_128.seconds:.1f} s on one core")
assert test_accuracy >= 0.98

# %% tags=["instructor"]
import os

from helpers.data import NETWORK, save_network

if "COURSE_BUILD" in os.environ:  # set by course.py build alone
    settings = f"{M}-{N}-{K}, {EPOCHS} epochs of 60,000 images, batch size "
    settings += f"{BATCH_SIZE}, rate {RATE} with cosine, seed {SEED}"
    save_network(NETWORK, trained, test_accuracy, settings)

# %% [markdown]
# Sixty lines, no library but NumPy, some seconds, and about 98 of a hundred
# digits by unknown hands are read rightly. The uncertainty of such a figure
# matters when two are compared: with 10,000 test images, chance alone makes
# it fluctuate.

# %% tags=["nbval-ignore-output"]
uncertainty = math.sqrt(test_accuracy * (1 - test_accuracy) / 10_000)
wrong = round(10_000 * (1 - test_accuracy))
print(f"{wrong} images wrong, give or take {math.sqrt(wrong):.0f}")
print(f"accuracy {100 * test_accuracy:.2f} +- {100 * uncertainty:.2f} %")

# %% [markdown]
# ### A larger hidden layer
#
# In 2003, Simard, Steinkraus and Platt trained a network with 800 hidden
# neurons on the same data, without distorting the images, and reported
# 98.4 %. The sixty lines stay as they are; three settings change: `N`; the
# number of epochs, which is what fits into a lesson; and the learning rate,
# chosen anew for this width on the validation images.

# %% tags=["nbval-ignore-output"]
SIMARD = 0.984  # Simard, Steinkraus and Platt (2003), cross-entropy
EPOCHS_800, RATE_800 = 5, 0.7
rng = np.random.default_rng(SEED)
bar = progress_bar(range(EPOCHS_800), "epochs, 800 neurons")
with measure() as meter_800:
    large = train(
        initialise(M, 800, K, rng), x_all, y_all,
        EPOCHS_800, BATCH_SIZE, RATE_800, rng,
        after_epoch=lambda epoch, parameters: bar.update(),
    )
bar.close()
large_accuracy = accuracy(mnist.x_test, mnist.y_test, large)
print(f"{M}-800-{K}: {100 * large_accuracy:.2f} % of the test sample right")
print(f"trained in {meter_800.seconds:.0f} s on one core")
print(f"to Simard et al.: {100 * (large_accuracy - SIMARD):+.2f} points")
sigma = 100 * math.sqrt(SIMARD * (1 - SIMARD) / 10_000)
print(f"statistical uncertainty of either: {sigma:.2f} points")
assert large_accuracy >= 0.983

# %% [markdown]
# Compare the distance with the uncertainty: the published figure is reached
# within what 10,000 test images can tell apart, at the price of several times
# the parameters. What that price buys is the question of notebooks 06 and 09.
#
# ## What it has learned
#
# A column of $W^0$ has 784 entries, one a pixel, so it can be folded back to
# an image: what that hidden neuron looks for. Red weights add ink up, blue
# ones count it against. Here are the 24 neurons with the strongest links to
# the outputs, of the network with 128.

# %% tags=["draws"]
W0, b0, W1, b1 = trained
strongest = np.argsort(-np.linalg.norm(W1, axis=1))[:24]
shown = W0[:, strongest].T
limit = np.max(np.abs(shown))
colours = {"cmap": plotting.SIGNED, "vmin": -limit, "vmax": limit}
fig = plotting.digits(shown, columns=8, size=0.8, **colours)
image = fig.axes[0].images[0]
fig.colorbar(image, ax=fig.axes, label="weight", shrink=0.8)
fig.suptitle("Columns of W0", fontsize=11, x=0.02, ha="left")
plotting.show(
    fig,
    alt="24 weight images of hidden neurons: red and blue blobs and short "
    "strokes in the middle of the frame, fading to a noisy grey at the "
    "edges where no digit has ink.",
    values=False,
)


# %% [markdown]
# Few of them look like digits. Most react to a stroke here and the lack of
# one there, and the output layer combines them. At the edges of the frame,
# where hardly any image has ink, $x_i$ is 0 and so is the gradient
# $x_i (\delta_i^0)^T$: those weights still are what they were drawn as.
#
# ## What it has not learned
#
# ### Exercise 4.5 (10 minutes)
#
# Which digits are taken for which? Write `confusion(true, predicted, K)`: a
# matrix of shape (K, K) whose entry [t, p] counts the samples of class t
# that were predicted as p. For `true = [0, 0, 1]`, `predicted = [0, 1, 1]`
# and `K = 2` it is `[[1, 1], [0, 1]]`.

# %% tags=["exercise-4.5"]
def confusion(true, predicted, K):
    """Return counts (K, K): true classes down, predicted ones across."""
    ### BEGIN SOLUTION
    counts = np.zeros((K, K), dtype=int)
    for t, p in zip(true, predicted):
        counts[t, p] += 1
    return counts
    ### END SOLUTION


# %%
check("4.5", confusion)
# hint("4.5")
# solution("4.5")

# %% [markdown]
# On the test sample, with the mistakes coloured. Look for bright cells, and
# whether their mirror image across the diagonal is bright too.

# %% tags=["nbval-ignore-output"]
predicted = predict(mnist.x_test, *trained)
counts = confusion(mnist.y_test, predicted, K)
off = counts - np.diag(np.diag(counts))
t, p = np.unravel_index(np.argmax(off), off.shape)
print(f"most frequent mistake: {t} taken for {p}, {off[t, p]} times")

# %% tags=["draws"]
fig, ax = plotting.figure(width=5, height=4.3)
mistakes = np.where(np.eye(K), np.nan, counts)  # the diagonal stays white
top = max(off.max(), 1)
image = plotting.matrix(
    ax, mistakes, counts.astype(str), 0.6 * top, vmin=0, vmax=top
)
ax.set(xticks=range(K), yticks=range(K))
ax.set(xlabel="predicted class", ylabel="true class")
ax.set_title("Test sample, 128 hidden neurons")
fig.colorbar(image, ax=ax, label="wrong predictions", shrink=0.8)
plotting.show(
    fig,
    alt=f"Confusion matrix of the ten digits: nearly all of the 10,000 "
    f"images lie on the diagonal; the most frequent mistake is a {t} taken "
    f"for a {p}, {off[t, p]} times.",
    values=False,
)

# %% [markdown]
# Mistakes are not spread evenly: a few pairs of digits of similar shape
# account for many of them.
#
# Some mistakes are worse than others. Here are the ten wrong predictions of
# which the network was surest, with what it said and how sure it was.

# %%
a1 = forward(mnist.x_test, *trained)[-1]
certainty = np.max(a1, axis=1)
wrong = np.flatnonzero(predicted != mnist.y_test)
worst_ones = wrong[np.argsort(-certainty[wrong])][:10]

# %% tags=["draws"]
titles = [
    f"{mnist.y_test[i]} read as {predicted[i]}\n{100 * certainty[i]:.1f} %"
    for i in worst_ones
]
fig = plotting.digits(
    mnist.x_test[worst_ones], titles=titles, columns=5, size=1.25
)
plotting.show(
    fig,
    alt="Ten wrongly read digits with the true digit, the prediction and its "
    "probability: some are so badly written that a person would hesitate, "
    "others are clear to the eye, and the network was nearly certain each "
    "time.",
    values=False,
)

# %% [markdown]
# Some would puzzle anybody; others are plain to us, and the network was
# nearly certain all the same. Which raises a question: when the network says
# 90 %, is it right nine times in ten? Group the test images by the largest
# probability, and compare with the share that was right.

# %% tags=["nbval-ignore-output"]
edges = np.array([0.0, 0.5, 0.7, 0.85, 0.95, 0.99, 1.0 + 1e-6])
group = np.digitize(certainty, edges) - 1
right = predicted == mnist.y_test
said, was, error, size = [], [], [], []
for g in range(len(edges) - 1):
    inside = right[group == g]
    D = len(inside)
    said.append(100 * np.mean(certainty[group == g]))
    was.append(100 * np.mean(inside))
    share = (np.sum(inside) + 1) / (D + 2)  # never exactly 0 or 1
    error.append(100 * math.sqrt(share * (1 - share) / D))
    size.append(D)
    print(f"said {said[g]:5.1f} %, right {was[g]:5.1f} +- {error[g]:.1f} %,"
          f" {D:5,} images")
low = np.sum(np.array(was) + np.array(error) < said)
print(f"{low} of {len(was)} groups: surer than right")
print(f"{size[-1] / 100:.0f} % of the images are in the surest group")
assert sum(size) == 10_000

# %% [markdown]
# The same as a figure; on the diagonal, probabilities mean what they say. The
# bars are one standard deviation of a share of so many images.

# %% tags=["draws"]
fig, ax = plotting.figure(width=5, height=3.6)
ax.plot([30, 100], [30, 100], color=plotting.GREY, linewidth=1)
style = {**plotting.STYLE["test"], "linestyle": ""}
ax.errorbar(said, was, error, capsize=3, **style)
ax.set(xlabel="largest probability, mean of the group (%)")
ax.set(ylabel="predictions that are right (%)")
ax.set_title("How sure, and how often right")
plotting.show(
    fig,
    alt="Share of right predictions against the stated probability, in six "
    "groups with error bars: the points rise with the probability, and "
    f"{low} of the six lie below the diagonal by more than their error bar: "
    "there the network is surer than it is right.",
    values=False,
)

# %% [markdown]
# A higher probability does mean more right answers. Where points lie below
# the diagonal, the network is surer than it should be: the price of training
# until the training images are all certain.
#
# ## What it cost
#
# The meter ran during both final trainings. Notebook 09 puts these figures
# beside those of the other networks.

# %% tags=["draws", "nbval-ignore-output"]
print("hidden    time    energy       grid        emissions   test")
for hidden, meter, value in (
    (128, meter_128, test_accuracy),
    (800, meter_800, large_accuracy),
):
    print(
        f"{hidden:6} {meter.seconds:5.1f} s  {meter.energy_kwh:.1e} kWh"
        f"  {meter.grid_g_per_kwh:.0f} g/kWh   {meter.emissions_g:.1e} g"
        f"   {100 * value:.2f} %"
    )
print(f"power {meter_128.power}: {meter_128.power_source}")
print(f"factor in time: {meter_800.seconds / meter_128.seconds:.1f}")


# %% [markdown]
# Thousandths of a gram of CO2e: nobody need hesitate to train this network.
# The table has another message, though. Read the factor beside the two
# accuracies: a few tenths of a percent have their price, and the next tenth
# would cost more. Notebook 09 follows that curve to its end.
#
# ## Your own handwriting
#
# All images so far are from MNIST. Does your network recognise *your*
# digits? The pad calls `predict_probabilities` in this kernel while you draw:
# what you see are the answers of the functions that you have written. Your
# drawing is prepared as the images of MNIST were: it is scaled into a square
# of 20 x 20 pixels, then moved so that the mean place of its ink is at the
# centre of 28 x 28 pixels. Each step can be switched off.

# %%
def predict_probabilities(x):
    """Return the probabilities (D, K) of D images x (D, M)."""
    return forward(x, *trained)[-1]


pad = draw_digit(predict_probabilities, trained)

# %% [markdown]
# The red and blue picture in the pad is $-W^0 \delta^0$: the recursion that
# gave $\delta^0$ from $\delta^1$, one step further, down to the pixels. More
# ink in a red pixel makes the class more likely.
#
# `pad.image` is the drawing as an array (784,), so you can go on with it. How
# much does the place of a digit matter? We move it to the right, two pixels
# at a time.

# %% tags=["nbval-ignore-output"]
drawn = pad.image.reshape(28, 28)
for pixels in (0, 2, 4, 6):
    moved = np.pad(drawn, ((0, 0), (pixels, 0)))[:, :28]
    a1 = predict_probabilities(moved.reshape(1, M))[0]
    print(f"moved by {pixels}: {np.argmax(a1)}, with {100 * a1.max():.0f} %")

# %% [markdown]
# Each weight of $W^0$ belongs to one pixel, so a digit that has moved is a
# different input, although its shape is the same. A short way may change
# little, because handwriting differs by so much in the training images as
# well. After a longer way the prediction can be wrong, and sure all the same.
# That is why MNIST was centred, and why your drawing has to be centred, too.
#
# ## Summary
#
# A network with one hidden layer is four lines forward and six lines back,
# and a gradient check proves them right. One update an epoch learns, but
# slowly; the same mathematics on mini-batches makes a thousand updates in the
# same time. Settings are chosen on validation data, and the test sample is
# opened once. The network of 128 hidden neurons reads about 98 % of unknown
# digits; what it gets wrong it may get wrong with great certainty.

# %%
progress(4)

# %% [markdown]
# ## On your own
#
# - Take the gate away (`h_prime` always 1) and train again. Does the risk
#   still fall? Where does it end? What would the gradient check have said?
# - Train with `BATCH_SIZE = 1` and with 1024. Adjust the learning rate each
#   time. What do you notice about the time of an epoch?
# - Shift the test images by two pixels (`np.roll`). How much accuracy is
#   left, and why?
# - Keep your network: `save_network("my_network.npz", trained, test_accuracy)`
#   from `helpers.data`; `load_network` reads the file.
# - Set `SEED` to five other values. How far apart are the test accuracies?
#   Give the accuracies of 128 and of 800 neurons to
#   `helpers.evidence.difference`, seed by seed. What does its `in_words()` say?
#
# ## Further reading
#
# - M. Nielsen, *Neural Networks and Deep Learning* (2015), chapters 1 and 2:
#   the same network, told at length.
# - P. Simard, D. Steinkraus and J. Platt, "Best practices for convolutional
#   neural networks applied to visual document analysis", *ICDAR* (2003).
# - K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers",
#   *ICCV* (2015): where the initial scale comes from.
# - C. Guo, G. Pleiss, Y. Sun and K. Weinberger, "On calibration of modern
#   neural networks", *ICML* (2017): probabilities that mean what they say.
