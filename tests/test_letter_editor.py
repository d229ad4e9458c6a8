"""The annual letter as an editor: references, marks, parts, versions, notes, material, and the pages of it."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Event
from apps.documents.content import Heading
from apps.figures.queries import tally
from apps.proposals.models import Category
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused
from apps.replies.models import Commitment, Progress, Reply
from apps.replies.promises import report
from apps.reports import marks, parts, warnings
from apps.reports.editing import operations as editing
from apps.reports.letter import compose, references_for
from apps.reports.material import operations as material
from apps.reports.models import (
    AnnualLetter,
    LetterNote,
    LetterPart,
    LetterPresence,
    LetterTheme,
    LetterVersion,
    MaterialAnswer,
)
from apps.reports.operations import choose_cases, save_letter_texts
from apps.reports.parts import Part
from apps.reports.queries import letter_of, others_present, parts_of
from apps.reports.references import resolved
from tests import factories as make
from tests.factories import moment
from tests.test_letter import again, answered, text_of, write
from tests.test_queries import MOST, queries_of

pytestmark = pytest.mark.django_db
AT = moment(2020, 10, 8)
LATER = moment(2020, 10, 9)
EDITOR = "/reports/letters/9-4/editor/"


@pytest.fixture
def world():
    return make.world()


@pytest.fixture
def year(world):
    """Five proposals: three of class A, one of B and one of C; four rated, one of them 理解."""
    for number, code, rating in (
        ("001", "A", "满意"),
        ("002", "A", "满意"),
        ("003", "A", None),
        ("004", "B", "理解"),
        ("005", "C", "满意"),
    ):
        answered(world, number, code=code, rating=rating, summary=f"成效{number}，受理诉求12件")
    return world


def references(world, as_of=None):
    return references_for(world.session, letter_of(world.session), tally(world.session, as_of))


def drafted(world, **texts):
    write(world, **texts)
    editing.draft(world.session, by=world.office, at=AT)
    return parts_of(letter_of(world.session))


def added(world, text, kind="p", **fields):
    return editing.add_part(world.session, by=world.office, at=AT, kind=kind, text=text, **fields)


def saved(world, part, text, by=None, version=None, kind=None):
    return editing.save_part(
        world.session, part, by=by or world.office, at=LATER, kind=kind or part.kind, text=text,
        version=part.version if version is None else version,
    )  # fmt: skip


def texts(world):
    return [part.text for part in parts_of(letter_of(world.session))]


# --- references ---


def test_references_have_the_value_the_base_and_the_proposals_of_their_figure(year):
    found = references(year)
    values = {"提案总数": "5", "A类件数": "3", "A类占比": "60.0", "收回回执件数": "4", "未收回回执件数": "1",
              "最终满意件数": "3", "最终满意占比": "75.0", "首次理解件数": "1", "大会提案件数": "5", "未答复件数": "0",
              "类别·城乡建设·件数": "5", "主题·基础设施与城市管理·件数": "5",
              "单位·区住房城乡建委·主办件数": "5"}  # fmt: skip
    assert {name: found[name].value for name in values} == values
    assert found["A类占比"].base == "答复件数（5件）"
    assert found["最终满意占比"].base == "已确认回执件数（4件）"
    numbers = [row.number for row in (fact.row for fact in tally(year.session).facts) if row.pk in found["B类件数"].ids]
    assert numbers == ["004"]


def test_every_count_and_share_of_the_figures_can_be_referred_to(year):
    counts = {len(ids) for ids in tally(year.session).members.values()}
    offered = {one.value for one in references(year).values() if one.ids is not None and not one.is_percent}
    assert {str(count) for count in counts} == offered


def test_references_are_as_of_a_day(year):
    assert references(year, datetime.date(2020, 4, 1))["未答复件数"].value == "5"
    assert references(year, datetime.date(2020, 4, 1))["截至日"].value == "2020年4月1日"


@pytest.mark.parametrize(
    ("text", "printed", "problems"),
    [
        ("共{提案总数}件", "共5件", 0),
        ("占{A类占比}%", "占60.0%", 0),
        ("有{没有的数}件", "有［没有“没有的数”这个数字］件", 1),
        ("于{通报场合}", "于［“通报场合”还没有填写］", 1),
        ("半个{括号", "半个｛括号", 1),
        ("{{提案总数}}", "｛5｝", 1),
        ("没有引用", "没有引用", 0),
    ],
)
def test_what_cannot_be_replaced_is_told_at_its_place_and_no_brace_is_printed(year, text, printed, problems):
    found, wrong = resolved(text, references(year))
    assert (found, len(wrong)) == (printed, problems)


def test_a_share_of_nothing_is_no_number(world):
    make.assigned(world, "001")
    text, wrong = resolved("占{A类占比}%", references(world))
    assert "{" not in text
    assert wrong == ["“A类占比”没有可算的基数"]


def test_names_from_the_records_cannot_break_out_of_a_reference(world):
    odd = Category.objects.create(name="怪{名}", order=5)
    make.assigned(world, "001", category=odd)
    text, wrong = resolved("{类别·怪｛名｝·件数}", references(world))
    assert (text, wrong) == ("1", [])


# --- numbers typed by hand ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("共197件，占92.9%", ["197件", "92.9%"]),
        ("１２件、3 份、7个提案", ["１２件", "3 份", "7个提案"]),
        ("22,857件次，86余件", ["22,857件", "86余件"]),
        ("第084号提案，第12件，2020年11月3日，419家", []),
        ("共{提案总数}件，占{A类占比}%", []),
        ("满意率达３．５％", ["３．５％"]),
    ],
)
def test_numbers_beside_a_measure_are_found(text, found):
    assert [one.text for one in marks.typed_numbers(text)] == found


def test_a_number_with_a_source_is_not_marked_but_another_one_is():
    loose = marks.loose_numbers("受理12件，办结9件，又12份", ["受理12件"])
    assert [one.text for one in loose] == ["9件", "12份"]


def test_figures_that_fit_are_offered_by_kind(year):
    known = references(year)
    names = [one.name for one in marks.fitting(marks.typed_numbers("占60.0%")[0], known)]
    assert names == ["A类占比"]
    names = [one.name for one in marks.fitting(marks.typed_numbers("共3件")[0], known)]
    assert "A类件数" in names
    assert "提案总数" not in names


def test_binding_replaces_that_number_alone():
    text = "共5件，另有5件"
    second = marks.typed_numbers(text)[1]
    assert marks.bound(text, second.start, "5", "提案总数") == "共5件，另有{提案总数}件"
    assert marks.bound(text, 0, "5", "提案总数") is None


# --- parts: numbers, order, print ---


def outline(*kinds):
    return [Part(kind, f"{place}") for place, kind in enumerate(kinds)]


def test_numbers_go_on_by_level_and_a_lone_point_has_none():
    found = parts.numbers(outline("p", "h1", "h2", "h3", "p", "h3", "h2", "p3", "h1", "p2", "p2", "h1", "p2"))
    expected = ["", "一、", "（一）", "1.", "", "2.", "（二）", "", "二、", "（一）", "（二）", "三、", ""]
    assert found == expected


def test_a_heading_moves_with_what_stands_under_it():
    found = outline("h1", "p", "h2", "p", "h1", "p")
    assert [one.text for one in parts.moved(found, 4, up=True)] == ["4", "5", "0", "1", "2", "3"]
    assert [one.text for one in parts.moved(found, 0, up=False)] == ["4", "5", "0", "1", "2", "3"]
    assert [one.text for one in parts.moved(found, 3, up=True)] == ["0", "1", "3", "2", "4", "5"]
    assert parts.moved(found, 0, up=True) == found
    assert parts.moved(found, 5, up=False) == found


def test_leads_and_typed_numbers_are_set_as_by_the_form_of_the_part():
    blocks, _ = parts.printed(
        [Part("h1", "二、主要做法"), Part("p2", "健全机制。主要领导过问。"), Part("p2", "（三）规范办理。先沟通。")], {}
    )
    assert blocks[0] == Heading(1, "一、主要做法")
    assert [(one.lead, one.text) for one in blocks[1:]] == [
        ("（一）健全机制。", "主要领导过问。"),
        ("（二）规范办理。", "先沟通。"),
    ]


# --- drafting ---


def test_the_draft_prints_what_was_printed_without_it_with_references_for_numbers(year):
    again(year, "084")
    write(year)
    before = text_of(year)
    editing.draft(year.session, by=year.office, at=AT)
    assert text_of(year) == before
    told = "\n".join(texts(year))
    assert "共{提案总数}件" in told
    assert "A类提案{A类件数}件，占" in told
    unsourced = [part.text for part in parts_of(letter_of(year.session)) if not part.sources.all()]
    assert re.findall(r"\d+(?:\.\d+)?[件%]", "".join(unsourced)) == []


def test_drafted_cases_bring_their_source_and_day(year):
    part = next(part for part in drafted(year) if part.text.startswith("例如，第001号"))
    source = part.sources.get()
    assert (source.source, source.as_on) == ("区住房城乡建委对第001号提案的答复", datetime.date(2020, 4, 20))
    assert marks.loose_numbers(part.text, [source.text]) == []


def test_what_the_office_wrote_stays_when_records_go_on_and_numbers_follow(year):
    drafted(year)
    answered(year, "006", summary="成效006")
    told = text_of(year)
    assert "共6件" in told
    assert "成效006" not in told


def test_numbers_are_those_of_the_letters_day(year):
    drafted(year, figures_on=datetime.date(2020, 4, 25))
    told = text_of(year)
    assert "截至2020年4月25日，" in told
    # asked for another day, that one
    assert "截至2020年3月12日，" in text_of(year, datetime.date(2020, 3, 12))


def test_drafting_again_puts_the_parts_aside(year):
    drafted(year)
    added(year, "手写的一段")
    editing.draft(year.session, by=year.office, at=LATER)
    assert "手写的一段" not in texts(year)
    kept = LetterPart.objects.get(text="手写的一段")
    editing.restore_part(year.session, kept, by=year.office, at=LATER)
    assert "手写的一段" in texts(year)


def test_braces_in_records_are_no_references(world):
    answered(world, "001", summary="见{提案总数}附件")
    drafted(world)
    assert "见｛提案总数｝附件" in text_of(world)


def test_the_speaker_and_the_occasion_open_the_letter(year):
    drafted(year, occasion="区政协九届第二十二次常委会", speaker="副区长周明远")
    first = text_of(year).splitlines()[0]
    assert first == "受区政府委托，由副区长周明远向区政协九届第二十二次常委会通报区政协九届四次会议提案的办理情况。"


# --- themes of the letter's own ---


def theme(name, within="", intro="", pk=None):
    return {"id": pk, "name": name, "within": within, "intro": intro}


def test_cases_are_told_under_the_themes_of_the_letter(year):
    rows = [theme("发展产业", intro="委员关心产业。"), theme("智能化", within="发展产业")]
    editing.save_themes(year.session, rows, by=year.office, at=AT)
    top, sub = LetterTheme.objects.order_by("order")
    ids = {reply.case.proposal.number: reply.pk for reply in Reply.objects.select_related("case__proposal")}
    chosen = {ids["001"]: top.pk, ids["002"]: sub.pk, ids["003"]: None, ids["004"]: None, ids["005"]: None}
    choose_cases(year.session, chosen, by=year.office, at=AT, themes=chosen)
    told = text_of(year)
    lines = [line[:9] for line in told.splitlines() if line.startswith(("1.", "2.", "例如", "智能化"))]
    assert lines[:5] == ["1.发展产业。委员", "例如，第001号提", "智能化方面。", "例如，第002号提", "2.基础设施与城市"]
    # a theme that goes leaves its cases to their category
    editing.save_themes(year.session, [theme("发展产业", pk=top.pk)], by=year.office, at=LATER)
    assert "例如，第001号提案" in text_of(year)
    assert "第002号提案" in text_of(year)


def test_themes_may_swap_names_and_outlive_the_one_above_them(year):
    rows = [theme("甲", intro="一"), theme("乙", within="甲", intro="二"), theme("丙", intro="三")]
    editing.save_themes(year.session, rows, by=year.office, at=AT)
    ids = {one.name: one.pk for one in LetterTheme.objects.all()}
    reply = Reply.objects.get(case__proposal__number="001")
    choose_cases(year.session, [reply.pk], by=year.office, at=AT, themes={reply.pk: ids["乙"]})
    rows = [theme("丙", intro="二", pk=ids["乙"]), theme("乙", intro="三", pk=ids["丙"])]
    editing.save_themes(year.session, rows, by=year.office, at=LATER)
    assert [(one.pk, one.name, one.parent) for one in LetterTheme.objects.all()] == [
        (ids["乙"], "丙", None),
        (ids["丙"], "乙", None),
    ]
    assert AnnualLetter.objects.get().chosen.get().theme_id == ids["乙"]


def test_themes_that_contradict_each_other_are_refused(world):
    for rows in ([theme("甲"), theme("甲")], [theme("甲", within="没有")], [theme("甲", within="甲")]):
        with pytest.raises(Refused):
            editing.save_themes(world.session, rows, by=world.office, at=AT)
    assert not LetterTheme.objects.exists()


# --- editing ---


@pytest.mark.parametrize("name", ["clerk", "head", "leader", "secretary", "auditor", "admin"])
def test_only_the_office_edits(year, name):
    part = drafted(year)[1]
    note = editing.write_note(year.session, part, by=year.office, at=AT, text="请核")
    person = {"by": year.people[name], "at": LATER}
    before = Event.objects.count()
    for act in (
        lambda: editing.draft(year.session, **person),
        lambda: editing.add_part(year.session, kind="p", text="x", **person),
        lambda: editing.save_part(year.session, part, version=1, kind="p", text="x", **person),
        lambda: editing.move_part(year.session, part, direction="up", **person),
        lambda: editing.remove_part(year.session, part, version=1, **person),
        lambda: editing.restore_part(year.session, part, **person),
        lambda: editing.bind_number(year.session, part, version=1, start=0, number="1", name="提案总数", **person),
        lambda: editing.declare_number(year.session, part, text="1件", source="x", as_on=AT.date(), **person),
        lambda: editing.write_note(year.session, part, text="x", **person),
        lambda: editing.finish_note(year.session, note, **person),
        lambda: editing.restore_version(year.session, 1, **person),
        lambda: editing.save_themes(year.session, [], **person),
        lambda: editing.appear(year.session, None, **person),
        lambda: material.ask(year.session, units=[year.housing], text="x", due_on=LATER.date(), **person),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Event.objects.count() == before


def test_every_edit_has_an_event_and_a_version(year):
    part = drafted(year)[1]
    before = AnnualLetter.objects.get().version
    saved(year, part, "总体")
    other = added(year, "另加一段，共7件", after=part.pk)
    editing.move_part(year.session, other, by=year.office, at=LATER, direction="down")
    editing.remove_part(year.session, other, by=year.office, at=LATER, version=other.version)
    actions = list(Event.objects.order_by("-seq").values_list("action", flat=True)[:4])
    assert actions == ["letter.remove_part", "letter.move_part", "letter.add_part", "letter.save_part"]
    letter = AnnualLetter.objects.get()
    assert letter.version == before + 4
    kept = LetterVersion.objects.get(number=before + 2).content["parts"]
    assert "另加一段，共7件" in [one["text"] for one in kept]
    assert LetterVersion.objects.count() == letter.version


def test_two_editors_of_one_part_do_not_overwrite_each_other(year):
    part = drafted(year)[2]
    saved(year, part, "第一人写的")
    with pytest.raises(OutOfTurn, match="吴办已于2020-10-09"):
        saved(year, part, "第二人写的", by=year.office2)
    assert "第一人写的" in texts(year)
    # of two parts they may each save one, and the head of the letter besides
    other = parts_of(letter_of(year.session))[3]
    saved(year, other, "第二人在别处写的", by=year.office2)
    save_letter_texts(year.session, by=year.office, at=LATER, version=1, speaker="周明远")
    # the same text twice is stored once
    version = AnnualLetter.objects.get().version
    saved(year, part, "第一人写的", by=year.office2)
    assert AnnualLetter.objects.get().version == version


def test_a_part_that_was_removed_meanwhile_comes_back_when_saved(year):
    part = drafted(year)[2]
    editing.remove_part(year.session, part, by=year.office2, at=LATER, version=part.version)
    assert part.text not in texts(year)
    saved(year, part, "还要这一段")
    assert texts(year)[2] == "还要这一段"


def test_nobody_removes_what_a_colleague_just_wrote(year):
    part = drafted(year)[2]
    saved(year, part, "刚写好")
    with pytest.raises(OutOfTurn):
        editing.remove_part(year.session, part, by=year.office2, at=LATER, version=part.version)


@pytest.mark.parametrize(("kind", "text"), [("p", "  \n "), ("xx", "文字"), ("h1", "一、"), ("p", "字" * 20_001)])
def test_empty_overlong_and_formless_parts_are_refused(year, kind, text):
    part = drafted(year)[1]
    with pytest.raises(Refused):
        saved(year, part, text, kind=kind)


def test_an_earlier_version_can_be_restored_with_its_sources(year):
    part = next(part for part in drafted(year) if part.text.startswith("例如"))
    before = text_of(year)
    number = AnnualLetter.objects.get().version
    saved(year, part, "改坏了")
    editing.restore_version(year.session, number, by=year.office, at=LATER)
    assert text_of(year) == before
    assert [one for one in compose(year.session)[1] if "手工填写" in one] == []


# --- marks in the letter ---


def test_a_number_typed_by_hand_is_told_until_it_is_bound_or_declared(year):
    part = added(year, "共5件，另受理诉求120件。")
    assert any("5件、120件" in line for line in compose(year.session)[1])
    bound = editing.bind_number(
        year.session, part, by=year.office, at=LATER, version=1, start=1, number="5", name="提案总数"
    )
    assert bound.text == "共{提案总数}件，另受理诉求120件。"
    editing.declare_number(
        year.session, part, by=year.office, at=LATER, text="120件", source="信访台账", as_on=datetime.date(2020, 9, 30)
    )
    assert [line for line in compose(year.session)[1] if "手工" in line] == []
    # changed afterwards it is marked again
    bound.refresh_from_db()
    saved(year, bound, "共{提案总数}件，另受理诉求130件。")
    assert any("130件" in line for line in compose(year.session)[1])


def test_a_number_is_bound_only_to_a_figure_of_that_value(year):
    part = added(year, "共5件")
    who = {"by": year.office, "at": LATER, "version": 1}
    for name in ("A类件数", "没有的数", "届次会议"):
        with pytest.raises(Refused):
            editing.bind_number(year.session, part, start=1, number="5", name=name, **who)
    with pytest.raises(OutOfTurn):
        editing.bind_number(year.session, part, start=0, number="5", name="提案总数", **who)


def test_a_declaration_needs_a_source_and_a_day_that_has_come(year):
    part = added(year, "受理120件")
    who = {"by": year.office, "at": LATER}
    for source, day in ((" ", LATER.date()), ("台账", None), ("台账", datetime.date(2020, 10, 10))):
        with pytest.raises(Refused):
            editing.declare_number(year.session, part, text="120件", source=source, as_on=day, **who)
    with pytest.raises(OutOfTurn):
        editing.declare_number(year.session, part, text="999件", source="台账", as_on=LATER.date(), **who)


def test_unknown_references_make_the_letter_a_draft_and_are_told_with_their_place(year):
    added(year, "总体情况", kind="h1")
    part = parts_of(letter_of(year.session))[0]
    added(year, "有{没有的数}件", after=part.pk)
    letter, unfinished, *_ = compose(year.session)
    assert letter.draft
    assert "“总体情况”第1段：没有“没有的数”这个数字。" in unfinished


# --- warnings before approval ---


def told_warnings(world):
    letter = letter_of(world.session)
    found = tally(world.session)
    return warnings.warnings_of(letter, found, references_for(world.session, letter, found), parts_of(letter))


def test_what_to_look_at_before_the_letter_goes_up_is_the_same_on_each_page(year, client):
    make.assigned(year, "006")
    part = drafted(year)[0]
    editing.write_note(year.session, part, text="请核对", by=year.office, at=AT)
    client.force_login(year.office)
    letter, submit = reverse("reports:letter", args=["9-4"]), reverse("reports:letter_act", args=["9-4", "submit"])
    told = {}
    for page in (EDITOR, letter, submit):
        text = client.get(page).content.decode()
        (count,) = re.findall(r"送审以前还有 (\d+) 项要看", text)
        lines = re.search(r"送审以前还有.*?<ul>(.*?)</ul>", text, re.DOTALL).group(1)
        told[page] = (int(count), re.findall(r"<li>(.*?)</li>", lines))
    assert told[EDITOR] == told[letter] == told[submit]
    count, lines = told[EDITOR]
    assert count == len(lines)
    unfinished = [line for line in lines if line.startswith("<strong>未完成</strong>")]
    assert any("1件提案尚未答复：第006号。" in line for line in unfinished)
    assert "有1条同事备注还没有处理。" in lines
    assert not any("发文字号" in line for line in lines), "it is given with 登记发文"
    assert f"其中 {len(unfinished)} 项未完成" in client.get(submit).content.decode()


def test_paragraphs_put_aside_are_spoken_of_only_where_there_are_some(year, client):
    client.force_login(year.office)
    draft = reverse("reports:letter_draft", args=["9-4"])
    said = []
    for _ in range(2):
        page = client.post(draft, {"seen": letter_of(year.session).version}, follow=True).content.decode()
        said.append(page[page.index('class="messages"') : page.index("<h1>")])
    assert "已按记录生成初稿" in said[0] and "已删除的段落" not in said[0]
    assert "原有的段落在“已删除的段落”里。" in said[1]


def test_splits_that_do_not_add_up_are_told(year):
    Reply.objects.filter(case__proposal__number="002").update(result_class=None, is_imported=True)
    assert "办理结果各类合计4件，已答复5件，相差1件。" in told_warnings(year)


def test_a_split_that_is_told_by_half_is_told(year):
    added(year, "A类{A类件数}件，B类{B类件数}件。")
    assert any("没有说全：缺C类件数（1）" in line for line in told_warnings(year))
    part = parts_of(letter_of(year.session))[0]
    saved(year, part, "A类{A类件数}件，B类{B类件数}件，C类{C类件数}件。")
    assert not any("没有说全" in line for line in told_warnings(year))


def test_sections_that_such_a_letter_has_and_this_one_lacks_are_told(year):
    editing.draft(year.session, by=year.office, at=AT)  # nobody wrote methods, problems, next steps
    lacking = [
        f"通报里没有“{name}”一节，请在编写页插入标题和文字。" for name in ("主要做法", "存在的问题", "下一步打算")
    ]
    assert [line for line in told_warnings(year) if "一节" in line] == lacking
    heading = added(year, "存在问题和下一步工作打算", kind="h1", after=parts_of(letter_of(year.session))[-1].pk)
    assert [line for line in told_warnings(year) if "一节" in line] == lacking[:1]
    assert "标题“存在问题和下一步工作打算”下面没有文字。" in told_warnings(year)
    added(year, "效率不高。", after=heading.pk)
    assert not any("下面没有文字" in line for line in told_warnings(year))


def test_before_there_are_parts_the_sections_are_told_once(year):
    assert not any("一节" in line for line in told_warnings(year))
    assert any("主要做法" in line for line in compose(year.session).unfinished)


def test_numbers_typed_into_the_texts_are_told_before_there_are_parts_too(year):
    write(year, methods="办理12件。\n共{提案总数}件。", class_intros={"A": "占比92.5%。"})
    told = [line for line in told_warnings(year) if "手工" in line]
    assert ["12件" in told[0], "92.5%" in told[1], len(told)] == [True, True, 2]
    assert "主要做法" in told[0]


def test_the_drafted_opening_follows_the_occasion_and_the_speaker(year):
    editing.draft(year.session, by=year.office, at=AT)
    opening = parts_of(letter_of(year.session))[0]
    assert "受区政府委托" not in opening.text
    save_letter_texts(year.session, by=year.office, at=LATER, occasion="区政协常委会", speaker="副区长周明远")
    printed = compose(year.session).letter.blocks[0].text
    assert printed.startswith("受区政府委托，由副区长周明远向区政协常委会通报")
    assert parts_of(letter_of(year.session))[0].version == opening.version + 1  # a colleague who has it open is told
    assert not any("通报场合" in line for line in told_warnings(year))


def test_an_opening_that_was_rewritten_stays_and_an_occasion_left_out_is_told(year):
    editing.draft(year.session, by=year.office, at=AT)
    saved(year, parts_of(letter_of(year.session))[0], "现在通报如下。")
    save_letter_texts(year.session, by=year.office, at=LATER, occasion="区政协常委会")
    assert texts(year)[0] == "现在通报如下。"
    assert any("{通报场合}" in line for line in told_warnings(year))
    saved(year, parts_of(letter_of(year.session))[0], "向{通报场合}通报如下。")
    assert not any("通报场合" in line for line in told_warnings(year))


def test_what_was_typed_of_a_source_or_a_note_that_is_refused_is_told_back(year, client):
    part = added(year, "受理诉求530件")
    client.force_login(year.office)
    typed = {"text": "530件", "source": "建委工程台账第7页", "as_on": "2099-01-01"}
    page = client.post(reverse("reports:letter_declare", args=["9-4", part.pk]), typed, follow=True).content.decode()
    assert "截至日期还没有到" in page
    assert "建委工程台账第7页" in page


def test_open_notes_and_unanswered_material_are_told(year):
    part = drafted(year)[1]
    note = editing.write_note(year.session, part, by=year.office, at=AT, text="请核对")
    material.ask(year.session, by=year.office, at=AT, units=[year.housing, year.culture], text="座数", due_on=AT.date())
    found = told_warnings(year)
    assert "有1条同事备注还没有处理。" in found
    assert "有2项素材征集还没有反馈：区住房城乡建委、区文化旅游委。" in found
    editing.finish_note(year.session, note, by=year.office2, at=LATER)
    assert not any("备注" in line for line in told_warnings(year))


# --- material ---


def asked(world):
    request = material.ask(
        world.session, by=world.office, at=AT, units=[world.housing], text="今年新建天桥几座",
        due_on=datetime.date(2020, 10, 20),
    )  # fmt: skip
    return request.answers.get()


def given(world, answer, **fields):
    fact = {"text": "新建天桥2座，惠及9件诉求", "source": "建委台账", "as_on": datetime.date(2020, 9, 30)}
    return material.give(answer, by=world.clerk, at=LATER, **(fact | fields))


def test_a_units_answer_becomes_a_part_with_its_source_and_day(year):
    first = drafted(year)[0]
    answer = given(year, asked(year))
    part = material.take_answer(answer, by=year.office, at=LATER, after=first.pk)
    assert texts(year)[1] == "新建天桥2座，惠及9件诉求"
    source = part.sources.get()
    assert (source.source, source.as_on, source.answer) == (
        "区住房城乡建委：建委台账",
        datetime.date(2020, 9, 30),
        answer,
    )
    assert [line for line in compose(year.session)[1] if "手工" in line] == []
    with pytest.raises(OutOfTurn):  # taken once
        material.take_answer(answer, by=year.office, at=LATER, after=None)
    with pytest.raises(OutOfTurn, match="已采用"):
        given(year, answer, text="改口")
    actions = set(Event.objects.values_list("action", flat=True))
    assert {"letter.ask_material", "letter.give_material", "letter.add_part"} <= actions


def test_only_the_unit_asked_answers_with_source_and_day(year):
    answer = asked(year)
    for name in ("culture_clerk", "office", "leader", "secretary"):
        with pytest.raises(NotAllowed):
            material.give(answer, by=year.people[name], at=LATER, text="x", source="y", as_on=LATER.date())
    for wrong in ({"text": " "}, {"source": " "}, {"as_on": datetime.date(2020, 12, 1)}):
        with pytest.raises(Refused):
            given(year, answer, **wrong)
    assert not MaterialAnswer.objects.exclude(answered_at=None).exists()


def test_an_answer_is_bettered_until_it_is_taken_and_the_first_words_stay_in_the_trail(year):
    answer = given(year, asked(year))
    given(year, answer, text="新建天桥3座")
    event = Event.objects.latest("seq")
    assert (event.data["text"], event.data["text_before"]) == ("新建天桥3座", "新建天桥2座，惠及9件诉求")


def test_a_request_that_is_withdrawn_is_answered_no_more(year):
    answer = material.withdraw(asked(year), by=year.office, at=LATER)
    with pytest.raises(OutOfTurn, match="撤回"):
        given(year, answer)


def test_progress_since_the_reply_is_offered_as_material(year, client):
    report(Commitment.objects.get(), by=year.clerk, at=moment(2020, 12, 20), text="停车楼已竣工，移交车位530个")
    client.force_login(year.office)
    url = reverse("reports:letter_material", args=["9-4"])
    assert "停车楼已竣工" in client.get(url).content.decode()
    progress = Progress.objects.get()
    take = reverse("reports:letter_take_progress", args=["9-4", progress.pk])
    first = drafted(year)[0]
    answer = client.post(take, {"after": first.pk})
    assert answer.status_code == 302
    part = LetterPart.objects.get(sources__progress=progress)
    source = part.sources.get()
    assert (part.text, source.as_on) == ("停车楼已竣工，移交车位530个", datetime.date(2020, 12, 20))
    assert source.source == "区住房城乡建委承诺进展报告（第004号提案）"
    assert "已采用" in client.get(url).content.decode()


def test_nothing_is_taken_over_before_there_are_parts_since_it_would_be_the_whole_letter(year, client):
    answer = given(year, asked(year))
    report(Commitment.objects.get(), by=year.clerk, at=LATER, text="停车楼已竣工")
    with pytest.raises(Refused, match="初稿"):
        material.take_answer(answer, by=year.office, at=LATER, after=None)
    with pytest.raises(Refused, match="初稿"):
        material.take_progress(Progress.objects.get(), by=year.office, at=LATER, after=None)
    with pytest.raises(Refused, match="初稿"):
        material.take_cases(year.session, [Reply.objects.first().pk], by=year.office, at=LATER, after=None)
    assert not LetterPart.objects.exists()
    client.force_login(year.office)
    page = client.get(reverse("reports:letter_material", args=["9-4"])).content.decode()
    assert "停车楼已竣工" in page
    assert "生成初稿" in page
    assert reverse("reports:letter_take", args=["9-4", answer.pk]) not in page


# --- cases, taken into a letter that is written part by part ---


def replies_to(*numbers):
    return [Reply.objects.get(case__proposal__number=number).pk for number in numbers]


def test_cases_go_on_from_the_examples_before_them_with_their_source_and_day(year):
    write(year)
    choose_cases(year.session, replies_to("001"), by=year.office, at=AT)
    editing.draft(year.session, by=year.office, at=AT)
    after = next(part for part in parts_of(letter_of(year.session)) if part.text.startswith("例如，第001号"))
    added_parts = material.take_cases(year.session, replies_to("002", "003"), by=year.office, at=LATER, after=after.pk)
    there = texts(year)
    place = there.index(after.text)
    assert [text[:8] for text in there[place : place + 3]] == ["例如，第001号", "又如，第002号", "还如，第003号"]
    assert "成效002" in there[place + 1]
    source = added_parts[0].sources.get()
    assert source.source == "区住房城乡建委对第002号提案的答复"
    assert source.as_on == Reply.objects.get(pk=replies_to("002")[0]).issued_on
    assert not any("手工" in line for line in compose(year.session).unfinished)
    with pytest.raises(Refused, match="都已写进"):
        material.take_cases(year.session, replies_to("002"), by=year.office, at=LATER, after=after.pk)
    with pytest.raises(OutOfTurn):
        material.take_cases(year.session, [99999], by=year.office, at=LATER, after=after.pk)
    with pytest.raises(NotAllowed):
        material.take_cases(year.session, replies_to("002"), by=year.leader, at=LATER, after=after.pk)


def test_the_first_case_behind_plain_text_is_told_as_an_example(year):
    part = added(year, "智能化方面。企业来了。")
    (new,) = material.take_cases(year.session, replies_to("005"), by=year.office, at=LATER, after=part.pk)
    assert texts(year) == [part.text, new.text]
    assert new.text.startswith("例如，第005号")


def test_cases_are_taken_on_the_page_and_what_was_ticked_stays_where_they_cannot(year, client):
    write(year)
    choose_cases(year.session, replies_to("001"), by=year.office, at=AT)
    editing.draft(year.session, by=year.office, at=AT)
    last = parts_of(letter_of(year.session))[-1]
    client.force_login(year.office)
    page = client.get(reverse("reports:letter_cases", args=["9-4"])).content.decode()
    assert "写进通报" in page
    assert page.count("已写进通报") == 1
    example = next(part for part in parts_of(letter_of(year.session)) if part.text.startswith("例如"))
    assert f'value="{example.pk}" selected' in page  # further ones go on from there
    take = reverse("reports:letter_take_cases", args=["9-4"])
    wrong = client.post(take, {"replies": replies_to("001"), "after": last.pk, "seen": "1"})
    assert wrong.status_code == 422
    assert "都已写进通报" in wrong.content.decode()
    assert re.search(rf'value="{replies_to("001")[0]}" checked', wrong.content.decode())
    answer = client.post(take, {"replies": replies_to("001", "002"), "after": last.pk, "seen": "1"})
    assert answer.status_code == 302
    assert texts(year)[-1].startswith("例如，第002号")
    assert letter_of(year.session).chosen.count() == 1  # the choice for the draft is another thing


def test_a_unit_sees_its_own_requests_on_its_home_and_answers_on_its_page(year, client):
    answer = asked(year)
    other = material.ask(
        year.session, by=year.office, at=AT, units=[year.culture], text="旅游收入", due_on=datetime.date(2020, 10, 20)
    )
    client.force_login(year.clerk)
    home = client.get("/").content.decode()
    assert "待反馈的通报素材" in home
    assert "今年新建天桥几座" in home
    page = client.get(reverse("reports:material_asked")).content.decode()
    assert "今年新建天桥几座" in page
    assert "旅游收入" not in page
    assert client.get(reverse("reports:material_give", args=[other.answers.get().pk])).status_code == 404
    url = reverse("reports:material_give", args=[answer.pk])
    wrong = client.post(url, {"text": "新建2座", "source": "", "as_on": "2020-09-30"})
    assert wrong.status_code == 422
    assert "新建2座" in wrong.content.decode()
    assert client.post(url, {"text": "新建2座", "source": "台账", "as_on": "2020-09-30"}).status_code == 302
    assert "待反馈的通报素材" not in client.get("/").content.decode()


def test_material_is_asked_for_on_the_page(year, client):
    client.force_login(year.office)
    url = reverse("reports:letter_material", args=["9-4"])
    due = timezone.localdate() + datetime.timedelta(days=7)
    typed = {"text": "座数", "units": [year.housing.pk, year.culture.pk], "due_on": due.isoformat()}
    assert client.post(url, typed).status_code == 302
    assert MaterialAnswer.objects.count() == 2
    late = client.post(url, typed | {"due_on": "2020-01-01", "text": "写了很久"})
    assert late.status_code == 422
    assert "写了很久" in late.content.decode()
    first = MaterialAnswer.objects.first()
    assert client.post(reverse("reports:letter_withdraw", args=["9-4", first.pk])).status_code == 302
    first.refresh_from_db()
    assert first.withdrawn_at


# --- pages ---


def post_part(client, part, text, seen=None, kind=None):
    url = reverse("reports:letter_save_part", args=["9-4", part.pk])
    return client.post(url, {"text": text, "kind": kind or part.kind, "seen": part.version if seen is None else seen})


def test_the_editor_shows_chips_marks_warnings_and_the_paper(year, client):
    client.force_login(year.office)
    empty = client.get(EDITOR).content.decode()
    assert "生成初稿" in empty
    assert client.post(reverse("reports:letter_draft", args=["9-4"]), {"seen": "0"}).status_code == 302
    added(year, "手写120件")
    page = client.get(EDITOR).content.decode()
    assert re.search(r'class="chip"[^>]*>\s*<span class="visually-hidden">提案总数：</span>5</a>', page)
    assert '<mark class="typed-number"' in page
    assert "第1段有手工填写的数字：120件" in page
    assert "1件提案的回执尚未收回：第003号。" in page
    assert "letter.pdf?inline=1" in page
    assert "paper-letter" in page


def test_a_part_is_edited_in_place_and_the_figures_are_listed(year, client):
    part = drafted(year)[2]
    client.force_login(year.office)
    page = client.get(EDITOR, {"edit": part.pk}).content.decode()
    assert part.text.split("{")[1].split("}")[0] in page
    assert '<option value="A类占比">60.0%　占答复件数（5件）</option>' in page
    answer = post_part(client, part, "改为{A类件数}件")
    assert answer.status_code == 302
    assert answer.url.endswith(f"?saved={part.pk}#part-{part.pk}")
    assert "改为3件" in text_of(year)


def test_who_saves_second_sees_both_and_may_save_after_comparing(year, client):
    part = drafted(year)[2]
    saved(year, part, "第一人写的话", by=year.office2)
    client.force_login(year.office)
    late = post_part(client, part, "第二人写的话")
    page = late.content.decode()
    assert late.status_code == 409
    assert "<ins>" in page
    assert "第一人写的话" in page
    assert "第二人写的话" in page
    assert "何办" in page
    seen = late.context["opened"].seen
    assert post_part(client, part, "两人的话", seen=seen).status_code == 302
    assert "两人的话" in texts(year)


def test_what_was_typed_in_a_part_that_was_changed_and_removed_meanwhile_is_not_lost(year, client):
    part = drafted(year)[2]
    changed = saved(year, part, "第一人写的话", by=year.office2)
    editing.remove_part(year.session, changed, by=year.office2, at=LATER, version=changed.version)
    client.force_login(year.office)
    late = post_part(client, part, "第二人写的话")
    assert late.status_code == 409
    assert "第二人写的话</textarea>" in late.content.decode()
    assert "这一段现已删除" in late.content.decode()
    assert post_part(client, part, "第二人写的话", seen=late.context["opened"].seen).status_code == 302
    assert "第二人写的话" in texts(year)


@pytest.mark.parametrize("typed", [{"kind": "xx"}, {"text": "字" * 20_001}, {"text": "h", "kind": ""}])
def test_unusable_parts_lose_nothing(year, client, typed):
    part = drafted(year)[2]
    client.force_login(year.office)
    data = {"text": "写了很久的话", "kind": "p", "seen": part.version} | typed
    answer = client.post(reverse("reports:letter_save_part", args=["9-4", part.pk]), data)
    assert answer.status_code == 422
    assert data["text"] in answer.content.decode()
    part.refresh_from_db()
    assert part.version == 1


def test_parts_are_added_moved_removed_and_put_back_on_the_page(year, client):
    first, second = drafted(year)[:2]
    client.force_login(year.office)
    answer = client.post(
        reverse("reports:letter_add_part", args=["9-4"]), {"after": first.pk, "kind": "p", "text": "插入的话"}
    )
    assert answer.status_code == 302
    assert texts(year)[1] == "插入的话"
    part = LetterPart.objects.get(text="插入的话")
    client.post(reverse("reports:letter_part_up", args=["9-4", part.pk]))
    assert texts(year)[:2] == ["插入的话", first.text]
    client.post(reverse("reports:letter_part_down", args=["9-4", part.pk]))
    assert texts(year)[:3] == [first.text, "插入的话", second.text]
    client.post(reverse("reports:letter_remove_part", args=["9-4", part.pk]), {"seen": 1})
    assert "插入的话" not in texts(year)
    assert "插入的话" in client.get(EDITOR).content.decode()
    client.post(reverse("reports:letter_restore_part", args=["9-4", part.pk]))
    assert texts(year)[1] == "插入的话"
    missing = client.post(
        reverse("reports:letter_add_part", args=["9-4"]), {"after": "99999", "kind": "p", "text": "别丢了我"}
    )
    assert missing.status_code == 409
    assert "别丢了我" in missing.content.decode()


def test_numbers_are_bound_and_declared_on_the_page(year, client):
    part = added(year, "共5件，受理120件")
    client.force_login(year.office)
    page = client.get(EDITOR).content.decode()
    assert "改用“提案总数”" in page
    bind = {"seen": 1, "start": 1, "number": "5", "name": "提案总数"}
    assert client.post(reverse("reports:letter_bind", args=["9-4", part.pk]), bind).status_code == 302
    declare = reverse("reports:letter_declare", args=["9-4", part.pk])
    client.post(declare, {"text": "120件", "source": "信访台账", "as_on": "何时"})
    assert "信访台账" in client.get(EDITOR).content.decode()  # nothing typed is lost
    client.post(declare, {"text": "120件", "source": "信访台账", "as_on": "2020-09-30"})
    page = client.get(EDITOR).content.decode()
    assert "typed-number" not in page
    assert "出处：信访台账，截至 2020-09-30" in page


def test_notes_stand_beside_their_part_until_they_are_done(year, client):
    part = drafted(year)[2]
    client.force_login(year.office)
    client.post(reverse("reports:letter_note", args=["9-4", part.pk]), {"text": "数字请核对"})
    assert "数字请核对" in client.get(EDITOR).content.decode()
    assert "数字请核对" not in text_of(year)
    note = LetterNote.objects.get()
    client.post(reverse("reports:letter_note_done", args=["9-4", note.pk]))
    note.refresh_from_db()
    assert note.done_by == year.office


def test_two_editors_are_told_of_each_other(year, client):
    part = drafted(year)[2]
    url = reverse("reports:letter_presence", args=["9-4"])
    client.force_login(year.office)
    assert client.post(url, {"part": part.pk}).json() == {"others": []}
    client.force_login(year.office2)
    (told,) = client.post(url, {"part": ""}).json()["others"]
    assert re.fullmatch(r"吴办正在修改第3段（\d秒前）", told)
    assert "吴办正在修改第3段" in client.get(EDITOR).content.decode()
    assert LetterPresence.objects.count() == 2
    letter = letter_of(year.session)
    assert others_present(letter, year.office2, timezone.now() + datetime.timedelta(minutes=2)) == []
    client.force_login(year.leader)
    assert client.post(url, {}).status_code == 403


def test_versions_are_listed_compared_and_restored(year, client):
    part = drafted(year)[2]
    before = AnnualLetter.objects.get().version
    saved(year, part, "改过的话")
    client.force_login(year.office)
    assert f"第 {before} 版" in client.get(reverse("reports:letter_versions", args=["9-4"])).content.decode()
    page = client.get(reverse("reports:letter_compare", args=["9-4", before, before + 1])).content.decode()
    assert "改过的话" in page
    assert "<del>" in page
    assert "总体情况" in page  # the part before it
    assert "略去没有改动的" in page
    assert "发文字号" not in page
    assert client.get(reverse("reports:letter_version", args=["9-4", before])).status_code == 200
    assert client.get(reverse("reports:letter_version", args=["9-4", 99])).status_code == 404
    client.post(reverse("reports:letter_restore", args=["9-4", before]))
    assert "改过的话" not in texts(year)


def test_the_proposals_behind_a_figure_are_shown(year, client):
    client.force_login(year.office)
    url = reverse("reports:letter_figure", args=["9-4"])
    drafted(year)
    page = client.get(url, {"name": "B类件数"}).content.decode()
    assert "第004号" in page
    assert "第001号" not in page
    for name in ("没有的数", "届次会议", ""):
        assert client.get(url, {"name": name}).status_code == 404


def test_themes_are_written_on_the_page_and_the_second_editor_is_told(year, client):
    client.force_login(year.office)
    url = reverse("reports:letter_themes", args=["9-4"])
    typed = {
        "form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 0, "form-0-name": "发展产业", "form-0-order": 2,
        "form-1-name": "智能化", "form-1-within": "发展产业", "form-1-intro": "大数据", "seen": 0,
    }  # fmt: skip
    assert client.post(url, typed).status_code == 302
    assert [str(one) for one in LetterTheme.objects.select_related("parent")] == ["发展产业", "发展产业：智能化"]
    late = client.post(url, typed | {"form-0-name": "另一个"})
    assert late.status_code == 409
    assert "另一个" in late.content.decode()
    cases = client.get(reverse("reports:letter_cases", args=["9-4"])).content.decode()
    assert "发展产业：智能化" in cases
    reply = Reply.objects.get(case__proposal__number="001")
    sub = LetterTheme.objects.get(name="智能化")
    seen = AnnualLetter.objects.get().version
    typed = {"replies": [reply.pk], f"theme_{reply.pk}": sub.pk, "seen": seen}
    assert client.post(reverse("reports:letter_cases", args=["9-4"]), typed).status_code == 302
    assert AnnualLetter.objects.get().chosen.get().theme == sub


def test_the_head_alone_is_left_to_the_form_of_texts_once_there_are_parts(year, client):
    drafted(year)
    client.force_login(year.office)
    page = client.get(reverse("reports:letter_texts", args=["9-4"]))
    assert "methods" not in page.context["form"].fields
    data = {bound.html_name: bound.value() or "" for bound in page.context["form"]} | {"seen": page.context["seen"]}
    answer = client.post(reverse("reports:letter_texts", args=["9-4"]), data | {"speaker": "周明远"})
    assert answer.status_code == 302
    letter = AnnualLetter.objects.get()
    assert (letter.speaker, letter.methods) == ("周明远", "健全机制。主要领导过问。\n规范办理。先沟通，后办理。")


def test_addresses_that_lead_nowhere_are_not_found(year, client):
    part = drafted(year)[2]
    client.force_login(year.office)
    for name in ("letter_save_part", "letter_part_up", "letter_remove_part", "letter_note", "letter_bind"):
        assert client.post(reverse(f"reports:{name}", args=["9-4", 99999])).status_code == 404
        assert client.get(reverse(f"reports:{name}", args=["9-4", part.pk])).status_code == 405
    assert client.get(EDITOR, {"edit": "x"}).status_code == 200
    assert client.get(EDITOR, {"edit": "9" * 30, "after": "-1", "saved": "²"}).status_code == 200


@pytest.mark.parametrize(("name", "status"), [("leader", 403), ("secretary", 403), ("clerk", 404), ("auditor", 404)])
def test_posting_to_the_editor_is_for_the_office_alone(year, client, name, status):
    part = added(year, "共5件")
    note = editing.write_note(year.session, part, by=year.office, at=AT, text="请核")
    answer = given(year, asked(year))
    report(Commitment.objects.get(), by=year.clerk, at=LATER, text="已开工")
    before = Event.objects.count()
    client.force_login(year.people[name])
    of_part = ("save_part", "part_up", "part_down", "remove_part", "restore_part", "bind", "declare", "note")
    urls = [
        ("draft",),
        ("presence",),
        ("add_part",),
        ("themes",),
        ("cases",),
        ("texts",),
        ("material",),
        ("restore", 1),
    ]
    urls += [(one, part.pk) for one in of_part] + [("note_done", note.pk), ("take", answer.pk)]
    urls += [("withdraw", answer.pk), ("take_progress", Progress.objects.get().pk), ("take_cases",)]
    typed = {"seen": "1", "text": "x", "kind": "p", "start": "1", "number": "5", "name": "提案总数"}
    found = {one: client.post(reverse(f"reports:letter_{one}", args=["9-4", *args]), typed).status_code
             for one, *args in urls}  # fmt: skip
    assert set(found.values()) == {status}, found
    assert Event.objects.count() == before


HOSTILE = "<script>alert(1)</script>{{ 7*7 }}'\"</textarea>"


def test_hostile_texts_stay_text(year, client):
    part = added(year, HOSTILE + "12件")
    editing.write_note(year.session, part, by=year.office, at=AT, text=HOSTILE)
    given(year, asked(year), text=HOSTILE, source=HOSTILE[:50])
    client.force_login(year.office)
    for url in (EDITOR, f"{EDITOR}?edit={part.pk}", reverse("reports:letter_material", args=["9-4"])):
        page = client.get(url)
        assert page.status_code == 200
        assert b"<script>alert" not in page.content
    assert "{" not in text_of(year)


def test_the_editor_asks_no_more_often_while_the_letter_is_still_drafted(client, world):
    client.force_login(world.office)
    bad = make.reply_at(world, make.handling(world).cases.get(), "issued")
    make.rated(world, bad, "不满意")
    save_letter_texts(world.session, by=world.office, at=make.moment(), methods="健全机制。")
    many, sql = queries_of(client, "/reports/letters/9-4/editor/")
    assert many <= MOST, "\n".join(sql)
