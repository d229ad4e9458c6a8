"""Pages of what is done with many proposals: first what will be done and what cannot be, then what became of each."""

from django.contrib import messages
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.proposals.models import Proposal
from apps.units.queries import units_by_name, units_in_being

from ..forms import BatchRolesForm
from .asked import Listing, ids_of, query_of
from .batches import acts_of, do_one, items_of
from .forms import NoteForAllForm
from .views import back_to, for_those_who_handle

KEPT = "batch_outcome"  # in the user's session, so that a page that is loaded again does nothing again
LOOKED_AT = 1000  # proposals of a filter that one batch looks at
SHOWN = 50  # of those that cannot be done


@require_http_methods(["GET", "POST"])
def batch(request, act):
    """What an act will do to the proposals that were ticked; then does it, to each by itself."""
    for_those_who_handle(request)
    at = timezone.now()
    today = timezone.localdate(at)
    act = next((one for one in acts_of(request.user, today) if one.key == act), None)
    if act is None:
        raise Http404
    if request.method == "POST":
        return _done(request, act, at)
    listing = Listing(request.GET, request.user, today)
    chosen = listing.proposals
    if "all" not in request.GET:
        chosen = chosen.filter(pk__in=ids_of(request.GET))
    chosen = list(chosen[:LOOKED_AT])
    if not chosen:
        messages.warning(request, f"没有选择提案。请先勾选要{act.label}的提案。")
        return back_to(listing.querystring)
    items = items_of(act, chosen, request.user, today)
    able, unable = [one for one in items if not one.why], [one for one in items if one.why]
    is_cut = len(able) > act.most or len(chosen) == LOOKED_AT
    items = _with_forms(act, able[: act.most], request, at) + unable
    return _page(request, act, items, note=NoteForAllForm(), query=listing.querystring, is_cut=is_cut)


def _done(request, act, at):
    today, query = timezone.localdate(at), query_of(QueryDict(request.POST.get("query", ""))).urlencode()
    visible = Proposal.objects.visible_to(request.user, today).filter(pk__in=ids_of(request.POST)[: act.most])
    chosen = visible.select_related("session").prefetch_related("cases", "proposers")
    items = items_of(act, list(chosen.order_by("session", "number_order", "pk")), request.user, today)
    picked = set(request.POST.getlist("pick"))
    items = _with_forms(act, items, request, at, picked)
    note = NoteForAllForm(request.POST)
    doing = [item for item in items if item.key in picked]
    wrong = [item for item in doing if not item.why and item.form is not None and not item.form.is_valid()]
    if not picked or wrong or not note.is_valid():
        return _page(request, act, items, note=note, query=query, picked=picked, wrong=wrong, status=422)
    outcomes = []
    for item in doing:
        given = item.form.cleaned_data if item.form is not None and not item.why else {}
        if not act.is_typed:
            given = {"note": note.cleaned_data["note"]}
        why = do_one(act, item, by=request.user, at=at, seen=request.POST.get(f"seen-{item.key}", ""), **given)
        outcomes.append(_outcome(item, why, given))
    there = {item.key for item in items}
    for gone in (item for item in chosen if any(key.startswith(f"{item.pk}-") for key in picked - there)):
        told = {"name": str(gone), "title": gone.title, "url": gone.get_absolute_url(), "typed": "", "told": ""}
        outcomes.append(told | {"why": f"您打开页面以后已有变化，现在是“{gone.get_state_display()}”。"})
    request.session[KEPT] = {"label": act.label, "outcomes": outcomes, "query": query}
    return redirect("listing:outcome")


def _outcome(item, why, given):
    roles = given.get("roles", ())
    return {
        "name": str(item.proposal),
        "title": item.proposal.title,
        "url": item.proposal.get_absolute_url(),
        "told": "" if roles else item.told,
        "typed": "、".join(f"{unit}（{role.label}）" for unit, role in roles),
        "why": why,
    }


@require_GET
def outcome(request):
    """What became of each proposal of the batch that this user did last."""
    for_those_who_handle(request)
    kept = request.session.get(KEPT)
    if not kept:
        return redirect("desk:proposals")
    done = [one for one in kept["outcomes"] if not one["why"]]
    not_done = [one for one in kept["outcomes"] if one["why"]]
    return render(request, "desk/batch_outcome.html", kept | {"done": done, "not_done": not_done})


def _with_forms(act, items, request, at, picked=()):
    """The items, each with a form where the act is typed for each; the units are read once for all."""
    if not act.is_typed:
        return items
    choices = [(unit.pk, unit.name) for unit in units_in_being(timezone.localdate(at))]
    known = units_by_name()
    for item in items:
        data = request.POST if item.key in picked else None
        item.form = BatchRolesForm(
            data, thing=item.proposal, user=request.user, at=at, prefix=f"i{item.proposal.pk}",
            choices=choices, known=known,
        )  # fmt: skip
    return items


def _page(request, act, items, *, note, query, picked=None, wrong=(), is_cut=False, status=200):
    """`picked`: the keys that were ticked when the page was sent; None: the page is new, everything is ticked."""
    able, unable = [item for item in items if not item.why], [item for item in items if item.why]
    for item in able:
        item.is_picked = picked is None or item.key in picked
        # what the person answered to is what they saw
        item.shown = request.POST.get(f"seen-{item.key}") or item.seen
    context = {
        "act": act,
        "able": able,
        "unable": unable[:SHOWN],
        "unable_count": len(unable),
        "ids": list(dict.fromkeys(item.proposal.pk for item in able)),
        "note": note,
        "query": query,
        "wrong": wrong,
        "is_nothing_picked": picked is not None and not picked,
        "is_cut": is_cut,
    }
    return render(request, "desk/batch.html", context, status=status)
