"""What each user keeps of the list: filters under names, and the columns chosen. Of no concern to the audit trail."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.proposals.workflow import Refused

from ..models import ListLayout, SavedFilter
from .columns import DEFAULT, columns_of

MOST = 30  # filters of one user
ON_TOP = 6  # of them above the list


@dataclass(frozen=True)
class Kept:
    """`keys`: of the columns, None for the usual ones; `filters`: SavedFilters in the order in which they were made."""

    keys: list | None
    filters: list

    @property
    def on_top(self):
        return [one for one in self.filters if one.is_on_top]


def kept_by(user):
    """What the user keeps of the list; one query."""
    names = ("id", "name", "query", "is_on_top")
    rows = User.objects.filter(pk=user.pk).order_by("saved_filters__pk")
    rows = list(rows.values_list("list_layout__columns", *(f"saved_filters__{name}" for name in names)))
    filters = [SavedFilter(user=user, **dict(zip(names, row[1:], strict=True))) for row in rows if row[1]]
    return Kept(rows[0][0] if rows else None, filters)


def choose_columns(user, keys):
    """Keeps the user's choice of columns; the usual ones are kept as no choice, and follow what is usual."""
    chosen = [column.key for column in columns_of(keys)]
    if tuple(chosen) == DEFAULT:
        ListLayout.objects.filter(user=user).delete()
    else:
        ListLayout.objects.update_or_create(user=user, defaults={"columns": chosen})


def save_filter(user, *, name, query, is_on_top=True):
    """Keeps a list under a name. Raises Refused where the name is taken, or there are too many."""
    own = SavedFilter.objects.filter(user=user)
    if own.count() >= MOST:
        raise Refused(f"已保存{MOST}个常用筛选，请先删除不用的。")
    return _stored(SavedFilter(user=user, name=name, query=query, is_on_top=is_on_top))


def change_filter(saved, *, name, is_on_top):
    """Another name, or another place. Raises Refused as `save_filter` does."""
    saved.name, saved.is_on_top = name, is_on_top
    return _stored(saved)


def _stored(saved):
    others = SavedFilter.objects.filter(user=saved.user).exclude(pk=saved.pk)
    if saved.is_on_top and others.filter(is_on_top=True).count() >= ON_TOP:
        raise Refused(f"列表上方最多放{ON_TOP}个，请先取消一个，或不勾选“放在列表上方”。")
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError:
        raise Refused(f"您已有名为“{saved.name}”的常用筛选，请换一个名称。") from None
    return saved
