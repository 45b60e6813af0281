"""Drawing: what is drawn, with which look, and with alternative text."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers import plotting

ALT = "A line that rises from left to right, drawn for the test alone."


@pytest.fixture(autouse=True)
def close_all():
    yield
    plt.close("all")


def test_figures_have_one_look():
    fig, axes = plotting.figure(2, 3)
    assert axes.shape == (2, 3)
    assert fig.get_figwidth() <= 7 and fig.get_dpi() == 100
    assert not axes[0, 0].spines["top"].get_visible()
    with pytest.raises(ValueError, match="7"):
        plotting.figure(width=9)


def test_show_gives_text_and_metadata(monkeypatch):
    shown = []
    monkeypatch.setattr(
        "IPython.display.display", lambda *a, **k: shown.append((a[0], k))
    )
    fig, ax = plotting.figure()
    ax.plot([1, 2])
    plotting.show(fig, alt=ALT.replace(" from", "\n  from"))
    ((data, options),) = shown
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == ALT
    assert options["metadata"]["image/png"]["alt"] == ALT
    assert not plt.fignum_exists(fig.number)


@pytest.mark.parametrize("alt", ["", "figure 1", "no full stop " * 5])
def test_show_refuses_poor_texts(alt):
    fig, _ = plotting.figure()
    with pytest.raises(ValueError, match="sentence"):
        plotting.show(fig, alt=alt)


def test_same_figure_same_bytes(monkeypatch):
    images = []
    monkeypatch.setattr(
        "IPython.display.display", lambda *a, **k: images.append(a[0])
    )
    for _ in range(2):
        fig, ax = plotting.figure()
        ax.plot([3, 1, 2])
        plotting.show(fig, alt=ALT)
    assert images[0]["image/png"] == images[1]["image/png"]


def test_digits_are_folded_back():
    images = np.random.default_rng(0).uniform(size=(7, 784))
    fig = plotting.digits(images, titles=list("abcdefg"), columns=4)
    drawn = [ax for ax in fig.axes if ax.images]
    assert len(fig.axes) == 8 and len(drawn) == 7
    assert np.array_equal(
        drawn[6].images[0].get_array(), images[6].reshape(28, 28)
    )
    assert drawn[2].get_title() == "c"
    for wrong in (np.zeros((2, 785)), np.zeros(784)):
        with pytest.raises(ValueError, match="images"):
            plotting.digits(wrong)


def test_weights_have_zero_in_the_middle():
    W = np.random.default_rng(0).normal(size=(784, 5))
    fig = plotting.weights(W, columns=3)
    low, high = fig.axes[0].images[0].get_clim()
    assert low == -high == -np.abs(W).max()


def test_learning_curves_have_the_samples_colours():
    fig, ax = plotting.figure()
    history = {
        "training loss": [3, 2, 1],
        "validation loss": [3, 2, 2],
        "training accuracy": [50, 60, 70],
    }
    plotting.learning_curves(history, ax, "loss", "empirical risk")
    assert [line.get_label() for line in ax.lines] == [
        "training", "validation",
    ]
    assert ax.lines[0].get_color() == plotting.STYLE["training"]["color"]
    assert list(ax.lines[1].get_ydata()) == [3, 2, 2]
    assert ax.get_xlabel() == "epoch" and ax.get_ylabel() == "empirical risk"


def test_confusion_matrix_writes_all_numbers():
    counts = np.array([[50, 3], [7, 40]])
    fig, ax = plotting.figure()
    plotting.confusion_matrix(counts, ax, names=["a", "b"])
    assert [text.get_text() for text in ax.texts] == ["50", "3", "7", "40"]
    assert np.nanmax(ax.images[0].get_array()) == 7  # mistakes alone


def test_styles_differ_in_more_than_colour():
    looks = list(plotting.STYLE.values())
    cues = {(look["linestyle"], look["marker"]) for look in looks}
    assert len(cues) == len(looks)
    assert len({look["color"] for look in looks}) == len(looks)


def test_course_map_names_all_notebooks():
    fig = plotting.course_map()
    text = " ".join(t.get_text() for t in fig.axes[0].texts)
    assert all(f"{number:02d}\n" in text for number in range(1, 10))
