"""The data node: what happened on a network, kept as tables that answer questions."""

from vega_mesa.datanode.node import DataNode

__all__ = ["DataNode"]
