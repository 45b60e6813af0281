"""The entry course.py, and the one list of requirements."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
import course  # noqa: E402  (it is no package's module)


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """Record commands instead of running them; venv makes its files."""
    made = []

    def call(command, **options):
        made.append([str(part) for part in command])
        if "venv" in made[-1]:
            python = course.environment_python(Path(command[-1]))
            python.parent.mkdir(parents=True, exist_ok=True)
            python.write_text("")
            (Path(command[-1]) / "pyvenv.cfg").write_text("")
        return 0

    monkeypatch.setattr(course.subprocess, "call", call)
    monkeypatch.setattr(course, "answers", lambda *command: course.MINOR)
    return made


def installs(calls):
    return sum("-r" in command for command in calls)


def test_finished_environment_is_taken_as_it_is(calls, tmp_path):
    folder = tmp_path / "env"
    python = course.prepare_environment(folder)
    assert installs(calls) == 1 and "requirements.txt" in calls[-1]
    for _ in range(2):
        assert course.prepare_environment(folder) == python
    assert installs(calls) == 1 and len(calls) == 3  # nothing was run again


def test_interrupted_install_is_taken_up_again(calls, tmp_path, monkeypatch):
    folder = tmp_path / "env"

    def interrupted(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(course, "install", interrupted)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                course.prepare_environment(folder)
            assert not (folder / course.STAMP).exists()
    course.prepare_environment(folder)
    assert installs(calls) == 1 and (folder / course.STAMP).exists()


def test_half_written_environment_is_made_anew(calls, tmp_path):
    """pip takes a package that a kill cut short for installed."""
    folder = tmp_path / "env"
    course.prepare_environment(folder)
    (folder / course.STAMP).unlink()  # as if it had not come to its end
    course.prepare_environment(folder)
    assert sum("venv" in command for command in calls) == 2


def test_stopped_site_tools_leave_no_stamp(calls, tmp_path, monkeypatch):
    folder = tmp_path / "env"
    python = course.prepare_environment(folder)

    def interrupted(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(course, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            course.prepare_site_tools(python, folder)
    assert not (folder / course.STAMP).exists()
    course.prepare_environment(folder)
    course.prepare_site_tools(python, folder)
    assert (folder / course.SITE_STAMP).exists()
    assert course.prepare_environment(folder) == python
    assert sum("venv" in command for command in calls) == 2


def test_home_that_cannot_be_written(monkeypatch, tmp_path, capsys):
    with course.writable_home() as variables:
        assert variables is None
    missing = str(tmp_path / "nobody")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, missing)
    with course.writable_home() as variables:
        home = Path(variables["HOME"])
        (home / "written").write_text("")
        assert variables["PATH"] == course.os.environ["PATH"]
    assert not home.exists()
    said = capsys.readouterr().out
    assert missing in said and str(home) in said


def test_failed_install_leaves_no_stamp(calls, tmp_path, monkeypatch):
    folder = tmp_path / "env"
    real = course.subprocess.call
    monkeypatch.setattr(
        course.subprocess, "call",
        lambda command, **options: 1 if "-r" in command else real(command),
    )
    with pytest.raises(course.CourseError, match="did not finish"):
        course.prepare_environment(folder)
    assert not (folder / course.STAMP).exists()


def test_changed_requirements_are_installed(calls, tmp_path, monkeypatch):
    folder = tmp_path / "env"
    course.prepare_environment(folder)
    monkeypatch.setattr(course, "fingerprint", lambda folder: "another\n")
    course.prepare_environment(folder)
    assert installs(calls) == 2


def test_broken_environment_is_made_anew(calls, tmp_path, monkeypatch):
    folder = tmp_path / "env"
    course.prepare_environment(folder)
    (folder / course.STAMP).unlink()
    monkeypatch.setattr(course, "answers", lambda *command: "")
    course.prepare_environment(folder)
    assert sum("venv" in command for command in calls) == 2


def test_a_folder_with_other_things_is_left_alone(calls, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(course.CourseError, match="other things"):
        course.prepare_environment(tmp_path)
    assert (tmp_path / "thesis.tex").exists() and not calls


@pytest.mark.parametrize(
    "version, serves",
    [((3, 8), False), ((3, 9), True), ((3, 13), True), ((3, 14), False)],
)
def test_unsupported_python_gets_one_line(version, serves):
    line = course.unsupported_python(version)
    if serves:
        assert line is None
    else:
        assert "\n" not in line and "TensorFlow" in line
        assert "3.9 to 3.13" in line and f"3.{version[1]}" in line


def test_alone_it_lists_its_commands():
    done = subprocess.run(
        [sys.executable, "course.py"], cwd=ROOT, capture_output=True,
        text=True, check=True,
    )
    for name in course.RUN:
        assert re.search(rf"^ +{name} ", done.stdout, re.MULTILINE)


def test_unknown_arguments_are_named(capsys):
    for arguments in (["fly"], ["build", "--fast"]):
        with pytest.raises(SystemExit):
            course.main(arguments)
        assert arguments[-1] in capsys.readouterr().err


def commands(monkeypatch, *arguments):
    made = []
    monkeypatch.setattr(course, "prepare_environment", lambda venv: "python")
    monkeypatch.setattr(
        course, "run", lambda python, *a: made.append([str(x) for x in a]) or 0
    )
    assert course.main(list(arguments)) == 0
    return made


def test_lab_opens_the_first_notebook(monkeypatch):
    (command,) = commands(monkeypatch, "lab", "--no-browser", "--port", "8899")
    line = " ".join(command)
    assert course.FIRST in line and "--no-browser" in line
    assert "--port=8899" in line and (ROOT / course.FIRST).exists()
    (path,) = [part for part in command if "labextensions_path=" in part]
    (package,) = Path(path.split("=", 1)[1]).glob("*/package.json")
    known = json.loads(package.read_text(encoding="utf-8"))
    assert known["name"] == package.parent.name
    assert (package.parent / known["jupyterlab"]["_build"]["load"]).exists()


def test_test_lints_and_runs_everything(monkeypatch):
    lint, tests = commands(monkeypatch, "test")
    assert lint[1] == "ruff" and "--nbval" in tests and tests[-1] == "tests"
    notebooks = [part for part in tests if part.endswith(".ipynb")]
    assert len(notebooks) == len(list(ROOT.glob("notebooks/*.ipynb")))


def test_test_passes_arguments_on(monkeypatch):
    tests = commands(monkeypatch, "test", "-k", "digits", "-v")[1]
    assert tests[-3:] == ["-k", "digits", "-v"] and "tests" in tests
    tests = commands(monkeypatch, "test", "tests/test_data.py")[1]
    assert tests[-1] == "tests/test_data.py" and "tests" not in tests


def test_the_sites_tools_come_with_the_site_alone(monkeypatch, tmp_path):
    made, lists = [], []
    monkeypatch.setattr(
        course, "install", lambda python, name: lists.append(name)
    )
    monkeypatch.setattr(course, "prepare_environment", lambda venv: "python")
    monkeypatch.setattr(
        course, "run", lambda python, *a: made.append([str(x) for x in a]) or 0
    )
    venv = ["--venv", str(tmp_path)]
    assert course.main(["test", *venv]) == 0 and lists == []
    for arguments in (["site"], ["test", "--with-site"], ["site"]):
        assert course.main([*arguments, *venv]) == 0
    assert lists == ["docs/requirements.txt"]
    assert course.main(["site", *venv, "--without-solutions"]) == 0
    assert made[-1] == ["docs/build_site.py", "--without-solutions"]


def test_a_site_without_a_network_leaves_the_environment(
    calls, monkeypatch, tmp_path
):
    folder = tmp_path / "env"
    python = course.prepare_environment(folder)

    def no_network(python, name):
        raise course.CourseError("the installation did not finish")

    monkeypatch.setattr(course, "install", no_network)
    with pytest.raises(course.CourseError):
        course.prepare_site_tools(python, folder)
    assert course.prepare_environment(folder) == python  # nothing is made
    assert not (folder / course.SITE_STAMP).exists()


def test_course_needs_the_standard_library_alone():
    tree = ast.parse((ROOT / "course.py").read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.split(".")[0])
    allowed = {"argparse", "contextlib", "hashlib", "os", "pathlib"}
    allowed |= {"json", "platform", "re", "shutil", "subprocess", "sys"}
    allowed |= {"tempfile", "time"}
    assert imported <= allowed


# --- one list of requirements -----------------------------------------------


def requirements():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line and line != "-e ."]


@pytest.mark.parametrize("minor", range(9, 14))
def test_every_python_has_each_requirement_once(minor):
    python = {"python_version": f"3.{minor}"}
    names = [
        r.name for r in map(Requirement, requirements())
        if r.marker is None or r.marker.evaluate(python)
    ]
    assert len(names) == len(set(names))
    assert {"numpy", "tensorflow", "codecarbon", "jupyterlab"} <= set(names)


def test_ranges_have_both_ends():
    for line in requirements():
        operators = {s.operator for s in Requirement(line).specifier}
        assert operators == {">=", "<"}, line


def test_there_is_one_list():
    conda = (ROOT / "environment.yml").read_text(encoding="utf-8")
    entries = re.findall(r"^ +- (.+)$", conda, re.MULTILINE)
    assert entries == [
        "conda-forge", "python=3.12", "pip", "pip:", "-r requirements.txt",
    ]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert not re.search(r"^(optional-)?dependencies", project, re.MULTILINE)


def test_ci_runs_the_readmes_command():
    command = "course.py test"
    script = (ROOT / ".ci/run").read_text()
    assert f"python3 {command} --with-site" in script
    assert "COURSE_REQUIRE_BROWSER=1" in script
    assert f"python3 {command}" in (ROOT / "README.md").read_text()
    workflow = (ROOT / ".github/workflows/test.yml").read_text()
    assert f"python {command}" in workflow
    for minor in range(9, 14):
        assert f'"3.{minor}"' in workflow


# --- the module --------------------------------------------------------------


def test_importing_helpers_is_light():
    """Every part a notebook imports loads neither of the two heavy ones."""
    code = "import sys\n" + "".join(
        f"import helpers.{path.stem}\n"
        for path in sorted((ROOT / "helpers").glob("[a-z]*.py"))
    )
    code += "print(sorted({'tensorflow', 'codecarbon'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_nothing_changes_the_path_or_leaves_the_folder():
    for path in ROOT.glob("notebooks/source/*.py"):
        text = path.read_text(encoding="utf-8")
        assert "sys.path" not in text and "../" not in text, path.name
