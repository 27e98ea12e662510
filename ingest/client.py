"""The uploader: planned drives go out, verified receipts come back.

Laws: nothing is sent twice; a picture that cannot be read or changes meanwhile costs itself, never
the others; killed at any moment and run again, it goes on where it was. A drive counts as delivered
when the node's receipt for it carries the node's signature, its place in the log and this drive's
own numbers. Pictures are read, and batches sent, some at a time.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ingest.blurred import blurred_by
from ingest.lanes import in_lanes
from ingest.localstate import LocalState
from ingest.manifest import Device, Manifest, SignedManifest, sign_manifest
from ingest.nodeclient import NodeClient, NodeInfo
from ingest.outcome import Delivered, Outcome, Progress
from ingest.payout import sign_binding
from ingest.pictures import (
    ChangedMeanwhile,
    Hashed,
    batches,
    hash_pictures,
    read_checked,
    read_promised,
)
from ingest.planning import Plan, Shot
from ingest.receipts import verify_receipt
from ingest.screening import Rejected
from ingest.terms import Terms
from ingest.trimming import UNTOLD
from ingest.vouching import NOBODY, Vouching
from roadcomb.canonical import Json, parse_json
from roadcomb.errors import (
    Conflict,
    IntegrityError,
    InvalidInput,
    QuotaExceeded,
    RoadcombError,
    StorageFull,
    Unauthorised,
    Unreachable,
)
from roadcomb.keys import Key
from roadcomb.printable import printable

__all__ = ["Uploader", "bind_payout"]

_HOPELESS = (QuotaExceeded, StorageFull, Unauthorised, Unreachable)
"""Troubles that every further drive would run into as well."""
_SEAL_ROUNDS = 3
_SMALL_BATCH = 2**20
"""Bytes; a batch is one file and one sync of the node, so smaller ones help nobody."""


@dataclass(frozen=True, slots=True)
class Uploader:
    """Sends plans of one contributor to one node.

    info: what the node says of itself. model: name of the device, or None for what the pictures
    say. connections: how many batches are under way at once, each of at most `batch_bytes`. dry:
    nothing is sent. vouching: what vouches for the device.
    """

    client: NodeClient
    info: NodeInfo
    key: Key
    state: LocalState
    progress: Progress
    batch_bytes: int
    min_frames: int
    model: str | None = None
    connections: int = 1
    dry: bool = False
    terms: Terms | None = None
    vouching: Vouching = NOBODY

    @property
    def node(self) -> str:
        """The node's public key."""
        return self.info.public

    def upload(self, plans: Sequence[Plan]) -> Outcome:
        """Send what was not sent before. A trouble that meets one drive ends only that drive."""
        outcome = Outcome(
            sum(plan.offered for plan in plans),
            [rejection for plan in plans for rejection in plan.rejected],
            [trouble for plan in plans for trouble in plan.troubles],
        )
        self.state.found_at(self.node, self.client.url)
        try:
            for plan in plans:
                self._send_plan(plan, outcome)
        except (*_HOPELESS, KeyboardInterrupt) as error:
            outcome.stopped = error
            outcome.failed += outcome.offered - outcome.settled
        return outcome

    def _send_plan(self, plan: Plan, outcome: Outcome) -> None:
        told = (rejection.reason for rejection in plan.rejected)
        screened = Counter(reason for reason in told if reason not in UNTOLD)
        for drive in _one_by_one(plan.drives):
            fresh = self._fresh(drive, outcome)
            if not self.dry:
                self._finish_older(plan.folder, fresh, outcome)
            if len(fresh) < self.min_frames:
                left = [Rejected(one.shot.path, "drive-too-short") for one in fresh.values()]
                outcome.rejected += left
                continue
            if self.dry:
                outcome.planned += len(fresh)
                continue
            signed = self._signed(plan.folder, fresh.values(), screened)
            self._attempt(plan.folder, signed, fresh, outcome)
            screened = Counter()  # a folder's rejected are told once, with its first drive

    def _fresh(self, shots: Sequence[Shot], outcome: Outcome) -> dict[str, Hashed]:
        """Pictures by image id, in order, without those sent before or twice in this drive."""
        fresh: dict[str, Hashed] = {}
        limit = self.info.frame_bytes
        for shot, hashed in hash_pictures(shots, self.state, limit, self.connections):
            if isinstance(hashed, str):
                outcome.rejected.append(Rejected(shot.path, hashed))
            elif hashed.frame.image_id in fresh:
                outcome.rejected.append(Rejected(shot.path, "duplicate-picture"))
            else:
                fresh[hashed.frame.image_id] = hashed
        sent = self.state.sent(self.node, self.key.public, fresh)
        outcome.already += len(sent)
        self.progress.at(outcome.settled)
        return {i: hashed for i, hashed in fresh.items() if i not in sent}

    def _finish_older(self, folder: Path, fresh: dict[str, Hashed], outcome: Outcome) -> None:
        """Go on with drives that a killed run has left; their pictures leave `fresh`."""
        for signed in self.state.unfinished(self.node, self.key.public):
            ids = [frame.image_id for frame in signed.manifest.frames]
            if set(ids) <= fresh.keys():
                self._attempt(folder, signed, {i: fresh.pop(i) for i in ids}, outcome)
            elif not fresh.keys().isdisjoint(ids):
                self.state.give_up(self.node, signed.drive_id)

    def _signed(
        self, folder: Path, drive: Collection[Hashed], screened: Mapping[str, int]
    ) -> SignedManifest:
        frames = tuple(one.frame for one in drive)
        models = Counter(one.shot.model for one in drive if one.shot.model)
        model = self.model or (models.most_common(1)[0][0] if models else "unknown")
        lenses = {one.shot.focal_35mm for one in drive}
        focal_35mm = lenses.pop() if len(lenses) == 1 else None  # a zoom is no property of a camera
        unsigned = Device(printable(model)[:200], focal_35mm=focal_35mm)
        device, own_key = self.vouching.named(unsigned, folder)
        blurred = blurred_by(folder, [frame.image_id for frame in frames])
        manifest = Manifest(self.key.public, device, frames, screened, self.terms, blurred)
        return sign_manifest(manifest, self.key, own_key)

    def _attempt(
        self, folder: Path, signed: SignedManifest, files: Mapping[str, Hashed], outcome: Outcome
    ) -> None:
        self.state.offer(self.node, self.client.url, folder, signed)
        drive: dict[str, Json] = {"drive_id": signed.drive_id, "folder": str(folder)}
        self.progress.tell("drive", {**drive, "frames": len(signed.manifest.frames)})
        try:
            receipt = self._sealed(folder, signed, files, outcome)
            outcome.delivered.append(self._kept(folder, signed, receipt))
            self.progress.tell("receipt", outcome.delivered[-1].to_json())
        except ChangedMeanwhile as changed:
            self.state.forget_file(changed.path)
            self._fail(signed, str(changed), outcome)
            self.state.give_up(self.node, signed.drive_id)
        except _HOPELESS:
            raise
        except RoadcombError as error:
            self._fail(signed, f"{folder}: drive {signed.drive_id[:12]}: {error}", outcome)
            if isinstance(error, InvalidInput):  # the same manifest would be refused again
                self.state.give_up(self.node, signed.drive_id)
        self.progress.at(outcome.settled)

    def _fail(self, signed: SignedManifest, trouble: str, outcome: Outcome) -> None:
        outcome.failed += len(signed.manifest.frames)
        outcome.troubles.append(trouble)
        self.progress.tell("trouble", {"drive_id": signed.drive_id, "trouble": trouble})

    def _sealed(
        self,
        folder: Path,
        signed: SignedManifest,
        files: Mapping[str, Hashed],
        outcome: Outcome,
    ) -> bytes:
        """The receipt. Should the node miss pictures after all, they are sent again."""
        for left in reversed(range(_SEAL_ROUNDS)):
            missing = set(self.client.open_drive(signed).missing)
            done = outcome.settled + len(files) - len(missing)
            wanted = [files[i] for i in files if i in missing]
            self.progress.at(done)
            send = partial(self._send, signed)
            for batch, _ in in_lanes(send, self._batches(wanted), self.connections):
                done += len(batch)
                self.progress.at(done)
                sent: dict[str, Json] = {"drive_id": signed.drive_id, "frames": len(batch)}
                self.progress.tell("batch", {**sent, "done": done, "offered": outcome.offered})
            self._show(folder, signed, outcome)
            try:
                return self.client.seal(signed.drive_id)
            except Conflict:
                if not left:
                    raise
        raise AssertionError("the last round answers or raises")

    def _show(self, folder: Path, signed: SignedManifest, outcome: Outcome) -> None:
        """A receiver's signed positions; without them the drive is as good, but of no device."""
        data = self.vouching.shown(signed, folder)
        if not data:
            return
        try:
            self.client.show_evidence(signed.drive_id, data)
        except Conflict:  # the drive was sealed by a run that was cut, or the blocks were used
            return
        except (InvalidInput, Unauthorised) as error:
            note = f"{folder}: the receiver does not vouch for this drive: {error}"
            if note not in outcome.troubles:
                outcome.troubles.append(note)

    def _batches(self, wanted: Sequence[Hashed]) -> Iterator[list[Hashed]]:
        """As large as node and settings take, yet enough of them for all connections."""
        share = sum(hashed.frame.size for hashed in wanted) // self.connections
        most = min(self.batch_bytes, self.info.batch_bytes)
        return batches(wanted, min(most, max(share, _SMALL_BATCH)))

    def _send(self, signed: SignedManifest, batch: Sequence[Hashed]) -> None:
        frames = [(hashed.frame.image_id, read_promised(hashed)) for hashed in batch]
        try:
            self.client.send_frames(signed, frames)
        except InvalidInput:  # a file that changed under its seal is named, not the whole drive
            for hashed in batch:
                read_checked(hashed)
            raise

    def _kept(self, folder: Path, signed: SignedManifest, receipt: bytes) -> Delivered:
        frames = signed.manifest.frames
        size = sum(frame.size for frame in frames)
        promise = verify_receipt(parse_json(receipt), self.node).promise
        promised = (promise.drive_id, promise.contributor, promise.frames, promise.bytes)
        if promised != (signed.drive_id, self.key.public, len(frames), size):
            raise IntegrityError("the node's receipt is for something else: keep the pictures")
        path = self.state.save_receipt(self.node, signed, receipt)
        return Delivered(folder, signed.drive_id, len(frames), size, path)


def _one_by_one(drives: Iterable[Sequence[Shot]]) -> Iterator[Sequence[Shot]]:
    """Each drive; what was made of its pictures is removed when it is done with."""
    for drive in drives:
        yield drive
        for shot in drive:
            shot.discard()


def bind_payout(
    client: NodeClient, info: NodeInfo, key: Key, state: LocalState, address: str
) -> bool:
    """Tell the node where to pay, if it was not told yet; whether it was told now."""
    if state.bound(info.public, key.public) == address:
        return False
    client.bind(sign_binding(key, address, info.now_ms))
    state.remember_binding(info.public, key.public, address)
    return True
