"""What finished runs say of a claim: it holds, it does not, or they cannot tell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, isnan, log
from typing import Literal

from stgcn_pyg.metrics import grouped_interval
from stgcn_pyg.report.paired import FEWEST, Paired, holm, number, wobble
from stgcn_pyg.report.results import Claim, Experiment, Mode, Run

Word = Literal["holds", "does not hold", "cannot be told from this data", "not run"]
"""A verdict."""

HOLDS: Word = "holds"
FAILS: Word = "does not hold"
OPEN: Word = "cannot be told from this data"
NOT_RUN: Word = "not run"
WORDS = (HOLDS, FAILS, OPEN, NOT_RUN)

MARGIN = 0.05
"""The least difference of accuracies that is worth naming."""

SMOOTHER_BY = 1.05
"""The least factor between the wobbles of two curves that is worth naming."""

SURE = 0.05
"""The level of all tests."""

RULES = (
    "A claim that one setting is better **holds** where the 95 % interval of the paired difference lies above 0, "
    f"and **does not hold** where it lies below {MARGIN}, the least gain worth naming; else it **cannot be told "
    "from this data**. That one is no better is the opposite, each way. That one lies between two others is that "
    "it is better than the lower, and the upper better than it. Two settings are alike where the interval lies "
    f"within ±{MARGIN}, and are not where it does not hold 0 and the mean is beyond {MARGIN}. A curve is smoother "
    f"by the first rule, for the ratio of wobbles, with a least factor of {SMOOTHER_BY}; a curve's wobble is the "
    "mean deviation of its changes from epoch to epoch from their mean, after the first quarter of the epochs. "
    "Where a claim makes several comparisons, it holds if all do and does not hold if any does not, with p by "
    "Holm's method, so that an interval without 0 may not be enough. A setting stays below a limit where the 95 % "
    "interval of its mean does, and does not where that lies above. Training diverges where the loss of every run "
    "became indefinite, and does not where that of none did.\n\n"
    "Validation accuracies are compared at the last epoch: at the best one they are too high, and most so where a "
    "curve wobbles. Runs are paired by seed, so on the same splits; pairs tested on the same people are averaged "
    f"first, and a verdict rests on {FEWEST} or more groups of people whose differences are not all the same. "
    "Runs that diverged have no accuracy: they are counted and named, and not compared.\n\n"
    "Three cautions. Runs that are tested on different people are trained on partly the same ones, so they are "
    "not quite independent, and intervals are too narrow. Each claim is tested at a level of "
    f"{SURE} by itself: of twenty about nothing, one is expected to look certain. And a verdict is about networks "
    "trained as long as these here, which may be shorter than the paper's."
)
"""The rules, for the report."""


@dataclass(frozen=True)
class Verdict:
    """What runs say of a claim.

    Attributes:
        word: The verdict.
        reason: The figures that it rests on, in a sentence or two.
    """

    word: Word
    reason: str


def judge(claim: Claim, experiment: Experiment, mode: Mode) -> Verdict:
    """Judge a claim by the finished runs of one mode.

    With d the paired difference of a cell and the one it is compared with, and "certain" meaning that Student's
    two-sided test of the pairs, adjusted by Holm's method over the claim's comparisons, has p of 0.05 or less (for
    one comparison: that the 95 % interval of d lies there):

    Validation accuracies are compared at the last epoch, as those of the best one are chosen to be high; ``below``
    asks for these, so that no epoch may reach the limit.

    - ``better`` holds where d > 0 is certain, and does not hold where d < 0.05 is certain, which
      rules a gain worth naming out; a gain that is certain holds however small it is.
    - ``not-better`` is the opposite: it holds where ``better`` does not, and does not hold where that holds.
    - ``alike`` holds where -0.05 < d < 0.05 is certain, and does not hold where d is certainly not 0 and its mean
      is beyond 0.05.
    - ``between`` is better than the lower, and the upper better than it.
    - ``smoother`` is ``better`` for the logarithm of the ratio of the curves' wobbles, with a margin of 5 %.
    - ``diverges`` holds where every run diverged, and does not hold where none did.
    - ``below`` holds where the accuracy's interval lies below the limit, and does not hold where it lies above.

    Of several comparisons all must hold, and none must not. A run that diverged has no accuracy: its pair is left
    out, and the reason says so.

    Args:
        claim: The claim, one of the experiment's.
        experiment: The experiment with its finished runs.
        mode: The mode whose runs are asked.
    """
    cells = (claim.cell, *claim.than)
    counts = {name: len(experiment.runs(name, mode)) for name in cells}
    missing = [name for name, count in counts.items() if not count]
    if not counts[claim.cell] or (claim.than and not any(counts[name] for name in claim.than)):
        return Verdict(NOT_RUN, f"No run of {_list(missing)} is finished.")
    if claim.kind == "diverges":
        return _diverges(experiment.runs(claim.cell, mode))
    if claim.kind == "below":
        return _below(claim, experiment.runs(claim.cell, mode))
    verdict = _compared(claim, experiment, mode)
    notes = [f"No run of {_list(missing)} is finished." if missing else ""]
    notes += [_divergence(name, experiment.runs(name, mode)) for name in cells]
    return Verdict(verdict.word, " ".join([verdict.reason, *filter(None, notes)]))


def _diverges(runs: Sequence[Run]) -> Verdict:
    """Whether every run's loss became indefinite."""
    epochs = [run.diverged for run in runs if run.diverged is not None]
    if not epochs:
        return Verdict(FAILS, f"None of {_runs(len(runs))} diverged.")
    word = HOLDS if len(epochs) == len(runs) else OPEN
    return Verdict(word, f"The loss became indefinite in {len(epochs)} of {_runs(len(runs))}, {_at(epochs)}.")


