"""Draws what the synthetic people of the built-in default do: a second of each action, as the estimator sees it."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from stgcn_pyg.plots.body import Body, side_legend
from stgcn_pyg.plots.save import save
from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.synthetic import ACTIONS, synthesize

PICTURE = Path(__file__).parent / "results" / "synthetic.png"
FRAMES, STEP = 12, 2
"""How many frames of each recording are drawn, and every which."""


def main() -> None:
    """Draw the picture."""
    figure = Figure(figsize=(11, 13), layout="constrained")
    for number, (axes, action) in enumerate(zip(figure.subplots(len(ACTIONS), 1), ACTIONS, strict=True)):
        sequence = synthesize(action, subject=number + 1, scenario=1)
        in_view = (~sequence.missing).sum(axis=1).astype(float)
        begin = int(np.convolve(in_view, np.ones(FRAMES * STEP), mode="valid").argmax())  # most is to be seen
        pos = np.where(sequence.missing[..., None], np.nan, sequence.pos)
        for column, t in enumerate(range(begin, begin + FRAMES * STEP, STEP)):
            hip = pos[t, BODY_25.index("mid_hip"), 0]
            Body(axes, BODY_25, size=1.8).pose(pos[t] + np.array([70 * column - hip, 0], np.float32))
        axes.set(xlim=(-45, 70 * FRAMES - 25), ylim=(120, 0), aspect="equal")
        axes.set_title(f"{action} (synthetic), a frame every {STEP / 25:.2f} s", fontsize=10)
        axes.axis("off")
    figure.legend(handles=side_legend(BODY_25), loc="lower right", ncols=3, frameon=False)
    save(figure, PICTURE)


if __name__ == "__main__":
    main()
