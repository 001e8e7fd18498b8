"""Figures as people read them."""

import math


def decibels(value: float) -> str:
    return f"{psnr_text(value)} dB"


def psnr_text(value: float) -> str:
    return "∞" if math.isinf(value) else f"{value:.2f}"


def ssim_text(value: float) -> str:
    return "—" if math.isnan(value) else f"{value:.4f}"


def looks_text(value: float | None) -> str:
    """A score of SSIMULACRA2; a dash where a picture is too small for one, dots while it is not known yet."""
    if value is None:
        return "…"
    return "—" if math.isnan(value) else f"{value:.1f}"


def seconds_text(value: float | None) -> str:
    return "…" if value is None else f"{value:.2f} s"


def kilobytes(count: float) -> str:
    return f"{count / 1000:,.1f} kB" if count < 1_000_000 else f"{count / 1e6:,.2f} MB"


def gain(ours: float, reference: float) -> str:
    """A difference in dB; a dash where a picture is exact."""
    return "—" if math.isinf(ours) or math.isinf(reference) else f"{ours - reference:+.2f} dB".replace("-", "−")


def ssim_gain(ours: float, reference: float) -> str:
    """A difference of SSIM; a dash where a picture is too small for one."""
    return "—" if math.isnan(ours - reference) else f"{ours - reference:+.4f}".replace("-", "−")
