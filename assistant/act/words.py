"""Phrases that code writes: lists, variants, plurals. Knows English, no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from assistant.types import Product, Variant

_YES = {"yes", "true"}
_NO = {"no", "none", "false"}
_SINGULAR_ENDINGS = ("ss", "us", "is", "ens", "ness", "series", "glass", "plus", "lens", "canvas", "xps", "gas", "maps")


def join(items: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def cell(value: str) -> str:
    """A value of the shop's files as it reads: a list in a cell ("gluten;nuts") as one."""
    parts = [part.strip() for part in value.split(";") if part.strip()]
    return join(parts) if len(parts) > 1 and "," not in value else value


def option(name: str, value: str) -> str:
    """An option's value as it reads beside a product's name: "size 42", "leather", "waterproof", "no backlight"."""
    label = name.replace("_", " ")
    if value.lower() in _YES:
        return label if label not in ("type", "style") else f"{label} {value}"
    if value.lower() in _NO:
        return f"no {label}" if value.lower() != "no" or " " in label else f"not {label}"
    if value.replace(".", "").isdigit():
        return f"{value} {label}" if label.endswith("s") and not label.endswith("ss") else f"{label} {value}"
    if label.lower() == "size" and len(value) <= 5:
        return f"size {value}"
    return value


def options(chosen: Mapping[str, str]) -> str:
    """Several options in one phrase: "size 42, leather, waterproof"."""
    values = [v for v in chosen.values() if v]
    return ", ".join(
        f"{n.replace('_', ' ')} {v}" if values.count(v) > 1 and v.lower() not in _YES | _NO else option(n, v)
        for n, v in chosen.items()
        if v
    )


def label(product: Product, chosen: Mapping[str, str]) -> str:
    """A product with the options that tell which one is meant: "Hiking Boots (size 7, leather)"."""
    shown = options(chosen)
    return f"{product.name} ({shown})" if shown else product.name


def is_plural(name: str) -> bool:
    """Whether a product's name is treated as a plural: "Hiking Boots", but not "Glass" or "Galaxy Tab S8 Plus"."""
    head = name.split(" with ")[0].split(" for ")[0].split(" (")[0].split(",")[0].strip()
    last = head.split()[-1].lower() if head.split() else ""
    return last.isalpha() and len(last) > 3 and last.endswith("s") and not last.endswith(_SINGULAR_ENDINGS)


def distinguishing(variants: Sequence[Variant]) -> list[str]:
    """The names of the options in which these variants differ, in their order."""
    names: list[str] = []
    for variant in variants:
        names += [n for n in variant.options if n not in names]
    return [n for n in names if len({v.options.get(n) for v in variants}) > 1]


def only(variant: Variant, names: Iterable[str]) -> dict[str, str]:
    """The named options of a variant, those that it has."""
    return {n: variant.options[n] for n in names if variant.options.get(n)}


def in_which(variants: Sequence[Variant], there: Sequence[Variant]) -> str:
    """Which of these variants are `there`, as it reads behind "in stock": nothing where all are, " in Cream and Sage"
    where the values of one option say it in few words, else " in some versions".

    Where their prices differ it says no more than that: a span of prices told beside it is of all of them.
    """
    gone = [v for v in variants if v not in there]
    if not gone:
        return ""
    for name in distinguishing(variants) if len({v.price for v in variants}) == 1 else ():
        values = list(dict.fromkeys(v.options.get(name, "") for v in there))
        apart = all(values) and not set(values) & {v.options.get(name) for v in gone}
        if apart and len(values) <= _FEW:
            return f" in {join([option(name, value) for value in values])}"
    return " in some versions"


_FEW = 3
