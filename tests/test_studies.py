"""The studies: what was run comes out again, however often it was stopped."""

import contextlib
import hashlib
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import layers
from helpers.data import STUDIES, DataError, load_study
from helpers.evidence import difference
from studies import checking, clock, engine, keras_twin, remedies, training
from studies.__main__ import NAMES

ROOT = Path(__file__).resolve().parents[1]
MODULES = {name: importlib.import_module(f"studies.{name}")
           for name in NAMES}
HELD = [name for name in MODULES if (STUDIES / f"{name}.csv").exists()]
TWINS = [name for name in HELD if MODULES[name].TWINS]
TIMED = ["seconds"]  # the column that differs from run to run


def command(name, folder, *more):
    arguments = [name, "--quick", "--folder", str(folder), *more]
    return [sys.executable, "-m", "studies", *arguments]


def study(name, folder, *more):
    return subprocess.run(command(name, folder, *more), cwd=ROOT,
                          capture_output=True, text=True)


def rows(folder, name):
    """Return the bytes of a table without the column of times."""
    table = pd.read_csv(folder / f"{name}.csv", dtype=str)
    return table.drop(columns=TIMED).to_csv().encode()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder with a table that was never interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    done = study("overtraining", folder)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert "13 trainings" in done.stdout or "12 trainings" in done.stdout
    return folder


# --- run, stop, go on ------------------------------------------------------


def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
def test_stopped_it_goes_on_and_the_table_is_the_same(name, whole, tmp_path):
    parts = tmp_path / "overtraining-parts"

    def kept():
        found = {}
        for path in parts.glob("*.json"):
            with contextlib.suppress(FileNotFoundError):  # just taken away
                found[path] = path.stat().st_mtime_ns
        return found

    said = tmp_path / "said.txt"  # no pipe: workers would hold it open
    with said.open("w") as file:
        process = subprocess.Popen(
            command("overtraining", tmp_path), cwd=ROOT, stdout=file,
            stderr=file, start_new_session=True,
        )
        until(lambda: kept() or process.poll() is not None)
        process.send_signal(getattr(signal, name))
        process.wait(timeout=60)
    first = kept()
    assert 0 < len(first) < 12, "it was not stopped in the middle"
    assert not (tmp_path / "overtraining.csv").exists()
    if name == "SIGINT":
        assert process.returncode == 130
        assert "run it again" in said.read_text()
        assert "Traceback" not in said.read_text()
    (parts / "torn.json.new").write_text('{"rows"')  # killed while it wrote
    torn = sorted(first)[0]
    torn.write_text(torn.read_text()[:100])  # and a disk that was full
    again = subprocess.Popen(command("overtraining", tmp_path), cwd=ROOT,
                             stdout=subprocess.DEVNULL)
    seen = {}
    while again.poll() is None:
        seen.update(kept())
        time.sleep(0.005)
    assert again.returncode == 0 and not parts.exists()
    assert all(seen[path] == when for path, when in first.items()
               if path in seen and path != torn)  # these were not run again
    assert rows(tmp_path, "overtraining") == rows(whole, "overtraining")


@pytest.mark.parametrize("name", MODULES)
def test_a_result_hangs_on_its_setting_alone(name):
    """Not on the stack in which it is trained, nor on its place in it."""
    module = MODULES[name]
    settings = engine.shortened(module.SETTINGS)
    job = max(engine.stacks(module, [
        {**one, "seed": seed} for one in settings[-2:] for seed in (3, 4, 5)
    ]), key=len)
    stack, reverse = module.train(job), module.train(job[::-1])[::-1]
    alone = [module.train([one])[0] for one in job]
    text = [[[*map(engine.plain, row[:-1])] for r in run for row in r]
            for run in (stack, reverse, alone)]
    assert len(job) >= 3 and text[0] == text[1] == text[2]


# --- on a cluster ----------------------------------------------------------


