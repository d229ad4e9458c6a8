"""The list of proposals: filters, search, order, columns, what is kept of it, the workbook, what is done with many.

What a filter should give is told by a loop of its own over the rows of the world, not by the code of the list.
"""

import datetime
import io
import re
from urllib.parse import quote

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from apps.audit.models import Event
from apps.desk.listing.columns import COLUMNS, DEFAULT
from apps.desk.models import ListLayout, SavedFilter
from apps.figures.queries import tally
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.models import Category, Proposal
from apps.proposals.operations import open_session
from apps.replies.models import Reply
from apps.reports.tables import lists_of
from apps.units.models import Portfolio
from tests import factories as make
from tests.browser import follow, told

LEAD, ASSIST, SEPARATE = "lead", "assist", "separate"
LIST = reverse("desk:proposals")


@pytest.fixture
def world(db):
    return make.world()


@pytest.fixture
def year(world):
    """A session in which every filter has something to find and something to leave out; and another session."""
    schools = Category.objects.create(name="教育", order=9)
    make.registered(world, "001", title="关于停车场的建议", kind="interim", category=schools)
    make.assigned(world, "002", title="关于饮水点的建议", proposers=[{"name": "钱穆之"}, {"name": "孙一鸣"}])
    helped = [(world.culture, LEAD), (world.housing, ASSIST)]
    make.handling(world, "003", title="关于文化馆的建议", text="增设夜间开放时段", is_key=True, roles=helped)
    parts = [(world.culture, SEPARATE), (world.parks, SEPARATE)]
    parted = make.handling(world, "004", title="关于绿道照明的建议", roles=parts)
    make.reply_at(world, make.case_of(parted, world.culture), "issued", code="A")
    make.proposal_at(world, "replied", "005", title="关于电梯加装的建议")
    make.proposal_at(world, "closed", "006", title="关于雨污分流的建议", is_key=True)
    again = make.handling(world, "007", title="关于公厕的建议", category=schools)
    make.rated(world, make.reply_at(world, make.case_of(again, world.housing), "issued", code="B"), "不满意")
    wide = make.handling(world, "0108", title="关于垃圾分类的建议", kind="interim")
    make.rated(world, make.reply_at(world, make.case_of(wide, world.housing), "issued", code="C"), "基本满意")
    next_year = open_session("9-5", "九届五次会议", 2021, by=world.office, at=make.moment(2021, 1, 10))
    first, world.session = world.session, next_year
    make.assigned(world, "002", title="关于明年的建议", at=make.moment(2021, 3, 1))
    world.session = first
    return world


def listed(client, user, query=""):
    client.force_login(user)
    answer = client.get(f"{LIST}{query}")
    assert answer.status_code == 200
    return [f"{row.proposal.session.key}/{row.proposal.number}" for row in answer.context["rows"]]


def live(proposal):
    return [case for case in proposal.cases.all() if case.state != "ended"]


def late(case, today):
    """By docs/workflow.md: not accepted, no opinion while one is waited for, or no reply when it was due."""
    waits = case.state in ("assigned", "handling")
    if case.state == "assigned" and case.accept_due_on and case.accept_due_on < today:
        return case.proposal.state in ("assigned", "handling")
    if case.role == ASSIST:
        due = case.opinion_due_on
        return waits and bool(due and due < today) and case.proposal.state in ("assigned", "handling")
    return waits and bool(case.reply_due_on and case.reply_due_on < today)


