"""Product cards as the page shows them: plain texts and addresses that are safe to load or to link.

A picture is loaded only from the shop's own folder, through this server; any other address becomes a placeholder, so
that no page of ours ever asks a foreign host for anything. Knows no HTML: the page sets every text as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, urlsplit

from assistant.types import Json

IMAGE_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}

PICTURE_HEADERS = {
    # A drawing (SVG) that is opened by itself could run scripts: this forbids it everything but its own looks.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "max-age=3600",
}

IMAGE_ROUTE = "/shop-images"


def image_file(folder: Path | None, name: str) -> Path | None:
    """The picture `name` inside the shop's picture folder; None when it is no picture, isn't there or lies outside.

    A catalogue that writes "images/boot.jpg" finds it in a folder "images" as well as in the folder around it.
    """
    if folder is None or "\x00" in name or PurePosixPath(name).suffix.lower() not in IMAGE_TYPES:
        return None
    root = folder.resolve()
    relative = PurePosixPath(name.lstrip("/"))
    inside = relative.relative_to(root.name) if relative.is_relative_to(root.name) else relative
    try:
        for path in ((root / relative).resolve(), (root / inside).resolve()):
            if path.is_relative_to(root) and path.is_file():
                return path
    except (OSError, RuntimeError):  # a longer name than any file may have, a circle of links
        pass
    return None


def image_address(folder: Path | None, image: str | None) -> str | None:
    """The address on this server of a picture that the catalogue names, or None where a placeholder belongs.

    A full address is taken by its last part only when a file of that name lies in the folder.
    """
    if not image:
        return None
    name = image
    if "://" in image or image.startswith("//"):
        try:
            name = PurePosixPath(urlsplit(image).path).name
        except ValueError:
            return None
    if image_file(folder, name) is None:
        return None
    return f"{IMAGE_ROUTE}/{quote(name.lstrip('/'))}"


def link_address(url: str | None) -> str | None:
    """A product page's address if it is one that a customer may follow (http or https), else None."""
    if not url or re.search(r"[\s\x00-\x1f\\]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def monogram(name: str) -> str:
    """One or two letters that stand in a picture's place: "Alpine Jacket" -> "AJ"."""
    words = re.findall(r"[^\W\d_]+", name)
    letters = [word[0] for word in words[:2]] or [name.strip()[:1] or "·"]
    return "".join(letters).upper()


def card_view(card: Mapping[str, Any], folder: Path | None) -> Json:
    """One card (a RECORD's, as JSON) for the page."""
    name = str(card.get("name") or card.get("product_id") or "")
    return {
        "id": str(card.get("product_id") or ""),
        "sku": card.get("sku"),
        "name": name,
        "price": str(card.get("price") or ""),
        "availability": str(card.get("availability") or ""),
        "options": str(card.get("options") or ""),
        "image": image_address(folder, card.get("image")),
        "url": link_address(card.get("url")),
        "monogram": monogram(name),
    }
