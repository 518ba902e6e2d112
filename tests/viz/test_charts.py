from vega_mesa.experiments.standing import Group
from vega_mesa.viz.panels import accounts, depth, insurance, price, profit, state
from vega_mesa.viz.reading import Fill, History, Level, Reading

HISTORY = History(
    steps=[1, 2, 3, 4],
    mark=[None, 100.0, 101.0, 99.5],
    best_bid=[None, 99.0, None, 99.0],
    best_ask=[None, 101.0, None, 100.0],
    volume=[0.0, 2.0, 0.0, 1.5],
    insurance=[0.0, 0.0, 5.0, 5.0],
    mode=["opening auction", "continuous", "monitoring auction", "continuous"],
)


def reading(**changes) -> Reading:
    values = {
        "market": "BTC/USDT", "asset": "USDT", "state": "active", "mode": "continuous", "trigger": "",
        "time": "2024-01-01 00:00:04", "block": 4, "mark": 99.5, "best_bid": 99.0, "best_ask": 100.0,
        "open_interest": 3.0, "insurance": 5.0, "conserved": True, "history": HISTORY,
        "fills": [Fill(2, 100.0, 2.0, True), Fill(4, 99.5, 0.5, False)],
        "bids": [Level(99.0, 1.0), Level(98.0, 4.0)], "asks": [Level(100.0, 2.0), Level(103.0, 3.0)],
        "groups": [
            Group(name="MarketMaker", agents=1, general=900.0, margin=100.0, bond=10.0, position=-3.0, profit=12.5),
            Group(name="NoiseTrader", agents=5, general=4_000.0, margin=80.0, bond=0.0, position=3.0, profit=-12.5),
        ],
    }  # fmt: skip
    return Reading(**(values | changes))


def empty() -> Reading:
    nothing = History()
    return reading(history=nothing, fills=[], bids=[], asks=[], groups=[], mark=None, best_bid=None, best_ask=None)


def test_price_chart_shades_auctions_and_tells_who_took():
    chart = price.option(reading())
    series = {one["name"]: one for one in chart["series"]}
    assert [[a["xAxis"], b["xAxis"]] for a, b in series["mark"]["markArea"]["data"]] == [[0, 1], [2, 3]]
    assert series["best bid"]["data"] == [[1, None], [2, 99.0], [3, None], [4, 99.0]]
    assert [point["value"] for point in series["buyer took"]["data"]] == [[2, 100.0, 2.0]]
    assert [point["value"] for point in series["seller took"]["data"]] == [[4, 99.5, 0.5]]


def test_price_chart_of_a_long_run_stays_light():
    steps = list(range(1, 100_001))
    blank = [None] * len(steps)
    long = History(steps=steps, mark=[1.0] * len(steps), best_bid=blank, best_ask=blank, volume=blank, insurance=blank,
                   mode=["continuous"] * len(steps))  # fmt: skip
    chart = price.option(reading(history=long))
    assert all(len(series["data"]) <= price.MOST_POINTS for series in chart["series"])


def test_depth_starts_at_the_touch_and_reaches_equally_far_to_both_sides():
    chart = depth.option(reading())
    bids, asks = (series["data"] for series in chart["series"])
    assert bids[:3] == [[99.0, 0.0], [99.0, 1.0], [98.0, 4.0]]
    assert asks[:3] == [[100.0, 0.0], [100.0, 2.0], [103.0, 3.0]]
    middle = (chart["xAxis"]["min"] + chart["xAxis"]["max"]) / 2
    assert middle == 99.5
    assert bids[-1] == [chart["xAxis"]["min"], 4.0]


def test_profit_bars_point_the_way_the_money_went():
    values = [bar["value"] for bar in profit.option(reading())["series"][0]["data"]]
    assert values == [12.5, -12.5]


def test_accounts_end_with_their_sum():
    table = accounts.rows(reading())
    assert table[0] == ("MarketMaker", ["1", "900.00", "100.00", "10.00", "-3.00", "12.50"])
    assert table[-1] == ("all", ["6", "4,900", "180.00", "10.00", "0.00", "0.00"])


def test_state_says_what_holds_the_market_up():
    halted = reading(mode="monitoring auction", trigger="price", conserved=False)
    assert state.chips(halted) == [
        ("active", "good"),
        ("monitoring auction", "waiting"),
        ("trigger: price", "waiting"),
        ("money does not add up", "bad"),
    ]
    assert dict(state.tiles(reading()))["spread"] == "1"
    assert dict(state.tiles(empty()))["mark price"] == "-"


def test_every_panel_draws_a_market_that_has_not_begun():
    for module in (price, depth, profit, insurance):
        assert module.option(empty())["series"]
    assert len(accounts.rows(empty())) == 1
