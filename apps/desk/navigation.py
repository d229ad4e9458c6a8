"""The menu of each post, for every page."""

from django.urls import reverse
from django.utils import timezone

from apps.accounts.queries import standing_of


def navigation(request):
    """Context processor: `nav` for the header, `post_label` beside the name."""
    user = getattr(request, "user", None)
    if not user or not user.is_authenticated:
        return {"nav": []}
    standing = standing_of(user, timezone.localdate())
    nav = [
        {"label": label, "url": url, "current": request.path == url or (url != "/" and request.path.startswith(url))}
        for label, url in entries_of(standing)
    ]
    return {"nav": nav, "post_label": standing.label}


def entries_of(standing):
    """The menu of a post, in order: `[(label, url)]`."""
    entries = [("首页", reverse("desk:home"))]
    if standing.handles_proposals:
        entries.append(("提案", reverse("desk:proposals")))
    if standing.is_office:
        entries += [("登记", reverse("proposals:register")), ("导入导出", reverse("exchange:home"))]
    elif standing.is_secretariat:
        entries.append(("导入导出", reverse("exchange:home")))
    if standing.handles_proposals:
        entries.append(("文书", reverse("papers:sessions")))
    if standing.units:
        entries.append(("通报素材", reverse("reports:material_asked")))
    if standing.is_office or standing.is_secretariat or standing.leads_as:
        entries.append(("年度通报", reverse("reports:letters")))
    if standing.is_office or standing.is_secretariat:
        entries.append(("届次设置", reverse("settings:home")))
    if standing.is_office:
        entries += [("岗位与委托", reverse("accounts:posts")), ("管理", reverse("admin:index"))]
    if standing.is_auditor:
        entries.append(("审计日志", reverse("desk:audit")))
    if standing.is_system_admin and not standing.is_office:
        entries.append(("账号管理", reverse("admin:index")))
    return entries
