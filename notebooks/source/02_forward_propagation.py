# %% [markdown]
# # 02 — What does a network compute?
#
# **What you will do.** Follow two numbers through a network on paper. Write
# `softmax`, and `forward` for a network of any depth. See a hidden layer make
# two rings separable by a straight line.
#
# **What you will learn.** What the lecture's symbols mean, in NumPy, too; why a
# layer is a matrix product; why it needs an activation function.
#
# **What you need.** Matrix products, NumPy, notebook 01. This notebook covers
# parts III and IV of the lecture.
#
# *Part of the course: theory. To run: at most 20 seconds on two processors. To
# study: 45 minutes, with everything 75.*

# %%
import copy
import timeit

import numpy as np
import pandas as pd
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle
from sklearn.datasets import load_sample_image, make_circles, make_moons
from threadpoolctl import threadpool_limits

from exercises import check, guess, hint, progress, reveal, solution
from helpers import layers, plotting
from helpers.data import load_mnist
from helpers.equations import verify_equation
from helpers.evidence import difference, mean_and_spread

threadpool_limits(limits=1)
SEED = 2
SIZES = [784, 128, 10]  # input, hidden layer, output layer
NETWORKS = 100  # untrained ones, for each width of the random weights

# %% [markdown]
# ## An image becomes a vector
#
# A network takes a list of numbers; a grey image is a table of numbers. We
# reduce a photograph (424 of its 427 rows) to 53 x 80 values between 0 and 1
# and *flatten* it: its rows are put one after another. The digits are
# flattened, too.

# %%
photo = load_sample_image("china.jpg") / 255  # by danielbuechele, CC BY 2.0
blocks = photo[:424].reshape(53, 8, 80, 8, 3)  # 8 x 8 pixels each
image = blocks.mean(axis=(1, 3, 4))
x_photo = image.reshape(-1)
print(photo.shape, "->", image.shape, "->", x_photo.shape)
data = load_mnist()
x, digits = data.x_train[:1000].astype(float), data.y_train[:1000]

# %% tags=["draws"]
places = [["photo", "grey"], ["vector", "vector"]]
fig, ax = plotting.figure(width=6.2, height=3.4)
ax.remove()
axes = fig.subplot_mosaic(places, height_ratios=[3, 2])
axes["photo"].imshow(photo[:424].reshape(106, 4, 160, 4, 3).mean((1, 3)))
axes["photo"].set_title("Photograph, 424 x 640 x 3")
axes["grey"].imshow(image, cmap="gray", vmin=0, vmax=1)
axes["grey"].set_title("Grey image, 53 x 80")
for name in ("photo", "grey"):
    axes[name].set(xlabel="column c", ylabel="row r")
axes["photo"].set_xticks([0, 75, 150], [0, 300, 600])
axes["photo"].set_yticks([0, 50, 100], [0, 200, 400])
ax = axes["vector"]
ax.plot(x_photo[:400], color=plotting.BLACK, lw=1)
for start in range(0, 401, 80):
    ax.axvline(start, color=plotting.GREY, linestyle=":", lw=1)
ax.set(xlabel="position i in the vector", ylabel="grey value $x_i$")
ax.set_title("The first 5 of the 53 rows, one after another")
plotting.show(fig, f"""A Chinese tower between trees by a lake, as a colour
    photograph and in {image.shape[0]} x {image.shape[1]} coarse grey squares.
    Below, a curve of the first 400 of {x_photo.size} grey values: it climbs
    from left to right and falls back at each of the dotted lines, which stand
    every 80 values; two sharp dips lie in the last two rows.""")

# %% [markdown]
# Between two dotted lines the curve crosses the image once. The two dips are
# the tip of the tower: one below the other in the image, 80 positions apart in
# the vector. The network does not know which pixels were neighbours.
#
# ## One neuron
#
# A neuron multiplies each input by a *weight* and adds the products and a
# number of its own, the *bias*. To this sum `z` it applies an *activation
# function* `h`; the result is its *activation* `a`. The figure shows the first
# neuron of a tiny network.

# %%
tiny = {
    "W0": np.array([[0.5, -1.0], [0.25, 0.5]]),  # rows: inputs
    "b0": np.array([0.0, 0.5]),
    "W1": np.array([[1.0, -1.0], [2.0, 0.5]]),
    "b1": np.array([-0.5, 0.5]),
}
x_tiny = np.array([[1.0, 2.0]])  # one sample, (1, 2)
y_tiny = np.array([[1, 0]])  # its class, 0, *one-hot*: a 1 in place 0

# %% tags=["draws"]
CENTRED = {"ha": "center", "va": "center"}
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
ARROW = {"arrowstyle": "-|>", "color": plotting.BLACK, "lw": 1.2}
(u, v), (p, q), bias = x_tiny[0], tiny["W0"][:, 0], tiny["b0"][0]
total = p * u + q * v + bias
fig, ax = plotting.figure(height=2.3)
ax.add_patch(FancyBboxPatch((2.9, -0.75), 4.1, 1.5, zorder=0,
             boxstyle="round,pad=0.2", fc="#EEF6FB", ec=plotting.SKY))
for left, y, text, colour in ((0, 1, f"$x_0$ = {u:g}", "#DDDDDD"),
                              (0, -1, f"$x_1$ = {v:g}", "#DDDDDD"),
                              (3.6, 0, "sum", "w"), (6.2, 0, "h", "w")):
    ax.add_patch(Circle((left, y), 0.62, fc=colour, ec="black", zorder=2))
    ax.text(left, y, text, fontsize=9, zorder=3, **CENTRED)
for start, end in (((0.6, 0.84), (3.02, 0.24)), ((0.6, -0.84), (3.02, -0.24)),
                   ((3.6, 1.4), (3.6, 0.64)), ((4.24, 0), (5.56, 0)),
                   ((6.84, 0), (8.2, 0))):
    ax.annotate("", end, start, arrowprops=ARROW)
for left, y, text, colour in (
        (1.75, 1.02, f"$w_{{00}}$ = {p:g}", plotting.BLUE),
        (1.75, -1.02, f"$w_{{10}}$ = {q:g}", plotting.BLUE),
        (4.3, 1.35, f"$b_0$ = {bias:g}", plotting.VERMILION),
        (4.9, 0.3, f"$z_0$ = {total:g}", plotting.BLACK),
        (8.9, 0, f"$a_0$ = {max(0, total):g}", plotting.BLACK)):
    ax.text(left, y, text, color=colour, **CENTRED)
ax.set(xlim=(-0.8, 9.8), ylim=(-1.75, 1.75), aspect="equal")
ax.set_axis_off()
ax.set_title("A neuron: weighted sum, bias, function")
plotting.show(fig, f"""Two circles, the inputs {u:g} and {v:g}, with arrows of
    weight {p:g} and {q:g} into a circle named sum, which a bias {bias:g}
    enters, too. Then z = {total:g}, a circle h, and a = {max(0, total):g}.""")


