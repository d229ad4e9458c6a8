"""How far off a deadline is, as people say it."""

import datetime
from dataclasses import dataclass

from .deadlines import working_days_between

SOON = 5  # working days: from then on a deadline is near


@dataclass(frozen=True)
class Remaining:
    """A deadline in words, with a tone for its mark: late, soon or calm."""

    due_on: datetime.date
    text: str
    tone: str


def remaining(due_on, today, calendar):
    """A deadline as people say it: 剩 3 个工作日 / 今天到期 / 已超期 2 个工作日."""
    if due_on == today:
        return Remaining(due_on, "今天到期", "soon")
    days = working_days_between(today, due_on, calendar)
    if due_on < today:
        late = -days
        return Remaining(due_on, f"已超期{late}个工作日" if late else "已超期", "late")
    return Remaining(due_on, f"剩{days}个工作日" if days else "下个工作日前到期", "soon" if days <= SOON else "calm")
