"""Claims: each count with its share, each rate, each change over last year, and what its words call it."""

import re
from dataclasses import dataclass
from itertools import groupby

from . import words
from .tokens import COUNT, FOREIGN, PERCENT, POINTS, Mention

_FILLER = (
    r"其中|另外|另有|另|还有|还|又|仅有|仅|只有|只|共计|共有|合计|总计|一共|总共|共|有|为|是|计|达到|达|约|近|分别|依次|各|的|已|了|即|"
    r"也|均|都|则|其|数量|总数|件数|数|提案|建议|政协|委员会|截至目前|截至今年|目前|今年以来|今年|本年度|本年|本届|年度|全年|全[区市县省州]|[我本][区市县省州局委镇街院校馆]|[区市县省州]|20\d\d年|，|、|：|（|）|“|”|"
    r"(?:第)?[一二三四五六七八九十]+(?:是|、|）)|\d+[.、]|[①-⑩]|属于|属|列为|定为|评为|被|表示|和|及|与|或|该类|此类|这部分|这些|这|该|那|上述|以来|从|在|对|比|比例|比重|占比|件"
)
_ONLY_FILLER = re.compile(f"(?>{_FILLER})*+")  # possessive: a hostile text makes nobody try every way
_HEAD = re.compile(
    r"^(?:其中|另外|另有|另|还有|又|，|、|：|（|）|(?:第)?[一二三四五六七八九十]+(?:是|、|）)|\d+[.、]|[①-⑩]|仅|只|截至目前|目前|属于|属)+"
)
_TAIL = re.compile(r"(?>共有|共计|的|有|共|为|是|计|分别|依次|各|达到|达|提案|件数|件|，|、|：|数量|总数|占|约|（)++$")
_WITHIN = re.compile(
    r"^.*(?:提案|建议|件|类|回执|表|份|结果|反馈|其|意见|单位|者)(?:之)?(?:当)?中(?![心共国小央期旬])(?:的)?[，：]?"
)
_WHOLE = re.compile(
    r"共(?:计|有)?(?:收到|收集|征集|提出|提交|立案|承办|办理|交办|受理|收回)?(?:各类)?(?:[区市县省州]?政协|委员会)*"
    r"(?:建议|提案)*(?:、|和)?(?:提案)?(?:共|有)*$|^(?:建议|[区市县省州]?(?:政协)?提案)(?:总数|数量|总量)?(?:共|共有|总计|合计)+$"
)
_SUBJECT = re.compile(r"^(?:政协)?(?:人大)?(?:代表)?(?:的)?(?:政协)?(?:委员)?(?:提案|建议|件)+(?=.)")
_CHANGE_COUNT = re.compile(r"(?:增加|增多|净增|多|减少|下降|少|上升|增长)(?:了)?$")
_CHANGE_SHARE = re.compile(
    r"(?:增长|增加|上升|提高|提升|增幅|上涨|涨幅|下降|减少|降低|降幅|多|少|上浮|下浮)(?:了|率|幅度)?(?:为|达|达到|约|：)?$"
)
_COMPARED = re.compile(r"比|较|同期|环比|去年|上年|上一年|上届|前一年|往年")
_RATE = re.compile(
    r"([^，；：（）占]{0,24}?(?:率|满意度|评价度))(?:（[^）]{0,16}）)?(?:均|都|也|已|仅|只|分别|依次)*(?:为|达到|达|是|：|在|保持|提高到|提升到|提升至|提高至|超过)*(?:了)?$"
)
_PAST = re.compile(r"去年(?!以来)|上年(?!度?以来)|上一年|上届|前年|往年|前一年|上次会议")
_PRESENT = re.compile(
    r"今年|本年|本届|本次|同比|(?:比|较|与)(?:去年|上年|上一年|上届|前年|往年|前一年)(?:同期)?(?:度)?(?:相比)?"
)


def is_filler(text):
    return bool(_ONLY_FILLER.fullmatch(text))


def cleaned(text):
    """A label without what introduces it and what leads over to its number."""
    return _TAIL.sub("", _HEAD.sub("", text))


