"""From notebooks/source/NN_slug.py to the notebooks, and back.

    python -m tools.build build [NN ...]   source -> complete and student
    python -m tools.build pull [NN ...]    complete -> source

A source is a jupytext percent script. Tags of its cells say what they are:
`exercise-4.2` holds an exercise's answer (see `exercises.source`);
`solution-only`, `instructor` and `answer-4.Q1` (the model answer to a
question) are left out of the student copy; `draws` collapses a cell that only
draws or lays out a table; `nbval-ignore-output` shows what hangs on the
machine.
"""

import argparse
import asyncio
import base64
import contextlib
import hashlib
import os
import re
import signal
import sys
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from exercises.source import (
    SOURCES,
    SourceError,
    answer_in,
    exercise_in,
    facts,
    with_stub,
    without_guess,
)
from tools import ledger

NOTEBOOKS = SOURCES.parent
STUDENT = NOTEBOOKS / "student"
PERCENT = {"extension": ".py", "format_name": "percent"}
KERNEL = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
# pictures of the README: notebook, and which of its figures
PICTURES = {
    "digits": ("04_numpy_single_hidden_layer", 0),
    "learning_curves": ("04_numpy_single_hidden_layer", 2),
}
# where the README's table of the notebooks is
MARKS = "<!-- made by course.py build -->", "<!-- end -->"
CELL_SECONDS = 600  # no cell of the course comes near this


