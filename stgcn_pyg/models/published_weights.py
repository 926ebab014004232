"""Weights of ST-GCNs that others trained and published, read into :class:`~stgcn_pyg.models.STGCN`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from stgcn_pyg.models.fits import Weights, check_fits
from stgcn_pyg.models.stgcn import STGCN
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.skeleton import Skeleton, find_skeleton

Mask = Literal["importance", "offset"]
"""How a mask of a unit goes with its adjacency matrices: multiplied or added."""


@dataclass(frozen=True)
class Names:
    """What a project calls the parts of its ST-GCN.

    Args:
        unit: What the names of a unit's parts begin with, as a pattern.
        parts: Its convolutions and norms, by our names.
        data_norm: The norm of the input.
        classifier: The last layer, as a pattern.
    """

    unit: str
    parts: Mapping[str, str]
    data_norm: str
    classifier: str


OFFICIAL = Names(
    unit=r"st_gcn_networks\.(\d+)\.",
    parts={
        "spatial": "gcn.conv",
        "norm_middle": "tcn.0",
        "temporal": "tcn.2",
        "norm_out": "tcn.3",
        "shortcut": "residual.0",
        "norm_shortcut": "residual.1",
    },
    data_norm="data_bn",
    classifier=r"fcn",
)
"""``ST_GCN_18`` of the official code (yysijie/st-gcn) and of mmskeleton."""

OPENMMLAB = Names(
    unit=r"backbone\.gcn\.(\d+)\.",
    parts={
        "spatial": "gcn.conv",
        "norm_middle": "gcn.bn",
        "temporal": "tcn.conv",
        "norm_out": "tcn.bn",
        "shortcut": "residual.conv",
        "norm_shortcut": "residual.bn",
    },
    data_norm="backbone.data_bn",
    classifier=r"cls_head\.fc(?:_cls)?",
)
"""``STGCN`` of PYSKL and MMAction2, with their heads for graph networks."""


def read_published(
    source: str | Path | Weights,
    skeleton: str | Skeleton,
    strides: Sequence[int] | None = None,
    mask: Mask = "importance",
) -> tuple[SkeletonGraph, STGCN]:
    """Read an ST-GCN that the official code, mmskeleton, PYSKL or MMAction2 trained.

    The graph comes from the weights themselves: an edge for each entry of the adjacency matrices that is not 0.
    Where units have matrices of their own, they become edge importances. Nothing but tensors is unpickled.

    The network answers as the published one does in evaluation, if it is shown the same channels of the same
    joints, and one person or several with equally many frames (there all people count alike, here all frames). What
    makes that input of recordings, such as zeros behind short ones, is no part of the weights.

    Args:
        source: The file, or its state dictionary.
        skeleton: The joint layout, in the order that the network was trained in: ``"OPENPOSE_18"`` for
            Kinetics-Skeleton, ``"NTU_25"``, ``"COCO_17"``, ...
        strides: Frames between two outputs of each unit, which no weight tells; if left out 2 where a unit's
            shortcut is a convolution, else 1, as in all networks that were published.
        mask: What PYSKL's ``gcn_adaptive`` was, where units have a mask ``PA``: they multiply the adjacency
            matrices by it, or add it.

    Returns:
        The graph, which data for the network carries, and the network, in evaluation.

    Raises:
        ValueError: If the file cannot be read without executing something; if the weights are of another network,
            such as ST-GCN++; if a part is missing or has another shape, with its name; if the layout has another
            number of joints.

    Example:
        >>> read_published({"conv1.weight": torch.ones(2, 2)}, "NTU_25")
        Traceback (most recent call last):
        ...
        ValueError: these are no weights of an ST-GCN that is known (... PYSKL or MMAction2): conv1.weight
    """
    weights = _tensors(source)
    names = next(
        (known for known in (OFFICIAL, OPENMMLAB) if any(re.match(known.unit, key) for key in weights)), None
    )
    if names is None:
        raise ValueError(
            "these are no weights of an ST-GCN that is known (official code, mmskeleton, PYSKL or MMAction2): "
            + _some(weights)
        )
    used: set[str] = set()
    units = sorted({int(found[1]) for key in weights if (found := re.match(names.unit, key))})
    if units != list(range(len(units))):
        raise ValueError(f"the weights have units {', '.join(map(str, units))}, and not all before the last")
    adjacency = [_adjacency(weights, names, unit, mask, used) for unit in units]
    graph, importance = _graph(adjacency, find_skeleton(skeleton))
    ours: dict[str, Tensor] = {}
    for unit, own in enumerate(importance):
        ours |= _unit(weights, names, unit, graph.num_partitions, used)
        if own is not None:
            ours[f"units.{unit}.spatial.edge_importance"] = own
    ours |= _ends(weights, names, used)
    if unknown := [key for key in weights if key not in used and not key.endswith("num_batches_tracked")]:
        raise ValueError(f"the weights have parts that an ST-GCN has not, so they are of another: {_some(unknown)}")
    return graph, _network(graph, ours, len(units), strides)


def _tensors(source: str | Path | Weights) -> dict[str, Tensor]:
    """The tensors of a checkpoint, whatever it is wrapped in."""
    if isinstance(source, str | Path):
        try:
            source = torch.load(source, map_location="cpu", weights_only=True)
        except OSError:
            raise
        except Exception as error:
            reason = " ".join(str(error).split())[:200]
            raise ValueError(
                f"{source} cannot be read without executing what is in it ({reason}); if you trust it, "
                "torch.save(torch.load(path, weights_only=False)['state_dict'], other) makes a file that can"
            ) from error
    for wrapper in ("state_dict", "model"):
        if isinstance(inner := source.get(wrapper) if isinstance(source, Mapping) else None, Mapping):
            source = inner
    if not isinstance(source, Mapping) or not all(isinstance(value, Tensor) for value in source.values()):
        raise ValueError("a state dictionary has a tensor for each name, and nothing else")
    return {str(key).removeprefix("module."): value.detach() for key, value in source.items()}


def _take(weights: Weights, key: str, used: set[str]) -> Tensor:
    if key not in weights:
        raise ValueError(f"the weights lack {key}, which an ST-GCN of this kind has")
    used.add(key)
    return weights[key]


def _adjacency(
    weights: Weights, names: Names, unit: int, mask: Mask, used: set[str]
) -> tuple[Tensor, Tensor | None]:
    """A unit's adjacency matrices ``[K, V (neighbour), V (root)]``, and with its mask if it has one."""
    if names is OFFICIAL:
        plain, masked, mask = _take(weights, "A", used), f"edge_importance.{unit}", "importance"
    else:
        start = f"backbone.gcn.{unit}.gcn."
        plain, masked = _take(weights, f"{start}A", used), f"{start}PA"
    if plain.dim() != 3 or plain.shape[1] != plain.shape[2]:
        raise ValueError(f"adjacency matrices are [K, V, V], not {list(plain.shape)}")
    if masked not in weights:
        return plain, None
    own = _take(weights, masked, used)
    if own.shape != plain.shape:
        raise ValueError(f"{masked} is {list(own.shape)}, but the adjacency matrices are {list(plain.shape)}")
    return plain, plain * own if mask == "importance" else plain + own


