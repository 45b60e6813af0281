// What a starting kernel says about itself does not change a notebook.
"use strict";

(() => {
  let shared;

  // What JupyterLab shares with its extensions, by name.
  async function share(name) {
    const [version] = Object.values(shared[name]);
    return (await version.get())();
  }

  // JupyterLab writes the kernel's `language_info` (with its Python's
  // version) and `kernelspec` into each notebook that it opens, and then
  // calls it changed. It still is, if the language or kernel is another one.
  function keepUnchanged(model) {
    const setMetadata = model.setMetadata;
    model.setMetadata = function (key, value) {
      const told = key === "language_info" || key === "kernelspec";
      const same = told && this.getMetadata(key)?.name === value?.name;
      const unchanged = same && !this.dirty;
      setMetadata.call(this, key, value);
      if (unchanged) {
        this.dirty = false;
      }
    };
  }

  async function makeExtension() {
    const { INotebookTracker } = await share("@jupyterlab/notebook");
    const extension = {
      id: "course-unchanged:plugin",
      autoStart: true,
      requires: [INotebookTracker],
      activate: (app, tracker) => {
        tracker.widgetAdded.connect((_, panel) => {
          keepUnchanged(panel.content.model);
        });
      },
    };
    return { __esModule: true, default: extension };
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["course-unchanged"] = {
    init: (scope) => { shared = scope; },
    get: async () => {
      const extension = await makeExtension();
      return () => extension;
    },
  };
})();
