"""Every URL × every post × own and other's proposal. A URL without a row here fails; so does a row without a URL.

The expectations are docs/workflow.md's («谁能看到什么», who may do what), written by hand.
"""

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern
from django.utils import timezone

from apps.allocation import operations as allocation
from apps.desk.exchange import background, uploads
from apps.desk.exchange.updating import read_update
from apps.desk.homes import Home
from apps.documents.content import Sheet
from apps.documents.kept import as_data
from apps.papers.models import Batch
from apps.proposals.models import Attachment, Dispatch, Session
from apps.ratings import links
from apps.ratings import operations as ratings
from apps.ratings.models import Receipt
from apps.replies import operations as replies
from apps.reports.editing import operations as letters
from apps.reports.material import operations as material
from tests import factories as make
from tests import sheets
from tests.conftest import WroteOnGet

POSTS = (
    "office",
    "clerk",
    "head",
    "culture_clerk",
    "leader",
    "other_leader",
    "secretary",
    "auditor",
    "admin",
)
# what a GET answers, for each of POSTS in order; the proposals' unit is 区住房城乡建委, its leader is `leader`
EVERYBODY = (200,) * 9
THOSE_WHO_SEE_IT = (200, 200, 200, 404, 200, 404, 200, 404, 404)
OFFICE_ALONE = (200,) + (403,) * 8
WRITERS = (200, 404, 404, 404, 403, 403, 403, 404, 404)  # of the annual letter; who reads it may not write it
NOBODY_ELSE = 404
UNISSUED_LETTER = (200, 404, 404, 404, 200, 200, 404, 404, 404)  # every leader, but not the committee
ISSUED_LETTER = (200, 404, 404, 404, 200, 200, 200, 404, 404)

