"""The temporal convolution is a convolution of each run alone."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from stgcn_pyg.nn import TemporalConv
from tests.strategies import many, normal, pointers, run_lengths, seeds, split

kernels = st.sampled_from(range(1, 12, 2))
strides = st.integers(1, 3)


def one_by_one(conv: TemporalConv, x: Tensor, lengths: list[int]) -> Tensor:
    """Each run alone, padded with zeros, by torch's own convolution."""
    size, stride = conv.kernel_size[0], conv.stride[0]
    padding = (size - 1, 0) if conv.causal else (size // 2, size // 2)
    outputs = []
    for run in split(x, lengths):
        padded = F.pad(run.permute(1, 2, 0), padding)  # [V, C, T + Gamma - 1]
        outputs.append(F.conv1d(padded, conv.weight, conv.bias, stride).permute(2, 0, 1))
    return torch.cat(outputs)


@many
@given(run_lengths, kernels, strides, st.booleans(), seeds)
def test_a_timeline_is_its_runs_one_by_one(
    lengths: list[int], kernel_size: int, stride: int, causal: bool, seed: int
) -> None:
    conv = TemporalConv(2, 3, kernel_size, stride, causal).double()
    x = normal(sum(lengths), 4, 2, seed=seed).requires_grad_()
    y, ptr = conv(x, pointers(lengths))
    expected = one_by_one(conv, x, lengths)
    assert ptr.diff().tolist() == [-(-length // stride) for length in lengths]
    torch.testing.assert_close(y, expected, rtol=0, atol=1e-12)

    cotangent = normal(*y.shape, seed=seed + 1)
    variables = [x, *conv.parameters()]
    for gradient, other in zip(
        torch.autograd.grad(y, variables, cotangent),
        torch.autograd.grad(expected, variables, cotangent),
        strict=True,
    ):
        torch.testing.assert_close(gradient, other, rtol=0, atol=1e-11)


@many
@given(run_lengths, kernels, strides, st.data())
def test_causal_looks_back_only_and_centred_half_a_kernel_ahead(
    lengths: list[int], kernel_size: int, stride: int, data: st.DataObject
) -> None:
    now = data.draw(st.integers(0, sum(lengths) - 1))
    run = max(r for r, start in enumerate(pointers(lengths)[:-1]) if start <= now)
    frame = now - int(pointers(lengths)[run])
    x = normal(sum(lengths), 2, 1)
    changed = x.clone()
    changed[now] += 1
    for causal in (True, False):
        conv = TemporalConv(1, 1, kernel_size, stride, causal).double()
        torch.nn.init.uniform_(conv.weight, 1, 2)
        before, ptr = conv(x, pointers(lengths))
        after, _ = conv(changed, pointers(lengths))
        back = kernel_size - 1 if causal else kernel_size // 2
        ahead = kernel_size - 1 - back
        sees = [stride * i - back <= frame <= stride * i + ahead for i in range(int(ptr[run + 1] - ptr[run]))]
        differs = (before != after).flatten(1).any(dim=1)
        assert differs[ptr[run] : ptr[run + 1]].tolist() == sees
        assert differs.sum() == sum(sees)  # in no other run


@pytest.mark.parametrize("causal", [False, True])
def test_gradients_are_derivatives(causal: bool) -> None:
    conv = TemporalConv(2, 2, kernel_size=3, stride=2, causal=causal).double()
    ptr = pointers([1, 4, 2])
    x = normal(7, 2, 2).requires_grad_()
    names = [name for name, _ in conv.named_parameters()]

    def convolve(x: Tensor, *values: Tensor) -> Tensor:
        y, _ = torch.func.functional_call(conv, dict(zip(names, values, strict=True)), (x, ptr))
        return y  # type: ignore[no-any-return]

    assert torch.autograd.gradcheck(convolve, (x, *conv.parameters()))


def test_repr() -> None:
    assert repr(TemporalConv(2, 8)) == "TemporalConv(2, 8, kernel_size=9, stride=1)"
    causal = TemporalConv(2, 8, kernel_size=3, stride=2, causal=True)
    assert repr(causal) == "TemporalConv(2, 8, kernel_size=3, stride=2, causal=True)"


@pytest.mark.parametrize("kernel_size", [-1, 0, 2, 8])
def test_kernels_without_a_middle_are_refused(kernel_size: int) -> None:
    with pytest.raises(ValueError, match=f"odd number of frames, not {kernel_size}$"):
        TemporalConv(2, 8, kernel_size)
