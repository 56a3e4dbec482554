"""Watches news feeds for names and subjects, and tells people once, soon and with the reason."""

__version__ = "0.1.0"
