"""Deadlines in words, and who is missing: what home pages, lists and the page of a proposal have in common."""

from apps.calendars.remaining import Remaining, remaining

__all__ = ["Remaining", "remaining", "vacancy"]


def vacancy(case, signer):
    """Why nobody can sign the case's reply (replies.queries.unattended_on), and what to do."""
    if signer is None:
        return f"{case.unit}今天没有分管领导，请在“管理”中登记领导分工，或转请其他领导审签"
    return f"审签领导{signer}今天无人（本人岗位、受托岗位都没有人），请登记委托，或转请其他领导审签"
