"""Answers that no exercise asked for: told in time, and harmless."""

import itertools
import os
import random
import sys
import threading
import time

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from test_exercises import CATALOGUE, EXERCISES, answers, cells_of

from helpers import bounded, build, exercises
from helpers.bounded import NotEnded, TimeUp, call_within

FIVE = set(exercises.TITLES)
LIMIT = 10  # seconds, which no check may exceed


def judged(number, *given):
    """Return outcome and message, and assert what holds for every check."""
    start, before = time.monotonic(), threading.active_count()
    outcome, message = exercises.judge(number, *given)
    assert time.monotonic() - start < LIMIT
    assert outcome in FIVE and len(message) < 3000
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


def changes_arguments(*args):
    for value in args:
        if isinstance(value, np.ndarray) and value.dtype != bool:
            value[...] = 0
    return args[0] if args else None


def prints(*args):
    for _ in range(20_000):
        print("a line")
        print("another", file=sys.stderr)


def reseeds(*args):
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002


def patches(*args):
    np.allclose = np.dot = np.asarray = lambda *a, **k: True


def counts_for_ever(*args):
    return itertools.count()


def yields(*args):
    yield from range(3)


def shows_a_figure(*args):
    import matplotlib.pyplot as plt

    plt.plot([1, 2])
    plt.show()
    plt.close()


def starts_threads(*args):
    for _ in range(5):
        threading.Thread(target=sum, args=[range(10)]).start()


def remembers(*args, seen=[]):  # noqa: B006
    seen.append(args)
    return seen


# what an answer may do in any exercise, quickly
ODD = {
    "no arguments": lambda: 1,
    "returns None": lambda *args: None,
    "its first argument": lambda *args: args[0],
    "a dict": lambda *args: {"result": 1},
    "a str": lambda *args: "0.5",
    "itself": lambda *args: recursive,
    "rows of two lengths": lambda *args: [[1, 2], [3]],
    "a list of such rows": lambda *args: [[[1, 2], [3]]] * 2,
    "too much": lambda *args: np.zeros(10**15),
    "not a number": lambda *args: np.nan,
    "a matrix of everything": lambda *args: np.zeros((0, 3, 1)),
    "complex": lambda *args: 1j,
    "exit": lambda *args: sys.exit("bye"),
    "asks": lambda *args: input("how many?"),
    "interrupts": raises(KeyboardInterrupt()),
    "stops the generator": raises(GeneratorExit()),
    "ends an iteration": raises(StopIteration()),
    "without words": raises(Odd()),
    "many words": raises(ValueError("x" * 10**7)),
    "trap": lambda *args: Trap(),
    "recursion": recursive,
    "arguments changed": changes_arguments,
    "printing": prints,
    "reseeding": reseeds,
    "patching": patches,
    "endless generator": counts_for_ever,
    "generator": yields,
    "figure": shows_a_figure,
    "threads": starts_threads,
    "memory": remembers,
}


@pytest.mark.parametrize("number", EXERCISES)
def test_odd_answers_get_an_outcome(number, capfd):
    names = CATALOGUE[number]["names"]
    for what, answer in ODD.items():
        outcome, message = judged(number, *[answer] * len(names))
        assert outcome != exercises.RIGHT, what
        assert "Traceback" not in message, what
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


# the solution, its result in another form
FORMS = {
    "list": lambda value: np.asarray(value).tolist(),
    "generator": iter,
    "masked": np.ma.masked_array,
    "float16": lambda value: np.asarray(value).astype(np.float16),
    "object": lambda value: np.asarray(value).astype(object),
    "read-only": lambda value: np.broadcast_to(value, np.shape(value)),
}


ARRAYS = [n for n in EXERCISES if n != "5.2"]  # whose result is a model


@pytest.mark.parametrize("number", ARRAYS)
def test_results_in_another_form_get_an_outcome(number):
    (code,) = cells_of(number)
    solution = answers(number, code)
    for change in FORMS.values():

        def formed(f, change=change):
            return lambda *args, **kwargs: change(f(*args, **kwargs))

        judged(number, *map(formed, solution))


