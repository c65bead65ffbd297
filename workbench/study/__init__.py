"""Searches and studies: which settings, or which lever, are worth it?

What is varied, which combination is tried next, what a bound refuses before anything is trained,
and what the finished trials say. Every trial is a run of the store, which is the only truth: a
study is read back from it at any moment. Arithmetic that needs no store is plain Python and NumPy.
No Qt and no TensorFlow; Optuna is imported where it is asked, never when the package is.
"""
