"""What the parts of the window ask of each other, without knowing who does it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Requests(QObject):
    """A part that wants something emits; the part that can do it is connected.

    Signals:
        train: Train the experiment.
        find: Find a good value by measuring; the setting's path.
        try_remedy: Put a run's settings with one change into the form; its id and the `Remedy`.
        use_settings: Put a run's settings into the form; its id.
        show_page: Put the tab of this key in front.
        show_code: Show the experiment as a script.
        export_network: Offer to export the network of a run; its id.
    """

    train = Signal()
    find = Signal(str)
    try_remedy = Signal(str, object)
    use_settings = Signal(str)
    show_page = Signal(str)
    show_code = Signal()
    export_network = Signal(str)
