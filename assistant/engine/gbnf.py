"""Our sentence grammar as GBNF, the form in which llama-server takes one. Only ever made from our own grammars.

Knows no server and no tokens: nodes in, text out.
"""

from __future__ import annotations

from assistant.engine.phrase import END, Position, Walk, spelled
from assistant.engine.request import Grammar


def gbnf(grammar: Grammar) -> str:
    """A GBNF grammar whose sentences are those of `grammar`: one rule for each place that an answer can stand at."""
    walk = Walk(grammar)
    names: dict[Position, str] = {Position(): "root"}
    rules: list[str] = []
    waiting = [Position()]
    while waiting:
        at = waiting.pop()
        ways = []
        for node in walk.next_nodes(at):
            text = spelled(node, at).replace("\\", "\\\\").replace('"', '\\"')
            if node == END:
                ways.append(f'"{text}"')
                continue
            after = Position(node, "", at.used | {node} if node.startswith("{") else at.used)
            if after not in names:
                names[after] = f"s{len(names)}"
                waiting.append(after)
            ways.append(f'"{text}" {names[after]}')
        rules.append(f"{names[at]} ::= {' | '.join(ways)}")
    return "\n".join(rules) + "\n"
