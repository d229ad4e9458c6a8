"""The admin site: who may enter which page, reference data with its events, the proposals and their batch assignment.

Nothing there changes a state, a rating or an event but the operations themselves; these tests try it by forged posts.
"""

import datetime
import json
import re

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Post, User
from apps.audit.models import Event, Head
from apps.audit.queries import verify
from apps.calendars.models import CalendarDay, CalendarYear
from apps.proposals import operations as cases
from apps.proposals.models import Case, Category, Proposal, Rating, Sector, Session
from apps.proposals.workflow import CaseRole
from apps.ratings.models import Receipt
from apps.replies.models import Reply
from apps.units.models import Leader, Portfolio, Unit, UnitAlias
from tests import factories as make
from tests.browser import follow, go_by_menu, told
from tests.test_queries import MOST, queries_of

ONE_DAY = datetime.timedelta(days=1)
OFFICE = {"units_unit", "units_leader", "proposals_category", "proposals_sector", "proposals_session"} | {
    "calendars_calendaryear",
    "proposals_proposal",
}
SYSTEM_ADMIN = {"accounts_user"}
LOOK_ONLY = {"proposals_session", "proposals_proposal"}
NOBODYS_PART = ("clerk", "head", "leader", "secretary", "auditor")


@pytest.fixture
def world(db):
    made = make.world()
    CalendarYear.objects.get_or_create(year=2020, defaults={"version": "2020-1"})
    return made


def name_of(model):
    return f"{model._meta.app_label}_{model._meta.model_name}"


def pages_of(model, thing):
    """{page: URL} of all the pages that the admin site has for a model."""
    base = f"admin:{name_of(model)}_"
    found = {
        "changelist": reverse(f"{base}changelist"),
        "add": reverse(f"{base}add"),
        "change": reverse(f"{base}change", args=[thing.pk]),
        "history": reverse(f"{base}history", args=[thing.pk]),
        "delete": reverse(f"{base}delete", args=[thing.pk]),
    }
    if model is User:
        found["password"] = reverse("admin:auth_user_password_change", args=[thing.pk])
    if model is Unit:
        found["transfer"] = reverse("admin:units_unit_transfer", args=[thing.pk])
    if model is Proposal:
        found["assign"] = reverse("admin:proposals_proposal_assign")
    return found


def test_what_is_in_the_admin_site_is_decided_here():
    assert {name_of(model) for model in admin.site._registry} == OFFICE | SYSTEM_ADMIN


@pytest.mark.parametrize("post", ["office", "admin", *NOBODYS_PART])
def test_every_admin_page_answers_each_post_as_decided(client, world, post):
    make.handling(world)
    client.force_login(world.people[post])
    mine = {"office": OFFICE, "admin": SYSTEM_ADMIN}.get(post, set())
    for model in admin.site._registry:
        thing = model.objects.first()
        for page, url in pages_of(model, thing).items():
            answer = client.get(url, follow=True)
            if post == "admin" and model is Proposal and page == "history":
                assert answer.redirect_chain == [("/admin/", 302)]  # told that there is no such proposal
                continue
            if post in NOBODYS_PART:
                expected = 404
            elif name_of(model) not in mine or page == "delete":
                expected = 403
            elif page == "add":
                expected = 403 if name_of(model) in LOOK_ONLY else 200
            else:
                expected = 200
            assert answer.status_code == expected, (url, post)


@pytest.mark.parametrize("post", ["office", "admin", *NOBODYS_PART])
def test_the_site_itself_answers_each_post_as_decided(client, world, post):
    client.force_login(world.people[post])
    enters = post in ("office", "admin")
    for url in ("/admin/", "/admin/jsi18n/"):
        assert client.get(url, follow=True).status_code == (200 if enters else 404), url
    for label in ("proposals", "units", "calendars", "accounts", "audit", "replies", "ratings", "auth", "nonsense"):
        inside = label in {"office": ("proposals", "units", "calendars"), "admin": ("accounts",)}.get(post, ())
        assert client.get(f"/admin/{label}/", follow=True).status_code == (200 if inside else 404), label
    if enters:
        index = client.get("/admin/").content.decode()
        assert ("/admin/accounts/user/" in index) is (post == "admin")
        assert ("/admin/proposals/proposal/" in index) is (post == "office")
        assert client.get("/admin/password_change/").url == reverse("accounts:password")


def test_menus_lead_to_the_admin_site(client, world):
    for post, label in (("office", "管理"), ("admin", "账号管理")):
        client.force_login(world.people[post])
        page = client.get(reverse("accounts:password")).content.decode()
        assert f'<a href="/admin/">{label}</a>' in page, post
    client.force_login(world.clerk)
    assert "/admin/" not in client.get("/").content.decode()


