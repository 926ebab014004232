"""What is printed of a stream."""

import json
from types import TracebackType

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from stgcn_pyg.streaming import Answer, Session


class Lines:
    """A line for each answer."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        """Begin to show."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""

    def show(self, answer: Answer) -> None:
        """Show an answer."""
        typer.echo(describe(answer))

    def end(self, session: Session, scores: dict[str, float], dropped: int) -> None:
        """Show the summary."""
        live = session.live
        late = "" if live.delay_seconds is None else f" ({live.delay_seconds:.1f} s)"
        typer.echo(f"{self.name}: {_likeliest(scores)}")
        typer.echo(
            f"{session.num_frames} frames, {session.frames_per_second:.1f} a second, {dropped} more were dropped; "
            f"the model's delay: {live.delay} frames{late}"
        )
        table = Table("milliseconds", "mean", "median", "95th percentile")
        for part, values in session.statistics().items():
            table.add_row(part, *(f"{value:.2f}" for value in values.values()))
        if table.row_count:
            Console().print(table)


class LiveLine(Lines):
    """One line that changes, on a terminal; whenever the action does, what it was stays above."""

    def __init__(self, name: str, console: Console) -> None:
        super().__init__(name)
        self._live = Live(console=console, transient=True, auto_refresh=False)
        self._last: Answer | None = None

    def __enter__(self) -> None:
        """Begin to show."""
        self._live.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it; the last line stays."""
        self._live.stop()
        if self._last is not None:
            self._live.console.print(_row(self._last))

    def show(self, answer: Answer) -> None:
        """Show an answer in place of the last."""
        if self._last is not None and self._last.action != answer.action:
            self._live.console.print(_row(self._last))
        self._last = answer
        self._live.update(_row(answer), refresh=True)


class JsonLines(Lines):
    """A line of JSON for each answer."""

    def __init__(self) -> None:
        super().__init__("")

    def show(self, answer: Answer) -> None:
        """Print an answer."""
        typer.echo(json.dumps(answer.to_dict()))

    def end(self, session: Session, scores: dict[str, float], dropped: int) -> None:
        """Print the summary."""
        summary = {
            "action": next(iter(scores), None),
            "scores": {name: round(score, 4) for name, score in scores.items()},
            "frames": session.num_frames,
            "dropped": dropped,
            "frames_per_second": round(session.frames_per_second, 2),
            "delay_frames": session.live.delay,
            "delay_seconds": session.live.delay_seconds,
            "latency_ms": {
                part: {name: round(value, 3) for name, value in values.items()}
                for part, values in session.statistics().items()
            },
        }
        typer.echo(json.dumps({"summary": summary}))


def find_lines(name: str) -> Lines:
    """One line that changes where somebody looks at it, else a line for each answer."""
    console = Console()
    return LiveLine(name, console) if console.is_terminal else Lines(name)


def describe(answer: Answer) -> str:
    """An answer in a line."""
    latency = ", ".join(f"{part} {value:.1f}" for part, value in answer.latency.items())
    return f"{answer.seconds:8.2f} s  {_likeliest(answer.scores):36}  {answer.joints:3} joints  ms: {latency}"


def _row(answer: Answer) -> Text:
    """The same on a terminal, in one line however narrow it is."""
    return Text(describe(answer), no_wrap=True, overflow="ellipsis")


def _likeliest(scores: dict[str, float]) -> str:
    """The two likeliest actions."""
    if not scores:
        return "nobody seen yet"
    first, *others = [f"{name} {score:.2f}" for name, score in scores.items()]
    return first + "".join(f" (next: {second})" for second in others[:1])
