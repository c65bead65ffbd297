"""Six runs in the default store to make figures of, and figures of them as files."""

from __future__ import annotations

from pathlib import Path

from tests.ui.made_up import add_run
from workbench.base.paths import default_store
from workbench.figures.families import FAMILIES
from workbench.figures.settings import FigureSpec
from workbench.figures.writing import write
from workbench.runs.store import Store

SIZES = (1_000, 20_000, 20_000, 300_000, None, 5_000)
ACCURACIES = (0.90, 0.95, 0.93, 0.97, 0.99, None)


def add_six() -> list[str]:
    """Three runs on the front, one beaten, one without parameters, one without accuracy; ids."""
    with Store(default_store()) as store:
        return [
            add_run(
                store,
                number,
                epochs=1,
                parameters=size,
                test_accuracy=accuracy,
                name=f"net {'abcdef'[number]}",
            ).run_id
            for number, (size, accuracy) in enumerate(zip(SIZES, ACCURACIES, strict=True))
        ]


def draw_to(path: Path, figure: FigureSpec) -> Path:
    """Writes a figure of runs of the default store."""
    with Store(default_store()) as store:
        write(figure, FAMILIES[type(figure)].read(store, figure), path)
    return path
