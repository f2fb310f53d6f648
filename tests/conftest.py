"""What all tests share: hypothesis draws the same examples on every machine, however loaded."""

from hypothesis import settings

settings.register_profile("segur-hop", deadline=None, derandomize=True)
settings.load_profile("segur-hop")