def test_each_filter_gives_what_a_count_by_hand_gives(client, year):
    """Every proposal of both sessions is asked the question of the filter, in plain Python."""
    today = timezone.localdate()
    proposals = list(Proposal.objects.order_by("-session__year", "number_order"))
    housing, leader = year.housing, year.other_leader_row
    schools = Category.objects.get(name="教育")
    questions = {
        "session=9-5": lambda one: one.session.key == "9-5",
        "state=handling": lambda one: one.state == "handling",
        "kind=interim": lambda one: one.kind == "interim",
        "mode=separate": lambda one: one.mode == "separate",
        "key=on": lambda one: one.is_key,
        f"category={schools.pk}": lambda one: one.category_id == schools.pk,
        f"unit={housing.pk}": lambda one: any(case.unit_id == housing.pk for case in live(one)),
        f"leader={leader.pk}": lambda one: any(case.unit_id in (year.culture.pk, year.parks.pk) for case in live(one)),
        "proposer=一鸣": lambda one: any("一鸣" in who.name for who in one.proposers.all()),
        "overdue=on": lambda one: any(late(case, today) for case in live(one)),
        "q=停车": lambda one: "停车" in one.title,
        "q=夜间": lambda one: "夜间" in one.text,
        "q=钱穆": lambda one: any("钱穆" in who.name for who in one.proposers.all()),
        "q=010": lambda one: "010" in one.number,
        "q=建议+赵堃": lambda one: "建议" in one.title and any(who.name == "赵堃" for who in one.proposers.all()),
        "key=on&state=closed": lambda one: one.is_key and one.state == "closed",
        "session=9-4&result=A": lambda one: one.session.key == "9-4" and one.number in ("005", "006"),
        "session=9-4&result=B": lambda one: one.number == "007" and one.session.key == "9-4",
        "session=9-4&rating=不满意": lambda one: one.number == "007" and one.session.key == "9-4",
        "session=9-4&rating=基本满意": lambda one: one.number == "0108",
    }
    for query, asked in questions.items():
        wanted = [f"{one.session.key}/{one.number}" for one in proposals if asked(one)]
        assert 0 < len(wanted) < len(proposals), query
        assert listed(client, year.office, f"?{query}") == wanted, query


@pytest.mark.parametrize(
    "typed", ["第002号", "第2号", "2号提案", "０02", "００２号", "《关于饮水点的建议》", "　第002号　关于饮水点的建议"]
)
def test_a_number_or_title_copied_from_a_paper_finds_its_proposal(client, year, typed):
    assert listed(client, year.office, f"?session=9-4&q={quote(typed)}") == ["9-4/002"]


def test_the_counts_of_the_list_are_those_of_the_figures(client, year):
    figures = tally(year.session)
    client.force_login(year.office)

    def count(**query):
        return client.get(LIST, {"session": "9-4", **query}).context["page"].paginator.count

    for code in "ABC":
        assert count(result=code) == figures.count("classes", code) == 1 + (code == "A")
    assert count(rating="不满意") == figures.count("ratings", "final", "不满意") == 1
    assert count(key="on") == figures.count("key") == 2
    assert count(state="closed") == figures.count("closed") == 2
    for path in (("replied",), ("units", "区文化旅游委", "on_time"), ("categories", "教育")):
        assert count(figure="~".join(path)) == figures.count(*path) > 0, path
    assert count(figure="nothing~of~this") == 0
    url = lists_of(figures, year.session)(("classes", "B"))
    assert [row.proposal.number for row in client.get(url).context["rows"]] == ["007"]


@pytest.mark.parametrize("as_of", ["", "?as_of=2020-06-30"])
def test_every_figure_on_the_page_of_the_letter_leads_to_as_many_proposals(client, year, as_of):
    client.force_login(year.office)
    page = client.get(reverse("reports:letter", args=["9-4"]) + as_of)
    rows = [row for table in page.context["tables"] for row in table.rows if row.count]
    assert len(rows) > 8
    for row in rows:
        assert client.get(row.url).context["page"].paginator.count == row.count, row


def test_a_leader_is_not_led_from_a_figure_of_all_to_a_list_of_a_part(client, year):
    client.force_login(year.leader)
    page = client.get(reverse("reports:letter", args=["9-4"]))
    assert {row.url for table in page.context["tables"] for row in table.rows} == {""}


def test_the_states_stand_above_the_list_with_their_counts(client, year):
    client.force_login(year.office)
    tabs = {tab.label: tab for tab in client.get(f"{LIST}?session=9-4&state=closed").context["listing"].tabs}
    assert {name: tab.count for name, tab in tabs.items()} == {
        "全部": 8, "待交办": 1, "待签收": 1, "办理中": 3, "已答复": 1, "已办结": 2
    }  # fmt: skip
    assert [name for name, tab in tabs.items() if tab.is_current] == ["已办结"]
    for name, tab in tabs.items():
        page = client.get(f"{LIST}?{tab.query}")
        assert page.context["page"].paginator.count == tab.count, name
        assert dict(QueryDict(tab.query).items())["session"] == "9-4"


def test_each_filter_at_work_is_a_chip_that_takes_it_away_alone(client, year):
    client.force_login(year.office)
    query = f"?session=9-4&key=on&unit={year.housing.pk}&sort=due"
    chips = client.get(LIST + query).context["listing"].chips
    assert [(chip.label, chip.value) for chip in chips] == [
        ("届次", "九届四次会议"), ("承办单位", "区住房城乡建委"), ("", "重点提案")
    ]  # fmt: skip
    left = [set(QueryDict(chip.query)) for chip in chips]
    assert left == [{"unit", "key", "sort"}, {"session", "key", "sort"}, {"session", "unit", "sort"}]


