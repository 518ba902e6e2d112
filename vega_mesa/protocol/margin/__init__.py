"""Margin levels, what they ask for, and isolated margin."""
