"""A search with real training, broken off by kill -9 and gone on with to its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

PATIENCE = 240_000


STARTED = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from ui.window.main_window import MainWindow
from workbench.runs.store import Store
from workbench.study.asking.request import SweepRequest

app = QApplication([])
window = MainWindow(Store(Path(sys.argv[1])))
window.show()
layers = [
    {"kind": "conv2d", "filters": 4, "strides": 2},
    {"kind": "flatten"},
    {"kind": "dense", "units": 10, "activation": "softmax"},
]
settings = {"structure.layers": layers, "training.epochs": 2, "data.resize": 12}
assert window.editor.set_all(settings, "training")
info = window.editor.info
request = SweepRequest(("optimizer.learning_rate=0.001,0.003,0.01",), strategy="random", runs=3)
window.searches.start_sweep(request.plan(window.editor.experiment, info), info)
window.searches.changed.connect(lambda _: print(window.searches.words, flush=True))
app.exec()
"""


def test_a_window_that_is_killed_loses_nothing(
    open_window: OpenWindow, store_folder: Path, qtbot: QtBot
) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", STARTED, str(store_folder)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("trial 1 of 3"):
                break
        process.send_signal(signal.SIGKILL)
    with Store(store_folder) as store:
        before = {run.run_id: run.trial for run in store.runs()}
    window = open_window()
    with qtbot.waitSignal(window.searches.offered, timeout=PATIENCE):
        window.start(None)
    with qtbot.waitSignal(window.searches.ended, timeout=PATIENCE):
        window.banner.button.click()
    study = window.store.studies()[0]
    runs = window.store.trial_runs(study.study_id)
    assert before.items() <= {run.run_id: run.trial for run in runs}.items()
    assert sorted(run.trial or 0 for run in runs) == [0, 1, 2]
    assert len({run.trial for run in runs}) == len(runs)
    assert {run.status for run in runs} == {RunStatus.COMPLETED}
    assert all(run.step == run.total_steps for run in runs)
    chosen = study.choices[-1]
    read = {run.trial for run in runs if run.test_accuracy is not None}
    assert {chosen["best"], chosen["runner_up"]} <= read
    assert window.store.abandoned_studies() == []
