"""The annual letter from 送审 to 登记发文, and what is kept of it. Expectations: docs/workflow.md, letter 年度通报."""

import datetime
import hashlib
import io
import re
import threading

import docx
import pdfplumber
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Post
from apps.audit.models import Event
from apps.audit.queries import verify
from apps.documents.press import PressError, printed
from apps.figures.queries import figures
from apps.proposals import rearranging
from apps.proposals.models import Dispatch
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused
from apps.replies.queries import is_number_used, next_number
from apps.reports import approvals
from apps.reports.models import AnnualLetter, Edition
from apps.reports.operations import choose_cases, save_letter_texts
from apps.units.models import Leader
from tests import factories as make
from tests.browser import follow, press, told

NOVEMBER = datetime.date(2020, 11, 3)
LATER = make.moment(2020, 12, 1)


@pytest.fixture
def world(db):
    made = make.world()
    make.proposal_at(made, "closed", "001")
    make.proposal_at(made, "replied", "002")
    make.handling(made, "003", roles=[(made.housing, "lead"), (made.culture, "assist")])
    return made


def letter_of(world):
    return AnnualLetter.objects.get(session=world.session)


def edition_of(world, number=1):
    return Edition.objects.get(letter__session=world.session, number=number)


def bytes_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def text_of(pdf):
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return "".join(page.extract_text() for page in document.pages).replace("\n", "")


def kept(file):
    with file.open("rb") as opened:
        return opened.read()


def sha(content):
    return hashlib.sha256(content).hexdigest()


def proposal(world, number):
    return world.session.proposals.get(number=number)


def rate_the_second(world, name="满意"):
    """The receipt that was still out when the letter went up: with it the second proposal is closed."""
    make.rated(world, proposal(world, "002").cases.get().replies.get(), name, at=LATER)


# --- the way ---


def test_the_whole_way_leaves_who_agreed_to_what(world):
    letter = make.letter_at(world, "issued")
    edition = letter.latest
    assert (letter.state, letter.number, letter.dated_on) == ("issued", "大渡口府函〔2020〕280号", NOVEMBER)
    assert (edition.submitted_by, edition.approved_by, edition.signed_by) == (world.office, world.chief, world.leader)
    assert (edition.signer, edition.signed_as, edition.issued_by) == (world.leader_row, "周明远", world.office)
    assert edition.signed_hash == edition.sha256 and edition.is_intact
    assert (sha(kept(edition.pdf)), sha(kept(edition.docx))) == (edition.pdf_sha256, edition.docx_sha256)
    events = Event.objects.filter(action__startswith="letter.").order_by("seq")
    assert [event.action for event in events] == [f"letter.{name}" for name in ("submit", "approve", "sign", "issue")]
    assert {event.data["sha256"] for event in events} == {edition.sha256}
    assert verify() == []


def test_number_and_day_are_on_the_paper_and_not_before(world, client):
    edition = make.letter_at(world, "approved").latest
    client.force_login(world.leader)
    before = text_of(bytes_of(client.get(reverse("reports:edition_pdf", args=[edition.pk]))))
    assert "280号" not in before and "第1稿：已签发，待发文" in before
    approvals.issue(letter_of(world), "大渡口府函〔2020〕280号", NOVEMBER, by=world.office, at=make.moment(2020, 11, 3))
    after = text_of(bytes_of(client.get(reverse("reports:edition_pdf", args=[edition.pk]))))
    assert "大渡口府函〔2020〕280号" in after and "2020年11月3日" in after and "稿：" not in after
    word = docx.Document(io.BytesIO(bytes_of(client.get(reverse("reports:edition_docx", args=[edition.pk])))))
    assert "大渡口府函〔2020〕280号" in "".join(paragraph.text for paragraph in word.paragraphs)


def test_the_same_letter_prints_again_whatever_has_changed_since(world, client):
    edition = make.letter_at(world, "issued").latest
    before = kept(edition.pdf)
    rate_the_second(world)
    rearranging.correct(proposal(world, "001"), by=world.office, at=LATER, note="更正", title="关于改造老旧小区的建议")
    approvals.reopen(letter_of(world), by=world.office, at=LATER, note="数字有误")
    save_letter_texts(world.session, by=world.office, at=LATER, methods="完全不同的做法", issuer="另一机关")
    again = edition_of(world)
    client.force_login(world.secretary)
    url = reverse("reports:edition_pdf", args=[edition.pk])
    assert printed(again.paper) == before
    assert bytes_of(client.get(url)) == bytes_of(client.get(url, {"again": "1"})) == before
    assert again.is_intact


