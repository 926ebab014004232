"""Pickles: what is read is what was written, and nothing in one is ever executed."""

import os
import pickle
import struct
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import stgcn_pyg.io.pickles
from stgcn_pyg.io.pickles import ArrayRecord, read_pickle
from tests.strategies import few
from tests.writers import dump_pickle, read_or_refuse

dtypes = st.sampled_from(["<f2", ">f4", "<f8", "|i1", "<i8", ">u2", "|b1"]).map(np.dtype)
arrays = dtypes.flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0)))
plain: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


class Gadget:
    """What calls a function when it is unpickled."""

    def __init__(self, call: Callable[..., object], *args: object, state: object = None) -> None:
        self.told = (call, args, state) if state is not None else (call, args)

    def __reduce__(self) -> Any:
        return self.told


def numpy_function(name: str) -> Callable[..., object]:
    """What NumPy's pickles ask for."""
    multiarray = sys.modules["numpy._core.multiarray" if "numpy._core" in sys.modules else "numpy.core.multiarray"]
    found: Callable[..., object] = getattr(multiarray, name)
    return found


@given(arrays, st.integers(0, 5))
@few
def test_arrays_of_numbers_are_read_as_they_were(array: np.ndarray, protocol: int) -> None:
    for written in (array, np.asfortranarray(array)):
        with TemporaryDirectory() as folder:
            record = read_pickle(dump_pickle(Path(folder) / "a.pkl", [written], protocol))[0]
        assert isinstance(record, ArrayRecord)
        assert record.array().shape == written.shape
        np.testing.assert_array_equal(record.array(), written)


@given(plain, st.integers(0, 5))
@few
def test_plain_containers_are_read_as_they_were(content: object, protocol: int) -> None:
    with TemporaryDirectory() as folder:
        assert read_pickle(dump_pickle(Path(folder) / "a.pkl", content, protocol)) == content


def test_numbers_of_numpy_and_of_numpy_1_are_read(tmp_path: Path) -> None:
    content = {"label": np.int64(7), "fps": np.float32(2.5), "order": OrderedDict(a=1), "pose": np.ones(3)}
    for protocol in (2, 4):
        path = dump_pickle(tmp_path / "a.pkl", content, protocol)
        new = path.read_bytes()
        old = new.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
        if protocol == 4:  # where names and frames have their lengths before them
            old = old.replace(b"\x8c\x16numpy.core", b"\x8c\x15numpy.core")
            old = old[:3] + struct.pack("<Q", len(old) - 11) + old[11:]
        path.write_bytes(old)
        found = read_pickle(path)
        assert (found["label"], found["fps"], found["order"]) == (7, 2.5, {"a": 1})
        assert found["pose"].array().tolist() == [1, 1, 1]


def hostile() -> dict[str, object]:
    """What would leave a file named ``executed`` here, or hide something that would."""
    touch = Gadget(Path.touch, Path("executed"))
    return {
        "system": Gadget(os.system, "touch executed"),
        "eval": Gadget(eval, "open('executed', 'w')"),
        "touch": touch,
        "array of objects": np.array([touch], dtype=object),
        "structured array of objects": np.zeros(1, dtype=[("a", object)]),
        "getattr": Gadget(getattr, "a", "upper"),
        "array with a state that is a gadget": Gadget(
            numpy_function("_reconstruct"), np.ndarray, (0,), b"b", state=(1, (1,), np.dtype("O"), False, [touch])
        ),
        "type of objects": Gadget(np.dtype, "O8", False, True),
        "scalar of an object": Gadget(numpy_function("scalar"), np.dtype("O"), touch),
        "numpy.load": Gadget(np.load, "executed"),
    }


@pytest.mark.parametrize("name", hostile())
@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_nothing_is_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, protocol: int) -> None:
    monkeypatch.chdir(tmp_path)
    path = dump_pickle(tmp_path / "poses.pkl", {"annotations": [{"keypoint": hostile()[name]}]}, protocol)
    with pytest.raises(ValueError, match=r"poses\.pkl: not a pickle of arrays and plain containers"):
        read_pickle(path)
    assert [file.name for file in tmp_path.iterdir()] == ["poses.pkl"]


def test_the_gadgets_would_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("system", "touch", "array of objects"):
        pickle.loads(pickle.dumps(hostile()[name]))
        Path("executed").unlink()


def test_what_stands_in_for_numpy_cannot_be_changed(tmp_path: Path) -> None:
    """As a pickle changes what it finds, other pickles would find it changed."""
    for state in (b"}U\x04nameU\x04evils", b"N}U\x05_callU\x04evils\x86"):
        path = tmp_path / "a.pkl"
        path.write_bytes(b"\x80\x02cnumpy\ndtype\n" + state + b"b.")
        with pytest.raises(ValueError, match="a change of what is no object of its own"):
            read_pickle(path)
    assert read_pickle(dump_pickle(path, [np.ones(2)]))[0].array().tolist() == [1, 1]


@pytest.mark.parametrize(
    ("shape", "content", "message"),
    [
        ((3,), b"12345678", r"an array of shape \[3\] in 8 bytes"),
        ((10**30,), b"12345678", "in 8 bytes"),
        ((-1,), b"12345678", "an array of no shape"),
        ((1, *([1] * 9)), b"12345678", "an array of no shape"),
        ([1], b"12345678", "an array of no type, shape or order"),
        ((1,), [1.0], "an array in list"),
    ],
)
def test_an_array_is_as_large_as_its_bytes(tmp_path: Path, shape: object, content: object, message: str) -> None:
    gadget = Gadget(
        numpy_function("_reconstruct"),
        np.ndarray,
        (0,),
        b"b",
        state=(1, shape, np.dtype("f8"), False, content),
    )
    record = read_pickle(dump_pickle(tmp_path / "a.pkl", gadget))
    with pytest.raises(ValueError, match=message):
        record.array()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80",
        b"\x80\x04.",
        b"\x80\x05\x96" + b"\xff" * 7 + b"\x0f.",  # a byte array of 2 ** 60 bytes
        b"\x80\x02]r\xff\xff\xff\x7f.",  # a memo of 2 ** 31 entries
        b"\x80\x04\x95" + b"\xff" * 8 + b"N.",  # a frame of 2 ** 64 bytes
        b"(" * 100_000,
        b"\x80\x02P1\n.",  # something that lies elsewhere
        b"\x80\x02\x82\x01.",  # a registered extension
        b"\x80\x02N)\x81.",
        b"\x80\x02]}b.",
    ],
)
def test_damage_and_claims_of_much_memory_are_harmless(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(content)
    read_or_refuse(read_pickle, path)


@given(st.binary(max_size=60))
@few
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.pkl"
        path.write_bytes(b"\x80\x04" + content)
        read_or_refuse(read_pickle, path)


def test_no_name_is_admitted_that_could_do_harm() -> None:
    assert {name.partition(".")[0] for name in stgcn_pyg.io.pickles._CALLS} == {
        "numpy",
        "_codecs",
        "collections",
        "__builtin__",
    }
    for call in stgcn_pyg.io.pickles._CALLS.values():
        assert call.__module__ == "stgcn_pyg.io.pickles"
