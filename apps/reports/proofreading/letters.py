"""The text of a composed letter, as it will be printed."""

from apps.documents.content import Heading, Paragraph, Table

from .reading import Document


def document_of_letter(letter):
    """A reading.Document of a documents.content.Letter: title, addressee, blocks with their tables, signature."""
    document = Document([])
    for line in (letter.number, letter.title, f"{letter.addressee}：" if letter.addressee else ""):
        if line:
            document.paragraphs.append(line)
    for block in letter.blocks:
        match block:
            case Heading():
                document.paragraphs.append(block.text)
            case Paragraph():
                document.paragraphs += (block.lead + block.text).split("\n")
            case Table():
                _add_table(document, block)
    document.paragraphs.append(letter.signature)
    return document


def _add_table(document, table):
    numbers = []
    for cells in (tuple(column.title for column in table.columns), *table.rows):
        spans, start = [], 0
        for cell in cells:
            spans.append((start, start + len(cell)))
            start += len(cell) + 1
        numbers.append(len(document.paragraphs))
        document.rows[numbers[-1]] = spans
        document.paragraphs.append("\t".join(cells))
    document.tables.append(numbers)
