"""Claims: each count with its share, each rate, each change over last year, and what its words call it."""

import re
from dataclasses import dataclass
from itertools import groupby, pairwise

from . import words
from .labels import cleaned, is_filler
from .pairing import is_change, listed_names, mark_change, paired, rate_named, split_at_share
from .periods import is_past, year_of
from .tokens import Mention
from .written import COUNT, FOREIGN, PERCENT

_WITHIN = re.compile(
    r"^.*(?:提案|建议|件|类|回执|表|份|结果|反馈|其|意见|单位|者)(?:之)?(?:当)?中(?![心共国小央期旬])(?:的)?[，：]?"
)
_WHOLE = re.compile(
    r"共(?:计|有)?(?:收到|收集|征集|提出|提交|立案|承办|办理|交办|受理|收回)?(?:各类)?(?:[区市县省州]?政协|委员会)*"
    r"(?:建议|提案)*(?:、|和)?(?:提案)?(?:共|有)*$|^(?:建议|[区市县省州]?(?:政协)?提案)(?:总数|数量|总量)?(?:共|共有|总计|合计)+$"
)
_NAMED_WHOLE = re.compile(r"([A-E]类(?:的)?(?:提案|建议|办件|件)*)(?:之|当)?中")
_PART_SAID = re.compile(
    r"^[^，：；]{0,4}?(?:主办|会办|协办|重点|集体|委员|联名|大会|平时)(?:提案|建议|件)(?=(?:已|均|被|得到)*(?:采纳|解决|落实|转))"
)
_SESSIONS_PAPERS = re.compile(
    r"(?:其中)?(?:[我本全][区市县省州]|[区市县省州]?政协|第?[一二三四五六七八九十]{1,3}届(?:委员会)?|第?[一二三四五六七八九十]{1,3}次(?:会议|全会)|"
    r"交办|立案|你会|贵会|委员会|共|的)+提案(?:共|共计|总计|有|为)*"
)
"""县政协十届一次会议提案156件: all of a session."""
_EACH_OF_THEM = re.compile(
    "^[^，；]{1,8}(?:每人(?:各|领衔|牵头)?(?:督办|领办|包案|主办|包办|办)?|各(?:自|分别)?(?:领衔)?(?:督办|领办|领衔|包案|主办|承办|办理|提出|提交|有|为)?|"
    "分别(?:领衔)?(?:督办|领办|包案))$"
)
_EACH_NAMED = re.compile(
    r"(?:^|[，；：、（])(?:其中)?(?P<names>[^，；。：\d、和与及（）]{2,12}(?:[、和与及][^，；。：\d、和与及（）]{2,12})+)各(?:自|有|为|是)?(?:领衔)?(?:督办|领办|包案|主办|承办)?$"
)
"""法院、检察院各1件: so many for each of those named."""
_OF_OTHERS = re.compile("(?:其他|其它|其余|余下|剩余|另外)的?$")
_REST_TOLD = re.compile("[^，；。]{0,4}[；，]其[余他它](?:[^，；。\\d]{0,40}?)，(?:共计?|合计|计|一共)有?$")
"""其余为队伍建设、社区警务等方面，共7件: the rest, and no whole."""
_LEFT_BY_MERGING = re.compile("(?:并案|合并|归并)(?:处理)?[^，。；\\d]{0,4}\\d+件(?:之)?后[^，。；\\d]{0,4}$")
"""立案289件，并案12件后为277件"""
_ONLY_THEN = re.compile(r"(?:[比较与同由从]|而|相比)*(?:去年|上年|上一年|前一年|上届)(?:同期)?(?:的|为|是|有|共|度)*")
_RANKED = re.compile(r"(?:数量)?(?:最多|最少|居多|居首|次之|其次)，?$")  # 社会类最多，占38.6%
_HANDLERS = re.compile(r"由[^，；：]{1,20}、[^，；：]{1,20}?(?:承办|办理|负责)(?:的|有|共)*$")  # 由甲、乙和丙承办的
_SUBJECT = re.compile(r"^(?:政协)?(?:人大)?(?:代表)?(?:的)?(?:政协)?(?:委员)?(?:提案|建议|件)+(?=.)")


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
    times: int = 1  # 4位副主席各督办2件: for so many

    @property
    def mention(self):
        return self.count or self.percent

    @property
    def value(self):
        if self.count is None or self.times == 1:
            return self.count.value if self.count else None
        return self.count.value * self.times

    @property
    def sentence(self):
        return self.mention.sentence

    @property
    def paragraph(self):
        return self.mention.paragraph

    @property
    def dimension(self):
        return self.count.dimension if self.count else words.PROPOSALS


