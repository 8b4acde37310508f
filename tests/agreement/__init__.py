"""The agreement harness: lint's verdicts held against an oracle on go/types, over generated Go modules."""
