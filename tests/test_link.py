"""The proposers themselves fill in their receipts, by a signed link: docs/workflow.md, receipt, 填写."""

import datetime
import re

import pytest
from django.core.signing import Signer
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from apps.audit.models import Event
from apps.audit.queries import verify
from apps.proposals import operations as cases
from apps.proposals import rearranging
from apps.proposals.attachments import files_of
from apps.proposals.models import Attachment
from apps.proposals.queries import check, open_rows
from apps.proposals.workflow import NotAllowed, OutOfTurn, Party, Refused
from apps.ratings import links
from apps.ratings import operations as ratings
from apps.ratings.models import Receipt
from apps.replies import operations as replies
from tests import factories as make
from tests.browser import follow, told

pytestmark = pytest.mark.django_db
MAY = make.moment(2020, 5, 6)
LEFT = "这个链接不能填写"


@pytest.fixture
def world():
    return make.world()


@pytest.fixture
def case(world):
    return make.handling(world).cases.get()


@pytest.fixture
def receipt(world, case):
    return make.receipt_of(make.reply_at(world, case, "issued"))


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def token_of(receipt, on=None):
    return links.token_for(fresh(receipt), on or timezone.localdate())


def url_of(receipt):
    return reverse("link:answer", args=[token_of(receipt)])


def rating(world, name="满意"):
    return make.rating(world.session, name)


def submit(world, receipt, name="满意", at=MAY, **changes):
    given = {"by": receipt.proposer, "at": at, "token": token_of(receipt, MAY.date())}
    return ratings.submit(receipt, rating(world, name), **(given | changes))


def is_dead(client, url, status=410):
    answer = client.get(url)
    page = answer.content.decode()
    assert (answer.status_code, LEFT in page) == (status, True), page
    for secret in ("过街天桥", "001", "赵堃", "建委", "经研究"):
        assert secret not in page
    return True


# --- the operation ---------------------------------------------------------------------------------------------------


def test_a_proposers_receipt_is_confirmed_by_any_one_secretary_and_closes_the_case(world, case, receipt):
    submit(world, receipt, comment=" 很好 ")
    found = fresh(receipt)
    assert (found.state, found.rating.name, found.comment, found.received_on) == (
        "submitted", "满意", "很好", MAY.date()
    )  # fmt: skip
    assert (found.entered_by, found.entered_at) == (None, None)
    event = Event.objects.latest("seq")
    assert (event.action, event.actor_key, event.actor_name) == ("receipt.submit", "proposer", "赵堃")
    assert event.data["rating"] == "满意" and event.data["comment"] == "很好" and event.at == MAY
    assert not files_of("receipt", receipt.pk).exists()
    for secretary in (world.secretary, world.secretary2):
        assert {row.action for row in open_rows(found, secretary)} == {"confirm", "return"}
    ratings.confirm(receipt, by=world.secretary, at=make.moment(2020, 5, 8))
    assert (fresh(receipt).state, fresh(case).state, fresh(case.proposal).state) == ("confirmed", "closed", "closed")
    assert verify() == []


def test_a_dissatisfied_proposer_opens_a_second_round_and_gets_another_link(world, case, receipt):
    submit(world, receipt, "不满意")
    assert fresh(case).state == "replied", "nothing before the committee has confirmed it"
    ratings.confirm(receipt, by=world.secretary2, at=MAY)
    assert (fresh(case).state, fresh(case).round) == ("handling", 2)
    june = make.moment(2020, 6, 1)
    second = make.receipt_of(make.reply_at(world, fresh(case), "issued", at=june, body="再次答复。"))
    with pytest.raises(NotAllowed):
        submit(world, second, token=token_of(receipt))
    submit(world, second, "理解", at=june)
    ratings.confirm(second, by=world.secretary, at=june)
    assert (fresh(case).state, fresh(receipt).rating.name) == ("closed", "不满意")


def test_nobody_is_the_proposer_without_the_link(world, receipt):
    """Of docs/workflow.md's parties this one is never a User: the row is open to no post, from no state."""
    for person in world.people.values():
        assert "submit" not in {row.action for row in open_rows(receipt, person)}
        with pytest.raises(NotAllowed):
            check(receipt, "submit", user=person, on=MAY.date())
    for token in ("", "x", token_of(receipt) + "x", Signer().sign(token_of(receipt).rpartition(".")[0])):
        with pytest.raises(NotAllowed):
            submit(world, receipt, token=token)
    with pytest.raises(NotAllowed):
        submit(world, receipt, by=world.secretary)
    assert fresh(receipt).state == "awaited"