ROWS = {
    "desk:home": ((200,) * 7 + (302, 302), None),
    "desk:waiting unassigned": ((200,) + (404,) * 8, None),
    "desk:waiting to-accept": ((404, 200, 200, 200, 404, 404, 404, 404, 404), None),
    "desk:waiting to-sign": ((404, 404, 404, 404, 200, 200, 404, 404, 404), None),
    "desk:waiting to-enter": ((404,) * 6 + (200, 404, 404), None),
    "desk:proposers": ((404,) * 6 + (200, 404, 404), None),
    "desk:proposals": ((200,) * 7 + (404, 404), None),
    "listing:export": ((200,) * 7 + (404, 404), None),
    # without a proposal that was ticked: back to the list
    "listing:batch assign": ((302,) + (404,) * 8, None),
    "listing:batch forward": ((302,) + (404,) * 8, None),
    "listing:batch urge": ((302,) + (404,) * 8, None),
    "listing:batch remind": ((404,) * 6 + (302, 404, 404), None),
    "listing:outcome": ((302,) * 7 + (404, 404), None),
    "listing:filters": ((200,) * 7 + (404, 404), None),
    "desk:proposal": (THOSE_WHO_SEE_IT, "handling"),
    "desk:audit": ((404,) * 7 + (200, 404), None),
    "desk:help": ((302,) * 9, None),
    "desk:help_page start": (EVERYBODY, None),
    "proposals:register": ((200,) + (403,) * 8, None),
    # waiting to be assigned: no unit and no leader has it yet
    "proposals:act assign": ((200, 404, 404, 404, 404, 404, 403, 404, 404), "received"),
    "proposals:act adjust": ((200, 403, 403, 404, 403, 404, 403, 404, 404), "handling"),
    "proposals:act correct": ((200, 403, 403, 404, 403, 404, 403, 404, 404), "handling"),
    "proposals:act mark_key": ((200, 403, 403, 404, 403, 404, 403, 404, 404), "handling"),
    "proposals:act coordinate": ((200, 403, 403, 404, 200, 404, 403, 404, 404), "handling"),
    "proposals:act merge": ((200, 404, 404, 404, 404, 404, 403, 404, 404), "received"),
    "proposals:act unmerge": ((302, 404, 404, 404, 404, 404, 403, 404, 404), "received"),  # it is not merged
    "proposals:act hand_back": ((200, 404, 404, 404, 404, 404, 403, 404, 404), "received"),
    "proposals:act withdraw": ((200, 403, 403, 404, 403, 404, 403, 404, 404), "handling"),
    "proposals:act transfer": ((200, 403, 403, 404, 403, 404, 403, 404, 404), "handling"),
    "proposals:act carry_over": ((200, 403, 403, 404, 403, 404, 403, 404, 404), "handling"),
    "proposals:act attach": ((200, 403, 403, 404, 403, 404, 403, 404, 404), "handling"),
    "proposals:act_on_case request_extension": ((200, 200, 200, 404, 403, 404, 403, 404, 404), "handling"),
    "proposals:act_on_case grant_extension": ((302, 403, 403, 404, 403, 404, 403, 404, 404), "handling"),  # none asked
    "proposals:act_on_case refuse_extension": ((302, 403, 403, 404, 403, 404, 403, 404, 404), "handling"),
    "proposals:act_on_case record_offline": ((302, 302, 302, 404, 403, 404, 403, 404, 404), "handling"),  # not secret
    "proposals:act_on_case accept": ((200, 200, 200, 404, 403, 404, 403, 404, 404), "assigned"),
    "proposals:act_on_case request_return": ((302, 302, 302, 404, 403, 404, 403, 404, 404), "assigned"),  # too late
    "proposals:act_on_case grant_return": ((302, 403, 403, 404, 403, 404, 403, 404, 404), "assigned"),  # none asked
    "proposals:act_on_case refuse_return": ((302, 403, 403, 404, 403, 404, 403, 404, 404), "assigned"),
    "proposals:act_on_case contact": ((200, 200, 200, 404, 403, 404, 200, 404, 404), "handling"),
    "proposals:act_on_case prepare_opinion": ((403, 302, 302, 404, 403, 404, 403, 404, 404), "handling"),  # no assist
    "proposals:act_on_case advise": ((302, 403, 302, 404, 403, 404, 403, 404, 404), "handling"),
    "proposals:file": ((200, 200, 200, 404, 200, 404, 200, 404, 404), "file"),
    "proposals:preview": ((200, 200, 200, 404, 200, 404, 200, 404, 404), "pdf"),
    "proposals:preview_picture": ((200, 200, 200, 404, 200, 404, 200, 404, 404), "pdf"),
    "settings:home": ((200, 404, 404, 404, 404, 404, 200, 404, 404), None),
    "settings:new": ((200, 404, 404, 404, 404, 404, 403, 404, 404), None),
    "settings:session": ((200, 404, 404, 404, 404, 404, 200, 404, 404), "handling"),
    "replies:draft": ((200, 200, 200, 404, 403, 404, 403, 404, 404), "handling"),
    "replies:detail": ((200, 200, 200, 404, 200, 404, 404, 404, 404), "draft"),
    "replies:version": ((200, 200, 200, 404, 200, 404, 404, 404, 404), "draft"),
    "replies:version of issued": (
        (200, 200, 200, 404, 200, 404, 404, 404, 404),
        "issued",
    ),  # only the text that went out
    "replies:compare": ((200, 200, 200, 404, 200, 404, 404, 404, 404), "twice written"),
    "replies:act edit": ((200, 200, 200, 404, 403, 404, 404, 404, 404), "draft"),
    "replies:act submit": ((200, 200, 403, 404, 403, 404, 404, 404, 404), "draft"),
    "replies:act recall": ((403, 200, 403, 404, 403, 404, 404, 404, 404), "unit_review"),
    "replies:act unit_approve": ((200, 403, 200, 404, 403, 404, 404, 404, 404), "unit_review"),
    "replies:act polish": ((200, 403, 403, 404, 403, 404, 404, 404, 404), "office_review"),
    "replies:act office_forward": ((200, 403, 403, 404, 403, 404, 404, 404, 404), "office_review"),
    "replies:act return": ((302, 403, 302, 404, 200, 404, 404, 404, 404), "leader_signoff"),
    "replies:act sign": ((403, 403, 403, 404, 200, 404, 404, 404, 404), "leader_signoff"),
    "replies:act revoke": ((403, 403, 403, 404, 200, 404, 404, 404, 404), "signed"),
    "replies:act redirect": ((200, 403, 403, 404, 200, 404, 404, 404, 404), "leader_signoff"),
    "replies:act sign_on_paper": ((200, 403, 403, 404, 403, 404, 404, 404, 404), "leader_signoff"),
    "replies:act verify_paper": (
        (302, 403, 403, 404, 403, 404, 404, 404, 404),
        "paper_signed",
    ),  # registered it herself
    "replies:act reject_paper": ((200, 403, 403, 404, 403, 404, 404, 404, 404), "paper_signed"),
    "replies:meet": ((302, 403, 302, 404, 403, 404, 403, 404, 404), "handling"),  # not in the first round
    "replies:act_on_commitment report": ((200, 200, 200, 404, 403, 404, 403, 404, 404), "promised"),
    "replies:act_on_commitment verify": ((302, 403, 403, 404, 403, 404, 403, 404, 404), "promised"),  # nothing reported
    "replies:act_on_commitment send_back": ((302, 403, 403, 404, 403, 404, 403, 404, 404), "promised"),
    "replies:act_on_commitment postpone": ((200, 403, 403, 404, 403, 404, 403, 404, 404), "promised"),
    "replies:act_on_commitment lapse": ((200, 403, 403, 404, 403, 404, 403, 404, 404), "promised"),
    "ratings:act_on_reply reissue": ((200, 403, 403, 404, 403, 404, 403, 404, 404), "issued"),
    "ratings:act_on_case close_unanswered": ((403, 403, 403, 404, 403, 404, 200, 404, 404), "issued"),
    "ratings:act_on_case close_agreed": ((302, 403, 403, 404, 403, 404, 403, 404, 404), "issued"),  # first round
    "ratings:act_on_case park": ((403, 403, 403, 404, 403, 404, 200, 404, 404), "handling"),
    "ratings:act remind": ((404, 404, 404, 404, 404, 404, 200, 404, 404), "issued"),
    "ratings:act amend": ((403, 403, 403, 404, 403, 404, 200, 404, 404), "confirmed"),
    "ratings:act_on_reply issue": ((200, 200, 200, 404, 403, 404, 404, 404, 404), "signed"),
    "ratings:act_on_case rehandle": (
        (302, 403, 403, 404, 403, 404, 403, 404, 404),
        "issued",
    ),  # nobody was dissatisfied
    "ratings:act enter": ((404, 404, 404, 404, 404, 404, 200, 404, 404), "issued"),
    "ratings:act confirm": ((404, 404, 404, 404, 404, 404, 302, 404, 404), "submitted"),  # entered it herself
    "ratings:act return": ((404, 404, 404, 404, 404, 404, 200, 404, 404), "submitted"),
    # its clerk and head have sight of a card once it was issued; the secretariat never
    "supervision:act issue": ((200, 404, 404, 404, 403, 404, 404, 404, 404), "card proposed"),
    "supervision:act dismiss": ((200, 404, 404, 404, 403, 404, 404, 404, 404), "card proposed"),
    "supervision:act object": ((200, 403, 200, 404, 403, 404, 404, 404, 404), "card issued"),
    "supervision:act answer": ((200, 200, 200, 404, 403, 404, 404, 404, 404), "card issued"),
    "supervision:act raise": ((200, 403, 403, 404, 403, 404, 404, 404, 404), "card issued"),
    "supervision:act lift": ((200, 403, 403, 404, 403, 404, 404, 404, 404), "card answered"),
    "supervision:act withdraw": ((200, 403, 403, 404, 403, 404, 404, 404, 404), "card issued"),
    "supervision:issue": ((200, 403, 403, 404, 403, 404, 403, 404, 404), "handling"),
    "notices:notices": ((200,) * 7 + (404, 404), None),
    "notices:settings": ((200,) * 7 + (404, 404), None),
    "notices:mails": ((200,) + (404,) * 7 + (200,), None),
    "notices:urging": ((200, 403, 403, 403, 403, 403, 200, 403, 403), None),
    "notices:act_on_case urge": ((200, 403, 403, 404, 403, 404, 403, 404, 404), "handling"),
    "accounts:password": (EVERYBODY, None),
    "accounts:display": (EVERYBODY, None),
    "papers:sessions": ((200,) * 7 + (404, 404), "session"),
    "papers:session": ((200,) * 7 + (404, 404), "session"),
    "papers:of_kind reply-letter": ((200,) * 7 + (404, 404), "session"),
    "papers:proposal": (THOSE_WHO_SEE_IT, "handling"),
    "papers:paper reply-letter": (THOSE_WHO_SEE_IT, "issued"),
    "papers:paper reply-letter of a draft": ((200, 200, 200, 404, 200, 404, 404, 404, 404), "leader_signoff"),
    "papers:paper_pdf reply-letter": (THOSE_WHO_SEE_IT, "issued"),
    "papers:paper_docx reply-letter": (THOSE_WHO_SEE_IT, "issued"),
    "papers:dispatch reply-letter": ((403, 403, 403, 404, 403, 404, 403, 404, 404), "issued"),  # it has its own number
    "papers:batch": ((200,) + (404,) * 8, "batch"),  # the office's own
    "papers:batch_file": ((200,) + (404,) * 8, "batch"),
    "papers:dispatched": (THOSE_WHO_SEE_IT, "dispatch"),
    "papers:dispatched_pdf": (THOSE_WHO_SEE_IT, "dispatch"),
    "papers:dispatched_docx": (THOSE_WHO_SEE_IT, "dispatch"),
    "papers:void": ((403, 403, 403, 404, 403, 404, 403, 404, 404), "dispatch"),  # of a kind that nobody numbers
    "reports:letters": ((200, 404, 404, 404, 200, 200, 200, 404, 404), None),
    "reports:letter": ((200, 404, 404, 404, 200, 200, 200, 404, 404), "issued"),
    "reports:proofreading": ((200, 404, 404, 404, 200, 200, 200, 404, 404), None),
    "reports:letter_proofreading": ((200, 404, 404, 404, 200, 200, 404, 404, 404), "issued"),
    # its words are the committee's to read once it has gone out: of what has not, only the figures
    "reports:letter_pdf": ((200, 404, 404, 404, 200, 200, 404, 404, 404), "issued"),
    "reports:letter_docx": ((200, 404, 404, 404, 200, 200, 404, 404, 404), "issued"),
    "reports:letter_texts": ((200, 404, 404, 404, 403, 403, 403, 404, 404), "issued"),
    "reports:letter_cases": ((200, 404, 404, 404, 403, 403, 403, 404, 404), "issued"),
    "reports:letter_act submit": ((200, 404, 404, 404, 403, 403, 404, 404, 404), "letter draft"),
    "reports:letter_act approve": ((403, 404, 404, 404, 403, 403, 404, 404, 404), "letter office_review"),
    "reports:letter_act sign": ((403, 404, 404, 404, 200, 403, 404, 404, 404), "letter leader_review"),
    "reports:letter_act return": ((403, 404, 404, 404, 200, 403, 404, 404, 404), "letter leader_review"),
    "reports:letter_act recall": ((200, 404, 404, 404, 403, 403, 404, 404, 404), "letter leader_review"),
    "reports:letter_act revoke": ((403, 404, 404, 404, 200, 403, 404, 404, 404), "letter approved"),
    "reports:letter_act issue": ((200, 404, 404, 404, 403, 403, 404, 404, 404), "letter approved"),
    "reports:letter_act reopen": ((200, 404, 404, 404, 403, 403, 404, 404, 404), "letter issued"),
    "reports:comparison": ((200, 404, 404, 404, 200, 200, 200, 404, 404), None),
    "reports:pictures_newest": ((302,) * 7 + (404, 404), None),
    "reports:pictures": ((200,) * 7 + (404, 404), "issued"),
    "reports:picture_figure": ((200,) * 7 + (404, 404), "issued"),
    "reports:edition": (ISSUED_LETTER, "letter issued"),
    "reports:edition of what is not out": (UNISSUED_LETTER, "letter approved"),
    "reports:edition_pdf": (ISSUED_LETTER, "letter issued"),
    "reports:edition_pdf of what is not out": (UNISSUED_LETTER, "letter leader_review"),
    "reports:edition_docx": (ISSUED_LETTER, "letter issued"),
    "reports:edition_docx of what is not out": (UNISSUED_LETTER, "letter office_review"),
    "reports:edition_figure": (ISSUED_LETTER, "letter issued"),
    "reports:edition_reference": (ISSUED_LETTER, "letter issued"),
    "reports:edition_reference of what is not out": (UNISSUED_LETTER, "letter leader_review"),
    "reports:edition_figure of what is not out": (UNISSUED_LETTER, "letter approved"),
    "reports:letter_themes": (WRITERS, "letter"),
    "reports:letter_editor": (WRITERS, "letter"),
    "reports:letter_figure": (WRITERS, "letter"),
    "reports:letter_versions": (WRITERS, "letter"),
    "reports:letter_version": (WRITERS, "letter"),
    "reports:letter_compare": (WRITERS, "letter"),
    "reports:letter_material": (WRITERS, "letter"),
    "reports:material_asked": ((404, 200, 200, 200, 404, 404, 404, 404, 404), None),
    "reports:material_give": ((404, 200, 200, 404, 404, 404, 404, 404, 404), "letter"),  # its unit's own
    "accounts:posts": (OFFICE_ALONE, None),
    "accounts:delegate": (OFFICE_ALONE, None),
    "accounts:end_delegation": (OFFICE_ALONE, "delegation"),
    "allocation:newest": (OFFICE_ALONE, None),
    "allocation:draft": (OFFICE_ALONE, "session"),
    "allocation:plan": (OFFICE_ALONE, "session"),
    "allocation:line": (OFFICE_ALONE, "received"),
    "allocation:assign": (OFFICE_ALONE, "session"),
    "allocation:share": (OFFICE_ALONE, "session"),
    "allocation:opinions": ((404, 200, 200, 200, 404, 404, 404, 404, 404), None),
    "allocation:object": ((404, 200, 200, 404, 404, 404, 404, 404, 404), "asked"),
    "allocation:assigned": (OFFICE_ALONE, "assigned in one go"),
    "allocation:assigned_list": (OFFICE_ALONE, "assigned in one go"),
    "allocation:originals": (OFFICE_ALONE, "assigned in one go"),
    "exchange:template ledger": ((200, 403, 403, 403, 403, 403, 200, 403, 403), None),
    "exchange:template list": ((200,) + (403,) * 8, None),
    "exchange:upload ledger": ((200, 403, 403, 403, 403, 403, 200, 403, 403), None),
    "exchange:upload list": ((200,) + (403,) * 8, None),
    "exchange:preview": ((200, 403, 403, 403, 403, 403, 404, 403, 403), "upload"),  # the office's own
    "exchange:preview of one under way": ((200, 403, 403, 403, 403, 403, 404, 403, 403), "under way"),
    "exchange:errors": ((200, 403, 403, 403, 403, 403, 404, 403, 403), "upload"),
    "exchange:update": ((200,) + (403,) * 8, None),
    "exchange:update_preview": ((200,) + (403,) * 8, "update"),
    "exchange:update_results": ((200,) + (403,) * 8, "updated"),
    "exchange:export": ((200, 403, 403, 403, 403, 403, 200, 403, 403), "session"),
    "exchange:home": ((200, 403, 403, 403, 403, 403, 200, 403, 403), None),
}
PUBLIC = {"accounts:sign_in", "link:answer", "link:thanks", "link:file"}
POST_ONLY = {
    "allocation:take",
    "allocation:agree",
    "allocation:agree_all",
    "allocation:end_sharing",
    "allocation:place",
    "papers:ask_batch",
    "papers:ask_for_file",
    "papers:stop_batch",
    "accounts:sign_out",
    "notices:open",
    "notices:mark_read",
    "notices:urge",
    "notices:send_again",
    "reports:letter_draft",
    "reports:letter_presence",
    "reports:letter_add_part",
    "reports:letter_save_part",
    "reports:letter_part_up",
    "reports:letter_part_down",
    "reports:letter_remove_part",
    "reports:letter_restore_part",
    "reports:letter_bind",
    "reports:letter_declare",
    "reports:letter_note",
    "reports:letter_note_done",
    "reports:letter_restore",
    "reports:letter_take",
    "reports:letter_withdraw",
    "reports:letter_take_progress",
    "reports:letter_take_cases",
    "exchange:update_confirm",
    "exchange:update_discard",
    "exchange:confirm",
    "exchange:create",
    "exchange:discard",
    "exchange:stop",
    "listing:columns",
    "listing:change_filter",
    "listing:remove_filter",
}


