"""Weights files: safetensors whose metadata hold the configuration, provenance and figures."""

import hashlib
import json
from pathlib import Path
from typing import NamedTuple, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from irn_core.errors import IRNError, WeightsError
from irn_core.nets.autoencoder import Autoencoder, AutoencoderConfig
from irn_core.nets.icn import ICN, ICNConfig
from irn_core.nets.irn import IRN, IRNConfig
from irn_core.nets.plain import PlainConfig, PlainRescaler
from irn_core.nets.restorer import Restorer, RestorerConfig

INSTALLED = Path(__file__).parent / "shipped_weights"
WEIGHTS_DIR = INSTALLED if INSTALLED.is_dir() else Path(__file__).parent.parent / "assets" / "weights"
"""Beside this file in an installed package, under assets/ in the repository."""
RIVALS_DIR = WEIGHTS_DIR / "rivals"
"""Networks to compare with, trained for a short time only."""
WITHOUT_DIR = WEIGHTS_DIR / "without"
"""Networks trained without one of the terms of the objective, to show what it is for, and one with all of them."""
Network = TypeVar("Network", IRN, PlainRescaler, ICN, Autoencoder, Restorer)
CONFIGS = {
    IRN: IRNConfig, PlainRescaler: PlainConfig, ICN: ICNConfig, Autoencoder: AutoencoderConfig,
    Restorer: RestorerConfig,
}  # fmt: skip
"""The networks that a file can hold; it names one by its class in lower case."""
RESCALERS = (IRN, PlainRescaler)
"""Networks with the interface of IRN."""


class WeightsInfo(NamedTuple):
    """What a weights file says of itself. `training` and `figures` are free-form, for the model card."""

    name: str
    network: type[torch.nn.Module]
    config: IRNConfig | PlainConfig | ICNConfig | AutoencoderConfig | RestorerConfig
    training: dict
    figures: dict
    params: int
    file_bytes: int