def test_the_figures_of_an_edition_are_those_of_its_moment(world):
    before = figures(world.session)
    edition = make.letter_at(world, "office_review").latest
    rate_the_second(world)
    assert edition_of(world).figures == before != figures(world.session)
    assert edition.as_of is None


def test_a_letter_can_go_up_as_of_a_day(world):
    day = datetime.date(2020, 4, 1)
    letter = save_letter_texts(world.session, by=world.office, at=LATER, figures_on=day)
    approvals.submit(letter, world.leader_row, by=world.office, at=make.moment(2020, 11, 3), note="补报")
    assert edition_of(world).figures == figures(world.session, day)
    assert figures(world.session, day)["replied"] == 0 < figures(world.session)["replied"]
    assert "截至2020年4月1日" in str(edition_of(world).content)


def test_a_returned_edition_is_void_and_the_next_freezes_anew(world):
    letter = make.letter_at(world, "leader_review")
    approvals.send_back(letter, by=world.leader, at=LATER, note="第二部分再充实")
    first = edition_of(world)
    assert (letter.state, first.void_action, first.void_note) == ("draft", "return", "第二部分再充实")
    rate_the_second(world)
    make.letter_at(world, "office_review", at=LATER)
    second = edition_of(world, 2)
    assert (second.figures["closed"], first.figures["closed"]) == (2, 1)
    assert second.sha256 != first.sha256 and edition_of(world).is_intact


@pytest.mark.parametrize(("state", "may"), [("office_review", True), ("leader_review", True), ("approved", False)])
def test_the_office_takes_it_back_until_it_is_signed(world, state, may):
    letter = make.letter_at(world, state)
    if may:
        approvals.recall(letter, by=world.office2, at=LATER)
        assert (letter.state, edition_of(world).void_action) == ("draft", "recall")
    else:
        with pytest.raises(OutOfTurn):
            approvals.recall(letter, by=world.office2, at=LATER)
        approvals.revoke(letter, by=world.leader, at=LATER, note="有误")
        assert (letter.state, edition_of(world).void_action) == ("draft", "revoke")


def test_a_corrected_letter_is_a_new_edition_with_a_number_of_its_own(world):
    first = make.letter_at(world, "issued").latest
    approvals.reopen(letter_of(world), by=world.office, at=LATER, note="数字有误")
    with pytest.raises(Refused, match="已用于另一件公文"):
        make.letter_at(world, "issued", at=LATER, number=first.document_number)
    assert letter_of(world).state == "approved"
    approvals.issue(letter_of(world), "大渡口府函〔2020〕300号", LATER.date(), by=world.office, at=LATER)
    numbers = [edition.document_number for edition in Edition.objects.order_by("number")]
    assert numbers == [first.document_number, "大渡口府函〔2020〕300号"]
    assert sha(kept(edition_of(world).pdf)) == first.pdf_sha256


# --- what is refused ---


@pytest.mark.parametrize("state", ["office_review", "leader_review", "approved", "issued"])
def test_texts_and_examples_stand_still_beyond_the_draft(world, client, state):
    make.letter_at(world, state)
    before = AnnualLetter.objects.values().get()
    with pytest.raises(Refused, match="不能修改"):
        save_letter_texts(world.session, by=world.office, at=LATER, methods="后来写的")
    with pytest.raises(Refused, match="不能修改"):
        choose_cases(world.session, [], by=world.office, at=LATER)
    client.force_login(world.office)
    for page in ("reports:letter_texts", "reports:letter_cases"):
        answer = client.get(reverse(page, args=["9-4"]), follow=True)
        assert "不能修改" in answer.content.decode()
        assert "编写通报" not in answer.content.decode()
    typed = client.post(reverse("reports:letter_texts", args=["9-4"]), {"methods": "写了很久的话"})
    assert (typed.status_code, "写了很久的话" in typed.content.decode()) == (422, True)
    assert AnnualLetter.objects.values().get() == before


