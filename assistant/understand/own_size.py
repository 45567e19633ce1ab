"""What "my size" is, for whoever has told it or lets the shop keep it: "a jacket in my size" -> "in size XL".

Of several sizes that are known, the one is meant that the things spoken of come in. Works on the words and on options;
knows no stock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

_MY_SIZE = re.compile(
    r"\b(?:in |of )?my (?:own |usual |normal |(?P<about>[a-z]+) )?size\b(?! (?:is|was|has|to|now|chart|guide)\b)"
)
_OTHERS = re.compile(r"\b(?:forget|delete|remove|change|update|know|remember|what(?:'s| is))\b")
"""Words with which a size is spoken of, and not used."""
_WORD = 4
"""From that many letters on a value is no size of somebody ("Regular", "Black")."""


def in_own_size(text: str, known: Sequence[Mapping[str, str]], values: Callable[[], Collection[str]]) -> str:
    """`text` with "my size" as the size that is known of its writer, where just one of them can be meant.

    `known` are preferences (name, value, about), the latest last; `values` gives what the things come in that the text
    speaks of.
    """
    match = _MY_SIZE.search(text.lower())
    if match is None or _OTHERS.search(text.lower()):
        return text
    sizes = {_about(k): str(k["value"]) for k in known if str(k["name"]).startswith("size")}
    if match["about"] and (one := sizes.get(match["about"])) is not None:
        fits = [one]
    else:
        offered = {v.upper() for v in values()}
        own = list(dict.fromkeys(sizes.values()))
        fits = [v for v in own if v.upper() in offered]
        fits = fits or [v for v in own if any(v.isdigit() == o.isdigit() and len(o) < _WORD for o in offered)]
    return f"{text[: match.start()]}in size {fits[0]}{text[match.end() :]}" if len(fits) == 1 else text


def _about(preference: Mapping[str, str]) -> str:
    """What a size is of: "shoe" of the kept "size_shoe" or of one that was told so."""
    return str(preference.get("about") or "") or str(preference["name"]).removeprefix("size").strip("_")
