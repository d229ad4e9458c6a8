"""The bell in the head of every page."""

from django.utils import timezone

from apps.accounts.queries import standing_of

from .queries import unread_proposals


def bell(request):
    """Context processor: `bell`, how many notices the user has not read; nothing for who handles no proposals.

    Asked of the database only where a page shows it, once, together with the marks of its lists.
    """
    user = getattr(request, "user", None)
    if not user or not user.is_authenticated or not standing_of(user, timezone.localdate()).handles_proposals:
        return {}
    return {"has_bell": True, "bell": lambda: sum(unread_proposals(user).values())}
