"""What stands between a reader and an article: paywalls, consent, logins, robot checks.

Tables and one judgement over them. A wall is only named on good evidence, since a page taken for
one gives no text: what the page declares, where it redirects, or wording on a page with hardly
any article. Knows nothing of HTTP and HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from watcher.core.model import PageFault

LEAST: Final = 160
"""Bytes of UTF-8 that an article has at least: 25 words of English, 12 of Russian, 50 signs of
Chinese."""
SHORT: Final = 2_000
"""Bytes of UTF-8 below which a text may be the teaser before a wall, so that wording counts."""


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip().casefold() for line in text.strip().splitlines() if line.strip())


CONSENT_HOSTS: Final = re.compile(
    r"^(?:consent|consents|cookieconsent|guce|myprivacy|privacy-gate|cmp-consent)\.", re.IGNORECASE
)
"""Google, YouTube, Yahoo (guce, consent), DPG Media (myprivacy): hosts that only ask for a yes."""
CONSENT_PATHS: Final = re.compile(
    r"/(?:consent|cookie-?wall|cookie-?consent|privacy-?gate|gdpr-?consent)(?:[/.?]|$)",
    re.IGNORECASE,
)
LOGIN_PATHS: Final = re.compile(
    r"/(?:login|log-in|signin|sign-in|sso|auth|accounts?/login|user/login)(?:[/.?]|$)",
    re.IGNORECASE,
)

ROBOT_TITLES: Final = frozenset(
    _lines("""
    just a moment
    just a moment...
    attention required! | cloudflare
    access denied
    access to this page has been denied
    are you a robot?
    robot check
    security check
    checking your browser
    please wait...
    pardon our interruption
    ddos-guard
    human verification
    you have been blocked
    доступ ограничен
    проверка браузера
    ой!
    вы не робот?
    安全验证
    访问验证
    访问被拒绝
    """)
)
"""Whole titles, so that an article headlined "Access denied to the camp" is none of them."""

ROBOT_WORDS: Final = _lines("""
    verify you are human
    verifying you are human
    verify that you are not a robot
    checking your browser before accessing
    enable javascript and cookies to continue
    please enable js and disable any ad blocker
    unusual traffic from your computer network
    bestätigen sie, dass sie kein roboter sind
    vérifiez que vous n'êtes pas un robot
    подтвердите, что вы не робот
    подтвердите, что запросы отправляли вы
    проверка вашего браузера
    сіздің робот емес екеніңізді
    robot olmadığınızı doğrulayın
    请完成安全验证
    请输入验证码
    請完成安全驗證
""")

CONSENT_WORDS: Final = _lines("""
    before you continue to
    we and our partners store and/or access
    we value your privacy
    accept cookies to continue
    accept all cookies to
    bevor sie fortfahren
    wir und unsere partner
    mit werbung weiterlesen
    avant de continuer
    nous et nos partenaires
    continuer sans accepter
    antes de continuar
    чтобы продолжить, примите
    прежде чем перейти к
    мы и наши партнеры храним
    жалғастыру үшін cookie
    devam etmeden önce
    biz ve ortaklarımız
    在继续之前
    接受所有 cookie
    繼續前往
""")

PAYWALL_WORDS: Final = _lines("""
    subscribe to continue reading
    subscribe to read the full
    subscribe to keep reading
    subscribe to unlock this article
    this article is for subscribers
    this content is for subscribers
    this article is reserved for subscribers
    become a subscriber to read
    to read the full story, subscribe
    you have reached your limit of free articles
    diesen artikel weiterlesen mit
    jetzt weiterlesen mit
    dieser artikel ist exklusiv für
    cet article est réservé aux abonnés
    article réservé aux abonnés
    il vous reste à lire
    la suite est réservée à nos abonnés
    suscríbete para seguir leyendo
    contenido exclusivo para suscriptores
    оформите подписку, чтобы читать
    подпишитесь, чтобы читать дальше
    чтобы прочитать полностью, оформите подписку
    материал доступен только подписчикам
    полный текст доступен по подписке
    оқуды жалғастыру үшін жазылыңыз
    devamını okumak için abone ol
    bu içerik abonelere özeldir
    مۇشتەرى بولغاندىن كېيىن
    订阅后继续阅读
    订阅以继续阅读
    本文为付费内容
    付费阅读全文
    仅限订阅用户
    訂閱後繼續閱讀
    訂戶專享
    成為會員以閱讀全文
