import pandas as pd

from vega_mesa.experiments.plot import plot_sweep

MEASURES = {"return, %": "return_", "fees": "fees_", "nothing of the kind": "absent_"}


def table(**more) -> pd.DataFrame:
    rows = [
        {"run": number, "seed": seed, "slope": slope, "side": side, "return_a": slope / 10 * seed, "return_b": 0.1,
         "fees_a": 1e5 * slope}
        for number, (slope, side, seed) in enumerate((s, d, n) for s in (0.5, 1.0) for d in ("x", "y") for n in (1, 3))
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**more)


def visible(figure):
    return [panel for panel in figure.axes if panel.get_visible()]


def test_a_panel_for_each_measure_a_line_for_each_column():
    figure = plot_sweep(table(), ["slope"], MEASURES)
    returns, fees = visible(figure)
    assert (returns.get_ylabel(), fees.get_ylabel()) == ("return", "fees")
    a, b = [line for line in returns.lines if not line.get_label().startswith("_")]
    assert (a.get_label(), list(a.get_xdata()), [round(y, 9) for y in a.get_ydata()]) == ("a", [0.5, 1.0], [0.1, 0.2])
    assert list(b.get_ydata()) == [0.1, 0.1]
    assert returns.yaxis.get_major_formatter()(0.5, 0) == "50 %"
    assert fees.yaxis.get_major_formatter()(50_000, 0) == "50k"


def test_another_parameter_makes_columns_of_panels():
    figure = plot_sweep(table(), ["slope", "side"], MEASURES)
    assert len(visible(figure)) == 4
    assert [panel.get_title() for panel in figure.axes[:2]] == ["side = x", "side = y"]


def test_runs_that_failed_are_left_out_and_far_values_get_a_logarithmic_axis():
    failed = table(error=None)
    failed.loc[0, "error"] = "impossible"
    failed["slope"] = failed["slope"].map({0.5: 0.01, 1.0: 1.0})
    returns = visible(plot_sweep(failed, ["slope"], MEASURES))[0]
    assert returns.get_xscale() == "log"
    assert plot_sweep(table(), [], MEASURES).axes[0].lines[0].get_xdata().tolist() == list(range(8))
