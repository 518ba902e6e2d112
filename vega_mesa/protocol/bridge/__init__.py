"""A simulated Ethereum and the bridge to it (0030-ETHM, 0031-ETHB)."""

from vega_mesa.protocol.bridge.ethereum import BridgeContract, Ethereum, TokenContract
from vega_mesa.protocol.bridge.network import Bridge, Deposit, Withdrawal

__all__ = ["Bridge", "BridgeContract", "Deposit", "Ethereum", "TokenContract", "Withdrawal"]
