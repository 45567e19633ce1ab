"""Opens a model's vocabulary and chat template in a process that may crash, hang or swell, before ours opens them.

llama.cpp ends the process over some broken vocabularies, and a chat template is a program: `read_header` can't foresee
all of that. `try_out` is for files that no catalogue knows by their hash. The process is
`python -m assistant.engine.tryout FILE`. Knows no request and no weights.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from assistant.engine.gguf import read_header
from assistant.engine.launch import engine_environment
from assistant.errors import ModelError

_TIME_S, _MEMORY = 20, 2 << 30


def try_out(path: Path) -> None:
    """Raises ModelError when the vocabulary can't be read, or the template not rendered, within 20 s and 2 GiB."""
    read_header(path)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "assistant.engine.tryout", str(path)],
            capture_output=True,
            env=engine_environment(),
            timeout=3 * _TIME_S,
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"{path}: its vocabulary and chat template take too long; use another model file") from None
    if done.returncode < 0:
        how = signal.Signals(-done.returncode).name
        raise ModelError(
            f"{path}: llama.cpp doesn't survive its vocabulary or template ({how}); use another model file"
        )
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ModelError(lines[-1] if lines else f"{path} can't be opened; use another model file")


def main() -> None:
    """Entry point of the process: exit code 0, or 1 with what is wrong as the last line of stderr."""
    path = Path(sys.argv[1])
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (_TIME_S, _TIME_S))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY + path.stat().st_size,) * 2)
    except (ImportError, OSError, ValueError):
        pass  # no limits where the system has none; the time limit of the caller holds
    from assistant.engine.tokenizer import LlamaTokenizer

    try:
        tokenizer = LlamaTokenizer(path)
        asked = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
        more = [{"role": "assistant", "content": "a"}, {"role": "user", "content": "u"}]
        for messages in (asked[:1], asked, asked + more):
            try:
                tokenizer.chat(messages)
            except ModelError:
                continue  # a template may refuse a system text; those who need one will be told
        tokenizer.decode(tokenizer.encode("Größe 42, naïve café; 日本語.\n"))
    except Exception as error:
        name = "" if isinstance(error, ModelError) else f"{path}: {type(error).__name__}: "
        sys.exit(f"{name}{str(error) or 'it takes too much memory'}".replace("\n", " "))


if __name__ == "__main__":
    main()
