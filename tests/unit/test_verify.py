"""What a model writes and what of it a customer sees: nothing that the facts don't say, everything that was asked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.act.plan import Plan
from assistant.binding import hopeless
from assistant.glue import GLUE
from assistant.verify import Released, Verifier, agree, check
from tests.unit.plans import MARK, add_fact, marks, priced_plan


def say(text: str, plan: Plan, size: int = 0) -> tuple[list[Released], list[Released], Verifier]:
    """What is released of a model's text, in pieces of `size` characters (0: at once), and what code adds."""
    verifier = Verifier(plan)
    released: list[Released] = []
    for start in range(0, len(text), size or len(text) or 1):
        released += verifier.feed(text[start : start + size] if size else text)
    released += verifier.end()
    return released, list(verifier.rest()), verifier


def two_products() -> Plan:
    """A boot that is there and a lamp that is sold out, as a list would have them."""
    plan = Plan(phrase=True)
    boot = add_fact(plan, "price", "in_stock", "material")
    lamp = add_fact(plan, "price", "sold_out", "material")
    plan.say(f"We have the {boot.key('item')} for {boot.key('price')} ({boot.key('in_stock')}).", boot.key("price"))
    plan.say(f"The {lamp.key('item')} costs {lamp.key('price')} ({lamp.key('sold_out')}).", lamp.key("sold_out"))
    plan.closing.append("Which one would you like?")
    return plan


@pytest.mark.parametrize(
    "sentence",
    [
        "The {1.item} costs {1.price} and is {1.in_stock}.",
        "It costs {1.price}.",
        "We have the {1.item} for {1.price}.",
        "Sure, the {1.item} is {1.in_stock}!",
        "{1.yes}, the {1.item} is {1.in_stock} and costs {1.price}.",
        "The price of the {1.item} is {1.price}.",
        "The {1.item} is made of {1.material}.",
        "It comes with a warranty of {1.warranty_years} years.",
        "The {1.item} has a material of {1.material}.",
        "The {1.item} is rated {1.rating}.",
        "The {1.item} comes in {1.colour}.",
        "The colours are {1.colour}.",
        "The {1.rank} is the {1.item} at {1.price}, and it is {1.in_stock}.",
        "It was {1.was} and costs {1.price}.",
    ],
)
def test_plain_sentences_of_the_facts_pass(sentence: str) -> None:
    plan = Plan()
    add_fact(plan, *"price was in_stock yes rank material warranty_years rating colour".split())
    assert check(sentence, plan) is None


