"""What the core says, in Chinese: every pair belongs to a sentence of the code, and refusals are found."""

import re

import numpy as np
import pytest

pytest.importorskip("yaml")

import yaml
from PIL import Image

from demo.compress.coded import open_icn
from demo.kit.cards import notice
from demo.kit.core_words import in_own_words
from demo.kit.words import FIRST_LANGUAGE, LANGUAGES, WORDS, say, speak
from demo.rescale.tabs.motion.compute import open_clip
from demo.upload import read_upload
from irn_core.errors import IRNError
from irn_core.pictures.files import encode_png
from tests.helpers import noise_pixels
from tests.test_words import STRINGS

FURTHER = [language for language in LANGUAGES if language != FIRST_LANGUAGE]
PLACE = re.compile(r"\{\w+\}")
BREAK = re.compile(rf"{PLACE.pattern}|; |\. ")  # where one string of the code may end


@pytest.fixture
def chinese():
    speak("zh")
    yield
    speak(FIRST_LANGUAGE)


def refusal(make) -> str:
    with pytest.raises(IRNError) as caught:
        make()
    return str(caught.value)


@pytest.mark.parametrize("language", FURTHER)
def test_every_pair_belongs_to_a_sentence_of_the_code(language):
    for english, own in yaml.safe_load((WORDS / "core" / f"{language}.yaml").read_text(encoding="utf-8")):
        assert set(PLACE.findall(own)) == set(PLACE.findall(english)), english
        for piece in BREAK.split(english):
            assert any(piece.strip() in string for string in STRINGS), (english, piece)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no picture", "mine.png 不是这里能读取的图像；可读取 PNG"),
        (b"%PDF-1.7", "mine.png 是 PDF 文件，这里无法读取"),
        (encode_png(noise_pixels(40, 40))[:900], "mine.png 已损坏或不完整"),
    ],
)
def test_refused_pictures_are_refused_in_chinese(tmp_path, chinese, data, said):
    (tmp_path / "mine.png").write_bytes(data)
    english = refusal(lambda: read_upload(str(tmp_path / "mine.png"), "mine.png"))
    assert in_own_words(english).startswith(said)
    speak(FIRST_LANGUAGE)
    assert in_own_words(english) == english


def test_other_files_are_refused_in_chinese(tmp_path, chinese):
    (tmp_path / "no.icn").write_bytes(b"no file of ICN")
    assert in_own_words(refusal(lambda: open_icn(tmp_path / "no.icn", "no.icn"))).startswith("no.icn：这不是 .icn 文件")
    (tmp_path / "still.png").write_bytes(encode_png(noise_pixels(9, 9)))
    assert in_own_words(refusal(lambda: open_clip(str(tmp_path / "still.png")))).startswith("still.png 是静止图像")


def test_notices_are_given_in_the_language_of_the_page(tmp_path, chinese):
    Image.fromarray(np.full((8, 8, 4), 90, np.uint8)).save(tmp_path / "clear.png")
    notices = read_upload(str(tmp_path / "clear.png"), "clear.png").notices
    assert notice("clear.png", notices) == "clear.png：透明部分已置于白底。"
    speak(FIRST_LANGUAGE)
    assert notice("clear.png", notices) == "clear.png: transparent parts are put on white."


def test_what_has_no_pair_stays_as_it_is(chinese):
    assert in_own_words("nobody has translated this") == "nobody has translated this"
    assert in_own_words(say("kit.original")) == say("kit.original")
