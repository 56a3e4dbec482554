"""Entity packs: those that come with the program, and people's own beside their rules.yaml."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watcher.core.model import Entity

FOLDER = Path(__file__).parent.parent / "packs"
_TITLE = re.compile(r"^title:[ \t]*[\"']?(.*?)[\"']?[ \t]*$", re.MULTILINE)
_ENTITIES = re.compile(r"^entities:", re.MULTILINE)
_MORE = re.compile(r"^(rules|feeds|channels):", re.MULTILINE)
_ID = re.compile(r"^  ([\w-]+):", re.MULTILINE)
_MOST_OWN = 100


@cache
def pack_names() -> tuple[str, ...]:
    """Return the names of the shipped packs, in order: "kazakhstan", "press-freedom" ..."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def shipped(name: str) -> Path | None:
    """Return the path of the shipped pack that `include:` calls "packs/NAME.yaml" or "NAME"."""
    stem = name.removeprefix("packs/").removesuffix(".yaml").removesuffix(".yml")
    return FOLDER / f"{stem}.yaml" if stem in pack_names() else None


@cache
def shipped_entities() -> Mapping[str, str]:
    """Return the ids in the shipped packs, each with its pack: "tokayev": "packs/kazakhstan.yaml".

    Nothing but the ids is read, which takes a thirtieth of the time.
    """
    return {
        id_: f"packs/{name}.yaml"
        for name in pack_names()
        for id_ in _ID.findall(_ENTITIES.split(_text(FOLDER / f"{name}.yaml"))[-1])
    }


def own_packs(beside: Path) -> dict[str, Path]:
    """Return people's own packs by the name that `include:` gives them: "packs/desk.yaml".

    A pack is a YAML file in the folder `beside` (or in packs/ within it) that holds entities and
    no rules, feeds or channels. Files that can't be read are left out.
    """
    found = {}
    for path in sorted((*beside.glob("*.yaml"), *beside.glob("packs/*.yaml")))[:_MOST_OWN]:
        text = _text(path)
        if _ENTITIES.search(text) and not _MORE.search(text):
            found[path.relative_to(beside).as_posix()] = path
    return found


def title_of(path: Path) -> str:
    """Return what a pack says that it is about; "" if it says nothing."""
    title = _TITLE.search(_text(path))
    return title[1] if title else ""


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def load_pack(name: str) -> tuple[Entity, ...]:
    """Return the entities of the shipped pack `name`; raises KeyError when there is none."""
    path = shipped(name)
    if path is None:
        raise KeyError(name)
    return load_own_pack(path)


def load_own_pack(path: Path) -> tuple[Entity, ...]:
    """Return the entities of a file; raises RulesError."""
    from watcher.config.load import read_entities  # noqa: PLC0415 - the loader needs the paths

    return read_entities(path)
