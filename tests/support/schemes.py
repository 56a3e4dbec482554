"""Addresses for every service of Apprise, made from the templates that its plugins describe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_LETTERS = "a1b2c3d4e5f6"
RECIPIENTS = ("", "15551234567", "desk@example.org", "+15551234567", "abcd1234abcd1234", "12345678")
"""What may stand for a recipient; "" is what the plugin's own pattern says."""
BY_HAND = {
    "acs": "acs://desk@example.org/QUFBQUFBQUE=/resource.example.org/b@example.org",
    "aprs": "aprs://DF1JSL-15:12345@DF1ABC",
    "gupshup": "gupshup://app1:apikey123@15551234567/15557654321",
    "nostr": f"nostr://{'1' * 64}",
    "octopush": "octopush://login@example.org/apikey123/15551234567",
    "pagertree": "pagertree://int_0123456789ab",
    "terminal": "terminal://",
    "threema": "threema://*WATCHER@secret1234567890/ABCD1234",
    "voipms": "voipms://password:desk@example.org/15551234567/15557654321",
}
"""Where the templates do not say what an address must look like."""


def services() -> dict[str, Any]:
    """Return every plugin that can run here, by the first of its schemes."""
    manager: Any = import_module("apprise.manager_plugins").NotificationManager()
    found: dict[str, Any] = {}
    for plugin in manager.plugins():
        if plugin.enabled:
            schemes = sorted({*_names(plugin.secure_protocol), *_names(plugin.protocol)})
            found[schemes[0]] = plugin
    return found


def addresses(scheme: str, plugin: Any) -> Iterator[str]:
    """Yield addresses for each of the plugin's templates, with recipients of several kinds."""
    if scheme in BY_HAND:
        yield BY_HAND[scheme]
        return
    tokens: Mapping[str, Any] = plugin.template_tokens
    for recipient in RECIPIENTS:
        for template in plugin.templates:
            names = re.findall(r"{(\w+)}", template)
            values = {name: _value(name, tokens.get(name, {}), tokens) for name in names}
            if recipient:
                asked = [name for name in names if "target" in name] or names[-1:]
                values |= dict.fromkeys(asked, recipient)
            yield template.format(**values | {"schema": scheme})


def _names(schemes: object) -> list[str]:
    if isinstance(schemes, str):
        return [schemes]
    return [str(one) for one in schemes] if isinstance(schemes, (list, tuple, set)) else []


def _value(name: str, token: Mapping[str, Any], tokens: Mapping[str, Any]) -> str:
    """Return a value such as the token asks for."""
    if token.get("group"):
        one = min(token["group"])
        return _value(one, tokens.get(one, {}), tokens)
    if token.get("values"):
        return str(min(map(str, token["values"])))
    prefix = str(token.get("prefix", ""))
    kind = str(token.get("type", "string")).removeprefix("list:").removeprefix("choice:")
    if name in {"host", "hostname"}:
        return "host.example.org"
    if name == "port":
        return "8443"
    if token.get("regex"):
        return prefix + _matching(token["regex"][0])
    if kind in {"int", "float"}:
        return str(token.get("min", 7))
    known = {"phone": "15551234567", "email": "desk@example.org", "user": "someone"}
    hit = next((value for part, value in known.items() if part in name), None)
    return prefix + (hit or f"{name.replace('_', '')}12345678")


def _matching(pattern: str) -> str:
    """Return a text that the pattern matches: at most a few of whatever may be repeated."""
    return "".join(_texts(_parser.parse(pattern)))


def _texts(parsed: Any) -> Iterator[str]:
    for place, (operation, argument) in enumerate(parsed):
        if operation is sre.LITERAL:
            yield chr(argument)
        elif operation is sre.IN:
            yield _member(argument, place)
        elif operation in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            least, most, inner = argument
            for number in range(max(least, min(most, 8) if least else 0)):
                yield "".join(_texts(inner)) if number % 2 else _varied(inner, number)
        elif operation is sre.SUBPATTERN:
            yield from _texts(argument[-1])
        elif operation is sre.BRANCH:
            yield from _texts(argument[1][0])
        elif operation is sre.ANY:
            yield "a"


def _varied(inner: Any, number: int) -> str:
    return "".join(
        _member(argument, number)
        if operation is sre.IN
        else "".join(_texts([(operation, argument)]))
        for operation, argument in inner
    )


def _member(choices: Any, place: int) -> str:
    ranges = [one for one in choices if one[0] is sre.RANGE]
    if choices and choices[0][0] is sre.NEGATE:
        return _LETTERS[place % len(_LETTERS)]
    if ranges:
        low, high = ranges[place % len(ranges)][1]
        return chr(low + place % (high - low + 1))
    first = choices[0]
    if first[0] is sre.CATEGORY:
        return "7" if first[1] is sre.CATEGORY_DIGIT else "a"
    return chr(first[1])
