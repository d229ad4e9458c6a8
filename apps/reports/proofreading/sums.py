"""共计N件 behind its parts: a whole of them, or a part of something larger itself."""

import re

from . import words
from .groups import Group
from .labels import cleaned, is_filler

ADDED = re.compile(
    r"(?:(?:共计|合计|总计|一共|总共|累计|共)(?:为|达|有)?|(?:加起来|合起来|加在一起|拢共)(?:正好|刚好|恰好|一共|就|共)?(?:是|有|为)?|"
    r"(?:共计|合计|总计)(?:主办|承办|办理|办复|答复|办结|提交|收到|立案|督办|领办|领衔督办)(?:重点)?(?:提案)?)$"
)

SOME_OF_THEM = re.compile(
    r"(?:^|[，；：])([前后])([两二三四五六])(?:大?类|项|者|种|位)[^，；：]{0,6}(?:合计|共计|共有?|总计)[^，；：]{0,2}$"
)
"""前两类合计20件: the sum of some of the parts before."""
_NAMES = re.compile(r"([^\d]{2,30}?)(?:提案)?(?:合计|共计|总计|一共|总共|共)(?:有|为|达)?")
_RECENT = 20  # splits


def adds_up(splits, item):
    """共计N件 behind its parts is their whole; A类和B类合计N件 is not."""
    before = splits.before(item)
    if not item.count or before is None or before.group is None or "+" in item.name:
        return False
    if not ADDED.search(item.count.left) or SOME_OF_THEM.search(item.count.left):
        return False
    group = _whole_run(splits, item) or before.group
    if _names_some(item, group):
        return False
    if len(group.counted) < 2 or group.dimension != item.dimension:
        return False
    if before.sentence != item.sentence or (group.base is not None and group.base.sentence == item.sentence):
        return False
    if re.search("其中|另", item.count.lead):
        return False
    if group not in splits.groups:
        taken = {id(part.group) for part in group.items}
        splits.groups[-_RECENT:] = [one for one in splits.groups[-_RECENT:] if id(one) not in taken] + [group]
        for part in group.items:
            part.group = group
    group.base, group.exact, group.rest = item, True, True
    item.facet, item.stage = "", item.stage or words.WHOLE
    item.local = not item.stage
    return True


def _names_some(item, group):
    """教育12件、卫生8件、交通15件，教育、卫生共20件: the sum of those that it names."""
    named = _NAMES.fullmatch(re.split("[，；。：]", item.count.said)[-1])
    names = [cleaned(name) for name in re.split("[、和与及]", named[1])] if named else []
    told = sum(any(name and name in one.count.left for name in names) for one in group.counted)
    return len(names) > 1 and told < len(group.counted)


def is_subtotal(splits, item):
    """民主党派合计80件，占提案总数的22.9%: a sum of parts that is a part itself."""
    name = ADDED.sub("", item.count.left).strip("—-，：（）")
    return bool(item.percent or not is_filler(name)) and any(one.value > item.value for one in splits.able(item))


def _whole_run(splits, item):
    """The split of all counts of a sentence since its last sum, where they are of several and make up 合计N件."""
    run = []
    for one in reversed(splits.same_sentence(item)):
        if one.group is None or one.stage or one.mention.bracket != item.mention.bracket:
            break
        run.insert(0, one)
    several = len({id(one.group) for one in run}) > 1
    if not several or sum(one.value for one in run) != item.value:
        return None
    return Group(run[0].facet, "", item.dimension, None, items=run)
