"""Records of the chain as a WARC 1.1 file, which archives and courts' experts have tools for.

Each record becomes a `resource` for the bytes that were kept (and one for the page), and a
`metadata` with the record's own words, whose SHA-256 is its hash in the chain. Source: WARC 1.1,
ISO 28500:2017.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

from watcher import __version__
from watcher.core.errors import WatcherError
from watcher.core.evidence import digest

if TYPE_CHECKING:
    from watcher.core.evidence import Record

MEND: Final = "pip install warcio"
_NAMES: Final = uuid.UUID("5f1b9d2e-6f0c-5c53-9a55-0d2c1f6e7a11")
"""Record ids are made of hashes: the same evidence is exported under the same ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """What becomes one record of the file: some bytes and what they are."""

    part: str
    address: str
    media: str
    data: bytes

    def id_in(self, record: Record) -> str:
        """Return the id of the bytes as part of a record of the chain."""
        return f"<urn:uuid:{uuid.uuid5(_NAMES, f'{record.hash} {self.part}')}>"


class WarcFile:
    """Writes records into an open file. Raises WatcherError where warcio is not installed."""

    def __init__(self, file: IO[bytes], *, name: str) -> None:
        try:
            from warcio.warcwriter import WARCWriter  # noqa: PLC0415 - an extra
        except ModuleNotFoundError:
            raise WatcherError(f"writing WARC files needs one more package: {MEND}") from None
        # Any: warcio has no types.
        self._writer: Any = WARCWriter(file, gzip=True, warc_version="1.1")
        about = {
            "software": f"watcher/{__version__}",
            "format": "WARC File Format 1.1",
            "description": "what was served for alerted articles, and the chain of its records",
        }
        self._writer.write_record(self._writer.create_warcinfo_record(name, about))

    def add(self, record: Record, bodies: Mapping[str, bytes]) -> None:
        """Write one record; `bodies` has the bytes of its "item", and "page" where it has one."""
        facts, response = record.facts, record.facts["response"]
        address = facts["asked"] if response is None else response["address"]
        item = _Block(part="item", address=address, media=_item_type(facts), data=bodies["item"])
        self._write(record, "resource", item)
        if "page" in bodies:
            answer = facts["page"]["response"]
            media = _header(answer, "content-type") or "text/html"
            page = _Block(part="page", address=answer["address"], media=media, data=bodies["page"])
            self._write(record, "resource", page)
        words = _Block(part="record", address=address, media="application/json", data=record.text)
        self._write(record, "metadata", words, about=item)

    def _write(
        self, record: Record, kind: str, block: _Block, *, about: _Block | None = None
    ) -> None:
        hashed = f"sha256:{digest(block.data)}"
        headers = {
            "WARC-Type": kind,
            "WARC-Record-ID": block.id_in(record),
            "WARC-Date": record.at.replace("+00:00", "Z"),
            "WARC-Block-Digest": hashed,
            "WARC-Payload-Digest": hashed,
            "Content-Type": block.media,
        }
        if about is not None:
            headers["WARC-Refers-To"] = about.id_in(record)
        self._writer.write_record(
            self._writer.create_warc_record(
                block.address,
                kind,
                payload=io.BytesIO(block.data),
                length=len(block.data),
                warc_headers_dict=headers,
            )
        )


def _item_type(facts: Mapping[str, Any]) -> str:
    """Return a media type that no viewer acts on: an item is no document by itself."""
    item = facts["item"]
    if item["part"] == "reading":
        return "application/json"
    if item["part"] == "document":
        return _header(facts["response"] or {}, "content-type") or "application/octet-stream"
    charset = facts["document"]["charset"] if item["exact"] else "utf-8"
    return f"text/plain; charset={charset}"


def _header(response: Mapping[str, Any], wanted: str) -> str | None:
    pairs = response.get("headers", [])
    return next((value for name, value in pairs if name.lower() == wanted), None)
