"""Every page in a real browser is for everybody, whatever the theme, the window and the device.

axe finds nothing, in light and dark; no text is below 14 px; nothing scrolls sideways on a telephone or at 200 % zoom;
what has the focus shows it. tests/every_page.py lists the pages; that none logs an error, breaks the content policy or
asks another host is watched by tests/browser.py, for every page that is opened.
"""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests import factories as make
from tests.browser import forgive, resize
from tests.every_page import areas, pages_of

DESK, TELEPHONE, ZOOMED = (1440, 900), (390, 844), (720, 450)  # the last: 1440 × 900 at 200 %

AXE = """async (rules) => {
  const options = {iframes: false, resultTypes: ["violations"]};
  if (rules) options.runOnly = rules;
  const {violations} = await axe.run(document, options);
  return violations.flatMap((one) => one.nodes.map(
    (node) => `${one.id}: ${node.html.replace(/\\s+/g, " ").slice(0, 160)} ${node.any.map((any) => any.message)}`));
}"""

WIDER_THAN_THE_WINDOW = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const scrolls = (one) => one && (getComputedStyle(one).overflowX !== "visible" || scrolls(one.parentElement));
  const found = [...document.body.querySelectorAll("*")].filter(
    (one) => one.getBoundingClientRect().right > wide + 1 && !scrolls(one.parentElement));
  return [`${document.documentElement.scrollWidth} px: ${found.map((one) => one.outerHTML.slice(0, 80)).join(" | ")}`];
}"""

SMALL = """() => {
  const found = new Set();
  for (const one of document.body.querySelectorAll("*")) {
    const words = [...one.childNodes].filter((node) => node.nodeType === 3 && node.data.trim()).length;
    if (!words || !one.checkVisibility() || one.closest(".visually-hidden, svg, script")) continue;
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (size < 14) found.add(`${size} px: ${one.outerHTML.slice(0, 80)}`);
  }
  return [...found];
}"""

FOCUS_NOT_SEEN = """() => {
  const found = [];
  const shown = (one) => one.checkVisibility({visibilityProperty: true});  // not what is folded away
  for (const one of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (one.disabled || !shown(one)) continue;
    one.focus();
    const style = getComputedStyle(one), ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    if (document.activeElement !== one || !ring) found.push(one.outerHTML.slice(0, 120));
  }
  return found;
}"""


@pytest.mark.parametrize("area", areas())
def test_every_page_is_for_everybody(transactional_db, new_page, sign_in, problems, area):
    world = make.world()
    pages = pages_of(area, world)
    assert pages
    opened, wrong = {}, {}
    for one in pages:
        if one.who not in opened:
            opened[one.who] = new_page(viewport={"width": DESK[0], "height": DESK[1]})
            if one.who:
                sign_in(opened[one.who], world.people[one.who])
        page = opened[one.who]
        answer = page.goto(one.url)
        assert answer.status == one.status, one
        if one.status != 200:  # of which the browser tells in the console
            forgive(page, problems, one.status)
        found = looked_at(page)
        problems[:] = [line for line in problems if not is_of_axe(line)]
        if found:
            wrong[f"{one.url} ({one.who})"] = found
    assert not wrong, "\n".join(
        f"{url} {name}: {one}" for url in wrong for name in wrong[url] for one in wrong[url][name]
    )


def looked_at(page):
    """{what is wrong: [where]} of the page that is open."""
    found = {"axe": axe(page), "small": page.evaluate(SMALL)}
    page.keyboard.press("Tab")  # whoever uses the keyboard sees where it is
    found["focus"] = page.evaluate(FOCUS_NOT_SEEN)
    page.emulate_media(color_scheme="dark")
    found["axe in the dark"] = axe(page, ["color-contrast"])
    page.emulate_media(color_scheme="light")
    for name, (width, height) in (("telephone", TELEPHONE), ("200 %", ZOOMED)):
        resize(page, width, height)
        found[name] = page.evaluate(WIDER_THAN_THE_WINDOW)
    resize(page, *DESK)
    return {name: places for name, places in found.items() if places}


def is_of_axe(line):
    """axe copies elements whose style a script has set, which the policy refuses; it comes from no file of the site."""
    return line.startswith("console: Applying inline style") and line.endswith("()")


def axe(page, rules=None):
    """Violations as text; `rules`: only those (of the others a colour cannot break any)."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(AXE, rules)
