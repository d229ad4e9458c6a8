"""What is said of all, against those of whom the letter itself tells otherwise.

全部按期答复 and, further down, 4件拖到9月下旬才答复; 见面率100% and 3件未能见面; 满意率100% and 不满意2件; 均为A类 and
a list with （B类）. An exception that ended before the sentence about all (经重新办理现已满意) is none.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from . import words
from .arithmetic import fits, plain, share
from .tokens import squeezed
from .written import COUNT, FOREIGN, PERCENT

_DONE = r"(?:办复|答复|办结|回复|办理完毕|办理完成|办完|反馈|寄送|送达)"
_ANSWERED = r"(?:办复|答复|回复)"
_NOT_YET = r"(?:尚未|仍未|还未|至今未|(?:还|仍|至今)没有|未能)"
_IN_TIME = r"(?:按期|按时|如期|限期内|期限内|时限内|规定时间内|月底前|月底以前|[日月]前|之前)"
_LENGTH = r"[一二两三四五六\d]{1,3}个?(?:月|工作日|天|日)"
_SO_LONG = rf"(?:{_LENGTH}(?:的?(?:办理|答复|法定)?[期时]限)?(?:之内|以内|内))"
_MET = r"(?:见面|面商|会面|面谈|当面|走访|上门|登门|沟通|联系)"


_FACE = r"(?:[带率]队)?(?:见面|面商|会面|面谈|当面|走访|上门|登门)"


@dataclass(frozen=True)
class Kind:
    """`all_of`: the words of all, `rate`: the name of a rate of 100 %, `other`: the words of an exception.

    The first are looked for in a sentence or clause, the last in the words around a count.
    """

    all_of: re.Pattern
    rate: re.Pattern
    other: re.Pattern
    excuse: bool = True  # whether an exception that was agreed on is none


KINDS = (
    Kind(
        re.compile(
            rf"(?:全部|均|都|皆|一律|件件|百分之百)[^，。；]{{0,14}}?{_IN_TIME}[^，。；]{{0,6}}{_DONE}|(?:全部|均|都){_IN_TIME}{_DONE}"
        ),
        re.compile(r"(?:按期|按时|如期|及时|限时|时限内|期限内)[^，。；]{0,4}率"),
        re.compile(
            rf"超期|逾期|超时|超过(?:规定)?[期时]限|(?:未|没有|未能|没能){_IN_TIME}{_DONE}?|(?:拖|推迟|延迟|延误|延后|延期|迟|延)[到至][^，。；]{{0,12}}{_DONE}|"
            rf"[日月旬底天]才[^，。；]{{0,6}}{_DONE}|(?:延期|延迟|推迟|迟)(?:{_LENGTH}|办理|{_DONE})"
        ),
    ),
    Kind(
        re.compile(
            rf"(?:全部|均|都|皆|一律|百分之百)[^，。；]{{0,4}}?{_SO_LONG}[^，。；]{{0,6}}{_DONE}|(?:没有|无|未出现)(?:任何)?[一1](?:件|份)[^，。；]{{0,4}}(?:超期|逾期|超时|延期)"
        ),
        re.compile(rf"{_SO_LONG}(?:内)?{_DONE}率"),
        re.compile(
            rf"超期|逾期|超时|超过(?:规定)?[期时]限|超过{_LENGTH}|(?:拖|推迟|延迟|延误|延后|延期|延长|迟|延)[到至][^，。；]{{0,12}}{_DONE}|[日月旬底]才[^，。；]{{0,6}}{_DONE}"
        ),
        excuse=False,  # who asked for more time did not answer in that time
    ),
    Kind(
        re.compile(rf"(?:全部|均|都|皆)(?:已|已经)?(?:得到|(?:在[^，。；]{{0,8}})?{_IN_TIME})?{_ANSWERED}"),
        re.compile(r"^(?:提案)?(?:办复|答复|回复)率"),
        re.compile(
            rf"{_NOT_YET}{_ANSWERED}|[仍还尚]有，(?:提案)?未{_ANSWERED}"
        ),  # 全部答复，尚未办结1件: an answered one may be open
    ),
    Kind(
        re.compile(rf"(?:全部|均|都|皆)(?:已|已经)?(?:得到|(?:在[^，。；]{{0,8}})?{_IN_TIME})?(?!{_ANSWERED}){_DONE}"),
        re.compile(r"^(?:提案)?办结率"),
        re.compile(
            rf"{_NOT_YET}(?!反馈){_DONE}|[仍还尚]有，(?:提案)?未(?!反馈){_DONE}|(?:[仍还尚剩]|另外?)有?，(?:提案)?(?:仍|还)?(?:正?在)(?:抓紧|继续|加紧)*办理"
        ),
    ),
    Kind(
        re.compile(rf"(?:全部|均|都|皆|逐一|逐件)(?:做到|实现|进行|与[^，。；]{{0,8}})?(?:了|先)?{_MET}"),
        re.compile(rf"{_MET}(?:协商|沟通|率)"),
        re.compile(rf"(?:未|没有?|未能|没能|无法|始终未能|始终没有|始终没能)(?:与|和|同|跟)?[^，。；]{{0,8}}?{_MET}"),
    ),
    Kind(
        re.compile(
            rf"(?:全部|均|都|皆|逐一|逐件)(?:由[^，。；、]{{2,12}})?(?:做到|实现|进行|与[^，。；]{{0,8}})?(?:了)?{_FACE}"
        ),
        re.compile("(?:见面|面商|会面|面谈)[^，。；]{0,2}率"),
        re.compile(
            "(?:另外?|其[余他它]|余下|剩余|[只仅]|改|因)，?[^，。；]{0,12}?(?:电话|书面|微信|邮件|函件|视频)[^，。；]{0,4}(?:沟通|联系|答复|征求|函复|代替)"
        ),
    ),
    Kind(
        re.compile(
            r"(?:全部|均|都|一律|(?<=答复)全文|(?<=提案)全文)(?:已|予以|主动|依法)*(?:向社会|全文)*公开(?!的?\d)"
        ),
        re.compile(r"公开率"),
        re.compile(r"(?:不予?|未予?|不宜|没有)(?:主动)?公开"),
    ),
    Kind(
        re.compile(r"(?:全部|均|都)(?:已)?(?:收回|回收|交回|寄回|返回)"),
        re.compile(r"回收率|收回率|反馈率|返回率|回执率"),
        re.compile(r"(?:尚未|还未|仍未|未|没有)(?:收回|回收|交回|寄回|返回|反馈)|在途"),
    ),
)
_SOME = re.compile(
    r"主办|会办|协办|重点|平时|大会|集体|[A-E]类|延期|[上下]半年|季度|其余|其他|剩余|余下|这[几些\d]|首批|部分|今后|明年|下一步|要求|确保|力争|必须|应当|应在|承诺"
)
"""Words that make it all of some, or an aim."""
_NAMED = {"主办", "会办", "协办", "重点", "平时", "大会", "集体", *(f"{letter}类" for letter in "ABCDE")}
"""Those that name a part: all of it are contradicted by some of it."""
_OVER = re.compile(r"截至(?!目前)|月底|当时|曾|首次|之前|现已|目前已|随后|已补|已于|此后|经协调|同意|批准|准许|注销|撤")
_SINCE = re.compile("截至|当时|曾|去年|上年|往年|注销|撤|[没未无]有?[^，。；]{0,6}(?:超期|逾期|超时)")
AGAIN = re.compile(
    r"(?:重新办理|二次办理|二次答复|再次办理|重新答复|再次答复|重办|补办|整改|再次沟通)(?:之?后|，[^。]{0,16}(?:满意|认可|理解))|最终|改评|现[已均][^，。；]{0,8}(?:满意|认可|理解)|"
    r"转为[“]?(?:基本)?满意|均转|第二次(?:评价|测评)"
)
_OF_A_UNIT = re.compile(
    "(?<![我本各])(?:局|委(?!员)|办(?![理复结完])|镇|乡|街道|院|公司|中心|县|区|市)(?:的)?[^，。；]{0,10}率"
)
ALL_OF_CLASS = re.compile(
    r"(?:均|全部|都|皆|一律)(?:为|是|属|属于|评为|办成|列为)([A-E])类(?!提案?[或和及与、]|[或和及与、/])"
)
_ALL_CLOSED = re.compile("(?:全部|均|都|皆)(?:已|已经)?(?:办结|办理完毕|办理完成|办完)")
_STILL_OPEN = re.compile(
    "第\\d+号[^。；]*?(?:(?:仍|还|尚|正)在(?:抓紧|继续)?办理|(?:尚未|未能|没能|还没有?|仍未)(?:办结|办完)|(?:预计|计划|拟于?|有望)[^，。；]{2,10}(?:办结|办完|答复))"
)
_NOTICE = re.compile("(?:通知书?|通报|督办[单函]|提醒函|警示函|清单)$")
"""对逾期未办的发出督办通知9份"""
_RATE_OF_DOING = re.compile("(?:办复|答复|办结|回复|面商|见面|面谈|沟通)率")
_PAPER = re.compile("第\\d+号")
_QUOTED = 40  # characters
_LISTED = 2000  # characters in which a list of titles is looked for
_MARK = re.compile(r"（([A-E])类）")


def check_exceptions(splits, mentions, marks):
    """Every sentence of all against every count of those that are none of them."""
    sentences = _sentences(mentions, marks.paragraphs)
    for kind in KINDS:
        _check_kind(kind, splits, mentions, sentences, marks)
    _check_named_papers(mentions, sentences, splits, marks)
    _check_satisfied(splits, marks)
    _check_marked_classes(mentions, marks)


def _sentences(mentions, lines):
    """[(first Mention, words)] of every sentence that has a number."""
    found = {}
    for one in mentions:
        found[one.sentence] = (found.get(one.sentence, (one,))[0], one.said + _printed(one, lines) + one.after)
    return list(found.values())


def _printed(mention, lines):
    return lines[mention.paragraph][mention.start : mention.end]


def _check_kind(kind, splits, mentions, sentences, marks):
    exceptions = [
        one
        for one in mentions
        if one.kind == COUNT
        and one.dimension == words.PROPOSALS
        and one.value > 0
        and kind.other.search(_about(one))
        and not kind.all_of.search(_about(one))
        and not _NOTICE.search(one.left)
        and not (_OVER if kind.excuse else _SINCE).search(_about(one))
        and not _is_of_other_papers(one, mentions)
    ]
    exceptions = exceptions or _named_exceptions(kind, mentions, marks.paragraphs)
    if not exceptions:
        _check_lesser_rate(kind, splits, mentions, sentences, marks)
        return
    for one in mentions:
        of_all = one.kind == PERCENT and one.value == 100 and not one.about and _is_rate_of_all(kind, one)
        if of_all and not _is_of_so_many(one, mentions):
            _contradicted(one, exceptions, splits, marks)
            return
    for first, text in sentences:
        match = kind.all_of.search(text)
        if not match or _past(first, splits):
            continue
        counted = [one for one in mentions if one.sentence == first.sentence and one.kind == COUNT]
        if counted and "其中" in counted[0].lead + counted[0].left:
            continue  # 所有提案均上门走访或电话沟通，其中上门走访256件
        some = set(_SOME.findall(_clause_of(text, match)))
        like = [
            one
            for one in exceptions
            if some
            and (some & _NAMED == set(_SOME.findall(_about(one))) == some or one.sentence == first.sentence)
            and some <= _NAMED
        ]
        if like or not some:
            _contradicted((counted or [first])[0], like or exceptions, splits, marks)
            return
    _check_unnumbered(kind, exceptions, marks)


def _check_lesser_rate(kind, splits, mentions, sentences, marks):
    """120件提案已全部办复, and further down 办复率98.3%，另有2件正在办理, which is all but these."""
    rates = [
        one
        for one in mentions
        if one.kind == PERCENT
        and 0 < one.value < 100
        and not (one.about or "change" in one.flags or _past(one, splits))
        and _RATE_OF_DOING.search(one.left)
        and _is_rate_of_all(kind, one)
        and not re.search(f"{_OVER.pattern}|[比较与同由从]", one.said)
    ]
    for first, text in sentences if rates else ():
        match = kind.all_of.search(text)
        if match and not _SOME.search(_clause_of(text, match)) and not _past(first, splits) and first.kind == COUNT:
            rate = next(
                (
                    one
                    for one in rates
                    if _is_beside(first, one) or (one.sentence > first.sentence and _is_of(first, one, mentions))
                ),
                None,
            )
            if rate is not None and first.dimension == words.PROPOSALS and id(first) not in marks.wrong:
                told = f"前文说{plain(first.value)}件全部如此，后面的比例却是{rate.printed}%。"
                marks.fault("sum", [first], plain(first.value), "不是全部", told, rate, tail=first.right)
            return


def _is_beside(count, rate):
    """25件提案均已办结，办结率99%: told right behind, of nothing else."""
    return rate.sentence == count.sentence and rate.at == count.at + 1 and rate.gap.count("，") == 1


def _is_of(whole, rate, mentions):
    """Whether a count of the letter, or all but it, is that rate of a whole."""
    counts = [one.value for one in mentions if one.kind == COUNT and one.value < whole.value]
    return any(fits(value, whole.value, rate) or fits(whole.value - value, whole.value, rate) for value in counts)


def _named_exceptions(kind, mentions, lines):
    """第19号、第52号提案因测设延误，超期11天才答复: a number of a clause that names papers by theirs."""
    found = []
    for one in mentions:
        text = one.said + _printed(one, lines) + one.after
        clause = next(
            (part for part in re.split("[。；]", text) if kind.other.search(part) and _PAPER.search(part)), ""
        )
        if clause and not (_OVER if kind.excuse else _SINCE).search(clause):
            found.append(replace(one, value=Decimal(len(_PAPER.findall(clause)))))
    return [one for one in found if _PAPER.search(one.said)][:1] or found[:1]


def _check_unnumbered(kind, exceptions, marks):
    """所有提案均在6月30日前答复完毕, which has no number, and further down 2件延至7月15日答复."""
    for number, line in enumerate(marks.paragraphs):
        for sentence in re.split("[。！？]", squeezed(line)[0]):
            match = kind.all_of.search(sentence)
            if not match or _SOME.search(_clause_of(sentence, match)) or re.search("\\d+件|去年|上年", sentence):
                continue
            other = next((one for one in exceptions if one.paragraph >= number), None)
            if other is not None:
                told = f"这里说全部如此，后面又有{plain(other.value)}件例外。"
                marks.fault(
                    "repeat", [], match.group(), "不是全部", told, other, where=_clause_of(sentence, match)[-_QUOTED:]
                )
            return


def _check_named_papers(mentions, sentences, splits, marks):
    """9件提案已全部办结, and further down 第071号…仍在办理，预计明年3月办结."""
    for first, text in sentences:
        match = _ALL_CLOSED.search(text)
        if not match or _SOME.search(_clause_of(text, match)) or _past(first, splits):
            continue
        if re.search("第\\d+号", _clause_of(text, match)):
            continue  # 第5号、第9号，均已办结: of those that it names
        said = next((one for one in mentions if one.sentence == first.sentence and one.kind == COUNT), None)
        if said is None or said.dimension != words.PROPOSALS or id(said) in marks.wrong:
            continue
        open_ones = [line for line in _lines_behind(said, marks.paragraphs) if _STILL_OPEN.search(line)]
        if open_ones and said.value > len(open_ones):
            told = f"前文说{plain(said.value)}件全部办结，后面{open_ones[0][:12]}…仍在办理。"
            expected = plain(said.value - len(open_ones))
            marks.fault("sum", [said], plain(said.value), expected, told, tail=said.right)
        return


def _lines_behind(mention, lines):
    """What follows a number, cut into clauses and lines."""
    text = lines[mention.paragraph][mention.end :] + "\n" + "\n".join(lines[mention.paragraph + 1 :])
    return re.split("[。；\n]", squeezed(text.replace("\n", "。"))[0])


def _is_of_other_papers(count, mentions):
    """发出检察建议93件，只有1件尚未回复: of what is counted right before it, which is no proposal."""
    before = next((one for one in mentions if one.at == count.at - 1), None)
    while before is not None and before.kind == PERCENT:
        before = next((one for one in mentions if one.at == before.at - 1), None)
    return (
        before is not None
        and before.sentence == count.sentence
        and before.unit == count.unit
        and before.kind == FOREIGN
        and "；" not in count.gap
        and not words.OWN.search(count.left)
    )


def _about(count):
    """What is said of a count: the words before it in its clause, and behind it up to the next count or full stop."""
    behind = re.split(r"[；。]|\d+[件份]", count.after)[0]
    if re.match(r"\d+[件份]", count.after[len(behind) :]) and re.search("[，、]", behind):
        behind = re.split("[，、](?=[^，、]*$)", behind)[
            0
        ]  # 摘要公开30件，不予公开8件: the last words are of the next one
    headed = re.match(r"[^，。；：\d]{2,8}：", count.said)  # 逾期情况：甲镇1件
    return (headed.group() if headed else "") + count.left + "，" + behind


def _clause_of(text, match):
    start = max(text.rfind(mark, 0, match.start()) for mark in "。；") + 1
    return text[start : match.end()]


def _is_rate_of_all(kind, percent):
    several = re.search("(?:均|都|皆)", percent.left)  # 面商率、办复率均达100%
    label = re.split("[，；：]" if several else "[，；：、]", percent.lead)[-1] + percent.left
    if _OF_A_UNIT.search(label):
        return False  # 区司法局按时率100%
    return bool(kind.rate.search(label)) and not _SOME.search(percent.lead + percent.left)


def _is_of_so_many(percent, mentions):
    """应公开的276件，已公开276件，公开率100%: the rate of the two counts that stand right before it."""
    before = [one for one in mentions if percent.at - 2 <= one.at < percent.at and one.sentence == percent.sentence]
    return len(before) > 1 and before[0].unit == before[1].unit != "" and before[0].value == before[1].value


def _past(mention, splits):
    return any(item.past for item in splits.items if item.mention is mention)


def _contradicted(said, exceptions, splits, marks):
    """A finding where the exceptions are told of elsewhere than what they contradict, or right behind it."""
    other = next((one for one in exceptions if one is not said and one.at > said.at), None)
    if other is None or _past(other, splits):
        return
    if said.kind == PERCENT:
        whole = next((one for one in reversed(splits.wholes) if one.count.at < said.at and not one.past), None)
        expected = share(whole.value - other.value, whole.value, 1) if whole and whole.value > other.value else ""
        told = f"文中另有{plain(other.value)}件例外，不能是100%。"
        marks.fault("percent", [said], said.printed, expected or "低于100", told)
    elif said.value > other.value and not _are_both_of(said, other, splits):
        told = f"前文说{plain(said.value)}件全部如此，这里又有{plain(other.value)}件例外。"
        marks.fault("sum", [said], plain(said.value), plain(said.value - other.value), told, tail=said.right)


def _are_both_of(said, other, splits):
    """可公开的177份已全部公开，25份不予公开, of 202: the others are none of those of whom all is said."""
    return any(one.count and one.value == said.value + other.value for one in splits.items)


def _check_satisfied(splits, marks):
    """满意率100% beside 不满意2件."""
    bad = [
        item
        for item in splits.items
        if item.count
        and item.value
        and item.facet == "rating"
        and item.name == "不满意"
        and item.aspect != "首次"
        and not item.past
        and not item.change
    ]
    of_one = {one.value for one in bad if one.aspect}
    bad = [one for one in bad if one.aspect or one.value not in of_one]  # named again, without saying of what
    text = "".join("".join(marks.paragraphs).split())
    if not bad or AGAIN.search(text):
        return
    for item in splits.items:
        if (
            item.rate
            and re.search("满意(?:率|度)", item.rate)
            and "不满意" not in item.rate
            and item.percent
            and item.percent.value == 100
            and not item.percent.about
            and not item.past
            and not _OF_PLACES.search(item.percent.lead + item.percent.left)
            and id(item.percent) not in marks.wrong
            and (other := next((one for one in bad if _may_be_of(one, item)), None))
        ):
            base = other.group.base.value if other.group and other.group.base else None
            expected = share(base - other.value, base, 1) if base and base > other.value else "低于100"
            told = f"文中有不满意{plain(other.value)}件，满意率不能是100%。"
            marks.fault("percent", [item.percent], item.percent.printed, expected, told)
            return


_OF_PLACES = re.compile("单位|部门|[局镇乡]|街道|委(?!员)")


def _may_be_of(bad, rate):
    """Whether a rate can be of the same papers and the same aspect as a rating."""
    clause = re.split("[；。]", rate.percent.said)[-1]  # 对办理态度表示满意的118份，满意率100%
    told = words.aspect_of(rate.rate) or words.aspect_of(clause)
    of_bad = bad.aspect or words.aspect_of(bad.count.said)
    if told and of_bad and told != of_bad:
        return False
    return not _SOME.search(rate.percent.lead + rate.percent.left)


def _check_marked_classes(mentions, marks):
    """均为A类, and behind it a list of titles marked （A类） and （B类）."""
    for one in mentions:
        text = one.after
        match = ALL_OF_CLASS.search(text)
        if one.kind != COUNT or match is None or re.search("[；。]", text[: match.start()]):
            continue
        listed = _MARK.findall("".join(_squeezed_behind(one, marks.paragraphs)))
        others = [code for code in listed if code != match[1]]
        if others:
            told = f"后面所列的有{len(others)}件是{'、'.join(sorted(set(others)))}类，不能说均为{match[1]}类。"
            expected = plain(one.value - len(others)) if one.value >= len(others) else ""
            marks.fault("sum", [one], plain(one.value), expected, told)
            return


def _squeezed_behind(mention, lines):
    """What follows a number in its paragraph and the next ones, without blanks."""
    here = lines[mention.paragraph][mention.end : mention.end + _LISTED]
    text = here + "".join(lines[mention.paragraph + 1 : mention.paragraph + 13])
    return squeezed(text)[0]