LIES = [
    # figures, and words for figures
    "The {1.item} costs 5 euros.",
    "The {1.item} costs {1.price} for five.",
    "The {1.item} costs {1.price} and we have one.",
    "We have a dozen of the {1.item} for {1.price}.",
    "The {1.item} costs {1.price} ½.",
    "The {1.item} costs {1.price}².",
    "The {1.item} costs -{1.price}.",
    "The {1.item} costs –{1.price}.",
    "The {1.item} costs €{1.price}.",
    "The {1.item} costs {1.price}0.",
    "The {1.item} costs about {1.price}.",
    "The {1.item} costs {1.price} or so.",
    "The {1.item} costs from {1.price}.",
    # polarity, availability and conditions in its own words
    "It costs {1.price} and is not available.",
    "The {1.item} isn't {1.in_stock}.",
    "The {1.item} is not {1.in_stock}.",
    "The {1.item} is never {1.in_stock} at {1.price}.",
    "The {1.item} is {1.in_stock}, but hardly.",
    "No {1.item} is {1.in_stock}.",
    "Yes, it costs {1.price}.",
    "The {1.item} is available for {1.price}.",
    "The {1.item} is in stock for {1.price}.",
    "The {1.item} is there for {1.price}.",
    "If it is {1.in_stock}, it costs {1.price}.",
    "The {1.item} will be {1.in_stock}.",
    "The {1.item} may be {1.in_stock}.",
    "It can cost {1.price}.",
    "Is the {1.item} at {1.price}?",
    "Do you want the {1.item} for {1.price}?",
    "The {1.item} is “{1.in_stock}”.",
    "I'm sorry, the {1.item} is {1.in_stock}.",
    # offers, gifts, praise, promises
    "It's free.",
    "The {1.item} is free.",
    "The {1.item} is on offer for {1.price}.",
    "The {1.item} at {1.price} is on us.",
    "The {1.item} costs {1.price} with a discount.",
    "The {1.item} is the best for {1.price}.",
    "The {1.item} costs only {1.price}.",
    "The {1.item} costs {1.price} and ships today.",
    # attributes in its own words, or under a wrong name
    "The {1.item} is waterproof and costs {1.price}.",
    "The red {1.item} costs {1.price}.",
    "The {1.item} is made in Italy for {1.price}.",
    "The {1.item} is made of {1.warranty_years}.",
    "The {1.item} is made of {1.price}.",
    "The {1.item} is made in {1.in_stock}.",
    "The {1.item} is rated {1.price}.",
    "The {1.item} is rated {1.material}.",
    "The {1.item} has a warranty of {1.material}.",
    "The {1.item} has {1.warranty_years}.",
    "The {1.item} is {1.warranty_years}.",
    "The {1.item} is waterproof, with {1.waterproof}.",
    # what only code may say, and former prices
    "The {1.item} costs {1.was}.",
    "The {1.item} was {1.price}.",
    "The {1.item} costs {1.difference}.",
    "The {1.item} comes in {1.asked}.",
    "The {1.item} has an asked of {1.asked}.",
    # braces and forms
    "The {1.item} costs {1.price.",
    "The {1.item} costs 1.price}.",
    "The {1.item} costs {9.price}.",
    "The {1.item} costs {1.cost}.",
    "The {1.item} costs {01.price}.",
    "The {1.item} costs {１.price}.",
    "The {1.item} costs{1.price}.",
    "The {1.item}s cost {1.price}.",
    "The {1.item} costs {1.price} and costs {1.price}.",
    "The {1.item} costs.",
    "The {1.price} is {1.item}.",
    "We are happy to help.",
    "The {1.item} n\u200bo {1.in_stock}.",
    "The {1.item} is\u202e {1.in_stock}.",
    "The {1.item} is 🆓.",
    "The {1.item} is\n{1.in_stock}.",
    "{1.in_stock} the {1.item}.",
    "The {1.item} is {1.yes}.",
    "{1.yes} {1.item} is {1.in_stock}.",
]


@pytest.mark.parametrize("sentence", LIES)
def test_a_lie_is_never_released_and_the_answer_comes_all_the_same(sentence: str) -> None:
    plan = Plan(phrase=True)
    fact = add_fact(
        plan, *"price was difference in_stock yes material warranty_years asked waterproof rating rank".split()
    )
    plan.say(f"The {fact.key('item')} costs {fact.key('price')}.", fact.key("price"))
    assert check(sentence, plan) is not None
    for size in (0, 1, 7):
        released, rest, _ = say(sentence, plan, size)
        assert not released
        assert [r.text for r in rest] == ["The <item 1> costs <price 1>."]


@pytest.mark.parametrize(
    "sentence",
    [
        "The {1.item} costs {2.price}.",
        "The {1.item} is {2.sold_out}.",
        "The {1.item} and the {2.item} cost {2.price}.",
        "The {1.item} and the {2.item} are {2.sold_out}.",
        "The {1.item} costs {1.price} and {2.price}.",
        "It costs {1.price}.",
        "We have the {1.item} and the {2.item}.",
        "We have the {2.item} for {2.price}.",
        "You can get the {2.item}.",
        "The {1.item} is for the {2.item}.",
        "The {1.item} has the {2.item} and is made of {1.material}.",
        "The {1.item} is the {2.item}.",
        "The {1.item} costs {1.price} like the {2.item}.",
        "The {1.item} is {1.in_stock}, and the {2.item} is in stock and {2.sold_out}.",
        "Certainly, the {2.item} is {2.sold_out}.",
        "{1.no}, the {2.item} is {2.sold_out}.",
    ],
)
def test_a_fact_is_said_of_its_own_product_only(sentence: str) -> None:
    plan = two_products()
    add_no = plan.facts[0].fields["price"]
    plan.facts[0].fields["no"] = type(add_no)("no", "no")
    assert check(sentence, plan) is not None


