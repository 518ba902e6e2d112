"""``python -m vega_mesa.cli``: the command line without an installed script."""

from vega_mesa.cli import main

if __name__ == "__main__":
    main()
