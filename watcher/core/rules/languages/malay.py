"""Indonesian and Malay: only how to know them. "kandas" is theirs too, and means "stranded"."""

from watcher.core.rules.languages.tables import Language

MALAY = tuple(Language(code, "latin", words="dengan untuk tidak adalah") for code in ("id", "ms"))
