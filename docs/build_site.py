"""Build the course's site from the stored notebooks; nothing is executed.

    python docs/build_site.py [--without-solutions] [--output DIR]

The pages of docs/ and the notebooks are brought together in a temporary
folder, with solutions folded (or left out), and Sphinx makes the site.
"""

import argparse
import contextlib
import functools
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from conf import BRANCH, REPOSITORY, SITE_BRANCH

from helpers.build import (
    BEGIN,
    END,
    NOTEBOOKS,
    STUDENT,
    exercise_of,
    student_copy,
)
from helpers.equations import EQUATIONS

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
OUTPUT = DOCS / "_build" / "site"
MARK = "course-site.txt"  # in the output: this folder may be replaced
FOLDED = "Solutions are folded; one click opens them, after you have tried."
WITHHELD = "Solutions are not here yet: they follow when you have handed in."
# the speed at which the instructor's table reads, a minute (it says why)
WORDS, FORMULAS, LINES = 120, 6, 20
HEAVY = 500_000  # bytes of a script
UNITS = {"second": 1, "minute": 60, "hour": 3600}
FORMULA = r"\$\$.+?\$\$|\$[^$]+\$"
COMPUTED = r"\[(\d\d)\]\(\.\./notebooks/(\w+)\.ipynb\), (\d+)"  # in the ledger
GUARD = '''\
# This notebook needs the rest of the course beside it.
class CourseNotHere(Exception):
    """Shown as its few lines alone."""

    def _render_traceback_(self):
        return str(self).splitlines()


try:
    import helpers.exercises
except ImportError:
    raise CourseNotHere("""\\
The course's module `helpers` is not here. On your own computer, run

    git clone ADDRESS
    cd FOLDER
    python3 course.py lab

or, in Colab, these lines in a cell of their own, and then the notebook:

    !git clone ADDRESS
    %cd FOLDER
    %pip install --quiet codecarbon threadpoolctl""") from None'''


def stored():
    """Return the stems of the complete notebooks, in order."""
    return [p.stem for p in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))]


def read(stem):
    return nbformat.read(NOTEBOOKS / f"{stem}.ipynb", as_version=4)


# --- a notebook as a page -------------------------------------------------


def page(stem, notebook, with_solutions):
    """Return the notebook that becomes a page.

    Parameters
    ----------
    stem : str
        Its name, such as "04_numpy_single_hidden_layer".
    notebook : nbformat.NotebookNode
        The complete one; it is not changed.
    with_solutions : bool
        Fold solutions, or leave them out.

    Returns
    -------
    nbformat.NotebookNode
    """
    stubs = {cell.id: cell for cell in student_copy(notebook).cells}
    fresh = nbformat.v4.new_notebook(metadata=notebook.metadata)
    anchors = computing(stem)
    for cell in notebook.cells:
        if cell.get("execution_count") in anchors:
            fresh.cells.append(anchor_of(cell))
        if with_solutions:
            fresh.cells += folded(cell, stubs.get(cell.id))
        elif cell.id in stubs:
            fresh.cells.append(unsolved(cell, stubs[cell.id]))
    for cell in fresh.cells:
        if cell.cell_type == "markdown":
            cell.source = linked(cell.source, "", stem)
    bar = nbformat.v4.new_markdown_cell(buttons(stem, with_solutions))
    bar.id = "buttons"
    fresh.cells.insert(1, bar)
    return fresh


def anchor_of(cell):
    """Return a cell that is seen by links alone, to go before this one."""
    name = f"cell-{cell.execution_count}"
    anchor = nbformat.v4.new_markdown_cell(f'<div id="{name}"></div>')
    anchor.id = name
    return anchor


def folded(cell, stub):
    """Return a cell of the complete notebook as one or two cells."""
    cell = nbformat.from_dict(cell)
    if stub is None:  # solution-only
        cell.source = fold_text(cell.source)
        return [cell]
    number = exercise_of(cell)
    if number is None:
        return [cell]
    lines = cell.source.splitlines()
    kept = [line for line in lines if line.strip() not in (BEGIN, END)]
    cell.source = "\n".join(kept)
    cell.metadata["tags"] = ["hide-input"]
    words = f"the solution of exercise {number}"
    cell.metadata["mystnb"] = {
        "code_prompt_show": f"Show {words}",
        "code_prompt_hide": f"Hide {words}",
    }
    stub = nbformat.from_dict(stub)
    stub.id = f"{stub.id}-gap"
    return [stub, cell]


