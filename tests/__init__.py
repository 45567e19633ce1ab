"""Backroom's tests: unit (no model), integration (the default model), e2e (browser and server), bench."""
