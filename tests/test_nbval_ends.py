"""A run of the notebooks ends, whatever happens to a kernel."""

import shutil
import sys
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
import course  # noqa: E402  (it is no package's module)

KILL = "open('killed', 'w').close(); os.kill(os.getpid(), 9)"
CELLS = ["import os", KILL, "os.getpid()"]


def test_a_killed_kernel_is_a_failure_at_once(tmp_path, monkeypatch, capfd):
    shutil.copy(ROOT / "notebooks" / "conftest.py", tmp_path)
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell(source, execution_count=number)
        for number, source in enumerate(CELLS, start=1)
    ]
    path = tmp_path / "killed.ipynb"
    nbformat.write(notebook, path)
    monkeypatch.setattr(
        course, "prepare_environment", lambda folder: sys.executable
    )
    code = course.main(["test", str(path), "-n0", "-p", "no:cacheprovider"])
    assert time.time() - (tmp_path / "killed").stat().st_mtime < 60
    said = capfd.readouterr().out
    assert code == 1 and "the kernel died in this cell" in said
    assert "2 failed, 1 passed" in said
