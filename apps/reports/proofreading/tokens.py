"""A paragraph as the numbers in it, each with the words around it; nothing is understood here yet.

Blanks and full-width letters and digits are put aside first; every position is kept, so that a claim can be marked
where it stands. A paragraph is cut into sentences (。！？), those into chunks (，、；：and brackets).
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from . import words
from .numerals import CHARACTERS, chinese_decimal, chinese_whole
from .periods import heading_of

_REMEMBERED = 400  # characters of a sentence kept before and behind a number
_LONGEST = 3000  # characters of a sentence
COUNT, PERCENT, POINTS, FOREIGN = "count", "percent", "points", "foreign"

_PUNCTUATION = str.maketrans(",;:()[]【】?!．％﹪「」﹐﹔｡", "，；：（）（）（）？！.%%“”，；。")
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_WIDE[0xFF0F] = ord("/")


def squeezed(text):
    """(the text without blanks, in one width, with Chinese punctuation; where each of its characters stood)."""
    kept, places = [], []
    for place, character in enumerate(text):
        if character.isspace() or character in "\u200b\ufeff\u00ad":
            if kept and kept[-1].isdigit() and _next_is_digit(text, place):
                kept.append(" ")
                places.append(place)
            continue
        kept.append(_in_one_width(text, place, character))
        places.append(place)
    return "".join(kept), places


def _next_is_digit(text, place):
    rest = text[place:].lstrip()
    return bool(rest) and rest[0].isdigit()


def _in_one_width(text, place, character):
    character = character.translate(_WIDE)
    if character == "," and re.match(r"\d,\d{3}(?!\d)", text[max(place - 1, 0) : place + 5]):
        return ","  # 1,234
    return character.translate(_PUNCTUATION)


_CHARACTERS = CHARACTERS.replace("万", "")
_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?:\.\d{1,6})?"
_CHINESE = f"[{_CHARACTERS}]{{1,12}}"
_MEASURE = (
    "分(?![别办为成类管工解析散配布钟])|元|美元|平方|公里|亩|吨|米|千瓦|户|套|栋|所|座|台|辆|张|场|次|天|年|级|岁|倍"
)
_UNIT = r"件次|人次|家次|户次|场次|件|份|篇|宗|家|名|位|人|条|项|个|张|票"
_TOKEN = re.compile(
    rf"""
    (?P<skip>
        〔\d{{4}}〕\d*号? | （(?:19|20)\d{{2}}）\d+号
      | (?:19|20)\d{{2}}(?:[-—–~至到](?:19|20)?\d{{2}})?年(?:度)?(?:\d{{1,2}}月)?(?:\d{{1,2}}[日号])?
      | (?:19|20)\d{{2}}[-./]\d{{1,2}}[-./]\d{{1,2}}
      | \d{{1,2}}月(?:\d{{1,2}}[日号])?(?:[-—–至]\d{{1,2}}日)? | \d{{1,2}}[日时]
      | 第\s*(?:\d+|{_CHINESE})(?:[、，和]\d+){{0,40}}(?:号|件|条|项|个|次|届|名|位|份|家)?
      | (?<!\d)(?:\d{{1,6}}[、，和]){{0,40}}\d{{1,6}}号
      | 一件(?=提案(?:常|往往|可|同时|既|涉及|需|由多))
      | 一(?P<one>[件份张])一(?P=one)
      | 一[件份张个](?:也)?没有
      | 一[件份张个](?:[^，。；、：\d]{{0,8}}[都也](?:没|不(?!满))|都没|也没|不[剩少差落漏])
      | {_CHINESE}(?:届|次(?!提)|五规划) | 十[二三四五六]五 | 一件事 | (?:[每哪]|没有?|[未无]|任何)一[件份]
    )
  | (?P<points>(?<![\d.]){_NUMBER}个?百分点)
  | (?P<ratio>
        (?<![\d.])
        (?: 百分之(?P<cn>{_CHINESE}(?:点[零〇一二三四五六七八九]+)?) | 百分之(?P<an>{_NUMBER}) | (?P<pn>{_NUMBER})%+ )
    )
  | (?P<count>
        (?<![\d.A-Za-z])
        (?P<n>{_NUMBER}|(?<![第每某几同哪这那{_CHARACTERS}]){_CHINESE}|(?<=[这那])[{_CHARACTERS}]{{2,12}})
        (?P<big>万)?(?P<about>余|多|来|几|\+)?(?P<unit>{_UNIT})(?P<more>余|多(?!数|办|承|收|提|出|了|交|答|[\d一二三四五六七八九十]))?
    )
  | (?P<bare>
        (?<![\d.A-Za-z年第]){_NUMBER}(?=[、，和及与])
      | (?<=[为有是、，和及与占达]){_CHINESE}(?=[、，和及与])
    )
  | (?P<money>(?<![\d.]){_NUMBER}[万亿]?[余多]?(?:{_MEASURE}))
    """,
    re.VERBOSE,
)
_ABOUT_BEFORE = re.compile(
    r"(?:近|约|大约|超|超过|逾|将近|接近|不少于|不低于|至少|不到|不足|最多|上千|高于|低于|突破|多于|平均每?)(?:为|达|占|到)?$"
)
_NO_CLAIM = re.compile(
    r"力争|确保|争取(?!上级|.{0,6}(?:支持|资金|政策))|目标|(?<!人)(?<!者)(?<!委员)要求(?!撤|退|转|.*占)|预计|预期|计划(?:完成|达到|办理|于)|不低于|底线|基准|还可|若(?:以|按|将|把|剔|算|用)"
)
_SPEAKER = re.compile(
    r"^(?:问|答|记者|主持人|发言人|[^，。；：\d]{2,10}(?:负责人|负责同志|主任|局长|秘书长|区长|市长|县长|主席))："
)
_INSIDE = re.compile(r"(?<=[件份案])(?:里头|里面|之中|其中(?=[，的]))")
_IN = re.compile(r"(?<=[件份案])里(?![头面外程])")
"""县政协提案里独办28件: as 中."""
_RANGE = re.compile(r"[\d一二两三四五六七八九十][-—–~～至到]$")
_EACH = re.compile(r"每[^，。；、]{0,6}$|平均[^，。；、]{0,8}$|[人年日月户]均[^，。；、]{0,4}$")
_EACH_OF_THEM = re.compile("^[^，；。]{0,8}每人(?:各|领衔|牵头)?(?:督办|领办|包案|主办|包办|办)?$")
"""7位副主席每人督办2件"""
_OF_WHOM = re.compile("(?:以上|以下)?的(?:有|单位|部门|承办单位|地区|[县市区镇])")
"""办复率达到100%的有31个: what some reach, no rate that the letter tells."""
_FROM = re.compile(r"(?:由|从)[^，。；]{0,12}$")
_TO = re.compile(
    r"^[^，。；]{0,14}?(?:增至|升至|降至|减至|增加到|减少到|提高到|提升到|上升到|下降到|增长到|升到|降到|到\d)"
)
_ABOUT_AFTER = re.compile(r"^(?:左右|以上|以下|上下|多|余|[-—–~～至到]\d)")
_SERIES = re.compile(r"分别|各|依次|分列|为|有|是")
_BREAKS = {"。": 4, "！": 4, "？": 4, "；": 3, "：": 2, "，": 2, "（": 1, "）": 1, "、": 1}


@dataclass(eq=False)
class Mention:
    """One number of the letter. `start`, `end` are positions in the paragraph as it was given."""

    paragraph: int
    start: int
    end: int
    kind: str
    value: Decimal
    printed: str
    decimals: int = 0
    unit: str = ""
    dimension: str = ""
    about: bool = False
    sentence: int = 0
    bracket: int = 0  # 0 outside, else a number of its own for each bracket
    left: str = ""  # words before it in its chunk
    right: str = ""  # words after it in its chunk
    lead: str = ""  # words of earlier chunks since the last number
    gap: str = ""  # everything between the previous number and this one
    said: str = ""  # everything of the sentence before it
    heading: str = ""  # the numbered heading that it stands under
    after: str = ""  # everything of the sentence behind it
    series: bool = False
    at: int = 0  # its place among the numbers of the letter
    opens: int = 0  # where its chunk begins
    flags: set = field(default_factory=set)

    @property
    def label(self):
        return self.lead + self.left


class Lexer:
    """Reads paragraphs one after the other; sentences and mentions are numbered through the letter."""

    def __init__(self):
        self.sentence = 0
        self.brackets = 0
        self.heading = ""
        self.mentions = []

    def read(self, number, text):
        """Adds the mentions of a paragraph."""
        line, places = squeezed(text)
        line = _plainly(line)
        self.heading = heading_of(line) or self.heading
        for start, end in _sentences(line):
            self.sentence += 1
            self.mentions += self._sentence(number, line, start, end, places)

    def _sentence(self, number, line, start, end, places):
        spans = list(_numbers(line, start, end))
        chunks = _chunks(line, start, end, spans)
        depth_of = self._depths(line, start, end)
        found, owned = [], None
        last_end = start
        for place, (begin, stop, values) in enumerate(spans):
            following = spans[place + 1][0] if place + 1 < len(spans) else end
            chunk_start, chunk_end = next((a, b) for a, b in chunks if a <= begin < b or begin == a)
            mention = Mention(
                paragraph=number,
                start=places[begin],
                end=places[stop - 1] + 1,
                sentence=self.sentence,
                bracket=depth_of.get(begin, 0),
                left=line[max(chunk_start, last_end) : begin],
                right=line[stop : min(chunk_end, following)],
                lead=_lead(line, chunks, owned, start, chunk_start),
                gap=line[max(last_end, begin - _REMEMBERED) : begin],
                said=line[max(start, begin - _REMEMBERED) : begin],
                heading=self.heading,
                after=line[stop : min(end, stop + _REMEMBERED)],
                at=len(self.mentions) + len(found),
                opens=places[min(max(chunk_start, last_end), begin)],
                **values,
            )
            mention.about = mention.about or bool(
                _ABOUT_BEFORE.search(line[start:begin][-6:]) or _ABOUT_AFTER.match(line[stop : stop + 3])
            )
            mention.about = mention.about or bool(
                (_FROM.search(mention.left) and _TO.match(line[stop:end]))
                or _RANGE.search(mention.left)
                or _NO_CLAIM.search(mention.lead[-10:] + mention.left)
            )
            if mention.kind == PERCENT and re.search("目标|指标", mention.heading):
                mention.about = True
            if mention.kind == PERCENT and re.match(
                "(?:以上|以下)?的(?:有|单位|部门|承办单位|地区|[县市区镇])", mention.right
            ):
                mention.about = True  # 办复率达到100%的有31个
            if mention.kind == PERCENT and re.match("的?(?:目标|要求|标准|底线)", mention.right):
                mention.about = True
            of_people = found and found[-1].unit in ("位", "名", "人") and _EACH_OF_THEM.search(mention.left)
            if mention.kind == COUNT and _EACH.search(mention.left) and not of_people:
                mention.kind = FOREIGN
            if mention.kind == COUNT:
                mention.dimension = "" if _is_of_others(mention, found) else dimension_of(mention)
                if not mention.dimension:
                    mention.dimension = _inherited(mention, [*self.mentions, *found])
                if not mention.dimension:
                    mention.kind = FOREIGN
            found.append(mention)
            last_end = owned = stop
            if mention.right and (longer := _longer_right(line, stop, following)):
                mention.right, owned = longer, stop + len(longer)
        return found

    def _depths(self, line, start, end):
        """Position → number of the bracket that it stands in."""
        inside, found = [], {}
        for place in range(start, end):
            if line[place] == "（":
                self.brackets += 1
                inside.append(self.brackets)
            elif line[place] == "）" and inside:
                inside.pop()
            if inside:
                found[place] = inside[-1]
        return found


def _plainly(line):
    """The line without titles in 《…》 and names of speakers, which say nothing of numbers; its length stays."""
    line = re.sub("^[·‧∙・](?=\\D)", "•", line)
    line = _SPEAKER.sub(lambda match: "，" * len(match.group()), line)
    line = _IN.sub("中", _INSIDE.sub("当中", line))
    return re.sub(r"《[^》]*》", lambda match: "《" + "＿" * (len(match.group()) - 2) + "》", line)


def _sentences(line):
    """(start, end) of each sentence; what has no end is cut into lengths that can be worked with."""
    for start, end in _ended(line):
        while end - start > _LONGEST:
            yield start, start + _LONGEST
            start += _LONGEST
        yield start, end


def _ended(line):
    start = 0
    for match in re.finditer(r"[。！？](?:”|）)?|(?<=.)(?=[○◯◆●■□▲△◇★☆※•▪►▶➢])", line):
        yield start, match.end()
        start = match.end()
    if start < len(line):
        yield start, len(line)


def _chunks(line, start, end, spans):
    inside = {place for begin, stop, _ in spans for place in range(begin, stop)}
    chunks, begin = [], start
    for place in range(start, end):
        if line[place] in _BREAKS and place not in inside:
            chunks.append((begin, place))
            begin = place + 1
    return [*chunks, (begin, end + 1)]


def _longer_right(line, stop, following):
    """The words behind a number up to a comma: 9件属正在解决、或列入计划的B类. "" where another number comes first."""
    end = next((place for place in range(stop, following) if line[place] in "，；：。！？（）"), None)
    return line[stop:end] if end is not None else ""


def _lead(line, chunks, last_end, start, chunk_start):
    """The words between the chunk of the last number (None: there is none) and this chunk, back to a strong break."""
    first = start
    if last_end is not None:
        first = next(stop for begin, stop in chunks if begin <= last_end <= stop) + 1
    text = line[first:chunk_start] if first < chunk_start else ""
    text = text.rsplit("；", 1)[-1]
    return text.rsplit("：", 1)[-1] if not text.endswith("：") else text


def _numbers(line, start, end):
    """(start, end, fields) of every number that can be a claim, in order."""
    found = []
    for match in _TOKEN.finditer(line, start, end):
        if match["points"]:
            value = re.match(_NUMBER, match["points"]).group()
            found.append((match, _fields(POINTS, value)))
        elif match["ratio"]:
            found.append((match, _ratio(match)))
        elif match["count"]:
            found.append((match, _count(match)))
        elif match["bare"]:
            found.append((match, _bare(match["bare"])))
        elif match["money"]:
            found.append((match, _measured(match["money"])))
    found = [(match, values) for match, values in found if values]
    _resolve_series(line, start, found)
    return [(match.start(), match.end(), values) for match, values in found if values["kind"] != "bare"]


def _fields(kind, text, **more):
    text = text.replace(",", "")
    return {"kind": kind, "value": Decimal(text), "printed": text, "decimals": len(text.partition(".")[2])} | more


def _measured(written):
    """4.8亿元, 23场, 9400余户."""
    number = re.match(_NUMBER, written).group()
    unit = written[len(number) :]
    return _fields(FOREIGN, number, unit=re.sub("[余多]", "", unit), about=bool(re.search("[余多]", unit)))


def _ratio(match):
    if match["cn"]:
        value = chinese_decimal(match["cn"])
        if value is None:
            return None
        printed = str(value)
    else:
        printed = match["an"] or match["pn"]
    misprint = {"flags": {"misprint"}} if match["ratio"].endswith("%%") else {}
    return _fields(PERCENT, printed) | misprint


def _bare(written):
    if written[0].isdigit():
        return _fields("bare", written)
    return _fields("bare", str(chinese_whole(written)), flags={"chinese"})


def _count(match):
    written = match["n"]
    value = written if written[0].isdigit() else chinese_whole(written)
    unit = match["unit"]
    if value is None:
        return None
    if "." in str(value) and not match["big"]:
        return _fields(FOREIGN, value, unit=unit)  # 平均每家3.4件
    fields = _fields(COUNT, str(value), unit=unit, about=bool(match["about"] or match["more"] or match["big"]))
    if not written[0].isdigit():
        fields["flags"] = {"chinese"}
    if match["big"]:
        fields["value"] *= 10_000
    return fields


def _resolve_series(line, start, found):
    """Bare numbers of a list take kind and unit from the number that ends it: 183、9、5件."""
    for place in range(len(found) - 1, -1, -1):
        match, values = found[place]
        if values["kind"] != "bare":
            continue
        behind = found[place + 1] if place + 1 < len(found) else None
        joined = behind and re.fullmatch(r"[、，和及与]", line[match.end() : behind[0].start()])
        if not joined or behind[1]["kind"] not in (COUNT, PERCENT):
            continue
        if ("chinese" in behind[1].get("flags", ())) != ("chinese" in values.get("flags", ())):
            continue
        if behind[1].get("series") or _SERIES.search(line[max(start, match.start() - 30) : match.start()]):
            kind = behind[1]["kind"]
            if kind == COUNT and values["decimals"]:
                continue
            values.update(kind=kind, unit=behind[1].get("unit", ""), series=True)
            behind[1]["series"] = True


_DONE_WITH = re.compile(
    "(?:已|共|其中|均|已经)*(?:办结|化解|解决|完成|采纳|回复|处理|调解|审结|销号|整改|办复|答复|受理)(?:了)?"
)


def _is_of_others(mention, found):
    """信访事项30件，化解27件: what was done with the papers counted right before, which are no proposals."""
    before = next((one for one in reversed(found) if one.kind != PERCENT), None)
    return (
        before is not None
        and before.kind == FOREIGN
        and before.unit == mention.unit
        and before.unit in ("件", "份", "篇", "宗")
        and "；" not in mention.gap
        and bool(_DONE_WITH.fullmatch(mention.left))
        and not re.search("提案|建议", mention.lead + mention.right)
    )


def _inherited(mention, before):
    """A count of the same unit right before lends what it counts: 54个承办单位…分为三个等次：优秀15个，良好31个."""
    last = next((one for one in reversed(before) if one.kind == COUNT), None)
    if last is None or last.unit != mention.unit or mention.sentence - last.sentence > 1 or mention.right:
        return ""
    if any(
        one.kind == FOREIGN and one.unit == mention.unit and one.at > last.at and "chinese" not in one.flags
        for one in before[-6:]
    ):
        return ""
    among = re.search("其中[^。；]{0,80}$", mention.said) and len(mention.left) < 10 and mention.gap[:1] in "，、（"
    linked = among or "lent" in last.flags or re.search("其中|分[为成]|按.{1,8}分|：", mention.said[-30:])
    if not linked:
        return ""
    mention.flags = {*mention.flags, "lent"}
    return last.dimension


def _is_vote(mention):
    """收回评议票179张, 满意151票: papers that are returned, not 4张桌子."""
    said = mention.said[-60:] + mention.after[:60]
    of_papers = re.search(
        "(?<![门车发机钞股邮彩])票(?![据房价款券务])|测评[表卡]|评[议价][表卡]|征询[意见]*表|意见表|问卷|反馈表|回执",
        said,
    )
    rated = re.search("满意|理解|谅解", mention.left + mention.right)
    behind = re.match("[^，。；的、]{0,4}(?:桌|床|照片|名片|图|牌|证|卡|网|光盘|凳|椅|单(?!位)|海报)", mention.right)
    other = behind or re.search("(?:桌子?|床位?|照片|图纸?|[黄红]牌|证书?|卡片?|海报)$", mention.left)
    return bool(of_papers or rated) and not other


def dimension_of(mention):
    """What a count counts, "" for what is no matter of such a letter."""
    left, right = mention.left[-12:], mention.right[:12]
    beside = left + right
    if mention.unit in ("件次", "人次", "家次", "户次", "场次"):
        return ""
    if mention.unit in ("件", "份", "篇", "宗"):
        if words.OTHER_ADVICE.search(beside):
            return ""
        if words.OWN.search(beside):
            return words.PROPOSALS
        if words.FOREIGN_BEHIND.match(right) or words.FOREIGN_BEFORE.search(left):
            what_became = words.facet_of(mention.label)[0], words.facet_of(right)[0]  # 其余32件转作社情民意
            return words.PROPOSALS if "review" in what_became else ""
        return words.PROPOSALS
    if mention.unit in ("张", "票"):
        return words.PROPOSALS if _is_vote(mention) else ""
    if mention.unit in ("个", "条", "项"):
        if re.match(
            r"(?:有关|市直|区级|区属|承办|主办|会办|协办|牵头)?(?:单位|部门|承办|主办|镇|街道|乡镇|委办局)", right
        ):
            return words.UNITS
        if re.match(r"(?:政协)?(?:委员)?(?:重点)?(?:[A-E]类)?(?:提案|建议)", right) or re.search(
            r"(?:提案|[A-E]类)(?:的)?(?:[共有为计]|数量|总数)*$", left
        ):
            return "" if "chinese" in mention.flags and mention.value < 2 else words.PROPOSALS
        return ""
    if mention.unit == "家":
        return words.UNITS if words.NOUNS[words.UNITS].search(beside) else ""
    return words.PEOPLE if words.NOUNS[words.PEOPLE].search(beside) else ""
