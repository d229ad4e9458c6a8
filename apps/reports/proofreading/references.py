"""What was counted before, named again by its number: 对41件B类提案, 主办的28件, 这198件提案 where there are 197.

A *reference* is a count whose words point at papers that the letter has told of: it stands at the head of a clause, or
behind a word that points (对, 做好, 上述), and its own name, before it or behind it, says which ones. What it points at
is every earlier count of that name. Where none of these has its number, nor their sum, and it can be a slip of one of
them, it is one: nothing in the words makes it some of them.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from . import words
from .arithmetic import is_slip, plain
from .claims import is_exact
from .exceptions import AGAIN
from .labels import cleaned, is_filler
from .tokens import squeezed

_PREDICATE = re.compile(
    "(?:之|当)?(?:中|里)|均|都|皆|全|已|现|由|分|共|涉|经|按|在|于|是|为|逐|进行|办|答复|到|主要|集中|反映|委员|提案[者人]|的(?:办|答|后|跟|落|转|反|承|委|提|面|满|推|问)|"
    "继续|定期|实行|开展|加|建|跟|落|抓|明确|解决|承诺|凝|得|怎么|列表|紧|尽快|推|$"
)
"""What goes on behind a name: a verb, or nothing."""
_RATED = re.compile("[^，。；]*?(?<![均都])(?:表示|评价为?)“?(?:非常|很|基本|比较|不)?(?:满意|理解|谅解)")
"""提案者对180件提案的办理表示满意: of some, for others were rated otherwise."""
_SOME = re.compile("^(?:的)?(?:未|没|不|超|逾|延|拖|仍|还|尚|被|需|因|暂|难|转|获|入选|属|只|仅|和|与|、)")
_OF_SOME = re.compile(
    "其中|另|还有|有(?!关)|仅|只|首批|抽|选|余|其他|批|超期|逾期|延期|等$|每|各(?!(?:承办|有关|责任)*(?:单位|部门|地)[要应须])|约|新增|近|[前头]|除"
)
_POINTS = re.compile(
    "(?:[^的]{0,16}(?:对于?|将|把|就|给|听取|围绕|针对|上述|全部|所有|这|以上|抓好|做好|办好|盯紧|盯住|紧盯|跟进|跟踪|推进|推动|"
    "落实|督促|督办好|确保|力争|争取|总结|梳理|加快|重点|(?<!正)在(?!办)|综上|因此|尽管|虽然|尽管如此|凡|对照|建立)(?!的))(?:做好|了|抓好|办理)?(?:今年|全年|本年度?|今年以来|年度)?"
)
_ABOUT = re.compile("涉及|关于")
_JOINED = re.compile("(?:和|与|及|以及)")
_NOUN = re.compile(
    "(?P<name>[^，。；：、（）\\d]{0,14}?)(?P<noun>建议提案|提案建议|提案|(?<!代表)建议|代表建议|办理件|答复件|(?<=[类办案点体名])件|事项|答复(?=中|表|的|里))"
)
_OWNER = re.compile(
    "^(?:列入(?=[A-E])|属于?(?=[A-E])|(?:[我本全贵][区市县省州局委镇街院办]|今年|去?年|全年|年内|目前|现|截至目前|已经?|所|共|由|政府系统|[区市县省州]?(?:人民)?政府(?:系统)?|20\\d\\d年度?|会议|以来|“|”|了|又|政协|[区市县省州]政协|委员会?|人大|代表|按(?:要求|期)|的|，)+)"
)
_TAIL = re.compile("(?:“|”|的|类|提案|建议|件|了)+$")
_PLAIN = re.compile("[A-E]类?|主办|会办|协办|独办|分办|单办|重点|集体|联名|不满意|基本满意|平时|大会|立案")
_CLASS = re.compile("[A-E]类?")
_TO_DO = re.compile("的(?:后续|跟踪)")
"""C类提案9件的后续工作"""
_DONE = re.compile("(?:提案)?(?:办理工作)?(?:已|均|现已)")
_PAST = re.compile("去年|上年|往年|历年|累计|年来|[两二三四五六]年|近年|跨年|上一?届|20\\d\\d年")
_CLASSES = {"已经": "A", "正在": "B", "暂不能": "C", "A": "已经", "B": "正在", "C": "暂不能"}
_REACH = 300  # counts
_FEWEST = 5  # proposals: fewer may be any of those that were told of
_HEAD = 8  # lines
_SHORT = 4  # characters
_JUST = 2  # sentences
_NEAR = 8  # characters: 全国政协提案2件（均为会办）
_KINDS = 2  # of paper, each with its own classes


@dataclass(frozen=True)
class Pointed:
    """`name`: what the papers are called, "" for all; `by`: the words before 的 say it; `kind`: 建议, or ""."""

    name: str
    by: bool
    kind: str


def check_references(splits, marks):
    """Every count of papers that stands for some that were told before."""
    told = [one for one in splits.items if one.count and one.dimension == words.PROPOSALS and not one.change]
    names = {id(one): _names(one) for one in told}
    last, year = None, _own_year(splits.lines)
    for place, item in enumerate(told):
        following = told[place + 1] if place + 1 < len(told) else None
        pointed = _pointed(item, year, last, following)
        last = item if pointed else None
        if pointed is None or item.past or item.percent or id(item.count) in marks.wrong or not _is_told(item):
            continue
        so_far = told[max(place - _REACH, 0) : place]
        like = _known(pointed, [one for one in so_far if one.sentence != item.sentence and _is_told(one)], names)
        known = [one for one in like if _is_of_now(one, item, pointed.name)]
        if any(one.value == item.value for one in (like if pointed.name else known)):
            marks.fine(item.count)
        elif known and pointed.name and item.value not in splits.cells:
            _check_named(item, pointed.name, known, so_far, marks)
        elif known:
            _check_all(item, known, told, splits, marks)


def _is_told(item):
    return is_exact(item) or bool(re.search("(?:确保|力争|争取)$", item.count.left))


def _is_of_now(one, item, name):
    """Whether a count is of this year, or of another that was told of just before: 去年…7件。对尚未启动的8件，…"""
    if one.past:
        return bool(name) and item.sentence - one.sentence <= _JUST
    return not (one.year and item.year and one.year != item.year)


# --- what a count points at


def _own_year(lines):
    """The year that the first lines name, "" for none."""
    found = re.search("(20\\d\\d)[年〕]", squeezed("".join(lines[:_HEAD]))[0])
    return f"{found[1]}年" if found else ""


def _pointed(item, year, last, following):
    """What a count points at, None where it may tell of some for the first time.

    `year`: the letter's own. `last`: the reference before it. `following`: the count behind it.
    """
    count = item.count
    left = count.left.removeprefix(year) if year else count.left
    left = re.sub("^度?的?", "", left) if left != count.left else left
    if _OF_SOME.search(left) or count.bracket or _PAST.search(left) or _RATED.match(count.after):
        return None
    joined = _JOINED.search(left) if last is not None and last.sentence == item.sentence else None
    if joined and (joined.start() == 0 or left == last.count.right):  # 对2件不满意和66件B类提案
        left = left[joined.end() :]
    else:
        joined = None
    points = _POINTS.match(left)
    head = left[points.end() :] if points else left
    if _ABOUT.search(left) and not (points and head.endswith("的")):
        return None
    behind = _behind(_own_right(count, following))
    if behind is None:
        return None
    name, noun = behind
    kind = "建议" if "建议" in noun and "提案" not in noun else ""
    if is_filler(head):
        if not noun and not points and not joined:
            return None
        return Pointed(_core(name), False, kind)
    if noun == "提案" and not name and len(head) <= _SHORT and not head.endswith("的") and not _called(head):
        return Pointed("", False, "")  # 回望691件提案
    both = following is not None and _JOINED.match(count.right) and count.right == following.count.left
    to_do = _TO_DO.match(following.count.right if both else count.right)
    if to_do:
        head = _JOINED.sub("", head, count=1)
    of_class = to_do and _PLAIN.fullmatch(_core(head))
    if not head.endswith("的") and not (points and noun) and not of_class:
        return None
    if re.search("[^，。；：、]、$", count.lead) and not joined:
        return None  # 独办、主办的7件: of both
    if (
        not points
        and not joined
        and not noun
        and not of_class
        and not re.match(_PREDICATE.pattern[:-2], count.right or count.after)
    ):
        return None
    if _core(name) and not re.fullmatch("[区市县省州]?政协", name):
        return None
    return Pointed(_core(head), True, kind)


def _own_right(count, following):
    """The words behind a number that are its own: 对29件 of 对正在办理的29件和列入规划的10件."""
    joined = re.search("(?:和|与|及|以及)", count.right) if following is not None else None
    return count.right[: joined.start()] if joined and count.right == following.count.left else count.right


def _behind(right):
    """(name, noun) of what stands behind a number, None where that tells of some."""
    if match := _NOUN.match(right):
        rest = right[match.end() :]
        if _SOME.match(rest):
            return None
        if not re.search("均|都|已|由|中|为|全部|有|[是被]", match["name"]):
            return match["name"], match["noun"]
    if _PLAIN.fullmatch(right):
        return right, ""
    if _SOME.match(right) or not _PREDICATE.match(right):
        return None
    return "", ""


def _core(name):
    name = _TAIL.sub("", _OWNER.sub("", re.sub("(?<=办)的?[省市区县州]?政协$", "", cleaned(name))))
    return "" if is_filler(name) else name


def _names(item):
    """What a count is called by the words before it, and by those behind."""
    behind = _NOUN.match(item.count.right)
    return _core(item.count.left), _core(behind["name"]) if behind else ""


def _known(pointed, before, names):
    """The earlier counts that a reference can mean."""
    name = pointed.name
    if not name:
        return [one for one in before if _is_total(one) and (not pointed.kind or _kind(one) == pointed.kind)]
    exact = [one for one in before if name in names[id(one)]]
    if exact and not _PLAIN.fullmatch(name):
        return exact
    called = _called(name)
    like = [
        one
        for one in before
        if names[id(one)][0].endswith(name)
        or (called == (one.facet, one.name) and (_PLAIN.fullmatch(name) or name in one.count.left))
    ]
    if not like and called and called[0] == "result":  # as most places have them
        like = [one for one in before if (one.facet, _CLASSES.get(one.name)) == called and not one.group.is_part]
    return [*exact, *[one for one in like if one not in exact]]


def _called(name):
    """(facet, name) of what a reference is called, None for a name of its own."""
    facet, called, _ = words.facet_of(name)
    return (facet, called) if facet and facet not in words.OPEN else None


def _is_total(one):
    able = one.stage not in ("", words.RETURNED) and (not one.within or one.stage == words.HANDLED)
    named = not _core(one.count.left) and re.search("(?:提案|建议)[共有为计]*$", one.count.left)
    return bool(one.again or able or named)


def _kind(item):
    text = item.count.label + item.count.right[:8]
    return "建议" if re.search("代表|人大|建议", text) and "提案" not in text else ""


# --- whether it is a slip


def _check_named(item, name, known, before, marks):
    values, both = {one.value for one in known}, sum({one.value for one in known})
    if max(values) * 2 == both:
        values, both = {max(values)}, max(values)  # 会办5件, of which 4 and 1
    called, beside = _called(name), {one.sentence for one in known}
    if item.value in (both, sum(one.value for one in known)) or len(values) > _KINDS:
        return
    same = [one for one in before if one.value == item.value]
    if name == "立案" and any(one.stage == words.RECEIVED for one in same):
        _differs(item, known[-1].value, marks)
        return
    plain_name = _PLAIN.fullmatch(name)
    if any((plain_name and one.sentence in beside) or called == (one.facet, one.name) for one in same):
        return
    if called and called[0] == "rating" and AGAIN.search("".join(marks.paragraphs)):
        return
    also = [one.value for one in before if one.sentence in beside and name in one.count.after[:_NEAR]]
    likely = {one for one in values if _can_be(item.value, one) and item.value - one not in also}
    if len(likely) == 1:
        _differs(item, likely.pop(), marks)
    elif _are_exchanged(item.value, both) or (_CLASS.fullmatch(name) and item.value > both and not same):
        _differs(item, both, marks)


def _check_all(item, known, told, splits, marks):
    if item.value < _FEWEST or item.value in splits.cells:
        return
    last_years = any(_is_of_then(one) and one.value == item.value for one in told) and _DONE.match(item.count.right)
    if last_years:
        _differs(item, known[0].value, marks)
    if any(one.value == item.value for one in told if one is not item) or _is_made_up(item, told):
        return
    nearest = min(known, key=lambda one: abs(one.value - item.value))
    if _can_be(item.value, nearest.value):
        _differs(item, nearest.value, marks)


def _is_of_then(one):
    return one.past or bool(re.search("[比较与同](?:去年|上年|20\\d\\d年)的?$", one.count.left))


def _can_be(value, due):
    """Whether a number can be a slip of another: of a few, hardly any other number is."""
    off = abs(value - due)
    few = 1 if due < 5 else 2 if due < 10 else off
    return _are_exchanged(value, due) or (off <= few and is_slip(plain(value), plain(due), is_share=False))


def _are_exchanged(value, due):
    return due > 9 and sorted(plain(value)) == sorted(plain(due))


def _is_made_up(item, told):
    """Whether two neighbours make up this number, or one of its sentence is taken off a total."""
    others = [one for one in told if one is not item]
    beside = [one.value for one in others if one.sentence == item.sentence and one.place < item.place]
    return any(
        item.value == one.value + other.value for one, other in pairwise(others) if one.sentence == other.sentence
    ) or any(item.value == one.value - other for one in others for other in beside)


def _differs(item, due, marks):
    told = f"前文为{plain(due)}，这里为{plain(item.value)}，前后应一致。"
    marks.fault("repeat", [item.count], plain(item.value), plain(due), told)
