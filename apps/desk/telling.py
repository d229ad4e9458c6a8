"""Events in words: what an action is called, and what its event tells beside the note."""

from django.core.exceptions import FieldDoesNotExist

from apps.accounts.models import User
from apps.calendars.models import CalendarYear
from apps.proposals.models import Case, Category, Proposal, Sector
from apps.proposals.rearranging import PROPOSER_FIELDS
from apps.proposals.settings.changes import in_words
from apps.proposals.workflow import CaseRole
from apps.ratings.models import Receipt
from apps.replies.models import Commitment, Reply
from apps.reports.models import AnnualLetter
from apps.supervision.models import Card
from apps.units.models import Leader, Unit

THINGS = (Proposal, Case, Reply, Receipt, Commitment, Card, AnnualLetter)
TABLES = {model.WORKFLOW.name: model.WORKFLOW for model in THINGS}
FURTHER = {
    "case.prepare_opinion": "拟写会办意见",
    "proposal.attach": "上传附件",
    "paper.dispatch": "登记发文",
    "paper.void": "发文作废",
    "paper.print_batch": "批量打印文书",
    "session.open": "新建届次",
    "session.settings": "修改届次设置",
    "session.make_missing": "导入时新建名称",
    "delegation.create": "登记委托",
    "delegation.end": "提前终止委托",
    "allocation.place": "拟定分办",
    "allocation.clear": "撤下分办",
    "allocation.share": "分办征求意见",
    "allocation.end_sharing": "结束分办征求意见",
    "allocation.answer": "反馈分办意见",
    "allocation.assign": "一次交办",
    "letter.texts": "编写通报文字",
    "letter.cases": "选用通报事例",
    "letter.themes": "编排通报主题",
    "letter.draft": "生成通报初稿",
    "letter.add_part": "增加通报段落",
    "letter.save_part": "修改通报段落",
    "letter.move_part": "移动通报段落",
    "letter.remove_part": "删除通报段落",
    "letter.restore_part": "恢复通报段落",
    "letter.bind_number": "通报数字改用引用",
    "letter.declare_number": "登记通报数字出处",
    "letter.write_note": "写通报备注",
    "letter.finish_note": "处理通报备注",
    "letter.restore_version": "恢复通报版本",
    "letter.ask_material": "征集通报素材",
    "letter.withdraw_material": "撤回素材征集",
    "letter.give_material": "反馈通报素材",
    "user.create": "新建用户",
    "user.change": "修改用户",
} | {
    f"{model._meta.model_name}.{action}": f"{word}{model._meta.verbose_name}"
    for model in (Unit, Leader, Category, Sector, CalendarYear)  # what the office keeps in the admin site
    for action, word in (("create", "新建"), ("change", "修改"))
}
PLAIN = (  # facts that stand for themselves: name in the event, what it is called
    ("proposal", "提案"),
    ("opinion", "分办意见"),
    ("answer_by_on", "请于何日前反馈"),
    ("assigned", "已交办件数"),
    ("title", "案由"),
    ("successor", "移交给"),
    ("suggested_unit", "建议改由"),
    ("wanted_on", "申请延至"),
    ("leader", "督办领导"),
    ("main", "并入"),
    ("letter", "退回函号"),
    ("handed_to", "应由谁办理"),
    ("signer", "审签领导"),
    ("edition", "稿次"),
    ("number", "文号"),
    ("colour", "牌"),
    ("rule", "违反的规则"),
    ("reason", "事由"),
    ("follows", "原黄牌"),
    ("issued_on", "答复日期"),
    ("held_on", "日期"),
    ("people", "参加人员"),
    ("rating", "评价"),
    ("attitude", "办理态度"),
    ("received_on", "回执日期"),
    ("comment", "意见"),
    ("text", "内容"),
    ("source", "出处"),
    ("note", "备注"),
    ("current_class", "现行类别"),
    ("leader_consent", "领导同意"),
    ("committee_consent", "提案委同意"),
    ("proposer_told", "告知提案者"),
    ("reply_due_on", "答复期限"),
)
RECEIPT_FACTS = {"rating": "评价", "attitude": "办理态度", "received_on": "回执日期", "comment": "意见"}


