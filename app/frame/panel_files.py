"""Panels with a title in their frame, and the files of numbers that belong to them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.components import picture_button
from app.frame.page import Panel


@dataclass(frozen=True)
class PanelFiles:
    """The panels of a page whose numbers can be had.

    Attributes
    ----------
    page
        Its name, as ids and addresses begin.
    files
        Name of the file by the panel that it belongs to; a panel without one has no numbers to give.
    picture
        Name of a saved picture; {} stands for the panel.
    """

    page: str
    files: Mapping[str, str]
    picture: str = "{}"

    @property
    def folder(self) -> str:
        """Where the files lie for the browser."""
        return f"/download/{self.page}"

    def link_id(self, what: str) -> str:
        """Id of the link that downloads a panel's numbers."""
        return f"{self.page}-download-{what}"

    def links(self, depends_on: tuple[str, ...], write: Callable[[Any, Explorer], str]) -> Panel:
        """The panel that keeps the links at the selection, whose query `write` gives."""

        def draw(view: Any) -> dict[str, str]:
            query = write(view.selection, view.explorer)
            return {what: f"{self.folder}/{file}{query}" for what, file in self.files.items()}

        return Panel(
            name=f"{self.page}-files",
            depends_on=depends_on,
            draw=draw,
            outputs={what: (self.link_id(what), "href") for what in self.files},
        )

    def frame(
        self,
        what: str,
        title: str,
        parts: Sequence[Component],
        *,
        picture: str | None = None,
        beside: Component | None = None,
    ) -> Component:
        """Frame of a panel; `picture` is the id of a graph that can be saved, `beside` its controls."""
        buttons = [self._link(what, title)] if what in self.files else []
        if picture:
            buttons.insert(0, picture_button(picture, self.picture.format(what)))
        head = [html.H2(title), beside, html.Div(buttons, className="button-row")]
        return html.Section(
            [html.Div(head, className="panel-head"), *parts],
            className=f"panel {self.page}-{what}",
            id=f"{self.page}-panel-{what}",
            **{"aria-label": title},
        )

    def _link(self, what: str, title: str) -> Component:
        file = self.files[what]
        kind = file.rpartition(".")[2].upper()
        return html.A(
            kind,
            id=self.link_id(what),
            className="button small",
            download=file,
            title=f"The numbers of this panel: {file}",
            **{"aria-label": f"{title}: {kind}"},
        )
