"""Measuring the engine against others on this machine, with a load like a shop's. `backroom bench engine` runs it."""
