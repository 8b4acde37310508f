"""Which folder an import path means: go.mod, the build list, go.work, vendor/, the module cache, GOROOT."""
