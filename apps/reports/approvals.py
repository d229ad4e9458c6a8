"""The way of the annual letter from 送审 to 登记发文: who agreed to it is kept with what they agreed to.

On 送审 the composed letter is kept as an Edition, with every figure in it and the proposals behind each. What goes out
is printed from that, and its files and hashes are kept. See docs/decisions/0014-editions-of-the-annual-letter.md.
"""

import hashlib
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.queries import leaders_with_somebody, office_heads
from apps.audit.operations import hold
from apps.documents.fonts import FontsUnavailable, MissingGlyph
from apps.documents.kept import as_data
from apps.documents.press import PressError, printed
from apps.documents.word import paper_docx
from apps.figures.queries import tally as tally_of
from apps.proposals.models import Dispatch
from apps.proposals.operations import advance, check_day, operation
from apps.proposals.queries import acting_name, check
from apps.proposals.workflow import AnotherPerson, OutOfTurn, Refused, predicate
from apps.replies.queries import is_number_used

from .frozen import members_of, references_of, rows_of
from .letter import before_approval, compose
from .models import Edition, content_of, digest, place_of

DISPATCH_KIND = "annual-letter"  # of its Dispatch, by which its number is known to all that gives numbers


@predicate
def is_not_who_submitted_it(letter, user, on):
    latest = letter.latest
    if user and latest and latest.submitted_by_id == user.pk:
        return AnotherPerson("送审人不能审核自己送审的通报，请由另一位办公室负责人审核，或撤回后由他人送审。")
    return ""


@operation
def submit(letter, signer, *, by, at, note=""):
    """送审: the letter is composed as of the day of its figures and kept; `signer`, a Leader, is to sign it.

    Refused where nobody could approve or sign it, and where something is unfinished and no note says why it goes up
    all the same.
    """
    on = timezone.localdate(at)
    if letter.figures_on and letter.figures_on > on:
        raise Refused(f"数字截至日期（{letter.figures_on:%Y-%m-%d}）在今天之后，请在“文号、场合与文字”里核对。")

    def keep():
        if not office_heads(on).exclude(pk=by.pk).exists():
            raise Refused("没有可以审核的人：办公室没有另一位负责人的岗位。请系统管理员设置“区政府办公室负责人”岗位。")
        if not leaders_with_somebody(on).filter(pk=signer.pk).exists():
            raise Refused(
                f"{signer}在系统里没有账号，也没有委托他人，无法签发。请另选签发领导，或请系统管理员设置岗位、委托。"
            )
        edition = _kept(letter, signer, by, at, note.strip())
        if edition.unfinished and not edition.note:
            raise Refused("通报还有未完成的事项，请在说明中写明为什么仍要送审。")
        return _told(edition) | {"signer": signer.name}

    advance(letter, "submit", by=by, at=at, note=note, then=keep, signer=signer)
    return letter


def _kept(letter, signer, by, at, note):
    hold()  # letter and figures of one moment
    tally = tally_of(letter.session, letter.figures_on)
    composed = compose(letter.session, letter.figures_on, tally)
    edition = Edition(
        letter=letter,
        number=letter.editions.count() + 1,
        content=content_of(composed.letter),
        as_of=letter.figures_on,
        figures=tally.as_json(),
        members=members_of(tally),
        rows=rows_of(tally),
        references=references_of(composed),
        unfinished=before_approval(composed.unfinished),
        signer=signer,
        submitted_by=by,
        submitted_at=at,
        note=note,
    )
    edition.sha256 = digest(edition.kept)
    edition.save()
    return edition


def _told(edition):
    """What every event about an edition tells of it."""
    return {"edition": edition.number, "sha256": edition.sha256}


def _move(letter, action, *, by, at, note="", changes=(), facts=(), **edition_changes):
    """An action on the letter with what it leaves on its latest edition.

    `changes`: further columns of the letter, `facts`: further ones for the event.
    """
    edition = letter.latest

    def mark():
        if not edition.is_intact:
            raise Refused("这一稿留存的内容与校验码不符，可能被改动过。请停止办理，联系运维人员和安全审计员。")
        if edition_changes:
            Edition.objects.filter(pk=edition.pk).update(**edition_changes)
        return _told(edition) | dict(facts)

    advance(letter, action, by=by, at=at, note=note, then=mark, **dict(changes))
    return letter


def _void(letter, action, *, by, at, note=""):
    ended = {"void_by": by, "void_at": at, "void_action": action, "void_note": note.strip()}
    return _move(letter, action, by=by, at=at, note=note, **ended)


