"""Files of stylegan2-pytorch are taken in strictly, and give the pictures they gave."""

from __future__ import annotations

import argparse

import pytest
import torch

from engine.errors import UserError
from engine.models.convert_rosinality import discriminator_to, generator_to
from engine.models.import_weights import import_every, import_weights, licence_of
from engine.models.licences import NVIDIA
from engine.models.loaded import load_network
from engine.models.provenance import UNKNOWN_LICENCE
from tests.made_networks import PORTRAIT_SIZE


@pytest.mark.parametrize("mean", [True, False])
def test_a_file_of_stylegan2_pytorch_gives_the_same_pictures(
    tmp_path, generator, discriminator, mean
):
    theirs, average = generator_to(generator.state_dict())
    content = {
        "g_ema": theirs,
        "d": discriminator_to(discriminator.state_dict()),
        "g_optim": {"state": {}, "param_groups": [{"lr": 0.002}]},
        "args": argparse.Namespace(size=PORTRAIT_SIZE.resolution),
    }
    path = tmp_path / "faces.pt"
    torch.save(content | ({"latent_avg": average} if mean else {}), path)
    assert (licence_of(path) == NVIDIA) is mean
    rows = import_every(path, accepted=mean)
    assert [row.model for row in rows] == ["faces", "faces_discriminator"]
    assert [row.licence for row in rows] == [NVIDIA.name if mean else UNKNOWN_LICENCE] * 2
    z = torch.randn(1, PORTRAIT_SIZE.latent, generator=torch.Generator().manual_seed(1))
    drawn = load_network("faces", kind="generator").module
    judge = load_network("faces_discriminator", kind="discriminator").module
    with torch.inference_mode():
        picture = generator(z)
        torch.testing.assert_close(drawn(z), picture, atol=2e-6, rtol=1e-6)
        torch.testing.assert_close(judge(picture), discriminator(picture), atol=2e-5, rtol=1e-5)
    assert torch.equal(drawn.mapping.w_avg, generator.mapping.w_avg) is mean


def test_a_generator_of_stylegan2_pytorch_alone_is_taken_in_strictly(tmp_path, generator):
    theirs, _ = generator_to(generator.state_dict())
    path = tmp_path / "alone.pth"
    torch.save(theirs, path)
    assert [row.network for row in import_every(path)] == ["stylegan2"]
    torch.save({"g_ema": theirs | {"stray": torch.zeros(1)}}, path)
    with pytest.raises(UserError, match="stray") as refused:
        import_weights(path, replace=True)
    assert refused.value.path == path


def test_a_mean_that_is_no_tensor_is_refused(tmp_path, generator):
    path = tmp_path / "strange.pt"
    torch.save({"g_ema": generator_to(generator.state_dict())[0], "latent_avg": "none"}, path)
    with pytest.raises(UserError, match="no weights"):
        import_weights(path, accepted=True)