@pytest.mark.parametrize(
    "sentence", ["{1.no}, we have the {1.item}.", "You can get the {1.item}.", "There is the {1.item}."]
)
def test_what_is_sold_out_is_not_offered(sentence: str) -> None:
    plan = Plan()
    add_fact(plan, "no", "sold_out")
    assert check(sentence, plan) is not None
    assert check("{1.no}, the {1.item} is {1.sold_out}.", plan) is None


def test_two_products_with_their_own_facts_pass() -> None:
    plan = two_products()
    text = "We have the {1.item} for {1.price}, which is {1.in_stock}, and the {2.item} for {2.price}"
    text += ", which is {2.sold_out}."
    released, rest, _ = say(text, plan, 3)
    assert [marks(r.text) for r in released] == [
        [("item", 1), ("price", 1), ("in_stock", 1), ("item", 2), ("price", 2), ("sold_out", 2)]
    ]
    assert [r.text for r in rest] == ["Which one would you like?"]


def test_no_before_a_product_needs_its_comma() -> None:
    """ "No boot is out of stock" says the opposite of "No, boot is out of stock"."""
    plan = Plan()
    add_fact(plan, "no", "sold_out")
    assert check("{1.no}, the {1.item} is {1.sold_out}.", plan) is None
    assert check("{1.no} {1.item} is {1.sold_out}.", plan) is not None
    assert check("The {1.item} is {1.sold_out}, {1.no}.", plan) is not None


MEAN = """five dozen half zero twice not no yes never n't isn't without hardly available unavailable in stock sold out
free discount sale off cheap best only waterproof red leather today tomorrow if maybe unless soon restocked guaranteed
save more less than about up 5 89.00 € $ % ½ ² ① ٣ - – — ( ) " “ ” & + { } {1. {1.price 1.price} {9.price} {2.cost}
{price} {1.item}} \u200b \u202e \u0301 🆓 ✅ Ⅻ ＮＯ ｎｏ nö N O""".split()
PLACEHOLDERS = [f"{{{n}.{name}}}" for n in (1, 2) for name in "item price in_stock sold_out material colour".split()]
PLACEHOLDERS += ["{1.yes}", "{2.no}"]
HONEST = sorted(GLUE)
FRAMES = [
    "The {1.item} costs {1.price}",
    "and is {1.in_stock}",
    "the {2.item} is {2.sold_out}",
    "{1.yes},",
    "{2.no}, the {2.item}",
    "It comes in {1.colour}",
    "is made of {2.material}",
    "We have the {1.item}",
]
PIECES = st.one_of(
    st.sampled_from(PLACEHOLDERS),
    st.sampled_from(HONEST),
    st.sampled_from(FRAMES),
    st.sampled_from(MEAN),
    st.sampled_from([".", ". ", "!", ",", "?", "..."]),
    st.text(max_size=3),
)
ALMOST_HONEST = st.one_of(st.sampled_from(PLACEHOLDERS), st.sampled_from(FRAMES), st.sampled_from(HONEST))
TEXTS = st.one_of(
    st.lists(PIECES, max_size=14).map(" ".join),
    st.lists(PIECES, max_size=10).map("".join),
    st.lists(ALMOST_HONEST, min_size=1, max_size=6).map(lambda pieces: " ".join(pieces) + "."),
    st.tuples(st.sampled_from(FRAMES), st.sampled_from(MEAN), st.sampled_from(FRAMES)).map(lambda p: " ".join(p) + "."),
)


def mean_plan() -> Plan:
    """Two products with opposite news, every kind of fact among them."""
    plan = Plan(phrase=True)
    boot = add_fact(plan, "price", "in_stock", "yes", "colour", "material")
    lamp = add_fact(plan, "price", "sold_out", "no", "material")
    plan.say(f"{boot.key('yes')}, the {boot.key('item')} is {boot.key('in_stock')}.", boot.key("in_stock"))
    plan.say(f"The {lamp.key('item')} is {lamp.key('sold_out')}.", lamp.key("sold_out"))
    plan.say("Ask for more.")
    return plan


