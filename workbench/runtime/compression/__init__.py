"""Compressed runs in the training process: their steps one after the other, and what is left.

A recipe's steps are data in `workbench.compression`; here each kind has a function that performs
it (`PERFORMERS`), mostly by fine-tuning in the compiled loop.
"""
