"""Changing what a session carries. See proposals/operations.py, where a session is opened.

Nothing that was stored by a setting changes with it: a case keeps its deadlines, a reply its class. Figures are
counted by the settings of the day they are asked for.
"""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from apps.audit.operations import record
from apps.calendars.deadlines import Calendar, Limit, deadline

from ..models import Session
from ..queries import parties_of
from ..workflow import NotAllowed, OutOfTurn, Party, Refused
from .changes import COLUMNS, STEPS, differences, snapshot

LONGEST = {"working_days": 250, "natural_days": 366, "months": 12}  # a year: deadlines stay within known calendars
ORDER = (  # (what is not longer, than what, why)
    ("reply", "reply_longest", "最长答复期限不能短于答复期限。"),
    ("opinion", "reply", "会办意见的提前量不能长于答复期限。"),
    ("yellow", "red", "红牌不能早于黄牌。"),
)


@transaction.atomic
def change_session_settings(session, *, by, at, version=None, classes=None, ratings=None, limits=None, **columns):
    """Stores the settings that are given and leaves the others; the office's alone. Returns the Session.

    `classes`: dicts of code, wording, needs_commitment, needs_reason, best first; `ratings`: dicts of name,
    is_satisfied, is_dissatisfied, best first: those that are missing are removed. `limits`: step → (amount, unit).
    `columns`: any of COLUMNS. `version`: the Session.version that the page showed. Raises NotAllowed, Refused, and
    OutOfTurn where somebody changed them meanwhile; the same content sent twice is stored once.
    """
    if by is None or Party.OFFICE not in parties_of(by, timezone.localdate(at)):
        raise NotAllowed("届次设置由区政府办公室修改。")
    session = Session.objects.select_for_update().get(pk=session.pk)
    before = snapshot(session)
    wrong = problems(session, timezone.localdate(at), classes, ratings, limits, columns)
    if wrong:
        raise Refused(*wrong.values())
    _write(session, columns, limits)
    if classes is not None:
        _replace(session.classes, "code", classes)
    if ratings is not None:
        _replace(session.ratings, "name", ratings)
    changes = differences(before, snapshot(session))
    if not changes:
        return session
    if version is not None and version != session.version:
        who = session.saved_by or "他人"
        raise OutOfTurn(f"您打开页面以后，{who}已于{timezone.localtime(session.saved_at):%Y-%m-%d %H:%M}改动了设置。")
    session.version += 1
    session.saved_by, session.saved_at = by, at
    session.save()
    record(
        action="session.settings",
        target_type="session",
        target_key=session.key,
        target_name=session.label,
        actor_key=by.username,
        actor_name=str(by),
        at=at,
        data={"version": session.version, "changes": changes},
    )
    return session


def problems(session, on, classes=None, ratings=None, limits=None, columns=None):
    """What stands against these settings: path as in `snapshot` → Chinese sentence; empty when they can be stored."""
    found = {}
    year = (columns or {}).get("year", session.year)
    if year != session.year and session.proposals.exists():
        found["year"] = f"{session}已有提案，年度不能再改。"
    if limits is not None:
        found |= _problems_of_limits(session, on, limits)
    if classes is not None:
        found |= _problems_of_steps(session.classes, "code", classes, "办理结果类别", "{}类")
    if ratings is not None:
        found |= _problems_of_steps(session.ratings, "name", ratings, "评价", "评价“{}”")
        found |= _problems_of_scale(session.ratings, ratings)
    return found


def _problems_of_limits(session, on, limits):
    found = {}
    for step, (amount, unit) in limits.items():
        if step not in STEPS:
            raise ValueError(step)
        if amount > LONGEST[unit]:
            found[f"limits.{step}"] = f"{STEPS[step][0]}期限不能超过{Limit(LONGEST[unit], unit)}。"
    if found:
        return found
    calendar = Calendar.load(on.year, on.year + 2)
    wanted = session.limits | limits
    ends = {step: deadline(on, Limit(*wanted[step]), calendar).due_on for pair in ORDER for step in pair[:2]}
    return {f"limits.{longer}": why for shorter, longer, why in ORDER if ends[shorter] > ends[longer]}


def _problems_of_steps(stored, field, rows, what, label):
    """For classes and ratings alike: there is one, none twice, none removed that has been used."""
    kind = "classes" if field == "code" else "ratings"
    if not rows:
        return {kind: f"至少要有一个{what}。"}
    found, names = {}, [row[field] for row in rows]
    for name in names:
        if names.count(name) > 1:
            found[f"{kind}.{name}"] = f"{label.format(name)}重复，请核对。"
    removed = [one for one in stored.all() if getattr(one, field) not in names]
    for one, uses in uses_of(removed):
        name = getattr(one, field)
        found[f"{kind}.{name}"] = f"{label.format(name)}已用于{uses}，不能删除，也不能改成别的名称。"
    return found


def _problems_of_scale(stored, rows):
    found = {}
    for row in rows:
        if row["is_satisfied"] and row["is_dissatisfied"]:
            found[f"ratings.{row['name']}"] = f"评价“{row['name']}”不能既计入满意，又须二次办理。"
    if rows and not any(row["is_satisfied"] for row in rows):
        found["ratings"] = "至少要有一个评价计入满意，否则满意率没有意义。"
    again = {row["name"]: row["is_dissatisfied"] for row in rows}
    turned = [one for one in stored.all() if again.get(one.name, one.is_dissatisfied) != one.is_dissatisfied]
    for one, uses in uses_of(turned):
        found[f"ratings.{one.name}"] = (
            f"评价“{one.name}”已用于{uses}，承办件已按原设置办结或转入二次办理，“须二次办理”不能再改。"
        )
    return found


def uses_of(steps):
    """[(class or rating, 答复3件)] of those that something refers to; one query for each model that can."""
    if not steps:
        return []
    found = defaultdict(list)
    for field in type(steps[0])._meta.get_fields(include_hidden=True):
        if not field.auto_created or field.concrete:
            continue
        name, model = field.field.name, field.related_model
        counts = model._default_manager.filter(**{f"{name}__in": steps}).order_by().values_list(name)
        for pk, count in counts.annotate(Count("pk")):
            found[pk].append(f"{model._meta.verbose_name}{count}件")
    return [(one, "、".join(found[one.pk])) for one in steps if one.pk in found]


def _write(session, columns, limits):
    for name, value in columns.items():
        if name not in COLUMNS:
            raise ValueError(name)
        setattr(session, name, value.strip() if isinstance(value, str) else value)
    if limits is not None:
        session.limits = session.limits | {step: list(limit) for step, limit in limits.items()}
    _check_columns(session)
    session.save()


def _replace(stored, field, rows):
    """Makes the session's classes or ratings be `rows` in their order; one of the same code or name is kept."""
    kept = {getattr(one, field): one for one in stored.all()}
    stored.exclude(**{f"{field}__in": [row[field] for row in rows]}).delete()
    for rank, row in enumerate(rows):
        one = kept.get(row[field]) or stored.model(session=stored.instance)
        for name, value in row.items():
            setattr(one, name, value)
        one.rank = rank
        _check_columns(one)
        one.save()


def _check_columns(row):
    """Refuses what the columns cannot hold: too long, empty, none of the choices."""
    try:
        row.clean_fields(exclude=("session", "saved_by", "saved_at"))
    except ValidationError as wrong:
        told = [
            f"{row._meta.get_field(name).verbose_name}：{''.join(texts)}" for name, texts in wrong.message_dict.items()
        ]
        raise Refused(*told) from None
