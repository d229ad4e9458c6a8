"""Batches: asked for in a page, printed by a background task, one step after the other told in the row.

The trail tells who took which papers out as a batch; the printing itself changes nothing that is recorded.
"""

import datetime
import tempfile
from itertools import chain

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from apps.audit.operations import record
from apps.documents.background import Stopped
from apps.documents.bundles import Part, bound, zipped
from apps.documents.press import printed_many
from apps.documents.word import paper_docx
from apps.proposals.operations import actor, target_of
from apps.proposals.workflow import Refused

from . import casefile
from .catalogue import KINDS, copies, proposal_of
from .kinds import Occasion
from .models import Batch

KEPT_DAYS = 7
MOST = 3000  # papers of one batch
Stage = Batch.Stage


@transaction.atomic
def ask(kind, session, form, *, by, at, enqueue):
    """Begins a batch of all papers of a kind; `enqueue(pk)` hands it to the background once it is stored. The Batch.

    Raises Refused where there is nothing to print, too much, or one of the user's own is under way.
    """
    total = sum(len(kind.addressees(subject)) or 1 for subject in kind.subjects(_occasion(session, by, at)))
    if not total:
        raise Refused(f"本届次还没有{kind.label}。")
    if total > MOST:
        raise Refused(f"一次最多打印 {MOST} 份，这里有 {total} 份。")
    return _begin(kind.key, session, by, at, enqueue, form=form, total=total)


@transaction.atomic
def ask_for_file(proposal, *, by, at, enqueue):
    """Begins the whole file of a proposal (提案办理案卷); as `ask`."""
    sections = casefile.sections_of(proposal, _occasion(proposal.session, by, at))
    total = sum(len(section.entries) for section in sections)
    return _begin(casefile.KEY, proposal.session, by, at, enqueue, form=Batch.Form.PDF, total=total, proposal=proposal)


def _begin(kind, session, by, at, enqueue, *, total, proposal=None, **fields):
    prune(at)
    if any(one.is_under_way and not one.is_lost(at) for one in Batch.objects.filter(asked_by=by)):
        raise Refused("您还有一批正在生成，请等它完成，或先取消它。")
    batch = Batch.objects.create(kind=kind, session=session, proposal=proposal, total=total, asked_by=by, asked_at=at,
                                 moved_at=at, **fields)  # fmt: skip
    record(
        action="paper.print_batch",
        at=at,
        data={"kind": kind, "papers": total},
        **target_of(batch),
        **actor(by),
    )
    transaction.on_commit(lambda: enqueue(batch.pk))
    return batch


def prune(at):
    """Files of batches go after KEPT_DAYS."""
    for old in Batch.objects.filter(asked_at__lt=at - datetime.timedelta(days=KEPT_DAYS)):
        old.file.delete(save=False)
        old.delete()


def _occasion(session, user, at):
    return Occasion(user, timezone.localdate(at), session)


def make(pk):
    """Prints a batch that was asked for; nothing where it is over. What the user may see is asked anew."""
    if not Batch.begin(pk):
        return
    batch = Batch.objects.select_related("session", "asked_by", "proposal__session").get(pk=pk)
    try:
        with tempfile.TemporaryFile() as file:
            _write(batch, file)
            _keep(batch, file)
    except Stopped:
        return
    except Exception:
        problem = "生成时出错，原因已记入系统日志。请再试一次；仍不行，请联系运维人员。"
        batch.tell(stage=Stage.FAILED, problem=problem)
        raise


def _keep(batch, file):
    if not batch.proposal and batch.done == len(batch.left_out):
        batch.tell(stage=Stage.FAILED, problem="没有一份能够生成，原因见下。")
        return
    file.seek(0)
    batch.file.save(batch.form, File(file), save=False)
    try:
        batch.tell(stage=Stage.FINISHED, file=batch.file.name, left_out=batch.left_out)
    except Stopped:
        batch.file.delete(save=False)
        raise


def _write(batch, file):
    occasion = _occasion(batch.session, batch.asked_by, batch.asked_at)
    if batch.proposal:
        batch.left_out = casefile.write(batch.proposal, occasion, file, tell=lambda done: _count(batch))
    elif batch.form == Batch.Form.PDF:
        kind = KINDS[batch.kind]
        title = f"{batch.session.committee}{batch.session.label}{kind.label}"
        parts = (Part(name, content) for name, content in _as_pdf(batch, kind, occasion))
        if first := next(parts, None):
            bound(chain([first], parts), file, title=title, author=batch.session.office)
    elif batch.form == Batch.Form.ZIP:
        made = _as_pdf(batch, KINDS[batch.kind], occasion)
        zipped(((f"{name}.pdf", content) for name, content in made), file)
    else:
        made = _as_docx(batch, KINDS[batch.kind], occasion)
        zipped(((f"{name}.docx", content) for name, content in made), file)


def _named_papers(kind, occasion):
    """(name, Paper) of each copy, in order."""
    for subject in kind.subjects(occasion):
        about = proposal_of(kind, subject) or subject
        for to, paper in copies(kind, subject, occasion):
            yield f"{about}{kind.label}{f'（{to}）' if to else ''}", paper


def _as_docx(batch, kind, occasion):
    for name, paper in _named_papers(kind, occasion):
        yield name, paper_docx(paper)
        _count(batch)


def _as_pdf(batch, kind, occasion):
    names = []

    def composed():
        for name, paper in _named_papers(kind, occasion):
            names.append(name)
            yield paper

    for place, (_, content) in enumerate(printed_many(composed())):
        if isinstance(content, bytes):
            yield names[place], content
        else:
            batch.left_out.append([names[place], str(content)])
        _count(batch)


def _count(batch):
    batch.tell(done=batch.done + 1, left_out=batch.left_out)
