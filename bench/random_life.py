"""Random life on a throw-away database: many lives of a district in which everybody does everything.

    .venv/bin/python bench/random_life.py --steps 100000 [--seed 1] [--life 7]

Prints progress and the result. Exit 1 on a violation, with the last steps and the command that repeats that one life.
What a step is and what must hold stands in tests/life.py; each life begins anew in a transaction that is undone.
"""

import argparse
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
LIFE = 500  # steps of one life
COSTLY = 20  # steps between two looks at the chain, the figures and the signatures
PROGRESS = 2000  # steps between two lines of progress


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--life", type=int, help="only this life of the seed, to repeat it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="random-life-") as folder:
        set_up(Path(folder))
        sys.exit(run(options.steps, options.seed, options.life))


def set_up(folder):
    """Django on an empty SQLite database in `folder`, migrated; files of uploads lie there too."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "proposals_site.settings",
        "DATABASE_URL": f"sqlite:///{folder}/life.sqlite3",
    }
    sys.path.insert(0, str(PROJECT))
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.MEDIA_ROOT = folder / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", verbosity=0)


def run(steps, seed, only):
    """Lives until so many steps are lived, or `only` one. Returns the exit code."""
    lived, said, started = 0, 0, time.monotonic()
    done, told = Counter(), Counter()
    number = only or 1
    while lived < steps:
        life, error = live(seed, number, min(LIFE, steps - lived))
        lived += life.steps if life else 0
        if error:
            print(f"violation in life {number} of seed {seed}, after {lived} steps in all", flush=True)
            traceback.print_exception(error)
            print(f"repeat: .venv/bin/python bench/random_life.py --seed {seed} --life {number}")
            return 1
        done, told = done + life.done, told + life.told
        if only:
            break
        if lived - said >= PROGRESS:
            said = lived
            print(f"{lived} steps, {sum(done.values())} deeds, {time.monotonic() - started:.0f} s", flush=True)
        number += 1
    seconds = time.monotonic() - started
    print(f"{lived} steps in {seconds:.0f} s: {sum(done.values())} deeds, {sum(told.values())} refusals, no violation")
    for action, count in sorted(done.items()):
        print(f"  {action} {count}")
    return 0


def live(seed, number, steps):
    """One life: (Life or None, what was raised or None). Undone at its end."""
    from django.db import transaction

    from tests.life import Life

    life = None
    with transaction.atomic():
        try:
            life = Life(random.Random(f"{seed} {number}"))
            for step in range(steps):
                life.step(random.Random(f"{seed} {number} {step}"))
                if step % COSTLY == 0:
                    life.check_thoroughly()
            life.check_thoroughly()
        except Exception as error:
            return life, error
        finally:
            transaction.set_rollback(True)
    return life, None


if __name__ == "__main__":
    main()
