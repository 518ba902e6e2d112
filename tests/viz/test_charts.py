from vega_mesa.experiments.standing import Group
from vega_mesa.viz.candles import MOST, MOST_BEFORE, candles, fitting, spoken, trimmed
from vega_mesa.viz.panels import accounts, depth, insurance, ladder, profit, state, trades
from vega_mesa.viz.panels import candles as candle_chart
from vega_mesa.viz.reading import Fill, Level, Reading, Sample

SECOND = 10**9


def sample(block: int, mode: str = "continuous", **changes) -> Sample:
    values = {
        "mark": 100.0, "best_bid": 99.0, "best_ask": 101.0, "low": 90.0, "high": 110.0, "insurance": float(block),
    }  # fmt: skip
    return Sample(block=block, time=block * SECOND, mode=mode, **(values | changes))


def fill(block: int, price: float, size: float = 1.0, side: str = "buy") -> Fill:
    return Fill(block, block * SECOND, price, size, side, "alice", "bob")


HISTORY = [sample(1, "opening auction", mark=None), sample(2), sample(3, "monitoring auction"), sample(4)]
FILLS = [fill(2, 100.0, 2.0, ""), fill(2, 103.0), fill(2, 98.0), fill(4, 99.5, 0.5, "sell")]


def reading(**changes) -> Reading:
    values = {
        "market": "BTC/USDT", "asset": "USDT", "state": "active", "mode": "continuous", "trigger": "",
        "time": "2024-01-01 00:00:04", "block": 5, "mark": 99.5, "best_bid": 99.0, "best_ask": 100.0,
        "open_interest": 3.0, "insurance": 5.0, "conserved": True, "history": HISTORY, "fills": FILLS,
        "bids": [Level(99.0, 1.0), Level(98.0, 4.0)], "asks": [Level(100.0, 2.0), Level(103.0, 3.0)],
        "now": sample(5), "bounds": (90.0, 110.0),
    }  # fmt: skip
    return Reading(**(values | changes))


def empty() -> Reading:
    return Reading(time="2024-01-01 00:00:00", block=1, conserved=True)


GROUPS = [
    Group(name="MarketMaker", agents=1, general=900.0, margin=100.0, bond=10.0, position=-3.0, profit=12.5),
    Group(name="NoiseTrader", agents=5, general=4_000.0, margin=80.0, bond=0.0, position=3.0, profit=-12.5),
]


def chart_of(seen: Reading, **options) -> dict:
    return candle_chart.option(candles(seen.fills, seen.history, 1, seen.now), seen, **options)


def series(chart: dict, name: str) -> list:
    return [one["data"] for one in chart["series"] if one["name"] == name]


def test_a_candle_holds_the_trades_of_its_blocks():
    found = candles(FILLS, HISTORY, 1)
    assert [(one.open, one.high, one.low, one.close, one.volume, one.trades) for one in found] == [
        (None, None, None, None, 0, 0),
        (100.0, 103.0, 98.0, 98.0, 4.0, 3),
        (None, None, None, None, 0, 0),
        (99.5, 99.5, 99.5, 99.5, 0.5, 1),
    ]
    assert [one.auction for one in found] == ["opening auction", "", "monitoring auction", ""]


