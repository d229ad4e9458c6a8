"""Marks of what is unread, in lists and on pages."""

from django import template

from apps.notices.queries import unread_proposals

register = template.Library()


@register.inclusion_tag("notices/_unread.html", takes_context=True)
def unread_mark(context, proposal):
    """未读 with its count beside a proposal of which the reader has unread notices; one query for a whole page.

    Works inside `include … only` too: the request stands on the context itself.
    """
    return {"count": _unread(context, proposal)}


@register.inclusion_tag("notices/_unread_here.html", takes_context=True)
def unread_here(context, proposal):
    """On the page of a proposal: how many notices of it are unread, and the button that marks them as read."""
    return {"count": _unread(context, proposal), "proposal": proposal}


def _unread(context, proposal):
    request = getattr(context, "request", None)
    if not request or not request.user.is_authenticated:
        return 0
    return unread_proposals(request.user).get(proposal.pk, 0)