def named_urls(resolver=None, namespace=""):
    """Every named URL of the site but the admin's, which tests/test_admin.py walks."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        elif pattern.namespace != "admin":
            yield from named_urls(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)


def test_every_url_has_a_row():
    named = set(named_urls())
    rows = {row.split()[0] for row in ROWS} | PUBLIC | POST_ONLY
    assert named - rows == set(), "URLs that nobody decided on"
    assert rows - named == set(), "rows without a URL"


def target(world, stage):
    """URL arguments of a thing at a stage, by the things that URLs ask for."""
    if stage is None:
        return {}
    if stage == "session":
        return {"session": world.session.key}
    if stage == "batch":
        return {"batch": batch_of(world).pk}
    if stage == "dispatch":
        return {"dispatch": dispatch_of_a_reply(world).pk}
    if stage == "update":
        content = sheets.workbook([sheets.handled()])
        kept = uploads.keep("update", "9-4", content, "台账.xlsx", by=world.office, at=timezone.now())
        return {"upload": kept.pk}
    if stage == "under way":
        kept = uploads.keep("ledger", "9-4", b"", "台账.xlsx", by=world.office, at=timezone.now(), rows=5000)
        background.ask(kept, by=world.office, at=timezone.now(), seen="", enqueue=lambda pk: None)
        return {"upload": kept.pk}
    if stage == "updated":
        make.handling(world)
        content = sheets.workbook([{"案号": "001", "备注": "补充"}], ["案号", "备注"])
        at = timezone.now()
        kept = uploads.keep("update", "9-4", content, "台账.xlsx", by=world.office, at=at)
        marks = set(read_update(content, "9-4", by=world.office, at=at).marks.split())
        uploads.confirm_update(kept, marks, by=world.office, at=at, note="更正")
        return {"upload": kept.pk}
    if stage == "upload":
        content = sheets.workbook([sheets.handled()])
        kept = uploads.keep("ledger", "9-4", content, "台账.xlsx", by=world.office, at=timezone.now())
        return {"upload": kept.pk}
    if stage == "assigned in one go":
        made, unit = assigned_in_one_go(world)
        return {"session": world.session.key, "assignment": made.pk, "unit": unit.pk}
    if stage == "asked":
        line = allocation.place(make.registered(world), [(world.housing, "lead")], by=world.office, at=make.moment(),
                                seen=0)  # fmt: skip
        allocation.share(line.draft, make.moment().date(), by=world.office, at=make.moment())
        return {"line": line.pk, "unit": world.housing.pk}
    if stage == "letter":
        return {"session": world.session.key, "answer": written_letter(world).pk}
    return {"session": world.session.key} | things_at(world, stage)


def written_letter(world):
    """A letter in parts and two versions; returns what 区住房城乡建委 is asked for."""
    letters.draft(world.session, by=world.office, at=make.moment(2020, 10, 8))
    letters.add_part(world.session, by=world.office, at=make.moment(2020, 10, 9), kind="p", text="共{提案总数}件。")
    asked = material.ask(
        world.session, by=world.office, at=make.moment(2020, 10, 9), units=[world.housing], text="天桥座数",
        due_on=make.moment(2020, 10, 20).date(),
    )  # fmt: skip
    return asked.answers.get()


def assigned_in_one_go(world):
    """(the Assignment, the unit) of a proposal with an original."""
    proposal = make.registered(world, files=make.scan())
    line = allocation.place(proposal, [(world.housing, "lead")], by=world.office, at=make.moment(), seen=0)
    made = allocation.assign_all(line.draft, {line.pk: 1}, by=world.office, at=make.moment())
    return made, world.housing


def batch_of(world):
    now = timezone.now()
    made = Batch(kind="reply-letter", session=world.session, form="pdf", stage="finished", total=1, done=1,
                 asked_by=world.office, asked_at=now, moved_at=now)  # fmt: skip
    made.file.save("pdf", ContentFile(b"%PDF-"))
    return made


def dispatch_of_a_reply(world):
    reply = make.reply_at(world, make.handling(world).cases.get(), "issued")
    sheet = Sheet("标题", "区政府办公室", ())
    return Dispatch.objects.create(
        kind="reply-letter", subject_key=reply.pk, session=world.session, proposal=reply.case.proposal, number="1号",
        dated_on=make.moment().date(), title="标题", content=as_data(sheet), registered_by=world.office,
        registered_at=make.moment(),
    )  # fmt: skip


def things_at(world, stage):
    if stage == "delegation":
        return {"delegation": make.delegation(world, world.leader_row, world.other_leader_row).pk}
    if stage.startswith("letter "):
        make.handling(world)
        letter = make.letter_at(world, stage.removeprefix("letter "))
        return {"edition": getattr(letter.latest, "pk", None)}
    if stage.startswith("card "):
        return {"card": make.card_at(world, make.assigned(world).cases.get(), stage.removeprefix("card ")).pk}
    if stage in ("received", "assigned", "handling"):
        proposal = make.proposal_at(world, stage)
        case = proposal.cases.first()
        return {"proposal": proposal.pk, "case": case.pk if case else None}
    proposal = make.handling(world)
    case = make.case_of(proposal, world.housing)
    found = {"proposal": proposal.pk, "case": case.pk}
    if stage in ("file", "pdf"):
        files = make.scan() if stage == "file" else make.pdf()
        from apps.proposals import operations

        contact = operations.contact(
            case, by=world.clerk, at=make.moment(2020, 3, 20), stage="before", manner="phone",
            held_on=make.moment(2020, 3, 20).date(), people="赵堃", summary="通话", files=files,
        )  # fmt: skip
        return found | {"file": Attachment.objects.get(owner_key=contact.pk, owner_type="contact").pk}
    if stage == "twice written":
        reply = make.drafted(world, case)
        replies.edit(reply, by=world.clerk, at=make.moment(2020, 4, 21), body="改过的正文。")
        return found | {"reply": reply.pk}
    if stage == "paper_signed":
        reply = make.reply_at(world, case, "leader_signoff")
        replies.sign_on_paper(reply, reply.code, make.scan(), by=world.office, at=make.moment(2020, 4, 21))
        return found | {"reply": reply.pk}
    if stage == "promised":
        reply = make.reply_at(world, case, "issued", "B")
        return found | {"reply": reply.pk, "commitment": reply.commitments.get().pk}
    reply = make.reply_at(world, case, "issued" if stage in ("submitted", "confirmed") else stage)
    found["reply"] = reply.pk
    if stage in ("submitted", "confirmed"):
        make.rated(world, reply, confirm=False)
    if stage == "confirmed":
        ratings.confirm(make.receipt_of(reply), by=world.secretary2, at=make.moment(2020, 5, 7))
    if stage in ("issued", "submitted", "confirmed"):
        found["receipt"] = Receipt.objects.get(reply=reply).pk
    return found


ARGUMENTS = {
    "desk:proposal": ("proposal",),
    "proposals:act": ("proposal",),
    "proposals:act_on_case": ("case",),
    "proposals:file": ("file",),
    "proposals:preview": ("file",),
    "proposals:preview_picture": ("file",),
    "settings:session": ("session",),
    "replies:draft": ("case",),
    "replies:meet": ("case",),
    "replies:act_on_commitment": ("commitment",),
    "replies:detail": ("reply",),
    "replies:version": ("reply",),
    "replies:compare": ("reply",),
    "replies:act": ("reply",),
    "ratings:act_on_reply": ("reply",),
    "ratings:act_on_case": ("case",),
    "ratings:act": ("receipt",),
    "supervision:act": ("card",),
    "supervision:issue": ("case",),
    "notices:act_on_case": ("case",),
    "papers:session": ("session",),
    "papers:of_kind": ("session",),
    "papers:proposal": ("proposal",),
    "papers:batch": ("batch",),
    "papers:batch_file": ("batch",),
    "papers:dispatched": ("dispatch",),
    "papers:dispatched_pdf": ("dispatch",),
    "papers:dispatched_docx": ("dispatch",),
    "papers:void": ("dispatch",),
    "reports:letter": ("session",),
    "reports:letter_pdf": ("session",),
    "reports:letter_docx": ("session",),
    "reports:letter_proofreading": ("session",),
    "reports:letter_texts": ("session",),
    "reports:letter_cases": ("session",),
    "reports:letter_act": ("session",),
    "reports:pictures": ("session",),
    "reports:picture_figure": ("session",),
    "reports:edition": ("edition",),
    "reports:edition_pdf": ("edition",),
    "reports:edition_docx": ("edition",),
    "reports:edition_figure": ("edition",),
    "reports:edition_reference": ("edition",),
    "reports:letter_themes": ("session",),
    "reports:letter_editor": ("session",),
    "reports:letter_figure": ("session",),
    "reports:letter_versions": ("session",),
    "reports:letter_version": ("session",),
    "reports:letter_compare": ("session",),
    "reports:letter_material": ("session",),
    "reports:material_give": ("answer",),
    "accounts:end_delegation": ("delegation",),
    "allocation:draft": ("session",),
    "allocation:share": ("session",),
    "allocation:object": ("line", "unit"),
    "allocation:plan": ("session",),
    "allocation:assign": ("session",),
    "allocation:line": ("session", "proposal"),
    "allocation:assigned": ("session", "assignment"),
    "allocation:assigned_list": ("session", "assignment"),
    "allocation:originals": ("session", "assignment", "unit"),
    "exchange:preview": ("upload",),
    "exchange:update_preview": ("upload",),
    "exchange:update_results": ("upload",),
    "exchange:errors": ("upload",),
    "exchange:export": ("session",),
}


def url_of(row, found):
    name, _, action = row.partition(" ")
    action = "" if action.startswith("of ") else action  # a word for the reader: of what
    if name in ("papers:paper", "papers:paper_pdf", "papers:paper_docx", "papers:dispatch"):
        return reverse(name, args=[found["session"], action.split()[0], found["reply"]])
    args = [found[thing] for thing in ARGUMENTS.get(name, ())]
    if name in (
        "proposals:preview_picture",
        "replies:version",
        "replies:compare",
        "reports:letter_version",
        "reports:letter_compare",
    ):
        args.append(1)
    if name in ("replies:compare", "reports:letter_compare"):
        args.append(2)
    if name in ("reports:edition_figure", "reports:edition_reference"):
        args.append(0)
    asked = {"reports:letter_figure": "?name=提案总数", "reports:picture_figure": "?path=total"}.get(name, "")
    return reverse(name, args=[*args, *([action] if action else [])]) + asked


@pytest.mark.django_db
@pytest.mark.parametrize("row", list(ROWS))
def test_get_sends_strangers_to_sign_in_and_answers_each_post_as_decided(client, row):
    expected, stage = ROWS[row]
    world = make.world()
    url = url_of(row, target(world, stage))
    stranger = client.get(url)
    assert stranger.status_code == 302 and stranger.url.startswith("/accounts/sign-in/")
    found = {}
    for post in POSTS:
        client.force_login(world.people[post])
        answer = client.get(url)
        if answer.streaming:
            list(answer.streaming_content)  # read to its end, which closes the file
        found[post] = answer.status_code
    assert found == dict(zip(POSTS, expected, strict=True)), url


@pytest.mark.django_db
def test_the_proposers_pages_are_for_whoever_has_the_link_and_open_nothing_else(client):
    """Public, each with its own expectation; tests/test_link.py has the rest. A stranger answers, a post only looks."""
    world = make.world()
    reply = make.reply_at(world, make.handling(world).cases.get(), "issued")
    token = links.token_for(make.receipt_of(reply), timezone.localdate())
    expected = {
        reverse("link:thanks"): (200, 405),
        reverse("link:answer", args=[token]): (200, 422),
        reverse("link:answer", args=["1-1-0-20991231"]): (404, 404),
        reverse("link:file", args=[token, 1]): (404, 405),  # the reply has no file
        reverse("link:file", args=["1-1-0-20991231", 1]): (404, 405),
    }
    found = {url: (client.get(url).status_code, client.post(url).status_code) for url in expected}
    assert found == expected
    for post in POSTS:
        client.force_login(world.people[post])
        assert {url: client.get(url).status_code for url in expected} == {url: row[0] for url, row in expected.items()}
        assert client.post(reverse("link:answer", args=[token])).status_code == 403


@pytest.mark.django_db
def test_the_guard_notices_a_page_that_writes_when_it_is_read(client, monkeypatch):
    """What every GET of this file is watched with, seen at work."""
    world = make.world()
    client.force_login(world.office)

    def home_that_writes(user, today):
        Session.objects.update(decimals=2)
        return Home()

    monkeypatch.setattr("apps.desk.views.homes.home_of", home_that_writes)
    with pytest.raises(WroteOnGet, match="proposals_session"), transaction.atomic():
        client.get("/")
    world.session.refresh_from_db()
    assert world.session.decimals == 1


@pytest.mark.django_db
def test_posting_to_what_one_may_not_do_changes_nothing(client):
    world = make.world()
    proposal = make.assigned(world)
    case = proposal.cases.get()
    client.force_login(world.culture_clerk)
    answer = client.post(reverse("proposals:act_on_case", args=[case.pk, "accept"]), {"seen": case.stamp})
    case.refresh_from_db()
    assert (answer.status_code, case.state) == (404, "assigned")
    client.force_login(world.secretary)
    answer = client.post(reverse("proposals:act_on_case", args=[case.pk, "accept"]), {"seen": case.stamp})
    case.refresh_from_db()
    assert (answer.status_code, case.state) == (403, "assigned")


@pytest.mark.django_db
def test_ratings_are_hidden_from_unit_and_office_until_confirmed(client):
    world = make.world()
    proposal = make.handling(world)
    reply = make.reply_at(world, make.case_of(proposal, world.housing), "issued")
    make.rated(world, reply, "不满意", confirm=False)
    for post, sees in (("office", False), ("clerk", False), ("leader", False), ("secretary", True)):
        client.force_login(world.people[post])
        page = client.get(proposal.get_absolute_url()).content.decode()
        assert ("不满意" in page) is sees, post
