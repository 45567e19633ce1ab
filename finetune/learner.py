"""The model in training: losses of rows, updates, and the sum over processes. Knows no data, no budget and no files.

Run by `accelerate launch` or torchrun with several processes, each takes its share of an update's rows and gradients
are summed: the same updates as with one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from finetune.base import load_base, with_lora
from finetune.pack import Row
from finetune.train_settings import TrainSettings


def best_dtype(wanted: str, device: str) -> str:
    """`wanted`, or for "auto" what the hardware multiplies fastest."""
    if wanted != "auto":
        return wanted
    cpu = Path("/proc/cpuinfo")
    fast = device != "cpu" or (cpu.is_file() and "amx_bf16" in cpu.read_text())
    return "bfloat16" if fast else "float32"


def short_name(name: str) -> str:
    """A LoRA matrix's name without the model's part in front and PEFT's behind."""
    return name[name.index("layers.") :].removesuffix(".default.weight")


class Learner:
    """Owns the model, its optimizer and this process's place among the others."""

    def __init__(self, base: Path, settings: TrainSettings) -> None:
        import torch

        os.environ.setdefault("GOMP_SPINCOUNT", "0")
        if settings.threads:
            torch.set_num_threads(settings.threads)
        self.settings = settings
        self.rank, self.world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        self.device = self._join()
        self.model = with_lora(
            load_base(base, best_dtype(settings.dtype, self.device), self.device), settings.rank, settings.alpha,
            layers=settings.layers,
            rslora=settings.rslora, dora=settings.dora, dropout=settings.dropout, seed=settings.seed,
        )  # fmt: skip
        self.trained = {n: p for n, p in self.model.named_parameters() if p.requires_grad}
        self.optimizer = torch.optim.AdamW(
            list(self.trained.values()), lr=settings.lr, weight_decay=settings.weight_decay
        )

    def _join(self) -> str:
        """The device; with several processes their group is joined."""
        import torch

        wanted = self.settings.device
        device = ("cuda" if torch.cuda.is_available() else "cpu") if wanted == "auto" else wanted
        if self.world > 1 and not torch.distributed.is_initialized():
            torch.distributed.init_process_group("nccl" if device == "cuda" else "gloo")
            device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if device == "cuda" else device
        return device

    def close(self) -> None:
        """Leave the group of processes, where there is one."""
        import torch

        if self.world > 1 and torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()

    def begin_with(self, matrices: Mapping[str, Any]) -> None:
        """Set the matrices to those of an earlier adapter ("layers.3.mlp.up_proj.lora_A" -> array).

        Raises UsageError when they aren't the ones that are trained here.
        """
        import torch

        mine = {short_name(n): p for n, p in self.trained.items()}
        if {n: tuple(p.shape) for n, p in mine.items()} != {n: m.shape for n, m in matrices.items()}:
            raise UsageError(
                f"the adapter {self.settings.start_from} has other matrices than are trained here; "
                "set the same rank and layers, or leave start_from out"
            )
        with torch.no_grad():
            for name, parameter in mine.items():
                parameter.copy_(torch.from_numpy(matrices[name]))

    def restore(self, weights: Mapping[str, Any], optimizer: Mapping[str, Any]) -> None:
        """Go back to a checkpoint's matrices and moments."""
        import torch

        with torch.no_grad():
            for name, parameter in self.trained.items():
                parameter.copy_(weights[name])
        self.optimizer.load_state_dict(dict(optimizer))

    def update(self, batch: Sequence[Row], rate: float, seed: int, kept: Sequence[Row] = ()) -> float:
        """One update from these rows; returns the mean loss per supervised token, over all processes. In the rows
        `kept` leaving the base costs `keep` times the divergence from it, which isn't in the loss returned."""
        import torch

        count = sum(len(row.labels) for row in batch)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        total = 0.0
        self.model.train()
        torch.manual_seed(seed)
        for row in batch[self.rank :: self.world]:
            loss = self._loss(row) / count
            loss.backward()
            total += float(loss.detach())
        for row in kept[self.rank :: self.world]:
            (self._left(row) * (self.settings.keep / sum(len(each.labels) for each in kept))).backward()
        if self.world > 1:
            total = self._sum_over_processes(total)
        torch.nn.utils.clip_grad_norm_(list(self.trained.values()), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=False)
        return total

    def mean_loss(self, rows: Sequence[Row]) -> float:
        """The mean loss per supervised token, without learning from it."""
        import torch

        self.model.eval()
        with torch.no_grad():
            total = sum(float(self._loss(row)) for row in rows)
        return total / max(1, sum(len(row.labels) for row in rows))

    def from_the_first(self, value: float) -> float:
        """The first process's value: clocks differ, and all have to end with the same step."""
        if self.world == 1:
            return value
        import torch

        shared = torch.tensor([value], dtype=torch.float64, device=self.device)
        torch.distributed.broadcast(shared, 0)
        return float(shared)

    def _sum_over_processes(self, total: float) -> float:
        import torch

        for parameter in self.trained.values():
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            torch.distributed.all_reduce(parameter.grad)
        value = torch.tensor([total], device=self.device)
        torch.distributed.all_reduce(value)
        return float(value)

    def _loss(self, row: Row) -> Any:
        """The summed loss of a row's supervised tokens."""
        import torch

        labels = torch.from_numpy(row.labels).to(self.device)
        return torch.nn.functional.cross_entropy(self._logits(row), labels, reduction="sum")

    def _left(self, row: Row) -> Any:
        """The summed Kullback-Leibler divergence of the base's next tokens from the adapter's, in nats."""
        import torch

        with torch.no_grad(), self.model.disable_adapter():
            theirs = self._logits(row).log_softmax(-1)
        ours = self._logits(row).log_softmax(-1)
        return torch.nn.functional.kl_div(ours, theirs, reduction="sum", log_target=True)

    def _logits(self, row: Row) -> Any:
        """(num_supervised, vocab_size): the logits of the places before a row's supervised tokens, and of no other."""
        import torch

        def tensor(array: Any) -> Any:
            return torch.from_numpy(array).to(self.device)

        inner = self.model.get_base_model()
        hidden = inner.model(
            input_ids=tensor(row.ids)[None],
            position_ids=tensor(row.positions)[None],
            attention_mask=tensor(row.mask())[None, None],
            use_cache=False,
        ).last_hidden_state[0]
        return inner.lm_head(hidden[tensor(row.sources)]).float()
