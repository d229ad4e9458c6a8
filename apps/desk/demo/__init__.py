"""The demonstration data: a district, its finished year 2020, and a session that runs on the day it is loaded.

Everything happens through the real operations, at moments of the past, so that the history is what it says it is.
"""

from django.db import transaction

from apps.accounts.models import User
from apps.proposals.models import Session

from . import district, running, year_2020
from .district import PASSWORD, accounts, day_of, read
from .running import DAYS
from .year_2020 import SESSION

__all__ = ["DAYS", "PASSWORD", "SESSION", "accounts", "day_of", "load", "read"]


@transaction.atomic
def load(today):
    """Loads what is not there yet: {session key: whether it was loaded now}. `today`: see running.load."""
    loaded = {SESSION: not Session.objects.filter(key=SESSION).exists()}
    there = running.session_in_being()
    loaded[there.key if there else running.session_of(today)["key"]] = there is None
    if any(loaded.values()):
        if not User.objects.filter(username="office").exists():
            district.load()
        people = district.District()
        if loaded[SESSION]:
            year_2020.load(people)
        if there is None:
            running.load(people, today)
    return loaded
