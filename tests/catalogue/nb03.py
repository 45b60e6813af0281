"""Answers to the exercises of notebook 03."""


def _risk(line):
    return f"def empirical_risk(y, a):\n    return {line}\n"


def _slopes(body):
    lines = "\n".join("    " + line for line in body.strip().splitlines())
    return f"def softmax_slopes(a):\n{lines}\n"


def _case(line):
    return _slopes(
        "s = np.zeros((len(a), len(a)))\n"
        "for i, n in np.ndindex(s.shape):\n"
        f"    s[i, n] = a[n] * (1 - a[n]) if i == n else {line}\n"
        "return s"
    )


NEEDS_PARTS = """
def hidden_delta(z, W_next, delta_next, h_prime):
    return h_prime(z) * (delta_next @ W_next.T)


def layer_gradients(a_previous, delta):
    D = len(delta)
    return a_previous.T @ delta / D, np.sum(delta, axis=0) / D
"""


def _backward(start="a[-1] - y", entered="a[L - 1] if L > 0 else x",
              step="hidden_delta(z[L - 1], p[f'W{L}'], delta, h_prime)",
              first="len(z) - 1", end="return found", scale=""):
    return f"""
def backward(x, y, z, a, p, h_prime):
    found, delta = {{}}, {start}
    for L in range({first}, -1, -1):
        dW, db = layer_gradients({entered}, delta)
        found[f'W{{L}}'], found[f'b{{L}}'] = dW{scale}, db{scale}
        if L > 0:
            delta = {step}
    {end}
"""


