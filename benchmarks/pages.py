"""What taking the text out of an article's page costs, and how much of the text comes out.

    PYTHONPATH=tests python benchmarks/pages.py

Pages of 80 KB as news sites make them, in six languages, with sentences of our own and in four
layouts: marked up as an article, in nothing but div, with readers' comments, and a short report.
trafilatura as the program uses it, and readability-lxml, justext and goose3 where they are
installed; each in a process of its own, so that import time and memory are its own.
"""

from __future__ import annotations

import importlib
import multiprocessing
import resource
from importlib.util import find_spec
from time import perf_counter
from typing import TYPE_CHECKING, Any

from support.article_pages import FOOTER, PARAGRAPHS, TEASER, article_page

from watcher.feeds import article

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 20
SCRIPT = f"<script>{'var page = 1;' * 5_000}</script>"


COMMENT = "I was there myself, and a neighbour of mine saw it from her window, too."
SHORT_TIMES, TIMES = 1, 8


def layouts(language: str) -> dict[str, str]:
    """Return the pages of one language."""
    words = PARAGRAPHS[language]
    whole = article_page(words, language=language, head=SCRIPT, times=TIMES)
    soup = whole
    for tag in ("article", "main", "header", "nav", "aside", "footer"):
        soup = soup.replace(f"<{tag}>", "<div>").replace(f"</{tag}>", "</div>")
    comments = f"<div class='comments'>{f'<div class=comment><p>{COMMENT}</p></div>' * 30}</div>"
    return {
        "article": whole,
        "div": soup,
        "comments": article_page(
            words, language=language, head=SCRIPT, times=TIMES, after=comments
        ),
        "short": article_page(words, language=language, head=SCRIPT, times=SHORT_TIMES),
    }


def trafilatura() -> Callable[[str], str]:
    return lambda page: str(article.read(page)["text"])


def readability() -> Callable[[str], str]:
    # Any: none of these is a dependency, and none has types.
    library: Any = importlib.import_module("readability")
    html: Any = importlib.import_module("lxml.html")
    return lambda page: str(html.fromstring(library.Document(page).summary()).text_content())


def justext() -> Callable[[str], str]:
    library: Any = importlib.import_module("justext")
    words = frozenset(
        word for name in library.get_stoplists() for word in library.get_stoplist(name)
    )
    return lambda page: "\n".join(
        part.text for part in library.justext(page, words) if not part.is_boilerplate
    )


def goose3() -> Callable[[str], str]:
    library: Any = importlib.import_module("goose3")
    goose = library.Goose({"enable_image_fetching": False})
    return lambda page: str(goose.extract(raw_html=page).cleaned_text)


READERS = {one.__name__: one for one in (trafilatura, readability, justext, goose3)}


def measure(name: str) -> None:
    started = perf_counter()
    read = READERS[name]()
    read(layouts("en")["article"])
    ready = perf_counter() - started
    for layout in layouts("en"):
        spent, kept, junk = 0.0, [], 0
        for language, words in PARAGRAPHS.items():
            page = layouts(language)[layout]
            started = perf_counter()
            for _ in range(ROUNDS):
                text = read(page)
            spent += (perf_counter() - started) / ROUNDS * 1_000 / len(PARAGRAPHS)
            kept += [f"{language} {sum(one in text for one in words) / len(words):.1f}"]
            junk += any(one in text for one in (TEASER, FOOTER, COMMENT))
        whole = [one for one in kept if not one.endswith("1.0")]
        lost = f"kept less: {', '.join(whole)}" if whole else "kept all"
        print(f"{name:12} {layout:9} {spent:5.1f} ms  {lost}; with junk: {junk} of {len(kept)}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:12} first page after {ready:.2f} s, {memory:.0f} MB")


def main() -> None:
    spawn = multiprocessing.get_context("spawn")
    for name in READERS:
        if find_spec(name) is None:
            print(f"{name:12} not installed")
            continue
        process = spawn.Process(target=measure, args=(name,))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
