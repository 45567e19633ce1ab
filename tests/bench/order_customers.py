"""Makes up scripted customers with new goals and wordings out of a tau2 `db.json`, with the writes that are right.

    scripts, tasks = make(db, number=120, seed=7, held=False)

The scripts are in the format of ../shared/customers; what is right is worked out here from the rows alone. Goals of
`HELD_KINDS` and voices with `held` occur only when `held` is asked for. The same seed gives the same customers. Knows
nothing of the assistant; a script whose expected writes the scorer would reject isn't made.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from order_asks import Asks
from order_goals import Goals
from order_rows import Made
from order_swaps import Swaps
from order_voices import VOICES, lowered

Json = dict[str, Any]
HELD_KINDS = frozenset({"return_but", "two_out", "like", "or_return", "ship_other", "leave_part", "bigger"})
_LATER = frozenset({"rethink"})
"""Kinds that came with the second round of voices."""
_EASY = frozenset({"count", "home", "price", "total", "track", "ship"})


class Maker(Goals, Swaps, Asks):
    """All goals of one customer."""


KINDS: dict[str, Callable[[Maker], bool]] = {
    name: getattr(Maker, name)
    for name in (
        "cancel", "cancel_all", "part", "leave_part", "back", "return_but", "return_whole", "swap_in", "swap_out",
        "two_in", "two_out", "mind", "extreme", "bigger", "like", "or_want", "or_return", "pay", "ship", "ship_home",
        "ship_other", "home", "total", "track", "price", "count", "rethink",
    )
}  # fmt: skip


def make(db: Json, number: int, seed: int, held: bool, around: int = 1) -> tuple[list[Json], dict[str, Json]]:
    """`number` scripts and their tasks. `held`: voices and goals for measuring, the goals mixed with others. `around`:
    which round of voices speaks; the second one's differ from the first one's in how they build what they say."""
    import score

    rng = random.Random(f"{seed}/{held}" + f"/{around}" * (around > 1))
    users = [u for u in db["users"] if (len(u) % 3 == 0) == held and len(db["users"][u]["orders"]) >= 2]
    voices = [v for v in VOICES if v["held"] == held and v.get("round", 1) == around]
    scripts: list[Json] = []
    tasks: dict[str, Json] = {}
    while len(scripts) < number:
        voice, user = rng.choice(voices), rng.choice(users)
        maker = Maker(db, user, voice, rng)
        kinds = [k for k in KINDS if (held or k not in HELD_KINDS) and (around > 1 or k not in _LATER)]
        tried = sorted(rng.sample(kinds, len(kinds)), key=lambda k: k in _EASY and rng.random() < 0.75)
        if held:
            tried.sort(key=lambda k: k not in HELD_KINDS and rng.random() < 0.6)
        aim = rng.choice([1, 1, 2, 2, 3])
        names = []
        for kind in tried:
            if len(names) >= aim:
                break
            before = Made(*(list(x) for x in vars(maker.made).values()))
            if KINDS[kind](maker):
                names.append(kind)
            else:
                maker.made = before
        if rng.random() < 0.3:
            maker.refund()
        actions = maker.made.actions
        if not names or score.apply_all(db, [(a["name"], a["arguments"]) for a in actions])[1]:
            continue
        name = f"{'h' if held else 'd'}{len(scripts)}-{voice['name']}-{'-'.join(names)}"
        scripts.append(_script(name, maker, rng))
        tasks[name] = {"id": name, "evaluation_criteria": {"actions": actions, "communicate_info": maker.made.tell}}
    return scripts, tasks


def _script(name: str, maker: Maker, rng: random.Random) -> Json:
    goals, user = maker.made.goals, maker.user
    plain = [g for g in goals if not g.get("hidden")]
    first, pause, rest = plain[0]["say"].partition("|")
    if pause:  # said in two messages
        opening, plain[0]["say"] = first, rest
    else:
        stated = plain[: 2 if len(plain) > 1 and rng.random() < 0.3 else 1]
        opening = " ".join(g["say"] if g["say"][-1] in ".?!" or g is stated[-1] else f"{g['say']}." for g in stated)
        for goal in stated:
            goal["stated"] = True
    for goal in goals:
        goal["say"] = goal["say"].replace("|", " ")
    script: Json = {
        "id": name, "truth": user["user_id"], "name": [user["name"]["first_name"], user["name"]["last_name"]],
        "open": maker.say("hello") + opening.replace("|", " "), "goals": goals, "rules": maker.made.rules,
    }  # fmt: skip
    if maker.voice.get("typos"):
        script["typos"] = True
    if maker.voice.get("lower"):
        lowered(script)
    if rng.random() < 0.5:
        script["email"] = user["email"]
    else:
        script["zip"] = user["address"]["zip"]
    return script
