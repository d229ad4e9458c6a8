"""How the letter says its numbers: texts with references to the figures (references.py). Pure.

A figures.Tally says only which words are right: for none, one, some and all.
"""

import re

from apps.figures.queries import Tally
from apps.papers.compose.names import clause
from apps.proposals.models import Contact
from apps.proposals.workflow import ProposalState

from .references import NAMES, plain, ref

ENDED = (
    (ProposalState.MERGED, "并案"),
    (ProposalState.WITHDRAWN, "撤案"),
    (ProposalState.HANDED_BACK, "退回提案委"),
)
CONNECTIVES = ("例如", "又如", "还如", "再如", "此外")
MANNERS = {
    Contact.Manner.VISIT: "上门走访",
    Contact.Manner.MEETING: "当面沟通",
    Contact.Manner.DISCUSSION: "召开座谈会",
    Contact.Manner.SPECIAL_MEETING: "召开专题会议",
    Contact.Manner.SITE: "开展现场调研",
    Contact.Manner.PHONE: "电话沟通",
    Contact.Manner.MESSAGE: "网络沟通",
    Contact.Manner.LETTER: "书面沟通",
}
REMOTE = (Contact.Manner.PHONE, Contact.Manner.MESSAGE, Contact.Manner.LETTER)


def chinese_day(day, year=None):
    """2020年11月3日; without the year where it is `year`."""
    return ("" if day.year == year else f"{day.year}年") + f"{day.month}月{day.day}日"


def sentence(text):
    """Text of one or more lines as one run that ends like a sentence; "" for nothing."""
    text = clause(text)
    return text if not text or text[-1] in "。！？…”" else f"{text}。"


def paragraphs(text):
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def opening(texts):
    """Who reports where; `texts`: the AnnualLetter."""
    if texts.occasion and texts.speaker:
        who = ref("报告人")
        return f"受区政府委托，由{who}向{ref('通报场合')}通报{ref('届次会议')}提案的办理情况。"
    if texts.occasion:
        return f"受区政府委托，现将{ref('届次会议')}提案的办理情况向{ref('通报场合')}通报如下。"
    return f"现将{ref('届次会议')}提案的办理情况通报如下。"


def figure(*path):
    """The reference to a figure by its path in the Tally."""
    return ref(NAMES[path])


def class_figure(step):
    """(references to) count and share of a class."""
    return ref(f"{step.name}类件数"), ref(f"{step.name}类占比")


def rating_figure(step):
    """(references to) count and share of a final rating."""
    return ref(f"最终{step.name}件数"), ref(f"最终{step.name}占比")


def totals(tally: Tally):
    """How many proposals there are, what is not counted, how far they got."""
    meeting, total, key = ref("届次会议"), tally.count("total"), tally.count("key")
    ended = "、".join(f"{label}{figure(str(state))}件" for state, label in ENDED if tally.count(state))
    besides = f"（另有{ended}，不计入总数）" if ended else ""
    if not total:
        return f"{meeting}没有计入总数的提案{besides}。" if ended else f"{meeting}没有交由区政府系统办理的提案。"
    if not key:
        keyed = ""
    elif key == total:
        keyed = "，为重点提案" if total == 1 else "，均为重点提案"
    else:
        keyed = f"，含重点提案{figure('key')}件"
    done = f"截至{ref('截至日')}，{progress(tally)}。"
    return f"{meeting}以来，交由区政府系统办理的提案共{figure('total')}件{besides}{keyed}。{done}"


def progress(tally):
    total, closed = tally.count("total"), tally.count("closed")
    replied = total - tally.count("not_replied")  # secret ones handled offline count as answered
    offline = f"（含线下办结的涉密提案{figure('offline')}件）" if tally.count("offline") else ""
    if total == 1:
        return "该件提案" + ("已办结" if closed else "已答复，尚未办结" if replied else "尚未答复") + offline
    if closed == total:
        return f"{figure('total')}件均已办结{offline}"
    if not replied:
        return f"{figure('total')}件提案均未答复"
    done = f"已办结{figure('closed')}件，尚未办结{figure('open')}件" if closed else "均未办结"
    if replied == total:
        return f"{figure('total')}件提案已全部答复{offline}，{done}"
    return f"已答复{ref('已答复或线下办结件数')}件{offline}，尚未答复{figure('not_replied')}件；{done}"


def base_of_classes(tally):
    """The base of the classes by its name: those replied to, which may be all."""
    return "办理总数" if tally.count("replied") == tally.count("total") else "已答复提案"


def class_named(step):
    """所提问题已经解决的A类提案."""
    wording = clause(step.wording).removesuffix("的")
    return plain(f"{wording}的{step.name}类提案" if wording else f"{step.name}类提案")


