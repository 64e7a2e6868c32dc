"""An emulator that is already running, as the handles use it: through its control API alone."""
