"""One exception tree. A message says who, what, when, the limit and the way out."""


class EcosystemError(Exception):
    """Base of everything that this package raises on purpose."""


class InputError(EcosystemError):
    """A world, strategy, experiment or argument that cannot be used; exit code 2."""


class AuditError(EcosystemError):
    """Something that must be conserved was not; lists every breach at once."""


class ResultsError(EcosystemError):
    """A stored result is missing, damaged or from another version."""
