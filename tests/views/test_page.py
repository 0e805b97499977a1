"""The page in a real browser: pointing, tapping, walking with the keyboard; light and dark; nothing from outside."""

from __future__ import annotations

import re

import pytest

from examples import quickstart, recurrence
from s2s_ad.views.lines import beside
from s2s_ad.views.page import page
from tests.views.browser import opened

LIT = "return [...document.querySelectorAll('li.lit')].map(l => [l.parentNode.dataset.what, l.innerText.trim()])"
# WCAG 2: the contrast of each text with what is behind it, also where that is translucent
CONTRAST = """
const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
function mixed(colors) {
  paint.clearRect(0, 0, 1, 1);
  for (const color of colors) { paint.fillStyle = color; paint.fillRect(0, 0, 1, 1); }
  return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
}
function lightness(rgb) {
  const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
return [...document.querySelectorAll(arguments[0])].map(text => {
  const behind = [];
  for (let box = text; box; box = box.parentElement) behind.unshift(getComputedStyle(box).backgroundColor);
  const back = mixed(behind), [a, b] = [lightness(back), lightness(mixed([...behind, getComputedStyle(text).color]))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
});
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def show(browser, tmp_path):
    """Opens the page of a function, in light and wide."""

    def open_page(f, *args):
        path = tmp_path / "page.html"
        path.write_text(page(beside(f, (), *args)), encoding="utf-8")
        colours("light", browser)
        browser.set_window_size(1500, 900)
        browser.get(path.as_uri())
        return browser

    return open_page


def colours(scheme, browser):
    """As a user prefers them, who also wants no motion: what is tested has then arrived where it goes."""
    wishes = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
    features = [{"name": name, "value": value} for name, value in wishes.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def point_at(browser, panel, text):
    from selenium.webdriver.common.action_chains import ActionChains

    line = line_of(browser, panel, text)
    ActionChains(browser).move_to_element(line).perform()
    return line


def line_of(browser, panel, text):
    (line,) = browser.find_elements("xpath", f"//ol[@data-what='{panel}']/li[normalize-space(code)='{text}']")
    return line


def press(browser, *keys):
    from selenium.webdriver.common.action_chains import ActionChains

    for key in keys:
        ActionChains(browser).send_keys(key).perform()


def lit(browser):
    """The lines that are lit, without their numbers, by panel."""
    found: dict[str, list[str]] = {}
    for panel, text in browser.execute_script(LIT):
        found.setdefault(panel, []).append(re.sub(r"^\d+\s+", "", text))
    return found


def test_pointing_at_a_line_lights_up_its_derivative_and_back(show):
    browser = show(recurrence.logistic, 0.3, 2.9, 9)
    assert lit(browser) == {}
    together = {
        "jvp": [
            "# x = r * x * (1.0 - x)  [recurrence.py:3]",
            "v = r * x",
            "v_dot = r_dot * x + x_dot * r",
            "v2 = 1.0 - x",
            "x = v * v2",
            "x_dot = v_dot * v2 - x_dot * v",
        ],
        "logistic": ["x = r * x * (1.0 - x)"],
        "grad": [
            "x_tape.append(x)",
            "x = r * x * (1.0 - x)",
            "# x = r * x * (1.0 - x)  [recurrence.py:3]",
            "v_bar = x_bar * (1.0 - x)",
            "r_bar += v_bar * x",
            "x_bar = r * (v_bar - x_bar * x)",
        ],
    }
    own = point_at(browser, "logistic", "x = r * x * (1.0 - x)")
    assert lit(browser) == together
    assert own.value_of_css_property("background-color") not in ("rgba(0, 0, 0, 0)", "transparent")
    assert len(browser.find_elements("css selector", "#bands path")) > 2
    point_at(browser, "logistic", "return x")
    assert lit(browser) == {"jvp": ["return x, x_dot"], "logistic": ["return x"]}
    point_at(browser, "grad", "r_bar += v_bar * x")
    assert lit(browser) == together
    said = browser.find_element("id", "said").text
    assert "logistic 3" in said and "grad" in said
    point_at(browser, "grad", "return x_bar, r_bar")
    assert lit(browser)["logistic"] == ["def logistic(x, r, n):"]


def test_the_keyboard_walks_along_lines_and_between_panels(show):
    from selenium.webdriver.common.keys import Keys

    browser = show(quickstart.f)
    press(browser, Keys.TAB, Keys.TAB)  # past the button, to the first panel
    assert lit(browser)["f"] == ["def f(x1, x2):"]
    press(browser, Keys.TAB, Keys.ARROW_DOWN)
    assert lit(browser)["f"] == ["return math.log(x1) + x1 * x2 - math.sin(x2)"]
    press(browser, Keys.ARROW_RIGHT)
    here = browser.switch_to.active_element
    assert here.find_element("xpath", "..").get_attribute("data-what") == "grad" and "lit" in here.get_attribute(
        "class"
    )
    press(browser, Keys.END)
    assert "return x1_bar, x2_bar" in lit(browser)["grad"]
    press(browser, Keys.ENTER)
    held = lit(browser)
    point_at(browser, "grad", "x1_bar = x2 + 1.0 / x1")
    assert lit(browser) == held
    press(browser, Keys.ESCAPE)
    assert lit(browser) == {}


def test_a_tap_holds_a_line_and_another_lets_go(show):
    browser = show(quickstart.f)
    line = line_of(browser, "grad", "x1_bar = x2 + 1.0 / x1")
    line.click()
    held = lit(browser)
    assert held["f"] == ["return math.log(x1) + x1 * x2 - math.sin(x2)"]
    point_at(browser, "f", "def f(x1, x2):")
    assert lit(browser) == held
    line.click()
    point_at(browser, "f", "def f(x1, x2):")
    assert lit(browser)["f"] == ["def f(x1, x2):"]


def test_helpers_stand_below_the_function_with_their_own_numbers(show):
    browser = show(recurrence.first_above, 1.0, 1.5, 10.0, 9)
    point_at(browser, "huber", "if abs(r) <= delta:")
    found = lit(browser)
    assert found["huber"] == ["if abs(r) <= delta:"]
    assert "if abs(x_2) <= 1.0:" in found["grad"]
    heading = browser.find_element("css selector", ".source h3").text
    assert heading == "huber, recurrence.py:14"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read_in_light_and_in_dark(show, scheme):
    browser = show(recurrence.logistic, 0.3, 2.9, 9)
    colours(scheme, browser)
    paper = browser.find_element("tag name", "body").value_of_css_property("background-color")
    assert (int(re.findall(r"\d+", paper)[0]) > 128) == (scheme == "light")
    assert min(browser.execute_script(CONTRAST, "header p, h1, h2 b, h2 small, li code, li code span, button")) > 4.5
    point_at(browser, "logistic", "x = r * x * (1.0 - x)")
    assert min(browser.execute_script(CONTRAST, "li.lit code, li.lit code span, footer")) > 4.5
    browser.find_element("id", "theme").click()
    turned = browser.find_element("tag name", "body").value_of_css_property("background-color")
    assert turned != paper


def test_nothing_is_asked_for_from_outside_and_a_phone_shows_it_all(show):
    browser = show(recurrence.logistic, 0.3, 2.9, 9)
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert browser.get_log("browser") == []
    assert "://" not in browser.page_source
    browser.set_window_size(500, 900)
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    tops = {each.get_attribute("class"): each.location["y"] for each in browser.find_elements("tag name", "section")}
    assert sorted(tops, key=tops.get) == ["source", "tangent", "adjoint"]
