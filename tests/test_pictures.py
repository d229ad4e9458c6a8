"""图表: each figure with its list, what a post sees, the page in a real browser, the annex of the annual letter."""

import datetime
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.documents.content import Picture
from apps.figures.pictures import picture_of_progress, splits_of
from apps.figures.progress import progress_of
from apps.figures.queries import tally as tally_of
from apps.ratings import operations as ratings
from apps.reports.letter import compose
from apps.reports.models import AnnualLetter, Edition, LetterVersion
from apps.reports.operations import save_letter_texts
from apps.reports.snapshots import lines, of_version
from tests import factories as make
from tests.browser import resize
from tests.factories import moment

pytestmark = pytest.mark.django_db


def a_year(world):
    """Seven proposals: two A and a late B of 区住房城乡建委, one A of 区文化旅游委, the rest on their way."""
    for number, unit, code, at in (
        ("001", world.housing, "A", moment(2020, 4, 10)),
        ("002", world.housing, "A", moment(2020, 5, 10)),
        ("003", world.housing, "B", moment(2020, 9, 10)),  # three months to reply
        ("004", world.culture, "A", moment(2020, 6, 10)),
    ):
        proposal = make.handling(world, number, roles=[(unit, "lead")])
        reply = make.reply_at(world, make.case_of(proposal, unit), "issued", code, at=at)
        if number in ("001", "004"):
            make.rated(world, reply, "满意" if number == "001" else "基本满意", at=at + datetime.timedelta(days=5))
    make.handling(world, "005", roles=[(world.housing, "lead"), (world.culture, "assist")])
    make.proposal_at(world, "received", number="006")
    make.assigned(world, "007", roles=[(world.parks, "lead")])


