"""What a run starts from: weights as they are, in a larger network, or in one with narrower subnets."""

import torch
from torch import Tensor

from irn_core.errors import WeightsError
from irn_core.nets.coupling import PlainNet
from irn_core.weights import Network, load_model


def start_from(name_or_path: str, network: type[Network], config: object) -> Network:
    """The weights as they are, or in another network of the same kind.

    What is new in it is the identity. Where it is narrower in front of the last convolution of a subnet (`waist`),
    the channels stay that weigh most; where it has no whitener, that is left out.

    Raises:
        WeightsError: the configuration has no place for some of the weights, or as `load_model` does.
    """
    net = load_model(name_or_path, network)
    if net.config == config:
        return net
    other = network(config)
    state, room = net.state_dict(), other.state_dict()
    if not getattr(config, "whitener_width", 0):
        state = {name: tensor for name, tensor in state.items() if not name.startswith("prior.whitener.")}
    for name, subnet in other.named_modules():
        if isinstance(subnet, PlainNet):
            _keep_heaviest(state, name, len(subnet) - 3, len(subnet[-3].bias))
    if any(name not in room or tensor.shape != room[name].shape for name, tensor in state.items()):
        raise WeightsError(f"{name_or_path} is {net.config}, which does not fit into what was asked for, {config}")
    other.load_state_dict(state, strict=False)
    return other


def _keep_heaviest(state: dict[str, Tensor], subnet: str, index: int, kept: int) -> None:
    """Narrow layer `index` of a subnet, the last but one convolution, to `kept` channels, if it has more."""
    here, behind = f"{subnet}.{index}", f"{subnet}.{index + 2}"
    if f"{here}.bias" not in state or len(state[f"{here}.bias"]) <= kept:
        return
    into = state[f"{here}.weight"].flatten(1).norm(dim=1)
    out_of = state[f"{behind}.weight"].transpose(0, 1).flatten(1).norm(dim=1)
    channels = torch.topk(into * out_of, kept).indices.sort().values
    for name in (f"{here}.weight", f"{here}.bias"):
        state[name] = state[name][channels]
    state[f"{behind}.weight"] = state[f"{behind}.weight"][:, channels]
