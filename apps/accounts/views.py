"""How pages look to oneself; the office's page of posts: who stands in for whom, and which posts nobody holds."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from . import operations
from .drafts import page_of_form
from .forms import DelegationForm, DisplayForm, EndForm
from .models import Delegation
from .queries import (
    delegations_by_time,
    leaders_with_somebody,
    leaders_without_anybody,
    office_heads,
    standing_of,
    vacant_units,
)


@require_http_methods(["GET", "POST"])
def display(request):
    """显示设置: theme and text size of the person's own pages."""
    user = request.user
    form = DisplayForm(request.POST or None, initial={"theme": user.theme, "text_size": user.text_size})
    if request.method == "POST" and form.is_valid():
        operations.set_display(user, **form.cleaned_data)
        messages.success(request, "显示设置已保存。")
        return redirect("accounts:display")
    return render(request, "accounts/display.html", {"form": form}, status=422 if form.is_bound else 200)


class OwnPassword(auth.PasswordChangeView):
    """修改密码: Django's page and rules, stored by our operation with its event."""

    template_name = "accounts/password.html"
    success_url = reverse_lazy("desk:home")

    def form_valid(self, form):
        operations.set_own_password(form.user, form.cleaned_data["new_password1"], at=timezone.now())
        update_session_auth_hash(self.request, form.user)  # the person stays signed in here, and nowhere else
        return redirect(self.get_success_url())


def _office_only(request):
    if not standing_of(request.user, timezone.localdate()).is_office:
        raise PermissionDenied("此页面供区政府办公室使用。")


@require_GET
def posts(request):
    """岗位与委托: delegations that stand, are to come, are over; leaders and units for whom nobody is there."""
    _office_only(request)
    today = timezone.localdate()
    context = {
        "today": today,
        "delegations": delegations_by_time(today),
        "leaders": leaders_without_anybody(today),
        "units": vacant_units(today),
        "has_office_head": office_heads(today).exists(),
    }
    return render(request, "accounts/posts.html", context)


@require_http_methods(["GET", "POST"])
def delegate(request):
    """登记委托. `?principal=` names the leader who is away."""
    _office_only(request)
    at = timezone.now()
    given = request.GET.get("principal", "")
    form = DelegationForm(
        request.POST or None,
        initial={"from_on": timezone.localdate(at), "principal": given if given.isdecimal() else ""},
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            made = operations.delegate(data.pop("principal"), data.pop("delegate"), **data, by=request.user, at=at)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            days = f"{made.from_on:%Y-%m-%d}至{made.until_on:%Y-%m-%d}"
            messages.success(request, f"已登记委托：{days}，{made.delegate}代{made.principal}。")
            if not leaders_with_somebody(made.from_on).filter(pk=made.principal_id).exists():
                messages.warning(
                    request, f"受托的{made.delegate}岗位也没有账号，暂时无人能在系统中审签，请告知系统管理员设置。"
                )
            return redirect("accounts:posts")
    return render(request, "accounts/delegate.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def end_delegation(request, pk):
    """提前终止."""
    _office_only(request)
    delegation = get_object_or_404(Delegation.objects.select_related("principal", "delegate"), pk=pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.end_delegation(delegation, **form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, f"已提前终止委托：{delegation.delegate}今天起不再代{delegation.principal}。")
            return redirect("accounts:posts")
    context = {"form": form, "delegation": delegation}
    return render(request, "accounts/end_delegation.html", context, status=422 if form.is_bound else 200)


def page_expired(request, reason=""):
    """Instead of Django's page on a token that does not fit: what happened, and the way back to the form."""
    return render(request, "403_csrf.html", {"form_page": page_of_form(request)}, status=403)
