"""A rate of what the words right before it say of all: 现已全部办结，办结率98% cannot be."""

import re

from .claims import is_exact

_RATES = "办结|办复|答复|回复|面商|见面|走访|公开|回收|收回|签收|反馈|立案|交办|沟通"
_RATE = re.compile(f"^(?:提案)?({_RATES})率$")
_ALL = "(?:全部|均|都|皆|件件)(?:已|已经|得到|做到|实现|进行)*(?:了)?"
_BUT = re.compile("除|外|以外|基本|大部|几乎|绝大")


def check_all_rates(splits, marks):
    """Every rate beside a clause of all that calls it by its name."""
    for item in splits.items:
        match = _RATE.match(item.rate) if item.rate and item.percent and is_exact(item) else None
        if match is None or item.past or id(item.percent) in marks.wrong or item.percent.value == 100:
            continue
        before = item.percent.gap.rpartition("。")[2]
        done = match[1]
        said = re.search(f"{_ALL}{done}[^，；。]{{0,4}}，(?:提案)?{done}率", before)
        if said and not _BUT.search(before[: said.start()]):
            advice = f"前面说全部{done}，{done}率应为100%，文中为{item.percent.printed}%。"
            marks.fault("percent", [item.percent], item.percent.printed, "100", advice)