def test_the_row_is_open_to_the_proposer_from_awaited_alone(world, case, receipt):
    def may():
        return check(fresh(receipt), "submit", user=None, on=MAY.date(), as_party=Party.PROPOSER).target

    assert may() == "submitted"
    for action in ("enter", "remind", "confirm", "return", "amend"):
        with pytest.raises(NotAllowed):
            check(receipt, action, user=None, on=MAY.date(), as_party=Party.PROPOSER, note="理由")
    submit(world, receipt)
    with pytest.raises(OutOfTurn):
        may()
    ratings.confirm(receipt, by=world.secretary, at=MAY)
    with pytest.raises(OutOfTurn):
        may()
    parked = make.parked(world, make.handling(world, "002").cases.get())
    with pytest.raises(OutOfTurn):
        check(parked, "submit", user=None, on=MAY.date(), as_party=Party.PROPOSER)


def test_a_link_is_good_for_a_number_of_days_and_no_longer(world, receipt, settings):
    assert settings.RECEIPT_LINK_DAYS == 180
    token = token_of(receipt, datetime.date(2020, 5, 6))
    with pytest.raises(NotAllowed):  # 180 days after 5/6 are over on 11/2
        submit(world, receipt, at=make.moment(2020, 11, 3), token=token)
    submit(world, receipt, at=make.moment(2020, 11, 2), token=token)


def test_a_rating_of_another_session_is_refused(world, receipt):
    other = cases.open_session("9-5", "九届五次会议", 2021, by=world.office, at=MAY)
    with pytest.raises(Refused, match="不属于本届次"):
        ratings.submit(receipt, make.rating(other, "满意"), by=receipt.proposer, at=MAY,
                       token=token_of(receipt, MAY.date()))  # fmt: skip
    assert fresh(receipt).state == "awaited"


def test_who_amends_it_is_then_its_enterer(world, case, receipt):
    submit(world, receipt)
    ratings.confirm(receipt, by=world.secretary, at=MAY)
    ratings.amend(receipt, rating(world, "不满意"), by=world.secretary2, at=MAY, note="提案者来电更正",
                  received_on=MAY.date())  # fmt: skip
    with pytest.raises(Refused, match="录入人不能审核"):
        ratings.confirm(receipt, by=world.secretary2, at=MAY)
    ratings.confirm(receipt, by=world.secretary, at=MAY)
    assert fresh(case).round == 2


def test_a_page_from_before_a_return_confirms_nothing(world, receipt):
    """Two fillings by the proposer differ for whoever has the first on the screen."""
    submit(world, receipt, "不满意")
    seen = fresh(receipt).stamp
    ratings.send_back(receipt, by=world.secretary, at=MAY, note="点错了")
    submit(world, receipt, "满意")
    with pytest.raises(OutOfTurn):
        ratings.confirm(receipt, by=world.secretary2, at=MAY, seen=seen)
    assert fresh(receipt).state == "submitted"


# --- the pages -------------------------------------------------------------------------------------------------------


def post(client, url, world, name="满意", **more):
    return client.post(url, {"rating": rating(world, name).pk, "comment": "谢谢"} | more)


def test_the_page_shows_the_reply_and_takes_one_answer(client, world, receipt):
    url = url_of(receipt)
    page = client.get(url)
    told = page.content.decode()
    assert page.status_code == 200
    for text in ("第001号", "关于增设过街天桥的建议", "赵堃", "经研究，现答复如下。", "大渡口区住房和城乡建设委员会"):
        assert text in told
    assert receipt.reply.number in told and "A" in told
    for text in ("主菜单", "/accounts/", "/proposals/", "13900000001", 'href="/"'):
        assert text not in told
    assert "noindex" in page["X-Robots-Tag"] and "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"
    answer = post(client, url, world)
    assert (answer.status_code, answer.url) == (302, "/receipt/thanks/")
    assert "审核确认" in client.get(answer.url).content.decode()
    found = fresh(receipt)
    assert (found.state, found.rating.name, found.comment) == ("submitted", "满意", "谢谢")
    assert found.received_on == timezone.localdate()
    assert is_dead(client, url)
    second = post(client, url, world, "不满意", comment="又想了想")
    page = second.content.decode()
    assert second.status_code == 410 and "已经提交过" in page and "又想了想" in page
    assert fresh(receipt).rating.name == "满意"


