"""The picture viewer, driven in a browser: exact pixels, every mode, and a view that survives new values."""

from __future__ import annotations

import base64
import math

import numpy as np
import pytest

pytestmark = pytest.mark.browser
gr = pytest.importorskip("gradio")

from demo.kit.viewer import ViewerImage, build_viewer, viewer_value  # noqa: E402
from tests.helpers import close  # noqa: E402

HEIGHT, WIDTH, SCALE = 201, 322, 4  # not multiples of the scale: the last LR pixels stick out
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
READY = "() => document.querySelector('#viewer .viewer')?.viewerState?.().ready"


def noise(seed, height=HEIGHT, width=WIDTH):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def pictures(first_draw=1):
    """Random pictures under all kinds of keys; the draws begin with another seed after a resample."""
    lr = noise(3, math.ceil(HEIGHT / SCALE), math.ceil(WIDTH / SCALE))
    draws = {f"draw-{k}": noise(100 + first_draw + k) for k in (1, 2, 3)}
    near = noise(1)
    near[:, :, 1] ^= 1  # differs from the original by 1 in green alone: mean 1/3, maximum 1
    return {"original": noise(1), "reconstruction": near, "lr": lr, "bicubic": noise(4), **draws}


def value(first_draw=1, leave_out=(), label="", **options):
    images = [
        ViewerImage(k, f"{k.title()}{label}, tau 0.8 · 30.0 dB", p)
        for k, p in pictures(first_draw).items()
        if k not in leave_out
    ]
    return viewer_value(images, HEIGHT, WIDTH, SCALE, "original", "reconstruction", **options)


def other_size():
    return viewer_value(
        [
            ViewerImage("original", "Small", noise(9, 40, 60)),
            ViewerImage("reconstruction", "Small too", noise(8, 40, 60)),
        ],
        40,
        60,
        SCALE,
    )


@pytest.fixture(scope="module")
def address():
    with gr.Blocks() as app:
        view = build_viewer(value(), elem_id="viewer")
        build_viewer(elem_id="empty")
        for name, make in {
            "Resample": lambda: value(50, notice="New draws"),
            "Fewer": lambda: value(leave_out=("draw-3",)),
            "Other size": other_size,
            "Another": lambda: value(subject="another", opening=(100, 80), places=[(40, 30), (200, 150)]),
        }.items():
            gr.Button(name).click(make, None, view, show_progress="hidden")
        # Two values at once: whichever is decoded first, the later one has to stay.
        burst = gr.Button("Burst")

        def two():
            yield value(60, label=" early")
            yield value(70, label=" late")

        burst.click(two, None, view, show_progress="hidden")
    _, url, _ = app.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield url
    close(app)


class Driver:
    """The viewer on one page."""

    def __init__(self, page, address, query=""):
        self.page = page
        page.goto(address + query)
        page.wait_for_function(READY)
        self.stage = page.locator("#viewer .viewer-stage")

    @property
    def state(self):
        self.page.wait_for_function(READY)
        return self.page.evaluate("document.querySelector('#viewer .viewer').viewerState()")

    def canvas_hash(self):
        self.page.wait_for_function(READY)
        return hash(self.page.evaluate("document.querySelector('#viewer canvas').toDataURL()"))

    def click(self, selector):
        self.page.click(f"#viewer {selector}")

    def keys(self, *names):
        self.page.focus("#viewer .viewer")
        for name in names:
            self.page.keyboard.press(name)

    def text(self, selector):
        return self.page.inner_text(f"#viewer {selector}")

    def decoded(self, key):
        got = self.page.evaluate("k => document.querySelector('#viewer .viewer').viewerPixels(k)", key)
        rgba = np.frombuffer(base64.b64decode(got["rgba"]), np.uint8)
        return rgba.reshape(got["height"], got["width"], 4)

    def stage_point(self, x, y):
        """The page position of a picture point, for the modes with one pane."""
        box, state = self.stage.bounding_box(), self.state
        return (
            box["x"] + box["width"] / 2 + (x - state["center"][0]) * state["zoom"],
            box["y"] + box["height"] / 2 + (y - state["center"][1]) * state["zoom"],
        )

    def open_tab(self, name):
        """A tab of the open mode by its title; on a phone they are a list."""
        tab = self.page.get_by_role("tab", name=name)
        phone = self.page.locator("select.tab-list:visible", has_text=name)
        tab.or_(phone).locator("visible=true").first.wait_for()
        if phone.count():
            phone.select_option(label=name)
        else:
            tab.click()

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def wait_label(self, text):
        self.page.wait_for_function(
            "t => document.querySelector('#viewer .viewer-pick-a option')?.textContent.includes(t)", arg=text
        )


