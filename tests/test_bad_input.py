"""Every public function of `helpers` against input that does not fit.

What is certainly wrong is refused, by a ValueError or TypeError that names
the argument, what was expected and what came; never by a number. A function
without such a test is a failure, too.
"""

import contextlib
import importlib
import inspect
import math
import pkgutil
import re

import bad_values as bad
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier

import helpers
from helpers import (
    bars,
    bounded,
    build,
    data,
    drawing_01,
    drawing_02,
    drawing_03,
    drawing_06,
    drawing_07,
    drawing_08,
    equations,
    exercises,
    expect,
    gradient_check,
    layers,
    network,
    plotting,
    quiet_tensorflow,
    studies,
    study_06,
    study_07,
    study_08,
    timing,
)

EXAMPLES = 25  # drawn for each argument
few = settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
    database=None,
)


class Case:
    """A function, arguments that fit, and how each may fail to.

    Parameters
    ----------
    function : callable
        Named module.function in the registry.
    good : callable
        Makes the arguments, a dict; they are called first, and have to pass.
    raises : tuple of exceptions
        Documented, besides ValueError and TypeError.
    words : str
        A regular expression that each message has to match; {} is the
        argument's name.
    free : str
        Names of arguments that take anything, or are passed on.
    **kinds
        Argument -> strategy of wrong values, from `bad_values`.
    """

    def __init__(self, function, good, /, raises=(),
                 words="{}.*: expected .*got ", free="", **kinds):
        self.function, self.good, self.kinds = function, good, kinds
        self.raises = (ValueError, TypeError, *raises)
        self.words, self.free = words, set(free.split())


# --- what fits ---------------------------------------------------------------

D, M, N, K, S = 6, 4, 5, 3, 2
SIZES = (M, N, K)


def rng():
    return np.random.default_rng(8)


def sample():
    x = rng().uniform(size=(D, M))
    digits = np.arange(D) % K
    return x, digits, np.eye(K)[digits]


def parameters():
    return layers.initialise(SIZES, rng(), dtype=np.float64)


def passed():
    """Return x, y, z, a and parameters of one forward pass."""
    x, _, y = sample()
    z, a = layers.forward(x, parameters())
    return {"x": x, "y": y, "z": z, "a": a, "parameters": parameters()}


def training():
    x, _, y = sample()
    return {
        "parameters": parameters(), "x": x, "y": y, "epochs": 1,
        "batch_size": 2, "learning_rate": 0.1, "rng": rng(), "h": "ReLU",
        "schedule": layers.cosine, "decay": 0.1, "after_epoch": print,
    }


def stack_training():
    x, _, y = sample()
    return {
        "x": x, "y": y, "sizes": SIZES, "seeds": (0, 1), "epochs": 1,
        "batch_size": 2, "learning_rates": (0.1, 0.2), "h": "tanh",
        "gain": 1.0,
    }


def networks():
    return study_06.train_stack(**{**stack_training(), "epochs": 0})


def axis():
    return plt.figure().add_subplot()


def tree(features=2):
    x = rng().uniform(size=(40, features))
    return DecisionTreeClassifier(max_depth=2).fit(x, x[:, 0] > 0.5)


def notebook():
    made = nbformat.v4.new_notebook(metadata=build.KERNEL)
    made.cells = [nbformat.v4.new_markdown_cell("# Text")]
    return made


NO_NOTEBOOK = bad.just(None, 3, "text", [], {}, object())
NO_PATH = bad.just(None, 3, 1.5, ["a"], object())
NO_CELL = bad.just(None, 3, "text", [], {}, object())
SWEEP = {
    "rates": (0.1, 1.0, 10.0),
    "accuracies": np.array([[0.5, 0.9, 0.1], [0.6, 0.8, 0.1]]),
    "lost": np.array([[False, False, True], [False, False, False]]),
}
NO_FLAGS = bad.either(
    bad.just(*bad.NO_ARRAY, SWEEP["lost"].astype(int), SWEEP["lost"][:, 1:],
             SWEEP["lost"][1:], SWEEP["lost"][0], True)
)
OUT_OF_SWEEP = {
    "rates": bad.sequence(length=3), "accuracies": bad.array(finite=False),
    "lost": NO_FLAGS,
}
SWEEP_WORDS = "expected .*got |needs 1 .* there are 0"
RESULTS = {(0.1, 0): 1.0, (0.1, 1): 2.0}
PLANE = (-1.0, 1.0, -1.0, 1.0)
NO_TREE = bad.either(
    bad.just(None, 3, "tree", [], object(), DecisionTreeClassifier()),
    lambda good: bad.Wrong([tree(3), tree(1)]),
)
NO_LAYERS = bad.either(
    bad.sequence(length=2),
    lambda good: bad.Wrong(
        [good[::-1], [good[0]], [part.T for part in good], [None, None],
         [part[:-1] for part in good], ["a", "b"], [1.0, 2.0]]
    ),
)
NO_RATES = bad.just(
    None, "0.1", -0.1, math.nan, math.inf, (0.1,), (0.1, 0.2, 0.3), (0.1, -1),
    ("a", "b"), {}, (0.1, math.nan), 1j, object(), True, [[0.1, 0.2]],
)
NO_SEEDS = bad.just(
    None, 3, "01", (), (1.5, 2), (-1, 0), ("a",), {}, (None,), (True,), [[1]],
)
NO_NUMBER_OF = bad.just(4.2, 4, None, "four", "4", "4.", ".2", "4.2.1", [], "")
NOT_ONE = "expected .*got |there is no exercise"


def enter(context_manager):
    """Return a function that begins a `with` block at once."""

    def begin(*args, **kwargs):
        with context_manager(*args, **kwargs):
            pass

    return begin


def study(**changed):
    return {
        "function": lambda k: k, "settings": [(1,), (2,)],
        "description": "words", "workers": 1, "done": {}, **changed,
    }


def checked():
    return {
        "loss": lambda w: float(np.sum(w**2)), "gradients": {"w": np.ones(3)},
        "parameters": {"w": np.ones(3) / 2}, "step": 1e-5, "most": 2,
        "rng": rng(), "pattern": lambda w: w > 0,
    }


def equation():
    return {
        "name": "F3", "left": np.array([1.0, 2.0]), "wrong": [1.0, 3.0],
        "right": np.array([1.0, 2.0]), "without": "without it",
        "tolerance": 1e-12,
    }


def cost():
    found = {(8,): (90.0, 1.0), (16, 16): (92.0, 0.5)}
    return {
        "ax": axis(), "cost": {(8,): 10.0, (16, 16): 20.0}, "found": found,
        "kept": [(8,)], "names": [(8,)],
    }


def three():
    bars = {"fair": np.ones((2, 3)), "marked": np.ones((2, 3))}
    return {
        "fractions": [bars] * 3, "thumbnails": np.zeros((3, 784)),
        "titles": list("abc"), "labels": list("def"),
    }


