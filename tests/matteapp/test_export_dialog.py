"""The export dialog offers what is possible and says why the rest is not."""

from __future__ import annotations

import pytest

from engine.imaging.write import WRITERS
from engine.output_presets import BUILT_IN, OutputPresets
from engine.product_table import EVERY
from matteapp.dialogs.export import Exportable, ExportDialog


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
        }
        chosen = changes.pop("chosen", lambda choice: None)
        dialog = ExportDialog(
            Exportable(**{**given, **changes}),
            chosen=chosen,
            presets=OutputPresets(tmp_path / "config"),
        )
        qtbot.addWidget(dialog)
        return dialog

    return made


def _take_format(dialog: ExportDialog, name: str) -> None:
    dialog.form.format.setCurrentIndex(dialog.form.format.findData(name))


def test_every_product_and_format_is_offered(make) -> None:
    dialog = make()
    assert set(dialog.products) == set(EVERY)
    assert {dialog.form.format.itemData(i) for i in range(dialog.form.format.count())} == set(
        WRITERS
    )


def test_at_first_it_promises_a_cut_out(make, tmp_path) -> None:
    dialog = make()
    assert dialog.choice().targets == {"cutout": tmp_path / "portrait_cutout.png"}
    assert "400 × 600" in dialog.summary.text()
    assert dialog.go.isEnabled()


def test_a_composite_needs_a_background(make) -> None:
    without, with_one = make(), make(transparent=False)
    assert not without.products["composite"].isEnabled()
    assert "background" in without.boxes.notes["composite"].text()
    assert with_one.products["composite"].isEnabled()


def test_a_format_without_transparency_has_no_cut_out(make) -> None:
    dialog = make()
    _take_format(dialog, "jpeg")
    assert not dialog.products["cutout"].isEnabled()
    assert "transparency" in dialog.boxes.notes["cutout"].text()
    assert not dialog.go.isEnabled()
    dialog.products["alpha"].setChecked(True)
    assert dialog.choice().targets["alpha"].suffix == ".png"
    assert dialog.go.isEnabled()


@pytest.mark.parametrize("name", WRITERS)
def test_only_depths_of_the_format_are_offered(make, name) -> None:
    dialog = make()
    _take_format(dialog, name)
    offered = [dialog.form.bits.itemData(i) for i in range(dialog.form.bits.count())]
    assert offered == [None, *WRITERS[name].bits]


def test_quality_is_for_lossy_formats(make) -> None:
    dialog = make()
    quality = dialog.form.quality
    assert not quality.isEnabled()
    assert quality.toolTip()
    _take_format(dialog, "webp")
    assert quality.isEnabled()


@pytest.mark.parametrize("name", ["", "  ", "a/b", "what?", "{nmae}", "{name"])
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
    assert "replaced: portrait_cutout.png" in dialog.summary.text()
    assert "Replace" in dialog.go.text()
    dialog.name.setText("{name}_{product}_{counter}")
    assert "replaced" not in dialog.summary.text()
    (tmp_path / "portrait_cutout_001.png").touch()
    assert dialog.choice().targets["cutout"].name == "portrait_cutout_002.png"


def test_export_hands_over_the_choice(make) -> None:
    chosen = []
    dialog = make(chosen=chosen.append)
    dialog.form.scale.setValue(50)
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


def test_layers_and_views_go_with_any_format(make) -> None:
    dialog = make()
    _take_format(dialog, "jpeg")
    dialog.boxes.tick(["layers", "on_white", "alpha"])
    dialog.products["overlay"].click()
    suffixes = {name: path.suffix for name, path in dialog.choice().targets.items()}
    assert suffixes == {"alpha": ".png", "layers": ".psd", "on_white": ".jpg", "overlay": ".jpg"}
    assert dialog.go.isEnabled()


def test_a_template_is_filled_and_checked_as_it_is_typed(make) -> None:
    dialog = make()
    dialog.form.scale.setValue(50)
    dialog.name.setText("{name} {size} {view}")
    assert "portrait 200x300 Cut-out.png" in dialog.summary.text()
    dialog.name.setText("{name}")
    dialog.products["alpha"].setChecked(True)
    assert not dialog.go.isEnabled()
    assert "{product}" in dialog.summary.text()
    dialog.name.setText("{name}_")
    dialog.fields.menu().actions()[1].trigger()
    assert dialog.name.text() == "{name}_{product}"
    assert dialog.go.isEnabled()


def test_an_icc_file_is_checked(make, tmp_path) -> None:
    dialog = make()
    (tmp_path / "mine.icc").write_bytes(b"no profile")
    dialog.form.take_space(str(tmp_path / "mine.icc"))
    dialog.form.changed.emit()
    assert not dialog.go.isEnabled()
    assert "no ICC profile" in dialog.summary.text()
    dialog.form.take_space("display_p3")
    dialog.form.changed.emit()
    assert dialog.choice().delivery.colour_space == "display_p3"
    assert dialog.go.isEnabled()


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_preset_chooses_everything(make, name) -> None:
    dialog = make(transparent=False)
    combo = dialog.presets.combo
    combo.setCurrentIndex(combo.findData(name))
    combo.activated.emit(combo.currentIndex())
    chosen, wanted = dialog.output(), BUILT_IN[name]
    assert set(chosen.products) == set(wanted.products)
    assert (chosen.format, chosen.template) == (wanted.format, wanted.template)
    assert chosen.delivery == wanted.delivery
    assert dialog.go.isEnabled()


def test_what_is_chosen_is_kept_under_a_name(make, tmp_path) -> None:
    dialog = make()
    dialog.form.scale.setValue(25)
    dialog.presets.save_asked.emit("Small")
    assert dialog.presets.current == "Small"
    assert OutputPresets(tmp_path / "config").own()["Small"].delivery.scale == 0.25
    dialog.presets.rename_asked.emit("Small", "Tiny")
    dialog.presets.delete_asked.emit("Tiny")
    assert OutputPresets(tmp_path / "config").own() == {}
    dialog.presets.save_asked.emit("Web")
    assert "comes along" in dialog.summary.text()


def test_every_control_has_a_name_and_says_what_it_does(make) -> None:
    dialog = make()
    form = dialog.form
    shown = [*dialog.products.values(), *dialog.presets.buttons.values(), dialog.presets.combo]
    shown += [form.format, form.bits, form.quality, form.scale, form.colours, form.metadata]
    shown += [dialog.name, dialog.fields, dialog.folder, dialog.browse, dialog.opens, dialog.go]
    for control in shown:
        assert control.accessibleName(), control
        assert control.toolTip(), control
