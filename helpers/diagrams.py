"""Schematic drawings that are no notebook's own: the map of the course."""

import textwrap
from collections import Counter

from matplotlib.patches import FancyBboxPatch

from helpers import plotting

CENTRED = {"ha": "center", "va": "center"}


def course_map(notebooks):
    """Draw notebooks with their questions, a row for each part; the figure.

    `notebooks` are dicts with "number", "part" and "question", as
    `exercises.source.facts` gives them.
    """
    parts = list(dict.fromkeys(known["part"] for known in notebooks))
    longest = max(Counter(known["part"] for known in notebooks).values())
    fig, ax = plotting.figure(height=1.1 * len(parts))
    ax.set(xlim=(-0.35, longest), ylim=(0.5 - len(parts), 0.5))
    ax.axis("off")
    columns = dict.fromkeys(parts, 0)
    for known in notebooks:
        row, column = parts.index(known["part"]), columns[known["part"]]
        if not column:
            ax.text(-0.3, -row, known["part"], rotation=90, **CENTRED)
        columns[known["part"]] += 1
        ax.add_patch(FancyBboxPatch(
            (column, -row - 0.35), 0.82, 0.7, "round,pad=0,rounding_size=0.05",
            facecolor="white", linewidth=1.5,
            edgecolor=plotting.OTHERS[row % len(plotting.OTHERS)]))
        words = textwrap.fill(known["question"], max(14, 78 // longest - 4))
        ax.text(column + 0.41, -row, f"{known['number']}\n{words}",
                fontsize=8, bbox={"color": "white", "pad": 0}, **CENTRED)
        if column:  # the next row begins on the left, as in a text
            ax.annotate("", (column, -row), (column - 0.18, -row),
                        arrowprops={"arrowstyle": "->", "shrinkA": 1,
                                    "shrinkB": 1, "color": plotting.GREY})
    return fig
