"""Workbooks for tests, written by openpyxl as an office would, and read back as plain rows."""

import datetime
import io

from openpyxl import Workbook, load_workbook

from apps.accounts.models import Post
from apps.audit.models import Event
from apps.proposals.models import (
    Attachment,
    Case,
    Category,
    Contact,
    Coordination,
    ExtensionRequest,
    Opinion,
    Proposal,
    ReturnRequest,
    Sector,
    Session,
)
from apps.ratings.models import Receipt
from apps.replies.models import Commitment, Progress, Reply
from apps.units.models import Leader, Portfolio, Unit

# from the stable interface, not from the code
ABOUT = ["案号", "案由", "提案者", "提案形式", "提案类型", "界别", "类别", "重点提案"]
LEDGER = [
    *ABOUT, "督办领导", "办理方式", "主办单位", "协办单位", "交办日期", "答复期限", "签收日期", "答复日期", "答复文号",
    "公开属性", "办理结果", "首次评价", "最终评价", "回执日期", "办结日期", "备注", "状态", "并入案号", "轮次",
]  # fmt: skip
LIST = [*ABOUT, "内容", "建议承办单位", "单位职务", "联系电话", "通信地址", "集体联系人"]


def day(month, number, year=2020):
    return datetime.date(year, month, number)


def workbook(rows, headers=LEDGER, sheet="台账"):
    """The bytes of an .xlsx: rows are dicts by header. Text is a text cell, as it is where somebody typed '=….'"""
    book = Workbook()
    page = book.active
    page.title = sheet
    page.append(headers)
    for row in rows:
        page.append([row.get(name) for name in headers])
        for cell in page[page.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def saved(path, rows, headers=LEDGER, sheet="台账"):
    path.write_bytes(workbook(rows, headers, sheet))
    return str(path)


def rows_of(source, sheet="台账"):
    """Rows of a workbook as dicts by header, empty cells left out, days as dates."""
    source = io.BytesIO(source) if isinstance(source, bytes) else source
    header, *rows = load_workbook(source)[sheet].iter_rows(values_only=True)
    return [
        {
            name: value.date() if isinstance(value, datetime.datetime) else value
            for name, value in zip(header, row, strict=True)
            if value is not None
        }
        for row in rows
    ]


def handled(number="001", **more):
    """A row that was assigned; `more` by header, None takes a cell out."""
    row = {
        "案号": number,
        "案由": "关于增设过街天桥的建议",
        "提案者": "赵堃",
        "主办单位": "区住房城乡建委",
        "交办日期": day(3, 10),
    }
    return row | more


def replied(number="001", **more):
    told = {
        "签收日期": day(3, 12),
        "答复日期": day(5, 8),
        "答复文号": f"大建函〔2020〕{number}号",
        "公开属性": "主动公开",
        "办理结果": "A",
    }
    return handled(number, **(told | more))


def closed(number="001", **more):
    told = {"首次评价": "满意", "最终评价": "满意", "回执日期": day(5, 20), "办结日期": day(5, 22)}
    return replied(number, **(told | more))


def empty_the_database():
    """As after `migrate`: no session, proposal, unit, leader, category. Users stay, without posts."""
    Proposal.objects.update(merged_into=None)
    for model in (
        Receipt,
        Progress,
        Commitment,
        Reply,
        Opinion,
        Contact,
        ReturnRequest,
        ExtensionRequest,
        Coordination,
        Attachment,
        Case,
        Proposal,
        Session,
        Category,
        Sector,
        Post,
        Portfolio,
        Unit,
        Leader,
    ):
        model.objects.all().delete()


def is_untouched():
    """Whether nothing of an import is there: no proposal, no event of one."""
    return not Proposal.objects.exists() and not Event.objects.filter(target_type="proposal").exists()
