"""Which version of a product a wish comes to, among those that can be had now.

Exact: what is named must be so; "the cheapest", "bigger" and preferences choose among what is left; what nobody spoke
of stays as it was as far as it can. When several are left that differ in what was not said, the customer has to choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.order_talk import Wish
from assistant.scales import number_in, rank
from assistant.shop.accounts import Line
from assistant.types import Product, Variant


@dataclass
class Choice:
    """`variant` when it is decided; else `options` to choose from. `problem`: why the wish can't be met:
    "gone" (nothing like it can be had), "same" (it is the very item), "best" (it is already the cheapest or dearest),
    "kind" (another product), "over" (it costs more extra than they want to pay), "unsaid" (no wish yet)."""

    variant: Variant | None = None
    options: list[Variant] = field(default_factory=list)
    problem: str = ""
    asked: str = ""


def choose(product: Product, line: Line, wish: Wish, like: Line | None = None, *, asked: bool = False) -> Choice:
    """The version that `wish` comes to, in place of `line`. `asked`: the customer was asked about what is left open, so
    that the version nearest to what they have may be taken."""
    there = [v for v in product.variants if v.available and v.sku != line.sku]
    if wish.other_product:
        return Choice(options=there, problem="kind", asked=wish.other_product)
    choice = _first(product, line, wish, like, there, asked)
    if choice.variant is not None or choice.problem in ("", "unsaid"):
        return choice
    for other in wish.fallbacks():
        for second in _seconds(other, wish):
            instead = _first(product, line, second, like, there, asked)
            if instead.variant is not None or not instead.problem:
                return instead
    return choice


def _first(product: Product, line: Line, wish: Wish, like: Line | None, there: list[Variant], asked: bool) -> Choice:
    if wish.sku or like is not None:
        sku = wish.sku or (like.sku if like else "")
        found = next((v for v in product.variants if v.sku == sku), None)
        if found is not None and found.sku == line.sku:
            return Choice(options=there, problem="same")
        if found is not None and found.available:
            return Choice(found)
        return Choice(options=there, problem="gone")
    if wish.identical and not (wish.want or wish.relative or wish.extreme):
        return Choice(options=there, problem="same")
    if not wish:
        return Choice(options=there, problem="unsaid")
    fits = _fitting(product, line, wish, there)
    if not fits:
        own = next((v for v in product.variants if v.sku == line.sku), None)
        near = _fitting(product, line, _loose(wish), there)
        same = own is not None and bool(_fitting(product, line, wish, [own])) and not near
        return Choice(options=near or there, problem="same" if same else "gone", asked=", ".join(wish.missing))
    if wish.extreme and _is_best(product, line, wish, fits):
        return Choice(options=there, problem="best")
    picked = _pick(product, line, wish, fits, asked)
    return picked if wish.extra is None else _within(picked, line, wish.extra)


def _within(picked: Choice, line: Line, extra: int) -> Choice:
    """The choice, as far as it costs at most so much more than what was paid."""
    found = [picked.variant] if picked.variant is not None else picked.options
    within = [f for f in found if f.price.minor - line.price <= extra]
    if not within:
        return Choice(options=found, problem="over")
    return picked if picked.variant is not None else replace(picked, options=within)


def _seconds(other: Wish, first: Wish) -> list[Wish]:
    """What a second choice may mean: the first wish with this instead ("else without backlight"), or this alone."""
    alone = bool(other.want or other.sku)
    if other.sku or (alone and other.rest_same):
        return [other]
    return [other.over(replace(first, instead=[])), other] if alone else [other.over(first)]


def _is_best(product: Product, line: Line, wish: Wish, fits: list[Variant]) -> bool:
    """Whether what the customer has is already the cheapest (or dearest) that fits and can be had."""
    own = next((v for v in product.variants if v.sku == line.sku), None)
    name, sign = str(wish.extreme[0][0]), int(wish.extreme[0][1])
    if own is None or not own.available or name != "price" or not _fitting(product, line, wish, [own]):
        return False
    return all(sign * own.price.minor >= sign * f.price.minor for f in fits)


def _loose(wish: Wish) -> Wish:
    """The wish without its last-named value: what comes nearest when there is nothing that fits."""
    names = list(wish.want)
    return Wish(want={n: wish.want[n] for n in names[:1]}) if len(names) > 1 else Wish()


def _fitting(product: Product, line: Line, wish: Wish, variants: Sequence[Variant]) -> list[Variant]:
    if wish.missing:
        return []  # "black, size 9" of what comes in no 9: nothing fits, however black
    out = []
    for variant in variants:
        ok = all(variant.options.get(n) in vs for n, vs in wish.want.items())
        ok = ok and not any(variant.options.get(n) in vs for n, vs in wish.exclude.items())
        ok = ok and all(variant.options.get(n) == line.options.get(n) for n in wish.same if n not in wish.want)
        ok = ok and all(_steps(product, line, variant, n, *step) for n, step in wish.relative.items())
        ok = ok and (wish.under is None or variant.price.minor < wish.under)
        ok = ok and (not wish.no_dearer or variant.price.minor <= line.price)
        if ok and (not wish.cheaper or variant.price.minor < line.price):
            out.append(variant)
    return out


def _values(product: Product, option: str) -> list[str]:
    return list(dict.fromkeys(v.options[option] for v in product.variants if v.options.get(option)))


def _steps(
    product: Product,
    line: Line,
    variant: Variant,
    option: str,
    sign: int,
    amount: float | None,
    little: bool,
    as_much: bool = False,
) -> bool:
    """Whether a variant is that much more (or less) than what the customer has."""
    old, new = line.options.get(option), variant.options.get(option)
    if old is None or new is None:
        return False
    if as_much and old == new:
        return True
    if amount is not None:
        before, after = number_in(old), number_in(new)
        return before is not None and after is not None and abs(after - before - sign * amount) < 1e-9
    order = rank(_values(product, option))
    if order is None or old not in order or new not in order:
        return False
    further = sorted((o for o in order.values() if (o - order[old]) * sign > 0), key=lambda o: abs(o - order[old]))
    return order[new] in (further[:1] if little else further)


def _pick(product: Product, line: Line, wish: Wish, fits: list[Variant], asked: bool) -> Choice:
    said = {*wish.want, *wish.relative, *wish.same, *(str(e[0]) for e in wish.extreme)}
    names = [n for n in line.options if n not in said and n not in wish.free]
    for name, sign in wish.extreme:
        fits = _extreme(product, fits, str(name), int(sign))
    for name, values in (*wish.want.items(), *wish.prefer.items()):
        if name in wish.any_of:
            continue
        best = next((v for v in values if any(f.options.get(name) == v for f in fits)), None)
        if best is not None:
            fits = [f for f in fits if f.options.get(name) == best]
    names = [n for n in names if n not in wish.prefer]
    if wish.show and len(fits) > 1 and not wish.extreme:
        return Choice(options=fits)
    if not wish.rest_free:
        close = {f.sku: sum(f.options.get(n) == line.options.get(n) for n in names) for f in fits}
        if wish.rest_same and not wish.extreme and max(close.values()) < len(names):
            return Choice(options=fits, problem="gone")
        told = max(close.values()) == len(names) and not (wish.same and names and _differ(fits, names))
        decided = asked or wish.extreme or wish.prefer or wish.rest_same or told
        if len(fits) > 1 and not decided:
            return Choice(options=fits)
        fits = [f for f in fits if close[f.sku] == max(close.values())]
    if len(fits) > 1 and not any(_differ(fits, [n]) for n in line.options if n not in wish.free):
        fits = [f for f in fits if all(f.options.get(n) == line.options.get(n) for n in wish.free)] or [
            min(fits, key=lambda f: f.price)
        ]  # they differ in nothing but what doesn't matter
    if len(fits) == 1:
        return Choice(fits[0])
    return Choice(min(fits, key=lambda f: f.price)) if wish.rest_free else Choice(options=fits)


def _differ(fits: Sequence[Variant], names: Sequence[str]) -> bool:
    """Whether versions differ in options that were not named: who says what must stay leaves the others open."""
    return any(len({f.options.get(n) for f in fits}) > 1 for n in names)


def _extreme(product: Product, fits: list[Variant], name: str, sign: int) -> list[Variant]:
    if name == "price":
        best = max(sign * f.price.minor for f in fits)
        return [f for f in fits if sign * f.price.minor == best]
    order = rank(_values(product, name)) or {}
    known = [f for f in fits if f.options.get(name) in order]
    if not known:
        return fits
    best_value = max(sign * order[f.options[name]] for f in known)
    return [f for f in known if sign * order[f.options[name]] == best_value]
