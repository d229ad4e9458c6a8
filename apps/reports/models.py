"""The annual letter (办理情况通报): what people write for it, and its editions. Its numbers come from figures alone."""

import hashlib
import json
import uuid
from dataclasses import replace

from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.accounts.models import User
from apps.documents.kept import as_data, from_data
from apps.proposals.models import Session
from apps.replies.models import Progress, Reply
from apps.units.models import Leader, Unit

from . import workflow
from .workflow import LetterState


def whole(model, *steps):
    """Constraints: who did a step and when are known together."""
    return [
        models.CheckConstraint(
            condition=Q(**{f"{step}_at": None, f"{step}_by": None})
            | Q(**{f"{step}_at__isnull": False, f"{step}_by__isnull": False}),
            name=f"{model}_{step}_is_whole",
        )
        for step in steps
    ]


class AnnualLetter(models.Model):
    """The texts of a session's letter. Whatever is empty is left out of the letter, or has a usual form (letter.py).

    It is approved as a whole (approvals.py): from 送审 on its texts stand still, what goes up is kept as an Edition.
    """

    WORKFLOW = workflow.ANNUAL_LETTER
    READ_WITH = ("session", "signer")
    workflow_proposal = workflow_case = None  # it belongs to its session
    is_over = False

    session = models.OneToOneField(Session, models.PROTECT, related_name="letter", verbose_name="届次")
    number = models.CharField("发文字号", max_length=60, blank=True)
    dated_on = models.DateField("成文日期", null=True, blank=True)
    issuer = models.CharField("发文机关", max_length=60, blank=True)
    addressee = models.CharField("主送机关", max_length=60, blank=True)
    title = models.CharField("标题", max_length=120, blank=True)
    copies_to = models.CharField("抄送", max_length=200, blank=True)
    occasion = models.CharField("通报场合", max_length=120, blank=True)
    speaker = models.CharField("报告人", max_length=60, blank=True)
    figures_on = models.DateField("数字截至", null=True, blank=True)  # None: all that is recorded
    has_pictures = models.BooleanField("附图表", default=False)
    class_intros = models.JSONField("各类办理结果的导语", default=dict, blank=True)  # class code → text
    theme_intros = models.JSONField("各主题的导语", default=dict, blank=True)  # theme → text
    methods = models.TextField("主要做法", blank=True)
    problems = models.TextField("存在的问题", blank=True)
    next_steps = models.TextField("下一步打算", blank=True)
    cases = models.ManyToManyField(Reply, through="LetterCase", related_name="+", verbose_name="选用的事例")
    version = models.PositiveIntegerField("版本", default=0)
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)
    state = models.CharField("状态", max_length=20, choices=LetterState.choices, default=LetterState.DRAFT)
    signer = models.ForeignKey(Leader, models.PROTECT, null=True, related_name="+", verbose_name="签发领导")

    class Meta:
        verbose_name = verbose_name_plural = "办理情况通报"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LetterState.values), name="letter_state_is_known"),
            models.CheckConstraint(condition=Q(state="draft") | ~Q(signer=None), name="letter_names_its_signer"),
            *whole("letter", "saved"),
        ]

    def __str__(self):
        return f"{self.session}提案办理情况通报"

    def get_absolute_url(self):
        return reverse("reports:letter", args=[self.session.key])

    @property
    def stamp(self):
        """See Proposal.stamp; each 送审 makes an edition, so what was returned and came again is not what was seen."""
        return f"{self.state}.{self.version}.{self.editions.count() if self.pk else 0}"

    @property
    def latest(self):
        """The Edition that is on its way or went out last of all; None before the first 送审."""
        read = ("submitted_by", "approved_by", "signed_by", "issued_by", "void_by", "signer")
        return self.editions.select_related(*read).order_by("-number").first() if self.pk else None


class LetterTheme(models.Model):
    """A theme of the letter's own, beside those of the categories: 产业发展, within it 智能化."""

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="themes")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="parts")
    name = models.CharField("主题", max_length=60)
    intro = models.TextField("导语", blank=True)
    order = models.PositiveIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "通报主题"
        ordering = ("order", "pk")
        constraints = [models.UniqueConstraint(fields=("letter", "name"), name="letter_theme_named_once")]

    def __str__(self):
        return f"{self.parent}：{self.name}" if self.parent else self.name


