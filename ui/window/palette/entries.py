"""What the palette offers, and which of it a person means; no widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from ui.forms.settings import Setting
from ui.look.actions import Action, Actions, words_of
from workbench.base.text import inside, tr

SEPARATOR = " › "
VARY = "vary:"
"""The beginning of the key of an offer to try several values of a setting."""

FIRST, STARTS, IN_TITLE, IN_PLACE, IN_HELP = range(5)
"""Where a word was found, the better first."""


@dataclass(frozen=True)
class Offer:
    """Something to choose.

    Attributes:
        key: The same from one opening to the next.
        title: In the first line.
        place: Where it is found without the palette.
        help: What it is for.
        call: Does it, or leads to it.
        keys: Its shortcut; "" for none.
        obstacle: Why it can't be chosen now; "" where it can.
        path: In the TOML, of a setting; "" for an action.
    """

    key: str
    title: str
    place: str
    help: str
    call: Callable[[], object]
    keys: str = ""
    obstacle: str = ""
    path: str = ""

    @cached_property
    def _texts(self) -> tuple[str, str, str]:
        place = f"{self.place} {self.path}"
        return self.title.casefold(), place.casefold(), self.help.casefold()

    def rank(self, words: Sequence[str], typed: str) -> int | None:
        """How well it fits, the less the better; None where a word is nowhere.

        Args:
            words: In lower case.
            typed: All of them, as one text.
        """
        title, place, help_ = self._texts
        total = 0 if title.startswith(typed) or self.path.casefold() == typed else 1
        for word in words:
            if word in title:
                starts = title.startswith(word) or f" {word}" in title
                total += 10 ** (STARTS if starts else IN_TITLE)
            elif word in place:
                total += 10**IN_PLACE
            elif word in help_:
                total += 10**IN_HELP
            else:
                return None
        return total


def offers_of(areas: Iterable[Actions], skipped: str) -> Iterator[Offer]:
    """All actions, with what their areas and menus are called.

    Args:
        areas: Of the window.
        skipped: The action that opens the palette, as area.id.
    """
    for area in areas:
        for menu, action in area.all():
            key = f"{area.name}.{action.id}"
            if key != skipped:
                place = SEPARATOR.join(filter(None, (area.title, menu)))
                yield _offer(key, place, action)


def _offer(key: str, place: str, action: Action) -> Offer:
    return Offer(
        key,
        words_of(action.text),
        place,
        words_of(action.reason),
        action.call,
        action.shortcut_text,
        action.obstacle(),
    )


def offers_of_settings(
    settings: Iterable[Setting], reveal: Callable[[str], object]
) -> Iterator[Offer]:
    """All settings of the form; to choose one leads to its field.

    Args:
        settings: Of the form as it is now.
        reveal: Brings the form to a path.
    """
    for one in settings:
        place = SEPARATOR.join(one.place)
        yield Offer(one.path, one.title, place, one.help, partial(reveal, one.path), path=one.path)


def offers_to_vary(settings: Iterable[Setting], vary: Callable[[str], object]) -> Iterator[Offer]:
    """For each setting, several values of it to try.

    Args:
        settings: Of the form as it is now.
        vary: Brings the form to a path, with values to try.
    """
    for one in settings:
        title = tr("Try several values of {title}", title=inside(one.title))
        place = SEPARATOR.join(one.place)
        yield Offer(
            f"{VARY}{one.path}", title, place, one.help, partial(vary, one.path), path=one.path
        )


def found(offers: Sequence[Offer], typed: str, used: Sequence[str] = ()) -> list[Offer]:
    """The offers that have all the words, the best first.

    Args:
        offers: In the order in which equals are shown.
        typed: By a person.
        used: Keys of what was chosen last, the newest first: first where nothing is typed.
    """
    typed = " ".join(typed.casefold().split())
    if not typed:
        order = {key: place for place, key in enumerate(used)}
        return sorted(offers, key=lambda offer: order.get(offer.key, len(order)))
    words = typed.split()
    ranked = [(rank, offer) for offer in offers if (rank := offer.rank(words, typed)) is not None]
    return [o for _, o in sorted(ranked, key=lambda pair: (pair[0], bool(pair[1].obstacle)))]