@pytest.fixture
def cluster(tmp_path):
    """A Dask scheduler and two workers on loopback: (address, workers)."""
    pytest.importorskip(
        "distributed", reason="Dask is not installed (test --with-site does)"
    )
    file, processes = tmp_path / "scheduler.json", []

    def start(program, *arguments):
        processes.append(subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{program}",
             *arguments, "--no-dashboard"],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ))

    start("scheduler", "--host", "127.0.0.1", "--port", "0",
          "--scheduler-file", str(file))
    until(file.exists)
    for _ in range(2):
        start("worker", "--scheduler-file", str(file), "--nthreads", "1",
              "--no-nanny", "--host", "127.0.0.1")
    until(lambda: file.stat().st_size)
    yield json.loads(file.read_text())["address"], processes[1:]
    for process in processes:
        process.kill()
        process.wait()


def test_on_a_cluster_that_loses_a_worker(cluster, whole, tmp_path):
    from distributed import Client

    address, workers = cluster
    with Client(address) as client:
        client.wait_for_workers(2, timeout=120)
    process = subprocess.Popen(
        command("overtraining", tmp_path, "--scheduler", address), cwd=ROOT,
        stderr=subprocess.PIPE, text=True,
    )
    parts = tmp_path / "overtraining-parts"
    until(lambda: [*parts.glob("*.json")] or process.poll() is not None)
    workers[0].kill()
    assert len([*parts.glob("*.json")]) < 12, "not in the middle"
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert rows(tmp_path, "overtraining") == rows(whole, "overtraining")
    facts = load_study("overtraining", tmp_path).attrs
    assert facts["workers"] == "Dask"


def test_a_cluster_that_is_not_there_is_said(tmp_path):
    pytest.importorskip("distributed")
    done = study("overtraining", tmp_path, "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 1 and "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


# --- tables that are refused -----------------------------------------------


def copied(whole, folder):
    for name in ("overtraining.csv", "overtraining.json"):
        (folder / name).write_bytes((whole / name).read_bytes())
    return folder / "overtraining.csv"


def forge(path, old, new):
    """Change a table and make its checksum right again."""
    text = path.read_text().replace(old, new)
    path.write_text(text)
    facts = json.loads(path.with_suffix(".json").read_text())
    facts["table"] = hashlib.sha256(text.encode()).hexdigest()
    path.with_suffix(".json").write_text(json.dumps(facts))


def test_damaged_table_is_refused_by_name(whole, tmp_path):
    path = copied(whole, tmp_path)
    assert len(load_study("overtraining", tmp_path)) > 24
    content = path.read_bytes()
    for damaged in (b"", content[:-1], content.replace(b"7", b"8", 1)):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match="altered") as caught:
            load_study("overtraining", tmp_path)
        assert str(path) in str(caught.value)
        for way in ("git checkout -- data/studies/overtraining.", "study"):
            assert way in str(caught.value)
        done = study("overtraining", tmp_path, "--check")
        assert done.returncode == 1 and str(path) in done.stderr
    path.write_bytes(content)
    for facts in ("", "{}", "[]", '{"table"'):
        path.with_suffix(".json").write_text(facts)
        with pytest.raises(DataError, match=r"overtraining\.csv"):
            load_study("overtraining", tmp_path)
    for lost in (path, path.with_suffix(".json")):
        copied(whole, tmp_path)
        lost.unlink()
        with pytest.raises(DataError, match="cannot be read"):
            load_study("overtraining", tmp_path)


def test_foreign_table_is_refused_by_name(whole, tmp_path):
    """One of another study, or of other settings than the study has now."""
    path = copied(whole, tmp_path)
    for suffix in (".csv", ".json"):
        file = path.with_suffix(suffix)
        (tmp_path / f"architecture{suffix}").write_bytes(file.read_bytes())
    with pytest.raises(DataError, match="it is that of overtraining"):
        load_study("architecture", tmp_path)
    module = MODULES["overtraining"]
    with pytest.raises(DataError, match="has other settings") as caught:
        checking.check(module, module.SETTINGS, tmp_path, 3)
    assert "course.py study overtraining" in str(caught.value)


# --- check -----------------------------------------------------------------


