"""Answers to the exercises of notebook 07."""


def _steps(body):
    return f"""
def steps_needed(learning_rate, curvature, share):
    q = 1 - learning_rate * curvature
    {body}
"""


FORMULA = "math.ceil(math.log(share) / math.log({q}))"


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


def _rule(means="[np.mean([run(rule, r, s) for s in (0, 1)]) for r in rates]",
          best="int(np.argmax(means))",
          edge="best in (0, len(rates) - 1)",
          judges="[run(rule, rates[best], s) for s in range(10, 20)]",
          clear="difference(a, b).clear",
          end="return first if np.mean(a) > np.mean(b) else second"):
    return f"""
def better_rule(run, grids):
    judged = []
    for rule, rates in grids.items():
        means = {means}
        best = {best}
        if {edge}:
            return "widen the grid"
        judged.append({judges})
    first, second = grids
    a, b = np.array(judged)
    if not {clear}:
        return "not distinguishable"
    {end}
"""


# one rate for both: that of the rule that comes first
ONE_RATE = """
def better_rule(run, grids):
    first, second = grids
    rates = grids[first]
    means = [np.mean([run(first, r, s) for s in (0, 1)]) for r in rates]
    best = rates[int(np.argmax(means))]
    a, b = ([run(rule, best, s) for s in range(10, 20)] for rule in grids)
    gap = difference(a, b)
    if not gap.clear:
        return "not distinguishable"
    return first if gap.mean > 0 else second
"""
# both are chosen first, by a function inside; the interval by hand
BY_HAND = """
def better_rule(run, grids):
    def chosen(rule):
        pairs = {r: run(rule, r, 0) + run(rule, r, 1) for r in grids[rule]}
        return max(pairs, key=pairs.get)

    rates = {rule: chosen(rule) for rule in grids}
    if any(r in (min(grids[k]), max(grids[k])) for k, r in rates.items()):
        return "widen the grid"
    gaps = []
    for seed in range(10, 20):
        one, two = (run(rule, rate, seed) for rule, rate in rates.items())
        gaps.append(one - two)
    half = 2.2622 * np.std(gaps, ddof=1) / math.sqrt(10)
    low, high = np.mean(gaps) - half, np.mean(gaps) + half
    if low <= 0 <= high:
        return "not distinguishable"
    return list(grids)[0 if low > 0 else 1]
"""
# all runs first, as a table; edges looked at last
BY_TABLE = """
def better_rule(run, grids):
    best = {}
    for rule, rates in grids.items():
        tried = pd.DataFrame({s: [run(rule, r, s) for r in rates]
                              for s in (0, 1)}, index=rates)
        best[rule] = tried.mean(axis=1).idxmax()
    runs = pd.DataFrame({rule: [run(rule, rate, s) for s in range(10, 20)]
                         for rule, rate in best.items()})
    for rule, rates in grids.items():
        if best[rule] == rates[0] or best[rule] == rates[-1]:
            return "widen the grid"
    gap = difference(*runs.T.to_numpy())
    if gap.clear:
        return max(runs, key=lambda rule: runs[rule].mean())
    return "not distinguishable"
"""


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
                    "if q == 0: return 1\n    for n in range(1000):\n"
                    "        if abs(q) ** n <= share: return n\n"
                    "    return math.inf"
                ),
                "nothing in the task limits",
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
        "names": ["better_rule"],
        "needs": "import pandas as pd\n"
        "from helpers.evidence import difference\n",
        "wrong": [
            (ONE_RATE, "each rule has its own best rate"),
            (_rule(judges="[run(rule, rates[best], s) for s in (0, 1)]"),
             "The seeds that choose judge as well"),
            (_rule(judges="[run(rule, rates[best], s) for s in range(10, "
                   "15)]"), "Only 5 of the seeds"),
            (_rule(judges="[run(rule, rates[best], s) for s in (0, 1, "
                   "*range(10, 20))]"), "should not judge as well"),
            (_rule(clear="(np.ptp(a - b) > 1e-9 and difference(a, b).clear)"),
             "the same with each seed"),
            (_rule(means="[np.mean([run(rule, r, s) for s in range(10, 20)])"
                   " for r in rates]"), "they are there to judge"),
            (_rule(edge="False"), "at the edge of its grid"),
            (_rule(edge="best == len(rates) - 1"), "at the edge of its grid"),
            (_rule(edge="best == 0"), "at the edge of its grid"),
            (_rule(clear="np.mean(a) != np.mean(b)"),
             "interval of the paired difference contains zero"),
            (_rule(clear="abs(np.mean(a - b)) > np.std(a - b, ddof=1) / "
                   "10**0.5"), "do not tell the two apart"),
            (_rule(clear="abs(np.mean(a - b)) > np.std(a - b, ddof=1)"),
             "narrower than the spread of the single"),
            (_rule(clear="abs(np.mean(a - b)) > 2 * np.hypot(np.std(a), "
                   "np.std(b)) / 10**0.5"), "cancels only in pairs"),
            (_rule(end="return second if np.mean(a) > np.mean(b) else first"),
             "sign of the difference"),
            (_rule(end="return first"), "sign of the difference"),
            (_rule(means="[run(rule, r, 0) for r in rates]"),
             "look at the means of seeds 0 and 1"),
            (_rule(means="[np.max([run(rule, r, s) for s in (0, 1)]) for r "
                   "in rates]"), "look at the means of seeds 0 and 1"),
            (_rule(end="return np.mean(a - b)"), "one of these texts"),
            (_rule(end="first if np.mean(a) > np.mean(b) else second"),
             "No verdict comes back"),
        ],
        "right": [_rule(), BY_HAND, BY_TABLE],
    },
    "7.3": {
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
            (_adam(end="return m, s, w"), "the order is w, m and s"),
            (_adam(end="return w, m_t, s"), "The corrected m is returned"),
            (_adam(m="beta1 * m + gradient"), "enters m with weight 1"),
            (_adam(m_t="m / (1 - beta1 * t)", s_t="s / (1 - beta2 * t)"),
             "1 - beta * t"),
            (_adam(step="m_t / (np.sqrt(s) / (1 - beta2**t) + epsilon)"),
             "of s alone"),
            (_adam(s_t="s"), "used without its correction"),
            (_adam(end="return w + learning_rate * m_t / (np.sqrt(s_t) + "
                   "epsilon), m, s"), "as it came"),
            (_adam(s_t="s", step="m_t * np.sqrt(1 - beta2**t) / (np.sqrt(s) "
                   "+ epsilon)"), "epsilon is added before"),
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
