# %% [markdown]
# # 03 — Where do the gradients come from, and how do we know that they are right?
#
# Notebook 02 computed what a network answers when its weights are given.
# Nobody gives us the weights. They are found by going downhill: for every
# weight we ask how the loss changes when this weight changes, and move it a
# little the other way. This notebook derives that answer for all weights at
# once, line by line, and executes every line.
#
# **What you will do.** State what a network should make small, and see why it
# is the cross-entropy. Walk downhill on one weight, then on two. Follow the
# proof of backpropagation with a pencil, while a cell under each step compares
# it with a derivative that knows nothing of the proof. Write the whole
# algorithm for any number of layers, test each of its derivatives, and train
# it. Find eight mistakes in eight backward passes.
#
# **What you will learn.** Where $\delta^H = a^H - y$ comes from; why the
# recursion multiplies by $h'$; which index each sum runs over, and so where
# each transpose stands; why $1/D$ appears once; how to test a gradient, and
# why a falling loss is no such test.
#
# **What you need.** Notebooks 01 and 02; the chain rule for functions of
# several variables; the product of matrices. Paper and pencil.
#
# *Part of the course: theory. To run: at most 25 seconds on two processors. To
# study: 240 minutes, of which the six exercises take about 80 minutes.*

# %%
import os

import numpy as np
from sklearn.datasets import make_moons
from threadpoolctl import threadpool_limits

from exercises import check, hint, progress, solution
from helpers import plotting
from helpers.equations import verify_equation
from helpers.evidence import difference
from helpers.gradient_check import gradient_check, table, worst

SEED = 3
D_TRAINING, D_TEST = 200, 400  # points of the moons
TOLERANCE = 1e-7  # of a gradient check
threads = threadpool_limits(limits=1)


# %% [markdown]
# The notation is that of the lecture. Layers are numbered from the first
# hidden layer, $L = 0$, to the output layer, $L = H$.
#
# | symbol | meaning | one sample, a column | in NumPy, $D$ samples as rows |
# | --- | --- | --- | --- |
# | $x$ | data vector | $(M,)$ | `x` $(D, M)$ |
# | $W^L$ | $w_{mn}^L$ links neuron $m$ of layer $L-1$ to neuron $n$ of layer $L$ | $(M, N)$ | `W0`, `W1`, ... $(M, N)$ |
# | $b^L$ | biases | $(N,)$ | `b0`, `b1`, ... $(N,)$ |
# | $z^L = (W^L)^T a^{L-1} + b^L$ | argument of the activation function (F3) | $(N,)$ | `z0`, `z1`, ... $(D, N)$ |
# | $a^L = h(z^L)$ | activation; $a^H$ is the softmax of $z^H$ (F5) | $(N,)$ | `a0`, `a1`, ... $(D, N)$ |
# | $y$ | expected output, one-hot | $(N,)$ | `y` $(D, N)$ |
# | $\delta^L$ | $\partial J / \partial z^L$, what this notebook is about | $(N,)$ | `delta0`, ... $(D, N)$ |
#
# Two functions come from notebook 02. Both work on one sample and on rows of
# samples.

# %%
def softmax(z):
    """Return z as probabilities, along its last axis. Source: eq. F5."""
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def relu(z):
    """Return max(0, z), element by element. Source: eq. F4."""
    return np.maximum(z, 0)


print(np.round(softmax(np.array([0.0, 1.0, 2.0])), 3))

# %% [markdown]
# ## 1. What is to be made small
#
# ### Two samples
#
# A training sample is a set of $D$ pairs $(x_i, y_i)$: what goes in, and what
# should come out. It decides the weights. A network that has been fitted to
# these pairs is judged on others.
#
# **O1** — The pairs at hand are divided into two samples: the *training*
# sample updates the weights, the *test* sample measures the accuracy. Together
# they are all the pairs, and no pair is in both.
#
# We take the moons of notebook 01, 600 points of two classes (scikit-learn has
# them as `make_moons`), and deal them out at random. If each point is in one
# sample and in no other, then the numbers of all points in both samples,
# sorted, are 1 to 600. A test sample that is drawn from *all* points fails
# this.

# %% tags=["equation-O1"]
x_moons, k_moons = make_moons(
    D_TRAINING + D_TEST, noise=0.2, random_state=SEED
)
y_moons = np.eye(2)[k_moons]  # one-hot
rng = np.random.default_rng(SEED)
order = rng.permutation(len(x_moons))
training, test = order[:D_TRAINING], order[D_TRAINING:]
careless = rng.choice(len(x_moons), D_TEST, replace=False)
verify_equation(
    "O1",
    left=np.arange(1, len(x_moons) + 1),
    right=np.sort(np.concatenate([training, test])) + 1,
    wrong=np.sort(np.concatenate([training, careless])) + 1,
    without="with a test sample drawn from all points",
)
seen = np.mean(np.isin(careless, training))
print(f"{seen:.0%} of the careless test sample had been trained on")

# %% [markdown]
# ### Empirical risk
#
# A *loss function* $J(y_i, f(x_i))$ says how far the answer $f(x_i)$ of the
# network is from the expected $y_i$. One number for the whole training sample
# is its mean.
#
# **B1** — the *empirical risk*:
#
# $$R_D(f) = \frac{1}{D} \sum_{i=1}^{D} J(y_i, f(x_i))$$
#
# *Empirical*, because it is a mean over the pairs we have and not over all
# pairs there could be. Note the $1/D$. It is written here and nowhere else;
# every $1/D$ that you will meet further on is this one.
#
# B1 holds for any loss. The cell takes the squared distance, for once, and
# computes the risk in two ways: pair by pair in a loop, and with whole arrays.

# %% tags=["equation-B1"]
rng = np.random.default_rng(SEED)
D = 6
f_x, y = rng.normal(size=(D, 3)), rng.normal(size=(D, 3))
total = 0.0
for i in range(D):
    J_i = sum((y[i, n] - f_x[i, n]) ** 2 for n in range(3))
    total += J_i
verify_equation(
    "B1",
    left=total / D,
    right=np.mean(np.sum((y - f_x) ** 2, axis=1)),
    wrong=np.sum((y - f_x) ** 2),
    without="without 1/D",
)

# %% [markdown]
# ### Cross-entropy
#
# The outputs of the network are probabilities. To compare two discrete
# probability laws $p$ and $q$ there is a better measure than a squared
# distance.
#
# **B2** — the *cross-entropy* of $q$ relative to $p$:
#
# $$J(p, q) = -\sum_x p(x) \ln q(x)$$
#
# Read it as a mean. Suppose that $q$ is what you expect and $p$ is how often
# things happen. The number $-\ln q(x)$ is your surprise at seeing $x$: 0 if
# you were certain of it, large if you held it to be unlikely. The
# cross-entropy is the mean surprise. So with 20 throws of a die with four
# faces, in which face $x$ comes up $20\, p(x)$ times, the mean of $-\ln q$
# over the *throws* has to equal the sum over the *faces*. The two laws do not
# play the same part: exchanging them gives another number.

# %% tags=["equation-B2"]
rng = np.random.default_rng(SEED)
throws = np.array([0, 2, 1, 0, 3, 0, 2, 2, 1, 0, 0, 2, 3, 0, 2, 0, 1, 2, 0, 2])
p = np.bincount(throws) / len(throws)  # how often
q = softmax(rng.normal(size=4))  # what was expected
surprise = [-np.log(q[face]) for face in throws]
verify_equation(
    "B2",
    left=sum(surprise) / len(throws),
    right=-np.sum(p * np.log(q)),
    wrong=-np.sum(q * np.log(p)),
    without="with p and q exchanged",
)
print("p =", p, " q =", np.round(q, 3))

# %% [markdown]
# ### Why this one: the most likely weights
#
# Let $q_\theta(X=i)$ be the probability that a model with parameters $\theta$
# gives to outcome $i$. The *likelihood* of $\theta$ is the probability,
# according to the model, of everything that was observed. Independent
# observations multiply. In $D$ of them, outcome $i$ occurs $D\,p(X=i)$ times,
# so its factor appears that many times:
#
# $$\mathcal{L}(\theta) = \prod_i q_\theta(X=i)^{D\,p(X=i)}$$
#
# The logarithm turns the product into a sum and brings the exponent down in
# front:
#
# $$\ln \mathcal{L}(\theta) = \sum_i D\,p(X=i) \ln q_\theta(X=i)$$
#
# Divide by $D$ and compare with B2.
#
# **B3** —
#
# $$\begin{aligned}
# \frac{1}{D} \ln \mathcal{L}(\theta) &= \frac{1}{D} \ln \prod_i q_\theta(X=i)^{D\,p(X=i)} \\
# &= \sum_i p(X=i) \ln q_\theta(X=i) = -J(p, q_\theta)
# \end{aligned}$$
#
# The logarithm increases steadily, so the $\theta$ of greatest likelihood is
# the $\theta$ of least cross-entropy. The left side below multiplies 20
# probabilities, one for each throw; the right side sums over four faces.

# %% tags=["equation-B3"]
likelihood = 1.0
for face in throws:
    likelihood *= q[face]
verify_equation(
    "B3",
    left=np.log(likelihood) / len(throws),
    right=np.sum(p * np.log(q)),
    wrong=len(throws) * np.sum(p * np.log(q)),
    without="without 1/D",
)
print(f"likelihood of 20 throws: {likelihood:.2e}")
print(f"a product of 1,000 factors of 0.4, in float64: {0.4**1000}")

# %% [markdown]
# The last line is a second reason for the logarithm: a product of many
# probabilities is too small for the computer, their sum of logarithms is not.
#
# For a classifier, $p$ is the expected output $y$ of one sample and $q$ is the
# output $a^H$ of the network.
#
# **B4** — the loss of one sample:
#
# $$J(y, a^H) = -\sum_n y_n \ln a_n^H$$
#
# The vector $y$ is one-hot: all its entries are 0 but that of the true class,
# which is 1. One term of the sum survives, minus the logarithm of the
# probability that the network gave to the right answer. The cell picks that
# one term by its index, and compares it with the whole sum.

# %% tags=["equation-B4"]
rng = np.random.default_rng(SEED)
classes = rng.integers(4, size=8)
y, aH = np.eye(4)[classes], softmax(rng.normal(size=(8, 4)))
right_answers = [aH[i, classes[i]] for i in range(8)]
verify_equation(
    "B4",
    left=[-np.log(probability) for probability in right_answers],
    right=-np.sum(y * np.log(aH), axis=1),
    wrong=-np.sum((1 - y) * np.log(1 - aH), axis=1),
    without="with the other classes in place of the true one",
)


# %% [markdown]
# ### Exercise 3.1 (8 minutes): the risk of a classifier
#
# Write `mean_cross_entropy(y, a)`, which puts B4 into B1. Both arguments have
# shape $(D, N)$, a row for each sample: `y` is one-hot, `a` holds the
# probabilities. Return one number.
#
# Example: for `y = [[1, 0], [0, 1]]` and `a = [[0.5, 0.5], [0.2, 0.8]]` the
# two losses are $-\ln 0.5 = 0.693$ and $-\ln 0.8 = 0.223$, and the function
# returns their mean, 0.458.

# %% tags=["exercise-3.1"]
def mean_cross_entropy(y, a):
    """Return the empirical risk of D samples. Source: eq. B1, B4."""
    ### BEGIN SOLUTION
    J = -np.sum(y * np.log(a), axis=1)  # (D,)  B4
    return np.mean(J)  # B1
    ### END SOLUTION


# %%
check("3.1", mean_cross_entropy)
# hint("3.1")
# solution("3.1")

# %% [markdown]
# ### A demonstration on one weight
#
# For a classifier the observations are the $D$ pairs, and each has a law of
# its own: in pair $i$ the true class was seen, and the network gives it the
# probability $a_{n_i}^H(x_i)$, with $n_i$ the number of that class. The pairs
# are independent, so the likelihood of the weights is the product of these
# probabilities. With B4 and B1 its logarithm is
#
# $$\begin{aligned}
# \frac{1}{D} \ln \prod_{i=1}^{D} a_{n_i}^H(x_i) &= \frac{1}{D} \sum_{i=1}^{D} \ln a_{n_i}^H(x_i) \\
# &= -\frac{1}{D} \sum_{i=1}^{D} J(y_i, f(x_i)) = -R_D(f)
# \end{aligned}$$
#
# which is B3 once more, now for the empirical risk.
#
# To see it, take the smallest classifier there is. One variable $x$, two
# classes, and a network with a single weight $w$: $z = (0, w x + b)$,
# $a = \mathrm{softmax}(z)$. The bias $b$ stays 0 for the moment. We try 501
# values of $w$ on 40 points of two overlapping populations. For each $w$ we
# compute the likelihood, as a product of 40 probabilities, and the empirical
# risk, as a mean of 40 losses. If this is true, the highest point of the first
# curve and the lowest of the second lie at the same $w$.

# %%
rng = np.random.default_rng(SEED)
x_line = np.concatenate(
    [rng.normal(-0.5, 1.5, 20), rng.normal(0.5, 1.5, 20)]
)
y_line = np.repeat(np.eye(2), 20, axis=0)  # (40, 2)


def line_outputs(w, b=0.0):
    """Return the probabilities of both classes, (D, 2). Source: F3, F5."""
    z = np.stack([np.zeros(len(x_line)), w * x_line + b], axis=1)
    return softmax(z)