# %% [markdown]
# In the lecture's notation, in one step and in two:
#
# $$a_n^L = h\Big(\sum_i w_{in}^L\, a_i^{L-1} + b_n^L\Big) \tag{F1}$$
#
# $$z_n^L = \sum_i w_{in}^L\, a_i^{L-1} + b_n^L, \qquad a_n^L = h(z_n^L)
# \tag{F2}$$
#
# These are definitions. Upper indices `L` count layers (next section), lower
# ones neurons, from 0; a weight has two, *from* `i` *to* `n`. In the first
# layer the inputs are $x_i$. The usual activation function is ReLU, the
# *rectified linear unit*: $h(z) = \max(0, z)$.

# %%
def neuron(x, w, b):
    """Return z and a of one neuron with ReLU. Source: eq. F2."""
    z = b
    for i in range(len(x)):
        z = z + w[i] * x[i]
    return z, max(0, z)


for n in range(2):
    print("z, a:", *neuron(x_tiny[0], tiny["W0"][:, n], tiny["b0"][n]))

# %% [markdown]
# ## Layers of neurons
#
# A *multilayer perceptron* has an input, one or more *hidden layers* and an
# *output layer*. Each neuron receives the outputs of all neurons before it:
# such a layer is *fully connected* or *dense*.

# %% tags=["draws"]
HEIGHTS = (1.4375, 0.2875, -1.4375)  # of three circles; the last is apart


def draw_column(ax, left, texts, colour, layer):
    """Draw circles, what is in them and, on neurons, the arrow of the bias."""
    for y, text in zip(HEIGHTS, texts):
        ax.add_patch(Circle((left, y), 0.42, facecolor=colour,
                            edgecolor="black", zorder=2.5))
        if layer >= 0:
            ax.annotate("", (left + 0.3, y + 0.3), (left + 0.62, y + 0.62),
                        zorder=3, arrowprops={"arrowstyle": "-|>",
                                              "color": plotting.VERMILION})
            ax.text(left + 0.67, y + 0.62, f"$b_{{{text}}}^{layer}$",
                    fontsize=8, va="center", color=plotting.VERMILION,
                    bbox=PAPER)
            text = f"$z_{{{text}}}^{layer}$\n$a_{{{text}}}^{layer}$"
        ax.text(left, y, text, fontsize=7.5, zorder=3, linespacing=1.5,
                **CENTRED)
    for shift in (-0.12, 0.0, 0.12):
        ax.plot(left, shift - 0.575, "k.", markersize=2.5)


# %% tags=["draws"]
fig, ax = plotting.figure(width=6.4, height=3.7)
H = len(SIZES) - 2  # the output layer
for k, size in enumerate(SIZES):
    L, texts = k - 1, ["0", "1", str(size - 1)]
    above, colour = f"layer $L = {L}$ (hidden)", "#CFE6F5"
    below = f"$z^{L},\\ a^{L}$"
    if L == H:
        above, colour = f"layer $L = H = {H}$ (output)", "#FBE3C8"
    if k == 0:
        above, below, colour = "input", "$x$", "#DDDDDD"
        texts = [f"$x_{{{text}}}$" for text in texts]
    draw_column(ax, 4 * k, texts, colour, L)
    ax.text(4 * k, 2.6, above, weight="bold", **CENTRED)
    ax.text(4 * k, -2.5, f"{below}\n{size} {'neurons' if k else 'values'}",
            **CENTRED)
for L in range(H + 1):
    for line in np.array(np.meshgrid(HEIGHTS, HEIGHTS)).reshape(2, -1).T:
        ax.plot([4 * L, 4 * L + 4], line, color="#BBBBBB", lw=0.6, zorder=1)
    ax.plot([4 * L, 4 * L + 4], HEIGHTS[1::-1], color=plotting.BLUE, lw=2)
    ax.text(4 * L + 2.2, 1.04, f"$w_{{10}}^{L}$", color=plotting.BLUE,
            bbox=PAPER, **CENTRED)
    ax.text(4 * L + 2, -2.5, f"$W^{L}$: {SIZES[L]} x {SIZES[L + 1]}\n"
            f"$b^{L}$: {SIZES[L + 1]}", color=plotting.BLUE, **CENTRED)
ax.set(xlim=(-1.0, 4 * H + 5.5), ylim=(-3.1, 2.9), aspect="equal",
       title=f"A network {'-'.join(map(str, SIZES))}")
ax.axis("off")
plotting.show(fig, f"""Columns of circles: {SIZES[0]} inputs x, then layers of
    {' and '.join(map(str, SIZES[1:]))} neurons with z and a in them. Lines
    join every circle with all of the next column; one line of each set carries
    its weight, w 1 0. An arrow, the bias, enters each neuron, no input.""")

# %% [markdown]
# The input is no layer, because it has no weights and no biases. Layer 0 is the
# first hidden layer and layer $H$ the output, so there are `H` hidden layers.
# The weight $w_{mn}^L$ leads from neuron `m` to neuron `n`.
#
# > **Before you go on, 2.Q1.** How many weights and biases does this network
# > have? Write your guess into the next cell.

# %%
guess("2.Q1", 100_000)

# %%
total = sum(M * N + N for M, N in zip(SIZES[:-1], SIZES[1:]))
reveal("2.Q1", f"{total:,}")

# %% [markdown] tags=["answer-2.Q1"]
# **Answer (2.Q1).** $784 \cdot 128 + 128$ in the hidden layer and
# $128 \cdot 10 + 10$ in the output layer: $100\,480 + 1\,290 = 101\,770$.
# Nearly all of them are weights of the first layer.

# %% [markdown]
# ## A layer is a matrix product
#
# The weights form a matrix: a row for each of `M` inputs, a column for each of
# `N` neurons. The sum in a neuron runs over the *first* index; a matrix times a
# column sums over the second. So the lecture transposes:
#
# $$z^L = (W^L)^T a^{L-1} + b^L, \qquad a^L = h(z^L) \tag{F3}$$
#
# The cell computes both sides, by loops and by matrix, and a wrong version: a
# check that cannot fail is worth nothing.

# %% tags=["equation-F3"]
rng = np.random.default_rng(SEED)
a_before, W, b = (rng.normal(size=size) for size in (5, (5, 4), 4))
left = np.transpose([neuron(a_before, W[:, n], b[n]) for n in range(4)])
z, s = W.T @ a_before + b, W.T @ a_before
right, wrong = [z, np.maximum(z, 0)], [s, np.maximum(s, 0)]
verify_equation("F3", left, right, wrong, without="without the bias")


# %% [markdown]
# On paper a sample is a column. In the program each of the `D` samples is a
# **row** of `x`. Transposing both sides gives the layer for all samples:

# %%
def layer(x, W, b):
    """Return z (D, N) of a layer for D samples x (D, M). Source: eq. F3."""
    return x @ W + b


