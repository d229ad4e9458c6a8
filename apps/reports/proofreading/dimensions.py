"""What a count counts: proposals with their papers, units, people, or nothing of the matter."""

import re

from . import words
from .written import COUNT, FOREIGN, PERCENT

_DONE_WITH = re.compile(
    "(?:已|共|其中|均|已经)*(?:办结|化解|解决|完成|采纳|回复|处理|调解|审结|销号|整改|办复|答复|受理)(?:了)?"
)


def is_of_others(mention, found):
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


def inherited(mention, before):
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
