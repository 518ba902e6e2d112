"""Account types by their full names."""

from __future__ import annotations

from tests.conformance.failures import BadTable
from vega_mesa.protocol.collateral import AccountType


def account_type(name: str, *, strict: bool = True) -> AccountType:
    """The account type of a full name; unknown ones fail, or count as unspecified."""
    found = AccountType.__members__.get(name.removeprefix("ACCOUNT_TYPE_")) if "ACCOUNT_TYPE_" in name else None
    if found is None:
        if strict:
            raise BadTable(f"unknown account type {name!r}")
        return AccountType.UNSPECIFIED
    return found
