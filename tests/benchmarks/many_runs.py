"""A store of very many made-up runs, written as fast as SQLite takes them."""

from __future__ import annotations

import random
from pathlib import Path

from workbench import presets
from workbench.runs.packing import spec_pieces
from workbench.runs.store import Store

EPOCHS = 10
OPTIMIZERS = ("adam", "sgd", "rmsprop")


def fill(folder: Path, count: int, status: str = "completed") -> None:
    """A sweep over optimizer, learning rate, batch size and seed, ten epochs each.

    Args:
        folder: Of the store.
        count: How many runs.
        status: Of all of them.
    """
    chance = random.Random(0)
    template = presets.load("digits-cnn").to_toml()
    with Store(folder) as store, store._db.change() as db:
        runs, epochs = [], []
        for number in range(count):
            rate, batch = 10 ** chance.uniform(-4, -1), chance.choice((32, 64, 128))
            toml = (
                template.replace("learning_rate = 0.001", f"learning_rate = {rate!r}")
                .replace('kind = "adam"', f'kind = "{OPTIMIZERS[number % len(OPTIMIZERS)]}"')
                .replace("batch_size = 32", f"batch_size = {batch}")
                .replace("seed = 0", f"seed = {number}")
            )
            run_id = f"20260101-{number:06d}-{number % 65536:04x}"
            best = 0.8 + 0.19 * chance.random()
            runs.append(
                (run_id, f"sweep {number}", status, toml, 1.7e9 + number, number, 210, 210, 21,
                 1.2 + number % 7, 1 - best, best, 1.1 - best, best - 0.01, best - 0.02,
                 10_000.0 + number % 997, 93_322, 2_794_560, "a" * 32, number,
                 spec_pieces.keep(store._db, toml), int(number >= 30), best, 2.0 + number % 7)
            )  # fmt: skip
            epochs += [
                (run_id, e, 21 * e, 0.1 * e, 1.0 / e, best * (1 - 0.5 / e), 1e4, rate, 1.1 / e,
                 best * (1 - 0.6 / e), 0.09 * e)
                for e in range(1, EPOCHS + 1)
            ]  # fmt: skip
        db.executemany(
            "INSERT INTO runs (run_id, name, status, experiment_toml, created, position, step,"
            " total_steps, steps_per_epoch, seconds, loss, accuracy, val_loss, val_accuracy,"
            " test_accuracy, images_per_second, parameters, macs, fingerprint, colour, parts,"
            " hidden, best_val_accuracy, elapsed) VALUES (?" + ", ?" * 23 + ")",
            runs,
        )
        db.executemany(
            "INSERT INTO epochs (run_id, epoch, step, elapsed, loss, accuracy, images_per_second,"
            " learning_rate, val_loss, val_accuracy, seconds) VALUES (?" + ", ?" * 10 + ")",
            epochs,
        )
