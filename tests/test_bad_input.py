"""What every entry point does with every kind of bad input: a matrix, a row for each entry point.

A cell says what must happen: the input is *refused*, by an error in one line that has the given words; or the
result is *sound*, finite and with scores that sum to 1, perhaps after a warning; or there is *none* of the kind,
and the cell says why. Whatever happens, nothing half-written is left, no file that was there has changed but those
the cell names, and no code in a file has been executed. What is refused leaves no new file but those it names.
"""

import contextlib
import hashlib
import io
import json
import pickle
import re
import resource
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

import stgcn_pyg.io
from stgcn_pyg.cli import app, main
from stgcn_pyg.data import SkeletonData, TimelineLoader
from stgcn_pyg.datasets import KTHSkeletonDataset, Protocol
from stgcn_pyg.experiments import Settings
from stgcn_pyg.experiments.evaluation import evaluate_run
from stgcn_pyg.experiments.fusion import fuse_runs
from stgcn_pyg.experiments.run import train_run
from stgcn_pyg.io import (
    find_formats,
    read_alphapose,
    read_array,
    read_coco,
    read_collection,
    read_compact,
    read_deeplabcut,
    read_formats,
    read_mediapipe,
    read_ntu,
    read_nw_ucla,
    read_openpose,
    read_openpose_folder,
    read_openpose_lines,
    read_pyskl,
    read_pyskl_splits,
    read_sequences,
    read_sleap,
    read_subsequences,
    read_utd_mhad,
    write_compact,
)
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.sequence import SkeletonSequence, resample
from stgcn_pyg.skeleton import BODY_25, COCO_17
from stgcn_pyg.synthetic import write_synthetic_kth
from stgcn_pyg.training import Recipe
from tests.recordings import random_sequence
from tests.report.made_up import write_results
from tests.videos import BRIGHT, spot, write_video
from tests.writers import (
    write_alphapose,
    write_coco,
    write_deeplabcut,
    write_lines,
    write_mediapipe,
    write_ntu,
    write_nw_ucla,
    write_pyskl,
    write_sleap,
    write_utd_mhad,
)

# Cells


@dataclass(frozen=True)
class Refused:
    """An error with these words; files may be made or changed whose places begin so."""

    words: tuple[str, ...]
    leaves: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sound:
    """A result, after warnings of this pattern if there is one; files may be changed whose places begin so."""

    warning: str = ""
    leaves: tuple[str, ...] = ()


@dataclass(frozen=True)
class Nothing:
    """There is no such case."""

    why: str


Cell = Refused | Sound | Nothing


def refused(*words: str, leaves: tuple[str, ...] = ()) -> Refused:
    return Refused(words, leaves)


def sound(warning: str = "", *, leaves: tuple[str, ...] = ()) -> Sound:
    return Sound(warning, leaves)


def none(why: str) -> Nothing:
    return Nothing(why)


# Files, good and bad. Every test has a folder of its own to work in, with recordings and a finished run.

ROOT, RUN = Path("kth"), Path("run")


class Evil:
    """What leaves a trace beside the test's folder when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., None], tuple[Path]]:
        return Path.touch, (trace(),)


def trace() -> Path:
    return Path.cwd().with_name("executed")


def pose() -> np.ndarray:
    """A good recording ``[T, 25, 3]``."""
    sequence = random_sequence(20)
    return np.concatenate([sequence.pos, sequence.score[..., None]], axis=2)


def spoil(path: Path, how: str) -> Path:
    """Do to a file what can be done to any."""
    match how:
        case "truncated":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        case "empty":
            path.write_bytes(b"")
        case "unreadable":  # no mode would keep root from reading
            path.unlink()
            path.mkdir()
        case "pickled":
            path.write_bytes(pickle.dumps(Evil()))
        case "no_space":
            pass
        case _:
            raise AssertionError(f"{how} {path}")
    return path


def spoil_array(path: Path, how: str) -> Path:
    good = pose()
    match how:
        case "wrong_v":
            bad = good[:, :24]
        case "nan":
            bad = np.where(np.arange(20)[:, None, None] == 3, np.nan, good)
        case "one_frame":
            bad = good[:1]
        case "nobody":
            bad = good * [1, 1, 0]
        case "mixed":
            bad = good[:, :17]
        case "pickled":
            bad = np.array([Evil()], dtype=object)
        case _:
            return spoil(path, how)
    (np.save if path.suffix == ".npy" else np.savez)(path, bad)
    return path


def array(name: str) -> Callable[[str], Path]:
    def make(how: str) -> Path:
        (np.save if name.endswith("npy") else np.savez)(name, pose())
        return spoil_array(Path(name), how)

    return make


def recordings(how: str) -> Path:
    """Recordings of which one is bad, or all are where that makes no error."""
    files = sorted(ROOT.glob("raw/*.npy"))
    for path in files if how in ("one_frame", "nobody") else files[:1]:
        spoil_array(path, how)
    return ROOT


def recordings_in_space(how: str) -> Path:
    """The same, of which mixed ones are in 2 and in 3 dimensions."""
    if how != "mixed":
        return recordings(how)
    for path in ROOT.glob("raw/*.npy"):
        values = np.load(path)
        np.savez(path.with_suffix(".npz"), pos=values, score=values[..., 2])
        path.unlink()
    return ROOT


def frames(how: str) -> Path:
    """OpenPose's frames of one clip."""
    folder = Path("frames")
    folder.mkdir()
    files = [folder / f"walk_{t:012d}_keypoints.json" for t in range(4)]
    joints = {"wrong_v": [24] * 4, "mixed": [25, 18, 25, 25], "one_frame": [25], "nobody": [0] * 4}
    for path, count in zip(files, joints.get(how, [25] * 4), strict=False):
        numbers = [float("nan") if how == "nan" else 0.5] * 3 * count
        path.write_text(json.dumps({"people": [{"pose_keypoints_2d": numbers}] if count else []}))
    if how in ("truncated", "empty", "unreadable", "pickled"):
        spoil(files[1], how)
    return folder


