"""The compression net inverts whatever its weights, codes each coefficient once, and never looks ahead."""

import json
import math

import pytest
import torch

from irn_core.errors import IRNError
from irn_core.nets import coupling
from irn_core.nets.icn import ICN, LAMBDA_RANGE, Coefficients, ICNConfig, log_lambda
from irn_core.ops import laplace
from irn_core.ops.laplace import LOG_SCALE_RANGE
from irn_core.ops.pixels import to_tensor
from irn_core.ops.quantise import from_uint8
from irn_core.training.losses import rate_distortion_loss, weighed
from tests.helpers import smooth_pixels, tiny_icn, tiny_icn_config

pytestmark = pytest.mark.usefixtures("one_thread")

LEVELS = 3
QUALITIES = torch.tensor([0.0, 37.5, 100.0])
lift_widths = pytest.mark.parametrize("lift_width", [0, 8])


def draw(*shape: int, seed: int = 0, dtype=torch.float64) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def pictures(count: int = 3, height: int = 16, width: int = 24) -> torch.Tensor:
    return draw(count, 3, height, width)


def in_code(icn: ICN, top_shape, quality: torch.Tensor, answer) -> list[Coefficients]:
    """The groups that `code` offers, when the coder returns answer(number, group)."""
    groups = []

    def coder(group):
        groups.append(group)
        return answer(len(groups) - 1, group)

    with torch.no_grad():
        icn.code(top_shape, quality, coder)
    return groups


def any_answer(seed: int):
    """Coefficients that have nothing to do with what was offered."""
    return lambda number, group: draw(*group.mean.shape, seed=100 * seed + number) - 0.5


# Transform


@lift_widths
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 2e-5), (torch.float64, 1e-6)])
@pytest.mark.parametrize("levels", [2, 5])  # the colours are orthonormal to the last digit of float32
def test_inverse_undoes_forward(levels, dtype, tolerance, lift_width):
    icn = tiny_icn(levels=levels, lift_width=lift_width).to(dtype)
    x, quality = pictures(3, 32, 96).to(dtype), QUALITIES.to(dtype)
    torch.testing.assert_close(icn.inverse(*icn(x, quality), quality), x, rtol=0, atol=tolerance)


