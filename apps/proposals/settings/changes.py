"""What a session carries as one flat table, so that two states of it can be compared and a change told in words."""

from apps.calendars.deadlines import Limit

from ..models import Session, default_limits

COLUMNS = (
    "label",
    "year",
    "committee",
    "government",
    "office",
    "office_series",
    "class_rule",
    "satisfaction_base",
    "counted_rating",
    "decimals",
    "asks_cosigners",
    "asks_attitude",
    "attitude_counts",
)
STEPS = {  # step → (label, what it limits)
    "accept": ("签收", "交办后，承办单位应在此期限内签收"),
    "return": ("退办", "交办后，承办单位可在此期限内申请退办"),
    "contact": ("首次沟通", "交办后，主办、分办单位应在此期限内与提案者首次沟通"),
    "opinion": ("会办意见", "协办单位应在主办单位的答复期限之前，提前这么久提出会办意见"),
    "reply": ("答复", "交办后，主办、分办单位应在此期限内答复提案者"),
    "reply_longest": ("最长答复", "情况复杂的提案经同意可以放宽答复期限，自交办起最长不超过此期限"),
    "extension": ("延期", "一次申请延期，最多在原期限上延长这么久"),
    "receipt": ("回执", "答复后，提案者应在此期限内反馈回执"),
    "rehandle": ("二次办理", "转入二次办理后，应在此期限内再次答复"),
    "publication": ("答复公开", "答复后，应在此期限内公开主动公开的答复"),
    "yellow": ("黄牌", "超过期限后，从这一天起应发黄牌；1 个工作日即期限的次日"),
    "red": ("红牌", "超过期限后，从这一天起应发红牌"),
}
MARKS = (
    ("needs_commitment", "须有承诺"),
    ("needs_reason", "须说明原因"),
    ("is_satisfied", "计入满意"),
    ("is_dissatisfied", "须二次办理"),
)


def snapshot(session):
    """Path → plain value of all that can be set: decimals, limits.reply, classes.A, ratings.满意. Two queries."""
    found = {name: getattr(session, name) for name in COLUMNS}
    found |= {f"limits.{step}": list(session.limits[step]) for step in STEPS}
    for one in session.classes.all():
        found[f"classes.{one.code}"] = {
            "wording": one.wording,
            "rank": one.rank,
            "needs_commitment": one.needs_commitment,
            "needs_reason": one.needs_reason,
        }
    for one in session.ratings.all():
        found[f"ratings.{one.name}"] = {
            "rank": one.rank,
            "is_satisfied": one.is_satisfied,
            "is_dissatisfied": one.is_dissatisfied,
        }
    return found


def differences(before, after):
    """Path → [value before, value after] of what differs; None stands for what is not there."""
    paths = dict.fromkeys([*before, *after])
    return {path: [before.get(path), after.get(path)] for path in paths if before.get(path) != after.get(path)}


def in_words(changes):
    """[(label, before, after)] of `differences`, as people read them."""
    return [(_label(path), _value(path, before), _value(path, after)) for path, (before, after) in changes.items()]


def limit_in_words(step, limits=None):
    """3个工作日: the limit of a step in `limits`, else the default."""
    return str(Limit(*(limits or default_limits())[step]))


def _label(path):
    kind, _, name = path.partition(".")
    if kind == "limits":
        return f"{STEPS[name][0]}期限" if name in STEPS else name
    if kind == "classes":
        return f"{name}类"
    if kind == "ratings":
        return f"评价“{name}”"
    return str(Session._meta.get_field(path).verbose_name)


def _value(path, value):
    if value is None:
        return "（无）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if path.startswith("limits."):
        return str(Limit(*value))
    if isinstance(value, dict):
        told = [value["wording"]] if value.get("wording") else []
        told += [label for name, label in MARKS if value.get(name)]
        return "、".join([f"第{value['rank'] + 1}位", *told])
    choices = dict(Session._meta.get_field(path).flatchoices)
    return str(choices.get(value, value)) or "（空）"
