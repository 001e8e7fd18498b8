"""Weights come back as they were saved, and a file that does not fit says why."""

import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from irn_core import weights
from irn_core.errors import WeightsError
from irn_core.weights import (
    count_params,
    find_weights,
    list_weights,
    load_model,
    model_tag,
    read_info,
    record_figures,
    save_model,
)
from tests.helpers import tiny_irn

KINDS = {
    "plain": {},
    "dense": {"dense": True, "widths": (4,)},
    "fixed prior": {"prior_width": 0},
    "deep": {"depth": 2, "prior_depth": 0},
}
kinds = pytest.mark.parametrize("changes", KINDS.values(), ids=KINDS)


@pytest.fixture
def path(tmp_path):
    """A sound weights file of a tiny network."""
    save_model(tiny_irn(), tmp_path / "tiny.safetensors", {"steps": 3})
    return tmp_path / "tiny.safetensors"


def contents(path) -> tuple[dict, dict]:
    with safe_open(path, "pt") as file:
        return {key: file.get_tensor(key) for key in file.keys()}, file.metadata()  # noqa: SIM118


@kinds
def test_everything_survives(tmp_path, changes):
    irn, path = tiny_irn(**changes), tmp_path / "model.v1.safetensors"
    training, figures = {"steps": 7, "data": "photographs – ours"}, {"psnr": [1.5, 2]}
    save_model(irn, path, training, figures)
    again, info = load_model(path), read_info(path)
    assert again.config == info.config == irn.config
    assert (info.name, info.training, info.figures) == ("model.v1", training, figures)
    assert info.params == count_params(irn) == sum(p.numel() for p in irn.state_dict().values())
    assert info.file_bytes == path.stat().st_size
    assert irn.state_dict().keys() == again.state_dict().keys()
    assert all(torch.equal(tensor, again.state_dict()[name]) for name, tensor in irn.state_dict().items())
    assert [p.name for p in tmp_path.iterdir()] == [path.name]  # nothing half-written is left behind


@kinds
def test_a_loaded_model_computes_the_same(tmp_path, changes):
    irn = tiny_irn(**changes)
    save_model(irn, tmp_path / "m.safetensors", {})
    again = load_model(tmp_path / "m.safetensors")
    x, eps = torch.rand(1, 3, 8, 12), torch.randn(1, 9, 4, 6)
    y, z = irn(x)
    # A loaded model keeps its weights channels last, which may round differently.
    torch.testing.assert_close(again(x), (y, z), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(again.prior.denormalise(eps, y), irn.prior.denormalise(eps, y), rtol=1e-4, atol=1e-5)
    assert not again.training and not any(p.requires_grad for p in again.parameters())


def test_other_types_and_layouts_are_saved_as_float32(tmp_path):
    irn = tiny_irn().to(torch.bfloat16, memory_format=torch.channels_last)
    save_model(irn, tmp_path / "m.safetensors", {})
    tensors, _ = contents(tmp_path / "m.safetensors")
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float32}
    assert all(torch.equal(tensors[name], t.float()) for name, t in irn.state_dict().items())


def test_a_file_of_16_bits_is_half_as_large_and_stays_so(tmp_path):
    irn, path, whole = tiny_irn(), tmp_path / "m.safetensors", tmp_path / "whole.safetensors"
    with torch.no_grad():
        largest = next(irn.parameters())
        largest.flatten()[0] = 1e6  # float16 ends at 65,504
    save_model(irn, path, {}, dtype=torch.float16)
    save_model(irn, whole, {})
    tag = model_tag(path)
    record_figures(path, "Set5", {"psnr": 1.0})
    assert model_tag(path) == tag and path.stat().st_size < 0.7 * whole.stat().st_size
    for name, tensor in load_model(path).state_dict().items():
        exact = irn.state_dict()[name]
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, exact if exact.abs().max() > 65504 else exact.half().float())


def test_a_failed_save_leaves_the_old_file(path, monkeypatch):
    before = path.read_bytes()

    def fail(tensors, file, metadata):
        file.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(weights, "save_file", fail)
    with pytest.raises(WeightsError, match="disk full"):
        save_model(tiny_irn(seed=1), path, {})
    assert path.read_bytes() == before


# Files that do not fit


def refusal(path) -> str:
    with pytest.raises(WeightsError) as caught:
        load_model(path)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("share", [0, 0.001, 0.1, 0.5, 0.99])
def test_a_truncated_file_is_unreadable(path, share):
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    assert "not a readable safetensors file" in refusal(path)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n" + bytes(100), b"hello", b"PK\x03\x04" + bytes(500)])
def test_another_kind_of_file_is_unreadable(path, content):
    path.write_bytes(content)
    assert "not a readable safetensors file" in refusal(path)