def one_file(name: str, num_joints: int, write: Callable[[Path, np.ndarray], object]) -> Callable[[str], Path]:
    """One recording in space, in a file that says what its joints are."""

    def make(how: str) -> Path:
        path = Path(name)
        pos = np.random.default_rng(0).uniform(-1, 1, size=(20, num_joints, 3))
        match how:
            case "wrong_v":
                pos = pos[:, :-1]
            case "nan":
                pos[3, 0] = np.nan
            case "one_frame":
                pos = pos[:1]
            case "nobody":
                pos[:] = 0
        write(path, pos)
        return path if how in ("wrong_v", "nan", "one_frame", "nobody") else spoil(path, how)

    return make


def write_one_ntu(path: Path, pos: np.ndarray) -> Path:
    return write_ntu(path, len(pos), {"72057594037937060": dict(enumerate(pos))})


def write_detections(path: Path, pose: np.ndarray) -> Path:
    return write_alphapose(path, [[person] for person in pose])


def write_annotations(path: Path, pose: np.ndarray) -> Path:
    keypoint, score = pose[None, ..., :2], pose[None, ..., 2]
    return write_pyskl(path, [{"frame_dir": "walk", "keypoint": keypoint, "keypoint_score": score}])


def write_own(path: Path, pose: np.ndarray) -> Path:
    write_compact(random_sequence(len(pose), name="walk"), path)
    arrays = dict(np.load(path))
    np.savez(path, **arrays | {"pos": pose[..., :2], "score": pose[..., 2]})
    return path


def annotations(how: str) -> Path:
    """A list of sub-sequences."""
    path = Path("00sequences.txt")
    path.write_text("person01_boxing_d1\tframes\t1-10, 11-" + ("20\n" if how != "truncated" else ""))
    return path if how == "truncated" else spoil(path, how)


def cache(how: str) -> Path:
    """Recordings whose caches are bad."""
    for number, path in enumerate(sorted(ROOT.glob("processed/*.pt"))):
        match how:
            case "mixed":  # of another version: under another name
                path.rename(path.with_name(f"{number:016d}.pt"))
            case "pickled":
                torch.save((Evil(), None), path)
            case "no_space":
                path.unlink()
            case _:
                spoil(path, how)
    return ROOT


def sequences(how: str) -> list[SkeletonSequence]:
    good = random_sequence(20)
    match how:
        case "one_frame":
            return [random_sequence(1)]
        case "nobody":
            return [SkeletonSequence(good.pos, BODY_25, good.score * 0, fps=25)]
        case "mixed":
            return [good, random_sequence(20, skeleton=COCO_17)]
        case _:
            raise AssertionError(how)


def raw_arrays(how: str) -> dict[str, Any]:
    """What a sequence is made of."""
    values = pose()
    pos, score = values[..., :2], values[..., 2]
    match how:
        case "empty":
            pos, score = pos[:0], score[:0]
        case "wrong_v":
            pos, score = pos[:, :24], score[:, :24]
        case "nan":
            pos[3, 4] = np.inf
        case "one_frame":
            pos, score = pos[:1], score[:1]
        case "nobody":
            score = np.zeros_like(score)
        case "mixed":
            score = score[:, :17]
    return {"pos": pos, "score": score, "skeleton": BODY_25, "name": "walk"}


def model(how: str) -> Path:
    """A run whose model is bad."""
    weights, config = RUN / "model" / "model.safetensors", RUN / "model" / "recognizer.json"
    settings = json.loads(config.read_text())
    match how:
        case "wrong_v":
            settings["features"] |= {key: settings["features"][key][:24] for key in ("mean", "std")}
            config.write_text(json.dumps(settings))
        case "nan":
            state = load_file(weights)
            state["classifier.bias"][0] = torch.nan
            save_file(state, weights)
        case "mixed":
            config.write_text(json.dumps(settings | {"classes": ["a", "b"]}))
        case "pickled":
            torch.save({"classifier.bias": Evil()}, weights)
        case "empty":
            spoil(config, how)
        case _:
            spoil(weights, how)
    return RUN


def settings_of_run(how: str) -> Path:
    """A run whose settings are bad."""
    path = RUN / "config.json"
    content = json.loads(path.read_text())
    match how:
        case "wrong_v":
            path.write_text(json.dumps(content | {"skeleton": "COCO_16"}))
        case "nan":
            path.write_text(json.dumps(content | {"width": "wide"}))
        case "mixed":
            path.write_text(json.dumps([content, content]))
        case _:
            spoil(path, how)
    return RUN


def checkpoint(how: str) -> Path:
    """A run whose last checkpoint is bad."""
    path = RUN / "member0" / "checkpoints" / "last.ckpt"
    content = torch.load(path, weights_only=True)
    weights = content["state_dict"]
    match how:
        case "wrong_v":
            del weights["model.classifier.bias"]
        case "nan":
            weights["model.classifier.bias"][0] = torch.nan
        case "mixed":
            content = {"state_dict": weights}
        case "pickled":
            weights["model.classifier.bias"] = Evil()
        case _:
            spoil(path, how)
            return RUN
    torch.save(content, path)
    return RUN


def network(how: str) -> Recognizer:
    """A recognizer to be saved in the place of another."""
    recognizer = Recognizer.from_pretrained(RUN)
    if how == "nan":
        recognizer.networks[0].classifier.bias.data[0] = torch.nan
    elif how == "unreadable":
        spoil(RUN / "model" / "model.safetensors", how)
    return recognizer


