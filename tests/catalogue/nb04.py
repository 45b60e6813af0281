"""Answers to the exercises of notebook 04."""

NEEDS = """
def relu(z): return np.maximum(z, 0)
def h_prime(z): return (z > 0).astype(z.dtype)
def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)
"""


def _forward(z0="x @ W0 + b0", a0="relu(z0)", z1="a0 @ W1 + b1",
             a1="softmax(z1)", end="return z0, a0, z1, a1"):
    return f"""
def forward(x, W0, b0, W1, b1):
    z0 = {z0}
    a0 = {a0}
    z1 = {z1}
    a1 = {a1}
    {end}
"""


def _backward(delta1="a1 - y", dW1="a0.T @ delta1 / D",
              db1="delta1.sum(axis=0) / D",
              delta0="h_prime(z0) * (delta1 @ W1.T)",
              dW0="x.T @ delta0 / D", db0="delta0.sum(axis=0) / D",
              end="return dW0, db0, dW1, db1"):
    return f"""
def backward(x, y, z0, a0, a1, W1):
    D = len(x)
    delta1 = {delta1}
    dW1 = {dW1}
    db1 = {db1}
    delta0 = {delta0}
    dW0 = {dW0}
    db0 = {db0}
    {end}
"""


def _batches(body):
    return f"def mini_batches(D, batch_size, rng):\n    {body}\n"


