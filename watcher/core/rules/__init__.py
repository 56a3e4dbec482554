"""Compile watch rules and entities; find them in an article; explain a hit and a miss."""

from watcher.core.rules.book import RuleBook, compile_rules, compile_terms
from watcher.core.rules.suggest import Suggester, Suggestion

__all__ = ["RuleBook", "Suggester", "Suggestion", "compile_rules", "compile_terms"]
