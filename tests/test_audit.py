"""The audit trail: what goes in comes out, nothing can be changed through the models, and every tampering shows."""

import datetime
import hashlib
import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit import queries
from apps.audit.models import GENESIS, AppendOnly, Event, Head
from apps.audit.operations import BrokenTrail, OutsideTransaction, record, record_many

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2020, 3, 10, 9, 30, 0, 123456, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))


def content(number=1, **changes):
    return {
        "action": "签收",
        "target_type": "case",
        "target_key": f"9-4/{number:03}",
        "target_name": "关于改善老旧小区停车难的建议",
        "actor_key": "user:7",
        "actor_name": "张三",
        "at": AT,
    } | changes


def trail(length=6):
    with transaction.atomic():
        return record_many(content(number) for number in range(1, length + 1))


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def found():
    return [(finding.kind, finding.seq, finding.until) for finding in queries.verify()]


def rehash(seq, **changes):
    """What a careful forger does: change an event and compute its hash again."""
    event = Event.objects.get(seq=seq)
    for name, value in changes.items():
        setattr(event, name, value)
    sql("UPDATE audit_event SET note = %s, previous_hash = %s WHERE seq = %s", event.note, event.previous_hash, seq)
    computed = queries._hash_as(Event.objects.get(seq=seq), seq)
    sql("UPDATE audit_event SET hash = %s WHERE seq = %s", computed, seq)
    return computed


def test_record_keeps_what_it_was_given():
    before = timezone.now()
    with transaction.atomic():
        event = record(
            **content(note="纸质签收", entered_for="区住建委 李四", data={"round": 1, "units": ["区住建委"]})
        )
    event.refresh_from_db()
    assert (event.seq, event.action, event.actor_name) == (1, "签收", "张三")
    assert (event.note, event.entered_for) == ("纸质签收", "区住建委 李四")
    assert (event.at, event.data) == (AT, {"round": 1, "units": ["区住建委"]})
    assert before <= event.recorded_at <= timezone.now()
    assert found() == []


def test_record_chains_events_and_moves_the_head():
    first, second = trail(2)
    assert (first.previous_hash, second.previous_hash) == (GENESIS, first.hash)
    assert (second.seq, Head.objects.get().seq, Head.objects.get().hash) == (2, 2, second.hash)


def test_hash_can_be_computed_by_an_outsider():
    with transaction.atomic():
        event = record(**content(note="说明", data={"乙": 1, "甲": None}))
    event.refresh_from_db()
    plain = {
        "seq": 1,
        "at": "2020-03-10T01:30:00.123456+00:00",
        "recorded_at": event.recorded_at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        "actor_key": "user:7",
        "actor_name": "张三",
        "entered_for": "",
        "action": "签收",
        "target_type": "case",
        "target_key": "9-4/001",
        "target_name": "关于改善老旧小区停车难的建议",
        "note": "说明",
        "data": {"甲": None, "乙": 1},
    }
    printed = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert event.hash == hashlib.sha256(("0" * 64 + printed).encode()).hexdigest()


def test_record_outside_a_transaction_is_refused(monkeypatch):
    monkeypatch.setattr(transaction.get_connection(), "in_atomic_block", False)
    with pytest.raises(OutsideTransaction):
        record(**content())
    monkeypatch.undo()
    assert not Event.objects.exists()


def test_event_is_rolled_back_with_the_deed():
    trail(1)
    with pytest.raises(RuntimeError), transaction.atomic():
        record(**content(2))
        raise RuntimeError
    assert Event.objects.count() == 1
    assert found() == []


@pytest.mark.parametrize(
    "given, stored",
    [
        ({"a": 84.0, "b": 1e5, "c": -0.0}, {"a": "84.0", "b": "100000.0", "c": "-0.0"}),
        ({"a": Decimal("92.90")}, {"a": "92.90"}),
        ({"on": datetime.date(2020, 3, 10), "at": AT}, {"on": "2020-03-10", "at": "2020-03-10T01:30:00.123456+00:00"}),
        ({"a": (1, 2), 3: {"4": []}}, {"a": [1, 2], "3": {"4": []}}),
        ({"a": "x\x00y", "b": "\ud800"}, {"a": "x\ufffdy", "b": "\ufffd"}),
        ({"a": 2**70, "b": True, "c": "Ａ Å \u2028 😀"}, {"a": 2**70, "b": True, "c": "Ａ Å \u2028 😀"}),
        (None, {}),
    ],
)
def test_data_survives_the_database(given, stored):
    with transaction.atomic():
        event = record(**content(data=given))
    assert event.data == stored
    event.refresh_from_db()
    assert event.data == stored
    assert found() == []


