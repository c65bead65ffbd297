"""What tests that compress real networks share: a store of the module's own, and short timing."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from workbench.runs.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Generator[Store]:
    with Store(tmp_path_factory.mktemp("store")) as opened:
        yield opened


@pytest.fixture
def short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Latencies are measured, but not well: no test looks at how large they are."""
    monkeypatch.setattr("workbench.runtime.compression.outcome.ROUNDS", 1)
    monkeypatch.setattr("workbench.runtime.compression.outcome.TIMED_SECONDS", 0.01)
