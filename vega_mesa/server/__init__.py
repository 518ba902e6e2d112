"""A network that others join: served over HTTP, its commands signed, its blocks made by a clock."""
