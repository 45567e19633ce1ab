"""Walks a grammar as the engine does, so that tests see the sentences that a model held to it can write."""

from __future__ import annotations

import random

from assistant.engine.request import Grammar


def sentences(grammar: Grammar, limit: int = 5000) -> list[str]:
    """Every sentence of the grammar, at most `limit`: words come twice at most, all that is needed is in it."""
    follow = dict(grammar.follow)
    found: list[str] = []
    paths: list[tuple[str, ...]] = [("",)]
    while paths and len(found) < limit:
        path = paths.pop()
        for node in follow.get(path[-1], ()):
            if node == "." and grammar.needed <= set(path):
                found.append(written(path))
            elif node != "." and path.count(node) < (1 if node.startswith("{") else 2) and len(path) < 30:
                paths.append((*path, node))
    return found


def written(path: tuple[str, ...]) -> str:
    """The nodes of a path as text: spaces, a capital at the beginning, a full stop."""
    words = [node.partition("#")[0] for node in path if node]
    text = " ".join(words).replace(" ,", ",")
    return text[:1].upper() + text[1:] + "."


def any_sentence(grammar: Grammar | None, seed: int) -> str:
    """One of the grammar's sentences, by chance."""
    assert grammar is not None
    return random.Random(seed).choice(sentences(grammar, 300))
