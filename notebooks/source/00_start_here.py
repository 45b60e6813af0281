# %% [markdown]
# # 00 — What is this course about, and how does it work?
#
# **What you will do.** Draw a digit and let a neural network classify it,
# solve a first exercise, and write down a first guess.
#
# **What you will learn.** Why programs classify, and why with networks; how
# exercises, hints and questions work; what each notebook is for.
#
# **What you need.** Some Python: functions, loops, and NumPy arrays.
#
# **In the lecture.** This course is the practical half of a lecture,
# *Introduction to deep learning*. Here you meet its beginning (part I) and
# learn which notebook covers which part.
#
# *Part of the course: beginning. To run: at most 20 seconds on two processors.
# To study: 15 minutes, with everything 20.*
#
# Click on a cell and press <kbd>Shift</kbd> + <kbd>Enter</kbd>: it runs, and
# the next one is selected. Run them in their order, from the top.

# %%
import os
import platform
import time
from importlib import metadata

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from exercises import check, guess, hint, progress, reveal, solution
from exercises.source import facts
from helpers import plotting
from helpers.data import PATH, load_mnist, load_network, verify
from helpers.diagrams import course_map
from helpers.draw import draw_digit
from helpers.network import forward

one_thread = threadpool_limits(limits=1)

# %% [markdown]
# ## A network that recognises a digit
#
# In notebook 04 you will write this network with NumPy and train it on
# handwritten digits. Here it is already trained: draw a digit from 0 to 9 in
# the field below, and it computes ten probabilities while you draw. The pad
# first scales and centres your drawing, as the training images were. Without a
# mouse, choose a stored digit.

# %%
network = load_network()


def predict_probabilities(x):
    """Return the probabilities (D, 10) of D images x (D, 784)."""
    return forward(x, *network.parameters)[-1]


pad = draw_digit(predict_probabilities, network.parameters)

# %% [markdown]
# Try to mislead it: draw a digit in an unusual way, or something that is no
# digit. The network always answers.
#
# The digits come from MNIST, a collection of 70,000 images of 28 x 28 pixels.
# For 10,000 of them, the *test sample*, we compare the network's answer with
# the *label*, the digit that the image shows.
#
# > **Before you go on, 0.Q1.** What percentage of the test images does the
# > network classify correctly? Replace the number by your guess and run the
# > cell; nobody judges it. The next cell shows the result beside it.

# %%
guess("0.Q1", 90)

# %%
mnist = load_mnist()
probabilities = predict_probabilities(mnist.x_test)  # (10000, 10)
predicted = probabilities.argmax(axis=1)
correct = np.mean(predicted == mnist.y_test)
reveal("0.Q1", f"{100 * correct:.1f} %")
# solution("0.Q1")

# %% [markdown] tags=["answer-0.Q1"]
# **Answer (0.Q1).** 98.2 %. Nine of ten would be far too few for a machine
# that sorts letters, and 98.2 % still means 184 wrong answers among 10,000.
# How to reach this value is the subject of notebooks 02 to 04.

# %% [markdown]
# Here are the ten mistakes in which the network's probability for its wrong
# answer was highest. Can you recognise them all?

# %% tags=["draws"]
surest = np.where(predicted == mnist.y_test, 0, probabilities.max(axis=1))
worst = np.argsort(-surest)[:10]
answers = [f"{mnist.y_test[i]}, not {predicted[i]}" for i in worst]
plotting.show(
    plotting.digits(mnist.x_test[worst], titles=answers),
    alt="Ten handwritten digits that the network classifies wrongly, each "
    f"with its label and the network's answer: {'; '.join(answers)}.",
)


