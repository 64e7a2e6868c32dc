"""ip1: the callback's payload, its ids, its status codes, its retry presets. Pure."""
