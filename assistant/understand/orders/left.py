"""What of a message about orders the reading left over: a condition, a value, an item, an order's number, a wish.

    left_over(said, heard, scene) -> ["only if it's cheaper"]

Somebody who says yes to what is listed says it to all that they asked for: what was read as nothing is asked about
first (act.orders.doubts). Told stories, reasons and courtesies ask for nothing and are no part of this. Compares what
was said with what came of it; reads nothing anew. Knows English and the customer's own account.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.language import STOP_WORDS, stems
from assistant.order_talk import STRICT, Ask, Said
from assistant.understand.options import match_options, option_values
from assistant.understand.orders import consent, patterns, wording
from assistant.understand.orders.answer import without_yes
from assistant.understand.orders.items import Mention, key
from assistant.understand.orders.named_for import only_tell_orders
from assistant.understand.orders.paying import payments
from assistant.understand.orders.questions import wants_to_know
from assistant.understand.orders.refs import gives_reason, order_ids
from assistant.understand.orders.scene import Focus, Scene
from assistant.understand.orders.signals import wants_person


@dataclass(frozen=True)
class Heard:
    """A clause of a message. `taken`: it changed what was understood so far. `new`: it asks for something beside what
    was proposed."""

    text: str
    taken: bool
    new: bool = False


def left_over(said: Said, heard: Sequence[Heard], scene: Scene, focus: Focus) -> list[str]:
    """The parts of a message that want something, or on some condition, and that nothing in `said` has taken up.
    What belongs to no new request can only change one that is under way (`focus`)."""
    under_way = bool(focus.kind)
    if not (said.asks or (under_way and (said.rest.says or any(consent.sounds(c.text) for c in heard)))):
        return []
    if any(patterns.NO_ACTION.search(c.text) for c in heard):
        return []
    came = _Outcome(said, scene, under_way)
    rest = [(c, without_yes(c.text, scene, focus)) for c in heard]
    left = [replace(c, text=text) for c, text in rest if text]
    parts = list(said.left)
    parts += [_condition(c.text, came) or _lost(c, came) or _wish(c, came) or _beside(c.text, came) for c in left]
    return list(dict.fromkeys(p.strip(" ,.;:!?") for p in parts if p))


def _lost(clause: Heard, came: _Outcome) -> str:
    """A clause whose value, item or order's number came to nothing."""
    text = clause.text
    if not re.search("[a-z]", text) or _ASKS.match(text) or (_TELLS.search(text) and not _WISHES.search(text)):
        return ""
    return text if came.lost_value(text) or came.lost_item(text) or came.lost_order(text) else ""


def _wish(clause: Heard, came: _Outcome) -> str:
    """A clause that wants something and changed nothing."""
    text = clause.text
    if clause.taken or _ASKS.match(text) or not _WISHES.search(text) or _COURTESY.search(text):
        return ""
    explained = payments(text, came.account) or gives_reason(text) or wants_to_know(text) or wants_person(text)
    return "" if explained or came.names_what_came(text) else text


def _beside(text: str, came: _Outcome) -> str:
    """A wish beside what a clause was read as: "exchange it for a red one and gift wrap it please"."""
    if _ASKS.match(text):
        return ""
    for joint in _JOINT.finditer(text):
        part = _JOINT.split(text[joint.end() :])[0]
        own = re.sub(r"^(?:(?:please|also|then|just|and|but|so)\W+)+", "", part.strip())
        first = None if _IF.match(own) else re.match(r"[a-z']+", own)
        bare = first is not None and (first[0] == "don't" or first[0] not in STOP_WORDS | _NO_VERB)
        wants = bool(_WISHES.search(own)) or (bare and bool(wording.actions(text[: joint.start()])))
        if wants and len(own.split()) > 2 and not _COURTESY.search(own) and not came.explains(own):
            return part
    return ""


def _condition(text: str, came: _Outcome) -> str:
    """On what condition something is to be done, where that was not understood; "" for none."""
    for match in _IF.finditer(text):
        part = re.split(r"[,;]|\bthen\b", text[match.start() :])[0]
        if _NO_CONDITION.search(text[: match.start()]) or _POLITE_IF.match(part) or _ASKS.match(text):
            continue
        if (
            came.takes_back
            or (came.falls_back and not STRICT.match(part))
            or (came.minds_price and (_OF_PRICE.search(part) or _IF_SO.match(text[match.start() :])))
            or _THERE.search(part)
            or came.says_option(part)
        ):
            continue
        return part
    return ""


