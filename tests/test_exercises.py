"""Every checker against its catalogue; odd and endless answers; the words."""

import functools
import inspect
import itertools
import math
import os
import random
import runpy
import sys
import threading
import time
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient

import exercises
from exercises import bounded, judge, source
from exercises.compare import Wrong, compare, compare_cases, compare_parts
from exercises.judge import ERROR, NOT_ATTEMPTED, NOT_JUDGED, RIGHT, WRONG
from tools import build

HERE = Path(__file__).resolve().parent
LIMIT = 10  # seconds, which no check may exceed


def cells_by_exercise(copies=False):
    """Return {number: [code, ...]} of all sources, in order."""
    found = {}
    for path in build.find_sources():
        whole = build.read_source(path)
        numbers = {cell.id: build.exercise_of(cell) for cell in whole.cells}
        for cell in (build.student_copy(whole) if copies else whole).cells:
            if numbers[cell.id] is not None:
                found.setdefault(numbers[cell.id], []).append(cell.source)
    return found


CATALOGUE = {}
for path in sorted((HERE / "catalogue").glob("nb*.py")):
    CATALOGUE.update(runpy.run_path(str(path))["CATALOGUE"])
SOLUTIONS, STUBS = cells_by_exercise(), cells_by_exercise(copies=True)
EXERCISES = list(SOLUTIONS)


def answers(number, code):
    """Execute an answer; return the functions that its check is given."""
    entry = CATALOGUE[number]
    space = {"np": np, "math": math}
    exec(entry.get("needs", ""), space)
    exec(code, space)
    return [space[name] for name in entry["names"]]


def pairs(kind):
    return [
        pytest.param(number, place, id=f"{number}-{place}")
        for number in CATALOGUE
        for place in range(len(CATALOGUE[number][kind]))
    ]


