# %% [markdown]
# # 02 — What does a network compute?
#
# **What you will do.** Unfold an image to a vector, follow it through one
# neuron, one layer and a whole network, and write each of these steps
# yourself. Draw a curve with ReLUs. Make softmax safe against overflow. In
# the end, show real digits to a network that has learned nothing.
#
# **What you will learn.** What the symbols $x, W^L, b^L, z^L, a^L$ of the
# lecture stand for and what they are called in NumPy; why a layer is one
# matrix product; what the activation function is for; what the ten numbers
# that come out mean.
#
# **What you need.** Matrix products, the derivative of a function of one
# variable, and NumPy arrays. Notebook 01 says why a straight cut is not
# enough; here comes the function that does better.
#
# *Part of the course: theory. To run: at most 20 seconds on two processors. To
# study: 100 minutes, the six exercises included.*

# %%
import math
import os
import time

import numpy as np
from matplotlib.patches import Circle
from sklearn.datasets import load_sample_image
from threadpoolctl import threadpool_limits

from exercises import check, hint, progress, solution
from helpers import plotting
from helpers.data import load_mnist
from helpers.equations import verify_equation
from helpers.evidence import difference

threadpool_limits(limits=1)
SEED = 2
SIZES = [784, 128, 10]  # input, hidden layer, output layer

# %% [markdown]
# ## An image becomes a vector
#
# A network reads numbers, in a row. A photograph is a table of numbers: three
# for every pixel, the amounts of red, green and blue, from 0 to 255.
#
# We take a real photograph and make it small. The division by 255 brings the
# values to $[0, 1]$, the mean over blocks of 8 x 8 pixels leaves few enough of
# them to count, and the mean of the three colours gives one grey value a
# pixel. The last line unfolds the table to a vector.

# %%
photo = load_sample_image("china.jpg") / 255  # rows, columns, colours
blocks = photo[:424].reshape(53, 8, 80, 8, 3)  # 3 rows are left over
colour = blocks.mean(axis=(1, 3))
image = colour.mean(axis=2)
x_photo = image.reshape(-1)  # row after row

print("photograph:", photo.shape)
print("small:     ", colour.shape)
print("grey:      ", image.shape)
print("vector x:  ", x_photo.shape)
print("all in [0, 1]:", x_photo.min() >= 0 and x_photo.max() <= 1)

# %% [markdown]
# The next figure shows the photograph, the small grey image, and the vector.
# The vector is drawn as a curve, value against place, for the first five of
# its image rows; the whole would be a black band.

# %% tags=["draws"]
places = [["photo", "grey"], ["vector", "vector"]]
fig, ax = plotting.figure(height=4.4)
ax.remove()
axes = fig.subplot_mosaic(places, height_ratios=[3, 2])
axes["photo"].imshow(photo)
axes["photo"].set_title("Photograph, 427 x 640 x 3")
axes["grey"].imshow(image, cmap="gray", vmin=0, vmax=1)
axes["grey"].set_title("Grey image, 53 x 80 x 1")
for name in ("photo", "grey"):
    axes[name].set(xlabel="column c", ylabel="row r")
ax = axes["vector"]
ax.plot(x_photo[:400], color=plotting.BLACK, lw=1)
for start in range(0, 401, 80):
    ax.axvline(start, color=plotting.GREY, linestyle=":", lw=1)
ax.set(xlabel="place i in the vector", ylabel="grey value $x_i$")
ax.set_title("The first 5 of 53 rows, one behind the other")
plotting.show(fig, f"""A Chinese tower between trees by a lake, as a colour
    photograph and in {image.shape[0]} x {image.shape[1]} coarse grey squares.
    Below, a curve of the first 400 of {x_photo.size} grey values: it climbs
    from left to right and falls back at each of the dotted lines, which stand
    every 80 values; two sharp dips lie in the last two rows.""")

# %% [markdown]
# *(Photograph: danielbuechele, licence CC BY 2.0, shipped with scikit-learn.)*
#
# Between two dotted lines you walk once across the picture, from left to
# right; the sky gets brighter on the way. At each line you start again at the
# left edge. The two dips are the tip of the tower: one below the other in the
# picture, 80 places apart in the vector. The pixel in row $r$ and column $c$
# of an image 80 wide has gone to place $80\,r + c$.
#
# Nothing is lost: the way back is another `reshape`. What *is* lost, for the
# network, is the knowledge of who was whose neighbour: for it, $x$ is a list.
#
# The digits of the course go the same way.

# %%
r, c = 30, 17
data = load_mnist()
x, digits = data.x_train[:1000].astype(float), data.y_train[:1000]

print("same pixel:", x_photo[80 * r + c] == image[r, c])
print("and back:  ", np.array_equal(x_photo.reshape(53, 80), image))
print("values of the photograph:", x_photo.size)
print("values of a digit:       ", x[0].size, "= 28 * 28 =", 28 * 28)
print("a thousand digits, one row each:", x.shape)

# %% [markdown]
# ## The network, drawn
#
# Between the vector and the answer stand *layers* of *neurons*. The drawing
# shows the network of this notebook, with the lecture's names on it. Look for
# three things: where the counting of the layers begins, what sits on a line,
# and what sits in a circle.

# %% tags=["draws"]
HEIGHTS = (1.4375, 0.2875, -1.4375)  # of three circles; the last is apart
CENTRED = {"ha": "center", "va": "center"}
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}


def draw_column(ax, left, texts, colour, layer):
    """Draw circles, what is in them and, on neurons, the arrow of the bias."""
    for y, text in zip(HEIGHTS, texts):
        ax.add_patch(Circle((left, y), 0.36, facecolor=colour,
                            edgecolor="black", zorder=2))
        if layer >= 0:
            ax.annotate("", (left + 0.26, y + 0.26), (left + 0.56, y + 0.56),
                        zorder=3, arrowprops={"arrowstyle": "-|>",
                                              "color": plotting.VERMILION})
            ax.text(left + 0.61, y + 0.56, f"$b_{{{text}}}^{layer}$",
                    fontsize=8, va="center", color=plotting.VERMILION,
                    bbox=PAPER)
            text = f"$a_{{{text}}}^{layer}$"
        ax.text(left, y, text, fontsize=9, zorder=3, **CENTRED)
    for shift in (-0.12, 0.0, 0.12):
        ax.plot(left, shift - 0.575, "k.", markersize=2.5)


# %% tags=["draws"]
fig, ax = plotting.figure(height=4.2)
last = [str(size - 1) for size in SIZES]
columns = (["$x_0$", "$x_1$", f"$x_{{{last[0]}}}$"], "#DDDDDD", "input"), (
    ["0", "1", last[1]], "#CFE6F5", "layer $L = 0$"), (
    ["0", "1", last[2]], "#FBE3C8", "layer $L = H = 1$")
