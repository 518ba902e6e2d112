"""Risk models and the state variables that come from them."""
