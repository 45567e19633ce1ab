"""Search as its callers see it: what is found, in which order, with which variants, and how sure it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.shop.catalogue import Catalogue
from assistant.shop.embed import default_embedder
from assistant.shop.search import Filters, Hit, Search
from assistant.store.database import Database
from tests.unit.search_shop import small_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    """A shop that no test changes."""
    db = small_shop(tmp_path_factory.mktemp("search") / "shop.db")
    search = Search(db, default_embedder())
    search.refresh()
    yield search
    db.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Database, Search]]:
    """A shop for a test that changes it."""
    db = small_shop(tmp_path / "shop.db")
    yield db, Search(db, default_embedder())
    db.close()


def ids(hits: list[Hit]) -> list[str]:
    return [hit.product_id for hit in hits]


def change(db: Database, sql: str) -> None:
    with db.write() as session:
        session.execute(text(sql))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kettle", "kettle"),
        ("do you have any 16 inch slate pros?", "laptop-dear"),
        ("labtop sleave", "sleeve"),
        ("couch", "sofa"),
        ("settee for the living room", "sofa"),
        ("tee shirt", "shirt"),
        ("tshirt", "shirt"),
        ("t-shirt in black", "shirt"),
        ("jogging shoes", "runner"),
        ("corrick boots", "boot"),
        ("waterproof shoes or boots", "boot"),
        ("Ember Toastr", "toaster"),
    ],
)
def test_the_first_hit_is_what_was_meant(shop: Search, query: str, expected: str) -> None:
    hit = shop.products(query)[0]
    assert hit.product_id == expected
    assert hit.confident


@pytest.mark.parametrize(
    ("query", "expected"),
    [("to boil water", "kettle"), ("something warm for winter nights", "blanket"), ("where can we sit?", "sofa")],
)
def test_what_is_described_by_its_use_comes_first(shop: Search, query: str, expected: str) -> None:
    assert shop.products(query)[0].product_id == expected


@pytest.mark.parametrize(
    "query", ["unicycle", "do you sell garden gnomes?", "washing machine", "dog food", "printer ink"]
)
def test_what_the_shop_does_not_have_is_not_confident(shop: Search, query: str) -> None:
    assert not any(hit.confident for hit in shop.products(query))


def test_a_hit_says_which_words_it_has(shop: Search) -> None:
    hit = shop.products("unbreakable ember kettle")[0]
    assert hit.product_id == "kettle"
    assert hit.matched == {"ember", "kettle"} and hit.missing == {"unbreakable"} and hit.lexical


@pytest.mark.parametrize(
    ("query", "sort", "expected"),
    [
        ("cheapest laptop", "cheapest", ["laptop", "laptop-dear"]),
        ("laptops", "most_expensive", ["laptop-dear", "laptop"]),
        ("laptop", "best_rated", ["laptop-dear", "laptop"]),
        ("laptop", "newest", ["laptop-dear", "laptop"]),
        ("kettle", "cheapest", ["kettle"]),
        ("couch", "cheapest", ["sofa"]),
        ("waterproof footwear", "cheapest", ["boot"]),
        ("footwear", "cheapest", ["runner", "boot"]),
    ],
)
def test_sorting_ranks_only_what_was_asked_for(shop: Search, query: str, sort: str, expected: list[str]) -> None:
    assert ids(shop.products(query, sort=sort)) == expected  # type: ignore[arg-type]


def test_an_empty_query_lists_everything_in_order(shop: Search) -> None:
    assert ids(shop.products("", sort="cheapest", limit=3)) == ["shirt", "sleeve", "toaster"]
    assert ids(shop.products("", sort="most_expensive", limit=2)) == ["laptop-dear", "laptop"]
    assert ids(shop.products("", sort="best_rated", limit=1)) == ["sleeve"]
    assert ids(shop.products("", limit=2)) == ["runner", "boot"]


def test_the_price_of_a_sorted_hit_is_that_of_the_option_asked_for(shop: Search) -> None:
    assert shop.products("black t-shirt", sort="cheapest")[0].skus == ("shirt-black-m", "shirt-white-m")
    assert shop.products("t-shirt", sort="cheapest")[0].skus == ("shirt-white-m", "shirt-black-m")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(category="kitchen"), {"kettle", "toaster"}),
        (Filters(subcategory="Kettles & Toasters", price_max=5000), {"toaster"}),
        (Filters(brand="CORRICK"), {"runner", "boot"}),
        (Filters(brand="corrick", options={"color": frozenset({"RED"})}), {"runner"}),
        (Filters(options={"size": frozenset({"42"})}), {"runner", "boot"}),
        (Filters(options={"size": frozenset({"42"})}, in_stock=True), {"boot"}),
        (Filters(options={"size": frozenset({"42"}), "colour": frozenset({"blue", "brown"})}), {"runner", "boot"}),
        (Filters(attributes={"waterproof": frozenset({"yes"})}), {"boot"}),
        (Filters(attributes={"waterproof": frozenset({"no"})}), {"runner"}),
        (Filters(attributes={"material": frozenset({"leather", "wool"})}), {"boot", "blanket"}),
        (Filters(price_min=70000), {"laptop", "laptop-dear", "sofa"}),
        (Filters(rating_min=4.8), {"laptop-dear", "sleeve", "blanket"}),
        (Filters(product_ids=frozenset({"sofa", "boot", "nothing"})), {"sofa", "boot"}),
        (Filters(category="Garden"), set()),
    ],
)
def test_filters(shop: Search, filters: Filters, expected: set[str]) -> None:
    assert set(ids(shop.products("", filters))) == expected
    assert set(ids(shop.products("shoes, kettles or a laptop", filters))) <= expected
    assert set(ids(shop.products("", filters, sort="cheapest"))) == expected


@pytest.mark.parametrize("value", ["d'Orsay", "Weiß", "10 m²", "l'été", "L’été", "café", "50/50 cotton-wool"])
def test_an_attributes_value_may_have_any_letters(own: tuple[Database, Search], value: str) -> None:
    db, search = own
    change(
        db, f"""UPDATE product SET attributes = '{{"style": "{value.replace("'", "''")}"}}' WHERE product_id = 'sofa'"""
    )
    filters = Filters(attributes={"style": frozenset({value})})
    assert ids(search.products("", filters)) == ["sofa"]