def label_of(action):
    """The Chinese name of an event's action, such as `case.accept`."""
    if action in FURTHER:
        return FURTHER[action]
    thing, _, name = action.partition(".")
    table = TABLES.get(thing)
    return table.label_of(name) if table and table.rows(name) else action


def actions_called(text):
    """The actions whose Chinese name contains the text."""
    names = [f"{name}.{row.action}" for name, table in TABLES.items() for row in table.transitions]
    return [action for action in {*names, *FURTHER} if text in label_of(action)]


def facts_of(event):
    """What the event tells beside its note, as Chinese lines: what was changed into what, which units, which day."""
    data = event.data
    found = [
        f"{_column(name)}：{_shown(name, before)} → {_shown(name, after)}" for name, (before, after) in _changes(data)
    ]
    if "proposers" in data:
        before, after = ("、".join(_proposer(one) for one in group) for group in data["proposers"])
        found.append(f"提案者：{before} → {after}")
    for name, label in (("units", "承办单位"), ("added", "增加")):
        if data.get(name):
            found.append(f"{label}：{'、'.join(map(_named, data[name]))}")
    if data.get("removed"):
        found.append("移出：" + "、".join(map(str, data["removed"])))
    if "from_on" in data and "until_on" in data:
        found.append(f"{data['from_on']} → {data['until_on']}")
    found += [f"{label}：{data[name]}" for name, label in PLAIN if data.get(name)]
    if event.target_type == "user":
        found += _of_account(data)
    found += _of_rows(data)
    if event.action == "session.settings":
        found += [f"{label}：{before} → {after}" for label, before, after in in_words(data["changes"])]
    if event.action == "session.make_missing":
        found += [f"{label}：{'、'.join(names)}" for label, names in data.items()]
    if before := data.get("before"):
        told = "，".join(f"{label}{before[name]}" for name, label in RECEIPT_FACTS.items() if before.get(name))
        found.append(f"更正前：{told}")
    return found


def _named(one):
    """A unit with its part in a proposal, or what is only a text."""
    return f"{one[0]}（{CaseRole(one[1]).label}）" if isinstance(one, list) else one


def _of_rows(data):
    """What an event of the admin site tells of the lines below a form: aliases, portfolios."""
    for what, word in (("added_rows", "增加"), ("removed_rows", "删除")):
        for kind, rows in data.get(what, {}).items():
            yield f"{word}{kind}：{'、'.join(rows)}"
    for kind, rows in data.get("changed_rows", {}).items():
        for row, fields in rows.items():
            told = "，".join(
                f"{label}{before or '（空）'} → {after or '（空）'}" for label, (before, after) in fields.items()
            )
            yield f"{kind}{row}：{told}"


def _of_account(data):
    """What an event of an account tells: which fields changed (never to what), its posts, if it is closed."""
    changed = [_column(name, User) for name in data.get("changed", []) if isinstance(name, str)]
    found = [f"改动：{'、'.join(changed)}"] if changed else []
    if data.get("posts"):
        found.append(f"岗位：{'、'.join(data['posts'])}")
    return found + (["已停用"] if data.get("active") is False else [])


def _changes(data):
    """(name, (before, after)) of what a correction changed; other events keep their changes in other forms."""
    changed = data.get("changed")
    return changed.items() if isinstance(changed, dict) else ()


def _column(name, model=Proposal):
    try:
        return str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:  # of another thing than the model, under the label that its form bears
        return name


def _shown(name, value):
    choices = {"form": Proposal.Form, "kind": Proposal.Kind}.get(name)
    return str(dict(choices.choices).get(value, value) if choices else value) or "（空）"


def _proposer(one):
    more = "，".join(one[name] for name in PROPOSER_FIELDS[1:] if one.get(name))
    return f"{one['name']}（{more}）" if more else one["name"]
