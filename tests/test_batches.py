"""Batches of papers and the whole file of a proposal: printed in the background, seen by whoever asked."""

import datetime
import io
import zipfile
from pathlib import Path

import docx
import pdfplumber
import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from apps.audit.models import Event
from apps.papers import batches, casefile
from apps.papers.kinds import Occasion
from apps.papers.models import Batch
from apps.proposals import operations as cases
from apps.proposals.models import Attachment
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
ASK = "/papers/sessions/9-4/reply-letter/print/"


@pytest.fixture
def world():
    return make.world()


def issued(world, *numbers, **fields):
    return [make.reply_at(world, make.handling(world, number, **fields).cases.get(), "issued") for number in numbers]


def content_of(client, answer):
    """The file of the batch that an answer leads to."""
    page = client.get(answer.url)
    assert page.status_code == 200
    batch = Batch.objects.latest("pk")
    assert batch.stage == "finished", batch.problem
    file = client.get(reverse("papers:batch_file", args=[batch.pk]))
    return b"".join(file.streaming_content)


def bookmarks(pdf):
    with pdf.open_outline() as outline:
        return [item.title for item in outline.root]


def test_all_replies_of_a_session_come_in_one_pdf_with_bookmarks(client, world):
    issued(world, "001", "002", "084")
    client.force_login(world.office)
    answer = client.post(ASK, {"form": "pdf"})
    content = content_of(client, answer)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert [name.partition("答复函")[0] for name in bookmarks(pdf)] == ["第001号", "第002号", "第084号"]
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        text = "".join("".join((page.extract_text() or "").split()) for page in pdf.pages)
    assert text.index("第001号提案") < text.index("第002号提案") < text.index("第084号提案")
    event = Event.objects.get(action="paper.print_batch")
    assert (event.target_type, event.target_key) == ("session", "9-4"), "as every event of a session names it"
    assert event.data == {"kind": "reply-letter", "papers": 3}


def test_each_paper_is_a_file_of_its_own_in_a_zip(client, world):
    issued(world, "001", "002")
    client.force_login(world.office)
    with zipfile.ZipFile(io.BytesIO(content_of(client, client.post(ASK, {"form": "zip_pdf"})))) as archive:
        names = archive.namelist()
        assert len(names) == 2 and all(name.endswith(".pdf") and "答复函" in name for name in names)
        assert all(archive.read(name).startswith(b"%PDF") for name in names)
    with zipfile.ZipFile(io.BytesIO(content_of(client, client.post(ASK, {"form": "zip_docx"})))) as archive:
        read = docx.Document(io.BytesIO(archive.read(archive.namelist()[0])))
        assert any("提案" in paragraph.text for paragraph in read.paragraphs)


def test_a_joint_proposal_has_a_letter_for_each_proposer(client, world):
    issued(world, "001", proposers=[{"name": "赵堃"}, {"name": "钱升"}, {"name": "孙祎"}])
    client.force_login(world.office)
    with zipfile.ZipFile(io.BytesIO(content_of(client, client.post(ASK, {"form": "zip_pdf"})))) as archive:
        assert len(archive.namelist()) == 3
        assert [any(person in name for name in archive.namelist()) for person in ("赵堃", "钱升", "孙祎")] == [True] * 3


def test_who_may_not_see_a_paper_does_not_get_it_in_a_batch(client, world):
    issued(world, "001")
    other = make.handling(world, "002", roles=[(world.culture, "lead")])
    make.reply_at(world, other.cases.get(), "issued")
    client.force_login(world.clerk)
    with zipfile.ZipFile(io.BytesIO(content_of(client, client.post(ASK, {"form": "zip_pdf"})))) as archive:
        assert ["第001号" in name for name in archive.namelist()] == [True]


def test_a_paper_that_cannot_be_printed_is_named_and_the_others_are_there(client, world):
    issued(world, "001")
    make.reply_at(world, make.handling(world, "002").cases.get(), "issued", body="同意😀。")
    client.force_login(world.office)
    answer = client.post(ASK, {"form": "zip_pdf"})
    with zipfile.ZipFile(io.BytesIO(content_of(client, answer))) as archive:
        assert len(archive.namelist()) == 1
    page = client.get(answer.url).content.decode()
    assert "第002号" in page and "U+1F600" in page


def test_a_batch_of_which_nothing_can_be_printed_says_why(client, world):
    make.reply_at(world, make.handling(world, "002").cases.get(), "issued", body="同意😀。")
    client.force_login(world.office)
    for form in ("pdf", "zip_pdf"):
        page = client.get(client.post(ASK, {"form": form}).url).content.decode()
        assert "没有一份能够生成" in page and "U+1F600" in page
        assert Batch.objects.latest("pk").file.name == ""