def test_search_and_catalogue_have_one_rule_for_in_stock(own: tuple[Database, Search]) -> None:
    db, search = own
    change(db, "UPDATE variant SET stock = 7, available = 0 WHERE sku = 'sofa-1'")
    sofa = Catalogue(db).product("sofa")
    assert sofa is not None and sofa.variants[0].available is True
    assert ids(search.products("sofa", Filters(in_stock=True))) == ["sofa"]


def test_only_variants_that_pass_are_listed(shop: Search) -> None:
    hit = shop.products("running shoes", Filters(in_stock=True))[0]
    assert hit.skus == ("run-41-red",)
    assert shop.products("running shoes size 42")[0].skus[0] == "run-42-blue"


def test_a_change_by_any_program_is_in_the_next_answer(own: tuple[Database, Search]) -> None:
    db, search = own
    search.refresh()
    assert ids(search.products("kettle", sort="cheapest")) == ["kettle"]
    change(db, "UPDATE product SET name = 'Ember Samovar', subcategory = 'Samovars' WHERE product_id = 'kettle'")
    assert search.products("samovar")[0].product_id == "kettle"
    change(db, "UPDATE product SET active = 0 WHERE product_id = 'kettle'")
    assert "kettle" not in ids(search.products("samovar"))
    change(db, "UPDATE product SET active = 1 WHERE product_id = 'kettle'")
    assert search.products("samovar")[0].product_id == "kettle"
    change(db, "UPDATE variant SET price_minor = 1 WHERE sku = 'slate-pro'")
    assert ids(search.products("laptop", sort="cheapest")) == ["laptop-dear", "laptop"]
    change(db, "UPDATE variant SET active = 0 WHERE sku = 'slate-pro'")
    assert "laptop-dear" not in ids(search.products("laptop"))
    assert "lavender" in search.products("anything in lavender")[0].missing
    change(
        db,
        """INSERT INTO variant(sku, product_id, price_minor, stock, active, options, position)
        VALUES ('kettle-2', 'kettle', 5900, 4, 1, '{"colour": "lavender"}', 1)""",
    )
    assert search.products("anything in lavender")[0].skus[0] == "kettle-2"
    change(db, "DELETE FROM product WHERE product_id = 'sofa'")
    assert "sofa" not in ids(search.products("sofa"))


