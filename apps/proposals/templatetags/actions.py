"""Buttons in groups, for templates/components/_actions.html."""

from django import template

register = template.Library()


@register.filter
def grouped(actions):
    """Buttons as {"usual", "rare", "on_paper"}; where all are rare the first one is shown."""
    on_paper = [action for action in actions if action.is_on_paper]
    rare = [action for action in actions if action.is_rare and not action.is_on_paper]
    usual = [action for action in actions if not action.is_rare and not action.is_on_paper]
    return {"usual": usual, "rare": rare, "on_paper": on_paper}