def test_check_finds_a_changed_digit(whole, tmp_path, capsys):
    path = copied(whole, tmp_path)
    module = MODULES["overtraining"]
    settings = engine.shortened(module.SETTINGS)
    arguments = module, settings, tmp_path, len(settings)
    assert checking.check(*arguments) == 0
    said = capsys.readouterr().out
    assert said.count(": alike") == len(settings) and "last digit" in said
    risk = load_study("overtraining", tmp_path)["validation_risk"].iloc[-1]
    forge(path, f",{risk:g},", f",{risk + 0.001:g},")
    assert checking.check(*arguments) == 1
    assert f"{risk + 0.001:g}" in capsys.readouterr().out


def row(risk, accuracy):
    """Return the texts of a row: what is measured after ten steps, at last."""
    values = [0.1, risk, 50, risk, accuracy, float("nan"), 1]
    return [engine.plain(value) for value in values]


FINALS = np.array([97.0, 97.1, 97.2, 97.1, 97.0])


@pytest.mark.parametrize("first, end, finals, alike", [
    (2.0001, 97.2, FINALS, True),  # rounded in another way
    (2.1, 97.1, FINALS, False),  # other first steps
    (2, 96.3, FINALS, False),  # not where the seeds end
    (2, float("nan"), FINALS, False),  # diverges, and no other seed does
    (2, float("nan"), np.append(FINALS, np.nan), True),
    (2, 10, np.full(5, np.nan), True),  # lost either way
    (2, 11.3, np.array([11.3, 9.8, 82, 84, 10]), True),  # some stand still
])
def test_check_on_another_processor(first, end, finals, alike):
    stored, again = [row(2, 50), row(0.1, 97)], [row(first, 50), row(0, end)]
    verdict = checking.compare(stored, again, False, finals)
    assert (verdict == "alike") == alike, verdict
    assert checking.compare(stored, again, True, finals) != "alike"
    assert checking.compare(stored, stored[:1], True, finals) != "alike"
    assert checking.compare(stored, list(stored), True, finals) == "alike"


# --- the trainings against others ------------------------------------------


def test_the_loop_is_that_of_the_course():
    """Where the stack is trained by `layers.train` it ends at the same."""
    module = MODULES["architecture"]
    one = {**module.SETTINGS[0], "images": 640, "epochs": 3, "rate": 0.4,
           "width": 12, "depth": 2, "seed": 5}
    (found,) = module.train([one])
    x, digits, y = (part[:640] for part in training.samples()[0])
    parameters, rngs = training.start((784, 12, 12, 10), [one])
    parameters = layers.train(parameters, x, y, 3, 64, 0.4, rngs)
    right = 100 * layers.accuracy(x, digits, parameters)
    assert found[-1][2] == pytest.approx(float(right[0]))
    assert [r[0] for r in found] == [1, 1, 2, 3][1:] or found[0][0] == 1


@pytest.mark.parametrize("name, change", [
    ("architecture", {"depth": 2, "width": 20, "rate": 0.4}),
    ("architecture", {"activation": "sigmoid", "rate": 0.8}),
    ("learning_rate", {"rule": "momentum", "rate": 0.02}),
    ("learning_rate", {"rule": "plain", "schedule": "step", "rate": 0.2}),
    ("overtraining", {"wrong": 0.4, "rate": 0.2}),
    ("overtraining", {"remedy": "L2", "strength": 0.03, "rate": 0.2}),
    ("comparison", {"network": "128", "batch_size": 32}),
])
def test_keras_comes_to_the_same(name, change):
    """Its first fifty steps, from the same weights with the same batches."""
    module = MODULES[name]
    one = {**module.SETTINGS[0], "images": 1600, "epochs": 2, **change}
    (mine,), (twin,) = module.train([one]), module.train_keras(one)
    mine, twin = (np.array(r, float)[:, :-1] for r in (mine, twin))
    assert len(mine) == 3
    mine = mine[-len(twin) :]  # not all look after ten steps
    assert np.allclose(mine, twin, rtol=1e-3, atol=0.07, equal_nan=True)


