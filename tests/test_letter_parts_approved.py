"""The annual letter that was written part by part goes up for approval: what stands still, and what is kept of it."""

import datetime
import re

import pytest
from django.urls import reverse

from apps.audit.models import Event
from apps.proposals.workflow import Refused
from apps.replies.models import Commitment, Progress
from apps.replies.promises import report
from apps.reports import approvals
from apps.reports.editing import operations as editing
from apps.reports.material import operations as material
from apps.reports.models import AnnualLetter, Edition, LetterNote, LetterPart, LetterVersion, MaterialRequest
from apps.reports.operations import choose_cases, save_letter_texts
from tests import factories as make
from tests.test_letter import answered
from tests.test_letter_editor import added, asked, given

pytestmark = pytest.mark.django_db
AT = make.moment(2020, 10, 9)
LATER = make.moment(2020, 12, 1)
BEYOND = ["office_review", "leader_review", "approved", "issued"]
EDITOR = "/reports/letters/9-4/editor/"


@pytest.fixture
def world():
    """Two proposals of class A and one of B, all answered; two rated, so that one receipt is out."""
    made = make.world()
    for number, code, rating in (("001", "A", "满意"), ("002", "A", None), ("003", "B", "满意")):
        answered(made, number, code=code, rating=rating, summary=f"成效{number}")
    return made


@pytest.fixture
def written(world):
    """Its letter in parts: references to counts and a share, a note, material given, versions to go back to."""
    added(world, "今年共{提案总数}件，A类占{A类占比}%。")
    part = added(world, "收回回执{收回回执件数}件。")
    world.part, world.gone = part, added(world, "不要的一段")
    editing.remove_part(world.session, world.gone, version=1, by=world.office, at=AT)
    world.note = editing.write_note(world.session, part, by=world.office, at=AT, text="请核对")
    world.answer = given(world, asked(world))
    report(Commitment.objects.get(), by=world.clerk, at=AT, text="已开工")
    return world


def edition_of(world, number=1):
    return Edition.objects.get(letter__session=world.session, number=number)


def page_of(client, user, url):
    client.force_login(user)
    return client.get(url).content.decode()


# --- what stands still ---


def kept_of(world):
    """Everything that the letter says, and everything that can be put into it."""
    return [list(model.objects.values()) for model in (AnnualLetter, LetterPart, LetterVersion, MaterialRequest)]


@pytest.mark.parametrize("state", BEYOND)
def test_nothing_of_the_letter_is_written_beyond_the_draft(written, state):
    make.letter_at(written, state)
    session, part, person = written.session, written.part, {"by": written.office2, "at": LATER}
    before, events = kept_of(written), Event.objects.count()
    for act in (
        lambda: editing.draft(session, **person),
        lambda: editing.add_part(session, kind="p", text="后来写的", **person),
        lambda: editing.save_part(session, part, version=1, kind="p", text="后来写的", **person),
        lambda: editing.move_part(session, part, direction="down", **person),
        lambda: editing.remove_part(session, part, version=1, **person),
        lambda: editing.restore_part(session, written.gone, **person),
        lambda: editing.bind_number(session, part, version=1, start=0, number="3", name="提案总数", **person),
        lambda: editing.declare_number(session, part, text="3件", source="台账", as_on=AT.date(), **person),
        lambda: editing.restore_version(session, 1, **person),
        lambda: editing.save_themes(session, [], **person),
        lambda: choose_cases(session, [], **person),
        lambda: save_letter_texts(session, speaker="周明远", **person),
        lambda: material.ask(session, units=[written.housing], text="座数", due_on=LATER.date(), **person),
        lambda: material.take_answer(written.answer, after=part.pk, **person),
        lambda: material.take_progress(Progress.objects.get(), after=part.pk, **person),
    ):
        with pytest.raises(Refused, match="不能修改"):
            act()
    assert (kept_of(written), Event.objects.count()) == (before, events)


def test_notes_to_colleagues_are_written_at_any_time(written):
    make.letter_at(written, "leader_review")
    before = Edition.objects.values().get()
    editing.write_note(written.session, written.part, by=written.chief, at=LATER, text="领导问起这一段")
    editing.finish_note(written.session, written.note, by=written.chief, at=LATER)
    assert LetterNote.objects.count() == 2
    assert Edition.objects.values().get() == before and edition_of(written).is_intact


