"""A loop on all cores: its order, its errors, the stop button."""

import gc
import threading
import time

import pytest
from stop_button import PATIENCE, POSIX, Process

from helpers.progress import progress_bar, run_study


def test_study_runs_all_settings_in_order():
    settings = [(k, s) for k in range(5) for s in range(3)]
    threads = set()

    def slowest_first(k, s):
        threads.add(threading.get_ident())
        time.sleep(0.01 * (5 - k))
        return 10 * k + s

    results = run_study(slowest_first, settings)
    assert list(results) == settings
    assert all(results[k, s] == 10 * k + s for k, s in settings)
    assert threading.get_ident() not in threads


def test_study_does_not_repeat_what_is_done(recwarn):
    calls, done = [], {(1,): "kept", (7,): "of another study"}

    def once(k):
        calls.append(k)
        return k

    settings = [(0,), (1,), (2,)]
    results = run_study(once, settings, done=done)
    assert list(results.items()) == [((0,), 0), ((1,), "kept"), ((2,), 2)]
    assert sorted(calls) == [0, 2] and done[0,] == 0 and done[7,]
    assert run_study(once, settings, done=done) == results
    gc.collect()
    assert len(calls) == 2 and not recwarn.list  # as when a cell is run again


def test_error_comes_through_and_what_was_done_is_kept():
    def fail(k):
        time.sleep(0.02)
        if k == 40:
            raise FloatingPointError("diverged")
        return k

    done = {}
    with pytest.raises(FloatingPointError, match="diverged"):
        run_study(fail, [(k,) for k in range(60)], done=done)
    assert (0,) in done and (40,) not in done
    assert all(done[k,] == k for (k,) in done)


@pytest.mark.parametrize("silent", [True, False])
def test_bar_counts_unless_it_is_silenced(silent, monkeypatch, capfd):
    monkeypatch.setenv("COURSE_NO_BARS", "1" if silent else "")
    bar = progress_bar(iter(range(30)), "trainings", total=30)
    assert list(bar) == list(range(30))
    shown = capfd.readouterr().err
    assert (shown == "") if silent else "trainings" in shown


STUDY = """
import sys, time
import numpy as np
from helpers import layers
from helpers.progress import run_study

rng = np.random.default_rng(0)
x = rng.uniform(size=(400, 50)).astype(np.float32)
y = np.eye(3, dtype=np.float32)[rng.integers(0, 3, 400)]
slow, begun = True, []

def training(seed):
    begun.append(seed)
    rng = np.random.default_rng(seed)
    p = layers.initialise((50, 20, 3), rng)
    p = layers.train(p, x, y, 3, 20, 0.1, rng)
    if slow:
        time.sleep(0.1)
        sys.stdout.write("finished\\n")
    return float(p["W0"].sum())

settings, done = [(seed,) for seed in range(60)], {}
try:
    run_study(training, settings, done=done)
except KeyboardInterrupt:
    pass
slow, kept, before = False, list(done), len(begun)
print("kept", len(kept), kept == settings[:len(kept)])
second = run_study(training, settings, done=done)
again = set(begun[before:]) & {seed for seed, in kept}
print("second", list(second) == settings, "again", sorted(again))
print("right", second == run_study(training, settings))
"""


@POSIX
def test_interrupted_study_keeps_what_is_done():
    study = Process(STUDY)
    for _ in range(12):
        study.wait_for("finished")
    study.interrupt()
    start = time.monotonic()
    _, number, first = study.wait_for("kept").split()
    assert time.monotonic() - start < PATIENCE / 4
    assert 2 <= int(number) < 60 and first == "True"
    lines, code = study.end()
    lines = [line for line in lines if line != "finished"]
    assert lines == ["second True again []", "right True"] and code == 0
