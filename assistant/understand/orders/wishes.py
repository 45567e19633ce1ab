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
from assistant.scales import adjective, number_in, option_named, rank
from assistant.understand.options import match_options
from assistant.understand.quantities import price_bounds

Values = Mapping[str, Sequence[str]]

_INSTEAD = re.compile(
    r"(?:,|;|\.|\bbut|\band|\bor)?\s*\b(?:(?:but |and |or )?(?:if|in case|should|when) (?:that|it|this|there|none|not|"
    r"you|neither|i|one|those|they|these|\d)[^,;.]*?"
    r"(?:n't|not|no(?:ne|thing)?|un\w+|without|out of)\b[^,;.]{0,60}[,;.]?\s*(?:then )?|"
    r"(?:if none,?(?: then)?|otherwise|or else|"
    r"(?<!everything )(?<!anything )(?<!nothing )(?<!all )(?<!thing )(?<!something )"
    r"\belse\b(?= \w)|failing that|as a second choice|second choice:?|"
    r"(?:if|and) not(?: possible| available)?,|if not(?: possible| available)?)(?!(?: the)? same))\s*"
)
_TAIL = re.compile(r",?\s*\bor ([^,;]+?) if (?:there's|there is|you have|that's|it's)? ?(?:no|not|none|n't)\b[^,;]*")
_SOFT = re.compile(
    r"\b(?:prefer\w*|ideally|if possible|if you have|if available|if there's a choice|would be nice|rather|favou?r|"
    r"like(?! (?:it|they|that|mine|before|now|what)\b))\b"
)
_OVER = re.compile(r"\b(?:over(?!-)|rather than|more than|instead of|than)\b")
_INSTEAD_OF = re.compile(r"\b(?:instead of|rather than|not|no longer|other than|except|don't want)\b\s*$")
_TOO = re.compile(r"\b(?:too|so) (\w+)")
_NOT_ENOUGH = re.compile(
    r"(?:isn't|not|aren't|n't) (?:\w+ )?(\w+) enough|not (?:as|so) (\w+)|(?:isn't|aren't) (?:as|so) (\w+)"
)
_LESS = re.compile(r"\bless (\w+)")
_MORE = re.compile(r"\bmore (\w+)")
_SAME = re.compile(
    r"\b(?:same|keep(?:ing)?|stay(?:s)?|unchanged|as (?:mine|before|it is))\b(?: (?:the|my|its|a|as|in|"
    r"with))*([^,;.]*?)(?=,|;|\.|\bbut\b|\bwith\b|\band\b|$)"
)
_REST = re.compile(
    r"\b(?:everything|all|the rest|rest|otherwise|else|other(?: (?:specs?|options?|things?|features?|details?))?)\b"
    r"[^,;.]{0,30}\b(?:same|unchanged|alone|untouched|as (?:it is|is|close|similar|before|they are)|stays?|equal|"
    r"identical|like (?:mine|before|it (?:is|was)|they (?:are|were)|now|what i have|the (?:old|current) one))\b|"
    r"\bsame otherwise\b|without (?:chang|touch)ing|"
    r"\b(?:keep|keeping|leave|leaving) (?:\w+ ){0,2}(?:other(?! (?:one|two|item|order|thing)s?\b)|rest|remaining|"
    r"everything else|all else)\b|"
    r"otherwise(?: the)? same|"
    r"nothing else (?:is |should |must |to |may |need |needs to )?(?:be )?(?:different|chang\w+|alter\w*)|"
    r"(?:don't|do not|not) (?:change|touch|alter) (?:anything|any thing) else|"
    r"\bother options unchanged|same in every"
)
_IDENTICAL = re.compile(
    r"\b(?:(?:exact(?:ly)?|very|for the) (?:the )?same(?! order)(?: one| item| thing)?|"
    r"same (?:one|item|thing)|same specs?|"
    r"identical)\b"
)
_FREE = re.compile(
    r"(?:don't|do not|doesn't|not) (?:care|mind|matter)|\bany\b|whatever|no preference|(?:is|would be) (?:fine|ok|"
    r"okay)(?: too)?"
)
_CHEAPEST = re.compile(
    r"\b(?:cheapest|least (?:expensive|costly)|most affordable|(?:lowest|smallest|least|minimum)[ -](?:of )?"
    r"(?:\w+[ -])?(?:pric\w+|cost\w*)(?: tag)?|cost(?:s|ing)?(?: me)? (?:the )?least)\b"
)
_DEAREST = re.compile(
    r"\b(?:priciest|dearest|costliest|most (?:expensive|costly|money)|(?:highest|biggest|largest|greatest|steepest|"
    r"top|maximum)[ -](?:of )?(?:\w+[ -])?(?:pric\w+|cost\w*)(?: tag)?|cost(?:s|ing)?(?: me)? (?:the )?most)\b"
)
_CHEAPER = re.compile(r"\b(?:cheaper|less expensive)\b")
_MOST = re.compile(r"\b(?:max(?:imum|imal)?|most|highest|largest|biggest|longest|greatest)\b ([a-z ]{3,25})")
_LEAST = re.compile(r"\b(?:min(?:imum|imal)?|fewest|least|lowest|smallest|shortest)\b ([a-z ]{3,25})")
_SUPER = re.compile(r"\b(\w+est)\b")
_STEP = re.compile(
    r"\b(\d+(?:[.,]\d+)?) ([a-z]+) (more|less|fewer)\b|\b(?:(\d+(?:[.,]\d+)?) )?(more|less|fewer|lower|higher|"
    r"smaller|larger|bigger|"
    r"greater|additional|extra)(?: the)? ([a-z ]{2,25})"
)
_DOWN = frozenset("less fewer lower smaller".split())
_LITTLE = re.compile(r"\b(?:slightly|a bit|a little|next|somewhat|one step)\b")
SHOW = re.compile(
    r"\b(?:tell|show|list|give) me (?:all )?(?:the |your )?(?:\S+ ){0,2}(?:options|versions|choices|variants)|\ball "
    r"the options\b|(?:what|which) (?:\S+ ){0,3}options\b"
)
_SOME_ID = re.compile(r"\b\d{6,}\b")


