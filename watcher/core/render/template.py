"""A channel's own wording: a Jinja2 template of the user, in a sandbox, that yields lines.

A template says in plain text what stands where; what its values hold is cleaned as everywhere here,
and found words, links and foreign words keep their marks, so that one template serves chats, mail
and the terminal, is cut at words to any limit, and can bring no markup of a feed to life. The first
line it gives is the title.

    {{ alert.rule }} | {{ alert.headline }}
    {% for sentence in alert.sentences %}
    {{ sentence }}
    {% endfor %}
    {{ alert.url }}
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from watcher.core.errors import WatcherError
from watcher.core.render.clip import Line, Span
from watcher.core.render.page import Block

if TYPE_CHECKING:
    from jinja2 import Template

MOST_ALERTS = 200
"""What a template is given of a group: its loops are bounded, whatever it does with them."""
LONGEST = 20_000
"""Characters of a template that are read."""

_MARK, _LINK, _ASIDE, _END = "\ue000", "\ue001", "\ue002", "\ue003"
"""Private signs around what is marked, a link, foreign. No value holds them otherwise."""
_SIGNS = re.compile(f"([{_MARK}{_LINK}{_ASIDE}{_END}])")
_FILTERS = (
    "capitalize", "count", "d", "default", "first", "join", "last", "length", "lower", "replace",
    "reverse", "trim", "truncate", "unique", "upper",
)  # fmt: skip
_TESTS = ("defined", "undefined", "none", "eq", "ne", "lt", "le", "gt", "ge", "in", "==", "!=")


class TemplateMistakeError(WatcherError):
    """A template that can't be used: `line` (from 1), and the message in plain words."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Lines(tuple[str, ...]):
    """Texts that stand below each other where a template names them without a loop."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(self)


class Names(tuple[str, ...]):
    """Names that stand with commas where a template names them without a loop."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a template knows of one alert. Texts are fit to be shown; times are local."""

    rule: str
    """The names of its rules, with commas."""
    rules: Names
    severity: str
    kind: str
    """new, follow-up, new-words, edit, vanished or baseline."""
    label: str
    """What the usual wording sets in front: "CRITICAL: ", "Follow-up: " ... or ""."""
    outlet: str
    headline: str
    sentences: Lines
    """Where the words were found; for an edit what stood there before, and now."""
    why: Lines
    """A line for each rule: which words, and how."""
    language: str
    outlets: Names
    """Who else has the story, in order of appearance."""
    first: str
    """Who had it first."""
    url: str
    when: str
    """When it was published, as the publisher says, else when it was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What a template is given."""

    alerts: tuple[Told, ...]
    title: str
    """The first line of the usual wording."""
    body: Lines
    """The other lines of the usual wording."""
    count: int
    """How many alerts there are, also where fewer are given."""
    held: str
    """Why they were held and grouped: "digest", "held during quiet hours" ... or ""."""
    key: str
    repeat: bool

    @property
    def alert(self) -> Told:
        """The one alert, or the most urgent of a group."""
        return self.alerts[0]


def sealed(line: Line) -> str:
    """Return a line as one text for a template, its marks kept in private signs."""
    return "".join(map(_seal, line))


def _seal(span: Span) -> str:
    text = _SIGNS.sub("", span.text)
    for sign, wanted in ((_MARK, span.mark), (_LINK, span.link), (_ASIDE, span.aside)):
        text = f"{sign}{text}{_END}" if wanted and text else text
    return text


def _opened(text: str) -> Line:
    """Return a text with private signs as a line; signs that a filter tore apart are dropped."""
    spans: list[Span] = []
    open_: list[str] = []
    for piece in _SIGNS.split(text):
        if piece == _END:
            if open_:
                open_.pop()
        elif _SIGNS.fullmatch(piece):
            open_.append(piece)
        elif piece:
            whole = piece.startswith(("http://", "https://"))
            spans.append(
                Span(
                    text=piece,
                    mark=_MARK in open_,
                    link=_LINK in open_ and whole,
                    aside=_ASIDE in open_,
                )
            )
    return tuple(spans)


