"""Which percentage belongs to which count, which is a rate or a change, and names that stand in a list."""

import re
from itertools import groupby

from .labels import is_filler
from .written import COUNT, PERCENT, POINTS

_CHANGE_COUNT = re.compile(r"(?:增加|增多|净增|多出|[多少](?:承办|办理|办|收到|收|提)?|减少|下降|上升|增长)(?:了)?$")
_CHANGE_SHARE = re.compile(
    r"(?:增长|增加|上升|提高|提升|增幅|上涨|涨幅|下降|减少|降低|降幅|多|少|上浮|下浮)(?:了|率|幅度)?(?:为|达|达到|约|：)?$"
)
_GROWN = re.compile("，(?:同比)?(?:增长|增幅|下降|降幅)(?:了|为|达)?")
"""集体提案增加12件，增长20.0%"""
_COMPARED = re.compile(r"比|较|同期|环比|去年|上年|上一年|上届|前一年|往年")
_RATE = re.compile(
    r"([^，；：（）占]{0,24}?(?:率|满意度|评价度))(?:（[^）]{0,16}）)?(?:均|都|也|已|仅|只|分别|依次|合计|总计|共)*(?:为|达到|达|是|：|在|保持|提高到|提升到|提升至|提高至|超过)*(?:了)?$"
)
_ALONE_IN_BRACKET = re.compile("[^，；。：（）]{0,10}（(?:计|共|即|为)?")
_AGAIN = re.compile("[，（]?(?:即|计|也就是|共计)")
_RATE_BEHIND = re.compile(r"的([^，；：（）占\d的]{0,8}?(?:率|满意度))")


def mark_change(mention, mentions):
    """Whether a number is a change over last year."""
    place = mentions.index(mention)
    before = mentions[place - 1] if place else None
    if mention.kind == COUNT:
        behind = mentions[place + 1] if place + 1 < len(mentions) else None
        grown = behind is not None and behind.kind == PERCENT and _GROWN.fullmatch(behind.gap)
        if _CHANGE_COUNT.search(mention.left) and (_COMPARED.search(mention.said) or grown):
            mention.flags.add("change")
    elif (
        mention.kind == PERCENT
        and (
            _CHANGE_SHARE.search(mention.left)
            or (before and "change" in before.flags and is_filler(mention.gap.replace("增幅", "").strip("，（")))
        )
    ) or mention.kind == POINTS:
        mention.flags.add("change")


def is_change(mention):
    return "change" in mention.flags


def rate_named(mention):
    """满意率 of 满意率达99.5%, "" for what is no rate."""
    text = mention.left if not is_filler(mention.left) or not mention.lead else mention.lead + mention.left
    match = _RATE.search(text) or (is_filler(mention.left) and _RATE_BEHIND.match(mention.right))
    if not match or re.search(r"占比率|比率$", match[1]):
        return ""
    return match[1]


def paired(mentions):
    """id of a count → its percentage."""
    pairs = {}
    for counts, percents in _runs(mentions):
        pairs.update({id(count): percent for count, percent in zip(counts, percents, strict=True)})
    taken = {id(percent) for percent in pairs.values()}
    for place, mention in enumerate(mentions):
        if mention.kind != PERCENT or id(mention) in taken or is_change(mention):
            continue
        if count := _count_said_again(mention, mentions, place):
            pairs[id(count)] = mention
            taken.add(id(mention))
            continue
        if count := _count_in_its_bracket(mention, mentions, place):
            pairs[id(count)] = mention
            taken.add(id(mention))
            continue
        if count := _count_before_base(mention, mentions, place):
            pairs[id(count)] = mention
            taken.add(id(mention))
            continue
        if rate_named(mention):
            behind = mentions[place + 1] if place + 1 < len(mentions) else None
            if behind and _is_own_bracket(mention, behind, mentions, place):
                pairs[id(behind)] = mention
                taken.add(id(mention))
            continue
        count = _count_of(mention, mentions, place, pairs)
        if count:
            pairs[id(count)] = mention
            taken.add(id(mention))
    return pairs


