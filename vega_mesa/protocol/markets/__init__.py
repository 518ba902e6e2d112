"""A futures market: what an order goes through, auctions, marking, margining, close-outs, the lifecycle."""
