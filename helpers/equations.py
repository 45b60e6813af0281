"""The ledger of the lecture's equations: stated, computed, compared.

A notebook states an equation under its ID and calls `verify_equation` in a
cell tagged `equation-ID`; `ledger` reads the stored notebooks and gives the
table that `docs/equations.md` shows.
"""

import numpy as np

from helpers import expect

# ID: (the equation in the lecture's notation, as LaTeX; what it says)
EQUATIONS = {
    "F1": (
        r"a_n^L = h\left(\sum_i w_{in}^L a_i^{L-1} + b_n^L\right)",
        "one neuron",
    ),
    "F2": (
        r"z_n^L = \sum_i w_{in}^L a_i^{L-1} + b_n^L,\quad a_n^L = h(z_n^L)",
        "one neuron in two steps",
    ),
    "F3": (
        r"z^L = (W^L)^T a^{L-1} + b^L,\quad a^L = h(z^L)",
        "a whole layer; x in place of a for L = 0",
    ),
    "F4": (
        r"f(x) = \max(0, x),\quad f'(x) = 0\ (x<0),\ 1\ (x>0)",
        "ReLU and its derivative",
    ),
    "F5": (
        r"\sigma(z)_j = e^{z_j} / \sum_i e^{z_i}",
        "softmax, a discrete probability law",
    ),
    "F6": (
        r"\text{class} = \operatorname{argmax}_n\, a_n^H",
        "prediction: the likeliest class",
    ),
    "B1": (
        r"R_D(f) = \frac{1}{D} \sum_{i=1}^{D} J(y_i, f(x_i))",
        "empirical risk",
    ),
    "B2": (r"J(p, q) = -\sum_x p(x) \ln q(x)", "cross-entropy"),
    "B3": (
        r"\frac{1}{D} \ln \prod_i q_\theta(X=i)^{D\,p(X=i)} = -J(p, q)",
        "greatest likelihood is least cross-entropy",
    ),
    "B4": (
        r"J(y, a^H) = -\sum_n y_n \ln a_n^H",
        "cross-entropy of one sample",
    ),
    "B5": (
        r"W^L \leftarrow W^L - \frac{\lambda}{D} \sum_i"
        r" \frac{\partial J_i}{\partial W^L}",
        "gradient descent on the weights",
    ),
    "B6": (
        r"b^L \leftarrow b^L - \frac{\lambda}{D} \sum_i"
        r" \frac{\partial J_i}{\partial b^L}",
        "gradient descent on the biases",
    ),
    "B7": (
        r"\frac{\partial J}{\partial W^L} = a^{L-1} (\delta^L)^T",
        "gradient of the weights; x in place of a for L = 0",
    ),
    "B8": (
        r"\frac{\partial J}{\partial b^L} = \delta^L",
        "gradient of the biases",
    ),
    "B9": (
        r"\frac{\partial J}{\partial a_n^H} = -\frac{y_n}{a_n^H}",
        "derivative of the cross-entropy",
    ),
    "B10": (
        r"\frac{\partial a_n^H}{\partial z_n^H} = a_n^H (1 - a_n^H),\quad"
        r" \frac{\partial a_i^H}{\partial z_n^H} = -a_i^H a_n^H\ (i \neq n)",
        "derivatives of softmax",
    ),
    "B11": (r"\delta^H = a^H - y", "where backpropagation starts"),
    "B12": (
        r"\frac{\partial z_m^{L+1}}{\partial z_n^L}"
        r" = w_{nm}^{L+1} h'(z_n^L)",
        "from one layer to the next",
    ),
    "B13": (
        r"\delta^L = h'(z^L) \odot W^{L+1} \delta^{L+1}",
        "the recursion of backpropagation",
    ),
    "B14": (
        r"W, b \to z^L, a^L \to \delta^H, \dots, \delta^0 \to"
        r" \partial J/\partial W^L, \partial J/\partial b^L \to W, b",
        "the whole algorithm, repeated",
    ),
    "S1": (
        r"a_i^0 = \mathrm{ReLU}((W^0)^T x_i + b^0),\quad"
        r" a_i^1 = \mathrm{softmax}((W^1)^T a_i^0 + b^1)",
        "single hidden layer: forward",
    ),
    "S2": (
        r"\delta_i^1 = a_i^1 - y_i,\quad \frac{\partial J_i}{\partial W^1}"
        r" = a_i^0 (\delta_i^1)^T,\quad"
        r" \frac{\partial J_i}{\partial b^1} = \delta_i^1",
        "single hidden layer: output gradients",
    ),
    "S3": (
        r"\delta_i^0 = h'(z_i^0) \odot W^1 \delta_i^1,\quad"
        r" \frac{\partial J_i}{\partial W^0} = x_i (\delta_i^0)^T,\quad"
        r" \frac{\partial J_i}{\partial b^0} = \delta_i^0",
        "single hidden layer: hidden gradients",
    ),
    "S4": (
        r"\theta \leftarrow \theta - \frac{\lambda}{D} \sum_{i=1}^{D}"
        r" \frac{\partial J_i}{\partial \theta},\quad"
        r" \theta = W^1, b^1, W^0, b^0",
        "single hidden layer: update",
    ),
    "O1": (
        r"\{(x_i, y_i)\} = \text{training} \cup \text{test},\quad"
        r" \text{training} \cap \text{test} = \emptyset",
        "one sample updates the weights, the other measures",
    ),
    "O2": (
        r"\text{accuracy}_\text{training} > \text{accuracy}_\text{test}",
        "the training accuracy is not the honest one",
    ),
    "O3": (
        r"\{(x_i, y_i)\}\ \text{covers the distribution of}\ (X, Y)",
        "the training sample has to be representative",
    ),
}


