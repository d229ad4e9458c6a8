"""A paragraph as the numbers in it, each with the words around it; nothing is understood here yet.

Blanks and full-width letters and digits are put aside first; every position is kept, so that a claim can be marked
where it stands. A paragraph is cut into sentences (。！？), those into chunks (，、；：and brackets).
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from .dimensions import dimension_of, inherited, is_of_others
from .periods import heading_of
from .written import COUNT, FOREIGN, PERCENT, numbers_in

_REMEMBERED = 400  # characters of a sentence kept before and behind a number
_LONGEST = 3000  # characters of a sentence

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
        spans = list(numbers_in(line, start, end))
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
            if mention.kind == PERCENT and _OF_WHOM.match(mention.right):
                mention.about = True
            if mention.kind == PERCENT and re.match("的?(?:目标|要求|标准|底线)", mention.right):
                mention.about = True
            of_people = found and found[-1].unit in ("位", "名", "人") and _EACH_OF_THEM.search(mention.left)
            if mention.kind == COUNT and _EACH.search(mention.left) and not of_people:
                mention.kind = FOREIGN
            if mention.kind == COUNT:
                mention.dimension = "" if is_of_others(mention, found) else dimension_of(mention)
                if not mention.dimension:
                    mention.dimension = inherited(mention, [*self.mentions, *found])
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
