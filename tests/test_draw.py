"""The pad to draw on: the site's page and JupyterLab, in a real browser."""

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
import test_jupyterlab
import test_site
from PIL import Image
from real_browser import keep_screenshot
from test_jupyterlab import cell, execute, opened, run

from helpers import data, draw
from helpers.network import empirical_risk, forward

site, browser, address = test_site.site, test_site.browser, test_site.address
lab = test_jupyterlab.lab
DRAWINGS = json.loads((Path(__file__).parent / "strokes.json").read_text())
READY = "document.getElementById('course-draw').pad"
MNIST = data.load_mnist()
X = MNIST.x_test[:100]


def network(x):
    """Return z1 and a1 of the stored network, its weights of 16 bits."""
    weights = [array.astype(np.float16).astype(float)
               for array in data.load_network().parameters]
    return forward(x, *weights)[2:]


@pytest.fixture
def page(browser, site):
    """The page, opened from disk: nothing is asked for but its own files."""
    url = f"{site.as_uri()}/draw.html"
    with test_site.visit(browser, url) as (page, requested):
        page.wait_for_function(READY)
        yield page
        assert all(url.startswith(site.as_uri()) for url in requested)


def words(page):
    return page.inner_text(".draw-words").replace("\xa0", " ")


def predicted(page):
    return int(words(page).removeprefix("Prediction: ")[0])


def drawn(page, strokes):
    """Draw with the mouse on a cleared pad; return the digit predicted."""
    page.click("[name=clear]")
    box = page.locator(".draw-pad").bounding_box()
    for points in strokes:
        for k, (x, y) in enumerate(points):
            page.mouse.move(box["x"] + 10 * x, box["y"] + 10 * y)
            if k == 0:
                page.mouse.down()
        page.mouse.up()
    return predicted(page)


def pixels(page, name):  # (rows, columns, 3), as bytes
    url = page.locator(name).evaluate("canvas => canvas.toDataURL()")
    picture = Image.open(io.BytesIO(base64.b64decode(url.split(",")[1])))
    return np.array(picture.convert("RGB")).astype(int)


def ink(page):
    return 255 - pixels(page, ".draw-given")[..., 0]


def assert_same_as_numpy(page):
    code = """x => x.map((row) => Array.from(document.querySelector(
      ".course-draw").parentElement.pad.run(row).a1))"""
    found, a1 = np.array(page.evaluate(code, X.tolist())), network(X)[1]
    assert np.max(np.abs(found - a1)) < 1e-4
    assert np.array_equal(found.argmax(axis=1), a1.argmax(axis=1))


def test_the_sizes(site):
    script = (site / "_static" / "draw.js").read_text()
    assert script.count("\n") <= 250
    assert script.split("// ---")[1].count("\n") <= 60  # the forward pass
    assert Path(draw.__file__).read_text().count("\n") <= 80
    assert (site / "_static" / "network.js").stat().st_size <= 250_000


def test_a_wrong_function_gets_a_sentence():
    for function, sentence in (
        (lambda x: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda x: x[:, :5], "got (1, 5)"),
        (lambda x: x[:, :10] * np.nan, "nan"),
        (lambda x: x[:, :10] - 1, "values >= 0, got (1, 10)"),
        (lambda x: np.ones((1, 10)), "add up to 10, expected 1"),
    ):
        assert sentence in draw.answer(function, MNIST.x_test[0])[1]


def test_without_widgets_a_picture_and_a_sentence(capsys):
    pad = draw.draw_digit(lambda x: network(x)[1])
    assert pad.image.shape == (784,) and pad.image.dtype == np.float32
    assert "Prediction: 3, 100 %" in capsys.readouterr().out


def test_the_script_computes_what_numpy_computes(page):
    """... and the map is the gradient of the risk: against differences."""
    assert_same_as_numpy(page)
    page.select_option("select", "5")
    x, y, h = ink(page).ravel() / 255, np.eye(10)[[5]], 1e-5
    risks = [[empirical_risk(y, z1[None]) for z1 in network(moved)[0]]
             for moved in (x - h * np.eye(784), x + h * np.eye(784))]
    effect = -np.diff(risks, axis=0)[0]  # likelier where the risk falls
    red, green, blue = np.moveaxis(pixels(page, ".draw-map"), 2, 0)
    shown = np.where(red > blue, (255 - green) / 231, (red - 255) / 222)
    wanted = effect / np.max(np.abs(effect))
    assert np.max(np.abs(shown.ravel() - wanted)) < 0.02


def test_thirty_drawings(page):
    """All ten digits by three hands: with all steps, and with one left out."""
    right = {}
    for left_out in ("", "centre", "scale"):
        for step in ("scale", "centre"):
            page.set_checked(f"[name={step}]", step != left_out)
        right[left_out] = sum(drawn(page, own["strokes"]) == own["digit"]
                              for own in DRAWINGS)
    assert len(DRAWINGS) == 30 and right[""] >= 27, right
    assert right["centre"] <= right[""] - 5 and right["scale"] < right[""]


