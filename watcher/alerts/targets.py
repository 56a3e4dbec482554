"""Targets: one recipient each, made from a channel's Apprise address, with a deadline of our own.

Apprise's plugin objects do the talking; this module splits an address with several recipients,
sends from a thread of its own (so that a hung plugin can be left behind) and says what became of
each try. Apprise is imported when the first channel that needs it is split: with its 130 services
it costs some 200 ms and 25 MB.
"""

# mypy: disable-error-code="no-untyped-call"
# Apprise says that it is typed, and half of its functions are not.

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

from watcher.alerts.attempt import Attempt, listening
from watcher.alerts.hand import Hand
from watcher.alerts.redact import redact, secrets_of, silence_libraries
from watcher.alerts.terminal import SCHEME, Terminal
from watcher.core.errors import WatcherError
from watcher.core.model import Channel, Format, Message, Outcome, Sent, Traits

if TYPE_CHECKING:
    from apprise.plugins import NotifyBase

GRACE = 1.0
"""Seconds a plugin gets to come back once its connections were cut at the deadline."""
LEFT_BEHIND = 3
"""Tries of one target that may hang at the same time before no further one is started."""

_GENERIC = frozenset({"json", "jsons", "form", "forms", "xml", "xmls", "apprise", "apprises"})
_NTFY = frozenset({"ntfy", "ntfys"})
_MATRIX = frozenset({"matrix", "matrixs"})
_MAIL = frozenset({"mailto", "mailtos"})
_READS_MARKDOWN = frozenset(
    {"discord", "fluxer", "fluxers", "guilded", "mmost", "mmosts", "nctalk", "nctalks", "revolt"}
    | {"ryver", "zulip"}
)
"""Services that read any text as Markdown, although Apprise hands them plain text."""
_RECIPIENTS = (
    *("targets", "channels", "channel_ids", "rooms", "topics", "users", "dm_users", "devices"),
    *("groups", "phone", "target_phones", "target_groups", "target_contacts", "subreddits"),
)
"""Where Apprise's plugins keep their lists of recipients."""
_SERVICES = "https://appriseit.com/services"
_COPIES = ("cc", "bcc")
_LEFT_OUT = ("invalid_targets", "_invalid_targets", "invalid_rooms")
"""Where they keep those they could not read, and would silently do without."""


@runtime_checkable
class Posts(Protocol):
    """A plugin of ours, which takes the whole message and judges its own outcome."""

    def post(self, message: Message, attempt: Attempt) -> Outcome:
        """Send the message; every way to fail is an outcome."""


@dataclass(slots=True)
class _Try:
    """A try that runs in a thread other than that of who waits for it."""

    attempt: Attempt
    plugin: NotifyBase
    message: Message
    answer: bool | None = None
    outcome: Outcome | None = None
    fault: str = ""
    busy: bool = True


class Target:
    """One recipient of the channel called `channel`.

    Sends one message at a time; `abort` cuts the one that is under way.
    """

    def __init__(
        self,
        name: str,
        channel: str,
        make: Callable[[], NotifyBase],
        *,
        scheme: str,
        secrets: frozenset[str],
        mark: str = "",
        template: str = "",
        grace: float = GRACE,
    ) -> None:
        self.name = name
        self.channel = channel
        self.mark = mark
        """Stands for service and recipient: the same one under another name has the same mark."""
        self.template = template
        self.plugin = make()
        self.traits = traits_of(self.plugin, scheme)
        self._make = make
        self._scheme = scheme
        self._secrets = secrets
        self._grace = grace
        self._running: list[_Try] = []
        self._hand: Hand[_Try] | None = None

    def __repr__(self) -> str:
        """Name the target without its address."""
        return f"<Target {self.name}>"

    def send(self, message: Message, *, deadline: float = 30.0) -> Outcome:
        """Send the message; return what became of it after `deadline` seconds at the latest.

        Blocking: call it in a thread. A plugin that hangs is cut from its connections and left
        behind; the next message goes out through a new plugin object.
        """
        self._running = [one for one in self._running if one.busy]
        if len(self._running) >= LEFT_BEHIND:
            detail = f"{len(self._running)} earlier tries still hang; nothing was sent"
            return Outcome(sent=Sent.RETRY, detail=detail)
        attempt = Attempt(
            seconds=deadline,
            headers=self._headers(message),
            # With an access token Apprise's plugin counts no further, and the server would take
            # the second message for a resend of the first.
            transaction=_word(message.key) if self._scheme in _MATRIX else "",
        )
        one = _Try(attempt, self.plugin, message)
        self._running.append(one)
        if self._hand is None or not self._hand.takes(one):
            self._hand = Hand(f"send-{self.name}", self._work)
            self._hand.takes(one)
        if not one.attempt.wait(deadline):
            one.attempt.abort()
            self._hand.leave()
            self._hand = None
            if not one.attempt.wait(self._grace):
                self.plugin = self._make()
        outcome = self._judge(one)
        return Outcome(
            sent=outcome.sent,
            detail=" ".join(redact(outcome.detail, self._secrets).split()),
            retry_after=outcome.retry_after,
        )

    def abort(self) -> None:
        """Cut what is being sent; `send` then returns within a moment. For shutting down."""
        for one in self._running:
            one.attempt.abort()

    def _work(self, one: _Try) -> None:
        """Let the plugin send, in the hand's thread."""
        try:
            with listening(one.attempt):
                if isinstance(one.plugin, Posts):
                    one.outcome = one.plugin.post(one.message, one.attempt)
                else:
                    one.answer = self._notify(one.plugin, one.message)
        except Exception as error:  # noqa: BLE001 # part of the deliver loop: any plugin, any fault
            one.fault = type(error).__name__
        finally:
            one.busy = False
            one.attempt.finish()

    def _notify(self, plugin: NotifyBase, message: Message) -> bool:
        from apprise import NotifyFormat, OverflowMode  # noqa: PLC0415

        markdown = self.traits.format is Format.MARKDOWN
        return bool(
            plugin.notify(
                title=message.title,
                body=message.body,
                body_format=NotifyFormat.MARKDOWN if markdown else NotifyFormat.TEXT,
                overflow=OverflowMode.UPSTREAM,
            )
        )

    def _judge(self, one: _Try) -> Outcome:
        from watcher.alerts.verdict import outcome_of  # noqa: PLC0415

        if one.outcome is not None:
            return one.outcome
        if isinstance(self.plugin, Posts) and one.attempt.is_aborted():
            return Outcome(sent=Sent.UNKNOWN, detail="no answer before the deadline")
        generic = self._scheme in _GENERIC
        return outcome_of(one.answer, one.attempt, open_ended=generic, fault=one.fault)

    def _headers(self, message: Message) -> dict[str, str]:
        """Return the headers that let the service know a resend when it sees one."""
        if self._scheme in _GENERIC:
            return {"Idempotency-Key": message.key}
        if self._scheme in _NTFY:
            # The same sequence id replaces the earlier notification (ntfy 2.16 and later).
            return {"X-Sequence-ID": _word(message.key)}
        return {}


