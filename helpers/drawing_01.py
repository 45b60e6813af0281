"""What notebook 01 draws: points, regions, and a tree as its cuts."""

import numpy as np

from helpers import expect, plotting

MARKERS = ("o", "s", "^")
GREY = plotting.GREY
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}


def points(ax, x, y, names=("class 0", "class 1"), size=9):
    """Draw points of the plane, a colour and a marker for each class.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    x : ndarray (D, 2)
        The points, one row each.
    y : ndarray (D,)
        Their classes, from 0.
    names : sequence of str
        Of the classes, for a legend.
    size : float
        Of a marker, in square points.
    """
    expect.axes("ax", ax)
    x = expect.array("x", x, ("D", 2))
    names = expect.sequence("names", names, least=1)
    expect.integer("names", len(names), most=len(MARKERS))
    y = expect.labels("y", y, len(x), len(names))
    size = expect.number("size", size, above=0)
    for k, name in enumerate(names):
        own = x[y == k]
        ax.scatter(
            own[:, 0], own[:, 1], s=size, color=plotting.CLASSES[k],
            marker=MARKERS[k], linewidth=0, alpha=0.7, label=name,
        )


def line(ax, w, c, **options):
    """Draw the straight line w . x = c inside the limits of the axes.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Its limits are kept.
    w : array_like (2,)
        Weights of the linear function.
    c : float
        Where it is cut.
    **options
        Passed on to `plot`.
    """
    limits = expect.axes("ax", ax).axis()
    w, c = expect.array("w", w, (2,)).astype(float), expect.number("c", c)
    if not w @ w > 0:
        raise ValueError(f"w: expected weights that are not all 0, got {w}")
    middle = np.array([limits[0] + limits[1], limits[2] + limits[3]]) / 2
    foot = middle + w * (c - w @ middle) / (w @ w)
    along = np.array([-w[1], w[0]]) / np.sqrt(w @ w)
    reach = np.hypot(limits[1] - limits[0], limits[3] - limits[2])
    ends = foot + np.outer([-reach, reach], along)
    options = {"color": plotting.BLACK, "linewidth": 1.5, **options}
    ax.plot(ends[:, 0], ends[:, 1], **options)
    ax.axis(limits)


def square(x, margin=0.05):
    """Return limits of a square that holds all points x (D, 2)."""
    x, margin = expect.array("x", x, ("D", 2)), expect.number("margin", margin)
    low, high = np.min(x, axis=0), np.max(x, axis=0)
    half = (0.5 + margin) * np.max(high - low)
    u, v = (low + high) / 2
    return u - half, u + half, v - half, v + half


def regions(ax, predict, limits, steps=240, colors=plotting.CLASSES):
    """Colour the plane by the class that a classifier gives to each point.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to; its limits are set.
    predict : callable
        predict(x) gives the classes (D,), from 0, of points (D, 2).
    limits : tuple of float
        Left, right, bottom, top.
    steps : int
        Points along each axis at which the classifier is asked.
    colors : sequence of str
        One for each class.
    """
    expect.axes("ax", ax)
    expect.box("limits", limits)
    expect.integer("steps", steps, least=2, most=5000)
    colors = expect.sequence("colors", colors, least=1)
    u = np.linspace(limits[0], limits[1], steps)
    v = np.linspace(limits[2], limits[3], steps)
    grid = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    classes = expect.function("predict", predict)(grid)
    classes = expect.labels("predict(x)", classes, len(grid), len(colors))
    classes = classes.reshape(steps, steps)
    ax.contourf(
        u, v, classes, levels=np.arange(len(colors) + 1) - 0.5,
        colors=colors, alpha=0.18,
    )
    ax.axis(limits)


def tree_cuts(tree):
    """Return the cuts of a decision tree, in the order of depth.

    Parameters
    ----------
    tree : sklearn.tree.DecisionTreeClassifier
        Fitted, on points of the plane.

    Returns
    -------
    dict of int to int
        Node of the tree -> number of its cut, from 1, level by level.

    Raises
    ------
    TypeError, ValueError
        If it is no such tree, not fitted, or not on points of the plane.
    """
    if not hasattr(tree, "get_n_leaves"):
        got = expect.got(tree)
        raise TypeError(f"tree: expected a decision tree, got {got}")
    if getattr(tree, "n_features_in_", None) != 2:
        raise ValueError(
            "tree: expected one fitted on points (D, 2), got "
            f"{getattr(tree, 'n_features_in_', 'none')} variables"
        )
    t, level, numbers = tree.tree_, [0], {}
    while level:
        below = []
        for node in level:
            if t.children_left[node] >= 0:
                numbers[node] = len(numbers) + 1
                below += [t.children_left[node], t.children_right[node]]
        level = below
    return numbers


