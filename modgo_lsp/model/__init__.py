"""Trees to meaning: packages, types, registrations, signatures."""