@pytest.fixture
def viewer(page, address):
    return Driver(page, address)


def test_pixels_are_exact(viewer):
    expected = pictures()
    assert viewer.state["keys"] == list(expected)
    for key, pixels in expected.items():
        got = viewer.decoded(key)
        assert np.array_equal(got[..., :3], pixels), key
        assert (got[..., 3] == 255).all()


def test_canvas_shows_the_pixels_at_whole_zooms(viewer):
    viewer.keys("2", "l")  # flip mode, without labels
    for zoom, flips in ((1, 0), (4, 1)):
        viewer.click(f"[data-zoom='{zoom}']")
        viewer.keys(*["Space"] * flips)
        state = viewer.state
        left, top, width, height, text = viewer.page.evaluate(
            """([x, y]) => {
              const canvas = document.querySelector('#viewer canvas');
              const box = canvas.getBoundingClientRect();
              const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
              let text = '';
              for (const byte of data) text += String.fromCharCode(byte);
              return [Math.round(x - box.x), Math.round(y - box.y), canvas.width, canvas.height, btoa(text)];
            }""",
            list(viewer.stage_point(0, 0)),
        )
        canvas = np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)[..., :3]
        picture = pictures()["reconstruction" if state["flipped"] else "original"]
        big = picture.repeat(zoom, 0).repeat(zoom, 1)
        view = big[max(0, -top) :, max(0, -left) :]
        part = canvas[max(0, top) :, max(0, left) :][: view.shape[0], : view.shape[1]]
        assert np.array_equal(part, view[: part.shape[0], : part.shape[1]])
        assert part.size > 50_000


def test_modes_by_button_and_key(viewer):
    seen = {}
    for number, mode in enumerate(["split", "flip", "side", "difference", "draws"], start=1):
        viewer.click(f"button[data-mode={mode}]")
        assert viewer.state["mode"] == mode
        assert viewer.page.get_attribute(f"#viewer button[data-mode={mode}]", "aria-pressed") == "true"
        viewer.page.mouse.move(1, 1)
        seen[mode] = viewer.canvas_hash()
        viewer.keys("1" if number > 1 else "2", str(number))
        assert viewer.state["mode"] == mode
        assert viewer.canvas_hash() == seen[mode]
    assert len(set(seen.values())) == 5


def test_flip(viewer):
    viewer.keys("Space")
    assert viewer.state["mode"] == "flip" and not viewer.state["flipped"]
    before, aria = viewer.canvas_hash(), "#viewer canvas"
    assert viewer.page.get_attribute(aria, "aria-label").startswith("Showing A, Original")
    viewer.keys("Space")
    assert viewer.state["flipped"] and viewer.canvas_hash() != before
    assert viewer.page.get_attribute(aria, "aria-label").startswith("Showing B, Reconstruction")
    viewer.page.mouse.click(*viewer.stage_point(50, 50))
    assert not viewer.state["flipped"]
    # After a mouse click on the mode button, space flips and does not press the button again.
    viewer.click("button[data-mode=flip]")
    viewer.page.keyboard.press("Space")
    assert viewer.state["flipped"]


def test_split_handle(viewer):
    before, box = viewer.canvas_hash(), viewer.stage.bounding_box()
    handle = viewer.page.locator("#viewer .viewer-handle").bounding_box()
    y = box["y"] + 50
    viewer.page.mouse.move(handle["x"] + handle["width"] / 2, y)
    viewer.page.mouse.down()
    viewer.page.mouse.move(box["x"] + box["width"] * 0.45, y)
    viewer.page.mouse.move(box["x"] + box["width"] * 0.4, y)
    viewer.page.mouse.up()
    assert viewer.state["split"] == pytest.approx(0.4, abs=0.01)
    assert viewer.canvas_hash() != before
    viewer.keys(".")
    assert viewer.state["split"] == pytest.approx(0.42, abs=0.01)
    viewer.page.focus("#viewer .viewer-handle")
    viewer.page.keyboard.press("ArrowLeft")
    assert viewer.state["split"] == pytest.approx(0.40, abs=0.01)


