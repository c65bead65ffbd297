"""Which run of a screening applies which levers: two-level designs, folded over.

A run applies about half of all levers at once, so that every run tells of each of them: with 16
runs an effect is known twice as well as by trying 7 levers one at a time in as many. Each run comes
with its mirror, which applies exactly the others. Half the difference of such a pair holds no
trace of what two levers do together (nor of what four do): that is in both alike. So main effects
are free of two-lever interactions (a design of resolution IV), and stay so where runs fail, as long
as enough pairs are left. What three levers do together is not told apart; it is small as a rule.

Nothing is trained here, and no run is known: who applies the levers asks `Screening.applied`.

Sources:
    Box, G. E. P. and Hunter, J. S. (1961). The 2^(k-p) fractional factorial designs. Technometrics
        3.
    Plackett, R. L. and Burman, J. P. (1946). The design of optimum multifactorial experiments.
        Biometrika 33. (Hadamard matrices of other orders than powers of two.)
    Paley, R. E. A. C. (1933). On orthogonal matrices. Journal of Mathematics and Physics 12.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.evaluation.significance import ALPHA, Difference
from workbench.study.judging.noise import Noise

Signs = npt.NDArray[np.int8]
PALEY = {12: 11, 20: 19, 24: 23}
"""Orders of Hadamard matrices that are no powers of two, and the primes that they are built of."""

ORDERS = (1, 2, 4, 8, 12, 16, 20, 24)
MOST_LEVERS = ORDERS[-1]


@dataclass(frozen=True)
class Screening:
    """A design.

    Attributes:
        levers: Their names.
        signs: 1 where a run applies a lever, -1 where it doesn't; shape (runs, levers). The second
            half of the runs mirrors the first.
        seeds: Of each run, none twice: the noise between seeds is in the effects' errors, and
            cancels as in as many repeats.
    """

    levers: tuple[str, ...]
    signs: Signs
    seeds: tuple[int, ...]

    def applied(self, run: int) -> tuple[str, ...]:
        """The levers that a run applies, by its number from 0."""
        on = self.signs[run] > 0
        return tuple(name for name, is_on in zip(self.levers, on, strict=True) if is_on)

    def order(self) -> tuple[int, ...]:
        """The runs in the order to make them: each pair together, so that what is there when the
        time is up is worth most.
        """
        half = len(self.seeds) // 2
        return tuple(run for pair in range(half) for run in (pair, pair + half))


@dataclass(frozen=True)
class Effect:
    """What a lever does, the others being on in half of the runs.

    Attributes:
        lever: Its name.
        difference: Applied less not applied, with interval and p value; None where the runs that
            ended can't tell it apart.
        error: Its standard error; infinite where it can't be told.
        is_clear: Whether what two levers do together is kept out of it.
    """

    lever: str
    difference: Difference | None
    error: float
    is_clear: bool


def runs_of(levers: int) -> int:
    """How many runs the design of so many levers has."""
    return 2 * _order_of(levers)


def screening(levers: Sequence[str], repeats: int = 1, first_seed: int = 0) -> Screening:
    """The folded design of some levers.

    Args:
        levers: Names, 1 to 24.
        repeats: How often the whole design is made.
        first_seed: Of the runs' seeds, each of which has one of its own.

    Raises:
        ValueError: where there are too many levers, or none.
    """
    if not 1 <= len(levers) <= MOST_LEVERS:
        raise ValueError(
            tr(
                "a screening takes 1 to {most} levers, got {count}",
                most=MOST_LEVERS,
                count=len(levers),
            )
        )
    # The last columns: the first one of most matrices is constant.
    half = np.tile(_hadamard(_order_of(len(levers)))[:, -len(levers) :], (repeats, 1))
    signs = np.concatenate([half, -half]).astype(np.int8)
    seeds = tuple(range(first_seed, first_seed + len(signs)))
    return Screening(tuple(levers), signs, seeds)


def effects(
    design: Screening, results: Sequence[float | None], noise: Noise | None = None
) -> tuple[Effect, ...]:
    """What each lever does, by least squares on the pairs of runs that both ended.

    Where so many runs failed that the pairs don't tell a lever from the others, all that ended tell
    it: that is as exact, but what two levers do together then shifts it a little.

    Args:
        design: As it was made.
        results: What each run reached; None for one that failed or was refused.
        noise: Between seeds, where it is known from other runs: errors are then taken from it and
            from what the levers leave of the pairs. Without it, from what the levers alone don't
            explain in any run; where levers act together that is too large rather than too small.
    """
    half = len(results) // 2
    ended = [(i, results[i], results[i + half]) for i in range(half)]
    pairs = [(i, a, b) for i, a, b in ended if a is not None and b is not None]
    x = design.signs[[i for i, _, _ in pairs]].astype(np.float64)
    y = np.array([(a - b) / 2 for _, a, b in pairs])
    slopes, shares = _least_squares(x, y)
    there = [i for i, value in enumerate(results) if value is not None]
    every = np.column_stack([np.ones(len(there)), design.signs[there]])
    reached = np.array([results[i] for i in there], np.float64)
    others, of_all = (found[1:] for found in _least_squares(every, reached))
    if noise is None:
        variance, freedom = _noise_of_all(every, reached)
    else:
        variance, freedom = _noise_of_pairs(x, y - x @ slopes, noise)
    is_clear = ~np.isnan(shares)
    # Applied less not applied is twice the slope; half a difference has half the variance of a run.
    amounts = 2 * np.where(is_clear, slopes, others)
    spreads = variance * np.where(is_clear, 2 * shares, 4 * of_all)
    return tuple(
        _effect(lever, float(amount), float(spread), freedom, is_clear=bool(clear))
        for lever, amount, spread, clear in zip(
            design.levers, amounts, spreads, is_clear, strict=True
        )
    )


def batches(levers: Sequence[str], conflicts: Collection[frozenset[str]]) -> list[tuple[str, ...]]:
    """Levers that can be screened together: no two of a batch exclude each other.

    A design with two levers of which only one can be applied would lose half its pairs, and could
    tell just their difference. So each batch gets a design of its own.

    Args:
        levers: Names, the most promising first: they fill the first batch.
        conflicts: Pairs that don't go together.
    """
    found: list[list[str]] = []
    for lever in levers:
        room = (
            batch
            for batch in found
            if len(batch) < MOST_LEVERS
            and not any(frozenset((lever, other)) in conflicts for other in batch)
        )
        batch = next(room, None)
        if batch is None:
            found.append([lever])
        else:
            batch.append(lever)
    return [tuple(batch) for batch in found]


# --- matrices ------------------------------------------------------------------------------------


def _order_of(levers: int) -> int:
    return next(order for order in ORDERS if order >= levers)


def _hadamard(order: int) -> npt.NDArray[np.float64]:
    """A matrix of -1 and 1 whose columns are orthogonal, shape (order, order)."""
    if order in PALEY:
        return _paley(PALEY[order])
    from scipy.linalg import hadamard

    return np.asarray(hadamard(order), np.float64)


def _paley(prime: int) -> npt.NDArray[np.float64]:
    """Paley's first construction, for a prime that is 3 modulo 4; of order one more."""
    squares = {i * i % prime for i in range(1, prime)}
    character = np.array([0] + [1 if i in squares else -1 for i in range(1, prime)])
    residues = character[(np.arange(prime)[:, None] - np.arange(prime)) % prime]
    matrix = np.ones((prime + 1, prime + 1))
    matrix[1:, 1:] = residues + np.eye(prime)
    matrix[1:, 0] = -1
    return matrix


