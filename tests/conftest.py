"""Makes the modules beside this file importable by every test, and sets how property tests run.

`pytest --hypothesis-profile=thorough` tries many more examples than a normal run has time for.
"""

from hypothesis import settings

settings.register_profile("normal", deadline=None, max_examples=20)
settings.register_profile("thorough", deadline=None, max_examples=1500)
settings.load_profile("normal")