def test_a_returned_letter_is_written_again(written):
    letter = make.letter_at(written, "leader_review")
    approvals.send_back(letter, by=written.leader, at=LATER, note="再充实")
    editing.save_part(written.session, written.part, version=1, kind="p", text="改过的", by=written.office, at=LATER)
    make.letter_at(written, "office_review", at=LATER)
    assert "改过的" in str(edition_of(written, 2).content)
    assert "改过的" not in str(edition_of(written).content)


@pytest.mark.parametrize("state", BEYOND)
def test_the_pages_of_the_editor_say_so_and_offer_no_forms_but_notes(written, client, state):
    make.letter_at(written, state)
    editor = page_of(client, written.office, EDITOR + f"?edit={written.part.pk}")
    assert "不能修改" in editor and edition_of(written).get_absolute_url() in editor
    for name in ("save_part", "part_up", "remove_part", "restore_part", "bind", "declare"):
        for part in (written.part, written.gone):
            assert f'action="{reverse(f"reports:letter_{name}", args=["9-4", part.pk])}"' not in editor, name
    for gone in (reverse("reports:letter_draft", args=["9-4"]), "?after=", "?edit=", 'id="open-part"'):
        assert gone not in editor
    assert reverse("reports:letter_note", args=["9-4", written.part.pk]) in editor
    stuff = page_of(client, written.office, reverse("reports:letter_material", args=["9-4"]))
    assert "不能修改" in stuff and "/take/" not in stuff and 'name="due_on"' not in stuff
    version = page_of(client, written.office, reverse("reports:letter_version", args=["9-4", 2]))
    assert "不能修改" in version and "/restore/" not in version
    for name in ("themes", "texts", "cases"):
        answer = client.get(reverse(f"reports:letter_{name}", args=["9-4"]), follow=True)
        assert answer.redirect_chain and "不能修改" in answer.content.decode()


def test_what_was_typed_while_it_went_up_is_not_lost(written, client):
    make.letter_at(written, "office_review")
    client.force_login(written.office)
    url = reverse("reports:letter_save_part", args=["9-4", written.part.pk])
    answer = client.post(url, {"kind": "p", "text": "写了很久的话", "seen": "1"})
    assert (answer.status_code, "写了很久的话" in answer.content.decode()) == (422, True)
    assert "请先“撤回”" in answer.content.decode()


def test_nobody_waits_for_material_of_a_letter_that_has_gone_out(written, client):
    asked(written)
    assert "待反馈的通报素材" in page_of(client, written.clerk, "/")
    letter = make.letter_at(written, "issued")
    assert "待反馈的通报素材" not in page_of(client, written.clerk, "/")
    approvals.reopen(letter, by=written.office, at=LATER, note="数字有误")
    assert "待反馈的通报素材" in page_of(client, written.clerk, "/")


# --- what is kept ---


def words_of(edition):
    return " ".join(block.lead + block.text for block in edition.paper.blocks if hasattr(block, "lead"))


def test_an_edition_keeps_what_the_parts_said_with_the_numbers_of_their_day(written):
    make.letter_at(written, "issued")
    make.rated(written, written.session.proposals.get(number="002").cases.get().replies.get(), at=LATER)
    edition = edition_of(written)
    assert words_of(edition) == "收回回执2件。 今年共3件，A类占66.7%。"
    told = {one["name"]: (one["value"], one["unit"], len(one["ids"])) for one in edition.references}
    assert told == {"收回回执件数": ("2", "件", 2), "提案总数": ("3", "件", 3), "A类占比": ("66.7", "%", 2)}
    approvals.reopen(AnnualLetter.objects.get(), by=written.office, at=LATER, note="更正")
    make.letter_at(written, "office_review", at=LATER)
    assert "收回回执3件" in words_of(edition_of(written, 2)) and "收回回执2件" in words_of(edition)


def test_its_numbers_are_those_of_the_letters_day(written):
    day = datetime.date(2020, 1, 31)  # nothing is answered yet
    save_letter_texts(written.session, by=written.office, at=AT, figures_on=day)
    make.letter_at(written, "office_review")
    edition = edition_of(written)
    assert (edition.as_of, "收回回执0件" in words_of(edition)) == (day, True)


def test_a_day_to_come_is_refused(written):
    save_letter_texts(written.session, by=written.office, at=AT, figures_on=datetime.date(2020, 11, 4))
    with pytest.raises(Refused, match="在今天之后"):
        make.letter_at(written, "office_review", at=make.moment(2020, 11, 3))


