"""Questions for the rules of giving something back, whatever they suppose: "can I return it if it's too heavy?".

What is supposed names a reason, and no weight that is asked for. Knows English and no shop.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.language import fold
from assistant.request import Request

_ASKED = re.compile(
    r"\b(?:can|could|may) (?:i|we|you|one) (?:still |also |then |always )?"
    r"(?:return|send|bring|take|give|exchange|swap) [^.?!,;]*?(?=,? (?:if|in case|when) (?:it|its|it's|they|"
    r"they're|he|she|someone|somebody)\b)"
)
_ACTS = frozenset("details policy availability search none price stock options superlative order".split())


def of_giving_back(request: Request) -> Request:
    """The request as the question for the rules that it is, without what it supposes."""
    asked = _ASKED.search(fold(request.text))
    if asked is None or request.act not in _ACTS or "basket" in request.extra:
        return request
    text = "can I exchange it" if re.search(r"\b(?:exchange|swap)\b", asked[0]) else "can it be returned and until when"
    extra = request.extra | {"masked": text}
    return replace(request, act="policy", text=text, query="return", wanted=(), products=(), extra=extra)