def classes(tally):
    """The split by result, each part with its share of the named base; "" while nothing is replied to."""
    base, missing = tally.count("replied"), tally.count("unclassified")
    if not base:
        return ""
    present = [step for step in tally.classes if tally.count("classes", step.name)]
    absent = [step for step in tally.classes if not tally.count("classes", step.name)]
    if not present:
        return f"已答复的{figure('replied')}件提案尚未登记办理结果类别。"
    subject = f"已答复的{figure('replied')}件提案" if base < tally.count("total") else f"{figure('replied')}件提案"
    if len(present) == 1 and not missing:
        every = "" if base == 1 else "均"
        return f"按办理结果分，{subject}{every}为{class_named(present[0])}。"
    named = base_of_classes(tally)
    figures = [(step, *class_figure(step)) for step in present]
    parts = [f"{class_named(step)}{count}件，占{named}的{share}%" for step, count, share in figures]
    if absent:
        parts.append(plain("没有" + "、".join(f"{step.name}类" for step in absent) + "提案"))
    if missing:
        parts.append(f"另有{figure('unclassified')}件尚未登记办理结果类别")
    return f"{subject}按办理结果分，" + "；".join(parts) + "。"


def receipts(tally):
    """What came back from the proposers, counted by proposals; "" while nothing is replied to."""
    if not tally.count("replied"):
        return ""
    back, missing, waiting, rated = (
        tally.count("ratings", name) for name in ("returned", "not_returned", "to_confirm", "confirmed")
    )
    if not back:
        return "提案者的回执尚未收回。"
    returned = figure("ratings", "returned")
    if missing:
        told = f"提案回执收回{returned}件，尚未收回{figure('ratings', 'not_returned')}件"
    elif back == 1:
        told = "该件提案的回执已收回" if tally.count("total") == 1 else f"{returned}件提案的回执已收回"
    else:
        told = f"{returned}件提案的回执已全部收回"
    if waiting:
        told += f"，其中{figure('ratings', 'to_confirm')}件正在审核确认" if rated else "，正在审核确认"
    return told + "。" + (ratings(tally) if rated else "")


def ratings(tally):
    """The final ratings, with their base named; that there is no 不满意 is said only where it is so."""
    rated = tally.count("ratings", "confirmed")
    given = [(step, tally.count("ratings", "final", step.name)) for step in tally.ratings]
    present = [step for step, count in given if count]
    whole = rated == tally.count("ratings", "returned")
    subject = "" if whole else f"已确认回执的{figure('ratings', 'confirmed')}件提案中，"
    if len(present) == 1:
        every = "" if rated == 1 else "均"
        return f"{subject}提案者的最终评价{every}为{plain(present[0].name)}。"
    base = "收回回执" if whole else "已确认回执"
    parts = []
    for step in present:
        who, of = ("", "") if parts else ("提案者", f"{base}的")
        count, share = rating_figure(step)
        parts.append(f"{who}最终评价为{plain(step.name)}的{count}件，占{of}{share}%")
    none = [step.name for step, count in given if step.is_dissatisfied and not count]
    if none:
        parts.append(plain(f"没有最终评价为{'、'.join(none)}的提案"))
    return subject + "；".join(parts) + "。"


def contact(row, names, year):
    """One talk of a later round: when, how, with whom, about what. `names`: of the proposers, who are not named."""
    people, summary = unnamed(clause(row.people), names), unnamed(clause(row.summary), names)
    people = "、".join(dict.fromkeys(people.split("、")))
    manner = MANNERS[row.manner]
    if people:
        manner += f"（{people}）" if row.manner in REMOTE else f"，{people}参加"
    return f"{chinese_day(row.held_on, year)}{manner}" + (f"，{summary}" if summary else "")


def unnamed(text, names):
    """The text with 提案者 for the name of each proposer: a letter does not say who was dissatisfied."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(f"(?:提案者|提案人)?{re.escape(name)}(?:委员)?", "提案者", text)
    return text


def connective(place):
    """例如, 又如, 还如, 再如, then 此外 for the place of an example, from 0."""
    return CONNECTIVES[min(place, len(CONNECTIVES) - 1)]


TYPED_NUMBER = re.compile(
    r"^\s*(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]{1,3}、|\d{1,2}[.．、](?!\d))\s*"
)


def typed_number_off(line):
    """The line without a number typed before it: the letter numbers by itself."""
    return TYPED_NUMBER.sub("", line)


def point(line, longest=24):
    """(lead, rest) of a point that somebody wrote: 标题。正文 has a lead of so many characters at most."""
    line = typed_number_off(line)
    lead, stop, rest = line.partition("。")
    return (f"{lead}。", rest) if stop and rest.strip() and len(lead) <= longest else ("", line)
