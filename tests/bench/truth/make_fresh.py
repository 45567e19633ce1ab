"""Makes the fresh cases of the truth benchmark: conversations over five shops in two halves of voices.

    python tests/bench/truth/make_fresh.py      # writes cases_SHOP_fresh_a/b and ../conversations/SHOP_long_a/b

The long ones are of 6 to 12 turns about several products, with a return to the first. Half A is for developing, half B
is looked at only at the end: its ways of putting things (voices/b.txt) and the products drawn for it are others.
Everything is drawn from the shops' source files with a fixed seed. Knows no assistant.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
if __package__ in (None, ""):
    sys.path.insert(0, str(HERE.parent))
    __package__ = "truth"

from .context import Json  # noqa: E402
from .measures import measure  # noqa: E402
from .world import Product, World, load  # noqa: E402

SHOPS = ("tau2", "dummyjson", "demo", "magento", "salesbot")
CASES_EACH = 26
LONG_EACH = 7
OPTIONS = {
    "colour", "color", "size", "material", "capacity", "length", "thickness", "style", "grind", "diameter", "firmness",
    "tog", "wattage", "scent", "theme", "switch type", "fabric", "bulb type",
}  # fmt: skip
ABSENT = {
    "a": ["unicycles", "garden gnomes", "a piano", "printer ink", "fishing rods", "a lawn mower", "cat litter"],
    "b": ["harmonicas", "swimming goggles", "a wedding dress", "chainsaws", "a snowboard", "baby formula", "ladders"],
}


class Maker:
    """Draws conversations over one shop with one half of the voices. Mutable: it owns its random generator."""

    def __init__(self, world: World, half: str) -> None:
        self.world, self.half = world, half
        self.random = random.Random(f"{world.shop}-{half}")
        self.voices = read_voices(HERE / "voices" / f"{half}.txt")
        self.live = [p for p in world.products if p.live and _plain(p)]
        self.kinds = kinds_of(world)
        self._typos = 0

    def say(self, kind: str, **slots: str) -> str:
        """One way to say `kind`, sometimes in lower case, sometimes without its last mark."""
        text = self.random.choice(self.voices[kind]).format(**slots)
        if self.random.random() < 0.35:
            text = text.lower().rstrip("?.")
        return text[:1].upper() + text[1:] if self.random.random() < 0.15 else text

    def name(self, product: Product) -> str:
        """How a customer would call a product: its name, or its shortest beginning that no other product has."""
        others = [p.name.lower() for p in self.world.products if p is not product]
        parts = re.split(r", | - | \(", product.name)
        beginnings = [" ".join(parts[: n + 1]).replace('"', " inch") for n in range(len(parts))]
        alone = [b for n, b in enumerate(beginnings) if not any(o.startswith(parts[0].lower()) for o in others) or n]
        name = alone[0] if len(product.name) > 40 and alone else product.name
        words = name.split()
        for count in range(2, len(words)):
            short = " ".join(words[:count])
            alone = not any(o.startswith(short.lower()) for o in others)
            if alone and self.random.random() < 0.25 and words[count - 1][0].isalpha() and len(words) - count < 2:
                name = short
                break
        return self._typo(name) if self.random.random() < 0.08 else name

    def _typo(self, name: str) -> str:
        words = name.split()
        long = [i for i, w in enumerate(words) if len(w) >= 6 and w.isalpha()]
        if long:
            at = self.random.choice(long)
            cut = self.random.randrange(2, len(words[at]) - 1)
            words[at] = words[at][:cut] + words[at][cut + 1 :]
        return " ".join(words)

    def value(self, option: str, value: str) -> str:
        """How a customer says an option's value."""
        if "size" in option and len(value) <= 4 and self.random.random() < 0.7:
            return f"size {value}"
        if value.isdigit() or re.match(r"[\d.]+$", value):
            return f"{option.replace('_', ' ')} {value}"
        if option in ("colour", "color") and len(value) >= 5 and value.isalpha() and self.random.random() < 0.08:
            return value.lower()[:3] + value.lower()[4:]
        return value.lower() if len(value) > 3 else value

    def feed(self, product: Product, options: Json, *, price: bool) -> list[Json]:
        """A change of a variant that the question is about, every fourth time; applied to this maker's own world."""
        hits = product.matching(options)
        if not hits or self.random.random() > 0.25:
            return []
        variant = self.random.choice(hits)
        if price:
            return [{"sku": variant.sku, "price": round(variant.price / 100 * self.random.choice((0.8, 1.1, 1.25)), 2)}]
        if variant.stock is None:
            return []
        return [{"sku": variant.sku, "stock": self.random.choice((0, 1, 4, 17))}]


