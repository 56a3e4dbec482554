"""The daemon killed at random while news flow and every target fails: what was lost, what repeated.

    PYTHONPATH=tests python benchmarks/chaos.py [--kills 200] [--articles 1000] [--seed 1]

Feeds on loopback; a webhook that knows keys (Idempotency-Key), one without (Mattermost's form),
one that hangs, and SMTP with two recipients of which one is refused until the end. On the way:
500, 502, 404, 429 with Retry-After, resets, processed and then dropped, 200 with a failure in it, a
captive portal, greylisting, 421, a disk that takes no writes for a while, second daemons, and at
the end a destroyed database. After the last kill nobody waits for the next try of what failed.
The daemon logs at DEBUG; six secrets are looked for in its log and state. Exit code 1 when anything
was lost, repeated at a target with keys, unmarked, or leaked.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from support.chaos import KEYED, Result, chaos


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="work in this folder, and leave it")
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        place = asked.keep or Path(folder)
        place.mkdir(exist_ok=True)
        result = chaos(
            place,
            kills=asked.kills,
            articles=asked.articles,
            seed=asked.seed,
            hurry=True,
            beside=min(3, asked.kills),
            report=lambda line: print(line, file=sys.stderr, flush=True),
        )
    show(result)
    print(f"\n{time.monotonic() - began:.0f} s, seed {asked.seed}")
    return 0 if is_well(result) else 1


def show(result: Result) -> None:
    print("| target | alerts | lost | repeated | unmarked | sent again | by kills | by one kill |")
    print("|---|---|---|---|---|---|---|---|")
    for one in result.accounts:
        print(
            f"| {one.target} | {one.expected} | {len(one.lost)} | {one.repeated} | {one.unmarked} "
            f"| {one.resent} | {one.by_kills} | {one.most_per_kill} |"
        )
    faults = ", ".join(f"{name} {count}" for name, count in sorted(result.injected.items()))
    print(f"\nkills {result.kills}; injected: {faults}")
    print(f"not sent in the end: {result.left}; notices to the operator: {result.notices}")
    print(f"audit: {', '.join(f'{k} {v}' for k, v in result.audit.items() if k != 'decisions')}")
    for seconds, code, said in result.second:
        print(f"second daemon: exit {code} after {seconds:.1f} s of CPU: {said}")
    print(f"secrets found: {result.leaked or 0}")
    print(f"told anew after the database was destroyed: {result.flood}")


def is_well(result: Result) -> bool:
    keyed = [one for one in result.accounts if one.target in KEYED]
    return not (
        any(one.lost or one.unmarked or one.most_per_kill > 1 for one in result.accounts)
        or any(one.repeated for one in keyed)
        or result.leaked
        or result.left
        or result.flood
        or not result.audit.get("balanced")
    )


if __name__ == "__main__":
    sys.exit(main())
