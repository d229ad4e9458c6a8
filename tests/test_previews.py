"""A look at attachments in the page: pages and pictures that we draw, for those who may see the file, and no others."""

import io

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from apps.documents import pdf_pages
from apps.documents.pdf_pages import NoPicture, page_count, page_picture, picture
from apps.proposals import operations as cases
from apps.proposals.attachments import files_of
from tests import factories as make

LOCKED = {"encryption": pikepdf.Encryption(owner="o", user="geheim")}


def drawn(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    assert image.format == "JPEG"
    return image


# --- documents/pdf_pages.py -------------------------------------------------------------------------------------------


def test_a_page_is_drawn_as_a_picture_of_its_own_shape():
    content = make.pdf(pages=3).read()
    assert page_count(content) == 3
    image = drawn(page_picture(content, 3))
    assert image.width == 1240
    assert image.height / image.width == pytest.approx(842 / 595, abs=0.01)
    assert image.getpixel((600, 600)) == (255, 255, 255)


def test_what_stands_on_the_page_is_seen():
    book = pikepdf.new()
    page = book.add_blank_page(page_size=(200, 200))
    page.Contents = book.make_stream(b"1 0 0 rg 0 0 100 200 re f")  # the left half red
    content = io.BytesIO()
    book.save(content)
    image = drawn(page_picture(content.getvalue(), 1))
    left, right = image.getpixel((300, 600)), image.getpixel((900, 600))
    assert left[0] > 240 and left[1] < 20 and min(right) > 240


@pytest.mark.parametrize(
    ("content", "asked", "said"),
    [
        (b"%PDF-1.7 nothing more", page_count, "已损坏"),
        (b"", page_count, "已损坏"),
        (make.pdf(**LOCKED).read(), page_count, "设有密码"),
        (make.pdf().read(), lambda content: page_picture(content, 2), "没有这一页"),
        (make.pdf().read(), lambda content: page_picture(content, 0), "没有这一页"),
        (make.PNG[:40], picture, "已损坏"),
    ],
)
def test_what_cannot_be_shown_is_told_in_a_sentence(content, asked, said):
    with pytest.raises(NoPicture, match=said):
        asked(content)


def test_a_file_that_takes_too_long_or_too_much_is_given_up(monkeypatch):
    monkeypatch.setattr(pdf_pages, "SECONDS", 0.001)
    with pytest.raises(NoPicture, match="过于复杂"):
        page_count(make.pdf().read())


def test_a_page_of_a_kilometre_is_drawn_small():
    book = pikepdf.new()
    book.add_blank_page(page_size=(3, 14400))
    content = io.BytesIO()
    book.save(content)
    assert drawn(page_picture(content.getvalue(), 1)).height <= 3500


def test_a_picture_is_drawn_anew_smaller_upright_and_without_what_else_it_told():
    taken = Image.new("RGB", (4000, 3000), "blue")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "maker of the camera"
    content = io.BytesIO()
    taken.save(content, "JPEG", exif=exif)
    image = drawn(picture(content.getvalue()))
    assert image.width <= 1240 and image.height > image.width
    assert not image.getexif() and b"maker" not in picture(content.getvalue())
    clear = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(clear, "PNG")
    assert drawn(picture(clear.getvalue())).getpixel((10, 10)) == (255, 255, 255)


# --- the pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def world(db):
    return make.world()


def attached(world, *files):
    """(case, its talk's attachments)."""
    case = make.handling(world).cases.get()
    talk = cases.contact(
        case, by=world.clerk, at=make.moment(2020, 3, 20), stage="before", manner="phone",
        held_on=make.moment(2020, 3, 20).date(), people="赵堃", summary="通话", files=list(files),
    )  # fmt: skip
    return case, list(files_of("contact", talk.pk))


def test_a_pdf_is_looked_at_page_by_page(client, world):
    _, (file,) = attached(world, make.pdf(pages=3))
    client.force_login(world.clerk)
    url = reverse("proposals:preview", args=[file.pk])
    page = client.get(url).content.decode()
    assert "第1页，共3页" in page and 'href="?page=2"' in page and "上一页" not in page
    last = client.get(url + "?page=3").content.decode()
    assert reverse("proposals:preview_picture", args=[file.pk, 3]) in last and "下一页" not in last
    for given in ("99999999999", "0", "-1", "x", "²", ""):
        assert client.get(url, {"page": given}).status_code == 200
    answer = client.get(reverse("proposals:preview_picture", args=[file.pk, 2]))
    assert answer["Content-Type"] == "image/jpeg" and answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    drawn(answer.content)


def test_a_browser_asks_again_and_is_told_that_nothing_changed_or_that_it_may_not_see_it(client, world):
    _, (file,) = attached(world, make.scan())
    client.force_login(world.clerk)
    url = reverse("proposals:preview_picture", args=[file.pk, 1])
    first = client.get(url)
    drawn(first.content)
    assert first["Cache-Control"] == "private, no-cache"
    again = client.get(url, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304 and again["Cache-Control"] == "private, no-cache"
    client.force_login(world.culture_head)
    assert client.get(url, headers={"if-none-match": first["ETag"]}).status_code == 404


def test_what_is_no_page_is_not_there(client, world):
    _, (scan, paper) = attached(world, make.scan(), make.pdf())
    client.force_login(world.clerk)
    for url, status in (
        (reverse("proposals:preview", args=[scan.pk]), 404),
        (reverse("proposals:preview_picture", args=[scan.pk, 2]), 404),
        (reverse("proposals:preview_picture", args=[paper.pk, 2]), 422),
        (reverse("proposals:preview", args=[10**9]), 404),
    ):
        assert client.get(url).status_code == status, url


def test_a_file_that_broke_on_the_disk_or_is_gone_is_told_and_no_error(client, world):
    _, (file,) = attached(world, make.pdf())
    client.force_login(world.clerk)
    url = reverse("proposals:preview", args=[file.pk])
    name = file.file.name
    for content, said in ((b"%PDF-1.7", "已损坏"), (make.pdf(**LOCKED).read(), "设有密码"), (None, "没有找到这个文件")):
        file.file.storage.delete(name)
        if content is not None:
            file.file.storage.save(name, ContentFile(content))
        answer = client.get(url)
        assert answer.status_code == 200 and said in answer.content.decode()


def test_pictures_and_pages_are_seen_in_the_page_of_the_proposal(page, sign_in, transactional_db):
    world = make.world()
    case, _ = attached(world, make.scan("照片.png"), make.pdf("纪要.pdf", pages=2))
    sign_in(page, world.clerk)
    page.goto(case.proposal.get_absolute_url())
    talks = page.locator("#talks .files li")
    talks.filter(has_text="照片.png").get_by_text("预览").click()
    image = talks.filter(has_text="照片.png").locator("img")
    image.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())
    talks.filter(has_text="纪要.pdf").get_by_text("预览").click()
    frame = talks.filter(has_text="纪要.pdf").frame_locator("iframe")
    frame.get_by_text("第1页，共2页").wait_for()
    frame.get_by_role("link", name="下一页").click()
    frame.get_by_text("第2页，共2页").wait_for()
    shown = frame.get_by_role("img", name="纪要.pdf第2页")
    expect(shown).to_have_js_property("naturalWidth", 1240)
