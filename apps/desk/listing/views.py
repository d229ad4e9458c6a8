"""The list of proposals, its workbook, and what each user keeps of it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.queries import standing_of
from apps.documents.downloads import XLSX, download
from apps.proposals.workflow import Refused

from ..models import SavedFilter
from . import saved
from .asked import Listing, ids_of, query_of
from .batches import acts_of
from .columns import DEFAULT, SORTS
from .export import name_of, workbook_of
from .forms import ColumnsForm, SavedFilterForm
from .rows import rows_of

PAGE = 30


class Pages(Paginator):
    """Pages of a Listing, which has counted already."""

    def __init__(self, listing):
        super().__init__(listing.proposals, PAGE)
        self.listing = listing

    @cached_property
    def count(self):
        return self.listing.filter.count


def for_those_who_handle(request):
    """404 for whom proposals are no business of."""
    if not standing_of(request.user, timezone.localdate()).handles_proposals:
        raise Http404


def back_to(query):
    """The list again, as its address was."""
    query = query_of(QueryDict(query)).urlencode()
    return redirect(reverse("desk:proposals") + (f"?{query}" if query else ""))


@require_GET
def proposals(request):
    """The list of proposals that this user may see, filtered, searched, sorted and paged."""
    for_those_who_handle(request)
    kept = saved.kept_by(request.user)
    listing = Listing(request.GET, request.user, keys=kept.keys)
    page = Pages(listing).get_page(request.GET.get("page"))
    context = {
        "listing": listing,
        "filter": listing.filter,
        "page": page,
        "rows": rows_of(list(page.object_list), listing),
        "querystring": listing.querystring,
        "kept": kept,
        "current": next((one for one in kept.filters if one.query and one.query == listing.querystring), None),
        "acts": acts_of(request.user, listing.today),
        "sorts": SORTS,
        "columns": ColumnsForm(initial={"columns": [column.key for column in listing.columns]}),
        "save": SavedFilterForm(),
    }
    return render(request, "desk/proposals.html", context)


@require_GET
def export(request):
    """The list as a workbook, just as it is shown, all its pages; of the selected alone, where some are."""
    for_those_who_handle(request)
    listing = Listing(request.GET, request.user, keys=saved.kept_by(request.user).keys)
    keys = None if "all" in request.GET else ids_of(request.GET) or None
    return download(workbook_of(listing, keys), XLSX, name_of(listing.today))


@require_POST
def choose_columns(request):
    """The columns that this user wants to see from now on."""
    for_those_who_handle(request)
    form = ColumnsForm(request.POST)
    if "usual" in request.POST:
        saved.choose_columns(request.user, DEFAULT)
        messages.success(request, "已恢复通常的列。")
    elif form.is_valid():
        saved.choose_columns(request.user, form.cleaned_data["columns"])
        messages.success(request, "列已按您的选择保存。")
    else:
        messages.error(request, "没有保存列：有一列已不存在，请重新选择。")
    return back_to(request.POST.get("query", ""))


@require_http_methods(["GET", "POST"])
def filters(request):
    """常用筛选 of this user: all of them, and a new one."""
    for_those_who_handle(request)
    query = query_of(QueryDict(request.POST.get("query", "") or request.GET.urlencode())).urlencode()
    form = SavedFilterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = saved.save_filter(request.user, query=query, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已保存常用筛选“{made}”。")
            return back_to(query)
    return _filters_page(request, query, form)


@require_POST
def change_filter(request, pk):
    for_those_who_handle(request)
    one = get_object_or_404(SavedFilter, pk=pk, user=request.user)
    form = SavedFilterForm(request.POST, instance=one, prefix=f"f{pk}")
    if form.is_valid():
        try:
            saved.change_filter(one, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已修改常用筛选“{one}”。")
            return redirect("listing:filters")
    return _filters_page(request, "", SavedFilterForm(), form)


@require_POST
def remove_filter(request, pk):
    for_those_who_handle(request)
    one = get_object_or_404(SavedFilter, pk=pk, user=request.user)
    one.delete()
    messages.success(request, f"已删除常用筛选“{one}”。")
    return redirect("listing:filters")


def _filters_page(request, query, form, changed=None):
    """`form`: of the new one; `changed`: the form of one that could not be changed as it was typed."""
    forms = [
        changed if changed and changed.instance.pk == one.pk else SavedFilterForm(instance=one, prefix=f"f{one.pk}")
        for one in SavedFilter.objects.filter(user=request.user)
    ]
    described = Listing(QueryDict(query), request.user)
    context = {"forms": forms, "form": form, "changed": changed, "query": query, "listing": described}
    status = 422 if form.errors or changed else 200
    return render(request, "desk/saved_filters.html", context, status=status)
