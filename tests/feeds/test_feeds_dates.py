"""Dates as feeds write them (F30)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.feeds import dates, month_names

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "feeds" / "expected" / "dates.json"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Mon, 02 Jan 2006 15:04:05 CEST", "2006-01-02T13:04:05"),
        ("Fri, 31 Mar 2023 20:19:00 America/Los_Angeles", "2023-04-01T03:19:00"),
        ("Tue, 05 Mar 2024 10:00:00 +0600", "2024-03-05T04:00:00"),
        ("Tue, 05 Mar 2024 10:00:00 ALMT", "2024-03-05T05:00:00"),
        ("Вт, 05 марта 2024 10:00:00 +0300", "2024-03-05T07:00:00"),
        ("5 наурыз 2024", "2024-03-05T00:00:00"),
        ("5 Mart 2024 10:00", "2024-03-05T10:00:00"),
        ("2024年3月5日 10:30", "2024-03-05T10:30:00"),
        ("2024年3月5日 下午3:30", "2024-03-05T15:30:00"),
        ("2024-03-05T24:00:00Z", "2024-03-06T00:00:00"),
        ("2024-03-05T23:59:60Z", "2024-03-05T23:59:59"),
        ("2024-03-05T10:00:00.123456789+05:30", "2024-03-05T04:30:00"),
        ("20240305T100000Z", "2024-03-05T10:00:00"),
        ("Tue Mar  5 10:00:00 2024", "2024-03-05T10:00:00"),
        ("Tue Mar  5 10:00:00 PST 2024", "2024-03-05T18:00:00"),
        ("1709632800000", "2024-03-05T10:00:00"),
        ("12:00 AM, March 5, 2024", "2024-03-05T00:00:00"),
        ("05.03.2024 10:00", "2024-03-05T10:00:00"),
        ("Tue, 05/03/2024", "2024-03-05T00:00:00"),
        ("Sun, 05/03/2024", None),
    ],
)
def test_a_date_is_read_in_utc(text: str, iso: str | None) -> None:
    expected = None if iso is None else datetime.fromisoformat(iso).replace(tzinfo=UTC)

    assert dates.read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "05/06/2020",
        "18/01/30 00:00",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "Mon, 01 Jan 0001 00:00:00 +0000",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "2024-02-30",
        "2024-13-01",
        "Tue, 05 Mar 2024 25:00:00 GMT",
        "Tue, 05 Mar 2024 10:00:00 +99:99",
        "Tue, 05 Mar 2024 10:00:00 XYZ",
        "Tue, 05 Mar 2024 10:00:00 IST",
        "Tue, 05 Mar 2024 10:00:00 Europe/Nowhere",
        "Tue, 05 Mar 2024 10:00:00 ../../etc/passwd",
        "yesterday",
        "now",
        "",
        "1" * 5_000,
        "2024" * 1_000,
        "99999999999",
        None,
    ],
)
def test_what_is_unreadable_or_could_be_two_days_is_no_date(text: str | None) -> None:
    assert dates.read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "5 March 2024", "5. März 2024", "5 mars 2024", "5 de marzo de 2024", "5 marzo 2024",
        "5 de março de 2024", "5 maart 2024", "5 marca 2024", "5 марта 2024 г.", "5 март 2024",
        "вторник, 5 марта 2024 года", "5 березня 2024 р.", "березень 5, 2024",
        "2024 жылғы 5 наурыз", "5 наурыз 2024 ж., сейсенбі", "2024 jylǵy 5 naýryz", "5 nauryz 2024",
        "2024 - جىلعى 5 - ناۋرىز", "2024-жылдын 5-марты", "2024-йил 5-март", "2024-yil 5-mart",
        "2024-يىلى 5-مارت", "2024-يىلى 3-ئاينىڭ 5-كۈنى", "2024-yili 5-mart", "5 Mart 2024 Salı",
        "5 MART 2024", "الثلاثاء 5 مارس 2024", "الثلاثاء، 5 آذار 2024", "٥ مارس ٢٠٢٤",
        "سه‌شنبه ۵ مارس ۲۰۲۴", "5 مارچ 2024", "2024年3月5日", "2024年3月5號", "２０２４年３月５日",
        "二〇二四年三月五日", "2024년 3월 5일", "２０２４－０３－０５",
        "24 شعبان 1445 هـ الموافق 5 مارس 2024",
    ],
)  # fmt: skip
def test_a_day_is_read_in_the_languages_that_are_watched(text: str) -> None:
    assert dates.read(text) == datetime(2024, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("5. März 2024, 15:30 Uhr", 15, 30),
        ("5 mars 2024 à 15h30", 15, 30),
        ("2024年3月5日 15时30分", 15, 30),
        ("2024年3月5日下午3点", 15, 0),
        ("2024年3月5日 凌晨12:30", 0, 30),
        ("2024년 3월 5일 오후 3:30", 15, 30),
        ("5 مارس 2024 3:30 م", 15, 30),
        ("5 مارس 2024، 12:30 ص", 0, 30),
        ("05.03.2024 18:30 МСК", 15, 30),
        ("2024-03-05T23:30:00+08:00[Asia/Shanghai]", 15, 30),
        ("Tue, 05 Mar 2024 10:30:00 \u22120500", 15, 30),
        ("Tue, 5 Mar 2024 15:30:5 GMT+0", 15, 30),
        ("5 Mart 2024 18:30 europe/istanbul", 15, 30),
    ],
)
def test_a_time_of_day_is_read_in_many_habits(text: str, hour: int, minute: int) -> None:
    found = dates.read(text)

    assert found is not None
    assert (found.day, found.hour, found.minute) == (5, hour, minute)


@pytest.mark.parametrize(
    "text",
    [
        "15 رمضان 1445",
        "15 رمضان 1445 هـ",
        "١٥ رمضان ١٤٤٥",
        "15 رمضان 24",
        "۱۵ اسفند ۱۴۰۲",
        "15 مهر 03",
        "1445-09-15",
        "1402/12/15",
        "15/09/1445",
        "15 Ramadan 1445",
        "5 مارس 2024 الموافق 24 شعبان 1445",
        "民國113年3月5日",
        "พ.ศ. 2567-03-05",
        "2567-03-05",
        "2024年3月5日 晚上12:30",
    ],
)
def test_another_calendar_is_never_taken_for_ours(text: str) -> None:
    assert dates.read(text) is None


def test_each_name_is_one_month_alone() -> None:
    found: dict[str, set[int]] = {}
    for line in month_names.BY_LANGUAGE.strip().splitlines():
        language, *names = line.split()
        assert len(names) == 12, language
        for number, name in enumerate(names, 1):
            found.setdefault(month_names.plain(name), set()).add(number)
    del found["_"]

    assert {name: months for name, months in found.items() if len(months) > 1} == {}


def test_a_zone_that_moved_is_read_as_it_was_then() -> None:
    assert dates.read("Tue, 05 Mar 2013 10:00:00 MSK") == datetime(2013, 3, 5, 6, tzinfo=UTC)
    assert dates.read("Tue, 05 Mar 2024 10:00:00 MSK") == datetime(2024, 3, 5, 7, tzinfo=UTC)
    assert dates.read("Sun, 05 Mar 2023 10:00:00 ALMT") == datetime(2023, 3, 5, 4, tzinfo=UTC)


def test_feedparsers_reading_is_taken_for_forms_of_its_own_but_not_for_a_named_zone() -> None:
    parsed = [2024, 3, 5, 10, 0, 0]

    assert dates.read("Τρι, 05 Μαρ 2024 10:00:00", parsed) == datetime(2024, 3, 5, 10, tzinfo=UTC)
    assert dates.read("Tue, 05 Mar 2024 10:00:00 XYZ", parsed) is None
    assert dates.read("Τρι", [9999, 1, 1, 0, 0, 0]) is None
    assert dates.read("Τρι", [1, 1]) is None


@given(st.text(max_size=130) | st.text("0123456789:/-+., TZJanMonPM", max_size=40))
def test_no_text_makes_it_fail_and_every_date_is_aware_and_plausible(text: str) -> None:
    found = dates.read(text)

    assert found is None or (found.tzinfo is UTC and 1980 <= found.year <= 2100)


@given(
    st.datetimes(datetime(1981, 1, 1), datetime(2100, 12, 30)),  # noqa: DTZ001 - the zone follows
    st.integers(-12 * 60, 14 * 60),
)
def test_iso_and_rfc_822_forms_of_every_moment_come_back(naive: datetime, offset: int) -> None:
    zone = timezone(timedelta(minutes=offset))
    moment = naive.replace(microsecond=0, tzinfo=zone)

    for text in (moment.isoformat(), moment.isoformat(" "), format_datetime(moment)):
        assert dates.read(text) == moment


def test_the_dates_that_other_readers_must_read() -> None:
    if not SHARED.exists():
        pytest.skip("../shared/data is not here")
    cases = json.loads(SHARED.read_text())

    for case in cases:
        found = dates.read(case["date"])
        assert found is not None, case
        if case["utc"] is not None:
            assert found.strftime("%Y-%m-%dT%H:%M:%SZ") == case["utc"], case
