"""A person's mistake or malice on the pages: told in Chinese, nothing stored, nothing typed lost, never a 500."""

import io
import re
import zipfile

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageFile

from apps.audit.models import Event
from apps.proposals import operations as cases
from apps.proposals.models import Attachment, Contact, Proposal
from apps.proposals.workflow import CaseRole
from apps.ratings.models import Receipt
from apps.replies import operations as replies
from apps.replies.models import Commitment, Reply
from tests import factories as make

pytestmark = pytest.mark.django_db
PROSE = "已与提案者赵堃委员通话，了解停车场选址的意见"


@pytest.fixture(autouse=True)
def pictures_are_read_as_in_service():
    """Making PDFs tells Pillow to put up with pictures that are cut off, whichever module is loaded first."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    yield
    ImageFile.LOAD_TRUNCATED_IMAGES = before


@pytest.fixture
def world():
    return make.world()


def counts():
    return [model.objects.count() for model in (Event, Proposal, Attachment, Contact, Reply, Receipt, Commitment)]


# --- files -----------------------------------------------------------------------------------------------------------


def pdf(change=None, **saving):
    made = pikepdf.new()
    made.add_blank_page()
    if change:
        change(made)
    content = io.BytesIO()
    made.save(content, **saving)
    return content.getvalue()


def opening_action(made):
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def action_of_an_annotation(made):
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    made.pages[0].Annots = pikepdf.Array([link])


def action_behind_a_reference(made):
    made.Root.OpenAction = made.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))


def named_script(made):
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    made.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array(["a", action])))


def embedded_file(made):
    made.attachments["setup.exe"] = pikepdf.AttachedFileSpec(made, b"MZ")


def xfa_form(made):
    made.Root.AcroForm = pikepdf.Dictionary(XFA=made.make_stream(b"<xdp/>"), Fields=pikepdf.Array())


def archive(**parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name, text in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), text)
    return content.getvalue()


BAD_FILES = {
    "empty.pdf": (b"", ""),
    "program.pdf": (b"MZ\x90\x00" + b"\x00" * 200, "不是可接受的类型"),
    "script.png": (b"#!/bin/sh\nrm -rf /\n", "不是可接受的类型"),
    "page.pdf": (b"<!doctype html><script>alert(1)</script>", "不是可接受的类型"),
    "drawing.png": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "不是可接受的类型"),
    "prefix.pdf": (b"%PDF-1.7\n<script>alert(1)</script>", "已损坏"),
    "cut.pdf": (pdf()[:200], ""),
    "locked.pdf": (pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "有密码"),
    "opening.pdf": (pdf(opening_action), "脚本"),
    "referred.pdf": (pdf(action_behind_a_reference), "脚本"),
    "link.pdf": (pdf(action_of_an_annotation), "脚本"),
    "named.pdf": (pdf(named_script), "脚本"),
    "carrier.pdf": (pdf(embedded_file), "内嵌文件"),
    "form.pdf": (pdf(xfa_form), "脚本"),
    "packed.pdf": (pdf(opening_action, object_stream_mode=pikepdf.ObjectStreamMode.generate), "脚本"),
    "polyglot.pdf": (b"PK\x03\x04" + pdf(), "不是可接受的类型"),
    "cut.png": (make.PNG[:45], "已损坏"),
    "signature-only.png": (make.PNG[:8] + b"<script>alert(1)</script>", "已损坏"),
    "cut.jpg": (b"\xff\xd8\xff\xe0" + b"\x00" * 100, "已损坏"),
    "macro.pdf": (archive(word__document_xml="<w/>", word__vbaProject_bin="x"), "不是可接受的类型"),
    "archive.pdf": (archive(anything="x"), "不是可接受的类型"),
    "half.pdf": (archive(word__document_xml="<w/>")[:40], "不是可接受的类型"),
}


@pytest.fixture
def submitting(client, world):
    """Posts a file with a talk about a case; (answer, case)."""
    case = make.handling(world).cases.get()
    client.force_login(world.clerk)
    url = reverse("proposals:act_on_case", args=[case.pk, "contact"])

    def post(name, content, **changes):
        data = {
            "seen": case.stamp,
            "stage": "before",
            "manner": "phone",
            "held_on": "2020-03-12",
            "people": "赵堃",
            "summary": PROSE,
            "files": SimpleUploadedFile(name, content, content_type="application/pdf"),
        }
        return client.post(url, data | changes)

    return post


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_of_the_wrong_kind_is_refused_and_the_text_is_kept(submitting, settings, name):
    content, told = BAD_FILES[name]
    before = counts()
    answer = submitting(name, content)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["form"].errors["files"] and told in str(answer.context["form"].errors["files"])
    assert PROSE in page and "文件须重新选择" in page
    assert counts() == before
    assert not list(settings.MEDIA_ROOT.rglob("*.*")), "nothing is left on the disk"


def test_a_file_that_is_too_large_is_refused(submitting, settings):
    settings.UPLOAD_LIMIT = 1024 * 1024
    before = counts()
    answer = submitting("大.pdf", pdf() + b"\n%" + b"x" * 1024 * 1024)
    assert answer.status_code == 422
    assert "超过 1 MB" in answer.content.decode() and PROSE in answer.content.decode()
    assert counts() == before


def test_a_picture_with_more_dots_than_a_sheet_can_have_is_refused(submitting, monkeypatch):
    monkeypatch.setattr("apps.proposals.attachments.LARGEST_PICTURE", 99)
    content = io.BytesIO()
    Image.new("1", (10, 10)).save(content, "PNG")
    answer = submitting("大图.png", content.getvalue())
    assert answer.status_code == 422
    assert "像素过多" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("谈话记录.pdf", pdf(), "application/pdf"),
        ("没有后缀", pdf(), "application/pdf"),
        ("../../../etc/passwd", make.PNG, "image/png"),
        ("名字.exe", make.PNG, "image/png"),
        ("a\x00b\r\nSet-Cookie: x.png", make.PNG, "image/png"),
        ("长" * 300 + ".png", make.PNG, "image/png"),
        ('引"号;.png', make.PNG, "image/png"),
        (
            "表.xlsx",
            archive(**{"[Content_Types]_xml": "<t/>", "xl__workbook_xml": "<w/>"}),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_a_good_file_is_stored_under_a_name_of_ours_whatever_its_own(
    client, submitting, settings, name, content, media_type
):
    assert submitting(name, content).status_code == 302
    stored = Attachment.objects.get()
    assert stored.media_type == media_type
    assert re.fullmatch(r"attachments/\d{4}/\d\d/[0-9a-f]{32}\w*\.(pdf|png|xlsx)", stored.file.name)
    assert (settings.MEDIA_ROOT / stored.file.name).resolve().is_relative_to(settings.MEDIA_ROOT.resolve())
    assert not re.search(r"[/\\\x00\r\n]", stored.name)
    answer = client.get(reverse("proposals:file", args=[stored.pk]))
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Type"] == media_type and answer["X-Content-Type-Options"] == "nosniff"
    # a PDF is shown by the browser's own viewer, which no sandbox lets run; scripts in it were refused when it came in
    assert ("sandbox" in answer["Content-Security-Policy"]) is (media_type != "application/pdf")
    assert "default-src 'none'" in answer["Content-Security-Policy"] and "Set-Cookie" not in answer


def test_a_receipt_needs_a_scan_that_is_one(client, world):
    receipt = make.receipt_of(make.reply_at(world, make.handling(world).cases.get(), "issued"))
    client.force_login(world.secretary)
    url = reverse("ratings:act", args=[receipt.pk, "enter"])
    data = {
        "seen": receipt.stamp,
        "rating": make.rating(world.session, "满意").pk,
        "received_on": "2020-05-06",
        "comment": "提案者的原话",
    }
    before = counts()
    for scan in (None, SimpleUploadedFile("回执.docx", archive(word__document_xml="<w/>"))):
        answer = client.post(url, data | ({"scan": scan} if scan else {}))
        assert answer.status_code == 422
        assert "scan" in answer.context["form"].errors and "提案者的原话" in answer.content.decode()
    assert counts() == before and Receipt.objects.get().state == "awaited"


# --- texts, dates, choices -------------------------------------------------------------------------------------------


def registering(world, **changes):
    given = {
        "session": world.session.pk,
        "number": "84",
        "title": "关于增设过街天桥的建议",
        "proposers": "赵堃、钱䶮",
        "form": "joint",
        "kind": "plenary",
        "received_on": "2020-02-01",
        "text": PROSE,
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("number", ""),
        ("number", "8" * 21),
        ("number", "8\x004"),
        ("title", None),
        ("title", "长" * 201),
        ("title", "标题\x00"),
        ("title", "   "),
        ("proposers", "、、，"),
        ("proposers", "赵堃、赵堃"),
        ("proposers", "赵" * 61),
        ("proposers", "赵、" * 5000),
        ("received_on", "2020-02-30"),
        ("received_on", "2020年13月1日"),
        ("received_on", "昨天"),
        ("received_on", "0000-00-00"),
        ("received_on", "99999-01-01"),
        ("received_on", "9999-12-31"),
        ("received_on", "0001-01-01"),
        ("session", "999999"),
        ("session", "9" * 40),
        ("session", "9-4"),
        ("session", "\x00"),
        ("category", "abc"),
        ("sector", "-1"),
        ("form", "anything"),
        ("kind", None),
        ("phone", "1" * 61),
        ("remark", "注" * 501),
        ("text", "文" * 100_001),
    ],
)
def test_a_slip_in_registering_is_told_and_everything_else_stays_typed(client, world, field, typed):
    client.force_login(world.office)
    before = counts()
    answer = client.post(reverse("proposals:register"), registering(world, **{field: typed}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有保存" in page
    for name, kept in (("title", "关于增设过街天桥的建议"), ("text", PROSE), ("proposers", "赵堃、钱䶮")):
        assert field == name or kept in page, name
    assert counts() == before


def test_nobody_has_to_type_what_is_not_kept_of_a_secret_proposal(client, world):
    """docs/workflow.md, 涉密提案: number, kind, day and state only. What is typed travels, and lies in the browser."""
    client.force_login(world.office)
    page = client.get(reverse("proposals:register")).content.decode()
    assert not re.search(r'<(input|textarea)[^>]*name="(title|proposers)"[^>]* required', page)
    untold = dict.fromkeys(("title", "proposers", "text"))
    answer = client.post(reverse("proposals:register"), registering(world, is_secret="on", **untold))
    assert answer.status_code == 302
    kept = Proposal.objects.get()
    assert (kept.title, [one.name for one in kept.proposers.all()], kept.is_secret) == ("涉密提案", ["—"], True)


def test_a_number_twice_is_told_on_the_page_and_full_width_digits_are_the_same_number(client, world):
    client.force_login(world.office)
    url = reverse("proposals:register")
    assert client.post(url, registering(world, number="８４")).status_code == 302
    assert Proposal.objects.get().number == "084"
    answer = client.post(url, registering(world, number="84", title="另一件"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "已有第084号提案" in page and "另一件" in page
    assert Proposal.objects.count() == 1


def test_rare_characters_and_broken_unicode_are_taken_or_told_never_a_crash(client, world):
    """A rare name is stored as typed; bytes that are no text at all become the mark for that."""
    client.force_login(world.office)
    url = reverse("proposals:register")
    assert client.post(url, registering(world, proposers="𠮷野𪚥、堃\u200b䶮")).status_code == 302
    assert Proposal.objects.get().proposers.first().name == "𠮷野𪚥"
    fields = registering(world, number="85")
    body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
    answer = client.generic(
        "POST",
        url,
        body.replace("过街天桥".encode(), b"%ED%A0%80\xed\xa0\x80\xff"),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code in (302, 422)
    assert client.get(reverse("desk:proposals")).status_code == 200


def test_a_talk_on_an_impossible_day_is_told(client, world):
    case = make.handling(world).cases.get()
    client.force_login(world.clerk)
    url = reverse("proposals:act_on_case", args=[case.pk, "contact"])
    before = counts()
    tomorrow = timezone.localdate() + timezone.timedelta(days=1)
    for held_on in (
        "2020-02-30",
        "",
        "２０２０－０３－１２x",
        tomorrow.isoformat(),
        "2018-12-31",
        "0001-01-01",
        "1/0/0",
    ):
        answer = client.post(
            url,
            {
                "seen": case.stamp,
                "stage": "before",
                "manner": "phone",
                "held_on": held_on,
                "people": "赵",
                "summary": PROSE,
            },
        )
        assert answer.status_code == 422, held_on
        assert PROSE in answer.content.decode()
    assert counts() == before


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"mode": "everything"},
        {"mode": "sole"},
        {"mode": "sole", "lead": "HOUSING", "assists": ["CULTURE"]},
        {"mode": "lead", "lead": "HOUSING"},
        {"mode": "lead", "lead": "HOUSING", "assists": ["HOUSING"]},
        {"mode": "separate", "separates": ["HOUSING"]},
        {"mode": "separate", "lead": "HOUSING", "separates": ["HOUSING", "CULTURE"]},
        {"mode": "sole", "lead": "999999"},
        {"mode": "sole", "lead": "9" * 50},
        {"mode": "lead", "lead": "HOUSING", "assists": ["x", "\x00"]},
        {"mode": "lead", "lead": "HOUSING", "assists": ["CULTURE", "9" * 30]},
        {"mode": "sole", "lead": "GONE"},
        {"mode": "sole", "lead": "HOUSING", "reply_due_on": "2020-01-01"},
        {"mode": "sole", "lead": "HOUSING", "reply_due_on": "2027-02-29"},
        {"mode": "sole", "lead": "HOUSING", "note": "长" * 2001},
    ],
)
def test_a_slip_in_assigning_is_told_and_nothing_is_assigned(client, world, typed):
    world.parks.dissolved_on = make.moment().date()
    world.parks.save()
    names = {"HOUSING": world.housing.pk, "CULTURE": world.culture.pk, "GONE": world.parks.pk}
    proposal = make.registered(world)
    client.force_login(world.office)
    data = {
        name: [names.get(one, one) for one in value] if isinstance(value, list) else names.get(value, value)
        for name, value in typed.items()
    }
    before = counts()
    answer = client.post(
        reverse("proposals:act", args=[proposal.pk, "assign"]), {"note": PROSE, "seen": proposal.stamp} | data
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert "note" in typed or PROSE in answer.content.decode()
    proposal.refresh_from_db()
    assert (counts(), proposal.state, proposal.cases.count()) == (before, "received", 0)


@pytest.mark.parametrize("key", ["9" * 30, "-1", "\x00", "²"])
def test_what_nobody_could_have_ticked_is_told(client, world, key):
    """SQLite takes no number of thirty digits."""
    client.force_login(world.office)
    proposal = make.handling(world)
    given = {"lead": world.culture.pk, "removed": [proposal.cases.get().pk, key], "note": PROSE, "seen": proposal.stamp}
    answer = client.post(reverse("proposals:act", args=[proposal.pk, "adjust"]), given)
    assert answer.status_code == 422 and answer.context["form"].errors["removed"]
    given = {"text": PROSE, "units": [world.culture.pk, key], "due_on": timezone.localdate()}
    answer = client.post(reverse("reports:letter_material", args=[world.session.key]), given)
    assert answer.status_code == 422 and answer.context["form"].errors["units"]


def test_a_day_that_no_calendar_reaches_is_told_before_limits_are_counted_from_it(client, world):
    """Carried over to the end of all years, a case could never ask for an extension: a month later is no date."""
    proposal = make.handling(world)
    client.force_login(world.office)
    url = reverse("proposals:act", args=[proposal.pk, "carry_over"])
    before = counts()
    for due_on in ("9999-12-31", "2200-01-01"):
        answer = client.post(url, {"note": PROSE, "seen": proposal.stamp, "reply_due_on": due_on})
        assert answer.status_code == 422 and "请核对年份" in answer.content.decode()
    assert counts() == before


def drafting(reply, **changes):
    given = {
        "seen": reply.stamp,
        "body": PROSE,
        "publicity": "open",
        "commitments-TOTAL_FORMS": "1",
        "commitments-INITIAL_FORMS": "0",
        "commitments-0-text": "年内完成整治",
        "commitments-0-due_on": "2030-12-31",
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


@pytest.mark.parametrize(
    "typed",
    [
        {"result_class": "OTHER"},
        {"result_class": "999999"},
        {"result_class": "A"},
        {"publicity": "secret"},
        {"no_contact": "too_busy"},
        {"body": "文" * 50_001},
        {"body": "文\x00本"},
        {"summary": "长" * 1001},
        {"commitments-0-due_on": ""},
        {"commitments-0-due_on": "2030-02-30"},
        {"commitments-0-due_on": "2020-01-01"},
        {"commitments-0-text": ""},
        {"commitments-0-text": "长" * 501},
        {"commitments-TOTAL_FORMS": None, "commitments-INITIAL_FORMS": None},
        {"commitments-TOTAL_FORMS": "99999999"},
        {"commitments-TOTAL_FORMS": "abc"},
    ],
)
def test_a_slip_in_a_draft_is_told_and_the_text_stays(client, world, typed):
    reply = replies.draft(make.handling(world).cases.get(), by=world.clerk, at=make.moment(2020, 4, 20), body="一稿")
    other = cases.open_session("9-5", "九届五次会议", 2021, by=world.office, at=make.moment())
    typed = {name: make.result_class(other, "A").pk if value == "OTHER" else value for name, value in typed.items()}
    client.force_login(world.clerk)
    before = counts()
    answer = client.post(reverse("replies:act", args=[reply.pk, "edit"]), drafting(reply, **typed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "body" in typed or PROSE in page
    if not any(name.startswith("commitments") for name in typed):
        assert "年内完成整治" in page and "2030-12-31" in page
    reply.refresh_from_db()
    assert (counts(), reply.body) == (before, "一稿")


def test_a_rating_of_another_session_is_refused(client, world):
    receipt = make.receipt_of(make.reply_at(world, make.handling(world).cases.get(), "issued"))
    other = cases.open_session("9-5", "九届五次会议", 2021, by=world.office, at=make.moment())
    client.force_login(world.secretary)
    url = reverse("ratings:act", args=[receipt.pk, "enter"])
    for rating in (make.rating(other, "满意").pk, "999999", "满意", "\x00"):
        answer = client.post(
            url,
            {
                "seen": receipt.stamp,
                "rating": rating,
                "received_on": "2020-05-06",
                "comment": PROSE,
                "scan": make.scan(),
            },
        )
        assert answer.status_code == 422
        assert PROSE in answer.content.decode()
    assert Receipt.objects.get().state == "awaited" and not Attachment.objects.exists()


def test_a_slip_in_sending_is_told(client, world):
    reply = make.reply_at(world, make.handling(world).cases.get(), "signed")
    client.force_login(world.clerk)
    good = {
        "seen": reply.stamp,
        "number": "大建函〔2020〕1号",
        "issued_on": "2020-04-20",
        "means": "post",
        "note": PROSE,
    }
    before = counts()
    for typed in (
        {"number": ""}, {"number": "长" * 61}, {"issued_on": "2020-04-31"}, {"issued_on": "2999-01-01"},
        {"issued_on": "2018-12-31"}, {"means": "pigeon"}, {"issued_on": "2020-03-09", "note": ""},
    ):  # fmt: skip
        answer = client.post(reverse("ratings:act_on_reply", args=[reply.pk, "issue"]), good | typed)
        assert answer.status_code == 422, typed
        assert "note" in typed or PROSE in answer.content.decode()
    assert counts() == before


# --- stale, double, unknown ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seen", [None, "", "handling.1", "assigned.9", "x" * 5000, "\x00", "<b>"])
def test_a_page_that_shows_something_else_than_what_is_true_changes_nothing(client, world, seen):
    case = make.assigned(world).cases.get()
    client.force_login(world.clerk)
    answer = client.post(
        reverse("proposals:act_on_case", args=[case.pk, "accept"]),
        {} if seen is None else {"seen": seen},
    )
    case.refresh_from_db()
    assert (answer.status_code, case.state) == (409, "assigned")
    assert "没有保存" in answer.content.decode()


def test_a_double_click_is_done_once_and_told(client, world):
    case = make.assigned(world).cases.get()
    client.force_login(world.clerk)
    url = reverse("proposals:act_on_case", args=[case.pk, "accept"])
    form = {"seen": case.stamp}
    assert [client.post(url, form).status_code for _ in range(2)] == [302, 409]
    assert Event.objects.filter(action="case.accept").count() == 1


def test_what_is_not_open_to_a_person_is_told_before_what_is_wrong_with_the_form(client, world):
    """No form of somebody else's action is shown, however wrong the fields."""
    proposal = make.handling(world)
    client.force_login(world.clerk)
    assert client.post(reverse("proposals:act", args=[proposal.pk, "adjust"]), {}).status_code == 403
    closed = make.proposal_at(world, "closed", "002").cases.get()
    answer = client.post(
        reverse("proposals:act_on_case", args=[closed.pk, "request_return"]), {"note": PROSE, "seen": closed.stamp}
    )
    assert answer.status_code == 409
    assert PROSE in answer.content.decode(), "nothing typed is lost"


