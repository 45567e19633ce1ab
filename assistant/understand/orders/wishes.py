"""What a replacement should be like, out of a customer's words, in terms of one product's own options.

"clicky, RGB, full size; if there's none, without backlight", "a bigger one", "500 pieces less", "i5 over i7", "the
cheapest", "same as mine but red". Knows the product's options and no prices, no stock and no dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.language import STOP_WORDS, stem, tokenize
from assistant.order_talk import Wish
from assistant.request import Wanted
from assistant.understand.options import match_options
from assistant.understand.orders.degrees import or_more, take_extremes, take_steps
from assistant.understand.orders.stays import take_kept, take_needless, will_do, without_consent
from assistant.understand.quantities import price_bounds

Values = Mapping[str, Sequence[str]]

_CUT = (
    r"(?:[^,;.]{0,60}?(?:[,;.]\s*(?:then )?|\bthen )|"
    r"[^,;.]{0,30}?(?= (?:the|an?|i'd|i'll|i would|give me|go for|make it)\b)|[^,;.]{0,60})"
)
"""The rest of a condition: to its comma or "then"; in a hurry people write neither ("if you dont have it a red")."""
_INSTEAD = re.compile(
    r"(?:,|;|\.|\bbut|\band|\bor)?\s*\b(?:(?:but |and |or )?(?:if|in case|should|when) (?:that|it|this|there|none|"
    r"not|you|neither|i|one|those|they|these|\d)[^,;.]*?"
    rf"(?:n't|not|no(?:ne|thing)?|un\w+|without|out of)\b{_CUT}|"
    r"(?:but |and |or )?(?:if|in case) (?:[\w-]+ ){1,5}?(?:(?:is|are|does|do|can|could)(?:n't| not)|"
    rf"(?:is|are) (?:no longer|un\w+|sold out|out of|gone))\b{_CUT}|"
    r"(?:if none,?(?: then)?|otherwise|or else|"
    r"(?<!everything )(?<!anything )(?<!nothing )(?<!all )(?<!thing )(?<!something )"
    r"\belse\b(?= \w)|failing that|as a second choice|second choice:?|"
    r"(?:if|and) not(?: possible| available)?,|if not(?: possible| available)?)"
    r"(?! ?(?:(?:all|everything|it|keep) )*(?:the )?(?:same|identical|unchanged|equal|as (?:it|is|now|before)|like "
    r"(?:mine|now|before|it is)))\b)\s*"
)
_TAIL = re.compile(r",?\s*\bor ([^,;]+?) if (?:there's|there is|you have|that's|it's)? ?(?:no|not|none|n't)\b[^,;]*")
_SOFT = re.compile(
    r"\b(?:prefer\w*|ideally|if possible|if you have|if available|if there's a choice|would be nice|favou?r|"
    r"(?<!i'd )(?<!would )rather|"
    r"like(?! (?:it|they|that|mine|before|now|what)\b))\b"
)
_OVER = re.compile(r"\b(?:over(?!-)|rather than|more than|instead of|than)\b")
_INSTEAD_OF = re.compile(r"\b(?:instead of|rather than|not|no longer|other than|except|don't want)\b\s*$")
_CHEAPER = re.compile(r"\b(?:cheaper|less expensive)\b")
_OF_SHOWN = re.compile(r"\bthe (?:cheaper|less expensive)(?: (?:one|version|option)s?\b| of\b|\W*(?:$|[,;:.]))")
"""Of those that were named or shown the cheapest: "the less expensive one, 10 inch, gold"."""
_OF_SEVERAL = re.compile(
    r"\b(?:cheaper|less expensive)(?: (?:one|version|option))?,? (?:if|when|where|in case|should)\b[^,;.]*?"
    r"\b(?:2|two|more|several|both|many|choice|options?|versions?|few)\b"
)
"""Of those that fit the cheapest: "the cheaper one if there's more than one"."""
_WHICH = re.compile(r"\W*(?:(?:and|so|ok|hm+)\W+)*which\b")
_NO_DEARER = re.compile(
    r"(?:\b(?:not|never|no|without)|n't)\b[^,;.]{0,20}\b(?:dearer|pricier|more (?:expensive|costly)|"
    r"(?:cost(?:s|ing)?|pay(?:ing)?) (?:me )?(?:any )?more)\b|\bno (?:more|extra) (?:cost|money)\b|\bcosts? no more\b|"
    r"\bsame price or (?:less|lower|cheaper)\b|\b(?:cheaper|less) or (?:the same|equal)\b"
)
SHOW = re.compile(
    r"\b(?:tell|show|list|give) me (?:all )?(?:the |your )?(?:\S+ ){0,2}(?:options|versions|choices|variants)|\ball "
    r"the options\b|(?:what|which) (?:\S+ ){0,3}options\b"
)
_SOME_ID = re.compile(r"\b\d{6,}\b")


def read_wish(text: str, values: Values, *, current: Mapping[str, str] | None = None, skus: Sequence[str] = ()) -> Wish:
    """The wish in `text` (mended). `values` are the product's options, `current` those of the item to be replaced."""
    extra, text = _extra(text)
    parts = [p for p in _INSTEAD.split(text) if p and p.strip(" ,.;")]
    tails = [m[1] for p in parts for m in _TAIL.finditer(p)]
    parts = [_TAIL.sub(" ", p) for p in parts]
    # A condition that comes first ("if there's no RGB, the one without") leaves only what will do instead.
    conditional = bool(_INSTEAD.match(text.lstrip(" ,.;:")))
    later = [without_consent(p) for p in (*tails, *parts[1:])]
    first_part = [without_consent(p) if conditional else p for p in parts[:1]]
    wishes = [w for p in (*first_part, *later) if (w := _one(p, values, current, skus)).says]
    if not wishes:
        return Wish()
    first, *others = wishes
    first.second = conditional and not tails
    first.no_dearer = bool(_NO_DEARER.search(text))  # "if it isn't dearer" opens no second choice
    said = first.sku or first.want or first.prefer or first.extreme or first.relative or first.identical
    if others and not said:
        first = others.pop(0).over(first)
    first.extra = extra
    return _with_fallbacks(first, others)


