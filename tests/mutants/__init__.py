"""The mutation gate: small wrong changes to `custom`, each of which the fast tests must notice.

`python -m tests.mutants` applies every change of `tests/mutants/tables` on its own, in memory, and runs
the tests that the table names. A change that no test notices is a hole in the tests, and fails the gate.
"""
