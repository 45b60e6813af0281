// The course's figures in JupyterLab: alternative texts, and a slider for
// those that move. What is shown is stored in the notebook: see `show` and
// `frames` in helpers/plotting.py.
"use strict";

(() => {
  const FRAMES = "application/vnd.course.frames+json";
  const PNG = "image/png";
  const MOVES = /^(Arrow(Left|Right|Up|Down)|Home|End|Page(Up|Down))$/;
  let shared;

  // What JupyterLab shares with its extensions, by name.
  async function share(name) {
    const [version] = Object.values(shared[name]);
    return (await version.get())();
  }

  function make(kind, properties, style) {
    const made = Object.assign(document.createElement(kind), properties);
    Object.assign(made.style, style);
    return made;
  }

  // JupyterLab goes to another cell with these keys; here they are the
  // slider's. Its listener is the document's, so ours comes before it.
  window.addEventListener("keydown", (event) => {
    const { altKey, ctrlKey, metaKey, key, target } = event;
    if (MOVES.test(key) && !(altKey || ctrlKey || metaKey)
        && target.matches?.(".course-frames input")) {
      event.stopPropagation();
    }
  }, true);

  // One frame, and a slider that chooses it.
  function movement({ data, metadata }) {
    const { alt = "", width } = metadata[PNG] ?? {};
    const { frames } = metadata[FRAMES];
    const { labels, start } = data[FRAMES];
    const image = make("img", { alt }, { maxWidth: "100%", height: "auto" });
    if (width) {
      image.style.width = `${width}px`;
    }
    const last = frames.length - 1;
    const slider = make(
      "input", { type: "range", min: 0, max: last, value: start },
      { flex: "0 1 20em", margin: "0 1em 0 0" });
    const label = make("output");
    const row = make("div", {}, { display: "flex", padding: "4px 0" });
    row.append(slider, label);
    const show = () => {
      image.src = `data:${PNG};base64,${frames[slider.value]}`;
      label.value = labels[slider.value];
      slider.setAttribute("aria-valuetext", label.value);
    };
    slider.setAttribute("aria-label", "frame of the figure above");
    label.setAttribute("aria-live", "off"); // the slider says it already
    slider.addEventListener("input", show);
    show();
    return [image, row];
  }

  async function makeExtensions() {
    const { RenderedCommon, RenderedImage } =
      await share("@jupyterlab/rendermime");

    class FigureWithText extends RenderedImage {
      async render(model) {
        await super.render(model);
        const { alt } = model.metadata[PNG] ?? {};
        const image = this.node.querySelector("img");
        if (alt && image) {
          image.alt = alt;
        }
      }
    }

    class MovingFigure extends RenderedCommon {
      async render(model) {
        this.addClass("course-frames");
        this.node.replaceChildren(...movement(model));
      }
    }
    const extension = (name, rank, mimeType, Renderer) => ({
      id: `course-figures:${name}`,
      rank,
      rendererFactory: {
        safe: true,
        mimeTypes: [mimeType],
        createRenderer: (options) => new Renderer(options),
      },
    });
    return [
      extension("png", 90, PNG, FigureWithText), // JupyterLab's own has 90
      extension("frames", 80, FRAMES, MovingFigure), // preferred to a PNG
    ];
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["course-figures"] = {
    init: (scope) => { shared = scope; },
    get: async () => {
      const extensions = await makeExtensions();
      return () => ({ __esModule: true, default: extensions });
    },
  };
})();
