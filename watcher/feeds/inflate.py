"""Undo Content-Encoding as the bytes arrive, never holding more than the cap.

200 KB of gzip can hold 200 MB; so every decoder is asked for a bounded piece at a time, and a
stream that ends early is an error, which most HTTP clients don't notice.
"""

from __future__ import annotations

import zlib
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECE: Final = 262_144
"""Bytes asked of a decoder at a time."""
_MOST_LAYERS: Final = 2
_ZSTD_WINDOW: Final = 23
"""Zstandard may refer back 8 MB, as far as RFC 9659 lets it in HTTP; the rest costs memory."""


class BadCompressionError(ValueError):
    """The bytes are not what Content-Encoding says, or it names what isn't decoded here."""


class CutOffError(ValueError):
    """The compressed stream ends before its end mark."""


class Decoder(Protocol):
    """Undoes one layer of compression."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` adds, in pieces of bounded size."""

    def finish(self) -> None:
        """Raise CutOffError when the stream isn't complete."""


class _Zlib:
    """gzip (several members allowed, as servers that append do) and both kinds of deflate."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._started = False
        self._done = False
        self._inner = zlib.decompressobj(31 if gzip else 15)

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not self._gzip and not self._started and data and data[0] & 0x0F != 8:
            # "deflate" without the zlib header: wrong, and common.
            self._inner = zlib.decompressobj(-15)
        while data:
            if self._done:
                if not (self._gzip and data.startswith(b"\x1f\x8b")):
                    return  # padding after the end, which gunzip ignores too
                self._inner, self._done = zlib.decompressobj(31), False
            self._started = True
            try:
                piece = self._inner.decompress(data, PIECE)
            except zlib.error as error:
                raise BadCompressionError(str(error)) from error
            if piece:
                yield piece
            self._done = self._inner.eof
            data = self._inner.unused_data if self._done else self._inner.unconsumed_tail

    def finish(self) -> None:
        if self._started and not self._done:
            raise CutOffError


class _Brotli:
    def __init__(self, module: Any) -> None:  # noqa: ANN401 - it ships no types
        self._inner = module.Decompressor()
        self._error = module.error
        self._started = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._started = self._started or bool(data)
        try:
            piece = self._inner.process(data, output_buffer_limit=PIECE)
            while piece:
                yield piece
                piece = self._inner.process(b"", output_buffer_limit=PIECE)
        except self._error as error:
            raise BadCompressionError(str(error)) from error

    def finish(self) -> None:
        if self._started and not self._inner.is_finished():
            raise CutOffError


def _brotli() -> Callable[[], Decoder] | None:
    try:
        # Imported by name: it comes with aiohttp's speedups, has no types, and may be absent.
        module: Any = import_module("brotli")
        module.Decompressor().process(b"", output_buffer_limit=1)
    except (ImportError, TypeError, AttributeError):
        return None  # before brotli 1.2 nothing bounded its output
    except module.error:
        pass
    return lambda: _Brotli(module)


class _Zstd:
    """One or several Zstandard frames."""

    def __init__(self, module: Any) -> None:  # noqa: ANN401 - its name depends on the Python
        self._module = module
        self._inner = self._new()
        self._started = False

    def _new(self) -> Any:  # noqa: ANN401 - same reason
        options = {self._module.DecompressionParameter.window_log_max: _ZSTD_WINDOW}
        return self._module.ZstdDecompressor(options=options)

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._started = self._started or bool(data)
        try:
            while data or not (self._inner.needs_input or self._inner.eof):
                if self._inner.eof:
                    self._inner = self._new()
                piece = self._inner.decompress(data, PIECE)
                data = self._inner.unused_data if self._inner.eof else b""
                if piece:
                    yield piece
        except self._module.ZstdError as error:
            raise BadCompressionError(str(error)) from error

    def finish(self) -> None:
        if self._started and not self._inner.eof:
            raise CutOffError


def _zstd() -> Callable[[], Decoder] | None:
    for name in ("compression.zstd", "backports.zstd"):  # Python 3.14, and the same for others
        try:
            module = import_module(name)
        except ImportError:
            continue
        return lambda: _Zstd(module)
    return None


_DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": lambda: _Zlib(gzip=True),
    "deflate": lambda: _Zlib(gzip=False),
}
if (_make_brotli := _brotli()) is not None:
    _DECODERS["br"] = _make_brotli
if (_make_zstd := _zstd()) is not None:
    _DECODERS["zstd"] = _make_zstd

ACCEPTED: Final = ", ".join(_DECODERS)
"""The Accept-Encoding header: exactly what is decoded here."""


def decoders(content_encoding: str) -> list[Decoder]:
    """Return the decoders for a Content-Encoding header, in the order they are to be applied."""
    names = [name.strip().lower() for name in content_encoding.split(",")]
    names = [name for name in names if name not in {"", "identity"}]
    if len(names) > _MOST_LAYERS:
        raise BadCompressionError(f"{len(names)} layers of compression")
    found: list[Decoder] = []
    for name in reversed(names):
        make = _DECODERS.get(name.removeprefix("x-"))
        if make is None:
            raise BadCompressionError(f'the compression "{name[:40]}" was not asked for')
        found.append(make())
    return found


def through(layers: list[Decoder], data: bytes) -> Iterator[bytes]:
    """Yield `data` passed through all `layers`, in pieces of bounded size."""
    if not layers:
        yield data
        return
    for piece in layers[0].feed(data):
        yield from through(layers[1:], piece)
