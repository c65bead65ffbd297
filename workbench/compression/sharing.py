"""Weight sharing after training: few values for the weights of a layer (Han et al. 2016)."""

from __future__ import annotations

import heapq
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.floating[Any]]
ZERO = 0
"""The cluster of the weights that are exactly zero, which stay so."""


class SharedKernel(NamedTuple):
    """A kernel whose weights share values.

    Attributes:
        values: (clusters,); the first is 0 where there are zeros.
        places: Which of them each weight uses; of the kernel's shape.
        has_zeros: Whether the first cluster is that of the zeros.
    """

    values: npt.NDArray[np.float32]
    places: npt.NDArray[np.int32]
    has_zeros: bool

    @property
    def kernel(self) -> npt.NDArray[np.float32]:
        """The kernel with the shared values."""
        return self.values[self.places]


def shared(kernel: Weights, values: int, seed: int = 0) -> SharedKernel:
    """K-means of a kernel's weights, begun at values spread evenly over their range, as Han et al.
    found best: large weights are few and matter.

    Args:
        kernel: Of any shape.
        values: Different ones that stay at most, zero included where it has zeros.
        seed: Of the k-means.
    """
    from sklearn.cluster import KMeans

    flat = np.asarray(kernel, np.float32).ravel()
    others = flat != 0.0
    has_zeros = not others.all()
    places = np.zeros(len(flat), np.int32)
    known = np.unique(flat[others])
    count = min(values - has_zeros, len(known))
    found = np.zeros(0, np.float32)
    if count == len(known):
        found = known
        places[others] = np.searchsorted(known, flat[others])
    elif count:
        start = np.linspace(known[0], known[-1], count, dtype=np.float64)[:, None]
        fitted = KMeans(count, init=start, n_init=1, tol=0.0, random_state=seed).fit(
            flat[others, None].astype(np.float64)
        )
        found = fitted.cluster_centers_[:, 0].astype(np.float32)
        places[others] = fitted.labels_
    if has_zeros:
        found = np.concatenate([np.zeros(1, np.float32), found])
        places[others] += 1
    return SharedKernel(found, places.reshape(kernel.shape), has_zeros)


def means(kernel: Weights, places: npt.NDArray[np.int32], clusters: int) -> Weights:
    """The mean of each cluster's weights, (clusters,); 0 of an empty one."""
    flat = places.ravel()
    sums = np.bincount(flat, kernel.ravel(), clusters)
    found: Weights = sums / np.maximum(1, np.bincount(flat, minlength=clusters))
    return found


def huffman_bits(places: npt.NDArray[np.int32]) -> int:
    """Bits that the places take in Huffman's code: what sharing can save at best, without its table
    of values.
    """
    counts = [int(count) for count in np.unique(places, return_counts=True)[1]]
    if len(counts) < 2:
        return len(places.ravel())
    heapq.heapify(counts)
    bits = 0
    while len(counts) > 1:
        joined = heapq.heappop(counts) + heapq.heappop(counts)
        bits += joined
        heapq.heappush(counts, joined)
    return bits
