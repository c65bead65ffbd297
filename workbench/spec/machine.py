"""What a computer has to train with, as plain frozen values: found by the training process, read by
the window and the command line. Nothing is measured or imported to fill them here.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

from workbench.base.plain_values import plain

BF16_FEATURES = ("avx512_bf16", "amx_bf16")
FP16_FEATURES = ("avx512_fp16", "amx_fp16")
FOR_GPUS = ("cuda", "cudnn")
"""Versions that say something only where there is a GPU."""

FIRST_FP16_CAPABILITY, FIRST_BF16_CAPABILITY = (7, 0), (8, 0)
"""NVIDIA's tensor cores compute in float16 since Volta, in bfloat16 since Ampere."""


@dataclass(frozen=True)
class Processor:
    """The CPU.

    Attributes:
        name: As it calls itself.
        cores: That this process may use.
        memory_bytes: Of the computer.
        features: Instruction sets that decide the speed of training, best known last; empty where
            the system doesn't tell.
    """

    name: str = ""
    cores: int = 1
    memory_bytes: int = 0
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class Accelerator:
    """A GPU or TPU.

    Attributes:
        name: Of the model.
        memory_bytes: Its own; 0 where unknown.
        capability: NVIDIA's compute capability; (0, 0) where it has none.
    """

    name: str
    memory_bytes: int = 0
    capability: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Machine:
    """A computer as TensorFlow sees it.

    Attributes:
        gpus, tpus: What it can train on besides the CPU.
        virtual_cpus: Parts that a test has the CPU split into, to try several devices; else 0.
        versions: Of TensorFlow, of the CUDA and cuDNN that it was built for and of the NVIDIA
            driver, where there are any.
    """

    processor: Processor = field(default_factory=Processor)
    gpus: tuple[Accelerator, ...] = ()
    tpus: tuple[Accelerator, ...] = ()
    virtual_cpus: int = 0
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def versions_in_use(self) -> dict[str, str]:
        """`versions` without CUDA and cuDNN where there is neither a GPU nor its driver."""
        here = bool(self.gpus) or "driver" in self.versions
        return {k: v for k, v in sorted(self.versions.items()) if here or k not in FOR_GPUS}

    @property
    def key(self) -> str:
        """Names it in files of what was measured: another one where a measurement would differ."""
        text = json.dumps(plain(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def computes_in(self, precision: str, *, on_gpu: bool) -> bool:
        """Whether a mixed precision is done by the hardware itself, and not emulated.

        Args:
            precision: "float32", "mixed_bfloat16" or "mixed_float16".
            on_gpu: Whether the GPUs are meant, else the CPU.
        """
        if precision == "float32":
            return True
        bf16 = precision == "mixed_bfloat16"
        if on_gpu:
            first = FIRST_BF16_CAPABILITY if bf16 else FIRST_FP16_CAPABILITY
            return bool(self.gpus) and all(gpu.capability >= first for gpu in self.gpus)
        wanted = BF16_FEATURES if bf16 else FP16_FEATURES
        return any(name in self.processor.features for name in wanted)
