"""Files wherever they belong: several at once, all or none, seen with what they belong to, looked at in the page."""

import io
import re

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from playwright.sync_api import expect

from apps.proposals import operations as cases
from apps.proposals.attachments import MOST_FILES, files_of, media_type_of
from apps.proposals.models import Attachment
from apps.proposals.operations import Paper
from apps.proposals.workflow import Refused
from apps.ratings import operations as ratings
from apps.replies import operations as replies
from apps.replies import promises
from tests import factories as make
from tests.browser import held_back, told

APRIL = make.moment(2020, 4, 20)
PEOPLE = ("office", "clerk", "head", "culture_head", "leader", "other_leader", "secretary", "auditor", "admin")


def who_sees(client, world, attachment):
    found = set()
    for person in PEOPLE:
        client.force_login(world.people[person])
        answer = client.get(reverse("proposals:file", args=[attachment.pk]))
        if answer.streaming:
            list(answer.streaming_content)  # read to its end, which closes the file
        if answer.status_code == 200:
            found.add(person)
        else:
            assert answer.status_code == 404, person
    return found


@pytest.fixture
def world(db):
    return make.world()


def the_file(owner_type, owner):
    return files_of(owner_type, owner.pk).get()


ABOVE_AND_UNIT = {"office", "clerk", "head", "leader", "secretary"}


def test_files_are_seen_by_those_who_see_what_they_belong_to(client, world):
    """docs/workflow.md, 谁能看到什么: an unsent reply is not the secretariat's, an unconfirmed receipt is its alone."""
    proposal = make.registered(world, files=[make.pdf("原件.pdf")])
    cases.assign(proposal, [(world.housing, "lead")], by=world.office, at=make.moment())
    case = proposal.cases.get()
    cases.accept(
        case, by=world.office, at=make.moment(2020, 3, 11), paper=Paper("区住房城乡建委王主任", make.scan("签收单.png"))
    )
    contact = cases.contact(
        case, by=world.clerk, at=make.moment(2020, 3, 20), stage="before", manner="visit",
        held_on=make.moment(2020, 3, 20).date(), people="赵堃", summary="走访",
        files=[make.scan("现场.png"), make.pdf()],
    )  # fmt: skip
    assert [one.name for one in files_of("contact", contact.pk)] == ["现场.png", "方案.pdf"]
    reply = make.reply_at(world, case, "draft", "B")
    replies.edit(reply, by=world.clerk, at=APRIL, files=make.pdf("附件一.pdf"))
    seen = {
        "proposal": who_sees(client, world, the_file("proposal", proposal)),
        "paper": who_sees(client, world, the_file("paper", case)),
        "contact": who_sees(client, world, files_of("contact", contact.pk).first()),
        "reply": who_sees(client, world, the_file("reply", reply)),
    }
    assert seen == {
        "proposal": ABOVE_AND_UNIT,
        "paper": ABOVE_AND_UNIT,
        "contact": ABOVE_AND_UNIT,
        "reply": ABOVE_AND_UNIT - {"secretary"},
    }
    assert "代区住房城乡建委王主任" in the_file("paper", case).note

    replies.submit(reply, by=world.clerk, at=APRIL)
    replies.unit_approve(reply, by=world.head, at=APRIL)
    replies.office_forward(reply, world.leader_row, by=world.office, at=APRIL)
    replies.sign_on_paper(reply, reply.code, make.scan("审签单.png"), by=world.office, at=APRIL)
    assert who_sees(client, world, the_file("sheet", reply)) == ABOVE_AND_UNIT - {"secretary"}
    replies.verify_paper(reply, by=world.office2, at=APRIL)
    ratings.issue(reply, by=world.clerk, at=APRIL, number="1号", issued_on=APRIL.date(), means="post")
    assert who_sees(client, world, the_file("reply", reply)) == ABOVE_AND_UNIT

    receipt = make.rated(world, reply, confirm=False)
    assert who_sees(client, world, the_file("receipt", receipt)) == {"secretary"}
    ratings.confirm(receipt, by=world.secretary2, at=make.moment(2020, 5, 7))
    assert who_sees(client, world, the_file("receipt", receipt)) == ABOVE_AND_UNIT

    promise = reply.commitments.get()
    told = promises.report(
        promise, by=world.clerk, at=make.moment(2020, 9, 1), text="已完成", files=[make.pdf("验收单.pdf")]
    )
    assert who_sees(client, world, the_file("progress", told)) == ABOVE_AND_UNIT


