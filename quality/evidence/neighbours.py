"""Do others' pictures of the same places show the same? The signal `neighbours`; pure.

Who moves a trace to other streets, or sends one street's pictures on another's trace, can make
pictures and track agree in everything but the place. Others' pictures of the place know better.

The law: disagreement counts only where the others can be believed. A witness is another
contributor's accepted drive that a third contributor's pictures bear out somewhere along its way.
The pictures of all who were there have to disagree at `_PLACES` places or more, nobody's may mostly
agree, and those of witnesses alone are counted: by half where one alone is there whom one other
alone bears out. So neither a place that nobody can know again, nor a single liar who was there
first, holds who comes after him, and no crowd of liars does where one other told the truth.
Where a few pictures agree, nothing more is asked: honest drives cost four comparisons.

A long drive is asked stretch by stretch, and its worst stretch counts.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from quality.evidence.landmarks import SAME_PLACE
from quality.evidence.meetings import Course, Meeting, Place, meetings, spread
from quality.evidence.signals import Signal, bounded

__all__ = ["Compare", "Question", "neighbours"]

STRETCH = 64
"""Frames that are asked about together: 500 m."""
_FIRST_PLACES, _ENOUGH = 4, 3
_PLACES, _ASKED_PLACES, _ASKED_OTHERS = 4, 8, 3
_PAIRS, _SIDED = 6, 2
_VETTING_PLACES, _BORNE_OUT = 6, 3
_WITNESSES, _VETTED_AT_MOST = 2, 8
_FOR, _AGAINST = 2.0, -1.0
"""Nats of a pair that agrees and of one that does not. Alone they would weigh 4 and -2; pairs of
one drive share its lens and its light, so half of that is believed."""


@dataclass(frozen=True, slots=True)
class Question:
    """Do frame n of a drive and frame other_n of another one show one place?"""

    drive_id: str
    n: int
    other_id: str
    other_n: int


Compare = Callable[[Sequence[Question]], Sequence[int | None]]
"""Agreeing points (landmarks.py) for each question; None: a picture is gone, or tells nothing."""
Answers = dict[Meeting, bool]


def neighbours(own: Course, others: Sequence[Course], compare: Compare) -> Signal:
    """The signal `neighbours`; others: accepted drives of other contributors, around the own way.

    own: the frames of the drive that are good by themselves.
    """
    count = max(1, round(len(own.numbers) / STRETCH))
    edges = [k * len(own.numbers) // count for k in range(count + 1)]
    parts = [own.part(*edges[k : k + 2]) for k in range(count)]
    asked = (_stretch(part, others, compare) for part in parts)
    return min(asked, key=lambda signal: signal.strength)


def _stretch(own: Course, others: Sequence[Course], compare: Compare) -> Signal:
    met = meetings(own, others)
    answers = _asked(own, [place[:1] for place in spread(met, _FIRST_PLACES)], compare)
    if sum(answers.values()) >= _ENOUGH:
        return Signal("neighbours", bounded(2.0, 0, 2), _facts(answers, 0))
    answers |= _asked(own, _fairly(spread(met, _ASKED_PLACES), answers), compare)
    if _sided(answers) or not _disagree(answers):
        return Signal("neighbours", 0, _facts(answers, 0))
    believed = _believed(answers, others, compare)
    answers |= _asked(own, _further(met, believed, answers), compare)
    if _sided(answers):
        return Signal("neighbours", 0, _facts(answers, 0))
    return _counted(answers, believed)


def _further(met: Sequence[Place], believed: Mapping[str, int], answers: Answers) -> list[Place]:
    """Where witnesses can be asked again, each place once."""
    known = [[one for one in place if one.drive_id in believed] for place in met]
    new = [place for place in known if any(one not in answers for one in place)]
    return _fairly(spread(new, _ASKED_PLACES), answers, 1)


def _counted(answers: Answers, believed: Mapping[str, int]) -> Signal:
    """What all who agree and the witnesses who do not say together."""
    counted = {one: same for one, same in answers.items() if same or one.drive_id in believed}
    witnesses = len({one.contributor for one in counted if one.drive_id in believed})
    agreed = sum(counted.values())
    nats = _FOR * agreed + _AGAINST * (len(counted) - agreed)
    surely = max(witnesses, *believed.values(), 0) >= _WITNESSES
    facts = _facts(answers, witnesses)
    return Signal("neighbours", bounded(nats if surely else nats / 2, -10, 0), facts)


def _fairly(met: Sequence[Place], answers: Answers, most: int = _ASKED_OTHERS) -> list[Place]:
    """Of each place the drives that were asked least, so that no few outvote the others."""
    often = Counter(one.drive_id for one in answers)
    chosen: list[Place] = []
    for place in met:
        new = [one for one in place if one not in answers]
        least = sorted(new, key=lambda one: (often[one.drive_id], one.metres))[:most]
        often.update(one.drive_id for one in least)
        chosen.append(least)
    return chosen


def _sided(answers: Answers) -> bool:
    """Whether the pictures of anybody else mostly agree with the own ones."""
    asked = Counter(one.contributor for one in answers)
    agreed = Counter(one.contributor for one, same in answers.items() if same)
    return any(count >= _SIDED and 2 * count >= asked[who] for who, count in agreed.items())


def _disagree(answers: Answers) -> bool:
    places = {one.own_n for one in answers}
    few = _FOR * sum(answers.values()) < -_AGAINST * sum(not same for same in answers.values())
    return few and len(answers) >= _PAIRS and len(places) >= _PLACES


def _believed(answers: Answers, others: Sequence[Course], compare: Compare) -> Mapping[str, int]:
    """Drives among those that disagree which others bear out, and how many contributors do."""
    against = [one.drive_id for one, same in answers.items() if not same]
    named = sorted(set(against), key=lambda drive_id: (-against.count(drive_id), drive_id))
    courses = {course.drive_id: course for course in others}
    vetted = named[:_VETTED_AT_MOST]
    bearers = {one: _bearing_out(courses[one], others, compare) for one in vetted}
    return {drive_id: count for drive_id, count in bearers.items() if count}


def _bearing_out(witness: Course, others: Sequence[Course], compare: Compare) -> int:
    """Contributors who agree with a witness, if most of those that are asked do."""
    third = [course for course in others if course.contributor != witness.contributor]
    answers = _asked(
        witness, _fairly(spread(meetings(witness, third), _VETTING_PLACES), {}, 1), compare
    )
    agreed = Counter(one.contributor for one, same in answers.items() if same)
    borne_out = agreed.total() >= _BORNE_OUT and 2 * agreed.total() >= len(answers)
    return len(agreed) if borne_out else 0


def _asked(own: Course, places: Sequence[Sequence[Meeting]], compare: Compare) -> Answers:
    met = [one for place in places for one in place]
    questions = [Question(own.drive_id, one.own_n, one.drive_id, one.n) for one in met]
    points = compare(questions) if questions else ()
    return {
        one: count >= SAME_PLACE
        for one, count in zip(met, points, strict=True)
        if count is not None
    }


def _facts(answers: Answers, witnesses: int) -> dict[str, int]:
    return {
        "compared": len(answers),
        "agreeing": sum(answers.values()),
        "places": len({one.own_n for one in answers}),
        "witnesses": witnesses,
    }
