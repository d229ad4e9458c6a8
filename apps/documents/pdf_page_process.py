"""Run as a process of its own: a PDF or a picture on standard input; the first argument says what is asked of it.

`count` answers the number of pages in digits, `page N` the page as a JPEG, `picture` the picture as a JPEG made anew.
It ends with one of the statuses below when it cannot. It bounds its own memory and time, since a file can unpack to
anything; it knows neither settings nor database.
"""

import io
import resource
import sys

BROKEN, LOCKED, NO_SUCH_PAGE = 3, 4, 5
MAX_MEMORY = 1024**3  # bytes
MAX_SECONDS = 15  # of the processor
WIDTH, HEIGHT = 1240, 3500  # pixels at most: A4 at 150 dots to the inch
QUALITY = 82


def main(what, number="0"):
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    content = sys.stdin.buffer.read()
    sys.stdout.buffer.write(picture(content) if what == "picture" else from_pdf(content, what, int(number)))


def from_pdf(content, what, number):
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(content)
        if what == "count":
            return str(len(pdf)).encode()
        if not 1 <= number <= len(pdf):
            sys.exit(NO_SUCH_PAGE)
        page = pdf[number - 1]
        scale = min(WIDTH / page.get_width(), HEIGHT / page.get_height())
        return as_jpeg(page.render(scale=scale, may_draw_forms=False).to_pil())
    except pypdfium2.PdfiumError as failed:
        sys.exit(LOCKED if "password" in str(failed).lower() else BROKEN)


def picture(content):
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
            opened.draft("RGB", (WIDTH * 2, HEIGHT))  # a large JPEG is read smaller at once
            turned = ImageOps.exif_transpose(opened)
            turned.thumbnail((WIDTH, HEIGHT))
            return as_jpeg(turned)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        sys.exit(BROKEN)


def as_jpeg(image):
    """What shines through becomes white paper; nothing of the file but its picture is left."""
    from PIL import Image

    if image.mode in ("RGBA", "LA", "P"):
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    made = io.BytesIO()
    image.convert("RGB").save(made, "JPEG", quality=QUALITY)
    return made.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])
