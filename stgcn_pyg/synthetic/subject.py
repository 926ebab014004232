"""Who is seen: a body, and the habits that a person keeps from one action to the next."""

from dataclasses import dataclass

import numpy as np

from stgcn_pyg.synthetic.body import Body


@dataclass(frozen=True)
class Subject:
    """A synthetic person. Habits are in standard deviations of people, 0 for the usual one.

    Args:
        body: Limb lengths.
        tempo: How fast the person does everything, as a factor.
        effort: How fast a gait the person calls walking, jogging or running.
        vigor: How large the movements are: arm swing, foot lift, clap width, wave height, length of a punch.
        posture: How far the person leans and hangs the head forward.
        carriage: How far the arms are held away from the body.
        bend: How much the elbows bend, in all that the arms do.
        width: How wide the person stands, and how far the toes point outward.
        punch: Whether punches go straight (below 0) or swing in from the side.
        guard: How high the fists are held and where the hands meet.
        side: The side boxed to: 1 to the picture's right, -1 to its left.
        hand: The hand that leads, 1 right or -1 left.
    """

    body: Body
    tempo: float
    effort: float
    vigor: float
    posture: float
    carriage: float
    bend: float
    width: float
    punch: float
    guard: float
    side: float
    hand: float

    @classmethod
    def of(cls, subject: int, seed: int) -> "Subject":
        """The same person whenever the number and the seed are the same."""
        rng = np.random.default_rng((seed, subject))

        def habit() -> float:
            return float(np.clip(rng.normal(), -2.2, 2.2))

        return cls(
            body=Body.sample(rng),
            tempo=float(np.exp(rng.normal(0, 0.1))),
            effort=habit(),
            vigor=habit(),
            posture=habit(),
            carriage=habit(),
            bend=habit(),
            width=habit(),
            punch=habit(),
            guard=habit(),
            side=float(rng.choice([-1, 1])),
            hand=float(rng.choice([-1, 1])),
        )