def verify_equation(name, left, right, wrong, without, tolerance=1e-12):
    """Compare the two sides of an equation; refuse a wrong version of it.

    Shows a line that is the same on every machine; the errors found go into
    the output's metadata, for the ledger.

    Parameters
    ----------
    name : str
        The equation's ID, such as "F3".
    left, right : array_like
        The two sides, computed independently, on non-zero values.
    wrong : array_like
        What `right` becomes in a deliberately wrong version.
    without : str
        What is wrong with that version: "without the bias".
    tolerance : float
        Largest difference allowed, relative to the largest value.

    Raises
    ------
    AssertionError
        If the sides differ, or if the wrong version is not told apart.
    TypeError, ValueError
        If the ID is unknown, a shape differs, or the values are zero.
    """
    if name not in list(EQUATIONS):
        got = expect.got(name)
        raise ValueError(f"name: expected an ID such as F3, got {got}")
    expect.text("without", without)
    tolerance = expect.number("tolerance", tolerance, above=0)
    left = expect.array(f"left side of {name}", left, None, "biuf")
    left = left.astype(float)
    if not np.any(left):
        raise ValueError(f"{name}: expected values that are not all 0")
    error = _difference(name, left, right)
    expect.array(f"wrong version of {name}", wrong, None, "biuf")
    wrong_error = _difference(name, left, wrong)
    if not error <= tolerance:
        raise AssertionError(f"{name} does not hold: they differ by {error}")
    if not wrong_error > 1000 * tolerance:
        raise AssertionError(
            f"{name}: the check would not notice it {without}"
        )
    _show(
        f"{name} holds: both sides agree to {tolerance:.0e} "
        f"({left.size:,} value{'s' if left.size > 1 else ''}); "
        f"{without} they do not.",
        {"id": name, "error": error, "wrong_error": wrong_error},
    )


def ledger(notebooks):
    """Return the rows of the ledger from stored notebooks.

    Parameters
    ----------
    notebooks : dict of str to nbformat.NotebookNode
        By name, such as "02_forward_propagation".

    Returns
    -------
    list of dict
        Keys id, notebook, cell (execution count), error, wrong_error; an
        equation that is checked twice has two rows.

    Raises
    ------
    TypeError, ValueError
        If a notebook is none, or names an equation that is not the lecture's.
    """
    rows = []
    for name, notebook in expect.mapping("notebooks", notebooks).items():
        expect.notebook(f"notebooks[{name}]", notebook)
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                found = output.get("metadata", {}).get("equation")
                if found:
                    expect.choice(f"ID in {name}", found["id"], EQUATIONS)
                    count = cell.execution_count
                    rows.append({"notebook": name, "cell": count, **found})
    order = list(EQUATIONS)
    return sorted(rows, key=lambda row: order.index(row["id"]))


def _difference(name, left, right):
    right = expect.array(f"right side of {name}", right, None, "biuf", False)
    if right.shape != left.shape:
        raise ValueError(
            f"{name}: expected two sides of one shape, got {left.shape} and "
            f"{right.shape}"
        )
    return float(np.max(np.abs(left - right)) / np.max(np.abs(left)))


def _show(text, facts):
    from IPython.display import display

    display({"text/plain": text}, raw=True, metadata={"equation": facts})
