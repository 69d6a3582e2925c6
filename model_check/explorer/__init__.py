"""``paxiom explore``: a model step by step in the browser, shown by the page of a trace.

A :class:`~paxiom.model_check.explorer.session.Session` knows a model and answers for a path, the
numbers of the steps taken from the initial state; :mod:`~paxiom.model_check.explorer.seeking` looks
for a violation or a witness; :mod:`~paxiom.model_check.explorer.server` lets one browser ask.
"""
