"""Runs as columns: the feed, filters, order, groups, differences and CSV, on real stores."""

from __future__ import annotations

import csv
import io
import math
import shutil
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.experiment import Experiment
from workbench.runs.columns import DEFAULT_KEYS, RUN_COLUMNS, column_of
from workbench.runs.database import FILE
from workbench.runs.packing.spec_pieces import flat
from workbench.runs.quantities import Kind
from workbench.runs.record import EpochMetrics, Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runs.table import delimited, query
from workbench.runs.table.arrange import (
    Arrangement,
    SortKey,
    TableView,
    arrange,
    is_still_right,
    plan,
)
from workbench.runs.table.differences import differing
from workbench.runs.table.frame import RunFrame
from workbench.runs.table.matching import Filter, as_number, known_columns
from workbench.runs.table.query import QueryError

SCHEMA_1 = Path(__file__).parent / "stores" / "schema1.sqlite3"
EXPERIMENT = Experiment(name="net")


@pytest.fixture
def store(tmp_path: Path) -> Generator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def add(store: Store, name: str, best: float | None = None, **settings: object) -> Run:
    """A run whose validation accuracy is `best` in its second epoch of three, and less after."""
    named = {path.replace("__", "."): value for path, value in settings.items()}
    run = store.create(EXPERIMENT.changed(name=name).with_settings(named))
    if best is not None:
        for number, accuracy in enumerate((best / 2, best, best - 0.05), 1):
            store.add_epoch(
                run.run_id,
                EpochMetrics(number, number * 10, number * 1.5, 1 / number, 0.5, 100.0, 1e-3,
                             0.5, accuracy, number * 2.5),
                val_accuracy=accuracy, loss=1 / number, step=10 * number, seconds=number * 1.5,
            )  # fmt: skip
        store.finish(run.run_id, RunStatus.COMPLETED)
    return store.run(run.run_id)


def read(store: Store, frame: RunFrame | None = None) -> RunFrame:
    frame = RunFrame() if frame is None else frame
    for batch in store.reader.all(frame.mark):
        frame.apply(batch)
    return frame


@pytest.fixture
def three(store: Store) -> RunFrame:
    add(store, "adam", 0.9)
    add(store, "slow", 0.8, optimizer__kind="sgd", training__batch_size=128)
    add(store, "Waiting", None, training__batch_size=256)
    return read(store)


def shown(
    frame: RunFrame, text: str = "", sort: str = "", group: str = "", **view: bool
) -> list[str]:
    found = arranged(frame, text, sort, group, **view)
    return [str(frame.value("name", place)) for place in found.places.tolist()]


def arranged(
    frame: RunFrame, text: str = "", sort: str = "", group: str = "", **view: bool
) -> Arrangement:
    found = Filter(query.parse(text), frame, DEFAULT_KEYS)
    keys = (SortKey.read(sort),) if sort else ()
    return arrange(plan(frame, TableView(keys, group, DEFAULT_KEYS, **view), found))


def test_varied_settings_are_those_with_alternatives(store: Store, three: RunFrame) -> None:
    """The quick way and the slow one agree, on all subsets of runs."""
    for places in ([0], [1], [0, 1], [1, 2], [0, 2], [0, 1, 2], []):
        listed = {p: v for p, v in three.alternatives(places).items() if len(v) > 1}
        assert three.varied(places) == {path: None in values for path, values in listed.items()}
    assert three.varied([0, 1])["training.batch_size"] is False


# --- the feed ------------------------------------------------------------------------------------


def test_only_what_changed_is_read_again(store: Store, three: RunFrame) -> None:
    mark = three.mark
    assert store.reader.changes(mark).ids == []
    run_id = three.run_id(1)
    store.update(run_id, notes="a note")
    store.update(run_id, notes="another")
    batch = store.reader.changes(mark)
    assert batch.ids == [run_id]
    assert batch.new_parts == []
    assert three.apply(batch) == [1]
    assert three.value("notes", 1) == "another"
    assert three.value("notes", 0) == ""


def test_deleted_restored_and_purged_runs(store: Store, three: RunFrame) -> None:
    run_id = three.run_id(0)
    store.delete([run_id])
    read(store, three)
    assert three.place(run_id) is None
    assert "adam" not in shown(three)
    store.restore([run_id])
    assert three.place(run_id) is None, "it wasn't read yet"
    read(store, three)
    assert three.place(run_id) == 0
    store.delete([run_id])
    store.purge()  # both between two looks
    read(store, three)
    assert three.place(run_id) is None
    assert shown(three) == ["Waiting", "slow"]


