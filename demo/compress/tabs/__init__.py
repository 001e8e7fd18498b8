"""The tabs of Compress. A new one is a file or folder here and a line in this list."""

from demo.compress.tabs.bits import Bits
from demo.compress.tabs.curve import CurveTab
from demo.compress.tabs.importance import Importance
from demo.compress.tabs.jpeg_steps import JpegSteps
from demo.compress.tabs.learned_steps import LearnedSteps
from demo.compress.tabs.lost_in_cells import LostInCells
from demo.compress.tabs.scaled import Scaled
from demo.kit.tab import Tab

TABS: tuple[type[Tab], ...] = (CurveTab, Bits, Importance, LostInCells, Scaled, JpegSteps, LearnedSteps)
