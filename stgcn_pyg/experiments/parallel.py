"""Many trainings at a time, each in a process of its own."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import torch
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


def train_in_parallel(
    train: Callable[..., None], tasks: Sequence[tuple[Any, ...]], jobs: int, done: int = 0
) -> None:
    """Call a function for each task, several at a time, with a bar that shows the time left.

    Args:
        train: The function, of a module, for other processes to find; tasks are its arguments.
        tasks: What is to be done, in this order.
        jobs: Processes, each with its share of the threads.
        done: How many more there were, and are done.

    Raises:
        ChildProcessError: If a process was killed from outside.
    """
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    threads = max(1, torch.get_num_threads() // jobs)
    spawn = multiprocessing.get_context("spawn")
    with (
        Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(elapsed_when_finished=True)) as progress,
        ProcessPoolExecutor(jobs, spawn, initializer=torch.set_num_threads, initargs=(threads,)) as pool,
    ):
        bar = progress.add_task("trainings", total=done + len(tasks), completed=done)
        futures = [pool.submit(train, *task) for task in tasks]
        for future in as_completed(futures):
            if error := future.exception():
                pool.shutdown(cancel_futures=True)
                if isinstance(error, BrokenProcessPool):
                    raise ChildProcessError(
                        "a training was killed, perhaps for want of memory; the same command goes on where it was, "
                        "perhaps with fewer jobs at a time"
                    ) from error
                raise error
            progress.advance(bar)
