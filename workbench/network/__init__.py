"""A network before it is trained: shapes, parameters, MACs, memory, advice, differences, drawing.

Pure Python over the spec; no experiment, no data, no TensorFlow.
"""