def maps():
    return {
        "maps": rng().normal(size=(2, 3, 784)), "titles": list("abc"),
        "images": [np.zeros(784), None, np.ones(784)], "rows": list("de"),
        "label": "units",
    }


# --- the registry ------------------------------------------------------------

CASES = {
    "bars.progress_bar": Case(
        bars.progress_bar,
        lambda: {"iterable": [1], "description": "words", "total": 1},
        iterable=bad.just(None, 3, 1.5, object()), description=bad.text,
        total=bad.either(
            lambda good: bad.integer(least=0)(good).filter(
                lambda value: value is not None
            )
        ),
    ),
    "bounded.call_within": Case(
        bounded.call_within, lambda: {"seconds": 5, "function": int},
        free="arguments", seconds=bad.number(least=0), function=bad.function,
    ),
    # --- build
    "build.read_source": Case(
        build.read_source, lambda: {"path": build.find_sources(["0"])[0]},
        words="", path=NO_PATH,
    ),
    "build.student_copy": Case(
        build.student_copy, lambda: {"notebook": notebook()},
        notebook=NO_NOTEBOOK,
    ),
    "build.exercise_of": Case(
        build.exercise_of, lambda: {"cell": notebook().cells[0]}, cell=NO_CELL
    ),
    "build.execute": Case(build.execute, None, notebook=NO_NOTEBOOK),
    "build.write": Case(
        build.write, None, words="{}.*: expected|argument|expected str",
        notebook=NO_NOTEBOOK, path=NO_PATH,
    ),
    "build.replace": Case(
        build.replace, None, words="{}.*: expected|argument|expected str",
        content=bad.just(None, "text", 3, [], {}), path=NO_PATH,
    ),
    "build.pictures": Case(
        build.pictures, lambda: {"stem": "04", "notebook": notebook()},
        free="stem", notebook=NO_NOTEBOOK,
    ),
    "build.to_source": Case(
        build.to_source, lambda: {"notebook": notebook()},
        notebook=NO_NOTEBOOK,
    ),
    **{
        f"build.{function.__name__}": Case(
            function, None,
            numbers=bad.just(3, None, "04", ["x"], [-1], [1.5], [""], {}),
            words="numbers: expected .*got |no source with",
        )
        for function in (build.find_sources, build.build, build.pull)
    },
    # --- data
    "data.load_mnist": Case(data.load_mnist, dict, words="", path=NO_PATH),
    "data.verify": Case(data.verify, dict, words="", path=NO_PATH),
    # --- drawing
    "drawing_01.points": Case(
        drawing_01.points,
        lambda: {"ax": axis(), "x": rng().normal(size=(4, 2)), "size": 9,
                 "y": np.array([0, 1, 1, 0]), "names": ("a", "b")},
        ax=bad.axes, x=bad.array(rows="free"), y=bad.labels(2),
        size=bad.number(above=0),
        names=bad.either(bad.sequence(least=1),
                         bad.just(list("abcd"))),
    ),
    "drawing_01.line": Case(
        drawing_01.line, lambda: {"ax": axis(), "w": [1.0, 2.0], "c": 1.0},
        free="options", ax=bad.axes, c=bad.number(),
        w=bad.either(bad.array(), bad.just([0.0, 0.0])),
    ),
    "drawing_01.square": Case(
        drawing_01.square, lambda: {"x": rng().normal(size=(4, 2)),
                                    "margin": 0.1},
        x=bad.array(rows="free"), margin=bad.number(),
    ),
    "drawing_01.regions": Case(
        drawing_01.regions,
        lambda: {"ax": axis(), "predict": lambda x: (x[:, 0] > 0).astype(int),
                 "limits": PLANE, "steps": 5, "colors": ("r", "g")},
        words="expected .*got ", ax=bad.axes, limits=bad.box,
        steps=bad.integer(least=2, most=5000), colors=bad.sequence(least=1),
        predict=bad.either(
            bad.function,
            bad.just(lambda x: x, lambda x: x[:, 0], lambda x: "a",
                     lambda x: np.full(len(x), 2), lambda x: None,
                     lambda x: np.full(len(x), -1), lambda x: [0]),
        ),
    ),
    "drawing_01.tree_cuts": Case(
        drawing_01.tree_cuts, lambda: {"tree": tree()}, tree=NO_TREE
    ),
    "drawing_01.cuts_in_plane": Case(
        drawing_01.cuts_in_plane,
        lambda: {"ax": axis(), "tree": tree(), "limits": PLANE},
        ax=bad.axes, tree=NO_TREE, limits=bad.box,
    ),
    "drawing_01.tree_diagram": Case(
        drawing_01.tree_diagram, lambda: {"ax": axis(), "tree": tree()},
        ax=bad.axes, tree=NO_TREE,
    ),
    "drawing_01.pair_map": Case(
        drawing_01.pair_map,
        lambda: {"ax": axis(), "shares": np.full((3, 3), 0.1)},
        ax=bad.axes, shares=bad.either(bad.array(finite=False),
                                       bad.just(np.ones((1, 1)))),
    ),
    "drawing_02.network_diagram": Case(
        drawing_02.network_diagram, lambda: {"M": 784, "N": 128, "K": 10},
        M=bad.integer(least=3), N=bad.integer(least=3), K=bad.integer(least=3),
    ),
    "drawing_03.contours": Case(
        drawing_03.contours,
        lambda: {"ax": axis(), "w": np.arange(4.0), "b": np.arange(3.0),
                 "risk": rng().uniform(size=(3, 4))},
        words="expected .*got ",
        ax=bad.axes, w=bad.array(), b=bad.array(), risk=bad.array(),
    ),
    "drawing_03.path": Case(
        drawing_03.path,
        lambda: {"ax": axis(), "positions": rng().normal(size=(5, 2))},
        ax=bad.axes, positions=bad.array(finite=False, rows="free"),
    ),
    "drawing_03.regions": Case(
        drawing_03.regions,
        lambda: {"ax": axis(), "probability": lambda x: x[:, 0] / 2 + 0.5,
                 "plane": PLANE, "points": 5},
        ax=bad.axes, plane=bad.box, points=bad.integer(least=2, most=5000),
        probability=bad.either(
            bad.function,
            bad.just(lambda x: x, lambda x: 2 * x[:, 0], lambda x: None,
                     lambda x: x[:, 0] * math.nan, lambda x: 0.5),
        ),
    ),
    "drawing_03.points": Case(
        drawing_03.points,
        lambda: {"ax": axis(), "x": rng().normal(size=(4, 2)),
                 "k": np.array([0, 1, 1, 0])},
        words="expected .*got ",
        ax=bad.axes, x=bad.array(), k=bad.labels(2),
    ),
    "drawing_03.frame": Case(
        drawing_03.frame, lambda: {"ax": axis(), "plane": PLANE},
        ax=bad.axes, plane=bad.box,
    ),
    "drawing_06.shade": Case(
        drawing_06.shade, lambda: {"k": 1, "n": 3},
        k=bad.integer(least=0, most=2), n=bad.integer(least=1),
    ),
    "drawing_06.pilots": Case(
        drawing_06.pilots,
        lambda: {"axes": [axis()], "found": {(1, "ReLU"): [90.0, math.nan]},
                 "rates": {"ReLU": (0.1, 1.0)}, "depths": (1, 2)},
        axes=bad.either(bad.sequence(length=1), bad.just([3], [None])),
        found=bad.either(
            bad.mapping,
            bad.just({(1, "ReLU"): [9.0]}, {(1, "ReLU"): "ab"},
                     {(1, "ReLU"): [[1.0, 2.0]]}, {(1, "ReLU"): None}),
        ),
        rates=bad.either(
            bad.mapping,
            bad.just({"ReLU": (0.0, 1.0)}, {"ReLU": (-1.0, 1.0)},
                     {"ReLU": ()}, {"ReLU": "ab"}, {"ReLU": 3},
                     {"ReLU": (math.nan, 1.0)}),
        ),
        depths=bad.sequence(least=1),
    ),
    "drawing_06.depth_curves": Case(
        drawing_06.depth_curves,
        lambda: {"ax": axis(), "found": {((8,), "ReLU"): (90.0, 1.0)},
                 "equal": {1: (8,), 2: (6, 6)}, "activations": ["ReLU"]},
        ax=bad.axes, equal=bad.mapping,
        found=bad.either(
            bad.mapping,
            bad.just({((8,), "ReLU"): 90.0}, {((8,), "ReLU"): "ab"},
                     {((8,), "ReLU"): (1.0,)}),
        ),
        activations=bad.just(["relu"], [3], [None]),
    ),
    "drawing_06.heat_map": Case(
        drawing_06.heat_map,
        lambda: {"ax": axis(), "mean": np.full((2, 3), 90.0),
                 "spread": np.ones((2, 3)), "rows": [1, 2],
                 "columns": [1, 2, 3], "bottom": 80.0},
        words="expected .*got ", ax=bad.axes, bottom=bad.number(),
        mean=bad.either(bad.array(finite=False),
                        bad.just(np.full((2, 3), math.nan))),
        spread=bad.array(finite=False), rows=bad.sequence(length=2),
        columns=bad.sequence(length=3),
    ),
    "drawing_06.frontier": Case(
        drawing_06.frontier, cost, words="expected .*got ", ax=bad.axes,
        cost=bad.either(
            bad.mapping,
            bad.just({(8,): 0.0}, {(8,): -1.0}, {(8,): math.nan}, {8: 1.0},
                     {(9,): 1.0}, {(8,): None}, {}),
        ),
        found=bad.either(bad.mapping, bad.just({}, {(8,): 3.0})),
        kept=bad.either(bad.sequence(), bad.just([(9,)], [8])),
        names=bad.either(bad.sequence(), bad.just([(9,)], [8])),
    ),
    "drawing_06.name": Case(
        drawing_06.name, lambda: {"network": (8, 8)},
        network=bad.just(None, 3, "8", (), (0,), (-1,), (1.5,), ("8",), {}),
    ),
    "drawing_07.against_rate": Case(
        drawing_07.against_rate,
        lambda: {"ax": axis(), "rates": (0.1, 1.0, 10.0), "floor": 0.0,
                 "values": SWEEP["accuracies"], "lost": SWEEP["lost"]},
        words="expected .*got ", free="label style", ax=bad.axes,
        rates=bad.either(bad.array(), bad.just((0.0, 1.0, 2.0))),
        values=bad.array(finite=False), lost=NO_FLAGS, floor=bad.number(),
    ),
    "drawing_07.regimes": Case(
        drawing_07.regimes,
        lambda: {"ax": axis(), "edges": (0.1, 1.0, 2.0, 3.0),
                 "names": list("abc")},
        ax=bad.axes, names=bad.sequence(length=3),
        edges=bad.either(bad.array(), bad.just(
            (0.0, 1.0, 2.0, 3.0), (1.0, 0.5, 2.0, 3.0), (1.0,) * 4)),
    ),
    "drawing_08.band": Case(
        drawing_08.band,
        lambda: {"ax": axis(), "x": np.arange(3.0), "rows": np.ones((2, 3)),
                 "label": "a", "style": {"color": "k"}},
        words="expected .*got ", free="label",
        ax=bad.axes, x=bad.array(),
        rows=bad.array(finite=False, rows="free"),
        style=bad.either(bad.mapping, bad.just({}, {"marker": "o"})),
    ),
    "drawing_08.dots": Case(
        drawing_08.dots,
        lambda: {"ax": axis(), "y": 1, "values": [1.0, 2.0],
                 "style": {"color": "k"}},
        ax=bad.axes, y=bad.number(), values=bad.values(),
        style=bad.either(bad.mapping, bad.just({}, {"marker": "o"})),
    ),
    "drawing_08.three_test_sets": Case(
        drawing_08.three_test_sets, three, words="expected .*got ",
        fractions=bad.either(
            bad.sequence(length=3),
            bad.just([1, 2, 3], [{"other": np.ones((2, 3))}] * 3,
                     [{"fair": np.ones((2, 2))}] * 3, [{"fair": 3}] * 3,
                     [{"fair": np.full((2, 3), math.nan)}] * 3),
        ),
        thumbnails=bad.array(), titles=bad.sequence(length=3),
        labels=bad.sequence(length=3),
    ),
    "drawing_08.gradient_maps": Case(
        drawing_08.gradient_maps, maps, words="expected .*got ",
        free="label", maps=bad.array(), titles=bad.sequence(length=3),
        images=bad.either(bad.sequence(length=3), bad.just(
            [np.zeros(5)] * 3, [3] * 3, ["a"] * 3)),
        rows=bad.sequence(length=2),
    ),
    # --- equations
    "equations.verify_equation": Case(
        equations.verify_equation, equation, raises=(AssertionError,),
        words="expected .*got |F3: expected|does not hold|not notice",
        name=bad.just(None, 3, "", "F7", "f3", ["F3"], object()),
        left=bad.either(bad.array(), bad.just([0.0, 0.0])), right=bad.array(),
        wrong=bad.array(), without=bad.text, tolerance=bad.number(above=0),
    ),
    "equations.ledger": Case(
        equations.ledger, lambda: {"notebooks": {"a": notebook()}},
        words="expected .*got ",
        notebooks=bad.either(bad.mapping, bad.just({"a": 3}, {"a": None})),
    ),
    # --- exercises
    "exercises.exercise": Case(
        lambda **given: exercises.exercise(**given)(given.get("checker", 3)),
        None, raises=(KeyError,), words="expected .*got ",
        number=NO_NUMBER_OF, title=bad.text,
        hints=bad.either(bad.sequence(), bad.just([3], [None])),
    ),
    "exercises.compare": Case(
        exercises.compare, lambda: {"received": [1.0], "expected": [1.0]},
        raises=(exercises.Wrong,), words="shape|type|NaN|None|not what|times",
        free="expected given mistakes name rtol atol", received=bad.array(),
    ),
    "exercises.as_array": Case(
        exercises.as_array, lambda: {"value": [1.0]},
        raises=(exercises.Wrong,), words="type|None", free="name given",
        value=bad.just(*bad.NO_ARRAY),
    ),
    "exercises.as_tuple": Case(
        exercises.as_tuple,
        lambda: {"value": (1, 2), "length": 2, "names": "a, b"},
        raises=(exercises.Wrong,), words="should return", free="length names",
        value=bad.just(None, 3, "ab", (1,), (1, 2, 3), {}, np.ones(2)),
    ),
    "exercises.check": Case(
        exercises.check, None, raises=(KeyError,), words=NOT_ONE,
        free="answers", number=NO_NUMBER_OF,
    ),
    "exercises.judge": Case(
        exercises.judge, None, raises=(KeyError,), words=NOT_ONE,
        free="answers", number=NO_NUMBER_OF,
    ),
    "exercises.hint": Case(
        exercises.hint, lambda: {"number": "4.1", "level": 1},
        raises=(KeyError,), words=NOT_ONE, number=NO_NUMBER_OF,
        level=bad.just(0, -1, 1.5, "1", [], True, math.nan),
    ),
    "exercises.solution": Case(
        exercises.solution, lambda: {"number": "4.1"}, raises=(KeyError,),
        words=NOT_ONE, number=NO_NUMBER_OF,
    ),
    "exercises.find": Case(
        exercises.find, lambda: {"number": "4.1"}, raises=(KeyError,),
        words=NOT_ONE, number=NO_NUMBER_OF,
    ),
    "exercises.progress": Case(
        exercises.progress, lambda: {"notebook": 4},
        notebook=bad.just("4", -1, 1.5, "four", [], {}, True, math.nan),
    ),
    **{
        f"exercises.{function.__name__}": Case(
            function, lambda: {"notebook": 4}, notebook=bad.integer(least=0)
        )
        for function in (exercises.registered, exercises.solutions)
    },
    # --- gradient_check
    "gradient_check.gradient_check": Case(
        gradient_check.gradient_check, checked, words="expected .*got |rng",
        loss=bad.either(bad.function, bad.just(
            lambda w: w, lambda w: None, lambda w: "a", lambda w: [1.0])),
        parameters=bad.either(bad.mapping, bad.just(
            {}, {"v": np.ones(3)}, {"w": np.ones(3, "f4")}, {"w": [1.0, 2.0]},
            {"w": np.ones(2)}, {"w": np.full(3, math.nan)}, {"w": None})),
        gradients=bad.either(bad.mapping, bad.just(
            {}, {"v": np.ones(3)}, {"w": np.ones(2)}, {"w": "abc"},
            {"w": np.ones((3, 1))}, {"w": None}, {"w": 1.0})),
        step=bad.number(above=0), rng=bad.generator,
        most=bad.just(0, -1, 1.5, "3", [], True, math.nan),
        pattern=bad.just(3, "f", [], {}),
    ),
    "gradient_check.worst": Case(
        gradient_check.worst,
        lambda: {"reports": gradient_check.gradient_check(**checked())},
        reports=bad.just(None, 3, [], "ab", [1.0], [None], {}),
    ),
    "gradient_check.table": Case(
        gradient_check.table,
        lambda: {"reports": gradient_check.gradient_check(**checked())},
        reports=bad.just(None, 3, [], "ab", [1.0], [None], {}),
    ),
    # --- layers
    **{
        f"layers.{function.__name__}": Case(
            function, lambda: {"z": np.ones((2, 3))},
            z=bad.array(finite=False, ndim=0),
        )
        for function in (
            layers.sigmoid, layers.relu_prime, layers.tanh_prime,
            layers.sigmoid_prime,
        )
    },
    "layers.initialise": Case(
        layers.initialise,
        lambda: {"sizes": SIZES, "rng": rng(), "gain": 1.0, "dtype": "f4"},
        sizes=bad.sizes, rng=bad.generator, gain=bad.number(least=0),
        dtype=bad.real_type,
    ),
    "layers.forward": Case(
        layers.forward,
        lambda: {"x": sample()[0], "parameters": parameters(), "h": np.tanh},
        words="expected .*got ", parameters=bad.network, h=bad.function,
        x=bad.array(finite=False, rows="free", empty=True),
    ),
    "layers.backward": Case(
        layers.backward,
        lambda: {**passed(), "h_prime": layers.relu_prime, "deltas": []},
        words="expected .*got ", x=bad.array(), y=bad.one_hot, z=NO_LAYERS,
        a=NO_LAYERS, parameters=bad.network, h_prime=bad.function,
        deltas=bad.just(3, "a", (), {}, np.ones(2)),
    ),
    "layers.empirical_risk": Case(
        layers.empirical_risk,
        lambda: {"y": sample()[2], "z": sample()[2]},
        words="expected .*got ", y=bad.one_hot, z=bad.array(finite=False),
    ),
    "layers.cosine": Case(
        layers.cosine, lambda: {"progress": 0.5},
        progress=bad.number(least=0, most=1),
    ),
    "layers.train": Case(
        layers.train, training, words="expected .*got ", x=bad.array(),
        parameters=bad.network, y=bad.one_hot, epochs=bad.integer(least=0),
        batch_size=bad.integer(least=1), learning_rate=bad.number(least=0),
        rng=bad.generator, h=bad.choice, schedule=bad.function,
        decay=bad.number(least=0), after_epoch=bad.just(3, "f", [], {}),
    ),
    "layers.predict": Case(
        layers.predict,
        lambda: {"x": sample()[0], "parameters": parameters(), "h": "tanh"},
        words="expected .*got ",
        x=bad.either(bad.array(False, rows="free", empty=True), bad.nan),
        parameters=bad.either(bad.network, lambda good: bad.Wrong(
            [{n: a * math.nan for n, a in good.items()}])),
        h=bad.choice,
    ),
    "layers.accuracy": Case(
        layers.accuracy,
        lambda: {"x": sample()[0], "digits": sample()[1],
                 "parameters": parameters(), "h": "tanh"},
        words="expected .*got ", digits=bad.labels(K),
        x=bad.either(bad.array(finite=False), bad.nan),
        parameters=bad.network, h=bad.choice,
    ),
    "layers.count": Case(
        layers.count, lambda: {"sizes": SIZES}, sizes=bad.sizes
    ),
    # --- plotting
    "plotting.figure": Case(
        plotting.figure,
        lambda: {"rows": 1, "columns": 1, "width": 5.0, "height": 3.0},
        free="options", rows=bad.integer(least=1, most=plotting.MOST),
        columns=bad.integer(least=1, most=plotting.MOST),
        width=bad.either(bad.number(above=0), bad.just(7.1, 1e300)),
        height=bad.just(0, -1, "3", [], math.nan, math.inf, 1j, True),
    ),
    "plotting.show": Case(
        plotting.show, None, words="{}: expected .*got ",
        fig=bad.just(None, 3, "fig", [], object()),
        alt=bad.either(bad.text, bad.just("", "short.", "no stop " * 9)),
    ),
    "plotting.digits": Case(
        plotting.digits,
        lambda: {"images": np.zeros((2, 16)), "titles": ["a", "b"],
                 "columns": 2, "size": 0.5},
        words="expected .*got ", free="options",
        images=bad.either(
            lambda good: bad.array(rows="free")(good).filter(
                lambda value: getattr(value, "shape", None)
                not in [(1, 2, 16), (2, 16, 1)]
            ),
            bad.just(np.zeros((2, 15)), np.zeros(16), np.zeros((401, 16)),
                     np.zeros((2, 0))),
        ),
        titles=bad.just(3, "ab", ["a"], ["a", "b", "c"], {}),
        columns=bad.integer(least=1), size=bad.number(above=0),
    ),
    "plotting.weights": Case(
        plotting.weights,
        lambda: {"W": np.ones((16, 3)), "columns": 2, "size": 0.5,
                 "title": "a"},
        words="expected .*got ", free="title",
        W=bad.either(bad.array(columns="free"), bad.just(np.ones((15, 3)))),
        columns=bad.integer(least=1), size=bad.number(above=0),
    ),
    "plotting.learning_curves": Case(
        plotting.learning_curves,
        lambda: {"history": {"training loss": [1.0, 2.0]}, "ax": axis(),
                 "key": "loss", "label": "loss"},
        words="expected .*got ", free="label", ax=bad.axes,
        history=bad.either(bad.mapping, bad.just(
            {}, {"loss": [1.0]}, {"somewhere loss": [1.0]},
            {"training loss": 3}, {"training loss": []},
            {"training loss": "ab"}, {"training loss": [[1.0]]})),
        key=bad.either(bad.text, bad.just("", "los", "training")),
    ),
    "plotting.confusion_matrix": Case(
        plotting.confusion_matrix,
        lambda: {"counts": np.array([[3, 1], [0, 4]]), "ax": axis(),
                 "names": ["a", "b"]},
        words="expected .*got ", ax=bad.axes,
        counts=bad.either(bad.array(), bad.just(
            np.ones((1, 1), int), np.array([[1, -1], [0, 1]]))),
        names=bad.just(3, "ab", ["a"], list("abc"), {}),
    ),
    # --- quiet_tensorflow
    "quiet_tensorflow.import_tensorflow": Case(
        quiet_tensorflow.import_tensorflow, None,
        threads=bad.just(None, 0, -1, 1.5, "1", [], math.nan, 1j),
        operations=bad.just(None, 0, -1, 1.5, "1", [], math.nan, 1j),
    ),
    "quiet_tensorflow.device_and_threads": Case(
        quiet_tensorflow.device_and_threads, None,
        tf=bad.just(None, 3, "tf", np, object()),
    ),
    "quiet_tensorflow.quiet_descriptor": Case(
        enter(quiet_tensorflow.quiet_descriptor), lambda: {"descriptor": 2},
        descriptor=bad.integer(least=0),
    ),
    # --- studies
    "studies.run_study": Case(
        studies.run_study, study, words="expected .*got ",
        function=bad.function,
        settings=bad.just(None, 3, "ab", [1, 2], [[1]], ["ab"], {}, {(1,): 2},
                          [(1,), (1,)], [({},)], [None]),
        description=bad.text,
        workers=bad.just(0, -1, 1.5, "2", [], math.nan, True),
        done=bad.just(3, "a", [], [((1,), 2)], object()),
        least=bad.just(None, -0.1, 1.1, "1", [], math.nan, True, 1j),
    ),
    "studies.mean_and_spread": Case(
        studies.mean_and_spread, lambda: {"values": [1.0, 2.0]},
        words="values: expected .*got |needs 1 .* there are 0",
        values=bad.values(least=1),
    ),
    "studies.spread": Case(
        studies.spread, lambda: {"values": [[1.0, 2.0]], "axis": 0},
        values=bad.just(None, "12", object(), [None], ["a"], 3.0),
        axis=bad.just(None, "a", 0.0, 2, -3, True),
        words="expected .*got ",
    ),
    "studies.enough": Case(
        studies.enough, lambda: {"found": [1], "least": 1},
        words="expected .*got |needs 1 .* there are 0",
        found=bad.just(None, 3, object(), [], {}),
        least=bad.integer(least=0),
    ),
    # --- study_06
    "study_06.train_stack": Case(
        study_06.train_stack, stack_training, words="expected .*got ",
        x=bad.either(bad.array(), bad.just(np.ones((D, M), int))),
        y=bad.one_hot, sizes=bad.either(bad.sizes, bad.just(
            (M + 1, N, K), (M, N, K + 1), (M, N))),
        seeds=NO_SEEDS, epochs=bad.integer(least=0),
        batch_size=bad.integer(least=1), learning_rates=NO_RATES,
        h=bad.choice, gain=bad.just(-1, math.nan, math.inf, "1", [], True),
    ),
    "study_06.evaluate": Case(
        study_06.evaluate,
        lambda: {"x": sample()[0], "digits": sample()[1],
                 "parameters": networks(), "h": "tanh"},
        words="expected .*got ", x=bad.array(), digits=bad.labels(K),
        parameters=bad.stack, h=bad.choice,
    ),
    "study_06.seed_groups": Case(
        study_06.seed_groups, lambda: {"sizes": SIZES, "seeds": (0, 1)},
        sizes=bad.sizes, seeds=NO_SEEDS,
    ),
    "study_06.collect": Case(
        study_06.collect,
        lambda: {"results": {((8,), "ReLU", 0.1, (0, 1)): [0.8, 0.9]}},
        results=bad.either(bad.mapping, bad.just(
            {1: 2}, {(1, 2): [3]}, {((8,), "ReLU", 0.1, (0, 1)): [0.8]},
            {((8,), "ReLU", 0.1, (0,)): 0.8}, {((8,), "ReLU", 0.1, 0): [1]})),
    ),
    "study_06.operations": Case(
        study_06.operations, lambda: {"sizes": SIZES, "images": 10},
        sizes=bad.sizes, images=bad.integer(least=0),
    ),
    "study_06.seconds_per_step": Case(
        study_06.seconds_per_step,
        lambda: {"networks": [SIZES], "x": sample()[0], "y": sample()[2],
                 "h": "ReLU", "steps": 1, "repeats": 1},
        words="expected .*got ", x=bad.array(),
        networks=bad.just(3, None, "ab", [], [3], [(M,)], [(M, 0, K)]),
        y=bad.one_hot, h=bad.choice, steps=bad.integer(least=1),
        repeats=bad.integer(least=1),
    ),
    # --- study_07
    "study_07.stack": Case(
        study_07.stack, lambda: {"parameters": parameters(), "S": 2},
        parameters=bad.network, S=bad.integer(least=1),
    ),
    "study_07.one_of": Case(
        study_07.one_of, lambda: {"networks": networks(), "place": 1},
        networks=bad.either(bad.mapping, bad.just({}, {"W0": None})),
        place=bad.integer(least=0, most=S - 1),
    ),
    "study_07.pack": Case(
        study_07.pack, lambda: {"parameters": parameters()},
        parameters=bad.either(bad.mapping, bad.just(
            {}, {"W0": None}, {"W0": "a"}, {"W0": [[1], [2, 3]]})),
    ),
    "study_07.unpack": Case(
        study_07.unpack,
        lambda: {"vector": study_07.pack(parameters()), "like": parameters()},
        words="expected .*got ", vector=bad.array(finite=False),
        like=bad.either(bad.mapping, bad.just(
            {}, {"W0": None}, {"W0": np.ones(3)})),
    ),
    "study_07.best_rate": Case(
        study_07.best_rate, lambda: dict(SWEEP), words=SWEEP_WORDS,
        **{**OUT_OF_SWEEP, "lost": bad.either(
            NO_FLAGS, bad.just(np.ones((2, 3), bool)))},
    ),
    "study_07.as_good": Case(
        study_07.as_good, lambda: dict(SWEEP), words=SWEEP_WORDS,
        **OUT_OF_SWEEP,
    ),
    "study_07.difference": Case(
        study_07.difference, lambda: {"first": [1.0, 2.0], "second": [0, 3]},
        first=bad.array(rows="free", empty=True),
        second=bad.array(rows="free", empty=True),
    ),
    "study_07.running_mean": Case(
        study_07.running_mean, lambda: {"values": [1.0, 2.0], "width": 3},
        values=bad.array(finite=False, rows="free", empty=True),
        width=bad.either(bad.integer(least=1), bad.just(2, 10)),
    ),
    # --- study_08
    "study_08.by_seed": Case(
        study_08.by_seed, lambda: {"results": RESULTS}, free="first",
        results=bad.either(bad.mapping, bad.just({1: 2}, {(): 2}, {"a": 2})),
    ),
    "study_08.summary": Case(
        study_08.summary, lambda: {"values": [1.0, 2.0]}, values=bad.values()
    ),
    "study_08.gain": Case(
        study_08.gain, lambda: {"after": {0: 1.0}, "before": {0: 2.0}},
        after=bad.mapping, before=bad.mapping,
    ),
    "study_08.in_words": Case(
        study_08.in_words, lambda: {"mean": 1.0, "spread": 0.5, "unit": "%"},
        mean=bad.just(*bad.NO_NUMBER, math.inf, -math.inf), unit=bad.text,
        spread=bad.just(*bad.NO_NUMBER, math.inf, -math.inf, -0.1),
    ),
    "study_08.rotate": Case(
        study_08.rotate, lambda: {"images": np.ones((2, 9)), "degrees": 10},
        images=bad.either(bad.array(rows="free"), bad.just(np.ones((2, 8)))),
        degrees=bad.number(),
    ),
    # --- timing
    "timing.measure": Case(
        enter(timing.measure), None,
        country=bad.just(None, 3, "", "France", "fra", [], {}, object()),
    ),
    "timing.grid_intensity": Case(
        timing.grid_intensity, lambda: {"country": "FRA"},
        country=bad.just(None, 3, "", "France", "fra", [], {}, object()),
    ),
    # --- expect
    **{
        f"expect.{function.__name__}": Case(
            lambda value, function=function, more=more: function(
                "value", value, **more
            ),
            lambda good=good: {"value": good},
            words="value.*: expected .*got ", free="name " + " ".join(more),
            value=kind,
        )
        for function, good, kind, more in (
            (expect.array, np.ones((2, 3)), bad.array(), {
                "shape": (2, 3), "kinds": "iuf", "finite": True,
                "empty": False}),
            (expect.labels, [0, 1], bad.labels(2), {
                "length": 2, "classes": 2}),
            (expect.integer, 3, bad.integer(2, 4), {"least": 2, "most": 4}),
            (expect.number, 3.5, bad.number(2, 4, 2), {
                "least": 2, "most": 4, "above": 2}),
            (expect.choice, "ReLU", bad.choice, {"allowed": ["ReLU"]}),
            (expect.text, "a", bad.text, {}),
            (expect.function, print, bad.function, {}),
            (expect.generator, rng(), bad.generator, {}),
            (expect.mapping, {}, bad.mapping, {}),
            (expect.append, [], bad.just(None, 3, (), {}, "a"), {}),
            (expect.sequence, [1, 2], bad.sequence(2), {
                "length": 2, "least": 1}),
            (expect.iterable, [], bad.just(None, 3, object()), {}),
            (expect.box, PLANE, bad.box, {}),
            (expect.real_type, "f4", bad.real_type, {}),
            (expect.sizes, SIZES, bad.sizes, {}),
            (expect.notebook, notebook(), NO_NOTEBOOK, {}),
        )
    },
    "expect.axes": Case(
        lambda value: expect.axes("value", value), lambda: {"value": axis()},
        free="name", value=bad.axes,
    ),
    "expect.network": Case(
        lambda parameters: expect.network("parameters", parameters, M, K),
        lambda: {"parameters": parameters()}, free="name width outputs",
        parameters=bad.network,
    ),
    "expect.one_hot": Case(
        lambda y: expect.one_hot("y", y, D, K), lambda: {"y": sample()[2]},
        free="name length classes", y=bad.one_hot,
    ),
    "expect.training": Case(
        expect.training,
        lambda: {"epochs": 1, "batch_size": 1, "learning_rate": 0.1,
                 "decay": 0.1},
        epochs=bad.integer(least=0), batch_size=bad.integer(least=1),
        learning_rate=bad.number(least=0), decay=bad.number(least=0),
    ),
}
# functions that take anything, or are tested below
ELSEWHERE = {
    "build.main": "command line: its errors are exit codes",
    "expect.all_finite": "takes arrays that were looked at",
    "expect.got": "takes anything, to put it in words",
    "expect.room_for": "takes words for a message",
}
NATURAL = {"network"}  # equal to notebook 04's cells: see below
TO_COME = {"drawing_09", "study_09"}  # do not check their arguments yet