def test_batches_are_the_same_as_one_read(store: Store, three: RunFrame) -> None:
    for number in range(5):
        add(store, f"more {number}", 0.5, training__seed=number)
    by_one = RunFrame()
    while True:
        batch = store.reader.changes(by_one.mark, 1)
        by_one.apply(batch)
        if batch.is_whole:
            break
    whole = read(store)
    assert by_one.mark == whole.mark
    for key in (*RUN_COLUMNS, *whole.settings()):
        ours = [by_one.value(key, p) for p in range(len(by_one))]
        assert ours == [whole.value(key, p) for p in range(len(whole))], key


def test_a_frame_grows_with_all_its_columns(store: Store) -> None:
    frame = read(store)
    frame.put_read("loss@1", {}, [])
    for number in range(130):
        add(store, f"run {number}", training__seed=number)
        if number % 40 == 0:
            read(store, frame)
    read(store, frame)
    assert frame.values("training.seed").tolist() == list(range(130))
    assert np.isnan(frame.values("loss@1")).all()
    assert len(frame.values("loss@1")) == 130


def test_settings_are_columns_by_their_paths_in_the_toml(three: RunFrame) -> None:
    assert three.value("optimizer.kind", 0) == "adam"
    assert three.value("training.batch_size", 1) == 128.0
    assert three.value("optimizer.beta_1", 1) is None, "sgd has none"
    assert three.value("structure.layers[0].filters", 0) == 32.0
    assert three.value("structure.layers[0].kernel_size", 0) == "[3, 3]"
    assert three.setting("structure.layers[0].use_bias", 0) is True
    assert three.value("no.such", 0) is None
    assert three.about("training.batch_size").kind is Kind.NUMBER
    assert three.about("optimizer.kind").kind is Kind.TEXT
    assert set(three.settings()) <= set(known_columns(three))


def test_a_spec_that_was_replaced_has_new_columns(store: Store, three: RunFrame) -> None:
    store.update(three.run_id(0), experiment_toml="schema_version = 9\n[optimizer]\nnew = 3\n")
    read(store, three)
    assert three.value("optimizer.new", 0) == 3
    assert three.value("optimizer.kind", 0) is None
    assert three.value("training.batch_size", 0) is None
    store.update(three.run_id(0), experiment_toml="no TOML [")
    read(store, three)
    assert three.value("optimizer.new", 0) is None


def test_equal_pieces_of_specs_are_kept_once(store: Store) -> None:
    for number in range(10):
        add(store, "net", training__seed=number % 2)
    pieces = store._db.rows("SELECT section, COUNT(*) AS n FROM spec_parts GROUP BY section")
    assert {row["section"]: row["n"] for row in pieces}["structure"] == 1
    assert {row["section"]: row["n"] for row in pieces}["training"] == 2


def test_runs_of_schema_1_get_their_columns(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    shutil.copyfile(SCHEMA_1, tmp_path / "old" / FILE)
    with Store(tmp_path / "old") as store:
        assert store.reader.is_unfilled
        frame = read(store)
        assert len(frame) == 5
        assert frame.value("optimizer.kind", 0) is None
        assert [store.fill_in(3), store.fill_in(3), store.fill_in(3)] == [3, 2, 0]
        assert not store.reader.is_unfilled
        read(store, frame)
        place = frame._ids.index(next(r.run_id for r in store.runs() if r.fingerprint))
        assert frame.value("training.epochs", place) == 30
        assert frame.value("val_accuracy@best", place) == 0.875
        assert frame.value("loss@best", place) == 0.25
        assert int(frame.alive.sum()) == 4


@given(
    st.recursive(
        st.one_of(st.booleans(), st.integers(-99, 99), st.text(max_size=4)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3),
        ),
        max_leaves=8,
    )
)
def test_flat_settings_are_plain(value: object) -> None:
    assert all(isinstance(v, (str, bool, int, float)) for v in flat({"a": value}).values())


# --- columns -------------------------------------------------------------------------------------


def test_best_at_an_epoch_and_time_to_an_accuracy(store: Store, three: RunFrame) -> None:
    assert three.value("val_accuracy@best", 0) == 0.9
    assert three.value("val_accuracy", 0) == pytest.approx(0.85)
    for key in ("val_accuracy@1", "time_to@0.85", "time_to@80%"):
        column = column_of(key)
        assert column.is_of_epochs
        three.put_read(key, store.reader.of_epochs(column), range(len(three)))
    assert [three.value("val_accuracy@1", p) for p in range(3)] == [0.45, 0.4, None]
    assert [three.value("time_to@0.85", p) for p in range(3)] == [3.0, None, None]
    assert [three.value("time_to@80%", p) for p in range(3)] == [3.0, 3.0, None]
    only = store.reader.of_epochs(column_of("time_to@80%"), [three.run_id(1)])
    assert only == {three.run_id(1): 3.0}


