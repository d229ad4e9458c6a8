"""Run as a process of its own: a PDF on standard input, the text of its pages as JSON on standard output.

{"pages": ["…"]}, or {"error": "password" | "broken"} or {"error": "pages", "pages": how many}. The process bounds its
own memory and time, since a PDF can unpack to anything.
"""

import json
import resource
import sys

MAX_PAGES = 500
MAX_MEMORY = 1024**3  # bytes
MAX_SECONDS = 20  # of the processor
MAX_CHARACTERS = 600_000


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    json.dump(read(sys.stdin.buffer.read()), sys.stdout)


def read(data):
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
        if len(pdf) > MAX_PAGES:
            return {"error": "pages", "pages": len(pdf)}
        pages, length = [], 0
        for number in range(len(pdf)):
            pages.append(pdf[number].get_textpage().get_text_bounded())
            length += len(pages[-1])
            if length > MAX_CHARACTERS:
                break
    except pypdfium2.PdfiumError as failed:
        return {"error": "password" if "password" in str(failed).lower() else "broken"}
    return {"pages": pages}


if __name__ == "__main__":
    main()