def test_who_submitted_it_does_not_approve_it(world):
    make.user("deputy", "副主任", Post.Kind.OFFICE_HEAD)
    letter = AnnualLetter.objects.create(session=world.session)
    approvals.submit(letter, world.leader_row, by=world.chief, at=LATER, note="演练")
    with pytest.raises(Refused, match="另一位办公室负责人"):
        approvals.approve(letter, by=world.chief, at=LATER)


def test_it_does_not_go_up_where_nobody_could_approve_it(world):
    letter = AnnualLetter.objects.create(session=world.session)
    with pytest.raises(Refused, match="没有可以审核的人"):
        approvals.submit(letter, world.leader_row, by=world.chief, at=LATER, note="演练")
    Post.objects.filter(user=world.chief).update(until_on=datetime.date(2020, 6, 30))
    with pytest.raises(Refused, match="没有可以审核的人"):
        approvals.submit(letter, world.leader_row, by=world.office, at=LATER, note="演练")
    assert not Edition.objects.exists()


def test_it_does_not_go_up_to_a_leader_for_whom_nobody_could_sign(world, client):
    letter = AnnualLetter.objects.create(session=world.session)
    absent = Leader.objects.create(name="郑怀远", title="区长", order=0)
    with pytest.raises(Refused, match=r"郑怀远.*无法签发"):
        approvals.submit(letter, absent, by=world.office, at=LATER, note="演练")
    assert (letter_of(world).state, Edition.objects.count()) == ("draft", 0)
    client.force_login(world.office)
    page = client.get(reverse("reports:letter_act", args=["9-4", "submit"]))
    assert page.context["form"]["signer"].value() == world.leader_row.pk  # the first who can


def test_what_is_unfinished_goes_up_only_with_a_reason(world, client):
    letter = AnnualLetter.objects.create(session=world.session)
    with pytest.raises(Refused, match="未完成"):
        approvals.submit(letter, world.leader_row, by=world.office, at=LATER)
    assert (letter_of(world).state, Edition.objects.count()) == ("draft", 0)
    approvals.submit(letter, world.leader_row, by=world.office, at=LATER, note="常委会11月召开，先行通报。")
    unfinished = "".join(edition_of(world).unfinished)
    assert "尚未办结" in unfinished
    assert "发文字号" not in unfinished  # that comes with 登记发文
    client.force_login(world.chief)
    page = client.get(edition_of(world).get_absolute_url()).content.decode()
    assert f"送审时未完成的 {len(edition_of(world).unfinished)} 项：" in page
    assert "<strong>送审说明</strong>　常委会11月召开，先行通报。</p>" in page


def test_another_leader_than_the_one_it_names_does_not_sign_it(world):
    letter = make.letter_at(world, "leader_review")
    with pytest.raises(NotAllowed):
        approvals.sign(letter, by=world.other_leader, at=LATER)
    with pytest.raises(NotAllowed):
        approvals.sign(letter, by=world.chief, at=LATER)


def test_who_stands_in_for_the_leader_signs_and_it_says_so(world):
    letter = make.letter_at(world, "leader_review")
    make.delegation(world, world.leader_row, world.other_leader_row, at=LATER)
    approvals.sign(letter, by=world.other_leader, at=LATER)
    edition = edition_of(world)
    assert (edition.signer, edition.signed_by, edition.signed_as) == (
        world.leader_row,
        world.other_leader,
        "陈思齐（代周明远）",
    )


@pytest.mark.parametrize(
    ("number", "day", "told"),
    [
        ("大渡口建委函〔2020〕1号", NOVEMBER, "已用于另一件公文"),
        ("大渡口府函〔2020〕9号", NOVEMBER, "已用于另一件公文"),
        ("大渡口府函〔2020〕280号", datetime.date(2020, 12, 31), "在今天之后"),
        ("大渡口府函〔2020〕280号", datetime.date(2018, 11, 3), "早于本届次年度"),
    ],
)
def test_a_number_that_is_used_and_a_day_that_cannot_be_are_refused(world, number, day, told):
    letter = make.letter_at(world, "approved")
    proposal(world, "001").cases.get().replies.update(number="大渡口建委函〔2020〕1号")
    Dispatch.objects.create(
        kind="assignment-notice", subject_key=1, session=world.session, title="交办通知", dated_on=NOVEMBER,
        number="大渡口府函〔2020〕9号", content={}, registered_by=world.office, registered_at=LATER,
    )  # fmt: skip
    with pytest.raises(Refused, match=told):
        approvals.issue(letter, number, day, by=world.office, at=LATER)
    assert (letter_of(world).state, edition_of(world).issued_at) == ("approved", None)


