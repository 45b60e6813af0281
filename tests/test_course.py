"""The entry course.py, and the one list of requirements."""

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
import course  # noqa: E402  (it is no package's module)


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Record commands instead of running them; `pip` says how pip fares."""
    made = SimpleNamespace(calls=[], runs=[], folder=tmp_path / "env")

    def call(command, **options):
        command = [str(part) for part in command]
        made.calls.append(command)
        if "venv" in command:
            python = course.environment_python(Path(command[-1]))
            python.parent.mkdir(parents=True, exist_ok=True)
            python.write_text("")
            (Path(command[-1]) / "pyvenv.cfg").write_text("")
        return made.pip() if "-r" in command else 0

    def run(python, *arguments):
        made.runs.append([str(argument) for argument in arguments])
        return 0

    def main(command, *arguments, code=0):
        made.runs.clear()
        arguments = [command, "--venv", str(made.folder), *arguments]
        assert course.main(arguments) == code
        return made.runs

    made.main, made.pip = main, lambda: 0
    made.count = lambda part: sum(part in call for call in made.calls)
    monkeypatch.setattr(course.subprocess, "call", call)
    monkeypatch.setattr(course, "run", run)
    monkeypatch.setattr(course, "answers", lambda *command: course.MINOR)
    return made


# --- the environment ---------------------------------------------------------


def test_environment_is_made_once_for_each_list(machine, monkeypatch):
    for _ in range(2):
        machine.main("build")
    assert machine.count("requirements.txt") == 1 and len(machine.calls) == 3
    for name in ("share/jupyter/lab/settings/overrides.json",
                 "etc/ipython/ipython_kernel_config.json"):
        assert json.loads((machine.folder / name).read_text("utf-8"))
    monkeypatch.setattr(course, "fingerprint", lambda *a: "another list\n")
    machine.main("build")
    assert machine.count("requirements.txt") == 2
    assert machine.count("venv") == 1
    monkeypatch.setattr(course, "fingerprint", lambda *a: "a third\n")
    monkeypatch.setattr(course, "answers", lambda *command: "")
    machine.main("build")  # its Python is broken
    assert machine.count("venv") == 2


def interrupted():
    raise KeyboardInterrupt


@pytest.mark.parametrize("pip, code, words", [
    (interrupted, 130, "run the same command again"),
    (lambda: 1, 1, "did not finish"),  # for instance without a network
], ids=["interrupted", "failed"])
def test_installation_that_stopped_is_done_anew(
    pip, code, words, machine, capsys, monkeypatch
):
    """pip takes a package that a kill cut short for installed."""
    well, machine.pip = machine.pip, pip
    for _ in range(2):
        machine.main("build", code=code)
        assert words in "".join(capsys.readouterr())
        assert not (machine.folder / course.STAMP).exists()
    machine.pip = well
    machine.main("build")
    assert machine.count("venv") == 3
    machine.pip = pip
    machine.main("site", code=code)
    assert not (machine.folder / course.SITE_STAMP).exists()
    machine.pip = well
    for _ in range(2):
        machine.main("site")
    assert machine.count(course.SITE_TOOLS) == 2
    made = 4 if pip is interrupted else 3  # a failure leaves all as it was
    assert machine.count("venv") == made
    monkeypatch.setattr(course, "fingerprint", lambda *a: "another list\n")
    machine.pip = pip
    machine.main("build", code=code)
    machine.pip = well
    machine.main("build")
    assert machine.count("venv") == made + 1


def test_environment_interrupted_at_its_very_start_is_made_anew(machine):
    """`python -m venv` makes empty folders before anything else."""
    (machine.folder / "lib/python3.11/site-packages").mkdir(parents=True)
    machine.main("build")
    assert "--clear" in machine.calls[0]


def test_pip_whose_upgrade_was_interrupted_is_noticed(tmp_path, monkeypatch):
    """Half of it is there: it can be imported, and installs nothing."""
    assert course.works(Path(sys.executable))
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip" / "__init__.py").write_text('__version__ = "25.0"\n')
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert not course.works(Path(sys.executable))


def test_a_folder_with_other_things_is_left_alone(machine, capsys):
    machine.folder.mkdir()
    (machine.folder / "thesis.tex").write_text("years of work")
    machine.main("build", code=1)
    assert "other things" in capsys.readouterr().err
    assert (machine.folder / "thesis.tex").exists() and not machine.calls


def test_home_that_cannot_be_written(monkeypatch, tmp_path, capsys):
    with course.writable_home() as variables:
        assert variables is None
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "nobody"))
    with course.writable_home() as variables:
        home = Path(variables["HOME"])
        (home / "written").write_text("")
        assert variables["PATH"] == course.os.environ["PATH"]
    assert not home.exists() and str(home) in capsys.readouterr().out


# --- the command line --------------------------------------------------------


def test_unsupported_python_gets_one_line():
    for minor in range(9, 14):
        assert course.unsupported_python((3, minor)) is None
    for minor in (8, 14):
        line = course.unsupported_python((3, minor))
        assert "\n" not in line and "TensorFlow" in line
        assert "3.9 to 3.13" in line and f"3.{minor}" in line


def test_with_the_standard_library_alone_it_lists_its_commands():
    done = subprocess.run(
        [sys.executable, "-I", "-S", "course.py"], cwd=ROOT,
        capture_output=True, text=True, check=True,
    )
    for name in course.RUN:
        assert re.search(rf"^ +{name} ", done.stdout, re.MULTILINE)
    text = (ROOT / "course.py").read_text(encoding="utf-8")
    assert not re.search(r"^ +(import|from) ", text, re.MULTILINE)


@pytest.mark.parametrize("arguments", [
    ["fly"], ["build", "--fast"], ["test", "--quick", "--with-site"]
])
def test_unknown_arguments_are_named(arguments, capsys):
    with pytest.raises(SystemExit):
        course.main(arguments)
    assert arguments[-1] in capsys.readouterr().err


def no_browser():
    raise course.webbrowser.Error  # Jupyter would warn of it


def test_lab_opens_the_first_notebook(machine, monkeypatch):
    monkeypatch.setattr(course.webbrowser, "get", lambda: "a browser")
    (command,) = machine.main("lab", "--port", "8899")
    assert command[:2] == ["-m", "jupyterlab"] and "--port=8899" in command
    assert f"--LabApp.default_url=/lab/tree/{course.FIRST}" in command
    assert (ROOT / course.FIRST).exists() and "--no-browser" not in command
    for package in (ROOT / course.LAB_EXTENSIONS).glob("*/package.json"):
        known = json.loads(package.read_text(encoding="utf-8"))
        assert known["name"] == package.parent.name
        load = known["jupyterlab"]["_build"]["load"]
        assert (package.parent / load).exists()
    assert "--no-browser" in machine.main("lab", "--no-browser")[0]
    monkeypatch.setattr(course.webbrowser, "get", no_browser)
    assert "--no-browser" in machine.main("lab")[0]


def test_lab_stays_on_this_machine_and_starts_for_root(machine, monkeypatch):
    place, quiet = "--ServerApp.ip=127.0.0.1", "--Application.log_level=ERROR"
    for user in (0, 1000):
        monkeypatch.setattr(
            course.os, "geteuid", lambda user=user: user, raising=False
        )
        (command,) = machine.main("lab")
        assert {place, quiet} <= set(command)
        assert ("--allow-root" in command) == (user == 0)
    for wish, ours in [("--ip=::", place), ("--ServerApp.ip=::", place),
                       ("--debug", quiet), ("--log-level=INFO", quiet)]:
        (command,) = machine.main("lab", wish)
        assert {place, quiet} & set(command) == {place, quiet} - {ours}
    monkeypatch.delattr(course.os, "geteuid")  # there is none on Windows
    assert "--allow-root" not in machine.main("lab")[0]


def test_lint_unit_tests_and_notebooks(machine, capsys):
    lint, tests = machine.main("test")
    assert lint[1] == "ruff" and "--nbval" in tests and tests[-1] == "tests"
    notebooks = {part for part in tests if part.endswith(".ipynb")}
    names = {f"notebooks/{p.name}" for p in ROOT.glob("notebooks/*.ipynb")}
    assert notebooks == names and len(names) >= 10
    tests = machine.main("test", "-k", "digits", "-v")[1]
    assert tests[-4:] == ["tests", "-k", "digits", "-v"]
    tests = machine.main("test", "tests/test_data.py")[1]
    assert tests[-1] == "tests/test_data.py" and "tests" not in tests
    assert machine.main("test", "--quick")[0] == lint
    quick = machine.main("test", "--quick")[1]
    assert quick[-1] == "tests" and not names & set(quick)
    for name in course.SLOW:
        assert f"--ignore=tests/{name}" in quick
        assert (ROOT / "tests" / name).exists()
    extras = course.SITE_TOOLS, course.CLUSTER_TOOLS
    assert [machine.count(extra) for extra in extras] == [0, 0]
    machine.main("test", "--with-site")
    assert [machine.count(extra) for extra in extras] == [1, 1]


def test_study_installs_dask_for_a_cluster_alone(machine):
    ran = machine.main("study", "overtraining", "--check")
    assert ran == [["-m", "studies", "overtraining", "--check"]]
    assert machine.count(course.CLUSTER_TOOLS) == 0
    address = ["--scheduler", "tcp://127.0.0.1:8786"]
    for _ in range(2):
        (ran,) = machine.main("study", "overtraining", *address)
        assert ran[-2:] == address
    assert machine.count(course.CLUSTER_TOOLS) == 1
    extra = (ROOT / course.CLUSTER_TOOLS).read_text(encoding="utf-8")
    assert extra.splitlines()[-1] == "-e .[cluster]"
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r"^cluster = .*distributed>=", project, re.MULTILINE)


# --- one list of requirements ------------------------------------------------


def requirements():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    return [Requirement(line) for line in lines if line not in ("", "-e .")]


@pytest.mark.parametrize("minor", range(9, 14))
def test_every_python_has_each_requirement_once(minor):
    python = {"python_version": f"3.{minor}"}
    found = [r for r in requirements()
             if r.marker is None or r.marker.evaluate(python)]
    names = [requirement.name for requirement in found]
    assert len(names) == len(set(names))
    assert {"numpy", "tensorflow", "codecarbon", "jupyterlab"} <= set(names)
    for requirement in found:  # with both ends
        assert {s.operator for s in requirement.specifier} == {">=", "<"}


PLACES = [
    ("linux", "x86_64", True), ("linux", "aarch64", True),
    ("darwin", "arm64", True), ("darwin", "x86_64", False),
    ("win32", "AMD64", True), ("win32", "ARM64", False),
]


@pytest.mark.parametrize("system, machine_name, there", PLACES)
def test_tensorflow_is_asked_for_where_it_has_packages(
    system, machine_name, there, machine, monkeypatch, capsys
):
    """Elsewhere the rest is installed, and that is said before."""
    place = {"sys_platform": system, "platform_machine": machine_name}
    for minor in range(9, 14):
        here = {"python_version": f"3.{minor}", **place}
        found = [r.name for r in requirements()
                 if r.marker is None or r.marker.evaluate(here)]
        assert found.count("tensorflow") == there
        assert {"numpy", "codecarbon", "jupyterlab"} <= set(found)
    monkeypatch.setattr(course.sys, "platform", system)
    monkeypatch.setattr(course.platform, "machine", lambda: machine_name)
    machine.main("lab")
    said = capsys.readouterr().out
    words = "There is no TensorFlow for"
    assert (words in said) != there and "Installing what" in said
    assert there or said.index(words) < said.index("Installing what")
    machine.main("lab")  # installed already: nothing to say
    assert words not in capsys.readouterr().out


def test_there_is_one_list():
    conda = (ROOT / "environment.yml").read_text(encoding="utf-8")
    entries = re.findall(r"^ +- (.+)$", conda, re.MULTILINE)
    assert entries[2:] == ["pip", "pip:", "-r requirements.txt"]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert not re.search(r"^(optional-)?dependencies", project, re.MULTILINE)
