"""The proof-reader: every numeric fault is found, no sound split is flagged, in whatever wording."""

import contextlib
import io
import json
import random
import time
import zipfile
from decimal import Decimal
from pathlib import Path

import docx
import pikepdf
import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.documents.paper import paper_pdf
from apps.documents.word import paper_docx
from apps.figures.queries import figures
from apps.reports.letter import compose
from apps.reports.proofreading import check, pdf_text, reading
from apps.reports.proofreading.arithmetic import share
from apps.reports.proofreading.letters import document_of_letter
from apps.reports.proofreading.numerals import chinese_decimal, chinese_whole
from apps.reports.proofreading.reading import UnreadableLetter, document_of_text, read_letter
from tests import factories as make
from tests import wordings
from tests.test_letter import answered
from tests.wordings import NUMBERS, WORDINGS, Part, Split

PUBLISHED = json.loads((Path(__file__).parent / "published_figures.json").read_text())


def found(text, figures=None):
    """[(rule, printed)] of the findings of a text, in order of rule and number."""
    return sorted((one.rule, one.printed) for one in check(text, figures).findings)


def said(text, wanted):
    """The text and what was told of it, for the message of a failing test."""
    told = [(one.rule, one.printed, one.expected, one.suggestion) for one in check(text).findings]
    return f"\n{text}\nwanted {wanted}\nfound  {told}"


# --- published figures, in many wordings

SPLITS = [(record["id"], group) for record in PUBLISHED for group in record["groups"]]


def labels_of(group, style):
    """What the parts of a published split are called: `style` picks among the ways to say it."""
    found = []
    for place, (label, _, _) in enumerate(group["items"]):
        names = (
            wordings.RESULTS.get(label[-1:] if "办理结果" in group["name"] else "")
            or (wordings.RATINGS.get(label) if "满意度" in group["name"] else None)
            or (wordings.PROPOSERS.get(label) if group["name"] in ("提案者", "收到") else None)
            or (wordings.KINDS.get(label) if group["name"] == "收到" else None)
        )
        if names is None and group["name"] == "类别":
            names = (
                f"{wordings.THEMES[place]}类",
                f"涉及{wordings.THEMES[place]}方面的",
                f"有关{wordings.THEMES[place]}的",
            )
        if names is None:
            names = (label,)
        found.append(names[style % len(names)])
    return found


def split_of(group, style):
    labels = labels_of(group, style)
    parts = [Part(name, n, pct) for name, (_, n, pct) in zip(labels, group["items"], strict=True) if n]
    rated = "满意度" in group["name"] or "反馈" in group["name"]
    return Split(
        base=group["base"],
        parts=tuple(parts),
        by={"办理结果": "办理结果", "类别": "内容", "提案者": "提案者"}.get(group["name"], "情况"),
        whole="回执总数" if rated else "总数",
        unit="份" if rated else "件",
        subject="回执" if rated else "提案",
    )


def printed_faults(group):
    return sorted(tuple(fault) for fault in group["faults"])


@pytest.mark.parametrize("wording", WORDINGS, ids=lambda wording: wording.__name__)
@pytest.mark.parametrize(
    ("record", "group"),
    [one for one in SPLITS if one[1]["complete"]],
    ids=[f"{record}-{group['name']}" for record, group in SPLITS if group["complete"]],
)
def test_published_splits_give_their_faults_and_no_others(record, group, wording):
    for style in range(5):
        for number in NUMBERS.values():
            text = wording(split_of(group, style), number)
            assert found(text) == printed_faults(group), said(text, printed_faults(group))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # several bases in one letter, each with its own shares
        ("大会收到提案254件，立案236件，立案率93.3%。其中委员提案162件、集体提案74件。", [("percent", "93.3")]),
        ("收到提案254件，经审查立案236件，占93.3%。", [("percent", "93.3")]),
        ("收到提案254件，经审查立案237件，立案率93.3%。", []),
        ("共收到提案400件。经审查，立案349件，转为意见和建议51件，立案率87.2%。", [("rounding", "87.2")]),
        ("共收到提案400件，立案349件，占87.3%，转为意见和建议51件。", []),
        ("共收到提案162件，其中立案132件，立案率81.5%。", []),
        ("立案244件，已全部办复。采纳提案173件、部分采纳44件，采纳和部分采纳率88.9%。", []),
        ("立案244件。从172件提案的反馈看，对办理表示满意和基本满意的达99.5%。", [("impossible", "99.5")]),
        ("立案244件。共收回征询意见表172份，满意率为99.5%。", [("impossible", "99.5")]),
        (
            "办理提案591件。共收回反馈意见表527份，对办理工作满意的526件，对办理结果满意的519件，办理工作满意率和办理结果"
            "满意率分别为99.8%和98.5%。",
            [],
        ),
        (
            "办理提案591件。共收回反馈意见表527份，对办理工作满意的526件，对办理结果满意的519件，办理工作满意率和办理结果"
            "满意率分别为99.8%和97.5%。",
            [("percent", "97.5")],
        ),
    ],
)
def test_published_shares_of_several_bases(text, wanted):
    assert found(text) == wanted, said(text, wanted)