def test_the_best_follows_a_resumed_run(store: Store) -> None:
    run = add(store, "net", 0.9)
    store.truncate(run.run_id, 10)
    frame = read(store)
    assert frame.value("val_accuracy@best", 0) == 0.45
    assert frame.value("loss@best", 0) == 1.0
    store.truncate(run.run_id, 0)
    assert read(store).value("loss@best", 0) is None


@pytest.mark.parametrize("key", ["loss@0", "loss@", "name@best", "time_to@2", "x@best", "a@5"])
def test_what_is_no_column(three: RunFrame, key: str) -> None:
    assert not three.has(key)


def test_differences_know_what_is_better() -> None:
    assert column_of("val_accuracy").difference(0.98, 0.97) == ("+1.00 %", 1)
    assert column_of("loss").difference(0.5, 0.25) == ("+0.25", -1)
    assert column_of("loss").difference(0.25, 0.5) == ("−0.25", 1)
    assert column_of("loss").difference(0.25, 0.25) == ("", 0)
    assert column_of("loss").difference(None, 0.25) == ("", 0)
    assert column_of("created").difference(5.0, 2.0) == ("", 0)


# --- filters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["Waiting", "slow", "adam"]),
        ("WAIT", ["Waiting"]),
        ("completed", ["slow", "adam"]),
        ("val_accuracy > 80% and optimizer.kind = Adam", ["adam"]),
        ("val_accuracy > 80 % and optimizer.kind = 'Adam'", ["adam"]),
        ("val_accuracy < 0.8 or name ~ AIT", ["Waiting", "slow"]),
        ("not (val_accuracy > 0.8)", ["Waiting", "slow"]),
        ("val_accuracy = missing", ["Waiting"]),
        ("val_accuracy != missing", ["slow", "adam"]),
        ("optimizer.beta_1 != 0.9", ["slow"]),
        ("training.batch_size >= 128", ["Waiting", "slow"]),
        ("training.batch_size ~ 25", ["Waiting"]),
        ("tags = missing and status != queued", ["slow", "adam"]),
        ("starred = true", []),
        ("starred = no and status = queued", ["Waiting"]),
        ("created > 2001-01-01 and created < 2101-01-01", ["Waiting", "slow", "adam"]),
        ("structure.layers[0].kernel_size = \"[3, 3]\" adam", ["adam"]),
    ],
)  # fmt: skip
def test_what_a_filter_finds(three: RunFrame, text: str, names: list[str]) -> None:
    assert shown(three, text) == names


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("acuracy > 1", "there is no column 'acuracy'; did you mean 'accuracy'? (character 1)"),
        ("a and loss < x", "there is no column"),
        ("loss < x", "loss is compared with a number, got 'x' (character 8)"),
        ("accuracy > x", "accuracy is compared with a number, as in 0.98 or 98%, got 'x'"),
        ("created > soon", "created is compared with a day, as in 2026-03-01, got 'soon'"),
        ("starred = 2", "starred is compared with true or false, got '2' (character 11)"),
    ],
)  # fmt: skip
def test_a_filter_on_what_is_not_there(three: RunFrame, text: str, sentence: str) -> None:
    text = text.replace("a and", "adam = 1 and")
    with pytest.raises(QueryError) as caught:
        Filter(query.parse(text), three)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("98%", Kind.SHARE, 0.98), ("98 %", Kind.SHARE, 0.98), ("0.98", Kind.SHARE, 0.98),
        ("1.5 min", Kind.SECONDS, 90.0), ("2s", Kind.SECONDS, 2.0), ("500 ms", Kind.SECONDS, 0.5),
        ("0.5 ms", Kind.MILLISECONDS, 0.5), ("1s", Kind.MILLISECONDS, 1000.0),
        ("373 kB", Kind.BYTES, 373_000.0), ("1,000", Kind.BYTES, 1000.0),
        ("12.5 kJ", Kind.JOULES, 12_500.0), ("2 ms", Kind.BYTES, None), ("ms", Kind.SECONDS, None),
    ],
)  # fmt: skip
def test_a_value_may_have_the_unit_that_the_table_shows(
    text: str, kind: Kind, number: float | None
) -> None:
    assert as_number(text, kind) == number


@given(st.text(max_size=20), st.sampled_from(Kind))
def test_any_value_is_a_number_or_none(text: str, kind: Kind) -> None:
    found = as_number(text, kind)
    assert found is None or isinstance(found, float)


# --- order and groups ----------------------------------------------------------------------------


def test_what_is_missing_comes_last_either_way(three: RunFrame) -> None:
    assert shown(three, sort="val_accuracy") == ["slow", "adam", "Waiting"]
    assert shown(three, sort="-val_accuracy") == ["adam", "slow", "Waiting"]
    assert shown(three, sort="name") == ["adam", "slow", "Waiting"]
    assert shown(three, sort="-optimizer.kind") == ["slow", "Waiting", "adam"]