def test_zoom_and_pan(viewer):
    for zoom in (1, 2, 4, 8):
        viewer.click(f"[data-zoom='{zoom}']")
        assert viewer.state["zoom"] == zoom and not viewer.state["fit"]
    # The picture point under the pointer stays there while the wheel turns.
    viewer.click("[data-zoom='4']")
    x, y = viewer.stage_point(150, 90)
    viewer.page.mouse.move(x, y)
    viewer.page.mouse.wheel(0, -200)
    viewer.page.wait_for_timeout(100)
    assert viewer.state["zoom"] > 4.5
    assert viewer.stage_point(150, 90) == pytest.approx((x, y), abs=1)
    assert viewer.page.evaluate("scrollY") == 0
    # Drag, and then far beyond the edge: the picture stops at its border.
    viewer.click("[data-zoom='8']")
    center = viewer.state["center"]
    viewer.page.mouse.move(x, y)
    viewer.page.mouse.down()
    viewer.page.mouse.move(x + 80, y + 40, steps=3)
    viewer.page.mouse.up()
    assert viewer.state["center"] == pytest.approx([center[0] - 10, center[1] - 5], abs=0.1)
    viewer.keys(*["ArrowLeft"] * 60)
    half = viewer.stage.bounding_box()["width"] / 8 / 2
    assert viewer.state["center"][0] == pytest.approx(half, abs=0.1)
    viewer.keys("z")
    assert viewer.state["zoom"] == 1
    viewer.keys("+")
    assert viewer.state["zoom"] == 2
    viewer.keys("-", "0")
    assert viewer.state["fit"]


def test_view_survives_new_values(viewer):
    viewer.page.select_option("#viewer select[data-pick=b]", "draw-3")
    viewer.click("[data-zoom='4']")
    viewer.keys("ArrowLeft", "4", "]")
    before = viewer.state
    viewer.press("Resample")
    viewer.page.wait_for_selector("#viewer .viewer-notice:has-text('New draws')")
    after = viewer.state
    for name in ("mode", "a", "b", "zoom", "fit", "center", "gain"):
        assert after[name] == before[name], name
    assert np.array_equal(viewer.decoded("draw-3")[..., :3], pictures(50)["draw-3"])
    # A chosen picture that is gone gives way to the default; another size starts at Fit.
    viewer.press("Fewer")
    viewer.page.wait_for_selector("#viewer select[data-pick=b]:not(:has([value='draw-3']))")
    assert viewer.state["b"] == "reconstruction" and viewer.state["zoom"] == 4
    viewer.press("Other size")
    viewer.wait_label("Small")
    assert viewer.state["fit"] and viewer.state["size"] == [60, 40]


def test_other_draws_are_shown_and_what_they_change_is_marked(viewer):
    assert viewer.state["b"] == "reconstruction"
    viewer.press("Resample")
    viewer.page.wait_for_function("document.querySelector('#viewer .viewer').viewerState().flashing")
    assert np.array_equal(viewer.decoded("draw-1")[..., :3], pictures(50)["draw-1"])
    marked = viewer.page.evaluate("document.querySelector('#viewer canvas').toDataURL()")
    viewer.page.wait_for_function("!document.querySelector('#viewer .viewer').viewerState().flashing")
    assert viewer.state["b"] == "draw-1" and viewer.state["mode"] == "split"
    assert viewer.page.evaluate("document.querySelector('#viewer canvas').toDataURL()") != marked
    viewer.press("Fewer")  # nothing new for B: nothing is marked
    viewer.page.wait_for_selector("#viewer select[data-pick=b]:not(:has([value='draw-3']))")
    assert viewer.state["b"] == "draw-1"


def test_nothing_flashes_where_motion_is_unwelcome(new_page, address):
    viewer = Driver(new_page(reduced_motion="reduce"), address)
    viewer.press("Resample")
    viewer.page.wait_for_selector("#viewer .viewer-notice:has-text('New draws')")
    assert viewer.state["b"] == "draw-1" and not viewer.state["flashing"]


