"""Making trained networks smaller: recipes, and the arithmetic of their steps.

A recipe is data: steps in sequence, as TOML or in its short form. What a step computes is NumPy and
is tested as such; what trains is in `workbench.runtime.compression`. No TensorFlow here.
"""