def line_risk(w, b=0.0):
    """Return the empirical risk R_D as a function of w and b. B1, B4"""
    return -np.mean(np.sum(y_line * np.log(line_outputs(w, b)), axis=1))


w_grid = np.linspace(-1.5, 3.5, 501)
true_class = y_line == 1
likelihoods = [np.prod(line_outputs(w)[true_class]) for w in w_grid]
risks = [line_risk(w) for w in w_grid]

# %% [markdown]
# The first array was made by multiplying, the second by averaging logarithms.

# %%
w_likely = w_grid[np.argmax(likelihoods)]
w_best = w_grid[np.argmin(risks)]
print(f"most likely weight: {w_likely:.2f}, of least risk: {w_best:.2f}")

# %% tags=["draws"]
fig, (left, right) = plotting.figure(1, 2, height=2.9)
left.plot(
    w_grid, np.array(likelihoods) / max(likelihoods), color=plotting.BLACK
)
left.set(title="Likelihood", xlabel="weight $w$")
left.set(ylabel="likelihood / its maximum")
right.plot(w_grid, risks, color=plotting.STYLE["training"]["color"])
right.set(title="Empirical risk", xlabel="weight $w$", ylabel="$R_D$ (nats)")
for ax in (left, right):
    ax.axvline(w_best, **plotting.STYLE["bound"])
plotting.show(
    fig,
    alt=f"""Two curves over the weight w. The likelihood is a single hump
    with its top at w = {w_likely:.2f}; the empirical risk is a valley with
    its lowest point, {min(risks):.2f}, at the same w, marked by a grey line
    in both.""",
)


# %% [markdown]
# The two places agree. The likelihood is a narrow hump, nearly zero elsewhere;
# there its curve is flat and shows no way to go. The risk is a wide valley:
# wherever we stand, its slope tells the direction. On its left wall the weight
# has the wrong sign and takes the classes for each other. On its right wall
# the weight is too large, and the classifier is too sure of itself.

# %% [markdown]
# ## 2. A slope without a formula
#
# To walk downhill we need slopes. Before any formula, here are two ways to get
# the slope of a function that we can only evaluate. They are the independent
# witnesses of this whole notebook, so it pays to know how far they can be
# trusted.
#
# **Central difference.** Expand $f$ on both sides of $v$:
#
# $$f(v \pm \varepsilon) = f(v) \pm \varepsilon f'(v) + \tfrac{1}{2} \varepsilon^2 f''(v) \pm \tfrac{1}{6} \varepsilon^3 f'''(v) + \dots$$
#
# In the difference of the two, the terms with even powers cancel:
#
# $$\frac{f(v + \varepsilon) - f(v - \varepsilon)}{2 \varepsilon} = f'(v) + \tfrac{1}{6} \varepsilon^2 f'''(v) + \dots$$
#
# A small $\varepsilon$ makes the error term small. But the two values of $f$
# are rounded to about 16 digits, and the smaller $\varepsilon$, the more of
# these digits cancel: rounding contributes about $10^{-16} |f| / \varepsilon$.
# The best $\varepsilon$ lies between.
#
# **Complex step.** Move along the *imaginary* axis instead:
#
# $$f(v + i\varepsilon) = f(v) + i \varepsilon f'(v) - \tfrac{1}{2} \varepsilon^2 f''(v) - \tfrac{i}{6} \varepsilon^3 f'''(v) + \dots$$
#
# The imaginary part, divided by $\varepsilon$, is
# $f'(v) - \tfrac{1}{6} \varepsilon^2 f'''(v) + \dots$ Nothing is subtracted,
# no digits cancel, and $\varepsilon$ may be $10^{-30}$. The price: $f$ must be
# made of smooth functions that NumPy also knows for complex numbers.

# %%
def central_difference(f, v, step=1e-5):
    """Return an approximation of df/dv at the number v."""
    return (f(v + step) - f(v - step)) / (2 * step)


def complex_step(f, v, step=1e-30):
    """Return df/dv at the number v, to rounding."""
    return np.imag(f(v + 1j * step)) / step


def wave(v):
    return np.exp(np.sin(v))


v = 0.8
print(f"by hand            {np.cos(v) * wave(v):.12f}")
print(f"central difference {central_difference(wave, v):.8f}")
print(f"complex step       {complex_step(wave, v):.12f}")

# %% [markdown]
# How does the error of each depend on the step? The next cell tries 17 steps.
# (What rounding contributes differs from machine to machine.)

# %%
exact, steps = np.cos(v) * wave(v), 10.0 ** np.arange(-16, 1)
methods = (central_difference, complex_step)
errors = {
    method.__name__.replace("_", " "): [
        abs(method(wave, v, step) - exact) for step in steps
    ]
    for method in methods
}
best = steps[np.argmin(errors["central difference"])]
assert 1e-7 < best < 1e-3 and min(errors["central difference"]) < 1e-8

# %% tags=["draws"]
fig, ax = plotting.figure(height=3.2)
for (name, error), colour in zip(errors.items(), plotting.CLASSES):
    ax.loglog(steps, np.maximum(error, 1e-17), "o-", color=colour, label=name)
ax.axvline(1e-5, **plotting.STYLE["bound"])
ax.set(title="How wrong is a numerical derivative?")
ax.set(xlabel=r"step $\varepsilon$", ylabel="error of the slope")
ax.legend()
plotting.show(
    fig,
    alt="""Error of the slope against the step, both axes logarithmic. The
    central difference draws a V: it is poor at steps of 1 and of 1e-16 and
    at its best near 1e-5. The error of the complex step falls with the square
    of the step to the level of rounding and stays there.""",
    values=False,
)


# %% [markdown]
# The right arm of the V is $\varepsilon^2$: two decades of error for each
# decade of step. The left arm is rounding. At the bottom, near
# $\varepsilon = 10^{-5}$, about ten digits are right, which is why the
# gradient check below uses this step (grey line). The complex step reaches the
# last digit. We shall use it under each line of the proof, and central
# differences, which need no complex numbers, to test finished programs.
#
# For functions of arrays we need the derivative by each entry. This function
# moves one entry at a time; if `f` returns an array, the result has the axes
# of `f` first, then those of `v`: `derivative(f, v)[i, n]` is
# $\partial f_i / \partial v_n$.

# %%
def derivative(f, v, step=1e-30):
    """Return df/dv for every entry of the array v, by complex steps."""
    columns = []
    for index in np.ndindex(v.shape):
        moved = v.astype(complex)
        moved[index] += 1j * step
        columns.append(np.imag(f(moved)) / step)
    shape = np.shape(columns[0]) + v.shape
    return np.stack(columns, axis=-1).reshape(shape)


v = np.array([1.0, 2.0, 3.0])
print(derivative(lambda v: np.array([v[0] * v[1], v[2] ** 2]), v))

# %% [markdown]
# ## 3. Downhill
#
# ### One weight
#
# **B5**, for a single weight: $w \leftarrow w - \lambda\, dR_D/dw$. Where the
# slope is positive, $w$ decreases; where it is negative, $w$ increases. Either
# way the step leads down, as long as it is not too long. The *learning rate*
# $\lambda$ is set by you, and one pass over the training sample is an *epoch*.
# We have no formula for the slope yet, so the central difference serves. Here
# are twelve epochs with three learning rates, from the same start.

# %%
START = -1.0
RATES = (0.5, 2.0, 4.4)
paths = {}
for learning_rate in RATES:
    w, path = START, [START]
    for _ in range(12):  # epochs
        w = w - learning_rate * central_difference(line_risk, w)  # B5
        path.append(w)
    paths[learning_rate] = np.array(path)
    ends = ", ".join(f"{w:.2f}" for w in path[-3:])
    print(f"learning rate {learning_rate}: ends with w = {ends}")

# %% [markdown]
# The same walks drawn on the curve of the risk:

# %% tags=["draws"]
fig, axes = plotting.figure(1, 3, height=2.8, sharey=True)
w_line = np.linspace(-1.3, 3.0, 200)
for ax, (learning_rate, path) in zip(axes, paths.items()):
    ax.plot(w_line, [line_risk(w) for w in w_line], color=plotting.GREY)
    ax.plot(path, [line_risk(w) for w in path], "o-", lw=1, ms=3.5,
            color=plotting.VERMILION)
    ax.plot(path[0], line_risk(path[0]), "s", color=plotting.BLACK)
    ax.set(title=rf"$\lambda$ = {learning_rate}", xlabel="weight $w$")
axes[0].set(ylabel="empirical risk $R_D$ (nats)")
low = [paths[rate][-1] for rate in RATES]
plotting.show(
    fig,
    alt=f"""Three copies of the risk as a valley over the weight, each with a
    walk of twelve steps from the black square on the left. With the smallest
    learning rate the walk creeps along the wall and ends at w = {low[0]:.2f};
    with the middle one it reaches the bottom, {low[1]:.2f}; with the largest
    it jumps from wall to wall for ever, at the end to w = {low[2]:.2f}.""",
)


# %% [markdown]
# One rate creeps, one arrives, one leaps over the bottom each time and lands
# on the other wall. On a parabola $R = \tfrac{1}{2} k (w - c)^2$ you can work
# out what happens: the slope is $k (w - c)$, and one step turns the distance
# $w - c$ into $(1 - \lambda k)(w - c)$. It shrinks if $|1 - \lambda k| < 1$,
# that is $\lambda < 2/k$, and grows otherwise. Notebook 07 returns to this.
#
# ### Exercise 3.2 (12 minutes): walk downhill
#
# Write `descend(gradient, w, learning_rate, steps)`. `gradient(w)` returns the
# slope at `w`, a number or an array of the same shape as `w`. Return all
# positions as one array, the start first: `steps + 1` of them, the shape is
# `(steps + 1,)` for a number and `(steps + 1, N)` for an array of $N$ weights.
# Leave the array `w` of the caller as it is.
#
# Example: $R = w^2$ has the gradient $2w$. From $w = 1$ with $\lambda = 0.25$,
# each step halves $w$: `descend(lambda w: 2 * w, 1.0, 0.25, 3)` returns
# `[1, 0.5, 0.25, 0.125]`.

# %% tags=["exercise-3.2"]
def descend(gradient, w, learning_rate, steps):
    """Return the positions of a gradient descent, start first. B5"""
    ### BEGIN SOLUTION
    positions = [w]
    for _ in range(steps):
        w = w - learning_rate * gradient(w)  # a new array each time
        positions.append(w)
    return np.array(positions)
    ### END SOLUTION


# %%
check("3.2", descend)
# hint("3.2")
# solution("3.2")

# %% [markdown]
# ### Two weights
#
# Now the bias $b$ moves as well. With two parameters the risk is a landscape,
# and the *gradient* is the vector of its two slopes. It points straight
# uphill, at a right angle to the contour line; descent goes the opposite way.
# Each parameter is updated by the same rule, B5 for the weight and B6 for the
# bias, both from the *same* point: first both slopes, then both steps.

# %%
def walk(learning_rate, steps=25):
    """Return the path of (w, b) down the risk of the line, (steps + 1, 2)."""
    w, b, path = -1.0, 2.0, [(-1.0, 2.0)]
    for _ in range(steps):
        dw = central_difference(lambda v: line_risk(v, b), w)
        db = central_difference(lambda v: line_risk(w, v), b)
        w -= learning_rate * dw  # B5
        b -= learning_rate * db  # B6
        path.append((w, b))
    return np.array(path)


b_axis, w_axis = np.linspace(-2, 3, 51), np.linspace(-1.5, 2.5, 51)
landscape = np.array([[line_risk(w, b) for w in w_axis] for b in b_axis])
low_b, low_w = np.unravel_index(np.argmin(landscape), landscape.shape)
w, b, step = w_axis[low_w], b_axis[low_b], 1e-3
print(f"lowest point: w = {w:.2f}, b = {b:.2f}, risk {line_risk(w, b):.3f}")
for name, dw, db in (("w", step, 0), ("b", 0, step)):
    rise = line_risk(w + dw, b + db) + line_risk(w - dw, b - db)
    curvature = (rise - 2 * line_risk(w, b)) / step**2
    print(f"along {name}: k = {curvature:.2f}, 2/k = {2 / curvature:.1f}")


# %% [markdown]
# We look at the landscape from above, with the walks of three learning rates.

# %% tags=["draws"]
def draw_walk(ax, path):
    """Draw a path (steps + 1, 2) over the landscape of the risk."""
    levels = landscape.min() + 0.012 * 1.75 ** np.arange(10)
    ax.contour(w_axis, b_axis, landscape, levels, cmap=plotting.AMOUNTS,
               linewidths=1)
    ax.plot(w_axis[low_w], b_axis[low_b], "x", color="black", ms=8, mew=2)
    view = ax.axis()
    ax.plot(*path.T, "o-", lw=1, ms=3.5, color=plotting.VERMILION)
    ax.plot(*path[0], "s", color="black", ms=6)
    ax.axis(view)


fig, axes = plotting.figure(1, 3, height=3.0, sharey=True)
ends = []
for ax, learning_rate in zip(axes, RATES):
    path = walk(learning_rate)
    draw_walk(ax, path)
    ax.set(title=rf"$\lambda$ = {learning_rate}", xlabel="weight $w$")
    ends.append(line_risk(*path[-1]))
axes[0].set(ylabel="bias $b$")
plotting.show(
    fig,
    alt=f"""Contour lines of the risk over weight and bias, three times, each
    with a walk of 25 steps from the same black square. The smallest learning
    rate has not arrived (risk {ends[0]:.3f}); the middle one reaches the
    cross at the lowest point ({ends[1]:.3f}); the largest jumps to and fro
    across the valley (risk {ends[2]:.3f}).""",
)


