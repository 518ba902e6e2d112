"""Auctions: why, until when, and the price monitoring that starts them."""
