"""Gradio without its stub files: nothing is written beside its sources, and its components are whole."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
import pathlib, ui, gradio
from gradio import component_meta

written = []
pathlib.Path.write_text = lambda path, *_, **__: written.append(path)

class Shell(gradio.HTML):
    EVENTS = ["change", "ask"]

with gradio.Blocks():
    Shell().ask(print)
print(component_meta.create_or_modify_pyi.__module__, written)
"""


def test_gradio_writes_no_stubs_into_the_installation_once_ui_is_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["ui.lean", "[]"]
