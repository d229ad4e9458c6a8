"""The pages in a real browser, at a telephone's and a desk's width: nothing overflows, everything is labelled, legible
and within reach of the keyboard."""

import copy
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from apps.proposals import operations as cases
from apps.proposals.workflow import CaseRole
from apps.reports import approvals
from apps.reports.editing import operations as letters
from apps.reports.material import operations as material
from apps.reports.models import MaterialAnswer
from tests import factories as make
from tests.browser import follow, forgive, held_back, told

WIDTHS = {"telephone": (390, 844), "desk": (1440, 900)}

OVERFLOWING = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > wide) found.push(`page: ${document.documentElement.scrollWidth}`);
  for (const one of document.body.querySelectorAll("*")) {
    const box = one.getBoundingClientRect();
    if (!box.width || !box.height || one.closest(".visually-hidden, .skip, .table-scroll, .site-entries")) continue;
    if (box.right > wide + 1 || box.left < -1) found.push(`${one.tagName}.${one.className}: ${box.left}–${box.right}`);
  }
  return found;
}"""

UNLABELLED = """() => {
  const found = [], shown = (one) => one.getClientRects().length > 0;
  for (const one of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const words = [...one.labels].map((label) => label.textContent.trim()).join("") || one.getAttribute("aria-label");
    if (!words) found.push(`no label: ${one.name}`);
    const several = one.form?.elements[one.name] instanceof RadioNodeList;
    if (several && !one.closest("fieldset")?.querySelector("legend")?.textContent.trim())
      found.push(`no legend: ${one.name}`);
  }
  for (const one of document.querySelectorAll("a, button, summary"))
    if (shown(one) && !one.textContent.trim() && !one.getAttribute("aria-label"))
      found.push(`no words: ${one.outerHTML}`);
  for (const one of document.querySelectorAll("img:not([alt])")) found.push(`no alt: ${one.src}`);
  for (const one of document.querySelectorAll("[aria-describedby], label[for]")) {
    const named = one.getAttribute("for") || one.getAttribute("aria-describedby");
    for (const id of named.split(/\\s+/)) if (!document.getElementById(id)) found.push(`no such id: ${id}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) found.push(`id twice: ${id}`);
  for (const [what, count] of [["h1", 1], ["main", 1], ["header", 1], ["nav[aria-label]", 1]])
    if (document.querySelectorAll(what).length < count) found.push(`no ${what}`);
  const headings = [...document.querySelectorAll("h1")].filter((one) => !one.closest("article.paper"));
  if (headings.length !== 1) found.push("not one h1");
  if (document.documentElement.lang !== "zh-CN") found.push("language");
  return found;
}"""

FAINT = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const over = (layers) => {  // colours from the page up, drawn one over the other
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of layers) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => part / 255).map((x) => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = new Set();
  for (const one of document.body.querySelectorAll("*")) {
    const text = [...one.childNodes].filter((node) => node.nodeType === 3 && node.data.trim()).length;
    if (!text || !one.getClientRects().length || one.closest(".visually-hidden, .skip")) continue;
    const style = getComputedStyle(one), layers = [];
    for (let up = one; up; up = up.parentElement) layers.unshift(getComputedStyle(up).backgroundColor);
    layers.unshift(matchMedia("(prefers-color-scheme: dark)").matches ? "#000" : "#fff");
    const [back, front] = [light(over(layers)), light(over([...layers, style.color]))];
    const ratio = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05), size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700) ? 3 : 4.5;
    const words = one.textContent.trim().slice(0, 20);
    if (ratio < least) found.add(`${one.tagName}.${one.className} ${ratio.toFixed(2)}: ${words}`);
  }
  return [...found];
}"""


def written_letter(world, long):
    """A letter in parts with a note, a number typed by hand and one that fits, and material asked for."""
    office = {"by": world.office, "at": make.moment(2020, 10, 8)}
    letters.draft(world.session, **office)
    part = letters.add_part(
        world.session, kind="p", text=f"{long}共6件，占99.9%，{{没有的数}}件。" + "w" * 200, **office
    )
    letters.write_note(world.session, part, text=long, **office)
    due = make.moment(2020, 10, 20).date()
    material.ask(world.session, units=[world.housing, world.culture], text=long, due_on=due, **office)
    return part


@pytest.fixture
def year(transactional_db):
    """A world with long names and one proposal of each kind of page; returns world and addresses by person."""
    world = make.world()
    long = "关于加快推进大渡口区老旧小区海绵城市改造和滨江步道无障碍设施一体化建设并建立长效管护机制的建议" * 2
    roles = [(world.housing, CaseRole.LEAD), (world.culture, CaseRole.ASSIST)]
    proposal = make.handling(world, "001", title=long, text=long * 5, roles=roles, remark="x" * 300)
    case = make.case_of(proposal, world.housing)
    cases.prepare_opinion(
        make.case_of(proposal, world.culture), "a" * 200, by=world.culture_clerk, at=make.moment(2020, 4, 1)
    )
    cases.advise(make.case_of(proposal, world.culture), by=world.culture_head, at=make.moment(2020, 4, 2))
    make.rated(world, make.reply_at(world, case, "issued", code="B", body=long), "不满意")
    case.refresh_from_db()
    reply = make.reply_at(world, case, "leader_signoff", at=make.moment(2020, 6, 1), body="https://" + "w" * 300)
    for number in range(2, 6):
        make.assigned(world, f"{number:03}", title=long)
    new = make.registered(world, "006", title=long)
    part = written_letter(world, long)
    letter = make.letter_at(world, "leader_review")
    approvals.recall(letter, by=world.office, at=make.moment(2020, 11, 4))  # its texts can be written again
    other = copy.copy(world)
    other.session = cases.open_session("10-1", "十届一次会议", 2021, by=world.office, at=make.moment(2020, 1, 20))
    written_letter(other, long)
    to_sign = make.letter_at(other, "leader_review")
    page = proposal.get_absolute_url()
    return world, {
        "office": [
            "/",
            "/proposals/?q=&state=assigned",
            page,
            reverse("proposals:act", args=[new.pk, "assign"]),
            reverse("proposals:act", args=[proposal.pk, "adjust"]),
            reverse("proposals:register"),
            "/reports/letters/9-4/",
            "/reports/letters/9-4/texts/",
            "/reports/letters/9-4/act/submit/",
            letter.latest.get_absolute_url(),
            reverse("reports:edition_figure", args=[letter.latest.pk, 0]),
            reverse("reports:edition_reference", args=[letter.latest.pk, 0]),
            "/reports/letters/9-4/editor/",
            f"/reports/letters/9-4/editor/?edit={part.pk}",
            "/reports/letters/9-4/material/",
            "/reports/letters/9-4/themes/",
            "/reports/letters/9-4/versions/",
            "/reports/letters/10-1/editor/",
            "/reports/letters/10-1/material/",
        ],
        "clerk": [
            "/",
            page,
            reverse("proposals:act_on_case", args=[case.pk, "contact"]),
            reverse("reports:material_asked"),
            reverse("reports:material_give", args=[MaterialAnswer.objects.first().pk]),
        ],
        "leader": [
            "/",
            reverse("replies:act", args=[reply.pk, "sign"]),
            reverse("replies:detail", args=[reply.pk]),
            to_sign.latest.get_absolute_url(),
            "/reports/letters/10-1/act/sign/",
            "/reports/letters/10-1/",
        ],
        "secretary": [page, "/reports/letters/", "/reports/comparison/?session=9-4&session=10-1&units=on"],
        "auditor": ["/audit/"],
        "admin": ["/admin/accounts/user/"],
    }


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_their_width_and_are_labelled_and_legible(year, new_page, sign_in, width):
    world, urls = year
    wide, high = WIDTHS[width]
    wrong = {}
    for person, addresses in urls.items():
        page = new_page(viewport={"width": wide, "height": high})
        sign_in(page, world.people[person])
        for url in addresses:
            assert page.goto(url).ok, url
            if url.startswith("/admin/"):
                continue  # Django's own pages; that they open under the content policy is what is looked at
            for fold in reversed(page.locator("main details > summary").all()):
                fold.click()  # from below: an open menu hangs over what comes after it
            for name, check in (("overflow", OVERFLOWING), ("label", UNLABELLED), ("contrast", FAINT)):
                if found := page.evaluate(check):
                    wrong[url, name] = found
            if width == "desk":
                page.emulate_media(color_scheme="dark")
                if found := page.evaluate(FAINT):
                    wrong[url, "contrast in the dark"] = found
                page.emulate_media(color_scheme="light")
        page.context.close()
    assert wrong == {}


def test_the_keyboard_reaches_the_text_first_and_shows_where_it_is(year, page, sign_in):
    world, _ = year
    sign_in(page, world.office)
    page.goto("/proposals/")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "跳到正文"
    box = skip.bounding_box()
    assert box["x"] >= 0 and box["y"] >= 0 and box["height"] > 10, "the link is seen while it has the focus"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#content$"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    reached = set()
    for _ in range(40):
        focused = page.evaluate(
            """() => {
              const one = document.activeElement, style = getComputedStyle(one);
              if (one === document.body) return null;
              const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
              return {name: one.tagName + (one.name || one.textContent.trim().slice(0, 9)), ring};
            }"""
        )
        if focused is None:
            break
        assert focused["ring"], focused["name"]
        reached.add(focused["name"])
        page.keyboard.press("Tab")
    assert {"INPUTq", "BUTTON查找", "SUMMARY筛选与排序"} <= reached


def test_a_wrong_field_is_named_at_the_top_and_led_to(year, page, sign_in, problems):
    """Without the browser's own checks, as an old browser would send it."""
    world, _ = year
    sign_in(page, world.office)
    page.goto(reverse("proposals:register"))
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    page.get_by_label("案由").fill("关于增设过街天桥的建议")
    with page.expect_navigation() as posted:
        page.get_by_role("button", name="登记", exact=True).click()
    assert (posted.value.request.method, posted.value.status) == ("POST", 422)
    summary = page.get_by_role("alert")
    assert "没有保存" in summary.inner_text()
    summary.get_by_role("link", name="案号").click()
    expect(page).to_have_url(re.compile("#id_number$"))
    number = page.get_by_label("案号")
    assert number.get_attribute("aria-invalid") == "true"
    described = number.get_attribute("aria-describedby") or ""
    assert any("error" in part and page.locator(f"#{part}").is_visible() for part in described.split())
    assert page.get_by_label("案由").input_value() == "关于增设过街天桥的建议"
    forgive(page, problems, 422)


def test_typed_text_is_not_lost_with_a_closed_page_nor_sent_twice(year, page, sign_in):
    """A page with typed text may be left, the text is there again; a double click is taken for one."""
    world, _ = year
    today = timezone.localdate()
    cases.open_session("10-5", "十届五次会议", today.year, by=world.office, at=timezone.now())
    sign_in(page, world.office)
    page.goto(reverse("proposals:register"))
    page.get_by_label("案号").fill("901")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    follow(page.get_by_role("link", name="提案", exact=True))
    page.goto(reverse("proposals:register"))
    told(page, "已恢复上次未提交的内容")
    assert asked == []
    assert page.get_by_label("案号").input_value() == "901"
    page.get_by_label("届次").select_option("十届五次会议")
    page.get_by_label("案由").fill("关于增设过街天桥的建议")
    page.get_by_label("提案者").fill("赵堃")
    posts = []
    page.on("request", lambda sent: posts.append(sent.url) if sent.method == "POST" else None)
    with held_back(page, "**/register/"):  # else the second click could meet the next page
        page.get_by_role("button", name="登记", exact=True).dblclick()
    told(page, "已登记第901号提案")
    assert len(posts) == 1


def test_a_form_pressed_while_its_page_still_loads_is_sent_once(year, page, sign_in):
    """The loading comes to its end when the form is on its way already; only the way back frees it to be sent again."""
    world, _ = year
    sign_in(page, world.office)
    page.goto(reverse("proposals:register"))
    sent = page.evaluate(
        """() => {
          const button = document.querySelector("main form [type=submit]"), sent = [];
          button.form.noValidate = true;
          window.addEventListener("submit", (event) => { sent.push(!event.defaultPrevented); event.preventDefault(); });
          button.click();
          for (const persisted of [false, true]) {
            window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted }));
            button.click();
          }
          return sent;
        }"""
    )
    assert sent == [True, False, True]