# --- the letter of 2020, its facts in words of our own

LETTER_2020 = "\n".join(
    (
        "区政府系统今年承办政协提案197件，其中重点提案12件，现已全部办结。从办理结果看，已经解决或基本解决的Ａ类提案183件，"
        "占承办总数的92.9%；正在解决或列入计划逐步解决的B类提案9件，占承办总数的4.6%；因客观条件限制或其他原因暂无法解决的"
        "C类提案6件，占承办总数的2.5%。收到回执197件，1件表示理解，其余均表示满意，没有不满意的。第084号提案首次答复后评价为"
        "不满意，经二次办理，最终评价为理解。",
        "（一）已经解决或基本解决的Ａ类提案183件，占92.9%。",
        "扶持科技企业400余家，融资13.4亿元，引进人才29名；拆除危房6栋，登记犬只400余只；惠企70项，涉及企业22857件次。",
        "（二）正在解决或列入计划逐步解决的Ｂ类提案9件，占4.6%。",
        "（三）因客观条件限制暂无法解决的C类提案6件，占2.5%。",
    )
)


def test_the_letter_of_2020_has_two_faults_and_nothing_false_besides():
    result = check(LETTER_2020)
    assert [(one.rule, one.printed, one.expected) for one in result.findings] == [
        ("sum", "198", "197"),
        ("percent", "2.5", "3.0"),
    ]
    assert "183+9+6=198" in result.findings[0].suggestion
    assert "5" in result.findings[1].suggestion.rpartition("应为")[2]
    wrong = {claim.value for claim in result.claims if claim.status == "wrong"}
    assert wrong == {"197", "183", "9", "6", "2.5"}
    assert [note.rule for note in result.notes] == ["form"]  # Ａ beside A


def test_the_json_has_the_keys_that_scripts_rely_on():
    told = check(LETTER_2020).as_json()
    assert set(told) == {"ok", "claims", "findings", "notes"}
    assert told["ok"] is False
    assert told["claims"] == len(check(LETTER_2020).claims) == 16
    for one in [*told["findings"], *told["notes"]]:
        assert set(one) == {"rule", "where", "printed", "expected", "suggestion"}
        assert all(isinstance(value, str) for value in one.values())
    assert all(one["where"].split("…")[0] in LETTER_2020 for one in told["findings"])


def test_every_claim_stands_where_it_says():
    document = document_of_text(LETTER_2020)
    for claim in check(document).claims:
        marked = document.paragraphs[claim.paragraph][claim.start : claim.end]
        assert marked.startswith(claim.value), (claim, marked)


# --- one sentence, one question

