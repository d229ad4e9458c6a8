"""Sessions, proposals and the cases in which units handle them. The rules are in workflow.py."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.queries import standing_of
from apps.calendars.deadlines import Limit
from apps.units.models import Leader, Unit
from apps.units.queries import unit_ids_of

from . import workflow
from .workflow import CaseRole, CaseState, ProposalState

USUAL_CLASSES = (
    {"code": "A", "wording": "所提问题已经解决或基本解决"},
    {"code": "B", "wording": "所提问题正在解决或列入计划逐步解决", "needs_commitment": True},
    {"code": "C", "wording": "所提问题因客观条件限制或其他原因暂无法解决", "needs_reason": True},
)
SECRET_TITLE, SECRET_PROPOSER = "涉密提案", "—"
USUAL_RATINGS = (
    {"name": "满意", "is_satisfied": True},
    {"name": "基本满意", "is_satisfied": True},
    {"name": "理解"},
    {"name": "不满意", "is_dissatisfied": True},
)


def default_limits():
    """Time limits of a session until it is given its own: step → [amount, unit]. Source: docs/workflow.md, 时限."""
    return {
        "accept": [3, "working_days"],
        "return": [10, "working_days"],
        "contact": [15, "working_days"],
        "opinion": [1, "months"],  # before the reply is due
        "reply": [3, "months"],
        "reply_longest": [6, "months"],  # hard ones, with consent
        "extension": [1, "months"],  # at most
        "receipt": [15, "working_days"],
        "rehandle": [1, "months"],
        "publication": [20, "working_days"],  # after the reply
        "yellow": [1, "working_days"],  # after the deadline, a card falls due on this day
        "red": [10, "working_days"],
    }


class Session(models.Model):
    """A plenary session of the CPPCC committee (届次), with all that differs from place to place and year to year.

    Changed by settings/operations.py alone; a new session begins with what the newest one has.
    """

    class ClassRule(models.TextChoices):
        """Of several units that answer apart (分办), whose class and rating the proposal has."""

        WORST = "worst", "按最差的单位"
        BEST = "best", "按最好的单位"
        FIRST = "first", "按交办时列在最前的单位"

    class SatisfactionBase(models.TextChoices):
        CONFIRMED = "confirmed", "回执已确认的提案"
        REPLIED = "replied", "全部承办单位都已答复的提案"

    class CountedRating(models.TextChoices):
        LAST = "last", "最终评价"
        FIRST = "first", "首次评价"

    class Decimals(models.IntegerChoices):
        ONE = 1, "1 位（92.9%）"
        TWO = 2, "2 位（92.89%）"

    key = models.CharField("届次代号", max_length=20, unique=True, help_text="如 9-4")
    label = models.CharField("届次名称", max_length=60, help_text="如 九届四次会议")
    year = models.PositiveSmallIntegerField("年度")
    limits = models.JSONField("办理时限", default=default_limits)
    class_rule = models.CharField(
        "分办提案的结果和评价", max_length=10, choices=ClassRule.choices, default=ClassRule.WORST
    )
    satisfaction_base = models.CharField(
        "满意率的基数", max_length=10, choices=SatisfactionBase.choices, default=SatisfactionBase.CONFIRMED
    )
    counted_rating = models.CharField(
        "满意率按哪次评价", max_length=10, choices=CountedRating.choices, default=CountedRating.LAST
    )
    decimals = models.PositiveSmallIntegerField("百分比小数位", choices=Decimals.choices, default=Decimals.ONE)
    asks_cosigners = models.BooleanField("向每位联名提案者征询意见", default=False)
    asks_attitude = models.BooleanField("办理态度、办理结果分别评价", default=False)
    attitude_counts = models.BooleanField("办理态度不满意也算不满意", default=False)
    committee = models.CharField("政协简称", max_length=40, default="区政协")
    government = models.CharField("发文机关", max_length=60, default="重庆市大渡口区人民政府")
    office = models.CharField("政府办名称", max_length=60, default="区政府办公室")
    office_series = models.CharField("发文机关代字", max_length=30, blank=True, default="大渡口府函")
    version = models.PositiveIntegerField("设置版本", default=0)  # counts the changes of the settings
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "届次"
        ordering = ("-year", "-key")
        constraints = [
            models.CheckConstraint(
                condition=Q(class_rule__in=("worst", "best", "first")), name="session_class_rule_is_known"
            ),
            models.CheckConstraint(
                condition=Q(satisfaction_base__in=("confirmed", "replied")), name="satisfaction_base_is_known"
            ),
            models.CheckConstraint(condition=Q(counted_rating__in=("last", "first")), name="counted_rating_is_known"),
            models.CheckConstraint(
                condition=Q(saved_at=None, saved_by=None) | Q(saved_at__isnull=False, saved_by__isnull=False),
                name="session_change_is_whole",
            ),
        ]

    def __str__(self):
        return self.label

    def limit(self, step):
        """The Limit of a step named in `default_limits`."""
        return Limit(*self.limits[step])


class ResultClass(models.Model):
    """A class of result (办理结果) as this session words it. The same letter means other things elsewhere."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="classes")
    code = models.CharField("代码", max_length=4)
    wording = models.CharField("含义", max_length=100)
    rank = models.PositiveSmallIntegerField("由好到差的次序")
    needs_commitment = models.BooleanField("须有承诺", default=False)
    needs_reason = models.BooleanField("须说明原因", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "办理结果类别"
        ordering = ("session_id", "rank")
        constraints = [models.UniqueConstraint(fields=("session", "code"), name="class_code_unique_in_session")]

    def __str__(self):
        return f"{self.code}类"


class Rating(models.Model):
    """A step of the session's rating scale (满意 … 不满意)."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="ratings")
    name = models.CharField("评价", max_length=20)
    rank = models.PositiveSmallIntegerField("由好到差的次序")
    is_satisfied = models.BooleanField("计入满意", default=False)
    is_dissatisfied = models.BooleanField("须二次办理", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "评价"
        ordering = ("session_id", "rank")
        constraints = [
            models.UniqueConstraint(fields=("session", "name"), name="rating_name_unique_in_session"),
            models.CheckConstraint(
                condition=~Q(is_satisfied=True, is_dissatisfied=True), name="no_rating_is_satisfied_and_dissatisfied"
            ),
        ]

    def __str__(self):
        return self.name


class Category(models.Model):
    """What a proposal is about (类别); the annual letter groups categories under themes."""

    name = models.CharField("类别", max_length=40, unique=True)
    theme = models.CharField("通报主题", max_length=60, blank=True)
    order = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "提案类别"
        ordering = ("order", "name")

    def __str__(self):
        return self.name


class Sector(models.Model):
    """A sector (界别) of the committee, such as 教育界."""

    name = models.CharField("界别", max_length=40, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "界别"
        ordering = ("name",)

    def __str__(self):
        return self.name


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user, on=None):
        """The one definition of what a user may see (docs/workflow.md, 谁能看到什么). `on`: a date, default today."""
        on = on or timezone.localdate()
        standing = standing_of(user, on)
        if standing.is_office or standing.is_secretariat:
            return self
        mine = Q(unit_id__in=standing.units)
        seen = Q(pk__in=())
        if standing.leads_as:
            mine |= Q(unit_id__in=unit_ids_of(standing.leads_as, on)) | Q(named_signer_id__in=standing.leads_as)
            mine |= Q(signed_off_by_id__in=standing.leads_as)
            seen |= Q(supervising_leader_id__in=standing.leads_as)
        if standing.units or standing.leads_as:
            seen |= Q(pk__in=Case.objects.filter(mine).values("proposal_id"))
        return self.filter(seen)

    def counted(self):
        """Proposals that count (计入总数): all but merged, withdrawn and handed back ones."""
        return self.exclude(state__in=workflow.ENDED_PROPOSALS)


class Proposal(models.Model):
    """A proposal as the committee filed it (立案), and how far it got."""

    WORKFLOW = workflow.PROPOSAL
    READ_WITH = ("session",)  # by operations

    class Form(models.TextChoices):
        INDIVIDUAL = "individual", "个人"
        JOINT = "joint", "联名"
        COLLECTIVE = "collective", "集体"

    class Kind(models.TextChoices):
        PLENARY = "plenary", "大会"
        INTERIM = "interim", "平时"

    class Mode(models.TextChoices):
        SOLE = "sole", "独办"
        LEAD = "lead", "主办+协办"
        SEPARATE = "separate", "分办"

    session = models.ForeignKey(Session, models.PROTECT, related_name="proposals", verbose_name="届次")
    number = models.CharField("案号", max_length=20)
    number_order = models.PositiveIntegerField("案号次序", default=0, editable=False)
    title = models.CharField("案由", max_length=200)
    text = models.TextField("内容", blank=True)
    form = models.CharField("提案形式", max_length=20, choices=Form.choices, default=Form.INDIVIDUAL)
    kind = models.CharField("提案类型", max_length=20, choices=Kind.choices, default=Kind.PLENARY)
    sector = models.ForeignKey(Sector, models.PROTECT, null=True, blank=True, verbose_name="界别")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name="类别")
    is_key = models.BooleanField("重点提案", default=False)
    supervising_leader = models.ForeignKey(
        Leader, models.PROTECT, null=True, blank=True, related_name="supervised", verbose_name="督办领导"
    )
    wished_units = models.CharField("建议承办单位", max_length=200, blank=True)
    remark = models.CharField("备注", max_length=500, blank=True)
    mode = models.CharField("办理方式", max_length=20, choices=Mode.choices, blank=True)
    state = models.CharField("状态", max_length=20, choices=ProposalState.choices, default=ProposalState.RECEIVED)
    received_on = models.DateField("接收日期", null=True, blank=True)
    assigned_on = models.DateField("交办日期", null=True, blank=True)
    is_imported = models.BooleanField("补录", default=False)
    is_secret = models.BooleanField("涉密", default=False)  # number and state only; handled offline
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="并入提案"
    )
    ended_on = models.DateField(
        "终止日期", null=True, blank=True
    )  # merged, withdrawn or handed back; unknown if imported
    handed_to = models.CharField("退回后应由谁办理", max_length=100, blank=True)
    handed_back_letter = models.CharField("退回函号", max_length=60, blank=True)
    carried_over_on = models.DateField("结转日期", null=True, blank=True)
    deeds = models.PositiveIntegerField(default=0, editable=False)  # done to it as a whole: see `stamp`

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "提案"
        ordering = ("session", "number_order", "number")
        constraints = [
            models.UniqueConstraint(fields=("session", "number"), name="number_unique_in_session"),
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="proposal_state_is_known"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(state=ProposalState.MERGED), name="only_merged_have_a_main_proposal"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(state__in=workflow.ENDED_PROPOSALS), name="only_ended_have_an_end"
            ),
            models.CheckConstraint(
                condition=Q(is_secret=False) | Q(title=SECRET_TITLE, text="", remark="", wished_units=""),
                name="nothing_is_told_of_secret_ones",
            ),
        ]
        indexes = [models.Index(fields=("session", "state"), name="proposal_by_state")]

    def __str__(self):
        return f"第{self.number}号"

    def get_absolute_url(self):
        return reverse("desk:proposal", args=[self.pk])

    @property
    def name(self):
        """How the audit trail names it: session and number."""
        return f"{self.session.key}/{self.number}"

    @property
    def workflow_proposal(self):
        return self

    @property
    def workflow_case(self):
        return None

    @property
    def is_over(self):
        """Whether nobody can act on it any more, whatever its state (docs/workflow.md, 已终止承办件的答复)."""
        return False

    @property
    def stamp(self):
        """What a page saw of it; an operation compares, so that nobody overwrites what they did not see.

        With the number of deeds done to it as a whole: most of them (更正登记, 协调 …) leave its state as it was.
        """
        cases = sorted(f"{case.pk}{case.state}" for case in self.cases.all())
        return f"{self.state}.{'-'.join(cases)}.{self.deeds}"


class Proposer(models.Model):
    """One of those who put a proposal, in the order of the list; for a collective one, the body."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="proposers")
    order = models.PositiveSmallIntegerField(default=0)
    name = models.CharField("提案者", max_length=60)
    position = models.CharField("单位职务", max_length=100, blank=True)
    phone = models.CharField("联系电话", max_length=60, blank=True)
    address = models.CharField("通信地址", max_length=200, blank=True)
    contact_person = models.CharField("集体联系人", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "提案者"
        ordering = ("proposal_id", "order")
        constraints = [
            models.UniqueConstraint(fields=("proposal", "order"), name="proposer_order_unique"),
            models.UniqueConstraint(fields=("proposal", "name"), name="proposer_named_once"),
        ]

    def __str__(self):
        return self.name


class Case(models.Model):
    """One unit's part of a proposal (承办件)."""

    WORKFLOW = workflow.CASE
    READ_WITH = ("proposal__session", "unit")

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="cases", verbose_name="提案")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="cases", verbose_name="承办单位")
    role = models.CharField("分工", max_length=20, choices=CaseRole.choices)
    state = models.CharField("状态", max_length=20, choices=CaseState.choices, default=CaseState.ASSIGNED)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    named_signer = models.ForeignKey(
        Leader, models.PROTECT, null=True, blank=True, related_name="named_for", verbose_name="指定审签领导"
    )  # empty: the leader in charge of the unit on the day
    signed_off_by = models.ForeignKey(
        Leader, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="最近审签领导"
    )  # keeps sight of it when the portfolio has changed hands
    assigned_on = models.DateField("交办日期")
    accepted_on = models.DateField("签收日期", null=True, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    ended_on = models.DateField("调整日期", null=True, blank=True)
    accept_due_on = models.DateField("签收期限", null=True, blank=True)
    return_due_on = models.DateField("退办期限", null=True, blank=True)
    contact_due_on = models.DateField("首次沟通期限", null=True, blank=True)
    opinion_due_on = models.DateField("会办意见期限", null=True, blank=True)
    reply_due_on = models.DateField("答复期限", null=True, blank=True)
    deadline_basis = models.JSONField("期限依据", default=dict)  # step → Deadline.basis()

    class Meta:
        verbose_name = verbose_name_plural = "承办件"
        ordering = ("proposal_id", "role", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_is_known"),
            models.CheckConstraint(condition=Q(role__in=CaseRole.values), name="case_role_is_known"),
            models.UniqueConstraint(
                fields=("proposal",), condition=Q(role=CaseRole.LEAD) & ~Q(state=CaseState.ENDED), name="one_live_lead"
            ),
            models.UniqueConstraint(
                fields=("proposal", "unit"), condition=~Q(state=CaseState.ENDED), name="one_live_case_a_unit"
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.ENDED, ended_on__isnull=False)
                | (~Q(state=CaseState.ENDED) & Q(ended_on__isnull=True)),
                name="ended_cases_have_their_day",
            ),
            models.CheckConstraint(condition=Q(round__gte=1), name="rounds_begin_at_one"),
        ]
        indexes = [models.Index(fields=("unit", "state"), name="case_by_unit")]

    def __str__(self):
        return f"{self.get_role_display()}·{self.unit}"

    @property
    def workflow_proposal(self):
        return self.proposal

    @property
    def workflow_case(self):
        return self

    @property
    def is_over(self):
        return self.state == CaseState.ENDED

    @property
    def stamp(self):
        """See Proposal.stamp; of an assisting case with the time of its opinion, which clerk and head both write.

        Before it is accepted there is none, and lists of what is to be accepted ask for no more than their rows.
        """
        told = f"{self.state}.{self.round}"
        if self.is_answering or self.state == workflow.CaseState.ASSIGNED:
            return told
        opinion = getattr(self, "opinion", None)  # lists fetch it ahead
        return f"{told}.{opinion.prepared_at if opinion else None}"

    @property
    def is_answering(self):
        return self.role in workflow.ANSWERING


