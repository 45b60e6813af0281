"""The progress bar."""

import pytest

from helpers.progress import progress_bar


@pytest.mark.parametrize("silent", [True, False])
def test_bar_counts_unless_it_is_silenced(silent, monkeypatch, capfd):
    monkeypatch.setenv("COURSE_NO_BARS", "1" if silent else "")
    bar = progress_bar(iter(range(30)), "trainings", total=30)
    assert list(bar) == list(range(30))
    shown = capfd.readouterr().err
    assert (shown == "") if silent else "trainings" in shown
