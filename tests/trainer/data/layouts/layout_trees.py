"""Small trees that lie on disk as published data sets do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (6, 8)


def picture(path: Path, seed: int = 0, size=SIZE) -> Path:
    """A colour picture."""
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
    return save(path, pixels)


def matte(path: Path, seed: int = 0, size=SIZE) -> Path:
    """A grey picture of any value, 0 and 255 among them."""
    values = np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8)
    values[0, 0], values[-1, -1] = 0, 255
    return save(path, values)


def trimap(path: Path) -> Path:
    values = np.full(SIZE, 128, np.uint8)
    values[0], values[-1] = 0, 255
    return save(path, values)


def labels(path: Path) -> Path:
    values = np.zeros(SIZE, np.uint8)
    values[2:], values[2, 3] = 1, 2
    return save(path, values)


def cutout(path: Path) -> Path:
    pixels = np.random.default_rng(5).integers(0, 256, (*SIZE, 4), dtype=np.uint8)
    return save(path, pixels)


def names(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def save(path: Path, pixels) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def composition_1k(root: Path) -> None:
    home = root / "Combined_Dataset"
    train = home / "Training_set"
    for folder, stem in (("Adobe-licensed images", "b"), ("Other", "a")):
        picture(train / folder / "fg" / f"{stem}.jpg")
        matte(train / folder / "alpha" / f"{stem}.jpg")
    names(train / "training_fg_names.txt", "b.jpg", "a.jpg")
    names(train / "training_bg_names.txt", "COCO_train2014_000000000009.jpg")
    test = home / "Test_set" / "Adobe-licensed images"
    for index, stem in enumerate(("dog-1.2", "cat")):
        picture(test / "fg" / f"{stem}.png", index)
        matte(test / "alpha" / f"{stem}.png", index)
        for copy in range(20):
            trimap(test / "trimaps" / f"{stem}_{copy}.png")
    names(home / "Test_set" / "test_fg_names.txt", "dog-1.2.png", "cat.png")
    backgrounds = [f"2008_{39 - index:06d}.jpg" for index in range(40)]
    names(home / "Test_set" / "test_bg_names.txt", *backgrounds)


def distinctions_646(root: Path) -> None:
    for split in ("Train", "Test"):
        picture(root / "Distinctions-646" / split / "FG" / "one.png")
        matte(root / "Distinctions-646" / split / "GT" / "one.png")


def photomatte85(root: Path) -> None:
    for stem in ("0051115Q_000001_0041", "0051115Q_000002_0042"):
        cutout(root / "PhotoMatte85" / f"{stem}.png")


def photomatte85_split(root: Path) -> None:
    picture(root / "PhotoMatte85" / "fgr" / "one.jpg")
    matte(root / "PhotoMatte85" / "pha" / "one.jpg")


def p3m_10k(root: Path) -> None:
    home = root / "P3M-10k"
    picture(home / "train" / "blurred_image" / "p_00000001.jpg")
    matte(home / "train" / "mask" / "p_00000001.png")
    for folder, images in (("P3M-500-P", "blurred_image"), ("P3M-500-NP", "original_image")):
        picture(home / "validation" / folder / images / "p_00000002.jpg")
        matte(home / "validation" / folder / "mask" / "p_00000002.png")
        trimap(home / "validation" / folder / "trimap" / "p_00000002.png")


def am_2k(root: Path, folder: str = "AM-2k") -> None:
    home = root / folder
    for split in ("train", "validation"):
        picture(home / split / "original" / "m_00000001.jpg")
        matte(home / split / "mask" / "m_00000001.png")
    for layer in ("fg", "bg", "fg_denoise"):
        picture(home / "train" / layer / "m_00000001.png")
    trimap(home / "validation" / "trimap" / "m_00000001.png")


def bg_20k(root: Path) -> None:
    for folder in ("train", "testval"):
        picture(root / "BG-20k" / folder / "h_00000001.jpg")


def coco(root: Path) -> None:
    picture(root / "train2014" / "COCO_train2014_000000000009.jpg")


def voc(root: Path) -> None:
    for index in range(40):
        picture(root / "VOCdevkit/VOC2012/JPEGImages" / f"2008_{index:06d}.jpg", index, (4, 9))


def rwp_636(root: Path) -> None:
    picture(root / "image" / "r.1.jpg")
    matte(root / "alpha" / "r.1.png")
    matte(root / "detailmap" / "r.1_cloud_trimap.jpg")


def shen(root: Path) -> None:
    for folder in ("training", "testing"):
        picture(root / folder / "00001.png")
        matte(root / folder / "00001_matte.png")


def ffhq(root: Path) -> None:
    picture(root / "images1024x1024" / "00000" / "00000.png")
    picture(root / "images1024x1024" / "01000" / "01000.png")


def afhq_v2(root: Path) -> None:
    for split in ("train", "test"):
        for kind in ("cat", "dog", "wild"):
            picture(root / split / kind / f"flickr_{kind}_000001.png")


def faces(root: Path) -> None:
    picture(root / "one.png")
    picture(root / "two.jpg")


def people(root: Path) -> None:
    picture(root / "image" / "0001.jpg")
    labels(root / "label" / "0001.png")


def plain(root: Path) -> None:
    picture(root / "image" / "one.jpg")
    matte(root / "alpha" / "one.png")


def backgrounds(root: Path) -> None:
    picture(root / "sky.jpg")
    names(root / "ORIGIN.tsv", "not a picture")


def composed(root: Path) -> None:
    picture(root / "merged" / "cat_0.png")
    matte(root / "alpha_copy" / "cat_0.png")
    trimap(root / "trimaps" / "cat_0.png")


def generated(root: Path) -> None:
    picture(root / "image" / "000.png")
    matte(root / "alpha" / "000.png")
    picture(root / "foreground" / "000.png")
    names(root / "manifest.jsonl", '{"name": "000", "foreground": true, "split": "validation"}')


def rgba(root: Path) -> None:
    cutout(root / "000.png")
    names(root / "manifest.jsonl", '{"name": "000"}')


TREES = {
    "composition_1k": composition_1k,
    "distinctions_646": distinctions_646,
    "photomatte85": photomatte85,
    "p3m_10k": p3m_10k,
    "am_2k": am_2k,
    "rwp_636": rwp_636,
    "shen": shen,
    "bg_20k": bg_20k,
    "coco": coco,
    "voc": voc,
    "ffhq": ffhq,
    "afhq_v2": afhq_v2,
    "faces": faces,
    "people": people,
    "plain": plain,
    "backgrounds": backgrounds,
    "generated": generated,
    "rgba": rgba,
    "composed": composed,
}
"""Layout to a maker of a complete tree."""
