"""For whom something is, as an option of it: "a perfume for my missus" means the one whose `gender` is women.

Works on one product's own values; knows the words of kin in English, no stock and no dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.language import fold
from assistant.request import Wanted

_WOMEN = r"wife|missus|missis|mrs|mum|mom|mother|mam|girlfriend|gf|sister|auntie|aunt|gran|grandma|granny|nan|her|lady|ladies|woman|women|fiancee"  # fmt: skip # noqa: E501
_MEN = r"husband|hubby|dad|father|boyfriend|bf|brother|bro|uncle|grandad|grandpa|him|gent|gents|man|men|bloke|fiance"
_GIRLS, _BOYS = r"daughter|girl|girls|niece|granddaughter", r"son|boy|boys|nephew|grandson"
_VALUES: tuple[tuple[str, frozenset[str]], ...] = (
    (_GIRLS, frozenset("girl girls".split())),
    (_BOYS, frozenset("boy boys".split())),
    (rf"{_WOMEN}|{_GIRLS}", frozenset("women womens woman female ladies lady".split())),
    (rf"{_MEN}|{_BOYS}", frozenset("men mens man male gents gentlemen".split())),
)
_GIVEN = r"\b(?:for|4|to)\b(?: (?:my|the|his|her|our|your|a|an|some))?(?: (?!and\b|or\b)[\w'-]+)?? (?:{kin})(?:'s)?\b(?! (?:own|\w+ing)\b)"  # noqa: E501
_MINE = re.compile(r"\bfor (?:me|myself)\b")


def of_receiver(text: str, values: Mapping[str, Sequence[str]]) -> list[Wanted]:
    """The value that says for whom it is, where the text tells for whom and exactly one value is for those."""
    folded = fold(text)
    for kin, spelt in _VALUES:
        match = re.search(_GIVEN.format(kin=kin), folded)
        for name, own in values.items() if match else ():
            fits = [v for v in own if re.sub(r"\W", "", fold(v)) in spelt]
            if len(fits) == 1 and len(own) > 1:
                return [Wanted(match[0].split()[-1] if match else "", name, fits[0])]
    return []


def for_another(text: str, option: str, values: Sequence[str]) -> bool:
    """Whether "one for me" lets go of what was said of somebody else: `option` says for whom it is."""
    every = frozenset().union(*(spelt for _, spelt in _VALUES))
    return bool(_MINE.search(fold(text))) and any(re.sub(r"\W", "", fold(v)) in every for v in values)
