"""Figures for papers and reports, drawn by Matplotlib from the data that the window shows.

No pyplot, and nothing of Matplotlib before a figure is asked for: it takes a second to load.
"""

import logging
import os

from workbench.base.paths import cache_folder

# Before Matplotlib is: its list of fonts lies with what else can be made again, whatever a home
# folder allows, and what it says of that (or of a long search for fonts) is no news to anyone.
os.environ.setdefault("MPLCONFIGDIR", str(cache_folder() / "matplotlib"))
logging.getLogger("matplotlib").setLevel(logging.ERROR)
