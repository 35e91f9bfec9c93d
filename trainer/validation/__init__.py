"""Judging networks while they are trained, on photographs they never see."""