def test_strangers_are_sent_to_sign_in(client, world):
    for model in admin.site._registry:
        url = reverse(f"admin:{name_of(model)}_changelist")
        answer = client.get(url, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/accounts/sign-in/"), url


# --- no way around the table -----------------------------------------------------------------------------------------


def snapshot():
    """Everything that a forged post might want to change."""
    return {
        model.__name__: sorted(map(repr, model.objects.values_list()))
        for model in (Proposal, Case, Reply, Receipt, Rating, Event, Head, Session)
    }


FORGED = {
    "state": "closed",
    "rating": "1",
    "title": "改了",
    "number": "999",
    "is_key": "on",
    "_save": "保存",
    "form-TOTAL_FORMS": "1",
    "form-INITIAL_FORMS": "1",
    "form-0-state": "closed",
    "cases-TOTAL_FORMS": "0",
    "cases-INITIAL_FORMS": "0",
}


@pytest.mark.parametrize("post", ["office", "admin", "clerk"])
def test_no_forged_post_changes_a_state_a_rating_or_an_event(client, world, post):
    waiting = make.registered(world, "002")
    closed = make.proposal_at(world, "closed", "003")
    client.force_login(world.people[post])
    before = snapshot()
    proposal, session = (pages_of(model, thing) for model, thing in ((Proposal, closed), (Session, world.session)))
    for pages in (proposal, session):
        for page in ("changelist", "add", "change", "delete"):
            for query in ("", "?_popup=1", "?_to_field=id&_popup=1", "?state__exact=closed"):
                answer = client.post(pages[page] + query, FORGED | {"form-0-id": closed.pk, "post": "yes"})
                assert answer.status_code in (302, 403, 404, 200), (pages[page], answer.status_code)
    for action in ("delete_selected", "close", "assign", "__class__", ""):
        client.post(
            proposal["changelist"], {"action": action, "_selected_action": [waiting.pk, closed.pk], "post": "yes"}
        )
    assert snapshot() == before
    assert Proposal.objects.count() == 2


def test_events_replies_and_receipts_have_no_page_in_the_admin_site(client, world):
    client.force_login(world.office)
    for path in ("audit/event", "audit/head", "replies/reply", "ratings/receipt", "proposals/case", "accounts/post"):
        assert client.get(f"/admin/{path}/", follow=True).status_code == 404, path


def test_the_page_of_a_proposal_shows_the_same_buttons_as_everywhere_and_no_field(client, world):
    client.force_login(world.office)
    waiting = make.registered(world, "002")
    page = client.get(reverse("admin:proposals_proposal_change", args=[waiting.pk])).content.decode()
    assert reverse("proposals:act", args=[waiting.pk, "assign"]) in page
    running = make.handling(world, "003")
    reply = make.reply_at(world, running.cases.get(), "office_review")
    page = client.get(reverse("admin:proposals_proposal_change", args=[running.pk])).content.decode()
    assert reverse("proposals:act", args=[running.pk, "adjust"]) in page
    assert reverse("replies:act", args=[reply.pk, "office_forward"]) in page
    assert reverse("replies:act", args=[reply.pk, "sign"]) not in page
    shown = page.split('id="content-main"')[1]
    assert re.findall(r'<(?:input|select|textarea)(?![^>]*type="hidden")[^>]*>', shown) == []


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_rating_is_shown_only_once_it_is_confirmed(client, world, confirmed):
    proposal = make.handling(world, "002")
    make.rated(world, make.reply_at(world, proposal.cases.get(), "issued"), "基本满意", confirm=confirmed)
    client.force_login(world.office)
    page = client.get(reverse("admin:proposals_proposal_change", args=[proposal.pk])).content.decode()
    assert ("基本满意" in page) is confirmed


def test_the_list_filters_by_all_that_offices_ask_for(client, world):
    make.registered(world, "001", is_key=True)
    make.handling(world, "002")
    make.assigned(world, "003", roles=[(world.culture, CaseRole.LEAD)], category=Category.objects.create(name="文化"))
    url = reverse("admin:proposals_proposal_changelist")
    client.force_login(world.office)

    def shown(**query):
        page = client.get(url, query)
        assert page.status_code == 200, query
        return sorted(row.number for row in page.context["cl"].result_list)

    assert shown() == ["001", "002", "003"]
    assert shown(state__exact="received") == ["001"]
    assert shown(session__id__exact=world.session.pk) == ["001", "002", "003"]
    assert shown(is_key__exact=1) == ["001"]
    assert shown(unit=world.culture.pk) == ["003"]
    assert shown(leader=world.leader_row.pk) == ["002"]
    assert shown(category=world.category.pk) == ["001", "002"]
    assert shown(overdue=1) == ["002", "003"]
    assert shown(q="赵堃") == ["001", "002", "003"]
    assert shown(q="003") == ["003"]
    for hostile in (
        {"unit": "x"},
        {"leader": "9" * 40},
        {"unit": "1 OR 1=1"},
        {"q": "<script>"},
        {"o": "9.9"},
        {"p": "9"},
    ):
        assert client.get(url, hostile, follow=True).status_code == 200, hostile


# --- batch assignment ------------------------------------------------------------------------------------------------

BATCH = "admin:proposals_proposal_assign"


def forms_of(client, proposals):
    """The fields of the intermediate page as a browser would send them back."""
    ids = ",".join(str(proposal.pk) for proposal in proposals)
    page = client.get(reverse(BATCH), {"ids": ids})
    assert page.status_code == 200
    data = {"ids": page.context["ids"]}
    for _proposal, form in page.context["forms"]:
        data[f"{form.prefix}-seen"] = _proposal.stamp
        for field in form:
            if field.value():
                data[field.html_name] = field.value()
    return data


def test_the_action_leads_to_a_form_for_each_proposal_with_the_wished_units(client, world):
    one = make.registered(world, "001", wished_units="区住建委、区文化旅游委")  # an alias and a name
    two = make.registered(world, "002", wished_units="区某某局")
    client.force_login(world.office)
    answer = client.post(
        reverse("admin:proposals_proposal_changelist"),
        {"action": "assign_selected", "_selected_action": [one.pk, two.pk]},
    )
    assert answer.url == f"{reverse(BATCH)}?ids={one.pk},{two.pk}"
    page = client.get(answer.url)
    (_, first), (_, second) = page.context["forms"]
    assert first["lead"].value() == world.housing.pk
    assert first["assists"].value() == [world.culture.pk]
    assert not second["lead"].value()
    assert "没有认出：区某某局" in page.content.decode()


def test_a_wish_for_a_dissolved_unit_means_its_successor(client, world):
    world.culture.dissolved_on, world.culture.successor = datetime.date(2020, 1, 1), world.parks
    world.culture.save()
    proposal = make.registered(world, "001", wished_units="区文化旅游委")
    client.force_login(world.office)
    assert forms_of(client, [proposal])[f"p{proposal.pk}-lead"] == world.parks.pk


def test_a_batch_assigns_each_proposal_in_its_mode(client, world):
    sole, lead, separate = (make.registered(world, number) for number in ("001", "002", "003"))
    client.force_login(world.office)
    data = forms_of(client, [sole, lead, separate]) | {
        f"p{sole.pk}-lead": world.housing.pk,
        f"p{lead.pk}-lead": world.culture.pk,
        f"p{lead.pk}-assists": [world.housing.pk, world.parks.pk],
        f"p{separate.pk}-separates": [world.housing.pk, world.parks.pk],
    }
    answer = client.post(reverse(BATCH), data)
    assert answer.status_code == 302
    found = {proposal.number: (proposal.state, proposal.mode) for proposal in Proposal.objects.all()}
    assert found == {"001": ("assigned", "sole"), "002": ("assigned", "lead"), "003": ("assigned", "separate")}
    assert Case.objects.count() == 1 + 3 + 2
    assert Event.objects.filter(action="proposal.assign", actor_key="office").count() == 3
    assert "已交办3件：第001号、第002号、第003号。" in client.get(answer.url).content.decode()


def test_each_proposal_of_a_batch_has_its_own_outcome(client, world):
    good, empty, taken, wrong = (make.registered(world, number) for number in ("001", "002", "003", "004"))
    client.force_login(world.office)
    data = forms_of(client, [good, empty, taken, wrong]) | {
        f"p{good.pk}-lead": world.housing.pk,
        f"p{taken.pk}-lead": world.housing.pk,
        f"p{wrong.pk}-separates": [world.parks.pk],
        f"p{wrong.pk}-note": "分给两家",
    }
    cases.assign(taken, [(world.parks, CaseRole.LEAD)], by=world.office2, at=timezone.now())  # somebody was faster
    answer = client.post(reverse(BATCH), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert [proposal.number for proposal in answer.context["done"]] == ["001"]
    assert [outcome.proposal.number for outcome in answer.context["not_done"]] == ["003"]
    assert "您选的是：区住房城乡建委（主办）" in page
    assert [proposal.number for proposal, _ in answer.context["forms"]] == ["002", "004"]
    assert "请选择主办单位" in page
    assert "分办须选择两个以上单位" in page
    assert "分给两家" in page  # nothing typed is lost
    assert dict(Proposal.objects.values_list("number", "state")) == {
        "001": "assigned", "002": "received", "003": "assigned", "004": "received",
    }  # fmt: skip
    assert taken.cases.get().unit == world.parks
    again = {key: value for key, value in data.items() if not key.startswith((f"p{good.pk}-", f"p{taken.pk}-"))}
    again |= {"ids": answer.context["ids"], f"p{empty.pk}-lead": world.culture.pk}
    again[f"p{wrong.pk}-separates"] = [world.parks.pk, world.culture.pk]
    assert client.post(reverse(BATCH), again).status_code == 302
    assert not Proposal.objects.filter(state="received").exists()


def test_what_is_not_waiting_to_be_assigned_is_named_and_left_alone(client, world):
    running = make.handling(world, "001")
    client.force_login(world.office)
    page = client.get(reverse(BATCH), {"ids": running.pk})
    assert "现在是“办理中”，不能再“交办”" in page.content.decode()
    answer = client.post(reverse(BATCH), {"ids": running.pk, f"p{running.pk}-lead": world.parks.pk})
    assert (answer.status_code, running.cases.count()) == (422, 1)


def test_a_double_submit_assigns_once(client, world):
    proposal = make.registered(world, "001", wished_units="区住建委")
    client.force_login(world.office)
    data = forms_of(client, [proposal])
    assert client.post(reverse(BATCH), data).status_code == 302
    assert client.post(reverse(BATCH), data).status_code == 422
    assert (proposal.cases.count(), Event.objects.filter(action="proposal.assign").count()) == (1, 1)


def test_a_batch_has_a_limit_and_forged_keys_are_harmless(client, world):
    proposals = [make.registered(world, f"{number:03}") for number in range(1, 53)]
    client.force_login(world.office)
    answer = client.post(
        reverse("admin:proposals_proposal_changelist"),
        {"action": "assign_selected", "_selected_action": [one.pk for one in proposals], "select_across": "1"},
        follow=True,
    )
    assert "一次最多交办50件" in answer.content.decode()
    for ids in ("", "x", "1,,2;3", "9" * 30, "-1"):
        assert client.get(reverse(BATCH), {"ids": ids}).status_code == 200, ids
        assert client.post(reverse(BATCH), {"ids": ids}).status_code == 422, ids
    assert client.put(reverse(BATCH)).status_code == 405
    for post in ("admin", "clerk", "secretary"):
        client.force_login(world.people[post])
        data = {"ids": proposals[0].pk, f"p{proposals[0].pk}-lead": world.housing.pk, f"p{proposals[0].pk}-seen": ""}
        assert client.post(reverse(BATCH), data, follow=True).status_code in (403, 404), post
    assert not Case.objects.exists()


# --- reference data --------------------------------------------------------------------------------------------------


def form_data(client, url):
    """The fields of an admin form as a browser would send them back."""
    page = client.get(url)
    assert page.status_code == 200
    found = {}
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                found[field.html_name] = value() if callable(value) else value
    return found


def change(client, thing, **fields):
    url = reverse(f"admin:{name_of(type(thing))}_change", args=[thing.pk])
    return client.post(url, form_data(client, url) | {key.replace("__", "-"): value for key, value in fields.items()})


def errors_of(answer):
    assert answer.status_code == 200
    text = re.sub(r"<[^>]+>", "", answer.content.decode())
    return text


def test_a_unit_gets_a_new_alias_and_the_trail_says_what_changed(client, world):
    client.force_login(world.office)
    answer = change(client, world.housing, contact_name="李科长", aliases__1__name="住建委")
    assert answer.status_code == 302
    assert set(world.housing.aliases.values_list("name", flat=True)) == {"区住建委", "住建委"}
    event = Event.objects.get(action="unit.change")
    assert (event.actor_key, event.target_name) == ("office", "区住房城乡建委")
    assert event.data == {"changed": {"联系人": ["", "李科长"]}, "added_rows": {"单位别名": ["住建委"]}}
    assert list(verify()) == []


def test_a_form_sent_back_unchanged_leaves_no_event(client, world):
    client.force_login(world.office)
    before = Event.objects.count()
    for thing in (world.housing, world.leader_row, world.category, world.sector):
        assert change(client, thing).status_code == 302, thing
    assert Event.objects.count() == before


@pytest.mark.parametrize("alias", ["区文化旅游委", "大渡口区住房和城乡建设委员会"])
def test_no_alias_or_name_means_two_units(client, world, alias):
    client.force_login(world.office)
    assert "不必登记为别名" in errors_of(change(client, world.parks, aliases__0__name=alias))
    assert "已是区住房城乡建委的名称或别名" in errors_of(change(client, world.parks, name="区住建委"))
    assert UnitAlias.objects.count() == 1


def test_dissolving_a_unit_asks_for_its_successor(client, world):
    make.handling(world)
    client.force_login(world.office)
    assert "须选择承接单位" in errors_of(change(client, world.housing, dissolved_on="2020-07-01"))
    assert "承接单位不能是本单位" in errors_of(
        change(client, world.housing, dissolved_on="2020-07-01", successor=world.housing.pk)
    )
    assert "须填写撤销日期" in errors_of(change(client, world.housing, successor=world.parks.pk))
    answer = change(client, world.housing, dissolved_on="2020-07-01", successor=world.parks.pk)
    assert answer.status_code == 302
    world.housing.refresh_from_db()
    assert (world.housing.dissolved_on, world.housing.successor) == (datetime.date(2020, 7, 1), world.parks)
    page = client.get(answer.url).content.decode()
    assert "还有1件未办结的承办件" in page
    changed = Event.objects.get(action="unit.change").data["changed"]
    assert changed == {"撤销日期": ["", "2020-07-01"], "承接单位": ["", "区城市管理局"]}
    # a dissolved unit takes over nothing, and one that takes over is not dissolved under its predecessors' feet
    assert "也已撤销" in errors_of(change(client, world.culture, dissolved_on="2020-08-01", successor=world.housing.pk))
    assert "是区住房城乡建委的承接单位" in errors_of(
        change(client, world.parks, dissolved_on="2020-08-01", successor=world.culture.pk)
    )


@pytest.mark.parametrize("chosen", ["none that is there", "two"])
def test_a_hand_over_begins_with_one_unit(client, world, chosen):
    """A unit that was ticked may have been deleted since, by somebody else."""
    client.force_login(world.office)
    ticked = [world.housing.pk, world.parks.pk] if chosen == "two" else [999999]
    given = {"action": "transfer", "_selected_action": ticked}
    page = client.post(reverse("admin:units_unit_changelist"), given, follow=True)
    assert page.status_code == 200 and "移交承接一次选一个单位。" in page.content.decode()


def test_a_dissolved_units_cases_are_handed_over_one_by_one(client, world):
    make.handling(world, "001")
    make.handling(world, "002", roles=[(world.housing, "separate"), (world.parks, "separate")])  # has both already
    make.proposal_at(world, "closed", "003")
    promised = make.handling(world, "004").cases.get()
    make.rated(world, make.reply_at(world, promised, "issued", code="B"))
    client.force_login(world.office)
    url = reverse("admin:units_unit_transfer", args=[world.housing.pk])
    assert client.post(url, {"note": "机构改革"}).url == reverse("admin:units_unit_change", args=[world.housing.pk])
    assert Case.objects.filter(unit=world.housing).count() == 4  # nobody to hand over to yet
    world.housing.dissolved_on, world.housing.successor = datetime.date(2020, 7, 1), world.parks
    world.housing.save()
    chosen = {"action": "transfer", "_selected_action": [world.housing.pk]}
    assert client.post(reverse("admin:units_unit_changelist"), chosen).url == url
    assert (
        "移交承接给区城市管理局"
        in client.get(reverse("admin:units_unit_change", args=[world.housing.pk])).content.decode()
    )
    assert client.post(url, {"note": " "}).status_code == 422
    answer = client.post(url, {"note": "区机构改革方案"})
    assert answer.status_code == 422
    assert "区城市管理局已在承办此提案" in answer.content.decode()
    held = {(case.proposal.number, case.unit.name) for case in Case.objects.select_related("proposal", "unit")}
    assert held == {
        ("001", "区城市管理局"),
        ("002", "区住房城乡建委"),
        ("002", "区城市管理局"),
        ("003", "区住房城乡建委"),  # closed, with nothing promised: it stays where it was answered
        ("004", "区城市管理局"),
    }
    events = Event.objects.filter(action="proposal.transfer")
    assert [event.note for event in events] == ["区机构改革方案"] * 2
    for post in ("admin", "clerk"):
        client.force_login(world.people[post])
        assert client.post(url, {"note": "x"}, follow=True).status_code in (403, 404), post


def test_a_leader_changes_in_mid_year_on_the_page_of_the_unit(client, world):
    client.force_login(world.office)
    new = {
        "portfolios__1__leader": world.other_leader_row.pk,
        "portfolios__1__from_on": "2020-07-01",
    }
    twice = errors_of(change(client, world.housing, **new))
    assert "区住房城乡建委同一天有两位分管领导：周明远（2019-01-01至今）和陈思齐（2020-07-01至今）" in twice
    early = errors_of(change(client, world.housing, portfolios__0__until_on="2018-01-01"))
    assert "早于起始日期" in early
    assert Portfolio.objects.filter(unit=world.housing).count() == 1
    answer = change(client, world.housing, portfolios__0__until_on="2020-06-30", **new)
    assert answer.status_code == 302
    held = Portfolio.objects.filter(unit=world.housing).order_by("from_on")
    assert [(row.leader.name, str(row.from_on), str(row.until_on)) for row in held] == [
        ("周明远", "2019-01-01", "2020-06-30"),
        ("陈思齐", "2020-07-01", "None"),
    ]
    data = Event.objects.get(action="unit.change").data
    assert data["added_rows"] == {"领导分工": ["陈思齐—区住房城乡建委"]}
    assert data["changed_rows"] == {"领导分工": {"周明远—区住房城乡建委": {"至": ["", "2020-06-30"]}}}


def test_a_portfolio_given_on_the_page_of_a_leader_cannot_overlap_anothers(client, world):
    client.force_login(world.office)
    rows = world.other_leader_row.portfolios.count()
    given = {f"portfolios__{rows}__unit": world.housing.pk, f"portfolios__{rows}__from_on": "2020-07-01"}
    assert "该单位已有分管领导，同一天不能有两位" in errors_of(change(client, world.other_leader_row, **given))
    ended = given | {f"portfolios__{rows}__until_on": "2020-12-31"}
    assert "同一天有两位分管领导：周明远（2019-01-01至今）" in errors_of(
        change(client, world.other_leader_row, **ended)
    )
    Portfolio.objects.filter(unit=world.housing).update(until_on="2020-06-30")
    assert change(client, world.other_leader_row, **given).status_code == 302
    assert Portfolio.objects.filter(unit=world.housing).count() == 2


def test_nothing_of_the_reference_data_is_deleted_but_an_alias(client, world):
    client.force_login(world.office)
    change(client, world.housing, portfolios__0__DELETE="on")
    assert Portfolio.objects.filter(unit=world.housing).count() == 1
    change(client, world.housing, aliases__0__DELETE="on")
    assert not UnitAlias.objects.exists()
    assert Event.objects.get(action="unit.change").data == {"removed_rows": {"单位别名": ["区住建委"]}}
    for model in (Unit, Leader, Category, Sector):
        url = reverse(f"admin:{name_of(model)}_changelist")
        keys = list(model.objects.values_list("pk", flat=True))
        client.post(url, {"action": "delete_selected", "_selected_action": keys, "post": "yes"})
        assert model.objects.count() == len(keys), model


@pytest.mark.parametrize(("model", "name"), [(Category, "生态环境"), (Sector, "科技界"), (Leader, "林三")])
def test_new_rows_leave_an_event(client, world, model, name):
    client.force_login(world.office)
    url = reverse(f"admin:{name_of(model)}_add")
    assert client.post(url, form_data(client, url) | {"name": name}).status_code == 302
    event = Event.objects.get(action=f"{model._meta.model_name}.create")
    assert (event.target_name, event.actor_key) == (name, "office")


def test_the_sessions_are_a_list_to_look_at(client, world):
    client.force_login(world.office)
    page = client.get(reverse("admin:proposals_session_changelist")).content.decode()
    assert "九届四次会议" in page
    assert f'<a href="{reverse("settings:session", args=["9-4"])}">届次设置</a>' in page


# --- calendar --------------------------------------------------------------------------------------------------------


def test_changed_days_make_a_new_version_and_leave_counted_deadlines(client, world):
    case = make.assigned(world).cases.get()
    due, basis = case.reply_due_on, case.deadline_basis
    year = CalendarYear.objects.get(year=2020)
    url = reverse("admin:calendars_calendaryear_change", args=[year.pk])
    client.force_login(world.office)
    before = form_data(client, url)
    count = CalendarDay.objects.filter(day__year=2020).count()
    assert client.post(url, before).status_code == 302
    year.refresh_from_db()
    assert (year.version, CalendarDay.objects.filter(day__year=2020).count()) == ("2020-1", count)
    answer = client.post(url, before | {"days": before["days"] + "\n2020年6月10日 放假 临时放假"})
    assert answer.status_code == 302
    year.refresh_from_db()
    assert year.version == "2020-2"
    assert CalendarDay.objects.filter(day__year=2020).count() == count + 1
    case.refresh_from_db()
    assert (case.reply_due_on, case.deadline_basis) == (due, basis)
    event = Event.objects.get(action="calendaryear.change")
    assert event.data == {"added": ["2020-06-10 放假 临时放假"], "version": "2020-2"}


def test_a_year_that_is_published_later_can_be_entered(client, world):
    CalendarYear.objects.filter(year=2027).delete()
    CalendarDay.objects.filter(day__year=2027).delete()
    client.force_login(world.office)
    url = reverse("admin:calendars_calendaryear_add")
    data = {"year": "2027", "source": "国办通知", "days": "2027-01-01 放假 元旦\n\n2027/1/2 上班 元旦调休"}
    assert client.post(url, data).status_code == 302
    assert CalendarYear.objects.get(year=2027).version == "2027-1"
    assert list(CalendarDay.objects.filter(day__year=2027).values_list("day", "is_working", "name")) == [
        (datetime.date(2027, 1, 1), False, "元旦"),
        (datetime.date(2027, 1, 2), True, "元旦调休"),
    ]
    assert Event.objects.filter(action="calendaryear.create").count() == 1


def test_all_that_is_wrong_with_a_notice_is_said_at_once_by_line(client, world):
    client.force_login(world.office)
    year = CalendarYear.objects.get(year=2020)
    count = CalendarDay.objects.count()
    url = reverse("admin:calendars_calendaryear_change", args=[year.pk])
    days = "\n".join(
        ["2020-04-06 放假 清明节", "2020-04-06 放假 清明节", "2021-01-01 放假 元旦", "2020-02-31 放假 某日", "乱写",
         "2020-04-04 放假 周六", "=1+1"]
    )  # fmt: skip
    said = errors_of(client.post(url, form_data(client, url) | {"days": days}))
    for part in ("第2行", "第3行2021-01-01不在2020年", "第4行", "第5行", "第6行", "第7行"):
        assert part in said, part
    assert "第1行" not in said
    assert CalendarDay.objects.count() == count


# --- accounts and the first administrator ----------------------------------------------------------------------------


def test_a_new_password_for_somebody_leaves_an_event(client, world):
    client.force_login(world.admin)
    url = reverse("admin:auth_user_password_change", args=[world.clerk.pk])
    wrong = {"usable_password": "true", "password1": "short", "password2": "short", "set-password": "x"}
    assert "密码太短" in errors_of(client.post(url, wrong))
    assert not Event.objects.filter(action="user.change").exists()
    right = wrong | {"password1": "another-horse-77", "password2": "another-horse-77"}
    assert client.post(url, right).status_code == 302
    event = Event.objects.get(action="user.change")
    assert (event.actor_key, event.target_key, event.data["changed"]) == ("admin", "clerk", ["password"])
    assert "another-horse-77" not in json.dumps(event.data)
    assert User.objects.get(username="clerk").check_password("another-horse-77")


@pytest.fixture
def type_in(monkeypatch):
    """What somebody types when the command asks for the password."""

    def set_answers(*answers):
        left = list(answers)
        monkeypatch.setattr("getpass.getpass", lambda prompt: left.pop(0))

    return set_answers


@pytest.mark.django_db
def test_an_empty_system_gets_its_first_administrator_by_a_command(client, capsys, type_in):
    type_in("correct-horse-battery", "correct-horse-battery")
    call_command("create_admin", "root", name="管理员")
    assert "已新建系统管理员“root”" in capsys.readouterr().out
    assert Post.objects.get().kind == Post.Kind.SYSTEM_ADMIN
    assert Event.objects.get(action="user.create").actor_name == "运维"
    assert client.login(username="root", password="correct-horse-battery")
    assert client.get("/", follow=True).redirect_chain == [("/admin/", 302)]
    assert client.get(reverse("admin:accounts_user_add")).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (("short", "short"), 1, "密码太短"),
        (("correct-horse-battery", "correct-house-battery"), 2, "不一样"),
        (("", ""), 2, "没有输入密码"),
    ],
)
def test_a_first_administrator_without_a_proper_password_is_refused(capsys, type_in, typed, code, said):
    type_in(*typed)
    with pytest.raises(SystemExit) as left:
        call_command("create_admin", "root")
    found = capsys.readouterr()
    assert (left.value.code, said in found.out + found.err) == (code, True)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_name_that_is_taken_changes_nothing(capsys, type_in):
    world = make.world()
    type_in("correct-horse-battery", "correct-horse-battery")
    with pytest.raises(SystemExit) as left:
        call_command("create_admin", "clerk", json=True)
    report = json.loads(capsys.readouterr().out)
    assert (left.value.code, report["created"]) == (1, False)
    assert "已存在" in report["reasons"][0]
    assert [post.kind for post in world.clerk.posts.all()] == ["unit_clerk"]