def test_unknown_actions_and_things_are_not_found(client, world):
    proposal = make.handling(world)
    case = proposal.cases.get()
    client.force_login(world.office)
    huge = 10**30
    for url in (
        f"/proposals/{proposal.pk}/destroy/",
        f"/proposals/{proposal.pk}/register/",
        f"/proposals/{proposal.pk}/import/",
        f"/proposals/cases/{case.pk}/close/",
        f"/proposals/cases/{case.pk}/rehandle/",
        f"/proposals/{huge}/",
        f"/proposals/{huge}/assign/",
        f"/proposals/cases/{huge}/accept/",
        f"/proposals/files/{huge}/",
        f"/replies/{huge}/",
        f"/receipts/{huge}/scan/",
        "/reports/letters/9-9/",
        "/reports/letters/%00/",
        "/reports/letters/%00/letter.pdf",
        "/exchange/export/%00/",
        "/settings/sessions/%00/",
        "/proposals/%ED%A0%80/",
        "/nowhere/",
    ):
        for method in (client.get, client.post):
            assert method(url).status_code in (404, 405), url
    assert case.state == "handling"


QUERIES = (
    "page=abc",
    "page=-1",
    "page=0",
    f"page={10**30}",
    "page=１",
    "page=",
    "page=1&page=x",
    "session=%00",
    "session=9-9",
    "state=%00",
    "state=nothing",
    f"unit={10**30}",
    "unit=abc",
    "unit=-1",
    "unit=%00",
    f"leader={'9' * 400}",
    "category=1.5",
    "category=%ED%A0%80",
    "result=Z",
    "rating=%27%20OR%201%3D1--",
    "kind[]=x",
    "q=%00",
    "q=%ED%A0%80",
    "q=%25_%5C",
    "q=" + "%E9%95%BF" * 3000,
    "q=" + "a+" * 2000,
    "sort=%00",
    "sort=-pk;drop",
    "key=maybe",
    "overdue=%00",
    "mode=x",
    "&&&=",
    "since=2020-02-30",
    "until=%00",
    "since=0001-01-01&until=9999-12-31",
    "actor=%00",
    "target=" + "x" * 5000,
    "verify=%00",
    "as_of=abc",
    "as_of=0001-01-01",
    "as_of=9999-12-31",
    "as_of=%00",
)


