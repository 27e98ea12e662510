"""The section ``[stake]`` of a policy: what is asked as a stake, and what a slash takes; pure.

The law: a slash takes a fixed amount for a drive, a share of the minimum stake and never of what
somebody has. So nobody saves by spreading drives over accounts: whichever account at the minimum a
case falls on, it takes the same, and each further account needs a minimum of its own. It also hits
an honest driver with years of earnings no harder than a newcomer.

====================  ===========================================================================
``minimum``           base units that an account is asked to have staked
``gate``              ``none``, or ``fill``: what is earned fills the stake first
``cool_down_days``    from asking for a stake to having it; until then it can be slashed
``appeal_days``       days after the decision's own in which an appeal stops a slash
``slash``             per mille of the minimum that one drive takes at most
``slashed``           who has it then: ``burned``, ``unallocated``, or a purpose of kind treasury
``[stake.leaving]``   shares of FIP-0098's fee for taking a stake out (mechanisms/collateral.py)
``[stake.devices]``   the minimum is asked for each device that earns, times at least 1, by how it
                      is attested, per mille: io.net's stake by hardware (mechanisms/collateral.py)
====================  ===========================================================================
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from rewards.earned import HARDWARE, NONE, SOFTWARE
from rewards.mechanisms.collateral import TerminationFee, stake_of
from rewards.sections import Section

__all__ = ["BURNED", "NO_STAKE", "UNALLOCATED", "StakeRule", "stake_rule"]

BURNED = "burned"
UNALLOCATED = "unallocated"

_WHOLE = 1000
_MOST = 10**30
_LONGEST_DAYS = 365


@dataclass(frozen=True, slots=True)
class StakeRule:
    """fill: whether an account below the minimum is paid into its stake. leaving: None for free.
    devices: per mille by level of attestation; None: the minimum is of an account.
    """

    minimum: int
    fill: bool
    cool_down_days: int
    appeal_days: int
    slash: int
    slashed: str
    leaving: TerminationFee | None = None
    devices: Mapping[str, int] | None = None

    @property
    def penalty(self) -> int:
        """Base units that a slash takes at most."""
        return self.minimum * self.slash // _WHOLE

    def asked(self, levels: Iterable[str]) -> int:
        """Base units asked of an account that earns with devices of these levels."""
        if self.devices is None:
            return self.minimum
        each = (
            stake_of(count, Fraction(self.devices[level], _WHOLE), self.minimum)
            for level, count in Counter(levels).items()
        )
        return max(self.minimum, sum(each))


NO_STAKE = StakeRule(0, False, 0, 1, 0, UNALLOCATED)
"""Of a policy that asks for none: deposits are kept and given back, nothing is slashed."""


def stake_rule(section: Section | None, treasuries: Collection[str]) -> StakeRule:
    """The rule of a section; treasuries: names of the policy's purposes of that kind.

    Raises InvalidInput naming what is wrong, and where.
    """
    if section is None:
        return NO_STAKE
    places = {name: name for name in (BURNED, UNALLOCATED, *treasuries)}
    rule = StakeRule(
        minimum=section.integer("minimum", 1, _MOST),
        fill=section.one_of("gate", {"none": False, "fill": True}),
        cool_down_days=section.integer("cool_down_days", 0, _LONGEST_DAYS),
        appeal_days=section.integer("appeal_days", 1, _LONGEST_DAYS),
        slash=section.integer("slash", 0, _WHOLE),
        slashed=section.one_of("slashed", places),
        leaving=_leaving(section.optional("leaving")),
        devices=_devices(section.optional("devices")),
    )
    section.end()
    return rule


def _devices(section: Section | None) -> Mapping[str, int] | None:
    if section is None:
        return None
    names = {HARDWARE: "hardware_key", SOFTWARE: "software_key", NONE: "none"}
    levels = {level: section.integer(name, _WHOLE, 10**6) for level, name in names.items()}
    section.end()
    return levels


def _leaving(section: Section | None) -> TerminationFee | None:
    if section is None:
        return None
    fee = TerminationFee(
        pledge_share=section.integer("pledge_share", 0, _WHOLE),
        full_age_days=section.integer("full_age_days", 1, 3650),
        least_share=section.integer("least_share", 0, _WHOLE),
        fault_share=0,
    )
    section.end()
    return fee
