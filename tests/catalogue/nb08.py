"""Answers to the exercises of notebook 08."""


def _stop(lower="risks[k] < risks[best]", wait="k - best >= patience",
          end="k, best"):
    return f"""
def moment_to_stop(risks, patience):
    best = 0
    for k in range(len(risks)):
        if {lower}:
            best = k
        if {wait}:
            break
    return {end}
"""


def _counting(rule):
    return f"""
def moment_to_stop(risks, patience):
    lowest, best, waited = float("inf"), 0, 0
    for place, risk in enumerate(risks):
        {rule}
        if waited == patience:
            return place, best
    return len(risks) - 1, best
"""


def _drop(kept="rng.random(a.shape) >= share", mask="kept / (1 - share)",
          end="a * mask, mask"):
    return f"""
def dropout(a, share, rng):
    kept = {kept}
    mask = {mask}
    return {end}
"""


def _shift(body):
    return f"""
def shift(x, down, right):
    side = 28
    images = x.reshape(-1, side, side)
    {body}
"""


def _window(rows="side - down", columns="side - right", **more):
    mode = more.get("mode", "constant")
    return _shift(
        f"""p = np.pad(images, ((0, 0), (90, 90), (90, 90)), mode="{mode}")
    r, c = 90 - side + {rows}, 90 - side + {columns}
    return p[:, r : r + side, c : c + side].reshape(x.shape)"""
    )


def _gradient(delta1="a[1] - y",
              delta0="relu_prime(z[0]) * (delta1 @ parameters['W1'].T)",
              end="delta0 @ parameters['W0'].T"):
    return f"""
def input_gradient(x, y, parameters):
    z, a = forward(x, parameters)
    delta1 = {delta1}
    delta0 = {delta0}
    return {end}
"""


