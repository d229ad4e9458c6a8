"""The list as a workbook: the same proposals, order and columns as on the page, of all its pages."""

from apps.documents.workbooks import write_table

from .rows import rows_of

NAME = "提案"


def workbook_of(listing, keys=None):
    """The .xlsx of a Listing as bytes. `keys`: ids of proposals to keep to."""
    proposals, among = listing.proposals, listing.filter.qs
    if keys is not None:
        proposals, among = proposals.filter(pk__in=keys), among.filter(pk__in=keys)
    rows = rows_of(list(proposals), listing, among)
    cells = [[value for _, value in row.cells] for row in rows]
    headers = [column.label for column in listing.columns]
    widths = {column.label: column.width for column in listing.columns if column.width}
    return write_table(NAME, headers, cells, widths=widths)


def name_of(day):
    """The file's name, with its day."""
    return f"提案列表{day:%Y%m%d}.xlsx"
