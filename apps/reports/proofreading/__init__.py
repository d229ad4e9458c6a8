"""The proof-reader of a finished letter: finds what it claims in numbers and checks it by arithmetic.

`check(text)` is pure. A sentence is read as numbers with the words around them (tokens), these as counts, shares and
rates of named things (claims), these as splits of wholes (splits); then the checks go over them. What could be meant
in several ways is right when one of them is; what cannot be told is no finding (`doubts`, and `Marks.suspect`).
"""

from .additions import check_additions
from .against_data import check_data
from .agreeing_shares import check_agreeing_shares
from .all_but_one import check_all_but_one, check_rates_of_all
from .all_of_class import check_all_of_class
from .all_rates import check_all_rates
from .averages import check_averages
from .balances import check_balances
from .bracketed import check_bracketed
from .changes import check_changes
from .changes_told import check_changes_told
from .claims import items_of
from .exceptions import check_exceptions
from .from_to import check_from_to
from .left_over import check_left_over
from .lines_counted import check_lines_counted
from .multiples import check_multiples
from .named_sums import check_named_sums
from .named_twice import check_named_twice
from .notes import add_notes
from .other_shares import check_other_shares
from .periods import session_of
from .quarters import check_quarters
from .rates import check_rates
from .rates_with_rest import check_rates_with_rest
from .reading import as_document
from .references import check_references
from .remainders import check_remainders
from .repeats import check_repeats
from .report import Marks, Result
from .rests_of_named import check_rests_of_named
from .rows_of_parts import check_rows_of_parts
from .rows_told import check_rows_told
from .runs import check_runs
from .satisfied import check_satisfied
from .shares import check_shares
from .shares_in_words import check_shares_in_words
from .shares_of_parts import check_shares_of_parts
from .splits import Splits
from .tables import tables_of
from .tables_compared import check_tables_against_data, check_tables_against_text
from .tallies import check_tallies
from .tokens import Lexer
from .totals import check_sums
from .under_headings import check_under_headings
from .whole_shares import check_whole_shares
from .written import COUNT, PERCENT, POINTS
from .years import check_years
from .years_listed import check_years_listed

CHECKED = (COUNT, PERCENT, POINTS)


def check(document, figures=None):
    """The Result of proofreading a text, or a reading.Document with its tables.

    `figures`: those of a session, as `manage.py figures --json` prints them, to compare with.
    """
    document = as_document(document)
    lexer = Lexer()
    for number, text in enumerate(document.paragraphs):
        if number not in document.rows:
            lexer.read(number, text)
    marks = Marks(document.paragraphs, lexer.mentions)
    splits = Splits(items_of(lexer.mentions, session_of("".join(document.paragraphs))), document.paragraphs)
    tables = tables_of(document)
    splits.told_in_tables = [column.total for table in tables for column in table.counts if column.total]
    cells = [cell for table in tables for cell in table.check(splits, marks)]
    splits.cells = {cell.value for cell in cells}
    check_sums(splits, marks)
    check_runs(splits, marks)
    check_additions(splits, marks)
    check_quarters(splits, marks)
    check_under_headings(splits, marks)
    check_named_sums(splits, marks)
    check_shares(splits, marks)
    check_shares_in_words(splits, marks)
    check_rates(splits, marks)
    check_changes(splits, lexer.mentions, marks, tables)
    check_from_to(lexer.mentions, marks)
    check_multiples(lexer.mentions, marks)
    check_agreeing_shares(lexer.mentions, marks)
    check_averages(lexer.mentions, marks)
    check_balances(lexer.mentions, marks)
    check_exceptions(splits, lexer.mentions, marks)
    check_satisfied(splits, marks)
    check_all_of_class(splits, marks)
    check_tallies(lexer.mentions, marks)
    check_whole_shares(splits, marks)
    check_all_rates(splits, marks)
    check_other_shares(lexer.mentions, marks)
    check_bracketed(splits, marks)
    check_repeats(splits, marks)
    check_remainders(splits, marks)
    check_tables_against_text(tables, splits, marks)
    check_rows_told(tables, splits, marks)
    check_left_over(splits, marks)
    check_named_twice(splits, marks)
    check_all_but_one(splits, marks)
    check_rates_of_all(splits, marks)
    check_lines_counted(splits, marks)
    check_shares_of_parts(splits, lexer.mentions, marks)
    check_changes_told(splits, lexer.mentions, marks)
    check_rates_with_rest(splits, marks)
    check_years(splits, tables, marks)
    check_years_listed(splits, marks)
    check_rows_of_parts(splits, marks)
    check_rests_of_named(splits, marks)
    check_references(splits, marks)
    if figures is not None:
        check_data(splits, figures, marks)
        check_tables_against_data(tables, figures, marks)
    add_notes(document, lexer.mentions, marks)
    mentions = [mention for mention in [*lexer.mentions, *cells] if mention.kind in CHECKED]
    mentions.sort(key=lambda mention: (mention.paragraph, mention.start))
    return Result(document.paragraphs, marks.claims(mentions), marks.findings, marks.notes)