def public_functions():
    """Return {"module.function": function} of helpers, but for checks."""
    found = {}
    for part in pkgutil.iter_modules(helpers.__path__):
        if part.name in {"checks", *TO_COME}:
            continue
        module = importlib.import_module(f"helpers.{part.name}")
        for name, value in vars(module).items():
            own = getattr(value, "__module__", None) == module.__name__
            if inspect.isfunction(value) and own and name[0] != "_":
                found[f"{part.name}.{name}"] = value
    return found


PUBLIC = public_functions()


def test_every_public_function_has_a_test_of_bad_input():
    assert len(PUBLIC) > 100
    missing = []
    for name, function in PUBLIC.items():
        asks = set(inspect.signature(function).parameters)
        if name.split(".")[0] in NATURAL:
            known = asks if name in NETWORK else set()
        elif name in ELSEWHERE:
            known = asks
        elif name in CASES:
            known = set(CASES[name].kinds) | CASES[name].free
            assert known <= asks, (name, known - asks)
        else:
            known = set()
        missing += [f"{name}({argument})" for argument in asks - known]
    assert not missing, missing
    assert set(CASES) | set(ELSEWHERE) | set(NETWORK) <= set(PUBLIC)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("name", [n for n, c in CASES.items() if c.good])
def test_what_fits_passes(name, capsys):
    CASES[name].function(**CASES[name].good())


