"""`matte models add` with a file whose licence restricts what may be done with it."""

from __future__ import annotations

import pickle

import pytest
import torch

from engine.models.licences import NVIDIA
from engine.models.stylegan2 import Generator, Size
from engine.models.stylegan2_discriminator import Discriminator
from tests import made_pickles as made

SIZE = Size(resolution=8, base=64, most=8, latent=8, style=8, depth=1, clamp=256.0)


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    """Data and log folders of the test's own."""
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.delenv("MATTE_HOME", raising=False)


@pytest.fixture
def matte(matte):
    """Run `matte` in this process: exit code, and all it said, in one line."""

    def run(*arguments):
        code, out, err = matte(*arguments)
        return code, " ".join((out + err).split())

    return run


def test_an_official_file_is_added_once_its_licence_is_accepted(tmp_path, matte):
    torch.manual_seed(2)
    content = made.snapshot(Generator(SIZE), Discriminator(SIZE))
    path = made.write_official(tmp_path / "ffhq.pkl", content)
    code, told = matte("models", "add", path)
    assert code == 1
    assert "research or evaluation only, not commercially" in told
    assert "--accept-licence" in told
    assert "ffhq" not in matte("models", "list")[1]
    code, told = matte("models", "add", path, "--as", "faces", "--accept-licence")
    assert code == 0
    assert "Added faces:" in told
    assert "Added faces_discriminator:" in told
    assert "You accepted this licence on 2" in told
    for name in ("faces", "faces_discriminator"):
        said = matte("models", "info", name)[1]
        assert NVIDIA.name in said
        assert "ffhq.pkl" in said
        assert "clamp 256" in said
    assert matte("models", "verify")[0] == 0


def test_a_file_that_wants_to_run_something_is_refused_in_one_line(tmp_path, matte):
    path = tmp_path / "evil.pkl"
    path.write_bytes(pickle.dumps(print))
    code, told = matte("models", "add", path, "--accept-licence")
    assert code == 1
    assert "asks for builtins.print" in told
    assert "Nothing was run" in told
    assert "Traceback" not in told
