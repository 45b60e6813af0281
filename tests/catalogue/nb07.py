"""Answers to the exercises of notebook 07."""


def _steps(body):
    return f"""
def steps_needed(learning_rate, curvature, share):
    q = 1 - learning_rate * curvature
    {body}
"""


FORMULA = "math.ceil(math.log(share) / math.log({q}))"


def _power(inside, end="return k, v / np.linalg.norm(v)"):
    return f"""
def largest_curvature(hessian_times, v, iterations):
    for _ in range(iterations):
        {inside}
    {end}
"""


def _momentum(v="beta * v + gradient", w="w - learning_rate * v",
              end="return w, v"):
    return f"""
def momentum(w, v, gradient, learning_rate, beta=0.9):
    old = v
    v = {v}
    w = {w}
    {end}
"""


def _adam(m="beta1 * m + (1 - beta1) * gradient",
          s="beta2 * s + (1 - beta2) * gradient**2",
          m_t="m / (1 - beta1**t)", s_t="s / (1 - beta2**t)",
          step="m_t / (np.sqrt(s_t) + epsilon)", sign="-",
          end="return w, m, s"):
    return f"""
def adam(w, m, s, gradient, learning_rate, t, beta1=0.9, beta2=0.999,
         epsilon=1e-8):
    old = m
    m = {m}
    s = {s}
    m_t = {m_t}
    s_t = {s_t}
    w = w {sign} learning_rate * {step}
    {end}
"""


def _schedule(body):
    return f"def step_schedule(t, drops, factor):\n    {body}\n"


