"""The pages of a proposer, who holds the signed link of a receipt and has no account: no menu, no other proposal."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.proposals.attachments import files_of
from apps.proposals.models import Attachment
from apps.proposals.views import send_file
from apps.proposals.workflow import NotAllowed, OutOfTurn, Refused

from . import links, operations
from .forms import LinkForm
from .models import Receipt

RELATED = (
    "case__proposal__session",
    "case__unit",
    "reply__case",
    "reply__result_class",
    "proposer__proposal",
    "rating",
)


def public(view):
    """For people without an account: never kept by browsers and proxies, never found by search engines."""

    @wraps(view)
    def answered(*args, **kwargs):
        response = view(*args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return login_not_required(never_cache(answered))


def _receipt_of(token):
    """The Receipt that we signed the token for, as it is now; None where there is none."""
    key = links.receipt_key(token)
    return Receipt.objects.select_related(*RELATED).filter(pk=key).first() if key else None


def _gone(request, receipt):
    """One page for all links that do not open, saying nothing of any proposal; what was written can be copied."""
    written = request.POST.get("comment", "")
    return render(request, "ratings/link_gone.html", {"written": written}, status=410 if receipt else 404)


@public
@require_http_methods(["GET", "POST"])
def answer(request, token):
    """The reply as it was issued, and the form of the receipt. Whoever is signed in may look, not answer."""
    receipt, at = _receipt_of(token), timezone.now()
    if receipt is None or not links.is_open_by(token, receipt, timezone.localdate(at)):
        return _gone(request, receipt)
    form = LinkForm(request.POST or None, thing=receipt, user=None, at=at)
    is_staff = request.user.is_authenticated
    if request.method == "POST" and is_staff:
        raise PermissionDenied("这个页面由提案者本人填写。您已登录系统，收到的纸质回执请用“录入”。")
    if request.method == "POST" and form.is_valid():
        try:
            operations.submit(receipt, **form.cleaned_data, by=receipt.proposer, at=at, token=token)
        except Refused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
        except (NotAllowed, OutOfTurn):  # somebody was faster: the same link twice, a paper form, a corrected reply
            return _gone(request, receipt)
        else:
            return redirect("link:thanks")
    context = {
        "receipt": receipt,
        "reply": receipt.reply,
        "proposal": receipt.workflow_proposal,
        "session": receipt.workflow_proposal.session,
        "files": files_of(Attachment.Owner.REPLY, receipt.reply_id),
        "token": token,
        "form": form,
        "is_staff": is_staff,
    }
    return render(request, "ratings/link.html", context, status=422 if request.method == "POST" else 200)


@public
@require_GET
def thanks(request):
    """What happens after a receipt was handed in; the same for everybody."""
    return render(request, "ratings/link_thanks.html")


@public
@require_GET
def file(request, token, pk):
    """A file that the reply was issued with, as long as the link is open."""
    receipt = _receipt_of(token)
    if receipt is None or not links.is_open_by(token, receipt, timezone.localdate()):
        return _gone(request, receipt)
    attachment = files_of(Attachment.Owner.REPLY, receipt.reply_id).filter(pk=pk).first()
    return send_file(attachment) if attachment else _gone(request, None)