def fold_text(text):
    """Return a model answer in Markdown, folded."""
    if re.search(r"^#", text, re.MULTILINE):
        raise ValueError(f"a model answer holds a heading: {text[:60]!r}")
    return (
        '<details class="admonition hide"><summary>\n'
        '<p class="collapsed admonition-title">Show a model answer</p>\n'
        '<p class="expanded admonition-title">Hide the model answer</p>\n'
        f'</summary><div class="model-answer">\n\n{text}\n\n</div></details>'
    )


def unsolved(cell, stub):
    """Return a cell as a class sees it before it hands in."""
    fresh = nbformat.from_dict(cell)
    fresh.source = stub.source
    asks = re.search(r"^(check|progress)\(", fresh.source, re.MULTILINE)
    if cell.cell_type == "code" and (exercise_of(cell) or asks):
        fresh.outputs = []
    return fresh


def buttons(stem, with_solutions):
    """Return the line of launch buttons and downloads, as HTML."""
    owner = REPOSITORY.split("github.com/")[-1]
    binder = f"https://mybinder.org/v2/gh/{owner}/{BRANCH}?urlpath=lab/tree/"
    colab = f"https://colab.research.google.com/github/{owner}/blob/"
    links = [
        (f"{binder}notebooks/student/{stem}.ipynb", "Open in Binder"),
        (
            f"{colab}{SITE_BRANCH}/downloads/student/{stem}.ipynb",
            "Open in Colab",
        ),
        (f"../downloads/student/{stem}.ipynb", "Download to work on"),
    ]
    if with_solutions:
        complete = f"../downloads/complete/{stem}.ipynb"
        links.append((complete, "Download with solutions"))
    text = "\n".join(
        f'<a href="{to}"{" download" if to.startswith("..") else ""}>'
        f"{words}</a>"
        for to, words in links
    )
    return f'<p class="course-buttons">\n{text}\n</p>'


def downloadable(notebook):
    """Return a notebook that says what to do where `helpers` is missing."""
    fresh = nbformat.from_dict(notebook)
    first = nbformat.v4.new_code_cell(addressed(GUARD))
    first.id = "first-of-all"
    fresh.cells.insert(1, first)
    return fresh


# --- links ----------------------------------------------------------------


def addressed(text):
    """Return a text with the course's public address, and its last part."""
    folder = REPOSITORY.rsplit("/", 1)[-1]
    return text.replace("ADDRESS", REPOSITORY).replace("FOLDER", folder)


UNTOUCHED = r"```.*?```|`[^`]*`|\[[^\]]*\]\([^)]*\)|\$\$.*?\$\$|\$[^$]*\$"
UNTOUCHED += r"|<[^>]*>|^#[^\n]*"
MENTION = r"\b[Nn]otebooks?\s\d\d(?:(?:,|\s(?:and|or|to))\s\d\d)*"
EQUATION = r"\*\*[FBSO]\d\d?\*\*"


def linked(text, folder, own=None):
    """Return Markdown with notebooks and equations that it names linked.

    Parameters
    ----------
    text : str
        Of a page or a text cell.
    folder : str
        From here to the notebooks, such as "notebooks/", or "".
    own : str, optional
        The stem of the notebook itself, which is not linked.
    """
    found = {stem[:2]: stem for stem in stored() if stem != own}

    def one(number, words):
        if number not in found:
            return words
        return f"[{words}]({folder}{found[number]}.ipynb)"

    def mention(match):
        words = match.group(0)
        if match.group(1):
            return words
        if words.startswith("**"):
            name = words.strip("*")
            if folder or name not in EQUATIONS:
                return words
            to = f"../equations.html#{name}"
            return f'<a class="equation" href="{to}">{words}</a>'
        numbers = re.findall(r"\d\d", words)
        if len(numbers) == 1:
            return one(numbers[0], words)
        return re.sub(r"\d\d", lambda m: one(m.group(0), m.group(0)), words)

    pattern = f"({UNTOUCHED})|{MENTION}|{EQUATION}"
    return re.sub(pattern, mention, text, flags=re.DOTALL | re.MULTILINE)


