"""UDF packages: registrations, signatures, bins and reachable code."""