# %% [markdown]
# ## Why programs classify
#
# To put each object of a large data set into a category is called
# *classification*. Physicians do it with X-ray images, physicists with the
# traces of particles, chemists with spectra, biologists with cells, historians
# with old handwriting, and companies with the messages and pictures of their
# customers.
#
# **Why not by eye?** A person who classifies needs experience: how does the
# signal look, and how does the noise? Often a single person decides, with
# errors and with habits (*biases*) that nobody else checks. And nobody can
# look at millions of images.
#
# **Why with a network?** In simple cases one measured number and a threshold
# are enough (notebook 01). An image has hundreds of numbers, and the function
# that separates the categories best is not linear. A **neural network** is a
# family of such functions. It consists of interconnected *neurons*: small
# automata, each of which computes one number from its inputs by a fixed rule,
# its *transfer function*. The connections have strengths, the *weights*.
# Learning means to change them step by step until the answers are right. The
# model is the *synaptic plasticity* of the brain, where learning changes the
# strength of the connections between nerve cells.
#
# ## How an exercise works
#
# An exercise has a task, a cell with a gap, and a cell that checks. In your
# copy the gap is a line with `raise NotImplementedError`: put your code in its
# place, run the cell, then run the check. Its outcomes: *right*,
# *not right yet* (with the likely mistake and an example), *not attempted*,
# *your code raised an error*, and *cannot be judged*. "Run All Cells" stops at
# the first check that is not right.
#
# ### Exercise 0.1 (4 minutes)
#
# Write `share_right(predicted, expected)`: it takes two arrays of D digits and
# returns the share of places where they agree, a number between 0 and 1. For
# `predicted = [7, 2, 1, 0]` and `expected = [7, 2, 1, 5]` it is 0.75. This
# number is called the *accuracy*.

# %% tags=["exercise-0.1"]
def share_right(predicted, expected):
    """Return the share of entries that agree; both arrays are (D,)."""
    ### BEGIN SOLUTION
    return np.mean(predicted == expected)
    ### END SOLUTION


# %%
check("0.1", share_right)
# hint("0.1")
# solution("0.1")

# %% [markdown]
# ### Help on request
#
# Take the `#` away in front of `hint` and run the cell; run it again for the
# next hint. `solution` shows the course's answer, one of many that are right.
# If your teacher has not handed out the solutions, it says so: ask there, or
# go on and come back.
#
# Now try a wrong answer: return the *number* of places that agree, and run
# both cells again. The check names this mistake. With the right function, you
# get the network's accuracy once more.

# %%
accuracy = share_right(predicted, mnist.y_test)
print(f"accuracy on the test sample: {accuracy:.4f}")

# %% tags=["instructor"]
assert abs(correct - network.accuracy) < 1e-9 and correct >= 0.98

# %% [markdown]
# Questions are numbered, too, and `solution("0.Q2")` shows a model answer.
#
# > **Question 0.Q2 (1 minute).** Another program always answers "1", whatever
# > it is given. What is its accuracy on digits, roughly?

# %%
# solution("0.Q2")

# %% [markdown] tags=["answer-0.Q2"]
# **Answer (0.Q2).** About 0.1, because about one digit in ten is a 1 (in the
# test sample of MNIST it is 0.1135). Random guessing does just as well. An
# accuracy means something only beside such a *baseline*.

# %% [markdown]
# ## The map of the course
#
# Each notebook answers one question and needs those before it. Headings that
# begin with *Going further* mark what you may leave out. The notebooks cover
# the lecture's parts: 01 the context and the approaches (I, II), 02 the
# architecture and forward propagation (III, IV), 03 backpropagation (V), 04 to
# 09 the hands-on session (VI).

# %% tags=["draws"]
notebooks = facts()[1:]  # this one is where you are
parts = {}
for notebook in notebooks:
    parts.setdefault(notebook["part"], []).append(notebook["number"])
stages = [f"{part} ({', '.join(own)})" for part, own in parts.items()]
plotting.show(
    course_map(notebooks),
    alt=f"A map of {len(notebooks)} notebooks in {len(stages)} parts, a row "
    f"for each: {'; '.join(stages)}. Each box has the notebook's question.",
)

# %% [markdown]
# Formulas of the lecture carry labels. The file `docs/equations.md` says where
# they stand and which cell checks them.
#
# | labels | what they are about | notebooks |
# | --- | --- | --- |
# | F1 to F6 | forward propagation | 02 |
# | B1 to B14 | loss, gradient descent, backpropagation | 03 |
# | S1 to S4 | the same for a single hidden layer | 04 |
# | O1 | training sample and test sample | 01 |
# | O2, O3 | overtraining, representative samples | 08 |
#
# Three samples have three purposes. A network learns from the *training
# sample*; the *validation sample* decides between settings; the *test sample*
# measures the result.
#
# ## Is everything in place?
#
# The data are stored with the course, so nothing is downloaded. A damaged file
# would silently give wrong results, so we compare its fingerprint.

# %%
print(f"{PATH.name}: fingerprint {verify()[:16]}..., as it should be")
samples = {"training": mnist.x_train, "validation": mnist.x_validation,
           "test": mnist.x_test}
pd.DataFrame({"images": {name: len(x) for name, x in samples.items()}})

