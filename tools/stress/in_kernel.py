"""A notebook in a kernel of its own: elsewhere, restarted, interrupted.

    python in_kernel.py plain|restart|interrupt NOTEBOOK [--cwd DIR]

plain        from the top, in any folder
restart      the first half, the kernel restarted, then all from the top
interrupt    from the top, and every cell that takes long is stopped midway,
             and then run again

Outputs are compared with the stored ones, as nbval does: texts and what
figures show exactly, pictures not, and cells tagged `nbval-ignore-output` not
at all. The exit code is 0 only if all agree.
"""

import argparse
import sys
import threading
import time
from pathlib import Path

import nbformat
from jupyter_client import KernelManager

LONG = 1.5  # s; a cell that takes longer is worth a stop
SHARE = 0.6  # of its time, when it is stopped
PATIENCE = 900  # s for a cell


class Differs(Exception):
    """A cell gave something else than what is stored."""


def as_stored(outputs):
    """Return what is compared of outputs: {kind: [texts]}."""
    found = {}
    for output in outputs:
        if output["output_type"] == "stream":
            texts = found.setdefault(output["name"], [""])
            texts[0] += output["text"]
        elif output["output_type"] == "error":
            found.setdefault("error", []).append(output["ename"])
        else:
            for kind, value in output["data"].items():
                if not kind.startswith("image/"):
                    found.setdefault(kind, []).append(value)
    return found


class Session:
    """A kernel, and the code cells of a notebook.

    Parameters
    ----------
    notebook : Path
        A complete notebook.
    cwd : Path
        The kernel's working folder.
    """

    def __init__(self, notebook, cwd):
        content = nbformat.read(notebook, as_version=4)
        self.cells = [c for c in content.cells if c.cell_type == "code"]
        self.seconds = {}
        self.error = None  # its name, of the last cell that was run
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(cwd))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def restart(self):
        self.manager.restart_kernel(now=True)
        self.client.wait_for_ready(timeout=120)

    def execute(self, k, stop_after=None):
        """Run code cell k; return (status, outputs)."""
        outputs = []

        def take(message):
            if message["msg_type"] in (
                "stream", "display_data", "execute_result", "error"
            ):
                outputs.append(nbformat.v4.output_from_msg(message))

        timer = None
        if stop_after is not None:
            stop = self.manager.interrupt_kernel
            timer = threading.Timer(stop_after, stop)
            timer.start()
        start = time.perf_counter()
        try:
            reply = self.client.execute_interactive(
                self.cells[k].source, timeout=PATIENCE, output_hook=take,
                allow_stdin=False,
            )
        finally:
            if timer is not None:
                timer.cancel()
        self.seconds[k] = time.perf_counter() - start
        # a stop may come while the kernel is about to show the error of one
        self.error = reply["content"].get("ename")
        return reply["content"]["status"], outputs

    def run(self, k):
        """Run code cell k and compare it; `Differs` says what is not so."""
        status, outputs = self.execute(k)
        received, stored = as_stored(outputs), as_stored(self.cells[k].outputs)
        head = self.cells[k].source.strip().split("\n")[0]
        if status != "ok":
            raise Differs(f"cell {k + 1} ({head}) raised: {received}")
        if "nbval-ignore-output" in self.cells[k].metadata.get("tags", []):
            return
        if received != stored:
            raise Differs(
                f"cell {k + 1} ({head}):\nstored   {stored}\n"
                f"received {received}"
            )

    def run_all(self, end=None):
        for k in range(len(self.cells))[:end]:
            self.run(k)


def restarted(session):
    """Half of the notebook, a restart, then all of it."""
    session.run_all(len(session.cells) // 2)
    session.restart()
    session.run_all()
    print("restarted in the middle: the same outputs")


def interrupted(session):
    """Stop every long cell midway; go on; run it again."""
    session.run_all()
    took = dict(session.seconds)
    session.restart()
    session.run(0)
    stops = missed = 0
    for k in range(1, len(session.cells)):
        if took[k] > LONG:
            ended = stop_midway(session, k, SHARE * took[k])
            stops, missed = stops + ended, missed + (not ended)
        session.run(k)
    print(f"{stops} cells stopped midway, {missed} ended before")
    if stops == 0:
        raise Differs("no cell was stopped")


def stop_midway(session, k, seconds):
    """Interrupt code cell k; return whether it was still running."""
    status, _ = session.execute(k, stop_after=seconds)
    head = session.cells[k].source.strip().split("\n")[0]
    print(f"cell {k + 1} ({head[:40]}) stopped at {seconds:.1f} s, ended "
          f"after {session.seconds[k]:.1f} s: {session.error or status}",
          flush=True)
    if status != "ok" and session.error != "KeyboardInterrupt":
        raise Differs(f"cell {k + 1}: a stop ended in {session.error}")
    return status != "ok"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["plain", "restart", "interrupt"])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--cwd", type=Path)
    options = parser.parse_args()
    cwd = options.cwd or options.notebook.parent
    session = Session(options.notebook, cwd)
    modes = {"plain": Session.run_all, "restart": restarted}
    try:
        modes.get(options.mode, interrupted)(session)
    except Differs as error:
        print(f"FAILED {options.notebook.name}: {error}")
        return 1
    finally:
        session.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
