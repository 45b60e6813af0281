"""Schematic drawings that are no notebook's own: the map of the course."""

import textwrap
from collections import Counter

from helpers import plotting

CENTRED = {"ha": "center", "va": "center"}


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
        look = {"arrowstyle": "->", "color": plotting.GREY, "shrinkA": 3,
                "shrinkB": 3, "patchA": start.get_bbox_patch(),
                "patchB": end.get_bbox_patch()}
        ax.annotate("", end.get_position(), start.get_position(),
                    arrowprops=look)
    return fig