def _count_said_again(percent, mentions, place):
    """The count of 67.5%即179件, 百分之六点三计三件: nothing but 即 or 计 between the two."""
    behind = mentions[place + 1] if place + 1 < len(mentions) else None
    told = behind is not None and behind.kind == COUNT and _AGAIN.fullmatch(behind.gap)
    return behind if told and not re.match("(?:提案|建议|件)*(?:之|当)?中", behind.right) else None


def _count_before_base(percent, mentions, place):
    """The count of 144件，占承办提案192件的75.0%."""
    if place < 2:
        return None
    base, count = mentions[place - 1], mentions[place - 2]
    if base.kind != COUNT or count.kind != COUNT or "占" not in base.left or not re.match("的|之?比", percent.gap):
        return None
    percent.flags.add("based")
    base.flags.add("base")
    return count


def _count_in_its_bracket(percent, mentions, place):
    """The count of 67.1%为A类（57件），24.7%（21件）: a bracket is of the number that stands before it.

    Only where that number names itself or goes on a row of such: 57件，占67.1%（85件） has its count before it.
    """
    behind = mentions[place + 1] if place + 1 < len(mentions) else None
    if behind is None or rate_named(percent) or percent.bracket or not _ALONE_IN_BRACKET.fullmatch(behind.gap):
        return None
    if not _is_alone(behind, mentions, place + 1) or "占" in percent.left:
        return None
    return behind


def _is_alone(count, mentions, place):
    """Whether a count is all that its bracket holds."""
    around = mentions[max(place - 1, 0) : place] + mentions[place + 1 : place + 2]
    return (
        count.kind == COUNT
        and bool(count.bracket)
        and not any(one.bracket == count.bracket for one in around)
        and is_filler(count.right)
    )


def _is_own_bracket(percent, behind, mentions, place):
    """A类率70.1%（131件）: a bracket that holds this one count and nothing else."""
    later = mentions[place + 2] if place + 2 < len(mentions) else None
    return (
        behind.kind == COUNT
        and behind.bracket
        and behind.bracket != percent.bracket
        and percent.gap is not None
        and behind.gap.startswith("（")
        and is_filler(behind.gap)
        and is_filler(behind.right)
        and not (later is not None and later.bracket == behind.bracket)
    )


def _runs(mentions):
    """Runs of counts beside equally long runs of percentages: N、M、K件，分别占P%、Q%、R%."""
    usable = [one for one in mentions if not is_change(one)]
    runs = [(kind, list(run)) for kind, run in groupby(usable, key=lambda one: one.kind)]
    for place in range(len(runs) - 1):
        (kind, run), (other, following) = runs[place], runs[place + 1]
        if {kind, other} != {COUNT, PERCENT} or len(following) < 2 or len(run) < 2:
            continue
        if not _runs_on(following) or any(rate_named(one) for one in [*run, *following] if one.kind == PERCENT):
            continue
        if kind == COUNT and len(run) > len(following) and _names_base(run[-1], following):
            run.pop().flags.add("base")  # A类8件、B类2件，分别占10件的80%、20%
            for one in following:
                one.flags.add("based")
        if kind == COUNT and len(run) >= len(following):
            # 共197件，A、B、C类分别为…: what stands before the list is no part of it
            yield run[-len(following) :], following
        elif kind == PERCENT and len(run) == len(following):
            yield following, run


def _names_base(count, shares):
    """分别占143件的60.1%、31.5%: whether a count is what the shares behind it are of."""
    said = re.match("(?:提案|建议)?(?:总数|总量)?(?:的|之?比)", shares[0].gap)
    return bool(said and re.search("(?:分别|依次|各)?占[^，。；]{0,12}$", count.left))


def _runs_on(run):
    return all(is_filler(one.gap.replace("占", "").replace("比", "")) for one in run[1:])


