"""How good a matte is, by the definitions of the benchmarks."""
