"""Which deed is told to whom, and in which words: the one table of it. Pure; no queries.

The key is the action of the audit event. Somebody is told only of what is theirs to do or concerns their own part, and
only of what they may see then (docs/workflow.md, 谁能看到什么): of the draft of an allocation, while it is shared, the
number and title of what their own unit is asked about, and no note; of a reply that has not gone out the unit, the
office and the signer alone; of a rating once it is confirmed; of a card once it was issued; of the annual letter those
who write, approve and sign it, the committee once it has gone out, units of what they are asked for it.
"""

from dataclasses import dataclass
from enum import StrEnum


class To(StrEnum):
    """Who is told. Clerks and heads are those of the unit of the case that the deed is about."""

    CLERKS = "clerks"  # where the unit has none, its heads
    UNIT = "unit"  # clerks and heads
    HEADS = "heads"
    LEAD_CLERKS = "lead_clerks"  # of the unit that leads the proposal
    OFFICE = "office"
    SECRETARIAT = "secretariat"
    SIGNER = "signer"  # who signs the replies of the case on that day, a delegate included
    SUPERVISOR = "supervisor"  # the leader who supervises the key proposal
    OFFICE_HEADS = "office_heads"


class About(StrEnum):
    """Which cases the deed is about, for each of which the telling is made once."""

    CASE = "case"  # the one that the event names
    BEGUN = "cases"  # those that the deed began
    ENDED = "ended"  # those that it ended
    LIVE = "live"  # all that are not ended
    NONE = "none"  # the proposal as a whole
    ASKED = "asked"  # no case yet: the parts of a shared draft that a unit has not answered to
    LETTER = "letter"  # no proposal: the session's annual letter, its signer being who is to sign it
    MATERIAL = "material"  # what units were asked for the letter: those that the event names


@dataclass(frozen=True)
class Telling:
    """`text` may name facts in braces: those of `operations.facts_of`. `when`: a further condition, in `queries`."""

    to: To
    text: str
    about: About = About.CASE
    when: str = ""


T, A = To, About
NEW = Telling(T.CLERKS, "新交办，请于{accept_due}前签收", A.BEGUN)
ENDED = Telling(T.UNIT, "{unit}不再承办", A.ENDED)
ASKED = Telling(T.UNIT, "分办征求意见：拟由{unit}{role}，请于{answer_by}前反馈", A.ASKED)

