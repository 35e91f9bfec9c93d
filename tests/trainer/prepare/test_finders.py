"""Who finds subjects: outlines in COCO's format, DeepLabV3's classes, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.device import Compute
from engine.errors import UserError
from engine.imaging.types import Image, Rect
from engine.models.deeplab import DeepLabV3
from trainer.prepare.annotations import Annotations
from trainer.prepare.deeplab import CLASSES, OfClasses, open_deeplab
from trainer.prepare.domains import DOMAINS
from trainer.prepare.finders import open_finder

HEIGHT, WIDTH = 60, 80
CATEGORIES = [
    {"id": 1, "name": "person", "supercategory": "person"},
    {"id": 17, "name": "cat", "supercategory": "animal"},
    {"id": 18, "name": "dog", "supercategory": "animal"},
]
RNG = np.random.default_rng(4)
PICTURE = Image(np.zeros((2 * HEIGHT, 2 * WIDTH, 3), np.uint8))
CAT, DOG = Rect(10, 10, 50, 40), Rect(20, 50, 55, 75)


def corners(rect: Rect) -> list[float]:
    """x, y, x, y, … of the outermost pixels."""
    right, bottom = rect.right - 1, rect.bottom - 1
    return [rect.left, rect.top, right, rect.top, right, bottom, rect.left, bottom]


def outlined(number: int, category: int, *rects: Rect, crowd: int = 0) -> dict[str, object]:
    segmentation = [corners(rect) for rect in rects]
    return {
        "image_id": number,
        "category_id": category,
        "segmentation": segmentation,
        "iscrowd": crowd,
    }


def written(folder: Path, names: list[str], rows: list[dict[str, object]]) -> Path:
    images = [
        {"id": number, "file_name": name, "height": HEIGHT, "width": WIDTH}
        for number, name in enumerate(names)
    ]
    path = folder / "instances.json"
    document = {"categories": CATEGORIES, "images": images, "annotations": rows}
    path.write_text(json.dumps(document))
    return path


def inside(rect: Rect) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[rect.slices] = True
    return mask


def test_outlines_are_counted_by_their_domain(tmp_path) -> None:
    tiny = Rect(0, 0, 3, 3)
    rows = [
        outlined(0, 17, CAT),
        outlined(0, 1, DOG),
        outlined(0, 18, tiny),
        outlined(1, 17, CAT),
        outlined(1, 18, DOG),
        outlined(2, 1, CAT, crowd=1),
        outlined(3, 18, tiny),
    ]
    names = ["cat.png", "both.png", "crowd.png", "far.png"]
    path = written(tmp_path, names, rows)
    animals, people = (open_finder(DOMAINS[d], annotations=path) for d in ("animal", "person"))

    def count(finder, name: str) -> int:
        found = finder.find(PICTURE, tmp_path / name)
        return 0 if found is None else found.count

    assert [count(animals, name) for name in (*names, "unknown.png")] == [1, 2, 0, 0, 0]
    assert [count(people, name) for name in names] == [1, 0, 2, 0]
    found = animals.find(PICTURE, tmp_path / "cat.png")
    assert found is not None
    assert np.array_equal(found.subjects.likelihood > 0.5, inside(CAT))


def test_parts_of_one_outline_add_up_where_they_overlap(tmp_path) -> None:
    one, other = Rect(5, 5, 30, 30), Rect(20, 20, 50, 60)
    path = written(tmp_path, ["a.png"], [outlined(0, 17, one, other)])
    ((mask, crowd),) = Annotations(path, DOMAINS["animal"].coco).instances(tmp_path / "a.png")
    assert np.array_equal(mask, inside(one) | inside(other)) and not crowd


def runs_of(mask: np.ndarray) -> list[int]:
    """Lengths of runs down the columns, the first of what is outside."""
    flat = mask.T.ravel()
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    return [0, *runs] if flat[0] else runs


def letters(runs: list[int]) -> str:
    """As pycocotools writes runs: differences to the one before the last, five bits a letter."""
    text = ""
    for place, run in enumerate(runs):
        value = run - runs[place - 2] if place > 2 else run
        while True:
            bits, value = value & 31, value >> 5
            last = value == (-1 if bits & 16 else 0)
            text += chr(48 + bits + (0 if last else 32))
            if last:
                break
    return text


@pytest.mark.parametrize("kind", ["noise", "blob", "corner"])
def test_runs_are_read_plain_and_as_letters(kind, tmp_path) -> None:
    mask = {
        "noise": RNG.random((HEIGHT, WIDTH)) < 0.3,
        "blob": inside(CAT) | inside(DOG),
        "corner": inside(Rect(0, 0, 30, 70)),
    }[kind]
    runs = runs_of(mask)
    rows = [
        {
            "image_id": number,
            "category_id": 18,
            "segmentation": {"counts": counts, "size": [HEIGHT, WIDTH]},
        }
        for number, counts in enumerate((runs, letters(runs)))
    ]
    found = Annotations(written(tmp_path, ["a.png", "b.png"], rows), DOMAINS["animal"].coco)
    for name in ("a.png", "b.png"):
        ((read, _),) = found.instances(tmp_path / name)
        assert np.array_equal(read, mask)


def test_folders_say_which_of_two_pictures_of_one_name_is_meant(tmp_path) -> None:
    rows = [outlined(0, 17, CAT), outlined(1, 17, DOG)]
    found = Annotations(written(tmp_path, ["cat/1.png", "1.png"], rows), DOMAINS["animal"].coco)
    ((first, _),) = found.instances(tmp_path / "train" / "cat" / "1.png")
    ((second, _),) = found.instances(tmp_path / "dog" / "1.png")
    assert np.array_equal(first, inside(CAT)) and np.array_equal(second, inside(DOG))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "can't be read"),
        ("[]", "no annotations"),
        ('{"images": []}', "not in COCO's format"),
        ('{"categories": [], "images": [], "annotations": []}', "none of the categories"),
    ],
)
def test_other_files_are_refused(text, told, tmp_path) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(UserError, match=told):
        open_finder(DOMAINS["animal"], annotations=path)


def test_a_damaged_outline_is_named(tmp_path) -> None:
    row = outlined(0, 17, CAT) | {"segmentation": {"counts": [5, 5], "size": [HEIGHT, WIDTH]}}
    found = Annotations(written(tmp_path, ["a.png"], [row]), DOMAINS["animal"].coco)
    with pytest.raises(UserError, match="not in COCO's format"):
        found.instances(tmp_path / "a.png")


def test_classes_of_a_network_add_up() -> None:
    torch.manual_seed(0)
    network = DeepLabV3(narrow=16, classes=CLASSES).eval()
    rgb = torch.rand(1, 3, 64, 48)
    with torch.no_grad():
        each = network.predict(rgb)
        animals = OfClasses(network, DOMAINS["animal"].voc).predict(rgb)
        rest = OfClasses(
            network, [n for n in range(CLASSES) if n not in DOMAINS["animal"].voc]
        ).predict(rgb)
    assert animals.shape == (1, 1, 64, 48)
    assert torch.allclose(animals[:, 0], sum(each[:, n] for n in (3, 8, 10, 12, 13, 17)))
    assert torch.allclose(animals + rest, torch.ones_like(rest), atol=1e-5)


def test_published_weights_find_subjects_and_others_are_refused(tmp_path) -> None:
    torch.manual_seed(0)
    network = DeepLabV3(narrow=16, classes=CLASSES)
    with torch.no_grad():
        network.classifier[4].weight.zero_()
        network.classifier[4].bias.zero_()[12] = 9.0  # a dog everywhere
    state = {name: t for name, t in network.state_dict().items() if "num_batches" not in name}
    torch.save(state, tmp_path / "deeplabv3.pth")
    finder = open_finder(DOMAINS["animal"], segmenter=str(tmp_path / "deeplabv3.pth"))
    found = finder.find(Image(np.full((32, 32, 3), 90, np.uint8)), tmp_path / "a.png")
    assert found is not None and found.count == 1
    assert (found.subjects.likelihood > 0.9).all()
    del state["classifier.4.bias"]
    torch.save(state, tmp_path / "other.pth")
    with pytest.raises(UserError, match=r"classifier\.4\.bias"):
        open_deeplab(tmp_path / "other.pth", (15,), compute=Compute("cpu"))