""")

LOGIN_WORDS: Final = _lines("""
    log in to continue
    sign in to continue
    please log in to read
    bitte melden sie sich an
    connectez-vous pour lire
    войдите, чтобы продолжить
    авторизуйтесь, чтобы читать
    оқу үшін кіріңіз
    okumak için giriş yap
    登录后查看全文
    请登录后阅读
    登入後閱讀
""")


def _any_of(lines: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, lines)))


_ROBOT, _CONSENT, _PAYWALL, _LOGIN = map(
    _any_of, (ROBOT_WORDS, CONSENT_WORDS, PAYWALL_WORDS, LOGIN_WORDS)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What a page shows, as far as it says something about a wall.

    `asked` and `answered` are the addresses before and after redirects. `text` is the article as
    far as one was found, `shown` the words of the page from its start, `free` what the page
    declares of the article (None: nothing), `password` whether it asks for one.
    """

    asked: str
    answered: str
    title: str = ""
    text: str = ""
    shown: str = ""
    free: bool | None = None
    password: bool = False


def judge(signs: Signs) -> tuple[PageFault, str] | None:
    """Return which wall the page is, with a line for people; None for an article.

    Banners and login forms stand on pages with an article, too: where there is one, their words
    count only as far as they were taken for the article.
    """
    size = len(signs.text.encode())
    shown = _folded(signs.shown) if size < SHORT else ""
    words = shown if size < LEAST else _folded(signs.text) if size < SHORT else ""
    if led := led_elsewhere(signs.asked, signs.answered):
        return led
    if _folded(signs.title) in ROBOT_TITLES or _ROBOT.search(words):
        return PageFault.ROBOT_CHECK, "the page asks whether a person is there."
    if _CONSENT.search(words):
        return PageFault.CONSENT, "the page asks for consent before it shows the article."
    if signs.free is False:
        return PageFault.PAYWALL, "the page says that its article is for subscribers."
    if said := _PAYWALL.search(shown):
        return PageFault.PAYWALL, f'the page has little text and says "{said[0]}".'
    if (signs.password and size < LEAST) or _LOGIN.search(words):
        return PageFault.LOGIN, "the page asks for a login before it shows the article."
    if size < LEAST:
        return PageFault.NO_ARTICLE, "no article was found in the page."
    return None


def led_elsewhere(asked: str, answered: str) -> tuple[PageFault, str] | None:
    """Return what a redirect to another address says."""
    if asked == answered:
        return None
    try:
        before, after = urlsplit(asked), urlsplit(answered)
    except ValueError:
        return None
    host = after.hostname or ""
    if (CONSENT_HOSTS.match(host) and host != before.hostname) or (
        CONSENT_PATHS.search(after.path) and not CONSENT_PATHS.search(before.path)
    ):
        return PageFault.CONSENT, f"the article redirects to {host}, which asks for consent."
    if LOGIN_PATHS.search(after.path) and not LOGIN_PATHS.search(before.path):
        return PageFault.LOGIN, f"the article redirects to a login at {host}."
    if is_front(answered):
        return PageFault.NO_ARTICLE, f"the article redirects to the front page of {host}."
    return None


def led_home(asked: str, answered: str) -> bool:
    """Tell whether an article's address led to the front page of its own site.

    That is how many sites answer for what they have taken down. Another site's front page may be a
    portal in a hotel, or a wall.
    """
    try:
        before, after = urlsplit(asked).hostname or "", urlsplit(answered).hostname or ""
    except ValueError:
        return False
    sites = sorted((f".{before.removeprefix('www.')}", f".{after.removeprefix('www.')}"), key=len)
    return sites[1].endswith(sites[0]) and is_front(answered) and not is_front(asked)


def is_front(url: str) -> bool:
    """Tell whether an address is that of a whole site, where every article's words stand."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.path in {"", "/"} and not parts.query


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