# %% tags=["draws"]
D, M, N = 6, 4, 3  # of the drawing
fig, ax = plotting.figure(height=2.2)
blocks = {  # left, rows, columns, colour, name, shape
    "x": (0, D, M, "#DDDDDD", "(D, M)"),
    "W": (6, M, N, "#CFE6F5", "(M, N)"),
    "b": (11, 1, N, "#F9D9C6", "(N,)"),
    "z": (16, D, N, "#FBE3C8", "(D, N)"),
}
for name, (left, rows, columns, colour, shape) in blocks.items():
    for r, c in np.ndindex(rows, columns):
        strong = (name, r) in (("x", 2), ("z", 2))
        ax.add_patch(Rectangle(
            (left + c, rows / 2 - 1 - r), 1, 1, ec="black", lw=0.7,
            fc=plotting.SKY if strong else colour))
    ax.text(left + columns / 2, 3.6, f"{name} {shape}", **CENTRED)
ax.text(10.1, 0, "+", fontsize=14, **CENTRED)
ax.text(15, 0, "=", fontsize=14, **CENTRED)
ax.text(5, 0, "@", fontsize=12, **CENTRED)
ax.text(-0.3, 0.5, "sample 2", ha="right", va="center", fontsize=9)
ax.set_title(f"A layer for {D} samples: {M} inputs, {N} neurons")
ax.set(xlim=(-3.5, 20), ylim=(-3.2, 4.2), aspect="equal")
ax.axis("off")
plotting.show(fig, f"""Four blocks of squares: x with {D} rows and {M} columns,
    W with {M} rows and {N} columns, the bias as one row of {N}, and z with
    {D} rows and {N} columns. One row is marked in x and in z: sample 2. The
    matrix product of x and W, plus b, is z.""")


# %% [markdown]
# NumPy adds the bias to every row (*broadcasting*). More: `docs/notation.md`.
#
# ## ReLU, and sparse activation
#
# The lecture has three reasons for ReLU: it is not linear, its derivative is
# simple, and its activation is *sparse*: many values are exactly zero. How
# many, for the digits and random weights?

# %%
def relu(z):
    """Return max(0, z), element by element. Source: eq. F4."""
    return np.maximum(z, 0)


rng = np.random.default_rng(SEED)
W0 = rng.normal(0, 0.05, SIZES[:2])
b0 = rng.normal(0, 0.05, SIZES[1])
z0 = layer(x, W0, b0)  # (D, N)  F3
a0 = relu(z0)  # (D, N)  F4
print(f"exact zeros: {np.mean(a0 == 0):.0%}")

# %% tags=["draws"]
fig, axes = plotting.figure(
    1, 2, height=2.8, gridspec_kw={"width_ratios": [3, 4]}
)
bins = np.linspace(-2, 3, 51)
off, on = z0[z0 <= 0], z0[z0 > 0]
axes[0].hist(off, bins, color="#C8C8C8", label="a = 0")
axes[0].hist(on, bins, color=plotting.BLUE, label="a = z")
axes[0].set(xlabel="$z^0$", ylabel="number of values", title="Cut at zero")
axes[0].legend(loc="upper right", handlelength=1)
shown = np.ma.masked_equal(a0[:12, :48], 0)
picture = axes[1].imshow(
    shown, cmap=plotting.AMOUNTS + "_r", vmin=0, aspect="auto")
axes[1].set_yticks(range(12), digits[:12])
axes[1].set(xlabel="neuron n", ylabel="image of the digit",
            title="Active neurons of 12 images")
fig.colorbar(picture, ax=axes[1], label="activation $a^0$")
plotting.show(fig, f"""A bell-shaped histogram of z0 around zero, its left
    side, {off.size / z0.size:.0%} of the values, in grey for a = 0. Beside it
    a table of {len(shown)} images by {shown.shape[1]} neurons: about half of
    the fields are white, exact zeros. Some columns are white or coloured for
    most images; no two rows have the same pattern. The colours go from yellow,
    nearly zero, to dark blue.""")

# %% [markdown]
# About half of the neurons are off, because random weights make `z` negative
# as often as positive. Which neurons are off depends on the image. As long as
# no neuron switches on or off, the output `z` of the last layer is linear in
# the input, plus a constant; for another image this may be another function.
#
# ## Softmax: from scores to probabilities
#
# The last layer gives a *score* (or *logit*) for each class. Softmax turns the
# scores into a discrete probability distribution:
#
# $$\sigma(z)_j = \frac{e^{z_j}}{\sum_{i} e^{z_i}} \tag{F5}$$
#
# All values are positive and they sum to 1 (in physics: the Boltzmann
# distribution). As written, it fails on a computer:

# %%
z = np.array([1000.0, 1001.0, 1002.0])
with np.errstate(over="ignore", invalid="ignore"):
    e = np.exp(z)
    print("exp(z): ", e)
    print("softmax:", e / np.sum(e))


# %% [markdown]
# The exponential *overflows*, and `inf / inf` is not a number. But only
# *differences* of scores matter: the same constant can be subtracted from all
# scores of a sample.
#
# ### Exercise 2.1 (12 minutes)
#
# Write `softmax(z)` for `z` of shape `(D, N)`: each **row** is a sample. Return
# probabilities of the same shape. Rows such as `[1000, 1001, 1002]` and
# `[-1000, -1001, -1002]` must work, also in the same array: choose the constant
# so that no exponential overflows and no sum is zero.
#
# By hand: `z = [[0, ln 3], [5, 5]]` gives `[[1/4, 3/4], [1/2, 1/2]]`.

# %% tags=["exercise-2.1"]
def softmax(z):
    """Return each row of z (D, N) as probabilities. Source: eq. F5."""
    ### BEGIN SOLUTION
    m = np.max(z, axis=1, keepdims=True)  # (D, 1)
    e = np.exp(z - m)  # (D, N), the largest of each row is 1
    return e / np.sum(e, axis=1, keepdims=True)
    ### END SOLUTION


# %%
check("2.1", softmax)
# hint("2.1")
# solution("2.1")

# %% [markdown]
# Your softmax of five scores, of shifted scores, and of scores times 3:

# %%
z = np.array([1.0, 3.0, -1.0, 2.0, 0.0])
rows = softmax(np.stack([z, z - z.max(), 3 * z])).round(6)
pd.DataFrame(rows, ["z", "z - max(z)", "3 z"])

# %% [markdown]
# The shift changes nothing; with the factor 3, the same class has the largest
# probability, now 0.95, and the smallest is 0.000006, not 0. But a much smaller
# exponential, such as `np.exp(-800)`, *underflows* to exactly 0, so a
# probability can be 0. Notebook 03 takes care of that.
#
# ## Forward propagation
#
# The input goes through all layers, from left to right. The predicted class is
# the output neuron with the largest probability:
#
# $$\text{class} = \operatorname{argmax}_n\, a_n^H \tag{F6}$$
#
# > **Before you go on, 2.Q2.** On paper: send the input `[2, 1]` through the
# > tiny network. What is the score of its first output neuron?

# %%
guess("2.Q2", 0.75)


# %% [markdown] tags=["answer-2.Q2"]
# **Answer (2.Q2).** The hidden neurons have
# $z_0^0 = 0.5 \cdot 2 + 0.25 \cdot 1 + 0 = 1.25$ and
# $z_1^0 = -1 \cdot 2 + 0.5 \cdot 1 + 0.5 = -1$. ReLU makes them 1.25 and 0. So
# $z_0^1 = 1 \cdot 1.25 + 2 \cdot 0 - 0.5 = 0.75$.

