"""What a browser shows of a model: a Solara page on Mesa's SolaraViz, one panel a module."""