CATALOGUE = {
    "7.1": {
        "names": ["steps_needed"],
        "wrong": [
            (
                _steps(
                    "q = abs(q)\n    if q >= 1: return math.inf\n"
                    "    if q == 0: return 1\n"
                    "    return math.floor(math.log(share) / math.log(q))"
                ),
                "One step too few",
            ),
            (
                _steps(
                    "q = abs(q)\n    if q == 0: return 1\n"
                    f"    return {FORMULA.format(q='q')}"
                ),
                "does not shrink",
            ),
            (
                _steps(
                    "if q <= 0: return math.inf if q < 0 else 1\n"
                    f"    return {FORMULA.format(q='q')}"
                ),
                "jumping from wall to wall",
            ),
            (
                _steps(
                    "if abs(q) >= 1: return math.inf\n    n = 0\n"
                    "    while q ** n > share: n += 1\n    return n"
                ),
                "sign of the factor",
            ),
            (
                _steps(
                    "q = abs(1 - learning_rate)\n"
                    "    if q >= 1: return math.inf\n"
                    f"    return {FORMULA.format(q='q')}"
                ),
                "left out",
            ),
            (
                _steps(
                    "q = abs(q)\n    if q >= 1: return math.inf\n    n = 1\n"
                    "    while q ** n > share: n += 1\n    return n + 1"
                ),
                "One step too many",
            ),
            (
                _steps(
                    "q = abs(q)\n    if q >= 1: return math.inf\n"
                    "    return math.log(share) / math.log(q)"
                ),
                "Steps are whole",
            ),
            (
                _steps(
                    "q = abs(q)\n    if q >= 1: return math.inf\n"
                    f"    return {FORMULA.format(q='q')}"
                ),
                "ValueError",
                "error",
            ),
        ],
        "right": [
            _steps(
                "q = abs(q)\n    if q >= 1: return math.inf\n"
                "    if q == 0: return 1\n"
                f"    return {FORMULA.format(q='q')}"
            ),
            _steps(
                "if abs(q) >= 1: return float('inf')\n    w, n = 1.0, 0\n"
                "    while abs(w) > share:\n        w *= q\n        n += 1\n"
                "    return n"
            ),
            _steps(
                "if not 0 < learning_rate < 2 / curvature: return np.inf\n"
                "    with np.errstate(divide='ignore'):\n"
                "        n = np.log(share) / np.log(np.abs(q))\n"
                "    return max(1.0, np.ceil(n))"
            ),
        ],
    },
    "7.2": {
        "names": ["largest_curvature"],
        "wrong": [
            (
                _power("Hv = hessian_times(v); k = v @ Hv; v = Hv"),
                "grows without end",
            ),
            (
                _power(
                    "v = v / np.linalg.norm(v); v = hessian_times(v); "
                    "k = np.linalg.norm(v)"
                ),
                "loses the sign",
            ),
            (
                _power(
                    "v = v / np.linalg.norm(v); v = hessian_times(v); "
                    "k = v @ v"
                ),
                "square of the curvature",
            ),
            (
                _power(
                    "v = hessian_times(v); v = v / np.linalg.norm(v); "
                    "k = v @ v"
                ),
                "length of a vector of length one",
            ),
            (
                _power(
                    "v = v / np.linalg.norm(v); Hv = hessian_times(v); "
                    "k = v @ Hv; v = Hv; return k, v"
                ),
                "called 1 times",
            ),
            (
                _power(
                    "v = v / np.linalg.norm(v); Hv = hessian_times(v); "
                    "k = v @ Hv; v = Hv",
                    "return k, v",
                ),
                "has the length",
            ),
            (
                _power(
                    "v = v / np.linalg.norm(v); Hv = hessian_times(v); "
                    "k = v @ Hv; v = Hv",
                    "return k",
                ),
                "two things, k and v",
            ),
            (
                _power(
                    "if _ == 0: v = np.arange(1.0, 1 + len(v))\n"
                    "        v = v / np.linalg.norm(v)\n"
                    "        Hv = hessian_times(v); k = v @ Hv; v = Hv"
                ),
                "begin with the v",
            ),
        ],
        "right": [
            _power(
                "v = v / np.linalg.norm(v); Hv = hessian_times(v); "
                "k = v @ Hv; v = Hv"
            ),
            """
def largest_curvature(hessian_times, v, iterations):
    for _ in range(iterations):
        v = hessian_times(v)
        v = v / np.sqrt(np.sum(v**2))
    return np.sum(v * hessian_times(v)), v
""",
            _power(
                "Hv = hessian_times(v); k = np.dot(v, Hv) / np.dot(v, v); "
                "v = -Hv / np.abs(Hv).max()",
                "return [k, v / np.linalg.norm(v)]",
            ),
        ],
        "same": [("-Hv", "a direction has no sign")],
    },
    "7.3": {
        "names": ["step_schedule"],
        "wrong": [
            (
                _schedule("return factor ** sum(t > d for d in drops)"),
                "the drop counts already",
            ),
            (
                _schedule("return factor if t >= drops[0] else 1.0"),
                "second drop",
            ),
            (
                _schedule(
                    "n = sum(t >= d for d in drops)\n"
                    "    return factor * n if n else 1.0"
                ),
                "multiplied by the number of drops",
            ),
            (
                _schedule("return factor ** (1 + sum(t >= d for d in drops))"),
                "One drop too many",
            ),
            (
                _schedule("return factor ** sum(t < d for d in drops)"),
                "still to come",
            ),
            (_schedule("return 1.0"), "No drop happens"),
            (
                _schedule(
                    "first, second = (*drops, 9, 9)[:2]\n"
                    "    return factor ** ((t >= first) + (t >= second))"
                ),
                "any number of shares",
            ),
            (_schedule("factor ** sum(t >= d for d in drops)"), "is None"),
        ],
        "right": [
            _schedule("return factor ** sum(t >= d for d in drops)"),
            _schedule(
                "rate = 1.0\n    for drop in drops:\n"
                "        if drop <= t: rate *= factor\n    return rate"
            ),
            _schedule(
                "return factor ** np.searchsorted(drops, t, side='right')"
            ),
        ],
    },
    "7.4": {
        "names": ["momentum"],
        "wrong": [
            (
                _momentum(v="beta * v + (1 - beta) * gradient"),
                "weighted by beta and 1 - beta",
            ),
            (_momentum(w="w - learning_rate * old"), "the old velocity."),
            (_momentum(w="w + learning_rate * v"), "uphill"),
            (_momentum(w="w - learning_rate * gradient"), "ignores"),
            (_momentum(v="gradient"), "forgets its past"),
            (_momentum(v="v + gradient"), "beta is missing"),
            (_momentum(end="return v, w"), "each other's"),
            (
                _momentum(v="beta * v + learning_rate * gradient"),
                "and again in the step",
            ),
            (_momentum(end="return w, old"), "old velocity is returned"),
            (_momentum(end="return w"), "should return w and v"),
            (
                _momentum(v="beta * v - learning_rate * gradient", w="w + v"),
                "another common form",
            ),
            (
                _momentum(v="beta * v + learning_rate * gradient", w="w - v"),
                "another common form",
            ),
        ],
        "right": [
            _momentum(),
            _momentum(
                v="gradient + v * beta",
                w="w - (learning_rate * beta * old"
                " + learning_rate * gradient)",
                end="return [w, v]",
            ),
            """
def momentum(w, v, gradient, learning_rate, beta=0.9):
    v *= beta
    v += gradient
    w -= learning_rate * v
    return w, v
""",
        ],
    },
    "7.5": {
        "names": ["adam"],
        "wrong": [
            (_adam(m_t="m", s_t="s"), "as they are"),
            (_adam(end="return w, m_t, s_t"), "Keep the plain ones"),
            (
                _adam(s="beta2 * s + (1 - beta2) * gradient"),
                "gradients' squares",
            ),
            (_adam(step="m_t / (s_t + epsilon)"), "square root of s"),
            (_adam(step="m_t / np.sqrt(s_t + epsilon)"), "inside the square"),
            (_adam(sign="+"), "uphill"),
            (
                _adam(
                    m="beta2 * m + (1 - beta2) * gradient",
                    s="beta1 * s + (1 - beta1) * gradient**2",
                    m_t="m / (1 - beta2**t)", s_t="s / (1 - beta1**t)",
                ),
                "exchanged",
            ),
            (
                _adam(m_t="m / (1 - beta1)", s_t="s / (1 - beta2)"),
                "same in every step",
            ),
            (
                _adam(
                    m="beta1 * m + gradient", s="beta2 * s + gradient**2"
                ),
                "weight 1",
            ),
            (_adam(m_t="old / (1 - beta1**t)"), "old m makes the step"),
            (_adam(end="return w"), "should return w, m and s"),
            (_adam(end="return w, s, m"), "each other's place"),
            (_adam(s_t="s"), "used without its correction"),
            (
                _adam(m_t="m / (1 - beta1**(t + 1))",
                      s_t="s / (1 - beta2**(t + 1))"),
                "t counts from 1",
            ),
            (
                _adam(s="beta2 * s + 3 * (1 - beta2) * gradient**2"),
                "received: [",
            ),
        ],
        "right": [
            _adam(),
            _adam(
                m="m + (1 - beta1) * (gradient - m)",
                s="s - (1 - beta2) * (s - gradient * gradient)",
                end="return [w, m, s]",
            ),
            """
def adam(w, m, s, gradient, learning_rate, t, beta1=0.9, beta2=0.999,
         epsilon=1e-8):
    m *= beta1
    m += (1 - beta1) * gradient
    s *= beta2
    s += (1 - beta2) * gradient * gradient
    root = np.sqrt(s) / np.sqrt(1 - beta2**t)
    w -= learning_rate / (1 - beta1**t) * m / (root + epsilon)
    return w, m, s
""",
        ],
    },
}
