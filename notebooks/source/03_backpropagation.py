# %% [markdown]
# # 03 — Where do the gradients come from, and how do we know that they are right?
#
# To train a network, we ask for each weight how the loss changes when this
# weight changes, and move it a little in the direction that lowers the loss.
# This is part V of the lecture, *Backpropagation: obtaining the right
# weights*.
#
# **What you will do.** Write the function that a network minimises. Follow the
# proof with a pencil, and derive one of its steps. Assemble `backward` for any
# number of layers from your own functions, and test each derivative that it
# returns. Beyond the core: find the mistakes in eight backward passes.
#
# **What you will learn.** What training minimises; where `delta = a - y` comes
# from; which index each sum runs over, and therefore where a transpose stands;
# how to test a gradient, and why a falling loss is no such test.
#
# **What you need.** Notebooks 01 and 02; the chain rule for functions of
# several variables; the product of matrices. Paper and pencil.
#
# *Part of the course: theory. To run: at most 25 seconds on two processors. To
# study: 75 minutes, with everything 120.*

# %%
import numpy as np
import pandas as pd
from sklearn.datasets import make_moons
from threadpoolctl import threadpool_limits

from exercises import check, guess, hint, progress, reveal, solution
from helpers import plotting
from helpers.equations import verify_equation
from helpers.evidence import difference
from helpers.gradient_check import gradient_check, worst

SEED = 3
D_TRAINING, D_TEST = 200, 400  # points of the moons
TOLERANCE = 1e-7  # of a gradient check
threads = threadpool_limits(limits=1)


# %% [markdown]
# The notation is that of notebook 02 (all symbols: `docs/notation.md`). The
# layers run from *L* = 0, the first hidden layer, to *L* = *H*, the output
# layer. The weight $w_{mn}^L$ links neuron *m* of layer *L* - 1 to neuron *n*
# of layer *L*. New are the loss *J* of one sample (section 1) and
# $\delta^L = \partial J / \partial z^L$. Two functions come from notebook 02:

# %%
def softmax(z):
    """Return z as probabilities, along its last axis. Source: eq. F5."""
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def relu(z):
    """Return max(0, z), element by element. Source: eq. F4."""
    return np.maximum(z, 0)


# %% [markdown]
# ## 1. What a network minimises
#
# An image and its class label vary from case to case: they are *random
# variables*, *X* and *Y*. A training sample is a set of *D* pairs
# $(x_i, y_i)$; each pair is a *realisation* of (*X*, *Y*). Supervised learning
# looks for a function *f* such that *f*(*X*) deviates as little as possible
# from *Y*. A *loss function* *J* measures the deviation for one pair. Its mean
# over all pairs that could occur is unknown, because their distribution is. So
# we minimise the mean over the pairs that we have, the *empirical risk*:
#
# $$R_D(f) = \frac{1}{D} \sum_{i=1}^{D} J(y_i, f(x_i)) \tag{B1}$$
#
# Every 1/*D* below comes from this one. (A small risk on these pairs does not
# guarantee a small one on others: notebook 08.)
#
# The outputs of a classifier are probabilities. To compare two discrete
# probability distributions *p* and *q*, the *cross-entropy* is defined as
#
# $$J(p, q) = -\sum_x p(x) \ln q(x) \tag{B2}$$
#
# Call $-\ln q(x)$ your surprise when *x* happens, to which you gave the
# probability *q*(*x*): 0 if you were certain of *x*, large if you thought it
# unlikely. The cross-entropy is the mean surprise if *x* happens with frequency
# *p*(*x*). (Its unit is the *nat*.) For one sample, *p* is the expected output
# *y*, and *q* is the output of the network:
#
# $$J(y, a^H) = -\sum_n y_n \ln a_n^H \tag{B4}$$
#
# The vector *y* is *one-hot*: it has a 1 for the true class and 0 elsewhere. So
# one term remains: minus the logarithm of the probability that the network
# gives to the true class. Minimising this loss is the same as maximising the
# probability that the model gives to the observed labels: training aims at the
# *maximum likelihood* estimate (proof: *Going further* in section 2).
#
# ### Exercise 3.1 (6 minutes): the risk of a classifier
#
# Write `empirical_risk(y, a)`, the mean (B1) of the losses (B4). Both arguments
# have shape `(D, N)`, one row for each sample: `y` is one-hot, `a` has the
# probabilities. Return one number. The probability of a *wrong* class may be
# exactly 0; it must do no harm. Do not clip `a`, and add no small number.
#
# Example: for `y = [[1, 0], [0, 1]]` and `a = [[0.5, 0.5], [0.2, 0.8]]` the
# two losses are 0.693 and 0.223, and the function returns their mean, 0.458.

# %% tags=["exercise-3.1"]
def empirical_risk(y, a):
    """Return the mean cross-entropy of D samples. Source: eq. B1, B4."""
    ### BEGIN SOLUTION
    of_true_class = np.sum(y * a, axis=1)  # (D,)  y is one-hot
    return -np.mean(np.log(of_true_class))  # B4, B1
    ### END SOLUTION


# %%
check("3.1", empirical_risk)
# hint("3.1")
# solution("3.1")

# %% [markdown]
# > **Before you go on, 3.Q1.** An untrained network gives about the same
# > probability to each of ten classes. What is its risk?

# %%
guess("3.Q1", 2.3)
y_ten = np.eye(10)  # a sample of each class
risk_ten = empirical_risk(y_ten, np.full((10, 10), 0.1))
reveal("3.Q1", f"{risk_ten:.2f} nats")

# %% [markdown] tags=["answer-3.Q1"]
# **Answer (3.Q1).** Each sample costs $-\ln 0.1 = \ln 10 = 2.30$ nats, so this
# is the risk. A training on ten classes that begins *far* above 2.3 begins with
# a mistake, or with inputs or weights that are too large (such as pixels from
# 0 to 255). A little above is usual: with 784 inputs of mean 0 and variance 1,
# and 128 hidden neurons, the `initialise` of section 6 gives about 3.1, because
# random weights of this size prefer some classes.

# %% [markdown]
# ## 2. Downhill
#
# At a minimum of the risk all its derivatives are zero, if it is smooth there.
# Why not solve these equations? For a straight line a formula does. In a
# network the weights stand inside ReLU and softmax: no formula is known. *By
# eye* nobody finds a minimum with more than two parameters. Newton's method
# needs a matrix of second derivatives, with as many rows and columns as there
# are parameters. So we use first derivatives alone, step by step (*iterative
# minimisation*): *gradient descent*. For all weights and biases of layer *L*,
#
# $$W^L \leftarrow W^L - \lambda \frac{\partial R_D}{\partial W^L} = W^L - \frac{\lambda}{D} \sum_{i=1}^{D} \frac{\partial J_i}{\partial W^L} \tag{B5}$$
#
# $$b^L \leftarrow b^L - \lambda \frac{\partial R_D}{\partial b^L} = b^L - \frac{\lambda}{D} \sum_{i=1}^{D} \frac{\partial J_i}{\partial b^L} \tag{B6}$$
#
# You set the *learning rate* *λ*. One pass over the training sample is called
# an *epoch*. The derivative of a sum is the sum of the derivatives, so it is
# enough to know those of the loss of *one* sample.
#
# Descent ends where the slope is zero. That need not be the lowest point: it
# may be a *local minimum*, with several weights a *saddle* (a minimum along one
# direction, a maximum along another), or the top of a hill if it starts there.
# A *convex* function, whose curve never lies above the straight line between
# two of its points, has no such places. The risk of a network with hidden
# layers is not convex (measured below).

# %% tags=["instructor", "equation-B5", "equation-B6"]
rng = np.random.default_rng(SEED)
x_six, k_six = rng.normal(size=(6, 4)), rng.integers(3, size=6)
W_six, b_six = rng.normal(size=(4, 3)), rng.normal(size=3)


def loss_at(W, b, i):  # of sample i, without hidden layers
    return -np.log(softmax(x_six[i] @ W + b)[k_six[i]])


def slopes_at(function, v):  # by complex steps
    steps = 1e-30j * np.eye(v.size).reshape(-1, *v.shape)
    slopes = [function(v + step).imag / 1e-30 for step in steps]
    return np.reshape(slopes, v.shape)


for name, v, at in (("B5", W_six, lambda v, i: loss_at(v, b_six, i)),
                    ("B6", b_six, lambda v, i: loss_at(W_six, v, i))):
    total = sum(slopes_at(lambda v: at(v, i), v) for i in range(6))
    of_risk = slopes_at(lambda v: sum(at(v, i) for i in range(6)) / 6, v)
    verify_equation(name, v - 0.3 * of_risk, v - 0.3 / 6 * total,
                    v - 0.3 * total, without="without 1/D")


# %% [markdown]
# ### Going further: three regimes of descent
#
# For one weight a *central difference* approximates the slope. The data are 40
# points of two overlapping populations, the classifier is the smallest one: one
# variable *x*, two classes, a single weight *w*, outputs softmax(0, *w x*).

# %%
def central_difference(f, v, step=1e-5):
    """Return an approximation of df/dv at the number v."""
    return (f(v + step) - f(v - step)) / (2 * step)


def descend(gradient, w, learning_rate, steps):
    """Return all positions of a gradient descent, the start first. B5"""
    positions = [w]
    for _ in range(steps):
        w = w - learning_rate * gradient(w)
        positions.append(w)
    return np.array(positions)


# %%
rng = np.random.default_rng(SEED)
centres = np.repeat([-0.5, 0.5], 20)
x_line = centres + 1.5 * rng.normal(size=40)
y_line = np.repeat(np.eye(2), 20, axis=0)  # (40, 2)


def line_risk(w):
    """Return the risk of the classifier with weight w."""
    z = np.stack([np.zeros(len(x_line)), w * x_line], axis=1)
    return empirical_risk(y_line, softmax(z))


def line_slope(w):
    return central_difference(line_risk, w)


w_best = descend(line_slope, 0.0, 1.0, 100)[-1]
print(f"minimum: w = {w_best:.3f}, risk {line_risk(w_best):.3f}")

# %% [markdown]
# The learning rates *λ* are multiples of 1/*k*, where *k* is the second
# derivative (*curvature*) at the minimum: on a parabola one step multiplies the
# distance from the minimum by 1 - *λ k*, so it shrinks if *λ* < 2/*k* (notebook
# 07 derives this). Move the slider from the smallest rate to the largest (where
# there is no slider, one of them is shown).

