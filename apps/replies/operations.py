"""What people do with replies, from the draft to the leader's signature. See proposals/operations.py."""

import unicodedata

from django.utils import timezone

from apps.proposals.attachments import DOCUMENTS, store
from apps.proposals.models import Attachment, Case
from apps.proposals.operations import advance, audit, check_day, operation
from apps.proposals.queries import signers_of
from apps.proposals.workflow import CaseState, OutOfTurn, Refused

from .models import Commitment, Reply, ReplyVersion
from .queries import check_draft, check_meeting, lacking, lacking_in_result
from .workflow import ReplyState

Owner = Attachment.Owner
EDITABLE = ("body", "result_class", "class_reason", "publicity", "no_contact", "no_opinion", "summary")


@operation
def draft(case, *, by, at, commitments=(), files=(), paper=None, **texts):
    """拟稿: begins the reply of a case in its present round; of a closed one, a supplementary reply (补充答复).

    `texts`: any of EDITABLE, `commitments` and `files` as for `edit`.
    """
    row = check_draft(case, user=by, on=timezone.localdate(at), paper=paper)
    reply = Reply.objects.create(
        case=case, round=case.round, state=row.target, is_supplementary=case.state == CaseState.CLOSED
    )
    audit(reply, "draft", by=by, at=at, paper=paper)
    if texts:
        _write(reply, "draft", texts, by, at)
    if commitments:
        _promise(reply, commitments, at)
    _attach(reply, files, by, at)
    return reply


def _attach(reply, files, by, at):
    store(files, Owner.REPLY, reply.pk, proposal=reply.case.proposal, by=by, at=at, allowed=DOCUMENTS)


@operation
def meet(case, *, by, at, held_on, people, body, commitments=(), files=(), paper=None, **texts):
    """当面答复 in a later round: the record of the meeting is signed off by the leader in place of a second letter.

    `body`: the record; `texts`: class, publicity and the rest of EDITABLE; `commitments` as for `edit`.
    """
    check_day(held_on, case.proposal.session, at, "会面日期")
    if not body.strip() or not people.strip():
        raise Refused("请写明参加人员和会面情况。")
    row = check_meeting(case, user=by, on=timezone.localdate(at), paper=paper)
    reply = Reply.objects.create(case=case, round=case.round, state=row.target, is_meeting=True, forwarded_by=by,
                                 forwarded_at=at)  # fmt: skip
    audit(reply, "meet", by=by, at=at, paper=paper, held_on=str(held_on), people=people.strip())
    _write(reply, "meet", {"body": body} | texts, by, at)
    _promise(reply, commitments, at)
    if not reply.result_class or not reply.publicity:
        raise Refused("请选择办理结果和公开属性。")
    if found := lacking_in_result(reply):
        raise Refused(*found)
    _attach(reply, files, by, at)
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


def copy_as_draft(reply, *, by, at):
    """A new draft of the same round with the text and the promises of a reply that has become void."""
    case = reply.case
    copy = Reply.objects.create(case=case, round=reply.round, state=ReplyState.DRAFT, is_meeting=reply.is_meeting)
    audit(copy, "draft", by=by, at=at, copied_from=reply.pk)
    _write(copy, "draft", {name: getattr(reply, name) for name in EDITABLE}, by, at)
    Commitment.objects.bulk_create(
        Commitment(reply=copy, text=one.text, due_on=one.due_on, first_due_on=one.first_due_on)
        for one in reply.commitments.all()
    )
    return copy


@operation
def edit(reply, *, by, at, commitments=None, files=(), paper=None, **texts):
    """修改: `texts` any of EDITABLE; `commitments` a list of {"text", "due_on"} that replaces those there are.

    `files`: further enclosures (附件).
    """
    advance(reply, "edit", by=by, at=at, paper=paper, data={"version": reply.version + 1})
    _write(reply, "edit", texts, by, at)
    if commitments is not None:
        _promise(reply, commitments, at)
    _attach(reply, files, by, at)
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
def submit(reply, *, by, at, paper=None):
    """送审: the unit's clerk sends the draft to the head; refused while anything is lacking."""

    def be_whole():  # asked only of who may send it: nobody else is told what a draft lacks
        if found := lacking(reply):
            raise Refused(*found)
        return {}

    advance(reply, "submit", by=by, at=at, paper=paper, then=be_whole, submitted_by=by, submitted_at=at)
    return reply


