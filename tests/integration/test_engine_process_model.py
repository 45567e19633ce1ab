"""The whole engine with the default model: its own process, many callers, kills, stops and deadlines."""

from __future__ import annotations

import os
import random
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.engine import open_engine
from assistant.engine.mask import is_plain
from assistant.engine.process import EngineProcess
from assistant.engine.request import Finished, GenerateRequest, Placeholders, Restarted, Sampling
from assistant.engine.tokenizer import LlamaTokenizer
from assistant.errors import DeadlineError, EngineError, ModelError
from tests.integration.engine_stage import QUESTIONS, make_request, tokens_of

pytestmark = pytest.mark.model
Opened = tuple[EngineProcess, LlamaTokenizer]


@pytest.fixture(scope="module")
def opened() -> Iterator[Opened]:
    engine, tokenizer = open_engine("smollm2-135m", slots=8, context_per_slot=1024)
    yield engine, tokenizer
    engine.close()


def test_an_answer_makes_sense(opened: Opened) -> None:
    engine, tokenizer = opened
    system = {"role": "system", "content": "You are a helpful assistant."}
    prompt = tokenizer.chat([system, {"role": "user", "content": "What is the capital of France?"}])
    events = list(engine.generate(GenerateRequest("paris", "paris", tuple(prompt), max_tokens=20)))
    assert "Paris" in tokenizer.decode(tokens_of(events))
    end = events[-1]
    assert isinstance(end, Finished) and end.reason == "stop" and end.num_prompt == len(prompt)


def test_the_mask_holds_over_random_prompts_at_high_temperature(opened: Opened) -> None:
    engine, tokenizer = opened
    allowed = ("{1.price}", "{1.name}", "{1.stock}", "{2.price}", "{2.name}", "{promo.end}")
    chooser = random.Random(42)
    words = (
        "price 89 € $ size 42 % stock {1.price} list 1. 2. three [x] <b> date 2026-03-01 Größe naïve 数 json".split()
    )
    answers: dict[int, str] = {}

    def ask(number: int, text: str) -> None:
        sampling = Sampling(temperature=1.5, seed=number)
        request = make_request(
            tokenizer, text, f"m{number}", sampling=sampling, placeholders=Placeholders(allowed), max_tokens=16
        )
        answers[number] = tokenizer.decode(tokens_of(engine.generate(request)))

    texts = [" ".join(chooser.choices(words, k=8)) + "?" for _ in range(50)]
    threads = [threading.Thread(target=ask, args=each) for each in enumerate(texts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 50
    for text in answers.values():
        rest = re.sub("|".join(map(re.escape, allowed)), "", text)
        rest = re.sub(r"\{[^{}]*$", lambda cut: "" if any(a.startswith(cut[0]) for a in allowed) else cut[0], rest)
        assert all(is_plain(character) for character in rest), text


def test_killed_in_the_middle_the_customer_still_gets_the_answer(opened: Opened) -> None:
    engine, tokenizer = opened
    request = make_request(tokenizer, "Tell me a long story about shoes.", "story", max_tokens=30)
    expected = tokens_of(engine.generate(request))
    answer = engine.generate(make_request(tokenizer, "Tell me a long story about shoes.", "story2", max_tokens=30))
    events = [next(answer) for _ in range(10)]
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    killed = time.monotonic()
    events += list(answer)
    assert time.monotonic() - killed < 60
    assert Restarted() in events and isinstance(events[-1], Finished) and events[-1].restarts == 1
    assert len(tokens_of(events)) == len(expected)
    assert engine.status().ready


def test_a_second_turn_computes_only_what_is_new(opened: Opened) -> None:
    engine, tokenizer = opened
    first = make_request(tokenizer, QUESTIONS[0], "turn1", conversation="turns")
    tokens = tokens_of(engine.generate(first))
    more = tokenizer.encode(
        "<|im_end|>\n<|im_start|>user\nAnd in blue?<|im_end|>\n<|im_start|>assistant\n", special=True
    )
    prompt = (*first.prompt, *tokens, *more)
    events = list(engine.generate(GenerateRequest("turn2", "turns", prompt, max_tokens=8)))
    end = events[-1]
    assert isinstance(end, Finished) and end.num_cached >= len(first.prompt) + len(tokens) - 1
    other = list(engine.generate(GenerateRequest("turn3", "others", prompt, max_tokens=8)))
    assert isinstance(other[-1], Finished) and other[-1].num_cached == 0


def test_stopping_frees_the_slot_soon(opened: Opened) -> None:
    engine, tokenizer = opened
    answers = [
        engine.generate(make_request(tokenizer, "Write a very long story.", f"s{number}", max_tokens=400))
        for number in range(8)
    ]
    for answer in answers:
        next(answer)
    started = time.monotonic()
    for answer in answers:
        answer.close()
    tokens_of(engine.generate(make_request(tokenizer, "Hi", "after", max_tokens=1)))
    assert engine.status().running == 0
    assert time.monotonic() - started < 10


def test_a_deadline_in_the_middle(opened: Opened) -> None:
    engine, tokenizer = opened
    with pytest.raises(DeadlineError):
        list(engine.generate(make_request(tokenizer, "A long story", "late", max_tokens=800, deadline_s=0.4)))
    assert engine.status().running == 0


def test_too_long_a_prompt_is_refused(opened: Opened) -> None:
    engine, _ = opened
    with pytest.raises(EngineError, match="1023 fit"):
        engine.generate(GenerateRequest("long", "long", (5,) * 1024))
    with pytest.raises(EngineError, match="no adapter 'x'"):
        engine.generate(GenerateRequest("adapter", "c", (5,), adapter="x"))


def test_bad_model_files_are_one_clear_line(tmp_path: Path, opened: Opened) -> None:
    whole = opened[0].options
    cut = tmp_path / "cut.gguf"
    data = whole.model.read_bytes()  # type: ignore[attr-defined]
    cut.write_bytes(data[: len(data) // 2])
    text = tmp_path / "text.gguf"
    text.write_text("not a model")
    for path, words in ((cut, "cut short"), (text, "not a GGUF"), (tmp_path / "none.gguf", "no model file")):
        with pytest.raises(ModelError, match=words) as caught:
            open_engine(path)
        assert "\n" not in str(caught.value)


def test_what_it_costs_to_be_idle(opened: Opened) -> None:
    engine, _ = opened
    import psutil

    process = psutil.Process(engine.pid)
    before = sum(process.cpu_times()[:2])
    time.sleep(2)
    assert sum(process.cpu_times()[:2]) - before < 0.1, "an idle engine must not spin"
