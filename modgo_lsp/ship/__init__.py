"""From a shared object to a real Aerospike cluster."""