# %% [markdown]
# The first steps leave the contour lines at right angles. The valley is curved
# more strongly along $w$ than along $b$, and the stronger curvature limits the
# learning rate for both: 4.4 lies between the two values of $2/k$ printed
# above, and the third walk jumps to and fro in $w$ while its $b$ has settled.
#
# In JupyterLab the next cell gives you a slider for the learning rate. Find
# the largest one that still arrives. (It stays away where notebooks are built
# and tested.)

# %% tags=["draws"]
def show_walk(learning_rate):
    """Draw one walk over the landscape."""
    path = walk(learning_rate)
    fig, ax = plotting.figure(width=4.5, height=3.6)
    draw_walk(ax, path)
    ax.set(xlabel="weight $w$", ylabel="bias $b$")
    end = line_risk(*path[-1])
    ax.set_title(rf"$\lambda$ = {learning_rate:.2f}: risk {end:.3f}")
    plotting.show(fig, alt=f"A walk over the landscape, to risk {end:.3f}.")


if not os.environ.get("COURSE_NO_BARS"):
    from ipywidgets import FloatLogSlider, interact

    slider = FloatLogSlider(value=2, min=-1, max=1, step=0.02)
    interact(show_walk, learning_rate=slider)

# %% [markdown]
# ### Many weights
#
# **B5**, for all weights of layer $L$:
#
# $$W^L \leftarrow W^L - \lambda \frac{\partial R_D}{\partial W^L} = W^L - \frac{\lambda}{D} \sum_{i=1}^{D} \frac{\partial J_i}{\partial W^L}$$
#
# Here $\partial R_D / \partial W^L$ is a matrix of the shape of $W^L$, whose
# entry $[m, n]$ is $\partial R_D / \partial w_{mn}^L$. The second form follows
# from B1: the derivative of a sum is the sum of the derivatives, and the
# constant factor $1/D$ stays in front. So it is enough to find the derivative
# of the loss of *one* sample, $J_i$, and to take the mean at the end. All of
# the proof below is about one sample for that reason.
#
# The cell differentiates the risk of six samples as a whole on the left, and
# each $J_i$ by itself on the right.

