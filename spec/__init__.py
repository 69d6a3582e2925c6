"""What must hold: properties as sentences, each written once and used by every engine.

``property``   what a property is
``consensus``  agreement, validity, integrity
"""
