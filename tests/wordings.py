"""Says a split in many ways, as published letters do: the same numbers, other words, other order, other digits.

A *wording* is a function of a Split that gives a sentence or two. `LABELS` names the parts in the words of the trade.
"""

from dataclasses import dataclass

from apps.reports.proofreading.numerals import chinese_whole

RESULTS = {
    "A": ("A类", "已经解决或基本解决的", "所提问题已经解决或者基本解决的A类提案", "A类（已解决或采纳的）", "属于A类的"),
    "B": (
        "B类",
        "正在解决或列入计划逐步解决的",
        "所提问题正在解决、或列入计划逐步解决的B类提案",
        "B类（计划解决的）",
        "属于B类的",
    ),
    "C": (
        "C类",
        "因客观条件限制暂时无法解决的",
        "因客观条件限制或其他原因暂无法解决的C类提案",
        "C类（暂不能解决的）",
        "属于C类的",
    ),
    "D": ("D类", "留作参考的", "所提意见留作工作参考的D类提案", "D类（留作参考的）", "属于D类的"),
}
RATINGS = {
    "满意": ("满意的", "表示满意的", "评价为“满意”的"),
    "基本满意": ("基本满意的", "表示基本满意的", "评价为“基本满意”的"),
    "理解": ("理解的", "表示理解的", "评价为“理解”的"),
    "不满意": ("不满意的", "表示不满意的", "评价为“不满意”的"),
}
PROPOSERS = {
    "集体": ("集体提案", "以集体名义提出的"),
    "委员": ("委员提案", "委员个人和联名提出的"),
    "委员个人或联名": ("委员个人或联名提案", "委员个人或联名提出的"),
    "党派": ("党派提案", "各民主党派提出的"),
    "党派工商联": ("党派、工商联提案", "民主党派和工商联提出的"),
    "专委会": ("专委会提案", "政协专门委员会提出的"),
    "委员小组界别小组": ("界别、小组提案", "委员小组和界别小组提出的"),
}
KINDS = {"会间": ("大会期间收到的", "会议期间提出的"), "闭会": ("闭会期间收到的", "会后提出的")}
THEMES = ("经济建设", "政治建设", "文化建设", "社会建设", "生态文明建设", "城市建设发展")
BEFORE = ("", "其中，")


@dataclass(frozen=True)
class Part:
    label: str
    count: int
    percent: str | None


@dataclass(frozen=True)
class Split:
    """`whole`: what the base is called, as in 占…的. `by`: what it is split by. `unit`: 件 or 份."""

    base: int
    parts: tuple
    by: str
    whole: str = "总数"
    unit: str = "件"
    subject: str = "提案"


# --- numbers


def arabic(number):
    return str(number)


def full_width(number):
    return "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in str(number))


def chinese(number):
    digits, places = "零一二三四五六七八九", ("", "十", "百", "千")
    if number == 0:
        return "零"
    text, zero = "", False
    for place in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if zero else "") + digits[digit] + places[place]
            zero = False
        elif text:
            zero = True
    text = text.removeprefix("一") if text.startswith("一十") else text
    assert chinese_whole(text) == number, text
    return text


NUMBERS = {"arabic": arabic, "full width": full_width, "chinese": chinese}


# --- wordings


def noun_first(split, say):
    """其中，A类183件，占总数的92.9%；B类…"""
    parts = "；".join(
        f"{one.label}{say(one.count)}{split.unit}" + (f"，占{split.whole}的{one.percent}%" if one.percent else "")
        for one in split.parts
    )
    return f"{split.subject}共{say(split.base)}{split.unit}。其中，{parts}。"


def with_have(split, say):
    """197件提案中，A类有183件，占92.9%，B类有…"""
    parts = "，".join(
        f"{one.label}有{say(one.count)}{split.unit}" + (f"，占{one.percent}%" if one.percent else "")
        for one in split.parts
    )
    return f"{say(split.base)}{split.unit}{split.subject}中，{parts}。"


