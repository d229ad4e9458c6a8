"""Proofreads a letter of 100 pages, as text, as .docx and as .pdf, and prints how long each took.

    .venv/bin/python bench/proofreading.py

Exit 1 where one takes longer than is promised.
"""

import io
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

PROMISED = 5.0  # seconds
LINES, CHARACTERS = 22, 28  # of a page
PAGES = 100
PARAGRAPH = (
    "区政府系统共承办提案{total}件，其中重点提案12件，占{key}%。按办理结果分，A类提案{a}件，占{ap}%；B类提案{b}件，"
    "占{bp}%；C类提案{c}件，占{cp}%。共收回反馈表{total}份，满意{a}份，基本满意{b}份，理解{c}份。例如，有委员提出完善"
    "公共服务设施的建议，承办单位会同有关部门逐项研究，新建停车泊位230个，改造道路12.5公里，惠及居民3.4万人。"
)


def text_of_pages():
    """Sound figures, another total in each paragraph, as long as the pages hold."""
    from apps.reports.proofreading.arithmetic import share

    paragraphs, length, total = [], 0, 200
    while length < PAGES * LINES * CHARACTERS:
        total += 1
        a, b = total - 30, 20
        numbers = {"total": total, "a": a, "b": b, "c": 10, "key": share(12, total, 1)}
        shares = {"ap": share(a, total, 1), "bp": share(b, total, 1), "cp": share(10, total, 1)}
        paragraphs.append(f"第{total - 200}次通报：" + PARAGRAPH.format(**numbers, **shares))
        length += len(paragraphs[-1])
    return "\n".join(paragraphs)


def files_of(text):
    """{ending: bytes}: the text as each kind of file."""
    import docx
    from weasyprint import HTML

    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    content = io.BytesIO()
    document.save(content)
    page = "<style>@page{size:A4}body{font:16pt 'FandolFang','Noto Serif CJK SC'}</style>"
    pdf = HTML(string=page + "".join(f"<p>{line}</p>" for line in text.split("\n"))).write_pdf()
    return {".txt": text.encode(), ".docx": content.getvalue(), ".pdf": pdf}


def main():
    from apps.reports.proofreading import check
    from apps.reports.proofreading.reading import read_letter

    late = False
    for ending, content in files_of(text_of_pages()).items():
        begun = time.perf_counter()
        result = check(read_letter(content))
        took = time.perf_counter() - begun
        late = late or took > PROMISED
        print(
            f"{ending:6} {len(content):>9} bytes  {len(result.claims):>5} claims  {len(result.findings)} findings  "
            f"{took:5.2f} s  (promised {PROMISED:.0f} s)"
        )
    sys.exit(late)


if __name__ == "__main__":
    main()