def cuts_in_plane(ax, tree, limits):
    """Draw each cut of a tree where it acts, with its number.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    tree : sklearn.tree.DecisionTreeClassifier
        Fitted, on points of the plane.
    limits : tuple of float
        Left, right, bottom, top of the plane.
    """
    expect.axes("ax", ax)
    limits = expect.box("limits", limits)
    numbers = tree_cuts(tree)
    t = tree.tree_

    def draw(node, box):
        if node not in numbers:
            return
        variable, cut = t.feature[node], t.threshold[node]
        along = 2 - 2 * variable  # the other variable's entries in the box
        ends = box[along], box[along + 1]
        middle = (ends[0] + ends[1]) / 2
        if variable == 0:
            ax.plot([cut, cut], ends, color="black", linewidth=1.3)
            _number(ax, cut, middle, numbers[node])
        else:
            ax.plot(ends, [cut, cut], color="black", linewidth=1.3)
            _number(ax, middle, cut, numbers[node])
        low, high = list(box), list(box)
        low[2 * variable + 1] = high[2 * variable] = cut
        draw(t.children_left[node], low)
        draw(t.children_right[node], high)

    draw(0, list(limits))


def tree_diagram(ax, tree):
    """Draw a tree: its cuts as numbered nodes, its leaves with their content.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to; it is left without axis.
    tree : sklearn.tree.DecisionTreeClassifier
        Fitted, with the classes 0 and 1.
    """
    expect.axes("ax", ax)
    numbers = tree_cuts(tree)
    t = tree.tree_
    expect.integer("classes of the tree", t.value.shape[2], least=2, most=2)
    places = {}

    def place(node, depth, free):
        if node not in numbers:
            places[node] = (free, -depth)
            return free + 1
        left, right = t.children_left[node], t.children_right[node]
        free = place(left, depth + 1, free)
        free = place(right, depth + 1, free)
        places[node] = ((places[left][0] + places[right][0]) / 2, -depth)
        return free

    leaves = place(0, 0, 0)
    for node, (u, v) in places.items():
        if node in numbers:
            _branches(ax, t, node, places)
            _number(ax, u, v, numbers[node])
            words = f"$x_{t.feature[node] + 1}$ ≤ {t.threshold[node]:.2f}"
            ax.annotate(words, (u, v), (0, 10), textcoords="offset points",
                        ha="center", fontsize=8, bbox=PAPER)
        else:
            _leaf(ax, t, node, u, v)
    deepest = min(v for _, v in places.values())
    ax.set(xlim=(-0.6, leaves - 0.4), ylim=(deepest - 0.35, 0.35))
    ax.axis("off")


def _branches(ax, t, node, places):
    u, v = places[node]
    for child, word in (
        (t.children_left[node], "yes"), (t.children_right[node], "no")
    ):
        a, b = places[child]
        ax.plot([u, a], [v, b], color=GREY, linewidth=1, zorder=0)
        ax.text((u + a) / 2, (v + b) / 2, word, fontsize=7, ha="center",
                va="center", color="#555555", bbox=PAPER)


def _leaf(ax, t, node, u, v):
    shares = t.value[node][0]
    counts = np.rint(shares / shares.sum() * t.n_node_samples[node])
    k = int(np.argmax(counts))
    ax.scatter([u], [v], s=170, marker=MARKERS[k], linewidth=0,
               color=plotting.CLASSES[k])
    words = f"{counts[0]:.0f} : {counts[1]:.0f}"
    ax.annotate(words, (u, v), (0, -17), textcoords="offset points",
                ha="center", fontsize=8)


def _number(ax, u, v, number):
    ax.text(u, v, str(number), fontsize=7.5, ha="center", va="center",
            zorder=5, bbox={"boxstyle": "circle,pad=0.2",
                            "facecolor": "white", "edgecolor": "black"})


def pair_map(ax, shares):
    """Draw shares for all pairs of classes, with percent written in.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    shares : ndarray (K, K)
        The share of classes i and j at [i, j], i > j; from 0 to 0.5.
    """
    expect.axes("ax", ax)
    K = len(expect.array("shares", shares, ("K", "K"), finite=False))
    shares = expect.array("shares", shares, (K, K), finite=False)
    if K < 2:
        raise ValueError(f"shares: expected at least 2 classes, got {K}")
    image = ax.imshow(shares, cmap=plotting.AMOUNTS, vmin=0, vmax=0.5)
    for i in range(K):
        for j in range(i):
            ax.text(
                j, i, f"{100 * shares[i, j]:.0f}", ha="center", va="center",
                fontsize=8, color="white" if shares[i, j] < 0.3 else "black",
            )
    ax.figure.colorbar(image, ax=ax, label="share wrong")
    ax.set(xlabel="class", ylabel="class", xlim=(-0.5, K - 1.5),
           ylim=(K - 0.5, 0.5), xticks=range(K - 1), yticks=range(1, K))
