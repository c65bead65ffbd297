"""A trained network as a file that runs elsewhere: quantized, checked, timed, explained.

No TensorFlow here: what is said about a file rests on the LiteRT interpreter and quantizer, which
are imported late, and mostly in a child process (`apart`). Writing a file out of a Keras
model is done in `workbench.runtime.export`.
"""
