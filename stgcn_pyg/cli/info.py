"""``stgcn-pyg info``."""

from pathlib import Path
from typing import Annotated

import typer


def info(
    run: Annotated[Path | None, typer.Argument(help="A run or model folder to describe.")] = None,
) -> None:
    """Say what is installed, or what a trained model is.

    **Examples**

    `stgcn-pyg info`

    `stgcn-pyg info runs/kth`
    """
    facts = _environment() if run is None else _model(run)
    width = max(map(len, facts))
    for name, value in facts.items():
        typer.echo(f"{name:<{width}}  {value}")


def _environment() -> dict[str, str]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    import torch

    from stgcn_pyg.io import FORMATS
    from stgcn_pyg.partition import NORMALIZATIONS, STRATEGIES
    from stgcn_pyg.recognizer import pretrained_models
    from stgcn_pyg.skeleton import SKELETONS

    facts = {"python": platform.python_version()}
    for package in ("stgcn-pyg", "torch", "torch-geometric", "torch-scatter", "lightning", "numpy"):
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            facts[package] = "not installed"
    facts["threads"] = str(torch.get_num_threads())
    facts["gpu"] = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    facts["models"] = ", ".join(pretrained_models())
    facts["formats"] = ", ".join(form.name for form in FORMATS)
    facts["skeletons"] = ", ".join(SKELETONS)
    facts["partitions"] = ", ".join(STRATEGIES)
    facts["normalizations"] = ", ".join(NORMALIZATIONS)
    return facts


def _model(run: Path) -> dict[str, str]:
    from stgcn_pyg.recognizer import Recognizer

    recognizer = Recognizer.from_pretrained(run)
    return {
        "model": repr(recognizer),
        "classes": ", ".join(recognizer.classes),
        "graph": repr(recognizer.graph),
        "input": ", ".join(recognizer.features.streams.streams),
        "fps": "unknown" if recognizer.fps is None else f"{recognizer.fps:g}",
        **{name: str(value) for name, value in recognizer.architecture.items()},
    }