def test_missing_tensors_are_named(path):
    tensors, metadata = contents(path)
    for name in tensors:
        save_file({k: t for k, t in tensors.items() if k != name}, path, metadata)
        message = refusal(path)
        assert "lacks 1 tensors" in message and name in message


def test_extra_tensors_are_named(path):
    tensors, metadata = contents(path)
    save_file(tensors | {"levels.9.bias": torch.zeros(2)}, path, metadata)
    message = refusal(path)
    assert "1 unknown tensors" in message and "levels.9.bias" in message


def test_wrong_shapes_are_named_with_what_was_expected(path):
    tensors, metadata = contents(path)
    for name, tensor in tensors.items():
        save_file(tensors | {name: tensor[:-1].contiguous()}, path, metadata)
        message = refusal(path)
        assert name in message
        assert str(tuple(tensor[:-1].shape)) in message and str(tuple(tensor.shape)) in message


def test_a_config_of_another_network_does_not_fit(path):
    tensors, metadata = contents(path)
    for change in ({"widths": [4]}, {"blocks": [3]}, {"blocks": [1]}, {"dense": True}, {"prior_width": 0}):
        config = json.loads(metadata["config"]) | change
        save_file(tensors, path, metadata | {"config": json.dumps(config)})
        refusal(path)


def test_another_architecture_is_named(path):
    tensors, metadata = contents(path)
    save_file(tensors, path, metadata | {"architecture": "vae"})
    assert "'vae'" in refusal(path) and "irn, plainrescaler, icn, autoencoder" in refusal(path)
    save_file(tensors, path)
    assert "unnamed" in refusal(path)


@pytest.mark.parametrize(
    "change",
    [
        {"config": "{"},
        {"config": "[]"},
        {"config": "7"},
        {"config": '{"scale": 3}'},
        {"config": '{"scale": "2"}'},
        {"config": '{"scale": 4}'},
        {"config": '{"colour": 1}'},
        {"config": '{"blocks": 2}'},
        {"training": "yes"},
        {"figures": ""},
    ],
    ids=str,
)
def test_broken_metadata_is_called_so(path, change):
    tensors, metadata = contents(path)
    save_file(tensors, path, metadata | change)
    assert "unusable metadata" in refusal(path)


@pytest.mark.parametrize("key", ["config", "training", "figures"])
def test_missing_metadata_is_called_so(path, key):
    tensors, metadata = contents(path)
    save_file(tensors, path, {k: v for k, v in metadata.items() if k != key})
    message = refusal(path)
    assert "unusable metadata" in message and key in message


# Names


def test_models_are_found_by_name_and_by_path(path, monkeypatch):
    monkeypatch.setattr(weights, "WEIGHTS_DIR", path.parent)
    assert list_weights() == [path]
    assert find_weights("tiny") == find_weights(path) == find_weights(str(path)) == path


def test_an_unknown_name_lists_the_known_ones(path, monkeypatch):
    save_model(tiny_irn(), path.with_name("another.safetensors"), {})
    monkeypatch.setattr(weights, "WEIGHTS_DIR", path.parent)
    for find in (find_weights, load_model):
        with pytest.raises(WeightsError, match=r"'nothing'.*another, tiny"):
            find("nothing")


@pytest.mark.parametrize("shipped", list_weights(), ids=lambda path: path.stem)
def test_shipped_weights_load_and_are_small(shipped):
    info = read_info(shipped)
    irn = load_model(shipped, info.network)
    assert info.file_bytes < 10e6
    assert info.params == count_params(irn)
    assert all(tensor.isfinite().all() for tensor in irn.state_dict().values())
    assert info.training


def test_recorded_figures_join_what_the_file_says(tmp_path):
    irn, path = tiny_irn(), tmp_path / "tiny.safetensors"
    save_model(irn, path, {"steps": 3}, {"Old": {"psnr_y": 30.0}})
    record_figures(path, "Set5", {"mean": {"psnr_y": 41.5}})
    info = read_info(path)
    assert info.training == {"steps": 3}
    assert info.figures == {"Old": {"psnr_y": 30.0}, "Set5": {"mean": {"psnr_y": 41.5}}}
    state = load_model(path).state_dict()
    assert all(torch.equal(state[name], tensor) for name, tensor in irn.state_dict().items())


@torch.inference_mode()
def test_weights_that_were_loaded_for_inference_can_be_refined_by_gradients():
    assert not any(param.is_inference() for param in load_model("irn-x2").parameters())
