"""The command line as a user types it."""

from typer.testing import CliRunner

from stgcn_pyg.cli import app


def call(*words: object) -> str:
    """What a command that must succeed prints as its result."""
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout
