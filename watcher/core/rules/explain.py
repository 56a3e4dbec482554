"""Why a rule holds for an article or not, in words for the person who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.core.model import Explanation, Leaf
from watcher.core.rules.look import FIELDS
from watcher.core.rules.tree import Tree, evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.core.model import Rule
    from watcher.core.rules.look import LeafSpec, Look


def explanation(
    rule: Rule, tree: Tree, look: Look, leaves: Sequence[LeafSpec], obstacle: str
) -> Explanation:
    """Return every leaf of the rule with its matches or what is nearest, and the first obstacle."""
    parts = {number: _leaf(leaves[number], rule, look) for number in tree.leaves()}
    spots = evaluate(tree, look, rule.search_in)
    holds = spots is not None and not obstacle
    if not holds and not obstacle:
        obstacle = "not all found"
    return Explanation(rule=rule.name, holds=holds, leaves=tuple(parts.values()), obstacle=obstacle)


def _leaf(leaf: LeafSpec, rule: Rule, look: Look) -> Leaf:
    matches = tuple(spot.match for spot in look.spots(leaf.number, rule.search_in))
    return Leaf(term=leaf.term.text, kind=leaf.term.kind, found=bool(matches), matches=matches)
