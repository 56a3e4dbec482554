"""What became of a try: from the plugin's answer and what was seen on the wire to an outcome.

The rule: OK only when the service said so; "failed for now" only when the service can't have
taken the message or said to come again; everything between is unknown, and goes out again under
the same key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from watcher.core.decide import LONGEST_WAIT
from watcher.core.model import Outcome, Sent

if TYPE_CHECKING:
    from watcher.alerts.attempt import Attempt, Exchange

_COME_AGAIN = {408, 425, 429}
_PAGE = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_BAD_WORDS = ("error", "fail", "failed", "failure")


def outcome_of(
    answer: bool | None,  # the plugin's own word; None: it raised or hangs
    attempt: Attempt,
    *,
    open_ended: bool,
    fault: str = "",
    now: datetime | None = None,
) -> Outcome:
    """Return the outcome of a try that is over.

    `open_ended`: the service is a generic webhook, whose answers follow no form: a web page is
    then unknown, not a failure. `fault` names the error when the plugin raised.
    """
    now = now or datetime.now(UTC)
    if not attempt.exchanges:
        return _unseen(answer, fault, aborted=attempt.is_aborted())
    last = attempt.exchanges[-1]
    if answer and not any(_accepted(exchange) for exchange in attempt.exchanges):
        answer = False
    if last.status is None:
        return _cut(last, aborted=attempt.is_aborted())
    if not 200 <= last.status < 300:
        if answer:
            return Outcome(sent=Sent.OK, detail=f"HTTP {last.status} after it was accepted")
        return _refusal(last.status, last, now)
    return _accepted_or_not(answer, last, open_ended=open_ended, now=now)


def _unseen(answer: bool | None, fault: str, *, aborted: bool) -> Outcome:
    """Judge a plugin that does not speak HTTP, or never got that far."""
    if answer:
        return Outcome(sent=Sent.OK)
    if aborted:
        return Outcome(sent=Sent.UNKNOWN, detail="no answer before the deadline")
    why = f"the plugin failed: {fault}" if fault else "the plugin reported a failure"
    return Outcome(sent=Sent.RETRY, detail=why)


def _cut(last: Exchange, *, aborted: bool) -> Outcome:
    if not last.begun:
        return Outcome(sent=Sent.RETRY, detail=f"could not connect ({last.fault or 'network'})")
    why = "no answer before the deadline" if aborted else f"connection lost ({last.fault})"
    return Outcome(sent=Sent.UNKNOWN, detail=why)


def _accepted(exchange: Exchange) -> bool:
    return exchange.status is not None and 200 <= exchange.status < 300


def _refusal(status: int, last: Exchange, now: datetime) -> Outcome:
    wait = retry_after(last.headers, _json(last.body), now)
    detail = f"HTTP {status}{_phrase(status)}{_said(last)}"
    if 300 <= status < 400:
        return Outcome(sent=Sent.REFUSED, detail=f"{detail}: redirects are not followed")
    if status in _COME_AGAIN or status >= 500:
        return Outcome(sent=Sent.RETRY, detail=detail, retry_after=wait)
    return Outcome(sent=Sent.REFUSED, detail=detail)


def _accepted_or_not(
    answer: bool | None,
    last: Exchange,
    *,
    open_ended: bool,
    now: datetime,
) -> Outcome:
    """Judge a 2xx answer by its body: some services report failures in it."""
    if _PAGE.match(last.body[:4096]):
        detail = f"HTTP {last.status} with a web page (a login or captive portal?)"
        return Outcome(sent=Sent.UNKNOWN if open_ended else Sent.RETRY, detail=detail)
    said = _json(last.body)
    if _says_no(said):
        code = next((c for c in (said.get("error_code"), said.get("code")) if _is_status(c)), None)
        if code is not None:
            return _refusal(int(code), last, now)
        wait = retry_after(last.headers, said, now)
        return Outcome(
            sent=Sent.RETRY, detail=f"HTTP {last.status}, but{_said(last)}", retry_after=wait
        )
    if answer:
        return Outcome(sent=Sent.OK, detail=f"HTTP {last.status}")
    return Outcome(
        sent=Sent.UNKNOWN, detail=f"HTTP {last.status}, but the answer was not understood"
    )


def _says_no(said: Mapping[str, Any]) -> bool:
    """Return whether a JSON answer reports a failure, as Telegram, Slack, WeCom, Zulip ... do."""
    if said.get("ok") is False or said.get("success") is False:
        return True
    if said.get("errcode") not in (None, 0, "0", ""):
        return True
    words = (said.get("result"), said.get("status"))
    return any(isinstance(word, str) and word.lower() in _BAD_WORDS for word in words)


def _is_status(value: object) -> bool:
    return isinstance(value, int) and 400 <= value < 600


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _said(exchange: Exchange) -> str:
    """Return the service's own explanation, one short line, or ""."""
    said = _json(exchange.body)
    words = next(
        (
            said[key]
            for key in ("description", "message", "msg", "errmsg", "error")
            if isinstance(said.get(key), str) and said[key]
        ),
        "",
    )
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return f": {line[:160]}" if line else ""


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def retry_after(
    headers: Mapping[str, str], said: Mapping[str, Any], now: datetime
) -> timedelta | None:
    """Return how long the service asks to wait: header or body, at most 24 h.

    Source: RFC 9110, 10.2.3 (seconds or a date); Telegram `parameters.retry_after`, Discord
    `retry_after`, both in seconds; Matrix `retry_after_ms`.
    """
    parameters = said.get("parameters")
    values: list[object] = [headers.get("Retry-After"), said.get("retry_after")]
    if isinstance(parameters, dict):
        values.append(parameters.get("retry_after"))
    if isinstance(said.get("retry_after_ms"), int | float):
        values.append(said["retry_after_ms"] / 1000)
    waits = [wait for value in values if (wait := _wait(value, now)) is not None]
    return min(max(waits), LONGEST_WAIT) if waits else None


def _wait(value: object, now: datetime) -> timedelta | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        seconds = float(str(value))
        return timedelta(seconds=min(seconds, 1e6)) if seconds >= 0 else None
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(str(value))
    except (ValueError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(at - now, timedelta())
