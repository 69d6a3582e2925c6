"""Every reachable state: the environment, the explorers, traces and the command line."""
