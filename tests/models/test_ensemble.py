"""An ensemble: the mean of its members' probabilities."""

import torch

from stgcn_pyg.models import Ensemble


def test_it_is_the_mean_of_probabilities() -> None:
    members = [torch.nn.Linear(4, 3).double() for _ in range(3)]
    x = torch.randn(5, 4, dtype=torch.float64)
    expected = sum(member(x).softmax(dim=1) for member in members) / 3
    torch.testing.assert_close(Ensemble(members)(x).exp(), expected)


def test_of_one_it_is_that_one() -> None:
    member = torch.nn.Linear(4, 3)
    x = torch.randn(5, 4)
    torch.testing.assert_close(Ensemble([member])(x).softmax(dim=1), member(x).softmax(dim=1))


def test_certain_members_do_not_overflow() -> None:
    sure = torch.nn.Linear(1, 2, bias=False)
    sure.weight.data = torch.tensor([[1e4], [-1e4]])
    assert Ensemble([sure, sure])(torch.ones(1, 1)).isfinite().all()
