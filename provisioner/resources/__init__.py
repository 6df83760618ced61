"""How one thing on the phone is read and made true. Every module beside this one registers its kinds."""