def _graph(
    adjacency: Sequence[tuple[Tensor, Tensor | None]], skeleton: Skeleton
) -> tuple[SkeletonGraph, list[Tensor | None]]:
    """One graph for all units, and the importances ``[E]`` that make each unit's matrices of it, if any do."""
    first = adjacency[0][0]
    if any(plain.shape != first.shape for plain, _ in adjacency):
        raise ValueError("units have adjacency matrices of different shapes")
    num_partitions, num_nodes, _ = first.shape
    if num_nodes != skeleton.num_joints:
        raise ValueError(f"the weights are for {num_nodes} joints, but {skeleton.name} has {skeleton.num_joints}")
    effective = [plain if own is None else own for plain, own in adjacency]
    alike = all(torch.equal(one, first) for one in effective)
    present = torch.stack(effective).ne(0).any(dim=0) | first.ne(0)
    root, label, neighbour = present.permute(2, 0, 1).nonzero().unbind(dim=1)  # sorted as a graph's edges are
    weight = first[label, neighbour, root]
    weight = torch.where(weight == 0, 1, weight).double()
    graph = SkeletonGraph(
        skeleton=skeleton,
        edge_index=torch.stack([neighbour, root]),
        edge_type=label,
        edge_weight=weight,
        partition="published",
        normalization="published",
    )
    if graph.num_partitions != num_partitions:
        raise ValueError(f"the last of {num_partitions} adjacency matrices is empty")
    if alike:
        return graph, [None] * len(effective)
    return graph, [(one[label, neighbour, root].double() / weight).to(one.dtype) for one in effective]