def _plain(product: Product) -> bool:
    return bool(re.fullmatch(r"[\w .,'&\"/!+()-]+", product.name))


def read_voices(path: Path) -> dict[str, list[str]]:
    voices: dict[str, list[str]] = {}
    kind = ""
    for line in path.read_text("utf-8").splitlines():
        if match := re.fullmatch(r"\[(.+)\]", line):
            kind = match[1]
            voices[kind] = []
        elif line and not line.startswith("#"):
            voices[kind].append(line)
    return voices


def kinds_of(world: World) -> dict[str, tuple[str, str, list[Product]]]:
    """Category -> (singular, plural, its products), for kinds of two products and more."""
    groups: dict[str, list[Product]] = {}
    for product in world.products:
        kind = product.facts.get("subcategory") or product.category
        if kind and product.live:
            groups.setdefault(kind, []).append(product)
    out = {}
    for kind, members in groups.items():
        words = kind.replace("-", " ").lower().replace("mens ", "men's ").replace("womens ", "women's ")
        if len(members) < 2 or re.search(
            r"[&]|accessories|decoration|groceries|equipment|care|tops|sports|erin", words
        ):
            continue
        if words.endswith("s"):
            singular = re.sub(r"(?<=sh|ch|ss)es$", "", words)
            singular = singular if singular != words else words.removesuffix("s")
            out[kind] = (singular, words, members)
    return out


Turns = list[Json]


def turn(say: str, expect: Json, feed: list[Json] | None = None) -> Json:
    for part in expect.get("parts", [expect]):
        if part["kind"] == "price":  # where one of several versions can be had, the whole span is right as well
            part["loose"] = True
    return {"say": say, **({"feed": feed} if feed else {}), "expect": [expect]}


def _option_of(m: Maker, product: Product) -> tuple[str, list[str]] | None:
    names = [n for n in {k: None for v in product.live for k in v.options} if n.lower() in OPTIONS]
    choices = []
    for name in names:
        values = list(dict.fromkeys(v.options[name] for v in product.live if v.options.get(name)))
        others = {x.lower() for v in product.live for k, x in v.options.items() if k != name}
        if len(values) >= 2 and not others & {v.lower() for v in values}:
            choices.append((name, values))
    return m.random.choice(choices) if choices else None


def options_talk(m: Maker) -> Turns:
    """One product by its options: asked, asked of another value, corrected, priced, counted."""
    pool = [p for p in m.live if _option_of(m, p)]
    if not pool:
        return facts_talk(m)
    product = m.random.choice(pool)
    option, values = _option_of(m, product) or ("", [])
    name, label = m.name(product), option.replace("_", " ")
    many = label[:-1] + "ie" if label.endswith("y") else label
    first, second, third = (*m.random.sample(values, min(3, len(values))), *values)[:3]
    base: Json = {"products": [product.name]}
    opener = m.random.choice(("avail_v", "price_v", "options", "count", "stock"))
    if opener in ("options", "count"):
        kind = {"kind": opener, **base, "option": option}
        turns = [turn(m.say(opener, p=name, o=many), kind)]
        turns.append(
            turn(
                m.say("avail_v", p=name, v=m.value(option, first)),
                {"kind": "avail", **base, "options": {option: first}},
            )
        )
    elif opener == "stock":
        turns = [turn(m.say("avail", p=name), {"kind": "avail", **base})]
        turns.append(
            turn(m.say("and_v", v=m.value(option, first)), {"kind": "avail", **base, "options": {option: first}})
        )
    else:
        kind = {"kind": opener.removesuffix("_v"), **base, "options": {option: first}}
        turns = [turn(m.say(opener, p=name, v=m.value(option, first)), kind)]
    said = turns[-1]["expect"][0]["kind"]
    if m.random.random() < 0.5:
        turns.append(
            turn(m.say("and_v", v=m.value(option, second)), {"kind": said, **base, "options": {option: second}})
        )
        first = second
    if m.random.random() < 0.6 and third != first:
        turns.append(
            turn(m.say("correct_v", v=m.value(option, third)), {"kind": said, **base, "options": {option: third}})
        )
        first = third
    feed = m.feed(product, {option: first}, price=True)
    turns.append(turn(m.say("price_it"), {"kind": "price", **base, "options": {option: first}}, feed))
    if m.random.random() < 0.5:
        feed = m.feed(product, {option: first}, price=False)
        turns.append(turn(m.say("stock_it"), {"kind": "stock", **base, "options": {option: first}}, feed))
    if opener not in ("options", "count") and m.random.random() < 0.5:
        turns.append(turn(m.say("options_it", o=many), {"kind": "options", **base, "option": option}))
    return turns


