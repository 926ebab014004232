"""Training with Lightning: what is optimised, how, and where checkpoints go."""

from stgcn_pyg.training.recipe import Recipe

__all__ = ["Recipe"]
