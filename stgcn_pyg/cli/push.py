"""``stgcn-pyg push``."""

from pathlib import Path
from typing import Annotated

import typer


def push(
    run: Annotated[Path, typer.Argument(help="Run folder or model folder.")],
    repo: Annotated[str, typer.Argument(help="Repository of the Hugging Face Hub: user/name.")],
    license: Annotated[str, typer.Option(help="Licence of the weights, such as mit or cc-by-4.0.")] = "",
    card: Annotated[
        Path | None, typer.Option(help="Model card of your own. [default: written from the run]")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="For your own eyes, if the repository is new.")
    ] = False,
) -> None:
    """Share a trained model on the Hugging Face Hub, with a card that says what it was trained and tested on.

    The access token is that of `hf auth login`. What is uploaded: weights, settings and the card.

    **Examples**

    `stgcn-pyg push runs/kth me/kth-actions --license cc-by-4.0`

    `stgcn-pyg predict clip.npy --model me/kth-actions --fps 25`
    """
    from stgcn_pyg.experiments.evaluation import METRICS
    from stgcn_pyg.files import read_json
    from stgcn_pyg.recognizer import Recognizer

    recognizer = Recognizer.from_pretrained(run)
    metrics = read_json(run / METRICS) if (run / METRICS).is_file() else None
    text = None if card is None else card.read_text(encoding="utf-8")
    shared = recognizer.push_to_hub(
        repo, metrics=metrics, license=license or None, card=text, private=private or None
    )
    typer.echo(f"{recognizer}: {shared}")
