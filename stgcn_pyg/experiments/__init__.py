"""Whole trainings: settings, run folders, cross-validation."""

from stgcn_pyg.experiments.settings import Settings

__all__ = ["Settings"]
