"""The one deployable unit: everything that turns a recording into scores, in one folder on disk."""

import json
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save
from torch import Tensor
from tqdm import tqdm

from stgcn_pyg.data import SkeletonData, TimelineLoader
from stgcn_pyg.files import draft, write_text
from stgcn_pyg.hub import download, is_repo_id, upload
from stgcn_pyg.model_card import CARD_FILE, MARKER, model_card
from stgcn_pyg.models import STGCN, Ensemble
from stgcn_pyg.models.fits import check_fits
from stgcn_pyg.partition import SkeletonGraph
from stgcn_pyg.sequence import SkeletonSequence, convert_layout, missing_joints, resample, same_rate
from stgcn_pyg.skeleton import Skeleton
from stgcn_pyg.transforms import SkeletonFeatures

MODEL_FOLDER = "model"
"""Where a run folder has its model."""

WEIGHTS_FILE = "model.safetensors"
CONFIG_FILE = "recognizer.json"
PRETRAINED = Path(__file__).parent / "pretrained"
"""The models that come with the package: a folder each, with a card that says what it was trained and tested on."""

FORMAT = 1
"""The version of the folder's format."""

Recording = SkeletonSequence | Sequence[SkeletonSequence]
"""What is to be recognised: one sequence, or one for each of several people."""

QUIET: Any = {"disable": None, "leave": False}
"""A progress bar on a terminal alone, which goes when the work is done."""


