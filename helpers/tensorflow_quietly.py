"""TensorFlow and Keras without their start-up lines.

Its compiled part writes them to file descriptor 2, which points elsewhere
during the import and a first operation: later warnings and errors are shown.
"""

import contextlib
import os
import platform
import sys
import tempfile
import warnings

SUPPORTED = "Python 3.9 to 3.13"
NO_PACKAGE = {  # sys.platform and platform.machine(): as in requirements.txt
    ("darwin", "x86_64"): "Macs with Intel processors",
    ("win32", "ARM64"): "Windows on Arm",
}


class TensorFlowMissing(ImportError):
    """TensorFlow cannot be used here; shown as its few lines alone."""

    def _render_traceback_(self):
        return str(self).splitlines()


def import_tensorflow(threads=1, operations=1):
    """Import TensorFlow and Keras quietly, and set their threads.

    `threads` are those of an operation, `operations` may run side by side;
    both are settled once a process. Returns the modules tensorflow and keras.

    Raises `TensorFlowMissing`, which says what to do, where TensorFlow cannot
    be loaded, and RuntimeError if it is already at work with other numbers.
    """
    # Keras chooses its engine when it is imported
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # no information lines
    try:
        with quiet_descriptor(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import keras
            import tensorflow as tf

            _set_threads(tf, threads, operations)
            tf.linalg.matmul(tf.ones((2, 2)), tf.ones((2, 2)))
    except ImportError as error:
        raise TensorFlowMissing(_advice(error)) from None
    return tf, keras


def device_and_threads(tf):
    """Return such as "CPU, 1 thread an operation, operations at a time: 1"."""
    product = tf.linalg.matmul(tf.ones((2, 2)), tf.ones((2, 2)))
    device = product.device.split("device:")[-1].split(":")[0] or "CPU"
    within = tf.config.threading.get_intra_op_parallelism_threads()
    between = tf.config.threading.get_inter_op_parallelism_threads()
    threads = "1 thread" if within == 1 else f"{within or 'all'} threads"
    number = "1" if between == 1 else f"up to {between or 'any number'}"
    return f"{device}, {threads} an operation, operations at a time: {number}"


@contextlib.contextmanager
def quiet_descriptor(descriptor=2):
    """Keep what is written to a file descriptor aside in a `with` block.

    What was kept is shown after all if the block raises: it may say why.
    """
    try:
        saved = os.dup(descriptor)
    except OSError:  # there is none: nothing to keep aside
        yield
        return
    sys.stderr.flush()
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), descriptor)
        failed = True
        try:
            yield
            failed = False
        finally:
            os.dup2(saved, descriptor)
            os.close(saved)
            if failed:
                aside.seek(0)
                os.write(descriptor, aside.read())


def _set_threads(tf, threads, operations):
    """Set both numbers, or complain that it is too late."""
    config = tf.config.threading
    try:
        config.set_intra_op_parallelism_threads(threads)
        config.set_inter_op_parallelism_threads(operations)
    except RuntimeError:
        within = config.get_intra_op_parallelism_threads() or "all"
        between = config.get_inter_op_parallelism_threads() or "any number"
        raise RuntimeError(
            f"TensorFlow is already at work (threads an operation: {within}, "
            f"operations at a time: {between}); to have {threads} and "
            f"{operations}, restart the kernel and run from the top"
        ) from None


def _advice(error):
    """Return what to tell where TensorFlow cannot be imported."""
    place = NO_PACKAGE.get((sys.platform, platform.machine()))
    if place:
        return (
            f"TensorFlow is missing here: it has no package for {place}.\n"
            "Cells that do not use tf or keras run all the same; for the "
            "others, read the complete notebook, which keeps their results."
        )
    return (
        f"TensorFlow cannot be used here (Python {sys.version_info[0]}."
        f"{sys.version_info[1]}: {error}).\nIt has ready-made packages for "
        f"{SUPPORTED}; with one of these, run\n"
        "    python -m pip install -r requirements.txt\n"
        "in the course's folder. Most notebooks do not need TensorFlow: "
        "those that do say so at their top."
    )
