"""What a YAML error means, in the words of someone who edits a watch list.

The parser says where it gave up, which is often a line after the slip. Here the lines around that
place are looked at again for the slips that people make, and where the mend is plain the text is
mended in thought, so that reading can go on. No line is ever added or taken away by that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from watcher.config import layout, quotes
from watcher.config.case import Case, one
from watcher.config.slips import Finding

if TYPE_CHECKING:
    import yaml

    from watcher.config.nodes import Word

_LOOKS: tuple[Callable[[Case], Finding | None], ...] = (
    layout.invisible,
    layout.tabs,
    quotes.strange_start,
    quotes.question,
    quotes.escape,
    quotes.open_quote,
    quotes.colon_in_text,
    layout.no_space,
    layout.no_colon,
    layout.words_above,
    layout.bare_line,
    layout.list_in_line,
    quotes.brackets,
    quotes.after_closing,
    layout.no_dash,
    layout.indent,
)
"""The slips, most telling first."""


def diagnose(text: str, error: yaml.YAMLError, last: Word | None) -> Finding:
    """Say what is wrong with `text`, given the parser's error and the last word it read."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line))
    at, context_at = _index(error, "problem_mark"), _index(error, "context_mark")
    if at is None:
        at = context_at if context_at is not None else int(getattr(error, "position", 0))
    problem = str(getattr(error, "problem", "") or "")
    if problem.startswith("expected "):  # the parser in Python says less than the one in C
        problem = f"did not find {problem}"
    case = Case(
        text=text,
        lines=lines,
        starts=starts,
        problem=problem,
        context=str(getattr(error, "context", "") or ""),
        at=min(at, len(text)),
        context_at=context_at,
        last=last,
    )
    for look in _LOOKS:
        finding = look(case)
        if finding is not None:
            return finding
    return one(
        case.at,
        f"YAML can't read on from here ({case.problem or 'it breaks off'}). Look for a quote, "
        "bracket or colon that is missing here or in the line above.",
    )


def _index(error: yaml.YAMLError, name: str) -> int | None:
    mark = getattr(error, name, None)
    return None if mark is None else int(mark.index)
