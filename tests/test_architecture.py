"""The house: who may import whom, proven in fresh interpreters, and what lies where."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {"resources", "tests", "ui", "workbench"}
MADE_BY_TOOLS = {"build", "dist", "__pycache__", "node_modules", "shared"}
TENSORFLOW = ("tensorflow", "keras")
QT = ("PySide6", "shiboken6", "pyqtgraph")
LONGEST_MODULE = 400

FULLEST_FOLDER = 21
"""Twenty modules and `__init__.py`."""

IMPORT_ALL = """
import importlib, json, pkgutil, sys

package, without, forbidden = json.loads(sys.argv[1])
found = [package]
for name in found:  # it grows: `walk_packages` would import what is left out
    module = importlib.import_module(name)
    for info in pkgutil.iter_modules(getattr(module, "__path__", []), f"{name}."):
        if info.name not in without and not info.name.endswith(".__main__"):
            found.append(info.name)
print(json.dumps([found, [name for name in forbidden if name in sys.modules]]))
"""


def imports(
    package: str, forbidden: tuple[str, ...], without: tuple[str, ...] = ()
) -> tuple[list[str], list[str]]:
    """Every module of a package, imported in a fresh interpreter, and what came with them."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, json.dumps([package, without, forbidden])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    modules, came = json.loads(done.stdout.splitlines()[-1])
    return modules, came


def test_the_contracts_of_import_linter() -> None:
    run = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", run, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert ", 0 broken" in done.stdout


def test_the_window_imports_no_tensorflow() -> None:
    modules, came = imports("ui", TENSORFLOW)
    assert {"ui.app", "ui.window.main_window", "ui.plots.live.plots"} <= set(modules)
    assert came == []


def test_the_engine_imports_neither_qt_nor_tensorflow() -> None:
    modules, came = imports("workbench", (*QT, *TENSORFLOW), without=("workbench.runtime",))
    known = {"workbench.cli.main", "workbench.runs.store", "workbench.execution.engine_process"}
    assert known <= set(modules)
    assert came == []


def test_the_training_process_imports_no_qt() -> None:
    modules, came = imports("workbench.runtime", (*QT, *TENSORFLOW))
    assert {"workbench.runtime.worker.main", "workbench.runtime.training.train"} <= set(modules)
    assert came == list(TENSORFLOW)


def test_a_forbidden_import_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail."""
    inner = tmp_path / "suspect" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "suspect" / "__init__.py").touch()
    (inner / "__init__.py").touch()
    (inner / "guilty.py").write_text("import shiboken6")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    modules, came = imports("suspect", QT)
    assert modules == ["suspect", "suspect.inner", "suspect.inner.guilty"]
    assert came == ["PySide6", "shiboken6"] or came == ["shiboken6"]
    assert imports("suspect", QT, without=("suspect.inner",)) == (["suspect"], [])


def test_the_command_line_answers_without_numpy_heavy_company() -> None:
    _, came = imports("workbench.cli.main", ("sklearn", "PIL", "scipy", "pandas", "matplotlib"))
    assert came == [], "quick commands must stay quick"


def test_top_level_folders() -> None:
    found = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir()
        and not path.name.startswith(".")
        and not path.name.endswith(".egg-info")
        and path.name not in MADE_BY_TOOLS
    }
    assert found == FOLDERS


def modules_of(*packages: str) -> list[Path]:
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


def test_no_module_is_too_long() -> None:
    """Where one gets longer, it does several things: split it by what it does."""
    paths = modules_of("workbench", "ui")
    lines = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in paths}
    long = {str(p.relative_to(ROOT)) for p, n in lines.items() if n > LONGEST_MODULE}
    assert lines
    assert long == set()


SETTING_AND_ITS_CLASS = {"HashedKernel", "Nadam", "ScheduleFreeAdamW"}
"""What the spec names as Keras would, and the class of ours that Keras is given for it."""


def test_no_two_classes_share_a_name() -> None:
    """A name says which thing is meant without its module: `LayerRow`, not a fourth `Row`."""
    names = Counter(
        node.name
        for path in modules_of("workbench", "ui")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, count in names.items() if count > 1} == SETTING_AND_ITS_CLASS


@pytest.mark.parametrize(
    "path", modules_of("workbench", "ui"), ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_module_says_what_lives_in_it(path: Path) -> None:
    assert path.read_text(encoding="utf-8").lstrip().startswith('"""')


