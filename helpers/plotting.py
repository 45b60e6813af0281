"""One look for all figures, and what a figure shows as data.

One quantity has one colour, line style and marker everywhere. Every figure is
shown with a sentence that says what is to be seen, and with a summary of what
it draws, so that a strict run of the notebooks compares figures, too.
"""

import base64
import hashlib
import io
import json
import math
import re

import numpy as np

# Okabe and Ito's colours, told apart by nearly all eyes
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
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
MARKERS = ("o", "s", "^")  # of the same classes
OTHERS = (GREEN, BLUE, ORANGE, VERMILION, PURPLE, SKY)  # where no quantity is
AMOUNTS = "cividis"  # colour map of quantities that start at zero
SIGNED = "RdBu_r"  # colour map of quantities around zero; keep its centre
DPI = 100  # at which a figure is shown; it is stored with twice as many
WIDTH = 7.0  # inches, at most
GREYS = 64  # levels of a picture's greys; its colours get the other 192
SHOWN = "application/vnd.course.figure+json"  # what a figure shows
FRAMES = "application/vnd.course.frames+json"  # the same for several
MOST_SHOWN = 3 * 1024  # bytes
MOST_FRAMES, FRAME_BYTES = 12, 300 * 1024
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


def figure(rows=1, columns=1, width=WIDTH, height=None, **options):
    """Make a figure with the course's look; return it and its axes.

    The width is at most 7 inches. By default each axes has the proportions of
    a wide photograph. `options` are those of `matplotlib.pyplot.subplots`.
    """
    import matplotlib.pyplot as plt

    if not 0 < width <= WIDTH:
        raise ValueError(f"width: expected up to {WIDTH} inches, got {width}")
    if height is None:
        height = 0.62 * width / columns * rows
    options.setdefault("layout", "constrained")
    plt.rcParams.update(LOOK)
    return plt.subplots(rows, columns, figsize=(width, height), **options)


# --- showing ----------------------------------------------------------------


def show(fig, alt, values=True):
    """Show a figure, and close it.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    alt : str
        A full sentence or two, for where the picture cannot be seen: what a
        reader would have seen.
    values : bool
        False where they hang on the machine (a time, a long training): a
        strict run then compares the form of the figure alone.
    """
    facts = shown(fig) if values else _form(shown(fig, math.inf))
    _display([fig], alt, {SHOWN: facts}, plain=values)


def frames(figures, labels, alt, start=0):
    """Show figures of one size as the frames of a movement, and close them.

    JupyterLab (opened by `course.py lab`) and the site show a slider, which
    says a frame's label, such as "cut at 0.4"; elsewhere the frame `start` is
    seen alone. At most 12 figures, together 300 KiB as pictures; `alt` is as
    for `show`, of the whole movement.
    """
    if len(figures) != len(labels) or not 2 <= len(figures) <= MOST_FRAMES:
        raise ValueError(
            f"figures, labels: expected 2 to {MOST_FRAMES} of each, got "
            f"{len(figures)} and {len(labels)}"
        )
    most = MOST_SHOWN // len(figures) - 80
    facts = [shown(fig, most) for fig in figures]
    facts = {"labels": labels, "shown": facts, "start": start}
    _display(figures, alt, {FRAMES: facts}, start)


def _display(figures, alt, facts, start=0, plain=True):
    import matplotlib.pyplot as plt
    from IPython.display import display

    alt = " ".join(alt.split())
    if len(alt) < 40 or not alt.endswith("."):
        raise ValueError(
            f"alt: expected a full sentence about the figure, got {alt!r}"
        )
    width, height = (round(DPI * s) for s in figures[0].get_size_inches())
    metadata = {"image/png": {"alt": alt, "width": width, "height": height}}
    pictures = [_png(fig) for fig in figures]
    for fig in figures:
        plt.close(fig)
    if len(figures) > 1:
        if sum(map(len, pictures)) > FRAME_BYTES:
            raise ValueError(
                f"figures: expected at most {FRAME_BYTES:,} bytes together, "
                f"got {sum(map(len, pictures)):,}"
            )
        texts = [base64.b64encode(picture).decode() for picture in pictures]
        # beside the data: pictures are not the same on all machines
        metadata[FRAMES] = {"frames": texts}
    text = alt if plain else "a figure: its text is in the metadata"
    data = {"image/png": pictures[start], "text/plain": text, **facts}
    display(data, raw=True, metadata=metadata)