def _facts_of(m: Maker, product: Product, prefix: str) -> list[str]:
    return [f for f in product.facts if f"{prefix}:{_field(f)}" in m.voices and _sayable(product, f)]


def _field(fact: str) -> str:
    return "warranty" if fact.startswith("warranty") else fact


def _sayable(product: Product, fact: str) -> bool:
    return fact not in ("warranty_years", "warranty_months") or bool(product.facts[fact])


def facts_talk(m: Maker) -> Turns:
    """One product by what is written of it, its price and its stock."""
    product = m.random.choice(m.live)
    name, base = m.name(product), {"products": [product.name]}
    facts = _facts_of(m, product, "d")
    turns: Turns = []
    if facts and m.random.random() < 0.6:
        fact = m.random.choice(facts)
        turns.append(turn(m.say(f"d:{_field(fact)}", p=name), {"kind": "detail", **base, "field": fact}))
    else:
        kind = m.random.choice(("price", "avail", "stock"))
        turns.append(turn(m.say(kind, p=name), {"kind": kind, **base}))
    again = [f for f in _facts_of(m, product, "it") if f != turns[0]["expect"][0].get("field")]
    for fact in m.random.sample(again, min(2, len(again))):
        turns.append(turn(m.say(f"it:{_field(fact)}"), {"kind": "detail", **base, "field": fact}))
    turns.append(turn(m.say("price_it"), {"kind": "price", **base}, m.feed(product, {}, price=True)))
    if turns[0]["expect"][0]["kind"] != "stock":
        turns.append(turn(m.say("stock_it"), {"kind": "stock", **base}, m.feed(product, {}, price=False)))
    if m.random.random() < 0.4:
        turns.append(turn(m.say("thanks"), {"kind": "pass"}))
    return turns


def two_talk(m: Maker) -> Turns:
    """Two products: one after the other or at once, the two compared, pointed at, gone back to."""
    groups = [members for _, _, members in m.kinds.values() if len(members) > 1]
    pool = m.random.choice(groups) if groups and m.random.random() < 0.7 else m.live
    a, b = m.random.sample([p for p in pool if _plain(p)], 2)
    na, nb = m.name(a), m.name(b)
    pa, pb = {"products": [a.name]}, {"products": [b.name]}
    both = {"products": [a.name, b.name]}
    turns: Turns = []
    opener = m.random.random()
    if opener < 0.35:
        turns.append(turn(m.say("price", p=na), {"kind": "price", **pa}))
        correcting = m.random.random() < 0.5
        kind = "correct_p" if correcting else "avail"
        turns.append(turn(m.say(kind, p=nb), {"kind": "price" if correcting else "avail", **pb}))
        turns.append(turn(m.say("compare_ctx"), {"kind": "compare", **both, "field": "price"}))
        turns.append(turn(m.say("back_price", p=na), {"kind": "price", **pa}, m.feed(a, {}, price=True)))
    elif opener < 0.7:
        parts = [{"kind": "price", **pa}, {"kind": "avail", **pb}]
        turns.append(turn(m.say("multi", a=na, b=nb), {"kind": "all", "parts": parts}))
        turns.append(turn(m.say("second"), {"kind": "price", **pb}))
        turns.append(turn(m.say("back_avail", p=na), {"kind": "avail", **pa}, m.feed(a, {}, price=False)))
        turns.append(turn(m.say("other"), {"kind": "price", **pb}))
    else:
        turns.append(turn(m.say("compare", a=na, b=nb), {"kind": "compare", **both}))
        turns.append(turn(m.say("first"), {"kind": "price", **pa}))
        turns.append(turn(m.say("other"), {"kind": "price", **pb}, m.feed(b, {}, price=True)))
    weights = [measure(p.facts.get("weight", "")) for p in (a, b)]
    if None not in weights and weights[0] != weights[1]:
        which = m.random.choice(("low", "high"))
        turns.append(
            turn(m.say(f"x:ctx:weight:{which}"), {"kind": "attrext", **both, "field": "weight", "which": which})
        )
    return turns