# %% [markdown]
# ### Exercise 2.2 (15 minutes)
#
# Write `forward(x, parameters)` for a network with any number of layers.
#
# - `parameters` is a dict such as `tiny`, with a pair of keys for each layer:
#   `"W0"`, `"b0"`, then `"W1"`, `"b1"`, ... A single pair means that there is no
#   hidden layer.
# - Hidden layers apply `relu`, the last layer applies `softmax`.
# - Return two lists, `z` and `a`, with one array `(D, N)` for each layer.
#
# Example: `forward(x_tiny, tiny)` gives `z[0] = [[1, 0.5]]` and
# `a[1] = [[0.852, 0.148]]`.

# %% tags=["exercise-2.2"]
def forward(x, parameters):
    """Return the lists of all z^L and a^L for D rows x. Source: eq. F3, F5."""
    ### BEGIN SOLUTION
    H = len(parameters) // 2 - 1  # the last layer
    z, a, a_before = [], [], x
    for L in range(H + 1):
        z.append(layer(a_before, parameters[f"W{L}"], parameters[f"b{L}"]))
        a.append(softmax(z[L]) if L == H else relu(z[L]))
        a_before = a[L]
    return z, a
    ### END SOLUTION


# %%
check("2.2", forward)
# hint("2.2")
# solution("2.2")

# %% [markdown]
# Your function computes the answer to 2.Q2, and all numbers of the figure:

# %%
z_tiny, a_tiny = forward(x_tiny, tiny)
x_paper = np.array([[2.0, 1.0]])  # of 2.Q2
reveal("2.Q2", round(float(forward(x_paper, tiny)[0][1][0, 0]), 3))

# %% tags=["draws"]
fig, ax = plotting.figure(height=3.2)
values = [[f"{value:g}" for value in x_tiny[0]]] + [
    [f"z = {u:.3g}\na = {v:.3g}" for u, v in zip(z_tiny[L][0], a_tiny[L][0])]
    for L in range(2)]
colours = "#DDDDDD", "#CFE6F5", "#FBE3C8"
for k, n in np.ndindex(3, 2):
    y = 1.1 - 2.2 * n
    ax.add_patch(Circle((4 * k, y), 0.72, fc=colours[k], ec="black"))
    ax.text(4 * k, y, values[k][n], fontsize=8.5, **CENTRED)
    if k == 0:
        ax.text(-0.9, y, f"$x_{n}$", ha="right", va="center")
        ax.text(8.95, y, f"class {n}, y = {y_tiny[0, n]}", va="center")
        continue
    ax.text(4 * k, y + 0.93, f"b = {tiny[f'b{k - 1}'][n]:g}", fontsize=8.5,
            color=plotting.VERMILION, **CENTRED)
    for m, w in enumerate(tiny[f"W{k - 1}"][:, n]):
        start = 1.1 - 2.2 * m
        ax.plot([4 * k - 4, 4 * k], [start, y], zorder=0, lw=1,
                color=plotting.BLUE)
        ax.text(4 * k - 2.8, start + 0.3 * (y - start), f"{w:g}", zorder=0.5,
                bbox=PAPER, fontsize=8.5, color=plotting.BLUE, **CENTRED)
for k, text in enumerate(("input", "hidden, ReLU", "output, softmax")):
    ax.text(4 * k, -2.25, text, **CENTRED)
ax.set(xlim=(-1.7, 11.2), ylim=(-2.6, 2.35), aspect="equal")
ax.axis("off")
p = a_tiny[1].round(3)
ax.set_title("The tiny network with all its numbers")
plotting.show(fig, f"""The tiny network with all its numbers: inputs 1 and 2;
    hidden z = a = {z_tiny[0][0]}; output z = {z_tiny[1][0]} and a = {p[0]}.
    Lines carry weights, neurons biases; y is 1 for class 0, else 0.""")

# %% [markdown]
# The network predicts class 0, the sample's class, with probability 85 %; 100 %
# would be ideal. Notebook 03 measures the difference by one number, the loss,
# and goes through the same network backwards.
#
# ## Without an activation function, layers collapse
#
# Without it, two layers are one layer, with the weights `W0 @ W1` and the
# biases `b0 @ W1 + b1`. The scores of the tiny network for `[2, 0]`:

# %%
W0, b0, W1, b1 = tiny.values()
x_other = np.array([[2.0, 0.0]])
hidden = layer(x_other, W0, b0)
pd.DataFrame({
    "two layers": layer(hidden, W1, b1)[0],
    "one layer": layer(x_other, W0 @ W1, b0 @ W1 + b1)[0],
    "two layers with ReLU": layer(relu(hidden), W1, b1)[0],
}).T

# %% [markdown]
# With ReLU it is another function.
#
# ## What a hidden layer does
#
# No straight line separates moons or rings (notebook 01). But the last layer
# of a network *is* a straight cut, of the activations that it receives. What
# has the hidden layer done, here with 8 neurons? (`layers.train` finds the
# weights, by the methods of notebooks 03 and 04.)

# %%
EPOCHS = 300  # passes over the 200 training points


def sample(name, D, seed):
    """Return D points (D, 2) and their classes (D,)."""
    if name == "moons":
        return make_moons(D, noise=0.15, random_state=seed)
    return make_circles(D, noise=0.1, factor=0.4, random_state=seed)


def train(points, k, sizes):
    """Return the parameters at the start and after each epoch."""
    rng = np.random.default_rng(SEED)
    states = [layers.initialise(sizes, rng, dtype=float)]
    layers.train(states[0], points, np.eye(2)[k], EPOCHS, 20, 0.2, rng,
                 after_epoch=lambda _, now: states.append(copy.deepcopy(now)))
    return states


# %% [markdown]
# The share of 4,000 *fresh* points that are classified right, without a hidden
# layer (`[2, 2]`) and with one:

# %%
seen, states, share = {}, {}, {}
for sizes in ([2, 2], [2, 8, 2]):
    share[str(sizes)] = {}
    for name in ("moons", "rings"):
        seen[name] = sample(name, 200, SEED)  # the training points
        fresh, k = sample(name, 4000, SEED + 1000)
        states[name] = train(*seen[name], sizes)
        predicted = np.argmax(forward(fresh, states[name][-1])[1][-1], axis=1)
        share[str(sizes)][name] = f"{np.mean(predicted == k):.0%}"
pd.DataFrame(share)


# %% [markdown]
# Training does not always succeed: with 2 of 20 values of `SEED` (7 and 15) the
# moons are at about 89 % after 300 epochs (2.Q10).
#
# The figure shows the training points in the plane, and after the hidden
# layer. Of its eight dimensions we draw two: the distance from the cut, and the
# direction along the cut in which the points spread most.

