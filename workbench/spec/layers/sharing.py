"""Weights that several connections share: hashed kernels."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.spec.base import setting
from workbench.spec.layers.base import Layer, Shape

HASH_COMPRESSION = setting(
    1,
    "Hashed weights",
    "So many connections share one weight, chosen at random (HashedNets): 8 keeps an eighth of "
    "the kernel's weights. 1 is off; MACs stay the same, and the bias is never shared.",
    ge=1,
    le=4096,
)


class HashedKernel(Layer):
    """A layer whose kernel may be hashed (Chen et al. 2015, "Compressing Neural Networks with the
    Hashing Trick").

    The entries of the kernel are divided at random into groups that share one trained value each;
    a second hash gives every entry its sign. Stored and trained are the values only; computing
    costs what it costs without.
    """

    own_settings: ClassVar[frozenset[str]] = Layer.own_settings | {"hash_compression"}

    if TYPE_CHECKING:
        hash_compression: int

    @abstractmethod
    def kernel(self, shape: Shape) -> int:
        """Entries of the kernel when `shape` reaches it."""

    def kernel_weights(self, shape: Shape) -> int:
        """Values that are stored for the kernel."""
        return hashed_size(self.kernel(shape), self.hash_compression)

    @property
    def implementation(self) -> str | None:
        if self.hash_compression == 1:
            return self.keras_class
        return f"hashed.Hashed{type(self).__name__}"

    def settings(self) -> dict[str, Any]:
        own = {} if self.hash_compression == 1 else {"hash_compression": self.hash_compression}
        return {**super().settings(), **own}


def hashed_size(entries: int, compression: int) -> int:
    """Values that stay of a kernel, rounded to the nearest and at least one.

    Whole numbers only, so that it rounds alike everywhere.
    """
    return max(1, (2 * entries + compression) // (2 * compression))
