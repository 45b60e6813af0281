"""Run a study: hundreds of trainings, on all cores or on a cluster.

A study is a module of this package with

SETTINGS         list of dict: one for each training, all with the same keys,
                 `images` and `epochs` among them
alike(setting)   what trainings must have in common to be trained as a stack
cost(setting)    how long a training takes, in units of its own
train(settings)  train a stack; return for each its rows, `training.COLUMNS`

What is finished is kept at once, one file for each training, so that a run
that was stopped goes on from there. A result depends on its setting alone:
not on the stack, the order or the machine's other work.
"""

import argparse
import datetime
import hashlib
import importlib
import inspect
import json
import math
import os
import platform
import random
import shutil
import sys
import time
from pathlib import Path

import joblib
import numpy as np
from joblib import Parallel, delayed, parallel_config
from threadpoolctl import threadpool_info, threadpool_limits

from helpers import layers
from helpers.data import STUDIES, DataError, load_study
from helpers.progress import progress_bar
from studies import training

NAMES = ("architecture", "learning_rate", "overtraining")
STACK = 5  # trainings at once: more would not fit into the cache
QUICK = {"images": 1000, "epochs": 2}
VALIDATION = training.COLUMNS.index("validation")


def main(arguments=None):
    """Run or check a study; return the exit code."""
    options = parse(arguments)
    study = importlib.import_module(f"studies.{options.study}")
    settings = study.SETTINGS
    if options.quick:
        settings = shortened(settings)
    folder = Path(options.folder or STUDIES / ("quick" * options.quick))
    try:
        if options.check:
            return check(study, settings, folder, options.rows)
        run(study, settings, folder, options.scheduler)
    except KeyboardInterrupt:
        print("\nInterrupted. What is finished is kept: run it again.")
        return 130
    except (DataError, OSError, ImportError) as error:
        print(f"course.py study {options.study}: {error}", file=sys.stderr)
        return 1
    return 0


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="course.py study", description=__doc__.splitlines()[0]
    )
    parser.add_argument("study", choices=NAMES, metavar="NAME",
                        help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true",
                        help="a dozen trainings, far too short: is all well?")
    parser.add_argument("--check", action="store_true",
                        help="train some rows again and compare")
    parser.add_argument("--rows", type=int, default=3, metavar="N",
                        help="how many trainings to check (default: 3)")
    parser.add_argument("--scheduler", metavar="ADDRESS",
                        help="of a Dask cluster, such as tcp://10.0.0.1:8786")
    parser.add_argument("--folder", metavar="DIR",
                        help="where the table is (default: data/studies)")
    return parser.parse_args(arguments)


