"""Settings that come from the environment; pure but for reading it once, when they are made.

The law: what is passed counts before the environment, and that before the default; a value that
does not fit is refused with its name. A variable's name is the class's PREFIX and the field's name
in capitals. (pydantic-settings does the same and more, at a sixth of the CPU of a whole upload.)
"""

import os
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

__all__ = ["FromEnvironment"]


class FromEnvironment(BaseModel):
    """A group of settings; fields of one value each: texts, numbers, paths, switches."""

    model_config = ConfigDict(frozen=True)

    PREFIX: ClassVar[str]

    def __init__(self, **given: Any) -> None:
        """Raises pydantic's ValidationError."""
        set_here = {
            name: value
            for name in type(self).model_fields
            if (value := os.environ.get(self.PREFIX + name.upper())) is not None
        }
        super().__init__(**{**set_here, **given})
