"""Promotions to the cent: examples by rule, the demo shop's own orders, and what must hold of every basket."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.runtime import DEMO_SHOP
from assistant.shop.pricing import Buyer, Line, Terms, best, terms_of
from assistant.shop.pricing.basket import apply, half_up, share_out
from assistant.shop.pricing.best import obstacle
from assistant.shop.pricing.terms import parts_of
from assistant.shop.promotions_format import parse_promotion
from assistant.shop.schema import PromotionRow
from tests.unit import pricing_oracle as oracle

DAY = date(2026, 11, 20)
MUG = Line("MUG", 1400, 1, "mug", "Mug", "Kitchen", "Mugs", "Oak")
POT = Line("POT", 5900, 1, "pot", "Pot", "Kitchen", "Pots", "Oak")
HAT = Line("HAT", 2999, 1, "hat", "Hat", "Clothing", "Hats", "Wool & Co")


def terms(kind: str, value: Any = "", applies_to: str = "all", **columns: Any) -> Terms:
    cells = {"id": columns.pop("id", kind), "name": kind, "type": kind, "value": str(value), "applies_to": applies_to}
    return terms_of(PromotionRow(**parse_promotion({**cells, "combinable": "yes", **columns}, "GBP")))


def goods(lines: list[Line], *promotions: Terms, member: bool = False, codes: str = "", day: date = DAY) -> int:
    buyer = Buyer(member, frozenset(codes.casefold().split()))
    return best(lines, promotions, buyer, day).goods


def many(line: Line, quantity: int) -> Line:
    return replace(line, quantity=quantity)


def test_a_percentage_is_rounded_once_and_for_the_customer() -> None:
    assert goods([many(MUG, 3)], terms("percent", "12.5")) == 4200 - 525
    assert goods([many(HAT, 1)], terms("percent", "12.5")) == 2999 - 375  # 374.875
    assert goods([Line("A", 4695)], terms("percent", 10)) == 4695 - 470  # 469.5: halves up
    assert goods([Line("A", 105, 3)], terms("percent", 10)) == 315 - 32  # not 3 x 11


def test_a_fixed_amount_is_taken_once_and_never_below_zero() -> None:
    assert goods([many(MUG, 3), POT], terms("fixed", "20.00", "category:Kitchen")) == 4200 + 5900 - 2000
    assert goods([MUG], terms("fixed", "20.00")) == 0
    assert goods([MUG, HAT], terms("fixed", "20.00", "product:Mug")) == 2999


def test_a_minimum_counts_what_the_offer_applies_to() -> None:
    offer = terms("fixed", 5, "category:Kitchen", min_subtotal="70.00")
    assert goods([POT, HAT], offer) == 8899
    assert goods([POT, MUG], offer) == 7300 - 500


def test_the_cheapest_of_each_group_is_free() -> None:
    lines = [many(MUG, 2), POT, many(HAT, 3)]
    assert goods(lines, terms("buy_2_get_1")) == 2 * 1400 + 5900 + 3 * 2999 - 2999 - 1400
    assert goods([many(MUG, 2)], terms("buy_2_get_1")) == 2800
    assert goods([many(MUG, 7)], terms("buy_2_get_1")) == 5 * 1400


def test_a_bundle_costs_its_price_as_often_as_it_is_whole() -> None:
    offer = terms("bundle", "65.00", "product:mug + product:Pot")
    assert goods([many(MUG, 3), many(POT, 2)], offer) == 1400 + 2 * 6500
    assert goods([many(MUG, 3)], offer) == 4200
    assert goods([MUG, POT], terms("bundle", "80.00", "product:mug + product:Pot")) == 7300


def test_member_prices_are_for_members_only() -> None:
    offer = terms("member_price", "10.00", "sku:MUG")
    assert goods([many(MUG, 2)], offer) == 2800 and goods([many(MUG, 2)], offer, member=True) == 2000
    assert goods([MUG], terms("member_price", "20.00", "sku:MUG"), member=True) == 1400


def test_a_code_counts_in_any_case_and_only_when_given() -> None:
    offer = terms("percent", 10, code="Save10")
    assert goods([MUG], offer) == 1400 and goods([MUG], offer, codes="sAVE10") == 1260
    assert goods([MUG], offer, codes="SAVE") == 1400


@pytest.mark.parametrize(("day", "counts"), [(1, False), (2, True), (9, True), (10, False)])
def test_first_and_last_day_count(day: int, counts: bool) -> None:
    offer = terms("percent", 50, starts="2026-12-02", ends="2026-12-09")
    assert goods([MUG], offer, day=date(2026, 12, day)) == (700 if counts else 1400)


def test_many_offers_on_few_lines_price_few_baskets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way of these would be 5,216, 2,048 and 4,096 baskets."""
    calls: list[Any] = []
    monkeypatch.setitem(best.__globals__, "apply", lambda *args: (calls.append(args), apply(*args))[1])
    lines = [Line(f"S{n}", 900 + 317 * n, 2, f"p{n}") for n in range(11)]
    club = [terms("member_price", "8.00", f"sku:S{n}", id=f"club-{n:02}") for n in range(11)]
    percents = [terms("percent", share, id=f"percent-{share}") for share in (5, 7, 11)]
    free, voucher = terms("free_shipping", min_subtotal="30.00"), terms("fixed", 4, code="V")
    member = Buyer(True, frozenset({"v"}))
    three = best(lines[:5], [*club[:4], terms("buy_2_get_1"), *percents, voucher, free], member, DAY, 395)
    assert len(calls) < 1000 and (three.to_pay, len(three.used)) == (7032, 8)
    calls.clear()
    clubs = best(lines, club, member, DAY, 395)
    assert len(calls) < 100 and clubs.to_pay == 22 * 800 + 395
    calls.clear()
    priced = best(lines[:10], [*club[:10], *percents[:2], free], member, DAY, 395)
    assert len(calls) < 200 and priced.to_pay == 20 * 800 - 800 - 1120