def moved(text):
    """Return a page of docs/ with its links as they are on the site."""

    def move(match):
        words, path = match.groups()
        if path.startswith("notebooks/"):
            there = Path(path).stem in stored()
            return f"[{words}]({path})" if there else words
        return f"[{words}]({REPOSITORY}/blob/{BRANCH}/{path})"

    return re.sub(r"\[([^\]]*)\]\(\.\./([^)]+)\)", move, text)


# --- the pages of docs/ ---------------------------------------------------


def document(path, with_solutions=True):
    """Return a page of docs/ for the site, with its marks filled in."""
    text = path.read_text(encoding="utf-8")
    marks = {"table: notebooks": contents, "table: study": study}
    for name, table in marks.items():
        if f"<!-- {name} -->" in text:
            text = text.replace(f"<!-- {name} -->", table())
    solutions = FOLDED if with_solutions else WITHHELD
    text = text.replace("<!-- solutions -->", solutions)

    def include(match):
        other = (ROOT / match.group(1)).read_text(encoding="utf-8")
        other = re.sub(r"\A# [^\n]*\n", "", other)
        return re.sub(r"^#", "##", other, flags=re.MULTILINE)

    text = re.sub(r"<!-- include: (\S+) -->", include, text)
    if path.stem == "equations":
        text = anchored(text)
    return linked(moved(addressed(text)), "notebooks/")


def anchored(text):
    """Return the ledger with an anchor for each equation, and links to cells.

    Notebooks link to an equation; the ledger links to the cell that computes
    it. An equation may have two rows: the first one gets the anchor.
    """
    seen = set()

    def anchor(match):
        name = match.group(1)
        if name in seen:
            return match.group(0)
        seen.add(name)
        return f'| <span id="{name}"></span>{name} |'

    text = re.sub(r"^\| ([FBSO]\d+) \|", anchor, text, flags=re.MULTILINE)
    return re.sub(
        COMPUTED, r'<a href="notebooks/\2.html#cell-\3">\1, \3</a>', text
    )


def computing(stem):
    """Return the numbers of a notebook's cells to which the ledger links."""
    ledger = (DOCS / "equations.md").read_text(encoding="utf-8")
    rows = re.findall(COMPUTED, ledger)
    return {int(cell) for _, notebook, cell in rows if notebook == stem}


@functools.cache
def facts(stem):
    """Return what the tables say of a notebook; minutes, but "run" in s."""
    cells = read(stem).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    text = "\n\n".join(texts)
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    prose, formulas = re.subn(FORMULA, " ", text, flags=re.DOTALL)
    words = len(re.findall(r"[A-Za-z]{2,}", prose))
    lines = sum(bool(line.strip()) for x in code for line in x.splitlines())
    minutes = re.findall(r"^### Exercise \S+ \((\d+) min", text, re.MULTILINE)
    times = re.search(r"To run: (.*?)\. To study: (.*?)[.,*]", text, re.DOTALL)
    return {
        "question": re.match(r"# \d\d — (.*)", text).group(1),
        "run": seconds(times.group(1)),
        "study": seconds(times.group(2)) // 60,
        "words": words,
        "formulas": formulas,
        "lines": lines,
        "reading": words / WORDS + formulas / FORMULAS + lines / LINES,
        "exercises": len(minutes),
        "solving": sum(map(int, minutes)),
    }


def seconds(time):
    """Return the seconds of "about 20 seconds on two processors"."""
    number, unit = re.search(r"(\d+) (second|minute|hour)", time).groups()
    return int(number) * UNITS[unit]


def contents():
    """Return the table of the notebooks, as Markdown."""
    rows = [
        "| notebook | its question | to run | to study |",
        "| --- | --- | --: | --: |",
    ]
    for stem in stored():
        known = facts(stem)
        link = f"[{known['question']}](notebooks/{stem}.ipynb)"
        run, study = f"{known['run']} s", f"{known['study']} min"
        rows.append(
            f"| {stem[:2]} | {link} | {unbroken(run)} | {unbroken(study)} |"
        )
    return "\n".join(rows)