class LetterCase(models.Model):
    """A reply chosen as an example (例如、又如) for the letter. `theme`: None for that of its category."""

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="chosen")
    reply = models.ForeignKey(Reply, models.PROTECT, related_name="+", verbose_name="答复")
    theme = models.ForeignKey(LetterTheme, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "通报事例"
        constraints = [models.UniqueConstraint(fields=("letter", "reply"), name="letter_case_chosen_once")]


class LetterPart(models.Model):
    """A heading or a piece of the text, in the order of `place`. In its text {名称} is a figure: references.py.

    A removed one is kept, and can be put back.
    """

    class Kind(models.TextChoices):
        SECTION = "h1", "一级标题（一、）"
        SUBSECTION = "h2", "二级标题（（一））"
        POINT = "h3", "三级标题（1.）"
        TEXT = "p", "正文"
        LED_SUBSECTION = "p2", "正文，首句作二级标题"
        LED_POINT = "p3", "正文，首句作三级标题"

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="parts")
    kind = models.CharField("形式", max_length=2, choices=Kind.choices, default=Kind.TEXT)
    text = models.TextField("文字")
    place = models.PositiveIntegerField("位置")
    version = models.PositiveIntegerField("版本", default=1)
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "通报段落"
        ordering = ("place", "pk")
        constraints = whole("letter_part", "removed")

    @property
    def level(self):
        """Of a heading or a leading sentence: 1 to 3; None for plain text."""
        return int(self.kind[1]) if self.kind[1:] else None

    @property
    def is_heading(self):
        return self.kind.startswith("h")


class LetterNote(models.Model):
    """A note to colleagues beside a part, never printed."""

    part = models.ForeignKey(LetterPart, models.CASCADE, related_name="notes")
    text = models.TextField("备注")
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "通报备注"
        ordering = ("written_at", "pk")
        constraints = whole("letter_note", "done")


class LetterVersion(models.Model):
    """The letter as it stood after a save; never altered. `content`: see snapshots.py."""

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("版本")
    action = models.CharField(max_length=20)
    content = models.JSONField()
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "通报版本"
        ordering = ("letter_id", "number")
        constraints = [models.UniqueConstraint(fields=("letter", "number"), name="letter_version_unique")]


class LetterPresence(models.Model):
    """Who has the editor open: said by the page every half minute, no record of anything done."""

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="present")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    part = models.ForeignKey(LetterPart, models.SET_NULL, null=True, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "正在编写"
        constraints = [models.UniqueConstraint(fields=("letter", "user"), name="letter_presence_once")]


class MaterialRequest(models.Model):
    """What the office asks units for (素材征集), because no reply holds it."""

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="requests")
    text = models.TextField("需要的素材")
    due_on = models.DateField("反馈期限")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "素材征集"
        ordering = ("-asked_at", "-pk")

    def __str__(self):
        return self.text


