"""The engine of DLOpt Workbench: usable from Python and the command line, without any Qt.

`runtime/` alone imports TensorFlow and is never imported from here: it is started as a process.
"""

__version__ = "0.1.0"