ARGUMENTS = [(name, kind) for name in CASES for kind in CASES[name].kinds]


@pytest.mark.parametrize(
    "name, argument", ARGUMENTS, ids=[f"{n}-{a}" for n, a in ARGUMENTS]
)
def test_what_does_not_fit_is_refused(name, argument, tmp_path):
    case = CASES[name]
    good = case.good() if case.good else other_arguments(name, tmp_path)
    wrong = case.kinds[argument](good.get(argument))

    def refused(value):
        with contextlib.redirect_stdout(None):
            with pytest.raises(case.raises) as caught:
                case.function(**{**good, argument: value})
        message = str(caught.value)
        assert len(message) < 400, message
        words = case.words.replace("{}", re.escape(argument))
        assert re.search(words, message, re.DOTALL), message

    for value in wrong.values:
        refused(value)
    if wrong.draws:
        few(given(value=st.one_of(wrong.draws))(refused))()


def other_arguments(name, tmp_path):
    """Arguments that fit, of functions that are not called with all."""
    return {
        "build.write": {"notebook": notebook(), "path": tmp_path / "a.ipynb"},
        "build.replace": {"path": tmp_path / "a", "content": b"a"},
        "exercises.exercise": {"number": "4.1", "title": "a", "hints": []},
        "plotting.show": {"fig": plt.figure(), "alt": "A full sentence. " * 5},
    }.get(name, {})


