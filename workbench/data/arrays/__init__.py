"""Arrays in files: which is which, NumPy's formats, IDX and EMNIST, rows."""