def test_every_exercise_has_checker_and_catalogue():
    assert EXERCISES
    assert set(EXERCISES) == set(CATALOGUE)
    for number in EXERCISES:
        assert judge.find(number).hints, f"{number} has no hint"
        assert len(CATALOGUE[number]["wrong"]) >= 4
        assert len(CATALOGUE[number]["right"]) >= 2
    for notebook in {number.split(".")[0] for number in EXERCISES}:
        known = [e.number for e in judge.registered(int(notebook))]
        assert known == [n for n in EXERCISES if n.split(".")[0] == notebook]


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Machines are shared: that an answer came late says nothing."""
    monkeypatch.setattr(judge, "SECONDS", 60)


@pytest.mark.parametrize("number", EXERCISES)
def test_stub_is_not_attempted_and_solution_is_right(number):
    (stub,), (code,) = STUBS[number], SOLUTIONS[number]
    assert "SOLUTION" not in stub
    assert judge.verdict(number, *answers(number, stub))[0] == NOT_ATTEMPTED
    outcome, message = judge.verdict(number, *answers(number, code))
    assert outcome == RIGHT, message


@pytest.mark.parametrize("number, place", pairs("wrong"))
def test_wrong_answer_is_refused(number, place):
    code, part, *outcome = CATALOGUE[number]["wrong"][place]
    found, message = judge.verdict(number, *answers(number, code))
    assert (found, part in message) == ((*outcome, WRONG)[0], True), message
    if found == WRONG:
        words = ("Traceback", "exercises.", "helpers.", ".py")
        assert not any(word in message for word in words)


@pytest.mark.parametrize("number, place", pairs("right"))
def test_alternative_answer_is_accepted(number, place):
    code = CATALOGUE[number]["right"][place]
    outcome, message = judge.verdict(number, *answers(number, code))
    assert outcome == RIGHT, message


@pytest.mark.parametrize(
    "received, expected, part",
    [
        ([1e3 + 5e-4, 0], [1e3, 5e-10], None),  # within either tolerance
        ([1 + 5e-6, 1], [1, 1], "largest difference is 5e-06"),
        ([1e-7, 1], [0, 1], "not what it should be"),
        ([0, 0], [1, 2], "not what it should be"),
        ([-3, -6], [1, 2], "not what it should be"),
        ([-1, -2], [1, 2], "sign .* wrong way round"),
        ([3, 6], [1, 2], "3 times what it should be"),
        ([1, np.inf], [1, 2], "NaN or an infinity"),
        ([[1, 2]], [1, 2], r"shape .* is \(1, 2\); it should be \(2,\)"),
    ],
)
def test_comparison_names_the_mistake(received, expected, part):
    if part is None:
        compare(received, expected)
        return
    with pytest.raises(Wrong, match=part) as caught:
        compare(received, expected, name="z0")
    assert "Z0" not in str(caught.value)  # K is not k


def test_of_several_results_the_one_is_named():
    wrong = [([1, 9], "both as this mistake has them")]
    for received, part in (
        ([1, 9], "both as"), ([5, 9], "The value of a is not"),
        ([1, 8], "The value of b is not"), ([[1], 2], "The shape of a"),
    ):
        with pytest.raises(Wrong, match=part):
            compare_parts(received, [1, 2], "ab", "x", wrong)
    for kind in (np.float32, np.ma.masked_array):
        compare_parts(kind([1 + 2e-7, 2]), [1, 2], "ab")
    compare_parts(np.float32([1 + 2e-6, 2]), [1, 2], "ab")


def test_a_mistake_is_named_if_it_explains_every_case():
    cases, mistakes = [(2,), (3,), (0,)], [
        (lambda n: n * 2, "doubled"), (lambda n: 4, "always 4"),
    ]

    def told(ask):
        with pytest.raises(Wrong) as caught:
            compare_cases(ask, cases, lambda n: n**2 + 1, mistakes,
                          "n = {}".format, "the value")
        return str(caught.value)

    assert told(lambda n: 2 * n).startswith("doubled")
    assert told(lambda n: 4 if n < 3 else 7).startswith("The value is not")
    assert "n = 2" in told(lambda n: 12 // n)  # before the one that raises
    with pytest.raises(ZeroDivisionError):
        compare_cases(lambda n: (n**2 + 1) * n // n, cases,
                      lambda n: n**2 + 1, (), str, "it")


def test_inputs_in_words():
    given = {"a": np.array([1.23456, 2]), "x": np.zeros((5, 3)), "h": np.exp,
             "p": {"W": np.zeros((4, 4)), "b": [0.5]}, "t": (True, None)}
    assert judge.shown(given) == (
        "a = [1.235, 2], x of shape (5, 3), h a function, p = "
        "{'W': of shape (4, 4), 'b': [0.5]}, t = (True, None)"
    )
    assert len(judge.shown({"a": "x" * 9999})) < 500


# --- arguments ---------------------------------------------------------------


def altered(value):
    """Change something in a value; return whether that was possible."""
    if isinstance(value, np.ndarray) and value.size and value.flags.writeable:
        value[...] = ~value if value.dtype == bool else value + 1
        return value.dtype.kind in "biuf"
    if isinstance(value, dict) and value:
        return any(altered(inner) for inner in value.values())
    if isinstance(value, (list, tuple)) and value:
        if any(altered(inner) for inner in value):
            return True
        if isinstance(value, list):
            value.reverse() if value != value[::-1] else value.pop()
            return True
    return False


def spoils(answer, place, spoiled):
    """Return an answer that changes its argument at a place afterwards."""

    @functools.wraps(answer)
    def variant(*args, **kwargs):
        result = answer(*args, **kwargs)
        if hasattr(result, "__next__"):
            result = list(result)
        values = [*args, *kwargs.values()]
        if place < len(values) and altered(values[place]):
            names = [*inspect.signature(answer).parameters]
            keys = [*names[: len(args)], *kwargs]
            spoiled.add(keys[place])
        return result

    return variant


@pytest.mark.parametrize("number", EXERCISES)
def test_an_answer_that_changes_its_argument_is_refused(number):
    (code,) = SOLUTIONS[number]
    allowed = set(judge.find(number).changes)
    own = answers(number, code)
    for k in range(len(own)):
        for place in range(8):
            spoiled, given = set(), list(own)
            if callable(own[k]):
                given[k] = spoils(own[k], place, spoiled)
                outcome, message = judge.verdict(number, *given)
            if spoiled - allowed:
                (name,) = spoiled
                assert outcome == WRONG, (name, message)
                assert f"changes its argument {name};" in message


def test_what_counts_as_a_changed_argument():
    def call(answer, *args, changes=()):
        known = judge.Exercise("0.1", "", answer, changes=changes)
        return judge._wrap(answer, known, [])(*args)

    def nested(d):
        d["a"][0][1] = 5

    for answer, value in (
        (lambda a: a.sort(), [2, 1]), (nested, {"a": [np.zeros(2)]}),
        (lambda a: a.update(b=1), {}), (lambda a: np.negative(a, out=a), X),
        (lambda a: a.append(1), []), (lambda a: a.fill(np.nan), X.copy()),
    ):
        with pytest.raises(Wrong, match=r"changes its argument [ad];"):
            call(answer, value)
        call(answer, value, changes=("a", "d"))
    with_nan = np.array([np.nan, 1.0])
    assert call(lambda a: a.sum() > 0, with_nan) in (True, False)
    assert call(lambda rng: rng.random(), np.random.default_rng(0)) < 1
    assert X.tolist() == [1.0, 2.0]


X = np.array([1.0, 2.0])


# --- odd answers -------------------------------------------------------------


def judged(number, *given):
    """Return outcome and message, and assert what holds for every check."""
    start, before = time.monotonic(), threading.active_count()
    outcome, message = judge.verdict(number, *given)
    assert time.monotonic() - start < LIMIT
    assert outcome in exercises.TITLES and len(message) < 3000
    if "goes on in the background" not in message:
        end = time.monotonic() + 2  # a thread ends a moment after its work
        while threading.active_count() > before and time.monotonic() < end:
            time.sleep(0.01)
        assert threading.active_count() <= before
    return outcome, message


def raises(error):
    def answer(*args, **kwargs):
        raise error

    return answer


class Odd(Exception):
    def __str__(self):
        raise ValueError("no words")


class Trap:
    """A result that bites whoever looks at it."""

    def __array__(self, *args, **kwargs):
        sys.exit("from inside the checker")

    def __eq__(self, other):
        raise KeyboardInterrupt


def recursive(*args):
    return recursive(*args)


def reseeds(*args):
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002


def patches(*args):
    np.allclose = np.dot = np.asarray = lambda *a, **k: True


# what an answer may do in any exercise, quickly
ODD = {
    "no arguments": lambda: 1,
    "returns None": lambda *args: None,
    "its first argument": lambda *args: args[0],
    "a str": lambda *args: "0.5",
    "itself": lambda *args: recursive,
    "rows of two lengths": lambda *args: [[1, 2], [3]],
    "too much": lambda *args: np.zeros(10**15),
    "not a number": lambda *args: np.nan,
    "a matrix of nothing": lambda *args: np.zeros((0, 3, 1)),
    "complex": lambda *args: 1j,
    "exit": lambda *args: sys.exit("bye"),
    "asks": lambda *args: input("how many?"),
    "interrupts": raises(KeyboardInterrupt()),
    "ends an iteration": raises(StopIteration()),
    "without words": raises(Odd()),
    "many words": raises(ValueError("x" * 10**7)),
    "trap": lambda *args: Trap(),
    "recursion": recursive,
    "arguments changed": lambda *args: [part.fill(0) for part in args],
    "printing": lambda *args: [print("a line") for _ in range(9999)],
    "reseeding": reseeds,
    "patching": patches,
    "endless generator": lambda *args: itertools.count(),
    "threads": lambda *args: threading.Thread(target=int).start(),
}


@pytest.mark.parametrize("number", ["0.1", "2.2", "4.1", "5.3", "7.2", "9.1"])
def test_odd_answers_get_an_outcome(number, capfd):
    names = CATALOGUE[number]["names"]
    for what, answer in ODD.items():
        outcome, message = judged(number, *[answer] * len(names))
        assert outcome != RIGHT, what
        assert "Traceback" not in message, what
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("number", EXERCISES)
def test_what_is_right_can_be_used(number):
    """A list for an array, one entry for a number, a float for an index."""
    (code,) = SOLUTIONS[number]
    (solution, *others) = answers(number, code)
    kind = judge.find(number).returns

    def other(value, kind):
        if isinstance(kind, tuple):
            return [other(part, inner) for part, inner in zip(value, kind)]
        if kind == "array":
            return value.tolist()
        if kind == "integers":
            return [float(v) for v in value]
        return float(value) if kind == "integer" else np.array([value])

    def variant(*args, **kwargs):
        return other(solution(*args, **kwargs), kind)

    if kind is not None:
        outcome, message = judged(number, variant, *others)
        assert outcome == WRONG and "return" in message, message
    if kind == "array":
        outcome, message = judged(
            number, lambda *a: pd.DataFrame(solution(*a)), *others
        )
        assert outcome == WRONG, message
    if isinstance(kind, tuple):  # a pair in whatever holds two
        for hold in (list, tuple):
            outcome, message = judged(
                number, lambda *a, h=hold: h(solution(*a)), *others
            )
            assert outcome == RIGHT, message


def test_answers_that_are_no_function_or_too_many():
    assert judged("4.1", ...)[0] == NOT_ATTEMPTED
    for value in (None, 3, "text", (n for n in "ab"), threading.Lock(), sys):
        assert judged("4.1", value)[0] == NOT_JUDGED
    for given in ([], [np.mean] * 3, [Trap()]):
        assert judged("4.1", *given)[0] == NOT_JUDGED


def test_an_exercise_that_lacks_another_one_says_so():
    def earlier(z):
        raise NotImplementedError("Exercise 2.1: your code goes here")

    outcome, message = judged("2.2", lambda x, p: earlier(x))
    assert outcome == NOT_JUDGED and "exercise 2.1" in message
    assert judged("2.1", earlier)[0] == NOT_ATTEMPTED


def test_an_error_shows_the_students_own_line():
    outcome, message = judged("0.1", lambda p, e: [].pop())
    assert outcome == ERROR
    assert "pop from empty list" in message and "[].pop()" in message
    assert "given:    p = [" in message and "e = [" in message
    message = judged("8.4", lambda x, y, parameters: np.ones((9, 7)) @ x)[1]
    assert "left factor has 7 columns, the right one 5 rows" in message
    assert "x of shape (5, 4)" in message
    assert "without parentheses" in judged("0.1", 0.5)[1]
    assert judged("0.1", lambda p: 1)[0] == ERROR
    assert judged("0.1", lambda p, e: "3/4")[1].count("type str") == 1


def test_nothing_else_is_harmed():
    def state():
        kept = np.random.get_state()[1].tolist()  # noqa: NPY002
        functions = np.dot, np.allclose, np.asarray
        return (random.getstate(), kept, functions, np.geterr(), input,
                os.getcwd(), sys.stdout)

    random.seed(20)  # none that an answer sets
    np.random.seed(20)  # noqa: NPY002
    before = state()
    for answer in (reseeds, patches, lambda *a: np.seterr(all="raise")):
        judged("0.1", answer)
    assert state() == before


def test_students_data_are_copies(monkeypatch):
    own = np.arange(6.0)
    known = judge.Exercise("0.1", "", lambda values: values.fill(0))
    monkeypatch.setattr(judge, "find", lambda number: known)
    assert judged("0.1", own)[0] == RIGHT and own[5] == 5


# --- answers that do not end ------------------------------------------------


def endless(*args):
    while True:
        pass


def deaf(*args):
    """Every beginner's retry: it keeps the interrupt as well."""
    while True:
        try:
            time.sleep(0.01)
        except:  # noqa: E722
            pass