SOUND = (
    "提案共8件，A类1件，占12.5%；B类7件，占87.5%。",  # of another kind of paper, further on
    "共办理提案197件，由34家单位承办，其中主办单位28家、协办单位30家。",
    "承办提案197件，其中由区住建委承办的有40件，其中A类件有30件，占75%。",
    "办理提案197件。比上年增加17件，增长9.4%。",
    "去年列入B类的23件提案中，今年有16件转为A类，占69.6%。",
    "大会期间提交提案950件，平时提交24件。经审查，立案824件，立案率84.6%。",
    "收到回执197份，1份表示理解，其余196份表示满意。",
    "截至10月底，197件提案已办结190件，办结率96.4%，剩余7件年底前办结。",
    "办理提案197件，满意率近100%，超过150件已经落实，约占八成。",
    "办理提案60件，占比分别为33.3%、33.3%、33.3%的三类各20件。",
    "第084号、第105号提案由区教委办理。2020年11月3日，府办〔2020〕12号文件要求办结率达到100%。",
    "办理提案197件，A类率由去年的88.9%提高到92.9%，提高4.0个百分点。",
    "按内容分，承办的92件提案中，经济类22件，占23.91%；社会类68件，占73.91%；其他2件，占2.17%。",  # 99.99
    "承办提案960件，其中经济类106件，占11%。",  # 11.0, its zero dropped
    "办理提案233件，涉及教育的120件，涉及医疗的90件，涉及交通的80件，一件提案涉及多个部门的重复计算。",
)
WRONG = (
    ("承办提案197件，其中由区住建委承办的有40件，其中A类件有30件，占该单位的78%。", ("percent", "78")),
    ("办理提案197件。比上年增加17件，增长8.6%。", ("percent", "8.6")),
    ("去年列入B类的23件提案中，今年有16件转为A类，占68.6%。", ("percent", "68.6")),
    ("大会期间提交提案950件，平时提交24件。经审查，立案824件，立案率86.7%。", ("percent", "86.7")),
    ("收到回执197份，1份表示理解，其余195份表示满意。", ("sum", "196")),
    ("截至10月底，197件提案已办结190件，剩余8件年底前办结。", ("sum", "198")),
    ("承办提案197件，A类提案占93.9%，B类占4.6%，C类占2.5%。", ("sum", "101.0")),
    ("承办提案197件，已全部办复。\n各单位认真办理。\n上述179件提案均已办结。", ("repeat", "179")),
    ("人大代表建议120件、政协提案197件，合计316件。", ("sum", "317")),
    ("承办提案１９７件。Ａ类１８３件、Ｂ类８件、Ｃ类５件。", ("sum", "196")),
    ("共办理提案一百九十七件，其中重点提案十二件，占百分之六点二。", ("percent", "6.2")),
    ("承办提案12件，A类4件，占33.33%；B类7件，占58.34%；C类1件，占8.33%。", ("rounding", "58.34")),
    ("项目\t件数\t占比\nA类\t183\t92.9%\nB类\t9\t4.6%\nC类\t6\t3.0%\n合计\t197\t100%", ("sum", "198")),
    ("单位\t主办\t协办\t合计\n区教委\t12\t3\t15\n区住建委\t31\t9\t41\n合计\t43\t12\t56", ("sum", "40")),
)


@pytest.mark.parametrize("text", SOUND)
def test_a_sound_sentence_is_not_flagged(text):
    assert found(text) == [], said(text, [])


@pytest.mark.parametrize(("text", "fault"), WRONG)
def test_a_wrong_number_is_found(text, fault):
    assert fault in found(text), said(text, fault)


def test_a_split_that_names_only_some_of_its_parts_leaves_a_remainder():
    result = check("承办提案197件。其中，涉及教育的40件，涉及医疗的30件。")
    assert result.ok
    assert [(note.rule, note.printed, note.expected) for note in result.notes] == [("remainder", "70", "197")]


def test_mixed_decimals_and_doubled_signs_are_notes():
    result = check("承办提案64件。A类48件，占75%；B类10件，占15.6%%；C类6件，占9.4%。")
    assert result.ok
    assert sorted(note.rule for note in result.notes) == ["form", "precision"]


# --- any true split, any one number changed

FACETS = {
    "办理结果": [wordings.RESULTS[code] for code in "ABC"],
    "评价": [wordings.RATINGS[name] for name in ("满意", "基本满意", "不满意")],
    "提案者": [wordings.PROPOSERS[name] for name in ("集体", "委员")],
    "提交时间": list(wordings.KINDS.values()),
    "内容": [(f"{theme}类", f"涉及{theme}方面的", f"有关{theme}的") for theme in wordings.THEMES[:5]],
}


