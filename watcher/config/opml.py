"""Feeds out of an OPML file, as other readers export it.

The doors of the house don't import each other, and `feeds:` of rules.yaml may name such a file, so
this room reads it itself: addresses, names and folders (as tags), nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.parsers import expat

_BARE_AND = re.compile(rb"&(?!#?\w{1,10};)")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of the list: its address, its name ("" when it has none), its folders."""

    url: str
    name: str
    language: str
    folders: tuple[str, ...]


class NotOpmlError(ValueError):
    """The text is no OPML; the message says why."""


def read(body: bytes) -> tuple[Outline, ...]:
    """Return the feeds of an OPML document; raises NotOpmlError.

    A bare & in an address is forgiven. A document type is refused: nobody exports one, and the
    attacks on XML begin there.
    """
    found: list[Outline] = []
    folders: list[str | None] = []
    seen_opml = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal seen_opml
        seen_opml = seen_opml or tag.lower() == "opml"
        if tag.lower() != "outline":
            return
        given = {key.lower(): " ".join(value.split()) for key, value in attributes.items()}
        url = given.get("xmlurl", "")
        name = (given.get("title") or given.get("text") or "")[:_LONGEST]
        folders.append(None if url else name)
        if url:
            inside = tuple(folder for folder in folders if folder)
            found.append(Outline(url, name, given.get("language", ""), inside))

    def end(tag: str) -> None:
        if tag.lower() == "outline" and folders:
            folders.pop()

    def refuse(*_: object) -> None:
        raise NotOpmlError("it holds a DOCTYPE, which no reader exports")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(_BARE_AND.sub(b"&amp;", body.strip()), True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, NotOpmlError):
            raise
        raise NotOpmlError(f"it breaks off: {error}") from None
    if not seen_opml:
        raise NotOpmlError("its first tag isn't <opml>")
    return tuple(found)