below = "$x$", "$z^0,\\ a^0$", "$z^1,\\ a^1$"
for k, (texts, colour, above) in enumerate(columns):
    draw_column(ax, 4 * k, texts, colour, k - 1)
    size = f"{SIZES[k]} {'neurons' if k else 'values'}"
    ax.text(4 * k, 2.6, above, weight="bold", **CENTRED)
    ax.text(4 * k, -2.5, f"{below[k]}\n{size}", **CENTRED)
for L, (M, N) in enumerate(zip(SIZES[:-1], SIZES[1:])):
    for line in np.array(np.meshgrid(HEIGHTS, HEIGHTS)).reshape(2, -1).T:
        ax.plot([4 * L, 4 * L + 4], line, color="#BBBBBB", lw=0.6, zorder=1)
    ax.plot([4 * L, 4 * L + 4], HEIGHTS[1::-1], color=plotting.BLUE, lw=2,
            zorder=1)
    ax.text(4 * L + 2.2, 1.04, f"$w_{{10}}^{L}$", color=plotting.BLUE,
            bbox=PAPER, **CENTRED)
    ax.text(4 * L + 2, -2.5, f"$W^{L}$: {M} x {N}\n$b^{L}$: {N}",
            color=plotting.BLUE, **CENTRED)
ax.set(xlim=(-1.0, 9.3), ylim=(-3.1, 2.9), aspect="equal")
ax.set_title("Layer 0 is the first hidden layer")
ax.axis("off")
plotting.show(fig, f"""Three columns of circles: {SIZES[0]} inputs x,
    {SIZES[1]} neurons of layer 0 with their activations a0, {SIZES[2]}
    neurons of layer 1 with a1. Lines join every circle with all of the next
    column; one line of each set carries its weight, w 1 0. A short arrow, the
    bias, enters each neuron, and none enters an input.""")


# %% [markdown]
# - The input $x$ is **no layer**: it has no weights and no biases. Layer
#   $L = 0$ is the first hidden layer, layer $L = H$ the output. There are $H$
#   hidden layers, here one.
# - On each **line** sits a weight. $w_{mn}^L$ leads from neuron $m$ of layer
#   $L - 1$ to neuron $n$ of layer $L$: first index where it comes from, second
#   where it goes. The blue lines are $w_{10}^0$ and $w_{10}^1$.
# - In each **circle** of a layer sit two numbers: $z_n^L$, what arrives, and
#   $a_n^L$, what leaves. The bias $b_n^L$ belongs to the circle.
#
# We count neurons from 0, as Python does.
#
# ## One neuron
#
# A neuron adds up what arrives, each input times the weight of its line, and
# its own bias. Then it applies a function $h$, the *activation function*.
#
# **F2** $\quad z_n^L = \sum_i w_{in}^L\, a_i^{L-1} + b_n^L, \qquad
# a_n^L = h(z_n^L)$
#
# For the first layer the inputs are $x_i$ in place of $a_i^{L-1}$. As $h$ we
# take the one that deep networks use most, ReLU: $h(z) = \max(0, z)$.
#
# ### Exercise 2.1 (10 minutes)
#
# Write `neuron(x, w, b)`: `x` and `w` have `M` values each, `b` is a number.
# Return two numbers, `z` and `a`, with ReLU as $h$. Use a loop over the
# inputs; the next section will get rid of it.
#
# By hand: `x = [1, 2, 3]`, `w = [0.5, -1, 2]`, `b = 5` give
# $z = 0.5 - 2 + 6 + 5 = 9.5$ and $a = 9.5$. With `w = [0.5, 1, -2]` and
# `b = -1` they give $z = 0.5 + 2 - 6 - 1 = -4.5$ and $a = 0$.

# %% tags=["exercise-2.1"]
def neuron(x, w, b):
    """Return z and a of one neuron with ReLU. Source: eq. F2."""
    ### BEGIN SOLUTION
    z = b
    for i in range(len(x)):
        z = z + w[i] * x[i]
    a = max(0, z)
    return z, a
    ### END SOLUTION


# %%
check("2.1", neuron)
# hint("2.1")
# solution("2.1")

# %% [markdown]
# The course checks every equation of the lecture in a cell of its own: the
# left and the right side are computed in two different ways, on random values
# that are not zero, and compared. A check that cannot fail is worth nothing,
# so a deliberately wrong version of the equation is tried as well, and has to
# be refused.
#
# For F2, four neurons ($N = 4$) with five inputs ($M = 5$): on the left the
# loop, on the right a scalar product. $h$ is the hyperbolic tangent here,
# which hides no value behind a zero.

# %% tags=["equation-F2"]
M, N = 5, 4
rng = np.random.default_rng(SEED)
a_before = rng.uniform(0.5, 2, M)
W = rng.uniform(0.1, 0.5, (M, N)) * rng.choice([-1, 1], (M, N))
b = rng.uniform(0.2, 0.5, N)

z_left = np.copy(b)
for n in range(N):
    for i in range(M):
        z_left[n] += W[i, n] * a_before[i]
a_left = [math.tanh(z_n) for z_n in z_left]

z_right = [np.dot(W[:, n], a_before) + b[n] for n in range(N)]
z_wrong = [np.dot(W[:, n], a_before) for n in range(N)]
verify_equation(
    "F2",
    [z_left, a_left],
    [z_right, np.tanh(z_right)],
    [z_wrong, np.tanh(z_wrong)],
    without="without the bias",
)

# %% [markdown]
# The two steps can be written as one:
#
# **F1** $\quad a_n^L = h\left(\sum_i w_{in}^L\, a_i^{L-1} + b_n^L\right)$
#
# It says the same as F2, and hides $z$. We shall need $z$ by itself in
# notebook 03, so the course keeps the two steps. To compute the right side in
# another way than by the loop, we use an old trick: the bias is the weight of
# an additional input that always has the value 1.

# %% tags=["equation-F1"]
with_one = np.append(a_before, 1.0)  # (M + 1,)
W_and_b = np.vstack([W, b])  # (M + 1, N)

a_right = [np.tanh(W_and_b[:, n] @ with_one) for n in range(N)]
a_wrong = [W_and_b[:, n] @ with_one for n in range(N)]
verify_equation(
    "F1", a_left, a_right, a_wrong, without="without the function h"
)


# %% [markdown]
# ## A layer: from loops to a matrix
#
# A layer is many neurons with the same inputs. The readable way to compute it
# is one loop over the neurons $n$ around the loop over the inputs $i$.

# %%
def layer_loops(x, W, b):
    """Return z (N,) of one sample x (M,), by two loops. Source: eq. F2."""
    z = list(b)
    for n in range(len(b)):
        for i in range(len(x)):
            z[n] += W[i][n] * x[i]
    return z