def _below(claim: Claim, runs: Sequence[Run]) -> Verdict:
    """Whether an accuracy is certainly below its limit."""
    assert claim.limit is not None  # an experiment refuses a claim without
    measure = claim.measure or "test"
    scored = [(value, run.test_subjects) for run in runs if (value := run.accuracy(measure)) is not None]
    note = _divergence(claim.cell, runs)
    if not scored:
        return Verdict(OPEN, note)
    values, people = zip(*scored, strict=True)
    mean, low, high = grouped_interval(values, number(people))
    groups = len(set(people))
    word = OPEN
    if groups >= FEWEST and high < claim.limit:
        word = HOLDS
    elif groups >= FEWEST and low > claim.limit:
        word = FAILS
    interval = "no interval" if isnan(low) else f"95 % interval {max(low, 0):.3f} to {min(high, 1):.3f}"
    reason = f"{claim.cell}: {mean:.3f} ({interval}, {_runs(len(values))}), the limit being {claim.limit:g}."
    return Verdict(word, " ".join(filter(None, [reason, _few(groups), note])))


@dataclass(frozen=True)
class _Comparison:
    """A cell that is to be better than another, by pairs of runs.

    Attributes:
        cell: The cell.
        than: The other.
        gain: The differences in its favour: accuracies, or logarithms of ratios of wobbles.
        counts: Of accuracies, how many recordings each named rightly; "" where they were not all different.
    """

    cell: str
    than: str
    gain: Paired
    counts: str = ""


def _compared(claim: Claim, experiment: Experiment, mode: Mode) -> Verdict:
    """Judge a claim that compares cells."""
    smoothness = claim.kind == "smoother"
    measure = claim.measure or ("train_loss" if smoothness else "test")
    value = _smoothness(measure) if smoothness else _accuracy(measure)
    margin = log(SMOOTHER_BY) if smoothness else MARGIN
    pairs = [(claim.cell, other) for other in claim.than]
    if claim.kind == "between":
        pairs = [(claim.cell, claim.than[0]), (claim.than[1], claim.cell)]
    compared = [_compare(experiment, mode, cell, than, value, measure) for cell, than in pairs]
    made = [one for one in compared if one is not None]
    if not made:
        return Verdict(OPEN, "No two runs of the same seed can be compared.")
    decide = {"alike": _alike, "not-better": _not_better}.get(claim.kind, _better)
    words = decide([one.gain for one in made], margin)
    word = FAILS if FAILS in words else OPEN if OPEN in words or len(made) < len(pairs) else HOLDS
    p_values = [one.gain.p() for one in made]
    adjusted = holm(p_values)
    sentences = [
        _sentence(one, p, p_holm, each, smoothness) if len(made) > 1 else _sentence(one, p, None, None, smoothness)
        for one, p, p_holm, each in zip(made, p_values, adjusted, words, strict=True)
    ]
    return Verdict(word, " ".join(sentences))


def _better(gains: Sequence[Paired], margin: float) -> list[Word]:
    """For each gain whether it is certain, or one worth naming is ruled out."""
    certain = holm([gain.p() for gain in gains])
    ruled_out = holm([gain.p(margin) for gain in gains])
    return [
        HOLDS if gain.mean > 0 and p <= SURE else FAILS if gain.mean < margin and p_margin <= SURE else OPEN
        for gain, p, p_margin in zip(gains, certain, ruled_out, strict=True)
    ]


def _not_better(gains: Sequence[Paired], margin: float) -> list[Word]:
    """The opposite."""
    opposite: dict[Word, Word] = {HOLDS: FAILS, FAILS: HOLDS}
    return [opposite.get(word, word) for word in _better(gains, margin)]


def _alike(gains: Sequence[Paired], margin: float) -> list[Word]:
    """For each difference whether it is certainly small, or certainly there and large."""
    certain = holm([gain.p() for gain in gains])
    below, above = holm([gain.p(margin) for gain in gains]), holm([gain.p(-margin) for gain in gains])
    words: list[Word] = []
    for gain, p, p_below, p_above in zip(gains, certain, below, above, strict=True):
        if abs(gain.mean) < margin and max(p_below, p_above) <= SURE:
            words.append(HOLDS)
        else:
            words.append(FAILS if abs(gain.mean) > margin and p <= SURE else OPEN)
    return words


