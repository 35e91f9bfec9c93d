"""The base of every block of settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Named numbers that a config file may change; an unknown name is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