def test_adam_is_kerass_adam():
    """Apart from where it adds the 1e-7, which a few pixels notice."""
    _, keras = keras_twin.import_tensorflow()
    gradients = np.random.default_rng(1).normal(size=(30, 5)) * 0.1
    theirs = keras.Variable(np.zeros(5), dtype="float64")
    mine, memory = np.zeros(5), []
    optimizer = keras_twin.optimiser("Adam", "constant", 0.01, 30)
    for t, gradient in enumerate(gradients, 1):
        optimizer.apply([gradient], [theirs])
        move = MODULES["learning_rate"].step("Adam", gradient, memory, t)
        mine -= 0.01 * move
    assert np.allclose(mine, theirs.numpy(), rtol=1e-3)


def test_batches_say_when_to_measure():
    rngs = [np.random.default_rng(s) for s in (1, 2)]
    steps = list(training.batches(100, 8, 6, rngs, lambda epoch: epoch == 2))
    assert len(steps) == 6 * 13
    assert [epoch for *_, epoch in steps if epoch] == [10 / 13, 2, 6]
    shares = [share for share, *_ in steps]
    assert shares[0] == 0 and np.allclose(np.diff(shares), 1 / 78)
    seen = np.concatenate([rows for _, rows, _ in steps[:13]], axis=1)
    assert seen.shape == (2, 100) and not np.array_equal(*seen)
    assert np.array_equal(np.sort(seen), [range(100)] * 2)


def test_wrong_labels_masks_and_shifts():
    module = MODULES["overtraining"]
    one = {"seed": 3, "images": 5000, "wrong": 0.4}
    which, given = module.draw(one)
    digits = training.samples()[0][1][which]
    assert len(set(which)) == 5000
    assert abs(np.mean(given != digits) - 0.4) < 0.03
    assert np.array_equal(module.draw({**one, "wrong": 0.0})[1], digits)
    rngs = [np.random.default_rng(s) for s in (1, 2)]
    mask = remedies.masks((500, 128), 0.75, rngs)
    assert set(np.unique(mask)) == {0, 4} and abs(np.mean(mask) - 1) < 0.05
    images = training.samples()[0][0][:10].reshape(2, 5, 784)
    for _ in range(5):
        moved = remedies.shifted(images, 2, rngs)
        assert np.allclose(moved.sum((1, 2)), images.sum((1, 2)))
        where = np.argmax(moved.sum(1), axis=1) - np.argmax(
            images.sum(1), axis=1)
        assert moved.shape == images.shape and np.all(abs(where) <= 2 * 28 + 2)


# --- the stored tables -----------------------------------------------------


@pytest.mark.parametrize("name", MODULES)
def test_settings_are_a_study(name):
    settings = MODULES[name].SETTINGS
    assert len({str(one) for one in settings}) == len(settings)
    assert len({tuple(one) for one in settings}) == 1
    assert not {one["seed"] for one in settings if one["role"] == "choose"} & {
        one["seed"] for one in settings if one["role"] == "report"}
    lines = Path(MODULES[name].__file__).read_text("utf-8").splitlines()
    assert len(lines) < 150


def test_the_engine_is_small():
    text = Path(engine.__file__).read_text("utf-8")
    assert len(text.splitlines()) <= 250


@pytest.mark.parametrize("name", HELD)
def test_a_stored_table_comes_out_again(name):
    """By a process of its own, which may choose how NumPy multiplies."""
    done = subprocess.run(
        [sys.executable, "-m", "studies", name, "--check", "--rows", "3"],
        cwd=ROOT, capture_output=True, text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": alike") == 3


def best(table, by):
    """Return the final rows with their rates' mean and rank in the choice."""
    last = table[(table.epoch == table.epochs) & (table.tool == "NumPy")]
    chose = last[last.role == "choose"]
    means = chose.groupby([*by, "rate"])["validation"].agg(
        lambda found: np.mean(found.to_numpy())  # NaN if one diverged
    )
    return last[last.role == "report"], means.fillna(0).reset_index()


BY = {
    "architecture": ["activation", "depth", "width"],
    "learning_rate": ["rule", "schedule", "batch_size"],
    "overtraining": ["question", "images", "wrong", "remedy", "strength"],
}


