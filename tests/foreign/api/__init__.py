"""The provisioning API a second time, written from its public documents only.

It shares no code with conax-sim and needs nothing but Python's standard library. It is what
`conax-sim verify` is tried on: right, in every reading the documents leave open (`readings`), and
wrong, in ways a re-implementation gets wrong (`wrong`). `python3 -m api --help` starts one.
"""
