"""A small first-order language for protocols: what a spec is written in, and nothing that solves.

:mod:`~paxiom.spec.logic.formulas` has sorts, relations and formulas,
:mod:`~paxiom.spec.logic.rewriting` what is read of formulas and put in their place,
:mod:`~paxiom.spec.logic.system` specs and their actions,
:mod:`~paxiom.spec.logic.structure` their meaning in finite structures,
:mod:`~paxiom.spec.logic.text` their look as mathematics.
"""
