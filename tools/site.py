"""Build the course's site from the stored notebooks; nothing is executed.

    python -m tools.site [--without-solutions] [--output DIR]

The pages of docs/ and the notebooks are brought together in a temporary
folder, with solutions folded (or left out), and Sphinx makes the site.
"""

import argparse
import base64
import contextlib
import hashlib
import json
import os
import re
import runpy
import shutil
import sys
import tempfile
import time
from html import escape
from pathlib import Path

import nbformat

from exercises import source
from exercises.source import BEGIN, END
from helpers.data import DataError, load_mnist, load_network
from helpers.draw import pack
from helpers.network import forward
from helpers.plotting import FRAMES
from tools.build import NOTEBOOKS, exercise_of, student_copy
from tools.ledger import EQUATIONS
from tools.weight import counted

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
OUTPUT = DOCS / "_build" / "site"
CONF = runpy.run_path(str(DOCS / "conf.py"))
REPOSITORY, BRANCH = CONF["REPOSITORY"], CONF["BRANCH"]
MARK = "course-site.txt"  # in the output: this folder may be replaced
FOLDED = "Solutions are folded; one click opens them, after you have tried."
WITHHELD = "Solutions are not here yet: they follow when you have handed in."
HEAVY = 500_000  # bytes of a script
PNG = "image/png"
COMPUTED = r"\[(\d\d)\]\(\.\./notebooks/(\w+)\.ipynb\), (\d+)"  # in the ledger
GUARD = '''\
# This notebook needs the rest of the course beside it.
class CourseNotHere(Exception):
    """Shown as its few lines alone."""

    def _render_traceback_(self):
        return str(self).splitlines()


try:
    import exercises
except ImportError:
    raise CourseNotHere("""\\
The course's own modules are not here. On your own computer, run

    git clone ADDRESS
    cd FOLDER
    python3 course.py lab

or, in Colab, these lines in a cell of their own, and then the notebook:

    !git clone ADDRESS
    %cd FOLDER
    %pip install --quiet codecarbon threadpoolctl anywidget""") from None'''
PAD = """\
<div id="course-draw">
<noscript>The pad and the network run as a script: this browser runs none.
</noscript>
{page}</div>
<script src="_static/network.js"></script>
<script src="_static/draw.js"></script>"""
MOVING = """\
<figure class="course-frames" data-frames="{frames}">
{image}
<div class="course-slider" hidden><label>Move it
<input type="range" min="0" max="{last}" value="{start}"></label>
<output aria-live="off">{label}</output></div>
</figure>"""


def stored():
    """Return the stems of the complete notebooks, in order."""
    return [p.stem for p in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))]


def read(stem):
    return nbformat.read(NOTEBOOKS / f"{stem}.ipynb", as_version=4)


# --- a notebook as a page -------------------------------------------------


def page(stem, notebook, with_solutions, figures):
    """Return the notebook that becomes a page.

    Parameters
    ----------
    stem : str
        Its name, such as "04_numpy_single_hidden_layer".
    notebook : nbformat.NotebookNode
        The complete one; it is not changed.
    with_solutions : bool
        Fold solutions, or leave them out.
    figures : Path
        The folder into which its pictures are written.

    Returns
    -------
    nbformat.NotebookNode
    """
    stubs = {cell.id: cell for cell in student_copy(notebook).cells}
    bar = nbformat.v4.new_markdown_cell(buttons(stem, with_solutions))
    bar.id = "buttons"
    fresh = nbformat.v4.new_notebook(metadata=notebook.metadata)
    anchors = computing(stem)
    for cell in notebook.cells:
        if cell.get("execution_count") in anchors:
            fresh.cells.append(anchor_of(cell))
        if with_solutions:
            fresh.cells += solved(cell, stubs.get(cell.id))
        elif cell.id in stubs and not answers(cell):
            fresh.cells.append(unsolved(cell, stubs[cell.id]))
    for cell in fresh.cells:
        if cell.cell_type == "markdown":
            cell.source = linked(cell.source, "", stem)
            continue
        if "draws" in cell.metadata.get("tags", []):
            fold_code(cell, drawing(cell))
        cell.outputs = [seen(output, figures) for output in cell.outputs]
    fresh.cells.insert(1, bar)
    return fresh


