"""What papers are about: rows of the occasion's session that its user may see, ready to be composed.

Each function takes a kinds.Occasion and gives a queryset. What the user may see is decided by the apps that the rows
belong to; secret proposals have no paper.
"""

from django.db.models import CharField, Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Cast

from apps.accounts.queries import standing_of
from apps.audit.models import Event
from apps.audit.queries import of_target
from apps.proposals.models import Case, Contact, Dispatch, ExtensionRequest, Proposal, ReturnRequest, Session
from apps.proposals.workflow import CaseRole, CaseState
from apps.replies.queries import drafts_visible_to, replies_visible_to, with_delegates
from apps.replies.workflow import ReplyState
from apps.units.models import Unit


def proposals(occasion):
    seen = Proposal.objects.visible_to(occasion.user, occasion.on).filter(session=occasion.session, is_secret=False)
    return seen.select_related("session", "category", "sector", "supervising_leader").prefetch_related("proposers")


def cases(occasion):
    """Cases of proposals the user sees; a unit sees its own ones only."""
    seen = _cases_of_seen_proposals(occasion)
    standing = standing_of(occasion.user, occasion.on)
    return seen if _is_above_units(standing) else seen.filter(unit_id__in=standing.units)


def _is_above_units(standing):
    return standing.is_office or standing.is_secretariat or bool(standing.leads_as)


def _cases_of_seen_proposals(occasion):
    read = Proposal.objects.select_related("session", "category", "sector", "supervising_leader")
    return (
        Case.objects.filter(proposal__in=proposals(occasion).values("pk"))
        .select_related("unit", "named_signer")
        .prefetch_related(Prefetch("proposal", read), "proposal__proposers")
        .order_by("proposal__number_order", "proposal__number", "pk")
    )


def given_opinions(occasion):
    """Assisting cases with an opinion given, which the lead unit sees too: see proposals.queries.sees_opinion_of."""
    seen = _cases_of_seen_proposals(occasion).filter(role=CaseRole.ASSIST, opinion__given_at__isnull=False)
    standing = standing_of(occasion.user, occasion.on)
    if not _is_above_units(standing):
        led = Case.objects.filter(unit_id__in=standing.units, role=CaseRole.LEAD).exclude(state=CaseState.ENDED)
        seen = seen.filter(Q(unit_id__in=standing.units) | Q(proposal__in=led.values("proposal")))
    return seen.select_related("opinion").prefetch_related("proposal__cases__unit", "proposal__attachments")


def replies(occasion):
    """Replies that the user may read and that have a text: what was imported has none."""
    seen = replies_visible_to(occasion.user, occasion.on).filter(case__proposal__in=proposals(occasion).values("pk"))
    return (
        with_delegates(seen)
        .exclude(body="")
        .select_related("case__unit", "case__proposal__session", "case__named_signer", "result_class", "signer",
                        "signed_by", "approved_by", "forwarded_by", "submitted_by", "paper_by")
        .prefetch_related("case__proposal__proposers", "commitments", "case__proposal__merged__proposers", "receipts",
                          "case__proposal__cases__unit", "case__proposal__attachments",
                          "case__proposal__session__ratings")
        .order_by("case__proposal__number_order", "case__proposal__number", "case_id", "round", "pk")
    )  # fmt: skip


def replies_that_ask(occasion):
    """Replies on which proposers are asked for a receipt."""
    return replies(occasion).filter(is_supplementary=False)


def replies_to_sign(occasion):
    """Replies that wait for a leader's signature or have it, for those who see how they came about."""
    waits = Q(state__in=(ReplyState.LEADER_SIGNOFF, ReplyState.PAPER_SIGNED))
    how = drafts_visible_to(occasion.user, occasion.on).values("pk")
    return replies(occasion).filter(waits | Q(signed_at__isnull=False), pk__in=how)


def of_cases(model, occasion, *read):
    """Rows of a model that has a `case`, of the cases that the user sees."""
    seen = model.objects.filter(case__in=cases(occasion).values("pk"))
    read = ("case__unit", "case__proposal__session", *read)
    return seen.select_related(*read).prefetch_related("case__proposal__proposers")


def contacts(occasion):
    return of_cases(Contact, occasion, "recorded_by").order_by("case__proposal__number_order", "held_on", "pk")


def return_requests(occasion):
    return of_cases(ReturnRequest, occasion, "suggested_unit", "requested_by", "ruled_by")


def extension_requests(occasion):
    return of_cases(ExtensionRequest, occasion, "requested_by", "ruled_by")


def units(occasion):
    """Units that handle proposals of the session: all for the government office, their own for people of a unit."""
    standing = standing_of(occasion.user, occasion.on)
    live = Case.objects.exclude(state=CaseState.ENDED)
    live = live.filter(proposal__session=occasion.session, proposal__is_secret=False)
    seen = Unit.objects.filter(pk__in=live.values("unit_id"))
    return seen if standing.is_office else seen.filter(pk__in=standing.units)


def proposals_with(actions, occasion):
    """Proposals of which the trail tells one of the actions, with their cases; for the government office alone."""
    if not standing_of(occasion.user, occasion.on).is_office:
        return Proposal.objects.none()
    told = Event.objects.filter(
        target_type="proposal", target_key=Cast(OuterRef("pk"), CharField()), action__in=actions
    )
    return proposals(occasion).filter(Exists(told)).prefetch_related("cases__unit")


def events_of(proposal, actions):
    """What the trail tells of a proposal by these actions, oldest first."""
    return list(of_target("proposal", str(proposal.pk)).filter(action__in=actions))


def covered_by(kind, **among):
    """Ids that papers of the kind with this key have listed, void ones left out. `among`: fields of Dispatch."""
    sent = Dispatch.objects.filter(kind=kind, void_at=None, **among)
    return {pk for covers in sent.values_list("covers", flat=True) for pk in covers}


def session_for_office(occasion):
    """The session, for the government office alone."""
    return _session(occasion, standing_of(occasion.user, occasion.on).is_office)


def session_for_committee(occasion):
    """The session, for the committee's secretariat alone."""
    return _session(occasion, standing_of(occasion.user, occasion.on).is_secretariat)


def _session(occasion, is_seen):
    return Session.objects.filter(pk=occasion.session.pk) if is_seen else Session.objects.none()
