"""What a Go phone needs. Every module beside this one registers its kinds."""
