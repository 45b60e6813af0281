"""Pictures of notebook 06: pilots, the map width x depth, frontiers."""

import numpy as np

from helpers import expect, plotting

# the three activation functions, wherever they stand in one picture
H_STYLE = {
    "ReLU": {"color": plotting.BLACK, "linestyle": "-", "marker": "o"},
    "tanh": {"color": plotting.GREEN, "linestyle": "--", "marker": "s"},
    "sigmoid": {"color": plotting.PURPLE, "linestyle": ":", "marker": "^"},
}
MARKERS = "osD^vP"  # of depth 1, 2, ...


def shade(k, n):
    """Return the k-th of n colours from dark to light, none too light."""
    from matplotlib import colormaps

    expect.integer("k", k, least=0, most=expect.integer("n", n, least=1) - 1)
    return colormaps[plotting.AMOUNTS](0.9 * k / max(n - 1, 1))


def pilots(axes, found, rates, depths):
    """Draw accuracy against the learning rate, a line for each depth.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes
        One for each activation function.
    found : dict
        (depth, h) -> accuracies in %, nan where the training diverged.
    rates : dict of str to sequence of float
        The rates tried with each activation function.
    depths : sequence of int

    Returns
    -------
    int
        How many diverged trainings were drawn, as crosses at the bottom.
    """
    diverged = 0
    expect.mapping("found", found)
    depths = expect.sequence("depths", depths, least=1)
    axes = expect.sequence("axes", axes, length=len(_rates_of(rates)))
    for ax, (h, tried) in zip(axes, rates.items()):
        expect.axes("axes", ax)
        for k, depth in enumerate(depths):
            if (depth, h) not in found:
                continue
            own = f"found[{depth}, {h}]"
            values = found[depth, h]
            values = expect.array(own, values, (len(tried),), finite=False)
            colour, lost = shade(k, len(depths)), ~np.isfinite(values)
            ax.plot(
                tried, values, marker=MARKERS[k % 6], color=colour,
                label=str(depth),
            )
            lost_at = np.array(tried)[lost] * 1.08 ** (k - 2)
            ax.plot(lost_at, np.full(lost.sum(), 3), "x", color=colour, ms=8)
            diverged += int(lost.sum())
        ax.set(xscale="log", ylim=(0, 100), xlabel=r"learning rate $\lambda$")
        ax.set_xticks(tried, [f"{rate:g}" for rate in tried])
        ax.minorticks_off()
        ax.set_title(h)
    return diverged


def _rates_of(rates):
    """Return the learning rates of each function, checked, as they are."""
    for h, tried in expect.mapping("rates", rates).items():
        tried = expect.array(f"rates[{h}]", tried, ("n",))
        expect.number(f"rates[{h}]", tried.min(), above=0)
    return rates


def depth_curves(ax, found, equal, activations):
    """Draw accuracy against depth, a line for each activation function.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    found : dict
        (hidden, h) -> (mean, spread) of the accuracy, in %; what is not
        there is not drawn.
    equal : dict
        depth -> hidden, the tuple of hidden widths.
    activations : sequence of str
    """
    expect.axes("ax", ax)
    expect.mapping("found", found)
    expect.mapping("equal", equal)
    for k, h in enumerate(expect.sequence("activations", list(activations))):
        expect.choice("activations", h, H_STYLE)
        here = [H for H in equal if (equal[H], h) in found]
        values = [_pair(found, (equal[H], h)) for H in here]
        values = np.array(values).reshape(-1, 2)
        ax.errorbar(
            np.array(here) + 0.08 * (k - 1),  # so that bars do not overlap
            values[:, 0], values[:, 1], capsize=3, label=h, **H_STYLE[h],
        )
    ax.set(xlabel="hidden layers", xticks=list(equal))


