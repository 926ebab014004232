"""Pickles of plain containers and NumPy arrays, read without executing anything."""

import io
import math
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_NUMBERS = re.compile(r"[fiu][1248]|b1")
"""The types of numbers that arrays may be of, as NumPy writes them."""


class ArrayRecord:
    """What a pickle says of an array. It is one only when :meth:`array` has found it to be in order."""

    def __init__(self) -> None:
        self._state: tuple[Any, ...] = ()

    def __setstate__(self, state: Any) -> None:
        """What NumPy would be given to fill the array."""
        _, shape, dtype, fortran, content = state
        self.fill(shape, dtype, "F" if fortran else "C", content)

    def fill(self, shape: Any, dtype: Any, order: Any, content: Any) -> None:
        """Note what it is said to be."""
        self._state = (shape, dtype, order, content)

    def array(self) -> Array:
        """The array, which shares the memory of the pickle's bytes.

        Raises:
            ValueError: If it is not of numbers, or not of as many as there are bytes for.
        """
        if not self._state:
            raise ValueError("an array without content")
        shape, dtype, order, content = self._state
        if not isinstance(dtype, _TypeRecord) or not isinstance(shape, tuple) or order not in ("C", "F"):
            raise ValueError("an array of no type, shape or order")
        if len(shape) > 8 or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError("an array of no shape")
        content = _as_bytes(content)
        if math.prod(shape) * dtype.dtype.itemsize != len(content):
            raise ValueError(f"an array of shape {list(shape)} in {len(content)} bytes")
        return np.frombuffer(content, dtype.dtype).reshape(shape, order=order)


class _TypeRecord:
    """What a pickle says of a type of numbers."""

    def __init__(self, kind: Any, *_: Any) -> None:
        if not isinstance(kind, str) or not _NUMBERS.fullmatch(kind):
            named = kind[:20] if isinstance(kind, str) else type(kind).__name__
            raise pickle.UnpicklingError(f"an array of type {named!r}, which are no numbers")
        self.dtype = np.dtype(kind)

    def __setstate__(self, state: Any) -> None:
        """The order of bytes; whatever else there may be is of types that are not admitted."""
        order = state[1]
        if order not in ("<", ">", "|", "="):
            raise pickle.UnpicklingError("numbers whose bytes are in no order")
        self.dtype = self.dtype.newbyteorder(order)


class _Admitted:
    """A name that a pickle may ask for. It can be called, and nothing else can be done to it."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def __call__(self, *args: Any) -> Any:
        return self._call(*args)

    def __setstate__(self, state: Any) -> None:
        """Refuse to be changed, as a pickle may change whatever it finds."""
        raise pickle.UnpicklingError("a change of what is no object of its own")


def _reconstruct(*_: Any) -> ArrayRecord:
    return ArrayRecord()


def _frombuffer(content: Any, dtype: Any, shape: Any, order: Any) -> ArrayRecord:
    record = ArrayRecord()
    record.fill(shape, dtype, order, content)
    return record


def _scalar(dtype: Any, content: Any) -> Any:
    record = ArrayRecord()
    record.fill((), dtype, "C", content)
    return record.array().item()


def _encode(text: Any, coding: Any = "latin1") -> bytes:
    """How protocol 2 writes bytes."""
    if not isinstance(text, str) or coding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError("a text that stands for no bytes")
    return text.encode("latin1")


def _as_bytes(content: Any) -> bytes | bytearray:
    """Bytes, which pickles of Python 2 hold as text."""
    if isinstance(content, str):
        return content.encode("latin1")
    if not isinstance(content, bytes | bytearray):
        raise ValueError(f"an array in {type(content).__name__}")
    return content


_CALLS: dict[str, Callable[..., Any]] = {
    "numpy.ndarray": _reconstruct,  # only ever named as an argument
    "numpy.dtype": _TypeRecord,
    "numpy.core.multiarray._reconstruct": _reconstruct,  # before NumPy 2
    "numpy.core.multiarray.scalar": _scalar,
    "numpy.core.numeric._frombuffer": _frombuffer,
    "numpy._core.multiarray._reconstruct": _reconstruct,  # since
    "numpy._core.multiarray.scalar": _scalar,
    "numpy._core.numeric._frombuffer": _frombuffer,
    "_codecs.encode": _encode,
    "__builtin__.bytes": lambda: b"",
    "collections.OrderedDict": lambda: {},
}
"""All that a pickle may ask for, and what answers in its place."""


class _Unpickler(pickle._Unpickler):
    """Reads containers, numbers, texts and arrays.

    It is the one in Python, as that in C can be made to fill the memory by a few bytes.
    """

    def find_class(self, module: str, name: str) -> _Admitted:
        """What answers in the place of what a pickle asks for."""
        full = f"{module}.{name}"
        if full not in _CALLS:
            raise pickle.UnpicklingError(f"it asks for {full[:80]!r}, which could execute anything")
        return _Admitted(_CALLS[full])

    def _load_bytes(self: Any) -> None:
        """Bytes, of which room is made for no more than there are."""
        self.append(bytearray(self.read(int.from_bytes(self.read(8), "little"))))

    dispatch: ClassVar[dict[int, Any]] = pickle._Unpickler.dispatch | {pickle.BYTEARRAY8[0]: _load_bytes}


def read_pickle(path: Path) -> Any:
    """Read a pickle of dicts, lists, tuples, texts, numbers and arrays of numbers; each array is an ArrayRecord.

    Nothing that a pickle asks for is ever imported or called: a few harmless functions stand in the place of
    NumPy's own, and all else is refused.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged or holds anything else.

    Example:
        >>> path = getfixture("tmp_path") / "poses.pkl"
        >>> _ = path.write_bytes(pickle.dumps({"label": 3, "keypoint": np.ones((2, 3))}))
        >>> content = read_pickle(path)
        >>> content["label"], content["keypoint"].array().tolist()
        (3, [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
        >>> _ = path.write_bytes(pickle.dumps(print))
        >>> read_pickle(path)
        Traceback (most recent call last):
        ValueError: ...poses.pkl: not a pickle of arrays and plain containers (it asks for 'builtins.print', ...)
    """
    content = path.read_bytes()
    try:
        return _Unpickler(io.BytesIO(content), encoding="latin1").load()
    except Exception as error:  # damaged pickles fail in every way
        raise ValueError(f"{path}: not a pickle of arrays and plain containers ({error})") from error
