"""Who stands how to a proposal, and what is open to them."""

import re
import unicodedata

from django.db.models import Case as Choice
from django.db.models import Q, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.accounts.queries import standing_of
from apps.documents.titles import chinese_number
from apps.units.queries import leaders_in_charge

from .workflow import (
    ANSWERING,
    PREDICATES,
    SECRET_ACTIONS,
    AnotherPerson,
    CaseRole,
    CaseState,
    NotAllowed,
    OutOfTurn,
    Party,
    ProposalState,
    Refused,
    predicate,
)


def signers_of(cases, on):
    """case id → the Leader who signs its replies on the day: the one named, else the one in charge. One query.

    Cases of a unit that nobody is in charge of are missing.
    """
    in_charge = leaders_in_charge({case.unit_id for case in cases if not case.named_signer_id}, on)
    found = {case.pk: case.named_signer if case.named_signer_id else in_charge.get(case.unit_id) for case in cases}
    return {pk: leader for pk, leader in found.items() if leader}


def parties_of(user, on, case=None, signers=None, cases=()):
    """The parties that `user` is on the day towards a proposal, or towards one case of it.

    The one place where relations are computed (docs/workflow.md, party). `user` None is a command on the server.
    `cases`: the live ones, where it is about the proposal as a whole: their signers are its leaders.
    `signers`: what `signers_of` gives for them, where the caller has it already.
    """
    if user is None:
        return frozenset({Party.OPERATOR})
    standing = standing_of(user, on)
    found = set()
    if standing.is_office:
        found.add(Party.OFFICE)
    if standing.is_office_head:
        found.add(Party.OFFICE_HEAD)
    if standing.is_secretariat:
        found.add(Party.SECRETARIAT)
    if case is not None:
        if standing.is_office:
            found.add(Party.OFFICE_FOR)
        if case.unit_id in standing.clerk_of:
            found.add(Party.UNIT)
        if case.unit_id in standing.head_of:
            found.add(Party.UNIT_HEAD)
        cases = [case]
    if standing.leads_as and cases:
        signers = signers_of(cases, on) if signers is None else signers
        if any(one.pk in signers and signers[one.pk].pk in standing.leads_as for one in cases):
            found.add(Party.LEADER)
    return frozenset(found)


def parties_towards(thing, user, on, signers=None):
    """`parties_of` for a proposal, for a case, reply, receipt or commitment of one, or for a session's letter."""
    if thing.workflow_proposal is None:
        return parties_of(user, on, signers=_own_signers(thing), cases=[thing])
    case = thing.workflow_case
    if case is not None:
        parties = parties_of(user, on, case, signers)
        # nobody enters for a unit what may not be stored: no scan of a secret proposal
        return parties - {Party.OFFICE_FOR} if case.proposal.is_secret else parties
    return parties_of(user, on, signers=signers, cases=_live_answering(thing))


def _own_signers(thing):
    """What `signers_of` gives, of what belongs to a session as a whole and names its signer itself."""
    return {thing.pk: thing.signer} if thing.signer else {}


def is_secret(thing):
    """Whether it is, or belongs to, a secret proposal; what belongs to a session as a whole is never secret."""
    return thing.workflow_proposal is not None and thing.workflow_proposal.is_secret


def _live_answering(proposal):
    return [case for case in proposal.cases.all() if case.is_answering and case.state != CaseState.ENDED]


def acting_name(thing, action, user, on):
    """How the trail names who acts: 某某, or 某某（代某某） where a leader's action is done by delegation."""
    if user is None:
        return "运维"
    standing = standing_of(user, on)
    if not standing.stands_in_for or all(Party.LEADER not in row.parties for row in thing.WORKFLOW.rows(action)):
        return str(user)
    if thing.workflow_proposal is None:
        found = _own_signers(thing)
    else:
        found = signers_of([thing.workflow_case] if thing.workflow_case is not None else _live_answering(thing), on)
    signers = {leader.pk: str(leader) for leader in found.values()}
    if signers.keys() & (standing.leads_as - standing.stands_in_for):
        return str(user)  # their own business too
    principals = [name for pk, name in signers.items() if pk in standing.stands_in_for]
    return f"{user}（代{'、'.join(principals)}）" if principals else str(user)