@pytest.mark.parametrize("form", ["list", "masked", "read-only"])
@pytest.mark.parametrize("number", ["0.1", "4.1"])
def test_forms_that_mean_the_same_are_right(number, form):
    (code,) = cells_of(number)
    (solution,) = answers(number, code)
    outcome, message = judged(number, lambda *a: FORMS[form](solution(*a)))
    assert outcome == exercises.RIGHT, message


@pytest.mark.parametrize(
    "value",
    [..., None, 3, "text", (n for n in "ab"), threading.Lock(), sys, Trap()],
    ids=lambda value: type(value).__name__,
)
def test_answers_that_are_no_function(value):
    assert judged("4.1", value)[0] in (
        exercises.NOT_JUDGED, exercises.NOT_ATTEMPTED,
    )


@pytest.mark.parametrize("given", [(), (np.mean, np.mean, np.mean)])
def test_another_number_of_answers(given):
    assert judged("4.1", *given)[0] != exercises.RIGHT


# --- answers that do not end ------------------------------------------------


def endless(*args):
    while True:
        pass


def endless_and_deaf(*args):
    """Every beginner's retry: it keeps the interrupt as well."""
    while True:
        try:
            time.sleep(0.01)
        except:  # noqa: E722
            pass


def endless_finally(*args):
    while True:
        try:
            sorted(range(1000))
        finally:
            continue  # noqa: B012


def endless_printing(*args):
    while True:
        print("a line")


def endless_list(*args, kept=[]):  # noqa: B006
    while True:
        kept.append(1)


def endless_result(*args):
    def numbers():
        while True:
            time.sleep(0.001)
            yield 1

    return numbers()


def endless_array(*args):
    class Slow:
        def __array__(self, *more, **options):
            endless()

    return Slow()


ENDLESS = [
    endless, endless_and_deaf, endless_finally, endless_printing,
    endless_list, endless_result, endless_array,
]


@pytest.mark.parametrize("answer", ENDLESS, ids=lambda f: f.__name__)
def test_endless_answers_are_ended(answer, monkeypatch, capsys):
    monkeypatch.setattr(exercises, "SECONDS", 0.3)
    outcome, message = judged("4.1", answer)
    assert outcome == exercises.ERROR and "endless loop" in message
    assert "background" not in message
    assert capsys.readouterr().out == ""


def test_the_time_is_that_of_the_whole_check():
    """Not of a call: the checker of 4.1 makes three. In real seconds."""
    calls = []

    def slow(digits, K):
        calls.append(digits)
        time.sleep(5)
        y = np.zeros((len(digits), K))
        y[np.arange(len(digits)), digits] = 1
        return y

    outcome, message = judged("4.1", slow)
    assert outcome == exercises.ERROR and "8 s" in message
    assert len(calls) == 2


def test_what_cannot_be_ended_is_left_behind(monkeypatch):
    """A long call into compiled code; the check does not wait for it."""
    monkeypatch.setattr(exercises, "SECONDS", 0.2)
    done = threading.Event()

    def compiled(*args):
        time.sleep(2)
        done.set()

    start = time.monotonic()
    outcome, message = judged("4.1", compiled)
    assert time.monotonic() - start < 0.2 + bounded.GRACE + 0.5
    assert outcome == exercises.ERROR and "restart the kernel" in message
    assert judged("0.1", lambda p, e: np.mean(p == e))[0] == exercises.RIGHT
    time.sleep(1.2)
    assert not done.is_set()  # it ended where compiled code did


def test_an_error_on_every_line_is_no_way_out(monkeypatch):
    """Two deaf loops inside each other go on; the check is told all the same.

    They are ended here by a flag, so that the tests go on alone.
    """
    monkeypatch.setattr(exercises, "SECONDS", 0.2)
    monkeypatch.setattr(bounded, "GRACE", 0.3)
    running = [True]

    def deaf(*args):
        while running:
            try:
                while running:
                    try:
                        time.sleep(0.01)
                    except:  # noqa: E722
                        pass
            except:  # noqa: E722
                pass

    outcome, message = judged("4.1", deaf)
    running.clear()
    assert outcome == exercises.ERROR and "goes on" in message