def read_source(path):
    """Return the notebook of a percent script, without outputs.

    Parameters
    ----------
    path : Path
        notebooks/source/NN_slug.py.

    Returns
    -------
    nbformat.NotebookNode
        With stable cell ids, and the course's metadata alone.

    Raises
    ------
    OSError
        If the file cannot be read.
    SourceError
        If it is no text in UTF-8.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: expected UTF-8, got {error}") from None
    raw = jupytext.reads(text, fmt=PERCENT)
    notebook = nbformat.v4.new_notebook(metadata=KERNEL)
    seen = {}
    for cell in raw.cells:
        content = cell.cell_type + "\n" + cell.source
        count = seen[content] = seen.get(content, 0) + 1
        digest = hashlib.sha256(f"{content}\n{count}".encode()).hexdigest()
        make = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")
        fresh = make(cell.source, id=digest[:8])
        if "tags" in cell.metadata:
            fresh.metadata["tags"] = list(cell.metadata["tags"])
            if "draws" in fresh.metadata["tags"]:
                fresh.metadata["jupyter"] = {"source_hidden": True}
        notebook.cells.append(fresh)
    return notebook


def student_copy(notebook):
    """Return a notebook without solutions and outputs, stubs in their place.

    A guess is left open, and where the answer to a question was stands
    `# solution("4.Q1")`, unless another cell says so.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        A complete notebook, or a source read by `read_source`.

    Returns
    -------
    nbformat.NotebookNode
        A new notebook.

    Raises
    ------
    SourceError
        If solution marks are unbalanced or lie outside an exercise, or a
        guess is no line of its own.
    """
    copy = nbformat.v4.new_notebook(metadata=KERNEL)
    code = [c.source for c in notebook.cells if c.cell_type == "code"]
    offered = set(re.findall(r'solution\("([^"]+)"\)', "\n".join(code)))
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if {"solution-only", "instructor"} & set(tags):
            continue
        answered = answer_in(tags)
        if answered is not None:
            if answered not in offered:
                offered.add(answered)
                words = f'# solution("{answered}")'
                copy.cells.append(nbformat.v4.new_code_cell(words, id=cell.id))
            continue
        make = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")
        fresh = make(cell.source, id=cell.id)
        if cell.cell_type == "code":
            stub = with_stub(cell.source, exercise_of(cell))
            fresh.source = without_guess(stub)
            if "jupyter" in cell.metadata:
                fresh.metadata["jupyter"] = cell.metadata["jupyter"]
        copy.cells.append(fresh)
    return copy


def exercise_of(cell):
    """Return the number of the exercise a cell answers, "4.2", or None."""
    return exercise_in(cell.metadata.get("tags", []))


class _Client(NotebookClient):
    """An interrupt ends its work and its kernel at once, without a word."""

    interrupted = False

    @contextlib.asynccontextmanager
    async def async_setup_kernel(self, **options):
        async with super().async_setup_kernel(**options):
            task = asyncio.current_task()

            def stop():
                self.interrupted, self.shutdown_kernel = True, "immediate"
                task.cancel()

            # there are no such handlers on Windows and in other threads
            with contextlib.suppress(NotImplementedError, RuntimeError):
                loop = asyncio.get_running_loop()
                loop.add_signal_handler(signal.SIGINT, stop)
            yield


def execute(notebook):
    """Run a notebook in a fresh kernel, in place, and tidy what it stores.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        From `read_source`.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises.
    KeyboardInterrupt
        If the build is interrupted; the kernel is gone then.
    SourceError
        If something is written to stderr.
    """
    client = _Client(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # a quiet kernel
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )
    # the kernel inherits them; with the second, 04 stores its network
    told = dict.fromkeys(("COURSE_NO_BARS", "COURSE_BUILD"), "1")
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        client.execute()
    except (asyncio.CancelledError, DeadKernelError):
        if client.interrupted:
            raise KeyboardInterrupt from None
        raise
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
    notebook.metadata = nbformat.from_dict(KERNEL)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _tidy(cell)


def _tidy(cell):
    """Join streams, and refuse what was written to stderr."""
    joined = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if output.name == "stderr":
                raise SourceError(f"a cell wrote to stderr: {output.text}")
            if joined and joined[-1].output_type == "stream":
                joined[-1].text += output.text
                continue
        joined.append(output)
    cell.outputs = joined


def write(notebook, path):
    """Write a notebook whole or not at all, unless it is there already."""
    text = nbformat.writes(notebook) + "\n"
    replace(Path(path), text.encode("utf-8"))


def replace(path, content):
    """Write a file whole or not at all, unless it holds that already.

    Parameters
    ----------
    path : str or Path
        An interruption leaves there what was there.
    content : bytes
    """
    path = Path(path)
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.write_bytes(content)
        os.replace(fresh, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()


def pictures(stem, notebook):
    """Return {name: PNG bytes} of the README's pictures from a notebook."""
    figures = [
        output.data["image/png"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    return {
        name: base64.b64decode(figures[place])
        for name, (owner, place) in PICTURES.items()
        if owner == stem
    }


def to_source(notebook):
    """Return the percent script of a notebook, a string."""
    plain = nbformat.v4.new_notebook()
    plain.metadata["jupytext"] = {
        "notebook_metadata_filter": "-all",
        "cell_metadata_filter": "tags,-all",
    }
    for cell in notebook.cells:
        make = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")
        fresh = make(cell.source)
        if cell.metadata.get("tags"):
            fresh.metadata["tags"] = list(cell.metadata["tags"])
        plain.cells.append(fresh)
    return jupytext.writes(plain, fmt=PERCENT)


def find_sources(numbers=()):
    """Return the sources with these numbers ("04" or "4"), all by default."""
    paths = sorted(SOURCES.glob("[0-9][0-9]_*.py"))
    if not all(re.fullmatch("[0-9]+", str(number)) for number in numbers):
        raise SourceError(f'numbers: expected some like "04", got {numbers}')
    wanted = {int(number) for number in numbers}
    found = [p for p in paths if not wanted or int(p.name[:2]) in wanted]
    missing = wanted - {int(p.name[:2]) for p in found}
    if missing:
        raise SourceError(f"no source with the numbers {sorted(missing)}")
    return found


def build(numbers=()):
    """Make complete notebooks and student copies from their sources."""
    sources = find_sources(numbers)
    copies = {s.stem: student_copy(read_source(s)) for s in sources}
    for stem, student in copies.items():  # notebook 00 reads them
        write(student, STUDENT / f"{stem}.ipynb")
    for source in sources:
        start = time.perf_counter()
        print(f"{source.stem} ...", end=" ", flush=True)
        notebook = read_source(source)
        execute(notebook)
        write(notebook, NOTEBOOKS / f"{source.stem}.ipynb")
        for name, image in pictures(source.stem, notebook).items():
            folder = NOTEBOOKS.parent / "docs" / "pictures"
            replace(folder / f"{name}.png", image)
        print(f"{time.perf_counter() - start:.0f} s", flush=True)
    if (NOTEBOOKS.parent / "docs").exists():
        page = NOTEBOOKS.parent / "docs" / "equations.md"
        replace(page, ledger.page(stored()).encode("utf-8"))
        readme = NOTEBOOKS.parent / "README.md"
        text = readme.read_text(encoding="utf-8")
        replace(readme, with_table(text, table(facts())).encode("utf-8"))


def table(notebooks):
    """Return the README's table of the notebooks, from their `facts`."""
    rows = [
        "| notebook | its question | to run, at most | to study: the core "
        "| with everything | needs TensorFlow? |",
        "| --- | --- | --: | --: | --: | --- |",
    ]
    for known in notebooks:
        needs = "yes" if known["tensorflow"] else "no"
        rows.append(
            "| {stem} | {question} | {run} s | {study} min | {all} min "
            "| {needs} |".format(**known, needs=needs)
        )
    run = sum(known["run"] for known in notebooks)
    times = [
        "{} h {} min".format(*divmod(sum(k[kind] for k in notebooks), 60))
        for kind in ("study", "all")
    ]
    rows.append(f"| all | | {run} s | {' | '.join(times)} | |")
    return "\n".join(rows)


def with_table(text, rows):
    """Return the README with the table between its marks replaced."""
    begin, end = MARKS
    before, mark, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not mark or not closed:
        raise SourceError(f"README.md: expected the marks {begin} and {end}")
    return f"{before}{begin}\n{rows}\n{end}{after}"


def stored():
    """Return {name: complete notebook}, in order."""
    return {
        path.stem: nbformat.read(path, as_version=4)
        for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    }


def pull(numbers=()):
    """Take the cells of complete notebooks back into their sources."""
    for source in find_sources(numbers):
        complete = NOTEBOOKS / f"{source.stem}.ipynb"
        notebook = nbformat.read(complete, as_version=4)
        student_copy(notebook)  # complains if solution marks were broken
        text = to_source(notebook)
        old = source.read_text(encoding="utf-8")
        replace(source, text.encode("utf-8"))
        print(f"{source.name}: {'unchanged' if text == old else 'updated'}")


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="tools.build")
    parser.add_argument("command", choices=["build", "pull"])
    parser.add_argument("numbers", nargs="*")
    options = parser.parse_args(arguments)
    try:
        {"build": build, "pull": pull}[options.command](options.numbers)
    except SourceError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except CellExecutionError as error:
        colours = re.compile(r"\x1b\[[0-9;]*m")
        print("\n" + colours.sub("", str(error)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted: what was not finished is as it was")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
