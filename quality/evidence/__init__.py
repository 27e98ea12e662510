"""Is a drive's recording true? One module a signal, each a strength and never a verdict alone."""