def items_of(mentions, session=None):
    """The Items of a letter in order. `session`: that of the letter, as `periods.session_of` gives it."""
    found = []
    for _, sentence in groupby(mentions, key=lambda mention: mention.sentence):
        found += _sentence(list(sentence))
    for item in found:
        item.past, item.year = is_past(item.mention, session), year_of(item.mention)
    _name_counterparts(found)
    return found


def _name_counterparts(items):
    """今年169件，上年178件; 集体提案57件，较上年的49件…: what only last year names is called as the count before it."""
    for before, item in pairwise(items):
        if item.count and item.past and not item.change and _ONLY_THEN.fullmatch(item.count.left):
            like = before if before.count and not before.past and before.sentence == item.sentence else None
            if like is not None and (like.stage or like.facet) and like.dimension == item.dimension:
                item.facet, item.name, item.aspect, item.stage = like.facet, like.name, like.aspect, like.stage


def _sentence(mentions):
    for mention in mentions:
        mark_change(mention, mentions)
    pairs = paired(mentions)
    names = listed_names(mentions)
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


def _counted(mention, percent, names, mentions):
    """The Item of a count: what it is called is told by the words before it, else behind it, else further before."""
    item = Item(mention, percent, change=is_change(mention))
    left = mention.left
    before = next((one for one in mentions if one.at == mention.at - 1), None)
    if before is not None and before.right == left and re.search("(?:和|与|及|以及)$", left):
        left = ""  # 58件B类提案和21件重点提案: these words are the other's
    if within := _WITHIN.match(mention.lead + left) or _PART_SAID.match(left):
        item.within = within.group()
    near = _PART_SAID.sub("", _WITHIN.sub("", left))
    far = _PART_SAID.sub("", _WITHIN.sub("", mention.lead + left))
    if handlers := _HANDLERS.search(mention.lead + left):
        near = handlers.group()
    right = _own_right(mention, mentions)
    if re.match(r"(?:提案|建议|回执|件)*(?:之|当)?中|(?:提案|件)*(?:均|全部|都|皆)", mention.right):
        right = ""  # 40件中, 8件均为A类: the whole itself
    candidates = [names.get(id(mention), ""), near if not is_filler(near) else "", right, far]
    if "之和" in near:
        candidates.insert(0, far)  # A类、B类之和
    if re.match("(?:的)?[A-E]类", right):
        candidates.insert(0, right)  # 继续办好36件B类提案: the letter says which class, whatever is done with it
    others = before is not None and before.dimension != mention.dimension and _OF_OTHERS.search(before.left)
    others = others or _REST_TOLD.match(mention.gap or "")
    if others:
        candidates.insert(0, "其余")  # 其他6位副区长领办8件
    if percent is not None and percent.at < mention.at:
        candidates.append(rate_named(percent) or split_at_share(percent)[0])
    if re.fullmatch(
        r"(?:其中)?[，：]?(?:20\d\d|\d{1,2}|[一二三四五六七八九十]+)[年月](?:度|份)?(?:的|有|共|为)*", near
    ):
        item.label, item.facet, item.name = near, "other", cleaned(near)
        candidates = []
    elif (not others and _WHOLE.search(near)) or (
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
        item.aspect = words.aspect_of(far) or words.aspect_of(mention.said)
    if item.facet in ("rest",) and (found := words.facet_of(right) if right else ("", "", ""))[0]:
        item.aspect = found[2]
    if not item.facet and not candidates:
        item.label = near
    elif not item.facet:
        item.label = next((text for text in candidates if text and not is_filler(text)), far)
        _open_facet(item, item.label if is_filler(near) else near, right, far)
    item.stage = _stage(item, near, right, far)
    several = re.match("[、和及]", mention.after)  # 两位副市长分别督办3件、2件
    if (
        before is not None
        and not several
        and _EACH_OF_THEM.search(left)
        and before.dimension != mention.dimension
        and before.unit
    ):
        item.times = before.value
    elif _EACH_OF_THEM.search(left) and re.match("其[他它余]", cleaned(left)):
        mention.about = True  # 其他副市长各领办2件: of how many is not told
    if (names := _EACH_NAMED.search(mention.gap or left)) and not re.match(r"[^，；。]{0,2}[、和及]\d", mention.after):
        item.times = len(re.split("[、和与及]", names["names"]))
    if percent is not None:
        item.base_words = split_at_share(percent)[1]
        if "based" in percent.flags:
            item.base_count = next(one for one in reversed(mentions) if one.at < percent.at and "base" in one.flags)
            item.base_words = item.base_count.left.rpartition("占")[2]
    return item


def _own_right(mention, mentions):
    """The words behind a count that are its own: not those that name the next number of the chunk."""
    right = mention.right
    behind = next((one for one in mentions if one.at == mention.at + 1), None)
    right = right.partition("占")[0]
    if behind is not None and behind.left == mention.right and re.search("(?:和|与|及|以及)$", right):
        return re.sub("(?:和|与|及|以及)$", "", right)
    if named := _NAMED_WHOLE.match(mention.right):
        return named[1]
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
        re.match(
            r"(?:政协|人大|代表|委员|立案|承办|交办)*(?:提案|建议|回执|反馈|征询|征求意见|测评|评议|评价|意见表|(?:之|当)?中|均|全部|都|皆)",
            noun,
        )
    )
    if re.match(r"(?:立案|政协|委员|[区市县省州])*(?:提案|建议)(?:之|当)?中", mention.right):
        item.is_subject = True
    if item.facet == "unit" and not item.is_subject:
        return ""
    if _LEFT_BY_MERGING.search(mention.said):
        item.facet = item.name = ""
        return words.MERGED
    own = re.split("中|占", mention.right)[0] if item.is_subject else ""
    for text in (near, far if is_filler(near) else "", own):
        if stage := words.stage_of(re.sub("“[^”]*”", "", text)):
            item.facet = item.name = ""
            return stage
    if _SESSIONS_PAPERS.fullmatch(near) and is_filler(mention.right):
        item.facet = item.name = ""
        return words.WHOLE
    if item.is_subject or re.search(r"(?<!公)共(?![享青治建])|总计|合计|总数|总量|提案$|提案[有为]$|建议$", far):
        item.facet = item.name = (
            "" if item.is_subject or re.search(r"(?<!公)共(?![享青治建])|总|合计", far) else item.facet
        )
        return "" if item.facet else words.WHOLE
    if is_filler(far) and is_filler(mention.right):
        return words.WHOLE
    return ""


def _shared(mention, names):
    """The Item of a percentage without a count: a rate, a change, or the share of something named."""
    item = Item(None, mention, change=is_change(mention))
    if item.change:
        return item
    own, item.base_words = split_at_share(mention)
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
    own = _RANKED.sub("", own)
    if is_filler(own) and mention.right.startswith("的"):
        own = mention.right[1:]
    item.label = own
    item.facet, item.name, item.aspect = words.facet_of(own) if own and not is_filler(own) else ("", "", "")
    if not item.facet and not is_filler(own):
        item.facet, item.name = ("topic" if words.TOPIC.search(own) else "other"), cleaned(own)
    return item


def is_exact(item):
    """Whether an Item is a figure of its own, neither about so many nor a change."""
    return not item.change and not any(one.about for one in (item.count, item.percent) if one)
