"""Answers to the exercises of notebook 08."""


SEEDS = 'if set(choose.index) & set(report.index): return best, "same seeds"'
EDGE = 'if best == choose.columns.max(): return best, "edge"'
CLEAR = 'if not change.clear: return best, "not distinguishable"'
SIGN = 'return best, "better" if change.mean > 0 else "worse"'
WORD = f"{CLEAR}\n    {SIGN}"


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


def _counting(rule, lowest='float("inf")'):
    return f"""
def moment_to_stop(risks, patience):
    lowest, best, waited = {lowest}, 0, 0
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


def _judge(mean="choose.mean()", best="means.idxmax()", rules=(SEEDS, EDGE),
           change="difference(report[best], report[0])", word=WORD):
    rules = "\n".join(f"    {rule}" for rule in rules)
    return f"""
def judge_remedy(choose, report):
    means = {mean}
    best = {best}
{rules}
    change = {change}
    {word}
"""


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
            (_stop(wait="k - best > patience"), "one value too late"),
            (_stop(wait="k - best >= patience - 1 > 0 or "
                   "k - best >= patience"), "one value too early"),
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
            (_counting("if risk < lowest: lowest, best, waited = risk, "
                       "place, 0\n        else: waited += 1", "risks[0]"),
             "first risk is counted"),
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
        "names": ["judge_remedy"],
        "needs": "from helpers.evidence import difference",
        "wrong": [
            (_judge(mean="choose.max()"), "largest *mean*"),
            (_judge(mean="report.mean()"), "`choose` is the one"),
            (_judge(mean="choose.median()"), "largest median"),
            (_judge(mean="choose.min()"), "not the one with the largest mean"),
            (_judge(mean="choose.mean()[::-1]"), "Of two equal means"),
            (_judge(rules=(EDGE,)), "what chose cannot judge"),
            (_judge(rules=(SEEDS,)), "lies on the edge"),
            (_judge(rules=(SEEDS, EDGE.replace("max", "min"))),
             "The edge is the largest"),
            (_judge(rules=(SEEDS, EDGE.replace("choose", "report"))),
             "The edge is that of"),
            (_judge(rules=(EDGE, SEEDS)), "the first one is to be"),
            (_judge(change="difference(choose[best], choose[0])"),
             "judged once more"),
            (_judge(change="difference(report[0], report[best])"),
             "exchanged"),
            (_judge(word=SIGN), "not enough"),
            (_judge(best="means.max()", rules=(), word=SIGN), "KeyError",
             "error"),
            (_judge(best="means.argmax()", rules=()), "KeyError", "error"),
            (_judge(mean="choose.mean(axis=1)"), "KeyError", "error"),
            (_judge(word='return best, change.in_words()'), "none of the"),
            (_judge(word="return best, change.clear"), "should be a word"),
            (_judge(word="return best"), "a strength and a word"),
        ],
        "right": [
            _judge(),
            _judge(best="choose.columns[np.argmax(choose.to_numpy()"
                   ".mean(axis=0))]"),
            """
def judge_remedy(choose, report):
    best, highest = None, -1
    for strength in choose.columns:
        mean = sum(choose[strength]) / len(choose)
        if mean > highest:
            best, highest = strength, mean
    if any(seed in list(report.index) for seed in choose.index):
        return [best, "same seeds"]
    if best == sorted(choose)[-1]:
        return [best, "edge"]
    change = difference(list(report[best]), report[0].tolist())
    low, high = change.mean - change.half, change.mean + change.half
    word = "better" if low > 0 else "worse" if high < 0 else WORD
    return [best, word]


WORD = "not distinguishable"
""",
        ],
    },
    "8.3": {
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
            (_drop(kept="rng.permutation(a.size).reshape(a.shape) "
                   ">= round(share * a.size)"), "Always the same number"),
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
            (_gradient(delta1="z[1] - y"), "In place of a1 stands z1"),
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
