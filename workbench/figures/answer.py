"""What the processes that draw figures for the window answer."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from workbench.base.plain_values import Said


@dataclass(frozen=True)
class FigureAnswer:
    """The answer to a request, which one of `error`, `written` and `drawn` tells.

    Attributes:
        number: Of the request.
        error: A sentence on why there is no figure.
        written: The file that is there now.
        drawn: The figure by format, in base64.
        remarks: What a reader of the figure would miss, a clause each.
    """

    number: int = 0
    error: Said = ""
    written: str = ""
    drawn: dict[str, str] = field(default_factory=dict)
    remarks: list[Said] = field(default_factory=list)

    def content(self, name: str) -> bytes:
        """The figure in one of the formats that were asked for."""
        return base64.b64decode(self.drawn[name])

    @property
    def sentences(self) -> list[str]:
        """The remarks as a person reads them."""
        return [f"{remark[:1].upper()}{remark[1:]}." for remark in self.remarks]
