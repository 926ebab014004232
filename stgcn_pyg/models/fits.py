"""Whether weights are those of a network."""

from collections.abc import Mapping

from torch import Tensor

Weights = Mapping[str, Tensor]
"""Tensors by the names that a network has for them."""


def check_fits(weights: Weights, expected: Weights) -> None:
    """Refuse weights that are not those of a network.

    Args:
        weights: The weights.
        expected: The network's own.

    Raises:
        ValueError: If one is missing, too much or of another shape, with its name and both shapes.

    Example:
        >>> import torch
        >>> check_fits({"weight": torch.ones(2, 3)}, {"weight": torch.ones(2, 4)})
        Traceback (most recent call last):
        ...
        ValueError: weight is [2, 3] in the file, but [2, 4] in the network
    """
    wrong = [
        f"{name} is {list(weights[name].shape)} in the file, but {list(value.shape)} in the network"
        for name, value in expected.items()
        if name in weights and weights[name].shape != value.shape
    ]
    missing = [name for name in expected if name not in weights and not name.endswith("num_batches_tracked")]
    unknown = [name for name in weights if name not in expected]
    wrong += [f"{name} {list(expected[name].shape)} is missing in the file" for name in missing]
    wrong += [f"{name} {list(weights[name].shape)} is in the file, but not in the network" for name in unknown]
    if wrong:
        raise ValueError("; ".join(wrong[:3]) + (f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""))
