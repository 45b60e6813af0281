"""A pad to draw a digit on, which a function in the kernel answers."""

import base64
import os
import zlib
from types import SimpleNamespace

import anywidget
import numpy as np
from IPython.display import display
from PIL import Image, ImageDraw
from traitlets import Dict

from helpers import plotting
from helpers.data import PATH, load_mnist

FILES = PATH.parents[1] / "docs" / "_static"
EXAMPLES = [61, 3, 17, 9009, 18, 2, 8, 1112, 1, 4, 9729, 11, 7, 30, 2654, 84,
            14, 0, 12, 5]  # rows of the test sample, some of them hard
# drawn for the course: x, y, x, y ... of one line, in % of the side
DRAWING = [33, 27, 38, 21, 47, 18, 56, 20, 61, 25, 62, 32, 58, 40, 46, 47, 57,
           50, 64, 57, 66, 65, 63, 73, 57, 79, 49, 81, 41, 80, 33, 75]


def draw_digit(predict_probabilities, parameters=()):
    """Show a pad to draw on; return it, with the drawing as `image` (784,).

    `predict_probabilities` is called with rows x (D, 784) while you draw, and
    gives (D, 10); `parameters`, W0, b0, W1, b1, serve to look inside.
    """
    paper = Image.new("L", (280, 280))
    ImageDraw.Draw(paper).line([2.8 * v for v in DRAWING], 255, 28, "curve")
    drawn = np.float32(paper.resize((28, 28), Image.BOX)).ravel() / 255
    if os.environ.get("COURSE_NO_BARS"):  # as builds and tests set it
        alt = "A digit drawn for the course, as an image of 28 x 28 pixels."
        plotting.show(plotting.digits([drawn], size=1.5), alt)
        a1, problem = answer(predict_probabilities, drawn)
        print("A stored drawing. In JupyterLab, you draw here yourself.")
        print(problem or f"Prediction: {np.argmax(a1)}, {100 * max(a1):.0f} %")
        return SimpleNamespace(image=drawn)
    script = (FILES / "draw.js").read_text(encoding="utf-8")
    class Pad(anywidget.AnyWidget):
        _esm, _css = f"{script}export default courseDraw;", FILES / "draw.css"
        stored, image = Dict(pack(parameters)).tag(sync=True), drawn
        question, answer = Dict().tag(sync=True), Dict().tag(sync=True)
        def __repr__(self):
            return "A pad to draw on, where widgets work."

    def reply(change):
        pad.image = np.float32(change.new["pixels"]) / np.float32(255)
        a1, problem = answer(predict_probabilities, pad.image)
        pad.answer = {"turn": change.new["turn"], "a1": a1, "problem": problem}

    pad = Pad()
    pad.observe(reply, "question")
    display(pad)
    return pad


def answer(predict_probabilities, image):
    """Return a function's ten probabilities or None, and what is wrong."""
    try:
        a1 = np.asarray(predict_probabilities(image[None].copy()), float)
    except Exception as error:  # a student's own function may raise anything
        return None, f"Your function raised {type(error).__name__}: {error}"
    if a1.shape != (1, 10) or not np.all(a1 >= 0):  # nan is not, either
        return None, f"Expected (1, 10) values >= 0, got {a1.shape}: {a1}."
    wrong = f"Your ten values add up to {a1.sum():.3g}, expected 1."
    return a1[0].tolist(), "" if abs(a1.sum() - 1) < 1e-3 else wrong


def pack(parameters):
    """Return what draw.js is given: 16-bit floats, their first bytes first."""
    mnist, drawing = load_mnist(), np.reshape(DRAWING, (1, -1, 2)) * 0.28
    rows = [*map(np.ravel, parameters), 255 * mnist.x_test[EXAMPLES].ravel()]
    planes = np.concatenate(rows).astype(">f2").view("u1").reshape(-1, 2).T
    text = base64.b64encode(zlib.compress(planes.tobytes(), 9)).decode()
    return {"packed": text, "drawing": drawing.tolist(),
            "labels": mnist.y_test[EXAMPLES].tolist(),
            "page": (FILES / "draw.html").read_text(encoding="utf-8")}
