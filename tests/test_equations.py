"""The ledger: every equation of the lecture is executed, and could fail."""

import copy

import numpy as np
import pytest

from helpers.equations import verify_equation
from tools import build, ledger
from tools.ledger import EQUATIONS

IDS = [f"F{k}" for k in range(1, 7)] + [f"B{k}" for k in range(1, 15)]
IDS += [f"S{k}" for k in range(1, 5)] + [f"O{k}" for k in range(1, 4)]


@pytest.fixture(scope="module")
def notebooks():
    return build.stored()


@pytest.fixture(scope="module")
def rows(notebooks):
    return ledger.rows(notebooks)


def test_the_list_is_the_lectures():
    assert list(EQUATIONS) == IDS


@pytest.mark.parametrize("name", IDS)
def test_each_equation_has_a_cell_that_could_fail(name, rows, notebooks):
    own = [row for row in rows if row["id"] == name]
    if name in ledger.KINDS:
        assert ledger.stated_in(notebooks, name), f"{name} is stated nowhere"
    else:
        assert own, f"{name} is computed nowhere"
    for row in own:
        assert 0 <= row["error"] <= 1e-6
        assert row["wrong_error"] > 1e-3
        assert row["wrong_error"] > 1000 * row["error"]


def test_each_equation_is_stated_before_its_cell(notebooks, rows):
    for row in rows:
        cells = notebooks[row["notebook"]].cells
        counts = [cell.get("execution_count") for cell in cells]
        place = counts.index(row["cell"])
        cell = cells[place]
        assert f"equation-{row['id']}" in cell.metadata.get("tags", [])
        assert "nbval-ignore-output" not in cell.metadata["tags"]
        stated = "".join(
            c.source for c in cells[:place] if c.cell_type == "markdown"
        )
        assert ledger.states(stated, row["id"]), row


def test_page_is_what_the_notebooks_give(notebooks):
    page = build.NOTEBOOKS.parent / "docs" / "equations.md"
    assert page.read_text(encoding="utf-8") == ledger.page(notebooks)


def test_a_right_equation_is_shown(capsys):
    left = np.array([1.0, 2.0])
    verify_equation("F3", left, left + 1e-15, left + 1, "without the bias")
    out = capsys.readouterr().out
    assert "F3 holds" in out and "without the bias they do not" in out


@pytest.mark.parametrize(
    "right, wrong, error",
    [
        ([1.0, 2.1], [5.0, 5.0], AssertionError),  # the sides differ
        ([1.0, 2.0], [1.0, 2.0], AssertionError),  # the check cannot fail
        ([1.0, 2.0, 3.0], [5.0, 5.0], ValueError),  # another shape
        ([1.0, np.nan], [5.0, 5.0], AssertionError),
    ],
)
def test_a_wrong_equation_is_refused(right, wrong, error):
    with pytest.raises(error):
        verify_equation("B7", [1.0, 2.0], right, wrong, "without it")


def test_zeros_and_unknown_ids_are_refused(notebooks):
    for name, left in (("B7", [0.0, 0.0]), ("X1", [1.0, 2.0])):
        with pytest.raises(ValueError):
            verify_equation(name, left, left, [5.0, 5.0], "without it")
    changed = copy.deepcopy(notebooks["02_forward_propagation"])
    stated = [out for cell in changed.cells for out in cell.get("outputs", [])
              if "equation" in out.get("metadata", {})]
    stated[0].metadata["equation"]["id"] = "B99"  # no slide has it
    with pytest.raises(ValueError):
        ledger.rows({"02_forward_propagation": changed})