# %%
START, EPOCHS = -1.0, 12
FACTORS = np.array([0.03, 0.06, 0.3, 0.6, 1.2, 1.7, 1.95, 2.1, 2.6])
curvature = central_difference(line_slope, w_best, step=1e-3)
RATES = np.round(FACTORS / curvature, 2).tolist()
paths = {rate: descend(line_slope, START, rate, EPOCHS) for rate in RATES}


# %% tags=["draws"]
def draw_path(rate, path):
    """Draw a descent on the risk of the line, and against the epoch."""
    fig, axes = plotting.figure(1, 2, width=6.5, height=2.5, sharey=True)
    visited = np.concatenate(list(paths.values()))  # one scale for all rates
    w_line = np.linspace(min(-1.3, visited.min()), max(3, visited.max()), 90)
    risks = [line_risk(w) for w in path]
    axes[0].plot(w_line, [line_risk(w) for w in w_line], color=plotting.GREY)
    axes[0].plot(path, risks, "o", color=plotting.VERMILION)
    axes[0].plot(path[0], risks[0], "s", color=plotting.BLACK)
    axes[1].axhline(line_risk(w_best), lw=1, color=plotting.GREY, zorder=0)
    axes[1].plot(risks, "o-", lw=1, color=plotting.VERMILION)
    axes[0].set(title=f"learning rate {rate}", xlabel="weight $w$")
    low = line_risk(w_best)
    high = max(low + 0.9, 0.05 + max(line_risk(w) for w in visited))
    axes[0].set(ylabel="risk $R_D$ (nats)", ylim=(low - 0.05, high))
    axes[1].set(title="Risk after each epoch",
                xlabel="epoch (grey line: the minimum)")
    axes[1].xaxis.get_major_locator().set_params(integer=True)
    return fig


# %% tags=["draws"]
def last_risk(rate):
    return line_risk(paths[rate][-1])


slow, good, wild = min(RATES), RATES[len(RATES) // 2], max(RATES)
plotting.frames(
    [draw_path(rate, path) for rate, path in paths.items()],
    [f"learning rate {rate}" for rate in RATES],
    alt=f"""A descent of {EPOCHS} epochs for each of {len(RATES)} learning
    rates, on a valley of the risk over the weight and against the epoch. At
    {slow} the points creep down the wall where they began, to a risk of
    {last_risk(slow):.2f}; at {good} they reach the minimum,
    {last_risk(good):.2f}; at {wild} they jump from wall to wall, and the
    risk ends at {last_risk(wild):.2f}.""",
    start=len(RATES) // 2,
)


# %% [markdown]
# The smallest rates creep: at the end they are still on the wall where they
# began. The middle ones arrive, or nearly; the larger of them jump over the
# minimum, a little less far each time. The largest two, beyond 2/*k*, jump to
# and fro and do not arrive. (They do not run away, because the walls of this
# risk become straight lines.)
#
# ### Going further: where descent ends
#
# (This section needs `descend` of *three regimes of descent*.)
#
# > **Question 3.Q2 (1 minute).** Four descents on cos 3*w* + 0.3 *w*²: which of
# > them do not end in a lowest point, and where do they end?

# %%
def hills_slope(w):
    return -3 * np.sin(3 * w) + 0.6 * w


starts = np.array([-2.0, 0.0, 2.0, 3.5])
ends = descend(hills_slope, starts, 0.05, 200)[-1] + 0.0
heights = np.cos(3 * ends) + 0.3 * ends**2
# solution("3.Q2")
pd.DataFrame({"from": starts, "to w": ends, "height": heights}).round(3)

# %% [markdown] tags=["answer-3.Q2"]
# **Answer (3.Q2).** Two. From 3.5 the descent ends in a local minimum that is
# higher. From 0 it does not move at all: there the slope is zero, but at the
# top of a hill. (From -2 and 2 it ends in two equally low minima.)

# %% [markdown]
# ### Going further: maximum likelihood
#
# (The last picture needs the cells of *three regimes of descent*.)
#
# The *likelihood* of the parameters *θ* is the probability, according to the
# model, of all that was observed: for independent observations, a product. If
# outcome *i* of a random variable *X* occurs *D p*(*X* = *i*) times among *D*
# observations, its factor stands that often in the product:
#
# $$\frac{1}{D} \ln \mathcal{L}(\theta) = \frac{1}{D} \ln \prod_i q_\theta(X=i)^{D\,p(X=i)} = \sum_i p(X=i) \ln q_\theta(X=i) = -J(p, q_\theta) \tag{B3}$$
#
# The logarithm is increasing, so maximising the likelihood is minimising the
# cross-entropy. The cell compares both sides for 20 throws of a die with four
# faces.

# %% tags=["equation-B3"]
throws = np.array([0, 2, 1, 0, 3, 0, 2, 2, 1, 0, 0, 2, 3, 0, 2, 0, 1, 2, 0, 2])
p_die = np.bincount(throws) / len(throws)  # how often each face came up
q_die = softmax(np.array([0.9, -0.4, 0.6, 0.1]))  # what the model expects
likelihood = np.prod(q_die[throws])
left, right = np.log(likelihood) / len(throws), np.sum(p_die * np.log(q_die))
verify_equation("B3", left, right, wrong=np.sum(q_die * np.log(p_die)),
                without="with p and q exchanged")
print(f"likelihood of 20 throws {likelihood:.1e}, of 50 times as many"
      f" {likelihood**50}")

# %% [markdown]
# A second reason for the logarithm: a product of many probabilities becomes 0 in
# the computer.
#
# The likelihood of a classifier's weights is the product of the probabilities
# that it gives to the true classes. Training only *aims at* its maximum: it
# stops before, and where a line separates the classes there is none (doubling
# weights that separate them always raises it). Here it is for the 40 points
# above, beside the risk.

# %%
w_grid = np.linspace(-1.5, 3.5, 501)
likelihoods, grid_risks = [], [line_risk(w) for w in w_grid]
for w in w_grid:
    a_line = softmax(np.stack([0 * x_line, w * x_line], axis=1))
    likelihoods.append(np.prod(a_line[y_line == 1]))
likeliest = w_grid[np.argmax(likelihoods)]
print(f"likeliest weight {likeliest:.2f},"
      f" of least risk {w_grid[np.argmin(grid_risks)]:.2f}")

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=2.6)
axes[0].plot(w_grid, np.array(likelihoods) / max(likelihoods),
             color=plotting.BLACK)
axes[0].set(title="Likelihood", xlabel="weight $w$")
axes[0].set(ylabel="likelihood / its maximum")
axes[1].plot(w_grid, grid_risks, color=plotting.BLUE)
axes[1].set(title="Empirical risk", xlabel="weight $w$")
axes[1].set(ylabel="risk $R_D$ (nats)")
for ax in axes:
    ax.axvline(likeliest, **plotting.STYLE["bound"])
plotting.show(
    fig,
    alt=f"""Two curves over the weight w. The likelihood is a single hump
    with its top at w = {likeliest:.2f}; the empirical risk is a valley with
    its lowest point, {min(grid_risks):.2f}, at the same w, marked by a grey
    line in both.""",
)


# %% [markdown]
# Far from its top the likelihood is flat; the slope of the risk gives the
# direction everywhere.
#
# ## 3. A map of the way back
#
# A *central difference*, `(f(w + e) - f(w - e)) / (2 * e)` with a small `e`,
# approximates a slope, but needs two forward passes for *each* weight.
# Backpropagation gives all slopes for at most two more products per weight.
# The figure shows its way:

# %% tags=["draws"]
def connect(ax, start, end, colour):
    """Draw an arrow."""
    look = {"arrowstyle": "-|>", "color": colour}
    ax.annotate("", end, start, arrowprops=look)


# %% tags=["draws"]
fig, ax = plotting.figure(height=2.5)
ax.set(xlim=(-0.4, 10.6), ylim=(-1.8, 1.4))
ax.axis("off")
stations = ["$x$", "$z^0$", "$a^0$", "$z^1$", "$a^1$", "$J$"]
for k, name in enumerate(stations):
    fill = "#dddddd" if k in (0, 1, 2, 4) else "white"
    ax.plot(2 * k, 0.6, "o", ms=30, mfc=fill, mec=plotting.BLACK)
    ax.text(2 * k, 0.6, name, ha="center", va="center")
steps = ["$W^0, b^0$", "$h$", "$W^1, b^1$", "softmax", "$y$"]
for k, name in enumerate(steps):
    connect(ax, (2 * k + 0.5, 0.75), (2 * k + 1.5, 0.75), plotting.BLACK)
    ax.text(2 * k + 1, 1.0, name, ha="center", color=plotting.BLACK)
red = {"color": plotting.VERMILION, "ha": "center"}
ways = (2, r"$\delta^0$", "$x$"), (6, r"$\delta^1$", "$a^0$")
for x_at, d, entered in ways:
    ax.text(x_at, -0.35, d, **red, fontsize=12, va="center")
    connect(ax, (x_at - 0.3, -0.5), (x_at - 1, -1.2), plotting.VERMILION)
    ax.text(x_at - 1.1, -1.6, f"gradients: {d} and {entered}", **red)
for start, end, name in ((10, 6.4, "$a^1, y$"), (5.6, 2.4, "$W^1, z^0$")):
    connect(ax, (start, -0.35), (end, -0.35), plotting.VERMILION)
    ax.text((start + end) / 2, -0.2, f"needs {name}", **red, va="bottom")
ax.plot([10, 10], [0.1, -0.35], color=plotting.VERMILION, lw=1)
ax.set_title("Forward (black), backward (orange); grey: kept for the way back")
alt = """A chain of circles from left to right: x, z0, a0, z1, a1, J; x, z0,
    a0 and a1 are grey, because the way back needs them. Black arrows lead
    forward through W0 and b0, h, W1 and b1, softmax, and y. Orange arrows
    below lead back from J to delta1, which needs a1 and y, then to delta0,
    which needs W1 and z0. Each delta gives gradients, with a0 or x."""
plotting.show(fig, alt)

# %% [markdown]
# On the way back each *δ* is computed from the one after it, and gives the
# gradients of its layer. What this needs was computed on the way forward and
# must be kept in memory. Elsewhere the method is called *reverse-mode automatic
# differentiation*; TensorFlow does it in notebook 05.
#
# ### Going further: what differences would cost
#
# > **Before you go on, 3.Q3 (1 minute).** How many forward passes does one
# > gradient by central differences need, for a network with 784 inputs, 128
# > hidden neurons and 10 outputs?

# %%
guess("3.Q3", 200_000)
M, N, K = 784, 128, 10
parameters, products = (M + 1) * N + (N + 1) * K, M * N + N * K
reveal("3.Q3", f"{2 * parameters:,}")
print(f"products: forward {products:,}, backward {products + N * K:,}")
print(f"z^0, a^0, a^1: {50_000 * (2 * N + K) * 4 / 1e6:.0f} MB")


