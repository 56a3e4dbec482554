"""An alert in words, for a plain, HTML or Markdown target and under its length limit.

What a publisher wrote is shown as inert text (`safe`), quoted with the found words marked
(`quote`), set out in blocks (`alert`, `group`) and cut at words to what the target takes (`page`,
`clip`). A channel may have its own wording (`template`). Pure: the same batch gives the same
message on every try.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, tzinfo

from watcher.core.model import AlertKind, Batch, Format, Message, Traits
from watcher.core.render import safe
from watcher.core.render.alert import Sheet, health_sheet, single_sheet
from watcher.core.render.clip import Span, cut
from watcher.core.render.group import group_sheet
from watcher.core.render.own import own_sheet
from watcher.core.render.page import (
    Block,
    Page,
    Paper,
    compose,
    compose_list,
    write_html,
    write_page,
)
from watcher.core.render.sample import samples
from watcher.core.render.template import TemplateMistakeError

__all__ = ["TemplateMistakeError", "cut", "render", "samples", "try_template"]


def render(batch: Batch, traits: Traits, *, timezone: tzinfo, template: str = "") -> Message:
    """Return the message for one target: a single alert, or one grouped message for several.

    Title and body measure no more than the target's limits, whatever the feed wrote. A target
    without titles (limit 0) gets the first line as the start of the body. `html` is filled for
    HTML targets only; their `body` is the same message in plain text. `template` is the user's own
    wording; one that can't be used raises TemplateMistakeError.
    """
    paper = Paper.of(traits)
    sheet = _sheet(batch, timezone)
    if template:
        sheet = own_sheet(batch, sheet, template, timezone)
    if batch.repeat:
        sheet = replace(sheet, first=(Span(text="(possible repeat) "), *sheet.first))
    # The title has no marks that would keep "@" and the found words behind it apart.
    plain = safe.inert("".join(span.text for span in sheet.first))
    title = cut(plain, traits.title_limit, paper.measure) if traits.title_limit > 0 else ""
    # The first line is repeated in the body when the title could not hold it, or can't show marks.
    repeated = title != plain or any(span.mark for span in sheet.first)
    top = Block(lines=(sheet.first,), rank=1, most=max(traits.body_limit // 2, 80))
    blocks = (top, *sheet.blocks) if repeated else sheet.blocks
    page = _page(sheet, blocks, traits, paper) or compose((top,), traits.body_limit, paper)
    body = write_page(page, paper)
    html = write_html(page) if traits.format is Format.HTML else ""
    return Message(
        key=batch.key,
        title=title,
        body=body or cut(batch.key, traits.body_limit, paper.measure),
        html=html if paper.measure(html) <= traits.body_limit else "",
        thread=sheet.thread,
        url=sheet.url,
    )


def _page(sheet: Sheet, blocks: tuple[Block, ...], traits: Traits, paper: Paper) -> Page:
    if sheet.rest is None or sheet.last is None:
        return compose(blocks, traits.body_limit, paper)
    return compose_list(
        blocks, sheet.entries, sheet.last, rest=sheet.rest, limit=traits.body_limit, paper=paper
    )


def _sheet(batch: Batch, timezone: tzinfo) -> Sheet:
    first = batch.tellings[0]
    if len(batch.tellings) > 1:
        return group_sheet(batch, timezone)
    if first.article is None or first.alert.kind is AlertKind.HEALTH:
        return health_sheet(batch, timezone)
    return single_sheet(batch, first.article, timezone)


def try_template(text: str) -> None:
    """Try a channel's own wording on made-up alerts of each sort; raises TemplateMistakeError."""
    for batch in samples():
        render(batch, Traits(), timezone=UTC, template=text)
