"""First contact: a phone that no key opens yet comes to this laptop, and both know afterwards who the other is.

The laptop shows a line (as text and as a QR code: what a camera sees, nobody else does). It fetches a script from a
one-shot listener, checks it against the hash in the line, and runs it; the script reports the phone's host key under a
MAC whose key was in the line too. docs/pairing.md has the protocol and what each part of it is for.
"""
