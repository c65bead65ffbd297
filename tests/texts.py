"""Every text of the product, read from the source: what translators get, and what tests check.

    python tests/texts.py --list                 prints them with their places
    python tests/texts.py --update LANGUAGE      writes resources/locale/LANGUAGE: .po, then .mo

`tr` and `plural` name their templates as literals. A setting's title, description and other words
are arguments of `setting`; the help of a choice is the first paragraph of its class's docstring.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.base.text import first_paragraph

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("workbench", "ui")
SETTING_POSITIONS, SETTING_NAMES = (1, 2), ("unit", "zero", "absent")
HELPED = ("workbench/spec", "workbench/levers")
"""Where docstrings of classes are help that the window shows."""


@dataclass(frozen=True)
class Message:
    """One text.

    Attributes:
        id: The template in English; with `many` its form for one.
        many: The form for all other numbers; "" where no number decides.
        context: As given to `tr`.
        place: File and line.
        given: Names of the arguments; None where the call unpacks a mapping.
    """

    id: str
    many: str
    context: str
    place: str
    given: frozenset[str] | None = frozenset()


class Unclear(Exception):
    """A call whose template is no literal."""


def messages() -> list[Message]:
    """All texts of the product.

    Raises:
        Unclear: where a call names no literal.
    """
    return [
        message
        for package in PRODUCT
        for path in sorted((ROOT / package).rglob("*.py"))
        for message in messages_of(path)
    ]


def messages_of(path: Path) -> Iterator[Message]:
    """The texts of a module."""
    name = str(path.relative_to(ROOT))
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        place = f"{name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from _of_call(node, node.func.id, place)
        elif isinstance(node, ast.ClassDef) and name.startswith(HELPED):
            help_ = ast.get_docstring(node)
            if help_:
                yield Message(first_paragraph(help_), "", "", place)


def _of_call(node: ast.Call, called: str, place: str) -> Iterator[Message]:
    if called == "tr":
        context = next((_literal(k.value, place) for k in node.keywords if k.arg == "context"), "")
        yield Message(_literal(node.args[0], place), "", context, place, _given(node))
    elif called == "plural":
        one, many = (_literal(part, place) for part in node.args[:2])
        given = _given(node)
        yield Message(one, many, "", place, None if given is None else given | {"count"})
    elif called == "setting":
        parts = [node.args[i] for i in SETTING_POSITIONS if i < len(node.args)]
        parts += [k.value for k in node.keywords if k.arg in SETTING_NAMES]
        for part in parts:
            if isinstance(part, ast.Constant) and part.value:
                yield Message(str(part.value), "", "", place)


def _literal(node: ast.expr, place: str) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise Unclear(f"{place}: the template must be a literal")


def _given(node: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in node.keywords if keyword.arg != "context"]
    return None if None in names else frozenset(filter(None, names))


SAYING = frozenset(
    {
        "at", "SpecError", "Problem", "LayerError", "refuse", "refused", "refuse_other_kind",
        "DataError", "SizesDiffer", "NotDownloaded", "Unreadable", "Finding", "Remedy", "Lever",
        "StoreError", "BundleError", "QueryError", "TaskFailed", "TaskRefused", "CheckpointError",
        "NotStarted", "BenchFailed", "NotKept", "Damaged", "Suggestion", "setting", "Quantity",
        "progress", "complain", "warn", "say_at_once", "ArgumentTypeError", "Command", "print",
        "UnknownRun",
    }
)  # fmt: skip
"""What is called with a sentence for a person: errors, problems, findings, titles, progress."""

WORDS = frozenset({"label", "title", "path_words"})
"""What a class or a call names with words for a person."""

HELP = frozenset({"help", "description"})
"""What a call of argparse names with words for a person."""

THROUGH = frozenset({"tr", "plural", "joined", "setting"})


def unsaid(path: Path) -> Iterator[tuple[str, str]]:
    """(place, words) of what a module says to a person and not through `tr`."""
    name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
    yield from _unsaid(ast.parse(path.read_text("utf-8")), name, said=False)


def _unsaid(node: ast.AST, name: str, *, said: bool) -> Iterator[tuple[str, str]]:
    """Of a piece of source.

    Args:
        node: The piece.
        name: Of its file.
        said: Whether a literal in it would be shown to a person.
    """
    if isinstance(node, ast.Call):
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if called in THROUGH or (said and called not in SAYING):
            return  # what it gives back is its own business
        for keyword in node.keywords:
            if keyword.arg in HELP and isinstance(keyword.value, (ast.Constant, ast.JoinedStr)):
                words = _words(keyword.value)
                if words.strip():
                    yield f"{name}:{keyword.value.lineno}", words
        said = said or called in SAYING
    if isinstance(node, (ast.Constant, ast.JoinedStr)):
        words = _words(node)
        if said and " " in words.strip() and len(re.findall(r"[A-Za-z]{2,}", words)) >= 3:
            yield f"{name}:{node.lineno}", words
        return
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Constant):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        words = _words(node.value)
        if isinstance(target, ast.Name) and target.id in WORDS and words:
            yield f"{name}:{node.lineno}", words
    for child in ast.iter_child_nodes(node):
        yield from _unsaid(child, name, said=said and not isinstance(child, ast.stmt))


def _words(node: ast.Constant | ast.JoinedStr) -> str:
    """The letters of a literal, without what is put into it."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return " ".join(str(it.value) for it in node.values if isinstance(it, ast.Constant))


def update(language: str) -> None:
    """Writes the catalog of a language with the texts of today; what was translated stays."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po, write_po

    template = Catalog(project="DLOpt Workbench", fuzzy=False)
    for it in messages():
        if it.id:
            identity = (it.id, it.many) if it.many else it.id
            template.add(
                identity, context=it.context or None, locations=[(it.place.split(":")[0], 0)]
            )
    folder = ROOT / "resources" / "locale" / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "dlopt.po"
    catalog = read_po(source.open("rb"), locale=language) if source.exists() else Catalog(language)
    catalog.update(template, no_fuzzy_matching=True)
    with source.open("wb") as file:
        write_po(file, catalog, omit_header=False, width=100, include_lineno=False)
    with (folder / "dlopt.mo").open("wb") as file:
        write_mo(file, catalog)
    left = sum(1 for it in catalog if it.id and not it.string)
    print(f"{source.relative_to(ROOT)}: {len(catalog)} texts, {left} to translate")


def main() -> None:
    """Does what it is told."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--update", metavar="LANGUAGE")
    arguments = parser.parse_args()
    if arguments.update:
        update(arguments.update)
    elif arguments.list:
        for it in messages():
            print(f"{it.place}: {it.id!r}")
    else:
        parser.print_help(sys.stderr)


if __name__ == "__main__":
    main()
