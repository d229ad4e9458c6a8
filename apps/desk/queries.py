"""Deadlines in words, and who is missing: what home pages, lists and the page of a proposal have in common."""

import datetime
from dataclasses import dataclass

from apps.calendars.deadlines import working_days_between


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
    return Remaining(due_on, f"剩{days}个工作日" if days else "下个工作日前到期", "soon" if days <= 5 else "calm")


def vacancy(case, signer):
    """Why nobody can sign the case's reply (replies.queries.unattended_on), and what to do."""
    if signer is None:
        return f"{case.unit}今天没有分管领导，请在“管理”中登记领导分工，或转请其他领导审签"
    return f"审签领导{signer}今天无人（本人岗位、受托岗位都没有人），请登记委托，或转请其他领导审签"
