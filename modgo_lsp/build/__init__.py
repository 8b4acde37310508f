"""From a package to a shared object: toolchain, wrappers, overlay, go build."""
