"""From source to notebooks and back."""

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from helpers import build

SOURCE = '''# %% [markdown]
# # A title

# %%
import matplotlib.pyplot as plt

from helpers import plotting

print("one")


# %% tags=["exercise-0.1"]
def share_right(predicted, expected):
    """Return a share."""
    ### BEGIN SOLUTION
    return (predicted == expected).mean()
    ### END SOLUTION


# %%
from helpers.exercises import check

check("0.1", share_right)

# %%
fig, ax = plotting.figure()
ax.plot([1, 2])
plotting.show(fig, alt="A straight line that rises from one to two, no more.")

# %% [markdown] tags=["solution-only"]
# The model answer.
'''


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """A course with one small notebook, somewhere else."""
    monkeypatch.setattr(build, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(build, "SOURCES", tmp_path / "source")
    monkeypatch.setattr(build, "STUDENT", tmp_path / "student")
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "07_small.py").write_text(SOURCE)
    return tmp_path


def read(path):
    return nbformat.read(path, as_version=4)


def test_build_twice_gives_the_same_bytes(folders):
    build.build()
    files = [folders / "07_small.ipynb", folders / "student/07_small.ipynb"]
    first = [path.read_bytes() for path in files]
    build.build(["7"])
    assert [path.read_bytes() for path in files] == first
    nbformat.validate(read(files[0]))
    nbformat.validate(read(files[1]))


def test_complete_and_student(folders):
    build.build()
    complete = read(folders / "07_small.ipynb")
    student = read(folders / "student" / "07_small.ipynb")
    assert "right." in complete.cells[3].outputs[0].data["text/plain"]
    alt = complete.cells[4].metadata["mystnb"]["image"]["alt"]
    assert alt.startswith("A straight line")
    assert len(complete.cells) == 6 and len(student.cells) == 5
    stub = student.cells[2].source.splitlines()
    assert stub[-1] == (
        '    raise NotImplementedError("Exercise 0.1: your code goes here")'
    )
    assert all(not c.get("outputs") for c in student.cells)
    ids = [cell.id for cell in complete.cells]
    assert [cell.id for cell in student.cells] == ids[:5]
    text = (folders / "07_small.ipynb").read_text()
    assert "timestamp" not in text and "iopub" not in text


def test_an_edit_keeps_the_other_cells_ids(folders):
    path = folders / "source" / "07_small.py"
    before = [cell.id for cell in build.read_source(path).cells]
    path.write_text(SOURCE.replace('print("one")', 'print("two")'))
    after = [cell.id for cell in build.read_source(path).cells]
    assert [a == b for a, b in zip(before, after)].count(False) == 1


def test_an_edit_in_jupyterlab_comes_back(folders, capsys):
    build.build()
    build.pull()
    assert "unchanged" in capsys.readouterr().out
    path = folders / "07_small.ipynb"
    notebook = read(path)
    notebook.cells[0].source = "# Another title"
    notebook.cells[1].metadata["trusted"] = True
    nbformat.write(notebook, path)
    build.pull(["07"])
    text = (folders / "source" / "07_small.py").read_text()
    assert text == SOURCE.replace("A title", "Another title")


def test_wrong_solution_stops_the_build(folders):
    path = folders / "source" / "07_small.py"
    path.write_text(SOURCE.replace("mean()", "sum()"))
    with pytest.raises(CellExecutionError, match="not right yet"):
        build.build()
    assert not (folders / "07_small.ipynb").exists()
    assert build.main(["build", "07"]) == 1


def test_stderr_is_refused(folders):
    path = folders / "source" / "07_small.py"
    noise = 'import sys; print("a warning", file=sys.stderr)'
    path.write_text(SOURCE.replace('print("one")', noise))
    with pytest.raises(build.SourceError, match="a warning"):
        build.build()
    assert not (folders / "07_small.ipynb").exists()


@pytest.mark.parametrize(
    "old, new",
    [
        ("    ### END SOLUTION\n", ""),
        ("    ### BEGIN SOLUTION\n", ""),
        ("### END", "### BEGIN"),
        (' tags=["exercise-0.1"]', ""),
    ],
)
def test_broken_marks_are_refused(old, new, folders):
    path = folders / "source" / "07_small.py"
    path.write_text(SOURCE.replace(old, new, 1))
    with pytest.raises(build.SourceError):
        build.student_copy(build.read_source(path))


def test_unknown_number_is_refused(folders):
    assert build.main(["build", "42"]) == 1


def test_write_is_whole_or_not_at_all(folders, monkeypatch):
    path = folders / "07_small.ipynb"
    path.write_text("the old one")

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(build.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build.write(nbformat.v4.new_notebook(), path)
    assert path.read_text() == "the old one"