def anchor_of(cell):
    """Return a cell that is seen by links alone, to go before this one."""
    name = f"cell-{cell.execution_count}"
    anchor = nbformat.v4.new_markdown_cell(f'<div id="{name}"></div>')
    anchor.id = name
    return anchor


def answers(cell):
    """Is a cell a model answer?"""
    tags = cell.metadata.get("tags", [])
    return any(t == "solution-only" or t.startswith("answer-") for t in tags)


def solved(cell, stub):
    """Return a cell of the complete notebook as one or two cells."""
    cell = nbformat.from_dict(cell)
    if answers(cell) and cell.cell_type == "markdown":
        cell.source = fold_text(cell.source)
    elif answers(cell):
        fold_code(cell, "the code of the model answer")
    number = exercise_of(cell)
    if number is None:
        return [cell]
    lines = cell.source.splitlines()
    kept = [line for line in lines if line.strip() not in (BEGIN, END)]
    cell.source = "\n".join(kept)
    fold_code(cell, f"the solution of exercise {number}")
    stub = nbformat.from_dict(stub)
    stub.id = f"{stub.id}-gap"
    return [stub, cell]


def drawing(cell):
    """Return what is folded in a cell that draws, or lays out a table."""
    pictures = [PNG in output.get("data", {}) for output in cell.outputs]
    if any(pictures) or not pictures:
        return "the code that draws"
    return "the code of the table"


def fold_code(cell, words):
    """Fold a cell's code, and let its output be seen."""
    cell.metadata["tags"] = ["hide-input"]
    cell.metadata["mystnb"] = {
        "code_prompt_show": f"Show {words}",
        "code_prompt_hide": f"Hide {words}",
    }


def fold_text(text):
    """Return a model answer in Markdown, folded."""
    if re.search(r"^#", text, re.MULTILINE):
        raise ValueError(f"a model answer holds a heading: {text[:60]!r}")
    return (
        '<div class="cell docutils container">'
        '<details class="admonition hide above-input"><summary>\n'
        '<p class="collapsed admonition-title">Show a model answer</p>\n'
        '<p class="expanded admonition-title">Hide the model answer</p>\n'
        '</summary><div class="model-answer">\n\n'
        f"{text}\n\n</div></details></div>"
    )


def unsolved(cell, stub):
    """Return a cell as a class sees it before it hands in."""
    fresh = nbformat.from_dict(cell)
    fresh.source = stub.source
    asks = re.search(r"^(check|progress)\(", fresh.source, re.MULTILINE)
    if cell.cell_type == "code" and (exercise_of(cell) or asks):
        fresh.outputs = []
    return fresh


def seen(output, figures):
    """Return an output as its page shows it; its pictures are written."""
    data = output.get("data", {})
    if PNG in data:
        html = figure(data, output.metadata, figures)
    elif "<table" in data.get("text/html", ""):
        plain = r'<table( id="[^"]*")?[^>]*>'
        kind = r'<table\1 class="table dataframe">'
        html = re.sub(plain, kind, data["text/html"])
        html = f'<div class="pst-scrollable-table-container">{html}</div>'
    elif "<pre" in data.get("text/html", ""):  # in colours of its own
        return nbformat.v4.new_output("display_data", {
            "text/plain": re.sub("\x1b\\[[0-9;]*m", "", data["text/plain"])
        })
    else:
        return output
    return nbformat.v4.new_output("display_data", {"text/html": html})


def figure(data, metadata, figures):
    """Return a figure as HTML, with a slider if it moves."""
    facts, moving = metadata[PNG], metadata.get(FRAMES)
    pictures, start = [data[PNG]], 0
    if moving:
        pictures, start = moving["frames"], data[FRAMES]["start"]
    paths = []
    for picture in map(base64.b64decode, pictures):
        name = f"{hashlib.sha256(picture).hexdigest()[:20]}.png"
        (figures / name).write_bytes(picture)
        paths.append(f"../{figures.name}/{name}")
    shown = {"src": paths[start], **facts}  # alt, width, height
    words = [f'{name}="{escape(str(shown[name]))}"' for name in shown]
    image = f"<img {' '.join(words)}>"
    if not moving:
        return image
    labels = data[FRAMES]["labels"]
    return MOVING.format(
        frames=escape(json.dumps([*zip(paths, labels)])), image=image,
        last=len(paths) - 1, start=start, label=escape(labels[start]),
    )