def test_a_new_subject_opens_where_it_shows_most_and_its_places_are_visited(viewer):
    assert viewer.page.locator("#viewer [data-action=place]").is_disabled()
    viewer.press("Another")
    viewer.page.wait_for_function("document.querySelector('#viewer .viewer').viewerState().zoom === 3")
    opened = viewer.state
    assert (opened["mode"], opened["fit"]) == ("side", False)
    assert opened["center"] == pytest.approx([100, 80], abs=40)  # never past the edge
    viewer.click("[data-action=place]")
    near = viewer.state["center"]
    viewer.keys("m")
    far = viewer.state["center"]
    assert far[0] > near[0] and far[1] > near[1]
    viewer.keys("m")
    assert viewer.state["center"] == near  # and round again
    viewer.keys("1")
    viewer.press("Other size")
    viewer.wait_label("Small")
    viewer.press("Another")
    viewer.wait_label("Original")
    assert viewer.state["mode"] == "split"  # as chosen


def test_draws_play_until_stopped(viewer):
    viewer.click("[data-action=play]")
    assert viewer.state["playing"] and viewer.state["mode"] == "flip" and viewer.state["flipped"]
    for key in ("draw-1", "draw-2", "draw-3"):
        viewer.page.wait_for_function("k => document.querySelector('#viewer .viewer').viewerState().b === k", arg=key)
    viewer.keys("r")
    assert not viewer.state["playing"]
    viewer.keys("r", "3")  # another mode stops it too
    viewer.page.wait_for_function("!document.querySelector('#viewer .viewer').viewerState().playing")


def test_last_of_quick_values_wins(viewer):
    viewer.press("Burst")
    viewer.wait_label("late")
    viewer.page.wait_for_timeout(300)
    assert "late" in viewer.text(".viewer-pick-a option >> nth=0")
    assert np.array_equal(viewer.decoded("draw-2")[..., :3], pictures(70)["draw-2"])


def test_choose_and_swap(viewer):
    viewer.page.select_option("#viewer select[data-pick=a]", "bicubic")
    viewer.page.select_option("#viewer select[data-pick=b]", "lr")
    assert (viewer.state["a"], viewer.state["b"]) == ("bicubic", "lr")
    before = viewer.canvas_hash()
    viewer.click("[data-action=swap]")
    assert (viewer.state["a"], viewer.state["b"]) == ("lr", "bicubic")
    assert viewer.canvas_hash() != before
    assert [
        label.inner_text().split("\n")[-1].split(",")[0] for label in viewer.page.locator("#viewer .viewer-label").all()
    ] == ["Lr", "Bicubic"]
    viewer.keys("s")
    assert (viewer.state["a"], viewer.state["b"]) == ("bicubic", "lr")


