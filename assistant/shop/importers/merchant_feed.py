"""The three shapes of a Google Merchant feed, item by item: text (TSV or CSV), RSS 2.0 and Atom with the g: namespace.

An item is its attributes by their documented names ("image_link"), whatever the feed calls them ("image link",
"g:image_link", Atom's <link href>). XML is parsed as a stream by defusedxml: entities that a feed declares itself are
refused, and nothing outside is ever fetched. Knows no meaning of any attribute.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from assistant.shop.importers.base import ShopWriter
from assistant.shop.importers.readers import read_csv
from assistant.shop.importers.report import Place

Item = dict[str, str]
_EVERY = 5000
_GOOGLE = "{http://base.google.com/ns/1.0}"
_ITEMS = ("item", "entry")
_REQUIRED = ("id", "title", "price")


def read_feed(path: Path, writer: ShopWriter) -> Iterator[tuple[Place, Item]]:
    """The items of a feed with their place: the line in a text feed, the number of the item in XML.

    Raises ImportFailedError when the file as a whole can't be read.
    """
    with path.open("rb") as file:
        head = file.read(65536)
    if head.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise writer.fatal(Place(path.name, 1), "file", "", "is compressed", "unpack it first")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or head.startswith((b"\xff\xfe<", b"\xfe\xff\0<")):
        return _read_xml(path, writer)
    return _read_text(path, writer, "\t" if b"\t" in head.split(b"\n", 1)[0] else ",")


def _read_text(path: Path, writer: ShopWriter, delimiter: str) -> Iterator[tuple[Place, Item]]:
    checked = False
    for place, cells in read_csv(path, writer, delimiter=delimiter):
        item = {_attribute(name): cell.strip() for name, cell in cells.items()}
        if not checked:
            for name in _REQUIRED:
                if name not in item:
                    problem = f"the column {name} is missing"
                    raise writer.fatal(Place(path.name, 1), name, "", problem, "give a Google Merchant product feed")
            checked = True
        yield place, item


def _attribute(column: str) -> str:
    return column.strip().lower().removeprefix("g:").replace(" ", "_")


def _read_xml(path: Path, writer: ShopWriter) -> Iterator[tuple[Place, Item]]:
    number = 0
    with path.open("rb") as file:
        try:
            for element in _item_elements(file):
                number += 1
                if number % _EVERY == 0:
                    writer.progress(path.name, number, file.tell() / max(1, path.stat().st_size))
                yield Place(path.name, number), _item(element)
        except ParseError as error:
            line, column = error.position
            problem = f"is not well-formed XML at column {column + 1} ({str(error).split(':')[0]})"
            raise writer.fatal(Place(path.name, line), "file", "", problem, "export the feed again") from None
        except DefusedXmlException as error:
            problem = f"declares entities of its own ({type(error).__name__}), which a feed doesn't need"
            raise writer.fatal(Place(path.name, 1), "file", "", problem, "remove the DOCTYPE") from None
        except (LookupError, ValueError) as error:
            raise writer.fatal(Place(path.name, 1), "file", "", f"can't be read: {error}", "save it as UTF-8") from None
    if not number:
        problem = "has neither <item> nor <entry>"
        raise writer.fatal(Place(path.name, 1), "file", "", problem, "give an RSS 2.0 or Atom product feed")
    writer.progress(path.name, number, 1.0)


def _item_elements(file: IO[bytes]) -> Iterator[Element]:
    """Every whole item; it is taken out of the tree afterwards, so that the tree stays small."""
    open_elements: list[Element] = []
    for event, element in iterparse(file, events=("start", "end")):
        if event == "start":
            open_elements.append(element)
            continue
        open_elements.pop()
        if _local(element) in _ITEMS and len(open_elements) <= 2:
            yield element
            open_elements[-1].remove(element) if open_elements else element.clear()
        elif len(open_elements) <= 2 and not any(_local(outer) in _ITEMS for outer in open_elements):
            element.clear()  # the feed's own title, link and description


def _item(element: Element) -> Item:
    """The attributes of an item; Google's own win over RSS's and Atom's, repeated ones are joined by "; "."""
    google: dict[str, list[str]] = {}
    plain: dict[str, str] = {}
    for child in element:
        name, text = _local(child), "".join(child.itertext()).strip()
        if name == "product_detail":
            parts = [_part(child, part) for part in ("section_name", "attribute_name", "attribute_value")]
            text = ":".join([*(part.replace(":", " ") for part in parts[:2]), parts[2]]) + "\n"
        elif name == "link":
            text = text or child.get("href", "")
        elif len(child):
            continue  # shipping, tax, instalments: lists of their own
        if text and child.tag.startswith(_GOOGLE):
            google.setdefault(name, []).append(text)
        elif text:
            plain.setdefault({"summary": "description", "content": "description"}.get(name, name), text)
    joined = {name: ("" if name == "product_detail" else "; ").join(found) for name, found in google.items()}
    first_only = {name: google[name][0] for name in ("product_type", "gtin", "link", "image_link") if name in google}
    return plain | joined | first_only


def _part(element: Element, name: str) -> str:
    found: Any = next((child.text for child in element if _local(child) == name), None)
    return " ".join((found or "").split())


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