def test_a_new_product_is_found_before_it_has_a_vector(own: tuple[Database, Search]) -> None:
    db, search = own
    search.refresh()
    change(
        db,
        """INSERT INTO product(product_id, name, category, description, active, specs, attributes, position)
        VALUES ('lamp', 'Reading Lamp', 'Lighting', 'Bends.', 1, '{}', '{}', 99)""",
    )
    change(
        db,
        """INSERT INTO variant(sku, product_id, price_minor, stock, active, options, position)
        VALUES ('lamp-1', 'lamp', 3900, 1, 1, '{"colour": "petrol"}', 0)""",
    )
    assert search.products("reading lamp")[0].product_id == "lamp"
    assert search.products("anything in petrol")[0].product_id == "lamp"
    assert search.refresh() == 1


def test_it_works_without_any_vector(own: tuple[Database, Search]) -> None:
    _, search = own
    assert search.products("kettle")[0].product_id == "kettle"


def test_refresh_goes_on_where_it_stopped_and_embeds_only_what_changed(own: tuple[Database, Search]) -> None:
    db, search = own
    steps: list[tuple[int, int]] = []
    assert search.refresh(lambda done, of: steps.append((done, of))) == 10
    assert steps[-1] == (10, 10)
    assert search.refresh() == 0
    change(db, "UPDATE product SET rating = 1.0")
    assert search.refresh() == 0
    change(db, "UPDATE product SET attributes = '{}' WHERE product_id = 'boot'")
    assert search.refresh() == 0, "a text that is not embedded is no reason to embed again"
    change(db, "UPDATE product SET name = 'Fell Boot II' WHERE product_id = 'boot'")
    assert search.refresh() == 1


def test_the_shops_own_synonyms(own: tuple[Database, Search]) -> None:
    db, search = own
    search.refresh()
    change(db, "INSERT INTO shop_info VALUES ('synonyms', 'kettle = hot pot, boilomat; blanket = snugger')")
    assert search.products("boilomat")[0].product_id == "kettle"
    assert search.products("boilomat")[0].confident
    assert search.products("snuggers", sort="cheapest")[0].product_id == "blanket"


def test_copies_of_a_shop_are_searched_apart(own: tuple[Database, Search], tmp_path: Path) -> None:
    db, search = own
    search.refresh()
    with db.copy_to(tmp_path / "copy.db") as copy:
        other = Search(copy, default_embedder())
        change(copy, "UPDATE product SET name = 'Zorbulator' WHERE product_id = 'kettle'")
        change(db, "UPDATE product SET name = 'Quexomat' WHERE product_id = 'kettle'")
        assert other.products("zorbulator")[0].confident and not other.products("quexomat")[0].confident
        assert search.products("quexomat")[0].confident and not search.products("zorbulator")[0].confident


@pytest.mark.parametrize(
    "query",
    ["?", "   ", "''", '"', "a AND b OR NOT", "name:x*", "💥", "x" * 5000, "' OR 1=1 --", "(((", "ﷺ", "12", "\x00null"],
)
def test_no_query_breaks_it(shop: Search, query: str) -> None:
    for sort in ("relevance", "cheapest"):
        assert isinstance(shop.products(query, sort=sort), list)  # type: ignore[arg-type]
    assert isinstance(shop.policies(query), list)


def test_many_threads_get_the_same_answers(shop: Search) -> None:
    expected = ids(shop.products("red shoes"))
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append(ids(shop.products("red shoes")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


def test_policies_are_found_by_paragraph(shop: Search) -> None:
    hit = shop.policies("can I send it back after three weeks?")[0]
    assert (hit.policy_id, hit.heading, hit.passage) == (
        "returns",
        "How long",
        "You may return anything within 30 days.",
    )
    assert hit.confident
    assert shop.policies("shipping time")[0].passage == "Parcels arrive in 2 to 3 working days."
    assert "opened coffee" in shop.policies("can I return candles")[0].passage
    assert not shop.policies("what is the capital of France?")[0].confident
    theirs, own = (shop.policies(f"what is the {word} fee")[0] for word in ("postage", "delivery"))
    assert theirs == own  # no page has the customer's word, so it is asked in the pages' own


def test_a_changed_policy_is_in_the_next_answer(own: tuple[Database, Search]) -> None:
    db, search = own
    search.refresh()
    change(db, "UPDATE policy SET text = 'Returns are open for 90 days.' WHERE policy_id = 'returns'")
    assert search.policies("how long can I return things")[0].passage == "Returns are open for 90 days."
    change(db, "DELETE FROM policy")
    assert search.policies("returns") == []
