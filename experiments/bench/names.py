"""What ``ecosystem bench`` can measure, known without loading anything."""

NAMES = (
    "run",
    "sizes",
    "runs",
    "cluster",
    "attribution",
    "overhead",
    "storage",
    "frame",
    "memory",
)
