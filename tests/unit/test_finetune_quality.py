"""What is measured of answers beside their truth, and that training sees the very prompts that are served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("datasketch", reason="needs the extra: uv sync --extra finetune")

from assistant.act.plan import Fact, Field, Plan
from assistant.adapters import UNTRAINED, InUse
from assistant.config import ModelSettings
from assistant.engine.request import EngineEvent, EngineStatus, Finished, GenerateRequest
from assistant.engine.tokenizer import LlamaTokenizer
from assistant.models import resolve
from assistant.speak import Speaker, Turn
from assistant.types import Record
from assistant.wording.notes import as_prompt, notes, typed
from assistant.wording.pattern import canonical
from assistant.wording.ways import lines
from finetune.build import build, plans
from finetune.config import ShopSource
from finetune.data import template_hash, tokenise
from finetune.evaluate import Asked, Result
from finetune.example import Example
from finetune.open_shop import open_shop
from finetune.quality import quality, registers_of, repeats

PRICE = Plan([Fact(1, "Mug", fields={"item": Field("item", "Mug"), "price": Field("price", "£9.00")})], phrase=True)
PRICE.say("The {1.item} costs {1.price}.", "{1.price}")


def result(raw: str) -> Result:
    return Result("s", "q", "n", raw, raw, 1, 1, 0, 1.0)


def a_line(register: str) -> str:
    """A wording of the note about the price that is only said to customers of this register."""
    (note,) = notes(PRICE)
    ways = (line.pattern.all(spoken) for line, spoken in lines(note) if line.register == register)
    return next(s for each in ways for s in each if registers_of(canonical(typed(s, PRICE)), [note]) == {register})


def test_each_figure_is_of_what_it_says() -> None:
    casual, formal = a_line("c"), a_line("f")
    asked = Asked("s", "q", "c", PRICE)
    good = quality([result(casual)], [asked], {"something else"})
    assert good == {"evidence_used": 1.0, "repeats": 0.0, "by_heart": 0.0, "toned": 1.0, "off_tone": 0.0}
    assert quality([result(formal)], [asked], {formal})["off_tone"] == 1.0
    assert quality([result(formal)], [asked], {formal})["by_heart"] == 1.0
    assert quality([result("It is the {1.item}.")], [asked], set())["evidence_used"] == 0.5
    assert quality([result("The {1.item} costs {1.price}.")], [asked], set())["toned"] == 0.0


def test_a_repetition_is_four_words_in_a_row() -> None:
    assert repeats("It is at {1.price} now. It is at {1.price} now.")
    assert not repeats("It is at {1.price}, and the {2.item} is at {2.price}.") and not repeats("")


class Capture:
    """An engine that keeps what it was asked and says nothing."""

    def __init__(self) -> None:
        self.asked: list[GenerateRequest] = []

    def generate(self, request: GenerateRequest) -> Iterator[EngineEvent]:
        self.asked.append(request)
        yield Finished("stop")

    def status(self) -> EngineStatus:
        return EngineStatus(ready=True, model="none", context=2048, slots=1)

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def tokenizer() -> LlamaTokenizer:
    return LlamaTokenizer(resolve(None).path)


def test_training_sees_the_very_prompts_that_are_served(tokenizer: LlamaTokenizer) -> None:
    engine = Capture()
    speaker = Speaker(engine, tokenizer, ModelSettings(), InUse(UNTRAINED))
    with open_shop(ShopSource(seed=5, products=12)) as db:
        made = [(q, plan) for _, _, q, _, plan in plans(db, 8, 1) if as_prompt(notes(plan))]
        learnt = {(e.question, e.notes): e for e in build(db, "made", 8, 1, 1)}
    compared = 0
    for number, (question, plan) in enumerate(made):
        example = learnt.get((question, as_prompt(notes(plan))))
        engine.asked.clear()
        for _ in speaker.say(Turn(Record(), 0.0), f"c{number}", question, plan):
            pass
        if example is not None and engine.asked:
            tokens = tokenise(example, tokenizer)
            assert tokens.prompt == engine.asked[0].prompt
            assert tokens.reply[-1] in engine.asked[0].stop_tokens
            compared += 1
    assert compared >= 5


def test_tokens_and_template_are_those_of_the_base(tokenizer: LlamaTokenizer) -> None:
    """The same ids as Hugging Face's reading of the same file, on ordinary and on odd texts."""
    transformers = pytest.importorskip("transformers", reason="needs the extra: uv sync --extra finetune")
    path = resolve(None).path
    theirs = transformers.AutoTokenizer.from_pretrained(str(path.parent), gguf_file=path.name, local_files_only=True)
    with open_shop(ShopSource(seed=5, products=12)) as db:
        examples = list(build(db, "made", 12, 1, 1))
    odd = [
        "",
        "  two  spaces ",
        "Größe 42½ — naïve?",
        "a\n\nb",
        "£9.00 / €9,00",
        "日本語 🙂👍🏽",
        "<|im_end|> is text",
        "x" * 200,
    ]
    examples += [Example("", "", "", text, "{1.item}", "Yes: {1.item}.") for text in odd if "<|" not in text]
    for example in examples:
        ours = tokenizer.chat(example.messages(), generation_prompt=False)
        whole = theirs.apply_chat_template(example.messages(), tokenize=True, return_dict=False)
        assert ours == list(whole), example.question
    assert len(examples) > 20


def test_the_template_hash_changes_with_the_prompt(tokenizer: LlamaTokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    before = template_hash(tokenizer)
    assert before == template_hash(tokenizer) and len(before) == 64
    monkeypatch.setattr("assistant.prompt.NOTES_SYSTEM", "Say what the notes say.")
    assert template_hash(tokenizer) != before
