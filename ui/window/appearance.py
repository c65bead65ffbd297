"""Light or dark, as a person chose it or the system says."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings, Qt, Signal

from ui.look import theme

APPEARANCE = "appearance"


class Appearance(QObject):
    """Keeps the choice beside the store, and has everything drawn in it.

    Args:
        settings: Of the window.
        parent: Of this.

    Signals:
        changed: Another one is in force.
    """

    changed = Signal()

    def __init__(self, settings: QSettings, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = settings

    @property
    def kept(self) -> str | None:
        """The name of the scheme that a person chose; None where none was."""
        found = self._settings.value(APPEARANCE)
        return str(found) if found is not None else None

    def is_chosen(self, scheme: Qt.ColorScheme) -> bool:
        """Whether this one was chosen; that of the system where none was."""
        return scheme.name == (self.kept or Qt.ColorScheme.Unknown.name)

    def choose(self, scheme: Qt.ColorScheme) -> None:
        """Light, dark, or as the system says."""
        theme.choose(scheme)
        self.keep(scheme.name)
        self.changed.emit()

    def keep(self, name: str) -> None:
        """Notes a choice for this start and the next."""
        self._settings.setValue(APPEARANCE, name)

    def begin(self) -> None:
        """Takes what was chosen; once the window stands, as each widget would be styled again."""
        if self.kept in (Qt.ColorScheme.Light.name, Qt.ColorScheme.Dark.name):
            theme.choose(Qt.ColorScheme[str(self.kept)])
        self.changed.emit()
