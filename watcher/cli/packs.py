# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""packs: names with every spelling and where it was seen; shipped ones and one's own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from watcher.cli.common import Call, command
from watcher.cli.words import nearest, one_line
from watcher.core.errors import RulesError, UsageError
from watcher.core.model import Alias, Entity

EXAMPLES = 60
"""Signs of the spellings that a pack shows of an entity."""


def register(app: typer.Typer) -> None:
    """Add the commands of this file to `app`."""
    packs = typer.Typer(help="Entity packs: names with all their spellings.", no_args_is_help=True)
    command(packs, "list")(packs_list)
    command(
        packs,
        "show",
        examples=["watcher packs show xinjiang", "watcher packs show xinjiang serikzhan-bilash"],
    )(packs_show)
    app.add_typer(packs, name="packs", rich_help_panel="Rules and feeds")


def packs_list(call: Call) -> int:
    """List the entity packs: those that come with the program, and your own beside rules.yaml."""
    packs = _packs(call)
    read = [(name, path, _entities(path)) for name, path in packs.items()]
    if call.json:
        for name, path, entities in read:
            call.data(
                {
                    "pack": name,
                    "title": _title(path),
                    "own": _is_own(name),
                    "entities": len(entities) if entities is not None else None,
                    "aliases": _aliases(entities) if entities is not None else None,
                }
            )
        return 0
    call.table(
        ("pack", "entities", "spellings", "about", "use it with"),
        [
            (
                name,
                len(entities) if entities is not None else "-",
                _aliases(entities) if entities is not None else "-",
                one_line(_title(path), 100) if entities is not None else "has mistakes",
                f"include: [{name if _is_own(name) else f'packs/{name}.yaml'}]",
            )
            for name, path, entities in read
        ],
        right=["entities", "spellings"],
        elastic=["about"],
    )
    return 0


def packs_show(
    call: Call,
    pack: Annotated[str, typer.Argument(help="A pack as in `packs list`, or a file of your own.")],
    entity: Annotated[
        str | None, typer.Argument(metavar="ENTITY", help="Only this one, with all spellings.")
    ] = None,
) -> int:
    """Show the entities of a pack, or every spelling of one of them and where it was seen."""
    from watcher import config

    name, path = _pack(call, pack)
    entities = config.load_own_pack(path)
    if entity is not None:
        ids = [one.id for one in entities]
        if entity not in ids:
            raise UsageError(f'the pack {name} has no entity "{entity}".{nearest(entity, ids)}')
        entities = tuple(one for one in entities if one.id == entity)
    if call.json:
        for one in entities:
            call.data(entity_json(one))
    elif entity is not None:
        _print_entity(call, entities[0])
    else:
        call.table(
            ("entity", "name", "type", "spellings", "for example"),
            [
                (
                    one.id,
                    one_line(one.name, 32),
                    one.type,
                    len(one.aliases),
                    _some([alias.text for alias in one.aliases]),
                )
                for one in entities
            ],
            right=["spellings"],
            elastic=["entity", "name"],
        )
    return 0


def _some(spellings: Sequence[str]) -> str:
    """Return as many spellings as stand well on one line, each of them whole."""
    shown = ""
    for spelling in spellings:
        longer = f"{shown}, {spelling}" if shown else spelling
        if shown and len(longer) > EXAMPLES:
            return f"{shown} …"
        shown = longer
    return one_line(shown, EXAMPLES)


def _packs(call: Call) -> dict[str, Path]:
    """Return all packs: the shipped ones by name, one's own by file as `include:` names it."""
    from watcher import config

    found = {name: path for name in config.pack_names() if (path := config.shipped(name))}
    return found | config.own_packs(call.options.rules.parent)


def _pack(call: Call, named: str) -> tuple[str, Path]:
    """Return the name and file of the pack that a person means."""
    packs = _packs(call)
    short = named.removeprefix("packs/").removesuffix(".yaml")
    for name in (named, f"{named}.yaml", f"packs/{named}.yaml", short):
        if name in packs:
            return name, packs[name]
    if Path(named).is_file():
        return named, Path(named)
    mend = nearest(short, packs) or " (watcher packs list)"
    raise UsageError(f'no pack is called "{named}".{mend}')


def _is_own(name: str) -> bool:
    return name.endswith(".yaml")


def _entities(path: Path) -> tuple[Entity, ...] | None:
    """Return the entities of a pack; None if it has mistakes, which `watcher check` names."""
    from watcher import config

    try:
        return config.load_own_pack(path)
    except RulesError:
        return None


def _title(path: Path) -> str:
    from watcher import config

    return config.title_of(path)


def entity_json(entity: Entity) -> dict[str, Any]:
    """Return an entity for scripts."""
    return {
        "entity": entity.id,
        "name": entity.name,
        "type": entity.type,
        "aliases": [
            {
                "text": alias.text,
                "language": alias.language,
                "source": alias.source or None,
                "flags": [flag for flag, _ in _flags(alias)],
                "not_with": list(alias.not_with),
                "not_inside": list(alias.not_inside),
                "not_language": sorted(alias.not_languages),
            }
            for alias in entity.aliases
        ],
        "context": list(entity.context),
        "not_with": list(entity.not_with),
        "not_inside": list(entity.not_inside),
        "not_language": sorted(entity.not_languages),
        "note": entity.note or None,
    }


def _print_entity(call: Call, entity: Entity) -> None:
    call.say(f"{entity.name} ({entity.id}, {entity.type})", "bold")
    if entity.note:
        call.say(entity.note)
    call.table(
        ("spelling", "language", "counts", "seen in"),
        [
            (
                alias.text,
                alias.language,
                ", ".join(word for _, word in _flags(alias)) or "always",
                alias.source or "-",
            )
            for alias in entity.aliases
        ],
        elastic=["spelling"],
    )
    for said, words in (
        ("Context words", entity.context),
        ("Not with", entity.not_with),
        ("Not inside", entity.not_inside),
        ("Not in texts in", sorted(entity.not_languages)),
    ):
        if words:
            call.say(f"{said}: {', '.join(words)}")


def _flags(alias: Alias) -> list[tuple[str, str]]:
    """Return what limits a spelling: the flag, and in words."""
    limits = (
        ("case", "as written", alias.case),
        ("exact", "no endings", alias.exact),
        ("ctx", "with a context word", alias.ctx),
        ("fuzzy", "one letter off, too", alias.fuzzy),
    )
    found = [(flag, words) for flag, words, holds in limits if holds]
    for key, words in (
        ("not_with", alias.not_with),
        ("not_inside", alias.not_inside),
        ("not_language", sorted(alias.not_languages)),
    ):
        if words:
            found.append((key, f"{key}: {', '.join(words)}"))
    return found


def _aliases(entities: Sequence[Entity]) -> int:
    return sum(len(entity.aliases) for entity in entities)