# %% [markdown] tags=["answer-3.Q3"]
# **Answer (3.Q3).** There are (784 + 1) 128 + (128 + 1) 10 = 101,770
# parameters, so 203,540 forward passes.

# %% [markdown]
# So many forward passes for *one* step! The products are those of one sample;
# the last line is the memory for the stored values of 50,000 images, beside
# *x*, in float32.

# %% [markdown]
# ## 4. The proof
#
# One sample, any number of layers. The plan: write the derivatives by weights
# and biases with *δ*; find *δ* of the output layer; find *δ* of a layer from
# that of the next one. The indices *i*, *k*, *m*, *n* number neurons (in the
# code from 0); samples come back in section 5.
#
# Each step is compared with `derivative`, which does not use the proof: it
# moves one entry of an array at a time, along the imaginary axis. So it is
# exact to rounding (*Going further* says why).

# %%
def derivative(f, v, step=1e-30):
    """Return df/dv for all entries; [i, n] is that of f_i by v_n."""
    columns = []
    for index in np.ndindex(v.shape):
        moved = v.astype(complex)
        moved[index] += 1j * step
        columns.append(np.imag(f(moved)) / step)
    shape = np.shape(columns[0]) + v.shape
    return np.stack(columns, axis=-1).reshape(shape)


# %% [markdown]
# The test network has 3 inputs, two hidden layers of 4 neurons with `tanh`,
# which is smooth, and 3 outputs, so *H* = 2. No value is zero, because a zero
# hides mistakes; so *y* is not one-hot here (the proof only needs that its
# entries add up to 1). `loss_from(z, L)` computes the loss from given arguments
# of layer `L`, so *δ* can be computed by its definition.

# %%
rng = np.random.default_rng(SEED)
SIZES, H = (3, 4, 4, 3), 2
W = [0.6 * rng.normal(size=MN) for MN in zip(SIZES[:-1], SIZES[1:])]
b = [0.5 * rng.normal(size=N) for N in SIZES[1:]]
x, y = rng.normal(size=3), np.array([0.2, 0.5, 0.3])


def loss_from(z, L, y=y):
    """Return J, computed onwards from the arguments z^L of layer L."""
    for K in range(L + 1, H + 1):
        z = W[K].T @ np.tanh(z) + b[K]  # (N,)  F3
    return -np.sum(y * np.log(softmax(z)))  # F5, B4


z = [W[0].T @ x + b[0]]
z.append(W[1].T @ np.tanh(z[0]) + b[1])
z.append(W[2].T @ np.tanh(z[1]) + b[2])
a = [np.tanh(z[0]), np.tanh(z[1]), softmax(z[2])]
delta = [derivative(lambda zL: loss_from(zL, L), z[L]) for L in range(H + 1)]


# %% [markdown]
# ### Step 1. The weights
#
# A weight of layer *L* acts on the loss through the arguments of this layer. The
# chain rule runs over all of them; call the index *k*. The weight leads to
# neuron *n* alone, so only the term *k* = *n* is not zero:
#
# $$\frac{\partial J}{\partial w_{mn}^L} = \sum_k \frac{\partial J}{\partial z_k^L} \frac{\partial z_k^L}{\partial w_{mn}^L} = \frac{\partial J}{\partial z_n^L} \frac{\partial z_n^L}{\partial w_{mn}^L} = \delta_n^L\, \frac{\partial}{\partial w_{mn}^L} \Big[ \sum_i w_{in}^L a_i^{L-1} + b_n^L \Big]$$
#
# In the bracket, the bias and the activations of the layer *before* do not
# depend on this weight. Of the sum only the term *i* = *m* contains it:
#
# $$\frac{\partial J}{\partial w_{mn}^L} = \delta_n^L\, a_m^{L-1}, \qquad \text{as a matrix:} \quad \frac{\partial J}{\partial W^L} = a^{L-1} (\delta^L)^T \tag{B7}$$
#
# In words: *what enters the link, times δ at its end.* The transpose makes a
# row of *δ*: a column of *M* numbers times a row of *N* numbers is a matrix
# with all their products. For the first hidden layer the data *x* stand in
# place of the activation. The wrong version below has the transpose on the
# other factor; for the square `W[1]` the shapes do not show the mistake.

# %% tags=["equation-B7"]
def loss_of_W(W_L, L):
    """Return J with the matrix W^L replaced."""
    return loss_from(W_L.T @ (x if L == 0 else a[L - 1]) + b[L], L)


column, row = a[0].reshape(4, 1), delta[1].reshape(1, 4)
left = derivative(lambda W1: loss_of_W(W1, 1), W[1])
verify_equation("B7", left, column @ row, wrong=row.T @ column.T,
                without="with the transpose on the other factor")
left = derivative(lambda W0: loss_of_W(W0, 0), W[0])
print("L = 0, with x:", np.allclose(left, np.outer(x, delta[0]), rtol=1e-12))

# %% [markdown]
# ### Step 2. The biases
#
# In the same way, the bias occurs in the argument of its own neuron alone, with
# the derivative 1:
#
# $$\frac{\partial J}{\partial b_n^L} = \frac{\partial J}{\partial z_n^L} \cdot 1 = \delta_n^L, \qquad \text{as a vector:} \quad \frac{\partial J}{\partial b^L} = \delta^L \tag{B8}$$
#
# A bias is like a weight whose input is always 1.

# %% tags=["equation-B8"]
left = derivative(lambda b1: loss_from(W[1].T @ a[0] + b1, 1), b[1])
verify_equation("B8", left, delta[1], wrong=b[1] * delta[1],
                without="with the bias itself as a factor")

# %% [markdown]
# Nothing so far used which loss it is, or what *h* is.
#
# ### Step 3. The output layer: the loss
#
# The loss depends on the arguments through the outputs. So we need two
# derivatives: of the loss by an output, and of an output by an argument. The
# first: in $J = -\sum_m y_m \ln a_m^H$ only the term *m* = *n* contains
# output *n*, and the derivative of ln *a* is 1/*a*:
#
# $$\frac{\partial J}{\partial a_n^H} = -\frac{\partial}{\partial a_n^H} \left[ y_n \ln a_n^H \right] = -\frac{y_n}{a_n^H} \tag{B9}$$

# %% tags=["equation-B9"]
left = derivative(lambda aH: -np.sum(y * np.log(aH)), a[H])
verify_equation("B9", left, -y / a[H], wrong=y / a[H],
                without="without the minus sign")


# %% [markdown]
# ### Step 4. The output layer: softmax
#
# Write $S = \sum_m e^{z_m^H}$, so that $a_i^H = e^{z_i^H} / S$. Every argument
# is in *S*, therefore *every* output depends on *every* argument. One term of
# *S* contains $z_n^H$, so $\partial S / \partial z_n^H = e^{z_n^H}$. The
# numerator contains it only if *i* = *n*. There are two cases, both by the
# quotient rule $(u/v)' = (u'v - uv')/v^2$. The case *i* = *n*:
#
# $$\frac{\partial a_n^H}{\partial z_n^H} = \frac{e^{z_n^H} S - e^{z_n^H} e^{z_n^H}}{S^2} = \frac{e^{z_n^H}}{S} \left( 1 - \frac{e^{z_n^H}}{S} \right) = a_n^H (1 - a_n^H)$$
#
# The other case is the exercise.
#
# ### Exercise 3.2 (8 minutes): the missing case of the proof
#
# Derive $\partial a_i^H / \partial z_n^H$ for *i* ≠ *n* on paper: what is *u'*
# now? Express the result with the outputs alone. Then complete
# `softmax_slopes(a)`: `a` are the outputs of one sample, shape `(N,)`; entry
# `[i, n]` of the result, shape `(N, N)`, is the derivative of output `i` by
# argument `n`. A test: the outputs always add up to 1, so each column of the
# matrix adds up to 0.

# %% tags=["exercise-3.2"]
def softmax_slopes(a):
    """Return da_i/dz_n of a softmax with outputs a, (N, N). Eq. B10."""
    slopes = np.zeros((len(a), len(a)))
    for i, n in np.ndindex(slopes.shape):
        if i == n:
            slopes[i, n] = a[n] * (1 - a[n])
        else:
            ### BEGIN SOLUTION
            slopes[i, n] = -a[i] * a[n]
            ### END SOLUTION
    return slopes


# %%
check("3.2", softmax_slopes)
# hint("3.2")
# solution("3.2")

# %% [markdown]
# Together:
#
# $$\frac{\partial a_n^H}{\partial z_n^H} = a_n^H (1 - a_n^H), \qquad \frac{\partial a_i^H}{\partial z_n^H} = \frac{0 \cdot S - e^{z_i^H} e^{z_n^H}}{S^2} = -a_i^H a_n^H \quad (i \neq n) \tag{B10}$$
#
# Raising one argument raises the probability of its class and lowers all the
# others: below, a column has one positive entry, on the diagonal.

# %% tags=["equation-B10"]
slopes = softmax_slopes(a[H])
verify_equation("B10", derivative(softmax, z[H]), slopes,
                wrong=np.diag(np.diag(slopes)),
                without="without the cases i != n")

# %% tags=["draws"]
fig, ax = plotting.figure(width=4.0, height=2.7)
top = np.abs(slopes).max()
image = ax.imshow(slopes, cmap=plotting.SIGNED, vmin=-top, vmax=top)
for (i, n), slope in np.ndenumerate(slopes):
    dark = abs(slope) > 0.6 * top
    ax.text(n, i, f"{slope + 0.0:.3f}", ha="center", va="center",
            color="white" if dark else plotting.BLACK)
ax.set(title="Derivatives of softmax (B10)", xlabel="argument $n$")
ax.set(ylabel="output $i$", xticks=range(3), yticks=range(3))
fig.colorbar(image, ax=ax, label=r"$\partial a_i / \partial z_n$")
signs = "; ".join(str(np.round(row, 3) + 0.0) for row in slopes)
plotting.show(
    fig,
    alt=f"""A map of the 3 by 3 matrix of derivatives of the outputs (rows) by
    the arguments (columns), red where positive, blue where negative: only the
    diagonal is positive. The rows are {signs}; each column adds up to 0.""",
)

