"""Registers and rolls that the office keeps of a session: sheets of rows, printed as they stand today."""

from apps.documents.content import Column, Sheet, Table, chinese_date
from apps.units.models import Unit

from .. import subjects
from ..kinds import Kind

GROUP = "登记簿、名册"


def contact_roll(session, occasion):
    """承办联络员名册: who is to be reached in each unit that handles proposals of the session."""
    units = Unit.objects.filter(cases__proposal__session=session).distinct()
    rows = tuple(
        (str(place), unit.full_name or unit.name, unit.contact_name, unit.contact_phone, "")
        for place, unit in enumerate(units, start=1)
    )
    columns = (
        Column("序号", 1),
        Column("承办单位", 5, "left"),
        Column("联络员", 2),
        Column("联系电话", 3),
        Column("备注", 2),
    )
    return Sheet(
        title=f"{session.committee}{session.label}提案承办联络员名册",
        author=session.office,
        blocks=(Table(columns, rows),),
        left=session.office,
        right=chinese_date(occasion.on),
        is_numbered=True,
    )


KINDS = (
    Kind(
        "contact-roll",
        "承办联络员名册",
        GROUP,
        seen=subjects.session_for_office,
        compose=contact_roll,
    ),
)
