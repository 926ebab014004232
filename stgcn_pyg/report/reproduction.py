"""The report of the paper's experiments run again, in Markdown and as one page of HTML, made from JSON alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stgcn_pyg.files import write_text
from stgcn_pyg.report.contrast import contrast
from stgcn_pyg.report.figures import draw_experiment, shown_modes
from stgcn_pyg.report.markdown import anchor, plain, setting_list, table
from stgcn_pyg.report.page import render_page
from stgcn_pyg.report.results import MODES, Claim, Experiment, Mode, Results
from stgcn_pyg.report.summary import Summary, mean_reading
from stgcn_pyg.report.verdict import RULES, Verdict, judge

TITLE = "The paper, run again"

SYNTHETIC = (
    "> **SYNTHETIC RECORDINGS.** All of it was measured on made-up people; it shows that everything works, and "
    "nothing about real ones."
)
"""What stands first where it is so."""

COLUMNS = (
    "Mean ± standard deviation over runs (95 % interval over groups of people), number of runs. The published "
    "code's accuracies are its own: of the last epoch, the mean of batch means. Correct ones are of the best "
    "validation epoch, each recording counted once; as the validation accuracy chooses it, that one is too high, "
    "the more so the more its curve wobbles."
)
"""What the figures of a table are."""

READINGS = {
    "last_batch_means": "last epoch, mean of batch means",
    "last": "last epoch, each recording once",
    "best": "best validation epoch, each recording once",
}
"""How an accuracy can be read from the same networks."""


@dataclass(frozen=True)
class Judged:
    """A claim and what each mode's runs say of it."""

    experiment: Experiment
    claim: Claim
    verdicts: Mapping[Mode, Verdict]


def judge_all(results: Results) -> list[Judged]:
    """The verdicts on all claims, the correct mode's first."""
    modes: tuple[Mode, ...] = ("correct", "published")
    return [
        Judged(one, claim, {mode: judge(claim, one, mode) for mode in modes if mode in one.modes})
        for one in results.experiments
        for claim in one.claims
    ]


def write_reproduction_report(results: Results) -> tuple[Path, Path]:
    """Write ``report.md``, ``report.html`` and ``figures/`` into a folder of results.

    Args:
        results: The results.

    Returns:
        The paths of the two reports.
    """
    folder = results.folder
    synthetic = results.data.synthetic
    drawn = {one.name: draw_experiment(one, folder / "figures", synthetic) for one in results.experiments}
    pictures = {name: [path.relative_to(folder) for path in paths] for name, paths in drawn.items()}
    text = _render(results, pictures)
    markdown, page = folder / "report.md", folder / "report.html"
    write_text(markdown, text)
    write_text(page, render_page(text, folder, TITLE))
    return markdown, page


