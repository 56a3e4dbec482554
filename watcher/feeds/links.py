"""Addresses inside a feed: made absolute, http(s) only, and shown as they will open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, urljoin, urlsplit

LONGEST_LINK = 8_000
LONGEST_HEADER = 8_000

_SAFE = "%/:?=&;+,$!*'()@[]~#|"
_HOST = re.compile(
    r"(?:[^\s\x00-\x20\"#%&'()*+,/:;<=>?@\[\\\]^`{|}]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?"
)
_UNWANTED = re.compile(
    r"[\x00-\x20\x7f-\xa0<>\"\\^`{|}\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]"
)
_LINE_BREAKS = re.compile(r"[\t\r\n]+\s*")


_LINK_HEADER = re.compile(r"<([^<>]{1,8000})>([^<]{0,2000})")
_REL = re.compile(
    r""";\s{0,9}rel\s{0,9}=\s{0,9}(?:"([^"]{0,200})"|([^\s;,"]{1,200}))""", re.IGNORECASE
)


def of_header(values: Sequence[str], base: str) -> tuple[str | None, str | None]:
    """Return (hub, self) as Link headers name them (RFC 8288); of several hubs the first usable."""
    found: dict[str, str] = {}
    for target, parameters in _LINK_HEADER.findall(",".join(values)[:LONGEST_HEADER]):
        rel = _REL.search(parameters)
        link = clean(target, base) if rel else None
        for name in (rel[1] or rel[2] or "").lower().split() if rel and link else ():
            found.setdefault(name, link or "")
    return found.get("hub"), found.get("self")


def clean(link: str | None, *bases: str | None) -> str | None:
    """Return `link` as an absolute http(s) address, or None when it can't be one.

    A relative link is joined to the first of `bases` that is absolute. javascript:, file: and
    other schemes, a user@host, and hosts with characters no host has, give None: what is shown
    in an alert must be what opens.
    """
    if not link:
        return None
    link = _LINE_BREAKS.sub("", link.strip())
    if not link or len(link) > LONGEST_LINK:
        return None
    try:
        if link.lower().startswith(("http:", "https:")) and not urlsplit(link).netloc:
            return None  # "https://": joining would make the base of it
        joined = urljoin(_first_absolute(bases), link)
        parts = urlsplit(joined)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.netloc):
        return None
    return _UNWANTED.sub(lambda odd: quote(odd[0], safe=_SAFE), joined)


def _first_absolute(bases: tuple[str | None, ...]) -> str:
    for base in bases:
        if base and base.strip().lower().startswith(("http://", "https://")):
            return base.strip()
    return ""
