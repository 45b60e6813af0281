"""Drawing: one look, what is stored of a figure, and the shared drawings."""

import base64
import io
import json

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from exercises.source import facts
from helpers import diagrams, plotting

ALT = "A line that rises from left to right, drawn for the test alone."
rng = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def close_all():
    yield
    plt.close("all")


@pytest.fixture()
def outputs(monkeypatch):
    """Collect (data, metadata) of what is displayed."""
    found = []
    monkeypatch.setattr(
        "IPython.display.display",
        lambda data, raw, metadata: found.append((data, metadata)),
    )
    return found


def pixels(png):
    return np.array(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def test_figures_have_one_look():
    fig, axes = plotting.figure(2, 3)
    assert axes.shape == (2, 3)
    assert fig.get_figwidth() <= 7 and fig.get_dpi() == 100
    assert not axes[0, 0].spines["top"].get_visible()
    with pytest.raises(ValueError, match="7"):
        plotting.figure(width=9)
    looks = list(plotting.STYLE.values())
    cues = {(look["linestyle"], look["marker"]) for look in looks}
    assert len(cues) == len({look["color"] for look in looks}) == len(looks)


def test_show_stores_picture_text_and_facts(outputs):
    for _ in range(2):
        fig, ax = plotting.figure(width=5, height=3)
        ax.plot([1, 2], color="black")
        plotting.show(fig, alt=ALT.replace(" from", "\n  from"))
        assert not plt.fignum_exists(fig.number)
    (data, metadata), again = outputs
    assert (data, metadata) == again  # to the byte
    assert data["text/plain"] == ALT
    assert metadata["image/png"] == {"alt": ALT, "width": 500, "height": 300}
    assert pixels(data["image/png"]).shape == (600, 1000, 3)
    assert json.loads(json.dumps(data[plotting.SHOWN]))["axes"]


@pytest.mark.parametrize("alt", ["", "figure 1", "no full stop " * 5])
def test_show_refuses_poor_texts(alt):
    with pytest.raises(ValueError, match="sentence"):
        plotting.show(plotting.figure()[0], alt=alt)


def test_what_is_grey_stays_grey_and_colours_stay(outputs):
    images = rng.random((12, 784))
    plotting.show(plotting.digits(images), alt=ALT)
    fig, (left, right) = plotting.figure(1, 2)
    left.imshow(images[0].reshape(28, 28), cmap="gray")
    right.plot([0, 1], color=plotting.VERMILION, lw=5)
    right.imshow(images[1].reshape(28, 28), cmap=plotting.SIGNED)
    plotting.show(fig, alt=ALT)
    grey, mixed = (pixels(data["image/png"]) for data, _ in outputs)
    assert np.all(np.ptp(grey, axis=2) == 0)
    assert len(np.unique(grey)) > 32 and {0, 255} <= set(np.unique(grey))
    digit = mixed[200:400, 150:500]
    assert np.all(np.ptp(digit, axis=2) == 0) and np.ptp(digit) > 200
    far = np.abs(mixed - [0xD5, 0x5E, 0x00]).max(axis=2)
    assert np.sum(far < 12) > 200


# --- what a figure shows ---------------------------------------------------

X, Y = np.linspace(0, 3, 31), np.linspace(0, 3, 31) ** 2


def draw(**changed):
    """Draw a figure with a bit of everything; `changed` is the fault."""
    get = {
        "y": Y, "band": 1.0, "level": 0.5, "text": ["12", "3"], "ink": "white",
        "title": "Title", "xlabel": "epoch", "bars": [3, 1, 2], "line": True,
        "color": plotting.BLUE, "ylim": (0, 9), "ticks": ["a", "b", "c"],
        "image": np.eye(4) * [1, 2, 3, 4], "clim": 4, "label": "training",
        "dots": np.column_stack([X, Y]), "cmap": plotting.AMOUNTS,
        "scale": "linear", "place": (1, 2), **changed,
    }.get
    fig, axes = plotting.figure(2, 2, layout=None)
    ax, field, bars, image = axes.flat
    if get("line"):
        ax.plot(X, get("y"), color=get("color"), label=get("label"))
    ax.fill_between(X, Y - get("band"), Y + get("band"), alpha=0.3)
    ax.scatter(*get("dots").T, color=plotting.ORANGE)
    ax.set(title=get("title"), xlabel=get("xlabel"), ylim=get("ylim"))
    if get("line"):
        ax.legend()
    z = np.hypot(*np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9)))
    field.contour(z, levels=[get("level")])
    for k, text in enumerate(get("text")):
        field.text(k, *get("place")[:1], text, color=get("ink"))
    field.annotate("here", (1, get("place")[1]), (0, 5),
                   textcoords="offset points")
    bars.bar(range(3), get("bars"))
    bars.set_xticks(range(3), get("ticks"))
    bars.set_ylim(0.5, 5)
    bars.set_yscale(get("scale"))
    image.imshow(get("image"), vmin=0, vmax=get("clim"), cmap=get("cmap"))
    return fig


