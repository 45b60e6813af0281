"""Pictures of notebook 03: landscape, chain of dependences, boundary."""

import numpy as np

from helpers import expect, plotting

WALK = {"color": plotting.VERMILION, "ms": 3.5}  # a path of descent
PLANE = (-1.6, 2.6, -1.1, 1.6)  # of the moons: x1 from, to, x2 from, to


def contours(ax, w, b, risk):
    """Draw the risk over weight and bias as contour lines.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    w, b : ndarray (n,), (k,)
        The grid's axes.
    risk : ndarray (k, n)
        The empirical risk on the grid, in nats.
    """
    expect.axes("ax", ax)
    w, b = expect.array("w", w, ("n",)), expect.array("b", b, ("k",))
    if min(len(w), len(b)) < 2:
        raise ValueError("w, b: expected at least 2 values each")
    risk = expect.array("risk", risk, (len(b), len(w)))
    low = float(np.min(risk))
    levels = low + 0.012 * 1.75 ** np.arange(10)
    ax.contour(w, b, risk, levels, cmap=plotting.AMOUNTS, linewidths=1)
    row, column = np.unravel_index(np.argmin(risk), risk.shape)
    ax.plot(w[column], b[row], "x", color=plotting.BLACK, ms=8, mew=2)


def path(ax, positions):
    """Draw a walk (steps + 1, 2) over the landscape, its start as a square."""
    view = expect.axes("ax", ax).axis()
    positions = expect.array("positions", positions, ("n", 2), finite=False)
    ax.plot(*positions.T, "o-", lw=1, **WALK)
    ax.plot(*positions[0], "s", color=plotting.BLACK, ms=6)
    ax.axis(view)


def regions(ax, probability, plane=PLANE, points=120):
    """Colour the plane by the probability of class 1.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    probability : callable
        probability(x) of rows x (D, 2) gives an array (D,).
    plane : tuple of float
        From and to of the first, then of the second variable.
    points : int
        Of the grid, along each side.
    """
    expect.axes("ax", ax)
    expect.box("plane", plane)
    expect.integer("points", points, least=2, most=5000)
    x1 = np.linspace(*plane[:2], points)
    x2 = np.linspace(*plane[2:], points)
    grid = np.stack(np.meshgrid(x1, x2), axis=-1).reshape(-1, 2)
    values = expect.function("probability", probability)(grid)
    values = expect.array("probability(x)", values, (len(grid),))
    if values.min() < 0 or values.max() > 1 + 1e-6:
        raise ValueError(
            "probability(x): expected values from 0 to 1, got "
            f"{values.min():.4g} to {values.max():.4g}"
        )
    values = values.reshape(points, points)
    ax.contourf(
        x1, x2, values, [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0000001],
        cmap=plotting.SIGNED, vmin=-0.9, vmax=1.9,
    )
    ax.contour(x1, x2, values, [0.5], colors=plotting.BLACK, linewidths=1.5)


def points(ax, x, k):
    """Draw points x (D, 2) in the colours and markers of their classes k."""
    expect.axes("ax", ax)
    x = expect.array("x", x, ("D", 2), empty=True)
    k = expect.labels("k", k, len(x), 2)
    for label, marker in ((0, "o"), (1, "^")):
        rows = x[k == label]
        ax.plot(
            rows[:, 0], rows[:, 1], marker, ms=3.5, mew=0.4,
            color=plotting.CLASSES[label], mec="white",
        )


def frame(ax, plane):
    """Draw a dashed frame; plane as in `regions`."""
    expect.axes("ax", ax)
    left, right, low, high = expect.box("plane", plane)
    ax.plot(
        [left, right, right, left, left], [low, low, high, high, low],
        "--", color=plotting.BLACK, lw=1.2,
    )


def chain():
    """Draw how z_n of layer L acts on the loss, and how delta comes back.

    Returns
    -------
    matplotlib.figure.Figure
    """
    fig, ax = plotting.figure(height=3.3)
    ax.set(xlim=(0, 10), ylim=(-0.35, 4.3))
    ax.axis("off")
    z, a, loss = (0.8, 2.0), (3.0, 2.0), (9.3, 2.0)
    following = [(6.4, 3.6), (6.4, 2.0), (6.4, 0.4)]
    _arrow(ax, z, a, "$h$")
    for m, node in enumerate(following, start=1):
        _arrow(ax, a, node, f"$w_{{n{m}}}^{{L+1}}$")
        _arrow(ax, node, loss)
        _arrow(ax, loss, node, rf"$\delta_{m}^{{L+1}}$", back=True)
        _arrow(ax, node, a, back=True)
        _node(ax, node, f"$z_{m}^{{L+1}}$")
    _arrow(ax, a, z, r"$\delta_n^L$", back=True)
    for place, text in ((z, "$z_n^L$"), (a, "$a_n^L$"), (loss, "$J$")):
        _node(ax, place, text)
    ax.text(1.9, -0.25, "layer $L$", ha="center", va="center")
    ax.text(6.4, -0.25, "layer $L+1$", ha="center", va="center")
    ax.set_title("One argument, every way on to the loss, and back")
    return fig


def _node(ax, place, text):
    ax.plot(*place, "o", ms=32, mfc="white", mec=plotting.BLACK, mew=1.3)
    ax.text(*place, text, ha="center", va="center", fontsize=11)


def _arrow(ax, start, end, text="", back=False):
    """Draw an arrow between two nodes; the way back runs beside it."""
    start, end = np.array(start), np.array(end)
    along = (end - start) / np.linalg.norm(end - start)
    aside = 0.13 * np.array([-along[1], along[0]])
    colour = plotting.VERMILION if back else plotting.BLACK
    ax.annotate(
        "", end - 0.52 * along + aside, start + 0.52 * along + aside,
        arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.3},
    )
    if text:
        middle = (start + end) / 2 + 2.1 * aside
        ax.text(
            *middle, text, color=colour, ha="center", va="center",
            bbox={"fc": "white", "ec": "none", "pad": 0.6},
        )
