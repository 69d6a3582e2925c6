"""The built-in models: each protocol in a bounded environment, with its properties."""
