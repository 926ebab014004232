"""Synthetic recordings of the six KTH actions, for machines that have no data. They are not real people.

A body of jointed limbs (``body``) with a person's habits (``subject``) walks, jogs and runs (``gait``) or boxes,
claps and waves (``gesture``), is filmed (``camera``) and found again by an imperfect pose estimator
(``estimator``): that is a recording (``recording``), and a folder of them stands in for KTH (``folder``).
"""

from stgcn_pyg.synthetic.folder import MARKER, MISSING, VERSION, write_synthetic_kth
from stgcn_pyg.synthetic.recording import ACTIONS, FPS, NUM_FRAMES, synthesize

__all__ = ["ACTIONS", "FPS", "MARKER", "MISSING", "NUM_FRAMES", "VERSION", "synthesize", "write_synthetic_kth"]
