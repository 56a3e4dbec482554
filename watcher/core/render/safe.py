"""Feed content made harmless: plain words on one line, with nothing a chat or a mail would act on.

A publisher (or who has broken into its feed) writes these words, and they end up in a newsroom's
chat. What could redirect, ping, hide or reorder is taken out or broken with a zero-width space;
the words stay readable and can be copied.
"""

from __future__ import annotations

import html
import re
from urllib.parse import quote, urlsplit

import regex

BREAK = "\u200b"
"""Zero-width space: what stands behind it is no longer part of the token before it."""
FSI, PDI = "\u2068", "\u2069"
"""Isolate whose direction is that of its first letter (Unicode Bidirectional Algorithm, X5c)."""

_LONGEST_LINK = 2_000
"""What browsers and chats still open; a longer link would not fit into most messages."""

_SPACES = regex.compile(r"[\p{Z}\p{Cc}]+")
_INVISIBLE = regex.compile(r"[\p{Cf}--[\u200c\u200d]]", flags=regex.V1)
# ZWNJ and ZWJ stay: Persian, Uyghur and Indic spelling, and emoji, are wrong without them.
_PILE = regex.compile(r"(\p{M}{8})\p{M}+")
_SURROGATE = re.compile("[\ud800-\udfff]")

_MASS_PING = re.compile(r"@(?=(?:everyone|here|channel|all|online|room)\b)", re.IGNORECASE)
_PING = re.compile(r"(?<![\w.+-])@(?=[^\s\u200b])")
_BEFORE_TOKEN = re.compile(r"(?:<|\[(?=CQ:)|\((?=(?:met|rol|chn)\)))(?=[^\s\u200b])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_MASKED_LINK = re.compile(r"\](?=\()")
_SCHEME = re.compile(
    r"(\b(?!https?:)[a-z][a-z0-9+.-]{0,30}(?=://)"
    r"|javascript|vbscript|data|file|mailto|tel|sms|tg|intent|about|blob|slack|msteams)(?=:\S)",
    re.IGNORECASE,
)
_RIGHT_TO_LEFT = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]")

_MARKDOWN = re.compile(r"([\\`*_~|\[\]])")
_MARKDOWN_START = re.compile(r"^(\s*)([#>+=-]|\d+(?=[.)]))")


def clean(text: str) -> str:
    """Return the text on one line: controls and separators are spaces, what is unseen is gone.

    Bidi controls, zero-width characters, line separators (LF, CR, VT, FF, NEL, U+2028) and
    soft hyphens go; a lone surrogate becomes U+FFFD; more than eight marks on a letter are cut.
    Spaces at the ends stay, so that the pieces of a sentence can be cleaned one by one.
    """
    text = _SURROGATE.sub("\ufffd", text)
    text = _INVISIBLE.sub("", _SPACES.sub(" ", text))
    return _PILE.sub(r"\1", _SPACES.sub(" ", text))


def inert(text: str) -> str:
    """Return the text with no mention, tag, masked link or strange scheme left alive.

    Covers @everyone, @here, @name, <!channel>, <@U1>, <url|text>, <b>, &lt;, [text](url),
    [CQ:at], (met)all(met) and javascript:, tg: and their like. A mail address stays whole.
    """
    text = _MASS_PING.sub("@" + BREAK, text)
    text = _PING.sub("@" + BREAK, text)
    text = _BEFORE_TOKEN.sub(lambda found: found[0] + BREAK, text)
    text = _ENTITY.sub("&" + BREAK, text)
    text = _MASKED_LINK.sub("]" + BREAK, text)
    return _SCHEME.sub(r"\1" + BREAK, text)


def said(text: str) -> str:
    """Return feed content fit to be shown: clean, inert and without spaces around it."""
    return inert(clean(text).strip())


def isolate(text: str) -> str:
    """Return the text so that it keeps its direction inside a line of the other direction.

    Text without right-to-left letters stays as it is.
    """
    return f"{FSI}{text}{PDI}" if _RIGHT_TO_LEFT.search(text) else text


def is_right_to_left(text: str) -> bool:
    """Return whether the text holds right-to-left letters."""
    return _RIGHT_TO_LEFT.search(text) is not None


def escape_markdown(text: str) -> str:
    """Return the text with every sign that Markdown would read escaped.

    Source: CommonMark 0.31, 2.4; Discord, Mattermost and Rocket.Chat follow it for these signs.
    """
    return _MARKDOWN_START.sub(_escape_start, _MARKDOWN.sub(r"\\\1", text))


def _escape_start(found: re.Match[str]) -> str:
    """Escape what makes a heading, a quote or a list at the start of a line."""
    space, sign = found.groups()
    return f"{space}{sign}\\" if sign[0].isdigit() else f"{space}\\{sign}"


def escape_html(text: str) -> str:
    """Return the text for an HTML element or a quoted attribute."""
    return html.escape(text, quote=True)


def safe_url(url: str | None) -> str:
    """Return an http(s) address as it will be both shown and opened, or "".

    A user name before the host goes (https://bank.example@evil.example), the host is written in
    ASCII, and every sign that could end a link or begin markup is percent-encoded.
    """
    if not url or any(character.isspace() for character in url.strip()):
        return ""
    try:
        parts = urlsplit(_SURROGATE.sub("", url.strip()))
        host, port = parts.hostname or "", parts.port
        if parts.scheme.lower() not in ("http", "https") or not host:
            return ""
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""
    if not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", host):
        return ""
    host = f"[{host}]" if ":" in host else host
    where = f"{host}:{port}" if port is not None else host
    path = _quoted(parts.path) or "/"
    query = f"?{_quoted(parts.query)}" if parts.query else ""
    fragment = f"#{_quoted(parts.fragment)}" if parts.fragment else ""
    link = f"{parts.scheme.lower()}://{where}{path}{query}{fragment}"
    return link if len(link) <= _LONGEST_LINK else ""


def _quoted(part: str) -> str:
    """Return a part of an address with all encoded that a chat could read as something else."""
    return _MASS_PING.sub("%40", quote(part, safe="/%:@!$&'+,=-._~?"))
