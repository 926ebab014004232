"""A model whose probabilities are far from 0 and 1, so that they tell recordings apart."""

from collections.abc import Sequence

import torch

from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.skeleton import BODY_25


def undecided(classes: Sequence[str]) -> Recognizer:
    """An untrained model of these actions, for 25 frames a second."""
    torch.manual_seed(0)
    recognizer = Recognizer(SkeletonGraph.build(BODY_25), classes, fps=25, channels=[(4, 1)])
    for network in recognizer.networks:
        network.classifier.weight.data *= 0.03  # untrained, its logits are tens
    return recognizer
