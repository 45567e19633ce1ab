"""Whether the shop's texts have changed: what is made of them in memory is made anew then.

The index's own mark changes with the products' and variants' texts (search_schema.py); the pages and the shop's own
synonyms, of which there are few, are looked at themselves. Knows not what is made of them.
"""

from __future__ import annotations

import hashlib
from typing import Any


def texts_version(raw: Any) -> tuple[int, bytes]:
    """Another one whenever any text of the shop is another."""
    (products,) = raw.execute("SELECT texts FROM search_meta").fetchone()
    own = raw.execute("SELECT value FROM shop_info WHERE key = 'synonyms'").fetchone()
    pages = raw.execute("SELECT policy_id, title, text FROM policy ORDER BY policy_id").fetchall()
    return products, hashlib.blake2b(repr((own, pages)).encode(), digest_size=16).digest()