def test_its_number_is_known_to_all_other_papers(world):
    make.letter_at(world, "issued")
    assert next_number("大渡口府函", 2020) == "大渡口府函〔2020〕281号"
    assert is_number_used("大渡口府函〔2020〕280号", world.session)
    sent = Dispatch.objects.get()
    assert (sent.title, sent.signer, sent.addressee) == ("关于区政协九届四次会议提案办理情况的通报", "周明远", "区政协")


def kept_files():
    return default_storage.listdir("letters")[1] if default_storage.exists("letters") else []


@pytest.mark.parametrize("fails", ["printed", "record"])
def test_where_it_cannot_be_printed_or_recorded_nothing_is_kept(world, client, monkeypatch, fails):
    letter = make.letter_at(world, "approved")

    def broken(*args, **kwargs):
        raise PressError("排印程序意外中止。")

    monkeypatch.setattr("apps.reports.approvals.printed" if fails == "printed" else "apps.proposals.operations.record",
                        broken)  # fmt: skip
    with pytest.raises(Refused if fails == "printed" else PressError, match="排印程序意外中止"):
        approvals.issue(letter, "大渡口府函〔2020〕280号", NOVEMBER, by=world.office, at=LATER)
    assert (letter_of(world).state, letter_of(world).number) == ("approved", "")
    assert (edition_of(world).issued_at, Dispatch.objects.count(), kept_files()) == (None, 0, [])
    if fails == "printed":
        client.force_login(world.office)
        typed = {"number": "大渡口府函〔2020〕280号", "dated_on": "2020-11-03", "seen": letter_of(world).stamp}
        answer = client.post(reverse("reports:letter_act", args=["9-4", "issue"]), typed)
        assert (answer.status_code, "排印程序意外中止" in answer.content.decode()) == (422, True)


def test_what_was_tampered_with_is_neither_signed_nor_issued(world):
    letter = make.letter_at(world, "leader_review")
    edition = edition_of(world)
    edition.figures["closed"] = 2
    edition.save()
    with pytest.raises(Refused, match="校验码不符"):
        approvals.sign(letter, by=world.leader, at=LATER)