class MaterialAnswer(models.Model):
    """One unit's part of a request: empty until it answers, with the source of the fact and the day it is true of."""

    request = models.ForeignKey(MaterialRequest, models.CASCADE, related_name="answers")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="承办单位")
    text = models.TextField("素材", blank=True)
    source = models.CharField("出处", max_length=200, blank=True)
    as_on = models.DateField("截至日期", null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "单位素材"
        ordering = ("unit__order", "unit__name")
        constraints = [
            models.UniqueConstraint(fields=("request", "unit"), name="material_asked_once"),
            models.CheckConstraint(
                condition=Q(answered_at=None) | (~Q(text="") & ~Q(source="") & Q(as_on__isnull=False)),
                name="material_has_source_and_day",
            ),
            *whole("material", "answered", "withdrawn"),
        ]


class LetterSource(models.Model):
    """Where words of a part that no figure stands for come from, and of which day they are true.

    `text`: the words, as they were taken over. `answer`, `progress`: what they were taken from, if the system has it.
    """

    part = models.ForeignKey(LetterPart, models.CASCADE, related_name="sources")
    text = models.TextField("内容")
    source = models.CharField("出处", max_length=200)
    as_on = models.DateField("截至日期", null=True, blank=True)  # None: of a reply whose day nobody wrote down
    answer = models.ForeignKey(MaterialAnswer, models.PROTECT, null=True, blank=True, related_name="uses")
    progress = models.ForeignKey(Progress, models.PROTECT, null=True, blank=True, related_name="+")
    declared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "素材出处"
        ordering = ("pk",)


def place_of(edition, filename):
    """Where a file of an edition lies: a name that nobody can guess."""
    return f"letters/{uuid.uuid4().hex}.{filename}"


def digest(content):
    """SHA-256 of plain JSON data, whatever the order in which a database gives its keys back."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


class Edition(models.Model):
    """稿: a letter as it was sent for approval, with the figures in it and the proposals behind each of them.

    Its content never changes. It is void once it was returned or taken back, and kept all the same.

    `members`: [[path of a figure, ids of the proposals behind it]], in the order of figures.Tally; `rows`: how each of
    them stood; `references`: what the words refer to, with the value that was printed (frozen.py).
    """

    letter = models.ForeignKey(AnnualLetter, models.PROTECT, related_name="editions", verbose_name="通报")
    number = models.PositiveSmallIntegerField("稿次")
    content = models.JSONField()  # documents.kept, without number and date
    as_of = models.DateField("统计截至", null=True)  # none: all that was recorded when it was submitted
    figures = models.JSONField()  # as `manage.py figures --json`
    members = models.JSONField()
    rows = models.JSONField()
    references = models.JSONField(default=list)
    unfinished = models.JSONField(default=list)  # what was unfinished when it was submitted, as sentences
    sha256 = models.CharField(max_length=64)
    signer = models.ForeignKey(Leader, models.PROTECT, related_name="+", verbose_name="签发领导")
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    note = models.CharField("送审说明", max_length=2000, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_as = models.CharField(max_length=120, blank=True)  # 某某, or 某某（代某某） by delegation
    signed_hash = models.CharField(max_length=64, blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    document_number = models.CharField("发文字号", max_length=60, blank=True)
    dated_on = models.DateField("成文日期", null=True)
    pdf = models.FileField(upload_to=place_of, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    docx = models.FileField(upload_to=place_of, blank=True)
    docx_sha256 = models.CharField(max_length=64, blank=True)
    void_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    void_at = models.DateTimeField(null=True)
    void_action = models.CharField(max_length=20, blank=True)  # what ended it: return, recall, revoke
    void_note = models.CharField(max_length=2000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "通报稿"
        ordering = ("letter", "number")
        constraints = [
            models.UniqueConstraint(fields=("letter", "number"), name="edition_numbered_once"),
            models.UniqueConstraint(
                fields=("letter",), condition=Q(void_at=None, issued_at=None), name="one_edition_under_way"
            ),
            *whole("edition", "approved", "signed", "issued", "void"),
            models.CheckConstraint(condition=Q(issued_at=None) | Q(void_at=None), name="what_went_out_is_never_void"),
            models.CheckConstraint(
                condition=Q(issued_at=None)
                | (
                    Q(signed_at__isnull=False, dated_on__isnull=False)
                    & ~Q(document_number="")
                    & ~Q(pdf="")
                    & ~Q(docx="")
                    & ~Q(signed_hash="")
                ),
                name="letters_go_out_signed_and_whole",
            ),
        ]

    def __str__(self):
        return f"{self.letter}（第{self.number}稿）"

    def get_absolute_url(self):
        return reverse("reports:edition", args=[self.pk])

    @property
    def kept(self):
        """What was submitted, as plain data: what `sha256` is of."""
        return {
            "letter": self.content,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "figures": self.figures,
            "members": self.members,
            "rows": self.rows,
            "references": self.references,
        }

    @property
    def is_intact(self):
        """Whether its content is still what was submitted, by its hash."""
        return digest(self.kept) == self.sha256

    @property
    def status(self):
        """How far it got, in words."""
        if self.issued_at:
            return f"已发文（{self.document_number}）"
        if self.void_at:
            return f"已{self.letter.WORKFLOW.label_of(self.void_action)}"
        return "已签发，待发文" if self.signed_at else "待领导签发" if self.approved_at else "待办公室审核"

    @property
    def paper(self):
        """The Letter: as it went out, or marked as not yet or no longer it."""
        letter = from_data(self.content)
        if self.issued_at:
            return self.numbered(self.document_number, self.dated_on)
        return replace(letter, draft=f"第{self.number}稿：{self.status}")

    def numbered(self, number, dated_on):
        """The Letter as it goes out under this number and on this day."""
        return replace(from_data(self.content), number=number, dated_on=dated_on)


def content_of(letter):
    """A composed Letter as plain data without what it gets when it goes out, or what tells that it has not."""
    return as_data(replace(letter, number="", dated_on=None, draft=""))