def unbroken(text):
    """Return a quantity that stays on its line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def study():
    """Return the instructor's table of times, counted and stated."""
    rows = [
        "| notebook | words | formulas | lines of code | to read (min) "
        "| exercises | to solve (min) | together (min) | it says (min) "
        "| to run (s) |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for stem in stored():
        known = facts(stem)
        together = known["reading"] + known["solving"]
        rows.append(
            f"| [{stem[:2]}](notebooks/{stem}.ipynb) | {known['words']:,} "
            f"| {known['formulas']} | {known['lines']:,} "
            f"| {known['reading']:.0f} | {known['exercises']} "
            f"| {known['solving']} | {together:.0f} "
            f"| {known['study']} | {known['run']} |"
        )
    return "\n".join(rows)


# --- the site -------------------------------------------------------------


def stage(folder, with_solutions):
    """Write all that Sphinx reads into a folder."""
    (folder / "notebooks").mkdir(parents=True)
    for stem in stored():
        notebook = page(stem, read(stem), with_solutions)
        nbformat.write(notebook, folder / "notebooks" / f"{stem}.ipynb")
    for path in DOCS.glob("*.md"):
        text = document(path, with_solutions)
        (folder / path.name).write_text(text, encoding="utf-8")
    shutil.copytree(DOCS / "pictures", folder / "pictures")


def write_downloads(folder, with_solutions):
    """Write the notebooks to download: student copies, and complete ones."""
    kinds = {"student": STUDENT}
    if with_solutions:
        kinds["complete"] = NOTEBOOKS
    for kind, where in kinds.items():
        (folder / kind).mkdir(parents=True)
        for stem in stored():
            if kind == "student":  # the stored copy may hold answers
                notebook = student_copy(read(stem))
            else:
                notebook = nbformat.read(where / f"{stem}.ipynb", 4)
            notebook = downloadable(notebook)
            nbformat.write(notebook, folder / kind / f"{stem}.ipynb")


def mend(path):
    """Mend what a reader who hears a page would stumble over."""
    text = path.read_text(encoding="utf-8")
    better = text.replace(' aria-label="Toggle hidden content"', "")
    better = re.sub(
        r'<th class="head[^"]*"><p></p></th>', "<td></td>", better
    )
    icon = r'(<i class="theme-switch [^>]*?) +title="[^"]*"'
    better = re.sub(icon, r"\1", better)
    if better != text:
        path.write_text(better, encoding="utf-8")


def lighten(site):
    """Take a script of 1.5 MB out of pages that do without it.

    The theme for Python 3.9 has all icons in a script and in a font; the font
    loads what is used. Later themes have a small script, which stays.
    """
    script = site / "_static" / "scripts" / "fontawesome.js"
    if script.stat().st_size > HEAVY:
        script.unlink()
        tag = r'<script[^>]*fontawesome\.js[^>]*></script>'
        for path in site.glob("**/*.html"):
            text = path.read_text(encoding="utf-8")
            path.write_text(re.sub(tag, "", text), encoding="utf-8")


def build(output, with_solutions=True):
    """Build the site; replace what an earlier build left there.

    Raises
    ------
    FileExistsError
        If the folder holds anything but an earlier site.
    RuntimeError
        If Sphinx does not succeed.
    """
    from sphinx.cmd.build import build_main

    output = Path(output)
    if output.exists() and any(output.iterdir()):
        if not (output / MARK).exists():
            raise FileExistsError(f"{output} holds other things than a site")
    with tempfile.TemporaryDirectory(prefix="course-site-") as name:
        work = Path(name)
        stage(work / "source", with_solutions)
        arguments = ["-q", "-b", "html", "-c", DOCS, "-d", work / "doctrees"]
        arguments += [work / "source", work / "site"]
        if build_main([str(argument) for argument in arguments]) != 0:
            raise RuntimeError("Sphinx did not succeed (above: why)")
        site = work / "site"
        shutil.rmtree(site / "_sources", ignore_errors=True)  # empty folders
        for made in site.glob("**/*.html"):
            mend(made)
        lighten(site)
        write_downloads(site / "downloads", with_solutions)
        (site / ".nojekyll").write_text("")  # Pages: folders with _ are ours
        (site / MARK).write_text("Made by course.py site.\n")
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(output)
        output.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(str(site), str(output))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="build_site.py")
    parser.add_argument("--without-solutions", action="store_true")
    parser.add_argument("--output", default=str(OUTPUT), metavar="DIR")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    try:
        build(options.output, not options.without_solutions)
    except (FileExistsError, RuntimeError) as error:
        print(f"course.py site: {error}", file=sys.stderr)
        return 1
    index = Path(options.output).resolve() / "index.html"
    print(f"{time.perf_counter() - start:.0f} s. Open {index.as_uri()}")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    sys.exit(main())
