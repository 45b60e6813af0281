"""Exercises in a notebook: check, hint, solution, progress.

Everything but "right" ends the cell with an error, so that "run all" stops at
the exercise, and so that a test of the notebook sees it.
"""

from html import escape

from exercises import source
from exercises.judge import (
    ERROR,
    NOT_ATTEMPTED,
    NOT_JUDGED,
    RIGHT,
    WRONG,
    find,
    registered,
    verdict,
)

__all__ = ["check", "hint", "progress", "solution"]

TITLES = {
    RIGHT: "right",
    WRONG: "not right yet",
    NOT_ATTEMPTED: "not attempted yet",
    ERROR: "your code raised an error",
    NOT_JUDGED: "this cannot be judged",
}
COLOURS = {RIGHT: "\033[32m", WRONG: "\033[31m", NOT_ATTEMPTED: "\033[34m"}
_outcomes = {}  # number -> last outcome in this session
_hints_shown = {}  # number -> level


class ExerciseNotDone(Exception):
    """Ends a cell whose check is not right; shown as its few lines alone."""

    def _render_traceback_(self):
        return str(self).splitlines()


def check(number, *answers):
    """Judge the answers to an exercise and show the outcome.

    Parameters
    ----------
    number : str
        The exercise, such as "4.2".
    *answers : callable or value
        What the exercise asked for, in its order.

    Raises
    ------
    ExerciseNotDone
        Unless the answer is right; the cell ends there.
    """
    outcome, message = verdict(number, *answers)
    _outcomes[number] = outcome
    headline = f"Exercise {number}: {TITLES[outcome]}."
    if outcome != RIGHT:
        more = _what_next(number, outcome)
        lines = [COLOURS.get(outcome, "\033[33m") + headline + "\033[0m"]
        lines += [line for line in (message, more) if line]
        raise ExerciseNotDone("\n".join(lines))
    _show(headline, message)


def hint(number, level=None):
    """Show the next hint of an exercise, or the hint of a level (from 1)."""
    hints = find(number).hints
    if level is not None and not (isinstance(level, int) and level > 0):
        raise ValueError(f"level: expected 1 or more, got {level!r}")
    if not hints:
        print(f"Exercise {number} has no hint.")
        return
    shown = _hints_shown.get(number, 0)
    level = min(shown + 1 if level is None else level, len(hints))
    _hints_shown[number] = level
    print(f"Exercise {number}, hint {level} of {len(hints)}:")
    print(hints[level - 1])


def solution(number):
    """Show the course's solution of an exercise, as its source has it."""
    find(number)
    text = source.solutions(int(number.split(".")[0])).get(number)
    if text is None:
        print(
            f"The solution of exercise {number} was not handed out: your "
            f'teacher has it, and hint("{number}") helps.'
        )
    else:
        print(text)


def progress(notebook=None):
    """Show which exercises are done in this session.

    Parameters
    ----------
    notebook : int, optional
        One notebook's; all that were begun in this session by default.
    """
    if notebook is None:
        begun = sorted({int(number.split(".")[0]) for number in _outcomes})
    elif isinstance(notebook, int) and notebook >= 0:
        begun = [notebook]
    else:
        raise ValueError(
            f"notebook: expected a number such as 4, got {notebook!r}"
        )
    known = [exercise for number in begun for exercise in registered(number)]
    if not known:
        print("No exercise was checked in this session yet.")
        return
    for exercise in known:
        outcome = _outcomes.get(exercise.number, NOT_ATTEMPTED)
        mark = "x" if outcome == RIGHT else " "
        line = f"[{mark}] {exercise.number:5}{exercise.title:42}"
        print(line + TITLES[outcome])
    done = sum(_outcomes.get(each.number) == RIGHT for each in known)
    print(f"{done} of {len(known)} done")


def _what_next(number, outcome):
    if outcome == NOT_ATTEMPTED:
        return (
            "Write your answer in the cell above in place of the line with "
            f'`raise`; run both cells. hint("{number}") helps.'
        )
    if find(number).hints and outcome != NOT_JUDGED:
        return f'Change it and run both cells again. hint("{number}") helps.'
    return ""


def _show(headline, message):
    """Display a right answer: green in JupyterLab, plain text elsewhere."""
    text = headline + (f" {message}" if message else "")
    try:
        from IPython.display import display

        rest = f" {escape(message)}" if message else ""
        frame = (
            '<div style="border-left: 4px solid #009E73; padding-left: 8px">'
            f"<b>{escape(headline)}</b>{rest}</div>"
        )
        display({"text/plain": text, "text/html": frame}, raw=True)
    except ImportError:
        print(text)
