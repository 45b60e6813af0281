"""The MNIST file: genuine, read rightly, and refused when damaged."""

import hashlib
import io
import struct
import zipfile

import numpy as np
import pytest

from helpers import data


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
    sizes = {"train": 50_000, "validation": 10_000, "test": 10_000}
    for name, D in sizes.items():
        x, y = getattr(mnist, f"x_{name}"), getattr(mnist, f"y_{name}")
        assert x.shape == (D, 784) and x.dtype == np.float32
        assert y.shape == (D,) and y.dtype == np.int64
        assert x.min() == 0 and x.max() == 1
        assert set(np.unique(y)) == set(range(10))


def test_values_are_bytes_over_255(mnist):
    with np.load(data.PATH, allow_pickle=False) as file:
        raw = file["x_train"]
    assert np.array_equal(np.rint(mnist.x_train[7] * 255), raw[7].ravel())
    last = raw[-1].ravel().astype(np.float32) / np.float32(255)
    assert np.array_equal(mnist.x_validation[-1], last)


def test_each_call_gives_fresh_arrays(mnist):
    again = data.load_mnist()
    again.x_test[0] = 7
    assert mnist.x_test[0].max() <= 1
    assert data.load_mnist().x_test[0].max() <= 1


def test_hashed_once_a_process(monkeypatch):
    data.verify()

    def fail(*args):
        raise AssertionError("hashed a second time")

    monkeypatch.setattr(data.hashlib, "sha256", fail)
    data.verify()


def altered(change):
    content = bytearray(data.PATH.read_bytes())
    change(content)
    return bytes(content)


def with_pickle():
    """Return a file of the right size whose array is a pickled object."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        npy = io.BytesIO()
        np.save(npy, np.array([print], dtype=object), allow_pickle=True)
        file.writestr("x_train.npy", npy.getvalue())
    return buffer.getvalue().ljust(data.SIZE, b"\0")


def flip(place):
    def change(content):
        content[place] ^= 1

    return change


DAMAGED = {
    "empty": (lambda: b"", "0 bytes instead of"),
    "truncated": (lambda: data.PATH.read_bytes()[:-1], "bytes instead of"),
    "one bit at the start": (lambda: altered(flip(0)), "altered"),
    "one bit inside": (lambda: altered(flip(5_000_000)), "altered"),
    "one bit at the end": (lambda: altered(flip(-1)), "altered"),
    "pickle": (with_pickle, "altered"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_file_is_refused(name, tmp_path):
    content, part = DAMAGED[name]
    path = tmp_path / "mnist.npz"
    path.write_bytes(content())
    with pytest.raises(data.DataError) as caught:
        data.load_mnist(path)
    message = str(caught.value)
    assert str(path) in message and part in message
    assert "git checkout -- data/mnist.npz" in message


def test_missing_file_and_folder_are_refused(tmp_path):
    with pytest.raises(data.DataError, match="missing"):
        data.load_mnist(tmp_path / "mnist.npz")
    with pytest.raises(data.DataError, match="not a file"):
        data.load_mnist(tmp_path)


def test_wrong_content_behind_a_right_checksum(tmp_path, monkeypatch):
    """Were the checksum forged, shapes and pickles would still be refused."""
    for name, arrays in {
        "shape": {n: np.zeros(3, np.uint8) for n in data.ARRAYS},
        "missing": {"x_train": np.zeros(data.ARRAYS["x_train"], np.uint8)},
        "object": {n: np.array([{}], dtype=object) for n in data.ARRAYS},
    }.items():
        path = tmp_path / f"{name}.npz"
        np.savez(path, **arrays)
        monkeypatch.setattr(data, "verify", lambda path: None)
        with pytest.raises(data.DataError):
            data.load_mnist(path)


def test_a_file_that_changes_is_looked_at_again(tmp_path):
    path = tmp_path / "mnist.npz"
    path.write_bytes(data.PATH.read_bytes())
    data.verify(path)
    path.write_bytes(altered(flip(1000)))
    with pytest.raises(data.DataError):
        data.verify(path)
