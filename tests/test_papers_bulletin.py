"""办理进度通报: its numbers are those of figures, what is late is told with its unit, percentages name their base."""

import datetime

import pytest

from apps.documents.content import Paragraph
from apps.figures.queries import figures
from apps.papers.catalogue import KINDS
from apps.papers.kinds import Occasion
from tests import factories as make
from tests.test_papers import text_of

pytestmark = pytest.mark.django_db
KIND = KINDS["progress-bulletin"]


@pytest.fixture
def world():
    return make.world()


def composed(world, day, **given):
    return KIND.compose(world.session, Occasion(world.office, day, world.session, **given))


def said(paper):
    return "".join((block.lead + block.text) if isinstance(block, Paragraph) else block.text for block in paper.blocks)


def table_of(paper):
    annex, _ = paper.annexes
    return {row[0]: row[1:] for row in annex.blocks[0].rows}


def test_the_numbers_are_those_of_figures_and_name_their_base(world):
    make.registered(world, "009")
    make.assigned(world, "001", roles=[(world.culture, "lead")])
    make.reply_at(world, make.handling(world, "002").cases.get(), "issued")
    make.proposal_at(world, "closed", number="003")
    day = datetime.date(2020, 5, 20)
    found, text = figures(world.session, day), said(composed(world, day))
    assert (found["total"], found["assigned"], found["replied"], found["closed"]) == (4, 3, 2, 1)
    assert "截至2020年5月20日，区政协九届四次会议提案共4件，已交办3件" in text
    assert "全部承办单位都已答复的2件，占已交办提案的66.7%" in text
    assert "办结的1件，占已交办提案的33.3%" in text
    table = table_of(composed(world, day))
    unit = found["units"][world.housing.name]
    assert table[world.housing.name][:4] == tuple(str(unit[name]) for name in ("lead", "replied", "on_time", "assist"))
    assert table["合计"][0] == "3"


def test_what_is_late_is_told_with_unit_and_number_and_only_that(world):
    make.assigned(world, "001")  # on 10 March: to be accepted within 3 working days
    make.assigned(world, "002", roles=[(world.culture, "lead")])
    make.handling(world, "003")  # its reply is due in June
    text = said(composed(world, datetime.date(2020, 3, 20)))
    assert "超过期限尚未签收的2件。区住房城乡建委1件（第001号）；区文化旅游委1件（第002号）。" in text
    assert "尚未答复的" not in text
    assert table_of(composed(world, datetime.date(2020, 3, 20)))["合计"][-1] == "2"
    in_july = said(composed(world, datetime.date(2020, 7, 20)))
    assert "尚未答复的3件" in in_july and "第003号" in in_july


def test_nothing_late_is_said_too(world):
    make.handling(world, "003")
    assert "没有超过期限" in said(composed(world, datetime.date(2020, 3, 20)))


def test_cards_that_are_out_are_told_and_lifted_ones_are_not(world):
    out = make.card_at(world, make.assigned(world, "001").cases.get(), "issued")
    gone = make.card_at(world, make.assigned(world, "002").cases.get(), "lifted")
    text = said(composed(world, datetime.date(2020, 7, 20)))
    assert "已发出尚未摘牌的共1张" in text and out.number in text and "第001号" in text
    assert gone.number not in text


def test_a_secret_proposal_is_counted_and_not_named(world):
    make.assigned(world, "001", is_secret=True)
    paper = composed(world, datetime.date(2020, 7, 20))
    assert "提案共1件" in said(paper) and "001" not in said(paper)


def test_it_is_the_offices_alone_and_each_issue_has_its_number(client, world):
    make.handling(world)
    day = datetime.date(2020, 5, 20)
    for person, expected in ((world.office, 200), (world.clerk, 404), (world.leader, 404), (world.secretary, 404)):
        client.force_login(person)
        url = f"/papers/sessions/9-4/progress-bulletin/{world.session.pk}/"
        assert client.get(url).status_code == expected, person
    assert composed(world, day).draft == "样稿：尚未登记发文"
    assert composed(world, day, number="大渡口府函〔2020〕9号", dated_on=day).draft == ""
    client.force_login(world.office)
    given = {"number": "大渡口府函〔2020〕9号", "dated_on": "2020-05-20", "copies": "40"}
    answer = client.post(f"/papers/sessions/9-4/progress-bulletin/{world.session.pk}/dispatch/", given)
    printed = text_of(client.get(answer.url + "paper.pdf"))
    assert "关于区政协九届四次会议提案办理进度的通报" in printed and "样稿" not in printed
    assert "第二期" in composed(world, day).title
