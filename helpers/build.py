"""From notebooks/source/NN_slug.py to the notebooks, and back.

    python -m helpers.build build [NN ...]   source -> complete and student
    python -m helpers.build pull [NN ...]    complete -> source

A source is a jupytext percent script. Tags of its cells say what they are:
`exercise-4.2` holds an exercise's answer, of which the lines between
`### BEGIN SOLUTION` and `### END SOLUTION` are replaced by a stub in the
student copy; `solution-only` is left out there as a whole;
`nbval-ignore-output` shows what hangs on the machine.
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

from helpers import expect
from helpers.equations import EQUATIONS, ledger

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
SOURCES = NOTEBOOKS / "source"
STUDENT = NOTEBOOKS / "student"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
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
CELL_SECONDS = 600  # no cell of the course comes near this


class SourceError(ValueError):
    """A source text breaks the rules above; says where."""


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
        notebook.cells.append(fresh)
    return notebook


def student_copy(notebook):
    """Return a notebook without solutions and outputs, stubs in their place.

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
        If solution marks are unbalanced or lie outside an exercise.
    """
    copy = nbformat.v4.new_notebook(metadata=KERNEL)
    for cell in expect.notebook("notebook", notebook).cells:
        tags = cell.metadata.get("tags", [])
        if "solution-only" in tags:
            continue
        make = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")
        fresh = make(cell.source, id=cell.id)
        if cell.cell_type == "code":
            fresh.source = _with_stub(cell.source, exercise_of(cell))
        copy.cells.append(fresh)
    return copy


def exercise_of(cell):
    """Return the number of the exercise a cell answers, "4.2", or None."""
    if not hasattr(cell, "metadata"):
        raise TypeError(f"cell: expected a cell, got {expect.got(cell)}")
    for tag in cell.metadata.get("tags", []):
        if tag.startswith("exercise-"):
            return tag[len("exercise-") :]
    return None


def _with_stub(source, number):
    """Replace each solution in a cell by a line that raises."""
    lines, inside = [], False
    for line in source.splitlines():
        mark = line.strip()
        if mark == BEGIN:
            if inside or number is None:
                raise SourceError(f"{BEGIN} out of place: {source[:60]!r}")
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            words = f'"Exercise {number}: your code goes here"'
            lines.append(f"{indent}raise NotImplementedError({words})")
        elif mark == END:
            if not inside:
                raise SourceError(f"{END} without begin: {source[:60]!r}")
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        raise SourceError(f"{BEGIN} without end: {source[:60]!r}")
    if number is not None and BEGIN not in source:
        raise SourceError(f"exercise {number} has no solution marks")
    return "\n".join(lines)


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
        expect.notebook("notebook", notebook),
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # a quiet kernel
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )
    before = os.environ.get("COURSE_NO_BARS")
    os.environ["COURSE_NO_BARS"] = "1"  # the kernel inherits it
    try:
        client.execute()
    except (asyncio.CancelledError, DeadKernelError):
        if client.interrupted:
            raise KeyboardInterrupt from None
        raise
    finally:
        if before is None:
            del os.environ["COURSE_NO_BARS"]
    notebook.metadata = nbformat.from_dict(KERNEL)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _tidy(cell)


def _tidy(cell):
    """Join streams, refuse stderr, copy alternative texts to the metadata."""
    joined = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if output.name == "stderr":
                raise SourceError(f"a cell wrote to stderr: {output.text}")
            if joined and joined[-1].output_type == "stream":
                joined[-1].text += output.text
                continue
        joined.append(output)
        alt = output.get("metadata", {}).get("image/png", {}).get("alt")
        if alt:
            cell.metadata["mystnb"] = {"image": {"alt": alt}}
    cell.outputs = joined


def write(notebook, path):
    """Write a notebook whole or not at all, unless it is there already."""
    text = nbformat.writes(expect.notebook("notebook", notebook)) + "\n"
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
    if not isinstance(content, bytes):
        raise TypeError(
            f"content: expected bytes, got {expect.got(content)}"
        )
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
        for cell in expect.notebook("notebook", notebook).cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    return {
        name: base64.b64decode(figures[place])
        for name, (owner, place) in PICTURES.items()
        if owner == stem
    }


def ledger_page():
    """Return docs/equations.md, made from the stored complete notebooks."""
    notebooks = {
        path.stem: nbformat.read(path, as_version=4)
        for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    }
    lines = [
        "# The lecture's equations, executed",
        "",
        "Each equation of the lecture, where a notebook states it and a cell "
        "computes both of its sides independently, and the largest relative "
        "difference found. The same cell computes a deliberately wrong "
        "version of the equation; its difference, in the last column, shows "
        "that the check can fail. This page is made by `python3 course.py "
        "build` from the stored notebooks.",
        "",
        "| ID | equation | says | notebook, cell | error | wrong version |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in ledger(notebooks):
        formula, says = EQUATIONS[row["id"]]
        link = f"[{row['notebook'][:2]}](../notebooks/{row['notebook']}.ipynb)"
        lines.append(
            f"| {row['id']} | ${formula}$ | {says} | {link}, {row['cell']} "
            f"| {row['error']:.0e} | {row['wrong_error']:.0e} |"
        )
    return "\n".join(lines) + "\n"


def to_source(notebook):
    """Return the percent script of a notebook, a string."""
    plain = nbformat.v4.new_notebook()
    plain.metadata["jupytext"] = {
        "notebook_metadata_filter": "-all",
        "cell_metadata_filter": "tags,-all",
    }
    for cell in expect.notebook("notebook", notebook).cells:
        make = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")
        fresh = make(cell.source)
        if cell.metadata.get("tags"):
            fresh.metadata["tags"] = list(cell.metadata["tags"])
        plain.cells.append(fresh)
    return jupytext.writes(plain, fmt=PERCENT)


def find_sources(numbers=()):
    """Return the sources with these numbers ("04" or "4"), all by default."""
    paths = sorted(SOURCES.glob("[0-9][0-9]_*.py"))
    numbers = expect.sequence("numbers", numbers)
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
    for source in find_sources(numbers):
        start = time.perf_counter()
        print(f"{source.stem} ...", end=" ", flush=True)
        notebook = read_source(source)
        student = student_copy(notebook)
        execute(notebook)
        write(notebook, NOTEBOOKS / f"{source.stem}.ipynb")
        write(student, STUDENT / f"{source.stem}.ipynb")
        for name, image in pictures(source.stem, notebook).items():
            folder = NOTEBOOKS.parent / "docs" / "pictures"
            replace(folder / f"{name}.png", image)
    page = NOTEBOOKS.parent / "docs" / "equations.md"
    if page.parent.exists():
        replace(page, ledger_page().encode("utf-8"))
        print(f"{time.perf_counter() - start:.0f} s", flush=True)


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
    parser = argparse.ArgumentParser(prog="helpers.build")
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
