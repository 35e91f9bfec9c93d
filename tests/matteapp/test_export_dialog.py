"""The export dialog offers what is possible and says why the rest is not."""

from __future__ import annotations

import pytest

from engine.imaging.write import WRITERS
from engine.product_table import EVERY
from matteapp.dialogs.export import ExportDialog


@pytest.fixture
def make(qtbot, tmp_path):
    def made(**changes) -> ExportDialog:
        given = {
            "stem": "portrait",
            "folder": tmp_path,
            "size": (600, 400),
            "transparent": True,
            "has_mask": True,
            "enhanced": True,
            "chosen": lambda choice: None,
        }
        dialog = ExportDialog(**{**given, **changes})
        qtbot.addWidget(dialog)
        return dialog

    return made


def _take_format(dialog: ExportDialog, name: str) -> None:
    dialog.format.setCurrentIndex(dialog.format.findData(name))


def test_every_product_and_format_is_offered(make) -> None:
    dialog = make()
    assert set(dialog.products) == set(EVERY)
    assert {dialog.format.itemData(i) for i in range(dialog.format.count())} == set(WRITERS)


def test_at_first_it_promises_a_cut_out(make, tmp_path) -> None:
    dialog = make()
    assert dialog.choice().targets == {"cutout": tmp_path / "portrait_cutout.png"}
    assert "400 × 600" in dialog.summary.text()
    assert dialog.go.isEnabled()


def test_a_composite_needs_a_background(make) -> None:
    without, with_one = make(), make(transparent=False)
    assert not without.products["composite"].isEnabled()
    assert "background" in without._notes["composite"].text()
    assert with_one.products["composite"].isEnabled()


def test_a_format_without_transparency_has_no_cut_out(make) -> None:
    dialog = make()
    _take_format(dialog, "jpeg")
    assert not dialog.products["cutout"].isEnabled()
    assert "transparency" in dialog._notes["cutout"].text()
    assert not dialog.go.isEnabled()
    dialog.products["alpha"].setChecked(True)
    assert dialog.choice().targets["alpha"].suffix == ".png"
    assert dialog.go.isEnabled()


@pytest.mark.parametrize("name", WRITERS)
def test_only_depths_of_the_format_are_offered(make, name) -> None:
    dialog = make()
    _take_format(dialog, name)
    offered = [dialog.bits.itemData(i) for i in range(dialog.bits.count())]
    assert offered == [None, *WRITERS[name].bits]


def test_quality_is_for_lossy_formats(make) -> None:
    dialog = make()
    assert not dialog.quality.isEnabled()
    assert dialog.quality.toolTip()
    _take_format(dialog, "webp")
    assert dialog.quality.isEnabled()


@pytest.mark.parametrize("name", ["", "  ", "a/b", "what?"])
def test_an_impossible_name_is_told(make, name) -> None:
    dialog = make()
    dialog.name.setText(name)
    assert not dialog.go.isEnabled()
    assert "name" in dialog.summary.text()


def test_a_missing_folder_is_told(make, tmp_path) -> None:
    dialog = make()
    dialog.folder.setText(str(tmp_path / "none"))
    assert not dialog.go.isEnabled()


def test_files_that_exist_are_told(make, tmp_path) -> None:
    (tmp_path / "portrait_cutout.png").touch()
    dialog = make()
    assert "replaced" in dialog.summary.text()


def test_export_hands_over_the_choice(make) -> None:
    chosen = []
    dialog = make(chosen=chosen.append)
    dialog.scale.setValue(50)
    dialog.products["alpha"].setChecked(True)
    dialog.go.click()
    assert chosen[0].delivery.scale == 0.5
    assert list(chosen[0].targets) == ["cutout", "alpha"]


@pytest.mark.parametrize("name", ["enhanced", "change"])
def test_an_enhanced_photograph_is_offered_once_there_is_one(make, name) -> None:
    bare = make(enhanced=False)
    assert not bare.products[name].isEnabled()
    dialog = make()
    dialog.products[name].setChecked(True)
    assert set(dialog.choice().targets) == {"cutout", name}
    assert dialog.go.isEnabled()