@dataclass(eq=False)
class Item:
    """A count, a share, or both; `name` is what it is called within its facet."""

    count: Mention | None
    percent: Mention | None = None
    label: str = ""
    facet: str = ""
    name: str = ""
    aspect: str = ""
    stage: str = ""
    within: str = ""  # the words before 中 that name the whole it is of
    is_subject: bool = False  # 197件提案已…: the whole itself, named again
    past: bool = False
    rate: str = ""  # 满意率
    change: bool = False
    group: object = None
    base_words: str = ""  # the words between 占 and the number
    base_count: Mention | None = None  # the number between 占 and the share: 占192件的75.0%
    year: str = ""
    place: int = 0  # among the items of the letter
    local: bool = False  # a whole for its own sentence only
    again: bool = False  # a part named again, to say something of it

    @property
    def mention(self):
        return self.count or self.percent

    @property
    def value(self):
        return self.count.value if self.count else None

    @property
    def sentence(self):
        return self.mention.sentence

    @property
    def paragraph(self):
        return self.mention.paragraph

    @property
    def dimension(self):
        return self.count.dimension if self.count else words.PROPOSALS


def items_of(mentions):
    """The Items of a letter in order."""
    found = []
    for _, sentence in groupby(mentions, key=lambda mention: mention.sentence):
        found += _sentence(list(sentence))
    return found


def _sentence(mentions):
    for mention in mentions:
        _mark(mention, mentions)
    pairs = _paired(mentions)
    names = _listed_names(mentions)
    taken = {id(percent) for percent in pairs.values()}
    found = []
    for mention in mentions:
        if "base" in mention.flags:
            continue
        if mention.kind == COUNT:
            found.append(_counted(mention, pairs.get(id(mention)), names, mentions))
        elif mention.kind == PERCENT and id(mention) not in taken:
            found.append(_shared(mention, names))
    return found


def _mark(mention, mentions):
    """Whether a number is a change over last year."""
    place = mentions.index(mention)
    before = mentions[place - 1] if place else None
    if mention.kind == COUNT:
        if _CHANGE_COUNT.search(mention.left) and (_COMPARED.search(mention.said)):
            mention.flags.add("change")
    elif (
        mention.kind == PERCENT
        and (
            _CHANGE_SHARE.search(mention.left)
            or (before and "change" in before.flags and is_filler(mention.gap.replace("增幅", "").strip("，（")))
        )
    ) or mention.kind == POINTS:
        mention.flags.add("change")


def _is_change(mention):
    return "change" in mention.flags


def rate_named(mention):
    """满意率 of 满意率达99.5%, "" for what is no rate."""
    text = mention.left if not is_filler(mention.left) or not mention.lead else mention.lead + mention.left
    match = _RATE.search(text)
    if not match or re.search(r"占比率|比率$", match[1]):
        return ""
    return match[1]


def _paired(mentions):
    """id of a count → its percentage."""
    pairs = {}
    for counts, percents in _runs(mentions):
        pairs.update({id(count): percent for count, percent in zip(counts, percents, strict=True)})
    taken = {id(percent) for percent in pairs.values()}
    for place, mention in enumerate(mentions):
        if mention.kind != PERCENT or id(mention) in taken or _is_change(mention):
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
    usable = [one for one in mentions if not _is_change(one)]
    runs = [(kind, list(run)) for kind, run in groupby(usable, key=lambda one: one.kind)]
    for place in range(len(runs) - 1):
        (kind, run), (other, following) = runs[place], runs[place + 1]
        if {kind, other} != {COUNT, PERCENT} or len(following) < 2 or len(run) < 2:
            continue
        if not _runs_on(following) or any(rate_named(one) for one in [*run, *following] if one.kind == PERCENT):
            continue
        if kind == COUNT and len(run) >= len(following):
            # 共197件，A、B、C类分别为…: what stands before the list is no part of it
            yield run[-len(following) :], following
        elif kind == PERCENT and len(run) == len(following):
            yield following, run


def _runs_on(run):
    return all(is_filler(one.gap.replace("占", "").replace("比", "")) for one in run[1:])


