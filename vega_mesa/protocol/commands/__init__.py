"""What parties send: one frozen class a command, named as in Vega, one module a topic."""