# %% tags=["draws"]
def draw_spaces(axes, name, parameters):
    """Draw points, kinks and boundary in the plane; the hidden space."""
    points, k = seen[name]
    steps = np.linspace(-2.2, 3.2, 160)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    *hidden, scores = forward(grid, parameters)[0]
    for z_n in np.hstack(hidden or [grid]).T.reshape(-1, 160, 160):
        axes[0].contour(steps, steps, z_n, [0], colors="#CCCCCC",
                        linewidths=0.8)
    score = np.diff(scores, axis=1).reshape(160, 160)
    axes[0].contour(steps, steps, score, [0], colors="black", linewidths=1.8)
    plotting.points(axes[0], points, k)
    limits = np.stack([points.min(axis=0), points.max(axis=0)]).T * 1.12
    axes[0].set(xlim=limits[0], ylim=limits[1], aspect="equal",
                xlabel="$x_0$", ylabel="$x_1$", title=f"{name} in the plane")
    a = [points, *forward(points, parameters)[1]][-2]  # the last one's input
    W, b = list(parameters.values())[-2:]
    normal = np.diff(W, axis=1)[:, 0]
    length = np.linalg.norm(normal)
    across = (a @ normal + np.diff(b)) / length
    rest = a - np.outer(a @ normal, normal) / length**2
    rest = rest - rest.mean(axis=0)
    _, _, V = np.linalg.svd(rest, full_matrices=False)
    V = V[0] * np.sign(V[0][np.argmax(np.abs(V[0]))])
    plotting.points(axes[1], np.stack([across, rest @ V], axis=1), k)
    axes[1].axvline(0, color="black", lw=1.8)
    axes[1].set(xlabel="signed distance", ylabel="along the cut",
                title="after the hidden layer" + "s" * (len(parameters) > 4))


# %% tags=["draws"]
fig, axes = plotting.figure(2, 2, width=6.2, height=4.8)
for row, name in zip(axes, ("moons", "rings")):
    draw_spaces(row, name, states[name][-1])
axes[0, 1].legend(handletextpad=0, fontsize=8)
moons, rings = list(share.values())[-1].values()
plotting.show(fig, f"""Left, moons and rings in the plane, with a black
    boundary made of straight pieces: it classifies {moons} of the fresh moons
    and {rings} of the fresh rings right; for the rings it is a closed line
    around the inner ring. Grey lines show where the hidden neurons switch on
    or off. Right, the same points after the hidden layer, where the boundary
    is one vertical straight line: class 0 is predicted on its left, class 1 on
    its right.""")

# %% [markdown]
# On one side of its grey line a neuron is off. Between the grey lines the
# scores are linear, plus a constant, so the boundary has straight pieces.
# After the hidden layer, a straight cut separates the classes with few
# mistakes. The training of the rings, step by step:

# %% tags=["draws"]
last = len(states["rings"]) - 1  # epochs of the training that was run
moments = sorted({min(e, last) for e in (0, 1, 4, 16, last)})
moments = moments if last else [0, 0]  # a movement has two frames or more
figures, right = [], []
for epoch in moments:
    fig, axes = plotting.figure(1, 2, width=4.8, height=2.4)
    draw_spaces(axes, "rings", states["rings"][epoch])
    figures.append(fig)
    right.append(axes[1])
ends = np.array([[ax.get_xlim(), ax.get_ylim()] for ax in right])
for ax in right:
    ax.set(xlim=(ends[:, 0].min(), ends[:, 0].max()),
           ylim=(ends[:, 1].min(), ends[:, 1].max()))
plotting.frames(
    figures, [f"after {e} epoch{'s' * (e != 1)}" for e in moments],
    """The two rings in the plane with the network's boundary, and the same
    points after the hidden layer with the straight cut, at several moments of
    the training: at first the cut does not separate the classes, in the
    end the boundary is closed and the cut separates the classes.""",
    start=len(moments) - 1)

# %% [markdown]
# ## A network that has learned nothing
#
# At the start of a training all weights are random.
#
# > **Before you go on, 2.Q3.** We draw 100 networks, 784-128-10. What percentage
# > of the 1,000 digits do they classify right, on average?

# %%
guess("2.Q3", 10)


# %%
def untrained(k, width=0.05):
    """Return network number k, its weights and biases drawn at random."""
    rng = np.random.default_rng([SEED, int(1000 * width), k])
    parameters = {}
    for L, (M, N) in enumerate(zip(SIZES[:-1], SIZES[1:])):
        parameters[f"W{L}"] = rng.normal(0, width, (M, N))
        parameters[f"b{L}"] = rng.normal(0, width, N)
    return parameters


answers = np.array([  # (networks, images)  F6
    np.argmax(forward(x, untrained(k))[1][-1], axis=1)
    for k in range(NETWORKS)
])
success = 100 * np.mean(answers == digits, axis=1)
reveal("2.Q3", f"{success.mean():.1f} %")

# %% [markdown] tags=["answer-2.Q3"]
# **Answer (2.Q3).** Before the weights are drawn, no output neuron is
# preferred: each of the ten wins with probability 1/10, whatever the image. So
# the mean of all networks is 10 %; the mean of a hundred is near it.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=2.7)
a1 = forward(x[:3], untrained(0))[1][-1]
for d, colour, marker in zip(range(3), plotting.CLASSES, "os^"):
    axes[0].plot(np.arange(10) + 0.2 * (d - 1), a1[d], marker, color=colour,
                 label=f"image of a {digits[d]}")
axes[0].axhline(0.1, color=plotting.BLACK, linestyle="--", lw=1)
axes[0].set(xlabel="output neuron n", ylabel="probability $a_n^1$")
axes[0].set(ylim=(0, 0.35), xticks=range(10), title="One network, 3 images")
axes[0].legend(ncols=2, fontsize=8, loc="upper left",
               columnspacing=0.8, handletextpad=0)
axes[1].hist(success, bins=np.arange(0, int(success.max()) + 2),
             color=plotting.GREY, edgecolor="white", lw=0.5)
axes[1].axvline(10, color=plotting.BLACK, linestyle="--", lw=1)
axes[1].set(xlabel="success in %", ylabel="networks")
axes[1].set_title(f"{len(success)} untrained networks")
plotting.show(fig, f"""Left, ten output probabilities for three images, all
    between {a1.min():.2f} and {a1.max():.2f} around the dashed line at 0.1,
    with a similar pattern for the three. Right, a histogram of the success of
    {len(success)} networks, around a dashed line at 10 %, from
    {success.min():.0f} to {success.max():.0f} %.""")

# %% [markdown]
# This is the lecture's *initial state*: outputs with similar values, and about
# one success in ten, like random guessing. Forward propagation does not use the
# class label. Notebook 03 begins there.
#
# ## Going further: untrained networks, looked at more closely
#
# If a ten-sided die chose each of the 1,000 answers, 10 % of them would be
# right, with a standard deviation of $\sqrt{0.1 \cdot 0.9 / 1000}$, 0.9 points.
# The networks scatter more. We also give each network's answers to the images
# in a random order:

# %%
rng = np.random.default_rng(SEED)
both = {"networks": answers, "shuffled": rng.permuted(answers, axis=1)}
rows = {}
for name, own in both.items():
    right = 100 * np.mean(own == digits, axis=1)
    favourite = [100 * np.bincount(one).max() / len(one) for one in own]
    rows[name] = [mean_and_spread(right)[1], np.mean(favourite)]