def test_command_line_of_the_build():
    for arguments in (["fly"], [], ["build", "--fast"]):
        with pytest.raises(SystemExit) as caught:
            build.main(arguments)
        assert caught.value.code == 2
    assert build.main(["build", "x"]) == 1


@given(value=st.one_of(bad.junk, st.sampled_from(bad.NO_ARRAY), st.none()))
def test_anything_can_be_put_in_words(value):
    assert 0 < len(expect.got(value)) <= 100
    assert len(expect.got([value] * 1000)) <= 100


def test_what_has_no_words_is_put_in_words_too():
    class Silent(list):
        def __repr__(self):
            raise ValueError

    assert "Silent" in expect.got(Silent())
    assert expect.got(10**10_000) and len(expect.got("a" * 10**6)) <= 60


# --- right results at the edges ---------------------------------------------

FORMS = {
    "list": lambda a: a.tolist(),
    "Fortran order": np.asfortranarray,
    "view": lambda a: np.repeat(a, 2, axis=0)[::2],
    "read-only": lambda a: np.broadcast_to(a, a.shape),
}


@pytest.mark.parametrize("form", FORMS)
def test_arrays_in_another_form_give_the_same(form):
    change = FORMS[form]
    x, digits, y = sample()
    given = {**training(), "after_epoch": None}
    first = layers.train(**{**given, "rng": rng()})
    second = layers.train(
        **{**given, "x": change(x), "y": change(y), "rng": rng()}
    )
    assert all(np.allclose(first[n], second[n], rtol=1e-12) for n in first)
    risks = [layers.empirical_risk(change(y), change(y)) for change in
             (np.asarray, FORMS[form])]
    assert risks[0] == risks[1]
    assert layers.accuracy(change(x), list(digits), first) == (
        layers.accuracy(x, digits, first)
    )
    turned = study_08.rotate(change(np.eye(3, 9)), 20)
    assert np.array_equal(turned, study_08.rotate(np.eye(3, 9), 20))


