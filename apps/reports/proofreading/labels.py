"""What introduces a label and what leads over to its number, put aside."""

import re
from functools import lru_cache

_FILLER = (
    r"其中|另外|另有|另|还有|还|又|仅有|仅|只有|只|共计|共有|合计|总计|一共|总共|共|有|为|是|计|达到|达|约|近|分别|依次|各|的|已|了|即|"
    r"截?至\d{1,2}月(?:\d{1,2}日|底|末)?|至此|也|均|都|则|其|数量|总数|件数|数|提案|建议|政协|委员会|截至目前|截至今年|目前|今年以来|今年|本年度|本年|本届|年度|全年|全[区市县省州]|[我本][区市县省州局委镇街院校馆]|[区市县省州]|20\d\d年|，|、|：|（|）|“|”|"
    r"(?:第)?[一二三四五六七八九十]+(?:是|、|）)|\d+[.、]|[①-⑩]|属于|属|列为|定为|评为|被|表示|和|及|与|或|该类|此类|这部分|这些|这|该|那|上述|以来|从|在|对|比例|比重|占比|比|件|全部|所有|[○◯◆●■□▲△◇★☆※•▪►▶➢]"
)
_ONLY_FILLER = re.compile(f"(?>{_FILLER})*+")  # possessive: a hostile text makes nobody try every way
_HEAD = re.compile(
    r"^(?:[○◯◆●■□▲△◇★☆※•▪►▶➢]|其中|另外|另有|另|还有|又|，|、|：|（|）|(?:第)?[一二三四五六七八九十]+(?:是|、|）)|\d+[.、]|[①-⑩]|仅|只|截至目前|目前|属于|属)+"
)
_TAIL = re.compile(r"(?>共有|共计|的|有|共|为|是|计|分别|依次|各|达到|达|提案|件数|件|，|、|：|数量|总数|占|约|（)++$")


def is_filler(text):
    return bool(_ONLY_FILLER.fullmatch(text))


@lru_cache(maxsize=4096)
def cleaned(text):
    """A label without what introduces it and what leads over to its number."""
    return _TAIL.sub("", _HEAD.sub("", text))