print(np.array(layer_loops(a_before, W, b)).round(2))

# %% [markdown]
# Now look at the sum again: $\sum_i w_{in}\, x_i$. A matrix times a vector is
# $\sum_i A_{ni}\, x_i$, with the *second* index summed. In $W^L[m, n]$ it is
# the first, so the matrix has to be turned round first:
#
# **F3** $\quad z^L = (W^L)^T a^{L-1} + b^L, \qquad a^L = h(z^L)$
#
# and for $L = 0$ the input $x$ stands in place of $a^{L-1}$. Left: the loops.
# Right: the matrix.

# %% tags=["equation-F3"]
z_left = layer_loops(a_before, W, b)
a_left = [math.tanh(z_n) for z_n in z_left]

z_right = W.T @ a_before + b  # (N,)
z_wrong = W.T @ a_before
verify_equation(
    "F3",
    [z_left, a_left],
    [z_right, np.tanh(z_right)],
    [z_wrong, np.tanh(z_wrong)],
    without="without the bias",
)


# %% [markdown]
# ## D samples at once, and where the transpose went
#
# A training sample has thousands of images. They are stored as an array `x`
# of shape `(D, M)`: **each row is a sample**, as in every table of
# measurements. The slides write a sample as a column. Transposing both sides
# of F3 turns columns into rows:
#
# $$(W^T x)^T = x^T W$$
#
# so the row of sample $d$ is multiplied by $W$ *from the right*, and the
# transpose is gone. All rows can be multiplied in one go:
#
# $$z = x\,W + b, \qquad (D, N) = (D, M)\,(M, N) + (N,)$$
#
# NumPy adds the $N$ biases to every row (*broadcasting*). Why rows? Sample
# number $d$ is `x[d]`, the first 32 are `x[:32]`, and a row lies in one piece
# in the computer's memory.
#
# ### Exercise 2.2 (6 minutes)
#
# Write `layer(x, W, b)` for `x` of shape `(D, M)`, `W` of shape `(M, N)`, `b`
# of shape `(N,)`. Return `z`, of shape `(D, N)`, without an activation
# function. No loop is needed.
#
# By hand: `x = [[1, 2], [0, -1]]`, `W = [[1, 0, 2], [3, 1, -1]]` and
# `b = [10, 20, 30]` give `z = [[17, 22, 30], [7, 19, 31]]`.

# %% tags=["exercise-2.2"]
def layer(x, W, b):
    """Return z (D, N) of a layer for D samples x (D, M). Source: eq. F3."""
    ### BEGIN SOLUTION
    return x @ W + b
    ### END SOLUTION


# %%
check("2.2", layer)
# hint("2.2")
# solution("2.2")

# %% [markdown]
# Here is the dictionary for the whole course. Left, what the slides write for
# one sample; right, what the program says for $D$ samples at once.
#
# | slide notation | NumPy |
# | --- | --- |
# | $x$, with $M$ values | `x`, shape `(D, M)` |
# | $w_{mn}^L = W^L[m, n]$ | `W0[m, n]`, `W1[m, n]`, ... |
# | $W^0$, an $M \times N$ matrix | `W0`, shape `(M, N)` |
# | $b^0$, with $N$ values | `b0`, shape `(N,)` |
# | $z^0 = (W^0)^T x + b^0$ | `z0 = x @ W0 + b0`, shape `(D, N)` |
# | $a^0 = h(z^0)$ | `a0 = relu(z0)`, shape `(D, N)` |
# | $z^1 = (W^1)^T a^0 + b^1$ | `z1 = a0 @ W1 + b1` |
# | $a^1 = \sigma(z^1)$ | `a1 = softmax(z1)`, each row sums to 1 |
# | sample number $d$ | row `d`: `x[d]`, `z0[d]`, `a0[d]` |
# | $\sum$ over samples | `np.sum(..., axis=0)` |
# | $\sum$ over neurons | `np.sum(..., axis=1)` |
# | $u \odot v$, element by element | `u * v` |
#
# ## The same three times: first equal, then timed
#
# Loops, matrix and batch have to give the same values, up to rounding. Only
# then does it make sense to ask which is faster. We take 20 real digits and a
# layer of 128 neurons with random weights.

# %%
M, N = SIZES[0], SIZES[1]
rng = np.random.default_rng(SEED)
W0 = rng.normal(0, 0.05, (M, N))
b0 = rng.normal(0, 0.05, N)
few = x[:20]

z_loops = np.array([layer_loops(x_d, W0, b0) for x_d in few])
z_matrix = np.array([W0.T @ x_d + b0 for x_d in few])  # F3, slides
z_batch = few @ W0 + b0  # F3, rows
assert z_loops.shape == z_matrix.shape == z_batch.shape == (20, N)

scale = np.max(np.abs(z_loops))
for name, z in [("matrix", z_matrix), ("batch", z_batch)]:
    error = np.max(np.abs(z - z_loops)) / scale
    print(f"{name:6} equals loops to 1e-13, relative: {error < 1e-13}")


# %% [markdown]
# They agree to rounding. Not to the last bit: a sum of 784 terms in another
# order is rounded differently.
#
# Now the times. Inside the clock is the layer alone, for one sample; the data
# are ready before. The loops get Python lists, with which plain Python is
# faster than with arrays. Each figure is the median of seven runs after one
# that does not count.

# %%
def median_time(function, repeats=7):
    """Return the median duration of function(), in s; the first is free."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return np.median(times)


# %% tags=["nbval-ignore-output"]
lists = few[0].tolist(), W0.tolist(), b0.tolist()
seconds = {
    "loops": median_time(lambda: layer_loops(*lists)),
    "matrix": median_time(lambda: [W0.T @ x_d + b0 for x_d in x]) / len(x),
    "batch": median_time(lambda: x @ W0 + b0) / len(x),
}
for name, t in seconds.items():
    factor = seconds["loops"] / t
    print(f"{name:7}{1e6 * t:10.1f} us a sample, factor {factor:7.0f}")
assert seconds["loops"] > 20 * seconds["matrix"]
assert seconds["matrix"] > seconds["batch"]


# %% [markdown]
# The first step, loops to matrix, gains the most: Python looks at every number
# to find out what it is, compiled code does not. The second step, matrix to
# batch, does the same number of multiplications. It gains because $W^0$ is
# fetched from memory once for many samples, not anew for each. (On your
# computer the figures are others, so these are not compared when the notebook
# is tested; the two assertions at the end of the cell are.)
#
# ## Activation functions
#
# **F4** $\quad f(x) = \max(0, x), \qquad f'(x) = 0$ for $x < 0$ and $1$ for
# $x > 0$
#
# This is ReLU, the *rectified linear unit*. Its older relatives are the
# sigmoid $1/(1 + e^{-z})$ and the hyperbolic tangent. Training needs their
# derivatives, at $z$: in notebook 03 every gradient is multiplied by $h'(z)$
# on its way back.
#
# ### Exercise 2.3 (6 minutes)
#
# Write `h_prime(z)`, the derivative of ReLU, for an array `z` of any shape.
# Return an array of the same shape. At $z = 0$ there is no derivative; the
# program needs a number there, and the course takes 0.
#
# By hand: `z = [-2, -0.5, 0.25, 3]` gives `[0, 0, 1, 1]`.

# %% tags=["exercise-2.3"]
def h_prime(z):
    """Return ReLU's derivative at each z, 0 or 1. Source: eq. F4."""
    ### BEGIN SOLUTION
    return (z > 0).astype(float)
    ### END SOLUTION