# %% [markdown]
# ### Step 5. The output layer: both together
#
# The chain rule runs over all outputs. We take the term *i* = *n* out of the
# sum and insert the results of steps 3 and 4. In each term the output in the
# denominator cancels:
#
# $$\begin{aligned}
# \delta_n^H &= \sum_i \frac{\partial J}{\partial a_i^H} \frac{\partial a_i^H}{\partial z_n^H}
# = \sum_{i \neq n} \Big( -\frac{y_i}{a_i^H} \Big) \Big( -a_i^H a_n^H \Big) + \Big( -\frac{y_n}{a_n^H} \Big) a_n^H (1 - a_n^H) \\
# &= \sum_{i \neq n} y_i a_n^H + y_n a_n^H - y_n = a_n^H \sum_i y_i - y_n
# \end{aligned}$$
#
# (The middle term is the one that the sum over *i* ≠ *n* lacks.) Now, and
# nowhere else, the proof uses that the entries of *y* add up to 1: each sample
# belongs to one class.
#
# $$\delta_n^H = a_n^H - y_n, \qquad \text{as a vector:} \quad \delta^H = a^H - y \tag{B11}$$
#
# *Output minus expected output*. The cell also takes a *y* whose sum is not 1.

# %% tags=["equation-B11"]
left = derivative(lambda zH: loss_from(zH, H), z[H])
verify_equation("B11", left, a[H] - y, wrong=-y * (1 - a[H]),
                without="with the term i = n alone")
by_chain_rule = (-y / a[H]) @ softmax_slopes(a[H])  # sum over i
print("the sum over i agrees:", np.allclose(by_chain_rule, a[H] - y))
y_odd = np.array([0.9, 0.5, 0.3])  # its sum is 1.7
odd = derivative(lambda zH: loss_from(zH, H, y_odd), z[H])
print("sum of y = 1.7: a - y agrees:", np.allclose(odd, a[H] - y_odd))
print("a sum(y) - y agrees:", np.allclose(odd, a[H] * y_odd.sum() - y_odd))


# %% [markdown]
# ### Step 6. From layer L + 1 to layer L
#
# Suppose that *δ* of layer *L* + 1 is known. The argument of one neuron becomes
# its activation, $a_n^L = h(z_n^L)$, which enters *all* neurons of the next
# layer. The chain rule adds up these ways to the loss:

# %% tags=["draws"]
def draw_arrow(ax, start, end, text, share, back):
    """Draw an arrow beside the line of two nodes, with a text along it."""
    start, end = np.array(start), np.array(end)
    along = (end - start) / np.linalg.norm(end - start)
    aside = 0.11 * np.array([-along[1], along[0]])
    colour = plotting.VERMILION if back else plotting.BLACK
    ax.annotate(
        "", end - 0.5 * along + aside, start + 0.5 * along + aside,
        arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.2},
    )
    ax.text(*(start + share * (end - start) + 3.2 * aside), text,
            color=colour, ha="center", va="center", fontsize=9)


# %% tags=["draws"]
fig, ax = plotting.figure(height=3.4)
ax.set(xlim=(0, 10), ylim=(-0.5, 4.5))
ax.axis("off")
first, second, last = (0.8, 2.0), (3.2, 2.0), (9.4, 2.0)
names = {first: "$z_n^L$", second: "$a_n^L$", last: "$J$"}
draw_arrow(ax, first, second, "$h$", 0.5, False)
draw_arrow(ax, second, first, "$h'(z_n^L)$", 0.5, True)
for m, node in enumerate([(6.6, 3.8), (6.6, 2.0), (6.6, 0.2)]):
    names[node] = f"$z_{m}^{{L+1}}$"
    draw_arrow(ax, second, node, f"$w_{{n{m}}}$", 0.62, False)
    draw_arrow(ax, node, second, rf"$w_{{n{m}}}\delta_{m}$", 0.4, True)
    draw_arrow(ax, node, last, "", 0.5, False)
    draw_arrow(ax, last, node, "", 0.5, True)
    ax.text(6.6, node[1] - 0.62, rf"$\delta_{m}^{{L+1}}$", ha="center",
            va="center", color=plotting.VERMILION, fontsize=10)
ax.text(0.8, 1.38, r"$\delta_n^L$", ha="center", va="center", fontsize=10,
        color=plotting.VERMILION)
for place, words in names.items():
    ax.plot(*place, "o", ms=30, mfc="white", mec=plotting.BLACK, mew=1.2)
    ax.text(*place, words, fontsize=10, ha="center", va="center")
ax.set_title("One argument, every way to the loss, and back")
plotting.show(
    fig,
    alt="""A chain of circles from left to right: z_n of layer L, its
    activation a_n, three neurons z_0, z_1, z_2 of layer L + 1, and the loss J.
    Black arrows lead forward, from a_n to each of the three along the
    weights w_n0, w_n1, w_n2, and on to J. Orange arrows lead back. A delta
    stands under each of the three neurons; w times delta comes back from each
    to a_n, and h' leads to delta_n under z_n.""",
)


# %% [markdown]
# $$\delta_n^L = \sum_m \frac{\partial J}{\partial z_m^{L+1}} \frac{\partial z_m^{L+1}}{\partial z_n^L} = \sum_m \delta_m^{L+1} \frac{\partial}{\partial z_n^L} \Big[ \sum_i w_{im}^{L+1} a_i^L + b_m^{L+1} \Big]$$
#
# In a hidden layer each activation depends on its own argument alone (softmax
# is different, hence steps 4 and 5). Of the sum in the bracket only the term
# *i* = *n* depends on this argument. It is $w_{nm}^{L+1} h(z_n^L)$, so
#
# $$\frac{\partial z_m^{L+1}}{\partial z_n^L} = w_{nm}^{L+1}\, h'(z_n^L) \tag{B12}$$

# %% tags=["equation-B12"]
def tanh_prime(z):
    """Return the derivative of tanh at z."""
    return 1 - np.tanh(z) ** 2


left = derivative(lambda z0: W[1].T @ np.tanh(z0) + b[1], z[0])
right = [[W[1][n, m] * tanh_prime(z[0][n]) for n in range(4)]
         for m in range(4)]
verify_equation("B12", left, right, wrong=W[1].T, without="without h'")

# %% [markdown]
# ### Step 7. The recursion
#
# Put this into the sum; *h'* does not depend on *m* and comes out in front. With
# ⊙ for the product element by element:
#
# $$\delta_n^L = h'(z_n^L) \sum_m w_{nm}^{L+1} \delta_m^{L+1}, \qquad \text{as a vector:} \quad \delta^L = h'(z^L) \odot W^{L+1} \delta^{L+1} \tag{B13}$$
#
# Why is there a transpose in the forward pass but not here? Forward,
# $z_n = \sum_i w_{in} a_i$ sums over the *first* index of the weights, over
# where the links come from. A product of a matrix and a vector sums over the
# second index, so the matrix is transposed. Backward, the sum already runs
# over the second index, over where the links go. The wrong version below has
# the transpose; the square `W[1]` lets it run.

# %% tags=["equation-B13"]
left = derivative(lambda z0: loss_from(z0, 0), z[0])
right, wrong = (tanh_prime(z[0]) * (M @ delta[1]) for M in (W[1], W[1].T))
verify_equation("B13", left, right, wrong,
                without="with a transpose that does not belong there")
found = a[H] - y  # B11
for L in (1, 0):
    found = tanh_prime(z[L]) * (W[L + 1] @ found)  # B13
    print(f"delta^{L} from the output:", np.allclose(found, delta[L], 1e-12))


# %% [markdown]
# ### The small network, taken back
#
# Notebook 02 took a network of 2 inputs, 2 hidden ReLU neurons and 2 outputs
# forward. Now the way back, for the expected output `[1, 0]`. Redo the numbers
# by hand: the whole proof is in them. For ReLU, *h'* is a *gate*: open (1)
# where *z* > 0, closed (0) elsewhere.

# %%
def relu_prime(z):
    """Return the derivative of ReLU at z: 1 where z > 0. Source: F4."""
    return (z > 0).astype(float)


x_tiny, y_tiny = np.array([1.0, 2.0]), np.array([1.0, 0.0])
W0, b0 = np.array([[0.5, -1.0], [0.25, 0.5]]), np.array([0.0, 0.5])
W1, b1 = np.array([[1.0, -1.0], [2.0, 0.5]]), np.array([-0.5, 0.5])
z0 = W0.T @ x_tiny + b0  # F3
a0 = relu(z0)
z1 = W1.T @ a0 + b1
a1 = softmax(z1)
delta1 = a1 - y_tiny  # B11
dW1 = np.outer(a0, delta1)  # B7
delta0 = relu_prime(z0) * (W1 @ delta1)  # B13
dW0 = np.outer(x_tiny, delta0)  # B7


# %% tags=["draws"]
def draw_links(ax, place, weights, slopes):
    """Draw 2 x 2 links from a place, with weights and their derivatives."""
    box = {"fc": "white", "ec": "none", "pad": 0.8}
    for m, n in np.ndindex(2, 2):
        start, end = 2.4 * (1 - m), 2.4 * (1 - n)
        ax.plot([place, place + 4.3], [start, end], color=plotting.GREY, lw=1,
                zorder=0)
        share = 0.5 if m == n else 0.27
        x_at, y_at = place + 4.3 * share, start + share * (end - start)
        for up, number, colour in (
            (0.17, f"{weights[m, n]:g}", plotting.BLACK),
            (-0.17, f"{slopes[m, n] + 0.0:.3f}", plotting.VERMILION),
        ):
            ax.text(x_at, y_at + up, number, ha="center", va="center",
                    fontsize=9, color=colour, bbox=box)


# %% tags=["draws"]
fig, ax = plotting.figure(height=3.3)
ax.set(xlim=(-0.9, 9.7), ylim=(-0.9, 3.5))
ax.axis("off")
draw_links(ax, 0, W0, dW0)
draw_links(ax, 4.3, W1, dW1)
red = {"color": plotting.VERMILION, "ha": "center", "va": "center"}
layers = ((0, "x", x_tiny, None), (4.3, "a^0", a0, delta0),
          (8.6, "a^1", a1, delta1))
for place, name, values, d in layers:
    ax.text(place, 3.2, f"${name}$", ha="center", va="center")
    for n in range(2):
        ax.plot(place, 2.4 * (1 - n), "o", ms=36, mfc="white", mec="black")
        ax.text(place, 2.4 * (1 - n), f"{values[n]:.3g}", ha="center",
                va="center")
        if d is not None:
            number = rf"$\delta$: {d[n] + 0.0:.3f}"
            ax.text(place, 2.4 * (1 - n) - 0.62, number, **red, fontsize=9)