def _word(key: str) -> str:
    """Return a key of the letters and the length that ntfy and Matrix take."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", key)[:64]


def traits_of(plugin: NotifyBase, scheme: str) -> Traits:
    """Return what the plugin's service can show, and how much of it."""
    formats = {str(getattr(f, "value", f)) for f in plugin._formats()}  # noqa: SLF001 # no public way
    shape = Format.PLAIN
    if scheme in _MAIL:
        shape = Format.HTML
    elif scheme in _READS_MARKDOWN or ("markdown" in formats and not formats & {"text", "html"}):
        shape = Format.MARKDOWN
    title, body = max(0, plugin.title_maxlen), plugin.body_maxlen
    if scheme in _NTFY:
        # Over 4,096 bytes ntfy, and over 8,000 bytes of JSON Apprise, make an attachment of it; a
        # Cyrillic letter has 2 bytes and takes 6 in JSON.
        return Traits(format=shape, title_limit=title, body_limit=2300, count_bytes=True)
    if plugin.overflow_amalgamate_title:
        title = 0  # title and body share one limit: we set the first line ourselves
    return Traits(format=shape, title_limit=title, body_limit=body)


# --- from a channel to its targets ---------------------------------------------------------------


def split(channel: Channel) -> tuple[Target, ...]:
    """Return the targets of a channel, one per recipient, in the order of its address.

    A channel with one recipient gives a target of its own name; of several, each is called
    "name/xxxxxx" after a hash of the recipient, whatever their order. Raises `WatcherError`,
    which names the channel and the mend but nothing of the address, when it can't be used.
    """
    scheme = _scheme(channel)
    if scheme == SCHEME:
        return (_terminal(channel),)
    _prepare()
    plugin = _plugin(channel, scheme)
    if any(getattr(plugin, name, None) for name in _LEFT_OUT):
        raise WatcherError(
            f'channel "{channel.name}": a recipient in its address is not valid and would be '
            f"left out. See {plugin.setup_url or _SERVICES}"
        )
    if scheme in ("http", "https"):  # a service's own address, as its web page shows it
        scheme = str(plugin.schema)
    secrets = secrets_of(channel.url)
    recipients = list(_recipients(plugin))
    several = len(recipients) > 1
    targets = tuple(
        Target(
            f"{channel.name}/{_hash(recipient)}" if several else channel.name,
            channel.name,
            partial(_plugin, channel, scheme, (place, recipient) if several else None),
            scheme=scheme,
            secrets=secrets,
            mark=_hash((scheme, plugin.url_identifier, recipient), size=8),
            template=channel.template,
        )
        for place, recipient in recipients or [("", None)]
    )
    lonely = all(len(target.plugin) == 1 for target in targets)
    if not lonely or any(getattr(plugin, name, None) for name in _COPIES):
        raise WatcherError(
            f'channel "{channel.name}": its address holds several recipients that can\'t be told '
            "apart, so that one failing would repeat the others. Give each a channel of its own"
        )
    return targets