@st.composite
def true_splits(draw):
    """(a split whose numbers are true, a wording, a way to write numbers)."""
    by = draw(st.sampled_from(sorted(FACETS)))
    style = draw(st.integers(0, 4))
    names = [names[style % len(names)] for names in FACETS[by]]
    counts = draw(st.lists(st.integers(1, 400), min_size=len(names), max_size=len(names)))
    decimals = draw(st.sampled_from((1, 2)))
    told = draw(st.booleans())
    base, rated = sum(counts), by == "评价"
    parts = tuple(
        Part(name, count, str(share(count, base, decimals)) if told else None)
        for name, count in zip(names, counts, strict=True)
    )
    split = Split(
        base, parts, by, "回执总数" if rated else "总数", "份" if rated else "件", "回执" if rated else "提案"
    )
    return split, draw(st.sampled_from(WORDINGS)), draw(st.sampled_from(list(NUMBERS.values())))


@settings(max_examples=250, deadline=None, derandomize=True)
@given(true_splits())
def test_a_true_split_gives_no_finding_in_any_wording(drawn):
    split, wording, number = drawn
    text = wording(split, number)
    assert found(text) == [], said(text, [])


@settings(max_examples=250, deadline=None, derandomize=True)
@given(true_splits(), st.randoms(use_true_random=False))
def test_one_number_changed_gives_a_finding(drawn, chance):
    split, wording, number = drawn
    text = wording(changed(split, chance), number)
    assert found(text), said(text, "a finding")


def changed(split, chance):
    """The split with one number that arithmetic can tell is wrong: a part, the base, or a share by a whole per cent."""
    place = chance.randrange(len(split.parts))
    part = split.parts[place]
    what = chance.choice(["count", "base", "percent"] if part.percent else ["count", "base"])
    if what == "base":
        return Split(**{**vars(split), "base": split.base + chance.choice([1, 2, 9, 10])})
    if what == "count":
        part = Part(part.label, part.count + chance.choice([1, 2, 9, 10]), part.percent)
    else:
        off = Decimal(part.percent) + (1 if Decimal(part.percent) < 50 else -1)
        part = Part(part.label, part.count, str(off))
    parts = (*split.parts[:place], part, *split.parts[place + 1 :])
    return Split(**{**vars(split), "parts": parts})


def test_a_letter_of_many_sound_splits_stays_sound():
    chance = random.Random(20)
    for _ in range(30):
        base = chance.randint(120, 400)
        a, b = base - 40, 25
        lines = [f"今年承办提案{base}件，已全部办结。"]
        for by, names in (("办理结果", ("A类", "B类", "C类")), ("内容", ("经济类", "社会类", "文化类"))):
            parts = tuple(Part(name, n, str(share(n, base, 1))) for name, n in zip(names, (a, b, 15), strict=True))
            lines.append(chance.choice(WORDINGS[:8])(Split(base, parts, by), str))
        text = "\n".join(lines)
        assert found(text) == [], said(text, [])


# --- the letter that the system writes


def a_year():
    """(session, its letter): A 5, B 2, C 1; 满意 7, 理解 1."""
    world = make.world()
    for number, code, rating in zip(range(1, 9), "AAAAABBC", ["满意"] * 7 + ["理解"], strict=True):
        answered(world, f"{number:03}", code=code, rating=rating)
    letter, *_ = compose(world.session)
    return world.session, letter


def text_of(letter):
    return "\n".join(document_of_letter(letter).paragraphs)


@pytest.fixture
def written(db):
    """(session, its letter as text)."""
    session, letter = a_year()
    return session, text_of(letter)


