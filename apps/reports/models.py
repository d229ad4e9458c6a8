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
from apps.replies.models import Reply
from apps.units.models import Leader

from . import workflow
from .workflow import LetterState


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
            models.CheckConstraint(
                condition=models.Q(saved_at=None, saved_by=None)
                | models.Q(saved_at__isnull=False, saved_by__isnull=False),
                name="letter_saved_is_whole",
            ),
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


class LetterCase(models.Model):
    """A reply chosen as an example (例如、又如) for the letter."""

    letter = models.ForeignKey(AnnualLetter, models.CASCADE, related_name="chosen")
    reply = models.ForeignKey(Reply, models.PROTECT, related_name="+", verbose_name="答复")

    class Meta:
        verbose_name = verbose_name_plural = "通报事例"
        constraints = [models.UniqueConstraint(fields=("letter", "reply"), name="letter_case_chosen_once")]


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
    them stood (frozen.py).
    """

    letter = models.ForeignKey(AnnualLetter, models.PROTECT, related_name="editions", verbose_name="通报")
    number = models.PositiveSmallIntegerField("稿次")
    content = models.JSONField()  # documents.kept, without number and date
    as_of = models.DateField("统计截至", null=True)  # none: all that was recorded when it was submitted
    figures = models.JSONField()  # as `manage.py figures --json`
    members = models.JSONField()
    rows = models.JSONField()
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
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{step}_at": None, f"{step}_by": None})
                    | Q(**{f"{step}_at__isnull": False, f"{step}_by__isnull": False}),
                    name=f"edition_{step}_is_whole",
                )
                for step in ("approved", "signed", "issued", "void")
            ),
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