# %%
check("2.3", h_prime)
# hint("2.3")
# solution("2.3")

# %% [markdown]
# Is it the derivative? The definition knows: move $z$ a little to both sides
# and look how much $f$ changes. For a function made of two straight pieces
# this is exact, unless the kink lies between the two points; so we keep away
# from zero. And $\max(0, x) = (x + |x|)/2$ is a second way to write $f$.

# %% tags=["equation-F4"]
def relu(z):
    """Return max(0, z), element by element. Source: eq. F4."""
    return np.maximum(z, 0)


rng = np.random.default_rng(SEED)
z = rng.uniform(0.1, 3, 200) * rng.choice([-1, 1], 200)
step = 1e-3
slope = (relu(z + step) - relu(z - step)) / (2 * step)
never_closed = (relu(z) >= 0).astype(float)  # a mistake that was published
verify_equation(
    "F4",
    [(z + np.abs(z)) / 2, slope],
    [relu(z), h_prime(z)],
    [relu(z), never_closed],
    without="with the test on a >= 0 instead of z > 0",
)


# %% [markdown]
# On the way back $h'(z)$ is a gate: 1 lets a gradient pass, 0 stops it. The
# wrong version asks whether the *activation* is at least zero. It always is,
# so the gate never closes. The mistake stands in tutorials that many have
# copied, and the programs run. Notebook 03 will hunt for such mistakes.
#
# Now three activation functions with their derivatives. Ask of each: how large
# does the derivative get, and where does it vanish?

# %%
def sigmoid(z):
    """Return 1 / (1 + exp(-z)), element by element."""
    return 1 / (1 + np.exp(-z))


z = np.linspace(-5, 5, 1001)
s, t = sigmoid(z), np.tanh(z)
functions = {
    "ReLU": (relu(z), 1.0 * h_prime(z)),
    "sigmoid": (s, s * (1 - s)),
    "tanh": (t, 1 - t**2),
}
for name, (_, slope) in functions.items():
    far = slope[z == 5][0]
    print(f"{name:8} h' at most {slope.max():.2f}, at z = 5: {far:.4f}")

# %% [markdown]
# In the figure the derivatives are dashed.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 3, height=2.9, sharey=True)
for ax, (name, (a, slope)) in zip(axes, functions.items()):
    ax.plot(z, a, color=plotting.BLACK, label="h(z)")
    ax.plot(z, slope, color=plotting.BLUE, linestyle="--", label="h'(z)")
    ax.axhline(0, color=plotting.GREY, lw=0.6)
    ax.axvline(0, color=plotting.GREY, lw=0.6)
    ax.set(title=name, xlabel="z", ylim=(-1.1, 2.6))
axes[0].set_ylabel("activation, derivative")
axes[0].legend(loc="upper left")
peak = functions["sigmoid"][1].max()
plotting.show(fig, f"""Three activation functions as solid lines: ReLU, zero
    and then a straight line; sigmoid, a step from 0 to 1; tanh, a step from -1
    to 1. Their derivatives, dashed: ReLU's jumps from 0 to 1 at z = 0,
    sigmoid's is a bump of height {peak:.2f}, tanh's a bump of height 1, both
    near zero at the edges.""")

# %% [markdown]
# Sigmoid and tanh flatten on both sides: far from zero their derivative is
# nearly nothing, and a gradient multiplied by it dies. The sigmoid's is at
# best a quarter. ReLU's derivative is exactly 1 wherever the neuron is active,
# however large $z$ gets. That, and its price of one comparison, made it the
# standard.
#
# ### Sparse activation
#
# The lecture names a third reason: the activation is *sparse*, many of its
# values are exactly zero. How many? We send the thousand digits through the
# layer with random weights, and count.

# %%
z0 = layer(x, W0, b0)  # (D, N)  F3
a0 = relu(z0)  # (D, N)  F4
share = np.mean(a0 > 0, axis=1)  # active neurons of each digit
print(f"zeros with ReLU:    {np.mean(a0 == 0):.0%}")
print(f"zeros with sigmoid: {np.mean(sigmoid(z0) == 0):.0%}")
print(f"zeros with tanh:    {np.mean(np.tanh(z0) == 0):.0%}")
print(f"active for one digit: {share.min():.0%} to {share.max():.0%}")
for shift in (0.5, 1.0):
    zeros = np.mean(relu(z0 - shift) == 0)
    print(f"zeros with ReLU, all biases lowered by {shift}: {zeros:.0%}")

# %% [markdown]
# Left, the distribution of $z^0$, cut at zero by ReLU. Right, the activations
# of the first 48 neurons for the first twelve digits; white is an exact zero.

# %% tags=["draws"]
fig, axes = plotting.figure(
    1, 2, height=3, gridspec_kw={"width_ratios": [3, 4]}
)
bins = np.linspace(-2, 3, 51)
off, on = z0[z0 <= 0], z0[z0 > 0]
axes[0].hist(off, bins, color="#C8C8C8", label="a = 0")
axes[0].hist(on, bins, color=plotting.BLUE, label="a = z")
axes[0].set(xlabel="$z^0$", ylabel="values", title="Cut at zero")
axes[0].legend(loc="upper right", handlelength=1)
shown = np.ma.masked_equal(a0[:12, :48], 0)
picture = axes[1].imshow(shown, cmap=plotting.AMOUNTS, vmin=0, aspect="auto")
axes[1].set_yticks(range(12), digits[:12])
axes[1].set(xlabel="neuron n", ylabel="digit", title="Who is active for whom")
fig.colorbar(picture, ax=axes[1], label="activation $a^0$")
plotting.show(fig, f"""A bell-shaped histogram of z0 around zero, its left
    side, {off.size / z0.size:.0%} of the values, in grey for a = 0. Beside it
    a table of 12 digits by 48 neurons: about half of the fields are white, in
    a pattern that differs from digit to digit; some columns are white
    throughout.""")


