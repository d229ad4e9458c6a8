"""The menu of each post and of each person, for every page."""

from itertools import accumulate

from django.urls import reverse
from django.utils import timezone

from apps.accounts.queries import standing_of

# Not used every day: folded under 更多, so that the head stays in one row.
RARE = frozenset({"邮件记录", "导入导出", "届次设置", "岗位与委托", "管理"})
ROW = 19.4  # em that the menu has on a telephone: what does not fit whole is under 更多 there, too
BESIDE = 1.45  # em that an entry takes beside its words
BENEATH = {
    "首页": ("/waiting/",),
    "提案": ("/replies/", "/receipts/", "/cards/"),
    "年度通报": ("/reports/",),  # 校对通报, 届次对比, the editions
}
"""Where the pages of an entry are whose addresses do not begin with its own; the nearest entry is the current one."""


def navigation(request):
    """Context processor, for the header: `nav`, each entry with `folds` (under 更多 on a telephone), and `nav_rare`;
    for the person's own menu `person` and `post_label`."""
    user = getattr(request, "user", None)
    if not user or not user.is_authenticated:
        return {"nav": []}
    standing = standing_of(user, timezone.localdate())
    entries = _marked(entries_of(standing), request.path)
    rare = [entry for entry in entries if entry["label"] in RARE]
    daily = [entry for entry in entries if entry["label"] not in RARE]
    shown = _fitting([entry["label"] for entry in daily], bool(rare))
    daily = [entry | {"folds": place >= shown} for place, entry in enumerate(daily)]
    return {
        "nav": daily,
        "nav_rare": rare,
        "nav_folded": daily[shown:],
        "nav_rare_current": any(entry["current"] for entry in rare),
        "nav_folded_current": any(entry["current"] for entry in daily[shown:]),
        "person": _marked(person_entries(standing), request.path),
        "post_label": standing.label,
    }


def _marked(entries, path):
    """Entries as dicts; current is the one whose pages the path is among, the nearest of several (提案, 登记)."""
    roots = [(root, label) for label, url in entries for root in (url, *BENEATH.get(label, ()))]
    above = [(len(root), label) for root, label in roots if path == root or (root != "/" and path.startswith(root))]
    _, current = max(above, default=(0, None))
    return [{"label": label, "url": url, "current": label == current} for label, url in entries]


def _fitting(labels, has_more):
    """How many of these entries stand whole in the row of a telephone, 更多 beside them where it is needed."""
    widths = list(accumulate(len(label) + BESIDE for label in labels))
    if not has_more and widths[-1] <= ROW:
        return len(labels)
    return sum(width + len("更多▾") + BESIDE <= ROW for width in widths)


def entries_of(standing):
    """The menu of a post, in order: `[(label, url)]`; those in `RARE` are shown under 更多."""
    entries = [("首页", reverse("desk:home"))]
    if standing.handles_proposals:
        entries.append(("提案", reverse("desk:proposals")))
    if standing.is_secretariat:
        entries.append(("提案者", reverse("desk:proposers")))
    if standing.is_office:
        entries += [("登记", reverse("proposals:register")), ("分办", reverse("allocation:newest"))]
        entries.append(("导入导出", reverse("exchange:home")))
    elif standing.is_secretariat:
        entries.append(("导入导出", reverse("exchange:home")))
    if standing.is_office:
        entries.append(("催办", reverse("notices:urging")))
    elif standing.is_secretariat:
        entries.append(("催收回执", reverse("notices:urging")))
    if standing.handles_proposals:
        entries += [("文书", reverse("papers:sessions")), ("图表", reverse("reports:pictures_newest"))]
    if standing.units:
        entries += [("分办意见", reverse("allocation:opinions")), ("通报素材", reverse("reports:material_asked"))]
    if standing.is_office or standing.is_secretariat or standing.leads_as:
        entries.append(("年度通报", reverse("reports:letters")))
    if standing.is_office or standing.is_secretariat:
        entries.append(("届次设置", reverse("settings:home")))
    if standing.is_office:
        entries += [("岗位与委托", reverse("accounts:posts")), ("管理", reverse("admin:index"))]
    if standing.is_office or standing.is_system_admin:
        entries.append(("邮件记录", reverse("notices:mails")))
    if standing.is_auditor:
        entries.append(("审计日志", reverse("desk:audit")))
    if standing.is_system_admin and not standing.is_office:
        entries.append(("账号管理", reverse("admin:index")))
    return entries


def person_entries(standing):
    """What a person sets for themselves, under their name: `[(label, url)]`; 退出 comes after these."""
    entries = [("显示设置", reverse("accounts:display"))]
    if standing.handles_proposals:
        entries.append(("通知设置", reverse("notices:settings")))
    return [*entries, ("修改密码", reverse("accounts:password")), ("帮助", reverse("desk:help"))]