def read_wish(text: str, values: Values, *, current: Mapping[str, str] | None = None, skus: Sequence[str] = ()) -> Wish:
    """The wish in `text` (mended). `values` are the product's options, `current` those of the item to be replaced."""
    parts = [p for p in _INSTEAD.split(text) if p and p.strip(" ,.;")]
    tails = [m[1] for p in parts for m in _TAIL.finditer(p)]
    parts = [_TAIL.sub(" ", p) for p in parts]
    # A condition that comes first ("if there's no RGB, the one without") leaves only what will do instead.
    wishes = [w for p in (*parts[:1], *tails, *parts[1:]) if (w := _one(p, values, current, skus)).says]
    if not wishes:
        return Wish()
    first, *others = wishes
    first.second = bool(_INSTEAD.match(text.lstrip(" ,.;:"))) and not tails
    said = first.sku or first.want or first.prefer or first.extreme or first.relative or first.identical
    if others and not said:
        first = others.pop(0).over(first)
    return _with_fallbacks(first, others)


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
    text = _extremes(text, values, wish)
    text = _steps(text, values, current, wish)
    text = _keeps(text, values, wish)
    text = _needless(text, values, wish)
    _named(text, values, wish)
    _apart(values, wish)
    _or_more(text, values, wish)
    wish.show = bool(SHOW.search(text)) or _another(text, values, current, wish)
    bounds = price_bounds(text)
    wish.under = bounds.high
    wish.cheaper = bool(_CHEAPER.search(text)) and not wish.extreme
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


def _or_more(text: str, values: Values, wish: Wish) -> None:
    """ "An i7 or above": every value that is more will do as well."""
    match = re.search(r"\bor (?:above|better|higher|more|up|newer|larger|bigger|below|less|lower|smaller)\b", text)
    if match is None:
        return
    sign = -1 if re.search(r"below|less|lower|smaller", match[0]) else 1
    for name, chosen in wish.want.items():
        order = rank(values[name])
        if order and len(chosen) == 1:
            more = [v for v in values[name] if (order[v] - order[chosen[0]]) * sign > 0]
            wish.want[name] = [*chosen, *more]
            wish.any_of = [*wish.any_of, name]


def _extremes(text: str, values: Values, wish: Wish) -> str:
    """Superlatives; returns the text without them."""
    whole, found = text, [("price", "")]
    for pattern, sign in ((_CHEAPEST, -1), (_DEAREST, 1)):
        if pattern.search(text):
            wish.extreme.append(["price", sign])
            text = pattern.sub(" ", text)
    for pattern, sign in ((_MOST, 1), (_LEAST, -1)):
        for match in list(pattern.finditer(text)):
            words = match[1].split()
            option = option_named(" ".join(words[:3]), values) if words else None
            if option and rank(values[option]):
                wish.extreme.append([option, sign])
                found.append((option, match[0]))
                text = text.replace(match[0], " ", 1)
    for match in list(_SUPER.finditer(text)):
        named = adjective(match[1], values)
        if named:
            wish.extreme.append([named[0], named[1]])
            found.append((named[0], match[1]))
            text = text.replace(match[0], " ", 1)
    places = {name: whole.find(word) for name, word in found}
    wish.extreme.sort(key=lambda e: places.get(str(e[0]), 0))
    return text


