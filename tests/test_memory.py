"""Coding takes memory in proportion to the picture, so little that a photograph of 24 megapixels takes 2 GB."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT

BYTES_PER_PIXEL = 125
"""At 4 megapixels, where what does not grow with the picture has its share; at 24 it is below 83, so that 2 GB do."""
CODE = """
import re
from pathlib import Path
import torch
from tests.helpers import smooth_pixels, tiny_codec

def status(key):
    return 1024 * int(re.search(key + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

def peak(run):
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest value so far
    result = run()
    print((status("VmHWM") - began) / 2048**2)
    return result

torch.set_num_threads(1)
codec, pixels = tiny_codec(), smooth_pixels(2048, 2048)
codec.decode(codec.encode(pixels[:64, :64], 50), 1.0)
began = status("VmRSS")
data = peak(lambda: codec.encode(pixels, 50))
for tau in (0.0, 1.0):
    peak(lambda: codec.decode(data, tau))
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux tells the peak of memory")
def test_memory_for_coding_is_bounded_by_the_pixels():
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    peaks = [float(line) for line in done.stdout.split()]
    assert len(peaks) == 3 and min(peaks) > 9  # three bytes in, or out, and what is between
    assert max(peaks) < BYTES_PER_PIXEL, f"bytes per pixel to encode, decode, and draw: {peaks}"
