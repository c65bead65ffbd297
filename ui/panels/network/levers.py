"""The Levers page: what each lever would give on the experiment as it stands, and Apply."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ui.background.when_shown import WhenShown
from ui.editing.edited import EditedSpec
from ui.editing.editor import Editor
from ui.editing.variations import Variations
from ui.forms.form import SpecForm
from ui.forms.row import offer_menu
from ui.look import theme
from ui.look.plain import Label, tip
from ui.panels.network.structure_diff import StructureDiffView, show_relative
from workbench.base.text import help_of, tr
from workbench.experiment import Experiment
from workbench.levers.catalog import LEVER, LEVERS
from workbench.levers.comparison import Comparison
from workbench.levers.lever import Lever
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo

if TYPE_CHECKING:
    from ui.forms.varied import VariedLine

CARDS_WIDTH = 84 * theme.UNIT


class LeverCard(QFrame):
    """One lever: what it does, its settings, and what it would give.

    Args:
        name: Of the lever in `LEVERS`.
        variations: Of the experiment: what is to be tried of it.

    Signals:
        settings_changed: A person changed one of its settings.
        chosen: A person wants to see its layers.
        asked: A person pressed Apply.
        undo_asked: A person pressed Undo, after that.
    """

    settings_changed = Signal()
    chosen = Signal()
    asked = Signal()
    undo_asked = Signal()

    def __init__(self, name: str, variations: Variations) -> None:
        super().__init__()
        kind = LEVERS[name]
        self.name, self._variations = name, variations
        self.varied: VariedLine | None = None
        self.preview: Comparison | None = None
        self.is_stale = True
        self.source = EditedSpec(kind(), variations, self.axis)
        self.title = QRadioButton(kind.label)
        self.title.setToolTip(tr("Show which layers it would change"))
        self.title.toggled.connect(self._mark)
        self.apply = QPushButton(tr("Apply"))
        self.apply.setAccessibleName(tr("Apply {label}", label=kind.label))
        self.apply.clicked.connect(self.asked)
        self.sentence = Label(help_of(kind))
        self.sentence.setProperty("role", "muted")
        self.sentence.setWordWrap(True)
        self.sentence.setToolTip(" ".join((kind.__doc__ or "").split()))
        self.refusal = Label()
        self.refusal.setWordWrap(True)
        self.refusal.setProperty("role", "muted")
        self.applied = self._make_applied()
        self.figures = self._make_figures()
        self.form: SpecForm | None = None
        self._lay_out(bool(kind.model_fields))
        self.source.changed.connect(self.settings_changed)
        self.source.problems_changed.connect(self.settings_changed)

    def _lay_out(self, has_settings: bool) -> None:
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.apply)
        column = self._column = QVBoxLayout(self)
        theme.spaced(column, 3, 2, 3, 2, spacing=1)
        column.addLayout(top)
        column.addWidget(self.sentence)
        if has_settings:
            self.form = SpecForm(self.source, EditedSpec.PATH)
            column.addWidget(self.form)
        else:
            self._variations.changed.connect(self._show_varied)
            self._variations.faults_changed.connect(self._show_varied)
            self._show_varied()
        offer_menu(self.title, self._fill_menu)
        for part in (self.applied, self.figures, self.refusal):
            column.addWidget(part)

    @property
    def axis(self) -> str:
        """The path under which a search varies it."""
        return f"{LEVER}{self.name}"

    def vary(self) -> None:
        """Tries several of its settings, or with and without it where it has none."""
        first = next(iter(LEVERS[self.name].model_fields), None)
        if self.form is not None and first is not None:
            self.form.vary(f"{EditedSpec.PATH}.{first}")
        else:
            self.source.vary_some(EditedSpec.PATH)

    def _fill_menu(self, menu: QMenu) -> None:
        from ui.forms.vary_menu import fill  # nothing of it is needed before

        fill(menu, self.source, self.axis, self.vary)

    @Slot()
    def _show_varied(self) -> None:
        """Shows a line with what is tried of a lever that has no settings, and so no form."""
        text = self._variations.texts.get(self.axis, "")
        if self.varied is None:
            if not text:
                return
            from ui.forms.varied import VariedLine  # not before something is varied

            self.varied = VariedLine(LEVERS[self.name].label, {})
            self.varied.edited.connect(partial(self._variations.vary, self.axis))
            self.varied.removed.connect(partial(self._variations.leave, self.axis))
            self._column.insertWidget(2, self.varied)
        self.varied.show_text(text, self._variations.faults.get(self.axis, ""))
        self.varied.setVisible(bool(text))

    def _make_applied(self) -> QWidget:
        place = QWidget()
        self.outcome = Label()
        self.outcome.setProperty("role", "good")
        self.outcome.setWordWrap(True)
        undo = QPushButton(tr("Undo"))
        undo.setToolTip(tr("Take the lever back (Ctrl+Z)"))
        undo.clicked.connect(self.undo_asked)
        row = QHBoxLayout(place)
        theme.spaced(row, 0, spacing=2)
        row.addWidget(self.outcome, 1)
        row.addWidget(undo)
        place.hide()
        return place

    def _make_figures(self) -> QWidget:
        place = QWidget()
        grid = QGridLayout(place)
        theme.spaced(grid, 0)
        self.cells: dict[str, tuple[QLabel, QLabel]] = {}
        self.heads: dict[str, str] = {}
        for column, (name, title) in enumerate(
            (
                ("parameters", tr("parameters")),
                ("macs", tr("MACs")),
                ("weight_bytes", tr("weights")),
                ("training_bytes", tr("to train")),
            )
        ):
            head, after, difference = Label(title), Label(), Label()
            head.setProperty("role", "muted")
            self.heads[name] = title
            for line, label in enumerate((head, after, difference)):
                grid.addWidget(label, line, column)
            grid.setColumnStretch(column, 1)
            self.cells[name] = (after, difference)
        return place

    @property
    def lever(self) -> Lever:
        """The lever as it is set."""
        assert isinstance(self.source.spec, Lever)
        return self.source.spec

    def work_out(self, experiment: Experiment, info: DataInfo | None) -> None:
        """Shows what the lever would give on an experiment, or why it doesn't apply."""
        self.is_stale, self.preview, sentence = False, None, ""
        if info is None:
            sentence = tr("The shape of the images isn't known yet.")
        elif not self.source.problems:
            try:
                self.preview = self.lever.preview(experiment, info)
            except SpecError as error:
                sentence = f"{error.problems[0].message}."
        self._show(sentence)

    def show_applied(self, done: Comparison | None) -> None:
        """Says what the lever brought, just after it was applied; None takes that away."""
        self.applied.setVisible(done is not None)
        if done is None:
            return
        parts = [
            f"{total.amount(total.left)} → {total.amount(total.right)} {self.heads[total.name]}"
            for total in done.totals
            if total.left != total.right and total.name in ("parameters", "macs")
        ]
        brought = ", ".join(parts) or tr("the layers changed, their costs stayed the same")
        self.outcome.setText(tr("Applied: {brought}.", brought=brought))

    def _show(self, sentence: str) -> None:
        applies = self.preview is not None
        self.apply.setEnabled(applies)
        self.apply.setToolTip(
            tr("Change the experiment; Undo takes it back") if applies else tip(sentence)
        )
        self.figures.setVisible(applies)
        self.refusal.setText(sentence)
        self.refusal.setVisible(bool(sentence) and self.applied.isHidden())
        for total in self.preview.totals if self.preview is not None else ():
            after, difference = self.cells[total.name]
            before, now = total.amount(total.left), total.amount(total.right)
            after.setText(now)
            show_relative(difference, total)
            for label in (after, difference):
                label.setToolTip(tip(f"{before} → {now}"))

    @Slot(bool)
    def _mark(self, chosen: bool) -> None:
        theme.set_property(self, "chosen", chosen)
        if chosen:
            self.chosen.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.title.click()
        super().mousePressEvent(event)