class Recognizer:
    """Features, graph, network, classes and frame rate, which belong together.

    Args:
        graph: The labelled skeleton graph.
        classes: Names of the actions, by class number.
        features: What makes the network's input of a recording.
        fps: Frames a second of the recordings it was trained on.
        num_dims: Coordinates of the recordings, 2 or 3.
        members: Networks that vote; see :class:`~stgcn_pyg.models.Ensemble`.
        **architecture: Settings of :class:`~stgcn_pyg.models.STGCN`.

    Example:
        >>> import numpy as np
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> recognizer = Recognizer(SkeletonGraph.build(BODY_25), ["walk", "run"], channels=[(16, 1), (32, 2)])
        >>> clip = SkeletonSequence(np.ones((40, 25, 2)), BODY_25, fps=25)
        >>> recognizer.predict([clip]).shape
        torch.Size([1, 2])
        >>> folder = getfixture("tmp_path")
        >>> recognizer.save_pretrained(folder)
        >>> Recognizer.from_pretrained(folder).classes
        ('walk', 'run')
    """

    def __init__(
        self,
        graph: SkeletonGraph,
        classes: Sequence[str],
        features: SkeletonFeatures | None = None,
        fps: float | None = 25.0,
        num_dims: int = 2,
        members: int = 1,
        **architecture: Any,
    ) -> None:
        self.graph = graph
        self.classes = tuple(classes)
        self.features = SkeletonFeatures(graph.skeleton) if features is None else features
        self.fps = fps
        self.num_dims = num_dims
        self.architecture = architecture
        channels = self.features.num_channels(num_dims)
        fitted = self.features.standardize
        if fitted is not None and fitted.mean.shape != (graph.num_nodes, channels):
            raise ValueError(
                f"features were fitted on {list(fitted.mean.shape)} joints and channels, but the network would get "
                f"{[graph.num_nodes, channels]}"
            )
        self.networks = [STGCN(graph, channels, len(self.classes), **architecture) for _ in range(members)]
        self.model = Ensemble(self.networks) if members > 1 else self.networks[0]

    def prepare(self, recording: Recording) -> SkeletonData:
        """A recording of one person, or of several, as the network takes it.

        One whose rate is not known is taken to have the model's; one of another rate or layout is brought to the
        model's, person by person. Warns of that, of joints that the recording's layout cannot give, and if nobody
        is seen in it, once a recording. Several people are put together by :meth:`SkeletonData.from_people`.

        Raises:
            ValueError: If the recording's layout gives no joint of the model's, or the recording has another
                number of coordinates; if it has no people, or they have different rates that the model takes.
        """
        people = [recording] if isinstance(recording, SkeletonSequence) else list(recording)
        layouts = dict.fromkeys(person.skeleton for person in people)
        people = [convert_layout(person, self.graph.skeleton) for person in people]
        for layout in layouts:
            self.check_layout(layout)
        for person in people:
            if person.num_dims != self.num_dims:
                raise ValueError(
                    f"{person.name}: {person.num_dims} coordinates a joint, but the model takes {self.num_dims}; "
                    f"it knows recordings {'in space' if self.num_dims == 3 else 'in pictures'} alone"
                )
        if people and all(person.missing.all() for person in people):
            warnings.warn(
                f"{people[0].name}: nobody is seen in any frame, so its scores mean nothing", stacklevel=2
            )
        people = [replace(person, fps=person.fps or self.fps) for person in people]
        for fps in dict.fromkeys(person.fps for person in people):
            if rate := self.other_rate(fps):
                people = [resample(person, rate) if person.fps == fps else person for person in people]
        return self.features(SkeletonData.from_people(people).attach(self.graph))  # type: ignore[no-any-return]

    def check_layout(self, recorded: Skeleton) -> None:
        """Warn if recordings of that layout cannot give all joints of the model's."""
        if missing := missing_joints(recorded, self.graph.skeleton):
            warnings.warn(
                f"recorded as {recorded.name}, which does not give all joints of the model's "
                f"{self.graph.skeleton.name}, so expect it to do worse; missing: {', '.join(missing)}",
                stacklevel=3,
            )

    def other_rate(self, fps: float | None) -> float | None:
        """The rate that recordings must be resampled to, with a warning; none if theirs is the model's."""
        if not fps or not self.fps or same_rate(fps, self.fps):
            return None
        between = "left out" if fps > self.fps else "interpolated"
        warnings.warn(
            f"recorded at {fps:g} frames a second; resampled to {self.fps:g}, which the model was trained at "
            f"(frames between are {between})",
            stacklevel=3,
        )
        return self.fps

    def predict(self, recordings: Sequence[Recording], batch_size: int = 16) -> Tensor:
        """Probabilities ``[N, classes]`` of the actions in each recording, be it of one person or of several.

        Example:
            >>> from stgcn_pyg.skeleton import BODY_25
            >>> recognizer = Recognizer(SkeletonGraph.build(BODY_25), ["wave", "hug"], channels=[(8, 1)])
            >>> alone, one, other = (SkeletonSequence(np.ones((t, 25, 2)), BODY_25, fps=25) for t in (40, 30, 30))
            >>> recognizer.predict([alone, [one, other]]).shape
            torch.Size([2, 2])
        """
        return self.predict_data([self.prepare(recording) for recording in recordings], batch_size)

    @torch.inference_mode()
    def predict_data(self, recordings: Any, batch_size: int = 16) -> Tensor:
        """Probabilities ``[N, classes]`` for recordings that carry the features and the graph already."""
        device = next(self.model.parameters()).device
        loader = TimelineLoader(recordings, batch_size=batch_size)
        was_training = self.model.training
        self.model.eval()
        try:
            logits = [self.model(batch.to(device)).cpu() for batch in tqdm(loader, "scoring", **QUIET)]
        finally:
            self.model.train(was_training)
        return torch.cat(logits).softmax(dim=1) if logits else torch.zeros(0, len(self.classes))

    def save_pretrained(
        self,
        folder: str | Path,
        *,
        metrics: Mapping[str, Any] | None = None,
        name: str = "",
        license: str | None = None,
    ) -> None:
        """Write the folder: one safetensors file, one JSON and the model's card.

        A card that was written by hand is kept.

        Args:
            folder: The folder.
            metrics: What a run's ``metrics.json`` holds, for the card.
            name: What it will be read by, for the card; if left out, the folder's name.
            license: The licence of the weights, for the card.

        Raises:
            ValueError: If a weight is not finite.
            OSError: If they cannot be written; a model that was there is then still there.
        """
        folder = Path(folder)
        weights = {key: value.detach().cpu().contiguous() for key, value in self.model.state_dict().items()}
        _check_finite(weights)
        with draft(folder / WEIGHTS_FILE) as weights_file:  # both are written before either takes its place
            weights_file.write_bytes(save(weights))
            write_text(folder / CONFIG_FILE, json.dumps(self.to_dict(), allow_nan=False) + "\n")
        self.save_card(folder, metrics=metrics, name=name, license=license)

    def save_card(
        self,
        folder: str | Path,
        *,
        metrics: Mapping[str, Any] | None = None,
        name: str = "",
        license: str | None = None,
    ) -> None:
        """Write the model's card alone into its folder, unless one that was written by hand is there.

        Arguments are those of :meth:`save_pretrained`.
        """
        folder = Path(folder)
        card = folder / CARD_FILE
        if not card.exists() or MARKER in card.read_text(encoding="utf-8", errors="replace"):
            write_text(card, self.card(metrics, name or folder.resolve().name, license))

    def card(self, metrics: Mapping[str, Any] | None = None, name: str = "", license: str | None = None) -> str:
        """The model's card; see :func:`~stgcn_pyg.model_card.model_card`."""
        return model_card(self.to_dict(), self.num_parameters, metrics, name, license)

    def push_to_hub(
        self,
        repo_id: str,
        *,
        metrics: Mapping[str, Any] | None = None,
        license: str | None = None,
        card: str | None = None,
        private: bool | None = None,
        token: str | None = None,
        branch: str | None = None,
        create_pr: bool | None = None,
        commit_message: str = "Push a model of stgcn_pyg",
    ) -> str:
        """Share the model on the Hugging Face Hub, where :meth:`from_pretrained` finds it by ``repo_id``.

        What :meth:`save_pretrained` writes is uploaded, in one commit, and nothing else.

        Args:
            repo_id: The repository, ``user/name``; it is made if there is none.
            metrics: What a run's ``metrics.json`` holds, for the card.
            license: The licence of the weights, as the Hub calls it: ``"mit"``, ``"cc-by-4.0"``, ...
            card: Text of a card of your own.
            private: Whether a new repository is to be seen by its owner alone.
            token: The Hub's access token; if left out, that of ``hf auth login``.
            branch: The branch to push to; if left out the main one.
            create_pr: Ask for a change instead of making it.
            commit_message: What the commit is called.

        Returns:
            The address of the commit.

        Raises:
            ImportError: If ``huggingface_hub`` is not installed: ``pip install 'stgcn-pyg[hub]'``.
            ValueError: If a weight is not finite.
        """
        with tempfile.TemporaryDirectory() as folder:
            self.save_pretrained(folder, metrics=metrics, name=repo_id, license=license)
            if card is not None:
                write_text(Path(folder) / CARD_FILE, card)
            how = {"revision": branch, "create_pr": create_pr, "commit_message": commit_message}
            return upload(Path(folder), repo_id, private, token, **how)

    def retarget(self, classes: Sequence[str]) -> None:
        """Recognise other actions: those that it knows keep what is learned of them, others are untrained."""
        if tuple(classes) == self.classes:
            return
        known = [(new, self.classes.index(name)) for new, name in enumerate(classes) if name in self.classes]
        self.classes = tuple(classes)
        for network in self.networks:
            old = network.classifier
            network.classifier = torch.nn.Linear(old.in_features, len(classes)).to(old.weight)
            with torch.no_grad():
                for new, before in known:
                    network.classifier.weight[new] = old.weight[before]
                    network.classifier.bias[new] = old.bias[before]

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        num_classes: int | None = None,
        classes: Sequence[str] | None = None,
        freeze: int = 0,
        revision: str | None = None,
    ) -> "Recognizer":
        """Read a folder that :meth:`save_pretrained` wrote, or a run folder that has it. Nothing is unpickled.

        A model that comes with the package is read by its name (:func:`pretrained_models`), unless a folder
        of that name holds another. A model of the Hugging Face Hub is read by its repository, ``user/name``, if
        there is no folder called ``user`` here; that needs ``huggingface_hub``, and the network for the first time.

        To fine-tune it on other actions, say which or how many, and how much of it is to stay as it is.

        Args:
            folder: The folder, or the name.
            num_classes: The number of actions it is to recognise; if it is another than the model's, the
                classifiers are new and untrained.
            classes: Names of the actions it is to recognise instead of a number; those that the model does not
                know are untrained.
            freeze: How many units, from the input on, are not to be trained; see
                :meth:`~stgcn_pyg.models.STGCN.freeze`.
            revision: A branch, tag or commit of the repository; if left out the newest.

        Raises:
            FileNotFoundError: If there is no such folder or repository, or no model in it.
            ValueError: If its files are damaged, of a newer format, or do not fit each other; if it has fewer units
                than are to be frozen.
        """
        folder = _find_model(Path(folder), revision)
        try:
            config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"), parse_constant=_refuse_constant)
            if config.pop("format") != FORMAT:
                raise ValueError(f"this version reads format {FORMAT}")
            graph = SkeletonGraph.from_dict(config.pop("graph"))
            features = SkeletonFeatures.from_dict(graph.skeleton, config.pop("features"))
            recognizer = cls(graph, features=features, **config)
            weights = load_file(folder / WEIGHTS_FILE)
            _check_finite(weights)
            check_fits(weights, recognizer.model.state_dict())
            recognizer.model.load_state_dict(weights)
            recognizer._try_out()
        except Exception as error:
            reason = (
                f"{CONFIG_FILE} has no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
            )
            raise ValueError(f"the model in {folder} cannot be read: {reason}") from error
        if classes is None and num_classes not in (None, len(recognizer.classes)):
            classes = [f"class{number}" for number in range(num_classes or 0)]
        if classes is not None:
            recognizer.retarget(classes)
        for network in recognizer.networks:
            network.freeze(freeze)
        return recognizer

    def _try_out(self) -> None:
        """Score a frame without anybody: that fails if the parts do not fit each other."""
        pos = np.zeros((1, self.graph.num_nodes, self.num_dims), np.float32)
        nobody = SkeletonSequence(pos, self.graph.skeleton, score=pos[..., 0], fps=self.fps)
        data = self.features(SkeletonData.from_sequence(nobody).attach(self.graph))
        if not self.predict_data([data]).isfinite().all():
            raise ValueError("its scores are not finite")

    def to_dict(self) -> dict[str, Any]:
        """All but the weights, for JSON."""
        return {
            "format": FORMAT,
            "classes": list(self.classes),
            "fps": self.fps,
            "num_dims": self.num_dims,
            "members": len(self.networks),
            "features": self.features.to_dict(),
            # How it is computed is for the machine that loads it to choose, which may lack torch-scatter.
            **{key: value for key, value in self.architecture.items() if key != "backend"},
            "graph": self.graph.to_dict(),
        }

    @property
    def num_parameters(self) -> int:
        """Parameters of all its networks."""
        return sum(parameter.numel() for parameter in self.model.parameters())

    def __repr__(self) -> str:
        """What it recognises, on what."""
        layout = self.graph.skeleton.name
        return f"Recognizer({len(self.classes)} classes, {layout}, {self.num_parameters:,} parameters)"


def _check_finite(weights: dict[str, Tensor]) -> None:
    """Refuse weights with which every score would be NaN."""
    if bad := [name for name, value in weights.items() if not value.isfinite().all()]:
        raise ValueError(f"weights that are not finite: {', '.join(bad)}")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} stands in {CONFIG_FILE}")


def pretrained_models() -> list[str]:
    """Names of the models that come with the package.

    Example:
        >>> pretrained_models()
        ['synthetic_kth']
    """
    return sorted(folder.parent.name for folder in PRETRAINED.glob(f"*/{WEIGHTS_FILE}"))


def _find_model(folder: Path, revision: str | None) -> Path:
    """The folder that holds the model itself."""
    if (folder / MODEL_FOLDER).is_dir():
        folder = folder / MODEL_FOLDER
    if not (folder / CONFIG_FILE).exists() and str(folder) in pretrained_models():
        return PRETRAINED / folder
    name, files = folder, (CONFIG_FILE, WEIGHTS_FILE)
    if is_repo_id(folder):
        folder = download(folder.as_posix(), files, revision)
    for file in files:
        if not (folder / file).is_file():
            known = ", ".join(pretrained_models())
            raise FileNotFoundError(f"no model in {name}: it has no {file} (models that come along: {known})")
    return folder