def test_pixel_readout(viewer):
    expected = pictures()
    viewer.page.select_option("#viewer select[data-pick=b]", "lr")
    viewer.click("[data-zoom='4']")
    for x, y in ((150, 90), (141, 103)):
        px, py = viewer.stage_point(x + 0.5, y + 0.5)
        viewer.page.mouse.move(px, py)
        viewer.page.wait_for_selector(f"#viewer .viewer-pixel:has-text('x {x}, y {y}')")
        text = viewer.text(".viewer-pixel")
        assert " ".join(map(str, expected["original"][y, x])) in text
        assert " ".join(map(str, expected["lr"][y // SCALE, x // SCALE])) in text
        assert f"({x // SCALE}, {y // SCALE})" in text


def test_difference_readout_and_gain(viewer):
    viewer.keys("4")
    assert viewer.state["difference"] == {"mean": pytest.approx(1 / 3), "max": 1}
    assert "mean 0.33, max 1 of 255" in viewer.text(".viewer-stats")
    before = viewer.canvas_hash()
    viewer.click("[data-gain='64']")
    assert viewer.state["gain"] == 64 and viewer.canvas_hash() != before
    viewer.keys("[")
    assert viewer.state["gain"] == 32
    # Against the low-resolution picture, every position meets the LR pixel that covers it.
    viewer.page.select_option("#viewer select[data-pick=b]", "lr")
    expected = pictures()
    covering = expected["lr"].repeat(SCALE, 0).repeat(SCALE, 1)[:HEIGHT, :WIDTH].astype(int)
    mean = np.abs(expected["original"] - covering).mean()
    assert viewer.state["difference"]["mean"] == pytest.approx(mean)


def test_draws(viewer):
    viewer.keys("5", ".", ".", "Enter")  # past the original, draw 1, draw 2
    assert viewer.state["mode"] == "split" and viewer.state["b"] == "draw-1"
    viewer.keys("5")
    box = viewer.stage.bounding_box()
    viewer.page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.75)
    assert viewer.state["mode"] == "split" and viewer.state["b"] == "draw-3"


def test_keys_leave_other_controls_alone(viewer):
    viewer.page.focus("#viewer select[data-pick=a]")
    viewer.page.keyboard.press("4")
    assert viewer.state["mode"] == "split"
    viewer.keys("?")
    assert viewer.page.is_visible("#viewer .viewer-help")
    viewer.keys("Escape")
    assert viewer.page.is_hidden("#viewer .viewer-help")


def test_empty_state(viewer):
    assert viewer.page.inner_text("#empty .viewer-empty") == "Nothing to compare yet"
    assert viewer.page.is_disabled("#empty button[data-mode=flip]")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_phone(new_page, address, theme):
    page = new_page(**PHONE)
    viewer = Driver(page, address, f"?__theme={theme}")
    for mode in ("split", "flip", "side", "difference", "draws"):
        page.tap(f"#viewer button[data-mode={mode}]")
        assert viewer.state["mode"] == mode
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = page.eval_on_selector_all(
        "#viewer button, #viewer select", "all => all.map(e => e.offsetHeight).filter(h => h)"
    )
    assert min(heights) >= 36


def fingers_on(page):
    """A function that moves fingers: a kind of touch event, and where they are."""
    touch = page.context.new_cdp_session(page)

    def fingers(kind, *points):
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": px, "y": py, "id": i} for i, (px, py) in enumerate(points)]},
        )

    return fingers


def test_touch(new_page, address):
    page = new_page(**PHONE)
    viewer = Driver(page, address)
    page.tap("#viewer [data-zoom='4']")
    x, y = viewer.stage_point(150.5, 90.5)
    page.touchscreen.tap(x, y)
    page.wait_for_selector("#viewer .viewer-pixel:has-text('x 150, y 90')")
    fingers = fingers_on(page)
    fingers("touchStart", (x, y - 30))
    fingers("touchStart", (x, y - 30), (x, y + 30))
    for spread in (40, 50, 60):
        fingers("touchMove", (x, y - spread), (x, y + spread))
    fingers("touchEnd")
    assert viewer.state["zoom"] == pytest.approx(8, rel=0.02)
    assert viewer.stage_point(150.5, 90.5) == pytest.approx((x, y), abs=2)
    center = viewer.state["center"]
    fingers("touchStart", (x - 30, y))
    fingers("touchStart", (x - 30, y), (x + 30, y))
    for step in (20, 40):
        fingers("touchMove", (x - 30 + step, y), (x + 30 + step, y))
    fingers("touchEnd")
    assert viewer.state["center"][0] == pytest.approx(center[0] - 5, abs=0.2)
    assert page.evaluate("scrollY") == 0


def test_one_finger_scrolls_the_page(new_page, address):
    page = new_page(**PHONE)
    viewer, fingers = Driver(page, address), fingers_on(page)
    page.tap("#viewer [data-zoom='4']")
    page.evaluate("document.body.style.minHeight = '3000px'")
    before = viewer.state["center"]
    x, y = viewer.stage_point(before[0] - 20, before[1])  # beside the handle of the split, which a finger moves

    def swipe():
        fingers("touchStart", (x, y))
        for step in range(10, 130, 20):
            fingers("touchMove", (x, y - step))
            page.wait_for_timeout(16)  # a frame
        fingers("touchEnd")

    swipe()
    page.wait_for_function("scrollY > 50")
    assert viewer.state["center"] == before
    assert page.inner_text("#viewer .viewer-fingers") == "Two fingers move and zoom the picture"
    page.wait_for_selector("#viewer .viewer-fingers", state="hidden")
    page.evaluate("scrollTo(0, 0)")
    swipe()
    page.wait_for_function("scrollY > 50")
    assert page.is_hidden("#viewer .viewer-fingers")  # said once


@pytest.mark.parametrize(
    "bad",
    [
        {"a": "nobody"},
        {"height": HEIGHT + 1},
    ],
)
def test_wrong_values_are_refused(bad):
    arguments = {
        "images": [ViewerImage("original", "Original", noise(1))],
        "height": HEIGHT,
        "width": WIDTH,
        "scale": SCALE,
    }
    with pytest.raises(ValueError):
        viewer_value(**{**arguments, **bad})
    with pytest.raises(ValueError):
        viewer_value(arguments["images"] * 2, HEIGHT, WIDTH, SCALE)
    with pytest.raises(ValueError):
        viewer_value([ViewerImage("original", "x", noise(1).astype(float))], HEIGHT, WIDTH, SCALE)