ENDLESS = {
    "loop": endless,
    "deaf": deaf,
    "printing": lambda *args: [print("a line") for _ in iter(int, 1)],
    "result": lambda *args: (time.sleep(0.001) for _ in iter(int, 1)),
    "array": lambda *args: type("Slow", (), {"__array__": endless})(),
}


@pytest.mark.parametrize("answer", ENDLESS)
def test_endless_answers_are_ended(answer, monkeypatch, capsys):
    monkeypatch.setattr(judge, "SECONDS", 0.3)
    outcome, message = judged("4.6", ENDLESS[answer])
    assert outcome == ERROR and "endless loop" in message
    assert "single numbers" in message
    assert "background" not in message
    assert capsys.readouterr().out == ""


def test_the_time_is_that_of_the_whole_check(monkeypatch):
    """Not of a call: the checker of 4.6 makes three."""
    monkeypatch.setattr(judge, "SECONDS", 0.8)

    def slow(true, predicted, K):
        time.sleep(0.5)
        return np.eye(K)[true].T @ np.eye(K)[predicted]

    outcome, message = judged("4.6", slow)
    assert outcome == ERROR and "0.8 s" in message


def test_what_cannot_be_ended_is_left_behind(monkeypatch):
    """A long call into compiled code; the check does not wait for it."""
    monkeypatch.setattr(judge, "SECONDS", 0.2)
    done = threading.Event()

    def compiled(*args):
        time.sleep(2)
        done.set()

    start = time.monotonic()
    outcome, message = judged("4.1", compiled)
    assert time.monotonic() - start < 0.2 + bounded.GRACE + 0.5
    assert outcome == ERROR and "restart the kernel" in message
    assert judged("0.1", lambda p, e: np.mean(p == e))[0] == RIGHT
    time.sleep(1.2)
    assert not done.is_set()  # it ended where compiled code did


