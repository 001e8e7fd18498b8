"""JPEG in the training loop: what Pillow reads from its file, with a gradient."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from irn_core.errors import IRNError
from irn_core.ops.pixels import luma_of, pixels_of, tensor_of
from irn_core.ops.quantise import round8
from irn_core.training.jpeg import FULL, HALVED, QUALITIES, any_file, through_jpeg
from irn_core.training.tasks import RescaleTask
from tests.helpers import smooth_pixels, tiny_config, tiny_irn


def saved(pixels: np.ndarray, quality: int, subsampling: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=subsampling)
    return np.asarray(Image.open(file))


@pytest.mark.parametrize("subsampling", [FULL, HALVED])
@pytest.mark.parametrize("quality", [60, 90, 98])
@pytest.mark.parametrize("size", [(16, 16), (13, 21)])
def test_it_is_what_pillow_decodes(size, quality, subsampling):
    pixels = smooth_pixels(*size, seed=1)
    found = through_jpeg(tensor_of(pixels), quality, subsampling)
    assert np.array_equal(pixels_of(found), saved(pixels, quality, subsampling))


def gradient(y: torch.Tensor, direction: torch.Tensor, subsampling: int) -> torch.Tensor:
    y = y.clone().requires_grad_(True)
    (through_jpeg(y, 90, subsampling) * direction).sum().backward()
    return y.grad


def test_its_gradient_is_the_identity_but_for_fine_chroma():
    y, direction = torch.rand(1, 3, 9, 14), torch.randn(1, 3, 9, 14)
    assert torch.equal(gradient(y, direction, FULL), direction)
    grey = direction[:, :1].expand(-1, 3, -1, -1)
    halved = gradient(y, direction, HALVED)
    torch.testing.assert_close(halved.sum(1), direction.sum(1), atol=1e-5, rtol=0)  # what moves all colours alike
    blocks = torch.zeros(1, 3, 10, 14)
    blocks[:, 0, ::2, ::2], blocks[:, 0, 1::2, ::2] = 1.0, -1.0  # alternates within each 2×2
    red = gradient(torch.rand(1, 3, 10, 14), blocks, HALVED)
    assert red.abs().max() < blocks.abs().max()
    assert luma_of(grey).isfinite().all()


def test_files_differ_and_a_seed_repeats_them():
    y = torch.rand(1, 3, 16, 16).expand(24, -1, -1, -1)
    torch.manual_seed(3)
    arrived = any_file(y)
    torch.manual_seed(3)
    assert torch.equal(any_file(y), arrived)
    lossless = [torch.equal(one, round8(y[0])) for one in arrived]
    assert 0 < sum(lossless) < 12
    possible = [saved(pixels_of(y[:1]), q, s) for q in range(QUALITIES[0], QUALITIES[1] + 1) for s in (FULL, HALVED)]
    for one, kept in zip(arrived.split(1), lossless, strict=True):
        assert kept or any(np.array_equal(pixels_of(one), other) for other in possible)


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_a_task_with_jpeg_reads_from_files_in_every_stage(stage, monkeypatch):
    irn, x, read = tiny_irn(), torch.rand(2, 3, 32, 32), []
    monkeypatch.setattr("irn_core.training.tasks.any_file", lambda y: read.append(y) or any_file(y))
    for jpeg in (False, True):
        RescaleTask(tiny_config(), jpeg=jpeg).loss(irn, x, stage)
        assert len(read) == jpeg


def test_a_task_for_the_likeliest_picture_alone_draws_nothing_and_trains_all_but_the_whitener():
    irn, x = tiny_irn().requires_grad_(True), torch.rand(2, 3, 8, 8)
    drawn, alone = (RescaleTask(tiny_config(), likeliest=likeliest).loss(irn, x, 2) for likeliest in (False, True))
    assert "crps" in drawn.parts and "crps" not in alone.parts
    assert alone.parts["psnr_rgb"] == pytest.approx(drawn.parts["psnr_rgb"], abs=0.1)  # bf16, where the machine has it
    alone.total.backward()
    assert all(param.grad.abs().sum() > 0 for param in irn.levels.parameters())
    with pytest.raises(IRNError, match="draws"):
        RescaleTask(tiny_config(), 0, 1, likeliest=True, without="guide")