def _render(results: Results, pictures: Mapping[str, Sequence[Path]]) -> str:
    judged = judge_all(results)
    parts = [f"# {TITLE}", _header(results), "## Claims", _claims(judged), RULES]
    for one in results.experiments:
        parts += _experiment(one, [item for item in judged if item.experiment is one], pictures[one.name])
    parts += ["## Settings", *_settings(results)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _header(results: Results) -> str:
    """Which recordings, how much was scaled down, on what machine, how long."""
    data = results.data
    rate = "" if data.fps is None else f", taken as {data.fps:g} frames a second"
    people = ", ".join(map(str, data.subjects))
    kind = "**synthetic** recordings" if data.synthetic else "recordings"
    lines = [f"`{data.data}`: {data.recordings:,} {kind}, {data.frames:,} frames, subjects {people}{rate}."]
    if data.synthetic:
        lines.insert(0, SYNTHETIC)
    runs = results.runs.values()
    lines.append(f"{len(runs)} of {len(results.planned)} runs are finished.")
    asked = {one.title: _asked(one) for one in results.experiments}
    for text in dict.fromkeys(asked.values()):
        titles = [title for title, other in asked.items() if other == text]
        lines.append(text if len(titles) == len(asked) else f"{text} (In: {'; '.join(titles)}.)")
    lines += _machines(results)
    return "\n\n".join(lines)


def _asked(experiment: Experiment) -> str:
    """What was scaled down from the paper's settings."""
    words = {"epochs": "at most {} epochs", "width": "{} of the channels", "crop": "random crops of {} frames"}
    asked = {name: value for name, value in experiment.asked.items() if value is not None}
    smaller = [text.format(asked[name]) for name, text in words.items() if name in asked]
    seeds = experiment.asked.get("seeds")
    counted = "" if seeds is None else f" Every setting has {seeds} seed{'s' * (seeds != 1)}."
    if not smaller:
        return f"Networks and epochs are those of the paper.{counted}"
    return f"**Scaled down from the paper's settings: {', '.join(smaller)}.**{counted}"


def _machines(results: Results) -> list[str]:
    """What the runs were trained on, with which packages, and how long that took."""
    runs = results.runs.values()
    seconds: dict[str, float] = {}
    for run in runs:
        machine = run.machine
        cores = "" if machine.cores is None else f"{machine.cores} cores of "
        name = f"{cores}{machine.cpu}, device {machine.device}" + (f", {machine.system}" if machine.system else "")
        seconds[name] = seconds.get(name, 0) + run.seconds
    versions = sorted({", ".join(f"{k} {v}" for k, v in run.versions.items()) for run in runs if run.versions})
    lines = [f"{name}: {total / 3600:.1f} hours of training." for name, total in seconds.items()]
    return lines + [f"Versions: {one}." for one in versions]


def _claims(judged: Sequence[Judged]) -> str:
    rows = [
        [
            item.claim.text,
            f"{item.claim.source}; [{item.experiment.name}](#{anchor(item.experiment.title)})".lstrip("; "),
            *(_word(item, mode) for mode in ("correct", "published")),
        ]
        for item in judged
    ]
    return table(["claim", "where", "correct", "published code re-run"], rows)


def _word(item: Judged, mode: Mode) -> str:
    verdict = item.verdicts.get(mode)
    return "not planned" if verdict is None else f"**{verdict.word}**"


def _experiment(experiment: Experiment, judged: Sequence[Judged], pictures: Sequence[Path]) -> list[str]:
    """Everything about one experiment but its settings."""
    parts = [f"## {plain(experiment.title)}", f"Source: {plain(experiment.source)}.{_epochs(experiment)}"]
    parts.append("\n".join(f"- {plain(reading)}" for reading in experiment.readings))
    parts += ["### Accuracies of " + experiment.name, _accuracies(experiment)]
    parts += [_readings(experiment), contrast(experiment)]
    parts += [f"![{path.stem}]({path.as_posix()})" for path in pictures]
    if judged:
        parts += ["### Verdicts of " + experiment.name, *map(_verdict, judged)]
    return parts


def _epochs(experiment: Experiment) -> str:
    """How long networks are trained, and how long the paper did."""
    lengths: dict[tuple[int | None, int | None], list[str]] = {}
    for cell in experiment.cells:
        lengths.setdefault((cell.epochs, cell.paper_epochs), []).append(cell.name)
    texts = []
    for (here, there), cells in lengths.items():
        of = "" if len(lengths) == 1 else f" ({', '.join(cells)})"
        if here is not None:
            texts.append(f"{here} epochs" + (f"; the paper: {there}" if there not in (None, here) else "") + of)
    return f" {'; '.join(texts)}." if texts else ""


def _accuracies(experiment: Experiment) -> str:
    """A row for each cell and measure: published number, published code re-run, correct."""
    modes = shown_modes(experiment)
    rows = []
    for cell in experiment.cells:
        for measure, number in (("validation", cell.published.validation), ("test", cell.published.test)):
            rows.append(
                [
                    plain(cell.name) if measure == "validation" else "",
                    measure,
                    "none printed" if number is None else f"{number:.4f}",
                    *(str(Summary.of(experiment, cell.name, mode, measure)) for mode in modes),
                ]
            )
    head = ["cell", "recordings", "published number", *(MODES[mode] for mode in modes)]
    return f"{table(head, rows)}\n\n{COLUMNS}"


def _readings(experiment: Experiment) -> str:
    """How much the reading alone changes of the published code's test accuracy."""
    rows = []
    for cell in experiment.cells:
        runs = experiment.runs(cell.name, "published")
        values = [mean_reading(runs, reading, "test") for reading in READINGS]
        if any(value is not None for value in values):
            rows.append([cell.name, *("-" if value is None else f"{value:.3f}" for value in values)])
    if not rows:
        return ""
    return "Test accuracy of the published code's same networks, read in three ways (means over runs):\n\n" + table(
        ["cell", *READINGS.values()], rows
    )


def _verdict(item: Judged) -> str:
    claim = item.claim
    where = f" ({plain(claim.source)})" if claim.source else ""
    lines = [f"{plain(claim.text)}{where}", ""]
    lines += [f"- {MODES[mode]}: **{one.word}**. {plain(one.reason)}" for mode, one in item.verdicts.items()]
    return "\n".join(lines)


def _settings(results: Results) -> list[str]:
    """What all finished runs share, then how each experiment and each of its cells differs."""
    runs = list(results.runs.values())
    parts = []
    if runs:
        shared = {k: v for k, v in runs[0].settings.items() if all(run.settings.get(k) == v for run in runs)}
        parts.append(f"All finished runs: {setting_list(shared)}.")
    for one in results.experiments:
        parts.append(f"**{plain(one.title)}**" + (f": {setting_list(one.settings)}." if one.settings else ""))
        rows = [[cell.name, setting_list(cell.settings) or "nothing"] for cell in one.cells]
        parts.append(table(["cell", "differs in"], rows))
    return parts


def summary_rows(judged: Sequence[Judged]) -> list[tuple[str, str, str, str]]:
    """Experiment, claim and verdicts, for a table on the terminal."""
    words: dict[str, Any] = {"correct": "", "published": ""}
    return [
        (item.experiment.name, item.claim.text, *(words | {m: v.word for m, v in item.verdicts.items()}).values())
        for item in judged
    ]
