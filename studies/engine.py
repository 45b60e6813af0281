"""Run a study: hundreds of trainings, on all cores or on a cluster.

A study is a module of this package with

SETTINGS         list of dict: one for each training, all with the same keys,
                 `images` and `epochs` among them
cost(setting)    how long a training takes, in units of its own
train(settings)  train a stack; return for each its rows, `training.COLUMNS`
train_keras(setting)  the same with Keras, for one: where `tool` is "Keras"

What is finished is kept at once, one file for each training, so that a run
that was stopped goes on from there. A result depends on its setting alone:
not on the stack, the order or the machine's other work.
"""

import datetime
import hashlib
import importlib
import inspect
import json
import math
import os
import platform
import shutil
import threading
import time
from pathlib import Path

import joblib
import numpy as np
from joblib import Parallel, delayed, parallel_config
from threadpoolctl import threadpool_info, threadpool_limits

from helpers import layers
from helpers.progress import progress_bar
from studies import training

STACK = 5  # trainings at once: more would not fit into the cache
QUICK = {"images": 1000, "epochs": 2}


def shortened(settings):
    """Return a dozen of the settings, with few images and epochs."""
    few = [one for one in settings if one["tool"] == "NumPy"]
    return [{**one, **QUICK} for one in few[:: len(few) // 12]]


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
                 "workers": "Dask" if scheduler else joblib.cpu_count()})
    shutil.rmtree(parts)
    print(f"{folder / name}.csv: {len(settings)} trainings")


def stacks(study, settings):
    """Return lists of settings to be trained as a stack.

    They are alike but for rate and seed. The costliest come first, so that
    no core is alone with one at the end.
    """
    groups = {}
    for one in settings:
        alike = {**one, "rate": None, "seed": None}
        groups.setdefault(str(alike), []).append(one)
    jobs = []
    for group in groups.values():
        size = STACK if group[0]["tool"] == "NumPy" else 1
        jobs += [group[k : k + size] for k in range(0, len(group), size)]
    return sorted(jobs, key=lambda job: -sum(map(study.cost, job)))


def finished(name, jobs, scheduler):
    """Yield (job, parts) in whatever order the jobs end."""
    parent = None if scheduler or os.name != "posix" else os.getpid()
    calls = [delayed(work)(name, job, parent) for job in jobs]
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


def work(name, job, parent=None):
    """Train one stack, with one thread; return the job and its parts."""
    study = importlib.import_module(f"studies.{name}")
    ended = threading.Event()
    threading.Thread(target=leave, args=(parent, ended), daemon=True).start()
    with threadpool_limits(limits=1):
        start = time.process_time()
        twin = job[0]["tool"] == "Keras"
        results = study.train_keras(*job) if twin else study.train(job)
        seconds = (time.process_time() - start) / len(job)
    ended.set()
    here = kind()
    return job, [
        {"rows": [[*map(plain, row)] for row in rows],
         "seconds": seconds, "kind": here}
        for rows in results
    ]


def leave(parent, ended):
    """End this process if the one that it works for was killed."""
    while parent and not ended.wait(1):
        if os.getppid() != parent:
            os._exit(1)


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
    machines = [json.dumps(kept[str(one)]["kind"]) for one in settings]
    made_on = sorted(set(machines))
    facts = {
        "study": path.stem,
        "settings": digest(settings),
        "table": hashlib.sha256(text.encode()).hexdigest(),
        "trainings": len(settings),
        "date": datetime.date.today().isoformat(),
        "processor_seconds": round(sum(p["seconds"] for p in kept.values())),
        **facts,
        "joblib": joblib.__version__,
        "made_on": [json.loads(text) for text in made_on],
        "by": "".join(f"{made_on.index(text):x}" for text in machines),
    }
    write_whole(path.with_suffix(".json"), json.dumps(facts, indent=1) + "\n")