# %% [markdown]
# About half of the neurons are silent: random weights make $z$ as often
# negative as positive. Which half depends on the digit, and this is the point.
# For a given image the network is a linear function, made by the neurons that
# are active; another image switches other neurons on and gets another linear
# function. Lower biases make the layer sparser.
#
# ## Without h, a stack of layers is one matrix
#
# What would be left if we forgot $h$? Two layers without it:
#
# $$z^1 = (x\,W^0 + b^0)\,W^1 + b^1 = x\,\underbrace{W^0 W^1}_{W}
# + \underbrace{b^0 W^1 + b^1}_{b}$$
#
# One matrix, one bias: one layer. And so on for any number of layers. We try
# it with four.

# %%
def random_layers(sizes, rng):
    """Return a list of (W, b), one for each layer behind the input."""
    return [
        (rng.normal(0, np.sqrt(2 / M), (M, N)), rng.normal(0, 0.3, N))
        for M, N in zip(sizes[:-1], sizes[1:])
    ]


def propagate(x, layers, h):
    """Return the last z for rows x; h acts between the layers. F3."""
    *hidden, (W_last, b_last) = layers
    a = x
    for W, b in hidden:
        a = h(a @ W + b)
    return a @ W_last + b_last


# %% [markdown]
# `collapse` multiplies the matrices together, before any image is seen.

# %%
def collapse(layers):
    """Return the one W and b that equal a stack of layers without h."""
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W @ W_next, b @ W_next + b_next
    return W, b


rng = np.random.default_rng(SEED)
stack = random_layers([784, 256, 128, 64, 10], rng)
W_one, b_one = collapse(stack)
z_stack = propagate(x, stack, h=lambda z: z)
error = np.max(np.abs(z_stack - (x @ W_one + b_one)))
print(f"4 layers without h:  {sum(W.size + b.size for W, b in stack):,}"
      " parameters")
print(f"1 layer:             {W_one.size + b_one.size:,} parameters")
print("largest difference over", z_stack.size, "outputs below 1e-11:",
      error < 1e-11)

# %% [markdown]
# A quarter of a million parameters do what fewer than eight thousand can.
#
# And with $h$? There is a short proof that *no* matrix does the same. A
# function $x\,W + b$ sends the point halfway between two images to the value
# halfway between their outputs. We draw the whole way: $x(t)$ goes in a
# straight line from one digit, at $t = 0$, to another, at $t = 1$, and beyond
# on both sides.

# %%
t = np.linspace(-1, 2, 301)
x_t = (1 - t)[:, None] * x[0] + t[:, None] * x[1]  # (301, 784)
curves = {
    "without h": propagate(x_t, stack, h=lambda z: z)[:, 0],
    "with ReLU": propagate(x_t, stack, h=relu)[:, 0],
}
for name, z in curves.items():
    middle, mean = z[150], (z[100] + z[200]) / 2  # t = 0.5; t = 0 and t = 1
    miss = abs(middle - mean) / np.ptp(z)
    print(f"{name}: halfway misses the mean by {miss:.1%} of the range")

# %% [markdown]
# The figure shows both functions along the way. A straight line means that
# one matrix would do.

# %% tags=["draws"]
fig, ax = plotting.figure(height=3.2)
ax.plot(t, curves["without h"], "--", color=plotting.GREY, label="without h")
ax.plot(t, curves["with ReLU"], color=plotting.BLUE, label="with ReLU")
for place in (0, 1):
    ax.axvline(place, color=plotting.GREY, linestyle=":", lw=1)
    ax.text(place + 0.02, 0.02, f"the digit {digits[place]}",
            transform=ax.get_xaxis_transform())
ax.set(xlabel="place t on the way", ylabel="output $z_0$ of the last layer")
ax.set_title("The same four layers, with and without h")
ax.legend()
lowest = abs(t[np.argmin(curves["with ReLU"])].round(1))
plotting.show(fig, f"""One output against the place t on the way from a digit
    {digits[0]} at t = 0 to a digit {digits[1]} at t = 1 and beyond. Without h
    it is a straight line; with ReLU between the layers, the same weights give
    a bent curve that falls until t = {lowest:.1f} and then rises.""")


# %% [markdown]
# The dashed line is straight, to rounding; the other bends wherever some
# neuron switches on or off.
#
# **Question (3 minutes).** A colleague takes twenty layers without activation
# functions, "since more weights can only help", and softmax at the end. Which
# boundaries between classes can this network draw? Does the softmax save it?

# %% [markdown] tags=["solution-only"]
# **A model answer.** The twenty layers are one matrix and one bias, so the
# scores $z$ are linear in $x$. Softmax does not change their order, and class
# $j$ wins over class $k$ where $z_j > z_k$: on one side of a plane
# $z_j - z_k = 0$. All boundaries are pieces of planes, the straight cuts of
# notebook 01. More weights only make the same function slower to compute. A
# narrow layer in between even takes something away: a product of matrices has
# at most the rank of its narrowest factor.

# %% [markdown]
# ## A sum of ReLUs draws a curve
#
# With $h$, what can a network draw? Take the smallest case: one number $x$
# in, one number out, one hidden layer.
#
# $$f(x) = \sum_n w_n^1\, \mathrm{ReLU}(w_n^0\, x + b_n^0) + b^1$$
#
# With $w_n^0 = 1$, each hidden neuron is a ramp: zero up to $x = -b_n^0$,
# then rising. Its weight $w_n^1$ says how steeply, up or down. So $f$ is a
# chain of straight pieces, and at the kink of neuron $n$ **its slope changes
# by** $w_n^1$.
#
# ### Exercise 2.4 (12 minutes)
#
# Draw a tent: 0 for $x \le 0$, rising straight to 1 at $x = 1$, falling
# straight to 0 at $x = 2$, and 0 for all $x \ge 2$. Write `tent()` that
# returns `W0, b0, W1, b1` of a network with three hidden neurons, of shapes
# `(1, 3)`, `(3,)`, `(3, 1)`, `(1,)`. Pencil and paper first.
#
# An example with one hidden neuron: a ramp that is 0 up to $x = 5$ and
# then rises by 2 per unit has `W0 = [[1]]`, `b0 = [-5]`, `W1 = [[2]]`,
# `b1 = [0]`.

# %% tags=["exercise-2.4"]
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
check("2.4", tent)
# hint("2.4")
# solution("2.4")

# %% [markdown]
# Tents of different heights, side by side, make any chain of straight pieces;
# and a chain that is fine enough follows any smooth curve. So weights can be
# *read off* a curve: put the kinks where you like, and give each neuron the
# change of slope there. Nothing is learned yet. Notebook 03 finds weights by
# itself, and this shows what there is to find.
#
# The curve is an old friend, a damped oscillation.

# %%
def damped(x):
    """Return a damped oscillation at x >= 0."""
    return np.exp(-x / 4) * np.cos(2 * x)