@operation
def approve(letter, *, by, at):
    """审核 by the head of the office, who is not the one who submitted it."""
    return _move(letter, "approve", by=by, at=at, approved_by=by, approved_at=at)


@operation
def sign(letter, *, by, at):
    """签发 by the leader it names, or who stands in for them; the hash of what they signed is kept with the edition."""
    name = acting_name(letter, "sign", by, timezone.localdate(at))
    return _move(letter, "sign", by=by, at=at, signed_by=by, signed_at=at, signed_as=name, signed_hash=F("sha256"))


@operation
def send_back(letter, *, by, at, note):
    """退回修改 by the head of the office or the leader: the edition is void, the texts can be written again."""
    return _void(letter, "return", by=by, at=at, note=note)


@operation
def recall(letter, *, by, at):
    """撤回 by the office before it is signed."""
    return _void(letter, "recall", by=by, at=at)


@operation
def revoke(letter, *, by, at, note):
    """撤回签发 by the leader before it has gone out."""
    return _void(letter, "revoke", by=by, at=at, note=note)


@operation
def reopen(letter, *, by, at, note):
    """更正: a new edition of a letter that went out is begun, and gets a number of its own; the old one stays kept."""
    return _move(letter, "reopen", by=by, at=at, note=note, changes={"number": "", "dated_on": None})


def issue(letter, number, dated_on, *, by, at, seen=None):
    """登记发文: the letter as it was signed, under a number and a day, is printed and kept as PDF and DOCX.

    Printed before anything is stored, since that takes seconds. Refused where the number is used or the paper cannot
    be printed; then nothing is kept.
    """
    _check_issue(letter, number, dated_on, by, at)
    edition = letter.latest
    final = edition.numbered(number, dated_on)
    files = {"pdf": _pdf_of(final), "docx": paper_docx(final)}
    with _stored(files) as places:
        return _issue(letter, edition, final, places, files, by=by, at=at, seen=seen)


def _check_issue(letter, number, dated_on, by, at):
    check(letter, "issue", user=by, on=timezone.localdate(at))
    check_day(dated_on, letter.session, at, "成文日期")
    if is_number_used(number, letter.session):
        raise Refused(f"发文字号“{number}”已用于另一件公文，请核对。")


def _pdf_of(paper):
    try:
        return printed(paper)
    except (MissingGlyph, PressError) as failed:
        raise Refused(f"没有发文，因为没有印成 PDF：{failed}") from failed
    except FontsUnavailable as missing:
        raise Refused("没有发文：服务器上没有排印公文所需的字体，请联系运维人员安装。") from missing


@contextmanager
def _stored(files):
    """Where files lie by their endings; they are gone again where what follows fails."""
    places = {}
    try:
        for ending, content in files.items():
            places[ending] = default_storage.save(place_of(None, ending), ContentFile(content))
        yield places
    except BaseException:
        for place in places.values():
            default_storage.delete(place)
        raise


@operation
def _issue(letter, edition, final, places, files, *, by, at):
    _check_issue(letter, final.number, final.dated_on, by, at)
    if letter.latest != edition:
        raise OutOfTurn("您打开页面以后，通报已另有一稿。请按最新情况操作。")
    hashes = {f"{ending}_sha256": hashlib.sha256(content).hexdigest() for ending, content in files.items()}
    issued = {"issued_by": by, "issued_at": at, "document_number": final.number, "dated_on": final.dated_on}
    given = {"number": final.number, "dated_on": final.dated_on}
    _register(letter, edition, final, by, at)
    facts = {"number": final.number, "dated_on": str(final.dated_on)} | hashes
    return _move(letter, "issue", by=by, at=at, changes=given, facts=facts, **issued, **places, **hashes)


def _register(letter, edition, final, by, at):
    """Its number among those of all papers, so that none other gets it and the registers show it."""
    try:
        with transaction.atomic():
            Dispatch.objects.create(
                kind=DISPATCH_KIND,
                subject_key=letter.session_id,
                session=letter.session,
                number=final.number,
                dated_on=final.dated_on,
                title=final.title,
                addressee=final.addressee,
                signer=str(edition.signer),
                content=as_data(final),
                registered_by=by,
                registered_at=at,
            )
    except IntegrityError as taken:  # by a paper of another session, at this very moment
        raise Refused(f"发文字号“{final.number}”刚刚用于另一件公文，请核对。") from taken
