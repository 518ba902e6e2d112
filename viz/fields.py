"""Inputs and notices that pages and panels share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

import solara


def field(
    label: str, value: str, change: Callable[[str], None], hint: str = "", *, hidden: bool = False,
    disabled: bool = False,
) -> Any:  # fmt: skip
    """A small box for a number or a text; ``hidden`` as a password is."""
    return solara.v.TextField(
        label=label, v_model=value, on_v_model=lambda text: change(text or ""), dense=True, outlined=True,
        hide_details=True, class_="vega-field", placeholder=hint, type="password" if hidden else "text",
        disabled=disabled,
    )  # fmt: skip


def choice(
    label: str, value: Any, values: Sequence[Any], change: Callable[[Any], None], *, disabled: bool = False
) -> Any:
    """A small box with a list."""
    return solara.v.Select(
        label=label, v_model=value, items=list(values), on_v_model=change, dense=True, outlined=True,
        hide_details=True, class_="vega-field", disabled=disabled, menu_props={"contentClass": "vega-menu"},
    )  # fmt: skip


def tick(label: str, value: bool, change: Callable[[bool], None], *, disabled: bool = False) -> Any:
    """A box to tick."""
    return solara.v.Checkbox(
        label=label, v_model=value, on_v_model=change, dense=True, hide_details=True, class_="vega-tick",
        disabled=disabled,
    )  # fmt: skip


def button(label: str, act: Callable[[], None], *, kind: str = "", disabled: bool = False) -> Any:
    """A button: ``buy`` and ``sell`` are coloured."""
    return solara.Button(
        label, on_click=act, classes=["vega-button", *([f"vega-button-{kind}"] if kind else [])],
        disabled=disabled, outlined=kind not in ("buy", "sell"), small=True, depressed=True,
    )  # fmt: skip


def notice(text: str, *, bad: bool) -> Any:
    """The answer to the last action: a line that keeps its place when it is empty."""
    kind = "vega-bad" if bad else "vega-good"
    return solara.v.Html(
        tag="div", class_=f"vega-notice {kind if text else ''}", attributes={"role": "alert" if bad else "status"},
        children=[text or "\u00a0"],
    )  # fmt: skip


def figures(pairs: Iterable[tuple[str, str]], kind: str) -> Any:
    """Names with their numbers: one element, so that all of them change at once."""
    tiles = "".join(
        f'<div class="vega-tile"><div class="vega-tile-name">{escape(name)}</div>'
        f'<div class="vega-tile-value">{escape(value)}</div></div>'
        for name, value in pairs
    )
    return solara.HTML(tag="div", classes=[kind], unsafe_innerHTML=tiles)


def box(kind: str, *children: Any) -> Any:
    """A plain element with one class."""
    return solara.v.Html(tag="div", class_=kind, children=list(children))