def test_wider_candles_begin_where_their_number_divides_the_height():
    found = candles(FILLS, HISTORY, 2)
    assert [(one.time // SECOND, one.open, one.close, one.last.block) for one in found] == [
        (1, None, None, 1), (2, 100.0, 98.0, 3), (4, 99.5, 99.5, 4)
    ]  # fmt: skip


def test_a_trade_of_the_open_block_is_seen_at_once():
    late = [*FILLS, fill(5, 104.0)]
    assert candles(late, HISTORY, 1)[-1].close == 99.5
    assert candles(late, HISTORY, 1, sample(5))[-1].close == 104.0
    assert len(candles(FILLS, HISTORY, 1, sample(5))) == len(HISTORY)


def test_a_long_auction_before_the_first_trade_is_cut_short():
    auction = [sample(block, "opening auction") for block in range(1, 51)]
    found = candles([fill(51, 100.0)], [*auction, sample(51)], 1)
    assert [one.trades for one in trimmed(found)] == [0] * MOST_BEFORE + [1]
    assert len(trimmed(candles([], auction, 1))) == 50
    assert trimmed([]) == []


def test_no_blocks_no_candles_and_long_runs_stay_light():
    assert candles([], [], 1) == []
    long = [sample(block) for block in range(10_000)]
    assert len(candles([], long, 1)) == MOST
    assert [fitting(history, (1, 10, 60, 300)) for history in ([], long[:120], long[:121], long)] == [1, 1, 10, 300]
    assert [spoken(seconds) for seconds in (0.5, 5, 90, 600, 7_200, 86_400)] == ["0.5s", "5s", "90s", "10m", "2h", "1d"]


def test_the_chart_shades_auctions_and_draws_what_traded():
    chart = chart_of(reading())
    assert series(chart, "auction") == [[1, "-", 1, "-"]]
    assert series(chart, "price") == [["-", [100.0, 98.0, 98.0, 103.0], "-", [99.5, 99.5, 99.5, 99.5]]]
    assert series(chart, "mark") == [["-", 100.0, 100.0, 100.0]]
    assert series(chart, "bounds") == [[90.0] * 4, [110.0] * 4]
    assert chart["xAxis"][1]["data"] == ["00:00:01", "00:00:02", "00:00:03", "00:00:04"]


def test_far_bounds_are_reached_for_only_when_asked():
    far = reading(history=[sample(block, low=50.0, high=150.0) for block in (1, 2, 3, 4)])
    axis = chart_of(far)["yAxis"][0]
    assert (axis["min"], axis["max"]) == (97.7, 103.3)
    wide = chart_of(far, bounds=True)["yAxis"][0]
    assert wide["min"] < 50.0 < 150.0 < wide["max"]


def test_depth_starts_at_the_touch_and_reaches_equally_far_to_both_sides():
    chart = depth.option(reading())
    bids, asks = (series["data"] for series in chart["series"])
    assert bids[:3] == [[99.0, 0.0], [99.0, 1.0], [98.0, 4.0]]
    assert asks[:3] == [[100.0, 0.0], [100.0, 2.0], [103.0, 3.0]]
    middle = (chart["xAxis"]["min"] + chart["xAxis"]["max"]) / 2
    assert middle == 99.5
    assert bids[-1] == [chart["xAxis"]["min"], 4.0]


def test_the_ladder_keeps_its_place_and_says_what_an_auction_would_come_to():
    lines = ladder.rows(reading())
    assert len(lines) == len(ladder.rows(empty())) == 2 * ladder.LEVELS + 1
    middle = ladder.LEVELS
    assert [tuple(line)[1:4] for line in lines[middle - 2 : middle + 3]] == [
        ("103", "1", "3"), ("100", "2", "2"), ("spread", "1", ""), ("99", "1", "1"), ("98", "3", "4"),
    ]  # fmt: skip
    assert ladder.rows(reading(indicative=(99.7, 2.5)))[middle][1:4] == ("99.7", "2.5", "auction")


def test_trades_are_listed_newest_first_with_who_took():
    rows = trades.rows(reading())
    assert rows[0].cells == ("00:00:04", "99.5", "0.5", "sell")
    assert rows[-1].cells == ("00:00:02", "100", "2", "auction")
    assert len({row.key for row in rows}) == len(rows)
    assert trades.rows(empty()) == []


def test_profit_bars_point_the_way_the_money_went():
    values = [bar["value"] for bar in profit.option(GROUPS)["series"][0]["data"]]
    assert values == [12.5, -12.5]


def test_accounts_end_with_their_sum():
    table = accounts.rows(GROUPS)
    assert table[0].cells == ("MarketMaker", "1", "900.00", "100.00", "10.00", "-3.00", "12.50")
    assert table[-1].cells == ("all", "6", "4,900", "180.00", "10.00", "0.00", "0.00")


def test_an_amount_is_short_and_nothing_is_never_below_nothing():
    shown = {1_234_567: "1.23M", 12_345: "12.3k", -1_234.5: "-1,234", 0.004: "0.00", -1e-12: "0.00", -0.004: "0.00"}
    assert {value: accounts.amount(value) for value in shown} == shown


def test_state_says_what_holds_the_market_up():
    halted = reading(mode="monitoring auction", trigger="price", conserved=False)
    assert state.chips(halted) == [
        ("active", "good"),
        ("monitoring auction", "waiting"),
        ("trigger: price", "waiting"),
        ("money does not add up", "bad"),
    ]
    figures = dict(state.tiles(reading()))
    assert (figures["spread"], figures["price bounds"]) == ("1", "90 \u2013 110")
    assert dict(state.tiles(empty()))["mark price"] == "-"


def test_every_panel_draws_a_market_that_has_not_begun():
    assert chart_of(empty())["series"]
    for module in (depth, insurance):
        assert module.option(empty())["series"]
    assert profit.option([])["series"]
    assert len(accounts.rows([])) == 1