def test_an_answer_without_a_rating_keeps_what_was_written(client, world, receipt):
    answer = client.post(url_of(receipt), {"comment": "<b>天桥</b>还没有建"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "需要修改" in page
    assert "&lt;b&gt;天桥&lt;/b&gt;还没有建</textarea>" in page
    long = client.post(url_of(receipt), {"rating": rating(world).pk, "comment": "长" * 2001})
    assert long.status_code == 422 and "长" * 2001 in long.content.decode()
    other = cases.open_session("9-5", "九届五次会议", 2021, by=world.office, at=MAY)
    assert client.post(url_of(receipt), {"rating": make.rating(other, "满意").pk}).status_code == 422
    assert fresh(receipt).state == "awaited"


@pytest.mark.parametrize("change", [
    lambda token: "1-1-0-20991231", lambda token: "x", lambda token: token + "A", lambda token: token[:-1],
    lambda token: "9" + token, lambda token: token.replace("-", "--", 1), lambda token: "%00", lambda token: "。",
    lambda token: Signer(salt="other", sep=".").sign(token.rpartition(".")[0]),
], ids=range(9))  # fmt: skip
def test_a_forged_link_is_not_found(client, receipt, change):
    assert is_dead(client, f"/receipt/{change(token_of(receipt))}/", 404)
    assert client.post(f"/receipt/{change(token_of(receipt))}/", {"rating": 1}).status_code == 404
    assert fresh(receipt).state == "awaited"


def test_an_old_link_is_gone(client, receipt):
    long_ago = timezone.localdate() - datetime.timedelta(days=181)
    assert is_dead(client, reverse("link:answer", args=[token_of(receipt, long_ago)]))
    url = reverse("link:answer", args=[token_of(receipt, long_ago + datetime.timedelta(days=1))])
    assert client.get(url).status_code == 200


def test_a_returned_receipt_opens_again_under_a_new_link(client, world, receipt):
    old = url_of(receipt)
    post(client, old, world, "不满意")
    ratings.send_back(receipt, by=world.secretary, at=timezone.now(), note="评价与意见不符")
    assert is_dead(client, old)
    assert post(client, old, world).status_code == 410
    new = url_of(receipt)
    assert new != old and client.get(new).status_code == 200
    assert post(client, new, world, "理解").status_code == 302
    assert (fresh(receipt).rating.name, fresh(receipt).returns) == ("理解", 1)


def test_an_amended_and_returned_receipt_does_not_revive_its_link(client, world, receipt):
    old, at = url_of(receipt), timezone.now()
    post(client, old, world)
    ratings.confirm(receipt, by=world.secretary, at=at)
    assert is_dead(client, old)
    ratings.amend(receipt, rating(world, "理解"), by=world.secretary2, at=at, note="更正", received_on=at.date())
    assert is_dead(client, old)
    ratings.send_back(receipt, by=world.secretary, at=at, note="请重填")
    assert fresh(receipt).state == "awaited" and is_dead(client, old)


def test_a_paper_form_that_came_first_ends_the_link(client, world, receipt):
    url = url_of(receipt)
    make.rated(world, receipt.reply, confirm=False)
    assert is_dead(client, url)


def test_a_corrected_reply_kills_the_link_and_asks_anew(client, world, case, receipt):
    old = url_of(receipt)
    reply = ratings.reissue(receipt.reply, by=world.office, at=make.moment(2020, 4, 22), note="数字有误")
    assert is_dead(client, old)
    with pytest.raises(OutOfTurn):
        submit(world, receipt)
    at = make.moment(2020, 4, 23)
    replies.submit(reply, by=world.clerk, at=at)
    replies.unit_approve(reply, by=world.head, at=at)
    replies.office_forward(reply, world.leader_row, by=world.office, at=at)
    replies.sign(reply, reply.content_hash, by=world.leader, at=at)
    ratings.issue(reply, by=world.clerk, at=at, number="大建函〔2020〕99号", issued_on=at.date(), means="post")
    assert is_dead(client, old)
    assert client.get(url_of(make.receipt_of(reply))).status_code == 200


def test_a_case_that_went_to_another_unit_ends_the_link(client, world, case, receipt):
    url = url_of(receipt)
    cases.adjust(fresh(case.proposal), [(world.culture, "lead")], [fresh(case)], by=world.office, at=MAY,
                 note="职责调整")  # fmt: skip
    assert is_dead(client, url)


def test_cosigners_have_each_their_own_link(client, world):
    world.session.asks_cosigners = True
    world.session.save()
    case = make.handling(world, proposers=[{"name": "赵堃"}, {"name": "钱䶮"}]).cases.get()
    reply = make.reply_at(world, case, "issued")
    first, second = Receipt.objects.filter(reply=reply).order_by("proposer__order")
    with pytest.raises(NotAllowed):
        submit(world, first, token=token_of(second))
    with pytest.raises(NotAllowed):
        submit(world, first, by=second.proposer)
    page = client.get(url_of(second)).content.decode()
    assert "钱䶮：请您" in page and "赵堃" not in page
    post(client, url_of(second), world)
    assert (fresh(first).state, fresh(second).state) == ("awaited", "submitted")
    post(client, url_of(first), world)
    assert fresh(first).state == "submitted"
    names = Event.objects.filter(action="receipt.submit").order_by("seq").values_list("actor_name", flat=True)
    assert list(names) == ["钱䶮", "赵堃"]


def test_proposers_of_a_merged_proposal_read_of_their_own(client, world):
    main = make.assigned(world, "007", title="关于增设过街天桥的建议")
    merged = make.registered(world, "006", title="关于建人行天桥的建议", proposers=[{"name": "孙喆"}])
    rearranging.merge(merged, main, by=world.office, at=make.moment(2020, 3, 11), note="内容相同")
    cases.accept(main.cases.get(), by=world.clerk, at=make.moment(2020, 3, 12))
    reply = make.reply_at(world, main.cases.get(), "issued")
    asked = Receipt.objects.get(reply=reply, proposer__name="孙喆")
    page = client.get(url_of(asked)).content.decode()
    assert "第006号提案《关于建人行天桥的建议》" in page and "第007号提案《关于增设过街天桥的建议》并案办理" in page
    post(client, url_of(asked), world)
    assert fresh(asked).state == "submitted"
    assert Receipt.objects.get(reply=reply, proposer__name="赵堃").state == "awaited"


def test_two_ratings_where_the_session_asks_for_two(client, world, receipt):
    world.session.asks_attitude = True
    world.session.save()
    with pytest.raises(Refused, match="办理态度"):
        submit(world, receipt)
    page = client.get(url_of(receipt)).content.decode()
    assert "对办理结果的评价" in page and "对办理态度的评价" in page
    missing = post(client, url_of(receipt), world)
    assert missing.status_code == 422 and "谢谢</textarea>" in missing.content.decode()
    post(client, url_of(receipt), world, "满意", attitude=rating(world, "不满意").pk)
    found = fresh(receipt)
    assert (found.state, found.rating.name, found.attitude.name) == ("submitted", "满意", "不满意")


def test_files_of_the_reply_are_read_by_the_link_and_no_others(client, world, case):
    reply = make.drafted(world, case)
    replies.edit(reply, by=world.clerk, at=make.moment(2020, 4, 20), body=reply.body, files=make.scan("平面图.png"))
    enclosure = Attachment.objects.get(owner_type="reply")
    at = make.moment(2020, 4, 20)
    replies.submit(reply, by=world.clerk, at=at)
    replies.unit_approve(reply, by=world.head, at=at)
    replies.office_forward(reply, world.leader_row, by=world.office, at=at)
    replies.sign(reply, reply.content_hash, by=world.leader, at=at)
    ratings.issue(reply, by=world.clerk, at=at, number="大建函〔2020〕1号", issued_on=at.date(), means="post")
    receipt = make.receipt_of(reply)
    cases.contact(fresh(case), by=world.clerk, at=MAY, stage="after", manner="phone", held_on=MAY.date(),
                  people="赵堃", summary="通话", files=make.scan())  # fmt: skip
    other = Attachment.objects.get(owner_type="contact")
    url = url_of(receipt)
    assert "平面图.png" in client.get(url).content.decode()
    answer = client.get(f"{url}files/{enclosure.pk}/")
    assert b"".join(answer.streaming_content) == make.PNG
    assert "noindex" in answer["X-Robots-Tag"]
    assert is_dead(client, f"{url}files/{other.pk}/", 404)
    assert is_dead(client, f"/receipt/x/files/{enclosure.pk}/", 404)
    post(client, url, world)
    assert is_dead(client, f"{url}files/{enclosure.pk}/")


def test_the_answer_needs_its_csrf_token(world, receipt):
    strict = Client(enforce_csrf_checks=True)
    url = url_of(receipt)
    page = strict.get(url).content.decode()
    assert post(strict, url, world).status_code == 403
    assert fresh(receipt).state == "awaited"
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    assert post(strict, url, world, csrfmiddlewaretoken=found).status_code == 302


def test_who_is_signed_in_may_look_but_not_answer(client, world, receipt):
    client.force_login(world.secretary)
    page = client.get(url_of(receipt)).content.decode()
    assert "只供查看" in page and "<form" not in page and "主菜单" not in page
    assert post(client, url_of(receipt), world).status_code == 403
    assert fresh(receipt).state == "awaited"


def test_the_link_is_shown_to_the_secretariat_alone_while_the_receipt_is_awaited(client, world, receipt):
    pages = [receipt.case.proposal.get_absolute_url()]
    pages += [reverse("ratings:act", args=[receipt.pk, action]) for action in ("enter", "remind")]
    link = f'value="http://testserver{url_of(receipt)}"'
    for person in ("secretary", "secretary2"):
        client.force_login(world.people[person])
        for page in pages:
            assert link in client.get(page).content.decode(), (person, page)
    for person in set(world.people) - {"secretary", "secretary2"}:
        client.force_login(world.people[person])
        for page in pages:
            assert "/receipt/" not in client.get(page).content.decode(), (person, page)
    submit(world, receipt, at=timezone.now(), token=token_of(receipt))
    client.force_login(world.secretary)
    page = client.get(pages[0]).content.decode()
    assert "/receipt/" not in page and "提案者本人填写" in page
    confirm = client.get(reverse("ratings:act", args=[receipt.pk, "confirm"])).content.decode()
    assert "没有扫描件" in confirm and "补录" not in confirm


def test_what_a_proposer_filled_in_waits_on_the_home_of_every_secretary(client, world, receipt):
    submit(world, receipt, at=timezone.now(), token=token_of(receipt))
    link = reverse("ratings:act", args=[receipt.pk, "confirm"])
    for person, sees in (("secretary", True), ("secretary2", True), ("office", False), ("clerk", False)):
        client.force_login(world.people[person])
        assert (link in client.get("/").content.decode()) is sees, person


def test_reading_the_page_takes_few_queries_however_many_proposers_and_promises(client, world):
    counts = []
    world.session.asks_cosigners = True
    world.session.save()
    for number, people in (("001", 1), ("002", 6)):
        proposers = [{"name": f"委员{one}"} for one in range(people)]
        case = make.handling(world, number, proposers=proposers).cases.get()
        reply = make.reply_at(world, case, "issued", "B")
        url = url_of(Receipt.objects.filter(reply=reply).first())
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(url).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1] <= 6, counts


def test_a_secret_proposal_has_no_receipt_and_no_link(world, receipt):
    receipt.case.proposal.is_secret = True  # as if: none can come to have one
    assert not links.may_be_handed_out(receipt)


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_proposer_answers_on_a_telephone(phone, people):
    world = make.world()
    case = make.handling(world).cases.get()
    receipt = make.receipt_of(make.reply_at(world, case, "issued"))
    desk = people(world.secretary, receipt.case.proposal.get_absolute_url())
    link = desk.get_by_label("赵堃的填写链接").input_value()
    phone.goto(link)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_label("您的意见").fill("天桥建得好")
    phone.get_by_label("基本满意").check()
    follow(phone.get_by_role("button", name="提交"))
    expect(phone.get_by_role("heading", name="谢谢，您的评价已经收到")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    desk = people(world.secretary, reverse("ratings:act", args=[receipt.pk, "confirm"]))
    assert "天桥建得好" in desk.content()
    desk.get_by_role("button", name="审核确认").click()
    told(desk, "已审核确认回执")
    assert (fresh(receipt).state, fresh(case).state) == ("confirmed", "closed")
