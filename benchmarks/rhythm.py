"""What the chosen pace of polling costs and loses, on the recorded history of a real feed.

    PYTHONPATH=tests python benchmarks/rhythm.py --data ../shared/data

The feed's items come when they came in truth (its recorded snapshots), into documents of several
lengths, with and without dates and validators, also several times faster; the program polls in
virtual time. `lost` counts items that came and went between two polls, `saved` the requests spared
against asking every five minutes, `slowest` the longest that an item waited for its poll.
"""

from __future__ import annotations

import argparse
import asyncio
from itertools import product
from pathlib import Path

from support.replay import Press, follow, history, snapshots, sped_up


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--feed", default="reuters_direct", help="a folder of feeds/history")
    options = parser.parse_args()
    recorded = asyncio.run(history(snapshots(options.data / "feeds" / "history" / options.feed)))
    print("| items per hour | document | dates | validators | requests | lost | saved | slowest |")
    print("|---|---|---|---|---|---|---|---|")
    yes_no = (True, False)
    for factor, holds, dated, validators in product((1, 4), (10, 20, 50), yes_no, yes_no):
        times = sped_up(recorded, factor)
        start = times[max(holds, 20)]
        span = times[-1] - start
        found = follow(Press(times, holds, dated, validators), start=start, end=times[-1])
        rate = len(times) / ((times[-1] - times[0]).total_seconds() / 3600)
        print(
            f"| {rate:.1f} | {holds} items | {_yes(dated)} | {_yes(validators)} "
            f"| {found.requests} | {found.lost} | {found.saved(span):.0%} "
            f"| {found.slowest.total_seconds() / 60:.0f} min |"
        )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


if __name__ == "__main__":
    main()
