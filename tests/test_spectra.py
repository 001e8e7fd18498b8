"""The energy score of draws: which distribution has the smallest, and that it sees textures, not pixels."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from irn_core.ops.spectra import SIDES, distance, energy_score, spectra


def grain(generator: torch.Generator, sigma: float, coarse: bool = False) -> Tensor:
    """Grey with noise, of single pixels or of 2×2."""
    noise = torch.randn(1, 3, 64, 64, generator=generator)
    if coarse:
        noise = torch.nn.functional.avg_pool2d(noise, 2).mul(2).repeat_interleave(2, 2).repeat_interleave(2, 3)
    return 0.5 + sigma * noise


def mean_score(drawn: dict, true: dict, count: int = 40) -> float:
    generator = torch.Generator().manual_seed(0)
    scores = [
        energy_score(grain(generator, **drawn), grain(generator, **drawn), grain(generator, **true))
        for _ in range(count)
    ]
    return float(torch.stack(scores).mean())


@pytest.mark.parametrize("other", [{"sigma": 0.05}, {"sigma": 0.2}, {"sigma": 0.1, "coarse": True}, {"sigma": 0.0}])
def test_the_true_distribution_scores_best(other):
    true = {"sigma": 0.1}
    assert mean_score(true, true) < mean_score(other, true) - 0.01


def test_equal_distributions_are_at_no_distance():
    generator = torch.Generator().manual_seed(1)
    pairs = [[spectra(grain(generator, 0.1)) for _ in range(2)] for _ in range(40)]
    among = np.mean([distance(a, b).item() for a, b in pairs])
    across = np.mean([distance(a, d).item() for (a, _), (_, d) in pairwise(pairs)])
    assert across == pytest.approx(among, rel=0.01)


def test_equal_pictures_are_at_distance_zero_and_all_others_farther():
    generator = torch.Generator().manual_seed(2)
    a, b = grain(generator, 0.1), grain(generator, 0.1)
    assert distance(spectra(a), spectra(a)) == 0
    assert distance(spectra(a), spectra(b)) > 0


def test_a_grating_may_stand_anywhere_in_windows_of_a_few_waves():
    rows = torch.arange(64) / 3 * 2 * torch.pi
    gratings = [(0.5 + 0.2 * torch.sin(rows + phase)).expand(1, 3, 64, 64) for phase in (0.0, 1.0)]
    flat = torch.full((1, 3, 64, 64), 0.5)
    here, there, nowhere = (spectra(x)[2:] for x in (*gratings, flat))
    assert distance(here, there) < distance(here, nowhere) / 5


def test_the_energy_in_a_window_is_that_of_its_pixels():
    noise = grain(torch.Generator().manual_seed(3), 0.1) - 0.5
    luma_variance = 0.1**2 * sum(w * w for w in (0.299, 0.587, 0.114))
    magnitudes = spectra(noise)
    assert len(magnitudes) == len(SIDES)
    for side, found in zip(SIDES, magnitudes, strict=True):
        assert found.shape[-2:] == (side, side // 2 + 1)
        # Pixels count by Hann's window, whose mean is ½ along each axis.
        assert found[:, 0].square().mean().item() == pytest.approx(luma_variance / 4, rel=0.15)


def test_small_pictures_have_fewer_windows():
    assert len(spectra(torch.rand(2, 3, 12, 40))) == 2