def rooms() -> set[str]:
    """Packages and modules right below the two roots."""
    found = {path for root in ("workbench", "ui") for path in (ROOT / root).iterdir()}
    return {
        f"{path.parent.name}.{path.stem}"
        for path in found
        if (path / "__init__.py").exists() or (path.suffix == ".py" and path.stem != "__init__")
    }


def test_every_room_is_in_the_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    by_name = {it["name"]: it for it in contracts["tool"]["importlinter"]["contracts"]}
    layered = {
        room
        for name in ("The engine's layers", "The window's layers")
        for layer in by_name[name]["layers"]
        for room in layer.split(" | ")
    }
    assert layered == rooms()
    without = by_name["TensorFlow lives in workbench.runtime alone, which nobody imports"]
    engine = {room for room in rooms() if room.startswith("workbench.")}
    assert set(without["source_modules"]) == engine - {"workbench.runtime"}


def test_the_table_of_the_architecture_names_every_room_once() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("| place |")[2]
    rows = [line.split("|")[1] for line in table.partition("\n\n")[0].splitlines()[2:]]
    named = re.findall(r"`((?:workbench|ui)/[^`]*)`", "".join(rows))
    assert len(named) == len(set(named)), "named twice"
    assert {name.removesuffix(".py").strip("/").replace("/", ".") for name in named} == rooms()


@pytest.mark.parametrize(("root", "most"), [("workbench", 20), ("ui", 14)])
def test_a_listing_tells_what_lives_where(root: str, most: int) -> None:
    assert len([room for room in rooms() if room.startswith(f"{root}.")]) <= most
    sizes = {
        str(folder.relative_to(ROOT)): len(list(folder.glob("*.py")))
        for folder in (ROOT / root).rglob("*")
        if folder.is_dir()
    }
    assert {folder: size for folder, size in sizes.items() if size > FULLEST_FOLDER} == {}


def imported(path: Path, known: Mapping[str, Path]) -> set[str]:
    """The modules of ours that a file imports, also in functions and for types alone."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= whole & known.keys() or {node.module}
    return found & known.keys()


@pytest.mark.parametrize("root", ["workbench", "ui"])
def test_no_files_import_each_other_in_a_circle(root: str) -> None:
    paths = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path
        for path in modules_of(root)
        if path.name != "__init__.py"  # a package's face imports its own modules
    }
    left = {name: imported(path, paths) - {name} for name, path in paths.items()}
    while free := {name for name, needs in left.items() if not needs & left.keys()}:
        left = {name: needs for name, needs in left.items() if name not in free}
    assert left == {}, "in a circle, or imports one that is"


THREADS = {"QThread", "QThreadPool", "QRunnable", "QtConcurrent", "QProcess", "Thread"}
THREADED = {
    # Nothing may die in a thread that is Qt's, so the threads of the jobs are Python's.
    "ui/background/jobs.py": {"ThreadPoolExecutor"},
}


def names(path: Path) -> set[str]:
    """Every name that a file imports or uses."""
    tree = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    found = {node.id for node in tree if isinstance(node, ast.Name)}
    found |= {node.attr for node in tree if isinstance(node, ast.Attribute)}
    return found | {
        alias.name for node in tree if isinstance(node, ast.ImportFrom) for alias in node.names
    }


def test_the_window_works_in_the_background_by_jobs_alone() -> None:
    """One API, one pool, one end: see `ui/background/jobs.py`."""
    threads = THREADS | {"ThreadPoolExecutor"}
    found = {
        str(path.relative_to(ROOT)): used
        for path in modules_of("ui")
        if (used := names(path) & threads)
    }
    assert found == THREADED


def test_no_test_sleeps() -> None:
    """They wait for what they wait for."""
    word = "time." + "sleep("
    tests = [p for p in modules_of("tests") if p.name.startswith(("test_", "conftest"))]
    assert tests
    assert [p.name for p in tests if word in p.read_text(encoding="utf-8")] == []
