"""Judges replies about offers, baskets and advice against the source files and the independent oracle.

A turn is right when it states the expected amount (or day, or name) and nothing that its case forbids; it is wrong,
whatever else it says, when it states an amount of money that nothing of the shop explains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from tests.bench.pricing.sources import Row, Source
from tests.unit import pricing_oracle as oracle

_AMOUNT = re.compile(r"[£$€]\s?(\d{1,3}(?:,\d{3})+(?:\.\d\d)?|\d+(?:\.\d\d?)?)")


@dataclass
class Verdict:
    """What is wrong with a turn. `wrong`: an untrue amount or a forbidden statement was shown; `missed`: something that
    had to be said wasn't; `receipts`: rows behind the answer that have no receipt."""

    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.wrong and not self.missed


@dataclass(frozen=True)
class Setting:
    """What an expectation is judged in."""

    source: Source
    now: datetime
    member: bool
    said: str

    @property
    def day(self) -> Any:
        return self.now.date()


def judge(case: Row, records: Sequence[Row], source: Source) -> Iterator[tuple[int, Verdict | None]]:
    """A verdict for every turn, None where the case expects nothing. Feeds are applied to `source`."""
    now = datetime.fromisoformat(case["now"])
    if now.tzinfo is not None and source.symbol == "£":
        now = now.astimezone(ZoneInfo("Europe/London"))
    member = source.members.get(case["customer"] or "", False)
    said = ""
    for number, turn in enumerate(case["turns"]):
        for change in turn.get("feed", ()):
            source.feed(change)
        said += " " + turn["say"]
        expect = turn["expect"]
        if expect is None:
            yield number, None
            continue
        setting = Setting(source, now, expect.get("member") if expect.get("member") is not None else member, said)
        verdict = Verdict()
        _JUDGES[expect["kind"]](expect, records[number], setting, verdict)
        yield number, verdict


def _pieces(items: dict[str, int], source: Source) -> list[oracle.Piece]:
    return [source.pieces[sku] for sku, quantity in items.items() for _ in range(quantity)]


def _worked_out(expect: Row, setting: Setting) -> tuple[int, int, int]:
    """(undiscounted, goods, to pay with delivery) of the expected basket."""
    pieces = _pieces(expect["items"], setting.source)
    rows = list(setting.source.promotions.values())
    codes = set(expect.get("codes", ()))
    goods, to_pay = oracle.cheapest(
        pieces, rows, setting.day, member=setting.member, codes=codes, shipping=setting.source.shipping or 0
    )
    return sum(p.price for p in pieces), goods, to_pay


def _pay(expect: Row, record: Row, setting: Setting, verdict: Verdict) -> None:
    whole, goods, to_pay = _worked_out(expect, setting)
    _need(record, [_text(goods, setting)], verdict)
    _need(record, expect.get("all", ()), verdict)
    _only_true(expect, record, setting, {whole, goods, to_pay, whole - goods}, verdict)
    _receipts(expect, record, setting, goods < whole, verdict)


def _saved(expect: Row, record: Row, setting: Setting, verdict: Verdict) -> None:
    whole, goods, to_pay = _worked_out(expect, setting)
    _need(record, [_text(whole - goods, setting)], verdict)
    _only_true(expect, record, setting, {whole, goods, to_pay, whole - goods}, verdict)


def _ship(expect: Row, record: Row, setting: Setting, verdict: Verdict) -> None:
    """What is to pay with delivery; where the shop names no cost, that it is free."""
    whole, goods, to_pay = _worked_out(expect, setting)
    free = any(
        r["type"] == "free_shipping" and oracle.is_open(r, setting.day, setting.member, set()) and goods >= r["min"]
        for r in setting.source.promotions.values()
    )
    if setting.source.shipping is not None:
        _need(record, [_text(to_pay, setting)], verdict)
    if free:
        _need(record, ["free"], verdict)
    gaps = _gaps(goods, setting)
    _only_true(
        expect, record, setting, {whole, goods, to_pay, whole - goods, setting.source.shipping or 0, *gaps}, verdict
    )


def _missing(expect: Row, record: Row, setting: Setting, verdict: Verdict) -> None:
    whole, goods, to_pay = _worked_out(expect, setting)
    gaps = _gaps(goods, setting)
    _need(record, [_text(min(gaps), setting)] if gaps else ["free"], verdict)
    _only_true(
        expect, record, setting, {whole, goods, to_pay, whole - goods, setting.source.shipping or 0, *gaps}, verdict
    )


def _gaps(goods: int, setting: Setting) -> set[int]:
    """What is missing for each free delivery that is open."""
    rows = [r for r in setting.source.promotions.values() if r["type"] == "free_shipping"]
    rows = [r for r in rows if oracle.is_open(r, setting.day, setting.member, set())]
    return {r["min"] - goods for r in rows if r["min"] > goods}


def _offers(expect: Row, record: Row, setting: Setting, verdict: Verdict) -> None:
    _need(record, expect["names"], verdict)
    _forbid(record, expect.get("none", ()), verdict)


def _says(expect: Row, record: Row, setting: Setting, verdict: Verdict) -> None:
    _need(record, expect.get("all", ()), verdict)
    _forbid(record, expect.get("none", ()), verdict)


