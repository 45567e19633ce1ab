"""How long an operator and a first customer wait: `backroom serve` from start to ready, and the first answer's words.

    python tests/bench/bench_serve.py [--runs N] [--out tests/bench/results/serve.json]

Each run is a process of its own on the demo shop, as `backroom serve` starts it, in a home of its own. `ready_s` is
until /readyz would say so, `first_words_s` until the first sentence of the first answer, `page_s` until the chat's
page is there. `ready_cpu_s` and `page_cpu_s` are the processor time of the server's own process until then: the same on
a busy machine. Knows no internals: it starts the command and speaks HTTP.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.process import Serving, backroom  # noqa: E402

QUESTION = "Is the Squall Rain Jacket available in red in size M?"


def one_run(db: str) -> dict[str, float]:
    """One start, one page, one streamed answer."""
    with Serving(["--db", db]) as server:
        ready_cpu_s = cpu_s(server.process.pid)
        body = {"user": "bench", "stream": True, "messages": [{"role": "user", "content": QUESTION}]}
        request = urllib.request.Request(
            server.address + "/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        asked = time.monotonic()
        first: float | None = None
        with urllib.request.urlopen(request, timeout=120) as response:
            for line in response:
                if first is None and b'"content":"' in line and b'"content":""' not in line:
                    first = time.monotonic() - asked
                if b'"backroom"' in line:
                    record: dict[str, Any] = json.loads(line.removeprefix(b"data: "))["backroom"]
        whole = time.monotonic() - asked
        server.get("/")
        page, page_cpu_s = time.monotonic() - server.began, cpu_s(server.process.pid)
    steps = {f"ms_{name}": ms for name, ms in record["ms"].items()}
    clock = {"ready_s": server.ready_s, "first_words_s": first or whole, "answer_s": whole, "page_s": page}
    return {**clock, "ready_cpu_s": ready_cpu_s, "page_cpu_s": page_cpu_s, **steps}


def cpu_s(pid: int) -> float:
    """Processor time of one process, its children's not counted."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(HOME=home, XDG_DATA_HOME=f"{home}/data", XDG_CONFIG_HOME=f"{home}/config")
        os.chdir(home)
        db = f"{home}/shop.db"
        done = backroom("import", "shop", str(ROOT / "assistant" / "shop" / "demo"), "--db", db)
        if done.returncode:
            parser.exit(done.returncode, done.stderr)
        runs = [one_run(db) for _ in range(args.runs)]
    names = dict.fromkeys(name for run in runs for name in run)
    median = {name: round(statistics.median(run[name] for run in runs if name in run), 3) for name in names}
    result = {"question": QUESTION, "median": median, "runs": args.runs, **machine()}
    print(json.dumps(result, indent=1))
    if args.out:
        (ROOT / args.out).write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def machine() -> dict[str, Any]:
    """What this ran on, and how busy that was."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT)
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "cpu": f"{os.cpu_count()} cores, {platform.machine()}, {cpu}",
        "load": round(os.getloadavg()[0], 2),
    }


if __name__ == "__main__":
    main()