ax.set_title(r"Weights (black), their derivatives and $\delta$ (orange)")
plotting.show(
    fig,
    alt=f"""The network with two inputs, two hidden and two output neurons. In
    the circles the inputs 1 and 2, the activations {np.round(a0, 3)} and the
    outputs {np.round(a1, 3)}. In orange under the hidden neurons delta0 =
    {np.round(delta0, 3)}, under the outputs delta1 = {np.round(delta1, 3)}. On
    each link its weight, and below it in orange its derivative.""",
)

# %% [markdown]
# The same as a table, and one step downhill:

# %% tags=["draws"]
tiny = {"z0": z0, "a0": a0, "z1": z1, "a1": a1, "delta1": delta1, "dW1": dW1,
        "delta0": delta0, "dW0": dW0}
pd.Series({name: str((np.round(value, 3) + 0.0).tolist())
           for name, value in tiny.items()}).to_frame("value")


# %%
def tiny_loss(step):
    """Return the loss after a step of this learning rate."""
    a0 = relu((W0 - step * dW0).T @ x_tiny + b0 - step * delta0)
    z1 = (W1 - step * dW1).T @ a0 + b1 - step * delta1
    return -np.sum(y_tiny * np.log(softmax(z1)))


print(f"loss {tiny_loss(0):.4f}, after one step {tiny_loss(0.1):.4f}")


# %% [markdown]
# The output of class 0 is too small, so the first entry of `delta1` is
# negative: the step raises its argument, and the loss falls.
#
# ### Going further: a closed gate
#
# > **Question 3.Q4 (2 minutes).** Let the second entry of `b0` be -0.5 in
# > place of 0.5. Which entries of `dW1`, `delta0` and `dW0` are zero then?
# > (Change the number and run the cells to see it; put it back afterwards.)

# %%
# solution("3.Q4")

# %% [markdown] tags=["answer-3.Q4"]
# **Answer (3.Q4).** The second hidden neuron has the argument -0.5, so its
# activation is 0 and its gate is closed. Nothing *enters* its outgoing links:
# the second row of `dW1` is zero. Nothing comes *back* through it: the second
# entry of `delta0` is zero, and with it the second column of `dW0`. For this
# sample none of the weights at this neuron changes.

# %% [markdown]
# ## 5. D samples at once
#
# On paper a sample is a column. In NumPy samples are the rows of one array, so
# everything is transposed. Since `(A @ B).T` is `B.T @ A.T`, the layer
# `W.T @ a + b` becomes `a @ W + b` (F3).
#
# ### Exercise 3.3 (6 minutes): one layer back
#
# Do the same with the recursion (B13). Write
# `hidden_delta(z, W_next, delta_next, h_prime)` for `D` samples as rows. `z`
# has shape `(D, N)` and belongs to layer `L`; `W_next` is the matrix of layer
# `L + 1`, shape `(N, K)`; `delta_next` has shape `(D, K)`; `h_prime` is a
# function of `z`. Return the delta of layer `L`, shape `(D, N)`.
#
# Example: for `z = [[1, -1]]`, `W_next = [[1, 2], [3, 4]]`,
# `delta_next = [[1, 10]]` and the derivative of ReLU, the product of matrix and
# delta has the entries 21 and 43. The second gate is closed, so the result is
# `[[21, 0]]`.

# %% tags=["exercise-3.3"]
def hidden_delta(z, W_next, delta_next, h_prime):
    """Return delta^L of D samples, (D, N). Source: eq. B13."""
    ### BEGIN SOLUTION
    return h_prime(z) * (delta_next @ W_next.T)
    ### END SOLUTION


# %%
check("3.3", hidden_delta)
# hint("3.3")
# solution("3.3")

# %% [markdown]
# ### Exercise 3.4 (5 minutes): the gradients of one layer
#
# The gradient of the risk is the mean of the gradients of the losses. With B7
# for each sample *i*, and B8 for the biases,
#
# $$\frac{\partial R_D}{\partial w_{mn}^L} = \frac{1}{D} \sum_{i=1}^{D} a_{im}^{L-1}\, \delta_{in}^L, \qquad \frac{\partial R_D}{\partial b_n^L} = \frac{1}{D} \sum_{i=1}^{D} \delta_{in}^L$$
#
# Complete `layer_gradients(a_previous, delta)`, where the biases are written.
# What entered the layer, `a_previous`, has shape `(D, M)`; `delta` has shape
# `(D, N)`. Return `dW`, shape `(M, N)`, and `db`, shape `(N,)`. Which of the
# two arrays must be transposed so that a product of matrices sums over the
# *samples*?
#
# Example: `a_previous = [[1, 2], [3, 4]]` and `delta = [[1], [-3]]` give
# `dW = [[-4], [-5]]` and `db = [-1]`.

# %% tags=["exercise-3.4"]
def layer_gradients(a_previous, delta):
    """Return dR/dW (M, N) and dR/db (N,) of a layer. Source: B5 to B8."""
    D = len(delta)
    db = np.sum(delta, axis=0) / D  # (N,)  B8
    ### BEGIN SOLUTION
    dW = a_previous.T @ delta / D  # (M, N)  B7
    ### END SOLUTION
    return dW, db


# %%
check("3.4", layer_gradients)
# hint("3.4")
# solution("3.4")

# %% [markdown]
# ### Going further: both products as pictures
#
# Here are 5 samples, and layers of 4 and 3 neurons. The dashed sides belong to
# the index that is summed over.

# %% tags=["draws"]
def draw_block(ax, left, rows, columns, name, colour):
    """Draw an array as a grid of squares, with its name and shape."""
    square = np.array([[0.06, 0.94, 0.94, 0.06], [0.06, 0.06, 0.94, 0.94]])
    for r, c in np.ndindex(rows, columns):
        across, up = square[0] + left + c, square[1] + r - rows / 2
        ax.fill(across, up, color=colour, alpha=0.45, linewidth=0)
    ax.text(left + columns / 2, 3.4, name, ha="center", va="center")
    ax.text(left + columns / 2, -3.1, f"({rows}, {columns})", ha="center",
            va="center", fontsize=9)


def draw_product(ax, title, blocks, signs):
    """Draw blocks of one product in a row, with signs between."""
    ax.set(xlim=(-0.5, 15.5), ylim=(-3.6, 4.1), aspect="equal")
    ax.axis("off")
    ax.set_title(title)
    place = 0
    for (rows, columns, name, colour), sign in zip(blocks, signs):
        draw_block(ax, place, rows, columns, name, colour)
        place += columns
        ax.text(place + 0.75, 0, sign, ha="center", va="center")
        place += 1.5
    a, b = blocks[-3][:2], blocks[-2][:2]
    first = sum(block[1] + 1.5 for block in blocks[:-3])
    red = {"color": plotting.VERMILION, "ls": "--", "lw": 1.5}
    ax.plot([first, first + a[1]], [a[0] / 2 + 0.12] * 2, **red)
    ax.plot([first + a[1] + 1.38] * 2, [-b[0] / 2, b[0] / 2], **red)


# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=2.2)
blue, green, orange = plotting.BLUE, plotting.GREEN, plotting.ORANGE
draw_product(
    axes[0], "B7: the sum over the samples",
    [(4, 5, "a.T", blue), (5, 3, "delta", orange), (4, 3, "D dW", green)],
    ["@", "=", ""],
)
draw_product(
    axes[1], "B13: the sum over the next layer",
    [(5, 3, "delta", orange), (3, 4, "W.T", blue), (5, 4, "W delta", green)],
    ["@", "=", ""],
)
plotting.show(
    fig,
    alt="""Two products of arrays as coloured grids. Left: a.T of shape (4, 5)
    times delta of shape (5, 3) gives D dW of shape (4, 3); dashed lines mark
    the index of length 5, the samples. Right: delta of shape (5, 3) times W.T
    of shape (3, 4) gives an array of shape (5, 4); dashed lines mark the index
    of length 3, the neurons of the next layer.""",
)


# %% [markdown]
# ## 6. The whole algorithm
#
# The lecture's algorithm (**B14**):
#
# 1. draw all weights and biases at random;
# 2. forward: all `z` and `a`, from layer 0 to layer H (F3);
# 3. backward: delta of layer H (B11), then of H - 1, ..., 0 (B13);
# 4. on the way, the gradients of each layer (B7, B8);
# 5. update all weights and biases (B5, B6); then back to 2.
#
# Here are steps 1, 2 and 5, with the parameters in a dictionary: `W0`, `b0`,
# `W1`, ... With the factor `sqrt(2 / M)`, activations have about the same mean
# size in all wide ReLU layers (He et al., 2015).

# %%
def initialise(sizes, rng):
    """Draw W^L and b^L; sizes are M, N of layer 0, N of layer 1, ..."""
    p = {}
    for L, (M, N) in enumerate(zip(sizes[:-1], sizes[1:])):
        p[f"W{L}"] = np.sqrt(2 / M) * rng.standard_normal((M, N))
        p[f"b{L}"] = 0.1 * rng.standard_normal(N)
    return p


# %%
def forward(x, p, h):
    """Return the lists of all z^L and a^L of D rows x. Source: F3, F5."""
    H = len(p) // 2 - 1
    z, a, a_previous = [], [], x
    for L in range(H + 1):
        z.append(a_previous @ p[f"W{L}"] + p[f"b{L}"])  # (D, N)
        a.append(softmax(z[L]) if L == H else h(z[L]))
        a_previous = a[L]
    return z, a


def update(p, gradients, learning_rate):
    """Return the parameters after one step downhill. Source: B5, B6."""
    return {name: p[name] - learning_rate * gradients[name] for name in p}


# %% [markdown]
# ### Exercise 3.5 (15 minutes): backward
#
# Write steps 3 and 4: `backward(x, y, z, a, p, h_prime)`, for any number of
# layers, with your own `hidden_delta` and `layer_gradients`. `x` are `D` rows,
# `y` their expected outputs; `z` and `a` are the lists that `forward` returns
# (`a[0]` belongs to layer 0, `a[-1]` is the output); `p` are the parameters.
# Return a dictionary with the names of `p` and the gradients of the risk.
#
# Before you write: in which order do the layers come? What enters layer 0? For
# which layer is there no further delta to compute?
#
# Example: for the small network of section 4, as one row, `W1` of the result
# is the matrix `dW1` above, and `b0` is `delta0`.

# %% tags=["exercise-3.5"]
def backward(x, y, z, a, p, h_prime):
    """Return dR/dW^L and dR/db^L of all layers. Source: eq. B7 to B13."""
    ### BEGIN SOLUTION
    H, gradients = len(z) - 1, {}
    delta = a[H] - y  # (D, N)  B11
    for L in range(H, -1, -1):
        a_previous = a[L - 1] if L > 0 else x
        dW, db = layer_gradients(a_previous, delta)  # B7, B8
        gradients[f"W{L}"], gradients[f"b{L}"] = dW, db
        if L > 0:
            delta = hidden_delta(z[L - 1], p[f"W{L}"], delta, h_prime)  # B13
    return gradients
    ### END SOLUTION


