"""From a shared object to results: libmod_go in a child process, values, record samples."""
