"""The benchmark's page: its rows, where they come from, when it is written."""

import re

import pytest
from threadpoolctl import threadpool_limits

from exercises.source import facts
from tools import bench
from tools.build import SOURCES


def test_long_training_is_that_of_notebook_04():
    (path,) = SOURCES.glob("04_*.py")
    N, size, epochs, rate = bench.TRAINING[:4]
    text = path.read_text(encoding="utf-8")
    assert re.search(rf"^N = {N}\b", text, re.MULTILINE)
    assert f"\nBATCH_SIZE, EPOCHS, RATE = {size}, {epochs}, {rate}\n" in text
    (stored,) = SOURCES.parent.glob("04_*.ipynb")
    assert f"chosen: {rate}\\n" in stored.read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [[], ["--notebooks"], ["--quick"]])
def test_what_is_run_and_written(options, tmp_path, monkeypatch):
    """Each option with its parts; the measuring itself is left out."""
    done = []
    for part in ("describe", "loading", "imports", "epochs", "meter",
                 "gradients", "training"):
        row = (part, "1 s", "")
        monkeypatch.setattr(
            bench, part, lambda row=row: done.append(row[0]) or [row]
        )
    monkeypatch.setattr(bench, "child", lambda *of: "[41.2, 40.0, 0.6]")
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "benchmark.md")
    old = bench.page([("notebook 04_x", "9 s", ""), ("a", "1 s", "")])
    bench.RESULTS.write_text(old, encoding="utf-8")
    with threadpool_limits():  # put back what main() sets
        bench.main(options)
    assert ("training" in done) == (options != ["--quick"])
    after = bench.RESULTS.read_text(encoding="utf-8")
    assert (after == old) == (options == ["--quick"])
    assert ("| notebook 04_x | 9 s |" in after) == (options != ["--notebooks"])
    for known in facts() if options == ["--notebooks"] else ():
        row = f"{known['stem']} | 41 s, CPU 40 s, 0.60 GiB | goal: <= "
        assert f"| notebook {row}{known['run']} s" in after