def _count_of(percent, mentions, place, pairs):
    """The count that a percentage is the share of, None where it names something of its own."""
    before = mentions[place - 1] if place else None
    behind = mentions[place + 1] if place + 1 < len(mentions) else None
    own = re.sub(r"^[^（）]*）|（[^（）]*）", "", _split_at_share(percent)[0])
    forward = _may_follow(percent, behind, mentions, place)
    backward = (
        before is not None
        and before.kind == COUNT
        and id(before) not in pairs
        and not _is_change(before)
        and is_filler(own)
        and not re.search(r"[；]", percent.gap)
        and not (re.search(r"中[，]?$", before.right) and percent.right.startswith("的"))
    )
    if forward and (not backward or percent.right.startswith("的")):
        return behind
    if backward:
        return before
    return None


_IS = re.compile(r"^(?:比例?|比重|比率)?(?:了)?(?:分别|依次|各|均)?(?:约)?(?:为|是|达到?|：)*(?:了)?$")


def _split_at_share(percent):
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
    if behind is None or behind.kind != COUNT or _is_change(behind):
        return False
    later = mentions[place + 2] if place + 2 < len(mentions) else None
    if (
        later
        and later.kind == PERCENT
        and is_filler(_split_at_share(later)[0])
        and not rate_named(later)
        and not later.right.startswith("的")
        and not re.search("；", later.gap)
        and not _is_change(later)
    ):
        return False  # the count has a share of its own behind it
    if percent.right.startswith("的"):
        return not re.search("[；：]", behind.gap)
    if behind.bracket and behind.bracket != percent.bracket:
        return _is_own_bracket(percent, behind, mentions, place)
    return is_filler(behind.gap) and not re.search("[；：]|其中|另", behind.gap) and is_filler(behind.right)


def _listed_names(mentions):
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


def _past(mention):
    """Whether the words before a number speak of last year."""
    if mention.bracket and re.search(rf"(?:{_PAST.pattern})[^，（]{{0,6}}（[^）]*$", mention.said):
        return True
    if re.search(rf"(?:比|较)(?:{_PAST.pattern})(?:同期)?(?:的|共|为)*$", mention.said):
        return True
    said = _PRESENT.sub("今年", mention.said)
    last = [match.group() for match in re.finditer(rf"{_PAST.pattern}|今年|本年|本次", said)]
    return bool(last) and last[-1] not in ("今年", "本年", "本次")


def _year(mention):
    found = re.findall(r"(20\d\d)年", mention.said)
    return found[-1] if found else ""


def _counted(mention, percent, names, mentions):
    """The Item of a count: what it is called is told by the words before it, else behind it, else further before."""
    item = Item(mention, percent, past=_past(mention), change=_is_change(mention), year=_year(mention))
    left = mention.left
    before = next((one for one in mentions if one.at == mention.at - 1), None)
    if before is not None and before.right == left and re.search("(?:和|与|及|以及)$", left):
        left = ""  # 58件B类提案和21件重点提案: these words are the other's
    if within := _WITHIN.match(mention.lead + left):
        item.within = within.group()
    near = _WITHIN.sub("", left)
    far = _WITHIN.sub("", mention.lead + left)
    right = _own_right(mention, mentions)
    if re.match(r"(?:提案|建议|回执|件)*(?:之|当)?中|(?:提案|件)*(?:均|全部|都|皆)", mention.right):
        right = ""  # 40件中, 8件均为A类: the whole itself
    candidates = [names.get(id(mention), ""), near if not is_filler(near) else "", right, far]
    if percent is not None and percent.at < mention.at:
        candidates.append(rate_named(percent) or _split_at_share(percent)[0])
    if re.fullmatch(
        r"(?:其中)?[，：]?(?:20\d\d|\d{1,2}|[一二三四五六七八九十]+)[年月](?:度|份)?(?:的|有|共|为)*", near
    ):
        item.label, item.facet, item.name = near, "other", cleaned(near)
        candidates = []
    elif _WHOLE.search(near) or (
        re.search(r"(?:答复|承办|办理)件(?:共|有)*$", near) and not re.search("[A-E]类", near)
    ):
        candidates = []
    for text in candidates:
        if text and not is_filler(text):
            facet, name, aspect = words.facet_of(text)
            if facet:
                item.label, item.facet, item.name, item.aspect = text, facet, name, aspect
                break
    if item.facet == "rating" and not item.aspect:
        item.aspect = words.aspect_of(far)
    if item.facet in ("rest",) and (found := words.facet_of(right) if right else ("", "", ""))[0]:
        item.aspect = found[2]
    if not item.facet and not candidates:
        item.label = near
    elif not item.facet:
        item.label = next((text for text in candidates if text and not is_filler(text)), far)
        _open_facet(item, near or item.label, right, far)
    item.stage = _stage(item, near, right, far)
    if percent is not None:
        item.base_words = _split_at_share(percent)[1]
        if "based" in percent.flags:
            item.base_count = next(one for one in mentions if one.at == percent.at - 1)
            item.base_words = item.base_count.left.rpartition("占")[2]
    return item