def _png(fig):
    """Return a figure as a small PNG; what is grey in it stays grey."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    fig.set_dpi(2 * DPI)
    canvas = FigureCanvasAgg(fig)
    canvas.draw()  # once; `savefig` draws twice, a third slower
    rgb = np.asarray(canvas.buffer_rgba())[..., :3]  # the paper is white
    grey = np.ptp(rgb, axis=2) == 0
    levels = np.rint(np.linspace(0, 255, GREYS)).astype(np.uint8)
    palette = [np.repeat(levels, 3)]
    places = np.empty(grey.shape, np.uint8)
    places[grey] = np.rint(rgb[grey][:, 0] / 255 * (GREYS - 1))
    if not grey.all():
        # 192 colours serve; MAXCOVERAGE keeps small coloured things as well
        coloured = Image.fromarray(rgb[~grey][None]).quantize(
            256 - GREYS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        palette.append(np.array(coloured.getpalette()[: 3 * (256 - GREYS)]))
        places[~grey] = GREYS + np.array(coloured)[0]
    image = Image.frombytes("P", places.shape[::-1], places.tobytes())
    image.putpalette(np.concatenate(palette).astype(np.uint8).tobytes())
    small = io.BytesIO()
    image.save(small, format="png", optimize=True)
    return small.getvalue()


# --- what a figure shows ---------------------------------------------------


def shown(fig, most=MOST_SHOWN):
    """Return what a figure shows, as plain data for a comparison.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    most : int
        Bytes, as JSON. Where the details need more, a fingerprint stands for
        those of each axes, or of all.

    Returns
    -------
    dict
        "axes": for each its title, for each axis [label, from, to, fixed tick
        labels ...], texts [text, x, y, colour], and what is drawn, by kind
        and look: [how many, points, [minimum, mean, maximum] of x, of y, mean
        of x times y]; of an image x are the values. Numbers are rounded to
        what can be seen.
    """
    if fig.stale:
        fig.draw_without_rendering()  # limits and ticks are settled
    texts = [t for legend in fig.legends for t in legend.get_texts()]
    whole = [text.get_text() for text in (*fig.texts, *texts)]
    parts = [_axes(ax) for ax in fig.axes]
    brief = [{"title": p["title"], "rest": _print(p)} for p in parts]
    for details in (parts, brief, _print(parts)):
        found = {"texts": whole, "axes": details}
        if len(json.dumps(found)) <= most:
            break
    return found


def _form(found):
    """Return what a figure shows without values: words, looks, how many."""

    def masked(text):  # "93.1 ± 0.4, 128" becomes "00.0 ± 0.0, 0"
        decimal = r"[-+]?\d+\.\d+"
        text = re.sub(decimal, lambda m: re.sub(r"[-+]?\d", "0", m[0]), text)
        return re.sub(r"(?<![\w#.])[-+]?\d+(?![\d.])", "0", text)

    def wordy(texts):  # ticks of a machine's range are numbers
        texts = [text for text in texts if isinstance(text, str)]
        return [masked(text) for text in texts if re.search(r"[A-Za-z]", text)]

    form = []
    for part in found["axes"]:
        words = [wordy(part.get(name, ())) for name in ("x", "y", "legend")]
        texts = sorted({masked(text[0]) for text in part.get("texts", ())})
        drawn = part.get("drawn", {}).items()
        looks = sorted([re.sub(r" -?[\d.]+(?= |$)", "", look), count[0]]
                       for look, count in drawn)
        form.append([masked(part["title"]), *words, texts, looks])
    form = {"texts": [masked(text) for text in found["texts"]], "form": form}
    return form if len(json.dumps(form)) <= MOST_SHOWN else _print(form)


def _print(details):
    """Return a fingerprint of plain data."""
    text = json.dumps(details, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _axes(ax):
    titles = [ax.get_title(place) for place in ("left", "center", "right")]
    found = {"title": " | ".join(title for title in titles if title)}
    if ax.axison:
        found["x"], found["y"] = _axis(ax.xaxis), _axis(ax.yaxis)
    if hasattr(ax, "_colorbar"):
        return found
    rounds = [_rounding(axis) for axis in (ax.xaxis, ax.yaxis)]
    if ax.texts:
        found["texts"] = [_text(text, rounds) for text in ax.texts]
    if ax.get_legend() is not None:
        found["legend"] = [t.get_text() for t in ax.get_legend().get_texts()]
    drawn = {}
    for artist in (*ax.lines, *ax.collections, *ax.patches, *ax.images):
        if artist.get_visible():
            look, points, own = _look(artist, rounds)
            drawn.setdefault(look, (own, []))[1].append(points)
    found["drawn"] = {look: _summary(*parts) for look, parts in drawn.items()}
    return found


def _rounding(axis):
    """Return a function that rounds to what can be seen along an axis."""
    if axis.get_scale() == "log":
        return lambda value: float(f"{value * (1 + 1e-6):.3g}")
    return _to_steps(np.ptp(axis.get_view_interval()))


def _to_steps(span):
    """Return a function that rounds to a hundredth of a span, or finer."""
    step = 10.0 ** math.floor(math.log10(span or 1)) / 100

    def rounded(value):  # a half goes up, whatever its last digit
        return float(f"{math.floor(value / step + 0.501) * step:.10g}") + 0.0

    return rounded


def _axis(axis):
    from matplotlib.ticker import FixedLocator

    ends = map(_rounding(axis), axis.get_view_interval())
    scale = axis.get_scale()
    found = [axis.get_label_text(), *ends, *([scale] * (scale != "linear"))]
    if isinstance(axis.get_major_locator(), FixedLocator):
        found += [tick.get_text() for tick in axis.get_majorticklabels()]
    return found


def _text(text, rounds):
    place = getattr(text, "xy", text.get_position())  # annotations have xy
    if getattr(text, "xycoords", text.get_transform()) not in (
        "data", text.axes.transData
    ):
        rounds = [_to_steps(1)] * 2
    place = [rounded(float(value)) for rounded, value in zip(rounds, place)]
    return [text.get_text(), *place, _hex(text.get_color())]


def _hex(colour):
    from matplotlib.colors import to_hex

    return to_hex(colour, keep_alpha=False)


def _look(artist, rounds):
    """Return an artist's look in words, its points, and their rounding."""
    colours = []
    if hasattr(artist, "get_xydata"):
        kind = ["line", artist.get_linestyle(), artist.get_marker()]
        colours, points = [artist.get_color()], artist.get_xydata()
        if kind[1] == "None":  # only its markers are seen
            colours = [artist.get_markeredgecolor()]
            if kind[2] in artist.filled_markers:
                colours.append(artist.get_markerfacecolor())
    elif hasattr(artist, "get_patch_transform"):
        kind, colours = ["patch"], [artist.get_facecolor()]
        path = artist.get_path().transformed(artist.get_patch_transform())
        points = path.vertices
    elif hasattr(artist, "get_clim") and hasattr(artist, "get_extent"):
        values = np.ma.filled(np.ma.asarray(artist.get_array(), float), np.nan)
        low, high = artist.get_clim()
        rounds = [_to_steps(high - low), _to_steps(1)]
        kind = ["image", *values.shape, artist.get_cmap().name,
                *map(rounds[0], (low, high))]
        along = np.linspace(0, 1, values.size)
        points = np.stack([values.ravel(), along], axis=1)
    else:
        levels = [f"{level:.3g}" for level in getattr(artist, "levels", ())]
        kind = ["contours", *levels] if levels else ["collection"]
        colours = [*artist.get_facecolor(), *artist.get_edgecolor()]
        points = np.asarray(artist.get_offsets())
        if len(points) < 2:
            paths = [path.vertices for path in artist.get_paths()]
            points = np.concatenate([np.empty((0, 2)), *paths])
    label = str(artist.get_label())
    kind += [] if label.startswith("_") else [label]
    hexes = list(dict.fromkeys(map(_hex, colours)))[:8]
    return " ".join(map(str, kind + hexes)), np.asarray(points, float), rounds


