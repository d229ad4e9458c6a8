"""Random life: all parties do all actions in any order, and everything that must hold holds after each step.

What the steps are and what must hold stands in tests/life.py; here Hypothesis chooses the steps, and cuts a failing
life down to the fewest that still fail.

How much: EXAMPLES lives of STEPS steps each. Few and long, since a case needs some thirty deeds to come to a second
round, which short lives never see. `derandomize` chooses the same lives on every run, so that a red build is about the
change and not about luck. Which deeds these lives hold changes with every new action, so some more are lived where a
deed that must happen has not; chance has its turn in bench/random_life.py. Each step draws one number that seeds its
choices: drawing every choice by itself would exhaust what Hypothesis keeps of an example after a hundred steps.
"""

import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.life import THINGS, Life
from tests.test_rules import TABLES

EXAMPLES, STEPS = 6, 340
MORE = 12  # lives at most that are added until every one of MUST_HAPPEN has happened
COSTLY = 20  # steps between two looks at the chain and the figures
SEEDS = st.integers(0, 2**32 - 1).map(random.Random)
KINDS = st.sampled_from(tuple(THINGS))
MUST_HAPPEN = {
    "proposal.import", "proposal.assign", "proposal.adjust", "case.advise", "case.close",
    "case.rehandle", "case.undo", "reply.sign", "reply.verify_paper", "reply.revoke", "reply.issue", "reply.reissue",
    "receipt.park", "receipt.submit", "receipt.enter", "receipt.confirm", "receipt.amend", "commitment.report",
}  # fmt: skip


class Year(RuleBasedStateMachine):
    """One life of the district, in a transaction that is undone at its end."""

    lived = []

    def __init__(self):
        super().__init__()
        self.life = None
        self.block = transaction.atomic()
        self.block.__enter__()

    @initialize(rng=SEEDS)
    def the_year_begins(self, rng):
        self.life = Life(rng)

    @rule(rng=SEEDS, kind=KINDS)
    def somebody_does_what_is_open(self, rng, kind):
        self.life.somebody_does_what_is_open(rng, kind)

    @rule(rng=SEEDS)
    def somebody_does_what_comes_next(self, rng):
        self.life.somebody_does_what_is_open(rng)

    @rule(rng=SEEDS)
    def anything_happens(self, rng):
        self.life.step(rng)

    @rule(rng=SEEDS, kind=KINDS)
    def anybody_tries_anything(self, rng, kind):
        self.life.anybody_tries_anything(rng, kind)

    @invariant()
    def everything_holds(self):
        if self.life and self.life.steps % COSTLY == 0:
            self.life.check_thoroughly()

    def teardown(self):
        try:
            if self.life and not self.life.is_broken:
                self.life.check_thoroughly()
                self.lived.append(self.life)
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)


def lived_by_chance(number):
    """One more life, without Hypothesis; what it breaks is raised as it is."""
    with transaction.atomic():
        life = Life(random.Random(f"more {number}"))
        for step in range(STEPS):
            life.step(random.Random(f"more {number} {step}"))
        life.check_thoroughly()
        transaction.set_rollback(True)
    return life


@pytest.mark.django_db
def test_everybody_does_everything_and_every_rule_holds():
    Year.lived.clear()
    run_state_machine_as_test(
        Year,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert sum(life.steps for life in Year.lived) >= 2000
    rows = {f"{kind}.{row.action}" for kind in THINGS for row in TABLES[kind] if row.built}
    for number in range(MORE):
        if not lacking(rows):
            break
        Year.lived.append(lived_by_chance(number))
    assert not lacking(rows), "these lives never came so far: they prove little"


def lacking(rows):
    """What must happen and never did; where too little of the tables was done, or refused, the rows in question."""
    done, told = (
        {deed for life in Year.lived for deed in getattr(life, kind)} & (rows | MUST_HAPPEN)
        for kind in ("done", "told")
    )
    return (MUST_HAPPEN - done) | {
        row for seen in (done, told) if len(seen & rows) < 0.75 * len(rows) for row in rows - seen
    }
