"""The placeholder automaton over a small vocabulary of our own."""

from __future__ import annotations

import time

import numpy as np
import pytest

from assistant.engine.mask import Automaton, State, TokenTable, is_plain

TEXTS = [
    "<end>", "Hello", " the", " price", "1", "12", "$", "€", "%", "\n", "{", "}", "{1", ".", "price", "}.", " {", "{{",
    "pr", "ice", "e", "2", "[", "<", "é", "数", "½", "  ", "!", "'", "{1.price}", "x{", "({", "1.", "Ⅳ", "/", "i", "c",
    "p", "r", "n", "a", "m", "name", "name}", "st",
]  # fmt: skip
END = 0


def encode(text: str) -> list[int]:
    """Longest match first, as a stand-in for a real tokenizer."""
    tokens = []
    while text:
        best = max((t for t in TEXTS[1:] if text.startswith(t)), key=len)
        tokens.append(TEXTS.index(best))
        text = text[len(best) :]
    return tokens


@pytest.fixture
def table() -> TokenTable:
    pieces = [text.encode() for text in TEXTS] + [b"\xc3", b"\xa9", b""]
    return TokenTable(pieces, {END}, encode)


def allowed(table: TokenTable, state: State) -> set[str]:
    return {table.texts[token] or "<end>" for token in np.flatnonzero(~state.forbidden)}


def walk(automaton: Automaton, *texts: str) -> State:
    state = automaton.start
    for text in texts:
        token = TEXTS.index(text)
        assert not state.forbidden[token], f"{text!r} is forbidden after {state.partial!r}"
        state = automaton.next(state, token)
    return state


@pytest.mark.parametrize("text", ["Hello", " the", "é", "!", "'", "’s", "naïve", "a-b", "(so)"])
def test_plain_text_is_plain(text: str) -> None:
    assert is_plain(text)


@pytest.mark.parametrize(
    "text", ["1", "a1", "$", "€", "£5", "%", "\n", "a\n", "\t", "{", "}", "[", "]", "<", ">", "数", "½", "²", "Ⅳ",
             "٣", "  ", "", "#", "*", "/", "@", "_", "\\", "`", "|", "~", "^", "+", "=", "\u200b", "\u202e", "\u00a0",
             "１", "ª"]
)  # fmt: skip
def test_figures_and_markup_are_not_plain(text: str) -> None:
    assert not is_plain(text)


def test_outside_only_plain_text_openers_and_the_end(table: TokenTable) -> None:
    automaton = table.automaton(("{1.price}",), (END,))
    assert allowed(table, automaton.start) >= {"Hello", "é", "!", "{", "{1", " {", "({", "x{", "{1.price}", "<end>"}
    assert not allowed(table, automaton.start) & {"1", "12", "$", "€", "%", "\n", "}", "{{", "[", "<", "数", "½", "}."}


def test_bytes_of_half_a_character_and_empty_pieces_are_forbidden(table: TokenTable) -> None:
    start = table.automaton(("{1.price}",), (END,)).start
    assert start.forbidden[len(TEXTS) :].all()


def test_control_tokens_are_forbidden_unless_they_stop(table: TokenTable) -> None:
    assert table.automaton((), ()).start.forbidden[END]
    assert not table.automaton((), (END,)).start.forbidden[END]


def test_without_placeholders_no_brace_opens(table: TokenTable) -> None:
    assert not any("{" in text for text in allowed(table, table.automaton((), (END,)).start))


def test_inside_any_tokenisation_of_an_allowed_placeholder(table: TokenTable) -> None:
    automaton = table.automaton(("{1.price}", "{2.name}"), (END,))
    assert allowed(table, walk(automaton, "{")) == {"1", "2", "1."}
    assert allowed(table, walk(automaton, "{1")) == {"."}
    assert allowed(table, walk(automaton, "{", "1.")) == {"p", "pr", "price"}
    assert walk(automaton, "{", "1.", "pr", "ice", "}") is automaton.start
    assert walk(automaton, "Hello", " {", "2", ".", "name}", "!") is automaton.start
    assert walk(automaton, "{1.price}") is automaton.start


def test_no_end_inside_and_what_closes_may_go_on_in_plain_text(table: TokenTable) -> None:
    automaton = table.automaton(("{1.price}",), (END,))
    state = walk(automaton, "{1", ".", "price")
    assert allowed(table, state) == {"}", "}."}
    assert walk(automaton, "{1", ".", "price", "}.", " the") is automaton.start


def test_what_has_one_continuation_is_forced(table: TokenTable) -> None:
    one = table.automaton(("{1.price}",), (END,))
    assert [TEXTS[t] for t in walk(one, "{").forced] == ["1.", "price"]  # "}" or "}." is the model's to say
    assert [TEXTS[t] for t in walk(one, "{1", ".", "pr").forced] == ["ice"]
    two = table.automaton(("{1.price}", "{1.name}"), (END,))
    assert [TEXTS[t] for t in walk(two, "{").forced] == ["1."]
    assert walk(two, "{", "1.").forced == ()
    assert [TEXTS[t] for t in walk(two, "{", "1.", "name").forced] == []
    assert one.start.forced == ()


def test_forced_tokens_are_allowed_and_leave_the_brace(table: TokenTable) -> None:
    automaton = table.automaton(("{1.price}",), (END,))
    state = walk(automaton, "{")
    for token in state.forced:
        assert not state.forbidden[token]
        state = automaton.next(state, token)
    assert state.partial == "{1.price"


@pytest.mark.parametrize("text", ["price", "{}", "{a{b}}", "{a}}", "{a", "a}", ""])
def test_a_malformed_placeholder_is_refused(table: TokenTable, text: str) -> None:
    with pytest.raises(ValueError, match="placeholder"):
        table.automaton((text,), (END,))


def test_a_placeholder_that_the_vocabulary_cannot_write_is_refused(table: TokenTable) -> None:
    with pytest.raises(ValueError, match="can't be written"):
        table.automaton(("{ü}",), (END,))


def test_automata_are_shared_and_bounded(table: TokenTable) -> None:
    first = table.automaton(("{1.price}",), (END,))
    assert table.automaton(("{1.price}",), (END,)) is first
    for number in range(300):
        table.automaton((), (number % 40 + 1,) * (number // 40 + 1))
    assert table.automaton(("{1.price}",), (END,)) is not first


def test_masks_are_cached_and_cannot_be_changed(table: TokenTable) -> None:
    automaton = table.automaton(("{1.price}",), (END,))
    assert walk(automaton, "{") is walk(automaton, "Hello", "{")
    with pytest.raises(ValueError):
        automaton.start.forbidden[0] = True


def test_a_step_of_the_automaton_is_quick(table: TokenTable) -> None:
    automaton = table.automaton(("{1.price}", "{2.name}"), (END,))
    walk(automaton, "{", "1.", "pr", "ice", "}")
    started = time.process_time()
    for _ in range(200):
        walk(automaton, "{", "1.", "pr", "ice", "}")
    assert (time.process_time() - started) / 1000 < 0.0003
