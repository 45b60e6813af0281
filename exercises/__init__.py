"""Exercises in a notebook: check, hint, solution, guess, reveal, progress.

Everything but "right" ends the cell with an error, so that "run all" stops at
the exercise, and so that a test of the notebook sees it.
"""

import numbers
import re
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

__all__ = ["check", "guess", "hint", "progress", "reveal", "solution"]

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
_guesses = {}  # "4.Q1" -> what was written down
_read = set()  # questions whose model answer was shown
_asks = object()


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
    """Show the course's solution of an exercise, or answer to a question.

    Parameters
    ----------
    number : str
        Such as "4.2", or "4.Q1" for a question.
    """
    question = _is_question(number)
    if not question:
        find(number)
    notebook = int(number.split(".")[0])
    text = source.solutions(notebook).get(number)
    if text is None and question:
        if number not in _questions(notebook):
            raise KeyError(f"there is no question {number}")
        print(
            f"The model answer to question {number} was not handed out: "
            "write yours down, compare it with your neighbour's, and ask "
            "your teacher."
        )
    elif text is None:
        print(
            f"The solution of exercise {number} was not handed out: "
            f'hint("{number}") helps, and your teacher has it.'
        )
    elif question:
        _read.add(number)
        _display(text, {"text/markdown": text})
    else:
        print(text)


def guess(number, value=_asks, *more):
    """Write down what you expect, before the result is there.

    Nothing is judged. Without a value: return what was written down.

    Parameters
    ----------
    number : str
        Such as "6.Q1".
    value : number or str, optional
        What you expect; None or "" takes a guess back.
    *more
        The rest of a number with commas: it is not written down.

    Returns
    -------
    object
        The guess, or None, if it was asked for.
    """
    if not _is_question(number):
        raise KeyError(f'number: expected one such as "6.Q1", got {number!r}')
    if value is _asks:
        return _guesses.get(number)
    asked = _questions(int(number.split(".")[0]))
    if asked and number not in asked:  # empty: the notebook is elsewhere
        raise KeyError(f"there is no question {number}")
    if more:
        print(f"{number}: one value, please, a number without commas.")
    elif value is None or value is Ellipsis or str(value).strip() == "":
        _guesses.pop(number, None)
        print(f"{number}: no guess yet.")
    else:
        _guesses[number] = value
        print(f"{number}: your guess is {_said(value)}.")


def reveal(number, result):
    """Show a guess beside the result.

    Parameters
    ----------
    number : str
        Such as "6.Q1".
    result : number or str
        Such as 97.1 or "97.1 %".
    """
    guessed = guess(number)
    words = "there is no guess" if guessed is None else (
        f"you guessed {_said(guessed)}"
    )
    print(f"{number}: {words}; the result is {_said(result)}")


def _is_question(number):
    pattern = source.QUESTION_NUMBER
    return isinstance(number, str) and bool(re.fullmatch(pattern, number))


def _questions(notebook):
    """Return the numbers of a notebook's questions and solutions."""
    guesses, others = source.questions(notebook)
    return {*guesses, *others, *source.solutions(notebook)}


def _said(value):
    """Return a number with four digits, and anything else as it is."""
    if isinstance(value, numbers.Real) and not isinstance(
        value, (bool, numbers.Integral)
    ):
        value = float(value)
        return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"
    return str(value)


def progress(notebook=None):
    """Show which exercises are done in this session, and what was guessed.

    Parameters
    ----------
    notebook : int, optional
        One notebook's; all that were begun in this session by default.
    """
    if notebook is None:
        begun = sorted({int(n.split(".")[0]) for n in (*_outcomes, *_guesses)})
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
    parts = [f"{done} of {len(known)} exercises done"]
    asked = [source.questions(number) for number in begun]
    for place, have, words in (
        (0, _guesses, "predictions written down"),
        (1, _read, "model answers read"),
    ):
        own = [number for each in asked for number in each[place]]
        if own:
            count = sum(number in have for number in own)
            parts.append(f"{count} of {len(own)} {words}")
    print(", ".join(parts))


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
    rest = f" {escape(message)}" if message else ""
    frame = (
        '<div style="border-left: 4px solid #009E73; padding-left: 8px">'
        f"<b>{escape(headline)}</b>{rest}</div>"
    )
    _display(text, {"text/html": frame})


def _display(text, rich):
    """Display a text in JupyterLab's richer form, plain elsewhere."""
    try:
        from IPython import display, get_ipython
    except ImportError:
        get_ipython = type(None)
    if get_ipython() is None:
        print(text)
    else:
        display.display({"text/plain": text, **rich}, raw=True)
