"""Does a study's table come out again? Some of its trainings are repeated.

On the processor of the table to the last digit. Elsewhere sums are rounded in
another way, and a training leaves its old path after some hundred steps:
there the first steps are compared, and the end with what other seeds came to.
"""

import os
import random
from itertools import zip_longest

import numpy as np
import pandas as pd

from helpers.data import load_study, study_error
from studies import engine
from studies.training import COLUMNS

VALIDATION = COLUMNS.index("validation")


def check(study, settings, folder, how_many):
    """Train random rows of a table again; return 0 if they come out alike."""
    name = study.__name__.split(".")[-1]
    path = folder / f"{name}.csv"
    facts = load_study(name, folder).attrs
    if facts["settings"] != engine.digest(settings):
        raise study_error(path, f"studies/{name}.py has other settings now")
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    machine = same_processor(facts["made_on"])
    exact = machine is not None
    chosen = [one for one, by in zip(settings, facts["by"])
              if one["tool"] == "NumPy" and by == (machine or by)]
    random.SystemRandom().shuffle(chosen)
    if not exact:  # those with seeds enough to compare with
        chosen = [one for one in chosen if len(ends(table, one)) >= 5]
    jobs = [[one] for one in chosen[:how_many]]
    print(f"{name}: {len(jobs)} of {len(settings)} trainings again, "
          + ("to the last digit" if exact else "on another processor"))
    wrong = 0 if jobs else 1
    for (one,), (part,) in engine.finished(name, jobs, None):
        rows = table[same(table, one)][[*COLUMNS]].values.tolist()
        verdict = compare(rows, part["rows"], exact, ends(table, one))
        wrong += verdict != "alike"
        print(f"  {', '.join(str(v) for v in one.values())}: {verdict}")
    return min(wrong, 1)


def same_processor(made_on):
    """Is one of the table's processors of this kind? Then use its BLAS kernel.

    OpenBLAS chooses one by the processor, or is told to by a variable; the
    last word of "numpy" is its name. Returns which one, as in "by", or None.
    """
    def words(kind):
        return [kind["system"], kind["processor"], *kind["numpy"].split()]

    here = words(engine.kind())
    found = [k for k, kind in enumerate(made_on)
             if words(kind)[:-1] == here[:-1]]
    if not found:
        return None
    machine = random.SystemRandom().choice(found)
    os.environ["OPENBLAS_CORETYPE"] = words(made_on[machine])[-1]
    return f"{machine:x}"


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
        pairs = zip_longest(stored, again)
        differ = [f"{a} and {b}" for a, b in pairs if a != b]
        return differ[0] if differ else "alike"
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
