"""A turned body is the same body before another camera."""

import pytest
import torch

from stgcn_pyg.skeleton import BODY_25
from stgcn_pyg.transforms import NormalizePose, Turn
from tests.recordings import random_body


def test_a_body_keeps_its_shape_and_goes_where_it_faces() -> None:
    before = NormalizePose(BODY_25)(random_body(20, num_dims=3, missing=0.2))
    after = Turn(180, 30)(before.clone())
    assert not torch.allclose(after.x, before.x)
    for a, b in ((after.x, before.x), (after.motion, before.motion)):
        torch.testing.assert_close(a.flatten(0, -2) @ a.flatten(0, -2).T, b.flatten(0, -2) @ b.flatten(0, -2).T)
    torch.testing.assert_close(
        (after.x * after.motion[:, None]).sum(-1), (before.x * before.motion[:, None]).sum(-1)
    )
    assert (after.x[before.score == 0] == 0).all()


def test_without_tilt_heights_stay() -> None:
    before = NormalizePose(BODY_25)(random_body(20, num_dims=3))
    after = Turn(90, 0)(before.clone())
    torch.testing.assert_close(after.x[..., 1], before.x[..., 1])


def test_turned_before_the_camera_or_after_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Normalising a turned recording gives the turned normalised one."""
    monkeypatch.setattr(torch, "rand", lambda shape: torch.tensor(0.9))
    body = random_body(20, num_dims=3, missing=0.2)
    scene = body.clone()
    scene.x, scene.motion = scene.pos, torch.zeros(20, 3, dtype=torch.float64)
    moved = body.clone()
    moved.pos = Turn(60, 10)(scene).x
    first, last = NormalizePose(BODY_25)(moved), Turn(60, 10)(NormalizePose(BODY_25)(body))
    torch.testing.assert_close(first.x, last.x, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(first.motion, last.motion, rtol=1e-4, atol=1e-4)


def test_recordings_in_the_plane_stay_as_they_are() -> None:
    before = NormalizePose(BODY_25)(random_body(20, num_dims=2))
    after = Turn(180, 30)(before.clone())
    assert torch.equal(after.x, before.x)