def other_run(how: str) -> list[Path]:
    """Two runs of which the second is of another layout."""
    assert how == "mixed"
    shutil.copytree(RUN, "other")
    path = Path("other", "config.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"skeleton": "COCO_17"}))
    recognizer = Recognizer(
        SkeletonGraph.build(COCO_17), Recognizer.from_pretrained(RUN).classes, channels=[(4, 1)]
    )
    recognizer.save_pretrained("other/model")
    return [RUN, Path("other")]


def runs(how: str) -> list[Path]:
    """Two runs to be fused, whose recordings or settings are bad."""
    if how == "mixed":
        return other_run(how)
    if how in ("one_frame", "nobody", "no_space"):
        recordings(how)
    else:
        settings_of_run(how)
    return [RUN, RUN]


def synthetic_folder(how: str) -> Path:
    """A folder of synthetic recordings."""
    marker = ROOT / "raw" / "SYNTHETIC.json"
    if how == "mixed":  # with recordings that may be real
        marker.unlink()
        return ROOT
    if how == "no_space":
        return Path("new")
    spoil(marker, how)
    return ROOT


def paper_results(how: str) -> Path:
    """Results of the paper's experiments, of which a run is bad."""
    folder = write_results(Path("paper"), {"a": {"correct": [0.5, 0.75]}})
    path = folder / "runs" / "correct0seed1.json"
    match how:
        case "nan":
            path.write_text(json.dumps(json.loads(path.read_text()) | {"test": float("nan")}))
        case "mixed":
            path.write_text(json.dumps(json.loads(path.read_text()) | {"synthetic": True}))
        case _:
            spoil(path, how)
    return folder


def video(how: str) -> Path:
    path = Path("clip.avi")
    match how:
        case "one_frame":
            write_video(path, [spot(8)])
        case "nobody":
            write_video(path, [spot(None)] * 10)
        case "mixed":
            Image.fromarray(spot(8)).save("clip.png")
            Path("clip.png").rename(path)
        case _:
            spoil(write_video(path, np.random.default_rng(0).integers(0, 255, (40, 48, 64, 3), np.uint8)), how)
    return path


# Calls


def settings() -> Settings:
    small: dict[str, Any] = {"width": 0.05, "members": 1, "crop": 8, "min_crop": 8}
    return Settings(str(ROOT), Protocol([1], test=[2]), recipe=Recipe(epochs=1, batch_size=6), **small)


def train(out: Path, **changes: Any) -> Path:
    changed = Settings.from_dict(settings().to_dict() | changes)
    train_run(changed, out, progress=False, accelerator="cpu")
    return out


def evaluate(root: Path) -> Path:
    recognizer = Recognizer.from_pretrained(RUN)
    options: dict[str, Any] = {"graph": recognizer.graph, "rate": recognizer.fps, "transform": recognizer.features}
    evaluate_run(recognizer, KTHSkeletonDataset(root, "all", **options), RUN / "evaluation")
    return RUN / "evaluation"


def batch(sequences: list[SkeletonSequence]) -> list[SkeletonData]:
    data = [SkeletonData.from_sequence(one).attach(SkeletonGraph.build(one.skeleton)) for one in sequences]
    (whole,) = TimelineLoader(data)
    return list(whole.to_data_list())


class Stopped(Exception):
    """What a command said when it stopped."""


def command(*words: object) -> str:
    """Run a command; what it prints."""
    printed, said = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["stgcn-pyg", *map(str, words)]),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(said),
    ):
        try:
            main()
        except SystemExit as stop:
            if stop.code:
                raise Stopped(f"{said.getvalue().strip()} (status {stop.code})") from stop
    return printed.getvalue()


SMALL = (
    *("--members", 1, "--epochs", 1, "--width", 0.05, "--crop", 8, "--min-crop", 8, "--batch-size", 6),
    *("--train-subjects", 1, "--test-subjects", 2, "--accelerator", "cpu", "--no-progress"),
)


def command_train(root: Path) -> Path:
    command("train", "--root", root, "--out", "new", *SMALL)
    return Path("new")


def command_evaluate(root: Path) -> Path:
    command("evaluate", RUN, "--root", root, "--out", "scores")
    return Path("scores")


def command_predict(path: Path) -> Tensor:
    lines = command("predict", path, "--model", RUN, "--json", "--fps", 25).splitlines()
    return torch.tensor([list(json.loads(line)["scores"].values()) for line in lines])


def command_stream(path: Path) -> str:
    return command("stream", path, "--model", RUN, "--fps", 25, "--json")


def command_fuse(runs: list[Path]) -> Path:
    command("fuse", *runs, "--out", "fused")
    return Path("fused")


def fuse(runs: list[Path]) -> Path:
    fuse_runs(runs, Path("fused"))
    return Path("fused")


# The matrix. A row without one of its cells is a TypeError.


@dataclass(frozen=True)
class Row:
    """An entry point: what makes its input, the call, and a cell for each kind of badness."""

    make: Callable[[str], Any]
    call: Callable[[Any], object]
    truncated: Cell
    empty: Cell
    wrong_v: Cell
    nan: Cell
    one_frame: Cell
    nobody: Cell
    mixed: Cell
    unreadable: Cell
    pickled: Cell
    no_space: Cell


KINDS = [f.name for f in fields(Row) if f.name not in ("make", "call")]

NO_FILE = none("it takes no file")
READS = none("it writes nothing")
ONE = none("a file is of one layout")
NO_RECORDING = none("there is no recording in it")
AT_THE_DOOR = none("SkeletonSequence refuses it first")

BAD = "not a whole NumPy file of numbers"
RECORDING = "person01_boxing_d1_uncomp"
NOBODY = "nobody is seen in any frame, so its scores mean nothing"
RESUMED = ("run/member0/curves/version_1", "run/member0/tensorboard/version_1")
NEVER = "never observed in the training recordings"
EMPTY = "the file is empty (0 bytes)"
NOT_25 = "24 joints a frame, but BODY_25 has 25"
MISSING = "give missing joints the score 0"