def test_each_number_of_the_words_opens_the_proposals_as_they_stood(written, client):
    edition = make.letter_at(written, "issued").latest
    make.rated(written, written.session.proposals.get(number="002").cases.get().replies.get(), at=LATER)
    page = page_of(client, written.secretary, edition.get_absolute_url())
    seen = {}
    for place, one in enumerate(edition.references):
        url = reverse("reports:edition_reference", args=[edition.pk, place])
        assert url in page
        seen[one["name"]] = client.get(url).content.decode()
    assert "收回回执件数：2件" in seen["收回回执件数"]
    numbers = {name: [one for one in ("001", "002", "003") if f">{one}<" in text] for name, text in seen.items()}
    assert numbers == {"收回回执件数": ["001", "003"], "提案总数": ["001", "002", "003"], "A类占比": ["001", "002"]}
    assert "A类占比 66.7%：2件" in seen["A类占比"] and "占答复件数（3件）" in seen["A类占比"]
    assert client.get(reverse("reports:edition_reference", args=[edition.pk, 3])).status_code == 404


def test_what_the_words_refer_to_cannot_be_changed_unseen(written):
    letter = make.letter_at(written, "leader_review")
    references = edition_of(written).references
    references[0]["ids"] = references[0]["ids"][1:]
    Edition.objects.update(references=references)
    with pytest.raises(Refused, match="校验码不符"):
        approvals.sign(letter, by=written.leader, at=LATER)


def test_a_draft_that_nobody_took_over_keeps_its_references_too(world):
    make.letter_at(world, "office_review")
    names = {one["name"] for one in edition_of(world).references}
    assert {"提案总数", "A类件数", "A类占比", "B类件数"} <= names


# --- the obvious next thing ---


def test_what_the_editor_warns_of_is_told_before_it_goes_up(written, client):
    page = page_of(client, written.office, "/reports/letters/9-4/act/submit/")
    assert "有1条同事备注还没有处理" in page
    added(written, "A类{A类件数}件，B类{B类件数}件，收到诉求130件。")
    page = page_of(client, written.office, "/reports/letters/9-4/act/submit/")
    assert "手工填写的数字：130件" in page


def test_the_editor_offers_to_send_it_up_once_nothing_is_missing(client):
    world = make.world()
    submit = "/reports/letters/9-4/act/submit/"
    answered(world, "001", rating="满意", summary="已建成")
    part = added(world, "共{提案总数}件，走访12件。")
    assert submit not in page_of(client, world.office, EDITOR)
    # number and day come with 登记发文: they are not missing now
    save_letter_texts(world.session, by=world.office, at=AT, occasion="区政协九届第二十二次常委会")
    assert submit not in page_of(client, world.office, EDITOR)
    editing.save_part(world.session, part, version=1, kind="p", text="共{提案总数}件。", by=world.office, at=AT)
    assert submit in page_of(client, world.office, EDITOR)
    letter = page_of(client, world.office, "/reports/letters/9-4/")
    assert letter.index(submit) < letter.index(EDITOR)


def test_what_is_unfinished_sends_the_office_to_the_editor_first(written, client):
    letter = page_of(client, written.office, "/reports/letters/9-4/")
    assert letter.index(EDITOR) < letter.index("/reports/letters/9-4/act/submit/")
    assert EDITOR not in page_of(client, written.leader, "/reports/letters/9-4/")


@pytest.mark.parametrize(
    ("state", "name", "first"),
    [
        ("office_review", "chief", "查看第1稿"),
        ("leader_review", "leader", "查看第1稿"),
        ("leader_review", "office", "查看第1稿"),
        ("approved", "office", "登记发文"),
        ("approved", "leader", "查看第1稿"),
        ("issued", "office", "查看第1稿"),
        ("issued", "secretary", "查看第1稿"),
    ],
)
def test_each_post_has_one_obvious_next_thing_on_the_letters_page(written, client, state, name, first):
    make.letter_at(written, state)
    page = page_of(client, written.people[name], "/reports/letters/9-4/")
    assert re.findall(r'<a class="button" href="[^"]*">([^<]*)', page) == [first]


@pytest.mark.parametrize("state", ["draft", *BEYOND[:-1]])
def test_the_committee_reads_no_words_before_they_have_gone_out(written, client, state):
    make.letter_at(written, state)
    client.force_login(written.secretary)
    assert "今年共" not in client.get("/reports/letters/9-4/").content.decode()
    for url in (
        EDITOR,
        reverse("reports:letter_figure", args=["9-4"]) + "?name=提案总数",
        reverse("reports:letter_versions", args=["9-4"]),
        reverse("reports:letter_version", args=["9-4", 1]),
        reverse("reports:letter_material", args=["9-4"]),
        reverse("reports:letter_pdf", args=["9-4"]),
    ):
        assert client.get(url).status_code in (403, 404), url