def count_params(model: torch.nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def save_model(
    model: Network, path: str | Path, training: dict, figures: dict | None = None, dtype: torch.dtype = torch.float32
) -> None:  # fmt: skip
    """Write the weights, with the configuration in the metadata, in one atomic step.

    In float16 files are half as large, and PSNR moves by less than 0.01 dB: nets compute in float32 all the same, and
    f and f⁻¹ share the rounded weights. A tensor that would overflow stays as it is.
    """
    metadata = {
        "architecture": type(model).__name__.lower(),
        "config": json.dumps(model.config.to_dict()),
        "training": json.dumps(training),
        "figures": json.dumps(figures or {}),
    }
    tensors = {name: _rounded(t.detach().float().cpu(), dtype) for name, t in model.state_dict().items()}
    path = Path(path)
    partial = path.with_suffix(".partial")
    try:
        save_file(tensors, partial, metadata)
        partial.chmod(0o644)
        partial.replace(path)
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{path} cannot be written ({error})") from error


def _rounded(tensor: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    rounded = tensor.to(dtype)
    return (rounded if rounded.isfinite().all() else tensor).contiguous()


def model_tag(name_or_path: str | Path) -> str:
    """Name and fingerprint of the weights, `irn-x2@0123456789ab`: the same tag, the same network."""
    path = find_weights(name_or_path)
    with open(path, "rb") as file:
        header = int.from_bytes(file.read(8), "little")
        file.seek(8 + header)  # the tensors alone: metadata may change
        return f"{path.stem}@{hashlib.sha256(file.read()).hexdigest()[:12]}"


def record_figures(path: str | Path, data: str, figures: dict) -> None:
    """Add scores on a data set to what the weights file says of itself."""
    info = read_info(path)
    with safe_open(path, "pt") as file:
        tensors = (file.get_tensor(name) for name in file.keys())  # noqa: SIM118
        dtype = min((tensor.dtype for tensor in tensors), key=lambda kind: kind.itemsize)
    save_model(load_model(path, info.network), path, info.training, info.figures | {data: figures}, dtype)


def find_weights(name_or_path: str | Path) -> Path:
    """The file of a shipped model (`irn-x2`), or the path itself.

    Raises:
        WeightsError: neither exists; the message lists the shipped models.
    """
    file = f"{name_or_path}.safetensors"
    for path in (WEIGHTS_DIR / file, RIVALS_DIR / file, WITHOUT_DIR / file, Path(name_or_path)):
        if path.is_file():
            return path
    known = ", ".join(path.stem for path in [*list_weights(), *list_rivals()]) or "(none ships)"
    raise WeightsError(f"no model {str(name_or_path)!r}; choose one of {known}, or give the path of a weights file")


def list_weights(*networks: type[torch.nn.Module]) -> list[Path]:
    """The weights files that ship with the project, by name; those of some kinds of network, or all."""
    files = sorted(WEIGHTS_DIR.glob("*.safetensors"), key=lambda path: path.stem)
    return [file for file in files if not networks or read_info(file).network in networks]


def list_rivals() -> list[Path]:
    """The rescaling networks that ship for comparison, by name."""
    return sorted(RIVALS_DIR.glob("*.safetensors"))


def read_info(path: str | Path) -> WeightsInfo:
    """What the file says of itself; reads no tensor."""
    path = Path(path)
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            params = sum(torch.Size(file.get_slice(key).get_shape()).numel() for key in file.keys())  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{path} is not a readable safetensors file ({error}); copy it again") from error
    networks = {network.__name__.lower(): network for network in CONFIGS}
    network = networks.get(metadata.get("architecture"))
    if network is None:
        raise WeightsError(
            f"{path} holds {metadata.get('architecture', 'unnamed')!r} weights; expected one of {', '.join(networks)}"
        )
    try:
        config = CONFIGS[network].from_dict(json.loads(metadata["config"]))
        training, figures = json.loads(metadata["training"]), json.loads(metadata["figures"])
    except (KeyError, TypeError, ValueError, AttributeError, IRNError) as error:
        raise WeightsError(f"{path} has unusable metadata ({error}); export it again with this version") from error
    return WeightsInfo(path.stem, network, config, training, figures, params, path.stat().st_size)


@torch.inference_mode(False)  # whoever asks first must not decide that nobody may ever take gradients through it
def load_model(name_or_path: str | Path, *kinds: type[Network]) -> Network:
    """A shipped model by name, or any weights file by path, in evaluation mode on the CPU; an IRN, or one of `kinds`.

    Raises:
        WeightsError: no such model, a damaged file, another kind of network, or tensors that do not fit.
    """
    path = find_weights(name_or_path)
    info, kinds = read_info(path), kinds or (IRN,)
    network = info.network
    if network not in kinds:
        expected = " or ".join(kind.__name__ for kind in kinds)
        raise WeightsError(f"{path}: {network.__name__} weights; expected {expected}")
    try:
        with torch.device("meta"):  # shapes without memory: a forged configuration may ask for any width
            expected = network(info.config).state_dict()
    except (TypeError, ValueError, RuntimeError, ZeroDivisionError) as error:
        raise WeightsError(f"{path} asks for an impossible network, {info.config} ({error})") from error
    state = load_file(path)
    _check_shapes(path, state, expected)
    model = network(info.config)
    model.load_state_dict(state)
    return model.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def _check_shapes(path: Path, state: dict, expected: dict) -> None:
    if missing := sorted(expected.keys() - state.keys()):
        raise WeightsError(f"{path} lacks {len(missing)} tensors, the first {missing[0]}; it fits another network")
    if extra := sorted(state.keys() - expected.keys()):
        raise WeightsError(f"{path} has {len(extra)} unknown tensors, the first {extra[0]}; it fits another network")
    for name, tensor in state.items():
        if tensor.shape != expected[name].shape:
            raise WeightsError(
                f"{path}: {name} has shape {tuple(tensor.shape)}, expected {tuple(expected[name].shape)}"
            )
