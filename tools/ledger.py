"""The ledger of the lecture's equations: docs/equations.md.

A notebook states an equation under its ID and calls `verify_equation`; the
ledger reads the stored notebooks and says where, and with which error. A
definition cannot fail, and a statement about data is no equation: of these
the ledger says where they are stated.
"""

import re

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

KINDS = {name: "a definition" for name in ("F1", "F2", "F5", "F6")}
KINDS.update({name: "a definition" for name in ("B1", "B2", "B4")})
KINDS.update({name: "about data" for name in ("O1", "O2", "O3")})


def states(text, name):
    """Does a Markdown text state an equation, as **B7** or with its tag?"""
    mark = rf"\\tag\{{{name}\}}|\*\*{name}\b"
    return re.search(mark, text) is not None


def stated_in(notebooks, name):
    """Return the notebooks that state an equation, in order."""
    return [
        stem for stem, notebook in notebooks.items()
        if any(cell.cell_type == "markdown" and states(cell.source, name)
               for cell in notebook.cells)
    ]


def rows(notebooks):
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
    """
    found = []
    for name, notebook in notebooks.items():
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                facts = output.get("metadata", {}).get("equation")
                if facts:
                    count = cell.execution_count
                    found.append({"notebook": name, "cell": count, **facts})
    order = list(EQUATIONS)
    return sorted(found, key=lambda row: order.index(row["id"]))


def page(notebooks):
    """Return docs/equations.md, made from the stored complete notebooks."""
    lines = [
        "# The lecture's equations, executed",
        "",
        "Each equation of the lecture, where a notebook states it and a cell "
        "computes both of its sides independently, and the largest relative "
        "difference found. The same cell computes a deliberately wrong "
        "version of the equation; its difference, in the last column, shows "
        "that the check can fail. A definition and a statement about data are "
        "no equations that could fail: the row says where they stand. This "
        "page is made by `python3 course.py build` from the stored notebooks.",
        "",
        "| ID | equation | says | notebook, cell | error | wrong version |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    found = rows(notebooks)
    for name in set(KINDS) - {row["id"] for row in found}:
        found += [{"id": name, "notebook": stem}
                  for stem in stated_in(notebooks, name)[:1]]
    order = list(EQUATIONS)
    for row in sorted(found, key=lambda row: order.index(row["id"])):
        formula, says = EQUATIONS[row["id"]]
        link = f"[{row['notebook'][:2]}](../notebooks/{row['notebook']}.ipynb)"
        if "cell" in row:
            link += f", {row['cell']}"
            errors = f"{row['error']:.0e} | {row['wrong_error']:.0e}"
        else:
            errors = f"{KINDS[row['id']]} | "
        lines.append(
            f"| {row['id']} | ${formula}$ | {says} | {link} | {errors} |"
        )
    return "\n".join(lines) + "\n"