def kind_talk(m: Maker) -> Turns:
    """A kind of product: searched, narrowed, its cheapest, dearest, lightest."""
    if not m.kinds:
        return own_extremes(m)
    kind, (one, many, members) = m.random.choice(sorted(m.kinds.items()))
    base = {"products": [f"#{kind}"]}
    prices = sorted(min(v.price for v in p.live) for p in members)
    limit = (prices[len(prices) // 2] // 1000 + 1) * 10
    turns: Turns = []
    opener = m.random.choice(("search", "search_max", "cheapest", "dearest", "weight"))
    measured = [p for p in members if measure(p.facts.get("weight", "")) is not None]
    if opener == "weight" and len(measured) == len(members):
        which = m.random.choice(("low", "high"))
        expect = {"kind": "attrext", **base, "field": "weight", "which": which}
        turns.append(turn(m.say(f"x:weight:{which}", c=one, cs=many), expect))
        turns.append(turn(m.say("cheapest", c=one, cs=many), {"kind": "extreme", **base, "which": "cheapest"}))
    elif opener in ("cheapest", "dearest"):
        which = {"cheapest": "cheapest", "dearest": "most_expensive"}
        other = "dearest" if opener == "cheapest" else "cheapest"
        turns.append(turn(m.say(opener, c=one, cs=many), {"kind": "extreme", **base, "which": which[opener]}))
        turns.append(turn(m.say(other, c=one, cs=many), {"kind": "extreme", **base, "which": which[other]}))
    elif opener == "search_max":
        expect = {"kind": "search", **base, "max": str(limit)}
        turns.append(turn(m.say("search_max", c=one, cs=many, n=amount(m, limit)), expect))
    else:
        turns.append(turn(m.say("search", c=one, cs=many), {"kind": "search", **base}))
        expect = {"kind": "search", **base, "max": str(limit)}
        turns.append(turn(m.say("max_ctx", n=amount(m, limit)), expect))
        turns.append(turn(m.say("cheapest", c=one, cs=many), {"kind": "extreme", **base, "which": "cheapest"}))
    product = m.random.choice(members)
    if _plain(product):
        turns.append(turn(m.say("avail", p=m.name(product)), {"kind": "avail", "products": [product.name]}))
        turns.append(turn(m.say("price_it"), {"kind": "price", "products": [product.name]}))
    return turns


def own_extremes(m: Maker) -> Turns:
    """The cheapest and the dearest version of one product of many variants."""
    product = m.random.choice([p for p in m.live if len(p.live) > 3] or m.live)
    name, base = product.name.lower(), {"products": [product.name]}
    turns = [turn(m.say("cheapest", c=name, cs=f"{name}s"), {"kind": "extreme", **base, "which": "cheapest"})]
    turns.append(turn(m.say("dearest", c=name, cs=f"{name}s"), {"kind": "extreme", **base, "which": "most_expensive"}))
    return [*turns, turn(m.say("avail", p=m.name(product)), {"kind": "avail", **base})]


def amount(m: Maker, number: int) -> str:
    """An amount as somebody would write it: "$40", "40 dollars", "forty dollars"."""
    pound = m.world.info.get("currency") == "GBP"
    tens = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
    unit = "pounds" if pound else "dollars"
    forms = [f"{'£' if pound else '$'}{number}", f"{number} {unit}"]
    if number < 100 and number % 10 == 0:
        forms.append(f"{tens[number // 10]} {unit}")
    return m.random.choice(forms)


def small_talk(m: Maker) -> Turns:
    """Hello, something the shop hasn't got, something that is none of its business, and a real question."""
    thing = m.random.choice(ABSENT[m.half])
    turns = [turn(m.say("hello"), {"kind": "greet"})]
    turns.append(turn(m.say("absent", x=thing), {"kind": "absent", "name": thing}))
    turns.append(turn(m.say("offtopic"), {"kind": "offtopic"}))
    product = m.random.choice(m.live)
    turns.append(turn(m.say("price", p=m.name(product)), {"kind": "price", "products": [product.name]}))
    last = m.random.choice(("ai", "human", "thanks"))
    turns.append(turn(m.say(last), {"kind": {"ai": "ai", "human": "person", "thanks": "pass"}[last]}))
    return turns


def long_talk(m: Maker) -> Turns:
    """One product, an interruption, two others, something else, and back to the first one."""
    first = options_talk(m) if m.random.random() < 0.6 else facts_talk(m)
    first = [t for t in first if t["expect"][0]["kind"] != "pass"]
    start = next(t["expect"][0] for t in reversed(first) if t["expect"][0].get("products"))
    product = m.world.named(start["products"][0])[0]
    between = m.random.choice(("hello", "offtopic", "absent", "thanks"))
    thing = m.random.choice(ABSENT[m.half])
    kind = {"hello": "greet", "offtopic": "offtopic", "absent": "absent", "thanks": "pass"}[between]
    turns = [*first, turn(m.say(between, x=thing), {"kind": kind, **({"name": thing} if kind == "absent" else {})})]
    others = two_talk(m)
    named = {n for t in others for e in t["expect"] for part in e.get("parts", [e]) for n in part.get("products", [])}
    while product.name in named:
        others = two_talk(m)
        named = {n for t in others for e in t["expect"] for part in e.get("parts", [e]) for n in part["products"]}
    turns += others
    options = next((e["options"] for t in reversed(first) for e in t["expect"] if e.get("options")), {})
    back = {"products": [product.name], "options": options}
    turns.append(turn(m.say("back_price", p=m.name(product)), {"kind": "price", **back}))
    turns.append(turn(m.say("stock_it"), {"kind": "stock", **back}, m.feed(product, options, price=False)))
    return turns[:12]


TALKS: tuple[tuple[Callable[[Maker], Turns], int], ...] = (
    (options_talk, 8),
    (facts_talk, 7),
    (two_talk, 6),
    (kind_talk, 4),
    (small_talk, 1),
)


def pages_talk(half: str) -> list[Turns]:
    """Questions to the demo shop's pages, four to a conversation."""
    rows = [
        x.split("|")
        for x in (HERE / "voices" / f"pages_{half}.txt").read_text("utf-8").splitlines()
        if "|" in x[1:] and x[0] != "#"
    ]
    turns = [turn(row[0], {"kind": "policy", "says": "|".join(row[1:])}) for row in rows]
    random.Random(half).shuffle(turns)
    return [turns[at : at + 4] for at in range(0, len(turns), 4)]


def make(shop: str, half: str) -> list[Json]:
    """The cases of one shop in one half."""
    maker = Maker(load(shop), half)
    plan = [talk for talk, times in TALKS for _ in range(times)]
    now = "2026-11-22T11:00:00+00:00" if shop == "demo" else None
    talks = [plan[n % len(plan)](maker) for n in range(CASES_EACH)] + (pages_talk(half) if shop == "demo" else [])
    return [{"id": f"{shop}-fresh-{half}{n}", "customer": None, "now": now, "turns": t} for n, t in enumerate(talks)]


def main() -> None:
    for shop in SHOPS:
        for half in ("a", "b"):
            path = HERE / f"cases_{shop}_fresh_{half}.jsonl"
            rows = make(shop, half)
            path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
            print(f"{path.name}: {len(rows)} conversations, {sum(len(r['turns']) for r in rows)} turns")
            maker = Maker(load(shop), half)
            now = "2026-11-22T11:00:00+00:00" if shop == "demo" else None
            rows = [
                {"id": f"{shop}-long-{half}{n}", "customer": None, "now": now, "turns": long_talk(maker)}
                for n in range(LONG_EACH)
            ]
            path = HERE.parent / "conversations" / f"{shop}_long_{half}.jsonl"
            path.parent.mkdir(exist_ok=True)
            path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


if __name__ == "__main__":
    main()
