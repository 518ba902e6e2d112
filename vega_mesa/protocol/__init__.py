"""Vega, the protocol: pure state machines with no knowledge of Mesa; every fact has its spec code."""
