"""The session's annual letter (年度通报) on the homes of those who approve, sign and issue it."""

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from apps.reports.models import AnnualLetter, Edition
from apps.reports.workflow import LetterState

from .piles import Section, Waiting


def letters_for(standing, user):
    """Sections of what this user has to do with letters, and what came back to the office. One query."""
    sections = {}
    latest = Edition.objects.filter(letter=OuterRef("pk")).order_by("-number")
    letters = AnnualLetter.objects.select_related("session", "signer").annotate(
        edition=Subquery(latest.values("pk")[:1]), submitter=Subquery(latest.values("submitted_by")[:1])
    )
    for letter in letters.exclude(edition=None).exclude(state=LetterState.ISSUED).order_by("pk"):
        url = reverse("reports:edition", args=[letter.edition])
        for title, what, action in _steps(letter, standing, user):
            item = Waiting(letter, what, url, action, None, f"签发领导：{letter.signer}")
            section = sections.setdefault(title, Section(title))
            section.items.append(item)
            section.count += 1
    return list(sections.values())


def _steps(letter, standing, user):
    """(section, what to do, word of the button) of what this user has to do with the letter now."""
    if letter.state == LetterState.OFFICE_REVIEW and standing.is_office_head and letter.submitter != user.pk:
        yield "待审核的年度通报", "请审核后报领导签发", "审核"
    if letter.state == LetterState.LEADER_REVIEW and letter.signer_id in standing.leads_as:
        yield "待签发的年度通报", "请审阅并签发", "签发"
    if letter.state == LetterState.APPROVED and standing.is_office:
        yield "待发文的年度通报", "领导已签发，请编号发文", "登记发文"
    if letter.state == LetterState.DRAFT and standing.is_office:
        yield "待重新送审的年度通报", "已退回、撤回或更正，请修改后重新送审", "查看"
