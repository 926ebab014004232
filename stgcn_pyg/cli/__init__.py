"""The command line. Commands import what is slow to import only when they run."""

import os
import sys
import warnings

import typer

from stgcn_pyg.cli.cross_validate import cross_validate
from stgcn_pyg.cli.demo import demo
from stgcn_pyg.cli.draw import draw
from stgcn_pyg.cli.edges import edges
from stgcn_pyg.cli.evaluate import evaluate
from stgcn_pyg.cli.explain import explain
from stgcn_pyg.cli.export import export
from stgcn_pyg.cli.extract import extract
from stgcn_pyg.cli.fuse import fuse
from stgcn_pyg.cli.info import info
from stgcn_pyg.cli.predict import predict
from stgcn_pyg.cli.prepare import prepare
from stgcn_pyg.cli.push import push
from stgcn_pyg.cli.report import report
from stgcn_pyg.cli.reproduce import reproduce
from stgcn_pyg.cli.stream import stream
from stgcn_pyg.cli.synthesize import synthesize
from stgcn_pyg.cli.train import train
from stgcn_pyg.cli.view import view

MISCONFIGURED = "MisconfigurationException"

app = typer.Typer(
    name="stgcn-pyg",
    help="Recognise human actions from skeletons with spatial-temporal graph convolutional networks.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
for command in (
    demo,
    train,
    evaluate,
    fuse,
    extract,
    predict,
    stream,
    cross_validate,
    reproduce,
    report,
    draw,
    view,
    explain,
    edges,
    push,
    export,
    synthesize,
    info,
):
    app.command()(command)
app.add_typer(prepare, name="prepare")


def main() -> None:
    """Run a command; what the user should know is said in a line, without a traceback or a line of code."""
    warnings.formatwarning = lambda message, *args, **kwargs: f"warning: {message}\n"
    try:
        app(args=[_at_home(word) for word in sys.argv[1:]])
    except ModuleNotFoundError as error:
        hint = "" if error.name is None else "; pip install 'stgcn-pyg[train]' may bring it"
        _stop(f"{error}{hint}")
    except Exception as error:
        # Lightning's class for wrong settings is named here, not imported: that takes seconds.
        if not isinstance(error, ValueError | OSError | ImportError) and type(error).__name__ != MISCONFIGURED:
            raise
        _stop(str(error))


def _at_home(word: str) -> str:
    """A word with the home folder in place of a ``~`` that begins a path, as in ``--out=~/runs``.

    Shells leave it alone there.
    """
    option, equals, path = word.partition("=") if word.startswith("--") else ("", "", word)
    return option + equals + os.path.expanduser(path)  # noqa: PTH111 (no Path: it would change other words)


def _stop(message: str) -> None:
    typer.secho(f"error: {message}", fg="red", err=True)
    sys.exit(2)
