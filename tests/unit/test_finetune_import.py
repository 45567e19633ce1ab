"""Dialogues from outside and the product's own reviewed ones: every form gives the same; what is refused is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("datasketch", reason="needs the extra: uv sync --extra finetune")

from assistant.errors import UsageError
from assistant.shop.schema import CustomerRow
from assistant.store.database import Database
from finetune.config import ShopSource
from finetune.example import check
from finetune.importers import Evidence, Exchange, Refusal, read_dialogues
from finetune.learn import learn, plan_of, worded


def _customers(db: Database, *names: str) -> None:
    with db.write() as session:
        for name in names:
            session.add(CustomerRow(customer_id=name, email=f"{name}@shop.example"))


def ignored(where: str, why: str) -> None:
    """Nobody asks what was refused."""


def exchanges(path: Path, text: str) -> list[Exchange | Refusal]:
    path.write_text(text, encoding="utf-8")
    return list(read_dialogues(path))


def test_the_known_forms_give_the_same_exchange(tmp_path: Path) -> None:
    said, replied = "How much is the mug?", "The mug costs 9 euros."
    forms = {
        "openai.jsonl": {"id": "a", "messages": [{"role": "system", "content": "x"}, {"role": "user", "content": said},
                                                 {"role": "assistant", "content": replied}]},
        "sharegpt.jsonl": {"id": "a", "conversations": [{"from": "human", "value": said},
                                                        {"from": "gpt", "value": replied}]},
        "turns.jsonl": {"id": "a", "turns": [{"role": "user", "content": said}, {"role": "agent", "content": replied}]},
        "tickets.json": {"tickets": [{"id": "a", "comments": [
            {"author": {"role": "end-user"}, "body": said},
            {"author": {"role": "agent"}, "body": "internal", "public": False},
            {"author": {"role": "agent"}, "body": replied}]}]},
        "zendesk.json": {"tickets": [{"id": "a", "requester_id": 7, "comments": [
            {"author_id": 7, "body": said, "public": True}, {"author_id": 3, "body": "a note", "public": False},
            {"author_id": 3, "html_body": "<p>The mug costs&nbsp;9 euros.</p>", "public": True}]}]},
        "intercom.json": {"conversations": [{"id": "a",
            "source": {"author": {"type": "user"}, "body": f"<p>{said}</p>"},
            "conversation_parts": {"type": "conversation_part.list", "total_count": 3, "conversation_parts": [
                {"part_type": "assignment", "body": None, "author": {"type": "bot"}},
                {"part_type": "note", "body": "<p>ask Jo</p>", "author": {"type": "admin"}},
                {"part_type": "comment", "body": f"<p>{replied}</p>", "author": {"type": "admin"}}]}}]},
        "plain.jsonl": {"id": "a", "question": said, "answer": replied},
    }  # fmt: skip
    for name, form in forms.items():
        assert exchanges(tmp_path / name, json.dumps(form)) == [Exchange("a", said, replied)], name
    (only,) = exchanges(tmp_path / "table.csv", f'Question,Answer\n"{said}","{replied}"\n')
    assert isinstance(only, Exchange) and (only.question, only.reply) == (said, replied)


def test_bad_lines_are_refused_by_number_and_the_rest_is_kept(tmp_path: Path) -> None:
    good = json.dumps({"id": "a", "question": "q", "answer": "a"})
    found = exchanges(
        tmp_path / "mixed.jsonl", f'{good}\n{{broken\n{good}\n[1]\n{{"messages": [{{"role": "pirate"}}]}}\n'
    )
    assert [type(f) for f in found] == [Exchange, Refusal, Exchange, Refusal, Refusal]
    refusals = [f for f in found if isinstance(f, Refusal)]
    assert [r.where for r in refusals] == ["mixed.jsonl:2", "mixed.jsonl:4", "mixed.jsonl:5"]
    assert "pirate" in refusals[-1].why


def test_a_table_without_the_columns_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one named question and one named answer"):
        exchanges(tmp_path / "table.csv", "a,b\n1,2\n")


def test_a_persons_reply_is_learnt_as_far_as_the_shops_data_bears_it_out() -> None:
    pytest.importorskip("datasketch")
    from finetune.build import plans
    from finetune.open_shop import open_shop

    with open_shop(ShopSource(seed=5, products=12)) as db:
        name, price = next(
            (p.facts[0].fields["item"].text, p.facts[0].fields["price"].text)
            for *_, p in plans(db, 60, 3)
            if p.core
            and p.core[0] == "The {1.item} costs {1.price} and is {1.in_stock}."
            and "(" not in p.facts[0].subject
            and p.facts[0].fields["in_stock"].text == "in stock"
        )
        told = f"It's {price} for the {name}, and it's in stock. I'll send you a golden one for free, John Smith."
        (example,) = learn(db, [Exchange("c", f"How much is the {name}?", told)], "file", "CC0", ignored)
    assert example.reply == "It's {1.price} for the {1.item}, and it's {1.in_stock}."
    assert example.licence == "CC0" and check(example) is None


def test_a_saved_data_set_is_read_with_all_of_its_splits(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    rows = {"question": ["How much is it?", ""], "answer": ["9 euros.", "x"]}
    chats = {"messages": [[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]]}
    datasets.Dataset.from_dict(rows).save_to_disk(tmp_path / "one")
    datasets.DatasetDict({"train": datasets.Dataset.from_dict(chats)}).save_to_disk(tmp_path / "splits")
    good, bad = read_dialogues(tmp_path / "one")
    assert isinstance(good, Exchange) and (good.question, good.reply) == ("How much is it?", "9 euros.")
    assert isinstance(bad, Refusal) and bad.where == "one[2]"
    (chat,) = read_dialogues(tmp_path / "splits")
    assert isinstance(chat, Exchange) and (chat.group, chat.reply) == ("train[1]", "Hello!")
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="not a data set that `save_to_disk` has written"):
        list(read_dialogues(tmp_path / "none"))


def test_attributes_with_a_sentence_and_questions_with_evidence_bring_what_is_known(tmp_path: Path) -> None:
    forms = {
        "semi.csv": 'data\ttext\n"top: { material:[ { value:""iron"" } ] }"\tThis product is made of iron.\n',
        "e2e.csv": 'mr,ref\n"material[iron]","It is made of iron."\n',
        "pairs.jsonl": json.dumps({"attributes": {"material": "iron"}, "text": "It's made of iron."}),
        "list.jsonl": json.dumps({"attributes": [{"name": "material", "value": "iron"}], "sentence": "It's iron."}),
        "qa.csv": 'question,candidate,answer\nIs it iron?,"{""material"": ""iron""}",It is made of iron.\n',
    }
    for name, text in forms.items():
        (found,) = exchanges(tmp_path / name, text)
        assert isinstance(found, Exchange), (name, found)
        assert [(e.name.removeprefix("top "), e.value) for e in found.evidence] == [("material", "iron")], name
    (found,) = exchanges(tmp_path / "het.csv", "ASIN\tquestion\tcandidate\tanswer\nB0\tHow big?\tIt is huge.\tHuge.\n")
    assert isinstance(found, Exchange) and found.evidence == (Evidence("about", "It is huge."),)
    (none,) = exchanges(tmp_path / "bare.jsonl", json.dumps({"attributes": {}, "text": "It's iron."}))
    assert isinstance(none, Refusal) and "judged by" in none.why


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("runtime: { unit:minutes, value:50. }", {"runtime": "50 minutes"}),
        ('kind: { value:"Wedding" }; { value:"Party" }; { value:"Formal" }', {"kind": "Wedding, Party and Formal"}),
        ("num_batteries:  { quantity:4, type:aa }; { quantity:2, type:aaa }", {"num batteries": "4 aa and 2 aaa"}),
        ("w: { unit:kg, normalized_value:{ unit:pounds, value:2.2 }, value:1.0 }", {"w": "1 kg"}),
        ("box: { length:{ unit:cm, value:29.21 }, width:{ unit:cm, value:25 } }",
         {"box length": "29.21 cm", "box width": "25 cm"}),
        ('top: { material:[ { value:"iron" }, { value:"oak" } ] }', {"top material": "iron and oak"}),
        ("open: { value:1", {"open": "1"}),
    ],
)  # fmt: skip
def test_nested_attributes_keep_their_units_and_belong_together(text: str, known: dict[str, str]) -> None:
    from finetune.import_records import exchange

    (found,) = exchange({"data": text, "text": "x."}, "here")
    assert isinstance(found, Exchange) and {e.name: e.value for e in found.evidence} == known


def test_a_reply_is_learnt_only_as_far_as_its_evidence_says_it() -> None:
    asked = Exchange("g", "What is it made of?", "", (Evidence("material", "iron"),), "Anvil")
    plan = plan_of(asked)
    from assistant.wording.notes import notes

    (said,) = worded("The Anvil is made of iron. It lasts for ever.", plan, notes(plan))
    assert said[1] == "The {1.item} is made of {1.material}."
    assert worded("The Anvil is made of gold.", plan, notes(plan)) == []


def test_reviewed_conversations_are_learnt_from_with_consent_and_forgotten_on_erasure(tmp_path: Path) -> None:
    from assistant.privacy.erase import erase
    from assistant.privacy.rights import set_consent
    from assistant.privacy.subject import Subject
    from assistant.store.conversations import Conversations
    from assistant.store.reviews import Reviews
    from assistant.types import Record
    from finetune.collect import collect
    from finetune.config import DataSettings, ReviewSource
    from finetune.example import write
    from finetune.open_shop import open_shop
    from finetune.reviewed import PURPOSE, reviewed

    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with open_shop(ShopSource(seed=5, products=12)) as db:
        _customers(db, "mia", "ole")
        talk, reviews = Conversations(db), Reviews(db)
        for number, (conversation, customer, said) in enumerate(
            [
                ("of-mia", "mia", ""),
                ("of-ole", "ole", ""),
                ("said-ole", None, "ole"),
                ("of-nobody", None, ""),
            ]
        ):
            message = talk.begin_turn(conversation, "goodbye!", at, customer)
            answer = talk.finish_turn(message, Record(reply="Bye."), {"task": {"customer": said}} if said else {}, at)
            reviews.keep(
                answer, "anna", at + timedelta(number), text="Goodbye, and thanks for stopping by! Have a free mug."
            )
        set_consent(db, Subject("customer:mia"), True, purpose=PURPOSE, actor="staff:anna")
        settings = DataSettings(shops=(), reviews=(ReviewSource(str(db.path), "own", "asked in the chat"),))
        folder = tmp_path / "data"
        kept, refused = collect(settings, folder, lambda _: None)
        assert [e.reply for e in kept] == ["Goodbye, and thanks for stopping by!"]
        assert [e.group for e in kept] == ["reviews/of-mia"] and kept[0].licence == "own"
        assert refused.first == {
            "the customer hasn't agreed to training": "conversation of-ole",
            "a visitor's conversation, which the settings leave out (visitors = false)": "conversation of-nobody",
        }
        strangers = sorted(r.where for r in reviewed(db, visitors=True) if isinstance(r, Refusal))
        assert strangers == ["conversation of-ole", "conversation said-ole"], "who said who they are is no visitor"
        assert talk.messages("reviews-of-mia") == [], "nothing is written to the shop's own conversations"
        write(folder / "train.jsonl", kept)
        (folder / "tokens.safetensors").write_bytes(b"numbers")
        erased = erase(db, Subject("customer:mia"), actor="staff:anna")
        assert erased.training_lines == 1 and (folder / "train.jsonl").read_bytes() == b""
        assert not (folder / "tokens.safetensors").exists()
        assert collect(settings, folder, lambda _: None)[0] == []


def test_the_shops_own_customers_are_masked_by_its_list() -> None:
    from assistant.shop.schema import CustomerRow
    from finetune.learn import learn
    from finetune.open_shop import open_shop

    with open_shop(ShopSource(seed=5, products=12)) as db:
        with db.write() as session:
            session.add(CustomerRow(customer_id="p", email="p@example.com", first_name="Pepper", last_name="Rainwater"))
        said = Exchange("g", "it was pepper rainwater. goodbye!", "Goodbye, and thanks for stopping by!")
        (example,) = learn(db, [said], "reviews", "own", lambda *_: None)
    assert example.question == "it was [name]. goodbye!"


def test_without_licence_or_consent_nothing_is_read() -> None:
    from finetune.collect import collect
    from finetune.config import DataSettings, FileSource, ReviewSource

    for settings in (
        DataSettings(shops=(), files=(FileSource("talk.jsonl", licence="CC0"),)),
        DataSettings(shops=(), reviews=(ReviewSource("shop.db", consent="asked"),)),
    ):
        with pytest.raises(UsageError, match="name its licence, and what the people in it have agreed to"):
            collect(settings, Path("nowhere"), lambda _: None)
