"""The stress command itself: names, the table, what its parts make of text."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import stress
from stressing import in_kernel, no_network, starts, versions
from stressing.report import Case, Failed, NotPossible, Scenario

ROOT = Path(__file__).resolve().parents[1]
CONDITIONS = (  # each that was asked for
    "no-network", "traced", "lab-offline", "versions", "lowest", "read-only",
    "two-at-once", "four-at-once", "no-home", "folders", "restart",
    "cells-twice", "run-twice", "settings", "training", "building",
    "installing", "again",
)
TRACE = """\
7 connect(3, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1
7 connect(4, {sa_family=AF_INET, sin_port=htons(53), \
sin_addr=inet_addr("192.0.2.53")}, 16) = 0
8 sendto(5, ""..., 3, 0, {sa_family=AF_INET, sin_port=htons(8888), \
sin_addr=inet_addr("127.0.0.1")}, 16) = 3
9 connect(6, {sa_family=AF_INET6, sin6_port=htons(443), \
sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::7", &sin6_addr), \
sin6_scope_id=0}, 28) = -1 ENETUNREACH (Network is unreachable)
9 sendto(6, "x"..., 1, 0, NULL, 0) = 1
"""


def test_list_names_every_condition():
    done = subprocess.run(
        [sys.executable, "tests/stress.py", "--list"], cwd=ROOT, check=True,
        capture_output=True, text=True,
    )
    listed = [line.split()[0] for line in done.stdout.splitlines()[1:]]
    assert listed == list(CONDITIONS)


def fake(outcome, name="fake"):
    def run(log):
        Path(log).write_text("what was said")
        if outcome is not None:
            raise outcome

    return Scenario(name, "", "0", lambda course: [Case("04", run)])


@pytest.mark.parametrize(
    "outcome, code, words",
    [
        (None, 0, "fake                 1      1      0"),
        (Failed("cell 3"), 1, "FAILED fake: 04: cell 3"),
        (OSError("disk"), 1, "FAILED fake: 04: OSError: disk"),
        (KeyboardInterrupt(), 130, "interrupted: 1 cases were not run"),
        (NotPossible("no root"), 0, "not possible here: fake: 04: no root"),
    ],
)
def test_table_tells_what_became_of_a_case(
    outcome, code, words, tmp_path, capsys
):
    logs = tmp_path / "logs"
    assert stress.stress([fake(outcome)], None, logs) == code
    said = capsys.readouterr().out
    assert words in said
    assert next(logs.iterdir()).read_text() == "what was said"
    if code == 1:
        assert "      0      1 " in said and "000-fake-04.txt" in said
    if isinstance(outcome, NotPossible):
        assert "fake                 0      0      0" in said


def test_impossible_scenario_is_not_passed(tmp_path, capsys):
    def cases(course):
        raise NotPossible("no Linux")

    chosen = [Scenario("never", "", "0", cases), fake(None)]
    assert stress.stress(chosen, None, tmp_path) == 0
    said = capsys.readouterr().out
    assert "not possible here: never: no Linux" in said
    assert "never                0      0      0" in said


def test_interrupted_run_shows_what_is_done(tmp_path, capsys):
    chosen = [fake(None), fake(KeyboardInterrupt(), "second"), fake(None)]
    assert stress.stress(chosen, None, tmp_path) == 130
    said = capsys.readouterr().out
    assert "fake                 1      1      0" in said
    assert "2 cases were not run" in said


def test_unknown_numbers_are_named():
    assert [p.name[:2] for p in stress.find_notebooks(["4"])] == ["04"]
    with pytest.raises(ValueError, match="77"):
        stress.find_notebooks(["04", "77"])


def test_lowest_versions():
    text = (
        "# a list\nnumpy>=2.0,<3\n\n"
        'tensorflow>=2.20,<2.21; python_version < "3.10"  # old\n'
        'tensorflow>=2.21,<2.22; python_version >= "3.10"\n-e .\n'
    )
    lowest = versions.constraints
    assert lowest(text, "3.9") == ["numpy==2.0", "tensorflow==2.20"]
    assert lowest(text, "3.13") == ["numpy==2.0", "tensorflow==2.21"]
    with pytest.raises(ValueError, match="one >="):
        lowest("numpy<3", "3.9")
    ours = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for name in versions.MINORS:
        names = [k.split("==")[0] for k in lowest(ours, name)]
        assert {"numpy", "tensorflow", "ruff"} <= set(names)
        assert len(names) == len(set(names))


def test_addresses_in_a_trace():
    found = no_network.addresses(TRACE)
    assert found == [
        ("192.0.2.53", 53), ("127.0.0.1", 8888), ("2001:db8::7", 443)
    ]
    assert no_network.outside(found) == [found[0], found[2]]
    said = no_network.words(found)
    assert "3 internet addresses" in said and "2 not this machine" in said
    assert "1 questions for names" in said
    counted = "OutNoRoutes 6\nIp6OutNoRoutes 1\nOutRequests 0\n"
    assert no_network.attempts(counted) == 7


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def test_outputs_are_compared_as_stored():
    picture = nbformat.v4.new_output(
        "display_data", {"image/png": "abc", "text/plain": "A curve."}
    )
    other = nbformat.v4.new_output(
        "display_data", {"image/png": "xyz", "text/plain": "A curve."}
    )
    look = in_kernel.as_stored
    assert look([stream("1\n"), stream("2\n"), picture]) == look(
        [stream("1\n2\n"), other]
    )
    assert look([stream("1\n")]) != look([stream("1.0\n")])
    assert look([stream("1\n")]) != look([stream("1\n", "stderr")])
    assert look([picture]) != look([])


@pytest.mark.parametrize(
    "rearrange, expected",
    [
        (starts.each_cell_twice, ["# text", "a = 1", "a = 1", "a", "a"]),
        (starts.twice_in_a_row, ["# text", "a = 1", "a"] * 2),
    ],
)
def test_rearranged_notebook(rearrange, expected, tmp_path):
    cells = [nbformat.v4.new_markdown_cell("# text")]
    cells += [nbformat.v4.new_code_cell(code) for code in ("a = 1", "a")]
    cells[2].outputs = [stream("1\n")]
    first, second = tmp_path / "first.ipynb", tmp_path / "second.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), first)
    starts.write_rearranged(first, second, rearrange)
    found = nbformat.read(second, as_version=4)
    nbformat.validate(found)
    assert [cell.source for cell in found.cells] == expected
    outputs = [c.outputs for c in found.cells if c.source == "a"]
    assert outputs == [[stream("1\n")]] * 2


def test_settings_try_every_value_that_was_asked_for():
    rows = list(starts.variants().values())
    tried = {name: {row.get(name) for row in rows}
             for name in ("PYTHONHASHSEED", "LC_ALL", "TZ", "MPLBACKEND",
                          "OMP_NUM_THREADS")}
    assert {"0", "1", "random"} <= tried["PYTHONHASHSEED"]
    assert {"C", "C.UTF-8", "fr_FR.UTF-8"} <= tried["LC_ALL"]
    assert any(row.get("PYTHONUTF8") == "0" for row in rows)
    assert len(tried["TZ"]) >= 3
    assert {"1", "2"} <= tried["OMP_NUM_THREADS"]
    assert {"agg", "svg", "pdf"} <= tried["MPLBACKEND"]