CATALOGUE = {
    "4.1": {
        "names": ["one_hot"],
        "wrong": [
            ("def one_hot(d, K): return np.eye(K)[d].T", "exchanged: a row"),
            ("def one_hot(d, K): return 1 - np.eye(K)[d]", "Zeros and ones"),
            ("def one_hot(d, K): return np.eye(K)[d - 1]", "too early"),
            ("def one_hot(d, K): return np.eye(K)[(d + 1) % K]", "too far"),
            (
                "def one_hot(d, K): return np.eye(K)[d] * d[:, None]",
                "entry is the digit",
            ),
            ("def one_hot(d, K): return np.eye(10)[d]", "shape of y is"),
            ("def one_hot(d, K): np.eye(K)[d]", "is None"),
            (
                """
def one_hot(d, K):
    rows = []
    for digit in d:
        row = [0] * K
        row[digit] = 1
        rows.append(row)
    return rows
""",
                "np.array(...)",
            ),
        ],
        "right": [
            "def one_hot(d, K): return np.eye(K)[d]",
            "def one_hot(d, K): return (d[:, None] == np.arange(K)) * 1",
            "def one_hot(d, K): return d[:, None] == np.arange(K)",
        ],
    },
    "4.2": {
        "names": ["forward"],
        "needs": NEEDS,
        "wrong": [
            (_forward(z0="x @ W0"), "b0 is missing"),
            (_forward(a0="z0"), "activation function is missing"),
            (_forward(a0="np.abs(z0)"), "|z0|"),
            (_forward(a0="softmax(z0)"), "belongs to the output layer"),
            (_forward(z1="a0 @ W1"), "b1 is missing"),
            (_forward(z1="z0 @ W1 + b1"), "made from z0"),
            (_forward(a1="relu(z1)"), "ReLU of z1"),
            (_forward(a1="z1"), "softmax is missing"),
            (_forward(a1="np.exp(z1) / np.exp(z1).sum()"), "row by row"),
            (
                _forward(a1="np.exp(z1) / np.exp(z1).sum(axis=0)"),
                "sums of the columns",
            ),
            (_forward(end="return a1"), "should return z0, a0, z1, a1"),
            (_forward(z0="W0.T @ x + b0"), "matmul", "error"),
            (
                """
def forward(x, W0, b0, W1, b1):
    z0s, a0s, z1s, a1s = [], [], [], []
    for row in x:
        z0 = W0.T @ row + b0
        a0 = z0 * (z0 > 0)
        z1 = W1.T @ a0 + b1
        a1 = np.exp(z1) / np.exp(z1).sum()
        for parts, part in zip((z0s, a0s, z1s, a1s), (z0, a0, z1, a1)):
            parts.append(part)
    return z0s, a0s, z1s, a1s
""",
                "np.array(...)",
            ),
        ],
        "right": [
            _forward(),
            _forward(
                z0="np.dot(x, W0) + b0",
                a0="np.where(z0 > 0, z0, 0)",
                z1="np.einsum('dn,nk->dk', a0, W1) + b1",
                a1="np.exp(z1) / np.sum(np.exp(z1), axis=1)[:, None]",
                end="return [z0, a0, z1, a1]",
            ),
        ],
    },
    "4.3": {
        "names": ["backward"],
        "needs": NEEDS,
        "wrong": [
            (_backward(delta1="y - a1"), "sign is flipped"),
            (_backward(dW1="a0.T @ delta1"), "1/D is missing"),
            (
                _backward(delta0="(a0 >= 0) * (delta1 @ W1.T)"),
                "never closes",
            ),
            (_backward(delta0="z0 * (delta1 @ W1.T)"), "stands z0 itself"),
            (
                _backward(delta0="a0 * (delta1 @ W1.T)"),
                "stands the activation",
            ),
            (_backward(db1="delta1"), "one row for each sample"),
            (_backward(db1="delta1.sum(axis=1) / D"), "over the classes"),
            (_backward(db1="delta1.sum() / D"), "over everything"),
            (_backward(dW1="z0.T @ delta1 / D"), "made with z0"),
            (_backward(dW1="delta1.T @ a0 / D"), "dW1 is transposed"),
            (
                _backward(delta1="(a1 - y) * a1 * (1 - a1)"),
                "cancelled already",
            ),
            (_backward(delta1="(a1 - y) / D"), "1/D is there twice"),
            (
                _backward(end="return dW1, db1, dW0, db0"),
                "shape of dW1",
            ),
            (
                _backward(delta0="h_prime(z0) * (delta1 @ W1)"),
                "matmul",
                "error",
            ),
        ],
        "right": [
            _backward(),
            _backward(
                delta0="(a0 > 0) * (delta1 @ W1.T)",
                db1="np.mean(delta1, axis=0)",
                db0="delta0.mean(0)",
            ),
            _backward(
                delta1="(a1 - y) / D",
                dW1="a0.T @ delta1",
                db1="delta1.sum(axis=0)",
                dW0="x.T @ delta0",
                db0="delta0.sum(axis=0)",
            ),
            """
def backward(x, y, z0, a0, a1, W1):
    D = len(x)
    dW0, db0, dW1, db1 = 0, 0, 0, 0
    for i in range(D):
        delta1 = a1[i] - y[i]
        delta0 = h_prime(z0[i]) * (W1 @ delta1)
        dW1 = dW1 + np.outer(a0[i], delta1) / D
        db1 = db1 + delta1 / D
        dW0 = dW0 + np.outer(x[i], delta0) / D
        db0 = db0 + delta0 / D
    return dW0, db0, dW1, db1
""",
        ],
    },
    "4.4": {
        "names": ["mini_batches"],
        "wrong": [
            (
                _batches(
                    "o = np.arange(D)\n    for s in range(0, D, batch_size):"
                    " yield o[s:s + batch_size]"
                ),
                "old order",
            ),
            (
                _batches(
                    "o = rng.permutation(D)\n    for s in range(0, D - "
                    "batch_size + 1, batch_size): yield o[s:s + batch_size]"
                ),
                "never used",
            ),
            (
                _batches(
                    "o = np.random.default_rng().permutation(D)\n    for s in"
                    " range(0, D, batch_size): yield o[s:s + batch_size]"
                ),
                "same order twice",
            ),
            (
                _batches(
                    "o = rng.permutation(D)\n    for s in range(0, D):"
                    " yield o[s:s + batch_size]"
                ),
                "used twice",
            ),
            (
                _batches(
                    "return np.array_split(rng.permutation(D), batch_size)"
                ),
                "wrong sizes",
            ),
            (_batches("return rng.permutation(D)[:batch_size]"), "ndarray"),
        ],
        "right": [
            _batches(
                "o = rng.permutation(D)\n    for s in range(0, D, batch_size):"
                " yield o[s:s + batch_size]"
            ),
            _batches(
                "o = list(range(D))\n    rng.shuffle(o)\n    return [o[s:s + "
                "batch_size] for s in range(0, D, batch_size)]"
            ),
            _batches(
                "o = rng.permutation(D)\n    return np.split(o, "
                "range(batch_size, D, batch_size))"
            ),
        ],
    },
    "4.5": {
        "names": ["confusion"],
        "wrong": [
            (
                "def confusion(t, p, K):\n    c = np.zeros((K, K), int)\n"
                "    np.add.at(c, (p, t), 1)\n    return c",
                "exchanged: rows",
            ),
            (
                "def confusion(t, p, K):\n    c = np.zeros((K, K), int)\n"
                "    c[t, p] += 1\n    return c",
                "counted once at most",
            ),
            (
                "def confusion(t, p, K):\n    c = np.zeros((K, K))\n"
                "    np.add.at(c, (t, p), 1)\n    return c / len(t)",
                "shares of all samples",
            ),
            (
                "def confusion(t, p, K):\n    c = np.zeros((K, K))\n"
                "    np.add.at(c, (t, p), 1)\n"
                "    return c / np.maximum(c.sum(1, keepdims=True), 1)",
                "shares of each row",
            ),
            (
                "def confusion(t, p, K):\n    c = np.zeros((K, K))\n"
                "    np.add.at(c, (t, p), t != p)\n    return c",
                "diagonal is empty",
            ),
            ("def confusion(t, p, K): return np.sum(t == p)", "shape of the"),
            (
                "def confusion(t, p, K):\n"
                "    return [[sum((t == i) & (p == j)) for j in range(K)]\n"
                "            for i in range(K)]",
                "np.array(...)",
            ),
        ],
        "right": [
            "def confusion(t, p, K):\n    c = np.zeros((K, K), int)\n"
            "    np.add.at(c, (t, p), 1)\n    return c",
            "def confusion(t, p, K):\n    return np.bincount(K * t + p,"
            " minlength=K * K).reshape(K, K)",
        ],
    },
}