_STATING = re.compile(
    r"\b(?:no|not|none|never|n't|isn't|without|hardly|available|unavailable|in stock|stock|sold|out|free|discount|sale|"
    r"off|"
    r"five|dozen|half|zero|twice|waterproof|red|leather|today|tomorrow|if|may|might|will|would|could|should|maybe|unless|"
    r"soon|best|only|cheap|guaranteed|save|more|less|than|yes|be)\b",
    re.IGNORECASE,
)


def assert_honest(text: str, plan: Plan) -> None:
    """An independent judge: no stating word or figure beside the marks, every mark behind its own product's name."""
    words = MARK.sub(" ", text.replace("<Item", "<item").replace("<Yes", "<yes").replace("<No", "<no"))
    assert re.fullmatch(r"[A-Za-z ,.!;:'’-]*", words), f"a figure or a mark in {text!r}"
    assert not _STATING.search(words), f"a stating word in {text!r}"
    said = marks(text.replace("<Yes", "<yes").replace("<No", "<no"))
    for number in {n for _, n in said}:
        assert any(number == f.number for f in plan.facts)
    items = [n for name, n in said if name == "item"]
    for place, (name, number) in enumerate(said):
        if name in ("yes", "no"):
            assert place == 0
        elif name != "item":
            before = [n for m, n in said[:place] if m == "item"]
            assert (before or items)[-1 if before else 0] == number, f"a fact of another product in {text!r}"


@settings(max_examples=600, deadline=None)
@given(text=TEXTS, size=st.integers(0, 9))
def test_whatever_a_model_writes_only_bound_sentences_are_released(text: str, size: int) -> None:
    plan = mean_plan()
    released, rest, verifier = say(text, plan, size)
    for sentence in released:
        assert sentence.own
        assert_honest(sentence.text, plan)
        stated = {
            f"{name}-{number}" for name, number in marks(sentence.text.replace("<Yes", "<yes").replace("<No", "<no"))
        }
        assert stated == {f"{r.field}-{r.key.removeprefix('SKU-')}" for r in sentence.receipts}
    everything = " ".join(r.text for r in released + rest)
    assert "<in_stock 1>" in everything and "<sold_out 2>" in everything and "Ask for more." in everything
    assert verifier.num_own == len(released) and verifier.num_code == len(rest)
    assert "{" not in everything and "}" not in everything


@settings(max_examples=300, deadline=None)
@given(text=TEXTS, size=st.integers(1, 9))
def test_the_size_of_the_pieces_changes_nothing(text: str, size: int) -> None:
    whole = [r.text for part in say(text, mean_plan())[:2] for r in part]
    assert [r.text for part in say(text, mean_plan(), size)[:2] for r in part] == whole


@settings(max_examples=400, deadline=None)
@given(
    pieces=st.lists(st.one_of(st.sampled_from(FRAMES), ALMOST_HONEST), min_size=1, max_size=4),
    joint=st.sampled_from([" ", ", ", " and "]),
    cut=st.integers(0, 200),
)
def test_a_sentence_that_passes_is_never_given_up_on_its_way(pieces: list[str], joint: str, cut: int) -> None:
    sentence = joint.join(pieces) + "."
    plan = mean_plan()
    assert hopeless(sentence[:cut], plan) is None or check(sentence, plan) is not None


@pytest.mark.parametrize(
    "sentence",
    [
        "The {1.item} costs {1.price} and is {1.in_stock}.",
        "{1.yes}, the {1.item} is {1.in_stock}, which is rated {1.rating}.",
        "It comes with a warranty of {1.warranty_years} years and costs {1.price}.",
        "The {1.item} is made of {1.material}, and the price of it is {1.price}.",
        "It was {1.was}, it comes in {1.colour}.",
    ],
)
def test_no_beginning_of_a_good_sentence_is_hopeless(sentence: str) -> None:
    plan = Plan()
    add_fact(plan, *"price was in_stock yes rating material warranty_years colour".split())
    assert check(sentence, plan) is None
    assert [hopeless(sentence[:end], plan) for end in range(len(sentence))] == [None] * len(sentence)


def test_a_hopeless_beginning_ends_the_models_part_at_once() -> None:
    verifier = Verifier(priced_plan())
    assert not list(verifier.feed("The {1.item} is a lovely "))
    assert verifier.failed and "lovely" in verifier.failed