def _steps(text: str, values: Values, current: Mapping[str, str] | None, wish: Wish) -> str:
    """Comparatives, and complaints that imply one ("too small"); returns the text without them."""
    little = bool(_LITTLE.search(text))
    for match in list(_STEP.finditer(text)):
        if match[3]:
            amount, sign, words = match[1], -1 if match[3] in _DOWN else 1, match[2]
        else:
            amount, sign, words = match[4], -1 if match[5] in _DOWN else 1, match[6]
        option = option_named(words, values)
        if option and rank(values[option]):
            wish.relative[option] = [sign, number_in(amount.replace(",", "")) if amount else None, little]
            text = text.replace(match[0], " ", 1)
    for pattern, sign in ((_TOO, -1), (_NOT_ENOUGH, 1), (_LESS, -1), (_MORE, 1)):
        for match in list(pattern.finditer(text)):
            word = next((g for g in match.groups() if g), "")
            found = adjective(word, values)
            if found:
                way = -1 if pattern is _NOT_ENOUGH and re.search(r"not (?:as|so)|n't (?:as|so)", match[0]) else sign
                wish.relative.setdefault(found[0], [way * found[1], None, little])
                text = text.replace(match[0], " ", 1)
    for tok in tokenize(text):
        if tok.text.endswith("er") and len(tok.text) > 4:
            found = adjective(tok.text, values)
            if found and found[0] not in wish.relative:
                wish.relative[found[0]] = [found[1], None, little]
                text = text.replace(tok.text, " ", 1)
    return text


def _keeps(text: str, values: Values, wish: Wish) -> str:
    """What stays and what doesn't matter; returns the text without it."""
    if _REST.search(text):
        wish.rest_same = True
        text = _REST.sub(" ", text)
    if re.search(r"(?:nothing else|rest|else)\W+(?:\w+ ){0,3}(?:matters?|care)|don't care about the rest", text):
        wish.rest_free = True
    for match in list(_FREE.finditer(text)):
        clause = re.split(r"[,;.]", text[match.start() :])[0]
        before = re.split(r"[,;.]|\band\b", text[: match.start()])[-1]
        option = (
            option_named(clause[len(match[0]) :], values) or option_named(before, values) or _of_value(before, values)
        )
        if option:
            wish.free.append(option)
            text = text.replace(before + clause if before.strip() else clause, " ", 1)
    if _IDENTICAL.search(text):
        wish.identical = True
    for match in list(_SAME.finditer(text)):
        names = [n for part in re.split(r"\band\b|,", match[1]) if (n := option_named(part, values))]
        if names:
            wish.same += names
            wish.identical = False
            text = text.replace(match[0], " ", 1)
    return text


_WITHOUT = re.compile(r"(?:no|none|without)$|not |non-")
_NEEDLESS = re.compile(
    r"\b(?:(?:needn't|need not|(?:doesn't|don't|does not|do not|didn't) (?:have|need) to) (?:be|have)|"
    r"no need (?:for|of)(?: it (?:to be|being))?|(?:don't|do not) need(?= (?!to\b)))\b([^,;.]*)"
)


def _needless(text: str, values: Values, wish: Wish) -> str:
    """ "It needn't be water resistant": without it is the better one, and with it will do; the text without that."""
    for match in list(_NEEDLESS.finditer(text)):
        for named in match_options(match[1], values):
            name = str(named.name)
            plain = next((v for v in values.get(name, ()) if _WITHOUT.match(v.lower())), None)
            if named.value is not None and plain:
                wish.prefer[name] = [plain]
            elif named.value is not None:
                wish.free.append(name)
        if wish.prefer or wish.free:
            text = text.replace(match[0], " ", 1)
    return text


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


def _of_value(words: str, values: Values) -> str | None:
    """ "A mountain bike would be okay too": the option whose value is named."""
    found = match_options(words, values)
    return found[-1].name if found else None


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
                if not _is_denied(clause, at):
                    wish.missing.append(wanted.asked)
                continue
            name = str(wanted.name)
            if _is_denied(clause, at) or (by_option.get(name) and _OVER.search(clause[:at]) and not soft):
                target = wish.prefer if by_option.get(name) and soft else wish.exclude
                target.setdefault(name, []).append(wanted.value)
                continue
            by_option.setdefault(name, []).append(wanted.value)
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
    return [*out, *_by_name(clause, values, {w.name for w, _ in out})]


def _by_name(clause: str, values: Values, have: set[str | None]) -> list[tuple[Wanted, int]]:
    """Values by a word that begins like one of theirs and is no ordinary word: "Google Home" for "Google Assistant"."""
    out: list[tuple[Wanted, int]] = []
    for name, options in values.items():
        if name in have:
            continue
        firsts = {v: [t.text for t in tokenize(v) if len(t.text) > 3 and t.text not in STOP_WORDS] for v in options}
        for tok in tokenize(clause):
            hits = [v for v, words in firsts.items() if tok.text in words]
            if len(hits) == 1:
                out.append((Wanted(tok.text, name, hits[0]), tok.start))
                break
    return out


def _is_denied(clause: str, at: int) -> bool:
    return bool(
        _INSTEAD_OF.search(clause[:at].rstrip() + " ")
        or re.search(r"\b(?:not|no|instead of|rather than) (?:the |a |an )?$", clause[:at])
    )