@pytest.mark.parametrize(
    ("person", "url"),
    [
        ("office", "/proposals/"),
        ("clerk", "/proposals/"),
        ("office", "/reports/letters/9-4/"),
        ("auditor", "/audit/"),
    ],
)
def test_no_query_string_breaks_a_page(client, world, person, url):
    make.proposal_at(world, "closed")
    client.force_login(world.people[person])
    for query in QUERIES:
        assert client.get(f"{url}?{query}").status_code == 200, query


def test_nul_in_an_address_of_the_admin_site_is_refused_before_a_database_sees_it(client, world):
    client.force_login(world.office)
    client.raise_request_exception = False
    assert client.get("/admin/proposals/sector/?name=%00").status_code == 400
    assert client.get("/admin/proposals/sector/?q=%00").status_code == 200


def test_a_search_that_cannot_be_made_is_told(client, world):
    client.force_login(world.office)
    page = client.get("/proposals/?q=" + "长" * 101)
    assert page.context["filter"].form.errors["q"]
    assert "100" in page.content.decode()


def test_a_form_from_an_expired_session_says_so_in_chinese(world):
    """The token of a page that was open over a new sign-in: no English page, and how to get the text back."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.office)
    answer = client.post(reverse("proposals:register"), registering(world))
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "返回" in page and "CSRF" not in page
    assert not Proposal.objects.exists()


def test_a_request_that_is_too_much_is_told_in_chinese(client, world):
    client.force_login(world.office)
    client.raise_request_exception = False
    answer = client.post(reverse("proposals:register"), registering(world, text="文" * 4_000_000))
    assert answer.status_code == 400
    assert "没有保存" in answer.content.decode()
    many = {f"field{number}": "x" for number in range(5001)}
    assert client.post(reverse("proposals:register"), many).status_code == 400
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options", "trace"])
def test_other_methods_are_refused(client, world, method):
    proposal = make.handling(world)
    client.force_login(world.office)
    for url in (
        "/",
        "/proposals/",
        proposal.get_absolute_url(),
        reverse("proposals:act", args=[proposal.pk, "adjust"]),
    ):
        assert getattr(client, method)(url).status_code == 405, url


def test_helpers_opinion_needs_words_or_a_file(client, world):
    proposal = make.handling(world, roles=[(world.culture, CaseRole.LEAD), (world.housing, CaseRole.ASSIST)])
    case = make.case_of(proposal, world.housing)
    client.force_login(world.head)
    for action in ("prepare_opinion", "advise"):
        url = reverse("proposals:act_on_case", args=[case.pk, action])
        for text in ("", "  \n ", "\x00", "长" * 20_001):
            assert client.post(url, {"seen": case.stamp, "text": text}).status_code == 422
    case.refresh_from_db()
    assert case.state == "handling" and not hasattr(case, "opinion")


def test_an_error_says_what_did_not_happen(client, db):
    """Where nothing was to be saved, none says that it was not: signing in, and a condition of figures."""
    world = make.world()
    page = client.post("/accounts/sign-in/", {"username": "office", "password": "falsch"}).content.decode()
    assert "没有登录" in page and "没有保存" not in page
    client.force_login(world.office)
    for url in ("/reports/pictures/9-4/?unit=abc", "/reports/letters/9-4/?as_of=abc"):
        page = client.get(url).content.decode()
        assert "没有按此统计，有 1 处需要修改" in page and "没有保存" not in page, url


def test_what_is_missing_is_told_in_plain_words(client, db):
    world = make.world()
    client.force_login(world.office)
    page = client.post("/proposals/register/", {"title": ""}).content.decode()
    assert "案由</a>：请填写或选择。" in page
    assert "字段" not in page
