"""A farm of feeds on loopback, for benchmarks: every feed at a host of its own (127.x.y.z).

    python benchmarks/farm.py 1000 [--port 18080] [--days-old 0] [--no-gzip]

RSS (70 %) and Atom, 30 items each, in English, Russian, Arabic and Chinese. A vocabulary of 30,000
words a language, used as often as words are in writing (Zipf); names that the shipped rules look
for; 15 % of the items are wire copy that many outlets print with trimmings of their own.
Control: /ctl?tick=0.1 (a new item in that share of the feeds),
/ctl?validators=0 (no ETag, no 304 any more), /ctl (counters).
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import itertools
import json
import random
import time
from dataclasses import dataclass
from email.utils import formatdate
from hashlib import blake2b
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ITEMS: Final = 30
WIRES: Final = 2_000
WIRE_SHARE: Final = 0.15
VOCABULARY: Final = 30_000
SPREAD: Final = 20 * 3600
"""Seconds over which the items of a feed are dated."""

COMMON: Final = {
    "en": """
the of to in and a for on that said with as was is by at from it be has have its not this are
after who will more were an their they had which about up or over would new his also one year
than out last government police court officials people president minister state report rights
group country security region media family statement released trade war election party local
market company workers factory camp activist journalist lawyer prison sentenced trial protest
capital city agency ministry spokesman reporters Monday Tuesday Wednesday Thursday Friday talks
agreement oil gas network law parliament vote leader evidence documents researchers university
women students village district committee inquiry sources witness border Kazakhstan China
Beijing Almaty Moscow Istanbul London Brussels health hospital match team season budget project
bridge flood weather price""",
    "ru": """в и не на что с по как это из к у за от о для до при после также были его их она он мы
власти суд полиция страна права человек граница агентство сообщает выборы президент закон
журналист правительство министр заявил область город район компания рынок дело год день
Казахстан Китай Москва Алматы""",
    "ar": """
