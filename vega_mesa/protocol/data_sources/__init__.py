"""Oracles: what a market listens to, and how data reaches it (0045-DSRC, 0046-DSRM, 0082-ETHD)."""

from vega_mesa.protocol.data_sources.binding import (
    NumberBinding,
    TerminationBinding,
    check_filtered,
    settlement_binding,
    termination_binding,
)
from vega_mesa.protocol.data_sources.engine import DataListener, DataSources, data_time
from vega_mesa.protocol.data_sources.specification import (
    BUILTIN,
    TIME_TRIGGER,
    TIMESTAMP,
    Condition,
    DataSourceSpec,
    EthereumCall,
    Filter,
    TimeTrigger,
    check_spec,
    is_internal,
    spec_id,
)

__all__ = [
    "BUILTIN",
    "Condition",
    "DataListener",
    "DataSourceSpec",
    "DataSources",
    "EthereumCall",
    "Filter",
    "NumberBinding",
    "TIMESTAMP",
    "TIME_TRIGGER",
    "TerminationBinding",
    "TimeTrigger",
    "check_filtered",
    "check_spec",
    "data_time",
    "is_internal",
    "settlement_binding",
    "spec_id",
    "termination_binding",
]
