"""Giving papers their numbers, and taking a number back. Atomic, with the audit event inside."""

import hashlib
import json
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from apps.audit.operations import record
from apps.documents.content import Sheet
from apps.documents.kept import as_data
from apps.proposals.models import Dispatch, Session
from apps.proposals.operations import actor, check_day, lock, target_of
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused
from apps.replies.queries import is_number_used

from .catalogue import dispatches_of, may_number, proposal_of
from .kinds import Occasion


@transaction.atomic
def dispatch(kind, subject, *, by, at, session, number, dated_on, signer="", copies=1):
    """登记发文: the paper goes out under this number and day, and is kept as it is now. The Dispatch.

    Raises NotAllowed, OutOfTurn (it has a number by now), Refused (the number is used, the day cannot be, or the paper
    is not finished).
    """
    Session.objects.select_for_update().get(pk=session.pk)  # of two who use one number at once, one is told
    occasion = Occasion(by, timezone.localdate(at), session)
    proposal = proposal_of(kind, subject)
    if proposal is not None:
        lock(proposal)
        subject = kind.seen(occasion).filter(pk=subject.pk).first()
    if subject is None or not may_number(kind, subject, occasion):
        raise NotAllowed(f"{kind.label}的发文字号不由您登记。")
    if not kind.is_of(subject):
        raise OutOfTurn(f"这里已没有要发的{kind.label}，请按最新情况操作。")
    if kind.is_once and dispatches_of(kind, subject).filter(void_at=None).exists():
        raise OutOfTurn(f"这份{kind.label}已经登记了发文字号，请按最新情况操作。")
    check_day(dated_on, session, at, "成文日期")
    if is_number_used(number, session):
        raise Refused(f"发文字号“{number}”已用于另一件公文，请核对。")
    numbered = replace(occasion, number=number, dated_on=dated_on, signer=signer)
    paper = kind.compose(subject, numbered)
    if paper.draft:
        raise Refused(f"{kind.label}还没有完成：{paper.draft}。")
    case = getattr(subject, "workflow_case", None)
    content = as_data(paper)
    made = Dispatch.objects.create(
        kind=kind.key,
        subject_key=subject.pk,
        session=session,
        proposal=proposal,
        unit=case.unit if case else None,
        number=number,
        dated_on=dated_on,
        title=paper.title,
        addressee="" if isinstance(paper, Sheet) else paper.addressee,
        signer=signer,
        copies=copies,
        content=content,
        covers=list(kind.covers(subject, occasion)),
        registered_by=by,
        registered_at=at,
    )
    _audit(made, "dispatch", by, at, sha256=_digest(content), title=paper.title, copies=copies, signer=signer)
    return made


@transaction.atomic
def void(sent, *, by, at, note, may):
    """作废: the number is taken back; the paper that had it stays to be read. `may`: whether `by` gives numbers."""
    sent = Dispatch.objects.select_for_update().get(pk=sent.pk)
    if not may:
        raise NotAllowed("这份公文的发文字号不由您登记。")
    if sent.is_void:
        raise OutOfTurn("这个发文字号已经作废。")
    if not note.strip():
        raise Refused("请写明作废的原因。")
    sent.void_by, sent.void_at, sent.void_note = by, at, note.strip()
    sent.save(update_fields=["void_by", "void_at", "void_note"])
    _audit(sent, "void", by, at, note=note.strip())
    return sent


def _digest(content):
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _audit(sent, action, by, at, note="", **data):
    record(
        action=f"paper.{action}",
        at=at,
        note=note,
        data={"kind": sent.kind, "number": sent.number, "dated_on": str(sent.dated_on)} | data,
        **target_of(sent),
        **actor(by),
    )
