"""Addresses of services as channels name them, and targets of theirs that post to loopback."""

from __future__ import annotations

from support.webhook import Webhook

from watcher.alerts import Target, split
from watcher.core.model import Channel

URLS = {
    "telegram": "tgram://123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/12345",
    "slack": "slack://TAAAAAAAA/BBBBBBBBB/123456789012345678901234/#general",
    "discord": f"discord://123456789012345678/{'a' * 68}",
    "mattermost": "mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4",
    "rocket.chat": f"rocket://{'a' * 17}/{'b' * 43}@127.0.0.1:{{port}}/#general",
    "ntfy": "ntfy://127.0.0.1:{port}/topic",
    "gotify": "gotify://127.0.0.1:{port}/AAAAAAAAAAAAAAA",
    "json": "json://127.0.0.1:{port}/x",
    "form": "form://127.0.0.1:{port}/x",
    "xml": "xml://127.0.0.1:{port}/x",
}
"""`{port}` is that of the server on loopback."""
HOMES = {"telegram": "notify_url", "slack": "webhook_url", "discord": "notify_url"}
"""Those whose address is fixed: the plugin's attribute that holds it."""


def pointed(name: str, webhook: Webhook) -> Target:
    """Return a target of the service that posts to the server on loopback."""
    [target] = split(Channel(name="desk", url=URLS[name].format(port=webhook.port)))
    if name in HOMES:
        vars(target.plugin)[HOMES[name]] = f"http://127.0.0.1:{webhook.port}/hook"
    return target
