"""How much personal data the masking finds, and how much else it masks, on the templated texts of ../shared/data/pii.

    python tests/bench/bench_pii.py dev [--errors N]        two thirds of the templates: some were trained on
    python tests/bench/bench_pii.py heldout --out FILE      the third that was not

A span counts as found when nine tenths of its letters and digits are masked; a mask is right when it touches personal
data. A date is personal where somebody is born on it. Places, organisations, job titles and other dates are not
personal data here: masking them counts as wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

from assistant.machine import measured_on
from assistant.privacy.pii import EVERYTHING, PERSONAL, find
from assistant.screen.secrets import find_secrets

SHARED = Path(os.environ.get("BACKROOM_SHARED_DATA", "../shared/data")) / "pii"
PERSONAL_TYPES = frozenset(
    "PERSON ADDRESS STREET_ADDRESS ZIP_CODE PHONE_NUMBER EMAIL_ADDRESS CREDIT_CARD IBAN_CODE US_SSN US_DRIVER_LICENSE "
    "IP_ADDRESS DOMAIN_NAME BIRTH_DATE".split()
)
_BIRTH = re.compile(r"\b(?:born|birth|birthday)\b", re.IGNORECASE)


def is_held_out(template: int) -> bool:
    """The same third as finetune/names_head.py leaves out."""
    return template % 3 == 2


def masked_positions(text: str, kinds: frozenset[str]) -> list[tuple[int, int]]:
    """[start, end) of everything masked in `text`."""
    return sorted([(s.start, s.end) for s in find(text, kinds=kinds)] + [(h.start, h.end) for h in find_secrets(text)])


def _kind(span: dict[str, Any], text: str) -> str:
    """What a span is; a date of birth is annotated as any date."""
    before = text[max(0, span["start_position"] - 50) : span["start_position"]]
    is_birth = span["entity_type"] == "DATE_TIME" and _BIRTH.search(before)
    return "BIRTH_DATE" if is_birth else str(span["entity_type"])


def measure(rows: list[dict[str, Any]], *, everything: bool = False, errors: int = 0) -> dict[str, Any]:
    """Recall by type, and precision over all masks."""
    kinds = EVERYTHING if everything else PERSONAL
    there: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right = wrong = near = 0
    for row in rows:
        text = row["full_text"]
        masked = masked_positions(text, kinds)
        covered = {i for a, b in masked for i in range(a, b)}
        gold = [(s["start_position"], s["end_position"], _kind(s, text)) for s in row["spans"]]
        for start, end, kind in gold:
            letters = [i for i in range(start, end) if text[i].isalnum()]
            there[kind] += 1
            hit = bool(letters) and sum(i in covered for i in letters) >= 0.9 * len(letters)
            found[kind] += hit
            if not hit and errors and (everything or kind in PERSONAL_TYPES):
                errors -= 1
                print(f"missed {kind}: {text[start:end]!r} in {text[max(0, start - 60) : end + 30]!r}")
        for start, end in masked:
            touching = {k for a, b, k in gold if start < b and a < end}
            if touching & PERSONAL_TYPES or (everything and touching):
                right += 1
            else:
                wrong += 1
                near += bool(touching)
                if errors:
                    errors -= 1
                    print(f"wrong {sorted(touching)}: {text[start:end]!r} in {text[max(0, start - 60) : end + 30]!r}")
    counted = [k for k in there if everything or k in PERSONAL_TYPES]
    return {
        "texts": len(rows),
        "spans": sum(there[k] for k in counted),
        "recall": round(sum(found[k] for k in counted) / max(1, sum(there[k] for k in counted)), 4),
        "precision": round(right / max(1, right + wrong), 4),
        "precision_if_places_and_the_like_count": round((right + near) / max(1, right + wrong), 4),
        "recall_by_type": {k: [round(found[k] / there[k], 3), there[k]] for k in sorted(counted)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("dev", "heldout"))
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--everything", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    results: dict[str, Any] = {"part": options.part, **measured_on()}
    for name in ("presidio_generated_large", "presidio_synth_dev"):
        rows = json.loads((SHARED / f"{name}.json").read_text("utf-8"))
        rows = [r for r in rows if is_held_out(int(r["template_id"] or 0)) == (options.part == "heldout")]
        began = time.process_time()
        results[name] = measure(rows, everything=options.everything, errors=options.errors)
        results[name]["cpu_ms_per_text"] = round(1e3 * (time.process_time() - began) / max(1, len(rows)), 2)
    print(json.dumps(results, indent=1))
    if options.out:
        options.out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
