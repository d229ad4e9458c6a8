"""A leader's home: what to sign, and the key proposals under the leader's eye."""

from django.db.models import Q
from django.urls import reverse

from apps.proposals.models import Proposal
from apps.proposals.workflow import ProposalState
from apps.replies.workflow import ReplyState
from apps.units.queries import unit_ids_of

from .lines import reply_line, reply_page, running_replies
from .piles import OTHERS, WATCHED, Pile, Rows, Waiting

ORDER = ("to-sign", "supervised", "coming")


def rows_of(standing, today):
    return [_replies(standing, today), _supervised(standing)]


def _replies(standing, today):
    held = Q(case__named_signer_id__in=standing.leads_as) | Q(
        case__named_signer=None, case__unit_id__in=unit_ids_of(standing.leads_as, today)
    )
    checking = (ReplyState.UNIT_REVIEW, ReplyState.OFFICE_REVIEW)
    return Rows(
        running_replies().filter(held),
        (
            Pile(
                "to-sign",
                "待审签",
                Q(state=ReplyState.LEADER_SIGNOFF),
                reply_line("请审阅答复", "审签", sign_page),
            ),
            Pile(
                "coming", "单位和政府办审核中", Q(state__in=checking), reply_line("审核中", "查看", reply_page), OTHERS
            ),
        ),
        "case__reply_due_on",
    )


def sign_page(reply):
    """Where the proposal and the reply are read and signed; from there back to what else waits."""
    return reverse("replies:act", args=[reply.pk, "sign"]) + "?then=home"


def _supervised(standing):
    supervised = Proposal.objects.filter(supervising_leader_id__in=standing.leads_as)
    supervised = supervised.exclude(state=ProposalState.CLOSED).counted().select_related("session")

    def line(proposal):
        return Waiting(proposal, proposal.get_state_display(), proposal.get_absolute_url(), "查看")

    pile = Pile("supervised", "督办的重点提案", Q(), line, WATCHED)
    return Rows(supervised, (pile,), None, ("-session__year", "number_order", "pk"))
