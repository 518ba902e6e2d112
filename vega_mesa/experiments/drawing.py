"""A picture that shows itself: in a notebook, in a file, without a window and without matplotlib's global state."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOTS: Final = 130  # an inch


class Drawing(Figure):
    """An empty figure of so many inches."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__(figsize=(width, height), dpi=DOTS, layout="constrained")
        FigureCanvasAgg(self)

    def _repr_png_(self) -> bytes:
        """What a notebook shows, whether or not somebody has imported pyplot."""
        picture = BytesIO()
        self.savefig(picture, format="png")
        return picture.getvalue()
