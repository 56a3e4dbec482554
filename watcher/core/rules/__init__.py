"""Compile watch rules and entities; find them in an article; explain a hit and a miss."""

from watcher.core.rules.book import RuleBook, compile_rules, compile_terms

__all__ = ["RuleBook", "compile_rules", "compile_terms"]
