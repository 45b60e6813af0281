# %% [markdown]
# # 00 — Is everything in place, and how does this course work?
#
# **What you will do.** Look at what is installed, meet the data, see what a
# processor does with a matrix product, solve one small exercise, and measure
# the time and the CO2 of a calculation.
#
# **What you will learn.** How an exercise is checked; why the course uses one
# thread; what stands behind a figure in gCO2e.
#
# **What you need.** Some Python: functions, loops, a first acquaintance with
# NumPy arrays.
#
# *Part of the course: beginning. To run: at most 20 seconds on two processors.
# To study: 15 minutes.*
#
# Click on a cell and press <kbd>Shift</kbd> + <kbd>Enter</kbd>: it runs, and
# the next one is selected. Run them in their order, from the top.

# %%
import os
import platform
import time
from importlib import metadata

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from exercises import check, hint, progress, solution
from exercises.source import facts
from helpers import plotting
from helpers.data import PATH, load_mnist, load_network, verify
from helpers.diagrams import course_map
from helpers.draw import draw_digit
from helpers.network import forward
from helpers.timing import measure, prepare_meter

# %% [markdown]
# ## Where the course leads
#
# In notebook 04 you will write a network with NumPy and train it on
# handwritten digits. Here it is already, as the course has stored it: draw a
# digit from 0 to 9 in the field below, and it computes ten probabilities
# while you draw. Without a mouse, choose one of the stored digits.

# %%
network = load_network()


def predict_probabilities(x):
    """Return the probabilities (D, 10) of D images x (D, 784)."""
    return forward(x, *network.parameters)[-1]


pad = draw_digit(predict_probabilities, network.parameters)

# %% [markdown]
# Try to mislead it: draw a digit in an unusual way, or something that is no
# digit. The network always answers, and it is often sure. What the two
# pictures at the bottom of the pad show is the subject of notebooks 02 to 04.
#
# ## What is installed
#
# The versions that matter. When you report a problem, or when two computers
# disagree, this table is the first thing to compare.

# %% tags=["nbval-ignore-output"]
PACKAGES = ["numpy", "matplotlib", "scikit-learn", "tensorflow", "keras"]
PACKAGES += ["codecarbon", "jupyterlab", "nbval", "threadpoolctl"]

print(f"{'Python':16}{platform.python_version()}")
for package in PACKAGES:
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        version = "not installed"
    print(f"{package:16}{version}")

# %% [markdown]
# Only some notebooks need TensorFlow and Keras, and they say so at their top.
# CodeCarbon is needed for energy and CO2 alone. Everything else runs without
# them.
#
# ## The data
#
# The course reads handwritten digits: MNIST, 70,000 images of 28 x 28 pixels.
# It lies in the folder `data`, so nothing is downloaded. A damaged file would
# be a quiet source of wrong results, so its SHA-256, a fingerprint of all its
# bytes, is compared with the known one.

# %%
print(f"{PATH.name}: fingerprint {verify()[:16]}..., as it should be")
mnist = load_mnist()
for name in ("train", "validation", "test"):
    x = getattr(mnist, f"x_{name}")
    print(f"{name:11}{len(x):7,} images of {x.shape[1]} values each")

# %% [markdown]
# Each image is a row of 784 numbers between 0 (paper) and 1 (ink). Folded
# back to a square, the first twenty training images look like this.

# %%
labels = [str(digit) for digit in mnist.y_train[:20]]
fig = plotting.digits(mnist.x_train[:20], titles=labels)
plotting.show(
    fig,
    alt="Two rows of ten handwritten digits, dark on light, each with the "
    "digit it stands for above it; the handwriting differs from image to "
    "image.",
)

# %% [markdown]
# Three samples, three purposes. The *training* sample is what a network
# learns from; the *validation* sample decides between settings; the *test*
# sample is kept for one honest measurement at the end.
#
# ## Processors and threads
#
# NumPy hands a matrix product to a library of linear algebra, which may share
# the work among several threads. The next cell asks how many processors there
# are, and which libraries are at work.

# %% tags=["nbval-ignore-output"]
print(f"processors: {os.cpu_count()}")
for library in threadpool_info():
    if library["user_api"] == "blas":
        threads, name = library["num_threads"], library["internal_api"]
        print(f"linear algebra: {name}, {threads} threads by default")

# %% [markdown]
# Are more threads faster? We time the product that this course does most
# often, 128 images times the weights of 128 neurons, first with one thread,
# then with two. Each time is the median of seven repetitions, after a
# warm-up: the first calls of anything are slow.

# %% tags=["nbval-ignore-output"]
batch = mnist.x_train[:128]  # (128, 784)
W = np.random.default_rng(0).standard_normal((784, 128), dtype=np.float32)


def microseconds(threads, repeats=7, products=100):
    """Return the median time of one product batch @ W, in microseconds."""
    times = []
    with threadpool_limits(limits=threads):
        for _ in range(repeats + 1):
            start = time.perf_counter()
            for _ in range(products):
                batch @ W
            times.append(time.perf_counter() - start)
    return 1e6 * np.median(times[1:]) / products  # the first is warm-up