class UnitRequest(models.Model):
    """What a unit asks of the office about a `case`, its reason, and the office's ruling; one is open at a time."""

    reason = models.TextField("理由")
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    is_granted = models.BooleanField("同意", null=True)
    ruling = models.TextField("裁定说明", blank=True)
    ruled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering = ("case_id", "requested_at")
        constraints = [
            models.UniqueConstraint(fields=("case",), condition=Q(ruled_at=None), name="one_open_%(class)s"),
            models.CheckConstraint(
                condition=Q(ruled_at=None, ruled_by=None, is_granted=None)
                | Q(ruled_at__isnull=False, ruled_by__isnull=False, is_granted__isnull=False),
                name="%(class)s_ruling_is_whole",
            ),
        ]


class ReturnRequest(UnitRequest):
    """A unit's wish to give a case back (退办)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="return_requests")
    suggested_unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="建议承办单位")

    class Meta(UnitRequest.Meta):
        verbose_name = verbose_name_plural = "退办申请"


class ExtensionRequest(UnitRequest):
    """A unit's wish for a later reply deadline (延期). One is granted a round."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="extension_requests")
    round = models.PositiveSmallIntegerField("轮次")
    was_due_on = models.DateField("原答复期限")
    wanted_on = models.DateField("申请延至")

    class Meta(UnitRequest.Meta):
        verbose_name = verbose_name_plural = "延期申请"


