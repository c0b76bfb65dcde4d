"""The start of everything."""

import gc

import pytest

from chalicelib import wiring
from chalicelib.config import LOG_LEVEL
from chalicelib.errors import InvalidSetting


@pytest.mark.parametrize("level", ["INFO", "LOUD"])
def test_garbage_is_collected_after_a_start_whatever_came_of_it(
    level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LOG_LEVEL, level)
    gc.disable()
    try:
        if level == "LOUD":
            with pytest.raises(InvalidSetting):
                wiring.start()
        else:
            wiring.start()
        assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()
