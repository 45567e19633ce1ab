"""Activated LoRA: matrices that set in behind the beginning that all prompts share, and leave that to the base.

So what an engine has computed of it serves the base and every such adapter. The tokens that switch an adapter on are
the last of the shared beginning ("user", "Customer", ":"); they are noted in PEFT's own form
(`alora_invocation_tokens`; Greenewald et al., "Activated LoRA", arXiv 2504.12397). Rows of several examples have that
beginning once, at their front. Knows no data and no engine.
"""

from __future__ import annotations

from typing import Any

from assistant.errors import UsageError

_LENGTH = 4
"""Invoking tokens: enough that nobody else begins so, few enough to leave the rest shared."""


def activate(model: Any, prefix: tuple[int, ...]) -> tuple[int, ...]:
    """Keep a PEFT model's fresh matrices from what comes before the last tokens of `prefix`, in rows that begin with
    it, and note those tokens in its configuration. Returns them; raises UsageError where too little is shared."""
    place = len(prefix) - _LENGTH
    if place < 1:
        raise UsageError(
            f"the prompts share {len(prefix)} tokens only; an activated adapter needs more, set activated = false"
        )
    config = model.peft_config["default"]
    if config.use_dora:
        raise UsageError("DoRA changes weights for good and can't be activated; set dora = false or activated = false")

    def from_place(_module: Any, _inputs: Any, out: Any) -> Any:
        kept = out.clone()
        kept[..., :place, :] = 0
        return kept

    for name, module in model.named_modules():
        if name.endswith("lora_A.default"):
            module.register_forward_hook(from_place)
    config.alora_invocation_tokens = list(prefix[place:])
    return prefix[place:]
