"""How a product reads its oracle: which property, of which type, in which decimals (0016-PFUT, 0053-PERP)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from vega_mesa.protocol.arithmetic import Scale, exact, truncate
from vega_mesa.protocol.data_sources.matching import read_value
from vega_mesa.protocol.data_sources.specification import TIMESTAMP, DataSourceSpec
from vega_mesa.protocol.refusal import Refused

_UNSIGNED: Final = re.compile(r"\d{1,78}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NumberBinding:
    """A property that carries a price: ``TYPE_INTEGER`` with decimals, or ``TYPE_DECIMAL``."""

    property: str
    type: str
    decimals: int

    @exact
    def to_asset(self, text: str, asset_decimals: int) -> int:
        """A value of the property in asset decimals, truncated.

        Raises:
            Refused: the text is no number, or a decimal finer than the asset.
        """
        if self.type == "TYPE_INTEGER":
            if not _UNSIGNED.fullmatch(text):
                raise Refused(f"could not parse value '{text}' for property '{self.property}'")
            shift = asset_decimals - self.decimals
            return Scale(shift).times(int(text))
        try:
            number = read_value("TYPE_DECIMAL", text)
        except Refused:
            raise Refused(f"could not parse value '{text}' for property '{self.property}'") from None
        assert isinstance(number, Decimal)
        exponent = number.as_tuple().exponent
        assert isinstance(exponent, int)
        if -exponent > asset_decimals:
            raise Refused("settlement data decimals not suported by market asset")
        return truncate(number.scaleb(asset_decimals))


@dataclass(frozen=True, slots=True)
class TerminationBinding:
    """A property that ends trading: a boolean, or the network's time."""

    property: str
    type: str

    def terminates(self, text: str) -> bool:
        """Whether a received value means the end: any receipt of the time does, a boolean when it is true.

        Raises:
            Refused: the text is no boolean.
        """
        if self.type == "TYPE_TIMESTAMP":
            return True
        if text not in ("true", "false"):
            raise Refused(f"could not parse value '{text}' for property '{self.property}'")
        return text == "true"


def settlement_binding(spec: DataSourceSpec, property: str) -> NumberBinding:
    """Bind a settlement property to a spec.

    Raises:
        Refused: the property is blank or not filtered with the type that the spec's filters give.
    """
    if not property:
        raise Refused("binding for settlement data cannot be blank")
    type, decimals = "TYPE_INTEGER", 0
    for filter in spec.filters:
        if filter.type == "TYPE_DECIMAL" or (filter.type == "TYPE_INTEGER" and filter.decimals is not None):
            type, decimals = filter.type, filter.decimals or 0
            break
    check_filtered(spec, property, type, "invalid oracle spec binding for settlement data: ")
    return NumberBinding(property, type, decimals)


def termination_binding(spec: DataSourceSpec, property: str) -> TerminationBinding:
    """Bind a termination property to a spec.

    Raises:
        Refused: the property is blank or not filtered as a boolean (the built-in time: as a timestamp).
    """
    if not property:
        raise Refused("binding for trading termination market cannot be blank")
    type = "TYPE_TIMESTAMP" if property == TIMESTAMP else "TYPE_BOOLEAN"
    check_filtered(spec, property, type, "invalid oracle spec binding for trading termination: ")
    return TerminationBinding(property, type)


def check_filtered(spec: DataSourceSpec, property: str, type: str, prefix: str) -> None:
    """Refuse a property that is not filtered with this type.

    Raises:
        Refused: the prefix and what is wrong.
    """
    for filter in spec.filters:
        if filter.property == property:
            if filter.type != type:
                raise Refused(f'{prefix}bound type "{type}" doesn\'t match filtered property type "{filter.type}"')
            return
    raise Refused(f'{prefix}bound property "{property}" not filtered by oracle spec')
