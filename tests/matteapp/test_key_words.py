"""Texts name the keys that actions have now."""

from __future__ import annotations

from matteapp.key_words import keys_in, with_keys


def test_a_text_names_todays_key_or_the_action(studio) -> None:
    actions = studio.window.actions_by_name
    text = "Press <tool.refine>; <b> is none."
    assert keys_in(text) == ["tool.refine", "b"]
    assert with_keys(text, actions) == "Press E; <b> is none."
    studio.preferences.shortcuts.rebind("tool.refine", ())
    assert with_keys(text, actions).startswith("Press “")


def test_the_subject_panel_follows_a_rebound_key(studio) -> None:
    panel = studio.window.panels.subject
    assert "(W)" in panel.text.text()
    assert "(S)" in panel.buttons["box"].toolTip()
    studio.preferences.shortcuts.rebind("tool.person", ("N",))
    assert "(N)" in panel.text.text()


def test_messages_name_keys(studio) -> None:
    studio.preferences.shortcuts.rebind("tool.foreground", ("N",))
    studio.window.bar.say("In green (<tool.foreground>).")
    assert studio.window.bar.text.text() == "In green (N)."


def test_tips_of_settings_name_keys(studio) -> None:
    field = studio.window.panels.enhance.fields["enhance.matte"]
    assert "Alpha (F5)" in field.toolTip()
    studio.preferences.shortcuts.rebind("view.alpha", ("N",))
    assert "Alpha (N)" in field.toolTip()
