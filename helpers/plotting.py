"""One look for all figures of the course.

One quantity has one colour, line style and marker everywhere; every figure is
shown with a sentence that says what is to be seen. Arguments that do not fit
raise TypeError or ValueError with what was expected and what came.
"""

import io
import math

import numpy as np

from helpers import expect

# Okabe and Ito's colours, told apart by nearly all eyes
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY = "#7F7F7F"
# what each quantity looks like: colour, line style, marker
STYLE = {
    "training": {"color": BLUE, "linestyle": "-", "marker": "o"},
    "validation": {"color": ORANGE, "linestyle": "--", "marker": "s"},
    "test": {"color": VERMILION, "linestyle": ":", "marker": "^"},
    "NumPy": {"color": GREEN, "linestyle": "-", "marker": "P"},
    "TensorFlow": {"color": PURPLE, "linestyle": "--", "marker": "D"},
    "scikit-learn": {"color": SKY, "linestyle": "-.", "marker": "v"},
    "bound": {"color": GREY, "linestyle": "-.", "marker": ""},
}
CLASSES = (BLUE, VERMILION, GREEN)  # of two or three, in a plane
AMOUNTS = "cividis"  # colour map of quantities that start at zero
SIGNED = "RdBu_r"  # colour map of quantities around zero; keep its centre
DPI = 100
MOST = 400  # images in one figure: more take minutes, and nobody sees them
WIDTH = 7.0  # inches, at most


def figure(rows=1, columns=1, width=WIDTH, height=None, **options):
    """Make a figure with the course's look.

    Parameters
    ----------
    rows, columns : int
        Of the grid of axes.
    width, height : float
        In inches; the width is at most 7. The height defaults to what gives
        each axes the proportions of a wide photograph.
    **options
        Passed on to `matplotlib.pyplot.subplots`.

    Returns
    -------
    tuple
        The figure, and its axes (one, or an array as `subplots` gives them).

    Raises
    ------
    ValueError
        If the figure would be wider than a page.
    """
    import matplotlib.pyplot as plt

    expect.integer("rows", rows, least=1, most=MOST)
    expect.integer("columns", columns, least=1, most=MOST)
    if not 0 < expect.number("width", width) <= WIDTH:
        raise ValueError(f"width: expected up to {WIDTH} inches, got {width}")
    if height is None:
        height = 0.62 * width / columns * rows
    expect.number("height", height, above=0)
    options.setdefault("layout", "constrained")
    plt.rcParams.update(LOOK)
    return plt.subplots(rows, columns, figsize=(width, height), **options)


LOOK = {
    "figure.dpi": DPI,
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
}


def show(fig, alt):
    """Show a figure with its alternative text, and close it.

    The text stands where the picture cannot be seen: in the notebook's
    output, in its metadata, and so on the rendered pages.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        What to show.
    alt : str
        A full sentence or two: what a reader would have seen.

    Raises
    ------
    ValueError
        If the text is no sentence.
    """
    import matplotlib.pyplot as plt
    from IPython.display import display

    if not hasattr(fig, "savefig"):
        got = expect.got(fig)
        raise TypeError(f"fig: expected a matplotlib figure, got {got}")
    alt = " ".join(expect.text("alt", alt).split())
    if len(alt) < 40 or not alt.endswith("."):
        raise ValueError(
            f"alt: expected a full sentence about the figure, got {alt!r}"
        )
    image = _png(fig)
    plt.close(fig)
    display(
        {"image/png": image, "text/plain": alt},
        raw=True,
        metadata={"image/png": {"alt": alt}},
    )


