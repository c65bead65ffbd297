"""Icons, themes, translations and preset experiments; read with importlib.resources."""
