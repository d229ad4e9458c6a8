"""Who a user is on a day, the one place where posts and delegations turn into standing; which posts nobody holds."""

from dataclasses import dataclass

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q

from apps.units.models import Leader, Portfolio
from apps.units.queries import in_charge_on, units_in_being

from .models import Delegation, Post, User


@dataclass(frozen=True)
class Standing:
    """What a user is on a day. Ids, so that it can be compared and used in queries as it is."""

    kinds: frozenset[str] = frozenset()
    clerk_of: frozenset[int] = frozenset()  # unit ids
    head_of: frozenset[int] = frozenset()  # unit ids
    leads_as: frozenset[int] = frozenset()  # leader ids: those of the own posts, and those stood in for
    stands_in_for: frozenset[int] = frozenset()  # leader ids, by delegation alone
    label: str = ""

    @property
    def units(self):
        return self.clerk_of | self.head_of

    @property
    def is_office(self):
        """Its head is one of the office, and does there what everybody does."""
        return Post.Kind.OFFICE in self.kinds or self.is_office_head

    @property
    def is_office_head(self):
        return Post.Kind.OFFICE_HEAD in self.kinds

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


def held_on(day, path=""):
    """Filter for posts that are held on `day`; `path`: the way to them in another model's query, such as "posts__"."""
    begun = Q(**{f"{path}from_on": None}) | Q(**{f"{path}from_on__lte": day})
    return begun & (Q(**{f"{path}until_on": None}) | Q(**{f"{path}until_on__gte": day}))


def in_force_on(day, path=""):
    """Filter for delegations that stand on `day`; `path` as for `held_on`. `day`: a date or an expression of one."""
    meant = Q(**{f"{path}from_on__lte": day, f"{path}until_on__gte": day})
    return meant & (Q(**{f"{path}ended_on": None}) | Q(**{f"{path}ended_on__gt": day}))


def standing_of(user, on):
    """The Standing of `user` on the date `on`; one query, kept on the user object for the request.

    A leader stands in for those who delegated to them, and for no others: a delegation is not passed on.
    """
    if not user.is_authenticated or not user.is_active:
        return Standing()
    kept = user.__dict__.setdefault("_standing", {})
    if on not in kept:
        rows = (
            Post.objects.filter(held_on(on), user=user)
            .annotate(
                received=FilteredRelation("leader__delegated", condition=in_force_on(on, "leader__delegated__")),
                principal_id=F("received__principal"),
                principal_name=F("received__principal__name"),
            )
            .select_related("unit", "leader")
            .order_by("pk", "received__pk")
        )
        posts, principals = {}, {}
        for row in rows:  # a post once, or once for each delegation to its leader
            posts[row.pk] = row
            if row.principal_id:
                principals[row.principal_id] = row.principal_name
        own = frozenset(post.leader_id for post in posts.values() if post.kind == Post.Kind.LEADER)
        labels = [_called(post, user) for post in posts.values()]
        labels += [f"代{name}" for leader, name in principals.items() if leader not in own]
        kept[on] = Standing(
            kinds=frozenset(post.kind for post in posts.values()),
            clerk_of=frozenset(post.unit_id for post in posts.values() if post.kind == Post.Kind.UNIT_CLERK),
            head_of=frozenset(post.unit_id for post in posts.values() if post.kind == Post.Kind.UNIT_HEAD),
            leads_as=own | frozenset(principals),
            stands_in_for=frozenset(principals) - own,
            label="、".join(labels),
        )
    return kept[on]


def _called(post, user):
    """The post as it stands beside the name of who holds it: a leader's is the title, without the name once more."""
    return post.leader.title if post.leader and post.leader.title and post.leader.name == str(user) else str(post)


def leaders_with_somebody(day):
    """Leaders for whom somebody can act on `day`: who hold the post themselves, or the leader they delegated to does.

    A queryset, to be used as a subquery too.
    """
    holds = Post.objects.filter(held_on(day), user__is_active=True, leader=OuterRef("pk"))
    delegated = Delegation.objects.filter(
        in_force_on(day),
        held_on(day, "delegate__posts__"),
        principal=OuterRef("pk"),
        delegate__posts__user__is_active=True,
    )
    return Leader.objects.filter(Exists(holds) | Exists(delegated))


def leaders_without_anybody(day):
    """Leaders in charge of a unit on `day` for whom nobody can act."""
    charged = Exists(Portfolio.objects.filter(in_charge_on(day), leader=OuterRef("pk")))
    return Leader.objects.filter(charged).exclude(pk__in=leaders_with_somebody(day).values("pk"))


def office_heads(day):
    """Users who head the office on the day and can act. A queryset."""
    held = held_on(day, "posts__")
    return User.objects.filter(held, posts__kind=Post.Kind.OFFICE_HEAD, is_active=True).distinct()


def vacant_units(day):
    """[(Unit, [what is missing])] of the units in being without clerk, without head, or that no leader is in charge of.

    One query.
    """

    def held(kind):
        return Exists(Post.objects.filter(held_on(day), kind=kind, unit=OuterRef("pk"), user__is_active=True))

    charged = Exists(Portfolio.objects.filter(in_charge_on(day), unit=OuterRef("pk")))
    units = units_in_being(day).annotate(
        has_clerk=held(Post.Kind.UNIT_CLERK), has_head=held(Post.Kind.UNIT_HEAD), has_leader=charged
    )
    found = []
    for unit in units:
        kinds = (("经办人", unit.has_clerk), ("负责人", unit.has_head), ("分管领导", unit.has_leader))
        if missing := [label for label, there in kinds if not there]:
            found.append((unit, missing))
    return found


def delegations_by_time(day):
    """[(heading, [Delegation])] as of `day`: those in force, those to come, and the last of those that are over.

    Two queries.
    """
    known = Delegation.objects.select_related("principal", "delegate", "created_by", "ended_by")
    ahead = known.filter(until_on__gte=day, ended_on=None)
    over = known.exclude(until_on__gte=day, ended_on=None).order_by("-until_on", "-pk")
    ahead = sorted(ahead, key=lambda one: (one.from_on, one.pk))
    return [
        ("正在生效", [one for one in ahead if one.from_on <= day]),
        ("尚未开始", [one for one in ahead if one.from_on > day]),
        ("已经结束", list(over[:30])),
    ]