FOLDER_OF_ARRAYS: dict[str, Cell] = {
    "truncated": refused(f"{RECORDING}.npy", BAD, "np.save"),
    "empty": refused(f"{RECORDING}.npy", EMPTY),
    "wrong_v": refused(f"{RECORDING}.npy", NOT_25, "name the layout"),
    "nan": refused(f"{RECORDING}.npy", "frame 3, joint 'nose' is at [nan, nan]", MISSING),
    "mixed": refused(f"{RECORDING}.npy", "17 joints a frame, but BODY_25 has 25"),
    "pickled": refused(f"{RECORDING}.npy", BAD),
}
FRAMES: dict[str, Cell] = {
    "truncated": refused("walk_000000000001_keypoints.json", "not whole JSON"),
    "empty": refused("walk_000000000001_keypoints.json", "not whole JSON"),
    "wrong_v": refused("keypoints.json", "24 joints, but BODY_25 has 25", "skeleton="),
    "nan": refused("walk_000000000000_keypoints.json", "not finite"),
    "one_frame": sound(),
    "nobody": sound(),
    "mixed": refused("walk_000000000001_keypoints.json", "18 joints, but of 25 in walk_000000000000"),
    "unreadable": refused("walk_000000000001_keypoints.json", "directory"),
    "pickled": refused("walk_000000000001_keypoints.json", "not whole JSON"),
    "no_space": READS,
}
TABLES: dict[str, Cell] = {
    "truncated": refused("walk.csv, row ", "cells, but", "in the first"),
    "empty": refused("walk.csv: 0 rows, but a table has"),
    "nan": sound(),  # which is how tables write a joint that is not there
    "one_frame": sound(),
    "nobody": sound(),
    "mixed": ONE,
    "unreadable": refused("walk.csv", "directory"),
    "pickled": refused("walk.csv: no comma-separated text"),
    "no_space": READS,
}
PICKLES: dict[str, Cell] = {
    "truncated": refused("walk.pkl: not a pickle of arrays and plain containers"),
    "empty": refused("walk.pkl: not a pickle of arrays and plain containers"),
    "wrong_v": refused("walk.pkl: annotation 'walk': 16 joints a frame", "skeleton="),
    "nan": refused("walk.pkl: annotation 'walk' has a number that is not finite"),
    "one_frame": sound(),
    "nobody": sound(),
    "mixed": none("each recording has a layout of its own"),
    "unreadable": refused("walk.pkl", "directory"),
    "pickled": refused("walk.pkl: not a pickle of arrays and plain containers", "which could execute anything"),
    "no_space": READS,
}
ONE_ARRAY: dict[str, Cell] = {
    "truncated": refused("walk.npy", BAD, "np.save"),
    "empty": refused("walk.npy", EMPTY),
    "wrong_v": refused("walk.npy", NOT_25, "name the layout"),
    "nan": refused("walk.npy", "frame 3, joint 'nose' is at [nan, nan]", MISSING),
    "mixed": refused("walk.npy", "17 joints a frame, but BODY_25 has 25"),
    "unreadable": refused("walk.npy: no recording of a known format is in this folder (it is empty)"),
    "pickled": refused("walk.npy", BAD),
}
CANNOT_READ_MODEL = "the model in run/model cannot be read"
IN_3D = refused(
    RECORDING, "[25, 9] joints and channels, but the training recordings had [25, 6]", leaves=("kth/processed/",)
)
BAD_MODEL: dict[str, Cell] = {
    "truncated": refused(CANNOT_READ_MODEL),
    "empty": refused(CANNOT_READ_MODEL),
    "wrong_v": refused(CANNOT_READ_MODEL, "fitted on [24, 6] joints and channels", "[25, 6]"),
    "nan": refused(CANNOT_READ_MODEL, "not finite: classifier.bias"),
    "one_frame": NO_RECORDING,
    "nobody": NO_RECORDING,
    "mixed": refused(CANNOT_READ_MODEL, "classifier"),
    "unreadable": refused("no model in run/model", "model.safetensors"),
    "pickled": refused(CANNOT_READ_MODEL),
}
NO_SETTINGS = "run/config.json does not hold the settings of a run"