def write(text: str, values: Values) -> tuple[Line, tuple[Block, ...]]:
    """Return what a template makes of the values: its first line, and the blocks below it.

    Raises TemplateMistakeError.
    """
    from jinja2 import TemplateError  # noqa: PLC0415 - only channels with a template need it

    template = _compiled(text)
    names = {field.name: getattr(values, field.name) for field in fields(values)}
    try:
        # A short cut through our own list; a template reaches nothing else.
        made = template.render(names | {"alert": values.alert})
    except TemplateError as error:
        raise TemplateMistakeError(_line_of(error), _in_words(error)) from None
    except (TypeError, ValueError, ArithmeticError, RecursionError, LookupError) as error:
        raise TemplateMistakeError(_line_of(error), f"{error}") from None
    lines = [line.strip() for line in made.splitlines()]
    while lines and not lines[0]:
        lines.pop(0)
    if not lines:
        raise TemplateMistakeError(1, "it gives an empty message")
    return _opened(lines[0]), tuple(_blocks(lines[1:]))


def _blocks(lines: Sequence[str]) -> list[Block]:
    """Return a block for each paragraph; the first ones are served first."""
    blocks: list[Block] = []
    paragraph: list[Line] = []
    for line in [*lines, ""]:
        if line:
            paragraph.append(_opened(line))
        elif paragraph:
            blocks.append(Block(lines=tuple(paragraph), rank=2 + len(blocks), spaced=True))
            paragraph = []
    return blocks


@lru_cache(maxsize=64)
def _compiled(text: str) -> Template:
    from jinja2 import TemplateSyntaxError  # noqa: PLC0415 - only channels with a template need it

    if len(text) > LONGEST:
        raise TemplateMistakeError(1, f"it has {len(text):,} characters; at most {LONGEST:,}")
    try:
        template: Template = _environment().from_string(text)
    except TemplateSyntaxError as error:
        raise TemplateMistakeError(error.lineno, _in_words(error)) from None
    return template


@lru_cache(maxsize=1)
def _environment() -> Any:  # noqa: ANN401 - a class made where its base is imported, late
    """Return a sandbox in which a template can read the values it is given and nothing else."""
    from jinja2 import StrictUndefined  # noqa: PLC0415 - only channels with a template need it
    from jinja2.exceptions import SecurityError  # noqa: PLC0415
    from jinja2.runtime import LoopContext  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    class Sandbox(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset(("*", "**", "%"))

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401
            """Allow what `Told` lists and the counters of a loop; no methods of texts."""
            listed = isinstance(obj, Told | LoopContext) and not attr.startswith("_")
            return listed and super().is_safe_attribute(obj, attr, value)

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401, ARG002
            """Refuse what makes a small template write gigabytes."""
            raise SecurityError(f"{operator} can't be used here")

    # Nothing is escaped here: what comes out are lines, escaped where they are written (`page`).
    sandbox = Sandbox(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sandbox.globals.clear()
    sandbox.filters = {name: sandbox.filters[name] for name in _FILTERS}
    sandbox.tests = {name: sandbox.tests[name] for name in _TESTS}
    return sandbox


def _line_of(error: BaseException) -> int:
    """Return the template's line in which it broke."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _in_words(error: Any) -> str:  # noqa: ANN401 - jinja2's errors
    """Return what is wrong, and what there is instead."""
    message = re.sub(r"'[\w.]*\.(\w+) object'", r"\1", str(error.message or error)).rstrip(".")
    if unknown := re.search(r"'(\w+)' is undefined", message):
        names = ("alert", *(field.name for field in fields(Values)))
        if unknown[1] in {field.name for field in fields(Told)}:
            return f'there is no "{unknown[1]}". Write alert.{unknown[1]}'
        return f'there is no "{unknown[1]}". There are: {", ".join(names)}'
    if unknown := re.search(r"(?:Told|LoopContext)\W.*attribute '(\w+)'", message):
        names = tuple(field.name for field in fields(Told))
        return f'an alert has no "{unknown[1]}". It has: {", ".join(names)}'
    if unknown := re.search(r"attribute '(\w+)' of .* is unsafe", message):
        return f'"{unknown[1]}" can\'t be used here. There are filters: {", ".join(_FILTERS)}'
    if unknown := re.search(r"No filter named '(\w+)'", message):
        return f'there is no filter "{unknown[1]}". There are: {", ".join(_FILTERS)}'
    return message
