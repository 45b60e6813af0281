"""Answers to the exercises of notebook 03."""


def _risk(line):
    return f"def mean_cross_entropy(y, a):\n    return {line}\n"


def _descend(body):
    lines = "\n".join("    " + line for line in body.strip().splitlines())
    return f"def descend(gradient, w, learning_rate, steps):\n{lines}\n"


SOFTMAX = """
def rows(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)
"""


def _output(line):
    return SOFTMAX + f"def output_delta(zH, y):\n    return {line}\n"


def _hidden(line):
    return (
        "def hidden_delta(z, W_next, delta_next, h_prime):\n"
        f"    return {line}\n"
    )


def _layer(dW="a_previous.T @ delta / D", db="np.sum(delta, axis=0) / D",
           end="return dW, db"):
    return f"""
def layer_gradients(a_previous, delta):
    D = len(delta)
    dW = {dW}
    db = {db}
    {end}
"""


RIGHT = {
    "A": "transpose",
    "B": "bias of one sample",
    "C": "softmax twice",
    "D": "1/D missing",
    "E": "gate always open",
    "F": "sign",
    "G": "too early",
    "H": "gate left out",
}


def _diagnosis(**changes):
    return f"def diagnose():\n    return {({**RIGHT, **changes})!r}\n"


CATALOGUE = {
    "3.1": {
        "names": ["mean_cross_entropy"],
        "wrong": [
            (_risk("np.mean(np.sum(y * np.log(a), axis=1))"), "minus sign"),
            (_risk("-np.sum(y * np.log(a))"), "sum over the samples"),
            (_risk("-np.mean(y * np.log(a))"), "all D * N entries"),
            (_risk("-np.sum(y * np.log(a), axis=1)"), "single samples"),
            (_risk("-np.mean(np.sum(y * np.log10(a), axis=1))"), "base 10"),
            (_risk("-np.mean(np.sum(y * np.log2(a), axis=1))"), "base 2"),
            (
                _risk(
                    "-np.mean(np.sum(y * np.log(a)"
                    " + (1 - y) * np.log(1 - a), axis=1))"
                ),
                "1 - y",
            ),
            (_risk("-np.mean(np.sum(a * np.log(a), axis=1))"), "entropy of"),
            (_risk("np.mean(np.sum((y - a) ** 2, axis=1))"), "squared"),
            (_risk("-np.mean(np.sum(a * np.log(y), axis=1))"), "NaN"),
            (_risk("None"), "return"),
            (_risk("-np.mean(y @ np.log(a))"), "ValueError", "error"),
        ],
        "right": [
            _risk("-np.mean(np.log(a[np.arange(len(y)), y.argmax(axis=1)]))"),
            _risk("-np.sum(y * np.log(a)) / len(y)"),
            _risk("np.float32(-np.mean(np.log(np.sum(y * a, axis=1))))"),
            "def mean_cross_entropy(y, a):\n"
            "    total = 0\n"
            "    for i in range(len(y)):\n"
            "        for n in range(len(y[i])):\n"
            "            total -= y[i][n] * math.log(a[i][n])\n"
            "    return total / len(y)\n",
        ],
    },
    "3.2": {
        "names": ["descend"],
        "wrong": [
            (
                _descend(
                    "p = [w]\nfor _ in range(steps):\n"
                    "    w = w + learning_rate * gradient(w)\n"
                    "    p.append(w)\nreturn np.array(p)"
                ),
                "uphill",
            ),
            (
                _descend(
                    "for _ in range(steps):\n"
                    "    w = w - learning_rate * gradient(w)\nreturn w"
                ),
                "last position alone",
            ),
            (
                _descend(
                    "p = []\nfor _ in range(steps):\n"
                    "    w = w - learning_rate * gradient(w)\n"
                    "    p.append(w)\nreturn np.array(p)"
                ),
                "start is missing",
            ),
            (
                _descend(
                    "p = [w]\nfor _ in range(steps - 1):\n"
                    "    w = w - learning_rate * gradient(w)\n"
                    "    p.append(w)\nreturn np.array(p)"
                ),
                "One step is missing",
            ),
            (
                _descend(
                    "p = [w]\nfor _ in range(steps + 1):\n"
                    "    w = w - learning_rate * gradient(w)\n"
                    "    p.append(w)\nreturn np.array(p)"
                ),
                "a step too many",
            ),
            (
                _descend(
                    "g = gradient(w)\np = [w]\nfor _ in range(steps):\n"
                    "    w = w - learning_rate * g\n"
                    "    p.append(w)\nreturn np.array(p)"
                ),
                "always taken at the start",
            ),
            (
                _descend(
                    "p = [w]\nfor _ in range(steps):\n"
                    "    w = w - gradient(w)\n"
                    "    p.append(w)\nreturn np.array(p)"
                ),
                "learning rate does not enter",
            ),
            (
                _descend(
                    "w = np.array(w, float)\np = [w]\n"
                    "for _ in range(steps):\n"
                    "    w -= learning_rate * gradient(w)\n"
                    "    p.append(w)\nreturn np.array(p)"
                ),
                "All positions are the same array",
            ),
            (
                _descend(
                    "p = [np.copy(w)]\nfor _ in range(steps):\n"
                    "    w -= learning_rate * gradient(w)\n"
                    "    p.append(np.copy(w))\nreturn np.array(p)"
                ),
                "changes its argument w",
            ),
            (
                _descend(
                    "p = [w]\nfor _ in range(steps):\n"
                    "    w = w - learning_rate * gradient(w)\n"
                    "    p.append(w)\nreturn np.array(p).T"
                ),
                "Rows and columns",
            ),
            (
                _descend(
                "if steps == 0:\n    return [w]\n"
                "step = w - learning_rate * gradient(w)\n"
                "return [w] + list(descend(gradient, step, learning_rate,"
                " steps - 1))"
            ),
                "np.array(...)",
            ),
            (
                _descend(
                "w = np.array(w, dtype=float)\np = [w.copy()]\n"
                "for _ in range(steps):\n"
                "    w -= learning_rate * gradient(w)\n"
                "    p.append(w.copy())\nreturn p"
            ),
                "np.array(...)",
            ),
            (
                _descend(
                "yield w\nfor _ in range(steps):\n"
                "    w = w - learning_rate * gradient(w)\n    yield w"
            ),
                "np.array(...)",
            ),
        ],
        "right": [
            _descend(
                "p = np.empty((steps + 1,) + np.shape(w))\np[0] = w\n"
                "for t in range(steps):\n"
                "    p[t + 1] = p[t] - learning_rate * gradient(p[t])\n"
                "return p"
            ),
            _descend(
                "p = [w]\nwhile len(p) <= steps:\n"
                "    p.append(p[-1] - learning_rate * gradient(p[-1]))\n"
                "return np.stack(p)"
            ),
        ],
    },
    "3.3": {
        "names": ["output_delta"],
        "wrong": [
            (_output("y - rows(zH)"), "y - a"),
            (_output("(rows(zH) - y) / len(y)"), "divided by D"),
            (
                _output("(rows(zH) - y) * rows(zH) * (1 - rows(zH))"),
                "a (1 - a)",
            ),
            (_output("zH - y"), "softmax is missing"),
            (
                _output("np.exp(zH - zH.max()) / np.sum(np.exp(zH - zH.max()))"
                        " - y"),
                "over all samples together",
            ),
            (_output("rows(zH.T).T - y"), "down the columns"),
            (_output("-y / rows(zH)"), "B9"),
            (_output("-y * (1 - rows(zH))"), "i = n"),
            (_output("np.mean(rows(zH) - y, axis=0)"), "averaged"),
            (_output("rows(zH)"), "y is not subtracted"),
            (
                _output("np.exp(zH) / np.exp(zH).sum(axis=1, keepdims=True)"
                        " - y"),
                "overflows",
            ),
            (
                _output("np.exp(zH) / np.sum(np.exp(zH), axis=1) - y"),
                "ValueError",
                "error",
            ),
            (
                _output("[list(a) for a in rows(zH) - y]"),
                "np.array(...)",
            ),
            (
                "def output_delta(zH, y):\n"
            "    found = []\n"
            "    for z, target in zip(zH, y):\n"
            "        top = max(z)\n"
            "        e = [math.exp(value - top) for value in z]\n"
            "        found.append([v / sum(e) - t for v, t in"
            " zip(e, target)])\n"
            "    return found\n",
                "np.array(...)",
            ),
        ],
        "right": [
            _output(
                "1 / np.sum(np.exp(zH[:, None, :] - zH[:, :, None]), axis=2)"
                " - y"
            ),
            "def output_delta(zH, y):\n"
            "    top = zH.max(axis=1)[:, None]\n"
            "    e = np.exp(zH - top)\n"
            "    return (e.T / e.sum(axis=1)).T - y",
        ],
    },
    "3.4": {
        "names": ["hidden_delta"],
        "wrong": [
            (_hidden("delta_next @ W_next.T"), "factor h'(z) is missing"),
            (
                _hidden("h_prime(z) * (delta_next @ W_next.T) / len(z)"),
                "divided by D",
            ),
            (
                _hidden(
                    "h_prime(z) * (delta_next @ (W_next"
                    " if W_next.shape[0] == W_next.shape[1] and len(z) > 1"
                    " else W_next.T))"
                ),
                "transpose of W_next is missing",
            ),
            (
                _hidden("h_prime(delta_next @ W_next.T)"),
                "at the wrong place",
            ),
            (_hidden("z * (delta_next @ W_next.T)"), "multiplies with z"),
            (
                _hidden("h_prime(z) + delta_next @ W_next.T"),
                "were added",
            ),
            (
                _hidden("h_prime(np.tanh(z)) * (delta_next @ W_next.T)"),
                "at the activation",
            ),
            (
                _hidden("-h_prime(z) * (delta_next @ W_next.T)"),
                "wrong way round",
            ),
            (
                _hidden("h_prime(z) * (W_next @ delta_next)"),
                "ValueError",
                "error",
            ),
            (
                _hidden(
                "[h_prime(z[i]) * (W_next @ delta_next[i])"
                " for i in range(len(z))]"
            ),
                "np.array(...)",
            ),
        ],
        "right": [
            _hidden("(W_next @ delta_next.T).T * h_prime(z)"),
            _hidden("np.einsum('nk,ik->in', W_next, delta_next) * h_prime(z)"),
        ],
    },
    "3.5": {
        "names": ["layer_gradients"],
        "wrong": [
            (_layer(dW="a_previous.T @ delta"), "dW is the sum"),
            (_layer(db="np.sum(delta, axis=0)"), "db is the sum"),
            (_layer(dW="delta.T @ a_previous / D"), "dW is transposed:"),
            (_layer(db="delta / D"), "db is not summed"),
            (_layer(db="delta[0] / D"), "db comes from the first sample"),
            (_layer(db="np.mean(delta)"), "np.mean needs"),
            (_layer(db="np.sum(delta) / D"), "np.sum needs"),
            (_layer(db="np.mean(delta, axis=1)"), "averaged over"),
            (
                _layer(db="np.sum(delta, axis=0, keepdims=True) / D"),
                "keepdims",
            ),
            (_layer(dW="a_previous.T @ delta / D**2"), "divided by D twice"),
            (_layer(dW="-a_previous.T @ delta / D"), "belongs to the update"),
            (_layer(end="return db, dW"), "dW first"),
            (_layer(end="return dW"), "two arrays"),
            (
                _layer(dW="a_previous.T @ delta / delta.shape[1]"),
                "number of neurons",
            ),
            (_layer(dW="a_previous @ delta / D"), "ValueError", "error"),
            (
                _layer(
                dW="(delta.T @ a_previous).T / D",
                db="np.ones(D) @ delta / D",
                end="return [dW.tolist(), db.tolist()]",
            ),
                "np.array(...)",
            ),
        ],
        "right": [
            _layer(
                dW="np.mean([np.outer(a, d) for a, d in"
                " zip(a_previous, delta)], axis=0)",
                db="delta.mean(axis=0)",
            ),
            _layer(
                dW="np.einsum('im,in->mn', a_previous, delta) / D",
                db="sum(delta) / D",
            ),
        ],
    },
    "3.6": {
        "names": ["diagnose"],
        "wrong": [
            (_diagnosis(A="gate left out"), "Suspect A"),
            (_diagnosis(B="1/D twice"), "Suspect B"),
            (_diagnosis(C="sign"), "Suspect C"),
            (_diagnosis(D="1/D twice"), "Suspect D"),
            (_diagnosis(E="gate left out"), "Suspect E"),
            (_diagnosis(F="softmax twice"), "Suspect F"),
            (_diagnosis(G="wrong activation"), "Suspect G"),
            (_diagnosis(H="gate always open"), "Suspect H"),
            (_diagnosis(C="a typing error"), "not in the list"),
            ("def diagnose():\n    return {'A': 'sign'}\n", "no diagnosis"),
            ("def diagnose():\n    return ['sign'] * 8\n", "dictionary"),
        ],
        "right": [
            _diagnosis(),
            "def diagnose():\n"
            f"    right = {RIGHT!r}\n"
            "    return {k.lower(): v.upper() for k, v in right.items()}\n",
            "def diagnose():\n"
            f"    return dict({list(RIGHT.items())!r}, right='nothing')\n",
        ],
    },
}
