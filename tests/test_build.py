"""From source to notebooks and back; nothing half-done is left behind."""

import os
import time
from pathlib import Path

import nbformat
import pytest
from stop_button import PATIENCE, POSIX, Process

from tools import build

SOURCE = '''# %% [markdown]
# # A title

# %%
import matplotlib.pyplot as plt

from exercises import check
from helpers import plotting

print("one")


# %% tags=["exercise-0.1"]
def share_right(predicted, expected):
    """Return a share."""
    ### BEGIN SOLUTION
    return (predicted == expected).mean()
    ### END SOLUTION


# %%
check("0.1", share_right)

# %% tags=["draws"]
fig, ax = plotting.figure()
ax.plot([1, 2])
plotting.show(fig, alt="A straight line that rises from one to two, no more.")

# %% tags=["instructor"]
assert share_right is not None

# %% [markdown] tags=["solution-only", "long"]
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


def test_complete_and_student(folders):
    """Built twice, they are the same bytes."""
    build.build()
    files = [folders / "07_small.ipynb", folders / "student/07_small.ipynb"]
    first = [path.read_bytes() for path in files]
    build.build(["7"])
    assert [path.read_bytes() for path in files] == first
    complete, student = map(read, files)
    nbformat.validate(complete)
    nbformat.validate(student)
    assert "right." in complete.cells[3].outputs[0].data["text/plain"]
    figure = complete.cells[4].outputs[0]
    alt = figure.metadata["image/png"]["alt"]
    assert alt.startswith("A straight line") and len(figure.data) == 3
    assert not any(c.get("outputs") for c in student.cells)
    stub = student.cells[2].source.splitlines()
    assert stub[-1] == (
        '    raise NotImplementedError("Exercise 0.1: your code goes here")'
    )
    assert b"timestamp" not in first[0] and b"iopub" not in first[0]


def test_tags_say_what_is_collapsed_and_who_gets_it(folders):
    source = build.read_source(folders / "source" / "07_small.py")
    student = build.student_copy(source)
    ids = [cell.id for cell in source.cells]
    assert len(ids) == 7 and [c.id for c in student.cells] == ids[:5]
    for notebook in (source, student):
        hidden = [
            k for k, cell in enumerate(notebook.cells)
            if cell.metadata.get("jupyter", {}).get("source_hidden")
        ]
        assert hidden == [4]
    assert not any("tags" in cell.metadata for cell in student.cells)
    assert build.to_source(source) == SOURCE


def test_guesses_are_left_open_and_answers_left_out(folders):
    cells = [
        'x = 1\nguess("7.Q1", f(95))  # mine\nguess("7.Q1")',
        "> **Question 7.Q1.** Why?", "**Answer (7.Q1).** So.",
        "**Answer (7.Q2).** So.", '# solution("7.Q2")',
    ]
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell(cells[0]),
        nbformat.v4.new_markdown_cell(cells[1]),
        *(nbformat.v4.new_markdown_cell(
            text, metadata={"tags": [f"answer-{text[10:14]}"]}
        ) for text in cells[2:4]),
        nbformat.v4.new_code_cell(cells[4]),
    ])
    open_ = 'x = 1\nguess("7.Q1", None)  # your guess in place of None\n'
    texts = [cell.source for cell in build.student_copy(notebook).cells]
    assert texts == [open_ + 'guess("7.Q1")', cells[1],
                     '# solution("7.Q1")', cells[4]]
    for code in ('guess("7.Q1",\n  1)', 'a = guess("7.Q1", 1)',
                 'if a:\n    guess("7.Q1", 1)', 'guess("7.Q1", 1); f()'):
        notebook.cells[0].source = code
        with pytest.raises(build.SourceError, match="line of its own"):
            build.student_copy(notebook)


def test_an_edit_keeps_the_other_cells_ids(folders):
    path = folders / "source" / "07_small.py"
    before = [cell.id for cell in build.read_source(path).cells]
    path.write_text(SOURCE.replace('print("one")', 'print("two")'))
    after = [cell.id for cell in build.read_source(path).cells]
    assert [a == b for a, b in zip(before, after)].count(False) == 1
    path.write_text(SOURCE + SOURCE)  # each cell twice
    assert len({cell.id for cell in build.read_source(path).cells}) == 14


def test_times_of_the_core_and_of_everything(tmp_path):
    for number, more in (("07", ", with everything 80"), ("08", "")):
        cell = nbformat.v4.new_markdown_cell(
            f"# {number} — Why?\n*Part of the course: theory. To run: at most "
            f"20 seconds on two processors.\nTo study: 45 minutes{more}.*"
        )
        notebook = nbformat.v4.new_notebook(cells=[cell])
        nbformat.write(notebook, tmp_path / f"{number}_why.ipynb")
    known = build.facts(tmp_path)
    assert [(k["study"], k["all"]) for k in known] == [(45, 80), (45, 45)]
    rows = build.table(known).splitlines()
    assert "| 20 s | 45 min | 80 min |" in rows[2]
    assert "| 40 s | 1 h 30 min | 2 h 5 min |" in rows[-1]


def test_printed_parts_are_joined():
    parts = [nbformat.v4.new_output("stream", text=text) for text in "abc"]
    shown = nbformat.v4.new_output("display_data", {"text/plain": "x"})
    cell = nbformat.v4.new_code_cell(outputs=[*parts[:2], shown, parts[2]])
    build._tidy(cell)
    assert [o.get("text") for o in cell.outputs] == ["ab", None, "c"]


def test_an_edit_in_jupyterlab_comes_back(folders, capsys, monkeypatch):
    """Also where the stop button came first: nothing of it is lost."""
    source, path = folders / "source/07_small.py", folders / "07_small.ipynb"
    build.write(build.read_source(source), path)
    build.pull()
    assert "unchanged" in capsys.readouterr().out
    notebook = read(path)
    notebook.cells[0].source = "# Another title"
    notebook.cells[1].metadata["trusted"] = True
    nbformat.write(notebook, path)
    with monkeypatch.context() as patch:
        patch.setattr(build.os, "replace", interrupted)
        assert build.main(["pull"]) == 130
    assert source.read_text() == SOURCE and not list(folders.glob("**/*.new"))
    assert build.main(["pull", "07"]) == 0
    changed = SOURCE.replace("A title", "Another title")
    assert source.read_text() == changed


@pytest.mark.parametrize(
    "old, new, part",
    [
        ("mean()", "sum()", "not right yet"),
        ('print("one")', "import sys; print(9, file=sys.stderr)", "stderr: 9"),
    ],
)
def test_wrong_solution_and_stderr_stop_the_build(
    old, new, part, folders, capsys
):
    path = folders / "source" / "07_small.py"
    path.write_text(SOURCE.replace(old, new))
    assert build.main(["build", "07"]) == 1
    assert part in capsys.readouterr().err
    assert not (folders / "07_small.ipynb").exists()


@pytest.mark.parametrize(
    "old, new",
    [
        ("    ### END SOLUTION\n", ""),
        ("    ### END SOLUTION\n", 2 * "    ### END SOLUTION\n"),
        ("    ### BEGIN SOLUTION\n", ""),
        ("### END", "### BEGIN"),
        (' tags=["exercise-0.1"]', ""),
    ],
)
def test_broken_marks_are_refused(old, new, folders):
    """Also where they were broken in JupyterLab: the source stays."""
    path, broken = folders / "source" / "07_small.py", folders / "broken.py"
    broken.write_text(SOURCE.replace(old, new, 1))
    with pytest.raises(build.SourceError):
        build.student_copy(build.read_source(broken))
    build.write(build.read_source(broken), folders / "07_small.ipynb")
    assert build.main(["pull"]) == 1 and path.read_text() == SOURCE


def test_command_line_tells_what_is_wrong(folders, capsys):
    for arguments in (["fly"], [], ["build", "--fast"]):
        with pytest.raises(SystemExit) as caught:
            build.main(arguments)
        assert caught.value.code == 2
    for number, words in (("42", "no source"), ("x", "numbers: expected")):
        assert build.main(["build", number]) == 1
        assert words in capsys.readouterr().err
    (folders / "source" / "07_small.py").write_bytes(b"# \xff")
    assert build.main(["build"]) == 1
    assert "expected UTF-8" in capsys.readouterr().err


def interrupted(*args):
    raise KeyboardInterrupt


def half_written(path, content):
    with open(path, "wb") as file:
        file.write(content[: len(content) // 2])
    raise KeyboardInterrupt


def test_interrupted_writing_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file.txt"
    path.write_text("the old one")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", half_written)
        with pytest.raises(KeyboardInterrupt):
            build.replace(path, b"the new one")
    assert path.read_text() == "the old one"
    build.replace(path, b"the new one")
    place = path.stat().st_ino
    build.replace(path, b"the new one")  # it is there already
    assert path.read_text() == "the new one" and path.stat().st_ino == place
    assert os.listdir(tmp_path) == ["file.txt"]


SLOW = """# %%
import os, pathlib, time

pathlib.Path("begun").write_text(str(os.getpid()))
time.sleep(100)
"""
BUILD = """
import sys
from pathlib import Path
from tools import build
here = Path(sys.argv[1])
build.NOTEBOOKS, build.SOURCES = here, here / "source"
build.STUDENT = here / "student"
sys.exit(build.main(["build", "07"]))
"""


def alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@POSIX
@pytest.mark.parametrize("group", [False, True], ids=["process", "terminal"])
def test_interrupted_build_leaves_what_was_there(group, folders):
    """In a terminal the kernel gets the signal, too."""
    (folders / "source" / "07_small.py").write_text(SLOW)
    old = folders / "07_small.ipynb"
    old.write_text("the old one")
    process, end = Process(BUILD, folders, group=group), PATIENCE
    while not (folders / "begun").exists() and end > 0:
        time.sleep(0.05)
        end -= 0.05
    time.sleep(0.2)
    kernel = int((folders / "begun").read_text())
    process.interrupt()
    lines, code = process.end()
    assert code == 130 and lines[-1].startswith("interrupted")
    assert old.read_text() == "the old one"
    assert not list(folders.glob("**/*.new"))
    end = time.monotonic() + 10
    while alive(kernel) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(kernel)
