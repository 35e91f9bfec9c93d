"""Foreign weights: sound ones are converted and listed, hostile ones refused and never run."""

from __future__ import annotations

import json
import pickle
import struct
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from engine.errors import UserError
from engine.models.import_weights import import_weights
from engine.models.manifest import read_manifest
from engine.models.provenance import UNKNOWN_LICENCE
from engine.models.weights import find_weights, load_weights, user_folder


class Hostile:
    """Writes a file when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


def header(entries, body=b""):
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + body


def tensor(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def test_safetensors_are_copied_as_they_are_and_listed(safetensors_file):
    row = import_weights(safetensors_file, name="mine")
    kept = user_folder() / row.file
    assert kept.read_bytes() == safetensors_file.read_bytes()
    assert (row.model, row.licence, row.origin) == ("mine", UNKNOWN_LICENCE, "small.safetensors")
    assert row.bytes == kept.stat().st_size
    assert read_manifest(user_folder()) == (row,)


@pytest.mark.parametrize("suffix", [".pt", ".pth"])
@pytest.mark.parametrize("wrap", ["plain", "state_dict", "params_ema"])
def test_a_checkpoint_becomes_safetensors_without_its_wrapping(tmp_path, suffix, wrap):
    weights = {"module.a": torch.arange(4.0), "module.b": torch.ones(2, 2, dtype=torch.float16)}
    path = tmp_path / f"net{suffix}"
    torch.save(weights if wrap == "plain" else {"iter": 3, wrap: weights}, path)
    row = import_weights(path)
    loaded = load_file(user_folder() / row.file)
    assert row.model == "net"
    assert set(loaded) == {"a", "b"}
    assert torch.equal(loaded["a"], weights["module.a"])
    assert loaded["b"].dtype == torch.float16


def test_tensors_that_share_memory_and_parameters_are_kept(tmp_path):
    shared = torch.arange(8.0)
    path = tmp_path / "tied.pth"
    torch.save({"a": shared, "b": shared, "c": torch.nn.Parameter(shared[::2])}, path)
    loaded = load_weights(find_weights(import_weights(path).model))
    assert torch.equal(loaded["a"], loaded["b"])
    assert torch.equal(loaded["c"], shared[::2])


@pytest.mark.parametrize("zipped", [True, False])
def test_a_hostile_pickle_is_refused_and_not_run(tmp_path, zipped):
    mark = tmp_path / "it-ran"
    path = tmp_path / "evil.pth"
    content = {"weight": torch.zeros(2), "extra": Hostile(mark)}
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(UserError, match="more than tensors") as refused:
        import_weights(path)
    assert not mark.exists()
    assert str(path) in str(refused.value)
    assert list(user_folder().iterdir()) == []


def test_a_bare_hostile_pickle_is_refused_and_not_run(tmp_path):
    mark = tmp_path / "it-ran"
    path = tmp_path / "evil.pt"
    path.write_bytes(pickle.dumps(Hostile(mark)))
    with pytest.raises(UserError):
        import_weights(path)
    assert not mark.exists()


def test_a_compressed_archive_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data.pkl", bytes(1 << 20))
    with pytest.raises(UserError, match="does not write"):
        import_weights(path)


def test_a_tensor_that_claims_more_than_the_file_has_is_refused(tmp_path):
    path = tmp_path / "vast.pth"
    torch.save({"a": torch.zeros(1).expand(1 << 20, 1 << 20)}, path)
    with pytest.raises(UserError, match="claim"):
        import_weights(path)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 cut off", b"\x80\x04", b"plain text", b"\x80\x02}q\x00."]
)
def test_a_damaged_or_empty_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "bad.pth"
    path.write_bytes(content)
    with pytest.raises(UserError):
        import_weights(path)
    assert read_manifest(user_folder()) == ()


def test_a_cut_off_checkpoint_is_refused(tmp_path):
    path = tmp_path / "whole.pth"
    torch.save({"a": torch.zeros(1000)}, path)
    cut = tmp_path / "cut.pth"
    cut.write_bytes(path.read_bytes()[:-1500])
    with pytest.raises(UserError):
        import_weights(cut)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no sensible length"),
        (b"\x00" * 7, "no sensible length"),
        (struct.pack("<Q", 1 << 60) + b"{}", "no sensible length"),
        (header(b"[]"), "no JSON object"),
        (header(b"{{}}"), "no valid JSON"),
        (header(b"{" + b'"a":[' * 50_000), "no valid JSON"),
        (header({}), "no tensors"),
        (header({"__metadata__": {"a": 1}, "t": tensor()}, bytes(8)), "notes are not text"),
        (header({"t": tensor("F13")}, bytes(8)), "unknown type"),
        (header({"t": tensor(shape=(3,))}, bytes(8)), "another size"),
        (header({"t": tensor(shape=(-2,))}, bytes(8)), "no sensible shape"),
        (header({"t": tensor(shape=(True, 2))}, bytes(8)), "no sensible shape"),
        (header({"t": tensor(offsets=(8, 16))}, bytes(16)), "gap"),
        (header({"t": tensor(), "u": tensor(offsets=(4, 12))}, bytes(12)), "overlaps"),
        (header({"t": tensor()}, bytes(9)), "need 8 bytes and there are 9"),
        (header({"t": tensor()}, bytes(7)), "need 8 bytes and there are 7"),
        (header({"t": {**tensor(), "more": 1}}, bytes(8)), "as the format wants"),
        (header(b'{"t":{},"t":{}}'), "no valid JSON"),
    ],
)
def test_an_unsound_safetensors_header_is_refused_with_the_reason(tmp_path, content, said):
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError, match="no sound safetensors file") as refused:
        import_weights(path)
    assert said in str(refused.value)
    assert list(user_folder().iterdir()) == []


def test_a_pickle_in_the_clothes_of_safetensors_is_refused(tmp_path):
    path = tmp_path / "wolf.safetensors"
    torch.save({"a": torch.zeros(2)}, path)
    with pytest.raises(UserError, match="no sound safetensors"):
        import_weights(path)


@pytest.mark.parametrize("name", ["../outside", "", "a/b", ".hidden", "x" * 65, "a b"])
def test_a_name_that_is_no_file_name_is_refused(safetensors_file, name):
    with pytest.raises(UserError, match="cannot be the name"):
        import_weights(safetensors_file, name=name)


def test_a_taken_name_is_refused_unless_it_is_the_same_file_or_to_be_replaced(
    tmp_path, safetensors_file
):
    first = import_weights(safetensors_file, name="net")
    assert import_weights(safetensors_file, name="net") == first
    other = tmp_path / "other.pth"
    torch.save({"a": torch.ones(3)}, other)
    with pytest.raises(UserError, match="other weights of the name"):
        import_weights(other, name="net")
    assert load_weights(find_weights("net")).keys() == {"a.weight", "a.bias"}
    import_weights(other, name="net", replace=True)
    assert load_weights(find_weights("net")).keys() == {"a"}
    assert len(read_manifest(user_folder())) == 1


def test_files_of_other_kinds_and_missing_files_are_refused(tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"onnx")
    with pytest.raises(UserError, match=r"\.safetensors, \.pt, \.pth"):
        import_weights(tmp_path / "net.onnx")
    with pytest.raises(UserError, match="no such file"):
        import_weights(tmp_path / "gone.pth")
