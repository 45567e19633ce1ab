"""Trains the head that says what a clause wants done with an order (assistant/understand/orders/deeds.py).

    python -m finetune.heads deeds     # from finetune/data/deeds.txt, and the act head's lines as what is none of it

Things and order numbers are shown as the runtime shows them. Knows no dialogues and no torch.
"""

from __future__ import annotations

from pathlib import Path

from finetune.acts_head import AUTHORED, authored
from finetune.heads import DATA, Fit, train

DEEDS = DATA / "deeds.txt"
HEAD = Path(__file__).parents[1] / "assistant" / "understand" / "data" / "deeds.json"
HOW = Fit(strength=8.0, balance=0.5, scale=0.4, least=4)
_OF_THE_SHOP = 0.06  # what a line of the act head weighs: there are very many
_SAME = frozenset({"order", "complaint", "human"})
"""Acts whose lines may well ask for something to be done with an order."""


def train_deeds() -> tuple[int, float]:
    """Fit the head and write it. Returns the number of texts and the accuracy on deeds.txt's own in five folds."""
    examples = authored(DEEDS)
    examples.weights = [1.0] * len(examples.texts)
    for path in sorted(AUTHORED.glob("*.txt")):
        others = authored(path)
        for text, label in zip(others.texts, others.labels, strict=True):
            if label not in _SAME:
                examples.add([text], ["none"], _OF_THE_SHOP)
    return len(examples.texts), train(examples, HEAD, HOW)