def _least_squares(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Slopes, and their variances for a variance of 1; NaN for those that can't be told apart."""
    levers = x.shape[1]
    if not len(x):
        return np.zeros(levers), np.full(levers, math.nan)
    inverse = np.linalg.pinv(x.T @ x)
    is_told = np.isclose(np.diag(inverse @ (x.T @ x)), 1.0)
    variances = np.where(is_told, np.diag(inverse), math.nan)
    return inverse @ x.T @ y, variances


def _noise_of_all(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> tuple[float, int]:
    """Variance of a run, and its degrees of freedom, from what the levers alone don't explain."""
    fitted, _, rank, _ = np.linalg.lstsq(x, y, rcond=None)
    freedom = len(y) - int(rank)
    if freedom <= 0:
        return 0.0, 0
    rest = y - x @ fitted
    return float(rest @ rest) / freedom, freedom


def _noise_of_pairs(
    x: npt.NDArray[np.float64], rest: npt.NDArray[np.float64], noise: Noise
) -> tuple[float, int]:
    """The same from other runs and from the pairs, which two levers together don't reach."""
    own = len(rest) - int(np.linalg.matrix_rank(x)) if len(rest) else 0
    freedom = noise.freedom + own
    squares = noise.freedom * noise.deviation**2 + 2 * float(rest @ rest)
    return (squares / freedom, freedom) if freedom else (0.0, 0)


def _effect(
    lever: str, difference: float, variance: float, freedom: int, *, is_clear: bool
) -> Effect:
    """An effect with its test; without one where it can't be told or nothing varies."""
    from scipy.special import stdtr, stdtrit

    if math.isnan(variance) or not freedom:
        return Effect(lever, None, math.inf, is_clear)
    test = tr("t with {freedom} degrees of freedom", freedom=freedom)
    error = math.sqrt(variance)
    if error == 0:
        return Effect(
            lever, Difference(difference, difference, difference, None, test), 0.0, is_clear
        )
    half = float(stdtrit(freedom, 1 - ALPHA / 2)) * error
    p = 2 * float(stdtr(freedom, -abs(difference) / error))
    found = Difference(difference, difference - half, difference + half, p, test)
    return Effect(lever, found, error, is_clear)
