"""Import, compile and load what a cut will need, beside other work."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread

from engine.device import Compute
from engine.errors import UserError
from engine.settings import CutSettings


def prepare_cut(
    chosen: CutSettings,
    *,
    mask: bool = True,
    trimap: bool = True,
    compute: Compute = Compute(),
) -> Thread:
    """Begin on a thread of its own; what goes wrong there, the cut meets again and tells.

    Args:
        chosen: the cut's settings.
        mask: its mask is still to be found.
        trimap: its trimap is still to be made.
        compute: where networks run.

    Returns:
        The thread, to be waited for or not.
    """
    thread = Thread(target=_prepare, args=(chosen, mask, trimap, compute), daemon=True)
    thread.start()
    return thread


def _prepare(chosen: CutSettings, mask: bool, trimap: bool, compute: Compute) -> None:
    from engine.jobs.masks import prepare_mask
    from engine.jobs.needs import check_networks
    from engine.jobs.trimaps import prepare_trimap
    from engine.matting.conditions import Conditions
    from engine.matting.methods import prepare

    with suppress(UserError):
        if mask:
            prepare_mask(chosen.guidance, compute=compute)
        if trimap:
            prepare_trimap(chosen.trimap, compute=compute)
        prepare(check_networks(chosen), Conditions(compute=compute))
