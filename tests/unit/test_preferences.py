"""What customers tell of themselves: used with consent, kept, shown, corrected and forgotten; never anybody else's."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from assistant.act.avoid import has
from assistant.config import Settings
from assistant.engine.scripted import ScriptedEngine
from assistant.pipeline import Assistant
from assistant.runtime import DEMO_SHOP
from assistant.shop.importers import import_shop
from assistant.shop.schema import BrowsingRow, CustomerRow, PreferenceRow
from assistant.shop.shoppers import Shoppers
from assistant.store.database import Database
from assistant.types import CustomerRef, Done, Product, Record
from assistant.understand.beside_told import told_first
from assistant.understand.clause import Clause
from assistant.understand.forgetting import item
from assistant.understand.link import Links
from assistant.understand.preferences import is_about_self, stated
from assistant.understand.state import State
from tests.unit.shop_folder import fresh_database

Talk = Callable[..., Record]
AGREED, REFUSED, OTHER = "C1025", "C1013", "C1008"
_CLAUSE = Clause("", Links(()), {}, "none")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    db = fresh_database(tmp_path_factory.mktemp("preferences") / "shop.db")
    import_shop(db, "shop", DEMO_SHOP)
    yield db
    db.close()


@pytest.fixture
def db(imported: Database, tmp_path: Path) -> Iterator[Database]:
    copy = imported.copy_to(tmp_path / "shop.db")
    yield copy
    copy.close()


@pytest.fixture
def talk(db: Database) -> Iterator[Talk]:
    engine = ScriptedEngine(lambda _: "", context=50_000)
    assistant = Assistant(db, engine, engine.tokenizer, Settings())

    def say(*turns: str, customer: str | None = None, again: bool = False) -> Record:
        conversation, who = uuid.uuid4().hex, CustomerRef(customer) if customer else None
        if again:
            turn = partial(assistant.turn, conversation, customer=who, silent=True, done_before=True)
            return [e.record for t in turns for e in turn(t) if isinstance(e, Done)][-1]
        return [assistant.reply(conversation, t, introduced=True, customer=who) for t in turns][-1]

    yield say
    engine.close()


def kept(db: Database, customer: str) -> set[tuple[str, str]]:
    with db.read() as session:
        rows = session.scalars(select(PreferenceRow).where(PreferenceRow.customer_id == customer))
        return {(row.name, row.value) for row in rows}


def account(db: Database, customer: str) -> dict[str, str]:
    with db.read() as session:
        return dict(session.get_one(CustomerRow, customer).preferences)


def agreed(db: Database, customer: str) -> bool:
    with db.read() as session:
        return session.get_one(CustomerRow, customer).consent


def test_a_visitors_words_stay_in_the_conversation(db: Database, talk: Talk) -> None:
    assert "size 42" in talk("I wear 42", "what do you know about me?").reply
    assert "42" not in talk("what do you know about me?").reply
    with db.read() as session:
        assert session.scalars(select(PreferenceRow)).all() == []


def test_with_consent_it_is_remembered_for_this_customer_only(db: Database, talk: Talk) -> None:
    talk("I'm allergic to nuts", customer=AGREED)
    assert kept(db, AGREED) == {("avoids", "nuts")}
    assert "nuts" in talk("what do you know about me?", customer=AGREED).reply
    assert "nuts" not in talk("what do you know about me?", customer=OTHER).reply


def test_without_consent_nothing_is_kept_nor_read(db: Database, talk: Talk) -> None:
    talk("I love cycling and I wear 43", customer=REFUSED)
    assert kept(db, REFUSED) == set()
    shopper = Shoppers(db).find(REFUSED)
    assert shopper is not None and not (shopper.preferences or shopper.bought or shopper.viewed)
    assert "haven't agreed" in talk("what do you know about me?", customer=REFUSED).reply


def test_what_was_told_before_is_not_kept_forgotten_or_agreed_to_again(db: Database, talk: Talk) -> None:
    """A caller without a name for the conversation sends all of its messages with each."""
    before = account(db, AGREED)
    talk(
        "I'm allergic to nuts", "forget everything you know about me", "don't use my data", customer=AGREED, again=True
    )
    assert account(db, AGREED) == before and kept(db, AGREED) == set() and agreed(db, AGREED)
    talk("yes, you may use my data", "use my data for recommendations again", customer=REFUSED, again=True)
    assert not agreed(db, REFUSED)
    talk("don't use my data", customer=AGREED)
    assert not agreed(db, AGREED)


def test_each_item_can_be_forgotten(db: Database, talk: Talk) -> None:
    assert {"size_shoe", "avoids"} <= set(account(db, AGREED))
    assert "shoe size 42" in talk("forget my shoe size", customer=AGREED).reply
    assert "size_shoe" not in account(db, AGREED) and "avoids" in account(db, AGREED)
    assert "size_shoe" in account(db, "C1001")
    talk("forget everything you know about me", customer=AGREED)
    assert account(db, AGREED) == {}
    with db.read() as session:
        assert not session.scalars(select(BrowsingRow).where(BrowsingRow.customer_id == AGREED)).all()
        assert session.scalars(select(BrowsingRow).where(BrowsingRow.customer_id == "C1001")).all()


def test_an_item_is_taken_out_of_what_is_known_and_nothing_else(db: Database, talk: Talk) -> None:
    """It forgot everything, since "what you know about me" was named."""
    reply = talk("remove wool from what you know about me", customer=OTHER).reply
    assert reply.startswith("Done, I have forgotten this: avoids wool.")
    assert account(db, OTHER)["avoids"] == "leather" and account(db, OTHER)["favourite_colour"] == "Red"
    talk("delete the bit about leather", "and red, drop that one", customer=OTHER)
    assert set(account(db, OTHER)) == {"size_shoe"}
    assert (
        "vegan" in talk("I'm vegan and I wear 42", "forget what I said about my size", "what do you know of me?").reply
    )


def test_what_is_not_known_by_that_name_is_asked_for(db: Database, talk: Talk) -> None:
    record = talk("I don't want you to remember that I have kids", customer="C1020")
    assert record.clarifying and "likes children" in record.reply and account(db, "C1020")["budget"] == "50"
    talk("I don't want you to remember that I have kids", "toys and children", customer="C1020")
    assert account(db, "C1020") == {"budget": "50"}


def test_what_is_taken_out_of_an_order_is_no_memory(talk: Talk) -> None:
    assert talk("remove the puzzle from my order", customer="C1018").acts[0].act != "preferences"


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ("forget everything i like", "likes"),
        ("drop what i like", "likes"),
        ("forget what i want", ""),
        ("remove anything i don't want", ""),
        ("forget everything i've told you", "everything"),
        ("delete all you have on me", "everything"),
        ("wipe whatever you've stored about me", "everything"),
        ("take leather out of what you noted about me", "leather"),
    ],
)
def test_what_is_to_be_forgotten(said: str, about: str) -> None:
    assert item(said) == about and is_about_self(said, "forget") is bool(about)


@pytest.mark.parametrize(
    "said", ["remove what i put in the basket", "clear my cart", "delete what i have in my trolley"]
)
def test_what_lies_in_a_basket_is_no_memory(said: str) -> None:
    assert not is_about_self(said, "forget")


def test_who_drops_what_they_like_keeps_the_rest(talk: Talk) -> None:
    reply = talk("i like running", "i wear 43", "forget everything i like", "what do you know about me").reply
    assert "43" in reply and "running" not in reply
    assert talk("forget what i want, do you have tents?").cards


def test_a_size_of_clothes_leaves_that_of_shoes(db: Database, talk: Talk) -> None:
    talk("I wear an L these days", customer="C1001")
    assert account(db, "C1001")["size_shoe"] == "39" and "size_clothing" not in account(db, "C1001")


def test_what_holds_no_longer_is_no_dislike_however_it_is_typed(db: Database, talk: Talk) -> None:
    """ "I dont avoid down anymore", without its apostrophe, was kept as a dislike of down."""
    assert "no longer go by this: avoids down" in talk("i dont avoid down anymore", customer="C1004").reply
    assert "avoids" not in account(db, "C1004") and not kept(db, "C1004")
    assert "size 41" in talk("im a size 41 now", customer="C1004").reply
    assert "likes hiking" in talk("add that i love hiking", customer="C1004").reply
    talk("what do you know about me", "clear everything", customer="C1004")
    assert account(db, "C1004") == {} and not kept(db, "C1004")


@pytest.mark.parametrize(
    "message",
    ["forget that I avoid wool", "please delete that i can't stand wool", "don't remember that I avoid wool, thanks",
     "please delete it that i never wear wool", "stop saving that I don't like wool"],
)  # fmt: skip
def test_what_is_to_be_forgotten_isnt_told_anew(db: Database, talk: Talk, message: str) -> None:
    """ "Forget that I avoid wool" was done, and then kept again as something that the customer told."""
    assert account(db, "C1025")["avoids"] == "wool"
    assert "avoids wool" in talk(message, customer="C1025").reply
    assert "avoids" not in account(db, "C1025") and "avoids" not in dict(kept(db, "C1025"))


def test_what_is_told_beside_it_is_taken_in(db: Database, talk: Talk) -> None:
    reply = talk("forget that I avoid wool, I wear 44 now", "what do you know about me?", customer="C1025").reply
    assert "44" in reply and "wool" not in reply


def test_forget_it_is_of_what_was_told_last(db: Database, talk: Talk) -> None:
    talk("what is my budget", "forget it", customer="C1002")
    assert "budget" not in account(db, "C1002") and account(db, "C1002")["size_shoe"] == "42"


def test_who_dislikes_a_colour_has_it_as_a_favourite_no_more(talk: Talk) -> None:
    reply = talk("remember that i like blue", "no i dont like blue", "what do you know about me").reply
    assert "avoids blue" in reply and "favourite" not in reply


def test_my_size_is_the_one_that_is_known(talk: Talk) -> None:
    assert "size XL" in talk("any new jacket in my size", customer="C1022").reply
    assert "I couldn't find exactly that" in talk("any sandals in my size?", customer="C1022").reply
    turns = ("I wear an L and shoe size 43", "is the squall there in my size")
    assert "size L" in talk(*turns).reply
    assert "size 43" in talk(*turns, "and the trail runner in my size?").reply


@pytest.mark.parametrize(
    "told", ["my trouser size is 42", "i take trousers in 32", "i take a 43 in socks", "my trouser size is 40 btw"]
)
def test_the_size_of_another_kind_of_thing_is_not_meant(talk: Talk, told: str) -> None:
    for asked in ("do you have boots in my size?", "are the trail runners there in my size?"):
        reply = talk(told, asked).reply
        assert "(size 4" not in reply and "rousers" not in reply and "Sock" not in reply


def test_a_size_that_was_never_told_is_not_made_up(talk: Talk) -> None:
    assert "(size 32" not in talk("my shoe size is 32", "any trousers in my trouser size?").reply
    assert "(size 4" not in talk("my trouser size is 42", "is the trail runner there in my boot size?").reply


def test_the_size_of_a_kind_is_meant_for_that_kind(talk: Talk) -> None:
    assert "Stride Trousers (size 32" in talk("my trouser size is 32", "do you have trousers in my size?").reply
    assert "(size 42" in talk("my shoe size is 42", "any boots in my usual size?").reply


def test_a_recommendation_in_so_many_words_says_why(talk: Talk) -> None:
    reply = talk("recommend me something for running", customer="C1010").reply
    assert "I would recommend" in reply and "Why:" in reply


def test_a_correction_replaces_what_was_kept(db: Database, talk: Talk) -> None:
    talk("my shoe size is 43 now, not 42", customer=AGREED)
    assert "size_shoe" not in account(db, AGREED) and ("size_shoe", "43") in kept(db, AGREED)
    assert "42" not in talk("what do you know about me?", customer=AGREED).reply


def test_consent_can_be_withdrawn_and_given_but_not_by_a_dislike(db: Database, talk: Talk) -> None:
    talk("I don't like the Trail Runner", customer=AGREED)
    with db.read() as session:
        assert session.get_one(CustomerRow, AGREED).consent
    talk("please don't use my data for recommendations", customer=AGREED)
    with db.read() as session:
        assert not session.get_one(CustomerRow, AGREED).consent
    talk("you may use my purchase history again for recommendations", customer=AGREED)
    with db.read() as session:
        assert session.get_one(CustomerRow, AGREED).consent


def test_a_recommendation_keeps_to_what_is_known_and_says_why(db: Database, talk: Talk) -> None:
    record = talk("can you recommend something for me?", customer=AGREED)
    assert "Why:" in record.reply and "you bought" in record.reply and record.cards
    assistant_products = {c.product_id for c in record.cards}
    shopper = Shoppers(db).find(AGREED)
    assert shopper is not None and not assistant_products & set(shopper.bought)


def test_a_gift_is_not_chosen_by_the_givers_own_history(talk: Talk) -> None:
    reply = talk("gift ideas for my sister who loves coffee, under 30 pounds", customer=AGREED).reply
    assert "you bought" not in reply and "you looked" not in reply and "As a gift" in reply


def test_forget_it_forgets_nothing(db: Database, talk: Talk) -> None:
    before = account(db, AGREED)
    talk("forget it", customer=AGREED)
    assert account(db, AGREED) == before


@pytest.mark.parametrize(
    ("material", "vegan", "avoided", "found"),
    [
        ("leather and felt", None, "leather", True),
        ("recycled nylon", None, "leather", False),
        ("synthetic, without leather or wool", None, "wool", False),
        ("70% merino", None, "wool", True),
        ("recycled nylon", "no", "vegan", True),
        ("vegan leather", "yes", "leather", False),
        ("wool-free felt", None, "wool", False),
        ("oat milk", None, "dairy", True),
    ],
)
def test_what_a_product_has(material: str, vegan: str | None, avoided: str, found: bool) -> None:
    attributes = {"material": material} | ({"vegan": vegan} if vegan else {})
    product = Product("p", "Thing", "Kind", None, None, "", None, attributes, {}, True, None, None, None, ())
    assert has(product, avoided) is found


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("never wool", "avoids wool"),
        ("my feet are a 40", "shoe size 40"),
        ("i usually spend around 30 quid", "budget 30"),
        ("green is my fave colour", "favourite colour green"),
        ("remember that i like tea", "likes tea"),
        ("i can't do dairy", "avoids dairy"),
        ("i'm veggie", "vegetarian"),
    ],
)  # fmt: skip
def test_what_is_said_in_other_words_is_noted(talk: Talk, said: str, kept: str) -> None:
    assert kept in talk(said, "what have you saved on me").reply


@pytest.mark.parametrize(
    ("before", "said", "gone"),
    [
        ("i avoid wool", "actually wool is fine", "wool"),
        ("i like running", "i'm not into running anymore", "running"),
        ("i wear 43", "forget my shoe size", "43"),
        ("my budget is 50", "scrap the budget", "50"),
    ],
)  # fmt: skip
def test_what_holds_no_longer_is_not_gone_by(talk: Talk, before: str, said: str, gone: str) -> None:
    assert gone in talk(before, "what do you know about me").reply
    assert gone not in talk(before, said, "what do you know about me").reply


def test_a_refusal_is_never_read_as_consent(db: Database, talk: Talk) -> None:
    talk("i'd rather you didn't use my history", customer=AGREED)
    with db.read() as session:
        assert not session.get_one(CustomerRow, AGREED).consent
    talk("turn personalisation back on", customer=AGREED)
    with db.read() as session:
        assert session.get_one(CustomerRow, AGREED).consent


def test_the_reasons_of_a_recommendation_can_be_asked_for(talk: Talk) -> None:
    first = talk("recommend me a tent").cards
    again = talk("recommend me a tent", "why these?")
    assert "Why: " in again.reply and {c.product_id for c in again.cards} == {c.product_id for c in first}


def test_a_member_may_ask_whether_they_are_one(talk: Talk) -> None:
    assert talk("am i a club member", customer="C1001").reply.startswith("You are a member")
    assert "aren't a member" in talk("am i a club member", customer="C1002").reply


def test_what_is_kept_is_left_out_of_what_is_looked_for_only_with_consent(db: Database, talk: Talk) -> None:
    def offered(customer: str | None) -> set[str]:
        return {c.product_id for c in talk("do you have wool hats", customer=customer).cards}

    for customer, consent in ((AGREED, True), (REFUSED, False)):
        with db.write() as session:
            row = session.get_one(CustomerRow, customer)
            row.preferences, row.consent = {**row.preferences, "avoids": "nuts"}, consent
    assert "hearth-hot-chocolate" not in {c.product_id for c in talk("any hot chocolate?", customer=AGREED).cards}
    assert "hearth-hot-chocolate" in {c.product_id for c in talk("any hot chocolate?", customer=REFUSED).cards}
    assert offered(None) == offered(REFUSED)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Don't forget I'm allergic to nuts", "nuts"),
        ("dont you ever forget that i hate wool", "wool"),
        ("please never forget that i am vegan", "vegan"),
        ("make sure you don't forget i'm coeliac", "coeliac"),
        ("you always forget that I'm vegan", "vegan"),
        ("how could you forget that i'm vegan", "vegan"),
        ("forget the jumper, I'm allergic to wool", "wool"),
        ("I'm allergic to wool, forget the jumper", "wool"),
        ("Forget it, I'm allergic to nuts", "nuts"),
        ("I'm allergic to nuts, forget it", "nuts"),
        ("forget it i'm allergic to nuts", "nuts"),
        ("remove the jumper because i am allergic to wool", "wool"),
        ("take out the cashew bars, I'm allergic to nuts", "nuts"),
        ("scrap that, i'm vegan", "vegan"),
        ("to be clear I hate wool", "wool"),
        ("I want to lose weight and I'm vegan", "vegan"),
    ],
)
def test_what_is_said_beside_a_word_of_forgetting_is_told(said: str, told: str) -> None:
    """ "Don't forget I'm allergic to nuts" deleted the allergy."""
    for label in ("forget", "prefer", "other"):
        assert [(t.value, t.gone) for t in stated(said, label, _CLAUSE, State())] == [(told, False)]
    assert told not in item(said) or not is_about_self(said, "forget")


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("can you forget that i'm vegan", "vegan"),
        ("i'd like you to forget that i am allergic to nuts", "nuts"),
        ("you can forget i'm vegan", "vegan"),
        ("remove the note that I avoid wool", "wool"),
        ("let's forget the fact that i'm vegan", "vegan"),
    ],
)
def test_what_somebody_wants_forgotten_holds_no_longer(said: str, gone: str) -> None:
    assert [(t.value, t.gone) for t in stated(said, "forget", _CLAUSE, State())] == [(gone, True)]
    assert is_about_self(said, "forget") and gone in item(said)


def test_an_allergy_that_is_to_be_forgotten_is_not_told_by_that() -> None:
    for said in ("drop the nut allergy", "I don't want you to remember my wool allergy", "delete my allergy to milk"):
        assert is_about_self(said, "forget") and not stated(said, "forget", _CLAUSE, State())


def test_an_allergy_outlives_a_reminder_of_it(db: Database, talk: Talk) -> None:
    talk("I'm allergic to nuts", customer=AGREED)
    for reminder in ("Don't forget I'm allergic to nuts", "Forget it, I'm allergic to nuts"):
        assert "no longer" not in talk(reminder, customer=AGREED).reply
        assert ("avoids", "nuts") in kept(db, AGREED)


@pytest.mark.parametrize(
    "said",
    [
        "i hate to bother you but is the ember kettle in stock",
        "I hate to ask again but is the ember kettle in stock",
        "I hate phoning people, is the ember kettle in stock",
        "I hate your website, is the ember kettle in stock",
    ],
)
def test_what_is_no_thing_is_no_dislike(said: str, talk: Talk) -> None:
    """ "Noted: avoids bother." """
    assert not [t for label in ("prefer", "other") for t in stated(said, label, _CLAUSE, State())]
    reply = talk(said).reply
    assert "Noted" not in reply and "in stock" in reply


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("I hate wool", ["wool"]),
        ("i hate wearing wool and i can't stand nylon", ["wool", "nylon"]),
        ("I hate to wear wool", ["wool"]),
        ("i avoid palm oil", ["palm oil"]),
    ],
)
def test_what_is_disliked_is_a_thing(said: str, told: list[str]) -> None:
    assert [t.value for t in stated(said, "prefer", _CLAUSE, State())] == told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("I have 60 pounds to spend on shoes", [("budget", "60")]),
        ("I have 150 to spend.", [("budget", "150")]),
        ("I have 100 pounds, can I get the trail runner and socks", []),
        ("I am 35 and like hiking", []),
        ("I need 20, do you have that many", []),
        ("I have large feet", []),
        ("I need a large tent", []),
        ("I need a 42", [("size", "42")]),
        ("I take 43 in socks", [("size", "43")]),
        ("I take 36/32.", [("size", "36")]),
        ("I have size 9", [("size", "9")]),
    ],
)
def test_money_counts_and_ages_are_no_size(said: str, told: list[tuple[str, str]]) -> None:
    assert [(t.name, t.value) for t in stated(said, "prefer", _CLAUSE, State())] == told


def test_money_to_spend_takes_no_kept_size_away(db: Database, talk: Talk) -> None:
    talk("I have 60 pounds to spend on shoes", customer=AGREED)
    assert account(db, "C1001")["size_shoe"] == "39"


def test_what_is_asked_beside_a_dislike_is_answered(talk: Talk) -> None:
    assert "in stock" in talk("I hate wool but is the ember kettle in stock").reply
    assert talk("I wear 42 and need hiking boots").cards
    assert [a.act for a in talk("I'm vegan what chocolate do you have").acts] != ["preference"]
    for only in (
        "I need size 42 and I'm vegan",
        "I can't eat nuts, can't stand them",
    ):
        assert talk(only).reply.startswith("Noted")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("I hate wool, got any throws?", "Hearthside Throw"),
        ("i can't stand polyester, any rain jackets in M?", "Squall Rain Jacket"),
        ("I avoid wool and need a throw", "Hearthside Throw"),
        ("I'm allergic to feathers so which pillows do you have", "Drift Pillow"),
    ],
)
def test_what_is_avoided_is_not_looked_for(said: str, found: str, talk: Talk) -> None:
    reply = talk(said).reply
    assert found in reply and not {"polyester", "wool", "feathers"} & set(
        reply.partition(found)[2].split(".")[0].split()
    )


def test_of_what_is_avoided_it_is_said_that_nothing_is_without() -> None:
    assert told_first("I avoid leather and need boots") == ["I avoid leather", "need boots"]
    for whole in ("I avoid wool and leather", "I wear 42 and need boots", "I hate wool but love silk"):
        assert told_first(whole) == [whole]


def test_nothing_is_found_without_it(talk: Talk) -> None:
    assert "has no leather" in talk("I avoid leather and need hiking boots").reply


def test_a_liking_takes_nothing_from_what_is_asked_beside_it(db: Database, talk: Talk) -> None:
    reply = talk("I love hiking. what boots do you have?").reply
    assert "likes hiking" in reply and "Fellwalker" in reply