@pytest.mark.parametrize("microsecond", [0, 1, 123000, 999999])
def test_time_survives_the_database(microsecond):
    with transaction.atomic():
        record(**content(at=AT.replace(microsecond=microsecond)))
    assert found() == []


def test_unstorable_text_leaves_a_trace():
    with transaction.atomic():
        event = record(**content(note="甲\x00乙\udfff", actor_name=""))
    event.refresh_from_db()
    assert event.note == "甲\ufffd乙\ufffd"
    assert found() == []


@pytest.mark.parametrize(
    "changes, error",
    [
        ({"at": datetime.datetime(2020, 3, 10)}, ValueError),  # noqa: DTZ001
        ({"at": datetime.date(2020, 3, 10)}, ValueError),
        ({"action": ""}, ValueError),
        ({"target_key": "长" * 201}, ValueError),
        ({"data": {"a": float("nan")}}, ValueError),
        ({"data": {"a": object()}}, TypeError),
        ({"data": {1: "a", "1": "b"}}, ValueError),
        ({"data": ["a"]}, TypeError),
        ({"colour": "red"}, TypeError),
    ],
)
def test_content_that_cannot_be_kept_is_refused_whole(changes, error):
    with pytest.raises(error), transaction.atomic():
        record_many([content(1), content(2, **changes)])
    assert not Event.objects.exists()