DEEDS = {
    "allocation.share": (ASKED,),
    "allocation.place": (ASKED,),
    "proposal.assign": (NEW,),
    "proposal.adjust": (NEW, ENDED),
    "proposal.transfer": (Telling(T.UNIT, "移交{successor}承接，请接续办理"),),
    "proposal.correct": (Telling(T.CLERKS, "登记内容有更正，请核对", A.LIVE),),
    "proposal.mark_key": (
        Telling(T.SUPERVISOR, "列为重点提案，由您督办", A.NONE, "is_key"),
        Telling(T.UNIT, "列为重点提案", A.LIVE, "is_key"),
    ),
    "proposal.coordinate": (Telling(T.UNIT, "有协调意见，请按协调意见办理", A.LIVE),),
    "proposal.withdraw": (Telling(T.UNIT, "已撤案，不再办理", A.ENDED),),
    "proposal.hand_back": (Telling(T.UNIT, "已退回提案委，不再办理", A.ENDED),),
    "proposal.merge": (Telling(T.UNIT, "已并入{main}，不再单独办理", A.ENDED),),
    "proposal.carry_over": (Telling(T.UNIT, "结转续办，请继续办理", A.LIVE),),
    "case.urge": (Telling(T.UNIT, "催办：请尽快{step}（期限{due}）"),),
    "case.request_return": (Telling(T.OFFICE, "{unit}申请退办，请裁定"),),
    "case.grant_return": (Telling(T.UNIT, "退办申请已同意，{unit}不再承办"),),
    "case.refuse_return": (Telling(T.UNIT, "退办申请未同意，视为已签收，请继续办理"),),
    "case.request_extension": (Telling(T.OFFICE, "{unit}申请延期至{wanted_on}，请裁定"),),
    "case.grant_extension": (Telling(T.UNIT, "延期申请已同意，答复期限延至{reply_due}"),),
    "case.refuse_extension": (Telling(T.UNIT, "延期申请未同意，请于{reply_due}前答复"),),
    "case.advise": (Telling(T.LEAD_CLERKS, "{unit}已提会办意见"),),
    "case.rehandle": (Telling(T.UNIT, "转入二次办理，请于{reply_due}前再次答复"),),
    "case.undo": (Telling(T.UNIT, "回执有更正，恢复为已答复"),),
    "case.close": (Telling(T.UNIT, "已办结"),),
    "case.close_unanswered": (Telling(T.UNIT, "已按未反馈结案"), Telling(T.OFFICE, "{unit}的答复已按未反馈结案")),
    "case.close_agreed": (Telling(T.UNIT, "已商定结案"), Telling(T.SECRETARIAT, "{unit}的答复已商定结案")),
    "reply.submit": (Telling(T.HEADS, "答复已送审，请审阅签发"),),
    "reply.unit_approve": (Telling(T.OFFICE, "{unit}的答复已签发，请核稿"),),
    "reply.office_forward": (Telling(T.SIGNER, "{unit}的答复请您审签"),),
    "reply.redirect": (Telling(T.SIGNER, "{unit}的答复转请您审签"),),
    "reply.meet": (Telling(T.SIGNER, "{unit}已当面答复，会面记录请您审签"),),
    "reply.polish": (Telling(T.CLERKS, "答复的文字有核改，请查看"),),
    "reply.sign": (Telling(T.UNIT, "答复已审签，请寄送提案者"),),
    "reply.sign_on_paper": (Telling(T.OFFICE, "{unit}的纸质审签已登记，请另一人核对"),),
    "reply.verify_paper": (Telling(T.UNIT, "答复已审签，请寄送提案者"),),
    "reply.reject_paper": (Telling(T.OFFICE, "{unit}的纸签被退回，请重新登记"),),
    "reply.return": (Telling(T.UNIT, "答复被退回，请修改后再送审"),),
    "reply.revoke": (Telling(T.UNIT, "审签已撤回，请修改后再送审"), Telling(T.OFFICE, "{unit}的答复审签已撤回")),
    "reply.issue": (Telling(T.SECRETARIAT, "{unit}已寄送答复", A.CASE, "asks_for_receipts"),),
    "reply.reissue": (
        Telling(T.UNIT, "原答复作废，请更正后重发"),
        Telling(T.SECRETARIAT, "{unit}的答复作废，将更正重发"),
    ),
    "receipt.submit": (Telling(T.SECRETARIAT, "提案者已填写回执，请审核"),),
    "receipt.enter": (Telling(T.SECRETARIAT, "回执已录入，请另一人审核"),),
    "receipt.amend": (Telling(T.SECRETARIAT, "回执有更正，请另一人审核"),),
    "receipt.confirm": (
        Telling(T.UNIT, "提案者不满意{unit}的答复", A.CASE, "is_dissatisfied"),
        Telling(T.OFFICE, "提案者不满意{unit}的答复", A.CASE, "is_dissatisfied"),
    ),
    "commitment.report": (Telling(T.OFFICE, "{unit}报告承诺进展，请核实"),),
    "commitment.verify": (Telling(T.UNIT, "承诺已核实，记为已落实"),),
    "commitment.send_back": (Telling(T.UNIT, "承诺进展被退回，请继续落实"),),
    "commitment.postpone": (Telling(T.UNIT, "承诺的时限已调整"),),
    "commitment.lapse": (Telling(T.UNIT, "承诺已终止"),),
    "card.propose": (Telling(T.OFFICE, "{unit}拟发{colour}，请决定"),),
    "card.issue": (Telling(T.UNIT, "收到{colour}，请整改并反馈"),),
    "card.raise": (Telling(T.UNIT, "黄牌升级为红牌，请整改并反馈"),),
    "card.object": (Telling(T.OFFICE, "{unit}对{colour}提出申辩"),),
    "card.answer": (Telling(T.OFFICE, "{unit}已反馈整改，请摘牌"),),
    "card.lift": (Telling(T.UNIT, "{colour}已摘牌"),),
    "card.withdraw": (Telling(T.UNIT, "{colour}已撤销"),),
    "letter.submit": (Telling(T.OFFICE_HEADS, "年度通报已送审，请审核", A.LETTER),),
    "letter.approve": (Telling(T.SIGNER, "年度通报已审核，请签发", A.LETTER),),
    "letter.sign": (Telling(T.OFFICE, "年度通报已签发，请编号发文", A.LETTER),),
    "letter.return": (Telling(T.OFFICE, "年度通报被退回，请修改后重新送审", A.LETTER),),
    "letter.recall": (
        Telling(T.OFFICE_HEADS, "年度通报已撤回修改", A.LETTER),
        Telling(T.SIGNER, "年度通报已撤回修改，暂不签发", A.LETTER, "went_to_the_leader"),
    ),
    "letter.revoke": (Telling(T.OFFICE, "年度通报的签发已撤回，请修改后重新送审", A.LETTER),),
    "letter.issue": (
        Telling(T.SIGNER, "年度通报已发文", A.LETTER),
        Telling(T.SECRETARIAT, "年度通报已发文，请查阅", A.LETTER),
    ),
    "letter.reopen": (Telling(T.SIGNER, "年度通报转入更正，改好后再请签发", A.LETTER),),
    "letter.ask_material": (Telling(T.UNIT, "征集通报素材，请于{due}前反馈", A.MATERIAL),),
    "letter.withdraw_material": (Telling(T.UNIT, "素材征集已撤回，不必再反馈", A.MATERIAL),),
    "letter.give_material": (Telling(T.OFFICE, "{unit}已反馈通报素材", A.LETTER),),
}


def as_day(day):
    """A deadline (date or None) as notices name it: 3月13日."""
    return f"{day.month}月{day.day}日" if day else "规定的期限"


OF_DRAFT = frozenset(action for action, row in DEEDS.items() if any(one.about == About.ASKED for one in row))
"""Kinds of notices of what is only planned: their readers may not see the proposal, but answer what they are asked."""
OF_MATERIAL = frozenset(action for action, row in DEEDS.items() if any(one.about == About.MATERIAL for one in row))
"""Kinds of notices of what units are asked for the annual letter, which itself they may not read."""
