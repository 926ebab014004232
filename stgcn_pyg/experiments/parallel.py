"""Many trainings at a time, each in a process of its own."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from math import inf
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

    After an error or an interruption none is begun any more, and those that are under way end first.

    Args:
        train: The function, of a module, for other processes to find; tasks are its arguments.
        tasks: What is to be done, in this order.
        jobs: Processes, each with its share of the threads.
        done: How many more there were, and are done.

    Raises:
        ChildProcessError: If a process was killed from outside.
    """
    threads = max(1, torch.get_num_threads() // jobs)
    spawn = multiprocessing.get_context("spawn")
    waiting = iter(tasks)
    with (
        progress_bar() as progress,
        ProcessPoolExecutor(jobs, spawn, initializer=_begin, initargs=(threads,)) as pool,
    ):
        bar = progress.add_task("trainings", total=done + len(tasks), completed=done)
        try:
            # No more than can run are handed over: what a pool has queued cannot be called back.
            running = {pool.submit(train, *task) for task in islice(waiting, jobs)}
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    future.result()
                    progress.advance(bar)
                running |= {pool.submit(train, *task) for task in islice(waiting, len(finished))}
        except BrokenProcessPool as error:
            raise ChildProcessError(
                "a training was killed, perhaps for want of memory; the same command goes on where it was, "
                "perhaps with fewer jobs at a time"
            ) from error


def progress_bar(**how: Any) -> Progress:
    """A bar with the time left, estimated from all that was done: Rich's own looks back 30 seconds alone."""
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    return Progress(*columns, TimeRemainingColumn(elapsed_when_finished=True), speed_estimate_period=inf, **how)


def _begin(threads: int) -> None:
    """Take a share of the threads, and end with the process that began this one, if that is killed."""
    torch.set_num_threads(threads)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
