"""Who is seen: a body, and the habits that a person keeps from one action to the next."""

from dataclasses import dataclass

import numpy as np

from stgcn_pyg.synthetic.body import Body


@dataclass(frozen=True)
class Subject:
    """A synthetic person.

    Args:
        body: Limb lengths.
        tempo: How fast the person does everything, as a factor.
        vigor: How large the person's movements are, in standard deviations of people.
        effort: How fast a gait the person calls walking, jogging or running, added to the gait's own effort.
        frontal: How far the person turns to the camera when boxing: 0 from the side, 1 from the front.
    """

    body: Body
    tempo: float
    vigor: float
    effort: float
    frontal: float

    @classmethod
    def of(cls, subject: int, seed: int) -> "Subject":
        """The same person whenever the number and the seed are the same."""
        rng = np.random.default_rng((seed, subject))
        return cls(
            body=Body.sample(rng),
            tempo=float(np.exp(rng.normal(0, 0.14))),
            vigor=float(rng.normal()),
            effort=float(rng.normal(0, 0.25)),
            frontal=float(rng.beta(0.9, 1.2)),
        )
