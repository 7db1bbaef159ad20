"""A short run of the fuzz target, and that it finds what is wrong."""

import pytest

from experiments.spec import record
from tests import fuzz


def test_no_damage_changes_a_page_or_stops_a_command_without_a_word(capsys):
    assert fuzz.main(["250", "--render", "3"]) == 0, capsys.readouterr().out
    assert "250 turns, 3 of them rendered, 0 faults" in capsys.readouterr().out


@pytest.mark.parametrize("blind", ["checksum", "_check_address", "_check_places"])
def test_a_check_that_is_missing_is_found(monkeypatch, capsys, blind):
    monkeypatch.setattr(record, blind, lambda *arguments: "0" * 64)
    assert fuzz.main(["250", "--render", "0"]) == 1
    assert "turn " in capsys.readouterr().out
