"""Differences between versions of a reply, and who made them."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.replies import operations as replies
from apps.replies.differences import ADDED, REMOVED, SAME, differences
from tests import factories as make


def told(before, after):
    return [[(piece.kind, piece.text) for piece in line.pieces] for line in differences(before, after)]


def test_a_changed_number_is_not_torn_apart():
    assert told("共建成39个饮水点。", "共建成44个饮水点。") == [
        [(SAME, "共建成"), (REMOVED, "39"), (ADDED, "44"), (SAME, "个饮水点。")]
    ]


def test_unchanged_paragraphs_stay_and_new_ones_are_added():
    assert told("一、现状。\n二、安排。", "一、现状。\n新增一段说明。\n二、安排。") == [
        [(SAME, "一、现状。")],
        [(ADDED, "新增一段说明。")],
        [(SAME, "二、安排。")],
    ]


def test_paragraphs_with_nothing_in_common_are_not_mixed():
    assert told("天桥今年开工。", "ABCDEFG") == [[(REMOVED, "天桥今年开工。")], [(ADDED, "ABCDEFG")]]


TEXTS = st.lists(st.text(alphabet="天桥今年开工，。12 ", max_size=12), max_size=6).map("\n".join)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_out_of_the_differences(before, after):
    lines = differences(before, after)
    for unwanted, text in ((ADDED, before), (REMOVED, after)):
        kept = []
        for line in lines:
            pieces = [piece for piece in line.pieces if piece.kind != unwanted]
            if pieces or not line.pieces:
                kept.append("".join(piece.text for piece in pieces))
        assert kept == text.splitlines()


@pytest.mark.django_db
def test_the_leader_reads_what_the_office_changed_before_signing(client):
    world = make.world()
    reply = make.reply_at(world, make.handling(world).cases.get(), "office_review", body="天桥今年开工。")
    at = make.moment(2020, 4, 21)
    replies.polish(reply, "天桥今年10月开工。", by=world.office2, at=at)
    replies.office_forward(reply, world.leader_row, by=world.office, at=at)
    client.force_login(world.leader)
    page = client.get(reverse("replies:act", args=[reply.pk, "sign"])).content.decode()
    assert "政府办核改了什么" in page and "改动人：何办" in page
    assert "10月</ins>" in page
    client.force_login(world.clerk)
    versions = reverse("replies:compare", args=[reply.pk, 1, reply.version])
    assert "10月</ins>" in client.get(versions).content.decode()
    assert client.get(reverse("replies:compare", args=[reply.pk, reply.version, 1])).status_code == 404
    assert client.get(reverse("replies:compare", args=[reply.pk, 1, 99])).status_code == 404
