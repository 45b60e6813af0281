"""The MNIST file: genuine, read rightly, and refused when it is not."""

import hashlib
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from helpers import data
from helpers.network import accuracy


@pytest.fixture(scope="module")
def mnist():
    return data.load_mnist()


@pytest.mark.parametrize(
    "name, magic, md5",
    [
        ("x_train", 2051, "6bbc9ace898e44ae57da46a324031adb"),
        ("y_train", 2049, "a25bea736e30d166cdddb491f175f624"),
        ("x_test", 2051, "2646ac647ad5339dbf082846283269ea"),
        ("y_test", 2049, "27ae3e4e09519cfbb04c329615203637"),
    ],
)
def test_arrays_are_the_published_ones(name, magic, md5):
    """Write each array as MNIST's own IDX file; compare its published MD5."""
    with np.load(data.PATH, allow_pickle=False) as file:
        array = file[name]
    header = struct.pack(f">{1 + array.ndim}I", magic, *array.shape)
    assert hashlib.md5(header + array.tobytes()).hexdigest() == md5


def test_split_shapes_types_and_values(mnist):
    with np.load(data.PATH, allow_pickle=False) as file:
        raw, digits = file["x_train"], file["y_train"]
    sizes = {"train": 50_000, "validation": 10_000, "test": 10_000}
    for name, D in sizes.items():
        x, y = getattr(mnist, f"x_{name}"), getattr(mnist, f"y_{name}")
        assert x.shape == (D, 784) and x.dtype == np.float32
        assert y.shape == (D,) and y.dtype == np.int64
        assert x.min() == 0 and x.max() == 1
        assert set(np.unique(y)) == set(range(10))
    assert np.array_equal(np.rint(mnist.x_train[7] * 255), raw[7].ravel())
    last = raw[-1].ravel().astype(np.float32) / np.float32(255)
    assert np.array_equal(mnist.x_validation[-1], last)
    assert mnist.y_validation[-1] == digits[-1]


def test_fresh_arrays_of_a_file_hashed_once(mnist, monkeypatch):
    monkeypatch.setattr(data.hashlib, "sha256", None)
    again = data.load_mnist()
    again.x_test[0] = 7
    assert mnist.x_test[0].max() <= 1


def refused(path, part):
    """Assert that the file is refused in the right words."""
    with pytest.raises(data.DataError) as caught:
        data.load_mnist(path)
    message = str(caught.value)
    assert str(path) in message and part in message, message
    assert "git checkout -- data/mnist.npz" in message
    error = caught.value
    assert error.__context__ is None or error.__suppress_context__  # just one


DAMAGES = {
    "nothing": lambda content: b"",
    "cut": lambda content: content[:-1],
    "longer": lambda content: content + b"\0",
    "one bit": lambda c: c[:5000] + bytes([c[5000] ^ 1]) + c[5001:],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_file_is_refused_until_it_is_restored(damage, tmp_path):
    path = tmp_path / "mnist.npz"
    path.write_bytes(DAMAGES[damage](data.PATH.read_bytes()))
    refused(path, "its content was altered")
    shutil.copyfile(data.PATH, path)
    assert data.load_mnist(path).y_test[0] == 7


def test_what_is_no_file_is_refused(tmp_path):
    refused(tmp_path / "nowhere" / "mnist.npz", "it is missing")
    refused(tmp_path, "it cannot be read")


NO_PERMISSION = """
import os, sys
import numpy
from helpers import data
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    data.load_mnist(sys.argv[1])
except data.DataError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="rights as on POSIX")
def test_file_that_may_not_be_read_is_refused():
    """By a user without rights, since nothing is closed to root."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = shutil.copyfile(data.PATH, Path(folder) / "mnist.npz")
        path.chmod(0)
        done = subprocess.run(
            [sys.executable, "-c", NO_PERMISSION, str(path)],
            capture_output=True, text=True,
        )
    assert done.stderr == ""
    assert "cannot be read (Permission denied)" in done.stdout
    assert data.RESTORE in done.stdout


class Harmful:
    """Unpickling it makes a file: the code that a pickle can carry."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


def test_wrong_content_behind_a_right_checksum(tmp_path, monkeypatch):
    """Were it forged, shapes would be looked at, and no code executed."""
    monkeypatch.setattr(data, "verify", lambda path: None)
    mark, evil = tmp_path / "executed", np.empty(1, object)
    evil[0] = Harmful(mark)
    right = {n: np.zeros(shape, np.uint8) for n, shape in data.ARRAYS.items()}
    for part, arrays in {
        "instead of": {**right, "x_test": right["x_test"][:, :-1]},
        "cannot be opened": {"x_train": right["x_train"]},
        "cannot be opened (Object": {**right, "x_train": evil},
    }.items():
        np.savez(tmp_path / "mnist.npz", **arrays)
        refused(tmp_path / "mnist.npz", part)
    assert not mark.exists()
    np.load(tmp_path / "mnist.npz", allow_pickle=True)["x_train"]
    assert mark.exists()  # whoever reads it carelessly executes it


# --- the network of notebook 04 -------------------------------------------


def test_the_stored_network_is_the_notebooks(mnist):
    network = data.load_network()
    (notebook,) = data.PATH.parents[1].glob("notebooks/04_*.ipynb")
    text = notebook.read_text(encoding="utf-8")
    (said,) = re.findall(r"the result is ([\d.]+) ± 0\.1\d %", text)
    assert f"{100 * network.accuracy:.2f}" == said
    right = accuracy(mnist.x_test, mnist.y_test, network.parameters)
    assert right == network.accuracy
    for setting in ("784-128-10", "10 epochs", "batch size 32", "seed 2024"):
        assert setting in network.settings


def test_a_damaged_network_is_refused(tmp_path):
    path, network = tmp_path / "network_04.npz", data.load_network()
    data.save_network(path, network.parameters, 0.5, "mine")
    assert data.load_network(path).settings == "mine"
    content = path.read_bytes()
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **{**arrays, "arr_3": arrays["arr_3"] + 1})
    with pytest.raises(data.DataError, match="altered"):
        data.load_network(path)
    for bad in (b"", content[:-1000], content[:2000] + content[2001:]):
        path.write_bytes(bad)
        with pytest.raises(data.DataError, match="it cannot be opened"):
            data.load_network(path)
    path.unlink()
    with pytest.raises(data.DataError, match="checkout -- data/network_04"):
        data.load_network(path)