def test_an_opinions_files_reach_the_lead_unit_and_no_other_assisting_one(client, world):
    proposal = make.handling(world, roles=[(world.housing, "lead"), (world.parks, "assist"), (world.culture, "assist")])
    case = make.case_of(proposal, world.parks)
    cases.advise(case, by=world.parks_head, at=APRIL, text="同意", files=[make.pdf("意见.pdf")])
    file = the_file("opinion", case.opinion)
    assert who_sees(client, world, file) == {"office", "clerk", "head", "leader", "other_leader", "secretary"}


def test_one_bad_file_of_several_and_nothing_is_stored(client, world):
    case = make.handling(world).cases.get()
    client.force_login(world.clerk)
    data = {
        "seen": case.stamp, "stage": "before", "manner": "visit", "held_on": "2020-03-20", "people": "赵堃",
        "summary": "走访了三条街。",
        "files": [make.pdf(), SimpleUploadedFile("表.pdf", b"MZ\x90\x00", "application/pdf")],
    }  # fmt: skip
    answer = client.post(reverse("proposals:act_on_case", args=[case.pk, "contact"]), data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "表.pdf" in page and "走访了三条街。" in page
    assert not Attachment.objects.exists() and not case.contacts.exists()


def test_more_files_than_allowed_at_once_are_refused(world):
    proposal = make.registered(world)
    with pytest.raises(Refused, match=f"最多上传 {MOST_FILES} 个"):
        cases.attach(proposal, by=world.office, at=APRIL, files=[make.scan() for _ in range(MOST_FILES + 1)])
    assert not Attachment.objects.exists()


def test_a_file_is_shown_in_the_page_and_never_as_a_page_of_ours(client, world):
    proposal = make.registered(world, files=[make.pdf(), make.scan("附图.png")])
    client.force_login(world.office)
    page = client.get(proposal.get_absolute_url()).content.decode()
    for name in ("方案.pdf", "附图.png"):
        assert name in page
    assert page.count('loading="lazy"') == 2
    for attachment, policy in zip(files_of("proposal", proposal.pk), (False, True), strict=True):
        answer = client.get(reverse("proposals:file", args=[attachment.pk]))
        list(answer.streaming_content)
        assert ("sandbox" in answer["Content-Security-Policy"]) is policy
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_several_files_go_up_at_once_with_their_progress_shown(page, sign_in, transactional_db, tmp_path):
    world = make.world()
    case = make.handling(world).cases.get()
    picture, paper = tmp_path / "现场.png", tmp_path / "记录.pdf"
    picture.write_bytes(make.PNG)
    paper.write_bytes(make.pdf().read())
    sign_in(page, world.clerk)
    page.goto(reverse("proposals:act_on_case", args=[case.pk, "contact"]))
    page.get_by_label("办前").check()
    page.get_by_label("方式").select_option("走访")
    page.get_by_label("参加人员").fill("提案者赵堃")
    page.get_by_label("沟通情况").fill("看了现场。")
    page.get_by_label("附件").set_input_files([picture, paper])
    with held_back(page, "**/contact/"):
        page.get_by_role("button", name="沟通记录").click()
        page.get_by_role("status").filter(has_text="上传").wait_for()
    told(page, "已保存沟通记录")
    expect(page).to_have_url(re.compile(case.proposal.get_absolute_url() + "$"))
    assert [one.name for one in files_of("contact", case.contacts.get().pk)] == ["现场.png", "记录.pdf"]
    files = page.locator(".files li")
    files.first.get_by_text("预览").click()
    image = files.first.locator("img")
    image.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())
    files.last.get_by_text("预览").click()
    expect(files.last.locator("iframe")).to_have_attribute("src", re.compile("^/proposals/files/"))


def test_a_pdf_with_names_in_gbk_is_taken():
    """Old Chinese software writes names that are no UTF-8; reading them as text must not end in an error."""
    book = pikepdf.new()
    book.add_blank_page()
    book.pages[0].Annots = book.make_indirect(pikepdf.Array([pikepdf.Dictionary(S=pikepdf.Name("/PLACE"))]))
    content = io.BytesIO()
    book.save(content, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    given = content.getvalue().replace(b"/PLACE", b"/" + "黑x".encode("gbk") + b"#20")
    assert "黑x".encode("gbk") in given
    assert media_type_of(SimpleUploadedFile("旧软件.pdf", given)) == "application/pdf"
