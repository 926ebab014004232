"""Synthetic recordings of the six KTH actions, for machines that have no data. They are not real people.

A body of jointed limbs (``body``) with a person's habits (``subject``) walks, jogs and runs (``gait``) from
footprint to footprint (``footsteps``) to and fro past a camera (``course``), or boxes, claps, waves (``gesture``)
in a rhythm (``rhythm``); it is filmed (``camera``) and found again by an imperfect pose estimator (``estimator``):
that is a recording (``recording``), and a folder of them stands in for KTH (``folder``).

What goes into it are statistics of people: the literature of gait, and speeds, amplitudes, frequencies and errors
measured on pose estimates of KTH. No recording is in it.
"""

from stgcn_pyg.synthetic.folder import MARKER, MISSING, VERSION, write_synthetic_kth
from stgcn_pyg.synthetic.recording import ACTIONS, FPS, NUM_FRAMES, synthesize

__all__ = ["ACTIONS", "FPS", "MARKER", "MISSING", "NUM_FRAMES", "VERSION", "synthesize", "write_synthetic_kth"]