class Coordination(models.Model):
    """A decision of the office or a leader that binds the units of a proposal (协调)."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="coordinations")
    decision = models.TextField("协调意见")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "协调"
        ordering = ("proposal_id", "made_at")


class Attachment(models.Model):
    """A stored file and what it belongs to. Who may see it is up to its owner; it is never served by its path.

    The owner is a plain key: replies and receipts, which own files too, live on floors above.
    """

    class Owner(models.TextChoices):
        PROPOSAL = "proposal", "提案"
        CONTACT = "contact", "沟通记录"
        OPINION = "opinion", "会办意见"
        PAPER = "paper", "代录签字件"  # of a case
        REPLY = "reply", "答复附件"
        SHEET = "sheet", "纸质审签签字件"  # of a reply
        RECEIPT = "receipt", "回执扫描件"
        PROGRESS = "progress", "佐证材料"
        CARD = "card", "黄牌红牌代录签字件"

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="attachments")
    owner_type = models.CharField(max_length=20, choices=Owner.choices)
    owner_key = models.BigIntegerField()
    file = models.FileField(upload_to="attachments/%Y/%m")
    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField("大小")  # bytes
    sha256 = models.CharField(max_length=64)
    note = models.CharField("说明", max_length=120, blank=True)  # 代录: which action, for whom
    stored_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    stored_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    owner_type__in=(
                        "proposal",
                        "contact",
                        "opinion",
                        "paper",
                        "reply",
                        "sheet",
                        "receipt",
                        "progress",
                        "card",
                    )
                ),
                name="attachment_owner_is_known",
            )
        ]
        indexes = [models.Index(fields=("owner_type", "owner_key"), name="attachment_by_owner")]

    def __str__(self):
        return self.name

    @property
    def is_picture(self):
        return self.media_type in ("image/png", "image/jpeg")

    @property
    def is_pdf(self):
        return self.media_type == "application/pdf"


class Contact(models.Model):
    """A talk with a proposer (沟通): visit, call, meeting."""

    class Stage(models.TextChoices):
        BEFORE = "before", "办前"
        DURING = "during", "办中"
        AFTER = "after", "办后"

    class Manner(models.TextChoices):
        VISIT = "visit", "走访"
        MEETING = "meeting", "当面沟通"
        DISCUSSION = "discussion", "座谈会"
        SPECIAL_MEETING = "special_meeting", "专题会议"
        SITE = "site", "现场调研"
        PHONE = "phone", "电话"
        MESSAGE = "message", "网络通讯"
        LETTER = "letter", "书面"

    case = models.ForeignKey(Case, models.PROTECT, related_name="contacts")
    round = models.PositiveSmallIntegerField("轮次")
    stage = models.CharField("阶段", max_length=20, choices=Stage.choices)
    manner = models.CharField("方式", max_length=20, choices=Manner.choices)
    held_on = models.DateField("日期")
    people = models.CharField("参加人员", max_length=200)
    summary = models.TextField("沟通情况")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "沟通记录"
        ordering = ("case_id", "held_on", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=("before", "during", "after")), name="contact_stage_is_known")
        ]


class Opinion(models.Model):
    """An assisting unit's opinion (会办意见): prepared by its clerk, given by its head, read by the lead unit."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="opinion")
    text = models.TextField("会办意见", blank=True)
    prepared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "会办意见"
        constraints = [
            models.CheckConstraint(
                condition=Q(given_at=None, given_by=None) | Q(given_at__isnull=False, given_by__isnull=False),
                name="opinion_giver_is_whole",
            )
        ]


