"""MNIST, verified and split; notebook 04's network; tables of studies."""

import functools
import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

PATH = Path(__file__).resolve().parents[1] / "data" / "mnist.npz"
SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
RESTORE = "git checkout -- data/"
STUDIES = PATH.with_name("studies")  # tables that studies/ wrote
NETWORK = PATH.with_name("network_04.npz")  # `course.py build 04` writes it
N_TRAIN = 50_000  # the other 10,000 of the 60,000 are for validation
ARRAYS = {
    "x_train": (60_000, 28, 28), "y_train": (60_000,),
    "x_test": (10_000, 28, 28), "y_test": (10_000,),
}


class DataError(Exception):
    """The data file is missing, damaged or another file."""


class MNIST(NamedTuple):
    """Images as rows with values in [0, 1], and their digits.

    x are float32 (D, 784), y the digits, int64 (D,), not one-hot; D = 50,000,
    10,000 and 10,000.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


class Network(NamedTuple):
    """W0, b0, W1, b1, their accuracy on the test sample, the settings."""

    parameters: tuple
    accuracy: float
    settings: str


def load_mnist(path=PATH):
    """Return the whole MNIST sample, split in three.

    The training and validation samples are the first 50,000 and the last
    10,000 of the 60,000 training images, the test sample is MNIST's own.

    Raises
    ------
    DataError
        If the file is missing, unreadable, damaged or another one; the
        message names it, what is wrong, and the command that restores it.

    Source: LeCun, Bottou, Bengio and Haffner, Proc. IEEE 86, 2278 (1998).
    """
    verify(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            raw = {name: file[name] for name in ARRAYS}
        found = {name: array.shape for name, array in raw.items()}
    except MemoryError:
        raise
    except Exception as error:  # zip, deflate and NumPy have many of them
        raise _error(path, f"it cannot be opened ({error})") from None
    if found != ARRAYS:
        raise _error(path, f"its arrays are {found} instead of {ARRAYS}")
    x, y = _rows(raw["x_train"]), raw["y_train"].astype(np.int64)
    test = _rows(raw["x_test"]), raw["y_test"].astype(np.int64)
    return MNIST(x[:N_TRAIN], y[:N_TRAIN], x[N_TRAIN:], y[N_TRAIN:], *test)


@functools.lru_cache
def verify(path=PATH):
    """Check that a file is the course's MNIST; return its SHA-256.

    A file is read once a process. DataError as in `load_mnist`.
    """
    try:
        found = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except FileNotFoundError:
        raise _error(path, "it is missing") from None
    except OSError as error:
        raise _error(path, f"it cannot be read ({error.strerror})") from None
    if found != SHA256:
        hashes = f"{found[:12]}... instead of {SHA256[:12]}..."
        raise _error(path, f"its content was altered (SHA-256 {hashes})")
    return found


def load_study(name, folder=STUDIES):
    """Return a study's table, a DataFrame; its `attrs` tell how it was made.

    DataError if it is missing, or is not the one that the study wrote.
    """
    import pandas as pd  # half a second: not for everybody

    path = Path(folder) / f"{name}.csv"
    try:
        facts = json.loads(path.with_suffix(".json").read_text("utf-8"))
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        of, made = facts["study"], facts["table"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise study_error(path, f"it cannot be read ({error!r})") from None
    if of != name or found != made:
        wrong = f"it is that of {of}" if of != name else "it was altered"
        raise study_error(path, wrong)
    table = pd.read_csv(path)
    table.attrs.update(facts)
    return table


def study_error(path, wrong):
    """Return the DataError that tells how to get a study's table back."""
    return DataError(
        f"The table {path} is not usable: {wrong}. To restore it, run "
        f'"git checkout -- data/studies/{path.stem}.*" in the course\'s '
        f'folder; "python3 course.py study {path.stem}" makes it anew.'
    )


def save_network(path, parameters, accuracy, settings=""):
    """Write a trained network, and a checksum of it, for `load_network`."""
    facts = [*parameters, np.float64(accuracy), np.array(settings)]
    np.savez(path, *facts, _checksum(facts))


def load_network(path=NETWORK):
    """Return the `Network` in a file; DataError if it is not usable."""
    try:
        with np.load(path, allow_pickle=False) as file:
            *facts, checksum = [file[f"arr_{k}"] for k in range(7)]
    except Exception as error:  # zip and NumPy have many of them
        raise _error(path, f"it cannot be opened ({error})", NETWORK) from None
    if _checksum(facts) != checksum:
        raise _error(path, "its content was altered", NETWORK)
    return Network(tuple(facts[:4]), float(facts[4]), str(facts[5]))


def _checksum(arrays):
    parts = b"".join(np.asarray(array).tobytes() for array in arrays)
    return hashlib.sha256(parts).hexdigest()


def _rows(images):
    """Unfold images of bytes to rows of float32 in [0, 1]."""
    flat = images.reshape(len(images), -1)
    return np.divide(flat, np.float32(255), dtype=np.float32)


def _error(path, wrong, file=PATH):
    return DataError(
        f"The data file {path} is not usable: {wrong}. To restore it, run "
        f'"{RESTORE + file.name}" in the course\'s folder, or download the '
        "course again."
    )
