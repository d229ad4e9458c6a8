"""What becomes of commitments (承诺事项) after the reply: reports, checks, new dates, ends.

See apps/proposals/operations.py for how operations are made.
"""

from django.utils import timezone

from apps.proposals.attachments import DOCUMENTS, store
from apps.proposals.models import Attachment
from apps.proposals.operations import advance, operation
from apps.proposals.workflow import Refused

from .models import Progress, Reply


@operation
def report(commitment, *, by, at, text, files=(), paper=None):
    """报告进展 by the unit; `files`: its evidence."""
    if not text.strip():
        raise Refused("请写明进展情况。")
    advance(commitment, "report", by=by, at=at, paper=paper, reported_by=by, reported_at=at)
    made = Progress.objects.create(commitment=commitment, text=text.strip(), reported_by=by, reported_at=at)
    proposal = commitment.workflow_proposal
    store(files, Attachment.Owner.PROGRESS, made.pk, proposal=proposal, by=by, at=at, allowed=DOCUMENTS)
    return made


@operation
def verify(commitment, *, by, at, current_class=None, note=""):
    """核实: it has been kept. `current_class`: what the reply's class is from now on; that of its letter stays."""
    reply = commitment.reply
    if current_class and current_class.session_id != reply.case.proposal.session_id:
        raise Refused("所选办理结果类别不属于本届次。")
    data = {"current_class": current_class.code} if current_class else {}
    advance(commitment, "verify", by=by, at=at, note=note, data=data, ended_on=timezone.localdate(at))
    if current_class:
        Reply.objects.filter(pk=reply.pk).update(current_class=current_class)
    return commitment


@operation
def send_back(commitment, *, by, at, note):
    """退回: what was reported does not show that it has been kept."""
    advance(commitment, "send_back", by=by, at=at, note=note)
    return commitment


@operation
def postpone(commitment, *, by, at, note, due_on):
    """调整时限: a new date; the first one is kept beside it."""
    if due_on < timezone.localdate(at):
        raise Refused("新的完成时限已过，请填写今后的日期。")
    if due_on == commitment.due_on:
        raise Refused("时限没有改动。")
    data = {"from_on": str(commitment.due_on), "until_on": str(due_on)}
    advance(commitment, "postpone", by=by, at=at, note=note, data=data, due_on=due_on)
    return commitment


@operation
def lapse(commitment, *, by, at, note, leader_consent, proposer_told):
    """终止并作说明: it will not be kept. `leader_consent`: who agreed, and when; `proposer_told`: how and when."""
    if not leader_consent.strip() or not proposer_told.strip():
        raise Refused("请写明领导同意的情况，以及如何告知提案者。")
    data = {"leader_consent": leader_consent.strip(), "proposer_told": proposer_told.strip()}
    advance(commitment, "lapse", by=by, at=at, note=note, data=data, ended_on=timezone.localdate(at))
    return commitment