def _own_right(mention, mentions):
    """The words behind a count that are its own: not those that name the next number of the chunk."""
    right = mention.right
    behind = next((one for one in mentions if one.at == mention.at + 1), None)
    right = right.partition("占")[0]
    if behind is not None and behind.left == mention.right and re.search("(?:和|与|及|以及)$", right):
        return re.sub("(?:和|与|及|以及)$", "", right)
    subject = _SUBJECT.match(right)
    if behind is not None and mention.right and behind.left == mention.right and behind.kind != FOREIGN:
        return ""
    if subject and not re.fullmatch(r"(?:政协)?委员提案", right):
        rest = right[subject.end() :]
        return "" if rest.startswith("所") else rest
    return right


def _open_facet(item, near, right, far):
    text = cleaned(near) or cleaned(right) or cleaned(far)
    if not text or is_filler(text):
        return
    if words.UNIT.search(text) and not words.GOVERNMENT.search(text):
        item.facet = "unit"
    elif words.stage_of(text) and not re.search(r"方面|涉及|有关|关于", text):
        return
    elif words.TOPIC.search(text):
        item.facet = "topic"
    else:
        item.facet = "other"
    item.name = text


def _stage(item, near, right, far):
    """The stage of a count that is a whole, "" for a part."""
    if item.facet and (item.facet not in ("other", "unit") or re.match(r"20\d\d年|\d+月", item.name)):
        return ""
    mention = item.count
    noun = mention.right[:12]
    item.is_subject = is_filler(near) and bool(
        re.match(r"(?:政协)?(?:人大)?(?:代表)?(?:委员)?(?:提案|建议|回执|反馈|(?:之|当)?中|均|全部|都|皆)", noun)
    )
    if re.match(r"(?:立案|政协|委员|[区市县省州])*(?:提案|建议)(?:之|当)?中", mention.right):
        item.is_subject = True
    if item.facet == "unit" and not item.is_subject:
        return ""
    own = re.split("中|占", mention.right)[0] if item.is_subject else ""
    for text in (near, far if is_filler(near) else "", own):
        if stage := words.stage_of(re.sub("“[^”]*”", "", text)):
            item.facet = item.name = ""
            return stage
    if item.is_subject or re.search(r"共|总计|合计|总数|总量|提案$|提案[有为]$|建议$", far):
        item.facet = item.name = "" if item.is_subject or re.search(r"共|总|合计", far) else item.facet
        return "" if item.facet else words.WHOLE
    if is_filler(far) and is_filler(mention.right):
        return words.WHOLE
    return ""


def _shared(mention, names):
    """The Item of a percentage without a count: a rate, a change, or the share of something named."""
    item = Item(None, mention, past=_past(mention), change=_is_change(mention), year=_year(mention))
    if item.change:
        return item
    own, item.base_words = _split_at_share(mention)
    if id(mention) in names:
        own = names[id(mention)]
        if re.search("率|满意度", own):
            item.rate = own
            return item
    elif rate := rate_named(mention):
        if not words.LETTER.search(rate):
            item.rate = rate
            return item
        own = rate  # A类率: the share of a class
    if within := _WITHIN.match(own):
        item.within, own = within.group(), own[within.end() :]
    if is_filler(own) and mention.right.startswith("的"):
        own = mention.right[1:]
    item.label = own
    item.facet, item.name, item.aspect = words.facet_of(own) if own and not is_filler(own) else ("", "", "")
    if not item.facet and not is_filler(own):
        item.facet, item.name = ("topic" if words.TOPIC.search(own) else "other"), cleaned(own)
    return item