class LeversPage(QWidget):
    """Every lever on the left, the layers that the chosen one would change on the right.

    Args:
        editor: Whose experiment is made smaller.
    """

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._group = QButtonGroup(self)
        self.cards: dict[str, LeverCard] = {}
        self._applied: tuple[LeverCard, Comparison, Experiment] | None = None
        self._is_choice_open = True
        self.follow = WhenShown(self, self._work_out)
        editor.changed.connect(self._experiment_changed)
        editor.problems_changed.connect(self._experiment_changed)

    def make(self) -> None:
        """Makes what is shown, at the first use: the window starts sooner without it."""
        if self.cards:
            return
        self.diff = StructureDiffView()
        self.cards = {name: self._card(name) for name in LEVERS}
        self._chosen = next(iter(self.cards.values()))
        self._lay_out()
        self._chosen.title.setChecked(True)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setObjectName("page")
        column = QVBoxLayout(inside)
        theme.spaced(column, 0)
        for card in self.cards.values():
            column.addWidget(card)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidget(inside)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(self.area)
        across.addWidget(self.diff)
        across.setStretchFactor(1, 1)
        across.setSizes([CARDS_WIDTH, 2 * CARDS_WIDTH])
        across.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addWidget(across)

    def _card(self, name: str) -> LeverCard:
        card = LeverCard(name, self._editor.variations)
        self._group.addButton(card.title)
        card.chosen.connect(self._card_chosen)
        card.asked.connect(self._asked)
        card.undo_asked.connect(self._editor.undo)
        card.title.clicked.connect(self._picked)
        card.settings_changed.connect(self._settings_changed)
        return card

    def choose(self, name: str) -> None:
        """Shows what one lever would change."""
        self.make()
        self._picked()
        card = self.cards[name]
        card.title.setChecked(True)
        self.area.ensureWidgetVisible(card)

    def _work_out(self) -> None:
        """Works out one lever, the chosen one first: all at once would be felt in a large net."""
        self.make()
        stale = [card for card in (self._chosen, *self.cards.values()) if card.is_stale]
        if stale:
            stale[0].work_out(self._editor.experiment, self._editor.info)
            if stale[0] is self._chosen:
                self._show_chosen()
            elif self._is_choice_open and self._chosen.preview is None and stale[0].preview:
                stale[0].title.setChecked(True)  # it opens on a lever that can be applied
        if any(card.is_stale for card in self.cards.values()):
            self.follow.mark()

    def pull(self, name: str) -> bool:
        """Applies a lever as one step of undo; False where it doesn't apply."""
        card = self.cards[name]
        if card.is_stale:
            card.work_out(self._editor.experiment, self._editor.info)
        if card.preview is None:
            return False
        self._picked()
        self._forget_applied()
        done = card.preview
        self._editor.replace(done.right.experiment, card.lever.label.lower())
        self._applied = (card, done, self._editor.experiment)
        card.show_applied(done)
        card.title.setChecked(True)
        return True

    def _show_chosen(self) -> None:
        card = self._chosen
        if self._applied is not None and self._applied[0] is card:
            self.diff.show_comparison(self._applied[1], tr("before"), tr("now"))
        elif card.preview is not None:
            self.diff.show_comparison(card.preview, tr("now"), card.lever.label.lower())
        elif card.refusal.text():
            self.diff.say(card.refusal.text())
        else:
            self.diff.say(tr("A setting of the lever is wrong; its field says why."))

    @Slot()
    def _experiment_changed(self) -> None:
        if self._applied is not None and self._applied[2] is not self._editor.experiment:
            self._forget_applied()
        for card in self.cards.values():
            card.is_stale = True
        self.follow.mark()

    def _forget_applied(self) -> None:
        if self._applied is not None:
            self._applied[0].show_applied(None)
            self._applied = None

    @Slot()
    def _picked(self) -> None:
        """A person chose a lever; from then on none is chosen for them."""
        self._is_choice_open = False

    @Slot()
    def _settings_changed(self) -> None:
        card = self.sender()
        assert isinstance(card, LeverCard)
        self._picked()
        self._forget_applied()
        card.is_stale = True
        card.title.setChecked(True)
        self.follow.mark()

    @Slot()
    def _card_chosen(self) -> None:
        card = self.sender()
        assert isinstance(card, LeverCard)
        self._chosen = card
        if not card.is_stale:
            self._show_chosen()

    @Slot()
    def _asked(self) -> None:
        card = self.sender()
        assert isinstance(card, LeverCard)
        self.pull(card.name)
