"""Money that parties and governance move between accounts: once, later, or every epoch."""

from vega_mesa.protocol.transfers.dispatch import Dispatch
from vega_mesa.protocol.transfers.engine import Transfers
from vega_mesa.protocol.transfers.fees import TransferFees
from vega_mesa.protocol.transfers.governance import GovernanceTransfers
from vega_mesa.protocol.transfers.ledger import TransferLedger

__all__ = ["Dispatch", "GovernanceTransfers", "TransferFees", "TransferLedger", "Transfers"]
