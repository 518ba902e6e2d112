from decimal import Decimal

import pytest

from vega_mesa.chain.commands import decode, encode
from vega_mesa.chain.validation import validate
from vega_mesa.errors import InvalidCommand
from vega_mesa.protocol.commands.amm import (
    AmendAMM,
    AMMCancelMethod,
    CancelAMM,
    ConcentratedLiquidityParameters,
    SubmitAMM,
)


def curve(**fields):
    return ConcentratedLiquidityParameters(**{"base": 100, "lower_bound": 85, "upper_bound": 150} | fields)


def submission(**fields):
    plain = {
        "market_id": "m", "commitment_amount": 1, "slippage_tolerance": Decimal(1), "proposed_fee": Decimal("0.1"),
        "concentrated_liquidity_parameters": curve(),
    }  # fmt: skip
    return SubmitAMM(**plain | fields)


def amendment(**fields):
    return AmendAMM(**{"market_id": "m", "slippage_tolerance": Decimal("0.1")} | fields)


@pytest.mark.parametrize(
    "command",
    [
        submission(),
        submission(concentrated_liquidity_parameters=curve(base=None, data_source_id="a" * 64)),
        amendment(commitment_amount=5),
        amendment(concentrated_liquidity_parameters=curve(lower_bound=None)),
        CancelAMM(market_id="m", method=AMMCancelMethod.IMMEDIATE),
    ],
    ids=["new", "new with a data source", "commitment", "one side", "end"],
)
def test_commands_of_market_makers_pass_and_travel_as_json(command):
    validate(command)
    assert decode(encode(command)) == command


PARAMETERS = "submit_amm.concentrated_liquidity_parameters"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (submission(commitment_amount=0), "submit_amm.commitment_amount (must be positive)"),
        (
            submission(slippage_tolerance=Decimal(0)),
            "submit_amm.slippage_tolerance (must be between 0 (excluded) and 1 (included))",
        ),
        (submission(minimum_price_change_trigger=Decimal(-1)), "submit_amm.proposed_fee (must be positive or zero)"),
        (
            submission(concentrated_liquidity_parameters=curve(base=85)),
            f"{PARAMETERS}.base (should be a bigger value than lower_bound)",
        ),
        (
            submission(concentrated_liquidity_parameters=curve(lower_bound=None, upper_bound=None)),
            f"{PARAMETERS}.lower_bound (lower_bound and upper_bound cannot both be empty)",
        ),
        (submission(concentrated_liquidity_parameters=curve(base=None)), f"{PARAMETERS}.base (is required)"),
        (
            submission(concentrated_liquidity_parameters=curve(data_source_id="x")),
            f"{PARAMETERS}.data_source_id (should be a valid Vega ID)",
        ),
        (amendment(), "amend_amm (no updates provided)"),
        (CancelAMM(market_id="m", method=AMMCancelMethod.UNSPECIFIED), "cancel_amm.method (is required)"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_told_in_vegas_words(command, message):
    with pytest.raises(InvalidCommand) as caught:
        validate(command)
    assert str(caught.value) == message
