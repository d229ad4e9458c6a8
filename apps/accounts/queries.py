"""Who a user is on a day: the one place where posts turn into standing."""

from dataclasses import dataclass

from .models import Post


@dataclass(frozen=True)
class Standing:
    """What a user is on a day. Ids, so that it can be compared and used in queries as it is."""

    kinds: frozenset[str] = frozenset()
    clerk_of: frozenset[int] = frozenset()  # unit ids
    head_of: frozenset[int] = frozenset()  # unit ids
    leads_as: frozenset[int] = frozenset()  # leader ids
    label: str = ""

    @property
    def units(self):
        return self.clerk_of | self.head_of

    @property
    def is_office(self):
        return Post.Kind.OFFICE in self.kinds

    @property
    def is_secretariat(self):
        return Post.Kind.SECRETARIAT in self.kinds

    @property
    def is_auditor(self):
        return Post.Kind.AUDITOR in self.kinds

    @property
    def is_system_admin(self):
        return Post.Kind.SYSTEM_ADMIN in self.kinds

    @property
    def handles_proposals(self):
        """A system administrator and an auditor are no party to any proposal (docs/workflow.md)."""
        return self.is_office or self.is_secretariat or bool(self.units) or bool(self.leads_as)


def standing_of(user, on):
    """The Standing of `user` on the date `on`; one query for all days, kept on the user object for the request."""
    if not user.is_authenticated or not user.is_active:
        return Standing()
    kept = user.__dict__.setdefault("_standing", {})
    if on not in kept:
        posts = [post for post in _posts_of(user) if post.is_held_on(on)]
        kept[on] = Standing(
            kinds=frozenset(post.kind for post in posts),
            clerk_of=frozenset(post.unit_id for post in posts if post.kind == Post.Kind.UNIT_CLERK),
            head_of=frozenset(post.unit_id for post in posts if post.kind == Post.Kind.UNIT_HEAD),
            leads_as=frozenset(post.leader_id for post in posts if post.kind == Post.Kind.LEADER),
            label="、".join(str(post) for post in posts),
        )
    return kept[on]


def _posts_of(user):
    if "_posts" not in user.__dict__:
        user._posts = list(Post.objects.filter(user=user).select_related("unit", "leader").order_by("pk"))
    return user._posts
