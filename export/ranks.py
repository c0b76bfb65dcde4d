"""Several processes, on one machine or many, that train one network; torchrun starts them.

Each takes its share of every batch; the gradients are added up in one message a step, so that all
make the same step. Batch norm normalises by each process's own share (there is no SyncBatchNorm
for CPUs, and exchanging the statistics of five layers, forward and backward, would take ten times
the messages); with a hundred pictures a share that is as good (Hoffer et al. 2017, "ghost batch
normalization"). Its running means are averaged, so that all processes hold the same network.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import torch
import torch.distributed.nn  # before any group is made: see `join`
from torch import distributed, nn

from chalicelib.errors import InklingError
from export.errors import ProcessFailed, TrainingEnded

T = TypeVar("T")
FEWEST = 2  # pictures a process: batch norm has no variance of one


class Ranks:
    """One process among those that train together; the first writes, prints and scores."""

    def __init__(self, rank: int = 0, count: int = 1) -> None:
        self.rank = rank
        self.count = count

    @property
    def first(self) -> bool:
        """Whether this process writes, prints and scores."""
        return self.rank == 0

    def share(self, size: int) -> tuple[slice, float]:
        """Return which rows of a batch are this process's, and their weight in its mean.

        A batch too small to be shared is everybody's.
        """
        if size < FEWEST * self.count:
            return slice(None), 1 / self.count
        rows = slice(self.rank, None, self.count)
        return rows, len(range(*rows.indices(size))) / size

    def unite(self, network: nn.Module, weight: float) -> None:
        """Add up the gradients of all shares, and average what batch norm has counted."""
        if self.count == 1:
            return
        counted = [b for b in network.buffers() if b.is_floating_point()]
        for buffer in counted:
            buffer.mul_(weight)
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        self.add_up([*gradients, *counted])

    def add_up(self, tensors: Sequence[torch.Tensor]) -> None:
        """Replace each tensor by its sum over all processes. Raises TrainingEnded."""
        if self.count == 1:
            return
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        with _heard():
            distributed.all_reduce(flat)
        parts = flat.split([tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))

    def tell(self, value: T) -> T:
        """Return what the first process called with. Raises TrainingEnded."""
        if self.count == 1:
            return value
        told = [value]
        with _heard():
            distributed.broadcast_object_list(told)
        return told[0]

    def together(self, work: Callable[[], T]) -> T:
        """Do something in every process, or fail in all where it fails in one.

        Raises what `work` raised, ProcessFailed where that was in another process.
        """
        failure: InklingError | OSError | None = None
        try:
            result = work()
        except (InklingError, OSError) as error:
            failure = error
        if self.count > 1:
            failures: list[str | None] = [None] * self.count
            with _heard():
                distributed.all_gather_object(failures, failure and str(failure))
            for rank, words in enumerate(failures):
                if words and rank != self.rank and not failure:
                    raise ProcessFailed(rank, words)
        if failure:
            raise failure
        return result


ALONE = Ranks()


def started_processes() -> int:
    """Return how many processes torchrun started; one where it did not start us."""
    return int(os.environ.get("WORLD_SIZE", "1"))


@contextmanager
def join() -> Iterator[Ranks]:
    """Meet the other processes that torchrun started; whoever was started alone is alone.

    Where all end early, one of them says why and the others exit without a word.

    At the end gloo's threads are gone: one that gives back a tensor while Python ends aborts the
    process. They go with the last reference to their group, and the functions of
    torch.distributed.nn hold one, as a default, to the group that was there at their import, which
    the first optimizer brings about.
    """
    if started_processes() == 1:
        yield ALONE
        return
    signal.signal(signal.SIGTERM, _end)  # torchrun's word where another process has ended
    store, rank, count = next(distributed.rendezvous("env://"))
    distributed.init_process_group("gloo", store=store, rank=rank, world_size=count)
    try:
        yield Ranks(rank, count)
    except (InklingError, OSError, KeyboardInterrupt):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # we are about to end
        if store.add("inkling/told", 1) == 1:
            raise
        sys.exit(1)
    distributed.destroy_process_group()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def _heard() -> Iterator[None]:
    """Tell that another process is gone; gloo says so in many words."""
    try:
        yield
    except RuntimeError as error:
        raise TrainingEnded from error


def _end(_signal: int, _frame: object) -> None:
    raise TrainingEnded