def test_the_database_keeps_what_went_out(world):
    edition = make.letter_at(world, "issued").latest
    for wrong in ({"pdf": ""}, {"signed_hash": ""}, {"document_number": ""}, {"approved_by": None},
                  {"void_by": world.office, "void_at": LATER}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Edition.objects.filter(pk=edition.pk).update(**wrong)


# --- pages ---


def post(client, action, letter, **typed):
    return client.post(reverse("reports:letter_act", args=["9-4", action]), {"seen": letter.stamp} | typed)


def test_a_page_that_comes_too_late_says_so_and_changes_nothing(world, client):
    letter = make.letter_at(world, "leader_review")
    seen = letter.stamp
    client.force_login(world.leader)
    approvals.recall(letter, by=world.office, at=LATER)
    make.letter_at(world, "leader_review", at=LATER)  # in the same state again, but it is another edition
    answer = client.post(reverse("reports:letter_act", args=["9-4", "sign"]), {"seen": seen})
    assert (answer.status_code, letter_of(world).state) == (409, "leader_review")
    assert "已有变化" in answer.content.decode()


def test_texts_written_meanwhile_do_not_go_up_unseen(world, client):
    client.force_login(world.office)
    page = client.get(reverse("reports:letter_act", args=["9-4", "submit"]))
    save_letter_texts(world.session, by=world.office2, at=LATER, methods="刚刚写的")
    typed = {"signer": world.leader_row.pk, "note": "演练", "seen": page.context["seen"]}
    assert client.post(reverse("reports:letter_act", args=["9-4", "submit"]), typed).status_code == 409
    assert not Edition.objects.exists()


def test_a_letter_that_nobody_wrote_yet_goes_up_from_the_page(world, client):
    client.force_login(world.office)
    url = reverse("reports:letter_act", args=["9-4", "submit"])
    page = client.get(url)
    assert page.context["form"]["signer"].value() == world.leader_row.pk  # the first of the leaders
    assert "尚未办结" in page.content.decode()
    typed = {"signer": world.leader_row.pk, "seen": page.context["seen"]}
    assert client.post(url, typed).status_code == 422
    assert client.post(url, typed | {"note": "先行通报"}).status_code == 302
    assert letter_of(world).state == "office_review"


def test_each_frozen_figure_opens_the_proposals_as_they_stood(world, client):
    edition = make.letter_at(world, "issued").latest
    rate_the_second(world)
    rearranging.correct(proposal(world, "001"), by=world.office, at=LATER, note="更正", title="关于改造老旧小区的建议")
    client.force_login(world.office)
    seen = {}
    for place, (path, ids) in enumerate(edition.members):
        page = client.get(reverse("reports:edition_figure", args=[edition.pk, place])).content.decode()
        numbers = re.findall(r'data-label="案号"><a[^>]*>([^<]*)', page)
        assert len(numbers) == len(ids), path
        seen["/".join(path)] = (numbers, page)
    assert seen["closed"][0] == ["001"]
    assert seen["classes/A"][0] == ["001", "002"]
    assert seen["ratings/final/满意"][0] == ["001"]
    assert seen["units/区文化旅游委/assist"][0] == ["003"]
    assert "关于增设过街天桥的建议" in seen["closed"][1] and "老旧小区" not in seen["closed"][1]
    assert "区住房城乡建委、区文化旅游委（协办）" in seen["total"][1]
    assert client.get(reverse("reports:edition_figure", args=[edition.pk, len(edition.members)])).status_code == 404


def test_a_frozen_figure_leads_a_leader_to_the_proposals_in_their_portfolio_and_names_the_rest(world, client):
    make.handling(world, "004", roles=[(world.culture, "lead")])
    edition = make.letter_at(world, "issued").latest
    place = next(place for place, (path, _) in enumerate(edition.members) if path == ["total"])
    client.force_login(world.leader)
    page = client.get(reverse("reports:edition_figure", args=[edition.pk, place])).content.decode()
    links = [address for address, number in re.findall(r'data-label="案号"><a href="([^"]*)">([^<]*)', page)]
    assert links
    assert {client.get(address).status_code for address in links} == {200}
    assert reverse("desk:proposal", args=[proposal(world, "004").pk]) not in links
    assert re.search(r'data-label="案号">004<', page)


def test_what_changed_since_is_listed_apart(world, client):
    edition = make.letter_at(world, "issued").latest
    client.force_login(world.leader)
    url = edition.get_absolute_url()
    assert "没有变化" in client.get(url).content.decode()
    rate_the_second(world)
    page = client.get(url)
    moved = {one.label: (one.then, one.now, one.came, one.went) for one in page.context["moved"]}
    assert moved["已办结"] == (1, 2, ("002",), ())
    assert moved["未办结"] == (2, 1, (), ("002",))
    assert moved["最终评价：满意"] == (1, 2, ("002",), ())
    assert "办理结果：A类" not in moved
    (differing,) = page.context["differing"]
    assert differing.number == "002"
    assert ("最终评价", "—", "满意") in differing.differences
    assert ("状态", "已答复", "已办结") in differing.differences
    text = page.content.decode().split("此后的变化")
    assert len(text) == 2 and "002" not in re.sub("<[^>]*>", "", text[0].split("通报中的统计数字")[1])


def test_the_page_of_an_edition_tells_who_agreed_and_every_hash(world, client):
    letter = make.letter_at(world, "leader_review")
    make.delegation(world, world.leader_row, world.other_leader_row, at=LATER)
    approvals.sign(letter, by=world.other_leader, at=LATER)
    approvals.issue(letter_of(world), "大渡口府函〔2020〕280号", NOVEMBER, by=world.office, at=LATER)
    edition = edition_of(world)
    client.force_login(world.office)
    page = client.get(edition.get_absolute_url()).content.decode()
    for told_there in ("吴办", "钟主任", "陈思齐（代周明远）", edition.sha256, edition.pdf_sha256, edition.docx_sha256,
                       "<iframe"):  # fmt: skip
        assert told_there in page
    assert "可能被改动过" not in page
    Edition.objects.update(unfinished=["x"], rows=[])
    assert "可能被改动过" in client.get(edition.get_absolute_url()).content.decode()


@pytest.mark.parametrize("state", ["office_review", "issued"])
def test_beyond_the_draft_its_edition_is_read_and_no_other_paper(world, client, state):
    edition = make.letter_at(world, state).latest
    rate_the_second(world)
    client.force_login(world.leader)
    assert "paper-letter" not in client.get(reverse("reports:letter", args=["9-4"])).content.decode()
    for ending in ("pdf", "docx"):
        answer = client.get(reverse(f"reports:letter_{ending}", args=["9-4"]))
        assert answer.url == reverse(f"reports:edition_{ending}", args=[edition.pk])
    if state == "issued":
        approvals.reopen(letter_of(world), by=world.office, at=LATER, note="数字有误")
        assert "paper-letter" in client.get(reverse("reports:letter", args=["9-4"])).content.decode()


def test_the_committee_finds_what_was_issued_and_nothing_before(world, client):
    letter = make.letter_at(world, "approved")
    client.force_login(world.secretary)
    pages = [reverse("reports:letters"), reverse("reports:letter", args=["9-4"])]
    for url in pages:
        assert letter.latest.get_absolute_url() not in client.get(url).content.decode()
    approvals.issue(letter, "大渡口府函〔2020〕280号", NOVEMBER, by=world.office, at=LATER)
    for url in pages:
        assert letter.latest.get_absolute_url() in client.get(url).content.decode()
    assert "吴办" not in client.get(letter.latest.get_absolute_url()).content.decode()


def letters_at_home(client):
    """The headings of the home page that name the annual letter."""
    headings = re.findall(r"<h2[^>]*>([^<]+)", client.get("/").content.decode())
    return [heading.strip() for heading in headings if "年度通报" in heading]


@pytest.mark.parametrize(
    ("state", "finders"),
    [
        ("office_review", {"chief": "待审核的年度通报"}),
        ("leader_review", {"leader": "待签发的年度通报"}),
        ("approved", dict.fromkeys(("chief", "office", "office2"), "待发文的年度通报")),
        ("issued", {}),
    ],
)
def test_it_waits_at_home_for_exactly_whose_turn_it_is(world, client, state, finders):
    make.letter_at(world, state)
    for name, user in world.people.items():
        if name in ("auditor", "admin"):
            continue
        client.force_login(user)
        assert letters_at_home(client) == ([finders[name]] if name in finders else []), name


def test_what_went_out_is_found_at_home_by_leaders_and_the_committee(world, client):
    readers = ("leader", "other_leader", "secretary")

    def finders():
        found = []
        for name in (*readers, "clerk"):
            client.force_login(world.people[name])
            if "最近一份通报" in client.get("/").content.decode():
                found.append(name)
        return tuple(found)

    letter = make.letter_at(world, "approved")
    assert finders() == ()
    approvals.issue(letter, "大渡口府函〔2020〕280号", datetime.date(2020, 11, 3), by=world.office, at=LATER)
    assert finders() == readers
    client.force_login(world.leader)
    page = client.get("/").content.decode()
    assert edition_of(world).get_absolute_url() in page
    assert "大渡口府函〔2020〕280号" in page


def test_a_returned_letter_waits_for_the_office(world, client):
    approvals.send_back(make.letter_at(world, "office_review"), by=world.chief, at=LATER, note="再核")
    client.force_login(world.office)
    assert letters_at_home(client) == ["待重新送审的年度通报"]
    client.force_login(world.leader)
    assert letters_at_home(client) == []


# --- two at once, and by clicks ---


def test_of_two_who_issue_at_once_one_is_told(transactional_db):
    world = make.world()
    letter = make.letter_at(world, "approved")
    gate, outcomes = threading.Barrier(2), []

    def issue(user, number):
        try:
            own = AnnualLetter.objects.get(pk=letter.pk)
            gate.wait(60)
            outcomes.append(approvals.issue(own, number, NOVEMBER, by=user, at=LATER))
        except (OutOfTurn, Refused) as late:
            outcomes.append(late)
        finally:
            connections.close_all()

    calls = ((world.office, "大渡口府函〔2020〕280号"), (world.office2, "大渡口府函〔2020〕281号"))
    threads = [threading.Thread(target=issue, args=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AnnualLetter", "OutOfTurn"]
    assert (Dispatch.objects.count(), Event.objects.filter(action="letter.issue").count()) == (1, 1)
    assert len(kept_files()) == 2  # of the one that went through
    assert verify() == []


def test_a_leader_reads_and_signs_on_a_telephone_in_two_taps(transactional_db, phone, sign_in):
    world = make.world()
    make.proposal_at(world, "closed", "001")
    make.letter_at(world, "leader_review", at=timezone.now())
    sign_in(phone, world.leader)
    phone.goto("/")
    follow(phone.get_by_role("link", name=re.compile("^签发")))
    told(phone, "交由区政府系统办理的提案共1件")  # the words themselves, where no PDF can be shown
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    follow(phone.get_by_role("link", name="签发", exact=True).first)
    press(phone, "签发")
    told(phone, "已签发")
    edition = edition_of(world)
    assert (edition.signed_by, edition.signed_hash) == (world.leader, edition.sha256)


def test_a_leader_returns_it_on_a_telephone_and_the_office_sees_why(transactional_db, phone, people, sign_in):
    world = make.world()
    make.letter_at(world, "leader_review", at=timezone.now())
    sign_in(phone, world.leader)
    phone.goto("/")
    follow(phone.get_by_role("link", name=re.compile("^签发")))
    follow(phone.get_by_role("link", name="退回修改", exact=True).first)
    phone.get_by_label("说明").fill("问题部分写得太虚")
    press(phone, "退回修改")
    told(phone, "已退回修改")
    edition = edition_of(world)
    assert (edition.letter.state, edition.void_by, edition.void_note) == ("draft", world.leader, "问题部分写得太虚")
    page = people(world.office)
    follow(page.get_by_role("link", name=re.compile("^查看")).first)
    told(page, "问题部分写得太虚")


def test_by_clicks_from_the_office_to_the_issued_letter(transactional_db, people):
    world = make.world()
    make.proposal_at(world, "closed", "001")
    page = people(world.office, "/reports/letters/9-4/")
    page.get_by_role("link", name="送审", exact=True).click()
    page.get_by_label("说明").fill("演练")
    press(page, "送审")
    told(page, "已送审")
    for user, action, done in ((world.chief, "审核", "已审核"), (world.leader, "签发", "已签发")):
        page = people(user)
        follow(page.get_by_role("link", name=re.compile(f"^{action}")))
        follow(page.get_by_role("link", name=action, exact=True).first)
        press(page, action)
        told(page, done)
    page = people(world.office)
    follow(page.get_by_role("link", name=re.compile("^登记发文")))
    follow(page.get_by_role("link", name="登记发文", exact=True).first)
    page.get_by_label("发文字号").fill("大渡口府函[2026]280号")
    press(page, "登记发文")
    told(page, "已登记发文")
    edition = edition_of(world)
    assert edition.document_number == "大渡口府函〔2026〕280号"
    assert (settings.MEDIA_ROOT / edition.pdf.name).read_bytes().startswith(b"%PDF")
    page = people(world.secretary, "/reports/letters/")
    follow(page.get_by_role("link", name="大渡口府函〔2026〕280号"))
    told(page, "此后的变化")


def test_the_page_of_posts_tells_when_nobody_could_approve_a_letter(world, client):
    client.force_login(world.office)
    assert "年度通报没有人可以审核" not in client.get(reverse("accounts:posts")).content.decode()
    Post.objects.filter(user=world.chief).delete()
    assert "年度通报没有人可以审核" in client.get(reverse("accounts:posts")).content.decode()


def test_the_page_of_an_edition_asks_as_often_for_few_proposals_as_for_many(world, client):
    client.force_login(world.office)
    asked = []
    for number in ("1", "2"):
        letter = make.letter_at(world, "office_review", at=LATER)
        for url in (letter.latest.get_absolute_url(), reverse("reports:edition_figure", args=[letter.latest.pk, 0])):
            with CaptureQueriesContext(connection) as seen:
                client.get(url)
            asked.append(len(seen))
        approvals.recall(letter, by=world.office, at=LATER)
        for more in range(5):
            make.proposal_at(world, "closed", f"{number}0{more}")
    assert asked[:2] == asked[2:] and max(asked) <= 20
