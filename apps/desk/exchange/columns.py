"""The columns of the two workbooks, as data: name, what a cell may hold, whom a column belongs to.

Source: the names and their order are the project's stable interface (README.md, Commands). A column that a session
asks for in future is one more row here; reading, templates, previews and the export follow.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from apps.documents.workbooks import NOTHING, CellError, Column, as_date, as_flag, as_names, as_text
from apps.proposals.models import Category, Proposal, Proposer, Sector
from apps.proposals.queries import number_as_printed
from apps.replies.models import Reply
from apps.units.models import Leader, Unit

from .progress import STATE_WORDS

MAX_ROUND = 20
STATE_EXPECTED = "“待交办”“待签收”“办理中”“已答复”“已办结”“已并案”“已撤案”或“已退回提案委”"
LEDGER_SHEET = "台账"
LIST_SHEET = "提案清单"


def length_of(model, field):
    return model._meta.get_field(field).max_length


def text_up_to(length):
    return lambda value: as_text(value, max_length=length)


def optional_text_up_to(length):
    """Text in which — or 无 means that there is none."""

    def parse(value):
        text = as_text(value, max_length=length)
        return "" if text in NOTHING else text

    return parse


def names_up_to(length):
    return lambda value: as_names(value, max_length=length)


def lines(value):
    return as_text(value, multiline=True)


NUMBER = re.compile(r"第?([0-9A-Za-z-]+)号?")


def case_number(value):
    """案号 as printed: 84, 084 and 第084号 are one."""
    text = as_text(value, max_length=length_of(Proposal, "number"))
    found = NUMBER.fullmatch(text)
    return number_as_printed(found[1] if found else text)


def key_of(text):
    """What counts of a name or word when it is compared: no blanks, no full-width forms, no case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def one_of(words, expected):
    """A parser for a closed set. `words`: each spelling → its value; an empty cell is ""."""
    known = {key_of(word): value for word, value in words.items()}

    def parse(value):
        text = as_text(value)
        if not text or text in NOTHING:
            return ""
        try:
            return known[key_of(text)]
        except KeyError:
            raise CellError(expected) from None

    return parse


def spelled(choices, **more):
    """Each label of TextChoices, and further spellings by value, → value."""
    found = {label: value for value, label in choices.choices}
    return found | {word: value for value, words in more.items() for word in words}


FORMS = spelled(
    Proposal.Form,
    individual=("个人提案", "委员个人"),
    joint=("联名提案", "委员联名"),
    collective=("集体提案",),
)
KINDS = spelled(Proposal.Kind, plenary=("大会提案",), interim=("平时提案", "闭会期间"))
MODES = spelled(
    Proposal.Mode,
    sole=("单办", "单独办理"),
    lead=("主办协办", "主协办", "主办、协办", "主办/协办", "主办会办", "主会办"),
    separate=("分别办理",),
) | {"主办": ""}  # with or without assisting units: the other column tells
PUBLICITY = spelled(
    Reply.Publicity,
    open=("主动",),
    on_request=("依申请",),
    closed=("不公开", "不予"),
)


def class_code(value):
    """办理结果 as a code: Ａ, a and A类 are one. Whether the session has it is for the reader."""
    text = as_text(value).upper().replace(" ", "").removesuffix("类")
    return "" if text in NOTHING else text


def rating_name(value):
    """A rating's name; 未反馈 says that there is none."""
    text = as_text(value)
    return "" if text in NOTHING or text in ("未反馈", "未回复", "未收回") else text


def round_number(value):
    text = unicodedata.normalize("NFKC", as_text(value)).removeprefix("第").removesuffix("轮")
    if not text or text in NOTHING:
        return None
    text = text.lstrip("0")
    if not text.isascii() or not text.isdigit() or int(text[:3]) > MAX_ROUND:  # no int of thousands of digits
        raise CellError(f"1 至 {MAX_ROUND} 的整数")
    return int(text)


@dataclass(frozen=True)
class Field:
    """A column. `part` is what each row of a 分办 proposal says for itself; the rest must agree between them."""

    name: str
    key: str
    parse: Callable[[object], object]
    required: bool = False
    part: bool = False
    is_rating: bool = False  # the committee's alone (docs/workflow.md: unit and office never enter a rating)
    width: float | None = None

    @property
    def column(self):
        return Column(self.name, self.required)


ABOUT = (
    Field("案号", "number", case_number, required=True, width=8),
    Field("案由", "title", text_up_to(length_of(Proposal, "title")), required=True, width=36),
    Field("提案者", "proposers", names_up_to(length_of(Proposer, "name")), required=True, width=20),
    Field("提案形式", "form", one_of(FORMS, "“个人”“联名”或“集体”")),
    Field("提案类型", "kind", one_of(KINDS, "“大会”或“平时”")),
    Field("界别", "sector", optional_text_up_to(length_of(Sector, "name"))),
    Field("类别", "category", optional_text_up_to(length_of(Category, "name"))),
    Field("重点提案", "is_key", as_flag),
)

LIST = (
    *ABOUT,
    Field("内容", "text", lines, width=50),
    Field("建议承办单位", "wished_units", optional_text_up_to(length_of(Proposal, "wished_units"))),
    Field("单位职务", "position", lines),
    Field("联系电话", "phone", lines),
    Field("通信地址", "address", lines),
    Field("集体联系人", "contact_person", optional_text_up_to(length_of(Proposer, "contact_person"))),
)

LEDGER = (
    *ABOUT,
    Field("督办领导", "leader", optional_text_up_to(length_of(Leader, "name"))),
    Field("办理方式", "mode", one_of(MODES, "“独办”“主办+协办”或“分办”"), width=12),
    # required as a column: what is not assigned yet has no unit
    Field("主办单位", "units", names_up_to(length_of(Unit, "name")), required=True, part=True, width=18),
    Field("协办单位", "assists", names_up_to(length_of(Unit, "name")), part=True, width=18),
    Field("交办日期", "assigned_on", as_date, part=True),
    Field("答复期限", "due_on", as_date, part=True),
    Field("签收日期", "accepted_on", as_date, part=True),
    Field("答复日期", "issued_on", as_date, part=True),
    Field("答复文号", "reply_number", optional_text_up_to(length_of(Reply, "number")), part=True, width=22),
    Field("公开属性", "publicity", one_of(PUBLICITY, "“主动公开”“依申请公开”或“不予公开”"), part=True),
    Field("办理结果", "result_class", class_code, part=True),
    Field("首次评价", "first", rating_name, part=True, is_rating=True),
    Field("最终评价", "last", rating_name, part=True, is_rating=True),
    Field("回执日期", "received_on", as_date, part=True, is_rating=True),
    Field("办结日期", "closed_on", as_date, part=True, is_rating=True),
    Field("备注", "remark", text_up_to(length_of(Proposal, "remark")), part=True, width=24),
    Field("状态", "state", one_of(STATE_WORDS, STATE_EXPECTED), part=True),
    Field("并入案号", "merged_into", case_number),
    Field("轮次", "round", round_number, part=True),
)

AT_LEAST_ONE = {"number", "title", "proposers"}
"""Keys whose cell may never be empty; 主办单位 only where the proposal was assigned."""
