"""The marks and tags of an exercise, and how a source is read for them.

A notebook's source is a percent script. The cell tagged `exercise-4.2` holds
the answer of that exercise, between `### BEGIN SOLUTION` and
`### END SOLUTION`; a stub stands in its place in the student copy. A cell
tagged `answer-4.Q1` is the model answer to a question, and
`guess("4.Q1", 95)` holds a prediction; student copies have neither.
"""

import ast
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
    r"processors\. To study: (\d+) minutes(?:, with everything (\d+))?"
)
QUESTION_NUMBER = r"\d+\.Q\d+"


class SourceError(ValueError):
    """A source text breaks the rules above; says where."""


def exercise_in(tags):
    """Return the number of the exercise that tags name, "4.2", or None."""
    for tag in tags:
        if tag.startswith("exercise-"):
            return tag[len("exercise-") :]
    return None


def answer_in(tags):
    """Return the question that a cell with these tags answers, or None."""
    for tag in tags:
        if tag.startswith("answer-"):
            return tag[len("answer-") :]
    return None


def without_guess(code):
    """Return a cell's code with each guess left to the student.

    Raises
    ------
    SourceError
        If a call of `guess` with a value is no line of its own.
    """
    lines = code.splitlines()
    for number, line, alone in _guesses(code):
        if not alone:
            raise SourceError(f"guess: expected a line of its own: {code!r}")
        words = "  # your guess in place of None"
        lines[line - 1] = f'guess("{number}", None){words}'
    return "\n".join(lines)


def _guesses(code):
    """Yield number, line, "is it a line of its own?" of each guess."""
    if "guess(" not in code:
        return
    tree = ast.parse(code)
    lines = [node.value for node in tree.body if isinstance(node, ast.Expr)]
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "guess"
            and len(node.args) + len(node.keywords) > 1
        ):
            own = node in lines and node.lineno == node.end_lineno
            others = [other for other in lines if other.lineno == node.lineno]
            number = ast.literal_eval(node.args[0])
            yield number, node.lineno, own and others == [node]


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
    """Return {number: text} of a notebook's solutions, from its source.

    Of an exercise it is code; of a question ("4.Q1"), Markdown. Empty where
    the source was not handed out.
    """
    found = {}
    for path in SOURCES.glob(f"{notebook:02d}_*.py"):
        _, *pieces = HEAD.split(path.read_text(encoding="utf-8"))
        for head, text in zip(pieces[::2], pieces[1::2]):
            tags = re.findall(r'"([^"]*)"', head)
            number, question = exercise_in(tags), answer_in(tags)
            lines = text.strip().splitlines()
            if number is not None:
                kept = [line for line in lines if "### " not in line]
                found[number] = "\n".join(kept)
            elif question is not None:
                if "[markdown]" in head:
                    lines = [re.sub("^# ?", "", line) for line in lines]
                else:
                    lines = ["```python", *lines, "```"]
                parts = [found[question]] if question in found else []
                found[question] = "\n\n".join([*parts, "\n".join(lines)])
    return found


def questions(notebook):
    """Return the numbers of a notebook's predictions and other questions.

    They are read from its student copy, which everybody has.

    Returns
    -------
    tuple of (list of str, list of str)
        Such as ["4.Q1"], ["4.Q2", "4.Q3"], in their order.
    """
    guesses, others = [], []
    for path in (SOURCES.parent / "student").glob(f"{notebook:02d}_*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "code":
                guesses += re.findall(rf'^guess\("({QUESTION_NUMBER})"', text,
                                      re.MULTILINE)
            else:
                others += re.findall(rf"\b{QUESTION_NUMBER}\b", text)
    mine = [n for n in others if n.startswith(f"{notebook}.")]
    guesses = list(dict.fromkeys(guesses))
    return guesses, [n for n in dict.fromkeys(mine) if n not in guesses]


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
        (seconds, at most), "study" (minutes, of the core), "all" (minutes,
        with everything), "tensorflow" (bool).
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
                "all": int(head.group(4) or head.group(3)),
                "tensorflow": any("import_tensorflow(" in t for t in texts),
            })
    return found