FAULTS = {
    "a curve moved": {"y": Y + 0.3},
    "a curve turned round": {"y": Y[::-1]},
    "a line not drawn": {"line": False},
    "a band of three deviations": {"band": 3.0},
    "a boundary at another level": {"level": 0.7},
    "two numbers exchanged": {"text": ["3", "12"]},
    "dark text on dark fields": {"ink": "black"},
    "another title": {"title": "Other"},
    "a label without its unit": {"xlabel": ""},
    "two bars exchanged": {"bars": [1, 3, 2]},
    "two tick labels exchanged": {"ticks": ["b", "a", "c"]},
    "another colour": {"color": plotting.ORANGE},
    "another name in the legend": {"label": "test"},
    "limits that cut": {"ylim": (0, 5)},
    "an image upside down": {"image": (np.eye(4) * [1, 2, 3, 4])[::-1]},
    "another colour scale": {"clim": 8},
    "another colour map": {"cmap": plotting.SIGNED},
    "a point lost": {"dots": np.column_stack([X, Y])[:-1]},
    "a logarithmic axis": {"scale": "log"},
    "a text at another place": {"place": (3, 2)},
    "a note at another place": {"place": (1, 4)},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_changes_what_is_shown(fault):
    right, wrong = (plotting.shown(draw(**c)) for c in ({}, FAULTS[fault]))
    assert right != wrong
    assert len(json.dumps(right)) <= plotting.MOST_SHOWN


def test_rounding_does_not():
    """Another BLAS, another Matplotlib: the last digits are not compared."""
    right = plotting.shown(draw())
    for _ in range(9):
        noise = 1 + 1e-7 * rng.standard_normal(31)
        bars = np.array([3, 1, 2]) * noise[:3]
        dots = np.column_stack([X, Y * noise])
        assert plotting.shown(draw(y=Y * noise, bars=bars, dots=dots)) == right


FORM = [
    "a line not drawn", "another title", "a label without its unit",
    "two tick labels exchanged", "another colour", "a logarithmic axis",
    "another name in the legend", "another colour map",
]


def test_where_values_hang_on_the_machine_the_form_is_compared(outputs):
    def stored(**changed):
        plotting.show(draw(**changed), ALT, values=False)
        data, metadata = outputs[-1]
        assert metadata["image/png"]["alt"] == ALT != data["text/plain"]
        return data[plotting.SHOWN]

    right = stored(text=["93.2 ± 0.4", "128"])
    other = {"y": Y * 1.1, "band": 1.2, "bars": [4, 1, 2], "clim": 3.5}
    assert stored(text=["95.1 ± 0.7", "98"], ylim=(0, 8), **other) == right
    assert stored(text=["0.4 ± 93.2", "128"]) != right  # exchanged
    for fault in FORM:
        changed = {"text": ["93.2 ± 0.4", "128"], **FAULTS[fault]}
        assert stored(**changed) != right, fault


def test_many_details_become_a_fingerprint():
    images = rng.random((60, 784))
    found = []
    for _ in range(2):
        fig = plotting.digits(images, columns=20, size=0.3)
        found.append(plotting.shown(fig, 2048))
        assert len(json.dumps(found[-1])) <= 2048
        images[50, 400:] = 0  # one image is cut
    assert found[0] != found[1]


# --- frames -----------------------------------------------------------------


def moving(n, outputs, **options):
    figures = []
    for k in range(n):
        fig, ax = plotting.figure(height=2)
        ax.plot([0, k + 1])
        figures.append(fig)
    labels = [f"step {k}" for k in range(n)]
    plotting.frames(figures, labels, ALT, **options)
    return outputs[-1]


def test_frames_are_kept_beside_what_they_show(outputs):
    data, metadata = moving(5, outputs, start=2)
    kept = metadata[plotting.FRAMES]
    assert len(kept["frames"]) == 5
    assert base64.b64decode(kept["frames"][2]) == data["image/png"]
    assert metadata["image/png"]["alt"] == data["text/plain"] == ALT
    facts = data[plotting.FRAMES]  # compared; the pictures are not
    assert facts["labels"][4] == "step 4" and facts["start"] == 2
    assert len({json.dumps(one) for one in facts["shown"]}) == 5
    assert "frames" not in facts and len(json.dumps(facts)) <= 3 * 1024
    assert not plt.get_fignums()


@pytest.mark.parametrize("n", [1, 13])
def test_too_few_or_many_frames_are_refused(n, outputs):
    with pytest.raises(ValueError, match="2 to 12"):
        moving(n, outputs)


def test_frames_that_are_too_large_are_refused(outputs, monkeypatch):
    monkeypatch.setattr(plotting, "FRAME_BYTES", 10_000)
    with pytest.raises(ValueError, match="bytes"):
        moving(3, outputs)


# --- shared drawings -------------------------------------------------------


def test_digits_are_folded_back():
    images = rng.uniform(size=(7, 784))
    fig = plotting.digits(images, titles=list("abcdefg"), columns=4)
    drawn = [ax for ax in fig.axes if ax.images]
    assert len(fig.axes) == 8 and len(drawn) == 7
    assert np.array_equal(
        drawn[6].images[0].get_array(), images[6].reshape(28, 28)
    )
    assert drawn[2].get_title() == "c"


def test_learning_curves_have_the_samples_colours():
    fig, ax = plotting.figure()
    history = {
        "training loss": [3, 2, 1],
        "validation loss": [3, 2, 2],
        "training accuracy": [50, 60, 70],
    }
    plotting.learning_curves(history, ax, "loss", "empirical risk")
    labels = [line.get_label() for line in ax.lines]
    assert labels == ["training", "validation"]
    assert ax.lines[0].get_color() == plotting.STYLE["training"]["color"]
    assert list(ax.lines[1].get_ydata()) == [3, 2, 2]
    assert ax.get_xlabel() == "epoch" and ax.get_ylabel() == "empirical risk"


def test_a_matrix_writes_light_on_dark():
    values = np.array([[np.nan, 3.0], [7.0, 40.0]])
    fig, ax = plotting.figure()
    texts = [["", "3"], ["7", "40"]]
    image = plotting.matrix(ax, values, texts, dark=20, vmin=0, vmax=40)
    found = {t.get_text(): (t.get_position(), t.get_color()) for t in ax.texts}
    assert found["3"] == ((1, 0), "white") and found["7"] == ((0, 1), "white")
    assert found["40"] == ((1, 1), "black") and image.get_clim() == (0, 40)


# --- diagrams ---------------------------------------------------------------


def test_the_map_names_the_notebooks_in_their_order():
    known = facts()
    fig = diagrams.course_map(known)
    boxes = [t for t in fig.axes[0].texts if t.get_bbox_patch()]
    assert [b.get_text()[:2] for b in boxes] == [k["number"] for k in known]
    assert len({b.get_position() for b in boxes}) == len(known)
