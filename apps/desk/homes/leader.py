"""A leader's home: what to sign, and the key proposals under the leader's eye."""

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse

from apps.proposals.models import Case, Proposal
from apps.proposals.workflow import CaseRole, CaseState, ProposalState
from apps.replies.workflow import ReplyState
from apps.units.queries import unit_ids_of

from ..queries import nearest_due
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
    lead = Case.objects.filter(proposal=OuterRef("pk"), role=CaseRole.LEAD).exclude(state=CaseState.ENDED)
    supervised = (
        supervised.exclude(state=ProposalState.CLOSED)
        .counted()
        .select_related("session")
        .annotate(lead_unit=Subquery(lead.values("unit__name")[:1]))
    )

    def line(proposal):
        url = proposal.get_absolute_url()
        return Waiting(
            proposal, proposal.get_state_display(), url, "查看", proposal.waits_until, proposal.lead_unit or ""
        )

    pile = Pile("supervised", "督办的重点提案", Q(), line, WATCHED)
    return Rows(supervised, (pile,), nearest_due(), ("-session__year", "number_order", "pk"))
