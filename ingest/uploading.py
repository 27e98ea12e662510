"""One upload from the node's address to the printed outcome.

Order: the node is asked for its limits, the folder is planned by them, the plan is shown before
anything leaves the machine, then it is sent. A dry run ends before the sending and tells the node
nothing but that somebody asked for its limits.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.client import Uploader, bind_payout
from ingest.display import display, tell_json
from ingest.knownnodes import pinned
from ingest.localstate import open_state
from ingest.nodeclient import NodeClient, NodeInfo, open_http
from ingest.outcome import Outcome
from ingest.payout import load_payout
from ingest.planning import Plan
from ingest.privacy import load_terms
from ingest.report import folder_json, model_of, outcome_json
from ingest.settings import ScreenSettings, UploadSettings
from ingest.telling import print_outcome, print_plans, print_troubles
from ingest.voice import STDERR, STDOUT
from ingest.vouching import LEVELS, NOBODY, Vouching, level_at, load_vouching
from roadcomb.canonical import Json
from roadcomb.keys import Key, load_key
from roadcomb.memory import keep_memory
from roadcomb.settings import ClientSettings

__all__ = ["Errand", "deliver"]

_FIRST_ATTEMPTS = 3
"""A wrong address should be told soon; a node that was there once is worth waiting for."""

Planning = Callable[[ScreenSettings], Sequence[Plan]]


@dataclass(frozen=True, slots=True)
class Errand:
    """What to send where and how; `device` overrules what the pictures say of their camera.

    trimmed_m: radius of the discs that the plans were cut with.
    """

    to: str
    screening: ScreenSettings
    sending: UploadSettings
    device: str | None = None
    dry: bool = False
    as_json: bool = False
    trimmed_m: float = 0.0


def deliver(errand: Errand, planning: Planning) -> Outcome:
    """Send what `planning` finds under the node's limits. Raises what stopped the upload."""
    keep_memory()
    ours, sending = ClientSettings(), errand.sending
    key = load_key(ours.key_file)
    terms = None if errand.dry else load_terms(ours.config, errand.trimmed_m)
    with open_http(errand.to, sending) as http, open_state(ours.state) as state:
        pin, say = pinned(ours.state, state.node_at), _say_pause
        client = NodeClient(http, sending, pin, say)
        attempts = min(sending.attempts, _FIRST_ATTEMPTS)
        first = sending.model_copy(update={"attempts": attempts})
        info = NodeClient(http, first, pin, say).info()
        plans = planning(_within(errand.screening, info))
        _show_plans(plans, errand)
        payout = load_payout(ours.config)
        if payout is not None and not errand.dry:
            bind_payout(client, info, key, state, payout)
        vouching = _vouching(client, ours, key)
        model = errand.device or model_of(plans)
        if not errand.as_json:
            STDOUT.say(f"device: {model}, vouched for by: {vouching.level}")
        offered = sum(plan.offered for plan in plans)
        with display(STDERR, offered, errand.as_json, time.monotonic) as progress:
            uploader = Uploader(
                client,
                info,
                key,
                state,
                progress,
                sending.batch_bytes,
                errand.screening.min_frames,
                errand.device,
                sending.connections,
                errand.dry,
                terms,
                vouching,
            )
            outcome = uploader.upload(plans)
    _show_outcome(outcome, plans, errand, {"model": model, "level": vouching.level})
    print_troubles(STDERR, outcome.troubles)
    if isinstance(outcome.stopped, KeyboardInterrupt):
        STDERR.say("interrupted: the same command again goes on where this one ended")
    if outcome.stopped is not None:
        raise outcome.stopped
    return outcome


def _vouching(client: NodeClient, ours: ClientSettings, key: Key) -> Vouching:
    """What vouches for this machine's drives, with the level that the node knows it by."""
    vouching = load_vouching(ours.config)
    if vouching == NOBODY:
        return vouching
    levels = [level_at(client, key, one) for one in vouching.keys]
    return replace(vouching, level=max(levels, key=LEVELS.index))


def _within(screening: ScreenSettings, info: NodeInfo) -> ScreenSettings:
    longest = min(screening.max_frames, info.drive_frames)
    return screening.model_copy(update={"max_frames": longest})


def _show_plans(plans: Sequence[Plan], errand: Errand) -> None:
    if not errand.as_json:
        print_plans(STDOUT, plans)
        return
    for plan in plans:
        tell_json("plan", folder_json(plan))


def _show_outcome(
    outcome: Outcome, plans: Sequence[Plan], errand: Errand, device: Mapping[str, Json]
) -> None:
    if errand.as_json:
        tell_json("summary", {**outcome_json(outcome), "device": device})
    else:
        print_outcome(STDOUT, outcome, sum(len(plan.rejected) for plan in plans))


def _say_pause(cause: Exception, wait_s: float) -> None:
    """Waiting for a busy node is told, once a pause."""
    STDERR.say(f"the node is busy or away ({cause}): again in {wait_s:.0f} s")
