"""Modelling lost information: invertible rescaling and compression of pictures.

>>> import irn_core
>>> sorted(irn_core.__all__)[:4]
['ICN', 'ICNConfig', 'IRN', 'IRNConfig']
"""

from irn_core.coding.codec import decode, encode
from irn_core.errors import ImageError, IRNError, StreamError, WeightsError
from irn_core.nets.icn import ICN, ICNConfig
from irn_core.nets.irn import IRN, IRNConfig
from irn_core.ops.metrics import psnr_rgb, psnr_y, ssim_rgb, ssim_y
from irn_core.ops.quantise import round8
from irn_core.pictures.files import read_picture
from irn_core.rescale import downscale, split, upscale
from irn_core.weights import load_model, save_model

__all__ = [
    "ICN",
    "IRN",
    "ICNConfig",
    "IRNConfig",
    "IRNError",
    "ImageError",
    "StreamError",
    "WeightsError",
    "decode",
    "downscale",
    "encode",
    "load_model",
    "psnr_rgb",
    "psnr_y",
    "read_picture",
    "round8",
    "save_model",
    "split",
    "ssim_rgb",
    "ssim_y",
    "upscale",
]
