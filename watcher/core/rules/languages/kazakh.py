"""Kazakh in three scripts: plural, whose, case, and what they make together.

Slots are written in Cyrillic letters with back vowels: қазақ-тар-ымыз-ға. The front row
(кісі-лер-іміз-ге) and the other alphabets are made from it: Arabic as in China, Latin as of 2021
(ş, ğ, and ı for ы), Latin that writes y for ы and sh for ш (2018), and Cyrillic typed without
Kazakh letters.
"""

from watcher.core.rules.languages.tables import Language, Slots, Strung, letters

_SLOTS = Slots(
    plural="лар дар тар",
    mine=("м ң мыз ңыз", "ым ың ымыз ыңыз"),
    its=("сы", "ы"),
    case=(
        "- ның ға ны да дан мен дағы нікі ша",
        "- ның дың тың ға қа ны ды ты да та дан тан нан мен бен пен дағы тағы нікі дікі тікі ша",
    ),
    case_of_mine="- ның дың а ды ны да дан нан мен дағы ша",
    case_of_its="- ның н на нда нан мен ндағы нша",
    derived="дағылар тағылар лық дық тық",
)
_FRONT = letters("аығқ", "еігк")


def _strung(
    alphabet: dict[int, str],
    *,
    vowels: str,
    gliding: str,
    softened: dict[str, str],
    high: str,
    fleeting: str = "",
    dropped: str = "",
    merged: str = "",
    unvoiced: str = "",
) -> Strung:
    return Strung(
        slots=_SLOTS,
        harmonies=(_FRONT,),
        alphabet=alphabet,
        vowels=vowels,
        gliding=gliding,
        softened=softened,
        high=high,
        fleeting=fleeting,
        dropped=dropped,
        merged=merged,
        unvoiced=unvoiced,
    )


_LATIN_SOFT = {"q": "g", "k": "g", "p": "b"}

TYPED_ON_A_RUSSIAN_KEYBOARD = _strung(
    letters("ғқңі", "гкни"),
    vowels="аеёоыэя",
    gliding="иую",
    softened={"к": "г", "п": "б"},
    high="ыи",
    dropped="ь",
)

KAZAKH = (
    Language(
        "kk",
        "cyrillic",
        letters="әғқңөұүһі",
        never="їєґў",
        words="туралы бойынша болып екен",
        strung=_strung(
            {},
            vowels="аеёоыэяәіөұү",
            gliding="иую",
            softened={"қ": "ғ", "к": "г", "п": "б"},
            high="ыі",
            fleeting="ыі",
            dropped="ь",
            merged="ст",
            unvoiced="кқпстшфх",
        ),
    ),
    Language(
        "kk",
        "arabic",
        letters="ۇۆۈېەڭۋ",
        term_letters="چگپھ",
        strung=_strung(
            letters("абгғдезийкқлмнңпрстшыі", "ابگعدەزييكقلمنڭپرستشىى"),
            vowels="اهوۇ",
            gliding="يوۋ",
            softened={"ق": "ع", "ك": "گ", "پ": "ب"},
            high="ي",
            merged="ست",
            unvoiced="كقپستشفح",
        ),
    ),
    Language(
        "kk",
        "latin",
        letters="ışğİñńǵū",
        never="ąęłżźčřěėšžāēīéí",
        term_letters="üö",
        words="ushin bolgan turaly otyr jatyr",
        strung=_strung(
            letters("абгғдезийкқлмнңпрстшыі", "abggdeziykqlmnnprstsii"),
            vowels="aeo",
            gliding="iuyw",
            softened=_LATIN_SOFT,
            merged="st",
            unvoiced="kqpstfhx",
            high="i",
        ),
    ),
    Language(
        "kk",
        "latin",
        strung=_strung(
            letters("абгғдезийкқлмнңпрстыі", "abggdeziykqlmnnprstyi") | {ord("ш"): "sh"},
            vowels="aeo",
            gliding="iuyw",
            softened=_LATIN_SOFT,
            merged="st",
            unvoiced="kqpstfhx",
            high="yi",
        ),
    ),
)