def test_it_is_prepared_as_mnist_was(page):
    for own in DRAWINGS:
        drawn(page, own["strokes"])
        image = ink(page)
        ends, means = zip(*((np.ptp(np.flatnonzero(side)),
                             side @ np.arange(28) / side.sum())
                            for side in (image.sum(0), image.sum(1))))
        assert 18 <= max(ends) <= 21 and np.allclose(means, 14, atol=0.3)
    page.uncheck("[name=grey]")
    assert {*ink(page).ravel()} == {0, 255}


def test_small_in_a_corner(page):
    page.click("[name=small]")
    assert words(page).startswith("Prediction: 3, with more than 99 %")
    page.uncheck("[name=scale]")
    page.uncheck("[name=centre]")
    assert predicted(page) != 3
    assert "With all three steps: 3, with more than 99 %" in words(page)


def test_an_empty_pad_and_undo(page):
    drawn(page, DRAWINGS[4]["strokes"])  # a 4, of two lines
    page.click("[name=undo]")
    assert ink(page).any()
    page.click("[name=undo]")
    assert words(page).startswith("The pad is empty") and not ink(page).any()
    assert not page.locator(".draw-inside").is_visible()


def test_by_keyboard_and_for_a_screen_reader(page):
    labels = MNIST.y_test[draw.EXAMPLES]
    assert {*labels} == {*range(10)}
    page.locator(".draw-stored button").first.focus()
    for k, label in enumerate(labels):  # nothing tells it in advance
        name = page.evaluate("document.activeElement.ariaLabel")
        assert name == f"stored digit {k + 1}"
        page.keyboard.press("Enter")
        told = page.locator("[role=status]").inner_text()
        assert told.endswith(f"Its label in MNIST: {label}.")
        page.keyboard.press("Tab")


def test_no_obstacles_in_light_and_dark(browser, address):
    with test_site.visit(browser, f"{address}/draw.html") as (page, _):
        page.click("[name=small]")
        page.uncheck("[name=centre]")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            told = f"document.documentElement.dataset.theme === '{scheme}'"
            page.wait_for_function(told)
            page.evaluate("openFolds()")  # and colours have faded
            keep_screenshot(page, f"draw_{scheme}")
            assert page.evaluate("obstacles()") == []


def test_by_touch_on_a_telephone_and_nothing_is_sent(browser, address):
    context = browser.new_context(viewport={"width": 390, "height": 844},
                                  has_touch=True, is_mobile=True)
    page, sent = context.new_page(), []
    page.goto(f"{address}/draw.html")
    page.wait_for_function(READY)
    page.on("request", lambda request: sent.append(request.url))
    page.tap("[name=clear]")
    box = page.locator(".draw-pad").bounding_box()
    send = context.new_cdp_session(page).send
    for k in range(10):  # downwards: the page would scroll
        at = {"x": box["x"] + 140, "y": box["y"] + 40 + 20 * k}
        kind = "touchMove" if k else "touchStart"
        send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
    send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert predicted(page) == 1 and sent == []
    assert page.evaluate("scrollY") == 0
    keep_screenshot(page, "draw_phone")


@pytest.mark.parametrize("damage", ["missing", "cut", "altered"])
def test_damaged_weights_get_a_sentence(browser, site, damage):
    script = (site / "_static" / "network.js").read_text()
    half, rest = script[: len(script) // 2], script[len(script) // 2 :]
    page = browser.new_page()
    body = {"missing": "", "cut": half, "altered": half + "AAAA" + rest[4:]}
    page.route("**/network.js", lambda r: r.fulfill(body=body[damage]))
    page.goto(f"{site.as_uri()}/draw.html")
    page.wait_for_selector("text=network.js is missing or damaged")


def test_in_jupyterlab(lab, browser):
    """Notebook 00 as a student has it; then with a function that is wrong."""
    page = browser.new_page(viewport={"width": 1300, "height": 1500})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, lab.url("notebooks/student/00_start_here.ipynb"))
    execute(page, cell(page, "import os"))
    page.locator(".jp-InputPrompt", has_text="[1]:").wait_for()
    run(page, "pad = draw_digit(", "Prediction: 3, with more than 99")
    assert_same_as_numpy(page)
    keep_screenshot(page, "draw_jupyterlab")
    page.evaluate("document.querySelector('.draw-stored button').focus()")
    page.keyboard.press("Enter")  # a stored digit: the kernel answers
    page.wait_for_selector("text=Its label in MNIST: 8.")
    one = network(MNIST.x_test[[draw.EXAMPLES[0]]])[1][0]
    texts = page.locator(".draw-bars output").all_inner_texts()
    shown = [float(text.split("\xa0")[0]) for text in texts]
    assert np.allclose(shown, 100 * one, atol=0.15)
    cell(page, "pad = draw_digit(").locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("print(pad.image @ np.arange(784))\n"
                              "pad = draw_digit(lambda x: x @ np.ones(3))")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=Your function raised ValueError")
    kept = page.locator(".jp-OutputArea-output pre").first.inner_text()
    wanted = MNIST.x_test[draw.EXAMPLES[0]] @ np.arange(784)
    assert abs(float(kept) / wanted - 1) < 1e-6  # `pad.image` was the digit
    assert not page.locator(".draw-inside").is_visible()
    assert all(re.match("http://127.0.0.1:|blob:|data:", u) for u in asked)