# %%
check("3.5", backward)
# hint("3.5")
# solution("3.5")

# %% [markdown] tags=["instructor"]
# The algorithm runs for three epochs with two hidden layers. On the left side,
# the same three epochs with slopes from complex steps, without any
# backpropagation. The wrong version updates the output layer alone.

# %% tags=["instructor", "equation-B14"]
rng = np.random.default_rng(SEED)
x_8, y_8 = rng.normal(size=(8, 2)), np.eye(3)[rng.integers(3, size=8)]
left = right = wrong = initialise((2, 5, 4, 3), rng)


def slopes_of(p):  # by complex steps
    def risk_with(name, array):
        a = forward(x_8, {**p, name: array}, np.tanh)[1]
        return -np.mean(np.sum(y_8 * np.log(a[-1]), axis=1))

    return {n: derivative(lambda v: risk_with(n, v), p[n]) for n in p}


def by_backward(p):
    return backward(x_8, y_8, *forward(x_8, p, np.tanh), p, tanh_prime)


for _ in range(3):  # epochs
    left = update(left, slopes_of(left), 0.5)
    right = update(right, by_backward(right), 0.5)
    stepped = update(wrong, by_backward(wrong), 0.5)
    wrong = {**wrong, "W2": stepped["W2"], "b2": stepped["b2"]}
sides = [np.concatenate([side[name].ravel() for name in left])
         for side in (left, right, wrong)]
verify_equation("B14", *sides, without="with fixed hidden layers")


# %% [markdown]
# ### The gradient check
#
# The proof is right, but the program may not be. The *gradient check* compares
# each entry of each gradient with the central difference of the risk. For right
# gradients in float64 the *relative error* of an array (the length of the
# difference over the sum of the lengths) is about 1e-10, for a real mistake
# usually more than 1e-3; we draw the line at 1e-7. At the *kink* of ReLU a
# difference is wrong although the gradient is right; `pattern` leaves such
# entries out. We check your gradients, then with one entry changed by 1 %.

# %%
def check_network(p, x, y, h, gradients, kinks=True):
    """Compare the gradients of a network with central differences."""
    def risk(**p):
        return empirical_risk(y, forward(x, p, h)[1][-1])

    def sides(**p):  # is each z above its kink?
        return np.hstack(forward(x, p, h)[0][:-1]) > 0

    pattern = sides if h is relu and kinks else None
    return gradient_check(risk, p, gradients, pattern=pattern)


# %%
rng = np.random.default_rng(SEED)
x_few, y_few = rng.normal(size=(8, 2)), np.eye(3)[rng.integers(3, size=8)]
p = initialise((2, 5, 4, 3), rng)
z_and_a = forward(x_few, p, np.tanh)
gradients = backward(x_few, y_few, *z_and_a, p, tanh_prime)
spoilt = {name: array.copy() for name, array in gradients.items()}
spoilt["W1"][2, 1] *= 1.01
own = check_network(p, x_few, y_few, np.tanh, gradients)
changed = check_network(p, x_few, y_few, np.tanh, spoilt)

# %% tags=["draws", "nbval-ignore-output"]
rows = [
    {"array": r.name, "entries": r.size,
     "your backward": f"{r.relative_error:.0e}",
     "one entry changed": f"{c.relative_error:.0e}"}
    for r, c in zip(own, changed)
]
pd.DataFrame(rows).set_index("array")

# %% [markdown]
# In short:

# %%
report = max(changed, key=lambda report: report.relative_error)
print("your backward passes:", worst(own) < TOLERANCE)
print("with the changed entry:", worst(changed) < TOLERANCE,
      f"- largest error at entry {report.index} of {report.name}")

# %% tags=["instructor"]
assert worst(own) < TOLERANCE < worst(changed)
assert all(report.checked == report.size for report in own + changed)

# %% [markdown]
# The check finds even the small fault, and shows where it is. Now a typical
# mistake: a derivative of ReLU that is 1 everywhere, so that no gate closes.

# %%
for name, h_prime in (("right", relu_prime), ("wrong", np.ones_like)):
    z_and_a = forward(x_few, p, relu)
    gradients = backward(x_few, y_few, *z_and_a, p, h_prime)
    reports = check_network(p, x_few, y_few, relu, gradients)
    failing = [r.name for r in reports if not r.relative_error < TOLERANCE]
    print(f"{name}: fails for {', '.join(failing) or 'nothing'}")


# %% [markdown]
# ## Going further: find the bug
#
# If you do one thing beyond the core, do this. Here are eight backward passes
# for a network with two hidden ReLU layers. Each contains exactly one common
# mistake. None stops with an error. All take rows `x` and `y`, the lists `z`
# and `a` of `forward`, and the matrices `W1` and `W2`. `by_name` gives the
# gradients their names. The data are the two half circles of notebook 01.

# %%
def by_name(pairs):
    """Return gradients by name, from dW and db of layer 0, 1, ..."""
    return {f"{kind}{L}": gradient for L, pair in enumerate(pairs)
            for kind, gradient in zip("Wb", pair)}


moons, k_moons = make_moons(D_TRAINING + D_TEST, noise=0.2, random_state=SEED)
x_train, x_test = moons[:D_TRAINING], moons[D_TRAINING:]
k_train, k_test = k_moons[:D_TRAINING], k_moons[D_TRAINING:]
y_train, BUG_RATE = np.eye(2)[k_train], 0.15


# %% [markdown]
# First read them, and note what is suspicious.

# %%
def suspect_A(x, y, z, a, W1, W2):
    D, delta2 = len(x), a[2] - y
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    delta0 = relu_prime(z[0]) * (delta1 @ W1)
    layers = (x, delta0), (a[0], delta1), (a[1], delta2)
    return by_name((e.T @ d / D, d.sum(axis=0) / D) for e, d in layers)


def suspect_B(x, y, z, a, W1, W2):
    D, delta2 = len(x), a[2] - y
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    delta0 = relu_prime(z[0]) * (delta1 @ W1.T)
    layers = (x, delta0), (a[0], delta1), (a[1], delta2)
    return by_name((e.T @ d / D, d[0] / D) for e, d in layers)


# %%
def suspect_C(x, y, z, a, W1, W2):
    D, delta2 = len(x), (a[2] - y) * a[2] * (1 - a[2])
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    delta0 = relu_prime(z[0]) * (delta1 @ W1.T)
    layers = (x, delta0), (a[0], delta1), (a[1], delta2)
    return by_name((e.T @ d / D, d.sum(axis=0) / D) for e, d in layers)


def suspect_D(x, y, z, a, W1, W2):
    delta2 = a[2] - y
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    delta0 = relu_prime(z[0]) * (delta1 @ W1.T)
    layers = (x, delta0), (a[0], delta1), (a[1], delta2)
    return by_name((e.T @ d, d.sum(axis=0)) for e, d in layers)


# %% [markdown]
# Four more.

# %%
def suspect_E(x, y, z, a, W1, W2):
    D, delta2 = len(x), a[2] - y
    delta1 = (a[1] >= 0) * (delta2 @ W2.T)
    delta0 = (a[0] >= 0) * (delta1 @ W1.T)
    layers = (x, delta0), (a[0], delta1), (a[1], delta2)
    return by_name((e.T @ d / D, d.sum(axis=0) / D) for e, d in layers)


def suspect_F(x, y, z, a, W1, W2):
    D, delta2 = len(x), y - a[2]
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    delta0 = relu_prime(z[0]) * (delta1 @ W1.T)
    layers = (x, delta0), (a[0], delta1), (a[1], delta2)
    return by_name((e.T @ d / D, d.sum(axis=0) / D) for e, d in layers)


# %%
def suspect_G(x, y, z, a, W1, W2):
    D, delta2 = len(x), a[2] - y
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    W1 = W1 - BUG_RATE * a[0].T @ delta1 / D
    delta0 = relu_prime(z[0]) * (delta1 @ W1.T)
    layers = (x, delta0), (a[0], delta1), (a[1], delta2)
    return by_name((e.T @ d / D, d.sum(axis=0) / D) for e, d in layers)


def suspect_H(x, y, z, a, W1, W2):
    D, delta2 = len(x), a[2] - y
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    delta0 = delta1 @ W1.T
    layers = (x, delta0), (a[0], delta1), (a[1], delta2)
    return by_name((e.T @ d / D, d.sum(axis=0) / D) for e, d in layers)


# %% [markdown]
# ### A falling loss proves nothing
#
# > **Before you go on, 3.Q5.** How many of the eight will end with a lower
# > training risk than at the start?

# %%
guess("3.Q5", 5)


def as_suspect(h_prime):
    """Return your backward, with this derivative of h, as a suspect."""
    return lambda x, y, z, a, W1, W2: backward(
        x, y, z, a, {"W1": W1, "W2": W2}, h_prime)


SUSPECTS = dict(zip("ABCDEFGH", (
    suspect_A, suspect_B, suspect_C, suspect_D,
    suspect_E, suspect_F, suspect_G, suspect_H)))
SUSPECTS["right"] = as_suspect(relu_prime)


# %%
def train_with(suspect, seed=SEED, epochs=1000):
    """Return risks and parameters from epoch 0; stop at a risk beyond 5."""
    p = initialise((2, 12, 12, 2), np.random.default_rng(seed))
    risks, path = [], []
    for _ in range(epochs + 1):  # epoch 0 is the start
        z, a = forward(x_train, p, relu)
        safe = np.maximum(a[-1], 1e-300)  # no logarithm of 0
        risks.append(empirical_risk(y_train, safe))
        path.append(p)
        if not risks[-1] < 5:
            break
        gradients = suspect(x_train, y_train, z, a, p["W1"], p["W2"])
        p = update(p, gradients, BUG_RATE)
    return np.array(risks), path


trained = {name: train_with(suspect) for name, suspect in SUSPECTS.items()}
falling = [n for n in "ABCDEFGH" if trained[n][0][-1] < trained[n][0][0]]
reveal("3.Q5", f"{len(falling)}: {', '.join(falling)}")

# %% [markdown] tags=["answer-3.Q5"]
# **Answer (3.Q5).** Six, with the stored settings. D and F do not: the steps of
# D are far too long, those of F lead uphill. (With a learning rate or a sample
# that is small enough, the risk of D falls, too.)