_AT_MOST_MORE = re.compile(
    r"[,;]?\s*\b(?:but |and )?(?:only )?(?:if|as long as|so long as|provided(?: that)?|unless|for|at)\b[^,;.]*?"
    r"\d[\d.,]*\d?\W{0,2}(?:\w+ )?(?:extra|more|on top|additional(?:ly)?|dearer|pricier|difference|surcharge)\b[^,;.]*|"
    r"[,;]?\s*\b(?:but |and )?(?:only )?(?:if|as long as|so long as|provided(?: that)?|unless)\b[^,;.]*?"
    r"\b(?:difference|surcharge|extra)\b[^,;.]*?\d[\d.,]*\d?[^,;.]*"
)
"""Up to which surcharge something is wanted: "if it's no more than 70 dollars extra", "unless the difference is 20"."""


_LEAVES = re.compile(r"\b(?:leave|forget|don't|do not|skip|keep|never ?mind|stop|not)\b(?! (?:more|over|above)\b)")
"""What is to happen beyond the limit: "if it's more than 20 extra, forget it"."""


def _extra(text: str) -> tuple[int | None, str]:
    """How much more something may cost, in minor units; and the text without that condition."""
    for match in _AT_MOST_MORE.finditer(text):
        bounds = price_bounds(match[0])
        most = bounds.high
        if most is None and ("unless" in match[0] or _LEAVES.search(text[match.start() : match.end() + 30])):
            most = bounds.low
        if most is not None:
            return most, f"{text[: match.start()]} {text[match.end() :]}"
    return None, text


def _with_fallbacks(first: Wish, others: Sequence[Wish]) -> Wish:
    """Another value of the same option is a second choice of it; other options make another wish."""
    for other in others:
        named = set(other.want) | set(other.prefer)
        if named and named <= (set(first.want) | set(first.prefer)) and not first.instead and len(named) == 1:
            for name in named:
                mine = first.want.get(name) or first.prefer.get(name) or []
                more = other.want.get(name) or other.prefer.get(name) or []
                into = first.want if name in first.want else first.prefer
                into[name] = list(dict.fromkeys([*mine, *more]))
        else:
            first.instead.append(replace(other, instead=[]).as_json())
    return first


