"""Checkpoints shaped as the released ones: recognised, accounted for, loaded strictly."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file

from engine.errors import UserError
from engine.models.import_weights import import_weights
from engine.models.prn import build
from engine.models.spectral import folded
from engine.models.weights import find_weights, load_weights, user_folder


@pytest.fixture(scope="module")
def inputs():
    made = torch.Generator().manual_seed(9)
    return torch.rand(2, 3, 32, 64, generator=made), torch.rand(2, 1, 32, 64, generator=made)


@pytest.fixture(scope="module")
def network(inputs):
    """The published network with weights and statistics that all count."""
    torch.manual_seed(11)
    network = build()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.2, 0.6)
    with torch.no_grad():
        network(*inputs)
    return network.eval()


def loaded(name):
    network = build()
    network.load_state_dict(load_weights(find_weights(name)))
    return network.eval()


def answer(network, inputs):
    with torch.inference_mode():
        return network.predict(*inputs)


def test_a_released_checkpoint_loads_strictly_and_answers_the_same(tmp_path, network, inputs):
    state = {f"module.{name}": tensor for name, tensor in network.state_dict().items()}
    path = tmp_path / "latest_model.pth"
    torch.save(
        {
            "iter": 100_000,
            "loss": torch.tensor(0.03),
            "state_dict": state,
            "opt_state_dict": {"state": {0: {"step": 3}}, "param_groups": [{"lr": 1e-3}]},
            "lr_state_dict": {"last_epoch": 100_000, "base_lrs": [1e-3]},
        },
        path,
    )
    row = import_weights(path, name="prn")
    assert (row.model, row.network) == ("prn", "")
    assert set(load_weights(find_weights("prn"))) == set(network.state_dict())
    assert torch.equal(answer(loaded("prn"), inputs), answer(network, inputs))


def test_folded_weights_of_any_name_load_strictly_and_answer_the_same(tmp_path, network, inputs):
    path = tmp_path / "MGMatting-RWP-100k.safetensors"
    state = folded(network.state_dict())
    save_file({name: t for name, t in state.items() if "num_batches" not in name}, path)
    row = import_weights(path)
    assert (row.model, row.network) == ("MGMatting-RWP-100k", "prn")
    found = answer(loaded(row.model), inputs)
    torch.testing.assert_close(found, answer(network, inputs), atol=1e-5, rtol=0)


def test_every_tensor_is_accounted_for(tmp_path):
    path = tmp_path / "other.pth"
    state = {name: torch.zeros(1) for name in ("encoder.bn1.weight", "stray", "more.stray")}
    torch.save({"state_dict": state}, path)
    with pytest.raises(UserError) as refused:
        import_weights(path, name="prn")
    said = str(refused.value)
    assert "no weights of prn: 519 missing (" in said
    assert "2 unknown (more.stray, stray)" in said
    assert "1 of another shape (encoder.bn1.weight)" in said
    assert str(path) in said
    assert list(user_folder().iterdir()) == []


def test_weights_of_another_network_of_the_table_are_refused(tmp_path, safetensors_file):
    with pytest.raises(UserError, match="no weights of prn_small"):
        import_weights(safetensors_file, name="prn_small")
