"""Which act a customer's clause is: a linear head on its embedding and words, trained by finetune/heads.py.

Sees a clause in which the shop's names have been replaced ("how much is the item in blue"), so that one head serves
every shop. Knows no products and no dialogue: reading.py weighs its answer against what was linked.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from assistant.linear import Encode, LinearHead

__all__ = ["ActHead", "Encode", "default_head"]

ActHead = LinearHead

_HEAD = Path(__file__).parent / "data" / "acts.json"


@lru_cache(maxsize=1)
def default_head() -> ActHead:
    """The head that ships with the package, loaded once."""
    return ActHead.load(_HEAD)
