"""Broken data files: each refused with the file's name and a remedy.

The checksum stands in front and refuses nearly everything; what lies behind
it is looked at here, too, with the checksum forged.
"""

import hashlib
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from helpers import data

CUTS = 10
FLIPS = 100
POSIX = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")


def refused(path, part=""):
    """Assert that the file is refused in the right words."""
    with pytest.raises(data.DataError) as caught:
        data.load_mnist(path)
    message = str(caught.value)
    assert str(path) in message and data.RESTORE in message
    assert part in message, message
    first = caught.value.__context__
    assert first is None or caught.value.__suppress_context__  # one error
    return message


@pytest.fixture
def copy(tmp_path):
    path = tmp_path / "mnist.npz"
    shutil.copyfile(data.PATH, path)
    return path


# --- in front: size and checksum --------------------------------------------


@pytest.mark.parametrize("cut", range(CUTS))
def test_cut_file_is_refused(cut, copy):
    """Cut at ten places: from nothing to one byte short."""
    size = [0, 1, *np.linspace(0, data.SIZE, CUTS - 2)[1:-1], data.SIZE - 1]
    size = sorted(map(int, [*size, data.SIZE // 2]))[cut]
    os.truncate(copy, size)
    refused(copy, f"it has {size:,} bytes instead of {data.SIZE:,}")


def test_longer_file_is_refused(copy):
    with open(copy, "ab") as file:
        file.write(b"\0")
    refused(copy, "bytes instead of")


def test_one_flipped_bit_is_refused_wherever_it_is(copy):
    rng = np.random.default_rng(8)
    places = rng.choice(data.SIZE, FLIPS, replace=False)
    assert data.load_mnist(copy).y_test[0] == 7
    with open(copy, "r+b") as file:
        for place, bit in zip(places, rng.integers(0, 8, FLIPS)):
            file.seek(place)
            (byte,) = file.read(1)
            file.seek(place)
            file.write(bytes([byte ^ 1 << bit]))
            file.flush()
            refused(copy, "its content was altered")
            file.seek(place)
            file.write(bytes([byte]))
            file.flush()
    assert data.verify(copy) == data.SHA256  # nothing else was wrong with it


def test_what_is_no_file_is_refused(tmp_path):
    refused(tmp_path / "nowhere" / "mnist.npz", "it is missing")
    refused(tmp_path, "it is not a file")


@POSIX
def test_what_would_never_end_is_refused(tmp_path):
    """A pipe, on which reading would wait, and a link to itself."""
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "it is not a file")
    (tmp_path / "link").symlink_to(tmp_path / "link")
    refused(tmp_path / "link", "it cannot be read")


NO_PERMISSION = """
import os, sys
import numpy
from helpers import data
path = sys.argv[1]
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    data.load_mnist(path)
except data.DataError as error:
    print(error)
"""


@POSIX
@pytest.mark.parametrize("closed", ["file", "folder"])
def test_file_that_may_not_be_read_is_refused(closed):
    """By a user without rights, since nothing is closed to root."""
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o755)
        path = folder / "data" / "mnist.npz"
        path.parent.mkdir()
        shutil.copyfile(data.PATH, path)
        (path if closed == "file" else path.parent).chmod(0)
        done = subprocess.run(
            [sys.executable, "-c", NO_PERMISSION, str(path)],
            capture_output=True, text=True,
        )
        path.parent.chmod(0o755)
    finally:
        shutil.rmtree(folder)
    assert (done.stderr, done.returncode) == ("", 0)
    assert str(path) in done.stdout and data.RESTORE in done.stdout
    assert "its owner does not allow it" in done.stdout


# --- a file that changes while the process runs -----------------------------


@POSIX
def test_change_behind_an_old_date_is_noticed(copy):
    """Same size, same time of modification, other content."""
    data.load_mnist(copy)
    times = os.stat(copy)
    with open(copy, "r+b") as file:
        file.seek(1000)
        file.write(b"?")
    os.utime(copy, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert os.stat(copy).st_mtime_ns == times.st_mtime_ns
    refused(copy, "altered")


def test_other_file_in_its_place_is_noticed(copy, tmp_path):
    data.load_mnist(copy)
    other = tmp_path / "other.npz"
    other.write_bytes(copy.read_bytes()[::-1])
    os.replace(other, copy)
    refused(copy, "altered")
    shutil.copyfile(data.PATH, other)
    os.replace(other, copy)
    assert data.load_mnist(copy).y_test[0] == 7


def test_change_between_check_and_reading_is_noticed(copy, monkeypatch):
    real = np.load

    def late(path, **options):
        loaded = real(data.PATH, **options)
        with open(path, "r+b") as file:
            file.write(b"?")
        return loaded

    monkeypatch.setattr(data.np, "load", late)
    refused(copy, "altered")


# --- behind: names, shapes, types, and no code ------------------------------


def small_arrays(seed=0):
    rng = np.random.default_rng(seed)
    return {
        name: rng.integers(0, 9, (D, *shape[1:])).astype(np.uint8)
        for D, (name, shape) in enumerate(data.ARRAYS.items(), start=3)
    }


@pytest.fixture
def forged(tmp_path, monkeypatch):
    """Make files that pass size and checksum; arrays are small ones."""
    arrays = small_arrays()
    monkeypatch.setattr(
        data, "ARRAYS", {name: a.shape for name, a in arrays.items()}
    )

    def forge(content):
        if isinstance(content, dict):
            np.savez_compressed(tmp_path / "made.npz", **content)
            content = (tmp_path / "made.npz").read_bytes()
        path = tmp_path / "mnist.npz"
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        monkeypatch.setattr(data, "SIZE", len(content))
        monkeypatch.setattr(data, "SHA256", digest)
        return path

    return forge


def test_right_arrays_pass_the_forged_checksum(forged):
    found = data._read(forged(small_arrays()))
    for name, array in small_arrays().items():
        assert np.array_equal(found[name], array)


OTHERS = {
    "one missing": lambda a: {n: a[n] for n in list(a)[1:]},
    "none": lambda a: {},
    "other names": lambda a: {n.upper(): v for n, v in a.items()},
    "other shape": lambda a: {**a, "x_test": a["x_test"][:, :-1]},
    "turned": lambda a: {**a, "x_train": a["x_train"].T},
    "flat": lambda a: {**a, "x_train": a["x_train"].reshape(3, -1)},
    "one row less": lambda a: {**a, "y_test": a["y_test"][:-1]},
    "empty": lambda a: {**a, "y_train": a["y_train"][:0]},
    "single number": lambda a: {**a, "y_train": np.uint8(3)},
    **{
        f"type {kind}": (
            lambda a, kind=kind: {**a, "x_train": a["x_train"].astype(kind)}
        )
        for kind in ("i1", "i8", "f4", "f8", "c16", "?", "S3", "U2", "M8[s]")
    },
    "records": lambda a: {**a, "y_test": a["y_test"].view([("digit", "u1")])},
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_arrays_are_refused(name, forged):
    refused(forged(OTHERS[name](small_arrays())), "it")


class Harmful:
    """Unpickling it makes a file: the code that a pickle can carry."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


def as_objects(evil):
    array = np.empty(1, object)
    array[0] = evil
    return array


@pytest.mark.parametrize("kind", ["in the archive", "one array", "no array"])
def test_pickled_code_is_not_executed(kind, forged, tmp_path):
    mark = tmp_path / "executed"
    evil = Harmful(mark)
    if kind == "in the archive":
        path = forged({**small_arrays(), "x_train": as_objects(evil)})
        with np.load(path, allow_pickle=True) as file:
            assert file["x_train"].shape == (1,)
    elif kind == "one array":
        np.save(tmp_path / "evil.npy", as_objects(evil), allow_pickle=True)
        path = forged((tmp_path / "evil.npy").read_bytes())
        np.load(path, allow_pickle=True)
    else:
        path = forged(pickle.dumps(evil))
        np.load(path, allow_pickle=True)
    assert mark.exists()  # whoever reads it carelessly executes it
    mark.unlink()
    refused(path, "it cannot be opened")
    assert not mark.exists()


def archive(tmp_path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(tmp_path / "raw.zip", "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return (tmp_path / "raw.zip").read_bytes()


def test_other_kinds_of_files_are_refused(forged, tmp_path):
    np.save(tmp_path / "one.npy", small_arrays()["x_train"])
    noise = np.random.default_rng(1).bytes(5000)
    names = [f"{name}.npy" for name in data.ARRAYS]
    cases = [
        b"",
        b"PK\x03\x04",
        noise,
        b"PK\x03\x04" + noise,
        b"version https://git-lfs.github.com/spec/v1\n",
        (tmp_path / "one.npy").read_bytes(),
        archive(tmp_path, {}),
        archive(tmp_path, dict.fromkeys(names, b"")),
        archive(tmp_path, dict.fromkeys(names, noise)),
        archive(tmp_path, dict.fromkeys(names, b"\x93NUMPY\x01\x00v\x00{")),
        archive(tmp_path, dict.fromkeys(names, b"\x93NUMPY\x09\x09")),
        archive(tmp_path, {f"../{name}": b"" for name in names}),
    ]
    for content in cases:
        refused(forged(content), "it")


def test_flipped_bits_behind_the_checksum(forged):
    """Anywhere in the archive: refused, or without effect on the arrays."""
    content = bytearray(forged(small_arrays()).read_bytes())
    rng, outcomes = np.random.default_rng(9), {"refused": 0, "harmless": 0}
    places = rng.choice(len(content), 3 * FLIPS, replace=False)
    for place, bit in zip(places, rng.integers(0, 8, 3 * FLIPS)):
        content[place] ^= 1 << bit
        path = forged(bytes(content))
        try:
            found = data._read(path)
        except data.DataError:
            outcomes["refused"] += 1
        else:
            for name, array in small_arrays().items():
                assert np.array_equal(found[name], array), place
            outcomes["harmless"] += 1  # a date, a comment of the archive
        content[place] ^= 1 << bit
    assert outcomes["refused"] > 2 * FLIPS, outcomes


@pytest.mark.parametrize("path", [None, 3, 1.5, b"mnist.npz", ["a"]])
def test_what_is_no_path_is_told(path):
    with pytest.raises(TypeError, match=r"expected|should be"):
        data.load_mnist(path)
