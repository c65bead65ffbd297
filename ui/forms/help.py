"""What a choice is, in words and as a formula, with the numbers in force: from the spec's class."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ui.forms.formula import FormulaView
from ui.look import theme
from ui.look.plain import Label
from workbench.base.text import help_of
from workbench.spec.base import Choice, Facts


class ChoiceHelp(QWidget):
    """Help on one choice, as it unfolds under its combo box."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("help")
        self.words, self.in_force, self.source = Label(), Label(), Label()
        self.formula = FormulaView()
        layout = QVBoxLayout(self)
        theme.spaced(layout, 3, 0, 0, 2, spacing=1)
        for widget in (self.words, self.formula, self.in_force, self.source):
            layout.addWidget(widget)
        for label in (self.words, self.in_force, self.source):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.source.setProperty("role", "muted")

    def show_choice(self, choice: Choice, facts: Facts) -> None:
        """Explains this choice as it stands."""
        self.formula.show_formula(choice.formula)
        texts = (help_of(type(choice)), choice.in_force(facts), choice.source)
        for label, text in zip((self.words, self.in_force, self.source), texts, strict=True):
            label.setText(text)
            label.setVisible(bool(text))
