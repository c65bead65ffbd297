"""What runs cost against what they give: fronts, groups and brushes as numbers.

NumPy only, for any thread; nothing is read from the store or drawn here.
"""
