"""The options that say how a network is trained, for every command that trains some."""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stgcn_pyg.cli.options import Data, Fps, Rate, Root, Subsequences

if TYPE_CHECKING:
    from stgcn_pyg.experiments import Settings

NETWORK, TRAINING = "Network", "Training"


def training_settings(
    context: typer.Context,
    data: Data = "kth",
    root: Root = Path("datasets/kth"),
    fps: Fps = None,
    rate: Rate = None,
    subsequences: Subsequences = None,
    skeleton: Annotated[
        str, typer.Option(help="Joint layout of files that do not say theirs. [default: the data set's]")
    ] = "",
    people: Annotated[
        int | None, typer.Option(help="People kept of each recording. [default: 1; NTU RGB+D 2]", min=1)
    ] = None,
    partition: Annotated[
        str, typer.Option(help="uniform, distance, spatial or symmetrical.", rich_help_panel=NETWORK)
    ] = "spatial",
    normalization: Annotated[
        str, typer.Option(help="directed, symmetric, neighbourhood or row.", rich_help_panel=NETWORK)
    ] = "directed",
    streams: Annotated[
        str,
        typer.Option(
            help="Input, separated by commas: joint, bone, joint_motion, bone_motion, root_motion, score.",
            rich_help_panel=NETWORK,
        ),
    ] = "joint,root_motion,joint_motion",
    max_hops: Annotated[int, typer.Option(help="The neighbourhood's size.", rich_help_panel=NETWORK)] = 1,
    layers: Annotated[int, typer.Option(help="9 or 12.", rich_help_panel=NETWORK)] = 9,
    width: Annotated[float, typer.Option(help="Factor on the paper's channels.", rich_help_panel=NETWORK)] = 0.5,
    residual: Annotated[
        bool, typer.Option("--residual/--plain", help="Kind of the units.", rich_help_panel=NETWORK)
    ] = True,
    linear_middle: Annotated[bool, typer.Option(help="Plain units as published.", rich_help_panel=NETWORK)] = False,
    norm: Annotated[
        str, typer.Option(help="Batch norms: both, once, none; plain units: start, end.", rich_help_panel=NETWORK)
    ] = "both",
    relu_first: Annotated[
        bool, typer.Option("--relu-first/--norm-first", help="Order of ReLU and norm.", rich_help_panel=NETWORK)
    ] = False,
    bias: Annotated[
        str, typer.Option(help="One for each channel, or partition as published; none.", rich_help_panel=NETWORK)
    ] = "channel",
    kernel_size: Annotated[int, typer.Option(help="Frames of temporal kernels.", rich_help_panel=NETWORK)] = 9,
    causal: Annotated[bool, typer.Option(help="Temporal kernels look back only.", rich_help_panel=NETWORK)] = False,
    backend: Annotated[
        str, typer.Option(help="Spatial convolutions: auto, dense, sparse, segment.", rich_help_panel=NETWORK)
    ] = "auto",
    edge_importance: Annotated[bool, typer.Option(help="Learn edge weights.", rich_help_panel=NETWORK)] = False,
    members: Annotated[int, typer.Option(help="Networks that vote.", rich_help_panel=NETWORK)] = 3,
    dropout: Annotated[float, typer.Option(help="Dropout in every unit.", rich_help_panel=NETWORK)] = 0.0,
    epochs: Annotated[int, typer.Option(help="Passes over the data.", rich_help_panel=TRAINING)] = 40,
    batch_size: Annotated[
        int, typer.Option(help="Recordings a batch, of all devices.", rich_help_panel=TRAINING)
    ] = 8,
    max_frames: Annotated[
        int | None, typer.Option(help="Frames a batch, at most.", rich_help_panel=TRAINING)
    ] = None,
    learning_rate: Annotated[float, typer.Option(help="The highest.", rich_help_panel=TRAINING)] = 5e-3,
    schedule: Annotated[
        str, typer.Option(help="Its course: constant, step, one-cycle or cosine.", rich_help_panel=TRAINING)
    ] = "one-cycle",
    step_epochs: Annotated[int, typer.Option(help="Epochs between two steps.", rich_help_panel=TRAINING)] = 10,
    step_factor: Annotated[float, typer.Option(help="What a step multiplies by.", rich_help_panel=TRAINING)] = 0.1,
    weight_decay: Annotated[float, typer.Option(help="AdamW's.", rich_help_panel=TRAINING)] = 0.01,
    beta2: Annotated[float, typer.Option(help="Adam's second beta.", rich_help_panel=TRAINING)] = 0.99,
    label_smoothing: Annotated[float, typer.Option(help="Of the targets.", rich_help_panel=TRAINING)] = 0.05,
    clip: Annotated[float, typer.Option(help="Largest gradient norm; 0: any.", rich_help_panel=TRAINING)] = 5.0,
    precision: Annotated[
        str, typer.Option(help="Numbers trained in: 32, or bf16 beside 32.", rich_help_panel=TRAINING)
    ] = "32",
    crop: Annotated[int, typer.Option(help="Frames of the longest crops; 0: none.", rich_help_panel=TRAINING)] = 64,
    min_crop: Annotated[int, typer.Option(help="Frames of the shortest.", rich_help_panel=TRAINING)] = 16,
    augment: Annotated[
        str,
        typer.Option(
            help="strong, unmirrored (of actions that have a side), robust, paper or none.",
            rich_help_panel=TRAINING,
        ),
    ] = "strong",
    init: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Run folder or built-in model to fine-tune; the network is then that one's.",
            rich_help_panel=TRAINING,
        ),
    ] = None,
    freeze: Annotated[
        int, typer.Option(help="Its first units that stay as they are.", rich_help_panel=TRAINING)
    ] = 0,
    seed: Annotated[int, typer.Option(help="What is random follows from it.", rich_help_panel=TRAINING)] = 0,
) -> "Settings":
    """The settings that the options say, without a protocol; defaults are those of ``Settings``, slow to import."""
    if init is not None:
        _check_network_is_not_given(context)
    from stgcn_pyg.datasets import Protocol
    from stgcn_pyg.experiments import Settings
    from stgcn_pyg.training import Recipe

    return Settings(
        root=str(root),
        data=data,
        people=people,
        protocol=Protocol(),
        fps=fps,
        rate=rate,
        subsequences="" if subsequences is None else str(subsequences),
        skeleton=skeleton,
        partition=partition,
        normalization=normalization,
        max_hops=max_hops,
        streams=tuple(stream.strip() for stream in streams.split(",")),
        layers=layers,
        width=width,
        residual=residual,
        linear_middle=linear_middle,
        norm=norm,
        relu_first=relu_first,
        bias=bias,
        kernel_size=kernel_size,
        causal=causal,
        backend=backend,
        edge_importance=edge_importance,
        members=members,
        dropout=dropout,
        augment=augment,
        crop=crop,
        min_crop=min_crop,
        recipe=Recipe(
            epochs=epochs,
            batch_size=batch_size,
            max_frames=max_frames,
            learning_rate=learning_rate,
            schedule=schedule,  # type: ignore[arg-type]  # the recipe checks it
            step_epochs=step_epochs,
            step_factor=step_factor,
            weight_decay=weight_decay,
            beta2=beta2,
            label_smoothing=label_smoothing,
            clip=clip,
        ),
        precision=precision,
        init="" if init is None else str(init),
        freeze=freeze,
        seed=seed,
    )


def with_training_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of :func:`training_settings`, and ``settings`` made of them."""
    shared = inspect.signature(training_settings).parameters
    own = [option for name, option in inspect.signature(command).parameters.items() if name != "settings"]

    @wraps(command)
    def with_options(**given: Any) -> None:
        settings = training_settings(**{name: given.pop(name) for name in shared})
        command(settings=settings, **given)

    # What Typer reads the options from; as keywords they may stand in any order, with defaults or without.
    options = [option.replace(kind=inspect.Parameter.KEYWORD_ONLY) for option in (*own, *shared.values())]
    with_options.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    with_options.__annotations__ = {option.name: option.annotation for option in options}
    return with_options


def _check_network_is_not_given(context: typer.Context) -> None:
    """Refuse options of a network that is there already."""
    network = [option for option in context.command.params if getattr(option, "rich_help_panel", None) == NETWORK]
    sources = {option.opts[0]: context.get_parameter_source(str(option.name)) for option in network}
    if given := [name for name, source in sources.items() if source and source.name == "COMMANDLINE"]:
        raise ValueError(f"--from takes the network as it was trained; leave {', '.join(given)} out")
