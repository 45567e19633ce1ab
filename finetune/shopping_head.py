"""Trains the head that tells questions about offers, baskets, advice and the customer's own data from all others.

    python -m finetune.shopping_head     # from finetune/data/shopping.txt and what the act head learns from

Everything that the act head learns from and that is of none of these kinds is an example of "other", at a lower weight.
Knows no dialogues and no torch; needs the `finetune` extra (scikit-learn).
"""

from __future__ import annotations

import re
from pathlib import Path

from finetune.acts_head import act_examples
from finetune.heads import Examples, read_patterns, train

TEXT = Path(__file__).parent / "data" / "shopping.txt"
HEAD = Path(__file__).parents[1] / "assistant" / "understand" / "data" / "shopping.json"
_OWN = frozenset({"promotion"})
"""Acts whose examples are of this head's own kinds: they are no examples of anything else."""
_OWN_WORDS = re.compile(r"\b(?:recommend\w*|suggest\w*|gift for|present for|total|together|discount\w*|offers?)\b")
_OTHER_WEIGHT = 0.4


def examples() -> Examples:
    """The head's own examples, and those of the act head that are of none of its kinds as "other"."""
    found = Examples()
    found.add(*read_patterns(TEXT))
    known = set(found.texts)
    acts = act_examples()
    for text, label in zip(acts.texts, acts.labels, strict=True):
        own = label in ("search", "availability", "price") and _OWN_WORDS.search(text)
        if label not in _OWN and text not in known and not own:
            found.add([text], ["other"], _OTHER_WEIGHT)
    return found


def main() -> None:
    found = examples()
    accuracy = train(found, HEAD)
    own = sum(weight == 1.0 for weight in found.weights)
    print(
        f"{own} examples and {len(found.texts) - own} of other kinds, accuracy {accuracy:.3f} (5-fold), in {HEAD.name}"
    )


if __name__ == "__main__":
    main()
