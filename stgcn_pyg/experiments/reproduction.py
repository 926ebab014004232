"""The paper's experiments on any recordings: what is to be trained, in what order, and where results go.

A folder of results holds ``data.json`` (which recordings), ``experiments/NAME.json`` (what an experiment compares,
and the keys of its trainings) and ``runs/KEY.json`` (a finished training). Trainings go by what they compute, so
that two experiments which need the same one share it, and none is done twice.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stgcn_pyg.datasets import KTHSkeletonDataset, rotated_subjects
from stgcn_pyg.experiments.experiment import Cell, Experiment, build_settings
from stgcn_pyg.experiments.parallel import train_in_parallel
from stgcn_pyg.experiments.trial import Trial, run_trial
from stgcn_pyg.files import read_json, write_json
from stgcn_pyg.skeleton import find_skeleton
from stgcn_pyg.synthetic import write_synthetic_kth

DATA = "data.json"
"""Which recordings the results of a folder are of."""


@dataclass(frozen=True)
class Asked:
    """How much of the paper's effort is spent; what is left out is as in the paper.

    Attributes:
        seeds: How often each network is trained, on other people each time.
        epochs: Passes over the data, at most.
        width: Factor on the channels.
        crop: The longest random crops that are trained on, in frames.
    """

    seeds: int = 5
    epochs: int | None = None
    width: float | None = None
    crop: int | None = None

    def __post_init__(self) -> None:
        """Refuse what nothing could be trained with."""
        for name, value in asdict(self).items():
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be positive, not {value}")

    def scaled(self, flat: Mapping[str, Any]) -> dict[str, Any]:
        """Settings with as much of the effort.

        Example:
            >>> Asked(epochs=60, crop=64).scaled({"epochs": 1000, "width": 1.0})
            {'epochs': 60, 'width': 1.0, 'crop': 64, 'min_crop': 64}
        """
        scaled = dict(flat)
        if self.epochs is not None:
            scaled["epochs"] = min(self.epochs, flat["epochs"])
        if self.width is not None:
            scaled["width"] = self.width
        if self.crop is not None:
            scaled |= {"crop": self.crop, "min_crop": self.crop}
        return scaled


@dataclass(frozen=True)
class Recordings:
    """The recordings that experiments are run on.

    Attributes:
        where: The machine's part of a run's settings: root, frame rate and layout.
        facts: What results say of them.
    """

    where: Mapping[str, Any]
    facts: Mapping[str, Any]

    @classmethod
    def open(cls, root: Path, fps: float | None = None, skeleton: str = "BODY_25") -> "Recordings":
        """Read them, so that their cache is there before several processes look for it.

        Raises:
            FileNotFoundError: If there are none.
            ValueError: If one cannot be read.
        """
        recordings = KTHSkeletonDataset(
            root, split="all", graph="uniform", skeleton=find_skeleton(skeleton), fps=fps
        )
        facts = {
            "data": Path(recordings.root).resolve().name,
            "synthetic": recordings.synthetic,
            "recordings": len(recordings),
            "frames": sum(data.num_frames for data in recordings),
            "subjects": sorted({int(data.subject) for data in recordings}),
            "fps": recordings.fps,
        }
        return cls({"root": str(root), "fps": fps, "skeleton": skeleton}, facts)

    @classmethod
    def synthetic(cls, folder: Path, **how: Any) -> "Recordings":
        """The built-in synthetic recordings, written into a folder.

        Args:
            folder: The folder.
            **how: What :func:`~stgcn_pyg.synthetic.write_synthetic_kth` takes besides.
        """
        write_synthetic_kth(folder / "raw", **how)
        return cls.open(folder)


def reproduce(
    experiments: Sequence[Experiment],
    recordings: Recordings,
    folder: Path,
    asked: Asked,
    modes: Sequence[str],
    jobs: int = 1,
    device: str = "cpu",
) -> None:
    """Run experiments, or what is left to run of them.

    Args:
        experiments: The experiments, in the order in which they are to be run.
        recordings: What on.
        folder: The folder of results.
        asked: How much of the paper's effort to spend.
        modes: ``"correct"``, ``"published"`` or both, in this order; what is not run in one is only planned.
        jobs: Trainings at a time.
        device: What each is trained on.

    Raises:
        ValueError: If the folder's results are of other recordings, or a setting is impossible.
        ChildProcessError: If a training was killed from outside.
    """
    planned = {
        experiment.name: {
            cell.name: {mode: plan(cell, mode, asked, recordings.facts["subjects"]) for mode in experiment.modes}
            for cell in experiment.cells
        }
        for experiment in experiments
    }
    trials = {
        trial.key: trial
        for of_experiment in planned.values()
        for of_cell in of_experiment.values()
        for mode in modes
        for trial in of_cell.get(mode, ())
    }
    for trial in trials.values():  # before anything is written, or hours are spent
        build_settings(trial.flat, **recordings.where, protocol=trial.protocol, seed=trial.seed)
    _check_same(folder / DATA, recordings.facts)
    for experiment in experiments:  # in all its modes, for runs that were made in another are to be reported too
        description = _describe(experiment, planned[experiment.name], asked)
        write_json(folder / "experiments" / f"{experiment.name}.json", description)
    runs, unfinished = folder / "runs", folder / "unfinished"
    todo = [
        (trial, recordings.where, runs, unfinished / key, device)
        for key, trial in trials.items()
        if not (runs / f"{key}.json").exists()
    ]
    train_in_parallel(run_trial, todo, jobs, done=len(trials) - len(todo))
    with suppress(OSError):  # other trainings were interrupted there, or are under way
        unfinished.rmdir()


def plan(cell: Cell, mode: str, asked: Asked, subjects: Sequence[int]) -> list[Trial]:
    """The trainings of a network in one mode: seed s tests the s-th fifth of the people, validates on the next."""
    flat = asked.scaled(cell.settings)
    return [Trial(mode, flat, seed, rotated_subjects(seed, subjects)) for seed in range(asked.seeds)]


def _describe(
    experiment: Experiment, planned: Mapping[str, Mapping[str, Sequence[Trial]]], asked: Asked
) -> dict[str, Any]:
    """What a report needs to know of an experiment."""
    return {
        "name": experiment.name,
        "title": experiment.title,
        "source": experiment.source,
        "readings": experiment.readings,
        "curves": experiment.curves,
        "modes": experiment.modes,
        "asked": asdict(asked),
        "settings": dict(experiment.settings),
        "cells": [
            {
                "name": cell.name,
                "settings": dict(cell.differences),
                "published": dict(cell.published),
                "epochs": asked.scaled(cell.settings)["epochs"],
                "paper_epochs": cell.settings["epochs"],
                "runs": {mode: [trial.key for trial in trials] for mode, trials in planned[cell.name].items()},
            }
            for cell in experiment.cells
        ],
        "claims": experiment.claims_to_dict(),
    }


def _check_same(path: Path, facts: Mapping[str, Any]) -> None:
    """Note which recordings the results are of, or see that they are of these.

    Raises:
        ValueError: If they are of others.
    """
    if not path.exists():
        write_json(path, facts)
        return
    theirs = read_json(path)
    if theirs != facts:
        differ = sorted(name for name in {*facts, *theirs} if theirs.get(name) != facts.get(name))
        raise ValueError(
            f"{path.parent} holds results on other recordings ({', '.join(differ)} differ); choose another folder"
        )