MATRIX = {
    "SkeletonSequence": Row(
        raw_arrays,
        lambda arrays: SkeletonSequence(**arrays),
        truncated=NO_FILE,
        empty=refused("walk", "no frames"),
        wrong_v=refused("walk", NOT_25),
        nan=refused("walk", "frame 3, joint 'right_wrist' is at [inf, inf]", MISSING),
        one_frame=sound(),
        nobody=sound(),
        mixed=refused("walk", "scores are [20, 17], positions [20, 25, 2]"),
        unreadable=NO_FILE,
        pickled=NO_FILE,
        no_space=READS,
    ),
    "read_array .npy": Row(
        array("walk.npy"),
        read_array,
        truncated=refused("walk.npy", BAD, "np.save"),
        empty=refused("walk.npy", EMPTY),
        wrong_v=refused("walk.npy", "24 joints a frame", "skeleton="),
        nan=refused("walk.npy", "frame 3, joint 'nose'", MISSING),
        one_frame=sound(),
        nobody=sound(),
        mixed=ONE,
        unreadable=refused("walk.npy", "directory"),
        pickled=refused("walk.npy", BAD),
        no_space=READS,
    ),
    "read_array .npz": Row(
        array("walk.npz"),
        read_array,
        truncated=refused("walk.npz", BAD, "np.save"),
        empty=refused("walk.npz", EMPTY),
        wrong_v=refused("walk.npz", "24 joints a frame", "skeleton="),
        nan=refused("walk.npz", "frame 3, joint 'nose'", MISSING),
        one_frame=sound(),
        nobody=sound(),
        mixed=ONE,
        unreadable=refused("walk.npz", "directory"),
        pickled=refused("walk.npz", BAD),
        no_space=READS,
    ),
    "read_openpose": Row(frames, read_openpose, **FRAMES),
    "read_openpose_folder": Row(frames, read_openpose_folder, **FRAMES),
    "read_collection": Row(
        one_file("walks.npy", 25, lambda path, pose: np.save(path, pose[None])),
        read_collection,
        truncated=refused("walks.npy", BAD, "np.save"),
        empty=refused("walks.npy", EMPTY),
        wrong_v=refused("walks.npy: 24 joints a frame", "skeleton="),
        nan=refused("walks.npy: frame 3, joint 'nose'", MISSING),
        one_frame=sound(),
        nobody=sound(),
        mixed=ONE,
        unreadable=refused("walks.npy", "directory"),
        pickled=refused("walks.npy", BAD),
        no_space=READS,
    ),
    "read_compact": Row(
        one_file("walk.npz", 25, write_own),
        read_compact,
        truncated=refused("walk.npz", BAD),
        empty=refused("walk.npz", EMPTY),
        wrong_v=refused("walk.npz", NOT_25),
        nan=refused("walk.npz: frame 3, joint 'nose'", MISSING),
        one_frame=sound(),
        nobody=sound(),
        mixed=ONE,
        unreadable=refused("walk.npz", "directory"),
        pickled=refused("walk.npz", BAD),
        no_space=READS,
    ),
    "write_compact": Row(
        lambda how: random_sequence(400),
        lambda sequence: write_compact(sequence, "walk.npz"),
        truncated=none("it reads nothing"),
        empty=none("it reads nothing"),
        wrong_v=AT_THE_DOOR,
        nan=AT_THE_DOOR,
        one_frame=none("there are files of one frame in the row above"),
        nobody=none("there are files of nobody in the row above"),
        mixed=none("it writes one recording"),
        unreadable=none("it reads nothing"),
        pickled=none("it reads nothing"),
        no_space=refused("walk.npz", "too large"),
    ),
    "read_alphapose": Row(
        one_file("walk.json", 17, write_detections),
        read_alphapose,
        truncated=refused("walk.json is damaged"),
        empty=refused("walk.json is damaged"),
        wrong_v=refused("walk.json: 16 joints a frame", "skeleton="),
        nan=refused("walk.json: detection 3 has a number that is not finite"),
        one_frame=sound(),
        nobody=sound(),
        mixed=none("tests/io/test_alphapose.py has it"),
        unreadable=refused("walk.json", "directory"),
        pickled=refused("walk.json is damaged"),
        no_space=READS,
    ),
    "read_openpose_lines": Row(
        one_file("walk.txt", 25, write_lines),
        read_openpose_lines,
        truncated=refused("walk.txt, line 11: 1 entries, but 76 in the first"),
        empty=refused("walk.txt: no line with a pose"),
        wrong_v=refused("walk.txt: 24 joints a frame", "skeleton="),
        nan=refused("walk.txt: frame 3, joint 'nose'", MISSING),
        one_frame=sound(),
        nobody=sound(),
        mixed=none("tests/io/test_openpose_lines.py has it"),
        unreadable=refused("walk.txt", "directory"),
        pickled=refused("walk.txt, line 1"),
        no_space=READS,
    ),
    "read_coco": Row(
        one_file("walk.json", 17, write_coco),
        read_coco,
        truncated=refused("walk.json is damaged"),
        empty=refused("walk.json is damaged"),
        wrong_v=refused("walk.json: 16 joints a frame", "skeleton="),
        nan=refused("walk.json: annotation 3 has a number that is not finite"),
        one_frame=sound(),
        nobody=sound(),
        mixed=none("AlphaPose's are read by the same function"),
        unreadable=refused("walk.json", "directory"),
        pickled=refused("walk.json is damaged"),
        no_space=READS,
    ),
    "read_mediapipe": Row(
        one_file("walk.csv", 33, write_mediapipe),
        read_mediapipe,
        **TABLES,
        wrong_v=refused("walk.csv: no columns of x and y of 33 landmarks"),
    ),
    "read_deeplabcut": Row(
        one_file("walk.csv", 25, write_deeplabcut),
        lambda path: read_deeplabcut(path, BODY_25),
        **TABLES,
        wrong_v=refused("walk.csv: has no joint 'right_heel' of BODY_25"),
    ),
    "read_sleap": Row(
        one_file("walk.csv", 25, write_sleap),
        lambda path: read_sleap(path, BODY_25),
        **TABLES,
        wrong_v=refused("walk.csv: has no joint 'right_heel' of BODY_25"),
    ),
    "read_pyskl": Row(one_file("walk.pkl", 17, write_annotations), read_pyskl, **PICKLES),
    "read_pyskl_splits": Row(
        one_file("walk.pkl", 17, write_annotations), lambda path: read_pyskl_splits(path)[0], **PICKLES
    ),
    "read_sequences": Row(
        recordings,
        lambda root: read_sequences(root / "raw", BODY_25),
        **FOLDER_OF_ARRAYS,
        one_frame=sound(),
        nobody=sound(),
        unreadable=sound(),
        no_space=READS,
    ),
    "read_formats": Row(
        recordings,
        lambda root: read_formats(find_formats(root / "raw"), BODY_25),
        **FOLDER_OF_ARRAYS,
        one_frame=sound(),
        nobody=sound(),
        unreadable=sound(),
        no_space=READS,
    ),
    "read_nw_ucla": Row(
        one_file("a01_s01_e00_v01.json", 20, write_nw_ucla),
        read_nw_ucla,
        truncated=refused("v01.json is damaged"),
        empty=refused("v01.json is damaged"),
        wrong_v=refused("v01.json: skeletons must be numbers [any, 20, 3], not [20, 19, 3]"),
        nan=refused("v01.json: frame 3, joint 'mid_hip' is at [nan, nan, nan]", MISSING),
        one_frame=sound(),
        nobody=sound(),
        mixed=ONE,
        unreadable=refused("v01.json", "directory"),
        pickled=refused("v01.json is damaged"),
        no_space=READS,
    ),
    "read_utd_mhad": Row(
        one_file("a1_s1_t1_skeleton.mat", 20, write_utd_mhad),
        read_utd_mhad,
        truncated=refused("skeleton.mat: not a whole MATLAB file"),
        empty=refused("skeleton.mat: not a MATLAB file"),
        wrong_v=refused("skeleton.mat: d_skel must be [20, 3, T], not [19, 3, 20]"),
        nan=refused("skeleton.mat: frame 3, joint 'mid_hip' is at [nan, nan, nan]", MISSING),
        one_frame=sound(),
        nobody=sound(),
        mixed=ONE,
        unreadable=refused("skeleton.mat", "directory"),
        pickled=refused("skeleton.mat: not a MATLAB file"),
        no_space=READS,
    ),
    "read_ntu": Row(
        one_file("S001C001P001R001A001.skeleton", 25, write_one_ntu),
        read_ntu,
        truncated=refused("A001.skeleton, line 282: a body should follow, but the file ends"),
        empty=refused("A001.skeleton, line 0: the number of frames should follow, but the file ends"),
        wrong_v=refused("A001.skeleton, line 4: 24 joints, not 25"),
        nan=refused("A001.skeleton, line", "a joint is at nan, nan, nan"),
        one_frame=sound(),
        nobody=sound(),
        mixed=ONE,
        unreadable=refused("A001.skeleton", "directory"),
        pickled=refused("A001.skeleton, line 1"),
        no_space=READS,
    ),
    "read_subsequences": Row(
        annotations,
        read_subsequences,
        truncated=refused("00sequences.txt, line 1", "'11-' is no range of frames such as 96-185"),
        empty=refused("00sequences.txt", "names no video"),
        wrong_v=NO_RECORDING,
        nan=NO_RECORDING,
        one_frame=NO_RECORDING,
        nobody=NO_RECORDING,
        mixed=NO_RECORDING,
        unreadable=refused("00sequences.txt", "directory"),
        pickled=refused("00sequences.txt", "names no video"),
        no_space=READS,
    ),
    "KTHSkeletonDataset, recordings": Row(
        recordings,
        lambda root: list(KTHSkeletonDataset(root, "all", graph="uniform")),
        **FOLDER_OF_ARRAYS,
        one_frame=sound(),
        nobody=sound(),
        unreadable=refused(f"{RECORDING}.npy", "no OpenPose output"),
        no_space=none("it is in the row below"),
    ),
    "KTHSkeletonDataset, cache": Row(
        cache,
        lambda root: list(KTHSkeletonDataset(root, "all", graph="uniform")),
        truncated=sound("cannot be read and is built again", leaves=("kth/processed",)),
        empty=sound("cannot be read and is built again", leaves=("kth/processed",)),
        wrong_v=none("its name says of which layout it is"),
        nan=none("its name says of which files it is, and they have none"),
        one_frame=none("its name says of which files it is"),
        nobody=none("its name says of which files it is"),
        mixed=sound(),
        unreadable=sound("cannot be read and is built again|cannot be cached, so they stay in memory"),
        pickled=sound("cannot be read and is built again", leaves=("kth/processed",)),
        no_space=sound("cannot be cached, so they stay in memory"),
    ),
    "SkeletonData and TimelineLoader": Row(
        sequences,
        batch,
        truncated=NO_FILE,
        empty=AT_THE_DOOR,
        wrong_v=AT_THE_DOOR,
        nan=AT_THE_DOOR,
        one_frame=sound(),
        nobody=sound(),
        mixed=refused("must share their graph"),
        unreadable=NO_FILE,
        pickled=NO_FILE,
        no_space=READS,
    ),
    "resample": Row(
        sequences,
        lambda sequences: [resample(one, 12.5) for one in sequences],
        truncated=NO_FILE,
        empty=AT_THE_DOOR,
        wrong_v=AT_THE_DOOR,
        nan=AT_THE_DOOR,
        one_frame=sound(),
        nobody=sound(),
        mixed=sound(),
        unreadable=NO_FILE,
        pickled=NO_FILE,
        no_space=READS,
    ),
    "Recognizer.predict": Row(
        sequences,
        lambda sequences: Recognizer.from_pretrained(RUN).predict(sequences),
        truncated=NO_FILE,
        empty=AT_THE_DOOR,
        wrong_v=AT_THE_DOOR,
        nan=AT_THE_DOOR,
        one_frame=sound(),
        nobody=sound(NOBODY),
        mixed=sound("recorded as COCO_17"),
        unreadable=NO_FILE,
        pickled=NO_FILE,
        no_space=READS,
    ),
    "Recognizer.from_pretrained": Row(model, Recognizer.from_pretrained, **BAD_MODEL, no_space=READS),
    "Recognizer.save_pretrained": Row(
        network,
        lambda recognizer: recognizer.save_pretrained(RUN / "model"),
        truncated=none("it reads nothing"),
        empty=none("it reads nothing"),
        wrong_v=NO_RECORDING,
        nan=refused("not finite: classifier.bias"),
        one_frame=NO_RECORDING,
        nobody=NO_RECORDING,
        mixed=NO_RECORDING,
        unreadable=refused("run/model/model.safetensors", "directory"),
        pickled=none("it reads nothing"),
        no_space=refused("too large: 'run/model/model.safetensors'"),
    ),
    "train_run, recordings": Row(
        recordings,
        lambda _: train(Path("new")),
        **FOLDER_OF_ARRAYS,
        one_frame=sound(),
        nobody=sound(NEVER),
        unreadable=refused(f"{RECORDING}.npy", "no OpenPose output"),
        no_space=refused("new/member0/checkpoints/last.ckpt cannot be written", leaves=("new/",)),
    ),
    "train_run, config.json": Row(
        settings_of_run,
        train,
        truncated=refused("run/config.json is damaged", "choose another folder or remove run"),
        empty=refused("run/config.json is damaged", "choose another folder or remove run"),
        wrong_v=refused("run holds a run with other settings (skeleton)"),
        nan=refused("run holds a run with other settings (width)"),
        one_frame=NO_RECORDING,
        nobody=NO_RECORDING,
        mixed=refused(NO_SETTINGS, "choose another folder or remove run"),
        unreadable=refused("run/config.json", "directory"),
        pickled=refused("run/config.json is damaged"),
        no_space=none("it is the row above"),
    ),
    "train_run, last.ckpt": Row(
        checkpoint,
        train,
        truncated=refused("last.ckpt cannot be read", "remove run/member0 to train", leaves=RESUMED),
        empty=refused("last.ckpt cannot be read", "remove run/member0 to train", leaves=RESUMED),
        wrong_v=refused("the checkpoint is of another network", "another folder", leaves=RESUMED),
        nan=refused("last.ckpt cannot be read: it has weights that are not finite", leaves=RESUMED),
        one_frame=NO_RECORDING,
        nobody=NO_RECORDING,
        mixed=refused("last.ckpt cannot be read: it is no checkpoint of a training", leaves=RESUMED),
        unreadable=refused("last.ckpt cannot be read", "remove run/member0 to train", leaves=RESUMED),
        pickled=refused("last.ckpt cannot be read", "remove run/member0 to train", leaves=RESUMED),
        no_space=none("it is two rows above"),
    ),
    "train_run, init": Row(
        model,
        lambda run: train(Path("new"), init=str(run)),
        **BAD_MODEL,
        no_space=none("it is three rows above"),
    ),
    "evaluate_run": Row(
        recordings_in_space,
        evaluate,
        **FOLDER_OF_ARRAYS | {"mixed": IN_3D},
        one_frame=sound(leaves=("run/evaluation/",)),
        nobody=sound(leaves=("run/evaluation/",)),
        unreadable=refused(f"{RECORDING}.npy", "no OpenPose output"),
        no_space=refused("run/evaluation/confusion.png", "too large"),
    ),
    "fuse_runs": Row(
        runs,
        fuse,
        truncated=refused("run/config.json is damaged"),
        empty=refused("run/config.json is damaged"),
        wrong_v=refused(NO_SETTINGS, "no skeleton is called 'COCO_16'"),
        nan=refused(NO_SETTINGS),
        one_frame=sound(),
        nobody=sound(),
        mixed=refused(f"{RECORDING}.npy", "25 joints a frame, but COCO_17 has 17"),
        unreadable=refused("no run in run", "config.json"),
        pickled=refused("run/config.json is damaged"),
        no_space=refused("fused/confusion.png", "too large"),
    ),
    "stgcn-pyg train": Row(
        recordings,
        command_train,
        **FOLDER_OF_ARRAYS,
        one_frame=sound(),
        nobody=sound(NEVER),
        unreadable=refused(f"{RECORDING}.npy", "no OpenPose output"),
        no_space=refused("new/member0/checkpoints/last.ckpt cannot be written", leaves=("new/",)),
    ),
    "stgcn-pyg evaluate": Row(
        recordings_in_space,
        command_evaluate,
        **FOLDER_OF_ARRAYS | {"mixed": IN_3D},
        one_frame=sound(),
        nobody=sound(),
        unreadable=refused(f"{RECORDING}.npy", "no OpenPose output"),
        no_space=refused("scores/confusion.png", "too large"),
    ),
    "stgcn-pyg predict": Row(
        recordings,
        lambda root: command_predict(root / "raw"),
        **FOLDER_OF_ARRAYS,
        one_frame=sound(),
        nobody=sound(NOBODY),
        unreadable=sound(NOBODY),
        no_space=READS,
    ),
    "stgcn-pyg stream": Row(
        array("walk.npy"),
        command_stream,
        **ONE_ARRAY,
        one_frame=sound(),
        nobody=sound("walk: nobody is seen in any frame, so there are no scores"),
        no_space=READS,
    ),
    "stgcn-pyg fuse": Row(
        runs,
        command_fuse,
        truncated=refused("run/config.json is damaged"),
        empty=refused("run/config.json is damaged"),
        wrong_v=refused(NO_SETTINGS, "no skeleton is called 'COCO_16'"),
        nan=refused(NO_SETTINGS),
        one_frame=sound(),
        nobody=sound(),
        mixed=refused(f"{RECORDING}.npy", "25 joints a frame, but COCO_17 has 17"),
        unreadable=refused("no run in run", "config.json"),
        pickled=refused("run/config.json is damaged"),
        no_space=refused("fused/confusion.png", "too large"),
    ),
    "stgcn-pyg info": Row(model, lambda run: command("info", run), **BAD_MODEL, no_space=READS),
    "stgcn-pyg extract": Row(
        video,
        lambda path: command("extract", path, "--estimator", BRIGHT, "--out", "found", "--overlay", "png"),
        truncated=refused("clip.avi: ends after"),
        empty=refused("clip.avi", EMPTY),
        wrong_v=none("the layout is the estimator's"),
        nan=none("pictures have no such numbers"),
        one_frame=sound(),
        nobody=sound(),
        mixed=refused("clip.avi: no moving pictures in it"),
        unreadable=refused("clip.avi: a folder; name the videos in it"),
        pickled=refused("clip.avi: not a video"),
        no_space=refused("found/clip.png", "too large"),
    ),
    "stgcn-pyg draw": Row(
        array("walk.npy"),
        lambda path: command("draw", path, "--model", RUN, "--fps", 25, "--out", "walk.png"),
        **ONE_ARRAY,
        one_frame=sound(),
        nobody=sound(NOBODY),
        no_space=refused("walk.png", "too large"),
    ),
    "stgcn-pyg view": Row(
        array("walk.npy"),
        lambda path: command("view", path, "--model", RUN, "--fps", 25, "--out", "walk.html"),
        **ONE_ARRAY,
        one_frame=sound(),
        nobody=sound(),
        no_space=refused("walk.html", "too large"),
    ),
    "stgcn-pyg explain": Row(
        array("walk.npy"),
        lambda path: command("explain", path, "--model", RUN, "--fps", 25, "--out", "walk.png"),
        **ONE_ARRAY,
        one_frame=sound(),
        nobody=sound(NOBODY),
        no_space=refused("walk.png", "too large"),
    ),
    "stgcn-pyg edges": Row(
        model,
        lambda run: command("edges", run),
        **BAD_MODEL,
        no_space=none("one function writes all pictures, and draw and explain have it"),
    ),
    "stgcn-pyg push": Row(
        model,
        lambda run: command("push", run, "me/actions"),
        **BAD_MODEL,
        no_space=none("it writes to the temporary folder alone"),
    ),
    "stgcn-pyg export": Row(
        model,
        lambda run: command("export", run, "--format", "torch", "--out", "exported"),
        **BAD_MODEL,
        no_space=refused("exported/model.pt2", "too large"),
    ),
    "stgcn-pyg report": Row(
        paper_results,
        lambda folder: command("report", folder),
        truncated=refused("paper/runs/correct0seed1.json is damaged"),
        empty=refused("paper/runs/correct0seed1.json is damaged"),
        wrong_v=NO_RECORDING,
        nan=refused("paper/runs/correct0seed1.json is no result of stgcn-pyg reproduce: test"),
        one_frame=NO_RECORDING,
        nobody=NO_RECORDING,
        mixed=refused("paper/runs/correct0seed1.json is of synthetic recordings", "those of poses are real"),
        unreadable=refused("paper/runs/correct0seed1.json", "directory"),
        pickled=refused("paper/runs/correct0seed1.json is damaged"),
        no_space=refused("paper/figures/table-1-accuracy.png", "too large"),
    ),
    "stgcn-pyg synthesize": Row(
        synthetic_folder,
        lambda root: command("synthesize", "--root", root, "--subjects", 1),
        truncated=refused("SYNTHETIC.json is damaged"),
        empty=refused("SYNTHETIC.json is damaged"),
        wrong_v=none("it makes its recordings"),
        nan=none("it makes its recordings"),
        one_frame=none("it makes its recordings"),
        nobody=none("it makes its recordings"),
        mixed=refused("kth/raw holds recordings but no SYNTHETIC.json", "name another folder"),
        unreadable=refused("SYNTHETIC.json", "directory"),
        pickled=refused("SYNTHETIC.json is damaged"),
        no_space=refused("new/raw/person01_boxing_d1_uncomp.npy", "too large", leaves=("new/raw/SYNTHETIC.json",)),
    ),
}