def page_of(client, user, query="", key="9-4"):
    client.force_login(user)
    answer = client.get(reverse("reports:pictures", args=[key]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def figures_of(page):
    """{title: {label: (count, percent, base)}} of the tables of shares."""
    found = {}
    for title, table in re.findall(r"<caption>(\S+) <span.*?</caption>(.*?)</table>", page, re.S):
        rows = re.findall(
            r'<th scope="row">(.*?)</th>.*?number">(?:<a [^>]*>)?(\d+).*?<summary>([\d.]+)%.*?÷ (\d+)', table
        )
        found[title] = {label: (int(count), percent, int(base)) for label, count, percent, base in rows}
    return found


def test_the_pictures_tell_what_happened(client):
    world = make.world()
    a_year(world)
    told = figures_of(page_of(client, world.office))
    results = {label[:2]: share for label, share in told["办理结果"].items()}
    assert results == {"A类": (3, "75.0", 4), "B类": (1, "25.0", 4), "C类": (0, "0.0", 4)}
    assert told["最终评价"] == {"满意": (1, "50.0", 2), "基本满意": (1, "50.0", 2), "理解": (0, "0.0", 2),
                                "不满意": (0, "0.0", 2)}  # fmt: skip
    assert list(told["各单位按期答复"].items()) == [
        ("区文化旅游委", (1, "100.0", 1)),
        ("区住房城乡建委", (2, "66.7", 3)),
    ]
    assert sum(count for count, *_ in told["提案类别"].values()) == 7


def test_progress_is_cumulative_to_the_end_of_each_month():
    world = make.world()
    a_year(world)
    progress = progress_of(world.session, tally_of(world.session), datetime.date(2026, 1, 5))
    assert progress.days == [datetime.date(2020, month, day) for month, day in
                             ((3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30))]  # fmt: skip
    assert progress.counts("assigned") == (6,) * 7
    assert progress.counts("replied") == (0, 1, 2, 3, 3, 3, 4)
    assert progress.counts("closed") == (0, 1, 1, 2, 2, 2, 2)
    assert picture_of_progress(progress).base == "2020年3月31日至2020年9月30日，每月末累计件数"


def test_progress_of_a_running_session_ends_today_and_a_short_one_goes_by_weeks():
    world = make.world()
    a_year(world)
    tally = tally_of(world.session)
    assert progress_of(world.session, tally, datetime.date(2020, 6, 20)).days[-1] == datetime.date(2020, 6, 20)
    early = progress_of(world.session, tally, datetime.date(2020, 4, 14))
    assert early.is_weekly and early.days[-1] == datetime.date(2020, 4, 12)  # the Sunday after the last event
    assert early.counts("replied")[-2:] == (0, 1)
    assert progress_of(world.session, tally, datetime.date(2019, 1, 1)).days == []


def test_each_figure_leads_to_a_list_of_as_many_proposals(client):
    world = make.world()
    a_year(world)
    for user, query in ((world.office, ""), (world.office, f"?unit={world.housing.pk}"), (world.clerk, ""),
                        (world.leader, "")):  # fmt: skip
        links = re.findall(r'<a href="([^"]+)">(\d+)</a></td>', page_of(client, user, query))
        assert len(links) > 10
        for url, count in links:
            answer = client.get(url.replace("&amp;", "&"))
            assert answer.status_code == 200
            assert answer.context["page"].paginator.count == int(count), url


def test_a_unit_sees_its_own_proposals_and_its_own_rate(client):
    world = make.world()
    a_year(world)
    told = figures_of(page_of(client, world.culture_clerk))
    assert told["各单位按期答复"] == {"区文化旅游委": (1, "100.0", 1)}
    assert sum(count for count, *_ in told["提案类别"].values()) == 2  # the one it answers, the one it assists in
    page = page_of(client, world.culture_clerk)
    assert "区城市管理局" not in page and "只统计您能看到的提案" in page
    assert client.get(reverse("reports:pictures", args=["9-4"]), {"unit": world.parks.pk}).status_code == 422


def test_the_filter_by_unit_keeps_to_its_proposals(client):
    world = make.world()
    a_year(world)
    told = figures_of(page_of(client, world.office, f"?unit={world.housing.pk}"))
    results = {label[:2]: share for label, share in told["办理结果"].items()}
    assert results == {"A类": (2, "66.7", 3), "B类": (1, "33.3", 3), "C类": (0, "0.0", 3)}
    assert list(told["各单位按期答复"]) == ["区住房城乡建委"]


def test_what_is_not_counted_is_said(client):
    world = make.world()
    a_year(world)
    reply = make.reply_at(world, make.case_of(make.handling(world, "008"), world.housing), "issued")
    day = moment(2020, 10, 1)
    ratings.enter(make.receipt_of(reply), make.rating(world.session, "满意"), by=world.secretary, at=day,
                  received_on=day.date(), scan=make.scan())  # fmt: skip
    assert "已答复而回执未收回的2件、回执待审核确认的1件，不计入。" in page_of(client, world.office)


def test_an_empty_session_gets_sentences_and_no_session_a_page(client):
    world = make.world()
    page = page_of(client, world.office)
    for sentence in ("还没有交办的提案", "还没有全部承办单位都已答复的提案", "还没有已确认的回执",
                     "还没有答复日期和期限都有记录的承办件", "还没有计入总数的提案"):  # fmt: skip
        assert sentence in page
    assert splits_of(tally_of(world.session))[0].parts == ()
    newest = reverse("reports:pictures_newest")
    assert client.get(newest).url == reverse("reports:pictures", args=["9-4"])
    assert client.get(newest, {"session": "9-4", "unit": "3"}).url.endswith("/9-4/?unit=3")
    assert client.get(newest, {"session": "\x00"}).status_code == 302


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?path=",
        "?path=classes&path=Z",
        "?path=units&path=没有&path=lead",
        "?path=total&as_of=x",
        "?path=total&unit=x",
    ],
)
def test_a_figure_that_does_not_exist_is_not_found(client, query):
    world = make.world()
    a_year(world)
    client.force_login(world.office)
    assert client.get(reverse("reports:picture_figure", args=["9-4"]) + query).status_code == 404


def test_the_menu_leads_there(client):
    world = make.world()
    for user in (world.office, world.clerk, world.leader, world.secretary):
        client.force_login(user)
        assert reverse("reports:pictures_newest") in client.get("/proposals/").content.decode()


