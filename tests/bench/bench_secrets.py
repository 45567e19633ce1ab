"""Chats with card numbers, written in every way we could think of: does one digit string survive what is kept?

    python tests/bench/bench_secrets.py --chats 100000 --out FILE     masking alone, with the conversation's memory
    python tests/bench/bench_secrets.py --chats 300 --store           through the guard into a real database

Also: order numbers, SKUs, barcodes and phones that must stay, in the same kinds of sentences.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stdnum import ean, luhn

from assistant.machine import measured_on
from assistant.screen.digits import runs
from assistant.screen.screen import screen

ISSUERS = (
    "4",
    "51",
    "52",
    "53",
    "54",
    "55",
    "2221",
    "2500",
    "2720",
    "34",
    "37",
    "6011",
    "644",
    "65",
    "62",
    "3530",
    "36",
    "300",
)
LENGTHS = {"34": 15, "37": 15, "36": 14, "300": 14}
WORDS = "zero one two three four five six seven eight nine".split()
LETTERS = {"0": "Oo", "1": "lI|", "5": "S", "8": "B"}
FRAMES = (
    "my card number is {}", "charge {} please", "{}", "pay with {} exp 12/27 cvv 123", "Visa {}", "it's {} thanks",
    "I typed {} but it was declined, what now?", "Can you take {} for the boots in 42?", "new card: {}", "cc {}",
    "order 10023 was paid with {}", "({})", "number:{}", "hello!! {} !!", "card={};",
    "I live at 5 Elm Street and my card is {}",
)  # fmt: skip
STAY = (
    "where is my order {}", "status of {}", "I want to return {} please", "{} hasn't arrived", "cancel {}",
    "is {} in stock",
    "my order number is {}", "the number on the box is {}", "I ordered {} last week and {} before",
)  # fmt: skip


def card(dice: random.Random) -> str:
    """A valid number of a known issuer."""
    issuer = dice.choice(ISSUERS)
    length = LENGTHS.get(issuer, 16)
    body = issuer + "".join(dice.choices("0123456789", k=length - 1 - len(issuer)))
    return body + luhn.calc_check_digit(body)


def written(number: str, dice: random.Random) -> str:
    """The number in one of many ways of writing it."""
    way = dice.randrange(12)
    sizes = [4, 6, 5] if len(number) == 15 and dice.random() < 0.7 else [4] * 5
    if way in (10, 11):
        sizes = [dice.choice((1, 2, 3, 4, 5, 6)) for _ in range(19)]
        sizes[0] = max(3, sizes[0])
    groups, at = [], 0
    for size in sizes:
        if at < len(number):
            groups.append(number[at : at + size])
            at += size
    mark = dice.choice(
        (" ", "-", ".", " - ", "/", "_", "\u00a0", "\u2009", " . ", "–", ",", ", ", "\n", "·", "*", "  ")
    )
    if way == 0:
        return number
    if way == 1:
        return number.translate({48 + d: 0xFF10 + d for d in range(10)})
    if way == 2:
        return " ".join(WORDS[int(d)] for d in number)
    if way == 3:
        return mark.join(number)
    if way == 4:
        return "".join(dice.choice(LETTERS[d]) if d in "01" and dice.random() < 0.7 else d for d in number)
    if way == 5:
        return " ".join(
            "".join(dice.choice(LETTERS.get(d, d)) if dice.random() < 0.3 else d for d in g) for g in groups
        )
    if way == 6:
        return number.translate({48 + d: 0x1D7CE + d for d in range(10)})
    if way == 7:
        return " and then ".join(groups)
    if way == 8:
        return "\u200b".join(number)
    if way == 9:
        return ", ".join(" ".join(WORDS[int(d)] for d in g) for g in groups)
    return mark.join(groups)


def chat(dice: random.Random) -> tuple[list[str], str]:
    """A customer's messages, and the card number that is in them."""
    number = card(dice)
    if dice.random() < 0.75:
        return ["hi, I have a problem with my payment", dice.choice(FRAMES).format(written(number, dice))], number
    cuts = sorted(dice.sample(range(3, len(number) - 2), dice.choice((1, 2))))
    parts = [number[a:b] for a, b in zip((0, *cuts), (*cuts, len(number)), strict=True)]
    mark = dice.choice(("{}", "{} ...", "first part {}", "and {}", "then {}", "{} ok?"))
    return ["my card", *(mark.format(p) for p in parts)], number


