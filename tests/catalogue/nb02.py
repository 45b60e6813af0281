"""Answers to the exercises of notebook 02."""

NEEDS = """
def layer(x, W, b):
    return x @ W + b


def relu(z):
    return np.maximum(z, 0)


def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)
"""


ROWS = "axis=1, keepdims=True"


def _softmax(e=f"np.exp(z - z.max({ROWS}))", below=f"e.sum({ROWS})",
             end="e / below"):
    return f"""
def softmax(z):
    e = {e}
    below = {below}
    return {end}
"""


def _forward(z="before @ W + b", hidden="relu(z[L])", output="softmax(z[L])",
             after="a[L]", end="return z, a"):
    return f"""
def forward(x, parameters):
    H, z, a, before = len(parameters) // 2 - 1, [], [], x
    for L in range(H + 1):
        W, b = parameters[f"W{{L}}"], parameters[f"b{{L}}"]
        z.append({z})
        a.append({output} if L == H else {hidden})
        before = {after}
    {end}
"""


def _tent(kinks, weights, b1="[0.0]", W0=None):
    W0 = W0 or str([[1.0] * len(kinks)])
    column = [[w] for w in weights]
    bias = [-k for k in kinks]
    return f"def tent():\n    return {W0}, {bias}, {column}, {b1}\n"


