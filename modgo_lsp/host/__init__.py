"""From a shared object to results: libmod_go in a worker process, values, record samples."""
