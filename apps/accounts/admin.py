"""Who may enter the admin site, and what is the system administrator's alone there: users and their posts.

Reference data and proposals are the government office's: see desk/admin. Neither sees the other's part.
"""

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from apps.audit.operations import record

from .models import Post, User
from .queries import standing_of

admin.site.unregister(Group)
admin.site.unregister(DBTaskResult)  # tasks tell of proposals, which the system administrator may not see


def is_system_admin(request):
    return standing_of(request.user, timezone.localdate()).is_system_admin


def is_office(request):
    return standing_of(request.user, timezone.localdate()).is_office


def may_enter(request):
    return is_system_admin(request) or is_office(request)


# who may enter is a matter of posts, not of Django's flags
admin.site.has_permission = may_enter


@login_not_required
def sign_in(request, extra_context=None):
    """The admin site has no door of its own; who may not enter does not learn that it is there."""
    if request.user.is_authenticated:
        raise Http404
    return redirect_to_login(request.get_full_path())


def own_password(request, extra_context=None):
    """One page for the own password, whatever the post."""
    return redirect("accounts:password")


admin.site.login = sign_in
admin.site.password_change = own_password
admin.site.site_header = admin.site.site_title = "提案办理系统 · 管理"
admin.site.index_title = "管理"


class ByPost:
    """Permissions by post alone: those for whom `allows` is true may look, add and change; nobody deletes."""

    @staticmethod
    def allows(request):
        """Nobody, until a subclass says who."""
        return False

    def has_module_permission(self, request):
        return self.allows(request)

    def lookup_allowed(self, lookup, value, request):
        """As Django has it, but for NUL, which PostgreSQL cannot look up: then 400."""
        return "\x00" not in value and super().lookup_allowed(lookup, value, request)

    def has_view_permission(self, request, obj=None):
        return self.allows(request)

    has_add_permission = has_change_permission = has_view_permission  # Django asks with and without an object

    def has_delete_permission(self, request, obj=None):
        return False


class SystemAdminOnly(ByPost):
    """Accounts; every change leaves an event in the trail."""

    allows = staticmethod(is_system_admin)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self.record_change(request, form.instance, "user.change" if change else "user.create", form.changed_data)

    def record_change(self, request, user, action, changed):
        record(
            action=action,
            target_type="user",
            target_key=user.username,
            target_name=str(user),
            actor_key=request.user.username,
            actor_name=str(request.user),
            at=timezone.now(),
            data={
                "active": user.is_active,
                "posts": [str(post) for post in user.posts.all()],
                "changed": changed,
            },
        )


class PostForm(forms.ModelForm):
    class Meta:
        model = Post
        fields = ("kind", "unit", "leader", "from_on", "until_on")

    def clean(self):
        data = super().clean()
        of_unit = data.get("kind") in (Post.Kind.UNIT_CLERK, Post.Kind.UNIT_HEAD)
        if of_unit and not data.get("unit"):
            self.add_error("unit", "承办单位的岗位须选择单位。")
        if not of_unit and data.get("unit"):
            self.add_error("unit", "此岗位不属于承办单位，请留空。")
        if data.get("kind") == Post.Kind.LEADER and not data.get("leader"):
            self.add_error("leader", "领导岗位须选择领导。")
        if data.get("kind") != Post.Kind.LEADER and data.get("leader"):
            self.add_error("leader", "此岗位不是领导岗位，请留空。")
        return data


class PostInline(SystemAdminOnly, admin.TabularInline):
    model = Post
    form = PostForm
    extra = 1

    def has_delete_permission(self, request, obj=None):
        return is_system_admin(request)


@admin.register(User)
class AccountAdmin(SystemAdminOnly, UserAdmin):
    """Users. Whoever is no longer needed is switched off, not deleted: the trail names them."""

    inlines = (PostInline,)
    list_display = ("username", "display_name", "is_active", "last_login")
    list_filter = ("is_active", "posts__kind")
    search_fields = ("username", "display_name")
    ordering = ("username",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password", "display_name", "email", "is_active")}),
        ("记录", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "display_name", "password1", "password2"), "classes": ("wide",)}),)
    readonly_fields = ("last_login", "date_joined")

    @transaction.atomic
    def user_change_password(self, request, id, form_url=""):
        """Django's page for another's password, with its event: it has no `save_related`."""
        answer = super().user_change_password(request, id, form_url)
        if request.method == "POST" and answer.status_code == 302 and answer.url != request.get_full_path():
            self.record_change(request, self.get_object(request, unquote(id)), "user.change", ["password"])
        return answer
