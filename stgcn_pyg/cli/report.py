"""``stgcn-pyg report``."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    folder: Annotated[Path, typer.Argument(help="What stgcn-pyg reproduce wrote.")],
) -> None:
    """Report on the paper's experiments, as far as they are run: tables, figures, and a verdict on each claim.

    The folder gets report.md, report.html, which needs no other file, and figures/. All is made from its JSON files
    alone.

    **Examples**

    `stgcn-pyg report runs/paper`
    """
    from rich.console import Console
    from rich.table import Table

    from stgcn_pyg.report.reproduction import judge_all, summary_rows, write_reproduction_report
    from stgcn_pyg.report.results import read_results

    results = read_results(folder)
    markdown, page = write_reproduction_report(results)
    kind = ", SYNTHETIC recordings" if results.data.synthetic else ""
    rows = summary_rows(judge_all(results))
    table = Table("experiment", "claim", "correct", "published code re-run", title=f"Verdicts{kind}")
    for row in rows:
        table.add_row(*row)
    if rows:
        Console().print(table)
    typer.echo(f"{len(results.runs)} of {len(results.planned)} runs are finished\nreport: {markdown}, {page}")
