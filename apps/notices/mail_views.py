"""Pages of mail: how a person wants it, and what became of what was sent."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.queries import standing_of

from . import mailing, operations
from .forms import WishForm
from .models import Mail, MailWish
from .tasks import send_mail
from .views import reader

PAGE = 50


@require_http_methods(["GET", "POST"])
def settings(request):
    """通知设置: to which address, and no mail, one by one, or once a day."""
    user = reader(request)
    wish = MailWish.objects.filter(user=user).first() or MailWish(user=user)
    form = WishForm(request.POST or None, initial={"how": wish.how, "email": user.email})
    if request.method == "POST" and form.is_valid():
        operations.set_wish(user, **form.cleaned_data, at=timezone.now())
        messages.success(request, "通知设置已保存。")
        if not form.cleaned_data["email"] and form.cleaned_data["how"] != MailWish.How.NONE:
            messages.warning(request, "没有填写邮件地址，收不到邮件。")
        return redirect("notices:settings")
    context = {"form": form, "is_set_up": mailing.is_set_up()}
    return render(request, "notices/settings.html", context, status=422 if form.is_bound else 200)


def _keeper(request):
    """The standing of one of the office or of a system administrator: who looks after mail."""
    standing = standing_of(request.user, timezone.localdate())
    if not standing.is_office and not standing.is_system_admin:
        raise Http404
    return standing


@require_GET
def mails(request):
    """邮件记录: sent, waiting, failed and why. What a mail says is for the office alone."""
    standing = _keeper(request)
    only_failed = "failed" in request.GET
    found = Mail.objects.select_related("person").defer("body")
    if only_failed:
        found = found.filter(stage=Mail.Stage.FAILED)
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "only_failed": only_failed,
        "querystring": "failed" if only_failed else "",
        "sees_subjects": standing.is_office,
        "is_set_up": mailing.is_set_up(),
    }
    return render(request, "notices/mails.html", context)


@require_POST
def send_again(request, pk):
    """再发 of a mail that failed."""
    _keeper(request)
    mailing.send_again(get_object_or_404(Mail, pk=pk), enqueue=send_mail.enqueue)
    messages.success(request, "已重新发送，结果稍后在此显示。")
    return redirect("notices:mails")