def test_what_is_not_combinable_stands_alone_and_the_best_counts() -> None:
    ten, five, off = terms("percent", 10, combinable="no"), terms("fixed", 3), terms("fixed", 4, id="b")
    assert goods([POT], ten, five) == 5310 and goods([POT], ten, five, off) == 5200


def test_free_shipping_counts_after_discounts_and_goes_with_an_exclusive_code() -> None:
    free = terms("free_shipping", min_subtotal="60.00")
    code = terms("percent", 10, code="TEN", combinable="no")
    with_code = best([POT, MUG], [free, code], Buyer(codes=frozenset({"ten"})), DAY, 395)
    assert (with_code.goods, with_code.shipping, with_code.to_pay) == (6570, 0, 6570)
    lines = [Line("A", 6100)]
    kept = best(lines, [free, terms("fixed", "2.00")], Buyer(), DAY, 395)
    assert (kept.goods, kept.to_pay) == (6100, 6100)  # 59.00 and 3.95 would be more
    assert best(lines, [free, terms("fixed", "9.00")], Buyer(), DAY, 395).to_pay == 5200 + 395


def test_a_piece_takes_part_in_one_offer_per_piece_only() -> None:
    club, free = terms("member_price", "10.00", "product:mug"), terms("buy_1_get_1", "", "product:mug")
    assert goods([many(MUG, 3)], club, free, member=True) == 1400 + 1000


@pytest.mark.parametrize(
    ("offer", "lines", "found"),
    [
        (terms("percent", 10, ends="2026-11-19"), [MUG], "over"),
        (terms("percent", 10, starts="2026-11-21"), [MUG], "not yet"),
        (terms("percent", 10, code="X"), [MUG], "code"),
        (terms("percent", 10, members_only="yes"), [MUG], "members"),
        (terms("percent", 10, "brand:Pine"), [MUG], "nothing"),
        (terms("fixed", 5, min_subtotal="20.00"), [MUG], "minimum"),
        (terms("free_shipping", min_subtotal="20.00"), [MUG], "minimum"),
        (terms("buy_2_get_1"), [many(MUG, 2)], "short"),
        (terms("bundle", 10, "product:mug + product:Pot"), [MUG], "short"),
        (terms("bundle", 90, "product:mug + product:Pot"), [MUG, POT], "no gain"),
        (terms("percent", 10), [MUG], None),
    ],
)
def test_why_an_offer_takes_nothing_off(offer: Terms, lines: list[Line], found: str | None) -> None:
    buyer = Buyer()
    assert obstacle(offer, best(lines, [offer], buyer, DAY), buyer, DAY) == found