def shortened(settings):
    """Return a dozen of the settings, with few images and epochs."""
    return [{**one, **QUICK} for one in settings[:: len(settings) // 12]]


def digest(content):
    """Return the SHA-256 of settings, whatever the order of their keys."""
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


# --- running ---------------------------------------------------------------


def run(study, settings, folder, scheduler=None):
    """Train what is not trained yet; write the table and its provenance."""
    name = study.__name__.split(".")[-1]
    parts = folder / f"{name}-parts"
    parts.mkdir(parents=True, exist_ok=True)
    code = digest([inspect.getsource(module) for module in
                   (layers, training, study.train)])
    keys = {str(one): f"{digest([one, code])[:16]}.json" for one in settings}
    kept = {str(one): read(parts / keys[str(one)]) for one in settings}
    jobs = stacks(study, [one for one in settings if not kept[str(one)]])
    start = time.time()
    total = sum(map(study.cost, settings)) / 1000  # the bar counts to 1,000
    left = sum(study.cost(one) for job in jobs for one in job) / total
    bar = progress_bar(None, name, 1000)
    bar.update(1000 - math.ceil(left))
    for job, results in finished(name, jobs, scheduler):
        for one, part in zip(job, results):
            write_whole(parts / keys[str(one)], json.dumps(part))
            kept[str(one)] = part
        left -= sum(map(study.cost, job)) / total
        bar.update(1000 - math.ceil(max(left, 0)) - bar.n)
    bar.close()
    write_table(study, settings, kept, folder / f"{name}.csv",
                {"wall_seconds_of_last_run": round(time.time() - start),
                 "workers": scheduler and "Dask" or f"{joblib.cpu_count()}"})
    shutil.rmtree(parts)
    print(f"{folder / name}.csv: {len(settings)} trainings")


def stacks(study, settings):
    """Return the settings as lists of what is trained together.

    The costliest come first, so that no core is alone with one at the end.
    """
    groups = {}
    for one in settings:
        groups.setdefault(str(study.alike(one)), []).append(one)
    jobs = [group[k : k + STACK] for group in groups.values()
            for k in range(0, len(group), STACK)]
    return sorted(jobs, key=lambda job: -sum(map(study.cost, job)))


def finished(name, jobs, scheduler):
    """Yield (job, parts) in whatever order the jobs end."""
    calls = [delayed(work)(name, job) for job in jobs]
    options = {"batch_size": 1, "return_as": "generator_unordered"}
    if not scheduler:
        with parallel_config("loky", n_jobs=-1, inner_max_num_threads=1):
            yield from Parallel(**options)(calls)
        return
    try:
        from distributed import Client
    except ImportError:
        raise ImportError(
            'Dask is missing; "pip install -e .[cluster]" installs it'
        ) from None
    with Client(scheduler, timeout=20), parallel_config("dask"):
        yield from Parallel(**options)(calls)


def work(name, job):
    """Train one stack, with one thread; return the job and its parts."""
    study = importlib.import_module(f"studies.{name}")
    with threadpool_limits(limits=1):
        start = time.process_time()
        results = study.train(job)
        seconds = (time.process_time() - start) / len(job)
    here = kind()
    return job, [
        {"rows": [[*map(plain, row)] for row in rows],
         "seconds": seconds, "kind": here}
        for rows in results
    ]


def plain(value):
    """Return a measured value as CSV has it; nothing where it is NaN."""
    return "" if value != value else f"{value:.6g}"


def kind():
    """Return what decides on the last digits, as a dict of texts."""
    processor = platform.processor()
    if os.path.exists("/proc/cpuinfo"):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        lines = [line.split(":")[-1].strip() for line in lines if
                 line.startswith(("model name", "cpu family", "model\t"))]
        processor = " ".join(dict.fromkeys(lines[:3])) or processor
    blas = [f"{one['internal_api']} {one['version']} {one['architecture']}"
            for one in threadpool_info() if one["user_api"] == "blas"
            and "numpy" in one["filepath"]]
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor,
        "numpy": f"{np.__version__}, {' '.join(blas) or 'its own BLAS'}",
        "python": platform.python_version(),
    }


# --- what is kept ----------------------------------------------------------


def write_whole(path, text):
    """Write a file whole or not at all, also if the process is killed."""
    fresh = path.with_name(path.name + ".new")
    with open(fresh, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.replace(fresh, path)


def read(path):
    """Return a part, or None if it is not there or not whole."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def write_table(study, settings, kept, path, facts):
    """Write the tidy table, a row for each training and epoch."""
    lines = [",".join([*settings[0], *training.COLUMNS])]
    for one in settings:
        values = [str(value) for value in one.values()]
        for row in kept[str(one)]["rows"]:
            lines.append(",".join(values + row))
    text = "\n".join(lines) + "\n"
    write_whole(path, text)
    facts = {
        "study": path.stem,
        "settings": digest(settings),
        "table": hashlib.sha256(text.encode()).hexdigest(),
        "trainings": len(settings),
        "date": datetime.date.today().isoformat(),
        "processor_seconds": round(sum(p["seconds"] for p in kept.values())),
        **facts,
        "joblib": joblib.__version__,
        "made_on": [json.loads(text) for text in
                    sorted({json.dumps(p["kind"]) for p in kept.values()})],
    }
    write_whole(path.with_suffix(".json"), json.dumps(facts, indent=1) + "\n")


# --- checking --------------------------------------------------------------


def check(study, settings, folder, how_many):
    """Train random rows of a table again; return 0 if they come out alike.

    On the processor of the table to the last digit. Elsewhere sums are
    rounded in another way, and a training leaves its old path after some
    hundred steps: there the first steps are compared, and the end with what
    other seeds came to.
    """
    import pandas as pd

    name = study.__name__.split(".")[-1]
    facts = load_study(name, folder).attrs
    if facts["settings"] != digest(settings):
        raise DataError(
            f"{folder / name}.csv is the table of other settings than those "
            f'of studies/{name}.py. "python3 course.py study {name}" makes '
            f'it anew; "git checkout -- data/studies studies" restores both.'
        )
    path = folder / f"{name}.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    exact = facts["made_on"] == [kind()]
    chosen = random.SystemRandom().sample(settings, len(settings))
    if not exact:  # those with seeds enough to compare with
        chosen = [one for one in chosen if len(ends(table, one)) >= 5]
    jobs = [[one] for one in chosen[:how_many]]
    print(f"{name}: {len(jobs)} of {len(settings)} trainings again, "
          + ("to the last digit" if exact else "on another processor"))
    wrong = 0
    for (one,), (part,) in finished(name, jobs, None):
        rows = table[same(table, one)][[*training.COLUMNS]].values.tolist()
        verdict = compare(rows, part["rows"], exact, ends(table, one))
        wrong += verdict != "alike"
        print(f"  {', '.join(str(v) for v in one.values())}: {verdict}")
    return min(wrong, 1)


def same(table, setting, but=()):
    """Return which rows of the table, all texts, have this setting."""
    rows = np.ones(len(table), bool)
    for key, value in setting.items():
        rows &= (table[key] == str(value)) | (key in but)
    return rows


def ends(table, setting):
    """Return the final accuracies that all seeds of a setting came to."""
    rows = table[same(table, setting, but=("seed", "role"))]
    last = rows.groupby("seed")["validation"].last()
    return np.array([float(text or "nan") for text in last])


def compare(stored, again, exact, finals):
    """Return "alike", or what differs. stored, again : lists of texts."""
    stored, again = ([row[:-1] for row in rows] for rows in (stored, again))
    if exact:
        pairs = zip(stored, again)
        differ = [f"{a} and {b}" for a, b in pairs if a != b]
        return differ[0] if differ or len(stored) != len(again) else "alike"
    first, new = (np.array([float(text or "nan") for text in rows[0]])
                  for rows in (stored, again))
    if not np.allclose(first, new, rtol=1e-3, atol=0.05, equal_nan=True):
        return f"first steps: {first} and {new}"
    end = float(again[-1][VALIDATION] or "nan")
    lost = np.isnan(finals)
    if np.isnan(end) or np.all(lost):
        return "alike" if np.any(lost) else "diverges here alone"
    finals = finals[~lost]
    room = 4 * np.std(finals, ddof=1) + 0.2
    return ("alike" if abs(end - np.mean(finals)) <= room
            else f"{end} is not among {finals}")


if __name__ == "__main__":
    sys.exit(main())