def _one(text: str, values: Values, current: Mapping[str, str] | None, skus: Sequence[str]) -> Wish:
    wish = Wish(sku=next((m[0] for m in _SOME_ID.finditer(text) if m[0] in skus), None))
    if wish.sku:
        return wish
    if _OF_SEVERAL.search(text):
        wish.extreme.append(["price", -1])
        text = _OF_SEVERAL.sub(" ", text)
    text = take_extremes(text, values, wish)
    text = take_steps(text, values, current, wish)
    text = take_kept(text, values, wish)
    text = take_needless(text, values, wish)
    text, as_well = will_do(text, values)
    _named(text, values, wish)
    for name, value in as_well:
        if name in wish.want:
            wish.want[name] = list(dict.fromkeys([*wish.want[name], value]))
        else:
            wish.free.append(name)
    _apart(values, wish)
    or_more(text, values, wish)
    wish.show = bool(SHOW.search(text)) or _another(text, values, current, wish)
    bounds = price_bounds(text)
    wish.under = bounds.high
    wish.no_dearer = bool(_NO_DEARER.search(text))
    if _CHEAPER.search(text) and (_WHICH.match(text) or _OF_SHOWN.search(text)) and not wish.extreme:
        wish.extreme.append(["price", -1])  # "which would be cheaper?" is asked of those offered, not of what was paid
    wish.cheaper = bool(_CHEAPER.search(text)) and not wish.extreme and not wish.no_dearer
    if wish.identical and (wish.want or wish.relative or wish.extreme):
        wish.identical, wish.rest_same = False, True
    return wish


def _another(text: str, values: Values, current: Mapping[str, str] | None, wish: Wish) -> bool:
    """ "In another color": any value but the one it has; which, the customer is to say."""
    match = _ANOTHER.search(text)
    name = next((n for n in values if match and stem(n.lower().split()[-1]) == stem(match[1])), None)
    if name is None or name in wish.want:
        return False
    if current and name in current:
        wish.exclude.setdefault(name, []).append(current[name])
    return True


_ANOTHER = re.compile(r"\b(?:another|other|different) (?:kind of |type of )?([a-z]+)")


def _apart(values: Values, wish: Wish) -> None:
    """ "Black, green": where black may be of two options and green of one, each is of its own."""
    for name, chosen in list(wish.want.items()):
        for value in chosen if len(chosen) > 1 else []:
            others = [
                n for n, vs in values.items() if n != name and value in vs and wish.want.get(n, [value]) == [value]
            ]
            own = [v for v in wish.want[name] if v != value]
            if len(others) == 1 and own and not any(v in values[others[0]] for v in own):
                wish.want[name], wish.want[others[0]] = own, [value]


def _stated(text: str, values: Values, wish: Wish) -> str:
    """Values written beside their option's name ("backlight: none", "dial color white"); the text without them."""
    for name, options in values.items():
        for value in sorted(options, key=len, reverse=True):
            told = rf"\b{re.escape(name.lower())}\W{{0,3}}(?::|=|is|to|of)?\W{{0,3}}{re.escape(value.lower())}(?!\w)"
            if match := re.search(told, text):
                wish.want[name] = [value]
                text = text.replace(match[0], " ", 1)
                break
    return text