def heat_map(ax, mean, spread, rows, columns, bottom):
    """Draw accuracies as a map, with mean and spread written in.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    mean, spread : ndarray (rows, columns)
        In %; nan where there is nothing.
    rows, columns : sequence
        Names.
    bottom : float
        Accuracies below it have the darkest colour.
    """
    expect.axes("ax", ax)
    rows, columns = (
        expect.sequence(name, names, least=1)
        for name, names in (("rows", rows), ("columns", columns))
    )
    shape = (len(rows), len(columns))
    mean = expect.array("mean", mean, shape, finite=False)
    spread = expect.array("spread", spread, shape, finite=False)
    bottom = expect.number("bottom", bottom)
    if not np.any(np.isfinite(mean)):
        raise ValueError("mean: expected a finite value, got none")
    top = float(np.nanmax(mean))
    image = ax.imshow(
        mean, cmap=plotting.AMOUNTS, vmin=bottom, vmax=top, aspect="auto",
        origin="lower",
    )
    for (r, c), value in np.ndenumerate(mean):
        if np.isfinite(value):
            light = value < (bottom + top) / 2
            ax.text(
                c, r, f"{value:.1f}\n± {spread[r, c]:.1f}", ha="center",
                va="center", fontsize=8, color="white" if light else "black",
            )
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.figure.colorbar(
        image, ax=ax, extend="min", label="validation accuracy (%)"
    )


def frontier(ax, cost, found, kept, names=()):
    """Draw accuracy against cost, and the frontier as a line.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    cost : dict
        network -> cost; a network is a tuple of hidden widths.
    found : dict
        network -> (mean, spread) of the accuracy, in %.
    kept : sequence of network
        Those on the frontier.
    names : sequence of network
        Those whose widths are written beside their points.
    """
    from matplotlib.ticker import NullFormatter

    expect.axes("ax", ax)
    for network, value in expect.mapping("cost", cost).items():
        name(network)
        expect.number(f"cost[{network}]", value, above=0)
        _pair(found, network)
    for own, networks in (("kept", kept), ("names", names)):
        for network in expect.sequence(own, networks):
            expect.choice(own, network, cost)
    depths = sorted({len(network) for network in cost})
    for k, depth in enumerate(depths):
        own = [network for network in cost if len(network) == depth]
        ax.errorbar(
            [cost[n] for n in own], [found[n][0] for n in own],
            [found[n][1] for n in own], linestyle="", capsize=0,
            elinewidth=0.8, marker=MARKERS[k % 6], label=str(depth),
            color=shade(k, len(depths)), alpha=0.85,
        )
    line = sorted(kept, key=cost.get)
    ax.plot(
        [cost[n] for n in line], [found[n][0] for n in line],
        color=plotting.VERMILION, lw=1.2, zorder=0, drawstyle="steps-post",
    )
    last = 0.0
    for network in sorted(names, key=cost.get):
        if cost[network] < 2.5 * last:
            continue  # no room beside the label before
        last = cost[network]
        ax.annotate(
            name(network), (cost[network], found[network][0]),
            xytext=(-4, 5), textcoords="offset points", fontsize=8,
            ha="right", color=plotting.VERMILION,
        )
    ax.set_xscale("log")
    ax.margins(x=0.1)
    ax.xaxis.set_minor_formatter(NullFormatter())
    best = max(found[network][0] for network in cost)
    _spread_the_top(ax, max(75.0, 100 - 0.6 * (100 - best)))


def _spread_the_top(ax, top, bottom=70.0):
    """Scale accuracies by the logarithm of what is missing to 100 %."""

    def up(values):
        return -np.log10(np.maximum(100 - np.asarray(values), 1e-3))

    def down(values):
        return 100 - 10.0 ** -np.asarray(values)

    ax.set_yscale("function", functions=(up, down))
    ticks = (70, 80, 85, 90, 92, 94, 95, 96, 97, 98, 99)
    ax.set_yticks([tick for tick in ticks if tick <= top])
    ax.set_ylim(bottom, top)


def name(network):
    """Return a network's hidden widths in short: "64", "3 x 100", "9-5"."""
    widths = expect.sequence("network", network, least=1)
    widths = [expect.integer("network", width, least=1) for width in widths]
    if len(widths) == 1 or len(set(widths)) > 1:
        return "-".join(map(str, widths))
    return f"{len(widths)} x {widths[0]}"


def _pair(found, key):
    """Return mean and spread of a key, checked; the spread may be NaN."""
    if key not in expect.mapping("found", found):
        raise ValueError(f"found: expected an entry for {key}, got none")
    return expect.array(f"found[{key}]", found[key], (2,), finite=False)
