"""The data node: what happened on a network, kept as tables that answer questions."""

from vega_mesa.datanode.node import DataNode
from vega_mesa.datanode.recorder import LedgerRow, Recorder, TradeRow

__all__ = ["DataNode", "LedgerRow", "Recorder", "TradeRow"]