CATALOGUE = {
    "8.1": {
        "names": ["moment_to_stop"],
        "wrong": [
            (_stop(end="k, k"), "second place is where training stopped"),
            (_stop(end="best, k"), "exchanged: first where it stopped"),
            (_stop(end="k, int(np.argmin(risks))"), "of the whole list"),
            (_stop(wait="False"), "never stops"),
            (_stop(wait="k - best > patience"), "one epoch too late"),
            (_stop(wait="k - best >= patience - 1 > 0 or "
                   "k - best >= patience"), "one epoch too early"),
            (_stop(lower="risks[k] <= risks[best]"), "equal risk is counted"),
            (_stop(end="k + 1, best + 1"), "one too large"),
            (_stop(end="risks[k], risks[best]"), "risks themselves"),
            (_stop(end="best"), "should return two places"),
            (
                """
def moment_to_stop(risks, patience):
    best, waited = 0, 0
    for k in range(1, len(risks)):
        if risks[k] < risks[best]:
            best = k
        waited = 0 if risks[k] < risks[k - 1] else waited + 1
        if waited >= patience:
            break
    return k, best
""",
                "with the one before it",
            ),
            (
                """
def moment_to_stop(risks, patience):
    bad = best = 0
    for i in range(1, len(risks)):
        if risks[i] < risks[i - 1]:
            bad, best = 0, i
        else:
            bad += 1
            if bad == patience:
                return i, best
    return len(risks) - 1, best
""",
                "called the lowest",
            ),
            (_counting("if risk < lowest: lowest, best = risk, place\n"
                       "        else: waited += 1"), "never set back"),
            (_counting("if risk < lowest: lowest, best, waited = risk, "
                       "place, 0\n        elif risk > lowest: waited += 1"),
             "neither as lower"),
            (_stop(end="k, risks[best]"), "lowest risk itself"),
        ],
        "right": [
            _stop(),
            """
def moment_to_stop(risks, patience):
    lowest, best, waited = float("inf"), None, 0
    for place, risk in enumerate(risks):
        if risk < lowest:
            lowest, best, waited = risk, place, 0
        else:
            waited += 1
            if waited == patience:
                return place, best
    return len(risks) - 1, best
""",
            """
def moment_to_stop(risks, patience):
    for k in range(len(risks)):
        best = int(np.argmin(risks[: k + 1]))
        if k >= best + patience:
            return np.array([k, best]).tolist()
    return k, best
""",
        ],
    },
    "8.2": {
        "names": ["dropout"],
        "wrong": [
            (_drop(mask="kept * 1.0"), "consists of 0 and 1"),
            (_drop(mask="kept * 1.0", end="a * mask / (1 - share), mask"),
             "The first array is right"),
            (_drop(end="a * mask, (a * mask) / a"), "a holds zeros"),
            (_drop(mask="kept * (1 - share)"), "multiplied by 1 - share"),
            (_drop(kept="rng.random(a.shape) >= 0.4",
                   mask="kept / (1 - share)"), "Another share"),
            (_drop(kept="rng.random(a.shape) < share"), "are exchanged"),
            (_drop(kept="rng.random(a.shape[1]) >= share",
                   mask="kept / (1 - share) * np.ones(a.shape)"),
             "lose the same neurons"),
            (_drop(kept="rng.random(a.shape[1]) >= share"),
             "mask should have the shape"),
            (_drop(kept="rng.random((len(a), 1)) >= share",
                   mask="kept / (1 - share) * np.ones(a.shape)"),
             "all of its neurons or none"),
            (_drop(kept="np.random.default_rng().random(a.shape) >= share"),
             "one seed gave different"),
            (_drop(kept="np.random.default_rng(1).random(a.shape) >= share"),
             "different seeds gave the same"),
            (_drop(end="a * mask"), "should return two arrays"),
            (_drop(end="a * mask, a * mask"), "returned twice"),
            (_drop(mask="rng.random(a.shape) / (1 - share)"),
             "more than two different"),
            (_drop(kept="np.ones(a.shape)"), "nothing was drawn"),
            (
                """
def dropout(a, share, rng):
    mask = []
    for row in a:
        mask.append([
            0 if rng.random() < share else 1 / (1 - share) for _ in row
        ])
    return [[v * m for v, m in zip(*pair)] for pair in zip(a, mask)], mask
""",
                "np.array(...)",
            ),
        ],
        "right": [
            _drop(),
            _drop(kept="rng.random(a.shape, dtype=np.float32) < 1 - share",
                  mask="np.where(kept, 1 / (1 - share), 0).astype(a.dtype)"),
            _drop(kept="rng.binomial(1, 1 - share, size=a.shape)"),
        ],
        "same": [("dtype=np.float32", "other random numbers")],
    },
    "8.3": {
        "names": ["shift"],
        "wrong": [
            (_shift("return np.roll(images, (down, right), (1, 2))"
                    ".reshape(x.shape)"), "as with np.roll"),
            (_shift("return np.roll(x, 28 * down + right, axis=1)"),
             "run into each other"),
            (_window("side + down", "side + right"), "opposite way"),
            (_window("side - right", "side - down"),
             "directions are exchanged"),
            (_window(mode="edge"), "edge of the image is repeated"),
            (_window("side - max(down, 0)", "side - max(right, 0)"),
             "Negative shifts are ignored"),
            (_shift("return x"), "have not moved"),
            (_shift("return images"), "should have the shape of x"),
            (_window("side - down + 1"), "not where they should be"),
        ],
        "right": [
            _window(),
            _shift(
                """new = np.zeros_like(images)
    for r in range(side):
        for c in range(side):
            if 0 <= r + down < side and 0 <= c + right < side:
                new[:, r + down, c + right] = images[:, r, c]
    return new.reshape(len(x), 784)"""
            ),
            _shift(
                """new = np.roll(images, (down, right), (1, 2))
    if down:
        new[:, slice(0, down) if down > 0 else slice(down, None)] = 0
    if right:
        new[:, :, slice(0, right) if right > 0 else slice(right, None)] = 0
    return new.reshape(len(x), -1)"""
            ),
        ],
    },
    "8.4": {
        "names": ["input_gradient"],
        "needs": "from helpers.layers import forward, relu_prime",
        "wrong": [
            (_gradient(delta1="y - a[1]"), "sign is flipped"),
            (_gradient(delta0="delta1 @ parameters['W1'].T"),
             "gate h'(z0) is missing"),
            (_gradient(delta0="a[0] * (delta1 @ parameters['W1'].T)"),
             "stands the activation a0"),
            (_gradient(delta1="(a[1] - y) / len(x)"), "There is a 1/D"),
            (_gradient(delta1="a[1]"), "y is missing"),
            (_gradient(delta1="(a[1] - y) * a[1] * (1 - a[1])"),
             "cancelled already"),
            (_gradient(delta1="-y"), "starts from -y"),
            (_gradient(end="delta0"), "one step is missing"),
            (_gradient(end="x * (delta0 @ parameters['W0'].T)"),
             "multiplied by x"),
            (_gradient(end="x.T @ delta0 / len(x)"), "weights W0"),
            (_gradient(end="(delta0 @ parameters['W0'].T).mean(axis=0)"),
             "mean over the images"),
            (_gradient(end="parameters['W0'] @ delta0.T"), "is transposed"),
            (_gradient(end="delta0 @ parameters['W0']"), "do not fit",
             "error"),
            (
                """
def input_gradient(x, y, parameters):
    z, a = forward(x, parameters)
    rows = []
    for i in range(len(x)):
        delta1 = a[1][i] - y[i]
        delta0 = relu_prime(z[0][i]) * (parameters["W1"] @ delta1)
        rows.append(list(parameters["W0"] @ delta0))
    return rows
""",
                "np.array(...)",
            ),
        ],
        "right": [
            _gradient(),
            _gradient(delta0="(a[0] > 0) * (delta1 @ parameters['W1'].T)",
                      end="(parameters['W0'] @ delta0.T).T"),
        ],
    },
}