columns = ["scatter of the success (points)", "most frequent answer (%)"]
pd.DataFrame(rows, columns).T.round(1)

# %% [markdown]
# > **Question 2.Q4 (3 minutes).** Each network has a favourite answer, but
# > shuffling keeps it, so this is not the reason. What does shuffling destroy?

# %% [markdown] tags=["answer-2.Q4"]
# **Answer (2.Q4).** It separates the answer from the image. A network computes
# its answer from the image, and images of one digit resemble each other. In
# 41.4 % of the pairs, two images of one digit get the same answer; two images
# of different digits do so in 34.5 % (shuffled: 35.2 % each). Images of one
# digit that get the same answer are right or wrong *together*.
#
# How much does this scatter? A network with the favourite 3 gives the answer 3
# to many images of a 3, but only because it gives it to many images of *every*
# digit. So we take, for each digit `k`, the share of *its* images that get the
# answer `k`, minus the share of *all* images that get it. From network to
# network this excess scatters by 7.6 points (last column of the table that
# this code makes, a mean over the digits), for shuffled answers by 2.6. The
# success is about 10 % plus the mean of ten such values. If the ten were
# independent, their mean would scatter $\sqrt{10}$ times less: 2.4 and 0.8
# points. The success scatters more, by 2.7 and 0.9 points (with `SEED = 7` by
# 3.3 instead of 2.4): the ten are not quite independent, and the 10 % vary, too.

# %% tags=["answer-2.Q4"]
apart = digits[:, None] != digits
together = ~apart & ~np.eye(len(x), dtype=bool)  # two images of one digit
rows = {}
for name, own in both.items():
    pairs = [100 * np.mean([np.mean((one[:, None] == one)[which])
                            for one in own]) for which in (together, apart)]
    excess = [np.mean(own[:, digits == k] == k, axis=1)
              - np.mean(own == k, axis=1) for k in range(10)]
    scatter = [100 * mean_and_spread(each)[1] for each in excess]
    rows[name] = [*pairs, np.mean(scatter)]
columns = ["same answer, two images of one digit (%)", "of two digits (%)",
           "scatter of the excess (points)"]
pd.DataFrame(rows, columns).T.round(1)

# %%
# solution("2.Q4")

# %% [markdown]
# How alike the outputs are depends on the width of the random distribution.
# The table has the smallest and the largest of an image's ten outputs, each as
# a mean over images and networks, and the mean success minus 10 %, in points,
# with half of its 95 % interval.

# %%
rows = {}
for width in (0.01, 0.05, 1.0):
    a1 = [forward(x, untrained(k, width))[1][-1] for k in range(NETWORKS)]
    right = 100 * np.mean(np.argmax(a1, axis=2) == digits, axis=1)
    above = difference(right, np.full(NETWORKS, 10.0))
    rows[width] = {
        "smallest": np.mean(np.min(a1, axis=2)),
        "largest": np.mean(np.max(a1, axis=2)),
        "success - 10 %": above.mean, "±": above.half,
    }
pd.DataFrame(rows).T.rename_axis("width").round(3)


# %% [markdown]
# With small weights the ten outputs are nearly equal; with large weights one
# of them is nearly 1, chosen by chance: a network can be certain and wrong. No
# output neuron is preferred, so the mean of *all* such networks is exactly
# 10 %. An interval misses it one time in twenty; at least one of three
# intervals misses it in 14 % of the cases. With `SEED = 2` the second one does.
# Try other values of `SEED`.
#
# ## Going further: a sum of ReLUs follows a curve
#
# Take one input, one output, no softmax. A neuron with weight 1 and bias `-k` is
# a ramp: it is 0 up to its *kink* `x = k` and rises from there.
#
# ### Exercise 2.3 (15 minutes)
#
# Draw a tent: 0 up to `x = 0`, rising straight to 1 at `x = 1`, falling
# straight to 0 at `x = 2`, and 0 from there on. Write `tent()` that returns
# `W0, b0, W1, b1` of a network with three hidden neurons, of shapes `(1, 3)`,
# `(3,)`, `(3, 1)`, `(1,)`. Pencil and paper first.
#
# An example with one hidden neuron: a ramp that is 0 up to `x = 5` and then
# rises by 2 per unit has `W0 = [[1]]`, `b0 = [-5]`, `W1 = [[2]]`, `b1 = [0]`.

# %% tags=["exercise-2.3"]
def tent():
    """Return W0, b0, W1, b1 of a 1-3-1 network that draws a tent."""
    ### BEGIN SOLUTION
    W0 = np.array([[1.0, 1.0, 1.0]])
    b0 = np.array([0.0, -1.0, -2.0])  # kinks at 0, 1 and 2
    W1 = np.array([[1.0], [-2.0], [1.0]])  # slopes 0, 1, -1, 0
    b1 = np.array([0.0])
    return W0, b0, W1, b1
    ### END SOLUTION


# %%
check("2.3", tent)
# hint("2.3")
# solution("2.3")

# %% [markdown]
# The figure shows your tent, and the use of tents: if each *overlaps* half of
# the next one, and is multiplied by the value of a curve, they add up to a
# chain of straight pieces. Side by side, they would return to 0 between them.

# %%
def curve(x, W0, b0, W1, b1):
    """Return the output (D, 1) of a 1-N-1 network for x (D, 1)."""
    return layer(relu(layer(x, W0, b0)), W1, b1)


def damped(x):
    """Return a damped oscillation at x >= 0."""
    return np.exp(-x / 4) * np.cos(2 * x)


# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=2.6)
grid = np.linspace(-1, 9, 401)[:, None]
axes[0].plot(grid, curve(grid, *tent()), color=plotting.BLUE)
axes[0].set(xlim=(-1, 3), xlabel="x", ylabel="f(x)", title="Your tent")
total = np.zeros_like(grid)
for place in range(9):  # the top of each tent
    one = damped(float(place)) * curve(grid - place + 1, *tent())
    total = total + one
    axes[1].plot(grid, one, color="#BBBBBB", lw=0.9)
axes[1].plot(grid, total, color=plotting.BLUE, label="sum")
inside = (grid >= 0) & (grid <= 8)
axes[1].plot(grid[inside], damped(grid[inside]), "--", lw=1.2,
             color=plotting.BLACK, label="curve")
axes[1].set(xlim=(-1, 9), xlabel="x", title="Nine tents that overlap")
axes[1].legend()
plotting.show(fig, """Left, a tent that rises from 0 at x = 0 to 1 at x = 1
    and falls to 0 at x = 2. Right, nine grey tents of different heights, each
    overlapping its neighbours by half, and their blue sum, a chain of straight
    pieces that meets the dashed damped oscillation at each whole number.""")


# %% [markdown]
# The weight of a ramp in the output is the *change of slope* at its kink. So
# weights can be *read off* a curve, without tents. The network equals the curve
# at chosen points, the *knots*, and is straight between them:

# %%
def read_off(target, knots):
    """Return W0, b0, W1, b1 of a 1-N-1 network that follows target."""
    slopes = np.diff(target(knots)) / np.diff(knots)  # (N,)
    changes = np.diff(slopes, prepend=0)
    W0, b0 = np.ones((1, len(changes))), -knots[:-1]
    return W0, b0, changes[:, None], target(knots[:1])


