"""The rows of every table as lines of JSON, and back; the same on SQLite and PostgreSQL.

Left out is what is nobody's record: sign-in sessions, counters of failed sign-ins, and background tasks, which in
another place would run a second time.
"""

import json
from itertools import islice

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import connection, models

LEFT_OUT = frozenset({"sessions", "axes", "django_tasks_database"})
AT_ONCE = 500


def tables():
    """The models that are kept, by name."""
    found = (model for model in apps.get_models(include_auto_created=True) if model._meta.app_label not in LEFT_OUT)
    return sorted((model for model in found if model._meta.managed and not model._meta.proxy), key=name_of)


def name_of(model):
    return model._meta.label_lower


def write_rows(model, stream):
    """Writes every row of `model` to the binary `stream`, a line each, by primary key. Returns how many."""
    names = [field.attname for field in model._meta.concrete_fields]
    count = 0
    for row in model._base_manager.order_by("pk").values_list(*names).iterator(AT_ONCE):
        line = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, sort_keys=True, default=_plain)
        stream.write(line.encode() + b"\n")
        count += 1
    return count


def _plain(value):
    """Days and times to the microsecond, which JSON encoders of the house cut off and the trail's hashes contain."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def read_rows(model, stream):
    """Stores the lines of the binary `stream` as rows of `model`, keys and all. Returns how many.

    Raises ValueError for a line that is no row of this model.
    """
    lines = enumerate(stream, start=1)
    count = 0
    while part := [_row(model, *line) for line in islice(lines, AT_ONCE)]:
        models.QuerySet(model).bulk_create(part, batch_size=AT_ONCE)
        count += len(part)
    return count


def _row(model, number, line):
    fields = {field.attname: field for field in model._meta.concrete_fields}
    try:
        given = json.loads(line)
        if set(given) != set(fields):
            raise ValueError("列不符")
        return model(**{name: fields[name].to_python(value) for name, value in given.items()})
    except (ValueError, TypeError, AttributeError, ValidationError) as wrong:
        raise ValueError(f"{name_of(model)} 第 {number} 行不是本系统的记录：{wrong}") from wrong


def empty_tables():
    """Removes what `migrate` put there: calendar, permissions, the head of the trail. Inside a transaction."""
    for model in tables():
        models.QuerySet(model)._raw_delete(using="default")


def go_on_counting():
    """The next new row of each table gets a number that none has yet."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)