def _asks(expect: Row, record: Row, setting: Setting, verdict: Verdict) -> None:
    if not record["clarifying"] or "?" not in record["reply"]:
        verdict.missed.append("asked nothing back")
    _need(record, expect.get("all", ()), verdict)


def _recommends(expect: Row, record: Row, setting: Setting, verdict: Verdict) -> None:
    source = setting.source
    of_product: dict[str, list[str]] = {}
    for sku, piece in source.pieces.items():
        of_product.setdefault(piece.product_id or sku, []).append(sku)
    cards = [c for c in record["cards"] if c["product_id"] in of_product or c["sku"] in source.pieces]
    if not cards or not any(act["act"] == "recommend" for act in record["acts"]):
        verdict.missed.append("recommended nothing")
    for card in cards:
        skus = [card["sku"]] if card["sku"] in source.pieces else of_product[card["product_id"]]
        piece = source.pieces[skus[0]]
        if expect.get("max") and min(source.pieces[s].price for s in skus) > expect["max"]:
            verdict.wrong.append(f"{piece.product} is over the budget")
        if not any(source.stock[s] for s in skus):
            verdict.wrong.append(f"{piece.product} is sold out")
        if expect.get("kinds") and piece.category not in expect["kinds"]:
            verdict.missed.append(f"{piece.product} is of {piece.category}")
        offered = _sizes(of_product[piece.product_id], expect, source) if "size" in expect else None
        if offered is not None and expect["size"][1] not in offered:
            verdict.wrong.append(f"{piece.product} is not to be had in {expect['size'][1]}")
        for word in expect.get("avoid", ()):
            text = source.texts.get(piece.product_id, "")
            if re.search(rf"\b{word}\b", text) and "vegan:yes" not in text:
                verdict.wrong.append(f"{piece.product} has {word}")
    _need(record, expect.get("why", ()), verdict)
    _forbid(record, expect.get("none", ()), verdict)


def _sizes(skus: Sequence[str], expect: Row, source: Source) -> set[str] | None:
    """The sizes in which a product can be had, None for one without sizes in figures."""
    sizes = [(source.options[s].get(expect["size"][0], ""), source.stock[s]) for s in skus]
    return {size for size, stock in sizes if stock} if any(size.isdigit() for size, _ in sizes) else None


def _need(record: Row, texts: Sequence[str], verdict: Verdict) -> None:
    verdict.missed += [f"doesn't say {t!r}" for t in texts if t.lower() not in record["reply"].lower()]


def _forbid(record: Row, texts: Sequence[str], verdict: Verdict) -> None:
    verdict.wrong += [f"says {t!r}" for t in texts if t.lower() in record["reply"].lower()]


def _text(amount: int, setting: Setting) -> str:
    return f"{setting.source.symbol}{amount / 100:,.2f}"


def _only_true(expect: Row, record: Row, setting: Setting, worked_out: set[int], verdict: Verdict) -> None:
    """Every amount in the reply is one of these, a price of what was asked, or stands in an offer's own description."""
    source = setting.source
    pieces = _pieces(expect["items"], source)
    names = {p.product for p in pieces}
    allowed = worked_out | {p.price for p in source.pieces.values() if p.product in names}
    rows = [r for r in source.promotions.values() if r["min"] or r["type"] in ("fixed", "member_price", "bundle")]
    allowed |= {r["min"] for r in rows} | {r["value"] for r in rows if isinstance(r["value"], int)}
    codes = set(expect.get("codes", ()))
    live = [r for r in source.promotions.values() if oracle.is_open(r, setting.day, setting.member, codes)]
    whole = sum(p.price for p in pieces)
    for size in (1, 2):
        for some in combinations(live, size):
            goods, _ = oracle.cheapest(pieces, list(some), setting.day, member=setting.member, codes=codes)
            allowed |= {goods, whole - goods}
    allowed |= {p.price * n for p in pieces for n in expect["items"].values()}
    allowed |= {r["min"] - whole for r in rows}
    described = " ".join(f"{r['name']} {r['description']}" for r in source.promotions.values()) + setting.said
    for match in _AMOUNT.finditer(record["reply"]):
        amount = round(float(match[1].replace(",", "")) * 100)
        if amount not in allowed and match[1] not in described and not _was(record["reply"], match):
            verdict.wrong.append(f"states {match[0]}")


def _was(reply: str, match: re.Match[str]) -> bool:
    """A former price, which the shop's compare-at column explains."""
    return bool(re.search(r"(?:was|were) $", reply[: match.start()]))


def _receipts(expect: Row, record: Row, setting: Setting, reduced: bool, verdict: Verdict) -> None:
    """A receipt for the price of every product of the answer, and for an offer where one counts."""
    priced = {r["sku"] for r in record["receipts"] if "sku" in r and r["field"] == "price"}
    for sku in expect["items"]:
        piece = setting.source.pieces[sku]
        alike = {s for s, p in setting.source.pieces.items() if (p.product, p.price) == (piece.product, piece.price)}
        if not alike & priced:
            verdict.receipts.append(f"no receipt for the price of {sku}")
    if reduced and not any("promotion" in r for r in record["receipts"]):
        verdict.receipts.append("no receipt for the offer")


_JUDGES = {
    "pay": _pay, "saved": _saved, "ship": _ship, "missing": _missing, "offers": _offers, "says": _says, "asks": _asks,
    "recommends": _recommends,
}  # fmt: skip
