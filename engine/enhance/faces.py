"""Faces and their five landmarks, by OpenCV's detector where its model file is present."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.enhance.align import Alignment, from_landmarks
from engine.errors import UserError
from engine.guidance.proxy import proxy_pixels
from engine.imaging.types import Image
from engine.models.weights import search_folders

FILES = {4: "face_detection_yunet_2023mar.onnx", 5: "face_detection_yunet_2026may.onnx"}
"""YuNet (MIT), by OpenCV's major version; of the OpenCV model zoo, models/face_detection_yunet."""
LONGEST = 1024
"""Long side of the copy in which faces are looked for."""
SURE = 0.7
"""Score from which a face is one."""
_LANDMARKS = slice(4, 14)
_SCORE = 14


def detector_file(path: Path | None = None) -> Path:
    """The detector's model file: the one given, or the one in a folder of weights.

    Raises:
        UserError: if there is none; it says which file to get and where to put it.
    """
    name = wanted_file()
    places = [folder / name for folder in search_folders().values()] if path is None else [path]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise UserError(
            "The face detector's model file is not there.",
            remedy=f"Get {name} (MIT) from the OpenCV model zoo and put it into {places[0].parent},"
            " or draw a box around the head.",
            path=path,
        )
    return found


def has_detector() -> bool:
    """Whether a folder of weights holds the detector's model file."""
    return any((folder / wanted_file()).is_file() for folder in search_folders().values())


def from_face(image: Image, *, path: Path | None = None) -> Alignment:
    """The square of the largest face that the detector finds.

    Args:
        image: the photograph.
        path: the detector's model file; None looks in the folders of weights.

    Raises:
        UserError: if the file is missing or no such model, or if there is no face.
    """
    small = proxy_pixels(image, LONGEST)
    faces = _detected(detector_file(path), small)
    if faces is None or len(faces) == 0:
        raise UserError("No face was found.", remedy="Draw a box around the head.")
    largest = max(faces, key=lambda face: float(face[2] * face[3]))
    points = largest[_LANDMARKS].reshape(5, 2)[:, ::-1] + np.float32(0.5)
    scale = np.array([image.size[0] / small.shape[0], image.size[1] / small.shape[1]], np.float32)
    return from_landmarks(points * scale)


def _detected(path: Path, rgb: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    size = (rgb.shape[1], rgb.shape[0])
    try:
        detector = cv2.FaceDetectorYN.create(str(path), "", size, SURE)
        return detector.detect(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))[1]
    except cv2.error as error:
        raise UserError(
            "OpenCV cannot use this face detector.",
            remedy=f"OpenCV {cv2.__version__} wants {wanted_file()} of the model zoo.",
            path=path,
        ) from error


def wanted_file() -> str:
    """The name of the model file that this version of OpenCV reads."""
    major = int(cv2.__version__.split(".")[0])
    return FILES[max(version for version in FILES if version <= max(major, min(FILES)))]
