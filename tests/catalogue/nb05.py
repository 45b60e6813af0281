"""Answers to the exercises of notebook 05."""

KERAS = """
from helpers.tensorflow_quietly import import_tensorflow
tf, keras = import_tensorflow(threads=1)
"""
H_PRIME = "def h_prime(z): return (z > 0).astype(z.dtype)\n"


def _count(expression):
    return (
        "def count_parameters(sizes):\n"
        "    pairs = list(zip(sizes[:-1], sizes[1:]))\n"
        f"    return {expression}\n"
    )


def _model(hidden='activation="relu", dtype=dtype', last="dtype=dtype",
           first="[keras.Input((sizes[0],), dtype=dtype)]",
           inner="sizes[1:-1]", end="keras.Sequential(layers)",
           output="sizes[-1]"):
    return f"""
def build_model(sizes, dtype="float32"):
    layers = {first}
    for N in {inner}:
        layers.append(keras.layers.Dense(N, {hidden}))
    layers.append(keras.layers.Dense({output}, {last}))
    return {end}
"""


def _error(expression):
    return f"""
def relative_error(a, b):
    norm = np.linalg.norm
    return {expression}
"""


def _step(start="[tf.Variable(w) for w in weights]",
          a0="tf.nn.relu(x @ W0 + b0)", z1="a0 @ W1 + b1",
          risk="tf.reduce_mean(J)", new="v - learning_rate * g",
          end="return new"):
    return f"""
def tape_step(x, y, weights, learning_rate):
    variables = {start}
    W0, b0, W1, b1 = variables
    with tf.GradientTape() as tape:
        a0 = {a0}
        z1 = {z1}
        J = tf.nn.softmax_cross_entropy_with_logits(y, z1)
        risk = {risk}
    gradients = tape.gradient(risk, variables)
    new = [{new} for v, g in zip(variables, gradients)]
    {end}
"""


def _deltas(last="a[H] - y", gate="h_prime(z[L])",
            back="delta[L + 1] @ W[L + 1].T", down="range(H - 1, -1, -1)",
            end="return delta"):
    return f"""
def deltas(y, z, a, W):
    H = len(W) - 1
    delta = [None] * (H + 1)
    delta[H] = {last}
    for L in {down}:
        delta[L] = {gate} * ({back})
    {end}
"""


