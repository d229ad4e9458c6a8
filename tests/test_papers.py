"""The room of papers: what there is, who sees it, its numbers, and that what went out stays as it went out."""

import io
from dataclasses import replace

import pdfplumber
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.audit.models import Event
from apps.documents import content
from apps.documents.kept import NotKept, as_data, from_data
from apps.papers import operations
from apps.papers.catalogue import KINDS, may_number, paper_of
from apps.papers.kinds import UNIT_OR_OFFICE, Kind, Occasion
from apps.proposals.models import Dispatch
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused
from apps.replies.queries import is_number_used, next_number
from tests import factories as make

pytestmark = pytest.mark.django_db


def an_opinion_of_a_case(case, occasion):
    """A paper with a number of its own, for these tests: what a numbered kind looks like."""
    return content.Letter(
        issuer=case.unit.name,
        number=occasion.number,
        title=f"关于第{case.proposal.number}号提案的意见",
        addressee="区政府办公室",
        blocks=(content.Paragraph(case.proposal.title),),
        signature=case.unit.name,
        dated_on=occasion.dated_on,
        draft="" if occasion.number else "样稿：尚未登记发文",
    )


@pytest.fixture
def kind(monkeypatch):
    from apps.papers import subjects

    made = Kind("trial", "试函", "试", subjects.cases, an_opinion_of_a_case, "proposal", numbered_by=UNIT_OR_OFFICE)
    monkeypatch.setitem(KINDS, "trial", made)
    return made


@pytest.fixture
def world():
    return make.world()


@pytest.fixture
def case(world):
    return make.handling(world).cases.get()


def occasion(world, user, **changes):
    return Occasion(user, timezone.localdate(), world.session, **changes)


def sent_out(world, kind, case, number="大渡口建委函〔2020〕7号", by=None, **changes):
    given = {"number": number, "dated_on": make.moment(2020, 5, 6).date(), "signer": "王主任", "copies": 3} | changes
    return operations.dispatch(kind, case, by=by or world.clerk, at=make.moment(2020, 5, 6), session=world.session,
                               **given)  # fmt: skip


def text_of(answer):
    with pdfplumber.open(io.BytesIO(answer.content)) as pdf:
        return "".join("".join((page.extract_text() or "").split()) for page in pdf.pages)


# --- what went out stays as it went out -----------------------------------------------------------------------------


def test_a_paper_keeps_what_it_said_when_it_went_out(client, world, kind, case):
    sent = sent_out(world, kind, case)
    case.proposal.title = "改过的案由"
    case.proposal.save()
    client.force_login(world.clerk)
    for url in (
        reverse("papers:dispatched_pdf", args=[sent.pk]),
        reverse("papers:paper_pdf", args=["9-4", "trial", case.pk]),
    ):
        printed = text_of(client.get(url))
        assert "大渡口建委函〔2020〕7号" in printed and "2020年5月6日" in printed
        assert "关于增设过街天桥的建议" in printed and "改过的案由" not in printed
        assert "样稿" not in printed


def test_a_draft_is_marked_on_every_page_until_it_has_its_number(client, world, kind, case):
    client.force_login(world.clerk)
    url = reverse("papers:paper_pdf", args=["9-4", "trial", case.pk])
    assert "样稿：尚未登记发文" in text_of(client.get(url))
    with_number = text_of(client.get(url, {"number": "某函〔2020〕9号", "dated_on": "2020-05-09"}))
    assert "某函〔2020〕9号" in with_number and "2020年5月9日" in with_number
    assert "样稿" in with_number  # typed, not yet registered
    assert Dispatch.objects.count() == 0


def test_giving_a_number_is_in_the_trail_with_the_hash_of_what_went_out(world, kind, case):
    sent = sent_out(world, kind, case)
    event = Event.objects.get(action="paper.dispatch")
    assert event.target_key == str(case.proposal_id)
    assert event.data["number"] == sent.number and len(event.data["sha256"]) == 64
    assert event.actor_key == "clerk"


def test_a_number_in_use_is_refused_wherever_it_is_used(world, kind, case):
    reply = make.reply_at(world, case, "issued")
    assert is_number_used(reply.number, world.session)
    with pytest.raises(Refused, match="已用于"):
        sent_out(world, kind, case, number=reply.number)
    sent_out(world, kind, case, number="大渡口建委函〔2020〕88号")
    other = make.handling(world, "002").cases.get()
    with pytest.raises(Refused, match="已用于"):
        sent_out(world, kind, other, number="大渡口建委函〔2020〕88号")
    assert Dispatch.objects.count() == 1


def test_replies_and_papers_are_numbered_in_one_row(world, kind, case):
    sent_out(world, kind, case, number="大渡口建委函〔2020〕41号")
    assert next_number("大渡口建委函", 2020) == "大渡口建委函〔2020〕42号"