في من على إلى أن هذا التي الذي عن مع بعد كما قبل بين لا ما كان قال الحكومة الشرطة محكمة
حقوق الصين تقرير وزارة الخارجية وكالة مدينة رئيس دولة سوق شركة يوم عام""",
    "zh": "的一是在了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年",
}
STARTS: Final = {
    "en": [
        "b",
        "br",
        "c",
        "ch",
        "d",
        "dr",
        "f",
        "fl",
        "g",
        "gr",
        "h",
        "j",
        "k",
        "l",
        "m",
        "n",
        "p",
        "pr",
        "qu",
        "r",
        "s",
        "sh",
        "st",
        "t",
        "tr",
        "v",
        "w",
    ],
    "ru": [
        "б",
        "в",
        "г",
        "д",
        "ж",
        "з",
        "к",
        "л",
        "м",
        "н",
        "п",
        "р",
        "с",
        "т",
        "ф",
        "х",
        "ч",
        "ш",
    ],
    "ar": [
        "ب",
        "ت",
        "ج",
        "ح",
        "خ",
        "د",
        "ر",
        "ز",
        "س",
        "ش",
        "ص",
        "ط",
        "ع",
        "غ",
        "ف",
        "ق",
        "ك",
        "ل",
        "م",
        "ن",
        "ه",
    ],
}
MIDDLES: Final = {
    "en": ["a", "e", "i", "o", "u", "ai", "ea", "oo", "an", "en", "in", "on", "ar", "er", "or"],
    "ru": ["а", "е", "и", "о", "у", "я", "ю", "ов", "ен", "ор", "ал", "ин"],
    "ar": ["ا", "و", "ي", "ار", "ون", "ين"],
}
ENDINGS: Final = {
    "en": ["", "", "ed", "ing", "s", "er", "ion", "ly", "al", "ment"],
    "ru": ["", "а", "ов", "ами", "ский", "ение", "ого", "ить"],
    "ar": ["", "ة", "ات", "ين", "ية"],
}
NAMES: Final = {
    "en": ["Atajurt", "Serikzhan Bilash", "Uyghur", "Xinjiang", "Ürümqi", "re-education camps"],
    "ru": ["Атажурт", "Серикжан Билаш", "уйгуров", "Синьцзян", "лагерь перевоспитания"],
    "ar": ["شينجيانغ", "الأويغور"],
    "zh": ["新疆", "阿塔珠尔特", "再教育营", "维吾尔"],
}


class Language:
    """Words of one language, drawn as often as their rank says (Zipf, Mandelbrot's shift)."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.gap = "" if code == "zh" else " "
        self.stop = "。" if code == "zh" else "."
        self.words = list(_vocabulary(code))
        weights = (1 / (rank + 2.7) for rank in range(len(self.words)))
        self._sums = list(itertools.accumulate(weights))

    def sentence(self, dice: random.Random, length: int) -> str:
        """Return so many words with a capital and, seldom, a name or a figure among them."""
        words = dice.choices(self.words, cum_weights=self._sums, k=length)
        if dice.random() < 0.01:
            words[dice.randrange(length)] = dice.choice(NAMES[self.code])
        if dice.random() < 0.25:
            words[dice.randrange(length)] = str(dice.randrange(2, 3000))
        if dice.random() < 0.5:
            at = dice.randrange(length)
            words[at] = words[at].capitalize()
        text = self.gap.join(words)
        return text[0].upper() + text[1:]

    def story(self, seed: str) -> tuple[str, str]:
        """Return a headline and two to seven sentences, always the same for one seed."""
        dice = random.Random(seed)
        headline = self.sentence(dice, dice.randint(7, 13))
        lengths = [dice.randint(9, 24) for _ in range(dice.randint(3, 7))]
        ends = f"{self.stop}{self.gap}"
        return headline, ends.join(self.sentence(dice, n) for n in lengths) + self.stop


def _vocabulary(code: str) -> Iterable[str]:
    """Yield the common words, then made-up ones by length, until there are enough."""
    dice = random.Random(code)
    known = dict.fromkeys(list(COMMON[code]) if code == "zh" else COMMON[code].split())
    while len(known) < VOCABULARY:
        if code == "zh":
            known[chr(dice.randrange(0x4E00, 0x9FA0)) + chr(dice.randrange(0x4E00, 0x9FA0))] = None
            continue
        syllables = 1 + (len(known) > 800) + (dice.random() < 0.5)
        parts = (dice.choice(STARTS[code]) + dice.choice(MIDDLES[code]) for _ in range(syllables))
        known["".join(parts) + dice.choice(ENDINGS[code])] = None
    return known


@dataclass(frozen=True, slots=True)
class Item:
    """One item as both formats need it."""

    guid: str
    title: str
    html: str
    link: str
    author: str
    at: float


class Feed:
    """One feed: its items, and its document as it goes over the line."""

    def __init__(self, farm: Farm, number: int) -> None:
        self.farm, self.number, self.version = farm, number, 0
        self.modified = farm.start
        self.atom = number % 10 in {2, 5, 8}
        self.language = farm.languages[max(0, number % 10 - 6)]
        step = SPREAD / ITEMS
        self.items = [
            self._item(n, farm.start - step * (ITEMS - n) - number % 600)
            for n in reversed(range(ITEMS))
        ]
        self.plain, self.packed = self._render()

    def tick(self, now: float) -> None:
        """Put a new item on top and let the oldest go."""
        self.version += 1
        self.modified = now
        self.items = [self._item(ITEMS - 1 + self.version, now), *self.items[:-1]]
        self.plain, self.packed = self._render()

    def _item(self, serial: int, at: float) -> Item:
        dice = random.Random(f"{self.number}:{serial}")
        seed = f"{self.number}:{serial}"
        wire = dice.random() < WIRE_SHARE
        if wire:
            seed = f"wire:{self.language.code}:{dice.randrange(WIRES)}"
        title, body = self.language.story(seed)
        if wire and dice.random() < 0.5:
            title = f"{title} - Outlet {self.number}"
        if wire:
            body = (
                f"CITY (Agency) - {body}"
                if dice.random() < 0.5
                else f"{body} Read more at Outlet {self.number}."
            )
        site = f"http://outlet{self.number}.example"
        half = len(body) // 2
        html = (
            f"<p>{escape(body[:half])}{escape(body[half:])} "
            f'<a href="{site}/t/{serial}">More</a></p>'
            f'<img src="{site}/i/{serial}.jpg" alt="">'
        )
        slug = blake2b(title.encode(), digest_size=6).hexdigest()
        return Item(
            f"urn:outlet{self.number}:{serial}",
            title,
            html,
            f"{site}/news/{serial}/{slug}",
            f"Desk {dice.randrange(9)}",
            at,
        )

    def _render(self) -> tuple[bytes, bytes]:
        data = (self._atom() if self.atom else self._rss()).encode()
        return data, gzip.compress(data, 5, mtime=0)

    def _rss(self) -> str:
        items = "".join(
            f"<item><title>{escape(item.title)}</title><link>{item.link}</link>"
            f'<guid isPermaLink="false">{item.guid}</guid>'
            f"<pubDate>{formatdate(item.at, usegmt=True)}</pubDate>"
            f"<dc:creator>{item.author}</dc:creator><category>World</category>"
            f'<media:content url="{item.link}.jpg" medium="image"/>'
            f"<description><![CDATA[{item.html}]]></description></item>\n"
            for item in self.items
        )
        site = f"http://outlet{self.number}.example/"
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:media="http://search.yahoo.com/mrss/"><channel>'
            f"<title>Outlet {self.number}</title><link>{site}</link>"
            f"<description>News</description><language>{self.language.code}</language>\n"
            f"{items}</channel></rss>\n"
        )

    def _atom(self) -> str:
        entries = "".join(
            f"<entry><id>{item.guid}</id><title>{escape(item.title)}</title>"
            f'<link rel="alternate" href="{item.link}"/>'
            f"<author><name>{item.author}</name></author>"
            f"<published>{_rfc3339(item.at)}</published><updated>{_rfc3339(item.at)}</updated>"
            f'<category term="World"/><summary type="html">{escape(item.html)}</summary></entry>\n'
            for item in self.items
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{self.language.code}">'
            f"<title>Outlet {self.number}</title><id>urn:outlet{self.number}</id>"
            f'<link href="http://outlet{self.number}.example/"/>'
            f"<updated>{_rfc3339(self.items[0].at)}</updated>\n{entries}</feed>\n"
        )


