"""Mutation tests: small changes of the code, and which of them no test notices. `make mutants` runs them."""
