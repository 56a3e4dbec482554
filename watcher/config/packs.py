"""The entity packs that come with the program: names, paths, entities."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watcher.core.model import Entity

FOLDER = Path(__file__).parent.parent / "packs"


@cache
def pack_names() -> tuple[str, ...]:
    """Return the names of the shipped packs, in order: "press-freedom", "xinjiang"."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def shipped(name: str) -> Path | None:
    """Return the path of the shipped pack that `include:` calls "packs/NAME.yaml" or "NAME"."""
    stem = name.removeprefix("packs/").removesuffix(".yaml").removesuffix(".yml")
    return FOLDER / f"{stem}.yaml" if stem in pack_names() else None


def load_pack(name: str) -> tuple[Entity, ...]:
    """Return the entities of the shipped pack `name`; raises KeyError when there is none."""
    from watcher.config.load import read_entities  # noqa: PLC0415 - the loader needs the paths

    path = shipped(name)
    if path is None:
        raise KeyError(name)
    return read_entities(path)
