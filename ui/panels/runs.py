"""The table of runs: the window's memory, and the legend of its plots."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSortFilterProxyModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.models.run_table import PROGRESS_ROLE, SORT_ROLE, Choice, Pick, RunTable
from workbench.runs.record import Run
from workbench.runs.status import RunStatus

ROW_HEIGHT = 26
BAR_WIDTH = 64
CELL_MARGIN = 11
WIDTHS = (240, 200, 96, 96, 96, 96, 96, 104, 104)

TONE_OF_STATUS = {
    RunStatus.COMPLETED: "good",
    RunStatus.RUNNING: "accent",
    RunStatus.PAUSED: "warn",
    RunStatus.STOPPED: "muted",
    RunStatus.INTERRUPTED: "warn",
    RunStatus.FAILED: "bad",
    RunStatus.QUEUED: "muted",
}


class StatusDelegate(QStyledItemDelegate):
    """Draws a run's status as a coloured word, and as a bar with words while it is under way."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        tone = TONE_OF_STATUS[RunStatus(index.data(SORT_ROLE))]
        for role in (option.palette.ColorRole.Text, option.palette.ColorRole.HighlightedText):
            option.palette.setColor(role, QColor(getattr(theme.tones(), tone)))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        progress = index.data(PROGRESS_ROLE)
        if progress is None:
            super().paint(painter, option, index)
            return
        share, words_ = progress
        colours = theme.tones()
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours.selection))
        inside = option.rect.adjusted(CELL_MARGIN, 0, -CELL_MARGIN, 0)
        bar = QRect(inside.left(), inside.center().y() - 2, BAR_WIDTH, 6)
        painter.fillRect(bar, QColor(colours.line))
        bar.setWidth(round(BAR_WIDTH * share))
        painter.fillRect(bar, QColor(colours.accent))
        painter.setPen(QColor(colours.text))
        beside = inside.adjusted(BAR_WIDTH + 8, 0, 0, 0)
        painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, words_)
        painter.restore()


