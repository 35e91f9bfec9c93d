"""How good a matte is, by the definitions of the benchmarks."""

from trainer.metrics.profiles import PROFILES, Errors, Profile, measure

__all__ = ["PROFILES", "Errors", "Profile", "measure"]
