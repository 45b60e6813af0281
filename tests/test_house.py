"""Where every line lives, and which room may import which."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "helpers": {"helpers"},
    "exercises": {"exercises", "helpers"},
    "studies": {"studies", "helpers"},
    "tools": {"tools", "studies", "exercises", "helpers"},
    "notebooks/source": {"helpers", "exercises"},
    "course.py": set(),
}
ROOMS = {room for rooms in MAY_IMPORT.values() for room in rooms} | {"tests"}
# another entry beside these needs a reason
ENTRIES = {
    ".ci", ".gitattributes", ".github", ".gitignore", "CITATION.cff",
    "CONTRIBUTING.md",
    "LICENSE", "README.md", "course.py", "data", "docs", "environment.yml",
    "exercises", "helpers", "notebooks", "pyproject.toml", "requirements.txt",
    "studies", "tests", "tools",
}
HEAVY = ("tensorflow", "keras", "codecarbon", "pandas", "matplotlib")
BUILD_TOOLS = ("jupytext", "nbformat", "nbclient", "tools")


def files(place):
    path = ROOT / place
    return [path] if path.is_file() else sorted(path.glob("**/*.py"))


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path):
    """Return the full names of the course's modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            for alias in node.names:
                inner = ROOT.joinpath(*node.module.split("."), alias.name)
                whole = inner.with_suffix(".py").exists() or inner.is_dir()
                end = f".{alias.name}" if whole else ""
                found.add(node.module + end)
    return {name for name in found if name.split(".")[0] in ROOMS}


@pytest.mark.parametrize("place", MAY_IMPORT)
def test_arrows(place):
    paths = files(place)
    assert paths
    for path in paths:
        rooms = {name.split(".")[0] for name in imported(path)}
        assert rooms <= MAY_IMPORT[place], (path.name, rooms)


def test_no_circle():
    paths = [p for place in ("helpers", "exercises", "studies", "tools")
             for p in files(place)]
    graph = {module_of(path): imported(path) for path in paths}
    for name, others in graph.items():  # a package imports itself for a part
        others.discard(name)
    assert len(list(TopologicalSorter(graph).static_order())) >= len(paths)


def test_the_small_shared_module_is_small():
    paths = [p for p in (ROOT / "helpers").rglob("*") if p.is_file()]
    paths = [path for path in paths if path.suffix != ".pyc"]
    assert all(p.suffix == ".py" and p.parent.name == "helpers" for p in paths)
    assert not [p.name for p in paths if any(c.isdigit() for c in p.name)]
    lines = [len(p.read_text("utf-8").splitlines()) for p in paths]
    assert len(paths) <= 13 and sum(lines) <= 1800, (len(paths), sum(lines))


def test_every_entry_has_its_reason():
    command = ["git", "ls-files"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    assert {line.split("/")[0] for line in done.stdout.split()} <= ENTRIES


def run(code):
    """Run code in a fresh Python; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_helpers_is_light():
    code = (
        "import sys, time; start = time.perf_counter()\nimport helpers\n"
        "print(time.perf_counter() - start)\n"
        "import helpers.data, helpers.plotting, helpers.timing\n"
        "import helpers.evidence, helpers.progress, helpers.network\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    outputs = [run(code).splitlines() for _ in range(3)]
    assert min(float(seconds) for seconds, _ in outputs) < 0.3
    assert all(loaded == "[]" for _, loaded in outputs)


def test_a_solution_loads_no_build_tool():
    shown = run(
        "import sys; from exercises import solution; solution('0.1')\n"
        f"print([name for name in {BUILD_TOOLS} if name in sys.modules])"
    )
    assert "def share_right" in shown and shown.endswith("[]\n")


def test_notebooks_change_no_path_and_stay_in_their_folder():
    for path in files("notebooks/source"):
        text = path.read_text(encoding="utf-8")
        assert "sys.path" not in text and "../" not in text, path.name
