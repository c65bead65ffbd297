"""One run from its spec to its test result: prepare, loop, validate, checkpoint, evaluate."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.data import reading_to_keep
from workbench.execution.messages import Progress, Started
from workbench.hardware import energy
from workbench.hardware.energy import Meter
from workbench.runs.checkpoint_file import CHECKPOINT
from workbench.runs.record import EpochMetrics
from workbench.runs.status import RunStatus
from workbench.runtime.process.control import Control
from workbench.runtime.training import checkpoint, hardware
from workbench.runtime.training.averaging import averaged, finalize
from workbench.runtime.training.checkpoint import Position
from workbench.runtime.training.fresh import fresh_loop
from workbench.runtime.training.loop import LossAndAccuracy
from workbench.runtime.training.pipeline import epoch_order, feed, pipeline_of
from workbench.runtime.training.prepare import Prepared, training_feed
from workbench.runtime.training.recorder import Recorder, typical_rate
from workbench.runtime.training.run_log import RunLog
from workbench.runtime.training.stage import WHOLE, Stage
from workbench.runtime.training.stopping import Watch
from workbench.runtime.training.timing.clock import RunClock
from workbench.runtime.training.timing.time_shares import ShareClock
from workbench.runtime.training.timing.took import Took
from workbench.spec.schedules import Plan, Rates

CALL_SECONDS = 0.05
"""A compiled call is sized to take about this long: short enough to stop and pause at once."""

EVALUATION_BATCH = 500
CHECKPOINT_SECONDS = 5.0
CHECKPOINT_SHARE = 0.01
"""Checkpoints take at most about this share of the time."""


class NotFinite(RuntimeError):
    """The loss became NaN or infinite, in one sentence."""


class Trainer:
    """Takes a prepared run through its epochs.

    Args:
        prepared: Data and settings.
        log: Takes what becomes of the run.
        control: What the parent asked for.
        stage: Which part of the run it is, where it isn't all.
    """

    def __init__(
        self, prepared: Prepared, log: RunLog, control: Control, stage: Stage = WHOLE
    ) -> None:
        self._prepared, self._log, self._control = prepared, log, control
        experiment, info = prepared.experiment, prepared.dataset.info
        self._training = experiment.training
        images = len(prepared.train_rows)
        self._steps_per_epoch = -(-images // self._training.batch_size)
        steps = self._steps_per_epoch * self._training.epochs
        self._stage, self._plan = stage, Plan(self._steps_per_epoch, steps)
        self._first_step = self._steps_per_epoch * stage.first_epoch
        self._total_steps = self._first_step + steps
        probes = self._training.probes
        self._loop = fresh_loop(
            experiment, info, prepared.device, images, borrowed=stage.borrowed, probes=probes
        )
        self._model, self._optimizer = self._loop.model, self._loop.optimizer
        stage.set_up(self._loop)
        self._feed = training_feed(experiment, prepared.dataset)
        part = prepared.validation_part
        self._validation_feed = feed(part, EVALUATION_BATCH, experiment.hardware, beside=self._feed)
        self._watch = Watch(experiment.stopping, self._model)
        self._is_final, self._cut = False, ""
        self._position = self._restore()
        self._shares = ShareClock(log.run_id, log.say, self._feed.waited_seconds)
        self._meter = Meter(
            energy.sources(energy.POWERCAP, prepared.device.gpus), self._position.joules
        )
        self._recorder = Recorder(log, self._position.step, lambda: self._meter.joules)
        self._calls = 0
        self._clock = RunClock(self._position.elapsed, self._position.seconds)
        self._validations: list[float] = []
        self._began_at = self._position.step
        self._saved, self._save_cost = time.perf_counter(), 0.0

    def run(self) -> RunStatus:
        """Trains to the end or until told otherwise; returns how it ended.

        Raises:
            NotFinite: where the loss is not finite.
        """
        experiment, info = self._prepared.experiment, self._prepared.dataset.info
        macs = experiment.analysis(info).macs
        self._log.update(
            total_steps=self._run_steps,
            steps_per_epoch=self._steps_per_epoch,
            parameters=self._model.count_params(),
            macs=macs,
            file_bytes=checkpoint.weight_bytes(self._model),
            fingerprint=self._prepared.dataset.fingerprint,
            environment=self._environment(),
        )
        self._log.say(
            Started(
                self._log.run_id,
                self._position.step,
                self._run_steps,
                self._steps_per_epoch,
                self._training.batch_size,
                self._model.count_params(),
                macs,
                self._prepared.device.words,
            )
        )
        with self._meter:
            self._train()
        # What is asked from now on comes too late.
        end = self._control.end or (RunStatus.PRUNED if self._cut else None)
        self._is_final = end is None
        if self._is_final:
            finalize(self._model, self._optimizer)
            self._watch.finish()
            if self._stage.position is None:
                self._log.update(total_steps=self._position.step)
        self._save()
        self._log.update(environment=self._environment())
        return end or RunStatus.COMPLETED

    @property
    def model(self) -> keras.Model:
        """The network with the weights as they are now."""
        return self._model

    @property
    def position(self) -> Position:
        """Where the run stands."""
        return replace(self._position, joules=self._meter.joules, seconds=self._clock.seconds)

    @property
    def _run_steps(self) -> int:
        """Steps of the whole run."""
        return self._steps_per_epoch * self._stage.run_epochs or self._total_steps

    def _train(self) -> None:
        """The epochs, and what they took."""
        done, begun = divmod(self._position.step, self._steps_per_epoch)
        if not begun:  # also of a rung after which the process died
            self._cut = self._stage.why_cut(done)
        while self._goes_on():
            self._epoch(self._position.step // self._steps_per_epoch)
        self._recorder.flush()
        self._log.update(joules=self._meter.joules)

    def _goes_on(self) -> bool:
        """Whether another epoch is to be trained."""
        left = self._position.step < self._total_steps and not self._watch.stops
        return left and not self._cut and self._control.end is None

    def _environment(self) -> dict[str, Any]:
        """Where and how it trains, with what was chosen automatically as it is now."""
        part, asked = self._prepared.dataset.train, self._prepared.experiment.hardware
        return hardware.environment(
            self._prepared.device,
            asked,
            image_shape=self._prepared.dataset.info.image_shape,
            reading=reading_to_keep(self._prepared.dataset.info).plain(),
            pipeline=pipeline_of(part, asked),
            steps_per_execution=self._steps_to_a_call(),
            energy_of=self._meter.words,
            class_names=hardware.names_to_keep(self._prepared.dataset.info),
            **self._stage.borrowed.used,
        )

    def ending(self) -> str:
        """Why training ended early, or with whose weights; "" where there is nothing to say."""
        return self._watch.sentence(self._training.epochs) if self._is_final else self._cut

    def took(self) -> Took | None:
        """What training took; None where this process didn't see the whole of an epoch at least."""
        seconds, steps = self._clock.seconds, self._position.step
        if self._began_at or not seconds or steps < self._steps_per_epoch:
            return None
        return Took(
            steps,
            seconds,
            self._position.elapsed,
            tuple(self._validations),
            self._steps_per_epoch,
            len(self._prepared.validation_rows),
        )

    def test(self) -> LossAndAccuracy:
        """Loss and accuracy on the test part, which nothing looked at before."""
        test = self._prepared.dataset.test
        self._log.say(Progress(self._log.run_id, tr("evaluating"), 0, len(test.labels), "images"))
        images = np.arange(len(test.labels))
        return self._loop.evaluate(feed(test, EVALUATION_BATCH), images, is_final=self._is_final)

    # --- one epoch -----------------------------------------------------------------------------

    def _epoch(self, epoch: int) -> None:
        """The rest of an epoch, which may have begun before a resume."""
        order = epoch_order(self._prepared.train_rows, self._training.seed, epoch)
        first = self._position.step - epoch * self._steps_per_epoch
        state = self._feed.begin(order, first, epoch)
        images, seconds = 0, self._clock.measured
        self._shares.restart()
        while first < self._steps_per_epoch:
            if self._held_or_ended():
                return
            count = self._steps_of_call(first, len(order))
            images += self._call(state, order, first, count)
            first += count
            # At the end of an epoch only once its figures are there too.
            if first < self._steps_per_epoch:
                self._save_if_due()
        seconds = self._clock.measured - seconds
        rate = images / seconds if seconds else 0.0
        self._end_epoch(epoch, rate)
        self._save_if_due()

    def _call(self, state: object, order: npt.NDArray[np.int64], first: int, count: int) -> int:
        """One compiled call of `count` steps; returns how many images it took in measured time."""
        position, batch_size, clock = self._position, self._training.batch_size, self._clock
        rates = self._rates(np.arange(position.step, position.step + count))
        batches = np.minimum(batch_size, len(order) - (first + np.arange(count)) * batch_size)
        compiles = self._loop.meets(batches.tolist())
        clock.begin()
        taken = self._loop.train(self._feed, state, first, rates)
        times = clock.read(count, compiled=compiles)
        self._calls += 1
        if compiles:
            self._shares.restart()
        else:
            self._shares.call(clock.began, clock.began + clock.took)
        loss, penalty = taken.loss, taken.penalty
        if position.epoch_penalty is None:  # the run began with both in one, and stays so
            loss, penalty = loss + penalty, np.full_like(penalty, np.nan)
        images = int(batches.sum())
        columns: dict[str, npt.ArrayLike] = {
            "elapsed": times.elapsed,
            "loss": loss,
            "accuracy": taken.accuracy,
            "learning_rate": rates,
            "images_per_second": images / clock.took,
            "seconds": times.seconds,
            "penalty": penalty,
        }
        self._recorder.steps(columns, taken.probes)
        self._check_finite(position.step, taken.loss + taken.penalty)
        known = position.epoch_penalty
        self._position = replace(
            position,
            step=position.step + count,
            elapsed=float(times.elapsed[-1]),
            epoch_loss=position.epoch_loss + float(np.sum(loss * batches)),
            epoch_right=position.epoch_right + float(np.sum(taken.accuracy * batches)),
            epoch_penalty=None if known is None else known + float(np.sum(penalty * batches)),
            epoch_images=position.epoch_images + images,
        )
        clock.end()
        return 0 if compiles else images

    def _end_epoch(self, epoch: int, rate: float) -> None:
        position = self._position
        validation = None
        if len(self._prepared.validation_rows):
            rows, began = self._prepared.validation_rows, time.perf_counter()
            validation = self._loop.evaluate(self._validation_feed, rows)
            self._validations.append(time.perf_counter() - began)
        rates = (*position.rates, rate) if rate else position.rates
        penalty, images = position.epoch_penalty, position.epoch_images
        metrics = EpochMetrics(
            epoch=epoch + 1,
            step=position.step,
            seconds=self._clock.seconds,
            loss=position.epoch_loss / images,
            accuracy=position.epoch_right / images,
            images_per_second=rate or (typical_rate(rates) or 0.0),
            learning_rate=float(self._rates(np.array([position.step - 1]))[0]),
            val_loss=validation.loss if validation else None,
            val_accuracy=validation.accuracy if validation else None,
            elapsed=self._clock.elapsed,
            penalty=None if penalty is None else penalty / images,
        )
        self._recorder.epoch(metrics, rates)
        experiment = self._prepared.experiment
        with averaged(self._model, self._optimizer):  # the weights that were judged
            self._watch.epoch(metrics)
        self._position = Position(
            step=position.step,
            elapsed=self._clock.elapsed,
            epoch_penalty=None if penalty is None else 0.0,
            rates=rates,
            watched=self._watch.seen,
            schedule=experiment.schedule.after_epoch(
                position.schedule, asdict(metrics), experiment.optimizer.learning_rate
            ),
        )
        self._cut = self._stage.why_cut(epoch + 1)

    def _rates(self, steps: npt.NDArray[np.int64]) -> Rates:
        """The learning rate of steps of the epoch under way."""
        experiment = self._prepared.experiment
        initial, state = experiment.optimizer.learning_rate, self._position.schedule
        return experiment.schedule.rates(initial, steps - self._first_step, self._plan, state)

    def _steps_to_a_call(self) -> int:
        """One for the call that traces, so that the first point appears soon; then by the clock,
        or as many as the settings say.
        """
        if self._calls < 2 or not self._clock.step_seconds:
            return 1
        asked = self._prepared.experiment.hardware.steps_per_execution
        return asked or max(1, round(CALL_SECONDS / self._clock.step_seconds))

    def _steps_of_call(self, first: int, images: int) -> int:
        """Those of the call that begins at batch `first` of an epoch of so many images; a smaller
        last batch is a call of its own where it has yet to be compiled, so that it is not timed.
        """
        left = self._steps_per_epoch - first
        count = min(self._steps_to_a_call(), left)
        last = images - (self._steps_per_epoch - 1) * self._training.batch_size
        return count - 1 if count == left > 1 and self._loop.is_new(last) else count

    def _check_finite(self, step: int, loss: npt.NDArray[np.float32]) -> None:
        wrong = np.flatnonzero(~np.isfinite(loss))
        if len(wrong):
            self._recorder.flush()
            value = "NaN" if np.isnan(loss[wrong[0]]) else "infinite"
            raise NotFinite(
                tr(
                    "the loss became {value} at step {step}; the learning rate "
                    "({learning_rate}) is probably too high, "
                    "or the pixels or labels are wrong",
                    value=value,
                    step=f"{step + int(wrong[0]) + 1:,}",
                    learning_rate=f"{self._prepared.experiment.optimizer.learning_rate:g}",
                )
            )

    # --- pause, checkpoint, evaluation -----------------------------------------------------------

    def _held_or_ended(self) -> bool:
        """Waits while paused; whether the run is to end."""
        if self._control.is_paused:
            self._clock.hold()
            self._recorder.flush()
            self._save()
            self._meter.hold()
            self._log.status(RunStatus.PAUSED)
            self._control.wait_while_paused()
            self._meter.go_on()
            self._log.status(RunStatus.RUNNING)
            self._clock.go_on()
            self._shares.restart()
        return self._control.end is not None

    def _save_if_due(self) -> None:
        interval = max(CHECKPOINT_SECONDS, self._save_cost / CHECKPOINT_SHARE)
        if time.perf_counter() - self._saved > interval:
            self._save()

    def _save(self) -> None:
        began = time.perf_counter()
        self._recorder.flush()
        if self._stage.position is not None:  # whoever trains in stages keeps what comes of each
            return
        best = self._watch.best_weights
        content = checkpoint.packed(self._model, self._optimizer, self.position, best)
        self._log.artifact(CHECKPOINT, content)
        self._saved = time.perf_counter()
        self._save_cost = self._saved - began

    def _restore(self) -> Position:
        """Where to begin: at the run's checkpoint, where the stage does, or at the beginning."""
        if self._stage.position is not None:
            self._log.rewind(self._stage.position.step)
            return self._stage.position
        folder = self._log.folder
        checkpoint.sweep(folder)
        position = Position()
        if checkpoint.exists(folder):
            position, best = checkpoint.restore(folder, self._model, self._optimizer)
            self._watch.seen, self._watch.best_weights = position.watched, best
        self._log.rewind(position.step)
        return position