@lift_widths
def test_forward_undoes_inverse(lift_width):
    icn, quality = tiny_icn(lift_width=lift_width).double(), QUALITIES.double()
    top, *details = (part + draw(*part.shape, seed=1) for part in flat(icn(pictures(), quality)))
    again = flat(icn(icn.inverse(top, details, quality), quality))
    for ours, theirs in zip(again, [top, *details], strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


def flat(parts) -> list[torch.Tensor]:
    top, details = parts
    return [top, *details]


def test_no_sample_is_gained_or_lost():
    x = pictures()
    before = x.clone()
    top, details = tiny_icn().double()(x, QUALITIES.double())
    assert top.shape == (3, 3, 2, 3)
    assert [b.shape for b in details] == [(3, 9, 8, 12), (3, 9, 4, 6), (3, 9, 2, 3)]
    assert top.numel() + sum(b.numel() for b in details) == x.numel()
    assert torch.equal(x, before)


def test_random_lifting_is_far_from_none():
    # Without this, the tests of invertibility would say nothing about it.
    x, quality = pictures(), QUALITIES.double()
    plain = flat(tiny_icn(lift_width=0).double()(x, quality))
    top, finest, *details = zip(flat(tiny_icn().double()(x, quality)), plain, strict=True)
    assert torch.equal(*finest)  # nothing was lifted before it
    for lifted, haar in [top, *details]:
        assert (lifted - haar).abs().mean() > 0.02


def test_fresh_lifting_is_none():
    x, quality = pictures().float(), QUALITIES
    fresh, plain = ICN(tiny_icn_config()), ICN(tiny_icn_config(lift_width=0))
    for ours, theirs in zip(flat(fresh(x, quality)), flat(plain(x, quality)), strict=True):
        assert torch.equal(ours, theirs)


def test_squared_errors_add_up_over_the_haar_coefficients():
    icn, quality = tiny_icn(lift_width=0).double(), QUALITIES.double()
    x = pictures()
    top, details = icn(x, quality)
    top_error, *errors = (draw(*part.shape, seed=i) - 0.5 for i, part in enumerate([top, *details]))
    x_hat = icn.inverse(top + top_error, [b + e for b, e in zip(details, errors, strict=True)], quality)
    weighted = 4**LEVELS * top_error.square().sum() + sum(4 ** (i + 1) * e.square().sum() for i, e in enumerate(errors))
    torch.testing.assert_close((x_hat - x).square().sum(), weighted)


def test_lifting_keeps_volumes():
    quality = torch.tensor([30.0], dtype=torch.float64)

    def log_volume(icn: ICN) -> torch.Tensor:
        def vector(x):
            return torch.cat([part.flatten() for part in flat(icn(x.view(1, 3, 8, 8), quality))])

        jacobian = torch.autograd.functional.jacobian(vector, draw(192), vectorize=True)
        return torch.linalg.slogdet(jacobian).logabsdet

    torch.testing.assert_close(log_volume(tiny_icn().double()), log_volume(tiny_icn(lift_width=0).double()))


@lift_widths
def test_pictures_in_a_batch_have_their_own_quality(lift_width):
    icn, x, quality = tiny_icn(lift_width=lift_width).double(), pictures(), QUALITIES.double()
    together = flat(icn(x, quality))
    restored = icn.restore(x, quality)
    offered = in_code(icn, together[0].shape, quality, any_answer(0))
    for i in range(3):
        own = slice(i, i + 1)
        for ours, theirs in zip(flat(icn(x[own], quality[own])), together, strict=True):
            torch.testing.assert_close(ours, theirs[own])
        torch.testing.assert_close(icn.restore(x[own], quality[own]), restored[own])
        answers = [any_answer(0)(number, group) for number, group in enumerate(offered)]
        alone = in_code(icn, (1, *together[0].shape[1:]), quality[own], lambda n, _, a=answers, own=own: a[n][own])
        for one, all_of_them in zip(alone, offered, strict=True):
            torch.testing.assert_close(one.mean, all_of_them.mean[own])
            torch.testing.assert_close(one.log_scale, all_of_them.log_scale[own])
            torch.testing.assert_close(one.step, all_of_them.step[own])


def as_map(quality: torch.Tensor, top: torch.Tensor) -> torch.Tensor:
    return quality.view(-1, 1, 1, 1).repeat(1, 1, *top.shape[-2:])


def test_a_map_of_equal_numbers_is_that_quality():
    icn, x, quality = tiny_icn().double(), pictures(), QUALITIES.double()
    top, details = icn(x, quality)
    even = as_map(quality, top)
    for by_map, by_number in zip(flat(icn(x, even)), flat((top, details)), strict=True):
        torch.testing.assert_close(by_map, by_number)
    torch.testing.assert_close(icn.restore(x, even), icn.restore(x, quality))
    by_map, by_number = (in_code(icn, top.shape, q, any_answer(0)) for q in (even, quality))
    for one, other in zip(by_map, by_number, strict=True):
        torch.testing.assert_close(one.log_scale, other.log_scale)
        torch.testing.assert_close(one.step, other.step.expand_as(one.step))


def test_a_map_gives_each_place_its_own_step_and_the_transform_still_inverts():
    icn, x = tiny_icn().double(), pictures(1)
    top, _ = icn(x, QUALITIES[:1].double())
    quality = 100 * draw(1, 1, *top.shape[-2:], seed=1)
    torch.testing.assert_close(icn.inverse(*icn(x, quality), quality), x, atol=1e-6, rtol=0)
    for group in in_code(icn, top.shape, quality, any_answer(0)):
        height, width = group.step.shape[-2:]
        rows, columns = torch.arange(height) * top.shape[-2] // height, torch.arange(width) * top.shape[-1] // width
        expected = icn.step(quality[0, 0][rows][:, columns].flatten(), min(group.level, LEVELS - 1)).flatten()
        torch.testing.assert_close(group.step[0, 0].flatten(), expected)


# The closed loop


def coded_whole(number: int, group: Coefficients) -> torch.Tensor:
    return group.mean


@lift_widths
def test_true_coefficients_come_back(lift_width):
    icn, quality = tiny_icn(lift_width=lift_width).double(), QUALITIES.double()
    top, details = icn(pictures(), quality)
    sources = [*details, top]
    top_again, details_again = icn.code(top.shape, quality, lambda group: sources[group.level][:, group.channels])
    assert torch.equal(top_again, top)
    for ours, theirs in zip(details_again, details, strict=True):
        assert torch.equal(ours, theirs)


def test_each_coefficient_is_coded_once():
    icn = tiny_icn()
    top, details = icn(pictures(1, 24, 40).float(), QUALITIES[:1])
    visits = [torch.zeros(part.shape) for part in (*details, top)]

    def visit(number, group):
        where = torch.ones_like(visits[group.level][0, 0]) if group.where is None else group.where
        visits[group.level][:, group.channels] += where
        return group.mean

    in_code(icn, top.shape, QUALITIES[:1], visit)
    assert all((count == 1).all() for count in visits)


def test_levels_are_coded_from_the_top_and_luma_before_chroma():
    groups = in_code(tiny_icn(), (1, 3, 2, 3), QUALITIES[:1], coded_whole)
    luma, chroma = slice(0, 3), slice(3, 9)
    per_level = [luma, luma, chroma]
    assert [group.level for group in groups] == [LEVELS] + [level for level in (2, 1, 0) for _ in per_level]
    assert [group.channels for group in groups] == [luma] + per_level * LEVELS


def test_the_halves_of_luma_are_a_checkerboard():
    groups = in_code(tiny_icn(), (1, 3, 2, 3), QUALITIES[:1], coded_whole)
    for first, second in zip(groups[1::3], groups[2::3], strict=True):
        assert first.where[0, 0] and torch.equal(second.where, ~first.where)
        assert (first.where.diff(dim=0)).all() and (first.where.diff(dim=1)).all()


@pytest.mark.parametrize("changed", range(1 + 3 * LEVELS))
def test_no_group_is_predicted_from_itself_or_later_ones(changed):
    icn, shape, quality = tiny_icn().double(), (3, 3, 2, 3), QUALITIES.double()
    one, other = any_answer(1), any_answer(2)
    before = in_code(icn, shape, quality, one)
    after = in_code(icn, shape, quality, lambda number, group: (other if number >= changed else one)(number, group))
    for a, b in zip(before[: changed + 1], after[: changed + 1], strict=True):
        assert torch.equal(a.mean, b.mean) and torch.equal(a.log_scale, b.log_scale)
    for a, b in zip(before[changed + 1 :], after[changed + 1 :], strict=True):  # the prediction is not idle
        assert not torch.equal(a.mean, b.mean) and not torch.equal(a.log_scale, b.log_scale)


def test_what_a_coder_returns_outside_its_places_is_ignored():
    icn, shape, quality = tiny_icn().double(), (3, 3, 2, 3), QUALITIES.double()

    def only_there(number, group):
        answer = any_answer(1)(number, group)
        return answer if group.where is None else torch.where(group.where, answer, torch.nan)

    expected = in_code(icn, shape, quality, any_answer(1))
    for a, b in zip(in_code(icn, shape, quality, only_there), expected, strict=True):
        assert torch.equal(a.mean, b.mean) and torch.equal(a.log_scale, b.log_scale)


def test_log_scales_stay_within_their_range():
    icn = tiny_icn().double()
    for param in icn.priors.parameters():
        param.mul_(10)
    groups = in_code(icn, (3, 3, 2, 3), QUALITIES.double(), any_answer(0))
    values = torch.cat([group.log_scale.flatten() for group in groups])
    assert values.min() == LOG_SCALE_RANGE[0] and values.max() == LOG_SCALE_RANGE[1]


def test_a_fresh_net_predicts_a_constant_scale_whatever_the_step():
    groups = in_code(ICN(tiny_icn_config()), (3, 3, 2, 3), QUALITIES, coded_whole)
    for group in groups[1:]:
        sigma = (group.log_scale.exp() * group.step)[group.log_scale.abs() < 3]
        torch.testing.assert_close(sigma, torch.full_like(sigma, math.exp(-4)))


# Steps


def test_steps_halve_from_level_to_level_and_are_shared_by_the_top():
    groups = in_code(tiny_icn(), (3, 3, 2, 3), QUALITIES, coded_whole)
    steps = {group.level: group.step[:, :1] for group in groups}
    for level in range(LEVELS - 1):
        torch.testing.assert_close(steps[level + 1], steps[level] / 2)
    assert torch.equal(steps[LEVELS], steps[LEVELS - 1])
    assert all((group.step == steps[group.level]).all() for group in groups)


def test_lambda_spans_its_range_evenly_in_logarithm():
    low, high = LAMBDA_RANGE
    middle = math.sqrt(low * high)
    torch.testing.assert_close(log_lambda(torch.tensor([0.0, 50.0, 100.0])).exp(), torch.tensor([low, middle, high]))


@pytest.mark.parametrize("quality", [0.0, 30.0, 100.0])
@pytest.mark.parametrize("level", [0, 2])
def test_no_other_step_costs_less_at_high_rate(quality, level):
    # A uniform quantiser takes −log2 Δ bits and a constant; its squared error is Δ²/12, 4^(level + 1) times that in x.
    best = ICN(tiny_icn_config()).step(torch.tensor([quality]), level).double().squeeze()
    steps = best * torch.linspace(0.9, 1.1, 21)
    lam = log_lambda(torch.tensor(quality)).exp()
    loss = -steps.log2() + lam / 3 * 255**2 * 4 ** (level + 1) * steps**2 / 12
    assert loss.argmin() == 10


@pytest.mark.parametrize("steps", [(1.4, 1.1, 0.8), (0.5,)])
def test_steps_of_levels_are_multiples_of_the_best(steps):
    plain, own = ICN(tiny_icn_config()), ICN(tiny_icn_config(steps=steps))
    for level in range(LEVELS):
        ratio = own.step(QUALITIES, level) / plain.step(QUALITIES, level)
        torch.testing.assert_close(ratio, torch.full_like(ratio, steps[min(level, len(steps) - 1)]))


@pytest.mark.parametrize("steps", [(), (1.0,) * (LEVELS + 1), (1.0, 0.0), (-1.0,)])
def test_steps_that_fit_no_network_are_refused(steps):
    with pytest.raises(IRNError, match="got steps"):
        tiny_icn_config(steps=steps)


def test_an_error_counts_by_the_step_of_its_level():
    even = torch.full((1, 3, 16, 16), 0.1)
    finest = even * (-1) ** torch.arange(16)
    coarser = even * (-1) ** (torch.arange(16) // 2)
    for error, step in ((finest, 2.0), (coarser, 0.5), (even, 0.5)):
        found = weighed(error, torch.tensor([3.0]), (2.0, 0.5))
        torch.testing.assert_close(found, torch.tensor([3 * 0.1**2 / step**2]))


@pytest.mark.parametrize("steps", [(1.0,), (1.0, 1.0, 1.0)])
def test_errors_that_count_alike_are_a_weighted_mean_square(steps):
    error = pictures(2).float() - 0.5
    weight = torch.rand(2, 1, 2, 3)
    each = torch.nn.functional.interpolate(weight, error.shape[-2:], mode="nearest-exact")
    torch.testing.assert_close(weighed(error, weight, steps), (each * error.square()).mean((1, 2, 3)))


# Refinement and strips


def test_fresh_refinement_is_none_and_a_random_one_depends_on_the_quality():
    x = pictures(1).float().expand(3, -1, -1, -1)
    assert torch.equal(ICN(tiny_icn_config()).restore(x, QUALITIES), x)
    low, _, high = tiny_icn().restore(x, QUALITIES) - x
    assert low.abs().mean() > 0.03 and (low - high).abs().mean() > 0.03


@pytest.mark.parametrize("strip_pixels", [1, 150])
def test_network_in_strips_equals_the_whole(strip_pixels, monkeypatch):
    icn, x, quality = tiny_icn().double(), pictures(2, 80, 32), QUALITIES[1:].double()
    results = []
    for size in (1 << 30, strip_pixels):
        monkeypatch.setattr(coupling, "STRIP_PIXELS", size)
        with torch.no_grad():
            top, *details = flat(icn(x, quality))
            groups = in_code(icn, top.shape, quality, any_answer(0))
            offered = [part for group in groups for part in (group.mean, group.log_scale)]
            results.append([top, *details, icn.inverse(top, details, quality), icn.restore(x, quality), *offered])
    for whole, in_parts in zip(*results, strict=True):
        torch.testing.assert_close(in_parts, whole)


# Configuration


@pytest.mark.parametrize("changes", [{"own": 0}, {"own": 3}, {"own": 4}, {"levels": 1}])
def test_some_levels_have_nets_of_their_own_and_some_share_one(changes):
    with pytest.raises(IRNError, match="expected 0 < own < levels"):
        tiny_icn_config(**changes)


def test_config_survives_json():
    config = tiny_icn_config()
    assert ICNConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


# Training


def smooth_batch(count: int = 2) -> torch.Tensor:
    return torch.cat([from_uint8(to_tensor(smooth_pixels(32, 48, seed))) for seed in range(count)])


@pytest.mark.parametrize("quality", [5.0, 50.0, 95.0])
def test_gradients_reach_every_parameter(quality):
    torch.manual_seed(0)
    icn = tiny_icn().requires_grad_()
    rate_distortion_loss(icn, smooth_batch(), torch.full((2,), quality)).total.backward()
    for name, param in icn.named_parameters():
        assert param.grad is not None and param.grad.isfinite().all(), name
        assert param.grad.any(), name


def test_the_loss_is_rate_and_distortion_by_the_root_of_lambda():
    x, quality = smooth_batch(1), torch.tensor([40.0])
    with torch.no_grad():
        loss = rate_distortion_loss(tiny_icn(), x, quality)
    lam = log_lambda(quality).exp().item()
    squared_error = 255**2 * 10 ** (-loss.parts["psnr_rgb"] / 10)
    expected = (loss.parts["bpp"] + lam * squared_error) / math.sqrt(lam)
    assert loss.total.item() == loss.parts["loss"] == pytest.approx(expected, rel=1e-5)


def test_the_loss_of_a_batch_is_the_mean_of_its_pictures():
    icn, x = tiny_icn(), smooth_batch(3)
    with torch.no_grad():
        together = rate_distortion_loss(icn, x, QUALITIES)
        each = [rate_distortion_loss(icn, x[i : i + 1], QUALITIES[i : i + 1]) for i in range(3)]
    for key in ("bpp", "loss"):
        assert together.parts[key] == pytest.approx(sum(loss.parts[key] for loss in each) / 3, rel=0.01)


def test_the_loss_with_a_map_weighs_each_place_by_its_own_lambda():
    icn, x = tiny_icn(), smooth_batch(1)
    quality = torch.full((1, 1, *(side >> LEVELS for side in x.shape[-2:])), 30.0)
    with torch.no_grad():
        even = rate_distortion_loss(icn, x, quality)
        by_number = rate_distortion_loss(icn, x, torch.tensor([30.0]))
        quality[..., quality.shape[-1] // 2 :] = 90
        uneven = rate_distortion_loss(icn, x, quality)
    assert even.parts["loss"] == pytest.approx(by_number.parts["loss"], rel=0.01)
    assert uneven.parts["bpp"] > 1.5 * even.parts["bpp"]


@pytest.mark.parametrize("icn", [tiny_icn(), ICN(tiny_icn_config())], ids=["random", "fresh"])
def test_a_lower_lambda_gives_fewer_bits(icn):
    qualities = torch.linspace(0, 100, 6)
    with torch.no_grad():
        bpp = [rate_distortion_loss(icn, smooth_batch(1), quality[None]).parts["bpp"] for quality in qualities]
    assert bpp == sorted(bpp) and bpp[-1] > 5 * bpp[0]


@pytest.mark.parametrize("name", ["top_log_sigma", "filter.0.weight", "filter.6.bias"])
def test_gradients_are_exact_where_no_symbol_depends_on_the_weights(name):
    icn, x, quality = tiny_icn().double(), smooth_batch(1).double(), torch.tensor([40.0], dtype=torch.float64)
    param = icn.get_parameter(name).requires_grad_()
    direction = draw(*param.shape, seed=5) - 0.5
    rate_distortion_loss(icn, x, quality).total.backward()
    shift, totals = 1e-5, []
    with torch.no_grad():
        for sign in (1, -1):
            param += sign * shift * direction
            totals.append(rate_distortion_loss(icn, x, quality).total)
            param -= sign * shift * direction
    torch.testing.assert_close((totals[0] - totals[1]) / (2 * shift), (param.grad * direction).sum(), rtol=1e-5, atol=0)


@pytest.mark.parametrize(("size", "at"), [(0.2, 100.0), (1e-4, 0.0)], ids=["symbols", "sure zeros"])
def test_distortion_passes_straight_through_symbols_and_stops_at_sure_zeros(size, at, monkeypatch):
    monkeypatch.setattr(
        laplace, "soft_bits", lambda v, s: torch.zeros_like(v)
    )  # the rate alone feels the picture there
    icn, quality = ICN(tiny_icn_config()), torch.tensor([at])
    top, *details = (size * (part > 0.5).float() - size / 2 for part in flat(icn(pictures(1).float(), quality)))
    x = icn.inverse(top + size, [b + size for b in details], quality).detach().requires_grad_()
    rate_distortion_loss(icn, x, quality).total.backward()
    all_zero = 2 * log_lambda(quality).exp().sqrt() * 255**2 * (x.detach() - 0.5) / x.numel()
    expected = all_zero if at == 0 else torch.zeros_like(x)
    torch.testing.assert_close(x.grad, expected, rtol=2e-3, atol=1e-5)