one, two = microseconds(1), microseconds(2)
print(f"1 thread: {one:.0f} us, 2 threads: {two:.0f} us a product")
faster, factor = ("one", two / one) if one < two else ("two", one / two)
print(f"here and now {faster} is faster, by a factor of {factor:.1f}")

# %% [markdown]
# With two processors to itself, the second thread can save some time. But
# matrices as small as ours are done in microseconds, and the threads wait for
# each other after every product. If another program (another notebook, a
# browser, a classroom's shared server) needs the second processor, that wait
# is long: the two threads can then be ten times *slower* than one. Run the
# cell again while something else is working, and watch the factor move.
#
# So every notebook of the course sets one thread in its first cell. Results
# are then also the same from run to run, since sums are added up in one
# order.

# %%
threadpool_limits(limits=1)
blas = [lib for lib in threadpool_info() if lib["user_api"] == "blas"]
print("threads per library:", {lib["num_threads"] for lib in blas})


# %% [markdown]
# ## How an exercise works
#
# An exercise has a task, a cell with a gap, and a cell that checks. In your
# copy the gap is a line that says `raise NotImplementedError`: put your code
# in its place, run the cell, then run the check. There are five answers:
# *right*, *not right yet* (with the likely mistake and an example), *not
# attempted*, *your code raised an error* (with your line), and *cannot be
# judged*. A check that is not right also stops "Run All Cells" there.
#
# ### Exercise 0.1 (5 minutes)
#
# Write `share_right(predicted, expected)`: two arrays of D digits go in; the
# share of places where they agree, a number between 0 and 1, comes out. For
# `predicted = [7, 2, 1, 0]` and `expected = [7, 2, 1, 5]` it is 0.75. Later
# this number will be called the *accuracy*.

# %% tags=["exercise-0.1"]
def share_right(predicted, expected):
    """Return the share of entries that agree; both arrays are (D,)."""
    ### BEGIN SOLUTION
    return np.mean(predicted == expected)
    ### END SOLUTION


# %% [markdown]
# Now the check. Stuck? Take the `#` away in front of `hint` and run the cell;
# again for the next hint. `solution` shows the course's answer: one of many
# that are right.

# %%
check("0.1", share_right)
# hint("0.1")
# solution("0.1")

# %% [markdown]
# Try it: make your function return the *number* of right answers and run
# both cells again. The check knows this mistake, names it, and shows an input
# with the expected and the received value.
#
# ## Measuring time and CO2
#
# Notebook 09 compares everything that we build by its results, its time and
# its emissions. The meter for it is a `with` block. Looking for the hardware
# takes CodeCarbon about two seconds, once; we let it do that beforehand,
# outside the clock.

# %% tags=["nbval-ignore-output"]
problem = prepare_meter()
with measure(country="FRA") as meter:
    for _ in range(2000):
        batch @ W
print(problem or "the meter is ready")
print(f"time       {meter.seconds:.2f} s")
print(f"energy     {meter.energy_kwh:.1e} kWh")
print(f"grid       {meter.grid_g_per_kwh:.0f} gCO2e per kWh (France)")
print(f"emissions  {meter.emissions_g:.1e} gCO2e")
print(f"power      {meter.power}: {meter.power_source or meter.reason}")

# %% [markdown]
# Three factors, and it is worth knowing where each one comes from:
#
# - the **time** is measured, with the most precise clock that Python has;
# - the **power** is either measured (some processors count their own energy)
#   or *modelled*, from the processor's rated power and how busy it was: the
#   last line says which. A modelled energy is not much more than the time in
#   other units, and we shall say so whenever we use it;
# - the **grid factor** is a yearly mean for the country's electricity, from a
#   table in CodeCarbon.
#
# ## The map of the course
#
# Each notebook has one question. Theory comes first, then two networks that
# do the same thing with different tools, then studies, then the bill. The map
# is drawn from what the notebooks say of themselves.

# %% tags=["draws"]
notebooks = facts()[1:]  # this one is where you are
parts = {}
for notebook in notebooks:
    parts.setdefault(notebook["part"], []).append(notebook["number"])
stages = [f"{part} ({', '.join(own)})" for part, own in parts.items()]
plotting.show(
    course_map(notebooks),
    alt=f"A map of {len(notebooks)} notebooks in {len(stages)} parts: "
    f"{'; '.join(stages)}. Each has its question, and arrows join them in the "
    "order of reading.",
)

# %% [markdown]
# ## Summary
#
# The environment, the data and the meter are in place. Exercises are checked
# while you work, and a check that fails tells you why. One thread is used
# everywhere, so that times can be compared and results repeated. Emissions
# are power x time x grid, and a program says which of them were measured.

# %%
progress(0)

# %% [markdown]
# ## On your own
#
# - Run the thread measurement with matrices of 2000 x 2000. What changes, and
#   why?
# - Measure the same calculation for Poland (`POL`) and Sweden (`SWE`). Which
#   of the three factors moves?
#
# ## Further reading
#
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning
#   applied to document recognition", *Proceedings of the IEEE* 86, 2278
#   (1998): where MNIST was introduced.
# - N. P. Rougier, *From Python to NumPy* (2017): if arrays are new to you.