@pytest.mark.parametrize("name", [name for name in HELD if name in BY])
def test_what_is_reported_was_chosen_by_other_seeds(name):
    table = load_study(name)
    report, means = best(table, BY[name])
    for key, group in report.groupby(BY[name]):
        key = dict(zip(BY[name], key))
        assert group.groupby("rate")["seed"].nunique().min() >= 10, key
        tried = means[np.all([means[k] == v for k, v in key.items()], axis=0)]
        if name == "overtraining" and key["images"] == 25_000:
            continue  # at the rate of its neighbours
        if name == "overtraining" and key["wrong"]:
            tried = means[means.wrong.eq(0.4) & means.rate.eq(0.1)
                          & means.remedy.eq(key["remedy"])]
            top = tried.strength[tried.validation.idxmax()]
            assert top == key["strength"] and set(group.rate) == {0.1}
            continue  # all at one rate: the study says why
        tried = tried.sort_values("rate")
        top = tried.rate[tried.validation.idxmax()]
        assert top in set(group.rate), (key, top)
        if name == "overtraining":  # of its strengths, the best
            kind = [k for k in BY[name] if k != "strength"]
            same = np.all([means[k] == key[k] for k in kind], axis=0)
            assert tried.validation.max() == means[same].validation.max()
        rates = tried.rate.to_numpy()
        assert rates[0] < top < rates[-1], (key, "on the edge")
        assert np.allclose(rates[1:] / rates[:-1], 2, rtol=0.01)


@pytest.mark.parametrize("name", HELD)
def test_a_table_is_small(name):
    assert (STUDIES / f"{name}.csv").stat().st_size <= 1_000_000


@pytest.mark.parametrize("name", TWINS)
def test_keras_agrees_with_the_stored_numbers(name):
    """Ten settings: the differences of the ends, paired, leave zero in."""
    table = load_study(name)
    last = table[table.epoch == table.epochs]
    keys = [key for key in MODULES[name].SETTINGS[0] if key not in
            ("tool", "role")]
    pairs = last[last.tool == "Keras"].merge(
        last[last.tool == "NumPy"], on=keys, suffixes=("_keras", "_numpy")
    )
    assert len(pairs) >= 10
    found = difference(pairs.validation_keras, pairs.validation_numpy)
    assert not found.clear or abs(found.mean) < 0.1, found


# --- the clock -------------------------------------------------------------


def test_the_clock_measures_each_thing_once_a_round():
    table = load_study("clock")
    assert list(table.columns) == list(clock.COLUMNS)
    things = table.groupby("round").agg(list)[["what", "tool", "network"]]
    counts = [sorted(zip(*row)) for row in things.to_numpy()]
    assert len(counts) >= 10 and all(own == counts[0] for own in counts)
    assert counts[0].count(("training", "NumPy", "128")) == 2  # with itself
    assert table.moment.is_monotonic_increasing and table.load.min() > 0
    both = table.processor_seconds / table.seconds
    assert both.max() < 3 and table.seconds.min() > 0
    known = table.dropna(subset="processor_wh")
    watts = 3600 * (known.processor_wh + known.memory_wh) / known.seconds
    assert watts.median() < 20 and set(known.seconds >= 0.1) == {True}


def test_the_clock_adds_rounds(tmp_path, monkeypatch):
    waits = [("import", "Keras", "none", 0, lambda: [0.5, 0.25]),
             ("training", "NumPy", "128", 7, lambda: time.sleep(0.01))]
    monkeypatch.setattr(clock, "things", lambda: iter(waits))
    for rounds in (2, 1):
        clock.run(tmp_path, rounds)
    table = load_study("clock", tmp_path)
    assert list(table["round"]) == [0, 0, 1, 1, 2, 2]
    assert table.attrs["rounds"] == 3
    own = table[table.what == "training"]
    assert own.seconds.min() >= 0.01 > own.processor_seconds.max()
    assert set(table[table.what == "import"].seconds) == {0.5}


def test_images_move_by_a_pixel_at_most():
    images = training.samples()[0][0][:50]
    moved = remedies.moved_by_a_pixel(images, np.random.default_rng(1))
    frames = images.reshape(-1, 28, 28)
    ways = [np.roll(frames, place, (1, 2)) for place in
            ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))]
    found = [[np.array_equal(m.reshape(28, 28), way[k]) for way in ways]
             for k, m in enumerate(moved)]
    assert np.all(np.any(found, axis=1)) and np.any(found, axis=0).all()
