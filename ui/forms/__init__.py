"""Forms drawn from the fields of the spec. No setting is named here: a new one finds its place."""
