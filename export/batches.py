"""Batches of an epoch, drawn from all pools."""

import math
from collections.abc import Iterator

import torch

from export.datasets import Pool


def draw_batches(
    pools: tuple[Pool, ...], size: int, generator: torch.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield one epoch's pictures (n, 1, 28, 28) and targets (n,), mixed from all pools."""
    pictures = [torch.from_numpy(pool.examples.pictures) for pool in pools]
    targets = [torch.from_numpy(pool.examples.targets) for pool in pools]
    picks = []
    for number, pool in enumerate(pools):
        available = len(pool.examples.targets)
        rounds = math.ceil(pool.per_epoch / available)
        orders = [torch.randperm(available, generator=generator) for _ in range(rounds)]
        rows = torch.cat(orders)[: pool.per_epoch]
        picks.append(torch.stack([torch.full_like(rows, number), rows], 1))
    all_picks = torch.cat(picks)
    mixed = all_picks[torch.randperm(len(all_picks), generator=generator)]
    for chunk in mixed.split(size):
        of_pool = [chunk[chunk[:, 0] == number, 1] for number in range(len(pools))]
        x = torch.cat([p[rows] for p, rows in zip(pictures, of_pool, strict=True)])
        y = torch.cat([t[rows] for t, rows in zip(targets, of_pool, strict=True)])
        yield x[:, None], y
