"""Writing a file whole or not at all, and where things lie on disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from workbench.base.files import open_named, write_atomically
from workbench.base.paths import cache_folder, default_store


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_atomically(path, b"one")
    assert path.read_bytes() == b"one"
    write_atomically(path, b"")
    assert path.read_bytes() == b""
    assert [f.name for f in tmp_path.iterdir()] == ["a.bin"]


@pytest.mark.parametrize("step", ["os.fsync", "os.replace", "shutil.copymode"])
@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_a_write_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, failure: BaseException
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise failure

    with monkeypatch.context() as patched:
        patched.setattr(step, fail)
        with pytest.raises(type(failure)):
            write_atomically(path, b"new" * 10_000)
    assert path.read_bytes() == b"old"
    assert [f.name for f in tmp_path.iterdir()] == ["a.bin"], "no part of a file is left"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "gone" / "a.bin", b"x")


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path / "a", b"x")
    assert [f.name for f in tmp_path.iterdir()] == ["a"]


def test_places_are_chosen_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DLOPT_STORE", "/some/store")
    monkeypatch.setenv("DLOPT_CACHE", "~/cache")
    assert default_store() == Path("/some/store")
    assert cache_folder() == tmp_path / "cache"


def test_places_of_the_user_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DLOPT_STORE", "DLOPT_CACHE", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_store().is_relative_to(tmp_path)
    assert cache_folder().is_relative_to(tmp_path)
    assert default_store() != cache_folder()
    assert not default_store().exists(), "asking makes nothing"


def test_what_a_person_names_as_a_file_is_one(tmp_path: Path) -> None:
    """A pipe would wait for ever for somebody who writes into it."""
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with open_named(tmp_path / "link") as file:
        assert file.read() == b"content"
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="it is not a plain file"):
        open_named(tmp_path / "pipe")
    with pytest.raises(IsADirectoryError, match="Is a directory"):
        open_named(tmp_path)
