"""Pose estimators by their names."""

from importlib import import_module

from stgcn_pyg.pose.estimator import PoseEstimator

ESTIMATORS = {"blazepose": "stgcn_pyg.pose.blazepose:BlazePose"}
"""The module and the class of each estimator that comes along."""


def load_estimator(name: str = "blazepose") -> PoseEstimator:
    """A new estimator, for one video.

    Args:
        name: One of :data:`ESTIMATORS`, or ``module:Class`` of one's own that can be called without arguments.

    Raises:
        ValueError: If there is no such estimator.
        ImportError: If a library that it needs is not installed.

    Example:
        >>> load_estimator("openpose")
        Traceback (most recent call last):
        ValueError: no pose estimator is called 'openpose'; there are blazepose, or your own as module:Class
    """
    module, colon, kind = ESTIMATORS.get(name, name).partition(":")
    if not colon:
        known = ", ".join(ESTIMATORS)
        raise ValueError(f"no pose estimator is called {name!r}; there are {known}, or your own as module:Class")
    try:
        estimator: PoseEstimator = getattr(import_module(module), kind)()
    except (AttributeError, ModuleNotFoundError) as error:
        if isinstance(error, ModuleNotFoundError) and not f"{module}.".startswith(f"{error.name}."):
            raise  # a library that the estimator needs
        raise ValueError(f"{name!r} is no pose estimator: {error}") from error
    return estimator
