"""The scheduler and the cache over a scripted backend, which checks every position it is given."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest

from assistant.engine.cache import CacheKey, KvCache, PublicKey
from assistant.engine.messages import Begun, Output, Refused
from assistant.engine.planner import Pacer
from assistant.engine.request import Finished, GenerateRequest, Placeholders, Sampling, Token
from assistant.engine.scheduler import Scheduler
from assistant.engine.scripted_backend import END, START, ScriptedBackend, ScriptedOptions

_ids = itertools.count()
SYSTEM = (START, *b"s" * 80)


def request(
    text: str,
    conversation: str = "c",
    *,
    system: tuple[int, ...] = SYSTEM,
    num_public: int = len(SYSTEM),
    max_tokens: int = 50,
    adapter: str | None = None,
    placeholders: Placeholders | None = None,
) -> GenerateRequest:
    prompt = (*system, START, *text.encode(), START)
    return GenerateRequest(
        f"r{next(_ids)}",
        conversation,
        prompt,
        num_public=num_public,
        max_tokens=max_tokens,
        stop_tokens=(END,),
        adapter=adapter,
        placeholders=placeholders,
    )


def make(**options: object) -> tuple[Scheduler, ScriptedBackend]:
    backend = ScriptedOptions(**options).open()  # type: ignore[arg-type]
    return Scheduler(backend, backend.options.num_slots), backend


def run(scheduler: Scheduler, *requests: GenerateRequest, deadline_s: float = 30.0) -> dict[str, tuple[str, object]]:
    """Answer the requests; text and end of each by its id."""
    for each in requests:
        scheduler.add(each, time.monotonic() + deadline_s)
    return drain(scheduler)


def step(scheduler: Scheduler) -> list[Output]:
    return scheduler.admit() + scheduler.step()


def drain(scheduler: Scheduler) -> dict[str, tuple[str, object]]:
    texts: dict[str, bytearray] = {}
    ends: dict[str, object] = {}
    while scheduler.has_work:
        for request_id, event in step(scheduler):
            texts.setdefault(request_id, bytearray())
            if isinstance(event, Token):
                texts[request_id].append(event.token)
            elif not isinstance(event, Begun):
                assert request_id not in ends, "exactly one end for each request"
                ends[request_id] = event
    return {request_id: (bytes(texts[request_id]).decode(), end) for request_id, end in ends.items()}


def test_an_answer_has_its_tokens_and_one_end() -> None:
    scheduler, _ = make()
    asked = request("hello")
    assert run(scheduler, asked) == {
        asked.request_id: ("hello", Finished("stop", num_prompt=len(asked.prompt), num_cached=0, num_completion=5))
    }
    assert not scheduler.has_work and step(scheduler) == []


def test_max_tokens_and_the_context_end_an_answer() -> None:
    scheduler, _ = make(context=100)
    short = request("abcdefgh", max_tokens=3)
    assert run(scheduler, short)[short.request_id][0] == "abc"
    full = request("abcdefghij")  # 81 + 12 tokens of prompt leave room for 7
    text, end = run(scheduler, full)[full.request_id]
    assert text == "abcdefg" and isinstance(end, Finished) and end.reason == "length"


def test_more_requests_than_slots_are_answered_in_order() -> None:
    scheduler, backend = make(num_slots=2)
    asked = [request(f"text {number}", f"c{number}") for number in range(7)]
    answers = run(scheduler, *asked)
    assert [answers[each.request_id][0] for each in asked] == [f"text {number}" for number in range(7)]
    assert list(answers) == [each.request_id for each in asked]
    assert max(len(chunks) for _, chunks in backend.batches) == 2


def test_requests_join_between_steps() -> None:
    scheduler, backend = make()
    first, second = request("a" * 20, "c1"), request("b" * 20, "c2")
    scheduler.add(first, time.monotonic() + 9)
    for _ in range(6):
        step(scheduler)
    scheduler.add(second, time.monotonic() + 9)
    drain(scheduler)
    assert any(len(chunks) == 2 for _, chunks in backend.batches)


def test_the_public_prefix_is_computed_once() -> None:
    scheduler, backend = make(num_slots=4)
    asked = [request(f"q{number}", f"c{number}") for number in range(4)]
    answers = run(scheduler, *asked)
    cached = sorted(end.num_cached for _, end in answers.values() if isinstance(end, Finished))
    assert cached == [0, len(SYSTEM), len(SYSTEM), len(SYSTEM)]
    assert backend.memories[4] == list(SYSTEM), "the public memory holds the prefix and nothing else"
    assert sum(len(chunk.tokens) for _, chunks in backend.batches for chunk in chunks if chunk.position < 81) == 81


def test_a_waiting_request_is_not_stuck_when_the_one_computing_its_prefix_is_cancelled() -> None:
    scheduler, _ = make(num_slots=2)
    first, second = request("one", "c1"), request("two", "c2")
    scheduler.add(first, time.monotonic() + 9)
    scheduler.add(second, time.monotonic() + 9)
    step(scheduler)
    scheduler.cancel(first.request_id)
    assert drain(scheduler)[second.request_id][0] == "two"


def test_a_conversation_uses_its_own_tokens_again() -> None:
    scheduler, _ = make()
    first = request("hello")
    run(scheduler, first)
    longer = GenerateRequest("x", "c", (*first.prompt, *b"hello", START, *b"more", START), stop_tokens=(END,))
    _, end = run(scheduler, longer)["x"]
    assert isinstance(end, Finished) and end.num_cached == len(first.prompt) + len("hello")


@pytest.mark.parametrize("other", [{"conversation": "d"}, {"adapter": "kind"}])
def test_nobody_else_uses_a_conversations_tokens(other: dict[str, str]) -> None:
    scheduler, _ = make(adapters={"kind": Path(__file__)})
    run(scheduler, request("my secret", "c", num_public=0))
    asked = request("my secret", **{"conversation": "c", "num_public": 0, **other})  # type: ignore[arg-type]
    _, end = run(scheduler, asked)[asked.request_id]
    assert isinstance(end, Finished) and end.num_cached == 0


def test_without_a_conversation_nothing_is_kept() -> None:
    scheduler, backend = make()
    run(scheduler, request("secret", ""))
    assert all(memory == [] for memory in backend.memories[:2])
    again = request("secret", "", num_public=0)
    assert run(scheduler, again)[again.request_id][1].num_cached == 0  # type: ignore[attr-defined]


def test_the_conversation_idle_for_longest_gives_way() -> None:
    scheduler, backend = make(num_slots=2)
    for conversation in ("a", "b", "c"):
        run(scheduler, request(f"of {conversation}", conversation))
    text = [bytes(t for t in memory if t < 256 and t != ord("s")) for memory in backend.memories[:2]]
    assert [each[:4] for each in text] == [b"of c", b"of b"]


def test_one_adapter_a_batch_and_every_adapter_gets_its_turn() -> None:
    scheduler, backend = make(num_slots=4, adapters={"x": Path(__file__), "y": Path(__file__)})
    asked = [request(f"q{i}", f"c{i}", adapter=adapter) for i, adapter in enumerate(["x", "y", None, "x"])]
    answers = run(scheduler, *asked)
    assert [answers[each.request_id][0] for each in asked] == ["q0", "q1", "q2", "q3"]
    order = [adapter for adapter, _ in backend.batches]
    assert all(len({order[i], order[i + 1], order[i + 2]}) == 3 for i in range(0, 9, 3))


def test_long_prompts_come_in_chunks_and_do_not_stall_answers() -> None:
    _, backend = make(num_slots=2, context=2000, step_s=0.001)
    scheduler = Scheduler(backend, 2, guessing=False)
    scheduler._planner.pacer = Pacer(max_tokens=64)
    talking = request("t" * 60, "c1", num_public=0, system=())
    scheduler.add(talking, time.monotonic() + 30)
    for _ in range(3):
        step(scheduler)
    begun = len(backend.batches)
    scheduler.add(request("q", "c2", system=(START, *b"x" * 1000), num_public=0), time.monotonic() + 30)
    for _ in range(10):
        step(scheduler)
    batches = [chunks for _, chunks in backend.batches[begun : begun + 10]]
    assert all(sum(len(chunk.tokens) for chunk in chunks) <= 65 for chunks in batches)
    assert all(any(chunk.memory == 0 and len(chunk.tokens) == 1 for chunk in chunks) for chunks in batches)
    drain(scheduler)


def test_a_batch_is_never_larger_than_the_backend_takes() -> None:
    scheduler, backend = make(num_slots=6, max_batch=40)
    asked = [request(f"{number}" * 30, f"c{number}") for number in range(6)]
    answers = run(scheduler, *asked)
    assert [answers[each.request_id][0] for each in asked] == [f"{number}" * 30 for number in range(6)]
    assert max(sum(len(chunk.tokens) for chunk in chunks) for _, chunks in backend.batches) <= 40


def test_cancelling_frees_the_slot_at_once() -> None:
    scheduler, _ = make(num_slots=1)
    first, second = request("a" * 40, "c1"), request("b", "c2")
    scheduler.add(first, time.monotonic() + 9)
    scheduler.add(second, time.monotonic() + 9)
    for _ in range(4):
        step(scheduler)
    scheduler.cancel(first.request_id)
    outputs = step(scheduler)
    assert any(isinstance(event, Finished) and event.reason == "cancelled" for _, event in outputs)
    assert (second.request_id, Begun()) in outputs
    scheduler.cancel("unknown")
    assert (second.request_id, Token(ord("b"))) in outputs
    assert list(drain(scheduler)) == [second.request_id]


def test_steps_that_are_given_up_change_no_answer_and_too_much_lost_is_followed_by_one_that_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assistant.engine.scheduler._MOST_LOST_S", 1e-9)
    texts = {number: f"answer number {number} of these" for number in range(4)}
    scheduler, backend = make(num_slots=2)
    requests = [request(text, f"c{number}") for number, text in texts.items()]
    for each in requests:
        scheduler.add(each, time.monotonic() + 30)
    outputs: list[Output] = []
    tries = 0
    while scheduler.has_work:
        outputs += scheduler.admit()
        steps, batches = scheduler.num_steps, len(backend.batches)
        scheduler.interrupt()
        outputs += scheduler.step()
        given_up = scheduler.num_steps == steps
        assert given_up == (tries % 2 == 0)
        assert len(backend.batches) == batches + (not given_up)
        tries += 1
    said = {
        each.request_id: bytes(e.token for i, e in outputs if i == each.request_id and isinstance(e, Token)).decode()
        for each in requests
    }
    assert list(said.values()) == list(texts.values())
    assert tries > 4


def test_several_who_leave_one_after_another_are_let_go_at_once() -> None:
    scheduler, _ = make(num_slots=4)
    for number in range(4):
        scheduler.add(request("a longer answer", f"c{number}", num_public=0), time.monotonic() + 30)
    scheduler.admit()
    for left in (3, 2, 1, 0):
        scheduler.interrupt()
        scheduler.step()
        assert scheduler.num_steps == 0
        scheduler.cancel(scheduler.running[0].request.request_id)
        assert len(scheduler.running) == left


def test_a_deadline_ends_waiting_and_running_requests() -> None:
    scheduler, _ = make(num_slots=1, step_s=0.02)
    first, second = request("a" * 40, "c1"), request("b", "c2")
    answers = run(scheduler, first, second, deadline_s=0.1)
    assert [type(end) for _, end in answers.values()] == [Refused, Refused]
    assert all(end.kind == "deadline" and "within 30 s" in end.message for _, end in answers.values())  # type: ignore[attr-defined]
    assert not scheduler.waiting and not scheduler.running
    assert run(scheduler, request("next", "c1")) != {}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prompt": ()}, "empty"),
        ({"prompt": (1,) * 256}, "255 fit"),
        ({"prompt": (1, 258)}, "another model"),
        ({"prompt": (1, -1)}, "another model"),
        ({"stop_tokens": (10**6,)}, "another model"),
        ({"max_tokens": 0}, "at least 1"),
        ({"max_tokens": -4}, "at least 1"),
        ({"num_public": 99}, "num_public"),
        ({"num_public": -1}, "num_public"),
        ({"adapter": "nope"}, "no adapter 'nope'"),
        ({"placeholders": Placeholders(("{a",))}, "placeholder"),
        ({"deadline_s": 0.0}, "deadline_s is 0"),
        ({"deadline_s": -1.0}, "deadline_s is -1"),
        ({"deadline_s": float("nan")}, "deadline_s is nan"),
        ({"deadline_s": float("inf")}, "deadline_s is inf"),
        ({"sampling": Sampling(temperature=float("nan"))}, "out of bounds"),
        ({"sampling": Sampling(temperature=-1)}, "out of bounds"),
        ({"sampling": Sampling(top_p=0)}, "out of bounds"),
        ({"sampling": Sampling(min_p=float("inf"))}, "out of bounds"),
        ({"sampling": Sampling(repeat_penalty=0)}, "out of bounds"),
    ],
)
def test_what_cannot_be_answered_is_refused(change: dict[str, object], message: str) -> None:
    scheduler, _ = make()
    asked = GenerateRequest(**{"request_id": "x", "conversation": "c", "prompt": (1, 2), **change})  # type: ignore[arg-type]
    ((text, end),) = run(scheduler, asked).values()
    assert text == "" and isinstance(end, Refused) and end.kind == "refused" and message in end.message


def test_the_mask_keeps_figures_out_and_forced_tokens_come_in_one_batch() -> None:
    scheduler, backend = make(reply="It is 5 {1.price}!")
    asked = request("q", placeholders=Placeholders(("{1.price}",)))
    text, end = run(scheduler, asked)[asked.request_id]
    assert "5" not in text and "{1.price}" in text and "}!" in text
    chunks = [chunk.tokens for _, batch in backend.batches for chunk in batch]
    assert list(b"{1.price}") in [list(tokens) for tokens in chunks], "the placeholder was computed as one chunk"
    assert isinstance(end, Finished) and end.num_completion == len(text)


def test_forced_tokens_stop_at_the_limit() -> None:
    scheduler, _ = make(reply="{1.price}")
    asked = request("q", placeholders=Placeholders(("{1.price}",)), max_tokens=4)
    assert run(scheduler, asked)[asked.request_id][0] == "{1.p"


def test_the_cache_needs_the_whole_key() -> None:
    with pytest.raises(TypeError):
        CacheKey(model="m", conversation="c")  # type: ignore[call-arg]
    cache = KvCache(ScriptedOptions().open(), 2, 0)
    nothing = PublicKey("m", None, ())
    memory, _ = cache.acquire(CacheKey("m", None, "c"), nothing, [1, 2, 3])
    cache.release(memory, [1, 2, 3])
    for key in (CacheKey("n", None, "c"), CacheKey("m", "a", "c"), CacheKey("m", None, "d")):
        assert cache.acquire(key, nothing, [1, 2, 3])[1] == 0
        cache = KvCache(ScriptedOptions().open(), 2, 0)
        memory, _ = cache.acquire(CacheKey("m", None, "c"), nothing, [1, 2, 3])
        cache.release(memory, [1, 2, 3])
    assert cache.acquire(CacheKey("m", None, "c"), nothing, [1, 2, 3, 4]) == (memory, 3)


def test_a_forgotten_conversation_leaves_no_tokens() -> None:
    backend = ScriptedOptions().open()
    cache = KvCache(backend, 2, 0)
    memory, _ = cache.acquire(CacheKey("m", None, "c"), PublicKey("m", None, ()), [1, 2, 3])
    backend.memories[memory][:] = [1, 2, 3]
    cache.release(memory, [1, 2, 3])
    cache.forget("c")
    assert backend.memories[memory] == []
    assert cache.acquire(CacheKey("m", None, "c"), PublicKey("m", None, ()), [1, 2, 3])[1] == 0


def test_one_in_use_is_forgotten_when_its_answer_ends() -> None:
    cache = KvCache(ScriptedOptions().open(), 2, 0)
    key, nothing = CacheKey("m", None, "c"), PublicKey("m", None, ())
    memory, _ = cache.acquire(key, nothing, [1, 2, 3])
    cache.forget(None)
    cache.release(memory, [1, 2, 3])
    assert cache.acquire(key, nothing, [1, 2, 3, 4])[1] == 0


def test_the_pacer_learns_the_speed() -> None:
    pacer = Pacer(max_tokens=512, target_s=0.1)
    for _ in range(30):
        pacer.record(100, 0, 1.0, competed=False)
    assert pacer.num_tokens() == 32
    for _ in range(60):
        pacer.record(100, 0, 0.001, competed=False)
    assert pacer.num_tokens() == 512
    pacer.record(1, 0, 10.0, competed=False)
    pacer.record(0, 40, 10.0, competed=False)
    assert pacer.num_tokens() == 512


def test_no_small_rest_of_a_prompt_is_left_for_another_step() -> None:
    pacer = Pacer(max_tokens=60, target_s=0.1)
    assert [pacer.num_tokens(wanted) for wanted in (10, 40, 60)] == [10, 40, 60]
    assert [pacer.num_tokens(wanted) for wanted in (61, 1000)] == [40, 40]


def test_prompts_and_answers_share_the_time_that_both_want() -> None:
    pacer = Pacer(max_tokens=512, share=0.8)
    time_of = {True: 0.0, False: 0.0}
    for _ in range(200):
        turn = pacer.is_prompts_turn()
        seconds = 0.15 if turn else 0.05
        time_of[turn] += seconds
        pacer.record(60 if turn else 0, 0 if turn else 8, seconds, competed=True)
    assert 0.75 < time_of[True] / sum(time_of.values()) < 0.85
    pacer.record(0, 8, 5.0, competed=False)
    assert pacer.is_prompts_turn(), "time that nobody else wanted is not held against anybody"


@pytest.mark.parametrize("waited_s, first", [(0.0, "short"), (3600.0, "long")])
def test_a_short_prompt_goes_before_a_long_one_that_has_not_waited_long(waited_s: float, first: str) -> None:
    scheduler, _ = make(num_slots=2, context=3000, max_batch=64, even_chunks=True)
    long = request("long", "a", system=(START, *b"x" * 2500), num_public=0)
    short = request("short", "b", system=(), num_public=0)
    scheduler.add(long, time.monotonic() + 30)
    scheduler.waiting[0].arrived -= waited_s
    scheduler.add(short, time.monotonic() + 30)
    names = {long.request_id: "long", short.request_id: "short"}
    begun: list[str] = []
    while scheduler.has_work:
        begun += [names[name] for name, event in step(scheduler) if isinstance(event, Token)]
    assert begun[0] == first


@pytest.mark.parametrize("even", [True, False])
def test_answers_go_on_while_many_long_prompts_come(even: bool) -> None:
    _, backend = make(num_slots=5, context=3000, step_s=0.001)
    backend.even_chunks = even
    scheduler = Scheduler(backend, 5, guessing=False)
    record = scheduler._planner.record  # a step's time by its tokens alone, whatever else this machine does
    scheduler._planner.record = lambda parts, _: record(parts, 0.02 + 0.001 * sum(len(p.chunk.tokens) for p in parts))  # type: ignore[method-assign]
    talking = request("t" * 400, "c1", num_public=0, system=(), max_tokens=400)
    scheduler.add(talking, time.monotonic() + 30)
    for _ in range(3):
        step(scheduler)
    begun = len(backend.batches)
    for number in range(4):
        long = request(f"{number}", f"l{number}", system=(START, *b"x" * 2500), num_public=0)
        scheduler.add(long, time.monotonic() + 30)
    for _ in range(60):
        step(scheduler)
    batches = [chunks for _, chunks in backend.batches[begun : begun + 60]]
    answers = [any(chunk.memory == 0 for chunk in chunks) for chunks in batches]
    assert sum(answers) >= 60 * 0.15
    longest = max(len(run) for run in "".join("a" if each else " " for each in answers).split("a"))
    assert longest <= 4, f"{longest} steps without a token for the one who was answering"
    if even:
        assert all(len({len(chunk.tokens) for chunk in chunks}) == 1 for chunks in batches)
    drain(scheduler)


def test_an_activated_adapter_shares_the_public_prefix_with_the_model_alone() -> None:
    invoked = (START, *b"hi")
    options = {
        "adapters": {"a": Path(__file__), "b": Path(__file__), "old": Path(__file__)},
        "invocations": {"a": invoked, "b": invoked},
    }
    scheduler, backend = make(num_public=2, **options)
    for adapter, conversation in ((None, "1"), ("a", "2"), ("b", "3"), ("old", "4")):
        (end,) = run(scheduler, request("hi, hi", conversation, adapter=adapter)).values()
        assert end[0] == "hi, hi"
    computed = {
        adapter: sorted({c.position for name, chunks in backend.batches if name == adapter for c in chunks})[0]
        for adapter in (None, "a", "b", "old")
    }
    assert computed == {None: 0, "a": len(SYSTEM), "b": len(SYSTEM), "old": 0}
    cold, backend = make(**options)
    run(cold, request("hi", adapter="a"))
    alone = sum(len(c.tokens) for name, chunks in backend.batches if name is None for c in chunks)
    assert alone == len(SYSTEM), "the prefix is the model's, whoever comes first"


def test_an_activated_adapter_sets_in_where_the_public_part_ends_and_never_without_its_tokens() -> None:
    scheduler, backend = make(adapters={"a": Path(__file__)}, invocations={"a": (START, *b"hi")})
    run(scheduler, request("hi! " + chr(2) + "hi again", adapter="a"), request("other", "d", adapter="a"))
    computed = [(name, chunk.position) for name, chunks in backend.batches for chunk in chunks]
    assert min(place for name, place in computed if name == "a") == len(SYSTEM)
    assert max(place for name, place in computed if name is None) > len(SYSTEM), "without its tokens it never sets in"