# %% tags=["draws"]
fig, axes = plotting.figure(2, 4, height=3.8, sharex=True, sharey=True)
good = trained["right"][0]
for ax, name in zip(axes.flat, "ABCDEFGH"):
    risks = np.minimum(trained[name][0], 6)
    ax.semilogy(good, color="#c8c8c8", lw=5, label="right")
    ax.semilogy(risks, color=plotting.BLUE, lw=1.3, label="suspect")
    ax.set_xscale("symlog", linthresh=1)  # epoch 0 has no logarithm
    ax.set(title=name, ylim=(0.03, 6))
for ax in axes[1]:
    ax.set(xlabel="epoch")
for ax in axes[:, 0]:
    ax.set(ylabel="risk $R_D$ (nats)")
fig.legend(*axes[0, 0].get_legend_handles_labels(), ncols=2,
           loc="outside upper right")
stopped = [n for n in "ABCDEFGH" if not trained[n][0][-1] < 5]
plotting.show(
    fig,
    alt=f"""Eight small panels, one for each suspect, with its risk against the
    epoch on logarithmic axes, a thin blue line over a broad grey line for the
    right backward pass. The risk falls for {", ".join(falling) or "none"};
    shooting up and stopped: {", ".join(stopped) or "none"}. Some of the
    falling curves lie nearly on the grey line.""",
)


# %% [markdown]
# The gradient check, and all the evidence in one table:

# %%
def verdict(suspect, rng):
    """Return the arrays whose gradients fail the check."""
    p = initialise((2, 12, 12, 2), rng)
    x, y = x_train[:20], y_train[:20]
    gradients = suspect(x, y, *forward(x, p, relu), p["W1"], p["W2"])
    reports = check_network(p, x, y, relu, gradients)
    return [r.name for r in reports if not r.relative_error < TOLERANCE]


def score(p, x=x_test, labels=k_test):
    """Return the share of rows whose likeliest class is right. F6"""
    return np.mean(forward(x, p, relu)[1][-1].argmax(axis=1) == labels)


failed = {name: verdict(suspect, np.random.default_rng(SEED))
          for name, suspect in SUSPECTS.items()}

# %% tags=["draws"]
rows = [
    {"suspect": name,
     "risk falls": "yes" if risks[-1] < risks[0] else "no",
     "risk at the end": f"{risks[-1]:.3f}" if risks[-1] < 5 else "stopped",
     "test accuracy": f"{score(path[-1]):.1%}",
     "check fails for": " ".join(failed[name]) or "-"}
    for name, (risks, path) in trained.items()
]
pd.DataFrame(rows).set_index("suspect")

# %% tags=["instructor"]
assert not failed["right"] and all(failed[name] for name in "ABCDEFGH")

# %% [markdown]
# For most of the suspects the risk falls, and some end as well as the right
# algorithm. The gradient check, at one random point and before any training,
# finds the fault in all eight and none in the ninth. It also gives clues. A
# wrong delta makes the gradients of its layer wrong, and of those *before* it,
# towards layer 0, because delta travels that way. A mistake in the last line,
# which turns every delta into gradients, can do so in all layers at once. If
# only biases fail, every delta is right.
#
# Is a high test accuracy a success? We train E, whose hidden layers get wrong
# gradients, from ten starts. Beside it: a network whose gates are always
# closed, so that its output layer learns alone.

# %%
THREE = {"right": SUSPECTS["right"], "E": suspect_E,
         "output alone": as_suspect(np.zeros_like)}
WHEN = 50, 1000  # epochs
scores = {(epoch, name): [] for epoch in WHEN for name in THREE}
for name, suspect in THREE.items():
    for seed in range(10):
        path = train_with(suspect, seed)[1]
        for epoch in WHEN:
            q = path[min(epoch, len(path) - 1)]
            scores[epoch, name].append(100 * score(q))

# %% tags=["draws"]
pd.DataFrame([
    {"epoch": epoch,
     **{name: f"{np.mean(scores[epoch, name]):.1f}" for name in THREE},
     "E - output alone": difference(
         scores[epoch, "E"], scores[epoch, "output alone"]).in_words(digits=1)}
    for epoch in WHEN
]).set_index("epoch")


# %% [markdown]
# Some 90 % look like a success. At epoch 50 wrong gradients bring most of what
# right ones bring. At epoch 1000 the output layer alone has (nearly) caught
# up with E, but not with the right version. A short training hardly shows
# this mistake. Without the right version, one would blame the data.
#
# ### Exercise 3.6 (15 minutes): name the mistakes
#
# Write `diagnose()`, which returns a dictionary with the keys `"A"` to `"H"`.
# Its values are names from this list, none of them twice:
#
# | name | the mistake |
# | --- | --- |
# | `"1/D missing"` | sums over the samples, not means |
# | `"1/D twice"` | divided by D two times |
# | `"bias of one sample"` | no sum over the samples in the gradients of the biases |
# | `"gate always open"` | the factor for the gate is there, but can never be 0 |
# | `"gate left out"` | a factor for a gate is missing |
# | `"sign"` | the update goes uphill |
# | `"softmax twice"` | a derivative of the output function is multiplied in again |
# | `"too early"` | a parameter is updated before its old value was used everywhere |
# | `"transpose"` | a transpose is missing |
# | `"wrong activation"` | an activation of the wrong layer is used |
#
# An example: all arrays of F fail. So either the first delta is wrong, or the
# last line. The last line is that of A, but `delta2` is not `a[2] - y` (B11),
# and the risk only rises: `"F": "sign"`. Afterwards repair a suspect, run the
# cells from there, and see the check pass.

# %% tags=["exercise-3.6"]
def diagnose():
    """Return the name of the mistake of each suspect, a dict."""
    ### BEGIN SOLUTION
    return {
        "A": "transpose", "B": "bias of one sample", "C": "softmax twice",
        "D": "1/D missing", "E": "gate always open", "F": "sign",
        "G": "too early", "H": "gate left out",
    }
    ### END SOLUTION


# %%
check("3.6", diagnose)
# hint("3.6")
# solution("3.6")

# %% [markdown] tags=["solution-only"]
# **Model answer: what each mistake does.**
#
# - **A** has `delta1 @ W1` for `delta1 @ W1.T`. `W1` is square here, so the
#   shapes fit. Only layer 0 is wrong, and the two later layers learn to make
#   up for it. With two hidden layers of different widths it would have been an
#   error of shapes: a reason to test with sizes that are all different.
# - **B** takes `delta[0]`, the row of sample 0, for the sum over the samples.
#   The weights are right, so only `b0`, `b1`, `b2` fail.
# - **C** multiplies by `a (1 - a)`. That is the diagonal of softmax's
#   derivative (and the whole derivative of a sigmoid), which B11 already has
#   in it. The gradient is small where the network is sure, and learning is
#   slower.
# - **D** sums. With 200 samples the learning rate is in effect 200 times
#   larger, and the training blows up. With a learning rate 200 times smaller
#   it would have passed for right: only the gradient check sees it then.
# - **E** asks `a >= 0`. A ReLU's activation is never negative, so the gate is
#   always open. `z > 0` is right, and `a > 0` would be.
# - **F** has `y - a` *and* a minus in the update: uphill. Either sign may be
#   chosen, not both.
# - **G** gives the *new* `W1` to the recursion. The error is of the order of
#   the learning rate, so it is small and almost invisible in training. The
#   gradient check sees it in `W0` and `b0`.
# - **H** forgets the gate of layer 0. As in A, only layer 0 is wrong.

# %% [markdown]
# ### What training promises
#
# The lecture says that the accuracy increases with each iteration *by
# construction*, and that the accuracy on the training sample is *necessarily*
# greater than on the test sample. We count in the right training.

# %% tags=["nbval-ignore-output"]
risk, path = trained["right"]
on_test = np.array([score(q) for q in path])
on_training = np.array([score(q, x_train, k_train) for q in path])
print(f"of {len(risk) - 1} epochs: training risk rises in"
      f" {np.sum(np.diff(risk) > 0)},")
print(f"training accuracy falls in {np.sum(np.diff(on_training) < 0)},")
print("test accuracy is above training accuracy in"
      f" {np.sum(on_test > on_training)}")
print(f"at the end: training {on_training[-1]:.1%}, test {on_test[-1]:.1%}")


# %% [markdown]
# Both sentences are too strong. The construction promises that the *risk* falls
# if the step is short *enough*. But nearly every step takes some arguments of
# ReLU across their kink, and in some steps, late in this training, this raises
# the risk a little. (With half the rate *and* twice the epochs the rises are
# smaller, but there are more. With other seeds there may be none.) And accuracy is not what is
# minimised. Before the network is fitted, the test accuracy may be the higher
# one. What remains true: *in expectation, for a fitted network*, the training
# accuracy is too optimistic (notebook 08).
#
# ## Going further: how far can all this be trusted?
#
# (The first part needs the cells of *three regimes of descent*, the second those
# of *find the bug*.)
#
# ### How exact is a numerical derivative?
#
# Expand a function on both sides of *v*; the terms with even powers cancel:
#
# $$\frac{f(v + \varepsilon) - f(v - \varepsilon)}{2 \varepsilon} = f'(v) + \tfrac{1}{6} \varepsilon^2 f'''(v) + \dots$$
#
# So a small step is good. But the two values are rounded to 16 digits, and the
# smaller the step, the more of these cancel in the difference. The *complex
# step* moves along the imaginary axis, with the imaginary unit j:
#
# $$f(v + \mathrm{j} \varepsilon) = f(v) + \mathrm{j} \varepsilon f'(v) - \tfrac{1}{2} \varepsilon^2 f''(v) - \tfrac{\mathrm{j}}{6} \varepsilon^3 f'''(v) + \dots$$
#
# Its imaginary part, divided by the step, is the slope, with an error of the
# order of the step squared. Nothing is subtracted, so no digits cancel, and the
# step may be 1e-30. The function must be *analytic* (`abs`, `max` and `conj` are
# not), and known to NumPy for complex numbers.

# %%
def wave(v):
    return np.exp(np.sin(v))


v, steps = 0.8, 10.0 ** np.arange(-16, 1)
exact = np.cos(v) * wave(v)
errors = {
    "central difference": [abs(central_difference(wave, v, s) - exact)
                           for s in steps],
    "complex step": [abs(np.imag(wave(v + 1j * s)) / s - exact)
                     for s in steps],
}

# %% tags=["draws"]
fig, ax = plotting.figure(height=3.0)
for (name, error), colour in zip(errors.items(), plotting.CLASSES):
    ax.loglog(steps, error, "o-", color=colour, label=name)
