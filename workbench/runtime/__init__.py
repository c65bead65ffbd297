"""The training process: the only importers of TensorFlow. Nobody imports this package; it is
started by name (`python -m workbench.runtime.worker.main`).
"""
