"""The README's commands, run as they stand there.

Every line of a ```sh block is run in order, in a folder that looks like the checkout; ```python blocks are run too. A
serving command (`make demo`, `backroom serve ...`) keeps running, on a free port, for the lines after it that name its
usual address. `make test` and its like are only looked up in the Makefile: they would run this test again.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process import Serving

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
USUAL_ADDRESS = re.compile(r"http://(?:127\.0\.0\.1|localhost):7860")
ELSEWHERE = ("git clone", "cd ", "sudo ", "apt-get ", "docker ")
"""What belongs to another machine, or changes this one."""
pytestmark = [pytest.mark.model, pytest.mark.timeout(600)]


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """`(language, content)` of the fenced blocks that are run."""
    for language, content in re.findall(r"^```(\w+)[^\n]*\n(.*?)^```", text, re.M | re.S):
        if language in ("sh", "bash", "shell", "console", "python"):
            yield language, content


def commands(block: str) -> Iterator[str]:
    """The commands of a shell block: continued lines and here-documents are one command; comments are left out."""
    lines = iter(block.splitlines())
    for line in lines:
        command = line.removeprefix("$ ").rstrip()
        while command.endswith("\\"):
            command = f"{command[:-1]} {next(lines).strip()}"
        if mark := re.search(r"<<-?\s*['\"]?(\w+)", command):
            for more in lines:
                command += "\n" + more
                if more.strip() == mark.group(1):
                    break
        if command.strip() and not command.lstrip().startswith("#"):
            yield command.strip()


class Reader:
    """Somebody who follows the README in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server: Serving | None = None
        self.done: list[str] = []
        for entry in ROOT.iterdir():
            if entry.name != ".git" and not entry.name.endswith((".db", ".db.key")):
                (folder / entry.name).symlink_to(entry)

    def follow(self, language: str, block: str) -> None:
        if language == "python":
            self.run([sys.executable, "-c", self.addressed(block)], block)
            return
        for command in commands(block):
            words = shlex.split(command.split("\n", 1)[0], comments=True)
            words[0] = Path(words[0]).name  # .venv/bin/backroom
            if command.startswith(ELSEWHERE):
                continue
            if words[0] == "make":
                self.run(["make", "-n", *words[1:]], command)
            if words[:2] in (["make", "demo"], ["backroom", "demo"], ["backroom", "serve"]):
                self.serve(words)
            elif words[0] != "make":
                self.run(["sh", "-c", self.addressed(command)], command)

    def serve(self, words: list[str]) -> None:
        self.stop()
        arguments = words[2:]
        if "--port" in arguments:
            place = arguments.index("--port")
            del arguments[place : place + 2]
        if words[1] == "demo":
            arguments.append("--no-browser")
        os.chdir(self.folder)
        self.server = Serving(arguments, command=words[1]).__enter__()
        self.done.append(" ".join(words))

    def run(self, command: list[str], shown: str) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            command, cwd=self.folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"the README's {shown!r} fails: {done.stdout[-500:]}{done.stderr[-2000:]}"
        self.done.append(shown)

    def addressed(self, text: str) -> str:
        return USUAL_ADDRESS.sub(self.server.address, text) if self.server else text

    def stop(self) -> None:
        if self.server is not None:
            self.server.__exit__()
            self.server = None


def test_the_readme_s_commands_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    reader = Reader(tmp_path)
    try:
        for language, block in blocks(README.read_text("utf-8")):
            reader.follow(language, block)
    finally:
        reader.stop()
    assert {"make demo", "make test"} <= set(reader.done), reader.done


def test_every_command_of_the_readme_is_found() -> None:
    block = "# a comment\n$ make demo\nbackroom ask \\\n  'x'  # why\ncat > f <<'END'\nline\nEND\n"
    assert list(commands(block)) == ["make demo", "backroom ask  'x'  # why", "cat > f <<'END'\nline\nEND"]
    assert list(blocks("text\n```sh\nmake\n```\n```json\n{}\n```\n")) == [("sh", "make\n")]
