"""Schematic drawings: a network, and the map of the course.

What data show is drawn in the notebooks themselves; here is what is too long
for a cell.
"""

import textwrap
from collections import Counter

from helpers import plotting
from helpers.plotting import BLUE, GREY, VERMILION

PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
CENTRED = {"ha": "center", "va": "center"}

# --- the network of notebook 02, with the slides' names on it ---------------

X, HIDDEN, OUTPUT = 0.0, 4.0, 8.0  # where the three columns stand
HEIGHTS = (1.4375, 0.2875, -1.4375)  # of three circles; the last is apart
COLOURS = {X: "#DDDDDD", HIDDEN: "#CFE6F5", OUTPUT: "#FBE3C8"}
RADIUS = 0.36


def network_diagram(M, N, K):
    """Draw the network M-N-K, with the slides' names on it; the figure."""
    fig, ax = plotting.figure(height=4.2)
    columns = (
        (X, ["$x_0$", "$x_1$", f"$x_{{{M - 1}}}$"], "input",
         f"$x$\n{M} values"),
        (HIDDEN, ["0", "1", str(N - 1)], "layer $L = 0$",
         f"$z^0,\\ a^0$\n{N} neurons"),
        (OUTPUT, ["0", "1", str(K - 1)], "layer $L = H = 1$",
         f"$z^1,\\ a^1$\n{K} neurons"),
    )
    for layer, (x, texts, above, below) in enumerate(columns, start=-1):
        _column(ax, x, texts, layer)
        ax.text(x, 2.6, above, weight="bold", **CENTRED)
        ax.text(x, -2.5, below, **CENTRED)
    for L, (left, sizes) in enumerate(((X, (M, N)), (HIDDEN, (N, K)))):
        right, middle = left + 4, left + 2
        for y in HEIGHTS:
            for other in HEIGHTS:
                ax.plot([left, right], [y, other], color="#BBBBBB", lw=0.6,
                        zorder=1)
        ends = HEIGHTS[1], HEIGHTS[0]
        ax.plot([left, right], ends, color=BLUE, lw=2, zorder=1)
        ax.text(left + 2.2, ends[0] + 0.55 * (ends[1] - ends[0]) + 0.12,
                f"$w_{{10}}^{L}$", color=BLUE, fontsize=10, **CENTRED,
                bbox={**PAPER, "pad": 1})
        ax.text(middle, -2.5, f"$W^{L}$: {sizes[0]} x {sizes[1]}\n"
                f"$b^{L}$: {sizes[1]}", color=BLUE, **CENTRED)
    ax.set(xlim=(-1.0, 9.3), ylim=(-3.1, 2.9), aspect="equal")
    ax.set_title(f"The network {M}-{N}-{K}: layer 0 is the first hidden layer")
    ax.axis("off")
    return fig


def _column(ax, x, texts, layer):
    """Draw circles, what is in them and, on neurons, the arrow of the bias."""
    from matplotlib.patches import Circle

    for y, text in zip(HEIGHTS, texts):
        ax.add_patch(Circle((x, y), RADIUS, facecolor=COLOURS[x],
                            edgecolor="black", zorder=2))
        if layer >= 0:
            near, far = RADIUS * 0.72, RADIUS * 1.55
            ax.annotate(
                "", (x + near, y + near), (x + far, y + far), zorder=3,
                arrowprops={"arrowstyle": "-|>", "color": VERMILION},
            )
            ax.text(x + far + 0.05, y + far, f"$b_{{{text}}}^{layer}$",
                    fontsize=8, va="center", color=VERMILION, bbox=PAPER)
            text = f"$a_{{{text}}}^{layer}$"
        ax.text(x, y, text, fontsize=9, zorder=3, **CENTRED)
    for shift in (-0.12, 0.0, 0.12):
        ax.plot(x, (HEIGHTS[1] + HEIGHTS[2]) / 2 + shift, ".", color="black",
                markersize=2.5)


# --- the map of the course ---------------------------------------------------


def course_map(notebooks):
    """Draw notebooks with their questions, a row for each part; the figure.

    `notebooks` are dicts with "number", "part" and "question", as
    `exercises.source.facts` gives them.
    """
    parts = list(dict.fromkeys(known["part"] for known in notebooks))
    longest = max(Counter(known["part"] for known in notebooks).values())
    fig, ax = plotting.figure(height=1.15 * len(parts))
    left = min(0, 1.5 - 0.5 * longest)
    ax.set(xlim=(left, 1.6 + 3.2 * longest), ylim=(0.3 - len(parts), 0.7))
    ax.axis("off")
    for row, part in enumerate(parts):
        ax.text(left, -row, part, va="center", weight="bold")
    boxes, columns = [], dict.fromkeys(parts, 0)
    for known in notebooks:
        row = parts.index(known["part"])
        words = textwrap.fill(known["question"], 21)
        box = {"boxstyle": "round,pad=0.4", "facecolor": "white",
               "edgecolor": plotting.OTHERS[row % len(plotting.OTHERS)]}
        x = 3.1 + 3.2 * columns[known["part"]]
        columns[known["part"]] += 1
        boxes.append(ax.text(x, -row, f"{known['number']}\n{words}",
                             fontsize=8, bbox=box, **CENTRED))
    for start, end in zip(boxes[:-1], boxes[1:]):
        look = {"arrowstyle": "->", "color": GREY, "shrinkA": 3, "shrinkB": 3,
                "patchA": start.get_bbox_patch(),
                "patchB": end.get_bbox_patch()}
        ax.annotate("", end.get_position(), start.get_position(),
                    arrowprops=look)
    return fig
