"""Go as any Go tool sees it. Nothing here knows UDFs, the SDK or findings."""
