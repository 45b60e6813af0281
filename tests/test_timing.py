"""The meter: right seconds, honest energy, no traces, patience at an end."""

import math
import os
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import timing

SHORT = 0.3  # seconds of patience in these tests


def work(seconds):
    """Keep the processor busy for so long."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(1000))


@pytest.fixture(scope="module", autouse=True)
def prepared():
    assert timing.prepare_meter() == ""


# --- a measurement ----------------------------------------------------------


def test_seconds_energy_and_emissions_of_a_block():
    with timing.measure() as meter:
        work(0.4)
    assert 0.4 <= meter.seconds < 2
    assert meter.reason == "" and meter.power in ("measured", "assumed")
    assert 0.5 < meter.watts < 2000
    product = meter.energy_kwh * meter.grid_g_per_kwh
    assert math.isclose(meter.emissions_g, product)
    parts = meter.processor_kwh, meter.memory_kwh, meter.accelerator_kwh
    assert math.isclose(meter.energy_kwh, sum(parts), rel_tol=1e-6)
    assert meter.processor_kwh > 0 and meter.memory_kwh > 0
    assert f"processor {meter.power}, memory assumed" in str(meter)
    joules = meter.watts * meter.seconds
    assert math.isclose(meter.energy_kwh, joules / 3.6e6)
    for part in (f"{meter.watts:.3g} W", "kWh", "gCO2e", meter.power_source):
        assert part in str(meter)


def test_emissions_are_codecarbons_own():
    """An independent tracker around the same work agrees on gCO2e per kWh."""
    from codecarbon import OfflineEmissionsTracker

    with timing._quiet():
        tracker = OfflineEmissionsTracker(
            country_iso_code="POL", save_to_file=False, log_level="critical"
        )
        tracker.start()
        work(0.3)
        tracker.stop()
    data = tracker.final_emissions_data
    grid = 1000 * data.emissions / data.energy_consumed
    with timing.measure(country="POL") as poland:
        pass
    assert math.isclose(poland.grid_g_per_kwh, grid, rel_tol=1e-6)
    assert poland.country == "POL" and grid > 5 * timing.grid_intensity("FRA")


@pytest.mark.parametrize("country", ["Atlantis", "fra", "", None, 3, []])
def test_unknown_country_is_refused(country):
    with pytest.raises(ValueError, match=r"expected an ISO code .* got"):
        with timing.measure(country):
            pass
    assert timing._active == []


def test_block_too_short_has_no_energy():
    with timing.measure() as meter:
        work(0.01)
    assert meter.seconds < 0.1 and math.isnan(meter.energy_kwh)
    assert "too short" in meter.reason and "too short" in str(meter)


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_exception_passes_and_what_was_measured_stays(error):
    with pytest.raises(error):
        with timing.measure() as meter:
            work(0.2)
            raise error
    assert 0.2 <= meter.seconds < 2 and meter.energy_kwh > 0
    assert timing._active == []


def test_inner_measurement_does_not_count_twice():
    with timing.measure() as outer:
        with timing.measure() as inner:
            work(0.2)
    assert outer.energy_kwh > 0 and math.isnan(inner.energy_kwh)
    assert inner.seconds >= 0.2 and "another measurement" in inner.reason


@pytest.mark.parametrize(
    "part, mode, expected",
    [
        ("CPU", "intel_rapl", "measured"), ("CPU", "windows_emi", "measured"),
        ("AppleSiliconChip", None, "measured"), ("GPU", None, "unknown"),
        ("CPU", "cpu_load", "assumed"), ("CPU", "constant", "assumed"),
    ],
)
def test_power_source_is_told(part, mode, expected):
    kinds = ("RAM", "unknown"), (part, mode)
    hardware = [type(kind, (), {"_mode": m, "_tdp": 8})() for kind, m in kinds]
    power, words = timing.power_source(SimpleNamespace(_hardware=hardware))
    assert power == expected and words
    assert ("8 W" in words) == (mode == "cpu_load")


@pytest.mark.parametrize("found", [["GPU", "RAM"], ["RAM"]])
def test_the_parts_are_kept_apart(found, fresh, monkeypatch):
    """Each its own; a measured accelerator is said to be one."""
    data = SimpleNamespace(energy_consumed=7, duration=1, cpu_energy=4,
                           ram_energy=2, gpu_energy=1)
    hardware = [type(kind, (), {})() for kind in found]
    tracker(monkeypatch, final_emissions_data=data, _hardware=hardware)
    with timing.measure() as meter:
        time.sleep(0.1)
    parts = meter.processor_kwh, meter.memory_kwh, meter.accelerator_kwh
    assert parts == pytest.approx([k * meter.seconds for k in (4, 2, 1)])
    words = "accelerator measured" if "GPU" in found else "no accelerator"
    assert meter.how_known == f"processor unknown, memory assumed, {words}"


# --- the table of results ---------------------------------------------------


def test_results_are_kept_and_read(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    known = timing.Measurement(2.0, 4e-6, 1e-6, 3e-6, 0.0, reason="",
                               how_known="processor assumed, all of it")
    timing.keep_result("784-128-10", "NumPy", np.float64(0.98123), known)
    timing.keep_result("a, b", "Keras", 0.5, timing.Measurement(1.0))
    assert capsys.readouterr().out.splitlines() == [
        "kept in my_results.csv: 784-128-10, NumPy",
        "kept in my_results.csv: a, b, Keras",
    ]
    rows = pd.read_csv("my_results.csv")
    assert list(rows) == [
        "network", "tool", "accuracy", "seconds", "energy_wh", "processor_wh",
        "memory_wh", "accelerator_wh", "measured_or_assumed", "machine",
        "date",
    ]
    first = ["784-128-10", "NumPy", 0.9812, 2, 0.004, 0.001, 0.003, 0]
    assert rows.iloc[0, :8].tolist() == first
    assert rows["measured_or_assumed"][0] == known.how_known
    assert rows["network"][1] == "a, b" and math.isnan(rows["energy_wh"][1])


def test_results_where_nothing_can_be_written(tmp_path, capsys):
    path = tmp_path / "missing" / "my_results.csv"
    timing.keep_result("a", "b", 0.5, timing.Measurement(1.0), path)
    words = capsys.readouterr().out
    assert "cannot be written" in words and "not kept" in words


# what a fresh process says of two measurements
FRESH = """
import socket, sys, time
def refuse(*args, **kwargs):
    raise AssertionError("a connection was tried")
