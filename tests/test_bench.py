"""The benchmark's tables: what it writes, and where."""

import importlib.util
import re
import time
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
STEMS = [p.stem for p in sorted(ROOT.glob("notebooks/[0-9][0-9]_*.ipynb"))]


@pytest.fixture(scope="module")
def bench():
    path = ROOT / "benchmarks" / "bench.py"
    spec = importlib.util.spec_from_file_location("bench", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_notebook_has_a_budget_and_states_it(bench):
    assert {stem[:2] for stem in STEMS} <= set(bench.BUDGETS)
    for stem in STEMS:
        text = (ROOT / "notebooks" / "source" / f"{stem}.py").read_text(
            encoding="utf-8"
        )
        stated = re.search(r"To run: about (\d+) seconds", text)
        assert int(stated.group(1)) <= bench.BUDGETS[stem[:2]]


def test_long_training_is_that_of_notebook_04(bench):
    stem = next(stem for stem in STEMS if stem.startswith("04"))
    source = ROOT / "notebooks" / "source" / f"{stem}.py"
    text = source.read_text(encoding="utf-8")
    N, size, epochs, rate = bench.TRAINING[:4]
    assert re.search(rf"^N = {N}\b", text, re.MULTILINE)
    assert f"\nBATCH_SIZE, EPOCHS = {size}, {epochs}\n" in text
    notebook = (ROOT / "notebooks" / f"{stem}.ipynb").read_text(
        encoding="utf-8"
    )
    assert f"chosen: {rate}\\n" in notebook  # on the validation sample


def test_table_of_the_readme(bench):
    times = {stem: (10.4, 9.0, 0.5) for stem in STEMS}
    lines = bench.table(times).splitlines()
    assert len(lines) == len(STEMS) + 3
    for stem, line in zip(STEMS, lines[2:]):
        assert line.startswith(f"| {stem} | {bench.question(stem)} | ")
        assert line.endswith(f" {bench.BUDGETS[stem[:2]]} s | 10 s |")
    assert f"{10.4 * len(STEMS):.0f} s |" in lines[-1]


def test_only_what_is_between_the_marks_is_replaced(bench):
    begin, end = bench.MARKS
    text = f"before\n{begin}\nold \\1\n{end}\nafter\n"
    new = bench.with_table(text, r"| new \1 |")
    assert new == f"before\n{begin}\n| new \\1 |\n{end}\nafter\n"
    with pytest.raises(ValueError, match="expected the marks"):
        bench.with_table("no marks", "")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert bench.with_table(readme, "").count(begin) == 1


def test_stored_table_is_of_these_notebooks(bench):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    part = readme.split(bench.MARKS[0])[1].split(bench.MARKS[1])[0]
    for stem in STEMS:
        assert f"| {stem} | {bench.question(stem)} | " in part


def test_page_has_every_row(bench):
    rows = [("a", "1 s", ""), ("b", "2 s", "goal: < 3 s")]
    lines = bench.page(rows).splitlines()
    assert lines[-2:] == ["| a | 1 s |  |", "| b | 2 s | goal: < 3 s |"]


def test_rows_of_notebooks(bench):
    rows = bench.notebooks({"04_x": (41.2, 40.0, 0.6), "00_y": (9, None, 0)})
    assert rows[0][1:] == (
        "41 s, CPU 40 s, 0.60 GiB", "goal: <= 60 s, < 1.5 GiB"
    )
    assert rows[1][1:] == ("9 s", "goal: <= 15 s")


def test_times_of_notebooks_are_kept(bench, tmp_path):
    path = tmp_path / "results.md"
    assert bench.kept(path) == []
    own = [bench.run_on(), *bench.notebooks({"04_x": (41.2, None, 0.6)})]
    assert own[0][1].startswith(time.strftime("%Y-%m-%d, "))
    path.write_text(bench.page([("a", "1 s", ""), *own]), encoding="utf-8")
    assert bench.kept(path) == own
    stored = bench.kept(bench.RESULTS)
    assert stored[0][0] == "notebooks run on"
    assert [row[0] for row in stored[1:]] == [f"notebook {s}" for s in STEMS]


@pytest.mark.parametrize("options", [[], ["--notebooks"], ["--quick"]])
def test_what_is_run_and_written(bench, options, tmp_path, monkeypatch):
    """Each option with its parts; the measuring itself left out."""
    done = []
    for name in ("describe", "loading", "imports", "epochs", "meter",
                 "gradients", "training"):
        def part(name=name):
            done.append(name)
            return [(name, "1 s", "")]

        monkeypatch.setattr(bench, name, part)

    def run_notebook(stem):
        done.append(stem)
        return 1.0, None, None

    monkeypatch.setattr(bench, "run_notebook", run_notebook)
    results, readme = tmp_path / "results.md", tmp_path / "README.md"
    old = ("notebooks run on", "another day", ""), ("notebook 00", "9 s", "")
    results.write_text(bench.page(old), encoding="utf-8")
    readme.write_text("\n".join(bench.MARKS), encoding="utf-8")
    before = results.read_text(encoding="utf-8")
    monkeypatch.setattr(bench, "RESULTS", results)
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setattr(bench.sys, "argv", ["bench", *options])
    with bench.threadpool_limits():  # put back what main() sets
        bench.main()

    assert ("training" in done) == (options != ["--quick"])
    assert (STEMS[0] in done) == (options == ["--notebooks"])
    after = results.read_text(encoding="utf-8")
    assert (after == before) == (options == ["--quick"])
    assert ("another day" in after) == (options != ["--notebooks"])
    made = readme.read_text(encoding="utf-8")
    assert (STEMS[0] in made) == (options == ["--notebooks"])


def test_times_are_taken_in_turn_after_a_warm_up(bench):
    calls = []

    def slow_at_first():
        calls.append("a")
        time.sleep(1 if len(calls) == 1 else 0.02)

    found = bench.in_rounds(slow_at_first, lambda: calls.append("b"),
                            repeats=2)
    assert calls == ["a", "b"] * 3 and found.shape == (2, 2)
    assert np.all(found >= 0) and np.all(found[:, 0] > 0.01)
    assert np.all(found[:, 0] < 1)  # the warm-up is not among them


def test_scikit_learn_takes_the_same_step(bench):
    """An epoch of the benchmark's model is an epoch of mini-batches."""
    x = np.random.default_rng(0).random((300, 784), np.float32)
    digits = np.arange(300) % 10
    epoch = bench.sklearn_epoch(x, digits, 4)
    epoch()
    model = epoch()
    assert model.t_ == 2 * len(x) and model.coefs_[0].dtype == np.float32
