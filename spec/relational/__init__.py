"""Protocols as relational transition systems, proved for any number of nodes in paxiom.proofs."""
