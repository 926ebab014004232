"""PyG transforms of recordings: features, augmentation, crops, unrolling."""

from stgcn_pyg.transforms.augment import Flip, RandomChoice, Rotate, Scale, Translate, kth_augmentation
from stgcn_pyg.transforms.features import SkeletonFeatures
from stgcn_pyg.transforms.input_streams import InputStreams
from stgcn_pyg.transforms.normalize_pose import NormalizePose
from stgcn_pyg.transforms.perturb import DropJoints, DropRootMotion, Jitter, Stretch
from stgcn_pyg.transforms.random_crop import RandomCrop
from stgcn_pyg.transforms.standardize import Standardize
from stgcn_pyg.transforms.turn import Turn
from stgcn_pyg.transforms.unroll_frames import UnrollFrames

__all__ = [
    "DropJoints",
    "DropRootMotion",
    "Flip",
    "InputStreams",
    "Jitter",
    "NormalizePose",
    "RandomChoice",
    "RandomCrop",
    "Rotate",
    "Scale",
    "SkeletonFeatures",
    "Standardize",
    "Stretch",
    "Translate",
    "Turn",
    "UnrollFrames",
    "kth_augmentation",
]
