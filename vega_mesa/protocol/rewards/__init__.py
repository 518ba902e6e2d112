"""Rewards: games, who scores in them, and what is paid out."""

from vega_mesa.protocol.rewards.engine import Rewards
from vega_mesa.protocol.rewards.games import Games, game_id
from vega_mesa.protocol.rewards.scoring import MarketBonuses, Scoring

__all__ = ["Games", "MarketBonuses", "Rewards", "Scoring", "game_id"]