# %% tags=["equation-B5"]
rng = np.random.default_rng(SEED)
D, learning_rate = 6, 0.3
x, W, b = rng.normal(size=(D, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
y = np.eye(3)[rng.integers(3, size=D)]


def loss(W, b, i):
    """Return J_i of a network without hidden layers. F3, F5, B4"""
    return -np.sum(y[i] * np.log(softmax(W.T @ x[i] + b)))


def risk(W, b):
    """Return R_D of all D samples. B1"""
    return -np.mean(np.sum(y * np.log(softmax(x @ W + b)), axis=1))


dJ = sum(derivative(lambda W: loss(W, b, i), W) for i in range(D))
left = W - learning_rate * derivative(lambda W: risk(W, b), W)
right, wrong = W - learning_rate / D * dJ, W - learning_rate * dJ
verify_equation("B5", left, right, wrong, without="without 1/D")

# %% [markdown]
# **B6**, for the biases, in the same way:
#
# $$b^L \leftarrow b^L - \lambda \frac{\partial R_D}{\partial b^L} = b^L - \frac{\lambda}{D} \sum_{i=1}^{D} \frac{\partial J_i}{\partial b^L}$$

# %% tags=["equation-B6"]
dJ = sum(derivative(lambda b: loss(W, b, i), b) for i in range(D))
left = b - learning_rate * derivative(lambda b: risk(W, b), b)
right, wrong = b - learning_rate / D * dJ, b + learning_rate / D * dJ
verify_equation("B6", left, right, wrong, without="with the other sign")

# %% [markdown]
# Why not leave it at that, and take all slopes by differences? Count. A
# central difference evaluates the risk twice for each parameter.

# %%
sizes = (784, 128, 10)  # the network of notebook 04
layers = list(zip(sizes[:-1], sizes[1:]))
parameters = sum((M + 1) * N for M, N in layers)
products = sum(M * N for M, N in layers)
back = products + sum(M * N for M, N in layers[1:])  # B7, and B13
print(f"parameters of a {'-'.join(map(str, sizes))} network: {parameters:,}")
print(f"forward passes for one gradient: {2 * parameters:,}")
print(f"products in a forward pass of one sample: {products:,}")
print(f"products in backpropagation, after it:    {back:,}")

# %% [markdown]
# That is for *one* step downhill. The last two lines run ahead:
# backpropagation takes at most two products for each weight, where the forward
# pass takes one. It gives the same numbers for at most the price of two more
# forward passes, whatever the number of parameters. This is what the proof is
# for.

# %% [markdown]
# ## 4. The proof
#
# One sample, and any number of layers. We want
# $\partial J / \partial w_{mn}^L$ and $\partial J / \partial b_n^L$ for every
# layer $L$ and all $m$, $n$.
#
# The plan has four parts. (1) Write both derivatives with the help of
# $\delta_n^L = \partial J / \partial z_n^L$. (2) Find $\delta^H$ for the
# output layer. (3) Find $\delta^L$ from $\delta^{L+1}$. (4) Go from one sample
# to $D$.
#
# For the checks we need a network with random values, none of them zero: a
# zero hides mistakes. It has 3 inputs, two hidden layers of 4 neurons and 3
# outputs, so $H = 2$; $h$ is the hyperbolic tangent, which is smooth. The
# expected output $y$ is not one-hot here but a law with three non-zero
# probabilities: the proof only needs that they add up to 1, and a one-hot
# vector is a special case.
#
# The function `loss_from(z, L)` starts from *given* arguments $z^L$ of layer
# $L$ and computes onwards to $J$. With it, the definition of $\delta^L$ can be
# executed as it stands: change $z_n^L$, see what happens to $J$.

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


z, a, a_previous = [], [], x
for L in range(H + 1):
    z.append(W[L].T @ a_previous + b[L])  # (N,)  F3
    a.append(softmax(z[L]) if L == H else np.tanh(z[L]))
    a_previous = a[L]

# %% [markdown]
# With these, $\delta^0$, $\delta^1$ and $\delta^2$ by their definition. They
# are the witnesses: no formula of the proof went into them.

# %%
delta = [
    derivative(lambda z: loss_from(z, L), z[L]) for L in range(H + 1)
]
for L in range(H + 1):
    print(f"delta^{L} =", np.round(delta[L], 4))

# %% [markdown]
# ### Step 1. The weights
#
# How does $w_{mn}^L$ act on the loss? It appears in the arguments of layer
# $L$, and everything later depends on these alone. The chain rule runs over
# all of them; call the index $k$:
#
# $$\frac{\partial J}{\partial w_{mn}^L} = \sum_k \frac{\partial J}{\partial z_k^L} \frac{\partial z_k^L}{\partial w_{mn}^L}$$
#
# By F2, $z_k^L = \sum_i w_{ik}^L a_i^{L-1} + b_k^L$. The weight $w_{mn}^L$
# leads to neuron $n$ and to no other: for $k \neq n$ it does not occur, and
# the derivative is 0. One term of the sum over $k$ is left:
#
# $$\begin{aligned}
# \frac{\partial J}{\partial w_{mn}^L} &= \frac{\partial J}{\partial z_n^L} \frac{\partial z_n^L}{\partial w_{mn}^L} \\
# &= \delta_n^L\, \frac{\partial}{\partial w_{mn}^L} \left[ \sum_i w_{in}^L a_i^{L-1} + b_n^L \right]
# \end{aligned}$$
#
# The first factor has a name now: $\delta_n^L = \partial J / \partial z_n^L$.
# It is the only one that knows about the loss. In the bracket, neither $b_n^L$
# nor the activations of the layer *before* depend on $w_{mn}^L$. Of the sum
# over $i$, only the term $i = m$ contains it. That term is
# $w_{mn}^L a_m^{L-1}$, and its derivative is $a_m^{L-1}$.
#
# Check of this step: move the single weight $w_{mn}^1$ with $m = 2$, $n = 1$
# (counted from 0) and look at all the $z_k^1$. Only $k = 1$ may answer, with
# $a_2^0$.

# %%
m, n = 2, 1


def z1_of(weight):
    """Return z^1 with the weight w_mn^1 replaced."""
    W1 = W[1].astype(complex)
    W1[m, n] = weight
    return W1.T @ a[0] + b[1]


answer = derivative(lambda w: z1_of(w[0]), W[1][m, [n]])[:, 0]
print("dz_k/dw_mn for k = 0, 1, 2, 3:", np.round(answer, 6))
print(f"a_m of the layer before:       {a[0][m]:.6f}")
assert np.allclose(answer, np.where(np.arange(4) == n, a[0][m], 0), 1e-14)


# %% [markdown]
# So, for each weight,
#
# **B7** —
#
# $$\frac{\partial J}{\partial w_{mn}^L} = \delta_n^L\, a_m^{L-1}, \qquad \text{as a matrix:} \quad \frac{\partial J}{\partial W^L} = a^{L-1} (\delta^L)^T$$
#
# In words: *what enters the link times what is wrong at its end.* Where does
# the transpose come from? The entry $[m, n]$ of the matrix must be
# $a_m^{L-1} \delta_n^L$: the row number $m$ belongs to $a$, the column number
# $n$ to $\delta$. A column of $M$ numbers times a row of $N$ numbers is
# exactly that matrix:
#
# $$\begin{pmatrix} a_1 \\ \vdots \\ a_M \end{pmatrix} \begin{pmatrix} \delta_1 & \cdots & \delta_N \end{pmatrix} =
# \begin{pmatrix} a_1 \delta_1 & \cdots & a_1 \delta_N \\ \vdots & & \vdots \\ a_M \delta_1 & \cdots & a_M \delta_N \end{pmatrix}$$
#
# and $(\delta^L)^T$ is $\delta^L$ written as a row. The result has the shape
# $(M, N)$ of $W^L$, as it must. For the first hidden layer, $L = 0$, what
# enters is the data: $x$ in place of $a^{L-1}$.
#
# The left side moves each weight of $W^0$ and $W^1$ in turn. The deliberately
# wrong version has the transpose on the other factor; for the square $W^1$ the
# shapes do not betray it.

# %% tags=["equation-B7"]
def loss_of_W(W_L, L):
    """Return J with the matrix W^L replaced."""
    a_previous = x if L == 0 else a[L - 1]
    return loss_from(W_L.T @ a_previous + b[L], L)


column, row = a[0].reshape(4, 1), delta[1].reshape(1, 4)
verify_equation(
    "B7",
    left=derivative(lambda W1: loss_of_W(W1, 1), W[1]),
    right=column @ row,
    wrong=row.T @ column.T,
    without="with the transpose on the other factor",
)
left = derivative(lambda W0: loss_of_W(W0, 0), W[0])
assert np.allclose(left, np.outer(x, delta[0]), rtol=1e-12)
print("L = 0, with x in place of a: agrees too, shape", left.shape)

# %% [markdown]
# ### Step 2. The biases
#
# The same chain, with $b_n^L$. It occurs in $z_n^L$ alone, as a term by
# itself, so $\partial z_n^L / \partial b_n^L = 1$ and
# $\partial z_k^L / \partial b_n^L = 0$ for $k \neq n$:
#
# $$\frac{\partial J}{\partial b_n^L} = \sum_k \frac{\partial J}{\partial z_k^L} \frac{\partial z_k^L}{\partial b_n^L} = \frac{\partial J}{\partial z_n^L} \cdot 1 = \delta_n^L$$
#
# **B8** —
#
# $$\frac{\partial J}{\partial b^L} = \delta^L$$
#
# A bias behaves like a weight whose input is always 1. The check does both
# hidden layers.

# %% tags=["equation-B8"]
left = [
    derivative(lambda b0: loss_from(W[0].T @ x + b0, 0), b[0]),
    derivative(lambda b1: loss_from(W[1].T @ a[0] + b1, 1), b[1]),
]
verify_equation(
    "B8",
    left=left,
    right=[delta[0], delta[1]],
    wrong=[b[0] * delta[0], b[1] * delta[1]],
    without="with the bias itself as a factor",
)

# %% [markdown]
# All gradients are known once all $\delta^L$ are known. Nothing so far used
# which loss it is, or what $h$ is.
#
# ### Step 3. The output layer: the loss
#
# $J$ depends on $z_n^H$ through the outputs $a_i^H$, so we need two
# derivatives: of $J$ by $a_i^H$, here, and of $a_i^H$ by $z_n^H$, in step 4.
#
# By B4, $J = -\sum_m y_m \ln a_m^H$. Treat the outputs as independent
# variables: of the sum over $m$ only the term $m = n$ contains $a_n^H$, and
# the derivative of $\ln a$ is $1/a$.
#
# **B9** —
#
# $$\frac{\partial J}{\partial a_n^H} = -\frac{\partial}{\partial a_n^H} \left[ y_n \ln a_n^H \right] = -\frac{y_n}{a_n^H}$$

# %% tags=["equation-B9"]
verify_equation(
    "B9",
    left=derivative(lambda aH: -np.sum(y * np.log(aH)), a[H]),
    right=-y / a[H],
    wrong=y / a[H],
    without="without the minus sign",
)

# %% [markdown]
# ### Step 4. The output layer: softmax
#
# Write $S = \sum_m e^{z_m^H}$ for the sum below the fraction, so that
# $a_i^H = e^{z_i^H} / S$. Every $z_n^H$ is in $S$, and therefore *every*
# output depends on *every* argument. We differentiate by $z_n^H$. In all cases
# $\partial S / \partial z_n^H = e^{z_n^H}$, the one term of $S$ that contains
# it. The numerator $e^{z_i^H}$ contains $z_n^H$ only if $i = n$. So there are
# two cases, both by the quotient rule $(u/v)' = (u'v - uv')/v^2$.
#
# *Case $i = n$.* Numerator and denominator both depend on $z_n^H$:
#
# $$\begin{aligned}
# \frac{\partial a_n^H}{\partial z_n^H} &= \frac{e^{z_n^H} S - e^{z_n^H} e^{z_n^H}}{S^2} \\
# &= \frac{e^{z_n^H}}{S} \cdot \frac{S - e^{z_n^H}}{S} \\
# &= \frac{e^{z_n^H}}{S} \left( 1 - \frac{e^{z_n^H}}{S} \right) = a_n^H (1 - a_n^H)
# \end{aligned}$$
#
# *Case $i \neq n$.* The numerator is a constant, $u' = 0$:
#
# $$\begin{aligned}
# \frac{\partial a_i^H}{\partial z_n^H} &= \frac{0 \cdot S - e^{z_i^H} e^{z_n^H}}{S^2} \\
# &= -\frac{e^{z_i^H}}{S} \cdot \frac{e^{z_n^H}}{S} = -a_i^H a_n^H
# \end{aligned}$$
#
# **B10** —
#
# $$\frac{\partial a_n^H}{\partial z_n^H} = a_n^H (1 - a_n^H), \qquad \frac{\partial a_i^H}{\partial z_n^H} = -a_i^H a_n^H \quad (i \neq n)$$
#
# The signs make sense: raising $z_n^H$ raises the probability of class $n$ and
# takes from all others. The check builds the whole matrix, entry by entry,
# from the two cases.

# %% tags=["equation-B10"]
right = np.empty((3, 3))
for i in range(3):
    for n in range(3):
        if i == n:
            right[i, n] = a[H][n] * (1 - a[H][n])
        else:
            right[i, n] = -a[H][i] * a[H][n]
verify_equation(
    "B10",
    left=derivative(softmax, z[H]),
    right=right,
    wrong=np.diag(np.diag(right)),
    without="without the cases i != n",
)
print(np.round(right, 4))
print("sum of each column is zero:", np.allclose(right.sum(axis=0), 0))

# %% [markdown]
# The columns add up to zero because the probabilities always add up to 1: what
# one class wins, the others lose.
#
# ### Step 5. The output layer: both together
#
# The chain rule runs over all outputs $a_i^H$, since all of them depend on
# $z_n^H$. We take the term $i = n$ out of the sum:
#
# $$\begin{aligned}
# \delta_n^H = \frac{\partial J}{\partial z_n^H} &= \sum_i \frac{\partial J}{\partial a_i^H} \frac{\partial a_i^H}{\partial z_n^H} \\
# &= \sum_{i \neq n} \frac{\partial J}{\partial a_i^H} \frac{\partial a_i^H}{\partial z_n^H} + \frac{\partial J}{\partial a_n^H} \frac{\partial a_n^H}{\partial z_n^H}
# \end{aligned}$$
#
# The terms with $i \neq n$, from B9 and the second case of B10:
#
# $$\frac{\partial J}{\partial a_i^H} \frac{\partial a_i^H}{\partial z_n^H} = \left( -\frac{y_i}{a_i^H} \right) \left( -a_i^H a_n^H \right) = y_i\, a_n^H$$
#
# The term with $i = n$, from B9 and the first case of B10:
#
# $$\begin{aligned}
# \frac{\partial J}{\partial a_n^H} \frac{\partial a_n^H}{\partial z_n^H} &= \left( -\frac{y_n}{a_n^H} \right) a_n^H (1 - a_n^H) \\
# &= -y_n (1 - a_n^H) = y_n a_n^H - y_n
# \end{aligned}$$
#
# In both, the $a^H$ in the denominator has cancelled. Put together:
#
# $$\delta_n^H = \sum_{i \neq n} y_i a_n^H + y_n a_n^H - y_n$$
#
# The term $y_n a_n^H$ is just the one that the sum over $i \neq n$ lacks. With
# it, the sum runs over all $i$, and $a_n^H$, which does not depend on $i$,
# comes out in front:
#
# $$\delta_n^H = a_n^H \sum_i y_i - y_n$$
#
# Check of the steps so far: the terms one by one, and the last line also for a
# $y$ whose sum is *not* 1.

# %%
dJ_da, da_dz = -y / a[H], right  # B9, B10
terms = dJ_da[:, None] * da_dz  # terms[i, n]
for i in range(3):
    for n in range(3):
        expected = y[i] * a[H][n] - (y[n] if i == n else 0)
        assert np.isclose(terms[i, n], expected, rtol=1e-12)
print("all nine terms agree")

y_odd = np.array([0.9, 0.5, 0.3])  # its sum is 1.7
by_definition = derivative(lambda z: loss_from(z, H, y_odd), z[H])
by_formula = a[H] * np.sum(y_odd) - y_odd
print("sum of y = 1.7: ", np.allclose(by_definition, by_formula, rtol=1e-12))
print("a - y would do: ", np.allclose(by_definition, a[H] - y_odd))

# %% [markdown]
# Only now, and only here, does it enter that **$\sum_i y_i = 1$**: each sample
# belongs to one class, so $y$ has a single 1 and zeros elsewhere.
#
# **B11** —
#
# $$\delta_n^H = a_n^H - y_n, \qquad \text{as a vector:} \quad \delta^H = a^H - y$$
#
# Two functions with awkward derivatives, a logarithm and a softmax, together
# give the simplest answer there could be: *output minus expected output*. That
# is no accident. The logarithm of the loss undoes the exponential of softmax,
# and with it the factors $a^H$ that would have made $\delta^H$ vanish where
# the network is sure of a wrong answer.

# %% tags=["equation-B11"]
verify_equation(
    "B11",
    left=derivative(lambda z: loss_from(z, H), z[H]),
    right=a[H] - y,
    wrong=-y * (1 - a[H]),
    without="with the term i = n alone",
)


# %% [markdown]
# ### Exercise 3.3 (10 minutes): where backpropagation starts
#
# Write `output_delta(zH, y)` for $D$ samples at once: `zH` and `y` have shape
# $(D, N)$, a row for each sample. Return `deltaH`, of the same shape; row $i$
# is $\delta^H$ of sample $i$. There is no mean in it: the $1/D$ comes later.
# Compute the softmax so that large arguments such as 1000 do no harm (notebook
# 02).
#
# Example: `zH = [[0, 0]]`, `y = [[1, 0]]` gives `[[-0.5, 0.5]]`.

# %% tags=["exercise-3.3"]
def output_delta(zH, y):
    """Return delta^H of D samples, (D, N). Source: eq. F5, B11."""
    ### BEGIN SOLUTION
    e = np.exp(zH - np.max(zH, axis=1, keepdims=True))
    aH = e / np.sum(e, axis=1, keepdims=True)  # F5
    return aH - y  # B11
    ### END SOLUTION


# %%
check("3.3", output_delta)
# hint("3.3")
# solution("3.3")

# %% [markdown]
# ### Step 6. From layer L + 1 to layer L
#
# Suppose that $\delta^{L+1}$ is known. How does $z_n^L$, the argument of one
# neuron, act on the loss? First it becomes the activation $a_n^L = h(z_n^L)$.
# That enters *all* neurons of the next layer. Then everything later depends on
# these. The drawing shows the ways on, for three neurons in layer $L + 1$.

# %% tags=["draws"]
def draw_arrow(start, end, text="", back=False):
    """Draw an arrow between two nodes; the way back runs beside it."""
    start, end = np.array(start), np.array(end)
    along = (end - start) / np.linalg.norm(end - start)
    aside = 0.13 * np.array([-along[1], along[0]])
    colour = plotting.VERMILION if back else plotting.BLACK
    ax.annotate(
        "", end - 0.52 * along + aside, start + 0.52 * along + aside,
        arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.3},
    )
    ax.text(*((start + end) / 2 + 2.1 * aside), text, color=colour,
            ha="center", va="center",
            bbox={"fc": "white", "ec": "none", "pad": 0.6})


# %% tags=["draws"]
fig, ax = plotting.figure(height=3.3)
ax.set(xlim=(0, 10), ylim=(-0.35, 4.3))
ax.axis("off")
first, second, last = (0.8, 2.0), (3.0, 2.0), (9.3, 2.0)
names = {first: "$z_n^L$", second: "$a_n^L$", last: "$J$"}
draw_arrow(first, second, "$h$")
for m, node in enumerate([(6.4, 3.6), (6.4, 2.0), (6.4, 0.4)], start=1):
    names[node] = f"$z_{m}^{{L+1}}$"
    draw_arrow(second, node, f"$w_{{n{m}}}^{{L+1}}$")
    draw_arrow(node, last)
    draw_arrow(last, node, rf"$\delta_{m}^{{L+1}}$", back=True)
    draw_arrow(node, second, back=True)
draw_arrow(second, first, r"$\delta_n^L$", back=True)
for place, words in names.items():
    ax.plot(*place, "o", ms=32, mfc="white", mec=plotting.BLACK, mew=1.3)
    ax.text(*place, words, fontsize=11, ha="center", va="center")
ax.text(1.9, -0.25, "layer $L$", ha="center", va="center")
ax.text(6.4, -0.25, "layer $L+1$", ha="center", va="center")
ax.set_title("One argument, every way on to the loss, and back")
plotting.show(
    fig,
    alt="""A chain of circles from left to right: z_n of layer L, its
    activation a_n, three neurons z_1, z_2, z_3 of layer L + 1, and the loss J.
    Black arrows lead forward, from a_n to each of the three along the
    weights w_n1, w_n2, w_n3, and on to J. Red arrows lead back, from J to
    the three with delta_1, delta_2, delta_3 and, added up, to delta_n.""",
)


# %% [markdown]
# The loss can be reached from $z_n^L$ along each of the three ways. The chain
# rule adds up the ways:
#
# $$\begin{aligned}
# \delta_n^L = \frac{\partial J}{\partial z_n^L} &= \sum_m \frac{\partial J}{\partial z_m^{L+1}} \frac{\partial z_m^{L+1}}{\partial z_n^L} \\
# &= \sum_m \delta_m^{L+1} \frac{\partial z_m^{L+1}}{\partial z_n^L}
# \end{aligned}$$
#
# Here $m$ numbers the neurons of layer $L + 1$. For the last factor write out
# $z_m^{L+1}$ by F2:
#
# $$\frac{\partial z_m^{L+1}}{\partial z_n^L} = \frac{\partial}{\partial z_n^L} \left[ \sum_i w_{im}^{L+1} a_i^L + b_m^{L+1} \right]$$
#
# In a hidden layer, $a_i^L = h(z_i^L)$ depends on its own argument and no
# other. Of the sum over $i$ only the term $i = n$ depends on $z_n^L$; the
# weights and the bias do not. So the bracket may be replaced by
# $w_{nm}^{L+1} a_n^L$, and $\partial a_n^L / \partial z_n^L = h'(z_n^L)$:
#
# **B12** —
#
# $$\frac{\partial z_m^{L+1}}{\partial z_n^L} = w_{nm}^{L+1}\, h'(z_n^L)$$
#
# (This is where softmax is different: there each output depends on all
# arguments, hence steps 4 and 5.) The left side moves each $z_n^0$ and looks
# at every $z_m^1$; the derivative of $\tanh$ is $1 - \tanh^2$.

# %% tags=["equation-B12"]
def h_prime_tanh(z):
    """Return the derivative of tanh at z."""
    return 1 - np.tanh(z) ** 2


right = np.empty((4, 4))
for m in range(4):
    for n in range(4):
        right[m, n] = W[1][n, m] * h_prime_tanh(z[0][n])
verify_equation(
    "B12",
    left=derivative(lambda z0: W[1].T @ np.tanh(z0) + b[1], z[0]),
    right=right,
    wrong=W[1].T,
    without="without h'",
)

# %% [markdown]
# ### Step 7. The recursion
#
# Put B12 into the sum. The factor $h'(z_n^L)$ does not depend on $m$ and comes
# out in front:
#
# $$\delta_n^L = \sum_m \delta_m^{L+1} w_{nm}^{L+1} h'(z_n^L) = h'(z_n^L) \sum_m w_{nm}^{L+1} \delta_m^{L+1}$$
#
# The sum runs over the *second* index of $w$. That is the product of the
# matrix $W^{L+1}$ with the column $\delta^{L+1}$, whose entry $n$ is
# $\left( W^{L+1} \delta^{L+1} \right)_n = \sum_m w_{nm}^{L+1} \delta_m^{L+1}$.
# With $\odot$ for the product element by element:
#
# **B13** —
#
# $$\delta^L = h'(z^L) \odot W^{L+1} \delta^{L+1}$$
#
# Why has the forward pass a transpose and the backward pass none? Forward,
# $z_n = \sum_i w_{in} a_i$ sums over the *first* index: over where the links
# come from. In the rule for products the sum runs over the second index, so
# the matrix has to be transposed: $W^T a$. Backward, the sum is over the
# second index: over where the links go. It already stands as the rule wants
# it. The same links, walked in the other direction.
#
# For $W^2$, which is $4 \times 3$, forgetting this is an error of shapes. For
# the square $W^1$ it is not an error that Python could see: the wrong version
# below runs.

# %% tags=["equation-B13"]
verify_equation(
    "B13",
    left=derivative(lambda z0: loss_from(z0, 0), z[0]),
    right=h_prime_tanh(z[0]) * (W[1] @ delta[1]),
    wrong=h_prime_tanh(z[0]) * (W[1].T @ delta[1]),
    without="with a transpose that does not belong there",
)
delta_from_output = a[H] - y  # B11
for L in (1, 0):  # B13, twice
    delta_from_output = h_prime_tanh(z[L]) * (W[L + 1] @ delta_from_output)
    agrees = np.allclose(delta_from_output, delta[L], rtol=1e-12)
    print(f"delta^{L}, all the way from the output: agrees = {agrees}")

# %% [markdown]
# The proof for one sample is complete. From $\delta^H = a^H - y$, the
# recursion gives $\delta^{H-1}$, ..., $\delta^0$, one matrix product for each
# layer; B7 and B8 give all gradients. Each weight took part in one product for
# B7 and, except in layer 0, in one for B13: this is the price that was
# announced above.
#
# ### Step 8. D samples: where the transposes went
#
# On the slides a sample is a column. In NumPy, samples are the rows of one
# array, so everything stands transposed. Transposing a product exchanges its
# factors, $(AB)^T = B^T A^T$, and that moves the transposes about:
#
# | | slides, one column | NumPy, $D$ rows | the sum runs over |
# | --- | --- | --- | --- |
# | F3 | $z = W^T a + b$ | `z = a @ W + b` | neurons of layer $L - 1$ |
# | B13 | $h'(z) \odot W \delta$ | `h_prime(z) * (delta @ W.T)` | neurons of layer $L + 1$ |
# | B7 | $a\, \delta^T$, then the mean | `a.T @ delta / D` | samples |
# | B8 | $\delta$, then the mean | `delta.sum(axis=0) / D` | samples |
#
# In the first two lines each row of the result belongs to one sample, and no
# sample knows of another. In the last two, the samples are added up: we look
# at this below.

# %%
rng = np.random.default_rng(SEED)
D = 5
z_rows, delta_rows = rng.normal(size=(D, 4)), rng.normal(size=(D, 3))
columns = [
    h_prime_tanh(z_rows[i]) * (W[2] @ delta_rows[i]) for i in range(D)
]
rows = h_prime_tanh(z_rows) * (delta_rows @ W[2].T)  # (D, 4)  B13
print("B13 by columns and by rows agree:", np.allclose(columns, rows, 1e-12))


# %% [markdown]
# ### Exercise 3.4 (12 minutes): one layer back
#
# Write `hidden_delta(z, W_next, delta_next, h_prime)`, B13 for $D$ samples as
# rows. `z` has shape $(D, N)$ and belongs to layer $L$; `W_next` is $W^{L+1}$,
# of shape $(N, K)$; `delta_next` is $\delta^{L+1}$, of shape $(D, K)$;
# `h_prime` is a function of $z$. Return $\delta^L$, of shape $(D, N)$.
#
# Example: with `z = [[1, -1]]`, `W_next = [[1, 2], [3, 4]]`,
# `delta_next = [[1, 10]]` and the derivative of ReLU, $W \delta$ is
# $(21, 43)$. The second gate is closed, and the result is `[[21, 0]]`.

# %% tags=["exercise-3.4"]
def hidden_delta(z, W_next, delta_next, h_prime):
    """Return delta^L of D samples, (D, N). Source: eq. B13."""
    ### BEGIN SOLUTION
    return h_prime(z) * (delta_next @ W_next.T)
    ### END SOLUTION


# %%
check("3.4", hidden_delta)
# hint("3.4")
# solution("3.4")

# %% [markdown]
# ### Step 9. D samples: why 1/D stands where it does
#
# The risk is the mean of the losses (B1), so its gradient is the mean of the
# gradients (B5). With B7 for each sample:
#
# $$\frac{\partial R_D}{\partial w_{mn}^L} = \frac{1}{D} \sum_{i=1}^{D} \frac{\partial J_i}{\partial w_{mn}^L} = \frac{1}{D} \sum_{i=1}^{D} a_{im}^{L-1}\, \delta_{in}^L$$
#
# where $a_{im}$ is the activation $m$ of sample $i$: entry $[i, m]$ of the
# array `a`. Look at the sum: it runs over the *first* index of `a` and the
# first of `delta`. As a product of matrices, the first factor must be
# transposed: it is entry $[m, n]$ of `a.T @ delta`. So the product does two
# things in one: it forms all products $a_m \delta_n$, and it *adds them up
# over the samples*. It does not divide. The $1/D$ of B1 is still to be
# written. For the biases nothing is multiplied, and the sum over the samples
# has to be written out:
#
# $$\frac{\partial R_D}{\partial b_n^L} = \frac{1}{D} \sum_{i=1}^{D} \delta_{in}^L$$
#
# Every gradient is linear in $\delta^L$, and every $\delta^L$ is linear in
# $\delta^{L+1}$. One could therefore just as well divide $\delta^H$ by $D$,
# once, and nowhere else. This course writes it in the gradients, as on the
# slides. Writing it in both places is a mistake, and so is writing it in
# neither.

# %%
a_rows = rng.normal(size=(D, 4))
by_samples = np.zeros((4, 3))
for i in range(D):
    by_samples += np.outer(a_rows[i], delta_rows[i])  # B7, one sample
by_samples /= D  # B1
print("a.T @ delta / D:", np.allclose(by_samples, a_rows.T @ delta_rows / D))
print("without the 1/D:", np.allclose(by_samples, a_rows.T @ delta_rows))


# %% [markdown]
# ### Exercise 3.5 (12 minutes): the gradients of one layer
#
# Write `layer_gradients(a_previous, delta)`: the gradients of the *risk* by
# the weights and the biases of one layer. `a_previous` has shape $(D, M)$,
# what entered the layer; `delta` has shape $(D, N)$. Return two arrays: `dW`
# of shape $(M, N)$ and `db` of shape $(N,)$, both means over the $D$ samples.
#
# Example: `a_previous = [[1, 2], [3, 4]]` and `delta = [[1], [-3]]` give
# `dW = [[-4], [-5]]` and `db = [-1]`.

# %% tags=["exercise-3.5"]
def layer_gradients(a_previous, delta):
    """Return dR/dW (M, N) and dR/db (N,) of a layer. Source: B5 to B8."""
    ### BEGIN SOLUTION
    D = len(delta)
    dW = a_previous.T @ delta / D  # (M, N)  B7
    db = np.sum(delta, axis=0) / D  # (N,)  B8
    return dW, db
    ### END SOLUTION


# %%
check("3.5", layer_gradients)
# hint("3.5")
# solution("3.5")

# %% [markdown]
# ## 5. One hidden layer, ten classes
#
# The case that notebook 04 builds: one hidden layer with ReLU, ten outputs,
# $D$ pairs $(x_i, y_i)$. The general equations become four lines.
#
# **S1** — forward, for each sample $i$:
#
# $$\begin{aligned}
# z_i^0 &= (W^0)^T x_i + b^0, & a_i^0 &= \mathrm{ReLU}(z_i^0) \\
# z_i^1 &= (W^1)^T a_i^0 + b^1, & a_i^1 &= \mathrm{softmax}(z_i^1)
# \end{aligned}$$
#
# The left side of the check takes one sample at a time, as a column, exactly
# as written. The right side takes all rows at once.

# %%
def forward_rows(x, W0, b0, W1, b1):
    """Return z0, a0, z1, a1 of D samples as rows. Source: eq. S1."""
    z0 = x @ W0 + b0  # (D, N)  F3
    a0 = relu(z0)  # (D, N)  F4
    z1 = a0 @ W1 + b1  # (D, 10)  F3
    a1 = softmax(z1)  # (D, 10)  F5
    return z0, a0, z1, a1


rng = np.random.default_rng(SEED)
D, M, N, K = 6, 5, 4, 10
x, y = rng.normal(size=(D, M)), np.eye(K)[rng.integers(K, size=D)]
W0, b0 = rng.normal(size=(M, N)), rng.normal(size=N)
W1, b1 = rng.normal(size=(N, K)), rng.normal(size=K)
z0, a0, z1, a1 = forward_rows(x, W0, b0, W1, b1)
print("shapes:", z0.shape, a0.shape, z1.shape, a1.shape)
print(f"gates of ReLU that are open: {np.sum(z0 > 0)} of {z0.size}")

# %% tags=["equation-S1"]
columns = []
for i in range(D):
    z0_i = W0.T @ x[i] + b0
    a0_i = np.array([max(0.0, value) for value in z0_i])
    z1_i = W1.T @ a0_i + b1
    columns.append(np.exp(z1_i) / sum(np.exp(z1_i)))
without_bias = softmax(relu(x @ W0) @ W1)
verify_equation("S1", columns, a1, without_bias, without="without the biases")


# %% [markdown]
# **S2** — the output layer:
#
# $$\delta_i^1 = a_i^1 - y_i, \qquad \frac{\partial J_i}{\partial W^1} = a_i^0 (\delta_i^1)^T, \qquad \frac{\partial J_i}{\partial b^1} = \delta_i^1$$
#
# These are B11, B7 and B8. On the left, $J_i$ is differentiated by each entry
# of $W^1$ and $b^1$, for each sample; `flat` strings the entries together so
# that one comparison does for all. (The complex step gets through ReLU as
# well: NumPy's `maximum` compares the real parts first.)

# %% tags=["equation-S2"]
def loss_of(i, W0, b0, W1, b1):
    """Return J_i, from the weights on. Source: eq. S1, B4."""
    a1_i = softmax(W1.T @ relu(W0.T @ x[i] + b0) + b1)
    return -np.sum(y[i] * np.log(a1_i))


def flat(*arrays):
    return np.concatenate([np.ravel(array) for array in arrays])


left, right, wrong = [], [], []
for i in range(D):
    dW1 = derivative(lambda W1: loss_of(i, W0, b0, W1, b1), W1)
    db1 = derivative(lambda b1: loss_of(i, W0, b0, W1, b1), b1)
    delta1_i = a1[i] - y[i]  # B11
    left.append(flat(dW1, db1))
    right.append(flat(np.outer(a0[i], delta1_i), delta1_i))
    wrong.append(flat(np.outer(z0[i], delta1_i), delta1_i))
verify_equation("S2", left, right, wrong, without="with z0 in place of a0")


# %% [markdown]
# **S3** — the hidden layer:
#
# $$\delta_i^0 = h'(z_i^0) \odot W^1 \delta_i^1, \qquad \frac{\partial J_i}{\partial W^0} = x_i (\delta_i^0)^T, \qquad \frac{\partial J_i}{\partial b^0} = \delta_i^0$$
#
# This is B13 and again B7 and B8, with $x_i$ as the input of layer 0. The
# factor $h'(z_i^0)$ is 1 where the argument is positive and 0 where it is not:
# a *gate*. Through a neuron that was silent, nothing comes back.

# %% tags=["equation-S3"]
def relu_prime(z):
    """Return the derivative of ReLU at z: 1 where z > 0. Source: F4."""
    return (z > 0).astype(float)


left, right, wrong = [], [], []
for i in range(D):
    dW0 = derivative(lambda W0: loss_of(i, W0, b0, W1, b1), W0)
    db0 = derivative(lambda b0: loss_of(i, W0, b0, W1, b1), b0)
    no_gate = W1 @ (a1[i] - y[i])
    delta0_i = relu_prime(z0[i]) * no_gate  # B13
    left.append(flat(dW0, db0))
    right.append(flat(np.outer(x[i], delta0_i), delta0_i))
    wrong.append(flat(np.outer(x[i], no_gate), no_gate))
verify_equation("S3", left, right, wrong, without="with all gates open")


# %% [markdown]
# **S4** — the update of $W^1$, $b^1$, $W^0$ and $b^0$, by B5 and B6. With
# $\theta$ for any of the four:
#
# $$\theta \leftarrow \theta - \frac{\lambda}{D} \sum_{i=1}^{D} \frac{\partial J_i}{\partial \theta}$$
#
# On the right now stands the form that you will use from here on: whole
# arrays, S2 and S3 as rows. On the left, every parameter moves down the slope
# of the empirical risk, each slope found by a complex step.

# %%
def risk_of(*parameters):
    """Return the empirical risk. Source: eq. S1, B1, B4."""
    a1 = forward_rows(x, *parameters)[-1]
    return -np.mean(np.sum(y * np.log(a1), axis=1))


def slope(k):
    """Return dR/d(parameter k) of W0, b0, W1, b1, by complex steps."""
    parameters = [W0, b0, W1, b1]

    def risk_with(value):
        return risk_of(*parameters[:k], value, *parameters[k + 1 :])

    return derivative(risk_with, parameters[k])


# %% tags=["equation-S4"]
learning_rate = 0.5
delta1 = a1 - y  # (D, 10)  B11
dW1, db1 = a0.T @ delta1 / D, delta1.sum(axis=0) / D  # B7, B8
delta0 = relu_prime(z0) * (delta1 @ W1.T)  # (D, N)  B13
dW0, db0 = x.T @ delta0 / D, delta0.sum(axis=0) / D  # B7, B8

before = flat(W0, b0, W1, b1)
by_definition = flat(*[slope(k) for k in range(4)])
gradients = flat(dW0, db0, dW1, db1)
verify_equation(
    "S4",
    left=before - learning_rate * by_definition,
    right=before - learning_rate * gradients,
    wrong=before - learning_rate * D * gradients,
    without="without 1/D",
)


# %% [markdown]
# ## 6. The gradient check
#
# A proof on paper does not protect the program. Between the two stand
# transposes, axes and signs. The *gradient check* compares each entry of each
# gradient that the program returns with the central difference of the risk
# that the program computes. The two share nothing but the forward pass.
#
# By hand, for one entry:

# %%
def risk_with_weight(value):
    """Return the risk with W0[2, 1] replaced."""
    moved = W0.copy()
    moved[2, 1] = value
    return risk_of(moved, b0, W1, b1)


numerical = central_difference(risk_with_weight, W0[2, 1])
print(f"dR/dW0[2, 1]  backpropagation {dW0[2, 1]:.8f}")
print(f"              differences     {numerical:.8f}")


# %% [markdown]
# The course's `gradient_check` does this for all entries. It takes the
# function that gives the risk, a dictionary of the parameters, and a
# dictionary of the gradients under the same names. For each array it returns a
# report with the *relative error*
#
# $$\frac{\lVert g - n \rVert}{\lVert g \rVert + \lVert n \rVert},$$
#
# where $g$ is the analytical and $n$ the numerical gradient. The error is
# relative because a difference of $10^{-6}$ means nothing without the size of
# the gradient. For right gradients, in float64, it is about $10^{-10}$; for a
# real mistake usually more than $10^{-3}$. We draw the line at $10^{-7}$. In
# float32 the differences would drown in rounding, and the check would be
# worthless.
#
# (The last digit of such errors differs from machine to machine, hence powers
# of ten only.)

# %% tags=["nbval-ignore-output"]
def check_risk(**p):
    """Return the risk as a function of the named parameters."""
    return risk_of(p["W0"], p["b0"], p["W1"], p["b1"])


parameters = {"W0": W0, "b0": b0, "W1": W1, "b1": b1}
gradients = {"W0": dW0, "b0": db0, "W1": dW1, "b1": db1}
reports = gradient_check(check_risk, parameters, gradients)
print(table(reports))
assert worst(reports) < TOLERANCE

# %% [markdown]
# And a wrong gradient? We spoil a single entry, by one part in a hundred. A
# check that passed now would be no check.

# %%
spoilt = {name: array.copy() for name, array in gradients.items()}
spoilt["W0"][2, 1] *= 1.01
for report in gradient_check(check_risk, parameters, spoilt):
    if report.relative_error > TOLERANCE:
        print(f"{report.name}: relative error {report.relative_error:.1e}")
        print(f"  worst entry {report.index}: program says "
              f"{report.analytical:.6f}, differences {report.numerical:.6f}")
print("parameters checked:", sum(array.size for array in parameters.values()))

# %% [markdown]
# Even this small fault lies far above the line, and the report names the array
# and the entry.
#
# ### Where ReLU bends
#
# ReLU has a *kink* at 0. If $z$ changes sign between the two points of a
# difference, the difference averages over both sides of the kink, and
# disagrees with a gradient that is right. That is a false alarm, and one
# should be able to tell it from a true one. We provoke it: the bias of neuron
# 0 is set so that its argument for sample 0 is $3 \cdot 10^{-6}$, nearer to
# the kink than the step of $10^{-5}$.

# %%
b0_kink = b0.copy()
b0_kink[0] -= z0[0, 0] - 3e-6
at_kink = {"W0": W0, "b0": b0_kink, "W1": W1, "b1": b1}
z0_k, a0_k, z1_k, a1_k = forward_rows(x, W0, b0_kink, W1, b1)
delta1_k = a1_k - y
delta0_k = relu_prime(z0_k) * (delta1_k @ W1.T)
gradients_k = {
    "W0": x.T @ delta0_k / D,
    "b0": delta0_k.sum(axis=0) / D,
    "W1": a0_k.T @ delta1_k / D,
    "b1": delta1_k.sum(axis=0) / D,
}
alarm = gradient_check(check_risk, at_kink, gradients_k)
for r in alarm:
    print(f"{r.name}: passes = {r.relative_error < TOLERANCE}")


# %% [markdown]
# Two arrays fail though nothing is wrong with them. The argument `pattern`
# settles it: a function that returns on which side of its kink each neuron is.
# Entries whose two points give different patterns are counted as `kinks` and
# left out.

# %%
def open_gates(**p):
    """Return which gates are open."""
    return forward_rows(x, p["W0"], p["b0"], p["W1"], p["b1"])[0] > 0


for r in gradient_check(check_risk, at_kink, gradients_k, pattern=open_gates):
    print(f"{r.name}: {r.kinks} of {r.size} entries at a kink;"
          f" the others pass = {r.relative_error < TOLERANCE}")


# %% [markdown]
# Left out is not the same as tested. So when a kink is found, we draw a *new
# random point* and check all entries there. The next section does so.
#
# ## 7. The whole algorithm
#
# **B14** — the algorithm of the lecture:
#
# 1. draw $W^L$ and $b^L$ at random;
# 2. forward: all $z^L$ and $a^L$, from $L = 0$ to $H$ (F3);
# 3. backward: $\delta^H = a^H - y$ (B11), then $\delta^L$ from $L = H - 1$
#    down to 0 (B13);
# 4. on the way, the gradients $\partial R_D / \partial W^L$ and
#    $\partial R_D / \partial b^L$ (B7, B8);
# 5. update all $W^L$ and $b^L$ (B5, B6); then back to 2.
#
# Here it is for any number of layers. The parameters are in a dictionary,
# `W0`, `b0`, `W1`, ..., and the number of layers follows from its length.
# First the beginning, and the way forward. The random weights are scaled by
# $\sqrt{2/M}$ so that the activations of layer after layer stay of one size
# (He et al., 2015).

# %%
def initialise(sizes, rng):
    """Draw W^L and b^L; sizes are M, N of layer 0, N of layer 1, ..."""
    parameters = {}
    for L, (M, N) in enumerate(zip(sizes[:-1], sizes[1:])):
        scale = np.sqrt(2 / M)
        parameters[f"W{L}"] = scale * rng.standard_normal((M, N))
        parameters[f"b{L}"] = 0.1 * rng.standard_normal(N)
    return parameters


def forward(x, parameters, h):
    """Return the lists of all z^L and a^L of D rows x. Source: eq. F3."""
    H = len(parameters) // 2 - 1
    z, a, a_previous = [], [], x
    for L in range(H + 1):
        W, b = parameters[f"W{L}"], parameters[f"b{L}"]
        z.append(a_previous @ W + b)  # (D, N)  F3
        a.append(softmax(z[L]) if L == H else h(z[L]))  # (D, N)  F2, F5
        assert a[L].shape == (len(x), len(b))
        a_previous = a[L]
    return z, a


# %% [markdown]
# Then the way back, and the step. Read `backward` beside B11, B7, B8 and B13:
# each is one line.

# %%
def backward(x, y, z, a, parameters, h_prime):
    """Return dR/dW^L and dR/db^L of all layers. Source: eq. B7 to B13."""
    D, H = len(x), len(z) - 1
    gradients = {}
    delta = a[H] - y  # (D, N)  B11
    for L in range(H, -1, -1):
        a_previous = a[L - 1] if L > 0 else x
        gradients[f"W{L}"] = a_previous.T @ delta / D  # (M, N)  B7
        gradients[f"b{L}"] = np.sum(delta, axis=0) / D  # (N,)  B8
        if L > 0:
            W = parameters[f"W{L}"]
            delta = h_prime(z[L - 1]) * (delta @ W.T)  # (D, M)  B13
    return gradients


def update(parameters, gradients, learning_rate):
    """Return the parameters after one step downhill. Source: B5, B6."""
    return {
        name: parameters[name] - learning_rate * gradients[name]
        for name in parameters
    }


# %% [markdown]
# Two more pieces: the risk, with $\ln a_n^H = z_n^H - \ln S$ written out so
# that a probability that underflows to 0 does no harm (notebook 02), and the
# three activation functions with their derivatives. As on the slides, $h'$
# takes $z$.

# %%
def empirical_risk(y, zH):
    """Return the mean cross-entropy of D samples. Source: eq. B1, B4."""
    z = zH - np.max(zH, axis=1, keepdims=True)  # a^H stays the same
    ln_S = np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(np.sum(y * (z - ln_S), axis=1))


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), element by element."""
    return 1 / (1 + np.exp(-z))


def sigmoid_prime(z):
    """Return the derivative of the sigmoid at z."""
    return sigmoid(z) * (1 - sigmoid(z))


ACTIVATIONS = {
    "ReLU": (relu, relu_prime),
    "tanh": (np.tanh, h_prime_tanh),
    "sigmoid": (sigmoid, sigmoid_prime),
}

# %% [markdown]
# Does the algorithm do what B14 says? We let it run for three epochs with two
# hidden layers. On the left, the same three epochs with slopes from complex
# steps, without any backpropagation. The wrong version updates the output
# layer alone and leaves the hidden layers as they were drawn.

# %% tags=["equation-B14"]
rng = np.random.default_rng(SEED)
x, y = rng.normal(size=(8, 2)), np.eye(3)[rng.integers(3, size=8)]
right = initialise((2, 5, 4, 3), rng)
left, wrong = dict(right), dict(right)
for _ in range(3):  # epochs
    slopes = {}
    for name in left:
        def risk_with(array, name=name):
            z, a = forward(x, {**left, name: array}, np.tanh)
            return empirical_risk(y, z[-1])

        slopes[name] = derivative(risk_with, left[name])
    left = update(left, slopes, 0.5)
    z, a = forward(x, right, np.tanh)
    right = update(right, backward(x, y, z, a, right, h_prime_tanh), 0.5)
    z, a = forward(x, wrong, np.tanh)
    gradients = backward(x, y, z, a, wrong, h_prime_tanh)
    wrong = {**wrong, "W2": wrong["W2"] - 0.5 * gradients["W2"]}
sides = [flat(*side.values()) for side in (left, right, wrong)]
verify_equation("B14", *sides, without="with fixed hidden layers")


# %% [markdown]
# ### Checked: 1, 2 and 4 hidden layers, three activation functions
#
# Now the gradient check of `backward`, all entries of all arrays, for nine
# networks. Weights, biases, data and classes are random. If an entry meets a
# kink of ReLU, everything is drawn again.

# %%
def check_network(hidden, name, rng):
    """Return gradient reports at a random point, and the redraws before."""
    h, h_prime = ACTIVATIONS[name]
    for redraws in range(50):
        p = initialise((2, *[6] * hidden, 3), rng)
        x, y = rng.normal(size=(20, 2)), np.eye(3)[rng.integers(3, size=20)]

        def risk(x=x, y=y, **p):
            return empirical_risk(y, forward(x, p, h)[0][-1])

        def sides(x=x, **p):
            return [zL > 0 for zL in forward(x, p, h)[0][:-1]]

        z, a = forward(x, p, h)
        gradients = backward(x, y, z, a, p, h_prime)
        pattern = sides if name == "ReLU" else None
        reports = gradient_check(risk, p, gradients, pattern=pattern)
        if sum(report.kinks for report in reports) == 0:
            assert all(np.any(g != 0) for g in gradients.values())
            return reports, redraws
    raise RuntimeError("no point without kinks in 50 draws")


# %% [markdown]
# The table says how many entries were compared, and how often a kink made us
# draw again.

# %%
rng = np.random.default_rng(SEED)
all_reports, redrawn = {}, {}
for hidden in (1, 2, 4):
    for name in ACTIVATIONS:
        reports, redraws = check_network(hidden, name, rng)
        all_reports[hidden, name], redrawn[hidden, name] = reports, redraws
        assert all(report.checked == report.size for report in reports)
assert all(worst(r) < TOLERANCE for r in all_reports.values())

# %% tags=["draws"]
print("hidden  activation  arrays  entries  redrawn  error < 1e-7")
for (hidden, name), reports in all_reports.items():
    compared = sum(report.checked for report in reports)
    print(f"{hidden:6}  {name:10}{len(reports):8}{compared:9}"
          f"{redrawn[hidden, name]:9}  {worst(reports) < TOLERANCE}")

# %% [markdown]
# How far below the line are they? The figure shows the error of each array.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 3, height=2.8, sharey=True)
for ax, name in zip(axes, ACTIVATIONS):
    for hidden, marker, colour in zip((1, 2, 4), "os^", plotting.CLASSES):
        reports = all_reports[hidden, name]
        layers = [int(report.name[1:]) for report in reports]
        error = [report.relative_error for report in reports]
        label = f"{hidden} hidden"
        ax.semilogy(layers, error, marker, color=colour, label=label)
    ax.axhline(TOLERANCE, **plotting.STYLE["bound"])
    ax.set(title=name, xlabel="layer $L$", xticks=range(5))
axes[0].set(ylabel="relative error of an array", ylim=(1e-12, 1e-6))
axes[0].legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, 0.8))
plotting.show(
    fig,
    alt="""Relative error of the gradient of each array against its layer, in
    three panels for ReLU, tanh and sigmoid, with networks of 1, 2 and 4
    hidden layers. All points lie below the grey line at 1e-7. For the
    deep sigmoid network the errors grow towards layer 0.""",
    values=False,
)


# %% [markdown]
# Every array passes. One thing stands out: with the sigmoid, the error grows
# towards the first layer. Not because the formulas are worse there, but
# because the *gradient* is small: B13 multiplies by $h' \leq 1/4$ at each
# layer, and the same rounding weighs more on a smaller number. Notebook 06
# returns to these vanishing gradients.
#
# ## 8. Learning the moons
#
# The algorithm is right; now it may learn. Two hidden layers of 16 ReLUs,
# 2,000 epochs over the training sample.

# %%
def train(x, y, parameters, epochs, learning_rate, after_epoch=None):
    """Return parameters trained by full-batch descent. Source: eq. B14."""
    for epoch in range(epochs + 1):
        z, a = forward(x, parameters, relu)
        if after_epoch is not None:
            after_epoch(epoch, parameters)
        if epoch < epochs:
            gradients = backward(x, y, z, a, parameters, relu_prime)
            parameters = update(parameters, gradients, learning_rate)
    return parameters


def predict(x, parameters):
    """Return the likeliest class of each row. Source: eq. F6."""
    return np.argmax(forward(x, parameters, relu)[1][-1], axis=1)


def accuracy(x, k, parameters):
    """Return the share of rows that are put into their class k."""
    return np.mean(predict(x, parameters) == k)


# %%
EPOCHS, LEARNING_RATE = 2000, 0.1
SNAPSHOTS = (0, 20, 200, 2000)
x_train, y_train = x_moons[training], y_moons[training]
x_test, y_test = x_moons[test], y_moons[test]
k_train, k_test = k_moons[training], k_moons[test]
history, snapshots = [], {}


# %% [markdown]
# At each epoch the function `record` notes the risk and the accuracy on both
# samples. The test sample has no part in the updates.

# %%
def record(epoch, p):
    """Note risk and accuracy of both samples."""
    z = [forward(x, p, relu)[0][-1] for x in (x_train, x_test)]
    risks = [empirical_risk(y, zH) for y, zH in zip((y_train, y_test), z)]
    right = [
        np.mean(np.argmax(zH, axis=1) == k)
        for k, zH in zip((k_train, k_test), z)
    ]
    history.append(risks + right)
    if epoch in SNAPSHOTS:
        snapshots[epoch] = p


start = initialise((2, 16, 16, 2), np.random.default_rng(SEED))
moon_network = train(x_train, y_train, start, EPOCHS, LEARNING_RATE, record)
history = np.array(history)  # risk and accuracy: training, test
for epoch in SNAPSHOTS:
    print(f"epoch {epoch:4}: risk {history[epoch, 0]:.3f}, accuracy"
          f" training {history[epoch, 2]:.1%}, test {history[epoch, 3]:.1%}")


# %% [markdown]
# What does the boundary do meanwhile? Four moments, over the training sample:

# %% tags=["draws"]
def draw_boundary(ax, parameters):
    """Colour the plane by the probability of class 1, with a line at 1/2."""
    x1, x2 = np.linspace(-1.6, 2.6, 120), np.linspace(-1.1, 1.6, 120)
    grid = np.stack(np.meshgrid(x1, x2), axis=-1).reshape(-1, 2)
    p = forward(grid, parameters, relu)[1][-1][:, 1].reshape(120, 120)
    ax.contourf(x1, x2, p, [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0000001],
                cmap=plotting.SIGNED, vmin=-0.9, vmax=1.9)
    ax.contour(x1, x2, p, [0.5], colors="black", linewidths=1.5)


fig, axes = plotting.figure(1, 4, height=2.3, sharex=True, sharey=True)
for ax, (epoch, p) in zip(axes, snapshots.items()):
    draw_boundary(ax, p)
    plotting.points(ax, x_train, k_train, size=7)
    ax.set(title=f"epoch {epoch}", xlabel="$x_1$")
axes[0].set(ylabel="$x_2$")
shares = [f"{history[epoch, 2]:.1%}" for epoch in SNAPSHOTS]
plotting.show(
    fig,
    alt=f"""Two interleaved moons of points in the plane, blue and red, at four
    moments of the training, over colours for the probability of each class.
    The boundary is unrelated to the points at epoch 0, a cut with one bend
    at 20 and at 200, and follows the gap between the moons at 2,000.
    Training accuracies: {", ".join(shares)}.""",
)

# %% [markdown]
# First the network finds little more than a cut with one bend. It stays there
# for a long time; then the boundary turns at the other end as well, and
# follows the gap. The risk and the accuracy tell the same story in numbers:

# %%
end, turn = history[-1], int(np.argmin(history[:, 1]))
print(f"training risk {end[0]:.3f} at the end; test risk {end[1]:.3f},"
      f" but it had been {history[turn, 1]:.3f} at epoch {turn}")

# %% tags=["draws"]
fig, (left, right) = plotting.figure(1, 2, height=2.9)
epochs = np.arange(1, EPOCHS + 2)  # from 1, for the logarithmic axis
for column, sample in enumerate(("training", "test")):
    style = {**plotting.STYLE[sample], "marker": ""}
    left.semilogx(epochs, history[:, column], label=sample, **style)
    right.semilogx(epochs, 100 * history[:, 2 + column], **style)
left.set(title="Empirical risk", xlabel="epoch + 1", ylabel="$R_D$ (nats)")
right.set(title="Accuracy", xlabel="epoch + 1", ylabel="accuracy (%)")
left.legend()
plotting.show(
    fig,
    alt=f"""Risk and accuracy of the training and the test sample against the
    epoch, on a logarithmic axis. Both risks fall together at first. The test
    risk is least at epoch {turn}, {history[turn, 1]:.3f}; then the training
    risk falls on to {end[0]:.3f} while the test risk ends at {end[1]:.3f}.
    The accuracies end at {end[2]:.1%} and {end[3]:.1%}.""",
)


# %% [markdown]
# The two samples go together at first. Then they part: the training risk goes
# on falling, the test risk turns round.
#
# ### The training accuracy is not the honest one
#
# **O2** — the accuracy on the training sample is greater than that on the test
# sample, because the weights were chosen to fit the former. Where the test
# accuracy starts to fall while the training risk still falls, the network is
# *overtrained*.
#
# This is a statement about data, so we try it out: noisier moons, only 60
# training points, a network with two hidden layers of 32 neurons, five seeds.
# For comparison, a *second* test sample stands in for the training sample.
# Between two samples that the network has never seen, there is no reason why
# the same one should be the better each time.

# %%
def one_seed(seed):
    """Return training accuracy, two test accuracies, and the best test."""
    x, k = make_moons(860, noise=0.35, random_state=seed)
    y, reached = np.eye(2)[k], []

    def look(epoch, p):
        if epoch % 20 == 0:
            reached.append(accuracy(x[60:460], k[60:460], p))

    p = initialise((2, 32, 32, 2), np.random.default_rng(seed))
    p = train(x[:60], y[:60], p, 2000, 0.3, look)
    parts = (slice(60), slice(60, 460), slice(460, None))
    return [accuracy(x[part], k[part], p) for part in parts] + [max(reached)]


runs = np.array([one_seed(seed) for seed in range(5)])

# %% tags=["draws"]
print("seed  training   test  second test  test at its best epoch")
for seed, run in enumerate(runs):
    print(f"{seed:4}{run[0]:10.1%}{run[1]:7.1%}{run[2]:13.1%}{run[3]:11.1%}")

# %% [markdown]
# The training accuracy is near 100 % each time, the test accuracy far below.
# The last column is the highest test accuracy on the way: where it is above
# the one at the end, the training went on for too long. (Choosing the epoch by
# the *test* sample would again be dishonest; notebook 08 does it with a third
# sample.) The next cell prints how much higher the training accuracy is, by
# the course's rule for differences: the mean over the seeds with its 95 %
# interval, and "not distinguishable" if the interval contains zero.

# %% tags=["equation-O2"]
training_above = runs[:, 0] > runs[:, 1]
second_test_above = runs[:, 2] > runs[:, 1]
verify_equation(
    "O2",
    left=np.ones(len(runs)),  # "the training accuracy is above the test's"
    right=training_above.astype(float),
    wrong=second_test_above.astype(float),
    without="with a second test sample in place of the training sample",
)
excess = difference(100 * runs[:, 0], 100 * runs[:, 1])
second = difference(100 * runs[:, 2], 100 * runs[:, 1])
late = np.sum(runs[:, 3] > runs[:, 1])
print(f"training - test: {excess.in_words(digits=1)}")
print(f"second test - test: {second.in_words(digits=1)}")
print(f"trained for too long in {late} of {len(runs)} runs")


# %% [markdown]
# ### What the training sample does not show
#
# **O3** — the training sample must cover the whole distribution of $(X, Y)$.
#
# A network knows nothing of places where it had no data. We leave out of the
# training sample the left end of the upper moon ($x_1 < -0.2$, class 0), and
# train on 200 of the other points. A second network gets 200 points of the
# complete sample. Then both are tested on points inside and outside the part
# that was left out.

# %%
def missing_part(seed):
    """Return the accuracies (seen, missing) of both networks; the first."""
    x, k = make_moons(1200, noise=0.15, random_state=100 + seed)
    missing = (k == 0) & (x[:, 0] < -0.2)
    first, second = np.arange(1200) < 600, np.arange(1200) >= 600
    found, networks = [], []
    for allowed in (first & ~missing, first):
        rows = np.flatnonzero(allowed)[:200]
        p = initialise((2, 16, 16, 2), np.random.default_rng(seed))
        p = train(x[rows], np.eye(2)[k[rows]], p, 600, 0.3)
        for part in (second & ~missing, second & missing):
            found.append(accuracy(x[part], k[part], p))
        networks.append((p, x[rows], k[rows]))
    return found, networks


results = [missing_part(seed) for seed in range(5)]
found = np.array([row for row, _ in results])

# %% tags=["draws"]
print("training sample      seen part          missing part  (5 seeds)")
for name, columns in (("incomplete", [0, 1]), ("complete", [2, 3])):
    low, high = found[:, columns].min(axis=0), found[:, columns].max(axis=0)
    print(f"{name:15}{low[0]:8.1%} to {high[0]:6.1%}"
          f"{low[1]:11.1%} to {high[1]:6.1%}")

# %% [markdown]
# In the seen part nothing looks wrong: a test sample with the same gap would
# have praised both networks. In the missing part the answer of the first
# network is a matter of luck. The figure shows the seed with the least of it.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=2.7, sharex=True, sharey=True)
titles = ("Incomplete training sample", "Complete training sample")
unlucky = int(np.argmin(found[:, 1]))
for ax, title, used in zip(axes, titles, results[unlucky][1]):
    p, x_used, k_used = used
    draw_boundary(ax, p)
    plotting.points(ax, x_used, k_used)
    ax.plot([-1.45, -0.2, -0.2, -1.45, -1.45],
            [-0.45, -0.45, 1.45, 1.45, -0.45], "--", color="black", lw=1.2)
    ax.set(title=title, xlabel="$x_1$")
axes[0].set(ylabel="$x_2$")
plotting.show(
    fig,
    alt=f"""Boundaries of two networks over their training samples. On the left
    a dashed frame, where the left end of the blue moon should be, holds no
    blue points, and the network calls part of it red:
    {found[unlucky, 1]:.0%} of the missing points are recognised. On the
    right the frame is full of blue points, and the accuracy there is
    {found[unlucky, 3]:.0%}.""",
)

# %% tags=["equation-O3"]
complete_fails = found[:, 3] < found[:, 2] - 0.1
incomplete_fails = found[:, 1] < found[:, 0] - 0.1
verify_equation(
    "O3",
    left=np.ones(len(found)),  # "it fails in the missing part"
    right=incomplete_fails.astype(float),
    wrong=complete_fails.astype(float),
    without="with a complete training sample",
)

# %% [markdown]
# A well-known case is a classifier of photographs that had learned the tag of
# the photographer instead of the horse (Lapuschkin et al., 2019): all its
# horses carried the tag. Notebook 08 repeats this with digits.
#
# ## 9. Find the bug
#
# Here are eight backward passes for two hidden layers. Each is right but for
# *one* mistake, of a kind that has been published in tutorials. None stops
# with an error. First read them; then see what they do.
#
# All have the same arguments: rows `x` and `y`, the lists `z` and `a` of the
# forward pass (`z[0]` is $z^0$), and the matrices `W1` and `W2`. Make a note
# of what you find suspicious.

# %%
BUG_RATE = 0.15  # learning rate of this section


def suspect_A(x, y, z, a, W1, W2):
    D = len(x)
    delta2 = a[2] - y
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    delta0 = relu_prime(z[0]) * (delta1 @ W1)
    dW2, db2 = a[1].T @ delta2 / D, delta2.sum(axis=0) / D
    dW1, db1 = a[0].T @ delta1 / D, delta1.sum(axis=0) / D
    dW0, db0 = x.T @ delta0 / D, delta0.sum(axis=0) / D
    return {"W0": dW0, "b0": db0, "W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


def suspect_B(x, y, z, a, W1, W2):
    D = len(x)
    delta2 = a[2] - y
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    delta0 = relu_prime(z[0]) * (delta1 @ W1.T)
    dW2, db2 = a[1].T @ delta2 / D, delta2[0] / D
    dW1, db1 = a[0].T @ delta1 / D, delta1[0] / D
    dW0, db0 = x.T @ delta0 / D, delta0[0] / D
    return {"W0": dW0, "b0": db0, "W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


# %%
def suspect_C(x, y, z, a, W1, W2):
    D = len(x)
    delta2 = (a[2] - y) * a[2] * (1 - a[2])
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    delta0 = relu_prime(z[0]) * (delta1 @ W1.T)
    dW2, db2 = a[1].T @ delta2 / D, delta2.sum(axis=0) / D
    dW1, db1 = a[0].T @ delta1 / D, delta1.sum(axis=0) / D
    dW0, db0 = x.T @ delta0 / D, delta0.sum(axis=0) / D
    return {"W0": dW0, "b0": db0, "W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


def suspect_D(x, y, z, a, W1, W2):
    delta2 = a[2] - y
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    delta0 = relu_prime(z[0]) * (delta1 @ W1.T)
    dW2, db2 = a[1].T @ delta2, delta2.sum(axis=0)
    dW1, db1 = a[0].T @ delta1, delta1.sum(axis=0)
    dW0, db0 = x.T @ delta0, delta0.sum(axis=0)
    return {"W0": dW0, "b0": db0, "W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


# %% [markdown]
# Four more.

# %%
def suspect_E(x, y, z, a, W1, W2):
    D = len(x)
    delta2 = a[2] - y
    delta1 = (a[1] >= 0) * (delta2 @ W2.T)
    delta0 = (a[0] >= 0) * (delta1 @ W1.T)
    dW2, db2 = a[1].T @ delta2 / D, delta2.sum(axis=0) / D
    dW1, db1 = a[0].T @ delta1 / D, delta1.sum(axis=0) / D
    dW0, db0 = x.T @ delta0 / D, delta0.sum(axis=0) / D
    return {"W0": dW0, "b0": db0, "W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


def suspect_F(x, y, z, a, W1, W2):
    D = len(x)
    delta2 = y - a[2]
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    delta0 = relu_prime(z[0]) * (delta1 @ W1.T)
    dW2, db2 = a[1].T @ delta2 / D, delta2.sum(axis=0) / D
    dW1, db1 = a[0].T @ delta1 / D, delta1.sum(axis=0) / D
    dW0, db0 = x.T @ delta0 / D, delta0.sum(axis=0) / D
    return {"W0": dW0, "b0": db0, "W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


# %%
def suspect_G(x, y, z, a, W1, W2):
    D = len(x)
    delta2 = a[2] - y
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    dW2, db2 = a[1].T @ delta2 / D, delta2.sum(axis=0) / D
    dW1, db1 = a[0].T @ delta1 / D, delta1.sum(axis=0) / D
    W1 = W1 - BUG_RATE * dW1
    delta0 = relu_prime(z[0]) * (delta1 @ W1.T)
    dW0, db0 = x.T @ delta0 / D, delta0.sum(axis=0) / D
    return {"W0": dW0, "b0": db0, "W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


def suspect_H(x, y, z, a, W1, W2):
    D = len(x)
    delta2 = a[2] - y
    delta1 = relu_prime(z[1]) * (delta2 @ W2.T)
    delta0 = delta1 @ W1.T
    dW2, db2 = a[1].T @ delta2 / D, delta2.sum(axis=0) / D
    dW1, db1 = a[0].T @ delta1 / D, delta1.sum(axis=0) / D
    dW0, db0 = x.T @ delta0 / D, delta0.sum(axis=0) / D
    return {"W0": dW0, "b0": db0, "W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


# %% [markdown]
# First the usual test: does it learn? Each suspect trains a 2-12-12-2 network
# on the moons, from the same start. `backward` of section 7 takes part for
# comparison. A training whose risk passes 5 is stopped: it started below 1.

# %%
SUSPECTS = {
    "A": suspect_A, "B": suspect_B, "C": suspect_C, "D": suspect_D,
    "E": suspect_E, "F": suspect_F, "G": suspect_G, "H": suspect_H,
    "right": lambda x, y, z, a, W1, W2: backward(
        x, y, z, a, {"W1": W1, "W2": W2}, relu_prime
    ),
}


def train_with(suspect, epochs=1000):
    """Return the risks and the final parameters of a training."""
    p = initialise((2, 12, 12, 2), np.random.default_rng(SEED))
    risks = []
    for _ in range(epochs):
        z, a = forward(x_train, p, relu)
        risks.append(empirical_risk(y_train, z[-1]))
        if not risks[-1] < 5:
            break
        gradients = suspect(x_train, y_train, z, a, p["W1"], p["W2"])
        p = update(p, gradients, BUG_RATE)
    return np.array(risks), p


trained = {name: train_with(suspect) for name, suspect in SUSPECTS.items()}

# %% [markdown]
# Can you tell from the curves who is at fault?

# %% tags=["draws"]
fig, axes = plotting.figure(2, 4, height=3.6, sharex=True, sharey=True)
good = trained["right"][0]
for ax, name in zip(axes.flat, "ABCDEFGH"):
    risks = trained[name][0]
    ax.loglog(np.arange(1, len(good) + 1), good, **plotting.STYLE["bound"])
    ax.loglog(np.arange(1, len(risks) + 1), risks, color=plotting.BLUE)
    ax.set(title=name, ylim=(0.03, 6))
for ax in axes[1]:
    ax.set(xlabel="epoch")
for ax in axes[:, 0]:
    ax.set(ylabel="$R_D$ (nats)")
stopped = [n for n in "ABCDEFGH" if not trained[n][0][-1] < 5]
falling = [n for n in "ABCDEFGH" if trained[n][0][-1] < trained[n][0][0]]
plotting.show(
    fig,
    alt=f"""Eight small panels, one for each suspect, with its risk against the
    epoch on logarithmic axes over a grey line for the right backward pass.
    The risk falls for {", ".join(falling)}; it shoots up and is
    stopped for {" and ".join(stopped)}. Some of the falling curves lie
    nearly on the grey line.""",
)


# %% [markdown]
# Now the gradient check, at a random point without kinks, and the table of all
# the evidence.

# %%
def verdict(suspect, rng):
    """Return the arrays whose gradients fail the check."""
    for _ in range(50):
        p = initialise((2, 12, 12, 2), rng)
        rows = rng.choice(len(x_train), 20, replace=False)
        x, y = x_train[rows], y_train[rows]
        z, a = forward(x, p, relu)

        def risk(x=x, y=y, **p):
            return empirical_risk(y, forward(x, p, relu)[0][-1])

        def sides(x=x, **p):
            return [zL > 0 for zL in forward(x, p, relu)[0][:-1]]

        gradients = suspect(x, y, z, a, p["W1"], p["W2"])
        reports = gradient_check(risk, p, gradients, pattern=sides)
        if not any(report.kinks for report in reports):
            break
    return [r.name for r in reports if not r.relative_error < TOLERANCE]


failed = {
    name: verdict(suspect, np.random.default_rng(SEED))
    for name, suspect in SUSPECTS.items()
}

# %% tags=["draws"]
print("        falls  risk at end  test accuracy  gradient check fails for")
for name, (risks, p) in trained.items():
    end = f"{risks[-1]:.3f}" if risks[-1] < 5 else "stopped"
    print(f"{name:6}{'yes' if risks[-1] < risks[0] else 'no':>7}{end:>13}"
          f"{accuracy(x_test, k_test, p):15.1%}  "
          f"{' '.join(failed[name]) or '-'}")


# %% [markdown]
# Read the table slowly. For most of the suspects the risk falls, and some end
# with an accuracy as good as that of the right algorithm. Nobody who looked at
# the learning curve alone would suspect them. With other data, or more layers,
# their luck may end. The gradient check, at one random point and before any
# training, convicts all eight and acquits the ninth.
#
# It also gives clues. The wrong gradients always lie at the mistake and
# *before* it, towards layer 0, since $\delta$ travels that way. If only the
# biases fail, no $\delta$ can be wrong.
#
# ### Exercise 3.6 (25 minutes): name the mistakes
#
# Write `diagnose()`, which returns a dictionary with the keys `"A"` to `"H"`.
# The values are taken from this list; not all of them occur, and none occurs
# twice.
#
# | name | the mistake |
# | --- | --- |
# | `"1/D missing"` | the gradients are sums over the samples, not means |
# | `"1/D twice"` | the gradients are divided by $D$ two times |
# | `"bias of one sample"` | the gradients of the biases are not summed over the samples |
# | `"gate always open"` | the factor $h'$ is there, but it can never be 0 |
# | `"gate left out"` | one of the factors $h'$ is missing |
# | `"sign"` | the gradients point downhill, so that the update goes uphill |
# | `"softmax twice"` | the derivative of softmax is multiplied in again |
# | `"too early"` | a parameter is updated before its old value has been used everywhere |
# | `"transpose"` | a transpose is missing |
# | `"wrong activation"` | the gradient of a weight matrix is formed with the activation of the wrong layer |
#
# Example of the form: `return {"A": "sign", "B": "1/D twice", ...}` (this one
# is wrong).

# %% tags=["exercise-3.6"]
def diagnose():
    """Return the name of the mistake of each suspect, a dict."""
    ### BEGIN SOLUTION
    return {
        "A": "transpose",
        "B": "bias of one sample",
        "C": "softmax twice",
        "D": "1/D missing",
        "E": "gate always open",
        "F": "sign",
        "G": "too early",
        "H": "gate left out",
    }
    ### END SOLUTION


# %%
check("3.6", diagnose)
# hint("3.6")
# solution("3.6")

# %% [markdown] tags=["solution-only"]
# **Model answer: what each mistake does.**
#
# - **A** has `delta1 @ W1` for `delta1 @ W1.T`. $W^1$ is square here, so the
#   shapes fit. Only layer 0 is wrong, and the two later layers learn to make
#   up for it. With two hidden layers of different widths it would have been an
#   error of shapes: a reason to test with sizes that are all different.
# - **B** takes `delta[0]`, the row of sample 0, for the sum over the samples.
#   The weights are right, so only `b0`, `b1`, `b2` fail.
# - **C** multiplies by $a(1-a)$, which belongs to other losses, where it does
#   not cancel. The gradient is small where the network is sure, and learning
#   is slower.
# - **D** sums. With 200 samples the learning rate is in effect 200 times
#   larger, and the training blows up. With a learning rate 200 times smaller
#   it would have passed for right: only the gradient check sees it then.
# - **E** asks `a >= 0`. A ReLU's activation is never negative, so the gate is
#   always open. `z > 0` is right, and `a > 0` would be.
# - **F** has $y - a$ *and* a minus in the update: uphill. Either sign may be
#   chosen, not both.
# - **G** hands the *new* $W^1$ to the recursion. The error is of the order of
#   the learning rate, so it is small and almost invisible in training. The
#   gradient check sees it in `W0` and `b0`.
# - **H** forgets $h'(z^0)$ in one place. As in A, only layer 0 is wrong.

# %% [markdown]
# ## Summary
#
# A network is trained by making the empirical risk small, and the
# cross-entropy is the loss whose least value belongs to the most likely
# weights. Its gradient starts at the output as $\delta^H = a^H - y$ and is
# carried back layer by layer, $\delta^L = h'(z^L) \odot W^{L+1} \delta^{L+1}$;
# each weight's derivative is what enters the link times $\delta$ at its end.
# All of it costs at most two more forward passes, whatever the number of
# parameters. A falling loss does not show that the gradients are right:
# several wrong backward passes learn well. The gradient check does show it,
# for each entry of each array, and it belongs before the first training.

# %%
progress(3)

# %% [markdown]
# ## On your own
#
# - Write the proof of B11 for two classes and a single output
#   $a = 1/(1 + e^{-z})$ with $J = -y \ln a - (1 - y) \ln(1 - a)$. Which step
#   replaces $\sum_i y_i = 1$?
# - Replace the cross-entropy by the squared distance
#   $J = \tfrac{1}{2} \sum_n (a_n^H - y_n)^2$. Derive the new $\delta^H$, and
#   check it with `derivative`. What happens to it where the network is sure of
#   a wrong answer?
# - Suspect A learns although layer 0 gets a wrong $\delta^0$. How far can this
#   go? Replace $W^1$ in the recursion by a matrix of random numbers that never
#   changes, and see.
# - Add a bug of your own that the gradient check at a *random* point finds,
#   and that a check with all biases at 0 would not.
# - One step further back: what is $\partial J / \partial x$? Derive it from
#   $\delta^0$, and check it.
#
# ## Further reading
#
# - D. E. Rumelhart, G. E. Hinton and R. J. Williams, *Learning representations
#   by back-propagating errors*, Nature 323, 533 (1986).
# - M. A. Nielsen, *Neural Networks and Deep Learning* (2015), chapter 2.
# - I. Goodfellow, Y. Bengio and A. Courville, *Deep Learning* (2016), chapters
#   6 and 8.
# - K. He, X. Zhang, S. Ren and J. Sun, *Delving deep into rectifiers:
#   surpassing human-level performance on ImageNet classification*, ICCV
#   (2015).
# - S. Lapuschkin et al., *Unmasking Clever Hans predictors and assessing what
#   machines really learn*, Nature Communications 10, 1096 (2019).
# - W. Squire and G. Trapp, *Using complex variables to estimate derivatives of
#   real functions*, SIAM Review 40, 110 (1998).
# - T. P. Lillicrap, D. Cownden, D. B. Tweed and C. J. Akerman, *Random
#   synaptic feedback weights support error backpropagation for deep learning*,
#   Nature Communications 7, 13276 (2016): why suspect A may learn.