FINITE = st.floats(-1e300, 1e300)


SHORT = st.lists(FINITE, min_size=1, max_size=9)


@given(values=SHORT, width=st.integers(0, 9))
def test_running_mean_is_the_definition(values, width):
    found = study_07.running_mean(values, 2 * width + 1)
    for i, mean in enumerate(found):
        near = values[max(i - width, 0) : i + width + 1]
        exact = math.fsum(v / len(near) for v in near)
        largest = max(map(abs, near))
        assert math.isclose(mean, exact, rel_tol=1e-9, abs_tol=1e-9 * largest)


@given(
    sizes=st.lists(st.integers(1, 10**6), min_size=2, max_size=6),
    images=st.integers(0, 10**12),
)
def test_counts_are_exact_however_large(sizes, images):
    pairs = [(sizes[k], sizes[k + 1]) for k in range(len(sizes) - 1)]
    assert layers.count(sizes) == sum((M + 1) * N for M, N in pairs)
    products = 3 * sum(M * N for M, N in pairs) - sizes[0] * sizes[1]
    assert study_06.operations(sizes, images) == images * products


@given(z=st.lists(st.floats(allow_nan=False), min_size=1, max_size=9))
def test_sigmoid_of_any_number(z):
    from scipy.special import expit

    z = np.array(z)
    assert np.allclose(layers.sigmoid(z), expit(z), rtol=1e-14, atol=0)
    assert np.all(layers.sigmoid_prime(z) <= 0.25)
    assert np.array_equal(layers.relu_prime(z), np.where(z > 0, 1, 0))


