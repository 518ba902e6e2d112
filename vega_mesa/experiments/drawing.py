"""A picture that shows itself: in a notebook, in a file, without a window and without matplotlib's global state."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOTS: Final = 130  # an inch
SHOWN: Final = 80  # an inch on the page of a notebook: sharp on any screen


class Drawing(Figure):
    """An empty figure of so many inches."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__(figsize=(width, height), dpi=DOTS, layout="constrained")
        FigureCanvasAgg(self)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """What a notebook shows, whether or not somebody has imported pyplot, and how wide it is on the page."""
        picture = BytesIO()
        self.savefig(picture, format="png")
        return picture.getvalue(), {"width": round(self.get_figwidth() * SHOWN)}
