"""Large workbooks: confirmed in a page, stored by the worker (manage.py db_worker), how far it is told in the upload.

New proposals are stored in one transaction: all, or none whatever happens. An update takes its proposals some at a
time, each wholly or not at all, and the upload says in the same transaction what became of them: one transaction for
all would hold the audit trail, and with it everybody who stores anything, for half a minute.
"""

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.desk.models import Upload
from apps.documents.background import Stopped
from apps.proposals.queries import parties_of
from apps.proposals.workflow import NotAllowed, OutOfTurn, Party

from . import uploads
from .operations import bring_in, read
from .reading import Unusable
from .updating import apply, read_update

AT_ONCE = 300  # rows of a workbook that are stored while the person waits; what has more goes to the worker
TOGETHER = 50  # proposals of an update in one transaction: a quarter of a second
NOT_ANY_MORE = "您现在的岗位不能导入，没有导入任何内容。岗位由区政府办公室设置。"
BROKEN = "处理时出错，原因已记入系统日志，没有导入任何内容。请再确认一次；仍不行，请联系运维人员。"
CHANGED = "预览以后系统中的内容已有变化，没有导入任何内容。请按下面最新的预览核对。"


@transaction.atomic
def ask(upload, *, by, at, seen, enqueue, note=""):
    """Hands a confirmed workbook to the worker; `enqueue(pk)` once that is stored. `seen`: as `uploads.confirm` has it,
    of an update the marks. Raises OutOfTurn where it is under way or done with, Upload.DoesNotExist."""
    upload = uploads.waiting(upload, by)
    Upload.objects.filter(pk=upload.pk).update(
        stage=Upload.Stage.QUEUED, asked_at=at, moved_at=at, done=0, problem="", seen=seen, note=note
    )
    transaction.on_commit(lambda: enqueue(upload.pk))


@transaction.atomic
def stop(upload, *, at):
    """取消. What an update has stored by then stays and is told. Raises OutOfTurn where it is over."""
    if not Upload.stop(upload.pk, at):
        raise OutOfTurn(f"“{upload.name}”已经处理完，没有取消。")
    upload.refresh_from_db()
    columns = {"problem": "已取消，没有导入任何内容。工作簿还在，可以再确认，也可以放弃。"}
    if upload.results:
        columns = uploads.over(upload, at, f"{_so_far(upload)}后取消，其余没有更新")
    Upload.objects.filter(pk=upload.pk).update(**columns)


def make(pk):
    """Stores a workbook that was asked for, once; nothing where it is over or another worker's. Who asked must still
    be one who may."""
    if not Upload.begin(pk):
        return
    upload = Upload.objects.select_related("user").get(pk=pk)
    try:
        (_update if upload.kind == Upload.Kind.UPDATE else _bring_in)(upload)
    except Stopped:
        return
    except NotAllowed:
        _give_up(upload, NOT_ANY_MORE)
    except (OutOfTurn, Unusable) as told:
        _give_up(upload, str(told))
    except Exception:
        _give_up(upload, BROKEN)
        raise


def _bring_in(upload):
    told = dict(by=upload.user, at=timezone.now(), create=upload.may_create)
    content = uploads.content_of(upload, upload.asked_at)
    plan = read(upload.kind, content, upload.session_key, **told)  # while nobody has to wait for it
    if plan.problems or plan.fingerprint != upload.seen:
        raise OutOfTurn(CHANGED)
    upload.tell(done=upload.total)
    with transaction.atomic():
        told |= {"name": upload.name, "seen": upload.seen}
        plan = bring_in(upload.kind, content, upload.session_key, **told)
        if plan.problems:
            raise OutOfTurn(CHANGED)
        upload.tell(**uploads.over(upload, told["at"], uploads.outcome_of(plan)))


def _update(upload):
    at = timezone.now()
    if Party.OFFICE not in parties_of(upload.user, timezone.localdate(at)):
        raise NotAllowed(NOT_ANY_MORE)
    content = uploads.content_of(upload, upload.asked_at)
    update = read_update(content, upload.session_key, by=upload.user, at=at)
    marks, rows = set(upload.seen.split()), update.changing
    upload.tell(total=len(rows))
    for start in range(0, len(rows), TOGETHER):
        by = User.objects.get(pk=upload.user_id)  # with the posts of now
        with transaction.atomic():
            told = apply(rows[start : start + TOGETHER], marks, by=by, at=timezone.now(), note=upload.note)
            results = upload.results + told
            upload.tell(done=len(results), results=results)
    with transaction.atomic():
        upload.tell(**uploads.over(upload, timezone.now(), uploads.outcome_of_update(update.session, upload.results)))


def _give_up(upload, why):
    """The upload waits again, with what happened; an update that had begun is over."""
    try:
        with transaction.atomic():
            upload.refresh_from_db(fields=["results"])
            if upload.results:
                upload.tell(**uploads.over(upload, timezone.now(), f"{_so_far(upload)}后出错停下，其余没有更新"))
            else:
                upload.tell(stage=Upload.Stage.FAILED, problem=why[:300])
    except Stopped:
        pass  # cancelled meanwhile, and told so


def _so_far(upload):
    return f"更新 {sum(not why for _, _, why in upload.results)} 件"
