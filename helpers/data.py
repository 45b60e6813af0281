"""The MNIST sample: read, verified, scaled and split."""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers import expect

PATH = Path(__file__).resolve().parents[1] / "data" / "mnist.npz"
SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
SIZE = 11_490_519  # bytes
RESTORE = "git checkout -- data/mnist.npz"
N_TRAIN = 50_000  # the other 10,000 of the 60,000 are for validation
ARRAYS = {
    "x_train": (60_000, 28, 28),
    "y_train": (60_000,),
    "x_test": (10_000, 28, 28),
    "y_test": (10_000,),
}
_verified = set()  # states of files already checked, once each


class DataError(Exception):
    """The data file is missing, damaged or another file."""


class MNIST(NamedTuple):
    """Images as rows with values in [0, 1], and their digits.

    Attributes
    ----------
    x_train, x_validation, x_test : float32 arrays (D, 784)
        D = 50,000, 10,000 and 10,000.
    y_train, y_validation, y_test : int64 arrays (D,)
        The digits, 0 to 9 (not one-hot).
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


@expect.room_for("the MNIST sample")
def load_mnist(path=PATH):
    """Return the whole MNIST sample, split in three.

    The training and validation samples are the first 50,000 and the last
    10,000 of the 60,000 training images, the test sample is MNIST's own. The
    file's SHA-256 is verified the first time in a process.

    Parameters
    ----------
    path : str or Path
        The file; the course's own by default.

    Returns
    -------
    MNIST
        Six arrays, fresh ones in each call.

    Raises
    ------
    DataError
        If the file is missing, unreadable, damaged or another one; the
        message names it, what is wrong, and the command that restores it.
    MemoryError
        If there is no room for it: 0.22 GB, and 0.06 GB more while read.

    Source: LeCun, Bottou, Bengio and Haffner, Proc. IEEE 86, 2278 (1998).
    """
    raw = _read(Path(path))
    x, y = _rows(raw["x_train"]), raw["y_train"].astype(np.int64)
    return MNIST(
        x[:N_TRAIN],
        y[:N_TRAIN],
        x[N_TRAIN:],
        y[N_TRAIN:],
        _rows(raw["x_test"]),
        raw["y_test"].astype(np.int64),
    )


def verify(path=PATH):
    """Check that a file is the course's MNIST, byte by byte.

    Parameters
    ----------
    path : str or Path
        The file to check; each state of it is read once a process.

    Returns
    -------
    str
        Its SHA-256, in hexadecimal.

    Raises
    ------
    DataError
        As in `load_mnist`.
    """
    path = Path(path)
    try:
        state = _state(path)
        if state in _verified:
            return SHA256
        if not path.is_file():
            raise _error(path, "it is not a file")
        size = os.stat(path).st_size
        if size != SIZE:
            raise _error(path, f"it has {size:,} bytes instead of {SIZE:,}")
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise _error(path, "it is missing") from None
    except PermissionError:
        raise _error(
            path, "it cannot be read, its owner does not allow it"
        ) from None
    except OSError as error:
        raise _error(path, f"it cannot be read ({error.strerror})") from None
    if found != SHA256:
        raise _error(
            path,
            f"its content was altered (SHA-256 {found[:12]}... instead of "
            f"{SHA256[:12]}...)",
        )
    _verified.add(state)
    return found


def _state(path):
    """Return what changes when a file is written to or replaced.

    Its time of modification can be set; that of its entry (ctime) cannot.
    """
    now = os.stat(path)
    times = now.st_mtime_ns, now.st_ctime_ns
    return (str(path.resolve()), now.st_dev, now.st_ino, now.st_size, *times)


def _read(path):
    """Return the file's four arrays, their names and shapes checked."""
    verify(path)
    raw = _arrays(path)
    verify(path)  # it may have been replaced meanwhile
    return raw


def _arrays(path):
    try:
        with np.load(path, allow_pickle=False) as file:
            raw = {name: file[name] for name in ARRAYS}
    except MemoryError:
        raise
    except Exception as error:  # zip, deflate and NumPy have many of them
        raise _error(path, f"it cannot be opened ({error})") from None
    for name, shape in ARRAYS.items():
        array = np.asarray(raw[name])  # bytes, if it was no array at all
        if array.shape != shape or array.dtype != np.uint8:
            raise _error(path, f"its array {name} is not uint8 {shape}")
    return raw


def _rows(images):
    """Unfold images of bytes to rows of float32 in [0, 1]."""
    flat = images.reshape(len(images), -1)
    return np.divide(flat, np.float32(255), dtype=np.float32)


def _error(path, wrong):
    return DataError(
        f"The data file {path} is not usable: {wrong}. To restore it, run "
        f'"{RESTORE}" in the course\'s folder, or download the course again.'
    )