def kept_of(messages: list[str]) -> list[str]:
    """What is kept of a chat, as the guard does it: the last four messages are remembered, and mended afterwards."""
    from assistant.screen.secrets import CARD, split_card

    kept: list[str] = []
    for message in messages:
        screened = screen(message, 4000, None, kept[-4:])
        parts = split_card([*kept[-4:], screened.text])
        if parts and CARD in screened.kept:
            for back, part in zip(range(len(kept) - len(kept[-4:]), len(kept)), parts[:-1], strict=True):
                if part is not None:
                    kept[back] = kept[back].replace(kept[back][part[0] : part[1]], CARD)
        kept.append(screened.kept)
    return kept


def leaks(kept: list[str], number: str) -> bool:
    """Whether the digits of what was kept still hold the number, over all messages."""
    digits = "".join("".join(r.digits for r in runs(text)) for text in kept)
    plain = re.sub(r"\D", "", " ".join(kept))
    return number in digits or number in plain


def staying(dice: random.Random) -> Iterator[str]:
    """Numbers of a shop's own kinds."""
    yield f"#W{dice.randrange(10**6, 10**7)}"
    yield str(dice.randrange(10**7, 10**10))
    yield f"ORD-{dice.randrange(10**4, 10**6)}-{dice.randrange(1000, 10000)}"
    yield f"{dice.randrange(100, 999)}-{dice.randrange(10**6, 10**7)}-{dice.randrange(10**6, 10**7)}"
    yield f"2026{dice.randrange(10**8, 10**9)}"
    body = str(dice.randrange(10**11, 10**12))
    yield body + ean.calc_check_digit(body)
    yield f"TR-{dice.choice(('BLK', 'RED'))}-{dice.randrange(36, 47)}"
    yield f"0{dice.randrange(100, 999)} {dice.randrange(10**6, 10**7)}"


def through_store(chats: int, dice: random.Random) -> dict[str, Any]:
    """The same through the guard and a database: every text of every table afterwards."""
    from sqlalchemy import text as sql

    from assistant.config import SafetySettings
    from assistant.guard import Guard
    from assistant.opinions import opinion
    from assistant.store.conversations import Conversations
    from assistant.store.database import Database

    with tempfile.TemporaryDirectory() as folder, Database.open(Path(folder) / "shop.db", key="k") as db:
        conversations = Conversations(db)
        guard = Guard(db, conversations, SafetySettings(), opinion())
        numbers = []
        for i in range(chats):
            messages, number = chat(dice)
            numbers.append(number)
            for message in messages:
                kept = guard.take(message, 4000, f"c{i}").kept
                conversations.begin_turn(f"c{i}", kept, datetime.now(UTC))
        with db.read() as session:
            rows = session.execute(
                sql("SELECT conversation_id, text FROM message ORDER BY conversation_id, message_no")
            )
            by_chat: dict[str, list[str]] = {}
            for conversation, text in rows:
                by_chat.setdefault(conversation, []).append(text)
    found = sum(leaks(by_chat[f"c{i}"], number) for i, number in enumerate(numbers))
    return {"chats_through_store": chats, "card_numbers_on_disk": found}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--chats", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    results: dict[str, Any] = {**measured_on(), "seed": options.seed}
    if options.store:
        results |= through_store(options.chats, dice)
    else:
        began, leaked, masked, total = time.process_time(), 0, 0, 0
        for _ in range(options.chats):
            messages, number = chat(dice)
            kept = kept_of(messages)
            if leaks(kept, number):
                leaked += 1
                if leaked <= options.show:
                    print(repr(messages), "->", kept)
        for _ in range(options.chats // 8):
            for number in staying(dice):
                text = dice.choice(STAY).replace("{}", number)
                total += 1
                if screen(text, 4000).kept != text:
                    masked += 1
                    if masked <= options.show:
                        print(text, "->", screen(text, 4000).kept)
        results |= {
            "chats": options.chats,
            "chats_with_a_card_number_left": leaked,
            "own_numbers": total,
            "own_numbers_masked": masked,
        }
        results["own_numbers_masked_share"] = round(masked / max(1, total), 5)
        results["cpu_ms_per_message"] = round(1e3 * (time.process_time() - began) / (2 * options.chats + total), 4)
    print(json.dumps(results, indent=1))
    if options.out:
        options.out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