def read_off(target, N, end=8.0):
    """Return W0, b0, W1, b1 of a 1-N-1 network that follows target."""
    knots = np.linspace(0, end, N + 1)  # N kinks, and the end of the curve
    slopes = np.diff(target(knots)) / np.diff(knots)  # (N,)
    W0 = np.ones((1, N))
    b0 = -knots[:-1]
    W1 = np.diff(slopes, prepend=0)[:, None]  # (N, 1) changes of slope
    b1 = target(knots[:1])
    return W0, b0, W1, b1


def curve(x, W0, b0, W1, b1):
    """Return the output (D, 1) of a 1-N-1 network for x (D, 1)."""
    return relu(x @ W0 + b0) @ W1 + b1


# %% [markdown]
# Six networks, from one hidden neuron to 32. The grey lines are the single
# ramps, each already multiplied by its weight $w_n^1$; their sum and $b^1$
# make the blue line.

# %% tags=["draws"]
def draw_curve(ax, N):
    """Draw target, network with N hidden neurons, and its ramps."""
    grid = np.linspace(0, 8, 801)[:, None]
    W0, b0, W1, b1 = read_off(damped, N)
    ax.plot(grid, relu(grid @ W0 + b0) * W1.T, color="#BBBBBB", lw=0.7)
    ax.plot(grid, damped(grid), "--", color=plotting.BLACK, lw=1.2)
    ax.plot(grid, curve(grid, W0, b0, W1, b1), color=plotting.BLUE)
    ax.set(ylim=(-1.1, 1.4), xlabel="x", ylabel="f(x)")
    ax.set_title(f"{N} hidden neuron{'s' * (N > 1)}")


fig, axes = plotting.figure(2, 3, height=4.4, sharex=True, sharey=True)
for ax, N in zip(axes.flat, [1, 2, 4, 8, 16, 32]):
    draw_curve(ax, N)
    ax.label_outer()
plotting.show(fig, """Six panels with the dashed damped oscillation and the
    blue network output. With 1 neuron it is one straight line, with 2 and 4 a
    crude zigzag, with 8 the swings are there with corners, with 16 and 32 it
    lies on the dashed curve. Grey ramps fan out behind it.""")

# %% [markdown]
# One ReLU is one straight piece; with eight the swings are there; with 32 the
# two lines cannot be told apart. The grey fan shows the price: large ramps
# that nearly cancel each other.
#
# How does the error fall? A straight piece of length $\Delta$ misses a curve
# by at most $\Delta^2 \max|f''| / 8$, and $\Delta = 8 / N$. So we expect an
# error that falls with $1/N^2$. The next cell measures it.

# %%
grid = np.linspace(0, 8, 20001)[:, None]
curvature = np.max(np.abs(np.diff(damped(grid[:, 0]), 2))) * (20000 / 8) ** 2
numbers = 2 ** np.arange(0, 11)
errors, bounds = [], []
for N in numbers:
    f = curve(grid, *read_off(damped, N))
    errors.append(np.max(np.abs(f - damped(grid))))
    bounds.append(curvature * (8 / N) ** 2 / 8)
    if N in (1, 4, 16, 64, 256, 1024):
        print(f"N = {N:4}: largest error {errors[-1]:.1e},"
              f" bound {bounds[-1]:.1e}")
ratio = errors[-3] / errors[-1]
print(f"from N = {numbers[-3]} to {numbers[-1]}: error divided by {ratio:.1f}")
assert np.all(np.array(errors) <= np.array(bounds) * 1.001)

# %% [markdown]
# On logarithmic axes a power law is a straight line.

# %% tags=["draws"]
fig, ax = plotting.figure(width=5, height=3)
ax.loglog(numbers, bounds, color="#C8C8C8", label="bound, $1/N^2$")
ax.loglog(numbers, errors, "o", color=plotting.BLUE, label="network")
ax.set(xlabel="hidden neurons N", ylabel="largest error of f(x)")
ax.set_title("Four times the neurons, a sixteenth of the error")
ax.legend()
plotting.show(fig, f"""The largest error against the number of hidden neurons
    on logarithmic axes. It falls from {errors[0]:.1f} at N = 1 to
    {errors[-1]:.0e} at N = {numbers[-1]}, from N = 32 on along the grey
    line of the bound, which has the slope -2.""")


# %% [markdown]
# One hidden layer can follow any continuous curve as closely as one likes, if
# it is wide enough (Cybenko 1989; Hornik, Stinchcombe and White 1989). That
# the weights *exist* says neither that training finds them nor how many it
# takes in 784 dimensions.
#
# In JupyterLab the next cell shows a slider for the number of ReLUs, to play
# with. Elsewhere it shows nothing, and nothing later depends on it.

# %% tags=["draws"]
def slide(N):
    """Show one network of the figure above, with N hidden neurons."""
    fig, ax = plotting.figure(width=5.5)
    draw_curve(ax, N)
    plotting.show(fig, f"""The dashed damped oscillation and the blue output
        of a network with {N} hidden neurons, over its grey ramps.""")


if not os.environ.get("COURSE_NO_BARS"):
    from ipywidgets import interact

    interact(slide, N=(1, 40))

# %% [markdown]
# ## Softmax: from scores to probabilities
#
# The last layer gives ten scores $z_j$, one for each digit: any numbers,
# positive or not. The lecture's last activation function makes probabilities
# of them.
#
# **F5** $\quad \sigma(z)_j = \dfrac{e^{z_j}}{\sum_{i=1}^N e^{z_i}}$
#
# All values are positive, and they sum to 1: a probability law on $N$ possible
# results. A physicist has met it: with $z_j = -E_j / k_B T$ it is the
# Boltzmann distribution over $N$ levels.
#
# The formula is right, and written down as it stands it fails. Exponentials
# get too large for the computer.

# %%
for kind in (np.float32, np.float64):
    largest = np.log(np.finfo(kind).max)
    print(f"{kind.__name__}: exp(z) overflows above z = {largest:.1f}")

z = np.array([1000.0, 1001.0, 1002.0])
with np.errstate(over="ignore", invalid="ignore"):
    e = np.exp(z)
    print("exp(z):", e)
    print("F5 as it stands:", e / np.sum(e))


# %% [markdown]
# `inf` divided by `inf` is `nan`, not a number, and training would carry it to
# every weight. But only *differences* of scores matter: subtract the same
# number $m$ from all of them, and
#
# $$\frac{e^{z_j - m}}{\sum_i e^{z_i - m}}
# = \frac{e^{-m}\, e^{z_j}}{e^{-m} \sum_i e^{z_i}}
# = \frac{e^{z_j}}{\sum_i e^{z_i}}$$
#
# In the Boltzmann distribution this is the free choice of the zero of energy.
# With $m = \max_i z_i$ the largest exponent is 0, so nothing overflows, and
# the sum below is at least 1, so nothing is divided by zero.
#
# ### Exercise 2.5 (10 minutes)
#
# Write `softmax(z)` for `z` of shape `(D, N)`: each **row** is a sample with
# $N$ scores. Return probabilities of the same shape. It has to work for rows
# such as `[1000, 1001, 1002]` and `[-1000, -1001, -1002]`, also in the same
# array.
#
# By hand: `z = [[0, ln 3], [5, 5]]` gives `[[1/4, 3/4], [1/2, 1/2]]`.

