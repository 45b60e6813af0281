"""Drawings of notebook 08."""

import numpy as np

from helpers import expect, plotting

# networks that the last sections compare: colour, line style, marker
NETWORKS = {
    "fair": {"color": plotting.SKY, "hatch": ""},
    "marked": {"color": plotting.VERMILION, "hatch": "//"},
}


def band(ax, x, rows, label, style):
    """Draw the mean over seeds as a line, one standard deviation as a band.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    x : array_like (n,)
        The horizontal axis.
    rows : array_like (seeds, n)
        One row for each seed; with a single one there is no band.
    label : str
        For the legend.
    style : dict
        Colour, line style and marker, as in `plotting.STYLE`; the marker is
        not drawn.
    """
    expect.axes("ax", ax)
    x = expect.array("x", x, ("n",))
    rows = expect.array("rows", rows, ("seeds", len(x)), finite=False)
    rows, style = rows.astype(float), _coloured(style)
    mean = rows.mean(axis=0)
    line = {**style, "marker": ""}
    ax.plot(x, mean, label=label, **line)
    if len(rows) > 1:
        spread = rows.std(axis=0, ddof=1)
        ax.fill_between(
            x, mean - spread, mean + spread, color=style["color"],
            alpha=0.25, linewidth=0,
        )


def dots(ax, y, values, style):
    """Draw each seed as a small dot, their mean and spread as a bar.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    y : float
        Height of the row.
    values : sequence of float
        One for each seed.
    style : dict
        With the key color.
    """
    expect.axes("ax", ax)
    y, style = expect.number("y", y), _coloured(style)
    values = expect.sequence("values", values)
    values = expect.array("values", values, ("n",), finite=False, empty=True)
    values = values.astype(float)
    ax.plot(
        values, np.full(values.size, y), ".", color=style["color"],
        alpha=0.5, markersize=6,
    )
    if values.size > 1:
        ax.errorbar(
            values.mean(), y + 0.22, xerr=values.std(ddof=1), capsize=3,
            color=style["color"], marker=style.get("marker", "o"),
        )


def _coloured(style):
    """Return a style, which has a colour, or raise."""
    if "color" not in expect.mapping("style", style):
        raise ValueError(f"style: expected the key 'color', got {style}")
    return style


def three_test_sets(fractions, thumbnails, titles, labels):
    """Draw what two networks make of three test sets.

    Parameters
    ----------
    fractions : list of dict
        One for each test set: network name ("fair", "marked") -> array
        (seeds, bars) in percent.
    thumbnails : ndarray (3, 784)
        An image from each set, drawn above its bars.
    titles, labels : sequence of str
        Above each set; below each bar.

    Returns
    -------
    matplotlib.figure.Figure
    """
    fractions = expect.sequence("fractions", fractions, length=3)
    thumbnails = expect.array("thumbnails", thumbnails, (3, 784))
    titles = expect.sequence("titles", titles, length=3)
    labels = expect.sequence("labels", labels, least=1)
    for sample in fractions:
        for network, values in expect.mapping("fractions", sample).items():
            expect.choice("fractions", network, NETWORKS)
            expect.array("fractions", values, ("seeds", len(labels)))
    fig, axes = plotting.figure(
        2, 3, height=4.6, height_ratios=[1, 2.2], sharey="row"
    )
    names = {"fair": "trained without the mark", "marked": "with the mark"}
    for k, (ax, sample) in enumerate(zip(axes[1], fractions)):
        picture = axes[0, k]
        picture.imshow(
            thumbnails[k].reshape(28, 28), cmap="gray_r", vmin=0, vmax=1
        )
        picture.set(xticks=[], yticks=[])
        picture.spines[["top", "right"]].set_visible(True)
        picture.set_title(titles[k], loc="center", fontsize=10)
        for side, (network, values) in enumerate(sample.items()):
            values = np.asarray(values)
            spread = values.std(axis=0, ddof=1) if len(values) > 1 else None
            places = np.arange(values.shape[1]) + 0.4 * side - 0.2
            ax.bar(
                places, values.mean(axis=0), 0.38, yerr=spread,
                label=names[network], capsize=2, edgecolor="white",
                error_kw={"elinewidth": 1.2}, **NETWORKS[network],
            )
        ax.set_xticks(range(len(labels)), labels, fontsize=9)
        ax.set(ylim=(0, 105))
    axes[1, 0].set_ylabel("share (%)")
    handles, texts = axes[1, 0].get_legend_handles_labels()
    fig.legend(
        handles, texts, loc="outside lower center", ncols=2, fontsize=9
    )
    return fig


def gradient_maps(maps, images, titles, rows, label):
    """Draw gradients with respect to the input, a network in each row.

    Each row has a colour scale of its own, from -limit to limit; beyond the
    limit are three pixels in a thousand.

    Parameters
    ----------
    maps : ndarray (rows, columns, 784)
        What to colour, zero in the middle.
    images : list of (ndarray (784,) or None)
        The digit of each column, whose outline is drawn.
    titles, rows : sequence of str
        Above the columns; beside the rows.
    label : str
        Of the colour bar.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = expect.sequence("rows", rows, least=1)
    titles = expect.sequence("titles", titles, least=1)
    shape = (len(rows), len(titles), 784)
    maps = expect.array("maps", maps, shape)
    for image in expect.sequence("images", images, length=len(titles)):
        if image is not None:
            expect.array("images", image, (784,))
    fig, axes = plotting.figure(
        len(maps), len(titles), height=1.3 * len(maps) + 0.3, squeeze=False
    )
    for k, (line, name) in enumerate(zip(axes, rows)):
        limit = np.percentile(np.abs(maps[k]), 99.7)
        for j, ax in enumerate(line):
            picture = ax.imshow(
                maps[k][j].reshape(28, 28), cmap=plotting.SIGNED,
                vmin=-limit, vmax=limit,
            )
            if images[j] is not None:
                ax.contour(
                    images[j].reshape(28, 28), levels=[0.5],
                    colors=plotting.BLACK, linewidths=0.7,
                )
            ax.set(xticks=[], yticks=[])
            ax.spines[["top", "right"]].set_visible(True)
            if k == 0:
                ax.set_title(titles[j], loc="center", fontsize=9)
        line[0].set_ylabel(name, fontsize=9)
        fig.colorbar(picture, ax=line, label=label, extend="both")
    return fig
