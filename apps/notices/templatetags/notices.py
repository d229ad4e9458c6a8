"""Marks of what is unread, in lists and on pages."""

from django import template

from apps.notices.queries import unread_proposals

register = template.Library()


@register.inclusion_tag("notices/_unread.html", takes_context=True)
def unread_mark(context, proposal):
    """未读 with its count beside a proposal of which the reader has unread notices; one query for a whole page.

    Works inside `include … only` too: the request stands on the context itself.
    """
    request = getattr(context, "request", None)
    if not request or not request.user.is_authenticated:
        return {"count": 0}
    return {"count": unread_proposals(request.user).get(proposal.pk, 0)}
