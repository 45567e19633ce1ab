"""How customers feel and what follows: a message's emotion, the answer's tone, the offer of a person, the switch."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from assistant.config import Settings
from assistant.engine.scripted import ScriptedEngine
from assistant.pipeline import Assistant
from assistant.shop.embed import default_embedder
from assistant.shop.importers import import_shop
from assistant.store.database import Database
from assistant.store.handoffs import Handoffs
from assistant.types import Record
from assistant.understand.feeling import EMOTIONS, buckets, default_head
from tests.unit.shop_folder import FILES, fresh_database, write_folder

Say = Callable[..., list[Record]]
OPENING = "I'm sorry for the trouble."
OFFER = "If you'd rather talk to a colleague"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("moods")
    db = fresh_database(folder / "shop.db")
    shop = FILES["shop.json"].replace('"hours"', '"response_time": "within 2 hours", "hours"')
    import_shop(db, "shop", write_folder(folder / "shop", shop=shop))
    yield db
    db.close()


def assistant(db: Database, **chat: object) -> Assistant:
    engine = ScriptedEngine(lambda _: "", context=50_000)
    return Assistant(db, engine, engine.tokenizer, Settings().override(chat=chat))


@pytest.fixture
def say(shop: Database) -> Say:
    """Says the turns of one new conversation; gives all answers."""
    one = assistant(shop)

    def turns(*texts: str) -> list[Record]:
        conversation = uuid.uuid4().hex
        return [one.reply(conversation, text, introduced=True) for text in texts]

    return turns


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("where is my parcel, this is the third time I ask", "anger"),
        ("I'm so disappointed, it was a birthday present", "sadness"),
        ("I'm worried that it won't arrive in time", "fear"),
        ("yuck, the mug was dirty and smelled disgusting", "disgust"),
        ("I love my new boots, thank you so much!", "joy"),
        ("wow, really? I didn't expect that", "surprise"),
        ("how much is the trail boot in 42?", "neutral"),
        ("I'd like to return the mug", "neutral"),
    ],
)
def test_a_message_tells_how_its_writer_feels(say: Say, text: str, emotion: str) -> None:
    record = say(text)[0]
    assert (record.emotion, record.as_json()["emotion"]) == (emotion, emotion)
    assert (record.emotion_strength > 0) == (emotion != "neutral") and record.emotion_strength <= 1


def test_a_feeling_is_acknowledged_once_and_then_there_is_help(say: Say) -> None:
    first, second = say(
        "I'm really angry, for the third time: how much is the trail boot?!",
        "for god's sake, how much is the trail boot, you useless idiots?!",
    )
    assert first.emotion == second.emotion == "anger"
    assert first.reply.startswith(OPENING) and "€89.00" in first.reply
    assert OPENING not in second.reply and "€89.00" in second.reply


def test_rising_frustration_offers_a_person_and_a_yes_takes_it_up(say: Say, shop: Database) -> None:
    records = say(
        "how much is the trail boot?",
        "this is so annoying, how much is the trail boot in 42?!",
        "I'm fed up, this is ridiculous, how much is the trail boot in 43?!",
        "yes please",
    )
    assert OFFER not in records[0].reply and [OFFER in r.reply for r in records[1:3]].count(True) == 1
    assert records[3].handoff and not any(r.handoff for r in records[:3])


def test_a_person_is_called_with_a_summary_and_the_customer_hears_what_happens_next(shop: Database) -> None:
    one, conversation = assistant(shop), uuid.uuid4().hex
    one.reply(conversation, "Is the trail boot there in 42?", introduced=True)
    record = one.reply(conversation, "let me talk to a human", introduced=True)
    assert record.handoff and "within 2 hours" in record.reply and "summary" in record.reply
    assert any(r.field == "response_time" for r in record.receipts)
    handoff = Handoffs(shop).open_of(conversation)
    assert handoff is not None and handoff.reason == "asked"
    assert handoff.summary["asked"] == ["Is the trail boot there in 42?", "let me talk to a human"]
    assert handoff.summary["products"] == [{"product_id": "P1", "name": "Trail Boot"}]
    assert "Under discussion: Trail Boot, colour brown, size 42." in " ".join(handoff.summary["facts"])
    again = one.reply(conversation, "get me a person!", introduced=True)
    mine = [h for h in Handoffs(shop).list() if h.conversation_id == conversation]
    assert again.handoff and "already" in again.reply and len(mine) == 1
    Handoffs(shop).resolve(handoff.handoff_id, "lena", handoff.created_at)


def test_no_feeling_is_looked_for_once_the_customer_says_so(say: Say) -> None:
    told, off, after = say(
        "do you analyse my feelings?", "then ignore my tone please", "I'm furious, how much is the trail boot?!"
    )
    assert "ignore my tone" in told.reply and "no longer" in off.reply
    assert after.emotion == "neutral" and OPENING not in after.reply


def test_the_shop_can_switch_it_off(shop: Database) -> None:
    off = assistant(shop, emotion=False)
    assert "tone" not in off.greeting() and "tone" in assistant(shop).greeting()
    assert off.reply(uuid.uuid4().hex, "I'm furious, how much is the trail boot?!").emotion == "neutral"


def test_kind_words_are_no_question(say: Say) -> None:
    record = say("just letting you know that we are really happy with everything")[0]
    assert "can't help" not in record.reply and not record.handoff


def test_a_message_takes_ten_milliseconds_at_most_of_one_core() -> None:
    """Where the encoder alone takes more than some seven, as on a processor without VNNI: not half as much again."""
    head, embedder = default_head(), default_embedder()
    texts = [f"where is my parcel number {i}, this is the third time that I have to ask for it" for i in range(40)]
    head.feel(texts[0], embedder.tokens(texts[0])[0])
    spent, encoding = [], []
    for text in texts[1:]:
        began = time.thread_time()
        states = embedder.tokens(text)[0]
        encoding.append(1e3 * (time.thread_time() - began))
        head.feel(text, states)
        spent.append(1e3 * (time.thread_time() - began))
    assert np.percentile(spent, 95) < max(10, 1.5 * np.percentile(encoding, 95))


def test_scores_are_probabilities_and_features_are_bounded() -> None:
    head = default_head()
    states = default_embedder().tokens("x")[0]
    for text in ("", "x", "A" * 100_000, "\u0000 🤬🤬🤬 ärger"):
        feeling = head.feel(text, states)
        assert len(feeling.scores) == len(EMOTIONS) and all(0 <= s <= 1 for s in feeling.scores)
    assert len(buckets("long " * 10_000)) < 5_000
