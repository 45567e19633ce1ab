"""`backroom bench`: measurements on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import PLAIN, AsJson, Model, print_json

app = typer.Typer(help="Measurements on this machine.", no_args_is_help=True, **PLAIN)


@app.callback()
def _root() -> None:
    pass


@app.command()
def engine(
    customers: Annotated[int, typer.Option("--customers", min=1, max=256, help="Simulated customers at once.")] = 16,
    turns: Annotated[int, typer.Option("--turns", min=1, max=50, help="Turns of each customer.")] = 6,
    think: Annotated[
        float, typer.Option("--think", min=0.0, help="Seconds that a customer reads between turns.")
    ] = 0.0,
    model: Model = None,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="Threads, for all engines.")] = None,
    peer: Annotated[
        list[str] | None,
        typer.Option("--peer", help="Compare with this one only (repeat it for more); none: only our own."),
    ] = None,
    llama_server: Annotated[
        Path | None, typer.Option("--llama-server", metavar="FILE", help="The binary; else $LLAMA_SERVER, else built.")
    ] = None,
    build: Annotated[bool, typer.Option(help="Fetch and build peers that aren't here (minutes).")] = True,
    try_settings: Annotated[bool, typer.Option("--try/--no-try", help="Find each peer's best settings first.")] = True,
    limit: Annotated[float, typer.Option("--limit", min=5.0, help="Seconds at most for each engine.")] = 300.0,
    as_json: AsJson = False,
) -> None:
    """Compare our engine with llama-server, llama_cpp.server and xllamacpp under the load of a shop, side by side."""
    from assistant.bench.engine import PEERS, Plan, run
    from assistant.errors import UsageError

    chosen = PEERS if peer is None else tuple(name for name in peer if name != "none")
    if unknown := [name for name in chosen if name not in PEERS]:
        raise UsageError(f"no peer is called {unknown[0]!r}; choose from {', '.join(PEERS)}, or none")
    plan = Plan(customers, turns, think, model, threads, chosen, llama_server, build, try_settings, limit)
    results = run(plan, lambda line: typer.echo(line, err=True))
    if as_json:
        print_json(results)
        return
    for name, figures in results["engines"].items():
        first = figures["first_token_s"]["all"] or {"p50": 0.0, "p95": 0.0}
        typer.echo(
            f"{name:<18} {figures['output_tokens_per_s']:>8.1f} tokens/s {figures['output_tokens_per_cpu_s']:>8.1f} "
            f"per CPU second   first token p50 {first['p50']:.2f} s, p95 {first['p95']:.2f} s"
        )
    for name, ratio in results["ratio_output_tokens_per_s"].items():
        typer.echo(f"{ratio:.2f} times {name}")
