"""Files that people write, from the disk into text; what can't be one is a mistake of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from watcher.config.findings import Page

MAX_BYTES = 5_000_000
"""Of one file; 2,000 rules with 10,000 spellings take 0.6 MB."""
_UTF_16 = {b"\xff\xfe", b"\xfe\xff"}


def read_text(path: Path, page: Page) -> str | None:
    """Return the text of a file; None when it has none, which is noted."""
    try:
        if path.exists() and not path.is_file():
            page.mistake(0, "this is no file. Name a file that ends in .yaml")
            return None
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        page.mistake(0, "there is no such file. `watcher init` writes one to begin with.")
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        page.mistake(0, f"the file can't be read: {reason}.")
        return None
    if len(body) > MAX_BYTES:
        page.mistake(0, f"the file is over {MAX_BYTES // 1_000_000} MB. Split it up with include:")
        return None
    return decoded(body, page)


def decoded(body: bytes, page: Page) -> str | None:
    """Return the text of a file: UTF-8, with or without a byte order mark, or UTF-16 with one."""
    if b"\0" in body[:1_000] and body[:2] not in _UTF_16:
        page.mistake(
            0,
            "this is no plain text: a document of a word processor, or UTF-16 without its mark. "
            "Save it again as plain text in UTF-8.",
        )
        return None
    encoding = "utf-16" if body[:2] in _UTF_16 else "utf-8-sig"
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        page.retext(body[: error.start].decode(encoding, "replace"))
        page.mistake(
            len(page.text),
            "the file isn't in UTF-8 from here on. Save it again as UTF-8: most editors ask for "
            'the encoding under "Save as".',
        )
        return None
