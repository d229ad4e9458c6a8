"""Which replies a user may read, and what a draft still lacks."""

import re

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.accounts.models import Delegation, Post
from apps.accounts.queries import in_force_on, leaders_with_somebody, standing_of
from apps.proposals.attachments import seen
from apps.proposals.models import Attachment, Case, Contact, Dispatch, Proposal
from apps.proposals.queries import check_paper, parties_towards, signers_of, why_not
from apps.proposals.workflow import ANSWERING, AnotherPerson, CaseRole, CaseState, Refused, predicate
from apps.units.queries import unit_ids_of

from .models import Progress, Reply
from .workflow import OPEN_REPLIES, REPLY, ReplyState

UNASKED = object()  # a page that only asks whether it may show a form has no paper yet


def drafts_visible_to(user, on=None):
    """Replies of which `user` may read what never went out too: drafts, earlier versions, who changed what.

    The office and the unit itself: all. A leader: those of the portfolio, named for signing or signed.
    """
    on = on or timezone.localdate()
    standing = standing_of(user, on)
    return Reply.objects.all() if standing.is_office else Reply.objects.filter(_drafts_seen_by(standing, on))


def replies_visible_to(user, on=None):
    """Replies that `user` may read (docs/workflow.md, 谁能看到什么), as a queryset.

    Those of `drafts_visible_to`, and once they have gone out: the secretariat all of them, assisting units that of the
    lead unit, a leader those of the key proposals supervised.
    """
    on = on or timezone.localdate()
    standing = standing_of(user, on)
    if standing.is_office:
        return Reply.objects.all()
    seen = _drafts_seen_by(standing, on)
    if standing.is_secretariat:
        seen |= Q(state__in=(ReplyState.ISSUED, ReplyState.VOID))  # void: it had gone out, and another one follows
    if standing.units:
        assisted = Case.objects.filter(unit_id__in=standing.units, role=CaseRole.ASSIST).values("proposal_id")
        seen |= Q(state=ReplyState.ISSUED, case__role=CaseRole.LEAD, case__proposal_id__in=assisted)
    if standing.leads_as:
        seen |= Q(state=ReplyState.ISSUED, case__proposal__supervising_leader_id__in=standing.leads_as)
    return Reply.objects.filter(seen)


def _drafts_seen_by(standing, on):
    seen = Q(pk__in=())
    if standing.units:
        seen |= Q(case__unit_id__in=standing.units)
    if standing.leads_as:
        seen |= Q(case__unit_id__in=unit_ids_of(standing.leads_as, on))
        seen |= Q(case__named_signer_id__in=standing.leads_as) | Q(signer_id__in=standing.leads_as)
    return seen


def with_delegates(replies):
    """The queryset with `by_delegate`: whether it was signed by a leader who stood in for the signer on that day.

    The signer stays who was in charge (docs/decisions/0003); this tells how the signature reads: 某某（代某某）.
    """
    stood_in = Delegation.objects.filter(
        in_force_on(OuterRef("signed_day")), principal=OuterRef("signer"), delegate__posts__user=OuterRef("signed_by")
    )
    own = Post.objects.filter(user=OuterRef("signed_by"), leader=OuterRef("signer"))
    replies = replies.annotate(signed_day=TruncDate("signed_at"))
    return replies.annotate(by_delegate=Exists(stood_in) & ~Exists(own))


def unattended_on(day):
    """Filter for replies that wait for a signature nobody can give on `day`: no leader in charge, or nobody there."""
    somebody = leaders_with_somebody(day).values("pk")
    named = Q(case__named_signer__isnull=False) & ~Q(case__named_signer__in=somebody)
    by_portfolio = Q(case__named_signer=None) & ~Q(case__unit_id__in=unit_ids_of(somebody, day))
    return Q(state=ReplyState.LEADER_SIGNOFF) & (named | by_portfolio)


NUMBER = re.compile(r"[\[【（(〔﹝［]\s*(\d{4})\s*[\]】）)〕﹞］]\s*第?(\d{1,6})号?")  # 〔2020〕12号


def next_number(series, year):
    """大渡口建委函〔2020〕13号: the next number in a series (机关代字) of that year; "" without a series.

    Replies and all other papers of a body are numbered in one row.
    """
    if not series:
        return ""
    numbers = [
        *Reply.objects.filter(number__startswith=series).values_list("number", flat=True),
        *Dispatch.objects.filter(number__startswith=series).values_list("number", flat=True),
        *Proposal.objects.filter(handed_back_letter__startswith=series).values_list("handed_back_letter", flat=True),
    ]
    found = [NUMBER.fullmatch(number.removeprefix(series).strip()) for number in numbers]
    used = [int(each[2]) for each in found if each and int(each[1]) == year]
    return f"{series}〔{year}〕{max(used, default=0) + 1}号"


