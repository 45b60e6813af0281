// JupyterLab's own renderer of images, and the alternative text besides.
"use strict";

(() => {
  let shared;

  // What JupyterLab shares with its extensions, by name.
  async function share(name) {
    const [version] = Object.values(shared[name]);
    return (await version.get())();
  }

  async function makeExtension() {
    const { RenderedImage } = await share("@jupyterlab/rendermime");

    class FigureWithText extends RenderedImage {
      async render(model) {
        await super.render(model);
        const { alt } = model.metadata["image/png"] ?? {};
        const image = this.node.querySelector("img");
        if (alt && image) {
          image.alt = alt;
        }
      }
    }
    const extension = {
      id: "course-figure-text:png",
      rank: 90, // that of JupyterLab's own renderer
      rendererFactory: {
        safe: true,
        mimeTypes: ["image/png"],
        createRenderer: (options) => new FigureWithText(options),
      },
    };
    return { __esModule: true, default: extension };
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["course-figure-text"] = {
    init: (scope) => { shared = scope; },
    get: async () => {
      const extension = await makeExtension();
      return () => extension;
    },
  };
})();
