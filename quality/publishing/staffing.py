"""Workers are given out only with a detector that has seen what it must see."""

from quality.publishing.fates import Named
from quality.publishing.passing import Workers
from quality.publishing.settings import PublishSettings
from quality.publishing.work import Opening, SelfTestTask, self_tested
from roadcomb.engine import Engine, Lost

__all__ = ["staffed"]


def staffed(engine: Engine, opening: Opening, settings: PublishSettings) -> Workers | str:
    """The engine's workers once the detector has passed its self-test in one of them; or, in
    words, why nothing can be masked."""
    [answer] = engine.map(self_tested, [SelfTestTask(opening, settings)])
    if isinstance(answer, Named):
        return Workers(engine, opening, answer, settings)
    return "its self-test ended its process" if isinstance(answer, Lost) else answer