ax.axvline(1e-5, **plotting.STYLE["bound"])
ax.set(title="How wrong is a numerical derivative?", ylim=(1e-17, 10))
ax.set(xlabel=r"step $\varepsilon$")
ax.set(ylabel="error of the slope")
ax.legend()
plotting.show(
    fig,
    alt="""Error of the slope against the step, both axes logarithmic. The
    central difference draws a V with a flat bottom: it is poor at steps of 1
    and of 1e-16 and at its best, near 1e-10, from 1e-7 to 1e-5. The error of
    the complex step falls with the square of the step to the level of rounding
    and stays there.""",
    values=False,
)

# %% tags=["instructor"]
best = steps[np.argmin(errors["central difference"])]
assert 1e-7 < best < 1e-3 and min(errors["central difference"]) < 1e-8


# %% [markdown]
# On the right arm of the V the error is proportional to the square of the
# step; the left arm is rounding. At the bottom about ten digits are right. The
# gradient check uses the step 1e-5 (grey line), the right end of the bottom.
#
# ### The risk of a network is not convex
#
# If two neurons of a hidden layer change places, with all their weights, the
# network computes the same: the risk is the same at two points in the space of
# the weights. If it were convex, it would be no higher half-way between them.
# We exchange all 66 pairs of neurons of layer 0, trained right.

# %%
def risk_at(p):
    return empirical_risk(y_train, forward(x_train, p, relu)[1][-1])


def exchange(p, m, n):
    """Return p with neurons m and n of layer 0 in each other's place."""
    order = np.arange(len(p["b0"]))
    order[[m, n]] = n, m
    return {**p, "W0": p["W0"][:, order], "b0": p["b0"][order],
            "W1": p["W1"][order]}


# %%
right_p = trained["right"][1][-1]
exchanged = [exchange(right_p, m, n) for n in range(12) for m in range(n)]
half_way = [{name: (right_p[name] + q[name]) / 2 for name in q}
            for q in exchanged]
pd.DataFrame({
    "exchanged": [risk_at(q) for q in exchanged],
    "half-way": [risk_at(q) for q in half_way],
}).describe().loc["min":].round(2)

# %% [markdown]
# Half-way the risk is higher for most pairs, and more than doubled for more than
# a quarter. One such pair is enough: the risk is not convex.
#
# ### Where ReLU bends
#
# If an argument of ReLU changes sign between two points, their difference
# averages over both sides of the kink: a false alarm. We provoke one: a
# bias is set so that one argument is 3e-6, less than the step of 1e-5. The
# check runs without and with `pattern`.

# %%
kink = {name: array.copy() for name, array in p.items()}
kink["b0"][0] -= forward(x_few, kink, relu)[0][0][0, 0] - 3e-6
at_kink = forward(x_few, kink, relu)
gradients = backward(x_few, y_few, *at_kink, kink, relu_prime)
for kinks in (False, True):
    reports = check_network(kink, x_few, y_few, relu, gradients, kinks)
    failing = [r.name for r in reports if not r.relative_error < TOLERANCE]
    print(f"fails for {failing}; left out: {sum(r.kinks for r in reports)}")


# %% [markdown]
# Entries that are left out are not tested. So where a kink is found, one draws
# new random values, as the next cell does.
#
# ### Other activations, other depths
#
# The same `backward` with 1, 2 and 4 hidden layers and three activation
# functions:

# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


ACTIVATIONS = {
    "ReLU": (relu, relu_prime), "tanh": (np.tanh, tanh_prime),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
}
rng, all_reports = np.random.default_rng(SEED), {}
for hidden in (1, 2, 4):
    for name, (h, h_prime) in ACTIVATIONS.items():
        for _ in range(50):  # until there is no kink
            q = initialise((2, *[6] * hidden, 3), rng)
            z_and_a = forward(x_few, q, h)
            gradients = backward(x_few, y_few, *z_and_a, q, h_prime)
            reports = check_network(q, x_few, y_few, h, gradients)
            if not any(report.kinks for report in reports):
                break
        all_reports[hidden, name] = reports
passed = sum(worst(reports) < TOLERANCE for reports in all_reports.values())
print(f"{passed} of {len(all_reports)} networks pass")

# %% tags=["draws"]
fig, axes = plotting.figure(1, 3, height=2.7, sharey=True)
for ax, name in zip(axes, ACTIVATIONS):
    for hidden, marker, colour in zip((1, 2, 4), "os^", plotting.CLASSES):
        reports = all_reports[hidden, name]
        ax.semilogy([int(r.name[1:]) for r in reports],
                    [r.relative_error for r in reports], marker, color=colour,
                    label=f"{hidden} hidden")
    ax.axhline(TOLERANCE, **plotting.STYLE["bound"])
    ax.set(title=name, xlabel="layer $L$", xticks=range(5))
axes[0].set(ylabel="relative error of an array", ylim=(1e-12, 1e-6))
fig.legend(*axes[0].get_legend_handles_labels(), ncols=3,
           loc="outside lower center")
plotting.show(
    fig,
    alt="""Relative error of the gradient of each array against its layer, in
    three panels for ReLU, tanh and sigmoid, with networks of 1, 2 and 4
    hidden layers. All points lie below the grey line at 1e-7. For the
    deep sigmoid network the errors grow towards layer 0.""",
    values=False,
)

# %% tags=["instructor"]
assert passed == len(all_reports)

# %% [markdown]
# All arrays lie below the line. In the deep sigmoid network the error grows
# towards the first layer, because the *gradient* becomes small there: the
# recursion (B13) multiplies by *h'*, at most 1/4, at each layer, and the same
# rounding weighs more on a smaller number (*vanishing gradients*: notebook 06).

# %% [markdown]
# ## Summary
#
# A network is trained by minimising the empirical risk; with the cross-entropy
# as loss this maximises the likelihood of the weights. The gradient starts at
# the output as $\delta^H = a^H - y$ and is carried back layer by layer,
# $\delta^L = h'(z^L) \odot W^{L+1} \delta^{L+1}$; the derivative of a weight
# is what enters its link times *δ* at its end. A falling loss does not show that
# the gradients are right. The gradient check shows it at a random point, to
# within 1e-7 of each array, and it belongs before the first training.

# %%
progress(3)

# %% [markdown]
# ## On your own
#
# > **Question 3.Q6.** Write the proof of B11 for two classes and a single
# > output `a = 1 / (1 + exp(-z))` with the loss `-y ln(a) - (1 - y) ln(1 -
# > a)`. Which step replaces the one that uses the sum of *y*?

# %%
# solution("3.Q6")

# %% [markdown] tags=["answer-3.Q6"]
# **Answer (3.Q6).** $dJ/da = -y/a + (1-y)/(1-a)$ and $da/dz = a(1-a)$, so
# $dJ/dz = -y(1-a) + (1-y)a = a - y$. The terms with $ya$ cancel because $y$
# and $1 - y$ add up to 1.

# %% [markdown]
# > **Question 3.Q7.** Replace the cross-entropy by half the squared distance
# > of output and *y*. Derive *δ* of the output layer with the matrix of
# > exercise 3.2. What happens to it where the network is sure of a wrong class?

# %%
# solution("3.Q7")

# %% [markdown] tags=["answer-3.Q7"]
# **Answer (3.Q7).** $\delta_n^H = \sum_i (a_i - y_i)\, \partial a_i / \partial
# z_n = a_n \big[ (a_n - y_n) - \sum_i (a_i - y_i) a_i \big]$, in NumPy `(a -
# y) @ softmax_slopes(a)`. Where the network is sure, `a` is nearly one-hot,
# and every entry of the matrix is nearly 0: the gradient vanishes even if the
# class is wrong. The cross-entropy does not have this defect.

# %% [markdown]
# > **Question 3.Q8.** Initialise all weights with the same number and all
# > biases with 0. What happens in training, and why?

# %%
# solution("3.Q8")

# %% [markdown] tags=["answer-3.Q8"]
# **Answer (3.Q8).** All neurons of a hidden layer compute the same, and by
# B13 and B7 all get the same delta and the same gradients. So they stay equal
# for ever: the layer works like a single neuron. Random weights break this
# symmetry.

# %% [markdown]
# > **Question 3.Q9.** Suspect A learns although layer 0 gets a wrong delta.
# > How far can this go? Replace `W1` in its recursion by a matrix of random
# > numbers (drawn as the weights are) that never changes, then by zeros.

# %%
# solution("3.Q9")

# %% [markdown] tags=["answer-3.Q9"]
# **Answer (3.Q9).** With forty other starts (seeds 10 to 49) the right version
# has a mean test accuracy of 95 %. The differences from it (95 % intervals,
# paired) are +0.1 ± 0.3 points for A and 0.0 ± 0.3 with random numbers: not
# distinguishable. With zeros, layer 0 is not trained at all; the difference is
# -1.0 ± 0.5 points (with twenty starts it may not be distinguishable). So these
# data hardly need a trained layer 0, and that a network learns them says little
# about its gradients. That fixed random numbers can be enough where layer 0 *is*
# needed is known as *feedback alignment* (Lillicrap et al., 2016).

# %% [markdown]
# > **Question 3.Q10.** One step further back: derive the derivative of the
# > loss by the input *x* from *δ* of layer 0. What could it be good for?

# %%
# solution("3.Q10")

# %% [markdown] tags=["answer-3.Q10"]
# **Answer (3.Q10).** $\partial J / \partial x = W^0 \delta^0$: the step of B13
# without $h'$, because the input has no activation function. It says which
# pixels matter for the decision; notebook 08 uses it.

# %% [markdown]
# ## Further reading
#
# - D. E. Rumelhart, G. E. Hinton and R. J. Williams, [*Learning
#   representations by back-propagating
#   errors*](https://doi.org/10.1038/323533a0), Nature 323, 533 (1986).
# - M. A. Nielsen, *Neural Networks and Deep Learning* (2015), chapter 2; its
#   [programs](https://github.com/mnielsen/neural-networks-and-deep-learning).
# - I. Goodfellow, Y. Bengio and A. Courville, [*Deep
#   Learning*](https://www.deeplearningbook.org) (2016), chapters 6 and 8.
# - K. He, X. Zhang, S. Ren and J. Sun, [*Delving deep into
#   rectifiers*](https://arxiv.org/abs/1502.01852), ICCV (2015).
# - W. Squire and G. Trapp, [*Using complex variables to estimate derivatives of
#   real functions*](https://doi.org/10.1137/S003614459631241X), SIAM Review
#   40, 110 (1998).
# - T. P. Lillicrap, D. Cownden, D. B. Tweed and C. J. Akerman, [*Random
#   synaptic feedback weights support error backpropagation for deep
#   learning*](https://doi.org/10.1038/ncomms13276), Nature Communications 7,
#   13276 (2016).
