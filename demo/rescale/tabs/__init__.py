"""The tabs of Rescale. A new one is a file or folder here and a line in this list."""

from demo.kit.tab import Tab
from demo.rescale.tabs.arithmetic import Arithmetic
from demo.rescale.tabs.bands import Bands
from demo.rescale.tabs.break_it import BreakIt
from demo.rescale.tabs.choices import ChoicesTab
from demo.rescale.tabs.gaussian import Gaussian
from demo.rescale.tabs.lost_bits import LostBits
from demo.rescale.tabs.motion import Motion
from demo.rescale.tabs.plane import Plane
from demo.rescale.tabs.refine import Refine
from demo.rescale.tabs.rivals import Rivals
from demo.rescale.tabs.temperature import Temperature
from demo.rescale.tabs.variability import VariabilityTab

TABS: tuple[type[Tab], ...] = (
    VariabilityTab,
    Bands,
    LostBits,
    Gaussian,
    Temperature,
    Plane,
    Refine,
    ChoicesTab,
    Rivals,
    Motion,
    Arithmetic,
    BreakIt,
)