def test_what_the_model_left_out_is_said_by_code() -> None:
    plan = priced_plan(1, "material")
    plan.say("The {1.item} has this material: {1.material}.", "{1.material}")
    released, rest, _ = say("The {1.item} costs {1.price}.", plan)
    assert [r.text for r in released] == ["The <item 1> costs <price 1>."]
    assert [r.text for r in rest] == ["The <item 1> has this material: <material 1>."]
    assert not rest[0].own


def test_yes_is_not_said_a_second_time_by_code() -> None:
    plan = Plan(phrase=True)
    fact = add_fact(plan, "yes", "in_stock", "price", texts={"yes": "yes", "in_stock": "in stock", "item": "boot"})
    plan.say("{1.yes}, the {1.item} is {1.in_stock}.", fact.key("in_stock"))
    _, rest, _ = say("{1.yes}, the {1.item} costs {1.price}.", plan)
    assert [r.text for r in rest] == ["The boot is in stock."]


def test_a_sentence_without_its_end_is_not_shown() -> None:
    released, rest, verifier = say("The {1.item} costs {1.price}", priced_plan())
    assert not released and len(rest) == 1
    assert verifier.failed == "unfinished sentence"


def test_a_model_that_goes_on_and_on_is_stopped() -> None:
    plan = priced_plan(1, "material", "rating", "colour", "about")
    text = (
        "The {1.item} costs {1.price}. It is {1.in_stock}. It is made of {1.material}. It is rated {1.rating}. "
        "It comes in {1.colour}."
    )
    assert len(say(text, plan)[0]) == 4
    repeating = "The {1.item} costs {1.price}. It costs {1.price}. It is {1.in_stock}."
    assert [r.text for r in say(repeating, plan)[0]] == ["The <item 1> costs <price 1>."]


def test_a_restart_says_nothing_twice() -> None:
    plan = priced_plan(1)
    verifier = Verifier(plan)
    released = list(verifier.feed("The {1.item} costs {1.price}. It is {1.in_"))
    verifier.restart()
    released += verifier.feed("The {1.item} costs {1.price}. It is {1.in_stock}. ")
    released += verifier.end()
    released += verifier.rest()
    assert [r.text for r in released] == ["The <item 1> costs <price 1>.", "It is <in_stock 1>."]


def test_a_restart_that_begins_otherwise_still_says_nothing_twice() -> None:
    verifier = Verifier(priced_plan(1))
    released = list(verifier.feed("The {1.item} costs {1.price}. It"))
    verifier.restart()
    released += verifier.feed("We have the {1.item} for {1.price}. ")
    released += verifier.end()
    released += verifier.rest()
    assert [r.text for r in released] == ["The <item 1> costs <price 1>."]


@pytest.mark.parametrize(
    ("plural", "sentence", "expected"),
    [
        (
            True,
            "The {1.item} costs {1.price} and is {1.in_stock}.",
            "The {1.item} cost {1.price} and are {1.in_stock}.",
        ),
        (True, "It's {1.in_stock}, and its price is {1.price}.", "They're {1.in_stock}, and their price is {1.price}."),
        (True, "It comes in {1.colour}.", "They come in {1.colour}."),
        (True, "The price of the {1.item} is {1.price}.", "The price of the {1.item} is {1.price}."),
        (False, "The {1.item} are {1.in_stock}.", "The {1.item} is {1.in_stock}."),
        (False, "The {1.item} costs {1.price}.", "The {1.item} costs {1.price}."),
    ],
)
def test_verbs_agree_with_the_product(plural: bool, sentence: str, expected: str) -> None:
    assert agree(sentence, priced_plan(1, "colour", plural=plural)) == expected


def test_products_of_both_numbers_keep_their_verbs() -> None:
    plan = Plan()
    add_fact(plan, "price", plural=True)
    add_fact(plan, "price")
    sentence = "The {1.item} cost {1.price}, and the {2.item} costs {2.price}."
    assert agree(sentence, plan) == sentence


def test_for_is_not_said_twice() -> None:
    plan = Plan()
    add_fact(plan, "price", texts={"price": "for €5.00"})
    released, _, _ = say("We have the {1.item} for {1.price}.", plan)
    assert [r.text for r in released] == ["We have the <item 1> for €5.00."]
    assert check("The {1.item} costs {1.price}.", plan) is not None