def test_what_is_no_filter_is_told_and_passed_over(client, year):
    client.force_login(year.office)
    answer = client.get(f"{LIST}?state=nonsense&session=9-4")
    assert answer.context["page"].paginator.count == 8
    assert "“状态”没有起作用" in answer.content.decode()


def test_another_post_sees_its_own_alone_in_rows_counts_and_deadlines(client, year):
    assert listed(client, year.parks_head) == ["9-4/004"]
    page = client.get(LIST)
    assert [(tab.label, tab.count) for tab in page.context["listing"].tabs] == [("全部", 1), ("办理中", 1)]
    assert "关于停车场的建议" not in page.content.decode()
    # the unit that assists is told of its own opinion's day, not of the lead unit's deadline, nor that that one is late
    row = next(one for one in rows(client, year.clerk) if one.proposal.number == "003")
    assert row.due_on == make.case_of(row.proposal, year.housing).opinion_due_on
    Proposal.objects.get(number="003", session=year.session).cases.filter(unit=year.housing).update(opinion_due_on=None)
    assert "9-4/003" not in listed(client, year.clerk, "?overdue=on")
    assert "9-4/003" in listed(client, year.culture_clerk, "?overdue=on")
    assert "9-4/003" in listed(client, year.office, "?overdue=on")
    for person in ("auditor", "admin"):
        client.force_login(year.people[person])
        for url in (LIST, reverse("listing:export"), reverse("listing:filters")):
            assert client.get(url).status_code == 404


def rows(client, user, query=""):
    client.force_login(user)
    return client.get(f"{LIST}{query}").context["rows"]


def test_once_it_is_answered_no_deadline_of_an_opinion_is_shown_or_sorted_by(client, world):
    """docs/workflow.md: nobody waits for the opinion any more."""
    proposal = make.handling(world, "001", roles=[(world.housing, LEAD), (world.culture, ASSIST)])
    make.handling(world, "002")
    note = "由区住房城乡建委单独答复。"
    rearranging.coordinate(proposal, by=world.office, at=make.moment(2020, 4, 1), note=note)
    make.reply_at(world, make.case_of(proposal, world.housing), "issued")
    found = {row.proposal.number: row.due_on for row in rows(client, world.office)}
    assert found["001"] is None and found["002"]
    assert listed(client, world.office, "?sort=due") == ["9-4/002", "9-4/001"]


# --- order and pages -------------------------------------------------------------------------------------------------


def test_the_list_stands_in_every_order_that_its_heads_offer(client, year):
    def by(query):
        return [one.removeprefix("9-4/") for one in listed(client, year.office, f"?session=9-4&{query}")]

    numbered = ["001", "002", "003", "004", "005", "006", "007", "0108"]
    assert by("") == by("sort=number") == by("sort=nonsense") == numbered
    assert by("sort=-number") == numbered[::-1]
    order = ("received", "assigned", "handling", "replied", "closed")
    states = dict(Proposal.objects.filter(session=year.session).values_list("number", "state"))
    assert by("sort=state") == sorted(numbered, key=lambda number: order.index(states[number]))
    assert by("sort=-state") == sorted(numbered, key=lambda number: -order.index(states[number]))
    dues = {row.proposal.number: row.due_on for row in rows(client, year.office, "?session=9-4")}
    known = sorted((one for one in numbered if dues[one]), key=lambda one: (dues[one], int(one)))
    unknown = [one for one in numbered if not dues[one]]
    assert len(known) >= 3 and unknown
    assert by("sort=due") == known + unknown
    assert by("sort=-due")[-len(unknown) :] == unknown, "what has no deadline stands last either way"
    Proposal.objects.filter(number="004", session=year.session).update(received_on=datetime.date(2020, 9, 1))
    assert by("sort=-received")[0] == "004" and by("sort=received")[-1] == "004"
    assert by("sort=category")[-2:] == ["001", "007"]


