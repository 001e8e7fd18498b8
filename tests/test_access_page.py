"""The page for everybody: no violation of WCAG 2.2 AA that axe finds, names, keys, what is told, and a phone."""

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
SMALLEST = 12
"""CSS pixels of the letters on a phone."""
SIDEWAYS = """() => [...document.querySelectorAll('main *')]
    .filter(node => node.checkVisibility() && !node.ownerSVGElement)
    .filter(node => !node.closest('.visually-hidden, .lr, pre, .cm-editor, .viewer-canvas'))
    .filter(node => node.getBoundingClientRect().width > 0 && node.getBoundingClientRect().right > innerWidth + 1)
    .map(node => `${node.closest('[id]')?.id} ${node.tagName} ${node.getAttribute('class')}`)"""
"""What runs out of the screen; an LR in its true size and code scroll in places of their own."""
SMALL = """least => {
    const found = [], walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode, node = text.parentElement;
        if (!text.data.trim() || !node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
        if (node.closest('sub, sup, option, .katex, .visually-hidden, .info-text')) continue;
        const matrix = node.getScreenCTM?.();
        const size = parseFloat(getComputedStyle(node).fontSize) * (matrix ? Math.hypot(matrix.a, matrix.b) : 1);
        if (size < least - 0.05) found.push(`${size} ${text.data.trim()}`);
    }
    return found;
}"""
SETTLED = """() => !document.documentElement.matches('.busy')
    && ![...document.querySelectorAll('.computing')].some(node => node.offsetParent)"""


def open_in(new_page, address, mode: str, dark: bool, **options):
    page = new_page(color_scheme="dark" if dark else "light", **options)
    page.goto(f"{address}?mode={mode}{'&__theme=dark' if dark else ''}")
    page.wait_for_function("document.querySelector('#learn,#benchmark,#told:not(:empty)')")
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


def test_axe_finds_no_violation(new_page, address):
    assert violations(open_in(new_page, address, "rescale", dark=True, **DESKTOP)) == []


def phone_faults(page) -> list[str]:
    """What runs out sideways or is too small to read, and plots beside each other."""
    beside = """() => [...document.querySelectorAll('.plots')].filter(plots => plots.checkVisibility())
        .filter(plots => new Set([...plots.children].map(plot => plot.getBoundingClientRect().left)).size > 1)
        .map(plots => `${plots.closest('[id]').id} stand beside each other`)"""
    return [*page.evaluate(SIDEWAYS), *page.evaluate(SMALL, SMALLEST), *page.evaluate(beside)]


def test_on_a_phone_nothing_runs_out_sideways(new_page, address):
    page = open_in(new_page, address, "compress", dark=False, **PHONE)
    assert page.locator(".measures td").count() and phone_faults(page) == []
    for number, shown in ((1, "#curve-chart svg.narrow"), (2, "#bits-figure img")):
        page.locator("select.tab-list:visible").select_option(index=number)
        page.locator(shown).first.wait_for()
        assert phone_faults(page) == []
    titles = page.eval_on_selector_all("#bits-figure img", "plots => plots.map(plot => plot.alt)")
    assert len(titles) == 2 and all(any(letter.isdigit() for letter in title) for title in titles)


@pytest.mark.slow
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("mode", ["rescale", "compress", "learn", "benchmark"])
def test_axe_finds_no_violation_in_any_tab(new_page, address, mode, dark, size):
    page = open_in(new_page, address, mode, dark, **size)

    def faults() -> list[str]:
        return violations(page) + (phone_faults(page) if size is PHONE else [])

    assert faults() == []
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
        assert faults() == [], number
        if mode == "learn" and page.locator(".slide:not([hidden]) .ask button").count():
            page.locator(".slide:not([hidden]) .ask button").first.click()
            assert faults() == [], f"{number} answered"


def test_keys_reach_what_has_a_name_and_only_results_are_told(new_page, address):
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
    page.wait_for_function(SETTLED)
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
    told = {line for line in page.evaluate("heard") if line}
    assert told == {f"astronaut, ×2: 4 draws at τ = {page.input_value('#tau input[type=number]')} · Measures"}


@pytest.mark.slow
@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_where_motion_is_unwelcome(new_page, address, motion):
    page = new_page(reduced_motion=motion)
    page.goto(f"{address}?mode=rescale&tab=arithmetic")
    page.locator(".flip img").first.wait_for()
    assert bool(page.evaluate("document.getAnimations().length")) == (motion == "no-preference")