TOO_FAR_BACK = """
def backward(x, y, z, a, p, h_prime):
    found, delta = {}, a[-1] - y
    for L in range(len(z) - 1, -1, -1):
        if L > 0:
            delta = hidden_delta(z[L - 1], p[f'W{L}'], delta, h_prime)
        before = a[L - 1] if L > 0 else x
        found[f'W{L}'], found[f'b{L}'] = layer_gradients(before, delta)
    return found
"""


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
        "names": ["empirical_risk"],
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
            (_risk("-np.log(np.mean(np.sum(y * a, axis=1)))"), "of the mean"),
            (
                _risk("-np.mean(np.sum(a * np.log(y), axis=1))"),
                "logarithm of y",
            ),
            *((_risk(f"-np.mean(np.sum(a * np.log({safe}), axis=1))"),
               "p and q are exchanged")
              for safe in ("y + 1e-12", "np.clip(y, 1e-15, 1)")),
            (
                _risk("-np.sum(np.log(np.sum(y * a, axis=1))) / len(y[0])"),
                "number of classes",
            ),
            (_risk("-np.mean(np.sum(y * np.log(a), axis=1))"), "0 * ln 0"),
            (
                _risk("-np.mean(np.log(np.float32(np.sum(y * a, axis=1))))"),
                "all digits",
            ),
            *((_risk(f"-np.mean(np.sum(y * np.log({safe}), axis=1))"),
               "taken for a larger one")
              for safe in ("a + 1e-5", "a + 1e-12", "np.clip(a, 1e-15, 1)",
                           "np.clip(a, 1e-7, 1 - 1e-7)")),
            *((_risk(line), "axis 0")
              for line in ("-np.mean(np.log(np.sum(y * a, axis=0)))",
                           "-np.sum(y * np.log(a), axis=0)",
                           "-np.sum(y * np.log(a), axis=0) / len(y)")),
            (_risk("-np.mean(np.log(y * a))"), "or of y * a"),
            (_risk("np.mean(np.sum(y * a, axis=1))"), "logarithm of B4"),
            (
                _risk("-np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))"),
                "1 - y",
            ),
            (_risk("None"), "return"),
            (_risk("-np.mean(y @ np.log(a))"), "ValueError", "error"),
        ],
        "right": [
            _risk("-np.mean(np.log(a[np.arange(len(y)), y.argmax(axis=1)]))"),
            _risk("-np.sum(np.log(a[y == 1])) / len(y)"),
            _risk("np.mean(-np.log(np.sum(y * a, axis=1)))"),
            "def empirical_risk(y, a):\n"
            "    total = 0\n"
            "    for i in range(len(y)):\n"
            "        for n in range(len(y[i])):\n"
            "            if y[i][n] == 1:\n"
            "                total -= math.log(a[i][n])\n"
            "    return total / len(y)\n",
        ],
    },
    "3.2": {
        "names": ["softmax_slopes"],
        "wrong": [
            (_slopes("return np.diag(a * (1 - a))"), "is the one to derive"),
            (
                _slopes("s = np.outer(a, a)\n"
                        "np.fill_diagonal(s, a * (1 - a))\nreturn s"),
                "sign of the entries",
            ),
            (_slopes("return -np.outer(a, a)"), "rule for i != n"),
            (_slopes("return a * (1 - a)"), "diagonal alone"),
            (
                _slopes("return np.tile(a * (1 - a), (len(a), 1))"),
                "All entries of a column",
            ),
            (
                _slopes("return np.tile(a * (1 - a), (len(a), 1)).T"),
                "All entries of a row",
            ),
            (_slopes("return np.outer(a, 1 - a)"), "right for i = n alone"),
            (
                _slopes("e = np.exp(a) / np.exp(a).sum()\n"
                        "return np.diag(e) - np.outer(e, e)"),
                "once more",
            ),
            (_slopes("return np.outer(a, a) - np.diag(a)"), "all entries"),
            (
                _slopes("s = [[-a[i] * a[n] for n in range(3)]"
                        " for i in range(3)]\n"
                        "for n in range(3):\n"
                        "    s[n][n] = a[n] * (1 - a[n])\n"
                        "return np.array(s)"),
                "IndexError",
                "error",
            ),
            (
                _slopes("z = np.log(a)\nstep = 1e-6\n"
                        "def f(v):\n"
                        "    e = np.exp(v - v.max())\n"
                        "    return e / e.sum()\n"
                        "return np.array([(f(z + step * r) - f(z - step * r))"
                        " / (2 * step) for r in np.eye(len(a))]).T"),
                "all digits",
            ),
            (
                _slopes("return (np.diag(a) - np.outer(a, a)).tolist()"),
                "np.array(...)",
            ),
            (_slopes("return np.sum(a * (1 - a))"), "one number"),
            (_slopes("return np.diag(a) - a @ a.T"), "np.outer"),
            (
                _slopes("s = np.zeros((len(a), len(a))) - a @ a.T\n"
                        "np.fill_diagonal(s, a * (1 - a))\nreturn s"),
                "np.outer",
            ),
            (_slopes("return np.diag(a) - a * a"), "np.outer"),
            (_case("-a[n] * a[n]"), "One of them must be a_i"),
            (_case("-a[i] ** 2"), "One of them must be a_n"),
            (_case("-a[n] * (1 - a[n])"), "Column 0 adds up to"),
            (_case("-a[i] * (1 - a[n])"), "Column 2 adds up to"),
        ],
        "right": [
            _slopes("return np.diag(a) - np.outer(a, a)"),
            _slopes("return a[:, None] * (np.eye(len(a)) - a)"),
            _slopes("N = len(a)\ns = np.zeros((N, N))\n"
                    "for i in range(N):\n    for n in range(N):\n"
                    "        s[i, n] = a[n] * ((i == n) - a[i])\nreturn s"),
        ],
    },
    "3.3": {
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
                "samples are rows",
            ),
            (_hidden("h_prime(z) * (W_next @ delta_next.T)"), "Exchange the"),
            (_hidden("W_next @ delta_next.T"), "Exchange the"),
            (_hidden("W_next.T @ delta_next.T"), "wrong index of W_next"),
            (_hidden("delta_next * W_next.T"), "element by element (*)"),
            (
                _hidden("h_prime(z) * W_next * delta_next"),
                "element by element (*)",
            ),
            (_hidden("h_prime(z) * delta_next"), "W_next does not occur"),
            (
                _hidden("np.maximum(z, 0) * (delta_next @ W_next.T)"),
                "with h(z)",
            ),
            (
                _hidden("h_prime(z) * (W_next.T @ delta_next.T)"),
                "wrong index of W_next",
            ),
            (
                _hidden("h_prime(z) * (delta_next.T @ W_next)"),
                "sums over the samples",
            ),
            (
                _hidden("h_prime(z) * (delta_next.T @ W_next.T)"),
                "sums over the samples",
            ),
            (
                _hidden("h_prime(z) * (W_next.T @ delta_next)"),
                "one sample as a column",
            ),
            (
                _hidden("h_prime(z) * (delta_next @ W_next)"),
                "transpose of W_next is missing",
            ),
            (
                _hidden("(z > 0) * (delta_next @ W_next.T)"),
                "h_prime is given",
            ),
            (
                _hidden("h_prime(z) * np.float32(delta_next @ W_next.T)"),
                "all digits",
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
    "3.4": {
        "names": ["layer_gradients"],
        "wrong": [
            (_layer(dW="a_previous.T @ delta"), "dW is the sum"),
            (_layer(db="np.sum(delta, axis=0)"), "db is the sum"),
            (_layer(dW="delta.T @ a_previous / D"), "dW is transposed:"),
            (_layer(db="delta / D"), "db is not summed"),
            (_layer(db="delta[0] / D"), "db comes from the first sample"),
            (_layer(db="np.mean(delta)"), "np.mean needs"),
            (_layer(db="np.sum(delta) / D"), "np.sum needs"),
            (_layer(db="np.mean(delta, axis=1)"), "over the neurons"),
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
            (
                _layer(dW="a_previous.T @ delta / a_previous.shape[1]"),
                "number of inputs",
            ),
            (
                _layer(db="np.sum(delta, axis=0) / delta.shape[1]"),
                "db is divided by the number of neurons",
            ),
            (_layer(dW="a_previous @ delta / D"), "sum over the samples"),
            (_layer(dW="a_previous @ delta.T / D"), "sum over the samples"),
            (_layer(dW="delta @ a_previous.T / D"), "sum over the samples"),
            (_layer(dW="a_previous.T * delta / D"), "element by element (*)"),
            *((_layer(dW=f"np.outer({line})"), "product of two means")
              for line in ("a_previous.mean(0), delta.mean(0)",
                           "a_previous.mean(0), delta.sum(0)",
                           "a_previous.sum(0), delta.sum(0)")),
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
    "3.5": {
        "names": ["backward"],
        "needs": NEEDS_PARTS,
        "wrong": [
            (_backward(start="y - a[-1]"), "wrong way round"),
            (_backward(start="(a[-1] - y) / len(x)"), "divided by D twice"),
            (_backward(scale=" * len(x)"), "1/D is missing"),
            (
                _backward(start="h_prime(z[-1]) * (a[-1] - y)"),
                "output layer has no gate",
            ),
            (
                _backward(step="delta @ p[f'W{L}'].T"),
                "gates h'(z) of the hidden layers",
            ),
            (
                _backward(step="hidden_delta(a[L - 1], p[f'W{L}'], delta,"
                               " h_prime)"),
                "It takes z",
            ),
            (
                _backward(entered="z[L - 1] if L > 0 else x"),
                "not its z",
            ),
            (
                _backward(start="(a[-1] - y) * a[-1] * (1 - a[-1])"),
                "in a - y already",
            ),
            (_backward(start="-y * (1 - a[-1])"), "term i = n of the sum"),
            (_backward(start="-y / a[-1]"), "derivative of the loss"),
            (_backward(start="z[-1] - y"), "softmax comes first"),
            (_backward(entered="a[-2] if L > 0 else x"), "in every turn"),
            (_backward(scale="").replace("= dW, db", "= dW.T, db"),
             "weights are transposed"),
            (
                _backward().replace("layer_gradients(a[L - 1] if L > 0 else x"
                                    ", delta)",
                                    "layer_gradients(delta, a[L - 1] if L > 0"
                                    " else x)"),
                "exchanged arguments",
            ),
            (TOO_FAR_BACK, "take the gradients first"),
            (_backward(entered="a[L]"), "layer's own"),
            (
                _backward(entered="x if L == 0 else a[L]"),
                "the others use their own",
            ),
            (
                _backward(step="hidden_delta(z[L - 1], p[f'W{L - 1}'], delta,"
                               " h_prime)"),
                "matrix is that of the wrong layer",
            ),
            (_backward(entered="a[L - 1]"), "counts from the end"),
            (_backward(entered="x"), "x enters layer 0 alone"),
            (
                _backward(entered="a[0] if L > 0 else x"),
                "takes a[0] for all layers",
            ),
            (
                _backward().replace("if L > 0:", "if True:"),
                "One delta too many",
                "error",
            ),
            (
                _backward().replace("len(z) - 1, -1, -1", "len(z)"),
                "from the last layer down",
            ),
            (
                _backward(step="hidden_delta(z[L], p[f'W{L + 1}'], delta,"
                               " h_prime)")
                .replace("len(z) - 1, -1, -1", "len(z)")
                .replace("if L > 0:", "if L + 1 < len(z):"),
                "from the last layer down",
            ),
            (_backward(step="delta"), "from the last layer down"),
            (
                _backward(step="h_prime(z[L - 1]) * (delta @ p[f'W{L}'])"),
                "transpose is missing",
            ),
            (
                _backward(step="hidden_delta(z[L], p[f'W{L}'], delta,"
                               " h_prime)"),
                "gate is that of the wrong layer",
            ),
            (_backward(first="1"), "KeyError", "error"),
            (
                _backward(end="return {n: found[n] for n in found"
                              " if n != 'b0'}"),
                "no gradient for b0",
            ),
            (
                _backward(end="return {'d' + n: found[n] for n in found}"),
                "result are dW1, db1, dW0, db0",
            ),
            (_backward(end="return list(found.values())"), "dictionary"),
            (_backward(end="pass"), "None"),
            (
                _backward(end="return {n: found[n].tolist() for n in found}"),
                "array of NumPy's",
            ),
            (
                _backward(end="return {n: np.float32(found[n])"
                              " for n in found}"),
                "all digits",
            ),
            (
                _backward(start="a[-1]").replace(
                    "for L", "delta -= y\n    for L"),
                "changes its argument a",
            ),
            (
                "def backward(x, y, z, a, p, h_prime):\n"
                "    delta1 = a[1] - y\n"
                "    dW1, db1 = layer_gradients(a[0], delta1)\n"
                "    delta0 = hidden_delta(z[0], p['W1'], delta1, h_prime)\n"
                "    dW0, db0 = layer_gradients(x, delta0)\n"
                "    return dict(W0=dW0, b0=db0, W1=dW1, b1=db1)\n",
                "NO hidden layer",
                "error",
            ),
        ],
        "right": [
            _backward(),
            "def backward(x, y, z, a, p, h_prime):\n"
            "    inputs, found, delta = [x] + a, {}, a[-1] - y\n"
            "    for L in reversed(range(len(z))):\n"
            "        if L < len(z) - 1:\n"
            "            delta = hidden_delta(z[L], p[f'W{L + 1}'], delta,"
            " h_prime)\n"
            "        found['W%d' % L], found['b%d' % L] ="
            " layer_gradients(inputs[L], delta)\n"
            "    return found\n",
            "def backward(x, y, z, a, p, h_prime):\n"
            "    def deltas(L):\n"
            "        if L == len(z) - 1:\n"
            "            return a[L] - y\n"
            "        back = deltas(L + 1) @ p[f'W{L + 1}'].T\n"
            "        return back * h_prime(z[L])\n"
            "    out = {}\n"
            "    for L in range(len(z)):\n"
            "        before = x if L == 0 else a[L - 1]\n"
            "        out[f'W{L}'] = np.einsum('im,in->mn', before, deltas(L))"
            " / len(x)\n"
            "        out[f'b{L}'] = deltas(L).mean(axis=0)\n"
            "    return out\n",
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