socket.socket.connect = socket.create_connection = refuse
socket.getaddrinfo = refuse
from helpers import timing
timing.PATIENCE = float(sys.argv[1])
for _ in range(2):
    start = time.monotonic()
    with timing.measure() as meter:
        time.sleep(0.15)
    print(meter.reason or "measured", 0.15 <= meter.seconds < 2,
          meter.grid_g_per_kwh > 0, time.monotonic() - start < 3, sep="|")
"""


def fresh_process(folder, patience, **variables):
    done = subprocess.run(
        [sys.executable, "-c", FRESH, str(patience)], cwd=folder, text=True,
        capture_output=True, timeout=120, env={**os.environ, **variables},
    )
    assert done.stderr == ""
    return [line.split("|") for line in done.stdout.splitlines()]


def test_no_network_nothing_written_or_printed(tmp_path):
    """Nor does the lock matter that a killed CodeCarbon left behind."""
    (tmp_path / ".codecarbon.lock").touch()
    lines = fresh_process(
        tmp_path, 60, CODECARBON_SAVE_TO_FILE="true", TMPDIR=str(tmp_path),
        TEMP=str(tmp_path),
    )
    assert [line[:3] for line in lines] == [["measured", "True", "True"]] * 2
    assert os.listdir(tmp_path) == [".codecarbon.lock"]


# --- CodeCarbon is missing, fails or hangs ----------------------------------


@pytest.fixture
def fresh(monkeypatch):
    """The meter as in a fresh process, before it and after it."""

    def forget():
        timing.prepare_meter.cache_clear()
        timing.grid_table.cache_clear()
        timing._given_up.clear()

    monkeypatch.setattr(timing, "PATIENCE", SHORT)
    forget()
    yield
    forget()


def without_energy():
    """Return why a block has no energy; its time is right all the same."""
    with timing.measure() as meter:
        time.sleep(0.1)
    assert 0.1 <= meter.seconds < 0.35
    assert math.isnan(meter.energy_kwh) and math.isnan(meter.emissions_g)
    assert math.isnan(meter.watts) and meter.reason in str(meter)
    return meter.reason


def test_without_codecarbon(fresh, monkeypatch):
    def missing(name):
        raise timing.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(timing.metadata, "version", missing)
    assert without_energy() == "CodeCarbon is not installed"
    with pytest.raises(RuntimeError, match="is not installed"):
        timing.grid_intensity()


def tracker(monkeypatch, method="", action=None, **known):
    """Put a tracker in place that works, but for what it does in a method."""
    import codecarbon

    def do(self, **options):
        action()

    parts = dict.fromkeys(("__init__", "start", "stop"), lambda *a, **k: None)
    parts = {**parts, "_start_time": 1.0, "_hardware": [], **known}
    fake = type("Fake", (), {**parts, **({method: do} if method else {})})
    monkeypatch.setattr(codecarbon, "OfflineEmissionsTracker", fake)


@pytest.mark.parametrize("kwh, s", [(0.2, 4), (0, 4), (math.nan, 4), (9, 0)])
def test_energy_is_the_mean_power_times_our_seconds(
    kwh, s, fresh, monkeypatch
):
    """Of this process; and there is none where CodeCarbon has none."""
    asked, data = [], SimpleNamespace(energy_consumed=kwh, duration=s,
                                      cpu_energy=1, ram_energy=1, gpu_energy=0)
    tracker(monkeypatch, final_emissions_data=data,
            __init__=lambda self, **options: asked.append(options))
    with timing.measure() as meter:
        time.sleep(0.1)
    expected = 0.05 * meter.seconds if kwh == 0.2 else math.nan
    assert meter.energy_kwh == pytest.approx(expected, nan_ok=True)
    assert meter.reason == ("" if kwh == 0.2 else "CodeCarbon gave no energy")
    assert asked[-1]["tracking_mode"] == "process"
    assert asked[-1]["save_to_file"] is False


@pytest.mark.parametrize("method", ["__init__", "start", "stop"])
def test_hanging_codecarbon_is_left_alone(method, fresh, monkeypatch):
    """Once only: later measurements do not wait again."""
    release = threading.Event()
    tracker(monkeypatch, method, release.wait)
    start = time.monotonic()
    reason = without_energy()
    assert reason == f"CodeCarbon did not answer within {SHORT} s"
    assert time.monotonic() - start < SHORT + 2
    start = time.monotonic()
    for _ in range(3):
        assert without_energy() == timing.prepare_meter() == reason
    assert time.monotonic() - start < 3 * SHORT
    release.set()


def test_hanging_between_measurements_is_bounded(fresh, monkeypatch):
    """It worked at first: the sensor stops answering later."""
    release, calls = threading.Event(), []

    def third():
        calls.append(1)
        if len(calls) == 3:
            release.wait()

    tracker(monkeypatch, "start", third)
    reasons = [without_energy() for _ in range(3)]
    assert "CodeCarbon failed" in reasons[0]  # a stand-in: no energy
    assert all("did not answer" in reason for reason in reasons[1:])
    assert len(calls) == 3
    release.set()


@pytest.mark.parametrize("method", ["__init__", "start", "stop"])
@pytest.mark.parametrize("error", [OSError("no sensor"), SystemExit(1)])
def test_failing_codecarbon_is_told(method, error, fresh, monkeypatch):
    def fail():
        raise error

    tracker(monkeypatch, method, fail)
    kind = type(error).__name__
    assert without_energy() == f"CodeCarbon failed ({kind}: {error})"


def test_stop_button_while_codecarbon_begins(fresh, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(timing, "_ask", interrupted)
        with pytest.raises(KeyboardInterrupt), timing.measure():
            raise AssertionError("the block began")
    assert timing._active == []


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_damaged_table_of_grids(content, fresh, monkeypatch, tmp_path):
    if content is not None:
        (tmp_path / "table.json").write_text(content)

    class Package:
        version = "3.9"
        locate_file = lambda self, name: tmp_path / "table.json"  # noqa: E731

    monkeypatch.setattr(timing.metadata, "distribution", lambda n: Package())
    assert "cannot be read" in without_energy()
    with pytest.raises(RuntimeError, match="grids cannot be read"):
        timing.grid_intensity()


@pytest.mark.parametrize(
    "code, reason",
    [
        ("", "failed (ImportError: cannot import name"),
        ("import time; time.sleep(30)", "did not answer within 0.5 s"),
    ],
)
def test_codecarbon_that_cannot_be_imported(code, reason, tmp_path):
    """Its table of grids is there all the same: it is a file."""
    (tmp_path / "codecarbon.py").write_text(code)
    lines = fresh_process(tmp_path, 0.5, PYTHONPATH=str(tmp_path))
    assert len(lines) == 2
    for words, *facts in lines:
        assert reason in words and facts == ["True"] * 3