def test_heads_say_how_the_list_stands_and_lead_to_the_other_way(client, year):
    client.force_login(year.office)
    page = client.get(f"{LIST}?session=9-4").content.decode()
    assert re.findall(r'aria-sort="(\w+)"', page) == ["ascending"]
    head = re.search(r'aria-sort="ascending"><a href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert dict(QueryDict(head.partition("?")[2]).items()) == {"session": "9-4", "sort": "-number"}
    page = client.get(head).content.decode()
    assert re.findall(r'aria-sort="(\w+)"', page) == ["descending"]


def test_filter_and_order_stay_from_page_to_page(client, world):
    for number in range(1, 33):
        make.registered(world, f"{number}")
    client.force_login(world.office)
    first = client.get(f"{LIST}?state=received&sort=-number")
    following = re.search(r'rel="next" href="([^"]+)"', first.content.decode())[1].replace("&amp;", "&")
    assert [row.proposal.number for row in client.get(LIST + following).context["rows"]] == ["002", "001"]


# --- columns ---------------------------------------------------------------------------------------------------------


def heads(client, user):
    client.force_login(user)
    return [head.column.key for head in client.get(LIST).context["listing"].heads]


def test_each_user_chooses_columns_which_are_kept_for_them_alone(client, year):
    assert heads(client, year.office) == list(DEFAULT)
    chosen = {"columns": ["rating", "leader", "units"], "query": "session=9-4&page=2&evil=//host"}
    answer = client.post(reverse("listing:columns"), chosen)
    assert (answer.status_code, answer.url) == (302, f"{LIST}?session=9-4"), "back to the same list, nowhere else"
    assert heads(client, year.office) == ["number", "title", "units", "leader", "rating"]
    assert heads(client, year.office2) == list(DEFAULT)
    client.force_login(year.office)
    client.post(reverse("listing:columns"), {"columns": ["rating", "nonsense"]})
    assert heads(client, year.office) == ["number", "title", "units", "leader", "rating"]
    client.post(reverse("listing:columns"), {"usual": ""})
    assert heads(client, year.office) == list(DEFAULT)
    assert not ListLayout.objects.exists()


def test_what_each_column_says_of_a_proposal(client, year):
    everything(client, year.office)
    told = {
        row.proposal.number: {column.label: value for column, value in row.cells}
        for row in client.get(f"{LIST}?session=9-4").context["rows"]
    }
    assert told["006"] == {
        "案号": "006", "案由": "关于雨污分流的建议", "届次": "九届四次会议", "重点": "重点", "提案者": "赵堃",
        "界别": "经济界", "类别": "城乡建设", "类型": "大会", "办理方式": "独办",
        "承办单位": "区住房城乡建委（主办）", "分管领导": "周明远", "督办领导": "",
        "状态": "已办结", "期限": None, "办理结果": "A", "评价": "满意", "二次办理": "",
        "接收日期": datetime.date(2020, 3, 1), "交办日期": datetime.date(2020, 3, 10),
        "答复日期": datetime.date(2020, 4, 20), "办结日期": datetime.date(2020, 5, 6),
    }  # fmt: skip
    assert told["004"]["办理结果"] == "", "one of two units has not replied: the figures know no class yet"
    assert told["004"]["分管领导"] == "陈思齐"
    assert (told["007"]["评价"], told["007"]["二次办理"], told["007"]["状态"]) == ("不满意", "是", "办理中")
    assert told["001"]["承办单位"] == told["001"]["办理结果"] == ""


def test_a_rating_that_is_not_confirmed_is_in_no_column(client, world):
    make.rated(world, make.reply_at(world, make.handling(world).cases.get(), "issued"), "不满意", confirm=False)
    for person in ("office", "clerk", "leader"):
        everything(client, world.people[person])
        assert "不满意</td>" not in client.get(LIST).content.decode()
        assert "不满意" not in sheet(client.get(reverse("listing:export")))[1]


def everything(client, user):
    client.force_login(user)
    client.post(reverse("listing:columns"), {"columns": [column.key for column in COLUMNS if not column.is_fixed]})


# --- saved filters ---------------------------------------------------------------------------------------------------


def test_a_filter_is_kept_under_a_name_opened_renamed_and_removed(client, year):
    client.force_login(year.office)
    url = reverse("listing:filters")
    query = f"state=handling&unit={year.housing.pk}&sort=due"
    answer = client.post(url, {"name": "  建委 在办 ", "is_on_top": "on", "query": query + "&page=3&next=//host"})
    assert answer.status_code == 302 and answer.url.startswith(f"{LIST}?")
    kept = SavedFilter.objects.get()
    assert (kept.user, kept.name, kept.is_on_top) == (year.office, "建委 在办", True)
    assert dict(QueryDict(kept.query).items()) == {"state": "handling", "unit": str(year.housing.pk), "sort": "due"}
    page = client.get(LIST).content.decode()
    link = re.search(r'<a href="([^"]+)"[^>]*>建委 在办</a>', page)[1].replace("&amp;", "&")
    opened = client.get(link)
    assert [row.proposal.number for row in opened.context["rows"]] == ["003", "007"]
    assert opened.context["current"] == kept
    changed = {f"f{kept.pk}-name": "建委"}
    assert client.post(reverse("listing:change_filter", args=[kept.pk]), changed).status_code == 302
    kept.refresh_from_db()
    assert (kept.name, kept.is_on_top) == ("建委", False)
    assert ">建委</a>" not in client.get(LIST).content.decode() and ">建委</a>" in client.get(url).content.decode()
    assert client.get(reverse("listing:remove_filter", args=[kept.pk])).status_code == 405
    client.post(reverse("listing:remove_filter", args=[kept.pk]))
    assert not SavedFilter.objects.exists()


def test_a_name_is_taken_once_and_what_was_typed_stays(client, year):
    client.force_login(year.office)
    url = reverse("listing:filters")
    first = {"name": "在办", "query": "state=handling"}
    assert client.post(url, first).status_code == 302
    again = client.post(url, {"name": "在办", "query": "state=closed"})
    page = again.content.decode()
    assert again.status_code == 422 and "已有名为“在办”" in page
    assert 'value="在办"' in page and 'name="query" value="state=closed"' in page
    assert client.post(url, {"name": "", "query": "state=closed"}).status_code == 422
    assert SavedFilter.objects.count() == 1
    client.force_login(year.clerk)
    assert client.post(url, first).status_code == 302, "another user has names of their own"


def test_nobody_reaches_what_another_keeps(client, year):
    kept = SavedFilter.objects.create(user=year.office, name="我的", query="state=handling")
    client.force_login(year.office2)
    assert "我的" not in client.get(LIST).content.decode()
    assert client.post(reverse("listing:change_filter", args=[kept.pk]), {f"f{kept.pk}-name": "偷"}).status_code == 404
    assert client.post(reverse("listing:remove_filter", args=[kept.pk])).status_code == 404
    kept.refresh_from_db()
    assert kept.name == "我的"


def test_there_is_an_end_to_what_is_kept(client, year):
    client.force_login(year.office)
    url = reverse("listing:filters")
    for number in range(6):
        assert client.post(url, {"name": f"上{number}", "is_on_top": "on"}).status_code == 302
    above = client.post(url, {"name": "上6", "is_on_top": "on"})
    assert above.status_code == 422 and "最多放6个" in above.content.decode()
    for number in range(24):
        assert client.post(url, {"name": f"下{number}"}).status_code == 302
    assert "请先删除" in client.post(url, {"name": "多"}).content.decode()
    assert SavedFilter.objects.filter(user=year.office).count() == 30


# --- the workbook ----------------------------------------------------------------------------------------------------


def sheet(answer):
    """Header and rows of a workbook that was answered, as [header, row, …]."""
    assert answer.status_code == 200
    book = load_workbook(io.BytesIO(answer.content))
    return [list(row) for row in book.active.iter_rows(values_only=True)]


def as_cell(value):
    if isinstance(value, datetime.date):
        return datetime.datetime.combine(value, datetime.time())
    return value or None


def test_the_workbook_is_the_page_with_all_its_pages(client, world):
    for number in range(1, 35):
        make.assigned(world, f"{number}", title=f"关于第{number}件事的建议")
    make.registered(world, "99")
    everything(client, world.office)
    query = "?state=assigned&sort=-number"
    shown, pages = [], [client.get(f"{LIST}{query}&page={number}") for number in (1, 2)]
    for page in pages:
        shown += [[as_cell(value) for _, value in row.cells] for row in page.context["rows"]]
    answer = client.get(reverse("listing:export") + query)
    assert f"{timezone.localdate():%Y%m%d}.xlsx" in answer["Content-Disposition"]
    header, *cells = sheet(answer)
    assert header == [head.column.label for head in pages[0].context["listing"].heads]
    assert cells == shown and len(cells) == 34


def test_only_the_ticked_are_exported_and_of_the_filter_alone(client, year):
    client.force_login(year.office)
    keys = list(Proposal.objects.filter(session=year.session, number__in=["002", "006"]).values_list("pk", flat=True))
    ticked = client.get(reverse("listing:export"), {"session": "9-4", "id": keys})
    assert [row[0] for row in sheet(ticked)[1:]] == ["002", "006"]
    everything_ticked = client.get(reverse("listing:export"), {"session": "9-5", "id": keys, "all": "on"})
    assert [row[1] for row in sheet(everything_ticked)[1:]] == ["关于明年的建议"]
    client.force_login(year.parks_clerk)
    assert sheet(client.get(reverse("listing:export"), {"id": keys}))[1:] == []


def test_a_hostile_title_is_text_in_the_workbook(client, world):
    make.registered(world, title='=HYPERLINK("http://x")')
    client.force_login(world.office)
    book = load_workbook(io.BytesIO(client.get(reverse("listing:export")).content))
    cell = book.active["B2"]
    assert (cell.value, cell.data_type) == ('=HYPERLINK("http://x")', "s")


# --- many at once ----------------------------------------------------------------------------------------------------


def offered(client, user):
    client.force_login(user)
    return [act.key for act in client.get(LIST).context["acts"]]


def batch(client, act, user, keys, **query):
    client.force_login(user)
    answer = client.get(reverse("listing:batch", args=[act]), query | ({"id": keys} if keys else {"all": "on"}))
    assert answer.status_code == 200
    return answer.context


def sent(context, without=(), **fields):
    """What the page would send: every item ticked, but those of the proposals `without`."""
    able = [item for item in context["able"] if item.proposal.number not in without]
    data = {"id": context["ids"], "pick": [item.key for item in able], "query": context["query"]}
    data |= {f"seen-{item.key}": item.shown for item in context["able"]}
    for item in able if context["act"].is_typed else ():
        data[f"{item.form.prefix}-lead"] = item.form["lead"].value() or ""
        data[f"{item.form.prefix}-assists"] = item.form["assists"].value() or []
    return data | fields


def do(client, act, data):
    """(numbers done, {number: why not}) of a batch that is sent."""
    answer = client.post(reverse("listing:batch", args=[act]), data, follow=True)
    assert answer.redirect_chain == [(reverse("listing:outcome"), 302)]
    return numbered(answer.context["done"]), {one["name"]: one["why"] for one in answer.context["not_done"]}


def numbered(outcomes):
    return [one["name"] for one in outcomes]


def test_each_post_is_offered_what_its_rows_of_the_tables_give_it(client, world):
    make.assigned(world)
    make.registered(world, "002")
    found = {post: offered(client, world.people[post]) for post in ("office", "secretary", "clerk", "head", "leader")}
    assert found == {
        "office": ["assign", "forward", "urge"], "secretary": ["remind"], "clerk": [], "head": [], "leader": []
    }  # fmt: skip


def test_several_are_assigned_at_once_and_each_says_what_became_of_it(client, world):
    one = make.registered(world, "001", wished_units="区住建委、区文化旅游委")
    two = make.registered(world, "002", wished_units="区城市管理局")
    taken = make.registered(world, "003", wished_units="区城市管理局")
    over = make.assigned(world, "004")
    context = batch(client, "assign", world.office, [one.pk, two.pk, taken.pk, over.pk])
    assert [item.proposal.number for item in context["able"]] == ["001", "002", "003"]
    assert [(item.proposal.number, "待签收" in item.why) for item in context["unable"]] == [("004", True)]
    cases.assign(taken, [(world.culture, LEAD)], by=world.office2, at=timezone.now())  # somebody was faster
    done, not_done = do(client, "assign", sent(context, without=["002"]))
    assert done == ["第001号"] and list(not_done) == ["第003号"]
    roles = {case.unit.name: case.role for case in one.cases.all()}
    assert roles == {"区住房城乡建委": LEAD, "区文化旅游委": ASSIST}
    assert [case.unit for case in taken.cases.all()] == [world.culture], "not assigned a second time"
    two.refresh_from_db()
    assert two.state == "received", "it was not ticked"


def test_nothing_is_assigned_while_one_of_the_forms_is_wrong(client, world):
    keys = [make.registered(world, "001", wished_units="区住建委").pk, make.registered(world, "002").pk]
    context = batch(client, "assign", world.office, keys)
    data = sent(context)
    answer = client.post(reverse("listing:batch", args=["assign"]), data)
    page = answer.content.decode()
    assert answer.status_code == 422 and "一件也没有办理" in page and "请选择主办单位" in page
    assert set(Proposal.objects.values_list("state", flat=True)) == {"received"}
    chosen = next(item for item in answer.context["able"] if item.proposal.number == "001")
    assert str(chosen.form["lead"].value()) == str(world.housing.pk), "what was chosen stays"
    nothing = client.post(reverse("listing:batch", args=["assign"]), data | {"pick": []})
    assert nothing.status_code == 422 and "至少勾选一件" in nothing.content.decode()


def test_replies_are_sent_up_each_to_the_leader_in_charge(client, world):
    roles = [(world.culture, SEPARATE), (world.housing, SEPARATE)]
    both, alone, draft = (
        make.handling(world, "001", roles=roles),
        make.handling(world, "002"),
        make.handling(world, "003"),
    )
    for proposal, unit, state in (
        (both, world.culture, "office_review"), (both, world.housing, "office_review"),
        (alone, world.housing, "office_review"), (draft, world.housing, "unit_review"),
    ):  # fmt: skip
        make.reply_at(world, make.case_of(proposal, unit), state)
    context = batch(client, "forward", world.office, [])
    assert [item.told for item in context["able"]] == [
        "区文化旅游委的答复，报陈思齐审签", "区住房城乡建委的答复，报周明远审签", "区住房城乡建委的答复，报周明远审签"
    ]  # fmt: skip
    assert [item.proposal.number for item in context["unable"]] == ["003"]
    assert "没有待核稿的答复" in context["unable"][0].why
    Portfolio.objects.filter(unit=world.culture).update(
        leader=world.leader_row
    )  # the portfolio changed hands meanwhile
    done, not_done = do(client, "forward", sent(context, note="请审签"))
    assert done == ["第001号", "第002号"] and "重新核对" in not_done["第001号"]
    states = {(one.case.proposal.number, one.case.unit.name): one.state for one in Reply.objects.all()}
    assert states == {
        ("001", "区文化旅游委"): "office_review", ("001", "区住房城乡建委"): "leader_signoff",
        ("002", "区住房城乡建委"): "leader_signoff", ("003", "区住房城乡建委"): "unit_review",
    }  # fmt: skip
    assert set(Event.objects.filter(action="reply.office_forward").values_list("note", flat=True)) == {"请审签"}


def test_a_reply_without_a_leader_in_charge_is_not_sent_up(client, world):
    make.reply_at(world, make.handling(world).cases.get(), "office_review")
    Portfolio.objects.all().delete()
    context = batch(client, "forward", world.office, [])
    assert context["able"] == [] and "没有分管领导" in context["unable"][0].why


def test_units_are_urged_for_many_once_a_day(client, world):
    late, calm = make.assigned(world, "001"), make.registered(world, "002")
    context = batch(client, "urge", world.office, [late.pk, calm.pk])
    assert [item.proposal.number for item in context["able"]] == ["001"]
    assert [item.proposal.number for item in context["unable"]] == ["002"]
    data = sent(context)
    assert do(client, "urge", data) == (["第001号"], {})
    done, not_done = do(client, "urge", data)  # the same page sent once more
    assert done == [] and "今天已催办" in not_done["第001号"]
    assert Event.objects.filter(action="case.urge").count() == 1


def test_proposers_are_reminded_for_many_and_never_twice_by_one_page(client, world):
    for number in ("001", "002"):
        make.reply_at(world, make.handling(world, number).cases.get(), "issued")
    make.handling(world, "003")
    context = batch(client, "remind", world.secretary, [])
    assert [item.proposal.number for item in context["able"]] == ["001", "002"]
    assert "13900000001" in context["able"][0].told
    data = sent(context, without=["002"], note="电话已催")
    assert do(client, "remind", data) == (["第001号"], {})
    assert do(client, "remind", data)[0] == []
    reminders = {one.case.proposal.number: one.reminders for one in make.Receipt.objects.all()}
    assert reminders == {"001": 1, "002": 0}


def test_a_batch_reaches_nothing_that_is_hidden_and_nobody_without_the_row(client, world):
    keys = [make.registered(world, "001").pk, 10**18, "x", "9" * 40]
    for person in ("clerk", "leader", "secretary", "auditor"):
        client.force_login(world.people[person])
        url = reverse("listing:batch", args=["assign"])
        assert (client.get(url, {"id": keys}).status_code, client.post(url, {"id": keys}).status_code) == (404, 404)
    assert [item.proposal.number for item in batch(client, "assign", world.office, keys)["able"]] == ["001"]
    none = client.get(reverse("listing:batch", args=["assign"]), {"state": "received"})
    assert (none.status_code, none.url) == (302, f"{LIST}?state=received")
    outcome = client.get(reverse("listing:outcome"))
    assert (outcome.status_code, outcome.url) == (302, LIST), "nothing was done yet"


def test_all_of_the_filter_are_chosen_page_after_page_up_to_a_limit_that_is_told(client, world):
    for number in range(1, 54):
        make.registered(world, f"{number}")
    for number in range(61, 64):
        make.assigned(world, f"{number}")
    context = batch(client, "assign", world.office, [], q="天桥", sort="-number")
    assert len(context["able"]) == 50 and context["is_cut"]
    assert [item.proposal.number for item in context["able"]][:2] == ["053", "052"]
    assert [item.proposal.number for item in context["unable"]] == ["063", "062", "061"]


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(transactional_db):
    made = make.world()
    for number, title in (("001", "关于停车场的建议"), ("002", "关于饮水点的建议"), ("003", "关于公厕的建议")):
        make.registered(made, number, title=title, wished_units="区住建委")
    make.handling(made, "004", title="关于电梯加装的建议")
    return made


def test_a_proposal_is_found_by_two_characters_and_enter(desk, page, sign_in):
    sign_in(page, desk.office)
    page.goto(LIST)
    page.get_by_label("搜索").fill("饮水")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert page.locator("tbody tr").inner_text().count("关于饮水点的建议") == 1
    page.get_by_role("link", name="去掉筛选：搜索饮水").click()
    page.wait_for_url(f"**{LIST}")
    expect(page.locator("tbody tr")).to_have_count(4)


def test_columns_order_and_a_filter_of_ones_own_in_the_browser(desk, page, sign_in):
    sign_in(page, desk.office)
    page.goto(f"{LIST}?state=received")
    page.get_by_role("link", name="案号").click()
    page.wait_for_url("**sort=-number")
    assert page.locator("tbody .number").all_inner_texts()[0] == "003"
    page.get_by_text("显示的列", exact=True).first.click()
    page.get_by_label("接收日期").check()
    follow(page.locator(".menu[open]").get_by_role("button", name="保存"))
    expect(page.get_by_role("columnheader", name="接收日期")).to_be_visible()
    assert page.locator("tbody .number").all_inner_texts()[0] == "003", "the order stays"
    page.get_by_text("存为常用筛选", exact=True).click()
    page.locator(".menu[open]").get_by_label("名称").fill("待交办")
    page.locator(".menu[open]").get_by_role("button", name="保存").click()
    told(page, "已保存常用筛选")
    assert page.get_by_label("常用筛选", exact=True).get_by_role("link", name="待交办").get_attribute("aria-current")


def test_what_is_ticked_is_counted_and_assigned_by_keyboard(desk, page, sign_in):
    sign_in(page, desk.office)
    page.goto(f"{LIST}?state=received")
    assign = page.get_by_role("button", name="交办", exact=True)
    assert assign.is_disabled(), "nothing is ticked"
    whole = page.get_by_label("全选本页")
    whole.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("已选 3 件")).to_be_visible()
    page.get_by_label("选择第003号").uncheck()
    expect(page.get_by_text("已选 2 件")).to_be_visible()
    assert whole.evaluate("(box) => box.indeterminate")
    assign.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="交办所选提案").wait_for()
    page.get_by_role("button", name="交办", exact=True).click()
    told(page, "已交办 2 件")
    assert sorted(Proposal.objects.values_list("number", "state")) == [
        ("001", "assigned"), ("002", "assigned"), ("003", "received"), ("004", "handling")
    ]  # fmt: skip
    page.get_by_role("link", name="返回列表").last.click()
    page.wait_for_url("**state=received")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_list_works_without_scripts(desk, new_page, sign_in):
    page = new_page(java_script_enabled=False)
    sign_in(page, desk.office)
    page.goto(f"{LIST}?state=received")
    page.get_by_label("选中全部 3 件").check()
    follow(page.get_by_role("button", name="交办", exact=True))
    expect(page.locator(".batch-item")).to_have_count(3)
    page.get_by_label("第002号").uncheck()
    follow(page.get_by_role("button", name="交办", exact=True))
    expect(page.locator("main")).to_contain_text("已交办 2 件")


def test_filters_are_folded_on_a_telephone_and_nothing_scrolls_sideways(desk, phone, sign_in):
    sign_in(phone, desk.office)
    phone.goto(f"{LIST}?state=received")
    expect(phone.locator("#id_unit")).to_be_hidden()
    phone.get_by_text("筛选与排序").click()
    expect(phone.locator("#id_unit")).to_be_visible()
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert phone.evaluate(wide)
    phone.get_by_label("选中全部 3 件").check()
    follow(phone.get_by_role("button", name="交办", exact=True))
    expect(phone.get_by_role("heading", name="交办所选提案")).to_be_visible()
    assert phone.evaluate(wide)