Value = Callable[[Run], float | None]


def _accuracy(measure: str) -> Value:
    """An accuracy that was not chosen: the one of validation at the last epoch, whatever the mode reads."""

    def value(run: Run) -> float | None:
        if measure == "test" or run.mode == "published":
            return run.accuracy(measure)
        last = run.readings.get("last")
        return None if last is None else last.validation

    return value


def _smoothness(measure: str) -> Value:
    """Minus the logarithm of a curve's wobble; none of a run that diverged, nor of a curve that does not move."""

    def value(run: Run) -> float | None:
        size = wobble([y for _, y in run.points(measure)]) if run.diverged is None else None
        return -log(size) if size else None

    return value


def _compare(
    experiment: Experiment, mode: Mode, cell: str, than: str, value: Value, measure: str
) -> _Comparison | None:
    """Compare two cells by their runs of the same seeds that have a value; nothing if there are none."""
    others = {run.seed: run for run in experiment.runs(than, mode)}
    runs = [(run, others[run.seed]) for run in experiment.runs(cell, mode) if run.seed in others]
    scored = [(a, b, x, y) for a, b in runs if (x := value(a)) is not None and (y := value(b)) is not None]
    if not scored:
        return None
    gain = Paired.of([x for *_, x, _ in scored], [y for *_, y in scored], [a.test_subjects for a, *_ in scored])
    counts = _counts([(a, b) for a, b, *_ in scored]) if measure == "test" else ""
    return _Comparison(cell, than, gain, counts)


def _counts(runs: Sequence[tuple[Run, Run]]) -> str:
    """How many recordings two cells named rightly, if no recording was tested twice."""
    people = [subject for run, _ in runs for subject in run.test_subjects]
    if len(set(people)) < len(people) or not all(run.confusion for pair in runs for run in pair):
        return ""
    right, of = (
        [sum(count(run.confusion) for run in column if run.confusion) for column in zip(*runs, strict=True)]
        for count in (_right, _total)
    )
    return f"{right[0]} against {right[1]} of {of[0]} recordings right" if of[0] == of[1] else ""


def _right(confusion: list[list[int]]) -> int:
    return sum(row[i] for i, row in enumerate(confusion))


def _total(confusion: list[list[int]]) -> int:
    return sum(map(sum, confusion))


def _sentence(one: _Comparison, p: float, p_holm: float | None, word: Word | None, smoothness: bool) -> str:
    """A comparison in words; of several, with its own p by Holm's method and its own verdict."""
    mean, low, high = one.gain.interval
    if smoothness:
        names, mean_text = f"Wobble of {one.than} / {one.cell}", f"{exp(mean):.2f}"
        bounds = f"{exp(low):.2f} to {exp(high):.2f}"
    else:
        names, mean_text, bounds = f"{one.cell} - {one.than}", f"{mean:+.3f}", f"{low:+.3f} to {high:+.3f}"
    groups = len(one.gain.differences)
    equal = "no interval" + (", as all pairs differ by the same" if groups > 1 else "")
    interval = equal if isnan(low) else f"95 % interval {bounds}"
    pairs = f"{one.gain.pairs} pair{'s' * (one.gain.pairs != 1)} of runs"
    if groups < one.gain.pairs:
        pairs += f" on {groups} groups of people"
    facts = [interval, pairs]
    if groups >= FEWEST and not one.gain.all_equal:
        facts.append(_p(p) + ("" if p_holm is None else f", by Holm {_p(p_holm)}"))
    facts += [one.counts] if one.counts else []
    outcome = "" if word is None else f": {word}"
    return " ".join(filter(None, [f"{names}: {mean_text} ({'; '.join(facts)}){outcome}.", _few(groups)]))


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _few(groups: int) -> str:
    """That there are too few groups for a verdict, if so."""
    return "" if groups >= FEWEST else f"A verdict needs {FEWEST} groups of people, not {groups}."


def _divergence(name: str, runs: Sequence[Run]) -> str:
    """Which runs of a cell have no accuracy, if any."""
    epochs = [run.diverged for run in runs if run.diverged is not None]
    if not epochs:
        return ""
    return f"{len(epochs)} of {_runs(len(runs))} of {name} diverged, {_at(epochs)}, and so cannot be compared."


def _at(epochs: Sequence[int]) -> str:
    """In which epochs."""
    distinct = sorted(set(epochs))
    return f"in epoch{'s' * (len(distinct) > 1)} {', '.join(map(str, distinct))}"


def _runs(count: int) -> str:
    return f"{count} run{'s' * (count != 1)}"


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" if "," in name else name for name in names)
