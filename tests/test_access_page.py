"""The page for everybody: no violation of WCAG 2.2 AA that axe finds, names, keys, and what is told."""

import pytest

pytest.importorskip("gradio")
axe_core = pytest.importorskip("axe_playwright_python.sync_playwright")

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""Tags of axe's rules: all levels that AA of WCAG 2.2 stands on."""
RULES = {"runOnly": {"type": "tag", "values": LEVELS}, "rules": {"heading-order": {"enabled": True}}}
KNOWN: dict[str, str] = {}
"""What Gradio does wrong and neither style nor script can mend: the rule, and why. Nothing is left."""
DESKTOP, PHONE = {"viewport": {"width": 1440, "height": 900}}, {
    "viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2,
}  # fmt: skip
SETTLED = """() => !document.querySelector('#status textarea').value.includes('…')
    && ![...document.querySelectorAll('.computing, progress')].some(node => node.offsetParent)"""


def open_in(new_page, address, mode: str, dark: bool, **options):
    page = new_page(color_scheme="dark" if dark else "light", **options)
    page.goto(f"{address}?mode={mode}{'&__theme=dark' if dark else ''}")
    page.wait_for_function("document.querySelector('#told')?.textContent || document.querySelector('#benchmark,#learn')")
    page.wait_for_function(SETTLED)
    page.wait_for_timeout(600)  # names are given a moment after a change
    return page


def violations(page) -> list[str]:
    found = axe_core.Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found if rule["id"] not in KNOWN
        for node in rule["nodes"]
    ]  # fmt: skip


@pytest.mark.parametrize("mode", ["rescale", "compress", "learn", "benchmark"])
def test_axe_finds_no_violation(new_page, address, mode):
    assert violations(open_in(new_page, address, mode, dark=mode in ("compress", "benchmark"), **DESKTOP)) == []


@pytest.mark.slow
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("mode", ["rescale", "compress", "learn", "benchmark"])
def test_axe_finds_no_violation_in_any_tab(new_page, address, mode, dark, size):
    page = open_in(new_page, address, mode, dark, **size)
    assert violations(page) == []
    steps = page.locator("#lesson .dots button" if mode == "learn" else "[role=tab]:visible")
    phone = page.locator("select.tab-list:visible")
    count = phone.locator("option").count() if phone.count() else steps.count()
    for number in range(1, count):
        if phone.count():
            phone.select_option(index=number)
        else:
            steps.nth(number).click()
        page.wait_for_function(SETTLED, timeout=180_000)
        page.wait_for_timeout(400)
        assert violations(page) == [], number
        if mode == "learn" and page.locator(".slide:not([hidden]) .ask button").count():
            page.locator(".slide:not([hidden]) .ask button").first.click()
            assert violations(page) == [], f"{number} answered"


def test_keys_and_names(new_page, address):
    page = open_in(new_page, address, "rescale", dark=False, **DESKTOP)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('#viewer .viewer')")
    for role, name in (
        ("group", "Scale s"), ("group", "What to do with the picture"), ("button", "coffee, example 2 of 8"),
        ("button", "or drop, paste or upload one"), ("slider", "Temperature τ"), ("spinbutton", "Temperature τ"),
    ):  # fmt: skip
        assert page.get_by_role(role, name=name, exact=True).count() == 1, name
    page.focus("#scale input:checked")
    page.keyboard.press("ArrowLeft")  # a group is one stop, and arrows choose in it
    page.wait_for_function("document.querySelector('#told').textContent.startsWith('astronaut, ×2: 4 draws')")
    page.focus("#tau input[type=range]")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_only_results_are_told(new_page, address):
    page = open_in(new_page, address, "rescale", dark=False, **DESKTOP)
    page.evaluate(
        """() => {
        window.heard = [];
        new MutationObserver(() => heard.push(document.querySelector('#told').textContent))
            .observe(document.querySelector('#told'), { childList: true });
        }"""
    )
    page.click("#resample")
    page.wait_for_function("heard.at(-1)?.includes('draws')")
    page.wait_for_function(SETTLED)
    assert {line for line in page.evaluate("heard") if line} == {"astronaut, ×4: 4 draws at τ = 1 · Measures"}