def test_archived_runs_are_put_away(store: Store, three: RunFrame) -> None:
    store.update_each("archived", {three.run_id(0): True})
    read(store, three)
    assert shown(three) == ["Waiting", "slow"]
    assert shown(three, archived=True) == ["Waiting", "slow", "adam"]
    assert shown(three, "archived = true") == ["adam"]
    assert arranged(three).total == 2


def test_groups_have_counts_means_and_deviations(store: Store, three: RunFrame) -> None:
    add(store, "adam 2", 0.6)
    read(store, three)
    found = arranged(three, group="optimizer.kind", sort="-val_accuracy")
    assert found.groups.values == ["sgd", "adam"]
    assert found.groups.ends.tolist() == [1, 4]
    assert found.groups.runs(1) == slice(1, 4)
    names = [three.value("name", p) for p in found.places[found.groups.runs(1)].tolist()]
    assert names == ["adam", "adam 2", "Waiting"]
    assert found.groups.means["val_accuracy"].tolist() == pytest.approx([0.75, 0.70])
    assert math.isnan(found.groups.deviations["val_accuracy"][0])
    assert found.groups.deviations["val_accuracy"][1] == pytest.approx(np.std([0.85, 0.55], ddof=1))
    assert found.groups.common["status"] == ["completed", None]
    by_tags = arranged(three, group="tags")
    assert by_tags.groups.values == [None]
    assert len(arranged(three, "nothing at all", group="status").groups) == 0


def test_groups_sorted_by_their_own_value(three: RunFrame) -> None:
    down = arranged(three, group="training.batch_size", sort="-training.batch_size")
    assert down.groups.values == [256.0, 128.0, 64.0]


def test_an_arrangement_that_still_holds(store: Store, three: RunFrame) -> None:
    found = Filter(query.parse("val_accuracy > 0.1"), three)
    planned = plan(three, TableView((SortKey("loss"),)), found)
    first = np.array([0])

    def holds(**values: object) -> bool:
        store.update(three.run_id(0), **values)
        read(store, three)
        return is_still_right(planned, three, first, np.array([True]))

    assert holds(step=77, seconds=9.0)
    assert not holds(loss=0.1)
    assert not holds(loss=1 / 3, val_accuracy=0.05)
    add(store, "new")
    places = [place for batch in store.reader.all(three.mark) for place in three.apply(batch)]
    assert not is_still_right(planned, three, np.array(places), np.array([False]))


def test_in_which_settings_runs_differ(three: RunFrame) -> None:
    assert differing(three, [0, 1, 2]) == [
        "optimizer.kind",
        "optimizer.learning_rate",
        "training.batch_size",
    ]
    assert differing(three, [0, 2]) == ["training.batch_size"]
    assert differing(three, [0]) == []


# --- CSV -----------------------------------------------------------------------------------------


@given(st.text(alphabet=st.one_of(st.sampled_from("=+-@\t\r\n,\"' "), st.characters()), max_size=9))
def test_no_cell_is_run_as_a_formula(text: str) -> None:
    cell = delimited.as_cell(text)
    assert not cell.startswith(delimited.RUN_AS_FORMULA)
    assert cell.removeprefix("'") == text.removeprefix("'")
    assert list(csv.reader(io.StringIO(delimited.as_csv([[cell, "x"]]), newline=""))) == [
        [cell, "x"]
    ]


@pytest.mark.parametrize(
    "text",
    [" =1+1", "\n=1+1", "\u00a0=1", "\u3000@x", "\uff1d1+1", "\ufeff=1", " \u200b+1", "\t x"],
)
def test_what_is_a_formula_once_blanks_are_gone_is_none_either(text: str) -> None:
    cell = delimited.as_cell(text)
    (pasted,) = delimited.as_tsv([[cell]]).splitlines()
    assert cell.startswith("'")
    assert pasted.startswith("'")
    assert delimited.as_cell(" a = b") == " a = b"


def test_cells_for_a_spreadsheet(store: Store, three: RunFrame) -> None:
    store.update(three.run_id(0), name="=1+1", notes="two\nlines\tand a tab")
    read(store, three)
    keys = ["name", "val_accuracy", "training.batch_size", "notes"]
    rows = delimited.cells(three.snapshot(keys), [0, 2], keys)
    assert rows[0] == keys
    assert rows[1][:3] == ["'=1+1", repr(0.9 - 0.05), "64"]
    assert rows[2] == ["Waiting", "", "256", ""]
    assert delimited.as_tsv(rows).splitlines()[1].split("\t")[3] == "two lines and a tab"
    assert delimited.as_cell(-0.5) == "-0.5"