def buttons(stem, with_solutions):
    """Return the line of launch buttons and downloads, as HTML."""
    owner = REPOSITORY.split("github.com/")[-1]
    binder = f"https://mybinder.org/v2/gh/{owner}/{BRANCH}?urlpath=lab/tree/"
    colab = f"https://colab.research.google.com/github/{owner}/blob/"
    student = f"downloads/student/{stem}.ipynb"
    links = [
        (f"{binder}notebooks/student/{stem}.ipynb", "Open in Binder"),
        (f"{colab}{CONF['SITE_BRANCH']}/{student}", "Open in Colab"),
        (f"../{student}", "Download to work on"),
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
    """Return a notebook that says what to do where the course is missing."""
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
MENTION = r"\b[Nn]otebooks?\s\d\d(?:(?:,|\s(?:and|or|to))\s\d\d)*\b"
EQUATION = r"\*\*[FBSO]\d\d?\*\*|(?<=\()[FBSO]\d\d?(?=[),])"


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
        name = words.strip("*")
        if len(name) <= 3:
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
    for name, table in (("notebooks", contents), ("study", study)):
        mark = f"<!-- table: {name} -->"
        if mark in text:
            text = text.replace(mark, table())
    solutions = FOLDED if with_solutions else WITHHELD
    text = text.replace("<!-- solutions -->", solutions)

    def include(match):
        other = (ROOT / match.group(1)).read_text(encoding="utf-8")
        other = re.sub(r"\A# [^\n]*\n", "", other)
        return re.sub(r"^#", "##", other, flags=re.MULTILINE)

    text = re.sub(r"<!-- include: (\S+) -->", include, text)
    if path.stem == "equations":
        text = anchored(text)
    text = linked(moved(addressed(text)), "notebooks/")
    if "<!-- rounding -->" in text:
        text = text.replace("<!-- rounding -->", rounding())
    pad = (DOCS / "_static" / "draw.html").read_text(encoding="utf-8")
    return text.replace("<!-- pad -->", PAD.format(page=pad))


def rounding():
    """Return sentences on the stored network, and on its 16-bit weights."""
    stored, mnist = load_network(), load_mnist()
    short = [array.astype("f2").astype("f4") for array in stored.parameters]
    a1, rounded = (forward(mnist.x_test, *parameters)[-1]
                   for parameters in (stored.parameters, short))
    changed = (a1.argmax(axis=1) != rounded.argmax(axis=1)).sum()
    return (
        "Of the 10,000 test images, which it has not seen in training, the "
        f"network classifies {100 * stored.accuracy:.2f} % correctly. On this "
        "page its weights are rounded to 16 bits, so that they load fast. For "
        f"{changed} of these images the prediction changes, and "
        f"no probability changes by more than {abs(a1 - rounded).max():.2g}."
    )


def network():
    """Return a script with the network of notebook 04, and stored digits."""
    facts = pack(load_network().parameters)
    del facts["page"]  # the pad's own part of the page is there already
    return f"window.courseNetwork = {json.dumps(facts)};\n"


def anchored(text):
    """Return the ledger with an anchor for each equation, and links to cells.

    Notebooks link to an equation; the ledger links to the cell that computes
    it. An equation may have two rows: the first one gets the anchor.
    """
    names = set()

    def anchor(match):
        name = match.group(1)
        if name in names:
            return match.group(0)
        names.add(name)
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


def contents():
    """Return the table of the notebooks, as Markdown."""
    rows = [
        "| notebook | its question | to run, at most | to study: the core "
        "| with everything |",
        "| --- | --- | --: | --: | --: |",
    ]
    rows += [
        "| {number} | [{question}](notebooks/{stem}.ipynb) | {run}\xa0s "
        "| {study}\xa0min | {all}\xa0min |".format(**known)
        for known in source.facts()
    ]
    return "\n".join(rows)


def study():
    """Return the instructor's table of times, counted and stated."""
    rows = [
        "| notebook | words | formulas | lines of code | to read (min) "
        "| exercises | to solve (min) | together (min) | it says (min) "
        "| its core (min) | to run, at most (s) |",
        "| ---" + " | --:" * 10 + " |",
    ]
    for facts in source.facts():
        known = {**facts, **counted(read(facts["stem"]).cells)}
        known["together"] = known["reading"] + known["solving"]
        rows.append(
            "| [{number}](notebooks/{stem}.ipynb) | {words:,} | {formulas} "
            "| {lines:,} | {reading:.0f} | {exercises} | {solving} "
            "| {together:.0f} | {all} | {study} | {run} |".format(**known)
        )
    return "\n".join(rows)


# --- the site -------------------------------------------------------------


def stage(folder, figures, with_solutions):
    """Write all that Sphinx reads into a folder, figures into another one."""
    (folder / "notebooks").mkdir(parents=True)
    figures.mkdir()
    for stem in stored():
        notebook = page(stem, read(stem), with_solutions, figures)
        nbformat.write(notebook, folder / "notebooks" / f"{stem}.ipynb")
    for path in DOCS.glob("*.md"):
        text = document(path, with_solutions)
        (folder / path.name).write_text(text, encoding="utf-8")
    shutil.copytree(DOCS / "pictures", folder / "pictures")


def write_downloads(folder, with_solutions):
    """Write the notebooks to download: student copies, and complete ones."""
    # the student copies that are stored may hold answers
    kinds = {"student": lambda stem: student_copy(read(stem))}
    if with_solutions:
        kinds["complete"] = read
    for kind, notebook in kinds.items():
        (folder / kind).mkdir(parents=True)
        for stem in stored():
            path = folder / kind / f"{stem}.ipynb"
            nbformat.write(downloadable(notebook(stem)), path)


def mend(site):
    """Mend what a reader who hears a page would stumble over.

    And take out a script of 1.5 MB: the theme for Python 3.9 has all icons
    in it and in a font, which loads what is used. Later themes have a small
    script, which stays.
    """
    changes = {
        ' aria-label="Toggle hidden content"': "",
        r'<th(?: class="[^"]*")?>(?:<p></p>|&nbsp;)?</th>': "<td></td>",
        r'(<i class="theme-switch [^>]*?) +title="[^"]*"': r"\1",
    }
    script = site / "_static" / "scripts" / "fontawesome.js"
    if script.stat().st_size > HEAVY:
        script.unlink()
        changes[r"<script[^>]*fontawesome\.js[^>]*></script>"] = ""
    for path in site.glob("**/*.html"):
        text = path.read_text(encoding="utf-8")
        for pattern, better in changes.items():
            text = re.sub(pattern, better, text)
        path.write_text(text, encoding="utf-8")


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
        site = work / "site"
        stage(work / "source", work / "figures", with_solutions)
        arguments = ["-q", "-b", "html", "-c", DOCS, "-d", work / "doctrees"]
        arguments += [work / "source", site]
        if build_main([str(argument) for argument in arguments]) != 0:
            raise RuntimeError("Sphinx did not succeed (above: why)")
        shutil.rmtree(site / "_sources", ignore_errors=True)  # empty folders
        mend(site)
        shutil.move(str(work / "figures"), str(site))
        (site / "_static" / "network.js").write_text(network())
        write_downloads(site / "downloads", with_solutions)
        (site / ".nojekyll").write_text("")  # Pages: folders with _ are ours
        (site / MARK).write_text("Made by course.py site.\n")
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(output)
        output.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(str(site), str(output))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="course.py site")
    parser.add_argument("--without-solutions", action="store_true")
    parser.add_argument("--output", default=str(OUTPUT), metavar="DIR")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    try:
        build(options.output, not options.without_solutions)
    except (
        DataError, FileExistsError, RuntimeError, source.SourceError
    ) as error:
        print(f"course.py site: {error}", file=sys.stderr)
        return 1
    index = Path(options.output).resolve() / "index.html"
    print(f"{time.perf_counter() - start:.0f} s. Open {index.as_uri()}")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    sys.exit(main())
