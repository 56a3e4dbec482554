"""The text of one article page and the signs of a wall on it; runs only in a child process.

`python -m watcher.feeds.article` answers requests (`confined`). It is a child of its own, started
when the first page is read: trafilatura and lxml take memory that feeds don't need, and a page may
be thirty times as large as a feed. Needs the extra "fulltext"; without it every answer says so.
"""

from __future__ import annotations

import contextlib
import importlib
import json
from functools import partial
from typing import Any, Final

from watcher.feeds import confined, text

MEMORY: Final = 300_000_000
"""Bytes of address space; a page of 3 MB with 50,000 links takes 220 MB."""
LONGEST_ARTICLE: Final = 100_000
"""Characters kept; long reads have 30,000."""
_SHOWN: Final = 20_000
"""Characters from the start of a page in which wording is looked for."""
_SCRIPTS: Final = 20
_LONGEST_SCRIPT: Final = 300_000
"""How many declarations of a page are read, and how many characters of each."""
_DEEPEST: Final = 6
_ARTICLES: Final = ("Article", "Posting", "Report", "WebPage", "CreativeWork", "Story")
"""Ends of schema.org types that stand for the article of a page."""
_LD: Final = "application/ld+json"
_LOCKED: Final = {"locked": False, "free": True}
"""article:content_tier; "metered" says nothing about this reader."""


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    confined.serve(partial(_answer, missing=_warm_up()), memory=MEMORY)


def _warm_up() -> str:
    """Import and open what is loaded late, as no file can be opened afterwards; say what lacks."""
    try:
        # Twice, and with little text: only then every way of finding an article is tried.
        for words in ("A word and a name. " * 9, "x"):
            read(f"<html><body><article><p>{words}</p><ul><li>x</ul></article></body></html>")
    except ImportError as error:
        return str(error)
    except Exception:  # noqa: BLE001 - told of with the first page
        return ""
    return ""


def _answer(request: dict[str, Any], parts: list[bytes], *, missing: str) -> dict[str, Any]:
    if missing or request["kind"] == "ready":
        return {"missing": missing}
    try:
        return read(parts[0].decode("utf-8", "replace"))
    except MemoryError:
        raise SystemExit(3) from None  # nothing after this can be relied on
    except Exception as error:  # noqa: BLE001 - lxml raises several kinds on hostile input
        return {"error": f"{type(error).__name__}: {error}"[:200]}


def read(page: str) -> dict[str, Any]:
    """Return `text`, `title`, `shown`, `free` and `password` of a page (see `walls.Signs`).

    Raises ImportError when the extra is not installed, and what lxml and trafilatura raise.
    """
    # Any: imported by name, since they are an extra; what they give is checked as it is taken.
    html: Any = importlib.import_module("lxml.html")
    trafilatura: Any = importlib.import_module("trafilatura")
    parser = html.HTMLParser(
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        encoding="utf-8",
    )
    tree = html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    found = trafilatura.extract(tree, include_comments=False, include_tables=True) or ""
    return {
        "text": _without_links(text.to_text(_as_text(found), limit=LONGEST_ARTICLE), tree),
        "title": text.tidy(tree.findtext(".//title") or ""),
        "shown": text.to_text(page, limit=_SHOWN),
        "free": _is_free(tree),
        "password": tree.find('.//input[@type="password"]') is not None,
    }


def _as_text(found: str) -> str:
    """Keep "<" and "&" of a text that has been taken out of its markup already."""
    return found.replace("&", "&amp;").replace("<", "&lt;")


def _without_links(found: str, tree: Any) -> str:  # noqa: ANN401 - lxml has no types
    """Leave out the lines that are one link and nothing else.

    Headlines of other articles ("Read also"), and the menu where a page has no article: a name in
    them would be found in every article of the site.
    """
    links = {_spaced("".join(link.itertext())) for link in tree.iterfind(".//a")}
    return "\n".join(line for line in found.split("\n") if _spaced(line.lstrip("- ")) not in links)


def _spaced(words: str) -> str:
    return " ".join(words.split())


# --- whether the article is free ------------------------------------------------------------------


def _is_free(tree: Any) -> bool | None:  # noqa: ANN401 - lxml has no types
    """Return what the page declares of its article; one yes outweighs every no.

    Source: schema.org/isAccessibleForFree, as search engines ask paywalled sites to declare it.
    """
    said = [*_in_scripts(tree), *_in_attributes(tree)]
    return True if True in said else False if said else None


def _in_scripts(tree: Any) -> list[bool]:  # noqa: ANN401
    said: list[bool] = []
    for script in tree.findall(f'.//script[@type="{_LD}"]')[:_SCRIPTS]:
        with contextlib.suppress(ValueError, RecursionError):
            said += _declared(json.loads((script.text or "")[:_LONGEST_SCRIPT]), _DEEPEST)
    return said


def _declared(value: object, depth: int) -> list[bool]:
    """Return what is said of articles on the top floor; a list of others' articles is not read."""
    if isinstance(value, list):
        return [said for one in value[:50] for said in _declared(one, depth - 1)] if depth else []
    if not isinstance(value, dict):
        return []
    if "@graph" in value:
        return _declared(value["@graph"], depth - 1) if depth else []
    kinds = value.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    if not any(isinstance(name, str) and name.endswith(_ARTICLES) for name in names):
        return []
    said = _yes_or_no(value.get("isAccessibleForFree"))
    return [] if said is None else [said]


def _in_attributes(tree: Any) -> list[bool]:  # noqa: ANN401
    found = [
        _yes_or_no(mark.get("content"))
        for mark in tree.findall('.//meta[@itemprop="isAccessibleForFree"]')
    ]
    tier = tree.find('.//meta[@property="article:content_tier"]')
    if tier is not None:
        found.append(_LOCKED.get((tier.get("content") or "").strip().lower()))
    return [said for said in found if said is not None]


def _yes_or_no(value: object) -> bool | None:
    """Read true, "True" and "http://schema.org/False" alike."""
    if isinstance(value, bool):
        return value
    word = value.rpartition("/")[2].strip().lower() if isinstance(value, str) else ""
    return {"true": True, "false": False}.get(word)


if __name__ == "__main__":
    main()