class Dispatch(models.Model):
    """The number under which a paper went out (发文登记), and the paper itself as it then was.

    Papers are composed on a floor above, but numbers belong here: those of replies, which stand with the reply, must
    keep clear of them. What the paper is about is a plain key for the same reason (see Attachment).
    """

    kind = models.CharField(max_length=40)  # key of a papers.kinds.Kind
    subject_key = models.BigIntegerField()
    session = models.ForeignKey(Session, models.PROTECT, related_name="dispatches", verbose_name="届次")
    proposal = models.ForeignKey(
        Proposal, models.PROTECT, null=True, related_name="dispatches", verbose_name="提案"
    )  # none: a paper about the whole session
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="发文单位")  # none: office
    number = models.CharField("发文字号", max_length=60)
    dated_on = models.DateField("成文日期")
    title = models.CharField("标题", max_length=200)
    addressee = models.CharField("主送", max_length=200, blank=True)
    signer = models.CharField("签发人", max_length=40, blank=True)
    copies = models.PositiveSmallIntegerField("份数", default=1)
    content = models.JSONField()  # documents.kept
    covers = models.JSONField(default=list)  # ids of what it lists, so that the next one of its kind goes on from there
    registered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    void_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    void_at = models.DateTimeField(null=True)
    void_note = models.CharField("作废原因", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "发文"
        ordering = ("dated_on", "pk")
        constraints = [
            models.UniqueConstraint(fields=("number",), condition=Q(void_at=None), name="number_given_to_one_paper"),
            models.CheckConstraint(
                condition=Q(void_at=None, void_by=None) | Q(void_at__isnull=False, void_by__isnull=False),
                name="dispatch_void_is_whole",
            ),
        ]
        indexes = [models.Index(fields=("kind", "subject_key"), name="dispatch_by_subject")]

    def __str__(self):
        return self.number

    @property
    def workflow_proposal(self):
        """What its events are about; none: the session."""
        return self.proposal

    @property
    def is_void(self):
        return self.void_at is not None