# %% tags=["exercise-2.5"]
def softmax(z):
    """Return each row of z (D, N) as probabilities. Source: eq. F5."""
    ### BEGIN SOLUTION
    m = np.max(z, axis=1, keepdims=True)  # (D, 1)
    e = np.exp(z - m)  # (D, N), the largest of each row is 1
    return e / np.sum(e, axis=1, keepdims=True)
    ### END SOLUTION


# %%
check("2.5", softmax)
# hint("2.5")
# solution("2.5")

# %% [markdown]
# The check of the equation: on the left F5 letter by letter, with loops and
# Python's own `exp`, for scores small enough that it works. On the right your
# function, which subtracts the maximum. They agree: the subtraction changes
# nothing.

# %% tags=["equation-F5"]
rng = np.random.default_rng(SEED)
z = rng.normal(0, 3, (6, 10))
left = np.zeros(z.shape)
for d in range(6):
    denominator = sum(math.exp(z_i) for z_i in z[d])
    for j in range(10):
        left[d, j] = math.exp(z[d, j]) / denominator

one_sum_for_all = np.exp(z) / np.sum(np.exp(z))
verify_equation(
    "F5", left, softmax(z), one_sum_for_all,
    without="with one sum over all samples",
)
sums = np.sum(softmax(z), axis=1)
print("rows that sum to 1:", np.sum(np.abs(sums - 1) < 1e-12), "of 6")
print("smallest value positive:", softmax(z).min() > 0)

# %% [markdown]
# The figure shows what softmax does with five scores, and with the same scores
# shifted and spread.

# %%
scores = np.array([1.0, 3.0, -1.0, 2.0, 0.0])
cases = {
    "z": scores,
    "z - max(z)": scores - scores.max(),
    "3 z": 3 * scores,
}
for name, z in cases.items():
    print(f"{name:11} ->", softmax(z[None])[0].round(3))

# %% tags=["draws"]
colours = (plotting.BLACK, plotting.SKY, plotting.ORANGE)
fig, axes = plotting.figure(1, 2, height=3)
for k, (name, z) in enumerate(cases.items()):
    place = np.arange(5) + 0.27 * (k - 1)
    style = {"width": 0.25, "color": colours[k], "label": name}
    axes[0].bar(place, z, **style)
    axes[1].bar(place, softmax(z[None])[0], **style)
axes[0].set(xlabel="neuron j", ylabel="score $z_j$", title="In")
axes[1].set(xlabel="neuron j", ylabel="probability", title="Out: softmax")
axes[1].legend()
top = softmax(scores[None]).max(), softmax(3 * scores[None]).max()
plotting.show(fig, f"""Left, bars of five scores, of the same minus their
    maximum, and of three times the scores. Right, their softmax: the first
    two are equal in every place, with {top[0]:.2f} for neuron 1; the tripled
    scores give {top[1]:.2f} there and nearly nothing elsewhere.""")


# %% [markdown]
# Black and light blue enter differently and leave alike. Orange shows that the
# *scale* of the scores does matter: three times the scores (a third of the
# temperature) make the same choice with more certainty. Softmax never changes
# which score is the largest.
#
# ## A network that has learned nothing
#
# Now all parts are there. How many numbers have to be found?
#
# ### Exercise 2.6 (6 minutes)
#
# Write `count_parameters(sizes)`: `sizes` is a list such as `[784, 128, 10]`,
# the number of input values and then of the neurons of each layer; it may have
# any length from two. Return the number of weights and biases together.
#
# By hand: `[2, 3, 2]` has $2 \cdot 3 + 3$ and $3 \cdot 2 + 2$, so 17.

# %% tags=["exercise-2.6"]
def count_parameters(sizes):
    """Return the number of weights and biases of a network."""
    ### BEGIN SOLUTION
    total = 0
    for M, N in zip(sizes[:-1], sizes[1:]):
        total += M * N + N  # weights, biases
    return total
    ### END SOLUTION


# %%
check("2.6", count_parameters)
# hint("2.6")
# solution("2.6")

# %% [markdown]
# The forward pass of the whole network is four lines, one for each $z$ and
# $a$ of the slides. At the start all weights and biases are drawn at random,
# here from a normal law of width 0.05.

# %%
def draw_parameters(sizes, width, rng):
    """Return random W0, b0, W1, b1 of a network with one hidden layer."""
    M, N, K = sizes
    shapes = [(M, N), (N,), (N, K), (K,)]
    return [rng.normal(0, width, shape) for shape in shapes]


def forward(x, W0, b0, W1, b1):
    """Return z0, a0, z1, a1 for D samples, the rows of x (D, M)."""
    z0 = x @ W0 + b0  # (D, N)  F3
    a0 = relu(z0)  # (D, N)  F4
    z1 = a0 @ W1 + b1  # (D, K)  F3
    a1 = softmax(z1)  # (D, K)  F5
    assert a1.shape == (len(x), len(b1))
    return z0, a0, z1, a1


rng = np.random.default_rng(SEED)
parameters = draw_parameters(SIZES, 0.05, rng)
z0, a0, z1, a1 = forward(x, *parameters)
print("numbers to be found:", f"{count_parameters(SIZES):,}")
print("outputs:", a1.shape, "from", a1.min().round(2), "to",
      a1.max().round(2))

# %% [markdown]
# From ten probabilities to one answer:
#
# **F6** $\quad$ the predicted class is the output neuron $n$ with the largest
# probability $a_n^H$
#
# In NumPy, `np.argmax(a1, axis=1)`. For the check we look for the largest
# probability by a loop on the left; on the right we ask for the largest
# *score*. Since $e^z$ grows with $z$ it has to be the same neuron, and for a
# prediction alone softmax could be left out.

# %% tags=["equation-F6"]
left = []
for probabilities in a1:
    best = 0
    for n in range(10):
        if probabilities[n] > probabilities[best]:
            best = n
    left.append(best)

right = np.argmax(z1, axis=1)
smallest = np.argmin(z1, axis=1)
verify_equation(
    "F6", left, right, smallest, without="with the smallest instead"
)

# %% [markdown]
# How often is the prediction right? One network may be lucky, so we draw 200
# of them, and compare their success with 1 in 10 by the course's rule for
# differences: the mean difference with its 95 % interval, and "not
# distinguishable" if the interval contains zero. Then we compare the scatter
# of the success with the one that pure counting would give,
# $\sqrt{p(1 - p)/D}$ with $p = 1/10$ and $D = 1000$ digits.

