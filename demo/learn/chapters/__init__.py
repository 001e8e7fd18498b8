"""The chapters of the lesson in their order."""

from demo.learn.chapters.bands import BandsChapter
from demo.learn.chapters.bitrate import Bitrate
from demo.learn.chapters.choices import ChoicesChapter
from demo.learn.chapters.draws import Draws
from demo.learn.chapters.noise import Noise
from demo.learn.chapters.pixels import Pixels
from demo.learn.chapters.shared import Shared
from demo.learn.chapters.training import Training

CHAPTERS = (Shared, Pixels, BandsChapter, ChoicesChapter, Noise, Draws, Training, Bitrate)
