"""How protocols refine their specs: what of a run is a fact of the spec."""
