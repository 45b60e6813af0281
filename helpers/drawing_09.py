"""Drawings of notebook 09."""

import numpy as np

from helpers import plotting

# the networks of the comparison: the tool's colour, a marker of their own
LOOKS = {
    "NumPy full batch": {
        "color": plotting.GREEN, "linestyle": ":", "marker": "x",
    },
    "NumPy 128": plotting.STYLE["NumPy"],
    "NumPy 800": {
        "color": plotting.GREEN, "linestyle": "--", "marker": "s",
    },
    "Keras 128": plotting.STYLE["TensorFlow"],
    "Keras 256-128": {
        "color": plotting.PURPLE, "linestyle": "-", "marker": "o",
    },
    "sklearn 128": plotting.STYLE["scikit-learn"],
}


def plain_log(axis):
    """Give an axis a logarithmic scale with ticks as plain numbers.

    Parameters
    ----------
    axis : matplotlib.axis.Axis
        Such as `ax.xaxis`. Ticks are at 1, 2 and 5 times powers of ten.
    """
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    getattr(axis.axes, f"set_{axis.axis_name}scale")("log")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def calls(ax, seconds):
    """Draw the time of each call, with the median of all but the first.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    seconds : dict of str to sequence of float
        Network of `LOOKS` -> time of its first, second, ... call, in s.
    """
    for name, times in seconds.items():
        look = {**LOOKS[name], "linestyle": "", "markersize": 6}
        numbers = np.arange(1, len(times) + 1)
        ax.plot(numbers, 1000 * np.array(times), label=name, **look)
        ax.axhline(
            1000 * np.median(times[1:]), color=look["color"], lw=1,
            linestyle=LOOKS[name]["linestyle"],
        )
    ax.set(xlabel="call", xticks=numbers, ylabel="time of the call (ms)")
    plain_log(ax.yaxis)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=9)


def steps(ax, sizes, readings, crossing=None):
    """Draw the time of a training step against a size.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    sizes : sequence of int
    readings : dict of str to ndarray (rounds, sizes)
        Seconds of a step. Bars hold the middle half of the rounds; names
        that end in "products" are drawn as thin dotted lines.
    crossing : float, optional
        Where a vertical line is drawn.
    """
    for name, times in readings.items():
        tool = "NumPy" if name.startswith("NumPy") else "TensorFlow"
        look = dict(plotting.STYLE[tool])
        low, middle, high = 1000 * np.percentile(times, (25, 50, 75), axis=0)
        if name.endswith("products"):
            look.update(linestyle=":", marker="", linewidth=1.2)
            ax.plot(sizes, middle, label=name, **look)
            continue
        bars = middle - low, high - middle
        ax.errorbar(sizes, middle, bars, capsize=2, label=name, **look)
    if crossing:
        ax.axvline(crossing, color=plotting.GREY, lw=1)
    plain_log(ax.yaxis)
    ax.set(xscale="log")
    ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.xaxis.minorticks_off()


def countries(ax, milligrams, bars, labels, home):
    """Draw the emissions of one training on several countries' grids.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    milligrams, bars : sequence of float
        Emissions and their uncertainty, in mgCO2e.
    labels : sequence of str
        Countries, with the year of the figure.
    home : int
        Place of the country in which the training took place.
    """
    places = np.arange(len(labels))
    colours = [plotting.SKY] * len(labels)
    colours[home] = plotting.BLUE
    ax.barh(
        places, milligrams, xerr=bars, color=colours, height=0.7,
        error_kw={"capsize": 2, "lw": 1},
    )
    ax.set_yticks(places, labels)
    ax.set_xlabel("emissions of the training (mgCO2e)")


def against_cost(ax, points, kept, top):
    """Draw error against cost after each epoch, and the frontier.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    points : dict of (str, int) to tuple of float
        (network of `LOOKS`, epochs) -> (cost, its uncertainty, accuracy in
        %, its uncertainty).
    kept : sequence of (str, int)
        Those on the frontier, from the cheapest to the dearest.
    top : float
        Largest error shown, in %; of what lies above, the value is written
        at the upper edge.
    """
    for name in dict.fromkeys(name for name, _ in points):
        rows = [row for (own, _), row in points.items() if own == name]
        cost, cost_bar, accuracy, bar = np.transpose(rows)
        ax.errorbar(
            cost, 100 - accuracy, bar, cost_bar, label=name, capsize=2,
            elinewidth=0.8, **{**LOOKS[name], "linewidth": 1},
        )
        for at, error in zip(cost, 100 - accuracy):
            if error > top:
                ax.annotate(
                    f"{error:.0f} % ↑", (at, top), xytext=(0, -12),
                    textcoords="offset points", ha="center", fontsize=9,
                    color=LOOKS[name]["color"],
                )
    line = [points[key] for key in kept]
    ax.plot(
        [row[0] for row in line], [100 - row[2] for row in line],
        color=plotting.VERMILION, lw=5, alpha=0.3, zorder=0,
        drawstyle="steps-post", solid_joinstyle="round", label="frontier",
    )
    least = min(100 - row[2] - row[3] for row in points.values())
    plain_log(ax.xaxis)
    plain_log(ax.yaxis)
    ax.set(ylim=(0.93 * least, top), ylabel="validation error (%)")
    ticks = [tick for tick in (1, 2, 3, 4, 5, 6, 8, 10, 15, 20)
             if 0.93 * least <= tick <= top]
    ax.set_yticks(ticks, [str(tick) for tick in ticks])


def orders(ax, rows):
    """Draw energies as points on a logarithmic axis, a row each.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    rows : sequence of (str, float, float, str)
        Label, smallest and largest energy in kWh, colour.
    """
    for place, (_, low, high, colour) in enumerate(rows):
        ax.plot(
            [low, high], [place, place], color=colour, lw=7,
            solid_capstyle="butt",
        )
    ax.set_xscale("log")
    ax.set_yticks(range(len(rows)), [row[0] for row in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.grid(axis="x", color=plotting.GREY, alpha=0.3, lw=0.6)
    ax.set_xlabel("energy (kWh)")
