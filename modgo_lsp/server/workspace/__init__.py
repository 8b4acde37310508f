"""What a session knows: documents, snapshots, the analysis thread, the background index, its diagnostics."""
