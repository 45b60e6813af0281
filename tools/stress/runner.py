"""A notebook's cells, run in this process: quickly, and no figure is stored.

For tests of what becomes of a notebook when something in it was changed. With
`few=True` there are 6,000 images to train with instead of 50,000.
"""

import ast
import contextlib
import io
import linecache
import os
import re
import sys
import traceback
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
FEW = 6_000, 2_500  # images of the training sample, of the two others
CELL = "<cell "
STAY = r"^ *(check|hint|solution|progress)\("
NOT_OURS = {"instructor", "solution-only"}


class Failed(Exception):
    """A cell raised; says which line, and what."""


def code_of(notebook):
    """Return the code cells of a notebook as students have them.

    With the solutions filled in, and without the instructor's cells.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Complete, or a source that `tools.build.read_source` has read.

    Returns
    -------
    list of nbformat.NotebookNode
        Each with its tags.
    """
    from exercises.source import answer_in

    return [
        cell for cell in notebook.cells
        if cell.cell_type == "code"
        and not NOT_OURS & set(cell.metadata.get("tags", []))
        and answer_in(cell.metadata.get("tags", [])) is None
    ]


def without_checks(code):
    """Return code without calls of `check` and its relatives."""
    return re.sub(STAY + ".*$", "pass", code, flags=re.MULTILINE)


def without_asserts(code):
    """Return code in which each `assert` holds."""
    tree = ast.parse(code)

    class Hold(ast.NodeTransformer):
        def visit_Assert(self, node):
            return ast.copy_location(ast.Pass(), node)

    return ast.unparse(ast.fix_missing_locations(Hold().visit(tree)))


class Kernel:
    """Runs cells one after the other, as a notebook's kernel would.

    Attributes
    ----------
    space : dict
        The notebook's names.
    """

    def __init__(self, few=False):
        self.space = {"__name__": "__main__"}
        self.cells = 0
        _prepare(few)

    def run(self, code):
        """Run a cell; raise `Failed` with its line and error."""
        tree = ast.parse(code)
        last = tree.body[-1] if tree.body else None
        self.cells += 1
        file = f"{CELL}{self.cells}>"  # where `inspect` finds the source
        lines = [line + "\n" for line in code.splitlines()]
        linecache.cache[file] = len(code), None, lines, file
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                if isinstance(last, ast.Expr):
                    tree.body.pop()
                    exec(compile(tree, file, "exec"), self.space)
                    whole = ast.Expression(last.value)
                    value = eval(compile(whole, file, "eval"), self.space)
                    for show in ("_repr_html_", "__repr__"):
                        getattr(value, show, str)()
                else:
                    exec(compile(tree, file, "exec"), self.space)
        except Exception as error:
            raise Failed(_line(code, error)) from None


def _line(code, error):
    found = [f for f in traceback.extract_tb(error.__traceback__)
             if f.filename.startswith(CELL)]
    words = f"{type(error).__name__}: {str(error)[:200]}"
    if found and found[-1].lineno <= len(code.splitlines()):
        line = code.splitlines()[found[-1].lineno - 1].strip()
        words += f"\n    in {line}"
    return words


def _prepare(few):
    """Set the process up as a kernel of the course; once."""
    os.environ.update(COURSE_NO_BARS="1", MPLBACKEND="agg")
    os.chdir(ROOT / "notebooks")
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from helpers import data, plotting

    def display(figures, alt, facts, *rest, **options):
        import matplotlib.pyplot as plt

        for figure in figures:
            plt.close(figure)
        if len(alt) < 40:
            raise ValueError(f"alt: {alt!r}")

    plotting._display = display
    if few and not hasattr(data, "whole"):
        data.whole = data.load_mnist
        data.load_mnist = lambda *a, **k: _fewer(data.whole(*a, **k))


def _fewer(mnist):
    train, other = FEW
    ends = train, train, other, other, other, other
    return type(mnist)(*(part[:n] for part, n in zip(mnist, ends)))


def read(path):
    """Return a stored notebook, or a source, as a notebook."""
    if Path(path).suffix == ".py":
        from tools import build

        return build.read_source(path)
    return nbformat.read(path, as_version=4)
