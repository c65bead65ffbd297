"""argparse, which says in one line what is wrong, and everything in the language of the person.

It takes its own words from `gettext`, whose catalogs have none of them, by the names `_` and
`ngettext` of its module. Here `WORDS` is asked in place of it.
"""

from __future__ import annotations

import argparse
from typing import NoReturn

from workbench.base.text import english, tr
from workbench.cli.exit_codes import BAD_INPUT
from workbench.cli.terminal import complain

_NAME, _SAID = "%(argument_name)s", "%(message)s"

WORDS: dict[str, str] = {
    english(text): text
    for text in (
        tr("usage: "),
        tr("positional arguments"),
        tr("options"),
        tr("show this help message and exit"),
        tr("argument {argument}: {message}", argument=_NAME, message=_SAID),
        tr("the following arguments are required: {arguments}", arguments="%s"),
        tr("one of the arguments {arguments} is required", arguments="%s"),
        tr("unrecognized arguments: {arguments}", arguments="%s"),
        tr("not allowed with argument {argument}", argument="%s"),
        tr("expected one argument"),
        tr("expected at most one argument"),
        tr("expected at least one argument"),
        tr("ignored explicit argument {argument}", argument="%r"),
        tr(
            "ambiguous option: {option} could match {matches}",
            option="%(option)s",
            matches="%(matches)s",
        ),
        tr("unexpected option string: {option}", option="%s"),
        tr("invalid {type} value: {value}", type="%(type)s", value="%(value)r"),
        tr(
            "invalid choice: {value} (choose from {choices})",
            value="%(value)r",
            choices="%(choices)s",
        ),
        tr(
            "unknown parser {name} (choices: {choices})",
            name="%(parser_name)r",
            choices="%(choices)s",
        ),
    )
}
"""What argparse says to a person, by its own template; what it says to programmers is left out."""


class CommandParser(argparse.ArgumentParser):
    """Says in one line what is wrong, where argparse would print the whole usage first."""

    def error(self, message: str) -> NoReturn:
        """Says it and ends the process."""
        complain(tr("{message}; see '{prog} --help'", message=message, prog=self.prog))
        self.exit(BAD_INPUT)


def _said(template: str) -> str:
    return WORDS.get(template, template)


vars(argparse)["_"] = _said