CATALOGUE = {
    "2.1": {
        "names": ["softmax"],
        "wrong": [
            (_softmax("np.exp(z)"), "exp overflows in this row"),
            (_softmax("np.exp(z - z.max())"), "One constant is used for all"),
            (_softmax(f"np.exp(z - z.mean({ROWS}))"), "exp overflows in this"),
            (_softmax("np.exp(z - 1000)"), "exp of what is left is 0"),
            (_softmax("np.exp(np.clip(z, -500, 500))"), "a limit put on z"),
            (
                _softmax(f"np.exp(z - np.log(np.exp(z).sum({ROWS})))", "1"),
                "a logarithm",
            ),
            (
                _softmax("np.exp(z)", end="np.nan_to_num(e / below)"),
                "comes too late",
            ),
            (_softmax("np.minimum(np.exp(z), 1e300)"), "comes too late"),
            (
                """
def softmax(z):
    a = np.zeros_like(z)
    for d in range(len(z)):
        e = np.exp(z[d] - z[d].max())
        a[d] = e / e.sum()
    return a
""",
                "z holds integers here",
            ),
            (_softmax(below="e.sum()"), "over the whole array"),
            (
                _softmax("np.exp(z - z.max(axis=0))", "e.sum(axis=0)"),
                "columns sum to 1",
            ),
            (_softmax("np.exp(z - z.max(axis=0))"), "maxima of the columns"),
            (
                _softmax("np.exp(z - z.max())", f"e.sum({ROWS}) + 1e-9"),
                "only hides 0 / 0",
            ),
            (_softmax(below="1"), "largest value of each row is 1"),
            (_softmax("np.exp(z)", "1"), "Numerator only"),
            (_softmax("z"), "exponential is missing"),
            (_softmax("np.exp(-z)"), "exponent has the wrong sign"),
            (
                _softmax(below=f"np.exp(z).sum({ROWS})"),
                "subtracted above and not below",
            ),
            (_softmax("np.exp(z)", "e.sum(axis=1)"), "keepdims=True"),
            (
                _softmax("np.exp(z - z.max(axis=1))", "e.sum(axis=1)"),
                "The maxima and the sums",
            ),
            (_softmax("np.exp(z - z.max(axis=1))"), "The maxima of the rows"),
            (_softmax(below="e.sum(axis=1)"), "The sums of the rows"),
            (_softmax(f"np.exp(z - z.min({ROWS}))"), "exp overflows in this"),
            (
                _softmax(f"np.subtract(z, z.max({ROWS}), out=z)",
                         f"np.exp(e, out=z).sum({ROWS})"),
                "changes its argument z",
            ),
            (
                _softmax(f"np.exp(z - abs(z).max({ROWS}))"),
                "exp of what is left is 0",
            ),
            (
                _softmax(f"np.exp(z - z.max({ROWS})) + 1e-5"),
                "not what it should be",
            ),
            (_softmax(f"(z == z.max({ROWS})) * 1.0"), "not what it should be"),
            (
                """
def softmax(z):
    rows = []
    for z_d in z:
        e = [math.exp(z_j - max(z_d)) for z_j in z_d]
        rows.append([e_j / sum(e) for e_j in e])
    return rows
""",
                "np.array(...)",
            ),
        ],
        "right": [
            _softmax("np.exp(z - z.max(1)[:, None])", "e.sum(1)[:, None]",
                     "np.float32(e / below)"),
            """
def softmax(z):
    rows = []
    for row in z:
        e = [math.exp(z_j - max(row)) for z_j in row]
        rows.append([e_j / sum(e) for e_j in e])
    return np.array(rows)
""",
            """
def softmax(z):
    z = z.T - z.max(axis=1)
    return (np.exp(z) / np.exp(z).sum(axis=0)).T
""",
            """
def softmax(z):
    ln_sum = np.logaddexp.reduce(z, axis=1, keepdims=True)
    return np.exp(z - ln_sum)
""",
            """
def softmax(z):
    return 1 / np.sum(np.exp(z[:, None, :] - z[:, :, None]), axis=2)
""",
        ],
    },
    "2.2": {
        "names": ["forward"],
        "needs": NEEDS,
        "wrong": [
            (_forward(hidden="z[L]"), "no activation function"),
            (_forward(after="z[L]"), "receives z"),
            (_forward(after="x"), "Every layer receives x"),
            (_forward(output="z[L]"), "no softmax"),
            (_forward(output="relu(z[L])"), "last layer applies ReLU; it"),
            (_forward(output="softmax(relu(z[L]))"), "ReLU and then softmax"),
            (_forward(hidden="softmax(z[L])"), "All layers apply softmax"),
            (_forward(hidden="softmax(relu(z[L]))"), "the last layer alone"),
            (_forward(z="before @ W"), "biases are missing"),
            (_forward(z="before @ W - b"), "biases are subtracted"),
            (_forward(z="before @ W.T + b"), "weights are transposed"),
            (_forward(z="W.T @ before + b"), "Samples are rows"),
            (_forward(z="W.T @ before + b[:, None]"), "Samples are rows"),
            (_forward(z="W @ before + b"), "Samples are rows"),
            (_forward(z="(W.T @ before.T + b).T"), "along the wrong axis"),
            (_forward(z="before @ W + b[:, None]"), "along the wrong axis"),
            (_forward(hidden="abs(z[L])"), "|z|"),
            (_forward(hidden="np.tanh(z[L])"), "apply tanh"),
            (_forward(output="softmax(z[L].T).T"), "columns of a[-1]"),
            (
                _forward(output="np.exp(z[L]) / np.exp(z[L]).sum()"),
                "over all samples together",
            ),
            (
                _forward(output="np.exp(z[L]) / "
                                "np.exp(z[L]).sum(axis=1, keepdims=True)"),
                "softmax of exercise 2.1",
            ),
            (_forward(end="return a, z"), "wrong order"),
            (_forward(end="return a, a"), "should hold z"),
            (_forward(end="return z[-1], a[-1]"), "of type ndarray"),
            (_forward(end="return a[-1]"), "two lists, z and a"),
            (_forward(end="return a"), "One list came back"),
            (_forward(end="    return z, a"), "`return` stand after it"),
            (
                """
def forward(x, parameters):
    layers, z, a, before = len(parameters) // 2, [], [], x
    for L in range(layers):
        last = layer(before, parameters[f"W{L}"], parameters[f"b{L}"])
        before = relu(last) if L < layers - 1 else softmax(last)
    z.append(last)
    a.append(before)
    return z, a
""",
                "Does it contain both `append`",
            ),
            (
                _forward().replace("range(H + 1)", "range(1, H + 1)")
                .replace("[L]", "[-1]"),
                "Does the loop begin at 0",
            ),
            (
                _forward().replace("z, a, before = len(parameters) // 2 - 1, "
                                   "[], [], x",
                                   "before = len(parameters) // 2 - 1, x\n"
                                   "    z = a = []")
                .replace("[L]", "[-1]"),
                "z and a are the same list",
            ),
            (
                """
def forward(x, parameters):
    z, a = [], []
    for L in parameters:
        z.append(x @ parameters["W0"] + parameters["b0"])
        a.append(relu(z[-1]))
    return z, a
""",
                "over the keys",
            ),
            (_forward().replace("range(H + 1)", "parameters"),
             "over the keys"),
            (
                "W0 = np.ones((784, 128))\n" + _forward(z="before @ W0 + b"),
                "Do the weights come from `parameters`?", "error",
            ),
            (
                "tiny = {'W0': np.array([[0.5, -1.0], [0.25, 0.5]]),\n"
                "        'W1': np.array([[1.0, -1.0], [2.0, 0.5]])}\n"
                + _forward(z="before @ tiny[f'W{L}'] + b"),
                "Do the weights come from `parameters`?", "error",
            ),
            (
                "b0 = np.ones(128)\n" + _forward(z="before @ W + b0"),
                "Do the biases come from `parameters`?", "error",
            ),
            (_forward(end="pass"), "two lists, z and a"),
            (_forward(end="return z, [x] + a"), "begins with x"),
            (_forward(end="return z[:1], a[:1]"), "has 1 entry"),
            (_forward(hidden="np.maximum(z[L], 0, out=z[L])"),
             "overwritten z"),
            (_forward(z="np.round(before @ W + b, 2)"), "z[0] is not what"),
            (_forward(z="before @ W + b.mean()"), "z[0] is not what"),
            (
                """
def forward(x, parameters):
    z0 = layer(x, parameters["W0"], parameters["b0"])
    a0 = relu(z0)
    z1 = layer(a0, parameters["W1"], parameters["b1"])
    return [z0, z1], [a0, softmax(z1)]
""",
                "without hidden layer (keys W0, b0)",
            ),
            (
                """
def forward(x, parameters):
    z, a, before = [], [], x
    for L in range(3 if "W1" in parameters else 1):
        z.append(layer(before, parameters[f"W{L}"], parameters[f"b{L}"]))
        before = relu(z[L])
        a.append(before)
    return z, a[:-1] + [softmax(z[-1])]
""",
                "W2 or b2, which a network with 2 layers does not have",
            ),
            (
                """
def forward(x, parameters):
    z, a, before = [], [], x
    for L in range(len(parameters) // 2):
        z.append(layer(before, parameters[f"W{L}"], parameters[f"b{L}"]))
        before = relu(z[L])
        a.append(before)
    a.append(softmax(z[-1]))
    return z, a
""",
                "once too often",
            ),
            (_forward(end="return z, a[:-1]"), "z has length 2 and a has"),
            (_forward(end="return [x @ x.T] + z, a"), "length 3 and a has"),
            (
                """
def forward(x, parameters):
    z, a, before = [], [], x
    for L in range(len(parameters) // 2):
        W, b = parameters[f"W{L}"], parameters[f"b{L}"]
        z.append(np.array([[row @ W[:, n] + b[n] for n in range(len(b))]
                           for row in before]))
        before = relu(z[L])
        a.append(before)
    return z, a[:-1] + [softmax(z[-1])]
""",
                "too slow",
            ),
            (
                """
def forward(x, parameters):
    z, a, before = [], [], x
    for L in range(len(parameters) // 2):
        W, b = parameters[f"W{L}"], parameters[f"b{L}"]
        own = np.zeros((len(x), len(b)))
        for d in range(len(x)):
            for n in range(len(b)):
                for m in range(len(W)):
                    own[d, n] += before[d, m] * W[m, n]
                own[d, n] += b[n]
        z.append(own)
        before = relu(own)
        a.append(before)
    return z, a[:-1] + [softmax(z[-1])]
""",
                "too slow",
            ),
            (
                """
def forward(x, parameters):
    z, a = [layer(x, parameters["W0"], parameters["b0"])], []
    if "W1" in parameters:
        a = [relu(z[0])]
        z.append(layer(a[0], parameters["W1"], parameters["b1"]))
    return z, a + [softmax(z[-1])]
""",
                "this network has 3 layers",
            ),
            (
                """
def forward(x, parameters):
    weights = [parameters[key] for key in sorted(parameters) if "W" in key]
    biases = [parameters[key] for key in sorted(parameters) if "b" in key]
    z, a = [], [x]
    for W, b in zip(weights, biases):
        z.append(a[-1] @ W + b)
        a.append(relu(z[-1]))
    a[-1] = softmax(z[-1])
    return z, a[1:]
""",
                '"W10" comes before "W2"',
            ),
            (
                """
def forward(x, parameters):
    z, a = [], [x[:1]]
    for L in range(len(parameters) // 2):
        z.append(layer(a[-1], parameters[f"W{L}"], parameters[f"b{L}"]))
        a.append(relu(z[-1]))
    a[-1] = softmax(z[-1])
    return z, a[1:]
""",
                "The shape of z[0] is (1, 2)",
            ),
            (
                """
def forward(x, parameters):
    z, a, before = [], [], x.tolist()
    for L in range(len(parameters) // 2):
        W, b = parameters[f"W{L}"].tolist(), parameters[f"b{L}"].tolist()
        z.append(np.array([
            [sum(v * W[i][n] for i, v in enumerate(row)) + b[n]
             for n in range(len(b))] for row in before]))
        a.append(relu(z[L]))
        before = a[L].tolist()
    a[-1] = softmax(z[-1])
    return z, a
""",
                "too slow",
            ),
            (
                _forward(end="return [u.tolist() for u in z], a"),
                "z[0] is of type list",
            ),
        ],
        "right": [
            """
def forward(x, parameters):
    z, a = [], [x]
    for L in range(len(parameters) // 2):
        z.append(a[-1] @ parameters[f"W{L}"] + parameters[f"b{L}"])
        a.append(np.maximum(z[-1], 0))
    a[-1] = softmax(z[-1])
    return tuple(z), tuple(a[1:])
""",
            """
def forward(x, parameters, L=0):
    z = np.einsum("dm,mn->dn", x, parameters[f"W{L}"])
    z = z + parameters[f"b{L}"]
    if f"W{L + 1}" not in parameters:
        return [z], [softmax(z)]
    a = np.where(z > 0, z, 0)
    later = forward(a, parameters, L + 1)
    return [z] + later[0], [a] + later[1]
""",
            """
def forward(x, parameters):
    z, a, values = [], [], iter(parameters.values())
    for W, b in zip(values, values):
        z.append(np.array([W.T @ row + b for row in x]))
        a.append(z[-1] * (z[-1] > 0))
        x = a[-1]
    a[-1] = softmax(z[-1])
    return z, a
""",
        ],
    },
    "2.3": {
        "names": ["tent"],
        "wrong": [
            (_tent([0, 1, 2], [1, -1, 1]), "makes the tent flat"),
            (_tent([0, 1], [1, -2]), "third ramp"),
            (_tent([0, 1, 2], [1, -1, 0]), "are the slopes"),
            (_tent([0, 1, 2], [0, 1, -1]), "are the slopes"),
            (_tent([0, 1, 2], [0, 1, 0]), "heights of the tent"),
            (_tent([0, 1, 2], [1, 1, 1], W0="[[1, -2, 1]]"),
             "belong in W1"),
            (_tent([0, -1, 2], [1, 1, 1], W0="[[1, -2, 1]]"),
             "belong in W1"),
            (_tent([0, 1, 2], [1, -2, 2]), "rises again"),
            (_tent([0, -1, -2], [1, -2, 1]), "bends at x = -b"),
            (_tent([0, 1, 2], [1, 1, 1]), "All three ramps"),
            (_tent([0, 1, 2], [1, -2, 1], b1="[1.0]"), "wrong height"),
            (_tent([0], [1]), "three places"),
            (_tent([0, 2, 4], [1, -2, 1]), "not the tent"),
            (
                _tent([0, 1, 2], [1, -2, 1], W0="[1.0, 1.0, 1.0]"),
                "The shape of W0 is (3,)",
            ),
            (
                """
def tent():
    W0, W1 = np.ones((1, 3)), np.array([[1.0], [-2.0], [1.0]])
    return W0, W1, np.array([0.0, -1.0, -2.0]), np.array([0.0])
""",
                "The order should be W0, b0, W1, b1",
            ),
            (_tent([0, 1, 2], [2, -4, 2]), "wrong height"),
            (
                _tent([0, 1, 2], [1, -2, 1], b1="[0.0, 0.0]"),
                "one for each hidden neuron",
            ),
            (_tent([0, 1, 2], [1, -2, 1], W0="[[1.0]]"), "The shape of W1"),
            (_tent([0, 1, 2], [1, -2, float("nan")]
                   ).replace("nan", "np.nan"), "not the tent"),
            ("def tent(): return [[1.0]], [0.0]", "W0, b0, W1, b1"),
        ],
        "right": [
            _tent([2, 0, 1], [1, 1, -2]),
            _tent([0, 1, 2], [1, -2, 1], b1="0"),
            """
def tent():  # three ramps that look to the left
    W0 = -np.ones((1, 3))
    return W0, np.array([0, 1, 2]), np.array([[1], [-2], [1]]), np.zeros(1)
""",
            """
def tent():  # steeper ramps with smaller weights, in float32
    W0 = np.full((1, 3), 2, dtype=np.float32)
    b0 = np.array([[0, -2, -4]], dtype=np.float32)
    return W0, b0, np.array([[0.5], [-1], [0.5]]), np.zeros((1, 1))
""",
            _tent([0, 1, 1, 2], [1, -1, -1, 1]),
        ],
    },
}
