"""Magento's category tree: which names stand under which, and which of them a shopper sees.

A product's category is the top of its path and its subcategory the last name, so "Men/Tops/Jackets" is category "Men",
subcategory "Jackets". Categories below a root that is switched off (Promotions, Collections) are marketing groups, not
places in the shop: they become the attribute "collections". Knows no products and no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Placement:
    """Where a product stands. `paths` are all its places in the shop, "Men > Tops > Jackets", the deepest first."""

    category: str
    subcategory: str | None
    collections: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass
class CategoryTree:
    """The tree as read from category files; empty when there are none (then the order of the names has to do)."""

    by_url_key: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    paths: set[tuple[str, ...]] = field(default_factory=set)
    hidden_roots: set[str] = field(default_factory=set)

    def add(self, row: Mapping[str, str]) -> None:
        """Take in a row of a category file: `name`, `url_key`, `path` (of the parent, "Men/Tops"), `active`."""
        name = row.get("name", "").strip()
        parent = tuple(part.strip() for part in row.get("path", "").split("/") if part.strip())
        path = (*parent, name)
        self.paths.add(path)
        self.by_url_key.setdefault(row.get("url_key", "").strip(), []).append(path)
        if not parent and row.get("active", "1").strip() == "0":
            self.hidden_roots.add(name)

    def place_names(self, names: Sequence[str]) -> Placement:
        """The placement for the sample form, names one below the other: Gear, Bags, Collections, Erin Recommends."""
        if not self.paths:
            return _placement([tuple(names[:2])] if names else [], names[2:])
        paths: list[tuple[str, ...]] = []
        for name in names:
            last = paths[-1] if paths else ()
            if (name,) in self.paths or not last:
                paths.append((name,))
            elif (*last[:-1], name) in self.paths and (*last, name) not in self.paths:
                paths.append((*last[:-1], name))
            else:
                paths[-1] = (*last, name)
        return self.place_paths(paths)

    def place_paths(self, paths: Iterable[tuple[str, ...]]) -> Placement:
        """The placement for whole paths, each from the top ("Gear", "Bags")."""
        seen: list[tuple[str, ...]] = []
        collections: list[str] = []
        for path in paths:
            if path and path[0] in self.hidden_roots:
                collections.extend(path[1:])
            elif path:
                seen.append(path)
        return _placement(seen, collections)

    def target(self, url_keys: Sequence[str]) -> str | None:
        """A promotion's `applies_to` for exactly these categories, or None where their names would catch others too."""
        paths = [path for key in url_keys for path in self.by_url_key.get(key, [])]
        shown = [path for path in paths if path[0] not in self.hidden_roots]
        if not shown or {path[0] for path in paths} != {path[0] for path in shown}:
            return None
        parts: list[str] = []
        for path in shown:
            if len(path) == 1:
                parts.append(f"category:{path[0]}")
                continue
            namesakes = {other for other in self.paths if other[1:] and other[-1] == path[-1]} - set(shown)
            has_children = any(other[: len(path)] == path and other != path for other in self.paths)
            if has_children or any(other[0] not in self.hidden_roots for other in namesakes):
                return None
            parts.append(f"subcategory:{path[-1]}")
        parts = list(dict.fromkeys(parts))
        return "; ".join(parts)


def _placement(paths: Sequence[tuple[str, ...]], collections: Iterable[str]) -> Placement:
    # A path that is the beginning of another says nothing of its own ("Gear" beside "Gear/Bags").
    deepest = sorted((path for path in paths if path), key=len, reverse=True)
    own = [path for path in deepest if not any(path != other and other[: len(path)] == path for other in deepest)]
    own = list(dict.fromkeys(own))
    if not own:
        return Placement("", None, tuple(dict.fromkeys(collections)), ())
    main = own[0]
    return Placement(
        category=main[0],
        subcategory=main[-1] if len(main) > 1 else None,
        collections=tuple(dict.fromkeys(collections)),
        paths=tuple(" > ".join(path) for path in own),
    )