@pytest.fixture(scope="module")
def letter(django_db_setup, django_db_blocker, tmp_path_factory):
    """The letter of such a year alone, for what needs no database: that is rolled back already."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        _, letter = a_year()
        transaction.set_rollback(True)
    return letter


EDITS = (
    ("a part too many", "A类提案5件，占", "A类提案6件，占"),
    ("a part too few", "B类提案2件，占", "B类提案1件，占"),
    ("a wrong share", "62.5%；", "64.5%；"),
    ("a truncated share", "12.5%。", "12.4%。"),
    ("the share of another part", "25.0%；", "62.5%；"),
    ("a wrong total", "共8件", "共9件"),
    ("a total repeated otherwise", "8件均已办结", "6件均已办结"),
    ("another base of the classes", "8件提案按办理结果分", "9件提案按办理结果分"),
    ("a rating too many", "评价为满意的7件", "评价为满意的8件"),
    ("a wrong share of a rating", "87.5%；", "78.5%；"),
    (
        "a heading that differs",
        "（一）所提问题已经解决或基本解决的A类提案5件",
        "（一）所提问题已经解决或基本解决的A类提案4件",
    ),
)


def test_the_letter_of_the_system_is_sound(written):
    session, text = written
    assert found(text, figures(session)) == [], said(text, [])


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "before", "after"), EDITS, ids=[edit[0] for edit in EDITS])
def test_a_wrong_edit_of_the_systems_letter_is_caught(letter, name, before, after):
    text = text_of(letter)
    assert before in text, (before, text)
    edited = text.replace(before, after, 1)
    assert found(edited), said(edited, name)


def edited_docx(content, before, after):
    """The .docx with the first `before` of its document replaced as a person does: runs and marks stay as they are."""
    document = docx.Document(io.BytesIO(content))
    tables = [cell for table in document.tables for row in table.rows for cell in row.cells]
    paragraphs = [*document.paragraphs, *[one for cell in tables for one in cell.paragraphs]]
    paragraph = next((one for one in paragraphs if before in one.text), None)
    assert paragraph is not None, (before, [one.text for one in paragraphs])
    place = paragraph.text.index(before)
    _typed_over(paragraph.runs, place, place + len(before), after)
    changed = io.BytesIO()
    document.save(changed)
    return changed.getvalue()


def _typed_over(runs, start, end, text):
    """What is selected goes out of every run it reaches into; what is typed goes into the first."""
    begun = 0
    for run in runs:
        own = run.text
        first, last = max(start - begun, 0), min(end - begun, len(own))
        if first < last:
            run.text = own[:first] + text + own[last:]
            text = ""
        begun += len(own)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "before", "after"), EDITS, ids=[edit[0] for edit in EDITS])
def test_a_wrong_edit_of_the_exported_docx_is_caught(letter, name, before, after):
    exported = paper_docx(letter)
    assert check(read_letter(exported, "通报.docx")).ok
    edited = read_letter(edited_docx(exported, before, after), "通报.docx")
    assert not check(edited).ok, (name, edited.paragraphs)


def test_what_differs_from_the_database_is_told(written):
    session, text = written
    known = figures(session)
    edited = text.replace("共8件", "共80件").replace("8件均", "80件均")
    assert ("data", "80") in found(edited, known), said(edited, "80 against 8")
    assert ("data", "3") in found("区政府系统承办提案8件，其中C类提案3件。", known)
    assert ("data", "92.0") in found("区政府系统承办提案8件，A类提案占92.0%。", known)
    assert found("区政府系统承办提案8件，其中A类提案5件。", known) == []


# --- numerals


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("十二", 12),
        ("一百九十七", 197),
        ("两百零三", 203),
        ("二百三", 230),
        ("一千零五", 1005),
        ("一九七", 197),
        ("三万二千", 32000),
        ("〇", 0),
        ("两", 2),
        ("件", None),
        ("", None),
    ],
)
def test_chinese_whole_numbers_are_understood(text, value):
    assert chinese_whole(text) == value


def test_chinese_decimals_are_understood():
    assert chinese_decimal("九十二点九") == Decimal("92.9")
    assert chinese_decimal("一百") == 100
    assert chinese_decimal("九点十") is None


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 9999))
def test_a_number_written_in_chinese_is_read_back(number):
    assert chinese_whole(wordings.chinese(number)) == number


# --- files

TEXT = "区政府系统共承办提案197件。其中A类183件，占92.9%；B类9件，占4.6%；C类5件，占2.5%。"


def word_file(*blocks):
    """A .docx of paragraphs, and of tables given as lists of rows."""
    document = docx.Document()
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
            continue
        table = document.add_table(rows=len(block), cols=len(block[0]))
        for row, cells in zip(table.rows, block, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def archive(**parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name.replace("__", "/"), data)
    return content.getvalue()


def pdf_of(pages=1):
    """A PDF of blank pages."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_in_any_usual_encoding_is_read(encoding):
    assert len(check(read_letter(TEXT.encode(encoding))).claims) == 7