def _terminal(channel: Channel) -> Target:
    return Target(
        channel.name,
        channel.name,
        cast("Callable[[], NotifyBase]", Terminal),
        scheme=SCHEME,
        secrets=frozenset(),
        mark=_hash((SCHEME, None, None), size=8),
        template=channel.template,
    )


def _plugin(channel: Channel, scheme: str, only: tuple[str, object] | None = None) -> NotifyBase:
    """Return a new plugin object of the channel, for one of its recipients if `only` says which."""
    from apprise import Apprise  # noqa: PLC0415 # 200 ms: late

    plugin = Apprise.instantiate(channel.url, asset=_asset())
    if plugin is None:
        raise WatcherError(_why_not(channel, scheme))
    if only is not None:
        _keep_only(plugin, *only)
    # Overrule what the address may ask for: redirects, blind retries, files, silent failures.
    plugin.redirects = False
    plugin.retry = 0
    plugin.optional = False
    plugin.persistent_storage = False
    return plugin


@cache
def _prepare() -> None:
    """Register our plugins with Apprise, put the tap in place, keep libraries from logging."""
    silence_libraries()
    with warnings.catch_warnings():
        # Apprise's plugins import what newer Pythons no longer like (imghdr); not ours to mend.
        warnings.simplefilter("ignore", DeprecationWarning)
        from apprise.manager_plugins import NotificationManager  # noqa: PLC0415

        from watcher.alerts.mail import Mail  # noqa: PLC0415
        from watcher.alerts.tap import install  # noqa: PLC0415

        install()
        manager = NotificationManager()
        manager.add(Mail, schemas=sorted(_MAIL), force=True)


@cache
def _asset() -> Any:  # noqa: ANN401 # Apprise's own class
    """Return Apprise's settings: our name, nothing on disk, no redirects, no tries of its own."""
    from apprise import AppriseAsset, PersistentStoreMode  # noqa: PLC0415

    return AppriseAsset(
        app_id="Watcher",
        app_desc="Watcher alerts",
        app_url="",
        http_redirects=False,
        storage_mode=PersistentStoreMode.MEMORY,
        default_service_retry=0,
        secure_logging=True,
        image_url_mask=None,
        image_url_logo=None,
    )


def _scheme(channel: Channel) -> str:
    found = re.match(r"\s*([A-Za-z0-9]{2,20})://", channel.url)
    if found is None:
        raise WatcherError(
            f'channel "{channel.name}": this is not an address of the form service://...; for '
            f"example slack://..., tgram://..., mailtos://... ({_SERVICES})"
        )
    return found[1].lower()


def _why_not(channel: Channel, scheme: str) -> str:
    from apprise.manager_plugins import NotificationManager  # noqa: PLC0415

    manager = NotificationManager()
    known = [SCHEME, *manager.schemas()]
    start = f'channel "{channel.name}": '
    if scheme not in known:
        near = difflib.get_close_matches(scheme, known, n=1)
        hint = f'. Did you mean "{near[0]}://"?' if near else ""
        if scheme in ("http", "https"):
            hint = '. For a webhook write "json://" (http) or "jsons://" (https)'
        return f'{start}no service is called "{scheme}://"{hint}'
    plugin = manager[scheme]
    where = plugin.setup_url or _SERVICES
    if not plugin.enabled:
        needed = plugin.requirements.get("packages_required") or []
        names = [needed] if isinstance(needed, str) else list(needed)
        mend = f"install {', '.join(names)}" if names else "it can't run on this system"
        return f"{start}{plugin.service_name} needs more than is installed: {mend}. See {where}"
    return (
        f"{start}the address is not one that {plugin.service_name} understands: a part is "
        f"missing or has the wrong form. See {where}"
    )


def _recipients(plugin: NotifyBase) -> Iterator[tuple[str, object]]:
    """Yield where each recipient of the plugin stands, and the recipient."""
    for attribute in _RECIPIENTS:
        held = getattr(plugin, attribute, None)
        if isinstance(held, (list, tuple, set, frozenset)) and held:
            seen: dict[str, object] = {}
            for recipient in sorted(held, key=repr) if isinstance(held, (set, frozenset)) else held:
                seen.setdefault(_plain(recipient), recipient)
            for recipient in seen.values():
                yield attribute, recipient


def _keep_only(plugin: NotifyBase, attribute: str, recipient: object) -> None:
    """Take every recipient but one away from the plugin."""
    for name in {name for name, _ in _recipients(plugin)}:
        kept: Sequence[object] = [recipient] if name == attribute else []
        setattr(plugin, name, type(getattr(plugin, name))(kept))


def _plain(recipient: object) -> str:
    """Return a recipient as text that stays the same: (None, "a@b") is "a@b"."""
    if isinstance(recipient, (list, tuple)):
        return "/".join(str(part) for part in recipient if part)
    return str(recipient)


def _hash(recipient: object, *, size: int = 3) -> str:
    return blake2b(_plain(recipient).encode("utf-8", "replace"), digest_size=size).hexdigest()
