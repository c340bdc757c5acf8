"""How fast and how right: a generator of receivables months with truth, a scorer, timings, and a report. Never part of the test suite."""
