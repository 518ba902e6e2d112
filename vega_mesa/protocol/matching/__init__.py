"""Matching: orders, the book, auctions, pegged and stop orders, expiry (0068-MATC, 0014-ORDT, 0024-OSTA, 0037-OPEG)."""
