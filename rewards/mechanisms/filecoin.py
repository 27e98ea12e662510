"""Filecoin's minting: an exponential decay, part of it paced by the network's growth.

The law, in Q.128 fixed point with floors only: an epoch mints S (e^l - 1) e^(-l epoch), the simple
part, plus B (e^(-l theta0) - e^(-l theta1)), the part that waits for power; theta is the time at
which the promised baseline would have summed up to what the network really had, linear inside an
epoch. l = ln 2 / (6 years of epochs). Source: filecoin-project/builtin-actors,
actors/reward/src/{logic,expneg}.rs (constants; the coefficients are those of its rational
approximation of e^-x, whose error is below 3.4e-30 up to 1.725).
"""

from functools import reduce

__all__ = [
    "BASELINE_INITIAL",
    "BASELINE_TOTAL",
    "ONE",
    "SIMPLE_TOTAL",
    "baseline_power_after",
    "effective_time",
    "exp_neg",
    "minted",
]

_BITS = 128
ONE = 1 << _BITS
"""1 in Q.128."""

ATTO = 10**18
SIMPLE_TOTAL = 330_000_000 * ATTO
BASELINE_TOTAL = 770_000_000 * ATTO
BASELINE_INITIAL = 2_888_888_880_000_000_000
"""Bytes: 2.5057 EiB."""

_EXP_LAMBDA_LESS_ONE = 37396273494747879394193016954629
_LAMBDA = 37396271439864487274534522888786
_BASELINE_EXPONENT = 340282591298641078465964189926313473653

_NUMERATOR = (
    -648770010757830093818553637600,
    67469480939593786226847644286976,
    -3197587544499098424029388939001856,
    89244641121992890118377641805348864,
    -1579656163641440567800982336819953664,
    17685496037279256458459817590917169152,
    -115682590513835356866803355398940131328,
    ONE,
)
_DENOMINATOR = (
    1225524182432722209606361,
    114095592300906098243859450,
    5665570424063336070530214243,
    194450132448609991765137938448,
    5068267641632683791026134915072,
    104716890604972796896895427629056,
    1748338658439454459487681798864896,
    23704654329841312470660182937960448,
    259380097567996910282699886670381056,
    2250336698853390384720606936038375424,
    14978272436876548034486263159246028800,
    72144088983913131323343765784380833792,
    224599776407103106596571252037123047424,
    ONE,
)


def minted(
    epoch: int,
    theta_before: int,
    theta: int,
    simple_total: int = SIMPLE_TOTAL,
    baseline_total: int = BASELINE_TOTAL,
) -> int:
    """Base units minted in an epoch while the effective time moves on; thetas in Q.128."""
    simple = simple_total * _EXP_LAMBDA_LESS_ONE * exp_neg(_LAMBDA * epoch) >> _BITS
    baseline = _released(theta, baseline_total) - _released(theta_before, baseline_total)
    return (simple + baseline) >> _BITS


def effective_time(epoch: int, baseline_power: int, realised_sum: int, baseline_sum: int) -> int:
    """theta in Q.128. epoch: its ceiling; sums: of realised and of baseline power up to it."""
    if epoch == 0:
        return 0
    return (epoch << _BITS) - ((baseline_sum - realised_sum) << _BITS) // baseline_power


def baseline_power_after(power: int) -> int:
    """The baseline of the next epoch: it doubles in a year."""
    return power * _BASELINE_EXPONENT >> _BITS


def exp_neg(x: int) -> int:
    """e^-x, both in Q.128; exact to 3.4e-30 for x in [0, 1.725)."""
    return (_polynomial(_NUMERATOR, x) << _BITS) // _polynomial(_DENOMINATOR, x)


def _released(theta: int, total: int) -> int:
    """What the baseline part has released up to theta, base units in Q.128."""
    return (ONE - exp_neg(theta * _LAMBDA >> _BITS)) * total


def _polynomial(coefficients: tuple[int, ...], x: int) -> int:
    """Horner's scheme in Q.128, the highest power first."""
    return reduce(lambda value, term: (value * x >> _BITS) + term, coefficients)
