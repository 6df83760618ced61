"""``feed``: packages for a phone that cannot fetch them itself, by way of the laptop. ``feed.py`` is the way in."""