# --- speed -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(OFFICE | SYSTEM_ADMIN))
def test_each_list_of_the_admin_site_asks_a_fixed_number_of_times(client, world, name):
    client.force_login(world.admin if name in SYSTEM_ADMIN else world.office)
    url = reverse(f"admin:{name}_changelist")
    make.handling(world, "001", roles=[(world.housing, "lead"), (world.culture, "assist")])
    make.registered(world, "002")
    few, _ = queries_of(client, url)
    more(world)
    many, sql = queries_of(client, url)
    assert (many, many <= MOST) == (few, True), "\n".join(sql)


def more(world):
    """More of everything that a list shows."""
    for number in range(3, 12):
        roles = [(world.housing, "lead"), (world.culture, "assist"), (world.parks, "assist")]
        make.handling(world, f"{number:03}", roles=roles)
        unit = Unit.objects.create(name=f"区第{number}局")
        leader = Leader.objects.create(name=f"领导{number}")
        Portfolio.objects.create(unit=unit, leader=leader, from_on="2019-01-01")
        Category.objects.create(name=f"类别{number}")
        Sector.objects.create(name=f"界别{number}")
        CalendarYear.objects.create(year=1990 + number, version="1")
        Session.objects.create(key=f"8-{number}", label=f"八届{number}次", year=2000 + number)
        make.user(f"more{number}", f"又一人{number}", Post.Kind.UNIT_CLERK, unit=unit)


