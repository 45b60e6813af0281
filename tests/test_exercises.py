"""Every checker against its catalogue of wrong and right answers."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

from helpers import exercises
from helpers.build import exercise_of, find_sources, read_source, student_copy

HERE = Path(__file__).resolve().parent


def load_catalogues():
    """Return {number: entry} of all files in tests/catalogue."""
    found = {}
    for path in sorted((HERE / "catalogue").glob("nb*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.update(module.CATALOGUE)
    return found


CATALOGUE = load_catalogues()


def answers(number, code):
    """Execute an answer; return the functions that its check is given."""
    entry = CATALOGUE[number]
    space = {"np": np, "math": math}
    exec(entry.get("needs", ""), space)
    exec(code, space)
    return [space[name] for name in entry["names"]]


def cells_of(number, copy=False):
    """Return the source cells that hold an exercise's answer."""
    (source,) = find_sources([number.split(".")[0]])
    notebook = read_source(source)
    numbers = [exercise_of(cell) for cell in notebook.cells]
    if copy:
        ids = {c.id: n for c, n in zip(notebook.cells, numbers)}
        cells = student_copy(notebook).cells
        return [c.source for c in cells if ids[c.id] == number]
    return [c.source for c, n in zip(notebook.cells, numbers) if n == number]


def all_exercises():
    """Return the numbers of the exercises in all sources, in order."""
    return [
        number
        for source in find_sources()
        for cell in read_source(source).cells
        for number in [exercise_of(cell)]
        if number is not None
    ]


EXERCISES = all_exercises()


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
        assert exercises.find(number).hints, f"{number} has no hint"
        assert len(CATALOGUE[number]["wrong"]) >= 4
        assert len(CATALOGUE[number]["right"]) >= 2
    for notebook in {number.split(".")[0] for number in EXERCISES}:
        known = [e.number for e in exercises.registered(int(notebook))]
        assert known == [n for n in EXERCISES if n.split(".")[0] == notebook]


@pytest.mark.parametrize("number", EXERCISES)
def test_stub_is_not_attempted(number):
    (code,) = cells_of(number, copy=True)
    assert "SOLUTION" not in code
    outcome, _ = exercises.judge(number, *answers(number, code))
    assert outcome == exercises.NOT_ATTEMPTED


@pytest.mark.parametrize("number", EXERCISES)
def test_solution_is_right(number):
    (code,) = cells_of(number)
    outcome, message = exercises.judge(number, *answers(number, code))
    assert outcome == exercises.RIGHT, message


@pytest.mark.parametrize("number, place", pairs("wrong"))
def test_wrong_answer_is_refused(number, place):
    code, part, *outcome = CATALOGUE[number]["wrong"][place]
    expected = outcome[0] if outcome else exercises.WRONG
    found, message = exercises.judge(number, *answers(number, code))
    assert (found, part in message) == (expected, True), message
    if found == exercises.WRONG:
        assert "Traceback" not in message and "helpers" not in message


@pytest.mark.parametrize("number", CATALOGUE)
def test_messages_tell_mistakes_apart(number):
    parts = [entry[1] for entry in CATALOGUE[number]["wrong"]]
    assert len(set(parts)) == len(parts)


@pytest.mark.parametrize("number, place", pairs("right"))
def test_alternative_answer_is_accepted(number, place):
    code = CATALOGUE[number]["right"][place]
    outcome, message = exercises.judge(number, *answers(number, code))
    assert outcome == exercises.RIGHT, message


# --- the mechanism itself ---------------------------------------------------


def share_right(predicted, expected):
    return np.mean(predicted == expected)


@pytest.mark.parametrize(
    "answer, outcome, part",
    [
        (..., exercises.NOT_ATTEMPTED, ""),
        (lambda p, e: 1 / 0, exercises.ERROR, "ZeroDivisionError"),
        (lambda p, e: exit(), exercises.ERROR, "SystemExit"),
        (lambda p, e: "3/4", exercises.WRONG, "type str"),
        (lambda p, e: [object()], exercises.WRONG, "type list"),
        (lambda p: 1, exercises.ERROR, "TypeError"),
        ("not a function", exercises.NOT_JUDGED, "stumbled"),
    ],
)
def test_outcomes(answer, outcome, part):
    found, message = exercises.judge("0.1", answer)
    assert (found, part in message) == (outcome, True), message


def test_endless_answer_is_ended(monkeypatch):
    monkeypatch.setattr(exercises, "SECONDS", 0.3)

    def endless(predicted, expected):
        while True:
            pass

    outcome, message = exercises.judge("0.1", endless)
    assert outcome == exercises.ERROR and "endless loop" in message


def test_answer_cannot_change_the_checkers_data():
    def greedy(predicted, expected):
        share = np.mean(predicted == expected)
        predicted[:] = 0
        expected[:] = 1
        return share

    assert exercises.judge("0.1", greedy)[0] == exercises.RIGHT


def test_printing_is_swallowed(capsys):
    def chatty(predicted, expected):
        for _ in range(100_000):
            print("a line")
        return share_right(predicted, expected)

    assert exercises.judge("0.1", chatty)[0] == exercises.RIGHT
    assert capsys.readouterr().out == ""


def test_error_shows_the_students_own_line():
    outcome, message = exercises.judge("0.1", lambda p, e: [].pop())
    assert outcome == exercises.ERROR
    assert "pop from empty list" in message and "[].pop()" in message


def test_check_shows_right_and_raises_otherwise(capsys):
    exercises.check("0.1", share_right)
    assert "Exercise 0.1: right." in capsys.readouterr().out
    with pytest.raises(exercises.ExerciseNotDone) as caught:
        exercises.check("0.1", lambda p, e: np.sum(p == e))
    shown = caught.value._render_traceback_()
    assert "not right yet" in shown[0] and "File" not in "".join(shown)
    assert any("expected" in line for line in shown)


def test_progress_and_hints(capsys):
    exercises.check("0.1", share_right)
    exercises.progress(0)
    exercises.progress()
    out = capsys.readouterr().out
    assert out.count("[x] 0.1") == 2 and "1 of 1 done" in out
    for level in (1, 2):
        exercises.hint("0.1", level)
        assert f"hint {level} of" in capsys.readouterr().out


def test_solution_is_the_source(capsys):
    exercises.solution("0.1")
    shown = capsys.readouterr().out
    assert "def share_right" in shown and "SOLUTION" not in shown
    space = {"np": np}
    exec(shown, space)
    assert exercises.judge("0.1", space["share_right"])[0] == exercises.RIGHT


def test_solutions_need_not_be_handed_out(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(exercises, "SOURCES", tmp_path)
    exercises.solution("0.1")
    assert "not handed out" in capsys.readouterr().out


@pytest.mark.parametrize("number", ["0.9", "four", "99.1", ""])
def test_unknown_exercise_is_named(number):
    with pytest.raises(KeyError):
        exercises.find(number)
