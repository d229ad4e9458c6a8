"""Breaks a title between words into lines that form a trapezoid or a diamond (GB/T 9704 7.3.1).

No dictionary: a short list of the words of this trade, what may not stand at an end of a line, and the shape decide.
"""

import functools
import math
import re
import unicodedata
from itertools import combinations, pairwise

VOCABULARY = """
    关于 提案 建议 意见 议案 办理 交办 督办 承办 办复 答复 答复函 复函 情况 通报 通知 报告 函告 请示 批复 决定 公告 纪要
    回执 征询 总结 考核 工作 会议 全会 常委会 全体会议 人大 代表 人大代表 政协 委员 政协委员 委员会 区政协 市政协 县政协
    提案委 提案委员会 政府 人民政府 区政府 市政府 县政府 办公室 重点 大会 平时 年度 上半年 下半年 阶段 进展 落实 整改
    回头看 开展 加强 推进 加快 做好 进一步 有关 问题 方案 印发 建设 发展 改革 管理 服务 社会 经济 文化 教育 医疗 卫生
    健康 养老 住房 城乡 轨道交通 交通 环境 产业 企业 群众 生活 社区 街道 园区 基础设施 公共 安全
"""
WORDS = sorted(VOCABULARY.split(), key=len, reverse=True)  # so that 人民政府 is not found as 政府
# A count and what it counts, a session, a document number, Latin words: one piece each.
PIECES = re.compile(
    r"〔\d{4}〕\d+号?"
    r"|第?(?:\d+(?:[.,:/-]\d+)*|[〇零一二三四五六七八九十百]+)(?:届|次|号|年度?|月|日|件|个|项|批|条|季度|周年)"
    r"(?:[〇零一二三四五六七八九十百]+次(?:全体)?会议|会议|提案)?"
    r"|[A-Za-z0-9]+(?:[.,:/&+-][A-Za-z0-9]+)*[类级]?|" + "|".join(WORDS)
)
NOT_FIRST = set("，。、；：？！）〕》〉」』】”’％%…—·的地得之了")
NOT_LAST = set("（〔《〈「『【“‘第与和及对在向将把被为以按")
HEADS = {"关于", "进一步", "加强", "推进", "做好", "开展", "印发", "加快"}  # they lean on what follows
DIGITS = "零一二三四五六七八九"
WIDEST = 20  # full-width characters of 2号 (22 pt) in the 156 mm of the type area
COMFORTABLE = 18  # on average: a fuller line touches both edges
MOST = 5  # lines; a longer title is filled line by line, it has no shape any more
UNKNOWN = 6.0  # a break with no known word on either side
SHAPELESS = 8.0  # widths like an hourglass
SAME = 3.0  # a rectangle is neither trapezoid nor diamond


def break_title(title: str) -> list[str]:
    """The lines of a title, none wider than WIDEST unless one word is; [] for a blank title.

    As few lines as look well; among the breaks between words the best balanced trapezoid or diamond.
    """
    title = " ".join(title.split())
    pieces = _pieces(title)
    count = math.ceil(width(title) / COMFORTABLE)
    if count <= 1 or len(pieces) < 2:
        return [title] if title else []
    for lines in range(count, min(MOST, len(pieces)) + 1):
        if found := _best(pieces, lines):
            return found
    return _filled(pieces)


def width(text: str) -> float:
    """In full-width characters: Latin letters and digits count half."""
    return sum(1 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def _pieces(title):
    """The title cut at every place where a line may end."""
    starts, at = {0}, 0
    while at < len(title):
        found = PIECES.match(title, at)
        at = found.end() if found else at + 1
        starts.add(at)
    inner = (at for at in sorted(starts) if 0 < at < len(title))
    cuts = [at for at in inner if title[at] not in NOT_FIRST and title[at - 1] not in NOT_LAST]
    return [title[start:end] for start, end in zip([0, *cuts], [*cuts, len(title)], strict=True)]


def _filled(pieces):
    lines = [""]
    for piece in pieces:
        if lines[-1] and width(lines[-1] + piece) > COMFORTABLE:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def _best(pieces, count):
    """The cheapest way to set `pieces` in `count` lines, or None if a line would be too wide."""
    ends = [0.0]
    for piece in pieces:
        ends.append(ends[-1] + width(piece))
    costs = [_cost_between(left, right) for left, right in pairwise(pieces)]
    # a long title has few sensible breaks: looking only near the even ones keeps the search small
    near = sorted(
        at
        for at in range(1, len(pieces))
        if any(abs(ends[at] - ends[-1] * line / count) <= WIDEST * 0.45 for line in range(1, count))
    )
    best, lowest = None, None
    for breaks in combinations(near, count - 1):
        bounds = [0, *breaks, len(pieces)]
        widths = [ends[stop] - ends[start] for start, stop in pairwise(bounds)]
        if max(widths) > WIDEST:
            continue
        cost = sum(costs[at - 1] for at in breaks) + _cost_of_shape(widths)
        if lowest is None or cost < lowest:
            best, lowest = bounds, cost
    if best is None:
        return None
    return ["".join(pieces[start:stop]).strip() for start, stop in pairwise(best)]


@functools.cache
def _known(piece):
    stripped = piece.strip("的》《，、 ")
    return bool(PIECES.fullmatch(stripped)) or piece.endswith(("的", "，", "、", "》"))


def _cost_between(left, right):
    if left.strip("《") in HEADS:
        return UNKNOWN
    if left.endswith(("的", "，", "、", "》")):
        return 0.0
    if _known(left) and _known(right):
        return 1.0
    return 2.5 if _known(left) or _known(right) else UNKNOWN


def _cost_of_shape(widths):
    even = sum(widths) / len(widths)
    cost = sum((each - even) ** 2 for each in widths) ** 0.5
    steps = [b - a for a, b in pairwise(widths)]
    if all(step == 0 for step in steps):
        return cost + SAME
    # once the lines grow narrower they may not widen again: that would be an hourglass
    narrowing = False
    for step in steps:
        if step < 0:
            narrowing = True
        elif step > 0 and narrowing:
            return cost + SHAPELESS
    return cost


def chinese_number(number):
    """1 … 99 as in headings and the names of sessions: 一, 十, 十一, 二十."""
    tens, ones = divmod(number, 10)
    head = ("" if tens < 2 else DIGITS[tens]) + ("十" if tens else "")
    return head + (DIGITS[ones] if ones or not tens else "")
