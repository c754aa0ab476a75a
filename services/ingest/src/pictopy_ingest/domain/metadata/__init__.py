"""From tags as they stand in files to facts; `resolve` states which source wins."""
