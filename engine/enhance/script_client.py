"""The side that asks a TorchScript program which runs in a process of its own."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import weakref
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.enhance.script_process import read, write
from engine.errors import UserError

PATIENCE = 300.0
"""Seconds that one answer may take."""
Array = NDArray[np.float32]


class ScriptProcess:
    """A program, loaded and waiting; the process ends with this object.

    Args:
        path: of the TorchScript file.

    Attributes:
        inputs: how many tensors the program takes.

    Raises:
        UserError: if it does not load.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 0
        command = [sys.executable, "-m", "engine.enhance.script_process", str(path)]
        root = Path(__file__).parents[2]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root
        )
        self._replies: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._end = weakref.finalize(self, _end, self._process)
        threading.Thread(
            target=_listen, args=(self._process, self._replies), daemon=True, name="script"
        ).start()
        try:
            self.inputs = int(self._reply()["inputs"])
        except UserError:
            self.close()
            raise

    def forward(self, picture: Array, trimap: Array) -> tuple[int, Array]:
        """The program's answer, and the number of this question.

        Args:
            picture: 1×3×H×W in [0, 1].
            trimap: 1×1×H×W of 0, ½, 1.

        Raises:
            UserError: if the program fails, hangs or ends.
        """
        self._number += 1
        answer = self._ask({"op": "forward", "picture": picture, "trimap": trimap})["answer"]
        return self._number, np.asarray(answer, np.float32)

    def backward(self, number: int, gradient: Array) -> Array:
        """The gradient to the picture of the last question.

        Args:
            number: of the question.
            gradient: to its answer.

        Raises:
            UserError: if the program fails, or another question came between.
        """
        if number != self._number:
            raise UserError("The program was asked something else before its gradient.")
        found = self._ask({"op": "backward", "gradient": gradient})["gradient"]
        return np.asarray(found, np.float32)

    def close(self) -> None:
        """End the process."""
        self._end()

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            write(self._process.stdin, message)  # type: ignore[arg-type]
        except OSError as error:
            raise self._failed("it has ended") from error
        return self._reply()

    def _reply(self) -> dict[str, Any]:
        try:
            reply = self._replies.get(timeout=PATIENCE)
        except queue.Empty as error:
            self.close()
            raise self._failed(f"it did not answer within {PATIENCE:.0f} seconds") from error
        if reply is None:
            raise self._failed("it has ended")
        if "error" in reply:
            raise self._failed(str(reply["error"]).strip().splitlines()[-1])
        return reply

    def _failed(self, why: str) -> UserError:
        return UserError(
            f"The TorchScript program cannot be used: {why}.",
            remedy="It must take a picture and a trimap, and answer a matte of their size.",
            path=self._path,
        )


def _listen(process: subprocess.Popen[bytes], replies: queue.Queue[dict[str, Any] | None]) -> None:
    """Hand over what comes until nothing does; a function, so that the object can be freed."""
    stream = process.stdout
    while stream is not None:
        try:
            message = read(stream)  # type: ignore[arg-type]
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            message = None
        replies.put(message)
        if message is None:
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