def test_the_page_and_the_batch_ask_a_fixed_number_of_times_too(client, world):
    client.force_login(world.office)
    proposal = make.handling(world, "001", roles=[(world.housing, "separate"), (world.parks, "separate")])
    make.rated(world, make.reply_at(world, make.case_of(proposal, world.housing), "issued", code="B"), "不满意")
    page, sql = queries_of(client, reverse("admin:proposals_proposal_change", args=[proposal.pk]))
    assert page <= MOST, "\n".join(sql)
    waiting = [make.registered(world, f"{number:03}", wished_units="区住建委") for number in range(2, 12)]
    one, _ = queries_of(client, f"{reverse(BATCH)}?ids={waiting[0].pk}")
    ten, sql = queries_of(client, f"{reverse(BATCH)}?ids={','.join(str(row.pk) for row in waiting)}")
    assert (ten, ten <= MOST) == (one, True), "\n".join(sql)


# --- a real browser --------------------------------------------------------------------------------------------------


def test_the_office_assigns_three_proposals_in_one_batch_by_clicks(transactional_db, page):
    world = make.world()
    for number, wished in (("001", "区住建委"), ("002", "区文化旅游委、区城市管理局"), ("003", "")):
        make.registered(world, number, wished_units=wished)
    make.registered(world, "004")
    page.goto("/")
    page.get_by_label("用户名").fill("office")
    page.get_by_label("密码").fill(make.PASSWORD)
    follow(page.get_by_role("button", name="登录"))
    go_by_menu(page, "管理")
    follow(page.locator("#content").get_by_role("link", name="提案", exact=True).last)
    for number in ("001", "002", "003"):
        page.locator("tr", has=page.get_by_role("link", name=number, exact=True)).get_by_role("checkbox").check()
    page.get_by_label("动作").select_option("交办所选提案")
    follow(page.get_by_role("button", name="执行"))
    third = page.locator("fieldset", has_text="第003号")
    third.locator("summary", has_text="分办单位").click()
    for unit in ("区住房城乡建委", "区城市管理局"):
        third.get_by_role("group", name="分办单位").get_by_label(unit).check()
    page.get_by_role("button", name="交办以上 3 件").click()
    told(page, "已交办3件：第001号、第002号、第003号")
    assert dict(Proposal.objects.values_list("number", "state")) == {
        "001": "assigned", "002": "assigned", "003": "assigned", "004": "received",
    }  # fmt: skip
    roles = {
        (case.proposal.number, case.unit.name, case.role) for case in Case.objects.select_related("proposal", "unit")
    }
    assert roles == {
        ("001", "区住房城乡建委", "lead"),
        ("002", "区文化旅游委", "lead"),
        ("002", "区城市管理局", "assist"),
        ("003", "区住房城乡建委", "separate"),
        ("003", "区城市管理局", "separate"),
    }
    assert list(verify()) == []
