"""Faults of the running server with the real model: kills, a full disk, a lock, cut connections, a lost model file.

After each nothing acknowledged is lost, no turn is half written, the audit chain verifies, /readyz says it is back.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from assistant.models import ModelStore
from assistant.runtime import DEMO_SHOP
from assistant.store.connections import connect
from assistant.store.keys import cipher_key, find_key
from tests.faults.harness import Load, as_json, assert_whole, note, ready
from tests.process import Serving, backroom

pytestmark = [
    pytest.mark.model,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        "FAULTS_OUT" not in os.environ, reason="minutes of starting and killing servers: make test-faults"
    ),
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shop, imported once; tests copy it."""
    path = tmp_path_factory.mktemp("faults") / "shop.db"
    done = backroom("import", "shop", str(DEMO_SHOP), "--db", str(path))
    assert done.returncode == 0, done.stderr
    return path


def copy_of(demo: Path, folder: Path) -> Path:
    for suffix in ("", ".key", ".audit"):
        if (file := demo.with_name(demo.name + suffix)).exists():
            shutil.copy2(file, folder / file.name)
    return folder / demo.name


@pytest.fixture(scope="module")
def server(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Serving, Path]]:
    """One server for the faults that it has to outlive."""
    path = copy_of(demo, tmp_path_factory.mktemp("served"))
    with Serving(["--db", str(path)]) as running:
        yield running, path


def engine_pid(server: Serving) -> int:
    """The engine's process: the child that has the model."""
    found = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True).stdout.split()
    assert found
    return int(found[0])


def test_the_engine_is_killed(server: tuple[Serving, Path]) -> None:
    running, path = server
    with Load(running) as load:
        load.wait_for(3)
        os.kill(engine_pid(running), signal.SIGKILL)
        began = time.monotonic()
        load.wait_for(2)
        back_s = time.monotonic() - began
        os.kill(engine_pid(running), signal.SIGKILL)
        load.wait_for(2)
    assert set(load.statuses) <= {200, 503}, load.statuses
    ready(running)
    note("engine killed twice", back_s=round(back_s, 2), **assert_whole(path, load.acknowledged))


def test_connections_drop_in_the_middle_of_an_answer(server: tuple[Serving, Path]) -> None:
    running, path = server
    address = urlsplit(running.address)
    body = json.dumps({"user": "drop", "stream": True, "messages": [{"role": "user", "content": "Tell me about mugs"}]})
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()
    for number in range(20):
        with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
            connection.sendall(request.replace(b'"drop"', b'"dr%02d"' % number))
            if number % 2:
                connection.recv(64)
    with Load(running) as load:
        load.wait_for(3)
    ready(running)
    deadline = time.monotonic() + 30
    while as_json(running, "/readyz")["engine"]["running"] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert as_json(running, "/readyz")["engine"]["running"] == 0, "a slot is held for somebody who left"
    note("20 connections dropped", **assert_whole(path, load.acknowledged))


def test_the_database_is_locked_by_another_process(server: tuple[Serving, Path]) -> None:
    running, path = server
    with Load(running) as load:
        load.wait_for(2)
        holder = connect(path, cipher_key(find_key(path, None, True), path), 5.0)
        holder.execute("BEGIN IMMEDIATE")
        time.sleep(8)
        assert running.get("/readyz")[0] == 503, "it says that it can't write"
        holder.execute("ROLLBACK")
        holder.close()
        began = time.monotonic()
        load.wait_for(3)
        back_s = time.monotonic() - began
    assert set(load.statuses) <= {200, 503}, load.statuses
    ready(running)
    note("database locked for 8 s", back_s=round(back_s, 2), **assert_whole(path, load.acknowledged))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB; skipped where mounting isn't allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip("no right to mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_the_disk_is_full(demo: Path, small_disk: Path) -> None:
    path = copy_of(demo, small_disk)
    with Serving(["--db", str(path)]) as running:
        with Load(running) as load:
            load.wait_for(2)
            filler = small_disk / "filler"
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as out:
                while True:
                    out.write(b"x" * 4096)
            deadline = time.monotonic() + 60
            while not load.statuses[503]:
                assert time.monotonic() < deadline, f"the disk doesn't matter to it: {load.statuses}"
                time.sleep(0.1)
            assert running.get("/readyz")[0] == 503
            filler.unlink()
            began = time.monotonic()
            load.wait_for(3)
            back_s = time.monotonic() - began
        assert set(load.statuses) <= {200, 503}, load.statuses
        ready(running)
        row = assert_whole(path, load.acknowledged)
    note("disk full", back_s=round(back_s, 2), **row)


def test_the_server_is_killed(demo: Path, tmp_path: Path) -> None:
    path = copy_of(demo, tmp_path)
    with Serving(["--db", str(path)]) as running, Load(running) as load:
        load.wait_for(4)
        running.stop(signal.SIGKILL)
    acknowledged = list(load.acknowledged)
    with Serving(["--db", str(path)]) as running:
        restart_s = running.ready_s
        ready(running)
        with Load(running) as load:
            load.wait_for(2)
        row = assert_whole(path, acknowledged + load.acknowledged)
    note("server killed", restart_s=round(restart_s, 1), **row)


def test_the_model_file_breaks(demo: Path, tmp_path: Path) -> None:
    """While it serves the file is swapped for rubbish, and the engine dies; a good file brings it back."""
    path, model = copy_of(demo, tmp_path), tmp_path / "model.gguf"
    good = ModelStore().path("smollm2-135m")
    shutil.copyfile(good, model)
    with Serving(["--db", str(path), "--model", str(model)]) as running:
        with Load(running) as load:
            load.wait_for(2)
            model.unlink()
            model.write_bytes(b"GGUF" + os.urandom(2048))
            os.kill(engine_pid(running), signal.SIGKILL)
            deadline = time.monotonic() + 30
            while running.get("/readyz")[0] == 200 and time.monotonic() < deadline:
                time.sleep(0.1)
            assert running.get("/readyz")[0] == 503
            time.sleep(1)
            model.unlink()
            shutil.copyfile(good, model)
            back_s = ready(running, 90)
            load.wait_for(2)
        assert set(load.statuses) <= {200, 503}, load.statuses
        row = assert_whole(path, load.acknowledged)
    note("model file broken", back_s=round(back_s, 2), **row)


def test_a_broken_model_is_refused_at_the_start(demo: Path, tmp_path: Path) -> None:
    path, model = copy_of(demo, tmp_path), tmp_path / "model.gguf"
    model.write_bytes(b"GGUF" + b"\xff" * 4096)
    done = backroom("serve", "--db", str(path), "--model", str(model), "--port", "0", timeout=120)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr, done.stderr
    note("broken model at start", **assert_whole(path, []))
