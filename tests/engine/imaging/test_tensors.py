"""The door between arrays and tensors."""

from __future__ import annotations

import numpy as np
import pytest

from engine.imaging.tensors import from_tensor, to_tensor


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_full_scale_is_one(dtype):
    tensor = to_tensor(np.full((4, 6, 3), np.iinfo(dtype).max, dtype))
    assert tensor.shape == (1, 3, 4, 6)
    assert float(tensor.min()) == float(tensor.max()) == 1.0


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (5, 7, 4)])
def test_there_and_back_changes_nothing(rng, shape):
    array = rng.random(shape, dtype=np.float32)
    back = from_tensor(to_tensor(array))
    np.testing.assert_array_equal(back, array)
    assert back.flags.c_contiguous
    assert back.flags.writeable


def test_tensor_is_a_copy():
    array = np.zeros((3, 3), np.float32)
    to_tensor(array)[:] = 1
    assert not array.any()
