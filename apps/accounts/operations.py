"""What is done with delegations, the own display, address and password, and how the first administrator comes in.

One operation an action, event inside.

Refusals are django.core.exceptions.PermissionDenied (not the office) and ValidationError (Chinese sentences for the
page); then nothing is stored.
"""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from apps.audit.operations import record
from apps.units.models import Leader

from .models import Delegation, Post, User
from .queries import standing_of


def _check_office(user, on):
    if not standing_of(user, on).is_office:
        raise PermissionDenied("委托由区政府办公室登记。")


def _running_between(from_on, until_on):
    """Delegations that stand on at least one day from `from_on` to `until_on`."""
    meant = Delegation.objects.filter(from_on__lte=until_on, until_on__gte=from_on)
    return meant.filter(Q(ended_on=None) | Q(ended_on__gt=from_on, from_on__lt=F("ended_on")))


def _days(delegation):
    return f"{delegation.from_on:%Y-%m-%d}至{delegation.until_on:%Y-%m-%d}"


@transaction.atomic
def delegate(principal, to, *, from_on, until_on, reason, by, at):
    """登记委托: from `from_on` to `until_on`, both included, the Leader `to` acts for `principal`.

    Never for days gone by, never two at once for one leader, and never passed on: a leader who stands in for another
    cannot be away at the same time, nor the other way round.
    """
    today = timezone.localdate(at)
    _check_office(by, today)
    list(Leader.objects.select_for_update().filter(pk__in=(principal.pk, to.pk)).order_by("pk"))
    if principal.pk == to.pk:
        raise ValidationError({"delegate": "不能委托给本人，请选择另一位领导。"})
    if from_on < today:
        raise ValidationError({"from_on": "起始日期不能早于今天，过去的日子不能补登委托。"})
    if until_on < from_on:
        raise ValidationError({"until_on": "截止日期不能早于起始日期。"})
    if not reason.strip():
        raise ValidationError({"reason": "请写明委托事由。"})
    running = _running_between(from_on, until_on).select_related("principal", "delegate")
    if other := running.filter(principal=principal).first():
        raise ValidationError(
            f"{principal}在{_days(other)}已委托{other.delegate}，日期有重叠；请改日期，或先提前终止原委托。"
        )
    if other := running.filter(principal=to).first():
        raise ValidationError(
            f"{to}在{_days(other)}自己已委托{other.delegate}，不能再受托（委托不得转委托）；请另选领导。"
        )
    if other := running.filter(delegate=principal).first():
        raise ValidationError(
            f"{principal}在{_days(other)}正受{other.principal}委托，不能再委托他人（委托不得转委托）；"
            f"请先提前终止{other.principal}的委托。"
        )
    made = Delegation.objects.create(
        principal=principal,
        delegate=to,
        from_on=from_on,
        until_on=until_on,
        reason=reason.strip(),
        created_by=by,
        created_at=at,
    )
    _record(made, "delegation.create", by, at, note=made.reason)
    return made


@transaction.atomic
def end_delegation(delegation, *, by, at, note):
    """提前终止: from today on it no longer stands."""
    today = timezone.localdate(at)
    _check_office(by, today)
    if not note.strip():
        raise ValidationError({"note": "请写明提前终止的原因。"})
    running = Delegation.objects.filter(pk=delegation.pk, ended_on=None, until_on__gte=today)
    if not running.update(ended_on=today, ended_by=by, ended_at=at):
        raise ValidationError("此委托已经结束，没有再次终止。")
    delegation.refresh_from_db()
    _record(delegation, "delegation.end", by, at, note=note.strip())
    return delegation


def set_display(user, *, theme, text_size):
    """显示设置: how pages look to `user`, on every machine. A person's own taste: no event of the trail."""
    User.objects.filter(pk=user.pk).update(theme=theme, text_size=text_size)


@transaction.atomic
def set_mail_address(user, address, *, at):
    """邮件地址: where the person's own notices go; "" for none. The trail tells that it changed, not what it is."""
    if User.objects.filter(pk=user.pk).exclude(email=address).update(email=address):
        _record_own_change(user, "email", at)


@transaction.atomic
def set_own_password(user, password, *, at):
    """修改密码, the own one. The trail tells that it changed."""
    user.set_password(password)
    user.save(update_fields=["password"])
    _record_own_change(user, "password", at)


def _record_own_change(user, column, at):
    record(
        action="user.change",
        target_type="user",
        target_key=user.username,
        target_name=str(user),
        actor_key=user.username,
        actor_name=str(user),
        at=at,
        data={"changed": [column]},
    )


def _record(delegation, action, by, at, note):
    record(
        action=action,
        target_type="delegation",
        target_key=str(delegation.pk),
        target_name=str(delegation),
        actor_key=by.username,
        actor_name=str(by),
        at=at,
        note=note,
        data={"from_on": str(delegation.from_on), "until_on": str(delegation.until_on)},
    )


@transaction.atomic
def create_system_admin(username, display_name, password, *, at):
    """The first person of an empty system: a user with the post 系统管理员, who makes all the others."""
    username = User.normalize_username(username.strip())
    user = User(username=username, display_name=display_name.strip() or username)
    if User.objects.filter(username=username).exists():
        raise ValidationError(f"用户“{username}”已存在，没有改动；请换一个用户名，或由系统管理员在账号管理中设置岗位。")
    validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save()
    Post.objects.create(user=user, kind=Post.Kind.SYSTEM_ADMIN)
    record(
        action="user.create",
        target_type="user",
        target_key=user.username,
        target_name=str(user),
        actor_key="operator",
        actor_name="运维",
        at=at,
        data={"posts": [Post.Kind.SYSTEM_ADMIN.label]},
    )
    return user