# %% tags=["draws"]
grid = np.linspace(0, 8, 401)[:, None]
numbers, figures = [1, 2, 4, 8, 16, 32], []
for N in numbers:
    W0, b0, W1, b1 = read_off(damped, np.linspace(0, 8, N + 1))
    fig, ax = plotting.figure(width=5, height=2.6)
    ramps = ax.plot(grid, relu(layer(grid, W0, b0)) * W1.T, color="#BBBBBB",
                    lw=0.7)
    ramps[0].set_label("ramps, times their weights")
    ax.plot(grid, damped(grid), "--", color=plotting.BLACK, lw=1.2,
            label="curve")
    ax.plot(grid, curve(grid, W0, b0, W1, b1), color=plotting.BLUE,
            label="network")
    ax.set(ylim=(-1.1, 1.5), xlabel="x", ylabel="f(x)")
    ax.set_title(f"{N} hidden neuron{'s' * (N > 1)}")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=8)
    figures.append(fig)
plotting.frames(
    figures, [f"{N} hidden neuron{'s' * (N > 1)}" for N in numbers],
    """A dashed damped oscillation and the output of networks with 1 to 32
    hidden neurons. One neuron gives one straight line; with 8 the swings are
    there, with corners; with 32 the two lines lie on each other. Grey ramps
    fan out from the zero line.""", start=3)

# %% [markdown]
# With 8 neurons the swings are there, with corners; with 32 the two lines can
# hardly be told apart. A hidden layer that is wide enough can follow any
# function that is continuous **on a closed, bounded interval** as closely as
# one wants (Leshno et al. 1993, for ReLU and all usual functions that are not
# polynomials; Cybenko and Hornik et al. 1989, for S-shaped ones). The theorem
# says that such weights exist; it does not say that training finds them.
#
# How fast does the error fall with the width `N`? A straight piece of length
# `8 / N` misses a curve by at most $(8/N)^2 \max|f''| / 8$: we expect an error
# like $1/N^2$.

# %% tags=["draws"]
fine = np.linspace(0, 8, 20001)
second = np.diff(damped(fine), 2) / (fine[1] - fine[0]) ** 2  # f''
widths, errors = 2 ** np.arange(0, 11), []
for N in widths:
    f = curve(fine[:, None], *read_off(damped, np.linspace(0, 8, N + 1)))
    errors.append(np.max(np.abs(f[:, 0] - damped(fine))))
bounds = np.max(np.abs(second)) * (8 / widths) ** 2 / 8
slope = np.log2(errors[-1] / errors[-2])
fig, ax = plotting.figure(width=4.6, height=2.7)
ax.loglog(widths, errors, "o-", color=plotting.BLUE, label="largest error")
ax.loglog(widths, bounds, **plotting.STYLE["bound"],
          label=r"$(8/N)^2 \max|f''|/8$")
ax.set(xlabel="hidden neurons N", ylabel="error")
ax.set_title(f"The error falls with slope {slope:.2f}")
ax.legend()
plotting.show(fig, f"""Largest error against the number of hidden neurons, both
    axes logarithmic: from {errors[0]:.1f} at one neuron to {errors[-1]:.0e}
    at {widths[-1]}; from about 32 neurons on close to the dash-dotted bound
    above it, a straight line of slope -2.""")


# %% [markdown]
# ## Going further: from one digit to another
#
# Layers without activation function are one layer, and one layer is linear: on
# the straight line from one digit (at `t = 0`) to another (at `t = 1`) its output
# changes at a constant rate. With ReLU it does not:

# %%
def collapse(parameters):
    """Return the one W and b that equal all layers without h."""
    W, b = parameters["W0"], parameters["b0"]
    for L in range(1, len(parameters) // 2):
        W_next = parameters[f"W{L}"]
        W, b = W @ W_next, b @ W_next + parameters[f"b{L}"]
    return W, b


t = np.linspace(-1, 2, 301)
x_t = (1 - t)[:, None] * x[0] + t[:, None] * x[1]  # (301, 784)
network = untrained(0)
curves = {
    "without h": layer(x_t, *collapse(network))[:, 0],
    "with ReLU": forward(x_t, network)[0][-1][:, 0],
}

# %% tags=["draws"]
fig, ax = plotting.figure(height=2.8)
ax.plot(t, curves["without h"], "--", color=plotting.GREY, label="without h")
ax.plot(t, curves["with ReLU"], color=plotting.BLUE, label="with ReLU")
for place in (0, 1):
    ax.axvline(place, color=plotting.GREY, linestyle=":", lw=1)
    ax.text(place + 0.02, 0.02, f"the digit {digits[place]}",
            transform=ax.get_xaxis_transform())
ax.set(xlabel="position t on the line",
       ylabel=f"score $z_0^{len(SIZES) - 2}$")
ax.set_title("The same weights, with and without h")
ax.legend()
plotting.show(fig, f"""The score of output neuron 0 against the position t on
    the line from a digit {digits[0]} at t = 0 to a digit {digits[1]} at t = 1
    and beyond. Without h it is a straight line; with ReLU the same weights
    give a bent curve.""")

# %% [markdown]
# ## Going further: activation functions and their derivatives
#
# $$h(z) = \max(0, z), \qquad h'(z) = 0\ (z < 0), \quad 1\ (z > 0)
# \tag{F4}$$
#
# (The lecture writes `f(x)`.) At `z = 0` there is no derivative; the program
# takes 0. So the derivative is a test, `z > 0`. We compare it with a difference
# quotient. The wrong version tests whether the *activation* is at least 0,
# which is always true. A widely read tutorial has this mistake (see *Further
# reading*).

# %% tags=["equation-F4"]
rng = np.random.default_rng(SEED)
z = rng.uniform(0.1, 3, 200) * rng.choice([-1, 1], 200)
step = 1e-3
slope = (relu(z + step) - relu(z - step)) / (2 * step)
left = [(z + np.abs(z)) / 2, slope]
right, wrong = [relu(z), z > 0], [relu(z), relu(z) >= 0]
verify_equation("F4", left, right, wrong, without="with a >= 0 for z > 0")

# %% tags=["draws"]
z = np.linspace(-5, 5, 1001)
s, u = 1 / (1 + np.exp(-z)), np.tanh(z)
functions = {"ReLU": (relu(z), 1.0 * (z > 0)), "sigmoid": (s, s * (1 - s)),
             "tanh": (u, 1 - u**2)}
fig, axes = plotting.figure(1, 3, height=2.5, sharey=True)
for ax, (name, (a, a_prime)) in zip(axes, functions.items()):
    ax.axhline(0, color=plotting.GREY, lw=0.6)
    ax.axvline(0, color=plotting.GREY, lw=0.6)
    ax.plot(z, a, color=plotting.BLACK, label="h(z)")
    ax.plot(z, a_prime, color=plotting.BLUE, linestyle="--", label="h'(z)")
    ax.set(title=name, xlabel="z", ylim=(-1.1, 2.6))
axes[0].set_ylabel("activation, derivative")
axes[0].legend(loc="upper left")
plotting.show(fig, f"""Three activation functions as solid lines: ReLU, zero
    and then a straight line; sigmoid, a step from 0 to 1; tanh, a step from -1
    to 1. Their derivatives, dashed: ReLU's jumps from 0 to 1 at z = 0, the
    sigmoid's is a bump of height {(s * (1 - s)).max():.2f}, tanh's a bump of
    height 1, both near zero at the edges.""")


# %% [markdown]
# Far from zero, the derivatives of sigmoid and tanh nearly vanish; ReLU's is 1
# wherever the neuron is active.
#
# ## Going further: three implementations of one layer
#
# Loops, a matrix for one sample, a matrix for all samples: the same results at
# different speed. The clock measures the layer alone, per sample.

# %%
def median_time(function, repeats=7):
    """Return the median duration of function() in s, after a first call."""
    function()
    return np.median(timeit.repeat(function, number=1, repeat=repeats))


# %% tags=["nbval-ignore-output"]
W0, b0 = untrained(0)["W0"], untrained(0)["b0"]
x_0, columns, b_0 = x[0].tolist(), W0.T.tolist(), b0.tolist()
seconds = pd.Series({
    "loops": median_time(
        lambda: [neuron(x_0, w, b) for w, b in zip(columns, b_0)]),
    "matrix, one sample": median_time(
        lambda: [W0.T @ x_d + b0 for x_d in x]) / len(x),
    "matrix, all samples": median_time(lambda: x @ W0 + b0) / len(x),
})
pd.DataFrame({"µs per sample": 1e6 * seconds,
              "times faster": seconds.iloc[0] / seconds}).round(1)

# %% [markdown]
# (Your numbers will differ.) With a matrix, Python no longer checks the type of
# every number. With all samples at once, the number of multiplications stays
# the same, but the matrix is fetched from memory once for many samples.

# %% tags=["instructor"]
z_loops = np.array([neuron(x_0, w, b)[0] for w, b in zip(columns, b_0)])
assert np.max(np.abs(z_loops - (x @ W0 + b0)[0])) < 1e-12
assert seconds.iloc[0] > 20 * seconds.iloc[1]
assert seconds.iloc[1] > seconds.iloc[2]

# %% [markdown]
# ## Summary
#
# A network multiplies by weights, adds biases and applies an activation
# function, layer by layer; a layer is one matrix product. Without the
# activation function all layers collapse into one; with it, a hidden layer can
# make classes separable by a straight cut. Softmax turns the scores into
# probabilities. With random weights, one answer in ten is right.
#
# ## On your own
#
# - **2.Q5.** A colleague builds twenty layers without activation functions,
#   with softmax at the end. Which boundaries between classes can it draw?
# - **2.Q6.** Send the photograph through a layer of 128 neurons. How many weights
#   does this layer need for the grey image? How many for the whole colour
#   photograph, 427 x 640 x 3?
# - **2.Q7.** Shuffle the 784 pixels of all digits in the same way, and the
#   rows of `W0` too. What happens to the outputs?
# - **2.Q8.** Place the knots of `read_off` more densely where the curve bends
#   more. How much smaller is the error with 16 neurons?
# - **2.Q9.** Set all weights and biases to the same value. What do the hidden
#   neurons have in common?
# - **2.Q10.** Train the moons with 3 hidden neurons instead of 8, with several
#   values of `SEED`. Is the result always the same?

# %% [markdown] tags=["answer-2.Q5"]
# **Answer (2.Q5).** The twenty layers equal one, so the scores are linear in
# $x$. Softmax does not change their order: class $j$ wins over class $k$ where
# $z_j > z_k$, on one side of a hyperplane (with two inputs, a straight line).
# All boundaries are pieces of hyperplanes, the straight cuts of notebook 01. A
# narrow layer in between allows even fewer boundaries: a product of matrices
# has at most the rank of its narrowest factor.

# %% [markdown] tags=["answer-2.Q6"]
# **Answer (2.Q6).** $4240 \cdot 128 = 542\,720$, and
# $427 \cdot 640 \cdot 3 \cdot 128 = 104\,939\,520$, a hundred million.

# %% [markdown] tags=["answer-2.Q7"]
# **Answer (2.Q7).** The outputs stay the same, to rounding: each product
# $w_{in} x_i$ only changes its place in the sum. The network knows nothing of
# neighbourhood; the order of the inputs means nothing to it.

# %% [markdown] tags=["answer-2.Q8"]
# **Answer (2.Q8).** About 40 % of it remains: with knots whose density grows
# like the square root of $|f''|$, the largest error falls from 0.087 to 0.035.
# (The error of a piece of length $\Delta$ is about $\Delta^2 |f''| / 8$, so this
# density makes the errors nearly equal: in 13 of the 16 pieces they are 0.030
# to 0.035. In the other three the curve has an inflection point near the middle
# of the piece, and the errors are smaller.)

# %% [markdown] tags=["answer-2.Q9"]
# **Answer (2.Q9).** All hidden neurons compute the same activation, so the
# layer is worth one neuron. A rule that changes the weights by what the
# neurons compute changes all of them in the same way, and they stay equal.
# Random initial weights break this symmetry.

# %% [markdown] tags=["answer-2.Q10"]
# **Answer (2.Q10).** No. With 20 values of `SEED` (0 to 19), 3 hidden neurons
# classified more than 95 % of the fresh points right in 6 cases, and 86 to 90 %
# in the other 14, like a straight line; with 1,500 epochs it is 6 cases again.
# With 8 neurons it was 18 of 20. Of the other two, `SEED = 15` reaches 99 % with
# 1,500 epochs, but `SEED = 7` is still at 89 % after 3,000 (a learning rate of 1
# helps). That good weights *exist* does not mean that training finds them.

# %% [markdown]
# ## Further reading
#
# - M. Nielsen, *Neural Networks and Deep Learning* (2015), chapters 1 and 4.
# - F. Rosenblatt, "The perceptron", Psychological Review 65, 386 (1958).
# - M. Leshno, V. Lin, A. Pinkus and S. Schocken, "Multilayer feedforward
#   networks with a nonpolynomial activation function can approximate any
#   function", Neural Networks 6, 861 (1993).
# - G. Cybenko, "Approximation by superpositions of a sigmoidal function",
#   Mathematics of Control, Signals and Systems 2, 303 (1989); K. Hornik, M.
#   Stinchcombe and H. White, Neural Networks 2, 359 (1989).
# - X. Glorot, A. Bordes and Y. Bengio, "Deep sparse rectifier neural
#   networks", AISTATS, PMLR 15, 315 (2011).
# - P. Blanchard, D. J. Higham and N. J. Higham, "Accurately computing the
#   log-sum-exp and softmax functions", IMA Journal of Numerical Analysis 41,
#   2311 (2021).
# - The derivative with the wrong test:
#   [Deep learning on MNIST](https://github.com/numpy/numpy-tutorials/blob/main/content/tutorial-deep-learning-on-mnist.md),
#   `relu2deriv`, which is called with the activation.

# %%
progress(2)