# %% [markdown]
# When you report a problem, add the versions below. Only notebooks that say so
# need TensorFlow and Keras; CodeCarbon is needed for energy and CO2 alone. If
# something is missing, start the course with `python3 course.py lab`.

# %% tags=["nbval-ignore-output"]
versions = {"python": platform.python_version()}
for package in ("numpy", "matplotlib", "scikit-learn", "pandas",
                "tensorflow", "keras", "codecarbon", "jupyterlab", "nbval"):
    try:
        versions[package] = metadata.version(package)
    except metadata.PackageNotFoundError:
        versions[package] = "not installed"
pd.DataFrame({"version": versions})

# %% [markdown]
# ## Going further: one thread or two?
#
# NumPy gives a matrix product to a library of linear algebra, which may share
# the work among several *threads*. Every notebook sets one thread in its first
# cell. Is that a loss? We time the product that this course needs most often,
# 128 images times the weights of 128 neurons.

# %% tags=["nbval-ignore-output"]
batch = mnist.x_train[:128]  # (128, 784)
W = np.random.default_rng(0).standard_normal((784, 128), dtype=np.float32)


def microseconds(threads, repeats=30, products=10):
    """Return the time of one product batch @ W: lowest and median."""
    times = []
    with threadpool_limits(limits=threads):
        for _ in range(repeats + 1):
            start = time.perf_counter()
            for _ in range(products):
                batch @ W
            times.append(time.perf_counter() - start)
    times = 1e6 * np.array(times[1:]) / products  # the first is warm-up
    return times.min(), np.median(times)


rows = {"1 thread": microseconds(1), "2 threads": microseconds(2)}
table = pd.DataFrame(rows, ["lowest time, us", "median time, us"]).T
table.loc["ratio"] = table.loc["2 threads"] / table.loc["1 thread"]
print(f"{os.cpu_count()} processors; one product:")
table.round(1)

# %% [markdown]
# A ratio of 0.5 would be a perfect division of the work. The lowest times show
# what is possible when nothing disturbs; the medians show what you get. On a
# busy computer the two differ, because two threads wait for each other after
# every product, and a second program keeps one of them waiting. Run the cell
# again while another notebook is working. With one thread, times can be
# compared, and sums are added up in the same order in each run.
#
# ## Summary
#
# A network has recognised your digit, and you know how often it is right on
# digits that it has not learned from. Classification by program is needed
# where data are many and one person's eye is not enough. Exercises are
# checked, and guesses are shown beside the results.

# %%
progress(0)

# %% [markdown]
# ## On your own
#
# - **0.Q3** Draw the same digit at the centre and near the edges, or use
#   *Small, in a corner*. Then switch off *scale to 20 x 20* and *centre the
#   ink* and do it again. When does the network go wrong, and why?
# - **0.Q4** Set `batch` and `W` to random matrices of 2000 x 2000 and compare
#   `microseconds(1, 3, 2)` with `microseconds(2, 3, 2)`: three repeats of two
#   products are enough. What changes, and why?

# %% [markdown] tags=["answer-0.Q3"]
# **Answer (0.Q3).** With both steps on, the place makes no difference, because
# the pad moves the ink to the centre. With both off, the network goes wrong on
# digits that are far from the centre, or small. Each weight belongs to one
# pixel, and all training digits are large and centred, so the training sample
# does not cover such images. To see how far is too far, the cell below moves
# all test images to the right.

# %% tags=["answer-0.Q3"]
moves = {}
for pixels in (0, 1, 2, 3, 4):
    moved = np.roll(mnist.x_test.reshape(-1, 28, 28), pixels, axis=2)
    said = predict_probabilities(moved.reshape(-1, 784)).argmax(axis=1)
    moves[pixels] = 100 * np.mean(said == mnist.y_test)
pd.DataFrame({"right, %": moves}).rename_axis("pixels").round(1)

# %% [markdown] tags=["answer-0.Q4"]
# **Answer (0.Q4).** One product then takes much longer than the threads need
# to start and to wait for each other, so two threads come closer to half of
# the time, if two processors are free.

# %% [markdown]
# ## Further reading
#
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning
#   applied to document recognition", *Proceedings of the IEEE* 86, 2278
#   (1998): where MNIST was introduced.
# - N. P. Rougier, [*From Python to
#   NumPy*](https://www.labri.fr/perso/nrougier/from-python-to-numpy/) (2017):
#   if arrays are new to you.
#
# Next, notebook 01: why is a straight cut not enough?