class _Outcome:
    """What came of a message: the lines, orders and wishes that it was read as."""

    def __init__(self, said: Said, scene: Scene, under_way: bool) -> None:
        self._scene, self.account = scene, scene.account
        self._asks: list[Ask] = [*said.asks, *said.drops, *([said.rest] if under_way else [])]
        items = [i for a in self._asks for i in a.items]
        of_questions = [k for q in said.questions for k in q.get("lines", [])]
        self._lines = {k for i in items for k in i.lines} | {k for a in self._asks for k in a.keep} | set(said.told)
        self._lines |= {(str(k[0]), int(k[1])) for k in of_questions}
        near = {k[0] for a in self._asks if a.only for i in a.items for k in i.lines}
        self._left_out = {key(x) for x in scene.lines if x.order_id in near}  # "just the lamp, the mug is great"
        self._orders = {o for a in self._asks for o in a.orders} | set(said.told_orders)
        self._orders |= {o for q in said.questions for o in q.get("orders", [])}
        self._wishes = [w for i in items for w in (i.wish, *i.wish.fallbacks())]
        self._whole = any(a.whole or a.every for a in self._asks)
        self._said = said

    @property
    def falls_back(self) -> bool:
        """Whether something was understood for the case that something can't be had or done."""
        second = any(w.instead or w.second for w in self._wishes) or self._said.if_refused
        several = any(len(v) > 1 for w in self._wishes for v in (*w.want.values(), *w.prefer.values()))
        several = several or any(a.otherwise or a.maybe or len(a.payment) > 1 for a in self._asks)
        return second or several or {a.kind for a in self._said.asks} >= {"swap", "return"}

    @property
    def takes_back(self) -> bool:
        """Whether the message gives something up: "if it can't go there, then no return"."""
        return self._said.forget or bool(self._said.drops)

    @property
    def minds_price(self) -> bool:
        """Whether a price was understood as a condition."""
        return any(
            w.cheaper or w.no_dearer or w.under or w.extra is not None or any(e[0] == "price" for e in w.extreme)
            for w in self._wishes
        )

    def says_option(self, part: str) -> bool:
        """Whether a part of a clause names an option that something was understood of: "as long as the size stays"."""
        said = set(stems(part))
        return any(said & {s for s in stems(name) if len(s) > 2} for name in self._options)

    def lost_value(self, text: str) -> bool:
        """Whether a clause names a value of one of these products that was neither wished for nor tells an item."""
        lines = [x for k in self._lines if (x := self.account.line(*k))]
        lines += [x for m in self._scene.mentions(text, by_meaning=False) for x in self._scene.of(m)]
        ids = dict.fromkeys(x.product_id for x in lines if x.product_id)
        products = [p for i in ids if (p := self._scene.shop.product(i))]
        if not products or any(w.sku or w.like or w.other_product for w in self._wishes):
            return False
        if not any(a.kind == "swap" or any(i.wish for i in a.items) for a in self._asks):
            lines = [x for x in self._scene.lines if x.product_id in ids]  # another one of theirs is no wish
        known = self._values | {v.lower() for x in lines for v in x.options.values()}
        lost, kept = set[str](), set[str]()
        names = {s for x in lines for s in stems(x.name)}  # "the electric one" of two kettles
        items = " ".join(text[m.start : m.end] for m in self._scene.mentions(text, by_meaning=False))
        for product in products:
            for named in match_options(text, option_values([product])):
                if named.asked in items or set(stems(named.asked)) <= names:
                    continue  # the camera is no camera compartment
                if named.value is not None and _plainly(named.asked, f"{named.value} {named.name}".lower()):
                    fits = str(named.value).lower() in known or named.name in self._options
                    (kept if fits else lost).add(named.asked)
        return any(not any(part in k for k in kept for part in asked.split()) for asked in lost)

    def lost_item(self, text: str) -> bool:
        """Whether a clause that wants something names an item of theirs that nothing came of."""
        if self._whole or not (_WISHES.search(text) or any(wanted for _, _, wanted in wording.actions(text))):
            return False
        found = self._scene.mentions(text, by_meaning=False)
        context = only_tell_orders(found, text, "")
        return any(m not in context and self._is_lost(m, text) for m in found)

    def lost_order(self, text: str) -> bool:
        """Whether a clause gives the number of an order of theirs that nothing came of."""
        named = set(order_ids(text, self.account)[0])
        return bool(named - self._orders - {k[0] for k in self._lines}) and not any(a.address for a in self._asks)

    def names_what_came(self, text: str) -> bool:
        """Whether a clause says again what was understood: an item or order of the requests."""
        named = set(order_ids(text, self.account)[0])
        found = self._scene.mentions(text)
        again = any({key(x) for x in self._scene.of(m)} & (self._lines | self._left_out) for m in found)
        return again or bool(named & self._orders)

    def explains(self, part: str) -> bool:
        """Whether a part of a clause says anything that was understood, or that asks for nothing."""
        if self.names_what_came(part) or payments(part, self.account) or gives_reason(part) or _TELLS.search(part):
            return True
        if (
            _OF_ORDERS.search(part)
            or wants_person(part)
            or wording.about_address(part)
            or patterns.KEEPING.search(part)
        ):
            return True
        if wording.actions(part) and _POINTS.search(part):
            return True
        ids = dict.fromkeys(x.product_id for k in self._lines if (x := self.account.line(*k)) and x.product_id)
        products = [p for i in ids if (p := self._scene.shop.product(i))]
        said = set(stems(part))
        values = [option_values([p]) for p in products]
        return any(match_options(part, v) or any(set(stems(n)) <= said for n in v) for v in values) or not products

    def _is_lost(self, mention: Mention, text: str) -> bool:
        lines = self._scene.of(mention)
        if {key(x) for x in lines} & (self._lines | self._left_out) or patterns.REFERENCE.search(text[: mention.start]):
            return False
        of_orders = all(a.kind in ("cancel", "address", "home", "both", "payment") for a in self._said.asks)
        return not (of_orders and {x.order_id for x in lines} & self._orders)

    @property
    def _values(self) -> set[str]:
        sets = [d for w in self._wishes for d in (w.want, w.prefer, w.exclude)]
        return {str(v).lower() for d in sets for values in d.values() for v in values}

    @property
    def _options(self) -> set[str]:
        """The options that something was said of."""
        out: set[str] = set()
        for w in self._wishes:
            out |= {*w.want, *w.prefer, *w.exclude, *w.relative, *w.same, *w.free, *(str(e[0]) for e in w.extreme)}
        return out