def test_there_is_nothing_to_print_or_no_such_form(client, world):
    client.force_login(world.office)
    for given, told in (({"form": "pdf"}, "还没有答复函"), ({"form": "exe"}, "请选择"), ({}, "请选择")):
        page = client.post(ASK, given, follow=True).content.decode()
        assert told in page
    assert not Batch.objects.exists()


def queued(world, **changes):
    now = timezone.now()
    given = dict(kind="reply-letter", session=world.session, form="pdf", total=1, asked_by=world.office, asked_at=now,
                 moved_at=now)  # fmt: skip
    return Batch.objects.create(**given | changes)


def test_one_batch_at_a_time_until_it_is_over_or_lost(client, world):
    issued(world, "001")
    waiting = queued(world)
    client.force_login(world.office)
    assert "还有一批正在生成" in client.post(ASK, {"form": "pdf"}, follow=True).content.decode()
    Batch.objects.filter(pk=waiting.pk).update(moved_at=timezone.now() - datetime.timedelta(minutes=11))
    assert "没有进展" in client.get(reverse("papers:batch", args=[waiting.pk])).content.decode()
    assert content_of(client, client.post(ASK, {"form": "pdf"})).startswith(b"%PDF")


def test_a_cancelled_batch_prints_nothing_and_keeps_no_file(client, world):
    issued(world, "001")
    waiting = queued(world)
    client.force_login(world.office)
    assert client.post(reverse("papers:stop_batch", args=[waiting.pk])).status_code == 302
    batches.make(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.stage, waiting.done, waiting.file.name) == ("stopped", 0, "")
    assert client.get(reverse("papers:batch_file", args=[waiting.pk])).status_code == 404


def test_a_batch_cancelled_in_the_middle_stops_there(world, monkeypatch):
    issued(world, "001", "002", "003")
    running = queued(world, total=3)
    told = Batch.tell

    def cancel_after_the_first(batch, **changes):
        told(batch, **changes)
        Batch.stop(batch.pk, timezone.now())

    monkeypatch.setattr(Batch, "tell", cancel_after_the_first)
    batches.make(running.pk)
    running.refresh_from_db()
    assert (running.stage, running.done, running.file.name) == ("stopped", 1, "")


def test_what_went_wrong_is_told_and_not_swallowed(client, world, monkeypatch):
    issued(world, "001")
    running = queued(world)

    def breaks(*args, **kwargs):
        raise RuntimeError("disk")

    monkeypatch.setattr(batches, "printed_many", breaks)
    with pytest.raises(RuntimeError, match="disk"):
        batches.make(running.pk)
    client.force_login(world.office)
    assert "已记入系统日志" in client.get(reverse("papers:batch", args=[running.pk])).content.decode()


def test_files_of_batches_go_after_a_week(client, world):
    issued(world, "001")
    client.force_login(world.office)
    content_of(client, client.post(ASK, {"form": "pdf"}))
    old = Batch.objects.get()
    path = old.file.path
    Batch.objects.update(asked_at=timezone.now() - datetime.timedelta(days=8))
    content_of(client, client.post(ASK, {"form": "pdf"}))
    assert not Batch.objects.filter(pk=old.pk).exists()
    assert not Path(path).exists()


def test_a_batch_is_for_whoever_asked(client, world):
    issued(world, "001")
    client.force_login(world.office)
    client.post(ASK, {"form": "pdf"})
    batch = Batch.objects.get()
    client.force_login(world.office2)
    for name in ("batch", "batch_file"):
        assert client.get(reverse(f"papers:{name}", args=[batch.pk])).status_code == 404
    assert client.post(reverse("papers:stop_batch", args=[batch.pk])).status_code == 404


# --- the whole file of a proposal -----------------------------------------------------------------------------------


def file_of(client, proposal):
    return content_of(client, client.post(reverse("papers:ask_for_file", args=[proposal.pk])))


def a_long_life(world):
    proposal = make.handling(world, text="我区过街天桥不足，建议增设。")
    case = proposal.cases.get()
    pdf = io.BytesIO()
    with pikepdf.new() as two:
        two.add_blank_page()
        two.add_blank_page()
        two.save(pdf)
    held = make.moment(2020, 3, 20)
    files = [SimpleUploadedFile("照片.png", make.PNG), SimpleUploadedFile("纪要.pdf", pdf.getvalue())]
    cases.contact(case, by=world.clerk, at=held, stage="before", manner="phone", held_on=held.date(), people="赵堃",
                  summary="说明情况", files=files)  # fmt: skip
    make.reply_at(world, case, "issued")
    return proposal