def test_nan_is_not_hidden():
    """A maximum, an argmax and a comparison swallow NaN; these do not."""
    reports = gradient_check.gradient_check(**checked())
    lost = gradient_check.gradient_check(
        **{**checked(), "loss": lambda w: math.nan, "pattern": None}
    )
    for order in (reports + lost, lost + reports):
        assert math.isnan(gradient_check.worst(order))
    assert "too few" in study_08.in_words(math.nan, 0.1)
    assert "too few" in study_08.in_words(0.1, math.nan)
    assert study_07.difference([1], [0])[2] == "of unknown spread"
    assert math.isnan(study_08.summary([1.0, math.nan])[0])


def test_one_seed_has_no_spread():
    """What an interrupted study leaves is drawn and judged, without noise."""
    one = {n: np.array(v)[:1] for n, v in SWEEP.items() if n != "rates"}
    near = study_07.as_good(SWEEP["rates"], **one)
    assert near.tolist() == [False, True, False]
    ax = axis()
    drawing_07.against_rate(
        ax, SWEEP["rates"], one["accuracies"], one["lost"], 0
    )
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["1"] and len(ax.containers) == 1


# --- helpers.network: as notebook 04 has it, without checks of its own ------

# AttributeError: what is no array has no .T and no .copy
NETWORK_ERRORS = (ValueError, TypeError, AttributeError, ZeroDivisionError)
W = network.initialise(M, N, K, rng(), np.float64)


