"""Answers to the exercises of notebook 02."""


def _neuron(start="z = b", step="z = z + w[i] * x[i]", a="max(0, z)",
            end="return z, a"):
    return f"""
def neuron(x, w, b):
    {start}
    for i in range(len(x)):
        {step}
    a = {a}
    {end}
"""


def _layer(body):
    return f"def layer(x, W, b):\n    {body}\n"


def _slope(body):
    return f"def h_prime(z):\n    {body}\n"


def _tent(kinks, weights, b1="[0.0]", W0=None):
    W0 = W0 or str([[1.0] * len(kinks)])
    column = [[w] for w in weights]
    bias = [-k for k in kinks]
    return f"def tent():\n    return {W0}, {bias}, {column}, {b1}\n"


def _softmax(body):
    return f"def softmax(z):\n    {body}\n"


def _count(term, start="0"):
    return f"""
def count_parameters(sizes):
    total = {start}
    for M, N in zip(sizes[:-1], sizes[1:]):
        total += {term}
    return total
"""


CATALOGUE = {
    "2.1": {
        "names": ["neuron"],
        "wrong": [
            (_neuron(start="z = 0"), "bias is missing"),
            (
                _neuron(start="z = 0", step="z = z + w[i] * x[i] + b"),
                "once for every input",
            ),
            (_neuron(start="z = -b"), "bias is subtracted"),
            (_neuron(a="z"), "activation function is missing"),
            (_neuron(end="return a, z"), "wrong order"),
            (_neuron(end="return a, a"), "may be negative"),
            (
                _neuron(step="z = z + max(0, w[i] * x[i])"),
                "not on each product",
            ),
            (_neuron(step="z = z + w[i]"), "without their inputs"),
            (_neuron(step="z = w[i] * x[i] + b"), "Only the last input"),
            (
                _neuron(step="return w[i] * x[i] + b, "
                             "max(0, w[i] * x[i] + b)"),
                "Only the first input",
            ),
            (_neuron(a="abs(z)"), "a is |z|"),
            (_neuron(a="min(0, z)"), "min stands where max should"),
            (_neuron(end="return a"), "should return two numbers"),
            (_neuron(end="pass"), "returned a NoneType"),
            (_neuron(step="z = z + w[i + 1] * x[i]"), "IndexError", "error"),
        ],
        "right": [
            """
def neuron(x, w, b):
    z = np.dot(w, x) + b
    return z, np.maximum(z, 0)
""",
            """
def neuron(x, w, b):
    z = sum(w_i * x_i for w_i, x_i in zip(w, x)) + b
    return [z, z if z > 0 else 0]
""",
            """
def neuron(x, w, b):
    z = np.array([b])
    for x_i, w_i in zip(x, w):
        z += x_i * w_i
    return np.array([z, np.maximum(z, 0)])[:, 0].tolist()
""",
        ],
    },
    "2.2": {
        "names": ["layer"],
        "wrong": [
            (_layer("return x @ W"), "bias is missing"),
            (_layer("return x @ W - b"), "bias is subtracted"),
            (_layer("return x @ W.T + b"), "W is transposed"),
            (_layer("return W.T @ x + b"), "one column vector"),
            (_layer("return W @ x + b"), "wrong order: W @ x"),
            (_layer("return x * W + b"), "element by element"),
            (_layer("return x @ W + b[:, None]"), "go down the rows"),
            (_layer("return x @ W + b.sum()"), "sum of all biases"),
            (_layer("return np.maximum(x @ W + b, 0)"), "ReLU has been"),
            (_layer("x @ W + b"), "is None"),
            (_layer("return (x @ W + b)[0]"), "The shape of the result z"),
            (
                """
def layer(x, W, b):
    z = []
    for row in x:
        z.append([])
        for n in range(len(b)):
            z[-1].append(sum(row[m] * W[m][n] for m in range(len(row))))
            z[-1][-1] += b[n]
    return z
""",
                "np.array(...)",
            ),
        ],
        "right": [
            _layer("return np.dot(x, W) + b"),
            _layer("return (W.T @ x.T).T + b"),
            _layer("return np.einsum('dm,mn->dn', x, W) + b[None, :]"),
        ],
    },
    "2.3": {
        "names": ["h_prime"],
        "wrong": [
            (_slope("return np.maximum(z, 0)"), "ReLU itself"),
            (
                _slope("return (np.maximum(z, 0) >= 0).astype(float)"),
                "gate never closes",
            ),
            (_slope("return np.sign(z)"), "Left of zero the slope is 0"),
            (_slope("return (z < 0).astype(float)"), "exchanged"),
            (_slope("return z"), "slope of the line"),
            (
                _slope("s = 1 / (1 + np.exp(-z)); return s * (1 - s)"),
                "derivative of the sigmoid",
            ),
            (_slope("return 1 / (1 + np.exp(-z))"), "a smooth step"),
            (_slope("return (z >= 1).astype(float)"), "kink is at zero"),
            (_slope("return np.maximum(z, 0) / z"), "no derivative"),
            (_slope("return 1 if z > 0 else 0"), "ValueError", "error"),
            (_slope("return 1.0"), "The shape of h'(z)"),
        ],
        "right": [
            _slope("return np.where(z > 0, 1, 0)"),
            _slope("return z > 0"),
            _slope("return (z >= 0) * 1.0"),
            _slope("return np.heaviside(z, 0.5)"),
            _slope("return (np.sign(z) + 1) / 2"),
            """
def h_prime(z):
    slope = np.ones_like(z)
    slope[z <= 0] = 0
    return slope
""",
        ],
    },
    "2.4": {
        "names": ["tent"],
        "wrong": [
            (_tent([0, 1, 2], [1, -1, 1]), "makes the tent flat"),
            (_tent([0, 1], [1, -2]), "third ramp"),
            (_tent([0, 1, 2], [1, -2, 2]), "rises again"),
            (_tent([0, -1, -2], [1, -2, 1]), "bends at x = -b"),
            (_tent([0, 1, 2], [1, 1, 1]), "All three ramps"),
            (_tent([0, 1, 2], [1, -2, 1], b1="[1.0]"), "wrong height"),
            (_tent([0], [1]), "three places"),
            (_tent([0, 2, 4], [1, -2, 1]), "not the tent"),
            (
                _tent([0, 1, 2], [1, -2, 1], W0="[1.0, 1.0, 1.0]"),
                "W0 has the shape",
            ),
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
            _tent([0, 1, 2, 3], [1, -2, 1, 0]),
        ],
    },
    "2.5": {
        "names": ["softmax"],
        "wrong": [
            (
                _softmax("e = np.exp(z); "
                         "return e / e.sum(axis=1, keepdims=True)"),
                "exp(z) overflows",
            ),
            (
                _softmax("e = np.exp(z - z.max()); "
                         "return e / e.sum(axis=1, keepdims=True)"),
                "One maximum is taken for the whole array",
            ),
            (
                _softmax("e = np.exp(z - z.mean(axis=1, keepdims=True)); "
                         "return e / e.sum(axis=1, keepdims=True)"),
                "not the row's largest value",
            ),
            (
                _softmax("e = np.exp(z - 1000); "
                         "return e / e.sum(axis=1, keepdims=True)"),
                "0 for every z of the row",
            ),
            (
                _softmax("e = np.exp(np.clip(z, -500, 500)); "
                         "return e / e.sum(axis=1, keepdims=True)"),
                "a limit put on z",
            ),
            (
                _softmax("e = np.exp(z - z.max(axis=1, keepdims=True)); "
                         "return e / e.sum()"),
                "over the whole array",
            ),
            (
                _softmax("e = np.exp(z - z.max(axis=0)); "
                         "return e / e.sum(axis=0)"),
                "columns sum to 1",
            ),
            (
                _softmax("return np.exp(z - z.max(axis=1, keepdims=True))"),
                "largest value of each row is 1",
            ),
            (_softmax("return np.exp(z)"), "Numerator only"),
            (
                _softmax("return z / z.sum(axis=1, keepdims=True)"),
                "exponential is missing",
            ),
            (
                _softmax("e = np.exp(-z); "
                         "return e / e.sum(axis=1, keepdims=True)"),
                "exponent has the wrong sign",
            ),
            (
                _softmax("return np.exp(z - z.max(axis=1, keepdims=True)) / "
                         "np.exp(z).sum(axis=1, keepdims=True)"),
                "subtracted above and not below",
            ),
            (
                _softmax("e = np.exp(z); return e / e.sum(axis=1)"),
                "ValueError",
                "error",
            ),
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
    "2.6": {
        "names": ["count_parameters"],
        "wrong": [
            (_count("M * N"), "biases are missing"),
            (_count("M * N + N", start="sizes[0]"), "input has no biases"),
            (_count("M * N + M"), "belong to the layer behind"),
            (_count("M * N + 1"), "One bias is counted for a layer"),
            (
                "def count_parameters(s): return s[0] * s[1] + s[1]",
                "Only the first layer",
            ),
            (
                "def count_parameters(s): return s[-2] * s[-1] + s[-1]",
                "Only the last layer",
            ),
            (
                _count("M * N + N", start="-sizes[-1]"),
                "output neurons have biases",
            ),
            (
                "def count_parameters(s): return math.prod(s) + sum(s[1:])",
                "multiplied with each other",
            ),
            ("def count_parameters(s): return sum(s)", "These are the neur"),
            (
                "def count_parameters(s):\n"
                "    return sum(s[i] * s[i + 1] for i in range(len(s)))",
                "IndexError",
                "error",
            ),
        ],
        "right": [
            """
def count_parameters(sizes):
    return sum((M + 1) * N for M, N in zip(sizes, sizes[1:]))
""",
            """
def count_parameters(sizes):
    sizes = np.array(sizes)
    return np.dot(sizes[:-1] + 1, sizes[1:])
""",
            """
def count_parameters(sizes):
    if len(sizes) < 2:
        return 0
    return (sizes[0] + 1) * sizes[1] + count_parameters(sizes[1:])
""",
        ],
    },
}