def _plainly(asked: str, value: str) -> bool:
    """Whether words are a value's own, and not near to one ("came" is no "camera"), nor a mere number."""
    words = re.findall("[a-z]{3,}", asked)
    return bool(words) and all(re.search(rf"\b{re.escape(w)}(?:e?s|ed)?\b", value) for w in words)


_JOINT = re.compile(r",\s*(?:and |but )?|\b(?:and|but) (?=(?:also |then |please |just )*[a-z'$]+)")
_NO_VERB = frozenset(
    "side full thanks sorry maybe perhaps yes no ok okay hello hi dear plus nothing everything whatever whichever "
    "anything something someone somebody instead preferably ideally especially unfortunately actually".split()
)
_OF_ORDERS = re.compile(
    r"\b(?:orders?|refund\w*|difference|money back|everything|all|rest|same|else|otherwise|instead|both|nothing|"
    r"version|other|specs?|options?|model|cheap\w*|expensive|bigger|smaller|larger|colou?rs?|sizes?|account|default)\b"
)
"""Words of what orders are about: what has them is part of what was read."""
_POINTS = re.compile(r"\b(?:it|mine|them|that|this|these|those|ones?|items?|things?)\b|^\W*\w+\W*$")
_IF = re.compile(
    r"\b(?:(?:but |and )?only )?(?:if|unless|as long as|so long as|provided(?: that)?|on (?:the )?condition(?: that)?|"
    r"assuming|except when|(?:but )?not before(?! (?:me|us|you)\b)|as soon as(?! (?:you can|possible))|"
    r"only (?:when|once)|(?:but )?only after|"
    r"(?:but )?not until)\b"
)
_NO_CONDITION = re.compile(
    r"\b(?:as|even|what|wonder(?:ed|ing)?|see|ask(?:ed|ing)?|know|check|tell me|sure|find out|appreciate(?: it)?|"
    r"grateful|great|nice|lovely|kind|help(?:ful)?|good|curious|look|remember|say|unsure|idea)\W*$"
)
"""Before an "if" that asks or thanks."""
_POLITE_IF = re.compile(
    r"(?:only )?(?:if|as long as|provided that)\W+(?:at all |(?:it|that|this)(?:'s| is|'s not|n't| isn't| is not|"
    r" hasn't| wasn't)(?: become| got| been)? )?(?:possible|"
    r"ok(?:ay)?|alright|all right|fine|allowed|(?:not |already )?too (?:late|much)|"
    r"(?:no|any|a) (?:trouble|problem|bother)|"
    r"need(?:ed)? be|needed|necessary|so|"
    r"(?:i|you|we)(?:'d| would| also| really| still| both)* (?:think|feel|believe|agree|insist|say|reckon|suppose|"
    r"follow|understand|recall|mean|remember|advise|recommend)s?\b|memory serves|"
    r"several|not\W*$|"
    r"i (?:may|might|(?:can|could)(?= ask|\W*$)|remember|recall|understand|got|wasn't|was not|am not|'m not)|"
    r"i'm (?:not|right)|"
    r"you(?:'d)? (?:can|could|would|will|want|like|please|need|must|wish|prefer|don't mind|do not mind|don't|may|ask)|"
    r"that(?:'s| is| would be)? (?:works|helps|possible|can be)|anything|any|there (?:is|are)|there's)\b"
)
_IF_SO = re.compile(
    r"if (?:it is|it's|so|it does|that's the case)\W+(?:\w+ )?(?:leave|keep|don't|do not|forget|skip|stop)\b"
)
"""Behind a limit: what is beyond it is left as it is anyway."""
_OF_PRICE = re.compile(
    r"\b(?:dearer|pricier|cheap\w*|expensive|cost\w*|price\w*|less|more|under|below|save|money|\d+)\b"
)
_THERE = re.compile(
    r"\b(?:available|in stock|exists?|unavailable|(?:im)?possible|still (?:pending|open|there|possible)|"
    r"(?:not|n't|hasn't) (?:yet )?(?:left|shipped|been (?:sent|shipped))|"
    r"(?:run|ran|sold) out|out of|(?:do|does|have|has)(?: not|n't)(?: have| got)?\b(?! to\b)|"
    r"can be (?:changed|cancelled|returned|exchanged|done)|"
    r"(?:you|there|they)(?:'ve|'s| is| are| have)(?: got)? (?:one|it|them|some|any|a|an|that|such|still))\b"
)
"""Conditions that are kept anyway: nothing that isn't there, and no order that has left, is proposed."""
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|ok(?:ay)?|but|oh|well|hi|hello|hey|also|by the way|please)\W+)*"
    r"(?:how|what|which|when|where|who|why|is|are|does|do|did|was|were|has|tell me|let me know)\b"
)
_TELLS = re.compile(
    r"\b(?:i|we|he|she|they|it|husband|wife|son|daughter|friend|mother|father|kids?|who|which|that)(?:'ve|'s|'d)? "
    r"(?:\w+ )?(?:bought|ordered|got|have|has|had|received|is|was|were|did|made|found|moved|live|arrived|came|"
    r"thought|told|said|gave|says|know)\b"
)
_WISHES = re.compile(
    r"\b(?:i(?:'d| would)? (?:also |really |rather |still |just )*(?:like|want|need|prefer|choose|pick)|i wanna|please|"
    r"make sure|ensure|(?:can|could|would|will) you|don't forget|"
    r"(?:it|that|this|they|one|which|everything) (?:should|must|needs? to|has to|have to)|instead)\b"
)
_COURTESY = re.compile(
    r"\b(?:check\w*|look(?:ing)?|see|find|"
    r"thank\w*|appreciate\w*|sorry|help(?:ed|ing)? (?:me|with|you|out)|like to know|want to know|like to ask|"
    r"handl\w*|process\w*|tak\w+ care|sort(?:ed)?|deal(?:ing)? with|arrang\w*|get (?:it|that|this) done|look into|"
    r"need (?:your |some |a bit of )?help|assist\w*|let me|tell me|wait|hold on|hurry|bear with|confirm|go ahead)\b"
)