def network_pass():
    x, _, y = sample()
    z0, a0, z1, a1 = network.forward(x, *W)
    return {"x": x, "y": y, "z0": z0, "a0": a0, "a1": a1, "W1": W[2]}


# argument -> values that NumPy itself refuses
NO_MATRIX = [None, "text", {}, object(), [[1.0], [1.0, 2.0]]]
NETWORK = {
    "network.relu": (lambda: {}, {"z": [None, "text", {}, object()]}),
    "network.h_prime": (lambda: {}, {"z": [None, "text", {}, [1.0]]}),
    "network.softmax": (lambda: {}, {"z": [*NO_MATRIX, 1.0, np.ones(3)]}),
    "network.initialise": (
        lambda: {"M": M, "N": N, "K": K, "rng": rng()},
        {
            **{
                size: [None, "3", -1, 1.5, [2], math.nan] for size in "NK"
            },
            "M": [None, "3", 1.5, [2], math.nan, 0],
            "dtype": ["nonsense", 3],
            "rng": [3, "a"],
        },
    ),
    "network.forward": (
        lambda: dict(zip(("x", "W0", "b0", "W1", "b1"), (sample()[0], *W))),
        {
            "x": [*NO_MATRIX, np.ones((D, M + 1)), np.ones(M), 1.0],
            "W0": [*NO_MATRIX, W[0].T, 1.0, np.ones(N)],
            "b0": [None, "text", {}, np.ones(N + 1)],
            "W1": [*NO_MATRIX, W[2].T, 1.0],
            "b1": [None, "text", {}, np.ones(K + 1)],
        },
    ),
    "network.empirical_risk": (
        lambda: {"y": sample()[2], "z1": sample()[2]},
        {
            "y": [None, "text", {}, np.arange(D), np.ones((D, K + 1))],
            "z1": [None, "text", {}, 1.0, np.ones(K), np.ones((D, K + 1))],
        },
    ),
    "network.backward": (
        network_pass,
        {
            "x": [None, 1.0, np.ones((D + 1, M))],
            "y": [None, "text", np.arange(D), np.ones((D, K + 1))],
            "z0": [None, "text", np.ones((D, N + 1))],
            "a0": [None, "text", np.ones((D + 1, N))],
            "a1": [None, "text", np.ones((D, K + 1))],
            "W1": [None, "text", W[2].T, 1.0],
        },
    ),
    "network.mini_batches": (
        lambda: {"D": D, "batch_size": 2, "rng": rng()},
        {
            "D": [None, 1.5, math.nan],
            "batch_size": [None, "2", 0, 1.5, [2]],
            "rng": [],
        },
    ),
    "network.train": (
        lambda: {"parameters": W, "x": sample()[0], "y": sample()[2],
                 "epochs": 1, "batch_size": 2, "rate": 0.1, "rng": rng()},
        {
            "parameters": [None, W[:3], W[::-1], [1, 2, 3, 4], "abcd"],
            "x": [None, "text", np.ones((D, M + 1)), [[1.0]]],
            "y": [None, np.arange(D), np.ones((D, K + 1)), "text"],
            "epochs": [None, "1", 1.5, [1]],
            "batch_size": [None, "2", 0, 1.5],
            "rate": [None, "a", 1j],
            "after_epoch": [3, "f"],
        },
    ),
    "network.predict": (
        lambda: dict(zip(("x", "W0", "b0", "W1", "b1"), (sample()[0], *W))),
        {"x": [*NO_MATRIX, np.ones((D, M + 1))], "W0": [W[0].T, None]},
    ),
    "network.accuracy": (
        lambda: {"x": sample()[0], "digits": sample()[1], "parameters": W},
        {
            "x": [*NO_MATRIX, np.ones((D, M + 1))],
            "digits": [np.arange(D - 1), np.eye(D)[:, :2]],
            "parameters": [None, W[:3]],
        },
    ),
}


NETWORK_CASES = [
    pytest.param(name, argument, place, id=f"{name}-{argument}-{place}")
    for name, (_, kinds) in NETWORK.items()
    for argument, values in kinds.items()
    for place in range(len(values))
]


@pytest.mark.parametrize("name, argument, place", NETWORK_CASES)
def test_numpy_refuses_for_the_network(name, argument, place):
    good, kinds = NETWORK[name]
    given = {**good(), argument: kinds[argument][place]}
    with pytest.raises(Exception) as caught:
        result = PUBLIC[name](**given)
        if name == "network.mini_batches":
            list(result)
    assert isinstance(caught.value, NETWORK_ERRORS), repr(caught.value)


def test_where_the_network_alone_would_be_wrong_its_callers_are_not():
    """Input that NumPy takes without a word; `layers` refuses it."""
    x, digits, y = sample()
    square = np.eye(K)[[0, 1, 2]]
    z = rng().normal(size=(K, K))
    # as many samples as classes: digits in place of one-hot rows broadcast
    assert np.isfinite(network.empirical_risk(np.arange(K), z))
    with pytest.raises(ValueError, match="y: expected shape"):
        layers.empirical_risk(np.arange(K), z)
    assert np.isfinite(layers.empirical_risk(square, z))
    # rows of another meaning that happen to be as long
    many = np.zeros((2, D), int)
    assert 0 <= network.accuracy(x, many, W) <= 1
    with pytest.raises(ValueError, match="digits: expected shape"):
        layers.accuracy(x, many, parameters())
    # a negative batch size, a negative number of rows: no batches at all
    assert list(network.mini_batches(D, -1, rng())) == []
    assert list(network.mini_batches(-1, 2, rng())) == []
    with pytest.raises(ValueError, match="batch_size: expected 1 or more"):
        layers.train(**{**training(), "batch_size": -1})
    # NaN has an argmax
    lost = {n: a * math.nan for n, a in parameters().items()}
    assert list(network.predict(x, *lost.values())) == [0] * D
    with pytest.raises(ValueError, match="expected finite values"):
        layers.predict(x, lost)
