"""What an agent can do and see, by topic; :class:`vega_mesa.agent.VegaAgent` has it all."""