# --- in a browser ----------------------------------------------------------------------------------------------------

SEEN = """() => [...document.querySelectorAll('svg.chart')].filter(svg => svg.getClientRects().length).map(svg => ({
  title: svg.querySelector('title').textContent,
  font: Math.min(...[...svg.querySelectorAll('text')].map(text => parseFloat(getComputedStyle(text).fontSize))
                   ) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width,
  bars: [...svg.querySelectorAll('.chart-bar')].map(bar => bar.getBoundingClientRect().width),
  tracks: [...svg.querySelectorAll('.chart-track')].map(bar => bar.getBoundingClientRect().width),
  texts: [...svg.querySelectorAll('text')].map(text => {
    const box = text.getBoundingClientRect(), frame = svg.getBoundingClientRect()
    return [text.textContent, box.left - frame.left, box.top, box.right - frame.left, box.bottom, frame.width]
  }),
}))"""


def seen(page):
    return {chart["title"]: chart for chart in page.evaluate(SEEN)}


def check_texts(chart):
    """As the browser sets them: inside the drawing, none over another."""
    texts = chart["texts"]
    for text, left, _, right, _, width in texts:
        assert left > -1 and right < width + 1, text
    for place, (one, left, top, right, bottom, _) in enumerate(texts):
        for other, its_left, its_top, its_right, its_bottom, _ in texts[place + 1 :]:
            across = min(right, its_right) - max(left, its_left)
            down = min(bottom, its_bottom) - max(top, its_top)
            # the boxes of two lines touch by the leading of the face, which holds no ink
            assert across < 1 or down < 8, (one, other)


@pytest.mark.django_db(transaction=True)
def test_on_a_desktop_bars_are_in_proportion_and_a_figure_opens_its_list(page, sign_in):
    world = make.world()
    a_year(world)
    sign_in(page, world.office)
    page.goto("/reports/pictures/9-4/")
    charts = seen(page)
    assert list(charts) == ["办理进度", "办理结果", "最终评价", "各单位按期答复", "提案类别"]
    results = charts["办理结果"]
    for bar, track, part in zip(results["bars"], results["tracks"], (3 / 4, 1 / 4, 0), strict=True):
        assert bar == pytest.approx(track * part, abs=1)
    assert results["tracks"][0] > 150
    for chart in charts.values():
        assert chart["font"] >= 14
        check_texts(chart)
    row = page.locator("section", has=page.get_by_role("heading", name="办理结果")).locator("tbody tr").first
    row.locator("summary").click()
    row.get_by_text("3 ÷ 4").wait_for()
    row.get_by_role("link", name="3", exact=True).click()
    expect(page.locator("h1 .count")).to_have_text("3")
    page.goto("/reports/pictures/9-4/")
    section = page.locator("section", has=page.get_by_role("heading", name="办理进度"))
    section.locator("tr", has_text="2020-05-31").get_by_role("link", name="2", exact=True).click()
    expect(page.locator("h1 .count")).to_have_text("2")


@pytest.mark.django_db(transaction=True)
def test_on_a_telephone_nothing_scrolls_sideways_and_the_text_stays_large(phone, sign_in):
    world = make.world()
    a_year(world)
    sign_in(phone, world.office)
    phone.goto("/reports/pictures/9-4/")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    charts = seen(phone)
    assert len(charts) == 5
    for chart in charts.values():
        assert chart["font"] >= 14
        check_texts(chart)