@operation
def recall(reply, *, by, at):
    """撤回 before the head has approved."""
    advance(reply, "recall", by=by, at=at)
    return reply


@operation
def unit_approve(reply, *, by, at, paper=None):
    """单位签发 by the head, who is not the one who submitted it."""
    advance(reply, "unit_approve", by=by, at=at, paper=paper, approved_by=by, approved_at=at)
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
        data={"signer": signer.name, "signer_id": signer.pk},
    )
    _name_signer(reply, signer, default)
    return reply


def _without_named_signer(case):
    return Case(pk=case.pk, unit_id=case.unit_id)


def _name_signer(reply, signer, default):
    """Named only where it differs, so that an open sign-off follows the portfolio when the leader changes."""
    reply.case.named_signer = signer if signer != default else None
    reply.case.save(update_fields=["named_signer"])


@operation
def redirect(reply, signer, *, by, at, note):
    """转请审签: another Leader is to sign."""
    on = timezone.localdate(at)
    if signer == signers_of([reply.case], on).get(reply.case_id):
        raise Refused(f"现在就由{signer}审签，请选择另一位领导。")
    data = {"signer": signer.name, "signer_id": signer.pk}
    advance(reply, "redirect", by=by, at=at, note=note, data=data)
    _name_signer(reply, signer, signers_of([_without_named_signer(reply.case)], on).get(reply.case_id))
    return reply


@operation
def sign_on_paper(reply, code, scan, *, by, at):
    """纸质审签登记: the leader signed the printed sheet. `code`: what it bears, that of the present text."""
    if _plain_code(code) != _plain_code(reply.code):
        raise Refused(
            f"签字件上的校验码与现在的答复内容不符（应为 {reply.code}）。签字后内容如有改动，须重新打印、重新签字。"
        )
    if not scan:
        raise Refused("请上传签字件的扫描件。")
    advance(reply, "sign_on_paper", by=by, at=at, paper_by=by, paper_at=at, data={"code": reply.code})
    store(scan, Owner.SHEET, reply.pk, proposal=reply.case.proposal, by=by, at=at)
    return reply


def _plain_code(code):
    return unicodedata.normalize("NFKC", code).replace("-", "").replace(" ", "").upper()


@operation
def verify_paper(reply, *, by, at):
    """核对纸签 by a second person of the office: it counts as the leader's signature of this text."""
    return _sign(reply, "verify_paper", by, at)


@operation
def reject_paper(reply, *, by, at, note):
    """退回纸签: the scan does not show what it should; the reply lies with the leader again."""
    advance(reply, "reject_paper", by=by, at=at, note=note, paper_by=None, paper_at=None)
    return reply


@operation
def sign(reply, content_hash, *, by, at):
    """审签: `content_hash` is that of the text the leader read; it is stored and bound to the signature."""
    if content_hash != reply.content_hash:
        raise OutOfTurn("您阅读以后，答复内容已有改动，请重新阅读后再审签。")
    return _sign(reply, "sign", by, at)


def _sign(reply, action, by, at):
    """Binds the present text to the signature of the Leader whose turn it is."""
    signer = signers_of([reply.case], timezone.localdate(at)).get(reply.case_id)
    advance(
        reply,
        action,
        by=by,
        at=at,
        signer=signer,
        signed_by=by,
        signed_at=at,
        signed_hash=reply.content_hash,
        data={"hash": reply.content_hash, "signer": signer.name if signer else ""},
    )
    Case.objects.filter(pk=reply.case_id).update(signed_off_by=signer)
    return reply


@operation
def send_back(reply, *, by, at, note):
    """退回修改 by the unit's head, the office or the leader, each from where it lies with them."""
    advance(reply, "return", by=by, at=at, note=note)
    return reply


@operation
def revoke(reply, *, by, at, note):
    """撤回审签 before the reply has gone out."""
    advance(reply, "revoke", by=by, at=at, note=note, signer=None, signed_by=None, signed_at=None, signed_hash="",
            paper_by=None, paper_at=None)  # fmt: skip
    return reply