# %%
success, favourite = [], []
for k in range(200):
    drawn = draw_parameters(SIZES, 0.05, np.random.default_rng([SEED, k]))
    predicted = np.argmax(forward(x, *drawn)[-1], axis=1)  # F6
    success.append(np.mean(predicted == digits))
    favourite.append(np.bincount(predicted).max() / len(x))
percent = 100 * np.array(success)
from_chance = difference(percent, np.full(200, 10.0))
counting = np.sqrt(0.1 * 0.9 / len(x))
print(f"mean success: {percent.mean():.1f} %")
print(f"minus 10 %: {from_chance.in_words(digits=1)}")
print(f"scatter from network to network: {percent.std(ddof=1):.1f} %")
print(f"scatter that counting alone would give: {counting:.1%}")
print(f"share of the favourite answer, mean: {np.mean(favourite):.0%}")
assert abs(from_chance.mean) < 1

# %% [markdown]
# Left, what one untrained network answers to three digits. Right, the success
# of all 200.

# %% tags=["draws"]
fig, axes = plotting.figure(1, 2, height=2.8)
for d, colour, marker in zip(range(3), plotting.CLASSES, "os^"):
    label = f"image of a {digits[d]}"
    axes[0].plot(a1[d], marker, color=colour, label=label)
axes[0].axhline(0.1, color=plotting.BLACK, linestyle="--", lw=1)
axes[0].set(xlabel="output neuron n", ylabel="probability $a_n^1$")
axes[0].set(ylim=(0, 0.3), xticks=range(10), title="One network, 3 images")
axes[0].legend()
axes[1].hist(percent, bins=np.arange(0, 22), color=plotting.GREY)
axes[1].axvline(10, color=plotting.BLACK, linestyle="--", lw=1)
axes[1].set(xlabel="success in %", ylabel="networks")
axes[1].set_title("200 untrained networks")
plotting.show(fig, f"""Left, ten output probabilities for three images, all
    between {a1[:3].min():.2f} and {a1[:3].max():.2f} around the dashed line
    at 0.1, with a similar pattern for the three. Right, a histogram of
    the success of 200 networks, a hump around 10 % that reaches from
    {percent.min():.0f} to {percent.max():.0f} %.""")

# %% [markdown]
# This is the lecture's *initial state*: ten outputs that hardly differ, and one
# success in ten. Drawing lots would do as well.
#
# **Question (4 minutes).** The 200 networks scatter much more than counting
# does. A student who rolls a ten-sided die for every image would see the
# scatter of counting. What is different here? The left panel and the last
# printed line have the answer.

# %% [markdown] tags=["solution-only"]
# **A model answer.** The die decides anew for every image; the network does
# not. The three images in the left panel get similar probabilities, so the
# same neuron wins for many images: on average a single answer takes about half
# of them. Such a network's success depends on how well a few favourite answers
# happen to fit, not on a thousand independent draws. The *mean* over networks
# is 10 % all the same: random weights prefer no output neuron over another.

# %% [markdown]
# How alike the outputs are depends on the width of the law from which the
# weights are drawn. We try three widths, with 50 networks each.

# %%
found = {}  # width -> smallest and largest a1, success, one row a network
for width in (0.01, 0.05, 1.0):
    rows = []
    for k in range(50):
        fresh = np.random.default_rng([SEED, k])
        a1 = forward(x, *draw_parameters(SIZES, width, fresh))[-1]
        right = np.mean(np.argmax(a1, axis=1) == digits)
        rows.append((a1.min(axis=1).mean(), a1.max(axis=1).mean(), right))
    found[width] = np.array(rows)

# %% tags=["draws"]
print("width  smallest a1  largest a1   success minus 10 %")
for width, rows in found.items():
    lowest, highest, _ = rows.mean(axis=0)
    from_chance = difference(100 * rows[:, 2], np.full(50, 10.0))
    print(f"{width:5} {lowest:12.3f} {highest:11.3f}   "
          f"{from_chance.in_words(digits=1)}")

# %% [markdown]
# Small weights: ten equal answers. Large weights: one answer with full
# confidence, chosen by chance. The success is about one in ten each time, and
# not distinguishable from it. To be sure and to be right are two things, and nothing in the forward pass compares
# the output with the truth. That is the task of notebook 03.
#
# ## Summary
#
# A network takes a vector of numbers and, layer by layer, multiplies it by
# weights, adds biases and applies an activation function. A layer is one
# matrix product, and with the samples as rows the same product serves any
# number of them at once. Without the activation function all layers collapse
# into a single matrix; with it, a sum of ReLUs follows any continuous curve.
# Softmax turns the last scores into probabilities, safely if the row's maximum
# is subtracted first. With random weights the answer is right once in ten
# times: everything that a network knows is in its weights.
#
# ## On your own
#
# - Send the photograph through a layer of 128 neurons. How many weights does
#   that need, and how many would the uncut colour photograph need?
# - Shuffle the 784 pixels of all digits in the same way, and the rows of
#   $W^0$ with them. What happens to the outputs, and what does that say about
#   what the network knows of neighbourhood?
# - Place the kinks of `read_off` unevenly, denser where the curve is bent more
#   strongly. How much smaller does the error get with 16 neurons?
# - Set all weights and biases to the same value instead of random ones. What
#   do the hidden neurons have in common, and why would that not change if they
#   all learned by the same rule?
# - Draw with `np.tanh` in place of ReLU. What does one neuron look like now?
#
# ## Further reading
#
# - M. Nielsen, *Neural Networks and Deep Learning* (2015), chapters 1 and 4:
#   the second draws functions with sigmoids, as we did with ReLUs.
# - I. Goodfellow, Y. Bengio and A. Courville, *Deep Learning* (MIT Press,
#   2016), chapter 6.
# - F. Rosenblatt, "The perceptron: a probabilistic model for information
#   storage and organization in the brain", Psychological Review 65, 386
#   (1958).
# - G. Cybenko, "Approximation by superpositions of a sigmoidal function",
#   Mathematics of Control, Signals and Systems 2, 303 (1989).
# - K. Hornik, M. Stinchcombe and H. White, "Multilayer feedforward networks
#   are universal approximators", Neural Networks 2, 359 (1989).
# - X. Glorot, A. Bordes and Y. Bengio, "Deep sparse rectifier neural
#   networks", Proceedings of AISTATS, PMLR 15, 315 (2011).
# - P. Blanchard, D. J. Higham and N. J. Higham, "Accurately computing the
#   log-sum-exp and softmax functions", IMA Journal of Numerical Analysis 41,
#   2311 (2021).

# %%
progress(2)
