"""Pages of articles as news sites make them: the article among menus, teasers, banners, scripts."""

from __future__ import annotations

from collections.abc import Iterable

PARAGRAPHS = {
    "en": (
        "Volunteers told reporters in the city about relatives who were taken away in spring.",
        "They keep a list of names and read it aloud before the consulate opens its doors.",
        "A lawyer said that two of the men were home again, while a third was still being held.",
    ),
    "ru": (
        "Волонтёры рассказали журналистам о родственниках, которых увезли весной.",
        "Они ведут список имён и каждое утро читают его вслух у дверей консульства.",
        "Адвокат сообщил, что двое мужчин вернулись домой, а третий остаётся под стражей.",
    ),
    "kk": (
        "Еріктілер журналистерге көктемде әкетілген туыстары туралы айтып берді.",
        "Олар есімдер тізімін жүргізіп, оны консулдық есігі ашылар алдында дауыстап оқиды.",
        "Адвокат екі ер адамның үйіне оралғанын, үшіншісі әлі қамауда екенін айтты.",
    ),
    "zh": (
        "志愿者向记者讲述了春天被带走的亲属的情况。",
        "他们保存着一份名单，每天早晨在领事馆开门之前大声宣读。",
        "一名律师说，其中两名男子已经回家，而第三名男子仍被关押。",
    ),
    "ug": (
        "پىدائىيلار مۇخبىرلارغا ئەتىيازدا ئېلىپ كېتىلگەن تۇغقانلىرى ھەققىدە سۆزلەپ بەردى.",
        "ئۇلار ئىسىملار تىزىملىكىنى ساقلاپ، ھەر كۈنى ئەتىگەندە ئۈنلۈك ئوقۇيدۇ.",
        "ئادۋوكات ئىككى ئەرنىڭ ئۆيىگە قايتقانلىقىنى، يەنە بىرىنىڭ تۇتقۇندا ئىكەنلىكىنى ئېيتتى.",
    ),
    "tr": (
        "Gönüllüler gazetecilere ilkbaharda götürülen yakınlarını anlattı.",
        "Bir isim listesi tutuyor ve her sabah konsolosluk açılmadan önce yüksek sesle okuyorlar.",
        "Bir avukat, iki erkeğin eve döndüğünü, üçüncüsünün ise hâlâ tutulduğunu söyledi.",
    ),
}
"""Three paragraphs of one article in each language; sentences of our own."""

TEASER = "Other news of the day"
MENU = "Sport and weather"
FOOTER = "All rights reserved by the outlet"


def article_page(
    paragraphs: Iterable[str],
    *,
    title: str = "Relatives read out their names",
    language: str = "en",
    charset: str = "utf-8",
    head: str = "",
    before: str = "",
    after: str = "",
    times: int = 3,
) -> str:
    """Return a whole page; the paragraphs stand in it `times` times, as real articles are longer.

    `before` and `after` are markup around the article, `head` is markup for the head.
    """
    body = "".join(f"<p>{words}</p>" for words in [*paragraphs] * times)
    menu = "".join(f'<li><a href="/s{n}">{MENU} {n}</a></li>' for n in range(20))
    teasers = "".join(f'<div><h3><a href="/t{n}">{TEASER} {n}</a></h3></div>' for n in range(20))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="{charset}">'
        f"<title>{title}</title>{head}<script>var page = 'article';</script></head><body>"
        f"<header><nav><ul>{menu}</ul></nav></header>{before}"
        f"<main><article><h1>{title}</h1>{body}</article></main>{after}"
        f"<aside>{teasers}</aside><footer><p>{FOOTER}</p></footer></body></html>"
    )