def _count_of(percent, mentions, place, pairs):
    """The count that a percentage is the share of, None where it names something of its own."""
    before = _before_bracket(percent, mentions, place)
    behind = mentions[place + 1] if place + 1 < len(mentions) else None
    own = re.sub(r"^[^（）]*）|（[^（）]*）", "", split_at_share(percent)[0])
    forward = _may_follow(percent, behind, mentions, place)
    backward = (
        before is not None
        and before.kind == COUNT
        and id(before) not in pairs
        and not is_change(before)
        and is_filler(own)
        and not re.search(r"[；]", percent.gap)
        and not (re.search(r"中[，]?$", before.right) and percent.right.startswith("的"))
    )
    beside = behind is not None and percent.bracket and behind.bracket == percent.bracket
    if backward and beside and before.bracket != percent.bracket and not is_filler(_in_front(percent)):
        backward = False  # 提案全部办复，超过七成的提案（73.2%，71件）: the bracket is of what stands right before it
    if forward and (not backward or percent.right.startswith("的")):
        return behind
    if backward:
        return before
    return None


def _before_bracket(percent, mentions, place):
    """The number before a percentage; of A类68件（原A类33件，加35件），占73.9% the one that the bracket explains."""
    before = mentions[place - 1] if place else None
    if before is None or not before.bracket or before.bracket == percent.bracket:
        return before
    first = next(one for one in range(place) if mentions[one].bracket == before.bracket)
    outside = mentions[first - 1] if first else None
    if outside is not None and outside.kind == PERCENT and "（" in mentions[first].gap:
        return None  # 2017年88.5%（收到192件，立案170件），2018年90.4%: the bracket is of the share before it
    explained = (
        outside is not None and outside.kind == COUNT and re.fullmatch("[^，；。：]{0,6}（.*", mentions[first].gap)
    )
    return outside if explained and place - first > 1 else before


def _in_front(percent):
    """The words between the last comma and the bracket that a percentage stands in."""
    return re.split("[，；：]", percent.gap.rpartition("（")[0])[-1] if percent.gap else ""


_IS = re.compile(r"^(?:比例?|比重|比率)?(?:了)?(?:分别|依次|各|均)?(?:约)?(?:为|是|达到?|：)*(?:了)?$")


def split_at_share(percent):
    """(what is named before 占, what stands between 占 and the number)."""
    left = percent.left
    before, share, base = left.rpartition("占")
    base = _IS.sub("", base)
    if not share:
        return ("" if is_filler(left) else left), ""
    if is_filler(before) and percent.lead:
        lead = percent.lead
        return (lead + before if lead and not is_filler(lead) else ""), base
    return before, base


def _may_follow(percent, behind, mentions, place):
    if behind is None or behind.kind != COUNT or is_change(behind):
        return False
    later = mentions[place + 2] if place + 2 < len(mentions) else None
    if (
        later
        and later.kind == PERCENT
        and is_filler(split_at_share(later)[0])
        and not rate_named(later)
        and not later.right.startswith("的")
        and not re.search("；", later.gap)
        and not is_change(later)
    ):
        return False  # the count has a share of its own behind it
    if percent.right.startswith("的"):
        return not re.search("[；：]", behind.gap)
    if behind.bracket and behind.bracket != percent.bracket:
        return _is_own_bracket(percent, behind, mentions, place)
    return is_filler(behind.gap) and not re.search("[；：]|其中|另", behind.gap) and is_filler(behind.right)


def listed_names(mentions):
    """id of a number → its name in a list of names: A、B、C类分别为…"""
    names = {}
    place = 0
    while place < len(mentions):
        run = [mentions[place]]
        for one in mentions[place + 1 :]:
            if one.kind != run[0].kind or not is_filler(one.gap):
                break
            run.append(one)
        place += len(run)
        head = re.split(r"分别|依次|各(?=[占有为\d]|$)", run[0].label)
        if len(run) < 2 or len(head) < 2:
            continue
        pieces = [one for one in re.split(r"[、，：]|(?<=[类率意案的])[和及与]|和(?=[不基])|以及", head[-2]) if one]
        if len(pieces) < len(run):
            continue
        for one, name in zip(run, pieces[-len(run) :], strict=True):
            names[id(one)] = re.sub(r"^.*(?:其中|中)(?=[A-E满])", "", name)
    return names
