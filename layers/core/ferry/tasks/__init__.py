"""Tasks, their runs, and the exact account of every job."""
