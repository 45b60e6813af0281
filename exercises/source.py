"""The marks and tags of an exercise, and how a source is read for them.

A notebook's source is a percent script. The cell tagged `exercise-4.2` holds
the answer of that exercise, between `### BEGIN SOLUTION` and
`### END SOLUTION`; a stub stands in its place in the student copy.
"""

import json
import re
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[1] / "notebooks" / "source"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
HEAD = re.compile(r"^# %%(.*)$", re.MULTILINE)
# of a notebook: its title, and a line further down in its first cell
QUESTION = r"# (\d\d) — (.*)"
FACTS = (
    r"\*Part of the course: ([a-z ]+)\. To run: at most (\d+) seconds on two "
    r"processors\. To study: (\d+) minutes"
)


class SourceError(ValueError):
    """A source text breaks the rules above; says where."""


def exercise_in(tags):
    """Return the number of the exercise that tags name, "4.2", or None."""
    for tag in tags:
        if tag.startswith("exercise-"):
            return tag[len("exercise-") :]
    return None


def with_stub(code, number):
    """Return a cell's code with each solution replaced by a line that raises.

    Parameters
    ----------
    code : str
        Of a cell.
    number : str or None
        Of the exercise that it answers.

    Raises
    ------
    SourceError
        If solution marks are unbalanced, missing, or outside an exercise.
    """
    lines, inside = [], False
    for line in code.splitlines():
        mark = line.strip()
        if mark == BEGIN:
            if inside or number is None:
                raise SourceError(f"{BEGIN} out of place: {code[:60]!r}")
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            words = f'"Exercise {number}: your code goes here"'
            lines.append(f"{indent}raise NotImplementedError({words})")
        elif mark == END:
            if not inside:
                raise SourceError(f"{END} without begin: {code[:60]!r}")
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        raise SourceError(f"{BEGIN} without end: {code[:60]!r}")
    if number is not None and BEGIN not in code:
        raise SourceError(f"exercise {number} has no solution marks")
    return "\n".join(lines)


def solutions(notebook):
    """Return {number: code} of a notebook's solutions, from its source.

    Empty where the source was not handed out.
    """
    found = {}
    for path in SOURCES.glob(f"{notebook:02d}_*.py"):
        _, *pieces = HEAD.split(path.read_text(encoding="utf-8"))
        for head, code in zip(pieces[::2], pieces[1::2]):
            number = exercise_in(re.findall(r'"([^"]*)"', head))
            if number is not None:
                lines = code.strip().splitlines()
                kept = [line for line in lines if "### " not in line]
                found[number] = "\n".join(kept)
    return found


# --- what a notebook says of itself ------------------------------------------


def facts(folder=None):
    """Return what the course's notebooks say of themselves, in order.

    Parameters
    ----------
    folder : Path, optional
        Where they are; the student copies by default, which everybody has.

    Returns
    -------
    list of dict
        "stem", "number" ("04"), "part" (of the course), "question", "run"
        (seconds, at most), "study" (minutes), "tensorflow" (bool).
    """
    folder = folder or SOURCES.parent / "student"
    found = []
    for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells] or [""]
        title = re.match(QUESTION, texts[0])
        head = re.search(FACTS, texts[0].replace("\n", " "))
        if title and head:  # a notebook of the reader's own has none
            found.append({
                "stem": path.stem,
                "number": title.group(1),
                "question": title.group(2),
                "part": head.group(1),
                "run": int(head.group(2)),
                "study": int(head.group(3)),
                "tensorflow": any("import_tensorflow(" in t for t in texts),
            })
    return found
