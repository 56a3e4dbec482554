"""The guess at a language where neither feed nor letters tell it."""

from __future__ import annotations

import sys

import pytest

from watcher.feeds import language


@pytest.fixture(autouse=True)
def _fresh() -> None:
    language._model.cache_clear()


ENGLISH = "Police detained three activists on Monday after a protest in the old town"
GERMAN = "Die Polizei hat am Montag drei Aktivisten nach einem Protest in der Altstadt verhaftet"


def test_a_text_is_in_a_language_asked_for_or_plainly_in_another() -> None:
    pytest.importorskip("py3langid", reason="the extra langid is not installed")

    assert language.guess(ENGLISH, frozenset({"en", "fr"})) == "en"
    assert language.guess(GERMAN, frozenset({"en", "fr"})) == "de"


def test_what_may_be_a_language_asked_for_is_no_other() -> None:
    pytest.importorskip("py3langid", reason="the extra langid is not installed")

    assert language.guess("Xinjiang, Kashgar, Hotan, Urumqi", frozenset({"en"})) in (None, "en")
    assert language.guess("Almaty", frozenset({"en"})) is None
    assert language.guess(GERMAN, frozenset({"en", "tlh"})) is None


def test_without_the_extra_nothing_is_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py3langid.langid", None)

    assert language.guess(GERMAN, frozenset({"en"})) is None