def _rfc3339(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def host(number: int) -> str:
    """Return the loopback address of a feed."""
    return f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}"


def urls(count: int, port: int) -> list[str]:
    """Return the addresses of the feeds of a farm."""
    return [f"http://{host(n)}:{port}/{n}.xml" for n in range(count)]


class Farm:
    """All feeds, and what the server does with a request."""

    def __init__(self, count: int, *, days_old: float = 0.0, packing: bool = True) -> None:
        self.languages = [Language(code) for code in ("en", "ru", "ar", "zh")]
        self.start = time.time() - days_old * 86_400
        self.packing = packing
        self.validators = True
        self.counts = {"requests": 0, "whole": 0, "not_modified": 0, "bytes": 0}
        self.feeds = [Feed(self, number) for number in range(count)]

    def control(self, query: str) -> bytes:
        """Do what a control address asks; answer with the counters since the last time."""
        asked = parse_qs(query)
        if "validators" in asked:
            self.validators = asked["validators"] == ["1"]
        if "tick" in asked:
            step = max(1, round(1 / float(asked["tick"][0])))
            for feed in self.feeds[::step]:
                feed.tick(time.time())
        told = json.dumps(self.counts).encode()
        self.counts = dict.fromkeys(self.counts, 0)
        return told

    def answer(self, request: bytes) -> bytes:
        """Return the whole answer to one request."""
        lines = request.decode("latin-1").split("\r\n")
        target = urlsplit(lines[0].split(" ")[1])
        if target.path == "/ctl":
            return _response("200 OK", self.control(target.query), ["Content-Type: text/plain"])
        headers = dict(_fields(lines[1:]))
        name = target.path.removesuffix(".xml")[1:]
        if not name.isdecimal() or int(name) >= len(self.feeds):
            return _response("404 Not Found", b"", [])
        self.counts["requests"] += 1
        feed = self.feeds[int(name)]
        tag = f'"{feed.number}-{feed.version}"'
        modified = formatdate(feed.modified, usegmt=True)
        fields = [f"ETag: {tag}", f"Last-Modified: {modified}"] if self.validators else []
        if self.validators and headers.get("if-none-match", "").removeprefix("W/") == tag:
            self.counts["not_modified"] += 1
            return _response("304 Not Modified", None, fields)
        kind = "atom" if feed.atom else "rss"
        fields.append(f"Content-Type: application/{kind}+xml; charset=utf-8")
        body = feed.plain
        if self.packing and "gzip" in headers.get("accept-encoding", ""):
            fields.append("Content-Encoding: gzip")
            body = feed.packed
        self.counts["whole"] += 1
        self.counts["bytes"] += len(body)
        return _response("200 OK", body, fields)


def _fields(lines: Sequence[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        name, _, value = line.partition(":")
        yield name.lower(), value.strip()


def _response(status: str, body: bytes | None, fields: Sequence[str]) -> bytes:
    length = [] if body is None else [f"Content-Length: {len(body)}"]
    head = "\r\n".join([f"HTTP/1.1 {status}", *fields, *length, "", ""])
    return head.encode() + (body or b"")


class Connection(asyncio.Protocol):
    """One connection of one client, kept open until the client closes it."""

    def __init__(self, farm: Farm) -> None:
        self._farm = farm
        self._rest = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = transport if isinstance(transport, asyncio.WriteTransport) else None

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        *requests, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for request in requests:
            if self._transport is not None and not self._transport.is_closing():
                self._transport.write(self._farm.answer(request))
                if b"\r\nconnection: close" in request.lower():
                    self._transport.close()


async def serve(farm: Farm, port: int) -> None:
    """Serve until killed; says when it is ready."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(farm), "0.0.0.0", port, backlog=4096)
    sizes = [len(feed.plain) for feed in farm.feeds]
    print(f"ready: {len(sizes)} feeds of {sum(sizes) // len(sizes)} bytes", flush=True)
    await server.serve_forever()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("count", type=int)
    options.add_argument("--port", type=int, default=18_080)
    options.add_argument("--days-old", type=float, default=0.0, help="date all items so far back")
    options.add_argument("--no-gzip", action="store_true")
    chosen = options.parse_args()
    farm = Farm(chosen.count, days_old=chosen.days_old, packing=not chosen.no_gzip)
    asyncio.run(serve(farm, chosen.port))


if __name__ == "__main__":
    main()
