"""Runs inside a network namespace that has only loopback: uses Backroom there and counts attempts to leave the machine.

An attempt to reach any outside address has no route here, and the kernel counts it (OutNoRoutes, for IPv4 and IPv6). A
name look-up counts too: the resolver's address is replaced by one outside. Prints one JSON line:
`{"attempts", "ready_s", ...}`. With the argument "--attempt", it makes one deliberate attempt of each kind instead: the
test of the test. Not a test by itself; `test_network.py` starts it with `unshare`.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.process import Serving, backroom

SIOCSIFFLAGS, IFF_UP, IFF_LOOPBACK = 0x8914, 0x1, 0x8
DELIBERATE = """
import socket
for attempt in (
    lambda: socket.create_connection(("198.51.100.7", 443), 2),
    lambda: socket.create_connection(("2001:db8::7", 443), 2),
    lambda: socket.getaddrinfo("example.com", 443),
):
    try:
        attempt()
    except OSError:
        pass
"""


def only_loopback() -> None:
    """Brings loopback up, and points the resolver outside, so that looking up a name counts as an attempt."""
    with socket.socket() as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP | IFF_LOOPBACK))
    with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False) as resolver:
        resolver.write("nameserver 192.0.2.53\noptions timeout:1 attempts:1\n")
    subprocess.run(["mount", "--bind", resolver.name, "/etc/resolv.conf"], check=True)
    names = [line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()[2:]]
    routes = Path("/proc/net/route").read_text().splitlines()[1:]
    assert not [route for route in routes if route.split()[0] != "lo"], routes
    assert "lo" in names


def num_attempts() -> int:
    """Packets that had nowhere to go, in this namespace, since it was made."""
    fields, values = [
        line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:")
    ]
    v4 = int(values[fields.index("OutNoRoutes")])
    v6 = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines() if len(line.split()) == 2)
    return v4 + int(v6.get("Ip6OutNoRoutes", 0))


def use_backroom(folder: Path) -> dict[str, Any]:
    """A working day: import, doctor, ask, serve with API and browser chat, every page that the server has."""
    shop = Path(__file__).resolve().parents[2] / "assistant" / "shop" / "demo"
    db = str(folder / "shop.db")
    assert backroom("import", "shop", str(shop), "--db", db).returncode == 0
    backroom("doctor", "--db", db)
    assert backroom("models", "list").returncode == 0
    asked = backroom("ask", "Which boots are waterproof?", "--db", db)
    assert asked.returncode == 0 and asked.stdout.strip(), asked.stderr
    with Serving(["--db", db]) as server:
        answer = server.ask("How much is the Squall Rain Jacket?", "visit")
        streamed = server.ask("and in red?", "visit", stream=True)
        assert "[DONE]" in streamed
        pages = {
            path: server.get(path)[0] for path in ("/", "/docs", "/openapi.json", "/healthz", "/metrics", "/v1/models")
        }
        exit_code = server.stop(15)
        return {
            "ready_s": round(server.ready_s, 2),
            "reply": answer["backroom"]["reply"],
            "pages": pages,
            "exit": exit_code,
        }


def main() -> None:
    only_loopback()
    with tempfile.TemporaryDirectory() as folder:
        before = num_attempts()
        result = use_backroom(Path(folder)) if "--attempt" not in sys.argv else {}
        if "--attempt" in sys.argv:
            subprocess.run([sys.executable, "-c", DELIBERATE], check=True)
        result["attempts"] = num_attempts() - before
    print(json.dumps(result))


if __name__ == "__main__":
    main()
