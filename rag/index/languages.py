"""Which language a text is in, as far as word forms need it, and which of its words say nothing.

It knows function words and scripts only: enough to choose a stemmer, never enough to translate. Passages are short
and many, so a guess must cost microseconds and needs no model; English is the answer when nothing speaks against it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

ENGLISH = "en"

# Function words by ISO 639-1 code: articles, pronouns, prepositions, conjunctions, auxiliaries and question words.
# Chinese and Japanese have pairs of characters, as rag.index.terms looks them up.
_FUNCTION_WORDS: Mapping[str, str] = {
    "en": """a about after all also am an and any are as at be because been before being between both but by can could
        did do does doing during each few for from further had has have having he her here hers him his how i if in
        into is it its itself just many may me might more most much must my no nor not of off on once only or other
        our out over own same shall she should so some such than that the their them then there these they this those
        through to too under until up upon us very was we were what when where which while who whom whose why will
        with would you your""",
    "de": """aber alle als am an auch auf aus bei bin bis bist da damit dann das dass dem den denn der des die dies
        diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es für gegen hat habe
        haben hatte hatten ich ihm ihn ihr ihre im in ist ja jede kann kein keine können man mein mit muss nach nicht
        noch nur ob oder ohne sehr sein seine sich sie sind so über um und uns unter vom von vor war waren warum was
        welche welcher welches wenn wer werden wie wird wir wo wurde wurden zu zum zur zwischen""",
    "fr": """à au aux avec ce ces cet cette comme comment dans de des dont du elle elles en entre est et était étaient
        été être eu eux fait il ils je la le les leur leurs lui ma mais me mes moi mon ne nos notre nous on ont ou où
        par pas plus pour pourquoi qu quand que quel quelle quelles quels qui sa sans se ses si son sont sous sur ta
        te tes toi ton tu un une vos votre vous d l c j m n s t y""",
    "es": """a al algo cada ante antes como cómo con cuál cuáles cuándo cuánto cuántos cuántas de del desde donde
        dónde durante e el él ella ellas ellos en entre era eran es esa ese eso esta está este esto estos fue fueron
        ha había han hasta la las le les lo los más me mi muy no nos o para pero por porque que qué quién quiénes se
        ser si sí sin sobre son su sus también tiene tu un una uno unos y ya""",
    "it": """a ad agli ai al alla alle allo anche che chi ci come con cosa cui da dagli dai dal dalla dalle de degli
        dei del della delle dello di dove e è ed era erano fu furono gli ha hanno i il in io la le lei li lo loro lui
        ma mi ne negli nei nel nella nelle nello noi non o per perché più quale quali quando quanti quanto quello
        questa questo se sei si sono su sua sue sugli sui sul sulla sulle suo suoi tra tu un una uno""",
    "pt": """a à cada ao aos as às até com como da das de dela dele do dos e é ela elas ele eles em entre era eram
        essa esse esta está este eu foi foram há isso isto já lhe mais mas me mesmo muito na nas não no nos o onde os
        ou para pela pelas pelo pelos por porque qual quais quando quantos que quem são se sem ser seu seus sua suas
        também tem têm um uma você""",
    "nl": """aan als al bij dan dat de deze die dit door een en er had hadden heb hebben heeft het hij hoe hoeveel hun
        ik in is je kan kon maar me meer men met mijn na naar niet nog nu of om onder ook op over te tegen toch toen
        tot uit van veel voor waar waarom wanneer want waren was wat we wel welke werd werden wie wij worden wordt
        zich zij zijn zo zou""",
    "sv": """alla att av blev bli där de den denna det detta dig din du efter ej eller en er ett för från ha hade han
        har hon honom hur hos i inte jag kan kommer med mellan men mig min mot mycket när nej ni nu och om oss på
        sedan sig sin sina ska skulle som så till under ut utan vad var varför vem vi vid vilka vilken vilket över
        är""",
    "da": """af alle at blev bliver da de dem den denne der deres det dette dig din du efter eller en end er et for
        fra ham han har havde hende her hun hvad hvem hver hvilken hvilket hvis hvor hvordan hvorfor i ikke ind jeg
        kan kun man med meget men mellem mig min nogle nu når og også om op os over på sig skal som til ud under var
        ved vi vil være været""",
    "no": """alle at av ble blir da de dem den denne der deres det dette din du eller en enn er et etter for fra ha
        hadde han har hennes her hun hva hvem hver hvilken hvilket hvis hvor hvordan hvorfor i ikke inn jeg kan kun
        man med meg meget mellom men min mot mye noen nå når og også om opp oss over på seg skal som så til ut under
        var ved vi vil være vært""",
    "fi": """ei eivät eli en että ennen hän häntä he ja jo joka jos jotka kanssa kuin kuinka kuka kun kuten kyllä me
        mikä millä milloin minkä minä missä mitä mitkä miksi mukaan mutta myös ne niin niiden noin nyt oli olivat
        ollut on ovat saa se sekä sen sinä sitä siitä tai te tämä tätä tämän vain voi voidaan voivat yli""",
    "pl": """a aby albo ale bardzo bez być był była było były bym co czy dla do gdy gdzie go i ich ile im ja jak jaka
        jaki jakie jako je jego jej jest jeszcze już kiedy kto która które którego której który których którzy lub ma
        mi może na nad nie nich niego o od oraz po pod przed przez przy się są ta tak także tam te tego tej ten to tu
        ty tych tylko tym w we wszystko z za ze że""",
    "cs": """a aby ale ani až bez bude by byl byla bylo byly být co což či do ho i já jak jaká jaké jaký je jeho její
        jejich jen ještě jsem jsme jsou k kde kdo kdy když ke která které který kteří ku má mezi mi mít na nad ne nebo
        není o od on po pod pokud pro proč před při s se si své tak také tato ten tento to toho tom tu v ve více však
        vše z za ze že""",
    "ro": """a acest această al ale am ar are asupra au avea că care ce cea cei cel cele cine cu cum când câte câți
        dar de despre din după ea ei el ele era erau este eu fi fost în îi își iar la le lui mai mult nu o or ori pe
        pentru prin sa sale sau se și sunt său te toate un unde unei unor unui va""",
    "hu": """a az abban ahol aki akik ami amely amelyek azok azt be csak de egy egyik el ennek és ezek ez ezt fel hogy
        hogyan hol ha hány is ki kik kell le lehet lesz majd már meg mely melyik mert mi mikor milyen mint mit most
        nagy nem néhány ő olyan pedig s sem számára szerint több úgy után vagy van vannak volt voltak""",
    "tr": """ama ancak bazı bir biri birçok bu buna bunu bunun çok çünkü da daha de değil diye dolayı en gibi göre
        hangi hangisi hem her için ile ilgili ise kaç kadar ki kim kimin mı mi mu mü nasıl ne neden nedir nerede olan
        olarak oldu olduğu sonra şey şu tarafından tüm var ve veya ya yani yok""",
    "id": """ada adalah agar akan antara apa apakah atau bagaimana bahwa bagi banyak beberapa berapa bisa dalam dan
        dapat dari dengan di dia harus hanya ini itu juga jika kami kapan karena ke kepada lebih mana maka mengapa
        mereka oleh pada para saat saja sebagai sebuah secara sedang sejak seperti serta setelah siapa sudah telah
        tentang tersebut tetapi tidak untuk yang""",
    "ca": """a al als amb aquest aquesta com de del dels des el els en entre era eren és estan està ha han hi i la les
        li lo més molt no o on per perquè però pel pels quan que què quin quina quins qui se seu seva ser seus són
        també té un una uns va van""",
    "vi": """bao bị bởi các cái cho chúng có của cùng do đã đang để đến đi điều được đó gì hay họ hơn khi không là lại
        làm lên mà một này nào nên ở ra rằng sau sẽ tại theo thì tôi trên trong từ và vào vẫn về vì với việc""",
    "ru": """а без более бы был была были было быть в вам вас весь во вот все всех вы где да для до его ее её если
        есть еще ещё же за и из или им их к как какая какие какой каком когда кого кто ли между меня мне мы на над не
        него нет ни них но о об он она они оно от по под после почему при про с сколько со так также там то того тоже
        той только том ты у уже чего чей чем что чтобы эта эти это этого этой этот я""",
    "el": """αλλά από αυτά αυτή αυτό αυτός για δεν δύο είναι είχαν είχε ένα ένας ενός έχει έχουν η ή ήταν θα και κατά
        με μετά μη μια μία να ο οι όπως όταν ότι που πού ποια ποιά ποιες ποιο ποιοι ποιος πολύ πόσα πόσες πόσοι πόσο
        πότε πριν προς πως πώς σε στα στη στην στις στο στον στους τα τη την της τι τις το τον του τους των ως""",
    "ar": """إلى أن أو أي إن أين التي الذي الذين أما بعد بين تلك ثم حتى حيث ذلك عن عند على غير في قبل قد كان كانت كل
        كم كما كيف لا لم لن له لها ليس ما ماذا مع متى من منذ هذا هذه هل هم هو هي و وقد يكون""",
    "fa": """از است این آن آنها اما اگر با باید بر برای بود به تا چه چرا چگونه چند چیست خود در را کجا که کدام کرد کند
        کی ما می نمی نیز هم های یا یک و شد شود""",
    "zh": """什么 多少 哪些 哪个 哪里 哪一 哪年 如何 怎么 怎样 为什 为何 是什 么是 什麼 多久 几个
        是否 请问 是谁 有多 了什 吗 呢 谁""",
    "ja": """です ます でし した して いる ある から まで とは 何で なに どこ いつ だれ 誰で
        なぜ どの いく くら つで すか""",
    "hi": """अपने आदि इन इस इसके इसे उन उनके उस उसके एक ऐसे और कब कर करते करने कहा कहाँ का कितना कितनी कितने किया किस
        किसने किसी की के को कोई कौन क्या क्यों गया जब जा जिस जो तक तथा तो था थी थे द्वारा नहीं ने पर भी में यदि यह या
        ये लिए वह वे से हुआ है हैं हो होता होती""",
}  # fmt: skip

STOP_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {language: frozenset(words.split()) for language, words in _FUNCTION_WORDS.items()}
)
_SHARED_BY = Counter(word for words in STOP_WORDS.values() for word in words)
_WORD = re.compile(r"[^\W\d_]+(?:[\u0900-\u097f]+[^\W\d_]*)*")
_SCRIPTS = (
    ("el", re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("hy", re.compile(r"[\u0530-\u058f]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("ta", re.compile(r"[\u0b80-\u0bff]")),
    ("ja", re.compile(r"[\u3040-\u30ff\u31f0-\u31ff]")),
    ("zh", re.compile(r"[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")),
)
_LETTERS = (
    *_SCRIPTS,
    *((language, dict(_SCRIPTS)["ru"]) for language in ("be", "bg", "kk", "mk", "mn", "sr", "uk")),
    *((language, dict(_SCRIPTS)["ar"]) for language in ("fa", "ku", "ur")),
    *((language, dict(_SCRIPTS)["hi"]) for language in ("mr", "ne")),
    ("ja", dict(_SCRIPTS)["zh"]),
    ("ko", re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ka", re.compile(r"[\u10a0-\u10ff]")),
)
"""Which letters a language is written in, when they are not Latin."""

_READ_AT_MOST = 2000
"""Characters: about 300 words hold over 100 function words, which no longer changes a guess."""


def guess_language(text: str) -> str:
    """The ISO 639-1 code whose function words stand in `text` most, or "" if none do.

    A word that several languages share counts for each by its share, so "de" and "la" alone decide nothing.
    """
    found = Counter(word for word in _words(text) if word in _SHARED_BY)
    weights = {
        language: sum(count / _SHARED_BY[word] for word, count in found.items() if word in words)
        for language, words in STOP_WORDS.items()
    }
    best = max(weights, key=lambda language: weights[language])
    return best if weights[best] > 0 else ""


def language_of_script(word: str) -> str:
    """The language a word's letters stand for when they are not Latin, or ""."""
    if word.isascii():
        return ""
    return next((language for language, letters in _SCRIPTS if letters.search(word)), "")


def foreign_share(text: str, known: Sequence[str]) -> float:
    """The share of the letters of `text`, 0 to 1, that are in none of the `known` languages; 0 if all are known ().

    Letters of other scripts are foreign for certain; Latin ones as a whole, when their function words are.
    """
    letters = [char for char in text if char.isalpha()]
    if not known or not letters:
        return 0.0
    latin = "".join(char for char in text if _is_latin(char))
    foreign_latin = (guess_language(latin) or known[0]) not in known
    readable = [letters_of for language, letters_of in _LETTERS if language in known]
    foreign = sum(
        foreign_latin if _is_latin(char) else not any(letters_of.match(char) for letters_of in readable)
        for char in letters
    )
    return foreign / len(letters)


def is_stop_word(word: str, languages: Iterable[str]) -> bool:
    """True if the case-folded `word` is a function word of one of `languages`."""
    return any(word in STOP_WORDS.get(language, ()) for language in languages)


def _is_latin(char: str) -> bool:
    return char < "\u0250" or "\u1e00" <= char <= "\u1eff" or char.isspace()


def _words(text: str) -> list[str]:
    return _WORD.findall(text[:_READ_AT_MOST].casefold())
