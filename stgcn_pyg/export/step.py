"""The whole way from a frame's pose to scores as one module that can be exported, with its state in the open."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from stgcn_pyg.export.frame_features import FeatureState, FrameFeatures
from stgcn_pyg.export.network import ExportedNetwork
from stgcn_pyg.export.offline import decide
from stgcn_pyg.export.unit import FrameUnit
from stgcn_pyg.models import STGCN
from stgcn_pyg.recognizer import Recognizer


class State(NamedTuple):
    """A tensor that a step takes and gives back for the next one; zeros at first.

    Attributes:
        name: What it is called.
        zeros: What it is at first.
        stays: Whether it outlasts a run; the others are zeros again where a run begins.
    """

    name: str
    zeros: Tensor
    stays: bool = False


class StepNetwork(ExportedNetwork):
    r"""A network, a frame at a time.

    At frame t of a run, a unit that looks :math:`q_u` frames ahead has its output for the frame

    .. math::
        t - \sum_{w \le u} q_w \prod_{x < w} s_x.

    So one clock says of all units at once whose strides fall on this frame, and whose inputs are before the run's
    beginning or beyond its end and are masked. Units behind a stride are not computed in between.

    Args:
        network: The network; it is copied.
        half_life: Frames after which one counts half; all count alike if left out.

    Attributes:
        delay: How many frames the last layer is behind.
    """

    Unit = FrameUnit

    def __init__(self, network: STGCN, half_life: float | None = None) -> None:
        super().__init__(network)
        self.delay = self.behind[-1]
        # What a frame of the last layer counts for beside the one after it.
        self.keep = 1.0 if half_life is None else 0.5 ** (self.strides[-1] / half_life)

    def states(self) -> list[State]:
        """All that it remembers: for each unit the frames that its kernels look back to, then the pool."""
        states = []
        for number, unit in enumerate(self.units, start=1):
            if unit.kernel_size > 1:
                shape = (self.num_nodes, unit.kernel_size - 1, unit.out_channels)
                states.append(State(f"unit{number}.frames", torch.zeros(shape)))
            if unit.residual and unit.ahead:
                shape = (self.num_nodes, unit.ahead, unit.in_channels)
                states.append(State(f"unit{number}.inputs", torch.zeros(shape)))
        pooled = torch.zeros(self.classifier.in_features)
        return [*states, State("pooled", pooled, stays=True), State("weight", torch.zeros(()), stays=True)]

    def forward(self, x: Tensor, now: Tensor, length: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """Take features ``[V, C]``; returns the next states.

        Args:
            x: Features.
            now: How many frames the run has had before, with those beyond its end.
            length: How many it has with this one, without those beyond its end.
            states: As :meth:`states` has them.
        """
        return self._from(0, self.norm(x), now, length, states)

    def _from(self, depth: int, x: Tensor, now: Tensor, length: Tensor, states: Sequence[Tensor]) -> list[Tensor]:
        """Take the input of a unit through it and all that follow it."""
        at = now - self.behind[depth]
        in_run = (at >= 0) & (at < length)
        if depth == len(self.units):
            return self._pool(x, in_run, *states)
        unit = self.units[depth]
        frames, states = _remember(unit.kernel_size - 1, unit.middle(x, in_run.to(x)), states)
        inputs, states = _remember(unit.ahead if unit.residual else 0, x, states)

        def go(window: Tensor, short: Tensor, now: Tensor, length: Tensor, *states: Tensor) -> list[Tensor]:
            return self._from(depth + 1, unit(window, short), now, length, states)

        def stay(window: Tensor, short: Tensor, now: Tensor, length: Tensor, *states: Tensor) -> list[Tensor]:
            return [state.clone() for state in states]

        given = (frames, inputs[:, 0], now, length, *states)
        due = (now - self.behind[depth + 1]) % self.strides[depth + 1] == 0
        if unit.stride == 1:
            after = go(*given)
        elif torch.compiler.is_compiling():
            after = torch.cond(due, go, stay, given)  # an exported step decides for itself, each time
        else:
            after = (go if due else stay)(*given)
        return [window[:, 1:].contiguous() for window in (frames, inputs) if window.shape[1] > 1] + list(after)

    def _pool(self, x: Tensor, in_run: Tensor, pooled: Tensor, weight: Tensor) -> list[Tensor]:
        """The weighted mean of the frames so far and their weight, with one more if it is of the run."""
        new = weight * self.keep + 1
        mean = pooled + (self.final(x).mean(dim=0) - pooled) / new
        return [torch.where(in_run, mean, pooled), torch.where(in_run, new, weight)]

    def logits(self, states: Sequence[Tensor]) -> Tensor:
        """Logits ``[classes]`` as they stand."""
        logits: Tensor = self.classifier(states[-2])
        return logits


def _remember(length: int, frame: Tensor, states: Sequence[Tensor]) -> tuple[Tensor, Sequence[Tensor]]:
    """The last frames ``[V, length + 1, C]`` with a new one, the others of which are the first of the states."""
    if length == 0:
        return frame[:, None], states
    return torch.cat([states[0], frame[:, None]], dim=1), states[1:]


class StepModel(torch.nn.Module):
    """Scores of the frames so far, a frame at a time.

    A run is ended by :attr:`delay` steps with ``present`` false, after which all states are zeros again but those
    that stay.

    Args:
        recognizer: The model; it is copied.
        half_life: Seconds after which a frame counts half for the scores; all count alike if left out.

    Attributes:
        delay: How many frames must follow one before the scores rest on it.

    Shapes:
        - **pos**: positions ``[V, D]``; those of missing joints are not looked at
        - **score**: ``[V]``, 0 where missing
        - **frame**: the frame's number ``[]``
        - **present**: ``[]``, false for steps beyond a run's end
        - **states**: as :meth:`states` has them
        - **output**: logits ``[classes]``, probabilities ``[classes]``, whether there are any yet ``[]``, states

    Example:
        >>> from stgcn_pyg.partition import SkeletonGraph
        >>> from stgcn_pyg.skeleton import BODY_25
        >>> model = StepModel(Recognizer(SkeletonGraph.build(BODY_25), ["walk", "run"], channels=[(8, 1)]))
        >>> states = [state.zeros for state in model.states()]
        >>> for number in range(model.delay + 1):
        ...     pose = torch.randn(25, 2), torch.ones(25), torch.tensor(number), torch.tensor(True)
        ...     logits, probabilities, known, states = model(*pose, states)
        >>> model.delay, bool(known), probabilities.shape
        (4, True, torch.Size([2]))
    """

    def __init__(self, recognizer: Recognizer, half_life: float | None = None) -> None:
        super().__init__()
        fps = recognizer.fps or 1.0
        self.features = FrameFeatures(recognizer.features, fps, recognizer.num_dims)
        self.networks = torch.nn.ModuleList(
            StepNetwork(network, half_life and half_life * fps) for network in recognizer.networks
        )
        self.delay = self._networks()[0].delay

    def states(self) -> list[State]:
        """All that it remembers, by name."""
        clock = State("clock", torch.zeros(2, dtype=torch.int64))  # steps of this run, and frames of it
        features = [
            State(f"features.{name}", zeros, stays=name == "lengths")
            for name, zeros in self.features.start()._asdict().items()
        ]
        networks = [
            state._replace(name=f"network{number}.{state.name}")
            for number, network in enumerate(self._networks(), start=1)
            for state in network.states()
        ]
        return [clock, *features, *networks]

    def forward(
        self, pos: Tensor, score: Tensor, frame: Tensor, present: Tensor, states: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor, Tensor, list[Tensor]]:
        """Take a frame."""
        clock, feature_state, rest = states[0], FeatureState(*states[1:7]), list(states[7:])
        seen = (score > 0) & present
        x, feature_state = self.features(torch.where(seen[:, None], pos, 0.0), seen, frame, feature_state)
        now, length = clock[0], clock[1] + present
        logits, after = [], []
        for network in self._networks():
            count = len(network.states())
            after += (states_of := network(x, now, length, rest[:count]))
            rest = rest[count:]
            logits.append(network.logits(states_of))
        return *decide(logits), after[-1] > 0, [torch.stack([now + 1, length]), *feature_state, *after]

    def _networks(self) -> list[StepNetwork]:
        return [network for network in self.networks if isinstance(network, StepNetwork)]
