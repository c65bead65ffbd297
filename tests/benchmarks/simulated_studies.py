"""Studies of levers whose worth is known: how often a real one is found, and a false one made up.

    python tests/benchmarks/simulated_studies.py --studies 2000

20 levers, 3 of them real and as large as the study says that it can show; noise of MNIST's size.
Trains nothing. Prints one JSON line for each of three cases: as planned, with failed runs, and with
real levers that act together.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from tests.engine.study.simulation import NOISE, simulated
from workbench.study.judging.design import runs_of
from workbench.study.judging.resolution import smallest_screened

CASES: dict[str, dict[str, Any]] = {
    "as planned": {},
    "one run in twenty fails": {"lost": 0.05},
    "two real levers act together": {"together": {("lever 0", "lever 1"): 0.001}},
}


def main() -> None:
    """Simulates and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--levers", type=int, default=20)
    parser.add_argument("--real", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=1, help="of the design")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    runs = runs_of(arguments.levers) * arguments.repeats
    smallest = smallest_screened(NOISE, arguments.levers, runs)
    worth = {
        f"lever {number}": smallest if number < arguments.real else 0.0
        for number in range(arguments.levers)
    }
    for name, case in CASES.items():
        found = simulated(
            arguments.studies, worth, repeats=arguments.repeats, seed=arguments.seed, **case
        )
        print(
            json.dumps(
                {
                    "case": name,
                    "studies": found.studies,
                    "runs": runs,
                    "smallest_points": round(100 * smallest, 3),
                    "found": round(found.found / found.real, 3),
                    "false": round(found.false / found.studies, 3),
                }
            )
        )


if __name__ == "__main__":
    main()