def test_a_reply_cannot_take_the_number_of_a_paper(client, world, kind, case):
    sent_out(world, kind, case, number="大渡口建委函〔2020〕41号")
    reply = make.reply_at(world, case, "signed")
    client.force_login(world.clerk)
    given = {"number": "大渡口建委函〔2020〕41号", "issued_on": "2020-05-06", "means": "post", "seen": reply.stamp}
    answer = client.post(reverse("ratings:act_on_reply", args=[reply.pk, "issue"]), given)
    assert answer.status_code == 422
    assert "已用于另一件答复或公文" in answer.content.decode()


def test_only_once_and_by_whom_it_belongs_to(world, kind, case):
    with pytest.raises(NotAllowed):
        sent_out(world, kind, case, by=world.culture_clerk)
    with pytest.raises(NotAllowed):
        sent_out(world, kind, case, by=world.secretary)
    sent_out(world, kind, case)
    with pytest.raises(OutOfTurn):
        sent_out(world, kind, case, number="大渡口建委函〔2020〕8号")
    assert Event.objects.filter(action="paper.dispatch").count() == 1


def test_a_day_in_the_future_or_an_unfinished_paper_is_refused(world, kind, case):
    with pytest.raises(Refused, match="在今天之后"):
        sent_out(world, kind, case, dated_on=make.moment(2020, 5, 7).date())
    unfinished = replace(kind, compose=lambda case, seen: replace(an_opinion_of_a_case(case, seen), draft="样稿"))
    with pytest.raises(Refused, match="还没有完成"):
        sent_out(world, unfinished, case)
    assert Dispatch.objects.count() == 0


def test_a_void_number_can_be_given_again_and_the_paper_says_that_it_is_void(client, world, kind, case):
    sent = sent_out(world, kind, case)
    client.force_login(world.clerk)
    url = reverse("papers:void", args=[sent.pk])
    assert client.post(url, {"note": " "}).status_code == 422
    assert client.post(url, {"note": "编错了字号"}).status_code == 302
    sent.refresh_from_db()
    assert sent.is_void and sent.void_by == world.clerk
    assert "已作废：编错了字号" in text_of(client.get(reverse("papers:dispatched_pdf", args=[sent.pk])))
    assert Event.objects.get(action="paper.void").note == "编错了字号"
    again = sent_out(world, kind, case)
    assert again.number == sent.number
    assert client.post(url, {"note": "再作废"}).status_code == 422  # it is void already
    assert paper_of(kind, case, occasion(world, world.clerk)).draft == ""


def test_a_stranger_neither_reads_nor_voids_what_went_out(client, world, kind, case):
    sent = sent_out(world, kind, case)
    client.force_login(world.culture_clerk)
    for name in ("dispatched", "dispatched_pdf", "dispatched_docx", "void"):
        assert client.get(reverse(f"papers:{name}", args=[sent.pk])).status_code == 404
    client.force_login(world.leader)
    assert client.get(reverse("papers:dispatched", args=[sent.pk])).status_code == 200
    assert client.post(reverse("papers:void", args=[sent.pk]), {"note": "不该"}).status_code == 403
    assert not may_number(kind, case, occasion(world, world.leader))


# --- pages ----------------------------------------------------------------------------------------------------------


def test_the_number_is_given_on_a_page_beside_the_paper(client, world, kind, case):
    world.housing.series = "大渡口建委函"
    world.housing.save()
    client.force_login(world.clerk)
    url = reverse("papers:dispatch", args=["9-4", "trial", case.pk])
    page = client.get(url).content.decode()
    year = timezone.localdate().year
    assert f"大渡口建委函〔{year}〕1号" in page and "<iframe" in page
    answer = client.post(url, {"number": " 大渡口建委函〔2020〕 7号", "dated_on": "2020-05-06", "copies": "2"})
    sent = Dispatch.objects.get()
    assert answer.url == reverse("papers:dispatched", args=[sent.pk])
    assert (sent.number, sent.copies, sent.unit) == ("大渡口建委函〔2020〕7号", 2, world.housing)
    assert client.get(url).url == reverse("papers:paper", args=["9-4", "trial", case.pk])
    late = client.post(url, {"number": "大渡口建委函〔2020〕8号", "dated_on": "2020-05-06", "copies": "2"})
    assert late.status_code == 409 and "大渡口建委函〔2020〕8号" in late.content.decode()


def test_what_is_typed_is_previewed_without_a_trace_in_addresses(client, world, kind, case):
    client.force_login(world.clerk)
    page = client.get(reverse("papers:dispatch", args=["9-4", "trial", case.pk])).content.decode()
    assert 'formtarget="preview"' in page and "formmethod" not in page  # by POST, as the form itself
    shown = client.post(reverse("papers:paper_pdf", args=["9-4", "trial", case.pk]), {"number": "某函〔2020〕9号"})
    assert "某函〔2020〕9号" in text_of(shown)


