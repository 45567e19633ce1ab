"""Words by which the reader of order talk tells what a clause is for: it asks, points, sends, leaves alone, agrees.

Knows English and no shop. Everything here works on folded text.
"""

from __future__ import annotations

import re

IN_THAT = re.compile(
    r"\b(?:in|from|of|inside|out of) (?:(?:that|this) (?:one|order)|there)\b(?! (?:with|that|which)\b)"
)
QUESTION = re.compile(r"\b(?:know|tell me|see|say|ask|remember|find out) (?:what|how|when|where|why|whether|if)\b")
ASKS = re.compile(
    r"^\W*(?:(?:and|so|ok(?:ay)?|but|oh|well|hi|hello|hey|by the way|one question)\W+)*(?:how(?! about)|"
    r"what(?!(?:'s| is)? (?:about|if)| i(?:'d| would|'m| am)? (?:need|want|like|after|looking))|"
    r"which|when|where|who|why|is|are|does|do|did|was|were|has)\b"
)
ASKS_WHAT = re.compile(
    r"^\W*(?:(?:and|so|ok(?:ay)?|but|now|well)\W+)*(?:what(?!(?:'s| is)? (?:about|if)\b)|how (?:much|many))\b"
)
ONE_MORE = re.compile(r"^\W*(?:and|plus|also)\b|\b(?:too|also|as well|other one|orders)\b")
IF_NOT = re.compile(r"\W*(?:(?:and|but)\W+)?(?:if (?:not|there (?:is|are)n't|you don't)|otherwise|or else)\b")
GOES = re.compile(
    r"\b(?:should|must|needs? to|has to|have to|ought to|(?:want(?:ed)?|like) (?:it|that|this|them) to) "
    r"(?:be )?(?:go|come|sent|shipped|delivered|redirected|rerouted)\b[^.?!]{0,20}\b(?:to|at)\b"
)
GOES_THERE = re.compile(r"\b(?:goes?|going|sent|shipped|delivered|come|send|ship|deliver)\b[^.?!,]{0,20}\bthere\b")
GOES_ON = re.compile(
    r"\b(?:goes|go|going|come|comes|coming|sent|shipped|delivered)\b[^.?!]{0,30}\b(?:there|to (?!me\b|you\b))"
)
"""Where something is going: it isn't to be stopped."""
SENDS_TO = re.compile(
    r"\b(?:send|sent|ship|deliver|redirect|reroute|forward|divert|move) (?![^.?!]*\bback\b)(?:[#\w'-]+ ){1,7}?"
    r"to (?!me\b|you\b|us\b)"
)
NOT_SENT = re.compile(r"\b(?:don't|do not|not|never|mustn't|shouldn't|stop|no)\b")
NOT_THAT = re.compile(
    r"\b(?:not|except(?:ing)?(?: for)?|excluding|without|leave out|leave|apart from|other than|all but|besides|barring|"
    r"minus|save(?: for)?|bar)\W+(?:the |that |"
    r"my )?(?:order|one|parcel|box)\b[^,.;]*$"
)
"""Before what tells an order that is to be left alone: "but not the one with the glass bookshelf"."""
DO_IT = re.compile(r"\b(?:do|make|confirm|proceed|go|cancel|return|exchange)\w*(?: \w+){0,2} (?:it|that|this|them)\b")
"""In a yes: "just do it" points at nothing of what is proposed."""
USED = re.compile(r"\b(?:us(?:e|ed|ing)|appl(?:y|ied)|put|goes|go|sen[dt]|ship|same|tak(?:e|en)|needs?|copied|copy)\b")
LIKELY, SURE = 0.6, 0.8
"""How likely the head must find a request that no verb tells; and one behind another request."""
WISHES = re.compile(r"\b(?:want|like|need|prefer|rather|should|make|instead|exchange|change)\b")
REQUEST = re.compile(r"\W*(?:(?:and|so|then|please|now)\W+)*(?:make|give|could|can|would)\b")