def test_record_many_needs_a_fixed_number_of_queries(django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(3):
        record_many(content(number) for number in range(1, 31))
    with transaction.atomic(), django_assert_num_queries(0):
        assert record_many([]) == []
    assert found() == []


def test_record_begins_again_in_an_emptied_database():
    Head.objects.all().delete()
    trail(2)
    assert found() == []


def test_record_refuses_when_the_head_is_gone():
    trail(2)
    Head.objects.all().delete()
    with pytest.raises(BrokenTrail), transaction.atomic():
        record(**content(3))


def test_event_cannot_be_changed_or_removed_through_the_models():
    event = trail(2)[0]
    event.note = "改"
    for attempt in (
        event.save,
        event.delete,
        Event.objects.get(seq=2).save,
        Event.objects.all().delete,
        lambda: Event.objects.update(note="改"),
        lambda: Event.objects.filter(seq=1).update(note="改"),
        lambda: Event.objects.bulk_update([event], ["note"]),
        lambda: Event.objects.update_or_create(seq=1, defaults={"note": "改"}),
        lambda: Event.objects.bulk_create(
            [event], update_conflicts=True, update_fields=["note"], unique_fields=["seq"]
        ),
    ):
        with pytest.raises(AppendOnly):
            attempt()
    assert found() == []


def test_whole_trail_has_no_findings():
    assert found() == []
    trail()
    assert found() == []


@pytest.mark.parametrize(
    "column, value",
    [
        ("at", "2020-03-11 01:30:00.123456"),
        ("recorded_at", "2020-03-10 01:30:00"),
        ("actor_key", "user:8"),
        ("actor_name", "李四"),
        ("entered_for", "王五"),
        ("action", "退回"),
        ("target_type", "reply"),
        ("target_key", "9-4/999"),
        ("target_name", "别的"),
        ("note", " "),
        ("data", '{"x": 1}'),
        ("previous_hash", "f" * 64),
        ("hash", "f" * 64),
    ],
)
def test_changed_column_is_found(column, value):
    trail()
    sql(f"UPDATE audit_event SET {column} = %s WHERE seq = 3", value)
    assert found() == [("changed", 3, 3)]
    assert "第3条" in str(queries.verify()[0])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite stores such values")
@pytest.mark.parametrize("column, value", [("data", "{broken"), ("at", "yesterday"), ("note", b"\xff\xfe")])
def test_unreadable_event_is_found_and_stepped_over(column, value):
    trail()
    sql("PRAGMA ignore_check_constraints = ON")
    sql(f"UPDATE audit_event SET {column} = %s WHERE seq = 3", value)
    sql("UPDATE audit_event SET note = 'x' WHERE seq = 5")
    sql("PRAGMA ignore_check_constraints = OFF")
    assert found() == [("changed", 3, 3), ("changed", 5, 5)]


def test_removed_events_are_found():
    trail(8)
    sql("DELETE FROM audit_event WHERE seq IN (1, 4, 5)")
    assert found() == [("missing", 1, 1), ("missing", 4, 5)]
    assert [str(finding) for finding in queries.verify()] == ["第1条：缺失，被删除", "第4至5条（共2条）：缺失，被删除"]


def test_cut_tail_is_found():
    trail()
    sql("DELETE FROM audit_event WHERE seq > 4")
    assert found() == [("cut", 5, 6)]
    sql("DELETE FROM audit_event")
    assert found() == [("cut", 1, 6)]


def test_swapped_events_are_found():
    trail()
    sql("UPDATE audit_event SET seq = 1002 WHERE seq = 2")
    sql("UPDATE audit_event SET seq = 2 WHERE seq = 5")
    sql("UPDATE audit_event SET seq = 5 WHERE seq = 1002")
    assert found() == [("moved", 2, 2), ("moved", 5, 5)]
    assert "原为第5条" in str(queries.verify()[0])


def test_renumbered_events_are_found():
    """An event is taken out and the gap is closed."""
    trail()
    sql("DELETE FROM audit_event WHERE seq = 3")
    for seq in (4, 5, 6):
        sql("UPDATE audit_event SET seq = %s WHERE seq = %s", seq - 1, seq)
    assert found() == [("moved", 3, 3), ("moved", 4, 4), ("moved", 5, 5), ("cut", 6, 6)]


def test_inserted_event_is_found_where_it_no_longer_links():
    """An event is replaced by another one with a correct hash of its own."""
    trail()
    rehash(3, note="伪造")
    assert found() == [("broken", 4, 4)]


def test_rewritten_tail_is_betrayed_by_the_head():
    trail()
    previous = rehash(3, note="伪造")
    for seq in (4, 5, 6):
        previous = rehash(seq, previous_hash=previous)
    assert found() == [("head", 6, 6)]


def test_event_appended_past_the_head_is_found():
    trail(3)
    with transaction.atomic():
        stolen = record(**content(4))
    sql("UPDATE audit_head SET seq = 3, hash = %s", stolen.previous_hash)
    assert found() == [("inserted", 4, 4)]


def test_event_with_an_impossible_number_is_found():
    trail(3)
    sql("UPDATE audit_event SET seq = -1 WHERE seq = 2")
    assert found() == [("inserted", 0, 0), ("missing", 2, 2)]


def test_tampered_head_is_found():
    trail(3)
    sql("UPDATE audit_head SET hash = %s", "f" * 64)
    assert found() == [("head", 3, 3)]
    sql("DELETE FROM audit_head")
    assert found() == [("head", 3, 3)]


def test_second_head_is_impossible():
    with pytest.raises(IntegrityError), transaction.atomic():
        Head.objects.create(pk=2)


def test_verify_reads_page_by_page(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(queries, "PAGE", 10)
    trail(35)
    with django_assert_num_queries(7):  # four pages, the empty one, the head, the head's event
        assert queries.verify() == []
    sql("UPDATE audit_event SET note = 'x' WHERE seq IN (10, 11, 35)")
    assert [seq for _, seq, _ in found()] == [10, 11, 35]


def test_verify_reads_on_when_others_record_meanwhile(monkeypatch):
    trail(3)
    original = queries._events_after
    late = iter([True, False])

    def and_then_somebody_records(seq):
        yield from original(seq)
        if next(late, False):
            with transaction.atomic():
                record(**content(4))

    monkeypatch.setattr(queries, "_events_after", and_then_somebody_records)
    report = queries.inspect()
    assert (report.findings, report.events, report.head_seq) == ([], 4, 4)


def test_of_target_gives_one_history():
    trail(3)
    with transaction.atomic():
        record(**content(2, action="退回"))
    assert [event.action for event in queries.of_target("case", "9-4/002")] == ["签收", "退回"]


def test_command_prints_and_exits():
    events = trail(3)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "共3条，完整无误" in out.getvalue()
    assert events[-1].hash in out.getvalue()
    sql("UPDATE audit_event SET note = 'x' WHERE seq = 2")
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_audit", stdout=out)
    assert stopped.value.code == 1
    assert "第2条：内容或哈希被改动（2020-03-10 张三 签收 关于改善老旧小区停车难的建议）" in out.getvalue()


def test_a_finding_names_the_day_in_shanghai():
    """Shortly after midnight it is still the day before in UTC, in which the database keeps time."""
    with transaction.atomic():
        record(**content(at=AT.replace(hour=0, minute=5)))
    sql("UPDATE audit_event SET note = 'x' WHERE seq = 1")
    assert "2020-03-10 张三" in str(queries.verify()[0])


def test_command_prints_json():
    trail(3)
    sql("DELETE FROM audit_event WHERE seq = 3")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_audit", "--json", stdout=out)
    printed = json.loads(out.getvalue())
    assert (printed["ok"], printed["events"], printed["head"]["seq"]) == (False, 2, 3)
    assert printed["findings"][0]["kind"] == "cut"
    assert "第3条" in printed["findings"][0]["message"]
