"""Drawing the page anew from a thread: not while the page takes in what its visitor does.

Both change the same widgets. Where they overlap, what is being typed is put back to what it was, and lost.
"""

from __future__ import annotations

from mesa.visualization import solara_viz
from mesa.visualization.utils import force_update
from solara.server import kernel_context

FOREVER = -1.0


def redraw(patience: float = FOREVER) -> None:
    """Draw the visitor's page anew.

    Args:
        patience: seconds to wait for the visitor's doings to end; then it stays as it is.
    """
    if not kernel_context.has_current_context():  # in a notebook
        force_update()
        return
    lock = kernel_context.get_current_context().lock
    if lock.acquire(timeout=patience):
        try:
            force_update()
        finally:
            lock.release()


def draw_mesa_so() -> None:
    """Let Mesa's controls, which play a model in a thread of their own, draw with :func:`redraw`."""
    solara_viz.force_update = redraw