def test_word_files_give_paragraphs_and_tables_in_order():
    content = word_file("开头", [["结果", "件数"], ["A类", "183"], ["B类", "9"], ["合计", "193"]], TEXT)
    document = read_letter(content, "通报.docx")
    assert document.paragraphs == ["开头", "结果\t件数", "A类\t183", "B类\t9", "合计\t193", TEXT]
    assert document.tables == [[1, 2, 3, 4]]
    assert [(one.rule, one.printed) for one in check(document).findings] == [("sum", "192")]


def test_what_word_marks_as_deleted_is_not_read_and_what_it_inserted_is():
    body = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>'
        "<w:r><w:t>承办提案</w:t></w:r><w:del><w:r><w:delText>198</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>197</w:t></w:r></w:ins><w:r><w:t>件</w:t></w:r></w:p></w:body></w:document>"
    )
    assert read_letter(archive(word__document="", **{"word/document.xml": body})).paragraphs == ["承办提案197件"]


@pytest.mark.django_db
def test_the_letters_own_pdf_is_read(written):
    session, text = written
    letter, *_ = compose(session)
    result = check(read_letter(paper_pdf(letter), "通报.pdf"), figures(session))
    assert result.ok, result.findings
    assert len(result.claims) == len(check(text).claims)


def encrypted_pdf():
    made = pikepdf.open(io.BytesIO(pdf_of()))
    content = io.BytesIO()
    made.save(content, encryption=pikepdf.Encryption(owner="a", user="b"))
    return content.getvalue()


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
BAD_FILES = {
    "empty": (b"", "是空的"),
    "blank": (b" \n\n ", "是空的"),
    "too large": (b"a" * (reading.MAX_BYTES + 1), "超过 20 MB"),
    "no text at all": (bytes(range(256)) * 40, "不是可以校对的文件"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(500), "不是可以校对的文件"),
    "old Word": (reading.OLE + bytes(600), "旧版 Word"),
    "Word with a password": (reading.OLE + bytes(600) + reading.ENCRYPTED_PACKAGE, "有密码"),
    "a torn archive": (word_file(TEXT)[:900], "已损坏"),
    "another archive": (archive(**{"xl/workbook.xml": "<x/>"}), "不是 Word 文档"),
    "broken XML": (archive(**{"word/document.xml": "<w:document"}), "已损坏"),
    "an entity bomb": (archive(**{"word/document.xml": BOMB}), "已损坏"),
    "a zip bomb": (archive(**{"word/document.xml": b" " * (reading.MAX_BODY + 1)}), "解开后过大"),
    "an encoding that nobody knows": (
        archive(**{"word/document.xml": b'<?xml version="1.0" encoding="x-unknown"?><a/>'}),
        "已损坏",
    ),
    "lines without end": (b"\n" * reading.MAX_LINES + "共5件".encode(), "行数过多"),
    "XML without end": (archive(**{"word/document.xml": "<a>" * 3000 + "</a>" * 3000}), "已损坏"),
    "a Word file without a word": (word_file(""), "没有文字"),
    "a torn PDF": (b"%PDF-1.7\nnothing", "已损坏"),
    "a PDF with a password": (encrypted_pdf(), "有密码"),
    "a scanned PDF": (pdf_of(), "可能是扫描件"),
    "a PDF of 10,000 pages": (pdf_of(pages=10_000), "10000 页"),
    "numbers without end": ("A类1件，".encode() * 20_000, "数字过多"),
    "text without end": ("长".encode() * (reading.MAX_TEXT + 1), "文字过多"),
}


