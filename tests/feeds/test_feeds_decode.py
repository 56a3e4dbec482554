"""Which charset the bytes of a feed are read with (POLITENESS 19; F26 to F28)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.feeds.decode import decode, harmless

RUSSIAN = (
    "Правозащитники сообщили о задержании активиста организации в Алматы. "
    "Суд отложил заседание, адвокаты подали жалобу, родственники ждут ответа прокуратуры."
)
CHINESE = (
    "人权组织表示，这名哈萨克族活动人士在阿拉木图被拘留，家属没有得到任何消息。"
    "当地法院说，案件的审理时间还没有决定，律师要求当局公开全部证据并立即放人。"
)
TRADITIONAL = (
    "人權組織表示，這名活動人士在機場被拘留，家屬沒有得到任何消息。"
    "當地法院說，案件的審理時間還沒有決定，律師要求當局公開全部證據。"
)
UYGHUR = "ئۇيغۇر زىيالىيلار ھەققىدىكى يېڭى خەۋەرلەر بۈگۈن ئېلان قىلىندى. "
FRENCH = "Les autorités ont arrêté un militant à l’aéroport, a déclaré l’avocat jeudi à Genève."


def rss(text: str, charset: str) -> bytes:
    document = f"<?xml version='1.0' encoding='{charset}'?><rss><title>{text}</title></rss>"
    return document.encode(charset)


def labelled(text: str, true: str, label: str) -> bytes:
    return rss(text, true).replace(true.encode(), label.encode(), 1)


@pytest.mark.parametrize(
    ("text", "charset", "name"),
    [
        (RUSSIAN, "utf-8", "utf-8"),
        (RUSSIAN, "windows-1251", "cp1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (RUSSIAN, "iso-8859-5", "iso8859-5"),
        (CHINESE, "gb2312", "gb18030"),
        (CHINESE, "gbk", "gb18030"),
        (TRADITIONAL, "big5", "big5hkscs"),
        (FRENCH, "windows-1252", "cp1252"),
        ("Қазақстан Атажұрт", "kz1048", "kz1048"),
        ("日本語の新聞", "shift_jis", "cp932"),
        ("日本語の新聞", "euc-jp", "euc_jp"),
        ("日本語の新聞", "iso-2022-jp", "iso2022_jp"),
        ("한국어 신문", "euc-kr", "cp949"),
    ],
)
def test_a_right_label_is_followed(text: str, charset: str, name: str) -> None:
    by_declaration = decode(rss(text, charset), "text/xml")
    by_http = decode(text.encode(charset) + b"<rss/>", f'text/xml; charset="{charset}"')

    assert text in by_declaration.text
    assert by_declaration.encoding == name
    assert text in by_http.text


@pytest.mark.parametrize("text", [RUSSIAN, CHINESE, UYGHUR, FRENCH])
@pytest.mark.parametrize("label", ["windows-1251", "iso-8859-1", "gb2312", "big5", "us-ascii"])
def test_valid_utf8_wins_over_any_label(text: str, label: str) -> None:
    decoded = decode(labelled(text, "utf-8", label), f"text/xml; charset={label}")

    assert text in decoded.text
    assert decoded.encoding == "utf-8"


@pytest.mark.parametrize("text", [RUSSIAN, CHINESE, TRADITIONAL, UYGHUR * 3])
@pytest.mark.parametrize("content_type", [None, "text/xml", "text/xml; charset=utf-8"])
def test_one_half_character_costs_one_character(text: str, content_type: str | None) -> None:
    body = rss(text, "utf-8")
    at = body.index(text.encode()) + len(text.encode()) // 2
    while body[at] < 0xC0:
        at += 1
    broken = body[: at + 1] + body[at + len(body[at:].decode()[0].encode()) :]

    decoded = decode(broken, content_type)

    assert decoded.encoding == "utf-8"
    assert sum(a != b for a, b in zip(decoded.text, body.decode(), strict=True)) == 1
    assert "1 damaged characters" in decoded.notes


@pytest.mark.parametrize(
    ("text", "true"),
    [
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"),
        (CHINESE, "gb18030"),
        (TRADITIONAL, "big5"),
        (FRENCH, "windows-1252"),
    ],
)
@pytest.mark.parametrize("label", ["utf-8", "utf8", "bogus"])
def test_a_wrong_or_unknown_label_still_gives_the_words(text: str, true: str, label: str) -> None:
    decoded = decode(labelled(text, true, label), None)

    assert text in decoded.text
    assert any("charset" in note for note in decoded.notes)


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_wide_charsets_are_seen_with_or_without_bom(charset: str) -> None:
    assert RUSSIAN in decode(rss(RUSSIAN, charset), "text/xml; charset=iso-8859-1").text


@pytest.mark.parametrize(
    "label",
    [
        *("punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7", "rot13", "hex"),
        *("base64", "zlib", "idna", "mbcs", "a\0b", "\udc80", "x" * 9_000, "..", "encodings.idna"),
    ],
)
def test_charsets_that_are_tricks_are_read_as_utf8(label: str) -> None:
    damaged = rss(RUSSIAN, "utf-8").replace("суд".encode(), "с\xffд".encode("latin-1", "ignore"))
    body = damaged.replace(b"utf-8", label.encode("utf-8", "surrogateescape"), 1)

    decoded = decode(body, f"text/xml; charset={label}")

    assert "Правозащитники" in decoded.text
    assert decoded.encoding == "utf-8"


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("Ата\0журт", "Атажурт"),
        ("Ата\x08журт", "Атажурт"),
        ("Ата\x0bжурт", "Ата журт"),
        ("Ата&#0;журт", "Атажурт"),
        ("Ата&#x8;журт", "Атажурт"),
        ("Ата&#xB;журт", "Ата журт"),
        ("Ата&#xD800;журт", "Ата\ufffdжурт"),
        ("Ата&#55357;журт", "Ата\ufffdжурт"),
        ("Ата&#xFFFE;журт", "Ата\ufffdжурт"),
        ("Ата&#x110000;журт", "Ата\ufffdжурт"),
        ("Ата&#99999999999999999999;журт", "Ата\ufffdжурт"),
        ("Ата&#" + "9" * 9_000 + ";журт", "Ата\ufffdжурт"),
        ("Ата&#x" + "0" * 9_000 + "416;урт", "Ата&#x" + "0" * 9_000 + "416;урт"),
        ("a&#10;b&#13;&#9;&#32;&#x20;c", "a&#10;b&#13;&#9;&#32;&#x20;c"),
        ("&#1078;&#x436;&#128512;&#x1F600;", "&#1078;&#x436;&#128512;&#x1F600;"),
        ("\ufffe\uffff!", "!"),
    ],
)
def test_impossible_characters_become_harmless(given: str, made: str) -> None:
    assert decode(given.encode(), None).text == made


def test_what_was_harmless_stays_as_it_was_and_has_no_note() -> None:
    body = rss("a&#10;b &#1078;", "utf-8")

    assert decode(body, None).data == body
    assert decode(body, None).notes == ()


@given(st.binary(max_size=300), st.none() | st.text(max_size=40))
def test_any_bytes_give_clean_utf8(body: bytes, content_type: str | None) -> None:
    decoded = decode(body, content_type)

    assert not any(c < " " and c not in "\t\r\n" for c in decoded.text)
    assert harmless(decoded.data) == decoded.data


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn", "Cc"])))
def test_every_text_in_utf8_comes_through(text: str) -> None:
    body = f"<rss>{text}</rss>".replace("&#", "").encode()

    assert decode(body, "text/xml; charset=windows-1251").data == body


def test_a_text_labelled_utf_8_with_more_good_than_bad_letters_is_utf_8() -> None:
    body = "<rss><title>Café — crème</title></rss>".encode() + b"\xe9 \xe8"

    assert "Café — crème" in decode(body, "text/xml; charset=utf-8").text