def test_what_was_typed_stays_when_it_is_refused(client, world, kind, case):
    client.force_login(world.clerk)
    url = reverse("papers:dispatch", args=["9-4", "trial", case.pk])
    answer = client.post(url, {"number": "某函〔2020〕7号", "dated_on": "2199-01-01", "copies": "2"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "某函〔2020〕7号" in page and "在今天之后" in page


def test_a_paper_for_somebody_who_is_no_addressee_is_not_there(client, world, case):
    reply = make.reply_at(world, case, "issued")
    stranger = make.registered(world, "050", proposers=[{"name": "钱升"}]).proposers.get()
    client.force_login(world.office)
    url = reverse("papers:paper", args=["9-4", "reply-letter", reply.pk])
    assert client.get(url, {"to": case.proposal.proposers.get().pk}).status_code == 200
    assert client.get(url, {"to": stranger.pk}).status_code == 404
    assert client.get(url, {"to": "x"}).status_code == 404


def test_what_there_is_not_is_404(client, world, case):
    client.force_login(world.office)
    for url in (
        "/papers/sessions/9-9/",
        "/papers/sessions/9-4/nothing/",
        "/papers/sessions/9-4/contact-roll/999/",
        "/papers/sessions/9-9/contact-roll/1/",
        "/papers/sessions/9-4/reply-letter/999/",
        "/papers/proposals/999/",
        "/papers/dispatches/999/",
    ):
        assert client.get(url).status_code == 404, url
    client.force_login(world.auditor)
    assert client.get("/papers/").status_code == 404


def test_nobody_is_offered_a_list_that_is_not_theirs(client, world, case):
    make.reply_at(world, case, "issued")
    client.force_login(world.clerk)
    page = client.get("/papers/sessions/9-4/").content.decode()
    assert "答复函" in page
    for label in ("函告", "改办通知单", "办理进度通报", "发文登记簿"):
        assert label not in page
    client.force_login(world.culture_clerk)
    assert "还没有文书" in client.get("/papers/sessions/9-4/").content.decode()


def test_secret_proposals_have_no_paper(client, world):
    proposal = make.assigned(world, "077", is_secret=True)
    client.force_login(world.office)
    page = client.get(reverse("papers:proposal", args=[proposal.pk])).content.decode()
    assert "/papers/sessions/" not in page.split("<main")[1]


def test_a_character_that_no_face_has_is_told_where_the_paper_would_be(client, world):
    reply = make.reply_at(world, make.handling(world).cases.get(), "issued", body="经研究，同意😀。")
    client.force_login(world.office)
    answer = client.get(reverse("papers:paper_pdf", args=["9-4", "reply-letter", reply.pk]))
    assert answer.status_code == 422
    assert "U+1F600" in answer.content.decode()


def test_the_papers_of_a_proposal_and_the_lists_ask_a_fixed_number_of_times(client, world):
    first = make.handling(world)
    make.reply_at(world, first.cases.get(), "issued")
    client.force_login(world.office)
    urls = ["/papers/", reverse("papers:proposal", args=[first.pk]), "/papers/sessions/9-4/reply-letter/"]

    def asked(url):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    few = [asked(url) for url in urls]
    for number in range(2, 8):
        make.reply_at(world, make.handling(world, f"{number:03}").cases.get(), "issued")
    many = [asked(url) for url in urls]
    assert many == few and max(many) <= 20


# --- kept as JSON ---------------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
tables = st.lists(st.tuples(texts, texts), max_size=3).map(
    lambda rows: content.Table((content.Column("甲", 1), content.Column("乙", 2.5, "left")), tuple(rows), "表")
)
blocks = st.one_of(
    st.builds(content.Heading, st.sampled_from([1, 2, 3]), texts),
    st.builds(content.Paragraph, texts, texts, st.sampled_from([1, 2, 3])),
    tables,
    st.just(content.Grid((1, 2), ((content.Cell("甲", is_label=True), content.Cell("乙", lines=3, foot="签字")),))),
)
few_blocks = st.lists(blocks, max_size=3).map(tuple)
annexes = st.lists(st.builds(content.Annex, texts, texts, few_blocks), max_size=2).map(tuple)
few_texts = st.lists(texts, max_size=2).map(tuple)
shared = dict(issuer=texts, number=texts, title=texts, addressee=texts, blocks=few_blocks, signature=texts,
              dated_on=st.none() | st.dates(), copies_to=few_texts, attachments=few_texts, annexes=annexes,
              is_sealed=st.booleans(), draft=texts)  # fmt: skip
papers = st.one_of(
    st.builds(content.Letter, marks=few_texts, **shared),
    st.builds(content.Notice, printed_on=st.none() | st.dates(), signer=texts, **shared),
    st.builds(content.Sheet, title=texts, author=texts, blocks=few_blocks, footnotes=few_texts,
              is_landscape=st.booleans()),
)  # fmt: skip


@given(papers)
@settings(suppress_health_check=[HealthCheck.too_slow])  # making papers up is slow on a busy machine
def test_a_paper_comes_back_from_json_as_it_was(paper):
    import json

    assert from_data(json.loads(json.dumps(as_data(paper)))) == paper


@pytest.mark.parametrize("data", [{}, {"is": "Letter"}, {"is": "Heading", "level": 1, "text": "一"}, {"is": "os"}])
def test_what_is_no_paper_is_named(data):
    with pytest.raises(NotKept):
        from_data(data)
