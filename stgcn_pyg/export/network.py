"""The network in operators that every runtime has: what those of whole recordings and of single frames share."""

import copy

import torch

from stgcn_pyg.export.unit import ExportedUnit
from stgcn_pyg.models import STGCN
from stgcn_pyg.nn import Edges, PlainUnit, ResidualUnit, fold_norms
from stgcn_pyg.streaming.pointwise import pointwise


class ExportedNetwork(torch.nn.Module):
    """A network's units, with norms folded, and what stands around them.

    Args:
        network: The network; it is copied.

    Raises:
        TypeError: If it has a unit of another kind than ours.
    """

    Unit: type[ExportedUnit]
    """What its units are made to."""

    def __init__(self, network: STGCN) -> None:
        super().__init__()
        with torch.no_grad():
            network = fold_norms(copy.deepcopy(network).cpu().float().eval()).requires_grad_(False)
            edges = Edges(network.edge_index, network.edge_type, network.edge_weight)
            self.norm = pointwise(network.norm)
            self.units = [self.Unit(_known(unit), edges, network.num_nodes) for unit in network.units]
            self.final = pointwise(network.final)
        self.classifier = network.classifier
        self.num_nodes = network.num_nodes
        for number, unit in enumerate(self.units, start=1):
            self.add_module(f"unit{number}", unit)
        # How many frames each unit's input is behind the network's, and how many of its frames it stands for.
        self.behind, self.strides = [0], [1]
        for unit in self.units:
            self.behind.append(self.behind[-1] + unit.ahead * self.strides[-1])
            self.strides.append(self.strides[-1] * unit.stride)


def _known(unit: torch.nn.Module) -> PlainUnit | ResidualUnit:
    if not isinstance(unit, PlainUnit | ResidualUnit):
        raise TypeError(f"how to export a {type(unit).__name__} is not known")
    return unit