def _summary(rounds, parts):
    """Return what there is of artists with one look, in a few numbers."""
    points = np.concatenate(parts)
    points = points[np.all(np.isfinite(points), axis=1)]
    found = [len(parts), len(points)]
    if not len(points):
        return found
    for values, rounded in zip(points.T, rounds):
        ends = values.min(), values.mean(), values.max()
        found.append([rounded(float(value)) for value in ends])
    # the mean product tells apart what was exchanged
    scaled = (points - points.min(axis=0)) / (np.ptp(points, axis=0) + 1e-300)
    return [*found, _to_steps(1)(float(np.mean(np.prod(scaled, axis=1))))]


# --- drawings that several notebooks use -----------------------------------


def digits(images, titles=None, columns=10, size=0.7, **options):
    """Draw images of digits in a grid; return the figure.

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
    """
    images = np.asarray(images)
    side = math.isqrt(images[0].size)
    images = images.reshape(-1, side, side)
    columns = min(columns, len(images))
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


def learning_curves(history, ax, key, label):
    """Draw a quantity against the epoch, for each sample in the history.

    Keys of `history` are such as "training loss": those that end in `key` are
    drawn, in the sample's colour; `label` is the vertical axis's, with unit.
    """
    own = {
        name.split(" ")[0]: values
        for name, values in history.items()
        if name.partition(" ")[2] == key
    }
    for sample, values in own.items():
        epochs = np.arange(1, len(values) + 1)
        ax.plot(epochs, values, label=sample, **STYLE[sample])
    ax.set(xlabel="epoch", ylabel=label)
    ax.xaxis.get_major_locator().set_params(integer=True)  # no half epochs
    ax.legend()


def matrix(ax, values, texts, dark, **options):
    """Draw a matrix as a map with a text in each field; return the image.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    values : ndarray (rows, columns)
        NaN is left white.
    texts : sequence of sequence of str
        As many; "" where nothing is written.
    dark : float
        Below it a field is dark, and its text white.
    **options
        Passed on to `imshow`: vmin, vmax, origin, aspect.
    """
    image = ax.imshow(values, cmap=AMOUNTS, **options)
    for (row, column), value in np.ndenumerate(values):
        ax.text(
            column, row, texts[row][column], ha="center", va="center",
            fontsize=8, color="white" if value < dark else "black",
        )
    return image


def points(ax, x, y, names=("class 0", "class 1"), size=9):
    """Draw points x (D, 2), a colour and a marker for each class y (D,)."""
    for k, name in enumerate(names):
        own = x[y == k]
        ax.scatter(
            own[:, 0], own[:, 1], s=size, color=CLASSES[k],
            marker=MARKERS[k], linewidth=0, alpha=0.7, label=name,
        )


