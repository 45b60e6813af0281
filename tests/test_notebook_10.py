"""A tenth notebook: its source, its check, its answers, and nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from real_browser import need

ROOT = Path(__file__).resolve().parents[1]
NEW = {
    "notebooks/source/10_tiny.py": '''\
# %% [markdown]
# # 10 — How small can a notebook be?
#
# **What you will do.** Double a number. Look at a line.
#
# **What you will learn.** What a notebook of this course consists of.
#
# **What you need.** A function.
#
# *Part of the course: studies. To run: at most 5 seconds on two processors. To
# study: 7 minutes.*

# %%
from exercises import check, hint, solution
from helpers import plotting

# %% [markdown]
# A line joins two points.

# %% tags=["draws"]
fig, ax = plotting.figure()
ax.plot([0, 1], [0, 2])
ax.set(xlabel="$x$", ylabel="$2x$", title="Twice as much")
plotting.show(fig, "A straight line from the origin to one and two.")


# %% [markdown]
# ### Exercise 10.1 (2 minutes)
#
# Write `double(x)`, which returns twice a number.

# %% tags=["exercise-10.1"]
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    return x + x
    ### END SOLUTION


# %% [markdown]
# Now the check.

# %%
check("10.1", double)
# hint("10.1")
# solution("10.1")

# %% [markdown]
# ## Summary
#
# A notebook has a question. It has a figure. It has an exercise.
#
# ## On your own
#
# - Write one.
#
# ## Further reading
#
# - Notebook 00, which is the next one in size.
''',
    "exercises/nb10.py": '''\
"""Checker of notebook 10."""

from exercises.compare import compare
from exercises.judge import exercise


@exercise("10.1", "twice as much", hints=["Add the number to itself."])
def check_double(double):
    for x in (0.0, 1.5, -2.0):
        mistakes = [(x * x, "That is the square."), (x, "That is x itself.")]
        compare(double(x), 2 * x, given=f"x = {x}", mistakes=mistakes)
''',
    "tests/catalogue/nb10.py": '''\
"""Answers to the exercises of notebook 10."""

CATALOGUE = {
    "10.1": {
        "names": ["double"],
        "wrong": [
            ("def double(x): return x + 2", "expected"),
            ("def double(x): return 2.0", "received: 2.0"),
            ("def double(x): return [x, x]", "shape"),
            ("def double(x): return 1 / 0", "ZeroDivisionError", "error"),
        ],
        "right": [
            "def double(x): return 2 * x",
            "double = lambda x: np.sum([x, x])",
        ],
    },
}
''',
}


def run(folder, *command):
    """Run a module in the copy, with the copy's own modules."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the course with one more notebook, both of them built."""
    if not (ROOT / ".git").exists():
        pytest.skip("only git tells which files are the course's")
    folder = tmp_path_factory.mktemp("tenth") / "course"
    command = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.check_output(command, cwd=ROOT, encoding="utf-8")
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():  # a deleted one is listed as well
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for name, text in NEW.items():
        (folder / name).write_text(text, encoding="utf-8")
    run(folder, "tools.build", "build", "00", "10")
    return folder


def test_it_is_like_the_others(copy):
    """By the tests of notebooks and exercises, but for how many it has."""
    out = run(
        copy, "pytest", "-q", "-p", "no:cacheprovider",
        "tests/test_notebooks.py", "tests/test_exercises.py",
        "-k", "10_tiny or 10.1",
    )
    assert " passed" in out and "skipped" not in out


def test_readme_and_course_map_know_it(copy):
    readme = (copy / "README.md").read_text(encoding="utf-8")
    row = "| 10_tiny | How small can a notebook be? | 5 s | 7 min | 7 min |"
    assert f"{row} no |" in readme
    path = copy / "notebooks" / "00_start_here.ipynb"
    alts = [
        output.metadata["image/png"]["alt"]
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert "10" in alts[-1].split("studies (")[1].split(")")[0].split(", ")


def test_site_has_its_page(copy, tmp_path):
    need("sphinx", "myst_nb", "pydata_sphinx_theme")
    run(copy, "tools.site", "--output", str(tmp_path / "site"))
    index = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert index.count('href="notebooks/10_tiny.html"') >= 2  # table, list
    page = tmp_path / "site" / "notebooks" / "10_tiny.html"
    text = page.read_text(encoding="utf-8")
    for part in ("Show the code that draws", "the solution of exercise 10.1",
                 'alt="A straight line from', 'href="00_start_here.html"'):
        assert part in text