def _named(text: str, values: Values, wish: Wish) -> None:
    """The values named, those denied, and which of several are the better ones."""
    text = _stated(text, values, wish)
    for clause in re.split(r";|\.(?!\d)|,(?! (?:or|and)\b)", text):
        soft = bool(re.search(r"\bover\b(?!-)", clause)) or (
            bool(_SOFT.search(clause)) and not re.search(r"(?:would|i'd|'d) like|like (?:to|a|the|one|it)\b", clause)
        )
        found = _matches(clause, values)
        by_option: dict[str, list[str]] = {}
        for wanted, at in found:
            if wanted.value is None:
                if not _is_denied(clause, at, wanted):
                    wish.missing.append(wanted.asked)
                continue
            name = str(wanted.name)
            if _is_denied(clause, at, wanted) or (by_option.get(name) and _OVER.search(clause[:at]) and not soft):
                target = wish.prefer if by_option.get(name) and soft else wish.exclude
                target.setdefault(name, []).append(wanted.value)
                continue
            by_option.setdefault(name, []).append(wanted.value)
        for name, value in _lacking(clause, values):
            if value not in by_option.get(name, ()) and value not in wish.exclude.get(name, ()):
                wish.exclude.setdefault(name, []).append(value)
        for name, chosen in by_option.items():
            ordered = bool(_OVER.search(clause)) and len(chosen) > 1
            into = wish.prefer if soft or ordered else wish.want
            into[name] = list(dict.fromkeys([*into.get(name, []), *chosen]))


def _matches(clause: str, values: Values) -> list[tuple[Wanted, int]]:
    """Values with where they stand."""
    out, at = [], 0
    for wanted in match_options(clause, values):
        own = str(wanted.value).lower().startswith(("not ", "non", "no"))  # "not resistant" is a value, no denial
        first = (wanted.asked if own else wanted.asked.removeprefix("not ")).split()[0]
        place = clause.find(first, at)
        place = place if place >= 0 else max(clause.find(first), 0)
        at = place
        out.append((wanted, place))
    return [*out, *_by_name(clause, values, out)]


def _by_name(clause: str, values: Values, have: Sequence[tuple[Wanted, int]]) -> list[tuple[Wanted, int]]:
    """Values by a word that begins like one of theirs and is no ordinary word: "Google Home" for "Google Assistant".
    A word that `have` took for another option's value is none."""
    out: list[tuple[Wanted, int]] = []
    used = {t.text for w, _ in have for t in tokenize(w.asked)}
    for name, options in values.items():
        if any(w.name == name for w, _ in have):
            continue
        firsts = {v: [t.text for t in tokenize(v) if len(t.text) > 3 and t.text not in STOP_WORDS] for v in options}
        for tok in tokenize(clause):
            hits = [v for v, words in firsts.items() if tok.text in words and tok.text not in used]
            if len(hits) == 1:
                out.append((Wanted(tok.text, name, hits[0]), tok.start))
                break
    return out


def _is_denied(clause: str, at: int, wanted: Wanted) -> bool:
    """Whether a value that stands at `at` is said to be what it shall not be: "without rubber", "isn't mesh",
    "latex-free". "Without backlight" names the value of having none."""
    before = clause[:at]
    if _INSTEAD_OF.search(before.rstrip() + " ") or _NO.search(before):
        return True
    if wanted.value is not None and _OF_NONE.match(wanted.value.lower()):
        return False
    return bool(_LACKS.search(before) or _FREE_OF_IT.match(clause[at + len(wanted.asked) :]))


def _lacking(clause: str, values: Values) -> list[tuple[str, str]]:
    """Option and value of what a clause says something is to be without."""
    out: list[tuple[str, str]] = []
    for match in _LACKS_AT.finditer(clause):
        rest = clause[match.end() :]
        named = next(iter(match_options(rest, values)), None)
        if named is not None and named.value is not None and rest.startswith(named.asked.split()[0]):
            none_of_it = any(_OF_NONE.match(v.lower()) for v in values[str(named.name)])
            out += [] if none_of_it else [(str(named.name), named.value)]
    return out


_NO = re.compile(r"\b(?:not|no|instead of|rather than) (?:the |a |an )?$")
_LACKS_AT = re.compile(
    r"(?:\b(?:without|never|nothing|anything but|any(?:thing)? other than|free (?:of|from)|avoid\w*)|n't|\bnot)"
    r"(?: (?:be|been|have|has|contain|use|made|of|from|out|in|with|any|a|an|the|so|too|that|real|actually))*\s+"
)
_LACKS = re.compile(f"{_LACKS_AT.pattern}$")
_FREE_OF_IT = re.compile(r"[- ]free\b")
_OF_NONE = re.compile(r"(?:no|none|without|not|non)\b")
"""A value that is the lack of something."""