@pytest.mark.parametrize("moment", ["starting", "waiting"])
def test_stop_button_ends_the_answer(moment, monkeypatch):
    """Also inside a lock of threading, which makes a RuntimeError of it."""
    start, begun = threading.Thread.start, threading.Event()

    def answer(*args):
        begun.set()
        deaf()

    def press(*args):
        begun.wait(5)
        raise KeyboardInterrupt

    def unlucky(thread):
        start(thread)
        try:
            press()
        finally:
            raise RuntimeError("release unlocked lock")

    if moment == "starting":
        monkeypatch.setattr(threading.Thread, "start", unlucky)
    else:
        monkeypatch.setattr(bounded, "_wait", press)
    left, ask = threading.active_count(), input
    with pytest.raises(KeyboardInterrupt):
        judge.verdict("0.1", answer)
    assert (threading.active_count(), input) == (left, ask)


# --- what a notebook shows --------------------------------------------------


def test_in_a_kernel_the_next_cell_works():
    """As a student sees it: the few lines, then everything goes on."""
    cells = [
        "from exercises import check, judge\njudge.SECONDS = 0.5\nx = [1, 2]",
        "check('0.1', lambda *a: [print('noise') for _ in iter(int, 1)])",
        "print(sum(x), input.__module__ == 'exercises.judge')",
    ]
    notebook = nbformat.v4.new_notebook(metadata=build.KERNEL)
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    NotebookClient(notebook, timeout=60, allow_errors=True).execute()
    _, ended, after = notebook.cells
    (error,) = ended.outputs
    assert error.ename == "ExerciseNotDone"
    assert len(error.traceback) <= 4 and "noise" not in str(error)
    assert "endless loop" in "".join(error.traceback)
    assert after.outputs[0].text.strip() == "3 False"