def test_an_offer_that_gives_way_to_a_better_one_says_so() -> None:
    small, big = terms("percent", 10, combinable="no"), terms("percent", 20, id="big", combinable="no")
    priced = best([MUG], [small, big], Buyer(), DAY)
    assert [s.terms for s in priced.steps] == [big] and obstacle(small, priced, Buyer(), DAY) == "other"


def test_an_unreadable_target_never_fits() -> None:
    assert parts_of("category: Kitchen ; sku:A")[0][0].value == "kitchen"
    assert not Line("", 1).is_of(parts_of("sku:")[0])


def demo_rows(name: str) -> list[dict[str, str]]:
    with (DEMO_SHOP / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_demo_shops_tills_gave_the_same_discounts() -> None:
    """75 orders that somebody worked out by hand: given the codes that were used, every discount is ours to the
    penny."""
    promotions = [terms_of(PromotionRow(**parse_promotion(r, "GBP"))) for r in demo_rows("promotions")]
    products = {p["product_id"]: p for p in demo_rows("products")}
    of_sku = {v["sku"]: products[v["product_id"]] for v in demo_rows("variants")}
    members = {c["customer_id"]: c["member"] == "yes" for c in demo_rows("customers")}
    lines = defaultdict(list)
    for row in demo_rows("order_lines"):
        product = of_sku[row["sku"]]
        named = (product["product_id"], product["name"], product["category"], product["subcategory"], product["brand"])
        lines[row["order_id"]].append(Line(row["sku"], _minor(row["unit_price"]), int(row["quantity"]), *named))
    codes = {t.code for t in promotions if t.code}
    num = 0
    for order in demo_rows("orders"):
        basket, day, member = (
            lines[order["order_id"]],
            date.fromisoformat(order["ordered_at"][:10]),
            members[order["customer_id"]],
        )
        saved = {best(basket, promotions, Buyer(member, frozenset(c)), day).saved for c in ([], *([c] for c in codes))}
        assert _minor(order["discount"] or "0") in saved, order["order_id"]
        num += bool(float(order["discount"] or 0))
    assert num >= 20


def _minor(text: str) -> int:
    return int(Fraction(text) * 100)


names = st.sampled_from(["A", "B", "C", "D"])
KINDS = ("percent", "fixed", "buy_2_get_1", "buy_1_get_1", "member_price", "bundle", "free_shipping")
targets = st.sampled_from(["all", "sku:A", "sku:B; sku:C", "category:X", "category:Y"])


@st.composite
def offers(draw: st.DrawFn, simple: bool = False) -> oracle.Row:
    kind = draw(st.sampled_from(KINDS))
    applies_to = "sku:A + category:Y" if kind == "bundle" else draw(targets)
    values = {"percent": st.sampled_from(["5", "10", "12.5", "33.3", "100"])}
    amounts = st.integers(0, 3000) if kind in ("fixed", "member_price", "bundle") else st.just(0)
    return {
        "id": draw(st.text("abcdef", min_size=3, max_size=6)), "type": kind, "applies_to": applies_to,
        "value": draw(values.get(kind, amounts)), "min": draw(st.sampled_from([0, 0, 1500, 4000])),
        "combinable": draw(st.booleans()), "members_only": draw(st.sampled_from([False, False, True])),
        "code": draw(st.sampled_from([None, None, "Code"])),
    }  # fmt: skip


def row_terms(row: oracle.Row) -> Terms:
    money = row["type"] in ("fixed", "member_price", "bundle")
    value = f"{row['value'] / 100:.2f}" if money else row["value"] or ""
    found = terms(
        row["type"], value, row["applies_to"], id=row["id"], code=row["code"] or "",
        min_subtotal=f"{row['min'] / 100:.2f}",
        members_only="yes" if row["members_only"] else "no", combinable="yes" if row["combinable"] else "no",
    )  # fmt: skip
    return found


@st.composite
def baskets(draw: st.DrawFn, most: int = 4) -> list[Line]:
    skus = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    return [
        Line(
            sku,
            draw(st.integers(1, 3000)),
            draw(st.integers(1, most)),
            sku.lower(),
            f"Product {sku}",
            "XY"[sku in "CD"],
        )
        for sku in skus
    ]


unique_offers = st.lists(offers(), max_size=4, unique_by=lambda r: r["id"])


@settings(max_examples=150, deadline=None)
@given(baskets(), unique_offers, st.booleans(), st.sampled_from([None, 395]), st.randoms())
def test_never_more_than_without_offers_and_the_same_in_any_order(
    lines: list[Line], rows: list[oracle.Row], member: bool, shipping: int | None, random: Any
) -> None:
    buyer, promotions = Buyer(member, frozenset({"code"})), [row_terms(r) for r in rows]
    priced = best(lines, promotions, buyer, DAY, shipping)
    assert 0 <= priced.goods <= priced.subtotal and priced.to_pay <= priced.subtotal + (shipping or 0)
    for line, offs in zip(lines, zip(*(s.by_line for s in priced.steps), strict=True), strict=False):
        assert 0 <= sum(offs) <= line.amount
    assert all(step.saved == sum(step.by_line) > 0 for step in priced.steps)
    others, shuffled = list(promotions), list(lines)
    random.shuffle(others)
    random.shuffle(shuffled)
    assert best(shuffled, others, buyer, DAY, shipping).to_pay == priced.to_pay


@settings(max_examples=150, deadline=None)
@given(baskets(), unique_offers, st.booleans())
def test_one_more_offer_never_makes_it_dearer(lines: list[Line], rows: list[oracle.Row], member: bool) -> None:
    buyer, promotions = Buyer(member, frozenset({"code"})), [row_terms(r) for r in rows]
    fewer = best(lines, promotions[1:], buyer, DAY, 395)
    assert best(lines, promotions, buyer, DAY, 395).to_pay <= fewer.to_pay


@settings(max_examples=200, deadline=None)
@given(baskets(most=3), unique_offers, st.booleans(), st.sampled_from([0, 395]))
def test_brute_force_finds_nothing_better(
    lines: list[Line], rows: list[oracle.Row], member: bool, shipping: int
) -> None:
    pieces = [
        oracle.Piece(x.sku, x.unit, x.name, x.category, product_id=x.product_id)
        for x in lines
        for _ in range(x.quantity)
    ]
    if any(r["type"] == "bundle" for r in rows):
        shipping = 0  # a cent more or less may decide about free delivery
    _, expected = oracle.cheapest(pieces, rows, DAY, member=member, codes={"CODE"}, shipping=shipping)
    found = best(lines, [row_terms(r) for r in rows], Buyer(member, frozenset({"code"})), DAY, shipping)
    # What a bundle saves is shared in whole cents here, in fractions there: that may move a cent of what overlaps it.
    bundled = len(rows) > 1 and any(r["type"] == "bundle" for r in rows)
    assert abs(found.to_pay - expected) <= (len(rows) if bundled else 0)


@given(st.integers(0, 10_000), st.lists(st.integers(0, 5_000), min_size=1, max_size=6))
def test_shares_add_up_and_stay_within_their_own(total: int, amounts: list[int]) -> None:
    shares = share_out(total, amounts)
    assert sum(shares) == min(total, sum(amounts)) and all(0 <= s <= a for s, a in zip(shares, amounts, strict=True))


@given(st.fractions(0, 10_000))
def test_halves_are_rounded_up(amount: Fraction) -> None:
    assert Fraction(-1, 2) < half_up(amount) - amount <= Fraction(1, 2)


def test_applying_nothing_changes_nothing() -> None:
    assert apply([MUG, POT], [], [], 395).to_pay == 1400 + 5900 + 395
