from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest

from vega_mesa.cli import arguments
from vega_mesa.errors import ConfigError, UnknownParameter, UsageError


class Market:
    def __init__(
        self,
        *,
        rng: int | None = None,
        traders: int = 10,
        volatility: float = 0.5,
        fee: Decimal = Decimal("0.001"),
        quiet: bool = False,
        prices: Path | str | None = None,
        side: Literal["buy", "sell"] = "buy",
        agents: tuple = (),
        network_parameters: dict[str, str] | None = None,
        **_,
    ):
        pass


def test_values_are_read_as_the_types_of_the_parameters():
    pairs = ["rng=7", "traders=1_000", "volatility=0.25", "fee=0.0005", "quiet=yes", "prices=a.csv", "side=sell"]
    assert arguments.one_value(Market, pairs) == {
        "rng": 7,
        "traders": 1_000,
        "volatility": 0.25,
        "fee": Decimal("0.0005"),
        "quiet": True,
        "prices": Path("a.csv"),
        "side": "sell",
    }
    assert arguments.one_value(Market, ["rng=none"]) == {"rng": None}


def test_a_sweep_reads_a_list_for_each_parameter():
    assert arguments.many_values(Market, ["traders=5,10", "quiet=no"]) == {"traders": [5, 10], "quiet": [False]}


@pytest.mark.parametrize(
    ("pair", "error", "words"),
    [
        ("traders", UsageError, "expected key=value"),
        ("=5", UsageError, "expected key=value"),
        ("treaders=5", UnknownParameter, "one of rng, traders, volatility"),
        ("traders=many", ConfigError, "expected a whole number"),
        ("traders=1.5", ConfigError, "expected a whole number"),
        ("quiet=perhaps", ConfigError, "expected true or false"),
        ("volatility=high", ConfigError, "expected a number"),
        ("side=up", ConfigError, "expected one of buy, sell"),
        ("agents=3", ConfigError, "from Python"),
    ],
)
def test_what_does_not_read_says_what_was_expected(pair, error, words):
    with pytest.raises(error, match=words) as caught:
        arguments.one_value(Market, [pair])
    assert "\n" not in str(caught.value)


def test_a_misspelt_model_is_met_with_the_nearest_name():
    with pytest.raises(UsageError, match="did you mean ideal_market_maker"):
        arguments.choose("ideal_marketmaker", {"historic": Market, "ideal_market_maker": Market})


def test_an_option_that_a_model_has_no_use_for_is_refused(tmp_path):
    with pytest.raises(UsageError, match="--market: Market has no parameter 'market'"):
        arguments.need(Market, "market", "--market")
    with pytest.raises(UsageError, match="no file"):
        arguments.existing(tmp_path / "none.csv", "--prices")


def test_names_with_dots_are_network_parameters():
    slope, step = "market.liquidity.sla.nonPerformanceBondPenaltySlope", "validators.epoch.length"
    assert arguments.one_value(Market, [f"{slope}=0.50", "traders=3", f"{step} = 10s"]) == {
        "traders": 3,
        "network_parameters": {slope: "0.50", step: "10s"},
    }
    assert arguments.many_values(Market, [f"{slope}=0.1,0.5"]) == {slope: ["0.1", "0.5"]}


def test_network_parameters_that_cannot_be_set_are_met_with_what_can():
    with pytest.raises(UnknownParameter, match=r"e\.g\. validators\.epoch\.length"):
        arguments.one_value(Market, ["validators.epoch.lenght=1s"])

    class Fixed:
        def __init__(self, *, rng=None):
            pass

    with pytest.raises(UsageError, match="Fixed has no parameter 'network_parameters'"):
        arguments.many_values(Fixed, ["validators.epoch.length=1s,2s"])
