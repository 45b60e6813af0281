"""Any start: other folders, twice, other seeds, locales, threads, backends."""

import copy
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from tools.stress.children import ROOT, run, strict, surroundings
from tools.stress.report import Case, NotPossible

IN_KERNEL = Path(__file__).resolve().parent / "in_kernel.py"
ASCII = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LANG": None}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def variants():
    """Return {words: environment variables} of one strict run each.

    Hash seed, locale, time zone, threads and backend act in different places,
    so that a run tries one value of each; every value is in some run.
    """
    rows = [
        ("0", {"LC_ALL": "C"}, "UTC", "1", "agg"),
        ("1", {"LC_ALL": "fr_FR.UTF-8"}, "Pacific/Kiritimati", "2", "svg"),
        ("random", {"LC_ALL": "C", **ASCII}, "Asia/Kolkata", None, "pdf"),
        ("2", {"LC_ALL": "C.UTF-8"}, "America/St_Johns", "1", None),
    ]
    found = {}
    for seed, language, zone, threads, backend in rows:
        variables = {"PYTHONHASHSEED": seed, **language, "TZ": zone}
        variables.update(dict.fromkeys(THREADS, threads) if threads else {})
        variables.update({"MPLBACKEND": backend} if backend else {})
        mode = ", no UTF-8 mode" if "LANG" in language else ""
        words = (f"seed {seed}, {language['LC_ALL']}{mode}, {zone}, "
                 f"threads {threads or 'free'}, {backend or 'backend free'}")
        found[words] = variables
    return found


def settings(course):
    """One strict run of the notebooks a row of settings."""
    def case(words, variables):
        def look(log):
            name = variables["LC_ALL"]
            if not has_locale(name):
                raise NotPossible(f"the locale {name} is not installed")
            command = strict(course.python, *course.notebooks)
            run(command, log, env=surroundings(**variables))

        return Case(words, look)

    cases = [case(words, found) for words, found in variants().items()]
    cases.append(Case("1 core (taskset)", one_core(course)))
    return cases


def has_locale(name):
    code = f"import locale; locale.setlocale(locale.LC_ALL, {name!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True)
    return done.returncode == 0


def one_core(course):
    def look(log):
        if not shutil.which("taskset"):
            raise NotPossible("taskset is missing")
        core = min(os.sched_getaffinity(0))
        command = strict(course.python, *course.notebooks)
        run(["taskset", "-c", core, *command], log)

    return look


def folders(course):
    """The kernel's working folder is the root, notebooks/, elsewhere."""
    def case(notebook, words, where):
        def look(log):
            cwd = where or course.fresh("elsewhere")
            command = [course.python, IN_KERNEL, "plain", notebook]
            run([*command, "--cwd", cwd], log)

        return Case(f"{notebook.name[:2]} {words}", look)

    places = {"root": ROOT, "notebooks": ROOT / "notebooks", "elsewhere": None}
    return [case(notebook, words, where) for notebook in course.notebooks
            for words, where in places.items()]


def restart(course):
    """The kernel restarted in the middle, then run from the top."""
    def case(notebook):
        def look(log):
            run([course.python, IN_KERNEL, "restart", notebook], log)

        return Case(notebook.name[:2], look)

    return [case(path) for path in course.notebooks]


# --- twice -----------------------------------------------------------------


def each_cell_twice(cells):
    """Return the cells with every code cell twice in a row."""
    return [c for cell in cells for c in [cell] * (1 + is_code(cell))]


def twice_in_a_row(cells):
    """Return the cells twice, from the top to the end."""
    return [*cells, *cells]


def is_code(cell):
    return cell.cell_type == "code"


def write_rearranged(notebook, target, rearrange):
    """Write a notebook with its cells rearranged, outputs and all."""
    content = nbformat.read(notebook, as_version=4)
    cells = []
    for number, cell in enumerate(rearrange(content.cells)):
        cell = copy.deepcopy(cell)
        cell["id"] = f"cell-{number}"
        cells.append(cell)
    content.cells = cells
    nbformat.write(content, target)


def twice(rearrange):
    """Return the scenario that runs notebooks rearranged in such a way."""
    def cases(course):
        def case(notebook):
            def look(log):
                target = course.fresh("twice") / notebook.name
                write_rearranged(notebook, target, rearrange)
                run(strict(course.python, target), log)

            return Case(notebook.name[:2], look)

        return [case(path) for path in course.notebooks]

    return cases


def again(course):
    """The strict run of the notebooks, again and again."""
    def look(log):
        run(strict(course.python, *course.notebooks), log)

    return [
        Case(f"{course.numbers}, run {k + 1}", look)
        for k in range(course.times)
    ]