def test_the_file_of_a_proposal_has_a_cover_a_list_of_contents_and_bookmarks(client, world):
    proposal = a_long_life(world)
    client.force_login(world.office)
    with pikepdf.open(io.BytesIO(file_of(client, proposal))) as pdf:
        with pdf.open_outline() as outline:
            tops = [item.title for item in outline.root]
            inner = {item.title: [one.title for one in item.children] for item in outline.root}
        assert tops[:3] == ["封面", "卷内目录", "提案"]
        assert any("答复函" in title for title in inner["审签与答复"])
        assert {"照片.png", "纪要.pdf"} <= set(inner["沟通记录"])
        assert str(pdf.docinfo.Title) == "九届四次会议第001号提案办理案卷"


def test_the_list_of_contents_tells_the_page_that_each_thing_is_on(client, world):
    proposal = a_long_life(world)
    client.force_login(world.office)
    content = file_of(client, proposal)
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        index = pdf.pages[1].extract_tables()[0]
        rows = [[("" if cell is None else cell.replace("\n", "")) for cell in row] for row in index[1:]]
        front = 2
        at = {row[3]: int(row[5]) for row in rows if row[5]}
        marked = {title: page for title, page in pages_of_bookmarks(content).items() if title in at}
        assert len(marked) >= 4
        assert {title: front + page for title, page in at.items() if title in marked} == marked
        letter = pdf.pages[next(page for title, page in marked.items() if "答复函" in title) - 1].extract_text()
        assert "答复函" in letter


def test_the_list_of_contents_tells_the_day_in_shanghai(world):
    """Shortly after midnight it is still the day before in UTC, in which the database keeps time."""
    proposal = make.registered(world)
    cases.attach(proposal, by=world.office, at=make.moment(2020, 3, 11, hour=1), files=[make.pdf("原件.pdf")])
    occasion = Occasion(world.office, datetime.date(2020, 3, 12), world.session)
    entries = [entry for section in casefile.sections_of(proposal, occasion) for entry in section.entries]
    assert [one.dated_on for one in entries if one.title == "原件.pdf"] == [datetime.date(2020, 3, 11)]


def pages_of_bookmarks(content):
    """title → number of the page, the first being 1, of the inner bookmarks."""
    found = {}
    with pikepdf.open(io.BytesIO(content)) as pdf:
        numbers = {page.objgen: place for place, page in enumerate(pdf.pages, start=1)}
        with pdf.open_outline() as outline:
            for item in outline.root:
                for child in item.children:
                    found[child.title] = numbers[child.destination[0].objgen]
    return found


def test_a_file_that_cannot_be_bound_is_named_in_the_list(client, world):
    proposal = a_long_life(world)
    broken = Attachment.objects.get(name="纪要.pdf")
    with broken.file.storage.open(broken.file.name, "wb") as file:
        file.write(b"%PDF-1.4 cut off")
    client.force_login(world.office)
    answer = client.post(reverse("papers:ask_for_file", args=[proposal.pk]))
    content_of(client, answer)
    assert "纪要.pdf" in client.get(answer.url).content.decode()


def test_a_file_holds_only_what_its_reader_may_see(client, world):
    """The secretariat never sees a draft reply, nor the papers that only unit and office see."""
    proposal = make.handling(world)
    make.reply_at(world, proposal.cases.get(), "leader_signoff", body="尚未审签的正文")
    client.force_login(world.secretary)
    with pdfplumber.open(io.BytesIO(file_of(client, proposal))) as pdf:
        assert "尚未审签的正文" not in "".join("".join((page.extract_text() or "").split()) for page in pdf.pages)
    client.force_login(world.culture_clerk)
    assert client.post(reverse("papers:ask_for_file", args=[proposal.pk])).status_code == 404


def test_the_page_goes_on_asking_and_takes_nothing_from_under_the_finger(page, sign_in, world):
    """A part of the page is replaced each time: an answer that broke off, the focus and a press outlast it."""
    now = timezone.now()
    batch = Batch.objects.create(
        kind="reply-letter", session=world.session, form="pdf", stage="running", total=9, done=1,
        asked_by=world.office, asked_at=now, moved_at=now,
    )  # fmt: skip
    sign_in(page, world.office)
    page.clock.install()
    page.goto(reverse("papers:batch", args=[batch.pk]))
    page.evaluate(
        """() => {
          const real = window.fetch;
          window.fetch = async () => {
            window.fetch = real;
            return { ok: true, redirected: false, text: () => Promise.reject(new TypeError("broken off")) };
          };
        }"""
    )
    page.clock.run_for(2000)
    Batch.objects.update(done=2)
    stop = page.get_by_role("button", name="取消", exact=True)
    stop.focus()
    page.clock.run_for(8000)
    expect(page.get_by_text("已生成 2 份")).to_be_visible()
    expect(stop).to_be_focused()
    stop.hover()
    page.mouse.down()
    with page.expect_response(page.url):
        page.clock.run_for(2000)
    page.mouse.up()
    expect(page.get_by_text("已取消这一批")).to_be_visible()
    batch.refresh_from_db()
    assert batch.stage == "stopped"