def why_not(row, thing, user, on):
    """ "" when nothing stands in the way of the row but state and party, else the reason in Chinese."""
    if is_secret(thing) and row.action not in SECRET_ACTIONS:
        return f"涉密提案只登记案号和状态，不在系统中“{row.label}”，请线下办理。"
    return PREDICATES[row.when](thing, user, on) if row.when else ""


def open_rows(thing, user, on=None, signers=None):
    """The transitions open to `user` on this proposal, or on a thing of it, or on a letter: the list of buttons."""
    if thing.is_over:
        return []
    on = on or timezone.localdate()
    rows = thing.WORKFLOW.open_to(thing.state, parties_towards(thing, user, on, signers))
    return [row for row in rows if not why_not(row, thing, user, on)]


def left_to_another(thing, user, on=None, signers=None):
    """Why what would be this user's to do now is left to somebody else (a second person): Chinese sentences."""
    if thing.is_over:
        return []
    on = on or timezone.localdate()
    rows = thing.WORKFLOW.open_to(thing.state, parties_towards(thing, user, on, signers))
    reasons = [why_not(row, thing, user, on) for row in rows]
    return list(dict.fromkeys(reason for reason in reasons if isinstance(reason, AnotherPerson)))


def is_for_another(row, parties):
    """Whether these parties may take the row only by entering what a unit did on paper (代录)."""
    return parties & set(row.parties) == {Party.OFFICE_FOR}


def check(thing, action, *, user, on, note="", as_party=None, paper=None):
    """The transition that `user` may take now.

    Raises NotAllowed (wrong party), OutOfTurn (wrong state) or Refused (note or paper missing, predicate not met).
    """
    parties = frozenset({as_party}) if as_party else parties_towards(thing, user, on)
    row = thing.WORKFLOW.find(action, thing.state, parties)
    if thing.is_over:
        raise OutOfTurn(f"此{thing.WORKFLOW.label}所属的承办件已调整，或答复已作废，只能查看，不能再“{row.label}”。")
    if row.note_required and not note.strip() and not is_secret(thing):
        raise Refused(f"“{row.label}”须填写说明。")
    if reason := why_not(row, thing, user, on):
        raise Refused(reason)
    check_paper(row, parties, paper)
    return row


def check_paper(row, parties, paper):
    """What the office enters for a unit needs the signed paper and the name of whom it is entered for."""
    if is_for_another(row, parties) and not paper:
        raise Refused(f"代录“{row.label}”须写明代谁办理，并上传其签字件的扫描件。")


def check_opinion_writer(case, *, user, on):
    """Whether `user` may write down the opinion of an assisting case (docs/workflow.md: the clerk prepares it)."""
    # who signs is no matter here, so it is not looked up
    if parties_of(user, on, case, signers={}).isdisjoint({Party.UNIT, Party.UNIT_HEAD}):
        raise NotAllowed("只有协办单位自己可以拟写会办意见。")
    if case.is_answering or case.state != CaseState.HANDLING:
        raise OutOfTurn("此承办件现在不能拟写会办意见。")


def check_attach(proposal, *, user, on):
    """Whether `user` may add files to the proposal itself."""
    if Party.OFFICE not in parties_of(user, on):
        raise NotAllowed("提案的附件由区政府办公室上传。")
    if proposal.is_secret:
        raise Refused("涉密提案不存放任何文件。")


def open_return_request(case):
    return next((request for request in case.return_requests.all() if request.ruled_at is None), None)


def open_extension_request(case):
    return next((request for request in case.extension_requests.all() if request.ruled_at is None), None)


def _own_entry(request, user):
    """Who entered a request for a unit does not rule on it (docs/workflow.md, 政府办代录)."""
    return user and request.requested_by_id == user.pk


@predicate
def has_open_return_request(case, user, on):
    request = open_return_request(case)
    if not request:
        return "没有待裁定的退办申请。"
    return AnotherPerson("这份申请由您代录，请由另一人裁定。") if _own_entry(request, user) else ""


@predicate
def has_open_extension_request(case, user, on):
    request = open_extension_request(case)
    if not request:
        return "没有待裁定的延期申请。"
    return AnotherPerson("这份申请由您代录，请由另一人裁定。") if _own_entry(request, user) else ""


