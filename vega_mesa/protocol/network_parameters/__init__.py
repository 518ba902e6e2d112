"""Network parameters: the knobs of the network, their defaults and what governance may set them to (0054-NETP)."""

from vega_mesa.protocol.network_parameters.store import NetworkParameters, Value
from vega_mesa.protocol.network_parameters.table import DEPRECATED, NOT_UPDATABLE, PARAMETERS, WATCHED, ParameterType

__all__ = ["DEPRECATED", "NOT_UPDATABLE", "NetworkParameters", "PARAMETERS", "ParameterType", "Value", "WATCHED"]