def _png(fig):
    """Return a figure as a small PNG: 256 colours serve, at a third."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    fig.set_dpi(DPI)
    canvas = FigureCanvasAgg(fig)
    canvas.draw()  # once; `savefig` draws twice, a third slower
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    rare_too = Image.Quantize.MAXCOVERAGE  # small coloured things as well
    image = image.quantize(256, rare_too, dither=Image.Dither.NONE)
    small = io.BytesIO()
    image.save(small, format="png", optimize=True)
    return small.getvalue()


def digits(images, titles=None, columns=10, size=0.7, **options):
    """Draw images of digits in a grid.

    Parameters
    ----------
    images : array_like (D, 784) or (D, 28, 28)
        Values in [0, 1], unless `options` sets other limits.
    titles : sequence of str, optional
        One above each image.
    columns : int
        Images in a row.
    size : float
        Of an image, in inches.
    **options
        Passed on to `imshow`; by default ink is black on white paper.

    Returns
    -------
    matplotlib.figure.Figure
    """
    images = _squares("images", images)
    if len(images) > MOST:
        raise ValueError(
            f"images: expected at most {MOST}, got {len(images):,}"
        )
    if titles is not None:
        titles = expect.sequence("titles", titles, length=len(images))
    columns = min(expect.integer("columns", columns, least=1), len(images))
    size = expect.number("size", size, above=0)
    rows = -(-len(images) // columns)
    tall = size * (1.0 if titles is None else 1.3)
    fig, axes = figure(
        rows, columns, min(WIDTH, size * columns), tall * rows, squeeze=False
    )
    options = {"cmap": "gray_r", "vmin": 0, "vmax": 1, **options}
    for ax in axes.flat:
        ax.axis("off")
    for i, (ax, image) in enumerate(zip(axes.flat, images)):
        ax.imshow(image, **options)
        if titles is not None:
            ax.set_title(titles[i], fontsize=8, loc="center", pad=2)
    return fig


def weights(W, columns=8, size=0.8, title=None):
    """Draw the columns of a weight matrix as images, zero in the middle.

    Parameters
    ----------
    W : ndarray (784, N)
        Column n is what the weights of neuron n look like.
    columns : int
        Images in a row.
    size : float
        Of an image, in inches.
    title : str, optional
        Above the grid.

    Returns
    -------
    matplotlib.figure.Figure
        With one colour scale for all images, beside them.
    """
    W = expect.array("W", W, ("M", "N"))
    _squares("W.T", W.T)
    limit = float(np.max(np.abs(W)))
    fig = digits(
        W.T, columns=columns, size=size, cmap=SIGNED, vmin=-limit, vmax=limit
    )
    image = fig.axes[0].images[0]
    fig.colorbar(image, ax=fig.axes, label="weight", shrink=0.8)
    if title:
        fig.suptitle(title, fontsize=11, x=0.02, ha="left")
    return fig


def learning_curves(history, ax, key, label):
    """Draw a quantity against the epoch, for each sample in the history.

    Parameters
    ----------
    history : dict of str to list of float
        Keys such as "training loss" and "validation accuracy"; those that
        end in `key` are drawn, in the sample's colour.
    ax : matplotlib.axes.Axes
        Where to.
    key : str
        "loss", "accuracy" or whatever the keys end in.
    label : str
        Of the vertical axis, with its unit.
    """
    expect.axes("ax", ax)
    own = {
        expect.choice("sample", name.split(" ")[0], STYLE): values
        for name, values in expect.mapping("history", history).items()
        if name.partition(" ")[2] == expect.text("key", key)
    }
    if not own:
        raise ValueError(
            f"key: expected the end of one of {[*history]}, got {key!r}"
        )
    for sample, values in own.items():
        values = expect.array(f"{sample} {key}", values, ("n",), finite=False)
        epochs = np.arange(1, len(values) + 1)
        ax.plot(epochs, values, label=sample, **STYLE[sample])
    ax.set(xlabel="epoch", ylabel=label)
    ax.xaxis.get_major_locator().set_params(integer=True)  # no half epochs
    ax.legend()


def confusion_matrix(counts, ax, names=None):
    """Draw a confusion matrix: true classes down, predicted ones across.

    The right predictions would outshine the mistakes, so the colours show
    the mistakes alone; all numbers are written in.

    Parameters
    ----------
    counts : ndarray (K, K)
        counts[t, p]: samples of class t that were taken for class p.
    ax : matplotlib.axes.Axes
        Where to.
    names : sequence of str, optional
        Of the classes; 0 to K - 1 by default.
    """
    expect.axes("ax", ax)
    counts = expect.array("counts", counts, ("K", "K"))
    K = len(counts)
    counts = expect.array("counts", counts, (K, K))
    if K < 2 or counts.min() < 0:
        raise ValueError(
            "counts: expected two classes or more and no negative number, "
            f"got {K} and {counts.min()}"
        )
    mistakes = counts.astype(float)
    np.fill_diagonal(mistakes, np.nan)
    names = range(K) if names is None else names
    names = expect.sequence("names", names, length=K)
    top = max(float(np.nanmax(mistakes)), 1.0)
    image = ax.imshow(mistakes, cmap=AMOUNTS, vmin=0, vmax=top)
    for (t, p), count in np.ndenumerate(counts):
        light = t != p and count < 0.6 * top
        ax.text(
            p, t, str(count), ha="center", va="center", fontsize=8,
            color="white" if light else "black",
            weight="bold" if t == p else "normal",
        )
    ax.set_xticks(range(K), names)
    ax.set_yticks(range(K), names)
    ax.set(xlabel="predicted class", ylabel="true class")
    ax.figure.colorbar(image, ax=ax, label="wrong predictions", shrink=0.8)


def _squares(name, images):
    """Return images (D, s * s) or (D, s, s) as (D, s, s), or raise."""
    images = expect.array(name, images)
    if images.ndim == 3 and images.size:
        return images
    side = math.isqrt(images.shape[-1]) if images.ndim == 2 else 0
    if not side or not images.size or side * side != images.shape[1]:
        raise ValueError(
            f"{name}: expected (D, s * s) or (D, s, s), got {images.shape}"
        )
    return images.reshape(-1, side, side)


MAP = (
    ("theory", GREEN, (
        ("01", "Why is a straight\ncut not enough?"),
        ("02", "What does a\nnetwork compute?"),
        ("03", "Where do the\ngradients come from?"),
    )),
    ("networks", BLUE, (
        ("04", "Can 60 lines of\nNumPy read digits?"),
        ("05", "What does a\nlibrary change?"),
    )),
    ("studies", ORANGE, (
        ("06", "How wide,\nhow deep?"),
        ("07", "How fast may we\ngo down?"),
        ("08", "When does it\nmemorise?"),
    )),
    ("comparison", VERMILION, (("09", "Which tool, at\nwhat price?"),)),
)


def course_map():
    """Draw the notebooks of the course with their questions.

    Returns
    -------
    matplotlib.figure.Figure
    """
    fig, ax = figure(height=4.2)
    ax.set(xlim=(0, 11.2), ylim=(-0.2, 5.9))
    ax.axis("off")
    before = None
    for row, (stage, colour, notebooks) in enumerate(MAP):
        y = 4.9 - 1.5 * row
        ax.text(0, y, stage, va="center", weight="bold")
        for column, (number, question) in enumerate(notebooks):
            x = 3.2 + 3.2 * column
            ax.text(
                x, y, f"{number}\n{question}", ha="center", va="center",
                fontsize=9, bbox={
                    "boxstyle": "round,pad=0.4", "edgecolor": colour,
                    "facecolor": "white", "linewidth": 1.8,
                },
            )
            if before is not None:
                _arrow(ax, before, (x, y))
            before = (x, y)
    return fig


def _arrow(ax, start, end):
    """Join two boxes of the map: along a row, or down to the next one."""
    if start[1] == end[1]:
        ends = (start[0] + 1.25, start[1]), (end[0] - 1.25, end[1])
    else:
        ends = (start[0] - 0.2, start[1] - 0.55), (end[0], end[1] + 0.55)
    ax.annotate(
        "", xy=ends[1], xytext=ends[0], zorder=0,
        arrowprops={"arrowstyle": "->", "color": GREY},
    )