@predicate
def may_ask_for_an_extension(case, user, on):
    if not case.is_answering:
        return "协办单位没有答复期限，不申请延期。"
    if open_extension_request(case):
        return "已有一份延期申请在等待裁定。"
    if any(request.is_granted and request.round == case.round for request in case.extension_requests.all()):
        return "本轮办理已延期一次，不能再延。"
    return ""


@predicate
def is_secret_and_answering(case, user, on):
    if not case.proposal.is_secret:
        return "只有涉密提案线下办结。"
    return "" if case.is_answering else "协办单位不办结提案。"


@predicate
def has_nothing_merged_into_it(proposal, user, on):
    numbers = "、".join(str(merged) for merged in proposal.merged.all())
    return f"已有{numbers}提案并入此提案，请先撤销并案。" if numbers else ""


@predicate
def is_within_return_period_without_request(case, user, on):
    if open_return_request(case):
        return "已有一份退办申请在等待裁定。"
    if case.round > 1:
        return "二次办理的承办件不能退办。"
    if case.return_due_on and on > case.return_due_on:
        return f"已过退办期限（{case.return_due_on:%Y-%m-%d}）。"
    return ""


@predicate
def is_assisting(case, user, on):
    return "" if not case.is_answering else "主办、分办单位不提会办意见。"


def sees_contacts_of(case, user, on=None):
    """Talks and texts of a case are for its own unit and for those above it."""
    standing = standing_of(user, on or timezone.localdate())
    return standing.is_office or standing.is_secretariat or bool(standing.leads_as) or case.unit_id in standing.units


def sees_opinion_of(case, user, on=None):
    """An opinion is for the unit that gives it, the lead unit once given, and those above."""
    on = on or timezone.localdate()
    if sees_contacts_of(case, user, on):
        return True
    units = standing_of(user, on).units
    given = bool(getattr(case, "opinion", None) and case.opinion.given_at)
    if not given:
        return False
    return any(
        other.role == CaseRole.LEAD and other.state != CaseState.ENDED and other.unit_id in units
        for other in case.proposal.cases.all()
    )


WAITS_UNTIL = Choice(
    When(state=CaseState.ASSIGNED, then=Coalesce("accept_due_on", "reply_due_on", "opinion_due_on")),
    When(state=CaseState.HANDLING, then=Coalesce("reply_due_on", "opinion_due_on")),
    default=None,
)
"""Of a case: the deadline of what it waits for, which is acceptance, opinion or reply; None where nothing runs."""


def overdue_by_rule(day):
    """What a case is late with on the day → filter for such cases: acceptance, opinion, reply.

    Once the lead unit has replied, nobody waits for an opinion any more.
    """
    running = (CaseState.ASSIGNED, CaseState.HANDLING)
    wanted = Q(proposal__state__in=(ProposalState.ASSIGNED, ProposalState.HANDLING))
    return {
        "accept": Q(wanted, state=CaseState.ASSIGNED, accept_due_on__lt=day),
        "opinion": Q(wanted, state__in=running, role=CaseRole.ASSIST, opinion_due_on__lt=day),
        "reply": Q(state__in=running, role__in=ANSWERING, reply_due_on__lt=day),
    }


def overdue_on(day):
    """Filter for cases that are late on the day with what they wait for."""
    accept, opinion, reply = overdue_by_rule(day).values()
    return accept | opinion | reply


def number_as_printed(value):
    """A proposal's number as the committee prints it: `84` and `８４` → `084`. Others are kept, in half width."""
    text = unicodedata.normalize("NFKC", str(value)).strip()
    return text.zfill(3) if text.isdecimal() else text


SESSION_NUMBERS = re.compile(r"(\d{1,2})-(\d{1,2})")


def session_label(key):
    """九届四次会议 for the session 9-4; "" for a key of another form."""
    found = SESSION_NUMBERS.fullmatch(key)
    if not found or not all(map(int, found.groups())):
        return ""
    return f"{chinese_number(int(found[1]))}届{chinese_number(int(found[2]))}次会议"


def number_order(number):
    """Sorting key of a number: its digits as a whole number, 0 where there are none."""
    digits = "".join(char for char in number if char in "0123456789")
    return min(int(digits or 0), 2_000_000_000)
