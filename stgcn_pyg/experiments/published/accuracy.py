"""The published accuracy: a mean of batch means."""

import torch
from torch import Tensor


def batch_means(scores: Tensor, y: Tensor, batch_size: int = 16) -> float:
    """Mean over batches of the share of recordings that a batch has right.

    The published code averages the accuracies of its batches, so a recording of the last, smaller batch weighs
    more than another: of 120 recordings in batches of 16, where the last has 8, it weighs twice as much, and
    every accuracy is a multiple of 1/128. The package counts each recording once.

    Args:
        scores: Logits or probabilities ``[N, classes]``, or the classes predicted ``[N]``, in the order of the
            batches.
        y: Their classes ``[N]``.
        batch_size: Recordings a batch.

    Raises:
        ValueError: If there are none, or of one more than of the other.

    Example:
        >>> batch_means(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1]), batch_size=2)  # 2 of 3 are right
        0.75
    """
    predicted = scores.argmax(dim=1) if scores.dim() == 2 else scores
    if len(y) == 0 or predicted.shape != y.shape:
        raise ValueError(f"{list(predicted.shape)} predictions of {list(y.shape)} recordings have no accuracy")
    means = [float(right.double().mean()) for right in torch.split(predicted == y, batch_size)]
    return sum(means) / len(means)
