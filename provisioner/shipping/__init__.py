"""Go programs on the phone, built where it is quicker: here or there. ``shipment.py`` is the way in."""
