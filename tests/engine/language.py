"""The engine in a language that nobody speaks; prints what is still English, a line of JSON each.

Run by name in an interpreter of its own: `python -m tests.engine.language`. Texts are held at the
top of modules, so the language has to be chosen before they are imported.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.pseudo import Accents, english_in
from workbench.base import text

text.use("xx", Accents())

import numpy as np  # noqa: E402

from workbench.base import units  # noqa: E402
from workbench.codegen import keras_script  # noqa: E402
from workbench.curves.metrics import AXES, METRICS  # noqa: E402
from workbench.data.catalogue import load_dataset  # noqa: E402
from workbench.evaluation.diagnosis import diagnose  # noqa: E402
from workbench.experiment import Experiment, parse_settings  # noqa: E402
from workbench.hardware import forecast, learning_rate_range  # noqa: E402
from workbench.levers import repeats  # noqa: E402
from workbench.levers.comparison import Comparison, Side, what_differs  # noqa: E402
from workbench.levers.layer_text import layers_from_text  # noqa: E402
from workbench.levers.structure import LEVERS  # noqa: E402
from workbench.network.drawing import draw  # noqa: E402
from workbench.runs.record import EpochMetrics, StepMetrics  # noqa: E402
from workbench.runs.store import Store  # noqa: E402
from workbench.runs.table.query import parse  # noqa: E402
from workbench.spec.base import Choice, Facts, Spec, SpecError  # noqa: E402
