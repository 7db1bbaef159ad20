"""The mutation gate: small wrong changes to `custom`, each of which the fast tests must notice.

`python -m tests.mutants` applies changes one at a time, in memory, and runs the tests of the file's component.
Most are made from the syntax tree (`generated.py`); `written.txt` has those that only a reader of the papers
would think of. A change that no test notices is a hole in the tests and fails the gate, unless
`equivalent.txt` says why it alters nothing.
"""