def is_number_used(number, session, reply=None):
    """Whether another reply of the session, or another paper of any, goes under this number."""
    replies = Reply.objects.filter(case__proposal__session=session, number=number).exclude(state=ReplyState.VOID)
    if reply is not None:
        replies = replies.exclude(pk=reply.pk)
    return replies.exists() or Dispatch.objects.filter(number=number, void_at=None).exists()


def signer_of(reply, on):
    """The Leader who signed it, or who is to sign it on the day; None when nobody is in charge of the unit."""
    return reply.signer or signers_of([reply.case], on).get(reply.case_id)


def check_new(action, case, *, user, on, paper=None):
    """The row 拟稿 or 当面答复, taken on the case that the reply is for. Raises NotAllowed or Refused."""
    parties = parties_towards(case, user, on)
    row = REPLY.find(action, "", parties)
    if reason := why_not(row, case, user, on):
        raise Refused(reason)
    if paper is not UNASKED:
        check_paper(row, parties, paper)
    return row


def check_draft(case, *, user, on, paper=UNASKED):
    """See check_new; without `paper` only whether a draft may begin."""
    return check_new("draft", case, user=user, on=on, paper=paper)


def check_meeting(case, *, user, on, paper=UNASKED):
    """See check_new; without `paper` only whether a meeting may take the place of a letter."""
    return check_new("meet", case, user=user, on=on, paper=paper)


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
    if reply.is_supplementary:
        return found + lacking_in_result(reply)
    if not reply.no_contact and not _talked_before(reply):
        found.append("办理前还没有与提案者沟通的记录；请先补记沟通，或说明未沟通的原因（本人表示不需、无法联系）。")
    if not reply.no_opinion and not reply.case.proposal.coordinations.exists():
        waiting = [
            case.unit.name
            for case in reply.case.proposal.cases.select_related("unit")
            if case.role == CaseRole.ASSIST and case.state not in (CaseState.ADVISED, CaseState.ENDED)
        ]
        if waiting and reply.case.role == CaseRole.LEAD:
            found.append(
                f"协办单位{'、'.join(waiting)}还没有提出会办意见；请催办、请政府办协调，或写明未取得会办意见的原因。"
            )
    return found + lacking_in_result(reply)


def lacking_in_result(reply):
    """What the class of a reply asks for and is not there: a promise with a date, or a reason."""
    found = []
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
    """For the row 拟稿, whose thing is the case that the reply is for; once closed it is a supplementary reply."""
    if case.role not in ANSWERING:
        return "协办单位不直接答复提案者，请提会办意见。"
    if case.state not in (CaseState.HANDLING, CaseState.CLOSED):
        return f"承办件现在是“{case.get_state_display()}”，办理中才能拟写答复，办结后可拟补充答复。"
    return _open_reply_of(case)


@predicate
def may_be_answered_face_to_face(case, user, on):
    """For the row 当面答复, whose thing is the case."""
    if case.role not in ANSWERING:
        return "协办单位不直接答复提案者，请提会办意见。"
    if case.state != CaseState.HANDLING or case.round < 2:
        return "第二次及以后的办理中，才能以当面答复代替书面答复。"
    return _open_reply_of(case)


def _open_reply_of(case):
    if any(reply.state in OPEN_REPLIES for reply in case.replies.all()):
        return "本承办件已有一份正在办理的答复。"
    return ""


@predicate
def is_not_submitter(reply, user, on):
    if user and user.pk == reply.submitted_by_id:
        return AnotherPerson("送审人不能签发自己送审的答复，请由另一人签发。")
    return ""


@predicate
def is_not_who_entered_it(reply, user, on):
    """For 核稿报审: the office never checks its own entry for a unit, which is the head's approval."""
    own = user and user.pk == reply.approved_by_id
    return AnotherPerson("这份答复的单位签发由您代录，请由另一人核稿报审。") if own else ""


@predicate
def is_not_who_registered(reply, user, on):
    if user and user.pk == reply.paper_by_id:
        return AnotherPerson("登记纸签的人不能核对自己的登记，请由另一人核对。")
    return ""


@predicate
def is_promised(commitment, user, on):
    """Promises are followed up once the reply that holds them has gone out."""
    return "" if commitment.reply.state == ReplyState.ISSUED else "答复寄出以后才跟踪其中的承诺。"


@predicate
def is_not_who_reported(commitment, user, on):
    if user and commitment.reported_by_id == user.pk:
        return AnotherPerson("这份进展由您代录，请由另一人核实。")
    return ""


@seen(Attachment.Owner.REPLY)
@seen(Attachment.Owner.SHEET)
def _with_its_reply(attachment, user):
    return replies_visible_to(user).filter(pk=attachment.owner_key).exists()


@seen(Attachment.Owner.PROGRESS)
def _with_the_reply_that_promised(attachment, user):
    return Progress.objects.filter(pk=attachment.owner_key, commitment__reply__in=replies_visible_to(user)).exists()