class RunsPanel(QWidget):
    """Table, filter and what can be done with runs.

    Signals:
        selected: The current run's id; "" for none.
        use_settings, resume: Asked for the current run, by its id.
        delete: Asked for these ids.
        hide_runs: Hide (True) or show the curves of these ids.
    """

    selected = Signal(str)
    use_settings = Signal(str)
    resume = Signal(str)
    delete = Signal(list)
    hide_runs = Signal(list, bool)

    def __init__(self, model: RunTable) -> None:
        super().__init__()
        self.model = model
        self.proxy = QSortFilterProxyModel(self)
        self.proxy.setSourceModel(model)
        self.proxy.setSortRole(SORT_ROLE)
        self.proxy.setFilterKeyColumn(-1)
        self.proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.table = self._make_table()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter runs"))
        self.filter.setAccessibleName(self.tr("Filter runs"))
        self.filter.setToolTip(self.tr("Show only runs with this text in any column (Ctrl+F)"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(56 * theme.UNIT)
        self.filter.textChanged.connect(self.proxy.setFilterFixedString)
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.empty = QLabel(
            self.tr(
                "No runs yet. Each training becomes a row here, with its settings and curves, and "
                "stays."
            )
        )
        self.empty.setProperty("role", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.table)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addWidget(self.pages, 1)
        self._make_actions()
        self.bar = self._make_bar()
        model.dataChanged.connect(self._enable_actions)
        self.proxy.rowsInserted.connect(self.refresh)
        self.proxy.rowsRemoved.connect(self.refresh)
        model.rowsInserted.connect(self.refresh)  # also those that the filter hides
        model.rowsRemoved.connect(self.refresh)
        self.refresh()

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.proxy)
        table.setSortingEnabled(True)
        table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        table.horizontalHeader().setSortIndicatorClearable(True)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setAccessibleName(self.tr("Runs"))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(64)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._header_menu)
        for column, width in enumerate(WIDTHS):
            table.setColumnWidth(column, width)
        self._delegate = StatusDelegate(table)
        table.setItemDelegateForColumn(1, self._delegate)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        table.selectionModel().currentRowChanged.connect(self._current_changed)
        table.selectionModel().selectionChanged.connect(self._enable_actions)
        return table

    def _make_bar(self) -> QWidget:
        """What belongs to the table and lies beside its tab: buttons, the count and the filter."""
        bar = QWidget()
        row = QHBoxLayout(bar)
        theme.spaced(row, 0, 0, 3, 0, spacing=1)
        row.addWidget(self.count)
        row.addSpacing(2 * theme.UNIT)
        for key in ("use", "resume", "rename", "hide", "delete"):
            button = QToolButton()
            button.setDefaultAction(self.actions_[key])
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setAccessibleName(self.actions_[key].text())
            row.addWidget(button)
        row.addSpacing(2 * theme.UNIT)
        row.addWidget(self.filter)
        return bar

    def _make_actions(self) -> None:
        self.actions_: dict[str, QAction] = {}
        tr = self.tr
        for key, icon, text, keys, slot, reason in (
            ("use", "reuse", tr("Use these settings"), "Ctrl+U", self._use,
             tr("Put the settings of this run into the form, to change one and compare")),
            ("resume", "play", tr("Resume"), "Ctrl+R", self._resume,
             tr("Go on with a stopped, interrupted or failed run from its last checkpoint")),
            ("rename", "edit", tr("Rename"), "F2", self._rename,
             tr("Give this run a name that says what was tried")),
            ("hide", "live", tr("Show or hide curves"), "Space", self._toggle,
             tr("Show the curves of the chosen runs, or take them out of the plots")),
            ("copy", "duplicate", tr("Copy run id"), "Ctrl+C", self._copy,
             tr("Copy the id, by which the command line knows this run")),
            ("delete", "trash", tr("Delete"), "Del", self._delete,
             tr("Delete the chosen runs; Undo brings them back")),
        ):  # fmt: skip
            action = QAction(text, self.table)
            action.setToolTip(f"{reason} ({keys})")
            theme.set_icon(action, icon)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(slot)
            self.table.addAction(action)
            self.actions_[key] = action
        self._enable_actions()

    # --- selection -----------------------------------------------------------------------------

    @property
    def current(self) -> Run | None:
        """The run with the focus; None while there is none."""
        index = self.table.currentIndex()
        if not index.isValid():
            return None
        return self.model.run_at(self.proxy.mapToSource(index).row())

    @property
    def chosen(self) -> list[Run]:
        """All selected runs."""
        rows = self.table.selectionModel().selectedRows()
        return [self.model.run_at(self.proxy.mapToSource(index).row()) for index in rows]

    def select(self, run_id: str) -> None:
        """Makes a run the current one; a filter that hides it goes."""
        row = self.model.row_of(run_id)
        if row is not None:
            if not self.proxy.mapFromSource(self.model.index(row, 0)).isValid():
                self.filter.clear()
            index = self.proxy.mapFromSource(self.model.index(row, 0))
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index)

    @Slot()
    def refresh(self) -> None:
        """Shows the table or the empty page, and how many runs there are."""
        total, shown = self.model.rowCount(), self.proxy.rowCount()
        self.pages.setCurrentWidget(self.table if total else self.empty)
        words_ = self.tr("{} of {} runs").format(shown, total) if shown < total else ""
        if total and shown == total:
            words_ = self.tr("1 run") if total == 1 else self.tr("{} runs").format(total)
        self.count.setText(words_)

    @Slot()
    def _current_changed(self) -> None:
        run = self.current
        self.selected.emit(run.run_id if run is not None else "")

    @Slot()
    def _enable_actions(self) -> None:
        chosen = self.chosen
        one = len(chosen) == 1
        for key in ("use", "rename", "copy"):
            self.actions_[key].setEnabled(one)
        self.actions_["resume"].setEnabled(one and chosen[0].status.can_resume)
        self.actions_["hide"].setEnabled(bool(chosen))
        self.actions_["delete"].setEnabled(
            bool(chosen) and not any(run.status.is_active for run in chosen)
        )

    # --- actions -------------------------------------------------------------------------------

    def _use(self) -> None:
        if self.current is not None:
            self.use_settings.emit(self.current.run_id)

    def _resume(self) -> None:
        if self.current is not None:
            self.resume.emit(self.current.run_id)

    def _rename(self) -> None:
        index = self.table.currentIndex()
        if index.isValid():
            self.table.edit(index.siblingAtColumn(0))

    def _toggle(self) -> None:
        chosen = self.chosen
        if chosen:
            hidden = not all(run.hidden for run in chosen)
            self.hide_runs.emit([run.run_id for run in chosen], hidden)

    def _copy(self) -> None:
        if self.current is not None:
            QGuiApplication.clipboard().setText(self.current.run_id)

    def _delete(self) -> None:
        ids = [run.run_id for run in self.chosen if not run.status.is_active]
        if ids:
            self.delete.emit(ids)

    def _header_menu(self, place: QPoint) -> None:
        column = self.model.columns[self.table.horizontalHeader().logicalIndexAt(place)]
        if not column.metric:
            return
        menu = QMenu(self)
        for pick, text in (
            (Pick.LAST, self.tr("Last epoch")),
            (Pick.BEST, self.tr("Best epoch")),
            (Pick.AT, self.tr("At epoch…")),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(self.model.choice.pick is pick)
            action.setData(pick)
        chosen = menu.exec(self.table.horizontalHeader().mapToGlobal(place))
        if chosen is not None:
            self.pick(chosen.data())

    def pick(self, pick: Pick, epoch: int | None = None) -> None:
        """Chooses which epoch's figures are shown; asks for the epoch where it has to."""
        if pick is Pick.AT and epoch is None:
            epoch, sure = QInputDialog.getInt(
                self, self.tr("At epoch"), self.tr("Epoch"), self.model.choice.epoch, 1, 100_000
            )
            if not sure:
                return
        self.model.set_choice(Choice(pick, epoch or 1))
