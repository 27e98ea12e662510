"""Settings: an argument before the environment, the environment before the default."""

from pathlib import Path

import pytest
from pydantic import Field, ValidationError

from roadcomb.environment import FromEnvironment


class Oven(FromEnvironment):
    """Settings of an oven."""

    PREFIX = "OVEN_"

    heat: int = Field(default=180, ge=50, le=300)
    light: bool = False
    tray: Path | None = None


def test_the_default_counts_where_nothing_is_set() -> None:
    assert (Oven().heat, Oven().light, Oven().tray) == (180, False, None)


def test_the_environment_counts_before_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVEN_HEAT", "220")
    monkeypatch.setenv("OVEN_LIGHT", "true")
    monkeypatch.setenv("OVEN_TRAY", "/deep")
    monkeypatch.setenv("OVEN_COLOUR", "nobody asks")
    oven = Oven()
    assert (oven.heat, oven.light, oven.tray) == (220, True, Path("/deep"))


def test_an_argument_counts_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVEN_HEAT", "220")
    assert Oven(heat=90).heat == 90


@pytest.mark.parametrize("heat", ["hot", "", "20", "1e3", "nan"])
def test_a_value_that_does_not_fit_is_refused_with_its_name(
    monkeypatch: pytest.MonkeyPatch, heat: str
) -> None:
    monkeypatch.setenv("OVEN_HEAT", heat)
    with pytest.raises(ValidationError, match="heat"):
        Oven()