@pytest.mark.parametrize("name", list(BAD_FILES))
def test_a_file_that_cannot_be_read_is_answered_in_chinese(name):
    content, told = BAD_FILES[name]
    with pytest.raises(UnreadableLetter) as refused:
        read_letter(content, "通报.docx")
    assert told in str(refused.value)
    assert "通报.docx" in str(refused.value) or name.endswith("without end")


def nested_tables(levels, text):
    """A Word file with tables in the cells of tables, the text in the innermost."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    line = f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
    body = "<w:tbl><w:tr><w:tc>" * levels + line + "</w:tc></w:tr></w:tbl>" * levels
    return archive(**{"word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>"})


def test_tables_in_tables_are_read_once_each():
    assert read_letter(nested_tables(2, "共5件")).paragraphs == ["", "共5件"]
    assert read_letter(nested_tables(45, "共5件")).paragraphs[-1] == "共5件"  # in no time: not once more for each level
    with pytest.raises(UnreadableLetter, match="已损坏"):
        read_letter(nested_tables(3000, "共5件"))


def test_a_pdf_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(reading, "PDF_SECONDS", 0.001)
    with pytest.raises(UnreadableLetter, match="读不出来"):
        read_letter(pdf_of())


def test_a_broken_pdf_is_told_by_the_process_that_reads_it():
    assert pdf_text.read(b"%PDF-1.4 nonsense") == {"error": "broken"}


def test_lines_that_a_machine_wrapped_are_one_paragraph():
    wrapped = (
        "区政府系统共承办提案197件。其中A类183件，占承办总数的\n92.9%，其余14件列入计划。\n二、主要做法\n加强领导。"
    )
    assert document_of_text(wrapped).paragraphs == [
        wrapped.split("\n二")[0].replace("\n", ""),
        "二、主要做法",
        "加强领导。",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "共有" * 100_000 + "甲3件，占1%",
        "一" * 300_000,
        "1、" * 9_000 + "2件",
        "（" * 100_000,
        "提案中" * 90_000 + "3件",
        "A类1件，" * 2_000,
        "其余1件，" * 2_000,
    ],
    ids=["filler", "numerals", "enumeration", "brackets", "within", "parts", "rests"],
)
def test_a_hostile_text_takes_no_longer_than_a_letter_of_a_hundred_pages(text):
    begun = time.perf_counter()
    with contextlib.suppress(UnreadableLetter):  # or it is told that this is no letter
        check(text)
    assert time.perf_counter() - begun < 5


# --- the command


@pytest.fixture
def letter_file(tmp_path):
    def made(text, name="通报.txt"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return made


def run(*arguments):
    """(exit code, standard output) of check_letter."""
    output = io.StringIO()
    try:
        call_command("check_letter", *arguments, stdout=output)
    except CommandError as ended:
        return ended.returncode, output.getvalue() + str(ended)
    return 0, output.getvalue()


@pytest.mark.django_db
def test_the_command_exits_as_scripts_rely_on(letter_file):
    assert run(letter_file(TEXT))[0] == 0
    code, told = run(letter_file(LETTER_2020), "--json")
    assert code == 1
    assert json.loads(told[: told.rindex("}") + 1])["findings"][0]["printed"] == "198"
    assert run("/nowhere/通报.txt")[0] == 2
    assert run(letter_file(TEXT), "--session", "7-7")[0] == 2
    assert run(letter_file(""))[0] == 2


@pytest.mark.django_db
def test_the_command_compares_with_a_session(letter_file, written):
    session, _ = written
    code, told = run(letter_file("区政府系统承办提案9件。"), "--session", session.key)
    assert code == 1
    assert "与系统不符" in told


# --- the page


@pytest.fixture
def office(client, db):
    world = make.world()
    client.force_login(world.office)
    return client


def test_pasted_text_comes_back_marked(office):
    answer = office.post(reverse("reports:proofreading"), {"text": LETTER_2020})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "合计不符" in page
    assert "比例不符" in page
    assert page.count('class="claim claim-wrong" id=') == 7
    assert page.count('class="claim claim-right" id=') == 7
    assert "✓相符" in page
    assert 'href="#claim-' in page
    assert 'href="#finding-1"' in page
    assert "重点提案12件" in page  # the text is back in its field


def test_what_is_printed_and_what_fits_are_told_with_their_percent_sign(office):
    page = office.post(reverse("reports:proofreading"), {"text": LETTER_2020}).content.decode()
    assert "文中 <b>2.5%</b>，应为 <b>3.0%</b>" in page
    assert "合计 <b>198</b>，应为 <b>197</b>" in page, "the letter itself says 183, 9 and 6"
    text = "今年承办提案120件，满意率98.4%，比上年的96.1%提高3.3个百分点。6件占5.5%。"
    page = office.post(reverse("reports:proofreading"), {"text": text}).content.decode()
    assert "文中 <b>3.3个百分点</b>，应为 <b>2.3个百分点</b>" in page


def test_a_share_is_told_with_its_percent_sign_also_where_its_count_is_the_same_number(office):
    page = office.post(
        reverse("reports:proofreading"), {"text": "今年承办提案200件，其中重点提案6件，占6%。"}
    ).content.decode()
    assert "文中 <b>6%</b>，应为 <b>3%</b>" in page


def test_a_file_comes_back_marked_and_its_text_can_be_corrected(office):
    upload = SimpleUploadedFile(
        "通报.docx", word_file(TEXT, [["结果", "件数"], ["A类", "183"], ["B类", "9"], ["C类", "5"], ["合计", "197"]])
    )
    answer = office.post(reverse("reports:proofreading"), {"file": upload})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "没有发现差错" in page
    assert "<td>A类</td>" in page
    assert answer.context["form"].initial["text"].startswith(TEXT)


@pytest.mark.parametrize("name", ["a scanned PDF", "a torn archive", "empty"])
def test_a_bad_file_is_refused_and_nothing_typed_is_lost(office, name):
    upload = SimpleUploadedFile("通报.docx", BAD_FILES[name][0])
    answer = office.post(reverse("reports:proofreading"), {"file": upload, "text": "已经粘贴的正文"})
    assert answer.status_code == 422
    assert "已经粘贴的正文" in answer.content.decode()
    assert BAD_FILES[name][1] in answer.content.decode()


def test_nothing_handed_in_is_told(office):
    answer = office.post(reverse("reports:proofreading"), {"text": "  "})
    assert answer.status_code == 422
    assert "请选择通报文件，或者粘贴通报正文" in answer.content.decode()


def test_text_is_never_markup(office):
    answer = office.post(
        reverse("reports:proofreading"), {"text": "<script>alert(1)</script>共承办提案3件，A类<b>1</b>件。"}
    )
    assert "<script>alert" not in answer.content.decode()
    assert "<b>1</b>" not in answer.content.decode()


def test_a_session_is_compared_with(client, written):
    session, _ = written
    client.force_login(get_user_model().objects.get(username="office"))
    answer = client.post(reverse("reports:proofreading"), {"text": "区政府系统承办提案9件。", "session": session.key})
    assert "与系统不符" in answer.content.decode()


def test_the_letter_of_a_session_is_proofread_by_its_link(client, written):
    session, _ = written
    client.force_login(get_user_model().objects.get(username="office"))
    link = reverse("reports:letter_proofreading", args=[session.key])
    assert link in client.get(reverse("reports:letter", args=[session.key])).content.decode()
    assert reverse("reports:proofreading") in client.get(reverse("reports:letters")).content.decode()
    answer = client.get(link)
    assert answer.status_code == 200
    assert "没有发现差错" in answer.content.decode()
    assert {claim.status for claim in answer.context["result"].claims} <= {"right", "unchecked"}


def test_a_sentence_without_end_is_refused_at_once():
    """What belongs together is looked for within a sentence; nobody waits for one of ten thousand numbers."""
    endless = "收到提案312件，" + "立案268件，转为29件，退请6件，其余7件；" * 2300
    with pytest.raises(UnreadableLetter, match="句号"):
        check(endless)
    assert check("收到提案312件，" + "立案268件，转为29件，退请6件，其余7件；" * 20).claims