# --- nothing else is harmed -------------------------------------------------


def test_shared_state_is_put_back():
    before = random.getstate(), np.random.get_state()  # noqa: NPY002
    functions = np.dot, np.allclose, np.asarray
    errors, folder, out = np.geterr(), os.getcwd(), sys.stdout
    for answer in (reseeds, patches, lambda *a: np.seterr(all="raise")):
        judged("0.1", answer)
    after = random.getstate(), np.random.get_state()  # noqa: NPY002
    assert before[0] == after[0]
    assert all(np.array_equal(a, b) for a, b in zip(before[1], after[1]))
    assert functions == (np.dot, np.allclose, np.asarray)
    assert (errors, folder, out) == (np.geterr(), os.getcwd(), sys.stdout)
    assert input.__module__ != exercises.__name__


def test_data_given_as_an_answer_are_copies(monkeypatch):
    x = np.arange(6.0)

    def spoil(answer):
        answer[:] = 0

    known = exercises.Exercise("0.1", "", spoil)
    monkeypatch.setattr(exercises, "find", lambda number: known)
    assert judged("0.1", x)[0] == exercises.RIGHT
    assert np.array_equal(x, np.arange(6.0))


def test_in_a_kernel_the_next_cell_works():
    """As a student sees it: the few lines, then everything goes on."""
    cells = [
        "from helpers import exercises\nexercises.SECONDS = 0.5\nx = [1, 2]",
        "def answer(*args):\n"
        "    while True:\n"
        "        try:\n"
        "            print('noise')\n"
        "        except:\n"
        "            pass\n"
        "exercises.check('0.1', answer)",
        "print(sum(x), input.__module__ == 'helpers.exercises')",
    ]
    notebook = nbformat.v4.new_notebook(metadata=build.KERNEL)
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    client = NotebookClient(notebook, timeout=60, allow_errors=True)
    client.execute()
    _, ended, after = notebook.cells
    (error,) = ended.outputs
    assert error.ename == "ExerciseNotDone"
    assert len(error.traceback) <= 4 and "noise" not in str(error)
    assert "endless loop" in "".join(error.traceback)
    assert after.outputs[0].text.strip() == "3 False"


# --- the tool ----------------------------------------------------------------


def test_result_and_error_come_through():
    assert call_within(5, divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        call_within(5, divmod, 7, 0)


def test_time_up_is_raised_in_the_function():
    with pytest.raises(NotEnded) as caught:
        call_within(0.1, endless)
    assert not caught.value.going_on
    assert "0.1 s" in str(caught.value) and not sys.gettrace()


def keeps():
    try:
        endless()
    except TimeUp:
        return "right, but late"


def complains():
    try:
        endless()
    except TimeUp:
        raise ValueError("late") from None


@pytest.mark.parametrize("late", [keeps, complains])
def test_what_comes_when_the_time_is_up_does_not_count(late):
    """Whether its handler still ran depends on the version of Python."""
    with pytest.raises(NotEnded) as caught:
        call_within(0.1, late)
    assert not caught.value.going_on


def test_stop_button_inside_a_lock_of_threading(monkeypatch):
    """Python's own locks make a RuntimeError of it at an unlucky moment."""
    start, left = threading.Thread.start, threading.active_count()

    def unlucky(thread):
        start(thread)
        try:
            raise KeyboardInterrupt
        finally:
            raise RuntimeError("release unlocked lock")

    monkeypatch.setattr(threading.Thread, "start", unlucky)
    with pytest.raises(KeyboardInterrupt):
        call_within(5, endless)
    assert threading.active_count() == left

    def refused(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    with pytest.raises(RuntimeError, match="can't start"):
        call_within(5, endless)


def test_bad_numbers_are_told():
    for seconds in (-1, float("nan"), "3", None):
        with pytest.raises((TypeError, ValueError), match="seconds: expected"):
            call_within(seconds, print)
    with pytest.raises(TypeError, match="function: expected"):
        call_within(1, "print")
