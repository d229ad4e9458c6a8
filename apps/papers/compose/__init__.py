"""How each kind of paper is composed from what the records say. Every module lists its kinds in KINDS."""