CATALOGUE = {
    "5.1": {
        "names": ["count_parameters"],
        "wrong": [
            (_count("sum(M * N for M, N in pairs)"), "Only the weights"),
            (
                _count("sum(M * N for M, N in pairs) + sum(sizes)"),
                "input has no biases",
            ),
            (_count("sum(sizes[1:])"), "Only the biases"),
            (_count("sum(sizes)"), "These are the neurons"),
            (
                _count("sum(M * N + M for M, N in pairs)"),
                "not of the layer before it",
            ),
            (_count("sum(M * N + 1 for M, N in pairs)"), "not one in all"),
            (_count("(sizes[0] + 1) * sizes[1]"), "Only the first layer"),
            (_count("math.prod(sizes)"), "multiplied with each other"),
            (_count("None"), "is None"),
            (
                _count(
                    "float(np.dot(sizes[:-1], sizes[1:]) + sum(sizes[1:]))"
                ),
                "return an integer",
            ),
        ],
        "right": [
            _count("sum((M + 1) * N for M, N in pairs)"),
            """
def count_parameters(sizes):
    total = 0
    for k in range(1, len(sizes)):
        total += np.ones((sizes[k - 1], sizes[k])).size
        total += np.zeros(sizes[k]).size
    return total
""",
        ],
    },
    "5.2": {
        "names": ["build_model"],
        "needs": KERAS,
        "wrong": [
            (
                _model(last='activation="softmax", dtype=dtype'),
                "The model has softmax at its end",
            ),
            (_model(last='activation="relu", dtype=dtype'), "has ReLU: z^H"),
            (_model(hidden="dtype=dtype"), "have no activation function."),
            (
                _model(hidden='activation="sigmoid", dtype=dtype'),
                "have sigmoids",
            ),
            (_model(hidden='activation="tanh", dtype=dtype'), "have tanh"),
            (
                _model(hidden='activation="softmax", dtype=dtype'),
                "layers have softmax",
            ),
            (_model(first="[]"), "no weights yet"),
            (_model(inner="sizes[:-1]"), "input was made a layer"),
            (_model(inner="sizes[1:2]"), "Only one of the hidden layers"),
            (_model(end="keras.Sequential(layers[:-1])"), "output layer is"),
            (
                _model(
                    hidden='activation="relu", dtype=dtype, use_bias=False',
                    last="dtype=dtype, use_bias=False",
                ),
                "have no biases",
            ),
            (
                _model(hidden='activation="relu"', last="use_bias=True"),
                "reach every layer",
            ),
            (_model(end="layers"), "Keras model should come back"),
            (_model(end="None"), "returns None"),
            (_model(output="sizes[-2]"), "other shapes"),
        ],
        "right": [
            _model(),
            """
def build_model(sizes, dtype="float32"):
    x = keras.Input(shape=(sizes[0],), dtype=dtype)
    a = x
    for N in sizes[1:-1]:
        z = keras.layers.Dense(N, dtype=dtype)(a)
        a = keras.layers.ReLU(dtype=dtype)(z)
    z = keras.layers.Dense(sizes[-1], dtype=dtype)(a)
    return keras.Model(x, z)
""",
            """
def build_model(sizes, dtype="float32"):
    model = keras.Sequential()
    model.add(keras.Input((sizes[0],), dtype=dtype))
    last = len(sizes) - 2
    for k, N in enumerate(sizes[1:]):
        h = "linear" if k == last else tf.nn.relu
        model.add(keras.layers.Dense(N, activation=h, dtype=dtype))
    return model
""",
        ],
    },
    "5.3": {
        "names": ["relative_error"],
        "wrong": [
            (_error("norm(a - b)"), "error is absolute"),
            (_error("norm(a - b) / norm(a)"), "the reference is b"),
            (_error("norm(a - b) / (norm(a) + norm(b))"), "sum of both"),
            (_error("np.sum((a - b)**2) / np.sum(b**2)"), "root is missing"),
            (_error("(norm(a) - norm(b)) / norm(b)"), "norms were subtracted"),
            (_error("np.max(np.abs((a - b) / b))"), "the largest of the"),
            (_error("np.mean(np.abs((a - b) / b))"), "the mean of the"),
            (_error("np.abs((a - b) / b)"), "One number is wanted"),
            (
                _error("np.max(np.abs(a - b)) / np.max(np.abs(b))"),
                "largest entries were compared",
            ),
            (_error("norm(a - b, 2) / norm(b, 2)"), "another norm"),
            (_error("print(norm(a - b) / norm(b))"), "is None"),
        ],
        "right": [
            _error("norm(a - b) / norm(b)"),
            _error("np.sqrt(np.sum((a - b)**2) / np.sum(b**2))"),
            """
def relative_error(a, b):
    above = below = 0
    for p, q in zip(np.ravel(a), np.ravel(b)):
        above += (p - q) ** 2
        below += q * q
    return math.sqrt(above / below)
""",
        ],
    },
    "5.4": {
        "names": ["tape_step"],
        "needs": KERAS,
        "wrong": [
            (_step(new="v + learning_rate * g"), "The sign is wrong"),
            (_step(new="v - g"), "learning rate is missing"),
            (_step(new="g"), "update B5 is still to come"),
            (_step(risk="tf.reduce_sum(J)"), "The sum over the samples"),
            (_step(z1="tf.nn.softmax(a0 @ W1 + b1)"), "Softmax was taken"),
            (_step(a0="x @ W0 + b0"), "has no ReLU"),
            (
                _step(risk="tf.reduce_mean(J) / y.shape[1]"),
                "over the K outputs",
            ),
            (_step(end="return weights"), "Nothing has changed"),
            (_step(end="return new[0]"), "should return the four new"),
            (_step(end="return new[::-1]"), "The shape of W0"),
            (
                _step(start="[tf.constant(w) for w in weights]"),
                "TypeError",
                "error",
            ),
        ],
        "right": [
            _step(),
            """
def tape_step(x, y, weights, learning_rate):
    W0, b0, W1, b1 = [tf.Variable(w) for w in weights]
    with tf.GradientTape() as tape:
        a1 = tf.nn.softmax(tf.nn.relu(x @ W0 + b0) @ W1 + b1)
        risk = -tf.reduce_mean(tf.reduce_sum(y * tf.math.log(a1), axis=1))
    for w, g in zip((W0, b0, W1, b1), tape.gradient(risk, [W0, b0, W1, b1])):
        w.assign_sub(learning_rate * g)
    return W0.numpy(), b0.numpy(), W1.numpy(), b1.numpy()
""",
            """
def tape_step(x, y, weights, learning_rate):
    x, y = tf.cast(x, "float32"), tf.cast(y, "float32")
    w = [tf.Variable(v, dtype="float32") for v in weights]
    with tf.GradientTape() as tape:
        z1 = tf.maximum(x @ w[0] + w[1], 0) @ w[2] + w[3]
        J = keras.losses.categorical_crossentropy(y, z1, from_logits=True)
        risk = tf.reduce_mean(J)
    keras.optimizers.SGD(learning_rate).apply(tape.gradient(risk, w), w)
    return w
""",
        ],
    },
    "5.5": {
        "names": ["deltas"],
        "needs": H_PRIME,
        "wrong": [
            (_deltas(last="y - a[H]"), "sign is flipped"),
            (_deltas(gate="1.0"), "h' is missing"),
            (_deltas(gate="(a[L] >= 0)"), "never closes"),
            (_deltas(gate="a[L]"), "stands the activation"),
            (_deltas(gate="z[L]"), "stands z^L itself"),
            (_deltas(last="(a[H] - y) / len(y)"), "1/D belongs"),
            (_deltas(back="delta[L + 1] @ W[L + 1]"), "transpose is missing"),
            (_deltas(gate="h_prime(z[L + 1])"), "z of the next layer"),
            (_deltas(down="range(H - 1, 0, -1)"), "still None"),
            (_deltas(end="return delta[::-1]"), "delta^0 should come first"),
            (_deltas(end="return delta[:-1]"), "from delta^0 to delta^H"),
            (_deltas(end="return delta[0]"), "not a ndarray"),
            (
                _deltas(back="W[L + 1] @ delta[L + 1]"),
                "matmul",
                "error",
            ),
        ],
        "right": [
            _deltas(),
            """
def deltas(y, z, a, W):
    delta = [a[-1] - y]
    for zL, W_next in zip(z[-2::-1], W[:0:-1]):
        delta.append(np.where(zL > 0, delta[-1] @ W_next.T, 0))
    return tuple(reversed(delta))
""",
            """
def deltas(y, z, a, W):
    H = len(W) - 1
    result = {H: np.asarray(a[H]) - y}
    for L in reversed(range(H)):
        result[L] = np.zeros(z[L].shape)
        for i in range(len(y)):
            back = W[L + 1] @ result[L + 1][i]
            result[L][i] = (a[L][i] > 0) * back
    return [result[L] for L in range(H + 1)]
""",
        ],
    },
}
