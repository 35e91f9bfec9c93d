"""A run that was killed or stopped and goes on comes to the same bits as one that never was."""

from __future__ import annotations

import random
import signal

from checkpoint_states import same
from tiny_recipe import KILL

from trainer.signals import STOPPED

FP16 = ("precision=fp16", "steps=1000", "checkpoint_every=150", "log_every=500")
FP16 += ("global_batch=2", "validate_every=0", "dropout=0.2", "burst=[700, 701]", "factor=1e30")


def sets(values):
    return [part for value in values for part in ("--set", value)]


def test_killed_in_fp16_and_resumed(tiny, launch, final_state, tmp_path):
    step = random.randrange(300, 1000)
    died = launch(
        *("run", "tiny", "--out", str(tmp_path / "killed"), *sets(FP16)),
        variables={KILL: f"{signal.SIGKILL.value}:{step * 2}"},
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    before = final_state(tmp_path / "killed")["step"]
    assert 0 < step - before <= 150
    report = tiny(tmp_path / "killed", *FP16, resume=True)
    whole = tiny(tmp_path / "whole", *FP16)
    assert report.finished
    assert report.bad_steps == whole.bad_steps == 1
    state = final_state(tmp_path / "whole")
    assert state["scaler"]["scale"] == 65536 / 2
    assert same(final_state(tmp_path / "killed"), state), f"killed at step {step}"


def test_asked_to_stop_and_resumed(tiny, launch, final_state, tmp_path):
    step = random.randrange(1, 11)
    number = random.choice([signal.SIGTERM, signal.SIGINT])
    options = ("dropout=0.2", "unreadable=7")
    stopped = launch(
        *("run", "tiny", "--out", str(tmp_path / "stopped"), *sets(options)),
        variables={KILL: f"{number.value}:{step * 4}"},
    )
    assert stopped.returncode == STOPPED, stopped.stderr
    assert f"stopped by {number.name} at step {step + 1} of 12" in stopped.stderr
    assert final_state(tmp_path / "stopped")["step"] == step + 1
    report = tiny(tmp_path / "stopped", *options, resume=True)
    whole = tiny(tmp_path / "whole", *options)
    assert report.figures == whole.figures
    assert report.skipped == whole.skipped > 0
    assert same(final_state(tmp_path / "stopped"), final_state(tmp_path / "whole"))


def test_a_finished_run_has_nothing_left_to_do(tiny, tmp_path):
    tiny(tmp_path, config="smoke")
    report = tiny(tmp_path, config="smoke", resume=True)
    assert report.finished
    assert report.samples_per_second == 0
