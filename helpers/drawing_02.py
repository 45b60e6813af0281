"""The network of notebook 02 as a drawing, with the slides' names on it."""

import numpy as np

from helpers import expect, plotting

X, HIDDEN, OUTPUT = 0.0, 4.0, 8.0  # where the three columns stand
SHOWN = {X: 3, HIDDEN: 3, OUTPUT: 3}  # circles drawn, of many
COLOURS = {X: "#DDDDDD", HIDDEN: "#CFE6F5", OUTPUT: "#FBE3C8"}
RADIUS = 0.36


def network_diagram(M, N, K):
    """Draw the network M-N-K and write on it what everything is called.

    Parameters
    ----------
    M, N, K : int
        Numbers of input values, hidden neurons and output neurons.

    Returns
    -------
    matplotlib.figure.Figure
    """
    for letter, size in (("M", M), ("N", N), ("K", K)):
        expect.integer(letter, size, least=3)
    fig, ax = plotting.figure(height=4.2)
    _links(ax, X, HIDDEN)
    _links(ax, HIDDEN, OUTPUT)
    _column(ax, X, ["$x_0$", "$x_1$", f"$x_{{{M - 1}}}$"])
    _column(ax, HIDDEN, ["0", "1", str(N - 1)], layer=0)
    _column(ax, OUTPUT, ["0", "1", str(K - 1)], layer=1)
    _label_link(ax, X, HIDDEN, (1, 0), "$w_{10}^0$")
    _label_link(ax, HIDDEN, OUTPUT, (1, 0), "$w_{10}^1$")
    _names(ax, X, "input", f"$x$\n{M} values")
    _names(ax, HIDDEN, "layer $L = 0$", f"$z^0,\\ a^0$\n{N} neurons")
    _names(
        ax, OUTPUT, "layer $L = H = 1$", f"$z^1,\\ a^1$\n{K} neurons"
    )
    _between(ax, X, HIDDEN, f"$W^0$: {M} x {N}\n$b^0$: {N}")
    _between(ax, HIDDEN, OUTPUT, f"$W^1$: {N} x {K}\n$b^1$: {K}")
    ax.set(xlim=(-1.0, 9.3), ylim=(-3.1, 2.9), aspect="equal")
    ax.set_title(f"The network {M}-{N}-{K}: layer 0 is the first hidden layer")
    ax.axis("off")
    return fig


def _heights(column):
    """Return where the circles of a column are; the last stands apart."""
    places = np.arange(SHOWN[column], dtype=float)
    places[-1] += 0.5
    return 1.15 * (places[-1] / 2 - places)


def _links(ax, left, right):
    for y in _heights(left):
        for other in _heights(right):
            ax.plot(
                [left, right], [y, other], color="#BBBBBB", lw=0.6,
                zorder=1,
            )


def _column(ax, x, texts, layer=None):
    """Draw circles, what is in them and, on neurons, the arrow of the bias."""
    from matplotlib.patches import Circle

    heights = _heights(x)
    for y, text in zip(heights, texts):
        ax.add_patch(
            Circle((x, y), RADIUS, facecolor=COLOURS[x], edgecolor="black",
                   zorder=2)
        )
        if layer is not None:
            _bias(ax, x, y, f"$b_{{{text}}}^{layer}$")
            text = f"$a_{{{text}}}^{layer}$"
        ax.text(x, y, text, ha="center", va="center", fontsize=9, zorder=3)
    gap = (heights[-1] + heights[-2]) / 2
    for shift in (-0.12, 0.0, 0.12):
        ax.plot(x, gap + shift, ".", color="black", markersize=2.5)


def _bias(ax, x, y, text):
    """Draw a short arrow into a neuron from above, with the bias's name."""
    near, far = RADIUS * 0.72, RADIUS * 1.55
    ax.annotate(
        "", (x + near, y + near), (x + far, y + far), zorder=3,
        arrowprops={"arrowstyle": "-|>", "color": plotting.VERMILION},
    )
    ax.text(
        x + far + 0.05, y + far, text, fontsize=8, va="center",
        color=plotting.VERMILION,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
    )


def _label_link(ax, left, right, ends, text):
    """Draw one link strongly and write its weight beside its middle."""
    start, end = _heights(left)[ends[0]], _heights(right)[ends[1]]
    ax.plot([left, right], [start, end], color=plotting.BLUE, lw=2, zorder=1)
    share = 0.55
    ax.text(
        left + share * (right - left), start + share * (end - start) + 0.12,
        text, color=plotting.BLUE, ha="center", va="center", fontsize=10,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )


def _names(ax, x, above, below):
    ax.text(x, 2.6, above, ha="center", va="center", weight="bold")
    ax.text(x, -2.5, below, ha="center", va="center")


def _between(ax, left, right, text):
    ax.text(
        (left + right) / 2, -2.5, text, ha="center", va="center",
        color=plotting.BLUE,
    )