CASES = [(name, kind) for name in MATRIX for kind in KINDS if not isinstance(getattr(MATRIX[name], kind), Nothing)]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with recordings of two people and their cache, and a run that was trained and evaluated on them."""
    folder = tmp_path_factory.mktemp("base")
    with contextlib.chdir(folder):
        write_synthetic_kth(ROOT / "raw", subjects=[1, 2], scenarios=[1], num_frames=20)
        train(RUN)
        evaluate(ROOT)
    return folder


@pytest.fixture(scope="module")
def copy(base: Path) -> Path:
    return Path(shutil.copytree(base, base.with_name("copy")))


@pytest.fixture
def _here(base: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work in a copy of that folder, which is then put in order again: that is quicker than another copy."""
    monkeypatch.chdir(copy)
    yield
    for path in sorted(copy.rglob("*"), reverse=True):
        good = base / path.relative_to(copy)
        if path.is_dir() and not good.is_dir():
            path.rmdir()
        elif path.is_file() and not good.is_file():
            path.unlink()
    for good in sorted(base.rglob("*")):
        path = copy / good.relative_to(base)
        if good.is_file() and (not path.exists() or path.stat().st_mtime_ns != good.stat().st_mtime_ns):
            shutil.copy2(good, path)


@contextlib.contextmanager
def disk_space(num_bytes: int) -> Iterator[None]:
    """No file grows beyond so many bytes: writing fails where it would on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def contents() -> dict[str, str]:
    """What is in every file here, by its place."""
    files = sorted(path for path in Path().rglob("*") if path.is_file())
    return {path.as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def check_sound(result: Any) -> None:
    """Whatever an entry point gives is finite, and scores are probabilities."""
    match result:
        case Tensor():
            assert len(result)
            assert (result >= 0).all()
            torch.testing.assert_close(result.sum(dim=1), torch.ones(len(result)), rtol=0, atol=1e-3)
        case SkeletonSequence():
            assert np.isfinite(result.pos).all()
            assert np.isfinite(result.score).all()
        case SkeletonData():
            assert result.pos.isfinite().all()
        case str():
            assert result
            assert "nan" not in result.lower()
        case list():
            assert result
            for one in result:
                check_sound(one)
        case Path():
            metrics = json.loads((result / "metrics.json").read_text())
            assert metrics["total"] == len(metrics["recordings"]) > 0
            assert all(1 / 6 <= entry["probability"] <= 1 for entry in metrics["recordings"])
        case _:
            raise AssertionError(result)


@pytest.mark.parametrize(("name", "kind"), CASES, ids=[f"{name} - {kind}" for name, kind in CASES])
@pytest.mark.usefixtures("_here")
def test_bad_input(name: str, kind: str) -> None:
    row = MATRIX[name]
    cell = getattr(row, kind)
    given = row.make(kind)
    before = contents()
    with (
        warnings.catch_warnings(record=True) as warned,
        disk_space(4000) if kind == "no_space" else contextlib.nullcontext(),
    ):
        warnings.simplefilter("always")
        if isinstance(cell, Refused):
            with pytest.raises((ValueError, OSError, Stopped)) as error:
                row.call(given)
        else:
            check_sound(row.call(given))
    after = contents()
    if isinstance(cell, Refused):
        said = str(error.value)
        assert [word for word in cell.words if word not in said] == [], said
        assert "\n" not in said
        assert re.fullmatch(r"error: .* \(status 2\)", said) or not isinstance(error.value, Stopped)
        assert [place for place in after if place not in before and not place.startswith(cell.leaves or "?")] == []
    else:
        assert bool(warned) == bool(cell.warning)
        assert [str(one.message) for one in warned if not re.search(cell.warning, str(one.message))] == []
    lost = [place for place in before if after.get(place) != before[place]]
    assert [place for place in lost if not place.startswith(cell.leaves or "?")] == []
    assert [place for place in after if ".tmp" in place] == []
    assert not trace().exists()


@pytest.mark.usefixtures("_here")
def test_a_training_that_a_full_disk_stopped_goes_on() -> None:
    with disk_space(4000), pytest.raises(OSError, match="cannot be written"):
        train(Path("new"))
    check_sound(train(Path("new")))
    model = "model/model.safetensors"
    assert (Path("new") / model).read_bytes() == (RUN / model).read_bytes()


def test_every_reader_and_every_command_has_a_row() -> None:
    readers = {name for name in stgcn_pyg.io.__all__ if name.startswith("read_")}
    assert {name for name in readers if not any(row.startswith(name) for row in MATRIX)} == set()
    commands = {str(command.callback.__name__) for command in app.registered_commands if command.callback}
    made_of_others = {"demo", "cross_validate", "reproduce"}
    assert {name for name in commands if f"stgcn-pyg {name}" not in MATRIX} == made_of_others


@pytest.mark.usefixtures("_here")
def test_the_pickles_would_leave_a_trace() -> None:
    pickle.loads(pickle.dumps(Evil()))
    assert trace().exists()
    trace().unlink()