def share_right(predicted, expected):
    return np.mean(predicted == expected)


def test_check_hint_and_progress(capsys, monkeypatch):
    monkeypatch.setattr(exercises, "_outcomes", {})
    monkeypatch.setattr(exercises, "_hints_shown", {})
    exercises.progress()
    assert "No exercise was checked" in capsys.readouterr().out
    with pytest.raises(exercises.ExerciseNotDone):
        exercises.check("0.1", lambda p, e: 0)
    exercises.check("0.1", share_right)
    assert "Exercise 0.1: right." in capsys.readouterr().out
    with pytest.raises(exercises.ExerciseNotDone) as caught:
        exercises.check("4.6", lambda t, p, K: np.eye(K)[p].T @ np.eye(K)[t])
    shown = caught.value._render_traceback_()
    assert "4.6: not right yet" in shown[0] and "File" not in "".join(shown)
    assert any("expected" in line for line in shown)
    assert 'hint("4.6")' in shown[-1]
    exercises.progress()
    out = capsys.readouterr().out
    assert "[x] 0.1" in out and "[ ] 4.6" in out and "[ ] 4.5" in out
    exercises.progress(0)
    assert "1 of 1 exercises done" in capsys.readouterr().out
    for level, place in ((None, 1), (None, 2), (1, 1), (99, 2)):
        exercises.hint("0.1", level)
        assert f"hint {place} of 2" in capsys.readouterr().out