def _unit(weights: Weights, names: Names, unit: int, num_partitions: int, used: set[str]) -> dict[str, Tensor]:
    """A unit's weights by our names."""
    start = names.unit.replace(r"(\d+)", str(unit)).replace("\\", "")
    own = f"units.{unit}."
    ours: dict[str, Tensor] = {}
    for part, theirs in names.parts.items():
        if part.endswith("shortcut") and f"{start}{theirs}.weight" not in weights:
            continue
        if "norm" in part:
            ours |= _norm(weights, f"{start}{theirs}", own + part, used)
            continue
        kernel = _take(weights, f"{start}{theirs}.weight", used)
        if kernel.dim() != 4:
            raise ValueError(
                f"{start}{theirs}.weight is {list(kernel.shape)}, and not a convolution's [out, in, T, 1]"
            )
        bias = _take(weights, f"{start}{theirs}.bias", used)
        if part == "spatial":
            size = len(_take(weights, f"{start}{names.parts['norm_middle']}.weight", used))
            kernel, bias = _spatial(kernel, bias, num_partitions, size, f"{start}{theirs}.weight")
        else:
            kernel = kernel.squeeze(-1)
        ours |= {f"{own}{part}.weight": kernel, f"{own}{part}.bias": bias}
    return ours


def _spatial(kernel: Tensor, bias: Tensor, num_partitions: int, size: int, name: str) -> tuple[Tensor, Tensor]:
    """A 1x1 convolution to K times the channels before aggregation, or from K times the channels after it."""
    rows, columns = kernel.shape[:2]
    if rows == num_partitions * size:
        return kernel.reshape(num_partitions, size, columns).transpose(1, 2), bias.reshape(num_partitions, size)
    if rows == size and columns % num_partitions == 0:
        return kernel.reshape(size, num_partitions, -1).permute(1, 2, 0), bias
    raise ValueError(
        f"{name} is {list(kernel.shape)}, which {num_partitions} partitions and {size} channels do not make"
    )


def _norm(weights: Weights, theirs: str, ours: str, used: set[str]) -> dict[str, Tensor]:
    parts = ("weight", "bias", "running_mean", "running_var")
    return {f"{ours}.{part}": _take(weights, f"{theirs}.{part}", used) for part in parts}


def _ends(weights: Weights, names: Names, used: set[str]) -> dict[str, Tensor]:
    """What stands before the units and after them."""
    heads = {found[0] for key in weights if (found := re.match(names.classifier, key))}
    head = heads.pop() if heads else names.classifier.replace("\\", "").replace("(?:_cls)?", "")
    kernel = _take(weights, f"{head}.weight", used)
    return {
        **_norm(weights, names.data_norm, "norm", used),
        "classifier.weight": kernel.flatten(1),
        "classifier.bias": _take(weights, f"{head}.bias", used),
    }


def _network(graph: SkeletonGraph, ours: dict[str, Tensor], num_units: int, strides: Sequence[int] | None) -> STGCN:
    """The network of those weights."""
    if strides is None:
        strides = [1 + (f"units.{unit}.shortcut.weight" in ours) for unit in range(num_units)]
    if len(strides) != num_units:
        raise ValueError(f"there are {num_units} units, but {len(strides)} strides")
    sizes = [len(ours[f"units.{unit}.temporal.bias"]) for unit in range(num_units)]
    in_channels = ours["units.0.spatial.weight"].shape[1]
    if in_channels == sizes[0]:
        raise ValueError(
            "the first unit keeps its number of channels, so it may have a shortcut that no weight tells"
        )
    model = STGCN(
        graph,
        in_channels=in_channels,
        num_classes=len(ours["classifier.bias"]),
        channels=list(zip(sizes, strides, strict=True)),
        residual="post-activation",
        kernel_size=ours["units.0.temporal.weight"].shape[2],
        edge_importance="units.0.spatial.edge_importance" in ours,
        bias="partition" if ours["units.0.spatial.bias"].dim() == 2 else "channel",
    ).to(ours["classifier.weight"].dtype)
    model.edge_weight.copy_(graph.edge_weight)  # in their precision
    check_fits(ours, model.state_dict())
    model.load_state_dict(ours, strict=False)  # the norms' counts of batches alone may be missing
    return model.eval()


def _some(names: Sequence[str] | Weights) -> str:
    """The first few names."""
    listed = list(names)
    return ", ".join(listed[:3]) + (", ..." if len(listed) > 3 else "")