def in_brackets(split, say):
    """按办理结果分，A类183件（92.9%）、B类…"""
    parts = "、".join(
        f"{one.label}{say(one.count)}{split.unit}" + (f"（{one.percent}%）" if one.percent else "")
        for one in split.parts
    )
    return f"全年共有{split.subject}{say(split.base)}{split.unit}，按{split.by}分，{parts}。"


def percent_first(split, say):
    """占92.9%的183件为A类 …: only where every part has a share, else as a list."""
    if not all(one.percent for one in split.parts):
        return in_brackets(split, say)
    parts = "；".join(f"{one.label}占{one.percent}%，为{say(one.count)}{split.unit}" for one in split.parts)
    return f"{say(split.base)}{split.unit}{split.subject}按{split.by}分：{parts}。"


def numbered(split, say):
    """一是A类183件，占92.9 %；二是…"""
    parts = "；".join(
        f"{chinese(place)}是{one.label}{say(one.count)}{split.unit}"
        + (f"，占{split.whole} {one.percent} %" if one.percent else "")
        for place, one in enumerate(split.parts, start=1)
    )
    return f"共有{split.subject}{say(split.base)}{split.unit}，分为{chinese(len(split.parts))}类：{parts}。"


def respectively(split, say):
    """A类、B类、C类分别为183、9、5件，分别占92.9%、4.6%、2.5%."""
    labels = "、".join(one.label.removesuffix("的") for one in split.parts)
    counts = "、".join(say(one.count) for one in split.parts)
    text = f"{split.subject}共{say(split.base)}{split.unit}，按{split.by}分，{labels}分别为{counts}{split.unit}"
    if all(one.percent for one in split.parts):
        text += f"，分别占{'、'.join(one.percent + '%' for one in split.parts)}"
    return text + "。"


def shares_behind(split, say):
    """A类183件、B类9件、C类5件，占比分别为92.9%、4.6%和2.5%."""
    parts = "、".join(f"{one.label}{say(one.count)}{split.unit}" for one in split.parts)
    text = f"{split.subject}共计{say(split.base)}{split.unit}，其中{parts}"
    if all(one.percent for one in split.parts) and len(split.parts) > 1:
        shares = [one.percent + "%" for one in split.parts]
        text += f"，占比分别为{'、'.join(shares[:-1])}和{shares[-1]}"
    elif split.parts[-1].percent and len(split.parts) == 1:
        text += f"，占{split.parts[-1].percent}%"
    return text + "。"


def count_first(split, say):
    """183件提案属A类，占92.9%；9件…"""
    verbs = {"办理结果": "属"}
    parts = "；".join(
        f"有{say(one.count)}{split.unit}{verbs.get(split.by, '为')}{one.label.removesuffix('的')}"
        + (f"，占{split.whole}的{one.percent}%" if one.percent else "")
        for one in split.parts
    )
    return f"{split.subject}共{say(split.base)}{split.unit}，{parts}。"


def sentences(split, say):
    """A sentence for each part."""
    parts = "".join(
        f"{one.label}{say(one.count)}{split.unit}"
        + (f"，占{split.whole}的{one.percent}%" if one.percent else "")
        + "。"
        for one in split.parts
    )
    return f"本年度{split.subject}共{say(split.base)}{split.unit}。{parts}"


def lines(split, say):
    """A line for each part."""
    parts = "\n".join(
        f"（{chinese(place)}）{one.label}{say(one.count)}{split.unit}"
        + (f"，占{one.percent}%" if one.percent else "")
        + "；"
        for place, one in enumerate(split.parts, start=1)
    )
    return f"{split.subject}共{say(split.base)}{split.unit}，按{split.by}分为：\n{parts}"


def table(split, say):
    """The same as a table with a row of totals."""
    rows = [
        f"{one.label.removesuffix('的')}\t{one.count}\t{one.percent + '%' if one.percent else ''}"
        for one in split.parts
    ]
    return "\n".join([f"{split.by}\t件数\t占比", *rows, f"合计\t{split.base}\t"])


WORDINGS = (
    noun_first,
    with_have,
    in_brackets,
    percent_first,
    numbered,
    respectively,
    shares_behind,
    count_first,
    sentences,
    lines,
    table,
)
