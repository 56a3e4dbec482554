"""What people write into `find:` who know other search languages, each with its mend.

Boolean operators, fields, signs, wildcards, regular expressions, round brackets, HTML: here all of
it would be looked for letter by letter and found nowhere, which nobody would notice.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from watcher.config.findings import shown
from watcher.config.languages import SCRIPT

_SPECIAL = re.compile(r"[()\[{\\|*%^+?<&［【:/~]|(?:^| )-|AND|OR|NOT|NEAR")
"""What every text has that looks borrowed: the rest needs no closer look."""
_OPERATOR = re.compile(r"(?<!\S)(AND|OR|NOT|NEAR(?:/\d+)?)(?!\S)")
_SPLIT_OPERATOR = re.compile(r"\s*(?<!\S)(?:AND|OR|NOT|NEAR(?:/\d+)?)(?!\S)\s*")
_REGEX_LOOK = re.compile(
    r"\(\?|\(\w\?\)|\.[*+]|\\[bBdDsSwW.]|\[[^\]\s]*-[^\]\s]*\]|[^\s]\{\d+,?\d*\}|^\^|\)[*+?]"
    r"|\[\w{2,9}\]\w|\w\[\w{2,9}\]|\w\?\w|^/.+/[a-z]*$|\w~\d?$"
)
_FIELD = re.compile(r"^(?:in)?(title|summary|text|body|url|site|lang|language|source):\s*\S")
_FIELD_KEYS = {
    "title": "search_in", "summary": "search_in", "text": "search_in", "body": "search_in",
    "lang": "language", "language": "language",
}  # fmt: skip
_SIGNED = re.compile(r"(?:^|\s)-(?=\w)|^\+(?=\w)|\s\+\s?(?=\w)")
_WILD = re.compile(r"\w[*%](?!\w)|(?<!\w)[*%]\w|\w\*\w")
_CYRILLIC = re.compile(f"[{SCRIPT['Cyrillic']}]")
_CUT_OFF = {False: ("pollution", "pollut"), True: ("загрязнение", "загрязн")}
"""An example in letters that the writer reads: a whole word, and what is left of it before a *."""
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|&(?:[a-z]{2,8}|#\d{2,5});")
_BRACKETS = re.compile(r"[［］【】]|^\([^()]*[,;，、；،][^()]*\)$")
_IN_BRACKETS = re.compile(r"[［］【】(),;，、；،]")


def borrowed(written: str) -> str:
    """Return what to say of a text ("holds ..."), to be put behind its name; "" for plain words."""
    if not _SPECIAL.search(written):
        return ""
    return next((message for look in _LOOKS if (message := look(written))), "")


def _operator(written: str) -> str:
    found = _OPERATOR.search(written)
    if found is None or found.group() == written:
        return ""
    said = f": {found[1]} in capitals would be looked for as a word. Write "
    several = {one[1] for one in _OPERATOR.finditer(written)}
    if len(several) > 1 or "(" in written:
        return (
            f"{said}lists in place of it: any: [...] for OR, all: [...] for AND, none: [...] for "
            "NOT; a list may hold others."
        )
    parts = [shown(part) for part in _SPLIT_OPERATOR.split(written) if part] or ["..."]
    if found[1] != "NOT":
        key = {"OR": "any", "AND": "all"}.get(found[1], "near: 8 words, all")
        return f"{said}{key}: [{', '.join(parts)}]"
    if len(parts) == 1:
        return f"{said}none: [{parts[0]}] beside any: or all:"
    return f"{said}all: [{parts[0]}] and none: [{', '.join(parts[1:])}]"


def _markup(written: str) -> str:
    if not _MARKUP.search(written):
        return ""
    plain = " ".join(_MARKUP.sub(" ", written).split())
    return f" holds signs of a web page's source. Write the words alone: {shown(plain)}"


def _brackets(written: str) -> str:
    if not _BRACKETS.search(written):
        return ""
    parts = [part.strip() for part in _IN_BRACKETS.split(written) if part.strip()]
    return f": a list stands in square brackets [ ]. Write [{', '.join(map(shown, parts))}]"


def _expression(written: str) -> str:
    if not _REGEX_LOOK.search(written):
        return ""
    return (
        " looks like a regular expression, and is looked for letter by letter. Capitals and "
        "endings are found by themselves: write the plain word, or {regex: ...} if you mean one."
    )


def _field(written: str) -> str:
    found = _FIELD.match(written)
    if found is None:
        return ""
    key = _FIELD_KEYS.get(found[1], "sources")
    return (
        f": {found[1]}: in front of a word is looked for as it stands. Write the word alone, and "
        f"{key}: for the rule."
    )


def _signs(written: str) -> str:
    if not _SIGNED.search(written):
        return ""
    return (
        ": + and - in front of a word mean nothing here. What must be there stands under all:, "
        "what must not under none: find: {all: [...], none: [...]}"
    )


def _wildcard(written: str) -> str:
    if not _WILD.search(written):
        return ""
    sign = "*" if "*" in written else "%"
    whole, cut = _CUT_OFF[_CYRILLIC.search(written) is not None]
    return (
        f': {sign} stands for nothing here. Write the word in full ("{whole}", not "{cut}"): its '
        "endings are found by themselves, but a cut-off word finds nothing."
    )


def _pipe(written: str) -> str:
    if "|" not in written:
        return ""
    parts = [part.strip() for part in written.split("|") if part.strip()]
    return (
        ": | is looked for as a sign. For any of several write a list: "
        f"[{', '.join(map(shown, parts))}]"
    )


_LOOKS: tuple[Callable[[str], str], ...] = (
    _operator,
    _markup,
    _brackets,
    _expression,
    _field,
    _signs,
    _wildcard,
    _pipe,
)
