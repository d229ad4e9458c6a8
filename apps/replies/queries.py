"""Which replies a user may read, and what a draft still lacks."""

import re

from django.db.models import Q
from django.utils import timezone

from apps.accounts.queries import standing_of
from apps.proposals.models import Case, Contact
from apps.proposals.queries import parties_of, signers_of, why_not
from apps.proposals.workflow import ANSWERING, CaseRole, CaseState, Refused, predicate
from apps.units.queries import unit_ids_of

from .models import Reply
from .workflow import OPEN_REPLIES, REPLY, ReplyState


def replies_visible_to(user, on=None):
    """Replies that `user` may read (docs/workflow.md, 谁能看到什么), as a queryset.

    The office and the unit itself: all. A leader: those of the portfolio or named for signing. The secretariat and
    the assisting units: issued ones.
    """
    on = on or timezone.localdate()
    standing = standing_of(user, on)
    if standing.is_office:
        return Reply.objects.all()
    seen = Q(pk__in=())
    if standing.is_secretariat:
        seen |= Q(state=ReplyState.ISSUED)
    if standing.units:
        assisted = Case.objects.filter(unit_id__in=standing.units, role=CaseRole.ASSIST).values("proposal_id")
        seen |= Q(case__unit_id__in=standing.units)
        seen |= Q(state=ReplyState.ISSUED, case__role=CaseRole.LEAD, case__proposal_id__in=assisted)
    if standing.leads_as:
        seen |= Q(case__unit_id__in=unit_ids_of(standing.leads_as, on))
        seen |= Q(case__named_signer_id__in=standing.leads_as)
        seen |= Q(case__proposal__supervising_leader_id__in=standing.leads_as, state=ReplyState.ISSUED)
        seen |= Q(signer_id__in=standing.leads_as)
    return Reply.objects.filter(seen)


REPLY_NUMBER = re.compile(r"[\[【（(〔﹝［]\s*(\d{4})\s*[\]】）)〕﹞］]\s*第?(\d{1,6})号?")  # 〔2020〕12号


def next_number(unit, year):
    """大渡口建委函〔2020〕13号: the next number in the unit's series of that year; "" for a unit without a series."""
    if not unit.series:
        return ""
    numbers = Reply.objects.filter(number__startswith=unit.series).values_list("number", flat=True)
    found = [REPLY_NUMBER.fullmatch(number.removeprefix(unit.series).strip()) for number in numbers]
    used = [int(each[2]) for each in found if each and int(each[1]) == year]
    return f"{unit.series}〔{year}〕{max(used, default=0) + 1}号"


def signer_of(reply, on):
    """The Leader who signed it, or who is to sign it on the day; None when nobody is in charge of the unit."""
    return reply.signer or signers_of([reply.case], on).get(reply.case_id)


def check_draft(case, *, user, on):
    """The row 拟稿, taken on the case that the reply is for. Raises NotAllowed or Refused."""
    row = REPLY.find("draft", "", parties_of(user, on, case))
    if reason := why_not(row, case, user, on):
        raise Refused(reason)
    return row


def lacking(reply):
    """What a draft lacks before it can be sent for approval: Chinese sentences, empty when it is whole.

    Source: docs/workflow.md, 答复, 送审.
    """
    found = []
    if not reply.body.strip():
        found.append("答复正文还没有写。")
    if not reply.result_class:
        found.append("还没有选择办理结果类别。")
    if not reply.publicity:
        found.append("还没有选择公开属性。")
    if not reply.no_contact and not _talked_before(reply):
        found.append("办理前还没有与提案者沟通的记录；请先补记沟通，或说明未沟通的原因（本人表示不需、无法联系）。")
    if not reply.no_opinion:
        waiting = [
            case.unit.name
            for case in reply.case.proposal.cases.select_related("unit")
            if case.role == CaseRole.ASSIST and case.state not in (CaseState.ADVISED, CaseState.ENDED)
        ]
        if waiting and reply.case.role == CaseRole.LEAD:
            found.append(f"协办单位{'、'.join(waiting)}还没有提出会办意见；请催办，或写明未取得会办意见的原因。")
    if reply.result_class and reply.result_class.needs_commitment and not reply.commitments.exists():
        found.append(f"{reply.result_class}答复须至少写明一项有完成时限的承诺事项。")
    if reply.result_class and reply.result_class.needs_reason and not reply.class_reason.strip():
        found.append(f"{reply.result_class}答复须说明未能解决的原因。")
    return found


def _talked_before(reply):
    """A talk before the handling; in a later round any talk of that round shows that the proposer was heard."""
    contacts = Contact.objects.filter(case=reply.case_id)
    if reply.round > 1:
        return contacts.filter(round=reply.round).exists()
    return contacts.filter(stage=Contact.Stage.BEFORE).exists()


@predicate
def may_be_drafted(case, user, on):
    """For the row 拟稿, whose thing is the case that the reply is for."""
    if case.role not in ANSWERING:
        return "协办单位不直接答复提案者，请提会办意见。"
    if case.state != CaseState.HANDLING:
        return f"承办件现在是“{case.get_state_display()}”，办理中才能拟写答复。"
    if any(reply.state in OPEN_REPLIES for reply in case.replies.all()):
        return "本承办件已有一份正在办理的答复。"
    return ""


@predicate
def is_not_submitter(reply, user, on):
    return "送审人不能签发自己送审的答复，请由单位其他负责人签发。" if user and user.pk == reply.submitted_by_id else ""
