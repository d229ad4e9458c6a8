"""Which theme of the letter a proposal belongs to by its category. Pure."""

from apps.figures.rows import NO_CATEGORY


def theme_of(row):
    """The theme of a ProposalRow: that of its category, else the category's name."""
    if row.theme:
        return row.theme
    return "其他方面" if row.category == NO_CATEGORY else row.category


def themes_of(facts):
    """The themes of some Facts, in the order of their categories."""
    return list(dict.fromkeys(theme_of(fact.row) for fact in sorted(facts, key=lambda fact: fact.row.category_order)))
