"""The any, all, none and near of a rule, over the leaves found in an article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from watcher.core.rules.look import LeafSpec, Look, Spot


@dataclass(frozen=True, slots=True)
class Tree:
    """A group whose leaves are numbers. See `model.Group` for when it holds."""

    any: tuple[int | Tree, ...] = ()
    all: tuple[int | Tree, ...] = ()
    none: tuple[int | Tree, ...] = ()
    near: int | None = None

    def leaves(self) -> Iterator[int]:
        """Yield every leaf in the tree, those of `none` too, in order of writing."""
        for part in (*self.any, *self.all, *self.none):
            if isinstance(part, Tree):
                yield from part.leaves()
            else:
                yield part

    def wanted(self) -> Iterator[int]:
        """Yield the leaves that the tree looks for: those of `none` are left out."""
        for part in (*self.any, *self.all):
            if isinstance(part, Tree):
                yield from part.wanted()
            else:
                yield part


def needs_a_hit(tree: Tree, leaves: Sequence[LeafSpec]) -> bool:
    """Tell whether the tree can hold only where the index finds one of its leaves."""

    def needs(part: int | Tree) -> bool:
        if isinstance(part, Tree):
            return needs_a_hit(part, leaves)
        return leaves[part].regex is None

    return (bool(tree.any) and all(map(needs, tree.any))) or any(map(needs, tree.all))


def might_hold(tree: Tree, possible: Container[int], leaves: Sequence[LeafSpec]) -> bool:
    """Tell whether the tree could hold if all the `possible` leaves were found, and no others.

    What the index does not know (a regular expression) may always be found.
    """

    def might(part: int | Tree) -> bool:
        if isinstance(part, Tree):
            return might_hold(part, possible, leaves)
        return part in possible or leaves[part].regex is not None

    return all(map(might, tree.all)) and (not tree.any or any(map(might, tree.any)))


def can_spare(part: int | Tree, leaf: int) -> bool:
    """Tell whether a part could hold though the leaf is never found."""
    if not isinstance(part, Tree):
        return part != leaf
    return all(can_spare(other, leaf) for other in part.all) and (
        not part.any or any(can_spare(other, leaf) for other in part.any)
    )


def evaluate(tree: Tree, look: Look, fields: Sequence[str]) -> list[Spot] | None:
    """Return the matches that make the tree hold; None if it doesn't hold."""
    if any(holds(part, look, fields) is not None for part in tree.none):
        return None
    members: list[list[Spot]] = []
    for part in sorted(tree.all, key=lambda part: _cost(part, look)):
        spots = holds(part, look, fields)
        if spots is None:
            return None
        members.append(spots)
    if tree.any:
        found = [spots for part in tree.any if (spots := holds(part, look, fields)) is not None]
        if not found:
            return None
        members.append([spot for spots in found for spot in spots])
    if tree.near is not None:
        return near(members, tree.near, look)
    return [spot for spots in members for spot in spots]


def _cost(part: int | Tree, look: Look) -> int:
    """Order of evaluation: what the index knows, groups, regular expressions."""
    if isinstance(part, Tree):
        return 1
    return 2 if look.is_regex(part) else 0


def holds(part: int | Tree, look: Look, fields: Sequence[str]) -> list[Spot] | None:
    """Return the matches that make a part hold; None if it doesn't."""
    if isinstance(part, Tree):
        return evaluate(part, look, fields)
    return look.spots(part, fields) or None


def near(members: Sequence[Sequence[Spot]], words: int, look: Look) -> list[Spot] | None:
    """Return the matches in windows of one field that have one of every member; None if none.

    A window opens with a match and takes in what begins at most `words` words after its last
    word: adjacent words are 1 apart.
    """
    # A part that holds without any words (only `none`) has nothing that could stand near.
    members = [spots for spots in members if spots]
    kept: dict[Spot, None] = {}
    for name in dict.fromkeys(spot.match.field for spots in members for spot in spots):
        place = look.page(name).place
        placed = sorted(
            ((*place(spot), number, spot) for number, spots in enumerate(members)
             for spot in spots if spot.match.field == name),
            key=lambda item: item[:3],
        )  # fmt: skip
        for at, (_, last, _, _) in enumerate(placed):
            end = at
            while end < len(placed) and placed[end][0] - last <= 2 * words:
                end += 1
            window = placed[at:end]
            if len({number for _, _, number, _ in window}) == len(members):
                kept |= dict.fromkeys(spot for *_, spot in window)
    return list(kept) or None
