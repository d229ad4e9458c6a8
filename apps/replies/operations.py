"""What people do with replies, from the draft to the leader's signature. See proposals/operations.py."""

from django.db import transaction
from django.utils import timezone

from apps.proposals.models import Case, Proposal
from apps.proposals.operations import advance, audit, operation
from apps.proposals.queries import signers_of
from apps.proposals.workflow import OutOfTurn, Refused

from .models import Commitment, Reply, ReplyVersion
from .queries import check_draft, lacking
from .workflow import ReplyState

EDITABLE = ("body", "result_class", "class_reason", "publicity", "no_contact", "no_opinion", "summary")


@transaction.atomic
def draft(case, *, by, at, seen=None, commitments=(), **texts):
    """拟稿: begins the reply of a case in its present round. `texts`: any of EDITABLE, `commitments` as for `edit`."""
    Proposal.objects.select_for_update().get(pk=case.proposal_id)
    case = Case.objects.select_related("proposal__session", "unit").get(pk=case.pk)
    if seen is not None and seen != case.stamp:
        raise OutOfTurn(f"您打开页面以后，此承办件已有变化（现在是“{case.get_state_display()}”）。请按最新情况操作。")
    row = check_draft(case, user=by, on=timezone.localdate(at))
    reply = Reply.objects.create(case=case, round=case.round, state=row.target)
    audit(reply, "draft", by=by, at=at)
    if texts:
        _write(reply, "draft", texts, by, at)
    if commitments:
        _promise(reply, commitments, at)
    return reply


def _write(reply, action, texts, by, at):
    """Stores new texts as a version. The caller has checked that `action` may do so."""
    session = reply.case.proposal.session
    if (found := texts.get("result_class")) and found.session_id != session.pk:
        raise Refused("所选办理结果类别不属于本届次。")
    for name, value in texts.items():
        if name not in EDITABLE:
            raise ValueError(name)
        setattr(reply, name, value.strip() if isinstance(value, str) else value)
    reply.version += 1
    reply.save(update_fields=[*texts, "version"])
    ReplyVersion.objects.create(
        reply=reply,
        number=reply.version,
        action=action,
        body=reply.body,
        class_code=reply.result_class.code if reply.result_class else "",
        publicity=reply.publicity,
        saved_by=by,
        saved_at=at,
    )


@operation
def edit(reply, *, by, at, commitments=None, **texts):
    """修改: `texts` any of EDITABLE; `commitments` a list of {"text", "due_on"} that replaces those there are."""
    advance(reply, "edit", by=by, at=at, data={"version": reply.version + 1})
    _write(reply, "edit", texts, by, at)
    if commitments is not None:
        _promise(reply, commitments, at)
    return reply


def _promise(reply, commitments, at):
    today = timezone.localdate(at)
    for promise in commitments:
        if promise["due_on"] < today:
            raise Refused(f"承诺“{promise['text'][:20]}”的完成时限已过，请填写今后的日期。")
    reply.commitments.all().delete()
    Commitment.objects.bulk_create(
        Commitment(reply=reply, text=one["text"].strip(), due_on=one["due_on"], first_due_on=one["due_on"])
        for one in commitments
    )


@operation
def submit(reply, *, by, at):
    """送审: the unit's clerk sends the draft to the head; refused while anything is lacking."""
    if reply.state == ReplyState.DRAFT and (found := lacking(reply)):
        raise Refused(*found)
    advance(reply, "submit", by=by, at=at, submitted_by=by, submitted_at=at)
    return reply


@operation
def recall(reply, *, by, at):
    """撤回 before the head has approved."""
    advance(reply, "recall", by=by, at=at)
    return reply


@operation
def unit_approve(reply, *, by, at):
    """单位签发 by the head, who is not the one who submitted it."""
    advance(reply, "unit_approve", by=by, at=at, approved_by=by, approved_at=at)
    return reply


@operation
def polish(reply, body, *, by, at, note=""):
    """核改: the office mends the wording only; kept as a version and told to the unit."""
    if body.strip() == reply.body:
        raise Refused("正文没有改动。")
    if not body.strip():
        raise Refused("正文不能为空。")
    advance(reply, "polish", by=by, at=at, note=note, data={"version": reply.version + 1})
    _write(reply, "polish", {"body": body}, by, at)
    return reply


@operation
def office_forward(reply, signer, *, by, at, note=""):
    """核稿报审: names the Leader who is to sign; another than the one in charge of the unit needs a note."""
    on = timezone.localdate(at)
    default = signers_of([_without_named_signer(reply.case)], on).get(reply.case_id)
    if signer != default and not note.strip():
        usual = f"（{default}）" if default else ""
        raise Refused(f"所选领导不是该单位的分管领导{usual}，请写明原因。")
    advance(
        reply,
        "office_forward",
        by=by,
        at=at,
        note=note,
        forwarded_by=by,
        forwarded_at=at,
        data={"signer": signer.name},
    )
    # named only where it differs, so that an open sign-off follows the portfolio when the leader changes
    reply.case.named_signer = signer if signer != default else None
    reply.case.save(update_fields=["named_signer"])
    return reply


def _without_named_signer(case):
    return Case(pk=case.pk, unit_id=case.unit_id)


@operation
def sign(reply, content_hash, *, by, at):
    """审签: `content_hash` is that of the text the leader read; it is stored and bound to the signature."""
    if content_hash != reply.content_hash:
        raise OutOfTurn("您阅读以后，答复内容已有改动，请重新阅读后再审签。")
    signer = signers_of([reply.case], timezone.localdate(at)).get(reply.case_id)
    advance(
        reply,
        "sign",
        by=by,
        at=at,
        signer=signer,
        signed_by=by,
        signed_at=at,
        signed_hash=content_hash,
        data={"hash": content_hash, "signer": signer.name if signer else ""},
    )
    return reply


@operation
def send_back(reply, *, by, at, note):
    """退回修改 by the unit's head, the office or the leader, each from where it lies with them."""
    advance(reply, "return", by=by, at=at, note=note)
    return reply


@operation
def revoke(reply, *, by, at, note):
    """撤回审签 before the reply has gone out."""
    advance(reply, "revoke", by=by, at=at, note=note, signer=None, signed_by=None, signed_at=None, signed_hash="")
    return reply