CONTRAST = """() => {
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(n => n / 255).map(
      c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    return .2126 * r + .7152 * g + .0722 * b
  }
  const ratio = (a, b) => (Math.max(light(a), light(b)) + .05) / (Math.min(light(a), light(b)) + .05)
  const ground = getComputedStyle(document.body).backgroundColor
  const of = (selector, property) => [...document.querySelectorAll(selector)].map(
    mark => ratio(getComputedStyle(mark)[property], ground))
  return {
    texts: Math.min(...of('.chart-wide text', 'fill')),
    bars: Math.min(...of('.chart-wide .chart-bar', 'fill')),
    lines: Math.min(...of('.chart-wide polyline[class^="chart-line"]', 'stroke')),
  }
}"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_are_readable_in_both_themes(new_page, sign_in, scheme):
    world = make.world()
    a_year(world)
    page = new_page(color_scheme=scheme)
    sign_in(page, world.office)
    page.goto("/reports/pictures/9-4/")
    contrast = page.evaluate(CONTRAST)
    assert contrast["texts"] >= 4.5 and contrast["bars"] >= 3 and contrast["lines"] >= 3, contrast


@pytest.mark.django_db(transaction=True)
def test_the_page_prints_with_its_wide_charts(page, sign_in):
    world = make.world()
    a_year(world)
    sign_in(page, world.office)
    page.goto("/reports/pictures/9-4/")
    resize(page, 600, 800)
    page.emulate_media(media="print")
    widths = page.evaluate("""() => [...document.querySelectorAll('svg.chart')].filter(
      svg => svg.getClientRects().length).map(svg => svg.getAttribute('class'))""")
    assert widths == ["chart chart-wide"] * 5


# --- in the annual letter --------------------------------------------------------------------------------------------


def save_choice(world, chosen, **given):
    return save_letter_texts(world.session, by=world.office, at=moment(2020, 10, 8), has_pictures=chosen, **given)


def test_the_letter_has_pictures_only_where_the_office_chose_so():
    world = make.world()
    a_year(world)
    assert compose(world.session).letter.annexes == ()
    save_choice(world, True)
    letter = compose(world.session).letter
    assert letter.attachments == ("区政协九届四次会议提案办理情况图表",)
    pictures = [block for block in letter.annexes[0].blocks if isinstance(block, Picture)]
    assert [one.title for one in pictures] == ["办理进度", "办理结果", "最终评价", "各单位按期答复", "提案类别"]
    assert [bar.told for bar in pictures[1].bars] == ["3件，75.0%", "1件，25.0%", "0件，0.0%"]
    assert [line.told for line in pictures[0].lines] == ["6件", "4件", "2件"]
    save_choice(world, False)
    assert compose(world.session).letter.annexes == ()


def test_pictures_of_an_edition_stay_what_was_submitted():
    world = make.world()
    a_year(world)
    save_choice(world, True)
    make.letter_at(world, "office_review")
    edition = Edition.objects.get()
    before = edition.paper.annexes
    assert [bar.value for bar in before[0].blocks[2].bars] == [3, 1, 0]
    make.reply_at(world, make.case_of(make.handling(world, "009"), world.housing), "issued")
    assert [bar.value for bar in compose(world.session).letter.annexes[0].blocks[2].bars] == [4, 1, 0]
    edition = Edition.objects.get()
    assert edition.paper.annexes == before and edition.is_intact


def test_the_choice_is_made_on_the_form_and_kept_with_the_versions(client):
    world = make.world()
    a_year(world)
    client.force_login(world.office)
    url = reverse("reports:letter_texts", args=["9-4"])
    assert "附图表" in client.get(url).content.decode()
    assert client.post(url, {"seen": "0", "has_pictures": "on"}).status_code == 302
    letter = AnnualLetter.objects.get()
    assert letter.has_pictures
    page = client.get(reverse("reports:letter", args=["9-4"])).content.decode()
    assert page.count("<svg") == 10 and "提案办理情况图表" in page
    late = client.post(url, {"seen": "0", "occasion": "常委会"})  # from a page that showed none of it
    assert late.status_code == 409
    assert ("附图表", "是") in late.context["differing"]
    old = LetterVersion.objects.get()
    old.content["texts"].pop("has_pictures")  # as of a version from before there was the choice
    LetterVersion.objects.filter(pk=old.pk).update(content=old.content)
    save_choice(world, False)
    assert of_version(letter, 1)["texts"]["has_pictures"] == ""
    assert "附图表：是" not in lines(of_version(letter, 2))