def test_solution_is_the_source_where_it_is_handed_out(
    capsys, monkeypatch, tmp_path
):
    exercises.solution("0.1")
    shown = capsys.readouterr().out
    assert "def share_right" in shown and "SOLUTION" not in shown
    space = {"np": np}
    exec(shown, space)
    assert judge.verdict("0.1", space["share_right"])[0] == RIGHT
    monkeypatch.setattr(source, "SOURCES", tmp_path)
    exercises.solution("0.1")
    assert "not handed out" in capsys.readouterr().out


ASKED = """# %%
guess("4.Q1", 95)

# %% [markdown] tags=["answer-4.Q1"]
# **Answer (4.Q1).** Half of $D$.

# %% tags=["answer-4.Q1"]
print(95)

# %% [markdown]
# > **Question 4.Q2 (1 minute).** Why?
"""


def test_predictions_and_model_answers(capsys, monkeypatch, tmp_path):
    """Also where the source, and so the answers, were not handed out."""
    for name, empty in (("_guesses", {}), ("_read", set()), ("_outcomes", {})):
        monkeypatch.setattr(exercises, name, empty)
    monkeypatch.setattr(source, "SOURCES", tmp_path / "source")
    path = tmp_path / "source" / "04_asked.py"
    for folder in ("source", "student"):
        (tmp_path / folder).mkdir()
    path.write_text(ASKED)
    copy = build.student_copy(build.read_source(path))
    nbformat.write(copy, tmp_path / "student" / "04_asked.ipynb")
    assert exercises.guess("4.Q1") is None
    for value, words in (
        (95, "95"), (97.1234, "97.12"), (np.float32(0.5), "0.5"),
        ("few", "few"), (20_000.5, "20,000"), (True, "True"),
    ):
        assert exercises.guess("4.Q1", value) is None
        assert exercises.guess("4.Q1") is value
        exercises.reveal("4.Q1", "97.1 %")
        shown = capsys.readouterr().out.splitlines()
        assert shown[0] == f"4.Q1: your guess is {words}."
        assert shown[1] == f"4.Q1: you guessed {words}; the result is 97.1 %"
    exercises.guess("4.Q1", 101, 770)
    assert "without commas" in capsys.readouterr().out
    assert exercises.guess("4.Q1") is True
    exercises.solution("4.Q1")
    exercises.progress()
    for nothing in (None, "", " "):
        exercises.guess("4.Q1", 95)
        exercises.guess("4.Q1", nothing)
        assert exercises.guess("4.Q1") is None
    exercises.reveal("4.Q1", 3)
    exercises.solution("4.Q2")
    out = capsys.readouterr().out
    for part in (
        "**Answer (4.Q1).** Half of $D$.\n\n```python\nprint(95)",
        "done, 1 of 1 predictions written down, 0 of 1 model",
        "there is no guess; the result is 3", "4.Q2 was not handed out",
    ):
        assert part in out
    for ask, *arguments in (
        (exercises.solution, "4.Q3"), (exercises.guess, "4.1", 3),
        (exercises.guess, "4.Q3", 3),
        (exercises.guess, 4), (exercises.reveal, "Q1", 3),
    ):
        with pytest.raises(KeyError, match=r"expected|there is no"):
            ask(*arguments)


@pytest.mark.parametrize(
    "number", ["0.9", "four", "99.1", "", "4", 4.2, None, "4.2.1", []]
)
def test_unknown_exercise_is_named(number):
    for ask in (exercises.check, exercises.hint, exercises.solution):
        with pytest.raises(KeyError, match=r"expected|there is no"):
            ask(number)


@pytest.mark.parametrize("value", [-1, 1.5, "1", [], math.nan])
def test_bad_level_and_notebook_are_told(value):
    with pytest.raises(ValueError, match=r"level: expected .* got"):
        exercises.hint("4.1", value)
    with pytest.raises(ValueError, match=r"notebook: expected .* got"):
        exercises.progress(value)
