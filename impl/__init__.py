"""How it is done: pure, I/O-free protocols, each written like its paper.

``protocol``  what a protocol is: handlers, steps, effects
``names``     nodes and values
``quorum``    which sets of nodes are enough
``paxos``     single-decree Paxos (Lamport, "Paxos Made Simple", 2001)
"""
