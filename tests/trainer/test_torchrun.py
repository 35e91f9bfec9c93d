"""Two processes come to what one does, at the same global batch."""

from __future__ import annotations

import torch

TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
SETS = ("freeze_norm=true", "micro_batch=2", "steps=6", "unreadable=5", "chance=true")
SETS += ("penalty=true",)  # leaves a bias without a gradient


def test_two_ranks_agree_with_one_process(tiny, launch, final_state, tmp_path):
    arguments = [part for value in SETS for part in ("--set", value)]
    done = launch("run", "tiny", "--out", str(tmp_path / "two"), *arguments, launcher=TORCHRUN)
    assert done.returncode == 0, done.stderr
    # alone, all four samples are one piece: a loss is normalised over a piece
    tiny(tmp_path / "one", *(value for value in SETS if not value.startswith("micro")))
    two, one = final_state(tmp_path / "two"), final_state(tmp_path / "one")
    for kind in ("networks", "averaged"):
        for name, tensor in one[kind]["net"].items():
            torch.testing.assert_close(two[kind]["net"][name], tensor, atol=1e-5, rtol=0)
    start = final_start(tiny, final_state, tmp_path)
    moved = [(one["networks"]["net"][name] - start[name]).abs().max() for name in start]
    assert max(moved) > 1e-3
    assert two["skipped"] == one["skipped"] > 0


def final_start(tiny, final_state, tmp_path):
    tiny(tmp_path / "start", "rate=1e-12", "freeze_norm=true", "steps=1")
    return final_state(tmp_path / "start")["networks"]["net"]
