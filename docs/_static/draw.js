// A pad to draw a digit on, and a network that answers: on the site's page
// "Draw a digit", and in JupyterLab. A classic script, since a page opened from
// disk may load no module; helpers/draw.py adds the export that makes it one.
"use strict";
const courseDraw = (() => {
  const SIDE = 28, BOX = 20, MIDDLE = 14; // pixels; MNIST's mean place of ink
  const PEN = 2.8; // pixels: as thick as MNIST's lines are on average

  // --- the network of notebook 04, for one row x -------- the line in NumPy
  function product(x, W) {                              // x @ W
    const N = W.length / x.length, z = new Float64Array(N);
    for (let m = 0; m < x.length; m += 1) {
      for (let n = 0; n < N; n += 1) z[n] += x[m] * W[m * N + n];
    }
    return z;
  }
  function productT(delta, W) {                         // delta @ W.T
    const N = delta.length;
    return new Float64Array(W.length / N).map((_, m) =>
      delta.reduce((sum, value, n) => sum + value * W[m * N + n], 0));
  }

  const plus = (z, b) => z.map((value, n) => value + b[n]);
  const relu = (z) => z.map((value) => Math.max(value, 0));
  const hPrime = (z) => z.map((value) => (value > 0 ? 1 : 0));
  function softmax(z) {
    const m = Math.max(...z);                           // np.max(z)
    const e = z.map((value) => Math.exp(value - m));    // np.exp(z - m)
    const sum = e.reduce((s, value) => s + value);      // np.sum(e)
    return e.map((value) => value / sum);               // e / np.sum(e)
  }

  function forward(x, { W0, b0, W1, b1 }) {
    const z0 = plus(product(x, W0), b0);                // z0 = x @ W0 + b0
    const a0 = relu(z0);                                // a0 = relu(z0)
    const z1 = plus(product(a0, W1), b1);               // z1 = a0 @ W1 + b1
    const a1 = softmax(z1);                             // a1 = softmax(z1)
    return { z0, a0, z1, a1 };
  }

  // Notebook 03's recursion, one step further: dJ/dx for a class.
  function pixelEffect({ z0, a1 }, digit, { W0, W1 }) {
    const delta1 = a1.map((a, n) => a - (n === digit)); // delta1 = a1 - y
    const back = productT(delta1, W1);                  // delta1 @ W1.T
    const delta0 = hPrime(z0).map((h, n) => h * back[n]); // h_prime(z0) * ...
    return productT(delta0, W0);                        // delta0 @ W0.T
  }

  // --- from strokes to an image, as MNIST was made ------------------------
  const between = (low, value, high) => Math.min(Math.max(value, low), high);
  const move = (strokes, to) => strokes.map(
    (points) => points.map((point) => point.map(to)));

  // Ink in each pixel: 1 on the line, 0 beside it, between them on its edge.
  function ink(strokes, reach = PEN / 2 + 0.5) {
    const grid = new Float64Array(SIDE * SIDE);
    for (const points of strokes) points.forEach(([bx, by], k) => {
      const [ax, ay] = points[Math.max(k - 1, 0)];
      const dx = bx - ax, dy = by - ay, square = dx * dx + dy * dy || 1;
      grid.forEach((darkest, i) => {
        const x = i % SIDE + 0.5 - ax, y = Math.floor(i / SIDE) + 0.5 - ay;
        const t = between(0, (x * dx + y * dy) / square, 1);
        const distance = Math.hypot(x - t * dx, y - t * dy);
        grid[i] = Math.max(darkest, between(0, reach - distance, 1));
      });
    });
    return grid;
  }

  // The bytes of an image of 28 x 28; each step can be left out.
  function prepare(strokes, scale = true, centre = true, grey = true) {
    if (!strokes.length) return Array(SIDE * SIDE).fill(0);
    if (scale) {
      const sides = [0, 1].map((k) => strokes.flat().map((p) => p[k]));
      const low = sides.map((s) => Math.min(...s));
      const size = sides.map((s, k) => Math.max(...s) - low[k]);
      const factor = (BOX - PEN) / Math.max(...size, 1);
      const room = size.map((s, k) => low[k] / (SIDE - s || 1)); // before it
      strokes = move(strokes, (v, k) => PEN / 2 + factor * (v - low[k])
        + room[k] * (SIDE - PEN - factor * size[k]));
    }
    let grid = ink(strokes);
    if (centre) {
      const places = [(i) => i % SIDE, (i) => Math.floor(i / SIDE)];
      const mean = places.map((place) => grid.reduce(
        (s, v, i) => s + v * place(i), 0) / grid.reduce((s, v) => s + v));
      grid = ink(move(strokes, (v, k) => v + MIDDLE - mean[k]));
    }
    return Array.from(grid, (v) => Math.round(255 * (grey ? v : v >= 0.5)));
  }

  // --- what helpers/draw.py packs: the network and stored digits ---------
  function half(bits) { // a number of 16 bits: sign, exponent, fraction
    const exponent = (bits >> 10) & 31, fraction = (bits & 1023) / 1024;
    return (bits >> 15 ? -1 : 1) * 2 ** (Math.max(exponent, 1) - 15)
      * ((exponent > 0) + fraction);
  }

  // zlib has a checksum: what was cut or altered raises an error.
  async function unpack({ packed, labels }) {
    const text = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    const stream = new Blob([text]).stream()
      .pipeThrough(new DecompressionStream("deflate"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const count = bytes.length / 2;
    const N = (count - labels.length * 784 - 10) / (784 + 1 + 10);
    let from = 0;
    const take = (size) => Float64Array.from({ length: size },
      () => half((bytes[from] << 8) | bytes[count + from++]));
    const network = N < 1 ? null : { W0: take(784 * N), b0: take(N),
      W1: take(N * 10), b1: take(10) };
    return { network, digits: labels.map(() => Array.from(take(784))) };
  }

  // --- what is seen -------------------------------------------------------
  const grey = (v) => Array(3).fill(255 * (1 - v));
  const signed = (v) => (v > 0 ? [178, 24, 43] : [33, 102, 172])
    .map((end) => 255 + (end - 255) * Math.abs(v));
  const part = (p) => (p > 0.99 ? "more than 99" : p < 0.01 ? "less than 1"
    : Math.round(100 * p)) + "\u00a0%";
  const best = (a1) => [...a1.keys()].sort((i, j) => a1[j] - a1[i]);
  const words = (a1) => best(a1).slice(0, 2)
    .map((digit) => `${digit}, with ${part(a1[digit])}`).join("; second: ");

  function paint(canvas, values, columns, colour, text) {
    const rows = Math.ceil(values.length / columns);
    Object.assign(canvas, { width: columns, height: rows });
    const picture = new ImageData(columns, rows);
    values.forEach((v, i) => picture.data.set([...colour(v), 255], 4 * i));
    canvas.getContext("2d").putImageData(picture, 0, 0);
    if (text) canvas.nextElementSibling.textContent = text;
  }

  async function render({ model, el }) {
    const kernel = typeof model.set === "function"; // it computes a1, not we
    const stored = model.get("stored");
    let network, digits;
    try {
      ({ network, digits } = await unpack(stored));
    } catch {
      el.textContent = "The pad cannot be shown: its file _static/network.js "
        + "is missing or damaged. Building the site again makes it anew.";
      return;
    }
    if (kernel) el.innerHTML = stored.page;
    const find = (name) => el.querySelector(name);
    const pad = find(".draw-pad"), pen = pad.getContext("2d");
    const given = find(".draw-given"), select = find("select");
    const run = (row) => forward(row, network);
    const boxes = [...el.querySelectorAll("[type=checkbox]")];
    pen.scale(pad.width / SIDE, pad.width / SIDE);
    Object.assign(pen, { lineWidth: 1.8, lineCap: "round", lineJoin: "round",
      imageSmoothingEnabled: false });
    let strokes, image, note, fresh, x, a1, timer, turn = 0;
    function start(drawing, example = true, bytes = null, label = "") {
      [strokes, image, note, fresh] = [drawing, bytes, label, example];
      update();
    }
    function update() {
      const steps = boxes.map((box) => box.checked);
      const pixels = image || prepare(strokes, ...steps);
      x = pixels.map((v) => v / 255);
      paint(given, x, SIDE, grey);
      pen.clearRect(0, 0, SIDE, SIDE);
      if (image) pen.drawImage(given, 0, 0);
      for (const points of strokes) {
        pen.beginPath();
        [points[0], ...points].forEach((point) => pen.lineTo(...point));
        pen.stroke();
      }
      turn += 1;
      clearTimeout(timer);
      if (!pixels.some(Boolean)) {
        show(null, "The pad is empty: draw a digit, or choose a stored one.");
      } else if (kernel) {
        model.set("question", { turn, pixels });
        model.save_changes();
        timer = setTimeout(show, 2000, null, "The kernel has not answered yet: "
          + "perhaps another cell is running.");
      } else {
        const whole = () => run(prepare(strokes).map((v) => v / 255)).a1;
        const other = image || steps.every(Boolean) ? ""
          : `. With all three steps: ${words(whole())}`;
        show(run(x).a1, `Prediction: ${words(run(x).a1)}${note}${other}.`);
      }
    }
    function show(probabilities, text) {
      a1 = probabilities;
      find(".draw-words").textContent = text;
      [...find(".draw-bars").children].forEach((row, n) => {
        row.className = a1 && best(a1)[0] === n ? "draw-best" : "";
        row.querySelector("i").style.width = `${a1 ? 100 * a1[n] : 0}%`;
        row.lastChild.value = a1 ? `${(100 * a1[n]).toFixed(1)}\u00a0%` : "";
      });
      lookInside();
    }
    function lookInside() {
      if ((find(".draw-inside").hidden = !network || !a1)) return;
      const passed = run(x), { a0 } = passed, most = Math.max(...a0, 1e-9);
      const active = a0.filter((v) => v > 0).length;
      paint(find(".draw-hidden"), a0.map((v) => v / most), 16, grey, `The hidden
        neurons, darker where a0 is larger: ${active} of ${a0.length} active`);
      const digit = Number(select.value || best(a1)[0]);
      const effect = pixelEffect(passed, digit, network).map((v) => -v);
      const end = Math.max(...effect.map(Math.abs)) || 1;
      paint(find(".draw-map"), effect.map((v) => v / end), SIDE, signed,
        `Ink in a red pixel makes a ${digit} more likely, in a blue one less`);
    }
    const at = ({ offsetX, offsetY }) => [offsetX, offsetY].map(
      (v) => between(0, SIDE * v / pad.clientWidth, SIDE));
    pad.onpointerdown = (event) => {
      if (!event.isPrimary || event.button) return;
      pad.setPointerCapture(event.pointerId);
      if (fresh) [strokes, image, note, fresh] = [[], null, "", false];
      strokes.push([at(event)]);
      update();
    };
    pad.onpointermove = (event) => {
      if (!pad.hasPointerCapture(event.pointerId)) return;
      strokes[strokes.length - 1].push(at(event));
      update();
    };
    find("[name=undo]").onclick = () => start(strokes.slice(0, -1), false);
    find("[name=clear]").onclick = () => start([]);
    find("[name=small]").onclick = () => start(
      move(fresh ? stored.drawing : strokes, (v) => 1.5 + 0.35 * v), fresh);
    boxes.forEach((box) => { box.onchange = update; });
    select.onchange = lookInside;
    digits.forEach((bytes, k) => {
      const button = find(".draw-stored").children[k];
      const label = `. Its label in MNIST: ${stored.labels[k]}`;
      button.onclick = () => start([], true, bytes, label);
      paint(button.firstChild, bytes.map((v) => v / 255), SIDE, grey);
    });
    if (kernel) model.on("change:answer", () => {
      const { turn: asked, a1: p, problem } = model.get("answer");
      if (asked !== turn) return; // an older image's
      clearTimeout(timer);
      show(p, problem || `Prediction: ${words(p)}${note}.`);
    });
    find(".course-draw").hidden = false;
    el.pad = { start, run };
    start(stored.drawing);
  }

  return { render };
})();
const coursePage = document.getElementById("course-draw"); // the site's
if (coursePage) courseDraw.render({ el: coursePage,
  model: { get: () => window.courseNetwork || {} } });
